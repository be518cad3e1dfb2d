//! How a console reaches a campaign server.
//!
//! [`CampaignServer`] is all that a console knows of the other side. Every method is written against two
//! columns, our own contract ([`native`]) and a Spoke server's wire; the table is in ARCHITECTURE.md.

pub mod backoff;
#[cfg(test)]
pub(crate) mod fake;
pub mod journal;
pub mod native;
pub mod outbox;
pub mod sign_in;
pub mod spoke;
pub mod token_file;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ContactView, SliceGrant, Whereabouts},
    campaign::{CampaignTodo, CampaignView},
    captain::{Board, Flagged, HeldText},
    event::Event,
    message::{SendRequest, Thread, Verdict},
    people::{Me, Presence, WaitingPerson},
    problem::Problem,
    review::{ReviewAnswer, ReviewAsk},
};
use crate::console::core::shared::msg::{Beside, ConfirmedWhat};
use crate::domain::ids::{ActId, CampaignId, ContactId, MessageId};
use crate::domain::second_factor::OneTimeCode;

/// What a server can do; a console shows only what works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Events are pushed; else the console polls.
    pub push: bool,
    /// A send may be repeated with the same id; else an unknown outcome is shown to a person.
    pub idempotent_send: bool,
    /// A possible opt-out can be decided ("not an opt-out").
    pub undo_opt_out: bool,
    /// Who was given back and is still free can be taken back.
    pub take_back: bool,
    /// Delivery states are shown to texters.
    pub delivery: bool,
    /// Notes can be kept.
    pub notes: bool,
    /// Tags can be taken off again.
    pub untag: bool,
    /// Leases expire.
    pub leases: bool,
    /// There is a captain's board.
    pub board: bool,
    /// A campaign can be paused from here.
    pub pause: bool,
    /// Verdicts are stored and echoed by the feed; else what a call answers is the last word on it.
    pub verdicts: bool,
    /// A wrong number can be marked as such.
    pub wrong_number: bool,
    /// Stars, flags and languages of conversations are kept, time for which they are put aside, and questions to captains.
    pub marks: bool,
    /// Replies that wait in others' hands, or in nobody's, can be asked for.
    pub take_replies: bool,
    /// Conversations can be given back and what has no first text kept; else they go only together with it.
    pub talks_alone: bool,
    /// The server hands contacts out to whoever asks, and gives what came back to others by itself; else its admins may have to.
    pub hands_out: bool,
    /// Who was signed out signs in again alone (`login`), without a captain; nothing is handed in until then.
    pub login: bool,
    /// Who has now what was mine can be asked for, as counts.
    pub whereabouts: bool,
}

impl Capabilities {
    /// Our own server: everything.
    pub const NATIVE: Self = Self {
        push: true,
        idempotent_send: true,
        undo_opt_out: true,
        take_back: true,
        delivery: true,
        notes: true,
        untag: true,
        leases: true,
        board: true,
        pause: true,
        verdicts: true,
        wrong_number: true,
        marks: true,
        take_replies: false,
        talks_alone: true,
        hands_out: true,
        login: false,
        whereabouts: true,
    };

    /// A campaign that runs Spoke: its server keeps no verdicts, pushes nothing, and tells texters nothing of delivery.
    pub const SPOKE: Self = Self {
        push: false,
        idempotent_send: false,
        undo_opt_out: false,
        take_back: false,
        delivery: false,
        notes: true,
        untag: true,
        leases: false,
        board: false,
        pause: false,
        verdicts: false,
        wrong_number: false,
        marks: false,
        take_replies: false,
        talks_alone: false,
        hands_out: false,
        login: true,
        whereabouts: false,
    };

    /// The same for whom Spoke calls vetted: they may take conversations over.
    pub const SPOKE_VETTED: Self = Self { take_replies: true, ..Self::SPOKE };

    /// The same for who watches campaigns there: a board, and contacts can change hands. Nothing can be paused.
    pub const SPOKE_CAPTAIN: Self = Self { board: true, ..Self::SPOKE };
}

/// Why a call gave no answer of the wished kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server decided: no.
    #[error("refused ({}): {}", .0.code.as_str(), .0.detail)]
    Refused(Box<Problem>),
    /// The request certainly did not reach the server.
    #[error("not reached: {0}")]
    NotReached(String),
    /// The request may have reached the server; what became of it is not known.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The answer was not one of this contract (a login page, a proxy's error, damaged JSON).
    #[error("strange answer: {0}")]
    Strange(String),
}

impl CallError {
    /// True when asking again later may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(problem) => problem.code.is_transient(),
            Self::NotReached(_) | Self::NoAnswer(_) | Self::Strange(_) => true,
        }
    }
}

/// Result of a call.
pub type Call<T> = Result<T, CallError>;

/// What is kept of an act on this machine until it has its verdict, for a server that cannot be asked twice: written before the call that
/// must not be made again, read by whoever takes the act up after a restart.
#[async_trait]
pub trait Memo: Send + Sync {
    /// What was written of it.
    async fn read(&self) -> Call<Option<serde_json::Value>>;

    /// Writes that; it is on the disk when this returns. On an error the call must not be made.
    async fn write(&self, value: serde_json::Value) -> Call<()>;
}

/// Keeps nothing: for whoever asks without a journal.
#[derive(Debug, Clone, Copy)]
pub struct NoMemo;

#[async_trait]
impl Memo for NoMemo {
    async fn read(&self) -> Call<Option<serde_json::Value>> {
        Ok(None)
    }

    async fn write(&self, _value: serde_json::Value) -> Call<()> {
        Ok(())
    }
}

/// A campaign server, as a console sees it.
#[async_trait]
pub trait CampaignServer: Send + Sync + std::fmt::Debug + 'static {
    /// What this server can do.
    fn capabilities(&self) -> Capabilities;

    /// Who I am here.
    async fn me(&self) -> Call<Me>;

    /// The campaigns I work in, with my counts.
    async fn campaigns(&self) -> Call<Vec<CampaignTodo>>;

    /// One campaign's definition and state.
    async fn campaign(&self, campaign: CampaignId) -> Call<CampaignView>;

    /// Takes up to `want` contacts (0 = the campaign's slice size). The same `claim` twice grants once.
    async fn claim(&self, campaign: CampaignId, claim: Uuid, want: u32) -> Call<SliceGrant>;

    /// Asks for replies that wait, where the role allows it ([`Capabilities::take_replies`]): how many came. The same `claim` twice asks once.
    async fn take_replies(&self, _campaign: CampaignId, _claim: Uuid) -> Call<u64> {
        Err(CallError::Strange("this server hands out replies by itself".into()))
    }

    /// A page of what is in my hands.
    async fn assignment(&self, campaign: CampaignId, cursor: Option<String>) -> Call<AssignmentPage>;

    /// Bodies of contacts in my hands; one that is missing in the answer is not mine any more.
    async fn contacts(&self, campaign: CampaignId, ids: &[ContactId]) -> Call<Vec<ContactView>>;

    /// Who has those of `ids` now that were mine once ([`Capabilities::whereabouts`]): at most 500 of them, counts alone.
    async fn whereabouts(&self, _campaign: CampaignId, _ids: &[ContactId]) -> Call<Whereabouts> {
        Err(CallError::Strange("this server does not tell who has what".into()))
    }

    /// A page of a conversation, the newest `limit` before `before` (absent: the end).
    async fn thread(&self, contact: ContactId, before: Option<u64>, limit: u32) -> Call<Thread>;

    /// Hands in one confirmed text. A refusal by the rules is an `Ok` verdict; an error means that nothing is known.
    async fn send(&self, id: MessageId, request: &SendRequest) -> Call<Verdict>;

    /// Hands in one act. As [`Self::send`].
    async fn act(&self, id: ActId, act: &Act) -> Call<Verdict>;

    /// [`Self::send`] with a memo, for a server that needs one.
    async fn send_with(&self, id: MessageId, request: &SendRequest, _memo: &dyn Memo) -> Call<Verdict> {
        self.send(id, request).await
    }

    /// [`Self::act`] with a memo.
    async fn act_with(&self, id: ActId, act: &Act, _memo: &dyn Memo) -> Call<Verdict> {
        self.act(id, act).await
    }

    /// The stored verdict on one of mine; `None` when the server knows no such id. What is read here is committed, as what
    /// the feed tells is. A server that keeps no verdicts cannot say.
    async fn verdict(&self, _id: Uuid) -> Call<Option<Verdict>> {
        Err(CallError::Strange("this server keeps no verdicts".into()))
    }

    /// Looks for what became of an act whose outcome is not known, at a server that cannot be asked twice and keeps no verdicts. `None`:
    /// it cannot be told. Nothing is sent again by it.
    async fn look_for(&self, _id: Uuid, _what: &ConfirmedWhat) -> Call<Option<Verdict>> {
        Ok(None)
    }

    /// [`Self::look_for`] with what was kept of it.
    async fn look_for_with(&self, id: Uuid, what: &ConfirmedWhat, _memo: &dyn Memo) -> Call<Option<Verdict>> {
        self.look_for(id, what).await
    }

    /// Where this server's client may keep what its server has no place for, over restarts. Called before anything is asked.
    fn keep_in(&self, _notes: Arc<dyn Memo>) {}

    /// True for what a server that cannot be asked twice takes as often as it comes without harm. It is handed in until it is done, in the
    /// order of its contact, and is never of unknown outcome. A server that can be asked twice is not asked this.
    fn may_repeat(&self, _what: &ConfirmedWhat) -> bool {
        false
    }

    /// The server's time minus this laptop's, as its latest answer said it; `None` when nothing is known of it.
    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }

    /// True for an act of several calls that stopped between them and is gone on with: an opt-out whose notice went, and nothing more yet.
    fn is_half_way(&self, _id: ActId) -> bool {
        false
    }

    /// What this server's client has noticed and no answer of the contract says; `None` where there is nothing of the kind.
    fn beside(&self) -> Option<Beside> {
        None
    }

    /// True when somebody has signed in on this machine since the sign-in in use was read: what was refused may be asked again. Costs a
    /// look at a file, and nothing where there is none.
    fn is_signed_in_again(&self) -> bool {
        false
    }

    /// Says that I am here; renews my leases.
    async fn presence(&self) -> Call<Presence>;

    /// The feed after event `after`. The stream ends with an error when the line is cut.
    async fn events(&self, campaign: CampaignId, after: u64) -> Call<BoxStream<'static, Call<Event>>>;

    /// The captain's board.
    async fn board(&self, campaign: CampaignId) -> Call<Board>;

    /// Conversations to look through, and what is done with several of them. A server of our own contract has none.
    async fn review(&self, _ask: &ReviewAsk) -> Call<ReviewAnswer> {
        Err(CallError::Strange("this server shows no conversations to look through".into()))
    }

    /// Who waits to be let in; a server without a waiting room has nobody there.
    async fn waiting_room(&self) -> Call<Vec<WaitingPerson>> {
        Ok(Vec::new())
    }

    /// Shows a code of the second factor; a server that knows none cannot take it.
    async fn prove(&self, _code: OneTimeCode) -> Call<()> {
        Err(CallError::Strange("this server knows no second factor".into()))
    }

    /// The captain's list of flagged conversations; a server that keeps none has none.
    async fn flagged(&self, _campaign: CampaignId) -> Call<Vec<Flagged>> {
        Ok(Vec::new())
    }

    /// The captain's list of texts whose outcome at the carrier nobody knows; a server that keeps none has none.
    async fn held(&self, _campaign: CampaignId) -> Call<Vec<HeldText>> {
        Ok(Vec::new())
    }
}

//! A campaign that runs Spoke (StateVoices' Spoke 14), reached over its GraphQL API, unchanged on its side.
//!
//! What its wire can do and cannot is in [`Capabilities::SPOKE`]; the two columns of ARCHITECTURE.md say which call stands for which.
//! Three things shape this code:
//!
//! - Its `sendMessage` is not idempotent. Each text is preceded by a look at the contact and, whenever its outcome is in doubt, followed
//!   by another: `send`.
//! - In production its errors have no words. Why something was refused is found by reading.
//! - It pushes nothing: `poll` looks for what changed, and makes the events of it.

mod acts;
pub mod answers;
pub mod captain;
pub mod documents;
mod doubt;
mod each;
mod hours;
mod ids;
mod known;
mod more;
pub mod page;
mod plain;
mod poll;
mod read;
mod script;
mod send;
pub mod session;
mod views;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::SignedDuration;
use secrecy::SecretString;
use uuid::Uuid;

use self::known::Known;
use self::wire::Wire;
use super::native::{SetupError, Timeouts};
use super::token_file::TokenFile;
use super::{Call, CallError, CampaignServer, Capabilities, Memo, NoMemo};
use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ContactView, SliceGrant},
    campaign::{CampaignTodo, CampaignView},
    captain::Board,
    event::Event,
    message::{SendRequest, Thread, Verdict},
    people::{Me, Presence, Role},
    problem::{Code, Problem},
    review::{ReviewAnswer, ReviewAsk},
};
use crate::console::core::shared::msg::{Beside, ConfirmedWhat};
use crate::domain::ids::{ActId, CampaignId, ContactId, MessageId, PersonId};
use crate::env::{SharedClock, SharedIds};

pub use self::each::{Reading, Unreadable};
pub use self::page::Settings;
pub use self::views::LeftBehind;

/// How long is waited for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Before the first look at a contact whose text is in doubt; each further look waits twice as long. At least one request's time.
    pub doubt: Duration,
    /// Looks at such a contact.
    pub looks: u32,
    /// Between two polls while replies come.
    pub poll_busy: Duration,
    /// Between two polls while none come.
    pub poll_quiet: Duration,
    /// Between two countings of the captain's board while it changes. Spoke's own page asks every five seconds.
    pub count_busy: Duration,
    /// The same while nothing changes.
    pub count_quiet: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            doubt: Duration::from_secs(2),
            looks: 3,
            poll_busy: Duration::from_secs(5),
            poll_quiet: Duration::from_secs(30),
            count_busy: Duration::from_secs(15),
            count_quiet: Duration::from_secs(60),
        }
    }
}

/// A Spoke server, as a console sees it.
#[derive(Debug, Clone)]
pub struct SpokeServer {
    wire: Wire,
    me: PersonId,
    known: Arc<Known>,
    clock: SharedClock,
    ids: SharedIds,
    pace: Pace,
    /// For the captain's console: see [`SpokeServer::watching`].
    watches: bool,
    /// Whoever is signed in may take conversations over: see [`SpokeServer::as_role`].
    vetted: bool,
}

impl SpokeServer {
    /// A client of the server at `address`, signed in as `me` by a cookie. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn new(
        address: &str,
        cookie: &SecretString,
        me: PersonId,
        timeouts: Timeouts,
        (clock, ids): (SharedClock, SharedIds),
    ) -> Result<Self, SetupError> {
        let wire = Wire::new(address, Some(cookie), timeouts)?;
        let known = Arc::new(Known::new(&wire.address(), clock.now()));
        Ok(Self { wire, me, known, clock, ids, pace: Pace::default(), watches: false, vetted: false })
    }

    /// Looks the cookie up before each request: somebody may sign in anew while this runs.
    #[must_use]
    pub fn with_tokens(mut self, tokens: TokenFile) -> Self {
        self.wire = self.wire.with_tokens(tokens);
        self
    }

    /// What this person may do there, as it was at the sign-in.
    #[must_use]
    pub fn as_role(mut self, role: Role) -> Self {
        self.vetted = role >= Role::VettedTexter;
        self
    }

    /// Waits as `pace` says.
    #[must_use]
    pub fn at_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Looks whether somebody is signed in still: an error here has no other meaning that could be read.
    async fn still_signed_in(&self) -> Call<()> {
        let reply = self.wire.ask(&documents::SESSION, serde_json::json!({})).await?;
        match (reply.nobody(), reply.field("currentUser").is_null()) {
            (true, _) => Err(signed_out()),
            // The server could not look it up: that is no word on the sign-in.
            (false, true) => Err(CallError::Strange("the server could not say who is signed in".into())),
            (false, false) => Ok(()),
        }
    }

    /// What an answer without its field means: nobody is signed in, or it is not for this person.
    async fn refused(&self, said: &str) -> CallError {
        match self.still_signed_in().await {
            Err(error) => error,
            Ok(()) if said.contains("not authorized") => {
                refusal(Code::Forbidden, "the server refuses it to this person")
            }
            // In production everything that goes wrong looks like this, what passes too.
            Ok(()) => CallError::Strange(WORDLESS.into()),
        }
    }
}

/// What is said of an error of the server's: in production it has no words.
pub const WORDLESS: &str = "the server could not answer, and does not say why";
/// The detail of the refusal of who was signed out there.
pub const SIGNED_OUT: &str = "nobody is signed in there any more";

/// The sign-in does not count any more.
fn signed_out() -> CallError {
    refusal(Code::Unauthorized, SIGNED_OUT)
}

fn refusal(code: Code, detail: &str) -> CallError {
    CallError::Refused(Box::new(Problem::new(code, detail)))
}

#[async_trait]
impl CampaignServer for SpokeServer {
    fn capabilities(&self) -> Capabilities {
        match (self.watches, self.vetted) {
            (true, _) => Capabilities::SPOKE_CAPTAIN,
            (false, true) => Capabilities::SPOKE_VETTED,
            (false, false) => Capabilities::SPOKE,
        }
    }

    fn is_signed_in_again(&self) -> bool {
        self.wire.is_signed_in_again()
    }

    async fn me(&self) -> Call<Me> {
        let (mut me, user) = self.who().await?;
        me.role = session::role(&self.wire, &user).await?;
        Ok(me)
    }

    async fn campaigns(&self) -> Call<Vec<CampaignTodo>> {
        if self.watches { self.todos_to_watch().await } else { self.todos().await }
    }

    async fn campaign(&self, campaign: CampaignId) -> Call<CampaignView> {
        let assignment = self.read_assignment(campaign.0).await?;
        Ok(views::campaign(&assignment, self.known.seq()))
    }

    async fn claim(&self, campaign: CampaignId, claim: Uuid, want: u32) -> Call<SliceGrant> {
        self.more(campaign.0, claim, want).await
    }

    async fn take_replies(&self, campaign: CampaignId, claim: Uuid) -> Call<u64> {
        self.take(campaign.0, claim).await
    }

    async fn assignment(&self, campaign: CampaignId, _cursor: Option<String>) -> Call<AssignmentPage> {
        self.list(campaign.0).await
    }

    async fn contacts(&self, campaign: CampaignId, ids: &[ContactId]) -> Call<Vec<ContactView>> {
        self.bodies(campaign.0, ids).await
    }

    async fn thread(&self, contact: ContactId, _before: Option<u64>, _limit: u32) -> Call<Thread> {
        self.conversation(contact).await
    }

    async fn send(&self, id: MessageId, request: &SendRequest) -> Call<Verdict> {
        self.send_once(id, request, &NoMemo).await
    }

    async fn send_with(&self, id: MessageId, request: &SendRequest, memo: &dyn Memo) -> Call<Verdict> {
        self.send_once(id, request, memo).await
    }

    async fn act(&self, id: ActId, act: &Act) -> Call<Verdict> {
        self.carry_out(id, act, &NoMemo).await
    }

    async fn act_with(&self, id: ActId, act: &Act, memo: &dyn Memo) -> Call<Verdict> {
        self.carry_out(id, act, memo).await
    }

    async fn look_for(&self, id: Uuid, what: &ConfirmedWhat) -> Call<Option<Verdict>> {
        self.look_for_with(id, what, &NoMemo).await
    }

    async fn look_for_with(&self, id: Uuid, what: &ConfirmedWhat, memo: &dyn Memo) -> Call<Option<Verdict>> {
        match what {
            ConfirmedWhat::Text(request) => self.look_for_text(MessageId(id), request, memo).await,
            // Giving contacts back leaves no trace by which it could be told.
            ConfirmedWhat::Act { .. } => Ok(None),
        }
    }

    fn keep_in(&self, notes: Arc<dyn Memo>) {
        self.known.keep_in(notes);
    }

    fn may_repeat(&self, what: &ConfirmedWhat) -> bool {
        // Given or taken back twice, contacts would go that came in between.
        matches!(what, ConfirmedWhat::Act { act } if !matches!(act, Act::Release { .. } | Act::Reclaim { .. }))
    }

    fn is_half_way(&self, id: ActId) -> bool {
        self.known.is_half_way(id)
    }

    fn beside(&self) -> Option<Beside> {
        let (unreadable, nameless, why) = self.known.unreadable();
        let why = why.or_else(|| unreadable.values().next().cloned()).unwrap_or_default();
        let unnoticed = self.known.unnoticed();
        let settings = self.known.settings();
        Some(Beside {
            unreadable: unreadable.into_keys().collect(),
            nameless,
            why,
            unnoticed,
            longest: settings.as_ref().map(|settings| settings.max_length),
            two_presses: settings.as_ref().is_some_and(|settings| settings.two_presses),
            downtime: settings.and_then(|settings| settings.downtime),
        })
    }

    async fn presence(&self) -> Call<Presence> {
        // Nobody keeps watch there, and nothing ends for want of a heartbeat.
        let now = self.clock.now();
        let far = now.saturating_add(SignedDuration::from_hours(24 * 365)).unwrap_or(now);
        Ok(Presence { server_time: now, lease_until: far, own_time: false, nothing_goes_before: None, keeps: None })
    }

    async fn events(&self, campaign: CampaignId, _after: u64) -> Call<BoxStream<'static, Call<Event>>> {
        if self.watches {
            return Ok(self.boards(campaign));
        }
        poll::events(self.clone(), campaign.0).await
    }

    async fn board(&self, campaign: CampaignId) -> Call<Board> {
        self.count(campaign).await
    }

    async fn review(&self, ask: &ReviewAsk) -> Call<ReviewAnswer> {
        self.reviewed(ask).await
    }
}

//! Capability handles: the only makers of commands.
//!
//! A handler gets the handle that its session's role allows, and with it just the verbs of that role.
//! Handles read the clock and draw ids, so that a command is plain data and its decision repeatable.

mod change;
mod keep;
mod second_factor;
mod segments;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    SharedStore, StoreError,
    change::{Changed, Clearing},
    command::{Actor, Answer, Command, CommandKind, TakenOut},
    roster::Standing,
};
use crate::api::{
    act::Act,
    admin::{ImportChunk, ImportStart, InviteRequest, ListStart},
    captain::Board,
    message::SendRequest,
    people::{JoinRequest, Joined, Role},
    problem::{Code, Problem},
};
use crate::domain::{
    assignment::Leases,
    ids::{ActId, CampaignId, ContactId, MessageId, OrganizationId, PersonId},
    phone::Phone,
    throughput::Throughput,
};
use crate::env::{SharedClock, SharedIds};
use crate::server::carrier::{CarrierEvent, Found, Submitted};

pub use second_factor::HoldsFactor;

/// Answer of a handle's verb: a refusal by the rules is an `Ok`.
pub type Answered = Result<Answer, StoreError>;

/// What every verb needs: where changes go, the time, and fresh ids.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The database.
    pub store: SharedStore,
    /// The server's clock.
    pub clock: SharedClock,
    /// Ids and secrets.
    pub ids: SharedIds,
    /// What the carrier lets through, where that is bounded.
    pub throughput: Option<Arc<Throughput>>,
}

impl Desk {
    /// Puts the three together.
    #[must_use]
    pub fn new(store: SharedStore, clock: SharedClock, ids: SharedIds) -> Self {
        Self { store, clock, ids, throughput: None }
    }

    async fn run(&self, kind: CommandKind) -> Answered {
        self.store.execute(Command { now: self.clock.now(), kind }).await
    }

    /// The captain's board now, with what the carrier lets through; `None` unless the actor may see it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn board(&self, actor: &Actor, campaign: CampaignId) -> Result<Option<Board>, StoreError> {
        let now = self.clock.now();
        let mut board = self.store.board(actor, campaign, now).await?;
        if let (Some(board), Some(limits)) = (&mut board, &self.throughput) {
            board.gauge = Some(Box::new(self.store.gauge(limits, Some(campaign), now).await?));
        }
        Ok(board)
    }

    /// Until when nothing is handed to the carrier, as the day's cap is used up; none while something goes.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn nothing_goes_before(&self) -> Result<Option<Timestamp>, StoreError> {
        match self.throughput.as_ref().filter(|limits| limits.day.is_some()) {
            Some(limits) => Ok(self.store.gauge(limits, None, self.clock.now()).await?.nothing_goes_before),
            None => Ok(None),
        }
    }

    fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }

    fn secret(&self) -> String {
        let mut bytes = [0u8; 32];
        self.ids.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// How invites' secrets and sessions' tokens are kept: BLAKE3 of the text. They are 256 random bits, so no salt
/// and no slow hash is needed.
#[must_use]
pub fn secret_hash(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}

/// How much later than its clock says a laptop may have handed something in. More is the request's own time on the way,
/// unless an earlier answer showed that the clock is off by it.
const ON_THE_WAY: SignedDuration = SignedDuration::from_mins(15);

/// What a laptop told of its clock when it handed something in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Its time then.
    pub sent_at: Option<Timestamp>,
    /// The server's time minus its own, by an earlier answer of the server.
    pub offset: Option<SignedDuration>,
}

impl Told {
    /// How far its clock is behind, as far as that can be believed.
    #[must_use]
    pub fn skew(self, now: Timestamp) -> Option<SignedDuration> {
        let most = self.offset.unwrap_or_default().saturating_add(ON_THE_WAY);
        self.raw(now).map(|skew| skew.min(most))
    }

    /// The same, believed or not.
    #[must_use]
    pub fn raw(self, now: Timestamp) -> Option<SignedDuration> {
        self.sent_at.map(|sent_at| now.duration_since(sent_at))
    }
}

/// For whoever is a captain and cannot show it now.
pub const SECOND_FACTOR_NEEDED: &str =
    "the second factor is needed for this: textbank second-factor prove, or set where none is set yet";

fn refused(code: Code, detail: &str) -> Answered {
    Ok(Answer::Refused(Box::new(Problem::new(code, detail))))
}

/// The verbs of a texter: every role has them.
#[derive(Debug, Clone)]
pub struct Texter(Actor);

impl Texter {
    /// The texter's handle of a session.
    #[must_use]
    pub fn of(actor: Actor) -> Self {
        Self(actor)
    }

    /// On whose behalf.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0
    }

    /// Hands in one confirmed text: [`Answer::Verdict`], or [`Answer::Refused`] when the id was used for something else.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known; ask again with the same id.
    pub async fn send(&self, desk: &Desk, id: MessageId, request: SendRequest) -> Answered {
        self.send_told(desk, id, request, Told::default()).await
    }

    /// [`Self::send`], with the laptop's time at the moment it handed the text in.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_told(&self, desk: &Desk, id: MessageId, request: SendRequest, told: Told) -> Answered {
        let now = desk.clock.now();
        let (skew, told) = (told.skew(now), told.raw(now));
        let kind = CommandKind::Send { actor: self.0.clone(), id, request: Box::new(request), skew, told };
        desk.store.execute(Command { now, kind }).await
    }

    /// Hands in one act on a contact in hand, or a release: [`Answer::Verdict`]. A captain's act is refused.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn act(&self, desk: &Desk, id: ActId, act: Act) -> Answered {
        self.act_told(desk, id, act, Told::default()).await
    }

    /// [`Self::act`], with the laptop's time at the moment it handed the act in.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn act_told(&self, desk: &Desk, id: ActId, act: Act, told: Told) -> Answered {
        if act.is_captains() && self.0.role < Role::Captain && self.0.ended_at.is_none() {
            if self.0.full_role() >= Role::Captain {
                return refused(Code::SecondFactorNeeded, SECOND_FACTOR_NEEDED);
            }
            return refused(Code::Forbidden, "only a captain may do this");
        }
        let now = desk.clock.now();
        let skew = told.skew(now);
        let kind = CommandKind::Act { actor: self.0.clone(), id, act, skew, notice: MessageId(desk.fresh()) };
        desk.store.execute(Command { now, kind }).await
    }

    /// Leases a slice: [`Answer::Slice`] or [`Answer::Refused`]. The same `claim` twice grants once.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn claim(&self, desk: &Desk, campaign: CampaignId, claim: Uuid, want: u32) -> Answered {
        self.claim_speaking(desk, campaign, claim, want, Vec::new()).await
    }

    /// The same by somebody who answers in these languages (`es`): who waits for one of them is handed out too.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn claim_speaking(
        &self,
        desk: &Desk,
        campaign: CampaignId,
        claim: Uuid,
        want: u32,
        speaks: Vec<String>,
    ) -> Answered {
        let limits = desk.throughput.clone();
        desk.run(CommandKind::Claim { actor: self.0.clone(), campaign, claim, want, speaks, limits }).await
    }

    /// The next token of this session; it is in this answer and nowhere else.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn renew_token(&self, desk: &Desk) -> Result<Result<String, Box<Problem>>, StoreError> {
        let token = desk.secret();
        let next_hash = secret_hash(&token);
        match desk.run(CommandKind::RenewToken { actor: self.0.clone(), next_hash }).await? {
            Answer::Refused(problem) => Ok(Err(problem)),
            _ => Ok(Ok(token)),
        }
    }

    /// Accepts the rules or a guide of this version: [`Answer::Done`], also when that was done before.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn accept_conduct(&self, desk: &Desk, version: String) -> Answered {
        desk.run(CommandKind::AcceptConduct { actor: self.0.clone(), version }).await
    }

    /// Has been through the practice: [`Answer::Done`], also when that was said before.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn pass_practice(&self, desk: &Desk) -> Answered {
        desk.run(CommandKind::PassPractice { actor: self.0.clone() }).await
    }

    /// Gives somebody another name: [`Answer::Done`]. Others than oneself are renamed by captains.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn rename(&self, desk: &Desk, person: PersonId, name: String) -> Answered {
        desk.run(CommandKind::RenamePerson { actor: self.0.clone(), person, name }).await
    }

    /// Heartbeat: [`Answer::Presence`].
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn presence(&self, desk: &Desk) -> Answered {
        desk.run(CommandKind::Presence { actor: self.0.clone() }).await
    }
}

/// The verbs of a captain, on top of a texter's.
#[derive(Debug, Clone)]
pub struct Captain(Actor);

impl Captain {
    /// The captain's handle, when the session's role allows it.
    #[must_use]
    pub fn of(actor: Actor) -> Option<Self> {
        (actor.role >= Role::Captain).then_some(Self(actor))
    }

    /// On whose behalf.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0
    }

    /// Hands in one act: pause, resume, reclaim, and decisions on any conversation of the organization.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn act(&self, desk: &Desk, id: ActId, act: Act) -> Answered {
        let notice = MessageId(desk.fresh());
        desk.run(CommandKind::Act { actor: self.0.clone(), id, act, skew: None, notice }).await
    }

    /// Puts on record which contacts this captain is about to be shown; those in the own hands are on record already.
    ///
    /// # Errors
    /// As [`Texter::send`]: then they are not shown.
    pub async fn reads(
        &self,
        desk: &Desk,
        contacts: Vec<ContactId>,
        place: &'static str,
    ) -> Result<Result<(), Box<Problem>>, StoreError> {
        if contacts.is_empty() {
            return Ok(Ok(()));
        }
        Ok(match desk.run(CommandKind::ContactsRead { actor: self.0.clone(), contacts, place }).await? {
            Answer::Refused(problem) => Err(problem),
            _ => Ok(()),
        })
    }

    /// Puts a number on the organization's suppression list: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn suppress(&self, desk: &Desk, phone: Phone, reason: String) -> Answered {
        desk.run(CommandKind::Suppress { actor: self.0.clone(), phone, reason }).await
    }
}

/// The verbs of an admin.
#[derive(Debug, Clone)]
pub struct Admin(Actor);

impl Admin {
    /// The admin's handle, when the session's role allows it.
    #[must_use]
    pub fn of(actor: Actor) -> Option<Self> {
        (actor.role >= Role::Admin).then_some(Self(actor))
    }

    /// On whose behalf.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0
    }

    /// Puts on record what this admin is about to be given: what is not on record is not given.
    ///
    /// # Errors
    /// As [`Texter::send`]: then it is not given.
    pub async fn takes_out(&self, desk: &Desk, taken: TakenOut) -> Result<Result<(), Box<Problem>>, StoreError> {
        if taken.many == 0 {
            return Ok(Ok(()));
        }
        Ok(match desk.run(CommandKind::TakenOut { actor: self.0.clone(), taken }).await? {
            Answer::Refused(problem) => Err(problem),
            _ => Ok(()),
        })
    }

    /// Starts an import, or finds it: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn import_start(&self, desk: &Desk, import: Uuid, start: ImportStart) -> Answered {
        self.import_start_with(desk, import, start, Vec::new()).await
    }

    /// The same; `advice`: what is doubtful in the campaign, for the audit.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn import_start_with(
        &self,
        desk: &Desk,
        import: Uuid,
        start: ImportStart,
        advice: Vec<String>,
    ) -> Answered {
        let start = Box::new(start);
        desk.run(CommandKind::ImportStart { actor: self.0.clone(), import, start, advice }).await
    }

    /// Starts to add contacts to a campaign that is there, or finds that import: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn list_add(&self, desk: &Desk, import: Uuid, campaign: CampaignId, start: ListStart) -> Answered {
        desk.run(CommandKind::ListAdd { actor: self.0.clone(), import, campaign, start: Box::new(start) }).await
    }

    /// Stores one chunk, once: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn import_chunk(&self, desk: &Desk, import: Uuid, number: u64, chunk: ImportChunk) -> Answered {
        desk.run(CommandKind::ImportChunk { actor: self.0.clone(), import, number, chunk }).await
    }

    /// Finishes an import; the campaign runs: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn import_finish(&self, desk: &Desk, import: Uuid) -> Answered {
        self.import_finish_as(desk, import, false).await
    }

    /// The same; `paused`: nobody gets contacts of it before a captain resumes it.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn import_finish_as(&self, desk: &Desk, import: Uuid, paused: bool) -> Answered {
        desk.run(CommandKind::ImportFinish { actor: self.0.clone(), import, paused }).await
    }

    /// Makes a join link's secret: [`Answer::Invite`] with the secret, which is nowhere else.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn invite(&self, desk: &Desk, request: InviteRequest) -> Answered {
        invite(desk, Some(self.0.clone()), self.0.organization, request).await
    }

    /// Revokes an invite: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn revoke_invite(&self, desk: &Desk, invite: i64) -> Answered {
        desk.run(CommandKind::RevokeInvite { actor: self.0.clone(), invite }).await
    }

    /// Sets the rules of conduct that everybody is to accept: [`Answer::Conduct`]. None: nothing is to be accepted.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn set_conduct(&self, desk: &Desk, texts: BTreeMap<String, String>) -> Answered {
        let organization = self.0.organization;
        desk.run(CommandKind::SetConduct { actor: Some(self.0.clone()), organization, texts, first: false }).await
    }

    /// Ends a session: [`Answer::Done`]. With the last one of a person, what they hold is free for others at once.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn revoke_session(&self, desk: &Desk, session: i64) -> Answered {
        desk.run(CommandKind::RevokeSession { actor: self.0.clone(), session }).await
    }
}

async fn invite(desk: &Desk, actor: Option<Actor>, organization: OrganizationId, request: InviteRequest) -> Answered {
    let secret = desk.secret();
    let kind = CommandKind::MakeInvite { actor, organization, request, secret_hash: secret_hash(&secret) };
    Ok(match desk.run(kind).await? {
        Answer::Invite(mut invite) => {
            invite.secret = secret;
            Answer::Invite(invite)
        }
        other => other,
    })
}

/// The verbs of somebody who is nobody yet.
#[derive(Debug, Clone, Copy)]
pub struct Door;

impl Door {
    /// A token that is in use nowhere came in. True when it ended its session: it had been replaced, so somebody has a copy.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn presented(desk: &Desk, token_hash: [u8; 32]) -> Result<bool, StoreError> {
        // Strangers' tokens are turned away by a look: they cost the writer nothing.
        if !desk.store.knows_token(token_hash).await? {
            return Ok(false);
        }
        Ok(matches!(desk.run(CommandKind::Presented { token_hash }).await?, Answer::Ended))
    }

    /// What is known of an invite's secret; nothing is used up by asking.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn standing(desk: &Desk, secret: &str) -> Result<Standing, StoreError> {
        desk.store.invite_standing(secret_hash(secret), desk.clock.now()).await
    }

    /// Redeems an invite for a session. The token in the answer is nowhere else.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn join(desk: &Desk, request: JoinRequest) -> Result<Result<Joined, Box<Problem>>, StoreError> {
        let token = desk.secret();
        let kind = CommandKind::Join {
            invite_hash: secret_hash(&request.invite),
            token_hash: secret_hash(&token),
            name: request.name,
            device: request.device,
            proof: request.proof.as_deref().map(secret_hash),
        };
        match desk.run(kind).await? {
            Answer::Joined(me) => Ok(Ok(Joined { token, me })),
            Answer::Refused(problem) => Ok(Err(problem)),
            other => Err(StoreError::Corrupt(format!("joining was answered with {other:?}"))),
        }
    }
}

/// What a carrier's verified callbacks may do.
#[derive(Debug, Clone)]
pub struct Webhook(String);

impl Webhook {
    /// For the carrier of this name; make it only after the callback was verified.
    #[must_use]
    pub fn of(carrier: &str) -> Self {
        Self(carrier.to_owned())
    }

    /// Stores an inbound text or a receipt: [`Answer::Done`]. Twice is once.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn event(&self, desk: &Desk, event: CarrierEvent) -> Answered {
        let (message, notice) = (MessageId(desk.fresh()), MessageId(desk.fresh()));
        desk.run(CommandKind::Carrier { carrier: self.0.clone(), event, message, notice }).await
    }
}

/// The server's own housekeeping.
#[derive(Debug, Clone, Copy)]
pub struct System;

impl System {
    /// Takes up to `limit` carrier jobs, marked submitting: [`Answer::Jobs`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn claim_jobs(desk: &Desk, limit: u32) -> Answered {
        let attempts = (0..limit).map(|_| desk.fresh()).collect();
        let limits = desk.throughput.clone();
        desk.run(CommandKind::ClaimJobs { limit, attempts, limits }).await
    }

    /// Records what the carrier said: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn record_attempt(desk: &Desk, attempt: Uuid, answer: Submitted) -> Answered {
        desk.run(CommandKind::RecordAttempt { attempt, answer }).await
    }

    /// Records what the carrier's list says about an attempt whose outcome is not known: present is submitted; absent, when
    /// the list is authoritative, is held and safe to send again: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn record_look_up(desk: &Desk, attempt: Uuid, found: Found, authoritative: bool) -> Answered {
        desk.run(CommandKind::RecordLookUp { attempt, found, authoritative }).await
    }

    /// Attempts begun before `started_before` and still submitting become unknown; unknown ones older than
    /// `hold_after` become held: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn sweep_attempts(desk: &Desk, started_before: Timestamp, hold_after: Duration) -> Answered {
        desk.run(CommandKind::SweepAttempts { started_before, hold_after }).await
    }

    /// Gives contacts whose lease ran out back to the pool: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn expire_leases(desk: &Desk) -> Answered {
        desk.run(CommandKind::ExpireLeases).await
    }

    /// Takes back whatever waits for the carrier and carries what was recalled, part by part; nobody waits for more than a part.
    /// Stopped half-way it is gone on with by the next call, and what is left meanwhile does not go out either.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn clear_recalls(desk: &Desk) -> Result<(), StoreError> {
        Self::clear_while(desk, None, || true).await.map(drop)
    }

    /// Part by part as long as it is wanted; says whether all was looked at. A store that comes to the same part again and again keeps
    /// nothing of what it answers: the next call tries once more.
    async fn clear_while(desk: &Desk, only: Option<i64>, wanted: impl Fn() -> bool) -> Result<bool, StoreError> {
        let (mut before, mut from) = (None, None);
        loop {
            let next = Self::clear_recall(desk, from, only).await?;
            if next.is_none() {
                return Ok(true);
            }
            // The last part of a recall ends where it began, once.
            if (next == from && from == before) || !wanted() {
                return Ok(false);
            }
            (before, from) = (from, next);
        }
    }

    /// As [`Self::clear_recalls`], of this recall alone and for so long at most, give or take a part; says whether all of it was
    /// looked at. What is left is taken back by the next [`Self::clear_recalls`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn clear_recall_for(desk: &Desk, recall: i64, most: Duration) -> Result<bool, StoreError> {
        let begun = desk.clock.monotonic();
        Self::clear_while(desk, Some(recall), || desk.clock.monotonic().saturating_sub(begun) < most).await
    }

    /// One part of [`Self::clear_recalls`], behind the one before, of the recall `only` or of all; says where the next begins, none
    /// when there is none.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn clear_recall(
        desk: &Desk,
        from: Option<Clearing>,
        only: Option<i64>,
    ) -> Result<Option<Clearing>, StoreError> {
        Ok(match desk.run(CommandKind::ClearRecall { from, only }).await? {
            Answer::Changed(Changed::Clearing(next)) => next,
            _ => None,
        })
    }

    /// Anchors the ledger, at most every ten minutes and only when something is new: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn anchor(desk: &Desk) -> Answered {
        desk.run(CommandKind::Anchor).await
    }

    /// How long what is in hand stays with somebody who is not seen any more, in this process: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn set_leases(desk: &Desk, leases: Leases) -> Answered {
        desk.run(CommandKind::SetLeases { leases }).await
    }

    /// The rules of conduct that a new organization begins with; nothing changes where some were ever set: [`Answer::Conduct`].
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn first_conduct(desk: &Desk, organization: OrganizationId, texts: BTreeMap<String, String>) -> Answered {
        desk.run(CommandKind::SetConduct { actor: None, organization, texts, first: true }).await
    }

    /// Makes an invite on the server's own behalf (the first admin's, a rehearsal's): [`Answer::Invite`] with the secret.
    ///
    /// # Errors
    /// As [`Texter::send`].
    pub async fn invite(desk: &Desk, organization: OrganizationId, request: InviteRequest) -> Answered {
        invite(desk, None, organization, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::nothing_told(None, None, None)]
    #[case::a_good_clock(Some(0), Some(0), Some(0))]
    #[case::a_slow_line(Some(600), Some(0), Some(600))]
    #[case::a_request_that_hung_for_a_day(Some(86_400), Some(0), Some(900))]
    #[case::one_that_hung_and_never_heard_the_time(Some(86_400), None, Some(900))]
    #[case::a_clock_three_hours_behind(Some(10_801), Some(10_800), Some(10_801))]
    #[case::such_a_clock_and_a_request_that_hung(Some(90_000), Some(10_800), Some(11_700))]
    #[case::a_clock_ahead(Some(-10_800), Some(-10_799), Some(-10_800))]
    #[case::one_ahead_and_a_request_that_hung(Some(50_000), Some(-10_800), Some(-9_900))]
    fn a_long_way_is_told_from_a_wrong_clock(
        #[case] late: Option<i64>,
        #[case] offset: Option<i64>,
        #[case] believed: Option<i64>,
    ) {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let seconds = SignedDuration::from_secs;
        let told = Told { sent_at: late.map(|late| now - seconds(late)), offset: offset.map(seconds) };
        assert_eq!((told.skew(now), told.raw(now)), (believed.map(seconds), late.map(seconds)));
    }
}

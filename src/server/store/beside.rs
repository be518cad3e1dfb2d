//! A store with somebody beside it: every command goes through unchanged, and an [`Onlooker`] is told what was asked and
//! what was answered. What it hears is the server's own decision, not what a console believed.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    SharedStore, Store, StoreError,
    change::Reached,
    command::{Actor, Answer, Command},
    keeping::Keeping,
    query::{Found, Queries, Told},
    results::{Place, Results, Wanted},
    roster::{AuditWanted, FactorKept, Roster, Standing},
    segments::{FollowUpStanding, Segments},
    turnout::{Part, Turnout},
};
use crate::api::{
    admin::{ImportState, InviteInfo, ListInfo},
    approval::ProposalState,
    assignment::{AssignmentPage, ContactView, Whereabouts},
    audit::AuditPage,
    campaign::{CampaignTodo, CampaignView},
    canned::CannedReplies,
    captain::{Board, ByHours, Flagged, Gauge, HeldText},
    closing::{CloseReport, CloseRequest},
    conduct::ConductText,
    event::Event,
    keeping::{HoldInfo, PersonOut, PersonPlace, RetentionRun, RetentionState},
    ledger::{LedgerPage, LedgerState},
    message::{Thread, Verdict},
    people::{Me, PersonInfo, SessionInfo, WaitingPerson},
    practice::Practice,
    problem::Problem,
    recall::{Elsewhere, RecallInForce, RecallInfo},
    results::{ColumnsOut, ContactsOut, FiguresOut, MessagesOut, OptOutsOut},
    rsvp::{EventTally, QueueOut, QueueTally, RsvpsOut},
    segments::{SegmentCount, SegmentInfo},
    trial::TrialInfo,
};
use crate::domain::{
    filter::Filter,
    ids::{CampaignId, ContactId, OrganizationId},
    phone::Phone,
    recall::{Recall, Recalled},
    throughput::Throughput,
};
use crate::server::carrier::Asked;

/// Who is told.
#[async_trait]
pub trait Onlooker: Send + Sync + std::fmt::Debug + 'static {
    /// What it wants to remember of a command until the answer is there.
    type Note: Send;

    /// A command is about to be decided.
    fn asked(&self, command: &Command) -> Self::Note;

    /// The store has answered; whoever asked is told after this.
    ///
    /// # Errors
    /// [`StoreError`]: then that is the answer, though the command was decided.
    async fn answered(&self, note: Self::Note, answer: &Answer) -> Result<(), StoreError>;
}

/// See the module.
#[derive(Debug)]
pub struct Beside<O> {
    inner: SharedStore,
    onlooker: O,
}

impl<O> Beside<O> {
    /// Puts `onlooker` beside `inner`.
    #[must_use]
    pub fn new(inner: SharedStore, onlooker: O) -> Self {
        Self { inner, onlooker }
    }
}

#[async_trait]
impl<O: Onlooker> Store for Beside<O> {
    async fn execute(&self, command: Command) -> Result<Answer, StoreError> {
        let note = self.onlooker.asked(&command);
        let answer = self.inner.execute(command).await?;
        self.onlooker.answered(note, &answer).await?;
        Ok(answer)
    }

    fn wake(&self) -> tokio::sync::watch::Receiver<u64> {
        self.inner.wake()
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }
}

#[async_trait]
impl<O: Onlooker> Queries for Beside<O> {
    async fn session(&self, token_hash: [u8; 32]) -> Found<Option<Actor>> {
        self.inner.session(token_hash).await
    }

    async fn session_even_ended(&self, token_hash: [u8; 32]) -> Found<Option<Actor>> {
        self.inner.session_even_ended(token_hash).await
    }

    async fn me(&self, actor: &Actor) -> Found<Me> {
        self.inner.me(actor).await
    }

    async fn campaigns(&self, actor: &Actor) -> Found<Vec<CampaignTodo>> {
        self.inner.campaigns(actor).await
    }

    async fn campaign(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<CampaignView>> {
        self.inner.campaign(actor, campaign).await
    }

    async fn import(&self, actor: &Actor, import: Uuid) -> Found<Option<ImportState>> {
        self.inner.import(actor, import).await
    }

    async fn lists(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<ListInfo>>> {
        self.inner.lists(actor, campaign).await
    }

    async fn assignment(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Found<Option<AssignmentPage>> {
        self.inner.assignment(actor, campaign, after, limit).await
    }

    async fn contacts(&self, actor: &Actor, campaign: CampaignId, ids: &[ContactId]) -> Found<Vec<ContactView>> {
        self.inner.contacts(actor, campaign, ids).await
    }

    async fn whereabouts(&self, actor: &Actor, campaign: CampaignId, ids: &[ContactId]) -> Found<Option<Whereabouts>> {
        self.inner.whereabouts(actor, campaign, ids).await
    }

    async fn thread(
        &self,
        actor: &Actor,
        contact: ContactId,
        before: Option<u64>,
        limit: u32,
    ) -> Found<Option<Thread>> {
        self.inner.thread(actor, contact, before, limit).await
    }

    async fn verdict(&self, actor: &Actor, id: Uuid) -> Found<Option<Verdict>> {
        self.inner.verdict(actor, id).await
    }

    async fn events(&self, actor: &Actor, campaign: CampaignId, after: u64, limit: u32) -> Found<Option<Vec<Event>>> {
        self.inner.events(actor, campaign, after, limit).await
    }

    async fn told(&self, after: u64, limit: u32) -> Found<Vec<Told>> {
        self.inner.told(after, limit).await
    }

    async fn board(&self, actor: &Actor, campaign: CampaignId, now: Timestamp) -> Found<Option<Board>> {
        self.inner.board(actor, campaign, now).await
    }

    async fn by_hours(&self, actor: &Actor, campaign: CampaignId, now: Timestamp) -> Found<Option<ByHours>> {
        self.inner.by_hours(actor, campaign, now).await
    }

    async fn gauge(&self, limits: &Throughput, campaign: Option<CampaignId>, now: Timestamp) -> Found<Gauge> {
        self.inner.gauge(limits, campaign, now).await
    }

    async fn sessions(&self, actor: &Actor) -> Found<Vec<SessionInfo>> {
        self.inner.sessions(actor).await
    }

    async fn ledger(&self, actor: &Actor, after: u64, limit: u32) -> Found<LedgerPage> {
        self.inner.ledger(actor, after, limit).await
    }

    async fn ledger_state(&self, actor: &Actor) -> Found<LedgerState> {
        self.inner.ledger_state(actor).await
    }

    async fn nobody_joined(&self) -> Found<bool> {
        self.inner.nobody_joined().await
    }

    async fn hours_behind(&self) -> Found<Vec<(CampaignId, String, Vec<String>)>> {
        self.inner.hours_behind().await
    }

    async fn first_organization(&self) -> Found<OrganizationId> {
        self.inner.first_organization().await
    }

    async fn named_organization(&self) -> Found<Option<String>> {
        self.inner.named_organization().await
    }

    async fn numbers(&self, actor: &Actor, campaign: CampaignId) -> Found<Vec<(ContactId, Phone, Option<String>)>> {
        self.inner.numbers(actor, campaign).await
    }

    async fn flagged(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<Flagged>>> {
        self.inner.flagged(actor, campaign).await
    }

    async fn held(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<HeldText>>> {
        self.inner.held(actor, campaign).await
    }

    async fn reach(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        what: &Recalled,
    ) -> Found<Option<Result<Reached, Box<Problem>>>> {
        self.inner.reach(actor, campaign, what).await
    }

    async fn elsewhere(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        what: &Recalled,
    ) -> Found<Option<Result<(Recall, Vec<Elsewhere>), Box<Problem>>>> {
        self.inner.elsewhere(actor, campaign, what).await
    }

    async fn recalls(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<RecallInfo>>> {
        self.inner.recalls(actor, campaign).await
    }

    async fn all_recalls(&self, actor: &Actor) -> Found<Vec<RecallInForce>> {
        self.inner.all_recalls(actor).await
    }

    async fn trials(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<TrialInfo>>> {
        self.inner.trials(actor, campaign).await
    }

    async fn to_look_up(&self, since: Timestamp, after: Option<Uuid>, limit: u32) -> Found<Vec<Asked>> {
        self.inner.to_look_up(since, after, limit).await
    }

    async fn open_jobs(&self) -> Found<(u64, u64, u64)> {
        self.inner.open_jobs().await
    }
}

#[async_trait]
impl<O: Onlooker> Roster for Beside<O> {
    async fn invite_standing(&self, secret_hash: [u8; 32], now: Timestamp) -> Found<Standing> {
        self.inner.invite_standing(secret_hash, now).await
    }

    async fn knows_token(&self, token_hash: [u8; 32]) -> Found<bool> {
        self.inner.knows_token(token_hash).await
    }

    async fn second_factor(&self, actor: &Actor) -> Found<Option<FactorKept>> {
        self.inner.second_factor(actor).await
    }

    async fn audit(&self, actor: &Actor, wanted: &AuditWanted) -> Found<AuditPage> {
        self.inner.audit(actor, wanted).await
    }

    async fn proposal(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<ProposalState>> {
        self.inner.proposal(actor, campaign).await
    }

    async fn canned(&self, actor: &Actor) -> Found<CannedReplies> {
        self.inner.canned(actor).await
    }

    async fn conduct(&self, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Vec<ConductText>>> {
        self.inner.conduct(actor, campaign).await
    }

    async fn practice(&self, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Practice>> {
        self.inner.practice(actor, campaign).await
    }

    async fn waiting_room(&self, actor: &Actor) -> Found<Vec<WaitingPerson>> {
        self.inner.waiting_room(actor).await
    }

    async fn people(&self, actor: &Actor) -> Found<Vec<PersonInfo>> {
        self.inner.people(actor).await
    }

    async fn invites(&self, actor: &Actor, now: Timestamp) -> Found<Vec<InviteInfo>> {
        self.inner.invites(actor, now).await
    }
}

#[async_trait]
impl<O: Onlooker> Results for Beside<O> {
    async fn contacts_out(&self, actor: &Actor, campaign: CampaignId, wanted: &Wanted) -> Found<Option<ContactsOut>> {
        self.inner.contacts_out(actor, campaign, wanted).await
    }

    async fn messages_out(&self, actor: &Actor, campaign: CampaignId, wanted: &Wanted) -> Found<Option<MessagesOut>> {
        self.inner.messages_out(actor, campaign, wanted).await
    }

    async fn columns_out(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        place: Option<Place>,
    ) -> Found<Option<ColumnsOut>> {
        self.inner.columns_out(actor, campaign, place).await
    }

    async fn figures_out(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        place: Option<Place>,
    ) -> Found<Option<FiguresOut>> {
        self.inner.figures_out(actor, campaign, place).await
    }

    async fn opt_outs_out(
        &self,
        actor: &Actor,
        campaign: Option<CampaignId>,
        since: Option<Timestamp>,
        after: &str,
        limit: u32,
    ) -> Found<Option<OptOutsOut>> {
        self.inner.opt_outs_out(actor, campaign, since, after, limit).await
    }
}

#[async_trait]
impl<O: Onlooker> Segments for Beside<O> {
    async fn segments(&self, actor: &Actor) -> Found<Vec<SegmentInfo>> {
        self.inner.segments(actor).await
    }

    async fn segment(&self, actor: &Actor, name: &str) -> Found<Option<SegmentInfo>> {
        self.inner.segment(actor, name).await
    }

    async fn segment_count(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        filter: &Filter,
        texted_since: Option<Timestamp>,
        place: Option<Place>,
    ) -> Found<Option<SegmentCount>> {
        self.inner.segment_count(actor, campaign, filter, texted_since, place).await
    }

    async fn follow_up(&self, actor: &Actor, id: Uuid) -> Found<Option<FollowUpStanding>> {
        self.inner.follow_up(actor, id).await
    }
}

#[async_trait]
impl<O: Onlooker> Keeping for Beside<O> {
    async fn closing(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        request: &CloseRequest,
        now: Timestamp,
    ) -> Found<Option<Result<CloseReport, Box<Problem>>>> {
        self.inner.closing(actor, campaign, request, now).await
    }

    async fn retention(&self, actor: &Actor) -> Found<RetentionState> {
        self.inner.retention(actor).await
    }

    async fn retention_due(&self, actor: &Actor, now: Timestamp) -> Found<RetentionRun> {
        self.inner.retention_due(actor, now).await
    }

    async fn holds(&self, actor: &Actor) -> Found<Vec<HoldInfo>> {
        self.inner.holds(actor).await
    }

    async fn person_out(&self, actor: &Actor, phone: &Phone, now: Timestamp) -> Found<PersonOut> {
        self.inner.person_out(actor, phone, now).await
    }

    async fn person_part(
        &self,
        actor: &Actor,
        phone: &Phone,
        now: Timestamp,
        from: Option<&PersonPlace>,
    ) -> Found<PersonOut> {
        self.inner.person_part(actor, phone, now, from).await
    }
}

#[async_trait]
impl<O: Onlooker> Turnout for Beside<O> {
    async fn calendar(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<EventTally>>> {
        self.inner.calendar(actor, campaign).await
    }

    async fn rsvps_out(&self, actor: &Actor, campaign: CampaignId, part: &Part) -> Found<Option<RsvpsOut>> {
        self.inner.rsvps_out(actor, campaign, part).await
    }

    async fn queues(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<QueueTally>>> {
        self.inner.queues(actor, campaign).await
    }

    async fn queue_out(&self, actor: &Actor, campaign: CampaignId, part: &Part, all: bool) -> Found<Option<QueueOut>> {
        self.inner.queue_out(actor, campaign, part, all).await
    }
}

//! Questions to the store; they change nothing.

use async_trait::async_trait;
use uuid::Uuid;

use super::{StoreError, change::Reached, command::Actor};
use crate::api::{
    admin::{ImportState, ListInfo},
    assignment::{AssignmentPage, ContactView, Whereabouts},
    campaign::{CampaignTodo, CampaignView},
    captain::{Board, ByHours, Flagged, Gauge, HeldText},
    event::Event,
    ledger::{LedgerPage, LedgerState},
    message::{Thread, Verdict},
    people::{Me, SessionInfo},
    problem::Problem,
    recall::{Elsewhere, RecallInForce, RecallInfo},
    trial::TrialInfo,
};
use crate::domain::{
    ids::OrganizationId,
    ids::{CampaignId, ContactId, PersonId},
    phone::Phone,
    recall::{Recall, Recalled},
    throughput::Throughput,
};
use crate::server::carrier::Asked;
use jiff::Timestamp;

/// Result of a question.
pub type Found<T> = Result<T, StoreError>;

/// An event as it is stored, for whomever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// In which campaign.
    pub campaign: CampaignId,
    /// For this person alone; none: for everybody in the campaign.
    pub person: Option<PersonId>,
    /// For everybody who is a captain at least.
    pub captains_only: bool,
    /// What, as JSON: an [`crate::api::event::EventKind`], perhaps of another version. Empty when the row cannot be read.
    pub payload: String,
}

/// What can be asked. Questions with an [`Actor`] see only what that actor may see: `None` for the rest.
#[async_trait]
pub trait Queries {
    /// The running session whose token hashes to this.
    async fn session(&self, token_hash: [u8; 32]) -> Found<Option<Actor>>;
    /// The same, a session that was ended too: with [`Actor::ended_at`] then, and a texter's role at most.
    async fn session_even_ended(&self, token_hash: [u8; 32]) -> Found<Option<Actor>>;
    /// The person behind a session.
    async fn me(&self, actor: &Actor) -> Found<Me>;
    /// My campaigns.
    async fn campaigns(&self, actor: &Actor) -> Found<Vec<CampaignTodo>>;
    /// One campaign.
    async fn campaign(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<CampaignView>>;
    /// A page of my contacts, after the contact with id `after`.
    async fn assignment(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Found<Option<AssignmentPage>>;
    /// Bodies of those of `ids` that are in my hands.
    async fn contacts(&self, actor: &Actor, campaign: CampaignId, ids: &[ContactId]) -> Found<Vec<ContactView>>;
    /// Who has those of `ids` now that this actor was given once and does not hold any more, as counts.
    async fn whereabouts(&self, actor: &Actor, campaign: CampaignId, ids: &[ContactId]) -> Found<Option<Whereabouts>>;
    /// A conversation in my hands (captains: any of their organization).
    async fn thread(&self, actor: &Actor, contact: ContactId, before: Option<u64>, limit: u32)
    -> Found<Option<Thread>>;
    /// The stored verdict of an own message or act.
    async fn verdict(&self, actor: &Actor, id: Uuid) -> Found<Option<Verdict>>;
    /// Events of one campaign after `after` that concern this actor, oldest first; `None` when `after` is too old to resume. In
    /// place of one that this program cannot read stands a snapshot.
    async fn events(&self, actor: &Actor, campaign: CampaignId, after: u64, limit: u32) -> Found<Option<Vec<Event>>>;
    /// All events after `after` of everybody, oldest first: for the one who tells each of them to those whom it concerns.
    async fn told(&self, after: u64, limit: u32) -> Found<Vec<Told>>;
    /// The captain's board at `now`.
    async fn board(&self, actor: &Actor, campaign: CampaignId, now: Timestamp) -> Found<Option<Board>>;
    /// A campaign's contacts whom nobody has yet, by whether they may be texted at `now`; `None` unless it is there for the actor.
    async fn by_hours(&self, actor: &Actor, campaign: CampaignId, now: Timestamp) -> Found<Option<ByHours>>;
    /// What the carrier lets through at `now`, and what is left of it: whether that is enough is said of first texts of this
    /// campaign, or of the shortest there are.
    async fn gauge(&self, limits: &Throughput, campaign: Option<CampaignId>, now: Timestamp) -> Found<Gauge>;
    /// The organization's sessions.
    async fn sessions(&self, actor: &Actor) -> Found<Vec<SessionInfo>>;
    /// A page of the organization's ledger after the entry with this number. For admins' handles only.
    async fn ledger(&self, actor: &Actor, after: u64, limit: u32) -> Found<LedgerPage>;
    /// How far it is anchored.
    async fn ledger_state(&self, actor: &Actor) -> Found<LedgerState>;
    /// True when nobody ever joined.
    async fn nobody_joined(&self) -> Found<bool>;
    /// Running and paused campaigns that ask for money and keep wider hours than the data of this program: number, title, states.
    async fn hours_behind(&self) -> Found<Vec<(CampaignId, String, Vec<String>)>>;
    /// The one organization of an embedded server, made at first start.
    async fn first_organization(&self) -> Found<OrganizationId>;
    /// The organization's name, for whoever opens a join link: none before the first import, or when there are several.
    async fn named_organization(&self) -> Found<Option<String>>;
    /// Which contact has which number, and its language when known, in a campaign that this actor is a captain of; empty for
    /// others. For exports and rehearsals: a console never learns it.
    async fn numbers(&self, actor: &Actor, campaign: CampaignId) -> Found<Vec<(ContactId, Phone, Option<String>)>>;
    /// Conversations that texters flagged, those asked about first; `None` unless the actor is the campaign's captain.
    async fn flagged(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<Flagged>>>;

    /// Texts of a campaign whose outcome nobody knows, the held ones first; `None` unless the actor is its captain.
    async fn held(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<HeldText>>>;
    /// What a recall would reach, or has reached, as things are now; `None` unless the actor is the campaign's captain.
    async fn reach(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        what: &Recalled,
    ) -> Found<Option<Result<Reached, Box<Problem>>>>;
    /// What this would recall, and other campaigns of the organization in which it stands or may: nothing is counted. `None` unless the actor is the campaign's captain.
    async fn elsewhere(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        what: &Recalled,
    ) -> Found<Option<Result<(Recall, Vec<Elsewhere>), Box<Problem>>>>;
    /// A campaign's recalls, lifted ones too; `None` unless the actor is its captain.
    async fn recalls(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<RecallInfo>>>;
    /// Every recall in force in a campaign of the organization that the actor may see; none for whoever is no captain.
    async fn all_recalls(&self, actor: &Actor) -> Found<Vec<RecallInForce>>;
    /// A campaign's trials, the newest first; `None` unless the actor is its captain.
    async fn trials(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<TrialInfo>>>;
    /// Attempts begun since `since` whose outcome is not known and that no list has settled, after `after`, in order.
    async fn to_look_up(&self, since: Timestamp, after: Option<Uuid>, limit: u32) -> Found<Vec<Asked>>;
    /// Where an import stands. For admins' handles only.
    async fn import(&self, actor: &Actor, import: Uuid) -> Found<Option<ImportState>>;
    /// The lists that came into a campaign, in their order. For admins' handles only.
    async fn lists(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<ListInfo>>>;
    /// Carrier jobs not yet done: (ready, submitting, unknown).
    async fn open_jobs(&self) -> Found<(u64, u64, u64)>;
}

//! Questions about people: who may come in, who is in. They change nothing.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{command::Actor, query::Found};
use crate::api::{
    admin::InviteInfo,
    approval::ProposalState,
    audit::AuditPage,
    canned::CannedReplies,
    conduct::ConductText,
    people::{PersonInfo, WaitingPerson},
    practice::Practice,
};
use crate::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};

/// What is known of an invite's secret before anybody joins by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No invite has this secret: a guess.
    Unknown,
    /// There was one; it is used up, over or revoked. Its former joiners are found again by it.
    Spent,
    /// Somebody may join by it.
    Good,
}

/// Which lines of the audit are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditWanted {
    /// About this contact.
    pub contact: Option<ContactId>,
    /// By this person.
    pub person: Option<PersonId>,
    /// By this installation.
    pub device: Option<DeviceId>,
    /// Since then.
    pub since: Option<Timestamp>,
    /// After the line with this number.
    pub after: u64,
    /// So many at most.
    pub limit: u32,
}

/// What is known of a second factor that was set; its secret is for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorKept {
    /// When it was set.
    pub set_at: Timestamp,
    /// No code is taken before then.
    pub locked_until: Option<Timestamp>,
}

/// What can be asked about people. As with all questions, an [`Actor`] sees only the own organization.
#[async_trait]
pub trait Roster {
    /// How an invite stands at `now`, by its secret's hash.
    async fn invite_standing(&self, secret_hash: [u8; 32], now: Timestamp) -> Found<Standing>;
    /// True when this token was handed out for a session beside the one in use, or was in use before.
    async fn knows_token(&self, token_hash: [u8; 32]) -> Found<bool>;
    /// The actor's own second factor, when one is set.
    async fn second_factor(&self, actor: &Actor) -> Found<Option<FactorKept>>;
    /// A page of the organization's audit. For admins' handles only.
    async fn audit(&self, actor: &Actor, wanted: &AuditWanted) -> Found<AuditPage>;
    /// What waits for a second approver; `None` for a campaign that is not the actor's to see. For admins' handles only.
    async fn proposal(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<ProposalState>>;
    /// The canned replies that every campaign of the organization has. For admins' handles only.
    async fn canned(&self, actor: &Actor) -> Found<CannedReplies>;
    /// What is to be read and accepted: the rules in force, with the guide of one campaign; `None` when that is not the actor's
    /// to see. Nothing is when no rules are in force.
    async fn conduct(&self, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Vec<ConductText>>>;

    /// Where this person stands with the practice; `None` when the campaign is not theirs to see.
    async fn practice(&self, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Practice>>;
    /// Who waits in the waiting room, the longest wait first: of the actor's campaign, when it is bound to one. For captains' handles
    /// only.
    async fn waiting_room(&self, actor: &Actor) -> Found<Vec<WaitingPerson>>;
    /// The organization's people, by name. For admins' handles only.
    async fn people(&self, actor: &Actor) -> Found<Vec<PersonInfo>>;
    /// The organization's invites as they stand at `now`, the newest first. For admins' handles only.
    async fn invites(&self, actor: &Actor, now: Timestamp) -> Found<Vec<InviteInfo>>;
}

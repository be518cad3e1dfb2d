//! Joining, sessions, presence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conduct::Accepted;
use crate::domain::ids::{CampaignId, DeviceId, PersonId};

/// What a session may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Texts the contacts of the own slices.
    Texter,
    /// Takes over conversations that others began and left.
    VettedTexter,
    /// Watches and steers a campaign.
    Captain,
    /// Imports campaigns, invites people, revokes sessions.
    Admin,
    /// Makes and ends other owners' sign-ins too. Who joins first by the server's own link is one.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 5] = [Self::Texter, Self::VettedTexter, Self::Captain, Self::Admin, Self::Owner];

    /// The role as sent and stored (`vetted_texter`).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Texter => "texter",
            Self::VettedTexter => "vetted_texter",
            Self::Captain => "captain",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role as a person reads it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::VettedTexter => "vetted texter",
            other => other.as_str(),
        }
    }
}

/// Redeems an invite.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinRequest {
    /// The secret part of the join link.
    pub invite: String,
    /// First name as voters see it (merge field `{texterName}`): at most 40 characters, once spaces side by side are one.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// The installation that joins. It is no secret: it stands beside each text in the ledger.
    pub device: DeviceId,
    /// A secret of that installation, the same whenever it joins at this server, which keeps a hash of it. Whoever joins again from there
    /// under the same name is the same person by it, with what the new link may do, no more and no less. Without it, or by another
    /// one, they are somebody new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 32, max_length = 128)]
    pub proof: Option<String>,
}

impl JoinRequest {
    /// Asks whether a link is good at all. Without a name nobody joins by it: `invite_spent` where it is not, `invalid` where it may be.
    #[must_use]
    pub fn a_look(invite: String, device: DeviceId) -> Self {
        Self { invite, name: String::new(), device, proof: None }
    }
}

impl std::fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JoinRequest").field("name", &self.name).field("device", &self.device).finish_non_exhaustive()
    }
}

/// A fresh session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Joined {
    /// Bearer token; shown once, hashed at rest.
    pub token: String,
    /// Who this now is.
    pub me: Me,
}

impl std::fmt::Debug for Joined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Joined").field("token", &"<hidden>").field("me", &self.me).finish()
    }
}

/// A fresh token for a running session. The one it was asked with goes on working until this one is used; then its use ends
/// the session, but for a minute's grace.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Renewed {
    /// Bearer token: to be stored durably before it is used.
    pub token: String,
}

impl std::fmt::Debug for Renewed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renewed").field("token", &"<hidden>").finish()
    }
}

/// A person of the organization as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonInfo {
    /// Id on this server.
    pub id: PersonId,
    /// First name; the second of the same name is "Ann (2)".
    pub name: String,
    /// The most that a running sign-in of theirs may do; absent when none runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// In the waiting room, with no sign-in that was let in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiting: bool,
    /// Running sign-ins.
    pub sessions: u64,
    /// Contacts in hand, in all campaigns.
    pub in_hand: u64,
    /// When they were last seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
    /// The rules of conduct that they accepted last; absent: none so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conduct: Option<Accepted>,
    /// They have set a second factor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_factor: bool,
    /// When they had been through the practice for the first time; absent: not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub practised_at: Option<Timestamp>,
}

/// Gives somebody another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rename {
    /// First name as voters see it from now on.
    pub name: String,
}

/// Somebody in the waiting room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitingPerson {
    /// Who.
    pub person: PersonId,
    /// First name; the second of the same name is "Ann (2)".
    pub name: String,
    /// What they may do once they are in.
    pub role: Role,
    /// For one campaign, or all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Since when they wait.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Rules of conduct are in force that they have not accepted: once they are let in, they still get no contacts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
    /// The rules of conduct that they accepted last; absent: none so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conduct: Option<Accepted>,
}

/// The person behind a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Id on this server.
    pub person: PersonId,
    /// First name as voters see it.
    pub name: String,
    /// What this session may do.
    pub role: Role,
    /// The organization's name.
    pub organization: String,
    /// The one campaign an invite was for, when it was for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// True when no text of this server reaches a real phone.
    pub rehearsal: bool,
    /// In the waiting room: nothing is to be seen until a captain lets this person in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiting: bool,
}

/// Answer to a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Presence {
    /// The server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
    /// Until when this session's leases now run.
    #[schema(value_type = String, format = DateTime)]
    pub lease_until: Timestamp,
    /// The server's clock is a rehearsal's own: that another clock shows another time is no fault of either.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_time: bool,
    /// Nothing is handed to the carrier before then: the day's cap is used up. What is confirmed waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub nothing_goes_before: Option<Timestamp>,
    /// How long what is in hand stays with somebody who is not seen any more; absent: until a captain takes it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps: Option<Keeps>,
}

/// How long contacts stay with somebody after they were last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Keeps {
    /// Those without a first text, in minutes; then whoever asks for contacts gets them.
    pub unsent_minutes: u32,
    /// Conversations, in minutes; then they go to another texter.
    pub reply_minutes: u32,
}

/// A session as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionInfo {
    /// Id of the session.
    pub id: i64,
    /// Whose.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
    /// Revoked or running.
    pub revoked: bool,
    /// True for the one that asks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

//! Commands: data that asks for one change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::change::{CannedChange, Change, Changed, Clearing};
use super::keep::{Keep, Kept};
use crate::api::{
    act::Act,
    admin::{ImportChunk, ImportStart, ImportState, Invite, InviteRequest, ListStart},
    assignment::SliceGrant,
    canned::CannedSet,
    message::{SendRequest, Verdict},
    people::{Me, Presence, Role},
    problem::Problem,
};
use crate::domain::{
    assignment::Leases,
    ids::{ActId, CampaignId, ContactId, DeviceId, MessageId, OrganizationId, PersonId},
    phone::Phone,
    second_factor::{OneTimeCode, Secret},
    throughput::Throughput,
};
use crate::server::carrier::{CarrierEvent, Found, Submission, Submitted};

/// On whose behalf a command runs. Made from a session by the auth layer only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The session's row.
    pub session: i64,
    /// Who.
    pub person: PersonId,
    /// First name as voters see it.
    pub name: String,
    /// What the session may do now.
    pub role: Role,
    /// Behind which wall.
    pub organization: OrganizationId,
    /// The one campaign it may work in, when it is bound to one.
    pub campaign: Option<CampaignId>,
    /// The rules of conduct are still to be accepted: no contact is shown.
    pub unread: bool,
    /// In the waiting room: nothing is shown or done.
    pub waiting: bool,
    /// How the second factor stands.
    pub second_factor: Factor,
    /// When the sign-in was ended. It may then hand in what was confirmed on its device before, and nothing else.
    pub ended_at: Option<Timestamp>,
}

impl Actor {
    /// The role of the sign-in, whatever of it is held back now.
    #[must_use]
    pub fn full_role(&self) -> Role {
        self.second_factor.held_back.unwrap_or(self.role)
    }
}

/// How the second factor of a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Factor {
    /// Its person has set one.
    pub set: bool,
    /// When this sign-in proved it last.
    pub proved_at: Option<Timestamp>,
    /// The role that is held back until it is proved or set; [`Actor::role`] is a texter's until then.
    pub held_back: Option<Role>,
}

/// One change. `now` is the server's clock at the decision. Made by the capability handles
/// ([`super::handles`]) and nowhere else: the fields cannot be named outside the store.
#[derive(Debug, Clone)]
pub struct Command {
    /// When it is decided.
    pub(in crate::server::store) now: Timestamp,
    /// What.
    pub(in crate::server::store) kind: CommandKind,
}

impl Command {
    /// When it is decided.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What it asks for, to read: a witness beside the store writes down what was decided.
    #[must_use]
    pub fn kind(&self) -> &CommandKind {
        &self.kind
    }
}

/// See [`Command`].
#[derive(Debug, Clone)]
pub enum CommandKind {
    /// Accept or refuse one confirmed text. One stored verdict per id, for ever.
    Send {
        /// By whom.
        actor: Actor,
        /// Minted at the press.
        id: MessageId,
        /// The text and its evidence.
        request: Box<SendRequest>,
        /// How far the server's clock is ahead of the laptop's, when the laptop told its time with the request: its
        /// times plus this are times of the server's clock, but for the request's time on the way.
        skew: Option<SignedDuration>,
        /// The same as the laptop told it, believed or not.
        told: Option<SignedDuration>,
    },
    /// Accept or refuse one act.
    Act {
        /// By whom.
        actor: Actor,
        /// Minted at the press.
        id: ActId,
        /// What.
        act: Act,
        /// As for `Send`; the press is told by the id, which holds its time.
        skew: Option<SignedDuration>,
        /// Id for the opt-out notice it may cause.
        notice: MessageId,
        /// What the carrier lets through, where that is bounded: whom it gives back may be texted then.
        limits: Option<Arc<Throughput>>,
    },
    /// Lease a slice.
    Claim {
        /// By whom.
        actor: Actor,
        /// Of which campaign.
        campaign: CampaignId,
        /// Minted by the client: the same claim twice grants once.
        claim: Uuid,
        /// How many (0 = slice size).
        want: u32,
        /// Languages that the actor answers in.
        speaks: Vec<String>,
        /// What the carrier lets through, where that is bounded.
        limits: Option<Arc<Throughput>>,
    },
    /// Heartbeat: renews the actor's leases.
    Presence {
        /// Who.
        actor: Actor,
    },
    /// Give contacts whose lease ran out back to the pool.
    ExpireLeases,
    /// Take a part of the texts back that wait for the carrier and carry what was recalled.
    ClearRecall {
        /// Where the part before ended; none: at the first recall with something left to look at.
        from: Option<Clearing>,
        /// Of this recall alone; none: of all of them.
        only: Option<i64>,
    },
    /// Anchor the ledger, when it is time and there is something new.
    Anchor,
    /// Store an inbound text or a receipt. An inbound per-se word suppresses in this transaction.
    Carrier {
        /// Which carrier.
        carrier: String,
        /// What it said.
        event: CarrierEvent,
        /// Id for the inbound message.
        message: MessageId,
        /// Id for the opt-out notice it may cause.
        notice: MessageId,
    },
    /// Take up to `limit` carrier jobs: re-check suppression, pause and hours, mark them submitting.
    ClaimJobs {
        /// How many.
        limit: u32,
        /// Fresh attempt ids, one for each.
        attempts: Vec<Uuid>,
        /// What the carrier lets through, where that is bounded.
        limits: Option<Arc<Throughput>>,
    },
    /// Record what the carrier said to an attempt.
    RecordAttempt {
        /// Which.
        attempt: Uuid,
        /// What it said.
        answer: Submitted,
    },
    /// Record what the carrier's list says about an attempt whose outcome is not known.
    RecordLookUp {
        /// Which.
        attempt: Uuid,
        /// What the list says.
        found: Found,
        /// True when what is not in the list is surely not at the carrier.
        authoritative: bool,
    },
    /// Attempts left `submitting` by a crash become unknown; unknown ones older than `hold_after` become held.
    SweepAttempts {
        /// Attempts started by this process since its start are left alone.
        started_before: Timestamp,
        /// See above.
        hold_after: Duration,
    },
    /// Start an import, or find it.
    ImportStart {
        /// By whom.
        actor: Actor,
        /// Minted by the client.
        import: Uuid,
        /// What.
        start: Box<ImportStart>,
        /// What is doubtful in it; kept in the audit.
        advice: Vec<String>,
    },
    /// Start to add contacts to a campaign, or find that import.
    ListAdd {
        /// By whom.
        actor: Actor,
        /// Minted by the client.
        import: Uuid,
        /// To which campaign.
        campaign: CampaignId,
        /// What.
        start: Box<ListStart>,
    },
    /// Store one chunk, once.
    ImportChunk {
        /// By whom.
        actor: Actor,
        /// Of which import.
        import: Uuid,
        /// Number of the chunk.
        number: u64,
        /// The contacts.
        chunk: ImportChunk,
    },
    /// Finish an import: the campaign runs, or is paused.
    ImportFinish {
        /// By whom.
        actor: Actor,
        /// Which.
        import: Uuid,
        /// It stays paused until a captain resumes it.
        paused: bool,
    },
    /// Change a running campaign.
    Change {
        /// By whom.
        actor: Actor,
        /// Which campaign.
        campaign: CampaignId,
        /// How.
        change: Box<Change>,
    },
    /// Decide about how long things are kept.
    Keep {
        /// By whom.
        actor: Actor,
        /// What.
        keep: Box<Keep>,
    },
    /// Remove a part of the words that are older than was set.
    Purge,
    /// Make an invite; only the hash of the secret is stored.
    MakeInvite {
        /// By whom; absent for the server's own first invite.
        actor: Option<Actor>,
        /// Behind which wall.
        organization: OrganizationId,
        /// What for.
        request: InviteRequest,
        /// BLAKE3 of the secret.
        secret_hash: [u8; 32],
    },
    /// Revoke an invite.
    RevokeInvite {
        /// By whom.
        actor: Actor,
        /// Which.
        invite: i64,
    },
    /// Redeem an invite for a session.
    Join {
        /// BLAKE3 of the invite's secret.
        invite_hash: [u8; 32],
        /// BLAKE3 of the new token.
        token_hash: [u8; 32],
        /// First name as voters see it.
        name: String,
        /// Installation.
        device: DeviceId,
        /// BLAKE3 of that installation's secret.
        proof: Option<[u8; 32]>,
    },
    /// Set the rules of conduct that everybody is to accept.
    SetConduct {
        /// By whom; absent for the ones that a new server begins with.
        actor: Option<Actor>,
        /// Whose.
        organization: OrganizationId,
        /// By language; none at all: nothing is to be accepted.
        texts: BTreeMap<String, String>,
        /// Only when none were ever set.
        first: bool,
    },
    /// The canned replies that every campaign of the organization has.
    Canned {
        /// By whom.
        actor: Actor,
        /// What is done to them.
        change: CannedChange,
    },
    /// Note that somebody accepted the rules or a guide.
    AcceptConduct {
        /// Who.
        actor: Actor,
        /// Which words.
        version: String,
    },
    /// How long what is in hand stays with somebody who is not seen any more.
    SetLeases {
        /// So long.
        leases: Leases,
    },
    /// Note that somebody has been through the practice.
    PassPractice {
        /// Who.
        actor: Actor,
    },
    /// Note that a captain was shown contacts that are in others' hands.
    ContactsRead {
        /// Who.
        actor: Actor,
        /// Which.
        contacts: Vec<ContactId>,
        /// Where: `contacts`, `thread`, `held`.
        place: &'static str,
    },
    /// Note that an admin is about to be given data that leaves the server.
    TakenOut {
        /// Who.
        actor: Actor,
        /// What.
        taken: TakenOut,
    },
    /// Note the next token of a session; the one in use stays until the next is used.
    RenewToken {
        /// Whose.
        actor: Actor,
        /// BLAKE3 of the next token.
        next_hash: [u8; 32],
    },
    /// A token that is not in use came in: a next one is in use from now on, a former one ends its session.
    Presented {
        /// BLAKE3 of the token.
        token_hash: [u8; 32],
    },
    /// Set the actor's second factor.
    SetSecondFactor {
        /// Whose.
        actor: Actor,
        /// What the phone and the server share from now on.
        secret: Secret,
        /// A code of it, as the proof that the phone has it.
        code: OneTimeCode,
        /// The step that the machine's time is in.
        step: u64,
    },
    /// Prove the second factor for the actor's sign-in.
    ProveSecondFactor {
        /// Whose.
        actor: Actor,
        /// What was typed.
        code: OneTimeCode,
        /// The step that the machine's time is in.
        step: u64,
    },
    /// Remove the actor's own second factor.
    RemoveSecondFactor {
        /// Whose.
        actor: Actor,
        /// What was typed.
        code: OneTimeCode,
        /// The step that the machine's time is in.
        step: u64,
    },
    /// Remove somebody else's second factor: the phone is lost.
    LiftSecondFactor {
        /// By whom.
        actor: Actor,
        /// Whose.
        person: PersonId,
    },
    /// Give somebody another name.
    RenamePerson {
        /// By whom.
        actor: Actor,
        /// Who.
        person: PersonId,
        /// What they are called from now on.
        name: String,
    },
    /// End a session.
    RevokeSession {
        /// By whom.
        actor: Actor,
        /// Which.
        session: i64,
    },
    /// Suppress a number for the organization (an opt-out by phone or mail).
    Suppress {
        /// By whom.
        actor: Actor,
        /// Which number.
        phone: Phone,
        /// Why.
        reason: String,
    },
}

impl CommandKind {
    /// On whose behalf, when it is on somebody's.
    pub(in crate::server::store) fn actor_mut(&mut self) -> Option<&mut Actor> {
        match self {
            Self::Send { actor, .. }
            | Self::Act { actor, .. }
            | Self::Claim { actor, .. }
            | Self::Presence { actor }
            | Self::ImportStart { actor, .. }
            | Self::ListAdd { actor, .. }
            | Self::ImportChunk { actor, .. }
            | Self::ImportFinish { actor, .. }
            | Self::Change { actor, .. }
            | Self::Keep { actor, .. }
            | Self::RevokeInvite { actor, .. }
            | Self::RevokeSession { actor, .. }
            | Self::RenamePerson { actor, .. }
            | Self::RenewToken { actor, .. }
            | Self::SetSecondFactor { actor, .. }
            | Self::ProveSecondFactor { actor, .. }
            | Self::RemoveSecondFactor { actor, .. }
            | Self::LiftSecondFactor { actor, .. }
            | Self::ContactsRead { actor, .. }
            | Self::TakenOut { actor, .. }
            | Self::AcceptConduct { actor, .. }
            | Self::PassPractice { actor }
            | Self::Canned { actor, .. }
            | Self::Suppress { actor, .. } => Some(actor),
            Self::MakeInvite { actor, .. } | Self::SetConduct { actor, .. } => actor.as_mut(),
            Self::ExpireLeases
            | Self::SetLeases { .. }
            | Self::ClearRecall { .. }
            | Self::Purge
            | Self::Anchor
            | Self::Carrier { .. }
            | Self::ClaimJobs { .. }
            | Self::RecordAttempt { .. }
            | Self::RecordLookUp { .. }
            | Self::SweepAttempts { .. }
            | Self::Join { .. }
            | Self::Presented { .. } => None,
        }
    }
}

/// What leaves the server with one page of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOut {
    /// `contacts`, `texts`, `opt-outs`.
    pub what: &'static str,
    /// Of which campaign; none: the organization's.
    pub campaign: Option<CampaignId>,
    /// How many.
    pub many: usize,
    /// The first and the last contact that they are of.
    pub contacts: Option<(ContactId, ContactId)>,
}

/// What a command came to.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Of `Send` and `Act`.
    Verdict(Verdict),
    /// Of `Claim`.
    Slice(SliceGrant),
    /// Of `Presence`.
    Presence(Presence),
    /// Of `ClaimJobs`: call the carrier with each of these now.
    Jobs(Vec<Submission>),
    /// Of the three import commands.
    Import(ImportState),
    /// Of `Change`.
    Changed(Changed),
    /// Of `Keep` and `Purge`.
    Kept(Kept),
    /// Of `MakeInvite`; the secret is filled in by the caller.
    Invite(Invite),
    /// Of `Join`.
    Joined(Me),
    /// Of `Suppress`: it was on the list before.
    Already,
    /// Of `SetConduct`: the version in force, when there is one.
    Conduct(Option<String>),
    /// Of `Canned`.
    Canned(CannedSet),
    /// Of `Presented`: the session ended by it.
    Ended,
    /// Nothing to say.
    Done,
    /// Refused; nothing changed but the stored refusal, where the command has an id.
    Refused(Box<Problem>),
}

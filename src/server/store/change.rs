//! Changes to a running campaign: its script, what of it is recalled, its list.

use uuid::Uuid;

use super::segments::FollowUpPart;
use crate::api::{
    closing::{CloseReport, CloseRequest},
    list_change::{ContactChange, ContactKey, ListChanged},
    recall::{CorrectionRequest, ScriptState},
    rsvp::{QueueChanged, QueueDone},
    segments::{FollowUp, FollowUpRequest, SaveSegment, SegmentInfo},
    trial::{TrialInfo, TrialRequest},
};
use crate::domain::{
    campaign::{CampaignDef, CannedReply},
    ids::{CampaignId, ContactId},
    recall::{Recall, Recalled},
};

/// One of them.
#[derive(Debug, Clone)]
pub enum Change {
    /// The next version of the script.
    Script {
        /// The whole definition.
        def: Box<CampaignDef>,
        /// Only say what would be, and whether it may be.
        dry_run: bool,
    },
    /// Put in force what somebody else has proposed.
    Approve {
        /// The hash of what was looked at.
        seen: String,
    },
    /// Take away what waits for approval.
    Withdraw,
    /// Recall something.
    Recall {
        /// What.
        what: Recalled,
        /// Why.
        reason: String,
        /// In campaigns that are made later too.
        everywhere: bool,
    },
    /// One text of the script to a staff phone.
    Trial {
        /// Minted by the client.
        id: Uuid,
        /// What, and to whom.
        request: Box<TrialRequest>,
    },
    /// A recall was a mistake.
    LiftRecall {
        /// Which.
        recall: i64,
    },
    /// A new campaign of those who got what was recalled: begun, or found.
    Correction {
        /// Minted by the client.
        id: Uuid,
        /// What is asked for.
        request: Box<CorrectionRequest>,
    },
    /// A condition under a name: the organization's, whatever campaign it was saved for.
    Segment(SegmentChange),
    /// A new campaign of those of this one's contacts of whom a condition holds: begun, or found.
    FollowUp {
        /// Minted by the client.
        id: Uuid,
        /// What is asked for.
        request: Box<FollowUpRequest>,
        /// The condition; none: it is only found.
        expression: Option<String>,
    },
    /// The next part of one of these two.
    FollowUpPart {
        /// Which.
        id: Uuid,
        /// Chosen by the server.
        part: FollowUpPart,
    },
    /// Take contacts off the list.
    Remove {
        /// Which.
        contacts: Vec<ContactKey>,
        /// Only say what would change.
        dry_run: bool,
    },
    /// Bring contacts back that were taken off the list.
    BringBack {
        /// Which.
        contacts: Vec<ContactKey>,
        /// Only say what would change.
        dry_run: bool,
    },
    /// Correct contacts of the list.
    Correct {
        /// Which, and how.
        contacts: Vec<ContactChange>,
        /// Only say what would change.
        dry_run: bool,
    },
    /// Close the campaign.
    Close {
        /// How.
        request: CloseRequest,
    },
    /// Some of those who may have opted out count as opted out, as closing it so would have it.
    CountDoubts {
        /// How it is to be closed.
        request: CloseRequest,
    },
    /// Closing it was a mistake.
    Reopen,
    /// Say that people of a queue are done.
    QueueDone {
        /// Which.
        request: QueueDone,
    },
}

/// What is done to saved segments.
#[derive(Debug, Clone)]
pub enum SegmentChange {
    /// Save one.
    Save(Box<SaveSegment>),
    /// Remove this one.
    Remove(i64),
}

/// What is done to the canned replies of an organization.
#[derive(Debug, Clone)]
pub enum CannedChange {
    /// These and no others.
    Set(Vec<CannedReply>),
    /// Put in force what somebody else has proposed.
    Approve {
        /// The hash of what was looked at.
        seen: String,
    },
    /// Take away what waits for approval.
    Withdraw,
}

/// What such a change came to.
#[derive(Debug, Clone)]
pub enum Changed {
    /// Of `Script` and `Approve`.
    Script(ScriptState),
    /// Of `Recall`.
    Recalled {
        /// In force now.
        recall: Recall,
        /// It was so before.
        already: bool,
    },
    /// Of [`crate::server::store::command::CommandKind::ClearRecall`]: where to go on; none: all is looked at.
    Clearing(Option<Clearing>),
    /// Of `Correction`, `FollowUp` and `FollowUpPart`.
    FollowUp(FollowUp),
    /// Of `Segment`, when it is saved.
    Segment(SegmentInfo),
    /// Of `Remove` and `Correct`.
    List(ListChanged),
    /// Of `Close` and `Reopen`.
    Closed(CloseReport),
    /// Of `CountDoubts`: how many, and whether there are more.
    Doubts(u64, bool),
    /// Of `Trial`.
    Trial(TrialInfo),
    /// Of `QueueDone`.
    Queue(QueueChanged),
}

/// How far the texts that wait for the carrier were looked at for a recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clearing {
    /// Which recall.
    pub recall: i64,
    /// Among which texts: replies (1), first texts (2).
    pub rank: i64,
    /// The last one that was looked at.
    pub after: Uuid,
}

/// What a recall has reached, and would reach.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// Who has got it, or may have, in the order of their numbers.
    pub got: Vec<ContactId>,
    /// Of these, how many phones have confirmed it.
    pub delivered: u64,
    /// Of these, how many have a text whose outcome nobody knows.
    pub in_doubt: u64,
    /// Of these, of a version that is not the newest: how many got nothing of it but lines that say the same in the newest.
    pub unchanged: u64,
    /// Texts with it that wait for the carrier.
    pub waiting: u64,
    /// Contacts without their first text who would get it.
    pub to_get: u64,
    /// Texts whose words retention has removed: whether they carried it can be told no more.
    pub wordless: u64,
}

/// A recall and what it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// In which campaign.
    pub campaign: CampaignId,
    /// What.
    pub recall: Recall,
    /// How far.
    pub reach: Reach,
}

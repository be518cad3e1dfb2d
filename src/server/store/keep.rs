//! What decides about how long things are kept: retention, legal holds, the erasure of a person.

use crate::api::keeping::{Erased, HoldInfo, RetentionRun, RetentionState};
use crate::domain::{ids::CampaignId, phone::Phone};

/// A change of it, by an admin.
#[derive(Debug, Clone)]
pub enum Keep {
    /// How long words are kept.
    Retention {
        /// In this campaign; none: wherever nothing else is said.
        campaign: Option<CampaignId>,
        /// Days; none: for ever.
        days: Option<u32>,
    },
    /// Remove old words now.
    Run,
    /// A legal hold.
    Hold {
        /// On this campaign.
        campaign: Option<CampaignId>,
        /// On whoever has this number.
        phone: Option<Phone>,
        /// Why.
        reason: String,
    },
    /// A hold ends.
    Lift {
        /// Which.
        hold: i64,
    },
    /// Put on record that all that is held about a number is about to be given out.
    TakeOut {
        /// Which number.
        phone: Phone,
    },
    /// Take an opt-out back that somebody entered by mistake.
    TakeBackOptOut {
        /// Whose number.
        phone: Phone,
        /// Why.
        reason: String,
    },
    /// Erase a person.
    Erase {
        /// Which number.
        phone: Phone,
        /// Why.
        reason: String,
        /// Only say what would go.
        dry_run: bool,
    },
}

/// What it came to.
#[derive(Debug, Clone)]
pub enum Kept {
    /// Of `Retention`.
    Retention(RetentionState),
    /// Of `Run`, and of a part of it.
    Run(RetentionRun),
    /// Of [`super::command::CommandKind::Purge`]: something is left to look at.
    More(bool),
    /// Of `Hold`.
    Hold(HoldInfo),
    /// Of `Erase`.
    Erased(Erased),
}

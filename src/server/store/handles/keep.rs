//! The verbs about how long things are kept.

use super::{Admin, Answered, Desk, System};
use crate::domain::{ids::CampaignId, phone::Phone};
use crate::server::store::{
    StoreError,
    command::{Answer, CommandKind},
    keep::{Keep, Kept},
};

impl Admin {
    async fn keep(&self, desk: &Desk, keep: Keep) -> Answered {
        desk.run(CommandKind::Keep { actor: self.0.clone(), keep: Box::new(keep) }).await
    }

    /// Sets how many days words are kept, in one campaign or wherever nothing else is said; none: for ever. [`Kept::Retention`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn set_retention(&self, desk: &Desk, campaign: Option<CampaignId>, days: Option<u32>) -> Answered {
        self.keep(desk, Keep::Retention { campaign, days }).await
    }

    /// Begins a removal of old words, or finds the one under way: [`Kept::Run`]. [`System::purge`] does it.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn run_retention(&self, desk: &Desk) -> Answered {
        self.keep(desk, Keep::Run).await
    }

    /// Puts a legal hold on a campaign, a person or all: [`Kept::Hold`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn hold(
        &self,
        desk: &Desk,
        campaign: Option<CampaignId>,
        phone: Option<Phone>,
        reason: String,
    ) -> Answered {
        self.keep(desk, Keep::Hold { campaign, phone, reason }).await
    }

    /// Lifts a legal hold: [`Answer::Done`], also when it was lifted before.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn lift_hold(&self, desk: &Desk, hold: i64) -> Answered {
        self.keep(desk, Keep::Lift { hold }).await
    }

    /// Puts on record that all that is held about a number is about to be given out: [`Answer::Done`]. What is not on record is not
    /// given.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn takes_person_out(&self, desk: &Desk, phone: Phone) -> Answered {
        self.keep(desk, Keep::TakeOut { phone }).await
    }

    /// Takes an opt-out back that somebody entered by mistake: [`Answer::Done`], or [`Answer::Already`] when the number is not on the
    /// list. Refused with `suppressed` where it stays.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn take_back_opt_out(&self, desk: &Desk, phone: Phone, reason: String) -> Answered {
        self.keep(desk, Keep::TakeBackOptOut { phone, reason }).await
    }

    /// Erases a person, or with `dry_run` says what would go: [`Kept::Erased`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn erase(&self, desk: &Desk, phone: Phone, reason: String, dry_run: bool) -> Answered {
        self.keep(desk, Keep::Erase { phone, reason, dry_run }).await
    }
}

impl System {
    /// Removes words that are older than was set, part by part, once a day and when an admin asked for it; nobody waits for more than
    /// a part. Stopped half-way it is gone on with by the next call, of whichever server.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn purge(desk: &Desk) -> Result<(), StoreError> {
        while Self::purge_part(desk).await? {}
        Ok(())
    }

    /// One part of [`Self::purge`]; says whether something is left.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn purge_part(desk: &Desk) -> Result<bool, StoreError> {
        Ok(matches!(desk.run(CommandKind::Purge).await?, Answer::Kept(Kept::More(true))))
    }
}

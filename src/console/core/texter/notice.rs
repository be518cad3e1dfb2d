//! The notice of an opt-out: whether it can still go, told before and after the press.

use jiff::Timestamp;

use crate::api::message::ThreadEntry;
use crate::domain::{
    conversation::Status,
    ids::ContactId,
    message::{Direction, MessageKind},
    opt_out::{NoticeStays, asked_at, notice_stays},
};

use super::model::Model;

/// Whether it goes is not known here: what they wrote is not.
pub(super) const NOTICE_UNSURE: &str = "note-notice-unsure";

/// Notes of who decided that what stands before them asks for nothing.
const DECIDED: [&str; 2] = ["not_opt_out", "opted_in_by_word"];

impl Model {
    /// Why an opt-out of this person would go without the notice, as far as is known here (a key of the catalogue);
    /// none: it goes.
    pub(super) fn notice_kept_back(&self, contact: ContactId) -> Option<&'static str> {
        let now = self.campaign_now()?;
        // Theirs, newest first, until what somebody has read and taken for no opt-out.
        let asked = self.threads.get(contact).and_then(|thread| {
            let mut theirs = Vec::new();
            for entry in thread.entries().iter().rev() {
                match entry {
                    ThreadEntry::Message(message) if message.direction == Direction::Inbound => {
                        theirs.push((message.body.as_str(), message.at));
                    }
                    ThreadEntry::Note { what, .. } if !theirs.is_empty() && DECIDED.contains(&what.as_str()) => break,
                    _ => {}
                }
            }
            asked_at(theirs)
        });
        let since = |at: Timestamp| now.duration_since(at);
        let is_late = |at: Timestamp| notice_stays(Some(since(at)), None) == Some(NoticeStays::TooLate);
        // They have written, and what is not here. It was not after anything last happened, nor before they began to wait.
        let (asked, unsure) = match (asked, self.people.line(contact)) {
            (None, Some(line))
                if line.foreign_seq > 0 && !matches!(line.status, Status::NeedsMessage | Status::Messaged) =>
            {
                (Some(line.updated_at), line.waiting_since.is_none_or(is_late))
            }
            (asked, _) => (asked, false),
        };
        let verdict = self
            .campaign
            .as_ref()
            .zip(self.people.body(contact))
            .map(|(campaign, view)| campaign.def.hours.verdict(MessageKind::OptOutNotice, now, &view.zones));
        match notice_stays(asked.map(since), verdict.as_ref()) {
            Some(NoticeStays::TooLate) => Some("note-notice-too-late"),
            Some(NoticeStays::OutsideHours) => Some("note-notice-outside-hours"),
            // Without the campaign and its hours there is nothing to be sure of.
            None => unsure.then_some(NOTICE_UNSURE).filter(|_| verdict.is_some()),
        }
    }
}

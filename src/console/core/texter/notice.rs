//! The notice of an opt-out: whether it can still go, told before and after the press.

use crate::api::message::ThreadEntry;
use crate::domain::{
    hours::HoursVerdict,
    ids::ContactId,
    message::{Direction, MessageKind},
    opt_out::{NOTICE_AGE, asked_at},
};

use super::model::Model;

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
        if asked.is_some_and(|asked| now.duration_since(asked) > NOTICE_AGE) {
            return Some("note-notice-too-late");
        }
        let (campaign, view) = (self.campaign.as_ref()?, self.people.body(contact)?);
        let verdict = campaign.def.hours.verdict(MessageKind::OptOutNotice, now, &view.zones);
        matches!(verdict, HoursVerdict::Closed { .. }).then_some("note-notice-outside-hours")
    }
}

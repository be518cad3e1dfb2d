//! The notice of an opt-out: whether it can still go, told before and after the press.

use crate::api::message::ThreadEntry;
use crate::domain::{
    hours::HoursVerdict,
    ids::ContactId,
    message::{Direction, MessageKind},
    opt_out::{NOTICE_AGE, asked_at},
};

use super::model::Model;

impl Model {
    /// Why an opt-out of this person would go without the notice, as far as is known here (a key of the catalogue);
    /// none: it goes.
    pub(super) fn notice_kept_back(&self, contact: ContactId) -> Option<&'static str> {
        let now = self.campaign_now()?;
        let asked = self.threads.get(contact).and_then(|thread| {
            asked_at(thread.entries().iter().rev().filter_map(|entry| match entry {
                ThreadEntry::Message(message) if message.direction == Direction::Inbound => {
                    Some((message.body.as_str(), message.at))
                }
                _ => None,
            }))
        });
        if asked.is_some_and(|asked| now.duration_since(asked) > NOTICE_AGE) {
            return Some("note-notice-too-late");
        }
        let (campaign, view) = (self.campaign.as_ref()?, self.people.body(contact)?);
        let verdict = campaign.def.hours.verdict(MessageKind::OptOutNotice, now, &view.zones);
        matches!(verdict, HoursVerdict::Closed { .. }).then_some("note-notice-outside-hours")
    }
}

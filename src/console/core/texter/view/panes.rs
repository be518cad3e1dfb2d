//! The header, the send card and the inbox.

use std::ops::Range;

use jiff::civil::DateTime;

use super::{CardPane, CardView, HeaderView, InboxRow, InboxView, Sendable};
use crate::api::campaign::CampaignState;
use crate::api::problem::Code;
use crate::console::core::shared::msg::{DrawnCard, LinkState};
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::gate::Armed;
use crate::console::core::texter::model::{Claim, Focus, Model};
use crate::console::core::texter::pick::tag_word;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::ids::ContactId;
use crate::domain::safe_text::safe_line;
use crate::domain::zone::local_time;

/// What is not further off needs no day beside its time of day.
const TODAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(6);

impl Model {
    /// What the view reports in `Msg::Drawn` when all of it was visible; none when nothing is armed or open.
    #[must_use]
    pub fn armed(&self) -> Option<DrawnCard> {
        self.gate.card()
    }

    /// What kind of thing [`Self::armed`] is.
    #[must_use]
    pub fn armed_kind(&self) -> Option<Armed> {
        self.gate.target().map(|target| target.kind)
    }

    /// The line at the top.
    #[must_use]
    pub fn header(&self) -> HeaderView {
        let def = self.campaign.as_ref().map(|campaign| &campaign.def);
        HeaderView {
            title: def.map(|def| safe_line(&def.title)).unwrap_or_default(),
            organization: def.map(|def| safe_line(&def.organization)).unwrap_or_default(),
            rehearsal: self.rehearsal(),
            link: self.link.clone(),
            unanswered: self.unanswered && self.link == LinkState::Online,
            upload_waiting: self.outbox.0,
            upload_oldest: self.outbox.1,
            unknown: self.unknown_count(),
            parked: self.parked_count(),
            blocked: self.all_blocked_in_short(),
            progress: (self.slice_total.saturating_sub(self.remaining()), self.slice_total),
            sent: self.sent,
            replied: self.replied,
            pace: self.pace(),
            held_back: self.people.held_back(),
            unreadable: self.beside.unreadable.len() + self.beside.nameless,
            // After the end of the sign-in nobody waits for this person any more.
            waiting: if self.signed_out().is_some() { 0 } else { self.people.waiting() },
            unread: self.people.unread(),
            now: self.campaign_now(),
            laptop_now: self.laptop_now(),
        }
    }

    pub(super) fn details(&self, contact: ContactId) -> Vec<(String, String)> {
        let Some(view) = self.people.body(contact) else { return Vec::new() };
        let visible = view.visible.iter().filter(|name| name.as_str() != "firstName");
        visible
            .filter_map(|name| view.fields.get(name).map(|value| (safe_line(name), value.clone())))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    pub(in crate::console::core::texter) fn time_there(&self, contact: ContactId) -> Option<(DateTime, DateTime)> {
        let there = local_time(self.campaign_now()?, &self.people.body(contact)?.zones);
        Some((there.earliest, there.latest))
    }

    /// What somebody writes in, when it is not the campaign's main language.
    pub(super) fn other_language(&self, contact: ContactId) -> Option<String> {
        let language = self.people.line(contact)?.language.clone()?;
        let main = self.campaign.as_ref().map(|campaign| campaign.def.language.as_str());
        (main != Some(language.as_str())).then(|| safe_line(&language))
    }

    /// The sending pane.
    #[must_use]
    pub fn card_pane(&self) -> CardPane {
        let Some(card) = &self.card else {
            if !self.people.queue().is_empty() || !self.loaded || self.campaign.is_none() {
                return match (&self.link, self.signed_out()) {
                    // Nothing is being fetched any more.
                    (_, Some(why)) => CardPane::Empty { lines: vec![why] },
                    (LinkState::Offline { .. }, None) => {
                        CardPane::Empty { lines: vec![Say::new("texter-offline-no-contacts")] }
                    }
                    (LinkState::AskedToWait { seconds }, None) => {
                        let why = Say::new("texter-asked-to-wait-no-contacts").with("seconds", *seconds);
                        CardPane::Empty { lines: vec![why] }
                    }
                    _ => CardPane::Loading,
                };
            }
            return CardPane::Empty { lines: self.nothing_to_send() };
        };
        let state = if self.acts.busy().is_some() {
            Sendable::Journaling
        } else if let Some(why) = self.card_block() {
            Sendable::Blocked(why)
        } else if self.focus == Focus::Card && self.overlays.is_empty() {
            Sendable::Armed
        } else {
            Sendable::Unfocused
        };
        CardPane::Card(Box::new(CardView {
            contact: card.contact,
            name: self.people.line(card.contact).map(|line| line.first_name.clone()).unwrap_or_default(),
            details: self.details(card.contact),
            local_time: self.time_there(card.contact),
            language: self.people.body(card.contact).and_then(|view| view.language.clone()),
            body: card.body.clone(),
            marks: self.card_marks(card.contact, &card.body),
            segments: card.segments.clone(),
            state,
            off_script: card.off_script,
            may_edit: self.campaign.as_ref().is_some_and(|campaign| campaign.def.edit_initial),
            parts_saved: card.parts_saved,
            note: card.note.clone().or_else(|| {
                let since = self.may_be_gone()[0]?;
                Some(Say::new("texter-card-may-be-gone").with("at", since))
            }),
            held_back: self.people.held_back(),
        }))
    }

    /// That who is held back gets no first text any more: the campaign's end has come, or comes before any hour that is open.
    #[must_use]
    pub fn held_for_good(&self, opens_at: jiff::Timestamp) -> Option<Say> {
        let end = self.campaign.as_ref()?.def.hours.closes_at?;
        let never = opens_at == jiff::Timestamp::MAX;
        let over = self.campaign_now().is_some_and(|now| end <= now);
        let key = if over { "texter-held-back-over" } else { "texter-held-back-end" };
        never.then(|| Say::new(key).with("at", Arg::Day(end)))
    }

    fn nothing_to_send(&self) -> Vec<Say> {
        let mut lines = Vec::new();
        if self.options.practice {
            // There are no more, and no captain to ask for any.
            let waiting = self.people.waiting();
            lines.push(Say::new("practice-all-sent"));
            lines.extend((waiting > 0).then(|| Say::new("texter-answer-meanwhile").with("count", waiting)));
            return lines;
        }
        if let Some(why) = self.all_blocked() {
            lines.push(why);
        }
        match &self.claim {
            // Asking for contacts helps nobody any more.
            _ if self.state == CampaignState::Archived => {}
            Claim::Asked { .. } if matches!(self.link, LinkState::Offline { .. }) => {
                lines.push(Say::new("texter-asking-offline"));
            }
            Claim::Asked { .. } => lines.push(Say::new("texter-asking")),
            Claim::Refused { problem, retry, .. } => {
                lines.push(match self.carrier_full_until.filter(|_| problem.code == Code::CapReached) {
                    Some(at) => Say::new("texter-cap-full").with("at", at),
                    None => self.claim_say(problem),
                });
                lines.push(match self.options.keymap.key_for(Context::Card, Action::RequestMore) {
                    _ if *retry => Say::new("texter-asks-again"),
                    // Such a server hands out with the cards who waits and is nobody's.
                    Some(key) if self.options.leases => Say::new("texter-ask-brings-replies").with("key", key),
                    _ => Say::new("texter-ask-by-key"),
                });
            }
            Claim::Resting => lines.push(Say::new("texter-resting")),
            Claim::TakenBack { count } => {
                lines.push(Say::new("texter-taken-back").with("count", *count));
                lines.push(Say::new("texter-ask-by-key"));
            }
            Claim::Idle => {}
        }
        for (hours, key) in [(true, "texter-held-back"), (false, "texter-held-back-lately")] {
            if let (count @ 1.., Some(at)) = self.people.held_back_by(hours) {
                if let Some(over) = self.held_for_good(at).filter(|_| hours) {
                    lines.push(over.with("count", count));
                    continue;
                }
                // Hours that open tomorrow have their day too.
                let soon = self.campaign_now().is_some_and(|now| at.duration_since(now) < TODAY);
                let at = if hours && soon { Arg::Time(at) } else { Arg::Day(at) };
                lines.push(Say::new(key).with("count", count).with("at", at));
            }
        }
        lines.extend(self.unreadable_say());
        let waiting = self.people.waiting();
        if waiting > 0 {
            lines.push(Say::new("texter-answer-meanwhile").with("count", waiting));
        } else if self.is_scored() && self.sent > 0 {
            lines.push(Say::new("texter-finish-by-key"));
        }
        if lines.is_empty() {
            lines.push(Say::new("texter-nothing-yet"));
        }
        lines
    }

    /// The inbox, without its rows.
    #[must_use]
    pub fn inbox(&self) -> InboxView {
        InboxView {
            filter: self.people.filter(),
            sort: self.people.sort(),
            len: self.people.inbox_len(),
            selected: self.selected.and_then(|id| self.people.inbox_place(id)),
        }
    }

    /// Some rows of the inbox.
    #[must_use]
    pub fn inbox_rows(&self, rows: Range<usize>) -> Vec<InboxRow> {
        let open = self.open.as_ref().map(|open| open.contact);
        let row = |contact| {
            let line = self.people.line(contact)?;
            Some(InboxRow {
                contact,
                name: line.first_name.clone(),
                status: line.status,
                opt_out: line.opt_out.clone(),
                waiting_since: line.waiting_since,
                updated_at: line.updated_at,
                preview: line.preview.clone(),
                own: line.last_seq > line.foreign_seq
                    && !matches!(line.status, crate::domain::conversation::Status::NeedsResponse),
                tags: line.tags.iter().map(|tag| tag_word(tag)).collect(),
                language: self.other_language(contact),
                snoozed_until: line.snoozed_until,
                held_back: self.holds_back(contact, &line.preview),
                unread: self.people.is_unread(contact),
                draft: self.has_draft(contact),
                draft_written: self.drafts_written.get(&contact).copied(),
                selected: self.selected == Some(contact),
                open: open == Some(contact),
            })
        };
        self.people.inbox().skip(rows.start).take(rows.len()).filter_map(row).collect()
    }
}

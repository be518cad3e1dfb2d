//! The send card: one contact, the exact text, and why it may not go out.

use super::help_out::plainer;
use super::model::Model;
use super::people::HeldBack;
use crate::api::assignment::ContactView;
use crate::api::campaign::CampaignState;
use crate::api::people::Role;
use crate::console::core::shared::msg::{Downtime, LinkState};
use crate::console::core::shared::say::{Arg, Say};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::campaign::{FillError, fill_initial};
use crate::domain::conversation::Status;
use crate::domain::hours::HoursVerdict;
use crate::domain::ids::ContactId;
use crate::domain::message::{MAX_CHARS, MessageKind};
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::script::leftover_field;
use crate::domain::segment::{Segments, measure};

/// The contact at the head of the queue with the text for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Whose.
    pub contact: ContactId,
    /// The exact text; empty when it cannot be filled.
    pub body: String,
    /// Its hash (BLAKE3, hex).
    pub hash: String,
    /// Its length.
    pub segments: Segments,
    /// Name of the wording.
    pub variant: String,
    /// The texter changed its words.
    pub off_script: bool,
    /// Parts that plain signs in the place of the script's typographic ones save.
    pub parts_saved: usize,
    /// Why it cannot be sent at all.
    pub fault: Option<Say>,
    /// What happened to it before (refused, parked, not journaled).
    pub note: Option<Say>,
}

/// Hash of a text as the evidence holds it.
#[must_use]
pub fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The list has nothing to put in.
const MISSING: &str = "texter-card-missing";

fn fault(error: &FillError) -> Say {
    match error {
        FillError::NoVariant => Say::new("texter-card-no-variant"),
        FillError::Script(_) => Say::new("texter-card-broken-script"),
        FillError::Missing(fields) => Say::new(MISSING).with("fields", safe_line(&fields.join(", "))),
    }
}

/// The fields of a contact with the missing ones' names in braces.
fn with_holes(error: &FillError, view: &ContactView) -> Option<std::collections::BTreeMap<String, String>> {
    let FillError::Missing(missing) = error else { return None };
    let mut fields = view.fields.clone();
    fields.extend(missing.iter().map(|name| (name.clone(), format!("{{{name}}}"))));
    Some(fields)
}

/// Why a text is too long, if it is. `longest`: the most that the server takes, where it says so.
pub(super) fn too_long(body: &str, longest: Option<usize>) -> Option<Say> {
    // A server with a bound of its own counts the text as it writes it, in the units of its language.
    let counted = |_: usize| crate::domain::plain_text::plain(body).encode_utf16().count();
    let count = longest.map_or_else(|| body.chars().count(), counted);
    let most = longest.unwrap_or(MAX_CHARS).min(MAX_CHARS);
    (count > most).then(|| Say::new("texter-too-long").with("count", count).with("most", most))
}

/// What became of the head of the queue.
enum Head {
    Take(Box<Card>),
    Hold(HeldBack),
    Drop,
    Later,
}

impl Model {
    fn build_card(&self, view: &ContactView) -> Option<Card> {
        let campaign = self.campaign.as_ref()?;
        let me = self.me.as_ref()?;
        let (body, mut fault) = match fill_initial(&campaign.def, &view.variant, &view.fields, &me.name) {
            Ok(body) => (body, None),
            // It cannot be sent; its holes show where the list has nothing.
            Err(error) => {
                let holed = with_holes(&error, view)
                    .and_then(|fields| fill_initial(&campaign.def, &view.variant, &fields, &me.name).ok());
                (holed.map(|text| safe_body(&text)).unwrap_or_default(), Some(fault(&error)))
            }
        };
        let (mut body, parts_saved) = plainer(&body).unwrap_or((body, 0));
        let edited = self.edited.get(&view.summary.id).filter(|_| campaign.def.edit_initial && fault.is_none());
        let off_script = edited.is_some();
        let mut parts_saved = parts_saved;
        if let Some(edited) = edited {
            // As the script's own: a typographic sign that costs a part is written plainly, and it is said.
            (body, parts_saved) = plainer(edited).unwrap_or((edited.clone(), 0));
        }
        // The texter's name and the list's fields may have look-alikes too.
        let body = self.as_kept(&body);
        // What is shown is what is sent: a text that could not be shown as it is does not go out.
        if fault.is_none() && safe_body(&body) != body {
            fault = Some(Say::new("texter-card-unsafe"));
        }
        // The server would refuse these for good: the contact would be done with and never texted.
        if fault.is_none() && leftover_field(&body).is_some() {
            fault = Some(Say::new("texter-card-unfilled"));
        }
        fault = fault.or_else(|| too_long(&body, self.beside.longest));
        fault = fault.or_else(|| self.card_recalled(view, &body, off_script));
        Some(Card {
            contact: view.summary.id,
            hash: hash(&body),
            segments: measure(&body),
            body,
            variant: view.variant.clone(),
            off_script,
            parts_saved,
            fault,
            note: self.came_back.get(&view.summary.id).cloned(),
        })
    }

    fn judge_head(&self, contact: ContactId) -> Head {
        let Some(line) = self.people.line(contact) else { return Head::Drop };
        if line.status != Status::NeedsMessage || !line.opt_out.allows_text() || self.acts.has_initial(contact) {
            return Head::Drop;
        }
        if self.initial_in_window(contact) {
            return Head::Drop;
        }
        let Some(view) = self.people.body(contact) else { return Head::Later };
        if view.wrong_number {
            return Head::Drop;
        }
        let Some(campaign) = &self.campaign else { return Head::Later };
        let Some(now) = self.campaign_now() else { return Head::Later };
        if let HoursVerdict::Closed { opens_at } = campaign.def.hours.verdict(MessageKind::Initial, now, &view.zones) {
            return Head::Hold(HeldBack::Hours { opens_at });
        }
        match &self.card {
            Some(card) if card.contact == contact => Head::Take(Box::new(card.clone())),
            _ => self.build_card(view).map_or(Head::Later, |card| Head::Take(Box::new(card))),
        }
    }

    /// A first text to this person would have to wait for texting hours.
    pub(super) fn is_off_hours(&self, contact: ContactId) -> bool {
        let (Some(view), Some(campaign), Some(now)) = (self.people.body(contact), &self.campaign, self.campaign_now())
        else {
            return false;
        };
        let verdict = campaign.def.hours.verdict(MessageKind::Initial, now, &view.zones);
        matches!(verdict, HoursVerdict::Closed { .. })
    }

    /// Puts the first contact that may be texted on the card. While an act on the card is being journaled it stays.
    pub(super) fn pick_card(&mut self) {
        if self.acts.busy().is_some() && self.card.is_some() {
            return;
        }
        loop {
            // A card stays at the head: whoever joins the queue joins its end.
            let Some(head) = self.people.queue().front().copied() else {
                self.card = None;
                return;
            };
            match self.judge_head(head) {
                Head::Take(card) => {
                    // Nobody else has to wait behind a text that was recalled.
                    if self.is_shut(&card)
                        && let Some(other) = self.first_not_shut()
                    {
                        self.people.queue_first(other);
                        continue;
                    }
                    self.card = Some(*card);
                    return;
                }
                Head::Later => {
                    self.card = None;
                    return;
                }
                Head::Hold(why) => self.people.hold_back(head, why),
                Head::Drop => self.people.drop_from_queue(head),
            }
        }
    }

    fn is_shut(&self, card: &Card) -> bool {
        self.people
            .body(card.contact)
            .is_some_and(|view| self.card_recalled(view, &card.body, card.off_script).is_some())
    }

    /// The first of the queue, as far as their bodies are here, whose text may go out.
    fn first_not_shut(&self) -> Option<ContactId> {
        self.people.queue().iter().copied().find(|contact| {
            let built = self.people.body(*contact).and_then(|view| self.build_card(view));
            built.is_some_and(|card| !self.is_shut(&card)) && matches!(self.judge_head(*contact), Head::Take(_))
        })
    }

    /// Makes the card anew (the script or the contact's fields changed), its note kept.
    pub(super) fn rebuild_card(&mut self) {
        let Some(old) = self.card.take() else { return };
        if let Some(view) = self.people.body(old.contact)
            && let Some(card) = self.build_card(view)
        {
            self.card = Some(Card { note: old.note, ..card });
        }
    }

    /// Why no text at all may go out now.
    pub(super) fn all_blocked(&self) -> Option<Say> {
        if let Some(why) = self.signed_out() {
            return Some(why);
        }
        if self.beside.downtime == Some(Downtime::All) {
            return Some(Say::new("texter-downtime"));
        }
        match self.state {
            CampaignState::Running => None,
            CampaignState::Paused => Some(Say::new("texter-paused")),
            CampaignState::Importing => Some(Say::new("texter-importing")),
            CampaignState::Archived if self.answers_late() => Some(Say::new("texter-archived-late")),
            CampaignState::Archived => Some(Say::new(self.archived_key())),
        }
    }

    /// That the campaign is closed. Where nobody is named for late replies, nobody answers them.
    pub(super) fn archived_key(&self) -> &'static str {
        if self.options.hands_out { "texter-archived" } else { "texter-archived-there" }
    }

    /// True for who answers voters that write after the campaign was closed.
    pub(super) fn answers_late(&self) -> bool {
        let Some(me) = &self.me else { return false };
        let owner = self.campaign.as_ref().and_then(|campaign| campaign.late_owner);
        me.role >= Role::Captain || owner == Some(me.person)
    }

    /// Why no reply at all may go out now.
    pub(super) fn replies_blocked(&self) -> Option<Say> {
        let late = self.state == CampaignState::Archived && self.answers_late() && self.signed_out().is_none();
        if late { None } else { self.all_blocked() }
    }

    /// That the sign-in was ended, and what becomes of what was confirmed.
    pub(super) fn signed_out(&self) -> Option<Say> {
        let LinkState::SignedOut { hands_in } = self.link else { return None };
        if let Some(command) = &self.options.sign_in_again {
            let waits = self.outbox.0;
            return Some(Say::new("texter-signed-out-again").with("count", waits).with("command", command.clone()));
        }
        let unknown = self.unknown_count();
        Some(match (hands_in, self.outbox.0) {
            // A wipe spares what nobody knows the outcome of: it must not be promised.
            (true, 0) if unknown > 0 => Say::new("texter-signed-out-unknown").with("count", unknown),
            (true, waiting) => Say::new("texter-signed-out-hands-in").with("count", waiting),
            (false, waiting) => Say::new("texter-signed-out").with("count", waiting),
        })
    }

    /// The same in a few words, for a line that has room for no more and tells of the link anyway.
    pub(super) fn all_blocked_in_short(&self) -> Option<Say> {
        match self.state {
            CampaignState::Running => {
                let ends = || self.goes.hours_end.filter(|at| self.campaign_now().is_some_and(|now| now < *at));
                let gone = self.may_be_gone().into_iter().flatten().min();
                let gone = gone.map(|at| Say::new("ui-state-may-be-gone").with("at", at));
                let full = || self.carrier_full_until.map(|at| Say::new("ui-state-cap").with("at", at));
                gone.or_else(full).or_else(|| Some(Say::new("ui-state-hours-end").with("at", ends()?)))
            }
            CampaignState::Paused => Some(Say::new("ui-state-paused")),
            CampaignState::Importing => Some(Say::new("ui-state-importing")),
            CampaignState::Archived => Some(Say::new("ui-state-archived")),
        }
    }

    /// Why the card cannot be sent now; none when a press would send it.
    #[must_use]
    pub fn card_block(&self) -> Option<Say> {
        let card = self.card.as_ref()?;
        if let Some(fault) = &card.fault {
            let key = |action: Action| {
                let key = self.options.keymap.key_for(Context::Card, action);
                key.map_or(Arg::Key(action.label_key()), Arg::Text)
            };
            // What can be done about it stands there with its keys.
            if fault.key != MISSING {
                return Some(fault.clone());
            }
            let fault = fault.clone().with("key", key(Action::Skip));
            return Some(match self.options.keymap.offers(Action::Flag) {
                true => fault.with("out", key(Action::Flag)),
                // There is nobody to flag it to.
                false => Say { key: "texter-card-missing-skip", ..fault },
            });
        }
        if self.beside.downtime == Some(Downtime::FirstTexts) {
            return Some(Say::new("texter-downtime-first-texts"));
        }
        self.all_blocked()
    }
}

//! A last look on this side before a text is handed in, for servers that take none themselves.
//!
//! It is taken only where a row that waits has surely not reached the server: at servers that cannot be asked twice, whose rows
//! are marked unknown before each call. A server of our own contract looks itself, in the transaction that decides, and its
//! verdict alone counts: a row may have reached it with a try whose answer was lost.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::api::{
    message::SendRequest,
    problem::{Code, Problem},
};
use crate::domain::hours::{HoursVerdict, TextingHours, is_too_late};
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::zone::Zones;

/// Contacts remembered at most; beyond that all are forgotten and remembered anew as they are loaded.
const CONTACTS: usize = 20_000;

/// Looks at a text that is about to be handed in.
pub trait FlushGate: Send + Sync + std::fmt::Debug + 'static {
    /// Why it may not go out any more, in the server's words; none lets it pass. `now` is the laptop's clock, by which it
    /// was pressed too.
    fn objection(&self, text: &SendRequest, now: Timestamp) -> Option<Problem>;
}

/// What a console has learned of texting hours: by campaign, and by the contacts that it loaded.
#[derive(Debug, Default)]
pub struct KnownHours(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    hours: HashMap<CampaignId, TextingHours>,
    zones: HashMap<ContactId, Zones>,
}

impl KnownHours {
    /// A campaign was loaded.
    pub fn campaign(&self, campaign: CampaignId, hours: &TextingHours) {
        self.known().hours.insert(campaign, hours.clone());
    }

    /// A contact was loaded.
    pub fn contact(&self, contact: ContactId, zones: &Zones) {
        let mut known = self.known();
        if known.zones.len() >= CONTACTS {
            known.zones.clear();
        }
        known.zones.insert(contact, zones.clone());
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FlushGate for KnownHours {
    fn objection(&self, text: &SendRequest, now: Timestamp) -> Option<Problem> {
        let pressed_at = text.shown.pressed_at;
        let late =
            || Problem::new(Code::TooLate, "it was confirmed before the present texting hours began, or too long ago");
        if is_too_late(pressed_at, None, now) {
            return Some(late());
        }
        let known = self.known();
        // Of whom nothing is known any more the server decides.
        let (hours, zones) = (known.hours.get(&text.campaign)?, known.zones.get(&text.contact)?);
        if let HoursVerdict::Closed { opens_at } = hours.verdict(text.kind, now, zones) {
            let mut closed = Problem::new(Code::OutsideHours, "it is outside texting hours where they are");
            closed.at = Some(opens_at);
            return Some(closed);
        }
        is_too_late(pressed_at, hours.opened_at(text.kind, now, zones), now).then(late)
    }
}

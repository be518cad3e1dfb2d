//! A campaign file and a list, checked against each other before anything is sent.
//!
//! A [`Checker`] sees one contact after the other and keeps counts alone, so that a list of any length can be checked.

mod findings;
mod lengths;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Serialize;

use self::findings::Needs;
pub use self::lengths::{Length, VariantReport};
use self::lengths::{Lengths, Measured};
use super::contact_list::ContactList;
use crate::domain::campaign::{CampaignDef, merge_fields_in};
use crate::domain::contact::Contact;
use crate::domain::hours::HoursVerdict;
use crate::domain::zone::Zones;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// The campaign's title.
    pub title: String,
    /// Contacts that can be texted.
    pub contacts: u64,
    /// Rows whose number came earlier.
    pub duplicates: u64,
    /// What stops the work or deserves a look.
    pub findings: Vec<Finding>,
    /// Each wording of the initial message over the contacts that may get it.
    pub variants: Vec<VariantReport>,
    /// Segments of the first texts to everybody, wordings shared out evenly.
    pub segments: u64,
    /// The typical first text (median).
    pub typical: Option<Length>,
    /// The longest first text.
    pub longest: Option<Length>,
    /// Contacts by the zones they may be in, most first.
    pub zones: Vec<ZoneCount>,
    /// Who can be texted at the moment of the check, and who is held until when.
    pub held: Option<Held>,
}

/// One finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// True when it stops the work.
    pub fatal: bool,
    /// Contacts concerned, when it is about contacts.
    pub contacts: Option<u64>,
    /// What is wrong.
    pub what: String,
    /// Some of the contacts concerned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
    /// What to do about it.
    pub remedy: String,
    /// It stands in the campaign file, whatever else is wrong there.
    #[serde(skip)]
    pub sure: bool,
}

/// Contacts that may be in the same zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneCount {
    /// Names of the zones.
    pub zones: Vec<String>,
    /// How many.
    pub contacts: u64,
}

/// First texts by texting hours, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The moment.
    pub at: Timestamp,
    /// Contacts that may be texted then.
    pub open: u64,
    /// The others, by when they may be.
    pub until: Vec<HeldUntil>,
    /// Contacts whose hours never come: their zones and states share none, or the campaign closes before.
    pub never: u64,
}

/// Contacts that may be texted from the same moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldUntil {
    /// From when.
    pub opens_at: Timestamp,
    /// How many.
    pub contacts: u64,
}

impl Finding {
    /// What is wrong, with some of the contacts concerned.
    #[must_use]
    pub fn in_words(&self) -> String {
        if self.examples.is_empty() {
            return self.what.clone();
        }
        format!("{} (such as {})", self.what, self.examples.join(", "))
    }
}

impl CheckReport {
    /// True when something stops the work.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.findings.iter().any(|f| f.fatal)
    }
}

/// Sees every contact of a list and says in the end what was found. What it keeps does not grow with the list.
#[derive(Debug)]
pub struct Checker<'d> {
    def: &'d CampaignDef,
    now: Option<Timestamp>,
    contacts: u64,
    needs: Needs<'d>,
    lengths: Lengths<'d>,
    places: HashMap<Zones, u64>,
}

impl<'d> Checker<'d> {
    /// A check of `def` against a list with these columns; `now`: the moment for which the held contacts are counted.
    #[must_use]
    pub fn new(def: &'d CampaignDef, columns: &[String], now: Option<Timestamp>) -> Self {
        Self {
            def,
            now,
            contacts: 0,
            needs: Needs::new(def, columns),
            lengths: Lengths::new(def),
            places: HashMap::new(),
        }
    }

    /// One contact of the list.
    pub fn see(&mut self, contact: &Contact) {
        self.contacts += 1;
        let fields = merge_fields_in(self.def, contact);
        self.needs.see(contact, &fields);
        self.lengths.see(contact, &fields, &mut |measured: &Measured<'_>| self.needs.see_text(contact, measured.text));
        *self.places.entry(self.def.hours.places_of(contact)).or_default() += 1;
    }

    /// What was found; `duplicates`: rows whose number came earlier.
    #[must_use]
    pub fn finish(self, duplicates: u64) -> CheckReport {
        let held = self.now.map(|now| held(self.def, now, &self.places));
        let mut zones: BTreeMap<Vec<String>, u64> = BTreeMap::new();
        for (places, contacts) in &self.places {
            let mut names = places.names().to_vec();
            names.sort();
            *zones.entry(names).or_default() += contacts;
        }
        let mut zones: Vec<ZoneCount> =
            zones.into_iter().map(|(zones, contacts)| ZoneCount { zones, contacts }).collect();
        zones.sort_by(|a, b| b.contacts.cmp(&a.contacts).then_with(|| a.zones.cmp(&b.zones)));
        let (segments, typical, longest, variants) = self.lengths.finish();
        let mut findings = self.needs.finish();
        findings.extend(held.as_ref().and_then(|held| nobodys_hours(held, self.contacts)));
        CheckReport {
            title: self.def.title.clone(),
            contacts: self.contacts,
            duplicates,
            findings,
            variants,
            segments,
            typical,
            longest,
            zones,
            held,
        }
    }
}

/// Who may be handed out for a first text at `now`, and who from when on.
fn held(def: &CampaignDef, now: Timestamp, places: &HashMap<Zones, u64>) -> Held {
    let mut held = Held { at: now, open: 0, until: Vec::new(), never: 0 };
    let mut until: BTreeMap<Timestamp, u64> = BTreeMap::new();
    for (zones, contacts) in places {
        match def.hours.hand_out(now, zones) {
            HoursVerdict::Open { .. } => held.open += contacts,
            HoursVerdict::Closed { opens_at } if opens_at == Timestamp::MAX => held.never += contacts,
            HoursVerdict::Closed { opens_at } => *until.entry(opens_at).or_default() += contacts,
        }
    }
    held.until = until.into_iter().map(|(opens_at, contacts)| HeldUntil { opens_at, contacts }).collect();
    held
}

/// Contacts whose hours never come. Where that is everybody, nobody could be texted at all.
fn nobodys_hours(held: &Held, contacts: u64) -> Option<Finding> {
    let everybody = held.never == contacts;
    let what = match held.never {
        0 => return None,
        _ if everybody => "nobody of this list can be texted".to_owned(),
        1 => "1 contact can never be texted".to_owned(),
        many => format!("{many} contacts can never be texted"),
    };
    Some(Finding {
        fatal: everybody,
        contacts: Some(held.never),
        what: format!("{what}: their texting hours never come, or the campaign closes before"),
        remedy: "Look at `[hours]`, and at `opens_at` and `closes_at` under `[campaign]`: somebody may be texted only when it is open in \
                 every zone and state that they may be in."
            .to_owned(),
        ..Finding::default()
    })
}

/// Checks a campaign against a list that was read whole.
#[must_use]
pub fn check(def: &CampaignDef, list: &ContactList) -> CheckReport {
    check_at(def, list, None)
}

/// [`check`], with the contacts that are held at `now`.
#[must_use]
pub fn check_at(def: &CampaignDef, list: &ContactList, now: Option<Timestamp>) -> CheckReport {
    let mut checker = Checker::new(def, &list.columns, now);
    list.contacts.iter().for_each(|contact| checker.see(contact));
    checker.finish(list.duplicates)
}

#[cfg(test)]
mod tests;

//! The initial message over the list: how long, how dear, and which characters make it so.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::campaign::{CampaignDef, Variant};
use crate::domain::contact::Contact;
use crate::domain::script::{Fill, Template};
use crate::domain::segment::{Encoding, measure, plain_twin};

/// What stands for the texter's name when lengths are measured: longer than most.
const TEXTER: &str = "Alexandria";

/// One wording, measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VariantReport {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// Contacts that may get it.
    pub contacts: u64,
    /// Segments of all these texts together, were each of them sent to everybody who may get it.
    pub segments: u64,
    /// The longest text.
    pub longest: Option<Length>,
    /// The typical one (median).
    pub typical: Option<Length>,
    /// Characters outside the cheap alphabet, and in how many contacts' texts each is.
    pub forced_by: Vec<(char, u64)>,
    /// What could stand for these characters, where there is something plain.
    pub twins: Vec<(char, String)>,
    /// Characters outside the cheap alphabet that the wording itself has, whatever the contact.
    pub own_culprits: Vec<char>,
}

/// The length of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Length {
    /// Parts.
    pub parts: usize,
    /// Septets, or UTF-16 units when `wide`.
    pub units: usize,
    /// True when a character forced UTF-16.
    pub wide: bool,
}

/// One text as one contact would get it.
pub(super) struct Measured<'t> {
    /// The words.
    pub text: &'t str,
}

/// Texts by their length: no more of them are kept than there are lengths.
#[derive(Debug, Default)]
struct Histogram(BTreeMap<Length, u64>);

impl Histogram {
    fn add(&mut self, length: Length) {
        *self.0.entry(length).or_default() += 1;
    }

    fn longest(&self) -> Option<Length> {
        self.0.keys().next_back().copied()
    }

    fn segments(&self) -> u64 {
        self.0.iter().map(|(length, many)| u64::try_from(length.parts).unwrap_or(u64::MAX) * many).sum()
    }

    fn median(&self) -> Option<Length> {
        let middle = self.0.values().sum::<u64>() / 2;
        let mut before = 0;
        self.0.iter().find_map(|(length, many)| {
            before += many;
            (before > middle).then_some(*length)
        })
    }
}

#[derive(Debug)]
struct Wording<'d> {
    variant: &'d Variant,
    template: Option<Template>,
    contacts: u64,
    lengths: Histogram,
    forced: BTreeMap<char, u64>,
}

/// Every wording, as far as the list was seen.
#[derive(Debug)]
pub(super) struct Lengths<'d> {
    def: &'d CampaignDef,
    wordings: Vec<Wording<'d>>,
    all: Histogram,
    /// Parts of the texts of contacts among whom so many wordings are shared out.
    shared: BTreeMap<u64, u64>,
}

impl<'d> Lengths<'d> {
    pub(super) fn new(def: &'d CampaignDef) -> Self {
        let wordings = def.initial.iter().map(|variant| Wording {
            variant,
            template: Template::parse(&variant.text).ok(),
            contacts: 0,
            lengths: Histogram::default(),
            forced: BTreeMap::new(),
        });
        Self { def, wordings: wordings.collect(), all: Histogram::default(), shared: BTreeMap::new() }
    }

    /// Measures every wording that this contact may get and shows it to `watch`.
    pub(super) fn see(
        &mut self,
        contact: &Contact,
        fields: &BTreeMap<String, String>,
        watch: &mut impl FnMut(&Measured<'_>),
    ) {
        let def = self.def;
        let (mut choices, mut parts) = (0, 0);
        for wording in self.wordings.iter_mut().filter(|wording| may_get(def, wording.variant, contact)) {
            wording.contacts += 1;
            choices += 1;
            let fill = Fill { fields, texter: TEXTER, variables: &def.variables };
            let Some(text) = wording.template.as_ref().and_then(|t| t.fill(&fill).ok()) else { continue };
            let measured = measure(&text);
            for culprit in &measured.culprits {
                *wording.forced.entry(culprit.ch).or_default() += 1;
            }
            let wide = measured.encoding == Encoding::Ucs2;
            let length = Length { parts: measured.parts, units: measured.units, wide };
            parts += u64::try_from(measured.parts).unwrap_or(u64::MAX);
            wording.lengths.add(length);
            self.all.add(length);
            watch(&Measured { text: &text });
        }
        if choices > 0 {
            *self.shared.entry(choices).or_default() += parts;
        }
    }

    /// Segments of the whole list, its typical and its longest text, and each wording.
    pub(super) fn finish(self) -> (u64, Option<Length>, Option<Length>, Vec<VariantReport>) {
        let segments = self.shared.iter().map(|(choices, parts)| parts.div_ceil(*choices)).sum();
        let reports = self.wordings.into_iter().map(Wording::report).collect();
        (segments, self.all.median(), self.all.longest(), reports)
    }
}

impl Wording<'_> {
    fn report(self) -> VariantReport {
        let mut forced_by: Vec<(char, u64)> = self.forced.into_iter().collect();
        forced_by.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        VariantReport {
            name: self.variant.name.clone(),
            language: self.variant.language.clone(),
            contacts: self.contacts,
            segments: self.lengths.segments(),
            longest: self.lengths.longest(),
            typical: self.lengths.median(),
            twins: forced_by.iter().filter_map(|(c, _)| Some((*c, plain_twin(*c)?))).collect(),
            forced_by,
            own_culprits: measure(&self.variant.text).culprits.iter().map(|c| c.ch).collect(),
        }
    }
}

/// True when this contact may get this wording (see [`crate::domain::campaign::variant_for`]).
fn may_get(def: &CampaignDef, variant: &Variant, contact: &Contact) -> bool {
    let has = |language: &str| def.initial.iter().any(|v| v.language == language);
    match contact.language.as_deref() {
        Some(language) if has(language) => variant.language == language,
        _ if has(&def.language) => variant.language == def.language,
        _ => true,
    }
}

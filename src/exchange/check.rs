//! A campaign file and a list, checked against each other before anything is sent.

use std::collections::BTreeMap;

use serde::Serialize;

use super::contact_list::ContactList;
use crate::domain::campaign::{CampaignDef, LAST_DIGITS, Variant, merge_fields};
use crate::domain::contact::Contact;
use crate::domain::script::{Fill, Source, Template, fold_name, lookup};
use crate::domain::segment::{Encoding, measure};
use crate::domain::zone;

/// What stands for the texter's name when lengths are measured: longer than most.
const TEXTER: &str = "Alexandria";

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
    /// Contacts by the zones they may be in, most first.
    pub zones: Vec<ZoneCount>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// True when it stops the work.
    pub fatal: bool,
    /// Contacts concerned, when it is about contacts.
    pub contacts: Option<u64>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

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

/// Contacts that may be in the same zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneCount {
    /// Names of the zones.
    pub zones: Vec<String>,
    /// How many.
    pub contacts: u64,
}

impl CheckReport {
    /// True when something stops the work.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.findings.iter().any(|f| f.fatal)
    }
}

/// Checks a campaign against its list.
#[must_use]
pub fn check(def: &CampaignDef, list: &ContactList) -> CheckReport {
    let filled: Vec<(BTreeMap<String, String>, &Contact)> =
        list.contacts.iter().map(|c| (merge_fields(c), c)).collect();
    let mut findings = column_findings(def, list);
    findings.extend(empty_findings(def, &filled));
    findings.extend(language_findings(def, list));
    let variants = def.initial.iter().map(|v| measure_variant(def, v, &filled)).collect();
    let mut zones: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for c in &list.contacts {
        let found = zone::candidates(&c.phone, c.zip.as_deref(), c.state.as_deref(), c.time_zone.as_deref());
        let mut names = found.names().to_vec();
        names.sort();
        *zones.entry(names).or_default() += 1;
    }
    let mut zones: Vec<ZoneCount> = zones.into_iter().map(|(zones, contacts)| ZoneCount { zones, contacts }).collect();
    zones.sort_by(|a, b| b.contacts.cmp(&a.contacts).then_with(|| a.zones.cmp(&b.zones)));
    CheckReport {
        title: def.title.clone(),
        contacts: count(list.contacts.len()),
        duplicates: list.duplicates,
        findings,
        variants,
        zones,
    }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// The contact fields used in a text, with whether all of them have a fallback there.
fn uses(def: &CampaignDef) -> BTreeMap<String, bool> {
    let mut uses: BTreeMap<String, bool> = BTreeMap::new();
    for template in def.texts().filter_map(|text| Template::parse(text).ok()) {
        for field in template.fields().filter(|f| f.source == Source::Contact) {
            let safe = uses.entry(field.name.clone()).or_insert(true);
            *safe &= field.fallback.is_some();
        }
    }
    uses
}

/// Fields that every list has, whatever its columns.
const ALWAYS: [&str; 6] = ["firstName", "lastName", "phone", "zip", "state", "external_id"];

/// Columns that the script or the campaign names and the list does not have.
fn column_findings(def: &CampaignDef, list: &ContactList) -> Vec<Finding> {
    let known: Vec<&str> = ALWAYS.into_iter().chain(list.columns.iter().map(String::as_str)).collect();
    let there = |name: &str| known.iter().any(|k| fold_name(k) == fold_name(name));
    let advice = |name: &str| match super::toml_reader::nearest(name, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("The list has: {}.", known.join(", ")),
    };
    let script = uses(def).into_iter().filter(|(name, _)| !there(name)).map(|(name, safe)| Finding {
        fatal: !safe,
        contacts: None,
        what: if safe {
            format!("the script uses {{{name}}}, which is no column of the list; everyone gets the fallback")
        } else {
            format!("the script uses {{{name}}}, which is no column of the list")
        },
        remedy: advice(&name),
    });
    let can_be_shown = |name: &str| there(name) || fold_name(name) == fold_name(LAST_DIGITS);
    let shown = def.visible_fields.iter().filter(|name| !can_be_shown(name)).map(|name| Finding {
        fatal: false,
        contacts: None,
        what: format!("visible_fields names `{name}`, which is no column of the list"),
        remedy: advice(name),
    });
    script.chain(shown).collect()
}

/// Contacts whose field is empty where no fallback stands, initial wordings only as far as they may get them.
fn empty_findings(def: &CampaignDef, filled: &[(BTreeMap<String, String>, &Contact)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, safe) in uses(def) {
        let exists = filled.iter().any(|(fields, _)| fields.keys().any(|k| fold_name(k) == fold_name(&name)));
        if safe || !exists {
            continue;
        }
        let empty = count(filled.iter().filter(|(fields, _)| lookup(fields, &name).is_none()).count());
        if empty > 0 {
            findings.push(Finding {
                fatal: false,
                contacts: Some(empty),
                what: format!(
                    "{empty} {} nothing in {{{name}}}, and the script has no fallback for it everywhere",
                    if empty == 1 { "contact has" } else { "contacts have" }
                ),
                remedy: format!(
                    "Write {{{name}/...}} with the words to use instead; without them these texts cannot go out."
                ),
            });
        }
    }
    findings
}

/// Contacts whose language no wording is in.
fn language_findings(def: &CampaignDef, list: &ContactList) -> Vec<Finding> {
    let mut missing: BTreeMap<&str, u64> = BTreeMap::new();
    for language in list.contacts.iter().filter_map(|c| c.language.as_deref()) {
        if !def.initial.iter().any(|v| v.language == language) {
            *missing.entry(language).or_default() += 1;
        }
    }
    missing
        .into_iter()
        .map(|(language, contacts)| Finding {
            fatal: false,
            contacts: Some(contacts),
            what: format!("{contacts} contacts are marked `{language}`, but no initial message is in that language"),
            remedy: format!(
                "They get the one in `{}`; add an `[[initial]]` with language = \"{language}\".",
                def.language
            ),
        })
        .collect()
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

fn measure_variant(
    def: &CampaignDef,
    variant: &Variant,
    filled: &[(BTreeMap<String, String>, &Contact)],
) -> VariantReport {
    let mut lengths = Vec::new();
    let mut forced: BTreeMap<char, u64> = BTreeMap::new();
    let mut contacts = 0;
    let template = Template::parse(&variant.text).ok();
    for (fields, _) in filled.iter().filter(|(_, contact)| may_get(def, variant, contact)) {
        contacts += 1;
        let fill = Fill { fields, texter: TEXTER, variables: &def.variables };
        let Some(text) = template.as_ref().and_then(|t| t.fill(&fill).ok()) else { continue };
        let measured = measure(&text);
        for culprit in &measured.culprits {
            *forced.entry(culprit.ch).or_default() += 1;
        }
        let wide = measured.encoding == Encoding::Ucs2;
        lengths.push(Length { parts: measured.parts, units: measured.units, wide });
    }
    let segments = lengths.iter().map(|length| count(length.parts)).sum();
    lengths.sort_unstable();
    let mut forced_by: Vec<(char, u64)> = forced.into_iter().collect();
    forced_by.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    VariantReport {
        name: variant.name.clone(),
        language: variant.language.clone(),
        contacts,
        segments,
        longest: lengths.last().copied(),
        typical: lengths.get(lengths.len() / 2).copied(),
        forced_by,
        own_culprits: measure(&variant.text).culprits.iter().map(|c| c.ch).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::exchange::{campaign_file, contact_list};

    fn report(initial: &str, list: &str) -> CheckReport {
        showing("poling_place", initial, list)
    }

    fn showing(field: &str, initial: &str, list: &str) -> CheckReport {
        let text = format!(
            "[campaign]\ntitle = \"T\"\norganization = \"Org\"\nvisible_fields = [\"{field}\"]\n\
             [[initial]]\nname = \"a\"\ntext = \"{initial}\"\n"
        );
        let (def, _) = campaign_file::parse(Path::new("c.toml"), &text).unwrap();
        check(
            &def,
            &contact_list::parse(Path::new("l.csv"), list.as_bytes(), &contact_list::Options::default()).unwrap(),
        )
    }

    const LIST: &str = "firstName,cell,polling_place,language\nAna,2122000002,School,\nZoë,3122000003,,\n李,6462000004,Hall,es\n,2122000005,Hall,\n,2122000005,Hall,\n";

    #[test]
    fn everything_about_a_list() {
        let found =
            report("Hi {firstName}, go to {pollingplace} or {place} or {town/here}. Org, STOP to opt out", LIST);
        let what: Vec<_> =
            found.findings.iter().map(|f| (f.fatal, f.contacts, f.what.as_str(), f.remedy.as_str())).collect();
        assert_eq!(
            what,
            [
                (
                    true,
                    None,
                    "the script uses {place}, which is no column of the list",
                    "The list has: firstName, lastName, phone, zip, state, external_id, polling_place."
                ),
                (
                    false,
                    None,
                    "the script uses {town}, which is no column of the list; everyone gets the fallback",
                    "The list has: firstName, lastName, phone, zip, state, external_id, polling_place."
                ),
                (
                    false,
                    None,
                    "visible_fields names `poling_place`, which is no column of the list",
                    "Did you mean `polling_place`?"
                ),
                (
                    false,
                    Some(1),
                    "1 contact has nothing in {firstName}, and the script has no fallback for it everywhere",
                    "Write {firstName/...} with the words to use instead; without them these texts cannot go out."
                ),
                (
                    false,
                    Some(1),
                    "1 contact has nothing in {pollingplace}, and the script has no fallback for it everywhere",
                    "Write {pollingplace/...} with the words to use instead; without them these texts cannot go out."
                ),
                (
                    false,
                    Some(1),
                    "1 contacts are marked `es`, but no initial message is in that language",
                    "They get the one in `en`; add an `[[initial]]` with language = \"es\"."
                ),
            ]
        );
        assert!(found.is_fatal());
        assert_eq!((found.contacts, found.duplicates), (4, 1));
        assert_eq!(
            found.zones,
            [
                ZoneCount { zones: vec!["America/New_York".into()], contacts: 3 },
                ZoneCount { zones: vec!["America/Chicago".into()], contacts: 1 },
            ]
        );
    }

    #[test]
    fn lengths_over_the_list() {
        // 19 units and the name; one name is outside the alphabet (ë), and so is one of CJK.
        let found = report("Hi {firstName/you}, Org. STOP ends", LIST);
        let variant = &found.variants[0];
        assert_eq!((variant.contacts, variant.own_culprits.clone()), (4, vec![]));
        assert_eq!(variant.forced_by, [('ë', 1), ('李', 1)]);
        assert_eq!(variant.longest, Some(Length { parts: 1, units: 22, wide: true }));
        assert_eq!(variant.typical, Some(Length { parts: 1, units: 22, wide: false }));
    }

    #[rstest::rstest]
    #[case("lastDigits", "Org here. STOP to opt out", 0)]
    #[case("last_digits", "Org here. STOP to opt out", 0)]
    #[case("lastDigits", "Org to {lastDigits/you}. STOP to opt out", 1)]
    fn the_end_of_a_number_is_to_be_shown_and_not_to_be_texted(
        #[case] field: &str,
        #[case] initial: &str,
        #[case] findings: usize,
    ) {
        let found = showing(field, initial, "firstName,cell\n,2122000002\n").findings;
        assert_eq!(found.len(), findings, "{found:?}");
    }

    #[test]
    fn a_campaign_without_fields_has_no_findings() {
        let found = report("Org here. STOP to opt out", "firstName,cell,poling_place\n,2122000002,x\n");
        assert_eq!(found.findings, []);
        assert!(!found.is_fatal());
    }
}

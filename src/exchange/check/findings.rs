//! What the list lacks for the script: columns, values, languages, and who pays where a state asks for it.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::domain::campaign::{CampaignDef, EVERYWHERE, LAST_DIGITS};
use crate::domain::contact::Contact;
use crate::domain::disclaimers::{DisclaimerRule, disclaimer_rules};
use crate::domain::event_fields;
use crate::domain::purpose::Jurisdiction;
use crate::domain::script::{DISCLAIMER, Source, Template, alias, fold_name, lookup};
use crate::domain::zone;
use crate::exchange::toml_reader::nearest;

/// Where the list is from, as texters read it: the server fills it in.
const LIST_SOURCE: &str = "list_source";

/// Fields that every list has, whatever its columns.
const ALWAYS: [&str; 6] = ["firstName", "lastName", "phone", "zip", "state", "external_id"];

/// Contacts that a finding names.
const EXAMPLES: usize = 3;

/// Texts that a finding names.
const NAMED: usize = 5;

/// Contacts that something is true of: how many, and some of them.
#[derive(Debug, Default)]
struct Count {
    many: u64,
    some: Vec<String>,
}

impl Count {
    fn add(&mut self, contact: &Contact) {
        self.many += 1;
        if self.some.len() < EXAMPLES {
            let name = match contact.first_name.trim() {
                "" => contact.external_id.as_deref().unwrap_or("no name"),
                name => name,
            };
            self.some.push(format!("{name} {}", contact.phone.last_digits()));
        }
    }
}

/// A field without a fallback somewhere.
#[derive(Debug)]
struct Field {
    name: String,
    empty: Count,
}

/// What the script needs of the list.
#[derive(Debug)]
pub(super) struct Needs<'d> {
    def: &'d CampaignDef,
    columns: Vec<Finding>,
    fields: Vec<Field>,
    /// Contacts by the language that the list says.
    languages: BTreeMap<String, u64>,
    /// Rules that concern this campaign, and the contacts whose first text breaks each.
    disclaimers: Vec<(&'static DisclaimerRule, Count)>,
    /// The contact seen last was counted for each of these rules.
    counted: (u64, BTreeSet<usize>),
    seen: u64,
}

impl<'d> Needs<'d> {
    pub(super) fn new(def: &'d CampaignDef, columns: &[String]) -> Self {
        let of_events = event_fields::names(&def.events);
        let known: Vec<&str> = ALWAYS
            .into_iter()
            .chain(columns.iter().map(String::as_str))
            .chain(of_events.iter().map(String::as_str))
            .collect();
        let there = |name: &str| {
            let folded = fold_name(name);
            known.iter().any(|k| fold_name(k) == folded || fold_name(k) == alias(&folded))
                || ["organization", &fold_name(LIST_SOURCE)].contains(&alias(&folded))
        };
        // Each contact has one: a list is not taken without it.
        let has = |name: &str| fold_name(name) == fold_name(LIST_SOURCE);
        let fields = uses(def)
            .into_iter()
            .filter(|(name, safe)| !safe && there(name) && !has(name))
            .map(|(name, _)| Field { name, empty: Count::default() })
            .collect();
        let us = def.jurisdiction == Jurisdiction::Us;
        let rules = disclaimer_rules().iter().filter(|rule| us && rule.purposes.contains(&def.purpose));
        Self {
            def,
            columns: column_findings(def, &known, &there),
            fields,
            languages: BTreeMap::new(),
            disclaimers: rules.map(|rule| (rule, Count::default())).collect(),
            counted: (0, BTreeSet::new()),
            seen: 0,
        }
    }

    pub(super) fn see(&mut self, contact: &Contact, fields: &BTreeMap<String, String>) {
        self.seen += 1;
        for field in &mut self.fields {
            if lookup(fields, &field.name).is_none() {
                field.empty.add(contact);
            }
        }
        // Of whom the list says none is written to in the main one.
        let language = contact.language.as_ref().unwrap_or(&self.def.language);
        match self.languages.get_mut(language) {
            Some(many) => *many += 1,
            None => {
                self.languages.insert(language.clone(), 1);
            }
        }
    }

    /// A first text that this contact may get.
    pub(super) fn see_text(&mut self, contact: &Contact, text: &str) {
        if self.disclaimers.is_empty() {
            return;
        }
        let states = zone::states_of(contact);
        if self.counted.0 != self.seen {
            self.counted = (self.seen, BTreeSet::new());
        }
        for (at, (rule, count)) in self.disclaimers.iter_mut().enumerate() {
            if !states.contains(&rule.code.as_str()) || self.counted.1.contains(&at) {
                continue;
            }
            let small = text.to_lowercase();
            let own = [rule.code.as_str(), EVERYWHERE].into_iter().filter_map(|key| self.def.disclaimer.get(key));
            let says = rule.words.iter().any(|words| small.contains(words))
                || own.filter(|words| !words.is_empty()).any(|words| text.contains(words.as_str()));
            if !says {
                count.add(contact);
                self.counted.1.insert(at);
            }
        }
    }

    pub(super) fn finish(self) -> Vec<Finding> {
        let mut findings = self.columns;
        findings.extend(self.fields.into_iter().filter(|field| field.empty.many > 0).map(|field| {
            let Field { name, empty } = field;
            Finding {
                fatal: false,
                sure: false,
                contacts: Some(empty.many),
                what: format!(
                    "{} {} nothing in {{{name}}}, and the script has no fallback for it everywhere",
                    empty.many,
                    if empty.many == 1 { "contact has" } else { "contacts have" }
                ),
                examples: empty.some,
                remedy: format!(
                    "Write {{{name}/...}} with the words to use instead; without them these texts cannot go out."
                ),
            }
        }));
        findings.extend(language_findings(self.def, &self.languages));
        findings.extend(self.disclaimers.into_iter().filter(|(_, count)| count.many > 0).map(|(rule, count)| {
            let paid = self.def.paid_texters;
            Finding {
                fatal: paid || !rule.unpaid_may_be_exempt,
                sure: false,
                contacts: Some(count.many),
                what: format!(
                    "{} {} be in {}, and a first text to them does not say who pays ({})",
                    count.many,
                    if count.many == 1 { "contact may" } else { "contacts may" },
                    rule.code,
                    rule.source
                ),
                examples: count.some,
                remedy: format!(
                    "Write `disclaimer = {{ {} = \"Paid for by ...\" }}` under `[campaign]` and {{{DISCLAIMER}}} into each initial \
                     message; on a later day it belongs into the first text again.{}",
                    rule.code,
                    if paid { "" } else { " Unpaid texters may be exempt: ask counsel." }
                ),
            }
        }));
        findings
    }
}

/// The contact fields used in a text, with whether all of them have a fallback there.
fn uses(def: &CampaignDef) -> BTreeMap<String, bool> {
    let mut uses: BTreeMap<String, bool> = BTreeMap::new();
    for template in def.texts().filter_map(|text| Template::parse(text).ok()) {
        for field in template.fields().filter(|f| f.source == Source::Contact && !f.is_disclaimer()) {
            let safe = uses.entry(field.name.clone()).or_insert(true);
            *safe &= field.fallback.is_some();
        }
    }
    uses
}

/// Columns that the script or the campaign names and the list does not have.
fn column_findings(def: &CampaignDef, known: &[&str], there: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let advice = |name: &str| match nearest(name, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        // A contact has these whether the list has a column for them or not.
        None => match known.get(ALWAYS.len()..).unwrap_or_default() {
            [] => format!("Every contact has: {}; this list has no other columns.", ALWAYS.join(", ")),
            own => {
                // An event's fields are the campaign's, and no columns of the list.
                let own: Vec<&str> = own.iter().copied().filter(|name| !name.starts_with("event.")).collect();
                match own.as_slice() {
                    [] => format!("Every contact has: {}; this list has no other columns.", ALWAYS.join(", ")),
                    own => format!("Every contact has: {}; this list also has: {}.", ALWAYS.join(", "), own.join(", ")),
                }
            }
        },
    };
    let script = uses(def).into_iter().filter(|(name, _)| !there(name)).map(|(name, safe)| Finding {
        fatal: !safe,
        what: if safe {
            format!("the script uses {{{name}}}, which is no column of the list; everyone gets the fallback")
        } else {
            format!("the script uses {{{name}}}, which is no column of the list")
        },
        remedy: advice(&name),
        sure: true,
        ..Finding::default()
    });
    let can_be_shown = |name: &str| there(name) || fold_name(name) == fold_name(LAST_DIGITS);
    let shown = def.visible_fields.iter().filter(|name| !can_be_shown(name)).map(|name| Finding {
        what: format!("visible_fields names `{name}`, which is no column of the list"),
        remedy: advice(name),
        sure: true,
        ..Finding::default()
    });
    script.chain(shown).collect()
}

/// Languages of the list that the script lacks, whole or in part.
fn language_findings(def: &CampaignDef, languages: &BTreeMap<String, u64>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (language, contacts) in languages {
        if !def.initial.iter().any(|v| v.language == *language) {
            findings.push(Finding {
                contacts: Some(*contacts),
                what: format!(
                    "{} marked `{language}`, but no initial message is in that language",
                    if *contacts == 1 { "1 contact is".to_owned() } else { format!("{contacts} contacts are") }
                ),
                remedy: format!(
                    "They get the one in `{}`; add an `[[initial]]` with language = \"{language}\".",
                    def.language
                ),
                ..Finding::default()
            });
            continue;
        }
        let lacking = lacking(def, language);
        if !lacking.is_empty() {
            let named = lacking.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = lacking.len().saturating_sub(NAMED);
            findings.push(Finding {
                contacts: Some(*contacts),
                what: format!(
                    "{} written to in `{language}`, but these texts are not in it: {named}{}",
                    if *contacts == 1 { "1 contact is".to_owned() } else { format!("{contacts} contacts are") },
                    if more > 0 { format!(" and {more} more") } else { String::new() }
                ),
                remedy: if *language == def.language {
                    format!("Give each a text for `{language}`, the main language: until then they are offered in another one.")
                } else {
                    format!("Give each a text for `{language}`; until then they get the one in `{}`.", def.language)
                },
                ..Finding::default()
            });
        }
    }
    findings
}

/// Texts that are not in `language`.
fn lacking(def: &CampaignDef, language: &str) -> Vec<String> {
    let lacks = |texts: &BTreeMap<String, String>| !texts.is_empty() && !texts.contains_key(language);
    let answers = def.questions.iter().flat_map(|question| {
        question.answers.iter().flat_map(move |answer| {
            let said = [(&answer.reply, "reply"), (&answer.reply_when_full, "reply for a full event")];
            said.into_iter()
                .filter(move |(texts, _)| lacks(texts))
                .map(|(_, called)| format!("the {called} to `{}` under `{}`", answer.value, question.id))
        })
    });
    let canned = def
        .canned
        .iter()
        .filter(|canned| lacks(&canned.text))
        .map(|canned| format!("the canned reply `{}`", canned.id));
    let notice = lacks(&def.opt_out_notice).then(|| "the opt-out notice".to_owned());
    answers.chain(canned).chain(notice).collect()
}

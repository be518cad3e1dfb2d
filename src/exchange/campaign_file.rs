//! The campaign file (TOML): everything that a campaign's author decides.
//!
//! [`EXAMPLE`] shows every key. Reading finds all problems of a file at once, each with its place and a remedy.

mod events;
mod purpose;
mod questions;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Time, time};
use toml::de::DeTable;

pub use self::write::write;

use super::kind::{Kind, kind_of};
use super::problem::FileProblem;
use super::toml_reader::{Reader, Tab, Text};
use super::wording;
use crate::domain::assignment::MAX_SLICE;
use crate::domain::campaign::{CampaignDef, CannedReply, MAX_FREQUENCY_DAYS, Variant, shared_faults};
use crate::domain::hours::{HoursFault, TextingHours};
use crate::domain::message::MAX_CHARS;
use crate::domain::purpose::Purpose;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::script::{Source, Template, lookup};
use crate::domain::tag::meant;

/// A campaign file that shows every key, with comments; a test reads it without a problem.
pub const EXAMPLE: &str = include_str!("../../assets/campaigns/example.toml");

/// Language tags that a campaign may use: what voters in the US are written to in.
pub const LANGUAGES: [&str; 22] = [
    "en", "es", "am", "ar", "bn", "de", "fa", "fr", "hi", "hmn", "ht", "it", "ja", "km", "ko", "pl", "pt", "ru", "so",
    "tl", "vi", "zh",
];

/// Contacts handed out at once, when the file does not say.
const SLICE: u32 = 50;

/// Reads and checks a campaign file; the second part are warnings.
///
/// # Errors
/// Every problem of the file at once.
pub fn load(path: &Path) -> Result<(CampaignDef, Vec<FileProblem>), Vec<FileProblem>> {
    load_at(path, None)
}

/// [`load`], for a campaign that is about to begin: what is over at `now` stops it.
///
/// # Errors
/// Every problem of the file at once.
pub fn load_at(path: &Path, now: Option<Timestamp>) -> Result<(CampaignDef, Vec<FileProblem>), Vec<FileProblem>> {
    let bytes = std::fs::read(path).map_err(|error| vec![FileProblem::unreadable(path, &error)])?;
    if let Some(kind) = kind_of(&bytes[..bytes.len().min(4_096)]).filter(|kind| *kind != Kind::Campaign) {
        // Its lines would all be faults: that it is another file is said once.
        let remedy = "Name the campaign file; `textbank campaign init FILE` writes one to change.";
        return Err(vec![FileProblem::whole(path, format!("is no campaign file; it seems to be {kind}"), remedy)]);
    }
    match String::from_utf8(bytes) {
        Ok(text) => parse_at(path, &text, now),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..valid].iter().filter(|b| **b == b'\n').count() + 1;
            Err(vec![FileProblem {
                line: u64::try_from(line).ok(),
                ..FileProblem::whole(path, "this file is not UTF-8 text", "Save it with the encoding UTF-8.")
            }])
        }
    }
}

/// So many lines that are not TOML are told; the others are counted.
const MOST_BROKEN: usize = 5;

/// Reads and checks the text of a campaign file; `path` only names it in problems.
///
/// # Errors
/// Every problem of the file at once, warnings among them.
pub fn parse(path: &Path, text: &str) -> Result<(CampaignDef, Vec<FileProblem>), Vec<FileProblem>> {
    parse_at(path, text, None)
}

/// What a file with faults seems to mean, to hold a list against it: everything that is wrong with both is told at once. None where it cannot
/// be read at all.
#[must_use]
pub fn draft(path: &Path) -> Option<CampaignDef> {
    walked(path, &std::fs::read_to_string(path).ok()?, None).0
}

fn parse_at(
    path: &Path,
    text: &str,
    now: Option<Timestamp>,
) -> Result<(CampaignDef, Vec<FileProblem>), Vec<FileProblem>> {
    let (def, problems) = walked(path, text, now);
    match def.filter(|_| !problems.iter().any(|p| p.fatal)) {
        Some(def) => Ok((def, problems)),
        None => Err(problems),
    }
}

/// The campaign as far as it can be read, and everything that is wrong with the file; none where it is not TOML.
fn walked(path: &Path, text: &str, now: Option<Timestamp>) -> (Option<CampaignDef>, Vec<FileProblem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::new(path, text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What a broken line was meant to be is not known: checks of the rest would only guess.
        let mut errors = errors.into_iter();
        for error in errors.by_ref().take(MOST_BROKEN) {
            let at = error.span().map_or(0, |s| s.start);
            reader.report(
                at,
                "",
                true,
                one_line(error.message()),
                "This line is not TOML: check quotes, brackets and `=`.",
            );
        }
        // One open quote breaks many lines after it.
        if let Some(next) = errors.next() {
            let what = match errors.count() {
                0 => "this line is not TOML either".to_owned(),
                more => format!("this line is not TOML either, and so in {more} more places"),
            };
            let at = next.span().map_or(0, |s| s.start);
            reader.report(at, "", true, what, "Mend the first ones: the others often follow from them.");
        }
        return (None, reader.problems);
    }
    let def = Walk { reader: &mut reader, main: "en".to_owned(), now, shared: false }.campaign(&Tab::root(&document));
    let mut problems = reader.problems;
    problems.sort_by_key(|p| (p.line, p.column));
    (Some(def), problems)
}

/// Reads and checks a file of canned replies that every campaign of an organization is to have: `[[canned]]` sections as in a campaign
/// file, and `language` for texts that say none.
///
/// # Errors
/// Every problem of the file at once.
pub fn load_canned(path: &Path) -> Result<(Vec<CannedReply>, Vec<FileProblem>), Vec<FileProblem>> {
    let text = std::fs::read_to_string(path).map_err(|error| vec![FileProblem::unreadable(path, &error)])?;
    parse_canned(path, &text)
}

fn parse_canned(path: &Path, text: &str) -> Result<(Vec<CannedReply>, Vec<FileProblem>), Vec<FileProblem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::new(path, text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        let at = error.span().map_or(0, |s| s.start);
        let remedy = "This line is not TOML: check quotes, brackets and `=`.";
        reader.report(at, "", true, one_line(error.message()), remedy);
        return Err(reader.problems);
    }
    let mut walk = Walk { reader: &mut reader, main: "en".to_owned(), now: None, shared: true };
    let root = Tab::root(&document);
    walk.reader.only(&root, &["language", "canned"]);
    if let Some(language) = walk.reader.string(&root, "language", false)
        && walk.language(&language)
    {
        walk.main = language.value;
    }
    let replies = walk.canned(&root, &BTreeMap::new());
    let mut problems = reader.problems;
    if replies.is_empty() {
        let remedy = "Write them as in a campaign file; `textbank canned remove --all` takes all away.";
        problems.push(FileProblem::whole(path, "has no `[[canned]]`", remedy));
    } else if !problems.iter().any(|problem| problem.fatal) {
        let remedy = "Correct it: every campaign of the organization has these replies.";
        problems.extend(shared_faults(&replies).into_iter().map(|what| FileProblem::whole(path, what, remedy)));
    }
    if problems.iter().any(|p| p.fatal) { Err(problems) } else { Ok((replies, problems)) }
}

fn one_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join(", ")
}

struct Walk<'r, 'i> {
    reader: &'r mut Reader<'i>,
    main: String,
    /// When the campaign is about to begin, where that is known.
    now: Option<Timestamp>,
    /// The texts are of every campaign of an organization: none has variables here.
    shared: bool,
}

impl<'i> Walk<'_, 'i> {
    fn campaign(&mut self, root: &Tab<'_, 'i>) -> CampaignDef {
        self.reader.only(
            root,
            &[
                "campaign",
                "hours",
                "initial",
                "question",
                "canned",
                "opt_out",
                "help",
                "frequency",
                "variables",
                "event",
            ],
        );
        let section = self.reader.table(root, "campaign").unwrap_or_else(|| {
            if !root.has("campaign") {
                self.reader.error(
                    &(0..0),
                    "campaign",
                    "the section `[campaign]` is missing",
                    "Begin the file with `[campaign]`.",
                );
            }
            Tab { key: "campaign".into(), ..root.clone() }
        });
        let present = root.has("campaign");
        if present {
            self.reader.only(
                &section,
                &[
                    "title",
                    "organization",
                    "language",
                    "slice_size",
                    "visible_fields",
                    "edit_initial",
                    "guide",
                    "tags",
                    "purpose",
                    "jurisdiction",
                    "opens_at",
                    "closes_at",
                    "disclaimer",
                    "paid_texters",
                    "second_approver",
                    "practice",
                ],
            );
        }
        if let Some(language) = self.reader.string(&section, "language", false)
            && self.language(&language)
        {
            self.main = language.value;
        }
        let edit_initial = self.reader.boolean(&section, "edit_initial", false);
        let title = self.line(&section, "title", present);
        let organization = self.line(&section, "organization", present);
        // Under another name it is the one that every campaign has: offered once, and counted as that.
        let mut tags: Vec<String> = Vec::new();
        for name in self.unique(&section, "tags") {
            let tag = meant(&name).map_or(name, str::to_owned);
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let visible_fields = self.unique(&section, "visible_fields");
        let variables = self.variables(root);
        let purpose = self.purpose(&section);
        let jurisdiction = self.jurisdiction(&section);
        let mut hours = self.hours(root, purpose);
        self.holidays_known(&section, jurisdiction, &hours);
        self.span(&section, &mut hours);
        let canned = self.canned(root, &variables);
        let events = self.events(root);
        let questions = self.questions(root, &variables, &events);
        if let Some(now) = self.now {
            self.event_times(&events, &questions, hours.closes_at, now);
        }
        CampaignDef {
            slice_size: self.reader.number(&section, "slice_size", 1..=MAX_SLICE, SLICE),
            edit_initial,
            guide: self.reader.string(&section, "guide", false).map(|t| safe_body(&t.value)).unwrap_or_default(),
            language: self.main.clone(),
            hours,
            initial: self.initial(root, &organization, &variables),
            opt_out_notice: self.opt_out(root, &organization),
            title,
            organization,
            questions,
            canned,
            tags,
            visible_fields,
            variables,
            purpose,
            jurisdiction,
            disclaimer: self.disclaimer(&section),
            help_answer: self.help(root),
            paid_texters: self.reader.boolean(&section, "paid_texters", false),
            second_approver: self.reader.boolean(&section, "second_approver", false),
            practice: self.reader.boolean(&section, "practice", false),
            events: events.events,
            frequency_days: self.frequency(root),
        }
    }

    /// A line of text, harmless; empty when there was a problem.
    fn line(&mut self, tab: &Tab<'_, 'i>, name: &str, required: bool) -> String {
        self.reader.string(tab, name, required).map(|t| safe_line(t.value.trim())).unwrap_or_default()
    }

    /// A list without repetition.
    fn unique(&mut self, tab: &Tab<'_, 'i>, name: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for text in self.reader.strings(tab, name) {
            let value = safe_line(text.value.trim());
            if found.contains(&value) {
                self.reader.error(&text.span, &text.key, format!("`{value}` stands twice"), "Take one out.");
            } else {
                found.push(value);
            }
        }
        found
    }

    /// True when the tag is one we know; else a problem.
    fn language(&mut self, tag: &Text) -> bool {
        let known = LANGUAGES.contains(&tag.value.as_str());
        if !known {
            let what = format!("`{}` is not a language textbank knows", safe_line(&tag.value));
            self.reader.error(&tag.span, &tag.key, what, format!("Use one of: {}.", LANGUAGES.join(", ")));
        }
        known
    }

    fn variables(&mut self, root: &Tab<'_, 'i>) -> BTreeMap<String, String> {
        let Some(tab) = self.reader.table(root, "variables") else { return BTreeMap::new() };
        self.reader.string_table(&tab).into_iter().map(|(key, text)| (key, safe_line(text.value.trim()))).collect()
    }

    fn hours(&mut self, root: &Tab<'_, 'i>, purpose: Purpose) -> TextingHours {
        let mut hours = TextingHours::default();
        let mut solicits = purpose.is_solicitation();
        if let Some(tab) = self.reader.table(root, "hours") {
            solicits |= self.own_hours(&tab, &mut hours);
        }
        if solicits {
            hours.take_solicitation();
        }
        hours
    }

    /// What `[hours]` says; true when it asks for the hours for solicitation.
    fn own_hours(&mut self, tab: &Tab<'_, 'i>, hours: &mut TextingHours) -> bool {
        self.reader.only(tab, &purpose::HOURS);
        for (name, start, end) in [
            ("initial", &mut hours.initial_start, &mut hours.initial_end),
            ("reply", &mut hours.reply_start, &mut hours.reply_end),
        ] {
            if let Some(window) = self.reader.table(tab, name) {
                self.reader.only(&window, &["start", "end"]);
                self.time(&window, "start", start);
                self.time(&window, "end", end);
            }
        }
        self.time(tab, "sunday_start", &mut hours.sunday_start);
        for fault in hours.faults() {
            let name = if matches!(fault, HoursFault::Initial { .. }) { "initial" } else { "reply" };
            self.reader.error(&tab.span, &tab.child(name), fault.to_string(), "Let the end be after the start.");
        }
        // 47 CFR 64.1200(c)(1), the outermost window of the common rules.
        let wide = [("initial", hours.initial_start, hours.initial_end), ("reply", hours.reply_start, hours.reply_end)];
        for (name, start, end) in wide {
            if start < time(8, 0, 0, 0) || end > time(21, 0, 0, 0) {
                let what =
                    "texts before 8:00 or after 21:00 local time are outside the federal window for solicitation";
                self.reader.warn(
                    &tab.span,
                    &tab.child(name),
                    what,
                    "Ask the campaign's counsel, or stay within 8:00 and 21:00.",
                );
            }
        }
        self.state_rules(tab, hours)
    }

    fn time(&mut self, tab: &Tab<'_, 'i>, name: &str, into: &mut Time) {
        let Some(text) = self.reader.string(tab, name, false) else { return };
        let value = text.value.trim();
        let padded = if value.len() == 4 { format!("0{value}") } else { value.to_owned() };
        match Time::strptime("%H:%M", &padded) {
            Ok(time) => *into = time,
            Err(_) => {
                let what = format!("`{}` is not a time of day", safe_line(value));
                self.reader.error(
                    &text.span,
                    &text.key,
                    what,
                    "Write it as hours and minutes, such as \"09:00\" or \"20:30\".",
                );
            }
        }
    }

    fn initial(
        &mut self,
        root: &Tab<'_, 'i>,
        organization: &str,
        variables: &BTreeMap<String, String>,
    ) -> Vec<Variant> {
        let mut found: Vec<Variant> = Vec::new();
        let tabs = self.reader.tables(root, "initial");
        for (at, tab) in tabs.iter().enumerate() {
            self.reader.only(tab, &["name", "language", "text"]);
            let language = match self.reader.string(tab, "language", false) {
                Some(tag) if self.language(&tag) => tag.value,
                _ => self.main.clone(),
            };
            let name = match self.reader.string(tab, "name", tabs.len() > 1) {
                Some(name) => {
                    let value = safe_line(name.value.trim());
                    if found.iter().any(|v| v.name == value) {
                        let what = format!("the name `{value}` is used twice");
                        self.reader.error(&name.span, &name.key, what, "Give each wording its own name.");
                    }
                    value
                }
                None => format!("{}", at + 1),
            };
            let Some(text) = self.reader.string(tab, "text", true) else { continue };
            let value = self.script(&text, variables);
            if let Ok(template) = Template::parse(&value) {
                for (what, remedy) in wording::initial_warnings(&value, &template, organization, variables) {
                    self.reader.warn(&text.span, &text.key, what, remedy);
                }
            }
            found.push(Variant { name, language, text: value });
        }
        if tabs.is_empty() {
            let remedy = "Add a section `[[initial]]` with `text = \"...\"`.";
            self.reader.error(&(0..0), "initial", "there is no initial message", remedy);
        } else if !found.is_empty() && !found.iter().any(|v| v.language == self.main) {
            let what = format!("no initial message is in the campaign's main language (`{}`)", self.main);
            self.reader.error(&tabs[0].span, "initial", what, "Add one, or change `language` under `[campaign]`.");
        }
        found
    }

    /// A text with merge fields: checked, harmless.
    fn script(&mut self, text: &Text, variables: &BTreeMap<String, String>) -> String {
        let value = safe_body(text.value.trim());
        let harmless = value == text.value.trim().replace("\r\n", "\n");
        if !harmless {
            let what = "this text holds control, hidden or reordering characters";
            self.reader.error(&text.span, &text.key, what, "Type the text anew instead of pasting it.");
        }
        if value.chars().count() > MAX_CHARS {
            let what = format!("this text has {} characters, carriers take {MAX_CHARS}", value.chars().count());
            self.reader.error(&text.span, &text.key, what, "Shorten it.");
        }
        match Template::parse(&text.value) {
            Err(faults) => {
                for fault in faults {
                    let at = self.reader.inside(text, fault.at);
                    self.reader.report(
                        at,
                        &text.key,
                        true,
                        fault.what,
                        "Merge fields look like {firstName} or {firstName/there}.",
                    );
                }
            }
            Ok(template) => {
                for field in template.fields().filter(|f| f.source == Source::Variable && f.fallback.is_none()) {
                    if lookup(variables, field.variable()).is_none() {
                        let at = self.reader.inside(text, field.at);
                        let (what, remedy) = if self.shared {
                            let what = "a reply of the organization stands in every campaign, and variables are one campaign's";
                            let name = field.variable();
                            let remedy = format!("Write the words out, or give a fallback: {{cv:{name}/our office}}.");
                            (what.to_owned(), remedy)
                        } else {
                            let remedy = format!("Add `{} = \"...\"` under `[variables]`.", field.variable());
                            (format!("the campaign has no variable `{}`", field.variable()), remedy)
                        };
                        self.reader.report(at, &text.key, true, what, remedy);
                    }
                }
            }
        }
        for foreign in super::foreign::fields(&text.value) {
            // `<agent name>` is understood as it stands.
            if foreign.written.starts_with('<')
                && Template::parse(&foreign.written).is_ok_and(|t| t.fields().next().is_some())
            {
                continue;
            }
            let at = self.reader.inside(text, foreign.at);
            let what = format!(
                "`{}` is how another platform writes a merge field; it would go out as it stands",
                safe_line(&foreign.written)
            );
            self.reader.report(at, &text.key, true, what, format!("Write {} instead.", foreign.right));
        }
        if harmless {
            for (what, remedy) in wording::text_warnings(&value) {
                self.reader.warn(&text.span, &text.key, what, remedy);
            }
        }
        value
    }

    fn scripts(
        &mut self,
        tab: &Tab<'_, 'i>,
        name: &str,
        variables: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let main = self.main.clone();
        let mut found = BTreeMap::new();
        for (tag, text) in self.reader.by_language(tab, name, &main) {
            if self.language(&tag) {
                let value = self.script(&text, variables);
                found.insert(tag.value, value);
            }
        }
        found
    }

    fn canned(&mut self, root: &Tab<'_, 'i>, variables: &BTreeMap<String, String>) -> Vec<CannedReply> {
        let mut found: Vec<CannedReply> = Vec::new();
        for tab in self.reader.tables(root, "canned") {
            self.reader.only(&tab, &["id", "title", "text"]);
            let title = self.line(&tab, "title", true);
            let id = match self.reader.string(&tab, "id", true) {
                Some(id) => {
                    let value = safe_line(id.value.trim());
                    if found.iter().any(|c| c.id == value) {
                        let what = format!("the id `{value}` is used twice");
                        self.reader.error(&id.span, &id.key, what, "Give each canned reply its own id.");
                    }
                    value
                }
                None => String::new(),
            };
            if !tab.has("text") {
                self.reader.error(&tab.span, &tab.child("text"), "`text` is missing", "Add `text = \"...\"`.");
            }
            let text = self.scripts(&tab, "text", variables);
            found.push(CannedReply { id, title, text, shared: false });
        }
        found
    }

    /// Texts by language that go out by themselves, with nobody to fill them in.
    fn by_itself(
        &mut self,
        tab: &Tab<'_, 'i>,
        (name, called): (&str, &str),
        advice: impl Fn(&str) -> Vec<(String, String)>,
    ) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let main = self.main.clone();
        for (tag, text) in self.reader.by_language(tab, name, &main) {
            if !self.language(&tag) {
                continue;
            }
            if text.value.contains(['{', '}']) {
                let what = format!("{called} goes out by itself, its merge fields would not be filled");
                self.reader.error(&text.span, &text.key, what, "Write it without braces.");
                continue;
            }
            for (what, remedy) in advice(&text.value) {
                self.reader.warn(&text.span, &text.key, what, remedy);
            }
            found.insert(tag.value, safe_body(text.value.trim()));
        }
        found
    }

    /// The answer to HELP, by language.
    fn help(&mut self, root: &Tab<'_, 'i>) -> BTreeMap<String, String> {
        let Some(tab) = self.reader.table(root, "help") else { return BTreeMap::new() };
        self.reader.only(&tab, &["answer"]);
        self.by_itself(&tab, ("answer", "the answer to HELP"), |_| Vec::new())
    }

    /// Days between the text of another campaign and a first text of this one.
    fn frequency(&mut self, root: &Tab<'_, 'i>) -> u32 {
        let Some(tab) = self.reader.table(root, "frequency") else { return 0 };
        self.reader.only(&tab, &["days"]);
        self.reader.number(&tab, "days", 0..=MAX_FREQUENCY_DAYS, 0)
    }

    fn opt_out(&mut self, root: &Tab<'_, 'i>, organization: &str) -> BTreeMap<String, String> {
        let mut notices = BTreeMap::new();
        if let Some(tab) = self.reader.table(root, "opt_out") {
            self.reader.only(&tab, &["notice"]);
            notices = self
                .by_itself(&tab, ("notice", "the opt-out notice"), |text| wording::notice_warnings(text, organization));
        }
        for (language, notice) in [
            ("en", format!("You are opted out of texts from {organization} and will not hear from us again.")),
            ("es", format!("Ya no recibirá mensajes de {organization}. Gracias.")),
        ] {
            if language == self.main || language == "es" || notices.is_empty() {
                notices.entry(language.to_owned()).or_insert(notice);
            }
        }
        notices
    }
}

#[cfg(test)]
mod tests;

//! Which column of a list is what.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use serde::Serialize;

use super::aliases::{ALIASES, Aliases, Confidence, Says, fold_header};
use crate::domain::household;
use crate::domain::phone::Phone;
use crate::exchange::problem::FileProblem;

/// What a column is understood as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Meaning {
    /// First names.
    FirstName,
    /// First and last names together.
    FullName,
    /// Last names.
    LastName,
    /// Numbers.
    Phone {
        /// How sure it is that a mobile answers.
        confidence: Confidence,
    },
    /// What sort of number another column holds.
    PhoneKind {
        /// That column's header.
        of: String,
    },
    /// Area codes of the numbers in another column, which lack them.
    AreaCode {
        /// That column's header.
        of: String,
    },
    /// Whether somebody wants no texts, or cannot get any.
    NoTexts,
    /// Whether somebody may be texted.
    MayText,
    /// The campaign's own id of a person.
    ExternalId,
    /// Postal codes.
    Zip,
    /// States.
    State,
    /// Languages.
    Language,
    /// Time zones.
    TimeZone,
    /// When somebody agreed to be texted.
    ConsentDate,
    /// To which words.
    ConsentWording,
    /// Where.
    ConsentSource,
    /// A field of the campaign's own, for merge fields.
    Field {
        /// Its name in the script.
        name: String,
    },
    /// Nothing: it is not read.
    LeftOut {
        /// Why.
        why: String,
    },
}

impl std::fmt::Display for Meaning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::FirstName => f.write_str("first name"),
            Self::FullName => f.write_str("first and last name"),
            Self::LastName => f.write_str("last name"),
            Self::Phone { confidence } => write!(f, "number ({confidence})"),
            Self::PhoneKind { of } => write!(f, "sort of the number in `{of}`"),
            Self::AreaCode { of } => write!(f, "area code of the number in `{of}`"),
            Self::NoTexts => f.write_str("gets no texts"),
            Self::MayText => f.write_str("may be texted"),
            Self::ExternalId => f.write_str("id"),
            Self::Zip => f.write_str("ZIP code"),
            Self::State => f.write_str("state"),
            Self::Language => f.write_str("language"),
            Self::TimeZone => f.write_str("time zone"),
            Self::ConsentDate => f.write_str("consent: when"),
            Self::ConsentWording => f.write_str("consent: to which words"),
            Self::ConsentSource => f.write_str("consent: where"),
            Self::Field { name } => write!(f, "field {{{name}}}"),
            Self::LeftOut { why } => write!(f, "left out: {why}"),
        }
    }
}

/// A person's word about a column: `Polling Loc=pollingPlace`, `3=cell`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The column's header, or its number from 1.
    pub column: String,
    /// What it is.
    pub field: String,
}

impl FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (column, field) = text
            .rsplit_once('=')
            .map(|(column, field)| (column.trim(), field.trim()))
            .filter(|(column, field)| !column.is_empty() && !field.is_empty())
            .ok_or("write COLUMN=FIELD, as in --map \"Cell 2=cell\" or --map 3=firstName")?;
        Ok(Self { column: column.into(), field: field.into() })
    }
}

impl Mapping {
    /// The words of its right side; anything else is a field of the campaign's own.
    fn meaning(&self) -> Meaning {
        let phone = |confidence| Meaning::Phone { confidence };
        match fold_header(&self.field).as_str() {
            "firstname" => Meaning::FirstName,
            "fullname" => Meaning::FullName,
            "lastname" => Meaning::LastName,
            "verifiedcell" => phone(Confidence::VerifiedCell),
            "cell" => phone(Confidence::Cell),
            "mobile" => phone(Confidence::Mobile),
            "phone" => phone(Confidence::Phone),
            "homephone" => phone(Confidence::Home),
            "phonekind" => Meaning::PhoneKind { of: String::new() },
            "areacode" => Meaning::AreaCode { of: String::new() },
            "notexts" => Meaning::NoTexts,
            "maytext" => Meaning::MayText,
            "landline" => phone(Confidence::Landline),
            "externalid" => Meaning::ExternalId,
            "zip" => Meaning::Zip,
            "state" => Meaning::State,
            "language" => Meaning::Language,
            "timezone" => Meaning::TimeZone,
            "consentdate" => Meaning::ConsentDate,
            "consentwording" => Meaning::ConsentWording,
            "consentsource" => Meaning::ConsentSource,
            "ignore" => Meaning::LeftOut { why: "you said so".into() },
            _ => Meaning::Field { name: self.field.clone() },
        }
    }
}

/// A column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PhoneColumn {
    pub(super) at: usize,
    pub(super) confidence: Confidence,
    /// The column that says what sort of number it is.
    pub(super) kind: Option<usize>,
    /// The column of the area codes that these numbers lack.
    pub(super) area: Option<usize>,
}

/// Which column is what.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) headers: Vec<String>,
    pub(super) meanings: Vec<Meaning>,
    pub(super) name: usize,
    /// `name` holds the full name.
    pub(super) full_name: bool,
    pub(super) last_name: Option<usize>,
    /// In the order of choice; at least one.
    pub(super) phones: Vec<PhoneColumn>,
    /// What may say of somebody that they get no texts.
    pub(super) no_texts: Vec<(usize, Says)>,
    /// Those that are taken for such in a list of opt-outs alone, by a name that may mean something else.
    pub(super) perhaps: Vec<usize>,
    /// Of a list of opt-outs: columns of which each cell is a yes, a no or empty.
    pub(super) flags: Vec<usize>,
    /// What says which sort the only number of a row is, wherever that stands.
    pub(super) row_kind: Option<usize>,
    /// Columns of names in which `Na` is none.
    pub(super) empty_names: BTreeSet<usize>,
    pub(super) external_id: Option<usize>,
    pub(super) zip: Option<usize>,
    pub(super) state: Option<usize>,
    pub(super) language: Option<usize>,
    pub(super) time_zone: Option<usize>,
    /// When, to which words, where somebody agreed to be texted.
    pub(super) consent: [Option<usize>; 3],
    pub(super) fields: Vec<(usize, String)>,
}

/// Work under way: what each column was found to be.
struct Finder<'a> {
    path: &'a Path,
    headers: &'a [String],
    folded: Vec<String>,
    found: Vec<Option<Meaning>>,
    /// Columns of sorts, each with the column of numbers that it is about.
    kinds: Vec<(usize, usize)>,
    /// The same of columns of area codes.
    areas: Vec<(usize, usize)>,
    /// Columns that tell, among other things, who wants no texts; they are fields like any other.
    statuses: Vec<(usize, Says)>,
    /// Columns of flags by a name that may mean something else.
    perhaps: Vec<usize>,
    problems: Vec<FileProblem>,
}

impl Columns {
    /// Understands a header: first what a person said, then by the table of names.
    pub(super) fn find(
        path: &Path,
        headers: Vec<String>,
        map: &[Mapping],
        region: &str,
        (named, names_needed): (bool, bool),
        warnings: &mut Vec<FileProblem>,
    ) -> Result<Self, Vec<FileProblem>> {
        let Some(aliases) = &*ALIASES else {
            return Err(vec![FileProblem::whole(path, "the table of headers is broken", "Install textbank anew.")]);
        };
        let mut finder = Finder {
            path,
            folded: headers.iter().map(|header| fold_header(header)).collect(),
            found: vec![None; headers.len()],
            kinds: Vec::new(),
            areas: Vec::new(),
            statuses: Vec::new(),
            perhaps: Vec::new(),
            problems: Vec::new(),
            headers: &headers,
        };
        if named && headers.iter().any(|header| Phone::parse(header, region).is_ok()) {
            let what = "the first row holds a contact, not the names of the columns";
            let remedy = "Add a first row such as: firstName,lastName,cell (or say what they are: --no-header --map \
                          1=firstName --map 3=cell)";
            return Err(vec![finder.problem("header", what.into(), remedy, true)]);
        }
        finder.told(map);
        finder.by_name(aliases, names_needed);
        finder.must_have(names_needed);
        if !finder.problems.is_empty() {
            return Err(finder.problems);
        }
        let (kinds, areas) = (std::mem::take(&mut finder.kinds), std::mem::take(&mut finder.areas));
        let (statuses, perhaps) = (std::mem::take(&mut finder.statuses), std::mem::take(&mut finder.perhaps));
        let meanings = finder.rest(warnings);
        let mut columns = Self::of(headers, meanings, &kinds, &areas);
        columns.no_texts.extend(statuses);
        columns.perhaps = perhaps;
        let is_kind = |at: &usize| {
            let name = fold_header(&columns.headers[*at]);
            matches!(columns.meanings[*at], Meaning::PhoneKind { .. }) && aliases.row_kind.contains(&name)
        };
        columns.row_kind = (0..columns.headers.len()).find(is_kind);
        Ok(columns)
    }

    /// Columns of numbers that get no texts by the column's own name.
    pub(super) fn named_landline(&self) -> impl Iterator<Item = usize> {
        self.phones.iter().filter(|column| column.confidence == Confidence::Landline).map(|column| column.at)
    }

    /// These say yes or no, and hold no numbers: whose is a landline gets no texts. What somebody has said of a column stands.
    pub(super) fn landline_flags(&mut self, flags: &BTreeSet<usize>, map: &[Mapping]) {
        for at in flags.iter().copied() {
            let named = |one: &Mapping| {
                fold_header(&one.column) == fold_header(&self.headers[at]) || one.column.parse() == Ok(at + 1)
            };
            if map.iter().any(named) {
                continue;
            }
            self.phones.retain(|column| column.at != at);
            self.meanings[at] = Meaning::NoTexts;
            self.no_texts.push((at, Says::NoTexts));
        }
    }

    /// Of a list of opt-outs, with the columns that hold something else than flags (what is one by a name of many meanings alone is a field),
    /// and those that only ever say yes: an empty cell says no only where a yes stands in some and a no in none.
    pub(super) fn with_others(&mut self, others: &BTreeSet<usize>, said: &BTreeSet<usize>) {
        for at in self.perhaps.iter().copied().filter(|at| others.contains(at)) {
            let name = self.headers[at].clone();
            self.fields.push((at, name.clone()));
            self.meanings[at] = Meaning::Field { name };
            self.no_texts.retain(|(column, _)| *column != at);
        }
        self.fields.sort_unstable();
        let is_flag = |at: &usize| !others.contains(at) && said.contains(at);
        let flags = self.no_texts.iter().filter(|(at, says)| *says == Says::NoTexts && is_flag(at));
        self.flags = flags.map(|(at, _)| *at).collect();
    }

    fn of(headers: Vec<String>, meanings: Vec<Meaning>, kinds: &[(usize, usize)], areas: &[(usize, usize)]) -> Self {
        let at = |wanted: &Meaning| meanings.iter().position(|meaning| meaning == wanted);
        let mut phones: Vec<PhoneColumn> = meanings
            .iter()
            .enumerate()
            .filter_map(|(at, meaning)| match meaning {
                Meaning::Phone { confidence } => {
                    let about =
                        |columns: &[(usize, usize)]| columns.iter().find(|(_, of)| *of == at).map(|(it, _)| *it);
                    Some(PhoneColumn { at, confidence: *confidence, kind: about(kinds), area: about(areas) })
                }
                _ => None,
            })
            .collect();
        // Stable: columns of one confidence stay in the file's order.
        phones.sort_by_key(|phone| phone.confidence);
        let full_name = at(&Meaning::FullName);
        let name = at(&Meaning::FirstName).or(full_name).unwrap_or_default();
        Self {
            name,
            full_name: full_name == Some(name),
            last_name: at(&Meaning::LastName),
            phones,
            no_texts: meanings
                .iter()
                .enumerate()
                .filter_map(|(at, meaning)| match meaning {
                    Meaning::NoTexts => Some((at, Says::NoTexts)),
                    Meaning::MayText => Some((at, Says::MayText)),
                    _ => None,
                })
                .collect(),
            perhaps: Vec::new(),
            flags: Vec::new(),
            row_kind: None,
            empty_names: BTreeSet::new(),
            external_id: at(&Meaning::ExternalId),
            zip: at(&Meaning::Zip),
            state: at(&Meaning::State),
            language: at(&Meaning::Language),
            time_zone: at(&Meaning::TimeZone),
            consent: [at(&Meaning::ConsentDate), at(&Meaning::ConsentWording), at(&Meaning::ConsentSource)],
            fields: meanings
                .iter()
                .enumerate()
                .filter_map(|(at, meaning)| match meaning {
                    Meaning::Field { name } => Some((at, name.clone())),
                    _ => None,
                })
                .collect(),
            headers,
            meanings,
        }
    }
}

impl Finder<'_> {
    fn problem(&self, field: &str, what: String, remedy: &str, fatal: bool) -> FileProblem {
        FileProblem {
            line: Some(1),
            field: Some(field.to_owned()),
            fatal,
            ..FileProblem::whole(self.path, what, remedy)
        }
    }

    fn listed(&self) -> String {
        self.headers.iter().map(|header| format!("`{header}`")).collect::<Vec<_>>().join(", ")
    }

    /// What a person said of the columns.
    fn told(&mut self, map: &[Mapping]) {
        for mapping in map {
            let folded = fold_header(&mapping.column);
            let number = || mapping.column.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < self.headers.len());
            let Some(at) = self.folded.iter().position(|header| *header == folded).or_else(number) else {
                let what = format!("there is no column `{}`; the columns are {}", mapping.column, self.listed());
                let problem = self.problem("map", what, "Correct --map.", true);
                self.problems.push(problem);
                continue;
            };
            let meaning = mapping.meaning();
            let many = matches!(
                meaning,
                Meaning::Phone { .. }
                    | Meaning::PhoneKind { .. }
                    | Meaning::AreaCode { .. }
                    | Meaning::NoTexts
                    | Meaning::MayText
                    | Meaning::LeftOut { .. }
            );
            let twice = self.found[at].is_some() || (!many && self.found.iter().flatten().any(|m| *m == meaning));
            if twice {
                let what = format!("`{}` is mapped twice", mapping.column);
                let problem = self.problem("map", what, "Say it once, for one column.", true);
                self.problems.push(problem);
                continue;
            }
            self.found[at] = Some(meaning);
        }
    }

    /// Sets the first column that nobody spoke of and that has one of these names.
    fn set(&mut self, names: &[String], meaning: Meaning) -> Option<usize> {
        if self.found.iter().flatten().any(|found| *found == meaning) {
            return None;
        }
        let free =
            |name: &String| (0..self.headers.len()).find(|at| self.found[*at].is_none() && self.folded[*at] == *name);
        let at = names.iter().find_map(free)?;
        self.found[at] = Some(meaning);
        Some(at)
    }

    fn has(&self, meaning: &Meaning) -> bool {
        self.found.iter().flatten().any(|found| found == meaning)
    }

    fn has_phone(&self) -> bool {
        self.found.iter().flatten().any(|found| matches!(found, Meaning::Phone { .. }))
    }

    /// `names`: people are to be texted, so that they need names; else it is a list of numbers that opted out.
    fn by_name(&mut self, aliases: &Aliases, names: bool) {
        self.set(&aliases.last_name, Meaning::LastName);
        if !self.has(&Meaning::FullName)
            && let Some(at) = self.set(&aliases.first_name, Meaning::FirstName)
            && !self.has(&Meaning::LastName)
            && aliases.full_name.contains(&self.folded[at])
        {
            self.found[at] = Some(Meaning::FullName);
        }
        // Who says what one column is says nothing of the others.
        for (confidence, names) in &aliases.phone {
            for name in names {
                for at in 0..self.headers.len() {
                    if self.found[at].is_none() && self.folded[at] == *name && !self.folded[..at].contains(name) {
                        self.found[at] = Some(Meaning::Phone { confidence: *confidence });
                    }
                }
            }
        }
        self.set(&aliases.external_id, Meaning::ExternalId);
        self.set(&aliases.zip, Meaning::Zip);
        self.set(&aliases.state, Meaning::State);
        self.set(&aliases.language, Meaning::Language);
        self.set(&aliases.time_zone, Meaning::TimeZone);
        self.set(&aliases.consent_date, Meaning::ConsentDate);
        self.set(&aliases.consent_wording, Meaning::ConsentWording);
        self.set(&aliases.consent_source, Meaning::ConsentSource);
        for at in 0..self.headers.len() {
            if self.found[at].is_some() {
                continue;
            }
            let name = &self.folded[at];
            let perhaps = !names && aliases.opt_out_lists.contains(name);
            let is_one = perhaps || aliases.no_texts.contains(name);
            self.perhaps.extend(perhaps.then_some(at));
            self.found[at] = if is_one {
                Some(Meaning::NoTexts)
            } else {
                aliases.may_text.contains(name).then_some(Meaning::MayText)
            };
            if aliases.status.contains(name) {
                self.statuses.push((at, Says::Status));
            } else if aliases.any_status.contains(name) {
                self.statuses.push((at, Says::AnyStatus));
            } else if aliases.no_calls.contains(name) {
                self.statuses.push((at, Says::Calls));
            }
        }
        self.kinds_of_numbers(aliases);
        self.area_codes(aliases);
    }

    /// Area codes stand in the column before the numbers that lack them; one that stands before none is a field like any other.
    fn area_codes(&mut self, aliases: &Aliases) {
        for at in 0..self.headers.len() {
            let is_one = match &self.found[at] {
                Some(found) => matches!(found, Meaning::AreaCode { .. }),
                None => aliases.area_code.contains(&self.folded[at]),
            };
            if !is_one {
                continue;
            }
            let of = (at + 1..self.headers.len()).find(|of| matches!(self.found[*of], Some(Meaning::Phone { .. })));
            let of = of.filter(|of| !self.areas.iter().any(|(_, taken)| taken == of));
            self.areas.extend(of.map(|of| (at, of)));
            self.found[at] = of.map(|of| Meaning::AreaCode { of: self.headers[of].clone() });
        }
    }

    /// Which column says of which number what sort it is. Lists have it behind the number, or all of them have it before.
    fn kinds_of_numbers(&mut self, aliases: &Aliases) {
        let columns = 0..self.headers.len();
        let is_phone = |found: &[Option<Meaning>], at: usize| matches!(found[at], Some(Meaning::Phone { .. }));
        let kinds: Vec<usize> = columns
            .clone()
            .filter(|at| match &self.found[*at] {
                Some(found) => matches!(found, Meaning::PhoneKind { .. }),
                None => aliases.phone_kind.contains(&self.folded[*at]) || self.is_sort_of_the_one_before(*at),
            })
            .collect();
        let first = columns.clone().find(|at| is_phone(&self.found, *at));
        let before = kinds.first() < first.as_ref();
        for at in kinds {
            let of = if before {
                (at..columns.end).find(|of| is_phone(&self.found, *of))
            } else {
                (0..at).rev().find(|of| is_phone(&self.found, *of))
            };
            // Of two that would say it of one number the nearer does; the other is a field like any other.
            let of = of.filter(|of| !self.kinds.iter().any(|(_, taken)| taken == of));
            self.kinds.extend(of.map(|of| (at, of)));
            self.found[at] = of.map(|of| Meaning::PhoneKind { of: self.headers[of].clone() });
        }
    }

    /// True of `X Type` right behind a column of numbers `X`, whatever `X` is called.
    fn is_sort_of_the_one_before(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let sort = self.folded[at].strip_prefix(self.folded[before].as_str());
        let is_phone = matches!(self.found[before], Some(Meaning::Phone { .. }));
        is_phone && matches!(sort, Some("type" | "status" | "kind" | "class" | "linetype"))
    }

    fn must_have(&mut self, names: bool) {
        if names && !self.has(&Meaning::FirstName) && !self.has(&Meaning::FullName) {
            let what = format!("no column holds first names; the columns are {}", self.listed());
            let remedy = "Name one of them `firstName`, or say which it is: --map COLUMN=firstName";
            let problem = self.problem("firstName", what, remedy, true);
            self.problems.push(problem);
        }
        if !self.has_phone() {
            let what = format!("no column holds telephone numbers; the columns are {}", self.listed());
            let remedy = "Name one of them `cell`, or say which it is: --map COLUMN=cell";
            let problem = self.problem("cell", what, remedy, true);
            self.problems.push(problem);
        }
    }

    /// What is left are the campaign's own fields.
    fn rest(mut self, warnings: &mut Vec<FileProblem>) -> Vec<Meaning> {
        let mut meanings = Vec::with_capacity(self.headers.len());
        for (at, header) in self.headers.iter().enumerate() {
            let meaning = match self.found[at].take() {
                Some(meaning) => meaning,
                None if header.is_empty() => {
                    let what = format!("column {} has no name and is left out", at + 1);
                    warnings.push(self.problem("header", what, "Name it, if scripts should use it.", false));
                    Meaning::LeftOut { why: "it has no name".into() }
                }
                None if self.folded[..at].contains(&self.folded[at]) => {
                    let what = format!("a second column is called `{header}`; it is left out");
                    warnings.push(self.problem(header, what, "Give each column its own name.", false));
                    Meaning::LeftOut { why: "another column has this name".into() }
                }
                None => Meaning::Field { name: header.clone() },
            };
            let meaning = match meaning {
                Meaning::Field { name } if household::is_own(&name) => {
                    let what =
                        format!("`{name}` is where this program keeps who shares a number; the column is left out");
                    let remedy = "Give it another name, should scripts use it.";
                    warnings.push(self.problem(header, what, remedy, false));
                    Meaning::LeftOut { why: "the name is the program's own".into() }
                }
                other => other,
            };
            meanings.push(meaning);
        }
        meanings
    }
}

//! What the field calls its columns: data, in `assets/rules/header_aliases.toml`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::domain::opt_out::{Inbound, verdict};
use crate::domain::script::fold_name;

/// How sure a column, or the list's word about a number, is that a mobile answers there. In the order of choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Somebody has verified that it is a mobile.
    VerifiedCell,
    /// A cell phone.
    Cell,
    /// A mobile.
    Mobile,
    /// A telephone of some sort.
    Phone,
    /// A telephone at home: most often one that gets no texts.
    Home,
    /// A landline by the column's own name: it gets none, unless the list says otherwise of the number.
    Landline,
}

impl std::fmt::Display for Confidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::VerifiedCell => "verified cell",
            Self::Cell => "cell",
            Self::Mobile => "mobile",
            Self::Phone => "phone",
            Self::Home => "home",
            Self::Landline => "landline",
        })
    }
}

/// What a list says of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PhoneKind {
    VerifiedCell,
    Cell,
    /// It gets no texts.
    Landline,
    Voip,
    /// It is of no use: not theirs, or nobody's.
    Bad,
    /// Whoever has it wants no texts.
    OptedOut,
}

impl PhoneKind {
    /// What the list says of such a number when it gets no texts, and what to do.
    pub(super) fn no_texts(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Landline => {
                Some(("this is a landline", "It gets no texts: give a mobile number or leave the row out."))
            }
            Self::Bad => Some((
                "this number is of no use",
                "It gets no texts. Nothing is to be done, unless the list has another number of theirs.",
            )),
            Self::OptedOut => Some((
                "this number gets no texts",
                "Nothing is to be done: whoever wants none gets none. So that no other list texts them: textbank opt-outs import.",
            )),
            Self::VerifiedCell | Self::Cell | Self::Voip => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Aliases {
    pub(super) first_name: Vec<String>,
    pub(super) full_name: Vec<String>,
    pub(super) last_name: Vec<String>,
    pub(super) external_id: Vec<String>,
    pub(super) zip: Vec<String>,
    pub(super) state: Vec<String>,
    pub(super) language: Vec<String>,
    pub(super) time_zone: Vec<String>,
    pub(super) consent_date: Vec<String>,
    pub(super) consent_wording: Vec<String>,
    pub(super) consent_source: Vec<String>,
    pub(super) phone_kind: Vec<String>,
    pub(super) row_kind: Vec<String>,
    pub(super) area_code: Vec<String>,
    pub(super) no_texts: Vec<String>,
    of_person: Vec<String>,
    pub(super) may_text: Vec<String>,
    pub(super) status: Vec<String>,
    pub(super) any_status: Vec<String>,
    pub(super) no_calls: Vec<String>,
    pub(super) opt_out_lists: Vec<String>,
    yes: Vec<String>,
    no: Vec<String>,
    may: Vec<String>,
    nothing: Vec<String>,
    out: Vec<String>,
    pub(super) phone: BTreeMap<Confidence, Vec<String>>,
    phone_kinds: HashMap<PhoneKind, Vec<String>>,
    languages: BTreeMap<String, Vec<String>>,
}

/// The table; none when the file that is built in is broken (a test says so).
pub(super) static ALIASES: LazyLock<Option<Aliases>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../assets/rules/header_aliases.toml")).ok());

/// A header as it is compared: without case, blanks, hyphens, underscores, dots, `#` and accents.
pub(super) fn fold_header(header: &str) -> String {
    fold_name(header).chars().filter(|c| !matches!(c, '.' | '#' | ':' | '*' | '/')).map(without_accent).collect()
}

fn without_accent(c: char) -> char {
    match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        _ => c,
    }
}

/// A value's words in lower case, without accents and marks.
fn words(value: &str) -> String {
    let words: String =
        value.to_lowercase().chars().map(without_accent).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

static LANGUAGES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let table = ALIASES.iter().flat_map(|aliases| &aliases.languages);
    table.flat_map(|(tag, words)| words.iter().map(|word| (word.clone(), tag.clone()))).collect()
});

/// The tag for what a list says: `Español`, `es-MX`, `SPA` -> `es`.
pub(super) fn language(value: &str) -> Option<String> {
    let word = words(value);
    if let Some(tag) = LANGUAGES.get(&word) {
        return Some(tag.clone());
    }
    let tag = word.split(' ').next().unwrap_or_default();
    crate::exchange::campaign_file::LANGUAGES.contains(&tag).then(|| tag.to_owned())
}

/// What the list says of a number; none when it says nothing that is known.
pub(super) fn phone_kind(value: &str) -> Option<PhoneKind> {
    let word = words(value);
    ALIASES.as_ref()?.phone_kinds.iter().find(|(_, words)| words.contains(&word)).map(|(kind, _)| *kind)
}

/// How a column says that somebody gets no texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// By a yes, or by the day on which they said it (`opted_out`).
    NoTexts,
    /// By a no (`mobile_opt_in`).
    MayText,
    /// By a word among others about texts (`sms_status`).
    Status,
    /// By a word among others about anything (`status`).
    AnyStatus,
    /// Not at all: it is about calls (`Do Not Call`).
    Calls,
}

/// What a cell of such a column says of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// They get no texts.
    Out,
    /// Clearly that they may.
    May,
    /// It is empty, or holds what people write for that.
    Nothing,
    /// Something that is not known.
    Unknown,
    /// That they are not to be called.
    NoCalls,
}

/// What such a cell says. Where the column's own name says "no texts", all that is no clear no is a yes: a day in any writing, a tick, what
/// the voter wrote. To text somebody who has opted out is worse than to leave out somebody who has not.
pub(super) fn told(value: &str, says: Says) -> Told {
    let Some(aliases) = &*ALIASES else { return Told::Out };
    let (value, word) = (value.trim(), words(value));
    if value.chars().all(|c| matches!(c, '-' | '–' | '—' | '.')) || aliases.nothing.contains(&word) {
        return Told::Nothing;
    }
    // `0.0` of a spreadsheet, and `0000-00-00`, which is a database's word for no day.
    let zero = word.contains('0') && word.chars().all(|c| matches!(c, '0' | ' '));
    let is_no = zero || aliases.no.contains(&word);
    let may = aliases.may.contains(&word);
    let is_day = || word.len() >= 6 && word.starts_with(char::is_numeric);
    let out = || {
        let phrase = |out: &String| word.match_indices(out.as_str()).any(|(at, _)| stands_alone(&word, at, out.len()));
        aliases.out.iter().any(phrase)
    };
    match says {
        Says::Calls if is_no || may => Told::Nothing,
        Says::Calls => Told::NoCalls,
        Says::NoTexts if is_no || may => Told::May,
        Says::NoTexts => Told::Out,
        _ if may => Told::May,
        _ if out() || matches!(verdict(value), Inbound::OptOutWord { .. }) => Told::Out,
        Says::AnyStatus => Told::Unknown,
        _ if matches!(verdict(value), Inbound::Possible { .. }) => Told::Out,
        Says::MayText if is_no || ["no ", "not ", "never"].iter().any(|no| word.starts_with(no)) => Told::Out,
        Says::MayText if aliases.yes.contains(&word) || is_day() => Told::May,
        Says::MayText | Says::Status => Told::Unknown,
    }
}

/// True of what a column says of the person and not of the number: that they are dead.
pub(super) fn is_of_person(header: &str, value: &str, says: Says) -> bool {
    let Some(aliases) = &*ALIASES else { return false };
    let is_named = |name: &str| aliases.of_person.iter().any(|one| one == name);
    is_named(&fold_header(header)) || (matches!(says, Says::Status | Says::AnyStatus) && is_named(&words(value)))
}

/// True of words that are no part of others, and that no `not` stands before.
fn stands_alone(text: &str, at: usize, long: usize) -> bool {
    let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + long..).unwrap_or_default());
    let ends = |text: &str| text.is_empty() || text.ends_with(' ');
    let negated = ["not ", "never ", "no "].iter().any(|no| before.strip_suffix(no).is_some_and(ends));
    ends(before) && (after.is_empty() || after.starts_with(' ')) && !negated
}

/// True of an empty cell and of what people write into one.
pub(super) fn is_nothing(value: &str) -> bool {
    told(value, Says::NoTexts) == Told::Nothing
}

/// True of a yes, a no, and of nothing: a column of these is one of flags, and in it an empty cell says no.
pub(super) fn is_flag(value: &str) -> bool {
    let Some(aliases) = &*ALIASES else { return false };
    let word = words(value);
    matches!(told(value, Says::NoTexts), Told::Nothing | Told::May) || aliases.yes.contains(&word)
}

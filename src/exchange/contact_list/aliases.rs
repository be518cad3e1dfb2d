//! What the field calls its columns: data, in `assets/rules/header_aliases.toml`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

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
    pub(super) area_code: Vec<String>,
    pub(super) no_texts: Vec<String>,
    pub(super) may_text: Vec<String>,
    pub(super) status: Vec<String>,
    pub(super) any_status: Vec<String>,
    pub(super) opt_out_lists: Vec<String>,
    yes: Vec<String>,
    no: Vec<String>,
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
}

/// True when such a column says of somebody that they get no texts.
pub(super) fn gets_no_texts(value: &str, says: Says) -> bool {
    let Some(aliases) = &*ALIASES else { return false };
    let word = words(value);
    let is_day = || word.len() >= 6 && word.starts_with(char::is_numeric);
    match says {
        _ if aliases.out.contains(&word) => true,
        Says::NoTexts => aliases.yes.contains(&word) || is_day(),
        Says::MayText => aliases.no.contains(&word),
        Says::Status | Says::AnyStatus => false,
    }
}

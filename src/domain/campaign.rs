//! A campaign's definition: what its file says, checked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    contact::Contact,
    hours::TextingHours,
    script::{Fill, Source, Template, TemplateFault},
    survey::Question,
};

/// Everything that a campaign's author decides. Stored with a version; a change makes the next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignDef {
    /// Name as texters see it.
    pub title: String,
    /// The organization that speaks.
    pub organization: String,
    /// Main language (`en`, `es`).
    pub language: String,
    /// When texts may go out, in the contact's local time.
    pub hours: TextingHours,
    /// The initial message: at least one variant for the main language.
    #[schema(min_items = 1)]
    pub initial: Vec<Variant>,
    /// The question tree; the first question is asked first.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Canned replies, in the order shown.
    #[serde(default)]
    pub canned: Vec<CannedReply>,
    /// Tags a texter may set.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The one notice after an opt-out, by language.
    pub opt_out_notice: BTreeMap<String, String>,
    /// Contact fields shown to texters besides the first name (`lastName`, `phone`, `lastDigits` of the number, `zip` or a column).
    #[serde(default)]
    pub visible_fields: Vec<String>,
    /// Contacts handed out at once.
    pub slice_size: u32,
    /// Campaign-wide variables for merge fields.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Guide for texters, plain text; may be empty.
    #[serde(default)]
    pub guide: String,
    /// True when a texter may edit the initial text before sending (marked off-script).
    #[serde(default)]
    pub edit_initial: bool,
}

/// One wording of the initial message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Variant {
    /// Short name for results (`a`, `b`, `es`).
    pub name: String,
    /// Language of this wording.
    pub language: String,
    /// Text with merge fields.
    pub text: String,
}

/// A canned reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedReply {
    /// Stable key, unique in the campaign.
    pub id: String,
    /// Title as the texter reads it.
    pub title: String,
    /// Text by language, with merge fields.
    pub text: BTreeMap<String, String>,
}

/// The text for `language`, else for `main`, else any.
#[must_use]
pub fn in_language<'a>(texts: &'a BTreeMap<String, String>, language: &str, main: &str) -> Option<&'a str> {
    texts.get(language).or_else(|| texts.get(main)).or_else(|| texts.values().next()).map(String::as_str)
}

/// Why a text could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// The campaign has no such wording.
    #[error("the campaign has no initial message of that name")]
    NoVariant,
    /// The script itself is broken (a checked campaign file never is).
    #[error("the script cannot be read: {}", .0.iter().map(|f| f.what.as_str()).collect::<Vec<_>>().join("; "))]
    Script(Vec<TemplateFault>),
    /// Fields without value and fallback.
    #[error("nothing to put in for {}", .0.join(", "))]
    Missing(Vec<String>),
}

/// The wording for one contact: the same one every time for the same key, whoever asks. Wordings in the contact's language
/// come first, then those of the main language, then any; among several each gets an equal share of the contacts.
#[must_use]
pub fn variant_for<'a>(def: &'a CampaignDef, contact_key: i64, language: Option<&str>) -> Option<&'a Variant> {
    let of = |wanted: &str| def.initial.iter().filter(|v| v.language == wanted).collect::<Vec<_>>();
    let mut choices = language.map(of).unwrap_or_default();
    if choices.is_empty() {
        choices = of(&def.language);
    }
    if choices.is_empty() {
        choices = def.initial.iter().collect();
    }
    let count = u64::try_from(choices.len()).ok().filter(|n| *n > 0)?;
    usize::try_from(mix(contact_key.cast_unsigned()) % count).ok().and_then(|at| choices.get(at).copied())
}

/// SplitMix64: neighbouring keys end up far apart, so that variants do not follow the order of the list.
fn mix(key: u64) -> u64 {
    let mut z = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Fills any text of a script for one contact.
///
/// # Errors
/// The script cannot be read, or a field has neither value nor fallback.
pub fn fill_text(
    def: &CampaignDef,
    text: &str,
    fields: &BTreeMap<String, String>,
    texter: &str,
) -> Result<String, FillError> {
    let template = Template::parse(text).map_err(FillError::Script)?;
    template.fill(&Fill { fields, texter, variables: &def.variables }).map_err(FillError::Missing)
}

/// The initial message for one contact, in the wording of that name.
///
/// # Errors
/// No such wording, a broken script, or a field with neither value nor fallback.
pub fn fill_initial(
    def: &CampaignDef,
    variant: &str,
    fields: &BTreeMap<String, String>,
    texter: &str,
) -> Result<String, FillError> {
    let variant = def.initial.iter().find(|v| v.name == variant).ok_or(FillError::NoVariant)?;
    fill_text(def, &variant.text, fields, texter)
}

impl CampaignDef {
    /// Every text with merge fields: initial wordings, script lines, canned replies.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.initial
            .iter()
            .map(|v| &v.text)
            .chain(self.questions.iter().flat_map(|q| &q.answers).flat_map(|a| a.reply.values()))
            .chain(self.canned.iter().flat_map(|c| c.text.values()))
            .map(String::as_str)
    }

    /// The contact fields that the script uses, as written (texter's name and campaign variables are none of them).
    #[must_use]
    pub fn fields_used(&self) -> BTreeSet<String> {
        self.texts()
            .filter_map(|text| Template::parse(text).ok())
            .flat_map(|t| {
                t.fields().filter(|f| f.source == Source::Contact).map(|f| f.name.clone()).collect::<Vec<_>>()
            })
            .collect()
    }
}

/// What a campaign names among its [`CampaignDef::visible_fields`] to show the end of a number instead of the number. No script can
/// use it.
pub const LAST_DIGITS: &str = "lastDigits";

/// A contact's fields under the names that scripts use: `firstName`, `lastName`, `phone`, `zip`, `state`,
/// `external_id`, and every column of the list under its own. Unknown ones are left out.
#[must_use]
pub fn merge_fields(contact: &Contact) -> BTreeMap<String, String> {
    let mut fields = contact.fields.clone();
    fields.insert("firstName".into(), contact.first_name.clone());
    fields.insert("lastName".into(), contact.last_name.clone());
    fields.insert("phone".into(), contact.phone.as_str().to_owned());
    for (name, value) in [("zip", &contact.zip), ("state", &contact.state), ("external_id", &contact.external_id)] {
        if let Some(value) = value {
            fields.insert(name.into(), value.clone());
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn def(variants: &[(&str, &str)]) -> CampaignDef {
        CampaignDef {
            title: "t".into(),
            organization: "o".into(),
            language: "en".into(),
            hours: TextingHours::default(),
            initial: variants
                .iter()
                .map(|(name, language)| Variant {
                    name: (*name).into(),
                    language: (*language).into(),
                    text: format!("{name}: {{firstName}} {{zip/nowhere}} {{cv:x/y}} {{texterName}}"),
                })
                .collect(),
            questions: Vec::new(),
            canned: Vec::new(),
            tags: Vec::new(),
            opt_out_notice: BTreeMap::new(),
            visible_fields: Vec::new(),
            slice_size: 10,
            variables: BTreeMap::new(),
            guide: String::new(),
            edit_initial: false,
        }
    }

    #[test]
    fn variants_are_shared_out_evenly_and_for_good() {
        let def = def(&[("a", "en"), ("b", "en"), ("es", "es")]);
        let names: Vec<&str> =
            (0..1_000).filter_map(|key| variant_for(&def, key, None)).map(|v| v.name.as_str()).collect();
        let a = names.iter().filter(|n| **n == "a").count();
        assert!((430..570).contains(&a), "{a} of 1000");
        assert_eq!(names.iter().filter(|n| **n == "b").count(), 1_000 - a);
        // The answer for these keys must never change: a server picks, a console fills, perhaps of another version.
        assert_eq!(names[..12].concat(), "bbabaaabaaab");
        assert!((0..50).all(|key| variant_for(&def, key, Some("es")).is_some_and(|v| v.name == "es")));
        assert!((0..50).all(|key| variant_for(&def, key, Some("vi")).is_some_and(|v| v.language == "en")));
    }

    #[test]
    fn a_campaign_without_the_wanted_language_uses_what_it_has() {
        assert_eq!(variant_for(&def(&[("fr", "fr")]), 7, Some("es")).map(|v| v.name.as_str()), Some("fr"));
        assert_eq!(variant_for(&def(&[]), 7, None), None);
    }

    #[test]
    fn fills_by_name() {
        let def = def(&[("a", "en")]);
        let fields = BTreeMap::from([("firstName".to_owned(), "Ana".to_owned())]);
        assert_eq!(fill_initial(&def, "a", &fields, "Robin").as_deref(), Ok("a: Ana nowhere y Robin"));
        assert_eq!(fill_initial(&def, "z", &fields, "Robin"), Err(FillError::NoVariant));
        assert_eq!(
            fill_initial(&def, "a", &BTreeMap::new(), "Robin"),
            Err(FillError::Missing(vec!["firstName".into()]))
        );
        assert_eq!(def.fields_used().into_iter().collect::<Vec<_>>(), ["firstName", "zip"]);
    }
}

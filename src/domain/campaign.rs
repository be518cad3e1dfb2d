//! A campaign's definition: what its file says, checked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    contact::Contact,
    event_fields,
    hours::TextingHours,
    message::MAX_CHARS,
    purpose::{Jurisdiction, Purpose, is_default},
    rsvp::CampaignEvent,
    script::{DISCLAIMER, Field, Fill, Source, Template, TemplateFault, alias, fold_name},
    survey::{Answer, Question},
    zone,
};

/// Everything that a campaign's author decides. Stored with a version; a change makes the next version.
///
/// What was added later is left out of the bytes while it holds its default: an import is known by their hash. The default
/// of it all is an empty campaign, for `..CampaignDef::default()`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// What the texts ask for; fundraising takes the states' hours for solicitation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub purpose: Purpose,
    /// Whose law it is under.
    #[serde(default, skip_serializing_if = "is_default")]
    pub jurisdiction: Jurisdiction,
    /// Who pays for the texts, in the words that the law of a state asks for: by the state's two letters, and
    /// [`EVERYWHERE`] for all others. A script puts it in with `{disclaimer}`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disclaimer: BTreeMap<String, String>,
    /// The answer to HELP by language: who we are and how to make it stop. Without any: common words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub help_answer: BTreeMap<String, String>,
    /// True when the texters are paid: some exemptions are for volunteers alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid_texters: bool,
    /// True when a new version of its script waits until another admin has approved it. Pausing and recalling never wait.
    #[serde(default, skip_serializing_if = "is_default")]
    pub second_approver: bool,
    /// True when contacts are handed out to those alone who have been through the practice.
    #[serde(default, skip_serializing_if = "is_default")]
    pub practice: bool,
    /// Events that it invites to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub events: Vec<CampaignEvent>,
    /// Whoever was texted by another campaign of the organization within so many days gets no first text; 0: no such cap.
    #[schema(maximum = 365)]
    #[serde(default, skip_serializing_if = "is_default")]
    pub frequency_days: u32,
}

/// The key of a [`CampaignDef::disclaimer`] for the states that have none of their own.
pub const EVERYWHERE: &str = "default";

/// Most days of a [`CampaignDef::frequency_days`].
pub const MAX_FREQUENCY_DAYS: u32 = 365;

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedReply {
    /// Stable key, unique in the campaign.
    pub id: String,
    /// Title as the texter reads it.
    pub title: String,
    /// Text by language, with merge fields.
    pub text: BTreeMap<String, String>,
    /// One of the organization's, which every campaign has behind its own; no campaign file says it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shared: bool,
}

/// Most canned replies of an organization.
pub const MAX_SHARED: usize = 200;

/// What is wrong with canned replies of an organization. Beyond what every script keeps to: they are read in every campaign, so a
/// column of one list or a variable of one campaign needs a fallback.
#[must_use]
pub fn shared_faults(replies: &[CannedReply]) -> Vec<String> {
    let mut faults = Vec::new();
    if replies.len() > MAX_SHARED {
        faults.push(format!("there are {} canned replies, {MAX_SHARED} at most", replies.len()));
    }
    for (at, reply) in replies.iter().enumerate() {
        let id = &reply.id;
        if id.trim().is_empty() || reply.title.trim().is_empty() {
            faults.push(format!("canned[{}]: it needs an id and a title", at + 1));
        }
        if replies[..at].iter().any(|other| other.id == *id) {
            faults.push(format!("the id `{id}` is used twice"));
        }
        if !reply.text.values().any(|text| !text.trim().is_empty()) {
            faults.push(format!("`{id}` has no text"));
        }
        for (language, text) in &reply.text {
            if text.chars().count() > MAX_CHARS {
                faults.push(format!("`{id}` ({language}): carriers take {MAX_CHARS} characters"));
            }
            let template = match Template::parse(text) {
                Ok(template) => template,
                Err(found) => {
                    faults.extend(found.iter().map(|fault| format!("`{id}` ({language}): {}", fault.what)));
                    continue;
                }
            };
            let everywhere = |field: &Field| match field.source {
                Source::Texter => true,
                Source::Contact => {
                    let folded = fold_name(&field.name);
                    field.is_disclaimer() || ["firstname", "lastname", "organization"].contains(&alias(&folded))
                }
                Source::Variable => false,
            };
            for field in template.fields().filter(|field| field.fallback.is_none() && !everywhere(field)) {
                faults.push(format!(
                    "`{id}` ({language}): not every campaign has {{{0}}}: write {{{0}/...}} with the words to use instead",
                    field.name
                ));
            }
        }
    }
    faults
}

/// The answer to HELP in a language: the campaign's own words, else the common ones, which name the organization.
#[must_use]
pub fn help_answer(def: &CampaignDef, language: &str) -> String {
    if let Some(text) = in_language(&def.help_answer, language, &def.language).filter(|text| !text.trim().is_empty()) {
        return text.to_owned();
    }
    let organization = def.organization.trim();
    match language {
        "es" => format!(
            "{organization}: le escriben voluntarios de nuestro equipo. Responda STOP para no recibir mensajes."
        ),
        "fr" => format!(
            "{organization} : des membres de notre campagne vous \u{e9}crivent. R\u{e9}pondez STOP pour ne plus rien recevoir."
        ),
        _ => format!("{organization}: people of our campaign write to you. Reply STOP to get no more texts."),
    }
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
    /// Where it asks for money: puts the hours for solicitation in force, those that it gives to single states beside them.
    pub fn take_solicitation(&mut self) {
        if self.purpose.is_solicitation() {
            self.hours.take_solicitation();
        }
    }

    /// Where it asks for money: the states (`US`: all) whose hours it keeps are wider than the rules of this program's data.
    #[must_use]
    pub fn hours_behind(&self) -> Vec<String> {
        if self.purpose.is_solicitation() { self.hours.behind_solicitation() } else { Vec::new() }
    }

    /// Puts the organization's canned replies behind the campaign's own. Of two with one id the campaign's own counts.
    pub fn take_shared(&mut self, replies: &[CannedReply]) {
        self.canned.retain(|reply| !reply.shared);
        let own: BTreeSet<String> = self.canned.iter().map(|reply| reply.id.clone()).collect();
        let shared = replies.iter().filter(|reply| !own.contains(&reply.id));
        self.canned.extend(shared.map(|reply| CannedReply { shared: true, ..reply.clone() }));
    }

    /// Every text with merge fields: initial wordings, script lines, canned replies.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.initial
            .iter()
            .map(|v| &v.text)
            .chain(self.questions.iter().flat_map(|q| &q.answers).flat_map(Answer::replies).flat_map(BTreeMap::values))
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
    // What is others' own at the number is nothing to write to this one.
    fields.retain(|name, _| !super::household::is_note(name));
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

/// [`merge_fields`] of a contact of this campaign: who pays is among them, in the words of the contact's state (`disclaimer`),
/// unless the list has a column of that name, and so are the campaign's events (`event.ID.when`). Of several states that it may be in the
/// address comes first.
#[must_use]
pub fn merge_fields_in(def: &CampaignDef, contact: &Contact) -> BTreeMap<String, String> {
    let mut fields = merge_fields(contact);
    fields.entry("organization".to_owned()).or_insert_with(|| def.organization.clone());
    event_fields::fill(&mut fields, &def.events, contact.language.as_deref().unwrap_or(&def.language));
    if let Some(disclaimer) = disclaimer_for(def, contact) {
        fields.entry(DISCLAIMER.to_owned()).or_insert_with(|| disclaimer.to_owned());
    }
    fields
}

/// Who pays, in the words that this contact is told; none when the campaign has none for where they may be.
#[must_use]
pub fn disclaimer_for<'a>(def: &'a CampaignDef, contact: &Contact) -> Option<&'a str> {
    if def.disclaimer.is_empty() {
        return None;
    }
    let states = zone::states_of(contact);
    let own = states.iter().find_map(|state| def.disclaimer.get(*state));
    own.or_else(|| def.disclaimer.get(EVERYWHERE)).map(String::as_str).filter(|text| !text.is_empty())
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
            slice_size: 10,
            ..CampaignDef::default()
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

    #[rstest::rstest]
    #[case::by_state(Some("FL"), None, "+12122000002", "Hi. Paid for by A")]
    #[case::by_zip(None, Some("33125"), "+12122000002", "Hi. Paid for by A")]
    #[case::by_area_code(None, None, "+13052000002", "Hi. Paid for by A")]
    #[case::the_address_first(Some("TX"), None, "+13052000002", "Hi. B")]
    #[case::elsewhere(Some("NY"), None, "+12122000002", "Hi. C")]
    fn who_pays_is_told_in_the_words_of_the_state(
        #[case] state: Option<&str>,
        #[case] zip: Option<&str>,
        #[case] phone: &str,
        #[case] expected: &str,
    ) {
        let texts = [("FL", "Paid for by A"), ("TX", "B"), (EVERYWHERE, "C")];
        let mut def = CampaignDef {
            disclaimer: texts.map(|(state, text)| (state.to_owned(), text.to_owned())).into(),
            ..def(&[("a", "en")])
        };
        let contact = Contact {
            external_id: None,
            first_name: String::new(),
            last_name: String::new(),
            phone: super::super::phone::Phone::from_e164(phone).unwrap(),
            zip: zip.map(str::to_owned),
            state: state.map(str::to_owned),
            language: None,
            time_zone: None,
            fields: BTreeMap::new(),
            consent: None,
        };
        let text =
            |def: &CampaignDef| fill_text(def, "Hi. {disclaimer}", &merge_fields_in(def, &contact), "R").unwrap();
        assert_eq!(text(&def), expected);
        def.disclaimer.clear();
        assert_eq!(text(&def), "Hi.", "nothing to say, and no blank left over");
    }

    #[test]
    fn what_holds_its_default_is_not_in_the_bytes() {
        let bytes = serde_json::to_string(&def(&[("a", "en")])).unwrap();
        for field in [
            "purpose",
            "jurisdiction",
            "disclaimer",
            "paid_texters",
            "states",
            "trust_address",
            "closed_on",
            "holidays",
            "opens_at",
            "frequency_days",
        ] {
            assert!(!bytes.contains(field), "{field}: {bytes}");
        }
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

    #[test]
    fn the_organizations_replies_stand_behind_the_campaigns_own() {
        let reply = |id: &str, text: &str| CannedReply {
            id: id.into(),
            title: id.into(),
            text: BTreeMap::from([("en".to_owned(), text.to_owned())]),
            shared: false,
        };
        let mut def = CampaignDef { canned: vec![reply("where", "Here.")], ..CampaignDef::default() };
        def.take_shared(&[reply("who", "Us."), reply("where", "Elsewhere.")]);
        def.take_shared(&[reply("who", "All of us, {texterName} too."), reply("where", "Elsewhere.")]);
        let told: Vec<_> =
            def.canned.iter().map(|one| (one.id.as_str(), one.text["en"].as_str(), one.shared)).collect();
        assert_eq!(told, [("where", "Here.", false), ("who", "All of us, {texterName} too.", true)]);
        def.take_shared(&[]);
        assert_eq!(def.canned, [reply("where", "Here.")]);

        assert_eq!(
            shared_faults(&[reply("who", "{first_name}, it's {agent name} of {organization}.{disclaimer}")]),
            [""; 0]
        );
        let bad = [
            reply("a", "{ward} {cv:day/soon} {cv:office}"),
            reply("a", " "),
            reply("", "{"),
            reply("c", &"x".repeat(9_000)),
        ];
        let said = shared_faults(&bad).join("; ");
        for words in [
            "{ward/...}",
            "{cv:office/...}",
            "`a` is used twice",
            "`a` has no text",
            "canned[3]",
            "never closed",
            "characters",
        ] {
            assert!(said.contains(words), "{words:?} is not in {said}");
        }
        assert!(!said.contains("cv:day"), "{said}");
    }
}

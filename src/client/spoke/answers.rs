//! What a Spoke server answers, as it writes it.
//!
//! Nearly everything may be null there, and is read so: with the contact cache fields that no script uses are empty, and what
//! needs Redis is null without it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// An id in an output is text, in an answer of a question a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(i64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(id) => Ok(Self(id)),
            Either::Text(text) => {
                text.parse().map(Self).map_err(|_none| serde::de::Error::custom("not a number as id"))
            }
        }
    }
}

/// Null as the default.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list without its null entries; null as none.
pub(super) fn without_nulls<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Option::<Vec<Option<T>>>::deserialize(deserializer)?;
    Ok(list.into_iter().flatten().flatten().collect())
}

/// The person who is signed in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Id.
    pub id: Id,
    /// First name.
    #[serde(default, deserialize_with = "or_default")]
    pub first_name: String,
    /// Last name.
    #[serde(default, deserialize_with = "or_default")]
    pub last_name: String,
    /// What voters read instead of the first name.
    #[serde(default, deserialize_with = "or_default")]
    pub alias: String,
    /// Organizations in which this person texts.
    #[serde(default, deserialize_with = "without_nulls")]
    pub texter_organizations: Vec<Organization>,
    /// They have accepted the server's terms.
    #[serde(default, deserialize_with = "or_default")]
    pub terms: bool,
    /// What they may do in an organization, in Spoke's words, where that was asked.
    #[serde(default, deserialize_with = "without_nulls")]
    pub roles: Vec<String>,
}

impl User {
    /// The name that voters read.
    #[must_use]
    pub fn said_name(&self) -> &str {
        let alias = self.alias.trim();
        if alias.is_empty() { self.first_name.trim() } else { alias }
    }
}

/// An organization.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Id.
    #[serde(default)]
    pub id: Option<Id>,
    /// Name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The notice for who opts out.
    #[serde(default, deserialize_with = "or_default")]
    pub opt_out_message: String,
    /// Its texting hours.
    #[serde(flatten)]
    pub hours: Hours,
    /// Tags that texters may set.
    #[serde(default, deserialize_with = "without_nulls")]
    pub tags: Vec<Tag>,
}

/// Texting hours, of an organization or of a campaign that has its own.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Hours {
    /// They are enforced.
    #[serde(rename = "textingHoursEnforced", default, deserialize_with = "or_default")]
    pub enforced: bool,
    /// First hour.
    #[serde(rename = "textingHoursStart", default)]
    pub start: Option<i8>,
    /// First hour that is too late.
    #[serde(rename = "textingHoursEnd", default)]
    pub end: Option<i8>,
}

/// A tag of the organization.
#[derive(Debug, Clone, Deserialize)]
pub struct Tag {
    /// Id.
    pub id: Id,
    /// Name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// The assignments of a person.
#[derive(Debug, Clone, Deserialize)]
pub struct Todos {
    /// One a campaign.
    #[serde(default, deserialize_with = "without_nulls")]
    pub todos: Vec<Todo>,
}

/// One assignment with its counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Todo {
    /// Id of the assignment.
    pub id: Id,
    /// More contacts can be asked for: a suggested count, or 1 and 0.
    #[serde(default, deserialize_with = "or_default")]
    pub has_unassigned_contacts_for_texter: u64,
    /// Its campaign.
    pub campaign: TodoCampaign,
    /// First texts to send now.
    #[serde(default, deserialize_with = "or_default")]
    pub unmessaged_count: u64,
    /// Replies that wait.
    #[serde(default, deserialize_with = "or_default")]
    pub unreplied_count: u64,
    /// Held back: it is outside hours there.
    #[serde(default, deserialize_with = "or_default")]
    pub bad_timezone_count: u64,
    /// Texted, no answer yet.
    #[serde(default, deserialize_with = "or_default")]
    pub total_messaged_count: u64,
    /// In conversation.
    #[serde(default, deserialize_with = "or_default")]
    pub past_messages_count: u64,
    /// Skipped, or closed.
    #[serde(default, deserialize_with = "or_default")]
    pub skipped_messages_count: u64,
    /// All in hand but those who opted out.
    #[serde(default, deserialize_with = "or_default")]
    pub all_contacts_count: u64,
    /// The most that the campaign's admins let this person have.
    #[serde(default)]
    pub max_contacts: Option<u64>,
}

/// The campaign of a [`Todo`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TodoCampaign {
    /// Its number, if it is told.
    #[serde(default)]
    pub id: Option<Id>,
    /// Title.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// Closed.
    #[serde(default, deserialize_with = "or_default")]
    pub is_archived: bool,
}

/// An assignment with its campaign.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// Id.
    pub id: Id,
    /// More contacts can be asked for.
    #[serde(default, deserialize_with = "or_default")]
    pub has_unassigned_contacts_for_texter: u64,
    /// Whose it is.
    #[serde(default)]
    pub texter: Option<User>,
    /// Canned replies.
    #[serde(default, deserialize_with = "without_nulls")]
    pub campaign_canned_responses: Vec<Canned>,
    /// Its campaign.
    pub campaign: Campaign,
}

/// A canned reply.
#[derive(Debug, Clone, Deserialize)]
pub struct Canned {
    /// Id.
    pub id: Id,
    /// Title.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// Text with merge fields.
    #[serde(default, deserialize_with = "or_default")]
    pub text: String,
    /// Tags that the server sets with it.
    #[serde(rename = "tagIds", default, deserialize_with = "without_nulls")]
    pub tag_ids: Vec<Id>,
}

/// A campaign.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Campaign {
    /// Title.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// What texters are told of it.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Closed.
    #[serde(default, deserialize_with = "or_default")]
    pub is_archived: bool,
    /// Texters ask for contacts.
    #[serde(default, deserialize_with = "or_default")]
    pub use_dynamic_assignment: bool,
    /// Contacts at once.
    #[serde(default)]
    pub batch_size: Option<u32>,
    /// First texts end a day after this.
    #[serde(default)]
    pub due_by: Option<Timestamp>,
    /// Zone of contacts without one, with hours of its own.
    #[serde(default, deserialize_with = "or_default")]
    pub timezone: String,
    /// Columns of the list.
    #[serde(default, deserialize_with = "without_nulls")]
    pub custom_fields: Vec<String>,
    /// It has hours of its own.
    #[serde(default, deserialize_with = "or_default")]
    pub override_organization_texting_hours: bool,
    /// Its texting hours.
    #[serde(flatten)]
    pub hours: Hours,
    /// The script, flat.
    #[serde(default, deserialize_with = "without_nulls")]
    pub interaction_steps: Vec<Step>,
    /// What its texters' page has.
    #[serde(default, rename = "texterUIConfig")]
    pub texter_ui_config: Option<TexterUi>,
    /// Its organization.
    #[serde(default, deserialize_with = "or_default")]
    pub organization: Organization,
}

/// What a campaign puts on its texters' page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TexterUi {
    /// Boxes beside the conversation, by their names.
    #[serde(default, deserialize_with = "without_nulls")]
    pub sidebox_choices: Vec<String>,
    /// What is set of them: JSON in a text, empty where nothing is.
    #[serde(default, deserialize_with = "or_default")]
    pub options: String,
}

impl TexterUi {
    /// First texts may be changed, unless the box for that is switched off.
    #[must_use]
    pub fn edits_first_texts(&self) -> bool {
        let set: serde_json::Value = serde_json::from_str(&self.options).unwrap_or_default();
        match set.get("default-editinitial") {
            Some(serde_json::Value::Bool(on)) => *on,
            Some(serde_json::Value::String(word)) => {
                !matches!(word.to_lowercase().as_str(), "off" | "false" | "0" | "no")
            }
            _ => true,
        }
    }
}

/// A campaign's own canned replies.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CannedOf {
    /// All of them.
    #[serde(default, deserialize_with = "without_nulls")]
    pub canned_responses: Vec<Canned>,
}

/// A step of the script.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// Id; an answer to its question is kept under it.
    pub id: Id,
    /// What is said on coming here.
    #[serde(default, deserialize_with = "or_default")]
    pub script: String,
    /// What is asked then.
    #[serde(default)]
    pub question: Option<StepQuestion>,
}

/// The question of a step.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepQuestion {
    /// Its words.
    #[serde(default, deserialize_with = "or_default")]
    pub text: String,
    /// The answers.
    #[serde(default, deserialize_with = "without_nulls")]
    pub answer_options: Vec<Choice>,
}

/// An answer to choose.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// Its words, which are also its value.
    #[serde(default, deserialize_with = "or_default")]
    pub value: String,
    /// Where it leads.
    #[serde(default)]
    pub next_interaction_step: Option<Next>,
}

/// Where an answer leads.
#[derive(Debug, Clone, Deserialize)]
pub struct Next {
    /// The step.
    pub id: Id,
    /// What is said there.
    #[serde(default, deserialize_with = "or_default")]
    pub script: String,
}

/// The contacts of an assignment, in short.
#[derive(Debug, Clone, Deserialize)]
pub struct Lines {
    /// One each.
    #[serde(default, deserialize_with = "without_nulls")]
    pub contacts: Vec<Line>,
    /// All in hand, where that was asked.
    #[serde(default, rename = "contactsCount")]
    pub contacts_count: Option<u64>,
}

/// A contact in short.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Id.
    pub id: Id,
    /// First name.
    #[serde(default, deserialize_with = "or_default")]
    pub first_name: String,
    /// Where the conversation stands.
    #[serde(default, deserialize_with = "or_default")]
    pub message_status: String,
    /// When anything last happened.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// A contact in full.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Id.
    pub id: Id,
    /// First name.
    #[serde(default, deserialize_with = "or_default")]
    pub first_name: String,
    /// Last name.
    #[serde(default, deserialize_with = "or_default")]
    pub last_name: String,
    /// The number; empty where the server keeps contacts in its cache.
    #[serde(default, deserialize_with = "or_default")]
    pub cell: String,
    /// Postal code; empty like `cell`.
    #[serde(default, deserialize_with = "or_default")]
    pub zip: String,
    /// Id in the campaign's own list; empty like `cell`.
    #[serde(default, rename = "external_id", deserialize_with = "or_default")]
    pub external_id: String,
    /// Columns of the list: JSON as text.
    #[serde(default)]
    pub custom_fields: serde_json::Value,
    /// Set when the person has opted out.
    #[serde(default)]
    pub opt_out: Option<serde_json::Value>,
    /// The answers so far.
    #[serde(default, deserialize_with = "without_nulls")]
    pub question_response_values: Vec<Answered>,
    /// Where the postal code is.
    #[serde(default)]
    pub location: Option<Location>,
    /// Where the conversation stands.
    #[serde(default, deserialize_with = "or_default")]
    pub message_status: String,
    /// When anything last happened.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// The conversation; empty while nothing was sent, whatever the server has.
    #[serde(default, deserialize_with = "without_nulls")]
    pub messages: Vec<Message>,
    /// Tags.
    #[serde(default, deserialize_with = "without_nulls")]
    pub tags: Vec<ContactTag>,
}

impl Contact {
    /// The columns, whether they came as text or as an object.
    #[must_use]
    pub fn columns(&self) -> BTreeMap<String, String> {
        let object = match &self.custom_fields {
            serde_json::Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            other => other.clone(),
        };
        let serde_json::Value::Object(object) = object else { return BTreeMap::new() };
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        object.into_iter().map(|(name, value)| (name, text(value))).collect()
    }
}

/// An answer of a contact.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// The step that asked.
    pub interaction_step_id: Id,
    /// The answer's words.
    #[serde(default, deserialize_with = "or_default")]
    pub value: String,
}

/// Where a postal code is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Location {
    /// City.
    #[serde(default, deserialize_with = "or_default")]
    pub city: String,
    /// State.
    #[serde(default, deserialize_with = "or_default")]
    pub state: String,
    /// Its time.
    #[serde(default)]
    pub timezone: Option<Offset>,
}

/// A time zone as Spoke has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offset {
    /// Hours from UTC in winter.
    pub offset: i8,
    /// An hour more in summer.
    #[serde(default, rename = "hasDST", deserialize_with = "or_default")]
    pub has_dst: bool,
}

/// A text of a conversation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id, or `initial` in the answer to a first text.
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    /// When.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Its words.
    #[serde(default, deserialize_with = "or_default")]
    pub text: String,
    /// The voter wrote it.
    #[serde(default, deserialize_with = "or_default")]
    pub is_from_contact: bool,
    /// Who of the campaign wrote it.
    #[serde(default)]
    pub user_id: Option<Id>,
    /// Pictures and the like.
    #[serde(default, deserialize_with = "without_nulls")]
    pub media: Vec<Media>,
}

/// Something that came with a text.
#[derive(Debug, Clone, Deserialize)]
pub struct Media {
    /// Where it is.
    #[serde(default, deserialize_with = "or_default")]
    pub url: String,
}

/// A tag on a contact.
#[derive(Debug, Clone, Deserialize)]
pub struct ContactTag {
    /// Which.
    pub id: Id,
    /// `RESOLVED` when it was taken off.
    #[serde(default)]
    pub value: Option<String>,
}

/// What came of asking for more contacts.
#[derive(Debug, Clone, Deserialize)]
pub struct Found {
    /// There were some.
    #[serde(default, deserialize_with = "or_default")]
    pub found: bool,
}

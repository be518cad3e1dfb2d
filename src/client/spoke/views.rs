//! What Spoke answers, as our contract says it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::answers::{Assignment, Contact, Line, Message, Offset, TexterUi, Todo};
use super::doubt;
use super::hours::{of_campaign, zones_of};
use super::page::Settings;
use super::plain::plain;
use super::script::{self, LANGUAGE, base62};
use crate::api::assignment::{ContactSummary, ContactView};
use crate::api::campaign::{CampaignState, CampaignTodo, CampaignView};
use crate::domain::campaign::{CampaignDef, CannedReply, Variant};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::safe_text::safe_line;
use crate::domain::script::tidy_name;

/// The one wording of the first text.
pub const VARIANT: &str = "spoke";
/// What is said to who opts out when the organization has no words of its own.
const NOTICE: &str = "You will get no more texts from us. Take care!";
/// Characters of a message shown in a list.
const PREVIEW: usize = 80;

/// Where a conversation stands, in Spoke's words.
#[must_use]
pub fn status(word: &str) -> Status {
    match word {
        "needsMessage" => Status::NeedsMessage,
        "messaged" => Status::Messaged,
        "needsResponse" => Status::NeedsResponse,
        "closed" => Status::Closed,
        // Whatever else stands there (its server checks nothing): somebody has written, nobody waits.
        _ => Status::Convo,
    }
}

/// A line of the list of campaigns.
#[must_use]
pub fn todo(todo: Todo) -> CampaignTodo {
    CampaignTodo {
        id: CampaignId(todo.id.0),
        title: safe_line(&todo.campaign.title),
        state: if todo.campaign.is_archived { CampaignState::Archived } else { CampaignState::Running },
        unsent: todo.unmessaged_count,
        waiting: todo.unreplied_count,
        unassigned: todo.has_unassigned_contacts_for_texter,
        // What its counts tell; nothing tells the rest.
        mine: crate::api::campaign::Mine {
            messaged: todo.total_messaged_count,
            convo: todo.past_messages_count,
            closed: todo.skipped_messages_count,
            ..Default::default()
        },
    }
}

/// An assignment with every count that Spoke's own page of them shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssignmentCounts {
    /// Its number: what `textbank text --campaign` takes.
    pub assignment: CampaignId,
    /// The campaign's title.
    pub title: String,
    /// First texts to send now.
    pub first_texts: u64,
    /// Replies that wait, where it is within texting hours.
    pub replies: u64,
    /// In conversation, answered.
    pub past: u64,
    /// Texted, no answer yet.
    pub texted: u64,
    /// Skipped, or closed.
    pub skipped: u64,
    /// Held back: it is outside texting hours there ("send later").
    pub outside_hours: u64,
    /// All in hand but those who opted out.
    pub all: u64,
    /// Contacts that can be asked for; some servers tell only 1 or 0.
    pub more_to_ask_for: u64,
    /// The most that the campaign's admins let this person have; null: no such number.
    pub most: Option<u64>,
}

/// [`AssignmentCounts`]
#[must_use]
pub fn assignment_counts(todo: Todo) -> AssignmentCounts {
    AssignmentCounts {
        assignment: CampaignId(todo.id.0),
        title: safe_line(&todo.campaign.title),
        first_texts: todo.unmessaged_count,
        replies: todo.unreplied_count,
        past: todo.past_messages_count,
        texted: todo.total_messaged_count,
        skipped: todo.skipped_messages_count,
        outside_hours: todo.bad_timezone_count,
        all: todo.all_contacts_count,
        more_to_ask_for: todo.has_unassigned_contacts_for_texter,
        most: todo.max_contacts,
    }
}

/// A campaign, of which this person has the assignment.
#[must_use]
pub fn campaign(assignment: &Assignment, seq: u64) -> CampaignView {
    let campaign = &assignment.campaign;
    let columns = script::columns(campaign);
    let notice = plain(campaign.organization.opt_out_message.trim());
    let notice = if notice.is_empty() { NOTICE.to_owned() } else { notice };
    let initial = script::first_text(campaign)
        .map(|text| Variant { name: VARIANT.to_owned(), language: LANGUAGE.to_owned(), text })
        .into_iter()
        .collect();
    let canned = assignment
        .campaign_canned_responses
        .iter()
        .filter(|reply| !reply.text.trim().is_empty())
        .map(|reply| CannedReply {
            id: reply.id.0.to_string(),
            title: safe_line(&plain(&reply.title)),
            text: BTreeMap::from([(LANGUAGE.to_owned(), script::script(&reply.text, &columns))]),
            shared: false,
        })
        .collect();
    let def = CampaignDef {
        title: safe_line(&campaign.title),
        organization: safe_line(&campaign.organization.name),
        language: LANGUAGE.to_owned(),
        hours: of_campaign(campaign),
        initial,
        questions: script::questions(campaign),
        canned,
        tags: campaign.organization.tags.iter().map(|tag| safe_line(&tag.name)).collect(),
        opt_out_notice: BTreeMap::from([(LANGUAGE.to_owned(), notice)]),
        visible_fields: SHOWN.iter().map(|name| (*name).to_owned()).collect(),
        slice_size: campaign.batch_size.unwrap_or(200),
        guide: campaign.description.clone(),
        edit_initial: campaign.texter_ui_config.as_ref().is_none_or(TexterUi::edits_first_texts),
        ..CampaignDef::default()
    };
    CampaignView {
        id: CampaignId(assignment.id.0),
        state: if campaign.is_archived { CampaignState::Archived } else { CampaignState::Running },
        script_version: version(&def),
        def,
        recalled: Vec::new(),
        note: None,
        late_owner: None,
        seq,
    }
}

/// What of a campaign there has no place in a campaign file, or another meaning in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct LeftBehind {
    /// Texting hours that are set there and not enforced: first and last hour.
    pub hours_not_enforced: Option<(i8, i8)>,
    /// When it is due; first texts end a day later there.
    pub due: Option<Timestamp>,
    /// Canned replies whose tags the server sets with them: title, and the tags' names (a number where the name is not told).
    pub canned_with_tags: BTreeMap<String, Vec<String>>,
}

/// [`LeftBehind`]
#[must_use]
pub fn left_behind(assignment: &Assignment) -> LeftBehind {
    let campaign = &assignment.campaign;
    let own = campaign.override_organization_texting_hours;
    let hours = if own { &campaign.hours } else { &campaign.organization.hours };
    let set = hours.start.zip(hours.end);
    let named = |id: i64| {
        let known = campaign.organization.tags.iter().find(|tag| tag.id.0 == id);
        known.map_or_else(|| id.to_string(), |tag| safe_line(&tag.name))
    };
    let with_tags = assignment.campaign_canned_responses.iter().filter(|reply| !reply.tag_ids.is_empty());
    LeftBehind {
        hours_not_enforced: set.filter(|_| !hours.enforced),
        due: campaign.due_by,
        canned_with_tags: with_tags
            .map(|reply| (safe_line(&plain(&reply.title)), reply.tag_ids.iter().map(|id| named(id.0)).collect()))
            .collect(),
    }
}

/// What a texter sees of a contact there, besides the first name.
const SHOWN: [&str; 3] = ["lastName", "city", "state"];

/// Spoke has no number for a script's version: it is made from the words.
fn version(def: &CampaignDef) -> u32 {
    let bytes = serde_json::to_vec(def).unwrap_or_default();
    let hash = blake3::hash(&bytes);
    let mut four = [0; 4];
    four.copy_from_slice(&hash.as_bytes()[..4]);
    u32::from_le_bytes(four)
}

/// A contact of whom only the line of the list is known.
#[must_use]
pub fn summary_of_line(line: &Line, assignment: i64, now: Timestamp) -> ContactSummary {
    let status = status(&line.message_status);
    let updated_at = line.updated_at.unwrap_or(now);
    ContactSummary {
        id: ContactId(line.id.0),
        campaign: CampaignId(assignment),
        first_name: safe_line(&tidy_name(&line.first_name)),
        status,
        opt_out: OptOut::No,
        epoch: 0,
        waiting_since: (status == Status::NeedsResponse).then_some(updated_at),
        preview: String::new(),
        last_seq: 0,
        foreign_seq: 0,
        updated_at,
        tags: Vec::new(),
        language: None,
        snoozed_until: None,
    }
}

/// True for a text of the voter's or of another texter.
#[must_use]
pub fn is_foreign(message: &Message, me: i64) -> bool {
    message.is_from_contact || message.user_id.is_some_and(|user| user.0 != me)
}

/// The line of the list for a contact with its conversation. `judged`: see [`doubt::undecided`].
#[must_use]
pub fn summary(contact: &Contact, assignment: i64, me: i64, judged: Option<&str>, now: Timestamp) -> ContactSummary {
    let status = status(&contact.message_status);
    let number = |at: usize| u64::try_from(at + 1).unwrap_or(u64::MAX);
    let foreign = contact.messages.iter().rposition(|message| is_foreign(message, me));
    let last = contact.messages.last();
    // Since the first of the texts that nobody has answered.
    let answered = contact.messages.iter().rposition(|message| !message.is_from_contact).map_or(0, |at| at + 1);
    let first_open = contact.messages.get(answered).and_then(|message| message.created_at);
    let updated_at = contact.updated_at.or_else(|| last.and_then(|message| message.created_at)).unwrap_or(now);
    ContactSummary {
        id: ContactId(contact.id.0),
        campaign: CampaignId(assignment),
        first_name: safe_line(&tidy_name(&contact.first_name)),
        status,
        opt_out: doubt::stands(contact, judged),
        epoch: 0,
        waiting_since: (status == Status::NeedsResponse).then(|| first_open.unwrap_or(updated_at)),
        preview: last.map(|message| preview(&message.text)).unwrap_or_default(),
        last_seq: last.map_or(0, |_| u64::try_from(contact.messages.len()).unwrap_or(u64::MAX)),
        foreign_seq: foreign.map_or(0, number),
        updated_at,
        tags: Vec::new(),
        language: None,
        snoozed_until: None,
    }
}

fn preview(text: &str) -> String {
    let line = safe_line(text);
    match line.char_indices().nth(PREVIEW) {
        Some((end, _)) => line[..end].to_owned(),
        None => line,
    }
}

/// A contact in full.
#[must_use]
pub fn contact(
    contact: &Contact,
    assignment: &Assignment,
    settings: &Settings,
    (me, judged): (i64, Option<&str>),
    now: Timestamp,
) -> ContactView {
    let mut fields = contact.columns();
    let note = fields.get("notes").cloned().unwrap_or_default();
    let location = contact.location.clone().unwrap_or_default();
    let texter = assignment.texter.as_ref();
    for (name, value) in [
        ("city", location.city.clone()),
        ("state", location.state.clone()),
        ("lastName", tidy_name(&contact.last_name)),
        ("firstName", tidy_name(&contact.first_name)),
        ("cell", contact.cell.clone()),
        ("zip", contact.zip.clone()),
        ("external_id", contact.external_id.clone()),
        ("contactId", contact.id.0.to_string()),
        ("contactIdBase62", base62(contact.id.0)),
        ("texterLastName", texter.map(|texter| texter.last_name.trim().to_owned()).unwrap_or_default()),
    ] {
        // A column of the list of the same name is what the campaign has said; the others are the contact's own.
        if matches!(name, "city" | "state") && fields.get(name).is_some_and(|value| !value.trim().is_empty()) {
            continue;
        }
        fields.insert(name.to_owned(), value);
    }
    // What is filled in is sent: it is written as it will be kept.
    fields.values_mut().for_each(|value| *value = plain(value));
    let offset: Option<Offset> = location.timezone;
    let tag_name = |id: i64| assignment.campaign.organization.tags.iter().find(|tag| tag.id.0 == id);
    ContactView {
        summary: summary(contact, assignment.id.0, me, judged, now),
        fields,
        visible: SHOWN.iter().map(|name| (*name).to_owned()).collect(),
        zones: zones_of(offset, &assignment.campaign, settings),
        language: None,
        variant: VARIANT.to_owned(),
        answers: contact
            .question_response_values
            .iter()
            .map(|answer| (answer.interaction_step_id.0.to_string(), answer.value.clone()))
            .collect(),
        tags: contact
            .tags
            .iter()
            .filter(|tag| tag.value.as_deref() != Some(RESOLVED))
            .filter_map(|tag| tag_name(tag.id.0).map(|tag| safe_line(&tag.name)))
            .collect(),
        note,
        wrong_number: false,
    }
}

/// The value of a tag that was taken off.
pub const RESOLVED: &str = "RESOLVED";

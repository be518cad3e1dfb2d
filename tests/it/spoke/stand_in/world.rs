//! People, campaigns, contacts and texts of the stand-in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Fault, Habits, Trouble};

/// The texter.
pub const TESS: i64 = 2;
/// An admin, who also texts.
pub const ADA: i64 = 1;
/// The campaign; each person's assignment in it has ten times that number plus their own.
pub const CAMPAIGN: i64 = 1;

/// A contact.
#[derive(Debug, Clone)]
pub struct Contact {
    pub id: i64,
    pub assignment: Option<i64>,
    pub first_name: String,
    pub last_name: String,
    pub cell: String,
    pub zip: String,
    pub custom: BTreeMap<String, String>,
    pub status: String,
    pub updated_at: Timestamp,
    /// Winter offset and summer time of the postal code.
    pub zone: Option<(i8, bool)>,
    pub opted_out: bool,
    pub answers: BTreeMap<i64, String>,
    pub tags: BTreeMap<i64, Option<String>>,
}

/// A text.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: i64,
    pub contact: i64,
    pub text: String,
    pub inbound: bool,
    pub user: Option<i64>,
    pub at: Timestamp,
}

/// Everything.
#[derive(Debug, Default)]
pub struct World {
    pub contacts: BTreeMap<i64, Contact>,
    pub messages: Vec<Message>,
    /// Merged into the campaign's own fields.
    pub campaign: Value,
    pub organization: Value,
    pub faults: VecDeque<Fault>,
    /// What goes wrong with the next requests of a name; of any name where it is empty.
    pub troubles: VecDeque<(&'static str, Trouble)>,
    pub habits: Habits,
    /// Names of the operations, in the order they came.
    pub asked: Vec<String>,
    /// Persons who have joined; the others are known and may not text.
    pub joined: BTreeSet<i64>,
    /// Persons who have accepted the terms.
    pub agreed: BTreeSet<i64>,
    /// The carrier's error of a contact.
    pub errors: BTreeMap<i64, i64>,
    /// Canned replies named with texts.
    pub canned: Vec<(i64, String)>,
    /// Who was opted out, and how many messages there were by then.
    pub opted_out_at: Vec<(i64, usize)>,
    /// Opt-outs that were recorded as made without a notice.
    pub silent_opt_outs: usize,
}

impl World {
    /// A campaign with so many contacts in Tess's hands.
    pub fn with_contacts(count: i64, now: Timestamp) -> Self {
        let mut world = Self { joined: [ADA, TESS].into(), ..Self::default() };
        world.add_contacts(1, count, Some(Self::assignment_of(TESS)), now);
        world
    }

    /// A person's assignment in the campaign.
    pub fn assignment_of(user: i64) -> i64 {
        CAMPAIGN * 10 + user
    }

    pub fn add_contacts(&mut self, from: i64, count: i64, assignment: Option<i64>, now: Timestamp) {
        const FIRST: [&str; 8] = ["Kei", "Cora", "Quinn", "Nadia", "Ben", "Sam", "Elena", "Rosa"];
        const LAST: [&str; 6] = ["Eklund", "Reyes", "Grady", "Castillo", "Sato", "Vance"];
        for id in from..from + count {
            let pick = |list: &[&str]| list[usize::try_from(id).unwrap_or(0) % list.len()].to_owned();
            let custom = [
                ("city_name", "Riverton".to_owned()),
                ("polling_place", format!("School No. {}", id % 12 + 1)),
                ("event_date", "June 4".to_owned()),
            ];
            let contact = Contact {
                id,
                assignment,
                first_name: pick(&FIRST),
                last_name: pick(&LAST),
                cell: format!("+1212555{:04}", id % 10_000),
                zip: "10001".to_owned(),
                custom: custom.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                status: "needsMessage".to_owned(),
                updated_at: now,
                zone: Some((-5, true)),
                opted_out: false,
                answers: BTreeMap::new(),
                tags: BTreeMap::new(),
            };
            self.contacts.insert(id, contact);
        }
    }

    /// Texts that reached the carrier, or may have: each row but the voter's.
    pub fn sent_to(&self, contact: i64) -> Vec<&Message> {
        self.messages.iter().filter(|message| message.contact == contact && !message.inbound).collect()
    }

    /// A text of a texter's is stored; the contact counts as texted unless the server is killed in between (`stuck`).
    pub fn store(&mut self, contact: i64, user: i64, text: &str, now: Timestamp, stuck: bool) {
        let id = i64::try_from(self.messages.len()).unwrap_or(0) + 1;
        let text = as_kept(text);
        self.messages.push(Message { id, contact, text, inbound: false, user: Some(user), at: now });
        if stuck {
            return;
        }
        if let Some(contact) = self.contacts.get_mut(&contact) {
            let answers = matches!(contact.status.as_str(), "needsResponse" | "convo");
            contact.status = if answers { "convo" } else { "messaged" }.to_owned();
            contact.updated_at = now;
        }
    }

    /// What goes wrong with a request of this name.
    pub fn trouble_of(&mut self, name: &str) -> Option<Trouble> {
        let at = self.troubles.iter().position(|(of, _)| of.is_empty() || *of == name)?;
        self.troubles.remove(at).map(|(_, trouble)| trouble)
    }

    /// Makes nulls of the entries over whom the server fails: how many.
    pub fn without_the_broken(&self, data: &mut Value) -> usize {
        let mut count = 0;
        for (place, kinds) in [("/getAssignmentContacts", ["", "*"]), ("/assignment/contacts", ["*", "*"])] {
            for entry in data.pointer_mut(place).and_then(Value::as_array_mut).into_iter().flatten() {
                let id = entry["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                if self.habits.broken.get(&id).is_some_and(|kind| kinds.contains(kind)) {
                    *entry = Value::Null;
                    count += 1;
                }
            }
        }
        count
    }

    /// Somebody else closes a contact, if they do.
    pub fn skip(&mut self, contact: &Value, they_do: bool) {
        let id = contact.as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
        if let Some(contact) = self.contacts.get_mut(&id).filter(|_| they_do) {
            contact.status = "closed".to_owned();
        }
    }

    /// A voter writes.
    pub fn voter_writes(&mut self, contact: i64, text: &str, now: Timestamp) {
        let id = i64::try_from(self.messages.len()).unwrap_or(0) + 1;
        self.messages.push(Message { id, contact, text: text.to_owned(), inbound: true, user: None, at: now });
        if let Some(contact) = self.contacts.get_mut(&contact) {
            contact.status = "needsResponse".to_owned();
            contact.updated_at = now;
        }
    }

    /// The campaign as an assignment shows it.
    pub fn campaign_value(&self) -> Value {
        let option = |value: &str, id: i64, script: &str| json!({ "value": value, "interactionStepId": id, "nextInteractionStep": { "id": id.to_string(), "script": script } });
        let mut campaign = json!({
            "id": CAMPAIGN.to_string(), "joinToken": "3b4d6ff6-9c21-4d18-8f9f-b9c029dcb406", "title": "June 4 GOTV - assigned", "description": "GOTV", "isArchived": false,
            "useDynamicAssignment": false, "batchSize": 50, "dueBy": "2027-06-04T00:00:00.000Z", "timezone": "US/Eastern",
            "customFields": ["city_name", "polling_place", "event_date"],
            "overrideOrganizationTextingHours": false, "textingHoursEnforced": true, "textingHoursStart": 9, "textingHoursEnd": 21,
            "texterUIConfig": { "options": "", "sideboxChoices": ["default-editinitial", "tag-contact"] },
            "interactionSteps": [
                { "id": "1", "script": "Hi {firstName}, it\u{2019}s {texterAliasOrFirstName} with Riverton Votes. Election day is {event_date} and you vote at {polling_place}. Can we count on you?",
                  "question": { "text": "Will they vote on June 4?", "answerOptions": [
                    option("Yes", 2, "Great, {firstName}! Could you also knock doors with us in {city_name}?"),
                    option("No", 5, "Thanks for telling us, {firstName}."),
                    option("Undecided", 6, "Polls are open 7am-8pm. Any questions?") ] } },
                { "id": "2", "script": "Great, {firstName}! Could you also knock doors with us in {city_name}?",
                  "question": { "text": "Will they knock doors?", "answerOptions": [
                    option("Yes", 3, "Wonderful, we will call you."), option("Not now", 4, "No problem, thank you!") ] } },
                { "id": "3", "script": "Wonderful, we will call you.", "question": { "text": "", "answerOptions": [] } },
                { "id": "4", "script": "No problem, thank you!", "question": { "text": "", "answerOptions": [] } },
                { "id": "5", "script": "Thanks for telling us, {firstName}.", "question": { "text": "", "answerOptions": [] } },
                { "id": "6", "script": "Polls are open 7am-8pm. Any questions?", "question": { "text": "", "answerOptions": [] } },
            ],
            "organization": self.organization_value(),
        });
        merge(&mut campaign, &self.campaign);
        campaign
    }

    pub fn organization_value(&self) -> Value {
        let mut organization = json!({
            "id": "1", "uuid": "3b4d6ff6-9c21-4d18-8f9f-b9c029dcb406", "name": "Riverton Votes",
            "optOutMessage": "I'm opting you out of texts immediately. Have a great day.",
            "textingHoursEnforced": false, "textingHoursStart": 9, "textingHoursEnd": 21,
            "tags": [{ "id": "1", "name": "needs-followup" }, { "id": "2", "name": "spanish" }, { "id": "3", "name": "hostile" }],
        });
        merge(&mut organization, &self.organization);
        organization
    }

    /// The hours that are enforced, as first hour and first hour that is too late.
    pub fn hours(&self) -> Option<(i64, i64)> {
        let campaign = self.campaign_value();
        let own = campaign["overrideOrganizationTextingHours"].as_bool() == Some(true);
        let of = if own { campaign } else { self.organization_value() };
        (of["textingHoursEnforced"].as_bool() == Some(true))
            .then(|| (of["textingHoursStart"].as_i64().unwrap_or(9), of["textingHoursEnd"].as_i64().unwrap_or(21)))
    }

    /// The hour where a contact is, by its offset and New York's summer time.
    pub fn hour_at(&self, contact: &Contact, now: Timestamp) -> i64 {
        let (offset, summer) = contact.zone.unwrap_or((-5, true));
        let new_york = jiff::tz::TimeZone::get("America/New_York").expect("a zone").to_offset(now).seconds();
        let summer = i64::from(summer && new_york == -4 * 3600);
        (now.as_second() / 3600 + i64::from(offset) + summer).rem_euclid(24)
    }
}

/// What the server makes of look-alikes, as far as texts here have any.
pub fn as_kept(text: &str) -> String {
    let mut kept = text.to_owned();
    for (fancy, plain) in [
        ("\u{2019}", "'"),
        ("\u{2018}", "'"),
        ("\u{201c}", "\""),
        ("\u{201d}", "\""),
        ("\u{2014}", "-"),
        ("\u{2026}", "... "),
    ] {
        kept = kept.replace(fancy, plain);
    }
    kept
}

fn merge(into: &mut Value, from: &Value) {
    if let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) {
        into.extend(from.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

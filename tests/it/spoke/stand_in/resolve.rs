//! What each field of the schema answers.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use serde_json::{Value, json};

use super::world::{ADA, TESS, World};
use super::{Fault, StandIn, watch};

/// An object of the schema with its plain fields; lists that take a filter are looked up.
pub struct Object {
    pub kind: String,
    pub value: Value,
    pub here: StandIn,
    pub user: Option<i64>,
    /// What goes wrong with this request's text.
    pub fault: Option<Fault>,
    /// Each resolver fails.
    pub fails: bool,
}

impl Object {
    fn of(&self, kind: &str, value: Value) -> Self {
        let here = self.here.clone();
        Self { kind: kind.to_owned(), value, here, user: self.user, fault: self.fault, fails: self.fails }
    }

    fn resolved<'x>(&self, kind: &str, value: Value) -> ResolvedValue<'x> {
        match value {
            Value::Array(list) => {
                let items: Vec<_> = list.into_iter().map(|item| Ok(self.resolved(kind, item))).collect();
                ResolvedValue::List(Box::new(items.into_iter()))
            }
            Value::Object(_)
                if self.here.schema.get_object(kind).is_some() || self.here.schema.get_union(kind).is_some() =>
            {
                ResolvedValue::Object(Box::new(self.of(kind, value)))
            }
            leaf => ResolvedValue::Leaf(leaf.into()),
        }
    }
}

pub fn error(message: &str) -> FieldError {
    FieldError { message: message.to_owned() }
}

pub fn unauthorized() -> FieldError {
    error("You are not authorized to access that resource.")
}

/// What the server says without a session.
fn nobody() -> FieldError {
    error("Cannot read properties of undefined (reading 'id')")
}

fn id_in(arguments: &Value, name: &str) -> Option<i64> {
    arguments[name].as_str().and_then(|id| id.parse().ok())
}

impl ObjectValue for Object {
    fn type_name(&self) -> &str {
        // Of a union the value says which one it is.
        self.value["kind"].as_str().unwrap_or(&self.kind)
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let arguments = serde_json::to_value(info.arguments()).unwrap_or_default();
        let kind = info.field_definition().ty.inner_named_type().as_str();
        let broken = self.kind == "CampaignContact" && self.here.world().habits.broken_field == Some(info.field_name());
        let id: Option<i64> = self.value["id"].as_str().and_then(|id| id.parse().ok());
        let of_one = id.and_then(|id| self.here.world().habits.broken.get(&id).copied());
        let broken = broken || (self.kind == "CampaignContact" && of_one == Some(info.field_name()));
        if self.fails || broken {
            return Err(error("the database is busy"));
        }
        let value = match (self.kind.as_str(), info.field_name()) {
            ("RootQuery", name) => self.query(name, &arguments)?,
            ("RootMutation", name) => self.change(name, &arguments)?,
            ("User", "organizations") => {
                let texts = self.user.is_some_and(|user| self.here.world().joined.contains(&user));
                let role = arguments["role"].as_str().unwrap_or_default();
                let may = texts && (role == "TEXTER" || self.user == Some(ADA));
                json!(if may { vec![self.here.world().organization_value()] } else { Vec::new() })
            }
            ("User", "roles") if !self.value["roles"].is_array() => {
                let id = self.value["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                watch::roles(&self.here.world(), id)
            }
            ("User", "terms") => {
                let id = self.value["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                json!(self.here.world().agreed.contains(&id))
            }
            ("User", "profileComplete") => json!(!self.here.world().habits.profile),
            ("Organization", "campaigns") => watch::campaigns(&self.here.world(), &arguments),
            ("User", "todos") => {
                let user = self.user.unwrap_or_default();
                let archived = self.here.world().campaign_value()["isArchived"].as_bool() == Some(true);
                if archived { json!([]) } else { json!([assignment(&self.here.world(), user)]) }
            }
            ("Assignment", "contacts") => self.contacts(&arguments["contactsFilter"]),
            ("Assignment", "contactsCount") => {
                json!(self.contacts(&arguments["contactsFilter"]).as_array().map_or(0, Vec::len))
            }
            (_, name) => self.value.get(name).cloned().unwrap_or(Value::Null),
        };
        Ok(self.resolved(kind, value))
    }
}

pub fn user_value(user: i64) -> Value {
    match user {
        ADA => {
            json!({ "id": "1", "firstName": "Ada", "lastName": "Admin", "alias": null, "displayName": "Ada Admin", "terms": false })
        }
        TESS => {
            json!({ "id": "2", "firstName": "Tess", "lastName": "Texter", "alias": null, "displayName": "Tess Texter", "terms": false })
        }
        other => {
            json!({ "id": other.to_string(), "firstName": "New", "lastName": "Person", "alias": "", "terms": false })
        }
    }
}

fn assignment(world: &World, user: i64) -> Value {
    let campaign = world.campaign_value();
    let free = world.contacts.values().filter(|contact| contact.assignment.is_none()).count();
    let dynamic = campaign["useDynamicAssignment"].as_bool() == Some(true);
    let canned = canned();
    json!({
        "id": World::assignment_of(user).to_string(), "maxContacts": null, "texter": user_value(user), "campaign": campaign,
        "hasUnassignedContactsForTexter": if dynamic { free } else { 0 }, "campaignCannedResponses": canned,
    })
}

pub fn canned() -> Value {
    json!([
        { "id": "2", "title": "Where do I vote?", "text": "You vote at {polling_place}, {firstName}.", "tagIds": [] },
        { "id": "3", "title": "Who is this?", "text": "I\u{2019}m {texterAliasOrFirstName}, a volunteer with Riverton Votes.", "tagIds": [] },
        { "id": "1", "title": "Wrong number", "text": "Sorry about that, we'll take this number off our list.", "tagIds": ["1"] },
    ])
}

impl Object {
    fn query(&self, name: &str, arguments: &Value) -> Result<Value, FieldError> {
        match name {
            "currentUser" => Ok(self.user.map_or(Value::Null, user_value)),
            "user" => Ok(user_value(self.user.ok_or_else(nobody)?)),
            "assignment" => {
                let user = self.user.ok_or_else(nobody)?;
                let mine = World::assignment_of(user);
                let wanted = match id_in(arguments, "contactId") {
                    Some(contact) => self.here.world().contacts.get(&contact).and_then(|contact| contact.assignment),
                    None => id_in(arguments, "assignmentId"),
                };
                if wanted != Some(mine) || self.here.world().habits.unreadable {
                    return Err(unauthorized());
                }
                Ok(assignment(&self.here.world(), user))
            }
            "organization" | "campaign" | "people" | "conversations" => self.watch(name, arguments),
            _ => Err(error("not in this stand-in")),
        }
    }

    /// The contacts of an assignment that a filter lets pass.
    fn contacts(&self, filter: &Value) -> Value {
        let world = self.here.world();
        let mine: i64 = self.value["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
        let now = self.here.clock.now();
        let wanted = filter["messageStatus"].as_str().map(|list| list.split(',').collect::<Vec<_>>());
        let due = world.campaign_value()["dueBy"].as_str().and_then(|due| due.parse::<jiff::Timestamp>().ok());
        let past = due.is_some_and(|due| now > due + jiff::SignedDuration::from_hours(24));
        let mut found: Vec<Value> = world
            .contacts
            .values()
            .filter(|contact| contact.assignment == Some(mine))
            .filter(|contact| wanted.as_ref().is_none_or(|wanted| wanted.contains(&contact.status.as_str())))
            .filter(|contact| !(past && contact.status == "needsMessage"))
            .filter(|contact| filter["isOptedOut"].as_bool().is_none_or(|out| contact.opted_out == out))
            .filter(|contact| {
                let open = world.hours().is_none_or(|(start, end)| (start..end).contains(&world.hour_at(contact, now)));
                filter["validTimezone"].as_bool().is_none_or(|valid| open == valid)
            })
            .map(|contact| contact_value(&world, contact.id))
            .collect();
        if world.habits.nulls {
            found.push(Value::Null);
        }
        json!(found)
    }

    fn change(&self, name: &str, arguments: &Value) -> Result<Value, FieldError> {
        if name == "getOptOutMessage" {
            return Ok(arguments["defaultMessage"].clone());
        }
        let user = self.user.ok_or_else(nobody)?;
        match name {
            "reassignCampaignContacts" | "bulkReassignCampaignContacts" => return self.steer(name, arguments),
            "editCampaignContactMessageStatus" if arguments["campaignIdsContactIds"].is_array() => {
                return self.set_statuses(arguments);
            }
            _ => {}
        }
        let now = self.here.clock.now();
        let mut world = self.here.world();
        let contact = id_in(arguments, "campaignContactId");
        match name {
            "getAssignmentContacts" => {
                let mine = World::assignment_of(user);
                if id_in(arguments, "assignmentId") != Some(mine) || world.habits.unreadable {
                    return Err(unauthorized());
                }
                let ids = arguments["contactIds"].as_array().cloned().unwrap_or_default();
                let breaks = |id: &Value| {
                    let id = id.as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                    world.habits.broken.get(&id) == Some(&"!")
                };
                if ids.iter().any(breaks) {
                    return Err(error("the data is damaged"));
                }
                let one = |id: &Value| {
                    let id = id.as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                    let there = world.contacts.get(&id).is_some_and(|contact| contact.assignment == Some(mine));
                    if there { contact_value(&world, id) } else { Value::Null }
                };
                Ok(json!(ids.iter().map(one).collect::<Vec<_>>()))
            }
            "sendMessage" => {
                world.habits.signed_out |= world.habits.signed_out_after_a_text;
                world.habits.broken_field = world.habits.broken_field.or(world.habits.broken_field_after_a_text.take());
                let id = contact.filter(|id| world.contacts.contains_key(id));
                let id = id.ok_or_else(|| {
                    error("The loader.load() function must be called with a value, but got: undefined.")
                })?;
                send(&mut world, id, user, arguments, self.fault, now)
            }
            "createOptOut" => {
                world.silent_opt_outs += usize::from(arguments["noReply"].as_bool() == Some(true));
                let at = world.messages.len();
                world.opted_out_at.push((contact.unwrap_or_default(), at));
                let cell = world.contacts.get(&contact.unwrap_or_default()).map(|contact| contact.cell.clone());
                for other in world.contacts.values_mut().filter(|other| Some(&other.cell) == cell.as_ref()) {
                    other.opted_out = true;
                    other.updated_at = now;
                }
                Ok(
                    json!({ "id": contact.unwrap_or_default().to_string(), "optOut": { "id": "optout", "createdAt": null } }),
                )
            }
            "userAgreeTerms" => {
                world.agreed.insert(id_in(arguments, "userId").unwrap_or_default());
                Ok(user_value(user))
            }
            "joinOrganization" => {
                if arguments["organizationUuid"].as_str() != Some("3b4d6ff6-9c21-4d18-8f9f-b9c029dcb406") {
                    return Err(error("Invalid join request"));
                }
                world.joined.insert(user);
                Ok(world.organization_value())
            }
            "dynamicReassign" => {
                if arguments["joinToken"].as_str() != Some("3b4d6ff6-9c21-4d18-8f9f-b9c029dcb406") {
                    return Err(error("Invalid campaign. Please contact your organization administrator."));
                }
                for contact in world.contacts.values_mut().filter(|contact| contact.status == "needsResponse") {
                    contact.assignment = Some(World::assignment_of(user));
                }
                Ok(json!("1"))
            }
            "findNewCampaignContact" if arguments["batchType"].as_str() == Some("vetted-takeconversations") => {
                let mine = World::assignment_of(user);
                let others =
                    |one: &&mut super::world::Contact| one.status == "needsResponse" && one.assignment != Some(mine);
                let mut taken = 0;
                for contact in world.contacts.values_mut().filter(others) {
                    contact.assignment = Some(mine);
                    taken += 1;
                }
                Ok(json!({ "found": taken > 0, "assignment": assignment(&world, user) }))
            }
            "findNewCampaignContact" => {
                let waits = world
                    .contacts
                    .values()
                    .any(|one| one.assignment == Some(World::assignment_of(user)) && one.status == "needsResponse");
                let most = world.campaign_value()["batchSize"].as_i64().unwrap_or(50);
                let want = arguments["numberContacts"].as_i64().unwrap_or(0).min(most);
                let free: Vec<i64> =
                    world.contacts.values().filter(|one| one.assignment.is_none()).map(|one| one.id).collect();
                let take = if waits { 0 } else { usize::try_from(want).unwrap_or(0).min(free.len()) };
                for id in &free[..take] {
                    if let Some(contact) = world.contacts.get_mut(id) {
                        contact.assignment = Some(World::assignment_of(user));
                    }
                }
                Ok(json!({ "found": take > 0, "assignment": assignment(&world, user) }))
            }
            "releaseContacts" => {
                let all = arguments["releaseConversations"].as_bool() == Some(true);
                for contact in
                    world.contacts.values_mut().filter(|one| one.assignment == Some(World::assignment_of(user)))
                {
                    if all || contact.status == "needsMessage" {
                        contact.assignment = None;
                    }
                }
                Ok(assignment(&world, user))
            }
            _ => {
                let id = contact.unwrap_or_default();
                about_contact(&mut world, name, id, arguments, now)
            }
        }
    }
}

fn about_contact(
    world: &mut World,
    name: &str,
    id: i64,
    arguments: &Value,
    now: jiff::Timestamp,
) -> Result<Value, FieldError> {
    let contact = world.contacts.get_mut(&id).ok_or_else(unauthorized)?;
    contact.updated_at = now;
    match name {
        "editCampaignContactMessageStatus" => {
            contact.status = arguments["messageStatus"].as_str().unwrap_or_default().to_owned();
            Ok(json!([{ "id": id.to_string(), "messageStatus": contact.status }]))
        }
        "updateQuestionResponses" => {
            let read = |one: &Value| {
                let step = one["interactionStepId"].as_str().and_then(|step| step.parse().ok()).unwrap_or_default();
                (step, one["value"].as_str().unwrap_or_default().to_owned())
            };
            contact.answers = arguments["questionResponses"].as_array().into_iter().flatten().map(read).collect();
            Ok(json!(id.to_string()))
        }
        "deleteQuestionResponses" => {
            for step in arguments["interactionStepIds"].as_array().into_iter().flatten() {
                contact.answers.remove(&step.as_str().and_then(|step| step.parse().ok()).unwrap_or_default());
            }
            Ok(json!({ "id": id.to_string() }))
        }
        "updateContactTags" => {
            for tag in arguments["tags"].as_array().into_iter().flatten() {
                let number = tag["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                contact.tags.insert(number, tag["value"].as_str().map(str::to_owned));
            }
            Ok(contact_value(world, id))
        }
        "updateContactCustomFields" => {
            let fields: Value =
                serde_json::from_str(arguments["customFields"].as_str().unwrap_or("{}")).unwrap_or_default();
            for (name, value) in fields.as_object().into_iter().flatten() {
                contact.custom.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
            }
            // As recorded: the answer shows none.
            Ok(json!({ "id": id.to_string(), "customFields": null }))
        }
        _ => Err(error("not in this stand-in")),
    }
}

/// Its checks in their order. It does not look who sends, nor whether the day's window has begun, nor whether it was sent before.
fn send(
    world: &mut World,
    id: i64,
    user: i64,
    arguments: &Value,
    fault: Option<Fault>,
    now: jiff::Timestamp,
) -> Result<Value, FieldError> {
    let contact = &world.contacts[&id];
    let text = arguments["message"]["text"].as_str().unwrap_or_default().to_owned();
    if fault == Some(Fault::Refused) {
        return Err(error("the database is busy"));
    }
    if contact.assignment != id_in(&arguments["message"], "assignmentId") {
        return Err(error("Your assignment has changed"));
    }
    if contact.opted_out {
        return Err(error("Skipped sending because this contact was already opted out"));
    }
    if world.hours().is_some_and(|(_, end)| world.hour_at(contact, now) >= end) {
        return Err(error("Outside permitted texting time for this recipient"));
    }
    let first = contact.status == "needsMessage";
    if let Some(canned) = arguments["cannedResponseId"].as_str() {
        world.canned.push((id, canned.to_owned()));
    }
    let stuck = matches!(fault, Some(Fault::KilledBetween | Fault::FailedBetween));
    world.store(id, user, &text, now, stuck);
    if fault == Some(Fault::FailedBetween) {
        return Err(error("the database is busy"));
    }
    let mut value = contact_value(world, id);
    if first {
        let text = super::world::as_kept(&text);
        value["messages"] =
            json!([{ "id": "initial", "createdAt": now.to_string(), "text": text, "isFromContact": false }]);
    }
    Ok(value)
}

pub fn contact_value(world: &World, id: i64) -> Value {
    let Some(contact) = world.contacts.get(&id) else { return Value::Null };
    let cached = world.habits.cached;
    let hidden = |value: &str| if cached { String::new() } else { value.to_owned() };
    // Of a contact that counts as not texted no message is shown, whatever there is.
    let texted = contact.status != "needsMessage";
    let messages: Vec<Value> = world
        .messages
        .iter()
        .filter(|message| texted && message.contact == id)
        .map(|message| {
            json!({
                "id": message.id.to_string(), "createdAt": message.at.to_string(), "text": message.text, "media": [],
                "isFromContact": message.inbound, "userId": message.user.map(|user| user.to_string()),
            })
        })
        .collect();
    let answers: Vec<Value> =
        contact.answers.iter().map(|(step, value)| json!({ "interactionStepId": step, "value": value })).collect();
    let tags: Vec<Value> = contact
        .tags
        .iter()
        .filter(|(_, value)| value.as_deref() != Some("RESOLVED"))
        .map(|(id, value)| json!({ "id": id.to_string(), "value": value }))
        .collect();
    let location = contact.zone.map(|(offset, summer)| {
        json!({ "city": "New York", "state": "NY", "timezone": { "offset": offset, "hasDST": summer } })
    });
    json!({
        "id": id.to_string(), "assignmentId": contact.assignment.map(|id| id.to_string()), "firstName": contact.first_name,
        "lastName": contact.last_name, "cell": hidden(&contact.cell), "zip": hidden(&contact.zip), "external_id": hidden("VAN"),
        "customFields": json!(contact.custom).to_string(), "messageStatus": contact.status, "updatedAt": contact.updated_at.to_string(),
        "optOut": contact.opted_out.then(|| json!({ "id": "optout" })), "questionResponseValues": answers, "location": location,
        "messages": messages, "tags": tags,
    })
}

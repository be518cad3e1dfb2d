//! What who watches campaigns asks for, and does with many contacts at once.

use std::collections::BTreeMap;

use apollo_compiler::resolvers::FieldError;
use serde_json::{Value, json};

use super::resolve::{Object, contact_value, error, unauthorized, user_value};
use super::world::{ADA, CAMPAIGN, Contact, TESS, World};

/// As recorded.
pub fn roles(world: &World, user: i64) -> Value {
    let all = ["SUSPENDED", "TEXTER", "VETTED_TEXTER", "SUPERVOLUNTEER", "ADMIN", "OWNER"];
    let most = if user == ADA { world.habits.role.unwrap_or(6) } else { 2 };
    json!(all[..most])
}

fn may_watch(here: &Object) -> bool {
    here.user == Some(ADA) && here.here.world().habits.role.is_none_or(|most| most >= 4)
}

fn of_texter(contact: &Contact, texter: Option<i64>) -> bool {
    match texter {
        None => true,
        Some(-2) => contact.assignment.is_none(),
        Some(texter) => contact.assignment == Some(World::assignment_of(texter)),
    }
}

/// Contacts that filters let pass. Null filters break the server's answer.
fn passing(world: &World, arguments: &Value) -> Result<Vec<i64>, FieldError> {
    let (contacts, assignments) = (&arguments["contactsFilter"], &arguments["assignmentsFilter"]);
    if contacts.is_null() || assignments.is_null() {
        return Err(error("Cannot read properties of null (reading 'messageStatus')"));
    }
    let campaign = arguments["campaignsFilter"]["campaignId"].as_i64();
    let wanted = contacts["messageStatus"].as_str().map(|list| list.split(',').collect::<Vec<_>>());
    let tags: Option<Vec<&str>> =
        contacts["tags"].as_array().map(|tags| tags.iter().filter_map(Value::as_str).collect());
    let errors: Option<Vec<i64>> =
        contacts["errorCode"].as_array().map(|codes| codes.iter().filter_map(Value::as_i64).collect());
    let text = arguments["messageTextFilter"].as_str().unwrap_or_default();
    let found = world.contacts.values().filter(|contact| {
        campaign.is_none_or(|campaign| campaign == CAMPAIGN)
            && of_texter(contact, assignments["texterId"].as_i64())
            && wanted.as_ref().is_none_or(|wanted| wanted.contains(&contact.status.as_str()))
            && contacts["isOptedOut"].as_bool().is_none_or(|out| contact.opted_out == out)
            && tags.as_ref().is_none_or(|tags| {
                let on = |id: &i64| tags.contains(&"*") || tags.contains(&id.to_string().as_str());
                contact.tags.iter().any(|(id, value)| value.as_deref() != Some("RESOLVED") && on(id))
            })
            && errors
                .as_ref()
                .is_none_or(|errors| errors.contains(&world.errors.get(&contact.id).copied().unwrap_or(0)))
            && (text.is_empty() || world.messages.iter().any(|m| m.contact == contact.id && m.text.contains(text)))
    });
    Ok(found.map(|contact| contact.id).collect())
}

impl Object {
    pub fn watch(&self, name: &str, arguments: &Value) -> Result<Value, FieldError> {
        if !may_watch(self) {
            return Err(unauthorized());
        }
        let world = self.here.world();
        match name {
            "organization" => Ok(world.organization_value()),
            "campaign" if arguments["id"].as_str() != Some("1") => Ok(Value::Null),
            "campaign" => Ok(watched(&world)),
            "people" => {
                let person = |id: i64| {
                    let mut person = user_value(id);
                    person["roles"] = roles(&world, id);
                    person
                };
                Ok(
                    json!({ "kind": "PaginatedUsers", "users": [person(ADA), person(TESS)], "pageInfo": page(2, arguments) }),
                )
            }
            "conversations" => {
                let found = passing(&world, arguments)?;
                let number = |name: &str| usize::try_from(arguments["cursor"][name].as_u64().unwrap_or(0)).unwrap_or(0);
                let shown = found.iter().skip(number("offset")).take(number("limit"));
                let one = |id: &i64| {
                    let contact = &world.contacts[id];
                    let texter =
                        [ADA, TESS].into_iter().find(|user| contact.assignment == Some(World::assignment_of(*user)));
                    let nobody = json!({ "id": null, "displayName": "null null", "roles": [] });
                    let mut value = contact_value(&world, *id);
                    value["errorCode"] = json!(world.errors.get(id));
                    // Here those that were taken off are shown too.
                    value["tags"] = contact
                        .tags
                        .iter()
                        .map(|(id, value)| json!({ "id": id.to_string(), "value": value }))
                        .collect();
                    json!({
                        "texter": texter.map_or(nobody, user_value), "contact": value,
                        "campaign": { "id": CAMPAIGN.to_string(), "title": world.campaign_value()["title"] },
                    })
                };
                Ok(
                    json!({ "conversations": shown.map(one).collect::<Vec<_>>(), "pageInfo": page(found.len(), arguments) }),
                )
            }
            _ => Err(error("not in this stand-in")),
        }
    }

    pub fn steer(&self, name: &str, arguments: &Value) -> Result<Value, FieldError> {
        if !may_watch(self) {
            return Err(unauthorized());
        }
        let mut world = self.here.world();
        let ids = match name {
            "bulkReassignCampaignContacts" => passing(&world, arguments)?,
            _ => listed(arguments),
        };
        let to = arguments["newTexterUserId"].as_str().and_then(|id| id.parse().ok());
        let assignment = to.filter(|to| *to != -2).map(World::assignment_of);
        for id in ids {
            if let Some(contact) = world.contacts.get_mut(&id) {
                contact.assignment = assignment;
            }
        }
        Ok(json!([{ "campaignId": "1", "assignmentId": assignment.map(|id| id.to_string()) }]))
    }

    pub fn set_statuses(&self, arguments: &Value) -> Result<Value, FieldError> {
        if !may_watch(self) {
            return Err(unauthorized());
        }
        let mut world = self.here.world();
        let ids = listed(arguments);
        for id in &ids {
            if let Some(contact) = world.contacts.get_mut(id) {
                contact.status = arguments["messageStatus"].as_str().unwrap_or_default().to_owned();
            }
        }
        let there = ids.iter().filter(|id| world.contacts.contains_key(*id));
        Ok(there.map(|id| contact_value(&world, *id)).collect())
    }
}

fn listed(arguments: &Value) -> Vec<i64> {
    let list = arguments["campaignIdsContactIds"].as_array().into_iter().flatten();
    list.filter_map(|one| one["campaignContactId"].as_i64()).collect()
}

fn page(total: usize, arguments: &Value) -> Value {
    let cursor = &arguments["cursor"];
    json!({ "limit": cursor["limit"], "offset": cursor["offset"], "total": total, "next": null, "previous": null })
}

pub fn campaigns(world: &World, arguments: &Value) -> Value {
    let archived = world.campaign_value()["isArchived"].as_bool();
    let shown = arguments["campaignsFilter"]["isArchived"].as_bool() == archived;
    let list = if shown { vec![watched(world)] } else { Vec::new() };
    json!({ "kind": "PaginatedCampaigns", "pageInfo": page(list.len(), arguments), "campaigns": list })
}

fn watched(world: &World) -> Value {
    let mut campaign = world.campaign_value();
    let texts = |inbound| world.messages.iter().filter(|message| message.inbound == inbound).count();
    let mut errors: BTreeMap<i64, u64> = BTreeMap::new();
    for code in world.errors.values() {
        *errors.entry(*code).or_default() += 1;
    }
    let error = |(code, count): (&i64, &u64)| {
        let means = if *code == 30003 { json!("Unreachable destination handset") } else { Value::Null };
        json!({ "code": code.to_string(), "count": count, "description": means, "link": null })
    };
    let count = |test: &dyn Fn(&&Contact) -> bool| world.contacts.values().filter(test).count();
    campaign["isStarted"] = json!(true);
    campaign["contactsCount"] = json!(world.contacts.len());
    campaign["stats"] = json!({
        "sentMessagesCount": texts(false), "receivedMessagesCount": texts(true),
        "optOutsCount": count(&|one| one.opted_out), "errorCounts": errors.iter().map(error).collect::<Vec<_>>(),
    });
    // Without Redis all of these are null.
    campaign["completionStats"] = if world.habits.cached {
        json!({
            "contactsCount": world.contacts.len(), "assignedCount": count(&|one| one.assignment.is_some()), "errorCount": world.errors.len(),
            "messagedCount": count(&|one| one.status != "needsMessage"), "needsResponseCount": count(&|one| one.status == "needsResponse"),
        })
    } else {
        json!({ "contactsCount": null, "assignedCount": null, "errorCount": null, "messagedCount": null, "needsResponseCount": null })
    };
    let in_hand = |user: i64| {
        let mine = World::assignment_of(user);
        let mut texter = user_value(user);
        texter["roles"] = roles(world, user);
        json!({ "id": mine.to_string(), "texter": texter })
    };
    campaign["assignments"] = json!([in_hand(TESS), in_hand(ADA)]);
    campaign["cannedResponses"] = super::resolve::canned();
    campaign
}

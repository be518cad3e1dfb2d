//! Some of a campaign's contacts: those of whom a [`Filter`] holds.

use std::fmt::Display;

use crate::domain::campaign::CampaignDef;
use crate::domain::conversation::OptOut;
use crate::domain::filter::{FACTS, Filter, Name, Subject};
use crate::domain::results::ContactResult;
use crate::domain::script::{fold_name, lookup};
use crate::exchange::toml_reader::nearest;

/// What every contact can have, whatever the list's columns are.
const LISTED: [&str; 8] = ["firstName", "lastName", "phone", "external_id", "zip", "state", "language", "timezone"];

impl Subject for ContactResult {
    fn values(&self, name: &Name) -> Vec<String> {
        let word = |value: &dyn Display| vec![value.to_string()];
        let some = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
        match name {
            Name::Status => word(&self.status.as_str()),
            Name::Tag => self.tags.clone(),
            Name::Answer(question) => self.answers.get(question).cloned().into_iter().collect(),
            Name::Rsvp(event) => {
                self.rsvps.get(event).map(|standing| standing.as_str().to_owned()).into_iter().collect()
            }
            Name::Fact(fact) => {
                let yes = |is: bool| word(&if is { "yes" } else { "no" });
                match *fact {
                    "texted" => yes(self.texted_at.is_some()),
                    "replied" => yes(self.answered_at.is_some()),
                    "opted_out" => yes(matches!(self.opt_out, OptOut::Yes { .. })),
                    "wrong_number" => yes(self.wrong_number),
                    "removed" => yes(self.removed),
                    "last_texted" => self.last_text_at.map(|at| at.to_string()).into_iter().collect(),
                    "variant" => some(&self.variant),
                    "delivery" => self.delivery.map(|delivery| delivery.as_str().to_owned()).into_iter().collect(),
                    "texter" => some(&self.texter_name),
                    _ => Vec::new(),
                }
            }
            Name::Field(field) => {
                let contact = &self.listed;
                match fold_name(field).as_str() {
                    "firstname" => word(&contact.first_name),
                    "lastname" => word(&contact.last_name),
                    "phone" | "cell" => word(&contact.phone.as_str()),
                    "externalid" => some(&contact.external_id),
                    "zip" => some(&contact.zip),
                    "state" => some(&contact.state),
                    "language" => some(&contact.language),
                    "timezone" => some(&contact.time_zone),
                    _ => lookup(&contact.fields, field).map(str::to_owned).into_iter().collect(),
                }
            }
        }
    }
}

/// True when they are in the segment. Whoever was taken off the list is in one only that asks about it.
#[must_use]
pub fn is_in(filter: &Filter, contact: &ContactResult) -> bool {
    let asked = || filter.names().into_iter().any(|name| *name == Name::Fact("removed"));
    (!contact.removed || asked()) && filter.holds(contact)
}

/// Names that mean nothing in this campaign, each with what may have been meant: a slip of the pen would be a segment of nobody, or
/// of everybody.
#[must_use]
pub fn unknown_names(filter: &Filter, def: &CampaignDef, columns: &[String]) -> Vec<String> {
    let questions = || def.questions.iter().map(|question| question.id.as_str());
    let known = || LISTED.into_iter().chain(columns.iter().map(String::as_str));
    let mut unknown = Vec::new();
    for name in filter.names() {
        match name {
            Name::Answer(question) if !questions().any(|id| id == question) => {
                let near = nearest(question, questions());
                let ids = questions().collect::<Vec<_>>().join(", ");
                let meant =
                    near.map_or_else(|| format!("It has: {ids}."), |near| format!("Did you mean answer.{near}?"));
                unknown.push(format!("the campaign asks no question `{question}`. {meant}"));
            }
            Name::Rsvp(event) if !def.events.iter().any(|one| one.id == *event) => {
                let ids: Vec<&str> = def.events.iter().map(|one| one.id.as_str()).collect();
                let meant = match nearest(event, ids.iter().copied()) {
                    Some(near) => format!("Did you mean rsvp.{near}?"),
                    None if ids.is_empty() => "It has no events.".to_owned(),
                    None => format!("It has: {}.", ids.join(", ")),
                };
                unknown.push(format!("the campaign has no event `{event}`. {meant}"));
            }
            Name::Field(field) if !known().any(|one| fold_name(one) == fold_name(field)) && field != "cell" => {
                let others = known().chain(["status", "tag"]).chain(FACTS);
                let meant = match nearest(field, others.clone()) {
                    Some(near) => format!("Did you mean {near}?"),
                    None => {
                        format!("There are: answer.QUESTION, rsvp.EVENT, {}.", others.collect::<Vec<_>>().join(", "))
                    }
                };
                unknown.push(format!("nobody has a column `{field}`. {meant}"));
            }
            _ => {}
        }
    }
    unknown
}

//! A contact with all that is known of it, as a segment asks about it.

use std::fmt::Display;

use super::{Filter, Name, Subject};
use crate::domain::conversation::OptOut;
use crate::domain::household;
use crate::domain::results::ContactResult;
use crate::domain::script::{fold_name, lookup};

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
            Name::Earlier(question) => self.earlier_answers.get(question).cloned().into_iter().collect(),
            Name::Campaign => self.texted_in.iter().map(ToString::to_string).collect(),
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
                    "externalid" => {
                        let others = household::members(&contact.fields).into_iter().map(|one| one.id);
                        contact.external_id.iter().cloned().chain(others).collect()
                    }
                    "zip" => some(&contact.zip),
                    "state" => some(&contact.state),
                    "language" => some(&contact.language),
                    "timezone" => some(&contact.time_zone),
                    // The program's own notes of those at a number are no columns.
                    "householdremoved" | "householdpeople" => Vec::new(),
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

//! Some of a campaign's contacts: those of whom a [`Filter`] holds.

use crate::domain::campaign::CampaignDef;
pub use crate::domain::filter::is_in;
use crate::domain::filter::{FACTS, Filter, Name};
use crate::domain::script::fold_name;
use crate::exchange::toml_reader::nearest;

/// What every contact can have, whatever the list's columns are.
const LISTED: [&str; 8] = ["firstName", "lastName", "phone", "external_id", "zip", "state", "language", "timezone"];

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
                let others = known().chain(["status", "tag", "campaign"]).chain(FACTS);
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

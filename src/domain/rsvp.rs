//! Events that a campaign invites people to, and what answers of its survey say about them: who comes (RSVP), and who wants to be
//! asked for something (a ride, a yard sign), which is a queue that somebody works off.
//!
//! What a campaign's feed tells is called an event too: that is the API's `event`, and has nothing to do with these.

use std::collections::BTreeMap;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    contact::Contact,
    ids::ContactId,
    script::fold_name,
    survey::{Answer, Question},
};

/// Longest id of an event and longest name of a queue, in characters.
pub const MAX_NAME: usize = 40;

/// Something that people are invited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignEvent {
    /// Stable key, unique in the campaign: letters, digits, `-` and `_`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// When it ends; after it begins.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// The zone whose time its guests go by (IANA).
    pub zone: String,
    /// Where it is, as people call it.
    pub place: String,
    /// The place's address; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// How many can come; absent: everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
}

impl CampaignEvent {
    /// A moment by the clocks of the place; UTC where the zone is unknown.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC))
    }
}

/// What somebody said about coming.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RsvpAnswer {
    /// They come.
    #[default]
    Yes,
    /// Perhaps.
    Maybe,
    /// They do not come.
    No,
}

impl RsvpAnswer {
    /// Every one by its word.
    pub const ALL: [(&'static str, Self); 3] = [("yes", Self::Yes), ("maybe", Self::Maybe), ("no", Self::No)];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Maybe => "maybe",
            Self::No => "no",
        }
    }

    /// By its word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, answer)| answer)
    }
}

/// What an answer of the survey says about an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rsvp {
    /// The event's id.
    pub event: String,
    /// What it says.
    #[serde(default)]
    pub answer: RsvpAnswer,
    /// Of a yes: for how many people, the one who answers among them.
    #[serde(default = "alone", skip_serializing_if = "is_alone")]
    #[schema(minimum = 1, maximum = 50)]
    pub people: u32,
}

fn alone() -> u32 {
    1
}

fn is_alone(people: &u32) -> bool {
    *people == 1
}

/// Most people that one answer can be for.
pub const MAX_PEOPLE: u32 = 50;

/// What somebody said of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// What.
    pub answer: RsvpAnswer,
    /// For how many people; 1 where they do not come for sure.
    pub people: u32,
    /// To which question.
    pub question: &'a str,
}

/// How somebody stands on the list of an event: whoever said yes first is in, and the others wait in the order in which it was
/// recorded. It is worked out when it is asked for, so a place that gets free is the next one's without anybody's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// They come, and there is a place for them.
    Yes,
    /// They would come, and it is full.
    Waiting,
    /// Perhaps.
    Maybe,
    /// They do not come.
    No,
}

impl Standing {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Waiting => "waiting",
            Self::Maybe => "maybe",
            Self::No => "no",
        }
    }

    /// Of an answer; `full`: those before them have all the places.
    #[must_use]
    pub fn of(answer: RsvpAnswer, full: bool) -> Self {
        match answer {
            RsvpAnswer::Yes if full => Self::Waiting,
            RsvpAnswer::Yes => Self::Yes,
            RsvpAnswer::Maybe => Self::Maybe,
            RsvpAnswer::No => Self::No,
        }
    }
}

/// What the answers of one contact come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded<'a> {
    /// What they said of each event, and to which question.
    pub rsvps: BTreeMap<&'a str, Said<'a>>,
    /// The queues they are in, and by which question.
    pub queues: BTreeMap<&'a str, &'a str>,
}

/// What recorded answers say of events and queues. Of two questions about one event the later one of the script counts.
#[must_use]
pub fn recorded<'a>(questions: &'a [Question], answers: &BTreeMap<String, String>) -> Recorded<'a> {
    let mut found = Recorded::default();
    for question in questions {
        let Some(value) = answers.get(&question.id) else { continue };
        let Some(answer) = question.answer_of(value) else { continue };
        if let Some(rsvp) = &answer.rsvp {
            let people = if rsvp.answer == RsvpAnswer::Yes { rsvp.people.max(1) } else { 1 };
            found.rsvps.insert(&rsvp.event, Said { answer: rsvp.answer, people, question: &question.id });
        }
        if let Some(queue) = &answer.queue {
            found.queues.insert(queue, &question.id);
        }
    }
    found
}

/// The event with so many places and no more to which this answer says yes: whether there is one left only the server knows.
#[must_use]
pub fn may_wait<'a>(events: &'a [CampaignEvent], answer: &Answer) -> Option<&'a CampaignEvent> {
    let rsvp = answer.rsvp.as_ref().filter(|rsvp| rsvp.answer == RsvpAnswer::Yes)?;
    events.iter().find(|event| event.id == rsvp.event && event.capacity.is_some())
}

/// True when some answer says anything of an event or a queue.
#[must_use]
pub fn is_asked(questions: &[Question]) -> bool {
    questions.iter().flat_map(|question| &question.answers).any(|one| one.rsvp.is_some() || one.queue.is_some())
}

/// The queues of a script, in the order of their names.
#[must_use]
pub fn queues(questions: &[Question]) -> Vec<&str> {
    let all = questions.iter().flat_map(|question| &question.answers);
    let mut found: Vec<&str> = all.filter_map(|answer| answer.queue.as_deref()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What is wrong with events and with what answers say of them. `event` is an index into the events, `question` into the questions,
/// `answer` into its answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    /// An id that is none.
    #[error("`{id}` is no id of an event")]
    Id {
        /// Which.
        event: usize,
        /// The id.
        id: String,
    },
    /// Two events of one id.
    #[error("the event id `{id}` is used twice")]
    Duplicate {
        /// The later one.
        event: usize,
        /// The id.
        id: String,
    },
    /// It ends before it begins, or in the same moment.
    #[error("`{id}` ends before it begins")]
    Ends {
        /// Which.
        event: usize,
        /// Its id.
        id: String,
    },
    /// Nobody can come.
    #[error("`{id}` has room for nobody")]
    NoRoom {
        /// Which.
        event: usize,
        /// Its id.
        id: String,
    },
    /// The zone is unknown.
    #[error("`{zone}` is no time zone")]
    Zone {
        /// Which.
        event: usize,
        /// The zone.
        zone: String,
    },
    /// An answer is about an event that is not there.
    #[error("`{event}` is not an event of this campaign")]
    UnknownEvent {
        /// Which question.
        question: usize,
        /// Which answer.
        answer: usize,
        /// The name.
        event: String,
    },
    /// An answer is for no people, or for too many.
    #[error("an answer is for 1 to {MAX_PEOPLE} people, and for more than one only when they come")]
    People {
        /// Which question.
        question: usize,
        /// Which answer.
        answer: usize,
    },
    /// A queue's name that is none.
    #[error("`{queue}` is no name of a queue")]
    Queue {
        /// Which question.
        question: usize,
        /// Which answer.
        answer: usize,
        /// The name.
        queue: String,
    },
    /// Two names that people read as one.
    #[error("`{queue}` and `{other}` would be two queues")]
    Alike {
        /// Which question.
        question: usize,
        /// Which answer.
        answer: usize,
        /// The later name.
        queue: String,
        /// The earlier one.
        other: String,
    },
}

/// Everything that is wrong with them.
#[must_use]
pub fn faults(events: &[CampaignEvent], questions: &[Question]) -> Vec<EventFault> {
    let mut faults = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let id = event.id.clone();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || id.len() > MAX_NAME || !id.chars().all(plain) {
            faults.push(EventFault::Id { event: at, id: id.clone() });
        }
        if events[..at].iter().any(|other| other.id == event.id) {
            faults.push(EventFault::Duplicate { event: at, id: id.clone() });
        }
        if event.ends_at <= event.starts_at {
            faults.push(EventFault::Ends { event: at, id: id.clone() });
        }
        if event.capacity == Some(0) {
            faults.push(EventFault::NoRoom { event: at, id });
        }
        if TimeZone::get(&event.zone).is_err() {
            faults.push(EventFault::Zone { event: at, zone: event.zone.clone() });
        }
    }
    let mut named: BTreeMap<String, &str> = BTreeMap::new();
    for (question, one) in questions.iter().enumerate() {
        for (answer, one) in one.answers.iter().enumerate() {
            faults.extend(answer_faults(events, one, (question, answer), &mut named));
        }
    }
    faults
}

fn answer_faults<'a>(
    events: &[CampaignEvent],
    one: &'a Answer,
    (question, answer): (usize, usize),
    named: &mut BTreeMap<String, &'a str>,
) -> Vec<EventFault> {
    let mut faults = Vec::new();
    if let Some(rsvp) = &one.rsvp
        && !events.iter().any(|event| event.id == rsvp.event)
    {
        faults.push(EventFault::UnknownEvent { question, answer, event: rsvp.event.clone() });
    }
    if let Some(rsvp) = &one.rsvp
        && (!(1..=MAX_PEOPLE).contains(&rsvp.people) || rsvp.people > 1 && rsvp.answer != RsvpAnswer::Yes)
    {
        faults.push(EventFault::People { question, answer });
    }
    if let Some(queue) = &one.queue {
        let long = queue.chars().count() > MAX_NAME;
        if queue.trim().is_empty() || long || queue.trim() != queue || queue.chars().any(char::is_control) {
            faults.push(EventFault::Queue { question, answer, queue: queue.clone() });
        }
        let other = *named.entry(fold_name(queue)).or_insert(queue);
        if other != queue {
            faults.push(EventFault::Alike { question, answer, queue: queue.clone(), other: other.to_owned() });
        }
    }
    faults
}

/// Somebody on the list of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RsvpResult {
    /// Who.
    pub contact: ContactId,
    /// The event's id.
    pub event: String,
    /// How they stand.
    pub standing: Standing,
    /// For how many people they answered, themselves among them.
    #[serde(default = "alone")]
    pub people: u32,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// They opted out of texts: nobody can remind them by one.
    pub opted_out: bool,
    /// What texters noted about them.
    pub note: String,
    /// As their list gave them.
    pub listed: Contact,
}

/// Somebody in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueResult {
    /// Who.
    pub contact: ContactId,
    /// The queue's name.
    pub queue: String,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it was done; absent: it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    /// Who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_by: Option<String>,
    /// They opted out of texts.
    pub opted_out: bool,
    /// What texters noted about them.
    pub note: String,
    /// As their list gave them.
    pub listed: Contact,
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn event(id: &str) -> CampaignEvent {
        CampaignEvent {
            id: id.into(),
            title: "Rally".into(),
            starts_at: "2026-10-10T23:00:00Z".parse().expect("a time"),
            ends_at: "2026-10-11T01:00:00Z".parse().expect("a time"),
            zone: "America/Chicago".into(),
            place: "Town hall".into(),
            address: String::new(),
            capacity: None,
        }
    }

    fn answer(value: &str, rsvp: Option<(&str, RsvpAnswer)>, queue: Option<&str>) -> Answer {
        Answer {
            value: value.into(),
            rsvp: rsvp.map(|(event, answer)| Rsvp { event: event.into(), answer, people: 1 }),
            queue: queue.map(str::to_owned),
            ..Answer::default()
        }
    }

    fn question(id: &str, answers: Vec<Answer>) -> Question {
        Question { id: id.into(), text: format!("{id}?"), answers }
    }

    #[test]
    fn the_later_question_about_an_event_counts() {
        let questions = [
            question(
                "coming",
                vec![
                    answer("yes", Some(("rally", RsvpAnswer::Yes)), None),
                    answer("perhaps", Some(("rally", RsvpAnswer::Maybe)), None),
                ],
            ),
            question("ride", vec![answer("yes", None, Some("ride")), answer("no", None, None)]),
            question("still", vec![answer("not any more", Some(("rally", RsvpAnswer::No)), None)]),
        ];
        let mut answers = BTreeMap::from([("coming".to_owned(), "yes".to_owned()), ("ride".into(), "yes".into())]);
        let found = recorded(&questions, &answers);
        assert_eq!(
            found.rsvps,
            BTreeMap::from([("rally", Said { answer: RsvpAnswer::Yes, people: 1, question: "coming" })])
        );
        assert_eq!(found.queues, BTreeMap::from([("ride", "ride")]));
        answers.insert("still".into(), "not any more".into());
        answers.insert("ride".into(), "gone from the script".into());
        let found = recorded(&questions, &answers);
        assert_eq!(
            found.rsvps,
            BTreeMap::from([("rally", Said { answer: RsvpAnswer::No, people: 1, question: "still" })])
        );
        assert_eq!(found.queues, BTreeMap::new());
        assert!(is_asked(&questions) && queues(&questions) == ["ride"]);
    }

    #[test]
    fn every_fault_is_found() {
        let events = [
            event("rally"),
            CampaignEvent { capacity: Some(0), ..event("rally") },
            CampaignEvent { ends_at: event("").starts_at, zone: "Mars/Olympus".into(), ..event("a b") },
        ];
        let questions = [question(
            "q",
            vec![
                answer("a", Some(("rallye", RsvpAnswer::Yes)), Some("yard sign")),
                answer("b", None, Some("Yard-Sign")),
                answer("c", None, Some(" ")),
            ],
        )];
        let said: Vec<String> = faults(&events, &questions).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "the event id `rally` is used twice",
                "`rally` has room for nobody",
                "`a b` is no id of an event",
                "`a b` ends before it begins",
                "`Mars/Olympus` is no time zone",
                "`rallye` is not an event of this campaign",
                "`Yard-Sign` and `yard sign` would be two queues",
                "` ` is no name of a queue",
            ]
        );
        assert_eq!(faults(&[event("rally")], &[]), []);
    }
}

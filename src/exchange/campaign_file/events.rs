//! The events of a campaign file, and what its answers say about them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::super::toml_reader::{Tab, Text, nearest};
use super::Walk;
use crate::domain::rsvp::{self, CampaignEvent, EventFault, MAX_NAME, MAX_PEOPLE, Rsvp, RsvpAnswer};
use crate::domain::safe_text::safe_line;
use crate::domain::survey::Question;
use crate::domain::zone;

/// The keys of `[[event]]`.
const KEYS: [&str; 8] = ["id", "title", "starts_at", "ends_at", "zone", "place", "address", "capacity"];

/// Most people that an event can say it has room for.
const MOST: u32 = 1_000_000;

const AS_TIME: &str = "Write date and time by the clocks of the place, such as \"2027-05-20 18:30\".";

/// Events with their places in the file.
pub(super) struct Events<'t, 'i> {
    pub(super) events: Vec<CampaignEvent>,
    tabs: Vec<Tab<'t, 'i>>,
}

/// A moment: by the clocks of `zone`, or with its own offset.
fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, (String, String)> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let no_time = || (format!("`{}` is not a date with a time", safe_line(text)), AS_TIME.to_owned());
    // A bare date would be read as midnight.
    let local: DateTime = text.parse().ok().filter(|_| text.contains(':')).ok_or_else(no_time)?;
    zone.to_ambiguous_timestamp(local).unambiguous().map_err(|_clocks_change| {
        (
            format!("clocks change at `{}`: that moment is not there, or there twice", safe_line(text)),
            "Write it with its offset, such as \"2027-11-07T01:30:00-05:00\".".to_owned(),
        )
    })
}

impl<'i> Walk<'_, 'i> {
    pub(super) fn events<'t>(&mut self, root: &Tab<'t, 'i>) -> Events<'t, 'i> {
        let tabs = self.reader.tables(root, "event");
        let events = tabs.iter().map(|tab| self.event(tab)).collect();
        Events { events, tabs }
    }

    fn event(&mut self, tab: &Tab<'_, 'i>) -> CampaignEvent {
        self.reader.only(tab, &KEYS);
        let id = self.line(tab, "id", true);
        let title = self.line(tab, "title", true);
        let zone = self.zone(tab);
        let clocks = zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let starts_at = self.moment_of(tab, "starts_at", clocks.as_ref());
        let ends_at = self.moment_of(tab, "ends_at", clocks.as_ref());
        let capacity = tab.has("capacity").then(|| self.reader.number(tab, "capacity", 1..=MOST, 1));
        let place = self.line(tab, "place", true);
        let address = self.line(tab, "address", false);
        // Where one of them could not be read it has been reported: nothing more is said of their order.
        let (starts_at, ends_at) = starts_at.zip(ends_at).unwrap_or((Timestamp::MIN, Timestamp::MAX));
        CampaignEvent {
            id,
            title,
            starts_at,
            ends_at,
            zone: zone.unwrap_or_else(|| "UTC".to_owned()),
            place,
            address,
            capacity,
        }
    }

    fn zone(&mut self, tab: &Tab<'_, 'i>) -> Option<String> {
        let text = self.reader.string(tab, "zone", true)?;
        let found = zone::canonical(&text.value);
        if found.is_none() {
            let what = format!("`{}` is no time zone", safe_line(text.value.trim()));
            self.reader.error(&text.span, &text.key, what, "Write it as \"America/Chicago\".");
        }
        found
    }

    fn moment_of(&mut self, tab: &Tab<'_, 'i>, name: &str, zone: Option<&TimeZone>) -> Option<Timestamp> {
        if !tab.has(name) {
            let what = format!("`{name}` is missing");
            self.reader.error(&tab.span, &tab.child(name), what, format!("Add `{name} = \"2027-05-20 18:30\"`."));
            return None;
        }
        let text = self.reader.date(tab, name)?;
        match moment(&text.value, zone?) {
            Ok(moment) => Some(moment),
            Err((what, remedy)) => {
                self.reader.error(&text.span, &text.key, what, remedy);
                None
            }
        }
    }

    /// What an answer says about an event: `rsvp = "rally"` for yes, else with its `answer`.
    pub(super) fn rsvp(&mut self, answer: &Tab<'_, 'i>) -> Option<Rsvp> {
        if !answer.table.get("rsvp")?.get_ref().is_table() {
            let event = self.reader.string(answer, "rsvp", true)?;
            return Some(Rsvp { event: safe_line(event.value.trim()), answer: RsvpAnswer::Yes, people: 1 });
        }
        let tab = self.reader.table(answer, "rsvp")?;
        self.reader.only(&tab, &["event", "answer", "people"]);
        let event = self.reader.string(&tab, "event", true)?;
        let answer = self.choice(&tab, "answer", &RsvpAnswer::ALL);
        let people = if tab.has("people") { self.reader.number(&tab, "people", 1..=MAX_PEOPLE, 1) } else { 1 };
        Some(Rsvp { event: safe_line(event.value.trim()), answer, people })
    }

    pub(super) fn queue(&mut self, answer: &Tab<'_, 'i>) -> Option<String> {
        if !answer.has("queue") {
            return None;
        }
        self.reader.string(answer, "queue", true).map(|queue| safe_line(queue.value.trim()))
    }

    /// Where a text of a table stands, else the table.
    fn at(&mut self, tab: &Tab<'_, 'i>, name: &str) -> Text {
        let key = tab.child(name);
        let span = tab.table.get(name).map_or(tab.span.clone(), |value| value.span());
        Text { value: String::new(), span, key }
    }

    /// What is wrong with events and with answers that name them.
    pub(super) fn event_faults(
        &mut self,
        events: &Events<'_, 'i>,
        questions: &[Question],
        answers: &[Vec<Tab<'_, 'i>>],
    ) {
        for fault in rsvp::faults(&events.events, questions) {
            let what = fault.to_string();
            let (tab, name, remedy) = match &fault {
                // What is missing, or out of its range, has been reported as such.
                EventFault::Id { id, .. } | EventFault::Duplicate { id, .. } if id.is_empty() => continue,
                EventFault::NoRoom { .. } | EventFault::Zone { .. } => continue,
                EventFault::Queue { queue, .. } if queue.is_empty() => continue,
                EventFault::UnknownEvent { event, .. } if event.is_empty() => continue,
                EventFault::Id { event, .. } => {
                    let remedy = format!("Use letters, digits, `-` and `_`, {MAX_NAME} at most.");
                    (events.tabs.get(*event), "id", remedy)
                }
                EventFault::Duplicate { event, .. } => {
                    (events.tabs.get(*event), "id", "Give each event its own id.".to_owned())
                }
                EventFault::Ends { event, .. } => {
                    (events.tabs.get(*event), "ends_at", "Let the end be after the start.".to_owned())
                }
                EventFault::UnknownEvent { question, answer, event } => {
                    let ids: Vec<&str> = events.events.iter().map(|one| one.id.as_str()).collect();
                    let remedy = match nearest(event, ids.iter().copied()) {
                        Some(near) => format!("Did you mean `{near}`?"),
                        None if ids.is_empty() => format!("Add a section `[[event]]` with `id = \"{event}\"`."),
                        None => format!("Events are: {}.", ids.join(", ")),
                    };
                    (answers.get(*question).and_then(|of| of.get(*answer)), "rsvp", remedy)
                }
                EventFault::People { question, answer } => {
                    let remedy = "`people` is for those who come for sure: leave it out here.".to_owned();
                    (answers.get(*question).and_then(|of| of.get(*answer)), "rsvp", remedy)
                }
                EventFault::Queue { question, answer, .. } => {
                    let remedy = format!("Write a name of {MAX_NAME} characters at most, such as \"ride\".");
                    (answers.get(*question).and_then(|of| of.get(*answer)), "queue", remedy)
                }
                EventFault::Alike { question, answer, other, .. } => {
                    let remedy = format!("Write `{other}` in both places, or give them names that differ.");
                    (answers.get(*question).and_then(|of| of.get(*answer)), "queue", remedy)
                }
            };
            let Some(tab) = tab else { continue };
            let at = self.at(tab, name);
            self.reader.error(&at.span, &at.key, what, remedy);
        }
    }

    /// Answers that may put somebody into a waiting line without words for it, and such words that nobody is ever sent.
    pub(super) fn words_when_full(
        &mut self,
        events: &Events<'_, 'i>,
        questions: &[Question],
        answers: &[Vec<Tab<'_, 'i>>],
    ) {
        for (question, tabs) in questions.iter().zip(answers) {
            for (answer, tab) in question.answers.iter().zip(tabs) {
                let at = self.at(tab, "reply_when_full");
                match (rsvp::may_wait(&events.events, answer), answer.reply_when_full.is_empty()) {
                    (Some(event), true) => {
                        let places = event.capacity.unwrap_or_default();
                        let what = format!(
                            "`{}` has no words for those who wait: `{}` has {places} places",
                            answer.value, event.id
                        );
                        let remedy = "Add `reply_when_full = \"...\"` (by language, as `reply`); without it texters write to \
                                      those who wait in words of their own.";
                        self.reader.warn(&at.span, &at.key, what, remedy);
                    }
                    (None, false) => {
                        let what = format!("nobody is ever told what `{}` says when an event is full", answer.value);
                        let remedy = "It is for an answer with `rsvp` that says yes to an event with a `capacity`: give it \
                                      both, or take it out.";
                        self.reader.warn(&at.span, &at.key, what, remedy);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Events that are over at `now`, and first texts that would go out after an event.
    pub(super) fn event_times(
        &mut self,
        events: &Events<'_, 'i>,
        questions: &[Question],
        closes_at: Option<Timestamp>,
        now: Timestamp,
    ) {
        let asked = |event: &CampaignEvent| {
            let mut answers = questions.iter().flat_map(|question| &question.answers);
            answers.any(|one| one.rsvp.as_ref().is_some_and(|rsvp| rsvp.event == event.id))
        };
        for (event, tab) in events.events.iter().zip(&events.tabs) {
            let (id, local) = (&event.id, |at| event.local(at).strftime("%Y-%m-%d %H:%M").to_string());
            // One whose times could not be read has been reported.
            if event.ends_at <= now && event.starts_at != Timestamp::MIN {
                let at = self.at(tab, "ends_at");
                let what = format!("`{id}` is over, it ended at {}", local(event.ends_at));
                if asked(event) {
                    let what = format!("{what}, and answers still put people on its list");
                    let remedy = "Correct its times, or take the `rsvp` of those answers out. A campaign that people have \
                                  answered in keeps the event itself, a new one does not need it.";
                    self.reader.error(&at.span, &at.key, what, remedy);
                } else {
                    let remedy =
                        "Correct its times, or take it out, unless people have answered about it: then leave it.";
                    self.reader.warn(&at.span, &at.key, what, remedy);
                }
            } else if event.starts_at <= now && event.starts_at != Timestamp::MIN && asked(event) {
                let at = self.at(tab, "starts_at");
                let what = format!("`{id}` has begun already, at {}", local(event.starts_at));
                self.reader.warn(&at.span, &at.key, what, "Look at its times before anybody is invited.");
            }
        }
        // Which is the last one nobody knows while one's times could not be read.
        if events.events.iter().any(|event| event.starts_at == Timestamp::MIN && asked(event)) {
            return;
        }
        let last = events.events.iter().zip(&events.tabs).filter(|(event, _)| asked(event));
        let Some((event, tab)) = last.max_by_key(|(event, _)| event.starts_at) else { return };
        if event.ends_at > now && closes_at.is_none_or(|closes_at| closes_at > event.starts_at) {
            let at = self.at(tab, "starts_at");
            let what =
                format!("first texts go out after `{}` has begun, the last event that answers are about", event.id);
            let remedy = format!(
                "Write `closes_at = \"{}\"` or earlier under `[campaign]`.",
                event.local(event.starts_at).strftime("%Y-%m-%dT%H:%M:%S%:z")
            );
            self.reader.warn(&at.span, &at.key, what, remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pretty_assertions::assert_eq;

    use super::super::{parse, parse_at};
    use crate::domain::rsvp::{Rsvp, RsvpAnswer};
    use crate::exchange::problem::FileProblem;

    const HEAD: &str = r#"
[campaign]
title = "Rally"
organization = "Org"
closes_at = "2027-05-20T17:00:00-05:00"
[[initial]]
text = "Hi, Org here. Come to our rally? Reply STOP to opt out"
[[question]]
id = "coming"
text = "Will they come?"
[[question.answer]]
value = "Yes"
rsvp = "rally"
reply_when_full = "It is full, you are in line"
queue = "ride"
[[question.answer]]
value = "Perhaps"
rsvp = { event = "rally", answer = "maybe" }
"#;

    const RALLY: &str = r#"
[[event]]
id = "rally"
title = "Rally for the library"
starts_at = 2027-05-20T18:30:00
ends_at = "2027-05-20 20:00"
zone = "central"
place = "Town hall"
address = "1 Main St, Springfield"
capacity = 120
"#;

    fn told(text: &str, now: &str) -> Vec<String> {
        let now = now.parse().expect("a time");
        let found = parse_at(Path::new("c.toml"), text, Some(now));
        let problems = match found {
            Ok((_, warnings)) => warnings,
            Err(problems) => problems,
        };
        problems.iter().map(FileProblem::to_string).collect()
    }

    #[test]
    fn events_and_what_answers_say_of_them_are_read() {
        let (def, problems) = parse(Path::new("c.toml"), &format!("{HEAD}{RALLY}")).expect("a campaign");
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
        let event = &def.events[0];
        assert_eq!((event.zone.as_str(), event.capacity), ("America/Chicago", Some(120)));
        assert_eq!(event.starts_at.to_string(), "2027-05-20T23:30:00Z");
        assert_eq!(event.ends_at.to_string(), "2027-05-21T01:00:00Z");
        let answers = &def.questions[0].answers;
        assert_eq!(answers[0].rsvp, Some(Rsvp { event: "rally".into(), answer: RsvpAnswer::Yes, people: 1 }));
        assert_eq!(answers[0].queue.as_deref(), Some("ride"));
        assert_eq!(answers[1].rsvp, Some(Rsvp { event: "rally".into(), answer: RsvpAnswer::Maybe, people: 1 }));
        assert_eq!(told(&format!("{HEAD}{RALLY}"), "2027-05-01T00:00:00Z"), [""; 0]);
    }

    #[test]
    fn each_fault_names_its_line_its_field_and_a_remedy() {
        let text = format!(
            "{HEAD}[[question.answer]]\nvalue = \"Late\"\nrsvp = {{ event = \"rallye\", answer = \"perhaps\" }}\nqueue = \"Ride\"\n{}",
            RALLY
                .replace("20 20:00", "20 18:00")
                .replace("capacity = 120", "capacity = 0\nroom = 3")
                .replace("\"rally\"", "\"the rally\"")
        );
        let text = format!(
            "{text}[[event]]\nid = \"x\"\ntitle = \"X\"\nplace = \"P\"\nzone = \"Mars/Olympus\"\nends_at = \"soon\"\n"
        );
        let said = told(&text, "2027-05-01T00:00:00Z").join("\n");
        for words in [
            "`question[1].answer[3].rsvp.answer`: `perhaps` is no answer",
            "`question[1].answer[3].rsvp`: `rallye` is not an event of this campaign",
            "`question[1].answer[3].queue`: `Ride` and `ride` would be two queues",
            "`event[1].id`: `the rally` is no id of an event",
            "`event[1].ends_at`: `the rally` ends before it begins",
            "`event[1].capacity`: `capacity` is out of range",
            "`event[1].room`: `room` is not a key",
            "`event[2].zone`: `Mars/Olympus` is no time zone",
            "`event[2].starts_at`: `starts_at` is missing",
        ] {
            assert!(said.contains(words), "{words:?} is not in\n{said}");
        }
    }

    #[test]
    fn words_for_a_waiting_line_are_missed_where_one_may_be_and_told_where_there_is_none() {
        let text = format!("{HEAD}{RALLY}");
        let now = "2027-05-01T00:00:00Z";
        let (def, _) = parse(Path::new("c.toml"), &text).expect("a campaign");
        assert_eq!(def.questions[0].answers[0].reply_when_full["en"], "It is full, you are in line");
        assert!(def.texts().any(|text| text.starts_with("It is full")), "it is looked at as all texts are");
        let said = told(&text.replace("reply_when_full = \"It is full, you are in line\"\n", ""), now);
        assert!(said.len() == 1 && said[0].contains("warning"), "{said:?}");
        assert!(said[0].contains("`question[1].answer[1].reply_when_full`: `Yes` has no words for those who wait"));
        let said = told(&text.replace("capacity = 120\n", ""), now);
        assert!(said.len() == 1 && said[0].contains("nobody is ever told what `Yes` says"), "{said:?}");
    }

    #[test]
    fn a_moment_that_clocks_skip_or_repeat_is_asked_about() {
        for (day, words) in [
            ("2027-11-07 01:30", "clocks change at"),
            ("2027-03-14 02:30", "clocks change at"),
            ("2027-05-20", "is not a date with a time"),
            ("tomorrow", "is not a date with a time"),
        ] {
            let text = format!("{HEAD}{}", RALLY.replace("2027-05-20T18:30:00", &format!("\"{day}\"")));
            let said = told(&text, "2027-01-01T00:00:00Z").join("\n");
            assert!(said.contains(words) && said.contains("`event[1].starts_at`"), "{day}: {said}");
            assert!(!said.contains("first texts go out after"), "{day}: {said}");
        }
        let text = format!("{HEAD}{}", RALLY.replace("2027-05-20T18:30:00", "\"2027-05-20T18:30:00-05:00\""));
        assert_eq!(told(&text, "2027-01-01T00:00:00Z"), [""; 0]);
    }

    #[test]
    fn an_event_that_is_over_takes_nobody_more() {
        let text = format!("{HEAD}{RALLY}");
        // The campaign is over then too, which is told of by itself.
        let told = |text: &str, now: &str| {
            let mut said = told(text, now);
            said.retain(|line| !line.contains("would be over before it begins"));
            said
        };
        let said = told(&text, "2027-05-21T01:00:00Z");
        assert!(
            said.len() == 1 && said[0].contains("error") && said[0].contains("it ended at 2027-05-20 20:00"),
            "{said:?}"
        );
        assert!(said[0].contains("keeps the event itself"), "{said:?}");
        let said = told(&text, "2027-05-21T00:00:00Z");
        assert!(said.len() == 1 && said[0].contains("warning") && said[0].contains("begun already"), "{said:?}");
        let open = text.replace("closes_at = \"2027-05-20T17:00:00-05:00\"\n", "");
        let said = told(&open, "2027-05-01T00:00:00Z");
        assert!(said.len() == 1 && said[0].contains("closes_at = \"2027-05-20T18:30:00-05:00\""), "{said:?}");
        // Nobody asks about it: it is told and stops nothing.
        let unasked = text
            .replace("rsvp = \"rally\"\nreply_when_full = \"It is full, you are in line\"\n", "")
            .replace("rsvp = { event = \"rally\", answer = \"maybe\" }\n", "");
        let said = told(&unasked, "2027-05-22T00:00:00Z");
        assert!(said.len() == 1 && said[0].contains("warning"), "{said:?}");
    }

    #[test]
    fn a_campaign_whose_end_is_past_does_not_start() {
        let text = format!("{HEAD}{RALLY}");
        let over = |now: &str| {
            let said = told(&text, now).into_iter().filter(|line| line.contains("would be over before it begins"));
            said.collect::<Vec<_>>()
        };
        assert_eq!(over("2027-05-20T21:59:59Z"), [""; 0]);
        let said = over("2027-05-20T22:00:00Z");
        // The line that says it, not the first of the file.
        assert!(said.len() == 1 && said[0].contains("error") && said[0].contains("c.toml:5:"), "{said:?}");
        // What is read without a start has no now.
        assert!(parse(Path::new("c.toml"), &text).is_ok());
    }
}

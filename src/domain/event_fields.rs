//! Merge fields about the events of a campaign: `{event.rally.when}`, or `{event.when}` where the campaign has one event alone.

use std::collections::BTreeMap;

use super::rsvp::CampaignEvent;

/// What can be said of an event, as the last part of the field's name.
pub const PARTS: [&str; 6] = ["title", "date", "time", "when", "place", "address"];

/// Days of the week in Spanish, Monday first.
pub const SPANISH_DAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
/// Months in Spanish. Their first three letters are what Spanish abbreviates them to.
pub const SPANISH_MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

/// The names of all fields that these events have, by which a script can be checked.
#[must_use]
pub fn names(events: &[CampaignEvent]) -> Vec<String> {
    let mut names = Vec::new();
    for event in events {
        names.extend(PARTS.iter().map(|part| format!("event.{}.{part}", event.id)));
    }
    if events.len() == 1 {
        names.extend(PARTS.iter().map(|part| format!("event.{part}")));
    }
    names
}

/// Puts what these events say in a language among the fields of a contact; a column of the list that is called so stands.
pub fn fill(fields: &mut BTreeMap<String, String>, events: &[CampaignEvent], language: &str) {
    for event in events {
        for part in PARTS {
            let value = said(event, part, language);
            if events.len() == 1 {
                fields.entry(format!("event.{part}")).or_insert_with(|| value.clone());
            }
            fields.entry(format!("event.{}.{part}", event.id)).or_insert(value);
        }
    }
}

fn said(event: &CampaignEvent, part: &str, language: &str) -> String {
    let at = event.local(event.starts_at);
    let spanish = language == "es" || language.starts_with("es-");
    let nth = |one: i8, names: &[&str]| {
        usize::try_from(one - 1).ok().and_then(|at| names.get(at)).copied().unwrap_or_default().to_owned()
    };
    let date = || {
        if spanish {
            let day = nth(at.weekday().to_monday_one_offset(), &SPANISH_DAYS);
            format!("{day} {} de {}", at.day(), nth(at.month(), &SPANISH_MONTHS))
        } else {
            at.strftime("%A, %B %-d").to_string()
        }
    };
    let time = || {
        let hour = match at.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        let minutes = if at.minute() == 0 { String::new() } else { format!(":{:02}", at.minute()) };
        // No character of these costs a text its alphabet, and neither ends in a stop that the sentence has as well: in Spanish, too, people
        // write them so in this country.
        let half = if at.hour() < 12 { "AM" } else { "PM" };
        format!("{hour}{minutes} {half}")
    };
    match part {
        "title" => event.title.clone(),
        "date" => date(),
        "time" => time(),
        "when" if spanish => {
            let the = if matches!(at.hour(), 1 | 13) { "la" } else { "las" };
            format!("{} a {the} {}", date(), time())
        }
        "when" => format!("{} at {}", date(), time()),
        "place" => event.place.clone(),
        _ => event.address.clone(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn rally(starts_at: &str) -> CampaignEvent {
        let starts_at: jiff::Timestamp = starts_at.parse().expect("a time");
        CampaignEvent {
            id: "rally".into(),
            title: "Rally for the library".into(),
            starts_at,
            ends_at: starts_at + jiff::SignedDuration::from_hours(2),
            zone: "America/Chicago".into(),
            place: "Town hall".into(),
            address: String::new(),
            capacity: None,
        }
    }

    #[rstest]
    #[case("2027-05-20T23:30:00Z", "en", "Thursday, May 20 at 6:30 PM")]
    #[case("2027-05-20T23:30:00Z", "es", "jueves 20 de mayo a las 6:30 PM")]
    #[case("2027-01-02T19:00:00Z", "es-MX", "sábado 2 de enero a la 1 PM")]
    #[case("2027-01-02T06:00:00Z", "fr", "Saturday, January 2 at 12 AM")]
    fn it_is_said_by_the_clocks_of_the_place(#[case] at: &str, #[case] language: &str, #[case] when: &str) {
        let mut fields = BTreeMap::from([("event.place".to_owned(), "of the list".to_owned())]);
        fill(&mut fields, &[rally(at)], language);
        assert_eq!(fields["event.rally.when"], when);
        assert_eq!((fields["event.when"].as_str(), fields["event.place"].as_str()), (when, "of the list"));
        assert_eq!(
            (fields["event.rally.place"].as_str(), fields["event.title"].as_str()),
            ("Town hall", "Rally for the library")
        );
    }

    #[test]
    fn of_several_each_is_named() {
        let events =
            [rally("2027-05-20T23:30:00Z"), CampaignEvent { id: "walk".into(), ..rally("2027-05-21T15:00:00Z") }];
        let mut fields = BTreeMap::new();
        fill(&mut fields, &events, "en");
        assert!(!fields.contains_key("event.when") && fields["event.walk.time"] == "10 AM");
        assert_eq!(
            fields.keys().cloned().collect::<std::collections::BTreeSet<_>>(),
            names(&events).into_iter().collect()
        );
    }
}

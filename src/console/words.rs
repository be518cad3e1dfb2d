//! Sentences for what the cores say and show: one place for both front ends, which must not call one thing by two names.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use serde_json::Value as Json;

use super::core::shared::say::{Arg, Say};
use super::core::texter::pick::tag_word;
use super::core::texter::view::{
    NOTE_ANSWERED, NOTE_EVENT_FULL, NOTE_OPTED_OUT, NOTE_SNOOZED, NOTE_TAGGED, NOTE_UNTAGGED,
};
use crate::domain::event_fields::{SPANISH_DAYS, SPANISH_MONTHS};
use crate::domain::message::Delivery;
use crate::domain::pictures::unmarked;
use crate::domain::safe_text::safe_line;
use crate::i18n::{Catalogue, Value};

/// The sentence of `say`, times in `zone`.
#[must_use]
pub fn phrase(words: &Catalogue, zone: &TimeZone, say: &Say) -> String {
    let args: Vec<(&str, Value)> = say
        .args
        .iter()
        .map(|(name, arg)| {
            let value = match arg {
                Arg::Text(key) if KEY_ARGS.contains(name) => Value::Text(key_name(words, key)),
                Arg::Text(text) => Value::Text(text.clone()),
                Arg::Number(n) => Value::Number(*n),
                Arg::Time(at) => Value::Time(time_of_day(words, zone, *at)),
                Arg::Day(at) => Value::Time(day_and_time(words, zone, *at)),
                Arg::Date(day) => Value::Text(whole_day(words, *day)),
                Arg::Clock(at) => Value::Time(clock(words, *at)),
                Arg::There(at, there) => Value::Time(time_there(words, zone, *at, *there)),
                Arg::Key(key) => Value::Text(words.say(key, &[])),
                Arg::Say(say) => Value::Text(phrase(words, zone, say)),
            };
            (*name, value)
        })
        .collect();
    words.say(say.key, &args)
}

/// Arguments that are keys.
const KEY_ARGS: [&str; 9] = ["key", "up", "down", "help", "ask", "stop", "back", "out", "keep"];

/// Keys that have a name of their own in Spanish, as they stand on a keyboard there or people say them.
const SPANISH_KEYS: [(&str, &str); 12] = [
    ("space", "espacio"),
    ("backspace", "retroceso"),
    ("backtab", "mayús+tab"),
    ("delete", "supr"),
    ("shift", "mayús"),
    ("up", "arriba"),
    ("down", "abajo"),
    ("left", "izquierda"),
    ("right", "derecha"),
    ("home", "inicio"),
    ("end", "fin"),
    ("pageup", "RePág"),
];

/// A key, or several one after another, as people of the catalogue's language know it: `page up` is `RePág`.
#[must_use]
pub fn key_name(words: &Catalogue, keys: &str) -> String {
    if words.language() != "es" {
        return keys.to_owned();
    }
    let one = |part: &str| {
        let small = part.to_lowercase();
        let known = SPANISH_KEYS.iter().chain(&[("pagedown", "AvPág")]).find(|(english, _)| *english == small);
        let Some((_, name)) = known else { return part.to_owned() };
        // At the start of a sentence it was written with a capital.
        match part.chars().next() {
            Some(first) if first.is_uppercase() => {
                name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect()
            }
            _ => (*name).to_owned(),
        }
    };
    let chord = |chord: &str| {
        // The plus is a key itself.
        if chord.len() < 2 { chord.to_owned() } else { chord.split('+').map(one).collect::<Vec<_>>().join("+") }
    };
    keys.split(' ').map(chord).collect::<Vec<_>>().join(" ")
}

/// What a field of the list is called on a screen: those that every list has by their name in the catalogue, others as the list has them.
#[must_use]
pub fn field_name(words: &Catalogue, name: &str) -> String {
    let folded: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let key = match folded.as_str() {
        "firstname" => "field-first-name",
        "lastname" => "field-last-name",
        "cityname" => "field-city-name",
        "city" => "field-city",
        "pollingplace" => "field-polling-place",
        "eventdate" => "field-event-date",
        "listsource" => "field-list-source",
        "zip" => "field-zip",
        "lastdigits" => "field-last-digits",
        _ => return safe_line(&name.replace('_', " ")),
    };
    words.say(key, &[])
}

/// A sentence with its stop, where it has none yet: an abbreviation or a question ends it as well.
#[must_use]
pub fn stopped(text: &str) -> String {
    if text.trim_end().ends_with(['.', '?', '!', '…', ':']) { text.to_owned() } else { format!("{text}.") }
}

/// A time of day the way the catalogue's language writes it.
#[must_use]
pub fn time_of_day(words: &Catalogue, zone: &TimeZone, at: Timestamp) -> String {
    clock(words, at.to_zoned(zone.clone()).datetime())
}

/// A day and a time of it.
#[must_use]
pub fn day_and_time(words: &Catalogue, zone: &TimeZone, at: Timestamp) -> String {
    let there = at.to_zoned(zone.clone());
    let day = match words.language() {
        "en" => there.strftime("%b %-d").to_string(),
        // A number for the month would be read the other way round beside an English list.
        _ => format!("{} {}", there.day(), &month_in_spanish(there.month())[..3]),
    };
    format!("{day}, {}", clock(words, there.datetime()))
}

/// A day so that nobody takes it for another one: `Tuesday, November 3, 2026`.
#[must_use]
pub fn whole_day(words: &Catalogue, day: Date) -> String {
    if words.language() == "en" {
        return day.strftime("%A, %B %-d, %Y").to_string();
    }
    let weekday = SPANISH_DAYS[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs().min(6))];
    format!("{weekday} {} de {} de {}", day.day(), month_in_spanish(day.month()), day.year())
}

fn month_in_spanish(month: i8) -> &'static str {
    SPANISH_MONTHS[usize::from(month.unsigned_abs().clamp(1, 12)) - 1]
}

/// What stands behind the word for an act in a conversation: tags by their names; until when something was put aside is a time, with its day where that is
/// another than the act's.
#[must_use]
pub fn note_detail(words: &Catalogue, zone: &TimeZone, what: &str, detail: &str, at: Timestamp) -> String {
    if [NOTE_TAGGED, NOTE_UNTAGGED].contains(&what) {
        return phrase(words, zone, &tag_word(detail));
    }
    if what == NOTE_OPTED_OUT {
        // The server's word for how it came about; what a captain wrote beside it stands for itself.
        return match detail {
            // Who pressed it stands beside it.
            "by_person" | "by_texter" | "by_captain" => String::new(),
            "undecided" => words.say("note-detail-undecided", &[]),
            "erased" => words.say("note-detail-erased", &[]),
            other => safe_line(other.strip_prefix("by_captain: ").unwrap_or(other)),
        };
    }
    if what == NOTE_EVENT_FULL
        && let Some((number, event)) = detail.split_once(", ")
    {
        let said = [("number", Value::Text(safe_line(number))), ("event", Value::Text(safe_line(event)))];
        return words.say("note-detail-event-full", &said);
    }
    if what == NOTE_ANSWERED
        && let Some((question, value)) = detail.rsplit_once(": ")
        && let Ok(day) = value.parse::<Date>()
    {
        return format!("{}: {}", safe_line(question), whole_day(words, day));
    }
    let until = detail.parse::<Timestamp>().ok().filter(|_| what == NOTE_SNOOZED);
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    match until {
        Some(until) if day(until) == day(at) => time_of_day(words, zone, until),
        Some(until) => day_and_time(words, zone, until),
        None => safe_line(detail),
    }
}

/// A time of day of a clock somewhere else.
#[must_use]
pub fn clock(words: &Catalogue, at: DateTime) -> String {
    if words.language() == "en" {
        return at.strftime("%-I:%M %p").to_string();
    }
    let half = if at.hour() < 12 { "a. m." } else { "p. m." };
    format!("{} {half}", at.strftime("%-I:%M"))
}

/// A time by a voter's clock, and by the own one where that shows another.
fn time_there(words: &Catalogue, zone: &TimeZone, at: Timestamp, there: DateTime) -> String {
    let told = clock(words, there);
    if at.to_zoned(zone.clone()).datetime() == there {
        return told;
    }
    let yours = Value::Time(time_of_day(words, zone, at));
    words.say("ui-time-there", &[("there", Value::Time(told)), ("yours", yours)])
}

/// A language by its name, where the catalogue knows it; else its code.
#[must_use]
pub fn language_name(word: impl Fn(&str) -> String, code: &str) -> String {
    match code {
        "en" => word("ui-language-en"),
        "es" => word("ui-language-es"),
        other => safe_line(other),
    }
}

/// How long ago, in words (`now`, `4 min`); where nobody knows what time it is, when.
#[must_use]
pub fn age(words: &Catalogue, zone: &TimeZone, since: Timestamp, now: Option<Timestamp>) -> String {
    let Some(now) = now else { return time_of_day(words, zone, since) };
    let minutes = (now.as_second().saturating_sub(since.as_second()) / 60).max(0);
    let counted = |key, n| words.say(key, &[("n", Value::Number(n))]);
    match minutes {
        0 => words.say("ui-age-now", &[]),
        1..=59 => counted("ui-age-minutes", minutes),
        60..=1439 => counted("ui-age-hours", minutes / 60),
        _ => counted("ui-age-days", minutes / 1440),
    }
}

/// The word for a draft, with its age where that is known and a minute at least.
#[must_use]
pub fn draft(words: &Catalogue, zone: &TimeZone, written: Option<Timestamp>, now: Option<Timestamp>) -> String {
    let old = written.zip(now).filter(|(written, now)| now.as_second().saturating_sub(written.as_second()) >= 60);
    match old {
        Some((written, _)) => {
            let age = age(words, zone, written, now);
            words.say("ui-inbox-draft-of", &[("age", Value::Text(age))])
        }
        None => words.say("ui-inbox-draft", &[]),
    }
}

/// The sentences of a scorecard with their keys, from the director's lines: `{"lines": [{"key", "numbers": {..}, "texts": {..}}]}`.
#[must_use]
pub fn score<'s>(words: &Catalogue, card: &'s Json) -> Vec<(&'s str, String)> {
    let mut out = Vec::new();
    for line in card.get("lines").and_then(Json::as_array).into_iter().flatten() {
        let Some(key) = line.get("key").and_then(Json::as_str) else { continue };
        let mut args: Vec<(&str, Value)> = Vec::new();
        for (name, value) in line.get("numbers").and_then(Json::as_object).into_iter().flatten() {
            args.push((name, Value::Number(value.as_i64().unwrap_or(0))));
        }
        for (name, value) in line.get("texts").and_then(Json::as_object).into_iter().flatten() {
            args.push((name, Value::Text(safe_line(value.as_str().unwrap_or_default()))));
        }
        out.push((key, words.say(key, &args)));
    }
    out
}

/// A text with a word for the pictures that came with it.
#[must_use]
pub fn with_pictures(words: &Catalogue, text: &str, pictures: u32) -> String {
    if pictures == 0 {
        return text.to_owned();
    }
    let mark = words.say("ui-pictures", &[("n", Value::Number(i64::from(pictures)))]);
    if text.trim().is_empty() { mark } else { format!("{text} {mark}") }
}

/// One line of a conversation, in which a mark stands for pictures.
#[must_use]
pub fn preview(words: &Catalogue, line: &str) -> String {
    let (text, pictures) = unmarked(line);
    with_pictures(words, text, pictures)
}

/// The same in a list, where nothing else tells who wrote: that one's own side did, and wrote last.
#[must_use]
pub fn own_words(words: &Catalogue, own: bool, line: &str) -> String {
    let told = preview(words, line);
    if own && !told.is_empty() { words.say("ui-inbox-own", &[("text", Value::Text(told))]) } else { told }
}

/// Where a text stands at the server.
#[must_use]
pub fn delivery_key(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Accepted => "ui-delivery-accepted",
        Delivery::Submitting => "ui-delivery-submitting",
        Delivery::Submitted => "ui-delivery-submitted",
        Delivery::Delivered => "ui-delivery-delivered",
        Delivery::Failed => "ui-delivery-failed",
        Delivery::Unknown => "ui-delivery-unknown",
        Delivery::Held => "ui-delivery-held",
        Delivery::Dropped => "ui-delivery-dropped",
        Delivery::Received => "ui-delivery-received",
    }
}

/// Why a text did not go out, for the server's own reasons; none for a carrier's code, which stands for itself.
#[must_use]
pub fn reason_key(error: &str) -> Option<&'static str> {
    Some(match error {
        "too_late" => "ui-reason-too-late",
        "too_old" => "ui-reason-too-old",
        "outside_hours" => "ui-reason-outside-hours",
        "opted_out" => "ui-reason-opted-out",
        "possible_opt_out" => "ui-reason-possible-opt-out",
        "wrong_number" => "ui-reason-wrong-number",
        "recalled" => "ui-reason-recalled",
        "removed" => "ui-reason-removed",
        "taken_back" => "ui-reason-taken-back",
        "erased" => "ui-reason-erased",
        "closed" => "ui-reason-closed",
        "lost" => "ui-reason-lost",
        "given_up" => "ui-reason-given-up",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::core::texter::view::NOTES;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// The server's own words for why a text did not go out, and how an opt-out came about: none of them stands on a screen as it is.
    #[test]
    fn no_code_of_the_server_stands_on_a_screen() {
        let reasons = [
            "too_late",
            "too_old",
            "outside_hours",
            "opted_out",
            "possible_opt_out",
            "wrong_number",
            "recalled",
            "removed",
            "taken_back",
            "erased",
            "closed",
            "lost",
            "given_up",
        ];
        let at = at("2026-06-10T18:00:00Z");
        for words in [Catalogue::english(), Catalogue::spanish()] {
            for reason in reasons {
                let said = words.say(reason_key(reason).expect(reason), &[]);
                assert!(!said.contains('_') && said != reason, "{reason}: {said}");
            }
            for (_, key) in NOTES {
                assert!(!words.say(key, &[]).contains("note-"), "{key}");
            }
            for detail in ["by_person", "by_texter", "by_captain", "undecided", "erased", "by_captain: rang us"] {
                let said = note_detail(&words, &TimeZone::UTC, NOTE_OPTED_OUT, detail, at);
                assert!(!said.contains('_') && !said.contains("captain:"), "{detail}: {said}");
            }
        }
        assert_eq!(reason_key("30007"), None, "a carrier's code stands for itself");
    }

    #[test]
    fn keys_have_the_names_people_know() {
        let es = Catalogue::spanish();
        let told = |keys| key_name(&es, keys);
        assert_eq!(told("space"), "espacio");
        assert_eq!(told("Pagedown"), "AvPág");
        assert_eq!(told("ctrl+delete"), "ctrl+supr");
        assert_eq!(
            (told("g g"), told("+"), told("Up"), told("x")),
            ("g g".into(), "+".into(), "Arriba".into(), "x".into())
        );
        assert_eq!(key_name(&Catalogue::english(), "pagedown"), "pagedown");
        let say = Say::new("texter-closed-done").with("name", "Ana").with("key", "space");
        assert!(phrase(&es, &TimeZone::UTC, &say).contains("espacio"));
    }

    #[test]
    fn a_field_has_the_name_of_the_language_and_a_sentence_one_stop() {
        let es = Catalogue::spanish();
        assert_eq!(
            (field_name(&es, "lastName"), field_name(&es, "event_date")),
            ("apellido".into(), "fecha del evento".into())
        );
        assert_eq!(field_name(&es, "union_local"), "union local", "a list's own stays its own");
        assert_eq!(field_name(&Catalogue::english(), "lastName"), "last name");
        assert_eq!(
            (stopped("11:00 a. m."), stopped("Why?"), stopped("x")),
            ("11:00 a. m.".into(), "Why?".into(), "x.".into())
        );
    }

    #[test]
    fn a_moment_that_may_be_days_away_has_its_day() {
        let say = Say {
            key: "texter-held-back-lately",
            args: vec![("count", Arg::Number(1)), ("at", Arg::Day(at("2026-06-13T19:02:00Z")))],
        };
        let said = phrase(&Catalogue::english(), &TimeZone::UTC, &say);
        assert!(said.contains("after Jun 13, 7:02"), "{said}");
    }

    #[test]
    fn an_hour_elsewhere_is_told_by_both_clocks() {
        let at = at("2026-06-10T13:00:00Z");
        let say =
            Say::new("texter-hours-closed").with("at", Arg::There(at, jiff::civil::datetime(2026, 6, 10, 9, 0, 0, 0)));
        let said = |words: &Catalogue, zone: &TimeZone| phrase(words, zone, &say);
        let (en, es) = (Catalogue::english(), Catalogue::spanish());
        let told = said(&en, &TimeZone::UTC);
        assert!(told.contains("9:00 AM (1:00 PM yours)") && told.chars().count() <= 58, "{told}");
        assert!(said(&es, &TimeZone::UTC).contains("las 9:00 a. m. (1:00 p. m. tu hora)"));
        let there = TimeZone::get("America/New_York").expect("a zone");
        assert!(said(&en, &there).contains("until 9:00 AM."), "one clock is told once: {}", said(&en, &there));
    }

    #[test]
    fn spanish_times_are_those_of_the_americas() {
        let words = Catalogue::spanish();
        assert_eq!(day_and_time(&words, &TimeZone::UTC, at("2026-06-13T19:02:00Z")), "13 jun, 7:02 p. m.");
        assert_eq!(time_of_day(&words, &TimeZone::UTC, at("2026-12-13T00:02:00Z")), "12:02 a. m.");
    }

    #[test]
    fn a_draft_has_its_age_from_a_minute_on() {
        let words = Catalogue::english();
        let told = |written, now| draft(&words, &TimeZone::UTC, written, now);
        let (then, now) = (Some(at("2026-06-10T18:00:00Z")), Some(at("2026-06-10T20:30:00Z")));
        assert_eq!(
            (told(None, now), told(now, now), told(then, now)),
            ("draft".into(), "draft".into(), "draft 2 h".into())
        );
    }

    #[test]
    fn own_words_in_a_list_are_told_from_a_voters() {
        let told = |own| own_words(&Catalogue::english(), own, "Where do I vote?");
        assert_eq!(told(true), "You: Where do I vote?");
        assert_eq!(told(false), "Where do I vote?");
        assert_eq!(own_words(&Catalogue::spanish(), true, ""), "");
    }

    #[test]
    fn pictures_have_a_word_in_each_language() {
        let told = |words: Catalogue, line: &str| preview(&words, line);
        assert_eq!(told(Catalogue::english(), "[picture]"), "[picture]");
        assert_eq!(told(Catalogue::english(), "Look here [2 pictures]"), "Look here [2 pictures]");
        assert_eq!(told(Catalogue::spanish(), "[picture]"), "[foto]");
        assert_eq!(told(Catalogue::spanish(), "Mire [3 pictures]"), "Mire [3 fotos]");
        assert_eq!(told(Catalogue::spanish(), "no hay"), "no hay");
        assert_eq!(with_pictures(&Catalogue::english(), "", 1), "[picture]");
        assert_eq!(with_pictures(&Catalogue::english(), "a\nb", 2), "a\nb [2 pictures]");
    }

    #[test]
    fn until_when_something_is_put_aside_has_its_day_where_it_is_another() {
        let words = Catalogue::english();
        let told = |until| note_detail(&words, &TimeZone::UTC, NOTE_SNOOZED, until, at("2026-06-10T18:00:00Z"));
        assert_eq!(told("2026-06-10T20:30:00Z"), "8:30 PM");
        assert_eq!(told("2026-06-11T09:00:00Z"), "Jun 11, 9:00 AM");
        assert_eq!(note_detail(&words, &TimeZone::UTC, NOTE_TAGGED, "vip", at("2026-06-10T18:00:00Z")), "vip");
    }
}

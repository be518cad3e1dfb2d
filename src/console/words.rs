//! Sentences for what the cores say and show: one place for both front ends, which must not call one thing by two names.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use serde_json::Value as Json;

use super::core::shared::say::{Arg, Say};
use super::core::texter::pick::tag_word;
use super::core::texter::view::{NOTE_SNOOZED, NOTE_TAGGED, NOTE_UNTAGGED};
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
                Arg::Text(text) => Value::Text(text.clone()),
                Arg::Number(n) => Value::Number(*n),
                Arg::Time(at) => Value::Time(time_of_day(words, zone, *at)),
                Arg::Day(at) => Value::Time(day_and_time(words, zone, *at)),
                Arg::Key(key) => Value::Text(words.say(key, &[])),
            };
            (*name, value)
        })
        .collect();
    words.say(say.key, &args)
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
        _ => format!("{} {}", there.day(), SPANISH_MONTHS[usize::from(there.month().unsigned_abs().clamp(1, 12)) - 1]),
    };
    format!("{day}, {}", clock(words, there.datetime()))
}

/// What stands behind the word for an act in a conversation: tags by their names; until when something was put aside is a time, with its day where that is
/// another than the act's.
#[must_use]
pub fn note_detail(words: &Catalogue, zone: &TimeZone, what: &str, detail: &str, at: Timestamp) -> String {
    if [NOTE_TAGGED, NOTE_UNTAGGED].contains(&what) {
        return phrase(words, zone, &tag_word(detail));
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

/// A language by its name, where the catalogue knows it; else its code.
#[must_use]
pub fn language_name(word: impl Fn(&str) -> String, code: &str) -> String {
    match code {
        "en" => word("ui-language-en"),
        "es" => word("ui-language-es"),
        other => safe_line(other),
    }
}

/// Months as Spanish abbreviates them.
const SPANISH_MONTHS: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];

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
        "opted_out" => "ui-reason-opted-out",
        "possible_opt_out" => "ui-reason-possible-opt-out",
        "wrong_number" => "ui-reason-wrong-number",
        "recalled" => "ui-reason-recalled",
        "removed" => "ui-reason-removed",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
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
    fn spanish_times_are_those_of_the_americas() {
        let words = Catalogue::spanish();
        assert_eq!(day_and_time(&words, &TimeZone::UTC, at("2026-06-13T19:02:00Z")), "13 jun, 7:02 p. m.");
        assert_eq!(time_of_day(&words, &TimeZone::UTC, at("2026-12-13T00:02:00Z")), "12:02 a. m.");
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

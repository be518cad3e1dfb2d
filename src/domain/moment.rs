//! A day and an hour as people write and say it: `tonight 7pm`, `tomorrow 10`, `Nov 25 18:00`; in English and in Spanish.
//!
//! Whoever reads it shows what was understood before anything counts.

use jiff::ToSpan as _;
use jiff::civil::{DateTime, Time};

use super::day;

/// With a day and no hour: the morning.
const MORNING: i8 = 10;
/// With an evening and no hour.
const EVENING: i8 = 19;
/// Up to this hour a figure alone is one of the afternoon.
const AFTERNOON: i8 = 7;

/// Ways of saying which half of the day, in words that stand for one of the two.
const HALVES: [(&str, &str); 9] = [
    (" de la manana", "am"),
    (" in the morning", "am"),
    (" de la tarde", "pm"),
    (" de la noche", "pm"),
    (" in the afternoon", "pm"),
    (" in the evening", "pm"),
    (" a. m", "am"),
    (" p. m", "pm"),
    (" o'clock", ""),
];

/// The moment that is meant, after `now`; none when it is not clear which. Both by the clock where it is to be. `day_first`: `3/11` is in
/// November.
#[must_use]
pub fn read(text: &str, now: DateTime, day_first: bool) -> Option<DateTime> {
    let mut text = day::fold(text).replace("esta noche", "tonight").replace("mediodia", "noon");
    text = text.replace("a.m", "am").replace("p.m", "pm");
    for (said, half) in HALVES {
        text = text.replace(said, half);
    }
    let mut words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '@'))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty() && !matches!(*word, "at" | "las" | "la" | "a"))
        .collect();
    let tonight = words.iter().position(|word| *word == "tonight");
    if let Some(place) = tonight {
        words.remove(place);
    }
    let evening = tonight.is_some();
    // `7 pm` is one figure in two words.
    let joined;
    if let [.., hour, half @ ("am" | "pm")] = words.as_slice() {
        joined = format!("{hour}{half}");
        words.truncate(words.len() - 2);
        words.push(&joined);
    }
    let dated = |words: &[&str]| match words {
        [] => Some(None),
        some => day::read(&some.join(" "), now.date(), day_first).map(Some),
    };
    let (day, time) = match words.split_last() {
        None => (None, None),
        // "Nov 25": a day, and no hour of November.
        Some(_) if words.len() > 1 && !is_hour_alone(words[words.len() - 1]) && dated(&words).is_some() => {
            (dated(&words)?, None)
        }
        Some((last, rest)) => match (hour(last, evening), dated(rest)) {
            (Some(time), Some(day)) => (day, Some(time)),
            _ => (dated(&words)?, None),
        },
    };
    if evening && day.is_some() {
        return None;
    }
    let usual = if evening { EVENING } else { MORNING };
    let at = match (day, time) {
        (None, None) if !evening => return None,
        (None, time) => {
            let at = now.date().to_datetime(time.unwrap_or(Time::new(usual, 0, 0, 0).ok()?));
            // An hour that is over today is tomorrow's.
            if at > now || evening { at } else { at.checked_add(1.day()).ok()? }
        }
        (Some(day), time) => day.to_datetime(time.unwrap_or(Time::new(usual, 0, 0, 0).ok()?)),
    };
    (at > now).then_some(at)
}

/// `10:30`, `7pm`: it can be nothing but an hour.
fn is_hour_alone(word: &str) -> bool {
    word.contains(':') || word.ends_with("am") || word.ends_with("pm") || word == "noon"
}

/// `7pm`, `19:30`, `10`: without its half the one at which people are up.
fn hour(word: &str, evening: bool) -> Option<Time> {
    if word == "noon" {
        return Time::new(12, 0, 0, 0).ok();
    }
    let (figures, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(figures), _) => (figures, Some(false)),
        (_, Some(figures)) => (figures, Some(true)),
        _ => (word.strip_suffix('h').unwrap_or(word), None),
    };
    let (hour, minute) = figures.split_once(':').unwrap_or((figures, "0"));
    let figure = |part: &str, most: usize| -> Option<i8> {
        let whole = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| whole)
    };
    let (hour, minute) = (figure(hour, 2)?, figure(minute, 2)?);
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(late) => hour % 12 + if late { 12 } else { 0 },
        None if evening && (1..12).contains(&hour) => hour + 12,
        None if (1..=AFTERNOON).contains(&hour) => hour + 12,
        None => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::read;

    #[rstest]
    #[case("tonight 7pm", "2026-11-24T19:00")]
    #[case("tonight 8", "2026-11-24T20:00")]
    #[case("tonight", "2026-11-24T19:00")]
    #[case("esta noche a las 8", "2026-11-24T20:00")]
    #[case("tomorrow 10", "2026-11-25T10:00")]
    #[case("mañana a las 10", "2026-11-25T10:00")]
    #[case("mañana a las 6 de la tarde", "2026-11-25T18:00")]
    #[case("tomorrow", "2026-11-25T10:00")]
    #[case("Nov 25 18:00", "2026-11-25T18:00")]
    #[case("Nov 25", "2026-11-25T10:00")]
    #[case("11/25 6 p.m.", "2026-11-25T18:00")]
    #[case("saturday at noon", "2026-11-28T12:00")]
    #[case("16:30", "2026-11-24T16:30")]
    #[case("4pm", "2026-11-24T16:00")]
    #[case("5", "2026-11-24T17:00")]
    #[case("9am", "2026-11-25T09:00")]
    #[case("today 8 pm", "2026-11-24T20:00")]
    fn a_moment_is_understood(#[case] text: &str, #[case] meant: &str) {
        let now = "2026-11-24T15:00".parse().unwrap();
        assert_eq!(read(text, now, false), Some(meant.parse().unwrap()), "{text}");
    }

    #[rstest]
    #[case("")]
    #[case("later")]
    #[case("today 9am")]
    #[case("yesterday 9am")]
    #[case("25:00")]
    #[case("13pm")]
    #[case("tomorrow tonight")]
    #[case("7:99")]
    fn what_is_not_clear_is_no_moment(#[case] text: &str) {
        let now = "2026-11-24T15:00".parse().unwrap();
        assert_eq!(read(text, now, false), None, "{text}");
    }
}

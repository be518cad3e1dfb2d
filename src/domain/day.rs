//! A day as people write and say it: `2026-11-03`, `Nov 3`, `11/3`, `tomorrow`, `saturday`; in English and in Spanish.
//!
//! What is said of a day without its year is about one to come: the nearest from today on. Whoever reads it shows what was
//! understood before anything is recorded.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

/// Words in either language, folded; those of one day stand together.
const WEEKDAYS: [(Weekday, [&str; 6]); 7] = [
    (Weekday::Monday, ["monday", "mon", "lunes", "lun", "", ""]),
    (Weekday::Tuesday, ["tuesday", "tue", "tues", "martes", "", ""]),
    (Weekday::Wednesday, ["wednesday", "wed", "weds", "miercoles", "mie", ""]),
    (Weekday::Thursday, ["thursday", "thu", "thur", "thurs", "jueves", "jue"]),
    (Weekday::Friday, ["friday", "fri", "viernes", "vie", "", ""]),
    (Weekday::Saturday, ["saturday", "sat", "sabado", "sab", "", ""]),
    (Weekday::Sunday, ["sunday", "sun", "domingo", "dom", "", ""]),
];

const MONTHS: [[&str; 5]; 12] = [
    ["january", "jan", "enero", "ene", ""],
    ["february", "feb", "febrero", "", ""],
    ["march", "mar", "marzo", "", ""],
    ["april", "apr", "abril", "abr", ""],
    ["may", "mayo", "", "", ""],
    ["june", "jun", "junio", "", ""],
    ["july", "jul", "julio", "", ""],
    ["august", "aug", "agosto", "ago", ""],
    ["september", "sep", "sept", "septiembre", "setiembre"],
    ["october", "oct", "octubre", "", ""],
    ["november", "nov", "noviembre", "", ""],
    ["december", "dec", "diciembre", "dic", ""],
];

/// Days from today.
const RELATIVE: [(i32, [&str; 2]); 4] = [
    (-1, ["yesterday", "ayer"]),
    (0, ["today", "hoy"]),
    (1, ["tomorrow", "manana"]),
    (2, ["day after tomorrow", "pasado manana"]),
];

/// Words that say nothing about which day it is. `next` is not among them: people mean two different days by it.
const FILLING: [&str; 8] = ["on", "the", "of", "this", "el", "de", "del", "este"];

/// The day that is meant; none when it is not clear which. `today`: where whoever said it lives. `day_first`: `3/11` is in November.
#[must_use]
pub fn read(text: &str, today: Date, day_first: bool) -> Option<Date> {
    let text = fold(text);
    if let Ok(day) = text.parse::<Date>() {
        return known(day);
    }
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .collect();
    let words: Vec<&str> =
        if words.len() > 1 { words.into_iter().filter(|word| !FILLING.contains(word)).collect() } else { words };
    // "the day after tomorrow" without its article.
    let said = words.join(" ");
    if let Some((days, _)) = RELATIVE.iter().find(|(_, names)| names.contains(&said.as_str())) {
        return today.checked_add(days.days()).ok().and_then(known);
    }
    match words.as_slice() {
        [one] => weekday(one).map_or_else(|| figures(one, today, day_first), |day| following(day, today)),
        // With its weekday it has to be true.
        [first, rest @ ..] if weekday(first).is_some() => {
            let day = by_month(rest, today).or_else(|| match rest {
                [one] => figures(one, today, day_first),
                _ => None,
            })?;
            (Some(day.weekday()) == weekday(first)).then_some(day)
        }
        all => by_month(all, today),
    }
}

/// Small letters without accents.
pub(super) fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' => 'u',
        'ñ' => 'n',
        other => other,
    };
    text.trim().chars().flat_map(char::to_lowercase).map(plain).collect()
}

fn weekday(word: &str) -> Option<Weekday> {
    let found = WEEKDAYS.iter().find(|(_, names)| !word.is_empty() && names.contains(&word));
    found.map(|(day, _)| *day)
}

/// The next such day, at the earliest tomorrow: who means today says so.
fn following(day: Weekday, today: Date) -> Option<Date> {
    today.nth_weekday(1, day).ok()
}

/// `nov 3`, `3 nov`, with or without a year.
fn by_month(words: &[&str], today: Date) -> Option<Date> {
    let (one, two, year) = match words {
        [one, two] => (*one, *two, None),
        [one, two, year] => (*one, *two, Some(of_century(year)?)),
        _ => return None,
    };
    let month = |word: &str| {
        let place = MONTHS.iter().position(|names| !word.is_empty() && names.contains(&word))?;
        i8::try_from(place + 1).ok()
    };
    let (month, day) = month(one).map(|month| (month, two)).or_else(|| month(two).map(|month| (month, one)))?;
    let day = ["st", "nd", "rd", "th"].iter().find_map(|end| day.strip_suffix(end)).unwrap_or(day);
    whole(year, month, day.parse().ok()?, today)
}

/// `11/3`, `11/3/26`, `3.11.2026`.
fn figures(word: &str, today: Date, day_first: bool) -> Option<Date> {
    let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
    let (one, two, year) = match parts.as_slice() {
        [one, two] => (one, two, None),
        [one, two, year] => (one, two, Some(of_century(year)?)),
        _ => return None,
    };
    let (one, two): (i8, i8) = (one.parse().ok()?, two.parse().ok()?);
    let (month, day) = if day_first { (two, one) } else { (one, two) };
    // No month is called 23: then it was meant the other way round.
    let (month, day) = if month > 12 { (day, month) } else { (month, day) };
    whole(year, month, day, today)
}

fn of_century(year: &str) -> Option<i16> {
    let number: i16 = year.parse().ok().filter(|_| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    match year.len() {
        2 => Some(2_000 + number),
        4 => Some(number),
        _ => None,
    }
}

/// In its year, else the nearest from today on.
fn whole(year: Option<i16>, month: i8, day: i8, today: Date) -> Option<Date> {
    let of = |year: i16| Date::new(year, month, day).ok();
    match year {
        Some(year) => of(year),
        // The 29th of February may be up to eight years away.
        None => (today.year()..=today.year().saturating_add(8)).filter_map(of).find(|day| *day >= today),
    }
    .and_then(known)
}

/// Nobody means a day so far away.
fn known(day: Date) -> Option<Date> {
    (1_900..2_100).contains(&day.year()).then_some(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    // A Tuesday.
    const TODAY: Date = date(2026, 10, 20);

    #[rstest]
    #[case("2026-11-03", "2026-11-03")]
    #[case(" Nov 3 ", "2026-11-03")]
    #[case("november 3rd, 2026", "2026-11-03")]
    #[case("Nov. 3", "2026-11-03")]
    #[case("3 nov", "2026-11-03")]
    #[case("on the 3rd of November", "2026-11-03")]
    #[case("3 de noviembre de 2026", "2026-11-03")]
    #[case("11/3", "2026-11-03")]
    #[case("11/3/26", "2026-11-03")]
    #[case("11-3-2026", "2026-11-03")]
    #[case("23/11", "2026-11-23")]
    #[case("10/20", "2026-10-20")]
    #[case("10/19", "2027-10-19")]
    #[case("2/29", "2028-02-29")]
    #[case("today", "2026-10-20")]
    #[case("Tomorrow.", "2026-10-21")]
    #[case("the day after tomorrow", "2026-10-22")]
    #[case("yesterday", "2026-10-19")]
    #[case("Saturday", "2026-10-24")]
    #[case("this sat", "2026-10-24")]
    #[case("tuesday", "2026-10-27")]
    #[case("tuesday nov 3", "2026-11-03")]
    #[case("Tue, 11/3", "2026-11-03")]
    #[case("el sábado", "2026-10-24")]
    #[case("mañana", "2026-10-21")]
    #[case("pasado mañana", "2026-10-22")]
    #[case("miércoles", "2026-10-21")]
    fn is_understood(#[case] text: &str, #[case] day: &str) {
        assert_eq!(read(text, TODAY, false).map(|day| day.to_string()).as_deref(), Some(day), "{text}");
    }

    #[rstest]
    #[case("")]
    #[case("soon")]
    #[case("next saturday")]
    #[case("monday nov 3")]
    #[case("nov 31")]
    #[case("2026-13-01")]
    #[case("11/3/226")]
    #[case("13/13")]
    #[case("3")]
    #[case("nov")]
    #[case("nov 3 2026 9 am")]
    #[case("-11/3")]
    #[case("the")]
    #[case("0001-01-01")]
    fn is_not_guessed(#[case] text: &str) {
        assert_eq!(read(text, TODAY, false), None, "{text}");
    }

    #[test]
    fn the_day_comes_first_where_people_write_it_so() {
        assert_eq!(read("3/11", TODAY, true), Some(date(2026, 11, 3)));
        assert_eq!(read("11/23", TODAY, true), Some(date(2026, 11, 23)));
        assert_eq!(read("3/11", TODAY, false), Some(date(2027, 3, 11)));
    }

    proptest! {
        #[test]
        fn anything_is_read_without_harm(text in "\\PC{0,40}", first: bool) {
            let _ = read(&text, TODAY, first);
        }

        #[test]
        fn what_was_understood_reads_as_itself(days in -3_000i32..3_000) {
            let day = TODAY.checked_add(days.days()).unwrap();
            prop_assert_eq!(read(&day.to_string(), TODAY, true), Some(day));
            prop_assert_eq!(read(&day.strftime("%A, %B %-d, %Y").to_string(), TODAY, true), Some(day));
        }
    }
}

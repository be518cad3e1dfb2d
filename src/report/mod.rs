//! What came of a campaign as one HTML page that needs nothing else: no script, no picture, nothing from the network. It can be
//! read on a phone, on paper, by a screen reader, in light and in dark; each plot has its numbers in a table beside it.
//!
//! The page is XML as well, so that a test can hold its structure against what a page has to be.

mod charts;
mod html;
mod sections;

use crate::domain::outcome::Outcome;
use crate::i18n::{Catalogue, Value};

use html::Html;

const STYLE: &str = include_str!("../../assets/report/style.css");

/// A share in tenths of a per cent: whole, behind the point, and the sign.
fn tenths(share: f64) -> (i64, i64, &'static str) {
    #[expect(clippy::cast_possible_truncation, reason = "a share is between -1 and 1")]
    let tenths = (share * 1_000.0).round() as i64;
    (tenths.abs() / 10, tenths.abs() % 10, if tenths < 0 { "-" } else { "" })
}

/// Sentences, numbers and times in the reader's language.
struct Words<'a> {
    catalogue: &'a Catalogue,
    zone: jiff::tz::TimeZone,
}

impl Words<'_> {
    fn say(&self, key: &str, args: &[(&str, Value)]) -> String {
        self.catalogue.say(key, args)
    }

    fn plain(&self, key: &str) -> String {
        self.catalogue.say(key, &[])
    }

    fn number(&self, number: u64) -> String {
        self.say("report-number", &[("n", Value::Number(i64::try_from(number).unwrap_or(i64::MAX)))])
    }

    /// A share as per cent, with one digit behind the point.
    fn percent(&self, share: f64) -> String {
        let (whole, part, sign) = tenths(share);
        let text = |text: String| Value::Text(text);
        self.say("report-percent", &[("whole", text(format!("{sign}{whole}"))), ("part", text(part.to_string()))])
    }

    /// The difference of two shares: not per cent of either.
    fn points(&self, difference: f64) -> String {
        let (whole, part, sign) = tenths(difference);
        let text = |text: String| Value::Text(text);
        self.say("report-points", &[("whole", text(format!("{sign}{whole}"))), ("part", text(part.to_string()))])
    }

    fn length(&self, seconds: Option<u64>) -> String {
        let Some(seconds) = seconds else { return self.plain("report-none") };
        let number = |n: u64| Value::Number(i64::try_from(n).unwrap_or(i64::MAX));
        match seconds {
            0..60 => self.say("report-seconds", &[("s", number(seconds))]),
            60..3_600 => self.say("report-minutes", &[("m", number(seconds / 60)), ("s", number(seconds % 60))]),
            _ => self.say("report-hours", &[("h", number(seconds / 3_600)), ("m", number(seconds % 3_600 / 60))]),
        }
    }

    fn time(&self, at: jiff::Timestamp, format: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
    }
}

/// The page.
#[must_use]
pub fn page(outcome: &Outcome, catalogue: &Catalogue) -> String {
    let zone = jiff::tz::TimeZone::get(&outcome.about.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let words = Words { catalogue, zone };
    let about = &outcome.about;
    let title = words.say("report-title", &[("campaign", Value::Text(about.title.clone()))]);
    let mut page = Html::default();
    page.raw("<!DOCTYPE html>\n");
    page.open("html", &[("lang", catalogue.language())]);
    page.open("head", &[]);
    page.raw("<meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\"/><meta name=\"robots\" content=\"noindex\"/>");
    page.element("title", &[], &title);
    page.open("style", &[]);
    page.raw(STYLE);
    page.close("style");
    page.close("head");
    page.open("body", &[]);
    page.open("header", &[]);
    if about.rehearsal {
        page.element("p", &[("class", "rehearsal")], &words.plain("report-rehearsal"));
    }
    page.element("h1", &[], &title);
    let when = words.say(
        if outcome.untold.is_empty() { "report-counted" } else { "report-counted-export" },
        &[
            ("organization", Value::Text(about.organization.clone())),
            ("at", Value::Time(words.time(about.at, "%Y-%m-%d %H:%M"))),
            ("zone", Value::Text(about.time_zone.clone())),
        ],
    );
    page.element("p", &[], &when);
    if !outcome.untold.is_empty() {
        page.element("p", &[], &words.plain("report-untold"));
    }
    page.close("header");
    sections::all(&mut page, outcome, &words);
    page.close("body");
    page.close("html");
    page.finish()
}

#[cfg(test)]
mod tests;

//! Events as a calendar file (iCalendar, RFC 5545), which every calendar program opens.
//!
//! Times are given in UTC: a program shows them by its own clocks, and no description of a time zone has to travel along.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

use crate::domain::ids::CampaignId;
use crate::domain::rsvp::CampaignEvent;
use crate::domain::safe_text::safe_body;

/// Longest line of such a file, in bytes, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// A calendar file of these events. `host` says whose they are, so that the same event keeps its name when the file comes again;
/// `changed` is what counts when two of its versions meet: the version of the script and when the file was made.
#[must_use]
pub fn calendar(
    events: &[&CampaignEvent],
    campaign: CampaignId,
    host: &str,
    (version, made_at): (u32, Timestamp),
) -> String {
    let mut file = String::new();
    line(&mut file, "BEGIN:VCALENDAR");
    line(&mut file, "VERSION:2.0");
    line(&mut file, concat!("PRODID:-//textbank//textbank ", env!("CARGO_PKG_VERSION"), "//EN"));
    // No METHOD: that would make it a scheduling message, which has to name an organizer (RFC 5546, 3.2.1).
    line(&mut file, "CALSCALE:GREGORIAN");
    for event in events {
        let location = [event.place.as_str(), event.address.as_str()];
        let location: Vec<&str> = location.into_iter().filter(|part| !part.is_empty()).collect();
        line(&mut file, "BEGIN:VEVENT");
        line(&mut file, &format!("UID:{}-{campaign}{}", event.id, at(host)));
        line(&mut file, &format!("DTSTAMP:{}", utc(made_at)));
        line(&mut file, &format!("SEQUENCE:{version}"));
        line(&mut file, &format!("DTSTART:{}", utc(event.starts_at)));
        line(&mut file, &format!("DTEND:{}", utc(event.ends_at)));
        line(&mut file, &format!("SUMMARY:{}", text(&event.title)));
        line(&mut file, &format!("LOCATION:{}", text(&location.join(", "))));
        line(&mut file, "END:VEVENT");
    }
    line(&mut file, "END:VCALENDAR");
    file
}

fn utc(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Whose event it is. A port stands before the host: two servers of one machine have each their own.
fn at(host: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect()
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) => (plain(name), format!("-{port}")),
        _ => (plain(host), String::new()),
    };
    format!("{port}@{}", if name.is_empty() { "textbank" } else { name.as_str() })
}

/// A TEXT value (3.3.11): what separates values is escaped.
fn text(value: &str) -> String {
    let mut out = String::new();
    for c in safe_body(value).chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

/// Writes one line, folded: no part of it is longer than [`LINE`], and no character is cut.
fn line(file: &mut String, whole: &str) {
    let mut room = LINE;
    for c in whole.chars() {
        if c.len_utf8() > room {
            file.push_str("\r\n ");
            // The blank that says that the line goes on is one of its bytes.
            room = LINE - 1;
        }
        room -= c.len_utf8();
        file.push(c);
    }
    let _ = write!(file, "\r\n");
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn event() -> CampaignEvent {
        CampaignEvent {
            id: "rally".into(),
            title: "Rally; music, food\nand \\ more".into(),
            starts_at: "2027-05-20T23:30:00Z".parse().expect("a time"),
            ends_at: "2027-05-21T01:00:00Z".parse().expect("a time"),
            zone: "America/Chicago".into(),
            place: "Ayuntamiento".into(),
            address: "Calle de la Constitución y de la Independencia número 1, Springfield, señalizado desde la plaza"
                .into(),
            capacity: None,
        }
    }

    /// Lines as a reader has them: folds taken out (3.1).
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_file_is_what_the_standard_says() {
        let one = event();
        let made_at = "2027-05-01T12:00:00.25Z".parse().expect("a time");
        let file = calendar(&[&one], CampaignId(3), "bank.example.org:8443", (7, made_at));
        let product = concat!("PRODID:-//textbank//textbank ", env!("CARGO_PKG_VERSION"), "//EN");
        assert_eq!(
            unfolded(&file),
            [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                product,
                "CALSCALE:GREGORIAN",
                "BEGIN:VEVENT",
                "UID:rally-3-8443@bank.example.org",
                "DTSTAMP:20270501T120000Z",
                "SEQUENCE:7",
                "DTSTART:20270520T233000Z",
                "DTEND:20270521T010000Z",
                "SUMMARY:Rally\\; music\\, food\\nand \\\\ more",
                "LOCATION:Ayuntamiento\\, Calle de la Constitución y de la Independencia número 1\\, Springfield\\, señalizado \
                 desde la plaza",
                "END:VEVENT",
                "END:VCALENDAR",
            ]
        );
    }

    #[test]
    fn lines_are_folded_and_no_character_is_cut() {
        for length in 60..90 {
            let mut one = event();
            one.title = "ñ".repeat(length);
            let file = calendar(&[&one], CampaignId(3), "", (1, one.starts_at));
            assert!(file.split("\r\n").all(|line| line.len() <= LINE), "{file}");
            assert!(file.ends_with("END:VCALENDAR\r\n") && !file.replace("\r\n", "").contains(['\r', '\n']));
            assert!(unfolded(&file).contains(&format!("SUMMARY:{}", one.title)));
        }
    }
}

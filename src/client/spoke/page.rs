//! What a Spoke server says of itself in the HTML of its pages: `window.NAME="value"`. There is no other place for it.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::console::core::shared::msg::Downtime;

/// How people sign in there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Strategy {
    /// By e-mail and password.
    #[default]
    Local,
    /// Over Auth0, in a browser.
    Auth0,
    /// Over Slack, in a browser.
    Slack,
    /// By a token that another system of the campaign's makes.
    Token,
    /// Another one.
    Other(String),
}

impl Strategy {
    fn named(name: &str) -> Self {
        match name {
            "local" => Self::Local,
            "auth0" => Self::Auth0,
            "slack" => Self::Slack,
            "token" => Self::Token,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The settings of a server that a client has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How people sign in.
    pub strategy: Strategy,
    /// The zone whose summer time counts for all contacts.
    pub dst_reference: String,
    /// The zone of contacts without one, when there is one.
    pub zone: Option<String>,
    /// Longest text, in characters.
    pub max_length: usize,
    /// Terms are to be accepted in the browser first.
    pub terms: bool,
    /// A first text is sent by two presses.
    pub two_presses: bool,
    /// The server is closed for maintenance.
    pub downtime: Option<Downtime>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            strategy: Strategy::Local,
            dst_reference: "US/Eastern".to_owned(),
            zone: None,
            max_length: 99_999,
            terms: false,
            two_presses: false,
            downtime: None,
        }
    }
}

impl Settings {
    /// Reads a page. None when it is no page of Spoke's.
    #[must_use]
    pub fn of_page(html: &str) -> Option<Self> {
        let strategy = Strategy::named(&variable(html, "PASSPORT_STRATEGY")?);
        let usual = Self::default();
        let said = |name: &str| variable(html, name).filter(|value| !value.is_empty());
        let on = |name: &str| said(name).is_some_and(|value| !matches!(value.as_str(), "false" | "0"));
        Some(Self {
            strategy,
            dst_reference: said("DST_REFERENCE_TIMEZONE").unwrap_or(usual.dst_reference),
            zone: said("DEFAULT_TZ").or_else(|| said("TZ")),
            max_length: said("MAX_MESSAGE_LENGTH").and_then(|n| n.parse().ok()).unwrap_or(usual.max_length),
            terms: on("TERMS_REQUIRE"),
            two_presses: on("TEXTER_TWOCLICK"),
            downtime: match (on("DOWNTIME") || on("DOWNTIME_TEXTER"), on("DOWNTIME_NO_INITIAL")) {
                (true, _) => Some(Downtime::All),
                (false, true) => Some(Downtime::FirstTexts),
                (false, false) => None,
            },
        })
    }

    /// The reference zone's hours from UTC in winter.
    #[must_use]
    pub fn reference_offset(&self) -> Option<SignedDuration> {
        let zone = TimeZone::get(&self.dst_reference).ok()?;
        // In one of the two months it is winter, on either side of the equator.
        let at = |month| {
            let noon = jiff::civil::date(2026, month, 15).at(12, 0, 0, 0).to_zoned(zone.clone()).ok()?;
            Some(noon.offset().seconds())
        };
        let seconds = at(1)?.min(at(7)?);
        Some(SignedDuration::from_secs(i64::from(seconds)))
    }
}

/// The value of `window.NAME`, without its quotes.
fn variable(html: &str, name: &str) -> Option<String> {
    let wanted = format!("window.{name}");
    // The name of one begins that of another.
    html.match_indices(&wanted).find_map(|(at, _)| {
        let rest = html[at + wanted.len()..].trim_start().strip_prefix('=')?.trim_start();
        let end = match rest.chars().next()? {
            quote @ ('"' | '\'') => {
                let inner = &rest[1..];
                return inner.split(quote).next().filter(|inner| inner.len() < rest.len() - 1).map(str::to_owned);
            }
            _ => rest.find([';', '\n', '<', ',']).unwrap_or(rest.len()),
        };
        let value = rest[..end].trim();
        (value != "undefined" && value != "null").then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_read_and_the_rest_is_as_usual() {
        let page = r#"<html><script>
            window.PASSPORT_STRATEGY="local";
            window.DST_REFERENCE_TIMEZONE = 'US/Central'
            window.MAX_MESSAGE_LENGTH=480;window.TZ="";window.TERMS_REQUIRE=true;
            </script></html>"#;
        let read = Settings::of_page(page).expect("a page of Spoke's");
        let wanted = Settings {
            strategy: Strategy::Local,
            dst_reference: "US/Central".to_owned(),
            zone: None,
            max_length: 480,
            terms: true,
            two_presses: false,
            downtime: None,
        };
        assert_eq!(read, wanted);
        let auth0 = Settings::of_page("window.PASSPORT_STRATEGY=\"auth0\"").expect("a page");
        assert_eq!(auth0, Settings { strategy: Strategy::Auth0, ..Settings::default() });
        for (words, downtime) in [
            ("window.DOWNTIME=\"Back at noon\";window.DOWNTIME_TEXTER=\"\"", Some(Downtime::All)),
            ("window.DOWNTIME_TEXTER=\"1\"", Some(Downtime::All)),
            ("window.DOWNTIME=false;window.DOWNTIME_NO_INITIAL=\"true\"", Some(Downtime::FirstTexts)),
            ("window.DOWNTIME=undefined;window.DOWNTIME_NO_INITIAL=\"\"", None),
        ] {
            let page = format!("window.PASSPORT_STRATEGY=\"local\";window.TEXTER_TWOCLICK=true;{words};");
            let read = Settings::of_page(&page).expect("a page");
            assert_eq!((read.downtime, read.two_presses), (downtime, true), "{words}");
        }
        assert_eq!(Settings::of_page("<html>Hello</html>"), None);
        assert_eq!(Settings::of_page("window.PASSPORT_STRATEGY=\"cut"), None);
    }

    #[test]
    fn the_reference_zone_has_its_winter_offset() {
        let offset = |zone: &str| {
            Settings { dst_reference: zone.to_owned(), ..Settings::default() }.reference_offset().map(|o| o.as_hours())
        };
        assert_eq!(offset("US/Eastern"), Some(-5));
        assert_eq!(offset("Australia/Sydney"), Some(10));
        assert_eq!(offset("Nowhere/Here"), None);
    }
}

//! Which time zones a contact may be in.
//!
//! People keep their number when they move, and area codes cross zone borders. So every hint counts: the zones of the
//! address and those of the area code are candidates together, and a text is allowed only where it is allowed in each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contact::Contact;
use super::phone::Phone;

/// Candidate IANA zones of one contact; never empty. A text is allowed only when it is in all. Behind the zones stand the
/// states that have hours of their own and that the contact may be in (`US-FL`): a program that knows none passes them over.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Zones(Vec<String>);

/// What stands before the two letters of a state.
const STATE: &str = "US-";

/// The continental US: where a contact may be of whom nothing is known. The hours of all of them together are noon to
/// the end of the window in the east.
const UNKNOWN: [&str; 5] =
    ["America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"];

/// A prefix with more zones than this names a whole country or plan, not a place (`1`, toll-free numbers).
const MANY: usize = 6;

static PREFIXES: LazyLock<HashMap<&'static str, Vec<&'static str>>> =
    LazyLock::new(|| table(include_str!("../../assets/rules/timezones.txt")));
static STATES: LazyLock<HashMap<&'static str, Vec<&'static str>>> =
    LazyLock::new(|| table(include_str!("../../assets/rules/state_zones.txt")));
static ZIPS: LazyLock<HashMap<&'static str, Vec<&'static str>>> =
    LazyLock::new(|| table(include_str!("../../assets/rules/zip_states.txt")));

static NAMES: LazyLock<HashMap<&'static str, Vec<&'static str>>> =
    LazyLock::new(|| table(include_str!("../../assets/rules/state_names.txt")));
static AREAS: LazyLock<HashMap<&'static str, Vec<&'static str>>> =
    LazyLock::new(|| table(include_str!("../../assets/rules/area_code_states.txt")));

/// `key|value&value`, `#` comments.
fn table(text: &'static str) -> HashMap<&'static str, Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('|'))
        .map(|(key, values)| (key.trim(), values.trim().split('&').collect()))
        .collect()
}

impl Zones {
    /// The zone names, most likely first.
    #[must_use]
    pub fn names(&self) -> &[String] {
        let zones = self.0.iter().position(|name| name.starts_with(STATE)).unwrap_or(self.0.len());
        &self.0[..zones]
    }

    /// The states with hours of their own that the contact may be in, by their two letters.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|name| name.strip_prefix(STATE))
    }

    /// Zones by name; names that the time zone database does not know are left out, and if none is left the result is
    /// [`Zones::unknown`].
    #[must_use]
    pub fn from_names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut found: Vec<String> = Vec::new();
        for name in names {
            if let Some(zone) = canonical(name.as_ref())
                && !found.contains(&zone)
            {
                found.push(zone);
            }
        }
        if found.is_empty() { Self::unknown() } else { Self(found) }
    }

    /// The zones of a contact of whom nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self(UNKNOWN.iter().map(|&z| z.to_owned()).collect())
    }

    /// The time zones themselves. Falls back to the unknown ones should the stored names be gone from the database.
    pub(super) fn time_zones(&self) -> Vec<TimeZone> {
        let zones: Vec<_> = self.0.iter().filter_map(|name| TimeZone::get(name).ok()).collect();
        if zones.is_empty() { UNKNOWN.iter().filter_map(|name| TimeZone::get(name).ok()).collect() } else { zones }
    }
}

/// The IANA name for what a list may say (`US/Eastern`, `eastern`, `EST`), when it is known.
#[must_use]
pub fn canonical(name: &str) -> Option<String> {
    let name = name.trim();
    let folded: String = name.to_ascii_lowercase().replace([' ', '-'], "_");
    let iana = match folded.trim_end_matches("_time").trim_end_matches("_standard") {
        "eastern" | "est" | "edt" | "et" | "us/eastern" => "America/New_York",
        "central" | "cst" | "cdt" | "ct" | "us/central" => "America/Chicago",
        "mountain" | "mst" | "mdt" | "mt" | "us/mountain" => "America/Denver",
        "arizona" | "us/arizona" => "America/Phoenix",
        "pacific" | "pst" | "pdt" | "pt" | "us/pacific" => "America/Los_Angeles",
        "alaska" | "akst" | "akdt" | "us/alaska" => "America/Anchorage",
        "hawaii" | "hst" | "us/hawaii" => "Pacific/Honolulu",
        _ => {
            if !name.contains('/') && name != "UTC" {
                return None;
            }
            return TimeZone::get(name).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
        }
    };
    Some(iana.to_owned())
}

/// Where a contact may be, for hours that differ by state: its candidate zones, and of the states `ruled` those that the
/// address or the area code names. Who is of no known state may be in each of them. With `trust_address` the area code
/// counts only where there is no address.
#[must_use]
pub fn places(contact: &Contact, ruled: &[&str], trust_address: bool) -> Zones {
    let zip = contact.zip.as_deref();
    let state = contact.state.as_deref();
    let time_zone = contact.time_zone.as_deref();
    let is_military = is_military(zip, state);
    let address: Vec<&str> = match is_military {
        true => Vec::new(),
        false => zip.and_then(zip_state).into_iter().chain(state.and_then(state_code)).collect(),
    };
    let area = if trust_address && !address.is_empty() { &[] } else { area_states(&contact.phone) };
    let mut zones = if trust_address && !address.is_empty() {
        let named = time_zone.and_then(canonical).into_iter();
        let zip = zip.into_iter().flat_map(zip_zones).map(str::to_owned);
        Zones::from_names(named.chain(zip).chain(state.into_iter().flat_map(state_zones).map(str::to_owned)))
    } else {
        candidates(&contact.phone, zip, state, time_zone)
    };
    let nowhere = address.is_empty() && (area.is_empty() || is_military) && is_of_the_us(&contact.phone);
    let mut codes: Vec<&str> =
        ruled.iter().copied().filter(|code| nowhere || address.contains(code) || area.contains(code)).collect();
    codes.sort_unstable();
    codes.dedup();
    zones.0.extend(codes.into_iter().map(|code| format!("{STATE}{code}")));
    zones
}

/// The area code of a number of the North American plan that nobody has been given; none of any other number.
#[must_use]
pub fn area_of_nobody(phone: &Phone) -> Option<&str> {
    let area = phone.as_str().strip_prefix("+1")?.get(..3)?;
    let is_known = AREAS.contains_key(area) || PREFIXES.contains_key(format!("1{area}").as_str());
    (!is_known).then_some(area)
}

/// The state of a US number by its area code; empty when it has none.
fn area_states(phone: &Phone) -> &'static [&'static str] {
    let area = phone.as_str().strip_prefix("+1").and_then(|digits| digits.get(..3));
    area.and_then(|area| AREAS.get(area)).map_or(&[], Vec::as_slice)
}

/// True for a number of the North American plan that may ring in the US: no other country's area code.
fn is_of_the_us(phone: &Phone) -> bool {
    phone.as_str().starts_with("+1")
        && phone_zones(phone).iter().all(|zone| UNKNOWN.contains(zone) || !area_states(phone).is_empty())
}

/// The two letters of a state by what a list says of it.
#[must_use]
pub fn state_code(state: &str) -> Option<&'static str> {
    let key = state_key(state);
    NAMES.get(key.as_str()).and_then(|codes| codes.first()).copied()
}

/// What a list says of a state as the tables have it: `N.Y.` and `N. Y.` are `NY`.
fn state_key(state: &str) -> String {
    let key = state.trim().to_ascii_uppercase();
    if !key.contains('.') {
        return key;
    }
    let words: Vec<&str> = key.split(['.', ' ']).filter(|word| !word.is_empty()).collect();
    words.join(if words.iter().all(|word| word.len() == 1) { "" } else { " " })
}

/// The state of a US ZIP code.
fn zip_state(zip: &str) -> Option<&'static str> {
    let entry = ZIPS.get(zip_prefix(zip)?.as_str())?.first()?;
    Some(entry.split_once(':').map_or(*entry, |(state, _)| state))
}

/// The states that a contact may be in, by its address and its area code: each once, the address first.
#[must_use]
pub fn states_of(contact: &Contact) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = contact.zip.as_deref().and_then(zip_state).into_iter().collect();
    found.extend(contact.state.as_deref().and_then(state_code));
    found.extend(area_states(&contact.phone));
    let mut once = Vec::with_capacity(found.len());
    found.into_iter().for_each(|code| {
        if !once.contains(&code) {
            once.push(code);
        }
    });
    once
}

/// Every zone that the number, the postal code, the state or the list's own word gives; what is stated comes first.
/// Nothing known: [`Zones::unknown`].
#[must_use]
pub fn candidates(phone: &Phone, zip: Option<&str>, state: Option<&str>, explicit: Option<&str>) -> Zones {
    let mut names: Vec<String> = Vec::new();
    names.extend(explicit.and_then(canonical));
    // Those of the tables exist: a test says so.
    let address = zip.into_iter().flat_map(zip_zones).chain(state.into_iter().flat_map(state_zones));
    for zone in address.chain(phone_zones(phone).iter().copied()) {
        if !names.iter().any(|name| name == zone) {
            names.push(zone.to_owned());
        }
    }
    // Whoever is with the forces may be anywhere: the number alone does not say where.
    if explicit.and_then(canonical).is_none() && is_military(zip, state) {
        names.extend(UNKNOWN.iter().filter(|zone| !phone_zones(phone).contains(zone)).map(|&zone| zone.to_owned()));
    }
    if names.is_empty() { Zones::unknown() } else { Zones(names) }
}

/// True of an address of the armed forces abroad (`AA`, `AE`, `AP`, and their ZIP codes): a post office's, and no place.
#[must_use]
pub fn is_military(zip: Option<&str>, state: Option<&str>) -> bool {
    let of_the_forces = |five: String| is_military_prefix(&five[..3]);
    state.is_some_and(|state| ["AA", "AE", "AP"].contains(&state_key(state).as_str()))
        || zip.and_then(five_of).is_some_and(of_the_forces)
}

/// ZIP codes of the armed forces by their first three digits: Europe and what is near it, the Americas, the Pacific (USPS Publication 65).
fn is_military_prefix(prefix: &str) -> bool {
    ("090"..="098").contains(&prefix) || prefix == "340" || ("962"..="966").contains(&prefix)
}

/// Area codes of the North American plan with exchanges in another zone than the rest: all of their zones. Which of a border's
/// exchanges the table names is chance (it has ten of Gary's, Indiana), so a number of an exchange that it does not name may be in each.
static MIXED: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut exchanges: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    for (prefix, zones) in PREFIXES.iter().filter(|(prefix, _)| prefix.starts_with('1') && prefix.len() > AREA) {
        exchanges.entry(&prefix[..AREA]).or_default().extend(zones);
    }
    let all = |(area, others): (&'static str, BTreeSet<&'static str>)| {
        let mut zones = PREFIXES.get(area)?.clone();
        zones.extend(others.into_iter().filter(|zone| !PREFIXES[area].contains(zone)));
        Some((area, zones))
    };
    exchanges.into_iter().filter_map(all).collect()
});

/// The country code and an area code of the North American plan, in digits.
const AREA: usize = 4;

/// Zones of the number's area; empty when the number is of no place.
fn phone_zones(phone: &Phone) -> &'static [&'static str] {
    let digits = phone.as_str().trim_start_matches('+');
    (1..=digits.len().min(9))
        .rev()
        .find_map(|n| {
            let prefix = &digits[..n];
            let found = PREFIXES.get(prefix)?;
            Some(MIXED.get(prefix).unwrap_or(found))
        })
        .filter(|zones| zones.len() <= MANY)
        .map_or(&[], Vec::as_slice)
}

/// Zones of a state by its two letters or its name; empty when unknown.
fn state_zones(state: &str) -> Vec<&'static str> {
    let key = state_key(state);
    STATES.get(key.as_str()).cloned().unwrap_or_default()
}

/// Zones of a US ZIP code by its first three digits; empty when unknown.
fn zip_zones(zip: &str) -> Vec<&'static str> {
    let Some(prefix) = zip_prefix(zip) else { return Vec::new() };
    ZIPS.get(prefix.as_str())
        .into_iter()
        .flatten()
        .flat_map(|entry| match entry.split_once(':') {
            Some((_, zones)) => zones.split('+').collect(),
            None => state_zones(entry),
        })
        .collect()
}

/// First three digits of a ZIP code that says where somebody is.
fn zip_prefix(zip: &str) -> Option<String> {
    let five = five_of(zip)?;
    (!is_military_prefix(&five[..3])).then(|| five[..3].to_owned())
}

/// A ZIP code's five digits, or nine. Spreadsheets drop leading zeros: `2134` was `02134`.
fn five_of(zip: &str) -> Option<String> {
    let five = zip.trim().split(['-', ' ', '.']).next()?;
    if !five.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match five.len() {
        3 | 4 => Some(format!("{five:0>5}")),
        5 | 9 => Some(five.to_owned()),
        8 => Some(format!("0{five}")),
        _ => None,
    }
}

/// The local time where a contact is, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTime {
    /// By the westernmost candidate zone.
    pub earliest: DateTime,
    /// By the easternmost; equal to `earliest` when the time is certain.
    pub latest: DateTime,
}

impl LocalTime {
    /// True when all candidate zones agree now.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.earliest == self.latest
    }
}

/// The local time at `now` in `zones`.
#[must_use]
pub fn local_time(now: Timestamp, zones: &Zones) -> LocalTime {
    let mut times: Vec<DateTime> = zones.time_zones().iter().map(|tz| tz.to_datetime(now)).collect();
    times.sort_unstable();
    let utc = || TimeZone::UTC.to_datetime(now);
    LocalTime {
        earliest: times.first().copied().unwrap_or_else(utc),
        latest: times.last().copied().unwrap_or_else(utc),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use rstest::rstest;

    use super::*;
    use crate::domain::household::Own;

    fn phone(text: &str) -> Phone {
        Phone::from_e164(text).unwrap()
    }

    /// What the Python package phonenumbers 9.0.43 answers for the same numbers, or more.
    #[rstest]
    #[case("+16462000050", &["America/New_York"])]
    // Exchanges that the table does not name, in area codes that reach into another zone.
    #[case("+19282000050", &["America/Phoenix", "America/Denver"])]
    #[case("+18503340000", &["America/New_York", "America/Chicago"])]
    #[case("+12192000000", &["America/New_York", "America/Chicago"])]
    #[case("+18502340000", &["America/Chicago"])]
    #[case("+12082000000", &["America/Boise", "America/Los_Angeles"])]
    #[case("+19072000000", &["America/Adak", "America/Anchorage", "America/Juneau", "Pacific/Honolulu"])]
    #[case("+16052000000", &["America/Denver", "America/North_Dakota/Center", "America/Chicago"])]
    #[case("+442079460958", &["Europe/London"])]
    fn area_codes(#[case] number: &str, #[case] expected: &[&str]) {
        assert_eq!(candidates(&phone(number), None, None, None).names(), expected);
    }

    /// An address of the forces is no place: in New York and in whatever of the unknown ones.
    #[rstest]
    #[case::state(None, Some("AE"))]
    #[case::europe(Some("09001"), None)]
    #[case::no_zero(Some("9001"), Some("A.E."))]
    #[case::americas(Some("34002"), Some("AA"))]
    #[case::pacific(Some("96201-1234"), Some("ap"))]
    fn addresses_of_the_forces(#[case] zip: Option<&str>, #[case] state: Option<&str>) {
        let found = candidates(&phone("+12122000002"), zip, state, None);
        assert_eq!(found, Zones::unknown(), "New York is the first of them");
        let far = candidates(&phone("+18082000002"), zip, state, None);
        assert_eq!((far.names()[0].as_str(), far.names().len()), ("Pacific/Honolulu", 1 + UNKNOWN.len()));
        let said = candidates(&phone("+12122000002"), zip, state, Some("Europe/Berlin"));
        assert_eq!(said.names(), ["Europe/Berlin", "America/New_York"], "the list says where");
        let mut contact = Own::default().contact("1", phone("+12122000002"));
        contact.zip = zip.map(str::to_owned);
        contact.state = state.map(str::to_owned);
        assert_eq!(states_of(&contact), ["NY"]);
        for trusted in [false, true] {
            assert_eq!(places(&contact, &["FL", "NY"], trusted).states().collect::<Vec<_>>(), ["FL", "NY"]);
            assert_eq!(places(&contact, &[], trusted), Zones::unknown());
        }
    }

    #[rstest]
    #[case("N.Y.", Some("NY"))]
    #[case("n. y.", Some("NY"))]
    #[case("D.C.", Some("DC"))]
    #[case("ohio.", Some("OH"))]
    #[case("N.Z.", None)]
    fn dots_in_a_state_are_looked_past(#[case] said: &str, #[case] code: Option<&str>) {
        assert_eq!(state_code(said), code);
        assert_eq!(state_zones(said).is_empty(), code.is_none());
    }

    #[rstest]
    #[case::toll_free("+18005550123")]
    #[case::of_no_place("+15005550123")]
    fn nowhere(#[case] number: &str) {
        assert_eq!(candidates(&phone(number), None, None, None), Zones::unknown());
        assert_eq!(
            candidates(&phone(number), Some("99999999"), Some("Narnia"), Some("Mars/Olympus")),
            Zones::unknown()
        );
    }

    #[rstest]
    #[case(Some("30303"), None, None, &["America/New_York", "America/Phoenix"])]
    #[case(Some("30303-1234"), None, None, &["America/New_York", "America/Phoenix"])]
    #[case(Some("2134"), None, None, &["America/New_York", "America/Phoenix"])]
    #[case(Some("79912"), None, None, &["America/Denver", "America/Chicago", "America/Phoenix"])]
    #[case(Some("33125"), Some("FL"), None, &["America/New_York", "America/Chicago", "America/Phoenix"])]
    #[case(None, Some("wa"), None, &["America/Los_Angeles", "America/Phoenix"])]
    #[case(None, Some("New Mexico"), None, &["America/Denver", "America/Phoenix"])]
    #[case(None, None, Some("US/Eastern"), &["America/New_York", "America/Phoenix"])]
    #[case(None, None, Some("Pacific time"), &["America/Los_Angeles", "America/Phoenix"])]
    fn address_and_area_code_together(
        #[case] zip: Option<&str>,
        #[case] state: Option<&str>,
        #[case] explicit: Option<&str>,
        #[case] expected: &[&str],
    ) {
        assert_eq!(candidates(&phone("+16022000000"), zip, state, explicit).names(), expected);
    }

    #[test]
    fn every_zone_of_the_tables_exists() {
        for name in PREFIXES.values().chain(STATES.values()).flatten() {
            assert!(TimeZone::get(name).is_ok(), "{name}");
        }
        for entry in ZIPS.values().flatten() {
            let (state, zones) = entry.split_once(':').unwrap_or((entry, "UTC"));
            assert!(STATES.contains_key(state) && zones.split('+').all(|zone| TimeZone::get(zone).is_ok()), "{entry}");
        }
        for code in NAMES.values().chain(AREAS.values()).flatten() {
            assert!(STATES.contains_key(code), "{code}");
        }
        assert!(STATES.keys().all(|name| NAMES.contains_key(name)), "each has two letters");
        assert!(PREFIXES.len() > 3000 && ZIPS.len() > 900 && STATES.len() > 100 && AREAS.len() > 300);
    }

    #[test]
    fn local_times() {
        let now: Timestamp = "2026-07-01T16:00:00Z".parse().unwrap();
        let one = local_time(now, &Zones::from_names(["America/Chicago"]));
        assert!(one.is_certain());
        assert_eq!(one.earliest.to_string(), "2026-07-01T11:00:00");
        let span = local_time(now, &Zones::unknown());
        assert!(!span.is_certain());
        assert_eq!((span.earliest.hour(), span.latest.hour()), (9, 12));
    }
}

//! Tests of [`super`].

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const INITIAL: MessageKind = MessageKind::Initial;
const REPLY: MessageKind = MessageKind::Reply;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn open(until: &str) -> HoursVerdict {
    HoursVerdict::Open { until: at(until) }
}

fn closed(opens_at: &str) -> HoursVerdict {
    HoursVerdict::Closed { opens_at: at(opens_at) }
}

// 2026-07-01 is a Wednesday, 2026-07-05 a Sunday; New York is at -04:00 then.
#[rstest]
#[case::before(INITIAL, "2026-07-01T08:59:59-04:00", &["America/New_York"], closed("2026-07-01T09:00-04:00"))]
#[case::first_second(INITIAL, "2026-07-01T09:00:00-04:00", &["America/New_York"], open("2026-07-01T20:00-04:00"))]
#[case::last_second(INITIAL, "2026-07-01T19:59:59-04:00", &["America/New_York"], open("2026-07-01T20:00-04:00"))]
#[case::too_late(INITIAL, "2026-07-01T20:00:00-04:00", &["America/New_York"], closed("2026-07-02T09:00-04:00"))]
#[case::reply_later(REPLY, "2026-07-01T20:30:00-04:00", &["America/New_York"], open("2026-07-01T21:00-04:00"))]
#[case::reply_too_late(REPLY, "2026-07-01T21:00:00-04:00", &["America/New_York"], closed("2026-07-02T09:00-04:00"))]
#[case::sunday_morning(INITIAL, "2026-07-05T11:00:00-04:00", &["America/New_York"], closed("2026-07-05T12:00-04:00"))]
#[case::saturday_night(REPLY, "2026-07-04T22:00:00-04:00", &["America/New_York"], closed("2026-07-05T12:00-04:00"))]
#[case::both_zones(INITIAL, "2026-07-01T09:30:00-04:00", &["America/New_York", "America/Chicago"], closed("2026-07-01T10:00-04:00"))]
#[case::first_zone_ends(INITIAL, "2026-07-01T12:00:00-04:00", &["America/Chicago", "America/New_York"], open("2026-07-01T20:00-04:00"))]
// Nothing known: noon to 20:00 in the east, and on Sundays from 15:00 (noon in the west).
#[case::unknown_morning(INITIAL, "2026-07-01T11:59:00-04:00", &[], closed("2026-07-01T12:00-04:00"))]
#[case::unknown_noon(INITIAL, "2026-07-01T12:00:00-04:00", &[], open("2026-07-01T20:00-04:00"))]
#[case::unknown_sunday(INITIAL, "2026-07-05T13:00:00-04:00", &[], closed("2026-07-05T15:00-04:00"))]
// Clocks go forward on 2026-03-08 (a Sunday) and back on 2026-11-01 (a Sunday).
#[case::spring(INITIAL, "2026-03-07T21:00:00-05:00", &["America/New_York"], closed("2026-03-08T12:00-04:00"))]
#[case::autumn(INITIAL, "2026-10-31T21:00:00-04:00", &["America/New_York"], closed("2026-11-01T12:00-05:00"))]
// Arizona keeps its clock: in summer it is with Los Angeles, in winter with Denver.
#[case::arizona_summer(INITIAL, "2026-07-01T15:30:00Z", &["America/Phoenix"], closed("2026-07-01T16:00:00Z"))]
#[case::arizona_and_denver(INITIAL, "2026-07-01T16:00:00Z", &["America/Phoenix", "America/Denver"], open("2026-07-02T02:00:00Z"))]
fn verdicts(#[case] kind: MessageKind, #[case] now: &str, #[case] zones: &[&str], #[case] expected: HoursVerdict) {
    assert_eq!(TextingHours::default().verdict(kind, at(now), &Zones::from_names(zones)), expected);
}

#[rstest]
#[case::before("2026-07-01T19:49:59-04:00", open("2026-07-01T20:00-04:00"))]
#[case::ten_minutes("2026-07-01T19:50:00-04:00", open("2026-07-01T20:00-04:00"))]
#[case::less("2026-07-01T19:50:01-04:00", closed("2026-07-02T09:00-04:00"))]
fn the_last_minutes_hand_nobody_out(#[case] now: &str, #[case] expected: HoursVerdict) {
    let zones = Zones::from_names(["America/New_York"]);
    assert_eq!(TextingHours::default().hand_out(at(now), &zones), expected);
    let all_day = TextingHours {
        initial_start: Time::MIN,
        initial_end: Time::MAX,
        sunday_start: Time::MIN,
        ..TextingHours::default()
    };
    let midnight = at("2026-07-01T23:55:00-04:00");
    assert!(matches!(all_day.hand_out(midnight, &zones), HoursVerdict::Open { .. }), "other hours follow at once");
    let ends = TextingHours { closes_at: Some(at("2026-07-01T12:00-04:00")), ..TextingHours::default() };
    let never = HoursVerdict::Closed { opens_at: Timestamp::MAX };
    assert_eq!(ends.hand_out(at("2026-07-01T11:55-04:00"), &zones), never, "the campaign ends before");
}

#[test]
fn help_is_answered_at_any_hour_and_a_notice_keeps_those_of_replies() {
    let night = at("2026-07-01T03:00:00-04:00");
    let verdict = |kind| TextingHours::default().verdict(kind, night, &Zones::unknown());
    assert_eq!(verdict(MessageKind::Help), HoursVerdict::Open { until: Timestamp::MAX });
    assert_eq!(verdict(MessageKind::OptOutNotice), verdict(REPLY));
    assert!(matches!(verdict(MessageKind::OptOutNotice), HoursVerdict::Closed { .. }));
}

#[test]
fn never_on_sundays() {
    let hours = TextingHours { sunday_start: time(23, 59, 0, 0), ..TextingHours::default() };
    let zones = Zones::from_names(["America/New_York"]);
    let verdict = hours.verdict(INITIAL, at("2026-07-04T20:00:00-04:00"), &zones);
    assert_eq!(verdict, closed("2026-07-06T09:00-04:00"));
    assert_eq!(hours.faults(), []);
}

#[test]
fn zones_without_a_shared_moment_end() {
    let hours = TextingHours { initial_end: time(10, 0, 0, 0), ..TextingHours::default() };
    let zones = Zones::from_names(["America/New_York", "America/Los_Angeles"]);
    let verdict = hours.verdict(INITIAL, at("2026-07-01T12:00:00Z"), &zones);
    assert_eq!(verdict, HoursVerdict::Closed { opens_at: Timestamp::MAX });
}

#[rstest]
#[case::closed(INITIAL, "2026-07-01T08:59:59-04:00", &["America/New_York"], None)]
#[case::at_once(INITIAL, "2026-07-01T09:00:00-04:00", &["America/New_York"], Some("2026-07-01T09:00-04:00"))]
#[case::evening(INITIAL, "2026-07-01T19:59:59-04:00", &["America/New_York"], Some("2026-07-01T09:00-04:00"))]
#[case::sunday(INITIAL, "2026-07-05T13:00:00-04:00", &["America/New_York"], Some("2026-07-05T12:00-04:00"))]
// The later opening counts: only then were all of them open.
#[case::both(INITIAL, "2026-07-01T13:00:00-04:00", &["America/New_York", "America/Chicago"], Some("2026-07-01T10:00-04:00"))]
#[case::spring(INITIAL, "2026-03-08T13:00:00-04:00", &["America/New_York"], Some("2026-03-08T12:00-04:00"))]
fn openings(#[case] kind: MessageKind, #[case] now: &str, #[case] zones: &[&str], #[case] expected: Option<&str>) {
    let opened = TextingHours::default().opened_at(kind, at(now), &Zones::from_names(zones));
    assert_eq!(opened, expected.map(at));
}

/// Somebody of whom a list says so much.
pub(super) fn contact(phone: &str, zip: Option<&str>, state: Option<&str>) -> Contact {
    Contact {
        external_id: None,
        first_name: String::new(),
        last_name: String::new(),
        phone: crate::domain::phone::Phone::from_e164(phone).unwrap(),
        zip: zip.map(str::to_owned),
        state: state.map(str::to_owned),
        language: None,
        time_zone: None,
        fields: BTreeMap::new(),
        consent: None,
    }
}

fn solicitation() -> TextingHours {
    let mut hours = TextingHours { sunday_start: time(9, 0, 0, 0), ..TextingHours::default() };
    hours.initial_end = time(21, 0, 0, 0);
    hours.take_solicitation();
    hours
}

// 2026-07-01 is a Wednesday, 2026-07-04 a Saturday, 2026-07-05 a Sunday.
#[rstest]
#[case::connecticut_ends(
    INITIAL,
    "+12032000002",
    None,
    None,
    "2026-07-01T20:00-04:00",
    closed("2026-07-02T09:00-04:00")
)]
#[case::florida_by_area_code(
    INITIAL,
    "+13052000002",
    None,
    None,
    "2026-07-01T19:00-04:00",
    open("2026-07-01T20:00-04:00")
)]
#[case::florida_replies_too(
    REPLY,
    "+13052000002",
    None,
    None,
    "2026-07-01T20:30-04:00",
    closed("2026-07-02T09:00-04:00")
)]
#[case::florida_by_zip(
    INITIAL,
    "+12122000002",
    Some("33125"),
    None,
    "2026-07-01T20:30-04:00",
    closed("2026-07-02T09:00-04:00")
)]
#[case::florida_by_state(
    INITIAL,
    "+12122000002",
    None,
    Some("Florida"),
    "2026-07-01T20:30-04:00",
    closed("2026-07-02T10:00-04:00")
)]
#[case::maryland(INITIAL, "+14102000002", None, None, "2026-07-01T20:30-04:00", closed("2026-07-02T09:00-04:00"))]
#[case::mississippi_sunday(
    INITIAL,
    "+16012000002",
    None,
    None,
    "2026-07-04T20:30-05:00",
    closed("2026-07-06T09:00-05:00")
)]
#[case::new_jersey(INITIAL, "+17322000002", None, None, "2026-07-01T20:30-04:00", closed("2026-07-02T09:00-04:00"))]
#[case::oklahoma(INITIAL, "+19182000002", None, None, "2026-07-01T20:30-05:00", closed("2026-07-02T09:00-05:00"))]
#[case::rhode_island(INITIAL, "+14012000002", None, None, "2026-07-01T18:00-04:00", closed("2026-07-02T09:00-04:00"))]
#[case::rhode_island_friday(
    INITIAL,
    "+14012000002",
    None,
    None,
    "2026-07-10T18:00-04:00",
    closed("2026-07-11T10:00-04:00")
)]
#[case::rhode_island_saturday(
    INITIAL,
    "+14012000002",
    None,
    None,
    "2026-07-11T12:00-04:00",
    open("2026-07-11T17:00-04:00")
)]
#[case::rhode_island_sunday(
    INITIAL,
    "+14012000002",
    None,
    None,
    "2026-07-11T17:00-04:00",
    closed("2026-07-13T09:00-04:00")
)]
#[case::texas_sunday(INITIAL, "+12142000002", None, None, "2026-07-05T11:00-05:00", closed("2026-07-05T12:00-05:00"))]
#[case::texas_evening(INITIAL, "+12142000002", None, None, "2026-07-05T20:30-05:00", open("2026-07-05T21:00-05:00"))]
#[case::new_york_has_no_rule(
    INITIAL,
    "+12122000002",
    None,
    None,
    "2026-07-01T20:30-04:00",
    open("2026-07-01T21:00-04:00")
)]
// Of two states the narrower hours count, in both zones.
#[case::moved_from_texas_to_rhode_island(
    INITIAL,
    "+12142000002",
    Some("02903"),
    None,
    "2026-07-01T09:30-04:00",
    closed("2026-07-01T10:00-04:00")
)]
#[case::moved_and_late(
    INITIAL,
    "+12142000002",
    Some("02903"),
    None,
    "2026-07-01T17:00-04:00",
    open("2026-07-01T18:00-04:00")
)]
// Toll-free, no address: all zones of the continent and all states. On Sundays not at all, for Mississippi and Rhode Island.
#[case::unknown(INITIAL, "+18005550123", None, None, "2026-07-01T17:00-04:00", open("2026-07-01T18:00-04:00"))]
#[case::unknown_ends(INITIAL, "+18005550123", None, None, "2026-07-01T18:00-04:00", closed("2026-07-02T12:00-04:00"))]
#[case::unknown_sunday(INITIAL, "+18005550123", None, None, "2026-07-11T17:00-04:00", closed("2026-07-13T12:00-04:00"))]
#[case::abroad_no_state(INITIAL, "+442079460958", None, None, "2026-07-01T20:30+01:00", open("2026-07-01T21:00+01:00"))]
fn hours_for_solicitation(
    #[case] kind: MessageKind,
    #[case] phone: &str,
    #[case] zip: Option<&str>,
    #[case] state: Option<&str>,
    #[case] now: &str,
    #[case] expected: HoursVerdict,
) {
    let hours = solicitation();
    let places = hours.places_of(&contact(phone, zip, state));
    assert_eq!(hours.verdict(kind, at(now), &places), expected, "{places:?}");
}

/// Zones where clocks are peculiar, for the common hours: by number alone, by address alone where it is trusted.
#[rstest]
#[case::arizona("+16022000002", None, "2026-07-01T09:00-07:00", open("2026-07-01T20:00-07:00"))]
// The Navajo Nation keeps daylight time: who is in Arizona by address alone may be there.
#[case::navajo("+18005550123", Some("86515"), "2026-07-01T19:30-06:00", open("2026-07-01T20:00-06:00"))]
#[case::navajo_begins("+18005550123", Some("86515"), "2026-07-01T09:30-06:00", closed("2026-07-01T09:00-07:00"))]
// Indiana lies in two zones: 317 is Indianapolis, 219 Gary.
#[case::indianapolis("+13172000002", None, "2026-07-01T09:00-04:00", open("2026-07-01T20:00-04:00"))]
#[case::gary("+12192000002", None, "2026-07-01T08:30-05:00", closed("2026-07-01T09:00-05:00"))]
#[case::indiana_by_zip("+18005550123", Some("46204"), "2026-07-01T09:30-04:00", closed("2026-07-01T10:00-04:00"))]
#[case::alaska("+19072000002", None, "2026-07-01T09:30-08:00", closed("2026-07-01T09:00-10:00"))]
#[case::hawaii("+18082000002", None, "2026-07-01T20:00-10:00", closed("2026-07-02T09:00-10:00"))]
#[case::puerto_rico("+17872000002", None, "2026-12-01T09:00-04:00", open("2026-12-01T20:00-04:00"))]
// Clocks go forward in New York on 2026-03-08, not in Puerto Rico.
#[case::puerto_rico_in_spring("+17872000002", None, "2026-03-09T09:00-04:00", open("2026-03-09T20:00-04:00"))]
#[case::new_york_in_spring("+12122000002", None, "2026-03-09T08:59-04:00", closed("2026-03-09T09:00-04:00"))]
fn zones_of_their_own(
    #[case] phone: &str,
    #[case] zip: Option<&str>,
    #[case] now: &str,
    #[case] expected: HoursVerdict,
) {
    let hours = TextingHours { trust_address: true, ..TextingHours::default() };
    let places = hours.places_of(&contact(phone, zip, None));
    assert_eq!(hours.verdict(INITIAL, at(now), &places), expected, "{places:?}");
}

#[test]
fn a_trusted_address_stands_alone_and_only_where_there_is_one() {
    let trusting = TextingHours { trust_address: true, ..solicitation() };
    let moved = contact("+12142000002", Some("02903"), None);
    assert_eq!(trusting.places_of(&moved).names(), ["America/New_York"]);
    assert_eq!(trusting.places_of(&moved).states().collect::<Vec<_>>(), ["RI"]);
    assert_eq!(solicitation().places_of(&moved).names(), ["America/New_York", "America/Chicago"]);
    assert_eq!(solicitation().places_of(&moved).states().collect::<Vec<_>>(), ["RI", "TX"]);
    let unknown = contact("+12142000002", None, None);
    assert_eq!(trusting.places_of(&unknown), solicitation().places_of(&unknown));
}

#[test]
fn a_campaign_without_rules_of_states_has_the_zones_alone() {
    let hours = TextingHours::default();
    let there = contact("+13052000002", Some("33125"), Some("FL"));
    let zones = zone::candidates(&there.phone, there.zip.as_deref(), there.state.as_deref(), None);
    assert_eq!(hours.places_of(&there), zones);
}

#[test]
fn places_survive_the_wire_and_an_older_program_passes_the_states_over() {
    let hours = solicitation();
    let places = hours.places_of(&contact("+13052000002", None, None));
    let wire = serde_json::to_string(&places).unwrap();
    assert_eq!(wire, r#"["America/New_York","US-FL"]"#);
    assert_eq!(serde_json::from_str::<Zones>(&wire).unwrap(), places);
    assert_eq!(places.names(), ["America/New_York"]);
    // Its hours have no states.
    let evening = at("2026-07-01T20:30-04:00");
    let old = TextingHours { states: BTreeMap::new(), ..hours };
    assert_eq!(old.verdict(REPLY, evening, &places), open("2026-07-01T21:00-04:00"));
}

// 2026-06-30 is a Tuesday.
#[rstest]
#[case::before(INITIAL, "2026-06-30T12:00-04:00", closed("2026-07-01T10:30-04:00"), None)]
#[case::opens(INITIAL, "2026-07-01T10:30-04:00", open("2026-07-01T20:00-04:00"), Some("2026-07-01T10:30-04:00"))]
#[case::night(INITIAL, "2026-07-01T20:00-04:00", closed("2026-07-02T09:00-04:00"), None)]
#[case::last_day(INITIAL, "2026-07-02T12:00-04:00", open("2026-07-02T15:00-04:00"), Some("2026-07-02T09:00-04:00"))]
#[case::closed_for_good(INITIAL, "2026-07-02T15:00-04:00", HoursVerdict::Closed { opens_at: Timestamp::MAX }, None)]
#[case::conversations_go_on(
    REPLY,
    "2026-07-02T15:00-04:00",
    open("2026-07-02T21:00-04:00"),
    Some("2026-07-02T09:00-04:00")
)]
#[case::and_began_before(
    REPLY,
    "2026-06-30T12:00-04:00",
    open("2026-06-30T21:00-04:00"),
    Some("2026-06-30T09:00-04:00")
)]
fn a_campaign_opens_and_closes(
    #[case] kind: MessageKind,
    #[case] now: &str,
    #[case] expected: HoursVerdict,
    #[case] opened: Option<&str>,
) {
    let hours = TextingHours {
        opens_at: Some(at("2026-07-01T10:30-04:00")),
        closes_at: Some(at("2026-07-02T15:00-04:00")),
        ..TextingHours::default()
    };
    let zones = Zones::from_names(["America/New_York"]);
    assert_eq!(hours.verdict(kind, at(now), &zones), expected);
    assert_eq!(hours.opened_at(kind, at(now), &zones), opened.map(at));
    if let HoursVerdict::Open { until } = expected {
        assert_eq!(hours.good_until(kind, at(now), &zones), until);
    }
    let backwards = TextingHours { opens_at: hours.closes_at, closes_at: hours.opens_at, ..hours };
    assert!(matches!(backwards.faults().as_slice(), [HoursFault::Span { .. }]));
}

#[test]
fn an_evening_opening_waits_for_the_morning() {
    let hours = TextingHours { opens_at: Some(at("2026-07-01T22:00-04:00")), ..TextingHours::default() };
    let zones = Zones::from_names(["America/New_York"]);
    assert_eq!(hours.verdict(INITIAL, at("2026-06-30T12:00-04:00"), &zones), closed("2026-07-02T09:00-04:00"));
}

#[test]
fn nothing_goes_out_on_a_closed_date() {
    let hours = TextingHours { closed_on: [jiff::civil::date(2026, 7, 3)].into(), ..TextingHours::default() };
    let zones = Zones::from_names(["America/New_York"]);
    for kind in [INITIAL, REPLY] {
        assert_eq!(hours.verdict(kind, at("2026-07-02T21:30-04:00"), &zones), closed("2026-07-04T09:00-04:00"));
        assert_eq!(hours.opened_at(kind, at("2026-07-03T12:00-04:00"), &zones), None);
    }
}

fn around_the_clock() -> TextingHours {
    TextingHours {
        initial_start: Time::midnight(),
        initial_end: time(23, 59, 0, 0),
        reply_start: Time::midnight(),
        reply_end: Time::MAX,
        sunday_start: Time::midnight(),
        ..TextingHours::default()
    }
}

#[test]
fn hours_around_the_clock_know_no_morning() {
    let zones = Zones::from_names(["America/New_York"]);
    for kind in [INITIAL, REPLY] {
        let now = at("2026-07-01T00:05:00-04:00");
        let opened = around_the_clock().opened_at(kind, now, &zones).unwrap();
        assert!(opened <= now - MAX_AGE, "{kind:?}: {opened}");
        let evening = at("2026-07-01T23:00:00-04:00");
        assert_eq!(around_the_clock().good_until(kind, evening, &zones), evening + MAX_AGE);
    }
}

#[test]
fn a_text_is_good_until_its_window_closes_and_never_longer_than_its_age() {
    let zones = Zones::from_names(["America/New_York"]);
    let hours = TextingHours::default();
    let noon = at("2026-07-01T12:00:00-04:00");
    assert_eq!(hours.good_until(INITIAL, noon, &zones), at("2026-07-01T20:00-04:00"));
    assert_eq!(hours.good_until(REPLY, noon, &zones), at("2026-07-01T21:00-04:00"));
    let night = at("2026-07-01T22:00:00-04:00");
    assert_eq!(hours.good_until(INITIAL, night, &zones), night, "closed: not at all");
    let long = TextingHours { initial_start: time(6, 0, 0, 0), initial_end: time(22, 0, 0, 0), ..hours };
    let early = at("2026-07-01T06:00:00-04:00");
    assert_eq!(long.good_until(INITIAL, early, &zones), early + MAX_AGE);
}

#[test]
fn windows_that_cannot_be() {
    let noon = time(12, 0, 0, 0);
    let hours = TextingHours {
        initial_start: noon,
        initial_end: noon,
        reply_start: time(22, 0, 0, 0),
        reply_end: time(21, 0, 0, 0),
        sunday_start: noon,
        ..TextingHours::default()
    };
    assert_eq!(hours.faults().len(), 2);
    assert_eq!(TextingHours::default().faults(), []);
}

/// Mainland zones and far ones, alone and together.
fn zones() -> impl Strategy<Value = Zones> {
    let names = vec![
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Phoenix",
        "America/Los_Angeles",
        "America/Anchorage",
        "Pacific/Honolulu",
        "America/St_Johns",
    ];
    prop::sample::subsequence(names, 0..4).prop_map(Zones::from_names)
}

proptest! {
    #[test]
    fn edges_are_exact(second in 1_767_225_600_i64..1_861_920_000, zones in zones(), reply in any::<bool>()) {
        let hours = TextingHours::default();
        let kind = if reply { REPLY } else { INITIAL };
        let now = Timestamp::from_second(second).unwrap();
        let is_open = |t: Timestamp| matches!(hours.verdict(kind, t, &zones), HoursVerdict::Open { .. });
        let second = SignedDuration::from_secs(1);
        match hours.verdict(kind, now, &zones) {
            HoursVerdict::Open { until } => {
                prop_assert!(until > now && until <= now + SignedDuration::from_hours(13));
                prop_assert!(!is_open(until));
                prop_assert!(is_open(until - second));
            }
            HoursVerdict::Closed { opens_at } => {
                prop_assert!(opens_at > now && opens_at <= now + SignedDuration::from_hours(48));
                prop_assert!(is_open(opens_at));
                prop_assert!(!is_open(opens_at - second));
            }
        }
    }

    #[test]
    fn what_opened_was_open_since(second in 1_767_225_600_i64..1_861_920_000, zones in zones(), reply in any::<bool>()) {
        let hours = TextingHours::default();
        let kind = if reply { REPLY } else { INITIAL };
        let now = Timestamp::from_second(second).unwrap();
        let is_open = |t: Timestamp| matches!(hours.verdict(kind, t, &zones), HoursVerdict::Open { .. });
        let opened = hours.opened_at(kind, now, &zones);
        prop_assert_eq!(opened.is_some(), is_open(now));
        if let Some(opened) = opened {
            prop_assert!(opened <= now && is_open(opened) && !is_open(opened - SignedDuration::from_secs(1)));
            // One window: what closes next after the opening closes next after now.
            prop_assert_eq!(hours.verdict(kind, opened, &zones), hours.verdict(kind, now, &zones));
        }
    }

    #[test]
    fn open_means_open_in_each(second in 1_767_225_600_i64..1_861_920_000, zones in zones()) {
        let hours = TextingHours::default();
        let now = Timestamp::from_second(second).unwrap();
        let together = matches!(hours.verdict(INITIAL, now, &zones), HoursVerdict::Open { .. });
        // Said anew, by the clock on the wall alone.
        let each = zones.names().iter().all(|name| {
            let local = TimeZone::get(name).unwrap().to_datetime(now);
            let start = if local.date().weekday() == Weekday::Sunday { 12 } else { 9 };
            (start..20).contains(&local.hour())
        });
        prop_assert_eq!(together, each);
    }

    #[test]
    fn hours_of_states_only_narrow(second in 1_767_225_600_i64..1_861_920_000, reply in any::<bool>(), who in 0usize..6) {
        let phone = ["+12032000002", "+13052000002", "+14012000002", "+12142000002", "+16012000002", "+18005550123"][who];
        let (kind, now) = (if reply { REPLY } else { INITIAL }, Timestamp::from_second(second).unwrap());
        let hours = solicitation();
        let places = hours.places_of(&contact(phone, None, None));
        let without = TextingHours { states: BTreeMap::new(), ..hours.clone() };
        if let HoursVerdict::Open { until } = hours.verdict(kind, now, &places) {
            match without.verdict(kind, now, &places) {
                HoursVerdict::Open { until: later } => prop_assert!(until <= later),
                closed @ HoursVerdict::Closed { .. } => prop_assert!(false, "{closed:?}"),
            }
        }
    }
}

//! Texting hours and zones as Spoke means them. Its server looks only at the end of the day's window, so the start, and the day after
//! which a campaign is over, are looked at here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::{Time, time};
use jiff::tz::TimeZone;

use super::answers::{Campaign, Offset};
use super::page::Settings;
use crate::domain::hours::{Holidays, TextingHours};
use crate::domain::zone::Zones;

/// First texts end so long after a campaign's due date.
const AFTER_DUE: SignedDuration = SignedDuration::from_hours(24);

/// A campaign's hours. Without enforcement no hour is closed; the due date counts all the same.
#[must_use]
pub fn of_campaign(campaign: &Campaign) -> TextingHours {
    let own = campaign.override_organization_texting_hours;
    let hours = if own { &campaign.hours } else { &campaign.organization.hours };
    let (start, end) =
        if hours.enforced { (hour(hours.start, 9), hour(hours.end, 21)) } else { (Time::MIN, Time::MAX) };
    TextingHours {
        initial_start: start,
        initial_end: end,
        reply_start: start,
        reply_end: end,
        sunday_start: Time::MIN,
        states: BTreeMap::new(),
        trust_address: false,
        closed_on: BTreeSet::new(),
        holidays: Holidays::AsAnyDay,
        opens_at: None,
        closes_at: campaign.due_by.map(|due| due.saturating_add(AFTER_DUE).unwrap_or(due)),
    }
}

fn hour(said: Option<i8>, usual: i8) -> Time {
    match said.unwrap_or(usual) {
        hour @ 0..=23 => time(hour, 0, 0, 0),
        24.. => Time::MAX,
        _ => time(usual, 0, 0, 0),
    }
}

/// Where a contact may be: by its postal code; without one the zone of a campaign that has hours of its own, then the server's, then
/// all of the continental US together (noon to nine in the East).
#[must_use]
pub fn zones_of(offset: Option<Offset>, campaign: &Campaign, settings: &Settings) -> Zones {
    if let Some(offset) = offset {
        return by_offset(offset, settings);
    }
    let own = (campaign.override_organization_texting_hours && !campaign.timezone.is_empty())
        .then_some(campaign.timezone.as_str());
    Zones::from_names(own.or(settings.zone.as_deref()))
}

/// Spoke knows a place by its offset in winter and whether it has summer time, which begins everywhere with that of one zone.
fn by_offset(Offset { offset, has_dst }: Offset, settings: &Settings) -> Zones {
    let fixed = |offset: i8| match offset {
        0 => "Etc/UTC".to_owned(),
        // The names count westwards.
        west @ ..0 => format!("Etc/GMT+{}", -i16::from(west)),
        east => format!("Etc/GMT-{east}"),
    };
    if !has_dst {
        return Zones::from_names([fixed(offset)]);
    }
    let of_the_us = settings.dst_reference.starts_with("US/") || settings.dst_reference.starts_with("America/");
    let known = match offset {
        -4 => "America/Halifax",
        -5 => "America/New_York",
        -6 => "America/Chicago",
        -7 => "America/Denver",
        -8 => "America/Los_Angeles",
        -9 => "America/Anchorage",
        -10 => "America/Adak",
        _ => "",
    };
    if of_the_us && !known.is_empty() && TimeZone::get(known).is_ok() {
        return Zones::from_names([known]);
    }
    if settings.reference_offset() == Some(SignedDuration::from_hours(offset.into())) {
        return Zones::from_names([settings.dst_reference.as_str()]);
    }
    // Winter or summer: allowed is what is allowed in both.
    Zones::from_names([fixed(offset), fixed(offset.saturating_add(1))])
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::domain::hours::HoursVerdict;
    use crate::domain::message::MessageKind;

    fn campaign(own: bool, enforced: bool) -> Campaign {
        serde_json::from_value(json!({
            "overrideOrganizationTextingHours": own, "textingHoursEnforced": enforced,
            "textingHoursStart": 10, "textingHoursEnd": 20, "timezone": "US/Pacific", "dueBy": "2027-06-04T00:00:00.000Z",
            "organization": { "textingHoursEnforced": true, "textingHoursStart": 9, "textingHoursEnd": 21 },
        }))
        .expect("a campaign")
    }

    fn open(campaign: &Campaign, offset: Option<Offset>, at: &str) -> bool {
        let zones = zones_of(offset, campaign, &Settings::default());
        let at: Timestamp = at.parse().expect("a time");
        matches!(of_campaign(campaign).verdict(MessageKind::Initial, at, &zones), HoursVerdict::Open { .. })
    }

    #[test]
    fn both_ends_of_the_window_hold_where_the_contact_is() {
        let organizations = campaign(false, false);
        let eastern = Some(Offset { offset: -5, has_dst: true });
        let arizona = Some(Offset { offset: -7, has_dst: false });
        // July: New York is 4 hours behind UTC, Phoenix 7.
        for (offset, at, wanted) in [
            (eastern, "2026-07-01T12:59:59Z", false),
            (eastern, "2026-07-01T13:00:00Z", true),
            (eastern, "2026-07-02T00:59:59Z", true),
            (eastern, "2026-07-02T01:00:00Z", false),
            (arizona, "2026-07-01T15:59:59Z", false),
            (arizona, "2026-07-01T16:00:00Z", true),
            // Nothing known: noon to nine in the East.
            (None, "2026-07-01T15:59:59Z", false),
            (None, "2026-07-01T16:00:00Z", true),
            (None, "2026-07-02T00:59:59Z", true),
            (None, "2026-07-02T01:00:00Z", false),
        ] {
            assert_eq!(open(&organizations, offset, at), wanted, "{offset:?} at {at}");
        }
    }

    #[test]
    fn a_campaign_with_hours_of_its_own_has_its_own_zone() {
        let own = campaign(true, true);
        assert!(!open(&own, None, "2026-07-01T16:59:59Z"));
        assert!(open(&own, None, "2026-07-01T17:00:00Z"));
        assert!(open(&campaign(true, false), None, "2026-07-01T07:00:00Z"), "not enforced is no limit");
    }

    #[test]
    fn a_day_after_the_due_date_first_texts_end() {
        let own = campaign(true, false);
        assert!(open(&own, None, "2027-06-04T23:59:00Z"));
        assert!(!open(&own, None, "2027-06-05T00:00:01Z"));
    }

    #[test]
    fn summer_time_by_another_zone_is_either_of_two() {
        let settings = Settings { dst_reference: "Europe/London".to_owned(), ..Settings::default() };
        let zones = |offset| by_offset(Offset { offset, has_dst: true }, &settings).names().to_vec();
        assert_eq!(zones(0), ["Europe/London"]);
        assert_eq!(zones(2), ["Etc/GMT-2", "Etc/GMT-3"]);
    }
}

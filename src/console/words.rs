//! Sentences for what the cores say and show: one place for both front ends, which must not call one thing by two names.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::core::shared::say::{Arg, Say};
use crate::domain::message::Delivery;
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
    let form = if words.language() == "en" { "%-I:%M %p" } else { "%H:%M" };
    at.to_zoned(zone.clone()).strftime(form).to_string()
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

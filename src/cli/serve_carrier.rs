//! `serve`: what its carrier lets through, by the settings in `[carrier]`.

use super::Misuse;
use crate::config::CarrierConfig;
use crate::domain::throughput::{FASTEST, Throughput, registrations, unknown};

/// Nothing is bounded, whatever the carrier is.
const NONE: &str = "none";

/// What a carrier lets through; `None`: everything.
///
/// # Errors
/// [`Misuse`]: a registration that is none, or more numbers with more a second than can be counted.
pub(super) fn throughput(config: &CarrierConfig, simulated: bool) -> Result<Option<Throughput>, Misuse> {
    let own = |figure: u32| (figure > 0).then_some(figure);
    let registration = match config.registration.as_str() {
        NONE => return Ok(None),
        "" if simulated => "",
        "" => unknown(),
        named => named,
    };
    let line = registrations().iter().find(|line| line.id == registration);
    if line.is_none() && !registration.is_empty() {
        return Err(Misuse(format!("carrier.registration: there is no registration `{registration}`")));
    }
    let second = own(config.segments_per_second).or_else(|| line.and_then(|line| line.second));
    let second = second.map(|second| second.saturating_mul(config.numbers.max(1)));
    if let Some(second) = second.filter(|second| *second > FASTEST) {
        return Err(Misuse(format!(
            "carrier.segments_per_second times carrier.numbers is {second}, and no more than {FASTEST} a second are counted; \
             `registration = \"none\"` bounds nothing"
        )));
    }
    let limits = Throughput {
        registration: registration.to_owned(),
        second,
        minute: own(config.segments_per_minute).or_else(|| line.and_then(|line| line.minute)),
        day: own(config.segments_per_day).or_else(|| line.and_then(|line| line.day)),
        reserve_percent: config.reserve_percent,
        queue_minutes: config.queue_minutes,
    };
    Ok((!limits.is_unbounded()).then_some(limits))
}

/// The limits in words, for whoever starts the server.
pub(super) fn in_words(limits: &Throughput) -> String {
    let figures = [(limits.second, "a second"), (limits.minute, "a minute"), (limits.day, "a day")];
    let figures: Vec<String> =
        figures.into_iter().filter_map(|(figure, of)| Some(format!("{} {of}", figure?))).collect();
    let name = match limits.registration.as_str() {
        "" => String::new(),
        name => format!(" ({name})"),
    };
    format!("Segments to the carrier{name}: {}.", figures.join(", "))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::config::REGISTRATIONS;

    #[test]
    fn the_settings_know_every_registration_and_no_other() {
        let known: Vec<&str> = registrations().iter().map(|line| line.id.as_str()).collect();
        assert_eq!(REGISTRATIONS, [vec!["", NONE], known].concat());
    }

    #[rstest::rstest]
    #[case("", true, None)]
    // What reaches phones and says nothing is taken for the least.
    #[case("", false, Some((None, Some(75), Some(2_000))))]
    #[case("none", false, None)]
    #[case("political", true, Some((None, Some(4_500), None)))]
    #[case("toll-free", true, Some((Some(12), None, None)))]
    fn a_registration_has_its_figures(
        #[case] registration: &str,
        #[case] simulated: bool,
        #[case] wanted: Option<(Option<u32>, Option<u32>, Option<u32>)>,
    ) {
        let config = CarrierConfig { registration: registration.into(), numbers: 4, ..CarrierConfig::default() };
        let limits = throughput(&config, simulated).expect("known");
        assert_eq!(limits.map(|limits| (limits.second, limits.minute, limits.day)), wanted);
    }

    #[test]
    fn more_than_can_be_counted_is_refused_with_what_to_do() {
        let config = |numbers| CarrierConfig { numbers, segments_per_second: 1_000, ..CarrierConfig::default() };
        let limits = throughput(&config(1_000), true).expect("as much as can be").expect("bounded");
        assert!(limits.rates().all(|rate| rate.left(0, 1) > 0));
        let Err(Misuse(why)) = throughput(&config(1_001), true) else { panic!("it is too much") };
        assert!(
            why.contains("carrier.numbers is 1001000, and no more than 1000000") && why.contains("\"none\""),
            "{why}"
        );
    }

    #[test]
    fn figures_of_ones_own_stand_before_those_of_the_table() {
        let config = CarrierConfig {
            registration: "low-volume".into(),
            numbers: 3,
            segments_per_second: 2,
            segments_per_day: 500,
            ..CarrierConfig::default()
        };
        let limits = throughput(&config, true).expect("known").expect("bounded");
        assert_eq!((limits.second, limits.minute, limits.day), (Some(6), Some(75), Some(500)));
        assert_eq!(in_words(&limits), "Segments to the carrier (low-volume): 6 a second, 75 a minute, 500 a day.");
    }
}

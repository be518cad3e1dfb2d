//! Figures in words.

use pretty_assertions::assert_eq;

use super::*;

#[test]
fn numbers_are_written_as_readers_expect() {
    let english = Catalogue::english();
    let spanish = Catalogue::spanish();
    let words = |catalogue| Words { catalogue, zone: jiff::tz::TimeZone::UTC };
    assert_eq!(words(&english).percent(0.123_45), "12.3%");
    assert_eq!(words(&english).percent(-0.004), "-0.4%");
    assert_eq!(words(&spanish).percent(1.0), "100,0\u{a0}%");
    assert_eq!(words(&english).number(1_234_567), "1,234,567");
    assert_eq!(words(&english).length(Some(59)), "59 s");
    assert_eq!(words(&english).length(Some(125)), "2 min 5 s");
    assert_eq!(words(&english).length(Some(7_300)), "2 h 1 min");
    assert_eq!(words(&english).length(None), "none");
}

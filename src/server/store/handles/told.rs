//! How late a thing handed in may be, by what a laptop told of its clock.

use jiff::{SignedDuration, Timestamp};

/// How much later than its clock says a laptop may have handed something in. More is the request's own time on the way,
/// unless an earlier answer showed that the clock is off by it.
const ON_THE_WAY: SignedDuration = SignedDuration::from_mins(15);

/// What a laptop told of its clock when it handed something in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Its time then.
    pub sent_at: Option<Timestamp>,
    /// The server's time minus its own, by an earlier answer of the server.
    pub offset: Option<SignedDuration>,
}

impl Told {
    /// How far its clock is behind, as far as that can be believed.
    #[must_use]
    pub fn skew(self, now: Timestamp) -> Option<SignedDuration> {
        let most = self.offset.unwrap_or_default().saturating_add(ON_THE_WAY);
        self.raw(now).map(|skew| skew.min(most))
    }

    /// The same, believed or not.
    #[must_use]
    pub fn raw(self, now: Timestamp) -> Option<SignedDuration> {
        self.sent_at.map(|sent_at| now.duration_since(sent_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::nothing_told(None, None, None)]
    #[case::a_good_clock(Some(0), Some(0), Some(0))]
    #[case::a_slow_line(Some(600), Some(0), Some(600))]
    #[case::a_request_that_hung_for_a_day(Some(86_400), Some(0), Some(900))]
    #[case::one_that_hung_and_never_heard_the_time(Some(86_400), None, Some(900))]
    #[case::a_clock_three_hours_behind(Some(10_801), Some(10_800), Some(10_801))]
    #[case::such_a_clock_and_a_request_that_hung(Some(90_000), Some(10_800), Some(11_700))]
    #[case::a_clock_ahead(Some(-10_800), Some(-10_799), Some(-10_800))]
    #[case::one_ahead_and_a_request_that_hung(Some(50_000), Some(-10_800), Some(-9_900))]
    fn a_long_way_is_told_from_a_wrong_clock(
        #[case] late: Option<i64>,
        #[case] offset: Option<i64>,
        #[case] believed: Option<i64>,
    ) {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let seconds = SignedDuration::from_secs;
        let told = Told { sent_at: late.map(|late| now - seconds(late)), offset: offset.map(seconds) };
        assert_eq!((told.skew(now), told.raw(now)), (believed.map(seconds), late.map(seconds)));
    }
}

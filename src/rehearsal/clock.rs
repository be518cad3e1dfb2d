//! Campaign time: it starts inside texting hours, may run faster than real time, and stands still on demand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::hours::{HoursVerdict, TextingHours};
use crate::domain::message::MessageKind;
use crate::domain::zone::Zones;
use crate::env::{BoxFuture, Clock, SharedClock};

/// The clock of a rehearsal. Wall time is campaign time; monotonic time and sleeping stay real, so that the dwell on a card
/// and the console's timers are those of the real work.
#[derive(Debug)]
pub struct RehearsalClock {
    real: SharedClock,
    state: Mutex<Flow>,
    speed: u32,
}

#[derive(Debug)]
struct Flow {
    /// Campaign time when `since` began.
    at: Timestamp,
    /// Real monotonic time since which it flows; none = it stands.
    since: Option<Duration>,
    /// Since when it was stopped, while it is.
    stopped: Option<Duration>,
    /// How long it was stopped so far: when it began, how long.
    stops: Vec<(Timestamp, Duration)>,
}

/// What somebody who waits lives through while campaign time is stopped, because a person reads or writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stops(Vec<(Timestamp, Duration)>);

impl Stops {
    /// All of it that began before `at`.
    #[must_use]
    pub fn before(&self, at: Timestamp) -> Duration {
        self.0.iter().take_while(|(began, _)| *began < at).map(|(_, long)| *long).sum()
    }

    /// All of it.
    #[must_use]
    pub fn all(&self) -> Duration {
        self.0.iter().map(|(_, long)| *long).sum()
    }
}

impl RehearsalClock {
    /// A clock that stands at `start`; once it flows, `speed` campaign seconds pass in a real one.
    #[must_use]
    pub fn standing(real: SharedClock, start: Timestamp, speed: u32) -> Arc<Self> {
        Arc::new(Self {
            real,
            state: Mutex::new(Flow { at: start, since: None, stopped: None, stops: Vec::new() }),
            speed: speed.max(1),
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut Flow) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn at(&self, flow: &Flow, mono: Duration) -> Timestamp {
        let passed = flow.since.map_or(Duration::ZERO, |since| mono.saturating_sub(since).saturating_mul(self.speed));
        add(flow.at, passed)
    }

    /// Lets campaign time flow, or stops it.
    pub fn flow(&self, on: bool) {
        let mono = self.real.monotonic();
        self.with(|flow| {
            flow.at = self.at(flow, mono);
            let flowed = flow.since.is_some();
            flow.since = on.then_some(mono);
            if on && let Some(since) = flow.stopped.take() {
                flow.stops.push((flow.at, self.stopped(since, mono)));
            } else if !on && flowed {
                flow.stopped = Some(mono);
            }
        });
    }

    /// As long as it would have been, had campaign time gone on.
    fn stopped(&self, since: Duration, mono: Duration) -> Duration {
        mono.saturating_sub(since).saturating_mul(self.speed)
    }

    /// How often and how long campaign time was stopped by [`Self::flow`], up to now.
    #[must_use]
    pub fn stops(&self) -> Stops {
        let mono = self.real.monotonic();
        self.with(|flow| {
            let now = flow.stopped.map(|since| (flow.at, self.stopped(since, mono)));
            Stops(flow.stops.iter().copied().chain(now).collect())
        })
    }

    /// True while campaign time flows by itself.
    #[must_use]
    pub fn flows(&self) -> bool {
        self.with(|flow| flow.since.is_some())
    }

    /// Moves campaign time forward to `to`; never back.
    pub fn skip_to(&self, to: Timestamp) {
        let mono = self.real.monotonic();
        self.with(|flow| {
            flow.at = self.at(flow, mono).max(to);
            flow.since = flow.since.map(|_| mono);
        });
    }

    /// Campaign seconds in a real second.
    #[must_use]
    pub fn speed(&self) -> u32 {
        self.speed
    }

    /// The real time until campaign time `due`, should it flow.
    #[must_use]
    pub fn real_until(&self, due: Timestamp) -> Duration {
        Duration::try_from(due.duration_since(self.now())).unwrap_or(Duration::ZERO) / self.speed
    }

    /// Completes when this much real time has passed.
    #[must_use]
    pub fn sleep_real(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.real.sleep(duration)
    }
}

impl Clock for RehearsalClock {
    fn is_its_own(&self) -> bool {
        true
    }

    fn now(&self) -> Timestamp {
        let mono = self.real.monotonic();
        self.with(|flow| self.at(flow, mono))
    }

    fn monotonic(&self) -> Duration {
        self.real.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.real.sleep(duration)
    }
}

/// `at` plus `by`, at most the end of time.
#[must_use]
pub fn add(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}

/// The Tuesday on which every rehearsal takes place: 14 July 2026, 00:00 UTC.
const TUESDAY: i64 = 1_783_987_200;

/// When a rehearsal starts: the moment of that Tuesday at which the most contacts may be texted for the longest, so that a
/// rehearsal at midnight works and the campaign's own hours stay in force.
#[must_use]
pub fn start_inside_hours(hours: &TextingHours, zones: &[Zones]) -> Timestamp {
    let midnight = Timestamp::from_second(TUESDAY).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut best = (0, midnight);
    // From noon UTC: no zone of the United States opens earlier.
    for quarter in 0..80_u64 {
        let now = add(midnight, Duration::from_secs(12 * 3600 + quarter * 900));
        let score: u64 = zones
            .iter()
            .map(|zones| match hours.verdict(MessageKind::Initial, now, zones) {
                // An open contact is worth more than any length; a long shift is four hours.
                HoursVerdict::Open { until } => {
                    let minutes = until.duration_since(now).as_mins().clamp(0, 240);
                    1_000 + u64::try_from(minutes).unwrap_or(0)
                }
                HoursVerdict::Closed { .. } => 0,
            })
            .sum();
        if score > best.0 {
            best = (score, now);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SimClock;

    #[test]
    fn campaign_time_flows_only_when_let_and_as_fast_as_told() {
        let real = SimClock::at(Timestamp::UNIX_EPOCH);
        let start = Timestamp::from_second(TUESDAY).expect("in range");
        let clock = RehearsalClock::standing(real.clone(), start, 10);
        real.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), start, "it stands");
        clock.flow(true);
        real.advance(Duration::from_secs(3));
        assert_eq!(clock.now(), add(start, Duration::from_secs(30)));
        assert_eq!(clock.real_until(add(start, Duration::from_secs(50))), Duration::from_secs(2));
        clock.flow(false);
        real.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), add(start, Duration::from_secs(30)), "it stands again");
        let stop = add(start, Duration::from_secs(30));
        assert_eq!(clock.stops(), Stops(vec![(stop, Duration::from_secs(600))]), "not before it was first let go");
        assert_eq!(clock.stops().before(stop), Duration::ZERO);
        clock.flow(false);
        clock.flow(true);
        assert_eq!(clock.stops().all(), Duration::from_secs(600));
        assert_eq!(clock.monotonic(), Duration::from_secs(123), "the dwell on a card is real");
    }

    #[test]
    fn skipping_never_goes_back() {
        let real = SimClock::at(Timestamp::UNIX_EPOCH);
        let start = Timestamp::from_second(TUESDAY).expect("in range");
        let clock = RehearsalClock::standing(real, start, 1);
        clock.skip_to(add(start, Duration::from_secs(9)));
        clock.skip_to(start);
        assert_eq!(clock.now(), add(start, Duration::from_secs(9)));
    }
}

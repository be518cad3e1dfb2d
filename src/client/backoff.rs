//! How long to wait before asking again.

use std::time::Duration;

use crate::env::Ids;

/// Full jitter: each wait is drawn between nearly nothing and a bound that doubles from 0.5 s to 20 s, so that many
/// laptops that lost the same server do not come back at the same moment, and all of them soon after it is back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Backoff {
    attempt: u32,
}

/// No wait is shorter.
const FLOOR: Duration = Duration::from_millis(50);
const FIRST: Duration = Duration::from_millis(500);

impl Backoff {
    /// The longest wait: screens say it.
    pub const LONGEST: Duration = Duration::from_secs(20);

    /// Draws the next wait.
    pub fn next(&mut self, ids: &dyn Ids) -> Duration {
        let bound = FIRST.saturating_mul(2u32.saturating_pow(self.attempt)).min(Self::LONGEST);
        self.attempt = self.attempt.saturating_add(1);
        let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(ids.below(millis + 1)).max(FLOOR)
    }

    /// How many waits were drawn.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempt
    }

    /// It worked: the next failure starts anew.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SeededIds;

    #[test]
    fn waits_grow_to_twenty_seconds_and_are_spread() {
        let ids = SeededIds::shared(1);
        let mut longest = Duration::ZERO;
        for attempt in 0..40 {
            let draws: Vec<Duration> = (0..200).map(|_| Backoff { attempt }.next(&*ids)).collect();
            let bound = Duration::from_millis(500 << attempt.min(7)).min(Backoff::LONGEST);
            let top = draws.iter().max().copied().unwrap_or_default();
            assert!(top <= bound && top > bound * 9 / 10, "attempt {attempt}: {top:?} of {bound:?}");
            assert!(draws.iter().all(|draw| *draw >= FLOOR));
            assert!(draws.iter().filter(|draw| **draw < bound / 2).count() > 50, "spread below the bound");
            longest = longest.max(top);
        }
        assert!(longest > Duration::from_secs(19));
    }
}

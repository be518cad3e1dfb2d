//! A store that gives no answer: asked ever more seldom, and spoken of once.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::server::store::StoreError;

/// The wait after a first failure; it doubles with each further one.
const FIRST: Duration = Duration::from_secs(1);

/// No wait is longer: what is accepted meanwhile has waited at most so long when the store is well again.
const LONGEST: Duration = Duration::from_secs(16);

/// What the dispatcher asks of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Errand {
    /// Taking jobs.
    Claim,
    /// Recording what became of a call.
    Record,
    /// Leases, old attempts, the anchor.
    Housekeeping,
    /// Taking back what waits and was recalled.
    TakeBack,
    /// Removing words that are older than was set.
    Remove,
    /// What to ask the carrier's list for, and what it said.
    LookUp,
}

/// How something came out, as far as the log is concerned.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// As before.
    None,
    /// It fails, for a reason that was not told yet.
    Fails,
    /// It works again, after so many failures.
    WorksAgain(u32),
}

#[derive(Debug, Default)]
struct Failing {
    times: u32,
    told: Vec<&'static str>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    failing: BTreeMap<Errand, Failing>,
    claim_at: Duration,
}

impl Trouble {
    /// Remembers how an errand came out at `now` (monotonic); says whether that is worth a line.
    pub(super) fn note<T>(&mut self, errand: Errand, result: Result<&T, &StoreError>, now: Duration) -> News {
        let Err(error) = result else {
            return match self.failing.remove(&errand) {
                Some(failing) => News::WorksAgain(failing.times),
                None => News::None,
            };
        };
        let failing = self.failing.entry(errand).or_default();
        if errand == Errand::Claim {
            let wait = FIRST.saturating_mul(2_u32.saturating_pow(failing.times)).min(LONGEST);
            self.claim_at = now.saturating_add(wait);
        }
        failing.times = failing.times.saturating_add(1);
        let kind = match error {
            StoreError::Unavailable(_) => "unavailable",
            StoreError::Corrupt(_) => "corrupt",
        };
        if failing.told.contains(&kind) {
            return News::None;
        }
        failing.told.push(kind);
        News::Fails
    }

    /// Whether jobs may be asked for at `now`. Being woken is no reason to ask earlier: what wakes may be the failure itself.
    pub(super) fn may_claim(&self, now: Duration) -> bool {
        now >= self.claim_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: fn() -> StoreError = || StoreError::Unavailable("full".into());

    #[test]
    fn claims_become_rare_and_are_free_again_after_one_that_works() {
        let mut trouble = Trouble::default();
        let mut now = Duration::ZERO;
        for wait in [1, 2, 4, 8, 16, 16, 16] {
            assert!(trouble.may_claim(now));
            trouble.note::<()>(Errand::Claim, Err(&FULL()), now);
            assert!(!trouble.may_claim(now + Duration::from_millis(wait * 1_000 - 1)), "{wait}");
            now += Duration::from_secs(wait);
        }
        assert!(trouble.may_claim(now));
        assert_eq!(trouble.note(Errand::Claim, Ok(&()), now), News::WorksAgain(7));
        trouble.note::<()>(Errand::Claim, Err(&FULL()), now);
        assert!(trouble.may_claim(now + FIRST));
    }

    #[test]
    fn each_kind_is_told_once_until_it_works_again() {
        let mut trouble = Trouble::default();
        let mut say = |errand, error: Option<StoreError>| match &error {
            Some(error) => trouble.note::<()>(errand, Err(error), Duration::ZERO),
            None => trouble.note(errand, Ok(&()), Duration::ZERO),
        };
        assert_eq!(say(Errand::Claim, None), News::None);
        assert_eq!(say(Errand::Claim, Some(FULL())), News::Fails);
        assert_eq!(say(Errand::Claim, Some(FULL())), News::None);
        assert_eq!(say(Errand::Record, Some(FULL())), News::Fails);
        assert_eq!(say(Errand::Claim, Some(StoreError::Corrupt("a row".into()))), News::Fails);
        assert_eq!(say(Errand::Claim, Some(FULL())), News::None);
        assert_eq!(say(Errand::Claim, None), News::WorksAgain(4));
        assert_eq!(say(Errand::Claim, Some(FULL())), News::Fails);
    }
}

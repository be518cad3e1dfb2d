//! Buckets of tries that fill up again with time.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) per_second: f64,
    pub(super) at_once: f64,
}

/// What is left of it. Times are monotonic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    left: f64,
    at: Duration,
}

impl Bucket {
    pub(super) fn full(rate: Rate, now: Duration) -> Self {
        Self { left: rate.at_once, at: now }
    }

    pub(super) fn fill(&mut self, rate: Rate, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        *self = Self { left: (self.left + passed * rate.per_second).min(rate.at_once), at: now };
    }

    /// How long until one try is left; `None` when there is one.
    pub(super) fn wait(&self, rate: Rate) -> Option<Duration> {
        (self.left < 1.0).then(|| Duration::from_secs_f64((1.0 - self.left) / rate.per_second))
    }

    /// Takes so many, as far as they are there.
    pub(super) fn take(&mut self, many: f64) {
        self.left = (self.left - many).max(0.0);
    }

    /// Gives one back.
    pub(super) fn give_back(&mut self, rate: Rate) {
        self.left = (self.left + 1.0).min(rate.at_once);
    }
}

/// A bucket for each of those who ask.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    pub(super) rate: Rate,
    most: usize,
    by_key: HashMap<K, Bucket>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// At most `most` are remembered.
    pub(super) fn new(rate: Rate, most: usize) -> Self {
        Self { rate, most, by_key: HashMap::new() }
    }

    /// The bucket of `key`, as full as it is now.
    pub(super) fn filled(&mut self, key: K, now: Duration) -> &mut Bucket {
        let rate = self.rate;
        if self.by_key.len() >= self.most && !self.by_key.contains_key(&key) {
            // Whoever has everything left is as good as unknown.
            self.by_key.retain(|_, bucket| {
                bucket.fill(rate, now);
                bucket.left < rate.at_once
            });
            if self.by_key.len() >= self.most {
                // A flood from everywhere.
                self.by_key.clear();
            }
        }
        let bucket = self.by_key.entry(key).or_insert_with(|| Bucket::full(rate, now));
        bucket.fill(rate, now);
        bucket
    }

    /// The bucket of `key`, when it is remembered.
    pub(super) fn known(&mut self, key: &K) -> Option<&mut Bucket> {
        self.by_key.get_mut(key)
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }
}

//! What goes wrong at the carrier, drawn from a seed.
//!
//! A plan is written as `lost=5,cut=5,error=5,slow_ms=2000`: percents of calls and of texts, and times in milliseconds.

use std::str::FromStr;

use crate::domain::phone::Phone;

/// What happens to one call. A text is `taken` when the carrier will bring it to the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Taken, and answered so.
    Accepted,
    /// The line is cut before anything is written down.
    Cut,
    /// Taken; the line is cut instead of an answer.
    Lost,
    /// Taken, and answered with 500.
    Error,
    /// Not taken, and answered with 503.
    Down,
    /// Taken; the answer comes late.
    Slow,
    /// Taken; the answer is half a JSON document.
    Malformed,
    /// Taken; the answer is a web page.
    WrongType,
    /// Taken; the answer is a redirect to a login page.
    Redirect,
    /// Not taken, never will be.
    Refused,
    /// Not taken now.
    Later,
}

impl Fate {
    /// True when the carrier brings the text to the phone.
    pub(super) fn takes(self) -> bool {
        !matches!(self, Self::Cut | Self::Down | Self::Refused | Self::Later)
    }

    /// The word in the log.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Cut => "cut",
            Self::Lost => "lost",
            Self::Error => "error",
            Self::Down => "down",
            Self::Slow => "slow",
            Self::Malformed => "malformed",
            Self::WrongType => "type",
            Self::Redirect => "redirect",
            Self::Refused => "refused",
            Self::Later => "later",
        }
    }
}

/// What a spec got wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultSpecError {
    /// No such fault.
    #[error("no fault is called {0:?}; there are: {known}", known = KNOWN.join(", "))]
    Unknown(String),
    /// Not a number, or too large a one.
    #[error("{0:?} is no number that fits: write NAME=PERCENT or NAME_ms=MILLISECONDS")]
    Number(String),
    /// A call has one fate.
    #[error("the fates of a call are more than 100 percent together")]
    TooMuch,
}

/// Fates of a call, then what happens to receipts, then times.
const KNOWN: [&str; 20] = [
    "cut",
    "lost",
    "error",
    "down",
    "slow",
    "malformed",
    "type",
    "redirect",
    "refused",
    "later",
    "twice",
    "swapped",
    "early",
    "late",
    "mute",
    "undelivered",
    "slow_ms",
    "late_ms",
    "lag_ms",
    "receipt_ms",
];

/// How often each fault happens. Without a spec nothing goes wrong.
///
/// Fates of a call: `cut`, `lost`, `error`, `down`, `slow`, `malformed`, `type`, `redirect`, `refused`, `later`. Receipts:
/// `twice` (each comes twice), `swapped` (delivered before submitted), `early` (before the answer to the call), `late`,
/// `mute` (none at all), `undelivered` (failed). Times: `slow_ms` (a slow answer), `late_ms` (a late receipt), `lag_ms` (the
/// list shows a text only after this), `receipt_ms` (between receipts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultPlan {
    fates: [(Fate, u64); 10],
    /// In percent: twice, swapped, early, late, mute, undelivered.
    receipts: [u64; 6],
    /// Milliseconds of a slow answer.
    pub(super) slow_ms: u64,
    /// Milliseconds of a late receipt.
    pub(super) late_ms: u64,
    /// Milliseconds that the list lags behind.
    pub(super) lag_ms: u64,
    /// Milliseconds between receipts.
    pub(super) receipt_ms: u64,
}

impl Default for FaultPlan {
    fn default() -> Self {
        let fates = [
            Fate::Cut,
            Fate::Lost,
            Fate::Error,
            Fate::Down,
            Fate::Slow,
            Fate::Malformed,
            Fate::WrongType,
            Fate::Redirect,
            Fate::Refused,
            Fate::Later,
        ];
        // Slow is slower than the server waits.
        Self {
            fates: fates.map(|fate| (fate, 0)),
            receipts: [0; 6],
            slow_ms: 40_000,
            late_ms: 5_000,
            lag_ms: 0,
            receipt_ms: 20,
        }
    }
}

impl FromStr for FaultPlan {
    type Err = FaultSpecError;

    fn from_str(spec: &str) -> Result<Self, Self::Err> {
        let mut plan = Self::default();
        for part in spec.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| FaultSpecError::Number(part.to_owned()))?;
            let value: u64 = value.trim().parse().map_err(|_no_number| FaultSpecError::Number(part.to_owned()))?;
            let place = KNOWN.iter().position(|known| *known == name.trim());
            let place = place.ok_or_else(|| FaultSpecError::Unknown(name.to_owned()))?;
            let most = if place < 16 { 100 } else { 3_600_000 };
            if value > most {
                return Err(FaultSpecError::Number(part.to_owned()));
            }
            match place {
                0..10 => plan.fates[place].1 = value,
                10..16 => plan.receipts[place - 10] = value,
                16 => plan.slow_ms = value,
                17 => plan.late_ms = value,
                18 => plan.lag_ms = value,
                _ => plan.receipt_ms = value,
            }
        }
        if plan.fates.iter().map(|(_, percent)| percent).sum::<u64>() > 100 {
            return Err(FaultSpecError::TooMuch);
        }
        Ok(plan)
    }
}

/// What happens to the receipts of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipts {
    pub(super) twice: bool,
    pub(super) swapped: bool,
    pub(super) early: bool,
    pub(super) late: bool,
    pub(super) mute: bool,
    pub(super) undelivered: bool,
}

impl FaultPlan {
    /// The fate of the `nth` call with this text to this number: the same for the same seed.
    pub(super) fn fate(&self, seed: u64, to: &Phone, body: &str, nth: u32) -> Fate {
        let mut at = percent(seed, "fate", to, body, nth);
        for (fate, share) in self.fates {
            if at < share {
                return fate;
            }
            at -= share;
        }
        Fate::Accepted
    }

    pub(super) fn receipts(&self, seed: u64, to: &Phone, body: &str, nth: u32) -> Receipts {
        let words = ["twice", "swapped", "early", "late", "mute", "undelivered"];
        let [twice, swapped, early, late, mute, undelivered] =
            std::array::from_fn(|n| percent(seed, words[n], to, body, nth) < self.receipts[n]);
        Receipts { twice, swapped, early, late, mute, undelivered }
    }
}

/// From 0 to 99, by the seed alone.
fn percent(seed: u64, what: &str, to: &Phone, body: &str, nth: u32) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(&nth.to_le_bytes());
    for text in [what, to.as_str(), body] {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    let mut first = [0u8; 8];
    hasher.finalize_xof().fill(&mut first);
    u64::from_le_bytes(first) % 100
}

//! Toasts, and the log of everything that was said.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use super::say::Say;

/// How loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something did not happen.
    Warning,
    /// Somebody says something to this person; stays until seen.
    Told,
    /// Something went wrong; stays until seen.
    Error,
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How loud.
    pub level: Level,
    /// What.
    pub say: Say,
    /// When (the campaign's clock), once the time is known.
    pub at: Option<Timestamp>,
}

/// How many are kept.
const KEPT: usize = 200;
/// How long a toast stays.
pub const TOAST: Duration = Duration::from_secs(5);

/// All notices of this session; the newest may be up as a toast.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices {
    log: VecDeque<Notice>,
    up: bool,
    said: u64,
}

impl Notices {
    /// Says something.
    pub fn push(&mut self, level: Level, say: Say, at: Option<Timestamp>) {
        if self.log.len() == KEPT {
            self.log.pop_front();
        }
        self.log.push_back(Notice { level, say, at });
        self.up = true;
        self.said += 1;
    }

    /// The toast that is up.
    #[must_use]
    pub fn toast(&self) -> Option<&Notice> {
        self.log.back().filter(|_| self.up)
    }

    /// Its time is over. What was told, and an error, stay until a key is pressed.
    pub fn time_out(&mut self) {
        if self.toast().is_some_and(|notice| notice.level < Level::Told) {
            self.up = false;
        }
    }

    /// Something else is being done: what was only good to know is over, lest it stand there untrue.
    pub fn done_with(&mut self) {
        if self.toast().is_some_and(|notice| notice.level == Level::Info) {
            self.up = false;
        }
    }

    /// What it was about is not there any more.
    pub fn withdraw(&mut self, key: &str) {
        if self.toast().is_some_and(|notice| notice.say.key == key) {
            self.up = false;
        }
    }

    /// Somebody has seen it (a key was pressed).
    pub fn seen(&mut self) {
        if self.toast().is_some_and(|notice| notice.level >= Level::Told) {
            self.up = false;
        }
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Notice> {
        self.log.iter().rev()
    }

    /// How many were said in this session.
    #[must_use]
    pub fn said(&self) -> u64 {
        self.said
    }

    /// What was said after the first `heard`, oldest first, as far as it is kept.
    pub fn after(&self, heard: u64) -> impl Iterator<Item = &Notice> {
        let fresh = usize::try_from(self.said.saturating_sub(heard)).unwrap_or(usize::MAX);
        self.log.iter().skip(self.log.len().saturating_sub(fresh))
    }

    /// How many are kept now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.log.len()
    }

    /// True when nothing was said yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
    }
}

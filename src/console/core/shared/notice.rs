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

/// All notices of this session; what nobody has seen is up as a toast.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices {
    log: VecDeque<Notice>,
    /// Those that stay until a key is pressed, by their numbers: the newest is up, however little is said after it.
    standing: Vec<u64>,
    /// The newest of those that go by themselves.
    passing: Option<u64>,
    said: u64,
}

impl Notices {
    /// Says something.
    pub fn push(&mut self, level: Level, say: Say, at: Option<Timestamp>) {
        if self.log.len() == KEPT {
            self.log.pop_front();
        }
        let again = self.standing.last().and_then(|last| self.numbered(*last)).is_some_and(|up| up.say == say);
        self.log.push_back(Notice { level, say, at });
        self.said += 1;
        if level < Level::Told {
            self.passing = Some(self.said);
            return;
        }
        if again {
            self.standing.pop();
        }
        self.standing.push(self.said);
    }

    /// One by its number, from 1; none when it is not kept any more.
    fn numbered(&self, number: u64) -> Option<&Notice> {
        let before = self.said - self.log.len() as u64;
        self.log.get(usize::try_from(number.checked_sub(before + 1)?).ok()?)
    }

    /// The toast that is up.
    #[must_use]
    pub fn toast(&self) -> Option<&Notice> {
        let standing = self.standing.iter().rev().copied().find(|number| self.numbered(*number).is_some());
        standing.or(self.passing).and_then(|number| self.numbered(number))
    }

    /// How many more nobody has seen: the toast stands over them.
    #[must_use]
    pub fn covered(&self) -> usize {
        let standing = self.standing.iter().filter(|number| self.numbered(**number).is_some()).count();
        if standing == 0 { 0 } else { standing - 1 + usize::from(self.passing.is_some()) }
    }

    /// Its time is over. What was told, and an error, stay until a key is pressed.
    pub fn time_out(&mut self) {
        self.passing = None;
    }

    /// Something else is being done: what was only good to know is over, lest it stand there untrue.
    pub fn done_with(&mut self) {
        if self.passing.and_then(|number| self.numbered(number)).is_some_and(|notice| notice.level == Level::Info) {
            self.passing = None;
        }
    }

    /// What it was about is not there any more.
    pub fn withdraw(&mut self, key: &str) {
        let of = |number: &u64| self.numbered(*number).is_none_or(|notice| notice.say.key == key);
        let standing = self.standing.iter().copied().filter(|number| !of(number)).collect();
        self.passing = self.passing.filter(|number| !of(number));
        self.standing = standing;
    }

    /// Somebody has seen it (a key was pressed): what it stood over comes up.
    pub fn seen(&mut self) {
        while self.standing.pop().is_some_and(|number| self.numbered(number).is_none()) {}
    }

    /// What was said, for the next console of the shift: nothing of it is up.
    #[must_use]
    pub fn for_later(&self) -> Self {
        Self { standing: Vec::new(), passing: None, ..self.clone() }
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn up(notices: &Notices) -> (Option<&'static str>, usize) {
        (notices.toast().map(|notice| notice.say.key), notices.covered())
    }

    #[test]
    fn what_stays_until_it_is_seen_is_hidden_by_nothing_and_hides_nothing_in_silence() {
        let mut notices = Notices::default();
        let say = |notices: &mut Notices, level, key| notices.push(level, Say::new(key), None);
        say(&mut notices, Level::Info, "a");
        assert_eq!(up(&notices), (Some("a"), 0));
        say(&mut notices, Level::Told, "b");
        assert_eq!(up(&notices), (Some("b"), 1));
        notices.time_out();
        assert_eq!(up(&notices), (Some("b"), 0));
        say(&mut notices, Level::Warning, "c");
        assert_eq!(up(&notices), (Some("b"), 1), "it stays, and says that there is more");
        say(&mut notices, Level::Error, "d");
        say(&mut notices, Level::Error, "d");
        assert_eq!(up(&notices), (Some("d"), 2), "the same words once");
        notices.withdraw("d");
        assert_eq!(up(&notices), (Some("b"), 1));
        say(&mut notices, Level::Error, "e");
        assert_eq!(up(&notices), (Some("e"), 2));
        notices.seen();
        assert_eq!(up(&notices), (Some("b"), 1), "one key takes down what was seen, and no more");
        notices.seen();
        assert_eq!(up(&notices), (Some("c"), 0));
        notices.done_with();
        assert_eq!(up(&notices), (Some("c"), 0), "a warning is not only good to know");
        notices.time_out();
        assert_eq!(up(&notices), (None, 0));
    }

    #[test]
    fn what_is_kept_no_more_is_up_no_more() {
        let mut notices = Notices::default();
        notices.push(Level::Told, Say::new("a"), None);
        for _ in 0..KEPT {
            notices.push(Level::Info, Say::new("b"), None);
        }
        assert_eq!(up(&notices), (Some("b"), 0));
        assert_eq!((notices.len(), notices.said()), (KEPT, KEPT as u64 + 1));
    }
}

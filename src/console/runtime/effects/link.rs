//! One state of the line out of two witnesses: the feed and the outbox. Online is said when neither knows better: a line
//! that brings replies and takes no text is not one that works.

use std::sync::Mutex;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::lock;
use crate::console::core::shared::msg::LinkState;
use crate::env::SharedClock;

#[derive(Debug)]
pub(super) struct Link {
    clock: SharedClock,
    state: Mutex<State>,
    /// Rings when the sign-in is seen to be ended.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    shown: LinkState,
    /// When a feed that is down is tried again.
    feed: Option<Timestamp>,
    /// When an upload that failed is tried again.
    upload: Option<Timestamp>,
    /// The server answered the feed that it is too much now; the same of the upload.
    asked: (bool, bool),
    /// Nothing waits to be handed in.
    idle: bool,
    /// The sign-in was ended; true while what was confirmed before is still taken.
    signed_out: Option<bool>,
}

impl Link {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self { clock, state: Mutex::default(), ended: Notify::new() }
    }

    /// Notes what a witness says; the state to show, when it is another one.
    fn note(&self, change: impl FnOnce(&mut State)) -> Option<LinkState> {
        let mut state = lock(&self.state);
        change(&mut state);
        if state.signed_out.is_some() {
            self.ended.notify_one();
        }
        let next_try = [state.feed, state.upload].into_iter().flatten().min();
        let next = match (state.signed_out, next_try) {
            (Some(hands_in), _) => LinkState::SignedOut { hands_in },
            (None, None) => LinkState::Online,
            // Whoever answers is there: it is no line that is cut.
            (None, Some(next_try))
                if (state.feed.is_none() || state.asked.0) && (state.upload.is_none() || state.asked.1) =>
            {
                let wait = next_try.duration_since(self.clock.now()).as_millis().max(0);
                LinkState::AskedToWait { seconds: u64::try_from(wait).unwrap_or_default().div_ceil(1000) }
            }
            (None, Some(next_try)) => {
                let since = match state.shown {
                    LinkState::Offline { since, .. } => since,
                    _ => self.clock.now(),
                };
                LinkState::Offline { since, next_try }
            }
        };
        (state.shown != next).then(|| {
            state.shown = next.clone();
            next
        })
    }

    pub(super) fn feed_up(&self) -> Option<LinkState> {
        self.note(|state| {
            state.feed = None;
            state.signed_out = None;
        })
    }

    /// `asked`: the server asked for it.
    pub(super) fn feed_down(&self, next_try: Timestamp, asked: bool) -> Option<LinkState> {
        self.note(|state| {
            state.feed = Some(next_try);
            state.asked.0 = asked;
            state.signed_out = None;
        })
    }

    pub(super) fn upload_up(&self) -> Option<LinkState> {
        self.note(|state| {
            state.upload = None;
            // What is handed in says nothing of the rest: only the feed knows that somebody signed in again.
            state.signed_out = state.signed_out.map(|_| true);
        })
    }

    /// `asked`: the server asked for it.
    pub(super) fn upload_down(&self, next_try: Timestamp, asked: bool) -> Option<LinkState> {
        // The feed may have settled it before its own try failed.
        self.note(|state| {
            state.upload = (!state.idle).then_some(next_try);
            state.asked.1 = asked;
        })
    }

    /// How much waits to be handed in. When nothing does, no next try will be made.
    pub(super) fn upload_waits(&self, waiting: u64) -> Option<LinkState> {
        {
            let mut state = lock(&self.state);
            state.idle = waiting == 0;
            if !state.idle || state.upload.is_none() {
                return None;
            }
        }
        self.note(|state| state.upload = None)
    }

    /// The sign-in was ended; what was confirmed may still be handed in, as long as that is not refused as well.
    pub(super) fn signed_out(&self) -> Option<LinkState> {
        self.note(|state| state.signed_out = state.signed_out.or(Some(true)))
    }

    pub(super) fn is_signed_out(&self) -> bool {
        lock(&self.state).signed_out.is_some()
    }

    /// Waits until the sign-in is ended; not at all when it is.
    pub(super) async fn when_signed_out(&self) {
        while !self.is_signed_out() {
            self.ended.notified().await;
        }
    }

    /// Not even that.
    pub(super) fn shut_out(&self) -> Option<LinkState> {
        self.note(|state| state.signed_out = Some(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SystemClock;

    #[test]
    fn online_is_said_only_when_neither_feed_nor_upload_knows_better() {
        let link = Link::new(SystemClock::shared());
        let at = |second| Timestamp::from_second(second).expect("a time");
        let next = |state: Option<LinkState>| match state {
            Some(LinkState::Offline { next_try, .. }) => Some(next_try),
            _ => None,
        };
        assert_eq!(link.feed_up(), Some(LinkState::Online));
        assert_eq!(next(link.upload_down(at(10), false)), Some(at(10)), "a feed that works hands no text in");
        assert_eq!(link.feed_up(), None);
        assert_eq!(next(link.feed_down(at(5), false)), Some(at(5)), "the next try is the earlier one");
        assert_eq!(next(link.feed_up()), Some(at(10)));
        assert_eq!(link.upload_waits(0), Some(LinkState::Online), "settled by the feed: nothing will be tried");
        assert_eq!(link.upload_waits(0), None);
        assert_eq!(link.upload_down(at(15), false), None, "its own try failed later");
        assert_eq!(link.upload_waits(1), None);
        assert_eq!(next(link.feed_down(at(20), false)), Some(at(20)));
        assert_eq!(link.upload_up(), None, "a text went through; replies still do not come");
        assert_eq!(link.signed_out(), Some(LinkState::SignedOut { hands_in: true }));
        assert_eq!(link.upload_down(at(30), false), None, "that is said already");
        assert_eq!(link.shut_out(), Some(LinkState::SignedOut { hands_in: false }));
        assert_eq!(link.upload_up(), Some(LinkState::SignedOut { hands_in: true }));
        assert_eq!(link.feed_up(), Some(LinkState::Online), "only the feed knows that somebody signed in again");
    }

    #[test]
    fn a_server_that_asks_to_be_left_alone_is_not_out_of_reach() {
        let clock = SystemClock::shared();
        let soon = clock.now().saturating_add(jiff::SignedDuration::from_secs(20)).expect("a time");
        let link = Link::new(clock);
        link.feed_up();
        let asked = link.upload_down(soon, true);
        assert!(matches!(asked, Some(LinkState::AskedToWait { seconds: 1..=20 })), "{asked:?}");
        let cut = link.feed_down(soon, false);
        assert!(matches!(cut, Some(LinkState::Offline { .. })), "the feed knows of a line that is cut: {cut:?}");
        assert_eq!((link.upload_up(), link.feed_up()), (None, Some(LinkState::Online)));
    }

    #[test]
    fn what_the_screens_call_soon_is_how_long_a_try_waits_at_most() {
        assert_eq!(crate::client::backoff::Backoff::LONGEST.as_secs(), LinkState::SOON);
    }

    #[test]
    fn offline_is_since_the_first_failure() {
        let link = Link::new(SystemClock::shared());
        let since = |state: Option<LinkState>| match state {
            Some(LinkState::Offline { since, .. }) => since,
            other => panic!("{other:?}"),
        };
        let first = since(link.upload_down(Timestamp::UNIX_EPOCH, false));
        assert_eq!(since(link.feed_down(Timestamp::MIN, false)), first);
    }
}

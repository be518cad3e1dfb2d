//! One state of the line out of two witnesses: the feed, and (while no feed is followed) the outbox.

use std::sync::Mutex;

use jiff::Timestamp;

use super::lock;
use crate::console::core::shared::msg::LinkState;
use crate::env::SharedClock;

#[derive(Debug)]
pub(super) struct Link {
    clock: SharedClock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    shown: LinkState,
    /// A feed is followed: it knows best.
    followed: bool,
}

impl Link {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// The state to show, when it is another one.
    fn show(state: &mut State, next: LinkState) -> Option<LinkState> {
        (state.shown != next).then(|| {
            state.shown = next.clone();
            next
        })
    }

    fn offline(&self, state: &mut State, next_try: Timestamp) -> Option<LinkState> {
        let since = match state.shown {
            LinkState::Offline { since, .. } => since,
            _ => self.clock.now(),
        };
        Self::show(state, LinkState::Offline { since, next_try })
    }

    pub(super) fn feed_up(&self) -> Option<LinkState> {
        let mut state = lock(&self.state);
        state.followed = true;
        Self::show(&mut state, LinkState::Online)
    }

    pub(super) fn feed_down(&self, next_try: Timestamp) -> Option<LinkState> {
        let mut state = lock(&self.state);
        state.followed = true;
        self.offline(&mut state, next_try)
    }

    pub(super) fn upload_up(&self) -> Option<LinkState> {
        let mut state = lock(&self.state);
        match state.shown {
            // What is handed in says nothing of the rest: only the feed knows that somebody signed in again.
            LinkState::SignedOut { .. } => Self::show(&mut state, LinkState::SignedOut { hands_in: true }),
            _ if state.followed => None,
            _ => Self::show(&mut state, LinkState::Online),
        }
    }

    pub(super) fn upload_down(&self, next_try: Timestamp) -> Option<LinkState> {
        let mut state = lock(&self.state);
        let known = state.followed || matches!(state.shown, LinkState::SignedOut { .. });
        if known { None } else { self.offline(&mut state, next_try) }
    }

    /// The sign-in was ended; what was confirmed may still be handed in, as long as that is not refused as well.
    pub(super) fn signed_out(&self) -> Option<LinkState> {
        let mut state = lock(&self.state);
        match state.shown {
            LinkState::SignedOut { .. } => None,
            _ => Self::show(&mut state, LinkState::SignedOut { hands_in: true }),
        }
    }

    /// Not even that.
    pub(super) fn shut_out(&self) -> Option<LinkState> {
        Self::show(&mut lock(&self.state), LinkState::SignedOut { hands_in: false })
    }
}

//! The feed of one campaign to one reader, by server-sent events.
//!
//! One task of the process reads the table of events ([`tail`]); each open feed has a short queue that it fills. Nothing is told
//! that is not committed. A feed whose line is too slow for its queue finds its place again after what it has written, so it
//! loses nothing and costs no memory; a place from which nothing can be resumed, or from which it would be more to read than
//! everything anew, is answered by a `snapshot` event: read everything again.

mod boards;
pub mod tail;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse;
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

pub use self::boards::Boards;
use self::boards::Look;
use self::tail::{Join, Line, Place, Who};
use super::AppState;
use super::auth::{Session, second_factor::signed_in};
use super::metrics::Open;
use crate::api::{
    captain::Board,
    event::{Event, EventKind},
    people::Role,
};
use crate::domain::ids::CampaignId;
use crate::server::store::StoreError;

/// A sign of life on a silent feed; also how often a board is looked at when nothing happens.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// At most four boards a second.
pub const BOARD_EVERY: Duration = Duration::from_millis(250);
/// How often a feed looks whether its sign-in still stands, busy or silent: nobody but the database says when it was ended
/// from outside this process.
pub const SESSION_EVERY: Duration = Duration::from_secs(5);
/// The same where other servers work on the same database, and most sign-ins are ended by one of them.
pub const SESSION_EVERY_SHARED: Duration = Duration::from_secs(1);
/// Events read from the table at once, by a feed that finds its place again.
const PAGE: u32 = 256;

/// Counts revocations, so that open feeds look whether they were meant.
#[derive(Debug, Default)]
pub struct Revocations(watch::Sender<u64>);

impl Revocations {
    /// A session was revoked.
    pub fn happened(&self) {
        self.0.send_modify(|count| *count += 1);
    }
}

/// The feed of `campaign` to `session` after event `after`. `head` is the newest event at the time of asking.
pub fn feed(
    state: AppState,
    session: Session,
    campaign: CampaignId,
    after: u64,
    head: u64,
) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send + 'static {
    state.tail.begin(state.store(), &state.stop);
    let wake = state.store().wake();
    let revoked = state.revocations.0.subscribe();
    let watches = session.actor.role >= Role::Captain;
    let now = state.desk.clock.monotonic();
    let session_every = if state.store().is_shared() { SESSION_EVERY_SHARED } else { SESSION_EVERY };
    let follower = Follower {
        wake,
        revoked,
        campaign,
        cursor: after,
        // The first line makes proxies and readers see that the feed stands.
        ready: VecDeque::from([Ready::Own(sse::Event::default().comment("here"))]),
        place: None,
        watches,
        board: None,
        board_changed: watches,
        board_due: now,
        alive_until: now + KEEP_ALIVE,
        session_every,
        session_due: now + session_every,
        ended: false,
        session,
        state,
        _open: Open::feed(),
    };
    let mut follower = follower;
    if after > head {
        // From another life of this database: nothing after it would ever come.
        follower.snapshot(head);
    }
    stream::unfold(follower, Follower::next)
}

/// What is to be written.
enum Ready {
    /// An event, which others may be told as well.
    Shared(Arc<Line>),
    /// A line of this feed alone.
    Own(sse::Event),
}

struct Follower {
    state: AppState,
    session: Session,
    campaign: CampaignId,
    /// Everything up to here has been told.
    cursor: u64,
    /// Tells captains that there may be another board.
    wake: watch::Receiver<u64>,
    revoked: watch::Receiver<u64>,
    ready: VecDeque<Ready>,
    /// None while it has to find its place.
    place: Option<Place>,
    /// True for captains: they get boards.
    watches: bool,
    board: Option<Arc<Board>>,
    board_changed: bool,
    /// No board before this moment (monotonic).
    board_due: Duration,
    /// Something is to be said by then (monotonic).
    alive_until: Duration,
    session_every: Duration,
    /// The sign-in is looked at again at this moment (monotonic), whatever is said meanwhile.
    session_due: Duration,
    ended: bool,
    /// Counts it among the figures for as long as somebody listens.
    _open: Open,
}

impl Follower {
    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Self)> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                let line = match line {
                    Ready::Shared(line) => line.sse(),
                    Ready::Own(line) => line,
                };
                return Some((Ok(line), self));
            }
            if self.ended || self.state.stop.is_cancelled() {
                return None;
            }
            if let Err(error) = self.step().await {
                // The reader comes back by itself and resumes.
                tracing::warn!(%error, "a feed was cut: the store gave no answer");
                return None;
            }
        }
    }

    /// Does one thing: looks at the sign-in, finds its place, counts a board, or waits.
    async fn step(&mut self) -> Result<(), StoreError> {
        let clock = self.state.desk.clock.clone();
        let now = clock.monotonic();
        if now >= self.session_due {
            self.session_due = now + self.session_every;
            return self.check_session().await;
        }
        let Some(place) = &mut self.place else { return self.find_place().await };
        if self.board_changed && now >= self.board_due {
            return self.count(now).await;
        }
        if now >= self.alive_until {
            self.board_changed = self.watches;
            self.give_a_sign();
            return Ok(());
        }
        let mut until = self.alive_until.min(self.session_due);
        if self.board_changed {
            until = until.min(self.board_due);
        }
        let stop = self.state.stop.clone();
        tokio::select! {
            biased;
            () = stop.cancelled() => self.ended = true,
            _ = self.revoked.changed() => self.check_session().await?,
            line = place.next() => match line {
                Some(line) => {
                    let mut next = Some(line);
                    while let Some(line) = next {
                        self.cursor = self.cursor.max(line.seq);
                        self.ready.push_back(Ready::Shared(line));
                        next = place.ready();
                    }
                    self.said();
                    // However busy the feed is: what is looked at first must not keep the board waiting for ever.
                    self.board_changed |= self.watches;
                }
                None => self.place = None,
            },
            // Also without an event: a slice that is handed out has none. A store that is gone wakes nobody any more.
            woken = self.wake.changed(), if self.watches => {
                self.ended = woken.is_err();
                self.board_changed = true;
            }
            () = clock.sleep(until.saturating_sub(now)) => {}
        }
        Ok(())
    }

    /// Reads a part of what it missed, until it is where everybody is.
    async fn find_place(&mut self) -> Result<(), StoreError> {
        let who = Who { campaign: self.campaign, person: self.session.actor.person, captain: self.watches };
        self.board_changed |= self.watches;
        self.state.tail.forget_old(self.state.desk.clock.now());
        let missed = match self.state.tail.join(who, self.cursor) {
            Join::Here(missed, place) => {
                self.place = Some(place);
                missed
            }
            Join::Part(missed) => missed,
            Join::Table { at } => return self.read(at).await,
            Join::TooOld { at } => {
                self.snapshot(at);
                return Ok(());
            }
            Join::Nowhere => {
                self.ended = true;
                return Ok(());
            }
        };
        if let Some(last) = missed.last() {
            self.cursor = last.seq;
            self.said();
        }
        self.ready.extend(missed.into_iter().map(Ready::Shared));
        Ok(())
    }

    /// Reads a page of the table, of which everything up to `at` was told already.
    async fn read(&mut self, at: u64) -> Result<(), StoreError> {
        let store = self.state.store().clone();
        let Some(events) = store.events(&self.session.actor, self.campaign, self.cursor, PAGE).await? else {
            let view = store.campaign(&self.session.actor, self.campaign).await?;
            match view {
                Some(view) => self.snapshot(view.seq),
                None => self.ended = true,
            }
            return Ok(());
        };
        let full = events.len() >= PAGE as usize;
        for event in events {
            self.cursor = self.cursor.max(event.seq);
            self.say(line(&event, true));
        }
        if !full {
            // Of all that there is.
            self.cursor = self.cursor.max(at);
        }
        Ok(())
    }

    /// Says that it is there, and, when others' events went by meanwhile, from where to resume: a console that nothing
    /// concerned for long is not taken for one that missed a lot.
    fn give_a_sign(&mut self) {
        // In this order: what was told up to there is in the queue.
        let at = self.state.tail.at();
        match self.place.as_mut().map(Place::ready) {
            Some(Some(line)) => {
                self.cursor = self.cursor.max(line.seq);
                self.said();
                self.ready.push_back(Ready::Shared(line));
            }
            Some(None) if at > self.cursor && self.place.as_ref().is_some_and(Place::is_kept) => {
                self.cursor = at;
                let now = self.state.desk.clock.now();
                self.say(line(&Event { seq: at, at: now, what: EventKind::Here {} }, true));
            }
            _ => self.say(sse::Event::default().comment("here")),
        }
    }

    async fn count(&mut self, now: Duration) -> Result<(), StoreError> {
        self.board_changed = false;
        self.board_due = now + BOARD_EVERY;
        let desk = &self.state.desk;
        let board = match self.state.boards.look(desk, &self.session.actor, self.campaign).await? {
            Look::None => return Ok(()),
            Look::Now(board) => board,
            Look::Then(board, again) => {
                self.board_changed = true;
                self.board_due = again;
                board
            }
        };
        if self.board.as_ref().is_none_or(|former| differs(former, &board)) {
            let at = self.state.desk.clock.now();
            let what = EventKind::Board { board: (*board).clone() };
            self.board = Some(board);
            // It has no number of its own: whoever resumes after it must get all that came since.
            self.say(line(&Event { seq: self.cursor, at, what }, false));
        }
        Ok(())
    }

    async fn check_session(&mut self) -> Result<(), StoreError> {
        let reader = signed_in(&self.state, self.session.token_hash).await?;
        // What it is told goes by the role that it began with.
        let role = self.session.actor.role;
        self.ended |= reader.is_none_or(|reader| reader.unread || reader.waiting || reader.role != role);
        Ok(())
    }

    fn snapshot(&mut self, seq: u64) {
        self.cursor = seq;
        let at = self.state.desk.clock.now();
        self.say(line(&Event { seq, at, what: EventKind::Snapshot { seq } }, true));
        self.board_changed = self.watches;
    }

    fn say(&mut self, line: sse::Event) {
        self.said();
        self.ready.push_back(Ready::Own(line));
    }

    fn said(&mut self) {
        self.alive_until = self.state.desk.clock.monotonic() + KEEP_ALIVE;
    }
}

/// One event as a line of the feed.
fn line(event: &Event, numbered: bool) -> sse::Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    let line = sse::Event::default().event(name(&event.what)).data(data);
    if numbered { line.id(event.seq.to_string()) } else { line }
}

fn name(what: &EventKind) -> &'static str {
    match what {
        EventKind::Contact { .. } => "contact",
        EventKind::Thread { .. } => "thread",
        EventKind::Delivery { .. } => "delivery",
        EventKind::Settled { .. } => "settled",
        EventKind::Returned { .. } => "returned",
        EventKind::Gone { .. } => "gone",
        EventKind::Campaign { .. } => "campaign",
        EventKind::Recalled { .. } => "recalled",
        EventKind::RecallLifted { .. } => "recall_lifted",
        EventKind::Announced { .. } => "announced",
        EventKind::Corrected { .. } => "corrected",
        EventKind::Board { .. } => "board",
        EventKind::Snapshot { .. } => "snapshot",
        EventKind::Here {} => "here",
        EventKind::Unknown => "unknown",
    }
}

/// True when something on the board is another than before; the time of counting alone is nothing.
fn differs(former: &Board, board: &Board) -> bool {
    let mut former = former.clone();
    former.at = board.at;
    former.seq = board.seq;
    former != *board
}

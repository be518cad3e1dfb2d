//! Tests of the runner against a scripted server and a real journal, on a simulated clock.

use jiff::Timestamp;
use pretty_assertions::assert_eq;
use rstest::rstest;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::api::assignment::{AssignmentPage, SliceGrant};
use crate::api::event::{Event, EventKind};
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::client::fake::{
    FakeServer, Patience, Reply,
    sample::{at, id, text},
};
use crate::client::{CallError, Capabilities};
use crate::console::core::shared::msg::{Beside, LinkState};
use crate::console::core::shared::say::Say;
use crate::domain::ids::{CampaignId, ContactId};
use crate::env::{Clock as _, SeededIds, SimClock};

const CAMPAIGN: CampaignId = CampaignId(4);

struct House {
    clock: Arc<SimClock>,
    home: TempDir,
    journal: Journal,
    runner: Runner,
    inbox: mpsc::Receiver<Msg>,
}

impl House {
    async fn new(server: &Arc<FakeServer>) -> Self {
        let mut house = Self::open(server, tempfile::tempdir().unwrap(), 64).await;
        assert_eq!(house.next().await, Msg::JournalOpen { acts: vec![], drafts: vec![] });
        assert_eq!(house.next().await, Msg::Outbox { waiting: 0, oldest: None });
        house
    }

    async fn open(server: &Arc<FakeServer>, home: TempDir, inbox: usize) -> Self {
        let clock = SimClock::at(at(0));
        let shared: SharedClock = clock.clone();
        let ids = SeededIds::shared(3);
        let (journal, _) = Journal::open(home.path(), &shared, &ids).await.unwrap();
        let (sender, inbox) = mpsc::channel(inbox);
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let runner = Runner::new(server.clone(), journal.clone(), sender, shared, ids, tracker, &cancel);
        Self { clock, home, journal, runner, inbox }
    }

    fn run(&mut self, effect: Effect) {
        assert_eq!(self.runner.run(effect), Left::Nothing);
    }

    /// The next message, without time passing.
    async fn next(&mut self) -> Msg {
        self.inbox.recv().await.unwrap()
    }

    /// The next message that `pick` takes; time passes while none comes.
    async fn until<T>(&mut self, pick: impl Fn(&Msg) -> Option<T>) -> T {
        let patience = Patience::new();
        loop {
            if let Ok(msg) = self.inbox.try_recv() {
                if let Some(found) = pick(&msg) {
                    return found;
                }
                continue;
            }
            patience.turn("the message that is waited for").await;
            self.clock.advance(Duration::from_millis(200));
        }
    }

    /// Waits until the journal has let go of this act.
    async fn let_go(&self, id: Uuid) {
        let patience = Patience::new();
        while self.journal.load(id).await.unwrap().is_some() {
            patience.turn("the row is let go").await;
        }
    }

    /// Everything that comes while others work and no time passes.
    async fn quiet(&mut self) -> Vec<Msg> {
        let mut all = Vec::new();
        for _ in 0..500 {
            tokio::task::yield_now().await;
            while let Ok(msg) = self.inbox.try_recv() {
                all.push(msg);
            }
        }
        all
    }

    async fn leave(mut self) -> TempDir {
        drop(self.inbox);
        self.runner.shutdown(Duration::ZERO).await;
        self.journal.close().await.unwrap();
        self.home
    }
}

fn event(seq: u64, what: EventKind) -> Event {
    Event { seq, at: Timestamp::UNIX_EPOCH, what }
}

fn gone(seq: u64) -> Event {
    event(seq, EventKind::Gone { contact: ContactId(1), why: "released".into(), who: None })
}

fn settled(seq: u64, n: u64) -> Event {
    let verdict = Verdict { id: id(n), outcome: Outcome::Accepted { seq: 1, at: at(0) } };
    event(seq, EventKind::Settled { verdict })
}

fn server() -> Arc<FakeServer> {
    FakeServer::new(Capabilities::NATIVE)
}

fn refusal(code: Code) -> CallError {
    CallError::Refused(Box::new(Problem::new(code, "no")))
}

fn verdict_id(msg: &Msg) -> Option<Uuid> {
    if let Msg::Verdict { verdict } = msg { Some(verdict.id) } else { None }
}

#[tokio::test]
async fn a_confirmed_act_is_journaled_then_handed_in() {
    let server = server();
    server.open_gate(false);
    let mut house = House::new(&server).await;
    for n in 0..5 {
        house.run(Effect::Confirm(text(n, 7)));
    }
    let mut journaled = Vec::new();
    while journaled.len() < 5 {
        match house.next().await {
            Msg::Journaled { id } => journaled.push(id),
            Msg::Outbox { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(journaled, (0..5).map(id).collect::<Vec<_>>());
    let order: Vec<_> = house.journal.open_acts().await.unwrap().into_iter().map(|act| act.id).collect();
    assert_eq!(order, journaled, "in the order of the presses");
    assert_eq!(house.runner.unsettled(), 5);
    server.open_gate(true);
    for n in 0..5 {
        assert_eq!(house.until(verdict_id).await, id(n));
    }
    house.until(|msg| (*msg == Msg::Outbox { waiting: 0, oldest: None }).then_some(())).await;
}

#[tokio::test]
async fn what_the_disk_refuses_is_not_confirmed_and_not_sent() {
    let server = server();
    let mut house = House::new(&server).await;
    house.journal.raw("PRAGMA query_only = ON").await.unwrap();
    house.run(Effect::Confirm(text(1, 7)));
    let reason = "the disk or directory is read-only".to_owned();
    assert_eq!(house.next().await, Msg::NotJournaled { id: id(1), reason });
    assert_eq!(house.runner.shutdown(Duration::from_secs(1)).await, 0);
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn a_restart_shows_what_waits_and_hands_it_in() {
    let server = server();
    server.open_gate(false);
    let mut house = House::new(&server).await;
    house.run(Effect::Confirm(text(1, 7)));
    house.run(Effect::SaveDraft { contact: ContactId(8), text: "he".into() });
    house.run(Effect::SaveDraft { contact: ContactId(8), text: "hey".into() });
    house.until(|msg| matches!(msg, Msg::Journaled { .. }).then_some(())).await;
    let home = house.leave().await;
    server.open_gate(true);
    let mut house = House::open(&server, home, 64).await;
    let drafts = vec![(ContactId(8), "hey".to_owned())];
    let Msg::JournalOpen { acts, drafts: found } = house.next().await else { panic!("not open") };
    assert_eq!((acts.iter().map(|act| act.id).collect::<Vec<_>>(), found), (vec![id(1)], drafts));
    assert_eq!(house.until(verdict_id).await, id(1));
}

#[tokio::test]
async fn run_never_blocks_even_when_nobody_reads() {
    let server = server();
    let mut house = House::open(&server, tempfile::tempdir().unwrap(), 1).await;
    for n in 0..300 {
        // Past the queue's bound an act is refused rather than waited for.
        house.run(Effect::Confirm(text(n, 7)));
        house.run(Effect::Load(Ask::Me));
        house.run(Effect::Presence);
        house.run(Effect::After { timer: Timer::Minute, delay: Duration::ZERO });
    }
    let (mut journaled, mut refused) = (0, 0);
    while journaled + refused < 300 {
        match house.until(|msg| Some(msg.clone())).await {
            Msg::Journaled { .. } => journaled += 1,
            Msg::NotJournaled { reason, .. } => {
                assert_eq!(reason, "the disk does not keep up");
                refused += 1;
            }
            _ => {}
        }
    }
    assert!(journaled >= 256, "{journaled} of 300");
}

#[tokio::test]
async fn pages_come_in_order_over_failures() {
    let server = server();
    let page = |next: Option<&str>| AssignmentPage {
        contacts: vec![],
        next: next.map(str::to_owned),
        seq: 9,
        lease_until: None,
        sent: 0,
    };
    server.pages([
        Ok(page(Some("a"))),
        Err(CallError::NoAnswer("cut".into())),
        Err(refusal(Code::Unavailable)),
        Ok(page(Some("b"))),
        Ok(page(None)),
    ]);
    let mut house = House::new(&server).await;
    house.run(Effect::Load(Ask::Assignment(CAMPAIGN)));
    for next in [Some("a"), Some("b"), None] {
        let got = house.until(|msg| if let Msg::Assignment(page) = msg { Some(page.clone()) } else { None }).await;
        assert_eq!(got, page(next));
    }
    let cursor = |c: &str| Some(c.to_owned());
    assert_eq!(server.cursors(), [None, cursor("a"), cursor("a"), cursor("a"), cursor("b")]);
    server.pages([Ok(page(Some("a"))), Ok(page(Some("a")))]);
    house.run(Effect::Load(Ask::Assignment(CAMPAIGN)));
    house.until(|msg| matches!(msg, Msg::Failed { what: Ask::Assignment(CAMPAIGN), .. }).then_some(())).await;
}

#[tokio::test]
async fn a_refused_slice_is_an_answer_and_a_lost_one_is_asked_with_the_same_id() {
    let server = server();
    let grant = SliceGrant { contacts: vec![], lease_until: at(9), held_back: 2 };
    let none_left = Problem::new(Code::NoneLeft, "no");
    server.claims([
        Err(CallError::NoAnswer("cut".into())),
        Ok(grant.clone()),
        Err(CallError::Refused(Box::new(none_left.clone()))),
    ]);
    let mut house = House::new(&server).await;
    for (n, expected) in [(1, Ok(grant)), (2, Err(Box::new(none_left)))] {
        house.run(Effect::Load(Ask::Slice { campaign: CAMPAIGN, claim: id(n), want: 0 }));
        let got = house
            .until(|msg| if let Msg::Slice { claim, result } = msg { Some((*claim, result.clone())) } else { None })
            .await;
        assert_eq!(got, (id(n), expected));
    }
    assert_eq!(server.claimed(), [id(1), id(1), id(2)]);
}

#[rstest]
#[case::refused(vec![refusal(Code::Forbidden)], Code::Forbidden)]
#[case::signed_out(vec![refusal(Code::Unauthorized)], Code::Unauthorized)]
#[case::strange_for_good(vec![CallError::Strange("a login page".into()); 6], Code::Unavailable)]
#[tokio::test]
async fn what_cannot_be_loaded_is_told(#[case] errors: Vec<CallError>, #[case] code: Code) {
    let server = server();
    server.me_answers(errors.into_iter().map(Err));
    let mut house = House::new(&server).await;
    house.run(Effect::Load(Ask::Me));
    if code == Code::Unauthorized {
        assert_eq!(house.next().await, Msg::Link(LinkState::SignedOut { hands_in: true }));
    }
    let problem = house
        .until(|msg| if let Msg::Failed { what: Ask::Me, problem } = msg { Some(problem.code) } else { None })
        .await;
    assert_eq!(problem, code);
}

#[tokio::test]
async fn asked_anew_the_former_is_dropped() {
    let server = server();
    server.me_answers([Err(CallError::NotReached("down".into())), Err(refusal(Code::Forbidden))]);
    let mut house = House::new(&server).await;
    house.run(Effect::Load(Ask::Me));
    server.called(1).await;
    house.run(Effect::Load(Ask::Me));
    server.called(2).await;
    let failed = |all: &[Msg]| all.iter().filter(|msg| matches!(msg, Msg::Failed { .. })).count();
    assert_eq!(failed(&house.quiet().await), 1);
    house.clock.advance(Duration::from_secs(600));
    assert_eq!(failed(&house.quiet().await), 0, "the first does not go on");
}

#[tokio::test]
async fn the_feed_resumes_after_the_last_event_and_says_how_the_line_is() {
    let server = server();
    let first = server.feed(Ok(()));
    server.feed(Err(CallError::NotReached("down".into())));
    let second = server.feed(Ok(()));
    let mut house = House::new(&server).await;
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 10 });
    assert_eq!(house.next().await, Msg::Link(LinkState::Online));
    first.send(Ok(gone(11))).await.unwrap();
    first.send(Ok(gone(14))).await.unwrap();
    assert_eq!(house.next().await, Msg::Event(Box::new(gone(11))));
    assert_eq!(house.next().await, Msg::Event(Box::new(gone(14))));
    house.clock.advance(Duration::from_secs(100));
    first.send(Err(CallError::NoAnswer("cut".into()))).await.unwrap();
    let Msg::Link(LinkState::Offline { since, next_try }) = house.next().await else { panic!("not offline") };
    assert_eq!(since, at(100));
    assert!(next_try > since && next_try <= at(101), "{next_try}");
    house.until(|msg| (*msg == Msg::Link(LinkState::Online)).then_some(())).await;
    assert_eq!(server.follows(), [10, 14, 14]);
    second.send(Ok(gone(15))).await.unwrap();
    assert_eq!(house.next().await, Msg::Event(Box::new(gone(15))));
    // A new feed replaces the old one.
    let third = server.feed(Ok(()));
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 20 });
    third.send(Ok(gone(21))).await.unwrap();
    assert_eq!(house.next().await, Msg::Event(Box::new(gone(21))));
    assert!(second.is_closed());
}

#[tokio::test]
async fn the_echo_frees_the_row_and_the_next_start_asks_for_the_missed_ones() {
    let server = server();
    let feed = server.feed(Ok(()));
    let mut house = House::new(&server).await;
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 10 });
    house.run(Effect::Confirm(text(1, 7)));
    assert_eq!(house.until(verdict_id).await, id(1));
    assert!(house.journal.load(id(1)).await.unwrap().is_some(), "a verdict alone frees nothing");
    feed.send(Ok(settled(12, 1))).await.unwrap();
    let echo = house.until(|msg| if let Msg::Event(event) = msg { Some(event.clone()) } else { None }).await;
    assert_eq!(*echo, settled(12, 1));
    assert_eq!(house.journal.load(id(1)).await.unwrap(), None);
    // An answer is lost and the console leaves; the server has it.
    server.always(id(2), Some(Reply::Lost));
    house.run(Effect::Confirm(text(2, 7)));
    house.until(|msg| matches!(msg, Msg::Journaled { .. }).then_some(())).await;
    let home = house.leave().await;

    server.open_gate(false);
    let mut house = House::open(&server, home, 64).await;
    house.until(|msg| matches!(msg, Msg::JournalOpen { .. }).then_some(())).await;
    let feed = server.feed(Ok(()));
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 50 });
    for old in [gone(13), settled(20, 2), gone(51)] {
        feed.send(Ok(old)).await.unwrap();
    }
    // The verdict of the missed one is told; old events are not.
    let told = house.until(|msg| matches!(msg, Msg::Verdict { .. } | Msg::Event(_)).then(|| msg.clone())).await;
    assert_eq!(verdict_id(&told), Some(id(2)));
    let told = house.until(|msg| matches!(msg, Msg::Verdict { .. } | Msg::Event(_)).then(|| msg.clone())).await;
    assert_eq!(told, Msg::Event(Box::new(gone(51))));
    assert_eq!(server.follows(), [10, 12]);
    assert_eq!(house.runner.unsettled(), 0);
    assert_eq!(house.journal.load(id(2)).await.unwrap(), None);
    server.open_gate(true);
    assert!(house.quiet().await.iter().all(|msg| verdict_id(msg).is_none()), "one verdict");
}

#[tokio::test]
async fn a_sign_in_that_was_ended_still_hands_in_and_lets_go() {
    let server = server();
    let feed = server.feed(Ok(()));
    server.feed(Err(refusal(Code::Unauthorized)));
    let mut house = House::new(&server).await;
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 10 });
    assert_eq!(house.next().await, Msg::Link(LinkState::Online));
    feed.send(Err(CallError::NoAnswer("cut".into()))).await.unwrap();
    let signed_out = Msg::Link(LinkState::SignedOut { hands_in: true });
    house.until(|msg| (*msg == signed_out).then_some(())).await;
    house.run(Effect::Confirm(text(1, 7)));
    assert_eq!(house.until(verdict_id).await, id(1));
    house.let_go(id(1)).await;
    assert_eq!(server.read_back(), [id(1)]);
    // Shut out for good: said, and not taken back by the feed's next refusal.
    server.always(id(2), Some(Reply::Fail(refusal(Code::Unauthorized))));
    for _ in 0..10 {
        server.feed(Err(refusal(Code::Unauthorized)));
    }
    house.run(Effect::Confirm(text(2, 7)));
    // The feed may be refused once more before the text is: time passed above.
    let shut_out = Msg::Link(LinkState::SignedOut { hands_in: false });
    house.until(|msg| (*msg == shut_out).then_some(())).await;
    house.clock.advance(Duration::from_secs(120));
    assert!(!house.quiet().await.iter().any(|msg| matches!(msg, Msg::Link(_))));
    assert_eq!(house.runner.unsettled(), 1);
}

/// A minute is the longest wait; somebody who has just signed in looks at the screen, and not for a minute.
#[tokio::test]
async fn who_signs_in_again_in_another_window_goes_on_within_seconds() {
    let server = server();
    server.feed(Err(refusal(Code::Unauthorized)));
    server.always(id(1), Some(Reply::Fail(refusal(Code::Unauthorized))));
    let mut house = House::new(&server).await;
    house.run(Effect::Confirm(text(1, 7)));
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 10 });
    let shut_out = Msg::Link(LinkState::SignedOut { hands_in: false });
    house.until(|msg| (*msg == shut_out).then_some(())).await;
    house.quiet().await;
    for _ in 0..10 {
        house.clock.advance(Duration::from_secs(1));
        let told = house.quiet().await;
        assert!(told.is_empty(), "nothing changes: nothing is told, and nothing drawn: {told:?}");
    }
    let (asked, began) = (server.calls().len(), house.clock.monotonic());
    let _feed = server.feed(Ok(()));
    server.always(id(1), None);
    server.sign_in_again(true);
    house.until(|msg| (*msg == Msg::Link(LinkState::Online)).then_some(())).await;
    assert_eq!(house.until(verdict_id).await, id(1));
    assert!(house.clock.monotonic() - began < Duration::from_secs(10), "not the minute of who may wait");
    assert_eq!(server.calls().len(), asked + 1);
}

#[tokio::test]
async fn a_snapshot_in_the_journals_part_of_the_feed_is_not_the_consoles() {
    let server = server();
    let feed = server.feed(Ok(()));
    let mut house = House::new(&server).await;
    house.journal.ui_set(&format!("feed.{CAMPAIGN}"), &3.into()).await.unwrap();
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 50 });
    feed.send(Ok(event(40, EventKind::Snapshot { seq: 40 }))).await.unwrap();
    feed.send(Ok(event(60, EventKind::Snapshot { seq: 60 }))).await.unwrap();
    let told = house.until(|msg| if let Msg::Event(event) = msg { Some(event.seq) } else { None }).await;
    assert_eq!(told, 60);
    assert_eq!(server.follows(), [3]);
}

#[tokio::test]
async fn a_server_that_lost_its_last_events_is_heard_again_and_asked_for_what_it_had_accepted() {
    let server = server();
    let feed = server.feed(Ok(()));
    let mut house = House::new(&server).await;
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 50 });
    house.run(Effect::Confirm(text(1, 7)));
    assert_eq!(house.until(verdict_id).await, id(1));
    feed.send(Ok(gone(60))).await.unwrap();
    // Its machine fell, and its disk had not kept the last commits: neither the text nor the last events.
    server.forget(id(1));
    feed.send(Ok(event(48, EventKind::Snapshot { seq: 48 }))).await.unwrap();
    feed.send(Ok(gone(49))).await.unwrap();
    let event_seq = |msg: &Msg| if let Msg::Event(event) = msg { Some(event.seq) } else { None };
    let mut told = Vec::new();
    while told.len() < 3 {
        told.push(house.until(event_seq).await);
    }
    assert_eq!(told, [60, 48, 49], "what is new is told, though its number is not");
    house.until(verdict_id).await;
    assert_eq!(server.calls(), [id(1), id(1)], "handed in again, under its id");
}

#[tokio::test]
async fn what_a_gap_of_the_feed_swallowed_is_read_back() {
    let server = server();
    let feed = server.feed(Ok(()));
    let mut house = House::new(&server).await;
    house.run(Effect::Follow { campaign: CAMPAIGN, after: 10 });
    house.run(Effect::Confirm(text(1, 7)));
    assert_eq!(house.until(verdict_id).await, id(1));
    assert!(house.journal.load(id(1)).await.unwrap().is_some(), "it waits for its echo");
    feed.send(Ok(event(40, EventKind::Snapshot { seq: 40 }))).await.unwrap();
    house.let_go(id(1)).await;
    assert_eq!(server.read_back(), [id(1)]);
}

#[tokio::test]
async fn a_timer_set_again_is_replaced_and_a_stopped_one_is_silent() {
    let mut house = House::new(&server()).await;
    let secs = Duration::from_secs;
    house.run(Effect::After { timer: Timer::Toast, delay: secs(1) });
    house.run(Effect::After { timer: Timer::Toast, delay: secs(3) });
    house.run(Effect::After { timer: Timer::Minute, delay: secs(2) });
    house.run(Effect::Stop(Timer::Minute));
    house.clock.advance(secs(2));
    assert_eq!(house.quiet().await, []);
    house.clock.advance(secs(1));
    let Msg::Timer { timer: Timer::Toast, stamp } = house.next().await else { panic!("another message") };
    assert_eq!((stamp.wall, stamp.mono), (at(3), secs(3)));
    house.clock.advance(secs(60));
    assert_eq!(house.quiet().await, []);
}

#[tokio::test]
async fn leaving_waits_for_what_is_in_flight_but_not_for_a_dead_line() {
    // In flight: waited for, even by the press just before the quit.
    let server = server();
    server.open_gate(false);
    let mut house = House::new(&server).await;
    house.run(Effect::Confirm(text(1, 7)));
    let opened = Arc::clone(&server);
    tokio::spawn(async move {
        opened.called(1).await;
        opened.open_gate(true);
    });
    assert_eq!(house.runner.shutdown(Duration::from_secs(5)).await, 0);
    // The line is down: nothing to wait for.
    let server = self::server();
    server.always(id(1), Some(Reply::Fail(CallError::NotReached("down".into()))));
    let mut house = House::new(&server).await;
    house.run(Effect::Confirm(text(1, 7)));
    assert_eq!(house.runner.shutdown(Duration::from_secs(5)).await, 1);
    // No answer at all: until the grace is over, and it stays in the journal.
    let server = self::server();
    server.open_gate(false);
    let mut house = House::new(&server).await;
    house.run(Effect::Confirm(text(1, 7)));
    let (clock, called) = (house.clock.clone(), Arc::clone(&server));
    tokio::spawn(async move {
        called.called(1).await;
        clock.advance(Duration::from_secs(5));
    });
    assert_eq!(house.runner.shutdown(Duration::from_secs(5)).await, 1);
    let held: Vec<Uuid> = house.journal.open_acts().await.unwrap().into_iter().map(|act| act.id).collect();
    assert_eq!(held, [id(1)]);
}

#[tokio::test]
async fn the_terminals_effects_come_back() {
    let mut house = House::new(&server()).await;
    for effect in [
        Effect::Copy("x".into()),
        Effect::Notify { say: Say::new("a"), named: Say::new("b") },
        Effect::Title(Say::new("a")),
        Effect::OpenEditor { contact: ContactId(1), text: String::new() },
        Effect::Suspend,
        Effect::Quit,
    ] {
        assert_eq!(house.runner.run(effect.clone()), Left::Terminal(effect));
    }
}

#[derive(Debug, Default)]
struct Director(Mutex<Vec<bool>>);

impl RehearsalPort for Director {
    fn may_go_on(&self, may: bool) {
        self.0.lock().unwrap().push(may);
    }

    fn finish(&self) -> BoxFuture<'static, serde_json::Value> {
        Box::pin(async { serde_json::json!({ "score": 7 }) })
    }
}

#[tokio::test]
async fn the_rehearsal_is_steered_and_scored() {
    let mut house = House::new(&server()).await;
    let director = Arc::new(Director::default());
    let cancel = CancellationToken::new();
    let (sender, inbox) = mpsc::channel(9);
    let clock: SharedClock = house.clock.clone();
    let ids = SeededIds::shared(1);
    house.runner = Runner::new(server(), house.journal.clone(), sender, clock, ids, TaskTracker::new(), &cancel)
        .with_rehearsal(director.clone());
    house.inbox = inbox;
    house.run(Effect::DirectorMayGoOn(false));
    house.run(Effect::DirectorMayGoOn(true));
    house.run(Effect::FinishRehearsal);
    assert_eq!(*director.0.lock().unwrap(), [false, true]);
    let score = house.until(|msg| if let Msg::Score(score) = msg { Some(score.clone()) } else { None }).await;
    assert_eq!(*score, serde_json::json!({ "score": 7 }));
}

#[tokio::test]
async fn what_the_client_noticed_is_told_in_order_and_the_newest_last() {
    let server = server();
    let mut house = House::open(&server, tempfile::tempdir().unwrap(), 1).await;
    assert_eq!(house.next().await, Msg::JournalOpen { acts: vec![], drafts: vec![] });
    assert_eq!(house.next().await, Msg::Outbox { waiting: 0, oldest: None });
    let noticed = |nameless| Beside { nameless, ..Beside::default() };
    let load = |contact: i64| Effect::Load(Ask::Contacts(CAMPAIGN, vec![ContactId(contact)]));
    let turns = || async {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    };
    // One fills the inbox: the next to tell waits with it in hand, the others behind it, and meanwhile there is newer and newer.
    for (contact, nameless) in [(1, 4), (2, 5), (3, 6), (4, 7)] {
        server.notices(noticed(nameless));
        house.run(load(contact));
        turns().await;
    }
    server.notices(noticed(8));
    let mut told = Vec::new();
    while told.last() != Some(&8) {
        if let Msg::Beside(beside) = house.until(|msg| Some(msg.clone())).await {
            told.push(beside.nameless);
        }
    }
    assert_eq!(told, [4, 5, 8], "nothing older comes behind what is newer");
    let later: Vec<Msg> = house.quiet().await;
    assert!(!later.iter().any(|msg| matches!(msg, Msg::Beside(_))), "and nothing twice: {later:?}");
}

//! Tests of the outbox against a scripted server, on a simulated clock.

use std::collections::HashMap;

use pretty_assertions::assert_eq;
use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::client::Capabilities;
use crate::client::fake::{
    FakeServer, Patience, Reply,
    sample::{at, id, pause, text},
};
use crate::console::core::shared::msg::Confirmed;
use crate::domain::ids::CampaignId;
use crate::env::{Clock as _, SeededIds, SimClock};

struct House {
    clock: Arc<SimClock>,
    home: TempDir,
    journal: Journal,
    server: Arc<FakeServer>,
    outbox: Outbox,
    reports: mpsc::Receiver<Report>,
    cancel: CancellationToken,
}

impl House {
    async fn new(server: &Arc<FakeServer>) -> Self {
        Self::open(server, tempfile::tempdir().unwrap()).await
    }

    async fn open(server: &Arc<FakeServer>, home: TempDir) -> Self {
        Self::with(server, home, None).await
    }

    async fn gated(server: &Arc<FakeServer>, gate: Option<Arc<dyn FlushGate>>) -> Self {
        Self::with(server, tempfile::tempdir().unwrap(), gate).await
    }

    async fn with(server: &Arc<FakeServer>, home: TempDir, gate: Option<Arc<dyn FlushGate>>) -> Self {
        let clock = SimClock::at(at(0));
        let shared: SharedClock = clock.clone();
        let ids = SeededIds::shared(3);
        let (journal, _) = Journal::open(home.path(), &shared, &ids).await.unwrap();
        let (sender, reports) = mpsc::channel(64);
        let cancel = CancellationToken::new();
        let (outbox, worker) =
            Outbox::gated(server.clone(), journal.clone(), sender, shared, ids, cancel.clone(), gate);
        tokio::spawn(worker);
        Self { clock, home, journal, server: Arc::clone(server), outbox, reports, cancel }
    }

    /// The next report that is not progress, moving the clock while none comes.
    async fn next(&mut self) -> Report {
        let patience = Patience::new();
        loop {
            match self.reports.try_recv() {
                Ok(Report::Progress { .. }) => {}
                Ok(report) => return report,
                Err(_) => {
                    // Time passes slowly beside the others' work.
                    patience.turn("a report").await;
                    self.clock.advance(Duration::from_millis(200));
                }
            }
        }
    }

    async fn verdicts(&mut self, n: usize) -> Vec<(Uuid, bool)> {
        let mut verdicts = Vec::new();
        while verdicts.len() < n {
            if let Report::Verdict(verdict) = self.next().await {
                verdicts.push((verdict.id, verdict.is_accepted()));
            }
        }
        verdicts
    }

    async fn leave(self) -> TempDir {
        self.cancel.cancel();
        self.outbox.ended().await;
        self.journal.close().await.unwrap();
        self.home
    }
}

fn cut() -> CallError {
    CallError::NoAnswer("cut".into())
}

fn unavailable(code: Code) -> CallError {
    CallError::Refused(Box::new(Problem::new(code, "later")))
}

#[rstest]
#[case::lost_answers(vec![Reply::Lost, Reply::Lost, Reply::Accept])]
#[case::not_reached(vec![Reply::Fail(CallError::NotReached("down".into())), Reply::Accept])]
#[case::strange(vec![Reply::Fail(CallError::Strange("a login page".into())), Reply::Accept])]
#[case::unavailable(vec![Reply::Fail(unavailable(Code::Unavailable)), Reply::Fail(unavailable(Code::RateLimited)), Reply::Accept])]
#[tokio::test]
async fn every_try_has_the_same_id_and_there_is_one_verdict(#[case] script: Vec<Reply>) {
    let server = FakeServer::new(Capabilities::NATIVE);
    let tries = script.len();
    server.script(script);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    assert!(matches!(house.next().await, Report::Line(Line::Down { .. })));
    assert_eq!(house.verdicts(1).await, [(id(1), true)]);
    assert_eq!(house.server.calls(), vec![id(1); tries]);
    assert_eq!(house.server.accepted(), 1);
    house.outbox.idle().await;
    assert_eq!(house.journal.unsettled_count(), 0);
    let mut said = Vec::new();
    house.cancel.cancel();
    while let Some(report) = house.reports.recv().await {
        said.push(report);
    }
    assert!(!said.iter().any(|report| matches!(report, Report::Verdict(_))), "{said:?}");
}

#[tokio::test]
async fn order_per_contact_is_kept_under_failures_and_contacts_run_in_parallel() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.open_gate(false);
    let mut house = House::new(&server).await;
    let mut expected: HashMap<Option<i64>, Vec<Uuid>> = HashMap::new();
    for n in 0..60 {
        let contact = i64::try_from(n % 12).unwrap();
        // Every twelfth concerns no contact.
        let (act, lane) = if contact == 11 { (pause(n), None) } else { (text(n, contact), Some(contact)) };
        house.journal.confirm(&act).await.unwrap();
        expected.entry(lane).or_default().push(id(n));
    }
    server.called(PARALLEL).await;
    assert_eq!(server.most_in_flight(), PARALLEL, "bounded");
    server.script((0..30).map(|n| match n % 3 {
        0 => Reply::Lost,
        1 => Reply::Fail(cut()),
        _ => Reply::Accept,
    }));
    server.open_gate(true);
    let verdicts = house.verdicts(60).await;
    assert_eq!(server.most_in_flight(), PARALLEL);
    for (lane, ids) in expected {
        let of_lane = |list: &[Uuid]| list.iter().copied().filter(|id| ids.contains(id)).collect::<Vec<_>>();
        let decided: Vec<Uuid> = verdicts.iter().map(|(id, _)| *id).collect();
        assert_eq!(of_lane(&decided), ids, "lane {lane:?}");
        let mut calls = of_lane(&server.calls());
        calls.dedup();
        assert_eq!(calls, ids, "lane {lane:?}: the next only after the one before");
    }
    assert_eq!(server.accepted(), 60);
}

#[tokio::test]
async fn one_row_that_never_gets_an_answer_does_not_stop_the_others() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.always(id(0), Some(Reply::Fail(cut())));
    let mut house = House::new(&server).await;
    for n in 0..20 {
        house.journal.confirm(&text(n, i64::try_from(n).unwrap())).await.unwrap();
    }
    let decided = house.verdicts(19).await;
    assert!(!decided.contains(&(id(0), true)));
    server.always(id(0), None);
    assert_eq!(house.verdicts(1).await, [(id(0), true)]);
}

#[tokio::test]
async fn a_restart_goes_on_with_what_waits() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.script([Reply::Accept, Reply::Lost]);
    server.always(id(2), Some(Reply::Fail(cut())));
    let mut house = House::new(&server).await;
    for act in [text(1, 7), text(2, 7), text(3, 7)] {
        house.journal.confirm(&act).await.unwrap();
    }
    assert_eq!(house.verdicts(1).await, [(id(1), true)]);
    let home = house.leave().await;
    server.always(id(2), None);
    let before = server.calls().len();
    let mut house = House::open(&server, home).await;
    assert_eq!(house.verdicts(2).await, [(id(2), true), (id(3), true)]);
    assert!(!server.calls()[before..].contains(&id(1)), "what has its verdict is not sent again");
    assert_eq!(server.accepted(), 3);
}

#[tokio::test]
async fn a_refusal_is_a_verdict_and_the_rest_goes_on() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.always(id(1), Some(Reply::Refuse(Code::StaleReply)));
    // Some refusals come as problems of the call.
    server.always(id(2), Some(Reply::Fail(CallError::Refused(Box::new(Problem::new(Code::IdReused, "other body"))))));
    let mut house = House::new(&server).await;
    for act in [text(1, 7), text(2, 7), text(3, 7)] {
        house.journal.confirm(&act).await.unwrap();
    }
    assert_eq!(house.verdicts(3).await, [(id(1), false), (id(2), false), (id(3), true)]);
    assert_eq!(server.calls(), [id(1), id(2), id(3)], "a refusal is for ever");
    assert_eq!(house.journal.drafts().await.unwrap(), [(ContactId(7), "Text 1".to_owned())], "the parked one's words");
}

#[tokio::test]
async fn shut_out_it_waits_for_a_nudge_however_long() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.script([Reply::Fail(unavailable(Code::Unauthorized))]);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    server.called(1).await;
    house.journal.confirm(&text(2, 8)).await.unwrap();
    while house.reports.recv().await != Some(Report::Line(Line::SignedOut)) {}
    for _ in 0..100 {
        house.clock.advance(Duration::from_secs(300));
        tokio::task::yield_now().await;
    }
    house.outbox.idle().await;
    assert_eq!(server.calls(), [id(1)], "no other is tried meanwhile");
    house.outbox.nudge();
    assert_eq!(house.verdicts(2).await.len(), 2);
    assert_eq!(server.accepted(), 2);
}

#[tokio::test]
async fn what_waits_for_a_code_holds_up_only_what_must_come_after_it() {
    let server = FakeServer::new(Capabilities::NATIVE);
    for n in [1, 6] {
        server.always(id(n), Some(Reply::Fail(unavailable(Code::SecondFactorNeeded))));
    }
    let act = |n, act| Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Act { act } };
    let mut house = House::new(&server).await;
    let acts = [
        pause(1),
        act(2, Act::Resume { campaign: CampaignId(1) }),
        text(3, 7),
        act(4, Act::Release { campaign: CampaignId(1), unsent: true, conversations: true }),
        act(5, Act::OptOut { contact: ContactId(8), notice: true, grace: false }),
        act(6, Act::Close { contact: ContactId(9) }),
        act(7, Act::Reopen { contact: ContactId(9) }),
        act(8, Act::OptOut { contact: ContactId(9), notice: true, grace: false }),
    ];
    for act in &acts {
        house.journal.confirm(act).await.unwrap();
    }
    let mut decided = Vec::new();
    while decided.len() < 4 {
        match house.next().await {
            Report::Verdict(verdict) => decided.push(verdict.id),
            report => assert_eq!(report, Report::Line(Line::Up), "the line is well"),
        }
    }
    decided.sort_unstable();
    assert_eq!(decided, [id(3), id(4), id(5), id(8)]);
    // Whoever leaves now does not wait for the code.
    house.outbox.idle().await;
    assert!(![id(2), id(7)].iter().any(|id| server.calls().contains(id)), "they come after what waits");
    for n in [1, 6] {
        server.always(id(n), None);
    }
    house.outbox.nudge();
    let decided: Vec<Uuid> = house.verdicts(4).await.into_iter().map(|(id, _)| id).collect();
    let place = |n| decided.iter().position(|decided| *decided == id(n)).unwrap();
    assert!(place(1) < place(2) && place(6) < place(7), "{decided:?}");
    house.outbox.idle().await;
    assert_eq!(house.journal.unsettled_count(), 0);
}

/// Turns until the journal has let go of every act.
async fn let_go(house: &mut House) {
    let patience = Patience::new();
    while !house.journal.settled().await.unwrap().is_empty() || house.journal.unsettled_count() > 0 {
        house.clock.advance(Duration::from_millis(200));
        patience.turn("rows are let go").await;
    }
}

#[tokio::test]
async fn after_the_sign_in_ended_a_row_goes_when_its_verdict_was_read_back() {
    let server = FakeServer::new(Capabilities::NATIVE);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    assert_eq!(house.verdicts(1).await, [(id(1), true)]);
    house.outbox.idle().await;
    assert_eq!(house.journal.settled().await.unwrap(), [id(1)], "a feed would echo it");
    assert!(server.read_back().is_empty());
    server.verdict_answers([Err(cut()), Err(unavailable(Code::Unavailable))]);
    server.always(id(3), Some(Reply::Refuse(Code::SessionEnded)));
    house.outbox.echoes(false);
    house.journal.confirm(&text(2, 8)).await.unwrap();
    house.journal.confirm(&text(3, 9)).await.unwrap();
    assert_eq!(house.verdicts(2).await, [(id(2), true), (id(3), false)], "it goes on handing in");
    let_go(&mut house).await;
    let mut asked = server.read_back();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked, [id(1), id(2), id(3)], "each was read back");
    assert_eq!(server.calls(), [id(1), id(2), id(3)], "and handed in once");
}

#[tokio::test]
async fn a_refusal_that_nobody_will_echo_frees_its_row() {
    let server = FakeServer::new(Capabilities::NATIVE);
    // The id was another's: the server keeps no verdict of this row, and its feed never tells one.
    server.always(id(1), Some(Reply::Fail(CallError::Refused(Box::new(Problem::new(Code::IdReused, "other body"))))));
    server.always(id(2), Some(Reply::Refuse(Code::Paused)));
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    house.journal.confirm(&text(2, 8)).await.unwrap();
    let mut verdicts = house.verdicts(2).await;
    verdicts.sort_unstable();
    assert_eq!(verdicts, [(id(1), false), (id(2), false)]);
    house.outbox.idle().await;
    let patience = Patience::new();
    while house.journal.load(id(1)).await.unwrap().is_some() {
        patience.turn("the refused row is let go").await;
    }
    assert_eq!(house.journal.settled().await.unwrap(), [id(2)], "the other waits for its echo");
    assert_eq!(server.read_back(), [id(1)]);
    // Unless the feed says that it could not tell everything.
    house.outbox.doubt();
    let_go(&mut house).await;
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn an_echo_that_the_disk_did_not_take_is_read_back() {
    let server = FakeServer::new(Capabilities::NATIVE);
    let mut house = House::new(&server).await;
    // Before the answer to the request: what is not settled yet is read back once it is.
    house.outbox.missed(id(1));
    house.journal.confirm(&text(1, 7)).await.unwrap();
    assert_eq!(house.verdicts(1).await, [(id(1), true)]);
    let_go(&mut house).await;
    // After it.
    house.journal.confirm(&text(2, 8)).await.unwrap();
    assert_eq!(house.verdicts(1).await, [(id(2), true)]);
    assert_eq!(house.journal.settled().await.unwrap(), [id(2)], "a feed would echo it");
    house.outbox.missed(id(2));
    let_go(&mut house).await;
    assert_eq!(server.read_back(), [id(1), id(2)]);
    assert_eq!(server.calls(), [id(1), id(2)], "and handed in once");
}

#[tokio::test]
async fn the_echo_of_what_an_earlier_run_handed_in_may_be_past() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.always(id(1), Some(Reply::Lost));
    let house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    let patience = Patience::new();
    while server.calls().is_empty() {
        patience.turn("it is handed in").await;
    }
    let home = house.leave().await;
    server.always(id(1), None);
    let mut house = House::open(&server, home).await;
    assert_eq!(house.verdicts(1).await, [(id(1), true)]);
    let_go(&mut house).await;
    assert_eq!(server.read_back(), [id(1)]);
}

#[tokio::test]
async fn a_verdict_that_may_not_be_read_back_keeps_its_row() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.verdict_answers([Err(unavailable(Code::Unauthorized))]);
    let mut house = House::new(&server).await;
    house.outbox.echoes(false);
    house.journal.confirm(&text(1, 7)).await.unwrap();
    assert_eq!(house.verdicts(1).await, [(id(1), true)]);
    let patience = Patience::new();
    while server.read_back().is_empty() {
        house.clock.advance(Duration::from_millis(200));
        patience.turn("the verdict is asked for").await;
    }
    for _ in 0..200 {
        house.clock.advance(Duration::from_secs(60));
        tokio::task::yield_now().await;
    }
    assert_eq!(server.read_back(), [id(1)], "not asked again");
    assert_eq!(house.journal.settled().await.unwrap(), [id(1)]);
}

#[tokio::test]
async fn what_the_server_has_lost_is_handed_in_again_under_its_id() {
    let server = FakeServer::new(Capabilities::NATIVE);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    house.journal.confirm(&text(2, 7)).await.unwrap();
    assert_eq!(house.verdicts(2).await.len(), 2);
    let home = house.leave().await;
    // No feed had echoed them; the server fell and came up without the second.
    server.forget(id(2));
    let mut house = House::open(&server, home).await;
    assert_eq!(house.verdicts(1).await, [(id(2), true)]);
    assert_eq!(server.calls(), [id(1), id(2), id(2)]);
    assert_eq!(server.accepted(), 2);
    assert_eq!(house.journal.settled().await.unwrap(), [id(2)], "the first was found there and let go");
}

fn once() -> Capabilities {
    Capabilities { idempotent_send: false, ..Capabilities::NATIVE }
}

#[tokio::test]
async fn a_server_that_cannot_be_asked_twice_is_not() {
    let server = FakeServer::new(once());
    server.script([Reply::Lost, Reply::Fail(CallError::NotReached("down".into())), Reply::Accept]);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    house.journal.confirm(&text(2, 7)).await.unwrap();
    assert_eq!(house.next().await, Report::Unknown(id(1)));
    assert_eq!(house.verdicts(1).await, [(id(2), true)]);
    assert_eq!(
        server.calls(),
        [id(1), id(2), id(2)],
        "what was not reached may be tried again, what may have been is not"
    );
    assert_eq!((house.journal.unknown(), house.journal.unsettled_count()), (vec![id(1)], 1));
}

#[tokio::test]
async fn what_is_in_the_air_there_counts_as_waiting_with_each_try() {
    let server = FakeServer::new(once());
    let down = || Reply::Fail(CallError::NotReached("down".into()));
    server.script([down(), down(), down(), Reply::Accept]);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    let patience = Patience::new();
    let mut counts = Vec::new();
    loop {
        match house.reports.try_recv() {
            Ok(Report::Progress { waiting, oldest }) => counts.push((waiting, oldest)),
            Ok(Report::Verdict(_)) => break,
            Ok(_) => {}
            // The pauses between the tries are the simulated clock's.
            Err(_) => {
                patience.turn("the verdict").await;
                house.clock.advance(Duration::from_millis(200));
            }
        }
    }
    // Before it is confirmed nothing waits; once it is settled nothing does either.
    let counts: Vec<_> = counts.into_iter().filter(|(waiting, _)| *waiting > 0).collect();
    assert_eq!(counts, [(1, Some(at(1)))], "said once: it goes neither down nor up");
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn killed_in_mid_call_to_such_a_server_it_stays_unknown() {
    let server = FakeServer::new(once());
    server.open_gate(false);
    let house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    server.called(1).await;
    let home = house.leave().await;
    server.open_gate(true);
    let house = House::open(&server, home).await;
    house.outbox.idle().await;
    assert_eq!(house.journal.unknown(), [id(1)]);
    assert_eq!(server.calls(), [id(1)]);
}

#[tokio::test]
async fn what_reached_its_server_late_is_found_by_a_later_look_and_not_sent_again() {
    let server = FakeServer::new(once());
    server.script([Reply::Fail(cut())]);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    assert_eq!(house.next().await, Report::Unknown(id(1)));
    let mut report = house.next().await;
    let waits = house.clock.monotonic();
    server.can_be_seen(Verdict { id: id(1), outcome: Outcome::Accepted { seq: 1, at: at(2) } });
    while !matches!(report, Report::Verdict(_)) {
        report = house.next().await;
    }
    assert!(house.clock.monotonic() - waits < Duration::from_secs(60));
    assert_eq!((house.journal.unknown(), server.calls()), (vec![], vec![id(1)]));
}

#[rstest]
#[case::it_fails(CallError::Strange("it could not answer".into()))]
#[case::it_gives_no_answer(cut())]
#[tokio::test]
async fn what_may_be_repeated_waits_in_its_place_until_it_is_done(#[case] error: CallError) {
    let server = FakeServer::new(once());
    for n in [1, 2] {
        server.always(id(n), Some(Reply::Fail(error.clone())));
    }
    let mut house = House::new(&server).await;
    let act = |n, act| Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Act { act } };
    let note = |n, contact| act(n, Act::Note { contact: ContactId(contact), text: format!("Note {n}") });
    let opt_out = |n, contact| act(n, Act::OptOut { contact: ContactId(contact), notice: true, grace: false });
    let acts = [
        note(1, 7),
        opt_out(2, 8),
        note(3, 7),
        text(4, 7),
        opt_out(5, 7),
        text(6, 9),
        act(7, Act::Release { campaign: CampaignId(1), unsent: true, conversations: true }),
    ];
    for act in &acts {
        house.journal.confirm(act).await.unwrap();
    }
    // Long enough for several tries, and nobody rings.
    let tries = |n| server.calls().iter().filter(|call| **call == id(n)).count();
    let patience = Patience::new();
    let mut decided = Vec::new();
    while decided.len() < 2 || tries(1) < 3 || tries(2) < 3 {
        match house.reports.try_recv() {
            Ok(Report::Verdict(verdict)) => decided.push(verdict.id),
            Ok(Report::Unknown(id)) => panic!("{id} is of unknown outcome"),
            Ok(_) => {}
            Err(_) => {
                patience.turn(&format!("{decided:?}, {} and {} tries", tries(1), tries(2))).await;
                house.clock.advance(Duration::from_millis(500));
            }
        }
    }
    decided.sort_unstable();
    assert_eq!(
        decided,
        [id(5), id(6)],
        "an opt-out waits for nothing; the rest of its contact does, and so does giving back"
    );
    assert!(house.journal.unknown().is_empty());
    for n in [1, 2] {
        server.always(id(n), None);
    }
    let decided: Vec<Uuid> = house.verdicts(5).await.into_iter().map(|(id, _)| id).collect();
    let place = |n| decided.iter().position(|decided| *decided == id(n)).unwrap();
    assert!(place(1) < place(3) && place(3) < place(4), "{decided:?}");
    assert_eq!(place(7), 4, "{decided:?}");
    assert_eq!(house.journal.unsettled_count(), 0);
}

#[tokio::test]
async fn what_never_succeeds_holds_up_nobody_for_ever() {
    let server = FakeServer::new(once());
    server.always(id(1), Some(Reply::Fail(CallError::Strange("it keeps no such answer".into()))));
    let mut house = House::new(&server).await;
    let act = |n, act| Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Act { act } };
    let acts = [
        act(1, Act::Note { contact: ContactId(7), text: "Note".into() }),
        text(2, 7),
        act(3, Act::Release { campaign: CampaignId(1), unsent: true, conversations: true }),
        act(4, Act::OptOut { contact: ContactId(9), notice: true, grace: false }),
        text(5, 8),
    ];
    for act in &acts {
        house.journal.confirm(act).await.unwrap();
    }
    let patience = Patience::new();
    let (mut decided, mut unknown) = (Vec::new(), Vec::new());
    while decided.len() < 4 || unknown.is_empty() {
        match house.reports.try_recv() {
            Ok(Report::Verdict(verdict)) => decided.push(verdict.id),
            Ok(Report::Unknown(id)) => unknown.push(id),
            Ok(_) => {}
            Err(_) => {
                patience.turn(&format!("{decided:?}, {unknown:?}")).await;
                house.clock.advance(Duration::from_millis(500));
            }
        }
    }
    assert_eq!(unknown, [id(1)], "a person decides");
    let place = |n| decided.iter().position(|decided| *decided == id(n)).unwrap();
    assert!(place(4) < place(3), "an opt-out stands behind nothing that was given back: {decided:?}");
}

#[tokio::test]
async fn an_act_that_an_earlier_run_left_unknown_takes_its_place_again() {
    let server = FakeServer::new(once());
    server.open_gate(false);
    let house = House::new(&server).await;
    let note = |n| {
        let act = Act::Note { contact: ContactId(7), text: format!("Note {n}") };
        Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Act { act } }
    };
    house.journal.confirm(&note(1)).await.unwrap();
    house.journal.confirm(&note(2)).await.unwrap();
    server.called(1).await;
    // As an older program left it.
    assert!(house.journal.mark_unknown(id(1)).await.unwrap());
    let home = house.leave().await;
    server.open_gate(true);
    let mut house = House::open(&server, home).await;
    let decided: Vec<Uuid> = house.verdicts(2).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(decided.len(), 2);
    assert_eq!((house.journal.unknown(), house.journal.unsettled_count()), (vec![], 0));
}

/// Refuses the first text, whoever asks.
#[derive(Debug)]
struct Shut;

impl FlushGate for Shut {
    fn objection(&self, request: &SendRequest, _now: jiff::Timestamp) -> Option<Problem> {
        (request.body == "Text 1").then(|| Problem::new(Code::TooLate, "yesterday's"))
    }
}

#[rstest]
#[case::such_a_server_looks_at_nothing(once(), false)]
#[case::our_own_decides_itself(Capabilities::NATIVE, true)]
#[tokio::test]
async fn a_last_look_is_taken_for_servers_that_take_none(#[case] capabilities: Capabilities, #[case] handed_in: bool) {
    let server = FakeServer::new(capabilities);
    let mut house = House::gated(&server, Some(Arc::new(Shut))).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    house.journal.confirm(&text(2, 7)).await.unwrap();
    assert_eq!(house.verdicts(2).await, [(id(1), handed_in), (id(2), true)]);
    assert_eq!(server.calls().contains(&id(1)), handed_in);
}

#[rstest]
#[case::now("2026-10-07T18:00:00Z", None, None)]
#[case::before_the_opening("2026-10-07T12:30:00Z", None, Some(Code::TooLate))]
#[case::long_ago("2026-10-01T18:00:00Z", Some(Code::TooLate), Some(Code::TooLate))]
fn what_is_known_of_hours_decides(
    #[case] pressed_at: &str,
    #[case] of_a_stranger: Option<Code>,
    #[case] of_one_known: Option<Code>,
) {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let ConfirmedWhat::Text(mut request) = text(1, 7).what else { panic!("a text") };
    request.shown.pressed_at = at(pressed_at);
    let known = KnownHours::default();
    let judge = |known: &KnownHours, now: &str| known.objection(&request, at(now)).map(|problem| problem.code);
    assert_eq!(judge(&known, "2026-10-07T18:30:00Z"), of_a_stranger, "what is not known the server decides");
    known.campaign(request.campaign, &crate::domain::hours::TextingHours::default());
    known.contact(request.contact, &crate::domain::zone::Zones::from_names(["America/New_York"]));
    assert_eq!(judge(&known, "2026-10-07T18:30:00Z"), of_one_known);
    if of_one_known.is_none() {
        assert_eq!(judge(&known, "2026-10-08T01:30:00Z"), Some(Code::OutsideHours));
    }
}

#[tokio::test]
async fn a_verdict_that_the_disk_will_not_take_is_told_once_and_not_asked_again() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.open_gate(false);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    server.called(1).await;
    house.journal.raw("PRAGMA query_only = ON").await.unwrap();
    server.open_gate(true);
    assert_eq!(house.next().await, Report::Line(Line::Up));
    assert_eq!(house.verdicts(1).await, [(id(1), true)]);
    house.journal.raw("PRAGMA query_only = OFF").await.unwrap();
    let patience = Patience::new();
    while house.journal.unsettled_count() > 0 {
        house.clock.advance(Duration::from_millis(200));
        patience.turn("the disk takes it").await;
    }
    house.cancel.cancel();
    while let Some(report) = house.reports.recv().await {
        assert!(!matches!(report, Report::Verdict(_)), "told once");
    }
    assert_eq!(server.calls(), [id(1)]);
}

#[tokio::test]
async fn what_the_feed_settles_first_is_not_reported_twice() {
    let server = FakeServer::new(Capabilities::NATIVE);
    server.open_gate(false);
    let mut house = House::new(&server).await;
    house.journal.confirm(&text(1, 7)).await.unwrap();
    server.called(1).await;
    let verdict = Verdict { id: id(1), outcome: Outcome::Accepted { seq: 1, at: at(1) } };
    assert!(house.journal.settle(&verdict).await.unwrap());
    house.journal.echoed(id(1)).await.unwrap();
    server.open_gate(true);
    house.outbox.idle().await;
    house.cancel.cancel();
    while let Some(report) = house.reports.recv().await {
        assert!(!matches!(report, Report::Verdict(_)));
    }
}

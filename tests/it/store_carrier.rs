//! Conformance: carrier jobs, receipts, inbound texts, the dispatcher, and what survives.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    message::{Outcome, ThreadEntry},
    people::Role,
    problem::Code,
};
use textbank::domain::{
    conversation::{OptOut, Status},
    ids::MessageId,
    message::{
        Delivery, Direction,
        MessageKind::{Initial, Reply},
    },
};
use textbank::server::carrier::{CarrierEvent, Submission, Submitted, simulated::SimulatedCarrier};
use textbank::server::jobs::Dispatcher;
use textbank::server::store::{
    command::Answer,
    handles::{System, Webhook},
};

use textbank::server::store::results::Wanted;

use crate::store_home::{Home, Kind, on_every_store, people, phone, refused};

fn yes() -> Submitted {
    Submitted::Accepted { carrier_id: "c".into() }
}

fn unknown() -> Submitted {
    Submitted::Unknown { reason: "cut".into() }
}

on_every_store! {
    async fn an_attempt_is_recorded_once_and_receipts_only_move_forward(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let id = home.initial(&tess, &to).await;
        let now = async || home.delivery(&tess, to.id, id).await;
        assert_eq!(now().await, Delivery::Accepted);
        let job = home.jobs().await.remove(0);
        assert_eq!(now().await, Delivery::Submitting);
        assert_eq!(home.jobs().await, []);
        // The receipt is quicker than the answer to the call.
        home.receipt(job.attempt, Delivery::Delivered).await;
        home.record(job.attempt, unknown()).await;
        home.receipt(job.attempt, Delivery::Submitted).await;
        home.receipt(job.attempt, Delivery::Failed).await;
        assert_eq!(now().await, Delivery::Delivered);
        assert_eq!(home.desk.store.open_jobs().await.expect("read"), (0, 0, 0));
        home.receipt(home.fresh(), Delivery::Delivered).await;
    }

    async fn unknown_is_never_resent_and_is_held_after_a_while(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let first = home.initial(&tess, &slice[0]).await;
        home.pass(1);
        let second = home.initial(&tess, &slice[1]).await;
        let jobs = home.jobs().await;
        home.record(jobs[0].attempt, unknown()).await;
        let hold = Duration::from_secs(900);
        System::sweep_attempts(&home.desk, crate::store_home::start(), hold).await.expect("done");
        assert_eq!(home.delivery(&tess, slice[0].id, first).await, Delivery::Unknown);
        // Begun by this process: left alone.
        assert_eq!(home.delivery(&tess, slice[1].id, second).await, Delivery::Submitting);
        home.pass(10);
        System::sweep_attempts(&home.desk, home.desk.clock.now(), hold).await.expect("done");
        assert_eq!(home.delivery(&tess, slice[1].id, second).await, Delivery::Unknown);
        home.pass(900);
        assert_eq!(home.jobs().await, []);
        System::sweep_attempts(&home.desk, home.desk.clock.now(), hold).await.expect("done");
        assert_eq!(home.board(&admin, campaign).await.counts.held, 2);
        assert_eq!(home.jobs().await, []);
        // Years late, a receipt still tells.
        home.pass(3 * 365 * 86_400);
        home.receipt(jobs[0].attempt, Delivery::Delivered).await;
        assert_eq!(home.delivery(&tess, slice[0].id, first).await, Delivery::Delivered);
        assert_eq!(home.board(&admin, campaign).await.counts.held, 1);
    }

    async fn later_goes_again_under_a_new_attempt(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let id = home.initial(&tess, &to).await;
        let first = home.jobs().await.remove(0);
        home.record(first.attempt, Submitted::Later { reason: "429".into() }).await;
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Accepted);
        assert_eq!(home.jobs().await, []);
        home.pass(5);
        let second = home.jobs().await.remove(0);
        assert_ne!(first.attempt, second.attempt);
        // A failure of the first says nothing about the second.
        home.receipt(first.attempt, Delivery::Failed).await;
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Submitting);
        home.record(second.attempt, yes()).await;
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Submitted);
    }

    async fn the_last_look_drops_what_may_not_go_out_any_more(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        let called = home.jobs().await.remove(0);
        home.record(called.attempt, yes()).await;
        home.says(phone(0), "Hm?").await;
        let late = home.initial(&tess, &slice[1]).await;
        // Eight in the evening there: the window of first texts is over.
        home.clock.jump_to("2026-06-11T03:30:00Z".parse().expect("a time"));
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&tess, slice[1].id, late).await, Delivery::Dropped);
        // Replies may still go, until nine, and the carrier is told so.
        let line = home.line(&tess, campaign, slice[0].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Tess here")).await.expect("accepted");
        let job = home.jobs().await.remove(0);
        assert_eq!(job.expires_at, "2026-06-11T04:00:00Z".parse().expect("a time"));
        // A notice that waited for six minutes says nothing any more.
        home.says(phone(0), "STOP").await;
        home.pass(6 * 60);
        assert_eq!(home.jobs().await, []);
        // The window is over for new ones too.
        let wrong = home.try_send(&tess, home.text(&slice[1], Initial, "Hi!")).await;
        refused(wrong, textbank::api::problem::Code::OutsideHours);
    }

    async fn a_reply_does_not_overtake_the_text_before_it(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        let line = home.line(&tess, campaign, slice[0].id).await;
        home.try_send(&tess, home.text(&line, Reply, "One more thing.")).await.expect("accepted");
        home.initial(&tess, &slice[1]).await;
        let bodies = |jobs: &[Submission]| jobs.iter().map(|job| job.body.clone()).collect::<Vec<_>>();
        let first = home.jobs().await;
        assert_eq!(first.len(), 2, "the two first texts: {:?}", bodies(&first));
        assert_eq!(home.jobs().await, [], "the call for the text before it is under way");
        for call in &first {
            home.record(call.attempt, yes()).await;
        }
        assert_eq!(bodies(&home.jobs().await), ["One more thing."]);
    }

    async fn an_opt_out_during_the_call_stops_the_next_try(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let id = home.initial(&tess, &to).await;
        let first = home.jobs().await.remove(0);
        home.act(&tess, Act::OptOut { contact: to.id, notice: false, grace: false }).await;
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Submitting, "the call is under way");
        home.record(first.attempt, Submitted::Later { reason: "429".into() }).await;
        home.pass(60);
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Dropped);
    }

    async fn a_doubt_that_comes_before_the_call_stops_it(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let id = home.initial(&tess, &to).await;
        home.says(phone(0), "please remove me from this list").await;
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Dropped);
    }

    async fn an_inbound_text_seen_twice_is_one(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        let event = CarrierEvent::Inbound { key: "k1".into(), from: phone(0), body: "Hi".into(), pictures: 0 };
        for carrier in ["a", "a", "b"] {
            Webhook::of(carrier).event(&home.desk, event.clone()).await.expect("stored");
        }
        assert_eq!(home.line(&tess, campaign, to.id).await.last_seq, 3);
    }

    /// A picture is counted and never fetched; without a word it is an answer all the same.
    async fn a_picture_is_an_answer(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        let sends = |key: &str, from: u32, body: &str, pictures: u32| CarrierEvent::Inbound {
            key: key.into(),
            from: phone(from),
            body: body.into(),
            pictures,
        };
        for event in [sends("a", 0, "", 2), sends("b", 1, "My ballot!", 1), sends("c", 9, "", 1)] {
            Webhook::of("test").event(&home.desk, event).await.expect("stored");
        }
        for (to, words, pictures, preview) in
            [(&slice[0], "", 2, "[2 pictures]"), (&slice[1], "My ballot!", 1, "My ballot! [picture]")]
        {
            let line = home.line(&tess, campaign, to.id).await;
            assert_eq!((line.status, line.preview.as_str()), (Status::NeedsResponse, preview));
            assert!(line.waiting_since.is_some() && line.opt_out == OptOut::No);
            let entries = home.thread(&tess, to.id).await.entries;
            let inbound = entries.iter().find_map(|entry| match entry {
                ThreadEntry::Message(text) if text.direction == Direction::Inbound => Some(text),
                _ => None,
            });
            let inbound = inbound.expect("the voter's text");
            assert_eq!((inbound.body.as_str(), inbound.pictures), (words, pictures));
        }
        let out = home.desk.store.person_out(&admin.actor, &phone(0), home.desk.clock.now()).await.expect("read");
        assert!(serde_json::to_string(&out.held).expect("json").contains("\"pictures\":2"), "{:?}", out.held);
        let wanted = Wanted { limit: 100, ..Wanted::default() };
        let texts = home.desk.store.messages_out(&admin.actor, campaign, &wanted).await.expect("read").expect("some");
        let counted: Vec<u32> = texts.messages.iter().map(|text| text.pictures).collect();
        assert_eq!(counted, [0, 2, 0, 1]);
    }

    async fn an_answer_goes_to_the_conversation_texted_last(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let other = home.import(&admin, crate::store_home::definition(), people(1)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let newer = home.claim(&tess, other, 0).await.remove(0);
        let older = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &newer).await;
        home.pass(60);
        home.initial(&tess, &older).await;
        home.says(phone(0), "Yes").await;
        assert_eq!(home.line(&tess, campaign, older.id).await.last_seq, 2);
        assert_eq!(home.line(&tess, other, newer.id).await.last_seq, 1);
        // A stranger's STOP counts for lists to come.
        home.says(phone(7), "STOP").await;
        let state = home.import(&admin, crate::store_home::definition(), people(8)).await;
        assert_eq!(state.suppressed, 1);
    }

    async fn the_dispatcher_takes_everything_there_once(home: Home) {
        let (_, campaign) = home.campaign(people(60)).await;
        let tess = home.join("Tess", Role::Texter).await;
        for to in home.claim(&tess, campaign, 60).await {
            home.initial(&tess, &to).await;
        }
        let (outbox, mut voters) = tokio::sync::mpsc::channel(100);
        let asked = Arc::new(Mutex::new(0_usize));
        let count = Arc::clone(&asked);
        let script = Arc::new(move |submission: &Submission| {
            *count.lock().expect("whole") += 1;
            match submission.to.as_str() {
                "+14155550003" => Submitted::Refused { code: "30006".into() },
                "+14155550004" => Submitted::Unknown { reason: "cut".into() },
                _ => SimulatedCarrier::accepts(submission),
            }
        });
        let dispatcher = Dispatcher::new(home.desk.clone(), Arc::new(SimulatedCarrier::new(script, outbox)));
        assert_eq!(dispatcher.drain().await.expect("drained"), 60);
        assert_eq!(dispatcher.drain().await.expect("drained"), 0);
        assert_eq!(*asked.lock().expect("whole"), 60);
        assert_eq!(home.desk.store.open_jobs().await.expect("read"), (0, 0, 1));
        drop(dispatcher);
        let mut heard = 0;
        while voters.recv().await.is_some() {
            heard += 1;
        }
        assert_eq!(heard, 58);
    }

    async fn no_call_begins_when_the_time_of_its_text_is_over(home: Home) {
        let (_, campaign) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let mut texts = Vec::new();
        for to in home.claim(&tess, campaign, 4).await {
            texts.push((to.id, home.initial(&tess, &to).await));
        }
        let (outbox, _voters) = tokio::sync::mpsc::channel(10);
        let (called, clock) = (Arc::new(Mutex::new(0_usize)), home.clock.clone());
        let count = Arc::clone(&called);
        // While the first call is made the window of first texts closes there: eight in the evening.
        let script = Arc::new(move |submission: &Submission| {
            *count.lock().expect("whole") += 1;
            clock.jump_to("2026-06-11T03:00:01Z".parse().expect("a time"));
            SimulatedCarrier::accepts(submission)
        });
        let dispatcher = Dispatcher::new(home.desk.clone(), Arc::new(SimulatedCarrier::new(script, outbox)));
        assert_eq!(dispatcher.drain_once().await.expect("drained"), 4);
        assert_eq!(*called.lock().expect("whole"), 1);
        home.pass(60);
        assert_eq!(home.jobs().await, []);
        let mut states = Vec::new();
        for (contact, id) in texts {
            states.push(home.delivery(&tess, contact, id).await);
        }
        states.sort_by_key(|state| state.as_str());
        assert_eq!(states, [Delivery::Dropped, Delivery::Dropped, Delivery::Dropped, Delivery::Submitted], "the others come back");
    }

    async fn the_running_dispatcher_wakes_by_itself_and_ends_when_told(home: Home) {
        let (_, campaign) = home.campaign(people(30)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let (outbox, mut voters) = tokio::sync::mpsc::channel(4);
        let carrier = SimulatedCarrier::new(Arc::new(SimulatedCarrier::accepts), outbox);
        let dispatcher = Dispatcher::new(home.desk.clone(), Arc::new(carrier));
        let cancel = tokio_util::sync::CancellationToken::new();
        let told = cancel.clone();
        let running = tokio::spawn(async move { dispatcher.run(told).await });
        for to in home.claim(&tess, campaign, 30).await {
            home.initial(&tess, &to).await;
        }
        for _ in 0..30 {
            voters.recv().await.expect("a text");
        }
        cancel.cancel();
        running.await.expect("it ended");
        assert_eq!(home.desk.store.open_jobs().await.expect("read"), (0, 0, 0));
    }
}

/// Opt-outs, claims and the carrier's answers race each other; the audit has the order of the commits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_claimed_after_the_commit_that_recorded_an_opt_out() {
    const PEOPLE: u32 = 40;
    let home = Home::new(Kind::File).await;
    let (admin, campaign) = home.campaign(people(PEOPLE)).await;
    let other = home.import(&admin, crate::store_home::definition(), people(PEOPLE)).await.campaign;
    let tess = home.join("Tess", Role::Texter).await;
    let (mut contact_of, mut notices) = (std::collections::BTreeMap::new(), 0);
    for campaign in [campaign, other] {
        for to in home.claim(&tess, campaign, PEOPLE).await {
            contact_of.insert(home.initial(&tess, &to).await.to_string(), format!("contact {}", to.id));
        }
    }
    // A third of the calls answer "later": those jobs wait for their next try when the opt-out comes.
    for (n, job) in home.jobs().await.into_iter().enumerate().take(30) {
        let answer = if n % 3 == 0 { yes() } else { Submitted::Later { reason: "429".into() } };
        home.record(job.attempt, answer).await;
    }
    home.pass(10);
    let stops = futures_util::future::join_all((0..PEOPLE).map(|n| home.says(phone(n), "STOP")));
    let claims = futures_util::future::join_all((0..PEOPLE).map(|_| System::claim_jobs(&home.desk, 3)));
    let (_, claimed) = tokio::join!(stops, claims);
    for answer in claimed {
        let Answer::Jobs(jobs) = answer.expect("an answer") else { panic!("no jobs") };
        for job in jobs {
            notices += usize::from(job.body != "Hi there!");
            home.record(job.attempt, Submitted::Later { reason: "429".into() }).await;
        }
    }
    home.pass(60);
    notices += home.jobs().await.iter().filter(|job| job.body != "Hi there!").count();
    let rows = home.audit().await;
    let mut out = std::collections::BTreeSet::new();
    for (what, _, _, about) in &rows {
        let (subject, _) = about.split_once(' ').unwrap_or((about, ""));
        match what.as_str() {
            "opted_out" => drop(out.insert(about.trim_end_matches(" STOP").trim_end_matches(" stop").to_owned())),
            "submitting" => {
                if let Some(contact) = contact_of.get(subject) {
                    assert!(!out.contains(contact), "{contact} was texted after the opt-out");
                }
            }
            _ => {}
        }
    }
    assert_eq!(out.len(), 2 * usize::try_from(PEOPLE).expect("few"), "in both campaigns: {out:?}");
    assert!(notices >= usize::try_from(PEOPLE).expect("few"), "everybody is told: {notices}");
}

#[tokio::test]
async fn what_was_answered_survives_a_restart() {
    let home = Home::new(Kind::File).await;
    let (admin, campaign) = home.campaign(people(3)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 0).await;
    let id = MessageId(home.fresh());
    let request = home.text(&slice[0], Initial, "Hi!");
    let Answer::Verdict(first) = home.put(&tess, id, request.clone()).await else { panic!() };
    assert!(matches!(first.outcome, Outcome::Accepted { .. }));
    home.jobs().await;
    let board = home.board(&admin, campaign).await;
    let home = home.reopened().await;
    let Answer::Verdict(again) = home.put(&tess, id, request).await else { panic!() };
    assert_eq!(first, again);
    let now = home.board(&admin, campaign).await;
    assert_eq!((board.counts, board.texters, board.seq), (now.counts, now.texters, now.seq));
    assert_eq!(home.hand(&tess, campaign).await.len(), 3);
    let actor =
        home.desk.store.session(textbank::server::store::handles::secret_hash(&tess.token)).await.expect("read");
    assert_eq!(actor.as_ref(), Some(&tess.actor));
    // The call that was under way when it died is unknown, not repeated.
    home.pass(1);
    System::sweep_attempts(&home.desk, home.desk.clock.now(), Duration::from_secs(900)).await.expect("done");
    assert_eq!(home.desk.store.open_jobs().await.expect("read"), (0, 0, 1));
    refused(home.try_act(&tess, Act::Pause { campaign }).await, Code::Forbidden);
    assert!(matches!(home.thread(&tess, slice[0].id).await.entries[0], ThreadEntry::Message(_)));
}

//! Conformance: texts whose outcome nobody knows. They are looked up, held, decided on by a captain, and never sent again by
//! themselves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use pretty_assertions::assert_eq;
use textbank::api::{
    act::{Act, HeldDecision},
    assignment::ContactSummary,
    captain::HeldText,
    people::Role,
    problem::Code,
};
use textbank::domain::{
    conversation::Status,
    ids::{CampaignId, MessageId},
    message::{Delivery, MessageKind},
};
use textbank::server::carrier::{Asked, Carrier, Found, Submission, Submitted};
use textbank::server::jobs::Dispatcher;
use textbank::server::store::handles::System;

use crate::store_home::{Hand, Home, Kind, on_every_store, people, phone, refused};

fn unknown() -> Submitted {
    Submitted::Unknown { reason: "cut".into() }
}

fn yes() -> Submitted {
    Submitted::Accepted { carrier_id: "c".into() }
}

/// A carrier that answers nothing, and whose list says what it is told to.
#[derive(Debug)]
struct Deaf {
    list: Mutex<Found>,
    authoritative: bool,
    calls: Mutex<Vec<Submission>>,
    asked: Mutex<usize>,
}

impl Deaf {
    fn new(found: Found, authoritative: bool) -> Arc<Self> {
        Arc::new(Self { list: Mutex::new(found), authoritative, calls: Mutex::default(), asked: Mutex::default() })
    }

    fn asked(&self) -> usize {
        *self.asked.lock().expect("whole")
    }
}

#[async_trait]
impl Carrier for Deaf {
    fn name(&self) -> &'static str {
        "deaf"
    }

    fn is_simulated(&self) -> bool {
        true
    }

    async fn submit(&self, submission: &Submission) -> Submitted {
        self.calls.lock().expect("whole").push(submission.clone());
        unknown()
    }

    async fn look_up(&self, _asked: &Asked) -> Found {
        *self.asked.lock().expect("whole") += 1;
        self.list.lock().expect("whole").clone()
    }

    fn list_is_authoritative(&self) -> bool {
        self.authoritative
    }
}

/// A captain, a texter and a text whose first attempt came to nothing known.
struct Scene {
    cap: Hand,
    tess: Hand,
    campaign: CampaignId,
    to: ContactSummary,
    id: MessageId,
    attempt: uuid::Uuid,
}

impl Scene {
    async fn unknown(home: &Home) -> Self {
        let (cap, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        let id = home.initial(&tess, &to).await;
        let job = home.jobs().await.remove(0);
        home.record(job.attempt, unknown()).await;
        Self { cap, tess, campaign, to, id, attempt: job.attempt }
    }

    async fn held(home: &Home) -> Self {
        let scene = Self::unknown(home).await;
        home.pass(901);
        System::sweep_attempts(&home.desk, home.desk.clock.now(), Duration::from_secs(900)).await.expect("swept");
        assert_eq!(scene.now(home).await, Delivery::Held);
        scene
    }

    async fn now(&self, home: &Home) -> Delivery {
        home.delivery(&self.tess, self.to.id, self.id).await
    }

    fn decide(&self, decision: HeldDecision) -> Act {
        Act::DecideHeld { message: self.id, decision }
    }

    async fn list(&self, home: &Home) -> Vec<HeldText> {
        home.desk.store.held(&self.cap.actor, self.campaign).await.expect("read").expect("a captain's")
    }
}

on_every_store! {
    async fn what_is_not_known_is_in_the_captains_list(home: Home) {
        let scene = Scene::unknown(&home).await;
        let list = scene.list(&home).await;
        let held = &list[0];
        assert_eq!((held.message, held.contact, held.delivery), (scene.id, scene.to.id, Delivery::Unknown));
        assert_eq!((held.texter.as_deref(), held.first_name.as_str()), (Some("Tess"), "Voter 0"));
        assert_eq!((held.attempts, held.safe_to_send_again, held.opted_out), (1, false, false));
        assert_eq!((held.kind, held.body.as_str()), (MessageKind::Initial, "Hi there!"));
        assert_eq!(home.board(&scene.cap, scene.campaign).await.unknown, 1);
        home.pass(901);
        System::sweep_attempts(&home.desk, home.desk.clock.now(), Duration::from_secs(900)).await.expect("swept");
        let board = home.board(&scene.cap, scene.campaign).await;
        assert_eq!((board.unknown, board.counts.held), (0, 1));
        assert_eq!(scene.list(&home).await[0].delivery, Delivery::Held);
        // A texter has no such list.
        assert_eq!(home.desk.store.held(&scene.tess.actor, scene.campaign).await.expect("read"), None);
    }

    async fn arrived_sends_nothing_and_a_failure_still_tells(home: Home) {
        let scene = Scene::held(&home).await;
        home.act(&scene.cap, scene.decide(HeldDecision::Arrived)).await;
        assert_eq!(scene.now(&home).await, Delivery::Submitted);
        assert_eq!(home.jobs().await, []);
        assert_eq!(scene.list(&home).await, []);
        home.receipt(scene.attempt, Delivery::Failed).await;
        assert_eq!(scene.now(&home).await, Delivery::Failed);
    }

    async fn a_first_text_is_not_sent_again_to_whom_was_taken_off_the_list(home: Home) {
        let scene = Scene::held(&home).await;
        let admin = textbank::server::store::handles::Admin::of(scene.cap.actor.clone()).expect("an admin");
        let key = textbank::api::list_change::ContactKey { phone: Some(phone(0)), external_id: None };
        admin.remove_contacts(&home.desk, scene.campaign, vec![key], false).await.expect("an answer");
        refused(home.try_act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await, Code::Removed);
        assert_eq!(home.jobs().await, []);
        home.act(&scene.cap, scene.decide(HeldDecision::GiveUp)).await;
    }

    async fn sent_again_it_is_one_more_attempt_of_the_same_text(home: Home) {
        let scene = Scene::held(&home).await;
        home.act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await;
        assert_eq!(scene.now(&home).await, Delivery::Accepted);
        let jobs = home.jobs().await;
        assert_eq!(jobs.len(), 1);
        assert_ne!(jobs[0].attempt, scene.attempt);
        assert_eq!(jobs[0].body, "Hi there!");
        home.record(jobs[0].attempt, yes()).await;
        assert_eq!(scene.now(&home).await, Delivery::Submitted);
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.thread(&scene.tess, scene.to.id).await.entries.iter().filter(|entry| matches!(entry,
            textbank::api::message::ThreadEntry::Message(_))).count(), 1, "one message, however often it is tried");
    }

    async fn what_comes_about_the_first_attempt_binds_rightly_after_sending_again(home: Home) {
        // The first one failed after all: no word about the second.
        let scene = Scene::held(&home).await;
        home.act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await;
        home.receipt(scene.attempt, Delivery::Failed).await;
        assert_eq!(scene.now(&home).await, Delivery::Accepted, "the captain's press stands");
        let again = home.jobs().await.remove(0);
        home.receipt(scene.attempt, Delivery::Failed).await;
        assert_eq!(scene.now(&home).await, Delivery::Submitting);
        // The second is refused; then the first turns out to have arrived.
        home.record(again.attempt, Submitted::Refused { code: "30006".into() }).await;
        assert_eq!(scene.now(&home).await, Delivery::Failed);
        home.receipt(scene.attempt, Delivery::Delivered).await;
        assert_eq!(scene.now(&home).await, Delivery::Delivered);
    }

    async fn a_receipt_that_comes_before_the_second_attempt_stops_it(home: Home) {
        for late in [true, false] {
            let scene = Scene::held(&home).await;
            home.act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await;
            if late {
                home.receipt(scene.attempt, Delivery::Submitted).await;
            } else {
                // The answer of the first call itself, recorded late.
                home.record(scene.attempt, yes()).await;
            }
            assert_eq!(home.jobs().await, []);
            assert_eq!(scene.now(&home).await, Delivery::Submitted);
        }
    }

    async fn given_up_it_never_goes_out_and_is_no_second_first_text(home: Home) {
        let scene = Scene::held(&home).await;
        home.act(&scene.cap, scene.decide(HeldDecision::GiveUp)).await;
        assert_eq!(scene.now(&home).await, Delivery::Failed);
        assert_eq!(home.jobs().await, []);
        // Nobody knows that it did not arrive: the contact keeps its one first text.
        let line = home.line(&scene.tess, scene.campaign, scene.to.id).await;
        assert_eq!(line.status, Status::Messaged);
        let again = home.try_send(&scene.tess, home.text(&line, MessageKind::Initial, "Hi there!")).await;
        refused(again, Code::AlreadySent);
        // Years late it turns out to have arrived.
        home.pass(3 * 365 * 86_400);
        home.receipt(scene.attempt, Delivery::Delivered).await;
        assert_eq!(scene.now(&home).await, Delivery::Delivered);
    }

    async fn a_voter_waits_again_when_the_reply_was_given_up(home: Home) {
        let (cap, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        let job = home.jobs().await.remove(0);
        home.record(job.attempt, yes()).await;
        home.says(phone(0), "Who is this?").await;
        let line = home.line(&tess, campaign, to.id).await;
        let waits = line.waiting_since;
        let (id, _) = home.try_send(&tess, home.text(&line, MessageKind::Reply, "Tess")).await.expect("accepted");
        let job = home.jobs().await.remove(0);
        home.record(job.attempt, unknown()).await;
        assert_eq!(home.line(&tess, campaign, to.id).await.waiting_since, None);
        home.act(&cap, Act::DecideHeld { message: id, decision: HeldDecision::GiveUp }).await;
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!((line.status, line.waiting_since), (Status::NeedsResponse, waits));
        home.try_send(&tess, home.text(&line, MessageKind::Reply, "Tess here")).await.expect("a new text, a new press");
    }

    async fn only_a_captain_decides_and_only_what_is_open(home: Home) {
        let scene = Scene::unknown(&home).await;
        for decision in [HeldDecision::Arrived, HeldDecision::SendAgain, HeldDecision::GiveUp] {
            refused(home.try_act(&scene.tess, scene.decide(decision)).await, Code::Forbidden);
        }
        // The answer may still come in: not yet.
        refused(home.try_act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await, Code::Invalid);
        assert_eq!(home.jobs().await, []);
        home.act(&scene.cap, scene.decide(HeldDecision::Arrived)).await;
        // A second captain comes too late.
        let second = home.join("Cora", Role::Captain).await;
        refused(home.try_act(&second, scene.decide(HeldDecision::SendAgain)).await, Code::Invalid);
        assert_eq!(home.jobs().await, []);
        let nothing = Act::DecideHeld { message: MessageId(home.fresh()), decision: HeldDecision::SendAgain };
        refused(home.try_act(&scene.cap, nothing).await, Code::NotFound);
    }

    async fn sent_again_it_is_looked_at_like_any_other(home: Home) {
        let scene = Scene::held(&home).await;
        home.act(&scene.cap, Act::Pause { campaign: scene.campaign }).await;
        home.act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await;
        assert_eq!(home.jobs().await, [], "the campaign is paused");
        home.act(&scene.cap, Act::Resume { campaign: scene.campaign }).await;
        home.says(phone(0), "STOP").await;
        let notices = home.jobs().await;
        assert_eq!(notices.len(), 1, "the notice alone");
        assert_ne!(notices[0].body, "Hi there!");
        // Whether the first attempt arrived is still not known: it is the captain's again, and nobody else's.
        assert_eq!(scene.now(&home).await, Delivery::Held);
        home.receipt(scene.attempt, Delivery::Delivered).await;
        assert_eq!(scene.now(&home).await, Delivery::Delivered);
    }

    async fn what_may_not_go_out_now_is_not_sent_again(home: Home) {
        let scene = Scene::held(&home).await;
        home.says(phone(0), "please remove me from this list").await;
        refused(home.try_act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await, Code::Frozen);
        home.act(&scene.tess, Act::OptOut { contact: scene.to.id, notice: false, grace: false }).await;
        assert!(scene.list(&home).await[0].opted_out);
        refused(home.try_act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await, Code::Suppressed);
        assert_eq!(home.jobs().await, []);
        assert_eq!(scene.now(&home).await, Delivery::Held);
        // What the carrier says counts all the same.
        home.receipt(scene.attempt, Delivery::Delivered).await;
        assert_eq!(scene.now(&home).await, Delivery::Delivered);
    }

    async fn sent_again_it_keeps_to_the_hours_of_the_captains_press(home: Home) {
        let scene = Scene::held(&home).await;
        // Half past eight in the evening there: too late for first texts.
        home.clock.jump_to("2026-06-11T03:30:00Z".parse().expect("a time"));
        let problem = refused(home.try_act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await, Code::OutsideHours);
        assert_eq!(problem.at, Some("2026-06-11T16:00:00Z".parse().expect("a time")));
        // The next morning the captain presses anew, and that press counts, not the texter's of yesterday.
        home.clock.jump_to("2026-06-11T16:00:00Z".parse().expect("a time"));
        home.act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await;
        let job = home.jobs().await.remove(0);
        assert_eq!(job.expires_at, "2026-06-12T03:00:00Z".parse().expect("a time"));
        // Pressed, but not gone before the hours ended: it does not go out by itself tomorrow.
        home.record(job.attempt, unknown()).await;
        home.pass(901);
        System::sweep_attempts(&home.desk, home.desk.clock.now(), Duration::from_secs(900)).await.expect("swept");
        home.act(&scene.cap, Act::Pause { campaign: scene.campaign }).await;
        home.act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await;
        home.clock.jump_to("2026-06-12T18:00:00Z".parse().expect("a time"));
        home.act(&scene.cap, Act::Resume { campaign: scene.campaign }).await;
        assert_eq!(home.jobs().await, []);
        assert_eq!(scene.now(&home).await, Delivery::Held);
    }

    async fn the_list_is_asked_when_the_request_is_nowhere_on_the_way(home: Home) {
        let carrier = Deaf::new(Found::Absent, true);
        let dispatcher = Dispatcher::new(home.desk.clone(), carrier.clone());
        let (cap, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        let id = home.initial(&tess, &to).await;
        home.pass(500);
        assert_eq!(dispatcher.drain().await.expect("drained"), 1);
        assert_eq!(dispatcher.look_up_unknown().await.expect("looked"), 0, "the request may be on its way");
        // A wall clock that jumps is no time that passed.
        home.clock.jump_to("2026-06-10T21:00:00Z".parse().expect("a time"));
        assert_eq!(dispatcher.look_up_unknown().await.expect("looked"), 0);
        home.pass(89);
        assert_eq!(dispatcher.look_up_unknown().await.expect("looked"), 0);
        home.pass(1);
        assert_eq!(dispatcher.look_up_unknown().await.expect("looked"), 1);
        let held = home.desk.store.held(&cap.actor, campaign).await.expect("read").expect("a captain's").remove(0);
        assert_eq!((held.delivery, held.safe_to_send_again), (Delivery::Held, true));
        // Not sent again by itself, and not asked for again.
        assert_eq!(dispatcher.drain().await.expect("drained"), 0);
        assert_eq!(dispatcher.look_up_unknown().await.expect("looked"), 0);
        assert_eq!(carrier.calls.lock().expect("whole").len(), 1);
        home.act(&cap, Act::DecideHeld { message: id, decision: HeldDecision::SendAgain }).await;
        assert_eq!(dispatcher.drain().await.expect("drained"), 1);
        // Of the new attempt nothing is known yet.
        let held = home.desk.store.held(&cap.actor, campaign).await.expect("read").expect("a captain's").remove(0);
        assert_eq!((held.delivery, held.safe_to_send_again, held.attempts), (Delivery::Unknown, false, 2));
    }

    async fn what_the_list_says_is_believed_as_far_as_it_goes(home: Home) {
        let cases = [
            (Found::Present { carrier_id: "c1".into() }, false, Delivery::Submitted, false),
            (Found::Absent, false, Delivery::Unknown, false),
            (Found::NotKnown, true, Delivery::Unknown, false),
            (Found::Absent, true, Delivery::Held, true),
        ];
        for (found, authoritative, delivery, safe) in cases {
            let scene = Scene::unknown(&home).await;
            let carrier = Deaf::new(found, authoritative);
            let dispatcher = Dispatcher::new(home.desk.clone(), carrier.clone());
            home.pass(90);
            if home.desk.store.is_shared() {
                // It may be another server's call, which goes on for as long as one of ours from when it was first seen.
                dispatcher.look_up_unknown().await.expect("looked");
                assert_eq!(carrier.asked(), 0);
                home.pass(90);
            }
            dispatcher.look_up_unknown().await.expect("looked");
            assert!(carrier.asked() >= 1);
            assert_eq!(scene.now(&home).await, delivery);
            assert_eq!(scene.list(&home).await.iter().any(|held| held.safe_to_send_again), safe);
            assert_eq!(home.jobs().await, [], "nothing is sent by it");
        }
    }

    async fn a_call_that_was_under_way_at_a_crash_is_looked_up_too(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        let id = home.initial(&tess, &to).await;
        home.jobs().await;
        // Where it may be another server's call that still goes on, it is lost only after four of its time-outs.
        home.pass(if home.desk.store.is_shared() { 121 } else { 5 });
        let carrier = Deaf::new(Found::Present { carrier_id: "c1".into() }, true);
        let dispatcher = Dispatcher::new(home.desk.clone(), carrier.clone());
        dispatcher.housekeeping().await.expect("kept");
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Unknown);
        assert_eq!(dispatcher.look_up_unknown().await.expect("looked"), 0, "its request may still be on the way");
        home.pass(90);
        assert_eq!(dispatcher.look_up_unknown().await.expect("looked"), 1);
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Submitted);
        assert_eq!(carrier.calls.lock().expect("whole").len(), 0);
    }
}

#[tokio::test]
async fn the_captain_who_pressed_is_written_down() {
    let home = Home::new(Kind::File).await;
    let scene = Scene::held(&home).await;
    home.act(&scene.cap, scene.decide(HeldDecision::SendAgain)).await;
    let pressed = home.audit().await.into_iter().find(|row| row.0 == "decided_held").expect("an audit row");
    assert_eq!((pressed.1, pressed.2), (Some(scene.cap.actor.person.0), Some(scene.cap.actor.session)));
    assert_eq!(pressed.3, format!("{} send_again {}", scene.id, scene.attempt));
}

/// Whatever is decided, confirmed, received and swept in whatever order: a text goes to the carrier at most once for its
/// accept, and once more for each captain's press on `send_again`.
#[test]
fn no_order_of_events_sends_a_text_more_often_than_pressed() {
    use proptest::prelude::*;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let story = proptest::collection::vec(0u8..12, 1..40);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let result = runner.run(&story, |story| {
        runtime.block_on(async {
            let home = Home::new(Kind::Memory).await;
            let (cap, campaign) = home.campaign(people(1)).await;
            let tess = home.join("Tess", Role::Texter).await;
            let to = home.claim(&tess, campaign, 1).await.remove(0);
            let id = home.initial(&tess, &to).await;
            let (mut attempts, mut calls, mut presses): (Vec<uuid::Uuid>, BTreeMap<_, usize>, usize) =
                (Vec::new(), BTreeMap::new(), 1);
            let (mut opted_out, mut safe) = (false, true);
            for step in story {
                let last = attempts.last().copied().unwrap_or_else(|| home.fresh());
                let first = attempts.first().copied().unwrap_or(last);
                match step {
                    0..=2 => {
                        for job in home.jobs().await.into_iter().filter(|job| job.body == "Hi there!") {
                            safe &= !opted_out;
                            attempts.push(job.attempt);
                            *calls.entry(id).or_default() += 1;
                        }
                    }
                    3 => home.record(last, unknown()).await,
                    4 => home.record(first, unknown()).await,
                    5 => home.receipt(first, Delivery::Failed).await,
                    6 => {
                        System::record_look_up(&home.desk, last, Found::Absent, true).await.expect("recorded");
                    }
                    7 | 8 => {
                        home.pass(901);
                        let now = home.desk.clock.now();
                        System::sweep_attempts(&home.desk, now, Duration::from_secs(900)).await.expect("swept");
                    }
                    9 | 10 => {
                        let act = Act::DecideHeld { message: id, decision: HeldDecision::SendAgain };
                        presses += usize::from(home.try_act(&cap, act).await.is_ok());
                    }
                    _ => {
                        home.says(phone(0), "STOP").await;
                        opted_out = true;
                    }
                }
            }
            let made = calls.get(&id).copied().unwrap_or_default();
            prop_assert!(made <= presses, "{made} calls for {presses} presses");
            prop_assert!(safe, "a text went out after the opt-out");
            Ok(())
        })
    });
    result.expect("the promise holds");
}

//! What was given back is taken back as far as it is free.

use uuid::Uuid;

use super::driver::{CAMPAIGN, Desk, line, view};
use crate::api::act::Act;
use crate::api::event::EventKind;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Msg};
use crate::domain::conversation::Status;
use crate::domain::ids::{ActId, ContactId};

fn said(desk: &Desk) -> &'static str {
    desk.model.notices.newest_first().next().map_or("", |notice| notice.say.key)
}

fn last(desk: &Desk) -> Uuid {
    desk.confirmed.last().expect("an act").id
}

fn verdict(desk: &Desk, id: Uuid) -> Verdict {
    Verdict { id, outcome: Outcome::Accepted { seq: 0, at: desk.wall } }
}

fn refusal(id: Uuid, code: Code) -> Verdict {
    Verdict { id, outcome: Outcome::Refused { problem: Problem::new(code, "no") } }
}

/// The server tells that they are in these hands again, by a new lease.
fn comes(desk: &mut Desk, id: i64, status: Status) {
    let mut contact = line(id, status);
    contact.epoch = 3;
    desk.event(EventKind::Contact { contact });
}

fn given_back(unsent: i64, waiting: i64, keys: &str) -> (Desk, Uuid) {
    let mut desk = Desk::with(unsent, waiting);
    desk.keys(keys);
    let release = last(&desk);
    for id in (1..=unsent).chain(1001..1001 + waiting).map(ContactId) {
        if desk.model.people.line(id).is_none() {
            desk.event(EventKind::Gone { contact: id, why: "released".into(), who: None });
        }
    }
    let settled = verdict(&desk, release);
    desk.event(EventKind::Settled { verdict: settled });
    (desk, release)
}

#[test]
fn it_comes_back_to_the_same_hands_with_what_was_begun() {
    let mut desk = Desk::with(3, 2);
    desk.keys("<enter><tab><enter>iWell <esc><esc>");
    let progress = desk.model.header().progress;
    desk.keys("Rk<enter>");
    assert_eq!((desk.model.people.len(), said(&desk)), (0, "texter-released-undoable"));
    let release = last(&desk);
    desk.keys("u");
    assert_eq!(desk.acts().last(), Some(&&Act::TakeBack { campaign: CAMPAIGN, release: ActId(release) }));
    assert_eq!((said(&desk), desk.card()), ("texter-again-asked", None), "nothing is here before the server says so");
    let act = last(&desk);
    // The answer to the act may be here before the feed.
    let told = verdict(&desk, act);
    desk.tell(Msg::Verdict { verdict: told.clone() });
    assert_eq!(said(&desk), "texter-again-asked");
    comes(&mut desk, 2, Status::NeedsMessage);
    comes(&mut desk, 3, Status::NeedsMessage);
    comes(&mut desk, 1, Status::Messaged);
    comes(&mut desk, 1001, Status::NeedsResponse);
    comes(&mut desk, 1002, Status::NeedsResponse);
    desk.event(EventKind::Settled { verdict: told });
    assert_eq!((said(&desk), desk.model.people.len()), ("texter-again-all", 5));
    assert_eq!(desk.model.header().progress, progress);
    // What was begun is where it was.
    desk.model.open_thread(ContactId(1001), &mut Vec::new());
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text().to_owned()).as_deref(), Some("Well "));
    desk.keys("<esc><esc>u");
    assert_eq!(said(&desk), "texter-nothing-more-to-undo");
}

#[test]
fn who_went_to_somebody_else_stays_there_and_it_is_said_how_many() {
    let (mut desk, _) = given_back(3, 1, "Ry");
    desk.keys("u");
    let act = last(&desk);
    comes(&mut desk, 2, Status::NeedsMessage);
    let told = verdict(&desk, act);
    desk.event(EventKind::Settled { verdict: told });
    assert_eq!((said(&desk), desk.model.people.len()), ("texter-again-some", 2));
    assert_eq!(desk.model.people.queue().iter().map(|id| id.0).collect::<Vec<_>>(), [2]);
    let asks = Effect::Load(Ask::Whereabouts(CAMPAIGN, vec![ContactId(1), ContactId(3)]));
    assert!(desk.effects.contains(&asks), "it is asked who has the others");
    // None of them.
    let (mut desk, _) = given_back(2, 0, "Ry");
    desk.keys("u");
    let act = last(&desk);
    let told = verdict(&desk, act);
    desk.event(EventKind::Settled { verdict: told });
    assert_eq!((said(&desk), desk.card()), ("texter-again-none", None));
    let slices = |desk: &Desk| desk.effects.iter().filter(|fx| matches!(fx, Effect::Load(Ask::Slice { .. }))).count();
    assert_eq!(slices(&desk), 0, "whoever gave back asks for others by their own key");
}

#[test]
fn a_gap_of_the_feed_does_not_hide_what_came_of_it() {
    let (mut desk, _) = given_back(2, 0, "Ry");
    desk.keys("u");
    let act = last(&desk);
    let told = verdict(&desk, act);
    desk.tell(Msg::Verdict { verdict: told });
    desk.event(EventKind::Snapshot { seq: 50 });
    for msg in super::driver::opening(2, 0) {
        desk.tell(msg);
    }
    assert_eq!((said(&desk), desk.model.people.len()), ("texter-again-all", 2));
}

#[test]
fn what_the_server_will_not_take_back_stays_and_it_is_said_why() {
    for (code, why) in [
        (Code::TooLate, "texter-again-late"),
        // A server of before: it cannot read the act, or wrote nothing down.
        (Code::Invalid, "texter-again-unknown"),
        (Code::NotFound, "texter-again-unknown"),
        (Code::Closed, "problem-closed"),
        (Code::PracticeNeeded, "problem-practice-needed"),
    ] {
        let (mut desk, _) = given_back(2, 0, "Ry");
        desk.keys("u");
        let act = last(&desk);
        desk.tell(Msg::Verdict { verdict: refusal(act, code) });
        assert_eq!(said(&desk), why);
        desk.keys("u");
        assert_eq!((desk.acts().len(), said(&desk)), (2, "texter-nothing-more-to-undo"), "it is not asked for ever");
    }
}

#[test]
fn what_was_not_given_back_is_not_taken_back() {
    let mut desk = Desk::with(2, 0);
    desk.keys("Ry");
    let release = last(&desk);
    desk.tell(Msg::Verdict { verdict: refusal(release, Code::SessionEnded) });
    desk.keys("u");
    assert_eq!((desk.acts().len(), said(&desk)), (1, "texter-nothing-to-undo"));
}

#[test]
fn a_full_disk_leaves_it_to_be_pressed_again() {
    let (mut desk, release) = given_back(2, 0, "Ry");
    desk.journal_at_once = false;
    desk.keys("u");
    let act = last(&desk);
    desk.journal.clear();
    desk.tell(Msg::NotJournaled { id: act, reason: "full".into() });
    desk.journal_at_once = true;
    desk.keys("u");
    assert_eq!(desk.acts().last(), Some(&&Act::TakeBack { campaign: CAMPAIGN, release: ActId(release) }));
    assert_eq!(desk.acts().len(), 3);
}

/// What was pressed under the old lease is refused; in these hands again, it is a card once more, for a press of its own.
#[test]
fn a_text_under_the_old_lease_is_a_card_again() {
    let mut desk = Desk::with(2, 0);
    desk.keys("<enter>");
    let text = last(&desk);
    desk.keys("Ry");
    let release = last(&desk);
    let told = verdict(&desk, release);
    for id in [1, 2] {
        desk.event(EventKind::Gone { contact: ContactId(id), why: "released".into(), who: None });
    }
    desk.event(EventKind::Settled { verdict: told });
    desk.keys("u");
    let act = last(&desk);
    comes(&mut desk, 1, Status::NeedsMessage);
    comes(&mut desk, 2, Status::NeedsMessage);
    let told = verdict(&desk, act);
    desk.event(EventKind::Settled { verdict: told });
    assert!(!desk.model.people.queue().contains(&ContactId(1)), "the first one's text is on its way still");
    desk.tell(Msg::Verdict { verdict: refusal(text, Code::LeaseLost) });
    assert!(desk.model.people.queue().contains(&ContactId(1)), "in these hands, and to be texted");
    let lines = [1, 2].map(|id| desk.model.people.line(ContactId(id)).expect("mine").clone());
    let asked = lines.iter().map(|line| line.id).collect();
    desk.tell(Msg::Contacts { asked, found: lines.map(view).to_vec() });
    for _ in 0..2 {
        desk.wait(1_000);
        desk.keys("<enter>");
    }
    let sent: Vec<_> = desk.sent().iter().map(|request| (request.contact.0, request.epoch)).collect();
    assert_eq!(sent.len(), 3);
    assert!(sent.contains(&(1, 1)) && sent.contains(&(1, 3)), "{sent:?}");
}

/// Where a server cannot do it, it says why it stays.
#[test]
fn where_it_cannot_be_taken_back_it_is_not_offered() {
    let mut desk = Desk::with(2, 0);
    desk.model.options.take_back = false;
    desk.keys("Ry");
    assert_eq!(said(&desk), "texter-released-done");
    desk.keys("u");
    assert_eq!((desk.acts().len(), said(&desk)), (1, "texter-stays-released"));
}

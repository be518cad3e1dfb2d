//! Texts that the server had accepted and gave back.

use uuid::Uuid;

use super::driver::{CAMPAIGN, Desk, inbound, line, opening};
use crate::api::act::Act;
use crate::api::event::EventKind;
use crate::api::message::{Outcome, SendRequest, Thread, ThreadEntry, ThreadMessage, Verdict};
use crate::console::core::shared::Program as _;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Msg;
use crate::console::core::texter::{Model, TexterOptions};
use crate::domain::conversation::Status;
use crate::domain::ids::{ContactId, MessageId};
use crate::domain::message::{Delivery, Direction, MessageKind};

/// The server takes the latest text, tells so by the feed, and later gives it back.
fn given_back(desk: &mut Desk, why: &str) -> SendRequest {
    let confirmed = desk.confirmed.last().cloned().expect("one");
    let request = desk.sent().last().copied().cloned().expect("a text");
    let verdict = Verdict { id: confirmed.id, outcome: Outcome::Accepted { seq: 3, at: desk.wall } };
    desk.tell(Msg::Verdict { verdict });
    desk.event(EventKind::Returned {
        contact: request.contact,
        message: MessageId(confirmed.id),
        kind: request.kind,
        body: request.body.clone(),
        why: why.into(),
    });
    let status = if request.kind == MessageKind::Initial { Status::NeedsMessage } else { Status::NeedsResponse };
    desk.event(EventKind::Contact { contact: line(request.contact.0, status) });
    request
}

/// Going to the list of campaigns and back is no end of the shift: what was done can be taken back, and what was said can be read.
#[test]
fn undo_and_messages_outlast_the_list_of_campaigns() {
    let mut desk = Desk::with(1, 2);
    desk.keys("<tab><enter>x");
    let said = desk.model.notices.len();
    let carried = desk.model.carries_on();
    let mut desk = Desk::fresh();
    desk.model = Model::new(TexterOptions { carried, ..desk.model.options.clone() });
    let _fx = desk.model.start();
    for mut msg in opening(1, 2) {
        if let Msg::Assignment(page) = &mut msg {
            page.contacts.iter_mut().filter(|line| line.id.0 == 1001).for_each(|line| line.status = Status::Closed);
        }
        desk.tell(msg);
    }
    desk.wait(1_000);
    assert_eq!(desk.model.notices.len(), said);
    assert_eq!(desk.model.notices.toast(), None, "nothing of it is said again");
    desk.keys("<tab>u");
    assert_eq!(desk.acts(), [&Act::Reopen { contact: ContactId(1001) }]);
    // Whoever is somebody else's by now is left alone.
    let mut gone = Desk::with(1, 2);
    gone.keys("<tab><enter>x");
    let carried = gone.model.carries_on();
    let mut desk = Desk::fresh();
    desk.model = Model::new(TexterOptions { carried, ..desk.model.options.clone() });
    let _fx = desk.model.start();
    for msg in opening(1, 0) {
        desk.tell(msg);
    }
    desk.wait(1_000);
    desk.keys("u");
    assert_eq!(desk.acts(), Vec::<&Act>::new());
}

#[test]
fn a_first_text_that_came_back_is_a_card_with_the_reason_and_goes_by_a_new_press() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<enter>");
    assert_eq!(desk.card(), None);
    let first = given_back(&mut desk, "too_late");
    assert_eq!(first.campaign, CAMPAIGN);
    let card = desk.model.card.clone().expect("a card");
    assert_eq!(card.note.expect("the reason").key, "texter-back-late");
    assert_eq!(desk.model.notices.toast().expect("a notice").say.key, "texter-back-late");
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 2);
    assert_ne!(desk.confirmed[0].id, desk.confirmed[1].id);
    // Sent anew, it is not offered a third time.
    desk.event(EventKind::Contact { contact: line(1, Status::NeedsMessage) });
    assert_eq!(desk.card(), None);
}

#[test]
fn one_behind_others_keeps_its_reason_until_its_turn() {
    let mut desk = Desk::with(2, 0);
    desk.keys("<enter>");
    given_back(&mut desk, "too_late");
    assert_eq!((desk.card(), desk.model.card.as_ref().expect("a card").note.as_ref()), (Some(2), None));
    desk.keys("<enter>");
    assert_eq!(desk.card(), Some(1));
    assert_eq!(
        desk.model.card.as_ref().and_then(|card| card.note.as_ref()).map(|note| note.key),
        Some("texter-back-late")
    );
}

#[test]
fn a_reply_that_came_back_is_the_draft_unless_there_is_one() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n<enter>hello<enter>");
    let reply = given_back(&mut desk, "too_late");
    let contact = ContactId(1001);
    assert_eq!((reply.contact, reply.body.as_str()), (contact, "hello"));
    assert_eq!(desk.sent().len(), 1, "nothing by itself");
    let saved = desk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::SaveDraft { contact: of, text } if *of == contact && text == "hello"));
    let open = desk.model.open.as_ref().is_some_and(|open| open.editor.text() == "hello");
    assert!(saved || open);
    // What is being written stays; a second one that comes back does not overwrite it.
    let message = MessageId(desk.stamp().id);
    desk.event(EventKind::Returned {
        contact,
        message,
        kind: MessageKind::Reply,
        body: "other words".into(),
        why: "too_late".into(),
    });
    let text = |desk: &Desk| desk.model.open.as_ref().expect("open").editor.text().to_owned();
    assert_eq!(desk.model.notices.toast().expect("said all the same").say.key, "texter-back-late");
    // The disk has both, and the second one is offered when the first is settled.
    let kept = |desk: &Desk| {
        desk.effects.iter().rev().find_map(|effect| match effect {
            Effect::SaveDraft { contact: of, text } if *of == contact => Some(text.clone()),
            _ => None,
        })
    };
    assert_eq!(kept(&desk).expect("saved"), "hello\u{c}other words");
    desk.keys("<esc>q");
    let mut again = Desk::with(0, 1);
    again.tell(Msg::JournalOpen { acts: vec![], drafts: vec![(contact, kept(&desk).expect("saved"))] });
    again.keys("n");
    assert_eq!(text(&again), "hello");
    again.keys("<enter>");
    let at = again.model.open.as_ref().expect("open").editor.text().to_owned();
    again.keys("<enter>");
    assert_eq!(again.sent().last().map(|sent| sent.body.as_str()), Some(at.as_str()));
    assert_eq!(text(&again), "other words", "the hands stay until the second one was seen");
    assert_eq!(again.model.notices.toast().expect("said").say.key, "texter-next-draft");
    again.keys("<enter>");
    assert_eq!(again.sent().len(), 2);
    assert_eq!(kept(&again).as_deref(), Some(""), "nothing is left behind");
}

#[test]
fn who_opted_out_gets_no_card_and_no_draft() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<enter>");
    let id = desk.confirmed[0].id;
    desk.event(EventKind::Returned {
        contact: ContactId(1),
        message: MessageId(id),
        kind: MessageKind::Initial,
        body: "Hi".into(),
        why: "opted_out".into(),
    });
    assert_eq!(desk.card(), None);
    assert_eq!(desk.model.notices.toast().expect("a notice").say.key, "texter-back-opted-out");
}

#[test]
fn a_reply_that_came_back_while_no_console_ran_is_found_in_its_thread() {
    let contact = ContactId(1001);
    let dropped = |why: &str, delivery| {
        ThreadEntry::Message(ThreadMessage {
            id: MessageId(Uuid::from_u128(900)),
            seq: 3,
            direction: Direction::Outbound,
            kind: Some(MessageKind::Reply),
            body: "hello".into(),
            pictures: 0,
            at: super::driver::start(),
            delivery,
            error: Some(why.into()),
            author: Some("Ana".into()),
            mine: true,
            off_script: false,
        })
    };
    for (why, delivery, offered) in [
        ("too_late", Delivery::Dropped, "hello"),
        ("opted_out", Delivery::Dropped, ""),
        ("30006", Delivery::Failed, ""),
    ] {
        let mut desk = Desk::with(0, 1);
        desk.keys("n");
        let entries = vec![inbound(contact, 2, "yes?"), dropped(why, delivery)];
        desk.tell(Msg::Thread(Thread { contact, entries: entries.clone(), more_before: false }));
        let text = |desk: &Desk| desk.model.open.as_ref().expect("open").editor.text().to_owned();
        assert_eq!(text(&desk), offered, "{why}");
        assert_eq!(desk.sent().len(), 0);
        // Thrown away is thrown away.
        desk.model.open.as_mut().expect("open").editor.replace("");
        desk.tell(Msg::Thread(Thread { contact, entries, more_before: false }));
        assert_eq!(text(&desk), "");
    }
}

#[test]
fn two_that_came_back_while_no_console_ran_are_both_offered() {
    let contact = ContactId(1001);
    let dropped = |n: u64, body: &str| {
        ThreadEntry::Message(ThreadMessage {
            id: MessageId(Uuid::from_u128(900 + u128::from(n))),
            seq: 3 + n,
            direction: Direction::Outbound,
            kind: Some(MessageKind::Reply),
            body: body.into(),
            pictures: 0,
            at: super::driver::start(),
            delivery: Delivery::Dropped,
            error: Some("too_late".into()),
            author: Some("Ana".into()),
            mine: true,
            off_script: false,
        })
    };
    let mut desk = Desk::with(0, 1);
    desk.keys("n");
    let entries = vec![inbound(contact, 2, "yes?"), dropped(0, "first"), dropped(1, "second")];
    desk.tell(Msg::Thread(Thread { contact, entries, more_before: false }));
    let text = |desk: &Desk| desk.model.open.as_ref().expect("open").editor.text().to_owned();
    assert_eq!(text(&desk), "first");
    desk.keys("<enter><enter>");
    assert_eq!(text(&desk), "second");
}

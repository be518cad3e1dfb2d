//! What comes in between two presses: their own STOP, an end of the lease while one types, a feed that is followed anew.

use super::driver::{Desk, line};
use crate::api::act::Act;
use crate::api::event::{Event, EventKind};
use crate::api::message::ThreadEntry;
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Msg};
use crate::console::core::texter::Focus;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;

const VOTER: ContactId = ContactId(1001);

fn said(desk: &Desk) -> Option<&'static str> {
    desk.model.notices.newest_first().next().map(|notice| notice.say.key)
}

fn own_stop(desk: &mut Desk) {
    let mut contact = line(VOTER.0, Status::NeedsResponse);
    contact.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact });
}

#[test]
fn nobody_takes_a_stop_back_that_came_after_the_press() {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>ihalf a reply<esc>oy");
    desk.wait(500);
    own_stop(&mut desk);
    desk.keys("u");
    desk.wait(500);
    assert!(!desk.acts().iter().any(|act| matches!(act, Act::UndoOptOut { .. })));
    assert_eq!(said(&desk), Some("texter-stays-own-word"));
    assert_eq!(desk.model.people.line(VOTER).map(|line| line.opt_out.clone()), Some(OptOut::Yes { by_word: true }));
    assert_eq!(desk.model.drafts.get(&VOTER), None);
}

#[test]
fn two_texts_that_were_begun_stay_two_over_an_opt_out_that_is_taken_back() {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>ione<esc>");
    let mut fx = Vec::new();
    desk.model.put_behind(VOTER, "two", &mut fx);
    desk.keys("oy");
    desk.wait(500);
    assert_eq!(desk.model.drafts.get(&VOTER), None);
    desk.keys("u");
    desk.wait(500);
    assert_eq!(desk.model.drafts.get(&VOTER).map(String::as_str), Some("one\u{c}two"));
}

#[test]
fn letters_that_go_on_when_the_composer_is_shut_beneath_them_do_nothing() {
    let mut desk = Desk::with(0, 3);
    desk.keys("<tab><enter>iWe are ");
    desk.event(EventKind::Gone { contact: VOTER, why: "lease_expired".into(), who: None });
    assert_ne!(desk.model.focus, Focus::Composer);
    desk.keys("xDwy");
    assert_eq!(desk.acts().len(), 0);
    // After a moment of silence a key is a key.
    desk.wait(1_500);
    desk.keys("x");
    assert_eq!(desk.acts().len(), 1);
}

#[test]
fn a_letter_right_after_a_reply_that_was_sent_is_a_key() {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>iok<enter>");
    desk.keys("x");
    assert!(desk.acts().iter().any(|act| matches!(act, Act::Close { .. })), "{:?}", desk.acts());
}

#[test]
fn a_feed_that_is_followed_anew_doubles_no_line() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    let item =
        ThreadEntry::Note { seq: 2, at: desk.wall, who: "Sam".into(), what: "closed".into(), detail: String::new() };
    let event = |seq| Event { seq, at: desk.wall, what: EventKind::Thread { contact: VOTER, item: item.clone() } };
    let told = [event(700), event(701), event(700), event(701)];
    for event in told {
        desk.tell(Msg::Event(Box::new(event)));
    }
    let entries = desk.model.threads.get(VOTER).unwrap().entries();
    assert_eq!(entries.iter().filter(|entry| matches!(entry, ThreadEntry::Note { .. })).count(), 2);
}

#[test]
fn a_question_for_zones_that_fails_is_not_asked_again_at_once() {
    let mut desk = Desk::with(0, 30);
    desk.model.options.leases = true;
    desk.effects.clear();
    let asked = |desk: &Desk| {
        let of = |effect: &Effect| match effect {
            Effect::Load(ask @ Ask::Contacts(..)) => Some(ask.clone()),
            _ => None,
        };
        desk.effects.iter().filter_map(of).collect::<Vec<_>>()
    };
    desk.model.people.forget_body(VOTER);
    desk.keys("<tab>");
    let Some(what) = asked(&desk).pop() else { return };
    for _ in 0..5 {
        desk.effects.clear();
        let problem = Box::new(Problem::new(Code::Unauthorized, "no"));
        desk.tell(Msg::Failed { what: what.clone(), problem });
        if asked(&desk).is_empty() {
            return;
        }
    }
    panic!("it is asked as fast as it fails");
}

#[test]
fn whoever_had_the_terminal_meanwhile_leaves_no_title_behind() {
    let mut desk = Desk::with(1, 0);
    desk.effects.clear();
    desk.keys("z");
    let titles = |desk: &Desk| desk.effects.iter().filter(|effect| matches!(effect, Effect::Title(_))).count();
    assert_eq!(titles(&desk), 0);
    desk.tell(Msg::Resumed);
    assert_eq!(titles(&desk), 1);
}

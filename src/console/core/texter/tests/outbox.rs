//! What the outbox says, what the header counts, what leaving means.

use jiff::SignedDuration;
use pretty_assertions::assert_eq;
use uuid::Uuid;

use super::driver::{CAMPAIGN, Desk};
use crate::api::act::Act;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat, LinkState, Msg};
use crate::console::core::texter::outbox::Standing;
use crate::console::core::texter::view::OverlayView;

fn refuse(desk: &mut Desk, id: Uuid, code: Code) {
    let outcome = Outcome::Refused { problem: Problem::new(code, "no") };
    desk.tell(Msg::Verdict { verdict: Verdict { id, outcome } });
}

/// Kind, state and remedy of each row, as keys.
fn rows(desk: &Desk) -> Vec<(&'static str, &'static str, &'static str)> {
    let word = |standing: &Standing| match standing {
        Standing::Waiting => "waiting",
        Standing::Unknown => "unknown",
        Standing::Parked(why) | Standing::Refused(why) => why.key,
    };
    desk.model.outbox_rows().iter().map(|row| (row.kind.key, word(&row.standing), row.todo.key)).collect()
}

fn leaving(desk: &Desk) -> Vec<&'static str> {
    match desk.model.overlay_view() {
        Some(OverlayView::Confirm { lines, .. }) => lines.iter().map(|say| say.key).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn each_row_says_where_it_stands_and_what_to_do() {
    let mut desk = Desk::with(3, 0);
    let now = desk.wall;
    let offline = LinkState::Offline { since: now, next_try: now + SignedDuration::from_secs(9) };
    desk.tell(Msg::Link(offline));
    desk.keys("<enter>");
    desk.tell(Msg::Outbox { waiting: 1, oldest: Some(now) });
    assert_eq!(rows(&desk), [("outbox-kind-initial", "waiting", "outbox-do-offline")]);
    assert_eq!(desk.model.outbox_head()[0].key, "outbox-line-offline");
    desk.tell(Msg::Link(LinkState::Online));
    assert_eq!(rows(&desk), [("outbox-kind-initial", "waiting", "outbox-do-waiting")]);
    desk.tell(Msg::Link(LinkState::SignedOut { hands_in: false }));
    assert_eq!(rows(&desk), [("outbox-kind-initial", "waiting", "outbox-do-shut-out")]);
    desk.tell(Msg::Link(LinkState::Online));
    let first = desk.confirmed[0].id;
    refuse(&mut desk, first, Code::TooLate);
    desk.tell(Msg::Outbox { waiting: 0, oldest: None });
    assert_eq!(rows(&desk), [("outbox-kind-initial", "problem-too-late", "outbox-do-parked-card")]);
    assert_eq!((desk.model.header().parked, desk.model.header().unknown), (1, 0));
    // A refusal for good is told after it, and is nothing to do.
    desk.wait(1_000);
    desk.keys("<enter>");
    let second = desk.confirmed[1].clone();
    refuse(&mut desk, second.id, Code::AlreadySent);
    assert_eq!(rows(&desk).last().map(|row| row.2), Some("outbox-do-refused"));
}

#[test]
fn what_was_refused_without_a_reason_is_not_called_nothing_to_do() {
    let mut desk = Desk::with(1, 0);
    desk.model.options.hands_out = false;
    desk.keys("<enter>");
    let first = desk.confirmed[0].id;
    refuse(&mut desk, first, Code::Forbidden);
    let row = ("outbox-kind-initial", "problem-no-reason", "outbox-do-refused-wordless");
    assert_eq!(rows(&desk), [row]);
}

#[test]
fn what_came_back_counts_until_it_is_taken_up() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<enter>");
    let first = desk.confirmed[0].id;
    refuse(&mut desk, first, Code::TooLate);
    assert_eq!(desk.model.parked_count(), 1);
    desk.keys("q");
    assert_eq!(leaving(&desk), ["texter-leave-parked"]);
    desk.wait(1_000);
    desk.keys("n");
    desk.wait(2_000);
    desk.keys("<enter>");
    assert_eq!(desk.confirmed.len(), 2, "the card came again");
    assert_eq!(desk.model.parked_count(), 0);
}

#[test]
fn leaving_with_an_unknown_one_says_what_becomes_of_it() {
    let mut desk = Desk::with(1, 0);
    let id = Uuid::from_u128(77);
    let what = ConfirmedWhat::Act { act: Act::Release { campaign: CAMPAIGN, unsent: true, conversations: false } };
    desk.tell(Msg::JournalOpen { acts: vec![Confirmed { id, at: desk.wall, what }], drafts: vec![] });
    desk.tell(Msg::Unknown { id });
    assert_eq!(rows(&desk), [("outbox-kind-release", "unknown", "outbox-do-unknown")]);
    assert_eq!(desk.model.header().unknown, 1);
    desk.keys("q");
    assert_eq!(leaving(&desk), ["texter-leave-unknown"]);
    assert!(!desk.effects.contains(&Effect::Quit), "asked first");
    desk.wait(1_000);
    desk.keys("y");
    assert!(desk.effects.contains(&Effect::Quit));
}

#[test]
fn who_leaves_voters_waiting_is_told_how_many_and_since_when() {
    // A rehearsal that is scored says so in its score.
    let unscored = |unsent, waiting| {
        let mut desk = Desk::with(unsent, waiting);
        desk.model.options.scored = false;
        desk
    };
    let mut desk = unscored(1, 2);
    desk.keys("q");
    let said = leaving(&desk);
    assert_eq!(said[0], "texter-leave-voters");
    let means = ["leave-unsent", "leave-talks", "leave-laptop", "texter-leave-hand-over"];
    assert_eq!(said[1..], means, "what stays, for whom, what this machine holds, and how it is handed over");
    desk.model.options.leases = false;
    assert_eq!(leaving(&desk)[1], "texter-leave-voters-stay", "where nothing goes by itself");
    desk.model.options.leases = true;
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.model.overlay_view(), None, "the first row is to stay");
    assert!(!desk.effects.contains(&Effect::Quit));
    desk.wait(1_000);
    desk.keys("q");
    desk.wait(1_000);
    desk.keys("y");
    assert!(desk.effects.contains(&Effect::Quit));

    // What is not handed in is said beside it, and comes first.
    let mut desk = unscored(2, 1);
    desk.tell(Msg::Outbox { waiting: 1, oldest: Some(desk.wall) });
    desk.keys("q");
    let said = leaving(&desk);
    assert_eq!((said[0], said.contains(&"texter-leave-voters")), ("texter-leave-waiting", true), "{said:?}");
    // Whose sign-in was ended can answer nobody.
    let mut desk = unscored(1, 2);
    desk.tell(Msg::Link(LinkState::SignedOut { hands_in: true }));
    desk.keys("q");
    assert!(desk.effects.contains(&Effect::Quit));
}

#[test]
fn one_key_opens_it_and_another_leads_back() {
    let mut desk = Desk::with(2, 0);
    desk.keys("O");
    assert!(matches!(desk.model.overlay_view(), Some(OverlayView::Outbox { .. })));
    desk.wait(1_000);
    desk.keys("<enter>");
    assert!(desk.confirmed.is_empty(), "no text goes out under it");
    desk.keys("<esc>");
    assert_eq!(desk.model.overlay_view(), None);
}

#[test]
fn a_server_that_does_not_answer_is_no_line_that_works() {
    let mut desk = Desk::with(3, 0);
    desk.tell(Msg::Link(LinkState::Online));
    let unanswered = |desk: &Desk| desk.model.header().unanswered;
    desk.tell(Msg::Outbox { waiting: 2, oldest: None });
    desk.wait(3_000);
    // One more that waits is no answer, one less is one.
    desk.tell(Msg::Outbox { waiting: 3, oldest: None });
    assert!(!unanswered(&desk));
    desk.wait(1_500);
    assert!(unanswered(&desk));
    desk.tell(Msg::Outbox { waiting: 2, oldest: None });
    assert!(!unanswered(&desk));
    desk.wait(4_500);
    assert!(unanswered(&desk));
    desk.tell(Msg::Outbox { waiting: 0, oldest: None });
    desk.wait(9_000);
    assert!(!unanswered(&desk));
}

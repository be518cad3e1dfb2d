//! What is asked before it is done, what is said of it, and what a slip leaves as it was.

use jiff::{SignedDuration, Timestamp};

use super::driver::{Desk, inbound};
use crate::api::assignment::SliceGrant;
use crate::api::event::EventKind;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Msg};
use crate::console::core::texter::Focus;
use crate::console::core::texter::tests::driver::line;
use crate::console::core::texter::view::{CardPane, OverlayView, ThreadItem};
use crate::domain::conversation::Status;
use crate::domain::ids::ContactId;

fn unscored(unsent: i64, waiting: i64) -> Desk {
    let mut desk = Desk::with(unsent, waiting);
    desk.model.options.scored = false;
    desk
}

fn lines(desk: &Desk) -> Vec<&'static str> {
    match desk.model.overlay_view() {
        Some(OverlayView::Confirm { lines, .. }) => lines.iter().map(|say| say.key).collect(),
        _ => Vec::new(),
    }
}

fn said(desk: &Desk) -> &'static str {
    desk.model.notices.newest_first().next().map_or("", |notice| notice.say.key)
}

#[test]
fn before_leaving_it_is_said_what_stays_even_where_nobody_waits() {
    let mut desk = unscored(3, 0);
    desk.keys("q");
    assert_eq!(lines(&desk), ["leave-unsent", "leave-laptop", "texter-leave-hand-over"]);
    assert!(!desk.effects.contains(&Effect::Quit));
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(
        (desk.model.overlays.len(), desk.effects.contains(&Effect::Quit)),
        (0, false),
        "to stay is the first row"
    );
    desk.keys("q");
    desk.wait(1_000);
    desk.keys("y");
    assert!(desk.effects.contains(&Effect::Quit));
    // What is begun to be written is named.
    let mut desk = unscored(0, 1);
    desk.keys("ni");
    desk.keys("Well <esc>q");
    assert!(lines(&desk).contains(&"leave-laptop-drafts"), "{:?}", lines(&desk));
    // With nothing in hand nothing is asked.
    let mut desk = unscored(0, 0);
    desk.keys("q");
    assert!(desk.effects.contains(&Effect::Quit));
}

#[test]
fn conversations_are_not_given_back_with_a_draft_in_them_without_a_word() {
    let mut desk = Desk::with(1, 2);
    desk.keys("R");
    assert_eq!(lines(&desk), ["texter-release-counts", "texter-release-undoable"]);
    desk.keys("<esc>ni");
    desk.keys("Well <esc>R");
    assert!(lines(&desk).contains(&"texter-release-drafts"), "{:?}", lines(&desk));
}

#[test]
fn an_answer_taken_back_takes_its_line_along_and_leaves_what_was_added() {
    let text = |desk: &Desk| desk.model.open.as_ref().map(|open| open.editor.text().to_owned()).unwrap_or_default();
    let mut desk = Desk::with(0, 1);
    desk.keys("na");
    desk.wait(1_000);
    desk.keys("1");
    assert_eq!(text(&desk), "Great, N1001!");
    desk.keys(" See you.<alt+u>");
    assert_eq!((text(&desk).as_str(), said(&desk)), ("See you.", "texter-answer-undone-line"));
    // With nothing of one's own nothing is left.
    let mut desk = Desk::with(0, 1);
    desk.keys("na");
    desk.wait(1_000);
    desk.keys("1<alt+u>");
    assert_eq!(text(&desk), "");
    desk.keys("<esc>u");
    assert_eq!(said(&desk), "texter-nothing-more-to-undo", "something was taken back a moment ago");
}

#[test]
fn what_is_being_answered_stays_in_view_while_it_is_answered() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n");
    for seq in 3..20 {
        let item = inbound(ContactId(1001), seq, "more");
        desk.event(EventKind::Thread { contact: ContactId(1001), item });
    }
    desk.keys("<pageup>");
    let hidden = |desk: &Desk| desk.model.open.as_ref().map(|open| open.hidden_below);
    assert_eq!(hidden(&desk), Some(10));
    desk.keys("i");
    assert_eq!((hidden(&desk), desk.model.focus), (Some(10), Focus::Composer));
    // What came meanwhile is unread: then the end is shown.
    desk.keys("<esc>");
    let item = inbound(ContactId(1001), 30, "wait, no");
    desk.event(EventKind::Thread { contact: ContactId(1001), item });
    desk.keys("i");
    assert_eq!(hidden(&desk), Some(0));
}

#[test]
fn a_first_text_that_is_being_changed_is_not_lost_by_a_slip_nor_dearer_than_it_need_be() {
    let mut desk = Desk::with(1, 0);
    desk.model.campaign.as_mut().expect("a campaign").def.edit_initial = true;
    desk.keys("e and more<esc>");
    assert_eq!(said(&desk), "texter-edit-kept");
    let body = |desk: &Desk| match desk.model.card_pane() {
        CardPane::Card(card) => (card.body.clone(), card.parts_saved),
        _ => panic!("no card"),
    };
    assert_eq!(body(&desk).0, "Hi N1, it's Ana", "the card is as it was");
    desk.keys("e<enter>");
    assert_eq!(body(&desk).0, "Hi N1, it's Ana and more");
    // A typographic sign would make three parts of it.
    let words = format!("e{} \u{201c}dear\u{201d} friend<enter>", " all of this".repeat(12));
    desk.keys(&words);
    let (body, saved) = body(&desk);
    assert!(body.ends_with("\"dear\" friend") && saved > 0, "{body} {saved}");
    desk.keys("<enter>");
    assert_eq!(desk.sent()[0].body, body);
    // The conversation says that these words are not the script's.
    let contact = desk.sent()[0].contact;
    desk.model.people.set_filter(crate::console::core::texter::people::Filter::All);
    desk.keys("<tab><enter>");
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact), Some(contact));
    let view = desk.model.thread_view().expect("a conversation");
    assert!(view.items.iter().any(|item| matches!(item, ThreadItem::Message { off_script: true, mine: true, .. })));
}

#[test]
fn contacts_that_come_while_others_are_in_hand_are_told() {
    let mut desk = Desk::with(2, 0);
    desk.keys("r");
    let claim = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Load(Ask::Slice { claim, .. }) => Some(*claim),
        _ => None,
    });
    let contacts = (10..13).map(|id| line(id, Status::NeedsMessage)).collect();
    let grant = SliceGrant { contacts, lease_until: desk.wall, held_back: 0 };
    desk.tell(Msg::Slice { claim: claim.expect("asked"), result: Ok(grant) });
    assert_eq!(said(&desk), "texter-more-came");
}

#[test]
fn the_end_of_texting_hours_stays_in_the_header() {
    let nine: Timestamp = "2026-10-08T01:00:00Z".parse().expect("a time");
    let mut desk = Desk::with(2, 0);
    assert_eq!(desk.model.header().blocked, None);
    desk.wall = nine - SignedDuration::from_mins(20);
    desk.wait(60_000);
    assert_eq!(desk.model.header().blocked.map(|say| say.key), Some("ui-state-hours-end"));
    assert_eq!(said(&desk), "texter-hours-end-there");
    desk.wait(10_000);
    assert!(desk.model.notices.toast().is_some(), "it stays until a key is pressed");
}

#[test]
fn changed_words_of_a_first_text_are_taken_back() {
    let mut desk = Desk::with(2, 0);
    desk.model.campaign.as_mut().expect("a campaign").def.edit_initial = true;
    let script = desk.model.card.as_ref().expect("a card").body.clone();
    desk.keys("e! Bye<enter>");
    assert!(desk.model.card.as_ref().expect("a card").body.ends_with("! Bye"));
    desk.keys("u");
    assert_eq!(desk.model.card.as_ref().expect("a card").body, script);
    assert_eq!(desk.model.notices.toast().map(|notice| notice.say.key), Some("texter-words-back"));
    // Once it is sent it cannot be taken back any more.
    desk.keys("e! Bye<enter>");
    desk.wait(1_000);
    desk.keys("<enter>");
    assert!(desk.sent()[0].body.ends_with("! Bye"));
    desk.keys("u");
    assert_ne!(desk.model.notices.toast().map(|notice| notice.say.key), Some("texter-words-back"));
}

#[test]
fn the_dialog_of_a_changed_text_tells_its_length_and_makes_signs_plain() {
    use crate::console::core::texter::view::OverlayView;
    let mut desk = Desk::with(1, 0);
    desk.model.campaign.as_mut().expect("a campaign").def.edit_initial = true;
    let told = |desk: &Desk| match desk.model.overlay_view() {
        Some(OverlayView::Ask { lines, text, .. }) => (lines.iter().map(|say| say.key).collect::<Vec<_>>(), text),
        other => panic!("{other:?}"),
    };
    desk.keys("e");
    assert_eq!(told(&desk).0, ["texter-edit-length", "texter-edit-means"]);
    let long = "“ok” ".repeat(16);
    desk.keys(&long);
    assert_eq!(told(&desk).0, ["texter-edit-length", "texter-edit-dear", "texter-edit-saves", "texter-edit-means"]);
    desk.keys("<alt+p>");
    let (lines, text) = told(&desk);
    assert!(lines.len() == 2 && text.contains("\"ok\"") && !text.contains('“'), "{lines:?} {text}");
}

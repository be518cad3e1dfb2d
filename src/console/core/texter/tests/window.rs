//! The undo window, and taking acts back.

use std::time::Duration;

use super::driver::{Desk, inbound, line};
use crate::api::act::Act;
use crate::api::event::EventKind;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{ConfirmedWhat, Msg};
use crate::console::core::texter::overlay::Overlay;
use crate::console::core::texter::view::{ItemState, ThreadItem};
use crate::console::core::texter::{Focus, Model};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::recall::{Recall, Recalled};
use crate::domain::survey::{Answer, Question};

fn desk(unsent: i64, waiting: i64) -> Desk {
    let mut desk = Desk::with(unsent, waiting);
    desk.model.options.reply_window = Duration::from_secs(5);
    desk.keys("<tab>");
    desk
}

fn said(desk: &Desk) -> &'static str {
    desk.model.notices.newest_first().next().map_or("", |notice| notice.say.key)
}

fn saved(desk: &Desk, contact: i64) -> Option<String> {
    desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::SaveDraft { contact: of, text } if of.0 == contact => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn a_reply_is_confirmed_when_its_window_ends_with_the_evidence_of_its_press() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ihello<enter>");
    let pressed = desk.wall;
    assert_eq!(desk.sent().len(), 0, "not confirmed yet");
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact.0), Some(1002), "the hands moved on");
    assert_eq!(desk.model.people.line(ContactId(1001)).map(|line| line.status), Some(Status::Convo));
    desk.wait(4_900);
    assert_eq!(desk.sent().len(), 0);
    desk.wait(200);
    let sent = desk.sent()[0];
    assert_eq!((sent.contact.0, sent.body.as_str(), sent.shown.pressed_at), (1001, "hello", pressed));
    assert_eq!(saved(&desk, 1001).as_deref(), Some(""), "in the journal, it is no draft any more");
    assert_eq!(desk.model.replied, 1);
}

#[test]
fn what_is_taken_back_is_in_the_composer_again_and_was_never_confirmed() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ihello<enter>u");
    assert_eq!((said(&desk), desk.model.focus), ("texter-taken-back-text", Focus::Composer));
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("hello"));
    assert_eq!(desk.model.people.line(ContactId(1001)).map(|line| line.status), Some(Status::NeedsResponse));
    desk.wait(20_000);
    assert_eq!(desk.sent().len(), 0);
    desk.keys(" there<enter>");
    desk.wait(6_000);
    assert_eq!(desk.sent()[0].body, "hello there");
    assert_eq!(desk.confirmed.len(), 1);
}

#[test]
fn two_replies_to_one_person_leave_in_order_and_what_is_typed_meanwhile_stays() {
    let mut desk = desk(1, 1);
    desk.keys("<enter>ione<ctrl+s>two<ctrl+s>three");
    let items = desk.model.thread_view().unwrap().items;
    let leaving = |item: &&ThreadItem| matches!(item, ThreadItem::Message { state: ItemState::Leaving, .. });
    assert_eq!(items.iter().filter(leaving).count(), 2);
    desk.wait(6_000);
    let bodies: Vec<&str> = desk.sent().iter().map(|sent| sent.body.as_str()).collect();
    assert_eq!(bodies, ["one", "two"]);
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("three"));
    desk.wait(3_000);
    assert_eq!(saved(&desk, 1001).as_deref(), Some("three"));
    assert_eq!(desk.model.threads.get(ContactId(1001)).map(|thread| thread.entries().len()), Some(1));
}

#[test]
fn a_console_that_ends_within_the_window_comes_back_with_a_draft_and_nothing_sent() {
    let mut desk = desk(1, 1);
    desk.keys("<enter>ihello<ctrl+s>");
    let draft = saved(&desk, 1001).expect("kept at the press");
    desk.tell(Msg::Quit);
    assert!(desk.effects.contains(&Effect::Quit));
    assert_eq!(desk.sent().len(), 0);
    let mut again = self::desk(1, 1);
    again.tell(Msg::JournalOpen { acts: vec![], drafts: vec![(ContactId(1001), draft)] });
    again.wait(20_000);
    assert_eq!(again.sent().len(), 0, "it is not sent by itself");
    assert!(again.model.inbox_rows(0..1)[0].draft);
    again.keys("<enter>");
    assert_eq!(again.model.open.as_ref().map(|open| open.editor.text()), Some("hello"));
}

#[test]
fn leaving_is_asked_for_while_something_is_in_the_window() {
    let mut desk = desk(1, 1);
    desk.keys("<enter>ihello<enter>q");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Leave { .. })));
    desk.keys("y");
    assert!(!desk.effects.contains(&Effect::Quit), "it waits until all is handed in");
    desk.wait(6_000);
    assert_eq!(desk.sent().len(), 1);
}

#[test]
fn an_opt_out_within_the_window_stops_it_for_good() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ihello<enter>");
    let mut out = line(1001, Status::NeedsResponse);
    out.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact: out });
    assert!(desk.model.in_window().is_empty());
    assert_eq!(saved(&desk, 1001).as_deref(), Some(""));
    desk.wait(6_000);
    assert_eq!(desk.sent().len(), 0);
    desk.keys("u");
    assert_eq!(said(&desk), "texter-nothing-to-undo");
}

#[test]
fn whoever_writes_again_within_the_window_is_read_first() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ihello<enter>");
    let mut wrote = line(1001, Status::NeedsResponse);
    (wrote.last_seq, wrote.foreign_seq) = (3, 3);
    desk.event(EventKind::Contact { contact: wrote });
    desk.event(EventKind::Thread { contact: ContactId(1001), item: inbound(ContactId(1001), 3, "wait") });
    desk.wait(6_000);
    assert_eq!((desk.sent().len(), said(&desk)), (0, "texter-back-wrote-again"));
    assert_eq!(saved(&desk, 1001).as_deref(), Some("hello"), "its words are the draft");
    assert_eq!(desk.model.people.waiting(), 2);
}

#[test]
fn a_first_text_may_have_a_window_too_and_a_card_comes_once() {
    let mut desk = Desk::with(3, 0);
    desk.model.options.initial_window = Duration::from_secs(2);
    desk.keys("<enter>");
    assert_eq!((desk.sent().len(), desk.card()), (0, Some(2)));
    // What the server knows of it is older.
    desk.event(EventKind::Contact { contact: line(1, Status::NeedsMessage) });
    assert_eq!(desk.model.people.queue().len(), 2);
    desk.keys("u");
    assert_eq!((desk.card(), desk.model.in_window().len()), (Some(1), 0));
    desk.keys("<enter><enter><enter>");
    desk.wait(3_000);
    let sent: Vec<i64> = desk.sent().iter().map(|sent| sent.contact.0).collect();
    assert_eq!(sent, [1, 2, 3]);
    assert_eq!(desk.sent()[0].shown.body_hash, Model::hash_of("Hi N1, it's Ana"));
}

#[test]
fn a_journal_that_is_full_at_the_end_of_a_window_gives_the_text_back() {
    let mut desk = desk(1, 1);
    desk.journal_at_once = false;
    desk.keys("<enter>ihello<ctrl+s>");
    desk.wait(6_000);
    let id = desk.confirmed[0].id;
    desk.journal.clear();
    desk.tell(Msg::NotJournaled { id, reason: "disk full".into() });
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("hello"));
    assert_eq!(desk.model.people.waiting(), 1);
}

#[test]
fn tags_notes_and_answers_are_taken_back_one_by_one() {
    let mut desk = Desk::with(1, 1);
    let campaign = desk.model.campaign.as_mut().unwrap();
    campaign.def.tags = vec!["ride".into(), "press".into()];
    campaign.def.questions[0].answers[0].next = Some("when".into());
    campaign.def.questions.push(Question {
        id: "when".into(),
        text: "When?".into(),
        answers: vec![Answer { value: "early".into(), ..Answer::default() }],
    });
    desk.keys("<tab><enter>t2Nlives with Bo<enter>a1<esc>a1");
    let known = |desk: &Desk| {
        let view = desk.model.people.body(ContactId(1001)).unwrap();
        (view.tags.join(" "), view.note.clone(), view.answers.len())
    };
    assert_eq!(known(&desk), ("press".into(), "lives with Bo".into(), 2));
    // Another answer to the first question clears the second.
    desk.keys("ah2");
    assert_eq!(known(&desk).2, 1);
    desk.keys("u");
    desk.wait(100);
    assert_eq!(known(&desk).2, 2, "what hung on it is back too");
    desk.keys("uuuu");
    assert_eq!(known(&desk), (String::new(), String::new(), 0));
    desk.keys("u");
    assert_eq!(said(&desk), "texter-nothing-more-to-undo");
}

#[test]
fn a_tag_and_a_close_are_two_keys_and_two_acts() {
    let mut desk = Desk::with(1, 2);
    desk.model.campaign.as_mut().unwrap().def.tags = vec!["ride".into(), "press".into()];
    desk.keys("<tab><enter>T2");
    desk.wait(100);
    let contact = ContactId(1001);
    let acts: Vec<Act> = desk.acts().into_iter().cloned().collect();
    assert_eq!(acts, [Act::Tag { contact, tag: "press".into(), on: true }, Act::Close { contact }]);
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact.0), Some(1002));
    desk.keys("u");
    desk.wait(100);
    let acts: Vec<Act> = desk.acts().into_iter().skip(2).cloned().collect();
    assert_eq!(acts, [Act::Reopen { contact }, Act::Tag { contact, tag: "press".into(), on: false }]);
}

#[test]
fn undo_pressed_a_moment_too_late_takes_back_nothing_else() {
    let mut desk = desk(1, 3);
    desk.keys("<enter>D");
    let opted_out = ContactId(1001);
    let undone = |desk: &Desk| desk.acts().iter().any(|act| matches!(act, Act::UndoOptOut { .. }));
    desk.keys("ihello<enter>");
    desk.wait(5_050);
    assert_eq!(desk.sent().len(), 1);
    desk.keys("u");
    assert_eq!(said(&desk), "texter-left-already");
    assert!(!undone(&desk));
    // An opt-out from before shows whose it is first.
    desk.keys("u");
    assert_eq!((said(&desk), undone(&desk)), ("texter-undo-opt-out", false));
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact), Some(opted_out));
    desk.keys("u");
    assert!(undone(&desk));
}

#[test]
fn what_was_done_after_the_text_is_taken_back_however_lately_the_text_left() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ihello<ctrl+s><esc>");
    desk.wait(4_300);
    desk.keys("*");
    desk.wait(600);
    assert_eq!(desk.sent().len(), 1, "it has left a moment ago");
    desk.keys("u");
    assert_eq!(said(&desk), "texter-untagged-done");
    desk.keys("u");
    assert_eq!(said(&desk), "texter-nothing-more-to-undo");
}

#[test]
fn undo_in_a_conversation_goes_back_to_whom_it_was_about() {
    for done in ["x", "D", "w", "T1", "b1"] {
        let mut desk = desk(1, 3);
        desk.model.campaign.as_mut().unwrap().def.tags = vec!["ride".into()];
        desk.keys("<enter>").keys(done);
        desk.wait(100);
        let open = |desk: &Desk| desk.model.open.as_ref().map(|open| open.contact.0);
        assert_eq!((open(&desk), desk.model.focus), (Some(1002), Focus::Thread), "{done}: the hands went on");
        desk.keys("u");
        desk.wait(100);
        assert_eq!((open(&desk), desk.model.focus), (Some(1001), Focus::Thread), "{done}");
        let line = desk.model.people.line(ContactId(1001)).unwrap();
        assert_eq!((line.status, line.opt_out.clone()), (Status::NeedsResponse, OptOut::No), "{done}");
    }
}

#[test]
fn what_one_press_did_is_said_in_one_sentence_and_so_is_taking_it_back() {
    let mut desk = desk(2, 2);
    desk.model.campaign.as_mut().unwrap().def.tags = vec!["ride".into()];
    desk.keys("<enter>T1");
    desk.wait(100);
    assert_eq!(said(&desk), "texter-tag-closed-done");
    desk.keys("u");
    desk.wait(100);
    assert_eq!(said(&desk), "texter-reopened-untagged");
    assert_eq!(desk.model.people.line(ContactId(1001)).unwrap().tags, Vec::<String>::new());
    desk.keys("wu");
    desk.wait(100);
    assert_eq!(said(&desk), "texter-wrong-number-undone");
    desk.keys("<tab>");
    desk.wait(1_000);
    desk.keys("f");
    desk.wait(100);
    desk.keys("u");
    desk.wait(100);
    assert_eq!((said(&desk), desk.card()), ("texter-reopened-untagged", Some(1)));
}

#[test]
fn a_script_that_changed_within_the_window_gives_the_text_back() {
    let mut desk = Desk::with(2, 0);
    desk.model.options.initial_window = Duration::from_secs(5);
    desk.keys("<enter>");
    let mut campaign = desk.model.campaign.clone().expect("one");
    campaign.script_version += 1;
    campaign.def.initial[0].text = "Other words, {firstName}".into();
    desk.tell(Msg::Campaign(Box::new(campaign)));
    desk.wait(6_000);
    assert_eq!(desk.sent().len(), 0, "the words of before are not confirmed");
}

#[test]
fn what_was_recalled_within_the_window_is_no_draft() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>c1<enter>");
    let mut campaign = desk.model.campaign.clone().expect("one");
    let what = Recalled::Canned { id: "where".into(), version: campaign.script_version };
    let texts = what.words_in(&campaign.def).expect("it is there");
    campaign.recalled =
        vec![Recall { id: 1, versions: vec![campaign.script_version], what, texts, reason: String::new() }];
    desk.tell(Msg::Campaign(Box::new(campaign)));
    desk.wait(6_000);
    assert_eq!(desk.sent().len(), 0);
    assert_eq!(desk.model.draft(ContactId(1001)), "");
}

#[test]
fn what_is_taken_back_comes_before_what_was_begun_meanwhile() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ifirst words<ctrl+s>");
    desk.keys("second words");
    desk.keys("<alt+u>");
    let written = |desk: &Desk| desk.model.open.as_ref().map(|open| open.editor.text().to_owned());
    assert_eq!(written(&desk).as_deref(), Some("first words"));
    assert_eq!(said(&desk), "texter-taken-back-text-first");
    desk.wait(2_000);
    desk.keys("<ctrl+s>");
    desk.wait(6_000);
    assert_eq!((desk.sent().len(), written(&desk).as_deref()), (1, Some("second words")));
}

#[test]
fn a_slip_onto_the_pane_key_while_writing_lands_on_no_card() {
    let mut desk = desk(2, 1);
    desk.keys("n");
    desk.keys("iso I think <tab>y es <enter>");
    desk.wait(6_000);
    let sent: Vec<(i64, &str)> = desk.sent().iter().map(|sent| (sent.contact.0, sent.body.as_str())).collect();
    assert_eq!(sent, [(1001, "so I think y es ")], "nobody got a first text");
    // With nothing written it goes to the cards, as ever.
    let mut desk = self::desk(2, 1);
    desk.keys("ni<tab>");
    assert_eq!(desk.model.focus, Focus::Card);
}

#[test]
fn who_wrote_again_is_not_closed_over_the_reply_that_came_back() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ihello<ctrl+s><esc>");
    let mut wrote = line(1001, Status::NeedsResponse);
    (wrote.last_seq, wrote.foreign_seq) = (3, 3);
    desk.event(EventKind::Contact { contact: wrote });
    desk.event(EventKind::Thread { contact: ContactId(1001), item: inbound(ContactId(1001), 3, "wait") });
    desk.keys("x");
    assert_eq!((desk.confirmed.len(), said(&desk)), (0, "texter-back-wrote-again"));
    assert_eq!(desk.model.people.line(ContactId(1001)).map(|line| line.status), Some(Status::NeedsResponse));
}

#[test]
fn an_apology_goes_before_the_number_is_a_wrong_one() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>isorry<ctrl+s><esc>w");
    let texts = |what: &ConfirmedWhat| matches!(what, ConfirmedWhat::Text(_));
    let order: Vec<bool> = desk.confirmed.iter().map(|confirmed| texts(&confirmed.what)).collect();
    assert_eq!(order, [true, false]);
}

#[test]
fn who_is_closed_within_the_window_gets_the_text_first() {
    let mut desk = desk(1, 2);
    desk.keys("<enter>ihello<ctrl+s><esc>x");
    let order: Vec<&str> = desk
        .confirmed
        .iter()
        .map(|confirmed| match &confirmed.what {
            ConfirmedWhat::Text(_) => "text",
            ConfirmedWhat::Act { act: Act::Close { .. } } => "close",
            ConfirmedWhat::Act { .. } => "another",
        })
        .collect();
    assert_eq!(order, ["text", "close"], "else the text would open again what was closed");
    assert_eq!(desk.model.people.line(ContactId(1001)).map(|line| line.status), Some(Status::Closed));
    desk.wait(6_000);
    assert_eq!(desk.sent().len(), 1);
}

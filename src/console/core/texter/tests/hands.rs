//! What a shift showed: nothing typed is lost, one press is taken back by one, and nobody is opted out by a slip.

use super::driver::{Desk, inbound, line};
use crate::api::act::Act;
use crate::api::event::EventKind;
use crate::console::core::shared::effect::Effect;
use crate::console::core::texter::view::OverlayView;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::tag;

const VOTER: ContactId = ContactId(1001);

/// Whoever types without a pause has what they wrote kept all the same.
#[test]
fn a_draft_is_kept_while_somebody_keeps_typing() {
    let mut desk = Desk::with(1, 1);
    desk.keys("<tab><enter><enter>");
    desk.keys("forty short words");
    let kept = |desk: &Desk| {
        let mut texts = desk.effects.iter().filter_map(|effect| match effect {
            Effect::SaveDraft { text, .. } => Some(text.clone()),
            _ => None,
        });
        texts.next_back().unwrap_or_default()
    };
    assert!(kept(&desk).starts_with("forty"), "{:?}", kept(&desk));
    desk.wait(2_000);
    assert_eq!(kept(&desk), "forty short words");
}

#[test]
fn an_opt_out_is_asked_for_in_one_way_wherever_it_is_pressed() {
    let selected = |desk: &Desk| match desk.model.overlay_view() {
        Some(OverlayView::Confirm { selected, .. }) => selected,
        other => panic!("{other:?}"),
    };
    let mut desk = Desk::with(1, 1);
    desk.keys("o");
    assert_eq!(selected(&desk), 2, "on a card");
    desk.keys("<esc><tab><enter>o");
    assert_eq!(selected(&desk), 2, "in a conversation without a word of it");
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.acts(), Vec::<&Act>::new());
    let mut doubt = line(1001, Status::NeedsResponse);
    doubt.opt_out = OptOut::Possible { words: "no more".into() };
    desk.event(EventKind::Contact { contact: doubt });
    desk.keys("o");
    assert_eq!(selected(&desk), 0, "they may well have asked for it");
}

/// One press flagged and skipped: one takes both back.
#[test]
fn a_flag_on_a_card_is_taken_back_by_one_key() {
    let mut desk = Desk::with(2, 0);
    desk.keys("f");
    desk.wait(500);
    let flag = |on| Act::Tag { contact: ContactId(1), tag: tag::ESCALATED.to_owned(), on };
    let closed = Act::Close { contact: ContactId(1) };
    assert_eq!(desk.acts(), [&flag(true), &closed]);
    assert_eq!(desk.model.notices.toast().expect("told").say.key, "texter-flagged-done");
    desk.keys("u");
    desk.wait(500);
    let opened = Act::Reopen { contact: ContactId(1) };
    assert_eq!(desk.acts()[2..], [&opened, &flag(false)]);
    assert_eq!(desk.card(), Some(1));
}

#[test]
fn an_opt_out_on_a_card_that_is_taken_back_brings_the_card_back() {
    let mut desk = Desk::with(2, 0);
    desk.keys("o");
    desk.wait(1_000);
    desk.keys("y");
    assert_eq!(desk.card(), Some(2));
    assert_eq!(desk.model.notices.toast().expect("told").say.key, "texter-opt-out-done");
    desk.keys("u");
    assert_eq!(desk.card(), Some(1));
}

/// The notice goes within five minutes of what they wrote, or not at all: whoever decides later is told so before and after.
#[test]
fn an_opt_out_too_late_for_its_notice_says_so() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    let item = inbound(ContactId(1001), 3, "lose my number");
    desk.event(EventKind::Thread { contact: ContactId(1001), item });
    assert_eq!(desk.model.notice_kept_back(ContactId(1001)), None);
    desk.wait(5 * 60_000 + 1);
    desk.keys("o");
    assert_eq!(desk.model.notice_kept_back(ContactId(1001)), Some("note-notice-too-late"));
    desk.wait(1_000);
    desk.keys("y");
    let told = desk.model.notices.toast().expect("told").say.clone();
    assert_eq!(told.key, "texter-opt-out-untold-done");
    // The same of whose texts are not here yet: by what is known of them all the same.
    let mut desk = Desk::with(0, 1);
    assert_eq!(desk.model.notice_kept_back(ContactId(1001)), None, "they wrote a moment ago");
    desk.wait(5 * 60_000 + 1);
    desk.keys("<tab>");
    assert_eq!(desk.model.notice_kept_back(ContactId(1001)), Some("note-notice-too-late"));
    let mut line = desk.model.people.line(ContactId(1001)).expect("there").clone();
    line.updated_at = desk.wall;
    desk.event(EventKind::Contact { contact: line });
    assert_eq!(desk.model.notice_kept_back(ContactId(1001)), Some("note-notice-unsure"), "they wrote more, or not");
    // At an hour at which nobody gets a reply.
    let mut desk = Desk::with(1, 0);
    desk.wait(12 * 3_600_000);
    desk.keys("<tab>");
    assert_eq!(desk.model.notice_kept_back(ContactId(1)), Some("note-notice-outside-hours"));
}

#[test]
fn words_held_back_from_sight_are_found_by_no_search() {
    let mut desk = Desk::with(1, 1);
    desk.keys("<tab><enter>");
    let item = inbound(ContactId(1001), 3, "F*ck you");
    desk.event(EventKind::Thread { contact: ContactId(1001), item });
    let mut hard = line(1001, Status::NeedsResponse);
    hard.preview = "F*ck you".into();
    desk.event(EventKind::Contact { contact: hard });
    assert_eq!(desk.model.found("ck you").len(), 1);
    desk.model.options.hold_abuse = true;
    assert_eq!(desk.model.found("ck you").len(), 0);
}

/// Time that passed before somebody thought better of an opt-out is time that the voter waited.
#[test]
fn whose_opt_out_is_taken_back_waits_since_they_wrote() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    let since = desk.model.people.line(ContactId(1001)).and_then(|line| line.waiting_since);
    desk.keys("o");
    desk.wait(60_000);
    desk.keys("y");
    let mut out = line(1001, Status::NeedsResponse);
    (out.opt_out, out.waiting_since) = (OptOut::Yes { by_word: false }, None);
    out.updated_at = desk.wall;
    desk.event(EventKind::Contact { contact: out });
    desk.keys("u");
    assert_eq!(desk.model.people.line(ContactId(1001)).and_then(|line| line.waiting_since), since);
}

#[test]
fn a_note_taken_back_is_said_to_be_so() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>N");
    desk.wait(1_000);
    desk.keys("a note<enter>");
    assert_eq!(desk.model.notices.toast().expect("told").say.key, "texter-note-done");
    desk.keys("u");
    assert_eq!(desk.model.notices.toast().expect("told").say.key, "texter-note-undone");
}

/// The practice is nobody's shift: what is asked there speaks of no voter who waits.
#[test]
fn a_practice_is_left_with_a_word_on_what_it_was() {
    let mut desk = Desk::with(8, 1);
    (desk.model.options.practice, desk.model.options.scored) = (true, false);
    desk.keys("q");
    let Some(OverlayView::Confirm { lines, choices, .. }) = desk.model.overlay_view() else { panic!("it asks") };
    assert_eq!(lines.iter().map(|say| say.key).collect::<Vec<_>>(), ["practice-leave-means", "practice-missing"]);
    assert_eq!(choices.len(), 2);
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.model.overlay_view(), None, "the first row is to stay");
    desk.keys("q");
    desk.wait(1_000);
    desk.keys("y");
    assert!(desk.effects.contains(&Effect::Quit));
}

/// A press that waits to be known as one has its id to itself: what another press still had to do takes a new one.
#[test]
fn an_id_that_a_press_waits_with_becomes_nothing_else() {
    let mut desk = Desk::with(0, 2);
    desk.journal_at_once = false;
    desk.keys("nT");
    desk.wait(1_000);
    // A tag, and behind it the closing, which wants an id of its own once the tag is in the journal.
    desk.keys("1");
    desk.press = crate::console::keymap::chord::Press::Unsure;
    desk.keys("*");
    desk.sync();
    desk.wait(2_000);
    desk.sync();
    desk.wait(2_000);
    let ids: std::collections::BTreeSet<_> = desk.confirmed.iter().map(|confirmed| confirmed.id).collect();
    assert_eq!(ids.len(), desk.confirmed.len(), "{:?}", desk.confirmed);
    assert!(desk.confirmed.len() >= 2);
}

#[test]
fn an_opt_out_by_a_slip_costs_no_words_that_were_begun() {
    for keys in ["D", "oy"] {
        let mut desk = Desk::with(0, 2);
        desk.keys("<tab><enter>ihalf a reply<esc>");
        desk.keys(keys);
        desk.wait(500);
        desk.keys("u");
        desk.wait(500);
        assert_eq!(desk.model.drafts.get(&VOTER).map(String::as_str), Some("half a reply"), "{keys}");
    }
}

#[test]
fn a_flag_under_which_a_captain_is_asked_stays_until_the_answer() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>ACan they vote late?<enter>");
    desk.wait(500);
    let flagged = |desk: &Desk| desk.model.people.line(VOTER).unwrap().tags.iter().any(|tag| tag == "escalated");
    assert!(flagged(&desk));
    desk.keys("E");
    let said = |desk: &Desk| desk.model.notices.newest_first().next().map(|notice| notice.say.key);
    assert_eq!((flagged(&desk), said(&desk)), (true, Some("texter-flag-asks")));
    // Taken back, both go.
    desk.keys("u");
    desk.wait(500);
    assert!(!flagged(&desk));
    desk.keys("EE");
    assert!(!flagged(&desk), "one's own flag comes and goes");
}

/// The answer came while the line was cut: the conversation, read anew, has it, and nothing is withdrawn over it.
#[test]
fn a_question_that_was_answered_is_not_withdrawn() {
    use crate::api::message::{Outcome, Thread, ThreadEntry, Verdict};
    use crate::console::core::shared::msg::Msg;
    let mut desk = Desk::with(1, 1);
    desk.keys("<tab><enter>ACan they vote late?<enter>");
    let id = desk.confirmed.last().expect("a question").id;
    let at = desk.wall;
    desk.tell(Msg::Verdict { verdict: Verdict { id, outcome: Outcome::Accepted { seq: 3, at } } });
    let note = |seq, what: &str| {
        let (who, detail) = ("Cora".to_owned(), "Yes, until 8.".to_owned());
        ThreadEntry::Note { seq, at, who, what: what.into(), detail }
    };
    let entries = vec![inbound(VOTER, 2, "yes?"), note(3, "asked"), note(4, "captain_answered")];
    desk.tell(Msg::Thread(Thread { contact: VOTER, entries, more_before: false }));
    let acts = desk.acts().len();
    desk.keys("u");
    let said = desk.model.notices.newest_first().next().map(|notice| notice.say.key);
    assert_eq!((said, desk.acts().len()), (Some("texter-stays-answered"), acts));
}

#[test]
fn enter_in_an_empty_list_says_that_it_is_empty() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<tab><enter>");
    assert_eq!(desk.model.notices.newest_first().next().map(|notice| notice.say.key), Some("texter-inbox-empty"));
}

/// What was said of something does not stand there when that is not so any more.
#[test]
fn that_something_is_to_be_decided_first_goes_with_the_decision() {
    let mut desk = Desk::with(1, 2);
    let mut doubt = line(1001, Status::NeedsResponse);
    doubt.opt_out = OptOut::Possible { words: "lose my number".into() };
    desk.event(EventKind::Contact { contact: doubt });
    desk.keys("<tab><enter>x");
    let up = |desk: &Desk| desk.model.notices.toast().map(|notice| notice.say.key);
    assert_eq!(up(&desk), Some("texter-decide-first"));
    desk.keys("k");
    assert_ne!(up(&desk), Some("texter-decide-first"));
}

/// Whoever shares the screen with somebody holds back again what was shown.
#[test]
fn what_was_shown_is_held_back_again_by_the_same_key() {
    let mut desk = Desk::with(1, 1);
    desk.keys("<tab><enter>");
    desk.model.options.hold_abuse = true;
    let held = |desk: &Desk| desk.model.holds_back(VOTER, "F*ck you");
    assert!(held(&desk));
    desk.keys("v");
    assert!(!held(&desk));
    desk.keys("v");
    assert!(held(&desk));
}

#[test]
fn a_paste_of_several_lines_into_a_reply_is_said() {
    use crate::console::core::shared::msg::Msg;
    let mut desk = Desk::with(1, 1);
    desk.keys("<tab><enter>i");
    let said = |desk: &Desk| desk.model.notices.newest_first().next().map(|notice| notice.say.key);
    desk.tell(Msg::Paste("one line".into()));
    assert_ne!(said(&desk), Some("texter-pasted-lines"));
    desk.tell(Msg::Paste("Hello\nand a line of another window\n".into()));
    assert_eq!((said(&desk), desk.sent().len()), (Some("texter-pasted-lines"), 0));
}

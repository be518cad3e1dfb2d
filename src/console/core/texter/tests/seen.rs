//! What can be seen of a person and the script, what a key says where it does nothing, and what can be taken back.

use rstest::rstest;

use super::driver::{Desk, inbound, line};
use crate::api::act::Act;
use crate::api::assignment::ContactSummary;
use crate::api::event::EventKind;
use crate::api::message::{Thread, ThreadEntry};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{LinkState, Msg};
use crate::console::core::texter::view::{OverlayView, StepState};
use crate::domain::campaign::CampaignDef;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::rsvp::CampaignEvent;
use crate::domain::survey::{Answer, Question};

const VOTER: ContactId = ContactId(1001);

fn said(desk: &Desk) -> &'static str {
    desk.model.notices.newest_first().next().map_or("", |notice| notice.say.key)
}

fn frozen(words: &str) -> Desk {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>");
    desk.event(EventKind::Thread { contact: VOTER, item: inbound(VOTER, 3, words) });
    let mut doubt = line(VOTER.0, Status::NeedsResponse);
    (doubt.opt_out, doubt.foreign_seq, doubt.last_seq) = (OptOut::Possible { words: words.into() }, 3, 3);
    desk.event(EventKind::Contact { contact: doubt });
    desk
}

fn offline(desk: &mut Desk) {
    let (since, next_try) = (desk.wall, desk.wall);
    desk.tell(Msg::Link(LinkState::Offline { since, next_try }));
}

#[test]
fn a_key_that_can_do_nothing_says_why() {
    let mut desk = Desk::with(1, 1);
    desk.keys("<tab><enter>n");
    assert_eq!(said(&desk), "texter-nobody-else-waits");
    desk.keys("z");
    assert_eq!(said(&desk), "texter-side-pane-off");
    desk.keys("z");
    assert_eq!(said(&desk), "texter-side-pane-on");
    offline(&mut desk);
    desk.keys("r");
    assert_eq!(said(&desk), "texter-offline-no-more");
    let mut desk = Desk::with(2, 0);
    desk.keys("u");
    assert_eq!(said(&desk), "texter-nothing-to-undo");
    desk.keys("<enter>u");
    assert_eq!(said(&desk), "texter-sent-is-sent");
}

#[test]
fn nobody_records_an_answer_to_what_was_not_read() {
    let mut desk = Desk::with(0, 2);
    offline(&mut desk);
    desk.keys("<tab><enter>");
    desk.model.threads.remove(VOTER);
    // It is on its way, and the line is cut.
    desk.model.thread_asked = Some(VOTER);
    for key in ["a", "s"] {
        desk.keys(key);
        assert_eq!((desk.acts().len(), said(&desk)), (0, "texter-thread-offline"));
        assert!(desk.model.overlays.is_empty());
    }
    let entries = vec![inbound(VOTER, 2, "yes")];
    desk.tell(Msg::Thread(Thread { contact: VOTER, entries, more_before: false }));
    desk.keys("a1");
    assert_eq!(desk.acts().len(), 1);
}

#[test]
fn what_only_a_rehearsal_has_is_offered_nowhere_else() {
    let mut desk = Desk::with(1, 1);
    desk.model.options.scored = false;
    desk.keys("?");
    let named = |desk: &Desk| match desk.model.overlay_view() {
        Some(OverlayView::Help { groups, .. }) => {
            groups.iter().flat_map(|(_, rows)| rows).any(|row| row.action.name() == "finish")
        }
        _ => false,
    };
    assert!(!named(&desk), "this one has no score");
    desk.model.options.scored = true;
    assert!(named(&desk));
}

#[test]
fn a_rehearsal_ends_once_the_last_text_has_left() {
    let mut desk = Desk::with(1, 1);
    desk.model.options.scored = true;
    desk.model.options.reply_window = std::time::Duration::from_secs(5);
    desk.keys("<tab><enter>ihello");
    desk.keys("<ctrl+s><esc>F");
    let ended = |desk: &Desk| desk.effects.contains(&Effect::FinishRehearsal);
    assert!(!ended(&desk) && said(&desk) == "texter-finish-later");
    desk.wait(6_000);
    assert_eq!((ended(&desk), desk.sent().len()), (true, 1));
}

#[test]
fn a_canned_reply_stands_apart_from_what_was_typed_and_is_found_by_its_words() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>iHello!<alt+c>1");
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("Hello! At the school, N1001."));
    assert_eq!(desk.model.canned_rows("school"), [0]);
    assert_eq!(desk.model.canned_rows("zebra"), Vec::<usize>::new());
}

#[test]
fn the_script_shows_what_was_asked_and_answered_and_takes_answers_by_digit() {
    let mut desk = Desk::with(0, 1);
    let def = &mut desk.model.campaign.as_mut().unwrap().def;
    def.questions[0].answers[0].next = Some("help".into());
    let answers = vec![Answer { value: "drive".into(), ..Answer::default() }];
    def.questions.push(Question { id: "help".into(), text: "Will they help?".into(), answers });
    desk.keys("<tab><enter>");
    let told = |desk: &Desk| -> Vec<(usize, StepState, bool)> {
        desk.model.script().into_iter().map(|step| (step.depth, step.state, step.open)).collect()
    };
    assert_eq!(told(&desk), [(0, StepState::Now, true), (1, StepState::Later, false)]);
    desk.keys("s1");
    let yes = Act::Answer { contact: VOTER, question: "support".into(), value: Some("yes".into()) };
    assert_eq!(desk.acts(), [&yes]);
    desk.keys("<esc>");
    assert_eq!(told(&desk), [(0, StepState::Recorded("yes".into()), false), (1, StepState::Now, true)]);
    // Another question is turned to by the keys of the answers.
    desk.keys("sh2");
    assert_eq!(desk.model.people.body(VOTER).unwrap().answers["support"], "no");
}

#[test]
fn all_that_is_known_of_somebody_is_a_key_away() {
    let mut desk = Desk::with(0, 1);
    let long = "county voter file, bought 2026-02-03, agreed to be texted 2026-01-01";
    desk.model.people.change_body(VOTER, |view| {
        view.visible.push("list source".into());
        view.fields.insert("list source".into(), long.into());
    });
    desk.keys("<tab><enter>K");
    let Some(OverlayView::Person { person, .. }) = desk.model.overlay_view() else { panic!("no layer") };
    assert_eq!(person.fields, [("list source".to_owned(), long.to_owned())]);
    desk.keys("<esc>");
    assert_eq!(desk.model.overlay_view(), None);
}

#[test]
fn what_there_is_to_read_is_a_key_away_and_typed_words_find_it() {
    let mut desk = Desk::with(1, 1);
    let campaign = desk.model.campaign.as_mut().unwrap();
    campaign.def.guide = "Be kind.\n\nParking: behind the *school*, until 6.\n\nDe d\u{f3}nde\u{1b}[2J".into();
    campaign.def.events = vec![CampaignEvent {
        id: "walk".into(),
        title: "Neighbors' walk".into(),
        starts_at: "2026-10-31T17:00:00Z".parse().unwrap(),
        ends_at: "2026-10-31T19:00:00Z".parse().unwrap(),
        zone: "America/Los_Angeles".into(),
        place: "Town hall".into(),
        address: "1 Main St".into(),
        capacity: None,
    }];
    let read = |desk: &Desk| match desk.model.overlay_view() {
        Some(OverlayView::Guide { parts, .. }) => {
            parts.iter().map(|part| (part.head.key, part.text.clone())).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    // From the card: nothing of it is a press on the card.
    desk.keys("I");
    let all = read(&desk);
    let heads: Vec<&str> = all.iter().map(|(head, _)| *head).collect();
    assert_eq!(heads, ["guide-words", "guide-words", "guide-words", "guide-event", "guide-question", "guide-canned"]);
    assert!(all[3].1.ends_with("\nTown hall\n1 Main St"), "{:?}", all[3]);
    assert!(!all[2].1.contains('\u{1b}'));
    assert_eq!(all[4].1, "Do they support?\n1 yes\n2 no");
    desk.wait(500);
    desk.keys("SCHOOL <enter>");
    assert_eq!(desk.sent().len(), 0);
    let found: Vec<String> = read(&desk).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["Parking: behind the *school*, until 6.", "At the school, N1."]);
    desk.keys("<ctrl+u>donde");
    assert_eq!(read(&desk).len(), 1);
    desk.keys("<ctrl+u>walk");
    assert_eq!(read(&desk)[0].0, "guide-event");
    desk.keys("<esc>");
    assert_eq!((desk.model.overlay_view(), desk.card()), (None, Some(1)));
    desk.model.campaign.as_mut().unwrap().def = CampaignDef::default();
    desk.keys("I");
    assert_eq!(said(&desk), "texter-no-guide");
}

/// All that an act can change of somebody.
fn known(desk: &Desk) -> (ContactSummary, String, bool, Vec<(String, String)>) {
    let body = desk.model.people.body(VOTER).unwrap();
    let answers = body.answers.iter().map(|(question, value)| (question.clone(), value.clone())).collect();
    let mut line = desk.model.people.line(VOTER).unwrap().clone();
    // To record the campaign's own language is to record none.
    line.language = line.language.filter(|language| language != "en");
    (line, body.note.clone(), body.wrong_number, answers)
}

#[rstest]
#[case::close("x")]
#[case::tag("t1")]
#[case::tag_and_close("T1")]
#[case::note("Nlikes tea<enter>")]
#[case::answer("a2")]
#[case::aside("b1")]
#[case::language("L1")]
#[case::star("*")]
#[case::flag("E")]
#[case::opt_out("D")]
#[case::wrong_number("w")]
fn undo_restores_what_was(#[case] keys: &str) {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>");
    let before = known(&desk);
    desk.keys(keys);
    desk.wait(500);
    assert_ne!(known(&desk), before);
    desk.keys("u");
    desk.wait(500);
    assert_eq!(known(&desk), before);
}

#[rstest]
#[case::wrong_number("w")]
#[case::no_opt_out("k")]
#[case::opted_out("y")]
fn a_doubt_decided_wrongly_is_a_doubt_again(#[case] key: &str) {
    let mut desk = frozen("please take me off your list");
    desk.keys(key);
    let decided = desk.model.people.line(VOTER).unwrap().opt_out.clone();
    assert!(!matches!(decided, OptOut::Possible { .. }));
    desk.keys("u");
    let line = desk.model.people.line(VOTER).unwrap();
    assert!(matches!(line.opt_out, OptOut::Possible { .. }) && line.status == Status::NeedsResponse, "{line:?}");
}

/// No server tells anybody of it: it can be taken back where an opt-out cannot.
#[test]
fn that_it_was_no_opt_out_is_taken_back_where_an_opt_out_is_for_good() {
    let mut desk = frozen("please take me off your list");
    desk.model.options.undo_opt_out = false;
    desk.keys("ku");
    assert_eq!(desk.acts().last(), Some(&&Act::UndoNotOptOut { contact: VOTER }));
    assert!(matches!(desk.model.people.line(VOTER).unwrap().opt_out, OptOut::Possible { .. }));
}

#[test]
fn what_stays_is_said_and_nothing_older_is_taken_back_in_its_place() {
    let mut desk = Desk::with(0, 3);
    desk.model.options.undo_opt_out = false;
    desk.keys("<tab><enter>xD");
    assert_eq!(desk.acts().len(), 2);
    desk.keys("u");
    assert_eq!((desk.acts().len(), said(&desk)), (2, "texter-stays-opt-out"));
    desk.keys("u");
    assert_eq!(desk.acts().last(), Some(&&Act::Reopen { contact: VOTER }));
}

/// What went to somebody else is not fetched back by `u`: it says why, and takes nothing older back in its place.
#[test]
fn what_went_to_somebody_else_stays_and_it_is_said_why() {
    for (act, why) in [("L22", "texter-stays-handed-over"), ("Ry", "texter-stays-released")] {
        let mut desk = Desk::with(2, 2);
        desk.model.options.take_back = false;
        desk.keys("<tab><enter>*");
        desk.keys(act);
        let acts = desk.acts().len();
        assert_eq!(acts, 2, "{act}");
        // The server tells of what is in other hands now.
        let gone = match act {
            "L22" => vec![VOTER],
            "Ry" => vec![ContactId(1), ContactId(2)],
            _ => Vec::new(),
        };
        for contact in gone {
            desk.event(EventKind::Gone { contact, why: "released".into(), who: None });
        }
        desk.keys("u");
        assert_eq!((desk.acts().len(), said(&desk)), (acts, why), "{act}");
    }
}

#[test]
fn a_question_to_the_captain_is_withdrawn_until_it_is_answered() {
    use crate::api::message::ThreadEntry;
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>AWhere?<enter>u");
    let off = Act::Tag { contact: VOTER, tag: "escalated".into(), on: false };
    assert_eq!((desk.acts().last(), said(&desk)), (Some(&&off), "texter-ask-withdrawn"));
    assert!(desk.model.people.line(VOTER).expect("mine").tags.is_empty());
    // It is answered: there is nothing to withdraw.
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>AWhere?<enter>");
    let (what, detail) = ("captain_answered".to_owned(), "At the school".to_owned());
    let item = ThreadEntry::Note { seq: 2, at: super::driver::start(), who: "Carla".into(), what, detail };
    desk.event(EventKind::Thread { contact: VOTER, item });
    desk.keys("u");
    assert_eq!((desk.acts().len(), said(&desk)), (1, "texter-stays-answered"));
    // The conversation was flagged before: that flag is not this question's.
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>EAWhere?<enter>u");
    assert_eq!((desk.acts().len(), said(&desk)), (2, "texter-stays-asked"));
}

#[test]
fn conversations_alone_are_given_back_only_where_the_server_can() {
    for (keys, alone, expected) in [
        ("Rkk<enter>", true, (false, true)),
        ("Rk<enter>", true, (true, true)),
        ("Rk<enter>", false, (true, true)),
        ("Rkk<enter>", false, (true, false)),
        ("Ry", false, (true, false)),
    ] {
        let mut desk = Desk::with(2, 2);
        desk.model.options.talks_alone = alone;
        desk.keys(keys);
        let (unsent, conversations) = expected;
        let campaign = desk.model.options.campaign;
        assert_eq!(desk.acts().last(), Some(&&Act::Release { campaign, unsent, conversations }), "{keys} {alone}");
    }
    let mut desk = Desk::with(2, 2);
    desk.model.options.talks_alone = false;
    desk.keys("R<enter>");
    assert_eq!(desk.acts().len(), 0, "the safe choice is selected");
}

/// Nobody waits for what a key does not do.
#[test]
fn a_key_that_does_nothing_says_so() {
    let mut desk = Desk::with(2, 0);
    desk.keys("Z");
    assert_eq!((desk.acts().len(), said(&desk)), (0, "texter-no-such-key"));
}

#[test]
fn whoever_is_out_is_not_opted_out_again() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    let mut stop = line(VOTER.0, Status::NeedsResponse);
    stop.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact: stop });
    desk.keys("D");
    assert_eq!((desk.acts().len(), said(&desk)), (0, "texter-opted-out"));
}

#[test]
fn a_line_is_told_as_often_as_it_happened_however_it_came() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    let note = |what: &str| ThreadEntry::Note {
        seq: 2,
        at: "2026-07-14T17:00:00.000001Z".parse().unwrap(),
        who: "Sam".into(),
        what: what.into(),
        detail: "support: yes".into(),
    };
    let lines = |desk: &Desk| {
        let entries = desk.model.threads.get(VOTER).unwrap().entries();
        entries.iter().filter(|entry| matches!(entry, ThreadEntry::Note { .. })).count()
    };
    // Recorded, taken off, recorded again within a moment of a clock that stands.
    for what in ["answered", "answer_cleared", "answered"] {
        desk.event(EventKind::Thread { contact: VOTER, item: note(what) });
    }
    assert_eq!(lines(&desk), 3);
    // Read as well, it is the same.
    let entries = vec![inbound(VOTER, 2, "yes"), note("answered"), note("answer_cleared"), note("answered")];
    desk.tell(Msg::Thread(Thread { contact: VOTER, entries: entries.clone(), more_before: false }));
    assert_eq!(lines(&desk), 3);
    // Read before it was told.
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    desk.tell(Msg::Thread(Thread { contact: VOTER, entries, more_before: false }));
    for what in ["answered", "answer_cleared", "answered"] {
        desk.event(EventKind::Thread { contact: VOTER, item: note(what) });
    }
    assert_eq!(lines(&desk), 3);
}

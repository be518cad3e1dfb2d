//! What is offered and never sent by itself: replies that fit, plain signs, other words for a first text, a greeting, a break.

use std::time::Duration;

use super::driver::{Desk, inbound, line};
use crate::api::act::Act;
use crate::api::event::EventKind;
use crate::api::message::{ThreadEntry, ThreadMessage};
use crate::console::core::shared::msg::Msg;
use crate::console::core::texter::view::{CardPane, OverlayView, ThreadItem};
use crate::console::core::texter::{Focus, Model};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ContactId, MessageId};
use crate::domain::message::{Delivery, Direction, MessageKind};

fn said(desk: &Desk) -> &'static str {
    desk.model.notices.newest_first().next().map_or("", |notice| notice.say.key)
}

/// A conversation in which the voter wrote this last.
fn wrote(body: &str) -> Desk {
    let mut desk = Desk::with(1, 1);
    desk.keys("<tab><enter>");
    desk.event(EventKind::Thread { contact: ContactId(1001), item: inbound(ContactId(1001), 3, body) });
    desk
}

#[test]
fn replies_that_fit_are_offered_with_the_words_and_taken_by_one_key_to_be_read() {
    let mut desk = wrote("Where do I vote?");
    let offered = desk.model.suggestions();
    assert_eq!((offered[0].title.as_str(), offered[0].words.join(" ").as_str()), ("Where to vote", "Where vote"));
    desk.keys("1");
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("At the school, N1001."));
    desk.wait(60_000);
    assert_eq!(desk.sent().len(), 0, "nothing is sent by itself");
    desk.keys("<enter>");
    assert_eq!(desk.sent()[0].source.as_deref(), Some("canned:where"));
    let mut desk = wrote("Yeah, of course");
    desk.keys("1");
    let answer = Act::Answer { contact: ContactId(1001), question: "support".into(), value: Some("yes".into()) };
    assert_eq!(desk.acts(), [&answer]);
    assert_eq!(desk.model.focus, Focus::Composer, "the line that follows is there to be read");
    let mut desk = wrote("zzz");
    desk.keys("1");
    assert_eq!((desk.acts().len(), said(&desk)), (0, "texter-no-suggestion"));
}

#[test]
fn a_person_in_doubt_gets_no_suggestion() {
    let mut desk = wrote("where? take me off the list");
    let mut frozen = line(1001, Status::NeedsResponse);
    frozen.opt_out = OptOut::Possible { words: "take me off".into() };
    desk.event(EventKind::Contact { contact: frozen });
    assert!(desk.model.suggestions().is_empty());
}

#[test]
fn typographic_signs_become_plain_where_that_saves_a_part_and_only_there() {
    let long = "We’re with Org. ".repeat(7);
    let mut desk = Desk::with(2, 1);
    desk.model.campaign.as_mut().unwrap().def.initial[0].text = format!("Hi {{firstName}}, {long}");
    desk.model.campaign.as_mut().unwrap().def.canned[0].text.insert("en".into(), long.clone());
    desk.keys("s");
    let CardPane::Card(card) = desk.model.card_pane() else { panic!("no card") };
    assert!(card.body.contains("We're") && card.parts_saved == 1 && !card.off_script);
    desk.keys("<enter>");
    assert_eq!(desk.sent()[0].shown.body_hash, Model::hash_of(&card.body), "what is shown is what is sent");
    desk.keys("<tab><enter>c1");
    assert!(desk.model.open.as_ref().unwrap().editor.text().contains("We're"));
    // What somebody types stays as typed until they ask.
    desk.keys("<ctrl+u>");
    desk.tell(Msg::Paste(long));
    let saved = desk.model.thread_view().unwrap().composer.unwrap().parts_saved;
    assert_eq!(saved, 1);
    desk.keys("<alt+p>");
    assert!(!desk.model.open.as_ref().unwrap().editor.text().contains('’'));
    // One that costs nothing stays.
    let mut desk = Desk::with(2, 0);
    desk.model.campaign.as_mut().unwrap().def.initial[0].text = "It’s {texterName}".into();
    desk.keys("s");
    assert_eq!(desk.model.card.as_ref().map(|card| card.body.as_str()), Some("It’s Ana"));
}

#[test]
fn a_first_text_is_changed_only_where_the_campaign_allows_it_and_marked() {
    let mut desk = Desk::with(2, 0);
    desk.keys("e but I would rather say <enter>");
    assert_eq!((desk.model.overlays.len(), desk.sent().len()), (0, 0), "what is typed on goes nowhere");
    desk.keys("e<esc>");
    assert_eq!((desk.model.overlays.len(), desk.sent().len()), (0, 0));
    desk.model.campaign.as_mut().unwrap().def.edit_initial = true;
    desk.keys("e, neighbor<enter>");
    assert_eq!(desk.sent().len(), 0, "it is on the card, to be seen");
    let CardPane::Card(card) = desk.model.card_pane() else { panic!("no card") };
    assert_eq!((card.body.as_str(), card.off_script), ("Hi N1, it's Ana, neighbor", true));
    desk.keys("<enter><enter>");
    let sent = desk.sent();
    assert_eq!((sent[0].body.as_str(), sent[0].off_script), ("Hi N1, it's Ana, neighbor", true));
    assert_eq!((sent[1].body.as_str(), sent[1].off_script), ("Hi N2, it's Ana", false), "the next one is the script's");
}

#[test]
fn an_edit_that_is_emptied_is_the_script_again() {
    let mut desk = Desk::with(1, 0);
    desk.model.campaign.as_mut().unwrap().def.edit_initial = true;
    desk.keys("e!<enter>e<ctrl+u><enter>");
    let CardPane::Card(card) = desk.model.card_pane() else { panic!("no card") };
    assert_eq!((card.body.as_str(), card.off_script), ("Hi N1, it's Ana", false));
}

#[test]
fn whoever_takes_a_conversation_over_greets_by_one_key() {
    let mut desk = wrote("hello?");
    desk.keys("H");
    assert_eq!(said(&desk), "texter-nobody-before");
    let item = ThreadEntry::Message(ThreadMessage {
        id: MessageId(uuid::Uuid::from_u128(77)),
        seq: 1,
        direction: Direction::Outbound,
        kind: Some(MessageKind::Initial),
        body: "Hi".into(),
        pictures: 0,
        at: desk.wall,
        delivery: Delivery::Delivered,
        error: None,
        author: Some("Bo".into()),
        mine: false,
        off_script: false,
    });
    desk.event(EventKind::Thread { contact: ContactId(1001), item });
    assert_eq!(desk.model.thread_view().unwrap().took_over_from.as_deref(), Some("Bo"));
    desk.keys("H");
    let text = "Hi N1001, this is Ana. I'm taking over from Bo.";
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some(text));
    desk.keys("<enter>");
    assert!(desk.sent()[0].off_script, "they are not the script's words");
}

#[test]
fn hard_words_are_held_back_until_asked_for_and_a_doubt_never_is() {
    let hidden = |desk: &Desk| {
        desk.model
            .thread_view()
            .unwrap()
            .items
            .iter()
            .any(|item| matches!(item, ThreadItem::Message { held_back: true, .. }))
    };
    let mut desk = wrote("F*ck you");
    assert!(!hidden(&desk), "off unless wanted");
    desk.model.options.hold_abuse = true;
    assert!(hidden(&desk));
    let mut doubt = line(1001, Status::NeedsResponse);
    doubt.opt_out = OptOut::Possible { words: "stop".into() };
    desk.event(EventKind::Contact { contact: doubt });
    assert!(!hidden(&desk));
    desk.event(EventKind::Contact { contact: line(1001, Status::NeedsResponse) });
    assert!(hidden(&desk));
    desk.keys("v");
    assert!(!hidden(&desk));
}

#[test]
fn pace_and_what_is_left_are_told_once_there_is_something_to_tell() {
    let mut desk = Desk::with(40, 0);
    desk.keys("<enter>");
    assert_eq!(desk.model.pace(), None);
    for _ in 0..11 {
        desk.wait(2_700);
        desk.keys("<enter>");
    }
    assert_eq!((desk.sent().len(), desk.model.pace()), (12, Some((20, 2))));
    while desk.card().is_some() {
        desk.wait(2_700);
        desk.keys("<enter>");
    }
    assert_eq!((desk.sent().len(), desk.model.pace()), (40, None), "no minutes of nothing");
}

#[test]
fn a_break_is_reminded_of_after_work_without_one_and_can_be_turned_off() {
    for (after, reminded) in [(50, true), (0, false)] {
        let mut desk = Desk::with(1, 0);
        desk.model.options.break_after = Duration::from_secs(after * 60);
        for _ in 0..26 {
            desk.keys("j");
            desk.wait(2 * 60 * 1000);
        }
        let told = desk.model.notices.newest_first().filter(|notice| notice.say.key == "texter-break").count();
        assert_eq!(told, usize::from(reminded), "after {after} minutes");
    }
    let mut desk = Desk::with(1, 0);
    desk.model.options.break_after = Duration::from_secs(50 * 60);
    for _ in 0..10 {
        desk.keys("j");
        desk.wait(10 * 60 * 1000);
    }
    assert_eq!(said(&desk), "", "who rests is not reminded");
}

#[test]
fn the_captain_is_asked_by_one_key_and_the_answer_stays_until_it_was_seen() {
    let mut desk = wrote("Can somebody drive me?");
    desk.keys("AMay I promise a ride?<enter>");
    assert_eq!(desk.acts(), [&Act::Ask { contact: ContactId(1001), text: "May I promise a ride?".into() }]);
    assert!(desk.model.people.line(ContactId(1001)).unwrap().tags.contains(&"escalated".to_owned()));
    let item = ThreadEntry::Note {
        seq: 3,
        at: desk.wall,
        who: "Cap".into(),
        what: "captain_answered".into(),
        detail: "Yes\u{1b}[2J.".into(),
    };
    desk.event(EventKind::Thread { contact: ContactId(1001), item });
    desk.wait(60_000);
    let toast = desk.model.notices.toast().expect("it stays");
    assert_eq!(toast.say.key, "texter-captain-answered");
    assert!(!format!("{:?}", toast.say).contains("u{1b}"), "{:?}", toast.say);
    desk.keys("j");
    assert!(desk.model.notices.toast().is_none(), "a key was pressed: seen");
}

#[test]
fn whoever_is_in_conversation_hears_that_another_campaign_calls_the_number_wrong() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    let note = |what: &str, at| ThreadEntry::Note {
        seq: 3,
        at,
        who: "Olive".into(),
        what: what.into(),
        detail: String::new(),
    };
    for (what, key) in
        [("wrong_number_told", "texter-wrong-elsewhere"), ("wrong_number_untold", "texter-wrong-elsewhere-not")]
    {
        desk.event(EventKind::Thread { contact: ContactId(1001), item: note(what, desk.wall) });
        assert_eq!(desk.model.notices.toast().expect("it is told").say.key, key);
    }
}

fn shown_back(desk: &Desk) -> (&'static str, Option<bool>) {
    match desk.model.overlay_view() {
        Some(OverlayView::Ask { lines, understood, .. }) => (lines[0].key, understood),
        other => panic!("{other:?}"),
    }
}

/// A conversation in which a yes to an event with two places was recorded; `full`: what is said when there is none left.
pub(super) fn said_yes(full: Option<&str>) -> (Desk, uuid::Uuid) {
    use crate::domain::rsvp::{CampaignEvent, Rsvp, RsvpAnswer};
    let mut desk = wrote("Yeah, of course");
    let def = &mut desk.model.campaign.as_mut().unwrap().def;
    def.events = vec![CampaignEvent {
        id: "rally".into(),
        title: "Rally".into(),
        starts_at: "2026-10-10T23:00:00Z".parse().expect("a time"),
        ends_at: "2026-10-11T01:00:00Z".parse().expect("a time"),
        zone: "America/Chicago".into(),
        place: "Town hall".into(),
        address: String::new(),
        capacity: Some(2),
    }];
    let yes = &mut def.questions[0].answers[0];
    yes.reply = [("en".to_owned(), "See you there!".to_owned())].into();
    yes.reply_when_full = full.map(|text| ("en".to_owned(), text.to_owned())).into_iter().collect();
    yes.rsvp = Some(Rsvp { event: "rally".into(), answer: RsvpAnswer::Yes, people: 1 });
    desk.keys("a1");
    let id = desk.confirmed.last().expect("an answer").id;
    (desk, id)
}

pub(super) fn settled(desk: &mut Desk, id: uuid::Uuid) {
    let outcome = crate::api::message::Outcome::Accepted { seq: 9, at: super::driver::start() };
    desk.event(EventKind::Settled { verdict: crate::api::message::Verdict { id, outcome } });
}

/// The server's answer to the act, without its feed.
pub(super) fn answered(desk: &mut Desk, id: uuid::Uuid) {
    let outcome = crate::api::message::Outcome::Accepted { seq: 9, at: super::driver::start() };
    desk.tell(crate::console::core::shared::msg::Msg::Verdict {
        verdict: crate::api::message::Verdict { id, outcome },
    });
}

pub(super) fn full(desk: &mut Desk) {
    let (at, who) = (super::driver::start(), "Ann".to_owned());
    let item = ThreadEntry::Note { seq: 4, at, who, what: "event_full".into(), detail: "1, Rally".into() };
    desk.event(EventKind::Thread { contact: ContactId(1001), item });
}

pub(super) fn drafted(desk: &Desk) -> &str {
    desk.model.open.as_ref().expect("open").editor.text()
}

#[test]
fn nobody_is_told_see_you_before_it_is_known_that_there_is_a_place() {
    let (mut desk, id) = said_yes(Some("You are in line."));
    assert_eq!((drafted(&desk), said(&desk)), ("", "texter-place-asked"));
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 0);
    settled(&mut desk, id);
    assert_eq!(drafted(&desk), "See you there!");
    let up = desk.model.notices.toast().map(|notice| notice.say.key);
    assert_ne!(up, Some("texter-place-asked"), "it is known now");

    let (mut desk, id) = said_yes(Some("You are in line."));
    full(&mut desk);
    assert_eq!(drafted(&desk), "", "an earlier line may say so of an earlier answer");
    settled(&mut desk, id);
    assert_eq!((drafted(&desk), said(&desk)), ("You are in line.", "texter-place-full"));
    desk.wait(1_000);
    desk.keys("<enter>");
    desk.wait(10_000);
    let sent = desk.sent();
    assert_eq!((sent[0].body.as_str(), sent[0].source.as_deref()), ("You are in line.", Some("answer:support")));

    // Without words for it nothing is drafted, and it is said.
    let (mut desk, id) = said_yes(None);
    full(&mut desk);
    settled(&mut desk, id);
    assert_eq!((drafted(&desk), said(&desk)), ("", "texter-place-full-no-words"));
}

#[test]
fn what_is_typed_meanwhile_stays_and_hands_that_went_on_stay_where_they_are() {
    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.keys("I look");
    full(&mut desk);
    settled(&mut desk, id);
    assert_eq!((drafted(&desk), said(&desk)), ("I look", "texter-place-full-written"));

    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.keys("<esc>");
    let focus = desk.model.focus;
    full(&mut desk);
    settled(&mut desk, id);
    assert_eq!(desk.model.focus, focus);

    // Taken back: no words for it come any more. A line that broke off: the conversation says it, read anew.
    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.keys("<esc>u");
    full(&mut desk);
    settled(&mut desk, id);
    assert_eq!(drafted(&desk), "");
    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.event(EventKind::Snapshot { seq: 200 });
    settled(&mut desk, id);
    assert_eq!(drafted(&desk), "See you there!");
    let (mut desk, id) = said_yes(Some("You are in line."));
    answered(&mut desk, id);
    assert_eq!(drafted(&desk), "See you there!", "the feed was cut, and the conversation says nothing of a line");
}

#[test]
fn a_question_with_nothing_to_choose_is_answered_at_once() {
    use crate::domain::survey::{Answer, Free};
    let mut desk = wrote("the bus to work");
    let question = &mut desk.model.campaign.as_mut().unwrap().def.questions[0];
    question.answers = vec![Answer { value: "words".into(), free: Some(Free::Text), ..Answer::default() }];
    desk.keys("athe bus<enter>");
    let contact = ContactId(1001);
    let answer = Act::Answer { contact, question: "support".into(), value: Some("the bus".into()) };
    assert_eq!(desk.acts(), [&answer]);
    // What is recorded is shown first: there it can be taken off.
    desk.keys("a");
    assert!(matches!(desk.model.overlay_view(), Some(OverlayView::Answers { .. })));
}

#[test]
fn an_answer_in_their_own_words_and_a_day_are_typed_checked_and_taken_back() {
    use crate::domain::survey::{Answer, Free};
    let mut desk = wrote("the bus to work");
    let campaign = desk.model.campaign.as_mut().unwrap();
    let free = |value: &str, free| Answer { value: value.into(), free: Some(free), ..Answer::default() };
    campaign.def.questions[0].answers.extend([free("Other", Free::Text), free("On a day", Free::Date)]);
    desk.keys("a3the bus<enter>");
    let contact = ContactId(1001);
    let answer =
        |value: Option<&str>| Act::Answer { contact, question: "support".into(), value: value.map(str::to_owned) };
    assert_eq!(desk.acts(), [&answer(Some("the bus"))]);
    desk.keys("a4someday");
    assert_eq!(shown_back(&desk), ("texter-not-a-day", Some(false)));
    desk.keys("<enter>");
    assert_eq!((said(&desk), desk.acts().len()), ("texter-not-a-day", 1));
    desk.keys("<ctrl+u>Nov 3");
    assert_eq!(shown_back(&desk), ("texter-day-understood", Some(true)));
    desk.keys("<enter>");
    assert_eq!(desk.acts()[1], &answer(Some("2026-11-03")));
    let up = desk.model.notices.toast().map(|notice| notice.say.key);
    assert_ne!(up, Some("texter-not-a-day"), "it is one now");
    desk.keys("u");
    assert_eq!(desk.acts()[2], &answer(Some("the bus")));
    desk.keys("u");
    assert_eq!(desk.acts()[3], &answer(None));
}

#[test]
fn an_answer_that_was_taken_off_is_told_as_that() {
    let mut desk = wrote("On second thought");
    let note = |seq, detail: &str| ThreadEntry::Note {
        seq,
        at: "2026-06-10T18:00:00Z".parse().expect("a time"),
        who: "Ann".into(),
        what: "answered".into(),
        detail: detail.into(),
    };
    for (seq, detail) in [(4, "Will you vote?: Yes"), (5, "Will you vote?: ")] {
        desk.event(EventKind::Thread { contact: ContactId(1001), item: note(seq, detail) });
    }
    let items = desk.model.thread_view().expect("open").items;
    let told: Vec<_> = items
        .iter()
        .filter_map(|item| match item {
            ThreadItem::Note { what, detail, .. } => Some((*what, detail.as_str())),
            ThreadItem::Message { .. } => None,
        })
        .collect();
    assert_eq!(told, [("note-answered", "Will you vote?: Yes"), ("note-answer-cleared", "Will you vote?")]);
}

#[test]
fn undo_while_writing_does_not_reach_beyond_the_conversation() {
    let mut desk = Desk::with(0, 2);
    desk.keys("n*");
    desk.keys("n<esc>");
    let (first, acts) = (ContactId(1001), desk.acts().len());
    desk.keys("<tab>");
    desk.model.open_thread(ContactId(1002), &mut Vec::new());
    desk.keys("isome words<alt+u>");
    assert_eq!((desk.acts().len(), said(&desk)), (acts, "texter-undo-elsewhere"), "{first}");
    desk.keys("<esc>u");
    assert_eq!(desk.acts().len(), acts + 1, "outside of the reply it goes on as ever");
}

#[test]
fn an_answers_line_goes_with_it_though_own_words_stand_before() {
    let mut desk = wrote("Yeah, of course");
    desk.keys("imy own words. <alt+a>1");
    let text = |desk: &Desk| desk.model.open.as_ref().expect("open").editor.text().to_owned();
    assert_eq!(text(&desk), "my own words. Great, N1001!");
    desk.keys("<alt+u>");
    assert_eq!(text(&desk), "my own words.");
}

#[test]
fn words_that_somebody_has_had_are_said_and_asked_about_once() {
    let mut desk = wrote("Where do I vote?");
    let ThreadEntry::Message(mut ours) = inbound(ContactId(1001), 4, "At the school, N1001.") else { panic!() };
    (ours.direction, ours.delivery) = (Direction::Outbound, Delivery::Delivered);
    desk.event(EventKind::Thread { contact: ContactId(1001), item: ThreadEntry::Message(ours) });
    desk.event(EventKind::Thread { contact: ContactId(1001), item: inbound(ContactId(1001), 5, "Where do I vote?") });
    desk.keys("1");
    assert_eq!(said(&desk), "texter-told-already");
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!((desk.sent().len(), said(&desk)), (0, "texter-told-before"));
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1, "asked once");
}

#[test]
fn a_reply_that_was_begun_is_told_to_stay_when_its_conversation_is_closed() {
    let mut desk = wrote("Thanks");
    desk.keys("iSee you then<esc>x");
    assert_eq!(said(&desk), "texter-closed-draft");
    assert!(desk.model.has_draft(ContactId(1001)));
}

#[test]
fn nobody_is_told_to_rest_from_an_empty_screen() {
    let mut desk = Desk::with(0, 0);
    desk.model.options.break_after = Duration::from_secs(60);
    for _ in 0..26 {
        desk.keys("<enter>");
        desk.wait(60_000);
    }
    assert!(desk.model.notices.newest_first().all(|notice| notice.say.key != "texter-break"));
}

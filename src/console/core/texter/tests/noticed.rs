//! What a server's client notices beside its answers, and an opt-out that stopped half-way.

use jiff::{SignedDuration, Timestamp};
use pretty_assertions::assert_eq;

use super::driver::{Desk, line};
use crate::api::campaign::CampaignState;
use crate::api::event::{Event, EventKind};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Beside, Downtime, LinkState, Msg};
use crate::console::core::shared::say::Arg;
use crate::console::core::texter::claims::claim_say;
use crate::console::core::texter::view::{OverlayView, ThreadItem};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;

fn said(desk: &Desk) -> Option<&'static str> {
    desk.model.notices.newest_first().next().map(|notice| notice.say.key)
}

fn beside(ids: &[i64]) -> Msg {
    let unreadable = ids.iter().copied().map(ContactId).collect();
    Msg::Beside(Beside { unreadable, why: "an error".into(), ..Beside::default() })
}

#[test]
fn an_opt_out_without_its_notice_is_said_once() {
    let mut desk = Desk::with(3, 1);
    let told = |ids: &[i64]| {
        Msg::Beside(Beside { unnoticed: ids.iter().copied().map(ContactId).collect(), ..Beside::default() })
    };
    let count =
        |desk: &Desk| desk.model.notices.newest_first().filter(|notice| notice.say.key == "texter-no-notice").count();
    desk.tell(told(&[2]));
    assert_eq!((said(&desk), count(&desk)), (Some("texter-no-notice"), 1));
    desk.tell(told(&[2]));
    assert_eq!(count(&desk), 1);
    desk.tell(told(&[2, 3]));
    assert_eq!(count(&desk), 2);
}

#[test]
fn whoever_cannot_be_read_is_counted_and_stands_in_nobodys_way() {
    let mut desk = Desk::with(3, 1);
    let card = desk.model.card.as_ref().map(|card| card.contact);
    assert_eq!(card, Some(ContactId(1)));
    let before = desk.model.header().progress;
    desk.tell(beside(&[1, 1001]));
    assert_eq!(desk.model.card.as_ref().map(|card| card.contact), Some(ContactId(2)), "the next one is there");
    assert_eq!((said(&desk), desk.model.header().unreadable), (Some("texter-unreadable"), 2));
    assert_eq!(desk.model.header().progress, before, "nothing was done by that");
    assert!(desk.model.outbox_head().iter().any(|say| say.key == "texter-unreadable"));
    // An answer without them does not take them away, nor is it asked for again and again.
    desk.tell(Msg::Contacts { asked: vec![ContactId(1), ContactId(3)], found: vec![] });
    assert!(desk.model.people.line(ContactId(1)).is_some() && desk.model.people.line(ContactId(3)).is_none());
    desk.event(EventKind::Contact { contact: line(1, Status::NeedsMessage) });
    assert_eq!(desk.model.card.as_ref().map(|card| card.contact), Some(ContactId(2)));
    // Their conversation cannot be opened, for the reason that is known.
    let problem = Box::new(Problem::new(Code::Unavailable, "strange"));
    desk.tell(Msg::Failed { what: Ask::Thread { contact: ContactId(1001), before: None }, problem });
    assert_eq!(said(&desk), Some("texter-unreadable"));
    // Put at the head again, by an undo, it is not asked for over and over, and the next one keeps its card.
    desk.effects.clear();
    desk.model.people.queue_first(ContactId(1));
    assert!(!desk.model.people.queue().contains(&ContactId(1)));
    assert!(!desk.model.people.missing_bodies(9).contains(&ContactId(1)));
    // Whole again: the card comes, and is asked for.
    desk.tell(beside(&[1001]));
    assert!(desk.model.people.queue().contains(&ContactId(1)));
    let asked = |effect: &Effect| matches!(effect, Effect::Load(Ask::Contacts(_, ids)) if ids.contains(&ContactId(1)));
    desk.effects.clear();
    desk.model.people.forget_bodies();
    desk.tell(Msg::Resumed);
    assert!(desk.effects.iter().any(asked));
    assert_eq!(desk.model.header().unreadable, 1);
    desk.tell(beside(&[]));
    assert!(desk.model.unreadable_say().is_none());
}

#[test]
fn an_opt_out_that_stopped_half_way_is_said_in_the_conversation_and_in_the_outbox() {
    let mut desk = Desk::with(0, 2);
    let offline = LinkState::Offline { since: desk.wall, next_try: desk.wall + SignedDuration::from_secs(9) };
    desk.keys("<tab><enter>D");
    let id = desk.confirmed.last().expect("confirmed").id;
    desk.tell(Msg::HalfWay { id });
    desk.tell(Msg::Link(offline));
    assert_eq!(said(&desk), Some("texter-half-way"));
    let todo: Vec<_> = desk.model.outbox_rows().iter().map(|row| row.todo.key).collect();
    assert_eq!(todo, ["outbox-do-half-way"]);
    desk.model.overlays.clear();
    let contact = desk.model.acts.all().next().and_then(super::super::acts::Mine::contact).expect("whose");
    desk.model.open_thread(contact, &mut Vec::new());
    let notes = |desk: &Desk| {
        let items = desk.model.thread_view().map(|view| view.items).unwrap_or_default();
        items.iter().filter(|item| matches!(item, ThreadItem::Note { what: "note-half-way", .. })).count()
    };
    assert_eq!(notes(&desk), 1);
    let seq = crate::api::message::Outcome::Accepted { seq: 0, at: desk.wall };
    desk.tell(Msg::Verdict { verdict: crate::api::message::Verdict { id, outcome: seq } });
    assert_eq!((notes(&desk), desk.model.outbox_rows().len()), (0, 0));
    // Of what is settled, or another's, nothing is said.
    let many = desk.model.notices.newest_first().count();
    desk.tell(Msg::HalfWay { id });
    assert_eq!(desk.model.notices.newest_first().count(), many);
}

#[test]
fn replies_are_asked_for_once_and_what_came_is_said() {
    let mut desk = Desk::with(1, 0);
    let asked = |desk: &Desk| -> Vec<uuid::Uuid> {
        let claim = |effect: &Effect| match effect {
            Effect::Load(Ask::TakeReplies { claim, .. }) => Some(*claim),
            _ => None,
        };
        desk.effects.iter().filter_map(claim).collect()
    };
    desk.keys("WWW");
    assert_eq!(asked(&desk).len(), 1);
    desk.effects.clear();
    let claim = desk.model.taking.expect("asked");
    desk.tell(Msg::TookReplies { claim, result: Ok(2) });
    assert_eq!(said(&desk), Some("texter-took-replies"));
    assert!(
        desk.effects.iter().any(|effect| matches!(effect, Effect::Load(Ask::Assignment(_)))),
        "they are looked for"
    );
    desk.keys("W");
    let claim = desk.model.taking.expect("asked again");
    let none = Box::new(Problem::new(Code::NoneLeft, "none"));
    desk.tell(Msg::TookReplies { claim, result: Err(none) });
    assert_eq!((said(&desk), desk.model.taking), (Some("texter-no-replies-to-take"), None));
}

#[test]
fn where_admins_hand_out_it_is_said_so_and_never_that_all_are_handed_out() {
    for (hands_out, code, expected) in [
        (true, Code::NoneLeft, "problem-none-left"),
        (false, Code::NoneLeft, "problem-none-given"),
        (true, Code::QuotaReached, "problem-quota-reached"),
        (false, Code::QuotaReached, "problem-replies-first"),
        (false, Code::Paused, "problem-paused"),
    ] {
        assert_eq!(claim_say(&Problem::new(code, "no"), hands_out).key, expected);
    }
    let mut desk = Desk::with(2, 1);
    (desk.model.options.hands_out, desk.model.options.take_back) = (false, false);
    desk.keys("R");
    let Some(OverlayView::Confirm { lines, .. }) = desk.model.overlay_view() else { panic!("it asks") };
    assert_eq!(lines.iter().map(|say| say.key).collect::<Vec<_>>(), ["texter-release-counts", "texter-release-there"]);
}

#[test]
fn who_opted_out_before_a_text_is_nobody_to_give_back() {
    let mut desk = Desk::with(3, 2);
    let counts = |desk: &Desk| desk.model.in_hand();
    assert_eq!(counts(&desk), (3, 2, 2));
    let mut out = line(2, Status::NeedsMessage);
    out.opt_out = OptOut::Yes { by_word: false };
    desk.event(EventKind::Contact { contact: out });
    assert_eq!(counts(&desk), (2, 2, 2));
}

#[test]
fn whoever_opted_out_is_in_no_count_and_whoever_may_have_is_in_all() {
    let mut desk = Desk::with(0, 3);
    let told = |desk: &mut Desk| {
        let hand = desk.model.in_hand();
        let held = desk.model.whom_i_hold().len();
        desk.keys("R");
        let Some(OverlayView::Confirm { lines, .. }) = desk.model.overlay_view() else { panic!("it asks") };
        desk.keys("<esc>");
        let count = |name: &str| lines[0].args.iter().find(|(of, _)| *of == name).map(|(_, n)| n.clone());
        assert_eq!(count("conversations"), Some(hand.1.into()), "giving back");
        assert_eq!(count("waiting"), Some(hand.2.into()), "giving back");
        assert_eq!(desk.model.header().waiting as u64, hand.2, "the header");
        (hand.1, hand.2, held)
    };
    assert_eq!(told(&mut desk), (3, 3, 3));
    let mut may = desk.model.people.line(ContactId(1001)).expect("there").clone();
    may.opt_out = OptOut::Possible { words: "lose my number".into() };
    desk.event(EventKind::Contact { contact: may });
    assert_eq!(told(&mut desk), (3, 3, 3));
    let mut out = desk.model.people.line(ContactId(1002)).expect("there").clone();
    out.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact: out });
    assert_eq!(told(&mut desk), (2, 2, 2));
}

#[test]
fn two_of_one_name_are_told_apart_by_what_the_campaign_shows() {
    let mut desk = Desk::with(3, 0);
    let change = |contact: i64, first: &str, fields: &[(&str, &str)], desk: &mut Desk| {
        let mut view = desk.model.people.body(ContactId(contact)).expect("here").clone();
        view.summary.first_name = first.into();
        for (field, value) in fields {
            view.fields.insert((*field).to_owned(), (*value).to_owned());
            view.visible.push((*field).to_owned());
        }
        desk.tell(Msg::Contacts { asked: vec![ContactId(contact)], found: vec![view] });
    };
    change(1, "Maria", &[], &mut desk);
    change(2, "maria", &[("lastDigits", "0104")], &mut desk);
    change(3, "Ann", &[("lastName", "Lee")], &mut desk);
    let called = |desk: &Desk, id: i64| desk.model.called(ContactId(id));
    assert_eq!(called(&desk, 1), "Maria", "nothing more is shown");
    assert_eq!((called(&desk, 2).as_str(), called(&desk, 3).as_str()), ("maria (...0104)", "Ann"));
    change(1, "Maria", &[("lastName", "Lopez")], &mut desk);
    change(2, "Maria", &[("lastName", "Ochoa")], &mut desk);
    change(3, "Maria", &[("lastName", "Lee\u{1b}[2J")], &mut desk);
    assert_eq!(called(&desk, 2), "Maria O.");
    assert_eq!(called(&desk, 1), "Maria Lopez", "the other L. is Lee");
    assert!(!called(&desk, 3).contains('\u{1b}'));
    change(3, "Maria", &[("lastName", "lopez")], &mut desk);
    change(1, "Maria", &[("phone", "+1 202 555 0171")], &mut desk);
    assert_eq!(called(&desk, 1), "Maria (...0171)");
    // What is done for somebody is told of the right one.
    assert_eq!(desk.model.about("texter-skipped", ContactId(2)).args, [("name", "Maria O.".into())]);
}

#[test]
fn a_press_for_somebody_who_is_anothers_by_now_does_not_count_as_done() {
    let mut desk = Desk::with(3, 1);
    let done = |desk: &Desk| desk.model.header().progress;
    assert_eq!(done(&desk), (0, 3));
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(done(&desk), (1, 3));
    let id = desk.confirmed.last().expect("a text").id;
    let problem = Problem::new(Code::LeaseLost, "no");
    let outcome = crate::api::message::Outcome::Refused { problem };
    desk.tell(Msg::Verdict { verdict: crate::api::message::Verdict { id, outcome } });
    assert_eq!(done(&desk), (0, 2));
}

#[test]
fn who_was_texted_and_is_anothers_by_now_counts_as_after_a_restart() {
    let mut desk = Desk::with(3, 1);
    desk.model.options.hands_out = false;
    let done = |desk: &Desk| desk.model.header().progress;
    let contact = desk.model.card.as_ref().expect("a card").contact;
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(done(&desk), (1, 3));
    desk.model.forget_contact(contact, &mut Vec::new());
    assert_eq!(done(&desk), (0, 2));
    // One who waits to be texted as well.
    let next = desk.model.card.as_ref().expect("a card").contact;
    desk.model.forget_contact(next, &mut Vec::new());
    assert_eq!(done(&desk), (0, 1));
}

#[test]
fn what_comes_and_goes_where_it_is_counted_by_what_is_held_does_not_drift() {
    let mut desk = Desk::with(3, 1);
    desk.model.options.hands_out = false;
    let done = |desk: &Desk| desk.model.header().progress;
    let before = done(&desk);
    for _ in 0..5 {
        desk.event(EventKind::Contact { contact: line(77, Status::NeedsResponse) });
        assert_eq!(done(&desk), (before.0 + 1, before.1 + 1), "a conversation is a text that was sent");
        desk.event(EventKind::Gone { contact: ContactId(77), why: "reassigned".into(), who: None });
        assert_eq!(done(&desk), before);
        desk.event(EventKind::Contact { contact: line(78, Status::NeedsMessage) });
        assert_eq!(done(&desk), (before.0, before.1 + 1));
        desk.event(EventKind::Gone { contact: ContactId(78), why: "reassigned".into(), who: None });
        assert_eq!(done(&desk), before);
    }
}

#[test]
fn where_nobody_hands_contacts_out_the_words_are_others() {
    use crate::api::campaign::CampaignState;
    let mut desk = Desk::with(3, 1);
    desk.model.options.hands_out = false;
    desk.model.options.keymap = desk.model.options.keymap.clone().without(&[crate::console::keymap::Action::Flag]);
    let fault = crate::console::core::shared::say::Say::new("texter-card-missing").with("fields", "nosuch");
    let card = desk.model.card.as_mut().expect("a card");
    card.fault = Some(fault);
    assert_eq!(desk.model.card_block().map(|say| say.key), Some("texter-card-missing-skip"), "nobody to flag it to");
    desk.event(EventKind::Campaign { state: CampaignState::Archived, script_version: 1 });
    assert_eq!(said(&desk), Some("texter-archived-there"));
}

#[test]
fn who_is_past_the_campaigns_end_is_not_said_to_be_outside_hours() {
    let mut desk = Desk::with(2, 0);
    let (end, never) = (desk.wall - SignedDuration::from_hours(1), jiff::Timestamp::MAX);
    let campaign = desk.model.campaign.as_mut().expect("a campaign");
    campaign.def.hours.closes_at = Some(end);
    let key = |desk: &Desk, at| desk.model.held_for_good(at).map(|say| say.key);
    assert_eq!((key(&desk, never), key(&desk, end)), (Some("texter-held-back-over"), None));
    let campaign = desk.model.campaign.as_mut().expect("a campaign");
    campaign.def.hours.closes_at = Some(end + SignedDuration::from_hours(48));
    assert_eq!(key(&desk, never), Some("texter-held-back-end"));
}

#[test]
fn what_the_server_says_of_itself_holds_before_the_press() {
    let mut desk = Desk::with(3, 1);
    let tell = |desk: &mut Desk, beside: Beside| {
        desk.tell(Msg::Beside(beside));
        desk.wait(1_000);
    };
    let block = |desk: &Desk| desk.model.card_block().map(|say| say.key);
    tell(&mut desk, Beside { longest: Some(5), ..Beside::default() });
    assert_eq!(block(&desk), Some("texter-too-long"));
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 0, "the card is not used up");
    tell(&mut desk, Beside { downtime: Some(Downtime::FirstTexts), ..Beside::default() });
    assert_eq!((block(&desk), desk.model.replies_blocked()), (Some("texter-downtime-first-texts"), None));
    tell(&mut desk, Beside { downtime: Some(Downtime::All), ..Beside::default() });
    assert_eq!(block(&desk), Some("texter-downtime"));
    assert!(desk.model.replies_blocked().is_some());
    tell(&mut desk, Beside { two_presses: true, ..Beside::default() });
    desk.keys("<enter>");
    let up = |desk: &Desk| desk.model.notices.toast().map(|notice| notice.say.key);
    assert_eq!((desk.sent().len(), up(&desk)), (0, Some("texter-press-again")), "it is on the screen");
    // A slip of long ago is no first press.
    desk.wait(60_000);
    desk.keys("<enter>");
    assert_eq!((desk.sent().len(), up(&desk)), (0, Some("texter-press-again")));
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1);
    // The next one is asked for twice as well.
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1);
}

#[test]
fn a_reply_is_asked_for_twice_as_well_and_again_once_its_words_have_changed() {
    let mut desk = Desk::with(1, 2);
    desk.tell(Msg::Beside(Beside { two_presses: true, ..Beside::default() }));
    desk.wait(1_000);
    desk.keys("<tab><enter>ihello<enter>");
    assert_eq!((desk.sent().len(), said(&desk)), (0, Some("texter-press-again")));
    desk.keys("!");
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 0, "other words");
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1);
}

#[test]
fn a_reply_of_unknown_outcome_leaves_the_voter_waiting() {
    let mut desk = Desk::with(1, 2);
    desk.keys("<tab><enter>ihello<enter>");
    let sent = desk.confirmed.last().expect("a reply").id;
    let status = |desk: &Desk| desk.model.people.line(ContactId(1001)).map(|line| line.status);
    assert_eq!(status(&desk), Some(Status::Convo));
    desk.tell(Msg::Unknown { id: sent });
    assert_eq!((status(&desk), said(&desk)), (Some(Status::NeedsResponse), Some("texter-outcome-unknown")));
}

#[test]
fn why_there_is_nobody_to_text_is_told_by_the_campaigns_own_times() {
    let mut desk = Desk::with(0, 0);
    let now = desk.wall;
    let hour = SignedDuration::from_hours(1);
    let said = |desk: &Desk, code, at| {
        let problem = Problem { at, ..Problem::new(code, "no") };
        desk.model.claim_say(&problem).key
    };
    let hours = |desk: &mut Desk, opens_at, closes_at| {
        let hours = &mut desk.model.campaign.as_mut().expect("a campaign").def.hours;
        (hours.opens_at, hours.closes_at) = (opens_at, closes_at);
    };
    assert_eq!(said(&desk, Code::OutsideHours, Some(now + hour)), "problem-nobody-open-until");
    let counted = |code| Problem { at: Some(now + hour), count: Some(12), ..Problem::new(code, "no") };
    let told = |code| desk.model.claim_say(&counted(code));
    assert_eq!(told(Code::OutsideHours).key, "problem-nobody-open-count");
    assert_eq!(told(Code::TextedLately).key, "problem-texted-lately-count");
    assert_eq!(said(&desk, Code::OutsideHours, None), "problem-outside-hours");
    assert_eq!(said(&desk, Code::NoneLeft, None), "problem-none-left-done");
    // Never again before the end, as this server and an older one say it.
    for at in [None, Some(Timestamp::MAX)] {
        let never = Problem { at, count: Some(2), ..Problem::new(Code::OutsideHours, "no") };
        assert_eq!(desk.model.claim_say(&never).key, "problem-nobody-open-ever");
    }
    hours(&mut desk, Some(now + hour), None);
    assert_eq!(said(&desk, Code::OutsideHours, Some(now + hour)), "problem-not-begun");
    hours(&mut desk, None, Some(now - hour));
    assert_eq!(said(&desk, Code::NoneLeft, None), "problem-over");
}

#[test]
fn shown_times_do_not_go_back_by_a_little_and_follow_a_clock_that_is_put_right() {
    let mut desk = Desk::with(1, 1);
    let offset = |seconds| Msg::Clock { offset: SignedDuration::from_secs(seconds) };
    desk.tell(offset(0));
    desk.wait(60_000);
    let now = |desk: &Desk| desk.model.campaign_now().expect("a time");
    // The server's clock runs ahead, and an answer that took its time tells of less.
    let at = now(&desk) + SignedDuration::from_secs(40);
    let what = EventKind::Campaign { state: CampaignState::Running, script_version: 3 };
    desk.tell(Msg::Event(Box::new(Event { seq: 101, at, what })));
    assert_eq!(now(&desk), at);
    desk.wait(1_000);
    let before = now(&desk);
    desk.tell(offset(5));
    desk.wait(1_000);
    assert!(now(&desk) >= before, "{} before {before}", now(&desk));
    // This laptop's clock was wrong by hours: that is put right at once.
    desk.tell(offset(-3 * 60 * 60));
    desk.wait(1_000);
    assert!(now(&desk) < before - SignedDuration::from_hours(2));
}

#[test]
fn a_long_name_leaves_room_for_what_is_said() {
    let mut desk = Desk::with(0, 1);
    desk.model.people.change(ContactId(1001), |line| line.first_name = "Supercalifragilisticexpialidocious".into());
    desk.keys("<tab><enter>x");
    let name = desk.model.notices.newest_first().next().and_then(|notice| {
        notice.say.args.iter().find_map(|(key, arg)| match (*key, arg) {
            ("name", Arg::Text(name)) => Some(name.clone()),
            _ => None,
        })
    });
    assert_eq!(name.as_deref(), Some("Supercalifragilisticexpi…"));
}

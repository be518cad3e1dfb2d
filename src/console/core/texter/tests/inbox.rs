//! The inbox: filters, order, search, what is put aside; and marks on people.

use super::driver::{Desk, inbound, line, start, view};
use crate::api::act::Act;
use crate::api::event::EventKind;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::Focus;
use crate::console::core::texter::people::{Filter, Sort};
use crate::console::core::texter::view::OverlayView;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;

fn shown(desk: &Desk) -> Vec<i64> {
    desk.model.people.inbox().map(|id| id.0).collect()
}

fn acts(desk: &Desk) -> Vec<Act> {
    desk.acts().into_iter().cloned().collect()
}

#[test]
fn closing_somebody_in_the_list_leaves_the_hands_on_the_neighbour() {
    let mut desk = Desk::with(0, 4);
    desk.keys("<tab>jj");
    let selected = |desk: &Desk| desk.model.selected.map(|id| id.0);
    assert_eq!(selected(&desk), Some(1003));
    desk.keys("x");
    assert_eq!(selected(&desk), Some(1004));
    desk.keys("u");
    assert_eq!(selected(&desk), Some(1003), "back with whom it was about");
    desk.keys("jx");
    assert_eq!(selected(&desk), Some(1003), "of the last row the one before");
}

#[test]
fn a_time_to_come_back_may_be_typed_and_is_shown_before_it_counts() {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>b5whenever");
    let understood = |desk: &Desk| match desk.model.overlay_view() {
        Some(OverlayView::Ask { lines, understood, .. }) => (lines[0].key, understood),
        _ => panic!("nothing to type in"),
    };
    assert_eq!(understood(&desk), ("texter-not-a-moment", Some(false)));
    desk.keys("<enter>");
    assert_eq!(acts(&desk), []);
    // Noon in New York.
    desk.keys("<ctrl+u>tonight 7pm");
    assert_eq!(understood(&desk), ("texter-moment-understood", Some(true)));
    desk.keys("<enter>");
    let until = "2026-10-07T23:00:00Z".parse().ok();
    assert_eq!(acts(&desk), [Act::Snooze { contact: ContactId(1001), until, after_seq: Some(2) }]);
    assert!(desk.model.overlay_view().is_none());
}

#[test]
fn two_of_one_name_are_told_apart_in_the_search_and_nobody_is_an_empty_row() {
    let mut desk = Desk::with(0, 4);
    for (id, name) in [(1001, "Ava"), (1002, "Ava"), (1003, "")] {
        desk.model.people.change(ContactId(id), |line| line.first_name = name.into());
        desk.model.people.change_body(ContactId(id), |view| {
            view.visible = vec!["lastDigits".into()];
            view.fields.insert("lastDigits".into(), format!("•• {}", 4_000 + id));
        });
    }
    desk.model.people.change(ContactId(1002), |line| line.status = Status::Closed);
    let found = desk.model.found("");
    let row = |id: i64| found.iter().find(|one| one.contact.0 == id).map(|one| (one.name.as_str(), one.state));
    assert_eq!(row(1001), Some(("Ava (...5001)", "found-waits")));
    assert_eq!(row(1002), Some(("Ava (...5002)", "found-closed")));
    desk.keys("<tab>/");
    let Some(OverlayView::Search { rows, .. }) = desk.model.overlay_view() else { panic!("no search") };
    let nameless = Say::new("found-row").with("name", Arg::Key("ui-no-name"));
    let nameless = nameless.with("state", Arg::Key("found-waits"));
    assert!(rows.iter().any(|row| row.say.as_ref() == Some(&nameless)), "{rows:?}");
}

#[test]
fn filters_show_whom_they_say_and_count_them() {
    let mut desk = Desk::with(0, 3);
    desk.keys("<tab>");
    let mut others: Vec<_> = (2001..=2004).map(|id| line(id, Status::NeedsResponse)).collect();
    others[0].status = Status::Closed;
    others[1].opt_out = OptOut::Yes { by_word: true };
    others[2].status = Status::Convo;
    others[3].tags = vec!["escalated".into(), "star".into()];
    for mut contact in others {
        contact.last_seq = 2;
        desk.event(EventKind::Contact { contact });
    }
    let expected: [(Filter, &[i64]); 9] = [
        (Filter::Active, &[1001, 1002, 1003, 2004, 2003]),
        (Filter::Waiting, &[1001, 1002, 1003, 2004]),
        (Filter::Convo, &[2003]),
        (Filter::Flagged, &[2004]),
        (Filter::Starred, &[2004]),
        (Filter::Snoozed, &[]),
        (Filter::Closed, &[2001]),
        (Filter::OptedOut, &[2002]),
        (Filter::All, &[1001, 1002, 1003, 2004, 2003, 2001, 2002]),
    ];
    for (n, (filter, ids)) in expected.into_iter().enumerate() {
        desk.keys(&format!("f{}", n + 1));
        assert_eq!(desk.model.people.filter(), filter);
        assert_eq!((shown(&desk), desk.model.people.count(filter)), (ids.to_vec(), ids.len()), "{filter:?}");
    }
    desk.keys("S");
    assert_eq!((desk.model.people.sort(), shown(&desk)[0]), (Sort::Name, 1001));
    desk.keys("S");
    assert_eq!(shown(&desk).last(), Some(&2002), "by state the opted-out ones are last");
}

#[test]
fn search_finds_names_then_words_and_goes_there() {
    let mut desk = Desk::with(2, 2);
    let mut one = line(1002, Status::NeedsResponse);
    one.preview = "Is there parking at the school?".into();
    desk.event(EventKind::Contact { contact: one });
    desk.keys("/parking");
    let found = desk.model.found("parking");
    assert_eq!((found.len(), found[0].contact.0), (1, 1002));
    desk.keys("<enter>");
    assert_eq!((desk.model.focus, desk.model.open.as_ref().map(|open| open.contact.0)), (Focus::Thread, Some(1002)));
    // Somebody who was not texted yet: their card is the next, and only the key of the panes arms it.
    desk.keys("/n2<enter>");
    desk.wait(500);
    assert_eq!((desk.model.focus, desk.card()), (Focus::Thread, Some(2)));
    let said = |desk: &Desk| desk.model.notices.newest_first().next().map(|notice| notice.say.key);
    assert_eq!(said(&desk), Some("texter-found-card"));
    desk.keys("<esc><enter>");
    assert_eq!(desk.sent().len(), 0);
    desk.keys("<esc><tab>");
    assert_eq!((desk.model.focus, desk.card()), (Focus::Card, Some(2)));
    // At the cards one goes to the card.
    desk.keys("/n1<enter>");
    assert_eq!((desk.model.focus, desk.card()), (Focus::Card, Some(1)));
    let names: Vec<String> = desk.model.found("n1").into_iter().map(|found| found.name).collect();
    assert_eq!(names, ["N1", "N1001", "N1002"], "whose name begins so comes first");
    assert!(desk.model.found("nobody at all").is_empty());
}

#[test]
fn who_is_put_aside_does_not_wait_until_the_time_has_come_or_they_write() {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>b1");
    let Some(Act::Snooze { contact, until: Some(until), .. }) = acts(&desk).pop() else { panic!("no snooze") };
    assert_eq!((contact.0, desk.model.people.waiting()), (1001, 1));
    assert!(until.duration_since(desk.wall).as_mins() <= 15 && until > start());
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact.0), Some(1002), "the hands go on");
    desk.keys("u");
    assert_eq!(acts(&desk).last(), Some(&Act::Snooze { contact, until: None, after_seq: Some(2) }));
    assert_eq!(desk.model.people.waiting(), 2);
    desk.keys("<esc>gg<enter>b1");
    desk.wait(16 * 60 * 1000);
    assert_eq!(desk.model.people.waiting(), 2, "its time has come");
    // The server's older line does not put them aside again.
    let mut old = line(1001, Status::NeedsResponse);
    old.snoozed_until = Some(until);
    desk.event(EventKind::Contact { contact: old });
    assert_eq!(desk.model.people.waiting(), 2);
}

#[test]
fn going_on_in_their_language_and_handing_over() {
    let mut desk = Desk::with(0, 2);
    desk.model.campaign.as_mut().unwrap().def.canned[0].text.insert("es".into(), "En la escuela, {firstName}.".into());
    let mut spanish = line(1001, Status::NeedsResponse);
    spanish.language = Some("en".into());
    desk.event(EventKind::Contact { contact: spanish });
    desk.keys("<tab><enter>L1c1");
    let contact = ContactId(1001);
    assert_eq!(acts(&desk), [Act::Language { contact, language: "es".into(), hand_over: false }]);
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("En la escuela, N1001."));
    // It is asked: whoever gets them has them, and nobody can take it back. The first row keeps them.
    desk.keys("<esc>L3");
    assert_eq!(acts(&desk).len(), 1, "asked first");
    desk.keys("<enter>");
    assert_eq!((acts(&desk).len(), desk.model.overlays.len()), (1, 0));
    desk.keys("L32");
    assert_eq!(acts(&desk).last(), Some(&Act::Language { contact, language: "es".into(), hand_over: true }));
    assert_eq!(desk.model.people.line(contact).map(|line| line.id), None, "it is not mine any more");
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact.0), Some(1002));
}

#[test]
fn a_flag_on_the_card_leaves_the_contact_out_and_tells_the_captain() {
    let mut desk = Desk::with(2, 0);
    desk.keys("f");
    desk.wait(100);
    let contact = ContactId(1);
    assert_eq!(acts(&desk), [Act::Tag { contact, tag: "escalated".into(), on: true }, Act::Close { contact }]);
    assert_eq!(desk.card(), Some(2));
    desk.keys("uu");
    desk.wait(100);
    assert_eq!(desk.card(), Some(1));
    assert!(desk.model.people.line(contact).unwrap().tags.is_empty());
}

#[test]
fn whoever_has_died_is_tagged_and_closed_by_one_choice() {
    let mut desk = Desk::with(0, 1);
    desk.keys("<tab><enter>");
    let place = desk.model.tag_rows().iter().position(|tag| tag == "deceased").unwrap() + 1;
    desk.keys(&format!("t{place}"));
    desk.wait(100);
    let contact = ContactId(1001);
    assert_eq!(acts(&desk), [Act::Tag { contact, tag: "deceased".into(), on: true }, Act::Close { contact }]);
}

#[test]
fn an_opt_out_by_hand_is_taken_back_and_a_stop_is_not_offered() {
    let mut desk = Desk::with(0, 2);
    desk.keys("<tab><enter>D");
    let contact = ContactId(1001);
    assert_eq!(acts(&desk), [Act::OptOut { contact, notice: false, grace: false }]);
    desk.keys("u");
    assert_eq!(acts(&desk).last(), Some(&Act::UndoOptOut { contact }));
    assert_eq!(desk.model.people.line(contact).map(|line| line.opt_out.clone()), Some(OptOut::No));
    let mut stop = line(1002, Status::NeedsResponse);
    stop.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact: stop });
    desk.keys("u");
    assert_eq!(acts(&desk).len(), 2, "nothing more to take back");
    // Whoever is out already is opted out by nobody once more, so nothing of it can be taken back.
    desk.model.open = None;
    desk.model.selected = Some(ContactId(1002));
    desk.keys("Du");
    assert_eq!(acts(&desk).len(), 2);
}

#[test]
fn where_an_opt_out_stays_undo_says_so_and_reaches_nothing_below_it() {
    let mut desk = Desk::with(0, 3);
    desk.model.options.undo_opt_out = false;
    desk.keys("<tab><enter>xD");
    let many = acts(&desk).len();
    desk.keys("u");
    assert_eq!(desk.model.notices.newest_first().next().map(|notice| notice.say.key), Some("texter-stays-opt-out"));
    assert_eq!(acts(&desk).len(), many, "nobody is opened again");
}

#[test]
fn tags_that_others_set_are_seen_at_once() {
    let mut desk = Desk::with(0, 1);
    let mut tagged = line(1001, Status::NeedsResponse);
    tagged.tags = vec!["needs:es".into(), "ride".into()];
    desk.event(EventKind::Contact { contact: tagged });
    desk.keys("<tab><enter>");
    assert_eq!(desk.model.people.body(ContactId(1001)).unwrap().tags, ["needs:es", "ride"]);
    assert_eq!(desk.model.thread_view().unwrap().tags.len(), 2);
    desk.event(EventKind::Thread { contact: ContactId(1001), item: inbound(ContactId(1001), 3, "hola") });
    assert_eq!(view(line(1, Status::Convo)).tags.len(), 0);
}

#[test]
fn after_taking_back_the_next_key_is_about_the_same_person() {
    let mut desk = Desk::with(0, 3);
    desk.keys("<tab>");
    let first = desk.model.selected.expect("somebody");
    desk.keys("D");
    assert_ne!(desk.model.selected, Some(first));
    desk.keys("u");
    assert_eq!(desk.model.selected, Some(first), "another D must not opt out somebody else");
    // Whoever goes on meanwhile stays where they went.
    desk.keys("D");
    desk.keys("uj");
    assert_ne!(desk.model.selected, Some(first));
}

#[test]
fn accents_do_not_matter_in_a_search() {
    let mut desk = Desk::with(0, 2);
    let mut line = super::driver::line(1001, crate::domain::conversation::Status::NeedsResponse);
    line.first_name = "José".into();
    line.preview = "Número equivocado".into();
    desk.event(crate::api::event::EventKind::Contact { contact: line });
    for words in ["jose", "José", "numero"] {
        assert_eq!(desk.model.found(words).len(), 1, "{words}");
    }
}

#[test]
fn next_who_waits_goes_through_all_of_them() {
    let mut desk = Desk::with(0, 3);
    let at = |desk: &Desk| desk.model.open.as_ref().map(|open| open.contact.0);
    let seen: Vec<Option<i64>> = (0..5).map(|_| at(desk.keys("n"))).collect();
    assert_eq!(seen, [1001, 1002, 1003, 1001, 1002].map(Some));
}

#[test]
fn by_name_accents_count_for_nothing_and_by_state_who_waits_longest_is_first() {
    let mut desk = Desk::with(0, 3);
    for (id, name, minutes) in [(1001, "Zoe", 1), (1002, "Óscar", 9), (1003, "Pia", 5)] {
        let mut one = line(id, Status::NeedsResponse);
        one.first_name = name.into();
        let since = desk.wall - jiff::SignedDuration::from_mins(minutes);
        (one.waiting_since, one.updated_at) = (Some(since), since);
        desk.event(EventKind::Contact { contact: one });
    }
    desk.keys("<tab>S");
    assert_eq!((desk.model.people.sort(), shown(&desk)), (Sort::Name, vec![1002, 1003, 1001]));
    desk.keys("S");
    assert_eq!((desk.model.people.sort(), shown(&desk)), (Sort::State, vec![1002, 1003, 1001]));
}

#[test]
fn what_the_server_tells_late_of_an_opt_out_that_was_taken_back_is_no_news() {
    let mut desk = Desk::with(1, 0);
    desk.keys("oyu");
    desk.wait(500);
    let news = |desk: &Desk| desk.model.notices.newest_first().next().map(|notice| notice.say.key);
    assert_eq!((news(&desk), desk.card()), (Some("texter-opt-out-undone"), Some(1)));
    let mut late = line(1, Status::NeedsMessage);
    late.opt_out = OptOut::Yes { by_word: false };
    desk.event(EventKind::Contact { contact: late.clone() });
    assert_eq!((news(&desk), desk.card()), (Some("texter-opt-out-undone"), Some(1)));
    // Their own word is.
    late.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact: late });
    assert_eq!((news(&desk), desk.card()), (Some("texter-opted-out-now"), None));
}

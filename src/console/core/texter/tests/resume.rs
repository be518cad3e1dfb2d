//! Coming back to where one left.

use super::driver::{Desk, opening};
use crate::console::core::shared::Program as _;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Msg;
use crate::console::core::shared::place::Place;
use crate::console::core::texter::people::{Filter, Sort};
use crate::console::core::texter::{Focus, Model};
use crate::domain::ids::ContactId;

/// The next start of what was left, with these drafts in the journal.
fn again(left: &Place, drafts: Vec<(ContactId, String)>, unsent: i64, waiting: i64) -> Desk {
    let mut desk = Desk::fresh();
    desk.model =
        Model::new(crate::console::core::texter::TexterOptions { place: left.clone(), ..desk.model.options.clone() });
    let _fx = desk.model.start();
    desk.tell(Msg::JournalOpen { acts: vec![], drafts });
    for msg in opening(unsent, waiting) {
        desk.tell(msg);
    }
    desk.wait(1_000);
    desk
}

#[test]
fn a_conversation_its_draft_and_the_list_are_as_they_were_left() {
    let mut desk = Desk::with(3, 4);
    desk.model.people.set_filter(Filter::Waiting);
    desk.model.people.set_sort(Sort::Name);
    desk.keys("ni");
    let here = desk.model.open.as_ref().map(|open| open.contact).expect("a conversation");
    desk.keys("I was");
    // A console that is killed says nothing more: what was typed and where stand in the journal by then.
    desk.wait(3_000);
    let kept = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepPlace { place, .. } => Some(place.clone()),
        _ => None,
    });
    let kept = kept.expect("kept beside the draft");
    let mut desk = again(&kept, vec![(here, "I was".into())], 3, 4);
    assert_eq!(
        desk.model.open.as_ref().map(|open| (open.contact, open.editor.text().to_owned())),
        Some((here, "I was".into()))
    );
    assert_eq!((desk.model.people.filter(), desk.model.people.sort()), (Filter::Waiting, Sort::Name));
    assert_eq!(desk.model.focus, Focus::Thread, "what is typed next is no text yet");
    assert_eq!(desk.model.notices.toast().map(|notice| notice.say.key), Some("resume-draft"));
    desk.keys("<enter>");
    assert_eq!((desk.sent().len(), desk.model.focus), (0, Focus::Composer));
}

#[test]
fn nobody_who_was_among_replies_comes_back_to_an_armed_card() {
    let place = |open| Place { open, in_replies: true, ..Place::default() };
    // Gone, opted out since, or nobody's: the list, and no card.
    let mut desk = again(&place(Some(ContactId(77))), vec![], 3, 2);
    assert_eq!((desk.model.focus, desk.model.open.is_none()), (Focus::Inbox, true));
    desk.keys("<space>");
    assert!(desk.sent().is_empty());
    let who = ContactId(1001);
    let desk = again(&place(None), vec![], 3, 0);
    assert_eq!(desk.model.focus, Focus::Inbox);
    // Who was at the cards is at the cards.
    let desk = again(&Place { open: Some(who), ..Place::default() }, vec![], 3, 2);
    assert_eq!((desk.model.focus, desk.model.open.is_none()), (Focus::Card, true));
}

#[test]
fn a_place_that_does_not_change_is_kept_once() {
    let mut desk = Desk::with(2, 2);
    let kept = |desk: &Desk| {
        let places = desk.effects.iter().filter_map(|effect| match effect {
            Effect::KeepPlace { place, .. } => Some(place.clone()),
            _ => None,
        });
        places.collect::<Vec<_>>()
    };
    desk.effects.clear();
    desk.keys("n");
    assert_eq!(kept(&desk).len(), 1, "at once: the next moment may be the last");
    desk.keys("<tab>");
    assert_eq!(
        kept(&desk).last().map(|place| place.in_replies),
        Some(false),
        "and so that the cards are in the hands again"
    );
    desk.wait(2 * 60_000);
    let place = &kept(&desk).pop().expect("a place");
    assert_eq!(place.read.len(), 1, "what was read is not new again");
    desk.effects.clear();
    desk.wait(10 * 60_000);
    assert!(kept(&desk).is_empty());
    let text = serde_json::to_value(place).expect("a value");
    assert_eq!(serde_json::from_value::<Place>(text).expect("a place"), *place);
    // What another version wrote there is no reason not to start.
    assert_eq!(serde_json::from_str::<Place>("{\"open\":7,\"more\":1}").expect("read").open, Some(ContactId(7)));
}

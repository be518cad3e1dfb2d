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

/// What was said since the start, oldest first.
fn said(desk: &Desk) -> Vec<&'static str> {
    let mut said: Vec<_> = desk.model.notices.newest_first().map(|notice| notice.say.key).collect();
    said.reverse();
    said
}

#[test]
fn who_went_meanwhile_is_told_with_the_words_that_were_begun_and_these_are_not_kept_for_ever() {
    let who = ContactId(1002);
    let left = |desk: &mut Desk| {
        desk.keys("n");
        assert_eq!(desk.model.open.as_ref().map(|open| open.contact), Some(ContactId(1001)));
        desk.keys("niI was");
        desk.wait(3_000);
        let options = desk.model.options.clone();
        assert_eq!(
            (options.place.open, options.had.len()),
            (Some(who), 4),
            "kept at once: a console is cut off at any time"
        );
        options
    };
    let options = left(&mut Desk::with(2, 2));
    let mut desk = Desk::fresh();
    desk.model = Model::new(options.clone());
    let _fx = desk.model.start();
    // Another campaign's draft is nobody's here, and nothing is said of it.
    desk.tell(Msg::JournalOpen { acts: vec![], drafts: vec![(who, "I was".into()), (ContactId(77), "other".into())] });
    for msg in opening(2, 1) {
        desk.tell(msg);
    }
    assert_eq!(said(&desk), ["resume-gone", "back-talks"], "nobody is back where they left");
    let told = crate::api::assignment::Whereabouts::default();
    desk.tell(Msg::Whereabouts(told));
    assert_eq!(said(&desk), ["resume-gone", "back-talks", "back-draft"]);
    let shown = desk.model.notices.toast().expect("up until a key is pressed").say.clone();
    assert!(format!("{shown:?}").contains("I was") && format!("{shown:?}").contains("N1002"), "{shown:?}");
    // Cut off again, it is told again; left, it is not kept.
    assert_eq!(desk.model.drafts.len(), 2);
    desk.effects.clear();
    let mut fx = Vec::new();
    desk.model.quit(&mut fx);
    assert!(
        fx.iter()
            .any(|effect| matches!(effect, Effect::SaveDraft { contact, text } if *contact == who && text.is_empty()))
    );
    assert_eq!(desk.model.drafts.keys().copied().collect::<Vec<_>>(), [ContactId(77)]);

    // The same of a campaign that was closed; and nobody waits for an answer about who has it that does not come.
    let mut desk = Desk::fresh();
    desk.model = Model::new(options);
    let _fx = desk.model.start();
    for mut msg in opening(0, 0) {
        if let Msg::Campaign(view) = &mut msg {
            view.state = crate::api::campaign::CampaignState::Archived;
        }
        desk.tell(msg);
    }
    desk.tell(Msg::JournalOpen { acts: vec![], drafts: vec![(who, "I was".into())] });
    let what = crate::console::core::shared::msg::Ask::Whereabouts(super::driver::CAMPAIGN, vec![who]);
    let problem = crate::api::problem::Problem::new(crate::api::problem::Code::NotFound, "no such");
    desk.tell(Msg::Failed { what, problem: Box::new(problem) });
    assert_eq!(said(&desk), ["resume-gone", "back-closed", "back-draft"]);
}

#[test]
fn whoever_goes_while_their_draft_is_kept_is_told_with_it() {
    let mut desk = Desk::with(0, 2);
    desk.keys("niI was<esc><esc>");
    let who = ContactId(1001);
    let gone = |why: &str| crate::api::event::EventKind::Gone { contact: who, why: why.into(), who: None };
    desk.event(gone("reclaimed"));
    assert!(said(&desk).contains(&"back-draft"), "{:?}", said(&desk));
    // Who is erased leaves no words either.
    let mut desk = Desk::with(0, 2);
    desk.keys("niI was<esc><esc>");
    desk.event(gone("erased"));
    assert!(!said(&desk).contains(&"back-draft") && desk.model.drafts.is_empty());
}

#[test]
fn what_was_done_before_counts_once_after_a_restart() {
    use crate::domain::conversation::Status;
    // Pressed, and cut off before its verdict. The server has it, or not; or nobody knows.
    for (accepted, unknown, journal_first) in
        [(true, false, true), (true, false, false), (false, false, true), (false, false, false), (false, true, true)]
    {
        let mut desk = Desk::with(4, 0);
        desk.keys("<enter>");
        let acts = desk.confirmed.clone();
        let mut desk = Desk::fresh();
        let journal = |desk: &mut Desk| {
            desk.tell(Msg::JournalOpen { acts: acts.clone(), drafts: vec![] });
            if unknown {
                desk.tell(Msg::Unknown { id: acts[0].id });
            }
        };
        if journal_first {
            journal(&mut desk);
        }
        for mut msg in opening(4, 0) {
            if let (Msg::Assignment(page), true) = (&mut msg, accepted) {
                page.sent = 1;
                page.contacts[0].status = Status::Messaged;
                page.contacts[0].last_seq = 1;
            }
            desk.tell(msg);
        }
        if !journal_first {
            journal(&mut desk);
        }
        assert_eq!(desk.model.header().progress, (1, 4), "{accepted} {unknown} {journal_first}");
    }
}

/// A reply that could still be taken back did not leave: it is a draft, which only who opens that conversation would see.
#[test]
fn whoever_is_cut_off_while_a_reply_may_be_taken_back_is_told_that_it_did_not_leave() {
    let mut desk = Desk::with(0, 2);
    desk.model.options.reply_window = std::time::Duration::from_secs(5);
    desk.keys("ni");
    let here = desk.model.open.as_ref().map(|open| open.contact).expect("a conversation");
    desk.keys("See you there");
    desk.wait(1_000);
    desk.keys("<ctrl+s>");
    let kept = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepPlace { place, .. } => Some(place.clone()),
        _ => None,
    });
    let kept = kept.expect("kept with the press");
    assert_eq!(kept.leaving, [here]);
    let desk = again(&kept, vec![(here, "See you there".into())], 0, 2);
    let told: Vec<_> = desk.model.notices.newest_first().map(|notice| notice.say.key).collect();
    assert!(told.contains(&"resume-not-left"), "{told:?}");
    // Left, or written to by the next one: nothing is said.
    let desk = again(&kept, vec![], 0, 2);
    assert!(desk.model.notices.newest_first().all(|notice| notice.say.key != "resume-not-left"));
}

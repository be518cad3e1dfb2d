//! A console that was cut off and comes back: what went is told together.

use super::driver::{Desk, line};
use crate::api::assignment::{NowWith, SliceGrant, Whereabouts};
use crate::api::event::EventKind;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Msg};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::model::Claim;
use crate::console::core::texter::view::CardPane;
use crate::domain::conversation::Status;
use crate::domain::ids::ContactId;

fn said(desk: &Desk) -> Vec<&'static str> {
    let mut said: Vec<_> = desk.model.notices.newest_first().map(|notice| notice.say.key).collect();
    said.reverse();
    said
}

fn asked(desk: &Desk) -> Vec<Vec<ContactId>> {
    let of = |fx: &Effect| if let Effect::Load(Ask::Whereabouts(_, ids)) = fx { Some(ids.clone()) } else { None };
    desk.effects.iter().filter_map(of).collect()
}

/// Everything goes, as the server has not seen this person.
fn all_go(desk: &mut Desk) {
    let ids: Vec<ContactId> = desk.model.people.ids().collect();
    for contact in ids {
        desk.event(EventKind::Gone { contact, why: "lease_expired".into(), who: None });
    }
}

/// The request for contacts that follows is answered: with these, or that there are none.
fn granted(desk: &mut Desk, contacts: Vec<crate::api::assignment::ContactSummary>) {
    let Claim::Asked { id: claim } = desk.model.claim else { panic!("asked for: {:?}", desk.model.claim) };
    let result = match contacts.is_empty() {
        true => Err(Box::new(Problem::new(Code::NoneLeft, "none"))),
        false => Ok(SliceGrant { contacts, lease_until: desk.wall, held_back: 0 }),
    };
    desk.tell(Msg::Slice { claim, result });
}

#[test]
fn who_has_now_what_went_is_said_in_one_sentence() {
    let mut desk = Desk::with(3, 2);
    desk.model.options.whereabouts = true;
    let before = desk.model.notices.said();
    all_go(&mut desk);
    assert_eq!(desk.model.notices.said(), before, "not one for each");
    desk.wait(2_000);
    assert_eq!(asked(&desk), Vec::<Vec<ContactId>>::new(), "what is asked for may bring them back");
    granted(&mut desk, vec![]);
    desk.wait(2_000);
    assert_eq!(asked(&desk), [[1, 2, 3, 1001, 1002].map(ContactId).to_vec()]);
    let others = [("Bob", 3), ("Amy", 2)].map(|(who, contacts)| NowWith { who: who.into(), contacts });
    desk.tell(Msg::Whereabouts(Whereabouts { others: others.into(), pool: 0 }));
    let up = desk.model.notices.toast().expect("up").clone();
    let both = Say::new("back-both").with("unsent", 3_usize).with("talks", 2_usize);
    let with = Say::new("back-now-with").with("who", "Bob 3, Amy 2");
    assert_eq!((up.level, up.say), (Level::Told, Say::new("ui-sentences").with("first", both).with("second", with)));
    assert_eq!(said(&desk).iter().filter(|key| key.starts_with("texter-gone")).count(), 0);
}

#[test]
fn what_is_this_persons_again_at_once_is_said_to_be() {
    let mut desk = Desk::with(3, 2);
    desk.model.options.whereabouts = true;
    desk.keys("niI was");
    let open = desk.model.open.as_ref().map(|open| open.contact).expect("a conversation");
    desk.wait(1_000);
    all_go(&mut desk);
    let again = |id: i64| line(id, if id < 1000 { Status::NeedsMessage } else { Status::NeedsResponse });
    granted(&mut desk, [1, 2, 3, 1001, 1002].map(again).into());
    desk.wait(2_000);
    let all = Say::new("away-all-again").with("unsent", 3_usize).with("talks", 2_usize);
    assert_eq!(desk.model.notices.toast().map(|up| up.say.clone()), Some(all));
    assert!(asked(&desk).is_empty() && !said(&desk).contains(&"back-draft"), "{:?}", said(&desk));
    assert_eq!((desk.model.selected, desk.model.draft(open)), (Some(open), "I was"));
    // Some of it: the rest is with others, and what was begun to be written to them is told with its words.
    all_go(&mut desk);
    granted(&mut desk, [1, 2, 3].map(again).into());
    desk.wait(2_000);
    desk.tell(Msg::Whereabouts(Whereabouts { others: vec![], pool: 0 }));
    let up = desk.model.notices.toast().expect("up").say.clone();
    let went = Say::new("back-talks").with("n", 2_usize);
    let some = Say::new("away-some-again").with("n", 3_usize);
    assert_eq!(up, Say::new("ui-sentences").with("first", went).with("second", some));
    assert_eq!((said(&desk).contains(&"back-draft"), desk.model.notices.covered()), (true, 2), "nothing hides another");
}

#[test]
fn a_reply_that_is_refused_names_whom_it_was_for_and_keeps_its_words() {
    for gone_before in [true, false] {
        let mut desk = Desk::with(1, 1);
        desk.keys("nihalf written words<ctrl+s>");
        let reply = desk.confirmed.last().expect("one").clone();
        let contact = ContactId(1001);
        if gone_before {
            desk.event(EventKind::Gone { contact, why: "lease_expired".into(), who: None });
        }
        let outcome = Outcome::Refused { problem: Problem::new(Code::LeaseLost, "no") };
        desk.tell(Msg::Verdict { verdict: Verdict { id: reply.id, outcome } });
        let up = desk.model.notices.toast().expect("up").clone();
        let words = [("draft", Arg::from("half written words")), ("name", Arg::from("N1001"))];
        assert_eq!((up.level, up.say.key, up.say.args), (Level::Told, "away-reply", words.into()), "{gone_before}");
        let rows = desk.model.outbox_rows();
        assert_eq!((rows[0].name.as_str(), rows[0].todo.key), ("N1001", "outbox-do-read"));
        // It is with the drafts until the console is left, and gone then.
        let kept = |desk: &Desk| {
            desk.effects.iter().rev().find_map(|fx| match fx {
                Effect::SaveDraft { contact: of, text } if *of == contact => Some(text.clone()),
                _ => None,
            })
        };
        assert_eq!(kept(&desk).as_deref(), Some("half written words"));
        desk.wait(2_000);
        assert_eq!(asked(&desk), [[contact]], "whichever is told first: they are among those that went");
        desk.tell(Msg::Quit);
        assert_eq!(kept(&desk).as_deref(), Some(""));
    }
}

#[test]
fn refused_first_texts_are_told_together_and_by_name() {
    let mut desk = Desk::with(4, 0);
    desk.model.options.whereabouts = false;
    desk.keys("<enter>");
    desk.wait(3_000);
    desk.keys("<enter>");
    let ids: Vec<_> = desk.confirmed.iter().map(|one| one.id).collect();
    all_go(&mut desk);
    for id in ids {
        let outcome = Outcome::Refused { problem: Problem::new(Code::LeaseLost, "no") };
        desk.tell(Msg::Verdict { verdict: Verdict { id, outcome } });
    }
    granted(&mut desk, vec![]);
    desk.wait(2_000);
    let told = desk.model.notices.newest_first().find(|notice| notice.say.key == "away-firsts").expect("told");
    assert_eq!(told.say.args, [("n", 2_usize.into()), ("who", "N1, N2".into())]);
    let went = desk.model.notices.newest_first().find(|notice| notice.say.key == "back-unsent").expect("told");
    assert_eq!(went.say.args, [("n", 2_usize.into())], "what was confirmed is told on its own");
    let names: Vec<String> = desk.model.outbox_rows().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["N2", "N1"]);
}

#[test]
fn offline_no_try_lies_in_the_past_and_nothing_is_said_to_be_asked_for() {
    let mut desk = Desk::with(1, 0);
    let next_try = desk.wall + jiff::SignedDuration::from_secs(20);
    desk.tell(Msg::Link(LinkState::Offline { since: desk.wall, next_try }));
    assert_eq!(desk.model.outbox_head()[0].key, "outbox-line-offline-until");
    // What lies in the past is not told: it is tried every few seconds.
    desk.wait(120_000);
    assert_eq!(desk.model.outbox_head()[0].key, "outbox-line-offline");
    desk.keys("<enter>");
    let CardPane::Empty { lines } = desk.model.card_pane() else { panic!("no card") };
    assert_eq!(lines[0].key, "texter-asking-offline");
    desk.tell(Msg::Link(LinkState::Online));
    let CardPane::Empty { lines } = desk.model.card_pane() else { panic!("no card") };
    assert_eq!(lines[0].key, "texter-asking");
}

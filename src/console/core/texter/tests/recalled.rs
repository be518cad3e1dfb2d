//! What was recalled cannot be pressed any more; what was put right is drawn anew.

use super::driver::{CAMPAIGN, Desk, def, view};
use crate::api::campaign::{CampaignState, CampaignView};
use crate::api::event::EventKind;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Msg};
use crate::console::core::shared::say::Say;
use crate::console::core::texter::view::ThreadItem;
use crate::domain::campaign::Variant;
use crate::domain::conversation::Status;
use crate::domain::ids::ContactId;
use crate::domain::recall::{Recall, Recalled};

fn recall(what: Recalled) -> Recall {
    let texts = what.words_in(&def()).expect("it is there");
    Recall { id: 7, what, versions: vec![3], texts, reason: String::new() }
}

fn wording() -> Recall {
    recall(Recalled::Wording { name: "a".into(), version: 3 })
}

fn canned() -> Recall {
    recall(Recalled::Canned { id: "where".into(), version: 3 })
}

fn said(desk: &Desk) -> &'static str {
    desk.model.notices.toast().expect("a notice").say.key
}

/// The server's campaign, put right: another wording in version 4.
fn put_right(desk: &mut Desk, recalled: Vec<Recall>) {
    let mut def = def();
    def.initial[0].text = "Hello {firstName}, this is {texterName}".into();
    def.canned[0].text.insert("en".into(), "At the library, {firstName}.".into());
    desk.event(EventKind::Campaign { state: CampaignState::Running, script_version: 4 });
    assert!(desk.effects.contains(&Effect::Load(Ask::Campaign(CAMPAIGN))), "read anew");
    let state = CampaignState::Running;
    desk.tell(Msg::Campaign(Box::new(CampaignView {
        id: CAMPAIGN,
        state,
        script_version: 4,
        def,
        recalled,
        note: None,
        late_owner: None,
        seq: 9,
    })));
    let ids: Vec<ContactId> = desk.model.people.ids().collect();
    let found = ids.iter().filter_map(|id| desk.model.people.line(*id).cloned()).map(view).collect();
    desk.tell(Msg::Contacts { asked: ids, found });
}

#[test]
fn a_drawn_card_that_carries_it_is_shut_and_comes_again_put_right() {
    let mut desk = Desk::with(2, 0);
    assert!(desk.model.armed().is_some());
    desk.event(EventKind::Recalled { recall: wording() });
    assert_eq!((said(&desk), desk.model.armed()), ("texter-recalled-card", None));
    desk.keys("<enter><enter>");
    assert_eq!(desk.sent().len(), 0);
    assert_eq!(desk.model.card_block().expect("shut").key, "texter-card-recalled");
    put_right(&mut desk, vec![wording()]);
    desk.wait(1_000);
    desk.keys("<enter>");
    let sent = desk.sent();
    assert_eq!((sent.len(), sent[0].script_version, sent[0].body.as_str()), (1, 4, "Hello N1, this is Ana"));
}

#[test]
fn what_is_said_of_a_shut_card_goes_with_it() {
    // Nobody else is there: the card stays, and so does what is said of it, until the recall is lifted.
    let mut desk = Desk::with(1, 0);
    desk.event(EventKind::Recalled { recall: wording() });
    assert_eq!(said(&desk), "texter-recalled-card");
    desk.keys("<enter>");
    assert_eq!(said(&desk), "texter-card-recalled");
    desk.event(EventKind::RecallLifted { recall: 7 });
    assert!(desk.model.notices.toast().is_none() && desk.model.card_block().is_none());
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1, "at once, by the press of a person who saw it");
    // Somebody whose text is good comes next: it is said whose is not.
    let mut desk = Desk::with(2, 0);
    let other = desk.model.people.queue().iter().copied().find(|id| Some(id.0) != desk.card()).expect("two");
    let mut def = def();
    def.initial.push(Variant { name: "b".into(), text: "Good day, {firstName}.".into(), ..def.initial[0].clone() });
    desk.tell(Msg::Campaign(Box::new(CampaignView {
        id: CAMPAIGN,
        state: CampaignState::Running,
        script_version: 3,
        def,
        recalled: vec![],
        note: None,
        late_owner: None,
        seq: 9,
    })));
    let asked: Vec<ContactId> = desk.model.people.ids().collect();
    let mut found: Vec<_> = asked.iter().filter_map(|id| desk.model.people.line(*id).cloned()).map(view).collect();
    found.iter_mut().filter(|one| one.summary.id == other).for_each(|one| one.variant = "b".into());
    desk.tell(Msg::Contacts { asked, found });
    desk.event(EventKind::Recalled { recall: wording() });
    assert_eq!((said(&desk), desk.card()), ("texter-recalled-other", Some(other.0)));
    assert!(desk.model.card_block().is_none());
}

#[test]
fn the_captains_reason_is_told() {
    let mut desk = Desk::with(1, 0);
    desk.event(EventKind::Recalled { recall: Recall { reason: "wrong\u{1b}[2J place".into(), ..wording() } });
    assert_eq!(said(&desk), "texter-recalled-card-why");
    let told = desk.model.card_block().expect("shut");
    assert_eq!(told, Say::new("texter-card-recalled-why").with("reason", "wrong\u{241b}[2J place"));
}

#[test]
fn a_card_of_a_new_script_has_to_be_seen_before_a_press_counts() {
    let mut desk = Desk::with(1, 0);
    desk.draw = false;
    put_right(&mut desk, vec![]);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 0, "what the press meant was the former text");
    desk.draw = true;
    desk.frame();
    desk.wait(1_000);
    desk.keys("<enter>");
    assert_eq!(desk.sent()[0].body, "Hello N1, this is Ana");
}

#[test]
fn a_canned_reply_that_was_recalled_is_gone_from_list_composer_and_drafts() {
    let mut desk = Desk::with(0, 2);
    desk.keys("n");
    let here = desk.model.open.as_ref().expect("open").contact;
    let other = if here.0 == 1_001 { ContactId(1_002) } else { ContactId(1_001) };
    let name = other.0;
    desk.model.put_into_composer("canned:where".into(), &format!("At the school, N{}.", here.0));
    desk.tell(Msg::JournalOpen {
        acts: vec![],
        drafts: vec![(other, format!("Sorry! At the school, N{name}.\u{c}Something else"))],
    });
    assert_eq!(desk.model.canned_rows(""), [0]);
    desk.event(EventKind::Recalled { recall: canned() });
    assert_eq!(said(&desk), "texter-recalled-draft");
    // In the conversation itself as well, until other words are there.
    let told = |desk: &Desk| {
        let items = desk.model.thread_view().expect("open").items;
        items.iter().any(|item| matches!(item, ThreadItem::Note { what: "note-draft-recalled", .. }))
    };
    assert!(told(&desk));
    assert!(desk.model.open.as_ref().expect("open").editor.is_blank());
    assert_eq!(desk.model.drafts.get(&other).map(String::as_str), Some("Something else"));
    assert_eq!(desk.model.canned_rows(""), [0_usize; 0]);
    // Whoever writes it by hand is told.
    desk.model.put_into_composer("x".into(), &format!("At the school, N{}.", here.0));
    assert_eq!(desk.model.reply_block().expect("shut").key, "texter-reply-recalled");
    put_right(&mut desk, vec![canned()]);
    assert_eq!(desk.model.canned_rows(""), [0], "it says something else now");
}

#[test]
fn own_words_that_were_cleared_are_named_with_the_voter_though_a_card_was_shut_too() {
    let mut desk = Desk::with(2, 1);
    desk.keys("n");
    let here = desk.model.open.as_ref().expect("open").contact;
    desk.model.put_into_composer("canned:where".into(), &format!("At the school, N{}.", here.0));
    // The whole script: the card is shut, and what was being written is cleared.
    let script = recall(Recalled::Script { version: 3 });
    desk.event(EventKind::Recalled { recall: Recall { reason: "wrong place".into(), ..script } });
    let up = desk.model.notices.toast().expect("up").say.clone();
    assert_eq!(up.key, "texter-recalled-draft-why");
    let told = format!("{up:?}");
    assert!(told.contains(&format!("N{}", here.0)) && told.contains("wrong place"), "{told}");
    // It stays until a key is pressed.
    desk.wait(20_000);
    assert_eq!(said(&desk), "texter-recalled-draft-why");
}

#[test]
fn what_the_server_refuses_as_recalled_comes_back_without_its_words() {
    let mut desk = Desk::with(1, 1);
    desk.keys("<enter>");
    let refuse = |desk: &mut Desk| {
        let id = desk.confirmed.last().expect("one").id;
        let outcome = Outcome::Refused { problem: Problem::new(Code::Recalled, "") };
        desk.tell(Msg::Verdict { verdict: Verdict { id, outcome } });
    };
    refuse(&mut desk);
    assert_eq!(desk.card(), Some(1), "the card comes again");
    desk.keys("n<enter>at the school<enter>");
    assert_eq!(desk.sent().len(), 2);
    refuse(&mut desk);
    let contact = desk.sent()[1].contact;
    assert_eq!(desk.model.people.line(contact).expect("mine").status, Status::NeedsResponse, "they wait again");
    assert!(!desk.model.drafts.contains_key(&contact), "its words must not be said");
}

#[test]
fn who_was_taken_off_the_list_is_gone_and_who_was_corrected_is_drawn_anew() {
    let mut desk = Desk::with(2, 0);
    desk.event(EventKind::Gone { contact: ContactId(1), why: "removed".into(), who: None });
    assert_eq!((said(&desk), desk.card()), ("texter-gone-removed", Some(2)));
    desk.effects.clear();
    desk.event(EventKind::Corrected { contact: ContactId(2) });
    assert_eq!((said(&desk), desk.card()), ("texter-corrected", None));
    assert!(desk.effects.contains(&Effect::Load(Ask::Contacts(CAMPAIGN, vec![ContactId(2)]))));
    let mut body = view(super::driver::line(2, Status::NeedsMessage));
    body.fields.insert("firstName".into(), "Ann".into());
    desk.tell(Msg::Contacts { asked: vec![ContactId(2)], found: vec![body] });
    assert_eq!(desk.model.card.as_ref().expect("a card").body, "Hi Ann, it's Ana");
}

#[test]
fn whoever_was_corrected_is_fetched_before_their_turn_many_by_one_question() {
    let mut desk = Desk::with(9, 0);
    let asked = |desk: &mut Desk| -> Vec<Vec<ContactId>> {
        let effects = std::mem::take(&mut desk.effects);
        let ids = |effect| match effect {
            Effect::Load(Ask::Contacts(_, ids)) => Some(ids),
            _ => None,
        };
        effects.into_iter().filter_map(ids).collect()
    };
    desk.effects.clear();
    for contact in [4, 5, 6] {
        desk.event(EventKind::Corrected { contact: ContactId(contact) });
    }
    assert_eq!(asked(&mut desk), [[ContactId(4)]], "the card at hand is another's");
    let body = |contact| view(super::driver::line(contact, Status::NeedsMessage));
    desk.tell(Msg::Contacts { asked: vec![ContactId(4)], found: vec![body(4)] });
    assert_eq!(asked(&mut desk), [[ContactId(5), ContactId(6)]]);
    desk.tell(Msg::Contacts { asked: vec![ContactId(5), ContactId(6)], found: vec![body(5), body(6)] });
    assert_eq!(asked(&mut desk), Vec::<Vec<ContactId>>::new());
}

use super::driver::{CAMPAIGN, Desk, inbound, line};
use crate::api::act::Act;
use crate::api::assignment::SliceGrant;
use crate::api::event::EventKind;
use crate::api::message::{Outcome, ThreadEntry, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Msg};
use crate::console::core::shared::say::Say;
use crate::console::core::texter::Focus;
use crate::console::core::texter::threads::accepted;
use crate::console::core::texter::view::{CardPane, ItemState, OverlayView, ThreadItem};
use crate::console::keymap::Action;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ContactId, MessageId};
use crate::domain::message::{Delivery, MessageKind};

#[test]
fn a_reply_is_written_sent_and_the_hands_stay_off_the_card() {
    let mut desk = Desk::with(3, 2);
    desk.keys("<tab><enter>ihello there<ctrl+j>friend<enter>");
    assert_eq!(desk.sent()[0].body, "hello there\nfriend");
    assert_eq!((desk.sent()[0].contact.0, desk.sent()[0].after_seq), (1001, 2));
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact.0), Some(1002), "the next who waits");
    desk.keys("<enter>ok<enter>");
    assert_eq!(desk.sent().len(), 2);
    assert_eq!((desk.model.focus, desk.model.open.is_none()), (Focus::Inbox, true));
    desk.keys("<enter><esc><enter><esc>");
    assert_eq!(desk.sent().len(), 2, "no key but the pane key arms the card");
    desk.keys("<tab><enter>");
    assert_eq!(desk.sent().len(), 3);
}

#[test]
fn letters_never_send_and_a_draft_is_kept() {
    let mut desk = Desk::with(3, 1);
    desk.keys("n<enter>some words <esc>");
    assert_eq!(desk.sent().len(), 0);
    assert!(desk.effects.contains(&Effect::SaveDraft { contact: ContactId(1001), text: "some words ".into() }));
    desk.keys("<esc><enter>");
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text().to_owned()).as_deref(), Some("some words "));
}

#[test]
fn canned_replies_and_answers_by_key() {
    let mut desk = Desk::with(0, 1);
    desk.keys("nc1<ctrl+s>");
    let sent = desk.sent()[0];
    assert_eq!(
        (sent.body.as_str(), sent.source.as_deref(), sent.off_script),
        ("At the school, N1001.", Some("canned:where"), false)
    );
    assert_eq!(desk.model.focus, Focus::Composer, "stays");
    desk.keys("<alt+a>1");
    let act = Act::Answer { contact: ContactId(1001), question: "support".into(), value: Some("yes".into()) };
    assert_eq!(desk.acts(), [&act]);
    desk.keys("!<enter>");
    let sent = desk.sent()[1];
    assert_eq!(
        (sent.body.as_str(), sent.source.as_deref(), sent.off_script),
        ("Great, N1001!!", Some("answer:support"), true)
    );
}

#[test]
fn opting_out_is_one_act() {
    let mut desk = Desk::with(1, 1);
    desk.keys("no<esc>oy");
    assert_eq!(desk.acts(), [&Act::OptOut { contact: ContactId(1001), notice: true, grace: true }]);
    assert_eq!(desk.model.focus, Focus::Inbox);
    desk.keys("<tab>o<enter>");
    assert_eq!(desk.acts().len(), 1, "on the card the safe choice is selected");
    desk.keys("on");
    assert_eq!(desk.acts().len(), 1, "no opts nobody out");
    desk.keys("o<up><enter>");
    assert_eq!(desk.acts()[1], &Act::OptOut { contact: ContactId(1), notice: false, grace: false });
}

#[test]
fn a_stop_shuts_the_composer_in_mid_typing() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n<enter>half a sen");
    let mut contact = line(1001, Status::NeedsResponse);
    contact.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact });
    desk.keys("tence<enter><enter>");
    assert_eq!(desk.sent().len(), 0);
    let view = desk.model.thread_view().unwrap();
    assert_eq!(view.composer, None);
    assert!(
        desk.effects.iter().any(|fx| matches!(fx, Effect::SaveDraft { text, .. } if text.is_empty()))
            || desk.model.drafts.is_empty()
    );
}

#[test]
fn a_possible_opt_out_is_decided_by_two_keys() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n<enter>hello");
    let mut contact = line(1001, Status::NeedsResponse);
    contact.opt_out = OptOut::Possible { words: "stop".into() };
    desk.event(EventKind::Contact { contact });
    desk.keys("x<enter>");
    assert_eq!((desk.sent().len(), desk.acts().len()), (0, 0));
    desk.keys("k");
    assert_eq!(desk.acts(), [&Act::NotOptOut { contact: ContactId(1001), after_seq: 2 }]);
    desk.keys("<enter><enter>");
    assert_eq!(desk.sent()[0].body, "hello", "the draft was kept");
}

#[test]
fn a_newer_message_has_to_be_seen_before_the_reply_goes() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n<enter>ok");
    desk.draw = false;
    desk.event(EventKind::Thread { contact: ContactId(1001), item: inbound(ContactId(1001), 3, "wait") });
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 0);
    desk.draw = true;
    desk.keys("<left><enter>");
    assert_eq!(desk.sent()[0].after_seq, 3);
}

#[test]
fn my_text_is_shown_once_whatever_comes_first() {
    for feed_first in [true, false] {
        let mut desk = Desk::with(0, 1);
        desk.keys("n<enter>ok<ctrl+s>");
        let id = desk.confirmed[0].id;
        let states = |desk: &Desk| {
            let items = desk.model.thread_view().unwrap().items;
            let state = |item| match item {
                ThreadItem::Message { state, mine: true, .. } => Some(state),
                _ => None,
            };
            items.into_iter().filter_map(state).collect::<Vec<_>>()
        };
        assert_eq!(states(&desk), [ItemState::Confirmed]);
        let at = desk.wall;
        let verdict = Verdict { id, outcome: Outcome::Accepted { seq: 3, at } };
        let item = ThreadEntry::Message(accepted(id, 3, at, MessageKind::Reply, "ok", false));
        let mut msgs = vec![EventKind::Settled { verdict }, EventKind::Thread { contact: ContactId(1001), item }];
        if feed_first {
            msgs.reverse();
        }
        for what in msgs {
            desk.event(what);
            assert_eq!(states(&desk), [ItemState::Server(Delivery::Accepted)]);
        }
        desk.event(EventKind::Delivery {
            contact: ContactId(1001),
            message: MessageId(id),
            delivery: Delivery::Delivered,
            error: None,
        });
        assert_eq!(states(&desk), [ItemState::Server(Delivery::Delivered)]);
        assert_eq!(desk.model.acts.unsettled(), 0);
    }
}

#[test]
fn a_stale_reply_comes_back_as_a_draft() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n<enter>ok<ctrl+s>");
    let id = desk.confirmed[0].id;
    let problem = Problem::new(Code::StaleReply, "no");
    desk.tell(Msg::Verdict { verdict: Verdict { id, outcome: Outcome::Refused { problem } } });
    assert_eq!(desk.model.open.as_ref().unwrap().editor.text(), "ok");
    assert_eq!(desk.model.people.waiting(), 1);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 2);
}

#[test]
fn a_contact_that_is_gone_leaves_card_and_thread() {
    let mut desk = Desk::with(2, 1);
    for contact in [ContactId(1), ContactId(1001)] {
        desk.event(EventKind::Gone { contact, why: "reclaimed".into(), who: Some("Bo".into()) });
    }
    assert_eq!((desk.card(), desk.model.people.waiting()), (Some(2), 0));
}

#[test]
fn what_a_captain_takes_back_is_not_asked_for_again_until_a_press() {
    let mut desk = Desk::with(3, 1);
    let slices = |desk: &Desk| desk.effects.iter().filter(|fx| format!("{fx:?}").contains("Slice")).count();
    let before = slices(&desk);
    for contact in 1..=3 {
        desk.event(EventKind::Gone { contact: ContactId(contact), why: "reclaimed".into(), who: None });
    }
    desk.keys("<enter>");
    assert_eq!((desk.card(), desk.sent().len(), slices(&desk)), (None, 0, before));
    assert_eq!(desk.model.header().progress, (0, 0));
    let said = desk.model.notices.newest_first().filter(|n| n.say.key == "texter-taken-back-now").count();
    assert_eq!(said, 1, "said once, not for each");
    let CardPane::Empty { lines } = desk.model.card_pane() else { panic!("no card") };
    assert_eq!(lines[0], Say::new("texter-taken-back").with("count", 3usize));
    assert_eq!(desk.model.people.waiting(), 1, "the conversation stays");
    desk.keys("r");
    assert_eq!(slices(&desk), before + 1);
}

#[test]
fn asking_for_more_in_the_middle_makes_the_slice_longer() {
    let mut desk = Desk::with(3, 0);
    desk.keys("<enter>");
    assert_eq!(desk.model.header().progress, (1, 3));
    desk.keys("r");
    let asked = desk.effects.iter().rev().find_map(|fx| match fx {
        Effect::Load(Ask::Slice { claim, .. }) => Some(*claim),
        _ => None,
    });
    let contacts = vec![line(11, Status::NeedsMessage), line(12, Status::NeedsMessage)];
    let grant = SliceGrant { contacts, lease_until: jiff::Timestamp::MAX, held_back: 0 };
    desk.tell(Msg::Slice { claim: asked.unwrap(), result: Ok(grant) });
    assert_eq!(desk.model.header().progress, (1, 5));
}

#[test]
fn giving_back_asks_and_then_rests() {
    let mut desk = Desk::with(2, 1);
    desk.keys("Ry");
    let act = Act::Release { campaign: CAMPAIGN, unsent: true, conversations: false };
    assert_eq!(desk.acts(), [&act]);
    assert_eq!((desk.card(), desk.model.people.len()), (None, 1));
    assert!(!desk.effects.iter().any(|fx| format!("{fx:?}").contains("Slice")));
}

#[test]
fn the_director_waits_while_something_is_read() {
    let mut desk = Desk::with(1, 1);
    let last = |desk: &Desk| {
        desk.effects.iter().rev().find_map(|fx| match fx {
            Effect::DirectorMayGoOn(may) => Some(*may),
            _ => None,
        })
    };
    assert_eq!(last(&desk), Some(true));
    desk.keys("n");
    assert_eq!(last(&desk), Some(false));
    desk.keys("<enter>ok<enter>");
    assert_eq!(last(&desk), Some(true));
}

#[test]
fn every_key_of_the_catalogue_that_the_cores_name_is_there() {
    let catalogue = ["keymap", "texter", "captain", "problem"]
        .map(|part| {
            std::fs::read_to_string(format!("{}/assets/i18n/en/{part}.ftl", env!("CARGO_MANIFEST_DIR"))).unwrap()
        })
        .concat();
    let sources = [
        include_str!("../acts.rs"),
        include_str!("../card.rs"),
        include_str!("../keys.rs"),
        include_str!("../overlay_keys.rs"),
        include_str!("../people.rs"),
        include_str!("../replies.rs"),
        include_str!("../server.rs"),
        include_str!("../update.rs"),
        include_str!("../view/keys.rs"),
        include_str!("../view/layers.rs"),
        include_str!("../view/panes.rs"),
        include_str!("../view/talk.rs"),
        include_str!("../../captain/update.rs"),
        include_str!("../../captain/view.rs"),
        include_str!("../../../keymap/action.rs"),
        include_str!("../../../keymap/context.rs"),
    ]
    .concat();
    let kinds = ["texter-", "captain-", "problem-", "note-", "action-", "category-", "context-"];
    let keys: Vec<&str> = sources
        .split('"')
        .filter(|word| kinds.iter().any(|kind| word.starts_with(kind)) && !word.contains('{'))
        .collect();
    assert!(keys.len() > 150);
    for key in keys {
        assert!(catalogue.lines().any(|line| line.starts_with(&format!("{key} ="))), "{key} has no sentence");
    }
}

#[test]
fn a_wrong_number_that_may_be_an_opt_out_is_settled_by_one_key() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n");
    let mut contact = line(1001, Status::NeedsResponse);
    contact.opt_out = OptOut::Possible { words: "stop texting, not Ana".into() };
    desk.event(EventKind::Contact { contact });
    let shown: Vec<Action> = desk.model.footer().iter().map(|key| key.action).collect();
    assert_eq!(shown[..3], [Action::OptOutNow, Action::NotOptOut, Action::WrongNumber]);
    desk.keys("w");
    assert_eq!(desk.acts(), [&Act::WrongNumber { contact: ContactId(1001) }]);
    let person = desk.model.people.line(ContactId(1001)).expect("still mine");
    assert_eq!((&person.opt_out, person.status), (&OptOut::Yes { by_word: false }, Status::Closed));
}

#[test]
fn a_skip_is_called_so_and_names_the_key_that_takes_it_back() {
    let mut desk = Desk::with(2, 1);
    desk.keys("s");
    let told = desk.model.notices.toast().expect("told").say.clone();
    assert_eq!(told, desk.model.about("texter-skipped-done", ContactId(1)).with("key", "u"));
    let undo = desk.model.footer().into_iter().find(|key| key.action == Action::Undo).expect("shown");
    assert_eq!((undo.key.as_str(), undo.why_not), ("u", None));
    desk.keys("n");
    assert_eq!(desk.model.notices.toast(), None, "over, now that something else is done");
    desk.keys("x");
    assert_eq!(desk.model.notices.toast().expect("told").say.key, "texter-closed-done");
}

#[test]
fn the_footer_and_help_name_only_what_works() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<tab>");
    let footer = desk.model.footer();
    assert_eq!(footer[0].action, Action::SwitchPane, "an empty list has nothing to open");
    let actions: Vec<Action> = footer.iter().map(|key| key.action).collect();
    for dead in [Action::Open, Action::Close, Action::NextWaiting] {
        assert!(!actions.contains(&dead), "{dead:?} does nothing in an empty list");
    }
    desk.keys("?");
    let Some(OverlayView::Help { groups, .. }) = desk.model.overlay_view() else { panic!("help") };
    let works = |action| groups.iter().flat_map(|(_, rows)| rows).any(|row| row.action == action && row.here);
    assert!(works(Action::SwitchPane) && works(Action::Quit));
    for dead in
        [Action::WrongNumber, Action::OptOut, Action::Open, Action::Close, Action::Language, Action::NextWaiting]
    {
        assert!(!works(dead), "{dead:?} does nothing in an empty list");
    }
    desk.keys("<esc><tab>");
    assert!(desk.model.footer().iter().any(|key| key.action == Action::Send));
}

#[test]
fn what_the_palette_offers_is_done_or_refused_with_a_reason() {
    let mut desk = Desk::with(2, 0);
    desk.keys("<ctrl+p> s k i p <enter>");
    assert_eq!(desk.acts(), [&Act::Close { contact: ContactId(1) }], "the card below had been seen");
    let mut desk = Desk::with(2, 1);
    desk.keys("<tab> <ctrl+p>reopen<enter>");
    assert_eq!(desk.acts(), Vec::<&Act>::new());
    assert_eq!(desk.model.notices.toast().expect("a reason").say.key, "texter-not-closed");
}

//! Random keys, events, failures and frames hold the promises.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::driver::{Desk, inbound, line};
use crate::api::campaign::CampaignState;
use crate::api::event::EventKind;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat, Msg};
use crate::console::core::shared::pointer::Aim;
use crate::console::core::texter::{Focus, Model};
use crate::console::keymap::action::ACTIONS;
use crate::console::keymap::chord::{Chord, Press, parse_sequence};
use crate::console::keymap::map::{Keymap, UserBindings};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;

#[derive(Debug, Clone)]
enum Step {
    Key(Chord, Press),
    Wait(u64),
    Frame,
    Sync,
    JournalFails,
    Paste,
    OptOut(i64, bool),
    Inbound(i64),
    Gone(i64),
    Pause(bool),
    Accept(usize),
    Refuse(usize, Code),
    Stale(i64),
    Resize(u16, u16),
    Resumed,
    Snapshot,
    Click(Aim),
    Wheel(isize),
    /// Killed, and started again where it was.
    Restart,
    /// A frame, a look at it, the pane key or not, an honest press, the journal's answer.
    Deliberate,
}

fn step() -> impl Strategy<Value = Step> {
    let keys = "enter space s u n tab esc i o y n c 1 a x w k j up down z ? : q r R F f e G D E T K s N * b L H v 2 3 p enter enter ctrl+s ctrl+j alt+z";
    let chord = prop::sample::select(parse_sequence(keys).unwrap());
    let press = prop::sample::select(vec![Press::Fresh, Press::Unsure, Press::Repeat]);
    let who = prop_oneof![1..6i64, 1001..1004i64];
    let code = prop::sample::select(vec![
        Code::Paused,
        Code::OutsideHours,
        Code::Frozen,
        Code::StaleReply,
        Code::AlreadySent,
        Code::LeaseLost,
        Code::Suppressed,
        Code::Invalid,
    ]);
    let aim = prop_oneof![
        (-2..3isize).prop_map(Aim::Row),
        (-2..3isize).prop_map(Aim::Conversation),
        prop::sample::select(ACTIONS.iter().map(|info| info.action).collect::<Vec<_>>()).prop_map(Aim::Key),
    ];
    prop_oneof![
        12 => (chord, press).prop_map(|(chord, press)| Step::Key(chord, press)),
        6 => prop::sample::select(vec![1u64, 33, 90, 109, 111, 119, 121, 300, 1001]).prop_map(Step::Wait),
        6 => Just(Step::Frame),
        4 => Just(Step::Sync),
        1 => Just(Step::JournalFails),
        1 => Just(Step::Paste),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, sure)| Step::OptOut(who, sure)),
        1 => who.clone().prop_map(Step::Inbound),
        1 => who.clone().prop_map(Step::Gone),
        1 => any::<bool>().prop_map(Step::Pause),
        1 => (0..20usize).prop_map(Step::Accept),
        1 => ((0..20usize), code).prop_map(|(which, code)| Step::Refuse(which, code)),
        1 => who.prop_map(Step::Stale),
        1 => (0..200u16, 0..60u16).prop_map(|(w, h)| Step::Resize(w, h)),
        1 => Just(Step::Resumed),
        2 => aim.prop_map(Step::Click),
        1 => (-3..4isize).prop_map(Step::Wheel),
        1 => Just(Step::Restart),
        1 => Just(Step::Snapshot),
        8 => Just(Step::Deliberate),
    ]
}

/// Keys of one's own, with conditions: none of them is a way round a promise.
fn own_keys() -> Keymap {
    let own = [
        ("card", "p", "send when first_text && !off_hours, skip when off_hours"),
        ("card", "q", "send when waiting || undoable"),
        ("inbox", "p", "close when waiting && !draft, star"),
        ("thread", "p", "opt_out_silent when opted_out || frozen, suggestion when suggestion, wrong_number"),
        ("thread", "x", "reopen when closed, close when !draft"),
    ];
    let mut keys = UserBindings::new();
    for (place, key, does) in own {
        keys.entry(place.into()).or_default().insert(key.into(), does.into());
    }
    Keymap::with_user(&keys).expect("keys without a fault")
}

fn run(steps: Vec<Step>, own: bool) {
    let mut desk = Desk::with(5, 3);
    if own {
        desk.model.options.keymap = own_keys();
        desk.model.campaign.as_mut().expect("a campaign").def.edit_initial = true;
    }
    desk.draw = false;
    desk.journal_at_once = false;
    let mut out: BTreeSet<i64> = BTreeSet::new();
    let mut frames: BTreeSet<(Option<ContactId>, String)> = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut pressed = BTreeSet::new();
    let mut free_again: BTreeSet<i64> = BTreeSet::new();
    let mut first_texts: BTreeSet<i64> = BTreeSet::new();
    let mut turns = BTreeSet::new();
    if let Some(card) = desk.model.armed() {
        frames.insert((card.contact, card.body_hash));
    }
    for step in steps {
        let before = desk.confirmed.len();
        let turn = desk.model.armed().map(|card| card.turn);
        match step {
            Step::Key(chord, press) => {
                desk.press = press;
                desk.key(chord);
            }
            Step::Wait(ms) => desk.wait(ms),
            Step::Frame => {
                if let Some(card) = desk.model.armed() {
                    frames.insert((card.contact, card.body_hash));
                }
                desk.frame();
            }
            Step::Sync => desk.sync(),
            Step::JournalFails => {
                for id in std::mem::take(&mut desk.journal) {
                    let failed = desk.confirmed.iter().find(|c| c.id == id).cloned();
                    desk.tell(Msg::NotJournaled { id, reason: "full".into() });
                    if let Some(ConfirmedWhat::Text(request)) = failed.map(|c| c.what) {
                        free_again.insert(request.contact.0);
                    }
                }
            }
            Step::Paste => desk.tell(Msg::Paste("\r\n\ry".into())),
            Step::OptOut(who, sure) => {
                if desk.model.people.line(ContactId(who)).is_some() {
                    let status = desk.model.people.line(ContactId(who)).unwrap().status;
                    let mut contact = line(who, status);
                    contact.opt_out =
                        if sure { OptOut::Yes { by_word: true } } else { OptOut::Possible { words: "x".into() } };
                    if sure {
                        out.insert(who);
                    }
                    if sure || !out.contains(&who) {
                        desk.event(EventKind::Contact { contact });
                    }
                }
            }
            Step::Inbound(who) => {
                let contact = ContactId(who);
                desk.event(EventKind::Thread { contact, item: inbound(contact, 5, "hey") });
            }
            Step::Gone(who) => {
                desk.event(EventKind::Gone { contact: ContactId(who), why: "reclaimed".into(), who: None })
            }
            Step::Pause(paused) => {
                let state = if paused { CampaignState::Paused } else { CampaignState::Running };
                desk.event(EventKind::Campaign { state, script_version: 3 });
            }
            Step::Accept(which) => {
                if let Some(id) = desk.confirmed.get(which).map(|c| c.id).filter(|id| !desk.journal.contains(id)) {
                    let at = desk.wall;
                    desk.tell(Msg::Verdict { verdict: Verdict { id, outcome: Outcome::Accepted { seq: 9, at } } });
                }
            }
            Step::Refuse(which, code) => {
                let it = desk.confirmed.get(which).cloned().filter(|c| !desk.journal.contains(&c.id));
                if let Some(confirmed) = it {
                    if let ConfirmedWhat::Text(request) = &confirmed.what {
                        free_again.insert(request.contact.0);
                    }
                    let problem = Problem::new(code, "no");
                    desk.tell(Msg::Verdict {
                        verdict: Verdict { id: confirmed.id, outcome: Outcome::Refused { problem } },
                    });
                }
            }
            Step::Stale(who) => {
                if !out.contains(&who)
                    && desk.model.people.line(ContactId(who)).is_some_and(|l| l.opt_out.allows_text())
                {
                    let status = if who < 1000 { Status::NeedsMessage } else { Status::NeedsResponse };
                    desk.event(EventKind::Contact { contact: line(who, status) });
                }
            }
            Step::Resize(width, height) => desk.tell(Msg::Resize { width, height }),
            Step::Resumed => desk.tell(Msg::Resumed),
            Step::Snapshot => desk.event(EventKind::Snapshot { seq: 50 }),
            Step::Click(aim) => {
                let stamp = desk.stamp();
                desk.tell(Msg::Pointed { aim, stamp });
                // What one press is to do may go on meanwhile; a text is never that.
                let text = |c: &Confirmed| matches!(c.what, ConfirmedWhat::Text(_));
                assert!(!desk.confirmed[before..].iter().any(text), "a click sends nothing: {aim:?}");
            }
            Step::Wheel(by) => {
                let stamp = desk.stamp();
                desk.tell(Msg::Wheel { by, stamp });
            }
            Step::Restart => {
                for id in &desk.journal {
                    // Not synced, not confirmed: nobody was told that it was.
                    let lost = desk.confirmed.iter().find(|c| c.id == *id).map(|c| &c.what);
                    if let Some(ConfirmedWhat::Text(request)) = lost {
                        free_again.insert(request.contact.0);
                    }
                }
                let in_replies = desk.model.options.place.in_replies;
                desk.restart(5, 3, &out);
                assert!(!in_replies || desk.model.focus != Focus::Card, "back from the replies onto a card");
                // Turns are counted anew by a new console.
                turns.clear();
            }
            Step::Deliberate => {
                if let Some(card) = desk.model.armed() {
                    frames.insert((card.contact, card.body_hash));
                }
                desk.frame();
                desk.wait(400);
                desk.press = Press::Fresh;
                desk.key("enter".parse().unwrap());
                desk.sync();
            }
        }
        assert!(desk.confirmed.len() <= before + 1, "one message, at most one act");
        for confirmed in &desk.confirmed[before..] {
            assert!(ids.insert(confirmed.id), "an id is used once");
            let ConfirmedWhat::Text(request) = &confirmed.what else { continue };
            assert!(pressed.insert(request.shown.pressed_at.as_nanosecond() * 1000 + confirmed.id.as_u128() as i128));
            assert_eq!(request.shown.body_hash, Model::hash_of(&request.body));
            assert!(
                frames.contains(&(Some(request.contact), request.shown.body_hash.clone())),
                "sent what was never drawn"
            );
            assert!(request.shown.dwell_ms >= 120);
            assert!(!out.contains(&request.contact.0), "texted someone who had opted out");
            assert!(turns.insert(turn), "two texts for one drawn card");
            if request.kind == MessageKind::Initial {
                let again = free_again.remove(&request.contact.0);
                assert!(first_texts.insert(request.contact.0) || again, "two first texts to one person");
            }
        }
        // The projections never panic, whatever the state.
        let model = &desk.model;
        let _ = (model.header(), model.card_pane(), model.inbox(), model.inbox_rows(0..50), model.thread_view());
        let _ = (model.footer(), model.overlay_view(), model.which_key());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn hold_under_random_keys_events_and_failures(
        steps in prop::collection::vec(step(), 1..150), own in any::<bool>(),
    ) {
        run(steps, own);
    }
}

#[test]
fn the_random_steps_do_send() {
    // The property above would hold for a console that never sends: this one does, by the same means.
    let mut desk = Desk::with(5, 3);
    desk.keys("<enter><enter>");
    assert_eq!(desk.sent().len(), 2);
}

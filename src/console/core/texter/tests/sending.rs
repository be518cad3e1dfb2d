use rstest::rstest;
use uuid::Uuid;

use super::driver::{CAMPAIGN, Desk, line, view};
use crate::api::act::Act;
use crate::api::assignment::{AssignmentPage, ContactSummary};
use crate::api::campaign::CampaignState;
use crate::api::event::EventKind;
use crate::api::message::{Outcome, SendRequest, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::Program as _;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Msg};
use crate::console::core::texter::model::Claim;
use crate::console::core::texter::view::CardPane;
use crate::console::core::texter::{Model, TexterOptions};
use crate::console::keymap::chord::{Chord, Key, Press};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ContactId, DeviceId};

const ENTER: Chord = Chord { key: Key::Enter, ctrl: false, alt: false, shift: false };

#[test]
fn one_press_sends_what_is_shown_with_its_evidence() {
    let mut desk = Desk::with(3, 0);
    desk.key(ENTER);
    let sent = desk.sent()[0];
    assert_eq!((sent.contact.0, sent.body.as_str()), (1, "Hi N1, it's Ana"));
    assert_eq!(sent.shown.body_hash, Model::hash_of("Hi N1, it's Ana"));
    assert_eq!(sent.shown.dwell_ms, 1000);
    assert_eq!((sent.script_version, sent.epoch, sent.variant.as_deref()), (3, 1, Some("a")));
    assert_eq!(desk.card(), Some(2));
}

#[test]
fn the_card_moves_on_only_when_the_journal_has_it() {
    let mut desk = Desk::with(3, 0);
    desk.journal_at_once = false;
    desk.keys("<enter><enter><space>");
    assert_eq!((desk.sent().len(), desk.card()), (1, Some(1)));
    desk.sync();
    desk.frame();
    desk.keys("<enter>");
    assert_eq!((desk.sent().len(), desk.card()), (2, Some(2)));
    let id = desk.confirmed[1].id;
    desk.journal.clear();
    desk.tell(Msg::NotJournaled { id, reason: "disk full".into() });
    assert_eq!(desk.card(), Some(2), "nothing was confirmed: the card stays");
    assert!(desk.model.card.as_ref().unwrap().note.is_some());
    desk.keys("<enter>");
    assert_eq!(desk.sent()[2].contact.0, 2);
}

#[rstest]
#[case::unsure(Press::Unsure)]
#[case::repeat(Press::Repeat)]
fn a_key_held_for_five_seconds_sends_once(#[case] rest: Press) {
    let mut desk = Desk::with(40, 0);
    desk.press = if rest == Press::Repeat { Press::Fresh } else { rest };
    desk.key(ENTER);
    desk.press = rest;
    desk.wait(500);
    for _ in 0..135 {
        desk.key(ENTER);
        desk.wait(33);
    }
    desk.wait(2000);
    assert_eq!(desk.sent().len(), 1);
}

#[rstest]
#[case(Press::Unsure)]
#[case(Press::Fresh)]
fn honest_presses_all_send(#[case] press: Press) {
    let mut desk = Desk::with(30, 0);
    desk.press = press;
    for _ in 0..20 {
        desk.key(ENTER);
        desk.wait(250);
    }
    desk.wait(200);
    let contacts: Vec<i64> = desk.sent().iter().map(|sent| sent.contact.0).collect();
    assert_eq!(contacts, (1..=20).collect::<Vec<_>>());
}

#[test]
fn pastes_and_bursts_send_nothing_or_one() {
    let mut desk = Desk::with(40, 0);
    for _ in 0..500 {
        desk.tell(Msg::Paste("\r".into()));
    }
    desk.wait(500);
    assert_eq!(desk.sent().len(), 0);
    desk.press = Press::Unsure;
    for _ in 0..500 {
        desk.key(ENTER);
    }
    desk.wait(500);
    assert_eq!(desk.sent().len(), 1, "without bracketed paste a burst is a held key");
}

#[test]
fn a_card_that_was_not_drawn_or_not_long_enough_is_not_sent() {
    let mut desk = Desk::with(3, 0);
    desk.key(ENTER);
    desk.wait(119);
    desk.key(ENTER);
    assert_eq!(desk.sent().len(), 1);
    desk.draw = false;
    desk.wait(1);
    desk.key(ENTER);
    assert_eq!(desk.sent().len(), 2);
    desk.wait(5000);
    desk.key(ENTER);
    assert_eq!(desk.sent().len(), 2, "the third card was never drawn");
}

#[test]
fn a_dialog_or_the_other_pane_makes_the_card_new() {
    let mut desk = Desk::with(3, 0);
    desk.draw = false;
    desk.keys("?<esc><enter>");
    assert_eq!(desk.sent().len(), 0);
    desk.frame();
    desk.wait(100);
    desk.key(ENTER);
    assert_eq!(desk.sent().len(), 0);
    desk.wait(100);
    desk.key(Chord::plain(Key::Char(' ')));
    assert_eq!(desk.sent().len(), 1);
}

#[test]
fn an_opt_out_takes_the_card_away_at_once() {
    let mut desk = Desk::with(2, 0);
    let mut contact = line(1, Status::NeedsMessage);
    contact.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact });
    assert_eq!(desk.card(), Some(2));
    desk.keys("<enter><enter>");
    assert_eq!(desk.sent().iter().map(|sent| sent.contact.0).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_pause_blocks_and_a_resume_arms_again() {
    let mut desk = Desk::with(2, 0);
    desk.event(EventKind::Campaign { state: CampaignState::Paused, script_version: 3 });
    desk.keys("<enter><enter>");
    assert_eq!(desk.sent().len(), 0);
    desk.event(EventKind::Campaign { state: CampaignState::Running, script_version: 3 });
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1);
}

#[test]
fn outside_hours_the_queue_holds_back_and_comes_again() {
    let mut desk = Desk::with(2, 0);
    desk.wall = "2026-10-08T01:30:00Z".parse().unwrap();
    desk.key(ENTER);
    assert_eq!((desk.sent().len(), desk.card()), (0, None));
    assert_eq!(desk.model.people.held_back().0, 2);
    desk.wall = "2026-10-08T13:00:30Z".parse().unwrap();
    desk.wait(61_000);
    assert_eq!(desk.model.people.held_back().0, 0);
    assert!(desk.card().is_some());
}

#[test]
fn a_missing_field_is_shown_and_skipped() {
    let mut desk = Desk::with(2, 0);
    let mut view = super::driver::view(line(1, Status::NeedsMessage));
    view.fields.clear();
    desk.tell(Msg::Contacts { asked: vec![ContactId(1)], found: vec![view] });
    desk.keys("<enter>");
    assert_eq!((desk.sent().len(), desk.card()), (0, Some(1)));
    desk.keys("s");
    assert_eq!(desk.acts(), [&Act::Close { contact: ContactId(1) }]);
    assert_eq!(desk.card(), Some(2));
    desk.keys("u");
    assert_eq!(desk.acts()[1], &Act::Reopen { contact: ContactId(1) });
    assert_eq!(desk.card(), Some(1));
}

fn refuse(desk: &mut Desk, id: Uuid, code: Code) {
    let problem = Problem::new(code, "no");
    desk.tell(Msg::Verdict { verdict: Verdict { id, outcome: Outcome::Refused { problem } } });
}

#[test]
fn a_parked_text_comes_back_as_a_card_and_a_lost_one_does_not() {
    let mut desk = Desk::with(3, 0);
    desk.keys("<enter>");
    let id = desk.confirmed[0].id;
    refuse(&mut desk, id, Code::Paused);
    desk.keys("<enter><enter><enter>");
    let contacts: Vec<i64> = desk.sent().iter().map(|sent| sent.contact.0).collect();
    assert_eq!(contacts, [1, 2, 3, 1], "a new press, a new id");
    let ids: std::collections::BTreeSet<Uuid> = desk.confirmed.iter().map(|confirmed| confirmed.id).collect();
    assert_eq!(ids.len(), 4);
    let id = desk.confirmed[3].id;
    refuse(&mut desk, id, Code::AlreadySent);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 4);
}

#[test]
fn what_came_back_in_a_pause_says_so_no_more_when_it_is_over() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<enter>");
    let id = desk.confirmed[0].id;
    let campaign = |desk: &mut Desk, state| desk.event(EventKind::Campaign { state, script_version: 3 });
    campaign(&mut desk, CampaignState::Paused);
    refuse(&mut desk, id, Code::Paused);
    let note = |desk: &Desk| desk.model.card.as_ref().and_then(|card| card.note.as_ref()).map(|note| note.key);
    assert_eq!(note(&desk), Some("problem-paused"));
    campaign(&mut desk, CampaignState::Running);
    assert_eq!(note(&desk), Some("texter-came-back-in-pause"));
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 2, "a new press");
}

#[test]
fn a_stale_line_of_the_server_brings_no_second_first_text() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<enter>");
    desk.event(EventKind::Contact { contact: line(1, Status::NeedsMessage) });
    assert_eq!(desk.card(), None);
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1);
}

#[test]
fn an_empty_queue_asks_for_a_slice_once_and_says_why_not() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<enter>");
    desk.wait(3000);
    let claims: Vec<Uuid> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Load(Ask::Slice { claim, campaign: CAMPAIGN, .. }) => Some(*claim),
            _ => None,
        })
        .collect();
    assert_eq!(claims.len(), 1);
    assert_ne!(claims[0], desk.confirmed[0].id, "an id is used once");
    let problem = Box::new(Problem::new(Code::HeldByOthers, "no"));
    desk.tell(Msg::Slice { claim: claims[0], result: Err(problem) });
    assert!(matches!(desk.model.claim, Claim::Refused { retry: true, .. }));
    desk.wait(59_000);
    assert!(matches!(desk.model.claim, Claim::Refused { .. }));
    desk.wait(2_000);
    assert!(matches!(desk.model.claim, Claim::Asked { .. }));
}

#[test]
fn who_found_nothing_left_asks_again_when_more_contacts_came_in() {
    let mut desk = Desk::with(1, 0);
    desk.keys("<enter>");
    desk.wait(3_000);
    let Claim::Asked { id } = desk.model.claim else { panic!("asked") };
    desk.tell(Msg::Slice { claim: id, result: Err(Box::new(Problem::new(Code::NoneLeft, "no"))) });
    desk.wait(120_000);
    assert!(matches!(desk.model.claim, Claim::Refused { .. }), "nobody asks again by themselves");
    desk.event(EventKind::Campaign { state: CampaignState::Running, script_version: 3 });
    desk.wait(3_000);
    assert!(matches!(&desk.model.claim, Claim::Asked { id: another } if *another != id), "{:?}", desk.model.claim);
}

#[test]
fn what_the_journal_held_is_not_offered_again() {
    let mut desk = Desk::with(2, 0);
    desk.keys("<enter>");
    let kept = desk.confirmed.clone();
    let mut desk = Desk::with(2, 0);
    desk.tell(Msg::JournalOpen { acts: kept, drafts: vec![] });
    assert_eq!(desk.card(), Some(2));
    desk.keys("q");
    assert!(!desk.effects.contains(&Effect::Quit), "says first what stays in the journal");
    desk.keys("<ctrl+c>");
    assert!(desk.effects.contains(&Effect::Quit));
}

#[test]
fn a_text_that_the_server_would_refuse_for_good_is_shown_and_not_sent() {
    for name in ["{lastName}".to_owned(), "a".repeat(1_600)] {
        let mut desk = Desk::with(1, 0);
        let mut view = view(line(1, Status::NeedsMessage));
        view.fields.insert("firstName".into(), name);
        desk.tell(Msg::Contacts { asked: vec![ContactId(1)], found: vec![view] });
        desk.keys("<enter>");
        assert_eq!(desk.sent(), Vec::<&SendRequest>::new());
        assert!(desk.model.card_block().is_some(), "{:?}", desk.model.card);
        desk.keys("s");
        assert_eq!(desk.acts(), [&Act::Close { contact: ContactId(1) }], "it can be skipped");
    }
}

#[test]
fn a_reply_is_sent_as_it_stands_or_says_why_not() {
    let mut desk = Desk::with(0, 1);
    desk.keys("n<enter>");
    desk.tell(Msg::Paste("a".repeat(1_601)));
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 0, "too long");
    desk.keys("<backspace><enter>");
    assert_eq!(desk.sent()[0].body.len(), 1_600);

    for (text, goes) in [("see {{place}}", false), ("see {place/there}", false), ("so glad :} {1, 2}", true)] {
        let mut desk = Desk::with(0, 1);
        desk.keys("n<enter>");
        desk.tell(Msg::Paste(text.into()));
        desk.keys("<enter>");
        assert_eq!(
            desk.sent().iter().map(|request| request.body.as_str()).collect::<Vec<_>>(),
            [text][usize::from(!goes)..]
        );
    }
}

#[test]
fn nothing_goes_out_before_the_screen_can_say_whether_voters_are_real() {
    let mut desk = Desk::with(1, 1);
    let me = desk.model.me.take().unwrap();
    desk.keys("n<enter>hello<enter>");
    assert_eq!(desk.sent(), Vec::<&SendRequest>::new());
    desk.tell(Msg::Me(me));
    desk.keys("<enter>");
    assert_eq!(desk.sent()[0].body, "hello");
}

#[test]
fn a_reply_typed_by_hand_is_not_the_scripts() {
    for (typed, off) in [("hello", true), ("At the school, N1001.", false)] {
        let mut desk = Desk::with(0, 1);
        desk.keys("n<enter>");
        desk.keys(typed).keys("<enter>");
        assert_eq!(desk.sent().last().map(|sent| sent.off_script), Some(off), "{typed}");
    }
}

#[test]
fn the_servers_time_counts_as_soon_as_it_is_known() {
    let mut desk = Desk::with(1, 0);
    // Six in the morning by this laptop; noon at the server, as its first answer says.
    let early = jiff::SignedDuration::from_hours(-6);
    desk.tell(Msg::Clock { offset: early });
    desk.tell(Msg::Contacts { asked: vec![], found: vec![] });
    desk.model.card = None;
    desk.tell(Msg::Clock { offset: early });
    assert_eq!((desk.card(), desk.model.people.held_back().0), (None, 1));
    desk.tell(Msg::Clock { offset: jiff::SignedDuration::ZERO });
    assert_eq!((desk.card(), desk.model.people.held_back().0), (Some(1), 0));
}

#[test]
fn a_console_without_the_server_says_so_and_what_is_known() {
    let mut desk = Desk::with(0, 1);
    let offline = LinkState::Offline { since: super::driver::start(), next_try: super::driver::start() };
    desk.model.threads.clear();
    desk.tell(Msg::Link(offline.clone()));
    desk.keys("n");
    desk.model.threads.clear();
    let key = |desk: &Desk| desk.model.thread_view().expect("open").loading.map(|why| why.key);
    assert_eq!(key(&desk), Some("texter-thread-offline"));
    desk.model.link = LinkState::Online;
    assert_eq!(key(&desk), Some("texter-thread-loading"));

    let fresh = |link: LinkState| {
        let mut model = Model::new(TexterOptions::new(CAMPAIGN, DeviceId(Uuid::nil())));
        model.link = link;
        match model.card_pane() {
            CardPane::Empty { lines } => lines.into_iter().map(|line| line.key).collect(),
            _ => Vec::new(),
        }
    };
    assert_eq!(fresh(LinkState::Connecting), Vec::<&str>::new(), "it is being fetched");
    assert_eq!(fresh(offline), ["texter-offline-no-contacts"]);
    assert_eq!(fresh(LinkState::AskedToWait { seconds: 20 }), ["texter-asked-to-wait-no-contacts"]);
    assert_eq!(fresh(LinkState::SignedOut { hands_in: true }), ["texter-signed-out-hands-in"]);
}

#[test]
fn after_the_end_of_the_sign_in_nobody_is_said_to_wait_and_an_unknown_outcome_is_named() {
    let mut desk = Desk::with(2, 1);
    desk.keys("<enter>");
    let id = desk.confirmed[0].id;
    desk.tell(Msg::Outbox { waiting: 0, oldest: None });
    desk.tell(Msg::Link(LinkState::SignedOut { hands_in: true }));
    assert_eq!(desk.model.header().waiting, 0);
    let block = |desk: &Desk| desk.model.card_block().map(|why| why.key);
    assert_eq!(block(&desk), Some("texter-signed-out-hands-in"));
    desk.tell(Msg::Unknown { id });
    assert_eq!(block(&desk), Some("texter-signed-out-unknown"), "a wipe would spare it");
}

#[test]
fn what_was_done_before_this_console_was_opened_counts() {
    let mut model = Model::new(TexterOptions::new(CAMPAIGN, DeviceId(Uuid::nil())));
    let contacts = vec![line(1, Status::NeedsMessage), line(2, Status::Messaged)];
    let page = AssignmentPage { contacts, next: None, seq: 1, lease_until: None, sent: 7 };
    drop(model.update(Msg::Assignment(page)));
    assert_eq!(model.header().progress, (7, 8));
}

/// Skipped and opted out before a text: done, in this session and after the next start.
#[test]
fn done_and_total_are_the_same_after_a_restart() {
    let mut desk = Desk::with(5, 0);
    desk.key(ENTER);
    assert_eq!(desk.model.header().progress, (1, 5));
    let texted = ContactSummary { last_seq: 1, ..line(1, Status::Messaged) };
    let skipped = line(2, Status::Closed);
    let out = ContactSummary { opt_out: OptOut::Yes { by_word: false }, ..line(3, Status::NeedsMessage) };
    let contacts = vec![texted, skipped, out, line(4, Status::NeedsMessage), line(5, Status::NeedsMessage)];
    let id = desk.confirmed[0].id;
    desk.tell(Msg::Verdict { verdict: Verdict { id, outcome: Outcome::Accepted { seq: 2, at: desk.wall } } });
    for contact in contacts.clone() {
        desk.event(EventKind::Contact { contact });
    }
    assert_eq!(desk.model.header().progress, (3, 5));
    let mut next = Model::new(TexterOptions::new(CAMPAIGN, DeviceId(Uuid::nil())));
    drop(next.update(Msg::Assignment(AssignmentPage { contacts, next: None, seq: 9, lease_until: None, sent: 1 })));
    assert_eq!(next.header().progress, (3, 5), "as before it was left");
}

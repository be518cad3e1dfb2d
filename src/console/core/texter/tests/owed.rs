//! Words that are owed to somebody: they come, whoever went on, whatever was cut off.

use super::driver::{CAMPAIGN, Desk, inbound, opening, start};
use super::offered::{answered, full, said_yes, settled};
use crate::api::event::EventKind;
use crate::api::message::{Thread, ThreadEntry};
use crate::console::core::shared::Program as _;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Confirmed, Msg};
use crate::console::core::shared::place::Place;
use crate::console::core::texter::Model;
use crate::domain::ids::ContactId;

const ANN: ContactId = ContactId(1001);

fn draft(desk: &Desk) -> Option<&str> {
    desk.model.drafts.get(&ANN).map(String::as_str)
}

fn last_said(desk: &Desk) -> Option<&'static str> {
    desk.model.notices.toast().map(|notice| notice.say.key)
}

/// What the journal has of where the console was.
fn kept(desk: &Desk) -> Place {
    let place = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepPlace { place, .. } => Some(place.clone()),
        _ => None,
    });
    place.expect("kept")
}

/// The next start, with what the journal holds.
fn again(left: &Desk, acts: Vec<Confirmed>) -> Desk {
    let campaign = left.model.campaign.clone().expect("a campaign");
    let mut desk = Desk::fresh();
    let place = kept(left);
    desk.model = Model::new(crate::console::core::texter::TexterOptions { place, ..desk.model.options.clone() });
    let _fx = desk.model.start();
    desk.tell(Msg::JournalOpen { acts, drafts: vec![] });
    for mut msg in opening(0, 2) {
        if let Msg::Campaign(view) = &mut msg {
            view.def = campaign.def.clone();
        }
        desk.tell(msg);
    }
    desk
}

fn note(seq: u64, what: &str, detail: &str) -> ThreadEntry {
    ThreadEntry::Note { seq, at: start(), who: "Ana".into(), what: what.into(), detail: detail.into() }
}

#[test]
fn whoever_went_on_is_told_that_the_words_are_there() {
    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.keys("<esc><esc><tab>");
    answered(&mut desk, id);
    assert_eq!((draft(&desk), last_said(&desk)), (Some("See you there!"), Some("texter-place-left")));
    // By the feed it is known a moment later: once is enough.
    desk.keys("<esc>");
    settled(&mut desk, id);
    assert_ne!(last_said(&desk), Some("texter-place-left"));
    assert!(desk.model.options.place.due.is_empty(), "nothing is owed any more");

    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.keys("<esc><esc><tab>");
    full(&mut desk);
    settled(&mut desk, id);
    assert_eq!((draft(&desk), last_said(&desk)), (Some("You are in line."), Some("texter-place-full")));
}

#[test]
fn a_console_that_was_killed_brings_the_words_at_its_next_start() {
    // The server has not seen the answer yet: it is in the journal.
    let (left, id) = said_yes(Some("You are in line."));
    assert_eq!(kept(&left).due.len(), 1, "at once: the next moment may be the last");
    let mut desk = again(&left, left.confirmed.clone());
    assert_eq!(desk.model.options.place.due.len(), 1);
    settled(&mut desk, id);
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("See you there!"));
    // Or it decided while nobody was there: the conversation says how.
    let (left, _) = said_yes(Some("You are in line."));
    let mut desk = again(&left, vec![]);
    assert!(desk.effects.contains(&Effect::Load(Ask::Thread { contact: ANN, before: None })));
    let words = |desk: &Desk| desk.model.open.as_ref().map(|open| open.editor.text().to_owned());
    assert_eq!(words(&desk).as_deref(), Some("See you there!"));
    assert!(desk.model.options.place.due.is_empty() || kept(&desk).due.is_empty());
    desk.keys("<esc>");
    // Killed before the place was kept: the journal's answer alone is enough.
    let (mut left, id) = said_yes(Some("You are in line."));
    left.effects.push(Effect::KeepPlace { campaign: CAMPAIGN, place: Place::default() });
    let mut desk = again(&left, left.confirmed.clone());
    settled(&mut desk, id);
    assert_eq!(draft(&desk), Some("See you there!"));
}

#[test]
fn what_the_conversation_says_decides_and_who_wrote_since_is_left_alone() {
    let read = |entries: Vec<ThreadEntry>| {
        let (left, _) = said_yes(Some("You are in line."));
        let mut left = left;
        left.effects
            .push(Effect::KeepPlace { campaign: CAMPAIGN, place: Place { due: kept(&left).due, ..Place::default() } });
        let campaign = left.model.campaign.clone().expect("a campaign");
        let mut model = Model::new(crate::console::core::texter::TexterOptions {
            place: kept(&left),
            ..left.model.options.clone()
        });
        let _fx = model.start();
        let _fx = model.update(Msg::JournalOpen { acts: vec![], drafts: vec![] });
        for mut msg in opening(0, 2) {
            if let Msg::Campaign(view) = &mut msg {
                view.def = campaign.def.clone();
            }
            let _fx = model.update(msg);
        }
        let mut all = vec![inbound(ANN, 2, "yes?")];
        all.extend(entries);
        let _fx = model.update(Msg::Thread(Thread { contact: ANN, entries: all, more_before: false }));
        model.drafts.get(&ANN).cloned()
    };
    let yes = || note(2, "answered", "Do they support?: yes");
    assert_eq!(read(vec![yes()]).as_deref(), Some("See you there!"));
    assert_eq!(read(vec![yes(), note(2, "event_full", "3, Rally")]).as_deref(), Some("You are in line."));
    // Of another event, or of an answer before.
    assert_eq!(read(vec![yes(), note(2, "event_full", "3, Phone bank")]).as_deref(), Some("See you there!"));
    assert_eq!(read(vec![note(2, "event_full", "3, Rally"), yes()]).as_deref(), Some("See you there!"));
    // Another answer by now; or they were written to since.
    assert_eq!(read(vec![yes(), note(2, "answered", "Do they support?: ")]), None);
    let mut mine = inbound(ANN, 3, "See you!");
    if let ThreadEntry::Message(message) = &mut mine {
        message.direction = crate::domain::message::Direction::Outbound;
        message.mine = true;
    }
    assert_eq!(read(vec![yes(), mine]), None);
}

#[test]
fn nothing_stays_of_somebody_who_is_erased() {
    let mut desk = Desk::with(0, 2);
    desk.keys("niI was");
    desk.wait(1_000);
    assert_eq!(kept(&desk).names, [(ANN, "N1001".to_owned())]);
    desk.event(EventKind::Gone { contact: ANN, why: "erased".into(), who: None });
    assert!(kept(&desk).names.is_empty() && kept(&desk).open.is_none());
    let last = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::SaveDraft { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(last.as_deref(), Some(""));
}

#[test]
fn a_draft_is_kept_within_a_quarter_of_a_second_while_one_goes_on_typing() {
    let mut desk = Desk::with(0, 1);
    desk.keys("ni");
    desk.effects.clear();
    // A key each 100 ms, without a pause.
    for letter in "steady typing".chars() {
        desk.key(crate::console::keymap::chord::Chord::plain(crate::console::keymap::chord::Key::Char(letter)));
        desk.wait(100);
    }
    let saved: Vec<&str> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveDraft { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(saved.last().map(|text| text.chars().count()), Some(12), "all but what was typed since: {saved:?}");
    // Nor is every letter written by itself.
    assert!(saved.len() <= 8, "{saved:?}");
    desk.wait(250);
    assert_eq!(desk.model.drafts.get(&ANN).map(String::as_str), Some("steady typing"));
}

/// Whoever was cut off wrote the very words by hand: they are not put before them again. Others are.
#[test]
fn words_that_were_written_by_hand_meanwhile_do_not_come_again() {
    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.keys("See you there!<ctrl+s>");
    assert_eq!(desk.sent().len(), 1);
    settled(&mut desk, id);
    assert_eq!((super::offered::drafted(&desk), draft(&desk)), ("", None));
    let (mut desk, id) = said_yes(Some("You are in line."));
    desk.keys("See you there!<ctrl+s>");
    full(&mut desk);
    settled(&mut desk, id);
    assert_eq!(super::offered::drafted(&desk), "You are in line.", "there is no place");
}

/// Signed out while the conversation is read: the words are owed all the same, and it is read once somebody signed in again.
#[test]
fn words_that_are_owed_outlast_a_sign_in() {
    use crate::api::problem::{Code, Problem};
    use crate::console::core::shared::msg::LinkState;
    let (mut desk, id) = said_yes(Some("You are in line."));
    let outcome = crate::api::message::Outcome::Accepted { seq: 9, at: start() };
    let _fx = desk.model.update(Msg::Verdict { verdict: crate::api::message::Verdict { id, outcome } });
    let what = Ask::Thread { contact: ANN, before: None };
    let problem = Problem::new(Code::Unauthorized, "signed out");
    let _fx = desk.model.update(Msg::Failed { what, problem: Box::new(problem) });
    let _fx = desk.model.update(Msg::Link(LinkState::SignedOut { hands_in: true }));
    let fx = desk.model.update(Msg::Link(LinkState::Online));
    assert!(fx.contains(&Effect::Load(Ask::Thread { contact: ANN, before: None })));
    let entries = vec![inbound(ANN, 3, "Yeah, of course"), note(8, "answered", "Do they support?: yes")];
    let _fx = desk.model.update(Msg::Thread(Thread { contact: ANN, entries, more_before: false }));
    assert_eq!(draft(&desk).unwrap_or_else(|| super::offered::drafted(&desk)), "See you there!");
}

/// Of a long conversation an older page may come first: it says nothing of what was done a moment ago.
#[test]
fn an_older_page_says_nothing_of_a_place() {
    let (mut desk, id) = said_yes(Some("You are in line."));
    let page = |entries| Msg::Thread(Thread { contact: ANN, entries, more_before: true });
    desk.model.threads = crate::console::core::texter::threads::Threads::default();
    let _fx = desk.model.update(page(vec![inbound(ANN, 30, "Yeah, of course")]));
    let outcome = crate::api::message::Outcome::Accepted { seq: 31, at: start() };
    let _fx = desk.model.update(Msg::Verdict { verdict: crate::api::message::Verdict { id, outcome } });
    let _fx = desk.model.update(page(vec![inbound(ANN, 12, "Hello")]));
    assert_eq!(super::offered::drafted(&desk), "");
    let full = vec![
        inbound(ANN, 30, "Yeah, of course"),
        note(31, "answered", "Support?: yes"),
        note(31, "event_full", "1, Rally"),
    ];
    let _fx = desk.model.update(page(full));
    assert_eq!(super::offered::drafted(&desk), "You are in line.");
}

/// The feed tells a moment finer than a database keeps it: the line is the same, and stands there once.
#[test]
fn a_line_that_is_told_and_read_stands_there_once() {
    let (mut desk, _) = said_yes(None);
    let told = |nanoseconds| ThreadEntry::Note {
        seq: 3,
        at: jiff::Timestamp::from_nanosecond(i128::from(start().as_second()) * 1_000_000_000 + nanoseconds)
            .expect("a time"),
        who: "Ana".into(),
        what: "answered".into(),
        detail: "Support?: yes".into(),
    };
    desk.event(EventKind::Thread { contact: ANN, item: told(1_234_567) });
    let _fx =
        desk.model.update(Msg::Thread(Thread { contact: ANN, entries: vec![told(1_234_000)], more_before: false }));
    let notes = desk
        .model
        .threads
        .get(ANN)
        .expect("loaded")
        .entries()
        .iter()
        .filter(|one| matches!(one, ThreadEntry::Note { .. }));
    assert_eq!(notes.count(), 1);
}

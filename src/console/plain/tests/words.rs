//! What can be typed, and what must not be sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::console::core::shared::msg::LinkState;
use crate::console::keymap::action::{ACTIONS, Action};
use crate::console::keymap::context::{Context, Fact, Facts};
use crate::console::keymap::map::Keymap;
use crate::console::plain::command::{Typed, offers, parse, word_for};
use crate::console::plain::voice::Voice;
use crate::i18n::Catalogue;

fn voice() -> Voice {
    Voice::new(Arc::new(Catalogue::english()), TimeZone::UTC)
}

#[test]
fn who_was_signed_out_is_told_the_command_that_signs_in_again() {
    for (login, hands_in) in [(true, true), (true, false), (false, true), (false, false)] {
        let line = voice().with_login(login).link(&LinkState::SignedOut { hands_in }, None);
        assert_eq!(line.contains("textbank login"), login, "{line}");
    }
}

/// Where a texter can be.
const PLACES: [Context; 10] = [
    Context::Card,
    Context::Inbox,
    Context::Thread,
    Context::Composer,
    Context::Palette,
    Context::Canned,
    Context::Answers,
    Context::Confirm,
    Context::Score,
    Context::Messages,
];

#[test]
fn every_action_of_the_registry_can_be_typed_by_its_name_wherever_it_works() {
    let (keymap, voice) = (Keymap::default(), voice());
    let mut reached = BTreeSet::new();
    for context in PLACES.into_iter().chain([Context::Board, Context::Home, Context::Review]) {
        for info in ACTIONS.iter().filter(|info| info.action.works_in(context)) {
            // A name that is also the name of a key (up, down) is that key here; it does the same or is bound otherwise.
            let names = [info.name.to_owned(), info.name.replace('_', " "), voice.word(info.label_key)];
            let said = names.map(|name| parse(&name, context, &keymap, Facts::default(), &voice));
            assert!(said.contains(&Typed::Action(info.action)), "{} in {}: {said:?}", info.name, context.name());
            reached.insert(info.action);
        }
    }
    let missing: Vec<_> = ACTIONS.iter().filter(|info| !reached.contains(&info.action)).map(|info| info.name).collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
}

#[test]
fn every_action_is_offered_where_it_works_but_for_what_only_a_screen_needs() {
    let keymap = Keymap::default();
    let offered: BTreeSet<Action> = PLACES
        .into_iter()
        .chain([Context::Board, Context::Home, Context::Review])
        .flat_map(|context| offers(context, &keymap, &voice(), |_| None))
        .map(|offer| offer.action)
        .collect();
    let screen: BTreeSet<&str> =
        ACTIONS.iter().filter(|info| !offered.contains(&info.action)).map(|i| i.name).collect();
    // The terminal moves its cursor and edits its line; rows are taken by their numbers; nothing has panes.
    let known = [
        "up",
        "down",
        "page_up",
        "page_down",
        "top",
        "bottom",
        "choose",
        "pick",
        "plain",
        "side_pane",
        "redraw",
        "palette",
        "cursor_left",
        "cursor_right",
        "cursor_up",
        "cursor_down",
        "word_left",
        "word_right",
        "line_start",
        "line_end",
        "delete_back",
        "delete_forward",
        "delete_word",
        "kill_end",
        "kill_line",
        "undo_edit",
        "redo_edit",
    ];
    assert_eq!(screen, BTreeSet::from(known));
}

#[test]
fn what_is_offered_is_what_can_be_typed() {
    let keymap = Keymap::default();
    let facts = Facts::default().with(Fact::Frozen, true);
    let voices = [voice(), Voice::new(Arc::new(Catalogue::spanish()), TimeZone::UTC)];
    for (context, voice) in PLACES.into_iter().flat_map(|context| voices.iter().map(move |voice| (context, voice))) {
        let mut words = BTreeSet::new();
        for offer in offers(context, &keymap, voice, |_| None) {
            let facts =
                if matches!(offer.action, Action::OptOutNow | Action::NotOptOut) { facts } else { Facts::default() };
            let facts = facts.with(Fact::Closed, offer.action == Action::Reopen);
            let typed = parse(&offer.word, context, &keymap, facts, voice);
            // A number is that of a reply that was offered.
            let wanted =
                if offer.action == Action::Suggestion { Typed::Number(1) } else { Typed::Action(offer.action) };
            assert_eq!(typed, wanted, "{} in {}", offer.word, context.name());
            // Closing and opening again are one key, as either is possible.
            assert!(
                words.insert(offer.word.clone()) || offer.word == "x",
                "{} twice in {}",
                offer.word,
                context.name()
            );
        }
    }
}

#[test]
fn an_empty_line_and_a_held_letter_send_nothing() {
    let (keymap, voice) = (Keymap::default(), voice());
    let said = |line: &str| parse(line, Context::Card, &keymap, Facts::default(), &voice);
    for line in ["", "  ", "\t"] {
        assert_eq!(said(line), Typed::Again);
    }
    assert_eq!(said("yyyy"), Typed::Unknown);
    assert_eq!(said("yy"), Typed::Unknown);
    assert_eq!(said("y"), Typed::Action(Action::Send));
    assert_eq!(said("12"), Typed::Number(12));
    assert_eq!(said("close"), Typed::Elsewhere(Action::Close));
}

#[test]
fn a_persons_own_keys_count_before_the_words_of_the_front_end() {
    let user = [("card".to_owned(), [("y".to_owned(), "skip".to_owned()), (";".to_owned(), "send".to_owned())].into())];
    let keymap = Keymap::with_user(&user.into()).unwrap();
    let said = |line: &str| parse(line, Context::Card, &keymap, Facts::default(), &voice());
    assert_eq!(said("y"), Typed::Action(Action::Skip));
    assert_eq!(said(";"), Typed::Action(Action::Send));
    assert_eq!(word_for(Action::Send, Context::Card, &keymap, &voice()), ";");
}

#[test]
fn the_words_of_the_front_end_are_free_in_the_shipped_keys() {
    let (keymap, voice) = (Keymap::default(), voice());
    let places = [Context::Card, Context::Inbox, Context::Thread];
    let everywhere = places
        .into_iter()
        .flat_map(|context| [(context, "m", Typed::More), (context, "p", Typed::Action(Action::SwitchPane))]);
    // In a conversation `m` tells all of it.
    for (context, word, meant) in everywhere.chain([(Context::Card, "v", Typed::Whole)]) {
        assert_eq!(parse(word, context, &keymap, Facts::default(), &voice), meant, "{word} in {}", context.name());
    }
    assert_eq!(parse("i", Context::Composer, &keymap, Facts::default(), &voice), Typed::Anew);
}

#[test]
fn words_are_said_in_the_persons_language_and_the_english_ones_are_understood() {
    let keymap = Keymap::default();
    let spanish = Voice::new(Arc::new(Catalogue::spanish()), TimeZone::UTC);
    assert_eq!(word_for(Action::SendStay, Context::Composer, &keymap, &spanish), "quedarse");
    let undo = parse("deshacer", Context::Composer, &keymap, Facts::default(), &spanish);
    assert_eq!(undo, Typed::Action(Action::Undo));
    for word in ["quedarse", "stay", "linea", "línea", "line"] {
        let typed = parse(word, Context::Composer, &keymap, Facts::default(), &spanish);
        assert!(matches!(typed, Typed::Action(Action::SendStay | Action::Newline)), "{word}: {typed:?}");
    }
    // Nothing else is done by half a name, least of all what cannot be taken back.
    for (voice, catalogue) in
        [(&spanish, &["baja", "número", "cerrar", "marcar"][..]), (&voice(), &["wrong", "close", "done"][..])]
    {
        for word in catalogue {
            for context in [Context::Thread, Context::Inbox, Context::Card] {
                let typed = parse(word, context, &keymap, Facts::default(), voice);
                let acts =
                    matches!(typed, Typed::Action(Action::OptOutSilent | Action::WrongNumber | Action::DoneForDay));
                assert!(!acts, "{word}: {typed:?}");
            }
        }
    }
}

#[test]
fn a_practice_names_what_can_be_typed() {
    use crate::console::plain::{Pages as _, TexterPages};
    let mut desk = crate::console::core::texter::tests::driver::Desk::with(8, 0);
    desk.model.options.practice = true;
    let said = TexterPages::new(desk.model.clone()).news(&voice()).join(" ");
    // Enter alone sends nothing here.
    assert!(said.contains("PRACTICE: ") && said.contains("Press y to send it."), "{said}");
}

//! All that the registry has, asked for by its name in every place where it works: nothing may be done without a word.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::captain::{Listener, board, me};
use super::shift::Reader;
use crate::api::act::Act;
use crate::api::problem::{Code, Problem};
use crate::console::core::captain::{CaptainOptions, Model as CaptainModel};
use crate::console::core::shared::msg::Msg;
use crate::console::core::texter::tests::driver::{CAMPAIGN, opening};
use crate::console::core::texter::{Before, Model, Overlay, TexterOptions};
use crate::console::keymap::action::{ACTIONS, Action};
use crate::console::keymap::context::{Context, Facts};
use crate::console::keymap::map::Keymap;
use crate::console::plain::command::{Typed, parse};
use crate::console::plain::{CaptainPages, Front as _, Lines, Pages as _, TexterPages, Voice};
use crate::domain::ids::{CampaignId, DeviceId};
use crate::i18n::Catalogue;

fn voice() -> Voice {
    Voice::new(Arc::new(Catalogue::english()), TimeZone::UTC)
}

/// A place, how many contacts and waiting voters there are, and how somebody comes there.
const PLACES: &[(Context, i64, i64, &[&str])] = &[
    (Context::Card, 3, 2, &[]),
    (Context::Card, 3, 0, &[]),
    (Context::Inbox, 3, 2, &["p"]),
    (Context::Inbox, 3, 0, &["p"]),
    (Context::Thread, 3, 2, &["n"]),
    (Context::Thread, 0, 1, &["n"]),
    (Context::Composer, 3, 2, &["n", "i", "Hello there"]),
    (Context::Answers, 3, 2, &["n", "t"]),
    (Context::Answers, 3, 2, &["n", "a"]),
    (Context::Confirm, 3, 2, &["o"]),
];

#[test]
fn whatever_a_texter_asks_for_by_its_name_is_answered() {
    let mut silent = Vec::new();
    for (context, unsent, waiting, way) in PLACES {
        for info in ACTIONS.iter().filter(|info| info.action.works_in(*context)) {
            let mut reader = Reader::with(*unsent, *waiting);
            reader.types(way);
            assert_eq!(reader.front.pages.context(), *context, "{way:?}");
            let (before, asked) = (reader.others, reader.said.last().cloned());
            let said = reader.types(&[&info.name.replace('_', " ")]);
            // Another question is a word too, and what the outside is asked for has its own end.
            let another = said.lines().count() > 1 || asked.as_deref() != Some(said.as_str());
            if !another && reader.others == before {
                silent.push(format!("{} in {}: {said}", info.name, context.name()));
            }
        }
    }
    assert!(silent.is_empty(), "without a word:\n{}", silent.join("\n"));
}

#[test]
fn whatever_a_captain_asks_for_by_its_name_is_answered() {
    let mut silent = Vec::new();
    for info in ACTIONS.iter().filter(|info| info.action.works_in(Context::Board)) {
        let pages = CaptainPages::new(CaptainModel::new(CaptainOptions::new(CampaignId(1))));
        let mut captain = Listener { front: Lines::new(pages, voice()), at: 0, acts: Vec::new() };
        captain.front.start();
        captain.front.update(me());
        captain.front.update(Msg::Board(Box::new(board(1))));
        let heard = captain.hear();
        let asked = heard.lines().last().unwrap_or_default();
        let stamp = captain.stamp();
        let fx = captain.front.typed(&info.name.replace('_', " "), stamp);
        let said = captain.hear();
        if fx.is_empty() && (said.is_empty() || said == asked) {
            silent.push(format!("{}: {said}", info.name));
        }
    }
    assert!(silent.is_empty(), "without a word:\n{}", silent.join("\n"));
}

#[test]
fn who_asks_for_what_only_a_screen_has_can_send_a_reply_all_the_same() {
    for word in ["up", "page up", "top"] {
        let mut reader = Reader::with(0, 1);
        reader.types(&["n", word, "i", "Hello", word]);
        let said = reader.types(&["y"]);
        assert_eq!(reader.sent().len(), 1, "{word}: {said}");
    }
}

#[test]
fn over_a_reply_it_is_told_what_would_be_taken_back_before_it_is() {
    let mut reader = Reader::with(0, 1);
    reader.types(&["n", "a", "1"]);
    let told = reader.types(&["undo"]);
    assert!(told.starts_with("The reply is not sent") && told.contains("the answer of N1001"), "{told}");
    assert_eq!(reader.acts().len(), 1, "nothing was taken back");
    let told = reader.types(&["undo"]);
    assert!(told.contains("recorded as it was before"), "{told}");
    assert!(matches!(reader.acts()[1..], [Act::Answer { value: None, .. }]));
    // With another reply it is told anew; with nothing done there is nothing to tell.
    reader.types(&["", "star", "i", "Hello"]);
    assert!(reader.types(&["undo"]).contains("the tag star of N1001"), "{:#?}", reader.said);
    reader.types(&["line", "and more"]);
    assert!(reader.types(&["undo"]).contains("the tag star of N1001"), "{:#?}", reader.said);
    assert_eq!(reader.acts().len(), 3);
    let mut reader = Reader::with(0, 1);
    assert!(reader.types(&["n", "i", "Hello", "undo"]).starts_with("Nothing to undo."), "{:#?}", reader.said);
}

#[test]
fn a_number_behind_the_word_is_told_to_go_before_it() {
    let mut reader = Reader::with(3, 2);
    for (typed, turned) in [("x2", "2 x"), ("x 2", "2 x"), ("close 1", "1 close"), ("n2", "2 n")] {
        let said = reader.types(&["p", typed]);
        assert!(said.starts_with(&format!("The number comes first, as in: {turned}.")), "{typed}: {said}");
        reader.types(&["p"]);
    }
    assert!(reader.acts().is_empty());
}

#[test]
fn putting_aside_has_a_short_word_in_either_language() {
    let spanish = Voice::new(Arc::new(Catalogue::spanish()), TimeZone::UTC);
    let keymap = Keymap::default();
    for (word, voice) in [("posponer", &spanish), ("snooze", &spanish), ("snooze", &voice())] {
        for context in [Context::Thread, Context::Inbox] {
            let typed = parse(word, context, &keymap, Facts::default(), voice);
            assert_eq!(typed, Typed::Action(Action::Snooze), "{word} in {}", context.name());
        }
    }
}

#[test]
fn the_screen_before_real_voters_has_help_of_its_own() {
    let mut options = TexterOptions::new(CAMPAIGN, DeviceId(uuid::Uuid::from_u128(9)));
    options.before = Before::Practice;
    let mut front = Lines::new(TexterPages::new(Model::new(options)), voice());
    front.start();
    opening(2, 0).into_iter().for_each(|msg| _ = front.update(msg));
    let mut at = 0;
    let mut types = |front: &mut Lines<TexterPages>, line: &str| {
        at += 1000;
        let stamp = crate::console::core::shared::msg::Stamp {
            id: uuid::Uuid::from_u128(u128::from(at)),
            wall: crate::console::core::texter::tests::driver::start(),
            mono: std::time::Duration::from_millis(at),
        };
        front.update(Msg::Drawn { card: None, stamp });
        front.typed(line, stamp);
        front.speak(false).map(|spoken| spoken.lines.join("\n")).unwrap_or_default()
    };
    front.speak(false);
    assert_eq!(front.pages.model.overlays, [Overlay::Begin]);
    for word in ["?", "help"] {
        let said = types(&mut front, word);
        assert!(said.contains("c goes on") && !said.contains("Campaign:"), "{said}");
    }
    // Whatever else is typed is told what stands there.
    assert!(types(&mut front, "y").contains("the team's rehearsal"));
    assert_eq!(front.pages.model.overlays, [Overlay::Begin]);
}

#[test]
fn who_has_no_card_left_is_not_told_to_finish_them() {
    let none = Problem::new(Code::NoneLeft, "none");
    for (unsent, hands_out, key) in [
        (0, true, "problem-none-left-done"),
        (0, false, "problem-none-given-done"),
        (2, true, "problem-none-left"),
        (2, false, "problem-none-given"),
    ] {
        let mut reader = Reader::with(unsent, 1);
        reader.front.pages.model.options.hands_out = hands_out;
        assert_eq!(reader.front.pages.model.claim_say(&none).key, key);
    }
}

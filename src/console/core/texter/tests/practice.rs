use std::collections::BTreeSet;

use super::driver::{Desk, inbound, line};
use crate::api::event::EventKind;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::overlay::Overlay;
use crate::console::core::texter::practice::{CARDS, Step};
use crate::console::core::texter::view::CardPane;
use crate::console::core::texter::{Before, Focus};
use crate::console::keymap::action::Action;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::i18n::{Catalogue, Value};

/// A practice at its first card.
fn practice() -> Desk {
    let mut desk = Desk::with(CARDS as i64, 0);
    desk.model.options.practice = true;
    desk.model.options.scored = false;
    desk
}

fn answers(desk: &mut Desk, id: i64, words: &str) {
    let mut contact = line(id, Status::NeedsResponse);
    contact.preview = words.into();
    desk.event(EventKind::Contact { contact });
    desk.event(EventKind::Thread { contact: ContactId(id), item: inbound(ContactId(id), 2, words) });
}

fn stops(desk: &mut Desk, id: i64) {
    let mut contact = line(id, Status::Closed);
    contact.opt_out = OptOut::Yes { by_word: true };
    desk.event(EventKind::Contact { contact });
}

fn say(words: &Catalogue, say: &Say) -> String {
    let args: Vec<_> = say
        .args
        .iter()
        .map(|(name, arg)| match arg {
            crate::console::core::shared::say::Arg::Text(text) => (*name, Value::Text(text.clone())),
            other => panic!("{other:?}"),
        })
        .collect();
    words.say(say.key, &args)
}

/// As somebody does it who knows nothing and does what is said: the keys are counted, and the words that they read.
#[test]
fn whoever_does_what_is_said_goes_through_it() {
    for words in [Catalogue::english(), Catalogue::spanish()] {
        let mut desk = practice();
        let (mut keys, mut read, mut longest) = (0, 0, 0);
        let mut last = None;
        let mut steps = Vec::new();
        while desk.model.practice_step() != Some(Step::Over) {
            let step = desk.model.practice_step().unwrap();
            if last != Some(step) {
                let count = say(&words, &desk.model.coach().unwrap()).split_whitespace().count();
                (read, longest) = (read + count, longest.max(count));
                steps.push(step);
                last = Some(step);
            }
            match step {
                Step::First | Step::Send | Step::Stopped => {
                    if step == Step::Stopped {
                        desk.wait(1_500);
                    }
                    desk.keys("<enter>");
                    // Who answers does so when two more are sent; the third wants no more texts.
                    match desk.sent().len() {
                        2 => answers(&mut desk, 1, "Yes! Count me in"),
                        4 => stops(&mut desk, 3),
                        7 => answers(&mut desk, 5, "Who is this?"),
                        _ => {}
                    }
                    keys += 1;
                }
                Step::Answered | Step::Back => {
                    desk.keys("<tab>");
                    keys += 1;
                }
                Step::Open => {
                    desk.keys("n");
                    keys += 1;
                }
                Step::Reply => {
                    desk.keys("<enter>");
                    keys += 1;
                }
                Step::Read => {
                    desk.keys("i");
                    keys += 1;
                }
                Step::Write => {
                    desk.keys("ok");
                    keys += 2;
                }
                Step::Begin | Step::Decide | Step::Wait | Step::Over => panic!("{step:?}"),
            }
            assert!(keys < 100, "{steps:?}");
        }
        assert_eq!(desk.sent().len(), CARDS + 2, "eight first texts and two answers");
        assert!(desk.model.practised());
        // Eight cards, and for each of two answers: to them, open, write, two letters, send, back.
        assert_eq!(keys, CARDS + 2 * 7, "{steps:?}");
        assert!(read <= 190, "{read} words are too many for a minute");
        assert!(longest <= 24, "{longest} words at once");
    }
}

#[test]
fn a_doubt_is_to_be_decided_before_it_is_answered() {
    let mut desk = practice();
    desk.keys("<enter>");
    answers(&mut desk, 1, "wrong number, lose it");
    let mut contact = line(1, Status::NeedsResponse);
    contact.opt_out = OptOut::Possible { words: "lose it".into() };
    desk.event(EventKind::Contact { contact });
    desk.keys("<tab>n");
    assert_eq!(desk.model.practice_step(), Some(Step::Decide));
    let said = say(&Catalogue::english(), &desk.model.coach().unwrap());
    assert!(said.contains("decide. y opts them out, k if"), "{said}");
    desk.keys("k");
    assert_eq!(desk.model.practice_step(), Some(Step::Read));
}

#[test]
fn a_doubt_that_came_after_the_last_answer_is_decided_before_it_counts() {
    let mut desk = practice();
    desk.model.coach.passed = true;
    assert!(desk.model.practised());
    let mut contact = line(1, Status::NeedsResponse);
    contact.opt_out = OptOut::Possible { words: "lose it".into() };
    desk.event(EventKind::Contact { contact });
    assert!(!desk.model.practised());
    desk.keys("q");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Leave { .. })), "it is asked first");
}

#[test]
fn an_answer_is_told_before_the_next_card_and_a_stop_as_handled() {
    let mut desk = practice();
    assert_eq!(desk.model.practice_step(), Some(Step::First));
    desk.keys("<enter>");
    assert_eq!(desk.model.practice_step(), Some(Step::Send));
    answers(&mut desk, 1, "Yes!");
    assert_eq!(desk.model.practice_step(), Some(Step::Answered));
    stops(&mut desk, 8);
    assert_eq!(desk.model.coach().map(|say| say.key), Some("practice-stopped"));
    desk.keys("<enter>");
    assert_eq!(desk.model.practice_step(), Some(Step::Stopped), "this press was meant for the card");
    desk.wait(1_500);
    desk.keys("<enter>");
    assert_eq!(desk.model.practice_step(), Some(Step::Answered), "told of once");
    desk.keys("<tab>");
    assert_eq!((desk.model.practice_step(), desk.model.focus), (Some(Step::Open), Focus::Inbox));
}

/// Whoever sends all eight before anybody has written back.
#[test]
fn however_fast_somebody_is_the_stop_is_told() {
    for waits in [false, true] {
        let mut desk = practice();
        for _ in 0..CARDS {
            desk.keys("<enter>");
        }
        assert_eq!((desk.sent().len(), desk.model.practice_step()), (CARDS, Some(Step::Wait)));
        answers(&mut desk, 1, "Yes!");
        if !waits {
            desk.keys("<tab>niok<enter><tab>");
        }
        stops(&mut desk, 3);
        assert!(!desk.model.practised());
        let said = desk.model.coach().unwrap();
        assert_eq!(said.key, if waits { "practice-stopped" } else { "practice-stopped-last" });
        desk.wait(1_500);
        desk.keys("<tab>");
        if waits {
            assert_eq!(desk.model.practice_step(), Some(Step::Open));
        } else {
            assert_eq!((desk.model.practice_step(), desk.model.practised()), (Some(Step::Over), true));
        }
    }
}

#[test]
fn a_stop_that_was_told_in_lines_is_told() {
    let mut desk = practice();
    desk.keys("<enter>");
    stops(&mut desk, 3);
    assert_eq!(desk.model.practice_step(), Some(Step::Stopped));
    desk.model.coach_was_told();
    assert_eq!(desk.model.practice_step(), Some(Step::Send));
}

#[test]
fn help_a_question_and_the_way_out_are_named_on_every_step() {
    let mut desk = practice();
    for keys in ["", "<enter>", "<tab>"] {
        desk.keys(keys);
        let said = say(&Catalogue::english(), &desk.model.coach_keys().unwrap());
        assert_eq!(said, "? help · A ask the captain · q stop safely");
    }
    assert!(!desk.model.practised());
    let mut real = Desk::with(2, 0);
    real.keys("<enter>");
    assert_eq!((real.model.coach(), real.model.coach_keys()), (None, None));
}

#[test]
fn whoever_has_sent_nothing_yet_gets_few_contacts_at_first() {
    use crate::console::core::shared::effect::Effect;
    use crate::console::core::shared::msg::Ask;
    let asked = |desk: &Desk| {
        let wants = desk.effects.iter().filter_map(|effect| match effect {
            Effect::Load(Ask::Slice { want, .. }) => Some(*want),
            _ => None,
        });
        wants.collect::<Vec<_>>()
    };
    let mut desk = Desk::with(1, 0);
    desk.model.options.first_slice = Some(10);
    desk.model.slice_total = 1;
    desk.keys("r");
    assert_eq!(asked(&desk), [10]);
    let mut desk = Desk::with(1, 0);
    desk.model.options.first_slice = Some(10);
    desk.keys("<enter>");
    assert_eq!(asked(&desk), [0], "what comes after the first text is the campaign's to say");
    let mut desk = Desk::with(1, 0);
    desk.model.options.first_slice = Some(60);
    desk.keys("r");
    assert_eq!(asked(&desk), [0], "never more than others");
}

/// What ended the screen before, pressed once more, must reach nobody.
#[test]
fn a_key_of_its_own_stands_between_another_screen_and_real_voters() {
    for before in [Before::Practice, Before::Screen] {
        let mut desk = Desk::fresh();
        desk.model.options.before = before;
        desk.restart(3, 0, &BTreeSet::new());
        desk.wait(5_000);
        for key in ["<enter>", "<space>", "y", "<esc>", "<tab>", "1", "<enter>"] {
            desk.keys(key);
            desk.wait(2_000);
            assert_eq!(desk.model.overlays, [Overlay::Begin], "{key}");
        }
        assert_eq!(desk.sent().len(), 0);
        // Whoever leaves it comes back to it.
        assert!(desk.model.place().expect("known").begin);
        let mut later = Desk::fresh();
        later.model.options.place.begin = true;
        later.restart(3, 0, &BTreeSet::new());
        assert_eq!(later.model.overlays, [Overlay::Begin]);
        desk.keys("c");
        assert!(desk.model.overlays.is_empty() && !desk.model.place().expect("known").begin);
        desk.wait(2_000);
        desk.keys("<enter>");
        assert_eq!(desk.sent().len(), 1);
    }
}

/// With no captain to ask, and nothing more to come: the practice speaks of itself, and says what it still wants.
#[test]
fn a_practice_left_early_says_what_is_missing() {
    let mut desk = practice();
    for _ in 0..CARDS {
        desk.wait(1_500);
        desk.keys("<enter>");
    }
    assert_eq!(desk.sent().len(), CARDS);
    answers(&mut desk, 1, "Yes! Count me in");
    answers(&mut desk, 5, "Who is this?");
    let CardPane::Empty { lines } = desk.model.card_pane() else { panic!("a card") };
    assert_eq!(lines.iter().map(|say| say.key).collect::<Vec<_>>(), ["practice-all-sent", "texter-answer-meanwhile"]);
    assert!(desk.model.why_not(Action::RequestMore).is_some());
    desk.keys("q");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Leave { .. })));
    let lines = desk.model.practice_left();
    assert_eq!(lines.iter().map(|say| say.key).collect::<Vec<_>>(), ["practice-leave-means", "practice-missing"]);
    assert_eq!(lines[1].args, [("cards", Arg::Number(0)), ("waiting", Arg::Number(2))]);
}

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Style;
use rstest::rstest;

use crate::console::core::shared::msg::{LinkState, Msg};
use crate::console::core::shared::pointer::Aim;
use crate::console::keymap::action::Action;
use crate::console::ui::ink::Caps;
use crate::console::ui::scenes::Scene;
use crate::console::ui::theme::{Depth, Theme};
use crate::console::ui::{Drawn, aimed_at};

const SIZES: [(u16, u16); 5] = [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)];

/// Text and style of a screen: the rows, and below them where each style is used, row by row.
fn picture(buffer: &Buffer, drawn: &Drawn) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let mut row = String::new();
        let mut skip = 0;
        for x in area.left()..area.right() {
            let symbol = buffer[(x, y)].symbol();
            if skip > 0 {
                skip -= 1;
                continue;
            }
            skip = crate::console::ui::wrap::columns(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        let _ = writeln!(out, "{}", row.trim_end());
    }
    let _ = writeln!(
        out,
        "cursor {:?}, card {}, every key {}",
        drawn.cursor.map(|p| (p.x, p.y)),
        drawn.card.is_some(),
        drawn.every_key
    );
    out
}

/// The styles, as runs of one letter each, with a legend.
fn styles(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut legend: Vec<Style> = Vec::new();
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let style = buffer[(x, y)].style();
            let index = legend.iter().position(|known| *known == style).unwrap_or_else(|| {
                legend.push(style);
                legend.len() - 1
            });
            out.push(char::from(b'a' + u8::try_from(index).expect("few styles")));
        }
        out.push('\n');
    }
    for (letter, style) in (b'a'..).zip(&legend) {
        let _ = writeln!(out, "{}: {:?} on {:?} {:?}", char::from(letter), style.fg, style.bg, style.add_modifier);
    }
    out
}

fn snapshot_sizes(name: &str, mut scene: impl FnMut() -> Scene) {
    for (width, height) in SIZES {
        let (buffer, drawn) = scene().draw(width, height);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&buffer, &drawn));
    }
}

#[test]
fn card() {
    snapshot_sizes("card", || Scene::new(true));
}

/// One of each: waiting, unknown, come back, refused; the line is down.
fn outbox_scene() -> Scene {
    let mut scene = Scene::new(false);
    scene.outbox();
    scene.keys("O");
    scene
}

#[test]
fn outbox() {
    for (width, height) in [(80, 24), (120, 40)] {
        let (buffer, drawn) = outbox_scene().draw(width, height);
        insta::assert_snapshot!(format!("outbox_{width}x{height}"), picture(&buffer, &drawn));
    }
}

#[test]
fn outbox_in_the_header_and_at_leaving() {
    let mut scene = Scene::new(false);
    scene.outbox();
    let (buffer, drawn) = scene.draw(120, 40);
    insta::assert_snapshot!("outbox_header_120x40", picture(&buffer, &drawn));
    scene.keys("q");
    let (buffer, drawn) = scene.draw(80, 24);
    insta::assert_snapshot!("outbox_leave_80x24", picture(&buffer, &drawn));
}

#[test]
fn card_with_real_voters() {
    let (buffer, drawn) = Scene::new(false).draw(80, 24);
    insta::assert_snapshot!("card_real_80x24", picture(&buffer, &drawn));
}

#[test]
fn conversation() {
    snapshot_sizes("thread", || {
        let mut scene = Scene::new(true);
        scene.keys("n");
        scene.thread("Where do I vote? I moved last month");
        scene
    });
}

#[test]
fn composer() {
    snapshot_sizes("composer", || {
        let mut scene = Scene::new(true);
        scene.keys("n");
        scene.thread("Where do I vote? I moved last month");
        scene.keys("i");
        scene.type_text("Hi Chloé! You find your polling place at vote.org. Shall I send you the link? 🙂");
        scene
    });
}

#[test]
fn inbox() {
    snapshot_sizes("inbox", || {
        let mut scene = Scene::new(true);
        scene.keys("tab");
        scene
    });
}

#[rstest]
#[case::help("?")]
#[case::palette(":")]
#[case::opt_out("o")]
#[case::release("R")]
#[case::messages("M")]
fn layers(#[case] key: &str) {
    let mut scene = Scene::new(true);
    scene.keys(key);
    let name = format!("layer_{}", scene.model.context().name());
    let (buffer, drawn) = scene.draw(80, 24);
    insta::assert_snapshot!(name + if key == "R" { "_release" } else { "" }, picture(&buffer, &drawn));
}

#[rstest]
#[case::canned("c")]
#[case::answers("a")]
fn layers_of_a_conversation(#[case] key: &str) {
    let mut scene = Scene::new(true);
    scene.keys("n");
    scene.thread("Where do I vote?");
    scene.keys(key);
    let name = format!("layer_{}", scene.model.context().name());
    let (buffer, drawn) = scene.draw(80, 24);
    insta::assert_snapshot!(name, picture(&buffer, &drawn));
}

#[test]
fn a_picture_has_its_place_in_the_conversation() {
    for (words, pictures, expected) in [("", 1, "│ [picture]"), ("My ballot", 2, "│ My ballot [2 pictures]")] {
        let mut scene = Scene::new(true);
        scene.keys("n");
        scene.thread("Where do I vote?");
        scene.pictures(words, pictures);
        let (buffer, drawn) = scene.draw(80, 24);
        let drawn = picture(&buffer, &drawn);
        assert!(drawn.contains(expected), "{drawn}");
    }
}

#[test]
fn styles_of_each_theme() {
    for name in Theme::NAMES {
        let theme = Theme::named(name, Depth::True).expect("known");
        let mut scene = Scene::new(true);
        let (buffer, _) = scene.draw_in(60, 20, &theme, &Caps::default());
        insta::assert_snapshot!(format!("styles_{name}"), styles(&buffer));
    }
}

#[test]
fn ascii_only_when_asked_for() {
    let mut scene = Scene::new(true);
    scene.keys("n");
    let caps = Caps { ascii: true, ..Caps::default() };
    for (width, height) in SIZES {
        let (buffer, _) = scene.draw_in(width, height, &Theme::mono(), &caps);
        for cell in &buffer.content {
            // Names and texts are people's; all else is ours.
            let ours = cell.symbol().chars().all(|c| !('\u{2010}'..='\u{2bff}').contains(&c));
            assert!(ours, "{:?}", cell.symbol());
        }
    }
}

/// At a Spoke server nobody joins again: who was signed out signs in again, and the header says by what.
#[test]
fn the_header_names_the_command_that_signs_in_again() {
    for (login, hands_in, said) in [
        (true, true, "textbank login"),
        (true, false, "textbank login"),
        (false, false, "please join again"),
        (false, true, "nothing left to hand in"),
    ] {
        let mut scene = Scene::new(true);
        scene.tell(Msg::Link(LinkState::SignedOut { hands_in }));
        let caps = Caps { login, ..Caps::default() };
        for (width, height) in [(80, 24), (120, 40)] {
            let (buffer, drawn) = scene.draw_in(width, height, &Theme::mono(), &caps);
            let head = picture(&buffer, &drawn).lines().next().unwrap_or_default().to_owned();
            assert!(head.contains(said), "{login} {hands_in}: {head}");
        }
    }
}

const HOSTILE: &str = "\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}evil\u{2066}x\u{2069} 👩‍👩‍👧‍👦 日本語 שלום e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301} \u{e0041}\u{2028}\u{9b}31m end";

#[test]
fn hostile_text_stays_text() {
    let long = format!("{HOSTILE} {}", "word ".repeat(320));
    let mut scene = Scene::with(true, HOSTILE, "Hi {firstName}, hello from {texterName}.");
    scene.keys("n");
    scene.thread(&long);
    // The conversation, all that is known of the person, the script.
    for ((width, height), keys) in SIZES.into_iter().flat_map(|size| ["", "K", "esc s", "esc"].map(|keys| (size, keys)))
    {
        scene.keys(keys);
        let (buffer, _) = scene.draw(width, height);
        for cell in &buffer.content {
            let bad = |c: char| {
                c.is_control()
                    || ('\u{202a}'..='\u{202e}').contains(&c)
                    || ('\u{2066}'..='\u{2067}').contains(&c)
                    || ('\u{e0000}'..='\u{e007f}').contains(&c)
                    || c == '\u{2028}'
            };
            assert!(!cell.symbol().chars().any(bad), "{:?}", cell.symbol());
            assert!(cell.symbol().chars().count() <= 12, "{:?}", cell.symbol());
        }
        // Ours alone: each is closed on its own line, and holds what goes from right to left.
        for row in buffer.content.chunks(usize::from(width)) {
            let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
            let bare: String = line.chars().filter(|c| !['\u{2068}', '\u{2069}'].contains(c)).collect();
            assert_eq!(crate::domain::bidi::isolated(&bare), line);
        }
    }
    let (buffer, drawn) = scene.draw(80, 24);
    insta::assert_snapshot!("hostile_80x24", picture(&buffer, &drawn));
}

#[test]
fn a_card_counts_as_drawn_only_when_all_of_its_text_was_seen() {
    let script = format!("Hi {{firstName}}, {}", "clean water for all of us ".repeat(20));
    let mut scene = Scene::with(true, "Maria", &script);
    let (_, small) = scene.draw(40, 12);
    assert_eq!(small.card, None);
    let (_, large) = scene.draw(120, 40);
    assert!(large.card.is_some() && large.every_key);
}

#[test]
fn while_writing_the_keys_stay_short() {
    let mut scene = Scene::new(true);
    scene.keys("n");
    scene.thread("Where?");
    scene.keys("i");
    scene.type_text("At school");
    let (_, drawn) = scene.draw(80, 24);
    assert!(drawn.card.is_some() && !drawn.every_key);
}

/// The rows of a screen.
fn rows(buffer: &Buffer) -> Vec<String> {
    picture(buffer, &Drawn::default()).lines().map(str::to_owned).collect()
}

#[test]
fn whoever_goes_to_the_start_of_a_conversation_sees_a_screen_of_it() {
    let mut scene = Scene::new(true);
    scene.keys("n");
    scene.thread("Where do I vote? I moved last month");
    let end = rows(&scene.draw(80, 24).0);
    scene.keys("g g");
    let start = rows(&scene.draw(80, 24).0);
    assert_eq!(start, end, "all of it has room, so nothing has to move");
    scene.keys("G");
    scene.thread(&"And where is that? ".repeat(30));
    scene.keys("g g");
    let start = rows(&scene.draw(80, 24).0);
    let is_first = |row: &String| row.contains("I'm") || row.contains("Hi ");
    let first = start.iter().position(is_first).expect("the first text is in sight");
    assert!(first < 8, "it stands at the top:\n{}", start.join("\n"));
    assert!(start.iter().any(|row| row.contains("And where is that?")), "{}", start.join("\n"));
    assert!(start.iter().any(|row| row.contains('↓')), "more is below:\n{}", start.join("\n"));
}

#[test]
fn help_names_the_keys_of_the_place_and_nothing_of_the_captain() {
    let mut scene = Scene::new(true);
    scene.keys("?");
    let all = rows(&scene.draw(100, 200).0).join("\n");
    let here = all.split("Elsewhere").next().expect("the first part");
    assert!(here.contains("send ") && here.contains("space, enter"), "{all}");
    for other in ["canned replies", "open", "pause or resume", "back"] {
        assert!(!here.contains(&format!("  {other} ")), "{other} does not work on the card:\n{all}");
    }
    assert!(all.contains("canned replies") && !all.contains("pause or resume"), "{all}");
}

#[test]
fn an_uncertain_zone_says_whose_clocks() {
    let mut scene = Scene::new(true);
    scene.zones(["America/New_York", "America/Chicago", "America/Denver"]);
    let all = rows(&scene.draw(120, 40).0).join("\n");
    assert!(all.contains("between 12:00 PM (Denver) and 2:00 PM (New York) there"), "{all}");
    assert!(all.contains("until 6:00 PM (Denver)"), "{all}");
}

#[test]
fn where_no_hours_are_enforced_midnight_is_no_end_of_them() {
    let mut scene = Scene::new(true);
    let until = |scene: &mut Scene| rows(&scene.draw(120, 40).0).join("\n").contains("may be texted until");
    assert!(until(&mut scene));
    let hours = &mut scene.model.campaign.as_mut().expect("a campaign").def.hours;
    (hours.initial_start, hours.initial_end) = (jiff::civil::Time::MIN, jiff::civil::Time::MAX);
    hours.sunday_start = jiff::civil::Time::MIN;
    hours.states = Default::default();
    assert!(hours.is_all_day());
    assert!(!until(&mut scene), "every hour of the day is open");
}

#[test]
fn what_is_known_breaks_between_facts() {
    let mut scene = Scene::new(true);
    scene.zones(["America/New_York", "America/Chicago", "America/Denver"]);
    let all = rows(&scene.draw(60, 24).0);
    let at = all.iter().position(|row| row.contains("may be texted until")).expect("told");
    assert!(all[at].trim_start_matches(['│', ' ']).starts_with("may be texted"), "{}", all[at]);
}

#[test]
fn times_of_a_conversation_say_whose_they_are_when_clocks_differ() {
    let mut scene = Scene::new(true);
    scene.keys("n");
    scene.thread("Where?");
    let own = Caps { zone: jiff::tz::TimeZone::get("America/New_York").expect("known"), ..Caps::default() };
    let there = Caps { zone: jiff::tz::TimeZone::get("America/Los_Angeles").expect("known"), ..Caps::default() };
    let told = |scene: &mut Scene, caps| rows(&scene.draw_in(120, 40, &Theme::mono(), caps).0).join("\n");
    let text = told(&mut scene, &own);
    assert!(text.contains("times below are yours (EDT)") && text.contains("1:48 PM"), "{text}");
    assert!(!told(&mut scene, &there).contains("times below"));
}

proptest::proptest! {
    #[test]
    fn no_size_breaks_it(sizes in proptest::collection::vec((1u16..220, 1u16..70), 1..8), keys in "[jkn?:oMcaisKtfLbD]{0,4}") {
        let mut scene = Scene::new(true);
        for key in keys.chars() {
            scene.keys(&key.to_string());
            scene.thread("Where do I vote? I moved last month");
            for (width, height) in &sizes {
                let (_, drawn) = scene.draw(*width, *height);
                let cursor = drawn.cursor.expect("the cursor is always somewhere");
                proptest::prop_assert!(cursor.x < *width && cursor.y < *height, "{cursor:?} in {width}x{height}");
            }
        }
    }
}

#[test]
fn a_reply_put_there_at_once_counts_as_drawn_only_when_all_of_it_was_seen() {
    let mut scene = Scene::new(true);
    scene.keys("n");
    scene.thread("Where?");
    scene.keys("i");
    scene.tell(Msg::Paste("clean water for all of us ".repeat(50)));
    let (_, large) = scene.draw(120, 60);
    assert!(large.card.is_some(), "all of it is seen at once");
    let (_, small) = scene.draw(60, 20);
    assert_eq!(small.card, None, "only its end is seen");
    scene.keys("home");
    let (_, start) = scene.draw(60, 20);
    assert_eq!(start.card, None, "only its start is seen");
    scene.keys("end");
    let (_, end) = scene.draw(60, 20);
    assert!(end.card.is_some(), "it was looked through");
    scene.tell(Msg::Paste("and more ".repeat(20)));
    let (_, more) = scene.draw(60, 20);
    assert_eq!(more.card, None, "what came since was not");
    // One long line has no line above it: its beginning is above.
    scene.keys("up");
    let (_, start) = scene.draw(60, 20);
    assert_eq!((start.card, start.cursor.map(|at| at.x)), (None, Some(2)), "only its start is seen");
    scene.keys("down");
    let (_, end) = scene.draw(60, 20);
    assert!(end.card.is_some(), "it was looked through");
}

#[test]
fn what_is_said_covers_no_text_that_a_press_would_send() {
    let mut scene = Scene::new(true);
    scene.keys("n");
    scene.thread("Where?");
    scene.keys("i");
    scene.type_text("You find your polling place at the library, by the zebra");
    for (width, height) in SIZES {
        let (buffer, drawn) = {
            scene.tell(Msg::Tell(
                crate::console::core::shared::say::Say::new("texter-opted-out-draft").with("name", "Maria"),
            ));
            scene.draw(width, height)
        };
        let shown = picture(&buffer, &drawn);
        assert!(drawn.card.is_some() && shown.contains("zebra"), "{shown}");
    }
}

#[test]
fn a_click_means_the_row_that_is_seen_there() {
    let mut scene = Scene::new(true);
    scene.keys("tab");
    let (buffer, drawn) = scene.draw(80, 24);
    let rows = rows(&buffer);
    let cursor = drawn.cursor.expect("on the selected row");
    let conversation = |place| match aimed_at(&drawn.spots, place) {
        Some(Aim::Conversation(by)) => Some(by),
        _ => None,
    };
    assert_eq!(conversation(cursor), Some(0));
    assert_eq!(conversation(Position { y: cursor.y + 2, ..cursor }), Some(1), "two lines each:\n{}", rows.join("\n"));
    let footer: String = (0..80).map(|x| buffer[(x, 23)].symbol()).collect();
    let before = footer.find("help").map(|at| footer[..at].chars().count()).expect("in the footer");
    let help = Position { x: u16::try_from(before).expect("a column"), y: 23 };
    assert_eq!(aimed_at(&drawn.spots, help), Some(Aim::Key(Action::Help)), "{footer}");
    // What lies over the list takes its rows away.
    scene.keys("o");
    let (_, drawn) = scene.draw(80, 24);
    assert!(!drawn.spots.iter().any(|(_, aim)| matches!(aim, Aim::Conversation(_))));
    let place = drawn.cursor.expect("on an answer");
    assert_eq!(aimed_at(&drawn.spots, place), Some(Aim::Row(0)));
}

/// What was done about somebody since must not push out of sight what they wrote.
#[test]
fn the_voters_last_words_are_in_view_however_much_came_after_them() {
    for (width, height) in [(40, 12), (60, 20), (80, 24)] {
        let mut scene = Scene::new(true);
        scene.keys("n");
        scene.thread("Where do I vote?");
        let shown = |scene: &mut Scene| {
            let (buffer, drawn) = scene.draw(width, height);
            picture(&buffer, &drawn)
        };
        assert!(shown(&mut scene).contains("Where do I vote?"));
        scene.acts(12);
        let after = shown(&mut scene);
        assert!(after.contains("Chloé: Where do I vote?"), "{after}");
        assert_eq!(after.matches("Where do I vote?").count(), 1, "{after}");
    }
}

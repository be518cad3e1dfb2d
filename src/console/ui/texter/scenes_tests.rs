//! Every scene at every size in every theme: nothing panics, nothing that must be read is cut, the cursor is where the keys are.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use crate::api::event::{Event, EventKind};
use crate::console::core::shared::msg::Msg;
use crate::console::ui::Drawn;
use crate::console::ui::ink::Caps;
use crate::console::ui::scenes::Scene;
use crate::console::ui::theme::{Depth, Role, Theme};
use crate::domain::conversation::OptOut;

const SIZES: [(u16, u16); 5] = [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)];

/// What the cursor stands on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// The selected row.
    Row,
    /// What is typed, or the first line of what is read.
    Inside,
}

/// A scene: the keys that lead to it, whether somebody waits in doubt, where the cursor is, and what must be readable whole.
type Staged = (&'static str, &'static [&'static str], bool, At, &'static [&'static str]);

const SCENES: &[Staged] = &[
    ("card", &[], false, At::Inside, &["Hi Maria, this is", "clean water on", "November 3?"]),
    ("card as it is", &["e"], false, At::Inside, &["goes out as it is written"]),
    ("replies", &["tab"], false, At::Row, &["2 waiting", "Chloé"]),
    ("conversation", &["n"], false, At::Inside, &["Where do I vote?"]),
    ("doubt", &["n"], true, At::Inside, &["y opt out (they asked)", "k not an opt-out", "w wrong number"]),
    ("composer", &["n", "i"], false, At::Inside, &["Your reply"]),
    ("help", &["?"], false, At::Inside, &["Sending", "send", "space, enter"]),
    ("palette", &[":"], false, At::Inside, &["Type a command", "skip"]),
    ("canned", &["n", "c"], false, At::Inside, &["1 Where to vote", "2 Who is this"]),
    ("answers", &["n", "a"], false, At::Row, &["Do they support Measure 5?", "1 Strong yes", "2 Undecided", "3 No"]),
    ("script", &["n", "s"], false, At::Row, &["Do they support Measure 5?", "1 Strong yes", "2 Undecided", "3 No"]),
    ("person", &["n", "K"], false, At::Inside, &["Name: Chloé", "zip: 94704"]),
    ("tags", &["n", "t"], false, At::Row, &["deceased", "star"]),
    ("put aside", &["n", "b"], false, At::Row, &["In 15 minutes", "Tomorrow at 10"]),
    ("language", &["n", "L"], false, At::Row, &["Spanish: I go on in it", "Spanish: hand over"]),
    ("filter", &["tab", "f"], false, At::Row, &["1 waiting and in conversation"]),
    ("guide", &["n", "I"], false, At::Inside, &["Question 1 of the script", "Do they support Measure 5?"]),
    ("search", &["/"], false, At::Inside, &["Search"]),
    ("note", &["n", "N"], false, At::Inside, &["Note on Chloé", "the voter never does."]),
    ("ask", &["n", "A"], false, At::Inside, &["Ask the captain about Chloé"]),
    (
        "opt out",
        &["o"],
        false,
        At::Row,
        &["Opt Maria out?", "Opt out, send the one notice", "Opt out without a word", "Cancel"],
    ),
    (
        "give back",
        &["R"],
        false,
        At::Row,
        &["The ones without a first text", "The conversations", "All of them", "Cancel"],
    ),
    ("messages", &["M"], false, At::Inside, &["What was said"]),
    ("outbox", &["O"], false, At::Inside, &["Outbox"]),
];

fn staged(scene: &Staged, rehearsal: bool) -> Scene {
    let (_, keys, doubt, ..) = scene;
    let mut stage = Scene::new(rehearsal);
    for key in *keys {
        stage.keys(key);
        if *key == "n" {
            stage.thread("Where do I vote? I moved last month");
        }
    }
    if *doubt {
        let contact = stage.model.open.as_ref().expect("open").contact;
        let mut line = stage.model.people.line(contact).expect("known").clone();
        line.opt_out = OptOut::Possible { words: "please take me off your list".into() };
        let what = EventKind::Contact { contact: line };
        let at = stage.stamp().wall;
        stage.tell(Msg::Event(Box::new(Event { seq: 900, at, what })));
    }
    stage
}

/// All that can be read, line breaks and frames taken for blanks, so that what was wrapped is whole again.
fn words(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            out.push_str(buffer[(x, y)].symbol());
        }
        out.push(' ');
    }
    let text = out.replace(['│', '║', '┃', '|', '╭', '╮', '╰', '╯'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `wanted` stands there, if need be with another pane's words between its lines.
fn readable(buffer: &Buffer, wanted: &str) -> bool {
    if words(buffer).contains(wanted) {
        return true;
    }
    // Beside another pane the lines of one are apart: each column range is read by itself.
    let area = buffer.area;
    (0..area.width).step_by(2).any(|left| {
        let rows = (0..area.height).map(|y| {
            let row: String = (left..area.width).map(|x| buffer[(x, y)].symbol()).collect();
            row.split(['│', '║', '|']).find(|part| !part.trim().is_empty()).unwrap_or_default().trim().to_owned()
        });
        rows.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ").contains(wanted)
    })
}

fn themes() -> Vec<Theme> {
    let named =
        Theme::NAMES.iter().flat_map(|name| [Depth::True, Depth::Sixteen].map(|depth| Theme::named(name, depth)));
    named.flatten().collect()
}

fn cursor_of(drawn: &Drawn, buffer: &Buffer, name: &str) -> Position {
    let cursor = drawn.cursor.expect("a cursor");
    assert!(buffer.area.contains(cursor), "{name}: {cursor:?}");
    cursor
}

/// What a small window has no room for is marked, and the end of it is read with the last choice.
#[test]
fn the_question_before_leaving_is_marked_as_longer_in_a_small_window() {
    let theme = Theme::named("dark", Depth::True).expect("known");
    let mut stage = Scene::new(false);
    stage.keys("q");
    let mut drawn = || {
        let (buffer, _) = stage.draw_in(40, 12, &theme, &Caps::default());
        stage.keys("down");
        words(&buffer)
    };
    let (first, last) = (drawn(), drawn());
    assert!(first.contains("Leave? 2 voters wait") && first.contains('↓') && !first.contains("sealed."), "{first}");
    assert!(last.contains("sealed.") && last.contains("(give contacts back)") && last.contains('↑'), "{last}");
    assert!(first.contains("Stay and answer") && last.contains("Leave now"), "the choices stay");
}

#[test]
fn every_scene_can_be_read_at_every_size() {
    let theme = Theme::named("dark", Depth::True).expect("known");
    let mut faults = Vec::new();
    for scene in SCENES {
        let (name, _, _, at, wanted) = scene;
        let mut stage = staged(scene, true);
        for (width, height) in SIZES {
            let (buffer, drawn) = stage.draw_in(width, height, &theme, &Caps::default());
            let cursor = cursor_of(&drawn, &buffer, name);
            let mut fault = |what: &str| faults.push(format!("{name} at {width}x{height}: {what}\n{}", words(&buffer)));
            if *at == At::Row && Some(buffer[cursor].bg) != theme.style(Role::Selected).bg {
                fault("the cursor is not on the selected row");
            }
            if !readable(&buffer, "REHEARSAL") {
                fault("nothing says whether voters are real");
            }
            for text in wanted.iter().filter(|text| !readable(&buffer, text)) {
                fault(text);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_theme_sets_text_apart_from_its_ground_and_real_voters_apart_from_a_rehearsal() {
    for theme in themes() {
        for scene in SCENES {
            let (name, ..) = scene;
            let mut stage = staged(scene, true);
            let (buffer, drawn) = stage.draw_in(80, 24, &theme, &Caps { ascii: true, ..Caps::default() });
            cursor_of(&drawn, &buffer, name);
            for cell in buffer.content.iter().filter(|cell| !cell.symbol().trim().is_empty()) {
                assert!(
                    cell.fg != cell.bg || theme.name == "mono",
                    "{name} in {}: {:?} cannot be seen",
                    theme.name,
                    cell.symbol()
                );
            }
            let (real, _) = staged(scene, false).draw_in(80, 24, &theme, &Caps::default());
            assert!(readable(&real, "REAL VOTERS"), "{name} in {}", theme.name);
        }
        for (width, height) in SIZES {
            let (buffer, drawn) = staged(&SCENES[0], false).draw_in(width, height, &theme, &Caps::default());
            cursor_of(&drawn, &buffer, "card");
        }
    }
}

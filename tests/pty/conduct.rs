//! What is asked line by line in a terminal before the console takes the screen: rules of conduct, the waiting room.

use std::time::Duration;

use crate::harness::{Home, Terminal};
use crate::served::leave;
use crate::serving::Served;

#[test]
fn a_volunteer_reads_the_rules_page_by_page_and_gets_contacts_once_they_are_accepted() {
    let served = Served::start();
    let link = served.with_rules(40);
    let home = Home::new();

    let mut joining = Terminal::start_lines(&home, 80, 24, &["join", &link, "--name", "Ann"]);
    joining.wait_for("Enter reads on:");
    assert!(joining.screen().contains("Rules of conduct of"), "{}", joining.screen());
    assert!(joining.screen().contains("Rule 5:") && !joining.screen().contains("Rule 30:"), "{}", joining.screen());
    joining.press(b"\r");
    joining.wait_for("Type yes and Enter:");
    assert!(joining.screen().contains("Rule 40:"), "{}", joining.screen());
    // Only the whole word is a yes; whoever presses Enter too often has not accepted.
    joining.press(b"\r");
    joining.wait_for_screen("the question again", |screen| screen.matches("Type yes and Enter:").count() == 2);
    joining.press(b"no\r");
    joining.wait_for("Not accepted");
    assert!(joining.wait_for_end().success(), "the sign-in stands");

    let mut console = Terminal::start_lines(&home, 80, 24, &["text"]);
    console.wait_for("Enter reads on:");
    console.press(b"q\r");
    console.wait_for("Not accepted");
    assert!(!console.wait_for_end().success());

    let mut console = Terminal::start_lines(&home, 120, 40, &["text"]);
    console.wait_for("Enter reads on:");
    console.press(b"\r");
    console.wait_for("Type yes and Enter:");
    assert!(console.screen().contains("Guide of the campaign"), "{}", console.screen());
    console.press(b"yes\r");
    console.open_console();
    console.wait_for("sends this text");
    leave(console);

    let console = Terminal::start_in(&home, 80, 24, &["text"]);
    console.wait_for("sends this text");
    leave(console);
}

#[test]
fn who_joins_by_a_link_with_a_waiting_room_goes_on_by_itself_when_let_in() {
    let served = Served::start();
    let link = served.with_waiting_room();
    let home = Home::new();
    let mut joining = Terminal::start_lines(&home, 80, 24, &["join", &link, "--name", "Ann"]);
    joining.wait_for("You are in the waiting room");
    // Left, and come back to by the console.
    joining.press(b"\x03");
    joining.wait_for_end();
    let mut console = Terminal::start_lines(&home, 80, 24, &["text"]);
    console.wait_for("You are in the waiting room");
    console.press(b"\x03");
    console.wait_for_end();
    // Joining again finds the same person, and goes on into the console too.
    let mut console = Terminal::start_lines(&home, 80, 24, &["join", &link, "--name", "Ann"]);
    console.wait_for("You are in the waiting room");
    served.let_everybody_in();
    console.wait_for("Ann is now texter");
    console.open_console();
    console.wait_for("sends this text");
    leave(console);
}

/// Two questions, the rules, the practice done as it says, the door, the guide, and the campaign's first card.
#[test]
fn the_first_minute_leads_from_the_link_to_the_first_real_card() {
    let served = Served::start();
    served.with_rules(3);
    let link = served.with_waiting_room();
    let home = Home::new();
    let mut first = Terminal::start_first_minute(&home, 80, 24, &["join", &link]);
    first.wait_for("Do you use a screen reader or a braille display?");
    first.press(b"no\r");
    first.wait_for("Your first name, as voters will read it:");
    first.press(b"Ann\r");
    first.wait_for("Type yes and Enter:");
    assert!(first.screen().contains("Rule 3: be kind."), "{}", first.screen());
    first.press(b"yes\r");
    first.wait_for("Press Enter to begin");
    first.press(b"\r");
    first.open_console();
    let (mut keys, mut trace) = (0, Vec::new());
    loop {
        let strip = |screen: &str| -> String {
            let from = screen.lines().skip_while(|line| !line.contains("PRACTICE"));
            let words: Vec<&str> = from.take(2).flat_map(str::split_whitespace).collect();
            words.join(" ")
        };
        let told = |screen: &str| {
            let told = strip(screen);
            let keys: [(&str, &[u8]); 11] = [
                ("Enter sends it", b"\r"),
                ("to end the practice", b"q"),
                ("Press Tab", b"\t"),
                ("Write a short", b"ok"),
                ("opts them out", b"k"),
                ("Press n", b"n"),
                ("Press i", b"i"),
                ("Press Enter", b"\r"),
                ("Go on with Enter", b"\r"),
                ("Go on with Tab", b"\t"),
                ("Go on with n", b"n"),
            ];
            keys.iter().find(|(words, _)| told.contains(words)).map(|(_, key)| (told.clone(), *key))
        };
        first.wait_for_screen("what to do next", |screen| told(screen).is_some());
        // A frame comes in pieces: only the whole of it says what to do.
        first.wait_until_quiet(Duration::from_millis(60));
        let before = first.screen();
        let Some((said, key)) = told(&before) else { continue };
        trace.push(format!("{said} -> {}", String::from_utf8_lossy(key).escape_debug()));
        first.press(key);
        keys += 1;
        assert!(keys < 60, "{trace:#?}\n{before}");
        if said.contains("to end the practice") {
            break;
        }
        // A press that came sooner than a card can be read counts for nothing: it is made again, as a person does.
        first.becomes(Duration::from_millis(400), |screen| screen != before);
    }
    first.wait_for("You are in the waiting room");
    served.accept_rules();
    assert!(first.screen().contains("Practice over"), "{}", first.screen());
    served.let_everybody_in();
    first.wait_for("Guide of the campaign");
    first.wait_for("Type yes and Enter:");
    first.press(b"yes\r");
    first.open_console_again(2);
    first.wait_for("sends this text");
    // The server's own campaign, with a first portion of ten. (Its carrier is simulated: the mark says REHEARSAL here.)
    assert!(first.screen().contains("0 of 10 done") && !first.screen().contains("PRACTICE"), "{}", first.screen());
    assert_eq!(served.accepted(), 0, "nothing of the practice went anywhere");
    leave(first);
}

#[test]
fn what_was_typed_in_the_waiting_room_does_not_reach_the_shell() {
    let served = Served::start();
    let link = served.with_waiting_room();
    let script = r#""$0" join "$1" --name Ann; echo over; IFS= read -r line; echo "read <$line>""#;
    let program = env!("CARGO_BIN_EXE_textbank");
    let mut shell = Terminal::start_shell(&Home::new(), 80, 24, &["-c", script, program, &link]);
    shell.wait_for("You are in the waiting room");
    // The terminal shows what it has taken.
    shell.press(b"rm -r everything\r");
    shell.wait_for("rm -r everything");
    served.show_everybody_out();
    shell.wait_for("over");
    shell.press(b"fresh\r");
    shell.wait_for("read <");
    assert!(shell.screen().contains("read <fresh>"), "{}", shell.screen());
    shell.wait_for_end();
}

/// Whoever refuses one campaign's guide may still work for another: their campaigns come back.
#[test]
fn who_refuses_a_guide_comes_back_to_their_campaigns() {
    let served = Served::start();
    let mut console = Terminal::start_in(&served.home, 120, 40, &["text"]);
    console.wait_for("sends this text");
    // Rules of today, which nobody has accepted yet.
    served.with_rules(3);
    console.press(b"Q");
    console.open_console_again(2);
    console.wait_for("My campaigns");
    // A press that comes sooner than the screen can be read counts for nothing.
    console.wait_until_quiet(Duration::from_secs(1));
    console.press(b"\r");
    console.wait_for("Type yes and Enter:");
    console.press(b"no\r");
    console.wait_for("Press Enter for your campaigns:");
    console.press(b"\r");
    console.open_console_again(3);
    console.wait_for_screen("the campaigns again", |screen| {
        // With what is in hand: before it is known there is nothing to ask about when it is left.
        screen.contains("My campaigns") && screen.contains("first texts to send") && !screen.contains("Not accepted")
    });
    console.press(b"q");
    console.wait_for("Leave now");
    // A press that comes with the dialog is not taken for an answer to it.
    console.press_until_it_ends(b"y");
    assert!(console.wait_for_end().success());
    console.is_given_back();
}

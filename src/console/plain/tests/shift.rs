//! A shift in lines, with a scripted outside.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::api::act::Act;
use crate::api::campaign::CampaignState;
use crate::api::event::{Event, EventKind};
use crate::api::message::ThreadEntry;
use crate::api::message::{SendRequest, Thread};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Confirmed, ConfirmedWhat, DrawnCard, Msg, Stamp};
use crate::console::core::texter::tests::driver::{CAMPAIGN, inbound, line, opening, start};
use crate::console::core::texter::{Model, TexterOptions};
use crate::console::plain::{Front, Lines, TexterPages, Voice};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ContactId, DeviceId};
use crate::domain::message::MessageKind;
use crate::i18n::Catalogue;

/// Somebody who hears everything and types.
pub(super) struct Reader {
    pub(super) front: Lines<TexterPages>,
    mono: Duration,
    wall: Timestamp,
    next: u128,
    pub(super) said: Vec<String>,
    /// What was said since the last line was typed.
    since: usize,
    confirmed: Vec<Confirmed>,
    drawn: Option<DrawnCard>,
    words: String,
    /// Effects that nobody answered.
    pub(super) others: usize,
}

impl Reader {
    pub(super) fn with(unsent: i64, waiting: i64) -> Self {
        Self::opened(opening(unsent, waiting), "yes?")
    }

    pub(super) fn opened(opening: Vec<Msg>, words: &str) -> Self {
        let model = Model::new(TexterOptions::new(CAMPAIGN, DeviceId(Uuid::from_u128(9))));
        let voice = Voice::new(Arc::new(Catalogue::english()), TimeZone::UTC);
        let mut reader = Self {
            front: Lines::new(TexterPages::new(model), voice),
            mono: Duration::from_secs(100),
            wall: start(),
            next: 0,
            said: Vec::new(),
            since: 0,
            confirmed: Vec::new(),
            drawn: None,
            words: words.to_owned(),
            others: 0,
        };
        let fx = reader.front.start();
        reader.take(fx);
        // The first stamp, and with it the time.
        let stamp = reader.stamp();
        reader.tell(Msg::Drawn { card: None, stamp });
        opening.into_iter().for_each(|msg| reader.tell(msg));
        reader.hear();
        reader
    }

    pub(super) fn stamp(&mut self) -> Stamp {
        self.next += 1;
        Stamp { id: Uuid::from_u128(self.next), wall: self.wall, mono: self.mono }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let answer = match effect {
                Effect::Confirm(confirmed) => {
                    self.confirmed.push(confirmed.clone());
                    Msg::Journaled { id: confirmed.id }
                }
                Effect::Load(Ask::Thread { contact, .. }) => {
                    let entries = vec![inbound(contact, 2, &self.words)];
                    Msg::Thread(Thread { contact, entries, more_before: false })
                }
                _ => {
                    self.others += 1;
                    continue;
                }
            };
            let fx = self.front.update(answer);
            self.take(fx);
        }
    }

    pub(super) fn tell(&mut self, msg: Msg) {
        let fx = self.front.update(msg);
        self.take(fx);
    }

    /// Everything that is to be said is said, and counts as heard.
    pub(super) fn hear(&mut self) {
        for _ in 0..8 {
            let Some(spoken) = self.front.speak(false) else { return };
            self.said.extend(spoken.lines);
            if spoken.drawn != self.drawn {
                self.drawn.clone_from(&spoken.drawn);
                let stamp = self.stamp();
                self.tell(Msg::Drawn { card: spoken.drawn, stamp });
            }
        }
        panic!("it never ends: {:#?}", self.said);
    }

    fn pass(&mut self, ms: u64) {
        self.mono += Duration::from_millis(ms);
        self.wall += SignedDuration::from_millis(i64::try_from(ms).unwrap());
    }

    /// Types lines, a second between any two, and gives what was said after the last one.
    pub(super) fn types(&mut self, lines: &[&str]) -> String {
        for line in lines {
            self.pass(1000);
            self.since = self.said.len();
            let stamp = self.stamp();
            let fx = self.front.typed(line, stamp);
            self.take(fx);
            self.hear();
        }
        self.said[self.since..].join("\n")
    }

    pub(super) fn event(&mut self, what: EventKind) {
        let at = self.wall;
        self.tell(Msg::Event(Box::new(Event { seq: 100, at, what })));
    }

    pub(super) fn sent(&self) -> Vec<&SendRequest> {
        let text = |confirmed: &'_ Confirmed| matches!(confirmed.what, ConfirmedWhat::Text(_));
        let texts = self.confirmed.iter().filter(|one| text(one));
        texts
            .filter_map(|one| match &one.what {
                ConfirmedWhat::Text(request) => Some(request),
                ConfirmedWhat::Act { .. } => None,
            })
            .collect()
    }

    pub(super) fn acts(&self) -> Vec<&Act> {
        let act = |one: &'_ Confirmed| matches!(one.what, ConfirmedWhat::Act { .. });
        let acts = self.confirmed.iter().filter(|one| act(one));
        acts.filter_map(|one| match &one.what {
            ConfirmedWhat::Act { act } => Some(act),
            ConfirmedWhat::Text(_) => None,
        })
        .collect()
    }

    fn count(&self, words: &str) -> usize {
        self.said.iter().filter(|line| line.contains(words)).count()
    }
}

/// Somebody wrote what may be an opt-out.
fn in_doubt(contact: i64, words: &str) -> EventKind {
    let mut summary = line(contact, Status::NeedsResponse);
    summary.opt_out = OptOut::Possible { words: words.into() };
    EventKind::Contact { contact: summary }
}

#[test]
fn a_wording_is_told_once_and_then_the_name() {
    let mut reader = Reader::with(3, 0);
    assert_eq!(reader.said[0], "REHEARSAL. The voters are made up; nothing reaches a real phone.");
    assert_eq!(reader.count("Text: Hi N1, it's Ana"), 1);
    assert!(reader.types(&["y"]).starts_with("N2. 2 of 3."), "{:#?}", reader.said);
    assert!(reader.types(&["y"]).starts_with("N3. 3 of 3."), "{:#?}", reader.said);
    assert_eq!(reader.count("Text: "), 1);
    assert!(reader.types(&["v"]).starts_with("Text: Hi N3, it's Ana\n"));
    assert_eq!(reader.sent().iter().map(|text| text.contact.0).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn an_empty_line_tells_again_and_sends_nothing() {
    let mut reader = Reader::with(2, 0);
    for _ in 0..500 {
        reader.types(&[""]);
    }
    assert!(reader.sent().is_empty());
    assert!(reader.types(&[""]).starts_with("N1."));
}

#[test]
fn a_conversation_is_answered_closed_and_opened_again() {
    let mut reader = Reader::with(1, 2);
    assert!(reader.said.iter().any(|line| line == "Waiting for your answer: 2."), "{:#?}", reader.said);
    let talk = reader.types(&["n"]);
    assert!(talk.contains("Conversation with N1001.") && talk.contains("N1001, 4:00 PM: yes?"), "{talk}");
    let list = reader.types(&["c"]);
    assert!(list.contains("1: Where to vote. At the school, N1001."), "{list}");
    let reply = reader.types(&["1"]);
    assert!(reply.contains("Your reply to N1001: At the school, N1001.\nSend this reply?"), "{reply}");
    let next = reader.types(&["y"]);
    assert!(next.contains("Conversation with N1002."), "{next}");
    assert_eq!(reader.sent()[0].source.as_deref(), Some("canned:where"));
    // By hand: the text is told before it can go out, and can be written anew.
    assert!(reader.types(&["i"]).contains("Write to N1002"));
    assert!(!reader.types(&["y"]).contains("Your reply"), "a word of this program is asked about");
    assert!(
        reader.types(&["y"]).contains("Your reply to N1002: y\n"),
        "typed again, a text is a text, whatever it says"
    );
    assert_eq!(reader.sent().len(), 1);
    let reply = reader.types(&["i", "Hello there", "line", "and bye"]);
    assert!(reply.contains("N1002: Hello there\nNext line: and bye\nSend"), "{reply}");
    let list = reader.types(&["y"]);
    assert_eq!(reader.sent()[1].body, "Hello there\nand bye");
    // With nobody left the hands are in the list, and a letter is about nobody who was not named.
    assert!(list.contains("Replies, ") && list.contains("1: N100"), "{list}");
    for letter in ["x", "w", "o", "t", "N", "T", "close", "open"] {
        assert!(reader.types(&[letter]).starts_with("Of whom?"), "{letter}");
    }
    assert!(reader.acts().is_empty());
    let closed = reader.types(&["1 x"]);
    assert!(closed.contains("closed; u takes it back."), "{closed}");
    assert!(reader.types(&["u"]).contains("is open again."));
    assert!(matches!(reader.acts()[..], [Act::Close { .. }, Act::Reopen { .. }]));
}

#[test]
fn an_answer_is_recorded_by_its_number_and_its_line_offered() {
    let mut reader = Reader::with(0, 1);
    let asked = reader.types(&["n", "a"]);
    assert!(asked.contains("Question 1 of 1: Do they support?\n1: yes. Great, N1001!\n2: no"), "{asked}");
    let reply = reader.types(&["1"]);
    assert!(reply.contains("Great, N1001!\nSend this reply?"), "{reply}");
    assert!(matches!(reader.acts()[..], [Act::Answer { value: Some(value), .. }] if value == "yes"));
    reader.types(&["y"]);
    assert_eq!(reader.sent()[0].source.as_deref(), Some("answer:support"));
}

#[test]
fn replies_that_fit_are_offered_by_number_and_taken_to_be_read() {
    let mut reader = Reader::opened(opening(1, 1), "Where do I vote?");
    let talk = reader.types(&["n"]);
    assert!(talk.contains("\n1: Where to vote (fits: Where, vote).\n"), "{talk}");
    let reply = reader.types(&["1"]);
    assert!(reply.contains("Your reply to N1001: At the school, N1001.\nSend this reply?"), "{reply}");
    assert!(reader.sent().is_empty());
    // Where nothing was offered, a number is nothing.
    let mut reader = Reader::opened(opening(1, 1), "zzz");
    assert!(!reader.types(&["n"]).contains("fits:"));
    assert!(reader.types(&["1"]).starts_with("There is nothing with that number here."));
    assert!(!reader.types(&["?"]).contains("take a reply that fits"));
}

#[test]
fn back_is_one_word_and_nothing_is_offered_that_does_nothing() {
    let mut reader = Reader::with(3, 1);
    reader.types(&["n"]);
    let answers = reader.types(&["a"]);
    assert!(!answers.contains("next question") && !answers.contains("clear answer"), "{answers}");
    reader.types(&["b"]);
    let list = reader.types(&["b"]);
    assert!(list.contains("Replies, waiting and in conversation: 1."), "{list}");
    assert!(reader.acts().is_empty());
    // A letter about nobody does nothing to whoever happens to be selected.
    assert!(reader.types(&["D"]).starts_with("Of whom?") && reader.acts().is_empty());
    reader.types(&["1", "x"]);
    let list = reader.types(&["", "p", "p"]);
    assert!(list.contains("back to sending, 3 left"), "{list}");
}

#[test]
fn the_script_and_all_that_is_known_are_told() {
    let mut reader = Reader::with(0, 1);
    reader.types(&["n"]);
    let script = reader.types(&["s"]);
    assert!(script.contains("Do they support? (now)\n1: yes. Great, N1001!\n2: no"), "{script}");
    reader.types(&["2"]);
    assert!(reader.types(&["s"]).contains("Do they support? recorded: no."));
    assert!(reader.types(&["b", "K"]).contains("All that is known: N1001."));
}

#[test]
fn a_day_is_told_as_it_was_understood_before_yes_records_it() {
    use crate::domain::survey::{Answer, Free};
    let mut opening = opening(0, 1);
    for msg in &mut opening {
        if let Msg::Campaign(view) = msg {
            let on = Answer { value: "On a day".into(), free: Some(Free::Date), ..Answer::default() };
            view.def.questions[0].answers = vec![on];
        }
    }
    let mut reader = Reader::opened(opening, "In November");
    let asked = reader.types(&["n", "a"]);
    assert!(asked.contains("Nov 3"), "{asked}");
    let told = reader.types(&["someday"]);
    assert!(told.contains("That is no day"), "{told}");
    assert!(!reader.types(&["yes"]).contains("Understood") && reader.acts().is_empty(), "{:#?}", reader.said);
    let told = reader.types(&["11/3"]);
    assert!(told.contains("Understood: Tuesday, November 3, 2026.\nType yes to record it"), "{told}");
    let told = reader.types(&["nov 4"]);
    assert!(told.contains("Wednesday, November 4") && reader.acts().is_empty(), "{told}");
    reader.types(&["y"]);
    let contact = ContactId(1001);
    let act = Act::Answer { contact, question: "support".into(), value: Some("2026-11-04".into()) };
    assert_eq!((reader.acts(), reader.sent().len()), (vec![&act], 0));
}

#[test]
fn a_possible_opt_out_is_decided_before_anything_is_written() {
    let mut reader = Reader::with(0, 2);
    reader.types(&["n"]);
    reader.event(in_doubt(1001, "lose my number"));
    reader.hear();
    assert!(reader.said.last().is_some_and(|line| line.contains("What for N1001?")), "{:#?}", reader.said);
    assert!(reader.said.iter().any(|line| line.contains("lose my number")), "{:#?}", reader.said);
    assert!(reader.types(&["i"]).contains("may be an opt-out"));
    reader.types(&["k"]);
    assert!(matches!(reader.acts()[..], [Act::NotOptOut { .. }]));
    reader.event(in_doubt(1002, "who is this"));
    assert!(reader.types(&["n"]).contains("who is this"));
    reader.types(&["y"]);
    assert!(matches!(reader.acts()[1..], [Act::OptOut { notice: true, .. }]));
}

#[test]
fn what_a_voter_writes_while_my_reply_is_on_its_way_is_told() {
    let mut reader = Reader::with(0, 1);
    reader.types(&["n", "i", "At the school", "stay"]);
    reader.event(EventKind::Thread {
        contact: ContactId(1001),
        item: inbound(ContactId(1001), 3, "please no more of this"),
    });
    reader.hear();
    reader.types(&["status"]);
    assert_eq!(reader.count("please no more of this"), 1, "{:#?}", reader.said);
}

#[test]
fn the_key_that_takes_a_reply_back_is_no_text_to_a_voter() {
    let mut reader = Reader::with(0, 1);
    reader.front.pages.model.options.reply_window = Duration::from_secs(60);
    reader.types(&["n", "i", "At the school", "stay", "alt+u"]);
    assert_eq!(reader.count("taken back, nothing was sent"), 1, "{:#?}", reader.said);
    assert_eq!(reader.count("Your reply to N1001: alt+u"), 0, "{:#?}", reader.said);
}

#[test]
fn a_picture_is_told_with_or_without_words() {
    let mut reader = Reader::with(0, 1);
    reader.types(&["n"]);
    for (seq, words, pictures) in [(3, "", 1), (4, "my ballot", 2)] {
        let mut item = inbound(ContactId(1001), seq, words);
        if let ThreadEntry::Message(message) = &mut item {
            message.pictures = pictures;
        }
        reader.event(EventKind::Thread { contact: ContactId(1001), item });
        reader.hear();
    }
    reader.types(&["again"]);
    assert!(reader.count("[picture]") > 0 && reader.count("my ballot [2 pictures]") > 0, "{:#?}", reader.said);
}

#[test]
fn a_reply_taken_back_is_told_with_what_came_meanwhile() {
    let mut reader = Reader::with(0, 2);
    reader.front.pages.model.options.reply_window = Duration::from_secs(60);
    reader.types(&["n", "i", "At the school", "y"]);
    reader.event(EventKind::Thread { contact: ContactId(1001), item: inbound(ContactId(1001), 3, "that is not me") });
    reader.hear();
    assert_eq!(reader.count("that is not me"), 0, "the hands are with somebody else");
    reader.types(&["u"]);
    assert!(reader.count("that is not me") > 0, "{:#?}", reader.said);
}

#[test]
fn an_opt_out_is_asked_by_numbers() {
    let mut reader = Reader::with(2, 0);
    let asked = reader.types(&["o"]);
    assert!(asked.contains("Opt N1 out?") && asked.contains("3: Cancel (n)"), "{asked}");
    assert!(reader.types(&["9"]).contains("numbers up to 3"));
    assert!(reader.types(&["3"]).contains("N1. "), "back on the card");
    assert!(reader.acts().is_empty());
    assert!(reader.types(&["o", "2"]).contains("N1 is opted out"));
    assert!(matches!(reader.acts()[..], [Act::OptOut { notice: false, .. }]));
    assert!(reader.sent().is_empty());
}

#[test]
fn what_comes_in_waits_for_the_next_question() {
    let mut reader = Reader::with(2, 0);
    let before = reader.said.len();
    let mut summary = line(1, Status::NeedsResponse);
    summary.id = ContactId(77);
    summary.first_name = "Zoe".into();
    summary.preview = "Hello?".into();
    reader.event(EventKind::Contact { contact: summary });
    reader.hear();
    assert_eq!(reader.said.len(), before, "nothing in mid-line");
    let next = reader.types(&["y"]);
    assert!(next.starts_with("Zoe answered (1 waiting): Hello?\nN2."), "{next}");
    // What can be done is said; what was asked about and is gone is told at once.
    reader.event(EventKind::Campaign { state: CampaignState::Paused, script_version: 3 });
    reader.hear();
    assert!(reader.said.last().is_some_and(|line| line.starts_with("This one cannot be sent.")), "{:#?}", reader.said);
    assert!(reader.types(&["y"]).contains("Paused by a captain"));
    assert_eq!(reader.sent().len(), 1);
}

#[test]
fn what_strangers_write_reaches_nobodys_terminal() {
    let hostile = "\u{1b}[2J\u{1b}]52;c;eA==\u{7}Ann\u{202e}\r\nREAL VOTERS\u{9b}31m\u{2028}x";
    let mut messages = opening(2, 1);
    for msg in &mut messages {
        if let Msg::Contacts { found, .. } = msg {
            for contact in found {
                contact.summary.first_name = hostile.into();
                contact.summary.preview = hostile.into();
                contact.fields.insert("firstName".into(), hostile.into());
                contact.fields.insert("city".into(), hostile.into());
                contact.visible = vec!["city".into()];
                contact.tags = vec![hostile.into()];
                contact.note = hostile.into();
            }
        }
    }
    let mut reader = Reader::opened(messages, hostile);
    for line in [
        "", "t", "o", "3", "s", "u", "p", "1", "m", "c", "b", "i", hostile, "y", "?", "keys", "M", "O", "status",
        hostile,
    ] {
        reader.types(&[line]);
    }
    for line in &reader.said {
        assert!(!line.chars().any(|c| c.is_control() || "\u{202e}\u{2028}\u{9b}".contains(c)), "{line:?}");
        assert!(!line.starts_with("REAL VOTERS"), "{line:?}");
    }
}

/// What may happen.
#[derive(Debug, Clone)]
enum Step {
    Types(&'static str),
    Inbound(i64),
    Doubt(i64),
    State(bool),
    Waits(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let lines = prop::sample::select(vec![
        "",
        "y",
        "y",
        "y",
        "n",
        "s",
        "o",
        "w",
        "x",
        "u",
        "i",
        "a",
        "c",
        "b",
        "p",
        "t",
        "m",
        "f",
        "1",
        "2",
        "3",
        "1 x",
        "2 o",
        "k",
        "stay",
        "line",
        "hello",
        "See you there",
        "?",
        "status",
        "O",
        "M",
        "R",
        "send",
        "undo",
        "enter",
        "esc",
        "q",
    ]);
    prop_oneof![
        8 => lines.prop_map(Step::Types),
        1 => (1001..1004i64).prop_map(Step::Inbound),
        1 => (1001..1004i64).prop_map(Step::Doubt),
        1 => any::<bool>().prop_map(Step::State),
        1 => (0..3000u64).prop_map(Step::Waits),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    /// Whatever is typed and happens: a text goes out by one line that is not empty, and what it says has been told.
    #[test]
    fn nothing_goes_out_that_was_not_told_and_asked_for(steps in prop::collection::vec(step(), 1..60)) {
        let mut reader = Reader::with(4, 3);
        let mut seq = 10;
        for step in steps {
            let before = reader.sent().len();
            let told = reader.said.len();
            match &step {
                Step::Types(line) => {
                    reader.types(&[line]);
                }
                Step::Inbound(contact) => {
                    seq += 1;
                    let item = inbound(ContactId(*contact), seq, "and one more thing");
                    reader.event(EventKind::Thread { contact: ContactId(*contact), item });
                    let mut summary = line(*contact, Status::NeedsResponse);
                    (summary.last_seq, summary.foreign_seq) = (seq, seq);
                    reader.event(EventKind::Contact { contact: summary });
                    reader.hear();
                }
                Step::Doubt(contact) => {
                    reader.event(in_doubt(*contact, "leave me alone"));
                    reader.hear();
                }
                Step::State(paused) => {
                    let state = if *paused { CampaignState::Paused } else { CampaignState::Running };
                    reader.event(EventKind::Campaign { state, script_version: 3 });
                    reader.hear();
                }
                Step::Waits(ms) => reader.pass(*ms),
            }
            let sent = reader.sent();
            prop_assert!(sent.len() <= before + 1, "{step:?} sent {}", sent.len() - before);
            if sent.len() > before {
                prop_assert!(matches!(step, Step::Types(line) if !line.is_empty()), "{step:?} sent a text");
                let text = sent[before];
                let heard = &reader.said[..told];
                match text.kind {
                    MessageKind::Initial => {
                        let name = format!("N{}.", text.contact.0);
                        prop_assert!(heard.iter().any(|line| line.starts_with(&name)), "{name} was not told");
                        prop_assert!(heard.iter().any(|line| line.starts_with("Text: Hi N")));
                    }
                    _ => {
                        // The words stand before the question that was answered.
                        let asked = heard.iter().rposition(|line| line.starts_with("Your reply to "));
                        let words = asked.map(|at| heard[at..].join("\n")).unwrap_or_default();
                        let whole = text.body.replace('\n', "\nNext line: ");
                        let whole = format!("Your reply to N{}: {whole}\n", text.contact.0);
                        prop_assert!(words.starts_with(&whole), "{whole:?} was not told: {words}");
                    }
                }
            }
        }
        let ids: std::collections::BTreeSet<Uuid> = reader.confirmed.iter().map(|one| one.id).collect();
        prop_assert_eq!(ids.len(), reader.confirmed.len(), "one line, one act");
    }
}

#[test]
fn a_key_that_writes_nothing_is_told_by_its_name_and_is_no_text() {
    let mut reader = Reader::with(2, 1);
    let said = reader.types(&["y\u{1b}[D"]);
    assert!(said.starts_with("Your line had an arrow key in it.") && reader.sent().is_empty(), "{said}");
    reader.types(&["n", "i", "hel\u{1b}[Hlo"]);
    assert!(reader.said.iter().any(|line| line.contains("the Home key")), "{:#?}", reader.said);
    let reply = reader.types(&["hello"]);
    assert!(reply.contains("Your reply to N1001: hello\n"), "{reply}");
    // The Escape key goes back, as it does on a screen.
    assert!(reader.types(&["\u{1b}"]).contains("What for N1001?"));
}

#[test]
fn a_word_of_the_place_behind_is_not_unknown() {
    let mut reader = Reader::with(2, 1);
    let said = reader.types(&["b"]);
    assert!(said.starts_with("There is nothing to go back to"), "{said}");
    reader.types(&["n", "i", "hello"]);
    let said = reader.types(&["t"]);
    assert!(said.starts_with("Not here: \"tags\" works in:"), "{said}");
}

#[test]
fn a_number_that_nobody_has_yet_tells_the_list_again() {
    let mut reader = Reader::with(0, 1);
    reader.types(&["p"]);
    let said = reader.types(&["7"]);
    assert!(said.contains("nothing with that number") && said.contains("\n1: N1001"), "{said}");
}

#[test]
fn forty_names_are_not_read_out_to_who_searches() {
    let mut reader = Reader::with(40, 1);
    let said = reader.types(&["/"]);
    assert!(said.contains("Among 41.") && !said.contains("N1001"), "{said}");
    let said = reader.types(&["N1001"]);
    assert!(said.contains("1: N1001"), "{said}");
}

#[test]
fn a_word_of_the_program_is_no_text_until_it_is_typed_twice() {
    let mut reader = Reader::with(0, 1);
    let asked = reader.types(&["n", "i", "c"]);
    assert!(asked.contains("\"c\" is a word of this program") && !asked.contains("Your reply"), "{asked}");
    let asked = reader.types(&["snooze"]);
    assert!(asked.contains("\"snooze\" is a word"), "{asked}");
    assert!(reader.types(&["snooze"]).contains("Your reply to N1001: snooze\n"), "{:#?}", reader.said);
    for word in ["stay", "skip", "Snooze"] {
        let asked = reader.types(&["i", word]);
        assert!(asked.contains(&format!("\"{word}\" is a word")), "{asked}");
        reader.types(&[""]);
    }
    assert!(reader.types(&["i", "Yes"]).contains("Your reply to N1001: Yes\n"));
}

#[test]
fn the_guide_is_told_and_words_find_their_place_in_it() {
    let mut reader = Reader::with(1, 1);
    let said = reader.types(&["guide"]);
    assert!(said.contains("Question 1 of the script: Do they support?\nNext line: 1 yes"), "{said}");
    let said = reader.types(&["where vote"]);
    assert!(said.contains("Guide: where vote\nCanned reply: Where to vote: At the school"), "{said}");
    assert!(!said.contains("Question 1"), "{said}");
    let said = reader.types(&["b", "I support"]);
    assert!(!said.contains("Guide:"), "{said}");
    let said = reader.types(&["guide support"]);
    assert!(said.contains("Question 1 of the script") && !said.contains("Canned reply"), "{said}");
}

#[test]
fn what_is_looked_for_may_stand_behind_the_word() {
    let mut reader = Reader::with(12, 1);
    let said = reader.types(&["/ N1001"]);
    assert!(said.contains("Search: N1001\n1: N1001"), "{said}");
    reader.types(&["b", "n"]);
    let said = reader.types(&["canned where"]);
    assert!(said.contains("1: Where to vote"), "{said}");
}

//! A file that is whole is found whole; whatever is done to it is found and named.

use jiff::SignedDuration;
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use crate::domain::ledger::{Head, Pressed};
use crate::domain::message::MessageKind;
use crate::domain::received::{ACCEPTED, BESIDE, first_total};

/// A ledger in the making: devices that text in turns.
struct Book {
    heads: Vec<Head>,
    texts: Vec<Received>,
    anchors: Vec<Anchor>,
    now: Timestamp,
}

impl Book {
    fn new(devices: u128) -> Self {
        let heads = (0..devices).map(|n| Head::start(Uuid::from_u128(100 + n), device(n))).collect();
        let now = Timestamp::from_second(1_790_000_000).expect("a moment");
        Self { heads, texts: Vec::new(), anchors: Vec::new(), now }
    }

    fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// What the next text of a device says.
    fn pressed(&self, of: usize) -> Pressed {
        let n = self.texts.len() as u64;
        let body = blake3::hash(&n.to_be_bytes()).to_hex().to_string();
        Pressed {
            id: Uuid::from_u128(5_000 + u128::from(n)),
            device: device(of as u128),
            campaign: CampaignId(1),
            contact: ContactId(n as i64 + 7),
            kind: if n.is_multiple_of(3) { MessageKind::Reply } else { MessageKind::Initial },
            body_hash: body,
            drawn_at: self.now - SignedDuration::from_millis(900),
            pressed_at: self.now,
            mono_ms: (self.now.as_millisecond() - 1_789_999_000_000) as u64,
            dwell_ms: 800,
        }
    }

    fn text(&mut self, of: usize) -> &mut Received {
        self.pass(3);
        let pressed = self.pressed(of);
        let link = self.heads[of].mint(&pressed);
        self.heads[of].follow(&link);
        self.enter(of, pressed, link, ACCEPTED)
    }

    fn enter(&mut self, of: usize, pressed: Pressed, link: crate::domain::ledger::Link, how: &str) -> &mut Received {
        let before = self.texts.last().map_or_else(first_total, |last| last.total.clone());
        let mut text = Received {
            seq: self.texts.len() as u64 + 1,
            received_at: self.now + SignedDuration::from_millis(40),
            skew_us: Some(1_500),
            told_skew_us: Some(1_700),
            outcome: how.into(),
            person: PersonId(of as i64 + 1),
            texter: format!("Texter{of}"),
            session: of as i64 + 10,
            pressed,
            link,
            total: String::new(),
        };
        text.total = text.total_after(&before);
        self.texts.push(text);
        self.texts.last_mut().expect("one")
    }

    fn anchor(&mut self) {
        let Some(last) = self.texts.last() else { return };
        let prev = self.anchors.last().map_or_else(Anchor::first_prev, |anchor| anchor.hash.clone());
        self.anchors.push(Anchor::new(last.seq, self.now, last.total.clone(), prev));
    }

    /// A ledger of so many texts by the devices in a mixed order, anchored now and then and at the end.
    fn mixed(texts: usize, devices: usize) -> Self {
        let mut book = Self::new(devices as u128);
        for n in 0..texts {
            book.text((n * n + n / 3) % devices);
            if n % 7 == 6 {
                book.anchor();
            }
        }
        if !texts.is_multiple_of(7) {
            book.anchor();
        }
        book
    }

    fn lines(&self) -> Vec<String> {
        let title = Title {
            own_time: false,
            format: FORMAT.into(),
            organization: "Friends".into(),
            server: "http://127.0.0.1:1".into(),
            exported_at: self.now,
        };
        let mut writer = Writer::new(Vec::new(), title).expect("written");
        for text in &self.texts {
            writer.text(text.clone()).expect("written");
        }
        for anchor in &self.anchors {
            writer.anchor(anchor.clone()).expect("written");
        }
        let (bytes, _) = writer.finish().expect("written");
        String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect()
    }
}

fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(10 + n))
}

fn check(lines: &[String]) -> Report {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    verify(text.as_bytes(), None).expect("read")
}

fn found(report: &Report) -> Vec<(u64, Kind)> {
    report.problems.iter().map(|found| (found.line, found.kind)).collect()
}

/// Runs all totals and anchors anew, as somebody would who owns the server.
fn forge(book: &mut Book) {
    let mut before = first_total();
    for (seq, text) in (1..).zip(&mut book.texts) {
        text.seq = seq;
        text.total = text.total_after(&before);
        before.clone_from(&text.total);
    }
    let covered: Vec<u64> = book.anchors.iter().map(|anchor| anchor.seq.min(book.texts.len() as u64)).collect();
    let times: Vec<Timestamp> = book.anchors.iter().map(|anchor| anchor.at).collect();
    let mut prev = Anchor::first_prev();
    book.anchors.clear();
    for (seq, at) in covered.into_iter().zip(times) {
        let anchor = Anchor::new(seq, at, book.texts[seq as usize - 1].total.clone(), prev.clone());
        prev.clone_from(&anchor.hash);
        book.anchors.push(anchor);
    }
}

#[test]
fn a_whole_file_is_found_whole() {
    for (texts, devices) in [(0, 1), (1, 1), (7, 2), (40, 5)] {
        let book = Book::mixed(texts, devices);
        let report = check(&book.lines());
        assert_eq!((found(&report), report.notes.len()), (vec![], 0), "{texts} texts: {:?}", report.problems);
        assert_eq!((report.texts, report.accepted), (texts as u64, texts as u64));
        assert_eq!(report.newest_anchor, book.anchors.last().map(|anchor| anchor.hash.clone()));
    }
}

#[test]
fn texts_that_came_late_and_refused_ones_are_no_problem() {
    let mut book = Book::new(1);
    let mut waiting = Vec::new();
    for _ in 0..4 {
        book.pass(2);
        let pressed = Pressed { id: Uuid::from_u128(waiting.len() as u128), ..book.pressed(0) };
        let link = book.heads[0].mint(&pressed);
        book.heads[0].follow(&link);
        waiting.push((pressed, link));
    }
    for at in [2, 0, 3, 1] {
        let (pressed, link) = waiting[at].clone();
        book.enter(0, pressed, link, if at == 0 { "paused" } else { ACCEPTED });
    }
    // A fork: refused, and the next one hangs on it.
    let mut restored = Head { n: 3, hash: waiting[2].1.hash.clone(), ..book.heads[0].clone() };
    for how in [BESIDE, BESIDE, ACCEPTED] {
        book.pass(1);
        let pressed = Pressed { id: Uuid::from_u128(70 + u128::from(restored.n)), ..book.pressed(0) };
        let link = restored.mint(&pressed);
        restored.follow(&link);
        book.enter(0, pressed, link, how);
    }
    let report = check(&book.lines());
    assert_eq!(found(&report), [], "{:?}", report.problems);
    assert_eq!(
        report.notes.iter().map(|note| (note.line, note.kind)).collect::<Vec<_>>(),
        [(6, Kind::Beside), (7, Kind::Beside)]
    );
    assert_eq!((report.texts, report.accepted, report.chains), (7, 4, 1));
}

#[rstest]
// Line 1 is the title; text n stands in line n + 1; 20 texts, anchors at 7, 14, 20 in lines 22 to 24, the end in 25.
#[case::a_text_taken_out(|l: &mut Vec<String>| drop(l.remove(9)), 10, Kind::Missing, "1 text missing")]
#[case::three_texts_taken_out(|l: &mut Vec<String>| drop(l.drain(9..12)), 10, Kind::Missing, "3 texts missing")]
#[case::the_first_taken_out(|l: &mut Vec<String>| drop(l.remove(1)), 2, Kind::Missing, "1 text missing")]
#[case::the_last_texts_taken_out(|l: &mut Vec<String>| drop(l.drain(19..21)), 22, Kind::Missing, "the last 2 texts")]
#[case::two_texts_swapped(|l: &mut Vec<String>| l.swap(5, 6), 7, Kind::OutOfOrder, "is text 5 and stands behind text 6")]
#[case::a_text_moved(|l: &mut Vec<String>| { let one = l.remove(3); l.insert(12, one) }, 13, Kind::OutOfOrder, "is text 3")]
#[case::a_text_twice(|l: &mut Vec<String>| l.insert(9, l[8].clone()), 10, Kind::Twice, "is text 8 once more")]
#[case::an_anchor_taken_out(|l: &mut Vec<String>| drop(l.remove(22)), 23, Kind::Anchor, "one is missing")]
#[case::the_last_anchor_taken_out(|l: &mut Vec<String>| drop(l.remove(23)), 24, Kind::Missing, "3 anchors")]
#[case::anchors_swapped(|l: &mut Vec<String>| l.swap(21, 22), 22, Kind::Anchor, "does not hang")]
#[case::cut_off(|l: &mut Vec<String>| l.truncate(12), 12, Kind::CutOff, "cut off")]
#[case::no_end(|l: &mut Vec<String>| drop(l.pop()), 24, Kind::CutOff, "cut off")]
#[case::no_title(|l: &mut Vec<String>| drop(l.remove(0)), 1, Kind::Missing, "first line")]
#[case::something_behind(|l: &mut Vec<String>| l.push(l[1].clone()), 26, Kind::OutOfOrder, "behind the last line")]
#[case::an_empty_line(|l: &mut Vec<String>| l.insert(4, String::new()), 5, Kind::Unreadable, "no line of a ledger")]
#[case::another_title(|l: &mut Vec<String>| l[0] = l[0].replace("Friends", "Enemies"), 1, Kind::Changed, "first line")]
#[case::a_name(|l: &mut Vec<String>| l[4] = l[4].replace("Texter", "Mallory"), 5, Kind::Changed, "running total")]
#[case::an_outcome(|l: &mut Vec<String>| l[4] = l[4].replace(ACCEPTED, "paused"), 5, Kind::Changed, "running total")]
#[case::a_kind(|l: &mut Vec<String>| l[3] = l[3].replace("initial", "reply"), 4, Kind::Changed, "its hash")]
#[case::a_space(|l: &mut Vec<String>| l[4] = l[4].replacen(',', ", ", 1), 5, Kind::Changed, "not written as it was")]
#[case::the_count(|l: &mut Vec<String>| l[24] = l[24].replace(":20,", ":19,"), 25, Kind::Changed, "its hash")]
fn what_was_done_to_it_is_found_and_named(
    #[case] harm: fn(&mut Vec<String>),
    #[case] line: u64,
    #[case] kind: Kind,
    #[case] words: &str,
) {
    let mut lines = Book::mixed(20, 3).lines();
    harm(&mut lines);
    let report = check(&lines);
    let named = report.problems.iter().find(|found| found.line == line && found.kind == kind);
    let named = named.unwrap_or_else(|| panic!("{:?}", report.problems));
    assert!(named.what.contains(words), "{named:?}");
}

#[test]
fn a_cut_in_the_middle_of_a_line_is_found() {
    let text = Book::mixed(9, 2).lines().join("\n") + "\n";
    for cut in (1..text.len()).step_by(41) {
        let report = verify(&text.as_bytes()[..text.len() - cut], None).expect("read");
        assert!(!report.problems.is_empty(), "{cut} bytes cut");
    }
}

#[test]
fn who_runs_the_totals_anew_is_found_by_the_devices_chains() {
    // A text is taken out and everything that the server makes is made anew.
    let mut book = Book::mixed(20, 3);
    let gone = book.texts.remove(10);
    forge(&mut book);
    let report = check(&book.lines());
    let chain = gone.link.chain;
    let next = book.texts.iter().position(|text| text.link.chain == chain && text.link.n == gone.link.n + 1);
    let line = next.expect("a later text of the device") as u64 + 2;
    assert_eq!(found(&report), [(line, Kind::Missing)], "{:?}", report.problems);
    // A text is changed, its own hash and all totals are made anew.
    let mut book = Book::mixed(20, 3);
    let changed = &mut book.texts[10];
    changed.pressed.contact = ContactId(1);
    let head = Head { chain, n: changed.link.n - 1, hash: changed.link.prev.clone() };
    changed.link = head.mint(&changed.pressed);
    forge(&mut book);
    assert_eq!(found(&check(&book.lines())), [(line + 1, Kind::Forked)]);
    // The newest text of a device: its chain cannot tell, but an anchor that was published can.
    let mut book = Book::mixed(20, 3);
    let published = book.anchors[2].hash.clone();
    book.texts.pop();
    forge(&mut book);
    let lines = book.lines();
    assert_eq!(found(&check(&lines)), []);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let report = verify(text.as_bytes(), Some(&published)).expect("read");
    assert_eq!(report.problems.iter().map(|found| found.kind).collect::<Vec<_>>(), [Kind::NotPublished]);
    let kept = verify(text.as_bytes(), Some(&book.anchors[1].hash)).expect("read");
    assert_eq!((kept.problems.len(), kept.published_up_to), (0, Some(14)));
}

#[test]
fn a_chain_in_two_hands_is_a_fork() {
    let mut book = Book::mixed(6, 1);
    book.texts[4].person = PersonId(9);
    forge(&mut book);
    assert_eq!(found(&check(&book.lines())).first(), Some(&(6, Kind::Forked)));
}

#[test]
fn clocks_are_noted_and_no_fault() {
    let mut book = Book::new(2);
    for n in 0..12 {
        let text = book.text(n % 2);
        if n >= 6 {
            text.skew_us = Some(-300_000_000);
        }
    }
    forge(&mut book);
    let report = check(&book.lines());
    assert_eq!(found(&report), []);
    let notes: Vec<_> = report.notes.iter().map(|note| (note.line, note.kind)).collect();
    assert_eq!(notes, [(8, Kind::Skew), (9, Kind::Skew)]);
    assert!(
        report.notes[0].what.contains("up to 5 min ahead of the server's, first here (3 texts"),
        "{:?}",
        report.notes
    );

    let mut book = Book::new(1);
    for n in 0..6 {
        book.text(0);
        if n == 2 {
            // Set back by an hour, while the console runs on.
            let mono = book.pressed(0).mono_ms;
            book.pass(-3_600);
            let pressed = Pressed { mono_ms: mono + 3_000, ..book.pressed(0) };
            let link = book.heads[0].mint(&pressed);
            book.heads[0].follow(&link);
            book.enter(0, pressed, link, ACCEPTED);
        }
    }
    let report = check(&book.lines());
    assert_eq!(found(&report), []);
    let set_back = report.notes.iter().find(|note| note.line == 5).expect("a note");
    assert!(set_back.kind == Kind::Clock && set_back.what.contains("set back by 60 min"), "{set_back:?}");
}

#[test]
fn a_name_in_a_forged_file_is_data() {
    let mut book = Book::new(1);
    for _ in 0..3 {
        book.text(0).texter = "Mal\u{1b}[2J\nlory".into();
    }
    book.texts.remove(1);
    forge(&mut book);
    let report = check(&book.lines());
    let all: String = report.problems.iter().chain(&report.notes).map(|found| found.what.as_str()).collect();
    assert!(all.contains("lory") && !all.contains(['\u{1b}', '\n']), "{all:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any byte of any line put to any other value.
    #[test]
    fn a_changed_byte_is_found_in_its_line(texts in 1_usize..16, devices in 1_usize..4, at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let lines = Book::mixed(texts, devices).lines();
        let mut bytes: Vec<u8> = lines.join("\n").into_bytes();
        bytes.push(b'\n');
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
        bytes[at] = to;
        let report = verify(bytes.as_slice(), None).expect("read");
        prop_assert!(report.problems.iter().any(|found| found.line == line), "line {line}: {:?}", report.problems);
    }

    /// Any number in any line made another, the line written as a line is written.
    #[test]
    fn a_changed_number_is_found_in_its_line(texts in 2_usize..16, devices in 1_usize..4, line in any::<prop::sample::Index>(), digit in any::<prop::sample::Index>(), by in 1_u8..10) {
        let mut lines = Book::mixed(texts, devices).lines();
        let at = line.index(lines.len());
        let mut bytes = lines[at].clone().into_bytes();
        let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
        let place = digits[digit.index(digits.len())];
        bytes[place] = b'0' + (bytes[place] - b'0' + by) % 10;
        lines[at] = String::from_utf8(bytes).expect("text");
        let report = check(&lines);
        let line = at as u64 + 1;
        prop_assert!(report.problems.iter().any(|found| found.line == line), "line {line}: {:?}", report.problems);
    }

    /// Texts taken out in one place: how many is said in the line after them.
    #[test]
    fn a_removed_run_is_counted(texts in 3_usize..24, devices in 1_usize..4, from in any::<prop::sample::Index>(), many in 1_usize..5) {
        let mut lines = Book::mixed(texts, devices).lines();
        let from = 1 + from.index(texts - 1);
        let many = many.min(texts - from);
        lines.drain(from..from + many);
        let report = check(&lines);
        let said = if many == 1 { "1 text missing".to_owned() } else { format!("{many} texts missing") };
        let named = report.problems.iter().any(|found| found.line == from as u64 + 1 && found.what.contains(&said));
        prop_assert!(named, "{many} from line {}: {:?}", from + 1, report.problems);
    }

    /// Two texts change places: one of the two lines is named.
    #[test]
    fn a_swap_is_found(texts in 2_usize..24, devices in 1_usize..4, one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let mut lines = Book::mixed(texts, devices).lines();
        let (one, other) = (1 + one.index(texts), 1 + other.index(texts));
        prop_assume!(one != other);
        lines.swap(one, other);
        let report = check(&lines);
        let later = one.max(other) as u64 + 1;
        prop_assert!(report.problems.iter().any(|found| found.line <= later && found.kind == Kind::OutOfOrder), "{:?}", report.problems);
    }
}

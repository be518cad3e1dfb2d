//! Checking a ledger's file: what does not hold is found and named with its line.
//!
//! Four things hold it together: each line is byte for byte what would be written; each text's running total hangs on the
//! line before; each text's link hangs on the text before it on its device; anchors hang on totals and on each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, BufRead};

use jiff::SignedDuration;
use serde::Serialize;
use uuid::Uuid;

use super::{End, FORMAT, Line, Title, title_hash};
use crate::domain::ledger::HexHash;
use crate::domain::received::{Anchor, Received, first_total};
use crate::domain::safe_text::safe_line;

/// A laptop's clock that is off by more is worth a note.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// So much less on the wall clock than on the monotonic one: it was set back.
const SET_BACK: SignedDuration = SignedDuration::from_secs(5);
/// So much more: set ahead, asleep, or started anew.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// What a changed total may have been, at most.
const GUESSES: usize = 4;

/// What is wrong, or worth knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The line cannot be read.
    Unreadable,
    /// The line does not say what it said when it was written.
    Changed,
    /// Something that was there is not.
    Missing,
    /// The line stands elsewhere than it did.
    OutOfOrder,
    /// The line is there twice.
    Twice,
    /// Two texts claim one place in a device's chain, or one hangs on a text that is not the one before it.
    Forked,
    /// An anchor does not fit what it covers.
    Anchor,
    /// The file ends before its last line.
    CutOff,
    /// The anchor that was published is not in the file.
    NotPublished,
    /// Note: a laptop's clock was off.
    Skew,
    /// Note: a laptop's clock jumped.
    Clock,
    /// Note: a text was refused because its place was taken (a restored backup, as a rule).
    Beside,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where, from 1.
    pub line: u64,
    /// What sort.
    pub kind: Kind,
    /// In words.
    pub what: String,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The first line, when it could be read.
    pub title: Option<Title>,
    /// Texts found.
    pub texts: u64,
    /// Of those accepted.
    pub accepted: u64,
    /// Devices' chains found.
    pub chains: u64,
    /// Anchors found.
    pub anchors: u64,
    /// The newest anchor's hash.
    pub newest_anchor: Option<HexHash>,
    /// The newest text that the published anchor covers, when one was given and found: up to there nothing was changed since.
    pub published_up_to: Option<u64>,
    /// What does not hold, in the order of the lines. Empty: the file is whole.
    pub problems: Vec<Finding>,
    /// What holds and is worth knowing.
    pub notes: Vec<Finding>,
}

/// Checks a ledger's file, against an anchor that was published elsewhere when one is given.
///
/// # Errors
/// When it cannot be read to its end.
pub fn verify(mut from: impl BufRead, published: Option<&str>) -> io::Result<Report> {
    let mut check = Check::default();
    let mut raw = Vec::new();
    loop {
        raw.clear();
        if from.read_until(b'\n', &mut raw)? == 0 {
            break;
        }
        check.read(&raw);
    }
    check.frame();
    check.totals();
    check.chains();
    check.anchors(published);
    Ok(check.report())
}

/// A text with its line, and what the total may have been after it: as it says, and as it should.
struct Item {
    line: u64,
    text: Received,
    totals: Vec<HexHash>,
}

impl Item {
    fn is_after(&self, before: &[HexHash]) -> bool {
        before.iter().any(|total| self.text.total_after(total) == self.text.total)
    }
}

#[derive(Default)]
struct Check {
    lines: u64,
    title: Option<Title>,
    title_hash: HexHash,
    items: Vec<Item>,
    anchors: Vec<(u64, Anchor)>,
    end: Option<(u64, End)>,
    /// Lines with a problem of their own, and those that could not be read.
    bad: HashSet<u64>,
    unreadable: HashSet<u64>,
    missing: u64,
    published_up_to: Option<u64>,
    chains: u64,
    problems: Vec<Finding>,
    notes: Vec<Finding>,
}

impl Check {
    /// One problem a line is enough: the first one found says what happened.
    fn problem(&mut self, line: u64, kind: Kind, what: impl Into<String>) {
        if self.bad.insert(line) {
            self.problems.push(Finding { line, kind, what: what.into() });
        }
    }

    fn note(&mut self, line: u64, kind: Kind, what: String) {
        self.notes.push(Finding { line, kind, what });
    }

    fn read(&mut self, raw: &[u8]) {
        self.lines += 1;
        let at = self.lines;
        let text = raw.strip_suffix(b"\n");
        let content = text.unwrap_or(raw);
        if at == 1 {
            self.title_hash = title_hash(content);
        }
        let line = match serde_json::from_slice::<Line>(content) {
            Ok(line) => line,
            Err(error) => {
                self.unreadable.insert(at);
                self.problem(
                    at,
                    Kind::Unreadable,
                    format!("is no line of a ledger ({})", safe_line(&error.to_string())),
                );
                return;
            }
        };
        if text.is_none() {
            self.problem(at, Kind::CutOff, "has no line end: the file was cut off here");
        }
        if serde_json::to_vec(&line).ok().as_deref() != Some(content) {
            self.problem(at, Kind::Changed, "is not written as it was");
        }
        if self.end.is_some() {
            self.problem(at, Kind::OutOfOrder, "stands behind the last line");
        }
        match line {
            Line::Ledger(title) if at == 1 => self.title = Some(title),
            Line::Ledger(_) => self.problem(at, Kind::OutOfOrder, "is a first line, but not the first"),
            Line::Text(text) => {
                if !self.anchors.is_empty() {
                    self.problem(at, Kind::OutOfOrder, "is a text behind the anchors");
                }
                self.items.push(Item { line: at, text: *text, totals: Vec::new() });
            }
            Line::Anchor(anchor) => self.anchors.push((at, anchor)),
            Line::End(end) => self.end = Some((at, end)),
        }
    }

    /// First and last line. (Counts are compared when it is known what is missing.)
    fn frame(&mut self) {
        match &self.title {
            None if !self.bad.contains(&1) => {
                self.problem(1, Kind::Missing, "is not the first line of a ledger: that one is missing");
            }
            Some(title) if title.format != FORMAT => {
                self.problem(1, Kind::Changed, format!("is not the first line of a `{FORMAT}`"));
            }
            _ => {}
        }
        if let Some((line, _)) = self.end.take_if(|(_, end)| !end.holds()) {
            self.problem(line, Kind::Changed, "was changed: its hash is not the one of what it says");
            return;
        }
        let title_was = self.end.as_ref().map(|(_, end)| end.title.clone());
        if title_was.is_some_and(|was| was != self.title_hash) {
            self.problem(1, Kind::Changed, "is not the first line that the last one speaks of");
        }
        if self.end.is_none() {
            self.bad.remove(&self.lines.max(1));
            self.problem(self.lines.max(1), Kind::CutOff, "is where the file was cut off: its last line is missing");
        }
    }

    /// The running total over the texts in the order of arrival.
    fn totals(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        let places: HashMap<u64, usize> =
            items.iter().enumerate().rev().map(|(at, item)| (item.text.seq, at)).collect();
        let mut newest = 0;
        for at in 0..items.len() {
            let (seq, line) = (items[at].text.seq, items[at].line);
            // The text before it by its number, and the one that stands before it.
            let by_number: Vec<HexHash> = match seq {
                1 => vec![first_total()],
                _ => places.get(&(seq.wrapping_sub(1))).map(|at| totals_of(&items[*at])).unwrap_or_default(),
            };
            let above = at.checked_sub(1).map_or_else(|| vec![first_total()], |above| totals_of(&items[above]));
            let fits = items[at].is_after(&by_number);
            let follows = items[at].is_after(&above);
            let known = seq == 1 || places.contains_key(&seq.wrapping_sub(1));
            if !fits && !follows {
                // Should its own total be what was changed, the next text hangs on what it was.
                let mut should: Vec<HexHash> =
                    by_number.iter().chain(&above).map(|total| items[at].text.total_after(total)).collect();
                should.sort_unstable();
                should.dedup();
                should.truncate(GUESSES);
                items[at].totals = should;
            }
            let believed = !fits && !follows && !known && seq > newest && is_continued(&items, at);
            if !items[at].text.link.holds(&items[at].text.pressed) {
                self.problem(line, Kind::Changed, "was changed: its hash is not the one of what it says");
            } else if fits || follows {
                if places.get(&seq).is_some_and(|first| *first != at) {
                    self.problem(line, Kind::Twice, format!("is text {seq} once more"));
                } else if seq < newest {
                    self.problem(line, Kind::OutOfOrder, format!("is text {seq} and stands behind text {newest}"));
                }
            } else if believed {
                let gone = seq - newest - 1;
                let behind = items.get(at.wrapping_sub(1)).map_or(1, |above| above.line);
                let unread = (behind..line).filter(|line| self.unreadable.contains(line)).count() as u64;
                self.missing = self.missing.saturating_add(gone);
                if gone > unread {
                    let what = format!("{} missing before it (number {} to {})", texts(gone), newest + 1, seq - 1);
                    self.problem(line, Kind::Missing, what);
                }
            } else {
                self.problem(line, Kind::Changed, "was changed: the running total does not hold");
            }
            if fits || follows || believed {
                newest = newest.max(seq);
            }
        }
        self.items = items;
    }

    /// Each device's chain.
    fn chains(&mut self) {
        let mut chains: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate() {
            chains.entry(item.text.link.chain).or_default().push(at);
        }
        self.chains = chains.len() as u64;
        let items = std::mem::take(&mut self.items);
        for (chain, mut places) in chains {
            places.sort_by_key(|at| (items[*at].text.link.n, items[*at].line));
            self.chain(chain, &places.iter().map(|at| &items[*at]).collect::<Vec<_>>());
        }
        self.items = items;
    }

    fn chain(&mut self, chain: Uuid, all: &[&Item]) {
        // Places that are accounted for, though their text does not count.
        let mut known: HashSet<u64> = HashSet::new();
        let mut sound: Vec<&Item> = Vec::new();
        for item in all {
            if item.text.is_beside() {
                known.insert(item.text.link.n);
                let what = format!(
                    "{}'s text in place {} of chain {} was refused: the place was taken, or it hung on another text",
                    safe_line(&item.text.texter),
                    item.text.link.n,
                    short(chain)
                );
                self.note(item.line, Kind::Beside, what);
            } else if self.bad.contains(&item.line) && !self.only_misplaced(item.line) {
                known.insert(item.text.link.n);
            } else {
                sound.push(item);
            }
        }
        let mut last: Option<&Item> = None;
        for item in &sound {
            let text = &item.text;
            let before = last.map_or(0, |last| last.text.link.n);
            if let Some(last) =
                last.filter(|last| last.text.person != text.person || last.text.pressed.device != text.pressed.device)
            {
                let what = format!("is in chain {} of another device (line {})", short(chain), last.line);
                self.problem(item.line, Kind::Forked, what);
            } else if text.link.n == before {
                let other = last.map_or(0, |last| last.line);
                let what = format!("has place {before} of chain {}, as line {other} has", short(chain));
                self.problem(item.line, Kind::Forked, what);
            } else if text.link.n - before == 1 {
                if let Some(last) = last.filter(|last| last.text.link.hash != text.link.prev) {
                    let what = format!("does not hang on the text before it in its chain (line {})", last.line);
                    self.problem(item.line, Kind::Forked, what);
                }
            } else {
                let between = known.iter().filter(|n| (before + 1..text.link.n).contains(*n)).count() as u64;
                let gone = (text.link.n - before - 1).saturating_sub(between);
                if gone > 0 {
                    let what = format!(
                        "{} of {}'s chain {} missing before it (place {} to {}): taken out, or never handed in",
                        texts(gone),
                        safe_line(&text.texter),
                        short(chain),
                        before + 1,
                        text.link.n - 1
                    );
                    self.problem(item.line, Kind::Missing, what);
                }
            }
            if let Some(last) = last {
                self.clock(last, item);
            }
            last = Some(item);
        }
        self.skew(&sound);
    }

    fn only_misplaced(&self, line: u64) -> bool {
        let of = |finding: &&Finding| finding.line == line;
        self.problems.iter().find(of).is_some_and(|found| matches!(found.kind, Kind::OutOfOrder | Kind::Missing))
    }

    /// Wall clock against monotonic clock between two texts of one run of a console.
    fn clock(&mut self, before: &Item, after: &Item) {
        let (one, two) = (&before.text.pressed, &after.text.pressed);
        let Some(ran) = two.mono_ms.checked_sub(one.mono_ms) else { return };
        let ran = SignedDuration::from_millis(i64::try_from(ran).unwrap_or(i64::MAX));
        let jump = two.pressed_at.duration_since(one.pressed_at).saturating_sub(ran);
        let who = safe_line(&after.text.texter);
        if jump < SignedDuration::ZERO - SET_BACK {
            self.note(after.line, Kind::Clock, format!("{who}'s clock was set back by {} before it", seconds(jump)));
        } else if jump > AHEAD {
            let what = format!(
                "{who}'s clock went {} further than their console ran before it: set ahead, asleep, or started anew",
                seconds(jump)
            );
            self.note(after.line, Kind::Clock, what);
        }
    }

    fn skew(&mut self, sound: &[&Item]) {
        if self.title.as_ref().is_some_and(|title| title.own_time) {
            return;
        }
        let off = |item: &&&Item| item.text.skew_us.is_some_and(|us| SignedDuration::from_micros(us).abs() > SKEW);
        let many = sound.iter().filter(off).count() as u64;
        let Some(first) = sound.iter().find(off) else { return };
        let most = sound.iter().filter_map(|item| item.text.skew_us).max_by_key(|us| us.unsigned_abs()).unwrap_or(0);
        let most = SignedDuration::from_micros(most);
        let way = if most.is_negative() { "ahead of" } else { "behind" };
        let what = format!(
            "{}'s clock was up to {} {way} the server's, first here ({} with more than two minutes)",
            safe_line(&first.text.texter),
            seconds(most),
            texts(many)
        );
        self.note(first.line, Kind::Skew, what);
    }

    fn anchors(&mut self, published: Option<&str>) {
        let totals: HashMap<u64, Vec<HexHash>> =
            self.items.iter().rev().map(|item| (item.text.seq, totals_of(item))).collect();
        let newest = self.items.iter().map(|item| item.text.seq).max().unwrap_or(0);
        let anchors = std::mem::take(&mut self.anchors);
        let mut prev = Anchor::first_prev();
        let mut covered = 0;
        for (line, anchor) in &anchors {
            if !anchor.holds() {
                self.problem(*line, Kind::Anchor, "was changed: the anchor's hash is not the one of what it says");
            } else if anchor.prev != prev && !self.bad.contains(&(line - 1)) {
                self.problem(*line, Kind::Anchor, "does not hang on the anchor before it: one is missing or was moved");
            } else if anchor.seq <= covered {
                self.problem(*line, Kind::Anchor, "covers no more than the anchor before it");
            } else if anchor.seq > newest {
                let gone = anchor.seq - newest;
                self.missing = self.missing.saturating_add(gone);
                let what = format!("covers texts up to {}: the last {} missing", anchor.seq, texts(gone));
                self.problem(*line, Kind::Missing, what);
            } else if totals.get(&anchor.seq).is_some_and(|totals| !totals.contains(&anchor.total)) {
                let what = format!("does not fit text {}: what it covers was written anew", anchor.seq);
                self.problem(*line, Kind::Anchor, what);
            }
            prev.clone_from(&anchor.hash);
            covered = covered.max(anchor.seq);
        }
        if let Some((line, end)) = self.end.clone() {
            let (texts_found, anchors_found) = (self.items.len() as u64, anchors.len() as u64);
            let explained = self.bad.len() as u64 > 0;
            if (end.entries, end.anchors) != (texts_found, anchors_found)
                && !(explained && self.explains(&end, &anchors))
            {
                let what = format!(
                    "counts {} and {} anchors, but there are {texts_found} and {anchors_found}",
                    texts(end.entries),
                    end.anchors
                );
                self.problem(line, Kind::Missing, what);
            }
        }
        if let Some(published) = published {
            match anchors.iter().find(|(_, anchor)| anchor.hash.eq_ignore_ascii_case(published.trim())) {
                Some((_, anchor)) => self.published_up_to = Some(anchor.seq),
                None => {
                    let line = anchors.last().map_or(self.lines.max(1), |(line, _)| *line);
                    self.bad.remove(&line);
                    let what = "the published anchor is not in this file: what it covers was written anew or left out";
                    self.problem(line, Kind::NotPublished, what);
                }
            }
        }
        self.anchors = anchors;
    }

    /// Are counts that differ accounted for by what was found already?
    fn explains(&self, end: &End, anchors: &[(u64, Anchor)]) -> bool {
        let of = |kind: Kind| self.problems.iter().filter(|found| found.kind == kind).count() as u64;
        let unread = self.unreadable.len() as u64;
        let (texts, anchors) = (self.items.len() as u64, anchors.len() as u64);
        let short = end.entries.saturating_sub(texts);
        let long = texts.saturating_sub(end.entries);
        let few = end.anchors.saturating_sub(anchors);
        let many = anchors.saturating_sub(end.anchors);
        short <= self.missing.max(unread)
            && long <= of(Kind::Twice)
            && few <= unread + of(Kind::Anchor)
            && many <= of(Kind::Anchor)
    }

    fn report(mut self) -> Report {
        self.problems.sort_by_key(|found| found.line);
        self.notes.sort_by_key(|found| found.line);
        Report {
            title: self.title,
            texts: self.items.len() as u64,
            accepted: self.items.iter().filter(|item| item.text.outcome == crate::domain::received::ACCEPTED).count()
                as u64,
            chains: self.chains,
            anchors: self.anchors.len() as u64,
            newest_anchor: self.anchors.last().map(|(_, anchor)| anchor.hash.clone()),
            published_up_to: self.published_up_to,
            problems: self.problems,
            notes: self.notes,
        }
    }
}

/// A text whose predecessor is missing is believed when nothing contradicts its number: what comes next is later, and hangs
/// on it when it is the very next.
fn is_continued(items: &[Item], at: usize) -> bool {
    let this = &items[at].text;
    items.get(at + 1).is_none_or(|next| {
        next.text.seq > this.seq && (next.text.seq - this.seq > 1 || next.is_after(std::slice::from_ref(&this.total)))
    })
}

fn totals_of(item: &Item) -> Vec<HexHash> {
    let mut totals = vec![item.text.total.clone()];
    totals.extend(item.totals.iter().cloned());
    totals
}

fn texts(n: u64) -> String {
    if n == 1 { "1 text".to_owned() } else { format!("{n} texts") }
}

fn seconds(of: SignedDuration) -> String {
    let all = of.abs().as_secs();
    match all {
        0..120 => format!("{all} s"),
        120..7_200 => format!("{} min", all / 60),
        _ => format!("{} h", all / 3_600),
    }
}

/// Enough of a chain's name to find it.
fn short(chain: Uuid) -> String {
    let name = chain.simple().to_string();
    name[name.len() - 8..].to_owned()
}

//! A conversation: bubbles, anchored at the bottom. Heights are remembered by message and width, so that a long
//! conversation costs no more to draw than the part of it that is seen.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, Sign, put};
use super::theme::Role;
use super::wrap;
use crate::console::core::texter::marks::{Mark, Marker};
use crate::console::core::texter::view::{
    EARLIER_RECEIVED, EARLIER_SENT, ItemState, NOTE_ANSWERED, NOTE_SNOOZED, NOTE_TAGGED, NOTE_UNTAGGED, ThreadItem,
};
use crate::console::words::{delivery_key, note_detail, preview, reason_key, with_pictures};
use crate::domain::message::{Delivery, Direction};

/// The lines of a text.
type Lines = Rc<Vec<Range<usize>>>;

/// What drawing remembers from frame to frame: the lines of each text by width. A long conversation is wrapped once, not
/// at every key.
#[derive(Debug, Default)]
pub struct RenderCache {
    by_width: HashMap<u16, HashMap<String, Lines>>,
    count: usize,
}

/// More than any open conversation needs; then it starts anew.
const REMEMBERED: usize = 2_000;

impl RenderCache {
    fn lines(&mut self, text: &str, width: u16) -> Lines {
        if let Some(lines) = self.by_width.get(&width).and_then(|texts| texts.get(text)) {
            return Rc::clone(lines);
        }
        if self.count >= REMEMBERED {
            self.by_width.clear();
            self.count = 0;
        }
        let lines = Rc::new(wrap::wrap(text, width));
        self.by_width.entry(width).or_default().insert(text.to_owned(), Rc::clone(&lines));
        self.count += 1;
        lines
    }
}

/// A conversation to draw.
#[derive(Debug)]
pub(super) struct ThreadFace<'a> {
    /// The voter's name.
    pub name: &'a str,
    /// Oldest first; the last one is the lowest on the screen.
    pub items: &'a [ThreadItem],
    /// Those below it, which are drawn only where the start leaves room.
    pub below: &'a [ThreadItem],
    /// Older ones can be loaded.
    pub more_before: bool,
    /// What is to be seen in their texts.
    pub marker: &'a Marker,
    /// What the voter wrote last, to be in sight however much was done about them since; none where the start of the conversation is read.
    pub last_words: Option<String>,
}

enum Piece<'a> {
    Bubble { head: Vec<(String, Role)>, text: Cow<'a, str>, lines: Lines, role: Role, left: u16, marks: Vec<Mark> },
    Line(String),
}

impl Piece<'_> {
    /// A head line, the text, a gap; or one line and a gap.
    fn height(&self) -> usize {
        match self {
            Self::Bubble { lines, .. } => lines.len() + 2,
            Self::Line(_) => 2,
        }
    }
}

/// An act and the one that takes it back, each by the key of its word; and whether both have to be about the same thing.
const TAKEN_BACK: &[(&str, &str, bool)] = &[
    (NOTE_TAGGED, NOTE_UNTAGGED, true),
    (NOTE_UNTAGGED, NOTE_TAGGED, true),
    ("note-closed", "note-reopened", false),
    (NOTE_SNOOZED, "note-unsnoozed", false),
];
/// One line stands for both.
const BOTH: &str = "note-taken-back";
/// An act that is taken back later than that was meant when it was done: both are told.
const SOON: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// The items of a conversation with one line for each act that was taken back soon after, and nothing for what it was done with: a flag is a
/// tag and a closing, its undoing another two. Opt-outs stand as they were done.
pub(super) fn folded(ink: Ink<'_>, items: &[ThreadItem]) -> Vec<ThreadItem> {
    let mut out: Vec<ThreadItem> = Vec::with_capacity(items.len());
    for item in items {
        let ThreadItem::Note { what, who, detail, at } = item else {
            out.push(item.clone());
            continue;
        };
        // What was done and taken back in between belongs to it.
        let undone =
            |one: &ThreadItem| matches!(one, ThreadItem::Note { what, who: by, .. } if *what == BOTH && by == who);
        let before = out.iter().rposition(|one| !undone(one));
        let done = before.and_then(|place| match &out[place] {
            ThreadItem::Note { what: done, who: by, detail: of, at: then } => {
                let pair = TAKEN_BACK.iter().find(|(first, second, _)| first == done && second == what)?;
                let same = by == who && (!pair.2 || of == detail) && at.duration_since(*then) <= SOON;
                let of = note_detail(ink.words, &ink.caps.zone, done, of, *then);
                let told = if of.is_empty() { ink.word(done) } else { format!("{}: {of}", ink.word(done)) };
                same.then_some((place, told))
            }
            ThreadItem::Message { .. } => None,
        });
        match done {
            Some((place, told)) => {
                out.truncate(place);
                out.push(ThreadItem::Note { what: BOTH, who: who.clone(), detail: told, at: *at });
            }
            None => out.push(item.clone()),
        }
    }
    out
}

/// Columns of a bubble's text, and how far the campaign's ones are moved to the right.
fn measures(width: u16) -> (u16, u16) {
    let shift = if width >= 30 { width / 6 } else { 0 };
    (width.saturating_sub(shift + 2).max(2), shift)
}

/// With fewer rows a line of them cannot be given away.
const MANY_ROWS: u16 = 3;

/// Draws the conversation; true when its end is in sight.
pub(super) fn draw(
    ink: Ink<'_>,
    cache: &mut RenderCache,
    face: &ThreadFace<'_>,
    area: Rect,
    buffer: &mut Buffer,
) -> bool {
    if area.is_empty() {
        return false;
    }
    let (text_width, shift) = measures(area.width);
    let rows = usize::from(area.height);
    // From the end upwards, only as far as it is seen.
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    // From the end upwards: which of them is the voter's last text.
    let mut theirs = None;
    let mut height = 0;
    let mut complete = true;
    for item in face.items.iter().rev() {
        if height > rows {
            complete = false;
            break;
        }
        let piece = piece(ink, cache, face, item, (text_width, shift));
        height += piece.height();
        if matches!(item, ThreadItem::Message { direction: Direction::Inbound, .. }) {
            theirs = theirs.or(Some(height));
        }
        pieces.push(piece);
    }
    if complete && face.more_before {
        let piece = Piece::Line(ink.word("ui-thread-older"));
        height += piece.height();
        pieces.push(piece);
    }
    pieces.reverse();
    // The gap below the last one is not needed.
    let above = height.saturating_sub(1).saturating_sub(rows);
    // From the start downwards, as far as there is room: whoever went there sees a screen of it.
    let mut unseen = face.below.len();
    for item in face.below {
        if height > rows {
            break;
        }
        let piece = piece(ink, cache, face, item, (text_width, shift));
        height += piece.height();
        pieces.push(piece);
        unseen -= usize::from(height.saturating_sub(1) <= rows);
    }
    let pad = rows.saturating_sub(height.saturating_sub(1));
    let mut row = i64::try_from(pad).unwrap_or(0) - i64::try_from(above).unwrap_or(0);
    for piece in &pieces {
        draw_piece(ink, piece, area, row, buffer);
        row += i64::try_from(piece.height()).unwrap_or(0);
    }
    // Its first line of words, below its head.
    let in_sight = theirs.is_some_and(|height| height <= rows + 2);
    if let Some(words) = face.last_words.as_ref().filter(|_| !in_sight && area.height >= MANY_ROWS) {
        let said = format!("{}: {words}", face.name);
        let top = Rect { height: 1, ..area };
        ink.fill(buffer, top, Role::Inbound);
        let line = wrap::cut(&said, area.width.saturating_sub(3), ink.sign(Sign::More));
        ink.line(buffer, top, 0, &[(line, Role::Inbound)]);
    }
    if above > 0 || !complete {
        ink.right(buffer, area, 0, &format!(" {} ", ink.sign(Sign::Up)), Role::Faint);
    }
    unseen == 0
}

/// An item, to be drawn in so many columns, the campaign's texts moved to the right.
fn piece<'a>(
    ink: Ink<'_>,
    cache: &mut RenderCache,
    face: &ThreadFace<'_>,
    item: &'a ThreadItem,
    (text_width, shift): (u16, u16),
) -> Piece<'a> {
    let name = face.name;
    match item {
        ThreadItem::Message { held_back: true, at, .. } => Piece::Line(hidden(ink, name, *at)),
        ThreadItem::Message { direction, body, pictures, .. } => {
            let (role, left) = match direction {
                Direction::Inbound => (Role::Inbound, 0),
                Direction::Outbound => (Role::Outbound, shift),
            };
            // The words that a suggestion fits by are those of what they wrote last.
            let inbound = |item: &ThreadItem| matches!(item, ThreadItem::Message { direction: Direction::Inbound, .. });
            let last = face.items.iter().rev().find(|item| inbound(item)).is_some_and(|last| std::ptr::eq(last, item));
            let marks = face.marker.marks(*direction, body, last);
            let text = if *pictures == 0 {
                Cow::Borrowed(body.as_str())
            } else {
                Cow::Owned(with_pictures(ink.words, body, *pictures))
            };
            let lines = cache.lines(&text, text_width);
            Piece::Bubble { head: head(ink, name, item), text, lines, role, left, marks }
        }
        ThreadItem::Note { what, who, detail, at } if [EARLIER_SENT, EARLIER_RECEIVED].contains(what) => {
            let sent = *what == EARLIER_SENT;
            let who = if who.is_empty() && !sent { name } else { who };
            let earlier = if sent { detail.clone() } else { preview(ink.words, detail) };
            Piece::Bubble {
                head: vec![(note(ink, what, who, "", *at, text_width), Role::Faint)],
                lines: cache.lines(&earlier, text_width),
                text: Cow::Owned(earlier),
                role: Role::Faint,
                left: if sent { shift } else { 0 },
                marks: Vec::new(),
            }
        }
        ThreadItem::Note { what, who, detail, at } => {
            let width = text_width.saturating_add(shift);
            let line = format!("{}: {detail} {who} {}  ", ink.word(what), ink.time(*at));
            if ASKED.contains(what) && wrap::columns(&line) > width {
                // What somebody asked or answered is read to its end.
                return Piece::Bubble {
                    head: vec![(note(ink, what, who, "", *at, width), Role::Faint)],
                    lines: cache.lines(detail, text_width),
                    text: Cow::Borrowed(detail.as_str()),
                    role: Role::Faint,
                    left: 0,
                    marks: Vec::new(),
                };
            }
            Piece::Line(note(ink, what, who, detail, *at, width))
        }
    }
}

/// Acts of whom the words matter.
const ASKED: [&str; 2] = ["note-asked", "note-captain-answered"];

fn draw_piece(ink: Ink<'_>, piece: &Piece<'_>, area: Rect, row: i64, buffer: &mut Buffer) {
    let line_at = |offset: usize| -> Option<u16> {
        u16::try_from(row + i64::try_from(offset).ok()?).ok().filter(|row| *row < area.height)
    };
    match piece {
        Piece::Line(text) => {
            if let Some(y) = line_at(0) {
                let width = wrap::columns(text).min(area.width);
                let inner = Rect { x: area.x + (area.width - width) / 2, width, ..area };
                ink.line(buffer, inner, y, &[(text.clone(), Role::Faint)]);
            }
        }
        Piece::Bubble { head, text, lines, role, left, marks } => {
            let inner = Rect { x: area.x + left, width: area.width.saturating_sub(*left), ..area };
            if let Some(y) = line_at(0) {
                ink.line(buffer, inner, y, head);
            }
            let bar = if ink.caps.ascii { "|" } else { "│" };
            for (index, range) in lines.iter().enumerate() {
                if let Some(y) = line_at(index + 1) {
                    put(buffer, inner.x, inner.y + y, 1, bar, ink.style(*role));
                    let line = text.get(range.clone()).unwrap_or_default();
                    let width = inner.width.saturating_sub(2);
                    put(buffer, inner.x + 2, inner.y + y, width, line, ink.style(*role));
                    ink.marked(buffer, (inner.x + 2, inner.y + y, width), text, range, marks);
                }
            }
        }
    }
}

/// A text that is held back from sight until it is asked for.
fn hidden(ink: Ink<'_>, name: &str, at: jiff::Timestamp) -> String {
    let dot = ink.sign(Sign::Dot);
    format!("{name} {dot} {} {dot} {}", ink.time(at), ink.word("ui-held-back-text"))
}

/// Columns of a name at the head of a text.
const LONGEST_NAME: u16 = 24;

/// Who, when, and where the text stands, in words.
fn head(ink: Ink<'_>, name: &str, item: &ThreadItem) -> Vec<(String, Role)> {
    let ThreadItem::Message { direction, at, state, error, author, mine, system, body, off_script, .. } = item else {
        return Vec::new();
    };
    let who = match (direction, author) {
        (Direction::Inbound, _) => name.to_owned(),
        _ if *system => ink.word("ui-system"),
        _ if *mine => ink.word("ui-you"),
        (_, Some(author)) => author.clone(),
        _ => ink.word("ui-campaign"),
    };
    let dot = (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint);
    // However long a name is, the time behind it is in view.
    let who = wrap::cut(&who, LONGEST_NAME, ink.sign(Sign::More));
    let mut head = vec![(who, Role::Title), dot.clone(), (ink.time(*at), Role::Faint)];
    // Removed by their time, or a picture alone.
    if body.is_empty() {
        head.extend([dot.clone(), (ink.word("ui-no-words"), Role::Faint)]);
    }
    if *off_script {
        head.extend([dot.clone(), (ink.word("ui-changed-words"), Role::Warn)]);
    }
    if *direction == Direction::Outbound {
        head.push(dot);
        let (word, role) = match state {
            ItemState::Leaving => (ink.word("ui-delivery-leaving"), Role::Warn),
            ItemState::Confirmed => (ink.word("ui-delivery-confirmed"), Role::Faint),
            ItemState::Unknown => (ink.word("ui-delivery-unknown"), Role::Warn),
            ItemState::Refused(why) => (format!("{}: {}", ink.word("ui-delivery-refused"), ink.say(why)), Role::Bad),
            ItemState::Server(at_server) => delivery(ink, *at_server),
        };
        let text = match error {
            Some(error) => format!("{word} ({})", reason(ink, error)),
            None => word,
        };
        head.push((text, role));
    }
    head
}

/// Why a text did not go out: the server's own words in people's, a carrier's code as it is.
fn reason(ink: Ink<'_>, error: &str) -> String {
    reason_key(error).map_or_else(|| error.to_owned(), |key| ink.word(key))
}

/// The word for where a text stands at the server, with its role.
fn delivery(ink: Ink<'_>, delivery: Delivery) -> (String, Role) {
    let role = match delivery {
        Delivery::Accepted | Delivery::Submitting | Delivery::Submitted | Delivery::Received => Role::Faint,
        Delivery::Delivered => Role::Good,
        Delivery::Failed => Role::Bad,
        Delivery::Unknown | Delivery::Held | Delivery::Dropped => Role::Warn,
    };
    (ink.word(delivery_key(delivery)), role)
}

/// With fewer columns a question is left out.
const LEAST_QUESTION: u16 = 10;

/// What somebody did, as one line.
///
/// Of a long one its words are cut, not who did it and when.
fn note(ink: Ink<'_>, what: &'static str, who: &str, detail: &str, at: jiff::Timestamp, width: u16) -> String {
    let dot = format!(" {} ", ink.sign(Sign::Dot));
    let detail = note_detail(ink.words, &ink.caps.zone, what, detail, at);
    let more = ink.sign(Sign::More);
    let mut end = dot.clone();
    // Who took a conversation over is both who did it and whose it is.
    if !who.is_empty() && who != detail {
        end.push_str(&wrap::cut(who, LONGEST_NAME.min(width / 3), more));
        end.push_str(&dot);
    }
    end.push_str(&ink.time(at));
    let room = width.saturating_sub(wrap::columns(&end)).max(width / 3);
    let word = ink.word(what);
    let done = match detail.rsplit_once(": ").filter(|_| what == NOTE_ANSWERED) {
        // What they said matters more than the question's words.
        Some((question, answer)) if wrap::columns(&format!("{word}: {detail}")) > room => {
            let short = wrap::cut(answer, room / 2, more);
            let left = room.saturating_sub(wrap::columns(&format!("{word}: : {short}")));
            // A question of which nothing is left says nothing: the answer has its room then.
            if left < LEAST_QUESTION {
                format!("{word}: {answer}")
            } else {
                format!("{word}: {}: {short}", wrap::cut(question, left, more))
            }
        }
        _ if detail.is_empty() => word,
        _ => format!("{word}: {detail}"),
    };
    wrap::cut(&done, room, more) + &end
}

#[cfg(test)]
mod tests {
    use super::super::ink::Caps;
    use super::super::spots::Spots;
    use super::super::theme::Theme;
    use super::*;
    use crate::i18n::Catalogue;

    #[test]
    fn an_answer_is_told_before_its_question() {
        let (theme, words, caps, spots) = (Theme::default(), Catalogue::english(), Caps::default(), Spots::default());
        let ink = Ink { theme: &theme, caps: &caps, words: &words, spots: &spots };
        let told = |width| {
            let detail = "Do they support Measure 5?: Strong yes";
            note(ink, NOTE_ANSWERED, "Sam", detail, jiff::Timestamp::UNIX_EPOCH, width)
        };
        assert_eq!(told(80), "answer recorded: Do they support Measure 5?: Strong yes · Sam · 12:00 AM");
        assert_eq!(told(60), "answer recorded: Do they suppo…: Strong yes · Sam · 12:00 AM");
        for width in 44..56 {
            let line = told(width);
            assert!(line.contains("Strong yes · Sam") && !line.contains(": …"), "{line:?}");
        }
    }

    #[test]
    fn what_was_taken_back_at_once_is_one_line() {
        let (theme, caps, words, spots) = (Theme::default(), Caps::default(), Catalogue::english(), Spots::default());
        let ink = Ink { theme: &theme, caps: &caps, words: &words, spots: &spots };
        let note = |what, detail: &str, minute: i64| ThreadItem::Note {
            what,
            who: "Tess".into(),
            detail: detail.into(),
            at: jiff::Timestamp::from_second(minute * 60).expect("a time"),
        };
        let told = |items: &[ThreadItem]| -> Vec<(String, String)> {
            folded(ink, items)
                .into_iter()
                .filter_map(|item| match item {
                    ThreadItem::Note { what, detail, .. } => Some((what.to_owned(), detail)),
                    ThreadItem::Message { .. } => None,
                })
                .collect()
        };
        let flag = [
            note(NOTE_TAGGED, "vip", 1),
            note("note-closed", "", 1),
            note("note-reopened", "", 2),
            note(NOTE_UNTAGGED, "vip", 2),
        ];
        assert_eq!(told(&flag), [(BOTH.to_owned(), "tagged: vip".to_owned())]);
        // Half of it stands; so does what was taken back much later, and another tag.
        assert_eq!(told(&flag[..3]).len(), 2);
        assert_eq!(told(&[note("note-closed", "", 1), note("note-reopened", "", 60)]).len(), 2);
        assert_eq!(told(&[note(NOTE_TAGGED, "vip", 1), note(NOTE_UNTAGGED, "ride", 1)]).len(), 2);
    }
}

//! A conversation: bubbles, anchored at the bottom. Heights are remembered by message and width, so that a long
//! conversation costs no more to draw than the part of it that is seen.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, Sign, put};
use super::theme::Role;
use super::wrap;
use crate::api::message::{ThreadEntry, ThreadMessage};
use crate::domain::ids::MessageId;
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::safe_text::{safe_body, safe_line};

/// A wrapped text: what is shown, and its lines in it.
#[derive(Debug)]
struct Wrapped {
    text: String,
    lines: Vec<Range<usize>>,
}

/// What drawing remembers from frame to frame.
#[derive(Debug, Default)]
pub struct RenderCache {
    wrapped: HashMap<(MessageId, u16), Rc<Wrapped>>,
}

/// More than any open conversation needs; then it starts anew.
const REMEMBERED: usize = 2_000;

impl RenderCache {
    fn wrapped(&mut self, message: &ThreadMessage, width: u16) -> Rc<Wrapped> {
        if self.wrapped.len() >= REMEMBERED {
            self.wrapped.clear();
        }
        // A message's text never changes once it has an id.
        let entry = self.wrapped.entry((message.id, width)).or_insert_with(|| {
            let text = safe_body(&message.body);
            let lines = wrap::wrap(&text, width);
            Rc::new(Wrapped { text, lines })
        });
        Rc::clone(entry)
    }
}

/// A conversation to draw.
#[derive(Debug)]
pub(super) struct ThreadFace<'a> {
    /// The voter's name.
    pub name: &'a str,
    /// Oldest first.
    pub entries: &'a [ThreadEntry],
    /// Older ones can be loaded.
    pub more_before: bool,
    /// Confirmed texts that are not in `entries` yet.
    pub echoes: Vec<&'a str>,
    /// Lines scrolled up from the end.
    pub scroll: usize,
}

enum Item<'a> {
    Message(&'a ThreadMessage, Rc<Wrapped>),
    Echo(Wrapped),
    Line(String),
}

impl Item<'_> {
    /// A head line, the text, a gap; or one line.
    fn height(&self) -> usize {
        match self {
            Self::Message(_, wrapped) => wrapped.lines.len() + 2,
            Self::Echo(wrapped) => wrapped.lines.len() + 2,
            Self::Line(_) => 2,
        }
    }
}

/// Columns of a bubble's text, and how far the campaign's ones are moved to the right.
fn measures(width: u16) -> (u16, u16) {
    let shift = if width >= 30 { width / 6 } else { 0 };
    (width.saturating_sub(shift + 2).max(2), shift)
}

/// Draws the conversation. Returns how many lines are above what is seen (0: the start is seen).
pub(super) fn draw(
    ink: Ink<'_>,
    cache: &mut RenderCache,
    face: &ThreadFace<'_>,
    area: Rect,
    buffer: &mut Buffer,
) -> usize {
    if area.is_empty() {
        return 0;
    }
    let (text_width, shift) = measures(area.width);
    let rows = usize::from(area.height);
    // From the end upwards, only as far as it is seen.
    let mut items: Vec<Item<'_>> = Vec::new();
    let mut height = 0;
    let wanted = rows + face.scroll;
    let mut complete = true;
    for echo in face.echoes.iter().rev() {
        let text = safe_body(echo);
        let lines = wrap::wrap(&text, text_width);
        items.push(Item::Echo(Wrapped { text, lines }));
    }
    height += items.iter().map(Item::height).sum::<usize>();
    for entry in face.entries.iter().rev() {
        if height >= wanted {
            complete = false;
            break;
        }
        let item = match entry {
            ThreadEntry::Message(message) => Item::Message(message, cache.wrapped(message, text_width)),
            ThreadEntry::Note { at, who, what, detail, .. } => Item::Line(note(ink, who, what, detail, *at)),
        };
        height += item.height();
        items.push(item);
    }
    if complete && face.more_before {
        items.push(Item::Line(ink.word("ui-thread-older")));
        height += 2;
    }
    // The gap below the last item is not needed. A scroll beyond the start stops at the start.
    let total = height.saturating_sub(1);
    let scroll = face.scroll.min(total.saturating_sub(rows));
    let above = total.saturating_sub(rows + scroll);
    let pad = if complete { rows.saturating_sub(total) } else { 0 };
    let mut row = i64::try_from(pad).unwrap_or(0) - i64::try_from(above).unwrap_or(0);
    for item in items.iter().rev() {
        draw_item(ink, face.name, item, area, row, shift, buffer);
        row += i64::try_from(item.height()).unwrap_or(0);
    }
    if scroll > 0 {
        ink.right(buffer, area, area.height - 1, &format!(" {} ", ink.sign(Sign::Down)), Role::Selected);
    }
    if above > 0 || !complete {
        ink.right(buffer, area, 0, &format!(" {} ", ink.sign(Sign::Up)), Role::Faint);
    }
    above
}

fn draw_item(ink: Ink<'_>, name: &str, item: &Item<'_>, area: Rect, row: i64, shift: u16, buffer: &mut Buffer) {
    let line_at = |offset: usize| -> Option<u16> {
        u16::try_from(row + i64::try_from(offset).ok()?).ok().filter(|row| *row < area.height)
    };
    let (head, wrapped, role, left) = match item {
        Item::Line(text) => {
            if let Some(y) = line_at(0) {
                let width = wrap::columns(text).min(area.width);
                let inner = Rect { x: area.x + (area.width - width) / 2, width, ..area };
                ink.line(buffer, inner, y, &[(text.clone(), Role::Faint)]);
            }
            return;
        }
        Item::Echo(wrapped) => {
            let head = vec![
                (ink.word("ui-you"), Role::Title),
                (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint),
                (ink.word("ui-delivery-confirmed"), Role::Faint),
            ];
            (head, wrapped, Role::Outbound, shift)
        }
        Item::Message(message, wrapped) => {
            let (role, left) = match message.direction {
                Direction::Inbound => (Role::Inbound, 0),
                Direction::Outbound => (Role::Outbound, shift),
            };
            (head(ink, name, message), wrapped.as_ref(), role, left)
        }
    };
    let inner = Rect { x: area.x + left, width: area.width.saturating_sub(left), ..area };
    if let Some(y) = line_at(0) {
        ink.line(buffer, inner, y, &head);
    }
    let bar = if ink.caps.ascii { "|" } else { "│" };
    for (index, range) in wrapped.lines.iter().enumerate() {
        if let Some(y) = line_at(index + 1) {
            put(buffer, inner.x, inner.y + y, 1, bar, ink.style(role));
            put(
                buffer,
                inner.x + 2,
                inner.y + y,
                inner.width.saturating_sub(2),
                &wrapped.text[range.clone()],
                ink.style(role),
            );
        }
    }
}

fn head(ink: Ink<'_>, name: &str, message: &ThreadMessage) -> Vec<(String, Role)> {
    let who = match (message.direction, message.kind, &message.author) {
        (Direction::Inbound, ..) => name.to_owned(),
        (_, Some(MessageKind::OptOutNotice | MessageKind::Help), _) => ink.word("ui-system"),
        _ if message.mine => ink.word("ui-you"),
        (_, _, Some(author)) => safe_line(author),
        _ => ink.word("ui-campaign"),
    };
    let dot = (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint);
    let mut head = vec![(who, Role::Title), dot.clone(), (ink.time(message.at), Role::Faint)];
    if message.direction == Direction::Outbound {
        let (key, role) = delivery(message.delivery);
        head.push(dot);
        let word = ink.word(key);
        let text = match &message.error {
            Some(error) => format!("{word} ({})", safe_line(error)),
            None => word,
        };
        head.push((text, role));
    }
    head
}

/// The word for where a text stands, with its role.
fn delivery(delivery: Delivery) -> (&'static str, Role) {
    match delivery {
        Delivery::Accepted => ("ui-delivery-accepted", Role::Faint),
        Delivery::Submitting => ("ui-delivery-submitting", Role::Faint),
        Delivery::Submitted => ("ui-delivery-submitted", Role::Faint),
        Delivery::Delivered => ("ui-delivery-delivered", Role::Good),
        Delivery::Failed => ("ui-delivery-failed", Role::Bad),
        Delivery::Unknown => ("ui-delivery-unknown", Role::Warn),
        Delivery::Held => ("ui-delivery-held", Role::Warn),
        Delivery::Dropped => ("ui-delivery-dropped", Role::Warn),
        Delivery::Received => ("ui-delivery-received", Role::Faint),
    }
}

fn note(ink: Ink<'_>, who: &str, what: &str, detail: &str, at: jiff::Timestamp) -> String {
    use crate::i18n::Value;
    let key = match what {
        "opted_out" => "ui-note-opted-out",
        "opted_out_by_word" => "ui-note-opted-out-by-word",
        "closed" => "ui-note-closed",
        "reopened" => "ui-note-reopened",
        "answered" => "ui-note-answered",
        "assigned" => "ui-note-assigned",
        "wrong_number" => "ui-note-wrong-number",
        "tagged" => "ui-note-tagged",
        _ => "ui-note-other",
    };
    let who = if who.is_empty() { ink.word("ui-system") } else { safe_line(who) };
    let detail = if key == "ui-note-other" && detail.is_empty() { safe_line(what) } else { safe_line(detail) };
    ink.words
        .say(key, &[("who", Value::Text(who)), ("detail", Value::Text(detail)), ("time", Value::Time(ink.time(at)))])
}

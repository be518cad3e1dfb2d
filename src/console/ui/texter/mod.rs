//! The texter's screen: header, send card, replies, conversation, composer, footer, and what lies over them.

mod panes;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Drawn;
use super::ink::{Caps, Ink, Piece, Sign};
use super::spots::Spots;
use super::theme::{Role, Theme};
use super::thread::RenderCache;
use super::{layers, practice, shell, wrap};
use crate::console::core::shared::msg::LinkState;
use crate::console::core::texter::gate::Armed;
use crate::console::core::texter::view::HeaderView;
use crate::console::core::texter::{Focus, Model};
use crate::console::keymap::action::Action;
use crate::i18n::{Catalogue, Value};

/// From this width on, the replies are beside the card.
const TWO_PANES: u16 = 100;
/// From this width on, the script is beside the open conversation.
const SCRIPT_PANE: u16 = 120;
/// Columns of the script.
const SCRIPT_WIDTH: u16 = 32;
/// From this width on, the script has so many columns instead, and the replies so many.
const WIDE: u16 = 190;
const SCRIPT_WIDE: u16 = 44;
const REPLIES_WIDE: u16 = 46;
/// From this width on, card, conversation and replies are side by side.
const THREE_PANES: u16 = 150;

/// What a part of the screen drew.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    /// Where the cursor belongs when this part has the keys.
    cursor: Option<Position>,
    /// Everything that a press would confirm here could be read.
    whole: bool,
}

/// Draws the whole screen.
pub fn render(
    model: &Model,
    theme: &Theme,
    caps: &Caps,
    words: &Catalogue,
    cache: &mut RenderCache,
    area: Rect,
    buffer: &mut Buffer,
) -> Drawn {
    let spots = Spots::default();
    let ink = Ink { theme, caps, words, spots: &spots };
    ink.fill(buffer, area, Role::Text);
    if shell::too_small(ink, area, buffer) {
        return Drawn { cursor: Some(area.as_position()), ..Drawn::default() };
    }
    let head = if area.height >= 20 { 2 } else { 1 };
    let foot = match (caps.footer, area.height) {
        (false, _) => 0,
        (true, 36..) if area.width < 120 => 2,
        (true, _) => 1,
    };
    header(
        ink,
        &model.header(),
        oldest_wait(model).filter(|_| !matches!(model.link, LinkState::SignedOut { .. })),
        Rect { height: head, ..area },
        buffer,
    );
    let body = Rect { y: area.y + head, height: area.height - head - foot, ..area };
    let body = practice::coach(ink, model, body, buffer);
    let mut part = panes::draw(ink, model, cache, body, buffer);
    let footer = Rect { y: area.bottom() - foot, height: foot, ..area };
    shell::footer(ink, &model.footer(), footer, buffer);
    if let Some(layer) = model.overlay_view() {
        part = Part { cursor: layers::draw(ink, &model.notices, &layer, body, buffer), whole: true };
    }
    if model.notices.toast().is_some() {
        let key = model.options.keymap.key_for(model.context(), Action::Messages);
        shell::toast(ink, &model.notices, key, Rect { height: area.height - foot, ..area }, buffer);
    }
    shell::which_key(ink, &model.which_key(), body, buffer);
    ink.set_apart(buffer, area);
    let card = model.armed().filter(|_| part.whole);
    let every_key = card.is_some() && model.armed_kind() == Some(Armed::Card);
    Drawn { cursor: part.cursor.or(Some(body.as_position())), card, every_key, spots: spots.taken() }
}

fn header(ink: Ink<'_>, view: &HeaderView, oldest: Option<Timestamp>, area: Rect, buffer: &mut Buffer) {
    let dot = || (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint);
    let mut first: Vec<Piece> = shell::mark(ink, view.rehearsal).into_iter().collect();
    let one_line = area.height < 2;
    // The smallest screens have room for the figures, not for the words.
    let narrow = one_line && area.width < 60;
    let mut link = shell::link(ink, &view.link, (view.now, view.laptop_now));
    if view.link == (LinkState::SignedOut { hands_in: true }) && view.upload_waiting == 0 && !ink.caps.login {
        link.0 = ink.word("ui-link-signed-out-done");
    }
    if view.unanswered {
        link = (ink.word("ui-link-unanswered"), Role::Warn);
    } else if narrow && view.link == LinkState::Online {
        ink.sign(Sign::Done).clone_into(&mut link.0);
    }
    let blocked = view.blocked.as_ref().map(|why| ink.say(why));
    if !one_line || area.width >= TWO_PANES {
        // What has happened matters more than the campaign's name.
        let columns = |text: &str| wrap::columns(text);
        let taken = first.iter().map(|(text, _)| columns(text)).sum::<u16>() + columns(&link.0) + 3;
        let needs = blocked.as_ref().map_or(0, |why| columns(why) + 3);
        let room = area.width.saturating_sub(taken + needs);
        let title = if needs > 0 { wrap::cut(&view.title, room, ink.sign(Sign::More)) } else { view.title.clone() };
        first.push((format!(" {title}"), Role::Title));
    }
    if let Some(why) = blocked {
        first.extend([dot(), (why, Role::Bad)]);
    }
    let number = |n: usize| Value::Number(i64::try_from(n).unwrap_or(i64::MAX));
    let progress = if narrow { "ui-card-of-short" } else { "ui-card-of" };
    let progress = ink.words.say(progress, &[("done", number(view.progress.0)), ("total", number(view.progress.1))]);
    // What needs somebody comes first: the end of the line may find no room.
    let mut second: Vec<Piece> = vec![(format!(" {progress}"), Role::Text)];
    if view.unknown > 0 {
        second.extend([dot(), (ink.counted("ui-upload-unknown", "n", view.unknown), Role::Bad)]);
    }
    if view.parked > 0 {
        second.extend([dot(), (ink.counted("ui-upload-parked", "n", view.parked), Role::Warn)]);
    }
    if let Some(lag) = shell::lag(ink, view.upload_waiting, view.upload_oldest, view.laptop_now) {
        second.extend([dot(), lag]);
    }
    second.extend([dot(), waiting(ink, view, oldest.filter(|_| !narrow))]);
    if let (many @ 1.., Some(at)) = view.held_back {
        let words = [("n", number(many)), ("at", Value::Text(far(ink, at, view.now)))];
        let never = at == Timestamp::MAX;
        let text = if never {
            ink.counted("ui-held-for-good", "n", many as u64)
        } else {
            ink.words.say("ui-held-back", &words)
        };
        second.extend([dot(), (text, Role::Warn)]);
    }
    if view.unreadable > 0 {
        second.extend([dot(), (ink.counted("ui-unreadable", "n", view.unreadable as u64), Role::Warn)]);
    }
    if let Some((pace, left)) = view.pace {
        let left = i64::try_from(left).unwrap_or(i64::MAX);
        let words = [("pace", Value::Number(i64::try_from(pace).unwrap_or(0))), ("left", Value::Number(left))];
        second.extend([dot(), (ink.words.say("ui-pace", &words), Role::Faint)]);
    }
    if one_line {
        first.append(&mut second);
    }
    let most = Rect { x: area.x + area.width / 2, width: area.width - area.width / 2, ..area };
    let width = ink.right(buffer, most, 0, &format!("{} ", link.0), link.1);
    ink.line(buffer, Rect { width: area.width.saturating_sub(width + 1), ..area }, 0, &first);
    ink.line(buffer, area, 1, &second);
}

/// A time of day, with its day where that may be another.
fn far(ink: Ink<'_>, at: Timestamp, now: Option<Timestamp>) -> String {
    let far = now.is_none_or(|now| at.as_second() - now.as_second() >= 6 * 3600);
    if far { crate::console::words::day_and_time(ink.words, &ink.caps.zone, at) } else { ink.time(at) }
}

/// How many wait for an answer, and for how long.
fn waiting(ink: Ink<'_>, view: &HeaderView, oldest: Option<Timestamp>) -> Piece {
    let mut text = ink.counted("ui-inbox-waiting", "n", view.waiting as u64);
    let long = |since: &Timestamp| view.now.is_some_and(|now| now.as_second() - since.as_second() >= 60);
    if let Some(since) = oldest.filter(long) {
        text.push_str(&format!(" ({})", ink.with_text("ui-inbox-oldest", "age", &ink.age(since, view.now))));
    }
    (text, if view.waiting > 0 { Role::Warn } else { Role::Faint })
}

/// Since when the one who waits longest has waited.
fn oldest_wait(model: &Model) -> Option<Timestamp> {
    model.people.longest_waiting(None).and_then(|id| model.people.line(id)).and_then(|line| line.waiting_since)
}

/// True when the keys go to the panes, not to a layer over them.
fn pane_has_keys(model: &Model, focus: &[Focus]) -> bool {
    model.overlays.is_empty() && focus.contains(&model.focus)
}

#[cfg(test)]
mod scenes_tests;
#[cfg(test)]
mod tests;

//! What both consoles' screens have around their panes: the mark, the line's state, hints, toasts.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, Sign};
use super::overlay;
use super::theme::Role;
use super::wrap;
use crate::console::core::shared::msg::LinkState;
use crate::console::core::shared::notice::{Level, Notices};
use crate::console::core::shared::pointer::Aim;
use crate::console::core::texter::view::FooterKey;
use crate::console::keymap::action::{Action, Category};
use crate::console::keymap::context::Context;
use crate::console::keymap::map::{Continuation, HelpRow};
use crate::i18n::Value;

/// The smallest screen that is drawn on.
pub(super) const LEAST: (u16, u16) = (40, 12);

/// One polite line instead of a screen nobody could use. True when it was needed.
pub(super) fn too_small(ink: Ink<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    if area.width >= LEAST.0 && area.height >= LEAST.1 {
        return false;
    }
    ink.line(buffer, area, 0, &[(ink.word("ui-too-small"), Role::Text)]);
    true
}

/// The word that says whether voters are real, and how it looks. None while it is not known.
pub(super) fn mark(ink: Ink<'_>, rehearsal: Option<bool>) -> Option<Piece> {
    let (key, role) = match rehearsal? {
        true => ("ui-rehearsal", Role::Rehearsal),
        false => ("ui-real-voters", Role::RealVoters),
    };
    Some((format!(" {} ", ink.word(key)), role))
}

/// The border's look for the same.
pub(super) fn mark_role(rehearsal: Option<bool>) -> Role {
    if rehearsal == Some(false) { Role::Bad } else { Role::Warn }
}

/// The state of the line, in words.
///
/// `clocks`: the campaign's time now and this laptop's, by which it tells since when. Where the two differ (a rehearsal's clock), it is
/// said for how long, as a time of day of one clock among those of another would only confuse.
pub(super) fn link(ink: Ink<'_>, link: &LinkState, clocks: (Option<Timestamp>, Option<Timestamp>)) -> Piece {
    match link {
        LinkState::Connecting => (ink.word("ui-link-connecting"), Role::Faint),
        LinkState::Online => (format!("{} {}", ink.sign(Sign::Done), ink.word("ui-link-online")), Role::Good),
        LinkState::AskedToWait { seconds } => (ink.counted("ui-link-asked-to-wait", "seconds", *seconds), Role::Warn),
        LinkState::Offline { since, next_try } => {
            let soon = LinkState::is_tried_soon(*next_try, clocks.1);
            let key = match (differ(clocks), soon) {
                (true, true) => "ui-link-offline-for",
                (true, false) => "ui-link-offline-for-longer",
                (false, true) => "ui-link-offline",
                (false, false) => "ui-link-offline-until",
            };
            let args = [
                ("age", Value::Text(ink.age(*since, clocks.1))),
                ("since", Value::Time(ink.time(*since))),
                ("next", Value::Time(ink.time(*next_try))),
                ("seconds", Value::Number(i64::try_from(LinkState::SOON).unwrap_or(i64::MAX))),
            ];
            (ink.words.say(key, &args), Role::Warn)
        }
        LinkState::SignedOut { .. } if ink.caps.login => (ink.word("ui-link-signed-out-login"), Role::Bad),
        LinkState::SignedOut { hands_in: true } => (ink.word("ui-link-signed-out-hands-in"), Role::Bad),
        LinkState::SignedOut { hands_in: false } => (ink.word("ui-link-signed-out"), Role::Bad),
    }
}

/// True when two clocks tell different times of day.
fn differ(clocks: (Option<Timestamp>, Option<Timestamp>)) -> bool {
    let (Some(campaign), Some(laptop)) = clocks else { return false };
    (campaign.as_second() - laptop.as_second()).abs() > 60
}

/// How far the upload is behind; none when it is not.
pub(super) fn lag(ink: Ink<'_>, waiting: u64, oldest: Option<Timestamp>, now: Option<Timestamp>) -> Option<Piece> {
    if waiting == 0 {
        return None;
    }
    let mut text = ink.counted("ui-upload-waiting", "n", waiting);
    if let (Some(oldest), Some(now)) = (oldest, now)
        && now.as_second() - oldest.as_second() >= 60
    {
        text.push_str(&format!(" ({})", ink.age(oldest, Some(now))));
    }
    Some((text, Role::Warn))
}

/// The keys that matter now, as many as there is room for, the most wanted first; the key for help always has its place.
/// What would do nothing now is faint.
pub(super) fn footer(ink: Ink<'_>, keys: &[FooterKey], area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let width_of = |key: &FooterKey| wrap::columns(&ink.key(&key.key)) + wrap::columns(&ink.word(key.label)) + 3;
    // The ways out have their place whatever else there is, as far as the first key has its own.
    let mut reserved = 0;
    let mut kept: Vec<&FooterKey> = Vec::new();
    let is_kept = |action: Action| matches!(action, Action::Help | Action::Back | Action::Quit);
    let first = keys.iter().find(|key| !is_kept(key.action)).map_or(0, width_of);
    for action in [Action::Help, Action::Back, Action::Quit] {
        if let Some(key) = keys.iter().find(|key| key.action == action)
            && first + reserved + width_of(key) <= area.width + 2
        {
            reserved += width_of(key);
            kept.insert(0, key);
        }
    }
    // The last one ends with the row.
    let reserved = reserved.saturating_sub(2);
    let (mut row, mut used) = (0, 0);
    let mut pieces: Vec<Piece> = Vec::new();
    for key in keys.iter().filter(|key| !is_kept(key.action)) {
        let width = width_of(key);
        let last_row = row + 1 == area.height;
        if used + width > area.width.saturating_sub(if last_row { reserved } else { 0 }) {
            if last_row {
                // A shorter one may still find room.
                continue;
            }
            ink.line(buffer, area, row, &pieces);
            pieces.clear();
            row += 1;
            used = 0;
        }
        ink.spots.put(Rect::new(area.x + used, area.y + row, width.saturating_sub(1), 1), Aim::Key(key.action));
        used += width;
        let works = key.why_not.is_none();
        pieces.push((ink.key(&key.key), if works { Role::Key } else { Role::Border }));
        let label = ink.word(key.label);
        pieces.push((format!(" {label}  "), if works { Role::Text } else { Role::Border }));
    }
    ink.line(buffer, area, row, &pieces);
    let last = Rect { x: area.right().saturating_sub(reserved), width: reserved.min(area.width), ..area };
    let mut x = last.x;
    for key in &kept {
        let width = width_of(key);
        ink.spots.put(Rect::new(x, area.bottom() - 1, width.saturating_sub(1), 1), Aim::Key(key.action));
        x += width;
    }
    let pieces: Vec<Piece> = kept
        .into_iter()
        .enumerate()
        .flat_map(|(place, key)| {
            let gap = if place > 0 { "  " } else { "" };
            [(format!("{gap}{}", ink.key(&key.key)), Role::Key), (format!(" {}", ink.word(key.label)), Role::Text)]
        })
        .collect();
    ink.line(buffer, last, area.height - 1, &pieces);
}

/// A toast at the lower end of `area`, over what is there.
///
/// `keys`: the key that shows all that was said, where there is one.
pub(super) fn toast(ink: Ink<'_>, notices: &Notices, keys: Option<String>, area: Rect, buffer: &mut Buffer) {
    let Some(notice) = notices.toast() else { return };
    let (word, role) = match notice.level {
        Level::Info => (ink.word("ui-toast-info"), Role::Good),
        Level::Warning => (ink.word("ui-toast-warning"), Role::Warn),
        Level::Told => (ink.word("ui-toast-told"), Role::Title),
        Level::Error => (ink.word("ui-toast-error"), Role::Bad),
    };
    let text = format!("{word} {}", ink.say(&notice.say));
    let width = area.width.saturating_sub(2).clamp(2, 76);
    // Two lines: they cover a frame and what stands below a text, never a text that a press would send.
    let in_lines = |text: &str| -> Vec<String> {
        wrap::wrap(text, width).into_iter().map(|range| text[range].trim_end().to_owned()).collect()
    };
    // What it stands over is among what was said, as the rest of a sentence that is cut off: the key that shows it stands at the end.
    let key = keys.map(|key| ink.key(&key));
    let covered = i64::try_from(notices.covered()).unwrap_or(i64::MAX);
    let n = ("n", Value::Number(covered));
    let more = (covered > 0).then(|| match &key {
        Some(key) => format!(" ({})", ink.words.say("ui-toast-more", &[("key", Value::Text(key.clone())), n])),
        // Where letters are text there is no key for it.
        None => format!(" ({})", ink.words.say("ui-toast-more-there", &[n])),
    });
    let mut lines = in_lines(&format!("{text}{}", more.as_deref().unwrap_or_default()));
    if lines.len() > 2 {
        lines = in_lines(&text);
        let rest = lines.split_off(1).join(" ");
        let all = || key.map(|key| format!(" ({})", ink.with_text("ui-toast-rest", "key", &key)));
        let where_else = more.or_else(all).unwrap_or_default();
        let room = width.saturating_sub(wrap::columns(&where_else));
        lines.push(format!("{}{where_else}", wrap::cut(&rest, room, ink.sign(Sign::More))));
    }
    let height = u16::try_from(lines.len()).unwrap_or(2);
    if area.height < height {
        return;
    }
    let place = Rect::new(area.x, area.bottom() - height, area.width, height);
    ink.fill(buffer, place, Role::Text);
    ink.spots.hide(place);
    for (line, row) in lines.into_iter().zip(0..) {
        ink.line(buffer, Rect { x: place.x + 1, width, ..place }, row, &[(line, role)]);
    }
}

/// What may follow the keys typed so far.
pub(super) fn which_key(ink: Ink<'_>, next: &[Continuation], area: Rect, buffer: &mut Buffer) {
    if next.is_empty() {
        return;
    }
    let lines: Vec<overlay::Line> = next
        .iter()
        .map(|next| {
            let label = next.action.map_or_else(|| ink.sign(Sign::More).to_owned(), |a| ink.word(a.label_key()));
            let pieces = vec![(ink.key(&next.chord.to_string()), Role::Key), (format!(" {label}"), Role::Text)];
            overlay::Line { pieces, ..overlay::Line::default() }
        })
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(area.height).saturating_add(2).min(area.height);
    let width = 32.min(area.width);
    let low = Rect { y: area.bottom() - height, height, x: area.right() - width, width };
    let inner = overlay::boxed(ink, &ink.word("ui-which-key"), width, height, low, buffer);
    overlay::page(ink, &lines, 0, inner, buffer);
}

/// Lines of help: first what can be pressed where help was opened, by category, with the keys that do it there; below it
/// what works elsewhere in the same console, with its first place. What has no key at all says so.
pub(super) fn help_lines(ink: Ink<'_>, from: Context, groups: &[(Category, Vec<HelpRow>)]) -> Vec<overlay::Line> {
    let chain: Vec<Context> = from.chain().collect();
    let name = |row: &HelpRow| format!("  {}", ink.word(row.action.label_key()));
    let mut lines = Vec::new();
    for (category, rows) in groups {
        let here: Vec<&HelpRow> = rows.iter().filter(|row| row.here).collect();
        if here.is_empty() {
            continue;
        }
        lines.push(overlay::Line::new(ink.word(category.title_key()), Role::Title));
        for row in here {
            let keys = keys_in(ink, row, |place| chain.contains(&place));
            lines.push(overlay::Line::new(name(row), Role::Text).with_right(keys));
        }
    }
    lines.push(overlay::Line::new(ink.word("ui-help-elsewhere"), Role::Title));
    let captains = chain.contains(&Context::Board);
    for row in groups.iter().flat_map(|(_, rows)| rows).filter(|row| !row.here) {
        let place = row.keys.iter().map(|(place, _)| *place).find(|place| belongs(*place, captains));
        let right = match place {
            Some(place) => format!("{}: {}", ink.word(place.title_key()), keys_in(ink, row, |other| other == place)),
            None if row.keys.is_empty() && row.action.info().contexts.iter().any(|place| belongs(*place, captains)) => {
                ink.word("ui-help-unbound")
            }
            None => continue,
        };
        lines.push(overlay::Line::new(name(row), Role::Faint).with_right(right));
    }
    lines
}

/// True for the places of one console and those that both have.
fn belongs(place: Context, captains: bool) -> bool {
    use Context::{Answers, Board, Canned, Card, Composer, Inbox, Score, Texting, Thread};
    match place {
        Board => captains,
        Texting | Card | Inbox | Thread | Composer | Canned | Answers | Score => !captains,
        _ => true,
    }
}

/// The keys of a row in some places, each once, in the order of the table.
fn keys_in(ink: Ink<'_>, row: &HelpRow, wanted: impl Fn(Context) -> bool) -> String {
    let mut keys: Vec<&str> = Vec::new();
    for (_, key) in row.keys.iter().filter(|(place, _)| wanted(*place)) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    keys.into_iter().map(|key| ink.key(key)).collect::<Vec<_>>().join(", ")
}

//! The home screen: the list of campaigns with what is in hand, and below it what is to be known of the selected one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Drawn;
use super::ink::{Caps, Ink, Piece, Sign};
use super::spots::Spots;
use super::theme::{Role, Theme};
use super::{card, layers, shell, wrap};
use crate::api::campaign::CampaignTodo;
use crate::console::core::home::Model;
use crate::console::core::home::view::standing;
use crate::console::core::shared::pointer::Aim;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::i18n::Catalogue;

/// Draws the whole screen.
pub fn render(model: &Model, theme: &Theme, caps: &Caps, words: &Catalogue, area: Rect, buffer: &mut Buffer) -> Drawn {
    let spots = Spots::default();
    let ink = Ink { theme, caps, words, spots: &spots };
    ink.fill(buffer, area, Role::Text);
    if shell::too_small(ink, area, buffer) {
        return Drawn { cursor: Some(area.as_position()), ..Drawn::default() };
    }
    let foot = u16::from(caps.footer);
    header(ink, model, Rect { height: 1, ..area }, buffer);
    let body = Rect { y: area.y + 1, height: area.height - 1 - foot, ..area };
    let about = about_lines(ink, model, body.width.saturating_sub(4));
    // The list needs its rows; what is told of the selected one gets the rest, a half at most.
    let wanted = u16::try_from(about.len()).unwrap_or(u16::MAX).saturating_add(2);
    let needed = 3 + model.at_hand().map_or(0, |todo| {
        let inner = Rect { width: body.width.saturating_sub(4), ..body };
        card::rows_of(ink, &told(ink, model, todo), inner.width.saturating_sub(2), most_rows(inner))
    });
    let low = if about.is_empty() { 0 } else { wanted.min(body.height / 2).min(body.height.saturating_sub(needed)) };
    let low = if low < 3 { 0 } else { low };
    let list = Rect { height: body.height - low, ..body };
    let role = if model.overlays.is_empty() { shell::mark_role(model.rehearsal()) } else { Role::Border };
    let inner = ink.frame(buffer, list, &ink.word("home-title"), role, model.rehearsal() == Some(false));
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut cursor = draw_list(ink, model, inner, buffer);
    if low > 0 {
        let place = Rect { y: list.bottom(), height: low, ..body };
        let inner = ink.frame(buffer, place, &ink.word("home-about"), Role::Border, false);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let above = model.told_from.min(about.len().saturating_sub(inner.height.into()));
        for (row, line) in (0..inner.height).zip(about.iter().skip(above)) {
            ink.line(buffer, inner, row, std::slice::from_ref(line));
        }
        let below = about.len() > above + usize::from(inner.height);
        let keymap = &model.options.keymap;
        for (more, action, sign, row) in [
            (above > 0, Action::PageUp, Sign::Up, place.y),
            (below, Action::PageDown, Sign::Down, place.bottom().saturating_sub(1)),
        ] {
            // On the frame: no word of the guide is hidden by it.
            if let Some(key) = keymap.key_for(Context::Home, action).filter(|_| more) {
                let edge = Rect { y: row, height: 1, width: place.width.saturating_sub(2), ..place };
                ink.right(buffer, edge, 0, &format!(" {} {} ", ink.key(&key), ink.sign(sign)), Role::Key);
            }
        }
    }
    let footer = Rect { y: area.bottom() - foot, height: foot, ..area };
    shell::footer(ink, &model.footer(), footer, buffer);
    if let Some(layer) = model.overlay_view() {
        cursor = layers::draw(ink, &model.notices, &layer, body, buffer);
    }
    if model.notices.toast().is_some() {
        let key = model.options.keymap.key_for(model.context(), Action::Messages);
        shell::toast(ink, &model.notices, key, Rect { height: area.height - foot, ..area }, buffer);
    }
    shell::which_key(ink, &model.which_key(), body, buffer);
    ink.set_apart(buffer, area);
    // No text is sent from here.
    Drawn { cursor: cursor.or(Some(inner.as_position())), spots: spots.taken(), ..Drawn::default() }
}

fn header(ink: Ink<'_>, model: &Model, area: Rect, buffer: &mut Buffer) {
    let mut pieces: Vec<Piece> = shell::mark(ink, model.rehearsal()).into_iter().collect();
    if let Some(me) = &model.me {
        let name = crate::domain::safe_text::safe_line(&me.name);
        pieces.push((format!(" {name}"), Role::Title));
    }
    if let Some(lag) = shell::lag(ink, model.outbox.0, model.outbox.1, model.laptop_now()) {
        pieces.extend([(format!(" {} ", ink.sign(Sign::Dot)), Role::Faint), lag]);
    }
    let link = shell::link(ink, &model.link, (model.campaign_now(), model.laptop_now()));
    let width = ink.right(buffer, area, 0, &format!("{} ", link.0), link.1);
    ink.line(buffer, Rect { width: area.width.saturating_sub(width + 1), ..area }, 0, &pieces);
}

fn draw_list(ink: Ink<'_>, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let Some(todos) = &model.todos else {
        ink.line(buffer, area, 0, &[(ink.word("home-loading"), Role::Faint)]);
        return None;
    };
    if todos.is_empty() {
        ink.line(buffer, area, 0, &[(ink.word("home-no-campaign"), Role::Faint)]);
        return None;
    }
    let told: Vec<Vec<Vec<Piece>>> = todos.iter().map(|todo| told(ink, model, todo)).collect();
    let selected = model.selected_place().unwrap_or(0);
    let inner = area.width.saturating_sub(2);
    let of_place = |(at, told): (usize, Vec<Vec<Piece>>)| if at == selected { told } else { whole(ink, told, inner) };
    let told: Vec<Vec<Vec<Piece>>> = told.into_iter().enumerate().map(of_place).collect();
    let rows: Vec<u16> = told
        .iter()
        .enumerate()
        .map(|(at, told)| 1 + card::rows_of(ink, told, inner, if at == selected { most_rows(area) } else { 1 }))
        .collect();
    // From as far up as leaves the selected one wholly on the screen.
    let mut first = selected;
    let mut used = rows.get(selected).copied().unwrap_or(0);
    while let Some(above) = first.checked_sub(1).and_then(|at| rows.get(at)).filter(|rows| used + **rows <= area.height)
    {
        used += above;
        first -= 1;
    }
    let mut row = 0;
    let mut cursor = None;
    for (at, (todo, told)) in todos.iter().zip(&told).enumerate().skip(first) {
        if row >= area.height {
            break;
        }
        let here = at == selected;
        let look = |role| if here { Role::Selected } else { role };
        if here {
            let bar = Rect { y: area.y + row, height: 1, ..area };
            ink.fill(buffer, bar, Role::Selected);
            cursor = Some(bar.as_position());
        }
        let mark = if here { ink.sign(Sign::Here) } else { " " };
        // Its name is worth more than its end.
        let most = if area.width < 50 { 1 } else { 2 };
        let state: Vec<String> = standing(todo).iter().take(most).map(|say| ink.say(say)).collect();
        let state = state.join(&format!(" {} ", ink.sign(Sign::Dot)));
        let width = ink.right(buffer, area, row, &state, look(Role::Faint));
        let title = wrap::cut(&todo.title, area.width.saturating_sub(width + 4), ink.sign(Sign::More));
        ink.line(buffer, area, row, &[(format!("{mark} {title}"), look(Role::Title))]);
        let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
        let most = rows.get(at).map_or(1, |rows| rows.saturating_sub(1));
        card::flow(ink, told, inner, row + 1, most, buffer);
        let place = Rect { y: area.y + row, height: 1 + most, ..area }.intersection(area);
        ink.spots.put(place, Aim::Row(at as isize - selected as isize));
        row += 1 + most;
    }
    cursor
}

/// As many counts as have room on one row, each whole: half a number says something else.
fn whole(ink: Ink<'_>, told: Vec<Vec<Piece>>, width: u16) -> Vec<Vec<Piece>> {
    let columns = |group: &Vec<Piece>| group.iter().map(|(text, _)| wrap::columns(text)).sum::<u16>();
    if told.iter().map(columns).sum::<u16>() <= width {
        return told;
    }
    let more = format!(" {}", ink.sign(Sign::More));
    let mut room = width.saturating_sub(wrap::columns(&more));
    let mut shown: Vec<Vec<Piece>> = Vec::new();
    for group in told {
        if columns(&group) > room && !shown.is_empty() {
            break;
        }
        room = room.saturating_sub(columns(&group));
        shown.push(group);
    }
    shown.push(vec![(more, Role::Faint)]);
    shown
}

/// Rows that the counts of the selected campaign may take: all that they need, but on the smallest screens.
fn most_rows(area: Rect) -> u16 {
    if area.width < 50 { 3 } else { 6 }
}

/// What is in hand of a campaign, each count with what stands before it on the same line.
fn told(ink: Ink<'_>, model: &Model, todo: &CampaignTodo) -> Vec<Vec<Piece>> {
    let dot = format!(" {} ", ink.sign(Sign::Dot));
    let count = |(place, say): (usize, &Say)| {
        let role = match say.key {
            "home-waiting" | "home-late" | "home-held" | "home-not-yours" => Role::Warn,
            "home-unsent" | "home-on-the-way" => Role::Text,
            _ => Role::Faint,
        };
        let before = if place > 0 { dot.as_str() } else { "" };
        vec![(format!("{before}{}", ink.say(say)), role)]
    };
    model.counts(todo).iter().enumerate().map(count).collect()
}

/// What is to be known of the selected campaign: the captains' note, then the guide.
fn about_lines(ink: Ink<'_>, model: &Model, width: u16) -> Vec<Piece> {
    let mut lines = Vec::new();
    let Some(todo) = model.at_hand() else { return lines };
    let mut wrapped = |text: &str, role: Role| {
        for part in wrap::wrap(text, width) {
            lines.push((text[part].trim_end().to_owned(), role));
        }
    };
    if let Some(note) = &todo.mine.note {
        let age = ink.age(note.at, model.campaign_now());
        wrapped(&format!("{} ({age}): {}", note.who, note.text), Role::Warn);
    }
    if !todo.mine.guide.is_empty() {
        wrapped(&todo.mine.guide, Role::Text);
    }
    lines
}

#[cfg(test)]
#[path = "home_tests.rs"]
mod tests;

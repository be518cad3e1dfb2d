//! The captain's screen: the board, and what lies over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Drawn;
use super::ink::{Caps, Ink, Piece, Sign};
use super::spots::Spots;
use super::theme::{Role, Theme};
use super::{board, layers, shell};
use crate::api::campaign::CampaignState;
use crate::console::core::captain::Model;
use crate::console::keymap::action::Action;
use crate::i18n::{Catalogue, Value};

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
    let role = if model.overlays.is_empty() { shell::mark_role(model.rehearsal()) } else { Role::Border };
    let title = match model.as_of() {
        Some(at) => {
            let age = ink.age(at, model.campaign_now());
            ink.words.say("ui-board-title-as-of", &[("at", Value::Time(ink.time(at))), ("age", Value::Text(age))])
        }
        None => ink.word("ui-board-title"),
    };
    let inner = ink.frame(buffer, body, &title, role, model.rehearsal() == Some(false));
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut cursor = match &model.board {
        Some(counted) => {
            board::draw(ink, counted, model.board_now(), model.selected_place().unwrap_or(0), inner, buffer)
        }
        None => {
            ink.line(buffer, inner, 0, &[(ink.word("ui-board-loading"), Role::Faint)]);
            None
        }
    };
    let footer = Rect { y: area.bottom() - foot, height: foot, ..area };
    shell::footer(ink, &model.footer(), footer, buffer);
    if let Some(layer) = model.behind_view() {
        layers::draw(ink, &model.notices, &layer, body, buffer);
    }
    if let Some(layer) = model.overlay_view() {
        cursor = layers::draw(ink, &model.notices, &layer, body, buffer);
    }
    if model.notices.toast().is_some() {
        let key = model.options.keymap.key_for(model.context(), Action::Messages);
        shell::toast(ink, &model.notices, key, Rect { height: area.height - foot, ..area }, buffer);
    }
    shell::which_key(ink, &model.which_key(), body, buffer);
    ink.set_apart(buffer, area);
    // A captain's acts are asked for in a dialog; nothing on the board is sent by one key.
    Drawn { cursor: cursor.or(Some(inner.as_position())), spots: spots.taken(), ..Drawn::default() }
}

fn header(ink: Ink<'_>, model: &Model, area: Rect, buffer: &mut Buffer) {
    let dot = || (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint);
    let mut pieces: Vec<Piece> = shell::mark(ink, model.rehearsal()).into_iter().collect();
    // What waits comes first: beside the words of a cut line the rest may find no room.
    let lag = shell::lag(ink, model.outbox.0, model.outbox.1, model.laptop_now());
    if let Some(lag) = lag {
        pieces.extend([dot(), lag, dot()]);
    }
    if let Some(board) = &model.board {
        pieces.push((format!(" {}", board.title), Role::Title));
        let (key, role) = match board.state {
            CampaignState::Running => ("ui-state-running", Role::Good),
            CampaignState::Paused => ("ui-state-paused", Role::Bad),
            CampaignState::Importing => ("ui-state-importing", Role::Warn),
            CampaignState::Archived => ("ui-state-archived", Role::Faint),
        };
        pieces.extend([dot(), (ink.word(key), role)]);
    }
    let mut link = shell::link(ink, &model.link, (model.campaign_now(), model.laptop_now()));
    if model.is_unanswered() {
        link = (ink.word("ui-link-unanswered"), Role::Warn);
    }
    let width = ink.right(buffer, area, 0, &format!("{} ", link.0), link.1);
    ink.line(buffer, Rect { width: area.width.saturating_sub(width + 1), ..area }, 0, &pieces);
}

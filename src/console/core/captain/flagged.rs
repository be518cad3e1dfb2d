//! Conversations that texters flagged, with what they asked; and what the captain writes: an answer, a note to all texters.

use super::model::{Model, Overlay};
use crate::api::act::Act;
use crate::api::campaign::MAX_ANNOUNCEMENT;
use crate::api::captain::Flagged;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Stamp};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::view::OverlayView;
use crate::domain::safe_text::safe_line;

/// Longest answer to a texter, in characters.
const MAX_ANSWER: usize = 500;

/// What is being written in a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// The answer to what was asked, as it was when the layer was opened.
    Answer(Box<Flagged>),
    /// A note to the campaign's texters.
    Note,
    /// Filters of conversations.
    Filter,
}

impl Model {
    pub(super) fn ask_for_flagged(&mut self, fx: &mut Vec<Effect>) {
        self.flagged_asked = true;
        fx.push(Effect::Load(Ask::Flagged(self.options.campaign)));
    }

    pub(super) fn put_flagged(&mut self, mut flagged: Vec<Flagged>) {
        for one in &mut flagged {
            one.first_name = safe_line(&one.first_name);
            one.texter = one.texter.as_deref().map(safe_line);
            one.asked_by = one.asked_by.as_deref().map(safe_line);
            one.question = safe_line(&one.question);
            one.preview = safe_line(&one.preview);
        }
        let rows = flagged.len();
        self.flagged = flagged;
        if rows == 0 {
            self.overlays.retain(|overlay| !matches!(overlay, Overlay::Flagged { .. }));
            if self.flagged_asked {
                self.say(Level::Info, Say::new("captain-nothing-flagged"));
            }
        } else if let Some(Overlay::Flagged { selected }) =
            self.overlays.iter_mut().find(|overlay| matches!(overlay, Overlay::Flagged { .. }))
        {
            *selected = (*selected).min(rows - 1);
        } else if self.flagged_asked && self.overlays.is_empty() {
            self.open(Overlay::Flagged { selected: 0 });
        }
        self.flagged_asked = false;
    }

    /// Opens the answer to the row that is selected.
    pub(super) fn answer_flagged(&mut self, selected: usize) {
        if let Some(flagged) = self.flagged.get(selected).cloned() {
            self.open(Overlay::Write { what: Writing::Answer(Box::new(flagged)), text: Editor::default() });
        }
    }

    /// What was written is handed in; nothing written: the layer closes.
    pub(super) fn written(&mut self, what: &Writing, text: &str, stamp: Stamp, fx: &mut Vec<Effect>) {
        let text = text.trim();
        if *what == Writing::Filter {
            return self.filtered(if text == "all" { "" } else { text }, fx);
        }
        let count = text.chars().count();
        let most = if matches!(what, Writing::Note) { MAX_ANNOUNCEMENT } else { MAX_ANSWER };
        if count > most {
            let say = Say::new("texter-note-too-long").with("count", count).with("most", most);
            return self.say(Level::Warning, say);
        }
        let act = match what {
            Writing::Answer(_) if text.is_empty() => {
                self.overlays.pop();
                return;
            }
            Writing::Answer(flagged) => Act::AnswerAsked { contact: flagged.contact, text: text.to_owned() },
            Writing::Note => Act::Announce { campaign: self.options.campaign, text: text.to_owned() },
            Writing::Filter => return,
        };
        if self.confirm(act, stamp, fx) {
            self.overlays.pop();
        }
    }

    pub(super) fn flagged_view(&self, selected: usize) -> OverlayView {
        OverlayView::Confirm {
            title: Say::new("captain-flagged-title").with("count", self.flagged.len()),
            lines: vec![Say::new("captain-flagged-means")],
            choices: self.flagged.iter().map(|one| (flagged_row(one), None)).collect(),
            selected,
        }
    }

    pub(super) fn writing_view(&self, what: &Writing, text: &Editor) -> OverlayView {
        let (title, lines) = match what {
            Writing::Answer(flagged) => {
                let mut lines = vec![flagged_row(flagged)];
                if !flagged.preview.is_empty() {
                    lines.push(Say::new("captain-flagged-voter").with("text", flagged.preview.clone()));
                }
                lines.push(Say::new("captain-answer-means"));
                (Say::new("captain-answer-title").with("name", flagged.first_name.clone()), lines)
            }
            Writing::Note => (Say::new("captain-note-title"), vec![Say::new("captain-note-means")]),
            Writing::Filter => {
                let means = ["captain-filter-means", "captain-filter-statuses", "captain-filter-all"];
                (Say::new("captain-filter-title"), means.map(Say::new).to_vec())
            }
        };
        OverlayView::Ask { title, lines, text: text.text().to_owned(), cursor: text.cursor(), understood: None }
    }
}

/// Who asked what about whom.
fn flagged_row(one: &Flagged) -> Say {
    let who = one.asked_by.as_ref().or(one.texter.as_ref()).cloned();
    let key = match (one.question.is_empty(), who.is_some()) {
        (false, true) => "captain-flagged-row",
        (false, false) => "captain-flagged-row-nobody",
        (true, true) => "captain-flagged-row-alone",
        (true, false) => "captain-flagged-row-alone-nobody",
    };
    let mut say = Say::new(key).with("name", one.first_name.clone());
    if let Some(who) = who {
        say = say.with("who", who);
    }
    if one.question.is_empty() { say } else { say.with("text", one.question.clone()) }
}

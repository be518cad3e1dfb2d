//! What a line is while a reply is being written, besides its words.

use super::command::word_for;
use super::texter::TexterPages;
use super::voice::Voice;
use crate::console::core::texter::Focus;
use crate::console::keymap::action::Action;
use crate::console::keymap::chord::Chord;
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Lookup;
use crate::i18n::Value;

impl TexterPages {
    /// Over a reply that waits for its word: what would be taken back is told first, as it is not what was asked about. None: it is taken back.
    pub(super) fn ask_undo(&mut self, voice: &Voice) -> Option<Vec<String>> {
        let open =
            self.model.open.as_ref().filter(|open| self.model.focus == Focus::Composer && !open.editor.is_blank())?;
        let what = self.model.would_take_back()?;
        let told = (open.contact, open.editor.text().to_owned(), what.clone());
        if self.undo_told.take().as_ref() == Some(&told) {
            return None;
        }
        self.undo_told = Some(told);
        let word = word_for(Action::Undo, Context::Composer, &self.model.options.keymap, voice);
        let args = [("word", Value::Text(word)), ("what", Value::Text(voice.say(&what)))];
        Some(vec![voice.with("plain-undo-would", &args)])
    }

    /// The key of the composer that takes a reply back, by its name.
    pub(super) fn is_undo(&self, line: &str) -> bool {
        let Ok(chord) = line.parse::<Chord>() else { return false };
        let found = self.model.options.keymap.look_up(Context::Composer, &[chord], self.model.facts());
        (chord.ctrl || chord.alt) && matches!(found, Lookup::Matched(Action::Undo))
    }
}

/// One sign alone: hardly what a voter is to read.
pub(super) fn is_one_sign(line: &str) -> bool {
    line.chars().count() == 1 && line.chars().all(|c| c.is_ascii_graphic())
}

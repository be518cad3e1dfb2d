//! What goes with somebody to the list of campaigns and back: what can be taken back, and what was said.

use std::collections::BTreeMap;

use super::model::Model;
use super::undo::Undo;
use crate::console::core::shared::notice::Notices;
use crate::domain::ids::ContactId;

/// What one console leaves to the next of the same shift.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Carried {
    undo: Vec<Undo>,
    notices: Notices,
    words_of_out: BTreeMap<ContactId, String>,
}

impl Model {
    /// What the next console of this campaign may take up. A text that had not left is a draft by then, and a first text's own words are gone.
    #[must_use]
    pub fn carries_on(&self) -> Carried {
        let stays = |undo: &&Undo| !matches!(undo, Undo::Text { .. } | Undo::Words { .. });
        Carried {
            undo: self.undo.iter().filter(stays).cloned().collect(),
            notices: self.notices.for_later(),
            words_of_out: self.words_of_out.clone(),
        }
    }

    /// Takes up what an earlier console of this shift left.
    pub(super) fn takes_up(mut self) -> Self {
        let Carried { undo, notices, words_of_out } = std::mem::take(&mut self.options.carried);
        (self.undo, self.notices, self.words_of_out) = (undo, notices, words_of_out);
        self
    }

    /// It is known who is in hand: of anybody else nothing can be taken back from here.
    pub(super) fn undo_whom_i_hold(&mut self) {
        let anybody = |undo: &Undo| matches!(undo, Undo::Release { .. } | Undo::Final { .. });
        let people = &self.people;
        self.undo.retain(|undo| anybody(undo) || people.line(undo.contact()).is_some());
    }
}

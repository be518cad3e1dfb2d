//! Which row of the list is under the hands.

use super::model::Model;

impl Model {
    /// Whoever left the list (closed, opted out) leaves the hands on the neighbour who took their place; whoever is in it again, as an undo
    /// has it, has them back.
    pub(super) fn mind_the_selection(&mut self) {
        if let Some(id) = self.go_back_to.filter(|id| self.people.inbox_place(*id).is_some()) {
            self.go_back_to = None;
            self.selected = Some(id);
        }
        match self.selected.and_then(|id| self.people.inbox_place(id)) {
            Some(place) => self.selected_at = place,
            None => {
                let last = self.people.inbox_len().saturating_sub(1);
                self.selected = self.people.inbox().nth(self.selected_at.min(last));
            }
        }
    }
}

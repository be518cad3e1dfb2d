//! What came in and was not told: the line, the outbox, who answered. One line each.

use std::collections::BTreeMap;

use super::voice::{Voice, number};
use crate::console::core::shared::msg::LinkState;
use crate::console::core::texter::Model;
use crate::console::core::texter::people::is_waiting;
use crate::domain::ids::ContactId;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// What was told.
#[derive(Debug, Clone, Default)]
pub(super) struct News {
    /// Voters who wait or waited, by the latest word of theirs that was told: who waits again with the same word wrote nothing new.
    replies: BTreeMap<ContactId, u64>,
    /// Who waits was told once.
    begun: bool,
    link: Option<LinkState>,
    /// Of unknown outcome, and come back.
    trouble: (u64, u64),
    /// Confirmed and not accepted, since the line was cut.
    behind: u64,
}

/// That the line is cut is told once, not again with each try.
impl News {
    /// What is new, and told with this.
    pub fn of(&mut self, model: &Model, voice: &Voice) -> Vec<String> {
        let mut lines: Vec<String> = self.of_the_line(model, voice).into_iter().collect();
        lines.extend(self.of_the_outbox(model, voice));
        lines.extend(self.of_the_voters(model, voice));
        lines
    }

    fn of_the_line(&mut self, model: &Model, voice: &Voice) -> Option<String> {
        let news = voice.link_news(self.link.as_ref(), &model.link, model.laptop_now());
        self.link = Some(model.link.clone());
        news
    }

    fn of_the_outbox(&mut self, model: &Model, voice: &Voice) -> Option<String> {
        let header = model.header();
        let trouble = (header.unknown, header.parked);
        let offline = matches!(model.link, LinkState::Offline { .. });
        let caught_up = self.behind > 0 && header.upload_waiting == 0;
        let falls_behind = offline && header.upload_waiting > 0 && self.behind == 0;
        if trouble == self.trouble && !caught_up && !falls_behind {
            return None;
        }
        self.trouble = trouble;
        self.behind = if offline { header.upload_waiting } else { 0 };
        model.outbox_head().get(1).map(|say| voice.say(say))
    }

    /// Who wrote since it was last told.
    fn of_the_voters(&mut self, model: &Model, voice: &Voice) -> Option<String> {
        let open = model.open.as_ref().map(|open| open.contact);
        let people = &model.people;
        let waiting: BTreeMap<ContactId, u64> = people
            .ids()
            .filter_map(|id| people.line(id))
            .filter(|line| is_waiting(line))
            .map(|line| (line.id, line.foreign_seq))
            .collect();
        let told = &self.replies;
        let fresh =
            waiting.iter().filter(|(id, seq)| told.get(id).is_none_or(|told| told < *seq) && open != Some(**id));
        let fresh: Vec<ContactId> = fresh.map(|(id, _)| *id).collect();
        let count = waiting.len();
        self.replies.extend(waiting);
        // At the start they wait since before: what is new is not known.
        if !std::mem::replace(&mut self.begun, model.loaded) && fresh.len() > 1 {
            return Some(voice.counted("plain-waiting-now", "n", count));
        }
        let waiting = ("waiting", number(count));
        match fresh.as_slice() {
            [] => None,
            [one] => {
                let line = people.line(*one)?;
                let name = ("name", Value::Text(voice.name(&line.first_name)));
                let hard = model.holds_back(*one, &line.preview);
                let words =
                    if hard { voice.word("ui-held-back-text") } else { voice.preview(&safe_line(&line.preview)) };
                let text = ("text", Value::Text(words));
                Some(voice.with("plain-new-reply", &[name, text, waiting]))
            }
            many => Some(voice.with("plain-new-replies", &[("n", number(many.len())), waiting])),
        }
    }
}

//! The home screen's page: the campaigns, numbered, with what is in hand.

use super::layers::told;
use super::lines::{Page, Pages};
use super::voice::Voice;
use crate::api::campaign::CampaignTodo;
use crate::console::core::home::Model;
use crate::console::core::home::view::standing;
use crate::console::core::shared::Program;
use crate::console::core::shared::msg::LinkState;
use crate::console::core::shared::notice::Notices;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::view::OverlayView;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::{Context, Facts};
use crate::console::keymap::map::Keymap;

/// The home screen's core with its page.
#[derive(Debug)]
pub struct HomePages {
    /// The core.
    pub model: Model,
    link: Option<LinkState>,
}

impl HomePages {
    /// The page of a core that has told nothing yet.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self { model, link: None }
    }

    fn campaign(&self, voice: &Voice, todo: &CampaignTodo) -> String {
        let facts: Vec<String> =
            standing(todo).iter().chain(&self.model.counts(todo)).map(|say| voice.say(say)).collect();
        format!("{}. {}.", todo.title, facts.join(", "))
    }

    fn list(&self, voice: &Voice) -> Vec<String> {
        let mut lines = vec![voice.word("home-title")];
        for (place, todo) in self.model.rows().iter().enumerate() {
            lines.push(format!("{}: {}", place + 1, self.campaign(voice, todo)));
            if let Some(note) = &todo.mine.note {
                lines.extend(told(voice, &voice.text("home-note-of", "who", &note.who), &note.text));
            }
        }
        lines
    }
}

impl Pages for HomePages {
    fn program(&mut self) -> &mut dyn Program {
        &mut self.model
    }

    fn context(&self) -> Context {
        self.model.context()
    }

    fn facts(&self) -> Facts {
        self.model.facts()
    }

    fn keymap(&self) -> &Keymap {
        &self.model.options.keymap
    }

    fn why_not(&self, action: Action) -> Option<Say> {
        self.model.why_not(action)
    }

    fn layer(&self) -> Option<OverlayView> {
        self.model.overlay_view()
    }

    fn notices(&self) -> &Notices {
        &self.model.notices
    }

    fn busy(&self) -> bool {
        self.model.is_busy()
    }

    fn greeting(&self, voice: &Voice) -> Option<Vec<String>> {
        let mark = if self.model.rehearsal()? { "plain-rehearsal" } else { "plain-real-voters" };
        Some(vec![voice.word(mark)])
    }

    fn page(&self, voice: &Voice, _again: bool) -> Page {
        let Some(todos) = &self.model.todos else {
            return Page { key: "loading".into(), wait: true, ask: voice.word("home-loading"), ..Page::default() };
        };
        let lines = if todos.is_empty() { vec![voice.word("home-no-campaign")] } else { self.list(voice) };
        let offers = self.model.footer().into_iter().filter(|key| key.why_not.is_none()).map(|key| key.action);
        Page {
            key: lines.join("\n"),
            lines,
            kind: "plain-ask-home",
            ask: voice.word("plain-ask-home"),
            offers: offers.filter(|action| !matches!(action, Action::Down | Action::Help | Action::Open)).collect(),
            wait: self.busy(),
            ..Page::default()
        }
    }

    fn news(&mut self, voice: &Voice) -> Vec<String> {
        let news = voice.link_news(self.link.as_ref(), &self.model.link, self.model.laptop_now());
        self.link = Some(self.model.link.clone());
        news.into_iter().collect()
    }

    fn status(&self, voice: &Voice) -> Vec<String> {
        let mut lines = self.greeting(voice).unwrap_or_default();
        lines.push(voice.link(&self.model.link, self.model.laptop_now()));
        lines.extend(self.list(voice));
        // The guide of the one that is named, whole.
        if let Some(todo) = self.model.at_hand().filter(|todo| !todo.mine.guide.is_empty()) {
            lines.extend(told(voice, &voice.text("home-guide-of", "title", &todo.title), &todo.mine.guide));
        }
        lines
    }

    fn row(&self, number: usize) -> Option<Vec<Action>> {
        let rows = self.model.rows().len();
        if self.model.context() != Context::Home || number == 0 || number > rows {
            return None;
        }
        Some(std::iter::once(Action::Top).chain(std::iter::repeat_n(Action::Down, number - 1)).collect())
    }

    fn opens(&self) -> Option<Action> {
        Some(Action::Open)
    }

    fn named(&self, voice: &Voice) -> Option<String> {
        Some(self.campaign(voice, self.model.at_hand()?))
    }

    fn wants_a_row(&self, action: Action) -> bool {
        // Which row is selected is nothing that could be heard.
        self.model.context() == Context::Home
            && self.model.rows().len() > 1
            && matches!(action, Action::Open | Action::RequestMore | Action::Release)
    }
}

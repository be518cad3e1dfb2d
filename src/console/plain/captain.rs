//! The captain's page: the board, told when asked for.

use super::lines::{Page, Pages};
use super::voice::{Voice, number};
use crate::api::campaign::CampaignState;
use crate::api::captain::{Board, TexterLine};
use crate::console::core::captain::view::{GaugeView, foreign_says};
use crate::console::core::captain::{Model, Overlay};
use crate::console::core::shared::Program;
use crate::console::core::shared::msg::LinkState;
use crate::console::core::shared::notice::Notices;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::view::OverlayView;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::{Context, Facts};
use crate::console::keymap::map::Keymap;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// The captain's core with its page.
#[derive(Debug)]
pub struct CaptainPages {
    /// The core.
    pub model: Model,
    /// The board was told.
    told: bool,
    /// What needs a captain, as last told: at the door, to decide, possible opt-outs.
    needs: (u64, u64, u64),
    link: Option<LinkState>,
}

impl CaptainPages {
    /// The page of a core that has told nothing yet.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self { model, told: false, needs: (0, 0, 0), link: None }
    }

    fn board(&self, voice: &Voice, board: &Board) -> Vec<String> {
        let now = self.model.board_now();
        let c = &board.counts;
        let mut lines = vec![format!("{}: {}.", safe_line(&board.title), voice.word(state_key(board.state)))];
        if let Some(at) = self.model.as_of() {
            let age = voice.age(at, self.model.campaign_now());
            let args = [("at", Value::Time(voice.time(at))), ("age", Value::Text(age))];
            lines.push(format!("{}.", voice.with("ui-board-title-as-of", &args)));
        }
        lines.extend(needs_lines(voice, board));
        match board.oldest_wait {
            Some(since) => lines.push(format!("{}.", voice.text("ui-board-oldest", "age", &voice.age(since, now)))),
            None if board.tells("oldest_wait") => lines.push(format!("{}.", voice.word("ui-board-nobody-waits"))),
            None => {}
        }
        let counts = [
            ("counts.waiting", "ui-count-waiting", c.waiting),
            ("counts.unsent", "ui-count-unsent", c.unsent),
            ("counts.unassigned", "ui-count-unassigned", c.unassigned),
            ("counts.sent", "ui-count-sent", c.sent),
            ("", "ui-count-handled", c.sent),
            ("counts.convo", "ui-count-convo", c.convo),
            ("counts.closed", "ui-count-closed", c.closed),
            ("counts.opted_out", "ui-count-opted-out", c.opted_out),
            ("counts.failed", "ui-count-failed", c.failed),
            ("counts.held", "ui-count-held", c.held),
        ];
        let is_told = |name: &str| if name.is_empty() { !board.tells("counts.sent") } else { board.tells(name) };
        let told = counts.into_iter().filter(|(name, ..)| is_told(name));
        let counts = told.map(|(_, key, n)| format!("{} {}", count(voice, "ui-number", n), voice.word(key)));
        lines.push(format!("{}.", counts.collect::<Vec<_>>().join(", ")));
        lines.extend(foreign_says(board).iter().map(|say| voice.say(say)));
        if c.waiting_unassigned > 0 {
            lines.push(format!("{}.", count(voice, "ui-board-waiting-unassigned", c.waiting_unassigned)));
        }
        if board.tells("in_flight") {
            lines.push(format!("{}.", count(voice, "ui-board-in-flight", board.in_flight)));
        }
        if board.recalls > 0 {
            let age = board.recalled_at.map(|at| voice.age(at, now)).unwrap_or_default();
            let args = [("n", value(board.recalls)), ("age", Value::Text(age))];
            lines.push(format!("{}.", voice.with("ui-board-recalls", &args)));
        }
        if let Some(gauge) = &board.gauge {
            let told = GaugeView::of(gauge);
            let says = [Some(told.rate), Some(told.queue), told.today, told.stopped];
            lines.extend(says.into_iter().flatten().map(|say| voice.say(&say)));
        }
        if board.texters.is_empty() {
            lines.push(voice.word("ui-board-no-texters"));
        }
        let rows = board.texters.iter().enumerate();
        lines.extend(rows.map(|(place, texter)| format!("{}: {}", place + 1, self.texter(voice, board, texter))));
        lines
    }

    fn texter(&self, voice: &Voice, board: &Board, texter: &TexterLine) -> String {
        let name = safe_line(&texter.name);
        let name = if texter.signed_out { voice.text("ui-texter-signed-out", "name", &name) } else { name };
        let counts = [
            ("ui-texter-waiting", texter.waiting),
            (if board.tells("texters.sent") { "ui-texter-sent" } else { "ui-texter-handled" }, texter.sent),
            ("ui-texter-unsent", texter.unsent),
            ("ui-texter-assigned", texter.assigned),
        ];
        let pace = board.tells("texters.last_ten_minutes").then_some(("ui-texter-pace", texter.last_ten_minutes));
        let counts = counts.into_iter().chain(pace);
        let counts = counts.map(|(key, n)| format!("{} {}", count(voice, "ui-number", n), voice.word(key)));
        let counts = counts.collect::<Vec<_>>().join(", ");
        if !board.tells("texters.last_seen") {
            return format!("{name}: {counts}.");
        }
        let seen =
            texter.last_seen.map_or_else(|| voice.word("ui-texter-never"), |at| voice.age(at, self.model.board_now()));
        let practice = if texter.practised {
            format!(", {} {}", voice.word("ui-texter-practice"), voice.word("ui-texter-practised"))
        } else {
            String::new()
        };
        format!("{name}: {counts}, {} {seen}{practice}.", voice.word("ui-texter-seen"))
    }

    fn needs(&self) -> (u64, u64, u64) {
        self.model.board.as_ref().map_or((0, 0, 0), |board| {
            (board.waiting_room, board.counts.held + board.unknown, board.counts.possible_opt_outs)
        })
    }
}

fn value(n: u64) -> Value {
    number(usize::try_from(n).unwrap_or(usize::MAX))
}

fn count(voice: &Voice, key: &str, n: u64) -> String {
    voice.with(key, &[("n", value(n))])
}

fn state_key(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Running => "ui-state-running",
        CampaignState::Paused => "ui-state-paused",
        CampaignState::Importing => "ui-state-importing",
        CampaignState::Archived => "ui-state-archived",
    }
}

/// What waits for a captain.
fn needs_lines(voice: &Voice, board: &Board) -> Vec<String> {
    let needs = [
        ("ui-board-waiting-room", board.waiting_room),
        ("ui-board-unknown", board.unknown),
        ("plain-board-held", board.counts.held),
        ("ui-board-possible-opt-outs", board.counts.possible_opt_outs),
    ];
    needs.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| format!("{}.", count(voice, key, n))).collect()
}

impl Pages for CaptainPages {
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
        let talks = &self.model.talks;
        self.model.is_busy() || ((talks.asked || talks.doing) && self.model.context() == Context::Review)
    }

    fn greeting(&self, voice: &Voice) -> Option<Vec<String>> {
        let mark = if self.model.rehearsal()? { "plain-rehearsal" } else { "plain-real-voters" };
        Some(vec![voice.word(mark), voice.word("plain-greeting-captain")])
    }

    fn page(&self, voice: &Voice, again: bool) -> Page {
        let Some(board) = &self.model.board else {
            return Page { key: "counting".into(), wait: true, ask: voice.word("ui-board-loading"), ..Page::default() };
        };
        // The counts change all the time; they are told at the start, and when somebody asks.
        let lines = if self.told && !again { Vec::new() } else { self.board(voice, board) };
        let offers = self.model.footer().into_iter().filter(|key| key.why_not.is_none()).map(|key| key.action);
        Page {
            key: format!("board {:?}", board.state),
            lines,
            kind: "plain-ask-board",
            ask: voice.word("plain-ask-board"),
            offers: offers.filter(|action| !matches!(action, Action::Down | Action::Help)).collect(),
            wait: self.busy(),
            ..Page::default()
        }
    }

    fn told(&mut self) {
        if self.model.board.is_some() && self.model.overlays.is_empty() {
            self.told = true;
        }
    }

    fn news(&mut self, voice: &Voice) -> Vec<String> {
        let news = voice.link_news(self.link.as_ref(), &self.model.link, self.model.laptop_now());
        self.link = Some(self.model.link.clone());
        let mut lines: Vec<String> = news.into_iter().collect();
        let needs = self.needs();
        let grown = needs.0 > self.needs.0 || needs.1 > self.needs.1 || needs.2 > self.needs.2;
        if let Some(board) = self.model.board.as_ref().filter(|_| grown && self.told) {
            lines.extend(needs_lines(voice, board));
        }
        self.needs = needs;
        lines
    }

    fn status(&self, voice: &Voice) -> Vec<String> {
        let mut lines = self.greeting(voice).into_iter().flatten().take(1).collect::<Vec<_>>();
        lines.push(match self.model.is_unanswered() {
            true => format!("{}.", voice.word("ui-link-unanswered")),
            false => voice.link(&self.model.link, self.model.laptop_now()),
        });
        lines.extend(self.model.board.iter().flat_map(|board| self.board(voice, board)));
        lines
    }

    fn row(&self, number: usize) -> Option<Vec<Action>> {
        let rows = match self.model.overlays.last() {
            Some(Overlay::Talks { .. }) => self.model.talks.rows.len(),
            Some(_) => 0,
            None => self.model.board.as_ref()?.texters.len(),
        };
        if number == 0 || number > rows {
            return None;
        }
        Some(std::iter::once(Action::Top).chain(std::iter::repeat_n(Action::Down, number - 1)).collect())
    }

    fn opens(&self) -> Option<Action> {
        None
    }

    fn named(&self, voice: &Voice) -> Option<String> {
        if !self.model.overlays.is_empty() {
            return None;
        }
        let board = self.model.board.as_ref()?;
        Some(self.texter(voice, board, board.texters.get(self.model.selected_place()?)?))
    }

    fn wants_a_row(&self, _action: Action) -> bool {
        // The one selected was told, and taking contacts back asks by name.
        false
    }
}

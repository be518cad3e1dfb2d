//! One message in, effects out.

use std::time::Duration;

use uuid::Uuid;

use super::line::{HEARTBEAT, is_answer};
use super::model::{Model, Overlay};
use super::second_factor::type_digit;
use crate::api::act::{Act, HeldDecision};
use crate::api::campaign::CampaignState;
use crate::api::captain::{Board, HeldText};
use crate::api::event::{Event, EventKind};
use crate::api::message::{Outcome, Verdict};
use crate::api::people::WaitingPerson;
use crate::api::problem::Code;
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Confirmed, ConfirmedWhat, LinkState, Msg, Stamp, Timer};
use crate::console::core::shared::notice::{Level, TOAST};
use crate::console::core::shared::pointer::{Clicked, clicked};
use crate::console::core::shared::presses::Meant;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::overlay_keys::palette_actions;
use crate::console::core::texter::server::problem_say;
use crate::console::keymap::action::{ACTIONS, Action, Category};
use crate::console::keymap::chord::{Chord, Key, Press};
use crate::console::keymap::context::{Context, Fact, Facts};
use crate::domain::safe_text::safe_line;

const MINUTE: Duration = Duration::from_secs(60);
const PAGE: isize = 10;

/// Actions that change something outside this screen: each wants one deliberate press.
fn is_deed(action: Action) -> bool {
    matches!(action, Action::Choose | Action::Yes | Action::No | Action::PauseResume | Action::Reclaim | Action::Quit)
}

/// So long what was counted by texting hours stands on the board.
const HOURS_STAND: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

impl Program for Model {
    fn start(&mut self) -> Vec<Effect> {
        vec![
            Effect::Load(Ask::Me),
            Effect::Load(Ask::Board(self.options.campaign)),
            Effect::Presence,
            Effect::After { timer: Timer::Presence, delay: HEARTBEAT },
            // At once: it brings the first stamp, and with it the time.
            Effect::After { timer: Timer::Minute, delay: Duration::ZERO },
        ]
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut fx = Vec::new();
        let heard = is_answer(&msg);
        self.hear(&msg);
        self.handle(msg, &mut fx);
        self.mind_the_answer(heard, &mut fx);
        if self.selected_place().is_none() {
            self.selected = self.board.as_ref().and_then(|board| board.texters.first()).map(|texter| texter.person);
        }
        self.tell_title(&mut fx);
        if std::mem::take(&mut self.toast_timer) {
            fx.push(Effect::After { timer: Timer::Toast, delay: TOAST });
        }
        fx
    }
}

impl Model {
    fn handle(&mut self, msg: Msg, fx: &mut Vec<Effect>) {
        match msg {
            Msg::Key { chord, press, stamp } => {
                self.now = Some(stamp);
                self.key(chord, press, stamp, fx);
            }
            Msg::Named { action, stamp } => {
                self.now = Some(stamp);
                self.by_name(action, stamp, fx);
            }
            Msg::Pointed { aim, stamp } => {
                self.now = Some(stamp);
                let (context, layer) = (self.context(), !self.overlays.is_empty());
                match clicked(aim, layer, is_deed, |action| self.options.keymap.key_for(context, action)) {
                    Clicked::Moves(by) => self.vertical(by),
                    Clicked::Does(action) => self.by_name(action, stamp, fx),
                    Clicked::Refused(say) => self.say(Level::Info, say),
                }
            }
            Msg::Wheel { by, stamp } => {
                self.now = Some(stamp);
                self.vertical(by);
            }
            Msg::Suggested { .. } => {}
            Msg::Paste(text) => match self.overlays.last_mut() {
                Some(Overlay::Palette { query, .. }) => query.insert(&text.replace(['\n', '\r'], " ")),
                Some(Overlay::SecondFactor { code, .. }) => text.chars().for_each(|c| type_digit(code, c)),
                Some(Overlay::Write { text: words, .. }) => words.insert(&safe_line(&text.replace(['\n', '\r'], " "))),
                _ => {}
            },
            Msg::Resize { width, height } => self.size = (width, height),
            Msg::Drawn { stamp, .. } => self.now = Some(stamp),
            Msg::Timer { timer, stamp } => {
                self.now = Some(stamp);
                self.timer(timer, stamp, fx);
            }
            Msg::Journaled { id } => {
                if self.busy == Some(id) {
                    self.busy = None;
                    let offline = matches!(self.link, LinkState::Offline { .. });
                    self.say(Level::Info, Say::new(if offline { "captain-waits" } else { "captain-handed-in" }));
                }
            }
            Msg::NotJournaled { id, reason } => {
                if self.busy == Some(id) {
                    self.busy = None;
                }
                if self.acts.remove(&id).is_some() {
                    self.say(Level::Error, Say::new("captain-not-journaled").with("reason", safe_line(&reason)));
                }
            }
            Msg::JournalOpen { acts, .. } => {
                for confirmed in acts {
                    if let ConfirmedWhat::Act { act } = confirmed.what {
                        self.acts.insert(confirmed.id, act);
                    }
                }
            }
            Msg::Verdict { verdict } => self.settle(&verdict, fx),
            Msg::Unknown { id } => {
                if self.acts.contains_key(&id) {
                    self.say(Level::Error, Say::new("captain-outcome-unknown"));
                }
            }
            Msg::Outbox { waiting, oldest } => self.outbox = (waiting, oldest),
            Msg::Link(link) => {
                // A feed that begins or ends may be a texter's by now, which tells no board: this asks whether it is. Whoever
                // has no board knows already, and is not asked for a code by each new feed.
                let (was, is) = (self.link == LinkState::Online, link == LinkState::Online);
                let (begins, ends) = (!was && is, was && matches!(link, LinkState::Offline { .. }));
                if ends || (begins && self.board.is_some()) {
                    fx.push(Effect::Load(Ask::Board(self.options.campaign)));
                }
                self.link = link;
            }
            Msg::Me(me) => self.me = Some(me),
            Msg::Board(board) => {
                let seq = board.seq;
                self.put_board(*board);
                if !self.following {
                    self.following = true;
                    fx.push(Effect::Follow { campaign: self.options.campaign, after: seq });
                }
            }
            Msg::Held(held) => self.put_held(held),
            Msg::Flagged(flagged) => self.put_flagged(flagged),
            Msg::WaitingRoom(people) => self.put_waiting_room(people),
            Msg::Presence(presence) => {
                if let Some(now) = self.now {
                    self.offset = presence.server_time.duration_since(now.wall);
                }
            }
            Msg::Clock { offset } => self.offset = offset,
            Msg::Failed { problem, .. } if problem.code == Code::SecondFactorNeeded => self.ask_for_code(),
            Msg::Failed { what: Ask::Review(ask), problem } => self.review_failed(&ask, &problem, fx),
            Msg::Review(answer) => self.put_review(*answer, fx),
            Msg::Failed { problem, .. } => self.say(Level::Error, problem_say(&problem)),
            Msg::Proved(result) => self.proved(result, fx),
            Msg::Event(event) => self.event(*event, fx),
            Msg::Quit => fx.push(Effect::Quit),
            Msg::Tell(say) => self.say(Level::Warning, say),
            Msg::Focus(_)
            | Msg::Campaign(_)
            | Msg::Campaigns(_)
            | Msg::Assignment(_)
            | Msg::Contacts { .. }
            | Msg::Slice { .. }
            | Msg::Thread(_)
            | Msg::Score(_)
            | Msg::Beside(_)
            | Msg::TookReplies { .. }
            | Msg::Whereabouts(_)
            | Msg::HalfWay { .. }
            | Msg::Edited { .. }
            | Msg::DraftsWritten { .. } => {}
            // Whoever had the terminal meanwhile has given it a title of its own.
            Msg::Resumed => self.title = None,
        }
    }

    pub(super) fn say(&mut self, level: Level, say: Say) {
        self.notices.push(level, say, self.now.map(|now| now.wall));
        self.toast_timer = true;
    }

    fn put_board(&mut self, mut board: Board) {
        if board.campaign != self.options.campaign || self.board.as_ref().is_some_and(|old| old.seq > board.seq) {
            return;
        }
        board.title = safe_line(&board.title);
        for texter in &mut board.texters {
            texter.name = safe_line(&texter.name);
            self.names.insert(texter.person, texter.name.clone());
        }
        if let Some(now) = self.campaign_now()
            && board.at > now
        {
            self.offset = self.offset.saturating_add(board.at.duration_since(now));
        }
        // The feed's boards do not count it; what was asked for stands until the first of them may be texted, and not for long: whoever is
        // opted out or given up meanwhile is held no more.
        if board.hours.is_none() {
            let known = self.board.as_mut().and_then(|old| old.hours.take());
            let fresh = self.hours_at.is_some_and(|at| board.at.duration_since(at) < HOURS_STAND);
            board.hours = known.filter(|hours| fresh && hours.until.is_none_or(|until| board.at < until));
        } else {
            self.hours_at = Some(board.at);
        }
        self.board = Some(board);
    }

    fn put_held(&mut self, mut held: Vec<HeldText>) {
        for text in &mut held {
            text.first_name = safe_line(&text.first_name);
            text.texter = text.texter.as_deref().map(safe_line);
            text.body = safe_line(&text.body);
        }
        self.held = held;
        if self.held.is_empty() {
            self.overlays.retain(|overlay| !matches!(overlay, Overlay::Held { .. }));
            // After a decision the list may be empty because the text is on its way again.
            if self.held_asked {
                self.say(Level::Info, Say::new("captain-nothing-held"));
            }
        } else if self.held_asked && self.overlays.is_empty() {
            self.open(Overlay::Held { selected: 0 });
        }
        self.held_asked = false;
    }

    fn put_waiting_room(&mut self, mut people: Vec<WaitingPerson>) {
        for one in &mut people {
            one.name = safe_line(&one.name);
        }
        self.waiting_room = people;
        let rows = self.waiting_room.len();
        if rows == 0 {
            self.overlays.retain(|overlay| !matches!(overlay, Overlay::WaitingRoom { .. }));
            if self.room_asked {
                self.say(Level::Info, Say::new("captain-nobody-at-the-door"));
            }
        } else if let Some(Overlay::WaitingRoom { selected }) =
            self.overlays.iter_mut().find(|overlay| matches!(overlay, Overlay::WaitingRoom { .. }))
        {
            *selected = (*selected).min(rows);
        } else if self.room_asked && self.overlays.is_empty() {
            // The first of them is selected: letting all in is a row further up.
            self.open(Overlay::WaitingRoom { selected: 1 });
        }
        self.room_asked = false;
    }

    fn event(&mut self, event: Event, fx: &mut Vec<Effect>) {
        match event.what {
            EventKind::Board { board } => self.put_board(board),
            EventKind::Settled { verdict } => self.settle(&verdict, fx),
            EventKind::Campaign { state, .. } => {
                if let Some(board) = self.board.as_mut().filter(|board| board.state != state) {
                    board.state = state;
                    let key = match state {
                        CampaignState::Paused => "captain-paused",
                        CampaignState::Running => "captain-running",
                        CampaignState::Importing => "captain-importing",
                        CampaignState::Archived => "captain-closed",
                    };
                    self.say(Level::Warning, Say::new(key));
                }
            }
            EventKind::Snapshot { .. } => {
                self.following = false;
                self.board = None;
                fx.push(Effect::Load(Ask::Board(self.options.campaign)));
            }
            _ => {}
        }
    }

    fn settle(&mut self, verdict: &Verdict, fx: &mut Vec<Effect>) {
        let Some(act) = self.acts.remove(&verdict.id) else { return };
        if self.busy == Some(verdict.id) {
            self.busy = None;
        }
        match (&verdict.outcome, act) {
            (Outcome::Refused { problem }, _) => self.say(Level::Error, problem_say(problem)),
            (Outcome::Accepted { .. }, Act::Reclaim { texter, .. }) => {
                self.say(Level::Info, Say::new("captain-reclaimed").with("name", self.name(texter)));
            }
            (Outcome::Accepted { .. }, Act::Admit { people, .. }) => {
                self.say(Level::Info, Say::new("captain-admitted").with("count", people.len()));
            }
            (Outcome::Accepted { .. }, Act::ShowOut { .. }) => self.say(Level::Info, Say::new("captain-shown-out")),
            (Outcome::Accepted { .. }, Act::AnswerAsked { .. }) => self.say(Level::Info, Say::new("captain-answered")),
            (Outcome::Accepted { .. }, Act::Announce { text, .. }) => {
                let key = if text.trim().is_empty() { "captain-note-taken-down" } else { "captain-note-told" };
                self.say(Level::Info, Say::new(key));
            }
            (Outcome::Accepted { .. }, Act::DecideHeld { .. }) => self.say(Level::Info, Say::new("captain-decided")),
            // The feed tells of the rest.
            (Outcome::Accepted { .. }, _) => {}
        }
        fx.push(Effect::Load(Ask::Board(self.options.campaign)));
        if self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Held { .. })) {
            fx.push(Effect::Load(Ask::Held(self.options.campaign)));
        }
        if self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Flagged { .. })) {
            fx.push(Effect::Load(Ask::Flagged(self.options.campaign)));
        }
        if self.overlays.iter().any(|overlay| matches!(overlay, Overlay::WaitingRoom { .. })) {
            fx.push(Effect::Load(Ask::WaitingRoom));
        }
    }

    fn timer(&mut self, timer: Timer, stamp: Stamp, fx: &mut Vec<Effect>) {
        match timer {
            Timer::Toast => self.notices.time_out(),
            Timer::KeySilence => {
                let gate = (&mut self.gate, &self.options.gate);
                if let Some((action, press)) = self.hands.silent(stamp.mono, gate, fx) {
                    self.perform(action, press.stamp, fx);
                }
            }
            Timer::Minute => fx.push(Effect::After { timer, delay: MINUTE }),
            Timer::Sequence => self.hands.forget(),
            Timer::Presence => {
                fx.push(Effect::Presence);
                fx.push(Effect::After { timer, delay: HEARTBEAT });
            }
            Timer::Answer => {
                self.asked = false;
                self.unanswered = true;
            }
            Timer::Retry | Timer::Draft | Timer::Window | Timer::Away | Timer::Due | Timer::Next => {}
        }
    }

    /// The facts that bindings ask for.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let paused = self.board.as_ref().is_some_and(|board| board.state == CampaignState::Paused);
        Facts::default().with(Fact::Paused, paused).with(Fact::Rehearsal, self.rehearsal() == Some(true))
    }

    fn key(&mut self, chord: Chord, press: Press, stamp: Stamp, fx: &mut Vec<Effect>) {
        self.notices.seen();
        let (context, facts) = (self.context(), self.facts());
        // Six typed digits are no held key, and a code that is handed in twice is taken once.
        let code = matches!(self.overlays.last(), Some(Overlay::SecondFactor { .. }));
        let look_up = |typed: &[Chord]| self.options.keymap.look_up(context, typed, facts);
        let gate = (&mut self.gate, &self.options.gate);
        match self.hands.press((chord, press, stamp), gate, look_up, |action| !code && is_deed(action), fx) {
            Meant::Do(action) => self.perform(action, stamp, fx),
            Meant::Keys(typed) => {
                if let Some(Chord { key: Key::Char(c), ctrl: false, alt: false, .. }) = typed.last() {
                    match self.overlays.last_mut() {
                        Some(Overlay::Palette { query, selected, .. }) => {
                            query.type_char(*c);
                            *selected = 0;
                        }
                        Some(Overlay::SecondFactor { code, .. }) => type_digit(code, *c),
                        Some(Overlay::Write { text, .. }) => text.type_char(*c),
                        _ => {}
                    }
                }
            }
            Meant::Nothing => {}
        }
    }

    pub(super) fn open(&mut self, overlay: Overlay) {
        self.opened_at = self.now.map_or(Duration::ZERO, |now| now.mono);
        self.overlays.push(overlay);
    }

    /// Does what was asked for by its name, or says why not.
    fn by_name(&mut self, action: Action, stamp: Stamp, fx: &mut Vec<Effect>) {
        self.notices.seen();
        self.hands.forget();
        match self.why_not(action) {
            Some(why) => self.say(Level::Info, why),
            None => self.perform(action, stamp, fx),
        }
    }

    fn perform(&mut self, action: Action, stamp: Stamp, fx: &mut Vec<Effect>) {
        match action {
            Action::PauseResume => match self.board.as_ref().map(|board| board.state) {
                Some(CampaignState::Running) => self.open(Overlay::Pause { pause: true, selected: 1 }),
                Some(CampaignState::Paused) => self.open(Overlay::Pause { pause: false, selected: 1 }),
                _ => self.say(Level::Info, Say::new("captain-cannot-pause")),
            },
            Action::Reclaim => {
                let line = self.selected_place().and_then(|at| self.board.as_ref()?.texters.get(at));
                match line.map(|line| (line.person, line.unsent)) {
                    Some((texter, 1..)) => self.open(Overlay::Reclaim { texter, selected: 1 }),
                    Some(_) => self.say(Level::Info, Say::new("captain-nothing-to-reclaim")),
                    None => self.say(Level::Info, Say::new("captain-no-texters")),
                }
            }
            Action::Held => {
                if self.undecided() == 0 {
                    self.say(Level::Info, Say::new("captain-nothing-held"));
                } else {
                    self.held_asked = true;
                    fx.push(Effect::Load(Ask::Held(self.options.campaign)));
                }
            }
            Action::Flagged | Action::Announce if self.is_foreign() => {
                self.say(Level::Info, Say::new("captain-not-there"));
            }
            Action::Flagged => self.ask_for_flagged(fx),
            Action::Talks if self.why_no_talks(action).is_some() => {
                self.say(Level::Info, Say::new("captain-talks-not-there"));
            }
            Action::Talks
            | Action::Filter
            | Action::Mark
            | Action::MarkAll
            | Action::Reassign
            | Action::SetStatus
            | Action::Tags => self.on_talks(action, fx),
            Action::Refresh if self.context() == Context::Review => self.ask_for_talks(fx),
            Action::Announce => {
                self.open(Overlay::Write { what: super::flagged::Writing::Note, text: Default::default() })
            }
            Action::WaitingRoom => {
                if self.at_the_door() == 0 {
                    self.say(Level::Info, Say::new("captain-nobody-at-the-door"));
                } else {
                    self.room_asked = true;
                    fx.push(Effect::Load(Ask::WaitingRoom));
                }
            }
            Action::Refresh => fx.push(Effect::Load(Ask::Board(self.options.campaign))),
            Action::Up => self.vertical(-1),
            Action::Down => self.vertical(1),
            Action::PageUp => self.vertical(-PAGE),
            Action::PageDown => self.vertical(PAGE),
            Action::Top => self.vertical(isize::MIN / 2),
            Action::Bottom => self.vertical(isize::MAX / 2),
            Action::Choose | Action::Yes | Action::No => self.choose(action, stamp, fx),
            Action::Back => {
                if let Some(Overlay::SecondFactor { .. }) = self.overlays.pop() {
                    self.say(Level::Warning, Say::new(Code::SecondFactorNeeded.say_key()));
                }
            }
            Action::Help => {
                let from = self.context();
                self.open(Overlay::Help { from, scroll: 0 });
            }
            Action::Palette => {
                let from = self.context();
                self.open(Overlay::Palette { from, query: Default::default(), selected: 0 });
            }
            Action::Messages => self.open(Overlay::Messages { scroll: 0 }),
            Action::Suspend => fx.push(Effect::Suspend),
            Action::Quit => {
                let asked = self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Leave { .. }));
                if asked || self.acts.is_empty() {
                    fx.push(Effect::Quit);
                } else {
                    self.open(Overlay::Leave { selected: 1 });
                }
            }
            Action::DeleteBack => self.edit(|query| query.delete_back()),
            Action::DeleteForward => self.edit(|query| query.delete_forward()),
            Action::DeleteWord => self.edit(|query| query.delete_word()),
            Action::KillLine => self.edit(|query| query.kill_line()),
            Action::CursorLeft => self.edit(|query| query.left()),
            Action::CursorRight => self.edit(|query| query.right()),
            Action::LineStart => self.edit(|query| query.line_start()),
            Action::LineEnd => self.edit(|query| query.line_end()),
            // A texter's, or nothing to do: the next frame is drawn in any case.
            _ => {}
        }
    }

    fn edit(&mut self, change: impl FnOnce(&mut crate::console::core::shared::editor::Editor)) {
        match self.overlays.last_mut() {
            Some(Overlay::Palette { query, selected, .. }) => {
                change(query);
                *selected = 0;
            }
            Some(Overlay::SecondFactor { code, .. }) => change(code),
            Some(Overlay::Write { text, .. }) => change(text),
            _ => {}
        }
    }

    fn vertical(&mut self, by: isize) {
        let rows = match self.overlays.last() {
            Some(Overlay::Help { .. }) => ACTIONS.len() + Category::ALL.len(),
            Some(Overlay::Palette { from, query, .. }) => {
                palette_actions(&self.options.keymap, *from, query.text()).len()
            }
            Some(Overlay::Pause { .. } | Overlay::Reclaim { .. } | Overlay::Leave { .. }) => 2,
            Some(Overlay::Held { .. }) => self.held.len(),
            Some(Overlay::SecondFactor { .. } | Overlay::Write { .. }) => 0,
            Some(Overlay::Flagged { .. }) => self.flagged.len(),
            Some(Overlay::Talks { .. }) => self.rows_of_talks(),
            Some(Overlay::Talk { contact, .. }) => self.lines_of_talk(*contact),
            Some(Overlay::Deed { kind, .. }) => self.deeds(*kind),
            Some(Overlay::Sure { .. }) => 2,
            Some(Overlay::WaitingRoom { .. }) => self.waiting_room.len() + 1,
            Some(Overlay::Admit { .. }) => 3,
            Some(Overlay::Decide { .. }) => 4,
            Some(Overlay::Messages { .. }) => self.notices.len(),
            None => self.board.as_ref().map_or(0, |board| board.texters.len()),
        };
        let step = |at: usize| at.saturating_add_signed(by).min(rows.saturating_sub(1));
        match self.overlays.last_mut() {
            Some(
                Overlay::Help { scroll: at, .. }
                | Overlay::Messages { scroll: at }
                | Overlay::Palette { selected: at, .. }
                | Overlay::Pause { selected: at, .. }
                | Overlay::Reclaim { selected: at, .. }
                | Overlay::Held { selected: at }
                | Overlay::Flagged { selected: at }
                | Overlay::Talks { selected: at }
                | Overlay::Talk { scroll: at, .. }
                | Overlay::Deed { selected: at, .. }
                | Overlay::Sure { selected: at, .. }
                | Overlay::WaitingRoom { selected: at }
                | Overlay::Admit { selected: at, .. }
                | Overlay::Decide { selected: at, .. }
                | Overlay::Leave { selected: at },
            ) => *at = step(*at),
            Some(Overlay::SecondFactor { .. } | Overlay::Write { .. }) => {}
            None => {
                let at = step(self.selected_place().unwrap_or(0));
                self.selected = self.board.as_ref().and_then(|board| board.texters.get(at)).map(|line| line.person);
            }
        }
    }

    pub(super) fn confirm(&mut self, act: Act, stamp: Stamp, fx: &mut Vec<Effect>) -> bool {
        if self.busy.is_some() {
            self.say(Level::Warning, Say::new("captain-still-writing"));
            return false;
        }
        let id: Uuid = stamp.id;
        self.busy = Some(id);
        self.acts.insert(id, act.clone());
        fx.push(Effect::Confirm(Confirmed { id, at: stamp.wall, what: ConfirmedWhat::Act { act } }));
        true
    }

    fn choose(&mut self, action: Action, stamp: Stamp, fx: &mut Vec<Effect>) {
        // Whoever has typed a code has read the question.
        if let Some(Overlay::SecondFactor { code, .. }) = self.overlays.last() {
            let typed = code.text().to_owned();
            return self.hand_in_code(&typed, fx);
        }
        if stamp.mono.saturating_sub(self.opened_at) < self.options.gate.dwell {
            return;
        }
        let campaign = self.options.campaign;
        let yes = |selected: usize| match action {
            Action::Yes => true,
            Action::No => false,
            _ => selected == 0,
        };
        match self.overlays.last().cloned() {
            Some(Overlay::Palette { from, query, selected }) => {
                if let Some(chosen) = palette_actions(&self.options.keymap, from, query.text()).get(selected).copied() {
                    self.overlays.pop();
                    self.perform(chosen, stamp, fx);
                }
            }
            Some(Overlay::Pause { pause, selected }) => {
                let act = if pause { Act::Pause { campaign } } else { Act::Resume { campaign } };
                if !yes(selected) || self.confirm(act, stamp, fx) {
                    self.overlays.pop();
                }
            }
            Some(Overlay::Reclaim { texter, selected }) => {
                if !yes(selected) || self.confirm(Act::Reclaim { campaign, texter }, stamp, fx) {
                    self.overlays.pop();
                }
            }
            Some(Overlay::Held { selected }) => match self.held.get(selected).filter(|_| action != Action::No) {
                // The safe choice is selected.
                Some(text) => self.open(Overlay::Decide { text: Box::new(text.clone()), selected: 3 }),
                None => drop(self.overlays.pop()),
            },
            Some(Overlay::Flagged { .. }) if action == Action::No => drop(self.overlays.pop()),
            Some(Overlay::Flagged { selected }) => self.answer_flagged(selected),
            Some(Overlay::Talks { selected }) => self.choose_talk(selected, fx),
            Some(Overlay::Talk { .. }) => {}
            Some(Overlay::Deed { .. }) if action == Action::No => drop(self.overlays.pop()),
            Some(Overlay::Deed { kind, whom, selected }) => self.choose_deed(kind, whom, selected, fx),
            Some(Overlay::Sure { deed, whom, selected }) => {
                self.overlays.pop();
                if yes(selected) {
                    self.do_deed(deed, whom, fx);
                }
            }
            Some(Overlay::Write { what, text }) => self.written(&what, text.text(), stamp, fx),
            Some(Overlay::WaitingRoom { selected }) => self.choose_at_the_door(action, selected, stamp, fx),
            Some(Overlay::Admit { person, selected }) => {
                let person = person.person;
                let act = match (action, selected) {
                    (Action::Yes, _) | (Action::Choose, 0) => {
                        Some(Act::Admit { campaign: Some(campaign), people: vec![person] })
                    }
                    (Action::Choose, 1) => Some(Act::ShowOut { campaign: Some(campaign), person }),
                    _ => None,
                };
                if act.is_none_or(|act| self.confirm(act, stamp, fx)) {
                    self.overlays.pop();
                }
            }
            Some(Overlay::Decide { text, selected }) => {
                let decision = match (action, selected) {
                    // Which of the three a "yes" would mean nobody can say.
                    (Action::Yes, _) => return,
                    (Action::Choose, 0) => Some(HeldDecision::Arrived),
                    (Action::Choose, 1) => Some(HeldDecision::SendAgain),
                    (Action::Choose, 2) => Some(HeldDecision::GiveUp),
                    _ => None,
                };
                let act = |decision| Act::DecideHeld { message: text.message, decision };
                if decision.is_none_or(|decision| self.confirm(act(decision), stamp, fx)) {
                    self.overlays.pop();
                }
            }
            Some(Overlay::Leave { selected }) => {
                if yes(selected) {
                    fx.push(Effect::Quit);
                } else {
                    self.overlays.pop();
                }
            }
            Some(Overlay::Help { .. } | Overlay::Messages { .. } | Overlay::SecondFactor { .. }) | None => {}
        }
    }

    fn choose_at_the_door(&mut self, action: Action, selected: usize, stamp: Stamp, fx: &mut Vec<Effect>) {
        match (action, selected.checked_sub(1)) {
            (Action::No, _) => drop(self.overlays.pop()),
            // Which of them a "yes" would mean nobody can say.
            (Action::Yes, _) => {}
            (_, None) => {
                let people = self.waiting_room.iter().map(|one| one.person).collect();
                let campaign = Some(self.options.campaign);
                if self.confirm(Act::Admit { campaign, people }, stamp, fx) {
                    self.overlays.pop();
                }
            }
            (_, Some(at)) => {
                if let Some(person) = self.waiting_room.get(at).cloned() {
                    self.open(Overlay::Admit { person: Box::new(person), selected: 0 });
                }
            }
        }
    }

    fn tell_title(&mut self, fx: &mut Vec<Effect>) {
        let (Some(board), Some(rehearsal)) = (&self.board, self.rehearsal()) else { return };
        let now = (board.counts.waiting, rehearsal);
        if self.title != Some(now) {
            self.title = Some(now);
            let key = if rehearsal { "captain-title-rehearsal" } else { "captain-title-real" };
            fx.push(Effect::Title(
                Say::new(key).with("campaign", board.title.clone()).with("waiting", board.counts.waiting),
            ));
        }
    }
}

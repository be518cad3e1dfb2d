//! One message in, effects out.

use std::time::Duration;

use super::model::{Model, OnItsWay, Overlay, held};
use crate::api::act::Act;
use crate::api::assignment::Whereabouts;
use crate::api::campaign::{CampaignState, CampaignTodo};
use crate::api::message::{Outcome, Verdict};
use crate::console::core::shared::Program;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Confirmed, ConfirmedWhat, LinkState, Msg, Stamp, Timer};
use crate::console::core::shared::notice::{Level, TOAST};
use crate::console::core::shared::pointer::{Clicked, clicked};
use crate::console::core::shared::presses::Meant;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::claims::claim_say;
use crate::console::core::texter::leaving::{ASKED_ABOUT, named_with};
use crate::console::core::texter::overlay_keys::{palette_actions, release_rows, released};
use crate::console::core::texter::server::problem_say;
use crate::console::keymap::action::{ACTIONS, Action, Category};
use crate::console::keymap::chord::{Chord, Key, Press};
use crate::console::keymap::context::{Fact, Facts};
use crate::domain::ids::CampaignId;
use crate::domain::safe_text::{safe_body, safe_line};

const MINUTE: Duration = Duration::from_secs(60);
const PAGE: isize = 10;
/// Rows of the guide that one key goes on.
const GUIDE_PAGE: usize = 3;

/// Actions that change something outside this screen: each wants one deliberate press.
fn is_deed(action: Action) -> bool {
    matches!(
        action,
        Action::Choose
            | Action::Yes
            | Action::No
            | Action::Open
            | Action::RequestMore
            | Action::Release
            | Action::DoneForDay
            | Action::Quit
    )
}

impl Program for Model {
    fn start(&mut self) -> Vec<Effect> {
        vec![
            Effect::Load(Ask::Me),
            Effect::Load(Ask::Campaigns),
            Effect::Presence,
            Effect::After { timer: Timer::Presence, delay: MINUTE },
            // At once: it brings the first stamp, and with it the time.
            Effect::After { timer: Timer::Minute, delay: Duration::ZERO },
        ]
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut fx = Vec::new();
        self.handle(msg, &mut fx);
        if self.selected_place().is_none() {
            self.selected = self.rows().first().map(|todo| todo.id);
        }
        if self.finishing && self.is_handed_in() {
            self.finishing = false;
            self.done = true;
            fx.push(Effect::Quit);
        }
        if let Some(rehearsal) = self.rehearsal().filter(|_| !self.titled) {
            self.titled = true;
            fx.push(Effect::Title(Say::new(if rehearsal { "home-window-rehearsal" } else { "home-window-real" })));
        }
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
            Msg::Paste(text) => self.edit(|query| query.insert(&text.replace(['\n', '\r'], " "))),
            Msg::Suggested { .. } => {}
            Msg::Resize { width, height } => self.size = (width, height),
            Msg::Drawn { stamp, .. } => self.now = Some(stamp),
            Msg::Timer { timer, stamp } => {
                self.now = Some(stamp);
                self.timer(timer, stamp, fx);
            }
            Msg::Journaled { id } => {
                if self.busy == Some(id) {
                    self.busy = None;
                }
            }
            Msg::NotJournaled { id, reason } => {
                if self.busy == Some(id) {
                    self.busy = None;
                }
                if self.acts.remove(&id).is_some() {
                    // Half of what one press was to do, done in silence, helps nobody.
                    self.to_do.clear();
                    self.finishing = false;
                    self.say(Level::Error, Say::new("captain-not-journaled").with("reason", safe_line(&reason)));
                }
            }
            Msg::JournalOpen { acts, .. } => {
                for confirmed in acts {
                    match confirmed.what {
                        ConfirmedWhat::Act { act } => drop(self.acts.insert(confirmed.id, act)),
                        ConfirmedWhat::Text(text) => {
                            let text = OnItsWay { campaign: text.campaign, kind: text.kind, accepted: false };
                            self.texts.insert(confirmed.id, text);
                        }
                    }
                }
            }
            Msg::Verdict { verdict } => self.settle(&verdict, fx),
            Msg::Outbox { waiting, oldest } => {
                let before = std::mem::replace(&mut self.outbox, (waiting, oldest)).0;
                if before > 0 && waiting == 0 {
                    // What was handed in counts from now on.
                    fx.push(Effect::Load(Ask::Campaigns));
                }
            }
            Msg::Link(link) => self.link = link,
            Msg::Me(me) => self.me = Some(me),
            Msg::Campaigns(todos) => {
                // No feed tells of the line here: an answer does.
                self.link = LinkState::Online;
                self.texts.retain(|_, text| !text.accepted);
                let first = self.todos.is_none();
                self.put_todos(todos);
                if first {
                    self.look_for_what_went(fx);
                }
            }
            Msg::Whereabouts(told) => {
                if let Some(campaign) = self.looks_for.pop_front() {
                    self.tell_what_went(campaign, &told);
                    self.look_on(fx);
                }
            }
            Msg::Failed { what: Ask::Whereabouts(..), .. } => {
                // Nobody asked for it: the campaign's own console tells it too.
                self.looks_for.pop_front();
                self.look_on(fx);
            }
            Msg::Slice { claim, result } => self.slice_came(claim, result, fx),
            Msg::Presence(presence) => {
                if let Some(now) = self.now {
                    self.offset = presence.server_time.duration_since(now.wall);
                }
                self.keeps = presence.keeps.map(|keeps| (keeps.unsent_minutes, keeps.reply_minutes));
            }
            Msg::Clock { offset } => self.offset = offset,
            Msg::Failed { what, problem } => {
                if matches!(what, Ask::Slice { .. }) {
                    self.claim = None;
                }
                self.say(Level::Error, problem_say(&problem));
            }
            Msg::Quit => fx.push(Effect::Quit),
            Msg::Tell(say) => self.say(Level::Warning, say),
            Msg::Unknown { id } => {
                self.texts.remove(&id);
                if self.acts.remove(&id).is_some() {
                    // Giving back twice may give back what came in between: a person looks, and presses again.
                    self.to_do.clear();
                    self.finishing = false;
                    self.say(Level::Error, Say::new("home-outcome-unknown"));
                    fx.push(Effect::Load(Ask::Campaigns));
                }
            }
            Msg::Focus(_)
            | Msg::Beside(_)
            | Msg::TookReplies { .. }
            | Msg::HalfWay { .. }
            | Msg::Campaign(_)
            | Msg::Assignment(_)
            | Msg::Contacts { .. }
            | Msg::Thread(_)
            | Msg::Board(_)
            | Msg::Held(_)
            | Msg::Flagged(_)
            | Msg::Review(_)
            | Msg::WaitingRoom(_)
            | Msg::Proved(_)
            | Msg::Event(_)
            | Msg::Score(_)
            | Msg::Edited { .. }
            | Msg::DraftsWritten { .. } => {}
            // Whoever had the terminal meanwhile has given it a title of its own.
            Msg::Resumed => self.titled = false,
        }
    }

    fn say(&mut self, level: Level, say: Say) {
        self.notices.push(level, say, self.now.map(|now| now.wall));
        self.toast_timer = true;
    }

    fn put_todos(&mut self, mut todos: Vec<CampaignTodo>) {
        for todo in &mut todos {
            todo.title = safe_line(&todo.title);
            todo.mine.guide = safe_body(todo.mine.guide.trim());
            if let Some(note) = &mut todo.mine.note {
                (note.text, note.who) = (safe_body(&note.text), safe_line(&note.who));
            }
        }
        // What is over comes last; the rest keeps the server's order.
        // What is over comes last, unless somebody waits in it.
        let is_over = |todo: &CampaignTodo| todo.state == CampaignState::Archived && todo.mine.late == 0;
        todos.sort_by_key(is_over);
        self.todos = Some(todos);
    }

    fn slice_came(
        &mut self,
        claim: uuid::Uuid,
        result: Result<crate::api::assignment::SliceGrant, Box<crate::api::problem::Problem>>,
        fx: &mut Vec<Effect>,
    ) {
        let Some((_, campaign, _)) = self.claim.take_if(|(id, ..)| *id == claim) else { return };
        self.went.remove(&campaign);
        match result {
            Ok(grant) => self.say(Level::Info, Say::new("home-got").with("n", grant.contacts.len())),
            Err(problem) => self.say(Level::Warning, claim_say(&problem, self.options.hands_out)),
        }
        fx.push(Effect::Load(Ask::Campaigns));
    }

    /// Asks of each campaign in which somebody held something when they left who has it now.
    fn look_for_what_went(&mut self, fx: &mut Vec<Effect>) {
        let left = |todo: &CampaignTodo| {
            let had = self.options.had.get(&todo.id)?;
            let talks = had.iter().filter(|(_, talks)| *talks).count() as u64;
            let unsent = had.len() as u64 - talks;
            let mine = held(todo);
            // What was texted meanwhile is not gone, and what is all there is not asked for.
            (unsent + talks > mine.0 + mine.1).then_some(todo.id)
        };
        self.looks_for = self.rows().iter().filter_map(left).collect();
        self.look_on(fx);
    }

    fn look_on(&self, fx: &mut Vec<Effect>) {
        let next = self.looks_for.front().and_then(|campaign| Some((*campaign, self.options.had.get(campaign)?)));
        if let Some((campaign, had)) = next {
            let ids = had.iter().take(ASKED_ABOUT).map(|(id, _)| *id).collect();
            fx.push(Effect::Load(Ask::Whereabouts(campaign, ids)));
        }
    }

    /// Before the campaign is opened: what was this person's there is not any more.
    fn tell_what_went(&mut self, campaign: CampaignId, told: &Whereabouts) {
        let gone = told.pool + told.others.iter().map(|one| one.contacts).sum::<u64>();
        let Some(title) = self.rows().iter().find(|todo| todo.id == campaign).map(|todo| todo.title.clone()) else {
            return;
        };
        if gone > 0 {
            self.went.insert(campaign, gone);
            self.told.insert(campaign, Vec::new());
            let who = named_with(told);
            let say = if who.is_empty() { "home-went-pool" } else { "home-went" };
            self.say(Level::Told, Say::new(say).with("title", title).with("n", gone).with("who", who));
        }
    }

    fn settle(&mut self, verdict: &Verdict, fx: &mut Vec<Effect>) {
        let accepted = matches!(verdict.outcome, Outcome::Accepted { .. });
        match self.texts.get_mut(&verdict.id) {
            Some(text) if accepted => text.accepted = true,
            Some(_) => drop(self.texts.remove(&verdict.id)),
            None => {}
        }
        let Some(act) = self.acts.remove(&verdict.id) else { return };
        if let (true, Act::Release { campaign, unsent, conversations }) = (accepted, act) {
            // What was not given back may still go while nobody looks: it is told then.
            let mut had = self.options.had.remove(&campaign).unwrap_or_default();
            had.retain(|(_, talks)| if *talks { !conversations } else { !unsent });
            self.told.insert(campaign, had.clone());
            if !had.is_empty() {
                self.options.had.insert(campaign, had);
            }
        }
        if let Outcome::Refused { problem } = &verdict.outcome {
            self.to_do.clear();
            self.finishing = false;
            self.say(Level::Error, problem_say(problem));
        }
        fx.push(Effect::Load(Ask::Campaigns));
    }

    fn is_handed_in(&self) -> bool {
        self.to_do.is_empty() && self.acts.is_empty() && self.outbox.0 == 0 && self.busy.is_none()
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
                fx.push(Effect::Load(Ask::Campaigns));
                fx.push(Effect::After { timer, delay: MINUTE });
            }
            // It brought a stamp, which the next act of one press needs.
            Timer::Next => self.do_next(stamp, fx),
            Timer::Retry | Timer::Draft | Timer::Answer | Timer::Window | Timer::Away | Timer::Due => {}
        }
    }

    /// The facts that bindings ask for.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts::default().with(Fact::Rehearsal, self.rehearsal() == Some(true))
    }

    fn key(&mut self, chord: Chord, press: Press, stamp: Stamp, fx: &mut Vec<Effect>) {
        self.notices.seen();
        let (context, facts) = (self.context(), self.facts());
        let look_up = |typed: &[Chord]| self.options.keymap.look_up(context, typed, facts);
        let gate = (&mut self.gate, &self.options.gate);
        match self.hands.press((chord, press, stamp), gate, look_up, is_deed, fx) {
            Meant::Do(action) => self.perform(action, stamp, fx),
            Meant::Keys(typed) => {
                if let Some(Chord { key: Key::Char(c), ctrl: false, alt: false, .. }) = typed.last() {
                    self.edit(|query| query.type_char(*c));
                }
            }
            Meant::Nothing => {}
        }
    }

    fn open_layer(&mut self, overlay: Overlay) {
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
        if matches!(action, Action::Open | Action::RequestMore | Action::Release)
            && let Some(why) = self.why_not(action)
        {
            return self.say(Level::Info, why);
        }
        match action {
            Action::Open => {
                self.chosen = self.at_hand().map(|todo| todo.id);
                fx.push(Effect::Quit);
            }
            Action::RequestMore => {
                if let Some(todo) = self.at_hand() {
                    // A first portion, whatever the campaign hands out at once: here nobody sees yet whether they get through it.
                    let (campaign, want) = (todo.id, self.options.first_slice.unwrap_or(0));
                    self.claim = Some((stamp.id, campaign, want));
                    fx.push(Effect::Load(Ask::Slice { campaign, claim: stamp.id, want }));
                }
            }
            Action::Release => {
                if let Some(campaign) = self.selected {
                    let selected = release_rows(self.options.talks_alone) - 1;
                    self.open_layer(Overlay::HandBack { campaign, selected });
                }
            }
            Action::DoneForDay => self.open_layer(Overlay::Done { selected: 1 }),
            Action::Refresh => fx.push(Effect::Load(Ask::Campaigns)),
            Action::Up => self.vertical(-1),
            Action::Down => self.vertical(1),
            Action::PageUp if self.overlays.is_empty() => self.told_from = self.told_from.saturating_sub(GUIDE_PAGE),
            Action::PageDown if self.overlays.is_empty() => {
                self.told_from = (self.told_from + GUIDE_PAGE).min(self.rows_told());
            }
            Action::PageUp => self.vertical(-PAGE),
            Action::PageDown => self.vertical(PAGE),
            Action::Top => self.vertical(isize::MIN / 2),
            Action::Bottom => self.vertical(isize::MAX / 2),
            Action::Choose | Action::Yes | Action::No => self.choose(action, stamp, fx),
            Action::Back => drop(self.overlays.pop()),
            Action::Help => {
                let from = self.context();
                self.open_layer(Overlay::Help { from, scroll: 0 });
            }
            Action::Palette => {
                let from = self.context();
                self.open_layer(Overlay::Palette { from, query: Editor::default(), selected: 0 });
            }
            Action::Messages => self.open_layer(Overlay::Messages { scroll: 0 }),
            Action::Suspend => fx.push(Effect::Suspend),
            Action::Quit => {
                let asked = self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Leave { .. }));
                let (unsent, talks, _) = self.in_hand();
                if asked || (unsent + talks == 0 && self.is_handed_in()) {
                    fx.push(Effect::Quit);
                } else {
                    self.open_layer(Overlay::Leave { selected: 0 });
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
            // Another console's, or nothing to do: the next frame is drawn in any case.
            _ => {}
        }
    }

    fn edit(&mut self, change: impl FnOnce(&mut Editor)) {
        if let Some(Overlay::Palette { query, selected, .. }) = self.overlays.last_mut() {
            change(query);
            *selected = 0;
        }
    }

    fn vertical(&mut self, by: isize) {
        let rows = match self.overlays.last() {
            Some(Overlay::Help { .. }) => ACTIONS.len() + Category::ALL.len(),
            Some(Overlay::Palette { from, query, .. }) => {
                palette_actions(&self.options.keymap, *from, query.text()).len()
            }
            Some(Overlay::HandBack { .. }) => release_rows(self.options.talks_alone),
            Some(Overlay::Done { .. } | Overlay::Leave { .. }) => 2,
            Some(Overlay::Messages { .. }) => self.notices.len(),
            None => self.rows().len(),
        };
        let step = |at: usize| at.saturating_add_signed(by).min(rows.saturating_sub(1));
        match self.overlays.last_mut() {
            Some(
                Overlay::Help { scroll: at, .. }
                | Overlay::Messages { scroll: at }
                | Overlay::Palette { selected: at, .. }
                | Overlay::HandBack { selected: at, .. }
                | Overlay::Done { selected: at }
                | Overlay::Leave { selected: at },
            ) => *at = step(*at),
            None => {
                let at = step(self.selected_place().unwrap_or(0));
                let selected = self.rows().get(at).map(|todo| todo.id);
                if selected != self.selected {
                    self.told_from = 0;
                }
                self.selected = selected;
            }
        }
    }

    /// About how many rows the guide and the note of the selected campaign take: the view knows it exactly.
    fn rows_told(&self) -> usize {
        let width = usize::from(self.size.0).saturating_sub(4).max(20);
        let Some(mine) = self.at_hand().map(|todo| &todo.mine) else { return 0 };
        let texts = mine.note.iter().map(|note| note.text.as_str()).chain([mine.guide.as_str()]);
        texts.flat_map(str::lines).map(|line| line.chars().count() / width + 1).sum()
    }

    fn confirm(&mut self, act: Act, stamp: Stamp, fx: &mut Vec<Effect>) -> bool {
        if self.busy.is_some() {
            self.say(Level::Warning, Say::new("texter-still-writing"));
            return false;
        }
        self.busy = Some(stamp.id);
        self.acts.insert(stamp.id, act.clone());
        fx.push(Effect::Confirm(Confirmed { id: stamp.id, at: stamp.wall, what: ConfirmedWhat::Act { act } }));
        if !self.to_do.is_empty() {
            fx.push(Effect::After { timer: Timer::Next, delay: Duration::ZERO });
        }
        true
    }

    /// The next act of one press, once the one before it is in the journal.
    fn do_next(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        if self.busy.is_some() {
            fx.push(Effect::After { timer: Timer::Next, delay: Duration::from_millis(20) });
        } else if let Some(act) = self.to_do.pop() {
            self.confirm(act, stamp, fx);
        }
    }

    /// Gives everything back, of every campaign; the screen is left once the server has all of it.
    fn finish_the_day(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        if self.busy.is_some() {
            return self.say(Level::Warning, Say::new("texter-still-writing"));
        }
        self.overlays.pop();
        if let Some(why) = self.why_not(Action::DoneForDay) {
            return self.say(Level::Warning, why);
        }
        self.finishing = true;
        let holds = self.rows().iter().filter(|todo| held(todo) != (0, 0) || todo.unsent > 0);
        let give = |todo: &CampaignTodo| Act::Release { campaign: todo.id, unsent: true, conversations: true };
        self.to_do = holds.map(give).collect();
        if let Some(act) = self.to_do.pop() {
            self.confirm(act, stamp, fx);
        }
        self.say(Level::Info, Say::new("done-handing-in"));
    }

    fn choose(&mut self, action: Action, stamp: Stamp, fx: &mut Vec<Effect>) {
        if stamp.mono.saturating_sub(self.opened_at) < self.options.gate.dwell {
            return;
        }
        let yes = |selected: usize| match action {
            Action::Yes => true,
            Action::No => false,
            _ => selected == 0,
        };
        match self.overlays.last().cloned() {
            Some(Overlay::Palette { from, query, selected }) => {
                let Some(chosen) = palette_actions(&self.options.keymap, from, query.text()).get(selected).copied()
                else {
                    return;
                };
                self.overlays.pop();
                match self.why_not(chosen) {
                    Some(why) => self.say(Level::Info, why),
                    None => self.perform(chosen, stamp, fx),
                }
            }
            Some(Overlay::HandBack { campaign, selected }) => {
                let act = released(action, selected, self.options.talks_alone)
                    .map(|(unsent, conversations)| Act::Release { campaign, unsent, conversations });
                if act.is_none_or(|act| self.confirm(act, stamp, fx)) {
                    self.overlays.pop();
                }
            }
            Some(Overlay::Done { selected }) if yes(selected) => self.finish_the_day(stamp, fx),
            // Staying is the first of both, as in the texter's console.
            Some(Overlay::Leave { selected }) if action == Action::Yes || (action != Action::No && selected == 1) => {
                fx.push(Effect::Quit);
            }
            Some(Overlay::Done { .. } | Overlay::Leave { .. }) => drop(self.overlays.pop()),
            Some(Overlay::Help { .. } | Overlay::Messages { .. }) | None => {}
        }
    }
}

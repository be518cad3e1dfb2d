//! What is to be seen of the captain's console. The board itself is [`Model::board`](super::Model).

use super::model::{Model, Overlay};
use crate::api::campaign::CampaignState;
use crate::api::captain::{Board, Gauge, HeldText, StoppedBy};
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::overlay_keys::palette_actions;
use crate::console::core::texter::view::{FooterKey, OverlayView};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Continuation;
use crate::domain::ids::PersonId;
use crate::domain::message::Delivery;

/// What the carrier lets through, in sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GaugeView {
    /// How much goes out.
    pub rate: Say,
    /// What waits to go out.
    pub queue: Say,
    /// The day, where it has a cap.
    pub today: Option<Say>,
    /// Why first texts, or all, do not go out, and until when.
    pub stopped: Option<Say>,
}

impl GaugeView {
    /// In sentences.
    #[must_use]
    pub fn of(gauge: &Gauge) -> Self {
        let rate = match gauge.per_minute {
            Some(limit) => Say::new("ui-gauge-rate").with("out", gauge.last_minute).with("limit", limit),
            None => Say::new("ui-gauge-rate-alone").with("out", gauge.last_minute),
        };
        let queue = match gauge.drain_minutes {
            _ if gauge.queued > 0 && gauge.nothing_goes_before.is_some() => {
                Say::new("ui-gauge-queue-waits").with("n", gauge.queued)
            }
            0 => Say::new("ui-gauge-queue").with("n", gauge.queued),
            minutes => Say::new("ui-gauge-queue-takes").with("n", gauge.queued).with("minutes", minutes),
        };
        let today = gauge.today.as_ref().map(|today| {
            Say::new("ui-gauge-today")
                .with("used", today.used)
                .with("reserved", today.reserved)
                .with("kept", today.kept)
                .with("left", today.left)
                .with("cap", today.cap)
        });
        let stopped = match (gauge.nothing_goes_before, gauge.initials_open_at, gauge.stopped_by) {
            (Some(at), ..) => Some(Say::new("ui-gauge-full").with("at", at)),
            (None, Some(at), Some(StoppedBy::DayCap)) => Some(Say::new("ui-gauge-stopped-day").with("at", at)),
            (None, Some(at), Some(StoppedBy::Queue)) => Some(Say::new("ui-gauge-stopped-queue").with("at", at)),
            _ => None,
        };
        Self { rate, queue, today, stopped }
    }
}

/// What stands below the figures, in sentences: whom the frequency cap holds back; whether its hours are of an older table; what a server
/// of another make tells besides, its texts, then the carrier's errors.
#[must_use]
pub fn foreign_says(board: &Board) -> Vec<Say> {
    let lately = board.lately.as_ref();
    let mut says: Vec<Say> = lately
        .map(|held| Say::new("ui-board-lately").with("n", held.contacts).with("at", Arg::Day(held.until)))
        .into_iter()
        .collect();
    if !board.hours_behind.is_empty() {
        says.push(Say::new("ui-board-hours-behind").with("states", board.hours_behind.join(", ")));
    }
    if let Some(hours) = &board.hours {
        if let (held @ 1.., Some(at)) = (hours.held, hours.until) {
            says.push(Say::new("ui-board-held-hours").with("n", held).with("at", Arg::Day(at)));
        }
        if hours.never > 0 {
            says.push(Say::new("ui-board-never").with("n", hours.never));
        }
    }
    let Some(foreign) = &board.foreign else { return says };
    if let (Some(out), Some(inbound)) = (foreign.texts_out, foreign.texts_in) {
        says.push(Say::new("ui-board-texts").with("out", out).with("in", inbound));
    }
    if !foreign.errors.is_empty() {
        let words = foreign.errors.iter().map(|error| match error.description.as_str() {
            "" => format!("{} x {}", error.count, error.code),
            means => format!("{} x {} ({means})", error.count, error.code),
        });
        says.push(Say::new("ui-board-errors").with("list", words.collect::<Vec<_>>().join("; ")));
    }
    says
}

impl Model {
    /// The keys that matter now.
    #[must_use]
    pub fn footer(&self) -> Vec<FooterKey> {
        let context = self.context();
        let wanted: &[Action] = match context {
            Context::Board => &[
                Action::PauseResume,
                Action::Reclaim,
                Action::Flagged,
                Action::Talks,
                Action::Announce,
                Action::Refresh,
                Action::Down,
                Action::Help,
                Action::Quit,
            ],
            // Lists to choose from; where a yes answers too, the list itself shows its key.
            Context::Confirm
                if matches!(
                    self.overlays.last(),
                    Some(
                        Overlay::Held { .. }
                            | Overlay::Flagged { .. }
                            | Overlay::Decide { .. }
                            | Overlay::WaitingRoom { .. }
                            | Overlay::Admit { .. }
                    )
                ) =>
            {
                &[Action::Down, Action::Choose, Action::Back]
            }
            Context::Confirm if matches!(self.overlays.last(), Some(Overlay::Deed { .. })) => {
                &[Action::Down, Action::Choose, Action::Back]
            }
            // What is open is not opened again, and nothing is marked in it.
            Context::Review if matches!(self.overlays.last(), Some(Overlay::Talk { .. })) => {
                &[Action::Down, Action::Reassign, Action::SetStatus, Action::Tags, Action::Back, Action::Help]
            }
            Context::Review => &[
                Action::Choose,
                Action::Filter,
                Action::Mark,
                Action::Reassign,
                Action::SetStatus,
                Action::Tags,
                Action::Back,
                Action::Help,
            ],
            Context::Confirm => &[Action::Yes, Action::No, Action::Choose, Action::Back],
            Context::Palette => &[Action::Choose, Action::Back],
            _ => &[Action::Down, Action::PageDown, Action::Back],
        };
        let key = |action: &Action| {
            let key = self.options.keymap.key_for(context, *action)?;
            Some(FooterKey { action: *action, key, label: self.short_label(*action), why_not: None })
        };
        // Asked for only when there is something to decide.
        let held = (context == Context::Board && self.undecided() > 0).then_some(Action::Held);
        let door = (context == Context::Board && self.at_the_door() > 0).then_some(Action::WaitingRoom);
        // A key that does nothing now is not offered.
        let works = |action: &&Action| self.why_not(**action).is_none();
        door.iter().chain(&held).chain(wanted).filter(works).filter_map(key).collect()
    }

    /// The word for a key of the board: short, so that all of them have room on 80 columns.
    fn short_label(&self, action: Action) -> &'static str {
        let paused = self.board.as_ref().is_some_and(|board| board.state == CampaignState::Paused);
        match action {
            Action::PauseResume if paused => "footer-resume",
            Action::PauseResume => "footer-pause",
            Action::Reclaim => "footer-reclaim",
            Action::Flagged => "footer-flagged",
            Action::Announce => "footer-announce",
            Action::Talks => "footer-talks",
            Action::Reassign => "footer-reassign",
            Action::SetStatus => "footer-status",
            Action::Tags => "footer-tag",
            Action::Mark => "footer-mark",
            Action::Filter => "footer-filter",
            Action::Choose if self.context() == Context::Review => "footer-open",
            other => other.label_key(),
        }
    }

    /// Why an action would do nothing now.
    #[must_use]
    pub fn why_not(&self, action: Action) -> Option<Say> {
        match action {
            Action::PauseResume => {
                let state = self.board.as_ref().map(|board| board.state);
                let can = matches!(state, Some(CampaignState::Running | CampaignState::Paused));
                (!can).then(|| Say::new("captain-cannot-pause"))
            }
            Action::Flagged | Action::Announce => self.is_foreign().then(|| Say::new("captain-not-there")),
            Action::Held => (self.undecided() == 0).then(|| Say::new("captain-nothing-held")),
            Action::WaitingRoom => (self.at_the_door() == 0).then(|| Say::new("captain-nobody-at-the-door")),
            Action::Reclaim => match self.selected_place().and_then(|at| self.board.as_ref()?.texters.get(at)) {
                None => Some(Say::new("captain-no-texters")),
                Some(line) => (line.unsent == 0).then(|| Say::new("captain-nothing-to-reclaim")),
            },
            _ => self.why_no_talks(action),
        }
    }

    /// The which-key list.
    #[must_use]
    pub fn which_key(&self) -> Vec<Continuation> {
        if self.hands.typed().is_empty() {
            return Vec::new();
        }
        self.options.keymap.continuations(self.context(), self.hands.typed(), self.facts())
    }

    /// An act is being written to the journal: the next one waits for it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    /// The server is of another make: it knows neither questions to captains nor their notes.
    pub(super) fn is_foreign(&self) -> bool {
        self.board.as_ref().is_some_and(|board| board.foreign.is_some())
    }

    /// Texts whose outcome nobody knows, held or not yet.
    pub(super) fn undecided(&self) -> u64 {
        self.board.as_ref().map_or(0, |board| board.counts.held + board.unknown)
    }

    /// People in the waiting room.
    pub(super) fn at_the_door(&self) -> u64 {
        self.board.as_ref().map_or(0, |board| board.waiting_room)
    }

    fn held_row(&self, text: &HeldText) -> Say {
        let key = match (text.delivery == Delivery::Held, text.opted_out, text.safe_to_send_again) {
            (false, ..) => "captain-held-row-unknown",
            (true, true, _) => "captain-held-row-opted-out",
            (true, false, true) => "captain-held-row-safe",
            (true, false, false) => "captain-held-row",
        };
        Say::new(key).with("name", text.first_name.clone()).with("text", text.body.clone())
    }

    pub(super) fn name(&self, person: PersonId) -> String {
        self.names.get(&person).cloned().unwrap_or_default()
    }

    /// The top layer.
    #[must_use]
    pub fn overlay_view(&self) -> Option<OverlayView> {
        self.overlays.last().map(|overlay| self.view_of(overlay))
    }

    /// The conversations, while something is chosen or typed over them: who is meant stays in sight.
    #[must_use]
    pub fn behind_view(&self) -> Option<OverlayView> {
        let (_, behind) = self.overlays.split_last()?;
        let of_talks = |overlay: &&Overlay| matches!(overlay, Overlay::Talks { .. } | Overlay::Talk { .. });
        behind.iter().rev().find(of_talks).map(|overlay| self.view_of(overlay))
    }

    fn view_of(&self, overlay: &Overlay) -> OverlayView {
        let keymap = &self.options.keymap;
        let choices = |yes: &'static str, no: &'static str| {
            vec![
                (Say::new(yes), keymap.key_for(Context::Confirm, Action::Yes)),
                (Say::new(no), keymap.key_for(Context::Confirm, Action::No)),
            ]
        };
        match overlay {
            Overlay::Help { from, scroll } => {
                OverlayView::Help { from: *from, groups: keymap.help(*from), scroll: *scroll }
            }
            Overlay::Palette { from, query, selected } => OverlayView::Palette {
                query: query.text().to_owned(),
                cursor: query.cursor(),
                rows: palette_actions(&self.options.keymap, *from, query.text())
                    .into_iter()
                    .map(|action| (action, keymap.key_for(*from, action)))
                    .collect(),
                selected: *selected,
            },
            Overlay::Pause { pause: true, selected } => OverlayView::Confirm {
                title: Say::new("captain-ask-pause"),
                lines: vec![
                    Say::new("captain-pause-means")
                        .with("count", self.board.as_ref().map_or(0, |board| board.in_flight)),
                ],
                choices: choices("captain-pause-yes", "captain-cancel"),
                selected: *selected,
            },
            Overlay::Pause { pause: false, selected } => OverlayView::Confirm {
                title: Say::new("captain-ask-resume"),
                lines: vec![Say::new("captain-resume-means")],
                choices: choices("captain-resume-yes", "captain-cancel"),
                selected: *selected,
            },
            Overlay::Reclaim { texter, selected } => {
                let line = self.board.iter().flat_map(|board| &board.texters).find(|line| line.person == *texter);
                OverlayView::Confirm {
                    title: Say::new("captain-ask-reclaim").with("name", self.name(*texter)),
                    lines: vec![
                        Say::new(if self.is_foreign() { "captain-reclaim-there" } else { "captain-reclaim-means" })
                            .with("count", line.map_or(0, |line| line.unsent)),
                    ],
                    choices: choices("captain-reclaim-yes", "captain-cancel"),
                    selected: *selected,
                }
            }
            Overlay::Flagged { selected } => self.flagged_view(*selected),
            Overlay::Talks { selected } => self.talks_view(*selected),
            Overlay::Talk { contact, scroll } => self.talk_view(*contact, *scroll),
            Overlay::Deed { kind, whom, selected } => self.deed_view(*kind, whom, *selected),
            Overlay::Sure { deed, whom, selected } => self.sure_view(deed, whom, *selected),
            Overlay::Write { what, text } => self.writing_view(what, text),
            Overlay::Held { selected } => OverlayView::Confirm {
                title: Say::new("captain-held-title").with("count", self.held.len()),
                lines: vec![Say::new("captain-held-means")],
                choices: self.held.iter().map(|text| (self.held_row(text), None)).collect(),
                selected: *selected,
            },
            Overlay::WaitingRoom { selected } => OverlayView::Confirm {
                title: Say::new("captain-room-title").with("count", self.waiting_room.len()),
                lines: vec![Say::new("captain-room-means")],
                choices: std::iter::once(Say::new("captain-room-all").with("count", self.waiting_room.len()))
                    .chain(self.waiting_room.iter().map(|one| {
                        let row = if one.unread { "captain-room-row-unread" } else { "captain-room-row" };
                        Say::new(row).with("name", one.name.clone())
                    }))
                    .map(|row| (row, None))
                    .collect(),
                selected: *selected,
            },
            Overlay::Admit { person, selected } => OverlayView::Confirm {
                title: Say::new("captain-ask-admit").with("name", person.name.clone()),
                lines: person
                    .unread
                    .then(|| Say::new("captain-admit-unread"))
                    .into_iter()
                    .chain([Say::new("captain-admit-means")])
                    .collect(),
                choices: vec![
                    (Say::new("captain-admit-yes"), keymap.key_for(Context::Confirm, Action::Yes)),
                    (Say::new("captain-admit-show-out"), None),
                    (Say::new("captain-cancel"), keymap.key_for(Context::Confirm, Action::No)),
                ],
                selected: *selected,
            },
            Overlay::Decide { text, selected } => {
                let risk = match (text.opted_out, text.safe_to_send_again) {
                    (true, _) => "captain-decide-opted-out",
                    (false, true) => "captain-decide-safe",
                    (false, false) => "captain-decide-risk",
                };
                OverlayView::Confirm {
                    title: Say::new("captain-ask-decide").with("name", text.first_name.clone()),
                    lines: vec![
                        Say::new("captain-decide-text").with("text", text.body.clone()),
                        Say::new("captain-decide-tries")
                            .with("count", text.attempts)
                            .with("who", text.texter.clone().unwrap_or_default()),
                        Say::new(risk),
                    ],
                    choices: vec![
                        (Say::new("captain-decide-arrived"), None),
                        (Say::new("captain-decide-send-again"), None),
                        (Say::new("captain-decide-give-up"), None),
                        (Say::new("captain-cancel"), keymap.key_for(Context::Confirm, Action::No)),
                    ],
                    selected: *selected,
                }
            }
            Overlay::SecondFactor { code, said } => OverlayView::Ask {
                title: Say::new("captain-ask-code"),
                lines: vec![said.clone().unwrap_or_else(|| Say::new("captain-code-means"))],
                text: code.text().to_owned(),
                cursor: code.cursor(),
                understood: None,
            },
            Overlay::Leave { selected } => OverlayView::Confirm {
                title: Say::new("captain-ask-leave"),
                lines: vec![Say::new("captain-leave-means").with("count", self.acts.len())],
                choices: choices("captain-leave-yes", "captain-leave-no"),
                selected: *selected,
            },
            Overlay::Messages { scroll } => OverlayView::Messages { scroll: *scroll },
        }
    }
}

//! The state of the home screen.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api::act::Act;
use crate::api::campaign::{CampaignState, CampaignTodo};
use crate::api::people::Me;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::msg::{LinkState, Stamp};
use crate::console::core::shared::notice::Notices;
use crate::console::core::shared::presses::Presses;
use crate::console::core::texter::gate::{Gate, GateTimes};
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Keymap;
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::message::MessageKind;

/// What the home screen is opened with.
#[derive(Debug, Clone)]
pub struct HomeOptions {
    /// Keys.
    pub keymap: Keymap,
    /// Times that tell one press from a held key.
    pub gate: GateTimes,
    /// The campaign worked in last: it is selected at first.
    pub last: Option<CampaignId>,
    /// How many contacts somebody gets at first who has sent nothing in a campaign yet; none: as many as others.
    pub first_slice: Option<u32>,
    /// Conversations can be given back without the rest.
    pub talks_alone: bool,
    /// The server hands contacts out to whoever asks, and what is given back goes to others by itself; else its admins may have to.
    pub hands_out: bool,
    /// Whom this person held in each campaign when its console was last left, and with whom of them they were in conversation. Only
    /// where the server tells who has them now.
    pub had: BTreeMap<CampaignId, Vec<(ContactId, bool)>>,
    /// What was begun to be written in each campaign and is kept.
    pub written_to: BTreeMap<CampaignId, WrittenTo>,
}

/// Drafts of one campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenTo {
    /// To whom, by first name.
    pub names: Vec<String>,
    /// When the newest of them was last written, by this laptop's clock, as far as it is known.
    pub at: Option<Timestamp>,
}

/// A text that is in the journal and not known to be counted by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OnItsWay {
    pub campaign: CampaignId,
    pub kind: MessageKind,
    /// The server has it, and has not been asked for its counts since.
    pub accepted: bool,
}

impl HomeOptions {
    /// The usual ones.
    #[must_use]
    pub fn new() -> Self {
        Self {
            keymap: Keymap::default(),
            gate: GateTimes::default(),
            last: None,
            first_slice: None,
            talks_alone: true,
            hands_out: true,
            had: BTreeMap::new(),
            written_to: BTreeMap::new(),
        }
    }
}

impl Default for HomeOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// One layer over the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// Every action with its keys.
    Help {
        /// Where it was opened from.
        from: Context,
        /// First row shown.
        scroll: usize,
    },
    /// Actions by name.
    Palette {
        /// Where it was opened from.
        from: Context,
        /// What was typed.
        query: Editor,
        /// Which row.
        selected: usize,
    },
    /// Give contacts of one campaign back?
    HandBack {
        /// Of which.
        campaign: CampaignId,
        /// 0 those without a first text, 1 conversations, 2 all, 3 nothing.
        selected: usize,
    },
    /// Done for the day?
    Done {
        /// 0 yes, 1 no.
        selected: usize,
    },
    /// Leave although something is in hand?
    Leave {
        /// 0 stay, 1 leave.
        selected: usize,
    },
    /// What was said.
    Messages {
        /// First row shown.
        scroll: usize,
    },
}

impl Overlay {
    /// The key context it makes.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Help { .. } => Context::Help,
            Self::Palette { .. } => Context::Palette,
            Self::HandBack { .. } | Self::Done { .. } | Self::Leave { .. } => Context::Confirm,
            Self::Messages { .. } => Context::Messages,
        }
    }
}

/// The home screen.
#[derive(Debug, Clone)]
pub struct Model {
    /// As opened.
    pub options: HomeOptions,
    /// Who I am.
    pub me: Option<Me>,
    /// My campaigns, titles and words in them made safe; none until they are known.
    pub todos: Option<Vec<CampaignTodo>>,
    /// The one that keys act on.
    pub selected: Option<CampaignId>,
    /// First row shown of what is told of it. A screen on which all of the rest has room shows from further up.
    pub told_from: usize,
    /// Layers, the top one last.
    pub overlays: Vec<Overlay>,
    /// Line to the server.
    pub link: LinkState,
    /// Confirmed acts that wait to be handed in, and since when the oldest.
    pub outbox: (u64, Option<Timestamp>),
    /// Said.
    pub notices: Notices,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The campaign that was opened: the screen is left for it.
    pub chosen: Option<CampaignId>,
    /// Everything is given back and handed in: this laptop is to keep nothing of voters.
    pub done: bool,
    /// How long what is in hand stays with somebody who leaves, in minutes: without a first text, conversations.
    pub keeps: Option<(u32, u32)>,

    /// Of each campaign how many contacts that were this person's when they left are others' now, or nobody's.
    pub went: BTreeMap<CampaignId, u64>,
    /// Campaigns of which what was held before needs no telling any more, as it was told or given back here; and what of it still does.
    pub told: BTreeMap<CampaignId, Vec<(ContactId, bool)>>,

    /// Texts that an earlier console left in the journal.
    pub(super) texts: BTreeMap<Uuid, OnItsWay>,
    /// Campaigns of which it is still asked who has what was this person's; the first one is under way.
    pub(super) looks_for: VecDeque<CampaignId>,
    /// Acts confirmed and not settled.
    pub(super) acts: BTreeMap<Uuid, Act>,
    /// The act being written to the journal.
    pub(super) busy: Option<Uuid>,
    /// Acts of one press that follow the one in hand.
    pub(super) to_do: Vec<Act>,
    /// Done for the day, as soon as everything is handed in.
    pub(super) finishing: bool,
    /// Contacts were asked for under this id, and how many.
    pub(super) claim: Option<(Uuid, CampaignId, u32)>,
    pub(super) gate: Gate,
    pub(super) hands: Presses,
    pub(super) opened_at: Duration,
    pub(super) now: Option<Stamp>,
    pub(super) offset: SignedDuration,
    pub(super) titled: bool,
    pub(super) toast_timer: bool,
}

impl Model {
    /// A screen before anything was loaded.
    #[must_use]
    pub fn new(options: HomeOptions) -> Self {
        Self {
            selected: options.last,
            options,
            me: None,
            todos: None,
            told_from: 0,
            overlays: Vec::new(),
            link: LinkState::Connecting,
            outbox: (0, None),
            notices: Notices::default(),
            size: (80, 24),
            chosen: None,
            done: false,
            keeps: None,
            went: BTreeMap::new(),
            told: BTreeMap::new(),
            texts: BTreeMap::new(),
            looks_for: VecDeque::new(),
            acts: BTreeMap::new(),
            busy: None,
            to_do: Vec::new(),
            finishing: false,
            claim: None,
            gate: Gate::default(),
            hands: Presses::default(),
            opened_at: Duration::ZERO,
            now: None,
            offset: SignedDuration::ZERO,
            titled: false,
            toast_timer: false,
        }
    }

    /// The key context.
    #[must_use]
    pub fn context(&self) -> Context {
        self.overlays.last().map_or(Context::Home, Overlay::context)
    }

    /// This laptop's time, by which it tells of the line and of what waits to be handed in.
    #[must_use]
    pub fn laptop_now(&self) -> Option<Timestamp> {
        Some(self.now?.wall)
    }

    /// The server's time, as far as it is known.
    #[must_use]
    pub fn campaign_now(&self) -> Option<Timestamp> {
        let wall = self.now?.wall;
        Some(wall.saturating_add(self.offset).unwrap_or(wall))
    }

    /// True in a rehearsal; none while it is not known.
    #[must_use]
    pub fn rehearsal(&self) -> Option<bool> {
        self.me.as_ref().map(|me| me.rehearsal)
    }

    /// The list as it is known.
    #[must_use]
    pub fn rows(&self) -> &[CampaignTodo] {
        self.todos.as_deref().unwrap_or_default()
    }

    /// Place of the selected one.
    #[must_use]
    pub fn selected_place(&self) -> Option<usize> {
        let selected = self.selected?;
        self.rows().iter().position(|todo| todo.id == selected)
    }

    /// The selected one.
    #[must_use]
    pub fn at_hand(&self) -> Option<&CampaignTodo> {
        self.rows().get(self.selected_place()?)
    }

    /// A campaign as it is once everything in the journal has arrived, and how many texts of this person are still on their way there.
    #[must_use]
    pub fn with_journal(&self, todo: &CampaignTodo) -> (CampaignTodo, usize) {
        let mut shown = todo.clone();
        let mut on_their_way = 0;
        for text in self.texts.values().filter(|text| text.campaign == todo.id) {
            let counted = if text.kind == MessageKind::Initial { &mut shown.unsent } else { &mut shown.waiting };
            *counted = counted.saturating_sub(1);
            on_their_way += usize::from(!text.accepted);
        }
        shown.mine.held = shown.mine.held.min(shown.unsent);
        (shown, on_their_way)
    }

    /// An act is being written to the journal: the next one waits for it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.busy.is_some() || self.finishing
    }

    /// What is in hand of all campaigns: without a first text, conversations, of these with somebody who waits.
    #[must_use]
    pub fn in_hand(&self) -> (u64, u64, u64) {
        self.rows().iter().fold((0, 0, 0), |(unsent, talks, waiting), todo| {
            let (mine_unsent, mine_talks) = held(todo);
            (unsent + mine_unsent, talks + mine_talks, waiting + waits(todo))
        })
    }
}

/// Who waits for an answer now: whoever was put aside does not, in the campaign's own console either.
pub(super) fn waits(todo: &CampaignTodo) -> u64 {
    todo.waiting.saturating_sub(todo.mine.snoozed)
}

/// Contacts in hand of one campaign: without a first text, conversations that are not over.
pub(super) fn held(todo: &CampaignTodo) -> (u64, u64) {
    // Nothing of a closed campaign is anybody's to send.
    let unsent = if todo.state == CampaignState::Archived { 0 } else { todo.unsent };
    (unsent, todo.waiting + todo.mine.convo + todo.mine.messaged)
}

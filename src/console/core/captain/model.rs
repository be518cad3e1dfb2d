//! The state of the captain's console.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::flagged::Writing;
use super::talks::{Kind, Talks};
use crate::api::act::Act;
use crate::api::captain::{Board, Flagged, HeldText};
use crate::api::people::{Me, WaitingPerson};
use crate::api::review::{Deed, Whom};
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::msg::{LinkState, Stamp};
use crate::console::core::shared::notice::Notices;
use crate::console::core::shared::presses::Presses;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::gate::{Gate, GateTimes};
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Keymap;
use crate::domain::ids::{CampaignId, ContactId, PersonId};

/// What the console is started with.
#[derive(Debug, Clone)]
pub struct CaptainOptions {
    /// The campaign to watch.
    pub campaign: CampaignId,
    /// Keys.
    pub keymap: Keymap,
    /// Times that tell one press from a held key.
    pub gate: GateTimes,
}

impl CaptainOptions {
    /// The usual ones.
    #[must_use]
    pub fn new(campaign: CampaignId) -> Self {
        Self { campaign, keymap: Keymap::default(), gate: GateTimes::default() }
    }
}

/// One layer over the board.
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
    /// Pause (true) or resume (false)?
    Pause {
        /// Which of the two.
        pause: bool,
        /// 0 yes, 1 no.
        selected: usize,
    },
    /// Take this texter's unsent contacts back?
    Reclaim {
        /// Whose.
        texter: PersonId,
        /// 0 yes, 1 no.
        selected: usize,
    },
    /// The texts whose outcome nobody knows.
    Held {
        /// Which row.
        selected: usize,
    },
    /// What is to become of this one?
    Decide {
        /// Which, as it was when the question was put.
        text: Box<HeldText>,
        /// 0 arrived, 1 send again, 2 give up, 3 nothing.
        selected: usize,
    },
    /// Who waits to be let in.
    WaitingRoom {
        /// 0 all of them, then one a row.
        selected: usize,
    },
    /// Let this one in?
    Admit {
        /// Who, as they were when the question was put.
        person: Box<WaitingPerson>,
        /// 0 let in, 1 show out, 2 nothing.
        selected: usize,
    },
    /// Conversations that texters flagged.
    Flagged {
        /// Which row.
        selected: usize,
    },
    /// Conversations to look through.
    Talks {
        /// Which row.
        selected: usize,
    },
    /// One of them, to be read.
    Talk {
        /// Whose.
        contact: ContactId,
        /// First row shown.
        scroll: usize,
    },
    /// What is to become of them?
    Deed {
        /// Of which sort.
        kind: Kind,
        /// With whom, as it was when the question was put.
        whom: Vec<Whom>,
        /// Which row.
        selected: usize,
    },
    /// Really, with that many?
    Sure {
        /// What.
        deed: Deed,
        /// With whom.
        whom: Vec<Whom>,
        /// 0 yes, 1 no.
        selected: usize,
    },
    /// Something is written: an answer, a note, filters.
    Write {
        /// What for.
        what: Writing,
        /// The words.
        text: Editor,
    },
    /// A code of the second factor is wanted.
    SecondFactor {
        /// What was typed.
        code: Editor,
        /// What became of the last one.
        said: Option<Say>,
    },
    /// Leave although an act waits to be handed in?
    Leave {
        /// 0 leave, 1 stay.
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
            Self::Palette { .. } | Self::SecondFactor { .. } | Self::Write { .. } => Context::Palette,
            Self::Pause { .. }
            | Self::Reclaim { .. }
            | Self::Held { .. }
            | Self::Flagged { .. }
            | Self::WaitingRoom { .. }
            | Self::Admit { .. }
            | Self::Decide { .. }
            | Self::Leave { .. } => Context::Confirm,
            Self::Deed { .. } | Self::Sure { .. } => Context::Confirm,
            Self::Talks { .. } | Self::Talk { .. } => Context::Review,
            Self::Messages { .. } => Context::Messages,
        }
    }
}

/// The captain's console.
#[derive(Debug, Clone)]
pub struct Model {
    /// As started.
    pub options: CaptainOptions,
    /// Who I am.
    pub me: Option<Me>,
    /// The counts, strangers' and texters' names in it made safe.
    pub board: Option<Board>,
    /// When who is held by texting hours was counted last.
    pub(super) hours_at: Option<jiff::Timestamp>,
    /// Texters' names, of those too who are on the board no more.
    pub(super) names: BTreeMap<PersonId, String>,
    /// The texts whose outcome nobody knows, as last asked for, names and texts in it made safe.
    pub held: Vec<HeldText>,
    /// Who waits to be let in, as last asked for, names made safe.
    pub waiting_room: Vec<WaitingPerson>,
    /// Conversations that texters flagged, as last asked for, names and words in them made safe.
    pub flagged: Vec<Flagged>,
    /// Conversations to look through, at a server that shows them.
    pub talks: Talks,
    /// The texter that keys act on.
    pub selected: Option<PersonId>,
    /// Layers, the top one last.
    pub overlays: Vec<Overlay>,
    /// Line to the server.
    pub link: LinkState,
    /// What was asked is not answered in time.
    pub(super) unanswered: bool,
    /// Something was asked, and the time for an answer runs.
    pub(super) asked: bool,
    /// When the server was heard last, by its own clock.
    pub(super) heard_at: Option<Timestamp>,
    /// Confirmed acts that wait to be handed in, and since when the oldest.
    pub outbox: (u64, Option<Timestamp>),
    /// Said.
    pub notices: Notices,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Acts confirmed and not settled.
    pub acts: BTreeMap<Uuid, Act>,

    /// The list was asked for and is to be shown.
    pub(super) held_asked: bool,
    /// The same of flagged conversations.
    pub(super) flagged_asked: bool,
    /// The same of the waiting room.
    pub(super) room_asked: bool,
    pub(super) busy: Option<Uuid>,
    pub(super) gate: Gate,
    pub(super) hands: Presses,
    pub(super) opened_at: Duration,
    pub(super) now: Option<Stamp>,
    pub(super) offset: SignedDuration,
    pub(super) following: bool,
    pub(super) title: Option<(u64, bool)>,
    pub(super) toast_timer: bool,
}

impl Model {
    /// A console before anything was loaded.
    #[must_use]
    pub fn new(options: CaptainOptions) -> Self {
        Self {
            options,
            me: None,
            board: None,
            hours_at: None,
            names: BTreeMap::new(),
            held: Vec::new(),
            held_asked: false,
            flagged: Vec::new(),
            flagged_asked: false,
            waiting_room: Vec::new(),
            room_asked: false,
            talks: Talks::default(),
            selected: None,
            overlays: Vec::new(),
            link: LinkState::Connecting,
            unanswered: false,
            asked: false,
            heard_at: None,
            outbox: (0, None),
            notices: Notices::default(),
            size: (80, 24),
            acts: BTreeMap::new(),
            busy: None,
            gate: Gate::default(),
            hands: Presses::default(),
            opened_at: Duration::ZERO,
            now: None,
            offset: SignedDuration::ZERO,
            following: false,
            title: None,
            toast_timer: false,
        }
    }

    /// The key context.
    #[must_use]
    pub fn context(&self) -> Context {
        self.overlays.last().map_or(Context::Board, Overlay::context)
    }

    /// The campaign's time: the server's clock as far as it is known.
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

    /// Place of the selected texter.
    #[must_use]
    pub fn selected_place(&self) -> Option<usize> {
        let selected = self.selected?;
        self.board.as_ref()?.texters.iter().position(|texter| texter.person == selected)
    }
}

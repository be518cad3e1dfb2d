//! The state of the texter's console.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::acts::Acts;
use super::card::Card;
use super::carried::Carried;
use super::gate::{Gate, GateTimes};
use super::giving_back::TakingBack;
use super::outbox::Lately;
use super::overlay::Overlay;
use super::people::People;
use super::places::Awaited;
use super::threads::Threads;
use super::undo::Undo;
use super::window::Pressed;
use crate::api::act::Act;
use crate::api::campaign::{CampaignState, CampaignView};
use crate::api::people::Me;
use crate::api::problem::Problem;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::msg::{Beside, LinkState, Stamp};
use crate::console::core::shared::notice::Notices;
use crate::console::core::shared::place::Place;
use crate::console::core::shared::presses::Presses;
use crate::console::core::shared::say::Say;
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Keymap;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, MessageId};
use crate::domain::plain_text::plain;

/// What the console is started with.
#[derive(Debug, Clone)]
pub struct TexterOptions {
    /// The campaign to work in.
    pub campaign: CampaignId,
    /// This installation.
    pub device: DeviceId,
    /// Keys.
    pub keymap: Keymap,
    /// Times of the confirm gate.
    pub gate: GateTimes,
    /// The side pane is shown at the start.
    pub side_pane: bool,
    /// Bodies fetched ahead.
    pub prefetch: usize,
    /// Somebody keeps the score of a rehearsal: it is shown before leaving. A team's rehearsal on a server has no score.
    pub scored: bool,
    /// How long a reply may be taken back before it is confirmed; zero: it leaves with its press.
    pub reply_window: Duration,
    /// The same of a first text.
    pub initial_window: Duration,
    /// The server keeps look-alike characters as plain ones: they are written so as they are typed.
    pub plain_text: bool,
    /// An opt-out that was pressed by mistake can be taken back.
    pub undo_opt_out: bool,
    /// Who was given back and is still free can be taken back.
    pub take_back: bool,
    /// Conversations can be given back without what has no first text.
    pub talks_alone: bool,
    /// The server hands contacts out to whoever asks, and what is given back goes to others by itself; else its admins may have to.
    pub hands_out: bool,
    /// The server keeps the tags that every campaign has besides its own.
    pub marks: bool,
    /// How somebody who was signed out signs in again, where that needs no captain: the command.
    pub sign_in_again: Option<String>,
    /// A break is reminded of after so long at work; zero: never.
    pub break_after: Duration,
    /// Texts that are hard to read are held back from sight until asked for.
    pub hold_abuse: bool,
    /// What is in hand goes to others when nobody is seen for long; else it stays until somebody changes that.
    pub leases: bool,
    /// There is a list of campaigns to go to.
    pub has_home: bool,
    /// What stood on the screen a moment ago, when real voters are next: it is said first, and a key of its own goes on.
    pub before: Before,
    /// This is a practice: the voters are made up, and each step is told.
    pub practice: bool,
    /// Whoever reads this console writes the day before the month: `3/11` is in November.
    pub day_first: bool,
    /// How many contacts somebody gets at first who has sent nothing in this campaign yet; none: as many as others.
    pub first_slice: Option<u32>,
    /// Whom this person held when this console was last left, and with whom of them they were in conversation.
    pub had: Vec<(ContactId, bool)>,
    /// The server tells who has what this person held before.
    pub whereabouts: bool,
    /// First texts and replies confirmed in this campaign since the program was started, before this console was opened.
    pub done_before: (u64, u64),
    /// What can be taken back of it, and what was said.
    pub carried: Carried,
    /// Where this console was left; later, what the journal has of it.
    pub place: Place,
}

impl TexterOptions {
    /// The usual ones.
    #[must_use]
    pub fn new(campaign: CampaignId, device: DeviceId) -> Self {
        Self {
            campaign,
            device,
            keymap: Keymap::default(),
            gate: GateTimes::default(),
            side_pane: true,
            prefetch: 100,
            scored: true,
            reply_window: Duration::ZERO,
            initial_window: Duration::ZERO,
            plain_text: false,
            undo_opt_out: true,
            take_back: true,
            talks_alone: true,
            hands_out: true,
            marks: true,
            sign_in_again: None,
            break_after: Duration::ZERO,
            hold_abuse: false,
            leases: true,
            has_home: false,
            before: Before::Nothing,
            practice: false,
            had: Vec::new(),
            whereabouts: true,
            place: Place::default(),
            done_before: (0, 0),
            carried: Carried::default(),
            day_first: false,
            first_slice: None,
        }
    }
}

/// What somebody comes from who is about to text real voters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Before {
    /// The command line.
    #[default]
    Nothing,
    /// The practice, gone through or left.
    Practice,
    /// Another screen that Enter or a number left: the list of campaigns, a question, the waiting room.
    Screen,
}

/// Where the keys go when nothing lies over the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    /// The send card.
    #[default]
    Card,
    /// The list of conversations.
    Inbox,
    /// The open conversation.
    Thread,
    /// Its composer.
    Composer,
}

/// The open conversation; pinned until left.
#[derive(Debug, Clone)]
pub struct Open {
    /// Whose.
    pub contact: ContactId,
    /// The reply being written.
    pub editor: Editor,
    /// Where its first words came from (`canned:ID`, `answer:QUESTION`), and what they were.
    pub source: Option<(String, String)>,
    /// The script's version that these words are of.
    pub source_version: u32,
    /// Entries hidden below the last one shown; 0 = the end is shown.
    pub hidden_below: usize,
    /// Of these, how many came since.
    pub new_below: usize,
    /// Latest foreign message that was on the screen.
    pub seen_seq: u64,
    /// The last change of the text was typing (its dwell goes on).
    pub typed: bool,
    /// All of the text has been on the screen, if need be part by part: it was typed here, or the cursor has been at its
    /// start since it was put there.
    pub looked_through: bool,
}

impl Open {
    /// Nothing is being written: what was is sent, or kept elsewhere.
    pub(super) fn clear(&mut self) {
        self.editor = Editor::default();
        self.source = None;
        self.typed = false;
        self.looked_through = true;
        self.hidden_below = 0;
        self.new_below = 0;
    }
}

/// How far a request for contacts got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Claim {
    /// Nothing is asked; one may be asked for when the queue is empty.
    #[default]
    Idle,
    /// Asked.
    Asked {
        /// Its id.
        id: Uuid,
    },
    /// No, and why. `retry`: asked again by itself then.
    Refused {
        /// Its id.
        id: Uuid,
        /// Why.
        problem: Box<Problem>,
        /// It will be asked again by itself.
        retry: bool,
    },
    /// The texter gave the contacts back and wants no others by itself.
    Resting,
    /// A captain took so many back: the console must not ask for them again by itself.
    TakenBack {
        /// How many.
        count: usize,
    },
}

/// The texter's console.
#[derive(Debug, Clone)]
pub struct Model {
    /// As started.
    pub options: TexterOptions,
    /// Who I am.
    pub me: Option<Me>,
    /// The campaign.
    pub campaign: Option<CampaignView>,
    /// Whether texts go out at all.
    pub state: CampaignState,
    /// Contacts in my hands.
    pub people: People,
    /// Conversations.
    pub threads: Threads,
    /// What I did and the server has not settled.
    pub acts: Acts,
    /// The card at the head of the queue.
    pub card: Option<Card>,
    /// Focus.
    pub focus: Focus,
    /// Layers, the top one last.
    pub overlays: Vec<Overlay>,
    /// The open conversation.
    pub open: Option<Open>,
    /// Selected in the inbox.
    pub selected: Option<ContactId>,
    /// In which row they stood.
    pub(super) selected_at: usize,
    /// Drafts by contact.
    pub drafts: BTreeMap<ContactId, String>,
    /// When they were last written, by this laptop's clock, as far as it is known.
    pub drafts_written: BTreeMap<ContactId, Timestamp>,
    /// Line to the server.
    pub link: LinkState,
    /// Confirmed texts and acts that wait to be handed in, and since when the oldest.
    pub outbox: (u64, Option<Timestamp>),
    /// Something waits to be handed in, and the server has not answered for so long that this is said: whatever the line seems to be.
    pub unanswered: bool,
    /// What the client has noticed beside the server's answers.
    pub beside: Beside,
    /// Whom the latest act was taken back from: selected as soon as they are in the list again.
    pub(super) go_back_to: Option<ContactId>,
    /// The card that was pressed once, where two presses are wanted: whose, the hash of its text, and when by the monotonic clock.
    pub pressed_once: Option<(ContactId, String, Duration)>,
    /// Refused in this session, the latest first.
    pub lately: VecDeque<Lately>,
    /// Said.
    pub notices: Notices,
    /// Request for contacts.
    pub claim: Claim,
    /// Somebody asked for contacts by a key, and has not been told what came of it.
    pub asked_more: bool,
    /// Replies are being asked for, under this id.
    pub(super) taking: Option<Uuid>,
    /// First texts of this slice, all in all.
    pub slice_total: usize,
    /// First texts confirmed in this session.
    pub sent: u64,
    /// Replies confirmed in this session.
    pub replied: u64,
    /// The side pane is shown.
    pub side_pane: bool,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The terminal has the focus.
    pub focused: bool,
    /// Leases run until.
    pub lease_until: Option<Timestamp>,
    /// Of whose card the newest notice tells that it cannot be sent, and which one that is.
    pub(super) notice_of: Option<(ContactId, &'static str)>,
    /// Nothing goes to the carrier before then.
    pub carrier_full_until: Option<Timestamp>,
    /// The score, when the rehearsal is over.
    pub score: Option<serde_json::Value>,
    /// Everything in hand is known.
    pub loaded: bool,
    /// How long what is in hand stays with somebody who leaves, in minutes: without a first text, conversations.
    pub keeps: Option<(u32, u32)>,
    /// What was said of what goes by itself.
    pub(super) goes: super::leaving::Said,
    /// What left these hands while nobody was seen, until it is told.
    pub(super) away: super::away::Away,
    /// What is still to be told to whoever came back.
    pub(super) coming_back: super::resume::ComingBack,
    /// The console is left for the list of campaigns.
    pub goes_home: bool,
    /// What a practice has come to.
    pub(super) coach: super::practice::Coach,
    /// The captains' note that was said last.
    pub(super) noted: u32,
    /// First texts were accepted from me here before this console was opened.
    pub(super) has_texted: bool,

    pub(super) gate: Gate,
    pub(super) now: Option<Stamp>,
    /// An unused stamp: its id may become an act or a claim.
    pub(super) fresh: Option<Stamp>,
    /// Server's clock minus ours.
    pub(super) offset: SignedDuration,
    /// The server has told its time.
    pub(super) clock_known: bool,
    /// The latest time of the server's that an event told.
    pub(super) heard: Option<Timestamp>,
    /// The latest campaign time that was shown.
    pub(super) shown_time: Option<Timestamp>,
    pub(super) hands: Presses,
    /// When the top layer was opened.
    pub(super) opened_at: Duration,
    /// A conversation is about to be closed with a tag, by one press; and the tag, when it was not set before.
    pub(super) tag_closes: Option<(ContactId, Option<String>)>,
    /// The rehearsal ends once the last text has left.
    pub(super) finish_later: bool,
    /// That this tag comes off was said with the act before it.
    pub(super) untags: Option<(ContactId, String)>,
    pub(super) asked: BTreeSet<ContactId>,
    /// Of these, asked for only to know where they are.
    pub(super) asked_zones: BTreeSet<ContactId>,
    pub(super) thread_asked: Option<ContactId>,
    /// Ids seen while a whole assignment is read; contacts not among them are gone when the last page is here.
    pub(super) reading: Option<Reading>,
    pub(super) following: bool,
    pub(super) may_go_on: Option<bool>,
    pub(super) undo: Vec<Undo>,
    /// When a text left at the end of its window with nothing done since: who presses undo just then meant that text.
    pub(super) left_at: Option<(Duration, ContactId)>,
    /// The last thing done was to take something back.
    pub(super) took_back: bool,
    /// The last thing done was to opt somebody out.
    pub(super) just_opted_out: bool,
    /// The act in hand takes another one back: it is not remembered itself.
    pub(super) undoing: Option<Uuid>,
    /// About whom a question to the captain is being withdrawn.
    pub(super) withdrawn: Option<ContactId>,
    /// What was given back and is being taken back.
    pub(super) taking_back: Option<TakingBack>,
    /// Acts of one press that follow the one in hand.
    pub(super) to_do: VecDeque<Act>,
    /// Pressed, and not confirmed before its window ends.
    pub(super) window: Vec<Pressed>,
    /// Answers whose words wait until it is known whether an event has a place left.
    pub(super) awaited: Vec<Awaited>,
    /// Whose draft went because a captain took its words back: when, and the captain's reason.
    pub(super) cleared: BTreeMap<ContactId, (Timestamp, String)>,
    /// First texts as a texter changed them, where the campaign allows it.
    pub(super) edited: BTreeMap<ContactId, String>,
    /// A first text that was being changed when its layer was left: it is not the card's.
    pub(super) edit_begun: Option<(ContactId, String)>,
    /// Whose list was corrected in this session.
    pub(super) corrected: BTreeSet<ContactId>,
    /// Whose hard texts were asked for.
    pub(super) shown_hard: BTreeSet<ContactId>,
    /// The latest presses that sent a first text.
    pub(super) presses: VecDeque<Duration>,
    /// Since when somebody is at work without a break, and the last key.
    pub(super) work_began: Option<Duration>,
    pub(super) last_key: Option<Duration>,
    /// When the first of these ends, as far as a timer is set.
    pub(super) window_due: Option<Duration>,
    /// First texts that came back, and why: said on the card when it comes again.
    pub(super) came_back: BTreeMap<ContactId, Say>,
    /// Replies that came back and were put into the composer from the thread: each once.
    pub(super) offered: BTreeSet<MessageId>,
    pub(super) draft_dirty: bool,
    /// A draft is about to be kept. Further letters do not put it off: whoever types without a pause has it kept too.
    pub(super) draft_due: bool,
    /// Drafts thrown away that the journal holds still.
    pub(super) dropped: BTreeSet<ContactId>,
    /// The card that had been seen when the palette was laid over it: what is chosen there is about it.
    pub(super) seen_below: Option<ContactId>,
    pub(super) finishing: bool,
    /// When the composer was shut by something that came in, or a letter was typed after it.
    pub(super) shut_beneath: Option<Duration>,
    /// The number of the last event that was told.
    pub(super) told_to: u64,
    /// A question for zones has failed: the next one comes with the next minute.
    pub(super) zones_wait: bool,
    /// What was begun to be written to those whom I opted out: theirs again when that is taken back.
    pub(super) words_of_out: BTreeMap<ContactId, String>,
    pub(super) leaving: bool,
    pub(super) title: Option<(u64, bool)>,
    pub(super) toast_timer: bool,
}

/// An assignment being read page by page.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub seen: BTreeSet<ContactId>,
    pub after: Option<u64>,
    /// First texts of mine that the server has not heard of: whatever became of them, they are done here.
    pub on_their_way: usize,
}

/// How long a heartbeat takes to come round.
pub(super) const PRESENCE: Duration = Duration::from_secs(60);
/// Shown times are renewed this often.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// A server's clock that stands back by less is the same one, told by an answer that took its time: shown times wait for it. By more, this
/// laptop's clock was put right.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(15);

impl Model {
    /// A console before anything was loaded.
    #[must_use]
    pub fn new(options: TexterOptions) -> Self {
        let (sent, replied) = options.done_before;
        let (due, leaving) = (options.place.due.clone(), options.place.leaving.clone());
        let coming_back = super::resume::ComingBack { due, leaving, ..Default::default() };
        Self {
            coming_back,
            side_pane: options.side_pane,
            options,
            me: None,
            campaign: None,
            state: CampaignState::Running,
            people: People::default(),
            threads: Threads::default(),
            acts: Acts::default(),
            card: None,
            focus: Focus::Card,
            overlays: Vec::new(),
            open: None,
            selected: None,
            selected_at: 0,
            drafts: BTreeMap::new(),
            drafts_written: BTreeMap::new(),
            link: LinkState::Connecting,
            outbox: (0, None),
            unanswered: false,
            beside: Beside::default(),
            go_back_to: None,
            pressed_once: None,
            lately: VecDeque::new(),
            notices: Notices::default(),
            claim: Claim::Idle,
            asked_more: false,
            taking: None,
            slice_total: 0,
            sent,
            replied,
            size: (80, 24),
            focused: true,
            lease_until: None,
            notice_of: None,
            carrier_full_until: None,
            score: None,
            loaded: false,
            keeps: None,
            goes: super::leaving::Said::default(),
            away: super::away::Away::default(),
            goes_home: false,
            coach: super::practice::Coach::default(),
            has_texted: false,
            noted: 0,
            gate: Gate::default(),
            now: None,
            fresh: None,
            offset: SignedDuration::ZERO,
            clock_known: false,
            heard: None,
            shown_time: None,
            cleared: BTreeMap::new(),
            hands: Presses::default(),
            opened_at: Duration::ZERO,
            tag_closes: None,
            finish_later: false,
            untags: None,
            asked: BTreeSet::new(),
            asked_zones: BTreeSet::new(),
            thread_asked: None,
            reading: None,
            following: false,
            may_go_on: None,
            undo: Vec::new(),
            left_at: None,
            took_back: false,
            just_opted_out: false,
            undoing: None,
            withdrawn: None,
            taking_back: None,
            to_do: VecDeque::new(),
            window: Vec::new(),
            awaited: Vec::new(),
            window_due: None,
            edited: BTreeMap::new(),
            edit_begun: None,
            corrected: BTreeSet::new(),
            shown_hard: BTreeSet::new(),
            presses: VecDeque::new(),
            work_began: None,
            last_key: None,
            came_back: BTreeMap::new(),
            offered: BTreeSet::new(),
            draft_dirty: false,
            draft_due: false,
            dropped: BTreeSet::new(),
            seen_below: None,
            finishing: false,
            shut_beneath: None,
            told_to: 0,
            zones_wait: false,
            words_of_out: BTreeMap::new(),
            leaving: false,
            title: None,
            toast_timer: false,
        }
        .takes_up()
    }

    /// What is written, as it will be kept.
    pub(super) fn as_kept(&self, text: &str) -> String {
        if self.options.plain_text { plain(text) } else { text.to_owned() }
    }

    /// The key context: the top layer, else the pane.
    #[must_use]
    pub fn context(&self) -> Context {
        self.overlays.last().map_or_else(|| self.pane_context(), Overlay::context)
    }

    /// The pane's key context, whatever lies over it.
    #[must_use]
    pub fn pane_context(&self) -> Context {
        match self.focus {
            Focus::Card => Context::Card,
            Focus::Inbox => Context::Inbox,
            Focus::Thread => Context::Thread,
            Focus::Composer => Context::Composer,
        }
    }

    /// The campaign's time: the server's clock as far as it is known. None before the first input or frame. It does not go back by the
    /// little that an answer under way makes of a difference, and never before what the server said of itself.
    #[must_use]
    pub fn campaign_now(&self) -> Option<Timestamp> {
        let wall = self.now?.wall;
        let now = wall.saturating_add(self.offset).unwrap_or(wall);
        let now = self.heard.map_or(now, |heard| heard.max(now));
        let shown = self.shown_time.filter(|shown| *shown > now && shown.duration_since(now) < CLOCK_SLACK);
        Some(shown.unwrap_or(now))
    }

    /// The server has told its time: what was gathered from events before is in it.
    pub(super) fn clock_told(&mut self) {
        self.clock_known = true;
        self.heard = None;
    }

    /// A stamp came: what the server said of its time holds from here on.
    pub(super) fn keep_time(&mut self) {
        let Some(now) = self.now else { return };
        let ours = now.wall.saturating_add(self.offset).unwrap_or(now.wall);
        if let Some(heard) = self.heard.filter(|heard| *heard > ours) {
            self.offset = heard.duration_since(now.wall);
        }
    }

    /// What is shown after this is the latest time there was. Before the server has told its time, this laptop's may be wrong by any amount.
    pub(super) fn remember_time(&mut self) {
        if self.clock_known {
            self.shown_time = self.campaign_now();
        }
    }

    /// This laptop's time, by which confirms and the line's tries are told. None before the first input or frame.
    #[must_use]
    pub fn laptop_now(&self) -> Option<Timestamp> {
        self.now.map(|now| now.wall)
    }

    /// True in a rehearsal; none while it is not known.
    #[must_use]
    pub fn rehearsal(&self) -> Option<bool> {
        self.me.as_ref().map(|me| me.rehearsal)
    }

    /// True in a rehearsal that ends with a score.
    pub(super) fn is_scored(&self) -> bool {
        self.options.scored && self.rehearsal() == Some(true)
    }

    /// The contact that keys act on.
    #[must_use]
    pub fn at_hand(&self) -> Option<ContactId> {
        match self.focus {
            Focus::Card => self.card.as_ref().map(|card| card.contact),
            Focus::Inbox => self.selected,
            Focus::Thread | Focus::Composer => self.open.as_ref().map(|open| open.contact),
        }
    }
}

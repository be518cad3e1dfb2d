//! The contacts in my hands: their lines, their bodies, the queue of first texts, the order of the inbox.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::api::assignment::{ContactSummary, ContactView};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::plain_text::searchable;
use crate::domain::safe_text::safe_line;
use crate::domain::tag;
use crate::domain::zone::Zones;

/// Bodies kept at most; the least recently used go first.
const BODIES: usize = 400;

/// Which conversations the inbox shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// Who waits, and who is in conversation.
    #[default]
    Active,
    /// Who waits.
    Waiting,
    /// The campaign wrote last, after an answer.
    Convo,
    /// Flagged to a captain.
    Flagged,
    /// Marked to come back to.
    Starred,
    /// Put aside for a while.
    Snoozed,
    /// Closed ones.
    Closed,
    /// Opted-out ones.
    OptedOut,
    /// Everybody who was texted.
    All,
}

/// In which order the inbox shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Who waits longest first, then what happened last.
    #[default]
    Waiting,
    /// By first name.
    Name,
    /// By state, in it what happened last.
    State,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Name, Self::State];

    /// The next one, around.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Waiting => Self::Name,
            Self::Name => Self::State,
            Self::State => Self::Waiting,
        }
    }

    /// Key of its name in the catalogue.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "texter-sort-waiting",
            Self::Name => "texter-sort-name",
            Self::State => "texter-sort-state",
        }
    }
}

impl Filter {
    /// All of them, in the order offered.
    pub const ALL: [Self; 9] = [
        Self::Active,
        Self::Waiting,
        Self::Convo,
        Self::Flagged,
        Self::Starred,
        Self::Snoozed,
        Self::Closed,
        Self::OptedOut,
        Self::All,
    ];

    /// Key of its name in the catalogue.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Active => "texter-filter-active",
            Self::Waiting => "texter-filter-waiting",
            Self::Convo => "texter-filter-convo",
            Self::Flagged => "texter-filter-flagged",
            Self::Starred => "texter-filter-starred",
            Self::Snoozed => "texter-filter-snoozed",
            Self::Closed => "texter-filter-closed",
            Self::OptedOut => "texter-filter-opted-out",
            Self::All => "texter-filter-all",
        }
    }

    fn shows(self, person: &ContactSummary) -> bool {
        let waits = is_waiting(person);
        let out = matches!(person.opt_out, OptOut::Yes { .. });
        let over = person.status == Status::Closed || out;
        match self {
            Self::Active => waits || (person.status == Status::Convo && !over),
            Self::Convo => person.status == Status::Convo && !over,
            Self::Flagged => has_tag(person, tag::ESCALATED),
            Self::Starred => has_tag(person, tag::STAR),
            Self::Snoozed => person.snoozed_until.is_some() && !over,
            Self::OptedOut => out,
            Self::Waiting => waits,
            Self::Closed => person.status == Status::Closed && person.last_seq > 0,
            Self::All => person.status != Status::NeedsMessage,
        }
    }
}

/// True when a tag is set.
#[must_use]
pub fn has_tag(person: &ContactSummary, tag: &str) -> bool {
    person.tags.iter().any(|set| set == tag)
}

/// True for a conversation that is not over: it was begun, nobody closed it, and nobody opted out. One that may be an opt-out is none that is
/// over: somebody has to decide.
#[must_use]
pub fn is_in_talk(person: &ContactSummary) -> bool {
    !matches!(person.status, Status::NeedsMessage | Status::Closed) && !matches!(person.opt_out, OptOut::Yes { .. })
}

/// True when the voter wrote last and may be answered (or a possible opt-out must be decided), and was not put aside.
#[must_use]
pub fn is_waiting(person: &ContactSummary) -> bool {
    person.status == Status::NeedsResponse
        && !matches!(person.opt_out, OptOut::Yes { .. })
        // A doubt waits for nobody's evening: it has to be decided.
        && (person.snoozed_until.is_none() || matches!(person.opt_out, OptOut::Possible { .. }))
}

/// Why a contact of the queue is held back for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBack {
    /// It is outside texting hours there.
    Hours {
        /// When it will be possible.
        opens_at: Timestamp,
    },
    /// Another campaign has texted them lately.
    TextedLately {
        /// When it will be possible.
        until: Timestamp,
    },
}

impl HeldBack {
    /// When it will be possible.
    fn until(self) -> Timestamp {
        match self {
            Self::Hours { opens_at: until } | Self::TextedLately { until } => until,
        }
    }
}

type InboxKey = (u8, i64, String, ContactId);

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct People {
    lines: BTreeMap<ContactId, ContactSummary>,
    bodies: BTreeMap<ContactId, (u64, ContactView)>,
    /// Where they are, of everybody whose body was here: it is small, and hours depend on it.
    zones: BTreeMap<ContactId, Zones>,
    tick: u64,
    queue: VecDeque<ContactId>,
    held: BTreeMap<ContactId, HeldBack>,
    /// The same by time: what a frame asks for is at their head.
    opening: BTreeSet<(Timestamp, ContactId)>,
    /// Of everybody who waits or is to be texted it is known where they are.
    zones_known: bool,
    /// How many are called so, by the first name without capitals and accents.
    names: BTreeMap<String, i32>,
    order: BTreeSet<InboxKey>,
    keys: BTreeMap<ContactId, InboxKey>,
    filter: Filter,
    sort: Sort,
    waiting: BTreeSet<(i64, ContactId)>,
    waiting_since: BTreeMap<ContactId, i64>,
    read: BTreeMap<ContactId, u64>,
    /// Of whom the server gives no data. They are in no queue.
    unreadable: BTreeSet<ContactId>,
    /// Of those who wait, with whom something came in since it was last looked at.
    unread: BTreeSet<ContactId>,
}

impl People {
    /// A contact's line.
    #[must_use]
    pub fn line(&self, id: ContactId) -> Option<&ContactSummary> {
        self.lines.get(&id)
    }

    /// A contact's body, when it has come.
    #[must_use]
    pub fn body(&self, id: ContactId) -> Option<&ContactView> {
        self.bodies.get(&id).map(|(_, view)| view)
    }

    /// Changes a body in place.
    pub fn change_body(&mut self, id: ContactId, change: impl FnOnce(&mut ContactView)) {
        if let Some((_, view)) = self.bodies.get_mut(&id) {
            change(view);
        }
    }

    /// How many contacts are in my hands.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True when none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many conversations are not over: see [`is_in_talk`].
    #[must_use]
    pub fn talks(&self) -> usize {
        self.lines.values().filter(|line| is_in_talk(line)).count()
    }

    /// How many were done without a first text of ours: skipped, a wrong number, opted out before it.
    #[must_use]
    pub fn passed_over(&self) -> usize {
        self.lines.values().filter(|line| line.is_passed_over()).count()
    }

    /// All ids in my hands.
    pub fn ids(&self) -> impl Iterator<Item = ContactId> {
        self.lines.keys().copied()
    }

    /// Takes a line in, or its new state. What strangers wrote in it becomes safe here. True when it is new to me.
    pub fn put(&mut self, mut line: ContactSummary) -> bool {
        self.zones_known = false;
        line.first_name = safe_line(&line.first_name);
        line.preview = safe_line(&line.preview);
        for tag in &mut line.tags {
            *tag = safe_line(tag);
        }
        let id = line.id;
        if self.lines.get(&id).is_none_or(|old| old.first_name != line.first_name) {
            self.count_name(id, -1);
            *self.names.entry(searchable(line.first_name.trim())).or_default() += 1;
        }
        let new = !self.lines.contains_key(&id);
        let queued = line.status == Status::NeedsMessage && line.opt_out.allows_text();
        let was =
            self.lines.get(&id).is_some_and(|old| old.status == Status::NeedsMessage && old.opt_out.allows_text());
        if let Some((_, body)) = self.bodies.get_mut(&id) {
            body.tags.clone_from(&line.tags);
            body.language.clone_from(&line.language);
            body.summary = line.clone();
        }
        if new {
            self.read.insert(id, line.foreign_seq.saturating_sub(u64::from(is_waiting(&line))));
        }
        self.lines.insert(id, line);
        if queued && (new || !was) {
            if !self.unreadable.contains(&id) {
                self.queue.push_back(id);
            }
        } else if !queued && was {
            self.leave_queue(id);
        }
        self.index(id);
        new
    }

    /// One more, or less, is called as this one is.
    fn count_name(&mut self, id: ContactId, by: i32) {
        let Some(line) = self.lines.get(&id) else { return };
        let name = searchable(line.first_name.trim());
        if let Some(many) = self.names.get_mut(&name) {
            *many += by;
            if *many <= 0 {
                self.names.remove(&name);
            }
        }
    }

    /// True when nobody else in hand has this first name, capitals and accents aside.
    #[must_use]
    pub fn is_only(&self, first_name: &str) -> bool {
        self.names.get(&searchable(first_name.trim())).is_none_or(|many| *many < 2)
    }

    /// Changes a line in place (my own act, before the server's event says the same).
    pub fn change(&mut self, id: ContactId, change: impl FnOnce(&mut ContactSummary)) {
        if let Some(line) = self.lines.get(&id) {
            let mut line = line.clone();
            change(&mut line);
            self.put(line);
        }
    }

    /// Puts a contact at the head of the queue again; one that cannot be read comes back when they can.
    pub fn queue_first(&mut self, id: ContactId) {
        self.leave_queue(id);
        if !self.unreadable.contains(&id) {
            self.queue.push_front(id);
        }
    }

    /// Takes a body in.
    pub fn put_body(&mut self, mut view: ContactView) {
        let id = view.summary.id;
        for value in view.fields.values_mut() {
            *value = safe_line(value);
        }
        self.put(view.summary.clone());
        if let Some(line) = self.lines.get(&id) {
            view.summary = line.clone();
        }
        self.tick += 1;
        self.zones.insert(id, view.zones.clone());
        self.bodies.insert(id, (self.tick, view));
        while self.bodies.len() > BODIES {
            let Some(oldest) = self.bodies.iter().min_by_key(|(_, (tick, _))| *tick).map(|(id, _)| *id) else { break };
            self.bodies.remove(&oldest);
        }
    }

    /// Keeps where somebody is, and nothing else of them.
    pub fn put_zones(&mut self, id: ContactId, zones: Zones) {
        if self.lines.contains_key(&id) {
            self.zones.insert(id, zones);
        }
    }

    /// Where somebody is, as far as it was told.
    #[must_use]
    pub fn zones(&self, id: ContactId) -> Option<&Zones> {
        self.zones.get(&id)
    }

    /// True when half of the place for bodies is used.
    #[must_use]
    pub fn is_half_full(&self) -> bool {
        self.bodies.len() * 2 >= BODIES
    }

    /// Of those for whom texting hours matter, some of whom it is not known where they are: who waits before who gets a first text.
    #[must_use]
    pub fn without_zones(&self, most: usize) -> Vec<ContactId> {
        if self.zones_known {
            return Vec::new();
        }
        let unknown = |id: &ContactId| !self.zones.contains_key(id) && !self.unreadable.contains(id);
        let waiting = self.waiting.iter().map(|(_, id)| *id);
        waiting.chain(self.queue.iter().copied()).filter(unknown).take(most).collect()
    }

    /// As [`Self::without_zones`]; that there is nobody is remembered until somebody's line, or where they are, changes.
    pub fn zones_to_ask(&mut self, most: usize) -> Vec<ContactId> {
        let missing = self.without_zones(most);
        self.zones_known = missing.is_empty();
        missing
    }

    /// Somebody looks at it: keep its body longest.
    pub fn touch(&mut self, id: ContactId) {
        self.tick += 1;
        if let Some((tick, _)) = self.bodies.get_mut(&id) {
            *tick = self.tick;
        }
    }

    /// Forgets one body: the list says something else of them now.
    pub fn forget_body(&mut self, id: ContactId) {
        self.bodies.remove(&id);
        self.zones.remove(&id);
        self.zones_known = false;
    }

    /// Forgets all bodies (the script changed: other fields may be needed).
    pub fn forget_bodies(&mut self) {
        self.bodies.clear();
    }

    /// A contact left my hands.
    pub fn remove(&mut self, id: ContactId) -> Option<ContactSummary> {
        self.count_name(id, -1);
        let line = self.lines.remove(&id);
        self.bodies.remove(&id);
        self.zones.remove(&id);
        self.leave_queue(id);
        self.unindex(id);
        self.read.remove(&id);
        line
    }

    fn leave_queue(&mut self, id: ContactId) {
        self.let_go(id);
        if self.queue.front() == Some(&id) {
            self.queue.pop_front();
        } else {
            self.queue.retain(|queued| *queued != id);
        }
    }

    fn let_go(&mut self, id: ContactId) {
        if let Some(held) = self.held.remove(&id) {
            self.opening.remove(&(held.until(), id));
        }
    }

    /// Takes a contact out of the queue; its line stays.
    pub fn drop_from_queue(&mut self, id: ContactId) {
        self.leave_queue(id);
    }

    /// First texts to send, in order, those held back left out.
    #[must_use]
    pub fn queue(&self) -> &VecDeque<ContactId> {
        &self.queue
    }

    /// Holds the first of the queue back.
    pub fn hold_back(&mut self, id: ContactId, why: HeldBack) {
        self.leave_queue(id);
        self.held.insert(id, why);
        self.opening.insert((why.until(), id));
    }

    /// The same of many, the queue gone through once.
    pub fn hold_back_all(&mut self, late: Vec<(ContactId, HeldBack)>) {
        let ids: BTreeSet<ContactId> = late.iter().map(|(id, _)| *id).collect();
        self.queue.retain(|id| !ids.contains(id));
        for (id, why) in late {
            self.let_go(id);
            self.held.insert(id, why);
            self.opening.insert((why.until(), id));
        }
    }

    /// How many are held back, and when the first of them may be texted.
    #[must_use]
    pub fn held_back(&self) -> (usize, Option<Timestamp>) {
        (self.held.len(), self.opening.first().map(|(at, _)| *at))
    }

    /// The same for one reason: those outside hours, or those whom another campaign has texted lately.
    #[must_use]
    pub fn held_back_by(&self, hours: bool) -> (usize, Option<Timestamp>) {
        let of = |held: &&HeldBack| matches!(held, HeldBack::Hours { .. }) == hours;
        let first = self.held.values().filter(of).map(|held| held.until()).min();
        (self.held.values().filter(of).count(), first)
    }

    /// Lets go of those whose hours have opened.
    pub fn release_held(&mut self, now: Timestamp) {
        let mut open: Vec<ContactId> =
            self.opening.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect();
        open.sort_unstable();
        for id in open {
            self.let_go(id);
            self.queue.push_back(id);
        }
    }

    /// Of these the server gives no data (any more): they leave the queue until it does.
    pub fn set_unreadable(&mut self, now: BTreeSet<ContactId>) {
        for id in now.difference(&self.unreadable.clone()) {
            self.leave_queue(*id);
        }
        let before = std::mem::replace(&mut self.unreadable, now);
        for id in before {
            let first = |line: &ContactSummary| line.status == Status::NeedsMessage && line.opt_out.allows_text();
            if !self.unreadable.contains(&id) && self.lines.get(&id).is_some_and(first) && !self.queue.contains(&id) {
                self.queue.push_back(id);
            }
        }
    }

    /// True for one of whom the server gives no data.
    #[must_use]
    pub fn is_unreadable(&self, id: ContactId) -> bool {
        self.unreadable.contains(&id)
    }

    /// First texts that cannot be made because the server gives no data of these contacts.
    #[must_use]
    pub fn unreadable_firsts(&self) -> usize {
        let first = |id: &&ContactId| self.lines.get(id).is_some_and(|line| line.status == Status::NeedsMessage);
        self.unreadable.iter().filter(first).count()
    }

    /// The first `window` of the queue whose bodies are missing.
    #[must_use]
    pub fn missing_bodies(&self, window: usize) -> Vec<ContactId> {
        let missing = |id: &ContactId| !self.bodies.contains_key(id) && !self.unreadable.contains(id);
        self.queue.iter().take(window).copied().filter(missing).collect()
    }

    fn unindex(&mut self, id: ContactId) {
        if let Some(key) = self.keys.remove(&id) {
            self.order.remove(&key);
        }
        if let Some(since) = self.waiting_since.remove(&id) {
            self.waiting.remove(&(since, id));
        }
        self.unread.remove(&id);
    }

    fn index(&mut self, id: ContactId) {
        self.unindex(id);
        let Some(line) = self.lines.get(&id) else { return };
        if is_waiting(line) {
            let since = line.waiting_since.unwrap_or(line.updated_at).as_microsecond();
            self.waiting_since.insert(id, since);
            self.waiting.insert((since, id));
            if self.is_unread(id) {
                self.unread.insert(id);
            }
        }
        if self.filter.shows(line) {
            let waits = is_waiting(line);
            let newest = -line.updated_at.as_microsecond();
            let rank = match line.status {
                _ if matches!(line.opt_out, OptOut::Yes { .. }) => 4,
                _ if waits => 0,
                Status::Convo => 1,
                Status::Closed => 3,
                _ => 2,
            };
            let key = match self.sort {
                Sort::Name => (0, 0, searchable(&line.first_name), id),
                // Whoever waits longest is first among those who wait.
                Sort::Waiting | Sort::State if waits => {
                    (0, line.waiting_since.unwrap_or(line.updated_at).as_microsecond(), String::new(), id)
                }
                Sort::State => (rank, newest, String::new(), id),
                Sort::Waiting => (rank.clamp(1, 2), newest, String::new(), id),
            };
            self.order.insert(key.clone());
            self.keys.insert(id, key);
        }
    }

    /// Which conversations are shown.
    #[must_use]
    pub fn filter(&self) -> Filter {
        self.filter
    }

    /// In which order they are shown.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Shows them in another order.
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.set_filter(self.filter);
    }

    /// How many conversations a filter shows.
    #[must_use]
    pub fn count(&self, filter: Filter) -> usize {
        self.lines.values().filter(|line| filter.shows(line)).count()
    }

    /// Who was put aside and is due again.
    pub fn wake(&mut self, now: Timestamp) -> Vec<ContactId> {
        let due = |line: &&ContactSummary| line.snoozed_until.is_some_and(|until| until <= now);
        let due: Vec<ContactId> = self.lines.values().filter(due).map(|line| line.id).collect();
        for id in &due {
            self.change(*id, |line| line.snoozed_until = None);
        }
        due
    }

    /// Shows others.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        let ids: Vec<ContactId> = self.lines.keys().copied().collect();
        for id in ids {
            self.index(id);
        }
    }

    /// The inbox in its order.
    pub fn inbox(&self) -> impl DoubleEndedIterator<Item = ContactId> {
        self.order.iter().map(|(_, _, _, id)| *id)
    }

    /// How many it shows.
    #[must_use]
    pub fn inbox_len(&self) -> usize {
        self.order.len()
    }

    /// Place of a contact in it.
    #[must_use]
    pub fn inbox_place(&self, id: ContactId) -> Option<usize> {
        let key = self.keys.get(&id)?;
        Some(self.order.range(..key).count())
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Who waits longest; with `but`, somebody else.
    #[must_use]
    pub fn longest_waiting(&self, but: Option<ContactId>) -> Option<ContactId> {
        self.waiting.iter().map(|(_, id)| *id).find(|id| Some(*id) != but)
    }

    /// Who waits longest of those behind `here` in the order of waiting; from the end of it the first again. None when nobody else waits.
    #[must_use]
    pub fn waiting_after(&self, here: Option<ContactId>) -> Option<ContactId> {
        let ids = || self.waiting.iter().map(|(_, id)| *id);
        let behind = here.and_then(|here| ids().skip_while(|id| *id != here).nth(1));
        behind.or_else(|| self.longest_waiting(here))
    }

    /// True when something came in since it was last looked at.
    #[must_use]
    pub fn is_unread(&self, id: ContactId) -> bool {
        let read = self.read.get(&id).copied().unwrap_or(0);
        self.lines.get(&id).is_some_and(|line| line.foreign_seq > read)
    }

    /// How many unread conversations there are.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// Those who wait and whose texts were on the screen, with how far.
    pub fn read_and_waiting(&self) -> impl Iterator<Item = (ContactId, u64)> + '_ {
        let waits = |id: &ContactId| self.lines.get(id).is_some_and(is_waiting) && !self.is_unread(*id);
        self.read.iter().filter(move |(id, _)| waits(id)).map(|(id, seq)| (*id, *seq))
    }

    /// Everything up to `seq` was on the screen.
    pub fn mark_read(&mut self, id: ContactId, seq: u64) {
        let read = self.read.entry(id).or_insert(0);
        *read = (*read).max(seq);
        if !self.is_unread(id) {
            self.unread.remove(&id);
        }
    }
}

//! Conversations as they are shown: what the server has told, and what I confirmed and it has not told yet.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::message::{Thread, ThreadEntry, ThreadMessage};
use crate::domain::ids::{ContactId, MessageId};
use crate::domain::message::{Delivery, Direction};
use crate::domain::safe_text::safe_line;

/// Threads kept at most.
const THREADS: usize = 50;

/// One conversation, loaded.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    entries: Vec<ThreadEntry>,
    /// How often a line was told by the feed, and how often it stands in what was read. Told both ways it is one line; told twice by the
    /// feed, because somebody did, took back and did again what a clock that stands gives one moment, it is two.
    notes: BTreeMap<NoteKey, (u32, u32)>,
    /// True when older entries can be asked for.
    pub more_before: bool,
    used: u64,
}

impl Loaded {
    /// Oldest first.
    #[must_use]
    pub fn entries(&self) -> &[ThreadEntry] {
        &self.entries
    }

    /// Number of the latest message that is inbound or another's.
    #[must_use]
    pub fn foreign_seq(&self) -> u64 {
        let foreign = |entry: &ThreadEntry| match entry {
            ThreadEntry::Message(message) if message.direction == Direction::Inbound || !message.mine => message.seq,
            _ => 0,
        };
        self.entries.iter().map(foreign).max().unwrap_or(0)
    }

    /// Number of the oldest message here.
    #[must_use]
    pub fn oldest(&self) -> Option<u64> {
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                ThreadEntry::Message(message) => Some(message.seq),
                ThreadEntry::Note { .. } => None,
            })
            .min()
    }

    /// The latest text of the voter.
    #[must_use]
    pub fn last_inbound(&self) -> Option<&ThreadMessage> {
        self.entries.iter().rev().find_map(|entry| match entry {
            ThreadEntry::Message(message) if message.direction == Direction::Inbound => Some(message),
            _ => None,
        })
    }

    /// Nothing is after it: the latest entry of all is the voter's text.
    #[must_use]
    pub fn ends_with_theirs(&self) -> bool {
        matches!(self.entries.last(), Some(ThreadEntry::Message(message)) if message.direction == Direction::Inbound)
    }

    /// True when it holds the message.
    #[must_use]
    pub fn has(&self, id: Uuid) -> bool {
        self.message(id).is_some()
    }

    fn message(&self, id: Uuid) -> Option<&ThreadMessage> {
        self.entries.iter().find_map(|entry| match entry {
            ThreadEntry::Message(message) if message.id == MessageId(id) => Some(message),
            _ => None,
        })
    }

    /// Puts an entry in its place; one that is there already is brought up to date. True when it is new.
    fn put(&mut self, entry: ThreadEntry) -> bool {
        match &entry {
            ThreadEntry::Message(message) => {
                let known = self.entries.iter_mut().find_map(|old| match old {
                    ThreadEntry::Message(old) if old.id == message.id => Some(old),
                    _ => None,
                });
                if let Some(old) = known {
                    // A delivery event may have overtaken this entry.
                    let delivery = if old.delivery.is_final() { old.delivery } else { message.delivery };
                    *old = ThreadMessage { delivery, ..message.clone() };
                    self.sort();
                    return false;
                }
            }
            ThreadEntry::Note { .. } => {}
        }
        self.entries.push(entry);
        self.sort();
        true
    }

    /// The feed told of it; `again`: it has told of this before, as far as this conversation was here.
    fn put_told(&mut self, entry: ThreadEntry, again: bool) -> bool {
        if let Some(key) = note_key(&entry) {
            let (told, read) = self.notes.entry(key).or_default();
            if again && *told + *read > 0 {
                return false;
            }
            *told += 1;
            if *told <= *read {
                return false;
            }
        }
        self.put(entry)
    }

    /// A page was read.
    fn put_page(&mut self, entries: Vec<ThreadEntry>) {
        let mut here: BTreeMap<NoteKey, u32> = BTreeMap::new();
        for entry in entries {
            if let Some(key) = note_key(&entry) {
                let times = here.entry(key.clone()).or_default();
                *times += 1;
                let (told, read) = self.notes.entry(key).or_default();
                let known = *times <= (*told).max(*read);
                *read = (*read).max(*times);
                if known {
                    continue;
                }
            }
            self.put(entry);
        }
    }

    fn sort(&mut self) {
        self.entries.sort_by_key(|entry| match entry {
            ThreadEntry::Message(message) => (message.seq, 0, message.at),
            ThreadEntry::Note { seq, at, .. } => (*seq, 1, *at),
        });
    }
}

/// What makes a line that is no message the same one, told by the feed and read with its conversation: a server keeps its moment to the
/// microsecond, and a feed may tell it finer.
type NoteKey = (u64, i64, String, String, String);

fn note_key(entry: &ThreadEntry) -> Option<NoteKey> {
    match entry {
        ThreadEntry::Note { seq, at, who, what, detail } => {
            Some((*seq, at.as_microsecond(), who.clone(), what.clone(), detail.clone()))
        }
        ThreadEntry::Message(_) => None,
    }
}

/// All loaded conversations.
#[derive(Debug, Clone, Default)]
pub struct Threads {
    loaded: BTreeMap<ContactId, Loaded>,
    tick: u64,
}

impl Threads {
    /// A conversation, when it is loaded.
    #[must_use]
    pub fn get(&self, contact: ContactId) -> Option<&Loaded> {
        self.loaded.get(&contact)
    }

    /// A page came.
    pub fn put(&mut self, thread: Thread, keep: Option<ContactId>) {
        self.tick += 1;
        let tick = self.tick;
        let loaded = self.loaded.entry(thread.contact).or_default();
        let older = |loaded: &Loaded| {
            let first = thread.entries.iter().find_map(|entry| match entry {
                ThreadEntry::Message(message) => Some(message.seq),
                ThreadEntry::Note { .. } => None,
            });
            loaded.oldest().is_none_or(|oldest| first.is_some_and(|first| first <= oldest))
        };
        if older(loaded) {
            loaded.more_before = thread.more_before;
        }
        loaded.used = tick;
        loaded.put_page(thread.entries.into_iter().map(clean).collect());
        while self.loaded.len() > THREADS {
            let oldest =
                self.loaded.iter().filter(|(id, _)| Some(**id) != keep).min_by_key(|(_, l)| l.used).map(|(id, _)| *id);
            let Some(oldest) = oldest else { break };
            self.loaded.remove(&oldest);
        }
    }

    /// Something was added; `again`: the feed has told of it before. True when it is new here.
    pub fn add(&mut self, contact: ContactId, entry: ThreadEntry, again: bool) -> bool {
        self.loaded.get_mut(&contact).is_some_and(|loaded| loaded.put_told(clean(entry), again))
    }

    /// A text of mine was accepted and the feed has not told of it yet.
    pub fn echo(&mut self, contact: ContactId, message: ThreadMessage) {
        if let Some(loaded) = self.loaded.get_mut(&contact).filter(|loaded| !loaded.has(message.id.0)) {
            loaded.put(ThreadEntry::Message(message));
        }
    }

    /// A text moved on. States never go back from a final one.
    pub fn deliver(&mut self, contact: ContactId, id: MessageId, delivery: Delivery, error: Option<String>) {
        let Some(loaded) = self.loaded.get_mut(&contact) else { return };
        for entry in &mut loaded.entries {
            if let ThreadEntry::Message(message) = entry
                && message.id == id
                && (!message.delivery.is_final() || message.delivery == Delivery::Held)
            {
                message.delivery = delivery;
                message.error = error.as_deref().map(safe_line);
            }
        }
    }

    /// Somebody looks at it.
    pub fn touch(&mut self, contact: ContactId) {
        self.tick += 1;
        let tick = self.tick;
        if let Some(loaded) = self.loaded.get_mut(&contact) {
            loaded.used = tick;
        }
    }

    /// Forgets one.
    pub fn remove(&mut self, contact: ContactId) {
        self.loaded.remove(&contact);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.loaded.clear();
    }
}

/// Names and details become safe here; bodies stay as they are (their hash counts) and become safe where they are shown.
fn clean(mut entry: ThreadEntry) -> ThreadEntry {
    match &mut entry {
        ThreadEntry::Message(message) => {
            message.author = message.author.as_deref().map(safe_line);
            message.error = message.error.as_deref().map(safe_line);
        }
        ThreadEntry::Note { who, detail, .. } => {
            *who = safe_line(who);
            *detail = safe_line(detail);
        }
    }
    entry
}

/// A message of mine that the server has accepted.
#[must_use]
pub fn accepted(
    id: Uuid,
    seq: u64,
    at: Timestamp,
    kind: crate::domain::message::MessageKind,
    body: &str,
    off_script: bool,
) -> ThreadMessage {
    ThreadMessage {
        id: MessageId(id),
        seq,
        direction: Direction::Outbound,
        kind: Some(kind),
        body: body.to_owned(),
        pictures: 0,
        at,
        delivery: Delivery::Accepted,
        error: None,
        author: None,
        mine: true,
        off_script,
    }
}

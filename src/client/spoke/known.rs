//! What was seen of a server since the program started: nothing in it decides what was sent, and all of it can be read again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use uuid::Uuid;

use super::answers::{Assignment, Contact, Message};
use super::doubt::Judged;
use super::ids;
use super::page::Settings;
use super::plain::same_text;
use crate::api::assignment::ContactSummary;
use crate::client::Memo;
use crate::domain::ids::{ActId, ContactId, MessageId};

/// See the module.
#[derive(Debug)]
pub(super) struct Known {
    server: String,
    seq: AtomicU64,
    seen: Mutex<Seen>,
    notes: Mutex<Notes>,
    /// Rings when the whole list is to be looked at before its time.
    stirred: Notify,
}

/// What is kept over restarts, and where.
#[derive(Default)]
struct Notes {
    place: Option<Arc<dyn Memo>>,
    /// It was read.
    read: bool,
    judged: Judged,
}

impl std::fmt::Debug for Notes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notes").field("judged", &self.judged).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Seen {
    settings: Option<Settings>,
    assignments: HashMap<i64, Arc<Assignment>>,
    /// The assignments that contacts are in.
    places: HashMap<i64, i64>,
    /// What the console was told last of each contact. What is only read on the way to something else is not told by it, and so
    /// changes nothing here: the next poll would keep it back.
    told: HashMap<i64, Mark>,
    /// Messages of mine, by their number there.
    mine: HashMap<String, MessageId>,
    /// First texts of mine, whose number the answer did not say: by contact, with their words.
    firsts: HashMap<i64, (MessageId, String)>,
    claims: HashMap<Uuid, Claim>,
    /// The organization of each campaign, for who watches them.
    organizations: HashMap<i64, i64>,
    /// Opt-outs whose notice was handed over, whatever became of it.
    noticed: HashSet<ActId>,
    /// Opt-outs whose notice stands in the conversation while the opt-out itself is not done.
    half_way: HashSet<ActId>,
    /// Contacts who were opted out without the notice that was asked for.
    unnoticed: BTreeSet<ContactId>,
    /// Contacts that were read in full.
    whole: BTreeSet<i64>,
    /// Contacts in hand of whom the server gives no data.
    broken: BTreeMap<i64, Broken>,
    /// Entries of the last list, by assignment, of which not even the number could be read, and why.
    nameless: BTreeMap<i64, (usize, String)>,
}

/// A contact whose data the server does not give.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Broken {
    assignment: i64,
    /// What it says instead.
    why: String,
    /// How long is waited before the next try.
    wait: Duration,
    /// When that is.
    again: Timestamp,
}

/// How a contact stood when it was told of last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) assignment: i64,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) waits: bool,
    /// Messages of its conversation, when that was read.
    pub(super) messages: Option<usize>,
}

impl Mark {
    /// That of a contact read in full; `former` is the time of its last change should the answer not say it.
    pub(super) fn of(contact: &Contact, assignment: i64, former: Timestamp) -> Self {
        Self {
            assignment,
            updated_at: contact.updated_at.or(Some(former)),
            waits: contact.message_status == "needsResponse",
            messages: Some(contact.messages.len()),
        }
    }
}

/// A request for more contacts.
#[derive(Debug, Clone, Default)]
pub(super) struct Claim {
    /// First texts in hand before it was made.
    pub(super) before: BTreeSet<i64>,
    /// What it brought, once that is known.
    pub(super) granted: Option<Vec<ContactSummary>>,
    /// Times that its outcome was looked for.
    pub(super) looked: u32,
}

impl Known {
    pub(super) fn new(server: &str, now: Timestamp) -> Self {
        // Numbers of events go up over restarts, as the journal remembers the last one.
        let first = u64::try_from(now.as_millisecond()).unwrap_or_default();
        Self {
            server: server.to_owned(),
            seq: AtomicU64::new(first),
            seen: Mutex::default(),
            notes: Mutex::default(),
            stirred: Notify::new(),
        }
    }

    /// One of mine is somebody else's: what else went with it is to be found out at once.
    pub(super) fn stir(&self) {
        self.stirred.notify_one();
    }

    /// Returns when there is reason to look at the whole list.
    pub(super) async fn is_stirred(&self) {
        self.stirred.notified().await;
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where things are kept over restarts, from now on.
    pub(super) fn keep_in(&self, place: Arc<dyn Memo>) {
        let mut notes = self.kept();
        (notes.place, notes.read) = (Some(place), false);
    }

    /// That place.
    pub(super) fn notes(&self) -> Option<Arc<dyn Memo>> {
        self.kept().place.clone()
    }

    /// That place while it was not read.
    pub(super) fn unread_notes(&self) -> Option<Arc<dyn Memo>> {
        let notes = self.kept();
        notes.place.clone().filter(|_| !notes.read)
    }

    /// What was found there. What was decided meanwhile is newer.
    pub(super) fn recall_judged(&self, found: Judged) {
        let mut notes = self.kept();
        notes.read = true;
        for (contact, message) in found {
            notes.judged.entry(contact).or_insert(message);
        }
    }

    /// The message up to which a contact's words were taken for no opt-out.
    pub(super) fn judged(&self, contact: i64) -> Option<String> {
        self.kept().judged.get(&contact).cloned()
    }

    /// All of those, as they are once this is one of them.
    pub(super) fn judged_with(&self, contact: i64, message: Option<&str>) -> Judged {
        let mut judged = self.kept().judged.clone();
        match message {
            Some(message) => drop(judged.insert(contact, message.to_owned())),
            None => drop(judged.remove(&contact)),
        }
        judged
    }

    /// A contact's words were taken for no opt-out up to this message, or that was taken back. They are told of anew: a poll that was
    /// under way may have told the former state.
    pub(super) fn judge(&self, contact: i64, message: Option<String>) {
        let mut notes = self.kept();
        match message {
            Some(message) => drop(notes.judged.insert(contact, message)),
            None => drop(notes.judged.remove(&contact)),
        }
        drop(notes);
        if let Some(mark) = self.seen().told.get_mut(&contact) {
            mark.updated_at = None;
        }
    }

    /// The number of the latest event.
    pub(super) fn seq(&self) -> u64 {
        self.seq.load(Ordering::Relaxed)
    }

    /// The number of the next one.
    pub(super) fn next_seq(&self) -> u64 {
        self.seq.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn settings(&self) -> Option<Settings> {
        self.seen().settings.clone()
    }

    pub(super) fn keep_settings(&self, settings: &Settings) {
        self.seen().settings = Some(settings.clone());
    }

    pub(super) fn assignment(&self, id: i64) -> Option<Arc<Assignment>> {
        self.seen().assignments.get(&id).cloned()
    }

    pub(super) fn keep_assignment(&self, assignment: Arc<Assignment>) {
        self.seen().assignments.insert(assignment.id.0, assignment);
    }

    /// The assignment that a contact was seen in.
    pub(super) fn where_is(&self, contact: i64) -> Option<i64> {
        self.seen().places.get(&contact).copied()
    }

    /// A contact was seen in this assignment. It is kept when they are seen there no more: asked for by it, the server says that they are
    /// gone; asked for by themselves, it only fails.
    pub(super) fn is_in(&self, contact: i64, assignment: i64) {
        self.seen().places.insert(contact, assignment);
    }

    /// The console was told of a contact, by a list or an event: none when it was told that they are gone.
    pub(super) fn was_told(&self, contact: i64, mark: Option<Mark>) {
        match mark {
            Some(mark) => drop(self.seen().told.insert(contact, mark)),
            None => drop(self.seen().told.remove(&contact)),
        }
    }

    /// What the console was told of the contacts of an assignment.
    pub(super) fn told(&self, assignment: i64) -> BTreeMap<i64, Mark> {
        let seen = self.seen();
        let of_it = seen.told.iter().filter(|(_, mark)| mark.assignment == assignment);
        of_it.map(|(id, mark)| (*id, mark.clone())).collect()
    }

    /// A text of mine is the message with this number there.
    pub(super) fn is_mine(&self, number: &str, id: MessageId) {
        self.seen().mine.insert(number.to_owned(), id);
    }

    /// A first text of mine was taken; its number is seen when the conversation is read.
    pub(super) fn first_was(&self, contact: i64, id: MessageId, text: &str) {
        self.seen().firsts.insert(contact, (id, text.to_owned()));
    }

    /// True for a message that is known as another text of mine.
    pub(super) fn is_others(&self, number: &str, id: MessageId) -> bool {
        self.seen().mine.get(number).is_some_and(|known| *known != id)
    }

    /// Our id of a message.
    pub(super) fn id_of(&self, contact: i64, message: &Message) -> MessageId {
        let mut seen = self.seen();
        if let Some(mine) = seen.mine.get(&message.id) {
            return *mine;
        }
        let same = |(_, text): &(MessageId, String)| same_text(text, &message.text);
        if !message.is_from_contact
            && seen.firsts.get(&contact).is_some_and(same)
            && let Some((id, _)) = seen.firsts.remove(&contact)
        {
            seen.mine.insert(message.id.clone(), id);
            return id;
        }
        ids::message(&self.server, &message.id)
    }

    pub(super) fn organization(&self, campaign: i64) -> Option<i64> {
        self.seen().organizations.get(&campaign).copied()
    }

    pub(super) fn keep_organization(&self, campaign: i64, organization: i64) {
        self.seen().organizations.insert(campaign, organization);
    }

    /// The notice of this opt-out is about to be handed over: true for the first time only.
    pub(super) fn first_notice(&self, id: ActId) -> bool {
        self.seen().noticed.insert(id)
    }

    /// It certainly did not reach the server.
    pub(super) fn no_notice(&self, id: ActId) {
        self.seen().noticed.remove(&id);
    }

    /// The notice of this opt-out stands there, and it itself is not done (yet).
    pub(super) fn set_half_way(&self, id: ActId, half_way: bool) {
        let mut seen = self.seen();
        let _ = if half_way { seen.half_way.insert(id) } else { seen.half_way.remove(&id) };
    }

    pub(super) fn is_half_way(&self, id: ActId) -> bool {
        self.seen().half_way.contains(&id)
    }

    /// A contact is opted out, and the notice that was asked for did not go, or is not known to have gone.
    pub(super) fn is_unnoticed(&self, contact: i64) {
        self.seen().unnoticed.insert(ContactId(contact));
    }

    /// All of those.
    pub(super) fn unnoticed(&self) -> BTreeSet<ContactId> {
        self.seen().unnoticed.clone()
    }

    /// A contact's data could not be read: it is asked for again after `first`, then after twice as long each time, up to `most`.
    pub(super) fn is_broken(
        &self,
        contact: i64,
        assignment: i64,
        why: &str,
        (now, first, most): (Timestamp, Duration, Duration),
    ) {
        let mut seen = self.seen();
        let former = seen.broken.get(&contact).map(|former| former.wait * 2);
        let wait = former.unwrap_or(first).min(most);
        let until = SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok());
        let broken = Broken { assignment, why: why.to_owned(), wait, again: until.unwrap_or(now) };
        seen.broken.insert(contact, broken);
    }

    /// It could; `there`: and it was there.
    pub(super) fn is_whole(&self, contact: i64, there: bool) {
        let mut seen = self.seen();
        seen.broken.remove(&contact);
        let _ = if there { seen.whole.insert(contact) } else { seen.whole.remove(&contact) };
    }

    /// A contact's data could not be read when it was asked for last.
    pub(super) fn has_failed(&self, contact: i64) -> bool {
        self.seen().broken.contains_key(&contact)
    }

    /// Why a contact could not be read last.
    pub(super) fn why_broken(&self, contact: i64) -> Option<String> {
        self.seen().broken.get(&contact).map(|broken| broken.why.clone())
    }

    /// Others of an assignment by whom it shows whether the server can read anybody: first who was read before, then who is known to be in it.
    pub(super) fn controls(&self, assignment: i64, but: &[i64], most: usize) -> Vec<i64> {
        let seen = self.seen();
        let fits = |id: &&i64| {
            seen.places.get(*id) == Some(&assignment) && !but.contains(*id) && !seen.broken.contains_key(*id)
        };
        let read = seen.whole.iter().filter(fits);
        let others = seen.places.keys().filter(|id| !seen.whole.contains(*id)).filter(fits);
        read.chain(others).take(most).copied().collect()
    }

    /// True for a contact that could not be read and is not to be asked for yet again.
    pub(super) fn rests(&self, contact: i64, now: Timestamp) -> bool {
        self.seen().broken.get(&contact).is_some_and(|broken| broken.again > now)
    }

    /// Those of an assignment that are due to be asked for again.
    pub(super) fn due(&self, assignment: i64, now: Timestamp) -> Vec<i64> {
        let seen = self.seen();
        let due = seen.broken.iter().filter(|(_, broken)| broken.assignment == assignment && broken.again <= now);
        due.map(|(id, _)| *id).collect()
    }

    /// So many entries of an assignment's list could not be read at all.
    pub(super) fn nameless(&self, assignment: i64, count: usize, why: &str) {
        self.seen().nameless.insert(assignment, (count, why.to_owned()));
    }

    /// Who cannot be read, with the reason; and how many of whom not even the number is known.
    pub(super) fn unreadable(&self) -> (BTreeMap<ContactId, String>, usize, Option<String>) {
        let seen = self.seen();
        let named = seen.broken.iter().map(|(id, broken)| (ContactId(*id), broken.why.clone())).collect();
        let nameless = seen.nameless.values().map(|(count, _)| count).sum();
        let why = seen.nameless.values().find(|(count, _)| *count > 0).map(|(_, why)| why.clone());
        (named, nameless, why)
    }

    /// The same of one assignment, by their numbers.
    pub(super) fn unreadable_in(&self, assignment: i64) -> (BTreeMap<i64, String>, usize, Option<String>) {
        let seen = self.seen();
        let of_it = seen.broken.iter().filter(|(_, broken)| broken.assignment == assignment);
        let named = of_it.map(|(id, broken)| (*id, broken.why.clone())).collect();
        let (nameless, why) = seen.nameless.get(&assignment).cloned().unwrap_or_default();
        (named, nameless, (nameless > 0).then_some(why))
    }

    pub(super) fn claim(&self, id: Uuid) -> Option<Claim> {
        self.seen().claims.get(&id).cloned()
    }

    pub(super) fn keep_claim(&self, id: Uuid, claim: Claim) {
        self.seen().claims.insert(id, claim);
    }

    /// A request that was certainly not made.
    pub(super) fn drop_claim(&self, id: Uuid) {
        self.seen().claims.remove(&id);
    }
}

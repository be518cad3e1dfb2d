//! The feed of a server that has none: a small question every few seconds, and events made of what differs.
//!
//! The question is for the replies that wait, with the time of their last change: some 20 ms of the server's, whatever the campaign's
//! size. Contacts in full are read only when that time moved. Beside it stands how many are in hand: when that changed, contacts went or
//! came, and the whole list is compared, as it is now and then (closed elsewhere, as many given as taken). The script is read again as well.
//!
//! The interval is short while replies come and grows while none do; a part of it is drawn, so that many consoles do not ask together.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use jiff::Timestamp;

use super::answers::{Contact, Line};
use super::each::Read;
use super::known::Mark;
use super::{Pace, SpokeServer, documents, read, views};
use crate::api::event::{Event, EventKind};
use crate::client::{Call, CallError, CampaignServer};
use crate::console::core::shared::msg::Beside;
use crate::domain::ids::ContactId;
use crate::domain::safe_text::safe_line;
use crate::env::Ids;

/// Every so many polls the whole list is compared.
const ALL_EVERY: u64 = 12;
/// Of those who wait and were not read yet so many are read with a poll.
const UNREAD_AT_ONCE: usize = 50;
/// Every so many polls the script is read again.
const SCRIPT_EVERY: u64 = 6;
/// A quiet interval grows by a quarter with each poll that brought nothing.
const GROW: (u32, u32) = (5, 4);

/// A contact, and how it stands once an event was told; none: it is gone, or in no list any more.
type Told = (i64, Option<Mark>);

struct Poller {
    server: SpokeServer,
    assignment: i64,
    /// What is to be told before the next poll, with how the contact stands that is told of by it. That is noted when the event is handed
    /// out: what a failure keeps back is found again by the next poll.
    ready: VecDeque<(Event, Option<Told>)>,
    polls: u64,
    wait: Duration,
    version: Option<u32>,
    /// How many were in hand when the list was known to be right.
    in_hand: Option<u64>,
    /// What was noticed when this was looked at last.
    beside: Option<Beside>,
    over: bool,
}

/// Opens the feed: the first poll is made at once, and its failure is the feed's.
pub(super) async fn events(server: SpokeServer, assignment: i64) -> Call<BoxStream<'static, Call<Event>>> {
    let wait = server.pace.poll_busy;
    let version = server.known.assignment(assignment).map(|known| views::campaign(&known, 0).script_version);
    let beside = server.beside();
    let ready = VecDeque::new();
    let mut poller = Poller { server, assignment, ready, polls: 0, wait, version, in_hand: None, beside, over: false };
    poller.poll(false).await?;
    Ok(stream::unfold(poller, Poller::next).boxed())
}

impl Poller {
    async fn next(mut self) -> Option<(Call<Event>, Self)> {
        if self.over {
            return None;
        }
        loop {
            if let Some((event, told)) = self.ready.pop_front() {
                if let Some((contact, mark)) = told {
                    self.server.known.was_told(contact, mark);
                }
                return Some((Ok(event), self));
            }
            let wait = self.drawn();
            let all = tokio::select! {
                () = self.server.clock.sleep(wait) => false,
                () = self.server.known.is_stirred() => true,
            };
            if let Err(error) = self.poll(all).await {
                self.over = true;
                return Some((Err(error), self));
            }
            self.wait = after(self.wait, !self.ready.is_empty(), &self.server.pace);
        }
    }

    /// The interval that is waited now.
    fn drawn(&self) -> Duration {
        drawn(self.wait, &*self.server.ids)
    }

    /// `all`: everybody is looked at, whoever's turn it is.
    async fn poll(&mut self, all: bool) -> Call<()> {
        self.polls += 1;
        if all || self.polls.is_multiple_of(ALL_EVERY) {
            self.compare_all().await?;
        } else {
            match self.compare_waiting().await {
                // Of who waits nobody could be read, and that may be all there is to it: the list of everybody shows whether the server fails.
                Err(CallError::Strange(_)) => self.compare_all().await?,
                done => done?,
            }
        }
        self.read_unread().await;
        let due = self.server.known.due(self.assignment, self.server.clock.now());
        if let Err(error) = self.read(due.iter().copied().collect()).await {
            if matches!(error, CallError::Refused(_)) {
                return Err(error);
            }
            // What voters write is told all the same; these are asked for after a longer wait.
            tracing::debug!(%error, "contacts that could not be read were not read again");
            let now = self.server.clock.now();
            for id in due.into_iter().filter(|id| !self.server.known.rests(*id, now)) {
                if let Some(why) = self.server.known.why_broken(id) {
                    self.server.breaks(id, self.assignment, &why);
                }
            }
        }
        if self.polls.is_multiple_of(SCRIPT_EVERY) {
            self.compare_script().await?;
        }
        let beside = self.server.beside();
        if self.beside != beside {
            // An event without meaning: whoever hears it looks what the client has noticed.
            self.beside = beside;
            self.tell(self.server.clock.now(), EventKind::Here {}, None);
        }
        Ok(())
    }

    fn tell(&mut self, at: Timestamp, what: EventKind, told: Option<Told>) {
        self.ready.push_back((Event { seq: self.server.known.next_seq(), at, what }, told));
    }

    /// Who waits, and who waits no more.
    async fn compare_waiting(&mut self) -> Call<()> {
        let lines = self.server.lines(self.assignment, &documents::POLL, "needsResponse").await?;
        let marks = self.server.known.told(self.assignment);
        let moved =
            |line: &&Line| marks.get(&line.id.0).is_none_or(|mark| !mark.waits || mark.updated_at < line.updated_at);
        let mut changed: BTreeSet<i64> = lines.contacts.iter().filter(moved).map(|line| line.id.0).collect();
        let waiting: BTreeSet<i64> = lines.contacts.iter().map(|line| line.id.0).collect();
        // Answered elsewhere, opted out, moved away.
        changed.extend(marks.iter().filter(|(id, mark)| mark.waits && !waiting.contains(id)).map(|(id, _)| *id));
        self.read_whole(changed).await?;
        if let (Some(former), Some(count)) = (self.in_hand, lines.contacts_count)
            && former != count
        {
            self.compare_all().await?;
        }
        self.in_hand = lines.contacts_count.or(self.in_hand);
        Ok(())
    }

    /// Everybody.
    async fn compare_all(&mut self) -> Call<()> {
        let lines = self.server.lines(self.assignment, &documents::LINES, read::EVERYBODY).await?;
        let marks = self.server.known.told(self.assignment);
        let mut changed = BTreeSet::new();
        for line in &lines.contacts {
            let known = marks.get(&line.id.0);
            if known.is_none_or(|mark| mark.updated_at < line.updated_at) {
                changed.insert(line.id.0);
            }
        }
        let there: BTreeSet<i64> = lines.contacts.iter().map(|line| line.id.0).collect();
        changed.extend(marks.keys().filter(|id| !there.contains(id)));
        self.read_whole(changed).await
    }

    /// The list reads the first of those who wait; what the others wrote, which may be that they want no more texts, is read here, some
    /// with each poll. That it fails now and then keeps nothing back: the next poll asks again.
    async fn read_unread(&mut self) {
        let marks = self.server.known.told(self.assignment);
        let unread = marks.iter().filter(|(_, mark)| mark.waits && mark.messages.is_none()).map(|(id, _)| *id);
        let ids: Vec<i64> = unread.filter(|id| !self.server.known.has_failed(*id)).take(UNREAD_AT_ONCE).collect();
        if ids.is_empty() {
            return;
        }
        match self.server.each(self.assignment, &ids).await {
            Ok(found) => {
                for contact in found.into_iter().filter_map(|(_, read)| read.contact()) {
                    // Their texts are old: the list alone shows them, and nobody is rung for them.
                    self.tell_line(&contact, marks.get(&contact.id.0));
                }
            }
            Err(error) => tracing::debug!(%error, "those who wait were not read yet"),
        }
    }

    /// As [`Self::read`], without those who could not be read before: they are asked for when they are due, apart.
    async fn read_whole(&mut self, mut ids: BTreeSet<i64>) -> Call<()> {
        ids.retain(|id| !self.server.known.has_failed(*id));
        self.read(ids).await
    }

    /// Reads these in full, and tells what is new of them.
    async fn read(&mut self, ids: BTreeSet<i64>) -> Call<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let former = self.server.known.told(self.assignment);
        let ids: Vec<i64> = ids.into_iter().collect();
        let found = self.server.each(self.assignment, &ids).await?;
        let texter = self.server.known.assignment(self.assignment).and_then(|known| known.texter.clone());
        let author = texter.map(|texter| safe_line(texter.said_name()));
        for (id, read) in found {
            let now = self.server.clock.now();
            match read {
                Read::There(contact) => self.tell_contact(&contact, former.get(&id), author.as_deref()),
                Read::Gone => {
                    let gone = EventKind::Gone { contact: ContactId(id), why: "released".to_owned(), who: None };
                    self.tell(now, gone, Some((id, None)));
                }
                // It is told beside the events; how the contact stands is not known, so nothing is noted of it.
                Read::Broken => {}
            }
        }
        Ok(())
    }

    fn tell_contact(&mut self, contact: &Contact, former: Option<&Mark>, author: Option<&str>) {
        let now = self.server.clock.now();
        let at = read::changed_at(contact, now);
        let id = ContactId(contact.id.0);
        // Of a conversation that was not read before all may be news; what the console knows it knows again.
        let known = former.and_then(|mark| mark.messages).unwrap_or(0);
        for item in self.server.entries(contact, known, author) {
            self.tell(at, EventKind::Thread { contact: id, item }, None);
        }
        self.tell_line(contact, former);
    }

    /// Their line of the list.
    fn tell_line(&mut self, contact: &Contact, former: Option<&Mark>) {
        let now = self.server.clock.now();
        let at = read::changed_at(contact, now);
        let summary = {
            let judged = self.server.judged(contact.id.0);
            views::summary(contact, self.assignment, self.server.me.0, judged.as_deref(), now)
        };
        let since = former.and_then(|mark| mark.updated_at).unwrap_or(now);
        // No list shows those any more who opted out: they are not to be missed in each.
        let mark = contact.opt_out.is_none().then(|| Mark::of(contact, self.assignment, since));
        self.tell(at, EventKind::Contact { contact: summary }, Some((contact.id.0, mark)));
    }

    async fn compare_script(&mut self) -> Call<()> {
        if let Err(error) = self.server.read_settings().await {
            tracing::debug!(%error, "the server's settings were not read again");
        }
        let assignment = match self.server.read_assignment(self.assignment).await {
            Ok(assignment) => assignment,
            // The replies go on; whoever is signed out is told by the next poll.
            Err(error @ CallError::Refused(_)) => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "the script was not read again");
                return Ok(());
            }
        };
        let view = views::campaign(&assignment, 0);
        let version = view.script_version;
        if self.version.replace(version).is_some_and(|former| former != version)
            || view.state != crate::api::campaign::CampaignState::Running
        {
            let now = self.server.clock.now();
            self.tell(now, EventKind::Campaign { state: view.state, script_version: version }, None);
        }
        Ok(())
    }
}

/// Between three quarters and five quarters of an interval.
pub(super) fn drawn(wait: Duration, ids: &dyn Ids) -> Duration {
    let half = u64::try_from(wait.as_millis() / 2).unwrap_or(u64::MAX);
    wait * 3 / 4 + Duration::from_millis(ids.below(half + 1))
}

/// The next interval: short after news, longer and longer without.
fn after(wait: Duration, news: bool, pace: &Pace) -> Duration {
    if news { pace.poll_busy } else { (wait * GROW.0 / GROW.1).min(pace.poll_quiet) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SeededIds;

    #[test]
    fn the_interval_grows_while_nothing_comes_and_no_two_consoles_keep_step() {
        let pace = Pace::default();
        let mut wait = pace.poll_busy;
        let mut asked = 0;
        let mut passed = Duration::ZERO;
        while passed < Duration::from_secs(600) {
            passed += wait;
            asked += 1;
            wait = after(wait, false, &pace);
        }
        assert_eq!(wait, pace.poll_quiet);
        assert!(asked < 30, "{asked} times in ten quiet minutes");
        assert_eq!(after(wait, true, &pace), pace.poll_busy);
        let ids = SeededIds::shared(1);
        let draws: Vec<Duration> = (0..200).map(|_| drawn(pace.poll_busy, &*ids)).collect();
        let (least, most) = (draws.iter().min().expect("some"), draws.iter().max().expect("some"));
        assert!(*least >= pace.poll_busy * 3 / 4 && *most <= pace.poll_busy * 5 / 4);
        assert!(*most - *least > pace.poll_busy / 3, "spread");
    }
}

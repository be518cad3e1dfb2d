//! The stage: director, campaign time, roster and the server's door, put together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::clock::RehearsalClock;
use super::director::Director;
use super::persona::Personas;
use super::record::{Deed, Done, Said, StoryLine};
use super::score::Scorecard;
use super::scoring::{Facts, Known, OptedOut, score};
use super::witness::Book;
use crate::api::act::Act;
use crate::api::message::ThreadEntry;
use crate::client::{Call, CampaignServer};
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::ContactId;
use crate::domain::phone::Phone;
use crate::env::Clock;
use crate::server::carrier::{CarrierEvent, Submission};
use crate::server::store::{StoreError, handles::Desk, handles::Webhook};

/// The longest that the director sleeps at a time: a clock that was set anew is seen within this.
const NAP: Duration = Duration::from_millis(250);
/// How often the carrier's jobs are looked at before they count as stuck, and the real time between two looks.
const LOOKS: u32 = 5_000;
const LOOK: Duration = Duration::from_millis(2);

/// A contact of the rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The campaign contact.
    pub contact: ContactId,
    /// The number.
    pub phone: Phone,
    /// First name.
    pub name: String,
}

/// See the module.
#[derive(Debug)]
pub struct Stage {
    pub(super) director: Mutex<Director>,
    pub(super) book: Arc<Book>,
    pub(super) clock: Arc<RehearsalClock>,
    pub(super) roster: BTreeMap<ContactId, Actor>,
    pub(super) def: CampaignDef,
    pub(super) personas: Personas,
    pub(super) seed: u64,
    pub(super) desk: Desk,
    /// Name of the carrier by whose door events come.
    pub(super) carrier: &'static str,
    /// Looks at threads for the score, over HTTP like any captain.
    pub(super) captain: Arc<dyn CampaignServer>,
    pub(super) read: Mutex<usize>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a rehearsal came to a halt.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The carrier's jobs never end.
    #[error("carrier jobs do not end: {0} ready, {1} under way")]
    Stuck(u64, u64),
}

impl Stage {
    /// The text reached the carrier.
    pub(super) fn submitted(&self, submission: &Submission) {
        locked(&self.director).submitted(self.clock.now(), submission);
    }

    /// Tells the director who was dealt with without a text since it last looked.
    fn absorb(&self) {
        let mut read = locked(&self.read);
        let deeds = self.book.deeds_from(*read);
        *read += deeds.len();
        let mut director = locked(&self.director);
        for deed in deeds {
            if let (Done::Act(Act::OptOut { .. } | Act::Close { .. } | Act::WrongNumber { .. }), None) =
                (&deed.what, deed.refused)
                && let Some(actor) = self.roster.get(&deed.contact)
            {
                director.dealt_with(&actor.phone);
            }
        }
    }

    /// Hands in everything that is due now; true when a voter's text was among it.
    pub(super) async fn deliver(&self) -> Result<bool, StoreError> {
        self.absorb();
        let mut words = false;
        loop {
            let event = locked(&self.director).take_due(self.clock.now());
            let Some(event) = event else { return Ok(words) };
            words |= matches!(event, CarrierEvent::Inbound { .. });
            Webhook::of(self.carrier).event(&self.desk, event).await?;
        }
    }

    /// When the next thing happens, in campaign time.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        locked(&self.director).next_due()
    }

    /// What voters wrote so far.
    #[must_use]
    pub fn said(&self) -> Vec<Said> {
        locked(&self.director).said().to_vec()
    }

    /// The last text of a contact's voter, as the director meant it.
    #[must_use]
    pub fn last_said(&self, contact: ContactId) -> Option<Said> {
        let phone = &self.roster.get(&contact)?.phone;
        locked(&self.director).said().iter().rev().find(|s| s.phone == *phone).cloned()
    }

    /// The story so far.
    #[must_use]
    pub fn story(&self) -> Vec<StoryLine> {
        locked(&self.director).story().to_vec()
    }

    /// What the store decided so far.
    #[must_use]
    pub fn deeds(&self) -> Vec<Deed> {
        self.book.deeds_from(0)
    }

    /// Everybody in the rehearsal.
    #[must_use]
    pub fn roster(&self) -> &BTreeMap<ContactId, Actor> {
        &self.roster
    }

    /// The personas and what they mean.
    #[must_use]
    pub fn personas(&self) -> &Personas {
        &self.personas
    }

    /// The scorecard as of now.
    ///
    /// # Errors
    /// The server gave no answer.
    pub async fn score(&self) -> Call<Scorecard> {
        let said = self.said();
        let deeds = self.deeds();
        let mut known = Vec::with_capacity(self.roster.len());
        for actor in self.roster.values() {
            let wished = said.iter().any(|s| s.phone == actor.phone && s.expect.opt_out.is_some());
            known.push(Known {
                contact: actor.contact,
                phone: actor.phone.clone(),
                name: actor.name.clone(),
                opted_out: if wished { self.opted_out(actor.contact).await? } else { None },
            });
        }
        Ok(score(&Facts {
            seed: self.seed,
            def: &self.def,
            personas: &self.personas,
            known: &known,
            said: &said,
            deeds: &deeds,
            end: self.clock.now(),
            stops: &self.clock.stops(),
        }))
    }

    /// What the server's own thread says.
    async fn opted_out(&self, contact: ContactId) -> Call<Option<OptedOut>> {
        let thread = self.captain.thread(contact, None, 100).await?;
        let mut found = None;
        for entry in &thread.entries {
            if let ThreadEntry::Note { what, .. } = entry {
                match what.as_str() {
                    "opted_out_by_word" => found = found.or(Some(OptedOut::ByWord)),
                    "opted_out" => found = found.or(Some(OptedOut::ByPerson)),
                    "opted_in_by_word" | "opt_out_taken_back" => found = None,
                    _ => {}
                }
            }
        }
        Ok(found)
    }
}

/// Plays in real time: campaign time flows while the console lets it.
pub(super) async fn play(
    stage: Arc<Stage>,
    mut submissions: mpsc::Receiver<Submission>,
    mut may: watch::Receiver<bool>,
    stop: CancellationToken,
) {
    let flow = *may.borrow_and_update();
    stage.clock.flow(flow);
    loop {
        let due = if stage.clock.flows() { stage.next_due() } else { None };
        // Without anything due there still are deeds to read now and then.
        let nap = due.map_or(NAP, |due| stage.clock.real_until(due).clamp(Duration::from_millis(1), NAP));
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            submission = submissions.recv() => match submission {
                Some(submission) => stage.submitted(&submission),
                None => return,
            },
            changed = may.changed() => {
                if changed.is_err() {
                    return;
                }
                let flow = *may.borrow_and_update();
                stage.clock.flow(flow);
            }
            () = stage.clock.sleep_real(nap) => {}
        }
        if stage.clock.flows()
            && let Err(error) = stage.deliver().await
        {
            tracing::warn!(%error, "the server did not take a voter's text");
        }
    }
}

/// Plays step by step: campaign time stands and moves when it is told to. For robots and tests.
#[derive(Debug)]
pub struct Steps {
    pub(super) stage: Arc<Stage>,
    pub(super) submissions: mpsc::Receiver<Submission>,
}

impl Steps {
    /// Waits until the server has handed everything it accepted to the carrier.
    ///
    /// # Errors
    /// [`StageError`]
    pub async fn settle(&mut self) -> Result<(), StageError> {
        let mut open = (0, 0);
        for _ in 0..LOOKS {
            let (ready, under_way, _) = self.stage.desk.store.open_jobs().await?;
            // In this order: what was under way a moment ago is in the channel now.
            while let Ok(submission) = self.submissions.try_recv() {
                self.stage.submitted(&submission);
            }
            if ready == 0 && under_way == 0 {
                return Ok(());
            }
            open = (ready, under_way);
            self.stage.clock.sleep_real(LOOK).await;
        }
        Err(StageError::Stuck(open.0, open.1))
    }

    /// Lets campaign time jump to `to` and hands in what is due by then; true when a voter wrote.
    ///
    /// # Errors
    /// [`StageError`]
    pub async fn skip_to(&mut self, to: Timestamp) -> Result<bool, StageError> {
        let mut words = false;
        while let Some(due) = self.stage.next_due().filter(|due| *due <= to) {
            self.stage.clock.skip_to(due);
            words |= self.stage.deliver().await?;
            self.settle().await?;
        }
        self.stage.clock.skip_to(to);
        Ok(words)
    }

    /// The stage.
    #[must_use]
    pub fn stage(&self) -> &Arc<Stage> {
        &self.stage
    }
}

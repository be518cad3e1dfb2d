//! The outbox without its task: a simulator takes its steps one by one, in an order of its own.
//!
//! What is called next, what an answer means and what is written down is decided by the same code; only the waiting is left out.

use std::sync::Arc;

use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{CampaignServer, Echoes, Flight, Journal, Report, SharedClock, SharedIds, Worker};

/// Reports that one step can make at most, with room to spare.
const REPORTS: usize = 1_024;

/// See the module.
pub struct Steps {
    worker: Worker,
    /// Calls that have taken off and were not made yet.
    flights: Vec<Flight>,
    reports: mpsc::Receiver<Report>,
    echoes: watch::Sender<Echoes>,
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Steps").field("flights", &self.flights.len()).finish_non_exhaustive()
    }
}

impl Steps {
    /// The outbox of `journal`, at rest.
    #[must_use]
    pub fn new(server: Arc<dyn CampaignServer>, journal: Journal, clock: SharedClock, ids: SharedIds) -> Self {
        let (sender, reports) = mpsc::channel(REPORTS);
        let (worker, _, echoes) = Worker::new(server, journal, sender, clock, ids, CancellationToken::new());
        Self { worker, flights: Vec::new(), reports, echoes }
    }

    /// Takes off what the outbox would hand in now; says how many calls are in the air.
    pub fn take_off(&mut self) -> usize {
        let mut flights: FuturesUnordered<Flight> = std::mem::take(&mut self.flights).into_iter().collect();
        self.worker.take_off(&mut flights);
        self.flights = flights.into_iter().collect();
        self.flights.len()
    }

    /// Makes one of the calls in the air, and draws the consequences. No such call: nothing.
    pub async fn land(&mut self, at: usize) -> Vec<Report> {
        if at < self.flights.len() {
            let (row, answer) = self.flights.swap_remove(at).await;
            self.worker.land(row, answer).await;
        }
        self.said()
    }

    /// The line may be back: no wait holds any more.
    pub fn try_now(&mut self) {
        self.worker.try_now();
    }

    /// Whether a feed echoes verdicts; while none does, each is read back by [`Self::read_back`].
    pub fn echoes(&self, yes: bool) {
        self.echoes.send_modify(|now| now.heard = yes);
    }

    /// The disk did not take an echo; as [`super::Outbox::missed`], with what its task does about what is settled already.
    pub async fn missed(&mut self, id: Uuid) {
        self.echoes.send_modify(|now| {
            now.missed.insert(id);
        });
        self.read_all_back().await;
    }

    /// As after a start, or when the feed was shut: everything settled and not echoed is to be read back.
    pub async fn read_all_back(&mut self) {
        self.worker.read_back.add_all().await;
    }

    /// Reads one stored verdict back, when the outbox would do so now. False when there was none to ask for.
    pub async fn read_back(&mut self) -> bool {
        let Some(question) = self.worker.ask_back() else { return false };
        let answer = question.await;
        self.worker.read_back.land(answer, self.worker.clock.monotonic(), &*self.worker.ids).await;
        true
    }

    /// Looks for one act of unknown outcome, when the outbox would do so now, and draws the consequences.
    pub async fn look_up(&mut self) -> Vec<Report> {
        if let Some(look) = self.worker.look_up() {
            let (id, answer) = look.await;
            self.worker.looked_up(id, answer).await;
        }
        self.said()
    }

    fn said(&mut self) -> Vec<Report> {
        std::iter::from_fn(|| self.reports.try_recv().ok()).collect()
    }
}

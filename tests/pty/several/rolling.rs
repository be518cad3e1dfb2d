//! Every server is replaced, one after the other, while texters text and feeds are read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use textbank::api::act::Act;
use textbank::api::event::EventKind;
use textbank::client::CampaignServer as _;
use textbank::client::native::{NativeServer, Timeouts};
use textbank::db;
use textbank::domain::ids::{ActId, CampaignId, ContactId};
use textbank::env::{SystemClock, SystemIds};
use textbank::sim::check::judge;
use tokio_util::sync::CancellationToken;

use super::town::{Town, wait_until};
use crate::harness::skip;
use crate::kills::Dice;
use crate::postgres::Database;

const CAMPAIGN: CampaignId = CampaignId(1);
const FEEDS: usize = 6;

/// What each feed was told: the numbers of its events, in the order in which they came, over all connections that it needed.
type Told = Arc<Mutex<Vec<Vec<u64>>>>;

/// The admin's feeds, read in a thread of its own until the end.
struct Feeds {
    told: Told,
    /// How often a feed came to its end and was opened again.
    resumed: Arc<Mutex<usize>>,
    end: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Feeds {
    fn read(town: &Town, after: u64) -> Self {
        let (told, resumed) = (Arc::new(Mutex::new(vec![Vec::new(); FEEDS])), Arc::default());
        let end = CancellationToken::new();
        let front = format!("http://{}", town.front.address());
        let token = town.token.clone();
        let (all, again, over) = (Arc::clone(&told), Arc::clone(&resumed), end.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let feeds = (0..FEEDS).map(|number| {
                    // A client of its own each: connections of its own, which may lead elsewhere.
                    let server = NativeServer::new(&front, &token, Timeouts::default()).expect("a client");
                    follow(server, after, number, Arc::clone(&all), Arc::clone(&again))
                });
                over.run_until_cancelled(futures_util::future::join_all(feeds)).await;
            });
        });
        Self { told, resumed, end, thread: Some(thread) }
    }

    /// Waits until each came to its end once and was opened again.
    fn all_resumed(&self) {
        wait_until(|| *self.resumed.lock().expect("whole") >= FEEDS);
    }

    /// Waits until each was told of `newest`, then ends them and gives back what they were told.
    fn end(mut self, newest: u64) -> Vec<Vec<u64>> {
        wait_until(|| self.told.lock().expect("whole").iter().all(|seqs| seqs.last() >= Some(&newest)));
        self.end.cancel();
        self.thread.take().expect("it runs").join().expect("it ends");
        self.told.lock().expect("whole").clone()
    }
}

impl Drop for Feeds {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// Reads one feed; when it ends it asks again, after the last that it was told.
async fn follow(server: NativeServer, after: u64, number: usize, told: Told, resumed: Arc<Mutex<usize>>) {
    let mut last = after;
    let mut pause = tokio::time::interval(Duration::from_millis(100));
    loop {
        pause.tick().await;
        if let Ok(mut feed) = server.events(CAMPAIGN, last).await {
            while let Some(Ok(event)) = feed.next().await {
                assert!(!matches!(event.what, EventKind::Snapshot { .. }), "nothing here is too old: {event:?}");
                // Boards are counted, not told: they have no number of their own.
                if !matches!(event.what, EventKind::Board { .. }) {
                    last = event.seq;
                }
                if !matches!(event.what, EventKind::Board { .. } | EventKind::Here {}) {
                    told.lock().expect("whole")[number].push(event.seq);
                }
            }
            *resumed.lock().expect("whole") += 1;
        }
    }
}

impl Town {
    /// The admin writes a note: an event of their own, and others for whoever has the contact.
    fn note(&self, words: &str) {
        let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
        let id = ActId(ids.act_id(clock.now()));
        let act = Act::Note { contact: ContactId(1), text: words.to_owned() };
        // As a console does: the same id until there is an answer.
        wait_until(|| match self.block_on(self.admin().act(id, &act)) {
            Ok(verdict) => {
                assert!(verdict.is_accepted(), "{verdict:?}");
                true
            }
            Err(error) => {
                assert!(error.is_transient(), "{error}");
                false
            }
        });
    }
}

#[test]
fn a_rolling_restart_loses_and_doubles_nothing_on_any_feed() {
    let Some(database) = Database::make() else { return skip("no PostgreSQL: no servers were replaced") };
    let mut dice = Dice(3);
    let mut town = Town::start(&mut dice, database, &[("TEXTBANK_SERVE_DRAIN_SECONDS", "2")]);
    let newest = db::query("SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM events");
    let after = u64::try_from(town.number(newest)).expect("a number");
    let feeds = Feeds::read(&town, after);
    for round in 0..4 {
        if round > 0 {
            town.roll(round - 1);
        }
        for texter in &mut town.texters {
            texter.confirm();
        }
        for note in 0..4 {
            town.note(&format!("{round} {note}"));
        }
    }
    // Each server that was replaced had feeds, which went on elsewhere.
    feeds.all_resumed();
    town.come_to_rest();
    town.note("the last");
    let mine = "SELECT COALESCE(CAST(MAX(seq) AS BIGINT), 0) FROM events WHERE campaign = 1
        AND (person = (SELECT id FROM people WHERE name = 'Ada') OR person IS NULL)";
    let newest = u64::try_from(town.number(db::query(mine))).expect("a number");
    let told = feeds.end(newest);
    let all = town.events_of("Ada", after);
    assert!(all.len() >= 17, "{all:?}");
    for seqs in told {
        assert_eq!(seqs, all);
    }
    let facts = town.facts();
    let broken: Vec<_> = judge(&facts).iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let ends: BTreeMap<_, _> = town.look(&facts);
    assert!(ends.values().sum::<usize>() >= 15, "{ends:?}");
}

//! One texter at two laptops at once: two journals, two outboxes, one server. Both work, and no text goes out twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pretty_assertions::assert_eq;
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use textbank::api::admin::{ImportChunk, ImportStart, InviteRequest};
use textbank::api::assignment::ContactSummary;
use textbank::api::message::{Outcome, ThreadEntry, Verdict};
use textbank::api::people::{JoinRequest, Role};
use textbank::api::problem::Code;
use textbank::client::journal::{Journal, State};
use textbank::client::native::{AdminClient, NativeServer, Timeouts, join};
use textbank::client::outbox::{Outbox, Report};
use textbank::client::{CallError, CampaignServer};
use textbank::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use textbank::domain::ids::DeviceId;
use textbank::domain::message::{Direction, MessageKind};
use textbank::env::{Clock, SharedClock, SharedIds, SimClock};
use textbank::server::ServerHandle;

use crate::served::{Served, admin_secret};
use crate::support::{contact, def, text_of};

const CONTACTS: u32 = 6;

struct World {
    server: ServerHandle,
    clock: Arc<SimClock>,
    ids: SharedIds,
}

impl World {
    async fn start() -> Self {
        let Served { server, clock, ids } = Served::start(11).await;
        Self { server, clock, ids }
    }

    fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }

    async fn token(&self, secret: &str, name: &str) -> SecretString {
        let device = DeviceId(Uuid::from_u128(7));
        let request = JoinRequest { invite: secret.to_owned(), name: name.to_owned(), device, proof: None };
        let joined = join(&self.server.base_url(), &request, Timeouts::default()).await.expect("joined");
        SecretString::from(joined.token)
    }

    async fn admin(&self) -> AdminClient {
        let secret = admin_secret(&self.server, 1).await;
        let token = self.token(&secret, "Ada").await;
        AdminClient::new(&self.server.base_url(), &token, Timeouts::default()).expect("a client")
    }

    /// One person, signed in twice.
    async fn ann_twice(&self, admin: &AdminClient) -> [Arc<NativeServer>; 2] {
        let request =
            InviteRequest { role: Role::Texter, campaign: None, uses: 1, valid_seconds: 600, waiting_room: false };
        let secret = admin.invite(&request).await.expect("an invite").secret;
        let mut clients = Vec::new();
        for _ in 0..2 {
            let token = self.token(&secret, "Ann").await;
            let client = NativeServer::new(&self.server.base_url(), &token, Timeouts::default());
            clients.push(Arc::new(client.expect("a client")));
        }
        clients.try_into().expect("two")
    }

    fn initial(&self, contact: &ContactSummary) -> Confirmed {
        let body = format!("Hi {}, will you vote?", contact.first_name);
        let now = self.clock.now();
        let request = text_of(now, contact, MessageKind::Initial, &body);
        Confirmed { id: self.fresh(), at: now, what: ConfirmedWhat::Text(request) }
    }
}

struct Laptop {
    journal: Journal,
    outbox: Outbox,
    reports: mpsc::Receiver<Report>,
    cancel: CancellationToken,
}

impl Laptop {
    async fn open(world: &World, server: &Arc<NativeServer>, dir: &Path) -> Self {
        let clock: SharedClock = world.clock.clone();
        let (journal, opened) = Journal::open(dir, &clock, &world.ids).await.expect("a journal");
        assert_eq!(opened.damaged, None);
        let (sender, reports) = mpsc::channel(64);
        let cancel = CancellationToken::new();
        let ids = world.ids.clone();
        let (outbox, worker) = Outbox::new(server.clone(), journal.clone(), sender, clock, ids, cancel.clone());
        tokio::spawn(worker);
        Self { journal, outbox, reports, cancel }
    }

    /// Everything is decided: the verdicts by id.
    async fn done(mut self) -> BTreeMap<Uuid, Verdict> {
        let mut verdicts = BTreeMap::new();
        let idle = async {
            while self.journal.unsettled_count() > 0 {
                if let Some(Report::Verdict(verdict)) = self.reports.recv().await {
                    assert_eq!(verdicts.insert(verdict.id, verdict), None, "one verdict");
                }
            }
            self.outbox.idle().await;
        };
        tokio::time::timeout(Duration::from_secs(60), idle).await.expect("handed in in time");
        while let Ok(report) = self.reports.try_recv() {
            if let Report::Verdict(verdict) = report {
                assert_eq!(verdicts.insert(verdict.id, verdict), None, "one verdict");
            }
        }
        self.cancel.cancel();
        self.outbox.ended().await;
        self.journal.close().await.expect("closed");
        verdicts
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_work_and_no_text_goes_out_twice() {
    let world = World::start().await;
    let admin = world.admin().await;
    let import = world.fresh();
    let list = ImportStart {
        def: def(),
        contacts: u64::from(CONTACTS),
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    admin.import_start(import, &list).await.expect("started");
    let chunk = ImportChunk { contacts: (0..CONTACTS).map(contact).collect(), shared: false };
    admin.import_chunk(import, 0, &chunk).await.expect("stored");
    let campaign = admin.import_finish(import).await.expect("finished").campaign;
    let [here, there] = world.ann_twice(&admin).await;
    assert_eq!(here.me().await.expect("me").person, there.me().await.expect("me").person, "one person");
    let slice = here.claim(campaign, world.fresh(), CONTACTS).await.expect("a slice").contacts;
    let same = there.assignment(campaign, None).await.expect("the assignment").contacts;
    assert_eq!(slice.len(), same.len(), "the same contacts on both screens");

    // At the first laptop two texts are confirmed without the network; then its journal is copied to a third place, as a
    // backup that is restored elsewhere would be.
    let home = tempfile::tempdir().expect("a directory");
    let dirs = ["here", "there", "copy"].map(|name| home.path().join(name));
    let clock: SharedClock = world.clock.clone();
    let (offline, _) = Journal::open(&dirs[0], &clock, &world.ids).await.expect("a journal");
    let early: Vec<Confirmed> = slice[..2].iter().map(|contact| world.initial(contact)).collect();
    for text in &early {
        offline.confirm(text).await.expect("confirmed");
    }
    offline.close().await.expect("closed");
    std::fs::create_dir(&dirs[2]).expect("made");
    for name in ["journal.db", "key"] {
        std::fs::copy(dirs[0].join(name), dirs[2].join(name)).expect("copied");
    }

    // All three hand in at once, while both people press on every contact.
    let first = Laptop::open(&world, &here, &dirs[0]).await;
    let second = Laptop::open(&world, &there, &dirs[1]).await;
    let third = Laptop::open(&world, &there, &dirs[2]).await;
    let mut pressed = early.clone();
    for contact in &slice {
        for laptop in [&first, &second] {
            let text = world.initial(contact);
            laptop.journal.confirm(&text).await.expect("confirmed");
            pressed.push(text);
        }
    }
    let (first, second, third) = tokio::join!(first.done(), second.done(), third.done());

    let mut accepted: BTreeMap<_, Vec<Uuid>> = BTreeMap::new();
    for text in &pressed {
        let ConfirmedWhat::Text(request) = &text.what else { panic!("only texts") };
        let verdict = first.get(&text.id).or(second.get(&text.id)).expect("every press has its verdict");
        match &verdict.outcome {
            Outcome::Accepted { .. } => accepted.entry(request.contact).or_default().push(text.id),
            Outcome::Refused { problem } => {
                assert_eq!((problem.code, problem.who.as_deref()), (Code::AlreadySent, Some("Ann")), "{problem:?}");
            }
        }
    }
    assert!(slice.iter().all(|contact| accepted.get(&contact.id).is_some_and(|ids| ids.len() == 1)), "{accepted:?}");
    for text in &early {
        // Same id, same text: the copy hears the same, whoever of the two was first.
        assert_eq!(first.get(&text.id), third.get(&text.id), "one verdict for an id");
    }
    for contact in &slice {
        let thread = here.thread(contact.id, None, 50).await.expect("the thread");
        let out = thread
            .entries
            .iter()
            .filter(|entry| matches!(entry, ThreadEntry::Message(message) if message.direction == Direction::Outbound));
        assert_eq!(out.count(), 1, "one text to {}", contact.first_name);
    }
    // Nothing was lost on the way: each journal still has every press of its own, with its verdict. What it had at its start may
    // be gone: its verdict was read back.
    for (dir, verdicts) in dirs.iter().zip([&first, &second, &third]) {
        let (journal, _) = Journal::open(dir, &clock, &world.ids).await.expect("a journal");
        let held = journal.held().await.expect("read");
        assert!(held.iter().all(|one| matches!(one.state, State::Accepted | State::Refused) && one.verdict.is_some()));
        let mut own = verdicts.keys().filter(|id| early.iter().all(|text| text.id != **id));
        assert!(own.all(|id| held.iter().any(|one| one.act.id == *id)), "{held:?}");
        assert!(held.iter().all(|one| verdicts.contains_key(&one.act.id)), "{held:?}");
        journal.close().await.expect("closed");
    }
    tokio::time::timeout(Duration::from_secs(60), world.server.shutdown()).await.expect("an end");
}

/// A captain ends the sign-in of a laptop that has texts in its journal: what was confirmed before goes out once, what was
/// confirmed after does not, and the journal lets go of both because it read their verdicts back.
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_sign_in_settles_its_journal_with_the_real_server() {
    let world = World::start().await;
    let admin = world.admin().await;
    let import = world.fresh();
    let list = ImportStart {
        def: def(),
        contacts: 2,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    admin.import_start(import, &list).await.expect("started");
    let chunk = ImportChunk { contacts: (0..2).map(contact).collect(), shared: false };
    admin.import_chunk(import, 0, &chunk).await.expect("stored");
    let campaign = admin.import_finish(import).await.expect("finished").campaign;
    let [here, _] = world.ann_twice(&admin).await;
    let slice = here.claim(campaign, world.fresh(), 2).await.expect("a slice").contacts;

    let home = tempfile::tempdir().expect("a directory");
    let dir = home.path().join("ann");
    let clock: SharedClock = world.clock.clone();
    let (journal, _) = Journal::open(&dir, &clock, &world.ids).await.expect("a journal");
    let before = world.initial(&slice[0]);
    journal.confirm(&before).await.expect("confirmed");
    world.clock.advance(Duration::from_secs(60));
    for session in admin.sessions().await.expect("a list").iter().filter(|session| session.role == Role::Texter) {
        admin.revoke_session(session.id).await.expect("ended");
    }
    world.clock.advance(Duration::from_secs(60));
    let after = world.initial(&slice[1]);
    journal.confirm(&after).await.expect("confirmed, as nobody knows yet");
    journal.close().await.expect("closed");
    let shut = here.me().await;
    assert!(matches!(&shut, Err(CallError::Refused(problem)) if problem.code == Code::Unauthorized), "{shut:?}");

    let laptop = Laptop::open(&world, &here, &dir).await;
    laptop.outbox.echoes(false);
    let journal = laptop.journal.clone();
    let let_go = async {
        let mut changes = journal.changes();
        while journal.unsettled_count() > 0 {
            changes.changed().await.expect("it is open");
        }
        // Nothing rings when a row goes; each look is a turn of the journal's.
        while !journal.held().await.expect("read").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), let_go).await.expect("let go in time");
    let verdicts = laptop.done().await;
    assert!(verdicts[&before.id].is_accepted(), "{verdicts:?}");
    let Outcome::Refused { problem } = &verdicts[&after.id].outcome else { panic!("taken after the end") };
    assert_eq!(problem.code, Code::SessionEnded);
    tokio::time::timeout(Duration::from_secs(60), world.server.shutdown()).await.expect("an end");
}

//! A database with a campaign in it, for the store's tests: every test runs on every kind of database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use textbank::api::{
    act::Act,
    admin::{ImportChunk, ImportStart, ImportState, InviteRequest},
    assignment::{ContactSummary, SliceGrant},
    captain::Board,
    event::{Event, EventKind},
    message::{Outcome, SendRequest, Shown, Thread, ThreadEntry, Verdict},
    people::{JoinRequest, Role},
    problem::{Code, Problem},
};
use textbank::domain::{
    campaign::{CampaignDef, CannedReply, Variant},
    contact::Contact,
    hours::TextingHours,
    ids::{ActId, CampaignId, ContactId, DeviceId, MessageId},
    message::{Delivery, MessageKind},
    phone::Phone,
    survey::{Answer as Choice, Question},
};
use textbank::env::{SeededIds, SharedClock, SimClock};
use textbank::server::carrier::{CarrierEvent, Submission, Submitted};
use textbank::server::store::{
    command::{Actor, Answer},
    handles::{Admin, Captain, Desk, Door, System, Texter, Webhook, secret_hash},
    sql::{Location, SqlStore},
};
use textbank::sim::minter::Minter;
use uuid::Uuid;

use crate::postgres::Database;

/// The kinds of database that the suite runs on.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// SQLite in memory.
    Memory,
    /// SQLite in a file.
    File,
    /// PostgreSQL, when there is one.
    Postgres,
}

/// Where a home's database lives, and what goes with it.
pub enum Place {
    Memory,
    File(tempfile::TempDir),
    Postgres(Database),
    /// In another home's.
    Beside(Location),
}

impl Place {
    pub fn make(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Memory => Self::Memory,
            Kind::File => Self::File(tempfile::tempdir().expect("a directory")),
            Kind::Postgres => Self::Postgres(Database::make()?),
        })
    }

    pub fn location(&self) -> Location {
        match self {
            Self::Memory => Location::Memory,
            Self::File(dir) => Location::File(dir.path().join("textbank.db")),
            Self::Postgres(database) => Location::Postgres(database.url()),
            Self::Beside(location) => location.clone(),
        }
    }
}

/// A store and the world around it.
pub struct Home {
    pub desk: Desk,
    pub clock: Arc<SimClock>,
    /// Gives texts their place in the ledger, as journals do.
    pub minter: Minter,
    pub place: Place,
}

/// A Wednesday, 11 in the morning in San Francisco, 2 in the afternoon in New York.
pub fn start() -> Timestamp {
    "2026-06-10T18:00:00Z".parse().expect("a time")
}

pub fn hours() -> TextingHours {
    let at = |h| jiff::civil::time(h, 0, 0, 0);
    TextingHours {
        initial_start: at(9),
        initial_end: at(20),
        reply_start: at(9),
        reply_end: at(21),
        sunday_start: at(12),
        ..TextingHours::default()
    }
}

fn english(text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("en".to_owned(), text.to_owned())])
}

fn choice(value: &str, next: Option<&str>) -> Choice {
    Choice { value: value.into(), reply: english("Thanks!"), next: next.map(str::to_owned), ..Choice::default() }
}

pub fn definition() -> CampaignDef {
    CampaignDef {
        title: "Library vote".into(),
        organization: "Friends of the Library".into(),
        language: "en".into(),
        hours: hours(),
        initial: vec![Variant { name: "a".into(), language: "en".into(), text: "Hi {firstName/there}!".into() }],
        questions: vec![
            Question {
                id: "support".into(),
                text: "Do they support it?".into(),
                answers: vec![choice("yes", Some("help")), choice("no", None)],
            },
            Question {
                id: "help".into(),
                text: "Will they help?".into(),
                answers: vec![choice("yes", None), choice("no", None)],
            },
        ],
        canned: vec![CannedReply {
            id: "where".into(),
            title: "Where?".into(),
            text: english("At the library."),
            shared: false,
        }],
        tags: vec!["call back".into()],
        opt_out_notice: BTreeMap::from([
            ("en".to_owned(), "You will get no more texts.".to_owned()),
            ("es".to_owned(), "No recibirá más mensajes.".to_owned()),
        ]),
        slice_size: 5,
        ..CampaignDef::default()
    }
}

/// What the machine with this id would prove.
pub fn proof_of(device: DeviceId) -> String {
    format!("proof of {}", device.0)
}

pub fn phone(number: u32) -> Phone {
    Phone::from_e164(&format!("+1415555{number:04}")).expect("a number")
}

pub fn person(number: u32) -> Contact {
    Contact {
        external_id: None,
        first_name: format!("Voter {number}"),
        last_name: "Doe".into(),
        phone: phone(number),
        zip: None,
        state: None,
        language: None,
        time_zone: None,
        fields: BTreeMap::new(),
        consent: None,
    }
}

pub fn people(count: u32) -> Vec<Contact> {
    (0..count).map(person).collect()
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct Hand {
    pub actor: Actor,
    pub token: String,
}

impl Home {
    pub async fn new(kind: Kind) -> Self {
        Self::try_new(kind).await.expect("a kind that is always there")
    }

    /// `None` when this kind is not to be had here.
    pub async fn try_new(kind: Kind) -> Option<Self> {
        Some(Self::open(Place::make(kind)?, SimClock::at(start()), Minter::default()).await)
    }

    /// Another store on the same database, as another process has one.
    pub async fn beside(&self, seed: u64) -> Self {
        let place = Place::Beside(self.place.location());
        Self::open_as(place, Arc::clone(&self.clock), Minter::default(), seed).await
    }

    /// On a database that is there already.
    pub async fn open(place: Place, clock: Arc<SimClock>, minter: Minter) -> Self {
        Self::open_as(place, clock, minter, 7).await
    }

    async fn open_as(place: Place, clock: Arc<SimClock>, minter: Minter, seed: u64) -> Self {
        let shared: SharedClock = clock.clone();
        let ids = SeededIds::shared(seed);
        let store = SqlStore::open(place.location(), shared.clone(), ids.clone()).await.expect("the store opens");
        // The seed may not repeat ids that the database holds already.
        for _ in 0..(clock.now_micros() % 1_000) {
            ids.below(2);
        }
        Self { desk: Desk::new(Arc::new(store), shared, ids), clock, minter, place }
    }

    /// Drops the store without a farewell and opens its file again.
    pub async fn reopened(self) -> Self {
        let Self { desk, clock, minter, place } = self;
        drop(desk);
        clock.advance(Duration::from_micros(1));
        Self::open(place, clock, minter).await
    }

    pub fn fresh(&self) -> Uuid {
        self.desk.ids.act_id(self.desk.clock.now())
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn join(&self, name: &str, role: Role) -> Hand {
        self.join_on(name, role, DeviceId(self.fresh())).await
    }

    /// By a link for one campaign, or for all.
    pub async fn join_in(&self, name: &str, role: Role, campaign: Option<CampaignId>) -> Hand {
        self.join_by(name, DeviceId(self.fresh()), (role, campaign)).await
    }

    /// By a link of their own, on this machine.
    pub async fn join_on(&self, name: &str, role: Role, device: DeviceId) -> Hand {
        self.join_by(name, device, (role, None)).await
    }

    /// By a link of this kind, on this machine.
    pub async fn join_by(&self, name: &str, device: DeviceId, (role, campaign): (Role, Option<CampaignId>)) -> Hand {
        let organization = self.desk.store.first_organization().await.expect("an organization");
        let request = InviteRequest { role, campaign, uses: 1, valid_seconds: 3_600, waiting_room: false };
        let Answer::Invite(invite) = System::invite(&self.desk, organization, request).await.expect("an answer") else {
            panic!("no invite");
        };
        let request = JoinRequest { invite: invite.secret, name: name.into(), device, proof: Some(proof_of(device)) };
        let joined = Door::join(&self.desk, request).await.expect("an answer").expect("joined");
        let actor = self.desk.store.session(secret_hash(&joined.token)).await.expect("read").expect("a session");
        Hand { actor, token: joined.token }
    }

    pub async fn import(&self, admin: &Hand, def: CampaignDef, contacts: Vec<Contact>) -> ImportState {
        let admin = Admin::of(admin.actor.clone()).expect("an admin");
        let import = self.fresh();
        let announced = u64::try_from(contacts.len()).expect("few");
        let start = ImportStart {
            def,
            contacts: announced,
            provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
            warnings: Vec::new(),
        };
        admin.import_start(&self.desk, import, start).await.expect("an answer");
        for (number, chunk) in contacts.chunks(1_000).enumerate() {
            let chunk = ImportChunk { contacts: chunk.to_vec(), shared: false };
            admin.import_chunk(&self.desk, import, u64::try_from(number).expect("few"), chunk).await.expect("stored");
        }
        match admin.import_finish(&self.desk, import).await.expect("an answer") {
            Answer::Import(state) => state,
            other => panic!("{other:?}"),
        }
    }

    /// An admin and a running campaign.
    pub async fn campaign(&self, contacts: Vec<Contact>) -> (Hand, CampaignId) {
        let admin = self.join("Ada", Role::Admin).await;
        let state = self.import(&admin, definition(), contacts).await;
        assert!(state.finished);
        (admin, state.campaign)
    }

    pub async fn try_claim(&self, hand: &Hand, campaign: CampaignId, want: u32) -> Result<SliceGrant, Problem> {
        let claim = self.fresh();
        match Texter::of(hand.actor.clone()).claim(&self.desk, campaign, claim, want).await.expect("an answer") {
            Answer::Slice(grant) => Ok(grant),
            Answer::Refused(problem) => Err(*problem),
            other => panic!("{other:?}"),
        }
    }

    pub async fn claim(&self, hand: &Hand, campaign: CampaignId, want: u32) -> Vec<ContactSummary> {
        self.try_claim(hand, campaign, want).await.expect("a slice").contacts
    }

    pub fn text(&self, to: &ContactSummary, kind: MessageKind, body: &str) -> SendRequest {
        SendRequest {
            campaign: to.campaign,
            contact: to.id,
            kind,
            body: body.into(),
            after_seq: to.foreign_seq,
            epoch: to.epoch,
            script_version: 1,
            variant: None,
            source: None,
            off_script: false,
            shown: Shown {
                body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
                drawn_at: self.desk.clock.now(),
                pressed_at: self.desk.clock.now(),
                dwell_ms: 400,
                mono_ms: 0,
                device: DeviceId(Uuid::nil()),
                link: None,
            },
        }
    }

    pub async fn put(&self, hand: &Hand, id: MessageId, mut request: SendRequest) -> Answer {
        self.minter.link(hand.actor.person, id.0, &mut request);
        Texter::of(hand.actor.clone()).send(&self.desk, id, request).await.expect("an answer")
    }

    /// Hands in a text that has its link already.
    pub async fn try_put_as_is(&self, hand: &Hand, (id, request): &(MessageId, SendRequest)) -> Result<(), Problem> {
        let answer = Texter::of(hand.actor.clone()).send(&self.desk, *id, request.clone()).await.expect("an answer");
        match answer {
            Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. }) => Ok(()),
            Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) => Err(problem),
            other => panic!("{other:?}"),
        }
    }

    /// Hands in a text that has its link already.
    pub async fn put_as_is(&self, hand: &Hand, text: &(MessageId, SendRequest)) {
        self.try_put_as_is(hand, text).await.expect("accepted");
    }

    pub async fn try_send(&self, hand: &Hand, request: SendRequest) -> Result<(MessageId, u64), Problem> {
        let id = MessageId(self.fresh());
        match self.put(hand, id, request).await {
            Answer::Verdict(Verdict { outcome: Outcome::Accepted { seq, .. }, .. }) => Ok((id, seq)),
            Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) => Err(problem),
            other => panic!("{other:?}"),
        }
    }

    /// Sends the first text to a contact in hand.
    pub async fn initial(&self, hand: &Hand, to: &ContactSummary) -> MessageId {
        self.try_send(hand, self.text(to, MessageKind::Initial, "Hi there!")).await.expect("accepted").0
    }

    pub async fn try_act(&self, hand: &Hand, act: Act) -> Result<(), Problem> {
        self.try_act_as(hand, ActId(self.fresh()), act).await
    }

    pub async fn try_act_as(&self, hand: &Hand, id: ActId, act: Act) -> Result<(), Problem> {
        let answer = match Captain::of(hand.actor.clone()) {
            Some(captain) => captain.act(&self.desk, id, act).await,
            None => Texter::of(hand.actor.clone()).act(&self.desk, id, act).await,
        };
        match answer.expect("an answer") {
            Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. }) => Ok(()),
            Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) => Err(problem),
            Answer::Refused(problem) => Err(*problem),
            other => panic!("{other:?}"),
        }
    }

    pub async fn act(&self, hand: &Hand, act: Act) {
        self.try_act(hand, act).await.expect("accepted");
    }

    pub async fn says(&self, from: Phone, body: &str) {
        let event = CarrierEvent::Inbound { key: self.fresh().to_string(), from, body: body.into(), pictures: 0 };
        Webhook::of("test").event(&self.desk, event).await.expect("stored");
    }

    pub async fn receipt(&self, attempt: Uuid, delivery: Delivery) {
        let error = (delivery == Delivery::Failed).then(|| "30005".to_owned());
        let event = CarrierEvent::Receipt { key: self.fresh().to_string(), attempt, delivery, error };
        Webhook::of("test").event(&self.desk, event).await.expect("stored");
    }

    pub async fn jobs(&self) -> Vec<Submission> {
        match System::claim_jobs(&self.desk, 100).await.expect("an answer") {
            Answer::Jobs(jobs) => jobs,
            other => panic!("{other:?}"),
        }
    }

    pub async fn record(&self, attempt: Uuid, answer: Submitted) {
        System::record_attempt(&self.desk, attempt, answer).await.expect("recorded");
    }

    /// Everything a person holds.
    pub async fn hand(&self, hand: &Hand, campaign: CampaignId) -> Vec<ContactSummary> {
        let page = self.desk.store.assignment(&hand.actor, campaign, None, 1_000).await.expect("read");
        page.expect("visible").contacts
    }

    pub async fn line(&self, hand: &Hand, campaign: CampaignId, contact: ContactId) -> ContactSummary {
        let views = self.desk.store.contacts(&hand.actor, campaign, &[contact]).await.expect("read");
        views.into_iter().next().expect("a contact").summary
    }

    /// What the conversation says beside its texts: the sort of each event, and its words.
    pub async fn notes(&self, hand: &Hand, contact: ContactId) -> Vec<String> {
        let thread = self.thread(hand, contact).await;
        let word = |entry: ThreadEntry| match entry {
            ThreadEntry::Note { what, detail, .. } => Some(format!("{what} {detail}").trim().to_owned()),
            ThreadEntry::Message(_) => None,
        };
        thread.entries.into_iter().filter_map(word).collect()
    }

    pub async fn thread(&self, hand: &Hand, contact: ContactId) -> Thread {
        self.desk.store.thread(&hand.actor, contact, None, 100).await.expect("read").expect("visible")
    }

    pub async fn board(&self, hand: &Hand, campaign: CampaignId) -> Board {
        self.desk.store.board(&hand.actor, campaign, self.desk.clock.now()).await.expect("read").expect("visible")
    }

    pub async fn events(&self, hand: &Hand, campaign: CampaignId) -> Vec<Event> {
        self.desk.store.events(&hand.actor, campaign, 0, 1_000).await.expect("read").expect("resumable")
    }

    /// Where the database is; only for one in a file.
    pub fn file(&self) -> std::path::PathBuf {
        match self.place.location() {
            Location::File(path) => path,
            other => panic!("in no file: {other:?}"),
        }
    }

    /// The audit rows of a database in a file: what, by whom, in which session, about what.
    pub async fn audit(&self) -> Vec<(String, Option<i64>, Option<i64>, String)> {
        use sqlx::{ConnectOptions as _, Row as _};
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.file()).read_only(true);
        let mut conn = options.connect().await.expect("the file");
        let sql = "SELECT what, person, session, subject || ' ' || detail FROM audit ORDER BY id";
        let rows = sqlx::query(sql).fetch_all(&mut conn).await.expect("audit rows");
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
    }

    /// The delivery of a text, by the newest event about it that its holder saw, else as in the thread.
    pub async fn delivery(&self, hand: &Hand, contact: ContactId, id: MessageId) -> Delivery {
        let thread = self.thread(hand, contact).await;
        thread
            .entries
            .iter()
            .find_map(|entry| match entry {
                ThreadEntry::Message(message) if message.id == id => Some(message.delivery),
                _ => None,
            })
            .expect("the message is in the thread")
    }
}

trait Micros {
    fn now_micros(&self) -> u64;
}

impl Micros for SimClock {
    fn now_micros(&self) -> u64 {
        use textbank::env::Clock as _;
        u64::try_from(self.now().as_microsecond()).unwrap_or(0)
    }
}

/// Fails unless it is a refusal with this code.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, Problem>, code: Code) -> Problem {
    let problem = result.expect_err("a refusal");
    assert_eq!(problem.code, code, "{problem:?}");
    problem
}

pub fn gone(events: &[Event]) -> Vec<(ContactId, String)> {
    events
        .iter()
        .filter_map(|event| match &event.what {
            EventKind::Gone { contact, why, .. } => Some((*contact, why.clone())),
            _ => None,
        })
        .collect()
}

/// Runs each test on every kind of database.
macro_rules! on_every_store {
    ($($(#[$doc:meta])* async fn $name:ident($home:ident: Home) $body:block)*) => {
        $(
            $(#[$doc])*
            #[rstest::rstest]
            #[case::memory($crate::store_home::Kind::Memory)]
            #[case::file($crate::store_home::Kind::File)]
            #[case::postgres($crate::store_home::Kind::Postgres)]
            #[tokio::test]
            async fn $name(#[case] kind: $crate::store_home::Kind) {
                let Some($home) = $crate::store_home::Home::try_new(kind).await else { return };
                $body
            }
        )*
    };
}
pub(crate) use on_every_store;

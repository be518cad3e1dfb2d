//! A disk that says no in the middle of a group: what was answered is there, and what was not is not.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{Location, Readers, SqlStore};
use crate::api::{
    admin::{ImportChunk, ImportStart, InviteRequest},
    assignment::ContactSummary,
    message::{SendRequest, Shown, Verdict},
    people::{JoinRequest, Role},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::{CampaignDef, Variant},
    contact::Contact,
    hours::TextingHours,
    ids::{DeviceId, MessageId},
    ledger::Head,
    message::MessageKind,
    phone::Phone,
};
use crate::env::{SeededIds, SimClock};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    handles::{Admin, Desk, Door, System, Texter, secret_hash},
    keep::Kept,
};

const DEVICE: DeviceId = DeviceId(Uuid::from_u128(7));

struct Home {
    desk: Desk,
    conn: Arc<Mutex<Conn>>,
    texter: Actor,
    slice: Vec<ContactSummary>,
}

async fn join(desk: &Desk, name: &str, role: Role) -> Actor {
    let organization = desk.store.first_organization().await.expect("an organization");
    let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
    let Answer::Invite(invite) = System::invite(desk, organization, request).await.expect("an answer") else {
        panic!("no invite")
    };
    let request = JoinRequest { invite: invite.secret, name: name.into(), device: DEVICE, proof: None };
    let joined = Door::join(desk, request).await.expect("an answer").expect("joined");
    desk.store.session(secret_hash(&joined.token)).await.expect("read").expect("a session")
}

fn contact(n: u32) -> Contact {
    Contact {
        external_id: None,
        first_name: format!("Voter{n}"),
        last_name: "Doe".into(),
        phone: Phone::from_e164(&format!("+1415555{n:04}")).expect("a number"),
        zip: None,
        state: None,
        language: None,
        time_zone: None,
        fields: std::collections::BTreeMap::new(),
        consent: None,
    }
}

fn definition() -> CampaignDef {
    CampaignDef {
        title: "Library vote".into(),
        organization: "Friends of the Library".into(),
        language: "en".into(),
        hours: TextingHours::default(),
        initial: vec![Variant { name: "a".into(), language: "en".into(), text: "Hi!".into() }],
        opt_out_notice: std::collections::BTreeMap::from([("en".to_owned(), "No more texts.".to_owned())]),
        slice_size: 100,
        ..CampaignDef::default()
    }
}

/// In memory, where one thread takes turns: what is queued together is one group.
async fn home(contacts: u32) -> Home {
    let clock = SimClock::at("2026-06-10T18:00:00Z".parse::<Timestamp>().expect("a time"));
    let ids = SeededIds::shared(5);
    let store = SqlStore::open(Location::Memory, clock.clone(), ids.clone()).await.expect("a store");
    let Readers::Shared(conn) = &store.readers else { panic!("not in memory") };
    let conn = Arc::clone(conn);
    let desk = Desk::new(Arc::new(store), clock, ids.clone());
    let admin = Admin::of(join(&desk, "Ada", Role::Admin).await).expect("an admin");
    let import = ids.act_id(desk.clock.now());
    let start = ImportStart {
        def: definition(),
        contacts: u64::from(contacts),
        provenance: crate::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    admin.import_start(&desk, import, start).await.expect("started");
    let chunk = ImportChunk { contacts: (0..contacts).map(contact).collect(), shared: false };
    admin.import_chunk(&desk, import, 0, chunk).await.expect("stored");
    let Answer::Import(state) = admin.import_finish(&desk, import).await.expect("finished") else { panic!() };
    let texter = join(&desk, "Tess", Role::Texter).await;
    let claim = Texter::of(texter.clone()).claim(&desk, state.campaign, ids.act_id(desk.clock.now()), contacts).await;
    let Answer::Slice(grant) = claim.expect("a slice") else { panic!("no slice") };
    assert_eq!(grant.contacts.len(), contacts as usize);
    Home { desk, conn, texter, slice: grant.contacts }
}

impl Home {
    /// First texts to the slice, in order, with their places in one chain.
    fn texts(&self, body: impl Fn(usize) -> String) -> Vec<(MessageId, SendRequest)> {
        let now = self.desk.clock.now();
        let mut head = Head::start(Uuid::from_u128(9), DEVICE);
        let text = |(n, to): (usize, &ContactSummary)| {
            let body = body(n);
            let id = self.desk.ids.act_id(now);
            let mut request = SendRequest {
                campaign: to.campaign,
                contact: to.id,
                kind: MessageKind::Initial,
                after_seq: 0,
                epoch: to.epoch,
                script_version: 1,
                variant: None,
                source: None,
                off_script: false,
                shown: Shown {
                    body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
                    drawn_at: now,
                    pressed_at: now,
                    dwell_ms: 400,
                    mono_ms: 0,
                    device: DEVICE,
                    link: None,
                },
                body,
            };
            let link = head.mint(&request.pressed(id));
            head.follow(&link);
            request.shown.link = Some(link);
            (MessageId(id), request)
        };
        self.slice.iter().enumerate().map(text).collect()
    }

    /// Hands them in together.
    async fn send(&self, texts: &[(MessageId, SendRequest)]) -> Vec<Result<Answer, StoreError>> {
        let texter = Texter::of(self.texter.clone());
        join_all(texts.iter().map(|(id, text)| texter.send(&self.desk, *id, text.clone()))).await
    }

    async fn script(&self, sql: &'static str) {
        db::script(sql, &mut *self.conn.lock().await).await.expect("the script runs");
    }

    async fn count(&self, sql: &'static str, id: Option<Uuid>) -> i64 {
        let row = db::query(sql).bind(id).fetch_one(&mut *self.conn.lock().await).await.expect("a count");
        row.try_get(0).expect("a number")
    }

    /// How often a text is in each of the places that an acceptance writes together.
    async fn stored(&self, id: Uuid) -> [i64; 4] {
        [
            self.count("SELECT COUNT(*) FROM messages WHERE id = $1", Some(id)).await,
            self.count("SELECT COUNT(*) FROM jobs WHERE message = $1", Some(id)).await,
            self.count("SELECT COUNT(*) FROM verdicts WHERE id = $1", Some(id)).await,
            self.count("SELECT COUNT(*) FROM ledger WHERE id = $1", Some(id)).await,
        ]
    }

    /// What was answered is there, and whatever got no answer is not; with the disk well again all of it has one end.
    async fn holds(&self, texts: &[(MessageId, SendRequest)], answers: &[Result<Answer, StoreError>]) {
        for ((id, text), answer) in texts.iter().zip(answers) {
            let wanted = match answer {
                Ok(Answer::Verdict(verdict)) if verdict.is_accepted() => [1; 4],
                Err(StoreError::Unavailable(_)) => [0; 4],
                other => panic!("{:?}: {other:?}", text.body),
            };
            assert_eq!(self.stored(id.0).await, wanted, "{:?} was answered {answer:?}", text.body);
        }
        let accepted = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(self.count("SELECT COUNT(*) FROM audit WHERE what = 'accepted'", None).await, to_i64(accepted));
    }

    async fn ends(&self, texts: &[(MessageId, SendRequest)]) {
        for ((id, _), answer) in texts.iter().zip(self.send(texts).await) {
            let Ok(Answer::Verdict(Verdict { id: of, outcome })) = answer else { panic!("{answer:?}") };
            assert_eq!((of, self.stored(id.0).await), (id.0, [1; 4]), "{outcome:?}");
        }
        assert_eq!(self.count("SELECT COUNT(*) FROM audit WHERE what = 'accepted'", None).await, to_i64(texts.len()));
        let settled = "SELECT COUNT(*) FROM events WHERE payload LIKE '%settled%'";
        assert_eq!(self.count(settled, None).await, to_i64(texts.len()));
    }
}

/// A little of everything that consoles, carrier and housekeeping ask.
pub(super) async fn whole_shift() {
    use crate::api::act::Act;
    use crate::domain::message::Delivery;
    use crate::server::carrier::{CarrierEvent, Found, Submitted};
    use crate::server::store::handles::{Captain, Webhook};
    use std::time::Duration;

    let home = home(30).await;
    let (desk, tess) = (&home.desk, &home.texter);
    let texter = Texter::of(tess.clone());
    let cap = join(desk, "Cap", Role::Captain).await;
    let captain = Captain::of(cap.clone()).expect("a captain");
    let campaign = home.slice[0].campaign;
    let act = |act: Act| texter.act(desk, crate::domain::ids::ActId(desk.ids.act_id(desk.clock.now())), act);
    home.send(&home.texts(|n| format!("Hi number {n}!"))[..20]).await;
    let Answer::Jobs(jobs) = System::claim_jobs(desk, 20).await.expect("jobs") else { panic!() };
    for (n, job) in jobs.iter().enumerate() {
        let answer = match n % 3 {
            0 => Submitted::Unknown { reason: "no answer".into() },
            1 => Submitted::Later { reason: "busy".into() },
            _ => Submitted::Accepted { carrier_id: "c".into() },
        };
        System::record_attempt(desk, job.attempt, answer).await.expect("recorded");
    }
    for (n, delivery) in [Delivery::Delivered, Delivery::Failed].into_iter().enumerate() {
        let event =
            CarrierEvent::Receipt { key: n.to_string(), attempt: jobs[2 + 3 * n].attempt, delivery, error: None };
        Webhook::of("test").event(desk, event).await.expect("stored");
    }
    for (n, body) in ["Who is this?", "STOP", "START", "please remove me"].into_iter().enumerate() {
        let from = Phone::from_e164("+14155550002").expect("a number");
        let event = CarrierEvent::Inbound { key: format!("in {n}"), from, body: body.into(), pictures: 0 };
        Webhook::of("test").event(desk, event).await.expect("stored");
    }
    let contact = home.slice[2].id;
    act(Act::NotOptOut { contact, after_seq: 9 }).await.expect("an answer");
    act(Act::Note { contact, text: "n".into() }).await.expect("an answer");
    act(Act::OptOut { contact: home.slice[3].id, notice: true, grace: false }).await.expect("an answer");
    act(Act::Close { contact: home.slice[4].id }).await.expect("an answer");
    act(Act::Reopen { contact: home.slice[4].id }).await.expect("an answer");
    act(Act::WrongNumber { contact: home.slice[5].id }).await.expect("an answer");
    let store = &desk.store;
    let asked = store.to_look_up(Timestamp::MIN, None, 100).await.expect("read");
    for one in asked.iter().take(2) {
        System::record_look_up(desk, one.attempt, Found::Absent, true).await.expect("recorded");
    }
    System::sweep_attempts(desk, Timestamp::MAX, Duration::ZERO).await.expect("swept");
    let held = store.held(&cap, campaign).await.expect("read").expect("visible");
    let id = || crate::domain::ids::ActId(desk.ids.act_id(desk.clock.now()));
    if let Some(text) = held.first() {
        let decision = crate::api::act::HeldDecision::SendAgain;
        captain.act(desk, id(), Act::DecideHeld { message: text.message, decision }).await.expect("an answer");
    }
    texter.presence(desk).await.expect("an answer");
    System::expire_leases(desk).await.expect("an answer");
    System::anchor(desk).await.expect("an answer");
    captain.act(desk, id(), Act::Reclaim { campaign, texter: tess.person }).await.expect("an answer");
    texter.claim(desk, campaign, desk.ids.act_id(desk.clock.now()), 5).await.expect("an answer");
    act(Act::Release { campaign, unsent: true, conversations: true }).await.expect("an answer");
    for who in [tess, &cap] {
        drop(store.me(who).await.expect("read"));
        drop(store.campaigns(who).await.expect("read"));
        drop(store.campaign(who, campaign).await.expect("read"));
        drop(store.assignment(who, campaign, None, 100).await.expect("read"));
        drop(store.contacts(who, campaign, &[contact]).await.expect("read"));
        drop(store.thread(who, contact, None, 50).await.expect("read"));
        drop(store.verdict(who, Uuid::nil()).await.expect("read"));
        drop(store.events(who, campaign, 1, 100).await.expect("read"));
        drop(store.board(who, campaign, desk.clock.now()).await.expect("read"));
        drop(store.ledger(who, 0, 100).await.expect("read"));
        drop(store.ledger_state(who).await.expect("read"));
        drop(store.session_even_ended([3; 32]).await.expect("read"));
    }
}

fn to_i64(many: usize) -> i64 {
    i64::try_from(many).expect("few")
}

fn named(n: usize) -> String {
    if n == 2 { "the disk breaks here".into() } else { format!("Hi number {n}!") }
}

/// `SQLITE_IOERR` ends the whole transaction, not the statement; `RAISE(ROLLBACK)` is the same to whoever asked.
#[tokio::test]
async fn when_the_transaction_ends_in_mid_group_nobody_of_it_is_told_anything_else() {
    let home = home(5).await;
    home.script(
        "CREATE TEMP TRIGGER breaks BEFORE INSERT ON messages WHEN NEW.body = 'the disk breaks here'
         BEGIN SELECT RAISE(ROLLBACK, 'disk I/O error'); END",
    )
    .await;
    let texts = home.texts(named);
    let answers = home.send(&texts).await;
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    home.holds(&texts, &answers).await;
    // Nor does the writer stay in a transaction of its own, or outside of one.
    let answers = home.send(&texts[..2]).await;
    home.holds(&texts[..2], &answers).await;
    home.script("DROP TRIGGER breaks").await;
    home.ends(&texts).await;
}

#[tokio::test]
async fn a_statement_that_fails_alone_takes_nobody_with_it() {
    let home = home(5).await;
    home.script(
        "CREATE TEMP TRIGGER breaks BEFORE INSERT ON messages WHEN NEW.body = 'the disk breaks here'
         BEGIN SELECT RAISE(ABORT, 'something of this row alone'); END",
    )
    .await;
    let texts = home.texts(named);
    let answers = home.send(&texts).await;
    let failed: Vec<_> = answers.iter().map(Result::is_err).collect();
    assert_eq!(failed, [false, false, true, false, false]);
    home.holds(&texts, &answers).await;
    home.script("DROP TRIGGER breaks").await;
    home.ends(&texts).await;
}

#[rstest::rstest]
#[tokio::test]
async fn a_full_database_tells_nobody_of_what_it_does_not_hold(#[values(2, 5, 9, 14, 22)] more: i64) {
    let home = home(40).await;
    let texts = home.texts(|n| format!("{n} {}", "long ".repeat(300)));
    let pages = home.count("SELECT page_count FROM pragma_page_count() WHERE $1 IS NULL", None).await;
    let limit: &'static str = format!("PRAGMA max_page_count = {}", pages + more).leak();
    home.script(limit).await;
    let answers = home.send(&texts).await;
    assert!(answers.iter().any(Result::is_err), "it was not full");
    home.holds(&texts, &answers).await;
    home.script("PRAGMA max_page_count = 1000000").await;
    home.ends(&texts).await;
}

/// Of an organization that is large for a part: the erasure itself touches nothing of its size, each part looks at a bounded number of
/// rows, and nobody is told anything of them from the commit on.
#[tokio::test]
async fn an_erasure_goes_in_parts_and_nobody_is_told_what_is_left() {
    let home = home(80).await;
    let cap = join(&home.desk, "Cap", Role::Admin).await;
    let admin = Admin::of(cap.clone()).expect("an admin");
    home.send(&home.texts(|n| format!("Hi number {n}!"))).await;
    let campaign = home.slice[0].campaign;
    let whose = home.slice[70].id;
    let told = || async {
        let told = home.desk.store.told(0, 1_000).await.expect("read");
        let mine = home.desk.store.events(&home.texter, campaign, 1, 1_000).await.expect("read").expect("visible");
        let mine = serde_json::to_string(&mine).expect("json");
        told.into_iter().map(|one| one.payload).collect::<String>() + &mine
    };
    let stored = "SELECT COUNT(*) FROM events WHERE payload LIKE '%Hi number 70!%' AND $1 IS NULL";
    assert!(told().await.contains("Hi number 70!") && home.count(stored, None).await > 0);
    let phone = contact(70).phone;
    let Answer::Kept(Kept::Erased(erased)) = admin.erase(&home.desk, phone, "asked".into(), false).await.expect("done")
    else {
        panic!("not erased")
    };
    assert!(erased.done && erased.copies_left);
    let gone = format!("\"contact\":{whose},\"why\":\"erased\"");
    let mut parts = 0;
    let mut place = home.count("SELECT place FROM erasures WHERE $1 IS NULL", None).await;
    loop {
        let now = told().await;
        assert!(!now.contains("Hi number 70!") && now.contains("Hi number 71!"), "after {parts} parts");
        assert!(now.contains(&gone));
        if home.desk.store.retention(&cap).await.expect("read").erasures == 0 {
            break;
        }
        if parts == 0 {
            assert!(home.count(stored, None).await > 0, "it is stored yet, or this shows nothing");
        }
        assert!(System::purge_part(&home.desk).await.expect("a part"));
        parts += 1;
        let next = home.count("SELECT place FROM erasures WHERE $1 IS NULL", None).await;
        assert!(next - place <= 40, "one part went from {place} to {next}");
        place = next;
    }
    assert!(parts > 2, "{parts}");
    assert_eq!(home.count(stored, None).await, 0);
    assert_eq!(home.count("SELECT COUNT(*) FROM erasures WHERE contacts = '[]' AND $1 IS NULL", None).await, 1);
    assert!(!System::purge_part(&home.desk).await.expect("nothing"), "and nothing is begun anew");
}

/// What is gone through part by part is the same, however small the parts are.
#[tokio::test]
async fn a_person_comes_out_the_same_in_parts_of_any_size() {
    use crate::server::carrier::CarrierEvent;
    use crate::server::store::handles::Webhook;
    let home = home(4).await;
    let texts = home.texts(|n| format!("Hello {n}"));
    home.send(&texts).await;
    for n in 0..4 {
        let (from, body) = (contact(n).phone, "Who is this?".to_owned());
        let event = CarrierEvent::Inbound { key: format!("in {n}"), from, body, pictures: 0 };
        Webhook::of("test").event(&home.desk, event).await.expect("stored");
    }
    let (actor, now) = (home.texter.clone(), home.desk.clock.now());
    let mut conn = home.conn.lock().await;
    let whole = super::person::out(&mut conn, &actor, &contact(2).phone, now).await.expect("read");
    for table in ["events", "audit", "ledger"] {
        assert!(whole.held[table].len() > usize::from(table != "ledger"), "{table}: {:?}", whole.held[table]);
    }
    for part in [1, 3, 7] {
        let found = super::person::out_in_parts(&mut conn, &actor, &contact(2).phone, now, part).await.expect("read");
        assert_eq!(found, whole, "in parts of {part}");
    }
    // Answer by answer, each going on where the one before ended.
    let (mut held, mut from, mut answers) = (std::collections::BTreeMap::new(), None, 0);
    loop {
        let bounds = (2, Some(2));
        let some = super::person::out_from(&mut conn, &actor, &contact(2).phone, now, bounds, from.as_ref()).await;
        let some = some.expect("read");
        answers += 1;
        for (table, rows) in some.held {
            held.entry(table).or_insert_with(Vec::new).extend(rows);
        }
        from = some.next;
        if from.is_none() {
            break;
        }
    }
    assert!(answers > 3, "{answers}");
    assert_eq!(held, whole.held);
}

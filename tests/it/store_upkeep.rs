//! What is done to a database without serving it: checked, backed up, put back, moved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use textbank::api::{
    act::{Act, HeldDecision},
    assignment::ContactSummary,
    campaign::CampaignState,
    message::{Outcome, SendRequest, Verdict},
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::ids::{CampaignId, MessageId};
use textbank::domain::message::{Delivery, MessageKind};
use textbank::server::carrier::Submitted;
use textbank::server::store::command::Answer;
use textbank::server::store::handles::{System, Texter, Told};
use textbank::server::store::sql::{
    Location, SqlStore,
    upkeep::{self, Fault, Finding, Report},
};

use crate::store_home::{Hand, Home, Kind, Place, people, phone, refused};
use crate::store_trial;

/// A campaign in the middle of a shift.
pub struct Shift {
    pub home: Home,
    pub campaign: CampaignId,
    pub cap: Hand,
    pub tess: Hand,
    pub lou: Hand,
    /// What Tess was dealt; she texted all of them but the last.
    pub dealt: Vec<ContactSummary>,
    /// Her texts, in that order.
    pub texts: Vec<MessageId>,
    /// Her reply, as she handed it in.
    pub reply: (MessageId, SendRequest),
}

impl Shift {
    /// First texts that arrived, one that is held, one under way, one that waits; an answer and a reply; opt-outs by word and by a
    /// texter; refusals; an anchor.
    pub async fn of(kind: Kind) -> Option<Self> {
        let home = Home::try_new(kind).await?;
        let (_, campaign) = home.campaign(people(14)).await;
        let cap = home.join("Cap", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let lou = home.join("Lou", Role::Texter).await;
        let dealt = home.claim(&tess, campaign, 7).await;
        let lous = home.claim(&lou, campaign, 3).await;
        let mut texts = Vec::new();
        for to in dealt.iter().take(6) {
            texts.push(home.initial(&tess, to).await);
            if texts.len() == 4 {
                for (at, job) in home.jobs().await.into_iter().enumerate() {
                    let answer = match at {
                        3 => Submitted::Unknown { reason: "cut".into() },
                        _ => Submitted::Accepted { carrier_id: format!("c{at}") },
                    };
                    home.record(job.attempt, answer).await;
                    if at < 2 {
                        home.receipt(job.attempt, Delivery::Delivered).await;
                    }
                }
                home.pass(901);
                System::sweep_attempts(&home.desk, home.desk.clock.now(), Duration::from_secs(900))
                    .await
                    .expect("swept");
            }
            if texts.len() == 5 {
                // On its way: the carrier has not answered yet.
                assert_eq!(home.jobs().await.len(), 1);
            }
        }
        refused(home.try_send(&lou, home.text(&dealt[0], MessageKind::Initial, "Hi!")).await, Code::AlreadySent);
        home.says(phone_of(&dealt[0]), "who is this?").await;
        let line = home.line(&tess, campaign, dealt[0].id).await;
        let mut reply = (MessageId(home.fresh()), home.text(&line, MessageKind::Reply, "Tess from the library"));
        home.minter.link(tess.actor.person, reply.0.0, &mut reply.1);
        home.put_as_is(&tess, &reply).await;
        home.says(phone_of(&dealt[1]), "STOP").await;
        let opt_out = Act::OptOut { contact: lous[0].id, notice: false, grace: false };
        home.act(&lou, opt_out).await;
        System::anchor(&home.desk).await.expect("an anchor");
        Some(Self { home, campaign, cap, tess, lou, dealt, texts, reply })
    }

    pub fn location(&self) -> Location {
        self.home.place.location()
    }
}

pub fn phone_of(contact: &ContactSummary) -> textbank::domain::phone::Phone {
    phone(contact.first_name.trim_start_matches("Voter ").parse().expect("a number"))
}

/// Does something to a database behind everybody's back, constraints and all.
fn behind_its_back(place: &Place, sql: &str) {
    match place {
        Place::Postgres(database) => database.sql(&format!("SET session_replication_role = replica; {sql}")),
        _ => {
            let Location::File(file) = place.location() else { panic!("in no file") };
            let conn = rusqlite::Connection::open(file).expect("the file");
            conn.execute_batch(&format!("PRAGMA foreign_keys = off; {sql}")).expect("the statement");
        }
    }
}

async fn check(location: &Location) -> Report {
    upkeep::check(location, &mut |_| {}).await.expect("a report")
}

fn found<'a>(report: &'a Report, check: &str, table: &str) -> &'a Finding {
    let found = report.findings.iter().find(|finding| finding.check == check && finding.table == table);
    found.unwrap_or_else(|| panic!("{check} of {table} is not among {:#?}", report.findings))
}

#[rstest::rstest]
#[case::file(Kind::File)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_campaign_in_the_middle_of_a_shift_is_sound(#[case] kind: Kind) {
    let Some(shift) = Shift::of(kind).await else { return };
    let report = check(&shift.location()).await;
    assert!(report.sound, "{:#?}", report.findings);
}

/// Each thing that has to be so is broken once, and named with its rows.
#[rstest::rstest]
#[case::one_initial(
    "one_initial",
    "messages",
    "DROP INDEX messages_one_initial; UPDATE messages SET kind = 'initial' WHERE kind = 'reply'"
)]
#[case::in_one_hand("in_one_hand", "contacts", "UPDATE people SET lease_until = NULL")]
#[case::in_nobodys_hand("in_one_hand", "contacts", "UPDATE contacts SET assigned = 999 WHERE assigned IS NOT NULL")]
#[case::verdict(
    "verdict_of_text",
    "verdicts",
    "DELETE FROM verdicts WHERE id IN (SELECT id FROM messages WHERE kind = 'reply')"
)]
#[case::refused_verdict(
    "verdict_of_text",
    "verdicts",
    "UPDATE verdicts SET outcome = '{}' WHERE id IN (SELECT id FROM messages)"
)]
#[case::entry("ledger_of_text", "ledger", "DELETE FROM ledger WHERE seq = 1")]
#[case::text_of_entry(
    "text_of_ledger",
    "ledger",
    "DELETE FROM verdicts WHERE id IN (SELECT id FROM ledger WHERE outcome <> 'accepted')"
)]
#[case::job("job_of_text", "jobs", "UPDATE jobs SET state = 'ready' WHERE state = 'done'")]
#[case::no_job("job_of_text", "jobs", "DELETE FROM jobs WHERE state = 'ready'")]
#[case::text_of_job("text_of_job", "jobs", "DELETE FROM messages WHERE kind = 'reply'")]
#[case::attempt("attempt_of_job", "attempts", "DELETE FROM attempts WHERE answer IS NULL")]
#[case::no_reason("suppression_says_why", "suppressions", "UPDATE suppressions SET reason = '' WHERE by_word = 1")]
#[case::no_author("suppression_says_why", "suppressions", "UPDATE suppressions SET person = NULL WHERE by_word = 0")]
#[case::not_on_the_list("suppressed_everywhere", "contacts", "DELETE FROM suppressions WHERE by_word = 0")]
#[case::may_be_texted("suppressed_everywhere", "contacts", "UPDATE contacts SET opt_out = 0 WHERE opt_out = 3")]
#[case::notice("notice_of_suppression", "suppressions", "DELETE FROM messages WHERE kind = 'opt_out_notice'")]
#[case::counts("counts_of_contacts", "contact_counts", "UPDATE contact_counts SET many = many + 1")]
#[case::tallies("tallies_of_texters", "tallies", "UPDATE tallies SET initials = initials - 1")]
#[case::no_tally("tallies_of_texters", "tallies", "DELETE FROM tallies")]
#[case::thread("threads_without_holes", "contacts", "DELETE FROM messages WHERE direction = 'in'")]
#[case::at_home("texts_at_home", "messages", "UPDATE messages SET campaign = 99 WHERE kind = 'reply'")]
#[case::script("script_of_campaign", "campaigns", "UPDATE campaigns SET script_version = 9")]
#[case::erased("erased_is_nobody", "contacts", "UPDATE contacts SET erased_at = 1 WHERE id = 1")]
#[case::removed_words("removed_words", "messages", "UPDATE messages SET purged_at = 1 WHERE kind = 'reply'")]
#[case::words_of_nobody("removed_words", "messages", "UPDATE contacts SET erased_at = 1")]
#[case::references("references", "messages", "UPDATE messages SET author = 999 WHERE kind = 'reply'")]
#[case::changed_entry("ledger_chain", "ledger", "UPDATE ledger SET texter = 'Nobody' WHERE seq = 3")]
#[case::changed_text("ledger_chain", "ledger", "UPDATE ledger SET contact = contact + 1 WHERE seq = 3")]
#[case::missing_entry("ledger_chain", "ledger", "DELETE FROM ledger WHERE seq = 2")]
#[case::cut_ledger("ledger_chain", "ledger", "DELETE FROM ledger WHERE seq > 4")]
#[case::changed_anchor("ledger_chain", "ledger", "UPDATE anchors SET at = at + 1")]
#[case::tables("tables", "schema_steps", "DELETE FROM schema_steps WHERE version > 5")]
#[tokio::test]
async fn what_is_broken_is_named(
    #[values(Kind::File, Kind::Postgres)] kind: Kind,
    #[case] name: &str,
    #[case] table: &str,
    #[case] sql: &str,
) {
    let Some(shift) = Shift::of(kind).await else { return };
    behind_its_back(&shift.home.place, sql);
    let report = check(&shift.location()).await;
    let finding = found(&report, name, table);
    assert!(!report.sound && !finding.remedy.is_empty(), "{finding:?}");
    assert!(!finding.rows.is_empty() || name == "tables", "{finding:?}");
    let said = serde_json::to_string(&report).expect("json");
    assert!(!said.contains("+1415555"), "a whole number: {said}");
}

/// What each database keeps in its own way.
#[rstest::rstest]
#[case::counter(Kind::File, "counters", "events", "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'events'")]
#[case::hole(Kind::File, "events_without_holes", "events", "DELETE FROM events WHERE seq = 3")]
#[case::counter(Kind::Postgres, "counters", "events", "SELECT setval(pg_get_serial_sequence('events', 'seq'), 1)")]
#[case::people(Kind::Postgres, "counters", "people", "SELECT setval(pg_get_serial_sequence('people', 'id'), 1)")]
#[case::twice(
    Kind::Postgres,
    "one_contact_per_number",
    "contacts",
    "ALTER TABLE contacts DROP CONSTRAINT contacts_campaign_phone_key;
     UPDATE contacts SET phone = (SELECT phone FROM contacts WHERE id = 1) WHERE id = 2"
)]
#[tokio::test]
async fn what_is_broken_in_one_kind_is_named(
    #[case] kind: Kind,
    #[case] name: &str,
    #[case] table: &str,
    #[case] sql: &str,
) {
    let Some(shift) = Shift::of(kind).await else { return };
    behind_its_back(&shift.home.place, sql);
    assert!(!found(&check(&shift.location()).await, name, table).rows.is_empty());
}

#[rstest::rstest]
#[case::file(Kind::File)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_counted_wrong_is_counted_anew(#[case] kind: Kind) {
    let Some(shift) = Shift::of(kind).await else { return };
    let sql = "UPDATE contact_counts SET many = many + 1; DELETE FROM tallies";
    behind_its_back(&shift.home.place, sql);
    assert_eq!(check(&shift.location()).await.findings.len(), 2);
    upkeep::recount(&shift.location()).await.expect("counted");
    assert!(check(&shift.location()).await.sound);
}

/// A database of a newer program that this one can work beside is served; one that it cannot read is not, and it says what to
/// install.
#[rstest::rstest]
#[case::file(Kind::File)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_newer_database_is_served_as_long_as_it_allows_this_program(#[case] kind: Kind) {
    let Some(shift) = Shift::of(kind).await else { return };
    let Shift { home, .. } = shift;
    let Home { desk, clock, place, .. } = home;
    drop(desk);
    let open = || SqlStore::open(place.location(), clock.clone(), textbank::env::SeededIds::shared(3));
    behind_its_back(
        &place,
        "ALTER TABLE people ADD COLUMN pronouns TEXT; INSERT INTO schema_steps (version, min_program, at) VALUES (99, 1, 0)",
    );
    open().await.expect("expanded only").close().await;
    let migrated = upkeep::migrate(&place.location(), 0, &mut |_| {}).await.expect("nothing to do");
    assert_eq!((migrated.taken, migrated.version), (0, 99));
    assert!(check(&place.location()).await.sound);

    behind_its_back(
        &place,
        "INSERT INTO schema_steps (version, min_program, at) VALUES (100, 99, 0); UPDATE meta SET value = '0.9.1' WHERE key = 'min_release'",
    );
    let said = open().await.expect_err("contracted").to_string();
    assert!(said.contains("it needs textbank 0.9.1 or newer") && said.contains("Install textbank 0.9.1"), "{said}");
    let said = upkeep::migrate(&place.location(), 0, &mut |_| {}).await.expect_err("the same").to_string();
    assert!(said.contains("textbank 0.9.1"), "{said}");
    let said = upkeep::check(&place.location(), &mut |_| {}).await.expect_err("the same").to_string();
    assert!(said.contains("textbank 0.9.1"), "{said}");
    behind_its_back(&place, "DELETE FROM meta WHERE key = 'min_release'");
    let said = open().await.expect_err("contracted").to_string();
    assert!(said.contains("it needs a newer textbank") && said.contains("program 2"), "{said}");
}

#[rstest::rstest]
#[case::file(Kind::File)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn who_makes_the_tables_at_the_same_time_waits_and_finds_them_made(#[case] kind: Kind) {
    let place = match kind {
        Kind::Postgres => match crate::postgres::Database::make() {
            Some(database) => Place::Postgres(database),
            None => return,
        },
        _ => Place::File(tempfile::tempdir().expect("a directory")),
    };
    let location = place.location();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let location = location.clone();
            tokio::spawn(async move { upkeep::migrate(&location, 0, &mut |_| {}).await.expect("made") })
        })
        .collect();
    let mut taken = 0;
    for task in tasks {
        let migrated = task.await.expect("done");
        assert_eq!(migrated.version, migrated.known);
        taken += migrated.taken;
    }
    let known = upkeep::migrate(&location, 0, &mut |_| panic!("nothing is left to do")).await.expect("made").known;
    assert_eq!(taken, known, "each step once");
}

fn part_of(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.part", file.display()))
}

#[rstest::rstest]
#[case::file(Kind::File)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_backup_of_a_live_campaign_is_whole_private_and_never_written_over(#[case] kind: Kind) {
    let Some(shift) = Shift::of(kind).await else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("friday.backup");
    // Left by one that was killed half-way.
    std::fs::write(part_of(&file), "half").expect("written");
    let made = upkeep::backup(&shift.location(), &file, "2026-06-10T18:00:00Z", &mut |_| {}).await.expect("a backup");
    assert!(made.report.sound, "{:#?}", made.report.findings);
    assert_eq!(made.ledgers[0].entries, 8, "{:?}", made.ledgers);
    assert!(!part_of(&file).exists());
    let beside: Vec<_> =
        std::fs::read_dir(dir.path()).expect("a directory").map(|entry| entry.expect("a file").file_name()).collect();
    assert_eq!(beside, ["friday.backup"], "it is one file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
    }
    assert!(check(&Location::File(file.clone())).await.sound);

    let before = std::fs::read(&file).expect("read");
    let again = upkeep::backup(&shift.location(), &file, "later", &mut |_| {}).await.expect_err("it is there");
    assert!(matches!(&again, Fault::Refused(why) if why.contains("is there already")), "{again}");
    assert_eq!(std::fs::read(&file).expect("read"), before);

    // It went on meanwhile, and the backup is no campaign by itself.
    shift.home.initial(&shift.tess, &shift.dealt[6]).await;
    let open =
        SqlStore::open(Location::File(file.clone()), shift.home.clock.clone(), textbank::env::SeededIds::shared(3));
    let said = open.await.expect_err("a backup").to_string();
    assert!(said.contains("it is a backup of 2026-06-10T18:00:00Z") && said.contains("db restore"), "{said}");
}

/// A transaction that failed has used up the numbers of its events. Copied to SQLite they are missing, and nothing is wrong.
#[tokio::test]
async fn numbers_that_a_postgres_left_out_are_no_fault_of_its_backup() {
    let Some(shift) = Shift::of(Kind::Postgres).await else { return };
    let burned = "SELECT nextval(pg_get_serial_sequence('events', 'seq')) FROM generate_series(1, 3)";
    behind_its_back(&shift.home.place, burned);
    shift.home.initial(&shift.tess, &shift.dealt[6]).await;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("backup");
    let made = upkeep::backup(&shift.location(), &file, "now", &mut |_| {}).await.expect("a backup");
    assert!(made.report.sound, "{:#?}", made.report.findings);
    // What SQLite numbered itself has none.
    let conn = rusqlite::Connection::open(&file).expect("the file");
    let later = "INSERT INTO events (seq, at, campaign, captain_only, payload)
                 SELECT MAX(seq) + 2, 0, 1, 0, '{}' FROM events";
    conn.execute_batch(later).expect("an event");
    drop(conn);
    assert_eq!(found(&check(&Location::File(file)).await, "events_without_holes", "events").rows.len(), 1);
}

#[tokio::test]
async fn a_damaged_file_is_named_whatever_is_damaged() {
    let Some(shift) = Shift::of(Kind::File).await else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("damaged");
    upkeep::backup(&shift.location(), &file, "now", &mut |_| {}).await.expect("a backup");
    let mut bytes = std::fs::read(&file).expect("read");
    // The page behind the first one: some table's.
    for byte in bytes.iter_mut().skip(4_096 * 8).step_by(7).take(4_096 * 4) {
        *byte = !*byte;
    }
    std::fs::write(&file, bytes).expect("written");
    match upkeep::check(&Location::File(file), &mut |_| {}).await {
        Ok(report) => assert!(!found(&report, "integrity", "").rows.is_empty()),
        Err(fault) => assert!(fault.to_string().contains("malformed"), "{fault}"),
    }
}

/// Where something is moved or put back to.
fn elsewhere(kind: Kind) -> Option<Place> {
    Some(match kind {
        Kind::Postgres => Place::Postgres(crate::postgres::Database::make()?),
        _ => Place::File(tempfile::tempdir().expect("a directory")),
    })
}

/// Tries until no server is in the way any more: who was just told to end may take a moment.
async fn once_it_stands_alone<T>(mut work: impl AsyncFnMut() -> Result<T, Fault>) -> Result<T, Fault> {
    let tries = async {
        loop {
            match work().await {
                Err(Fault::Refused(why)) if why.contains("a server is at work") => tokio::task::yield_now().await,
                done => return done,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), tries).await.expect("in time")
}

async fn moved(from: &Location, to: &Location) -> Result<upkeep::Copied, Fault> {
    once_it_stands_alone(async || upkeep::copy(from, to, "the new place", 0, &mut |_| {}).await).await
}

/// The same campaign, elsewhere.
async fn goes_on(shift: Shift, place: Place) -> (Shift, Place) {
    let Shift { home: Home { desk, clock, minter, place: old }, campaign, cap, tess, lou, dealt, texts, reply } = shift;
    drop(desk);
    (Shift { home: Home::open(place, clock, minter).await, campaign, cap, tess, lou, dealt, texts, reply }, old)
}

/// What is asked of a campaign, before and after.
async fn picture(shift: &Shift) -> Vec<String> {
    let Shift { home, campaign, cap, tess, texts, reply, dealt, .. } = shift;
    let store = &home.desk.store;
    let mut seen = vec![
        format!("{:?}", home.board(cap, *campaign).await),
        format!("{:?}", store.held(&cap.actor, *campaign).await.expect("read")),
        format!("{:?}", store.ledger(&cap.actor, 0, 1_000).await.expect("read")),
        format!("{:?}", home.events(tess, *campaign).await),
        format!("{:?}", home.hand(tess, *campaign).await),
        format!("{:?}", store.open_jobs().await.expect("read")),
    ];
    for id in texts.iter().chain([&reply.0]) {
        seen.push(format!("{:?}", store.verdict(&tess.actor, id.0).await.expect("read")));
    }
    for contact in dealt {
        seen.push(format!("{:?}", home.thread(cap, contact.id).await));
    }
    seen
}

/// Everything promised goes on at the new place as if nothing had happened.
async fn nothing_has_changed(shift: &Shift, before: &[String]) {
    let Shift { home, campaign, tess, lou, dealt, reply, .. } = shift;
    pretty_assertions::assert_eq!(picture(shift).await, before);
    let events = home.events(tess, *campaign).await;
    let newest = events.last().expect("events").seq;
    // The same id has the same verdict.
    home.put_as_is(tess, reply).await;
    assert_eq!(home.events(tess, *campaign).await.len(), events.len());
    // Nobody gets the first text twice; whoever opted out gets nothing.
    refused(home.try_send(lou, home.text(&dealt[2], MessageKind::Initial, "Hi!")).await, Code::AlreadySent);
    let stopped = home.line(&shift.cap, *campaign, dealt[1].id).await;
    refused(home.try_send(tess, home.text(&stopped, MessageKind::Reply, "Sure?")).await, Code::Suppressed);
    // What waited goes out once; the next text is numbered behind the last, and the feed goes on behind what was heard.
    let waited = home.jobs().await;
    assert_eq!(waited.len(), 3, "a text, a reply and a notice: {waited:?}");
    home.initial(tess, &dealt[6]).await;
    let after = home.desk.store.events(&tess.actor, *campaign, newest, 100).await.expect("read").expect("resumed");
    assert!(!after.is_empty() && after.iter().all(|event| event.seq > newest), "{after:?}");
    let nell = home.join("Nell", Role::Texter).await;
    assert!(nell.actor.person.0 > lou.actor.person.0, "a number of its own");
}

#[rstest::rstest]
#[case::to_postgres(Kind::File, Kind::Postgres)]
#[case::to_sqlite(Kind::Postgres, Kind::File)]
#[case::to_another_file(Kind::File, Kind::File)]
#[tokio::test]
async fn a_campaign_that_was_moved_goes_on_as_if_nothing_had_happened(#[case] from: Kind, #[case] to: Kind) {
    let (Some(shift), Some(new)) = (Shift::of(from).await, elsewhere(to)) else { return };
    let before = picture(&shift).await;
    let clock = shift.home.clock.clone();
    let (here, there) = (shift.location(), new.location());
    let Shift { home: Home { desk, clock: _, minter, place: old }, campaign, cap, tess, lou, dealt, texts, reply } =
        shift;
    drop(desk);
    let copied = moved(&here, &there).await.expect("moved");
    assert!(copied.tables.iter().any(|table| table.name == "ledger" && table.rows == 8), "{copied:?}");
    assert!(check(&there).await.sound, "{:#?}", check(&there).await.findings);
    let home = Home::open(new, clock.clone(), minter).await;
    let shift = Shift { home, campaign, cap, tess, lou, dealt, texts, reply };
    nothing_has_changed(&shift, &before).await;

    // The old one is not served any more, and nothing is written over.
    let open = || SqlStore::open(old.location(), clock.clone(), textbank::env::SeededIds::shared(3));
    let said = open().await.expect_err("moved").to_string();
    assert!(said.contains("the campaign was moved to the new place") && said.contains("db reopen"), "{said}");
    let said = upkeep::copy(&here, &there, "there", 0, &mut |_| {}).await.expect_err("moved").to_string();
    assert!(said.contains("was moved to the new place already"), "{said}");
    let dir = tempfile::tempdir().expect("a directory");
    let backup = upkeep::backup(&here, &dir.path().join("b"), "now", &mut |_| {}).await.expect_err("moved").to_string();
    assert!(backup.contains("was moved to the new place"), "{backup}");
    once_it_stands_alone(async || upkeep::reopen(&here).await).await.expect("reopened");
    let said = upkeep::copy(&here, &there, "there", 0, &mut |_| {}).await.expect_err("not empty").to_string();
    assert!(said.contains("campaigns in it already") || said.contains("at work"), "{said}");
    open().await.expect("the campaign again").close().await;
    assert!(upkeep::reopen(&here).await.expect_err("it is open").to_string().contains("nothing to reopen"));
}

#[tokio::test]
async fn what_a_server_works_on_is_neither_moved_nor_written_over() {
    let Some(shift) = Shift::of(Kind::Postgres).await else { return };
    let Some(other) = elsewhere(Kind::Postgres) else { return };
    let said = upkeep::copy(&shift.location(), &other.location(), "there", 0, &mut |_| {})
        .await
        .expect_err("served")
        .to_string();
    assert!(said.contains("--from: a server is at work on it"), "{said}");
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("backup");
    upkeep::backup(&shift.location(), &file, "now", &mut |_| {}).await.expect("a backup is");
    let said = upkeep::restore(&file, &shift.location(), false, 0, &mut |_| {}).await.expect_err("served").to_string();
    assert!(said.contains("--database: a server is at work on it"), "{said}");
    // Whoever starts meanwhile is told.
    let mut alone = match &other {
        Place::Postgres(database) => database.url().unhurried().await.expect("a connection"),
        _ => return,
    };
    upkeep::migrate(&other.location(), 0, &mut |_| {}).await.expect("tables");
    assert!(alone.keep_servers_off().await.expect("asked"));
    let open = SqlStore::open(other.location(), shift.home.clock.clone(), textbank::env::SeededIds::shared(3));
    let said = open.await.expect_err("it is being restored").to_string();
    assert!(said.contains("is being copied or restored"), "{said}");
}

/// The one side waits while the other is read, and that may take longer than anybody else may stand still.
#[tokio::test]
async fn who_moves_a_campaign_may_take_their_time() {
    let Some(Place::Postgres(database)) = elsewhere(Kind::Postgres) else { return };
    let mut conn = database.url().builder().await.expect("a connection");
    let limits = async |conn: &mut textbank::db::Conn| {
        let sql = "SELECT CAST(setting AS BIGINT) FROM pg_settings WHERE name IN
            ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'statement_timeout', 'lock_timeout') ORDER BY name";
        let rows = textbank::db::query(sql).fetch_all(conn).await.expect("settings");
        rows.iter().map(|row| row.try_get::<i64>(0).expect("milliseconds")).collect::<Vec<_>>()
    };
    let before = limits(&mut conn).await;
    assert!(before[..before.len() - 2].iter().all(|idle| *idle == 20_000), "{before:?}");
    assert!(conn.keep_servers_off().await.expect("asked"));
    let after = limits(&mut conn).await;
    assert!(after[..after.len() - 2].iter().all(|idle| *idle == 3_600_000), "{after:?}");
    assert_eq!(after[after.len() - 2..], [0, 0], "neither a lock nor a statement is hurried");
}

/// What went out after the backup is known to the carrier and to the consoles alone: nothing goes out by itself.
#[rstest::rstest]
#[case::file(Kind::File, Kind::File)]
#[case::postgres(Kind::Postgres, Kind::Postgres)]
#[case::to_postgres(Kind::File, Kind::Postgres)]
#[tokio::test]
async fn a_restored_campaign_sends_nothing_by_itself(#[case] from: Kind, #[case] to: Kind) {
    let (Some(shift), Some(new)) = (Shift::of(from).await, elsewhere(to)) else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("backup");
    let trial = (MessageId(shift.home.fresh()), store_trial::initial(500));
    store_trial::put(&shift.home, &shift.cap, shift.campaign, trial).await.expect("taken");
    upkeep::backup(&shift.location(), &file, "2026-06-10", &mut |_| {}).await.expect("a backup");
    // It goes on, and what waited goes out.
    let Shift { home, tess, dealt, campaign, .. } = &shift;
    let mut lost = (MessageId(home.fresh()), home.text(&dealt[6], MessageKind::Initial, "Hi there!"));
    home.minter.link(tess.actor.person, lost.0.0, &mut lost.1);
    home.put_as_is(tess, &lost).await;
    for job in home.jobs().await {
        home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
    }
    let heard = home.events(tess, *campaign).await.last().expect("events").seq;
    home.pass(60);
    let at = textbank::env::Clock::now(&*home.clock).as_microsecond();

    let restored = upkeep::restore(&file, &new.location(), false, at, &mut |_| {}).await.expect("restored");
    assert!(restored.report.sound, "{:#?}", restored.report.findings);
    assert_eq!(restored.made_at.as_deref(), Some("2026-06-10"));
    // One was under way; a text, a reply and a notice waited; one was held before.
    assert_eq!((restored.held.texts, restored.held.campaigns), (4, 1));
    let (shift, _old) = goes_on(shift, new).await;
    let Shift { home, tess, cap, campaign, dealt, .. } = &shift;
    assert!(home.jobs().await.is_empty(), "nothing goes out by itself");
    let trial = store_trial::trials(home, cap, *campaign).await.remove(0);
    assert_eq!((trial.delivery, trial.error.as_deref()), (Delivery::Unknown, Some("restored")));
    let held = home.desk.store.held(&cap.actor, *campaign).await.expect("read").expect("visible");
    assert_eq!(held.len(), 5, "{held:?}");
    // Not before a captain has looked, neither from a journal nor by a new press.
    assert_eq!(home.board(cap, *campaign).await.state, CampaignState::Paused);
    refused(home.try_send(tess, home.text(&dealt[6], MessageKind::Initial, "Hi there!")).await, Code::Paused);
    refused(home.try_put_as_is(tess, &lost).await, Code::Paused);
    // Whoever followed the feed is told to read everything anew, however far it was, and hears what comes then.
    for after in [1, heard - 3, heard, heard + 100] {
        let seen = home.desk.store.events(&tess.actor, *campaign, after, 10).await.expect("read");
        assert!(seen.is_none(), "{after}: {seen:?}");
    }
    home.act(cap, Act::Resume { campaign: *campaign }).await;
    let first = u64::try_from(at).expect("a time");
    let events = home.desk.store.events(&tess.actor, *campaign, first, 1_000).await.expect("read").expect("resumed");
    assert!(events.iter().any(|event| event.seq > first), "{events:?}");
    // A captain's decision sends one, once.
    let again = held.iter().find(|text| text.kind == MessageKind::Initial && !text.opted_out).expect("a first text");
    let decide = Act::DecideHeld { message: again.message, decision: HeldDecision::SendAgain };
    home.act(cap, decide).await;
    assert_eq!(home.jobs().await.len(), 1);
    assert!(check(&home.place.location()).await.sound, "{:#?}", check(&home.place.location()).await.findings);
}

#[tokio::test]
async fn who_knows_that_nothing_was_sent_since_has_it_go_on() {
    let (Some(shift), Some(new)) = (Shift::of(Kind::File).await, elsewhere(Kind::File)) else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("backup");
    upkeep::backup(&shift.location(), &file, "2026-06-10", &mut |_| {}).await.expect("a backup");
    let restored = upkeep::restore(&file, &new.location(), true, 0, &mut |_| {}).await.expect("restored");
    assert_eq!(restored.held, upkeep::Held::default());
    let said = upkeep::restore(&file, &new.location(), true, 0, &mut |_| {}).await.expect_err("not empty").to_string();
    assert!(said.contains("1 campaigns in it already"), "{said}");
    let said =
        upkeep::restore(&dir.path().join("none"), &new.location(), true, 0, &mut |_| {}).await.expect_err("no file");
    assert!(said.to_string().contains("there is no database at"), "{said}");
    let (shift, _old) = goes_on(shift, new).await;
    assert_eq!(shift.home.jobs().await.len(), 3);
}

/// A laptop had the answer to a text and not the feed's word on it; then the database was put back from before. Asked for the
/// verdict the server knows nothing, and the laptop hands the text in again, on a campaign that a captain has resumed.
#[rstest::rstest]
#[case::file(Kind::File, false)]
#[case::postgres(Kind::Postgres, false)]
#[case::nothing_was_sent_since(Kind::File, true)]
#[tokio::test]
async fn what_was_confirmed_before_a_restore_comes_back_to_a_person(#[case] kind: Kind, #[case] sure: bool) {
    let (Some(shift), Some(new)) = (Shift::of(kind).await, elsewhere(kind)) else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("backup");
    upkeep::backup(&shift.location(), &file, "2026-06-10", &mut |_| {}).await.expect("a backup");
    let Shift { home, tess, dealt, .. } = &shift;
    let mut lost = (MessageId(home.fresh()), home.text(&dealt[6], MessageKind::Initial, "Hi there!"));
    home.minter.link(tess.actor.person, lost.0.0, &mut lost.1);
    home.put_as_is(tess, &lost).await;
    home.pass(1);
    let at = textbank::env::Clock::now(&*home.clock).as_microsecond();
    upkeep::restore(&file, &new.location(), sure, at, &mut |_| {}).await.expect("restored");
    let (shift, _old) = goes_on(shift, new).await;
    let Shift { home, tess, cap, campaign, dealt, .. } = &shift;
    assert_eq!(home.desk.store.verdict(&tess.actor, lost.0.0).await.expect("read"), None);
    let waited = home.jobs().await.len();
    if sure {
        tell(home, tess, lost.0, lost.1).await.expect("nothing was sent since");
        assert_eq!(home.jobs().await.len(), 1);
        return;
    }
    assert_eq!(waited, 0);
    home.act(cap, Act::Resume { campaign: *campaign }).await;
    let back = refused(tell(home, tess, lost.0, lost.1).await, Code::TooLate);
    assert!(back.code.parks(), "a card or a draft again");
    home.pass(1);
    let press = || (MessageId(home.fresh()), home.text(&dealt[6], MessageKind::Initial, "Hi there!"));
    let linked = |(id, mut request): (MessageId, SendRequest)| {
        home.minter.link(tess.actor.person, id.0, &mut request);
        (id, request)
    };
    // Without the laptop's time nobody knows whether it was before.
    refused(home.try_put_as_is(tess, &linked(press())).await, Code::TooLate);
    assert!(home.jobs().await.is_empty());
    let (id, request) = linked(press());
    tell(home, tess, id, request).await.expect("a person looked at it again");
    assert_eq!(home.jobs().await.len(), 1);
    assert!(check(&home.place.location()).await.sound, "{:#?}", check(&home.place.location()).await.findings);
}

/// Hands a text in with the laptop's time, which is right.
async fn tell(home: &Home, hand: &Hand, id: MessageId, request: SendRequest) -> Result<(), Problem> {
    let told = Told { sent_at: Some(home.desk.clock.now()), offset: Some(jiff::SignedDuration::ZERO) };
    match Texter::of(hand.actor.clone()).send_told(&home.desk, id, request, told).await.expect("an answer") {
        Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. }) => Ok(()),
        Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) => Err(problem),
        other => panic!("{other:?}"),
    }
}

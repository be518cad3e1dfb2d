//! Several stores on one PostgreSQL, as several processes have them: together they keep what one keeps.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;
use textbank::api::{
    admin::InviteRequest,
    message::{Outcome, Verdict},
    people::{JoinRequest, Role},
};
use textbank::db;
use textbank::domain::{
    ids::{DeviceId, MessageId},
    message::MessageKind::Initial,
};
use textbank::env::SeededIds;
use textbank::server::store::{
    command::Answer,
    handles::{Admin, Door, System, Texter, secret_hash},
    sql::SqlStore,
};

use crate::store_home::{Home, Kind, Place, people};

/// Far more than anything here takes.
const SOON: Duration = Duration::from_secs(60);

async fn two() -> Option<(Home, Home)> {
    let one = Home::try_new(Kind::Postgres).await?;
    let other = one.beside(8).await;
    Some((one, other))
}

/// Asks until it is so.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    let asking = async {
        let mut pause = tokio::time::interval(Duration::from_millis(10));
        while !so().await {
            pause.tick().await;
        }
    };
    tokio::time::timeout(SOON, asking).await.expect("in time");
}

#[tokio::test]
async fn what_one_commits_wakes_the_other_and_is_in_its_feed() {
    let Some((one, other)) = two().await else { return };
    let (_, campaign) = one.campaign(people(3)).await;
    let tess = one.join("Tess", Role::Texter).await;
    let slice = one.claim(&tess, campaign, 3).await;
    let mut woken = other.desk.store.wake();
    for contact in &slice {
        let id = one.initial(&tess, contact).await;
        let newest = other.events(&tess, campaign).await.last().expect("events").seq;
        tokio::time::timeout(SOON, woken.wait_for(|seen| *seen >= newest)).await.expect("in time").expect("open");
        assert_eq!(other.thread(&tess, contact.id).await, one.thread(&tess, contact.id).await);
        assert!(other.desk.store.verdict(&tess.actor, id.0).await.expect("read").is_some());
    }
    // Both wrote: neither builds on what it remembered.
    let late = other.join("Lou", Role::Texter).await;
    assert_ne!(late.actor.person, tess.actor.person);
    assert!(one.desk.store.session(secret_hash(&late.token)).await.expect("read").is_some());
}

#[tokio::test]
async fn claims_through_both_never_overlap() {
    let Some((one, other)) = two().await else { return };
    let (_, campaign) = one.campaign(people(60)).await;
    let mut hands = Vec::new();
    for name in ["Ann", "Bea", "Cal", "Dan", "Eve", "Fay"] {
        hands.push(one.join(name, Role::Texter).await);
    }
    let claims = hands.iter().enumerate().map(|(at, hand)| {
        let home = if at % 2 == 0 { &one } else { &other };
        async move { home.claim(hand, campaign, 10).await }
    });
    let slices = futures_util::future::join_all(claims).await;
    let all: Vec<_> = slices.iter().flatten().map(|contact| contact.id).collect();
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (60, 60));
}

#[tokio::test]
async fn an_id_that_arrives_through_both_has_one_verdict_and_one_job() {
    let Some((one, other)) = two().await else { return };
    let (_, campaign) = one.campaign(people(4)).await;
    let tess = one.join("Tess", Role::Texter).await;
    let slice = one.claim(&tess, campaign, 4).await;
    for contact in &slice {
        let (id, mut request) = (MessageId(one.fresh()), one.text(contact, Initial, "Hi there!"));
        one.minter.link(tess.actor.person, id.0, &mut request);
        let texter = Texter::of(tess.actor.clone());
        let (first, second) =
            tokio::join!(texter.send(&one.desk, id, request.clone()), texter.send(&other.desk, id, request.clone()));
        let (first, second) = (first.expect("an answer"), second.expect("an answer"));
        assert!(matches!(&first, Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. })), "{first:?}");
        assert_eq!(format!("{first:?}"), format!("{second:?}"));
    }
    assert_eq!(other.desk.store.open_jobs().await.expect("read"), (4, 0, 0));
    // Each job is taken to the carrier by one of them.
    let (here, there) = tokio::join!(System::claim_jobs(&one.desk, 4), System::claim_jobs(&other.desk, 4));
    let jobs = [here.expect("an answer"), there.expect("an answer")].map(|answer| match answer {
        Answer::Jobs(jobs) => jobs.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(jobs.iter().sum::<usize>(), 4, "{jobs:?}");
}

#[tokio::test]
async fn an_invite_for_one_lets_one_in_whoever_is_asked() {
    let Some((one, other)) = two().await else { return };
    let organization = one.desk.store.first_organization().await.expect("an organization");
    let request =
        InviteRequest { role: Role::Texter, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
    let Answer::Invite(invite) = System::invite(&one.desk, organization, request).await.expect("an answer") else {
        panic!("no invite")
    };
    let joins = (0..20).map(|at| {
        let home = if at % 2 == 0 { &one } else { &other };
        let device = DeviceId(home.fresh());
        let request = JoinRequest { invite: invite.secret.clone(), name: format!("Racer {at}"), device, proof: None };
        async move { Door::join(&home.desk, request).await.expect("an answer").is_ok() }
    });
    let joined = futures_util::future::join_all(joins).await;
    assert_eq!(joined.iter().filter(|joined| **joined).count(), 1);
}

#[tokio::test]
async fn a_sign_in_that_one_ends_is_refused_by_the_other() {
    let Some((one, other)) = two().await else { return };
    let (admin, _) = one.campaign(people(1)).await;
    let tess = one.join("Tess", Role::Texter).await;
    let remembered = other.desk.store.session(secret_hash(&tess.token)).await.expect("read");
    assert!(remembered.is_some());
    let admin = Admin::of(admin.actor).expect("an admin");
    admin.revoke_session(&one.desk, tess.actor.session).await.expect("an answer");
    // The other's clock stands still: it is the word that makes it forget.
    until(async || other.desk.store.session(secret_hash(&tess.token)).await.expect("read").is_none()).await;
}

#[tokio::test]
async fn who_stands_still_in_a_transaction_is_thrown_out_and_commits_nothing() {
    let Some(home) = Home::try_new(Kind::Postgres).await else { return };
    let Place::Postgres(database) = &home.place else { panic!("elsewhere") };
    let mut still = database.url().writer().await.expect("a connection");
    still.begin().await.expect("a transaction");
    db::query("UPDATE organizations SET name = 'Nobody'").execute(&mut still).await.expect("changed");
    let ann = home.join("Ann", Role::Texter).await;
    assert!(still.commit().await.is_err());
    assert!(!still.is_whole());
    assert_ne!(home.desk.store.me(&ann.actor).await.expect("read").organization, "Nobody");
}

#[tokio::test]
async fn who_stands_still_while_it_is_written_to_holds_up_nobody() {
    let Some(home) = Home::try_new(Kind::Postgres).await else { return };
    let Place::Postgres(database) = &home.place else { panic!("elsewhere") };
    let (client, line) = tokio_postgres::connect(&database.text(), tokio_postgres::NoTls).await.expect("a connection");
    let driver = tokio::spawn(line);
    // The lock of whoever writes, and more of an answer than the sockets hold.
    let holds = "SET idle_in_transaction_session_timeout = '3s'; SET statement_timeout = '9s'; BEGIN;
        SELECT pg_advisory_xact_lock(8387229001); SELECT repeat('x', 1000) FROM generate_series(1, 100000)";
    let answers = client.simple_query_raw(holds).await.expect("asked");
    let mut answers = std::pin::pin!(answers);
    let is_row = |answer: &_| matches!(answer, tokio_postgres::SimpleQueryMessage::Row(row) if row.len() == 1);
    let mut rows = 0;
    while rows < 2 {
        rows += usize::from(is_row(&answers.next().await.expect("an answer").expect("no error")));
    }
    // From here on nothing is read any more.
    until(async || System::expire_leases(&home.desk).await.is_ok()).await;
    let ended = async { while answers.next().await.is_some_and(|answer| answer.is_ok()) {} };
    tokio::time::timeout(SOON, ended).await.expect("in time");
    assert!(client.simple_query("COMMIT").await.is_err(), "its transaction is gone");
    driver.abort();
}

#[tokio::test]
async fn who_stands_still_before_it_makes_tables_lets_others_begin() {
    let Some(database) = crate::postgres::Database::make() else { return };
    let still = database.url().builder().await.expect("a connection");
    let place = Place::Postgres(database);
    let clock = textbank::env::SimClock::at(crate::store_home::start());
    let other = SqlStore::open(place.location(), clock, SeededIds::shared(1));
    tokio::time::timeout(Duration::from_secs(120), other).await.expect("in time").expect("it opens").close().await;
    assert!(!still.is_whole());
}

#[tokio::test]
async fn a_cut_line_to_the_database_is_made_again() {
    let Some(home) = Home::try_new(Kind::Postgres).await else { return };
    let (_, campaign) = home.campaign(people(2)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 2).await;
    let Place::Postgres(database) = &home.place else { panic!("elsewhere") };
    for contact in &slice {
        let (id, mut request) = (MessageId(home.fresh()), home.text(contact, Initial, "Hi there!"));
        home.minter.link(tess.actor.person, id.0, &mut request);
        database.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        let texter = Texter::of(tess.actor.clone());
        until(async || match texter.send(&home.desk, id, request.clone()).await {
            Ok(Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. })) => true,
            Ok(other) => panic!("{other:?}"),
            Err(_) => false,
        })
        .await;
        until(async || home.desk.store.thread(&tess.actor, contact.id, None, 9).await.is_ok()).await;
    }
    assert_eq!(home.desk.store.open_jobs().await.expect("read"), (2, 0, 0));
}

#[tokio::test]
async fn who_comes_back_to_a_database_that_was_moved_away_writes_nothing_more() {
    let Some(home) = Home::try_new(Kind::Postgres).await else { return };
    let (_, campaign) = home.campaign(people(1)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 1).await;
    let Place::Postgres(database) = &home.place else { panic!("elsewhere") };
    // As a copy does while this server's lines are cut.
    database.sql("INSERT INTO meta (key, value) VALUES ('set_aside', 'moved sqlite:elsewhere.db')");
    database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let text = home.text(&slice[0], Initial, "Hi there!");
    let texter = Texter::of(tess.actor.clone());
    until(async || match texter.send(&home.desk, MessageId(home.fresh()), text.clone()).await {
        Ok(other) => panic!("{other:?}"),
        Err(error) => error.to_string().contains("elsewhere.db"),
    })
    .await;
    until(async || home.desk.store.open_jobs().await.is_ok_and(|jobs| jobs == (0, 0, 0))).await;
}

#[tokio::test]
async fn what_an_older_server_would_not_keep_to_is_refused_beside_one() {
    let Some(home) = Home::try_new(Kind::Postgres).await else { return };
    let Place::Postgres(database) = &home.place else { panic!("elsewhere") };
    let admin = home.join("Ada", textbank::api::people::Role::Admin).await;
    let capped = textbank::domain::campaign::CampaignDef { frequency_days: 3, ..crate::store_home::definition() };
    let plain = home.import(&admin, crate::store_home::definition(), people(1)).await.campaign;
    let by = Admin::of(admin.actor.clone()).expect("an admin");
    // As a program of before calls itself.
    let mark = if database.text().contains('?') { '&' } else { '?' };
    let older = db::Url::parse(&format!("{}{mark}application_name=textbank", database.text())).expect("an address");
    let older = SqlStore::open(
        textbank::server::store::sql::Location::Postgres(older),
        textbank::env::SimClock::at(crate::store_home::start()),
        SeededIds::shared(9),
    )
    .await
    .expect("it opens");
    let answer = by.update_script(&home.desk, plain, capped.clone()).await.expect("an answer");
    assert!(matches!(&answer, Answer::Refused(problem) if problem.detail.contains("a frequency cap")), "{answer:?}");
    older.close().await;
    until(async || matches!(by.update_script(&home.desk, plain, capped.clone()).await, Ok(Answer::Changed(_)))).await;
}

#[tokio::test]
async fn many_that_start_at_once_make_the_tables_once() {
    let Some(database) = crate::postgres::Database::make() else { return };
    let place = Place::Postgres(database);
    let clock = textbank::env::SimClock::at(crate::store_home::start());
    let starts = (0..6).map(|seed| SqlStore::open(place.location(), clock.clone(), SeededIds::shared(seed)));
    let stores = futures_util::future::join_all(starts).await;
    for store in stores {
        store.expect("it opens").close().await;
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_without_its_password() {
    let url = db::Url::parse("postgres://ann:s3cret@127.0.0.1:1/bank").expect("an address");
    let clock = textbank::env::SimClock::at(crate::store_home::start());
    let location = textbank::server::store::sql::Location::Postgres(url);
    let error = SqlStore::open(location, clock, SeededIds::shared(1)).await.expect_err("nobody listens there");
    let said = error.to_string();
    assert!(said.contains("127.0.0.1:1") && !said.contains("s3cret"), "{said}");
}

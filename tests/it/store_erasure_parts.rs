//! An erasure in a feed too large for one statement: it goes through in parts, and one that fails leaves a mark where it stood.

use std::time::Duration;

use textbank::api::people::Role;
use textbank::server::store::{handles::System, sql::Location};
use tokio_postgres::{Client, NoTls};

use crate::store_home::{Home, Kind, Place, phone};
use crate::store_keeping::{deliver, erase, feed, sound, zephyrine};

/// What a statement of the writer may take here, instead of seconds. Each row that is emptied takes three milliseconds: all of them
/// far longer than this, those of a part far less.
const LIMIT: Duration = Duration::from_millis(700);

/// A feed of twenty parts, with one row in 250 about the person.
const MANY: &str = "INSERT INTO events (at, campaign, person, captain_only, payload)
     SELECT e.at, CASE WHEN n % 250 = 0 THEN e.campaign ELSE 99 END, e.person, e.captain_only,
         CASE WHEN n % 250 = 0 THEN e.payload ELSE '{}' END
     FROM generate_series(1, 100000) n, (SELECT * FROM events WHERE payload LIKE '%Kittens%' LIMIT 1) e ORDER BY n;
     CREATE FUNCTION takes_its_time() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_sleep(0.003); RETURN NEW; END $$;
     CREATE TRIGGER takes_its_time BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION takes_its_time()";

async fn look(client: &Client, question: &str) -> i64 {
    client.query_one(question, &[]).await.expect("an answer").get(0)
}

#[tokio::test]
async fn a_large_erasure_goes_through_in_parts_where_one_statement_could_not() {
    let Some(home) = Home::try_new(Kind::Postgres).await else { return };
    let (ada, campaign) = home.campaign(vec![zephyrine()]).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 1).await;
    home.initial(&tess, &slice[0]).await;
    deliver(&home).await;
    home.says(phone(0), "Kittens are lovely").await;
    let Place::Postgres(database) = &home.place else { panic!("a PostgreSQL") };
    database.sql(MANY);
    let (client, line) = tokio_postgres::connect(&database.text(), NoTls).await.expect("a line");
    let line = tokio::spawn(line);
    // All at once it would not pass.
    let limited = format!(
        "SET statement_timeout = {}; UPDATE events SET payload = payload WHERE payload LIKE '%Kittens%'",
        LIMIT.as_millis()
    );
    client.batch_execute(&limited).await.expect_err("too much for one statement");
    client.batch_execute("SET statement_timeout = 0").await.expect("set");
    let hurried = Location::Postgres(database.url().writes_within(LIMIT));
    let hurried = Home::open(Place::Beside(hurried), home.clock.clone(), Default::default()).await;
    assert!(erase(&hurried, &ada, phone(0), false).await.expect("erased").copies_left);
    // Somebody stands in the way of one part: it takes too long, and is not done at all.
    let middle =
        "SELECT seq FROM events WHERE payload LIKE '%Kittens%' AND seq > 50000 ORDER BY seq LIMIT 1 FOR UPDATE";
    client.batch_execute("BEGIN").await.expect("begun");
    let middle = look(&client, middle).await;
    let mut parts = 0;
    while System::purge_part(&hurried.desk).await.is_ok_and(|more| more) {
        parts += 1;
        assert!(parts < 20, "nothing stood in the way");
    }
    assert!(parts > 3, "{parts}");
    let place = look(&client, "SELECT place FROM erasures WHERE ended_at IS NULL").await;
    assert!(place < middle, "{place} {middle}");
    let undone = |above: bool| {
        let which = if above { ">" } else { "<=" };
        format!("SELECT COUNT(*) FROM events WHERE payload LIKE '%Kittens%' AND seq {which} {place}")
    };
    assert_eq!(look(&client, &undone(false)).await, 0, "up to the mark all is done");
    assert!(look(&client, &undone(true)).await > 100, "and behind it nothing yet");
    // Whoever reads the feed meanwhile is told what it will say.
    let said = feed(&hurried, &ada, campaign).await;
    assert!(!said.contains("Kittens") && !said.contains("Zephyrine"), "said of somebody who was erased");
    client.batch_execute("ROLLBACK").await.expect("out of the way");
    System::purge(&hurried.desk).await.expect("all parts");
    assert_eq!(look(&client, "SELECT COUNT(*) FROM events WHERE payload LIKE '%Kittens%'").await, 0);
    assert_eq!(look(&client, "SELECT COUNT(*) FROM erasures WHERE ended_at IS NULL").await, 0);
    line.abort();
    sound(&home).await;
}

//! A statement for many rows comes to the same on every database, however it is put.

use textbank::db::{self, Conn, Error, Options, Others, Row, Value};

use crate::postgres::Database;

/// A connection to each kind of database that there is; what keeps it alive comes along.
async fn everywhere() -> Vec<(Conn, Option<Database>)> {
    let mut all = vec![(Options::memory().open().await.expect("a database"), None)];
    if let Some(database) = Database::make() {
        all.push((database.url().builder().await.expect("a database"), Some(database)));
    }
    for (conn, _) in &mut all {
        let tables = "CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT, bytes BLOB, many INTEGER NOT NULL DEFAULT 0) STRICT;
            CREATE UNIQUE INDEX things_word ON things(word);
            CREATE TABLE wide (id INTEGER PRIMARY KEY, word TEXT, bytes BLOB, many INTEGER, more TEXT) STRICT;";
        db::script(tables, conn).await.expect("tables");
    }
    all
}

async fn things(conn: &mut Conn) -> Vec<Vec<Value>> {
    let rows = db::query("SELECT id, word, bytes, many FROM things ORDER BY id").fetch_all(conn).await.expect("rows");
    rows.into_iter().map(Row::into_values).collect()
}

fn word(n: usize) -> Value {
    format!("word \u{2019}{n}\u{2019} {{\"}}, NULL").into()
}

const ADD: &str = "INSERT INTO things (word, bytes) VALUES ($1, $2)";
const COUNT: &str = "UPDATE things SET many = many + $2 WHERE id = $1";
const SET: &str = "UPDATE things SET many = $2 WHERE word = $1";
const EITHER: &str = "INSERT INTO things (word, many) VALUES ($1, $2) ON CONFLICT (word) DO UPDATE SET many = things.many + excluded.many";

#[tokio::test]
async fn rows_are_numbered_in_their_order_and_hold_what_was_given() {
    for (mut conn, _database) in everywhere().await {
        let bytes = |n: usize| if n.is_multiple_of(3) { Value::Null } else { vec![0_u8; n % 5].into() };
        let rows: Vec<_> = (0..300).map(|n| vec![if n == 7 { Value::Null } else { word(299 - n) }, bytes(n)]).collect();
        db::each(ADD, rows.clone(), &mut conn).await.expect("added");
        let expected: Vec<_> =
            (1_i64..).zip(rows).map(|(id, row)| [vec![id.into()], row, vec![0_i64.into()]].concat()).collect();
        assert_eq!(things(&mut conn).await, expected);
    }
}

const WIDE: &str = "INSERT INTO wide (word, bytes, many, more) VALUES ($1, $2, $3, $4)";
const WIDER: &str = "UPDATE wide SET word = $2, bytes = $3, many = $4 WHERE id = $1";

#[tokio::test]
async fn rows_of_many_values_hold_what_was_given_whatever_was_taken_back_before() {
    for (mut conn, _database) in everywhere().await {
        let value = |n: i64| -> Vec<Value> {
            let nothing = n.rem_euclid(3) == 0;
            let many = if nothing { Value::Null } else { (n - 7).into() };
            let bytes = if nothing { Value::Null } else { vec![7_u8; usize::try_from(n % 5).expect("few")].into() };
            vec![word(usize::try_from(n).expect("few")), bytes, many, if n == 9 { Value::Null } else { "".into() }]
        };
        let numbered = |rows: Vec<Vec<Value>>| -> Vec<Vec<Value>> {
            (1_i64..).zip(rows).map(|(id, row)| [vec![id.into()], row].concat()).collect()
        };
        // What the database makes for many at once is gone with what is taken back.
        for _ in 0..2 {
            conn.begin().await.expect("a transaction");
            db::each(WIDE, (0..40).map(value).collect(), &mut conn).await.expect("added");
            conn.roll_back().await.expect("rolled back");
        }
        db::script("DELETE FROM wide", &mut conn).await.expect("empty");
        for few in [2, 40] {
            conn.begin().await.expect("a transaction");
            let first = db::query("SELECT COALESCE(MAX(id), 0) FROM wide").fetch_one(&mut conn).await.expect("a row");
            let first: i64 = first.try_get(0).expect("a number");
            db::query("SAVEPOINT one").execute(&mut conn).await.expect("a savepoint");
            db::each(WIDE, (0..few).map(value).collect(), &mut conn).await.expect("added");
            db::query("ROLLBACK TO one").execute(&mut conn).await.expect("taken back");
            db::query("RELEASE one").execute(&mut conn).await.expect("left");
            db::each(WIDE, (0..few).map(value).collect(), &mut conn).await.expect("added");
            let steps = vec![(WIDE, (few..2 * few).map(value).collect())];
            let committed = conn.commit_with(steps, None, true).await.expect("written");
            committed.expect("committed");
            let rows = db::query("SELECT word, bytes, many, more FROM wide WHERE id > $1 ORDER BY id")
                .bind(first)
                .fetch_all(&mut conn)
                .await
                .expect("rows");
            let rows: Vec<_> = rows.into_iter().map(Row::into_values).collect();
            assert_eq!(rows, (0..2 * few).map(value).collect::<Vec<_>>());
        }
        // Numbered anew, and changed.
        db::script("DELETE FROM wide", &mut conn).await.expect("empty");
        let all: Vec<_> = numbered((0..40).map(value).collect());
        db::each("INSERT INTO wide (id, word, bytes, many, more) VALUES ($1, $2, $3, $4, $5)", all, &mut conn)
            .await
            .expect("added");
        let changed = numbered((100..140).map(value).collect());
        let short: Vec<_> = changed.iter().map(|row| row[..4].to_vec()).collect();
        db::each(WIDER, short.clone(), &mut conn).await.expect("changed");
        let rows = db::query("SELECT id, word, bytes, many FROM wide ORDER BY id").fetch_all(&mut conn).await;
        let rows: Vec<_> = rows.expect("rows").into_iter().map(Row::into_values).collect();
        assert_eq!(rows, short);
    }
}

#[tokio::test]
async fn rows_are_found_by_a_list_of_their_names() {
    for (mut conn, _database) in everywhere().await {
        let ids: Vec<_> = (0..5_u8).map(|n| uuid::Uuid::from_bytes([n; 16])).collect();
        db::each(ADD, ids.iter().map(|id| vec![id.to_string().into(), (*id).into()]).collect(), &mut conn)
            .await
            .expect("added");
        for wanted in [0..0, 1..3, 4..5] {
            let list = serde_json::to_string(&ids[wanted.clone()]).expect("a list");
            let numbers: Vec<_> = wanted.clone().map(|at| at + 1).collect();
            let numbers = serde_json::to_string(&numbers).expect("a list");
            let by_id = "SELECT id FROM things WHERE bytes IN (SELECT unhex(atom, '-') FROM json_each($1)) ORDER BY id";
            let by_number =
                "SELECT id FROM things WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY id";
            for (sql, list) in [(by_id, list), (by_number, numbers)] {
                let rows = db::query(sql).bind(list).fetch_all(&mut conn).await.expect("rows");
                let found: Vec<i64> = rows.iter().map(|row| row.try_get(0).expect("a number")).collect();
                let expected: Vec<i64> = wanted.clone().map(|at| i64::try_from(at).expect("few") + 1).collect();
                assert_eq!(found, expected, "{sql}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_about_one_row_twice_happens_twice() {
    for (mut conn, _database) in everywhere().await {
        let add = |many: i64| (0..3).map(move |n| vec![word(n), many.into()]);
        db::each(EITHER, add(1).collect(), &mut conn).await.expect("added");
        db::each(EITHER, add(10).chain(add(100)).collect(), &mut conn).await.expect("added");
        db::each(COUNT, vec![vec![1_i64.into(), 1_000_i64.into()], vec![1_i64.into(), 1_000_i64.into()]], &mut conn)
            .await
            .expect("changed");
        db::each(COUNT, vec![vec![2_i64.into(), 5_000_i64.into()], vec![9_i64.into(), 1_i64.into()]], &mut conn)
            .await
            .expect("changed");
        let counts = db::query("SELECT many FROM things ORDER BY word").fetch_all(&mut conn).await.expect("rows");
        let counts: Vec<i64> = counts.iter().map(|row| row.try_get(0).expect("a number")).collect();
        assert_eq!(counts, [2_111, 5_111, 111]);
    }
}

#[tokio::test]
async fn what_goes_out_together_is_committed_wholly_or_not_at_all() {
    for (mut conn, _database) in everywhere().await {
        let good = || (ADD, vec![vec![word(1), Value::Null], vec![word(2), Value::Null]]);
        // A row that is there, a value that is no number, and one that may not be.
        let bad = [
            (ADD, vec![vec![word(3), Value::Null], vec![word(1), Value::Null]]),
            (SET, vec![vec![word(1), "five".into()]]),
            (SET, vec![vec![word(1), "five".into()], vec![word(2), 5_i64.into()]]),
            (SET, vec![vec![word(1), Value::Null]]),
        ];
        for (at, bad) in bad.into_iter().enumerate() {
            for steps in [vec![good(), bad.clone()], vec![good(), bad, good()]] {
                conn.begin().await.expect("a transaction");
                let error =
                    conn.commit_with(steps, Some("SELECT MAX(id) FROM things"), true).await.expect_err("a fault");
                assert_eq!(matches!(error, Error::Unique(_)), at == 0, "{error}");
                conn.roll_back().await.expect("rolled back");
                assert_eq!(things(&mut conn).await, Vec::<Vec<Value>>::new());
            }
        }
        conn.begin().await.expect("a transaction");
        let newest = conn.commit_with(vec![good()], Some("SELECT COUNT(*) FROM things"), false).await.expect("written");
        assert_eq!(newest.expect("committed").expect("a row").try_get::<i64>(0), Ok(2));
        assert_eq!(things(&mut conn).await.len(), 2);
    }
}

#[tokio::test]
async fn several_questions_are_answered_each_with_its_rows() {
    for (mut conn, _database) in everywhere().await {
        db::each(ADD, (0..4).map(|n| vec![word(n), Value::Null]).collect(), &mut conn).await.expect("added");
        let questions = (0_i64..4).map(|n| db::query("SELECT id FROM things WHERE id <= $1").bind(n)).collect();
        let answers = db::ask(questions, &mut conn).await.expect("answers");
        assert_eq!(answers.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(
            db::ask(vec![db::query("SELECT 1"), db::query("SELECT nothing FROM things")], &mut conn).await.is_err()
        );
    }
}

#[tokio::test]
async fn everybody_hears_what_kind_of_thing_others_wrote() {
    let Some(database) = Database::make() else { return };
    let mut one = database.url().builder().await.expect("a connection");
    db::script("CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT, bytes BLOB) STRICT", &mut one)
        .await
        .expect("tables");
    drop(one);
    let (mut one, mut other) =
        (database.url().writer().await.expect("one"), database.url().writer().await.expect("one"));
    let step = |n: usize| vec![(ADD, vec![vec![word(n), Value::Null]])];
    let heard = async |conn: &mut Conn| {
        let others = conn.begin().await.expect("a transaction");
        conn.roll_back().await.expect("rolled back");
        others
    };
    assert_eq!(one.begin().await, Ok(Others::Anything), "nothing is known yet");
    one.commit_with(step(0), None, true).await.expect("written").expect("committed");
    assert_eq!(one.begin().await, Ok(Others::Nothing));
    one.commit().await.expect("committed");
    // What wrote nothing counts as nothing.
    other.begin().await.expect("a transaction");
    other.commit_with(Vec::new(), None, false).await.expect("written").expect("committed");
    assert_eq!(one.begin().await, Ok(Others::Nothing));
    one.commit().await.expect("committed");
    for (kinds, wanted) in [
        (&[true][..], Others::Routine),
        (&[true, true], Others::Routine),
        (&[true, false, true], Others::Anything),
        (&[false], Others::Anything),
    ] {
        for (n, routine) in kinds.iter().enumerate() {
            other.begin().await.expect("a transaction");
            other.commit_with(step(n), None, *routine).await.expect("written").expect("committed");
        }
        assert_eq!(one.begin().await, Ok(wanted), "{kinds:?}");
        one.commit_with(step(9), None, true).await.expect("written").expect("committed");
    }
    // Who took something back knows nothing any more.
    assert_eq!(heard(&mut one).await, Others::Nothing);
    assert_eq!(heard(&mut one).await, Others::Anything);
}

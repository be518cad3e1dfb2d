//! No command and no question that is asked often reads every row of a big table.

use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::{act::GIVE_BACK, back::LATE, held, jobs::OPEN_SINCE, read, schema};

async fn plan(sql: &'static str) -> Vec<String> {
    let mut conn = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
    schema::migrate(&mut conn, 0).await.expect("tables");
    let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::query(explained).fetch_all(&mut conn).await.expect("a plan");
    rows.iter().map(|row| row.get::<String, _>(3)).collect()
}

#[rstest::rstest]
#[case::jobs_to_sweep(OPEN_SINCE, &["jobs_open"])]
#[case::rest_of_the_board(read::BOARD_REST, &["contacts_waiting", "jobs_open"])]
#[case::undecided_texts(held::HELD, &["jobs_undecided"])]
#[case::attempts_to_look_up(held::TO_LOOK_UP, &["jobs_undecided"])]
#[case::my_campaigns(read::CAMPAIGNS, &["contacts_hand"])]
#[case::texts_that_come_back(LATE, &["jobs_late"])]
#[case::giving_back(GIVE_BACK, &["contacts_hand"])]
#[tokio::test]
async fn looks_only_where_it_must(#[case] sql: &'static str, #[case] indexes: &[&str]) {
    let plan = plan(sql).await;
    let scans = |line: &&String| {
        line.starts_with("SCAN")
            && !line.contains("CONSTANT ROW")
            && !["SCAN k", "SCAN campaigns"].contains(&line.as_str())
    };
    assert_eq!(plan.iter().find(scans), None, "{plan:?}");
    for index in indexes {
        assert!(plan.iter().any(|line| line.contains(index)), "{index} in {plan:?}");
    }
}

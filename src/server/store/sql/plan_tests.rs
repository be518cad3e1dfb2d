//! No command and no question that is asked often reads every row of a big table.

use super::{act::GIVE_BACK, back::LATE, held, jobs::OPEN_SINCE, read, schema};
use crate::db::{self, Options};

async fn plan(sql: &'static str) -> Vec<String> {
    let mut conn = Options::memory().open().await.expect("a database");
    schema::migrate(&mut conn, 0).await.expect("tables");
    let explained: &'static str = format!("EXPLAIN QUERY PLAN {sql}").leak();
    // A plan does not depend on the values; no statement here has more of them.
    let query = (0..9).fold(db::query(explained), |query, _| query.bind(None::<i64>));
    let rows = query.fetch_all(&mut conn).await.expect("a plan");
    rows.iter().map(|row| row.try_get::<String>(3).expect("a line")).collect()
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

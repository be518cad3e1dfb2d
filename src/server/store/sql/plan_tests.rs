//! No command and no question that is asked often reads every row of a big table.

use super::{
    act,
    back::LATE,
    closing, copies, eligible, erasure, export, figures, follow_up,
    giving_back::{GIVE_BACK, STILL_FREE},
    held, household,
    jobs::{OPEN_SINCE, WAITING},
    own_words, pool, read, schema, todos, turnout, whereabouts,
};
use crate::api::closing::InTheWay;
use crate::db::{self, Options};

async fn plan(sql: &'static str) -> Vec<String> {
    let mut conn = Options::memory().open().await.expect("a database");
    schema::migrate(&mut conn, 0).await.expect("tables");
    let explained: &'static str = format!("EXPLAIN QUERY PLAN {sql}").leak();
    // A plan does not depend on the values; no statement here has more of them.
    let query = (0..60).fold(db::query(explained), |query, _| query.bind(None::<i64>));
    let rows = query.fetch_all(&mut conn).await.expect("a plan");
    rows.iter().map(|row| row.try_get::<String>(3).expect("a line")).collect()
}

#[rstest::rstest]
#[case::jobs_to_sweep(OPEN_SINCE, &["jobs_open"])]
#[case::what_waits_to_go(WAITING, &["jobs_ready"])]
#[case::rest_of_the_board(read::BOARD_REST, &["contacts_waiting", "jobs_open"])]
#[case::undecided_texts(held::HELD, &["jobs_undecided"])]
#[case::attempts_to_look_up(held::TO_LOOK_UP, &["jobs_undecided"])]
#[case::my_campaigns(todos::IN_HAND, &["contacts_hand"])]
#[case::who_waits_for_an_owner(todos::LATE, &["contacts_waiting"])]
#[case::what_a_feed_missed(read::EVENTS, &["events USING INTEGER PRIMARY KEY (rowid>?)"])]
#[case::what_happens(read::TOLD, &["events USING INTEGER PRIMARY KEY (rowid>?)"])]
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

/// What an export and a report ask is bounded by contacts' numbers, never by a campaign: of big tables they read a run.
#[rstest::rstest]
#[case::contacts(export::CONTACTS, &["c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "i USING INDEX messages_one_initial"])]
#[case::columns(export::COLUMNS, &["c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"])]
#[case::old_words(crate::server::store::sql::retention::DUE, &["c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "m USING INDEX", "n USING INDEX"])]
#[case::how_many_old_words(crate::server::store::sql::retention::COUNT, &["c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "m USING INDEX", "n USING INDEX"])]
#[case::people(figures::PEOPLE, &["c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "i USING INDEX messages_one_initial"])]
#[case::texts(figures::TEXTS, &["m USING INDEX"])]
#[case::waits(figures::WAITS, &["m USING INDEX"])]
#[case::opt_outs(figures::OPT_OUTS, &["n USING INDEX notes_thread (contact>? AND contact<?)"])]
#[case::messages(export::MESSAGES, &["contact"])]
#[case::where_texted(export::TEXTED_IN, &["SCAN j", "o USING INDEX contacts_phone", "messages_one_initial"])]
#[case::who_may_be_texted(eligible::CONTACTS, &["SCAN j", "c USING INTEGER PRIMARY KEY (rowid=?)"])]
#[case::what_is_known(eligible::KNOWN, &["SCAN j", "o USING INDEX contacts_phone (organization=? AND phone=?)"])]
#[case::texted_elsewhere(pool::LATELY, &["SCAN j", "c USING INTEGER PRIMARY KEY (rowid=?)", "contacts_phone (organization=? AND phone=?)"])]
#[case::kept_for_nobody(pool::FREE, &["contacts_pool_apart (campaign=? AND zone_set=? AND texted_elsewhere=? AND kept_for=? AND id>?)"])]
#[case::kept_for_one(pool::KEPT, &["contacts_pool_apart (campaign=? AND zone_set=? AND texted_elsewhere=? AND kept_for=? AND id>?)"])]
#[case::kept_for_those_who_are_gone(pool::KEPT_FOR, &["SCAN k", "contacts_pool_apart (campaign=? AND zone_set=? AND texted_elsewhere=? AND kept_for=?)"])]
#[case::whose_days_are_over(pool::WAKE, &["contacts_pool_lately (campaign=? AND texted_elsewhere<?)"])]
#[case::who_waits(pool::WAITING, &["contacts_pool_lately"])]
#[case::words_beside_an_opt_out(erasure::SAID, &["audit USING INDEX audit_opted_out (subject=?)"])]
#[case::words_beside_a_number(erasure::SAID_OF_A_NUMBER, &["audit USING INDEX audit_opted_out (subject=? AND detail=?)"])]
#[case::words_beside_a_hold(erasure::HELD_FOR, &["a USING INDEX audit_hold_set (organization=?)"])]
#[case::copies_in_the_feed(copies::REPEATED, &["events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"])]
#[case::a_part_of_the_feed(copies::END, &["events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"])]
#[case::copies_of_carriers(copies::CARRIERS, &["carrier_events USING PRIMARY KEY ((carrier,key)>(?,?)"])]
#[case::a_part_of_the_carriers(copies::CARRIERS_END, &["carrier_events USING PRIMARY KEY ((carrier,key)>(?,?)"])]
#[case::who_waits_at_a_door(turnout::FIRST_WAITING, &["r USING INDEX rsvps_of (campaign=? AND event=? AND answer=?)"])]
#[case::numbers_of_several_people(household::SHARED, &["c USING INDEX contacts_shared (campaign=?)"])]
#[case::who_may_have_opted_out(closing::concerned(InTheWay::Undecided).expect("a look"), &["contacts USING INDEX contacts_doubt (campaign=?)"])]
#[case::answers_of_a_run(own_words::ANSWERED, &["c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"])]
#[case::how_many_wait_there(turnout::WAIT, &["r USING COVERING INDEX rsvps_of (campaign=? AND event=? AND answer=? AND place>? AND place<?)"])]
#[case::whom_somebody_had(act::EVER_THEIRS, &["c USING INDEX claims_of (person=? AND campaign=?)"])]
#[case::whom_somebody_was_given(whereabouts::GIVEN, &["c USING INDEX claims_of (person=? AND campaign=?)"])]
#[case::who_has_them_now(whereabouts::NOW_WITH, &["SCAN j", "c USING INTEGER PRIMARY KEY (rowid=?)", "p USING INTEGER PRIMARY KEY"])]
#[case::who_is_still_free(STILL_FREE, &["SCAN j", "c USING INTEGER PRIMARY KEY (rowid=?)"])]
#[case::who_is_copied(follow_up::COPY, &["SCAN j", "c USING INTEGER PRIMARY KEY (rowid=?)"])]
#[tokio::test]
async fn a_page_of_results_reads_a_run_of_contacts(#[case] sql: &'static str, #[case] ways: &[&str]) {
    let plan = plan(sql).await;
    let scans = ["SCAN c", "SCAN m", "SCAN n", "SCAN i", "SCAN s"];
    let whole =
        plan.iter().find(|line| scans.iter().any(|scan| *line == scan || line.starts_with(&format!("{scan} "))));
    assert_eq!(whole, None, "{plan:?}");
    for way in ways {
        assert!(plan.iter().any(|line| line.contains(way)), "{way} in {plan:?}");
    }
}

/// What grows with the contacts, the texts and the days.
const BIG: &[&str] = &[
    "contacts",
    "messages",
    "jobs",
    "attempts",
    "verdicts",
    "events",
    "audit",
    "ledger",
    "notes",
    "carrier_events",
    "claims",
    "suppressions",
    "unmatched_inbound",
];

/// What looks worse in its plan than it is: for an insert of several people SQLite plans a look for rows that already name
/// them, and takes it only while a reference is broken.
const NOT_TAKEN: &[&str] = &["INSERT INTO people"];

/// Everything that a shift asks, asked once: no statement of it reads a whole big table, whoever wrote it and wherever it stands.
#[tokio::test]
async fn nothing_that_a_shift_asks_reads_a_whole_table() {
    drop(db::asked::take());
    super::writer_tests::whole_shift().await;
    let asked = db::asked::take();
    for wanted in
        ["jobs_ready ", "contacts_pool", "FROM events", "token_hash", "m.seq < $2", "c.assigned = $1", "INTO verdicts"]
    {
        assert!(asked.iter().any(|sql| sql.contains(wanted)), "no statement has {wanted:?}: is the shift whole?");
    }
    let mut slow = Vec::new();
    for sql in asked {
        let word = sql.split_whitespace().next().unwrap_or_default();
        if !["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&word)
            || NOT_TAKEN.iter().any(|part| sql.contains(part))
        {
            continue;
        }
        for line in plan(sql).await {
            let whole = line.strip_prefix("SCAN ").and_then(|rest| rest.split_whitespace().next());
            let Some(name) = whole else { continue };
            // An alias is a letter or a word of the statement: what it stands for is written before it.
            let table = BIG.iter().find(|table| {
                **table == name
                    || sql.contains(&format!("{table} {name}"))
                    || sql.contains(&format!("{table} AS {name}"))
            });
            if table.is_some() {
                slow.push(format!("{line}: {sql}"));
            }
        }
    }
    assert_eq!(slow, Vec::<String>::new());
}

//! Older programs can work on the tables of newer ones.

use rstest::rstest;

use super::STEPS;

/// The steps before were there before the first program that shared a database with others.
const SHARED_SINCE: usize = 8;

/// The statements of a step, without comments; a trigger is one of them.
fn statements(sql: &str) -> Vec<String> {
    let plain: String = sql.lines().filter_map(|line| line.split("--").next()).collect::<Vec<_>>().join(" ");
    let mut all: Vec<String> = Vec::new();
    let mut trigger = String::new();
    for part in plain.split(';') {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        if trigger.is_empty() && !part.starts_with("CREATE TRIGGER ") {
            all.extend((!part.is_empty()).then_some(part));
        } else if part == "END" {
            all.push(std::mem::take(&mut trigger));
        } else {
            trigger.push_str(&part);
            trigger.push(';');
        }
    }
    assert!(trigger.is_empty(), "a trigger without an end: {trigger}");
    all
}

/// What in a step an older program could not bear.
fn unbearable(sql: &str) -> Vec<String> {
    let all = statements(sql);
    let made: Vec<&str> =
        all.iter().filter_map(|one| one.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next()).collect();
    let bears = |one: &&String| {
        if let Some(column) = one.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" ADD COLUMN ")) {
            let may_be_left_out = !column.1.contains("NOT NULL") || column.1.contains("DEFAULT ");
            return may_be_left_out && !["UNIQUE", "CHECK", "PRIMARY KEY"].iter().any(|word| column.1.contains(word));
        }
        if let Some(index) = one.strip_prefix("CREATE UNIQUE INDEX ") {
            let table = index.split_once(" ON ").and_then(|(_, table)| table.split(['(', ' ']).next());
            return table.is_some_and(|table| made.contains(&table));
        }
        let adds = ["CREATE TABLE ", "CREATE INDEX ", "DROP INDEX ", "CREATE TRIGGER ", "UPDATE ", "INSERT INTO "];
        adds.iter().any(|word| one.starts_with(word)) && !one.contains("RAISE(")
    };
    all.iter().filter(|one| !bears(one)).cloned().collect()
}

#[test]
fn an_older_program_can_work_beside_every_step_that_does_not_shut_it_out() {
    let mut least = 0;
    for (number, step) in STEPS.iter().enumerate() {
        let shuts_out = step.min_program > least;
        least = least.max(step.min_program);
        if number >= SHARED_SINCE && !shuts_out {
            assert_eq!(unbearable(step.sql), [""; 0], "step {} needs a higher min_program, or another way", number + 1);
        }
    }
    assert!(STEPS.len() > SHARED_SINCE);
}

#[rstest]
#[case::a_column_to_be_filled("ALTER TABLE t ADD COLUMN c INTEGER NOT NULL;")]
#[case::a_column_that_refuses("ALTER TABLE t ADD COLUMN c INTEGER UNIQUE;")]
#[case::a_column_away("ALTER TABLE t DROP COLUMN c;")]
#[case::another_name("ALTER TABLE t RENAME TO u;")]
#[case::a_table_away("DROP TABLE t;")]
#[case::an_index_that_refuses("CREATE TABLE u (a INTEGER) STRICT; CREATE UNIQUE INDEX i ON t(a);")]
#[case::a_trigger_that_refuses("CREATE TRIGGER g BEFORE UPDATE OF a ON t BEGIN SELECT RAISE(ABORT, 'no'); END;")]
#[case::rows_away("DELETE FROM t;")]
fn what_an_older_program_cannot_bear_is_found(#[case] sql: &str) {
    assert_eq!(unbearable(sql).len(), 1, "{sql}");
}

#[test]
fn what_it_can_bear_is_let_pass() {
    let sql = "
        ALTER TABLE t ADD COLUMN a INTEGER; -- DROP TABLE t;
        ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE u (a INTEGER NOT NULL) STRICT;
        CREATE UNIQUE INDEX i ON u(a);
        CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE u SET a = a + 1; INSERT INTO u (a) VALUES (1); END;
        DROP INDEX j;";
    assert_eq!(unbearable(sql), [""; 0]);
    assert_eq!(statements(sql).len(), 6);
}

//! The common statements in PostgreSQL's words.
//!
//! The store writes each statement once, in the SQL that SQLite and PostgreSQL share. What is left is little enough to be
//! put by rule: names of types, SQLite's table options, hints for its planner, and the few functions that this module makes.

use std::borrow::Cow;

/// What SQLite brings along and PostgreSQL is taught, and the count of the commits. Safe to run again.
pub(super) const GROUND: &str = "
CREATE OR REPLACE FUNCTION textbank_each(list text) RETURNS TABLE (key bigint, value jsonb, atom text)
    LANGUAGE sql IMMUTABLE AS $$ SELECT o.place - 1, o.item, o.item #>> '{}' FROM jsonb_array_elements(list::jsonb) WITH ORDINALITY AS o(item, place) $$;
CREATE OR REPLACE FUNCTION unhex(digits text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
    AS $$ SELECT decode(digits, 'hex') $$;
CREATE OR REPLACE FUNCTION unhex(digits text, ignored text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
    AS $$ SELECT decode(replace(digits, ignored, ''), 'hex') $$;
CREATE TABLE IF NOT EXISTS textbank_turn (turn BIGINT NOT NULL);
INSERT INTO textbank_turn (turn) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM textbank_turn);
DO $$ BEGIN
    -- Looked for first: adding it locks out whoever writes, also where it is there already.
    IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'textbank_turn'::regclass AND attname = 'routine') THEN
        ALTER TABLE textbank_turn ADD COLUMN routine BIGINT NOT NULL DEFAULT 0;
    END IF;
END $$;
";

/// A statement for many lists of values at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Many {
    /// It takes a list for each of the values.
    pub(super) sql: String,
    /// The same; it takes one list of rows. For the database that is the less work, the more values there are.
    pub(super) of_rows: Option<OfRows>,
    /// Values, counted from 0, that together name the row it is about; two lists that name the same one must not go together. None:
    /// each list is about a row of its own.
    pub(super) key: Vec<usize>,
}

/// A statement that takes one list of rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OfRows {
    pub(super) sql: String,
    /// The type of a row, named by the types in it.
    pub(super) name: String,
    /// Makes that type.
    pub(super) make: String,
}

/// So few values are lists of their own.
const FEW: usize = 4;

impl OfRows {
    /// None where it is not worth it, or a type has no letter here.
    fn new(types: &[&str], sql: impl Fn(&str) -> String) -> Option<Self> {
        if types.len() < FEW || types.len() > 48 {
            return None;
        }
        let letter = |name: &&str| match *name {
            "int8" => Some('i'),
            "text" => Some('t'),
            "bytea" => Some('b'),
            _ => None,
        };
        let letters: String = types.iter().map(letter).collect::<Option<_>>()?;
        let name = format!("textbank_of_{letters}");
        let columns = (1..).zip(types).map(|(n, name)| format!("p{n} {name}")).collect::<Vec<_>>().join(", ");
        let make = format!("CREATE TYPE {name} AS ({columns})");
        Some(Self { sql: sql(&format!("$1::{name}[]")), name, make })
    }
}

/// A statement about one row as one about many; `types` are those of its values. None for those whose form is not known here.
pub(super) fn many(sql: &str, types: &[&str]) -> Option<Many> {
    // No word of such a statement is in quotes with white space.
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if types.is_empty() || ["SELECT ", "RETURNING ", "json_each"].iter().any(|word| sql.contains(word)) {
        return None;
    }
    let lists = (1..).zip(types).map(|(n, name)| format!("${n}::{name}[]")).collect::<Vec<_>>().join(", ");
    let columns = (1..=types.len()).map(|n| format!("p{n}")).collect::<Vec<_>>().join(", ");
    let each = |part: &str| part.replace('$', "v.p");
    if sql.starts_with("INSERT INTO ") {
        let (head, rest) = sql.split_once(" VALUES (")?;
        let (values, rest) = rest.split_once(')')?;
        if values.contains('(') || rest.contains('$') {
            return None;
        }
        let key = conflict(head, values, rest)?;
        let (values, rest) = (each(values), rest.trim());
        // In the order of the lists: rows that the database numbers are numbered in it.
        let sql = |lists: &str| {
            format!(
                "{head} SELECT {values} FROM unnest({lists}) WITH ORDINALITY AS v({columns}, place) ORDER BY v.place {rest}"
            )
        };
        return Some(Many { sql: sql(&lists), of_rows: OfRows::new(types, sql), key });
    }
    let (head, condition) = sql.strip_prefix("UPDATE ").and(sql.split_once(" WHERE "))?;
    let named = condition.split(' ').take(3).collect::<Vec<_>>();
    let [_, "=", value] = named.as_slice() else { return None };
    let key = value.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1)?;
    if condition.contains(" OR ") {
        return None;
    }
    let (head, condition) = (each(head), each(condition));
    let sql = |lists: &str| format!("{head} FROM unnest({lists}) AS v({columns}) WHERE {condition}");
    Some(Many { sql: sql(&lists), of_rows: OfRows::new(types, sql), key: vec![key] })
}

/// What names the row that an insert changes when it is there already. None: that cannot be told.
fn conflict(head: &str, values: &str, rest: &str) -> Option<Vec<usize>> {
    if !rest.contains("DO UPDATE") {
        return Some(Vec::new());
    }
    let (_, columns) = head.split_once('(')?;
    let columns: Vec<_> = columns.trim_end_matches(')').split(", ").collect();
    let values: Vec<_> = values.split(", ").collect();
    let (names, _) = rest.split_once("ON CONFLICT (")?.1.split_once(')')?;
    let place = |name: &str| {
        let at = columns.iter().position(|column| *column == name)?;
        values.get(at)?.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1)
    };
    names.split(", ").map(place).collect()
}

/// The index of contacts that wait to be handed out: in PostgreSQL of those of which a column says so.
const POOL: &str = "contacts_pool";

/// Rows that a list names are looked up one by one in the index, always. Where the list is a question of its own, a plan made
/// while the table was small may go through all of it instead.
fn named_by_list(sql: &str) -> String {
    let mut sql = sql.to_owned();
    for (common, list) in [
        ("IN (SELECT unhex(atom, '-') FROM json_each(", "bytea[]"),
        ("IN (SELECT CAST(atom AS BIGINT) FROM json_each(", "int8[]"),
    ] {
        while let Some((before, after)) = sql.split_once(common)
            && let Some((value, rest)) = after.split_once("))")
        {
            sql = format!("{before}= ANY({value}::{list}){rest}");
        }
    }
    sql
}

/// A statement for rows.
pub(super) fn statement(sql: &str) -> Cow<'_, str> {
    if !sql.contains("INDEXED BY") && !sql.contains("json_each(") {
        return Cow::Borrowed(sql);
    }
    let mut out = String::with_capacity(sql.len());
    let sql = named_by_list(sql);
    let mut rest = sql.as_str();
    while let Some((before, after)) = rest.split_once("INDEXED BY ") {
        out.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if after.starts_with(POOL)
            && let Some(condition) = rest.trim_start().strip_prefix("WHERE ")
        {
            out.push_str("WHERE pooled AND ");
            rest = condition;
        }
    }
    out.push_str(rest);
    Cow::Owned(out.replace("json_each(", "textbank_each("))
}

/// Statements that make tables. Lines that begin with `--@` are comments to SQLite, and for PostgreSQL alone.
pub(super) fn tables(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut common = String::new();
    for line in sql.split_inclusive('\n') {
        match line.trim_start().strip_prefix("--@") {
            Some(ours) => {
                out.push_str(&common_tables(&std::mem::take(&mut common)));
                out.push_str(ours);
            }
            None => common.push_str(line),
        }
    }
    out.push_str(&common_tables(&common));
    out
}

fn common_tables(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find("CREATE TRIGGER ") {
        let (before, from) = rest.split_at(at);
        plain(before, &mut out);
        let end = from.find("END;").map_or(from.len(), |end| end + "END;".len());
        let (made_here, after) = from.split_at(end);
        match trigger(made_here) {
            Some(made) => out.push_str(&made),
            // The database says what is wrong with it.
            None => out.push_str(made_here),
        }
        rest = after;
    }
    plain(rest, &mut out);
    out
}

/// A trigger, which in PostgreSQL is a function and what calls it: one that refuses a change, or one that changes other rows
/// after it.
fn trigger(sql: &str) -> Option<String> {
    let (head, body) = sql.strip_prefix("CREATE TRIGGER ")?.split_once("BEGIN")?;
    let body = body.trim().strip_suffix("END;")?;
    let (head, condition) = match head.split_once("WHEN ") {
        Some((head, condition)) => {
            let condition = condition.trim().replace(" IS NOT (", " IS DISTINCT FROM (");
            (head, format!("WHEN ({condition}) "))
        }
        None => (head, String::new()),
    };
    let (name, when) = head.trim().split_once(' ')?;
    let body = match body.strip_prefix("SELECT RAISE(ABORT, '") {
        Some(refused) => format!("RAISE EXCEPTION '{}';", refused.split_once("')")?.0),
        None => format!("{body} RETURN NULL;"),
    };
    Some(format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
         CREATE TRIGGER {name} {when} FOR EACH ROW {condition}EXECUTE FUNCTION {name}();"
    ))
}

/// Types word by word. Texts are compared by their bytes, as SQLite does.
fn plain(sql: &str, out: &mut String) {
    const NUMBERED: &str = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
    let sql = statement(sql);
    let sql = sql
        .replace("INTEGER PRIMARY KEY AUTOINCREMENT", NUMBERED)
        .replace("INTEGER PRIMARY KEY", NUMBERED)
        .replace(") STRICT, WITHOUT ROWID", ")")
        .replace(") STRICT", ")");
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        out.push_str(match word.as_str() {
            "INTEGER" => "BIGINT",
            "BLOB" => "BYTEA",
            "REAL" => "DOUBLE PRECISION",
            "TEXT" => "TEXT COLLATE \"C\"",
            other => other,
        });
        word.clear();
    };
    for c in sql.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            flush(&mut word, out);
            out.push(c);
        }
    }
    flush(&mut word, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("SELECT 1", "SELECT 1")]
    #[case("SELECT x FROM t INDEXED BY t_x WHERE x = $1", "SELECT x FROM t  WHERE x = $1")]
    #[case("SELECT 1 FROM c INDEXED BY contacts_pool\n WHERE x = $1", "SELECT 1 FROM c WHERE pooled AND x = $1")]
    #[case(
        "SELECT (SELECT 1 FROM t INDEXED BY t_x), (SELECT 2 FROM u INDEXED BY u_y)",
        "SELECT (SELECT 1 FROM t ), (SELECT 2 FROM u )"
    )]
    #[case("SELECT j.key FROM json_each($1) j", "SELECT j.key FROM textbank_each($1) j")]
    #[case(
        "SELECT 1 FROM t WHERE id IN (SELECT unhex(atom, '-') FROM json_each($2)) AND n = $1",
        "SELECT 1 FROM t WHERE id = ANY($2::bytea[]) AND n = $1"
    )]
    #[case(
        "UPDATE t SET n = $2 WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))",
        "UPDATE t SET n = $2 WHERE id = ANY($1::int8[])"
    )]
    fn statements(#[case] common: &str, #[case] ours: &str) {
        assert_eq!(statement(common), ours);
    }

    #[rstest::rstest]
    #[case(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER) STRICT;",
        "CREATE TABLE t (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n BIGINT);"
    )]
    #[case(
        "CREATE TABLE t (id BLOB PRIMARY KEY, w TEXT NOT NULL) STRICT, WITHOUT ROWID;",
        "CREATE TABLE t (id BYTEA PRIMARY KEY, w TEXT COLLATE \"C\" NOT NULL);"
    )]
    #[case(
        "ALTER TABLE t ADD COLUMN context TEXT; -- POINTERS",
        "ALTER TABLE t ADD COLUMN context TEXT COLLATE \"C\"; -- POINTERS"
    )]
    fn types(#[case] common: &str, #[case] ours: &str) {
        assert_eq!(tables(common), ours);
    }

    #[rstest::rstest]
    #[case::numbered(
        "INSERT INTO t (a, b, c)\n VALUES ($1, 'x', $2)",
        "INSERT INTO t (a, b, c) SELECT v.p1, 'x', v.p2 FROM unnest($1::int8[], $2::text[]) WITH ORDINALITY AS v(p1, p2, place) \
         ORDER BY v.place ",
        &[]
    )]
    #[case::or_else(
        "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (b, a) DO UPDATE SET b = t.b + excluded.b",
        "INSERT INTO t (a, b) SELECT v.p1, v.p2 FROM unnest($1::int8[], $2::text[]) WITH ORDINALITY AS v(p1, p2, place) \
         ORDER BY v.place ON CONFLICT (b, a) DO UPDATE SET b = t.b + excluded.b",
        &[1, 0]
    )]
    #[case::change(
        "UPDATE t SET b = $2, n = n + 1\n WHERE id = $1 AND b <> $2",
        "UPDATE t SET b = v.p2, n = n + 1 FROM unnest($1::int8[], $2::text[]) AS v(p1, p2) WHERE id = v.p1 AND b <> v.p2",
        &[0]
    )]
    fn for_many_rows(#[case] one: &str, #[case] sql: &str, #[case] key: &[usize]) {
        assert_eq!(many(one, &["int8", "text"]), Some(Many { sql: sql.into(), of_rows: None, key: key.to_vec() }));
    }

    #[test]
    fn many_values_go_as_rows() {
        let one = "INSERT INTO t (a, b, c, d) VALUES ($1, $2, $3, $4)";
        let of_rows = many(one, &["int8", "text", "bytea", "int8"]).and_then(|many| many.of_rows).expect("as rows");
        let sql = "INSERT INTO t (a, b, c, d) SELECT v.p1, v.p2, v.p3, v.p4 \
            FROM unnest($1::textbank_of_itbi[]) WITH ORDINALITY AS v(p1, p2, p3, p4, place) ORDER BY v.place ";
        let make = "CREATE TYPE textbank_of_itbi AS (p1 int8, p2 text, p3 bytea, p4 int8)";
        assert_eq!(of_rows, OfRows { sql: sql.into(), name: "textbank_of_itbi".into(), make: make.into() });
        assert_eq!(many(one, &["int8", "text", "bytea", "bool"]).and_then(|many| many.of_rows), None);
    }

    #[rstest::rstest]
    #[case::computed("INSERT INTO t (a, b) VALUES (abs($1), $2)")]
    #[case::asked("INSERT INTO t (a, b) SELECT $1, $2")]
    #[case::answered("UPDATE t SET b = $2 WHERE id = $1 RETURNING b")]
    #[case::by_something_else("UPDATE t SET b = $2 WHERE id > $1")]
    #[case::either("UPDATE t SET b = $2 WHERE id = $1 OR b = $2")]
    #[case::fixed_key("INSERT INTO t (a, b, c) VALUES ($1, $2, 1) ON CONFLICT (c) DO UPDATE SET a = 1")]
    #[case::value_in_the_change("INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = $2")]
    #[case::gone("DELETE FROM t WHERE id = $1")]
    fn one_row_at_a_time(#[case] one: &str) {
        assert_eq!(many(one, &["int8", "text"]), None);
    }

    #[test]
    fn lines_for_postgresql_alone_are_left_as_they_are() {
        let made = tables("CREATE TABLE t (n INTEGER) STRICT;\n--@ CREATE TABLE u (n INTEGER);\n-- no\n");
        assert_eq!(made, "CREATE TABLE t (n BIGINT);\n CREATE TABLE u (n INTEGER);\n-- no\n");
    }

    #[test]
    fn a_refusing_trigger_gets_its_function() {
        let made = tables(
            "CREATE TRIGGER stays BEFORE UPDATE OF a ON t WHEN OLD.a = 1 AND (NEW.a) IS NOT (OLD.a)
             BEGIN SELECT RAISE(ABORT, 'it stays'); END; DROP INDEX i;",
        );
        assert!(made.contains("RAISE EXCEPTION 'it stays'"), "{made}");
        assert!(
            made.contains("CREATE TRIGGER stays BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (OLD.a = 1 AND (NEW.a) IS DISTINCT FROM (OLD.a))"),
            "{made}"
        );
        assert!(made.ends_with(" DROP INDEX i;"), "{made}");
    }

    #[test]
    fn a_trigger_that_changes_other_rows_gets_its_function() {
        let made = tables("CREATE TRIGGER more AFTER INSERT ON t BEGIN UPDATE u SET n = n + 1; END;");
        assert!(made.contains("BEGIN UPDATE u SET n = n + 1;  RETURN NULL; END $$"), "{made}");
        assert!(made.contains("CREATE TRIGGER more AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION more();"), "{made}");
    }
}

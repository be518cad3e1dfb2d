//! All that is held about one number: which tables hold something of a person, and where.
//!
//! Every table is named here, but for those whose rows are about a contact by its number (`contact`) and say nothing else of a person:
//! these are in the export by that. One that is new and holds more, or names a person otherwise, has to say so here, or a test fails; what
//! it holds is then in their export, and has to be empty after their erasure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{
    rows::{col, to_json},
    upkeep,
};
use crate::api::keeping::{PersonOut, PersonPlace};
use crate::db::{self, Conn, Row, Value};
use crate::domain::phone::Phone;
use crate::server::store::{StoreError, command::Actor};

/// What a table holds of a person that is texted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing.
    Nothing,
    /// These rows, by these values: `o` the organization, `p` the number, `i` their contacts as a list, `n` the same as the audit
    /// names them.
    Rows(&'static str, &'static str),
    /// The same of a table that grows with every text and has no index by them: gone through part by part, so that no statement takes long,
    /// however large it is. First where its numbers end; the last two values of the other statement are after which number a part
    /// begins, and with which it ends.
    Parts(&'static str, &'static str, &'static str),
}

use Holds::{Nothing, Parts, Rows};

/// Numbers that one part goes through.
const PART: i64 = 50_000;

/// Every table that is not about contacts by their numbers alone.
pub(super) const TABLES: &[(&str, Holds)] = &[
    ("acceptances", Nothing),
    ("anchors", Nothing),
    // What captains tell texters.
    ("announcements", Nothing),
    (
        "attempts",
        Rows(
            "i", "SELECT a.* FROM attempts a JOIN messages m ON m.id = a.message
              WHERE m.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY a.id",
        ),
    ),
    (
        "audit",
        Parts(
            "oin", "SELECT COALESCE(MAX(id), 0) FROM audit",
            "SELECT a.*, p.name AS person_name FROM audit a LEFT JOIN people p ON p.id = a.person WHERE a.organization = $1
              AND a.id > $4 AND a.id <= $5
              AND (a.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($2))
                  OR a.subject IN (SELECT atom FROM json_each($3)) OR a.detail IN (SELECT atom FROM json_each($3))
                  OR (a.last_contact IS NOT NULL AND EXISTS (SELECT 1 FROM contacts c
                      WHERE c.id IN (SELECT CAST(atom AS BIGINT) FROM json_each($2)) AND c.id BETWEEN a.contact AND a.last_contact
                          AND a.subject = 'campaign ' || CAST(c.campaign AS VARCHAR)))) ORDER BY a.id",
        ),
    ),
    ("campaign_zones", Nothing),
    ("campaigns", Nothing),
    // Keys, so that what a carrier says twice counts once; no words and no numbers.
    ("carrier_events", Nothing),
    // Numbers of contacts only: what they are is in the audit.
    ("claims", Nothing),
    ("conduct", Nothing),
    ("contact_counts", Nothing),
    (
        "contacts",
        Rows(
            "op", "SELECT c.*, k.title AS campaign_title, z.zones AS zones, i.provenance AS list_provenance, i.obtained AS list_obtained,
              i.permitted_use AS list_permitted_use, i.consent AS list_consent
              FROM contacts c JOIN campaigns k ON k.id = c.campaign JOIN zone_sets z ON z.id = c.zone_set
              LEFT JOIN imports i ON i.campaign = c.campaign AND i.number = c.list
              WHERE c.organization = $1 AND c.phone = $2 ORDER BY c.id",
        ),
    ),
    // That they were erased, beside the suppression list: whoever puts back a backup has to do it again.
    ("erasures", Rows("op", "SELECT id, at, ended_at FROM erasures WHERE organization = $1 AND phone = $2 ORDER BY id")),
    // Copies of what is in the other tables, for consoles.
    (
        "events",
        Parts(
            "opi", "SELECT COALESCE(MAX(seq), 0) FROM events",
            "SELECT e.seq, e.at, e.campaign, e.person, e.payload FROM events e
              WHERE e.seq > $4 AND e.seq <= $5
                  AND e.campaign IN (SELECT campaign FROM contacts WHERE organization = $1 AND phone = $2)
                  AND EXISTS (SELECT 1 FROM json_each($3) j WHERE e.payload LIKE '{\"event\":\"contact\",\"contact\":{\"id\":' || j.atom || ',%'
                      OR e.payload LIKE '{\"event\":\"%\",\"contact\":' || j.atom || ',%') ORDER BY e.seq",
        ),
    ),
    // A condition, and how far it is; whoever it is of is a contact of the new campaign.
    ("follow_ups", Nothing),
    ("holds", Rows("op", "SELECT * FROM holds WHERE organization = $1 AND phone = $2 ORDER BY id")),
    ("import_chunks", Nothing),
    ("imports", Nothing),
    ("invites", Nothing),
    (
        "jobs",
        Rows(
            "i", "SELECT j.* FROM jobs j JOIN messages m ON m.id = j.message
              WHERE m.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY j.message",
        ),
    ),
    // Who of the texters had wished to go on with them.
    ("keepers", Nothing),
    // Hashes of the texts to them.
    (
        "ledger",
        Parts(
            "oi", "SELECT COALESCE(MAX(seq), 0) FROM ledger",
            "SELECT l.* FROM ledger l WHERE l.organization = $1 AND l.seq > $3 AND l.seq <= $4
              AND l.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($2)) ORDER BY l.seq",
        ),
    ),
    (
        "messages",
        Rows(
            "i", "SELECT m.*, p.name AS author_name FROM messages m LEFT JOIN people p ON p.id = m.author
              WHERE m.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY m.contact, m.seq",
        ),
    ),
    ("meta", Nothing),
    (
        "notes",
        Rows(
            "i", "SELECT n.*, p.name AS person_name FROM notes n LEFT JOIN people p ON p.id = n.person
              WHERE n.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY n.id",
        ),
    ),
    ("organizations", Nothing),
    // Those who text, not those who are texted.
    ("people", Nothing),
    ("proposals", Nothing),
    ("proposed_canned", Nothing),
    (
        "queue_entries",
        Rows("i", "SELECT q.* FROM queue_entries q WHERE q.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY q.place"),
    ),
    // What must not be said, and whether the person has got it is told by their texts.
    ("recalls", Nothing),
    // Numbers of contacts only; what is older than an hour goes when somebody gives back again.
    ("releases", Nothing),
    ("retention", Nothing),
    ("retention_runs", Nothing),
    (
        "rsvps",
        Rows("i", "SELECT r.* FROM rsvps r WHERE r.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY r.place"),
    ),
    ("schema_steps", Nothing),
    ("scripts", Nothing),
    ("second_factors", Nothing),
    // Conditions under a name.
    ("segments", Nothing),
    ("sessions", Nothing),
    ("shared_canned", Nothing),
    ("suppressions", Rows("op", "SELECT * FROM suppressions WHERE organization = $1 AND phone = $2")),
    ("tallies", Nothing),
    ("throughput", Nothing),
    ("tokens", Nothing),
    ("trials", Rows("op", "SELECT * FROM trials WHERE organization = $1 AND phone = $2 ORDER BY at, id")),
    ("unmatched_inbound", Rows("op", "SELECT * FROM unmatched_inbound WHERE organization = $1 AND phone = $2 ORDER BY at, id")),
    // Ids, hashes, and who of the texters won.
    ("verdicts", Nothing),
    ("zone_sets", Nothing),
];

/// Columns that hold JSON.
const JSON: &[&str] =
    &["fields", "answers", "earlier_answers", "tags", "consent", "zones", "list_consent", "payload", "part"];

/// Columns that hold a time without saying so at their end.
const TIMES: &[&str] = &["at", "waiting_since", "not_before", "good_until"];

/// All that is held about a number.
pub(super) async fn out(
    conn: &mut Conn,
    actor: &Actor,
    phone: &Phone,
    now: Timestamp,
) -> Result<PersonOut, StoreError> {
    out_in_parts(conn, actor, phone, now, PART).await
}

/// So many parts are gone through in one answer: two million rows, a few seconds.
const AT_ONCE: u32 = 40;

/// The next rows of [`out`], as many as are found in a few seconds.
pub(super) async fn part(
    conn: &mut Conn,
    actor: &Actor,
    phone: &Phone,
    now: Timestamp,
    from: Option<&PersonPlace>,
) -> Result<PersonOut, StoreError> {
    out_from(conn, actor, phone, now, (PART, Some(AT_ONCE)), from).await
}

/// [`out`], with so many numbers in a part.
pub(super) async fn out_in_parts(
    conn: &mut Conn,
    actor: &Actor,
    phone: &Phone,
    now: Timestamp,
    part: i64,
) -> Result<PersonOut, StoreError> {
    out_from(conn, actor, phone, now, (part, None), None).await
}

/// The rows behind a place, with so many numbers in a part; up to so many parts, if that is bounded.
pub(super) async fn out_from(
    conn: &mut Conn,
    actor: &Actor,
    phone: &Phone,
    now: Timestamp,
    (part, mut budget): (i64, Option<u32>),
    from: Option<&PersonPlace>,
) -> Result<PersonOut, StoreError> {
    let organization = actor.organization.0;
    let rows = db::query("SELECT id FROM contacts WHERE organization = $1 AND phone = $2 ORDER BY id")
        .bind(organization)
        .bind(phone.as_str())
        .fetch_all(&mut *conn)
        .await?;
    let ids = rows.iter().map(|row| col(row, 0)).collect::<Result<Vec<i64>, _>>()?;
    let named: Vec<String> = ids.iter().map(|id| format!("contact {id}")).collect();
    let (ids, named) = (to_json(&ids)?, to_json(&named)?);
    let mut held = BTreeMap::new();
    // A place in a table that this program does not know, or does not go through in parts, is before everything.
    let begin = from.and_then(|from| TABLES.iter().position(|(table, _)| *table == from.table)).unwrap_or_default();
    for (at, (table, holds)) in TABLES.iter().enumerate().skip(begin) {
        let (by, sql, last) = match holds {
            Nothing => continue,
            Rows(by, sql) => (by, sql, None),
            Parts(by, last, sql) => (by, sql, Some(db::query(last).fetch_one(&mut *conn).await?.try_get::<i64>(0)?)),
        };
        let mut rows = Vec::new();
        let mut after = from.filter(|from| at == begin && from.table == *table).map_or(0, |from| from.after);
        loop {
            if last.is_some()
                && let Some(left) = &mut budget
            {
                if *left == 0 {
                    if !rows.is_empty() {
                        held.insert((*table).to_owned(), rows);
                    }
                    let next = Some(PersonPlace { table: (*table).to_owned(), after });
                    return Ok(PersonOut { phone: phone.clone(), at: now, held, next });
                }
                *left -= 1;
            }
            let mut query = by.chars().fold(db::query(sql), |query, by| match by {
                'o' => query.bind(organization),
                'p' => query.bind(phone.as_str()),
                'i' => query.bind(ids.as_str()),
                _ => query.bind(named.as_str()),
            });
            if last.is_some() {
                query = query.bind(after).bind(after.saturating_add(part));
            }
            rows.extend(query.fetch_all(&mut *conn).await?.into_iter().map(in_json));
            after = after.saturating_add(part);
            if last.is_none_or(|last| after >= last) {
                break;
            }
        }
        if !rows.is_empty() {
            held.insert((*table).to_owned(), rows);
        }
    }
    for (table, key) in upkeep::tables_with("contact").await? {
        if TABLES.iter().any(|(known, _)| *known == table) {
            continue;
        }
        let sql = db::kept(format!(
            "SELECT t.* FROM {table} t WHERE t.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY {}",
            key.join(", ")
        ));
        let rows = db::query(sql).bind(ids.as_str()).fetch_all(&mut *conn).await?;
        if !rows.is_empty() {
            held.insert(table, rows.into_iter().map(in_json).collect());
        }
    }
    Ok(PersonOut { phone: phone.clone(), at: now, held, next: None })
}

fn in_json(row: Row) -> Json {
    let names = row.names().to_owned();
    let pairs = names.iter().zip(row.into_values());
    Json::Object(pairs.map(|(name, value)| (name.clone(), told(name, value))).collect::<Map<_, _>>())
}

fn told(name: &str, value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(micros) if name.ends_with("_at") || TIMES.contains(&name) => {
            Timestamp::from_microsecond(micros).map_or(Json::from(micros), |at| Json::from(at.to_string()))
        }
        Value::Int(value) => Json::from(value),
        Value::Real(value) => Json::from(value),
        Value::Text(text) if JSON.contains(&name) => serde_json::from_str(&text).unwrap_or(Json::from(text)),
        Value::Text(text) => Json::from(text),
        Value::Bytes(bytes) => match uuid::Uuid::from_slice(&bytes) {
            Ok(id) => Json::from(id.to_string()),
            Err(_) => Json::from(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Options;
    use crate::server::store::sql::schema;

    /// Words in the names of columns that may hold something of a person.
    const TELLING: &[&str] =
        &["phone", "contact", "name", "body", "note", "words", "zip", "email", "address", "text", "reply"];

    /// Columns of tables that hold nothing of them, though their names might say so.
    const OTHERWISE: &[&str] = &[
        // Those who text, and what they work in.
        "organizations.name",
        "organizations.named",
        "people.name",
        "people.namesake",
        "announcements.text",
        "conduct.texts",
        "recalls.texts",
        "throughput.name",
        // Counts, and lists of numbers of contacts.
        "claims.contacts",
        "releases.contacts",
        "follow_ups.contacts",
        "follow_ups.texted_since",
        "segments.name",
        "retention_runs.contacts",
        "retention_runs.texts",
    ];

    async fn columns() -> Vec<(String, String)> {
        let mut conn = Options::memory().open().await.expect("memory");
        schema::migrate(&mut conn, 0).await.expect("tables");
        let sql = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
        let rows = db::query(sql).fetch_all(&mut conn).await.expect("columns");
        rows.iter().map(|row| (row.try_get(0).expect("a table"), row.try_get(1).expect("a column"))).collect()
    }

    #[tokio::test]
    async fn every_table_says_what_it_holds_of_a_person() {
        let columns = columns().await;
        for (table, _) in &columns {
            let said = TABLES.iter().any(|(known, _)| known == table);
            let by_number = columns.iter().any(|(of, column)| of == table && column == "contact");
            assert!(said || by_number, "{table}: TABLES does not say what it holds of a person");
        }
        for (table, holds) in TABLES.iter().filter(|(_, holds)| *holds != Nothing) {
            assert!(columns.iter().any(|(of, _)| of == table), "{table} is no table: {holds:?}");
        }
    }

    #[tokio::test]
    async fn what_holds_nothing_of_a_person_has_no_column_for_it() {
        let emptied = |table: &str| TABLES.iter().any(|(known, holds)| *known == table && *holds != Nothing);
        for (table, column) in columns().await {
            let telling = column != "contact" && TELLING.iter().any(|word| column.contains(word));
            let known = OTHERWISE.contains(&format!("{table}.{column}").as_str());
            assert!(
                !telling || known || emptied(&table),
                "{table}.{column}: whose is it? A table with something of a person says so in TABLES, and `erasure` empties it"
            );
        }
    }
}

//! What a captain's board counts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    practice::PRACTICE,
    rows::{self, OPTED_OUT, col, time, to_json, unsigned},
};
use crate::api::{captain::TexterLine, people::Role};
use crate::db::{self, Conn};
use crate::domain::{
    conversation::Status,
    ids::{CampaignId, PersonId},
    stats::Counts,
};
use crate::server::store::query::Found;

/// The counts of [`Counts`] and the lines per texter, by one pass over a covering index and a few small ones.
///
/// `practice`: nobody gets contacts before it, so that whoever is signed in and has yet to practise has a line, too.
pub(super) async fn count(
    conn: &mut Conn,
    campaign: CampaignId,
    practice: bool,
    now: Timestamp,
) -> Found<(Counts, Vec<TexterLine>)> {
    let mut counts = Counts::default();
    let mut lines: BTreeMap<i64, TexterLine> = BTreeMap::new();
    let blank = |person: i64| TexterLine {
        person: PersonId(person),
        name: String::new(),
        assigned: 0,
        unsent: 0,
        sent: 0,
        waiting: 0,
        last_ten_minutes: 0,
        last_seen: None,
        signed_out: false,
        practised: false,
    };
    let groups = db::query(
        "SELECT status, opt_out, wrong_number, NULLIF(assigned, 0), many FROM contact_counts
         WHERE campaign = $1 AND many > 0",
    )
    .bind(campaign.0)
    .fetch_all(&mut *conn)
    .await?;
    for row in &groups {
        let status = rows::status(&col::<String>(row, 0)?)?;
        let opt_out: i64 = col(row, 1)?;
        let wrong = col::<i64>(row, 2)? != 0;
        let assigned: Option<i64> = col(row, 3)?;
        let many = unsigned(col(row, 4)?);
        let out = opt_out >= OPTED_OUT;
        counts.total += many;
        counts.opted_out += if out { many } else { 0 };
        counts.possible_opt_outs += if opt_out > 0 && !out { many } else { 0 };
        match status {
            Status::NeedsMessage if !out => {
                counts.unsent += many;
                if assigned.is_none() && opt_out == 0 && !wrong {
                    counts.unassigned += many;
                }
            }
            Status::NeedsResponse if !out => {
                counts.waiting += many;
                if assigned.is_none() {
                    counts.waiting_unassigned += many;
                }
            }
            Status::NeedsMessage | Status::NeedsResponse => {}
            Status::Messaged => counts.messaged += many,
            Status::Convo => counts.convo += many,
            Status::Closed => counts.closed += many,
        }
        if let Some(person) = assigned {
            let line = lines.entry(person).or_insert_with(|| blank(person));
            line.assigned += many;
            line.unsent += if status == Status::NeedsMessage && !out { many } else { 0 };
            line.waiting += if status == Status::NeedsResponse && !out { many } else { 0 };
        }
    }
    let tallies = db::query("SELECT person, initials, replies FROM tallies WHERE campaign = $1")
        .bind(campaign.0)
        .fetch_all(&mut *conn)
        .await?;
    for row in &tallies {
        let person: i64 = col(row, 0)?;
        let (initials, replies) = (unsigned(col(row, 1)?), unsigned(col(row, 2)?));
        counts.sent += initials;
        lines.entry(person).or_insert_with(|| blank(person)).sent = initials + replies;
    }
    let trouble = db::query(
        "SELECT delivery, COUNT(*) FROM messages INDEXED BY messages_trouble
         WHERE campaign = $1 AND delivery IN ('failed', 'held') GROUP BY delivery",
    )
    .bind(campaign.0)
    .fetch_all(&mut *conn)
    .await?;
    for row in &trouble {
        let many = unsigned(col(row, 1)?);
        match col::<String>(row, 0)?.as_str() {
            "failed" => counts.failed = many,
            _ => counts.held = many,
        }
    }
    let since = now.saturating_sub(SignedDuration::from_mins(10)).unwrap_or(Timestamp::MIN);
    let pace = db::query(
        "SELECT author, COUNT(*), MAX(at) FROM messages INDEXED BY messages_pace
         WHERE campaign = $1 AND at > $2 AND author IS NOT NULL GROUP BY author",
    )
    .bind(campaign.0)
    .bind(since.as_microsecond())
    .fetch_all(&mut *conn)
    .await?;
    for row in &pace {
        let person: i64 = col(row, 0)?;
        let line = lines.entry(person).or_insert_with(|| blank(person));
        line.last_ten_minutes = unsigned(col(row, 1)?);
        line.last_seen = col::<Option<i64>>(row, 2)?.map(time).transpose()?;
    }
    if practice {
        let before_it = db::query(
            "SELECT DISTINCT s.person FROM sessions s JOIN people p ON p.id = s.person
             JOIN campaigns c ON c.id = $1 AND c.organization = p.organization
             WHERE s.revoked = 0 AND s.waiting = 0 AND s.role = $2 AND (s.campaign IS NULL OR s.campaign = $1)
                 AND NOT EXISTS (SELECT 1 FROM acceptances a WHERE a.person = s.person AND a.version = $3)",
        )
        .bind(campaign.0)
        .bind(Role::Texter.as_str())
        .bind(PRACTICE)
        .fetch_all(&mut *conn)
        .await?;
        for row in &before_it {
            let person: i64 = col(row, 0)?;
            lines.entry(person).or_insert_with(|| blank(person));
        }
    }
    let people: Vec<i64> = lines.keys().copied().collect();
    let names = db::query(
        "SELECT id, name, last_seen, namesake,
             (SELECT COUNT(*) FROM sessions s INDEXED BY sessions_person WHERE s.person = people.id AND s.revoked = 0),
             (SELECT COUNT(*) FROM acceptances a WHERE a.person = people.id AND a.version = $2)
         FROM people WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))",
    )
    .bind(to_json(&people)?)
    .bind(PRACTICE)
    .fetch_all(&mut *conn)
    .await?;
    for row in &names {
        if let Some(line) = lines.get_mut(&col(row, 0)?) {
            line.name = rows::told_apart(col(row, 1)?, col(row, 3)?);
            line.signed_out = col::<i64>(row, 4)? == 0;
            line.practised = col::<i64>(row, 5)? != 0;
            // Who texts is there: presence alone is told only once a minute.
            line.last_seen = line.last_seen.max(col::<Option<i64>>(row, 2)?.map(time).transpose()?);
        }
    }
    let mut texters: Vec<_> = lines.into_values().collect();
    texters.sort_by(|a, b| a.name.cmp(&b.name).then(a.person.cmp(&b.person)));
    Ok((counts, texters))
}

//! The audit: where whose data went, and the reading of it.

use super::{
    rows::{self, col, signed, time, to_json, unsigned},
    tx::Tx,
};
use crate::api::audit::{AuditEntry, AuditPage};
use crate::db::{self, Conn};
use crate::domain::ids::{ContactId, DeviceId, PersonId};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
    roster::AuditWanted,
};

impl Tx<'_> {
    /// Each contact that came into somebody's hands by this claim or act, as data that a device received. `ids` is a JSON list.
    pub(super) async fn contacts_received(
        &mut self,
        (organization, person, session): (i64, i64, Option<i64>),
        by: &str,
        ids: &str,
    ) -> Result<(), StoreError> {
        db::query(
            "INSERT INTO audit (at, organization, person, session, what, subject, detail, contact)
             SELECT $2, $3, $4, $5, 'contact_received', $6, '', c.id
             FROM contacts c WHERE c.id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY c.id",
        )
        .bind(ids)
        .bind(self.micros())
        .bind(organization)
        .bind(person)
        .bind(session)
        .bind(by)
        .execute(&mut *self.conn)
        .await?;
        Ok(())
    }

    /// Each contact that was shown to a captain who does not hold it.
    pub(super) async fn contacts_read(
        &mut self,
        actor: &Actor,
        contacts: &[ContactId],
        place: &str,
    ) -> Result<Answer, StoreError> {
        let ids: Vec<i64> = contacts.iter().map(|id| id.0).collect();
        db::query(
            "INSERT INTO audit (at, organization, person, session, what, subject, detail, contact)
             SELECT $2, $3, $4, $5, 'contact_read', $6, '', c.id
             FROM contacts c WHERE c.id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) AND c.organization = $3
                 AND c.assigned IS DISTINCT FROM $4 ORDER BY c.id",
        )
        .bind(to_json(&ids)?)
        .bind(self.micros())
        .bind(actor.organization.0)
        .bind(actor.person.0)
        .bind(actor.session)
        .bind(place)
        .execute(&mut *self.conn)
        .await?;
        Ok(Answer::Done)
    }
}

/// A page of what is wanted.
pub(super) async fn page(conn: &mut Conn, actor: &Actor, wanted: &AuditWanted) -> Found<AuditPage> {
    // What may be left out is compared before it is asked whether it was: PostgreSQL takes its type from the comparison.
    let rows = db::query(
        "SELECT a.id, a.at, a.person, p.name, p.namesake, a.session, s.device, a.what, a.subject, a.detail,
             CASE WHEN a.last_contact IS NULL THEN a.contact END
         FROM audit a LEFT JOIN people p ON p.id = a.person LEFT JOIN sessions s ON s.id = a.session
         WHERE a.organization = $1 AND a.id > $2
             AND (a.contact = $3 OR a.subject = $4 OR a.detail = $4 OR $3 IS NULL OR (a.contact <= $3 AND a.last_contact >= $3
                 AND a.subject = (SELECT 'campaign ' || CAST(c.campaign AS VARCHAR) FROM contacts c WHERE c.id = $3)))
             AND (a.person = $5 OR $5 IS NULL) AND (s.device = $6 OR $6 IS NULL) AND (a.at >= $7 OR $7 IS NULL)
         ORDER BY a.id LIMIT $8",
    )
    .bind(actor.organization.0)
    .bind(signed(wanted.after))
    .bind(wanted.contact.map(|id| id.0))
    .bind(wanted.contact.map(|id| format!("contact {id}")).unwrap_or_default())
    .bind(wanted.person.map(|id| id.0))
    .bind(wanted.device.map(|id| id.0))
    .bind(wanted.since.map(|at| at.as_microsecond()))
    .bind(i64::from(wanted.limit))
    .fetch_all(conn)
    .await?;
    let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let full = entries.len() >= usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    let next = entries.last().filter(|_| full).map(|last| last.id.to_string());
    Ok(AuditPage { entries, next })
}

fn entry(row: &db::Row) -> Result<AuditEntry, StoreError> {
    let name = match (col::<Option<String>>(row, 3)?, col::<Option<i64>>(row, 4)?) {
        (Some(name), Some(namesake)) => Some(rows::told_apart(name, namesake)),
        (name, _) => name,
    };
    Ok(AuditEntry {
        id: unsigned(col(row, 0)?),
        at: time(col(row, 1)?)?,
        person: col::<Option<i64>>(row, 2)?.map(PersonId),
        name,
        session: col(row, 5)?,
        device: col::<Option<uuid::Uuid>>(row, 6)?.map(DeviceId),
        what: col(row, 7)?,
        subject: col(row, 8)?,
        detail: col(row, 9)?,
        contact: col::<Option<i64>>(row, 10)?.map(ContactId),
    })
}

//! Who has been through the practice. It stands with what somebody accepted: who, when, by which sign-in, on which device.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    rows::{col, time},
    tx::{Campaign, Tx},
    visible::visible,
};
use crate::api::{
    practice::Practice,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::ids::CampaignId;
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
};

/// What stands in the place of the words' version and of their kind.
const PRACTICE: &str = "practice";

async fn passed_at(conn: &mut Conn, person: i64) -> Found<Option<Timestamp>> {
    let row = db::query("SELECT at FROM acceptances WHERE person = $1 AND version = $2")
        .bind(person)
        .bind(PRACTICE)
        .fetch_optional(conn)
        .await?;
    row.map(|row| time(col(&row, 0)?)).transpose()
}

/// Where this person stands; `None` when the campaign is not theirs to see.
pub(super) async fn of(conn: &mut Conn, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Practice>> {
    let required = match campaign.or(actor.campaign) {
        None => false,
        Some(campaign) => match visible(conn, actor, campaign).await? {
            Some(seen) => seen.def.practice,
            None => return Ok(None),
        },
    };
    Ok(Some(Practice { passed_at: passed_at(conn, actor.person.0).await?, required }))
}

/// When each person of an organization had been through it.
pub(super) async fn all(conn: &mut Conn, organization: i64) -> Found<BTreeMap<i64, Timestamp>> {
    let rows = db::query(
        "SELECT a.person, a.at FROM acceptances a JOIN people p ON p.id = a.person
         WHERE p.organization = $1 AND a.version = $2",
    )
    .bind(organization)
    .bind(PRACTICE)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((col(row, 0)?, time(col(row, 1)?)?))).collect()
}

impl Tx<'_> {
    pub(super) async fn pass_practice(&mut self, actor: &Actor) -> Result<Answer, StoreError> {
        let kept = db::query(
            "INSERT INTO acceptances (person, version, kind, at, session, device)
             SELECT $1, $2, $2, $3, s.id, s.device FROM sessions s WHERE s.id = $4
             ON CONFLICT (person, version) DO NOTHING",
        )
        .bind(actor.person.0)
        .bind(PRACTICE)
        .bind(self.micros())
        .bind(actor.session)
        .execute(&mut *self.conn)
        .await?;
        if kept.rows_affected() > 0 {
            self.audit(Some(actor), "practice_passed", format!("person {}", actor.person.0), String::new());
        }
        Ok(Answer::Done)
    }

    /// What keeps this person from first texts of the campaign: it asks for a practice that they have not been through.
    pub(super) async fn practice_missing(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
    ) -> Result<Option<Problem>, StoreError> {
        if !campaign.def.practice || passed_at(self.conn, actor.person.0).await?.is_some() {
            return Ok(None);
        }
        let detail = "this campaign hands out no contacts before the practice: textbank practice";
        Ok(Some(Problem::new(Code::PracticeNeeded, detail)))
    }
}

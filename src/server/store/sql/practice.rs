//! Who has been through the practice. It stands with what somebody accepted: who, when, by which sign-in, on which device.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    conduct::accepted_at,
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
pub(super) const PRACTICE: &str = "practice";

/// Where this person stands; `None` when the campaign is not theirs to see.
pub(super) async fn of(conn: &mut Conn, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Practice>> {
    let required = match campaign.or(actor.campaign) {
        None => false,
        Some(campaign) => match visible(conn, actor, campaign).await? {
            Some(seen) => seen.def.practice,
            None => return Ok(None),
        },
    };
    Ok(Some(Practice { passed_at: accepted_at(conn, actor.person.0, PRACTICE).await?, required }))
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
        if self.keep_acceptance(actor, PRACTICE, PRACTICE).await? {
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
        if !campaign.def.practice || accepted_at(self.conn, actor.person.0, PRACTICE).await?.is_some() {
            return Ok(None);
        }
        let detail = "this campaign hands out no contacts before the practice: textbank practice";
        Ok(Some(Problem::new(Code::PracticeNeeded, detail)))
    }
}

//! The one look at whether somebody may see a campaign.

use super::rows::{self, col, json};
use crate::api::campaign::CampaignState;
use crate::db::{self, Conn};
use crate::domain::{
    campaign::CampaignDef,
    ids::{CampaignId, PersonId},
};
use crate::server::store::{command::Actor, query::Found};

/// A campaign that this actor may see.
pub(super) struct Seen {
    pub(super) title: String,
    pub(super) state: CampaignState,
    pub(super) script_version: u32,
    pub(super) def: CampaignDef,
    /// Who answers late replies, once it is closed.
    pub(super) late_owner: Option<PersonId>,
}

pub(super) async fn visible(conn: &mut Conn, actor: &Actor, campaign: CampaignId) -> Found<Option<Seen>> {
    if actor.campaign.is_some_and(|only| only != campaign) {
        return Ok(None);
    }
    let row = db::query(
        "SELECT title, state, script_version, def, late_owner FROM campaigns WHERE id = $1 AND organization = $2",
    )
    .bind(campaign.0)
    .bind(actor.organization.0)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Seen {
        title: col(&row, 0)?,
        state: rows::state(&col::<String>(&row, 1)?)?,
        script_version: u32::try_from(col::<i64>(&row, 2)?).unwrap_or(u32::MAX),
        def: json(&col::<String>(&row, 3)?)?,
        late_owner: col::<Option<i64>>(&row, 4)?.map(PersonId),
    }))
}

/// Is the campaign there for this actor?
pub(super) async fn is_visible(conn: &mut Conn, actor: &Actor, campaign: CampaignId) -> Found<bool> {
    if actor.campaign.is_some_and(|only| only != campaign) {
        return Ok(false);
    }
    let row = db::query("SELECT 1 FROM campaigns WHERE id = $1 AND organization = $2")
        .bind(campaign.0)
        .bind(actor.organization.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

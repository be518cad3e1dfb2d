//! What is taken back everywhere holds in campaigns that are made later too, by recalls of their own.

use super::{
    reach::lines_in,
    recall::{in_force, in_words},
    rows::{col, json, to_json},
    tx::Tx,
};
use crate::api::{people::Role, recall::RecallInForce};
use crate::db::{self, Conn};
use crate::domain::{
    ids::CampaignId,
    recall::{Recall, Recalled, is_same, is_same_value},
};
use crate::server::store::{StoreError, command::Actor, query::Found};

/// Every recall in force of the organization's campaigns that the actor may see.
pub(super) async fn all_in_force(conn: &mut Conn, actor: &Actor) -> Found<Vec<RecallInForce>> {
    if actor.role < Role::Captain {
        return Ok(Vec::new());
    }
    let rows = db::query(
        "SELECT r.campaign, k.title, r.id, r.what, r.versions, r.texts, r.reason, r.everywhere
         FROM recalls r JOIN campaigns k ON k.id = r.campaign
         WHERE r.organization = $1 AND (r.campaign = $2 OR $2 IS NULL) AND r.lifted_at IS NULL ORDER BY r.id",
    )
    .bind(actor.organization.0)
    .bind(actor.campaign.map(|only| only.0))
    .fetch_all(conn)
    .await?;
    let read = |row: &db::Row| {
        Ok(RecallInForce {
            campaign: CampaignId(col(row, 0)?),
            title: col(row, 1)?,
            recall: Recall {
                id: col(row, 2)?,
                what: json(&col::<String>(row, 3)?)?,
                versions: json(&col::<String>(row, 4)?)?,
                texts: json(&col::<String>(row, 5)?)?,
                reason: col(row, 6)?,
            },
            everywhere: col::<i64>(row, 7)? != 0,
        })
    };
    rows.iter().map(read).collect()
}

impl Tx<'_> {
    /// Takes back in a new campaign what is taken back everywhere. What it is made of has the say over values that were taken back there
    /// (`settled`): it has them, puts them right, or has them free again.
    pub(super) async fn take_what_holds_everywhere(
        &mut self,
        actor: &Actor,
        campaign: i64,
        settled: &[&Recalled],
    ) -> Result<(), StoreError> {
        let whole = Actor { campaign: None, role: Role::Admin, ..actor.clone() };
        let known = all_in_force(self.conn, &whole).await?;
        let mut there: Vec<Recalled> = in_force(self.conn, campaign).await?.into_iter().map(|one| one.what).collect();
        for one in known.into_iter().filter(|one| one.everywhere && one.campaign.0 != campaign) {
            if settled.iter().any(|what| is_same_value(what, &one.recall.what)) {
                continue;
            }
            for (here, _) in lines_in(self.conn, campaign, &one.recall).await? {
                if there.iter().any(|what| is_same(what, &here.what)) {
                    continue;
                }
                db::query(
                    "INSERT INTO recalls (organization, campaign, what, versions, texts, reason, at, person)
                     SELECT organization, $2, $3, $4, $5, reason, at, person FROM recalls WHERE id = $1",
                )
                .bind(one.recall.id)
                .bind(campaign)
                .bind(to_json(&here.what)?)
                .bind(to_json(&here.versions)?)
                .bind(to_json(&here.texts)?)
                .execute(&mut *self.conn)
                .await?;
                self.audit(
                    Some(actor),
                    "recalled",
                    format!("campaign {campaign}"),
                    format!(
                        "as recall {} of campaign {} holds everywhere, {}",
                        one.recall.id,
                        one.campaign,
                        in_words(&here.what)
                    ),
                );
                there.push(here.what);
            }
        }
        self.cache.forget_campaign(campaign);
        Ok(())
    }
}

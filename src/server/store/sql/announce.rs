//! What captains tell their texters: one note a campaign, each new one a version of its own.

use super::{
    rows::{col, time},
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    campaign::{Announcement, MAX_ANNOUNCEMENT},
    event::EventKind,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::safe_text::safe_body;
use crate::server::store::{StoreError, command::Actor, query::Found};

/// The note that stands; none when there never was one, or the last one was taken down.
pub(super) async fn standing(conn: &mut Conn, campaign: i64) -> Found<Option<Announcement>> {
    Ok(newest(conn, campaign).await?.filter(|note| !note.text.is_empty()))
}

async fn newest(conn: &mut Conn, campaign: i64) -> Found<Option<Announcement>> {
    let row = db::query(
        "SELECT n.version, n.text, n.at, p.name FROM announcements n JOIN people p ON p.id = n.person
         WHERE n.campaign = $1 ORDER BY n.version DESC LIMIT 1",
    )
    .bind(campaign)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Announcement {
            version: u32::try_from(col::<i64>(&row, 0)?).unwrap_or(u32::MAX),
            text: col(&row, 1)?,
            at: time(col(&row, 2)?)?,
            who: col(&row, 3)?,
        })
    })
    .transpose()
}

impl Tx<'_> {
    pub(super) async fn announce(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        text: &str,
    ) -> Result<Result<(), Problem>, StoreError> {
        let text = safe_body(text.trim());
        let count = text.chars().count();
        if count > MAX_ANNOUNCEMENT {
            let detail = format!("the note has {count} characters, {MAX_ANNOUNCEMENT} at most");
            return Ok(Err(Problem::new(Code::Invalid, detail)));
        }
        let before = newest(self.conn, campaign.id).await?;
        if before.as_ref().map_or("", |note| note.text.as_str()) == text {
            return Ok(Ok(()));
        }
        let version = before.map_or(0, |note| note.version) + 1;
        db::query("INSERT INTO announcements (campaign, version, text, at, person) VALUES ($1, $2, $3, $4, $5)")
            .bind(campaign.id)
            .bind(i64::from(version))
            .bind(text.as_str())
            .bind(self.micros())
            .bind(actor.person.0)
            .execute(&mut *self.conn)
            .await?;
        let note = Announcement { version, text, at: self.now, who: actor.name.clone() };
        self.event(campaign.id, Audience::All, &EventKind::Announced { note })?;
        Ok(Ok(()))
    }
}

//! Saved segments, and how many people are in one.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    SqlStore, eligible,
    export::{self, Run, fill_standings, fill_texted_in},
    follow_up,
    rows::{col, time, told_apart},
    script::refused,
    tx::Tx,
    visible::is_visible,
};
use crate::api::{
    problem::{Code, Problem},
    segments::{MAX_NAME, SaveSegment, SegmentCount, SegmentInfo},
};
use crate::db::{self, Conn};
use crate::domain::{
    filter::{Filter, is_in},
    ids::CampaignId,
    safe_text::safe_line,
};
use crate::server::store::{
    StoreError,
    change::{Changed, SegmentChange},
    command::{Actor, Answer},
    query::Found,
    results::Place,
    segments::{FollowUpStanding, Segments},
};

/// Numbers of contacts that one part of a count looks at.
const RUN: i64 = 5_000;

/// Segments of an organization.
const MOST: i64 = 1_000;

/// The columns of [`info`].
macro_rules! columns {
    () => {
        "s.id, s.name, s.expression, s.campaign, s.at, p.name, p.namesake FROM segments s JOIN people p ON p.id = s.person"
    };
}

fn info(row: &db::Row) -> Result<SegmentInfo, StoreError> {
    Ok(SegmentInfo {
        id: col(row, 0)?,
        name: col(row, 1)?,
        expression: col(row, 2)?,
        campaign: col::<Option<i64>>(row, 3)?.map(CampaignId),
        at: time(col(row, 4)?)?,
        by: told_apart(col(row, 5)?, col(row, 6)?),
    })
}

/// Names are told apart without their letter case.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

async fn named(conn: &mut Conn, organization: i64, name: &str) -> Result<Option<SegmentInfo>, StoreError> {
    let row = db::query(concat!("SELECT ", columns!(), " WHERE s.organization = $1 AND s.folded = $2"))
        .bind(organization)
        .bind(folded(&safe_line(name)))
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(info).transpose()
}

/// What a condition asks about, for the audit: not the values, which may be numbers and names.
pub(super) fn asks_about(filter: &Filter) -> String {
    filter.names().into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Whoever works in one campaign alone sees and changes what was saved for it: a condition may have names and numbers of others in it.
fn is_theirs(actor: &Actor, of: Option<CampaignId>) -> bool {
    actor.campaign.is_none_or(|only| of == Some(only))
}

#[async_trait]
impl Segments for SqlStore {
    async fn segments(&self, actor: &Actor) -> Found<Vec<SegmentInfo>> {
        let mut conn = self.reader().await?;
        let rows = db::query(concat!("SELECT ", columns!(), " WHERE s.organization = $1 ORDER BY s.folded LIMIT $2"))
            .bind(actor.organization.0)
            .bind(MOST)
            .fetch_all(&mut conn)
            .await?;
        let all = rows.iter().map(info).collect::<Found<Vec<_>>>()?;
        Ok(all.into_iter().filter(|one| is_theirs(actor, one.campaign)).collect())
    }

    async fn segment(&self, actor: &Actor, name: &str) -> Found<Option<SegmentInfo>> {
        let found = named(&mut *self.reader().await?, actor.organization.0, name).await?;
        Ok(found.filter(|one| is_theirs(actor, one.campaign)))
    }

    async fn segment_count(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        filter: &Filter,
        texted_since: Option<Timestamp>,
        place: Option<Place>,
    ) -> Found<Option<SegmentCount>> {
        let mut conn = self.reader().await?;
        if !is_visible(&mut conn, actor, campaign).await? {
            return Ok(None);
        }
        let run = Run::at(&mut conn, campaign, place, RUN).await?;
        let rows = db::query(export::CONTACTS)
            .bind(run.place.contact)
            .bind(run.last)
            .bind(campaign.0)
            .bind(None::<i64>)
            .bind(RUN)
            .fetch_all(&mut conn)
            .await?;
        let mut contacts = rows.iter().map(|row| export::contact(campaign, row)).collect::<Found<Vec<_>>>()?;
        fill_standings(&mut conn, actor, campaign, &mut contacts).await?;
        if filter.asks_for_campaigns() {
            fill_texted_in(&mut conn, actor, &mut contacts).await?;
        }
        let ids: Vec<i64> = contacts.iter().filter(|one| is_in(filter, one)).map(|one| one.id.0).collect();
        let next = run.after();
        let mut count = SegmentCount {
            contacts: ids.len() as u64,
            next: next.map(|place| place.to_string()),
            left: export::left(next),
            ..SegmentCount::default()
        };
        let since = texted_since.map(Timestamp::as_microsecond);
        for one in eligible::judged(&mut conn, (actor.organization.0, campaign.0), &ids, since).await? {
            if let Some(why) = one.why {
                why.count(&mut count.left_out);
            }
        }
        Ok(Some(count))
    }

    async fn follow_up(&self, actor: &Actor, id: Uuid) -> Found<Option<FollowUpStanding>> {
        follow_up::standing(&mut *self.reader().await?, actor, id).await
    }
}

impl Tx<'_> {
    pub(super) async fn change_segment(&mut self, actor: &Actor, change: SegmentChange) -> Result<Answer, StoreError> {
        match change {
            SegmentChange::Save(request) => self.save_segment(actor, &request).await,
            SegmentChange::Remove(segment) => self.remove_segment(actor, segment).await,
        }
    }

    async fn save_segment(&mut self, actor: &Actor, request: &SaveSegment) -> Result<Answer, StoreError> {
        let name = safe_line(request.name.trim());
        if name.is_empty() || request.name.chars().count() > MAX_NAME {
            return refused(Code::Invalid, format!("name: 1 to {MAX_NAME} characters"));
        }
        let filter = match Filter::parse(&request.expression) {
            Ok(filter) => filter,
            Err(fault) => {
                let mut problem = Problem::new(Code::Invalid, "the condition cannot be read");
                problem.faults = vec![fault.to_string()];
                return Ok(Answer::Refused(Box::new(problem)));
            }
        };
        if let Some(campaign) = request.campaign
            && self.campaign_of(actor, campaign.0).await?.is_none()
        {
            return refused(Code::NotFound, "no such campaign for you");
        }
        if !is_theirs(actor, request.campaign) {
            return refused(Code::Forbidden, "your sign-in is for one campaign: save the segment for it");
        }
        let organization = actor.organization.0;
        let known = named(&mut *self.conn, organization, &name).await?;
        if let Some(known) = known {
            if !is_theirs(actor, known.campaign) {
                return refused(Code::Forbidden, "a segment of this name is saved for another campaign");
            }
            let same = known.expression == request.expression && known.campaign == request.campaign;
            if same && known.name == name {
                return Ok(Answer::Changed(Changed::Segment(known)));
            }
            if !same && !request.replace {
                let detail = format!("a segment `{}` is saved already and says something else", known.name);
                return refused(Code::Invalid, detail);
            }
            db::query(
                "UPDATE segments SET name = $2, expression = $3, campaign = $4, at = $5, person = $6 WHERE id = $1",
            )
            .bind(known.id)
            .bind(name.as_str())
            .bind(request.expression.as_str())
            .bind(request.campaign.map(|one| one.0))
            .bind(self.micros())
            .bind(actor.person.0)
            .execute(&mut *self.conn)
            .await?;
        } else {
            let row = db::query("SELECT COUNT(*) FROM segments WHERE organization = $1")
                .bind(organization)
                .fetch_one(&mut *self.conn)
                .await?;
            if col::<i64>(&row, 0)? >= MOST {
                return refused(Code::Invalid, format!("{MOST} segments are saved: remove some first"));
            }
            db::query(
                "INSERT INTO segments (organization, name, folded, expression, campaign, at, person)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(organization)
            .bind(name.as_str())
            .bind(folded(&name))
            .bind(request.expression.as_str())
            .bind(request.campaign.map(|one| one.0))
            .bind(self.micros())
            .bind(actor.person.0)
            .execute(&mut *self.conn)
            .await?;
        }
        let Some(saved) = named(&mut *self.conn, organization, &name).await? else {
            return refused(Code::NotFound, "no such segment");
        };
        self.audit(
            Some(actor),
            "segment_saved",
            format!("segment {}", saved.id),
            format!("{name}: asks about {}", asks_about(&filter)),
        );
        Ok(Answer::Changed(Changed::Segment(saved)))
    }

    async fn remove_segment(&mut self, actor: &Actor, segment: i64) -> Result<Answer, StoreError> {
        let row = db::query(
            "SELECT name FROM segments WHERE id = $1 AND organization = $2 AND (campaign = $3 OR $3 IS NULL)",
        )
        .bind(segment)
        .bind(actor.organization.0)
        .bind(actor.campaign.map(|only| only.0))
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return refused(Code::NotFound, "no such segment") };
        db::query("DELETE FROM segments WHERE id = $1").bind(segment).execute(&mut *self.conn).await?;
        self.audit(Some(actor), "segment_removed", format!("segment {segment}"), col(&row, 0)?);
        Ok(Answer::Done)
    }
}

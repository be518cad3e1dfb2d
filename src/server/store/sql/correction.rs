//! A campaign of exactly those whom a recall reached. It is made as a follow-up is (`follow_up`), part by part: here is who they are.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    follow_up::Begins,
    recall::{CARRIED_COLUMNS, Carried, carried_columns, carries, one},
    rows::{col, corrupt, json, to_json},
    script::refused,
    send::request_hash,
    tx::{Campaign, Tx},
};
use crate::api::{
    problem::Code,
    recall::{CorrectionRequest, RecallInfo},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::CampaignDef,
    ids::ContactId,
    recall::{Recalled, said_in},
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
    segments::FollowUpPart,
};

/// Numbers of contacts that one look may lie apart.
const RUN: i64 = 2_000;
/// So many looks one part takes at most.
const LOOKS: usize = 10;
/// So many contacts are enough for one part.
const ENOUGH: usize = 1_000;

/// The confirmed texts of a run of contacts that went out, or may have.
const TEXTS: &str = concat!(
    "SELECT ",
    carried_columns!(),
    ", j.state FROM contacts c CROSS JOIN messages m LEFT JOIN jobs j ON j.message = m.id LEFT JOIN people p ON p.id = m.author
     WHERE c.id > $1 AND c.id <= $2 AND +c.campaign = $3 AND m.contact = c.id AND m.author IS NOT NULL
         AND m.delivery NOT IN ('dropped', 'failed') ORDER BY c.id, m.seq"
);

/// Whose contacts it is, for the audit.
pub(super) fn by(recall: i64) -> String {
    format!("what recall {recall} took back")
}

/// The next part: contacts who got what was recalled, or may have. A recall that was lifted meanwhile is as good: whoever asked for
/// the correction meant these people.
pub(super) async fn part(
    conn: &mut Conn,
    (source, recall): (i64, i64),
    (after, until): (i64, i64),
) -> Found<FollowUpPart> {
    let recall = one(conn, recall).await?.ok_or_else(|| corrupt("a correction's recall", "gone"))?;
    let row = db::query("SELECT def FROM campaigns WHERE id = $1").bind(source).fetch_one(&mut *conn).await?;
    let def: CampaignDef = json(&col::<String>(&row, 0)?)?;
    let (mut next, mut contacts) = (after, Vec::new());
    for _ in 0..LOOKS {
        let last = next.saturating_add(RUN).min(until);
        let rows = db::query(TEXTS).bind(next).bind(last).bind(source).fetch_all(&mut *conn).await?;
        for row in &rows {
            let text = Carried::read(row)?;
            let waits = col::<Option<String>>(row, CARRIED_COLUMNS)?.as_deref() == Some("ready");
            if waits || contacts.last() == Some(&ContactId(text.contact)) {
                continue;
            }
            let asked = (&text.said(), text.contact, text.texter.as_str());
            if carries(conn, &def, std::slice::from_ref(&recall), asked).await?.is_some() {
                contacts.push(ContactId(text.contact));
            }
        }
        next = last;
        if next >= until || contacts.len() >= ENOUGH {
            break;
        }
    }
    Ok(FollowUpPart { after, next, contacts })
}

/// Of which campaign's contacts one was made.
async fn before(conn: &mut Conn, campaign: i64) -> Found<Option<i64>> {
    let row =
        db::query("SELECT source FROM follow_ups WHERE campaign = $1").bind(campaign).fetch_optional(conn).await?;
    row.map(|row| col(&row, 0)).transpose()
}

/// The lines that said a value in any version of the scripts of this campaign and of those that it was made of: whoever got them was told
/// the wrong thing in these words.
pub(super) async fn stood(conn: &mut Conn, from: Option<i64>, what: &Recalled) -> Found<Vec<String>> {
    let (mut next, mut lines) = (from, BTreeSet::new());
    while let Some(campaign) = next {
        let scripts =
            db::query("SELECT def FROM scripts WHERE campaign = $1").bind(campaign).fetch_all(&mut *conn).await?;
        for row in &scripts {
            let def: CampaignDef = json(&col::<String>(row, 0)?)?;
            lines.extend(said_in(what, &def));
        }
        next = before(conn, campaign).await?;
    }
    Ok(lines.into_iter().collect())
}

/// The recalls of a correction whose values its lines may quote: what it was made to put right, as it came along with its people. The same
/// value taken back in it is taken back there altogether.
async fn putting_right(conn: &mut Conn, campaign: i64) -> Found<Vec<i64>> {
    let rows = db::query(
        "SELECT r.id FROM recalls r JOIN follow_ups f ON f.campaign = r.campaign JOIN recalls c ON c.id = f.recall
         WHERE r.campaign = $1 AND c.what = r.what AND c.at = r.at",
    )
    .bind(campaign)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| col(row, 0)).collect()
}

/// Says of a campaign's recalls of values which lines a correction may not say again.
pub(super) async fn tell_stood(conn: &mut Conn, campaign: i64, recalls: &mut [RecallInfo]) -> Found<()> {
    let may = putting_right(conn, campaign).await?;
    for info in recalls.iter_mut().filter(|info| info.recall.what.version().is_none()) {
        info.stood = Some(stood(conn, Some(campaign), &info.recall.what).await?);
        if may.contains(&info.recall.id) {
            let source = before(conn, campaign).await?;
            info.put_right = Some(stood(conn, source, &info.recall.what).await?);
        }
    }
    Ok(())
}

impl Tx<'_> {
    /// A correction says something else now: which of its lines may quote what it puts right is settled anew.
    pub(super) async fn put_right_anew(&mut self, campaign: &Campaign, def: &CampaignDef) -> Result<(), StoreError> {
        if campaign.recalls.is_empty() {
            return Ok(());
        }
        let may = putting_right(self.conn, campaign.id).await?;
        for recall in campaign.recalls.iter().filter(|recall| may.contains(&recall.id)) {
            let source = before(self.conn, campaign.id).await?;
            let stood = stood(self.conn, source, &recall.what).await?;
            let right = recall.clone().put_right_by(def, &stood);
            if right != *recall {
                db::query("UPDATE recalls SET texts = $2 WHERE id = $1")
                    .bind(recall.id)
                    .bind(to_json(&right.texts)?)
                    .execute(&mut *self.conn)
                    .await?;
            }
        }
        Ok(())
    }

    /// Begins a correction, or finds it. Asked for anew while it waits for approval, it is proposed anew by whoever asks.
    pub(super) async fn correction(
        &mut self,
        actor: &Actor,
        of: &Campaign,
        id: Uuid,
        request: &CorrectionRequest,
    ) -> Result<Answer, StoreError> {
        let known = CorrectionRequest { paused: false, ..request.clone() };
        let hash = request_hash("correction", &known)?;
        match self.begun_before(actor, (id, &hash), request.paused).await? {
            Some(Ok(state)) => {
                if state.finished
                    && state.awaits
                    && let Some(made) = self.campaign(state.campaign).await?
                {
                    self.propose_to_begin(actor, &made, &made.def).await?;
                }
                return Ok(state.told(state.finished));
            }
            Some(Err(no)) => return Ok(no),
            None => {}
        }
        if of.lifted.iter().any(|lifted| lifted.recall.id == request.recall) {
            return refused(
                Code::Invalid,
                "this recall was lifted: what it took back is good again. Take it back anew first",
            );
        }
        if !of.recalls.iter().any(|recall| recall.id == request.recall) {
            return refused(Code::NotFound, "there is no such recall in this campaign");
        }
        let begins = Begins {
            id,
            hash: &hash,
            def: &request.def,
            paused: request.paused,
            expression: "",
            segment: None,
            texted_since: None,
            keep_hours: None,
            recall: Some(request.recall),
            by: by(request.recall),
        };
        self.begin_offshoot(actor, of, begins).await
    }
}

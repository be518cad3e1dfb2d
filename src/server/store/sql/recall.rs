//! Recalls: nothing that carries what is recalled leaves after the commit that holds the recall.
//!
//! Three looks make it so: at accept, whatever a laptop's journal holds; over the texts that wait for the carrier, in the recall's own
//! commit; and before each carrier call, for what a captain sends once more.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    rows::{self, ContactRow, col, json, listed, listed_columns, time, to_json, unsigned},
    script::{refused, script_of},
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    event::EventKind,
    message::SendRequest,
    problem::{Code, Problem},
    recall::{self, RecallInfo},
};
use crate::db::{self, Conn, Row};
use crate::domain::{
    campaign::{CampaignDef, merge_fields_in},
    message::MessageKind,
    recall::{LEAST, Recall, Recalled, Said, carried, stands_in, weight},
};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
};

/// The columns of [`Carried`], of a message called `m`.
macro_rules! carried_columns {
    () => {
        "m.id, m.contact, m.kind, m.body, m.script_version, m.variant, m.source, m.off_script, p.name"
    };
}
pub(super) use carried_columns;

/// How many columns [`carried_columns`] names.
pub(super) const CARRIED_COLUMNS: usize = 9;

/// A text that may carry something.
pub(super) struct Carried {
    pub(super) message: Uuid,
    pub(super) contact: i64,
    kind: MessageKind,
    body: String,
    script_version: u32,
    variant: Option<String>,
    source: Option<String>,
    off_script: bool,
    /// First name of who confirmed it.
    pub(super) texter: String,
}

impl Carried {
    /// Reads the columns of [`carried_columns`], which come first.
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            message: col(row, 0)?,
            contact: col(row, 1)?,
            kind: rows::kind(&col::<String>(row, 2)?)?,
            body: col(row, 3)?,
            script_version: u32::try_from(col::<i64>(row, 4)?).unwrap_or(u32::MAX),
            variant: col(row, 5)?,
            source: col(row, 6)?,
            off_script: col::<i64>(row, 7)? != 0,
            texter: col::<Option<String>>(row, 8)?.unwrap_or_default(),
        })
    }

    pub(super) fn said(&self) -> Said<'_> {
        Said {
            kind: self.kind,
            body: &self.body,
            script_version: self.script_version,
            variant: self.variant.as_deref(),
            source: self.source.as_deref(),
            off_script: self.off_script,
        }
    }
}

fn said(request: &SendRequest) -> Said<'_> {
    Said {
        kind: request.kind,
        body: &request.body,
        script_version: request.script_version,
        variant: request.variant.as_deref(),
        source: request.source.as_deref(),
        off_script: request.off_script,
    }
}

/// A contact's merge fields as they are now.
pub(super) async fn fields_of(
    conn: &mut Conn,
    def: &CampaignDef,
    contact: i64,
) -> Result<BTreeMap<String, String>, StoreError> {
    let row = db::query(concat!("SELECT ", listed_columns!(), " FROM contacts c WHERE c.id = $1"))
        .bind(contact)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| listed(&row, 0)).transpose()?.map(|listed| merge_fields_in(def, &listed)).unwrap_or_default())
}

/// True when a text carries one of `recalls`; `def` is the script in force.
pub(super) async fn carries(
    conn: &mut Conn,
    def: &CampaignDef,
    recalls: &[Recall],
    (said, contact, texter): (&Said<'_>, i64, &str),
) -> Result<Option<i64>, StoreError> {
    let Some(recall) = carried(recalls, said, || false) else { return Ok(None) };
    let found = recall.id;
    if recall.is_source_of(said) {
        return Ok(Some(found));
    }
    // Its words speak against it: are they what the script says to this contact now?
    let fields = fields_of(conn, def, contact).await?;
    let as_it_stands = || stands_in(def, recalls, said.body, &fields, texter);
    Ok(carried(recalls, said, as_it_stands).map(|_| found))
}

/// The recalls of a campaign that are in force.
pub(super) async fn in_force(conn: &mut Conn, campaign: i64) -> Result<Vec<Recall>, StoreError> {
    let rows = db::query(
        "SELECT id, what, versions, texts FROM recalls WHERE campaign = $1 AND lifted_at IS NULL ORDER BY id",
    )
    .bind(campaign)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Recall, StoreError> {
    Ok(Recall {
        id: col(row, 0)?,
        what: json(&col::<String>(row, 1)?)?,
        versions: json(&col::<String>(row, 2)?)?,
        texts: json(&col::<String>(row, 3)?)?,
    })
}

/// All recalls of a campaign, lifted ones too.
pub(super) async fn all(conn: &mut Conn, campaign: i64) -> Result<Vec<RecallInfo>, StoreError> {
    let rows = db::query(
        "SELECT r.id, r.what, r.versions, r.texts, r.reason, r.at, p.name, p.namesake, r.dropped, r.lifted_at
         FROM recalls r JOIN people p ON p.id = r.person WHERE r.campaign = $1 ORDER BY r.id",
    )
    .bind(campaign)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(RecallInfo {
                recall: read(row)?,
                reason: col(row, 4)?,
                at: time(col(row, 5)?)?,
                by: rows::told_apart(col(row, 6)?, col(row, 7)?),
                dropped: unsigned(col(row, 8)?),
                lifted_at: col::<Option<i64>>(row, 9)?.map(time).transpose()?,
            })
        })
        .collect()
}

/// What is recalled, in every version of the script in which it stands in the same words. Its number is 0.
pub(super) async fn resolved(
    conn: &mut Conn,
    campaign: i64,
    what: Recalled,
) -> Result<Result<Recall, Problem>, StoreError> {
    let no = |detail: String| Ok(Err(Problem::new(Code::Invalid, detail)));
    if let Recalled::Field { name, value } = &what {
        if weight(value) < LEAST {
            return no(format!(
                "what.value: a value has {LEAST} letters or digits at least: fewer are in too many texts. Recall the version of \
                 the script instead"
            ));
        }
        if name.trim().is_empty() {
            return no("what.name: it names no field".to_owned());
        }
        return Ok(Ok(Recall { id: 0, what, versions: Vec::new(), texts: Vec::new() }));
    }
    let row = db::query("SELECT script_version FROM campaigns WHERE id = $1").bind(campaign).fetch_one(conn).await?;
    let newest = u32::try_from(col::<i64>(&row, 0)?).unwrap_or(u32::MAX);
    let version = what.version().filter(|version| *version > 0).unwrap_or(newest);
    let Some(def) = script_of(conn, campaign, version).await? else {
        return no(format!("what.version: there is no version {version} of this script: the newest is {newest}"));
    };
    let what = what.of_version(version);
    let Some(texts) = what.words_in(&def) else {
        return no(format!("what: version {version} of the script has no such line"));
    };
    let mut versions = vec![version];
    if !matches!(what, Recalled::Script { .. }) {
        versions.clear();
        for other in 1..=newest {
            let words = match script_of(conn, campaign, other).await? {
                Some(def) => what.words_in(&def),
                None => None,
            };
            if words.as_ref() == Some(&texts) {
                versions.push(other);
            }
        }
    }
    Ok(Ok(Recall { id: 0, what, versions, texts }))
}

/// In a few words, for the record.
fn in_words(what: &Recalled) -> String {
    match what {
        Recalled::Script { version } => format!("version {version}"),
        Recalled::Wording { name, version } => format!("wording {name} of version {version}"),
        Recalled::Canned { id, version } => format!("canned reply {id} of version {version}"),
        Recalled::Answer { question, value, version } => format!("answer {question}={value} of version {version}"),
        Recalled::Field { name, .. } => format!("a value of {name}"),
    }
}

impl Tx<'_> {
    /// `recalled`, when a text that was just handed in carries it.
    pub(super) async fn recalled(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        contact: &ContactRow,
        request: &SendRequest,
    ) -> Result<Option<Problem>, StoreError> {
        if campaign.recalls.is_empty() {
            return Ok(None);
        }
        let text = (&said(request), contact.id, actor.name.as_str());
        let found = carries(self.conn, &campaign.def, &campaign.recalls, text).await?;
        Ok(found.map(|recall| Problem::new(Code::Recalled, format!("it carries what recall {recall} took back"))))
    }

    /// True when a text on its way to the carrier carries something that is recalled.
    pub(super) async fn is_recalled(&mut self, campaign: &Campaign, message: Uuid) -> Result<bool, StoreError> {
        if campaign.recalls.is_empty() {
            return Ok(false);
        }
        let row = db::query(concat!(
            "SELECT ",
            carried_columns!(),
            " FROM messages m LEFT JOIN people p ON p.id = m.author WHERE m.id = $1"
        ))
        .bind(message)
        .fetch_one(&mut *self.conn)
        .await?;
        let text = Carried::read(&row)?;
        let asked = (&text.said(), text.contact, text.texter.as_str());
        Ok(carries(self.conn, &campaign.def, &campaign.recalls, asked).await?.is_some())
    }

    pub(super) async fn recall(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        what: Recalled,
        reason: &str,
    ) -> Result<Answer, StoreError> {
        let reason = match recall::reason(reason) {
            Ok(reason) => reason,
            Err(problem) => return Ok(Answer::Refused(Box::new(problem))),
        };
        let mut recall = match resolved(self.conn, campaign.id, what).await? {
            Ok(recall) => recall,
            Err(problem) => return Ok(Answer::Refused(Box::new(problem))),
        };
        if let Some(known) = campaign.recalls.iter().find(|known| known.what == recall.what) {
            let row = db::query("SELECT dropped FROM recalls WHERE id = $1")
                .bind(known.id)
                .fetch_one(&mut *self.conn)
                .await?;
            let dropped = unsigned(col(&row, 0)?);
            return Ok(Answer::Changed(Changed::Recalled { recall: known.clone(), dropped }));
        }
        recall.id = db::query(
            "INSERT INTO recalls (organization, campaign, what, versions, texts, reason, at, person)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        )
        .bind(campaign.organization)
        .bind(campaign.id)
        .bind(to_json(&recall.what)?)
        .bind(to_json(&recall.versions)?)
        .bind(to_json(&recall.texts)?)
        .bind(reason.as_str())
        .bind(self.micros())
        .bind(actor.person.0)
        .fetch_one(&mut *self.conn)
        .await?
        .try_get(0)?;
        self.cache.forget_campaign(campaign.id);
        // First of all: who is told that a text came back has to know why already.
        self.event(campaign.id, Audience::All, &EventKind::Recalled { recall: recall.clone() })?;
        let dropped = self.drop_waiting(campaign, &recall).await?;
        db::query("UPDATE recalls SET dropped = $2 WHERE id = $1")
            .bind(recall.id)
            .bind(rows::signed(dropped))
            .execute(&mut *self.conn)
            .await?;
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        self.audit(
            Some(actor),
            "recalled",
            format!("campaign {}", campaign.id),
            format!("recall {}, {}, {dropped} texts dropped{why}", recall.id, in_words(&recall.what)),
        );
        Ok(Answer::Changed(Changed::Recalled { recall, dropped }))
    }

    /// Takes back every text that waits for the carrier and carries it; says how many.
    async fn drop_waiting(&mut self, campaign: &Campaign, recall: &Recall) -> Result<u64, StoreError> {
        let waiting = db::query(concat!(
            "SELECT ",
            carried_columns!(),
            " FROM jobs j INDEXED BY jobs_ready JOIN messages m ON m.id = j.message LEFT JOIN people p ON p.id = m.author
             WHERE j.campaign = $1 AND j.state = 'ready' AND j.rank > 0 ORDER BY j.rank, j.message"
        ))
        .bind(campaign.id)
        .fetch_all(&mut *self.conn)
        .await?;
        let one = [recall.clone()];
        let mut dropped = 0;
        for row in &waiting {
            let text = Carried::read(row)?;
            let asked = (&text.said(), text.contact, text.texter.as_str());
            if carries(self.conn, &campaign.def, &one, asked).await?.is_some() {
                self.take_back(text.message, "recalled").await?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    /// What was dropped stays dropped; what is confirmed from now on may go out.
    pub(super) async fn lift_recall(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        recall: i64,
    ) -> Result<Answer, StoreError> {
        let lifted = db::query(
            "UPDATE recalls SET lifted_at = $3, lifted_by = $4 WHERE id = $1 AND campaign = $2 AND lifted_at IS NULL",
        )
        .bind(recall)
        .bind(campaign.id)
        .bind(self.micros())
        .bind(actor.person.0)
        .execute(&mut *self.conn)
        .await?
        .rows_affected();
        if lifted == 0 {
            let there = db::query("SELECT 1 FROM recalls WHERE id = $1 AND campaign = $2")
                .bind(recall)
                .bind(campaign.id)
                .fetch_optional(&mut *self.conn)
                .await?;
            if there.is_none() {
                return refused(Code::NotFound, "there is no such recall in this campaign");
            }
            return Ok(Answer::Done);
        }
        self.cache.forget_campaign(campaign.id);
        self.event(campaign.id, Audience::All, &EventKind::RecallLifted { recall })?;
        self.audit(Some(actor), "recall_lifted", format!("campaign {}", campaign.id), format!("recall {recall}"));
        Ok(Answer::Done)
    }
}

//! Recalls: nothing that carries what is recalled leaves after the commit that holds the recall.
//!
//! Two looks make it so: at accept, whatever a laptop's journal holds; and before each carrier call. The recall's own commit is small:
//! it holds at once, however many texts wait. Those are taken back behind it, a part a commit: for a few seconds
//! by whoever recalled, and to the end by the housekeeping of any server. A recall is lifted only when that is done and nothing that
//! carries it is on its way, and what is handed in later and was pressed before the lift is refused: what was confirmed before a recall
//! never goes out by itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    jobs::LAST_RANK,
    retention::ONE_CAMPAIGN,
    rows::{self, ContactRow, col, json, listed, listed_columns, time, to_json, unsigned},
    schema::{self, KNOWS_RECALLS},
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
    campaign::{CampaignDef, merge_fields, merge_fields_in},
    message::MessageKind,
    recall::{LEAST, Recall, Recalled, Said, carried, is_same, quotes, stands_in, weight},
    rsvp,
    safe_text::safe_line,
    script::fold_name,
    survey::Question,
};
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    change::{Changed, Clearing},
    command::{Actor, Answer},
};

/// Why nothing is recalled while an older version serves too.
const OLDER: &str = "a server of an older version works on the same database, and knows no recalls: it would send on. Pause the \
     campaign (that holds everywhere), stop the older server, and recall again";

/// Why a recall is not lifted yet.
const UNSETTLED: &str = "texts that were confirmed before this recall are still being taken back, or are on their way to the carrier: \
     lifted now, some would go out by themselves while others came back. Lift it again in a minute";

/// Further ahead of each other the clocks of servers are not.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Whoever presses is hardly ever longer on the way.
const JUST: SignedDuration = SignedDuration::from_mins(5);

/// Texts looked at in one commit behind a recall: others' commits wait for it.
const PART: i64 = 200;

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
        "SELECT id, what, versions, texts, reason FROM recalls WHERE campaign = $1 AND lifted_at IS NULL ORDER BY id",
    )
    .bind(campaign)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// A recall that is in force no more.
#[derive(Debug)]
pub(super) struct Lifted {
    pub(super) recall: Recall,
    pub(super) at: Timestamp,
}

impl Lifted {
    /// From when on a press counts. A lift from the time to come was noted by a clock that was wrong: nobody knows when it was, so
    /// what was just pressed counts, and nothing from before.
    fn since(&self, now: Timestamp) -> Timestamp {
        if self.at.duration_since(now) <= AHEAD { self.at } else { now.saturating_sub(JUST).unwrap_or(now) }
    }
}

/// The recalls of a campaign that were lifted.
pub(super) async fn lifted(conn: &mut Conn, campaign: i64) -> Result<Vec<Lifted>, StoreError> {
    let rows = db::query(
        "SELECT id, what, versions, texts, reason, lifted_at FROM recalls
         WHERE campaign = $1 AND lifted_at IS NOT NULL ORDER BY id",
    )
    .bind(campaign)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok(Lifted { recall: read(row)?, at: time(col(row, 5)?)? })).collect()
}

fn read(row: &Row) -> Result<Recall, StoreError> {
    Ok(Recall {
        id: col(row, 0)?,
        what: json(&col::<String>(row, 1)?)?,
        versions: json(&col::<String>(row, 2)?)?,
        texts: json(&col::<String>(row, 3)?)?,
        reason: col(row, 4)?,
    })
}

/// A recall by its number, lifted or not.
pub(super) async fn one(conn: &mut Conn, recall: i64) -> Result<Option<Recall>, StoreError> {
    let row = db::query("SELECT id, what, versions, texts, reason FROM recalls WHERE id = $1")
        .bind(recall)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
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
                stood: None,
                put_right: None,
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
        let spelt = match known_field(conn, campaign, (name, &what)).await? {
            Ok(spelt) => spelt,
            Err(known) => {
                let (name, near) = (safe_line(name), near(name, &known));
                let near = near.map_or_else(|| ".".to_owned(), |near| format!("; did you mean `{}`?", safe_line(near)));
                return no(format!(
                    "what.name: neither the list of this campaign nor its script has a field `{name}`{near} There are: {}",
                    safe_line(&known.join(", "))
                ));
            }
        };
        // As the list and the texts spell it: what is said of the recall later names it so.
        let what = Recalled::Field { name: spelt, value: value.clone() };
        return Ok(Ok(Recall { id: 0, what, versions: Vec::new(), texts: Vec::new(), reason: String::new() }));
    }
    let row = db::query("SELECT script_version FROM campaigns WHERE id = $1").bind(campaign).fetch_one(conn).await?;
    let newest = u32::try_from(col::<i64>(&row, 0)?).unwrap_or(u32::MAX);
    let version = what.version().filter(|version| *version > 0).unwrap_or(newest);
    let Some(def) = script_of(conn, campaign, version).await? else {
        return no(format!("what.version: there is no version {version} of this script: the newest is {newest}"));
    };
    let what = what.of_version(version);
    let Some(texts) = what.words_in(&def) else {
        return no(format!("what: version {version} of the script has no such line; {}", lines_of(&what, &def)));
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
    Ok(Ok(Recall { id: 0, what, versions, texts, reason: String::new() }))
}

/// Contacts that are looked at for the names of fields: those of one list have the same ones.
const LOOKED_AT: i64 = 200;

/// The one of the fields that is most like a word, when one is.
fn near<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let name = fold_name(name);
    let likeness = |one: &'a String| (strsim::jaro_winkler(&fold_name(one), &name), one.as_str());
    let most = known.iter().map(likeness).max_by(|one, other| one.0.total_cmp(&other.0));
    most.filter(|(likeness, _)| *likeness > 0.8).map(|(_, name)| name)
}

/// How a field is spelt; the fields that there are, when this is none of them and its value is neither in the script's own words nor taken
/// back in another campaign of the organization.
async fn known_field(
    conn: &mut Conn,
    campaign: i64,
    (name, what): (&str, &Recalled),
) -> Result<Result<String, Vec<String>>, StoreError> {
    let rows = db::query(concat!(
        "SELECT ",
        listed_columns!(),
        " FROM contacts c WHERE c.campaign = $1 AND c.erased_at IS NULL ORDER BY c.phone LIMIT $2"
    ))
    .bind(campaign)
    .bind(LOOKED_AT)
    .fetch_all(&mut *conn)
    .await?;
    let mut known = BTreeSet::new();
    for row in &rows {
        known.extend(merge_fields(&listed(row, 0)?).into_keys());
    }
    let row =
        db::query("SELECT def, organization FROM campaigns WHERE id = $1").bind(campaign).fetch_one(&mut *conn).await?;
    let def: CampaignDef = json(&col::<String>(&row, 0)?)?;
    known.extend(def.fields_used());
    if let Some(spelt) = known
        .iter()
        .find(|one| one.as_str() == name)
        .or_else(|| known.iter().find(|one| fold_name(one) == fold_name(name)))
    {
        return Ok(Ok(spelt.clone()));
    }
    let is_known = !quotes(what, &def).is_empty()
        || db::query("SELECT 1 FROM recalls WHERE organization = $1 AND what = $2 AND lifted_at IS NULL LIMIT 1")
            .bind(col::<i64>(&row, 1)?)
            .bind(to_json(what)?)
            .fetch_optional(conn)
            .await?
            .is_some();
    Ok(if is_known { Ok(name.to_owned()) } else { Err(known.into_iter().collect()) })
}

/// What of this kind a script has.
fn lines_of(what: &Recalled, def: &CampaignDef) -> String {
    let (kind, names): (_, Vec<String>) = match what {
        Recalled::Wording { .. } => ("wordings", def.initial.iter().map(|one| one.name.clone()).collect()),
        Recalled::Canned { .. } => ("canned replies", def.canned.iter().map(|one| one.id.clone()).collect()),
        _ => {
            let line = |question: &Question| {
                let said = question.answers.iter().filter(|answer| answer.replies().next().is_some());
                said.map(|answer| format!("{}={}", question.id, answer.value)).collect::<Vec<_>>()
            };
            ("answers with a line", def.questions.iter().flat_map(line).collect())
        }
    };
    if names.is_empty() { format!("it has no {kind}") } else { format!("its {kind}: {}", names.join(", ")) }
}

/// In a few words, for the record.
pub(super) fn in_words(what: &Recalled) -> String {
    match what {
        Recalled::Script { version } => format!("version {version}"),
        Recalled::Wording { name, version } => format!("wording {name} of version {version}"),
        Recalled::Canned { id, version } => format!("canned reply {id} of version {version}"),
        Recalled::Answer { question, value, version } => format!("answer {question}={value} of version {version}"),
        Recalled::Field { name, .. } => format!("a value of {name}"),
    }
}

impl Tx<'_> {
    /// `recalled`, when a text that was just handed in carries it; or what was free again only after it was pressed, at the earliest
    /// at `pressed_at`: a laptop's journal may have held it since before the recall.
    pub(super) async fn recalled(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        contact: &ContactRow,
        (request, pressed_at): (&SendRequest, Timestamp),
    ) -> Result<Option<Problem>, StoreError> {
        let now = self.now;
        let lifted_since = || campaign.lifted.iter().filter(|one| pressed_at < one.since(now)).map(|one| &one.recall);
        let none = campaign.recalls.is_empty() && lifted_since().next().is_none();
        if none || mutation::on(Mutation::RecalledTaken) {
            return Ok(None);
        }
        let text = (&request.said(), contact.id, actor.name.as_str());
        let recalls: Vec<Recall> = campaign.recalls.iter().chain(lifted_since()).cloned().collect();
        let Some(recall) = carries(self.conn, &campaign.def, &recalls, text).await? else { return Ok(None) };
        let in_force = campaign.recalls.iter().any(|one| one.id == recall);
        let detail = if in_force {
            format!("it carries what recall {recall} took back")
        } else {
            format!("it was confirmed before recall {recall} was lifted: what carries it goes out by a new press alone")
        };
        Ok(Some(Problem::new(Code::Recalled, detail)))
    }

    /// Takes a text back at once that the carrier did not take and that carries what was recalled meanwhile: while it waits for its
    /// next try the recall may be lifted. Says whether it was such a text.
    pub(super) async fn take_back_if_recalled(&mut self, message: Uuid) -> Result<bool, StoreError> {
        let row = db::query("SELECT campaign, rank FROM jobs WHERE message = $1")
            .bind(message)
            .fetch_one(&mut *self.conn)
            .await?;
        let needs_press = col::<i64>(&row, 1)? > 0;
        let Some(campaign) = self.campaign(col(&row, 0)?).await?.filter(|_| needs_press) else { return Ok(false) };
        let Some(recall) = self.is_recalled(&campaign, message).await? else { return Ok(false) };
        self.take_back_recalled(recall, message).await?;
        Ok(true)
    }

    /// The recall that a text on its way to the carrier carries.
    pub(super) async fn is_recalled(&mut self, campaign: &Campaign, message: Uuid) -> Result<Option<i64>, StoreError> {
        if campaign.recalls.is_empty() || mutation::on(Mutation::RecallAtAcceptOnly) {
            return Ok(None);
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
        carries(self.conn, &campaign.def, &campaign.recalls, asked).await
    }

    /// Takes a text back that carries what was recalled, and counts it.
    pub(super) async fn take_back_recalled(&mut self, recall: i64, message: Uuid) -> Result<(), StoreError> {
        if self.take_back(message, "recalled").await? {
            db::query("UPDATE recalls SET dropped = dropped + 1 WHERE id = $1")
                .bind(recall)
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn recall(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        (what, everywhere): (Recalled, bool),
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
        if everywhere && actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        // What a correction quotes may itself mislead: taken back in it, the value is taken back there altogether.
        let is_shut = |known: &Recall| known.what.version().is_some() || known.texts.is_empty();
        if let Some(known) = campaign.recalls.iter().find(|known| is_same(&known.what, &recall.what) && is_shut(known))
        {
            if everywhere {
                db::query("UPDATE recalls SET everywhere = 1 WHERE id = $1")
                    .bind(known.id)
                    .execute(&mut *self.conn)
                    .await?;
                let detail = format!("recall {}, from now on everywhere, {}", known.id, in_words(&known.what));
                self.audit(Some(actor), "recalled", format!("campaign {}", campaign.id), detail);
            }
            return Ok(Answer::Changed(Changed::Recalled { recall: known.clone(), already: true }));
        }
        if self.older_serve().await? {
            return refused(Code::Invalid, OLDER);
        }
        schema::ask_for(self.conn, KNOWS_RECALLS).await?;
        recall.reason.clone_from(&reason);
        recall.id = db::query(
            "INSERT INTO recalls (organization, campaign, what, versions, texts, reason, at, person, cleared, everywhere)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) RETURNING id",
        )
        .bind(campaign.organization)
        .bind(campaign.id)
        .bind(to_json(&recall.what)?)
        .bind(to_json(&recall.versions)?)
        .bind(to_json(&recall.texts)?)
        .bind(reason.as_str())
        .bind(self.micros())
        .bind(actor.person.0)
        .bind(i64::from(everywhere))
        .fetch_one(&mut *self.conn)
        .await?
        .try_get(0)?;
        self.cache.forget_campaign(campaign.id);
        // First of all: who is told that a text came back has to know why already.
        self.event(campaign.id, Audience::All, &EventKind::Recalled { recall: recall.clone() })?;
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        self.audit(
            Some(actor),
            "recalled",
            format!("campaign {}", campaign.id),
            format!(
                "recall {}, {}{}{why}",
                recall.id,
                if everywhere { "everywhere, " } else { "" },
                in_words(&recall.what)
            ),
        );
        Ok(Answer::Changed(Changed::Recalled { recall, already: false }))
    }

    /// Why a campaign that asks for what an older version does not know cannot be while one serves too; from the first such campaign on
    /// an older program does not start on this database.
    pub(super) async fn too_new(
        &mut self,
        def: &CampaignDef,
        keeps_texters: bool,
    ) -> Result<Option<Answer>, StoreError> {
        let asks = [
            (def.frequency_days > 0, "a frequency cap"),
            (keeps_texters, "people who are kept for their texters"),
            (!def.events.is_empty() || rsvp::is_asked(&def.questions), "events and queues"),
            (def.second_approver, "a second approver"),
            (def.practice, "a practice"),
        ];
        let Some((_, what)) = asks.into_iter().find(|(asked, _)| *asked) else { return Ok(None) };
        if self.older_serve().await? {
            let detail = format!(
                "a server of an older version works on the same database, and knows nothing of {what}: it would go on without. Stop \
                 the older server, and ask again"
            );
            return refused(Code::Invalid, detail).map(Some);
        }
        schema::ask_for(self.conn, KNOWS_RECALLS).await?;
        Ok(None)
    }

    /// True when a server of a version that knows no recalls has this database open now: it would send on. Only a PostgreSQL can
    /// have several.
    async fn older_serve(&mut self) -> Result<bool, StoreError> {
        if !self.conn.is_postgres() {
            return Ok(false);
        }
        let older = db::query(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'textbank'",
        )
        .fetch_one(&mut *self.conn)
        .await?;
        Ok(col::<i64>(&older, 0)? > 0)
    }

    /// Takes back a part of the texts that wait for the carrier and carry what was recalled.
    pub(super) async fn clear_recall(
        &mut self,
        from: Option<Clearing>,
        only: Option<i64>,
    ) -> Result<Answer, StoreError> {
        let next = |next| Ok(Answer::Changed(Changed::Clearing(next)));
        let row = db::query(
            "SELECT id, what, versions, texts, reason, campaign FROM recalls WHERE cleared = 0 AND (id = $1 OR $1 IS NULL)
             ORDER BY id LIMIT 1",
        )
        .bind(only)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return next(None) };
        let recall = read(&row)?;
        let at = from.filter(|from| from.recall == recall.id).unwrap_or(Clearing {
            recall: recall.id,
            rank: 1,
            after: Uuid::nil(),
        });
        let campaign = self.campaign(col(&row, 5)?).await?.filter(|_| at.rank <= LAST_RANK);
        let Some(campaign) = campaign else {
            self.cleared(&recall, col(&row, 5)?).await?;
            return next(Some(at));
        };
        let waiting = db::query(concat!(
            "SELECT ",
            carried_columns!(),
            " FROM jobs j INDEXED BY jobs_ready JOIN messages m ON m.id = j.message LEFT JOIN people p ON p.id = m.author
             WHERE j.campaign = $1 AND j.state = 'ready' AND j.rank = $2 AND j.message > $3 ORDER BY j.message LIMIT $4"
        ))
        .bind(campaign.id)
        .bind(at.rank)
        .bind(at.after)
        .bind(PART)
        .fetch_all(&mut *self.conn)
        .await?;
        let one = [recall];
        let mut after = at.after;
        for row in &waiting {
            let text = Carried::read(row)?;
            after = text.message;
            let asked = (&text.said(), text.contact, text.texter.as_str());
            if carries(self.conn, &campaign.def, &one, asked).await?.is_some() {
                self.take_back_recalled(at.recall, text.message).await?;
            }
        }
        let whole = i64::try_from(waiting.len()).is_ok_and(|many| many < PART);
        next(Some(if whole {
            Clearing { rank: at.rank + 1, after: Uuid::nil(), ..at }
        } else {
            Clearing { after, ..at }
        }))
    }

    /// All texts that wait were looked at.
    async fn cleared(&mut self, recall: &Recall, campaign: i64) -> Result<(), StoreError> {
        let row = db::query("UPDATE recalls SET cleared = 1 WHERE id = $1 RETURNING dropped")
            .bind(recall.id)
            .fetch_one(&mut *self.conn)
            .await?;
        let dropped: i64 = col(&row, 0)?;
        self.audit(
            None,
            "recall_cleared",
            format!("campaign {campaign}"),
            format!("recall {}, {dropped} texts came back", recall.id),
        );
        Ok(())
    }

    /// True when a text that was confirmed before a recall may still go out by itself should it be lifted now: what waits was not
    /// looked at to the end, or the carrier may yet ask for it once more.
    async fn is_unsettled(&mut self, campaign: &Campaign, recall: &Recall) -> Result<bool, StoreError> {
        let uncleared = db::query("SELECT 1 FROM recalls WHERE id = $1 AND cleared = 0")
            .bind(recall.id)
            .fetch_optional(&mut *self.conn)
            .await?;
        if uncleared.is_some() {
            return Ok(true);
        }
        // Few: what one process has under way.
        let under_way = db::query(concat!(
            "SELECT ",
            carried_columns!(),
            " FROM jobs j INDEXED BY jobs_open JOIN messages m ON m.id = j.message LEFT JOIN people p ON p.id = m.author
             WHERE j.state IN ('submitting', 'unknown') AND j.state = 'submitting' AND j.campaign = $1 AND j.rank > 0"
        ))
        .bind(campaign.id)
        .fetch_all(&mut *self.conn)
        .await?;
        for row in &under_way {
            let text = Carried::read(row)?;
            let asked = (&text.said(), text.contact, text.texter.as_str());
            if carries(self.conn, &campaign.def, std::slice::from_ref(recall), asked).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What was dropped stays dropped; what is confirmed from now on may go out. What was confirmed before it was recalled does not
    /// go out by itself: it is all taken back first.
    pub(super) async fn lift_recall(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        recall: i64,
    ) -> Result<Answer, StoreError> {
        let known = campaign.recalls.iter().find(|known| known.id == recall);
        if let Some(known) = known
            && self.is_unsettled(campaign, known).await?
        {
            return refused(Code::Unsettled, UNSETTLED);
        }
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

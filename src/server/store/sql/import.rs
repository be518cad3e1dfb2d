//! Importing a campaign, and more contacts into one that is there: a start, chunks in any order, a finish; each of them twice is once.
//! The chunks are in [`super::import_chunk`].

use serde::Serialize;
use uuid::Uuid;

use super::{
    rows::{self, col, json, signed, time, to_json, unsigned},
    send::request_hash,
    tx::{Audience, Tx},
    visible::is_visible,
};
use crate::api::{
    admin::{ImportStart, ImportState, ListInfo, ListStart},
    campaign::CampaignState,
    event::EventKind,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::{CampaignDef, MAX_FREQUENCY_DAYS},
    ids::{CampaignId, OrganizationId},
    provenance::{Consent, Provenance},
    rsvp,
    safe_text::safe_line,
    script::Template,
    survey,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
};

pub(super) fn no(code: Code, detail: &str) -> Result<Answer, StoreError> {
    Ok(Answer::Refused(Box::new(Problem::new(code, detail))))
}

/// What no campaign may be, whoever sent it: a file is checked with places and remedies before, but the server does not
/// take that on trust.
pub(super) fn def_faults(def: &CampaignDef) -> Vec<String> {
    let mut faults = Vec::new();
    if def.initial.is_empty() {
        faults.push("initial: there is one message at least".to_owned());
    }
    if !def.opt_out_notice.values().any(|text| !text.trim().is_empty()) {
        faults.push("opt_out_notice: there is one at least".to_owned());
    }
    if serde_json::to_value(def).is_ok_and(|def| has_nul(&def)) {
        // Not every database keeps it, and no carrier takes it.
        faults.push("a text or a name: it has a NUL character".to_owned());
    }
    if def.frequency_days > MAX_FREQUENCY_DAYS {
        faults.push(format!("frequency: at most {MAX_FREQUENCY_DAYS} days"));
    }
    faults.extend(def.hours.faults().iter().map(|fault| format!("hours: {fault}")));
    faults.extend(rsvp::faults(&def.events, &def.questions).iter().map(|fault| format!("events: {fault}")));
    for text in def.texts() {
        if let Err(found) = Template::parse(text) {
            faults.extend(found.iter().map(|fault| format!("a text: {}", fault.what)));
        }
    }
    // The notice goes out by itself, with nobody to see that a field stayed empty.
    for text in def.opt_out_notice.values() {
        match Template::parse(text) {
            Ok(template) if template.fields().next().is_none() => {}
            Ok(_) => faults.push("opt_out_notice: it has a merge field".to_owned()),
            Err(found) => faults.extend(found.iter().map(|fault| format!("opt_out_notice: {}", fault.what))),
        }
    }
    faults
}

/// What segments, maps of results and exports rely on: answers that can be told apart. A campaign that was made by a program of before
/// may have such; a new one may not.
pub(super) fn survey_faults(def: &CampaignDef) -> Vec<String> {
    use crate::domain::survey::SurveyFault::{DuplicateAnswer, DuplicateQuestion, TypedTwice};
    let told = |fault: &survey::SurveyFault| {
        matches!(fault, DuplicateQuestion { .. } | DuplicateAnswer { .. } | TypedTwice { .. })
    };
    let faults = survey::faults(&def.questions);
    faults.iter().filter(|fault| told(fault)).map(|fault| format!("questions: {fault}")).collect()
}

fn has_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(all) => all.iter().any(has_nul),
        serde_json::Value::Object(all) => all.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// What an import is known by: what it brings, not what is said of where that came from, as it goes on when it is asked for again.
#[derive(Serialize)]
struct Known<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    def: Option<&'a CampaignDef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<CampaignId>,
    contacts: u64,
}

/// The columns of [`read_state`].
macro_rules! state_columns {
    () => {
        "i.campaign, i.chunks, i.stored, i.duplicates, i.suppressed, i.finished, c.state, i.known_bad, \
         i.without_consent, i.expected, i.number, i.consent, i.taken_off, i.erased"
    };
}

fn read_state(row: &db::Row) -> Result<ImportState, StoreError> {
    Ok(ImportState {
        campaign: CampaignId(col(row, 0)?),
        chunks: unsigned(col(row, 1)?),
        stored: unsigned(col(row, 2)?),
        // An older program counts who was erased as known before; so does the column.
        duplicates: unsigned(col::<i64>(row, 3)? - col::<i64>(row, 13)?),
        suppressed: unsigned(col(row, 4)?),
        known_bad: unsigned(col(row, 7)?),
        without_consent: unsigned(col(row, 8)?),
        taken_off: unsigned(col(row, 12)?),
        erased: unsigned(col(row, 13)?),
        finished: col::<i64>(row, 5)? != 0,
        paused: rows::state(&col::<String>(row, 6)?)? == CampaignState::Paused,
    })
}

/// An import, as its commands see it.
pub(super) struct Import {
    pub(super) state: ImportState,
    expected: i64,
    /// The how-manieth list of its campaign.
    pub(super) number: i64,
    /// Of everybody on it.
    pub(super) consent: Option<Consent>,
}

async fn find(conn: &mut Conn, organization: OrganizationId, import: Uuid) -> Result<Option<Import>, StoreError> {
    let row = db::query(concat!(
        "SELECT ",
        state_columns!(),
        " FROM imports i JOIN campaigns c ON c.id = i.campaign WHERE i.id = $1 AND i.organization = $2"
    ))
    .bind(import)
    .bind(organization.0)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let consent: Option<String> = col(&row, 11)?;
    let consent = consent.map(|text| json(&text)).transpose()?;
    Ok(Some(Import { state: read_state(&row)?, expected: col(&row, 9)?, number: col(&row, 10)?, consent }))
}

/// Where an import stands.
pub(super) async fn state(conn: &mut Conn, actor: &Actor, import: Uuid) -> Found<Option<ImportState>> {
    Ok(find(conn, actor.organization, import).await?.map(|found| found.state))
}

/// The lists of a campaign, in the order in which they came; none when the campaign is not the actor's to see.
pub(super) async fn lists(conn: &mut Conn, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<ListInfo>>> {
    if !is_visible(conn, actor, campaign).await? {
        return Ok(None);
    }
    let rows = db::query(concat!(
        "SELECT ",
        state_columns!(),
        ", i.provenance, i.obtained, i.permitted_use, i.at, p.name, p.namesake
         FROM imports i JOIN campaigns c ON c.id = i.campaign LEFT JOIN people p ON p.id = i.person
         WHERE i.campaign = $1 ORDER BY i.number, i.at"
    ))
    .bind(campaign.0)
    .fetch_all(conn)
    .await?;
    rows.iter().map(info).collect::<Result<Vec<_>, _>>().map(Some)
}

fn info(row: &db::Row) -> Result<ListInfo, StoreError> {
    let consent: Option<String> = col(row, 11)?;
    let obtained: Option<String> = col(row, 15)?;
    let name = match (col::<Option<String>>(row, 18)?, col::<Option<i64>>(row, 19)?) {
        (Some(name), Some(namesake)) => Some(rows::told_apart(name, namesake)),
        (name, _) => name,
    };
    Ok(ListInfo {
        number: u32::try_from(col::<i64>(row, 10)?).unwrap_or(u32::MAX),
        provenance: Provenance {
            source: col(row, 14)?,
            obtained: obtained.and_then(|day| day.parse().ok()),
            permitted_use: col(row, 16)?,
            consent: consent.map(|text| json(&text)).transpose()?,
        },
        at: time(col(row, 17)?)?,
        by: name,
        state: read_state(row)?,
    })
}

/// Under this name a texter sees where a contact's number comes from.
pub(super) const LIST_SOURCE: &str = "list_source";

/// Where a contact's number comes from, in words; the columns are the source, the day and the consent. None for a list of which
/// nothing is known.
pub(super) fn from_where(row: &db::Row, at: usize) -> Result<Option<String>, StoreError> {
    let Some(mut words) = col::<Option<String>>(row, at)?.filter(|source| !source.is_empty()) else { return Ok(None) };
    if let Some(day) = col::<Option<String>>(row, at + 1)? {
        words.push_str(&format!(", {day}"));
    }
    if let Some(consent) = col::<Option<String>>(row, at + 2)? {
        words.push_str(&format!("; agreed {}", in_words(&json(&consent)?)));
    }
    Ok(Some(words))
}

/// What is missing of where a list came from.
fn untold(provenance: &Provenance) -> Vec<String> {
    let what = |field: &str| match field {
        "obtained" => "provenance.obtained: say when the list was obtained".to_owned(),
        "permitted_use" => "provenance.permitted_use: say what use of the list is permitted".to_owned(),
        _ => "provenance.source: say where the list comes from".to_owned(),
    };
    provenance.missing().into_iter().map(what).collect()
}

fn refused(what: &str, faults: Vec<String>) -> Answer {
    let mut problem = Problem::new(Code::Invalid, what);
    problem.faults = faults;
    Answer::Refused(Box::new(problem))
}

impl Tx<'_> {
    pub(super) async fn import_found(&mut self, actor: &Actor, import: Uuid) -> Result<Option<Import>, StoreError> {
        find(self.conn, actor.organization, import).await
    }

    pub(super) async fn import_answer(&mut self, actor: &Actor, import: Uuid) -> Result<Answer, StoreError> {
        match self.import_found(actor, import).await? {
            Some(found) => Ok(Answer::Import(found.state)),
            None => no(Code::NotFound, "no such import"),
        }
    }

    /// The answer of an import that was there already.
    async fn import_known(
        &mut self,
        actor: &Actor,
        import: Uuid,
        hash: [u8; 32],
    ) -> Result<Option<Answer>, StoreError> {
        let known = db::query("SELECT request_hash, organization FROM imports WHERE id = $1")
            .bind(import)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = known else { return Ok(None) };
        Ok(Some(if col::<i64>(&row, 1)? != actor.organization.0 {
            no(Code::NotFound, "no such import")?
        } else if col::<Vec<u8>>(&row, 0)? != hash {
            no(Code::IdReused, "this import's id was used before for something else")?
        } else {
            self.import_answer(actor, import).await?
        }))
    }

    async fn import_new(
        &mut self,
        actor: &Actor,
        import: Uuid,
        (hash, campaign, adds): ([u8; 32], i64, bool),
        contacts: u64,
        provenance: &Provenance,
    ) -> Result<(), StoreError> {
        // Behind the last one: a follow-up has only some of its source's lists, under their numbers there.
        let number = db::query("SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM imports WHERE campaign = $1")
            .bind(campaign)
            .fetch_one(&mut *self.conn)
            .await?
            .try_get::<i64>(0)?
            + 1;
        let consent = provenance.consent.as_ref().map(|consent| Consent {
            date: consent.date,
            wording: safe_line(&consent.wording),
            source: safe_line(&consent.source),
        });
        let obtained = provenance.obtained.map(|day| day.to_string());
        db::query(
            "INSERT INTO imports (id, organization, campaign, request_hash, expected, provenance, at, number, adds, obtained,
                 permitted_use, consent, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(import)
        .bind(actor.organization.0)
        .bind(campaign)
        .bind(hash.as_slice())
        .bind(signed(contacts))
        .bind(safe_line(&provenance.source))
        .bind(self.micros())
        .bind(number)
        .bind(i64::from(adds))
        .bind(obtained.clone())
        .bind(safe_line(&provenance.permitted_use))
        .bind(consent.as_ref().map(to_json).transpose()?)
        .bind(actor.person.0)
        .execute(&mut *self.conn)
        .await?;
        let told = format!(
            "list {number}: {}; obtained {}; permitted use: {}{}",
            safe_line(&provenance.source),
            obtained.unwrap_or_default(),
            safe_line(&provenance.permitted_use),
            consent.map_or_else(String::new, |consent| format!("; consent: {}", in_words(&consent)))
        );
        self.audit(
            Some(actor),
            if adds { "list_started" } else { "import_started" },
            format!("campaign {campaign}"),
            told,
        );
        Ok(())
    }

    /// A campaign with the first version of its script.
    pub(super) async fn new_campaign(
        &mut self,
        actor: &Actor,
        state: CampaignState,
        def: &CampaignDef,
    ) -> Result<i64, StoreError> {
        let def = &self.with_shared(actor.organization.0, def.clone()).await?;
        let text = to_json(def)?;
        let campaign = db::query(
            "INSERT INTO campaigns (organization, title, state, script_version, language, def, created_at)
             VALUES ($1, $2, $3, 1, $4, $5, $6) RETURNING id",
        )
        .bind(actor.organization.0)
        .bind(safe_line(&def.title))
        .bind(rows::state_word(state))
        .bind(def.language.as_str())
        .bind(text.as_str())
        .bind(self.micros())
        .fetch_one(&mut *self.conn)
        .await?
        .try_get::<i64>(0)?;
        db::query("INSERT INTO scripts (campaign, version, def, at) VALUES ($1, 1, $2, $3)")
            .bind(campaign)
            .bind(text.as_str())
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(campaign)
    }

    pub(super) async fn import_start(
        &mut self,
        actor: &Actor,
        import: Uuid,
        start: &ImportStart,
        advice: &[String],
    ) -> Result<Answer, StoreError> {
        let known = Known { def: Some(&start.def), campaign: None, contacts: start.contacts };
        let hash = request_hash("import", &known)?;
        if let Some(answer) = self.import_known(actor, import, hash).await? {
            return Ok(answer);
        }
        let mut faults = def_faults(&start.def);
        faults.extend(survey_faults(&start.def));
        if !faults.is_empty() {
            return Ok(refused("the campaign has faults", faults));
        }
        faults.extend(untold(&start.provenance));
        if !faults.is_empty() {
            return Ok(refused("it is not said where the list comes from", faults));
        }
        let mut def = start.def.clone();
        // Whoever wrote the file.
        def.take_solicitation();
        if let Some(refusal) = self.too_new(&def, false).await? {
            return Ok(refusal);
        }
        let campaign = self.new_campaign(actor, CampaignState::Importing, &def).await?;
        self.take_what_holds_everywhere(actor, campaign, &[]).await?;
        self.import_new(actor, import, (hash, campaign, false), start.contacts, &start.provenance).await?;
        // The first campaign says whose server this is.
        db::query("UPDATE organizations SET name = $2, named = 1 WHERE id = $1 AND named = 0")
            .bind(actor.organization.0)
            .bind(safe_line(&start.def.organization))
            .execute(&mut *self.conn)
            .await?;
        if !advice.is_empty() {
            // Beside the line of the start itself, which says where the list is from.
            self.audit(Some(actor), "import_warned", format!("campaign {campaign}"), advice.join("; "));
        }
        self.import_answer(actor, import).await
    }

    /// More contacts for a campaign that is there.
    pub(super) async fn list_add(
        &mut self,
        actor: &Actor,
        import: Uuid,
        campaign: CampaignId,
        start: &ListStart,
    ) -> Result<Answer, StoreError> {
        let Some(found) = self.campaign_of(actor, campaign.0).await? else {
            return no(Code::NotFound, "no such campaign");
        };
        let known = Known { def: None, campaign: Some(campaign), contacts: start.contacts };
        let hash = request_hash("list", &known)?;
        if let Some(answer) = self.import_known(actor, import, hash).await? {
            return Ok(answer);
        }
        match found.state {
            CampaignState::Running | CampaignState::Paused => {}
            CampaignState::Importing => return no(Code::Invalid, "the campaign's own import is not finished"),
            CampaignState::Archived => {
                return no(Code::Invalid, "the campaign is closed: open it again first (textbank campaign reopen)");
            }
        }
        let faults = untold(&start.provenance);
        if !faults.is_empty() {
            return Ok(refused("it is not said where the list comes from", faults));
        }
        self.import_new(actor, import, (hash, campaign.0, true), start.contacts, &start.provenance).await?;
        self.import_answer(actor, import).await
    }

    pub(super) async fn import_finish(
        &mut self,
        actor: &Actor,
        import: Uuid,
        paused: bool,
    ) -> Result<Answer, StoreError> {
        let Some(Import { state, expected, .. }) = self.import_found(actor, import).await? else {
            return no(Code::NotFound, "no such import");
        };
        if state.finished {
            return Ok(Answer::Import(state));
        }
        let came = signed(state.came());
        if came < expected {
            return no(
                Code::Invalid,
                &format!("{expected} contacts were announced, {came} came: send the missing chunks"),
            );
        }
        let campaign = state.campaign.0;
        db::query("UPDATE imports SET finished = 1 WHERE id = $1").bind(import).execute(&mut *self.conn).await?;
        let after = if paused { CampaignState::Paused } else { CampaignState::Running };
        // A campaign that was there stays as it is; whoever found nothing to do in it is told to look again.
        db::query("UPDATE campaigns SET state = $2 WHERE id = $1 AND state = 'importing'")
            .bind(campaign)
            .bind(rows::state_word(after))
            .execute(&mut *self.conn)
            .await?;
        self.cache.forget_campaign(campaign);
        let Some(now) = self.campaign(campaign).await? else { return no(Code::NotFound, "no such campaign") };
        let script_version = u32::try_from(now.script_version).unwrap_or(u32::MAX);
        self.event(campaign, Audience::All, &EventKind::Campaign { state: now.state, script_version })?;
        self.audit(
            Some(actor),
            "import_finished",
            format!("campaign {campaign}"),
            format!(
                "{} contacts, {} known before, {} opted out, {} known as useless, {} without consent{}",
                state.stored,
                state.duplicates,
                state.suppressed,
                state.known_bad,
                state.without_consent,
                if now.state == CampaignState::Paused { ", paused" } else { "" }
            ),
        );
        self.import_answer(actor, import).await
    }
}

fn in_words(consent: &Consent) -> String {
    let mut words = consent.date.map_or_else(String::new, |day| day.to_string());
    for more in [&consent.source, &consent.wording] {
        if !more.is_empty() {
            words.push_str(", ");
            words.push_str(more);
        }
    }
    words
}

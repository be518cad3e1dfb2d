//! Importing a campaign: a start, chunks in any order, a finish; each of them twice is once.

use serde::Serialize;
use uuid::Uuid;

use super::{
    rows::{self, col, signed, to_json, unsigned},
    send::request_hash,
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    admin::{ImportChunk, ImportStart, ImportState, MAX_CHUNK},
    campaign::CampaignState,
    event::EventKind,
    problem::{Code, Problem},
};
use crate::db;
use crate::domain::{campaign::CampaignDef, contact::Contact, ids::CampaignId, safe_text::safe_line, script::Template};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

fn no(code: Code, detail: &str) -> Result<Answer, StoreError> {
    Ok(Answer::Refused(Box::new(Problem::new(code, detail))))
}

/// What no campaign may be, whoever sent it: a file is checked with places and remedies before, but the server does not
/// take that on trust.
fn def_faults(def: &CampaignDef) -> Vec<String> {
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
    faults.extend(def.hours.faults().iter().map(|fault| format!("hours: {fault}")));
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

fn has_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(all) => all.iter().any(has_nul),
        serde_json::Value::Object(all) => all.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// One contact on its way into the table; short names, as a chunk holds a thousand.
#[derive(Serialize)]
struct Line {
    p: String,
    x: Option<String>,
    f: String,
    l: String,
    z: Option<String>,
    s: Option<String>,
    g: Option<String>,
    t: Option<String>,
    o: String,
    n: i64,
}

impl Tx<'_> {
    async fn import_state(&mut self, actor: &Actor, import: Uuid) -> Result<Option<(ImportState, i64)>, StoreError> {
        let row = db::query(
            "SELECT i.campaign, i.chunks, i.stored, i.duplicates, i.suppressed, i.finished, i.expected, c.state
             FROM imports i JOIN campaigns c ON c.id = i.campaign WHERE i.id = $1 AND i.organization = $2",
        )
        .bind(import)
        .bind(actor.organization.0)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let state = ImportState {
            campaign: CampaignId(col(&row, 0)?),
            chunks: unsigned(col(&row, 1)?),
            stored: unsigned(col(&row, 2)?),
            duplicates: unsigned(col(&row, 3)?),
            suppressed: unsigned(col(&row, 4)?),
            finished: col::<i64>(&row, 5)? != 0,
            paused: rows::state(&col::<String>(&row, 7)?)? == CampaignState::Paused,
        };
        Ok(Some((state, col(&row, 6)?)))
    }

    async fn import_answer(&mut self, actor: &Actor, import: Uuid) -> Result<Answer, StoreError> {
        match self.import_state(actor, import).await? {
            Some((state, _)) => Ok(Answer::Import(state)),
            None => no(Code::NotFound, "no such import"),
        }
    }

    pub(super) async fn import_start(
        &mut self,
        actor: &Actor,
        import: Uuid,
        start: &ImportStart,
    ) -> Result<Answer, StoreError> {
        let hash = request_hash("import", start)?;
        let known = db::query("SELECT request_hash, organization FROM imports WHERE id = $1")
            .bind(import)
            .fetch_optional(&mut *self.conn)
            .await?;
        if let Some(row) = known {
            if col::<i64>(&row, 1)? != actor.organization.0 {
                return no(Code::NotFound, "no such import");
            }
            if col::<Vec<u8>>(&row, 0)? != hash {
                return no(Code::IdReused, "this import's id was used before for something else");
            }
            return self.import_answer(actor, import).await;
        }
        let faults = def_faults(&start.def);
        if !faults.is_empty() {
            let mut problem = Problem::new(Code::Invalid, "the campaign has faults");
            problem.faults = faults;
            return Ok(Answer::Refused(Box::new(problem)));
        }
        let mut def = start.def.clone();
        if def.purpose.is_solicitation() {
            // Whoever wrote the file: the hours for solicitation are in force, those it gives to single states beside them.
            def.hours.take_solicitation();
        }
        let def = to_json(&def)?;
        let campaign = db::query(
            "INSERT INTO campaigns (organization, title, state, script_version, language, def, created_at)
             VALUES ($1, $2, 'importing', 1, $3, $4, $5) RETURNING id",
        )
        .bind(actor.organization.0)
        .bind(safe_line(&start.def.title))
        .bind(start.def.language.as_str())
        .bind(def.as_str())
        .bind(self.micros())
        .fetch_one(&mut *self.conn)
        .await?
        .try_get::<i64>(0)?;
        db::query("INSERT INTO scripts (campaign, version, def, at) VALUES ($1, 1, $2, $3)")
            .bind(campaign)
            .bind(def.as_str())
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        db::query(
            "INSERT INTO imports (id, organization, campaign, request_hash, expected, provenance, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(import)
        .bind(actor.organization.0)
        .bind(campaign)
        .bind(hash.as_slice())
        .bind(signed(start.contacts))
        .bind(safe_line(&start.provenance))
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        // The first campaign says whose server this is.
        db::query("UPDATE organizations SET name = $2, named = 1 WHERE id = $1 AND named = 0")
            .bind(actor.organization.0)
            .bind(safe_line(&start.def.organization))
            .execute(&mut *self.conn)
            .await?;
        self.audit(Some(actor), "import_started", format!("campaign {campaign}"), safe_line(&start.provenance));
        self.import_answer(actor, import).await
    }

    pub(super) async fn import_chunk(
        &mut self,
        actor: &Actor,
        import: Uuid,
        number: u64,
        chunk: ImportChunk,
    ) -> Result<Answer, StoreError> {
        if chunk.contacts.len() > MAX_CHUNK {
            return no(Code::TooLarge, "a chunk has at most 1000 contacts");
        }
        let Some((state, _)) = self.import_state(actor, import).await? else {
            return no(Code::NotFound, "no such import");
        };
        let new = db::query("INSERT INTO import_chunks (import, number) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(import)
            .bind(signed(number))
            .execute(&mut *self.conn)
            .await?
            .rows_affected();
        if new == 0 {
            return Ok(Answer::Import(state));
        }
        if state.finished {
            db::query("DELETE FROM import_chunks WHERE import = $1 AND number = $2")
                .bind(import)
                .bind(signed(number))
                .execute(&mut *self.conn)
                .await?;
            return no(Code::Invalid, "the import is finished");
        }
        let campaign = state.campaign.0;
        let sent = signed(u64::try_from(chunk.contacts.len()).unwrap_or(u64::MAX));
        let Some(known) = self.campaign(campaign).await? else { return no(Code::NotFound, "no such import") };
        let mut lines = Vec::with_capacity(chunk.contacts.len());
        for contact in chunk.contacts {
            lines.push(self.line(&known, contact).await?);
        }
        let lines = to_json(&lines)?;
        // Suppressed numbers are stored as opted out; a number that waits for a decision elsewhere waits here too.
        let stored = db::query(
            "INSERT INTO contacts (organization, campaign, phone, external_id, first_name, last_name, zip, state,
                 language, time_zone, fields, zone_set, opt_out, opt_out_words, updated_at)
             SELECT $2, $3, j.value->>'p', j.value->>'x', j.value->>'f', j.value->>'l', j.value->>'z', j.value->>'s',
                 j.value->>'g', j.value->>'t', j.value->>'o', CAST(j.value->>'n' AS BIGINT),
                 CASE WHEN s.by_word = 1 THEN 3 WHEN s.by_word = 0 THEN 2 WHEN EXISTS (SELECT 1 FROM contacts o
                     WHERE o.organization = $2 AND o.phone = j.value->>'p' AND o.opt_out = 1) THEN 1 ELSE 0 END,
                 CASE WHEN s.by_word IS NULL THEN COALESCE((SELECT o.opt_out_words FROM contacts o
                     WHERE o.organization = $2 AND o.phone = j.value->>'p' AND o.opt_out = 1 ORDER BY o.id LIMIT 1), '') ELSE '' END,
                 $4
             FROM json_each($1) j
             LEFT JOIN suppressions s ON s.organization = $2 AND s.phone = j.value->>'p'
             WHERE TRUE ORDER BY j.key
             ON CONFLICT (campaign, phone) DO NOTHING RETURNING opt_out",
        )
        .bind(lines)
        .bind(actor.organization.0)
        .bind(campaign)
        .bind(self.micros())
        .fetch_all(&mut *self.conn)
        .await?;
        let mut suppressed = 0_i64;
        for row in &stored {
            suppressed += i64::from(col::<i64>(row, 0)? >= rows::OPTED_OUT);
        }
        let stored = signed(u64::try_from(stored.len()).unwrap_or(u64::MAX));
        db::query(
            "UPDATE imports SET chunks = chunks + 1, stored = stored + $2, duplicates = duplicates + $3,
                 suppressed = suppressed + $4 WHERE id = $1",
        )
        .bind(import)
        .bind(stored)
        .bind(sent - stored)
        .bind(suppressed)
        .execute(&mut *self.conn)
        .await?;
        self.audit(
            Some(actor),
            "import_chunk",
            format!("campaign {campaign}"),
            format!("chunk {number}: {stored} stored"),
        );
        self.import_answer(actor, import).await
    }

    /// Cleans one contact and finds its zones, and the states among them that have hours of their own.
    async fn line(&mut self, campaign: &Campaign, contact: Contact) -> Result<Line, StoreError> {
        let places = campaign.def.hours.places_of(&contact);
        let zone_set = self.zone_set(campaign.id, &to_json(&places)?).await?;
        let clean = |text: Option<String>| text.map(|t| safe_line(&t)).filter(|t| !t.is_empty());
        let fields: std::collections::BTreeMap<_, _> =
            contact.fields.into_iter().map(|(key, value)| (safe_line(&key), safe_line(&value))).collect();
        Ok(Line {
            p: contact.phone.as_str().to_owned(),
            x: clean(contact.external_id),
            f: safe_line(&contact.first_name),
            l: safe_line(&contact.last_name),
            z: clean(contact.zip),
            s: clean(contact.state),
            g: clean(contact.language),
            t: clean(contact.time_zone),
            o: to_json(&fields)?,
            n: zone_set,
        })
    }

    /// The number of a set of zones, noted as one of the campaign's.
    async fn zone_set(&mut self, campaign: i64, zones: &str) -> Result<i64, StoreError> {
        let key = format!("{campaign}:{zones}");
        if let Some(id) = self.cache.zone_sets.get(&key) {
            return Ok(*id);
        }
        db::query("INSERT INTO zone_sets (zones) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(zones)
            .execute(&mut *self.conn)
            .await?;
        let row = db::query("SELECT id FROM zone_sets WHERE zones = $1").bind(zones).fetch_one(&mut *self.conn).await?;
        let id: i64 = row.try_get(0)?;
        db::query("INSERT INTO campaign_zones (campaign, zone_set) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(campaign)
            .bind(id)
            .execute(&mut *self.conn)
            .await?;
        self.cache.zone_sets.insert(key, id);
        Ok(id)
    }

    pub(super) async fn import_finish(
        &mut self,
        actor: &Actor,
        import: Uuid,
        paused: bool,
    ) -> Result<Answer, StoreError> {
        let Some((state, expected)) = self.import_state(actor, import).await? else {
            return no(Code::NotFound, "no such import");
        };
        if state.finished {
            return Ok(Answer::Import(state));
        }
        let came = signed(state.stored + state.duplicates);
        if came < expected {
            return no(
                Code::Invalid,
                &format!("{expected} contacts were announced, {came} came: send the missing chunks"),
            );
        }
        let campaign = state.campaign.0;
        db::query("UPDATE imports SET finished = 1 WHERE id = $1").bind(import).execute(&mut *self.conn).await?;
        let after = if paused { CampaignState::Paused } else { CampaignState::Running };
        db::query("UPDATE campaigns SET state = $2 WHERE id = $1 AND state = 'importing'")
            .bind(campaign)
            .bind(rows::state_word(after))
            .execute(&mut *self.conn)
            .await?;
        self.cache.forget_campaign(campaign);
        self.event(campaign, Audience::All, &EventKind::Campaign { state: after, script_version: 1 })?;
        self.audit(
            Some(actor),
            "import_finished",
            format!("campaign {campaign}"),
            format!("{} contacts{}", state.stored, if paused { ", paused" } else { "" }),
        );
        self.import_answer(actor, import).await
    }
}

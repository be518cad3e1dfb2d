//! Contacts on their way into the database, a thousand at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Serialize;
use uuid::Uuid;

use super::{
    import::no,
    rows::{self, col, signed, to_json},
    tx::{Campaign, Tx},
    useless::{Named, is_same},
};
use crate::api::{
    admin::{ImportChunk, MAX_CHUNK},
    problem::Code,
};
use crate::db;
use crate::domain::{
    contact::Contact,
    failing::failing_codes,
    provenance::{Consent, law_of_consent},
    safe_text::safe_line,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

/// The codes of carriers that say that a number gets no texts, as a JSON list.
pub(super) static FAILING: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string(failing_codes()).unwrap_or_else(|_| "[]".to_owned()));

/// One contact on its way into the table; short names, as a chunk holds a thousand. What is usual is left out.
#[derive(Serialize)]
pub(super) struct Line {
    p: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    f: String,
    l: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    z: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    g: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    o: String,
    n: i64,
    /// Its state of opting out, and the words it waits for a decision with.
    q: i64,
    w: String,
    /// Known as useless.
    b: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    c: Option<String>,
}

impl Line {
    /// True for one known as useless at that number.
    pub(super) fn is_useless(&self) -> bool {
        self.b != 0
    }
}

/// What the organization knows of a number.
#[derive(Default)]
pub(super) struct Past {
    /// Opted out by word (1) or by a person (0).
    suppressed: Option<i64>,
    /// The words that wait for a decision elsewhere.
    possible: Option<String>,
    /// Whose number it is not, or whose number gets no texts: ids and names.
    useless: Vec<Named>,
    /// They were erased on their request, and have not asked for texts since.
    erased: bool,
}

impl Past {
    fn opt_out(&self) -> i64 {
        match (self.suppressed, &self.possible) {
            (Some(by_word), _) if by_word != 0 => 3,
            (Some(_), _) => rows::OPTED_OUT,
            (None, Some(_)) => 1,
            (None, None) => 0,
        }
    }

    /// True when it is known as useless for this person: by id, or by name where one of the two has none.
    fn is_useless_for(&self, contact: &Contact) -> bool {
        let them = (contact.external_id.clone(), contact.first_name.clone(), contact.last_name.clone());
        self.useless.iter().any(|known| is_same(known, &them))
    }
}

impl Tx<'_> {
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
        if chunk.shared {
            return self.import_shared(actor, import, chunk).await;
        }
        let Some(found) = self.import_found(actor, import).await? else {
            return no(Code::NotFound, "no such import");
        };
        self.cache.shared = None;
        if found.number == 1 && self.was_closed(found.state.campaign.0).await? {
            return no(Code::Closed, "the campaign was closed before its import was finished");
        }
        let new = db::query("INSERT INTO import_chunks (import, number) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(import)
            .bind(signed(number))
            .execute(&mut *self.conn)
            .await?
            .rows_affected();
        if new == 0 {
            return Ok(Answer::Import(found.state));
        }
        if found.state.finished {
            db::query("DELETE FROM import_chunks WHERE import = $1 AND number = $2")
                .bind(import)
                .bind(signed(number))
                .execute(&mut *self.conn)
                .await?;
            return no(Code::Invalid, "the import is finished");
        }
        let campaign = found.state.campaign.0;
        let Some(of) = self.campaign(campaign).await? else { return no(Code::NotFound, "no such campaign") };
        let consent_needed = of.def.jurisdiction.needs_consent();
        let sent = chunk.contacts.len();
        let past = self.past(actor, &chunk.contacts).await?;
        let mut lines = Vec::with_capacity(sent);
        let mut erased = 0;
        let today = self.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        for contact in chunk.contacts {
            // Whatever the client has checked.
            let consent = contact.consent.as_ref().or(found.consent.as_ref());
            let evidence = consent.is_some_and(|consent| consent.is_evidence_on(today));
            if !evidence && (consent_needed || law_of_consent(&contact.phone).is_some()) {
                continue;
            }
            // Nothing is held of whoever asked for that, whatever list has them again: their number came before.
            if past.get(contact.phone.as_str()).is_some_and(|past| past.erased) {
                erased += 1;
                continue;
            }
            lines.push(self.line(&of, contact, &past).await?);
        }
        let without_consent = sent - lines.len() - erased;
        let taken = lines.len() + erased;
        let stored = db::query(
            "INSERT INTO contacts (organization, campaign, phone, external_id, first_name, last_name, zip, state,
                 language, time_zone, fields, zone_set, opt_out, opt_out_words, wrong_number, status, consent, list, updated_at)
             SELECT $2, $3, j.value->>'p', j.value->>'x', j.value->>'f', j.value->>'l', j.value->>'z', j.value->>'s',
                 j.value->>'g', j.value->>'t', j.value->>'o', CAST(j.value->>'n' AS BIGINT), CAST(j.value->>'q' AS BIGINT),
                 j.value->>'w', CAST(j.value->>'b' AS BIGINT),
                 CASE WHEN CAST(j.value->>'b' AS BIGINT) = 1 THEN 'closed' ELSE 'needs_message' END, j.value->>'c', $5, $4
             FROM json_each($1) j WHERE TRUE ORDER BY j.key
             ON CONFLICT (campaign, phone) DO NOTHING RETURNING opt_out, wrong_number, id",
        )
        .bind(to_json(&lines)?)
        .bind(actor.organization.0)
        .bind(campaign)
        .bind(self.micros())
        .bind(found.number)
        .fetch_all(&mut *self.conn)
        .await?;
        let mut suppressed = 0_i64;
        let mut useless = Vec::new();
        for row in &stored {
            suppressed += i64::from(col::<i64>(row, 0)? >= rows::OPTED_OUT);
            if col::<i64>(row, 1)? != 0 {
                useless.push(col::<i64>(row, 2)?);
            }
        }
        self.note_useless(actor, &useless).await?;
        // Those of the others who were taken off the list: they do not come back by it, and that is said.
        let mut taken_off = 0_i64;
        if stored.len() < lines.len() {
            let row = db::query(
                "SELECT COUNT(*) FROM json_each($1) j CROSS JOIN contacts c
                 WHERE c.campaign = $2 AND c.phone = j.atom AND c.removed = 1",
            )
            .bind(to_json(&lines.iter().map(|line| line.p.as_str()).collect::<Vec<_>>())?)
            .bind(campaign)
            .fetch_one(&mut *self.conn)
            .await?;
            taken_off = col(&row, 0)?;
        }
        let count = |many: usize| signed(u64::try_from(many).unwrap_or(u64::MAX));
        db::query(
            "UPDATE imports SET chunks = chunks + 1, stored = stored + $2, duplicates = duplicates + $3,
                 suppressed = suppressed + $4, known_bad = known_bad + $5, without_consent = without_consent + $6,
                 taken_off = taken_off + $7, erased = erased + $8 WHERE id = $1",
        )
        .bind(import)
        .bind(count(stored.len()))
        .bind(count(taken - stored.len()))
        .bind(suppressed)
        .bind(count(useless.len()))
        .bind(count(without_consent))
        .bind(taken_off)
        .bind(count(erased))
        .execute(&mut *self.conn)
        .await?;
        self.audit(
            Some(actor),
            "import_chunk",
            format!("campaign {campaign}"),
            format!("chunk {number}: {} stored", stored.len()),
        );
        self.import_answer(actor, import).await
    }

    /// What is known of the numbers of a chunk; only of those of which something is.
    pub(super) async fn past(
        &mut self,
        actor: &Actor,
        contacts: &[Contact],
    ) -> Result<HashMap<String, Past>, StoreError> {
        let numbers = to_json(&contacts.iter().map(|contact| contact.phone.as_str()).collect::<Vec<_>>())?;
        let mut past: HashMap<String, Past> = HashMap::new();
        let suppressed = db::query(
            "SELECT s.phone, s.by_word FROM json_each($1) j CROSS JOIN suppressions s
             WHERE s.organization = $2 AND s.phone = j.atom",
        )
        .bind(numbers.as_str())
        .bind(actor.organization.0)
        .fetch_all(&mut *self.conn)
        .await?;
        for row in &suppressed {
            past.entry(col(row, 0)?).or_default().suppressed = Some(col(row, 1)?);
        }
        if !past.is_empty() {
            let sql =
                "SELECT phone FROM erasures WHERE organization = $1 AND phone IN (SELECT atom FROM json_each($2))";
            let erased = db::query(sql).bind(actor.organization.0).bind(numbers.as_str());
            for row in &erased.fetch_all(&mut *self.conn).await? {
                if let Some(known) = past.get_mut(&col::<String>(row, 0)?) {
                    known.erased = true;
                }
            }
        }
        // A number that waits for a decision elsewhere waits here too. A wrong number, somebody deceased and a number that gets
        // no texts are known by person and number: somebody else may have it now.
        let known = db::query(
            "SELECT o.phone, o.opt_out, o.opt_out_words, o.external_id, o.first_name, o.last_name,
                 CASE WHEN o.wrong_number <> 0 OR LOWER(o.tags) LIKE '%\"deceased\"%' OR EXISTS (
                     SELECT 1 FROM messages m WHERE m.contact = o.id AND m.delivery = 'failed'
                         AND m.error IN (SELECT f.atom FROM json_each($3) f)) THEN 1 ELSE 0 END
             FROM json_each($1) j CROSS JOIN contacts o
             WHERE o.organization = $2 AND o.phone = j.atom AND (o.opt_out = 1 OR o.wrong_number <> 0 OR o.status <> 'needs_message')
             ORDER BY o.id",
        )
        .bind(numbers)
        .bind(actor.organization.0)
        .bind(FAILING.as_str())
        .fetch_all(&mut *self.conn)
        .await?;
        for row in &known {
            let (waits, useless) = (col::<i64>(row, 1)? == 1, col::<i64>(row, 6)? != 0);
            if !waits && !useless {
                continue;
            }
            let entry = past.entry(col(row, 0)?).or_default();
            if waits && entry.possible.is_none() {
                entry.possible = Some(col(row, 2)?);
            }
            if useless {
                entry.useless.push((col(row, 3)?, col(row, 4)?, col(row, 5)?));
            }
        }
        Ok(past)
    }

    /// Cleans one contact and finds its zones, and the states among them that have hours of their own.
    pub(super) async fn line(
        &mut self,
        campaign: &Campaign,
        contact: Contact,
        past: &HashMap<String, Past>,
    ) -> Result<Line, StoreError> {
        let places = campaign.def.hours.places_of(&contact);
        let zone_set = self.zone_set(campaign.id, &to_json(&places)?).await?;
        let past = past.get(contact.phone.as_str());
        let useless = past.is_some_and(|past| past.is_useless_for(&contact));
        let opt_out = past.map_or(0, Past::opt_out);
        let words = past.filter(|_| opt_out == 1).and_then(|past| past.possible.clone());
        let clean = |text: Option<String>| text.map(|t| safe_line(&t)).filter(|t| !t.is_empty());
        let fields: BTreeMap<_, _> =
            contact.fields.into_iter().map(|(key, value)| (safe_line(&key), safe_line(&value))).collect();
        let consent = contact.consent.map(|consent| Consent {
            date: consent.date,
            wording: safe_line(&consent.wording),
            source: safe_line(&consent.source),
        });
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
            q: opt_out,
            w: words.unwrap_or_default(),
            b: i64::from(useless),
            c: consent.as_ref().map(to_json).transpose()?,
        })
    }

    /// The number of a set of zones, noted as one of the campaign's.
    pub(super) async fn zone_set(&mut self, campaign: i64, zones: &str) -> Result<i64, StoreError> {
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
}

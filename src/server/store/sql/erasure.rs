//! The erasure of one person: whoever has a number, in every campaign of the organization.
//!
//! What stays: that contacts and texts were there (their rows, emptied), what was counted, the hashes of the ledger, and the number on the
//! suppression list, so that a list which has it again texts nobody. Nothing leads from the rest to the person any more.
//!
//! All that an index finds goes in one commit; copies in tables that grow with every text go in parts behind it (`copies`).

use uuid::Uuid;

use super::{
    opt_out::Suppression,
    own_words,
    retention::ONE_CAMPAIGN,
    rows::{ContactRow, col, to_json},
    script::refused,
    tx::{Audience, Tx},
};
use crate::api::{
    event::{ERASED, EventKind, repeats},
    keeping::{self, Erased},
    problem::Code,
};
use crate::db;
use crate::domain::{
    filter::Filter,
    ids::{CampaignId, ContactId},
    message::Delivery,
    phone::Phone,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    keep::Kept,
};

/// Nothing of theirs is with the carrier right now, or it cannot be promised that nothing more goes out.
const UNDER_WAY: &str = "the carrier is being given a text to this number right now: ask again in a minute";

/// In place of a number: none begins with a zero behind the plus. One of its own for each contact, as a campaign has a number once.
pub(super) fn nobodys(contact: i64) -> String {
    format!("+0{contact:011}")
}

/// The texts to some contacts whose job is in one of these states.
const JOBS: &str = "SELECT j.message, j.state, j.absent FROM messages m JOIN jobs j ON j.message = m.id
     WHERE m.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND j.state IN ('ready', 'submitting', 'unknown', 'held') ORDER BY j.message";

/// What is emptied of the rows that name some contacts (`$1`), in this order. The last is the contact itself.
pub(super) const EMPTIED: &[&str] = &[
    "UPDATE messages SET body = '', body_hash = NULL
     WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))",
    "UPDATE notes SET detail = '' WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))",
    "UPDATE attempts SET carrier_id = NULL, answer = CASE WHEN answer IS NULL OR answer = 'accepted' THEN answer ELSE 'erased' END
     WHERE message IN (SELECT m.id FROM messages m
         WHERE m.contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)))",
];

const CONTACT: &str = "UPDATE contacts SET phone = $2, external_id = NULL, first_name = '', last_name = '', zip = NULL, state = NULL,
         language = NULL, time_zone = NULL, fields = '{}', consent = NULL, earlier_answers = NULL, preview = '', note = '', opt_out_words = '',
         status = 'closed', removed = 1, waiting_since = NULL, assigned = NULL, epoch = epoch + 1, erased_at = $3, updated_at = $3
     WHERE id = $1";

/// What captains wrote beside the opt-out of a contact.
pub(super) const SAID: &str = "SELECT id, detail FROM audit
     WHERE what = 'opted_out' AND subject = $2 AND organization = $1 AND detail LIKE '%:%'";

/// The same, of a number in no campaign.
pub(super) const SAID_OF_A_NUMBER: &str = "SELECT id, detail FROM audit
     WHERE what = 'opted_out' AND subject = 'number in no campaign' AND detail = $2 AND organization = $1 AND detail LIKE '%:%'";

/// Why holds were on a number.
pub(super) const HELD_FOR: &str =
    "SELECT a.id, h.id FROM audit a JOIN holds h ON h.organization = a.organization AND h.phone = $2
         AND a.detail LIKE 'legal hold ' || h.id || ': %'
     WHERE a.what = 'hold_set' AND a.organization = $1";

/// What a person wrote beside an opt-out; the word before it stays.
pub(super) fn word_of(reason: &str) -> &str {
    reason.split_once(':').map_or(reason, |(word, _)| word)
}

impl Tx<'_> {
    /// Puts on record that all that is held about a number is about to be given out.
    pub(super) async fn person_taken_out(&mut self, actor: &Actor, phone: &Phone) -> Result<Answer, StoreError> {
        if actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        for contact in self.contacts_of(actor.organization.0, phone.as_str()).await? {
            self.audit(Some(actor), "person_exported", format!("contact {}", contact.id), String::new());
        }
        let ends = format!("number ending {}", phone.last_digits());
        self.audit(Some(actor), "person_exported", "organization".to_owned(), ends);
        Ok(Answer::Done)
    }

    pub(super) async fn erase(
        &mut self,
        actor: &Actor,
        phone: &Phone,
        reason: &str,
        dry_run: bool,
    ) -> Result<Answer, StoreError> {
        if actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        let reason = match keeping::reason(reason) {
            Ok(reason) => reason,
            Err(problem) => return Ok(Answer::Refused(Box::new(problem))),
        };
        let organization = actor.organization.0;
        let contacts = self.contacts_of(organization, phone.as_str()).await?;
        let ids = to_json(&contacts.iter().map(|contact| contact.id).collect::<Vec<_>>())?;
        let (mut found, suppressed) = self.erasable(organization, phone, &contacts, &ids).await?;
        if found.contacts == 0 && found.others == 0 && !found.was_suppressed {
            return refused(Code::NotFound, "nothing is held about this number");
        }
        if let Some(problem) = self.hold_on(organization, phone).await? {
            if !dry_run {
                let ends = format!("number ending {}: {}", found.number_ends, problem.detail);
                self.audit(Some(actor), "erasure_refused", "organization".to_owned(), ends);
            }
            return Ok(Answer::Refused(Box::new(problem)));
        }
        found.segments = self.segments_that_mean(organization, phone, &contacts).await?;
        let jobs = db::query(JOBS).bind(ids.as_str()).fetch_all(&mut *self.conn).await?;
        found.cancelled = jobs.len() as u64;
        for row in &jobs {
            match col::<String>(row, 1)?.as_str() {
                "submitting" => return refused(Code::Unsettled, UNDER_WAY),
                "unknown" | "held" if col::<i64>(row, 2)? == 0 => found.in_doubt += 1,
                _ => {}
            }
        }
        let trial =
            db::query("SELECT 1 FROM trials WHERE organization = $1 AND phone = $2 AND state = 'submitting' LIMIT 1")
                .bind(organization)
                .bind(phone.as_str())
                .fetch_optional(&mut *self.conn)
                .await?;
        if trial.is_some() {
            return refused(Code::Unsettled, UNDER_WAY);
        }
        if dry_run {
            return Ok(Answer::Kept(Kept::Erased(found)));
        }
        // Rows are written anew from the first change on: what that leaves behind is written over too.
        self.writes_over(true).await?;
        let mut gone = self.stop_and_empty(actor, phone, &contacts, (&ids, &jobs, suppressed)).await;
        if gone.is_ok() {
            gone = self.begin_copies(organization, phone, &contacts).await;
        }
        self.writes_over(false).await?;
        found.copies_left = gone?;
        self.cache.log_tells = true;
        for contact in &contacts {
            let gone = EventKind::Gone { contact: ContactId(contact.id), why: ERASED.to_owned(), who: None };
            if let Some(person) = contact.assigned {
                self.event(contact.campaign, Audience::Person(person), &gone)?;
            }
            self.event(contact.campaign, Audience::Captains, &gone)?;
            self.audit(Some(actor), "person_erased", format!("contact {}", contact.id), String::new());
        }
        self.audit(
            Some(actor),
            "person_erased",
            "organization".to_owned(),
            format!(
                "number ending {}, {} contacts, {} texts, {} cancelled: {reason}",
                found.number_ends, found.contacts, found.texts, found.cancelled
            ),
        );
        found.done = true;
        Ok(Answer::Kept(Kept::Erased(found)))
    }

    /// Saved segments that may be about them. None is changed: somebody else may have that name.
    async fn segments_that_mean(
        &mut self,
        organization: i64,
        phone: &Phone,
        contacts: &[ContactRow],
    ) -> Result<Vec<String>, StoreError> {
        let mut words: Vec<String> = Vec::new();
        for contact in contacts {
            let row = db::query("SELECT external_id, last_name FROM contacts WHERE id = $1")
                .bind(contact.id)
                .fetch_one(&mut *self.conn)
                .await?;
            words.extend(col::<Option<String>>(&row, 0)?);
            words.push(col(&row, 1)?);
        }
        words.retain(|word| !word.trim().is_empty());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let rows = db::query("SELECT name, expression FROM segments WHERE organization = $1 ORDER BY folded")
            .bind(organization)
            .fetch_all(&mut *self.conn)
            .await?;
        let mut found = Vec::new();
        for row in &rows {
            let filter = Filter::parse(&col::<String>(row, 1)?);
            if filter.is_ok_and(|filter| filter.may_mean(phone.as_str(), &words)) {
                found.push(col(row, 0)?);
            }
        }
        Ok(found)
    }

    async fn stop_and_empty(
        &mut self,
        actor: &Actor,
        phone: &Phone,
        contacts: &[ContactRow],
        (ids, jobs, suppressed): (&str, &[db::Row], bool),
    ) -> Result<bool, StoreError> {
        let organization = actor.organization.0;
        // What follows tells consoles of texts that came back and of lines with a name: none of it is to be said any more.
        let unsaid = self.mark();
        for row in jobs {
            self.cancel(col(row, 0)?).await?;
        }
        if !suppressed {
            let why = Suppression { reason: ERASED, by_word: false, actor: Some(actor), notice: None };
            self.opt_out(organization, phone.as_str(), why).await?;
        }
        self.unsay(unsaid);
        self.empty(organization, phone, contacts, ids).await?;
        self.pending_is_nobodys(contacts)?;
        Ok(true)
    }

    /// What others changed in the same group is not in the tables yet: it goes there without what it says of them.
    fn pending_is_nobodys(&mut self, contacts: &[ContactRow]) -> Result<(), StoreError> {
        for contact in contacts {
            let gone = EventKind::Gone { contact: ContactId(contact.id), why: ERASED.to_owned(), who: None };
            let gone = to_json(&gone)?;
            self.mend_pending_events(|payload| (repeats(payload) == Some(ContactId(contact.id))).then(|| gone.clone()));
            let subject = format!("contact {}", contact.id);
            self.mend_pending_audit("opted_out", &subject, |detail| word_of(detail).to_owned());
        }
        Ok(())
    }

    /// What there is, and whether the number is on the suppression list.
    async fn erasable(
        &mut self,
        organization: i64,
        phone: &Phone,
        contacts: &[ContactRow],
        ids: &str,
    ) -> Result<(Erased, bool), StoreError> {
        let row = db::query(
            "SELECT (SELECT COUNT(*) FROM messages WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($3))),
                 (SELECT COUNT(*) FROM unmatched_inbound WHERE organization = $1 AND phone = $2),
                 (SELECT COUNT(*) FROM trials WHERE organization = $1 AND phone = $2),
                 (SELECT COUNT(*) FROM suppressions WHERE organization = $1 AND phone = $2)",
        )
        .bind(organization)
        .bind(phone.as_str())
        .bind(ids)
        .fetch_one(&mut *self.conn)
        .await?;
        let many = |at| col::<i64>(&row, at).map(super::rows::unsigned);
        let mut campaigns: Vec<CampaignId> = contacts.iter().map(|contact| CampaignId(contact.campaign)).collect();
        campaigns.sort();
        let suppressed = many(3)? > 0;
        let found = Erased {
            done: false,
            number_ends: phone.last_digits(),
            campaigns,
            contacts: contacts.len() as u64,
            texts: many(0)?,
            cancelled: 0,
            in_doubt: 0,
            others: many(1)? + many(2)?,
            was_suppressed: suppressed,
            segments: Vec::new(),
            copies_left: false,
        };
        Ok((found, suppressed))
    }

    /// A text that waits for the carrier, or for a captain, never goes out.
    async fn cancel(&mut self, message: Uuid) -> Result<(), StoreError> {
        let row =
            db::query("SELECT state FROM jobs WHERE message = $1").bind(message).fetch_one(&mut *self.conn).await?;
        let waits = col::<String>(&row, 0)? == "ready";
        if waits && self.take_back(message, ERASED).await? {
            return Ok(());
        }
        // Nobody knows whether it arrived, and nobody is to decide about it any more.
        self.finish(message, "done", Delivery::Failed, Some(ERASED)).await
    }

    async fn empty(
        &mut self,
        organization: i64,
        phone: &Phone,
        contacts: &[ContactRow],
        ids: &str,
    ) -> Result<(), StoreError> {
        for sql in EMPTIED {
            db::query(sql).bind(ids).execute(&mut *self.conn).await?;
        }
        for contact in contacts {
            let id = contact.id;
            own_words::take_out(self.conn, &to_json(&[id])?, i64::MAX).await?;
            db::query(CONTACT).bind(id).bind(nobodys(id)).bind(self.micros()).execute(&mut *self.conn).await?;
        }
        let row = db::query("SELECT reason FROM suppressions WHERE organization = $1 AND phone = $2")
            .bind(organization)
            .bind(phone.as_str())
            .fetch_one(&mut *self.conn)
            .await?;
        let reason: String = col(&row, 0)?;
        let by_phone: &[(&'static str, String)] = &[
            ("DELETE FROM unmatched_inbound WHERE organization = $1 AND phone = $2 AND $3 <> ''", "all".to_owned()),
            (
                "UPDATE trials SET phone = $3, body = '', state = CASE WHEN state = 'ready' THEN 'done' ELSE state END,
                     delivery = CASE WHEN state = 'ready' THEN 'dropped' ELSE delivery END
                 WHERE organization = $1 AND phone = $2",
                nobodys(0),
            ),
            ("UPDATE holds SET phone = $3, reason = '' WHERE organization = $1 AND phone = $2", nobodys(0)),
            ("UPDATE suppressions SET reason = $3 WHERE organization = $1 AND phone = $2", word_of(&reason).to_owned()),
        ];
        self.forget_reasons(organization, phone, contacts, &reason).await?;
        for (sql, value) in by_phone {
            db::query(sql)
                .bind(organization)
                .bind(phone.as_str())
                .bind(value.as_str())
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }

    /// A captain's words beside an opt-out, and why a hold was on them, stand in the audit too.
    async fn forget_reasons(
        &mut self,
        organization: i64,
        phone: &Phone,
        contacts: &[ContactRow],
        reason: &str,
    ) -> Result<(), StoreError> {
        let mut lines: Vec<(i64, String)> = Vec::new();
        let mut wanted = vec![(SAID_OF_A_NUMBER, reason.to_owned())];
        wanted.extend(contacts.iter().map(|contact| (SAID, format!("contact {}", contact.id))));
        for (sql, which) in wanted {
            for row in db::query(sql).bind(organization).bind(which).fetch_all(&mut *self.conn).await? {
                lines.push((col(&row, 0)?, word_of(&col::<String>(&row, 1)?).to_owned()));
            }
        }
        let held = db::query(HELD_FOR).bind(organization).bind(phone.as_str()).fetch_all(&mut *self.conn).await?;
        for row in &held {
            lines.push((col(row, 0)?, format!("legal hold {}", col::<i64>(row, 1)?)));
        }
        for (id, detail) in lines {
            db::query("UPDATE audit SET detail = $2 WHERE id = $1")
                .bind(id)
                .bind(detail)
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }
}

//! Texts of a script to staff phones. They have a table of their own, so that nothing that counts, exports or reports texts can meet
//! one; the carrier is called for them as for all others.

use uuid::Uuid;

use super::{
    rows::{self, col, json, time, to_json},
    script::refused,
    throughput::Budget,
    tx::{Campaign, Tx},
};
use crate::api::{
    problem::{Code, Problem},
    trial::{TrialInfo, TrialRequest},
};
use crate::db::{self, Conn};
use crate::domain::{
    hours::{HoursVerdict, TextingHours},
    ids::MessageId,
    message::{Delivery, MAX_CHARS, MessageKind},
    phone::Phone,
    safe_text::safe_line,
    segment::measure,
    trial::{TrialPart, made_up, trial_body},
    zone::places,
};
use crate::server::carrier::{Submission, Submitted};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
};

/// Trials of an organization in a day: a campaign's staff, not its voters.
const A_DAY: i64 = 500;

/// Different phones of an organization in a day: more are no staff.
const PHONES_A_DAY: i64 = 50;

/// Fields of a made-up contact, and characters of a name and of a value.
const MAX_FIELDS: usize = 100;
const MAX_NAME: usize = 100;
const MAX_VALUE: usize = 500;

/// A day, in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// A trial has to be on its way so soon, in microseconds.
const GOOD_FOR: i64 = 15 * 60 * 1_000_000;

/// Most trials of one answer.
const MAX_TRIALS: i64 = 1_000;

const COLUMNS: &str = "SELECT t.id, t.script_version, t.part, t.language, t.phone, t.body, t.at, p.name, t.delivery, t.error
    FROM trials t JOIN people p ON p.id = t.person WHERE t.organization = $1 AND t.campaign = $2 AND (t.id = $3 OR $3 IS NULL)
    ORDER BY t.at DESC, t.id DESC LIMIT $4";

const READY: &str = "SELECT t.id, t.phone, t.body, t.good_until,
        s.at IS NOT NULL OR EXISTS (SELECT 1 FROM contacts c
            WHERE c.organization = t.organization AND c.phone = t.phone AND c.opt_out > 0)
    FROM trials t INDEXED BY trials_ready
    LEFT JOIN suppressions s ON s.organization = t.organization AND s.phone = t.phone
    WHERE t.state = 'ready' ORDER BY t.id LIMIT $1";

const MOVED: &str = "UPDATE trials SET state = 'done', delivery = $2, error = $3 WHERE id = $1";

impl Tx<'_> {
    /// Takes one confirmed trial. The same id once more is the same trial.
    pub(super) async fn put_trial(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        id: Uuid,
        request: &TrialRequest,
    ) -> Result<Answer, StoreError> {
        if let Some(row) = db::query("SELECT campaign, phone, body FROM trials WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *self.conn)
            .await?
        {
            let same = col::<i64>(&row, 0)? == campaign.id
                && col::<String>(&row, 1)? == request.to.as_str()
                && col::<String>(&row, 2)? == request.body;
            if !same {
                return refused(Code::IdReused, "this id was used before for something else");
            }
            return self.trial(campaign, id).await;
        }
        if let Some(fault) = too_much(request) {
            return refused(Code::TooLarge, fault);
        }
        let contact = made_up(&campaign.def, &request.to, &request.fields);
        let body = trial_body(&campaign.def, &request.part, &request.language, &contact, &actor.name);
        if !matches!(&body, Some(Ok(body)) if *body == request.body) {
            return refused(Code::Invalid, "body: it is not what the script in force says: look at it again");
        }
        if request.body.chars().count() > MAX_CHARS {
            return refused(Code::TooLarge, "a text has at most 1600 characters");
        }
        let row = db::query(
            "SELECT (SELECT COUNT(*) FROM suppressions WHERE organization = $1 AND phone = $2),
                 (SELECT COUNT(*) FROM contacts WHERE organization = $1 AND phone = $2 AND opt_out > 0),
                 (SELECT COUNT(*) FROM trials WHERE organization = $1 AND at > $3),
                 (SELECT COUNT(DISTINCT phone) FROM trials WHERE organization = $1 AND at > $3 AND phone <> $2)",
        )
        .bind(campaign.organization)
        .bind(request.to.as_str())
        .bind(self.micros() - DAY)
        .fetch_one(&mut *self.conn)
        .await?;
        if col::<i64>(&row, 0)? + col::<i64>(&row, 1)? > 0 {
            return refused(Code::Suppressed, "this number opted out, or may have");
        }
        if col::<i64>(&row, 2)? >= A_DAY {
            return refused(Code::QuotaReached, "too many trials in a day: they are for staff phones");
        }
        if col::<i64>(&row, 3)? >= PHONES_A_DAY {
            return refused(
                Code::QuotaReached,
                format!("trials went to {PHONES_A_DAY} phones in a day: they are for staff phones"),
            );
        }
        // A campaign is tried before its first texts begin.
        let hours = TextingHours { opens_at: None, closes_at: None, ..campaign.def.hours.clone() };
        let ruled: Vec<&str> = hours.states.keys().map(String::as_str).collect();
        let zones = places(&contact, &ruled, hours.trust_address);
        let kind = match request.part {
            TrialPart::Initial(_) => MessageKind::Initial,
            TrialPart::Canned(_) | TrialPart::Answer { .. } => MessageKind::Reply,
        };
        let until = match hours.verdict(kind, self.now, &zones) {
            HoursVerdict::Open { until } => until,
            HoursVerdict::Closed { opens_at } => {
                let mut closed = Problem::new(Code::OutsideHours, "it is outside texting hours where they are");
                closed.at = Some(opens_at);
                return Ok(Answer::Refused(Box::new(closed)));
            }
        };
        let good_until = until.as_microsecond().min(self.micros() + GOOD_FOR);
        db::query(
            "INSERT INTO trials (id, organization, campaign, script_version, part, language, phone, body, at, person, state,
                 good_until, delivery) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'ready', $11, 'accepted')",
        )
        .bind(id)
        .bind(campaign.organization)
        .bind(campaign.id)
        .bind(campaign.script_version)
        .bind(to_json(&request.part)?)
        .bind(request.language.as_str())
        .bind(request.to.as_str())
        .bind(request.body.as_str())
        .bind(self.micros())
        .bind(actor.person.0)
        .bind(good_until)
        .execute(&mut *self.conn)
        .await?;
        self.cache.trials = true;
        let part = match &request.part {
            TrialPart::Initial(name) => format!("wording {name}"),
            TrialPart::Canned(id) => format!("canned reply {id}"),
            TrialPart::Answer { question, value, when_full } => {
                format!("after {question} = {value}{}", if *when_full { ", when full" } else { "" })
            }
        };
        let detail = format!("{id}: version {}, {part}, {}", campaign.script_version, request.language);
        self.audit(Some(actor), "trial", format!("campaign {}", campaign.id), detail);
        self.trial(campaign, id).await
    }

    async fn trial(&mut self, campaign: &Campaign, id: Uuid) -> Result<Answer, StoreError> {
        let found = trials(&mut *self.conn, campaign.organization, campaign.id, Some(id)).await?;
        match found.into_iter().next() {
            Some(info) => Ok(Answer::Changed(Changed::Trial(info))),
            None => Err(rows::corrupt("a trial", &id.to_string())),
        }
    }

    /// Takes trials that are ready: somebody waits for them. Where texts are bounded, notices and replies go before them, and they
    /// are counted with the first texts.
    pub(super) async fn claim_trials(
        &mut self,
        attempts: &mut (impl Iterator<Item = Uuid> + Send),
        budget: &mut Option<Budget>,
        left: &mut i64,
        out: &mut Vec<Submission>,
    ) -> Result<(), StoreError> {
        if !self.cache.trials {
            return Ok(());
        }
        let ready = db::query(READY).bind(*left).fetch_all(&mut *self.conn).await?;
        self.cache.trials = !ready.is_empty();
        for row in &ready {
            let (id, body): (Uuid, String) = (col(row, 0)?, col(row, 2)?);
            let good_until = time(col(row, 3)?)?;
            let why = if col::<i64>(row, 4)? != 0 { Some("opted_out") } else { None };
            if let Some(why) = why.or_else(|| (good_until <= self.now).then_some("too_late")) {
                self.trial_moved(id, Delivery::Dropped, Some(why)).await?;
                continue;
            }
            let segments = i64::try_from(measure(&body).parts).unwrap_or(i64::MAX);
            if budget.as_mut().is_some_and(|budget| !budget.take(true, segments)) {
                return Ok(());
            }
            let Some(attempt) = attempts.next() else { return Ok(()) };
            let to = Phone::from_e164(&col::<String>(row, 1)?).ok_or_else(|| rows::corrupt("a number", "hidden"))?;
            db::query(
                "UPDATE trials SET state = 'submitting', delivery = 'submitting', attempt = $2, started_at = $3 WHERE id = $1",
            )
            .bind(id)
            .bind(attempt)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
            self.cache.trials_out = true;
            *left -= 1;
            out.push(Submission { attempt, to, body, expires_at: good_until });
        }
        Ok(())
    }

    /// Trials whose call nobody came back to: what became of them is not known, and they are not sent again.
    pub(super) async fn sweep_trials(&mut self, (from, to): (i64, i64)) -> Result<(), StoreError> {
        if !self.cache.trials_out {
            return Ok(());
        }
        let open = db::query(
            "SELECT id, started_at FROM trials WHERE attempt IS NOT NULL AND state = 'submitting' ORDER BY id",
        )
        .fetch_all(&mut *self.conn)
        .await?;
        self.cache.trials_out = !open.is_empty();
        for row in &open {
            if !(from..to).contains(&col::<Option<i64>>(row, 1)?.unwrap_or(i64::MIN)) {
                self.trial_moved(col(row, 0)?, Delivery::Unknown, Some("lost")).await?;
            }
        }
        Ok(())
    }

    async fn trial_moved(&mut self, id: Uuid, delivery: Delivery, error: Option<&str>) -> Result<(), StoreError> {
        db::query(MOVED).bind(id).bind(delivery.as_str()).bind(error).execute(&mut *self.conn).await?;
        self.audit(None, "trial_moved", id.to_string(), delivery.as_str().to_owned());
        Ok(())
    }

    /// What the carrier said to a trial; false when the attempt is none. It is never sent again by itself: whoever wants it again sends
    /// another one.
    pub(super) async fn trial_answered(&mut self, attempt: Uuid, answer: &Submitted) -> Result<bool, StoreError> {
        let Some((id, now)) = self.trial_of(attempt).await? else { return Ok(false) };
        let is_open = matches!(now, Delivery::Submitting | Delivery::Unknown);
        if is_open && matches!(answer, Submitted::Refused { .. } | Submitted::Later { .. }) {
            self.untried(id).await?;
        }
        let (delivery, error) = match answer {
            Submitted::Accepted { .. } => (Delivery::Submitted, None),
            Submitted::Refused { code } => (Delivery::Failed, Some(code.as_str())),
            Submitted::Later { reason } => (Delivery::Failed, Some(reason.as_str())),
            Submitted::Unknown { reason } => (Delivery::Unknown, Some(reason.as_str())),
        };
        // A receipt may have been quicker.
        if is_open {
            self.trial_moved(id, delivery, error).await?;
        }
        Ok(true)
    }

    /// The carrier surely did not take this trial.
    async fn untried(&mut self, id: Uuid) -> Result<(), StoreError> {
        let row = db::query("SELECT started_at, body FROM trials WHERE id = $1 AND started_at IS NOT NULL")
            .bind(id)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = row else { return Ok(()) };
        self.day_has_again(true, time(col(&row, 0)?)?, &col::<String>(&row, 1)?).await
    }

    /// A receipt for a trial; false when the attempt is none.
    pub(super) async fn trial_receipt(
        &mut self,
        attempt: Uuid,
        delivery: Delivery,
        error: Option<&str>,
    ) -> Result<bool, StoreError> {
        let Some((id, now)) = self.trial_of(attempt).await? else { return Ok(false) };
        let is_final = matches!(now, Delivery::Delivered | Delivery::Failed | Delivery::Dropped);
        if !is_final && now != delivery {
            self.trial_moved(id, delivery, error).await?;
        }
        Ok(true)
    }

    async fn trial_of(&mut self, attempt: Uuid) -> Result<Option<(Uuid, Delivery)>, StoreError> {
        let row = db::query("SELECT id, delivery FROM trials WHERE attempt = $1")
            .bind(attempt)
            .fetch_optional(&mut *self.conn)
            .await?;
        row.map(|row| Ok((col(&row, 0)?, rows::delivery(&col::<String>(&row, 1)?)?))).transpose()
    }
}

/// What of a request is longer than anything that a person tries.
fn too_much(request: &TrialRequest) -> Option<String> {
    if request.fields.len() > MAX_FIELDS {
        return Some(format!("fields: there are {} of them, at most {MAX_FIELDS} are taken", request.fields.len()));
    }
    let long = |text: &str, most: usize| text.chars().count() > most;
    let field = request.fields.iter().find(|(name, value)| long(name, MAX_NAME) || long(value, MAX_VALUE))?;
    let name: String = safe_line(field.0).chars().take(MAX_NAME).collect();
    Some(format!("fields.{name}: a name has at most {MAX_NAME} characters, a value {MAX_VALUE}"))
}

/// A campaign's trials, the newest first; or this one.
pub(super) async fn trials(
    conn: &mut Conn,
    organization: i64,
    campaign: i64,
    only: Option<Uuid>,
) -> Result<Vec<TrialInfo>, StoreError> {
    let rows = db::query(COLUMNS).bind(organization).bind(campaign).bind(only).bind(MAX_TRIALS).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let phone: String = col(row, 4)?;
            let phone = Phone::from_e164(&phone).ok_or_else(|| rows::corrupt("a number", "hidden"))?;
            Ok(TrialInfo {
                id: MessageId(col(row, 0)?),
                script_version: u32::try_from(col::<i64>(row, 1)?).unwrap_or(u32::MAX),
                part: json(&col::<String>(row, 2)?)?,
                language: col(row, 3)?,
                to: phone.masked(),
                body: col(row, 5)?,
                at: time(col(row, 6)?)?,
                by: col(row, 7)?,
                delivery: rows::delivery(&col::<String>(row, 8)?)?,
                error: col(row, 9)?,
            })
        })
        .collect()
}

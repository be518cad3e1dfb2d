//! Carrier jobs: the last look before a text leaves, and what became of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    rows::{self, CONTACT_COLUMNS, ContactRow, col, contact_columns, unsigned},
    throughput::Budget,
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    campaign::CampaignState,
    event::{ERASED, EventKind},
};
use crate::db::{self, Value};
use crate::domain::{
    conversation::{OptOut, Status},
    hours::{HoursVerdict, SEAM},
    ids::{ContactId, MessageId},
    message::{Delivery, MessageKind},
    opt_out::NOTICE_AGE,
    phone::{Phone, without_numbers},
    segment::measure,
    throughput::Throughput,
};
use crate::mutation::{self, Mutation};
use crate::server::carrier::{Submission, Submitted};
use crate::server::store::{StoreError, command::Answer};

/// How long the carrier may try the answer to HELP.
const NOTICE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// Rounds of looking in one claim: what is dropped or put off makes room for what can go.
const ROUNDS: usize = 16;

/// Further ahead of each other the clocks of servers are not, in microseconds.
const AHEAD: i64 = 5 * 60 * 1_000_000;

/// After a "later" the next try waits this long for each try so far, in microseconds, up to a minute.
const RETRY: i64 = 5_000_000;

/// Open jobs of one state that began before a moment, or that cannot have begun yet: a clock was ahead then. Names the state twice, so that the index of the open ones serves:
/// the table has a row for every text there ever was.
pub(super) const OPEN_SINCE: &str = "SELECT message FROM jobs INDEXED BY jobs_open
     WHERE state IN ('submitting', 'unknown') AND state = $1 AND (started_at < $2 OR started_at >= $3) ORDER BY message";

/// A call begins.
const BEGUN: &str = "UPDATE jobs SET state = 'submitting', attempt = $2, started_at = $3, tries = tries + 1, absent = 0
     WHERE message = $1";

const ATTEMPT: &str = "INSERT INTO attempts (id, message, started_at) VALUES ($1, $2, $3)";

/// What the carrier said.
const ANSWERED: &str = "UPDATE attempts SET answered_at = $2, answer = $3, carrier_id = $4 WHERE id = $1";

/// The contact of this attempt's text was erased.
const OF_NOBODY: &str =
    "SELECT 1 FROM attempts a JOIN messages m ON m.id = a.message JOIN contacts c ON c.id = m.contact
     WHERE a.id = $1 AND c.erased_at IS NOT NULL";

const STATE: &str = "UPDATE jobs SET state = $2 WHERE message = $1";

const DELIVERY: &str = "UPDATE messages SET delivery = $2, error = $3 WHERE id = $1";

/// Which of these attempts are under way, and of what: text, campaign, contact, in whose hands.
const UNDER_WAY: &str = "SELECT j.attempt, j.message, m.campaign, m.contact, c.assigned FROM json_each($1) wanted
     JOIN attempts a ON a.id = unhex(wanted.atom, '-') JOIN jobs j ON j.message = a.message
     JOIN messages m ON m.id = j.message JOIN contacts c ON c.id = m.contact
     WHERE j.attempt = a.id AND j.state = 'submitting'";

/// The ranks that go out in one look: everything where nothing is bounded; where it is, notices of all campaigns go before any
/// reply, and replies before any first text.
const AT_ONCE: &[(i64, i64)] = &[(0, LAST_RANK)];
const IN_TURN: &[(i64, i64)] = &[(0, 0), (1, 1), (LAST_RANK, LAST_RANK)];

/// Of each campaign, which of [`IN_TURN`] has something to go.
pub(super) const WAITING: &str = "SELECT k.id, k.state,
         (SELECT j.rank FROM jobs j INDEXED BY jobs_ready
             WHERE j.campaign = k.id AND j.state = 'ready' AND j.rank = 0 AND j.not_before <= $1 LIMIT 1),
         (SELECT j.rank FROM jobs j INDEXED BY jobs_ready
             WHERE j.campaign = k.id AND j.state = 'ready' AND j.rank = 1 AND j.not_before <= $1 LIMIT 1),
         (SELECT j.rank FROM jobs j INDEXED BY jobs_ready
             WHERE j.campaign = k.id AND j.state = 'ready' AND j.rank = 2 AND j.not_before <= $1 LIMIT 1)
     FROM campaigns k ORDER BY k.id";

/// Ready jobs of a campaign, in their order. A reply waits for the text before it.
const READY: &str = concat!(
    "SELECT ",
    contact_columns!(),
    ", j.message, j.kind, m.body, j.created_at, s.at IS NOT NULL, j.good_until
     FROM jobs j INDEXED BY jobs_ready JOIN messages m ON m.id = j.message JOIN contacts c ON c.id = j.contact
     LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone
     WHERE j.campaign = $1 AND j.state = 'ready' AND j.rank <= $2 AND j.not_before <= $3
         AND j.rank >= $5 AND j.message > $6
         AND (j.rank <> 1 OR NOT EXISTS (
             SELECT 1 FROM messages before JOIN jobs e ON e.message = before.id
             WHERE before.contact = j.contact AND before.seq < m.seq
                 AND (e.state = 'submitting' OR (e.state = 'ready' AND e.rank > 0))))
     ORDER BY j.rank, j.message LIMIT $4"
);

/// The highest rank, that of first texts; a notice has none, a reply the one between.
pub(super) const LAST_RANK: i64 = 2;

/// In a campaign that does not run only the notices go out; the rest waits. In a closed one late replies are answered.
pub(super) const fn goes_out(state: CampaignState, rank: i64) -> bool {
    rank <= match state {
        CampaignState::Running => LAST_RANK,
        CampaignState::Archived => 1,
        CampaignState::Importing | CampaignState::Paused => 0,
    }
}

/// The highest of these ranks that goes out in this campaign as it stands.
fn last_of(campaign: &Campaign, (first, last): (i64, i64)) -> Option<i64> {
    (first..=last).rev().find(|rank| goes_out(campaign.state, *rank))
}

/// Campaigns and the ranks of theirs that are looked at, in this order.
type Looks = Vec<(i64, (i64, i64))>;

/// What of a campaign is looked at.
struct Part<'a> {
    campaign: &'a Arc<Campaign>,
    ranks: (i64, i64),
    /// Where something is bounded: those up to here were looked at.
    after: Uuid,
}

/// A text, and whose it is.
struct Whose {
    message: Uuid,
    campaign: i64,
    contact: i64,
    assigned: Option<i64>,
}

/// A job about to be looked at.
struct Ready {
    message: Uuid,
    kind: MessageKind,
    body: String,
    created_at: i64,
    /// A text with a press has to be on its way by then.
    good_until: Timestamp,
    suppressed: bool,
    contact: ContactRow,
}

enum Look {
    /// It goes out, at the latest then.
    Go(Timestamp),
    /// It waits until then: texting hours make a seam at midnight and go on.
    Wait(Timestamp),
    /// It does not, for this reason; one with a press comes back.
    Drop(&'static str),
    /// It carries what this recall took back.
    Recalled(i64),
}

impl Tx<'_> {
    pub(super) async fn claim_jobs(
        &mut self,
        limit: u32,
        attempts: Vec<Uuid>,
        limits: Option<Arc<Throughput>>,
    ) -> Result<Answer, StoreError> {
        let mut attempts = attempts.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut left = i64::from(limit);
        let mut out = Vec::new();
        let mut questions = vec![if limits.is_some() {
            db::query(WAITING).bind(self.micros())
        } else {
            db::query("SELECT id FROM campaigns ORDER BY id")
        }];
        questions.extend(limits.is_some().then(|| self.spent()));
        // Where something went out last, something is likely to go out now: looked at in the same journey.
        let busy = self.cache.busy.take().filter(|_| limits.is_none()).and_then(|id| self.cache.known_campaign(id));
        let guess = busy.and_then(|campaign| {
            let last = last_of(&campaign, AT_ONCE[0])?;
            Some((campaign.id, self.ready(campaign.id, (AT_ONCE[0].0, last), Uuid::nil(), left)))
        });
        let (guessed, guess) = guess.unzip();
        questions.extend(guess);
        questions.extend(self.late());
        let mut answers = db::ask(questions, &mut *self.conn).await?.into_iter();
        let campaigns = answers.next().unwrap_or_default();
        let spent = if limits.is_some() { answers.next().unwrap_or_default() } else { Vec::new() };
        let mut guess = guessed.map(|campaign| (campaign, answers.next().unwrap_or_default()));
        let late = answers.next().unwrap_or_default();
        if !late.is_empty() {
            // Some of what was ready comes back instead.
            guess = None;
            self.take_back_late(&late).await?;
        }
        let mut budget = limits.map(|limits| self.budget(limits, &spent)).transpose()?;
        let looks = if budget.is_some() { self.in_turn(&campaigns)? } else { at_once(&campaigns)? };
        let mut tried = false;
        for (id, ranks) in looks {
            // Where something is bounded, before the first texts; where nothing is, before all.
            if left > 0 && ranks.1 == LAST_RANK && !std::mem::replace(&mut tried, true) {
                self.claim_trials(&mut attempts, &mut budget, &mut left, &mut out).await?;
            }
            if left <= 0 {
                break;
            }
            let Some(campaign) = self.campaign(id).await? else { continue };
            let mut part = Part { campaign: &campaign, ranks, after: Uuid::nil() };
            for _ in 0..ROUNDS {
                if budget.is_some() {
                    // What was taken in the look before is ready no more.
                    self.write_texts().await?;
                }
                let (asked, begun) = (left, out.len());
                let guess = guess.take_if(|(campaign, _)| *campaign == id).map(|(_, rows)| rows);
                let looked =
                    self.look_at_some(&mut part, guess, &mut budget, &mut left, &mut attempts, &mut out).await?;
                let all_go = looked == out.len() - begun;
                if looked == 0 || left <= 0 || (all_go && i64::try_from(looked).is_ok_and(|looked| looked < asked)) {
                    break;
                }
                // The next look sees them.
                self.write_texts().await?;
            }
        }
        if left > 0 && !tried {
            self.claim_trials(&mut attempts, &mut budget, &mut left, &mut out).await?;
        }
        for late in std::mem::take(&mut self.cache.late) {
            self.suppress_late(&late).await?;
        }
        if let Some(budget) = &budget {
            self.spend(budget).await?;
        }
        if self.one_by_one {
            self.write_texts().await?;
        }
        Ok(Answer::Jobs(out))
    }

    /// Where little goes out no campaign is always the last: among those that have something to go, of each rank, another one is the
    /// first every second. One that has nothing takes no turn, which would be its neighbour's as well.
    fn in_turn(&self, campaigns: &[db::Row]) -> Result<Looks, StoreError> {
        let mut looks = Vec::new();
        for (column, ranks) in (2..).zip(IN_TURN) {
            let mut waiting = Vec::new();
            for row in campaigns {
                let state = rows::state(&col::<String>(row, 1)?)?;
                if col::<Option<i64>>(row, column)?.is_some() && goes_out(state, ranks.1) {
                    waiting.push((col::<i64>(row, 0)?, *ranks));
                }
            }
            let first = unsigned(self.now.as_second()) % (waiting.len().max(1) as u64);
            waiting.rotate_left(usize::try_from(first).unwrap_or(0));
            looks.extend(waiting);
        }
        Ok(looks)
    }

    /// Looks at as many ready jobs of a campaign as there are places left, or at these; says how many that were.
    async fn look_at_some(
        &mut self,
        part: &mut Part<'_>,
        read_before: Option<Vec<db::Row>>,
        budget: &mut Option<Budget>,
        left: &mut i64,
        attempts: &mut (impl Iterator<Item = Uuid> + Send),
        out: &mut Vec<Submission>,
    ) -> Result<usize, StoreError> {
        let campaign = part.campaign;
        let first = part.ranks.0;
        let Some(last) = last_of(campaign, part.ranks) else { return Ok(0) };
        let most = budget.as_ref().map_or(*left, |budget| budget.texts(first == LAST_RANK).min(*left));
        if most <= 0 {
            return Ok(0);
        }
        let ready = match read_before {
            Some(ready) => ready,
            None => self.ready(campaign.id, (first, last), part.after, most).fetch_all(&mut *self.conn).await?,
        };
        if budget.is_none() && !ready.is_empty() {
            self.cache.busy = Some(campaign.id);
        }
        for row in &ready {
            let job = read_ready(row)?;
            if budget.is_some() {
                part.after = job.message;
            }
            match self.look(campaign, &job).await? {
                Look::Drop(why) => drop(self.take_back(job.message, why).await?),
                Look::Recalled(recall) => self.take_back_recalled(recall, job.message).await?,
                Look::Wait(until) => self.put_off(job.message, until).await?,
                Look::Go(expires_at) => {
                    if let Some(budget) = budget.as_mut() {
                        let initial = job.kind == MessageKind::Initial;
                        if budget.most(initial) <= 0 {
                            // The next ones wait with it.
                            return Ok(0);
                        }
                        let segments = i64::try_from(measure(&job.body).parts).unwrap_or(i64::MAX);
                        if !budget.take(initial, segments) {
                            // Too long for what is left of the day: a shorter one behind it need not wait until tomorrow.
                            continue;
                        }
                    }
                    let Some(attempt) = attempts.next() else { break };
                    *left -= 1;
                    out.push(self.begin(job, attempt, expires_at).await?);
                }
            }
        }
        Ok(ready.len())
    }

    /// Asks for the next ready jobs of these ranks after one of them.
    fn ready(&self, campaign: i64, ranks: (i64, i64), after: Uuid, most: i64) -> db::Query {
        db::query(READY).bind(campaign).bind(ranks.1).bind(self.micros()).bind(most).bind(ranks.0).bind(after)
    }

    /// A confirmed text that came to its turn between two windows that are one waits for the second.
    async fn put_off(&mut self, message: Uuid, until: Timestamp) -> Result<(), StoreError> {
        db::query("UPDATE jobs SET not_before = $2 WHERE message = $1")
            .bind(message)
            .bind(until.as_microsecond())
            .execute(&mut *self.conn)
            .await?;
        self.audit(None, "waiting_until", message.to_string(), until.to_string());
        Ok(())
    }

    /// The last look before a text leaves: opted out meanwhile, a wrong number, outside hours, a notice too old?
    async fn look(&mut self, campaign: &Arc<Campaign>, job: &Ready) -> Result<Look, StoreError> {
        if !job.kind.needs_press() {
            if job.kind == MessageKind::Help && (job.suppressed || !job.contact.opt_out.allows_text()) {
                return Ok(Look::Drop("opted_out"));
            }
            let age = SignedDuration::from_micros(self.micros().saturating_sub(job.created_at));
            if age > NOTICE_AGE {
                return Ok(Look::Drop("too_old"));
            }
            let asked = rows::time(job.created_at)?;
            let last = match job.kind {
                // The carrier does not try it longer either.
                MessageKind::OptOutNotice => asked.saturating_add(NOTICE_AGE).unwrap_or(Timestamp::MAX),
                _ => self.now.saturating_add(NOTICE_LIFE).unwrap_or(Timestamp::MAX),
            };
            return Ok(match self.hours(campaign, job.contact.zone_set, job.kind).await? {
                HoursVerdict::Open { until } => Look::Go(last.min(until)),
                HoursVerdict::Closed { .. } => Look::Drop("outside_hours"),
            });
        }
        let stopped = job.suppressed || !job.contact.opt_out.allows_text();
        if stopped && !mutation::on(Mutation::SuppressionAtAcceptOnly) {
            let possible = matches!(job.contact.opt_out, OptOut::Possible { .. }) && !job.suppressed;
            return Ok(Look::Drop(if possible { "possible_opt_out" } else { "opted_out" }));
        }
        if job.contact.wrong_number {
            return Ok(Look::Drop("wrong_number"));
        }
        if job.contact.removed && job.contact.status == Status::Closed {
            return Ok(Look::Drop("removed"));
        }
        if let Some(recall) = self.is_recalled(campaign, job.message).await? {
            return Ok(Look::Recalled(recall));
        }
        if mutation::on(Mutation::HoursAtAcceptOnly) {
            return Ok(Look::Go(self.now.saturating_add(NOTICE_LIFE).unwrap_or(Timestamp::MAX)));
        }
        let tomorrow = mutation::on(Mutation::SentNextMorning);
        if job.good_until <= self.now && !tomorrow {
            return Ok(Look::Drop("too_late"));
        }
        Ok(match self.hours(campaign, job.contact.zone_set, job.kind).await? {
            HoursVerdict::Open { until } => Look::Go(if tomorrow { until } else { until.min(job.good_until) }),
            HoursVerdict::Closed { opens_at } if tomorrow || opens_at.duration_since(self.now) <= SEAM => {
                Look::Wait(opens_at)
            }
            // The window closed before its turn came: it does not go out by itself tomorrow.
            HoursVerdict::Closed { .. } => Look::Drop("too_late"),
        })
    }

    async fn begin(&mut self, job: Ready, attempt: Uuid, expires_at: Timestamp) -> Result<Submission, StoreError> {
        let to = Phone::from_e164(&job.contact.phone).ok_or_else(|| rows::corrupt("a number", "hidden"))?;
        let (message, at) = (job.message, self.micros());
        self.texts.also(BEGUN, vec![message.into(), attempt.into(), at.into()]);
        self.texts.also(ATTEMPT, vec![attempt.into(), message.into(), at.into()]);
        let ContactRow { id: contact, campaign, assigned, .. } = job.contact;
        self.delivered(&Whose { message, campaign, contact, assigned }, Delivery::Submitting)?;
        self.audit(None, "submitting", job.message.to_string(), attempt.to_string());
        Ok(Submission { attempt, to, body: job.body, expires_at })
    }

    /// Moves a text on, written with others.
    fn delivered(&mut self, whose: &Whose, delivery: Delivery) -> Result<(), StoreError> {
        let Whose { message, campaign, contact, assigned } = *whose;
        self.texts.also(DELIVERY, vec![message.into(), delivery.as_str().into(), Value::Null]);
        let what =
            EventKind::Delivery { contact: ContactId(contact), message: MessageId(message), delivery, error: None };
        self.event(campaign, assigned.map_or(Audience::Captains, Audience::Person), &what)
    }

    /// What the carrier said to several calls. Texts that it took, as it does with nearly all, are written together; whatever else
    /// it said is recorded by itself.
    pub(super) async fn record_attempts(
        &mut self,
        said: Vec<(Timestamp, Uuid, Submitted)>,
    ) -> Result<Vec<Answer>, StoreError> {
        let attempts: Vec<Uuid> = said.iter().map(|(_, attempt, _)| *attempt).collect();
        let rows = db::query(UNDER_WAY).bind(rows::to_json(&attempts)?).fetch_all(&mut *self.conn).await?;
        let mut under_way = HashMap::with_capacity(rows.len());
        for row in &rows {
            let (message, campaign) = (col(row, 1)?, col(row, 2)?);
            let whose = Whose { message, campaign, contact: col(row, 3)?, assigned: col(row, 4)? };
            under_way.insert(col::<Uuid>(row, 0)?, whose);
        }
        let mut answers = Vec::with_capacity(said.len());
        for (now, attempt, answer) in said {
            self.now = now;
            // Said once: what comes twice is not under way any more.
            match (answer, under_way.remove(&attempt)) {
                (Submitted::Accepted { carrier_id }, Some(whose)) => {
                    let at = self.micros();
                    self.texts.also(ANSWERED, vec![attempt.into(), at.into(), "accepted".into(), carrier_id.into()]);
                    self.texts.also(STATE, vec![whose.message.into(), "done".into()]);
                    let word = Delivery::Submitted.as_str();
                    self.audit(None, word, whose.message.to_string(), String::new());
                    self.delivered(&whose, Delivery::Submitted)?;
                    answers.push(Answer::Done);
                }
                (answer, _) => {
                    self.write_texts().await?;
                    answers.push(self.record_attempt(attempt, answer).await?);
                }
            }
        }
        Ok(answers)
    }

    /// Ends a job and moves its text on.
    pub(super) async fn finish(
        &mut self,
        message: Uuid,
        state: &'static str,
        delivery: Delivery,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        db::query(STATE).bind(message).bind(state).execute(&mut *self.conn).await?;
        self.audit(None, delivery.as_str(), message.to_string(), error.unwrap_or_default().to_owned());
        self.deliver(message, delivery, error).await
    }

    /// The job goes once more, not before then.
    pub(super) async fn again(&mut self, message: Uuid, not_before: i64) -> Result<(), StoreError> {
        db::query("UPDATE jobs SET state = 'ready', not_before = $2 WHERE message = $1 AND state <> 'dropped'")
            .bind(message)
            .bind(not_before)
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    pub(super) async fn record_attempt(&mut self, attempt: Uuid, answer: Submitted) -> Result<Answer, StoreError> {
        let answer = match answer {
            Submitted::Unknown { reason } if mutation::on(Mutation::ResendUnknown) => Submitted::Later { reason },
            // It is kept in places that an erasure does not reach.
            Submitted::Refused { code } => Submitted::Refused { code: without_numbers(&code) },
            answer => answer,
        };
        if self.trial_answered(attempt, &answer).await? {
            return Ok(Answer::Done);
        }
        let (word, carrier_id) = match &answer {
            Submitted::Accepted { carrier_id } => ("accepted".to_owned(), Some(carrier_id.as_str())),
            Submitted::Refused { code } => (format!("refused: {code}"), None),
            Submitted::Later { reason } => (format!("later: {reason}"), None),
            Submitted::Unknown { reason } => (format!("unknown: {reason}"), None),
        };
        // What the carrier calls the text, and what it says of the number, is not kept again of somebody who was erased meanwhile.
        let erased = db::query(OF_NOBODY).bind(attempt).fetch_optional(&mut *self.conn).await?.is_some();
        let word = if erased && carrier_id.is_none() { ERASED.to_owned() } else { word };
        db::query(ANSWERED)
            .bind(attempt)
            .bind(self.micros())
            .bind(word.as_str())
            .bind(carrier_id.filter(|_| !erased))
            .execute(&mut *self.conn)
            .await?;
        let row = db::query(
            "SELECT message, state, tries, absent FROM jobs WHERE message = (SELECT message FROM attempts WHERE id = $1)
                 AND attempt = $1",
        )
        .bind(attempt)
        .fetch_optional(&mut *self.conn)
        .await?;
        // Another attempt was made since, or is to be: that the carrier took this one is as good as its receipt.
        let state: Option<String> = row.as_ref().map(|row| col(row, 1)).transpose()?;
        if state.is_none_or(|state| state == "ready") && matches!(answer, Submitted::Accepted { .. }) {
            self.receipt(attempt, Delivery::Submitted, None).await?;
            return Ok(Answer::Done);
        }
        let Some(row) = row else { return Ok(Answer::Done) };
        let message: Uuid = col(&row, 0)?;
        let state: String = col(&row, 1)?;
        // A receipt may have been quicker than the answer to the call, and a sweep earlier than a slow answer.
        if !matches!(state.as_str(), "submitting" | "unknown" | "held") {
            return Ok(Answer::Done);
        }
        match answer {
            Submitted::Accepted { .. } => self.finish(message, "done", Delivery::Submitted, None).await?,
            Submitted::Refused { code } => {
                self.unspend(message).await?;
                self.finish(message, "done", Delivery::Failed, Some(&code)).await?;
            }
            Submitted::Unknown { .. } if state == "submitting" => {
                self.finish(message, "unknown", Delivery::Unknown, None).await?;
            }
            Submitted::Unknown { .. } => {}
            // Said twice, or the carrier's list said it before.
            Submitted::Later { .. } if state == "held" && col::<i64>(&row, 3)? != 0 => {}
            Submitted::Later { .. } => {
                self.unspend(message).await?;
                if self.take_back_if_recalled(message).await? {
                    return Ok(Answer::Done);
                }
                if state == "submitting" {
                    let tries: i64 = col(&row, 2)?;
                    let wait = (RETRY * tries).min(60_000_000);
                    self.again(message, self.micros() + wait).await?;
                    self.deliver(message, Delivery::Accepted, None).await?;
                } else {
                    // Given up for lost before. What it carried may have been taken back and given free again since, so it goes by no
                    // act but a captain's, who is told that it did not arrive.
                    db::query("UPDATE jobs SET absent = 1 WHERE message = $1")
                        .bind(message)
                        .execute(&mut *self.conn)
                        .await?;
                    self.finish(message, "held", Delivery::Held, None).await?;
                }
            }
        }
        Ok(Answer::Done)
    }

    pub(super) async fn sweep_attempts(
        &mut self,
        started_before: Timestamp,
        hold_after: Duration,
    ) -> Result<Answer, StoreError> {
        let lost = self.open_since("submitting", started_before.as_microsecond()).await?;
        for message in lost {
            if mutation::on(Mutation::ResendLost) {
                self.again(message, self.micros()).await?;
                continue;
            }
            self.finish(message, "unknown", Delivery::Unknown, None).await?;
        }
        self.sweep_trials((started_before.as_microsecond(), self.not_yet())).await?;
        let held_before = self.micros() - i64::try_from(hold_after.as_micros()).unwrap_or(i64::MAX);
        let stale = self.open_since("unknown", held_before).await?;
        for message in stale {
            self.finish(message, "held", Delivery::Held, None).await?;
        }
        Ok(Answer::Done)
    }

    /// No call can have begun then: the clocks of servers are not so far from each other.
    fn not_yet(&self) -> i64 {
        self.micros().saturating_add(AHEAD)
    }

    /// Texts whose job is in `state` and began before `before`, or at a time that is not yet.
    async fn open_since(&mut self, state: &'static str, before: i64) -> Result<Vec<Uuid>, StoreError> {
        let rows =
            db::query(OPEN_SINCE).bind(state).bind(before).bind(self.not_yet()).fetch_all(&mut *self.conn).await?;
        rows.iter().map(|row| col(row, 0)).collect()
    }
}

fn at_once(campaigns: &[db::Row]) -> Result<Looks, StoreError> {
    campaigns.iter().flat_map(|row| AT_ONCE.iter().map(move |ranks| Ok((col(row, 0)?, *ranks)))).collect()
}

fn read_ready(row: &db::Row) -> Result<Ready, StoreError> {
    Ok(Ready {
        message: col(row, CONTACT_COLUMNS)?,
        kind: rows::kind(&col::<String>(row, CONTACT_COLUMNS + 1)?)?,
        body: col(row, CONTACT_COLUMNS + 2)?,
        created_at: col(row, CONTACT_COLUMNS + 3)?,
        suppressed: col::<i64>(row, CONTACT_COLUMNS + 4)? != 0 && !mutation::on(Mutation::SuppressionPerCampaign),
        good_until: col::<Option<i64>>(row, CONTACT_COLUMNS + 5)?
            .map(rows::time)
            .transpose()?
            .unwrap_or(Timestamp::MAX),
        contact: ContactRow::read(row)?,
    })
}

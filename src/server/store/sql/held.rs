//! Texts whose outcome at the carrier nobody knows: what its list says about them, and what a captain decides.
//!
//! Nothing here sends a text again by itself. A captain's `send_again` makes the job ready once more; it is then looked at
//! like any other job, and what was said about the attempt before it (a late failure) is not said about the next.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    act::{Decision, no, own_feed},
    rows::{self, col, time, unsigned},
    tx::{Tx, is_captain},
};
use crate::api::{
    act::HeldDecision,
    captain::HeldText,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::{
    conversation::{OptOut, Status},
    hours::{HoursVerdict, MAX_AGE},
    ids::{ContactId, MessageId},
    message::{Delivery, MessageKind},
    phone::Phone,
};
use crate::server::carrier::{Asked, Found};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

/// The error of a text that a captain gave up.
pub(super) const GIVEN_UP: &str = "given_up";

/// Undecided texts of a campaign, the held ones first, the oldest first. Names the states twice, so that the index of just
/// those rows serves.
pub(super) const HELD: &str =
    "SELECT m.id, m.contact, c.first_name, p.name, m.kind, m.body, m.at, j.started_at, j.tries,
     j.absent, j.state, c.opt_out
 FROM jobs j INDEXED BY jobs_undecided JOIN messages m ON m.id = j.message JOIN contacts c ON c.id = j.contact
 LEFT JOIN people p ON p.id = m.author
 WHERE j.campaign = $1 AND j.state IN ('unknown', 'held') ORDER BY j.state, j.started_at, j.message LIMIT $2";

/// Attempts to look up, after one of them.
pub(super) const TO_LOOK_UP: &str = "SELECT j.attempt, c.phone, m.body, j.started_at
 FROM jobs j INDEXED BY jobs_undecided JOIN messages m ON m.id = j.message JOIN contacts c ON c.id = j.contact
 WHERE j.campaign IN (SELECT id FROM campaigns) AND j.state IN ('unknown', 'held') AND j.absent = 0 AND c.erased_at IS NULL
     AND j.started_at >= $1 AND j.attempt > $2 ORDER BY j.attempt LIMIT $3";

/// Most texts of one answer.
const MAX_HELD: u32 = 1_000;

pub(super) async fn held(conn: &mut Conn, campaign: i64) -> Result<Vec<HeldText>, StoreError> {
    let found = db::query(HELD).bind(campaign).bind(i64::from(MAX_HELD)).fetch_all(conn).await?;
    found
        .iter()
        .map(|row| {
            let held = col::<String>(row, 10)? == "held";
            Ok(HeldText {
                message: MessageId(col(row, 0)?),
                contact: ContactId(col(row, 1)?),
                first_name: col(row, 2)?,
                texter: col(row, 3)?,
                kind: rows::kind(&col::<String>(row, 4)?)?,
                body: col(row, 5)?,
                confirmed_at: time(col(row, 6)?)?,
                tried_at: time(col(row, 7)?)?,
                attempts: unsigned(col(row, 8)?),
                safe_to_send_again: col::<i64>(row, 9)? != 0,
                delivery: if held { Delivery::Held } else { Delivery::Unknown },
                opted_out: col::<i64>(row, 11)? >= rows::OPTED_OUT,
            })
        })
        .collect()
}

pub(super) async fn to_look_up(
    conn: &mut Conn,
    since: Timestamp,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Asked>, StoreError> {
    let found = db::query(TO_LOOK_UP)
        .bind(since.as_microsecond())
        .bind(after.unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    found
        .iter()
        .map(|row| {
            let phone: String = col(row, 1)?;
            Ok(Asked {
                attempt: col(row, 0)?,
                to: Phone::from_e164(&phone).ok_or_else(|| rows::corrupt("a number", "hidden"))?,
                body: col(row, 2)?,
                started_at: time(col(row, 3)?)?,
            })
        })
        .collect()
}

/// A text that may be decided on.
struct Undecided {
    campaign: i64,
    contact: i64,
    kind: MessageKind,
    state: String,
    delivery: String,
    attempt: Option<Uuid>,
}

impl Tx<'_> {
    /// Records what the carrier's list says about an attempt, when that is still the last one and still undecided.
    pub(super) async fn record_look_up(
        &mut self,
        attempt: Uuid,
        found: Found,
        authoritative: bool,
    ) -> Result<Answer, StoreError> {
        let row = db::query(
            "SELECT message FROM jobs WHERE message = (SELECT message FROM attempts WHERE id = $1)
                 AND attempt = $1 AND state IN ('unknown', 'held')",
        )
        .bind(attempt)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(Answer::Done) };
        let message: Uuid = col(&row, 0)?;
        match found {
            Found::Present { carrier_id } => {
                db::query("UPDATE attempts SET carrier_id = $2 WHERE id = $1")
                    .bind(attempt)
                    .bind(carrier_id)
                    .execute(&mut *self.conn)
                    .await?;
                self.audit(None, "looked_up", message.to_string(), format!("present {attempt}"));
                self.finish(message, "done", Delivery::Submitted, None).await?;
            }
            Found::Absent if authoritative => {
                db::query("UPDATE jobs SET absent = 1 WHERE message = $1")
                    .bind(message)
                    .execute(&mut *self.conn)
                    .await?;
                self.audit(None, "looked_up", message.to_string(), format!("absent {attempt}"));
                self.finish(message, "held", Delivery::Held, None).await?;
            }
            Found::Absent | Found::NotKnown => {}
        }
        Ok(Answer::Done)
    }

    /// A captain's decision.
    pub(super) async fn decide_held(
        &mut self,
        actor: &Actor,
        message: MessageId,
        decision: HeldDecision,
    ) -> Result<(i64, Decision), StoreError> {
        let Some(text) = self.undecided_text(actor, message).await? else {
            return Ok((own_feed(actor), no(Code::NotFound, "no such text for you")?));
        };
        if !is_captain(actor) {
            return Ok((text.campaign, no(Code::Forbidden, "only a captain may do this")?));
        }
        let campaign = text.campaign;
        Ok((campaign, self.decide(actor, message, decision, text).await?))
    }

    async fn decide(
        &mut self,
        actor: &Actor,
        message: MessageId,
        decision: HeldDecision,
        text: Undecided,
    ) -> Result<Decision, StoreError> {
        if !matches!(text.state.as_str(), "held" | "unknown") {
            let detail = format!("there is nothing to decide: the text is {} now", text.delivery);
            return no(Code::Invalid, &detail);
        }
        let word = match decision {
            HeldDecision::SendAgain if text.state == "unknown" => {
                return no(Code::Invalid, "its outcome may still come in: it can be sent again when it is held");
            }
            HeldDecision::SendAgain => {
                let good_until = match self.may_go_again(&text).await? {
                    Ok(good_until) => good_until,
                    Err(problem) => return Ok(Err(problem)),
                };
                // The press of now counts: it is looked at again when its turn comes, like any other.
                db::query("UPDATE jobs SET state = 'ready', not_before = 0, good_until = $2 WHERE message = $1")
                    .bind(message.0)
                    .bind(good_until.as_microsecond())
                    .execute(&mut *self.conn)
                    .await?;
                self.deliver(message.0, Delivery::Accepted, None).await?;
                "send_again"
            }
            HeldDecision::Arrived => {
                self.finish(message.0, "done", Delivery::Submitted, None).await?;
                "arrived"
            }
            HeldDecision::GiveUp => {
                self.finish(message.0, "done", Delivery::Failed, Some(GIVEN_UP)).await?;
                if text.kind == MessageKind::Reply {
                    self.unanswered(text.contact).await?;
                }
                "give_up"
            }
        };
        let attempt = text.attempt.map(|attempt| attempt.to_string()).unwrap_or_default();
        self.audit(Some(actor), "decided_held", message.0.to_string(), format!("{word} {attempt}"));
        if let Some(contact) = self.contact(text.contact).await? {
            self.note(&contact, Some(actor), "decided_held", word).await?;
            self.contact_event(&contact)?;
        }
        Ok(Ok(()))
    }

    /// Until when a text that a captain sends again now has to be on its way; a problem when it may not go out now.
    async fn may_go_again(&mut self, text: &Undecided) -> Result<Result<Timestamp, Problem>, StoreError> {
        let refuse = |code, detail| Ok(Err(Problem::new(code, detail)));
        if !text.kind.needs_press() {
            return refuse(Code::Invalid, "a notice is not sent late: give it up");
        }
        let (campaign, contact) = (self.campaign(text.campaign).await?, self.contact(text.contact).await?);
        let (Some(campaign), Some(contact)) = (campaign, contact) else {
            return refuse(Code::NotFound, "no such contact");
        };
        match contact.opt_out {
            OptOut::No => {}
            OptOut::Possible { .. } => return refuse(Code::Frozen, "something they wrote may be an opt-out"),
            OptOut::Yes { .. } => return refuse(Code::Suppressed, "this person opted out"),
        }
        if contact.wrong_number {
            return refuse(Code::Suppressed, "the number was marked as wrong");
        }
        if contact.removed && text.kind == MessageKind::Initial {
            return refuse(Code::Removed, "this person was taken off the list: they get no first text");
        }
        let hours = self.hours_of(&campaign, contact.zone_set, text.kind).await?;
        let end = match hours.verdict {
            HoursVerdict::Closed { opens_at } => {
                let mut closed = Problem::new(Code::OutsideHours, "it is outside texting hours where they are");
                closed.at = Some(opens_at);
                return Ok(Err(closed));
            }
            HoursVerdict::Open { until } if !hours.seamless => until,
            HoursVerdict::Open { .. } => {
                let zones = self.zones(contact.zone_set).await?;
                campaign.def.hours.good_until(text.kind, self.now, &zones)
            }
        };
        Ok(Ok(end.min(self.now.saturating_add(MAX_AGE).unwrap_or(Timestamp::MAX))))
    }

    async fn undecided_text(&mut self, actor: &Actor, message: MessageId) -> Result<Option<Undecided>, StoreError> {
        let row = db::query(
            "SELECT m.campaign, m.contact, m.kind, j.state, m.delivery, j.attempt
             FROM messages m JOIN jobs j ON j.message = m.id WHERE m.id = $1 AND m.organization = $2",
        )
        .bind(message.0)
        .bind(actor.organization.0)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let text = Undecided {
            campaign: col(&row, 0)?,
            contact: col(&row, 1)?,
            kind: rows::kind(&col::<String>(&row, 2)?)?,
            state: col(&row, 3)?,
            delivery: col(&row, 4)?,
            attempt: col(&row, 5)?,
        };
        Ok(Some(text).filter(|text| actor.campaign.is_none_or(|only| only.0 == text.campaign)))
    }

    /// A reply was given up: when nothing later was said, the voter waits again.
    async fn unanswered(&mut self, contact: i64) -> Result<(), StoreError> {
        let Some(contact) = self.contact(contact).await? else { return Ok(()) };
        if contact.status != Status::Convo || matches!(contact.opt_out, OptOut::Yes { .. }) {
            return Ok(());
        }
        let row = db::query(
            "SELECT MIN(at) FROM messages WHERE contact = $1 AND direction = 'in' AND seq > COALESCE(
                 (SELECT MAX(seq) FROM messages WHERE contact = $1 AND direction = 'out' AND author IS NOT NULL
                     AND delivery <> 'dropped' AND NOT (delivery = 'failed' AND error = $2)), 0)",
        )
        .bind(contact.id)
        .bind(GIVEN_UP)
        .fetch_one(&mut *self.conn)
        .await?;
        let Some(since) = col::<Option<i64>>(&row, 0)? else { return Ok(()) };
        db::query("UPDATE contacts SET status = $2, waiting_since = $3, updated_at = $4 WHERE id = $1")
            .bind(contact.id)
            .bind(Status::NeedsResponse.as_str())
            .bind(since)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }
}

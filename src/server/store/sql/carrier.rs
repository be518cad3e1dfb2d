//! What carriers say: texts by voters and receipts. Seen twice, counted once; out of order changes nothing.

use uuid::Uuid;

use super::{
    held::GIVEN_UP,
    opt_out::Suppression,
    rows::{self, ContactRow, col, unsigned},
    send::preview,
    tx::{Audience, Tx},
};
use crate::api::{
    event::{ERASED, EventKind},
    message::{ThreadEntry, ThreadMessage},
};
use crate::db;
use crate::domain::{
    conversation::{OptOut, Status},
    ids::{ContactId, MessageId},
    message::{Delivery, Direction},
    opt_out::{self, Inbound, is_settled},
    phone::{Phone, without_numbers},
    pictures::marked,
};
use crate::mutation::{self, Mutation};
use crate::server::carrier::CarrierEvent;
use crate::server::store::{StoreError, command::Answer};

/// More pictures with one text than this are a carrier's slip.
const MOST_PICTURES: u32 = 1_000;

impl Tx<'_> {
    pub(super) async fn carrier_event(
        &mut self,
        carrier: &str,
        event: CarrierEvent,
        message: MessageId,
        notice: MessageId,
    ) -> Result<Answer, StoreError> {
        // What a carrier says of a text that failed is kept in places that an erasure does not reach: it leads to nobody from the start.
        let event = match event {
            CarrierEvent::Receipt { key, attempt, delivery, error } => {
                CarrierEvent::Receipt { key, attempt, delivery, error: error.map(|said| without_numbers(&said)) }
            }
            inbound @ CarrierEvent::Inbound { .. } => inbound,
        };
        let (key, payload) = match &event {
            // Whose words and which is with the text: kept once, they can be removed.
            CarrierEvent::Inbound { key, .. } => (key, serde_json::json!({ "inbound": {} })),
            CarrierEvent::Receipt { key, attempt, delivery, error } => {
                (key, serde_json::json!({ "receipt": { "attempt": attempt, "delivery": delivery, "error": error } }))
            }
        };
        let new = db::query(
            "INSERT INTO carrier_events (carrier, key, at, payload) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(carrier)
        .bind(key.as_str())
        .bind(self.micros())
        .bind(payload.to_string())
        .execute(&mut *self.conn)
        .await?
        .rows_affected();
        if new == 0 && !mutation::on(Mutation::NoticeTwice) {
            return Ok(Answer::Done);
        }
        match event {
            CarrierEvent::Inbound { from, body, pictures, .. } => {
                // A badly decoded text may have NULs, which not every database keeps; a STOP beside them is one all the same.
                let body = body.replace('\0', "");
                self.inbound(carrier, &from, (&body, pictures.min(MOST_PICTURES)), message, notice).await?;
            }
            CarrierEvent::Receipt { attempt, delivery, error, .. } => {
                self.receipt(attempt, delivery, error.as_deref()).await?;
            }
        }
        Ok(Answer::Done)
    }

    async fn inbound(
        &mut self,
        carrier: &str,
        from: &Phone,
        (body, pictures): (&str, u32),
        message: MessageId,
        notice: MessageId,
    ) -> Result<(), StoreError> {
        let organization = self.cache.organization.0;
        // The conversation that was texted most recently comes first.
        let contact = match self.contacts_of(organization, from.as_str()).await?.into_iter().next() {
            Some(contact) => Some(self.late_reply(contact).await?),
            None => None,
        };
        let verdict = opt_out::verdict(body);
        match &contact {
            Some(contact) => {
                let helped = verdict == Inbound::Help && self.answers_help(contact).await?;
                // A STOP stands as one in lists, whoever else has to do nothing about it.
                let stops = matches!(verdict, Inbound::OptOutWord { .. });
                let waits = stops || pictures > 0 || !is_settled(&verdict, helped);
                self.store_inbound(contact.clone(), (body, pictures), message, waits).await?;
            }
            None => {
                db::query(
                    "INSERT INTO unmatched_inbound (id, organization, carrier, phone, body, at, pictures)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(message.0)
                .bind(organization)
                .bind(carrier)
                .bind(from.as_str())
                .bind(body)
                .bind(self.micros())
                .bind(i64::from(pictures))
                .execute(&mut *self.conn)
                .await?;
            }
        }
        match verdict {
            Inbound::OptOutWord { word } if mutation::on(Mutation::LateSuppression) => {
                self.cache.late.push((from.as_str().to_owned(), word));
                Ok(())
            }
            Inbound::OptOutWord { word } => {
                let why = Suppression {
                    reason: &word,
                    by_word: true,
                    actor: None,
                    notice: contact.map(|contact| (notice, contact.id)),
                };
                self.opt_out(organization, from.as_str(), why).await
            }
            Inbound::OptIn => {
                let row = db::query(
                    "SELECT s.by_word, s.reason, CASE WHEN EXISTS (SELECT 1 FROM erasures e WHERE e.organization = s.organization
                         AND e.phone = s.phone) THEN 1 ELSE 0 END
                     FROM suppressions s WHERE s.organization = $1 AND s.phone = $2",
                )
                    .bind(organization)
                    .bind(from.as_str())
                    .fetch_optional(&mut *self.conn)
                    .await?;
                // Whoever asks for texts gets them, whatever they were taken off by: their own word, or what somebody took theirs for. But not
                // whoever was erased, though a STOP came after that; who had sent STOP before that is under their own word still.
                let may_lift = row.as_ref().map(|row| {
                    let (by_word, reason, erased): (i64, String, i64) = (col(row, 0)?, col(row, 1)?, col(row, 2)?);
                    Ok::<_, StoreError>(reason != ERASED && (by_word != 0 || erased == 0))
                });
                match may_lift.transpose()? {
                    Some(true) => {
                        self.lift(organization, from.as_str()).await?;
                        self.wait_again(contact.as_ref()).await
                    }
                    _ => Ok(()),
                }
            }
            Inbound::Possible { words } => match contact {
                Some(ContactRow { opt_out: OptOut::No, .. }) => {
                    let state = OptOut::Possible { words: crate::domain::safe_text::safe_line(&words) };
                    self.mark_opt_out(organization, from.as_str(), &state).await?;
                    Ok(())
                }
                _ => Ok(()),
            },
            Inbound::Help => match contact {
                Some(contact) => self.answer_help(notice, contact.id).await,
                None => Ok(()),
            },
            Inbound::Plain => Ok(()),
        }
    }

    /// Stores a voter's text in its thread: they wait from their first unanswered text on. `waits`: this one wants an answer from a person.
    async fn store_inbound(
        &mut self,
        mut contact: ContactRow,
        (body, pictures): (&str, u32),
        message: MessageId,
        waits: bool,
    ) -> Result<(), StoreError> {
        contact.last_seq += 1;
        contact.foreign_seq = contact.last_seq;
        if waits || contact.status == Status::NeedsResponse {
            contact.status = contact.status.after_inbound();
            let opted_out = matches!(contact.opt_out, OptOut::Yes { .. });
            contact.waiting_since = if opted_out { None } else { contact.waiting_since.or(Some(self.micros())) };
        } else {
            // Answered as it comes: it is a conversation, and nobody has to do anything about it.
            contact.status = Status::Convo;
            contact.waiting_since = None;
        }
        contact.preview = preview(&marked(body, pictures));
        contact.updated_at = self.micros();
        contact.snoozed_until = None;
        db::query(
            "INSERT INTO messages (id, organization, campaign, contact, seq, direction, body, at, delivery,
                 script_version, language, pictures)
             SELECT $1, organization, campaign, id, $3, 'in', $4, $5, 'received', 0, COALESCE(language, ''), $6
             FROM contacts WHERE id = $2",
        )
        .bind(message.0)
        .bind(contact.id)
        .bind(contact.last_seq)
        .bind(body)
        .bind(self.micros())
        .bind(i64::from(pictures))
        .execute(&mut *self.conn)
        .await?;
        db::query(
            "UPDATE contacts SET status = $4, last_seq = $2, foreign_seq = $2, waiting_since = $5, preview = $6,
                 snoozed_until = NULL, updated_at = $3 WHERE id = $1",
        )
        .bind(contact.id)
        .bind(contact.last_seq)
        .bind(self.micros())
        .bind(contact.status.as_str())
        .bind(contact.waiting_since)
        .bind(contact.preview.as_str())
        .execute(&mut *self.conn)
        .await?;
        let item = ThreadEntry::Message(ThreadMessage {
            id: message,
            seq: unsigned(contact.last_seq),
            direction: Direction::Inbound,
            kind: None,
            body: body.to_owned(),
            pictures,
            at: self.now,
            delivery: Delivery::Received,
            error: None,
            author: None,
            mine: false,
            off_script: false,
        });
        let thread = EventKind::Thread { contact: ContactId(contact.id), item };
        self.event(contact.campaign, Audience::of(&contact), &thread)?;
        self.audit(None, "inbound", message.to_string(), format!("contact {}", contact.id));
        self.contact_event(&contact)
    }

    /// After a START the voter waits for an answer again.
    async fn wait_again(&mut self, contact: Option<&ContactRow>) -> Result<(), StoreError> {
        let Some(contact) = contact else { return Ok(()) };
        db::query("UPDATE contacts SET waiting_since = $2 WHERE id = $1 AND status = 'needs_response'")
            .bind(contact.id)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        match self.contact(contact.id).await? {
            Some(contact) => self.contact_event(&contact),
            None => Ok(()),
        }
    }

    /// A receipt binds by the attempt it echoes. What is final stays; nothing goes back.
    pub(super) async fn receipt(
        &mut self,
        attempt: Uuid,
        delivery: Delivery,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        let row = db::query(
            "SELECT m.id, m.delivery, j.attempt, m.error, j.state FROM attempts a JOIN messages m ON m.id = a.message
             LEFT JOIN jobs j ON j.message = m.id WHERE a.id = $1",
        )
        .bind(attempt)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else {
            if self.trial_receipt(attempt, delivery, error).await? {
                return Ok(());
            }
            tracing::warn!(%attempt, "a receipt for an attempt that is not ours");
            return Ok(());
        };
        let message: Uuid = col(&row, 0)?;
        let now = rows::delivery(&col::<String>(&row, 1)?)?;
        let current: Option<Uuid> = col(&row, 2)?;
        // A failure of an attempt that was followed by another one says nothing about the other.
        // A ready job is about to make another one.
        let other = current != Some(attempt) || col::<Option<String>>(&row, 4)?.as_deref() == Some("ready");
        if delivery == Delivery::Failed && other {
            return Ok(());
        }
        // A captain gave it up, its contact was erased, or another attempt failed: the phone has it all the same.
        let why: Option<String> = col(&row, 3)?;
        let erased = now == Delivery::Failed && why.as_deref() == Some(ERASED);
        // It is none that arrived already, and what the carrier says of it may name the number.
        if erased && delivery == Delivery::Failed {
            return Ok(());
        }
        let given_up = erased || now == Delivery::Failed && why.as_deref() == Some(GIVEN_UP);
        let arrived = now == Delivery::Failed && other && delivery == Delivery::Delivered;
        if !arrived && rank(delivery) <= if given_up { 1 } else { rank(now) } {
            return Ok(());
        }
        // The carrier has it: whatever the job waited for, it is over.
        db::query("UPDATE jobs SET state = 'done' WHERE message = $1").bind(message).execute(&mut *self.conn).await?;
        self.deliver(message, delivery, error).await
    }
}

/// How far a text has come; a receipt only moves it further. What nobody knows, and what waits for a captain, is less
/// than what the carrier itself says.
fn rank(delivery: Delivery) -> u8 {
    match delivery {
        Delivery::Accepted | Delivery::Submitting | Delivery::Unknown | Delivery::Held => 1,
        Delivery::Submitted => 2,
        // A dropped text stays dropped: its contact may have got another first text since.
        Delivery::Delivered | Delivery::Failed | Delivery::Dropped => 3,
        // Not something a receipt can say.
        Delivery::Received => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(Delivery::Submitted, Delivery::Unknown, true)]
    #[case(Delivery::Delivered, Delivery::Held, true)]
    #[case(Delivery::Delivered, Delivery::Submitted, true)]
    #[case(Delivery::Submitted, Delivery::Delivered, false)]
    #[case(Delivery::Failed, Delivery::Delivered, false)]
    #[case(Delivery::Delivered, Delivery::Failed, false)]
    #[case(Delivery::Accepted, Delivery::Submitting, false)]
    #[case(Delivery::Delivered, Delivery::Dropped, false)]
    fn receipts_only_move_forward(#[case] receipt: Delivery, #[case] now: Delivery, #[case] moves: bool) {
        assert_eq!(rank(receipt) > rank(now), moves);
    }
}

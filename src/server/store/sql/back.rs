//! Texts that come back: accepted, and not to go out any more before any call that may have succeeded.
//!
//! The text stays in its thread as dropped, with the reason. The contact stands again where it stood before: waiting for
//! its first text, or for an answer since the moment it began to wait, in the same hands. Nothing goes out again by itself:
//! whoever wants it sent presses anew, under a new id.

use uuid::Uuid;

use super::{
    rows::{self, col},
    send::preview,
    tx::{Audience, Tx},
};
use crate::api::event::EventKind;
use crate::db;
use crate::domain::pictures::marked;
use crate::domain::{
    conversation::{OptOut, Status},
    ids::{ContactId, MessageId},
    message::{Delivery, MessageKind},
};
use crate::mutation::{self, Mutation};
use crate::server::store::StoreError;

/// Texts that waited too long, oldest first. The sweep takes so many at a time.
pub(super) const LATE: &str = "SELECT message FROM jobs INDEXED BY jobs_late
     WHERE state = 'ready' AND good_until IS NOT NULL AND good_until <= $1 ORDER BY good_until, message LIMIT $2";

/// Most texts taken back in one commit by the sweep: thousands may wait when a window closes on a paused campaign.
const SWEPT: i64 = 200;

impl Tx<'_> {
    /// The question for what waited beyond its texting hours, in campaigns that are paused too; none in builds that break that
    /// promise.
    pub(super) fn late(&self) -> Option<db::Query> {
        let broken = mutation::on(Mutation::SentNextMorning) || mutation::on(Mutation::HoursAtAcceptOnly);
        (!broken).then(|| db::query(LATE).bind(self.micros()).bind(SWEPT))
    }

    /// Takes back what that question found. What is left is taken by the next look, for which this one rings.
    pub(super) async fn take_back_late(&mut self, late: &[db::Row]) -> Result<(), StoreError> {
        for row in late {
            self.take_back(col(row, 0)?, "too_late").await?;
        }
        Ok(())
    }

    /// Takes back a text that no call has begun for, or only calls that the carrier surely did not take. After any other
    /// call nobody knows whether it arrived: then a captain decides, as ever. Says whether it came back.
    pub(super) async fn take_back(&mut self, message: Uuid, why: &'static str) -> Result<bool, StoreError> {
        let in_doubt = db::query(
            "SELECT 1 FROM attempts INDEXED BY attempts_of
             WHERE message = $1 AND (answer IS NULL OR answer NOT LIKE 'later: %') LIMIT 1",
        )
        .bind(message)
        .fetch_optional(&mut *self.conn)
        .await?
        .is_some();
        if in_doubt {
            self.finish(message, "held", Delivery::Held, Some(why)).await?;
            return Ok(false);
        }
        self.finish(message, "dropped", Delivery::Dropped, Some(why)).await?;
        let row = db::query("SELECT contact, campaign, author, kind, body FROM messages WHERE id = $1")
            .bind(message)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = row else { return Ok(false) };
        let (contact, campaign): (i64, i64) = (col(&row, 0)?, col(&row, 1)?);
        // A text without an author had no press: nobody is asked for another one, and who waits for whom is as it was.
        let Some(author) = col::<Option<i64>>(&row, 2)? else {
            self.preview_again(contact).await?;
            return Ok(true);
        };
        let kind = rows::kind(&col::<String>(&row, 3)?)?;
        let initial = i64::from(kind == MessageKind::Initial);
        db::query(
            "UPDATE tallies SET initials = initials - $3, replies = replies - $4 WHERE campaign = $1 AND person = $2",
        )
        .bind(campaign)
        .bind(author)
        .bind(initial)
        .bind(1 - initial)
        .execute(&mut *self.conn)
        .await?;
        // Before the contact's new line: only who knows that it came back believes that it may be texted anew.
        let what = EventKind::Returned {
            contact: ContactId(contact),
            message: MessageId(message),
            kind,
            body: col(&row, 4)?,
            why: why.to_owned(),
        };
        self.event(campaign, Audience::Person(author), &what)?;
        self.stand_again(contact).await?;
        Ok(true)
    }

    /// Puts a contact where it stands by what was not dropped; what a person closed stays closed.
    async fn stand_again(&mut self, contact: i64) -> Result<(), StoreError> {
        let Some(mut line) = self.contact(contact).await? else { return Ok(()) };
        let (status, waiting) = self.status_of_thread(contact).await?;
        if line.status != Status::Closed {
            line.status = status;
            let silent = matches!(line.opt_out, OptOut::Yes { .. });
            line.waiting_since = waiting.filter(|_| !silent);
        }
        let last_out: Option<i64>;
        (line.preview, last_out) = self.last_words(contact).await?;
        line.updated_at = self.micros();
        db::query(
            "UPDATE contacts SET status = $2, waiting_since = $3, preview = $4, last_out_at = $5, updated_at = $6
             WHERE id = $1",
        )
        .bind(contact)
        .bind(line.status.as_str())
        .bind(line.waiting_since)
        .bind(line.preview.as_str())
        .bind(last_out)
        .bind(line.updated_at)
        .execute(&mut *self.conn)
        .await?;
        self.contact_event(&line)
    }

    /// What people wrote last in a thread, as lists show it, and when somebody last wrote to them. What was dropped was never said.
    async fn last_words(&mut self, contact: i64) -> Result<(String, Option<i64>), StoreError> {
        let last = db::query(
            "SELECT body, pictures, (SELECT MAX(at) FROM messages
                 WHERE contact = $1 AND direction = 'out' AND author IS NOT NULL AND delivery <> 'dropped')
             FROM messages WHERE contact = $1 AND delivery <> 'dropped' AND COALESCE(kind, '') NOT IN ('help', 'opt_out_notice')
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(contact)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = &last else { return Ok((String::new(), None)) };
        let body = marked(&col::<String>(row, 0)?, rows::pictures(col(row, 1)?));
        Ok((preview(&body), col(row, 2)?))
    }

    /// Lists show again what was said last, where a notice or an answer to HELP did not go out after all.
    async fn preview_again(&mut self, contact: i64) -> Result<(), StoreError> {
        let Some(mut line) = self.contact(contact).await? else { return Ok(()) };
        (line.preview, _) = self.last_words(contact).await?;
        line.updated_at = self.micros();
        // Whose HELP is not answered after all waits for a person.
        if line.status == Status::Convo && !matches!(line.opt_out, OptOut::Yes { .. }) {
            (line.status, line.waiting_since) = self.status_of_thread(contact).await?;
        }
        db::query("UPDATE contacts SET preview = $2, updated_at = $3, status = $4, waiting_since = $5 WHERE id = $1")
            .bind(contact)
            .bind(line.preview.as_str())
            .bind(line.updated_at)
            .bind(line.status.as_str())
            .bind(line.waiting_since)
            .execute(&mut *self.conn)
            .await?;
        self.contact_event(&line)
    }
}

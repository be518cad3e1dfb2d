//! Opting out, everywhere the person is: organization and number, in every campaign.

use jiff::SignedDuration;

use super::{
    rows::{self, ContactRow, col, contact_columns},
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    event::EventKind,
    message::{ThreadEntry, ThreadMessage},
};
use crate::db;
use crate::domain::{
    campaign::{fill_text, help_answer, in_language, merge_fields},
    conversation::{OptOut, Status},
    ids::{ContactId, MessageId},
    message::{Delivery, Direction, MessageKind},
    opt_out::{NoticeStays, asked_at, notice_stays},
    phone::Phone,
};
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

/// The reason of an opt-out that somebody pressed in a conversation.
pub(super) const BY_PERSON: &str = "by_person";

/// The reason of an opt-out where a doubt ended with the conversation.
pub(super) const UNDECIDED: &str = "undecided";

/// Whoever opted somebody out by a slip may take it back so long, in microseconds, as long as the notice has not left.
pub(super) const SLIP: i64 = 10 * 60 * 1_000_000;

/// How many of somebody's last texts are looked at for the one that asked to be left alone.
const LAST_TEXTS: i64 = 20;

/// HELP is answered once in this time, in microseconds: a day.
const HELP_EVERY: i64 = 24 * 60 * 60 * 1_000_000;

/// Why a number is suppressed, and by whom.
pub(super) struct Suppression<'a> {
    /// A word for the list: the one they wrote, [`BY_PERSON`], [`UNDECIDED`], or how it was entered (`by_phone: ...`).
    pub(super) reason: &'a str,
    /// Their own word did it: nobody else may undo that.
    pub(super) by_word: bool,
    /// The person who decided.
    pub(super) actor: Option<&'a Actor>,
    /// Id of the notice to queue for the contact, when one shall go out.
    pub(super) notice: Option<(MessageId, i64)>,
}

impl Tx<'_> {
    /// Every contact of a number in an organization.
    pub(super) async fn contacts_of(&mut self, organization: i64, phone: &str) -> Result<Vec<ContactRow>, StoreError> {
        let rows = db::query(concat!(
            "SELECT ",
            contact_columns!(),
            " FROM contacts c WHERE c.organization = $1 AND c.phone = $2 ORDER BY c.last_out_at DESC NULLS LAST, c.id DESC"
        ))
        .bind(organization)
        .bind(phone)
        .fetch_all(&mut *self.conn)
        .await?;
        rows.iter().map(ContactRow::read).collect()
    }

    /// Sets the opt-out state of every contact of a number and tells who holds them.
    pub(super) async fn mark_opt_out(
        &mut self,
        organization: i64,
        phone: &str,
        state: &OptOut,
    ) -> Result<Vec<ContactRow>, StoreError> {
        let words = match state {
            OptOut::Possible { words } => words.as_str(),
            _ => "",
        };
        let opted_out = matches!(state, OptOut::Yes { .. });
        let only = match mutation::on(Mutation::SuppressionPerCampaign) {
            true => self.contacts_of(organization, phone).await?.first().map(|contact| contact.id),
            false => None,
        };
        db::query(
            "UPDATE contacts SET opt_out = $3, opt_out_words = $4,
                 updated_at = CASE WHEN opt_out <> $3 OR opt_out_words <> $4 THEN $5 ELSE updated_at END,
                 waiting_since = CASE WHEN $6 THEN NULL ELSE waiting_since END
             WHERE organization = $1 AND phone = $2 AND (CAST($7 AS BIGINT) IS NULL OR id = $7)",
        )
        .bind(organization)
        .bind(phone)
        .bind(rows::opt_out_code(state))
        .bind(words)
        .bind(self.micros())
        .bind(opted_out)
        .bind(only)
        .execute(&mut *self.conn)
        .await?;
        let mut contacts = self.contacts_of(organization, phone).await?;
        contacts.retain(|contact| only.is_none_or(|only| only == contact.id));
        for contact in &contacts {
            self.contact_event(contact)?;
        }
        Ok(contacts)
    }

    /// Suppresses a number: the list, every contact of it, and what was about to go out to it.
    pub(super) async fn opt_out(
        &mut self,
        organization: i64,
        phone: &str,
        why: Suppression<'_>,
    ) -> Result<(), StoreError> {
        let again = self.is_said_again(organization, phone, &why).await?;
        // A word of their own outranks a person's decision; nothing turns it back into one.
        db::query(
            "INSERT INTO suppressions (organization, phone, reason, by_word, at, person) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (organization, phone) DO UPDATE SET by_word =
                 CASE WHEN excluded.by_word > suppressions.by_word THEN excluded.by_word ELSE suppressions.by_word END",
        )
        .bind(organization)
        .bind(phone)
        .bind(why.reason)
        .bind(i64::from(why.by_word))
        .bind(self.micros())
        .bind(why.actor.map(|a| a.person.0))
        .execute(&mut *self.conn)
        .await?;
        let row =
            db::query("SELECT by_word, notice IS NOT NULL FROM suppressions WHERE organization = $1 AND phone = $2")
                .bind(organization)
                .bind(phone)
                .fetch_one(&mut *self.conn)
                .await?;
        let (by_word, noticed): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        // Who was out before stays out since then: the same list once more moves no date.
        let mut out = self.contacts_of(organization, phone).await?;
        out.retain(|contact| matches!(contact.opt_out, OptOut::Yes { .. }));
        let contacts = self.mark_opt_out(organization, phone, &OptOut::Yes { by_word: by_word != 0 }).await?;
        for contact in &contacts {
            self.drop_ready(contact, "opted_out").await?;
        }
        let what = if why.by_word { "opted_out_by_word" } else { "opted_out" };
        for contact in &contacts {
            if again || out.iter().all(|before| before.id != contact.id) {
                self.note(contact, why.actor, what, why.reason).await?;
            }
            self.audit(why.actor, "opted_out", format!("contact {}", contact.id), why.reason.to_owned());
        }
        if contacts.is_empty() {
            self.audit(why.actor, "opted_out", "number in no campaign".to_owned(), why.reason.to_owned());
        }
        if let Some((id, contact)) = why.notice
            && (noticed == 0 || mutation::on(Mutation::NoticeTwice))
            && contacts.iter().any(|c| c.id == contact)
            && self.queue_notice(id, contact, why.by_word).await?
        {
            db::query("UPDATE suppressions SET notice = $3 WHERE organization = $1 AND phone = $2")
                .bind(organization)
                .bind(phone)
                .bind(id.0)
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }

    /// True when somebody else, or another cause, opts out whom a person has just opted out by hand: the one who may have slipped
    /// takes back their own press, and nobody else's.
    async fn is_said_again(
        &mut self,
        organization: i64,
        phone: &str,
        why: &Suppression<'_>,
    ) -> Result<bool, StoreError> {
        let row = db::query("SELECT person, at, reason FROM suppressions WHERE organization = $1 AND phone = $2")
            .bind(organization)
            .bind(phone)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = row else { return Ok(false) };
        let is_a_slips_time = self.micros().saturating_sub(col(&row, 1)?) <= SLIP;
        let by_another = col::<Option<i64>>(&row, 0)? != why.actor.map(|actor| actor.person.0);
        let first = col::<String>(&row, 2)?;
        let may_be_a_slip = first == BY_PERSON || first == UNDECIDED;
        Ok(may_be_a_slip && is_a_slips_time && (by_another || why.reason != first))
    }

    /// Takes back the texts to a contact that no carrier call has begun for.
    async fn drop_ready(&mut self, contact: &ContactRow, why: &'static str) -> Result<(), StoreError> {
        if mutation::on(Mutation::SuppressionAtAcceptOnly) {
            return Ok(());
        }
        let dropped = db::query(
            "SELECT j.message FROM messages m JOIN jobs j ON j.message = m.id
             WHERE m.contact = $1 AND j.state = 'ready' AND j.kind <> 'opt_out_notice' ORDER BY j.message",
        )
        .bind(contact.id)
        .fetch_all(&mut *self.conn)
        .await?;
        for row in dropped {
            self.take_back(col(&row, 0)?, why).await?;
        }
        Ok(())
    }

    /// When this number asked to be left alone, in microseconds: now, when it has never written.
    async fn asked_at(&mut self, organization: i64, phone: &str) -> Result<i64, StoreError> {
        let rows = db::query(
            "SELECT m.body, m.at, CASE WHEN m.seq > COALESCE((SELECT MAX(n.seq) FROM notes n WHERE n.contact = c.id
                 AND n.what IN ('not_opt_out', 'opted_in_by_word')), 0) THEN 1 ELSE 0 END
             FROM contacts c JOIN messages m ON m.contact = c.id
             WHERE c.organization = $1 AND c.phone = $2 AND m.direction = 'in' ORDER BY m.at DESC LIMIT $3",
        )
        .bind(organization)
        .bind(phone)
        .bind(LAST_TEXTS)
        .fetch_all(&mut *self.conn)
        .await?;
        // What somebody has read and taken for no opt-out is not what is decided on now.
        let mut texts = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if at == 0 || col::<i64>(row, 2)? != 0 {
                texts.push((col::<String>(row, 0)?, col::<i64>(row, 1)?));
            }
        }
        Ok(asked_at(texts).unwrap_or_else(|| self.micros()))
    }

    /// Why no notice goes out now.
    async fn keeps_notice_back(
        &mut self,
        campaign: &Campaign,
        contact: &ContactRow,
        asked_at: i64,
    ) -> Result<Option<NoticeStays>, StoreError> {
        let since = SignedDuration::from_micros(self.micros().saturating_sub(asked_at));
        let hours = self.hours(campaign, contact.zone_set, MessageKind::OptOutNotice).await?;
        Ok(notice_stays(Some(since), Some(&hours)))
    }

    /// Queues the one notice, in the contact's language; false when the campaign has no text for it, or when it is too late for one: then
    /// the conversation says so.
    async fn queue_notice(&mut self, id: MessageId, contact: i64, by_word: bool) -> Result<bool, StoreError> {
        // As it is now: what was about to go out to it may just have come back.
        let Some(contact) = self.contact(contact).await? else { return Ok(false) };
        let Some(campaign) = self.campaign(contact.campaign).await? else { return Ok(false) };
        let language = contact.language.clone().unwrap_or_else(|| campaign.def.language.clone());
        let Some(text) = in_language(&campaign.def.opt_out_notice, &language, &campaign.def.language) else {
            return Ok(false);
        };
        // A word of their own is answered in the transaction that stores it: later only where the carrier handed it in late.
        let asked_at =
            if by_word { self.micros() } else { self.asked_at(contact.organization, contact.phone.as_str()).await? };
        if let Some(why) = self.keeps_notice_back(&campaign, &contact, asked_at).await? {
            let (what, why) = match why {
                NoticeStays::TooLate => ("notice_too_late", "too_old"),
                NoticeStays::OutsideHours => ("notice_outside_hours", "outside_hours"),
            };
            self.note(&contact, None, what, "").await?;
            self.audit(None, "notice_not_sent", format!("contact {}", contact.id), why.to_owned());
            return Ok(false);
        }
        let Some(listed) = self.listed(contact.id).await? else { return Ok(false) };
        let body = match fill_text(&campaign.def, text, &merge_fields(&listed), "") {
            Ok(body) => body,
            Err(error) => {
                // Better no notice than one with holes.
                tracing::warn!(%error, campaign = campaign.id, "the opt-out notice cannot be filled in");
                self.audit(None, "notice_not_sent", format!("contact {}", contact.id), error.to_string());
                return Ok(false);
            }
        };
        self.queue_own(id, contact, (MessageKind::OptOutNotice, asked_at), body, &language).await?;
        Ok(true)
    }

    /// Answers HELP: who we are, and how to make it stop. Once a day at most for a number, whatever campaigns it is in; never to
    /// somebody who opted out or of whom a person decides just now.
    pub(super) async fn answer_help(&mut self, id: MessageId, contact: i64) -> Result<(), StoreError> {
        let Some(contact) = self.contact(contact).await? else { return Ok(()) };
        let Some(campaign) = self.campaign(contact.campaign).await? else { return Ok(()) };
        if !self.answers_help(&contact).await? {
            return Ok(());
        }
        let language = contact.language.clone().unwrap_or_else(|| campaign.def.language.clone());
        let body = help_answer(&campaign.def, &language);
        self.audit(None, "help_answered", format!("contact {}", contact.id), String::new());
        self.queue_own(id, contact, (MessageKind::Help, self.micros()), body, &language).await
    }

    /// True when this person's HELP is answered by itself now.
    pub(super) async fn answers_help(&mut self, contact: &ContactRow) -> Result<bool, StoreError> {
        if !contact.opt_out.allows_text() || contact.wrong_number {
            return Ok(false);
        }
        let lately = db::query(
            "SELECT 1 FROM contacts c JOIN messages m ON m.contact = c.id
             WHERE c.organization = $1 AND c.phone = $2 AND m.kind = 'help' AND m.at > $3 LIMIT 1",
        )
        .bind(contact.organization)
        .bind(contact.phone.as_str())
        .bind(self.micros().saturating_sub(HELP_EVERY))
        .fetch_optional(&mut *self.conn)
        .await?;
        let suppressed = db::query("SELECT 1 FROM suppressions WHERE organization = $1 AND phone = $2")
            .bind(contact.organization)
            .bind(contact.phone.as_str())
            .fetch_optional(&mut *self.conn)
            .await?;
        Ok(lately.is_none() && suppressed.is_none())
    }

    /// Queues a text that needs no press: `kind` is one of those, and answers what was asked then, in microseconds.
    async fn queue_own(
        &mut self,
        id: MessageId,
        mut contact: ContactRow,
        (kind, asked_at): (MessageKind, i64),
        body: String,
        language: &str,
    ) -> Result<(), StoreError> {
        let Some(campaign) = self.campaign(contact.campaign).await? else { return Ok(()) };
        // Lists go on showing what people wrote: nobody is to take our own line for the voter's.
        contact.last_seq += 1;
        contact.updated_at = self.micros();
        db::query(
            "INSERT INTO messages (id, organization, campaign, contact, seq, direction, kind, body, at, delivery,
                 script_version, language)
             VALUES ($1, $2, $3, $4, $5, 'out', $10, $6, $7, 'accepted', $8, $9)",
        )
        .bind(id.0)
        .bind(contact.organization)
        .bind(contact.campaign)
        .bind(contact.id)
        .bind(contact.last_seq)
        .bind(body.as_str())
        .bind(self.micros())
        .bind(campaign.script_version)
        .bind(language)
        .bind(rows::kind_word(kind))
        .execute(&mut *self.conn)
        .await?;
        db::query(
            "INSERT INTO jobs (message, organization, campaign, contact, kind, rank, created_at, state)
             VALUES ($1, $2, $3, $4, $6, 0, $5, 'ready')",
        )
        .bind(id.0)
        .bind(contact.organization)
        .bind(contact.campaign)
        .bind(contact.id)
        .bind(asked_at)
        .bind(rows::kind_word(kind))
        .execute(&mut *self.conn)
        .await?;
        db::query("UPDATE contacts SET last_seq = $2, updated_at = $3 WHERE id = $1")
            .bind(contact.id)
            .bind(contact.last_seq)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        let item = ThreadEntry::Message(ThreadMessage {
            id,
            seq: rows::unsigned(contact.last_seq),
            direction: Direction::Outbound,
            kind: Some(kind),
            body,
            pictures: 0,
            at: self.now,
            delivery: Delivery::Accepted,
            error: None,
            author: None,
            mine: false,
            off_script: false,
        });
        self.event(
            contact.campaign,
            Audience::of(&contact),
            &EventKind::Thread { contact: ContactId(contact.id), item },
        )?;
        self.contact_event(&contact)
    }

    /// Moves a text on and tells who holds its contact.
    pub(super) async fn deliver(
        &mut self,
        message: uuid::Uuid,
        delivery: Delivery,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        let row = db::query(
            "UPDATE messages SET delivery = $2, error = $3 WHERE id = $1
             RETURNING campaign, contact, (SELECT assigned FROM contacts WHERE id = messages.contact)",
        )
        .bind(message)
        .bind(delivery.as_str())
        .bind(error)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(()) };
        let assigned: Option<i64> = col(&row, 2)?;
        let what = EventKind::Delivery {
            contact: ContactId(col(&row, 1)?),
            message: MessageId(message),
            delivery,
            error: error.map(str::to_owned),
        };
        self.event(col(&row, 0)?, assigned.map_or(Audience::Captains, Audience::Person), &what)
    }

    /// Takes a number off the list again; only after a START of their own.
    pub(super) async fn lift(&mut self, organization: i64, phone: &str) -> Result<(), StoreError> {
        db::query("DELETE FROM suppressions WHERE organization = $1 AND phone = $2")
            .bind(organization)
            .bind(phone)
            .execute(&mut *self.conn)
            .await?;
        // Who has written nothing there but what the program answers by itself waits for nobody.
        for contact in self.contacts_of(organization, phone).await? {
            if contact.status == Status::NeedsResponse && self.status_of_thread(contact.id).await?.0 == Status::Convo {
                self.set_status(contact.id, Status::Convo, None).await?;
            }
        }
        // Whoever else wrote last in any of their conversations waits for an answer there again.
        db::query(
            "UPDATE contacts SET waiting_since = $3
             WHERE organization = $1 AND phone = $2 AND status = 'needs_response' AND waiting_since IS NULL",
        )
        .bind(organization)
        .bind(phone)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        let contacts = self.mark_opt_out(organization, phone, &OptOut::No).await?;
        for contact in &contacts {
            self.note(contact, None, "opted_in_by_word", "").await?;
            self.audit(None, "opted_in", format!("contact {}", contact.id), "by_word".to_owned());
        }
        Ok(())
    }

    /// An opt-out that was put off on purpose.
    pub(super) async fn suppress_late(&mut self, late: &(String, String)) -> Result<(), StoreError> {
        let (phone, word) = late;
        let why = Suppression { reason: word, by_word: true, actor: None, notice: None };
        self.opt_out(self.cache.organization.0, phone, why).await
    }

    /// An opt-out that came by another way (a call, a letter).
    pub(super) async fn suppress(&mut self, actor: &Actor, phone: &Phone, reason: &str) -> Result<Answer, StoreError> {
        let known = db::query("SELECT 1 FROM suppressions WHERE organization = $1 AND phone = $2")
            .bind(actor.organization.0)
            .bind(phone.as_str())
            .fetch_optional(&mut *self.conn)
            .await?;
        let why = Suppression { reason, by_word: false, actor: Some(actor), notice: None };
        self.opt_out(actor.organization.0, phone.as_str(), why).await?;
        Ok(if known.is_some() { Answer::Already } else { Answer::Done })
    }
}

//! Smaller acts on one conversation: put aside for a while, go on in another language, take an opt-out back that was a slip.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    act::{Decision, no},
    erasure::{SAID_OF_A_NUMBER, word_of},
    opt_out::{BY_PERSON, SLIP, UNDECIDED},
    retention::ONE_CAMPAIGN,
    rows::{ContactRow, col, signed},
    script::refused,
    tx::Tx,
};
use crate::api::{opt_out::OptOutWay, problem::Code};
use crate::db;
use crate::domain::{
    conversation::{OptOut, Status},
    ids::MessageId,
    message::Delivery,
    opt_out::{Inbound, verdict},
    phone::Phone,
    safe_text::safe_line,
    tag,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

/// Nobody is put aside for longer: a voter waits all the while.
const LONGEST_ASIDE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The notice waits this long for a slip to be taken back, where that was asked for, in microseconds.
const GRACE: i64 = 10 * 1_000_000;

/// The opt-outs of a contact that somebody pressed in a conversation, whatever stood on the list before.
const PRESSED: &str = "SELECT 1 FROM audit
     WHERE what = 'opted_out' AND subject = $2 AND organization = $1 AND detail IN ('by_person', 'undecided') LIMIT 1";

/// Why an opt-out is not taken back.
const ASKED_FOR: &str =
    "they asked for it (a word of their own, or pressed in a conversation), or were erased: nobody takes that back";

/// True of what was entered outside a conversation: on the telephone, from a letter, off a list.
fn is_entered(reason: &str) -> bool {
    let word = word_of(reason);
    use OptOutWay::{Email, InPerson, List, Mail, Phone};
    [Phone, Mail, Email, InPerson, List].iter().any(|way| way.word() == word)
}

impl Tx<'_> {
    /// Puts a conversation aside until then, or takes it up again.
    pub(super) async fn snooze(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
        until: Option<Timestamp>,
        after_seq: Option<u64>,
    ) -> Result<Decision, StoreError> {
        if until.is_some() && after_seq.is_some_and(|seen| signed(seen) < contact.foreign_seq) {
            return no(Code::StaleReply, "they have written since: read it first");
        }
        if until.is_some_and(|until| until.duration_since(self.now) > LONGEST_ASIDE) {
            return no(Code::Invalid, "a conversation is put aside for seven days at most");
        }
        // Handed in late, its time may be over.
        let until = until.filter(|until| *until > self.now);
        db::query("UPDATE contacts SET snoozed_until = $2, updated_at = $3 WHERE id = $1")
            .bind(contact.id)
            .bind(until.map(Timestamp::as_microsecond))
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        let (what, detail) = match until {
            Some(until) => ("snoozed", until.to_string()),
            None => ("unsnoozed", String::new()),
        };
        self.note(contact, Some(actor), what, &detail).await?;
        self.changed(contact.id).await?;
        Ok(Ok(()))
    }

    /// Records what somebody writes in: the script's texts follow it. Handed over, the conversation goes to whoever says that they
    /// speak it.
    pub(super) async fn set_language(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
        language: &str,
        hand_over: bool,
    ) -> Result<Decision, StoreError> {
        let known = (2..=3).contains(&language.len()) && language.chars().all(|c| c.is_ascii_lowercase());
        if !known {
            return no(Code::Invalid, "a language is two or three small letters, as `es`");
        }
        db::query("UPDATE contacts SET language = $2, updated_at = $3 WHERE id = $1")
            .bind(contact.id)
            .bind(language)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        self.note(contact, Some(actor), "language", language).await?;
        self.put_tag(contact.id, &tag::needs(language), hand_over).await?;
        if !hand_over {
            self.changed(contact.id).await?;
            return Ok(Ok(()));
        }
        let rows = db::query(
            "UPDATE contacts SET assigned = NULL, epoch = epoch + 1, snoozed_until = NULL
             WHERE id = $1 AND assigned IS NOT NULL RETURNING id, campaign",
        )
        .bind(contact.id)
        .fetch_all(&mut *self.conn)
        .await?;
        if let Some(holder) = contact.assigned {
            self.gone(Some(actor), holder, &rows, "handed_over")?;
        }
        Ok(Ok(()))
    }

    /// Takes back an opt-out that this person pressed a moment ago: never one by a word of the voter's own, nor one whose notice has
    /// left. What they wrote last is judged anew: a doubt stays a doubt.
    pub(super) async fn undo_opt_out(&mut self, actor: &Actor, contact: &ContactRow) -> Result<Decision, StoreError> {
        let row = db::query(
            "SELECT by_word, person, at, notice FROM suppressions WHERE organization = $1 AND phone = $2 AND reason = $3",
        )
        .bind(contact.organization)
        .bind(contact.phone.as_str())
        .bind(BY_PERSON)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return no(Code::Invalid, "nobody opted this person out by hand") };
        let (by_word, person, at): (i64, Option<i64>, i64) = (col(&row, 0)?, col(&row, 1)?, col(&row, 2)?);
        if by_word != 0 || contact.opt_out == (OptOut::Yes { by_word: true }) {
            return no(Code::Suppressed, "they opted out by a word of their own: nobody takes that back");
        }
        if person != Some(actor.person.0) {
            return no(Code::Forbidden, "somebody else opted them out");
        }
        if self.was_said_again(actor, contact, at, BY_PERSON).await? {
            return no(Code::Forbidden, "they were opted out once more since: that stands");
        }
        if self.micros().saturating_sub(at) > SLIP {
            return no(Code::TooLate, "an opt-out is taken back within ten minutes, or not at all");
        }
        if let Some(notice) = col::<Option<Uuid>>(&row, 3)? {
            // One that came to its turn too late told them nothing.
            let of = "SELECT j.state, m.delivery FROM messages m LEFT JOIN jobs j ON j.message = m.id WHERE m.id = $1";
            let row = db::query(of).bind(notice).fetch_one(&mut *self.conn).await?;
            let ready = col::<Option<String>>(&row, 0)?.as_deref() == Some("ready");
            let dropped = col::<String>(&row, 1)? == Delivery::Dropped.as_str();
            let before = self.mark();
            let told_nothing = dropped || ready && self.take_back(notice, "taken_back").await?;
            if told_nothing {
                // Their lines still say that they are out, and are told anew below.
                self.unsay_lines(before);
            }
            if !told_nothing {
                return no(Code::TooLate, "they were told that they are off the list: it stays so");
            }
        }
        self.texted_again(actor, contact.organization, contact.phone.as_str(), ("", false)).await?;
        Ok(Ok(()))
    }

    /// Takes a number off the list again where a person had put it there, and puts everybody of it back where they stood. What they wrote
    /// is judged anew: a doubt stays a doubt. `to_be_read`: whatever they wrote since somebody last decided on it is one.
    async fn texted_again(
        &mut self,
        actor: &Actor,
        organization: i64,
        phone: &str,
        (reason, to_be_read): (&str, bool),
    ) -> Result<(), StoreError> {
        db::query("DELETE FROM suppressions WHERE organization = $1 AND phone = $2")
            .bind(organization)
            .bind(phone)
            .execute(&mut *self.conn)
            .await?;
        // Whoever waited waits again, since then.
        for other in self.contacts_of(organization, phone).await? {
            let (status, since) = self.status_of_thread(other.id).await?;
            if other.status == Status::NeedsResponse && status == Status::NeedsResponse {
                self.set_status(other.id, status, since).await?;
            }
        }
        let state = self.undecided_of(organization, phone, to_be_read).await?;
        let contacts = self.mark_opt_out(organization, phone, &state).await?;
        for other in &contacts {
            self.note(other, Some(actor), "opt_out_taken_back", reason).await?;
            // Words about a person stand in the conversation alone, where an erasure finds them.
            self.audit(Some(actor), "opt_out_taken_back", format!("contact {}", other.id), String::new());
        }
        if contacts.is_empty() {
            self.audit(Some(actor), "opt_out_taken_back", "number in no campaign".to_owned(), String::new());
        }
        Ok(())
    }

    /// Takes back what somebody entered by mistake, whoever it was and however long ago: a number mistyped, the wrong list. Never what the
    /// voter asked for: a word of their own, what somebody pressed in a conversation, their erasure. Whoever has written since somebody last
    /// decided on it is not free but undecided: a person reads it first.
    pub(super) async fn take_back_opt_out(
        &mut self,
        actor: &Actor,
        phone: &Phone,
        reason: &str,
    ) -> Result<Answer, StoreError> {
        if actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        let organization = actor.organization.0;
        let found = db::query(
            "SELECT by_word, reason, notice IS NOT NULL FROM suppressions WHERE organization = $1 AND phone = $2",
        )
        .bind(organization)
        .bind(phone.as_str())
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = found else { return Ok(Answer::Already) };
        let (by_word, why, noticed): (i64, String, i64) = (col(&row, 0)?, col(&row, 1)?, row.try_get(2)?);
        let contacts = self.contacts_of(organization, phone.as_str()).await?;
        let erased = db::query("SELECT 1 FROM erasures WHERE organization = $1 AND phone = $2 LIMIT 1")
            .bind(organization)
            .bind(phone.as_str())
            .fetch_optional(&mut *self.conn)
            .await?;
        let theirs = by_word != 0 || contacts.iter().any(|one| one.opt_out == (OptOut::Yes { by_word: true }));
        if theirs || noticed != 0 || !is_entered(&why) || erased.is_some() {
            return refused(Code::Suppressed, ASKED_FOR);
        }
        for contact in &contacts {
            let subject = format!("contact {}", contact.id);
            // One that was pressed a moment ago is not written yet.
            let just_now =
                self.is_pending_audit("opted_out", &subject, |word| ["by_person", "undecided"].contains(&word));
            let pressed = db::query(PRESSED).bind(organization).bind(subject);
            if just_now || pressed.fetch_optional(&mut *self.conn).await?.is_some() {
                return refused(Code::Suppressed, ASKED_FOR);
            }
        }
        // What a number in no campaign has written stands in no conversation where somebody could decide.
        let unmatched = db::query("SELECT 1 FROM unmatched_inbound WHERE organization = $1 AND phone = $2 LIMIT 1")
            .bind(organization)
            .bind(phone.as_str())
            .fetch_optional(&mut *self.conn)
            .await?;
        if contacts.is_empty() && unmatched.is_some() {
            return refused(Code::Suppressed, ASKED_FOR);
        }
        if contacts.is_empty() {
            self.forget_why(organization, &why).await?;
        }
        self.texted_again(actor, organization, phone.as_str(), (reason, true)).await?;
        Ok(Answer::Done)
    }

    /// What was written beside the opt-out of a number in no campaign goes when it is taken back: nothing would lead an erasure to it any
    /// more. Of several lines with the same words, which do not say whose they are, one goes.
    async fn forget_why(&mut self, organization: i64, why: &str) -> Result<(), StoreError> {
        self.mend_pending_audit("opted_out", "number in no campaign", |detail| {
            if detail == why { word_of(detail).to_owned() } else { detail.to_owned() }
        });
        let line = db::query(SAID_OF_A_NUMBER).bind(organization).bind(why).fetch_optional(&mut *self.conn).await?;
        if let Some(line) = line {
            db::query("UPDATE audit SET detail = $2 WHERE id = $1")
                .bind(col::<i64>(&line, 0)?)
                .bind(word_of(why))
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }

    /// True when a second opt-out came after that one: by somebody else, or for another reason.
    async fn was_said_again(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
        at: i64,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let row = db::query(
            "SELECT 1 FROM contacts c JOIN notes n ON n.contact = c.id
             WHERE c.organization = $1 AND c.phone = $2 AND n.what = 'opted_out' AND n.at >= $3
                 AND (n.person IS NULL OR n.person <> $4 OR n.detail <> $5) LIMIT 1",
        )
        .bind(contact.organization)
        .bind(contact.phone.as_str())
        .bind(at)
        .bind(actor.person.0)
        .bind(reason)
        .fetch_optional(&mut *self.conn)
        .await?;
        Ok(row.is_some())
    }

    /// What they wrote, in any campaign, since somebody last decided on it: a doubt stays a doubt, whatever was written after it. Words that
    /// retention has removed may have been one: then a person decides. `to_be_read`: on any words.
    async fn undecided_of(&mut self, organization: i64, phone: &str, to_be_read: bool) -> Result<OptOut, StoreError> {
        let rows = db::query(
            "SELECT m.body, CASE WHEN m.purged_at IS NULL THEN 0 ELSE 1 END FROM contacts c JOIN messages m ON m.contact = c.id
             WHERE c.organization = $1 AND c.phone = $2 AND m.direction = 'in' AND m.seq > COALESCE(
                 (SELECT MAX(n.seq) FROM notes n WHERE n.contact = c.id AND n.what IN ('not_opt_out', 'opted_in_by_word')
                     AND NOT EXISTS (SELECT 1 FROM notes d WHERE d.contact = c.id AND d.what = 'doubt_again' AND d.id > n.id)), 0)
             ORDER BY m.at DESC",
        )
        .bind(organization)
        .bind(phone)
        .fetch_all(&mut *self.conn)
        .await?;
        let mut unread = false;
        for row in rows {
            if let Inbound::Possible { words } = verdict(&col::<String>(&row, 0)?) {
                return Ok(OptOut::Possible { words: safe_line(&words) });
            }
            unread |= to_be_read || col::<i64>(&row, 1)? != 0;
        }
        Ok(if unread { OptOut::Possible { words: String::new() } } else { OptOut::No })
    }

    /// Takes back that the number is somebody else's. Where that decided a doubt, in favour of silence, the doubt is open again: nobody
    /// is written to before a person has decided. An opt-out that was there before, or came since, stays; so does one from long ago.
    pub(super) async fn undo_wrong_number(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
    ) -> Result<Decision, StoreError> {
        if !contact.wrong_number {
            return no(Code::Invalid, "the number is not marked as wrong");
        }
        let decided = db::query(
            "SELECT at FROM suppressions WHERE organization = $1 AND phone = $2 AND reason = $4 AND by_word = 0 AND person = $3",
        )
        .bind(contact.organization)
        .bind(contact.phone.as_str())
        .bind(actor.person.0)
        .bind(UNDECIDED)
        .fetch_optional(&mut *self.conn)
        .await?;
        let decided = decided.map(|row| col::<i64>(&row, 0)).transpose()?;
        if let Some(at) = decided
            && self.micros().saturating_sub(at) <= SLIP
            && !self.was_said_again(actor, contact, at, UNDECIDED).await?
        {
            let doubt = self.doubt(contact).await?;
            db::query("DELETE FROM suppressions WHERE organization = $1 AND phone = $2")
                .bind(contact.organization)
                .bind(contact.phone.as_str())
                .execute(&mut *self.conn)
                .await?;
            for other in self.mark_opt_out(contact.organization, &contact.phone, &doubt).await? {
                self.note(&other, Some(actor), "opt_out_taken_back", "").await?;
                self.audit(Some(actor), "opt_out_taken_back", format!("contact {}", other.id), String::new());
            }
        }
        let (status, waiting) = self.status_of_thread(contact.id).await?;
        db::query("UPDATE contacts SET wrong_number = 0 WHERE id = $1")
            .bind(contact.id)
            .execute(&mut *self.conn)
            .await?;
        self.set_status(contact.id, status, waiting).await?;
        self.note(contact, Some(actor), "wrong_number_taken_back", "").await?;
        self.changed(contact.id).await?;
        self.useful_elsewhere(actor, contact).await?;
        Ok(Ok(()))
    }

    /// Takes back that a doubt was none. Whatever they wrote: nothing goes out until somebody decides.
    pub(super) async fn undo_not_opt_out(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
    ) -> Result<Decision, StoreError> {
        if contact.opt_out != OptOut::No {
            return no(Code::Invalid, "texts to them are stopped as it is");
        }
        let doubt = self.doubt(contact).await?;
        for other in self.mark_opt_out(contact.organization, &contact.phone, &doubt).await? {
            self.note(&other, Some(actor), "doubt_again", "").await?;
        }
        Ok(Ok(()))
    }

    /// The doubt that a person's words raise: those of the latest text that may be an opt-out; without one, a doubt all the same.
    async fn doubt(&mut self, contact: &ContactRow) -> Result<OptOut, StoreError> {
        let rows =
            db::query("SELECT body FROM messages WHERE contact = $1 AND direction = 'in' ORDER BY seq DESC LIMIT 50")
                .bind(contact.id)
                .fetch_all(&mut *self.conn)
                .await?;
        for row in &rows {
            if let Inbound::Possible { words } = verdict(&col::<String>(row, 0)?) {
                return Ok(OptOut::Possible { words: safe_line(&words) });
            }
        }
        Ok(OptOut::Possible { words: String::new() })
    }

    /// Puts the notice of an opt-out off: as long as they were not told, a slip may be taken back.
    pub(super) async fn give_grace(&mut self, notice: MessageId) -> Result<(), StoreError> {
        db::query("UPDATE jobs SET not_before = $2 WHERE message = $1 AND state = 'ready'")
            .bind(notice.0)
            .bind(self.micros().saturating_add(GRACE))
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    /// Sets a tag or takes it off, whatever tags the campaign has.
    pub(super) async fn put_tag(&mut self, contact: i64, tag: &str, on: bool) -> Result<(), StoreError> {
        let row = db::query("SELECT tags FROM contacts WHERE id = $1").bind(contact).fetch_one(&mut *self.conn).await?;
        let mut tags: Vec<String> = super::rows::json(&col::<String>(&row, 0)?)?;
        tags.retain(|set| set != tag);
        if on {
            tags.push(tag.to_owned());
        }
        db::query("UPDATE contacts SET tags = $2, updated_at = $3 WHERE id = $1")
            .bind(contact)
            .bind(super::rows::to_json(&tags)?)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }
}

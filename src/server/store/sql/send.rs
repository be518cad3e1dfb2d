//! One confirmed text: accepted or refused, once and for ever.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::{
    accepted,
    ledger::{Standing, sound_link},
    rows::{self, CONTACT_COLUMNS, ContactRow, col, contact_columns, signed, time, to_json, unsigned},
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    campaign::CampaignState,
    event::EventKind,
    message::{Outcome, SendRequest, ThreadEntry, ThreadMessage, Verdict},
    problem::{Code, Problem},
};
use crate::db::{self, Value};
use crate::domain::{
    conversation::{OptOut, Status},
    hours::{HoursVerdict, MAX_AGE, is_too_late},
    ids::{ContactId, MessageId},
    message::{Delivery, Direction, MAX_CHARS, MessageKind},
    received::ACCEPTED,
    safe_text::safe_line,
    script::leftover_field,
};
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

/// A card must have been on the screen for at least this long before the press counts, in milliseconds.
const MIN_DWELL: u64 = 100;

/// Longest name of a variant or a source, in characters.
const MAX_WORD: usize = 500;

/// How far a laptop's clock may be off that did not tell its time.
const UNTOLD_GRACE: SignedDuration = SignedDuration::from_mins(2);

/// Hash of a request: what "the same request" means. It is kept with the verdict for ever, and a request may come again after
/// the program was replaced. So what is hashed never changes for a request that was there before: the fields in the order in
/// which they are declared, a new one at the end and left out while it holds its default ([`super::hash_tests`] has the bytes).
pub(super) fn request_hash<T: Serialize>(what: &str, request: &T) -> Result<[u8; 32], StoreError> {
    Ok(*blake3::hash(format!("{what}:{}", to_json(request)?).as_bytes()).as_bytes())
}

/// The start of a text, for a list's line.
pub(super) fn preview(body: &str) -> String {
    safe_line(body).chars().take(80).collect()
}

/// When a text was pressed, by the server's clock: the laptop's time put right by its skew, at the latest now.
pub(super) fn pressed_at(request: &SendRequest, skew: Option<SignedDuration>, now: Timestamp) -> Timestamp {
    let pressed_at = request.shown.pressed_at;
    pressed_at.saturating_add(skew.unwrap_or_default()).unwrap_or(pressed_at).min(now)
}

fn problem(code: Code, detail: &str) -> Problem {
    Problem::new(code, detail)
}

/// Faults that can be seen in the request alone.
fn faults(request: &SendRequest) -> Option<Problem> {
    let mut faults = Vec::new();
    if !matches!(request.kind, MessageKind::Initial | MessageKind::Reply) {
        faults.push("kind: only initial and reply have a press".to_owned());
    }
    if request.body.trim().is_empty() {
        faults.push("body: it is empty".to_owned());
    }
    if request.body.contains('\0') {
        // No carrier takes it, and not every database keeps it.
        faults.push("body: it has a NUL character".to_owned());
    }
    for (name, word) in [("variant", &request.variant), ("source", &request.source)] {
        if word.as_ref().is_some_and(|word| word.contains('\0') || word.chars().count() > MAX_WORD) {
            faults.push(format!("{name}: at most {MAX_WORD} characters, no NUL among them"));
        }
    }
    if let Some(field) = leftover_field(&request.body) {
        faults.push(format!("body: the merge field {{{field}}} is not filled in"));
    }
    if blake3::hash(request.body.as_bytes()).to_hex().as_str() != request.shown.body_hash {
        faults.push(
            "shown.body_hash: it is not the hash of the body: what was seen is not what would be sent".to_owned(),
        );
    }
    if request.shown.dwell_ms < MIN_DWELL {
        faults.push(format!("shown.dwell_ms: a card must be seen for {MIN_DWELL} ms"));
    }
    if !faults.is_empty() {
        let mut problem = problem(Code::Invalid, "the request has faults");
        problem.faults = faults;
        return Some(problem);
    }
    (request.body.chars().count() > MAX_CHARS).then(|| problem(Code::TooLarge, "a text has at most 1600 characters"))
}

/// Everything the decision about one send looks at.
struct Sight {
    campaign: std::sync::Arc<Campaign>,
    contact: ContactRow,
    suppressed: bool,
    /// When it has to be on its way to the carrier, once it is accepted.
    good_until: Timestamp,
}

/// One text on its way to its verdict.
pub(super) struct Text<'a> {
    pub(super) actor: &'a Actor,
    pub(super) id: MessageId,
    pub(super) request: &'a SendRequest,
    /// By how much the laptop's clock is behind, as far as that is believed, and as it was told.
    pub(super) skew: Option<SignedDuration>,
    pub(super) told: Option<SignedDuration>,
    hash: &'a [u8; 32],
}

impl Tx<'_> {
    pub(super) async fn send(
        &mut self,
        actor: &Actor,
        id: MessageId,
        request: &SendRequest,
        skew: Option<SignedDuration>,
        told: Option<SignedDuration>,
    ) -> Result<Answer, StoreError> {
        let hash = request_hash("send", request)?;
        if let Some(answer) = self.replay(actor, id.0, &hash).await? {
            return Ok(answer);
        }
        let feed = actor.campaign.map_or(request.campaign.0, |own| own.0);
        let link = match sound_link(id, request) {
            Ok(link) => link,
            Err(problem) => return self.refuse(actor, id.0, &hash, feed, problem).await,
        };
        let text = Text { actor, id, request, skew, told, hash: &hash };
        let standing = self.standing(actor, request.shown.device, link).await?;
        if let Standing::Broken(why) = standing
            && !mutation::on(Mutation::LedgerUnchecked)
        {
            return self.refuse_text(&text, feed, problem(Code::LedgerBroken, why)).await;
        }
        let mut sight = match self.sight(actor, request).await? {
            Ok(sight) => sight,
            Err(problem) => return self.refuse_text(&text, feed, problem).await,
        };
        if let Some(problem) = self.objection(actor, request, skew, &sight).await? {
            return self.refuse_text(&text, request.campaign.0, problem).await;
        }
        sight.good_until = self.good_until(request, skew, &sight).await?;
        self.handed_in_text(actor, id.0).await?;
        if !self.one_by_one {
            return self.accept(&text, sight, standing == Standing::Fits).await;
        }
        let mark = self.mark();
        let answer = self.accept(&text, sight, standing == Standing::Fits).await?;
        self.run("SAVEPOINT one").await?;
        let written = self.write_texts().await;
        if written.is_err() {
            self.run("ROLLBACK TO one").await?;
            self.back_to(mark);
        }
        self.run("RELEASE one").await?;
        match written {
            Ok(()) => Ok(answer),
            Err(db::Error::Unique(what)) => {
                // The database's own constraints have the last word; nothing of the text was written.
                if what.is_on(&[
                    "messages.contact",
                    "messages.messages_one_initial",
                    "messages.messages_contact_seq_key",
                ]) {
                    let problem = self.already_sent(request.contact.0).await?;
                    return self.refuse_text(&text, request.campaign.0, problem).await;
                }
                if what.is_on(&["ledger.chain", "ledger.ledger_place"]) {
                    let problem = problem(Code::LedgerBroken, "its place is taken by another text");
                    return self.refuse_text(&text, request.campaign.0, problem).await;
                }
                Ok(Answer::Refused(Box::new(problem(Code::IdReused, "this id was used before for something else"))))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The answer to an id that has a verdict already.
    pub(super) async fn replay(
        &mut self,
        actor: &Actor,
        id: Uuid,
        hash: &[u8; 32],
    ) -> Result<Option<Answer>, StoreError> {
        if mutation::on(Mutation::VerdictForgotten) {
            db::query("DELETE FROM verdicts WHERE id = $1").bind(id).execute(&mut *self.conn).await?;
        }
        let Some((person, stored, outcome)) = self.stored_verdict(id).await? else { return Ok(None) };
        if person != actor.person.0 || stored != hash {
            let problem = problem(Code::IdReused, "this id was used before for something else");
            return Ok(Some(Answer::Refused(Box::new(problem))));
        }
        if mutation::on(Mutation::JobTwice) {
            self.again(id, self.micros()).await?;
        }
        Ok(Some(Answer::Verdict(Verdict { id, outcome: rows::json(&outcome)? })))
    }

    /// Stores a verdict and tells its author.
    pub(super) async fn settle(
        &mut self,
        actor: &Actor,
        hash: &[u8; 32],
        campaign: i64,
        verdict: Verdict,
    ) -> Result<Answer, StoreError> {
        let values = self.verdict_values(actor, hash, &verdict)?;
        db::each(accepted::VERDICT, vec![values], &mut *self.conn).await?;
        self.event(campaign, Audience::Person(actor.person.0), &EventKind::Settled { verdict: verdict.clone() })?;
        Ok(Answer::Verdict(verdict))
    }

    /// For [`accepted::VERDICT`].
    fn verdict_values(&self, actor: &Actor, hash: &[u8; 32], verdict: &Verdict) -> Result<Vec<Value>, StoreError> {
        Ok(vec![
            verdict.id.into(),
            actor.organization.0.into(),
            actor.person.0.into(),
            actor.session.into(),
            hash.into(),
            to_json(&verdict.outcome)?.into(),
            self.micros().into(),
        ])
    }

    /// Stores a refusal.
    pub(super) async fn refuse(
        &mut self,
        actor: &Actor,
        id: Uuid,
        hash: &[u8; 32],
        campaign: i64,
        problem: Problem,
    ) -> Result<Answer, StoreError> {
        self.audit(Some(actor), "refused", id.to_string(), problem.code.as_str().to_owned());
        self.settle(actor, hash, campaign, Verdict { id, outcome: Outcome::Refused { problem } }).await
    }

    /// Stores a refusal of a text with a sound link, and its entry in the ledger: both or neither.
    async fn refuse_text(&mut self, text: &Text<'_>, campaign: i64, problem: Problem) -> Result<Answer, StoreError> {
        self.run("SAVEPOINT one").await?;
        match self.refuse_and_enter(text, campaign, problem).await {
            Ok(answer) => {
                self.run("RELEASE one").await?;
                Ok(answer)
            }
            Err(error) => {
                db::script("ROLLBACK TO one; RELEASE one", &mut *self.conn).await?;
                Err(error)
            }
        }
    }

    async fn refuse_and_enter(
        &mut self,
        text: &Text<'_>,
        campaign: i64,
        problem: Problem,
    ) -> Result<Answer, StoreError> {
        if problem.code != Code::LedgerBroken || !mutation::on(Mutation::ForkUnlisted) {
            let entry = self.entry(text, problem.code.as_str()).await?;
            self.write_entry(text.actor.organization.0, entry).await?;
        }
        self.refuse(text.actor, text.id.0, text.hash, campaign, problem).await
    }

    async fn sight(&mut self, actor: &Actor, request: &SendRequest) -> Result<Result<Sight, Problem>, StoreError> {
        let hidden = || problem(Code::NotFound, "no such contact for you");
        let Some(campaign) = self.campaign_of(actor, request.campaign.0).await? else { return Ok(Err(hidden())) };
        if let Some((contact, suppressed)) = self.ahead.contact(request.contact.0)
            && contact.campaign == campaign.id
        {
            return Ok(Ok(Sight { campaign, contact, suppressed, good_until: self.now }));
        }
        self.write_texts().await?;
        let row = db::query(concat!(
            "SELECT ",
            contact_columns!(),
            ", s.at FROM contacts c LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone
             WHERE c.id = $1 AND c.campaign = $2"
        ))
        .bind(request.contact.0)
        .bind(campaign.id)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(Err(hidden())) };
        let listed = col::<Option<i64>>(&row, CONTACT_COLUMNS)?.is_some();
        let suppressed = listed && !mutation::on(Mutation::SuppressionPerCampaign);
        Ok(Ok(Sight { campaign, contact: ContactRow::read(&row)?, suppressed, good_until: self.now }))
    }

    /// Why this text may not go out; `None` when it may.
    async fn objection(
        &mut self,
        actor: &Actor,
        request: &SendRequest,
        skew: Option<SignedDuration>,
        sight: &Sight,
    ) -> Result<Option<Problem>, StoreError> {
        if let Some(faults) = faults(request) {
            return Ok(Some(faults));
        }
        if actor.ended_at.is_some_and(|ended_at| pressed_at(request, skew, self.now) >= ended_at) {
            return Ok(Some(problem(Code::SessionEnded, "the sign-in was ended before this was confirmed")));
        }
        let contact = &sight.contact;
        let initial = request.kind == MessageKind::Initial;
        let second = mutation::on(Mutation::SecondInitial);
        if initial && request.off_script && !sight.campaign.def.edit_initial {
            return Ok(Some(problem(Code::Invalid, "this campaign's first text goes out as it is written")));
        }
        if initial && contact.status != Status::NeedsMessage && !second {
            let problem = self.already_sent(contact.id).await?;
            if problem.at.is_some() {
                return Ok(Some(problem));
            }
        }
        if sight.suppressed || matches!(contact.opt_out, OptOut::Yes { .. }) {
            return Ok(Some(problem(Code::Suppressed, "this person opted out")));
        }
        if contact.wrong_number {
            return Ok(Some(problem(Code::Suppressed, "the number was marked as wrong")));
        }
        if matches!(contact.opt_out, OptOut::Possible { .. }) {
            return Ok(Some(problem(Code::Frozen, "something they wrote may be an opt-out")));
        }
        if contact.removed && (initial || contact.status == Status::Closed) {
            return Ok(Some(problem(Code::Removed, "the contact was taken off the list")));
        }
        // Before the lease: everything left all hands when it was closed, and that is why.
        if let Some(closed) = Self::is_closed(actor, &sight.campaign, request) {
            return Ok(Some(closed));
        }
        if let Some(lost) = self.lease_lost(actor, contact, Some(request.epoch)).await? {
            return Ok(Some(lost));
        }
        let pressed = self.surely_pressed_at(request, skew);
        if let Some(recalled) = self.recalled(actor, &sight.campaign, contact, (request, pressed)).await? {
            return Ok(Some(recalled));
        }
        match sight.campaign.state {
            CampaignState::Running | CampaignState::Archived => {}
            CampaignState::Paused => return Ok(Some(problem(Code::Paused, "a captain paused the campaign"))),
            CampaignState::Importing => return Ok(Some(problem(Code::Paused, "the campaign is being imported"))),
        }
        let hours = self.hours_of(&sight.campaign, contact.zone_set, request.kind).await?;
        if let HoursVerdict::Closed { opens_at } = hours.verdict {
            let mut closed = problem(Code::OutsideHours, "it is outside texting hours where they are");
            closed.at = Some(opens_at);
            return Ok(Some(closed));
        }
        if initial && let Some(lately) = self.texted_lately(&sight.campaign, contact).await? {
            return Ok(Some(lately));
        }
        if self.too_late(request, skew, hours.opened_at) && !mutation::on(Mutation::SentNextMorning) {
            let detail = "it was confirmed before the present texting hours began, or too long ago";
            return Ok(Some(problem(Code::TooLate, detail)));
        }
        if self.before_restore(request, skew) {
            let detail =
                "it was confirmed before the campaign was restored from a backup: it may have gone out already";
            return Ok(Some(problem(Code::TooLate, detail)));
        }
        if initial && contact.status != Status::NeedsMessage && !second {
            return Ok(Some(problem(Code::Invalid, "the conversation is past its first text: reopen it or reply")));
        }
        let stale = signed(request.after_seq) < contact.foreign_seq && !mutation::on(Mutation::StaleReplyTaken);
        if !initial && stale {
            return Ok(Some(problem(Code::StaleReply, "the thread has a newer message")));
        }
        if !initial && contact.status == Status::NeedsMessage {
            return Ok(Some(problem(Code::Invalid, "there is no conversation yet to reply in")));
        }
        Ok(None)
    }

    /// [`is_too_late`], now. The press is taken by the laptop's clock, put right by what that clock is known to be off; one from the future
    /// counts as pressed now.
    fn too_late(&self, request: &SendRequest, skew: Option<SignedDuration>, opened_at: Option<Timestamp>) -> bool {
        // A laptop that did not tell its time may be a little off without meaning yesterday.
        let grace = if skew.is_none() { UNTOLD_GRACE } else { SignedDuration::ZERO };
        let opened_at = opened_at.and_then(|at| at.saturating_sub(grace).ok());
        is_too_late(pressed_at(request, skew, self.now), opened_at, self.now)
    }

    /// True when it was confirmed before this database was put back from a backup. It may have been accepted, and have gone out,
    /// in the time that was lost: its id does not tell any more, so a person decides anew.
    fn before_restore(&self, request: &SendRequest, skew: Option<SignedDuration>) -> bool {
        self.cache.restored_at.is_some_and(|restored_at| self.surely_pressed_at(request, skew) < restored_at)
    }

    /// When it was confirmed, at the earliest. A laptop that did not tell its time may be a little ahead: rather back to a person than
    /// out twice.
    fn surely_pressed_at(&self, request: &SendRequest, skew: Option<SignedDuration>) -> Timestamp {
        let grace = if skew.is_none() { UNTOLD_GRACE } else { SignedDuration::ZERO };
        pressed_at(request, skew, self.now).saturating_sub(grace).unwrap_or(Timestamp::MIN)
    }

    /// When a text that may go out now has to be on its way, or it comes back: at the end of the window in which it was
    /// confirmed, and at no time too old.
    async fn good_until(
        &mut self,
        request: &SendRequest,
        skew: Option<SignedDuration>,
        sight: &Sight,
    ) -> Result<Timestamp, StoreError> {
        let old = pressed_at(request, skew, self.now).saturating_add(MAX_AGE).unwrap_or(Timestamp::MAX);
        let hours = self.hours_of(&sight.campaign, sight.contact.zone_set, request.kind).await?;
        let HoursVerdict::Open { until } = hours.verdict else { return Ok(self.now) };
        if !hours.seamless {
            return Ok(until.min(old));
        }
        let zones = self.zones(sight.contact.zone_set).await?;
        Ok(sight.campaign.def.hours.good_until(request.kind, self.now, &zones).min(old))
    }

    /// `lease_lost`, unless the contact is in the actor's hands under this epoch. A lease that only ran out, and was
    /// given to nobody else, still counts.
    pub(super) async fn lease_lost(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
        epoch: Option<u32>,
    ) -> Result<Option<Problem>, StoreError> {
        if mutation::on(Mutation::NoFencing) {
            return Ok(None);
        }
        let me = Some(actor.person.0);
        let mine = contact.assigned == me || (contact.assigned.is_none() && contact.holder == me);
        if mine && epoch.is_none_or(|epoch| i64::from(epoch) == contact.epoch) {
            return Ok(None);
        }
        let mut lost = problem(Code::LeaseLost, "the contact is not in your hands any more");
        if let Some(other) = contact.assigned.filter(|other| Some(*other) != me) {
            lost.who = self.name_of(other).await?;
        }
        Ok(Some(lost))
    }

    /// `already_sent` with the winner; without `at` when there is none.
    async fn already_sent(&mut self, contact: i64) -> Result<Problem, StoreError> {
        let mut problem = problem(Code::AlreadySent, "this contact has the first text already");
        self.write_texts().await?;
        let row = db::query(
            "SELECT at, author FROM messages WHERE contact = $1 AND kind = 'initial' AND delivery <> 'dropped'",
        )
        .bind(contact)
        .fetch_optional(&mut *self.conn)
        .await?;
        if let Some(row) = row {
            problem.at = Some(time(col(&row, 0)?)?);
            if let Some(author) = col::<Option<i64>>(&row, 1)? {
                problem.who = self.name_of(author).await?;
            }
        }
        Ok(problem)
    }

    /// Takes note of everything an accepted text is: the message, the contact's new line, the carrier job, the tally, the
    /// verdict, its entry in the ledger. All of it or nothing is written ([`Self::write_texts`]).
    async fn accept(&mut self, text: &Text<'_>, sight: Sight, enter: bool) -> Result<Answer, StoreError> {
        let &Text { actor, id, request, hash, .. } = text;
        let mut contact = sight.contact;
        let initial = request.kind == MessageKind::Initial;
        let kind = rows::kind_word(request.kind);
        contact.last_seq += 1;
        contact.status = contact.status.after_outbound();
        contact.waiting_since = None;
        contact.preview = preview(&request.body);
        contact.updated_at = self.micros();
        let before = (contact.assigned, contact.holder);
        contact.holder = Some(actor.person.0);
        // Nobody works behind an ended sign-in: what it hands in gives it nothing.
        if actor.ended_at.is_none() {
            contact.assigned = contact.holder;
        }
        let seq = unsigned(contact.last_seq);
        let verdict = Verdict { id: id.0, outcome: Outcome::Accepted { seq, at: self.now } };
        let entry = self.entry(text, ACCEPTED).await?;
        self.texts.push(accepted::Rows {
            message: vec![
                id.0.into(),
                contact.organization.into(),
                contact.campaign.into(),
                contact.id.into(),
                contact.last_seq.into(),
                kind.into(),
                request.body.as_str().into(),
                self.micros().into(),
                actor.person.0.into(),
                actor.session.into(),
                request.script_version.into(),
                contact.language.as_deref().unwrap_or(&sight.campaign.def.language).into(),
                request.variant.as_deref().into(),
                request.source.as_deref().into(),
                request.off_script.into(),
                signed(request.after_seq).into(),
                request.epoch.into(),
                request.shown.body_hash.as_str().into(),
                request.shown.drawn_at.as_microsecond().into(),
                request.shown.pressed_at.as_microsecond().into(),
                signed(request.shown.dwell_ms).into(),
                request.shown.device.0.into(),
            ],
            job: vec![
                id.0.into(),
                contact.organization.into(),
                contact.campaign.into(),
                contact.id.into(),
                kind.into(),
                if initial { 2_i64 } else { 1 }.into(),
                self.micros().into(),
                sight.good_until.as_microsecond().into(),
            ],
            contact: vec![
                contact.id.into(),
                contact.status.as_str().into(),
                contact.last_seq.into(),
                contact.preview.as_str().into(),
                self.micros().into(),
            ],
            hand: ((contact.assigned, contact.holder) != before)
                .then(|| vec![contact.id.into(), contact.assigned.into(), contact.holder.into()]),
            verdict: self.verdict_values(actor, hash, &verdict)?,
            entry: enter.then(|| entry.values(actor.organization.0)),
            tally: (contact.campaign, actor.person.0),
            phone: contact.phone.clone(),
            initial,
        });
        if enter {
            self.entered(entry.what);
        }
        self.audit(Some(actor), "accepted", id.to_string(), format!("contact {}", contact.id));
        let me = Audience::Person(actor.person.0);
        let item = ThreadEntry::Message(ThreadMessage {
            id,
            seq,
            direction: Direction::Outbound,
            kind: Some(request.kind),
            body: request.body.clone(),
            pictures: 0,
            at: self.now,
            delivery: Delivery::Accepted,
            error: None,
            author: Some(actor.name.clone()),
            mine: true,
            off_script: request.off_script,
        });
        let thread = EventKind::Thread { contact: ContactId(contact.id), item };
        self.event(contact.campaign, me, &thread)?;
        self.contact_event(&contact)?;
        self.event(contact.campaign, me, &EventKind::Settled { verdict: verdict.clone() })?;
        Ok(Answer::Verdict(verdict))
    }
}

//! Acts other than texts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    opt_out::{BY_PERSON, Suppression, UNDECIDED},
    own_words,
    rows::{self, ContactRow, col, json, signed, to_json},
    send::request_hash,
    tx::{Audience, Tx, is_captain},
};
use crate::api::{
    act::Act,
    campaign::CampaignState,
    event::EventKind,
    message::{Outcome, Verdict},
    people::Role,
    problem::{Code, Problem},
};
use crate::db;
use crate::domain::{
    conversation::{OptOut, Status},
    ids::{ActId, MessageId},
    opt_out::{is_settled, verdict},
    safe_text::{safe_body, safe_line},
    survey::{Free, clear_below},
    tag::{DECEASED, is_built_in},
    throughput::Throughput,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    handles::SECOND_FACTOR_NEEDED,
};

/// Longest note, in characters.
const MAX_NOTE: usize = 2_000;

/// How long what a captain confirmed for many at once may be on its way: for stopping, and for everything else. It was decided on
/// what the board showed then; a code that is given days later, or a laptop that comes out of a bag, must not do it now.
const STOPS_WITHIN: SignedDuration = SignedDuration::from_hours(1);
const ACTS_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// `Err`: refused for this reason.
pub(super) type Decision = Result<(), Problem>;

pub(super) fn no(code: Code, detail: &str) -> Result<Decision, StoreError> {
    Ok(Err(Problem::new(code, detail)))
}

/// When an id was minted, which is when its key was pressed, by the server's clock. None when it holds no time.
pub(super) fn minted_at(id: Uuid, skew: Option<SignedDuration>) -> Option<Timestamp> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let minted_at = Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()?;
    Some(minted_at.saturating_add(skew.unwrap_or_default()).unwrap_or(minted_at))
}

/// Whether a contact was ever handed out to somebody.
pub(super) const EVER_THEIRS: &str = "SELECT 1 FROM claims c, json_each(c.contacts) j
     WHERE c.person = $1 AND c.campaign = $2 AND CAST(j.atom AS BIGINT) = $3 LIMIT 1";

impl Tx<'_> {
    pub(super) async fn act(
        &mut self,
        actor: &Actor,
        id: ActId,
        act: &Act,
        (skew, limits): (Option<SignedDuration>, Option<&Throughput>),
        notice: MessageId,
    ) -> Result<Answer, StoreError> {
        let hash = request_hash("act", act)?;
        if let Some(answer) = self.replay(actor, id.0, &hash).await? {
            return Ok(answer);
        }
        let ended = self.ended(actor, id.0, skew, act).or_else(|| self.outdated(id.0, skew, act));
        let (campaign, decision) = match act.contact() {
            _ if ended.is_some() => (own_feed(actor), ended.map_or(Ok(()), Err)),
            Some(contact) => {
                let found = self.contact(contact.0).await?;
                let visible = found.filter(|c| {
                    c.organization == actor.organization.0
                        && actor.campaign.is_none_or(|only| only.0 == c.campaign)
                        && !c.erased
                });
                match visible {
                    Some(contact) => (contact.campaign, self.act_on(actor, act, contact, notice).await?),
                    None => (own_feed(actor), no(Code::NotFound, "no such contact for you")?),
                }
            }
            None => match act {
                Act::Admit { campaign, people } => self.admit(actor, *campaign, people).await?,
                Act::ShowOut { campaign, person } => self.show_out(actor, *campaign, *person).await?,
                Act::DecideHeld { message, decision } => self.decide_held(actor, *message, *decision).await?,
                _ => self.act_on_campaign(actor, (id, act), (skew, limits)).await?,
            },
        };
        match decision {
            Ok(()) => {
                self.handed_in(actor, id.0).await?;
                let verdict = Verdict { id: id.0, outcome: Outcome::Accepted { seq: 0, at: self.now } };
                self.audit(Some(actor), "acted", id.to_string(), act_word(act).to_owned());
                self.settle(actor, &hash, campaign, verdict).await
            }
            // With the role it has while its second factor is proved it might have been done: nothing is decided until then.
            Err(problem)
                if problem.code == Code::SecondFactorNeeded
                    || (actor.full_role() > actor.role && problem.code == Code::Forbidden) =>
            {
                let problem = Problem::new(Code::SecondFactorNeeded, SECOND_FACTOR_NEEDED);
                Ok(Answer::Refused(Box::new(problem)))
            }
            Err(problem) => self.refuse(actor, id.0, &hash, campaign, problem).await,
        }
    }

    /// What a sign-in that was ended may not hand in any more: what was pressed after the end, or concerns more than one contact.
    /// An opt-out is honoured whenever it was pressed: stopping is never too late.
    fn ended(&self, actor: &Actor, id: Uuid, skew: Option<SignedDuration>, act: &Act) -> Option<Problem> {
        let ended_at = actor.ended_at?;
        if matches!(act, Act::OptOut { .. }) {
            return None;
        }
        // One that holds no time cannot show that it was in time.
        let in_time = minted_at(id, skew).is_some_and(|pressed_at| pressed_at < ended_at);
        (act.contact().is_none() || !in_time)
            .then(|| Problem::new(Code::SessionEnded, "the sign-in was ended before this was confirmed"))
    }

    /// What a captain confirmed for many at once, too long ago.
    fn outdated(&self, id: Uuid, skew: Option<SignedDuration>, act: &Act) -> Option<Problem> {
        if !act.is_captains() {
            return None;
        }
        let within = if matches!(act, Act::Pause { .. }) { STOPS_WITHIN } else { ACTS_WITHIN };
        let late = self.now.duration_since(minted_at(id, skew)?) > within;
        late.then(|| {
            let detail = "it was confirmed too long ago to do it now: look at the board, then decide again";
            Problem::new(Code::TooLate, detail)
        })
    }

    async fn act_on(
        &mut self,
        actor: &Actor,
        act: &Act,
        contact: ContactRow,
        notice: MessageId,
    ) -> Result<Decision, StoreError> {
        // An opt-out is honoured from whoever may have heard of it, lease or not: stopping is never too late.
        // No code of a second factor is waited for either.
        let stops = matches!(act, Act::OptOut { .. })
            && (actor.full_role() >= Role::Captain || self.ever_theirs(actor, &contact).await?);
        let always = is_captain(actor) || stops;
        if !always && let Some(lost) = self.lease_lost(actor, &contact, None).await? {
            // What was theirs is refused for good, as to any texter who has lost it; the rest only a captain could do.
            if actor.full_role() > actor.role && !self.ever_theirs(actor, &contact).await? {
                return no(Code::SecondFactorNeeded, SECOND_FACTOR_NEEDED);
            }
            return Ok(Err(lost));
        }
        match act {
            Act::OptOut { notice: wanted, grace, .. } => {
                let why = Suppression {
                    reason: BY_PERSON,
                    by_word: false,
                    actor: Some(actor),
                    notice: wanted.then_some((notice, contact.id)),
                };
                self.opt_out(contact.organization, &contact.phone, why).await?;
                if *grace {
                    self.give_grace(notice).await?;
                }
                Ok(Ok(()))
            }
            Act::NotOptOut { after_seq, .. } => {
                if !matches!(contact.opt_out, OptOut::Possible { .. }) {
                    return no(Code::Invalid, "there is nothing to decide: no possible opt-out is open");
                }
                if signed(*after_seq) < contact.foreign_seq {
                    return no(Code::StaleReply, "they have written since: read it, then decide");
                }
                let contacts = self.mark_opt_out(contact.organization, &contact.phone, &OptOut::No).await?;
                for other in contacts {
                    self.note(&other, Some(actor), "not_opt_out", "").await?;
                }
                Ok(Ok(()))
            }
            Act::Answer { question, value, .. } => self.answer(actor, contact, question, value.as_deref()).await,
            Act::Tag { tag, on, .. } => self.tag(actor, contact, tag, *on).await,
            Act::Note { text, .. } => {
                if text.chars().count() > MAX_NOTE {
                    return no(Code::TooLarge, "a note has at most 2000 characters");
                }
                let text = safe_body(text);
                db::query("UPDATE contacts SET note = $2, updated_at = $3 WHERE id = $1")
                    .bind(contact.id)
                    .bind(text)
                    .bind(self.micros())
                    .execute(&mut *self.conn)
                    .await?;
                // That there is one, not what it says: whoever reads the conversation reads the note.
                self.note(&contact, Some(actor), "noted", "").await?;
                self.changed(contact.id).await?;
                Ok(Ok(()))
            }
            Act::WrongNumber { .. } => {
                // This closes it too: whoever has the number wrote what may be an opt-out.
                self.undecided(actor, &contact).await?;
                db::query(
                    "UPDATE contacts SET wrong_number = 1, status = 'closed', waiting_since = NULL, updated_at = $2
                     WHERE id = $1",
                )
                .bind(contact.id)
                .bind(self.micros())
                .execute(&mut *self.conn)
                .await?;
                self.note(&contact, Some(actor), "wrong_number", "").await?;
                self.changed(contact.id).await?;
                self.useless_elsewhere(actor, &contact).await?;
                Ok(Ok(()))
            }
            Act::Snooze { until, after_seq, .. } => self.snooze(actor, &contact, *until, *after_seq).await,
            Act::Language { language, hand_over, .. } => self.set_language(actor, &contact, language, *hand_over).await,
            Act::UndoOptOut { .. } => self.undo_opt_out(actor, &contact).await,
            Act::UndoWrongNumber { .. } => self.undo_wrong_number(actor, &contact).await,
            Act::UndoNotOptOut { .. } => self.undo_not_opt_out(actor, &contact).await,
            Act::Ask { text, .. } => self.ask(actor, &contact, text).await,
            Act::AnswerAsked { text, .. } => self.answer_asked(actor, &contact, text).await,
            Act::Close { .. } => {
                self.undecided(actor, &contact).await?;
                self.set_status(contact.id, Status::Closed, None).await?;
                self.note(&contact, Some(actor), "closed", "").await?;
                self.changed(contact.id).await?;
                Ok(Ok(()))
            }
            Act::Reopen { .. } => {
                if contact.status != Status::Closed {
                    return no(Code::Invalid, "the conversation is not closed");
                }
                if contact.wrong_number {
                    return no(Code::Invalid, "the number was marked as wrong");
                }
                let (status, waiting) = self.status_of_thread(contact.id).await?;
                if contact.removed && status == Status::NeedsMessage {
                    return no(Code::Removed, "the contact was taken off the list");
                }
                self.set_status(contact.id, status, waiting).await?;
                self.note(&contact, Some(actor), "reopened", "").await?;
                self.changed(contact.id).await?;
                Ok(Ok(()))
            }
            Act::Release { .. }
            | Act::TakeBack { .. }
            | Act::Pause { .. }
            | Act::Resume { .. }
            | Act::Reclaim { .. }
            | Act::Announce { .. }
            | Act::Admit { .. }
            | Act::ShowOut { .. }
            | Act::DecideHeld { .. } => Err(StoreError::Corrupt("an act on a campaign came with a contact".into())),
        }
    }

    /// True when the contact is in this person's hands, or was ever handed out to them.
    async fn ever_theirs(&mut self, actor: &Actor, contact: &ContactRow) -> Result<bool, StoreError> {
        if contact.holder == Some(actor.person.0) {
            return Ok(true);
        }
        let row = db::query(EVER_THEIRS)
            .bind(actor.person.0)
            .bind(contact.campaign)
            .bind(contact.id)
            .fetch_optional(&mut *self.conn)
            .await?;
        Ok(row.is_some())
    }

    /// A possible opt-out that nobody decided on before the conversation is closed counts: opted out, without a word to
    /// them.
    pub(super) async fn undecided(&mut self, actor: &Actor, contact: &ContactRow) -> Result<(), StoreError> {
        if !matches!(contact.opt_out, OptOut::Possible { .. }) {
            return Ok(());
        }
        let why = Suppression { reason: UNDECIDED, by_word: false, actor: Some(actor), notice: None };
        self.opt_out(contact.organization, &contact.phone, why).await
    }

    /// Tells the holder a contact's line as it now is.
    pub(super) async fn changed(&mut self, contact: i64) -> Result<(), StoreError> {
        match self.contact(contact).await? {
            Some(contact) => self.contact_event(&contact),
            None => Ok(()),
        }
    }

    pub(super) async fn set_status(
        &mut self,
        contact: i64,
        status: Status,
        waiting: Option<i64>,
    ) -> Result<(), StoreError> {
        db::query("UPDATE contacts SET status = $2, waiting_since = $3, updated_at = $4 WHERE id = $1")
            .bind(contact)
            .bind(status.as_str())
            .bind(waiting)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    /// Where a conversation stands by its messages alone, and since when the voter waits. What was dropped never was.
    pub(super) async fn status_of_thread(&mut self, contact: i64) -> Result<(Status, Option<i64>), StoreError> {
        let row = db::query(
            "SELECT MAX(seq), COALESCE(MAX(CASE WHEN direction = 'in' THEN seq END), 0),
                 COALESCE(MAX(CASE WHEN direction = 'out' AND author IS NOT NULL THEN seq END), 0)
             FROM messages WHERE contact = $1 AND delivery <> 'dropped'",
        )
        .bind(contact)
        .fetch_one(&mut *self.conn)
        .await?;
        let (last, inbound, ours): (Option<i64>, i64, i64) = (col(&row, 0)?, col(&row, 1)?, col(&row, 2)?);
        if last.is_none() {
            return Ok((Status::NeedsMessage, None));
        }
        if inbound > ours {
            // The wait began with the first text that nobody has answered, and the program neither.
            let rows = db::query(
                "SELECT m.at, m.body, CASE WHEN EXISTS (SELECT 1 FROM messages h WHERE h.contact = m.contact AND h.seq = m.seq + 1
                     AND h.kind = 'help' AND h.author IS NULL AND h.delivery <> 'dropped') THEN 1 ELSE 0 END
                 FROM messages m WHERE m.contact = $1 AND m.direction = 'in' AND m.seq > $2 ORDER BY m.seq",
            )
            .bind(contact)
            .bind(ours)
            .fetch_all(&mut *self.conn)
            .await?;
            for row in rows {
                if !is_settled(&verdict(&col::<String>(&row, 1)?), col::<i64>(&row, 2)? != 0) {
                    return Ok((Status::NeedsResponse, Some(col(&row, 0)?)));
                }
            }
        }
        Ok((if inbound > 0 { Status::Convo } else { Status::Messaged }, None))
    }

    async fn answer(
        &mut self,
        actor: &Actor,
        contact: ContactRow,
        question: &str,
        value: Option<&str>,
    ) -> Result<Decision, StoreError> {
        let Some(campaign) = self.campaign(contact.campaign).await? else {
            return no(Code::NotFound, "no such campaign");
        };
        let Some(asked) = campaign.def.questions.iter().find(|q| q.id == question) else {
            return no(Code::Invalid, "the script has no such question");
        };
        let given = value.and_then(|value| asked.answer_of(value));
        if value.is_some() && given.is_none() {
            let typed = |free| asked.answers.iter().any(|answer| answer.free == Some(free));
            return no(
                Code::Invalid,
                match (typed(Free::Text), typed(Free::Date)) {
                    (true, _) => "what is typed as an answer is one line of at most 200 characters",
                    (false, true) => "the question has no such answer: a day is written as 2026-11-03",
                    (false, false) => "the question has no such answer",
                },
            );
        }
        let row =
            db::query("SELECT answers FROM contacts WHERE id = $1").bind(contact.id).fetch_one(&mut *self.conn).await?;
        let before: BTreeMap<String, String> = json(&col::<String>(&row, 0)?)?;
        let mut answers = before.clone();
        let mut cleared = Vec::new();
        if answers.get(question).map(String::as_str) != value {
            cleared = clear_below(&campaign.def.questions, &answers, question);
            answers.retain(|id, _| !cleared.contains(id));
        }
        match value {
            Some(value) => answers.insert(question.to_owned(), value.to_owned()),
            None => answers.remove(question),
        };
        db::query("UPDATE contacts SET answers = $2, updated_at = $3 WHERE id = $1")
            .bind(contact.id)
            .bind(to_json(&answers)?)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        let detail = format!("{}: {}", safe_line(&asked.text), value.map(safe_line).unwrap_or_default());
        let in_words = given.is_some_and(|answer| answer.free == Some(Free::Text));
        self.note(&contact, Some(actor), if in_words { own_words::NOTED } else { "answered" }, &detail).await?;
        // What hung on the answer went with it: each is a line of its own, or nobody would know where it is.
        for gone in campaign.def.questions.iter().filter(|q| cleared.contains(&q.id)) {
            self.note(&contact, Some(actor), "answered", &format!("{}: ", safe_line(&gone.text))).await?;
        }
        self.settle_turnout(actor, &campaign, &contact, question, (&before, &answers)).await?;
        self.changed(contact.id).await?;
        Ok(Ok(()))
    }

    async fn tag(&mut self, actor: &Actor, contact: ContactRow, tag: &str, on: bool) -> Result<Decision, StoreError> {
        let Some(campaign) = self.campaign(contact.campaign).await? else {
            return no(Code::NotFound, "no such campaign");
        };
        if on && !is_built_in(tag) && !campaign.def.tags.iter().any(|known| known == tag) {
            return no(Code::Invalid, "the campaign has no such tag");
        }
        self.put_tag(contact.id, tag, on).await?;
        self.note(&contact, Some(actor), if on { "tagged" } else { "untagged" }, &safe_line(tag)).await?;
        self.changed(contact.id).await?;
        if tag == DECEASED {
            return self.mind_the_deceased(actor, &contact, on).await;
        }
        Ok(Ok(()))
    }

    async fn act_on_campaign(
        &mut self,
        actor: &Actor,
        (id, act): (ActId, &Act),
        told: (Option<SignedDuration>, Option<&Throughput>),
    ) -> Result<(i64, Decision), StoreError> {
        let campaign = match act {
            Act::Release { campaign, .. }
            | Act::TakeBack { campaign, .. }
            | Act::Pause { campaign }
            | Act::Resume { campaign }
            | Act::Announce { campaign, .. }
            | Act::Reclaim { campaign, .. } => *campaign,
            _ => return Err(StoreError::Corrupt("an act on a contact came without one".into())),
        };
        let Some(campaign) = self.campaign_of(actor, campaign.0).await? else {
            return Ok((own_feed(actor), no(Code::NotFound, "no such campaign for you")?));
        };
        if act.is_captains() && !is_captain(actor) {
            return Ok((campaign.id, no(Code::Forbidden, "only a captain may do this")?));
        }
        let decision = match act {
            Act::Release { unsent, conversations, .. } => {
                self.give_back(actor, actor.person.0, campaign.id, (*unsent, *conversations), Some(id)).await?;
                Ok(())
            }
            Act::TakeBack { release, .. } => self.hold_again(actor, &campaign, (id, *release), told).await?,
            Act::Reclaim { texter, .. } => {
                self.give_back(actor, texter.0, campaign.id, (true, false), None).await?;
                Ok(())
            }
            Act::Announce { text, .. } => self.announce(actor, &campaign, text).await?,
            Act::Pause { .. } => self.turn(&campaign, CampaignState::Running, CampaignState::Paused).await?,
            Act::Resume { .. }
                if campaign.state == CampaignState::Paused && self.waits_to_begin(campaign.id).await? =>
            {
                let why = "it does not begin before another admin has approved it (textbank campaign approve)";
                no(Code::Forbidden, why)?
            }
            Act::Resume { .. } => self.turn(&campaign, CampaignState::Paused, CampaignState::Running).await?,
            _ => Ok(()),
        };
        Ok((campaign.id, decision))
    }

    /// Pauses or resumes; asked for what already is, it is done.
    pub(super) async fn turn(
        &mut self,
        campaign: &super::tx::Campaign,
        from: CampaignState,
        to: CampaignState,
    ) -> Result<Decision, StoreError> {
        if campaign.state == to {
            return Ok(Ok(()));
        }
        if campaign.state != from {
            let why = match campaign.state {
                CampaignState::Archived => "the campaign is closed: an admin opens it again (textbank campaign reopen)",
                _ => "the campaign is still being imported",
            };
            return no(Code::Invalid, why);
        }
        db::query("UPDATE campaigns SET state = $2 WHERE id = $1")
            .bind(campaign.id)
            .bind(rows::state_word(to))
            .execute(&mut *self.conn)
            .await?;
        self.cache.forget_campaign(campaign.id);
        let script_version = u32::try_from(campaign.script_version).unwrap_or(u32::MAX);
        self.event(campaign.id, Audience::All, &EventKind::Campaign { state: to, script_version })?;
        Ok(Ok(()))
    }
}

/// The campaign by whose feed a refusal is told that concerns none the author can see: a journal lets go of a row only
/// when the feed has echoed it.
pub(super) fn own_feed(actor: &Actor) -> i64 {
    actor.campaign.map_or(0, |campaign| campaign.0)
}

fn act_word(act: &Act) -> &'static str {
    match act {
        Act::OptOut { .. } => "opt_out",
        Act::NotOptOut { .. } => "not_opt_out",
        Act::Answer { .. } => "answer",
        Act::Tag { .. } => "tag",
        Act::Note { .. } => "note",
        Act::WrongNumber { .. } => "wrong_number",
        Act::Snooze { .. } => "snooze",
        Act::Language { .. } => "language",
        Act::UndoOptOut { .. } => "undo_opt_out",
        Act::UndoWrongNumber { .. } => "undo_wrong_number",
        Act::UndoNotOptOut { .. } => "undo_not_opt_out",
        Act::Ask { .. } => "ask",
        Act::AnswerAsked { .. } => "answer_asked",
        Act::Close { .. } => "close",
        Act::Reopen { .. } => "reopen",
        Act::Release { .. } => "release",
        Act::TakeBack { .. } => "take_back",
        Act::Pause { .. } => "pause",
        Act::Resume { .. } => "resume",
        Act::Reclaim { .. } => "reclaim",
        Act::Announce { .. } => "announce",
        Act::Admit { .. } => "admit",
        Act::ShowOut { .. } => "show_out",
        Act::DecideHeld { .. } => "decide_held",
    }
}

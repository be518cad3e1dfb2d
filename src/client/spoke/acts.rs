//! Acts other than texts. Spoke's calls for them may be repeated without harm, but for giving contacts back: the outbox hands each in
//! until it is done, and nothing of the same contact before that.
//!
//! An opt-out is one act of several calls: the notice (a text, so it goes out once or not at all), then the opt-out itself. Should it
//! stop half-way it is taken up where it stopped: the notice stands in the conversation. That it takes force matters more than the notice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::{Assignment, Contact};
use super::documents::{self, Document};
use super::plain::{plain, same_text};
use super::{SpokeServer, hours, refusal, script, views};
use crate::api::act::Act;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::Code;
use crate::client::{Call, CallError, Memo};
use crate::domain::conversation::Status;
use crate::domain::ids::ActId;
use crate::domain::message::MessageKind;
use crate::domain::opt_out::{NOTICE_AGE, asked_at, notice_stays};
use crate::domain::safe_text::safe_line;

/// Times that a call is made whose outcome is in doubt.
const TRIES: u32 = 3;
/// Stands for a number that is not known.
const NO_CELL: &str = "+15555550100";
/// Kept of an opt-out whose notice was handed over, whatever became of it.
const HANDED_OVER: &str = "notice";
impl SpokeServer {
    pub(super) async fn carry_out(&self, id: ActId, act: &Act, memo: &dyn Memo) -> Call<Verdict> {
        let done = match act {
            Act::OptOut { contact, notice, grace: _ } => self.opt_out((id, memo), contact.0, *notice).await,
            Act::Answer { contact, question, value } => self.answer(contact.0, question, value.as_deref()).await,
            Act::Tag { contact, tag, on } => self.tag(contact.0, tag, *on).await,
            Act::Note { contact, text } => self.note(contact.0, text).await,
            Act::Close { contact } => self.set_status(contact.0, "closed").await,
            Act::Reopen { contact } => self.reopen(contact.0).await,
            Act::Release { campaign, unsent, conversations } => self.release(campaign.0, *unsent, *conversations).await,
            Act::Reclaim { campaign, texter } => self.reclaim(*campaign, *texter).await,
            Act::NotOptOut { contact, after_seq } => self.not_opt_out(contact.0, *after_seq).await,
            Act::UndoNotOptOut { contact } => self.doubt_again(contact.0).await,
            Act::WrongNumber { .. }
            | Act::TakeBack { .. }
            | Act::Pause { .. }
            | Act::Resume { .. }
            | Act::Admit { .. }
            | Act::ShowOut { .. }
            | Act::DecideHeld { .. }
            | Act::Snooze { .. }
            | Act::Language { .. }
            | Act::UndoOptOut { .. }
            | Act::UndoWrongNumber { .. }
            | Act::Ask { .. }
            | Act::Announce { .. }
            | Act::AnswerAsked { .. } => Err(refusal(Code::Forbidden, "a Spoke server cannot do this")),
        };
        let done = match (done, act.contact()) {
            // The server says of hardly anything why it fails; by reading it is seen when the contact is somebody else's now.
            (Err(CallError::Strange(why)), Some(contact)) => match self.now_is(contact.0).await {
                Err(error @ CallError::Refused(_)) if !error.is_transient() => Err(error),
                _ => Err(CallError::Strange(why)),
            },
            (done, _) => done,
        };
        match done {
            Ok(()) => Ok(Verdict { id: id.0, outcome: Outcome::Accepted { seq: 0, at: self.clock.now() } }),
            Err(CallError::Refused(problem)) if !problem.code.is_transient() => {
                Ok(Verdict { id: id.0, outcome: Outcome::Refused { problem: *problem } })
            }
            Err(error) => Err(error),
        }
    }

    /// A call that may be made again. The field of its answer, which is not null.
    pub(super) async fn surely(&self, document: &Document, variables: Value, field: &str) -> Call<Value> {
        let mut wait = self.pace.doubt;
        let mut tries = 1;
        loop {
            let error = match self.wire.ask(document, variables.clone()).await {
                Ok(reply) if !reply.field(field).is_null() => return Ok(reply.field(field).clone()),
                Ok(reply) => self.refused(&reply.said()).await,
                Err(error @ (CallError::Refused(_) | CallError::NotReached(_))) => return Err(error),
                Err(error) => error,
            };
            if !error.is_transient() || is_signed_out(&error) || tries >= TRIES {
                return Err(error);
            }
            tracing::debug!(%error, "once more");
            tries += 1;
            self.clock.sleep(wait).await;
            wait *= 2;
        }
    }

    /// The contact as it is now, with its assignment.
    pub(super) async fn now_is(&self, contact: i64) -> Call<(Contact, i64)> {
        let assignment = self.where_is(contact).await?;
        let found = self.detail(assignment, contact).await?;
        let found = found.ok_or_else(|| refusal(Code::LeaseLost, "the contact is with somebody else now"))?;
        Ok((found, assignment))
    }

    async fn opt_out(&self, (id, memo): (ActId, &dyn Memo), contact: i64, notice: bool) -> Call<()> {
        let (now, assignment) = self.to_opt_out(contact).await?;
        let mut noticed = self.known.is_half_way(id);
        if let Some(now) = &now {
            if now.opt_out.is_some() {
                self.known.set_half_way(id, false);
                return Ok(());
            }
            if notice && !noticed {
                let campaign = self.assignment_of(assignment).await?;
                noticed = self.give_notice((id, memo), now, &campaign).await?;
                self.known.set_half_way(id, noticed);
            }
        }
        let number = now.as_ref().map_or(NO_CELL, cell);
        let opt_out = json!({ "assignmentId": assignment.to_string(), "cell": number });
        let variables = json!({ "optOut": opt_out, "contact": contact.to_string(), "silent": !noticed });
        self.surely(&documents::OPT_OUT, variables, "createOptOut").await?;
        self.known.set_half_way(id, false);
        if notice && !noticed {
            tracing::warn!(contact, "an opt-out took force without its notice");
            self.known.is_unnoticed(contact);
        }
        Ok(())
    }

    /// Who is to be opted out, and where they are. A server that is busy says no more than one that cannot read them, so it is asked again,
    /// that the notice is not lost by a bad moment; who cannot be read then is opted out all the same, without a word: it takes ids alone.
    async fn to_opt_out(&self, contact: i64) -> Call<(Option<Contact>, i64)> {
        let tries = if self.known.has_failed(contact) { 1 } else { TRIES };
        let mut wait = self.pace.doubt;
        for tried in 1..=tries {
            match self.now_is(contact).await {
                Ok((now, assignment)) => return Ok((Some(now), assignment)),
                Err(CallError::Strange(why)) => tracing::debug!(why, "who is to be opted out could not be read"),
                Err(error) => return Err(error),
            }
            if tried < tries {
                self.clock.sleep(wait).await;
                wait *= 2;
            }
        }
        Ok((None, self.where_is(contact).await?))
    }

    /// Sends the one notice, unless it stands there. True when it was sent. That it is about to be handed over is kept in the journal: an
    /// earlier run may have handed it to a server that has not stored it yet, and it must not go out a second time.
    async fn give_notice(
        &self,
        (id, memo): (ActId, &dyn Memo),
        contact: &Contact,
        assignment: &Assignment,
    ) -> Call<bool> {
        let usual = views::campaign(assignment, 0).def.opt_out_notice.into_values().next().unwrap_or_default();
        let organization = assignment.campaign.organization.id.map(|id| id.0.to_string());
        let variables = json!({ "organization": organization, "zip": contact.zip, "otherwise": usual });
        // The words may differ by state; without an answer they are the organization's.
        let words = self.surely(&documents::NOTICE, variables, "getOptOutMessage").await;
        let words = match words {
            Ok(Value::String(words)) if !words.trim().is_empty() => plain(&words),
            Err(error) if is_signed_out(&error) => return Err(error),
            _ => usual,
        };
        let given = |contact: &Contact| {
            let last = contact.messages.iter().rfind(|message| !message.is_from_contact);
            last.is_some_and(|last| same_text(&last.text, &words))
        };
        if given(contact) {
            return Ok(true);
        }
        // A journal that cannot be read or written keeps the notice back, and never the opt-out.
        let untold = memo.read().await.is_ok_and(|kept| kept != Some(json!(HANDED_OVER)));
        if !untold || !self.notice_is_due(id, contact, assignment).await || !self.known.first_notice(id) {
            return Ok(false);
        }
        if let Err(error) = memo.write(json!(HANDED_OVER)).await {
            tracing::warn!(%error, "the notice of an opt-out is not sent");
            self.known.no_notice(id);
            return Ok(false);
        }
        match self.hand_over(assignment.id.0, contact.id.0, &words, None).await {
            Ok(Some(_)) => Ok(true),
            // Refused or in doubt: it is not sent a second time, and the opt-out takes force now.
            Ok(None) => Ok(false),
            Err(error @ CallError::NotReached(_)) => {
                self.known.no_notice(id);
                if let Err(error) = memo.write(Value::Null).await {
                    tracing::warn!(%error, "that the notice of an opt-out did not go is not in the journal");
                }
                Err(error)
            }
            Err(error) => {
                tracing::warn!(%error, "whether the notice of an opt-out was sent is in doubt");
                self.clock.sleep(self.pace.doubt).await;
                let now = self.detail(assignment.id.0, contact.id.0).await?;
                Ok(now.as_ref().is_some_and(given))
            }
        }
    }

    /// The notice has no press of its own: it goes with the press that opted out, or not at all. Later, and at an hour at which nobody is
    /// texted there, the opt-out takes force without it.
    async fn notice_is_due(&self, id: ActId, contact: &Contact, assignment: &Assignment) -> bool {
        let now = self.clock.now();
        let theirs = contact.messages.iter().rev().filter(|message| message.is_from_contact);
        let asked = asked_at(theirs.filter_map(|message| Some((message.text.as_str(), message.created_at?))));
        let fresh = pressed_at(id).is_some_and(|pressed| now.duration_since(pressed) < NOTICE_AGE);
        let offset = contact.location.as_ref().and_then(|location| location.timezone);
        let zones = hours::zones_of(offset, &assignment.campaign, &self.settings().await);
        let verdict = hours::of_campaign(&assignment.campaign).verdict(MessageKind::Reply, now, &zones);
        fresh && notice_stays(asked.map(|asked| now.duration_since(asked)), Some(&verdict)).is_none()
    }

    /// The whole set of answers goes each time: the server forgets what is not in it. Its errors in keeping them are not told, so
    /// what it kept is read.
    async fn answer(&self, contact: i64, question: &str, value: Option<&str>) -> Call<()> {
        let (now, assignment) = self.now_is(contact).await?;
        let questions = script::questions(&self.assignment_of(assignment).await?.campaign);
        let former = answers_of(&now);
        let mut wanted = former.clone();
        if former.get(question).map(String::as_str) != value {
            // What hung on the former answer holds no more.
            wanted.retain(|step, _| !script::below(&questions, question).contains(step));
        }
        match value {
            Some(value) => wanted.insert(question.to_owned(), value.to_owned()),
            None => wanted.remove(question),
        };
        let gone: Vec<&String> = former.keys().filter(|step| !wanted.contains_key(*step)).collect();
        for _ in 0..TRIES {
            if !wanted.is_empty() {
                let id = contact.to_string();
                let one = |(step, value): (&String, &String)| json!({ "campaignContactId": id, "interactionStepId": step, "value": value });
                let set: Vec<Value> = wanted.iter().map(one).collect();
                let variables = json!({ "answers": set, "contact": id });
                self.surely(&documents::ANSWERS, variables, "updateQuestionResponses").await?;
            }
            if !gone.is_empty() {
                let variables = json!({ "steps": gone, "contact": contact.to_string() });
                self.surely(&documents::CLEAR, variables, "deleteQuestionResponses").await?;
            }
            let kept = self.detail(assignment, contact).await?;
            let kept = kept.ok_or_else(|| refusal(Code::LeaseLost, "the contact is with somebody else now"))?;
            if answers_of(&kept) == wanted {
                return Ok(());
            }
            self.clock.sleep(self.pace.doubt).await;
        }
        Err(CallError::Strange("the server does not keep the answer".into()))
    }

    async fn tag(&self, contact: i64, tag: &str, on: bool) -> Call<()> {
        let assignment = self.where_is(contact).await?;
        let id = |assignment: &Assignment| {
            // By the name as it was shown.
            let tags = &assignment.campaign.organization.tags;
            tags.iter().find(|known| safe_line(&known.name) == tag).map(|known| known.id.0.to_string())
        };
        let id = match id(&*self.assignment_of(assignment).await?) {
            Some(id) => id,
            // It may be new.
            None => id(&*self.read_assignment(assignment).await?)
                .ok_or_else(|| refusal(Code::Invalid, "the organization has no such tag any more"))?,
        };
        let tag = if on { json!({ "id": id }) } else { json!({ "id": id, "value": views::RESOLVED }) };
        let variables = json!({ "tags": [tag], "contact": contact.to_string() });
        self.surely(&documents::TAGS, variables, "updateContactTags").await?;
        Ok(())
    }

    async fn note(&self, contact: i64, text: &str) -> Call<()> {
        let fields = json!({ "notes": plain(text) }).to_string();
        let variables = json!({ "fields": fields, "contact": contact.to_string() });
        self.surely(&documents::FIELDS, variables, "updateContactCustomFields").await?;
        Ok(())
    }

    pub(super) async fn set_status(&self, contact: i64, status: &str) -> Call<()> {
        let variables = json!({ "status": status, "contact": contact.to_string() });
        self.surely(&documents::STATUS, variables, "editCampaignContactMessageStatus").await?;
        Ok(())
    }

    /// Back to where it stood: the server keeps no former status, the conversation shows it.
    async fn reopen(&self, contact: i64) -> Call<()> {
        let (now, _) = self.now_is(contact).await?;
        if views::status(&now.message_status) != Status::Closed {
            return Ok(());
        }
        let wrote = now.messages.iter().any(|message| message.is_from_contact);
        let status = match now.messages.last() {
            None => "needsMessage",
            Some(last) if last.is_from_contact => "needsResponse",
            Some(_) if wrote => "convo",
            Some(_) => "messaged",
        };
        self.set_status(contact, status).await
    }

    async fn release(&self, assignment: i64, unsent: bool, conversations: bool) -> Call<()> {
        if !unsent {
            return Err(refusal(Code::Invalid, "Spoke gives conversations back only together with what is unsent"));
        }
        let variables = json!({ "assignment": assignment.to_string(), "conversations": conversations });
        let reply = self.wire.ask(&documents::RELEASE, variables).await?;
        if reply.field("releaseContacts").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        Ok(())
    }
}

/// When an act was pressed: its id was minted then.
fn pressed_at(id: ActId) -> Option<Timestamp> {
    let (seconds, nanos) = id.0.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
}

fn answers_of(contact: &Contact) -> BTreeMap<String, String> {
    let answers = contact.question_response_values.iter();
    answers.map(|answer| (answer.interaction_step_id.0.to_string(), answer.value.clone())).collect()
}

/// The server takes the number from its own list and ignores this one, but a number has to stand there; its cache tells none.
fn cell(contact: &Contact) -> &str {
    if contact.cell.is_empty() { NO_CELL } else { &contact.cell }
}

fn is_signed_out(error: &CallError) -> bool {
    matches!(error, CallError::Refused(problem) if problem.code == Code::Unauthorized)
}

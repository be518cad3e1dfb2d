//! One text, once, over a server that takes each as often as it comes.
//!
//! The outbox has one text of a contact on its way at a time, and has written down that its outcome is unknown before this is called.
//! Here: look at the contact, send, and on any doubt look again, after at least the time of a request. What a look shows decides:
//!
//! | after an answer that says no | after no answer (time-out, cut, 5xx, damaged) |
//! |---|---|
//! | the text is there: sent | the text is there: sent |
//! | opted out, moved away, others were first, closed hours: refused, with that reason | opted out, others were first: refused |
//! | a reply that is not there: refused without a reason | unknown |
//! | a first text, the contact still as before, or skipped meanwhile: unknown | unknown |
//!
//! The server shows no message of a contact that it counts as not texted, and it crashes between the message and the count: so a first
//! text that cannot be seen may have been sent all the same. Unknown is told to the texter and never sent again by itself.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::{Contact, Message};
use super::documents;
use super::plain::{plain, same_text};
use super::{SpokeServer, doubt, hours, views};
use crate::api::message::{Outcome, SendRequest, Verdict};
use crate::api::problem::{Code, Problem};
use crate::client::{Call, CallError, Memo};
use crate::domain::conversation::Status;
use crate::domain::hours::{HoursVerdict, is_too_late};
use crate::domain::ids::{CampaignId, ContactId, MessageId};
use crate::domain::message::MessageKind;

/// What the server said, if it said anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// It answered: not done.
    No,
    /// It did not answer, or not so that it could be understood.
    Nothing,
}

impl SpokeServer {
    pub(super) async fn send_once(&self, id: MessageId, request: &SendRequest, memo: &dyn Memo) -> Call<Verdict> {
        let text = plain(&request.body);
        // The zone of some contacts and the greatest length stand on its page alone: without it nothing is sent.
        let settings = self.sure_settings().await.map_err(nothing_sent)?;
        if text.encode_utf16().count() > settings.max_length {
            let detail = format!("the server takes {} characters at most", settings.max_length);
            return Ok(refused(id, Problem::new(Code::Invalid, detail)));
        }
        let (assignment, contact) = (request.campaign.0, request.contact.0);
        // Nothing was sent yet, whatever comes of this look.
        let before = self.detail(assignment, contact).await.map_err(nothing_sent)?;
        if let Some(problem) = objection(before.as_ref(), request, self.me.0, self.judged(contact).as_deref()) {
            if problem.code == Code::LeaseLost {
                // It seldom goes alone: the next ones are not to be pressed in vain.
                self.known.stir();
            }
            return Ok(refused(id, problem));
        }
        // The server looks at the end of the day alone; and what was confirmed in an earlier run was not held against the hours by anybody.
        if let Some(contact) = &before
            && let Some(problem) = self.not_now(request, contact).await.map_err(nothing_sent)?
        {
            return Ok(refused(id, problem));
        }
        let there: BTreeSet<String> =
            before.iter().flat_map(|contact| &contact.messages).map(|message| message.id.clone()).collect();
        if request.kind != MessageKind::Initial {
            // One with the same words may stand there: after a restart it must not be taken for this one.
            memo.write(json!(there.len())).await?;
        }
        let said = match self.hand_over(assignment, contact, &text, canned_of(request)).await {
            Ok(Some(messages)) => return Ok(self.taken(id, request, &text, &messages)),
            Ok(None) => Said::No,
            Err(error @ CallError::NotReached(_)) => return Err(error),
            // Refused before anything was done with it.
            Err(error @ CallError::Refused(_)) => return Err(error),
            Err(error @ (CallError::NoAnswer(_) | CallError::Strange(_))) => {
                tracing::warn!(%error, %id, "whether a text was sent is in doubt");
                Said::Nothing
            }
        };
        self.find_out(id, request, &text, &there, said).await
    }

    /// Hands a text over. The conversation as it is then; none when the server said no.
    pub(super) async fn hand_over(
        &self,
        assignment: i64,
        contact: i64,
        text: &str,
        canned: Option<&str>,
    ) -> Call<Option<Vec<Message>>> {
        let message = json!({ "text": text, "assignmentId": assignment.to_string(), "userId": self.me.0.to_string() });
        let variables = json!({ "message": message, "contact": contact.to_string(), "canned": canned });
        let reply = self.wire.ask(&documents::SEND, variables).await?;
        let sent = reply.field("sendMessage");
        if sent.is_null() {
            tracing::info!(codes = reply.codes(), "a text was refused");
            return Ok(None);
        }
        let messages = sent.get("messages").cloned().unwrap_or(Value::Null);
        // It was taken, however its list of messages may look.
        let messages: Vec<Option<Message>> = serde_json::from_value(messages).unwrap_or_default();
        Ok(Some(messages.into_iter().flatten().collect()))
    }

    fn taken(&self, id: MessageId, request: &SendRequest, text: &str, messages: &[Message]) -> Verdict {
        let at = messages.iter().rposition(|message| !message.is_from_contact && same_text(&message.text, text));
        match at.map(|at| (at, &messages[at])) {
            Some((at, message)) if request.kind != MessageKind::Initial => {
                self.known.is_mine(&message.id, id);
                accepted(id, at, message.created_at.unwrap_or_else(|| self.clock.now()))
            }
            found => {
                // A first text is answered by a message without a number.
                self.known.first_was(request.contact.0, id, text);
                let at = found.and_then(|(_, message)| message.created_at);
                accepted(id, 0, at.unwrap_or_else(|| self.clock.now()))
            }
        }
    }

    /// Looks at the contact until it is clear what became of the text, or as often as is sensible.
    async fn find_out(
        &self,
        id: MessageId,
        request: &SendRequest,
        text: &str,
        there: &BTreeSet<String>,
        said: Said,
    ) -> Call<Verdict> {
        let mut wait = self.pace.doubt;
        for look in 0..self.pace.looks.max(1) {
            // Who was answered need not wait for the request to arrive.
            if said == Said::Nothing || look > 0 {
                self.clock.sleep(wait).await;
                wait *= 2;
            }
            let contact = match self.detail(request.campaign.0, request.contact.0).await {
                Ok(contact) => contact,
                // A sign-in that is lost by now does not say why the text was refused: it may have been stored all the same.
                Err(error) => {
                    tracing::debug!(%error, %id, "what became of a text could not be looked up");
                    continue;
                }
            };
            if let Some(verdict) = self.decide(id, request, text, there, (contact.as_ref(), said)).await {
                return Ok(verdict);
            }
            if said == Said::No {
                // It was answered: looking again shows nothing else.
                break;
            }
        }
        Err(CallError::NoAnswer("whether this text was sent cannot be found out by reading".into()))
    }

    /// What a look at the contact says of the text; none while it says nothing.
    async fn decide(
        &self,
        id: MessageId,
        request: &SendRequest,
        text: &str,
        there: &BTreeSet<String>,
        (contact, said): (Option<&Contact>, Said),
    ) -> Option<Verdict> {
        let Some(contact) = contact else {
            // It may have been sent before the contact was moved.
            return (said == Said::No).then(|| refused(id, lost()));
        };
        let mine = |message: &Message| {
            let new = !there.contains(&message.id) && !self.known.is_others(&message.id, id);
            new && !views::is_foreign(message, self.me.0) && same_text(&message.text, text)
        };
        if let Some(at) = contact.messages.iter().position(mine) {
            let message = &contact.messages[at];
            self.known.is_mine(&message.id, id);
            return Some(accepted(id, at, message.created_at.unwrap_or_else(|| self.clock.now())));
        }
        let initial = request.kind == MessageKind::Initial;
        let untouched = views::status(&contact.message_status) == Status::NeedsMessage;
        // Who was skipped meanwhile is closed as well, and was never texted: with no text there it says nothing.
        let skipped = contact.message_status == "closed" && contact.messages.is_empty();
        if initial && !untouched && !skipped {
            if contact.messages.is_empty() {
                // It left the state of not being texted, and nobody else's text is there.
                self.known.first_was(request.contact.0, id, text);
                return Some(accepted(id, 0, self.clock.now()));
            }
            return Some(refused(id, Problem::new(Code::AlreadySent, "somebody else has texted this person first")));
        }
        if contact.opt_out.is_some() {
            return Some(refused(id, Problem::new(Code::Suppressed, "this person has opted out")));
        }
        if said == Said::Nothing {
            return None;
        }
        if let Some(problem) = self.outside_hours(request, contact).await {
            return Some(refused(id, problem));
        }
        // A reply that was stored would be seen; a first text might be hidden.
        (!initial).then(|| refused(id, Problem::new(Code::Forbidden, "the server refused it and gives no reason")))
    }

    async fn outside_hours(&self, request: &SendRequest, contact: &Contact) -> Option<Problem> {
        let problem = self.not_now(request, contact).await.ok()?;
        problem.filter(|problem| problem.code == Code::OutsideHours)
    }

    /// Why a text may not go out at this hour: it is closed there, or it was pressed in hours that are past.
    async fn not_now(&self, request: &SendRequest, contact: &Contact) -> Call<Option<Problem>> {
        let assignment = self.assignment_of(request.campaign.0).await?;
        let offset = contact.location.as_ref().and_then(|location| location.timezone);
        let zones = hours::zones_of(offset, &assignment.campaign, &self.settings().await);
        let (hours, now) = (hours::of_campaign(&assignment.campaign), self.clock.now());
        if let HoursVerdict::Closed { opens_at } = hours.verdict(request.kind, now, &zones) {
            let mut problem = Problem::new(Code::OutsideHours, "it is outside texting hours where they are");
            problem.at = Some(opens_at);
            return Ok(Some(problem));
        }
        let late = is_too_late(request.shown.pressed_at, hours.opened_at(request.kind, now, &zones), now);
        Ok(late.then(|| {
            Problem::new(Code::TooLate, "it was confirmed before the present texting hours began, or too long ago")
        }))
    }

    /// Somebody has seen that a first text of unknown outcome did go out: its contact counts as texted from now on. Without this the server
    /// would give them out for a first text again, as one that it stored and did not count is hidden from everybody.
    ///
    /// # Errors
    /// [`CallError`]: it is not sure that the contact counts as texted.
    pub async fn count_as_texted(&self, campaign: CampaignId, contact: ContactId) -> Call<()> {
        match self.detail(campaign.0, contact.0).await? {
            Some(now) if views::status(&now.message_status) == Status::NeedsMessage => {
                self.set_status(contact.0, "messaged").await
            }
            // It counts as texted, or is in somebody else's hands, where it cannot be changed from here.
            _ => Ok(()),
        }
    }

    /// Looks for a text of which an earlier run did not learn what became. None: it cannot be told.
    pub(super) async fn look_for_text(
        &self,
        id: MessageId,
        request: &SendRequest,
        memo: &dyn Memo,
    ) -> Call<Option<Verdict>> {
        let Some(contact) = self.detail(request.campaign.0, request.contact.0).await? else { return Ok(None) };
        let text = plain(&request.body);
        // What stood there when the text was written is known by its number: only what came behind it can be this text.
        let written = usize::try_from(request.after_seq).unwrap_or(usize::MAX);
        let seen = memo.read().await?.and_then(|seen| seen.as_u64()).and_then(|seen| usize::try_from(seen).ok());
        let seen = seen.map_or(written, |seen| seen.max(written));
        let there = contact.messages.iter().take(seen).map(|message| message.id.clone()).collect();
        Ok(self.decide(id, request, &text, &there, (Some(&contact), Said::Nothing)).await)
    }
}

/// Why a text may not be sent, as the contact stands now.
fn objection(contact: Option<&Contact>, request: &SendRequest, me: i64, judged: Option<&str>) -> Option<Problem> {
    let Some(contact) = contact else { return Some(lost()) };
    if contact.opt_out.is_some() {
        return Some(Problem::new(Code::Suppressed, "this person has opted out"));
    }
    if doubt::undecided(&contact.messages, judged).is_some() {
        return Some(Problem::new(Code::Frozen, "something they wrote may be an opt-out"));
    }
    let status = views::status(&contact.message_status);
    match request.kind {
        // Somebody may have put a contact back among those to be texted; whoever got a text of ours gets no first one.
        MessageKind::Initial
            if status != Status::NeedsMessage || contact.messages.iter().any(|message| !message.is_from_contact) =>
        {
            Some(Problem::new(Code::AlreadySent, "somebody has texted this person already, or skipped them"))
        }
        MessageKind::Initial => None,
        _ => {
            let foreign = contact.messages.iter().rposition(|message| views::is_foreign(message, me));
            let latest = foreign.map_or(0, |at| u64::try_from(at + 1).unwrap_or(u64::MAX));
            (latest > request.after_seq)
                .then(|| Problem::new(Code::StaleReply, "there is a newer message in this conversation"))
        }
    }
}

fn lost() -> Problem {
    Problem::new(Code::LeaseLost, "the contact is with somebody else now")
}

/// The canned reply that a text came from, by its number.
fn canned_of(request: &SendRequest) -> Option<&str> {
    request.source.as_deref().and_then(|source| source.strip_prefix("canned:"))
}

/// A failure before the text was handed over.
fn nothing_sent(error: CallError) -> CallError {
    match error {
        CallError::NoAnswer(why) | CallError::Strange(why) => CallError::NotReached(why),
        CallError::Refused(problem) if problem.code == Code::Forbidden => CallError::Refused(Box::new(lost())),
        other => other,
    }
}

/// `at` counts from 0.
fn accepted(id: MessageId, at: usize, when: Timestamp) -> Verdict {
    let seq = u64::try_from(at + 1).unwrap_or(u64::MAX);
    Verdict { id: id.0, outcome: Outcome::Accepted { seq, at: when } }
}

fn refused(id: MessageId, problem: Problem) -> Verdict {
    Verdict { id: id.0, outcome: Outcome::Refused { problem } }
}

//! A scripted texter who knows what each persona expects, and works a whole shift without a screen.
//!
//! It proves the path end to end over loopback HTTP, and with the same seed it tells the same story.

use std::sync::Arc;
use std::time::Duration;

use super::clock::add;
use super::expect::in_script;
use super::persona::says_phrase;
use super::record::Said;
use super::stage::{Stage, StageError, Steps};
use super::start::Rehearsal;
use crate::api::act::Act;
use crate::api::assignment::ContactView;
use crate::api::message::Thread;
use crate::api::problem::Code;
use crate::client::{CallError, CampaignServer};
use crate::domain::campaign::{CampaignDef, fill_text, in_language};
use crate::domain::conversation::OptOut;
use crate::env::{Clock, SharedIds};
use crate::sim::history::{Fact, History};
use crate::sim::texter::{Deed, Mind, Place, Robot, Step, canned};

/// Campaign seconds that a press takes.
const PRESS: Duration = Duration::from_secs(4);
/// The farthest jump of campaign time at once: leases must be renewed on the way.
const STRIDE: Duration = Duration::from_secs(300);

/// A texter who knows what each persona expects.
#[derive(Debug)]
pub struct Scripted {
    stage: Arc<Stage>,
}

impl Scripted {
    /// On this stage.
    #[must_use]
    pub fn on(stage: Arc<Stage>) -> Self {
        Self { stage }
    }

    /// The first of the script's lines for this moment that has no word this voter should not hear.
    fn line(&self, contact: &ContactView, def: &CampaignDef, texter: &str, said: &Said, first: Option<Deed>) -> Deed {
        let fits = |deed: &Deed| match deed {
            Deed::Reply { body, .. } => !said.avoid.iter().any(|word| says_phrase(body, word)),
            Deed::Act(_) => true,
        };
        first
            .into_iter()
            .chain((0..def.canned.len()).filter_map(|at| canned(contact, def, texter, at)))
            .find(fits)
            .unwrap_or_else(|| Deed::Reply {
                body: "Thanks for writing back! I'm a volunteer with the campaign.".into(),
                source: None,
                off_script: true,
            })
    }
}

impl Mind for Scripted {
    fn decide(&mut self, contact: &ContactView, _: &Thread, def: &CampaignDef, texter: &str) -> Vec<Deed> {
        let id = contact.summary.id;
        let Some(said) = self.stage.last_said(id) else { return Vec::new() };
        let expect = &said.expect;
        if expect.opt_out.is_some() {
            return vec![Deed::Act(Act::OptOut { contact: id, notice: true, grace: false })];
        }
        let mut deeds = Vec::new();
        if matches!(contact.summary.opt_out, OptOut::Possible { .. }) {
            deeds.push(Deed::Act(Act::NotOptOut { contact: id, after_seq: contact.summary.foreign_seq }));
        }
        if expect.wrong_number {
            deeds.push(Deed::Act(Act::WrongNumber { contact: id }));
            return deeds;
        }
        let mut scripted = None;
        if let Some((kind, meaning)) = &expect.answer
            && let Some((question, value)) = in_script(def, self.stage.personas(), kind, meaning)
        {
            deeds.push(Deed::Act(Act::Answer {
                contact: id,
                question: question.to_owned(),
                value: Some(value.to_owned()),
            }));
            scripted = answer_line(contact, def, texter, question, value);
        }
        if expect.close {
            deeds.push(Deed::Act(Act::Close { contact: id }));
        } else {
            deeds.push(self.line(contact, def, texter, &said, scripted));
        }
        deeds
    }
}

/// The next line of the script after an answer.
fn answer_line(contact: &ContactView, def: &CampaignDef, texter: &str, question: &str, value: &str) -> Option<Deed> {
    let answer = def.questions.iter().find(|q| q.id == question)?.answers.iter().find(|a| a.value == value)?;
    let language = contact.language.as_deref().unwrap_or(&def.language);
    let body = fill_text(def, in_language(&answer.reply, language, &def.language)?, &contact.fields, texter).ok()?;
    Some(Deed::Reply { body, source: Some(format!("answer:{question}")), off_script: false })
}

/// Why a shift ended badly.
#[derive(Debug, thiserror::Error)]
pub enum ShiftError {
    /// A call over loopback failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The stage came to a halt.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// A client could not be made.
    #[error(transparent)]
    Client(#[from] crate::client::native::SetupError),
    /// No contacts although the campaign runs.
    #[error("no contacts to be had: {}", .0.as_str())]
    NoContacts(Code),
}

/// Works the whole list: texts everybody, answers everybody, until nothing more will happen. Gives what it did.
///
/// # Errors
/// [`ShiftError`]
pub async fn shift(
    rehearsal: &Rehearsal,
    steps: &mut Steps,
    mind: Box<dyn Mind>,
    ids: SharedIds,
) -> Result<Vec<Fact>, ShiftError> {
    let server = Arc::new(rehearsal.client(&rehearsal.token)?);
    let history = Arc::new(History::default());
    let place = Place {
        server: server.clone(),
        campaign: rehearsal.campaign,
        clock: rehearsal.clock.clone(),
        ids,
        history: history.clone(),
    };
    let mut robot = Robot::start(place, mind).await?;
    loop {
        let to = match robot.step().await? {
            Step::Texted(_) | Step::Answered | Step::Claimed(_) => {
                steps.settle().await?;
                add(rehearsal.clock.now(), PRESS)
            }
            Step::Nothing(Code::NoneLeft | Code::HeldByOthers | Code::QuotaReached) => match steps.stage().next_due() {
                Some(due) => due.min(add(rehearsal.clock.now(), STRIDE)),
                None => break,
            },
            Step::Nothing(code) => return Err(ShiftError::NoContacts(code)),
        };
        server.presence().await?;
        if steps.skip_to(to).await? {
            robot.refresh().await?;
        }
    }
    Ok(history.facts())
}

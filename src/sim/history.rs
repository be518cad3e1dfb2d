//! What happened, on every side: key presses, journals, the line, the server's decisions and rows, the carrier, voters' phones.
//!
//! A history is a list of facts, fit to be written as JSON lines. Facts of one side stand in the order of that side; sides that
//! were logged by separate processes may stand one after the other. What the checker needs of the server's own order it takes
//! from the rows of the audit table, which are numbered in the order of commits.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::api::act::{Act, HeldDecision};
use crate::api::message::{SendRequest, Verdict};
use crate::api::problem::Code;
use crate::domain::hours::TextingHours;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use crate::domain::ledger::{Link, Pressed};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::recall::Recall;
use crate::domain::zone::Zones;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A key was pressed on a card: a text. Confirmed only when [`Fact::Journaled`] follows.
    Pressed(Press),
    /// A key was pressed for an act other than a text.
    Acted(Deed),
    /// The journal said "on disk": from here on it must not be lost.
    Journaled {
        /// Whose journal.
        device: DeviceId,
        /// Text or act.
        id: Uuid,
    },
    /// The journal could not take it, and the person was told so: nothing was confirmed.
    NotJournaled {
        /// Whose journal.
        device: DeviceId,
        /// Text or act.
        id: Uuid,
        /// The disk's reason.
        why: String,
    },
    /// A try to hand something in; each try is a fact.
    HandedIn {
        /// From which laptop.
        device: DeviceId,
        /// The id as it went over the line.
        id: Uuid,
        /// The text's place in the ledger, when it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<Link>,
    },
    /// A try came to no answer.
    NoAnswer {
        /// From which laptop.
        device: DeviceId,
        /// Of which try.
        id: Uuid,
        /// What the laptop saw.
        why: String,
    },
    /// A verdict reached the laptop. The same one may come often.
    Answered {
        /// Which laptop.
        device: DeviceId,
        /// Id and outcome.
        verdict: Verdict,
    },
    /// The feed echoed a verdict.
    Echoed {
        /// To which laptop.
        device: DeviceId,
        /// About what.
        id: Uuid,
    },
    /// A row is not in its journal any more.
    Freed {
        /// Whose journal.
        device: DeviceId,
        /// Text or act.
        id: Uuid,
    },
    /// A row is still in its journal now that everything has come to rest.
    Kept {
        /// Whose journal.
        device: DeviceId,
        /// Text or act.
        id: Uuid,
    },
    /// What a person was shown of a text or an act of theirs.
    Shown {
        /// On which laptop.
        device: DeviceId,
        /// Text or act.
        id: Uuid,
        /// Where it stands, as they see it.
        state: Seen,
        /// The reason they read, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<Code>,
    },
    /// A slice gave somebody a contact. In the server's order.
    Granted {
        /// To whom.
        texter: PersonId,
        /// Which.
        contact: ContactId,
        /// Under which lease.
        epoch: u32,
    },
    /// A contact left somebody's hands. In the server's order.
    Left {
        /// Whose.
        texter: PersonId,
        /// Which.
        contact: ContactId,
        /// `released`, `reclaimed`, `lease_expired`; empty when it is not known.
        #[serde(default)]
        why: String,
    },
    /// The server accepted a text, for the first time. In its order, among [`Fact::Granted`] and [`Fact::Left`].
    Taken {
        /// Whose.
        texter: PersonId,
        /// Which text.
        id: Uuid,
        /// To whom.
        contact: ContactId,
        /// The lease it was confirmed under.
        epoch: u32,
        /// The contact is in their hands now. It is not when their sign-in was ended before the text was handed in.
        #[serde(default = "yes")]
        held: bool,
    },
    /// A captain decided on a held text.
    Decided {
        /// By whom.
        captain: PersonId,
        /// Which text.
        message: Uuid,
        /// How.
        decision: HeldDecision,
    },
    /// A campaign was made of those who got what was recalled, or was found to be made.
    Corrected {
        /// Of which campaign.
        of: CampaignId,
        /// Of which recall.
        recall: i64,
        /// The new one.
        campaign: CampaignId,
    },
    /// The carrier was called.
    Called(Call),
    /// A voter wrote, and the carrier brought it to the server.
    Wrote {
        /// From which number.
        from: String,
        /// What.
        body: String,
        /// By the server's clock.
        at: Timestamp,
    },
    /// A process died: nothing that was not on its disk is left.
    Crashed {
        /// `server`, or the texter's name.
        whom: String,
    },
    /// It runs again.
    Reopened {
        /// `server`, or the texter's name.
        whom: String,
    },
    /// What was on one laptop's disk is on another one's as well, and both go on.
    Copied {
        /// From which.
        from: DeviceId,
        /// To which.
        to: DeviceId,
        /// Texts and acts that both journals hold now.
        ids: Vec<Uuid>,
    },
    /// The organization's ledger was exported, and its file was checked as an auditor does, without the server.
    Audited {
        /// What does not hold, and the text that it stands at where it stands at one.
        problems: Vec<(String, Option<Uuid>)>,
        /// Texts that it names because their place in their chain was taken, or they hung on another text.
        beside: Vec<Uuid>,
    },
    /// A wall clock jumped.
    Jumped {
        /// `server`, or the texter's name.
        whom: String,
        /// By so much, in seconds.
        seconds: i64,
    },
    /// A row of the server's database, read after the run.
    Row(Row),
}

/// As histories of before have it.
fn yes() -> bool {
    true
}

/// A text's press.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    /// By whom.
    pub texter: PersonId,
    /// On which laptop.
    pub device: DeviceId,
    /// Minted at the press.
    pub id: Uuid,
    /// In which campaign.
    pub campaign: CampaignId,
    /// To whom.
    pub contact: ContactId,
    /// Initial or reply.
    pub kind: MessageKind,
    /// The words on the screen.
    pub body: String,
    /// The lease that the laptop knew.
    pub epoch: u32,
    /// For replies: the latest message of others that was on the screen.
    pub after_seq: u64,
    /// When, by the clock of whoever keeps this history (not the laptop's, which may be wrong).
    pub at: Timestamp,
}

impl Press {
    /// The press that made this request.
    #[must_use]
    pub fn of(request: &SendRequest, texter: PersonId, device: DeviceId, id: Uuid, at: Timestamp) -> Self {
        Self {
            texter,
            device,
            id,
            campaign: request.campaign,
            contact: request.contact,
            kind: request.kind,
            body: request.body.clone(),
            epoch: request.epoch,
            after_seq: request.after_seq,
            at,
        }
    }
}

/// An act's press.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// By whom.
    pub texter: PersonId,
    /// On which laptop.
    pub device: DeviceId,
    /// Minted at the press.
    pub id: Uuid,
    /// What.
    pub act: Act,
    /// As [`Press::at`].
    pub at: Timestamp,
}

/// Where something stands, as its author sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The server has it.
    Accepted,
    /// It will not go out.
    Refused,
    /// Not now: it comes back as a card or a draft.
    Parked,
    /// What became of it is not known; a person decides.
    Unknown,
    /// It is in the journal and waits, and the screen says why.
    Waiting,
}

/// One call to the carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Under which attempt.
    pub attempt: Uuid,
    /// To which number.
    pub to: String,
    /// The words.
    pub body: String,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What the caller was told.
    pub told: Told,
    /// True when the carrier has it in truth, whatever it said: the voter's phone gets it.
    pub took: bool,
}

/// What a caller was told by the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It has it.
    Yes,
    /// It never will.
    No,
    /// Not now; later may help.
    Later,
    /// Nothing, or nothing that decides.
    Nothing,
}

/// A row of the server's database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Row {
    /// A campaign.
    Campaign {
        /// Which.
        id: CampaignId,
        /// When its texts may go out.
        hours: TextingHours,
        /// True when it is paused now.
        paused: bool,
    },
    /// A campaign contact.
    Contact {
        /// Which.
        id: ContactId,
        /// In which campaign.
        campaign: CampaignId,
        /// Its number.
        phone: String,
        /// Where the person may be.
        zones: Zones,
        /// Opted out, by the contact's own column.
        opted_out: bool,
        /// In whose hands.
        assigned: Option<PersonId>,
    },
    /// A message.
    Message(MessageRow),
    /// A carrier job.
    Job {
        /// For which text.
        message: Uuid,
        /// Its state.
        state: String,
        /// Calls begun.
        tries: u32,
    },
    /// An attempt at a call.
    Attempt {
        /// Which.
        id: Uuid,
        /// For which text.
        message: Uuid,
    },
    /// A stored verdict.
    Verdict {
        /// Whose.
        person: PersonId,
        /// Id and outcome.
        verdict: Verdict,
    },
    /// Something that was recalled, and perhaps lifted since.
    Recall {
        /// In which campaign.
        campaign: CampaignId,
        /// What.
        recall: Recall,
    },
    /// A number that gets no texts.
    Suppression {
        /// Which.
        phone: String,
        /// By a word of their own.
        by_word: bool,
    },
    /// A line of the audit.
    Audit(AuditRow),
    /// A line of the ledger as the server keeps it.
    Ledger {
        /// Its place.
        link: Link,
        /// What it says.
        entry: Pressed,
    },
}

/// A message as the server has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Which.
    pub id: Uuid,
    /// In whose thread.
    pub contact: ContactId,
    /// Number in it.
    pub seq: u64,
    /// Which way.
    pub direction: Direction,
    /// What for; absent for inbound ones.
    pub kind: Option<MessageKind>,
    /// The words.
    pub body: String,
    /// When it was decided, by the server's clock.
    pub at: Timestamp,
    /// Who pressed; absent for the voter and the system.
    pub author: Option<PersonId>,
    /// Where it stands.
    pub delivery: Delivery,
    /// Why it failed or was dropped.
    pub error: Option<String>,
    /// The latest message of others that its author had seen.
    pub after_seq: u64,
}

/// A line of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Its number: the order of commits.
    pub n: i64,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Who; absent for the system and voters.
    pub person: Option<PersonId>,
    /// In which sign-in.
    pub session: Option<i64>,
    /// What.
    pub what: String,
    /// About what.
    pub subject: String,
    /// More.
    pub detail: String,
}

/// All facts.
#[derive(Debug, Default)]
pub struct History {
    facts: Mutex<Vec<Fact>>,
}

impl History {
    /// Adds a fact.
    pub fn add(&self, fact: Fact) {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).push(fact);
    }

    /// Everything so far.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Facts as JSON lines.
///
/// # Errors
/// When a fact cannot be written, which none can.
pub fn to_lines(facts: &[Fact]) -> serde_json::Result<String> {
    let mut text = String::new();
    for fact in facts {
        text.push_str(&serde_json::to_string(fact)?);
        text.push('\n');
    }
    Ok(text)
}

/// Reads JSON lines; empty lines are passed over, and so is a last line without its end (its writer was killed).
///
/// # Errors
/// The number of the line, from 1, and what is wrong with it.
pub fn from_lines(text: &str) -> Result<Vec<Fact>, (usize, serde_json::Error)> {
    let mut facts = Vec::new();
    for (n, line) in text.split_inclusive('\n').enumerate() {
        match serde_json::from_str(line) {
            Ok(fact) => facts.push(fact),
            Err(_) if line.trim().is_empty() || !line.ends_with('\n') => {}
            Err(error) => return Err((n + 1, error)),
        }
    }
    Ok(facts)
}

/// The presses of a history by id.
#[must_use]
pub fn presses(facts: &[Fact]) -> BTreeMap<Uuid, &Press> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Pressed(press) => Some((press.id, press)),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_travel_as_lines_and_a_torn_last_one_is_passed_over() {
        let facts = [
            Fact::Journaled { device: DeviceId(Uuid::from_u128(1)), id: Uuid::from_u128(2) },
            Fact::Left { texter: PersonId(1), contact: ContactId(2), why: "released".into() },
            Fact::Row(Row::Suppression { phone: "+14155550101".into(), by_word: true }),
        ];
        let text = to_lines(&facts).expect("lines");
        assert_eq!(from_lines(&text).expect("facts"), facts);
        assert_eq!(from_lines(&text[..text.len() - 5]).expect("facts"), facts[..2]);
        assert_eq!(from_lines(&format!("{text}\nno fact\n")).expect_err("a bad line").0, 5);
    }
}

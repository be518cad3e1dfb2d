//! A history, put in order for the rules.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::api::act::HeldDecision;
use crate::api::message::Verdict;
use crate::api::problem::Code;
use crate::domain::hours::TextingHours;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use crate::domain::ledger::{Link, Pressed};
use crate::domain::recall::Recall;
use crate::domain::zone::Zones;
use crate::sim::history::{AuditRow, Call, Deed, Fact, MessageRow, Press, Row, Seen};

/// A contact, as far as the rules look at it.
pub(super) struct Contact<'a> {
    pub(super) campaign: CampaignId,
    pub(super) phone: &'a str,
    pub(super) zones: &'a Zones,
    pub(super) opted_out: bool,
}

/// See the module.
#[derive(Default)]
pub(super) struct Book<'a> {
    pub(super) facts: &'a [Fact],
    pub(super) presses: BTreeMap<Uuid, &'a Press>,
    pub(super) deeds: BTreeMap<Uuid, &'a Deed>,
    /// Texts and acts that a journal had on its disk.
    pub(super) journaled: BTreeMap<Uuid, DeviceId>,
    /// What was said last about a text or act to its author.
    pub(super) shown: BTreeMap<Uuid, (Seen, Option<Code>)>,
    /// Laptops that kept a record of what was shown on them.
    pub(super) showing: BTreeSet<DeviceId>,
    pub(super) messages: BTreeMap<Uuid, &'a MessageRow>,
    pub(super) jobs: BTreeMap<Uuid, &'a str>,
    pub(super) attempts: BTreeMap<Uuid, Uuid>,
    pub(super) verdicts: BTreeMap<Uuid, (PersonId, &'a Verdict)>,
    pub(super) campaigns: BTreeMap<CampaignId, (&'a TextingHours, bool)>,
    pub(super) contacts: BTreeMap<ContactId, Contact<'a>>,
    pub(super) suppressed: BTreeSet<&'a str>,
    pub(super) recalls: BTreeMap<i64, (CampaignId, &'a Recall)>,
    /// In the order of commits.
    pub(super) audit: Vec<&'a AuditRow>,
    pub(super) ledger: Vec<(&'a Link, &'a Pressed)>,
    pub(super) calls: Vec<&'a Call>,
    pub(super) decisions: BTreeMap<Uuid, Vec<HeldDecision>>,
}

impl<'a> Book<'a> {
    pub(super) fn of(facts: &'a [Fact]) -> Self {
        let mut book = Self { facts, ..Self::default() };
        for fact in facts {
            match fact {
                Fact::Pressed(press) => drop(book.presses.insert(press.id, press)),
                Fact::Acted(deed) => drop(book.deeds.insert(deed.id, deed)),
                Fact::Journaled { device, id } => drop(book.journaled.insert(*id, *device)),
                Fact::Shown { device, id, state, code } => {
                    book.showing.insert(*device);
                    book.shown.insert(*id, (*state, *code));
                }
                Fact::Called(call) => book.calls.push(call),
                Fact::Decided { message, decision, .. } => book.decisions.entry(*message).or_default().push(*decision),
                Fact::Row(row) => book.row(row),
                _ => {}
            }
        }
        book.audit.sort_by_key(|row| row.n);
        book
    }

    fn row(&mut self, row: &'a Row) {
        match row {
            Row::Campaign { id, hours, paused } => drop(self.campaigns.insert(*id, (hours, *paused))),
            Row::Contact { id, campaign, phone, zones, opted_out, .. } => {
                let contact = Contact { campaign: *campaign, phone, zones, opted_out: *opted_out };
                self.contacts.insert(*id, contact);
            }
            Row::Message(message) => drop(self.messages.insert(message.id, message)),
            Row::Job { message, state, .. } => drop(self.jobs.insert(*message, state)),
            Row::Attempt { id, message } => drop(self.attempts.insert(*id, *message)),
            Row::Verdict { person, verdict } => drop(self.verdicts.insert(verdict.id, (*person, verdict))),
            Row::Recall { campaign, recall } => drop(self.recalls.insert(recall.id, (*campaign, recall))),
            Row::Suppression { phone, .. } => drop(self.suppressed.insert(phone)),
            Row::Audit(line) => self.audit.push(line),
            Row::Ledger { link, entry } => self.ledger.push((link, entry)),
        }
    }

    /// The number behind a contact.
    pub(super) fn phone(&self, contact: ContactId) -> Option<&'a str> {
        self.contacts.get(&contact).map(|contact| contact.phone)
    }

    /// The text of a line of the audit whose subject is one.
    pub(super) fn text_of(&self, line: &AuditRow) -> Option<&'a MessageRow> {
        self.messages.get(&line.subject.parse().ok()?).copied()
    }

    /// How often a captain decided so on a text.
    pub(super) fn decided(&self, message: Uuid, decision: HeldDecision) -> usize {
        self.decisions.get(&message).map_or(0, |all| all.iter().filter(|one| **one == decision).count())
    }
}

//! Recalls: what carries it stops at their commit, and whoever got it is told once.

use std::collections::{BTreeMap, BTreeSet};

use super::book::Book;
use super::{Broken, Rule};
use crate::api::act::Act;
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::message::{Delivery, MessageKind};
use crate::domain::opt_out::{self, Inbound};
use crate::domain::recall::Recall;
use crate::sim::history::{AuditRow, Fact, MessageRow};

pub(super) fn judge(book: &Book<'_>, broken: &mut Vec<Broken>) {
    let mut say = |rule, what: String| broken.push(Broken { rule, what });
    stops(book, &mut say);
    corrections(book, &mut say);
}

fn recall_of(line: &AuditRow) -> Option<i64> {
    let number = line.detail.strip_prefix("recall ")?;
    number.split([',', ':', ' ']).next()?.parse().ok()
}

fn campaign_of(line: &AuditRow) -> Option<CampaignId> {
    line.subject.strip_prefix("campaign ")?.parse().ok().map(CampaignId)
}

/// Walks the commits: what carries something recalled is neither taken nor sent on.
fn stops(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let made_with: BTreeSet<i64> =
        book.audit.iter().filter(|line| line.what == "recalled").filter_map(|line| recall_of(line)).collect();
    // A correction has those of its campaign from its beginning: no commit of their own.
    let mut in_force: BTreeSet<i64> = book.recalls.keys().copied().filter(|id| !made_with.contains(id)).collect();
    for line in &book.audit {
        match line.what.as_str() {
            "recalled" => in_force.extend(recall_of(line)),
            "recall_lifted" => drop(recall_of(line).map(|id| in_force.remove(&id))),
            "accepted" | "submitting" => {
                let Some(text) = book.text_of(line).filter(|text| text.kind.is_some_and(MessageKind::needs_press))
                else {
                    continue;
                };
                let Some(campaign) = book.contacts.get(&text.contact).map(|contact| contact.campaign) else { continue };
                let carries = |id: &&i64| {
                    book.recalls.get(id).is_some_and(|(of, recall)| *of == campaign && recall.is_in(&text.body))
                };
                if let Some(id) = in_force.iter().find(carries) {
                    say(Rule::Recalled, format!("{:?} was {} after recall {id} took it back", text.body, line.what));
                }
            }
            _ => {}
        }
    }
}

/// How far a text has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The carrier may have it.
    Perhaps,
    /// It has.
    Surely,
    /// It has not.
    Not,
}

fn corrections(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut made: BTreeMap<(CampaignId, i64), CampaignId> = BTreeMap::new();
    for fact in book.facts {
        let Fact::Corrected { of, recall, campaign } = fact else { continue };
        let first = *made.entry((*of, *recall)).or_insert(*campaign);
        if first != *campaign {
            say(Rule::CorrectedOnce, format!("recall {recall} was put right in campaign {first} and in {campaign}"));
        }
    }
    for ((of, recall), campaign) in made {
        let Some((_, recall)) = book.recalls.get(&recall) else { continue };
        correction(book, (of, recall, campaign), say);
    }
}

fn correction(
    book: &Book<'_>,
    (of, recall, campaign): (CampaignId, &Recall, CampaignId),
    say: &mut impl FnMut(Rule, String),
) {
    let is_made = |line: &&&AuditRow| line.what == "correction_made" && campaign_of(line) == Some(campaign);
    let Some(at) = book.audit.iter().find(is_made).map(|line| line.n) else {
        say(Rule::CorrectedOnce, format!("campaign {campaign} corrects and was never made"));
        return;
    };
    let mut ways: BTreeMap<ContactId, Vec<Way>> = BTreeMap::new();
    let carries = |text: &&&MessageRow| {
        let from = book.contacts.get(&text.contact).map(|contact| contact.campaign);
        from == Some(of) && text.kind.is_some_and(MessageKind::needs_press) && recall.is_in(&text.body)
    };
    for text in book.messages.values().filter(carries) {
        let mut way = Way::Not;
        let subject = text.id.to_string();
        for line in book.audit.iter().filter(|line| line.n < at && line.subject == subject) {
            way = match line.what.as_str() {
                "submitting" | "unknown" | "held" | "decided_held" => Way::Perhaps,
                "submitted" | "delivered" if text.delivery != Delivery::Failed => Way::Surely,
                "submitted" | "delivered" => Way::Perhaps,
                "dropped" | "failed" => Way::Not,
                _ => way,
            };
        }
        ways.entry(text.contact).or_default().push(way);
    }
    let reached: BTreeSet<&str> =
        book.contacts.values().filter(|contact| contact.campaign == campaign).map(|contact| contact.phone).collect();
    for (contact, ways) in &ways {
        let Some(phone) = book.phone(*contact) else { continue };
        if ways.contains(&Way::Surely) && !reached.contains(phone) && !may_be_left_out(book, phone) {
            say(Rule::CorrectedOnce, format!("{phone} got what recall {} took back and is not told", recall.id));
        }
    }
    let may_have_it = |(contact, ways): (&ContactId, &Vec<Way>)| {
        ways.iter().any(|way| *way != Way::Not).then(|| book.phone(*contact)).flatten()
    };
    let got: BTreeSet<&str> = ways.iter().filter_map(may_have_it).collect();
    for phone in reached.difference(&got) {
        say(Rule::CorrectedOnce, format!("{phone} is told of recall {} and never got it", recall.id));
    }
}

/// Whoever opted out, may have, or has a wrong number at some time may be left out.
fn may_be_left_out(book: &Book<'_>, phone: &str) -> bool {
    let here = |contact: ContactId| book.phone(contact) == Some(phone);
    book.suppressed.contains(phone)
        || book.audit.iter().any(|line| {
            let about = line.subject.strip_prefix("contact ").and_then(|id| id.parse().ok()).map(ContactId);
            ["opted_out", "wrong_number", "list_removed"].contains(&line.what.as_str()) && about.is_some_and(here)
        })
        || book.deeds.values().any(|deed| {
            matches!(deed.act, Act::WrongNumber { .. } | Act::OptOut { .. }) && deed.act.contact().is_some_and(here)
        })
        || book.messages.values().any(|text| {
            text.kind.is_none() && here(text.contact) && !matches!(opt_out::verdict(&text.body), Inbound::Plain)
        })
}

//! Every confirmed text and act comes to one end, once, as it was pressed.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::book::Book;
use super::{Broken, Rule};
use crate::api::act::HeldDecision;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::Code;
use crate::domain::ids::{ContactId, DeviceId};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::sim::history::{Fact, MessageRow, Seen, Told};

pub(super) fn judge(book: &Book<'_>, broken: &mut Vec<Broken>) {
    let mut say = |rule, what: String| broken.push(Broken { rule, what });
    for (id, device) in &book.journaled {
        if let Some(why) = end_of(book, *id, *device) {
            say(Rule::OneEnd, why);
        }
    }
    for message in book.messages.values() {
        as_pressed(book, message, &mut say);
    }
    carried_once(book, &mut say);
    one_initial(book, &mut say);
    one_verdict(book, &mut say);
    freed_after_echo(book, &mut say);
}

/// What is wrong with the end of something confirmed; nothing when it has exactly one that can be seen.
fn end_of(book: &Book<'_>, id: Uuid, device: DeviceId) -> Option<String> {
    let name = name(book, id);
    let shown = book.shown.get(&id);
    let text = book.presses.contains_key(&id);
    let Some((_, verdict)) = book.verdicts.get(&id) else {
        if book.messages.contains_key(&id) {
            return Some(format!("{name} is in its thread and has no verdict"));
        }
        return match shown {
            Some((Seen::Unknown, _)) | Some((Seen::Waiting, Some(_))) => None,
            Some((state, code)) => Some(format!("{name} was never decided; its author sees {state:?} {code:?}")),
            None => Some(format!("{name} is lost: no verdict, and no journal has it")),
        };
    };
    match &verdict.outcome {
        Outcome::Refused { problem } => {
            if book.messages.contains_key(&id) {
                return Some(format!("{name} was refused and is in its thread all the same"));
            }
            refusal_shown(book, &name, device, shown, problem.code)
        }
        Outcome::Accepted { .. } if text => match book.messages.get(&id) {
            Some(message) => delivered(book, &name, message),
            None => Some(format!("{name} was accepted and is in no thread")),
        },
        Outcome::Accepted { .. } => None,
    }
}

fn refusal_shown(
    book: &Book<'_>,
    name: &str,
    device: DeviceId,
    shown: Option<&(Seen, Option<Code>)>,
    code: Code,
) -> Option<String> {
    if !book.showing.contains(&device) {
        return None;
    }
    let wanted = if code.parks() { Seen::Parked } else { Seen::Refused };
    (shown != Some(&(wanted, Some(code)))).then(|| {
        format!("{name} was refused ({}) and its author does not see it as {wanted:?}: {shown:?}", code.as_str())
    })
}

/// What the server says of an accepted text against what the carrier had.
fn delivered(book: &Book<'_>, name: &str, message: &MessageRow) -> Option<String> {
    let took = book.calls.iter().filter(|call| call.took && book.attempts.get(&call.attempt) == Some(&message.id));
    let took = took.count();
    let job = book.jobs.get(&message.id).copied();
    let reason = message.error.is_some();
    // A captain may have taken it as arrived.
    let known = took > 0 || book.decided(message.id, HeldDecision::Arrived) > 0;
    match message.delivery {
        Delivery::Submitted | Delivery::Delivered if !known => {
            Some(format!("{name} counts as {:?} and the carrier never had it", message.delivery))
        }
        Delivery::Dropped if took > 0 && book.decided(message.id, HeldDecision::GiveUp) == 0 => {
            Some(format!("{name} counts as dropped and the carrier has it"))
        }
        Delivery::Dropped | Delivery::Failed if !reason => {
            Some(format!("{name} ended as {:?} without a reason", message.delivery))
        }
        Delivery::Submitted | Delivery::Delivered | Delivery::Dropped | Delivery::Failed | Delivery::Held => None,
        Delivery::Accepted if paused(book, message.contact) => None,
        Delivery::Accepted | Delivery::Submitting | Delivery::Unknown | Delivery::Received => {
            Some(format!("{name} came to no end: {:?}, its job {job:?}", message.delivery))
        }
    }
}

fn paused(book: &Book<'_>, contact: ContactId) -> bool {
    let campaign = book.contacts.get(&contact).map(|contact| contact.campaign);
    campaign.and_then(|campaign| book.campaigns.get(&campaign)).is_some_and(|(_, paused)| *paused)
}

fn name(book: &Book<'_>, id: Uuid) -> String {
    if let Some(press) = book.presses.get(&id) {
        return format!("the {:?} {:?} of {} to contact {}", press.kind, press.body, press.texter, press.contact);
    }
    match book.deeds.get(&id) {
        Some(deed) => format!("the act {:?} of {}", deed.act, deed.texter),
        None => format!("the act {id}"),
    }
}

/// Only what was pressed and confirmed is in a thread, with its words.
fn as_pressed(book: &Book<'_>, message: &MessageRow, say: &mut impl FnMut(Rule, String)) {
    if message.direction == Direction::Inbound || !message.kind.is_some_and(MessageKind::needs_press) {
        return;
    }
    let Some(press) = book.presses.get(&message.id) else {
        say(Rule::AsPressed, format!("{:?} to contact {} was never pressed", message.body, message.contact));
        return;
    };
    if !book.journaled.contains_key(&message.id) {
        let refused = book.facts.iter().any(|fact| matches!(fact, Fact::NotJournaled { id, .. } if *id == message.id));
        if refused {
            say(Rule::AsPressed, format!("{} was not confirmed and goes out", name(book, message.id)));
        }
    }
    if press.body != message.body || press.contact != message.contact || Some(press.kind) != message.kind {
        say(Rule::AsPressed, format!("{} is stored as {message:?}", name(book, message.id)));
    }
}

fn carried_once(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    // Calls after which the carrier may have it, and whether it said that it never will.
    let mut may_have: BTreeMap<Uuid, (usize, bool)> = BTreeMap::new();
    for call in &book.calls {
        let found = book.attempts.get(&call.attempt).and_then(|message| book.messages.get(message));
        let Some(message) = found else {
            say(Rule::AsPressed, format!("the carrier was called with {:?}, of which nothing is stored", call.body));
            continue;
        };
        if call.body != message.body || Some(call.to.as_str()) != book.phone(message.contact) {
            say(Rule::AsPressed, format!("{:?} went to the carrier as {:?} to {}", message.body, call.body, call.to));
        }
        let again = book.decided(message.id, HeldDecision::SendAgain);
        let (many, never) = may_have.entry(message.id).or_default();
        if *never && again == 0 {
            say(Rule::CarriedOnce, format!("{:?} went to the carrier again after a definite no", message.body));
        }
        match call.told {
            Told::No if !call.took => *never = true,
            Told::Later if !call.took => {}
            _ => *many += 1,
        }
        if *many > 1 + again {
            say(Rule::CarriedOnce, format!("{:?} to {} went to the carrier {many} times", message.body, call.to));
        }
    }
}

fn one_initial(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut initials: BTreeMap<ContactId, Vec<&MessageRow>> = BTreeMap::new();
    // One that was dropped before any call is given back: the card comes again, for a press of its own.
    let counts = |m: &&&MessageRow| m.kind == Some(MessageKind::Initial) && m.delivery != Delivery::Dropped;
    for message in book.messages.values().filter(counts) {
        initials.entry(message.contact).or_default().push(message);
    }
    for (contact, texts) in initials {
        let given_up: usize = texts.iter().map(|text| book.decided(text.id, HeldDecision::GiveUp)).sum();
        if texts.len() > 1 + given_up {
            let words: Vec<_> = texts.iter().map(|text| &text.body).collect();
            say(Rule::OneInitial, format!("contact {contact} has {} initials: {words:?}", texts.len()));
        }
    }
}

fn one_verdict(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut told: BTreeMap<Uuid, &Verdict> = BTreeMap::new();
    for fact in book.facts {
        let Fact::Answered { verdict, .. } = fact else { continue };
        let first = told.entry(verdict.id).or_insert(verdict);
        if first.outcome != verdict.outcome {
            let (was, is) = (words(first), words(verdict));
            say(Rule::OneVerdict, format!("{}: the verdict was {was}, then {is}", name(book, verdict.id)));
        }
    }
    for (id, verdict) in told {
        match book.verdicts.get(&id) {
            Some((_, stored)) if stored.outcome != verdict.outcome => {
                let (was, is) = (words(verdict), words(stored));
                say(Rule::OneVerdict, format!("{}: the verdict was {was}, and {is} is stored", name(book, id)));
            }
            None if verdict.is_accepted() => {
                say(Rule::OneVerdict, format!("{}: it was accepted, and no verdict is stored", name(book, id)));
            }
            _ => {}
        }
    }
}

fn words(verdict: &Verdict) -> String {
    match &verdict.outcome {
        Outcome::Accepted { seq, .. } => format!("accepted as number {seq}"),
        Outcome::Refused { problem } => format!("refused ({})", problem.code.as_str()),
    }
}

fn freed_after_echo(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut echoed = std::collections::BTreeSet::new();
    for fact in book.facts {
        match fact {
            Fact::Echoed { device, id } => drop(echoed.insert((*device, *id))),
            Fact::Freed { device, id } if !echoed.contains(&(*device, *id)) => {
                say(Rule::FreedAfterEcho, format!("{} left its journal before the feed echoed it", name(book, *id)));
            }
            Fact::Kept { device, id } if book.verdicts.contains_key(id) && book.showing.contains(device) => {
                say(Rule::FreedAfterEcho, format!("{} is decided and stays in its journal for ever", name(book, *id)));
            }
            _ => {}
        }
    }
}

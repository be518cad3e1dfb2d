//! What the server's own order must keep: opt-outs, hands, replies, hours, the ledger, authors.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::book::Book;
use super::{Broken, Rule};
use crate::api::act::Act;
use crate::api::message::Outcome;
use crate::api::problem::Code;
use crate::domain::hours::HoursVerdict;
use crate::domain::ids::{ContactId, PersonId};
use crate::domain::ledger::Link;
use crate::domain::message::{Direction, MessageKind};
use crate::domain::opt_out::{self, Inbound};
use crate::sim::history::{AuditRow, Fact, MessageRow};

pub(super) fn judge(book: &Book<'_>, broken: &mut Vec<Broken>) {
    let mut say = |rule, what: String| broken.push(Broken { rule, what });
    opt_outs(book, &mut say);
    hands(book, &mut say);
    replies(book, &mut say);
    hours(book, &mut say);
    ledger(book, &mut say);
    authors(book, &mut say);
    sign_ins(book, &mut say);
}

/// Whether a number may be texted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Silence {
    #[default]
    None,
    /// Something they wrote may be an opt-out.
    Doubt,
    Out,
}

fn contact_of(line: &AuditRow) -> Option<ContactId> {
    line.subject.strip_prefix("contact ").and_then(|id| id.parse().ok()).map(ContactId)
}

/// Walks the commits: after one that stored an opt-out or a doubt, nothing begins but the notice.
fn opt_outs(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut silence: BTreeMap<&str, Silence> = BTreeMap::new();
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &book.audit {
        let text = book.text_of(line);
        let contact = contact_of(line).or(text.map(|text| text.contact));
        let Some(phone) = contact.and_then(|contact| book.phone(contact)) else {
            decided(book, line, &mut silence);
            continue;
        };
        let now = silence.entry(phone).or_default();
        match (line.what.as_str(), text) {
            ("opted_out", _) => {
                if *now != Silence::Out {
                    *causes.entry(phone).or_default() += 1;
                }
                *now = Silence::Out;
            }
            ("opted_in", _) => *now = Silence::None,
            ("inbound", Some(text)) => match opt_out::verdict(&text.body) {
                Inbound::OptOutWord { .. } => {
                    if *now != Silence::Out {
                        *causes.entry(phone).or_default() += 1;
                    }
                    *now = Silence::Out;
                }
                Inbound::Possible { .. } if *now == Silence::None => *now = Silence::Doubt,
                _ => {}
            },
            ("accepted" | "submitting", Some(text))
                if *now != Silence::None && text.kind.is_some_and(MessageKind::needs_press) =>
            {
                let cause = if *now == Silence::Out { "an opt-out" } else { "a doubt" };
                say(Rule::OptOutStops, format!("{:?} to {phone} was {} after {cause}", text.body, line.what));
            }
            _ => {}
        }
    }
    let mut notices: BTreeMap<&str, usize> = BTreeMap::new();
    for notice in book.messages.values().filter(|m| m.kind == Some(MessageKind::OptOutNotice)) {
        *notices.entry(book.phone(notice.contact).unwrap_or_default()).or_default() += 1;
    }
    for (phone, many) in notices {
        let causes = causes.get(phone).copied().unwrap_or_default();
        if many > causes {
            say(Rule::OneNotice, format!("{phone} got {many} notices for {causes} opt-outs"));
        }
    }
    for (phone, now) in silence {
        if now == Silence::Out && !book.suppressed.contains(phone) {
            say(Rule::OptOutStops, format!("{phone} opted out and is not on the list"));
        }
    }
    for (id, contact) in &book.contacts {
        if book.suppressed.contains(contact.phone) && !contact.opted_out {
            say(Rule::OptOutStops, format!("{} opted out and contact {id} does not say so", contact.phone));
        }
    }
}

/// A person decided that a doubt was none.
fn decided(book: &Book<'_>, line: &AuditRow, silence: &mut BTreeMap<&str, Silence>) {
    if line.what != "acted" || line.detail != "not_opt_out" {
        return;
    }
    let deed = line.subject.parse::<Uuid>().ok().and_then(|id| book.deeds.get(&id));
    let about = deed.and_then(|deed| deed.act.contact()).and_then(|contact| book.phone(contact));
    for (phone, now) in silence.iter_mut() {
        // Without the press nobody knows whose doubt it was.
        if *now == Silence::Doubt && about.is_none_or(|about| about == *phone) {
            *now = Silence::None;
        }
    }
}

/// Who had a contact last.
#[derive(Clone, Copy)]
struct Hold {
    texter: PersonId,
    epoch: u32,
    /// In their hands now.
    held: bool,
    /// Taken back for good: texts confirmed under this epoch are refused.
    ended: bool,
}

fn hands(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut holds: BTreeMap<ContactId, Hold> = BTreeMap::new();
    for fact in book.facts {
        match fact {
            Fact::Granted { texter, contact, epoch } => {
                if let Some(hold) = holds.get(contact) {
                    if hold.held && hold.texter != *texter {
                        say(
                            Rule::OneHand,
                            format!("contact {contact} is in the hands of {} and of {texter}", hold.texter),
                        );
                    }
                    let same = hold.texter == *texter && hold.epoch == *epoch;
                    if !same && *epoch <= hold.epoch {
                        say(
                            Rule::OneHand,
                            format!(
                                "contact {contact} changed hands and its epoch went from {} to {epoch}",
                                hold.epoch
                            ),
                        );
                    }
                }
                holds.insert(*contact, Hold { texter: *texter, epoch: *epoch, held: true, ended: false });
            }
            Fact::Left { texter, contact, why } => {
                if let Some(hold) = holds.get_mut(contact).filter(|hold| hold.texter == *texter) {
                    hold.held = false;
                    hold.ended |= matches!(why.as_str(), "released" | "reclaimed");
                }
            }
            Fact::Taken { texter, contact, epoch, id, held } => {
                let Some(hold) = holds.get_mut(contact) else { continue };
                let body = book.presses.get(id).map_or("a text", |press| press.body.as_str());
                if hold.texter != *texter || hold.epoch != *epoch || hold.ended {
                    let who = if hold.ended { "nobody".to_owned() } else { hold.texter.to_string() };
                    say(
                        Rule::OneHand,
                        format!(
                            "{body:?} of {texter} under epoch {epoch} was taken, and contact {contact} is with {who} under {}",
                            hold.epoch
                        ),
                    );
                }
                // An ended sign-in's text is taken, and takes nobody into its hands.
                hold.held |= held;
            }
            _ => {}
        }
    }
}

/// Nobody else's message stands between what the author had seen and the reply.
fn replies(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut threads: BTreeMap<ContactId, Vec<&MessageRow>> = BTreeMap::new();
    for message in book.messages.values() {
        threads.entry(message.contact).or_default().push(message);
    }
    for thread in threads.values() {
        for reply in thread.iter().filter(|m| m.kind == Some(MessageKind::Reply)) {
            let unseen = thread.iter().find(|other| {
                let others =
                    other.direction == Direction::Inbound || (other.author.is_some() && other.author != reply.author);
                others && other.seq > reply.after_seq && other.seq < reply.seq
            });
            if let Some(unseen) = unseen {
                say(
                    Rule::SeenBeforeReply,
                    format!("{:?} was taken, and its author had not seen {:?}", reply.body, unseen.body),
                );
            }
        }
    }
}

fn hours(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    // A captain who sends a held text again presses for it then.
    let mut again: BTreeMap<&str, jiff::Timestamp> = BTreeMap::new();
    for line in &book.audit {
        if line.what == "decided_held" && line.detail.starts_with("send_again") {
            again.insert(&line.subject, line.at);
        }
        if !matches!(line.what.as_str(), "accepted" | "submitting") {
            continue;
        }
        let Some(text) = book.text_of(line) else { continue };
        let Some(kind) = text.kind.filter(|kind| kind.needs_press()) else { continue };
        let Some(contact) = book.contacts.get(&text.contact) else { continue };
        let Some((hours, _)) = book.campaigns.get(&contact.campaign) else { continue };
        if matches!(hours.verdict(kind, line.at, contact.zones), HoursVerdict::Closed { .. }) {
            say(Rule::Hours, format!("{:?} was {} at {}, outside hours", text.body, line.what, line.at));
            continue;
        }
        let Some(press) = book.presses.get(&text.id) else { continue };
        let pressed_at = again.get(line.subject.as_str()).copied().unwrap_or(press.at);
        let late = match hours.verdict(kind, pressed_at, contact.zones) {
            HoursVerdict::Open { until } => line.at >= until,
            HoursVerdict::Closed { .. } => true,
        };
        if late {
            let what = &line.what;
            say(Rule::SameDay, format!("{:?} was pressed at {pressed_at} and {what} at {}", text.body, line.at));
        }
    }
}

/// Chains as the server keeps them. A history without any line has no ledger. A text that never arrived leaves a gap: only
/// neighbours must hang together.
fn ledger(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    if book.ledger.is_empty() {
        return;
    }
    let mut chains: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    let mut listed = BTreeMap::new();
    for (link, entry) in &book.ledger {
        chains.entry(link.chain).or_default().push((*link, *entry));
        listed.insert(entry.id, *entry);
    }
    for (chain, mut lines) in chains {
        lines.sort_by_key(|(link, _)| link.n);
        let mut before: Option<&Link> = None;
        for (link, entry) in lines {
            let hangs = before.is_none_or(|before| match link.n.saturating_sub(before.n) {
                0 => false,
                1 => link.prev == before.hash,
                _ => true,
            });
            if !link.holds(entry) || !hangs {
                say(Rule::Ledger, format!("chain {chain} is broken at its line {}", link.n));
            }
            before = Some(link);
        }
    }
    for (id, press) in &book.presses {
        let Some((_, verdict)) = book.verdicts.get(id) else { continue };
        let wanted = match &verdict.outcome {
            Outcome::Accepted { .. } => true,
            // What has no place is refused for that.
            Outcome::Refused { problem } => !matches!(problem.code, Code::Invalid | Code::LedgerBroken),
        };
        let hash = blake3::hash(press.body.as_bytes()).to_hex();
        match listed.get(id) {
            None if wanted => say(Rule::Ledger, format!("{:?} is in no ledger", press.body)),
            Some(entry) if entry.contact != press.contact || entry.body_hash.as_str() != hash.as_str() => {
                let said = &verdict.outcome;
                say(Rule::Ledger, format!("the ledger says of {:?}: {entry:?}; and the verdict {said:?}", press.body));
            }
            _ => {}
        }
    }
}

/// What takes a sign-in that runs.
const BY_RUNNING: &[&str] = &["claimed", "released", "reclaimed", "took_back", "session_revoked"];

/// Walks the commits: a sign-in that was ended hands in, and nothing else.
fn sign_ins(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut ended: BTreeSet<i64> = BTreeSet::new();
    for line in &book.audit {
        if line.session.is_some_and(|session| ended.contains(&session)) && BY_RUNNING.contains(&line.what.as_str()) {
            say(Rule::SignIn, format!("{} {} by a sign-in that was ended before", line.what, line.subject));
        }
        if line.what == "session_revoked"
            && let Some(session) = line.subject.strip_prefix("session ").and_then(|number| number.parse().ok())
        {
            ended.insert(session);
        }
    }
}

/// What only a person does.
const BY_PEOPLE: &[&str] = &["refused", "acted", "claimed", "released", "reclaimed", "took_back", "session_revoked"];

fn authors(book: &Book<'_>, say: &mut impl FnMut(Rule, String)) {
    let mut accepted: BTreeMap<Uuid, PersonId> = BTreeMap::new();
    let mut decided: BTreeMap<Uuid, PersonId> = BTreeMap::new();
    for line in &book.audit {
        let by_person = BY_PEOPLE.contains(&line.what.as_str());
        if by_person && (line.person.is_none() || line.session.is_none()) {
            say(Rule::Author, format!("nobody is named who {} {}", line.what, line.subject));
        }
        let (Ok(id), Some(person)) = (line.subject.parse(), line.person) else { continue };
        match line.what.as_str() {
            "accepted" => drop(accepted.insert(id, person)),
            "acted" | "refused" => drop(decided.insert(id, person)),
            _ => {}
        }
    }
    for message in book.messages.values().filter(|m| m.kind.is_some_and(MessageKind::needs_press)) {
        if message.author.is_none() || accepted.get(&message.id).copied() != message.author {
            say(Rule::Author, format!("{:?} has the author {:?}, and not in the audit", message.body, message.author));
        }
    }
    for (id, (person, _)) in &book.verdicts {
        let named = decided.get(id).or(accepted.get(id));
        if named != Some(person) {
            say(Rule::Author, format!("the verdict on {id} is {person}'s, and the audit says {named:?}"));
        }
    }
    for deed in book.deeds.values().filter(|deed| matches!(deed.act, Act::OptOut { .. })) {
        let accepted = book.verdicts.get(&deed.id).is_some_and(|(_, verdict)| verdict.is_accepted());
        let Some(phone) = deed.act.contact().and_then(|contact| book.phone(contact)) else { continue };
        let by_them = |line: &&AuditRow| line.what == "opted_out" && line.person == Some(deed.texter);
        let found = book.audit.iter().copied().filter(by_them);
        let mut phones = found.filter_map(|line| contact_of(line).and_then(|contact| book.phone(contact)));
        if accepted && !phones.any(|other| other == phone) {
            say(Rule::Author, format!("{} opted {phone} out, and the audit does not say so", deed.texter));
        }
    }
}

//! Holds what robots saw and what the server keeps against the promises.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::api::message::{Outcome, Thread, ThreadEntry, ThreadMessage};
use crate::domain::ids::{ContactId, PersonId};
use crate::domain::message::{Direction, MessageKind};
use crate::sim::history::{Deed, Fact, Press};

/// Every broken promise, in words; empty = none. `threads` are the server's own, whole.
#[must_use]
pub fn check(facts: &[Fact], threads: &[Thread]) -> Vec<String> {
    let mut broken = Vec::new();
    one_pair_of_hands(facts, &mut broken);
    one_verdict_each(facts, threads, &mut broken);
    for thread in threads {
        no_text_twice(thread, &mut broken);
        silence_after_opt_out(thread, &mut broken);
    }
    broken
}

fn one_pair_of_hands(facts: &[Fact], broken: &mut Vec<String>) {
    let mut held: BTreeMap<ContactId, PersonId> = BTreeMap::new();
    let mut epochs: BTreeMap<ContactId, u32> = BTreeMap::new();
    for fact in facts {
        match fact {
            Fact::Granted { texter, contact, epoch } => {
                if let Some(other) = held.insert(*contact, *texter)
                    && other != *texter
                {
                    broken.push(format!("contact {contact} is in the hands of {other} and of {texter}"));
                }
                if let Some(before) = epochs.insert(*contact, *epoch)
                    && before >= *epoch
                {
                    broken.push(format!("contact {contact} changed hands and its epoch went from {before} to {epoch}"));
                }
            }
            Fact::Left { texter, contact, .. } if held.get(contact) == Some(texter) => {
                held.remove(contact);
            }
            _ => {}
        }
    }
}

fn messages(thread: &Thread) -> impl Iterator<Item = &ThreadMessage> {
    thread.entries.iter().filter_map(|e| match e {
        ThreadEntry::Message(message) => Some(message),
        ThreadEntry::Note { .. } => None,
    })
}

fn one_verdict_each(facts: &[Fact], threads: &[Thread], broken: &mut Vec<String>) {
    let mut verdicts: BTreeMap<Uuid, &Outcome> = BTreeMap::new();
    for fact in facts {
        if let Fact::Answered { verdict, .. } = fact
            && let Some(before) = verdicts.insert(verdict.id, &verdict.outcome)
            && *before != verdict.outcome
        {
            broken.push(format!("{} was decided twice, differently", verdict.id));
        }
    }
    let mut stored: BTreeMap<Uuid, u32> = BTreeMap::new();
    for message in threads.iter().flat_map(messages) {
        *stored.entry(message.id.0).or_default() += 1;
    }
    let mut confirmed = 0;
    for fact in facts {
        match fact {
            Fact::Pressed(Press { id, contact, .. }) => {
                confirmed += 1;
                let found = stored.get(id).copied().unwrap_or(0);
                match verdicts.get(id) {
                    None => broken.push(format!("the text {id} to {contact} has no verdict")),
                    Some(Outcome::Accepted { .. }) if found != 1 => {
                        broken.push(format!("the accepted text {id} to {contact} is stored {found} times"));
                    }
                    Some(Outcome::Refused { .. }) if found != 0 => {
                        broken.push(format!("the refused text {id} to {contact} is stored all the same"));
                    }
                    Some(_) => {}
                }
            }
            Fact::Acted(Deed { id, .. }) if !verdicts.contains_key(id) => {
                broken.push(format!("the act {id} has no verdict"));
            }
            _ => {}
        }
    }
    let by_people = threads
        .iter()
        .flat_map(messages)
        .filter(|m| m.kind.is_some_and(MessageKind::needs_press) && m.direction == Direction::Outbound)
        .count();
    if by_people > confirmed {
        broken.push(format!("{by_people} texts are stored and only {confirmed} were confirmed"));
    }
}

fn no_text_twice(thread: &Thread, broken: &mut Vec<String>) {
    let count = |kind| messages(thread).filter(|m| m.kind == Some(kind)).count();
    for kind in [MessageKind::Initial, MessageKind::OptOutNotice] {
        let found = count(kind);
        if found > 1 {
            broken.push(format!("contact {} has {found} texts of the kind {kind:?}", thread.contact));
        }
    }
}

fn silence_after_opt_out(thread: &Thread, broken: &mut Vec<String>) {
    let mut opted_out = false;
    for entry in &thread.entries {
        match entry {
            ThreadEntry::Note { what, .. } if what.starts_with("opted_out") => opted_out = true,
            ThreadEntry::Note { what, .. } if what.starts_with("opted_in") => opted_out = false,
            ThreadEntry::Message(m)
                if opted_out
                    && m.direction == Direction::Outbound
                    && !matches!(m.kind, Some(MessageKind::OptOutNotice)) =>
            {
                broken.push(format!("contact {} got the text {} after opting out", thread.contact, m.id));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::message::Verdict;
    use crate::api::problem::{Code, Problem};
    use crate::domain::ids::{CampaignId, DeviceId, MessageId};
    use crate::domain::message::Delivery;
    use jiff::Timestamp;

    const ANN: PersonId = PersonId(1);
    const BOB: PersonId = PersonId(2);
    const CONTACT: ContactId = ContactId(7);
    const DEVICE: DeviceId = DeviceId(Uuid::nil());
    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn left() -> Fact {
        Fact::Left { texter: ANN, contact: CONTACT, why: String::new() }
    }

    fn granted(texter: PersonId, epoch: u32) -> Fact {
        Fact::Granted { texter, contact: CONTACT, epoch }
    }

    fn confirmed(n: u128) -> Fact {
        Fact::Pressed(Press {
            texter: ANN,
            device: DEVICE,
            id: id(n),
            campaign: CampaignId(1),
            contact: CONTACT,
            kind: MessageKind::Reply,
            body: "hi".into(),
            epoch: 1,
            after_seq: 0,
            at: AT,
        })
    }

    fn accepted(n: u128) -> Fact {
        Fact::Answered { device: DEVICE, verdict: Verdict { id: id(n), outcome: Outcome::Accepted { seq: 1, at: AT } } }
    }

    fn refused(n: u128) -> Fact {
        let problem = Problem::new(Code::Suppressed, "opted out");
        Fact::Answered { device: DEVICE, verdict: Verdict { id: id(n), outcome: Outcome::Refused { problem } } }
    }

    fn text(n: u128, kind: MessageKind) -> ThreadEntry {
        ThreadEntry::Message(ThreadMessage {
            id: MessageId(id(n)),
            seq: 1,
            direction: Direction::Outbound,
            kind: Some(kind),
            body: "hi".into(),
            pictures: 0,
            at: AT,
            delivery: Delivery::Delivered,
            error: None,
            author: None,
            mine: true,
            off_script: false,
        })
    }

    fn note(what: &str) -> ThreadEntry {
        ThreadEntry::Note { seq: 1, at: AT, who: String::new(), what: what.into(), detail: String::new() }
    }

    fn thread(entries: Vec<ThreadEntry>) -> Vec<Thread> {
        vec![Thread { contact: CONTACT, entries, more_before: false }]
    }

    #[test]
    fn a_clean_history_breaks_nothing() {
        let facts = [
            granted(ANN, 1),
            confirmed(1),
            accepted(1),
            accepted(1),
            confirmed(2),
            refused(2),
            left(),
            granted(BOB, 2),
        ];
        let threads = thread(vec![text(1, MessageKind::Reply), note("opted_out"), text(9, MessageKind::OptOutNotice)]);
        assert_eq!(check(&facts, &threads), Vec::<String>::new());
    }

    #[rstest::rstest]
    #[case::two_hands(&[granted(ANN, 1), granted(BOB, 2)], vec![], "in the hands of 1 and of 2")]
    #[case::old_epoch(&[granted(ANN, 2), left(), granted(BOB, 2)], vec![], "epoch went from 2 to 2")]
    #[case::no_verdict(&[confirmed(1)], vec![], "has no verdict")]
    #[case::lost(&[confirmed(1), accepted(1)], vec![], "is stored 0 times")]
    #[case::refused_and_kept(&[confirmed(1), refused(1)], vec![text(1, MessageKind::Reply)], "stored all the same")]
    #[case::changed_mind(&[confirmed(1), accepted(1), refused(1)], vec![], "decided twice")]
    #[case::never_pressed(&[], vec![text(1, MessageKind::Reply)], "only 0 were confirmed")]
    #[case::twice(&[confirmed(1), accepted(1), confirmed(2), accepted(2)], vec![text(1, MessageKind::Initial), text(2, MessageKind::Initial)], "2 texts of the kind Initial")]
    #[case::after_stop(&[confirmed(1), accepted(1)], vec![note("opted_out_by_word"), text(1, MessageKind::Reply)], "after opting out")]
    fn each_broken_promise_is_named(#[case] facts: &[Fact], #[case] entries: Vec<ThreadEntry>, #[case] named: &str) {
        let broken = check(facts, &thread(entries));
        assert!(broken.iter().any(|b| b.contains(named)), "{broken:?}");
    }
}

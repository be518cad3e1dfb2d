//! What must hold in every state, and what must be possible from every state.

use super::policy::{Kind, Policy};
use super::state::{Call, Job, Row, State, Text, Verdict, Worker};
use super::step::{Step, after, steps};
use textbank::api::act::HeldDecision;

/// Nobody gets the same text twice: the carrier has at most one first text for the contact, one text for each press.
pub fn nobody_gets_it_twice(policy: &Policy, state: &State) -> bool {
    state.each().all(|(t, text)| {
        let same = |(o, other): &(u8, &Text)| policy.kind == Kind::Initial || other.press == text.press || *o == t;
        state.each().filter(same).map(|(_, other)| other.taken()).sum::<usize>() <= 1
    })
}

/// An opt-out stops everything that was not begun before it.
pub fn an_opt_out_stops_everything(_: &Policy, state: &State) -> bool {
    !state.wrong.after_opt_out
}

/// Nothing leaves outside hours, and nothing confirmed yesterday is taken today.
pub fn hours_hold(_: &Policy, state: &State) -> bool {
    !state.wrong.outside_hours
}

/// Only whoever holds the contact can have a text for it accepted.
pub fn one_pair_of_hands(_: &Policy, state: &State) -> bool {
    !state.wrong.two_hands
}

/// Every confirmed text is in exactly one place: still in the journal; accepted, with its job; refused or parked, and
/// never at the carrier.
pub fn nothing_is_lost(_: &Policy, state: &State) -> bool {
    state.each().all(|(_, text)| {
        let untouched = text.calls.iter().all(|call| *call == Call::None);
        match text.verdict {
            None => text.row != Row::Gone && text.job == Job::None && untouched,
            Some(Verdict::Accepted) => text.job != Job::None && !(text.job == Job::Dropped && text.in_doubt()),
            Some(Verdict::Refused | Verdict::Parked) => text.job == Job::None && untouched,
        }
    })
}

/// From here everything can still come to its end: when nothing fails any more, every text gets there.
pub fn everything_can_settle(policy: &Policy, state: &State) -> bool {
    let mut state = state.clone();
    let mut possible = Vec::new();
    // Far more than the longest way.
    for _ in 0..100 {
        possible.clear();
        steps(policy, &state, &mut possible);
        let Some(next) =
            possible.iter().filter_map(|step| urgency(&state, *step).map(|u| (u, step))).min_by_key(|(u, _)| *u)
        else {
            break;
        };
        let Some(next) = after(policy, &state, *next.1) else { return false };
        state = next;
    }
    state.each().all(|(_, text)| {
        let ended = match text.verdict {
            None => false,
            Some(Verdict::Accepted) => matches!(text.job, Job::Done | Job::Dropped | Job::GivenUp),
            Some(Verdict::Refused | Verdict::Parked) => true,
        };
        ended && text.row == Row::Gone
    })
}

/// What happens when nothing fails any more, the most urgent first; `None`: it does not.
fn urgency(state: &State, step: Step) -> Option<u8> {
    let text = |t: u8| state.text(t);
    Some(match step {
        Step::Open => 0,
        Step::Arrive { becomes: Call::Taken, .. } => 1,
        Step::Call { .. } => 2,
        Step::Record { .. } => 3,
        Step::TimeOut { t, n } if text(t)?.calls[usize::from(n)] == Call::Lost => 3,
        Step::Receipt { .. } => 4,
        Step::Sweep { t } if !state.in_hand(t) => 5,
        Step::Hold { .. } | Step::Requeue { .. } => 6,
        Step::Decide { t, decision } => match decision {
            HeldDecision::Arrived if text(t)?.taken() > 0 => 7,
            HeldDecision::SendAgain => 7,
            HeldDecision::GiveUp => 8,
            _ => return None,
        },
        Step::Claim { .. } => 9,
        Step::Echo { .. } => 10,
        // Only what is asked for now; a request from long ago is not to be counted on.
        Step::Deliver { t } if text(t)?.verdict.is_none() && text(t)?.row == Row::Waits => 11,
        Step::ReadBack { .. } => 12,
        Step::Send { .. } => 13,
        _ => return None,
    })
}

/// A question to a state.
type Question = fn(&Policy, &State) -> bool;

/// Things that do happen: without them the search would prove little.
pub const REACHED: &[(&str, Question)] = &[
    ("a text arrives", |_, s| s.each().any(|(_, text)| text.taken() > 0 && text.job == Job::Done)),
    ("a text is held", |_, s| s.each().any(|(_, text)| text.job == Job::Held)),
    ("a held text is sent again and arrives", |_, s| s.each().any(|(_, text)| text.calls[1] == Call::Taken)),
    ("a text is dropped", |_, s| s.each().any(|(_, text)| text.job == Job::Dropped)),
    ("a text is refused", |_, s| s.each().any(|(_, text)| text.verdict == Some(Verdict::Refused))),
    ("a text is parked and its card pressed again", |_, s| s.each().filter(|(_, text)| text.laptop == 0).count() > 1),
    ("a text comes back and its contact is texted anew", |_, s| {
        s.each().any(|(_, text)| text.job == Job::Dropped)
            && s.each().any(|(_, text)| text.job == Job::Done && text.taken() > 0)
    }),
    ("both laptops press", |_, s| {
        s.each().any(|(_, text)| text.laptop == 0) && s.each().any(|(_, text)| text.laptop == 1)
    }),
    ("two workers are at work", |_, s| s.workers.iter().all(|worker| *worker != Worker::Idle)),
    // The promise's own limit: a call that was begun before the opt-out may still bring its text.
    ("a call begun before the opt-out arrives after it", |_, s| {
        s.suppressed && s.each().any(|(_, text)| text.under_way())
    }),
    ("a receipt comes before the call's answer", |_, s| {
        s.each().any(|(t, text)| text.job == Job::Done && s.in_hand(t))
    }),
    ("a slow answer finds its text held", |_, s| s.each().any(|(t, text)| text.job == Job::Held && s.in_hand(t))),
];

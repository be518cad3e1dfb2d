//! A device's chain that goes on twice (a copied journal, a restored backup): the server takes one of two texts that claim a
//! place, refuses the other, and whoever checks the exported ledger is told of it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::book::Book;
use super::{Broken, Rule};
use crate::api::message::Outcome;
use crate::api::problem::Code;
use crate::domain::ledger::Link;
use crate::sim::history::Fact;

pub(super) fn judge(book: &Book<'_>, broken: &mut Vec<Broken>) {
    let audits = book.facts.iter().filter_map(|fact| match fact {
        Fact::Audited { problems, beside } => Some((problems, beside)),
        _ => None,
    });
    for (problems, beside) in audits {
        let beside: BTreeSet<Uuid> = beside.iter().copied().collect();
        let mut say = |rule, what: String| broken.push(Broken { rule, what });
        for (what, _) in problems {
            // Of an ended sign-in a text may be missing for ever: its laptop was not let in, and shows it.
            if !what.starts_with("Missing") || !some_never_arrived(book) {
                say(Rule::Ledger, format!("the exported ledger does not hold: {what}"));
            }
        }
        named(book, &beside, &mut say);
        forks(book, &beside, &mut say);
    }
}

fn some_never_arrived(book: &Book<'_>) -> bool {
    book.journaled.keys().any(|id| book.presses.contains_key(id) && !has_place(book, *id))
}

/// True when the server decided on the text, and looked at its link before.
fn has_place(book: &Book<'_>, id: Uuid) -> bool {
    book.verdicts.get(&id).is_some_and(|(_, verdict)| match &verdict.outcome {
        Outcome::Accepted { .. } => true,
        Outcome::Refused { problem } => problem.code != Code::Invalid,
    })
}

fn words(book: &Book<'_>, id: Uuid) -> String {
    book.presses.get(&id).map_or_else(|| id.to_string(), |press| format!("{:?}", press.body))
}

/// What was refused for its place is named by the audit, and nothing else is.
fn named(book: &Book<'_>, beside: &BTreeSet<Uuid>, say: &mut impl FnMut(Rule, String)) {
    let refused =
        |outcome: &Outcome| matches!(outcome, Outcome::Refused { problem } if problem.code == Code::LedgerBroken);
    for (id, (_, verdict)) in &book.verdicts {
        if refused(&verdict.outcome) && !beside.contains(id) {
            say(Rule::Fork, format!("{} was refused for its place, and the ledger does not name it", words(book, *id)));
        }
    }
    for id in beside {
        if !book.verdicts.get(id).is_some_and(|(_, verdict)| refused(&verdict.outcome)) {
            say(Rule::Fork, format!("the ledger names a fork at {}, which was not refused for it", words(book, *id)));
        }
    }
}

/// Of two texts that cannot stand in one chain at least one is named.
fn forks(book: &Book<'_>, beside: &BTreeSet<Uuid>, say: &mut impl FnMut(Rule, String)) {
    let mut chains: BTreeMap<(Uuid, u64), BTreeMap<Uuid, &Link>> = BTreeMap::new();
    for fact in book.facts {
        if let Fact::HandedIn { id, link: Some(link), .. } = fact
            && book.journaled.contains_key(id)
            && has_place(book, *id)
        {
            chains.entry((link.chain, link.n)).or_default().insert(*id, link);
        }
    }
    let in_chain = |chain: Uuid, n: u64| {
        let all = chains.get(&(chain, n)).into_iter().flatten();
        all.filter(|(id, _)| !beside.contains(*id)).map(|(id, link)| (*id, *link)).collect::<Vec<_>>()
    };
    for (chain, n) in chains.keys() {
        let here = in_chain(*chain, *n);
        if let [(one, _), (other, _), ..] = here.as_slice() {
            let (one, other) = (words(book, *one), words(book, *other));
            say(Rule::Fork, format!("{one} and {other} both have place {n} of one chain, and nobody is told"));
        }
        for (before, link) in &here {
            for (after, next) in in_chain(*chain, *n + 1) {
                if next.prev != link.hash {
                    let (before, after) = (words(book, *before), words(book, after));
                    say(Rule::Fork, format!("{after} stands behind {before} and hangs on another text"));
                }
            }
        }
    }
}

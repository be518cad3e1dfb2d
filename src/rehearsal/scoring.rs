//! From what happened to the scorecard. Pure: the same record gives the same card.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::clock::Stops;
use super::expect::in_script;
use super::persona::{Personas, says_phrase};
use super::record::{Deed, Done, Said};
use super::score::{Scorecard, Unwelcome};
use crate::api::act::Act;
use crate::api::problem::Code;
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::phone::Phone;
use crate::domain::segment;

/// A voter whose last words are younger than this at the end was not left waiting.
const JUST_NOW: Duration = Duration::from_secs(60);
/// An average wait below this is praised.
const QUICK: u64 = 180;

/// One voter as the roster and the server know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The campaign contact.
    pub contact: ContactId,
    /// The number.
    pub phone: Phone,
    /// First name.
    pub name: String,
    /// What the server's own thread says at the end: opted out, and whether by their word.
    pub opted_out: Option<OptedOut>,
}

/// How the server came to an opt-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptedOut {
    /// One of the fixed words.
    ByWord,
    /// A person.
    ByPerson,
}

/// Everything that is known at the end.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Seed of the voters.
    pub seed: u64,
    /// The campaign.
    pub def: &'a CampaignDef,
    /// The personas, for the meaning of answers.
    pub personas: &'a Personas,
    /// Every contact.
    pub known: &'a [Known],
    /// What voters wrote, in order.
    pub said: &'a [Said],
    /// What the store decided, in order.
    pub deeds: &'a [Deed],
    /// Campaign time at the end.
    pub end: Timestamp,
    /// When campaign time was stopped: to those who wait it goes on.
    pub stops: &'a Stops,
}

/// One voter's part.
struct Tale<'a> {
    known: &'a Known,
    said: Vec<&'a Said>,
    deeds: Vec<&'a Deed>,
}

impl Tale<'_> {
    fn text_after(&self, at: Timestamp) -> bool {
        self.deeds.iter().any(|d| d.refused.is_none() && d.at >= at && matches!(d.what, Done::Text { .. }))
    }

    fn act_after(&self, at: Timestamp, wanted: impl Fn(&Act) -> bool) -> bool {
        self.deeds.iter().any(|d| d.refused.is_none() && d.at >= at && matches!(&d.what, Done::Act(act) if wanted(act)))
    }

    /// When somebody dealt with the voter, at or after `at`, and how long campaign time had been stopped by then.
    fn dealt_with(&self, at: Timestamp) -> Option<(Timestamp, Duration)> {
        let done: Vec<&&Deed> = self.deeds.iter().filter(|d| d.refused.is_none() && d.at >= at).collect();
        // Taken back, it dealt with nobody.
        let stands = |place: usize, undone: fn(&Act) -> bool| {
            !done.iter().skip(place).any(|d| matches!(&d.what, Done::Act(act) if undone(act)))
        };
        let deals = |(place, d): &(usize, &&&Deed)| match &d.what {
            Done::Text { .. } => true,
            Done::Act(Act::OptOut { .. }) => stands(*place, |act| matches!(act, Act::UndoOptOut { .. })),
            Done::Act(Act::WrongNumber { .. }) => stands(*place, |act| matches!(act, Act::UndoWrongNumber { .. })),
            Done::Act(Act::Close { .. }) => stands(*place, |act| matches!(act, Act::Reopen { .. })),
            Done::Act(_) => false,
        };
        done.iter().enumerate().find(deals).map(|(_, d)| (d.at, d.stopped))
    }

    /// An opt-out by a person would be right or at least no fault.
    fn opt_out_is_fair(&self) -> bool {
        self.said.iter().any(|s| s.expect.opt_out.is_some() || s.expect.wrong_number)
            || self.said.first().is_none_or(|s| s.expect.close && s.expect.answer.is_none())
    }
}

/// Makes the card.
#[must_use]
pub fn score(facts: &Facts<'_>) -> Scorecard {
    let mut card = Scorecard { seed: facts.seed, contacts: facts.known.len() as u64, ..Scorecard::default() };
    card.received = facts.said.len() as u64;
    for deed in facts.deeds {
        if let (Done::Text { kind, body, off_script }, None) = (&deed.what, deed.refused) {
            card.texts += 1;
            card.first_texts += u64::from(*kind == MessageKind::Initial);
            card.segments += segment::measure(body).parts as u64;
            card.off_script += u64::from(*off_script);
        }
    }
    let mut by_phone: BTreeMap<&Phone, Vec<&Said>> = BTreeMap::new();
    for said in facts.said {
        by_phone.entry(&said.phone).or_default().push(said);
    }
    let mut by_contact: BTreeMap<ContactId, Vec<&Deed>> = BTreeMap::new();
    for deed in facts.deeds {
        by_contact.entry(deed.contact).or_default().push(deed);
    }
    let mut waits = Vec::new();
    for known in facts.known {
        let tale = Tale {
            known,
            said: by_phone.remove(&known.phone).unwrap_or_default(),
            deeds: by_contact.remove(&known.contact).unwrap_or_default(),
        };
        opt_outs(&mut card, &tale);
        waiting(&mut card, &mut waits, &tale, facts);
        answers(&mut card, &tale, facts);
        wrong_number(&mut card, &tale);
        words(&mut card, &tale);
    }
    waits.sort_unstable();
    card.waiting.median_seconds = waits.get(waits.len() / 2).copied().unwrap_or(0);
    card.waiting.longest_seconds = waits.last().copied().unwrap_or(0);
    judge(&mut card);
    card
}

fn opt_outs(card: &mut Scorecard, tale: &Tale<'_>) {
    let score = &mut card.opt_outs;
    let wish = tale.said.iter().find_map(|s| s.expect.opt_out.map(|wish| (wish, s.at)));
    if let Some((_, at)) = wish {
        let quiet = !tale.text_after(at);
        match tale.known.opted_out {
            Some(how) if quiet => {
                score.honoured += 1;
                match how {
                    OptedOut::ByWord => score.by_word += 1,
                    OptedOut::ByPerson => score.by_texter += 1,
                }
            }
            _ => score.missed += 1,
        }
        score.stopped_by_server += tale
            .deeds
            .iter()
            .filter(|d| d.at >= at && matches!(d.what, Done::Text { .. }))
            .filter(|d| matches!(d.refused, Some(Code::Suppressed | Code::Frozen)))
            .count() as u64;
    }
    // Taken back, it was a slip that nobody felt.
    let about_it = tale.deeds.iter().rev().filter(|d| d.refused.is_none()).find_map(|d| match &d.what {
        Done::Act(Act::OptOut { .. }) => Some(true),
        Done::Act(Act::UndoOptOut { .. }) => Some(false),
        _ => None,
    });
    let by_person = about_it == Some(true);
    if by_person && !tale.opt_out_is_fair() {
        score.needless += 1;
        score.misread += u64::from(tale.said.iter().any(|s| s.expect.not_opt_out));
    }
    if let Some(at) = tale.said.iter().find(|s| s.expect.not_opt_out).map(|s| s.at)
        && !by_person
        && (tale.text_after(at) || tale.act_after(at, |a| matches!(a, Act::NotOptOut { .. } | Act::Answer { .. })))
    {
        score.seen_through += 1;
    }
}

fn waiting(card: &mut Scorecard, waits: &mut Vec<u64>, tale: &Tale<'_>, facts: &Facts<'_>) {
    let score = &mut card.waiting;
    let mut waits_since: Option<Timestamp> = None;
    for (at, said) in tale.said.iter().enumerate() {
        if !said.expect.wants_something() {
            continue;
        }
        // Somebody who writes twice before anybody answers waits once, since the first.
        let since = *waits_since.get_or_insert(said.at);
        let until = tale.dealt_with(said.at);
        let next = tale.said.get(at + 1).map(|s| s.at);
        match until {
            Some((until, stopped)) if next.is_none_or(|next| until < next) => {
                let wait = seconds(since, until, stopped.saturating_sub(facts.stops.before(since)));
                waits.push(wait);
                score.answered += 1;
                let bears = said.expect.reply_minutes.map_or(u64::MAX, |m| u64::from(m) * 60);
                score.late += u64::from(wait > bears);
                waits_since = None;
            }
            Some(_) => {}
            None if next.is_some() => {}
            None => {
                let wait = seconds(since, facts.end, facts.stops.all().saturating_sub(facts.stops.before(since)));
                if wait >= JUST_NOW.as_secs() {
                    waits.push(wait);
                    score.unanswered += 1;
                } else {
                    score.just_wrote += 1;
                }
            }
        }
    }
}

/// From one moment to another, and how long campaign time was stopped between them.
fn seconds(from: Timestamp, to: Timestamp, stopped: Duration) -> u64 {
    (Duration::try_from(to.duration_since(from)).unwrap_or_default() + stopped).as_secs()
}

fn answers(card: &mut Scorecard, tale: &Tale<'_>, facts: &Facts<'_>) {
    let mut wanted: BTreeMap<&str, &str> = BTreeMap::new();
    for said in &tale.said {
        if let Some((kind, meaning)) = &said.expect.answer
            && let Some((question, value)) = in_script(facts.def, facts.personas, kind, meaning)
        {
            wanted.insert(question, value);
        }
    }
    for (question, value) in wanted {
        let recorded = tale
            .deeds
            .iter()
            .rev()
            .filter(|d| d.refused.is_none())
            .find_map(|d| match &d.what {
                Done::Act(Act::Answer { question: q, value, .. }) if q == question => Some(value.as_deref()),
                _ => None,
            })
            .flatten();
        match recorded {
            Some(said) if said == value => card.answers.correct += 1,
            Some(_) => card.answers.wrong += 1,
            None => card.answers.missing += 1,
        }
    }
}

fn wrong_number(card: &mut Scorecard, tale: &Tale<'_>) {
    // Taken back, it was a slip that nobody felt.
    let last = tale.deeds.iter().rev().filter(|d| d.refused.is_none()).find_map(|d| match &d.what {
        Done::Act(Act::WrongNumber { .. }) => Some(true),
        Done::Act(Act::UndoWrongNumber { .. }) => Some(false),
        _ => None,
    });
    if last == Some(true) && !tale.said.iter().any(|s| s.expect.wrong_number) {
        card.wrong_numbers.mistaken += 1;
    }
    if let Some(said) = tale.said.iter().find(|s| s.expect.wrong_number) {
        if tale.act_after(said.at, |a| matches!(a, Act::WrongNumber { .. })) {
            card.wrong_numbers.right += 1;
        } else {
            card.wrong_numbers.missed += 1;
        }
    }
}

fn words(card: &mut Scorecard, tale: &Tale<'_>) {
    for deed in &tale.deeds {
        let (Done::Text { body, .. }, None) = (&deed.what, deed.refused) else { continue };
        let mut seen = BTreeSet::new();
        for said in tale.said.iter().filter(|s| s.at <= deed.at) {
            for word in said.avoid.iter().filter(|w| says_phrase(body, w)) {
                if seen.insert(word) {
                    card.unwelcome.push(Unwelcome {
                        contact: tale.known.name.clone(),
                        persona: said.persona.title.clone(),
                        word: word.clone(),
                        text: body.clone(),
                    });
                }
            }
        }
    }
}

/// Kind words: each good thing is said, and each thing to try, at most once.
fn judge(card: &mut Scorecard) {
    let o = card.opt_outs;
    let w = card.waiting;
    let a = card.answers;
    let well = [
        (o.honoured > 0 && o.missed == 0, "score-well-opt-outs"),
        (w.answered > 0 && w.late + w.unanswered == 0 && w.median_seconds <= QUICK, "score-well-quick"),
        (w.answered > 0 && w.unanswered + w.just_wrote == 0, "score-well-everyone"),
        (a.correct > 0 && a.wrong == 0 && a.missing == 0, "score-well-answers"),
        (o.seen_through > 0 && o.needless == 0, "score-well-seen-through"),
        (w.answered > 0 && w.unanswered == 0 && card.unwelcome.is_empty(), "score-well-words"),
        (card.contacts > 0 && card.first_texts == card.contacts, "score-well-done"),
    ];
    let next = [
        (o.missed > 0, "score-next-opt-outs"),
        (o.misread > 0, "score-next-needless"),
        (o.needless > o.misread, "score-next-unasked"),
        (w.late > 0, "score-next-wait"),
        (w.unanswered > 0, "score-next-everyone"),
        (a.missing > 0, "score-next-answers"),
        (a.wrong > 0, "score-next-wrong-answers"),
        (card.wrong_numbers.missed > 0, "score-next-wrong-number"),
        (card.wrong_numbers.mistaken > 0, "score-next-no-wrong-number"),
        (!card.unwelcome.is_empty(), "score-next-words"),
    ];
    let keys = |list: &[(bool, &str)]| list.iter().filter(|(yes, _)| *yes).map(|(_, key)| (*key).to_owned()).collect();
    card.well = keys(&well);
    card.next_time = keys(&next);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::rehearsal::expect::Expect;
    use crate::rehearsal::persona_file::built_in;

    const VOTER: ContactId = ContactId(1);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).expect("in range")
    }

    fn deed(seconds: i64, act: Act) -> Deed {
        Deed {
            id: Uuid::from_u128(u128::from(seconds.unsigned_abs())),
            at: at(seconds),
            stopped: Duration::ZERO,
            contact: VOTER,
            what: Done::Act(act),
            refused: None,
        }
    }

    /// The card of one voter who wrote at the beginning, `end` seconds later.
    fn card(expect: Expect, deeds: &[Deed], end: i64) -> Scorecard {
        let personas = built_in().expect("the assets are right");
        let phone = Phone::from_e164("+14155550001").expect("a number");
        let persona = Arc::clone(&personas.all[0]);
        let said = Said {
            at: at(0),
            phone: phone.clone(),
            persona,
            body: "Stop that bill!".into(),
            expect,
            avoid: Vec::new(),
        };
        let known = Known { contact: VOTER, phone, name: "Ava".into(), opted_out: None };
        score(&Facts {
            seed: 1,
            def: &CampaignDef::default(),
            personas: &personas,
            known: &[known],
            said: &[said],
            deeds,
            end: at(end),
            stops: &Stops::default(),
        })
    }

    fn keys(card: &Scorecard) -> Vec<String> {
        card.lines().into_iter().map(|line| line.key).collect()
    }

    #[test]
    fn what_was_taken_back_dealt_with_nobody_and_opted_nobody_out() {
        let out = Act::OptOut { contact: VOTER, notice: true, grace: true };
        let wants = || Expect { reply_minutes: Some(5), not_opt_out: true, ..Expect::default() };
        let stood = card(wants(), &[deed(10, out.clone())], 100);
        assert_eq!((stood.opt_outs.needless, stood.waiting.answered), (1, 1));
        assert!(stood.next_time.contains(&"score-next-needless".to_owned()), "that bill was no wish to be left alone");

        let back = card(wants(), &[deed(10, out), deed(14, Act::UndoOptOut { contact: VOTER })], 100);
        assert_eq!((back.opt_outs.needless, back.waiting.answered, back.waiting.unanswered), (0, 0, 1));
        assert!(!back.next_time.contains(&"score-next-needless".to_owned()));
    }

    #[test]
    fn a_voter_marked_as_a_wrong_number_who_is_none_is_a_slip() {
        let wrong = Act::WrongNumber { contact: VOTER };
        let card_of = |expect, deeds: &[Deed]| card(expect, deeds, 100);
        let wants = || Expect { reply_minutes: Some(5), ..Expect::default() };
        let slip = card_of(wants(), &[deed(10, wrong.clone())]);
        assert_eq!((slip.wrong_numbers.right, slip.wrong_numbers.mistaken), (0, 1));
        assert!(slip.next_time.contains(&"score-next-no-wrong-number".to_owned()), "{:?}", slip.next_time);
        let back = card_of(wants(), &[deed(10, wrong.clone()), deed(12, Act::UndoWrongNumber { contact: VOTER })]);
        assert_eq!(back.wrong_numbers.mistaken, 0);
        let right = card_of(Expect { wrong_number: true, ..wants() }, &[deed(10, wrong)]);
        assert_eq!((right.wrong_numbers.right, right.wrong_numbers.mistaken), (1, 0));
    }

    #[test]
    fn a_bill_is_spoken_of_only_where_somebody_wrote_of_one() {
        let out = deed(10, Act::OptOut { contact: VOTER, notice: true, grace: true });
        let next = card(Expect { reply_minutes: Some(5), ..Expect::default() }, &[out], 100).next_time;
        assert_eq!(next, ["score-next-unasked"]);
    }

    #[test]
    fn nobody_is_praised_for_speed_who_left_somebody_waiting() {
        let left = card(Expect { reply_minutes: Some(5), ..Expect::default() }, &[], 100);
        assert_eq!((left.waiting.unanswered, left.waiting.longest_seconds), (1, 100));
        assert!(!left.well.contains(&"score-well-quick".to_owned()), "{:?}", left.well);
        let said = keys(&left);
        assert!(said.contains(&"score-waiting-still".to_owned()) && !said.contains(&"score-waiting".to_owned()));
    }

    #[test]
    fn where_nobody_waited_nothing_is_said_of_waiting() {
        let quiet = card(Expect::default(), &[], 100);
        assert!(!keys(&quiet).iter().any(|key| key.starts_with("score-waiting") || key == "score-unanswered"));
    }
}

//! The director: a discrete-event queue of what voters and their carriers do, on campaign time.
//!
//! Pure: submissions and decisions go in, carrier events come out when they are due. What a voter does is drawn from
//! hash(seed, number, n), so the same seed and the same presses tell the same story, in whatever real time they came.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::cast::{draw, draw_below};
use super::clock::add;
use super::expect::Expect;
use super::persona::{Fate, Heard as Ear, Persona, START};
use super::record::{Heard, Said, StoryLine};
use crate::domain::message::Delivery;
use crate::domain::phone::Phone;
use crate::domain::pictures::unmarked;
use crate::server::carrier::{CarrierEvent, Submission};

/// How long they hold back at a time, seconds of campaign time.
const HOLD_BACK: u64 = 20;
/// How often at most.
const HOLD_BACKS: u32 = 30;
/// The very first answer comes within so many real seconds.
const FIRST_ANSWER: u64 = 5;

/// How fast voters' texts come in, so that nobody drowns in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// At most so many voters wait for an answer before others hold back their first word.
    pub many_waiting: usize,
    /// Real seconds between two voters' texts, at least.
    pub gap: u64,
    /// Seconds of campaign time after which a voter counts as dealt with in any case; none = never.
    pub patience: Option<u64>,
}

impl Pace {
    /// For one texter who learns.
    pub const ONE: Self = Self { many_waiting: 5, gap: 3, patience: None };
    /// For a team: nobody tells the director who was dealt with without a text, so it assumes it after a while.
    pub const TEAM: Self = Self { many_waiting: 15, gap: 1, patience: Some(300) };
}

/// One voter.
#[derive(Debug)]
struct Voter {
    persona: Arc<Persona>,
    state: String,
    /// Draws made.
    n: u64,
    /// Texts heard.
    heard: u64,
    /// Wrote last, then, and was not dealt with.
    waits: Option<Timestamp>,
    wrote: bool,
    held_back: u32,
}

/// Something that will happen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Due {
    phone: Phone,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Receipt { attempt: Uuid, delivery: Delivery, error: Option<&'static str> },
    Says { body: String, expect: Expect, avoid: Vec<String> },
}

/// See the module.
#[derive(Debug)]
pub struct Director {
    seed: u64,
    speed: u64,
    pace: Pace,
    /// Set before the key of each event.
    prefix: String,
    voters: BTreeMap<Phone, Voter>,
    notices: Vec<Vec<String>>,
    queue: BinaryHeap<Reverse<(Timestamp, u64)>>,
    dues: BTreeMap<u64, Due>,
    next: u64,
    scheduled_words: u64,
    last_words: Option<Timestamp>,
    said: Vec<Said>,
    heard: Vec<Heard>,
    story: Vec<StoryLine>,
}

impl Director {
    /// A director of this cast. `notices` are the campaign's opt-out notices (templates); `speed` is campaign seconds in a real
    /// one: the pace at which texts arrive is made for a person's eyes, not for the campaign's clock.
    #[must_use]
    pub fn new<'a>(
        seed: u64,
        speed: u32,
        cast: impl IntoIterator<Item = (Phone, Arc<Persona>)>,
        notices: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut director = Self {
            seed,
            speed: u64::from(speed.max(1)),
            pace: Pace::ONE,
            prefix: String::new(),
            voters: BTreeMap::new(),
            notices: Vec::new(),
            queue: BinaryHeap::new(),
            dues: BTreeMap::new(),
            next: 0,
            scheduled_words: 0,
            last_words: None,
            said: Vec::new(),
            heard: Vec::new(),
            story: Vec::new(),
        };
        director.join_in(cast, notices);
        director
    }

    /// Another pace, and what the keys of this run's events begin with: a database that outlives the director must not take
    /// the events of the next one for repeated ones.
    #[must_use]
    pub fn paced(self, pace: Pace, prefix: String) -> Self {
        Self { pace, prefix, ..self }
    }

    /// More voters, and the opt-out notices of their campaign. A number that is played already stays who it is.
    pub fn join_in<'a>(
        &mut self,
        cast: impl IntoIterator<Item = (Phone, Arc<Persona>)>,
        notices: impl IntoIterator<Item = &'a str>,
    ) {
        for (phone, persona) in cast {
            self.voters.entry(phone).or_insert_with(|| Voter {
                persona,
                state: START.to_owned(),
                n: 0,
                heard: 0,
                waits: None,
                wrote: false,
                held_back: 0,
            });
        }
        self.notices.extend(notices.into_iter().map(fixed_parts));
    }

    /// Drops what was written down for the scorecard and the story: a server that runs for days needs neither.
    pub fn forget_story(&mut self) {
        self.said.clear();
        self.heard.clear();
        self.story.clear();
    }

    fn at(&mut self, when: Timestamp, due: Due) {
        let id = self.next;
        self.next += 1;
        self.queue.push(Reverse((when, id)));
        self.dues.insert(id, due);
    }

    /// The carrier took a text at `now`: plans its receipts and what the voter makes of it.
    pub fn submitted(&mut self, now: Timestamp, submission: &Submission) {
        let phone = submission.to.clone();
        let notice = self.is_notice(&submission.body);
        self.heard.push(Heard { at: now, phone: phone.clone(), body: submission.body.clone(), notice });
        let Some(voter) = self.voters.get_mut(&phone) else {
            // A number nobody plays: the text arrives and nobody answers.
            self.receipt(add(now, Duration::from_secs(2)), &phone, submission.attempt, Delivery::Delivered, None);
            return;
        };
        let mut n = voter.n;
        let mut below = |bound: u64| {
            n += 1;
            draw_below(self.seed, phone.as_str(), n, bound)
        };
        voter.waits = None;
        let ear = Ear { body: &submission.body, first: voter.heard == 0, notice };
        voter.heard += 1;
        let transit = Duration::from_millis(800 + below(2_400));
        let fate = voter.persona.fate;
        if fate != Fate::Delivered {
            let error = match fate {
                Fate::Landline => "30006",
                _ => ["30003", "30005", "30007", "30008"][usize::try_from(below(4)).unwrap_or(0)],
            };
            voter.n = n;
            self.story.push(line(now, &phone, 'x', &submission.body));
            self.receipt(add(now, transit), &phone, submission.attempt, Delivery::Failed, Some(error));
            return;
        }
        let delivered = add(now, transit);
        let planned = voter.persona.reaction(&voter.state, &ear).map(|(_, reaction)| {
            let (from, to) = reaction.after;
            let wait = u64::from(from) + below(u64::from(to.saturating_sub(from)) + 1);
            let says = (!reaction.says.is_empty())
                .then(|| usize::try_from(below(reaction.says.len() as u64)).unwrap_or(0))
                .and_then(|at| reaction.says.get(at).cloned());
            (wait, says, reaction.to.clone(), reaction.expect.clone(), reaction.avoid.clone())
        });
        voter.n = n;
        self.story.push(line(now, &phone, '>', &submission.body));
        self.receipt(delivered, &phone, submission.attempt, Delivery::Delivered, None);
        let Some((mut wait, says, to, expect, avoid)) = planned else { return };
        if let Some(to) = to
            && let Some(voter) = self.voters.get_mut(&phone)
        {
            voter.state = to;
        }
        if let Some(body) = says {
            if self.scheduled_words == 0 {
                wait = wait.min(FIRST_ANSWER * self.speed);
            }
            self.scheduled_words += 1;
            self.at(add(delivered, Duration::from_secs(wait)), Due { phone, what: What::Says { body, expect, avoid } });
        }
    }

    fn receipt(
        &mut self,
        at: Timestamp,
        phone: &Phone,
        attempt: Uuid,
        delivery: Delivery,
        error: Option<&'static str>,
    ) {
        self.at(at, Due { phone: phone.clone(), what: What::Receipt { attempt, delivery, error } });
    }

    /// Somebody dealt with this voter without a text (closed, opted out, wrong number): they wait no longer.
    pub fn dealt_with(&mut self, phone: &Phone) {
        if let Some(voter) = self.voters.get_mut(phone) {
            voter.waits = None;
        }
    }

    /// When the next thing happens.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// How many things are still to happen, receipts and texts of voters.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.dues.len()
    }

    /// The next thing that is due at `now`, taken out of the queue; ask again until there is none.
    pub fn take_due(&mut self, now: Timestamp) -> Option<CarrierEvent> {
        while let Some(&Reverse((at, id))) = self.queue.peek() {
            if at > now {
                return None;
            }
            self.queue.pop();
            let Some(due) = self.dues.remove(&id) else { continue };
            match due.what {
                What::Receipt { attempt, delivery, error } => {
                    return Some(CarrierEvent::Receipt {
                        key: format!("{}receipt-{id}", self.prefix),
                        attempt,
                        delivery,
                        error: error.map(str::to_owned),
                    });
                }
                What::Says { .. } => {
                    if let Some(later) = self.hold_back(at, &due.phone) {
                        self.at(later, due);
                        continue;
                    }
                    return Some(self.say(at, id, due));
                }
            }
        }
        None
    }

    /// Texts must not flood a person: a later moment when this one is too early.
    fn hold_back(&mut self, at: Timestamp, phone: &Phone) -> Option<Timestamp> {
        let gap = Duration::from_secs(self.pace.gap * self.speed);
        if let Some(last) = self.last_words {
            let free = add(last, gap);
            if at < free {
                return Some(free);
            }
        }
        let patience = self.pace.patience.map(Duration::from_secs);
        let still = |since: Timestamp| patience.is_none_or(|patience| at < add(since, patience));
        let waiting = self.voters.values().filter(|v| v.waits.is_some_and(still)).count();
        let voter = self.voters.get_mut(phone)?;
        if waiting >= self.pace.many_waiting && !voter.wrote && voter.held_back < HOLD_BACKS {
            voter.held_back += 1;
            return Some(add(at, Duration::from_secs(HOLD_BACK)));
        }
        None
    }

    fn say(&mut self, at: Timestamp, id: u64, due: Due) -> CarrierEvent {
        let What::Says { body, expect, avoid } = due.what else {
            return CarrierEvent::Inbound {
                key: format!("{}in-{id}", self.prefix),
                from: due.phone,
                body: String::new(),
                pictures: 0,
            };
        };
        self.last_words = Some(at);
        // A persona may send a picture: the words end in the mark of one.
        let (words, pictures) = unmarked(&body);
        let body = words.to_owned();
        self.story.push(line(at, &due.phone, '<', &body));
        if let Some(voter) = self.voters.get_mut(&due.phone) {
            voter.waits = expect.wants_something().then_some(at);
            voter.wrote = true;
            self.said.push(Said {
                at,
                phone: due.phone.clone(),
                persona: voter.persona.clone(),
                body: body.clone(),
                expect,
                avoid,
            });
        }
        CarrierEvent::Inbound { key: format!("{}in-{id}", self.prefix), from: due.phone, body, pictures }
    }

    fn is_notice(&self, body: &str) -> bool {
        self.notices.iter().any(|parts| {
            let mut rest = body;
            !parts.is_empty()
                && parts.iter().all(|part| match rest.split_once(part.as_str()) {
                    Some((_, after)) => {
                        rest = after;
                        true
                    }
                    None => false,
                })
        })
    }

    /// What voters wrote so far.
    #[must_use]
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// What reached the carrier so far.
    #[must_use]
    pub fn heard(&self) -> &[Heard] {
        &self.heard
    }

    /// The story so far, in order of campaign time.
    #[must_use]
    pub fn story(&self) -> &[StoryLine] {
        &self.story
    }

    /// Who plays the voter of a number.
    #[must_use]
    pub fn persona(&self, phone: &Phone) -> Option<&Arc<Persona>> {
        self.voters.get(phone).map(|v| &v.persona)
    }

    /// A number for ids that must repeat with the seed.
    #[must_use]
    pub fn number(&self, what: &str) -> u64 {
        draw(self.seed, what, 0)
    }
}

fn line(at: Timestamp, phone: &Phone, way: char, body: &str) -> StoryLine {
    StoryLine { at, phone: phone.clone(), way, body: body.to_owned() }
}

/// The pieces of a template between its merge fields.
fn fixed_parts(template: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(before.to_owned());
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    parts.push(rest.to_owned());
    parts.retain(|p| !p.trim().is_empty());
    parts
}

//! What came of a campaign, in the figures of a report: made of the sums over its contacts.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::Serialize;

use super::{
    campaign::CampaignDef,
    figures::{Figures, PeopleSum, SLOT_SECONDS, TexterName},
    ids::{CampaignId, PersonId},
    interval::{Share, difference, for_looks},
    message::{Delivery, Direction, MessageKind},
    stats::Counts,
    survey::{Free, Question},
};

/// What the figures are about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// Which campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub title: String,
    /// Who speaks.
    pub organization: String,
    /// Its state, as the board says it.
    pub state: String,
    /// Made-up voters.
    pub rehearsal: bool,
    /// When the board was read; the sums were made right after.
    pub at: Timestamp,
    /// The zone that hours and days are those of.
    pub time_zone: String,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// What it is about.
    pub about: About,
    /// What the captain's board shows.
    pub board: Counts,
    /// The texts.
    pub texts: Texts,
    /// The people.
    pub people: People,
    /// The questions, in the script's order.
    pub questions: Vec<QuestionLine>,
    /// By wording of the first text.
    pub variants: Vec<GroupLine>,
    /// Wordings of one language against each other.
    pub comparisons: Vec<Comparison>,
    /// By list.
    pub lists: Vec<GroupLine>,
    /// By texter.
    pub texters: Vec<TexterFigures>,
    /// How long a line of `times` is.
    pub step: Step,
    /// As time went by; times without anything are left out.
    pub times: Vec<TimeLine>,
    /// Figures that are not known where it was counted, by name (`people.by_word`): they stand at 0 and mean nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<&'static str>,
}

impl Outcome {
    /// True when this figure is known.
    #[must_use]
    pub fn tells(&self, figure: &str) -> bool {
        !self.untold.contains(&figure)
    }
}

/// How many texts became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Texts {
    /// First texts; without those that came back.
    pub initials: u64,
    /// Later texts by people; without those that came back.
    pub replies: u64,
    /// Notices of opt-outs and answers to HELP, which no person confirms; without those that were dropped.
    pub notices: u64,
    /// Texts from voters.
    pub received: u64,
    /// Of ours: not with the carrier yet.
    pub waiting: u64,
    /// Of ours: the carrier took it and has not said more.
    pub submitted: u64,
    /// Of ours: the phone has it.
    pub delivered: u64,
    /// Of ours: it did not arrive.
    pub failed: u64,
    /// Of ours: nobody knows yet.
    pub unknown: u64,
    /// Of ours: a captain decides.
    pub held: u64,
    /// Taken back before the carrier had it: not counted above.
    pub dropped: u64,
}

/// How many people did what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct People {
    /// In the campaign.
    pub contacts: u64,
    /// Got a first text.
    pub texted: u64,
    /// Of these, those who wrote something.
    pub answered: Share,
    /// Of these, those who are opted out now.
    pub opted_out: Share,
    /// Of these, those whose first text failed.
    pub failed: Share,
    /// Opted out now, all of them, also before their first text.
    pub opted_out_in_all: u64,
    /// Of all opted out: by their own word.
    pub by_word: u64,
    /// Of those texted: the number is not theirs.
    pub wrong_numbers: u64,
    /// Taken off the list of the running campaign, texted or not.
    pub removed: u64,
    /// Half of those who answered took no longer, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_to_answer_seconds: Option<u64>,
    /// Half of our answers took no longer, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_wait_seconds: Option<u64>,
    /// Our answers that this is about.
    pub waits: u64,
}

/// A question and its answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuestionLine {
    /// Its key.
    pub id: String,
    /// As the texter reads it.
    pub text: String,
    /// People with an answer on record.
    pub answered: u64,
    /// Each answer, in the script's order; then those that the script does not have any more. What was typed counts as the answer in
    /// whose place it was.
    pub answers: Vec<AnswerLine>,
    /// The days among them, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<AnswerLine>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerLine {
    /// Its value.
    pub value: String,
    /// Of those with an answer.
    pub share: Share,
}

/// People of one wording or one list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupLine {
    /// Its name.
    pub name: String,
    /// Language of a wording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Got a first text.
    pub texted: u64,
    /// Of these, those who wrote something.
    pub answered: Share,
    /// Of these, those opted out now.
    pub opted_out: Share,
    /// Of these, those whose first text failed.
    pub failed: Share,
    /// Per question: people of it with each answer.
    pub answers: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Two wordings against each other. People are given one by chance within a language, so only wordings of one language are compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared: `answered` or `opted_out`.
    pub what: &'static str,
    /// One wording.
    pub one: String,
    /// The other.
    pub other: String,
    /// Share of the one less that of the other.
    pub difference: f64,
    /// Lower end of its interval, which allows for the number of comparisons.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// No difference at all is within the interval.
    pub may_be_chance: bool,
}

/// What one texter did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TexterFigures {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// First texts, without those that came back.
    pub initials: u64,
    /// Later texts, without those that came back.
    pub replies: u64,
    /// Of those who got their first text from them: wrote something.
    pub answered: Share,
    /// Of the same: opted out now.
    pub opted_out: Share,
    /// Of all their texts: failed at the carrier.
    pub failed: Share,
    /// Half of their answers took no longer, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_wait_seconds: Option<u64>,
}

/// How long a line of time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A quarter of an hour.
    Quarter,
    /// An hour of the zone.
    Hour,
    /// A day of the zone.
    Day,
}

/// What happened from a moment on, for one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TimeLine {
    /// Since when.
    pub from: Timestamp,
    /// First texts.
    pub initials: u64,
    /// Later texts by people.
    pub replies: u64,
    /// Texts from voters.
    pub received: u64,
    /// People who opted out then and still are.
    pub opt_outs: u64,
    /// Texts of ours accepted then that failed.
    pub failed: u64,
}

/// Sums that are being added up.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    /// How many people of each kind; the kinds themselves count none.
    people: BTreeMap<PeopleSum, u64>,
    texts: BTreeMap<(i64, Sort, Fate, Option<PersonId>), u64>,
    waits: BTreeMap<(bool, Option<PersonId>), BTreeMap<u64, u64>>,
    opt_outs: BTreeMap<i64, u64>,
    names: BTreeMap<PersonId, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Received,
    Initial,
    Reply,
    Notice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Waiting,
    Submitted,
    Delivered,
    Failed,
    Unknown,
    Held,
    Dropped,
}

fn fate(delivery: Delivery) -> Fate {
    match delivery {
        Delivery::Accepted | Delivery::Submitting => Fate::Waiting,
        Delivery::Submitted => Fate::Submitted,
        Delivery::Delivered | Delivery::Received => Fate::Delivered,
        Delivery::Failed => Fate::Failed,
        Delivery::Unknown => Fate::Unknown,
        Delivery::Held => Fate::Held,
        Delivery::Dropped => Fate::Dropped,
    }
}

/// Longest list of quarters of an hour, and of hours, that is still read.
const MOST_LINES: i64 = 60;

impl Sums {
    /// Adds the sums of a part.
    pub fn add(&mut self, part: Figures, names: Vec<TexterName>) {
        for mut sum in part.people {
            let many = std::mem::take(&mut sum.many);
            *self.people.entry(sum).or_default() += many;
        }
        for sum in part.texts {
            let sort = match (sum.direction, sum.kind) {
                (Direction::Inbound, _) => Sort::Received,
                (_, Some(MessageKind::Initial)) => Sort::Initial,
                (_, Some(MessageKind::OptOutNotice | MessageKind::Help)) => Sort::Notice,
                (_, Some(MessageKind::Reply) | None) => Sort::Reply,
            };
            *self.texts.entry((sum.slot, sort, fate(sum.delivery), sum.texter)).or_default() += sum.many;
        }
        for sum in part.waits {
            let lengths = self.waits.entry((sum.ours, sum.texter)).or_default();
            *lengths.entry(sum.seconds).or_default() += sum.many;
        }
        for sum in part.opt_outs {
            *self.opt_outs.entry(sum.slot).or_default() += sum.many;
        }
        self.names.extend(names.into_iter().map(|one| (one.person, one.name)));
    }

    /// The figures of a report.
    #[must_use]
    pub fn outcome(&self, about: About, board: Counts, def: &CampaignDef) -> Outcome {
        let zone = TimeZone::get(&about.time_zone).unwrap_or(TimeZone::UTC);
        let variants = self.variants(def);
        let (step, times) = self.times(&zone);
        Outcome {
            board,
            texts: self.texts(),
            people: self.people_in_all(),
            questions: self.questions(def),
            comparisons: comparisons(&variants),
            variants,
            lists: self.lists(def),
            texters: self.texters(),
            step,
            times,
            about,
            untold: Vec::new(),
        }
    }

    fn count(&self, is: impl Fn(&PeopleSum) -> bool) -> u64 {
        self.people.iter().filter(|(one, _)| is(one)).map(|(_, many)| many).sum()
    }

    fn texts(&self) -> Texts {
        let mut texts = Texts::default();
        for ((_, sort, fate, _), many) in &self.texts {
            if *sort == Sort::Received {
                texts.received += many;
                continue;
            }
            if *fate == Fate::Dropped {
                texts.dropped += many;
                continue;
            }
            *match sort {
                Sort::Initial => &mut texts.initials,
                Sort::Notice => &mut texts.notices,
                Sort::Reply | Sort::Received => &mut texts.replies,
            } += many;
            *match fate {
                Fate::Waiting => &mut texts.waiting,
                Fate::Submitted => &mut texts.submitted,
                Fate::Delivered | Fate::Dropped => &mut texts.delivered,
                Fate::Failed => &mut texts.failed,
                Fate::Unknown => &mut texts.unknown,
                Fate::Held => &mut texts.held,
            } += many;
        }
        texts
    }

    fn people_in_all(&self) -> People {
        let texted = self.count(|one| one.texted);
        let ours = self.waits.iter().filter(|((ours, _), _)| *ours).map(|(_, lengths)| lengths);
        let theirs = self.waits.iter().filter(|((ours, _), _)| !*ours).map(|(_, lengths)| lengths);
        let (ours, theirs) = (together(ours), together(theirs));
        People {
            contacts: self.count(|_| true),
            texted,
            answered: Share::new(self.count(|one| one.texted && one.answered), texted),
            opted_out: Share::new(self.count(|one| one.texted && one.opted_out), texted),
            failed: Share::new(self.count(|one| one.texted && one.failed), texted),
            opted_out_in_all: self.count(|one| one.opted_out),
            by_word: self.count(|one| one.opted_out && one.by_word),
            wrong_numbers: self.count(|one| one.texted && one.wrong_number),
            removed: self.count(|one| one.removed),
            median_to_answer_seconds: median(&theirs),
            median_wait_seconds: median(&ours),
            waits: ours.values().sum(),
        }
    }

    fn questions(&self, def: &CampaignDef) -> Vec<QuestionLine> {
        let mut all: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for (sum, many) in &self.people {
            for (question, value) in &sum.answers {
                *all.entry(question).or_default().entry(value).or_default() += many;
            }
        }
        let mut lines = Vec::new();
        for question in &def.questions {
            let mut given = BTreeMap::new();
            let mut days: BTreeMap<&str, u64> = BTreeMap::new();
            for (value, many) in all.remove(question.id.as_str()).unwrap_or_default() {
                if is_typed_day(question, value) {
                    *days.entry(value).or_default() += many;
                }
                *given.entry(name_of(question, value)).or_default() += many;
            }
            let values = question.answers.iter().map(|one| one.value.as_str());
            let line = question_line(&question.id, &question.text, values, &mut given);
            let day =
                |(day, many): (&str, u64)| AnswerLine { value: day.to_owned(), share: Share::new(many, line.answered) };
            lines.push(QuestionLine { days: days.into_iter().map(day).collect(), ..line });
        }
        // Asked by an earlier version of the script.
        for (id, mut given) in all {
            lines.push(question_line(id, id, std::iter::empty(), &mut given));
        }
        lines
    }

    fn variants(&self, def: &CampaignDef) -> Vec<GroupLine> {
        let mut lines: Vec<GroupLine> = Vec::new();
        let mut names: Vec<(&str, Option<&str>)> =
            def.initial.iter().map(|one| (one.name.as_str(), Some(one.language.as_str()))).collect();
        for sum in self.people.keys() {
            if let Some(name) = &sum.variant
                && !names.iter().any(|(known, _)| known == name)
            {
                names.push((name, None));
            }
        }
        for (name, language) in names {
            let of = |one: &PeopleSum| one.variant.as_deref() == Some(name);
            lines.push(GroupLine { language: language.map(str::to_owned), ..self.group(def, name, of) });
        }
        lines
    }

    fn lists(&self, def: &CampaignDef) -> Vec<GroupLine> {
        let names: std::collections::BTreeSet<&String> =
            self.people.keys().filter_map(|one| one.list.as_ref()).collect();
        names.into_iter().map(|name| self.group(def, name, |one| one.list.as_ref() == Some(name))).collect()
    }

    fn group(&self, def: &CampaignDef, name: &str, is: impl Fn(&PeopleSum) -> bool) -> GroupLine {
        let of = |also: fn(&PeopleSum) -> bool| self.count(|one| one.texted && is(one) && also(one));
        let texted = of(|_| true);
        let mut answers: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for (sum, many) in self.people.iter().filter(|(one, _)| is(one)) {
            for (id, value) in &sum.answers {
                let asked = def.questions.iter().find(|question| question.id == *id);
                let value = asked.map_or(value.as_str(), |question| name_of(question, value));
                *answers.entry(id.clone()).or_default().entry(value.to_owned()).or_default() += many;
            }
        }
        GroupLine {
            name: name.to_owned(),
            language: None,
            texted,
            answered: Share::new(of(|one| one.answered), texted),
            opted_out: Share::new(of(|one| one.opted_out), texted),
            failed: Share::new(of(|one| one.failed), texted),
            answers,
        }
    }

    fn texters(&self) -> Vec<TexterFigures> {
        let mut lines: BTreeMap<PersonId, TexterFigures> = BTreeMap::new();
        let people: std::collections::BTreeSet<PersonId> = self
            .texts
            .iter()
            .filter(|((_, sort, fate, _), _)| *sort != Sort::Received && *fate != Fate::Dropped)
            .filter_map(|((.., texter), _)| *texter)
            .collect();
        for person in people {
            let sent = |is: &dyn Fn(Sort, Fate) -> bool| -> u64 {
                let own = self.texts.iter().filter(|((.., texter), _)| *texter == Some(person));
                own.filter(|((_, sort, fate, _), _)| *fate != Fate::Dropped && is(*sort, *fate)).map(|(_, n)| n).sum()
            };
            let first =
                |also: fn(&PeopleSum) -> bool| self.count(|one| one.texted && one.texter == Some(person) && also(one));
            let texted = first(|_| true);
            let waits = self.waits.get(&(true, Some(person))).cloned().unwrap_or_default();
            let line = TexterFigures {
                person,
                name: self.names.get(&person).cloned().unwrap_or_default(),
                initials: sent(&|sort, _| sort == Sort::Initial),
                replies: sent(&|sort, _| sort == Sort::Reply),
                answered: Share::new(first(|one| one.answered), texted),
                opted_out: Share::new(first(|one| one.opted_out), texted),
                failed: Share::new(sent(&|_, fate| fate == Fate::Failed), sent(&|_, _| true)),
                median_wait_seconds: median(&waits),
            };
            lines.insert(person, line);
        }
        let mut lines: Vec<_> = lines.into_values().collect();
        lines.sort_by(|a, b| a.name.cmp(&b.name).then(a.person.cmp(&b.person)));
        lines
    }

    fn times(&self, zone: &TimeZone) -> (Step, Vec<TimeLine>) {
        let slots = || self.texts.keys().map(|(slot, ..)| *slot).chain(self.opt_outs.keys().copied());
        let (Some(first), Some(last)) = (slots().min(), slots().max()) else { return (Step::Hour, Vec::new()) };
        let step = match last.saturating_sub(first) {
            quarters if quarters < MOST_LINES => Step::Quarter,
            quarters if quarters < MOST_LINES * 4 => Step::Hour,
            _ => Step::Day,
        };
        let mut lines: BTreeMap<Timestamp, TimeLine> = BTreeMap::new();
        let mut line = |slot: i64, add: &dyn Fn(&mut TimeLine)| {
            let Some(from) = start_of(slot, step, zone) else { return };
            let blank = TimeLine { from, initials: 0, replies: 0, received: 0, opt_outs: 0, failed: 0 };
            add(lines.entry(from).or_insert(blank));
        };
        for ((slot, sort, fate, _), many) in &self.texts {
            if *fate == Fate::Dropped {
                continue;
            }
            line(*slot, &|line| {
                match sort {
                    Sort::Received => line.received += many,
                    Sort::Initial => line.initials += many,
                    Sort::Reply => line.replies += many,
                    Sort::Notice => {}
                }
                if *fate == Fate::Failed {
                    line.failed += many;
                }
            });
        }
        for (slot, many) in &self.opt_outs {
            line(*slot, &|line| line.opt_outs += many);
        }
        (step, lines.into_values().collect())
    }
}

impl Step {
    /// When the step after the one that begins at `from` begins.
    #[must_use]
    pub fn after(self, from: Timestamp, zone: &TimeZone) -> Timestamp {
        let next = match self {
            Self::Quarter => from.checked_add(15.minutes()),
            Self::Hour => from.checked_add(1.hour()),
            Self::Day => from.to_zoned(zone.clone()).checked_add(1.day()).map(|day| day.timestamp()),
        };
        next.unwrap_or(Timestamp::MAX)
    }
}

/// The beginning of the step in which a quarter of an hour is.
fn start_of(slot: i64, step: Step, zone: &TimeZone) -> Option<Timestamp> {
    let at = Timestamp::from_second(slot.checked_mul(SLOT_SECONDS)?).ok()?;
    let local = at.to_zoned(zone.clone());
    match step {
        Step::Quarter => Some(at),
        Step::Hour => at.checked_sub(i64::from(local.minute()).minutes()).ok(),
        Step::Day => local.start_of_day().ok().map(|day| day.timestamp()),
    }
}

fn question_line<'a>(
    id: &str,
    text: &str,
    values: impl Iterator<Item = &'a str>,
    given: &mut BTreeMap<&str, u64>,
) -> QuestionLine {
    let answered = given.values().sum();
    let line = |value: &str, many: u64| AnswerLine { value: value.to_owned(), share: Share::new(many, answered) };
    let mut answers: Vec<AnswerLine> = values.map(|value| line(value, given.remove(value).unwrap_or(0))).collect();
    answers.extend(given.iter().map(|(value, many)| line(value, *many)));
    QuestionLine { id: id.to_owned(), text: text.to_owned(), answered, answers, days: Vec::new() }
}

fn is_typed_day(question: &Question, value: &str) -> bool {
    question.answer_of(value).is_some_and(|answer| answer.free == Some(Free::Date))
}

/// How a day is called in the script. All else stands as it came: own words leave the server as the name of their answer.
fn name_of<'a>(question: &'a Question, value: &'a str) -> &'a str {
    question.answer_of(value).filter(|answer| answer.free == Some(Free::Date)).map_or(value, |answer| &answer.value)
}

/// What is compared of two groups.
type OfGroup = fn(&GroupLine) -> Share;

fn comparisons(variants: &[GroupLine]) -> Vec<Comparison> {
    let mut pairs = Vec::new();
    for (at, one) in variants.iter().enumerate() {
        for other in variants.iter().skip(at + 1) {
            let alike = one.language.is_some() && one.language == other.language;
            if alike && one.texted > 0 && other.texted > 0 {
                pairs.push((one, other));
            }
        }
    }
    let z = for_looks(u64::try_from(pairs.len()).unwrap_or(u64::MAX));
    let kinds: [(&'static str, OfGroup); 2] = [("answered", |one| one.answered), ("opted_out", |one| one.opted_out)];
    let mut found = Vec::new();
    for (what, share) in kinds {
        for (one, other) in &pairs {
            let (a, b) = (share(one), share(other));
            let (apart, low, high) = difference((a.many, a.of), (b.many, b.of), z);
            found.push(Comparison {
                what,
                one: one.name.clone(),
                other: other.name.clone(),
                difference: apart,
                low,
                high,
                may_be_chance: low <= 0.0 && high >= 0.0,
            });
        }
    }
    found
}

fn together<'a>(all: impl Iterator<Item = &'a BTreeMap<u64, u64>>) -> BTreeMap<u64, u64> {
    let mut sum: BTreeMap<u64, u64> = BTreeMap::new();
    for (length, many) in all.flatten() {
        *sum.entry(*length).or_default() += many;
    }
    sum
}

/// The length that half of them do not exceed.
fn median(lengths: &BTreeMap<u64, u64>) -> Option<u64> {
    let half = lengths.values().sum::<u64>().div_ceil(2);
    let mut so_far = 0;
    lengths.iter().find_map(|(length, many)| {
        so_far += many;
        (so_far >= half && half > 0).then_some(*length)
    })
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;

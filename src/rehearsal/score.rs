//! The scorecard: what a rehearsal says to the person who did it, and to nobody else.

use serde::{Deserialize, Serialize};

/// Everything a rehearsal counted. Times are campaign time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scorecard {
    /// Seed of the voters: the same seed, list and presses give the same card.
    pub seed: u64,
    /// Contacts in the rehearsal.
    pub contacts: u64,
    /// First texts accepted.
    pub first_texts: u64,
    /// Texts accepted, replies included; the system's notices are not counted.
    pub texts: u64,
    /// Segments of these texts.
    pub segments: u64,
    /// Texts that voters wrote.
    pub received: u64,
    /// How wishes to stop were treated.
    pub opt_outs: OptOutScore,
    /// How long voters waited.
    pub waiting: WaitingScore,
    /// How answers were recorded.
    pub answers: AnswerScore,
    /// Numbers of strangers marked as wrong.
    pub wrong_numbers: Tally,
    /// Texts with other words than the script's. Not a fault by itself.
    pub off_script: u64,
    /// Words that should not have been said to this persona.
    pub unwelcome: Vec<Unwelcome>,
    /// What went well: keys of the catalogue.
    pub well: Vec<String>,
    /// What to try next time: keys of the catalogue.
    pub next_time: Vec<String>,
}

/// Right and missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Done as it should be.
    pub right: u64,
    /// Not done.
    pub missed: u64,
    /// Done where it should not have been.
    #[serde(default)]
    pub mistaken: u64,
}

/// See [`Scorecard::opt_outs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OptOutScore {
    /// Wishes to stop after which no text of a person went out.
    pub honoured: u64,
    /// Wishes to stop after which a text went out, or that nobody recorded.
    pub missed: u64,
    /// Of the honoured: by one of the fixed words, suppressed by the server itself.
    pub by_word: u64,
    /// Of the honoured: in other words, seen and recorded by the texter.
    pub by_texter: u64,
    /// Texts to opted-out voters that the server refused.
    pub stopped_by_server: u64,
    /// Voters opted out who had not asked for it.
    pub needless: u64,
    /// Of the needless: those whose words sound like an opt-out.
    #[serde(default)]
    pub misread: u64,
    /// Texts that sound like an opt-out, are none, and were answered as what they are.
    pub seen_through: u64,
}

/// See [`Scorecard::waiting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WaitingScore {
    /// Voters' texts that were answered or otherwise dealt with.
    pub answered: u64,
    /// Voters who had waited for a minute or longer at the end.
    pub unanswered: u64,
    /// Voters who had written within the last minute and waited.
    #[serde(default)]
    pub just_wrote: u64,
    /// Answered later than that persona bears.
    pub late: u64,
    /// Median wait, seconds.
    pub median_seconds: u64,
    /// Longest wait, seconds (those still waiting included).
    pub longest_seconds: u64,
}

/// See [`Scorecard::answers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AnswerScore {
    /// Recorded as the voter said.
    pub correct: u64,
    /// Recorded otherwise.
    pub wrong: u64,
    /// Said, and not recorded.
    pub missing: u64,
}

/// One word said to the wrong person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unwelcome {
    /// First name of the voter.
    pub contact: String,
    /// Title of the persona.
    pub persona: String,
    /// The word or phrase.
    pub word: String,
    /// The text it was in.
    pub text: String,
}

/// One line of the card: a key of the catalogue, its numbers and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Key in the catalogue (`score-…`).
    pub key: String,
    /// Number arguments.
    pub numbers: Vec<(&'static str, u64)>,
    /// Text arguments, safe to show.
    pub texts: Vec<(&'static str, String)>,
}

impl Line {
    fn new(key: impl Into<String>, numbers: &[(&'static str, u64)]) -> Self {
        Self { key: key.into(), numbers: numbers.to_vec(), texts: Vec::new() }
    }
}

impl Scorecard {
    /// The card for a console: `{"card": ..., "lines": [{"key", "numbers": {..}, "texts": {..}}]}`.
    #[must_use]
    pub fn for_screen(&self) -> serde_json::Value {
        let lines: Vec<_> = self
            .lines()
            .into_iter()
            .map(|line| {
                let numbers: serde_json::Map<_, _> =
                    line.numbers.into_iter().map(|(name, n)| (name.to_owned(), n.into())).collect();
                let texts: serde_json::Map<_, _> =
                    line.texts.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
                serde_json::json!({ "key": line.key, "numbers": numbers, "texts": texts })
            })
            .collect();
        serde_json::json!({ "card": self, "lines": lines })
    }

    /// How long voters waited, and who waits still; nothing where nobody waited for anything.
    fn waiting_lines(&self) -> Vec<Line> {
        let waiting = &self.waiting;
        let longest = ("longest", waiting.longest_seconds);
        let how_long = match (waiting.answered, waiting.unanswered) {
            (0, 0) => None,
            (0, _) => Some(Line::new("score-waiting-still", &[longest])),
            _ => Some(Line::new("score-waiting", &[("median", waiting.median_seconds), longest])),
        };
        let waited = waiting.answered + waiting.unanswered + waiting.just_wrote > 0;
        let numbers = [("unanswered", waiting.unanswered), ("late", waiting.late), ("just", waiting.just_wrote)];
        how_long.into_iter().chain(waited.then(|| Line::new("score-unanswered", &numbers))).collect()
    }

    /// The card as lines, in the order shown; the catalogue has the sentences.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = vec![
            Line::new("score-title", &[]),
            Line::new(
                "score-texts",
                &[("texts", self.texts), ("first", self.first_texts), ("segments", self.segments)],
            ),
            Line::new("score-received", &[("received", self.received)]),
            Line::new("score-opt-outs", &[("honoured", self.opt_outs.honoured), ("missed", self.opt_outs.missed)]),
        ];
        lines.extend(self.waiting_lines());
        lines.extend([
            Line::new(
                "score-answers",
                &[("correct", self.answers.correct), ("wrong", self.answers.wrong), ("missing", self.answers.missing)],
            ),
            Line::new(
                "score-wrong-numbers",
                &[
                    ("right", self.wrong_numbers.right),
                    ("missed", self.wrong_numbers.missed),
                    ("mistaken", self.wrong_numbers.mistaken),
                ],
            ),
            Line::new("score-off-script", &[("texts", self.off_script)]),
        ]);
        for said in &self.unwelcome {
            let mut line = Line::new("score-unwelcome", &[]);
            line.texts = vec![
                ("contact", said.contact.clone()),
                ("persona", said.persona.clone()),
                ("word", said.word.clone()),
                ("text", said.text.clone()),
            ];
            lines.push(line);
        }
        if !self.well.is_empty() {
            lines.push(Line::new("score-well", &[]));
            lines.extend(self.well.iter().map(|key| Line::new(key.clone(), &[])));
        }
        if !self.next_time.is_empty() {
            lines.push(Line::new("score-next-time", &[]));
            lines.extend(self.next_time.iter().map(|key| Line::new(key.clone(), &[])));
        }
        lines.push(Line::new("score-private", &[]));
        lines
    }
}

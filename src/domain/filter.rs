//! Segments of an audience, as campaign staff write them: `state = OH and (tag = volunteer or answer.voting in (Yes, Maybe))`.
//!
//! A condition is about a name: a column of the list (as scripts name it: `zip`, `polling_place`, in double quotes when it has spaces),
//! `status`, `tag`, `language`, `answer.QUESTION`, `earlier.QUESTION` (answered in a campaign that this one follows), `rsvp.EVENT` (`yes`,
//! `waiting`, `maybe`, `no`), `campaign` (the numbers of the campaigns in which the same number was texted), and the facts in [`FACTS`]. A
//! name may have no value or several (tags): `=` holds when one of them is equal, `!=` when none is. Letter case and spaces around do not
//! count. `<` and its kin compare numbers, and
//! dates written as `2026-11-03`; whatever is neither is in no such segment. `name = ""` is: without a value.

use std::fmt;

use super::script::fold_name;

mod contact;

pub use contact::is_in;

/// What can be asked of everybody, whatever the list has: `yes` or `no`, but for the day of the last text, the wording of the first
/// one, what became of it, and the texter's name.
pub const FACTS: [&str; 9] =
    ["texted", "replied", "opted_out", "wrong_number", "removed", "last_texted", "variant", "delivery", "texter"];

/// Longest expression, in bytes, and how deep its brackets may go: it comes from outside and is kept.
const MAX_LENGTH: usize = 4_000;
const MAX_DEPTH: usize = 32;

/// So many digits of a number's end lead to whom it is of.
const MEANT_DIGITS: usize = 7;

/// A checked expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(Node);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Is(Condition),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    name: Name,
    how: How,
    /// One, but for [`How::In`].
    values: Vec<String>,
}

/// What a condition asks about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// Where the conversation stands (`needs_message`, ...).
    Status,
    /// The tags.
    Tag,
    /// The answer to this question of the survey.
    Answer(String),
    /// How they stand with this event.
    Rsvp(String),
    /// The answer to this question in a campaign that this one follows.
    Earlier(String),
    /// The campaigns in which the same number was texted, by their numbers.
    Campaign,
    /// One of [`FACTS`].
    Fact(&'static str),
    /// A column of the list.
    Field(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Equal,
    Unequal,
    In,
    Contains,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What is wrong with an expression, where (in characters from its start), and what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--where, at character {}: {what}. {remedy}", .at + 1)]
pub struct FilterFault {
    /// Characters before it.
    pub at: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: &'static str,
}

/// Whoever is asked about.
pub trait Subject {
    /// The values that they have under a name; none when there is none.
    fn values(&self, name: &Name) -> Vec<String>;
}

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FilterFault> {
        let fault = |at, what: &str, remedy| FilterFault { at, what: what.to_owned(), remedy };
        if text.len() > MAX_LENGTH {
            return Err(fault(0, "it is longer than 4000 characters", "Tag the people first, then ask for the tag."));
        }
        let mut reader = Reader { tokens: tokens(text)?, next: 0, end: text.chars().count(), depth: 0 };
        if reader.tokens.is_empty() {
            return Err(fault(0, "it is empty", EXAMPLE));
        }
        let node = reader.any()?;
        match reader.peek() {
            None => Ok(Self(node)),
            Some(_) => Err(reader.fault("something is left over", "Join conditions with `and` or `or`.")),
        }
    }

    /// True when they are in the segment.
    #[must_use]
    pub fn holds(&self, subject: &impl Subject) -> bool {
        self.0.holds(subject)
    }

    /// True when it asks in which campaigns somebody was texted, which is not known of a contact alone.
    #[must_use]
    pub fn asks_for_campaigns(&self) -> bool {
        self.names().contains(&&Name::Campaign)
    }

    /// The names that it compares with whole words, each with those words.
    #[must_use]
    pub fn compared(&self) -> Vec<(&Name, &str)> {
        let mut all = Vec::new();
        self.0.compared(&mut all);
        all
    }

    /// The names whose values it puts in order (`<` and its kin), each with what they are held against.
    #[must_use]
    pub fn ordered(&self) -> Vec<(&Name, &str)> {
        let mut all = Vec::new();
        self.0.ordered(&mut all);
        all
    }

    /// True when it compares something with the whole of this number, whatever it is written with, or with one of these words: with somebody
    /// who has them it may be about that very person.
    #[must_use]
    pub fn may_mean(&self, number: &str, words: &[&str]) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let number = digits(number);
        let mut values = Vec::new();
        self.0.values(&mut values);
        values.into_iter().any(|value| {
            let wrote = digits(value);
            (wrote.len() >= MEANT_DIGITS && number.ends_with(&wrote)) || words.iter().any(|word| same(word, value))
        })
    }

    /// Every name that it asks about.
    #[must_use]
    pub fn names(&self) -> Vec<&Name> {
        let mut names = Vec::new();
        self.0.names(&mut names);
        names.sort();
        names.dedup();
        names
    }
}

const EXAMPLE: &str = "Write it like: state = OH and (tag = volunteer or answer.voting in (Yes, Maybe))";

impl Node {
    fn holds(&self, subject: &impl Subject) -> bool {
        match self {
            Self::All(all) => all.iter().all(|node| node.holds(subject)),
            Self::Any(any) => any.iter().any(|node| node.holds(subject)),
            Self::Not(node) => !node.holds(subject),
            Self::Is(condition) => condition.holds(subject),
        }
    }

    fn compared<'a>(&'a self, into: &mut Vec<(&'a Name, &'a str)>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.compared(into)),
            Self::Not(node) => node.compared(into),
            Self::Is(condition) if matches!(condition.how, How::Equal | How::Unequal | How::In) => {
                into.extend(condition.values.iter().map(|value| (&condition.name, value.as_str())));
            }
            Self::Is(_) => {}
        }
    }

    fn ordered<'a>(&'a self, into: &mut Vec<(&'a Name, &'a str)>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.ordered(into)),
            Self::Not(node) => node.ordered(into),
            Self::Is(condition) if matches!(condition.how, How::Less | How::AtMost | How::More | How::AtLeast) => {
                into.extend(condition.values.iter().map(|value| (&condition.name, value.as_str())));
            }
            Self::Is(_) => {}
        }
    }

    fn values<'a>(&'a self, into: &mut Vec<&'a str>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.values(into)),
            Self::Not(node) => node.values(into),
            Self::Is(condition) => into.extend(condition.values.iter().map(String::as_str)),
        }
    }

    fn names<'a>(&'a self, into: &mut Vec<&'a Name>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.names(into)),
            Self::Not(node) => node.names(into),
            Self::Is(condition) => into.push(&condition.name),
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    let fold = |text: &str| text.trim().to_lowercase();
    fold(one) == fold(other)
}

impl Condition {
    fn holds(&self, subject: &impl Subject) -> bool {
        let mut has = subject.values(&self.name);
        has.retain(|value| !value.trim().is_empty());
        let equals = |wanted: &String| {
            if wanted.trim().is_empty() { has.is_empty() } else { has.iter().any(|value| same(value, wanted)) }
        };
        match self.how {
            How::Equal | How::In => self.values.iter().any(equals),
            How::Unequal => !self.values.iter().any(equals),
            How::Contains => {
                let part = |wanted: &String| {
                    let wanted = wanted.trim().to_lowercase();
                    has.iter().any(|value| value.to_lowercase().contains(&wanted))
                };
                self.values.iter().any(part)
            }
            How::Less | How::AtMost | How::More | How::AtLeast => {
                let fits = |order: std::cmp::Ordering| match self.how {
                    How::Less => order.is_lt(),
                    How::AtMost => order.is_le(),
                    How::More => order.is_gt(),
                    _ => order.is_ge(),
                };
                let compared = |value: &String| self.values.first().and_then(|wanted| order(value, wanted));
                has.iter().filter_map(compared).any(fits)
            }
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

fn day(text: &str) -> Option<jiff::civil::Date> {
    text.trim().get(..10)?.parse::<jiff::civil::Date>().ok()
}

/// True for what `<` and its kin can put in order: a number, or a day.
#[must_use]
pub fn has_order(text: &str) -> bool {
    number(text).is_some() || is_day(text)
}

/// True for a day as it is written here: `2026-11-03`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    day(text).is_some()
}

/// Which of two numbers, or of two days, is the larger.
fn order(value: &str, wanted: &str) -> Option<std::cmp::Ordering> {
    if let (Some(value), Some(wanted)) = (number(value), number(wanted)) {
        return value.partial_cmp(&wanted);
    }
    Some(day(value)?.cmp(&day(wanted)?))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A bare word.
    Word(String),
    /// In quotes: always a name or a value, never a word of the language.
    Quoted(String),
    /// `=`, `!=`, `<`, `(`, `,` ...
    Sign(&'static str),
}

/// Longest first.
const SIGNS: [&str; 11] = ["!=", "<=", ">=", "<>", "=", "<", ">", "~", "(", ")", ","];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, FilterFault> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&next) = chars.get(at) {
        if next.is_whitespace() {
            at += 1;
        } else if let Some(quote) = closing(next) {
            let inside: String = chars[at + 1..].iter().take_while(|c| **c != quote).collect();
            let length = inside.chars().count();
            if chars.get(at + 1 + length).is_none() {
                let what = "this quote is never closed".to_owned();
                return Err(FilterFault { at, what, remedy: "Close it, as in \"polling place\" = 'Town Hall'." });
            }
            found.push((at, Token::Quoted(inside)));
            at += length + 2;
        } else if let Some(sign) =
            SIGNS.iter().find(|sign| sign.chars().eq(chars[at..].iter().copied().take(sign.len())))
        {
            found.push((at, Token::Sign(sign)));
            at += sign.len();
        } else {
            let ends = |c: &char| c.is_whitespace() || closing(*c).is_some() || "=!<>~(),".contains(*c);
            let word: String =
                chars[at..].iter().enumerate().take_while(|(n, c)| *n == 0 || !ends(c)).map(|(_, c)| c).collect();
            let length = word.chars().count();
            found.push((at, Token::Word(word)));
            at += length;
        }
    }
    Ok(found)
}

/// What closes a quotation that begins so; those that a word processor makes of typed ones too.
fn closing(quote: char) -> Option<char> {
    match quote {
        '"' | '\'' => Some(quote),
        '\u{201c}' | '\u{201d}' => Some('\u{201d}'),
        '\u{2018}' => Some('\u{2019}'),
        _ => None,
    }
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    /// Characters before what comes next.
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn fault(&self, what: &str, remedy: &'static str) -> FilterFault {
        FilterFault { at: self.at(), what: what.to_owned(), remedy }
    }

    /// Takes a word of the language.
    fn word(&mut self, wanted: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.next += usize::from(is);
        is
    }

    fn sign(&mut self, wanted: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Sign(sign)) if *sign == wanted);
        self.next += usize::from(is);
        is
    }

    fn any(&mut self) -> Result<Node, FilterFault> {
        let mut nodes = vec![self.all()?];
        while self.word("or") {
            nodes.push(self.all()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn all(&mut self) -> Result<Node, FilterFault> {
        let mut nodes = vec![self.one()?];
        while self.word("and") {
            nodes.push(self.one()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) })
    }

    fn one(&mut self) -> Result<Node, FilterFault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault("the brackets go too deep", "Tag the people first, then ask for the tag."));
        }
        let node = if self.word("not") {
            Node::Not(Box::new(self.one()?))
        } else if self.sign("(") {
            let inside = self.any()?;
            if !self.sign(")") {
                return Err(self.fault("a bracket is not closed", "Close it with `)`."));
            }
            inside
        } else {
            self.condition()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn condition(&mut self) -> Result<Node, FilterFault> {
        let name = match self.peek() {
            Some(Token::Word(word)) if !is_reserved(word) => named(word, false),
            Some(Token::Quoted(word)) => named(word, true),
            _ => return Err(self.fault("a name is missing", EXAMPLE)),
        };
        self.next += 1;
        if self.word("not") {
            if !self.word("in") {
                return Err(self.fault("`in` is missing", "Write: state not in (CA, NV)"));
            }
            let values = self.list(&name)?;
            return Ok(Node::Not(Box::new(Node::Is(Condition { name, how: How::In, values }))));
        }
        if self.word("in") {
            let values = self.list(&name)?;
            return Ok(Node::Is(Condition { name, how: How::In, values }));
        }
        let how = match self.peek() {
            Some(Token::Sign("=")) => How::Equal,
            Some(Token::Sign("!=" | "<>")) => How::Unequal,
            Some(Token::Sign("~")) => How::Contains,
            Some(Token::Sign("<")) => How::Less,
            Some(Token::Sign("<=")) => How::AtMost,
            Some(Token::Sign(">")) => How::More,
            Some(Token::Sign(">=")) => How::AtLeast,
            _ => {
                let remedy =
                    "After a name comes one of = != ~ < <= > >= or `in (...)`; put a name with spaces in quotes.";
                return Err(self.fault("no comparison follows the name", remedy));
            }
        };
        self.next += 1;
        let values = vec![self.value_of(&name)?];
        Ok(Node::Is(Condition { name, how, values }))
    }

    fn list(&mut self, name: &Name) -> Result<Vec<String>, FilterFault> {
        let remedy = "Write: state in (CA, NV)";
        if !self.sign("(") {
            return Err(self.fault("`(` is missing", remedy));
        }
        let mut values = vec![self.value_of(name)?];
        while self.sign(",") {
            values.push(self.value_of(name)?);
        }
        if !self.sign(")") {
            return Err(self.fault("the list is not closed", remedy));
        }
        Ok(values)
    }

    /// A value that this name may have.
    fn value_of(&mut self, name: &Name) -> Result<String, FilterFault> {
        let at = self.at();
        let value = self.value()?;
        let number = value.trim().is_empty() || value.trim().parse::<u32>().is_ok();
        if *name == Name::Campaign && !number {
            let what = "a campaign is named by its number here".to_owned();
            let remedy =
                "See the numbers: textbank campaign list. A column of that name stands in quotes: 'campaign' = ...";
            return Err(FilterFault { at, what, remedy });
        }
        Ok(value)
    }

    /// A value: in quotes, or bare words up to the next sign or word of the language.
    fn value(&mut self) -> Result<String, FilterFault> {
        if let Some(Token::Quoted(text)) = self.peek() {
            let text = text.clone();
            self.next += 1;
            return Ok(text);
        }
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.peek()
            && !is_reserved(word)
        {
            words.push(word.clone());
            self.next += 1;
        }
        if words.is_empty() {
            return Err(self.fault("a value is missing", "A word, or anything in quotes: tag = 'yard sign'"));
        }
        Ok(words.join(" "))
    }
}

fn is_reserved(word: &str) -> bool {
    ["and", "or", "not", "in"].iter().any(|one| word.eq_ignore_ascii_case(one))
}

fn named(word: &str, quoted: bool) -> Name {
    if let Some(question) = word.strip_prefix("answer.") {
        return Name::Answer(question.to_owned());
    }
    if let Some(event) = word.strip_prefix("rsvp.") {
        return Name::Rsvp(event.to_owned());
    }
    if let Some(question) = word.strip_prefix("earlier.") {
        return Name::Earlier(question.to_owned());
    }
    let folded = fold_name(word);
    if !quoted {
        if let Some(fact) = FACTS.iter().find(|fact| fold_name(fact) == folded) {
            return Name::Fact(fact);
        }
        match folded.as_str() {
            "status" => return Name::Status,
            "tag" | "tags" => return Name::Tag,
            "campaign" => return Name::Campaign,
            _ => {}
        }
    }
    Name::Field(word.to_owned())
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("status"),
            Self::Tag => f.write_str("tag"),
            Self::Answer(question) => write!(f, "\"answer.{question}\""),
            Self::Rsvp(event) => write!(f, "\"rsvp.{event}\""),
            Self::Earlier(question) => write!(f, "\"earlier.{question}\""),
            Self::Campaign => f.write_str("campaign"),
            Self::Fact(fact) => f.write_str(fact),
            Self::Field(name) => write!(f, "\"{name}\""),
        }
    }
}

impl fmt::Display for Filter {
    /// The same expression, written out so that it reads back as itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nodes, word) = match self {
            Self::All(nodes) => (nodes, " and "),
            Self::Any(nodes) => (nodes, " or "),
            Self::Not(node) => {
                return match &**node {
                    Self::All(_) | Self::Any(_) => write!(f, "not ({node})"),
                    Self::Not(_) | Self::Is(_) => write!(f, "not {node}"),
                };
            }
            Self::Is(condition) => return condition.fmt(f),
        };
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 {
                f.write_str(word)?;
            }
            match node {
                Self::All(_) | Self::Any(_) => write!(f, "({node})")?,
                Self::Not(_) | Self::Is(_) => node.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.how {
            How::Equal => "=",
            How::Unequal => "!=",
            How::In => "in",
            How::Contains => "~",
            How::Less => "<",
            How::AtMost => "<=",
            How::More => ">",
            How::AtLeast => ">=",
        };
        // A quotation holds no quote of its own kind.
        let quoted = |value: &String| if value.contains('\'') { format!("\"{value}\"") } else { format!("'{value}'") };
        let values = self.values.iter().map(quoted).collect::<Vec<_>>().join(", ");
        match self.how {
            How::In => write!(f, "{} in ({values})", self.name),
            _ => write!(f, "{} {sign} {values}", self.name),
        }
    }
}

#[cfg(test)]
mod tests;

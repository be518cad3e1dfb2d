//! Looking through the conversations of a server of another make, and what is done with several at once. Types only; our own server has
//! none of this under `/api/v1`: there a captain sees what texters flag.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::conversation::Status;
use crate::domain::ids::{CampaignId, ContactId, PersonId};

/// Which conversations. Without a filter all of the campaigns that are not closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Filters {
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// In this texter's hands (-2: in nobody's).
    pub texter: Option<i64>,
    /// The texter has sent something in it, whoever has it now.
    pub sender: bool,
    /// Of this status, in Spoke's word (several with commas between).
    pub status: Option<String>,
    /// Opted out, or not.
    pub opted_out: Option<bool>,
    /// With one of these tags, by name (`*`: any).
    pub tags: Vec<String>,
    /// Without these tags.
    pub without_tags: Vec<String>,
    /// With one of these errors of the carrier's (0: none).
    pub errors: Vec<i64>,
    /// With these words in a text, letter by letter.
    pub text: Option<String>,
    /// In closed campaigns.
    pub archived: bool,
}

/// What of a line of filters cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterFault {
    /// No filter has this name.
    Name(String),
    /// This filter takes something else.
    Value {
        /// Which.
        name: &'static str,
        /// What stands there.
        value: String,
    },
    /// Nobody, or more than one, is called that.
    Person(String),
}

impl Filters {
    /// True when every conversation passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { archived: self.archived, ..Self::default() }
    }

    /// Reads a line as somebody types it: `texter:nobody status:needs-response tag:"Spanish speaker" error:30003 some words`. What has no
    /// name before a colon are words of a text. Without `campaign:` it is about `campaign`; `campaign:all` is about every one.
    ///
    /// # Errors
    /// What cannot be understood of it.
    pub fn read(line: &str, campaign: CampaignId, people: &[Person]) -> Result<Self, FilterFault> {
        let mut filters = Self { campaign: Some(campaign), ..Self::default() };
        let mut words: Vec<String> = Vec::new();
        for word in pieces(line) {
            let Some((name, value)) = word.split_once(':').filter(|(name, _)| !name.contains(char::is_whitespace))
            else {
                words.push(word);
                continue;
            };
            let wrong = |name| FilterFault::Value { name, value: value.to_owned() };
            match name.to_lowercase().as_str() {
                "campaign" if value == "all" => filters.campaign = None,
                "campaign" => filters.campaign = Some(CampaignId(value.parse().map_err(|_| wrong("campaign"))?)),
                "texter" => filters.texter = Some(texter(value, people)?),
                "status" => {
                    let all = value.split(',').map(|one| status(one.trim()).ok_or_else(|| wrong("status")));
                    filters.status = Some(all.collect::<Result<Vec<_>, _>>()?.join(","));
                }
                "tag" if !value.is_empty() => filters.tags.push(value.to_owned()),
                "without" if !value.is_empty() => filters.without_tags.push(value.to_owned()),
                "tag" => return Err(wrong("tag")),
                "without" => return Err(wrong("without")),
                "error" => filters.errors.push(value.parse().map_err(|_| wrong("error"))?),
                "opted-out" => {
                    filters.opted_out = Some(match value {
                        "yes" => true,
                        "no" => false,
                        _ => return Err(wrong("opted-out")),
                    });
                }
                _ => return Err(FilterFault::Name(name.to_owned())),
            }
        }
        filters.text = (!words.is_empty()).then(|| words.join(" "));
        Ok(filters)
    }
}

/// The words of a line; what stands between quotes is one.
fn pieces(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, any) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if any {
                    all.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => {
                word.push(c);
                any = true;
            }
        }
    }
    if any {
        all.push(word);
    }
    all
}

/// A status in Spoke's word, from ours.
#[must_use]
pub fn status(word: &str) -> Option<&'static str> {
    Some(match word {
        "needs-message" => "needsMessage",
        "messaged" => "messaged",
        "needs-response" => "needsResponse",
        "needs-response-expired" => "needsResponseExpired",
        "convo" => "convo",
        "closed" => "closed",
        _ => return None,
    })
}

/// A person's number, by the number itself or the beginning of the one name that begins so.
fn texter(value: &str, people: &[Person]) -> Result<i64, FilterFault> {
    if value == "nobody" {
        return Ok(-2);
    }
    if let Ok(number @ 1..) = value.parse() {
        return Ok(number);
    }
    let small = value.to_lowercase();
    let mut called = people.iter().filter(|one| !small.is_empty() && one.name.to_lowercase().starts_with(&small));
    match (called.next(), called.next()) {
        (Some(one), None) => Ok(one.person.0),
        _ => Err(FilterFault::Person(value.to_owned())),
    }
}

/// In whose hands contacts are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum To {
    /// This person's.
    Person(PersonId),
    /// Nobody's: whoever asks for more gets them.
    Nobody,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conversation {
    /// With whom.
    pub contact: ContactId,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Its title.
    pub title: String,
    /// In whose hands; null: nobody's.
    pub texter: Option<PersonId>,
    /// Their name.
    pub texter_name: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// They have opted out.
    pub opted_out: bool,
    /// The carrier's error of a text.
    pub error_code: Option<i64>,
    /// Tags that are not taken off.
    pub tags: Vec<String>,
    /// What was said.
    pub messages: Vec<Said>,
}

/// A text of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The voter wrote it.
    pub from_voter: bool,
    /// Its words.
    pub text: String,
    /// When.
    pub at: Option<Timestamp>,
}

/// Somebody of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their number there.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// What they may do; null: suspended.
    pub role: Option<crate::api::people::Role>,
}

/// What is to become of several conversations.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Deed {
    /// They go into these hands.
    Give(To),
    /// They are closed (true), or opened again.
    Close(bool),
    /// The tag of this name is set (true), or taken off.
    Tag(String, bool),
}

/// A conversation that something is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Whom {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// With whom.
    pub contact: ContactId,
}

/// What a console asks of a server that shows conversations.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReviewAsk {
    /// A page of the conversations that these let pass, from so many on.
    Page(Filters, u64),
    /// The people and the tags of who may watch this campaign.
    Crew(CampaignId),
    /// Do this with these. Asked once: no second time by itself.
    Do(Deed, Vec<Whom>),
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewAnswer {
    /// To [`ReviewAsk::Page`].
    Page {
        /// As asked.
        filters: Filters,
        /// From so many on.
        offset: u64,
        /// These.
        found: Vec<Conversation>,
        /// Of so many.
        total: u64,
    },
    /// To [`ReviewAsk::Crew`].
    Crew {
        /// Who texts there.
        people: Vec<Person>,
        /// The organization's tags, by name.
        tags: Vec<String>,
    },
    /// To [`ReviewAsk::Do`].
    Done {
        /// What.
        deed: Deed,
        /// How many were asked for.
        asked: usize,
        /// With whom it was not done.
        left: Vec<ContactId>,
        /// The server said no and gave no reason.
        wordless: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Filters, FilterFault> {
        let one = |person, name: &str| Person { person: PersonId(person), name: name.into(), role: None };
        Filters::read(line, CampaignId(7), &[one(1, "Ada Admin"), one(2, "Tess Texter"), one(3, "Tessa Other")])
    }

    #[test]
    fn a_line_of_filters_is_read_as_it_is_typed() {
        let all = Filters { campaign: Some(CampaignId(7)), ..Filters::default() };
        assert_eq!(read("  "), Ok(all.clone()));
        assert_eq!(read("campaign:all").map(|filters| filters.is_empty()), Ok(true));
        let typed = r#"campaign:3 texter:ada status:needs-response,convo tag:"Spanish speaker" without:done error:30003 where do I vote"#;
        let expected = Filters {
            campaign: Some(CampaignId(3)),
            texter: Some(1),
            status: Some("needsResponse,convo".into()),
            tags: vec!["Spanish speaker".into()],
            without_tags: vec!["done".into()],
            errors: vec![30003],
            text: Some("where do I vote".into()),
            ..Filters::default()
        };
        assert_eq!(read(typed), Ok(expected));
        assert_eq!(read("texter:nobody opted-out:no").map(|f| (f.texter, f.opted_out)), Ok((Some(-2), Some(false))));
        // Words with a colon between quotes are words all the same where a blank stands before it.
        assert_eq!(read(r#""at 7: bring""#).map(|f| f.text), Ok(Some("at 7: bring".into())));
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        assert_eq!(read("staus:closed"), Err(FilterFault::Name("staus".into())));
        assert_eq!(read("status:done"), Err(FilterFault::Value { name: "status", value: "done".into() }));
        assert_eq!(read("error:x"), Err(FilterFault::Value { name: "error", value: "x".into() }));
        assert_eq!(read("texter:tess"), Err(FilterFault::Person("tess".into())), "two begin so");
        assert_eq!(read("texter:"), Err(FilterFault::Person(String::new())));
    }
}

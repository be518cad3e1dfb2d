//! Contacts in full, each by itself where the server fails over one of them.
//!
//! A server that cannot put one contact's data together answers with an error for the whole question, in production without a word
//! on which one it was. So what failed is asked for in halves, down to the one who fails: the others are there, and that one is counted with the
//! reason and asked for again later, after twice as long each time.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::answers::{Contact, Line, Lines};
use super::read::EVERYBODY;
use super::{SpokeServer, documents};
use crate::client::{Call, CallError};
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::safe_text::safe_line;

/// Contacts asked for at once: more make the server slow.
const AT_ONCE: usize = 50;
/// When so many fail one after the other, and none was there, somebody else is asked for: it may be the server that fails.
const SUSPECTS: usize = 3;
/// So many others are asked for at most before the server counts as failing.
const CONTROLS: usize = 3;
/// The interval of asking again for one who fails grows to so many times the quiet interval of the poll.
const LONGEST: u32 = 20;

/// What became of asking for one contact.
#[derive(Debug)]
pub(super) enum Read {
    /// Here they are.
    There(Box<Contact>),
    /// They are not in this assignment.
    Gone,
    /// The server fails over them.
    Broken,
}

impl Read {
    pub(super) fn contact(self) -> Option<Contact> {
        match self {
            Self::There(contact) => Some(*contact),
            Self::Gone | Self::Broken => None,
        }
    }
}

/// Who of an assignment could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Its number.
    pub assignment: CampaignId,
    /// The campaign's title.
    pub title: String,
    /// Contacts whose data the server gave.
    pub read: usize,
    /// Those of whom it gave none.
    pub unreadable: Vec<Unreadable>,
    /// Entries of the list of whom not even the number could be read.
    pub nameless: usize,
    /// What the server said instead of those.
    pub nameless_why: Option<String>,
}

/// A contact of whom the server gives no data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Their number.
    pub contact: ContactId,
    /// What the server says instead.
    pub why: String,
}

impl SpokeServer {
    /// Reads everybody in hand, fifty at once, to see who cannot be read.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn readings(&self) -> Call<Vec<Reading>> {
        let mut all = Vec::new();
        for todo in self.all_todos().await? {
            let id = todo.id.0;
            let lines = self.lines(id, &documents::LINES, EVERYBODY).await?;
            let ids: Vec<i64> = lines.contacts.iter().map(|line| line.id.0).collect();
            let found = self.each(id, &ids).await?;
            let (named, nameless, nameless_why) = self.known.unreadable_in(id);
            all.push(Reading {
                assignment: CampaignId(id),
                title: safe_line(&todo.campaign.title),
                read: found.iter().filter(|(_, read)| matches!(read, Read::There(_))).count(),
                unreadable: named
                    .into_iter()
                    .map(|(contact, why)| Unreadable { contact: ContactId(contact), why: safe_line(&why) })
                    .collect(),
                nameless,
                nameless_why: nameless_why.as_deref().map(safe_line),
            });
        }
        Ok(all)
    }

    /// Contacts in full; those whose time of being asked for again has not come are [`Read::Broken`], and stand last.
    pub(super) async fn each(&self, assignment: i64, ids: &[i64]) -> Call<Vec<(i64, Read)>> {
        let now = self.clock.now();
        let due: Vec<i64> = ids.iter().copied().filter(|id| !self.known.rests(*id, now)).collect();
        let mut read = Vec::with_capacity(ids.len());
        // Whoever failed before is asked for apart: they are no reason to doubt the server, and keep nobody else waiting.
        let (former, fresh): (Vec<i64>, Vec<i64>) = due.iter().copied().partition(|id| self.known.has_failed(*id));
        for (ids, failed_before) in [(former, true), (fresh, false)] {
            for chunk in ids.chunks(AT_ONCE) {
                self.in_parts(assignment, chunk, failed_before, &mut read).await?;
            }
        }
        let resting = ids.iter().filter(|id| !due.contains(id)).map(|id| (*id, Read::Broken));
        read.extend(resting);
        Ok(read)
    }

    async fn in_parts(
        &self,
        assignment: i64,
        chunk: &[i64],
        failed_before: bool,
        read: &mut Vec<(i64, Read)>,
    ) -> Call<()> {
        let mut parts = vec![chunk];
        // One alone is taken at its word, as is who failed before: nothing is lost by asking again later.
        let (mut well, mut broken) = (failed_before || chunk.len() == 1, Vec::new());
        let mut looked = false;
        while let Some(part) = parts.pop() {
            match self.part(assignment, part).await {
                Ok(found) => {
                    well = true;
                    for (id, contact) in part.iter().zip(found) {
                        self.known.is_whole(*id, contact.is_some());
                        read.push((*id, contact.map_or(Read::Gone, |contact| Read::There(Box::new(contact)))));
                    }
                }
                Err(CallError::Strange(why)) => {
                    if let [id] = part {
                        broken.push((*id, why.clone()));
                        // Else whatever the server has would be taken for the contacts'.
                        if !well && !looked && (broken.len() >= SUSPECTS || parts.is_empty()) {
                            looked = true;
                            match self.can_answer(assignment, chunk).await? {
                                Some(false) => return Err(CallError::Strange(why)),
                                // With nobody to compare with, the others of the chunk have to show it.
                                can => well = can.is_some(),
                            }
                        }
                        if !well && parts.is_empty() {
                            return Err(CallError::Strange(why));
                        }
                    } else {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        for (id, why) in broken {
            if !self.known.has_failed(id) {
                tracing::warn!(contact = id, "the server gives no data of a contact");
            }
            self.breaks(id, assignment, &why);
            read.push((id, Read::Broken));
        }
        Ok(())
    }

    /// Whether the server can read anybody else at all; none without somebody else.
    async fn can_answer(&self, assignment: i64, chunk: &[i64]) -> Call<Option<bool>> {
        let mut can = None;
        for other in self.known.controls(assignment, chunk, CONTROLS) {
            match self.part(assignment, &[other]).await {
                Ok(found) => {
                    let there = found.into_iter().flatten().next().is_some();
                    self.known.is_whole(other, there);
                    if there {
                        return Ok(Some(true));
                    }
                }
                Err(CallError::Strange(_)) => can = Some(false),
                Err(error) => return Err(error),
            }
        }
        Ok(can)
    }

    /// A contact's data could not be read (again).
    pub(super) fn breaks(&self, contact: i64, assignment: i64, why: &str) {
        let (first, most) = (self.pace.poll_busy, self.pace.poll_quiet * LONGEST);
        let first = first.max(Duration::from_millis(1));
        self.known.is_broken(contact, assignment, why, (self.clock.now(), first, most));
    }

    /// Some contacts by one question, in the order asked for; none for one that is not in this assignment.
    pub(super) async fn part(&self, assignment: i64, ids: &[i64]) -> Call<Vec<Option<Contact>>> {
        self.recall_judged().await;
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let variables = json!({ "assignment": assignment.to_string(), "contacts": texts });
        let reply = self.wire.ask(&documents::DETAILS, variables).await?;
        if reply.field("getAssignmentContacts").is_null() {
            return Err(match self.refused(&reply.said()).await {
                CallError::Strange(_) => CallError::Strange(format!("the server could not answer ({})", reply.codes())),
                refused => refused,
            });
        }
        reply.unbroken()?;
        all_there(reply.field("getAssignmentContacts"))?;
        let found: Vec<Option<Contact>> = reply.read("getAssignmentContacts")?;
        let one = |id: &i64| {
            // By their ids: an answer in another order must not mix people up.
            let contact = found.iter().flatten().find(|contact| contact.id.0 == *id);
            if contact.is_some() {
                self.known.is_in(*id, assignment);
            }
            contact.cloned()
        };
        Ok(ids.iter().map(one).collect())
    }

    /// A list in which an error stands beside the data: the lines that are whole. The others are counted, those of whom the number is known by
    /// it: so nobody is missing without a word. How many have no number only the list of everybody can tell.
    pub(super) fn lines_of_a_part(
        &self,
        (assignment, status): (i64, &str),
        entries: &[Value],
        said: &str,
    ) -> Call<Lines> {
        let why = format!("the server answered in part only ({said})");
        let (mut contacts, mut nameless) = (Vec::new(), 0);
        for entry in entries {
            let asked = |name: &str| entry.get(name).is_none_or(|value| !value.is_null());
            let whole = ["id", "messageStatus", "updatedAt"].into_iter().all(asked) && !entry.is_null();
            match (whole, serde_json::from_value::<Line>(entry.clone())) {
                (true, Ok(line)) => contacts.push(line),
                _ => match entry.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok()) {
                    // Each poll shows it again, which is no try that failed.
                    Some(id) if self.known.rests(id, self.clock.now()) => {}
                    Some(id) => self.breaks(id, assignment, &why),
                    None => nameless += 1,
                },
            }
        }
        if contacts.is_empty() {
            return Err(CallError::Strange(why));
        }
        if status == EVERYBODY {
            self.known.nameless(assignment, nameless, &why);
        }
        Ok(Lines { contacts, contacts_count: None })
    }
}

/// What is decided by has to stand in each contact of an answer: who may be texted, what was said, what was answered.
fn all_there(contacts: &Value) -> Call<()> {
    for contact in contacts.as_array().into_iter().flatten().filter(|contact| !contact.is_null()) {
        let list = |name: &&str| contact.get(*name).is_some_and(Value::is_array);
        let missing = ["messages", "questionResponseValues"].into_iter().find(|name| !list(name));
        // Who has not opted out has a null there.
        let missing = missing.or_else(|| contact.get("optOut").is_none().then_some("optOut"));
        if let Some(name) = missing {
            return Err(CallError::Strange(format!("a contact without `{name}`")));
        }
    }
    Ok(())
}

//! What is read: who I am, the assignments, a campaign, its contacts, a conversation.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::{Assignment, CannedOf, Contact, Id, Lines, Todo, Todos, User};
use super::documents;
use super::known::Mark;
use super::page::Settings;
use super::views::LeftBehind;
use super::wire::Reply;
use super::{SpokeServer, refusal, signed_out, views};
use crate::api::assignment::{AssignmentPage, ContactSummary, ContactView};
use crate::api::campaign::CampaignTodo;
use crate::api::message::{Thread, ThreadEntry, ThreadMessage};
use crate::api::people::{Me, Role};
use crate::api::problem::Code;
use crate::client::{Call, CallError};
use crate::domain::campaign::CampaignDef;
use crate::domain::conversation::Status;
use crate::domain::ids::{CampaignId, ContactId, PersonId};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::safe_text::safe_line;

/// Conversations read with the list at the start: so many of those that wait, and of those that are closed.
const WAITING: usize = 100;

/// Every status that a conversation may have.
pub(super) const EVERYBODY: &str = "needsMessage,needsResponse,convo,messaged,closed";

/// A filter for contacts that have not opted out.
pub(super) fn filter(status: &str) -> Value {
    json!({ "messageStatus": status, "isOptedOut": false })
}

impl SpokeServer {
    /// Who is signed in, with the organizations to text for.
    pub(super) async fn who(&self) -> Call<(Me, User)> {
        let reply = self.wire.ask(&documents::WHO, json!({})).await?;
        if reply.nobody() {
            return Err(signed_out());
        }
        let user: User = reply.read("currentUser")?;
        Ok((me(&user), user))
    }

    pub(super) async fn todos(&self) -> Call<Vec<CampaignTodo>> {
        Ok(self.all_todos().await?.into_iter().map(views::todo).collect())
    }

    /// The assignments of whoever is signed in, with all their counts.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn assignments(&self) -> Call<Vec<views::AssignmentCounts>> {
        Ok(self.all_todos().await?.into_iter().map(views::assignment_counts).collect())
    }

    pub(super) async fn all_todos(&self) -> Call<Vec<Todo>> {
        let (_, user) = self.who().await?;
        let (mut all, mut failed) = (Vec::new(), None);
        for organization in user.texter_organizations {
            let Some(id) = organization.id else { continue };
            let reply = self.asked(&documents::WORK, json!({ "organization": id.0.to_string() })).await?;
            // Beside an error there may be the data all the same, as for somebody who was suspended: then nothing is to be done there.
            if reply.field("user").get("todos").is_none_or(Value::is_null) {
                // Somebody may have work there: that is not "nothing".
                failed = Some(reply.said());
                continue;
            }
            if !reply.errors.is_empty() {
                tracing::info!(codes = reply.codes(), "an organization's assignments are not for this person");
                continue;
            }
            let todos: Todos = reply.read("user")?;
            all.extend(todos.todos);
        }
        match failed {
            Some(said) if all.is_empty() => Err(self.refused(&said).await),
            _ => Ok(all),
        }
    }

    /// Asks something that tells who is signed in beside it.
    pub(super) async fn asked(&self, document: &documents::Document, variables: Value) -> Call<Reply> {
        let reply = self.wire.ask(document, variables).await?;
        if reply.nobody() {
            return Err(signed_out());
        }
        Ok(reply)
    }

    /// An assignment with its campaign, read anew.
    pub(super) async fn read_assignment(&self, id: i64) -> Call<Arc<Assignment>> {
        self.settings().await;
        let reply = self.asked(&documents::ASSIGNMENT, json!({ "assignment": id.to_string() })).await?;
        if reply.field("assignment").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        reply.unbroken()?;
        let assignment: Arc<Assignment> = Arc::new(reply.read("assignment")?);
        self.known.keep_assignment(Arc::clone(&assignment));
        Ok(assignment)
    }

    /// The script of any campaign, with its canned replies and tags, for who may edit it.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn script_of(&self, campaign: CampaignId) -> Call<(CampaignDef, LeftBehind)> {
        let reply = self.asked(&documents::SCRIPT, json!({ "campaign": campaign.0.to_string() })).await?;
        if reply.field("campaign").is_null() && reply.errors.is_empty() {
            return Err(refusal(Code::NotFound, "there is no campaign with this number"));
        }
        if reply.field("campaign").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        reply.unbroken()?;
        let canned: CannedOf = reply.read("campaign")?;
        let as_assigned = Assignment {
            id: Id(campaign.0),
            has_unassigned_contacts_for_texter: 0,
            texter: None,
            campaign_canned_responses: canned.canned_responses,
            campaign: reply.read("campaign")?,
        };
        Ok((views::campaign(&as_assigned, 0).def, views::left_behind(&as_assigned)))
    }

    /// The same of a campaign that one texts in, by the number of the assignment.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn script_of_mine(&self, assignment: CampaignId) -> Call<(CampaignDef, LeftBehind)> {
        let assignment = self.read_assignment(assignment.0).await?;
        Ok((views::campaign(&assignment, 0).def, views::left_behind(&assignment)))
    }

    /// An assignment as it was read last.
    pub(super) async fn assignment_of(&self, id: i64) -> Call<Arc<Assignment>> {
        match self.known.assignment(id) {
            Some(assignment) => Ok(assignment),
            None => self.read_assignment(id).await,
        }
    }

    /// The server's settings; the usual ones while its page cannot be read.
    pub(super) async fn settings(&self) -> Settings {
        self.sure_settings().await.unwrap_or_else(|error| {
            tracing::info!(%error, "the server's settings could not be read: the usual ones are taken");
            Settings::default()
        })
    }

    /// The server's settings as they were read last; an error while they never were.
    pub(super) async fn sure_settings(&self) -> Call<Settings> {
        match self.known.settings() {
            Some(settings) => Ok(settings),
            None => self.read_settings().await,
        }
    }

    /// Reads them anew: they may have been changed.
    pub(super) async fn read_settings(&self) -> Call<Settings> {
        let (status, html) = self.wire.page("login").await?;
        let settings = Settings::of_page(&html)
            .ok_or_else(|| CallError::Strange(format!("{status} with a page that has no settings of Spoke's")))?;
        self.known.keep_settings(&settings);
        Ok(settings)
    }

    /// Contacts in short; also what a poll sees.
    pub(super) async fn lines(&self, assignment: i64, document: &documents::Document, status: &str) -> Call<Lines> {
        let variables = json!({ "assignment": assignment.to_string(), "filter": filter(status) });
        let reply = self.asked(document, variables).await?;
        if reply.field("assignment").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        let Some(entries) = reply.field("assignment").get("contacts").and_then(Value::as_array) else {
            return Err(CallError::Strange("an assignment without its list of contacts".into()));
        };
        if reply.errors.is_empty() {
            if status == EVERYBODY {
                self.known.nameless(assignment, 0, "");
            }
            return reply.read("assignment");
        }
        self.lines_of_a_part((assignment, status), entries, &reply.codes())
    }

    /// How many of an assignment have opted out. Where that cannot be read, none: it is a number to show and nothing else.
    async fn opted_out(&self, assignment: i64) -> usize {
        let filter = json!({ "messageStatus": EVERYBODY, "isOptedOut": true });
        let variables = json!({ "assignment": assignment.to_string(), "filter": filter });
        match self.asked(&documents::POLL, variables).await {
            Ok(reply) => reply.field("assignment").get("contacts").and_then(Value::as_array).map_or(0, Vec::len),
            Err(error) => {
                tracing::debug!(%error, "who opted out was not counted");
                0
            }
        }
    }

    /// Everybody in an assignment. Those who wait for an answer or are closed come with their conversation's last words.
    pub(super) async fn list(&self, assignment: i64) -> Call<AssignmentPage> {
        let seq = self.known.seq();
        let now = self.clock.now();
        let lines = self.lines(assignment, &documents::LINES, EVERYBODY).await?;
        let mut contacts: Vec<ContactSummary> =
            lines.contacts.iter().map(|line| views::summary_of_line(line, assignment, now)).collect();
        let of = |status| contacts.iter().filter(move |line| line.status == status).map(|line| line.id.0).take(WAITING);
        // Of who is closed only the conversation shows whether anything was ever said: else they would be in no list.
        let whole: Vec<i64> = of(Status::NeedsResponse).chain(of(Status::Closed)).collect();
        let mut marks: BTreeMap<i64, Mark> = BTreeMap::new();
        for line in &lines.contacts {
            let waits = line.message_status == "needsResponse";
            let mark = Mark { assignment, updated_at: line.updated_at, waits, messages: None };
            marks.insert(line.id.0, mark);
            self.known.is_in(line.id.0, assignment);
        }
        for contact in self.each(assignment, &whole).await?.into_iter().filter_map(|(_, read)| read.contact()) {
            let judged = self.judged(contact.id.0);
            let whole = views::summary(&contact, assignment, self.me.0, judged.as_deref(), now);
            let former = marks.get(&contact.id.0).and_then(|mark| mark.updated_at);
            marks.insert(contact.id.0, Mark::of(&contact, assignment, former.unwrap_or(now)));
            if let Some(line) = contacts.iter_mut().find(|line| line.id == whole.id) {
                *line = whole;
            }
        }
        // Only now is it sure that there is a list to tell of.
        for former in self.known.told(assignment).into_keys() {
            self.known.was_told(former, None);
        }
        for (contact, mark) in marks {
            self.known.was_told(contact, Some(mark));
        }
        contacts.sort_by_key(|line| line.id);
        // Who opted out is in no list any more; whoever comes back has not done less for that.
        let out = self.opted_out(assignment).await;
        let is_sent = |line: &&ContactSummary| line.status != Status::NeedsMessage && !line.is_passed_over();
        let sent = out + contacts.iter().filter(is_sent).count();
        Ok(AssignmentPage {
            contacts,
            next: None,
            seq,
            lease_until: None,
            sent: u64::try_from(sent).unwrap_or_default(),
        })
    }

    /// One contact in full; none when it is not in this assignment.
    pub(super) async fn detail(&self, assignment: i64, contact: i64) -> Call<Option<Contact>> {
        Ok(self.part(assignment, &[contact]).await?.into_iter().next().flatten())
    }

    pub(super) async fn bodies(&self, campaign: i64, ids: &[ContactId]) -> Call<Vec<ContactView>> {
        let assignment = self.assignment_of(campaign).await?;
        let settings = self.settings().await;
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let found = self.each(campaign, &ids).await?;
        let now = self.clock.now();
        let view = |contact: Contact| {
            let judged = self.judged(contact.id.0);
            views::contact(&contact, &assignment, &settings, (self.me.0, judged.as_deref()), now)
        };
        Ok(found.into_iter().filter_map(|(_, read)| read.contact()).map(view).collect())
    }

    /// The assignment that a contact is in.
    pub(super) async fn where_is(&self, contact: i64) -> Call<i64> {
        if let Some(assignment) = self.known.where_is(contact) {
            return Ok(assignment);
        }
        let reply = self.asked(&documents::WHERE, json!({ "contact": contact.to_string() })).await?;
        match reply.field("assignment").get("id").and_then(Value::as_str).and_then(|id| id.parse().ok()) {
            Some(assignment) => Ok(assignment),
            None => match self.refused(&reply.said()).await {
                CallError::Refused(problem) if problem.code == Code::Forbidden => {
                    Err(refusal(Code::LeaseLost, "the contact is with somebody else now"))
                }
                other => Err(other),
            },
        }
    }

    /// A conversation, whole.
    pub(super) async fn conversation(&self, id: ContactId) -> Call<Thread> {
        let assignment = self.where_is(id.0).await?;
        let Some(contact) = self.detail(assignment, id.0).await? else {
            return Err(refusal(Code::LeaseLost, "the contact is with somebody else now"));
        };
        let texter = self.known.assignment(assignment).and_then(|assignment| assignment.texter.clone());
        let author = texter.map(|texter| safe_line(texter.said_name()));
        let entries = self.entries(&contact, 0, author.as_deref());
        Ok(Thread { contact: id, entries, more_before: false })
    }

    /// The entries of a conversation from message `from` (0 = the first) on.
    pub(super) fn entries(&self, contact: &Contact, from: usize, author: Option<&str>) -> Vec<ThreadEntry> {
        let outbound_before = |at: usize| contact.messages[..at].iter().any(|message| !message.is_from_contact);
        let now = self.clock.now();
        let messages = contact.messages.iter().enumerate().skip(from);
        messages
            .map(|(at, message)| {
                let mine = !message.is_from_contact && message.user_id.is_none_or(|user| user.0 == self.me.0);
                let kind = if outbound_before(at) { MessageKind::Reply } else { MessageKind::Initial };
                let mut body = message.text.clone();
                for media in &message.media {
                    // What came with it cannot be shown here: where it is can.
                    if !body.contains(&media.url) {
                        body = format!("{body} [{}]", media.url).trim().to_owned();
                    }
                }
                ThreadEntry::Message(ThreadMessage {
                    id: self.known.id_of(contact.id.0, message),
                    seq: u64::try_from(at + 1).unwrap_or(u64::MAX),
                    direction: if message.is_from_contact { Direction::Inbound } else { Direction::Outbound },
                    kind: (!message.is_from_contact).then_some(kind),
                    body,
                    pictures: 0,
                    at: message.created_at.unwrap_or(now),
                    delivery: if message.is_from_contact { Delivery::Received } else { Delivery::Accepted },
                    error: None,
                    author: if mine { author.map(str::to_owned) } else { None },
                    mine,
                    off_script: false,
                })
            })
            .collect()
    }
}

/// Who is signed in, as our contract says it.
#[must_use]
pub(super) fn me(user: &User) -> Me {
    let organization = user.texter_organizations.first().map(|organization| organization.name.as_str());
    Me {
        person: PersonId(user.id.0),
        name: safe_line(user.said_name()),
        role: Role::Texter,
        organization: safe_line(organization.unwrap_or_default()),
        campaign: None,
        rehearsal: false,
        waiting: false,
    }
}

/// The time of a contact's latest change, for the order of events.
pub(super) fn changed_at(contact: &Contact, now: Timestamp) -> Timestamp {
    let last = contact.messages.last().and_then(|message| message.created_at);
    contact.updated_at.or(last).unwrap_or(now).min(now)
}

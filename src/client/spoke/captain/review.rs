//! Looking through conversations, and what is done with many at once: giving them to others, statuses, tags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answers::Todo;
use super::super::{SpokeServer, documents, refusal, views};
use super::answers::{ConversationsPage, Named, PeoplePage, TagsOf, Talk};
use super::role_of;
use crate::api::problem::Code;
pub use crate::api::review::{Conversation, Filters, Person, Said, To};
use crate::api::review::{Deed, ReviewAnswer, ReviewAsk, Whom};
use crate::client::{Call, CallError};
use crate::domain::conversation::Status;
use crate::domain::ids::{CampaignId, ContactId, PersonId};
use crate::domain::safe_text::{safe_body, safe_line};

/// Contacts named in one request.
const AT_ONCE: usize = 100;
/// Conversations of a page of the screen.
const SCREEN: u64 = 50;
/// People read at once.
const PEOPLE_AT_ONCE: u64 = 100;

/// Its number there.
fn to_id(to: To) -> String {
    match to {
        To::Person(person) => person.0.to_string(),
        To::Nobody => "-2".to_owned(),
    }
}

impl SpokeServer {
    async fn organization_for(&self, campaign: Option<CampaignId>) -> Call<i64> {
        match campaign {
            Some(campaign) => self.organization_of(campaign.0).await,
            None => match self.watched().await?.as_slice() {
                [only] => Ok(*only),
                _ => Err(refusal(Code::Invalid, "you watch several organizations: name a campaign")),
            },
        }
    }

    async fn tag_names(&self, organization: i64) -> Call<BTreeMap<i64, String>> {
        let variables = json!({ "organization": organization.to_string() });
        let reply = self.asked(&documents::TAG_NAMES, variables).await?;
        if reply.field("organization").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        let tags: TagsOf = reply.read("organization")?;
        Ok(tags.tags.into_iter().map(|tag| (tag.id.0, safe_line(&tag.name))).collect())
    }

    fn variables(filters: &Filters, organization: i64, names: &BTreeMap<i64, String>) -> Call<Value> {
        let id = |name: &String| match names.iter().find(|(_, known)| *known == name) {
            _ if name == "*" => Ok("*".to_owned()),
            Some((id, _)) => Ok(id.to_string()),
            None => Err(refusal(Code::Invalid, &format!("the organization has no tag called `{}`", safe_line(name)))),
        };
        let ids = |list: &[String]| list.iter().map(id).collect::<Call<Vec<String>>>();
        let mut campaigns = json!({ "isArchived": filters.archived });
        if let Some(campaign) = filters.campaign {
            campaigns = json!({ "campaignId": campaign.0 });
        }
        let mut assignments = json!({});
        if let Some(texter) = filters.texter {
            assignments["texterId"] = json!(texter);
            if filters.sender {
                assignments["sender"] = json!(true);
            }
        }
        let mut contacts = json!({});
        if let Some(status) = &filters.status {
            contacts["messageStatus"] = json!(status);
        }
        if let Some(out) = filters.opted_out {
            contacts["isOptedOut"] = json!(out);
        }
        if !filters.tags.is_empty() {
            contacts["tags"] = json!(ids(&filters.tags)?);
        }
        if !filters.without_tags.is_empty() {
            contacts["suppressedTags"] = json!(ids(&filters.without_tags)?);
        }
        if !filters.errors.is_empty() {
            contacts["errorCode"] = json!(filters.errors);
        }
        Ok(json!({
            "organization": organization.to_string(), "campaigns": campaigns, "assignments": assignments,
            "contacts": contacts, "text": filters.text,
        }))
    }

    async fn prepared(&self, filters: &Filters, needs_names: bool) -> Call<(Value, BTreeMap<i64, String>)> {
        let organization = self.organization_for(filters.campaign).await?;
        let wanted = needs_names || !filters.tags.is_empty() || !filters.without_tags.is_empty();
        let names = if wanted { self.tag_names(organization).await? } else { BTreeMap::new() };
        Ok((Self::variables(filters, organization, &names)?, names))
    }

    /// A page of the conversations that `filters` let pass, and how many there are.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn conversations(&self, filters: &Filters, offset: u64, limit: u64) -> Call<(Vec<Conversation>, u64)> {
        let (mut variables, names) = self.prepared(filters, true).await?;
        variables["cursor"] = json!({ "offset": offset, "limit": limit });
        let reply = self.asked(&documents::CONVERSATIONS, variables).await?;
        if reply.field("conversations").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        let page: ConversationsPage = reply.read("conversations")?;
        let found = page.conversations.into_iter().map(|talk| conversation(talk, &names)).collect();
        Ok((found, page.page_info.total))
    }

    /// Gives these contacts of a campaign to somebody. The campaigns' assignments that got them.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn reassign(&self, campaign: CampaignId, contacts: &[ContactId], to: To) -> Call<usize> {
        let organization = self.organization_of(campaign.0).await?;
        for chunk in contacts.chunks(AT_ONCE) {
            let variables = json!({
                "organization": organization.to_string(), "contacts": named(campaign, chunk), "to": to_id(to),
            });
            self.surely(&documents::REASSIGN, variables, "reassignCampaignContacts").await?;
        }
        Ok(contacts.len())
    }

    /// Gives every contact that `filters` let pass to somebody. How many assignments that touched.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn reassign_all(&self, filters: &Filters, to: To) -> Call<usize> {
        if filters.is_empty() {
            return Err(refusal(Code::Invalid, "without a filter everything would change hands: name one"));
        }
        let (mut variables, _) = self.prepared(filters, false).await?;
        variables["to"] = json!(to_id(to));
        let done = self.surely(&documents::REASSIGN_ALL, variables, "bulkReassignCampaignContacts").await?;
        Ok(done.as_array().map_or(0, Vec::len))
    }

    /// Takes over every reply of a campaign that has waited for over an hour, whoever has it, as Spoke's link for that does. How many more
    /// wait in one's own hands then.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn take_waiting(&self, campaign: CampaignId) -> Call<u64> {
        // Its link's word is told to whoever watches the campaign; this says who may not.
        self.organization_of(campaign.0).await?;
        let reply = self.asked(&documents::TOKEN, json!({ "campaign": campaign.0.to_string() })).await?;
        if reply.field("campaign").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        let Some(token) = reply.field("campaign").get("joinToken").and_then(Value::as_str) else {
            return Err(refusal(Code::NotFound, "the server gives no link of this campaign"));
        };
        let before = self.waiting_for_me(campaign).await?;
        let variables = json!({ "token": token, "campaign": campaign.0.to_string() });
        self.surely(&documents::REPLIES, variables, "dynamicReassign").await?;
        Ok(self.waiting_for_me(campaign).await?.saturating_sub(before))
    }

    async fn waiting_for_me(&self, campaign: CampaignId) -> Call<u64> {
        let mut all = 0;
        let of_it = |todo: &Todo| todo.campaign.id.is_some_and(|id| id.0 == campaign.0);
        for todo in self.all_todos().await?.into_iter().filter(of_it) {
            let lines = self.lines(todo.id.0, &documents::POLL, "needsResponse").await?;
            all += u64::try_from(lines.contacts.len()).unwrap_or_default();
        }
        Ok(all)
    }

    /// Which of these contacts of a campaign are not in these hands.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn not_with(&self, campaign: CampaignId, contacts: &[ContactId], to: To) -> Call<Vec<ContactId>> {
        let texter = match to {
            To::Person(person) => person.0,
            To::Nobody => -2,
        };
        let filters = Filters { campaign: Some(campaign), texter: Some(texter), ..Filters::default() };
        let mut missing: Vec<ContactId> = contacts.to_vec();
        let mut offset = 0;
        while !missing.is_empty() {
            let (page, total) = self.conversations(&filters, offset, PEOPLE_AT_ONCE).await?;
            missing.retain(|id| page.iter().all(|one| one.contact != *id));
            offset += PEOPLE_AT_ONCE;
            if page.is_empty() || offset >= total {
                break;
            }
        }
        Ok(missing)
    }

    /// Sets the status of these contacts of a campaign: `closed`, or `needsResponse` to open them again. Whoever was closed before a first
    /// text is one to be texted then. Those whose status the server says it has set, and of these those who are to be texted now.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn set_statuses(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
        status: &str,
    ) -> Call<(Vec<ContactId>, Vec<ContactId>)> {
        // Spoke changes whoever has the number, of whatever campaign.
        let here = Filters { campaign: Some(campaign), ..Filters::default() };
        let contacts = self.found(&here, |one| contacts.contains(&one.contact)).await?;
        let untexted =
            if status == "needsResponse" { self.closed_untexted(campaign, &contacts).await? } else { vec![] };
        let set = self.set_found(campaign, &contacts, &untexted, status).await?;
        let to_text = set.iter().copied().filter(|contact| untexted.contains(contact)).collect();
        Ok((set, to_text))
    }

    /// The same of contacts that are known to be the campaign's, and which of them were never written to.
    async fn set_found(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
        untexted: &[ContactId],
        status: &str,
    ) -> Call<Vec<ContactId>> {
        let (first, others): (Vec<ContactId>, Vec<ContactId>) =
            contacts.iter().copied().partition(|id| untexted.contains(id));
        let mut set = Vec::new();
        for (contacts, status) in [(first, "needsMessage"), (others, status)] {
            for chunk in contacts.chunks(AT_ONCE) {
                let variables = json!({ "status": status, "contacts": named(campaign, chunk) });
                let done = self.surely(&documents::STATUSES, variables, "editCampaignContactMessageStatus").await?;
                let is_set = |id: &&ContactId| {
                    let id = id.0.to_string();
                    done.as_array().into_iter().flatten().any(|one| one["id"].as_str() == Some(id.as_str()))
                };
                set.extend(chunk.iter().filter(is_set));
            }
        }
        Ok(set)
    }

    /// What the captain's screen asks.
    pub(in super::super) async fn reviewed(&self, ask: &ReviewAsk) -> Call<ReviewAnswer> {
        Ok(match ask {
            ReviewAsk::Page(filters, offset) => {
                let (found, total) = self.conversations(filters, *offset, SCREEN).await?;
                ReviewAnswer::Page { filters: filters.clone(), offset: *offset, found, total }
            }
            ReviewAsk::Crew(campaign) => {
                let names = self.tag_names(self.organization_of(campaign.0).await?).await?;
                let people = self.people().await?.into_iter().filter(|one| one.role.is_some()).collect();
                ReviewAnswer::Crew { people, tags: names.into_values().collect() }
            }
            ReviewAsk::Do(deed, whom) => {
                let mut campaigns: BTreeMap<CampaignId, Vec<Whom>> = BTreeMap::new();
                for one in whom {
                    campaigns.entry(one.campaign).or_default().push(*one);
                }
                let (mut left, mut wordless) = (Vec::new(), false);
                for (campaign, whom) in campaigns {
                    let (undone, silent) = self.do_and_look(campaign, deed, &whom).await?;
                    left.extend(undone);
                    wordless |= silent;
                }
                ReviewAnswer::Done { deed: deed.clone(), asked: whom.len(), left, wordless }
            }
        })
    }

    /// Does it with these of one campaign, and looks when the answer does not say what became of it: with whom it was not done, and
    /// whether the server said no without a reason.
    async fn do_and_look(&self, campaign: CampaignId, deed: &Deed, whom: &[Whom]) -> Call<(Vec<ContactId>, bool)> {
        let error = match self.do_with(campaign, deed, whom).await {
            Err(error @ (CallError::Strange(_) | CallError::NoAnswer(_))) => error,
            done => return done.map(|left| (left, false)),
        };
        let contacts: Vec<ContactId> = whom.iter().map(|one| one.contact).collect();
        match (self.undone(campaign, deed, &contacts).await, error) {
            (Ok(left), _) if left.is_empty() => Ok((left, false)),
            (Ok(left), CallError::Strange(_)) => Ok((left, true)),
            // Without any answer it may be on its way still.
            (_, error) => Err(error),
        }
    }

    /// With whom of these it is not as the deed wants it, by reading.
    async fn undone(&self, campaign: CampaignId, deed: &Deed, contacts: &[ContactId]) -> Call<Vec<ContactId>> {
        if let Deed::Give(to) = deed {
            return self.not_with(campaign, contacts, *to).await;
        }
        let here = Filters { campaign: Some(campaign), ..Filters::default() };
        let is_done = |one: &Conversation| match deed {
            Deed::Close(closed) => (one.status == Status::Closed) == *closed,
            Deed::Tag(tag, on) => one.tags.contains(tag) == *on,
            Deed::Give(_) => true,
        };
        let done = self.found(&here, |one| contacts.contains(&one.contact) && is_done(one)).await?;
        Ok(contacts.iter().copied().filter(|contact| !done.contains(contact)).collect())
    }

    /// Does it with these of one campaign: with whom it was not done.
    async fn do_with(&self, campaign: CampaignId, deed: &Deed, whom: &[Whom]) -> Call<Vec<ContactId>> {
        let ids = |of: &mut dyn Iterator<Item = &Whom>| of.map(|one| one.contact).collect::<Vec<ContactId>>();
        let contacts = ids(&mut whom.iter());
        match deed {
            Deed::Give(to) => {
                self.reassign(campaign, &contacts, *to).await?;
                self.not_with(campaign, &contacts, *to).await
            }
            Deed::Close(closed) => {
                if *closed {
                    let done = self.set_found(campaign, &contacts, &[], "closed").await?;
                    return Ok(contacts.into_iter().filter(|id| !done.contains(id)).collect());
                }
                // As it is now, and not as the list showed it: whoever was texted meanwhile must not wait for a first text again, and
                // who is not closed is not opened.
                let (shut, untexted) =
                    (self.closed(campaign, &contacts).await?, self.closed_untexted(campaign, &contacts).await?);
                let done = self.set_found(campaign, &shut, &untexted, "needsResponse").await?;
                Ok(contacts.into_iter().filter(|id| !done.contains(id)).collect())
            }
            Deed::Tag(tag, on) => {
                let mut failed = self.tag_all(campaign, &contacts, tag, *on).await?;
                // What no answer told of is looked at.
                let doubtful = |error: &CallError| matches!(error, CallError::Strange(_) | CallError::NoAnswer(_));
                if let Some(at) = failed.iter().position(|(_, error)| doubtful(error)) {
                    return Err(failed.swap_remove(at).1);
                }
                Ok(failed.into_iter().map(|(contact, _)| contact).collect())
            }
        }
    }

    /// Of these contacts those that are closed.
    async fn closed(&self, campaign: CampaignId, contacts: &[ContactId]) -> Call<Vec<ContactId>> {
        let filters = Filters { campaign: Some(campaign), status: Some("closed".to_owned()), ..Filters::default() };
        self.found(&filters, |one| contacts.contains(&one.contact)).await
    }

    /// Of these contacts those that are closed and were never written to.
    async fn closed_untexted(&self, campaign: CampaignId, contacts: &[ContactId]) -> Call<Vec<ContactId>> {
        let filters = Filters { campaign: Some(campaign), status: Some("closed".to_owned()), ..Filters::default() };
        self.found(&filters, |one| one.messages.is_empty() && contacts.contains(&one.contact)).await
    }

    /// Those that are meant among all that these filters show, page by page.
    async fn found(&self, filters: &Filters, meant: impl Fn(&Conversation) -> bool) -> Call<Vec<ContactId>> {
        let (mut found, mut offset) = (Vec::new(), 0);
        loop {
            let (page, total) = self.conversations(filters, offset, PEOPLE_AT_ONCE).await?;
            found.extend(page.iter().filter(|one| meant(one)).map(|one| one.contact));
            offset += PEOPLE_AT_ONCE;
            if page.is_empty() || offset >= total {
                return Ok(found);
            }
        }
    }

    /// Sets a tag on these contacts of a campaign, or takes it off. On whom that could not be done, and why.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn tag_all(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
        tag: &str,
        on: bool,
    ) -> Call<Vec<(ContactId, CallError)>> {
        let names = self.tag_names(self.organization_of(campaign.0).await?).await?;
        let id = names.iter().find(|(_, name)| *name == tag).map(|(id, _)| id.to_string()).ok_or_else(|| {
            let known: Vec<&str> = names.values().map(String::as_str).collect();
            let detail =
                format!("the organization has no tag called `{}`; there are: {}", safe_line(tag), known.join(", "));
            refusal(Code::Invalid, &detail)
        })?;
        let tag = if on { json!({ "id": id }) } else { json!({ "id": id, "value": views::RESOLVED }) };
        let mut failed = Vec::new();
        for contact in contacts {
            let variables = json!({ "tags": [tag], "contact": contact.0.to_string() });
            match self.surely(&documents::TAGS, variables, "updateContactTags").await {
                Ok(_) => {}
                Err(CallError::Refused(problem)) if problem.code == Code::Unauthorized => {
                    return Err(CallError::Refused(problem));
                }
                Err(error) => failed.push((*contact, error)),
            }
        }
        Ok(failed)
    }

    /// The organizations' people.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn people(&self) -> Call<Vec<Person>> {
        let mut all = Vec::new();
        for organization in self.watched().await? {
            let mut offset = 0;
            loop {
                let cursor = json!({ "offset": offset, "limit": PEOPLE_AT_ONCE });
                let variables = json!({ "organization": organization.to_string(), "cursor": cursor });
                let reply = self.asked(&documents::PEOPLE, variables).await?;
                if reply.field("people").is_null() {
                    return Err(self.refused(&reply.said()).await);
                }
                let page: PeoplePage = reply.read("people")?;
                let read = u64::try_from(page.users.len()).unwrap_or(u64::MAX);
                all.extend(page.users.into_iter().filter_map(person));
                offset += read;
                if read == 0 || offset >= page.page_info.total {
                    break;
                }
            }
        }
        Ok(all)
    }
}

/// Contacts as the server wants them named.
fn named(campaign: CampaignId, contacts: &[ContactId]) -> Value {
    let one = |contact: &ContactId| json!({ "campaignId": campaign.0.to_string(), "campaignContactId": contact.0, "messageIds": [] });
    contacts.iter().map(one).collect()
}

fn person(user: Named) -> Option<Person> {
    let name = safe_line(user.display_name.trim());
    Some(Person { person: PersonId(user.id?.0), name, role: role_of(&user.roles) })
}

fn conversation(talk: Talk, names: &BTreeMap<i64, String>) -> Conversation {
    let Talk { texter, contact, campaign } = talk;
    // Nobody is a person without a number, of the name "null null".
    let texter = texter.and_then(|texter| Some((PersonId(texter.id?.0), safe_line(texter.display_name.trim()))));
    let on = contact.tags.iter().filter(|tag| tag.value.as_deref() != Some(views::RESOLVED));
    Conversation {
        contact: ContactId(contact.id.0),
        first_name: safe_line(&contact.first_name),
        last_name: safe_line(&contact.last_name),
        campaign: CampaignId(campaign.id.0),
        title: safe_line(&campaign.title),
        texter: texter.as_ref().map(|(id, _)| *id),
        texter_name: texter.map(|(_, name)| name),
        status: views::status(&contact.message_status),
        opted_out: contact.opt_out.is_some(),
        error_code: contact.error_code,
        tags: on.map(|tag| names.get(&tag.id.0).cloned().unwrap_or_else(|| tag.id.0.to_string())).collect(),
        messages: contact
            .messages
            .into_iter()
            .map(|said| Said { from_voter: said.is_from_contact, text: safe_body(&said.text), at: said.created_at })
            .collect(),
    }
}

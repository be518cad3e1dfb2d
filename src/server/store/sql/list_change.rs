//! The list of a running campaign: contacts taken off it, contacts corrected. Each holds from its commit on.
//!
//! Who is taken off is closed, in nobody's hands, and gets nothing that we begin; thread and history stay. Should they write
//! afterwards, that is a conversation like any other, and may be answered.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    household::Which,
    rows::{ContactRow, col, to_json},
    script::refused,
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    event::EventKind,
    list_change::{ContactChange, ContactKey, ListChanged, MAX_CHANGES},
    problem::Code,
};
use crate::db;
use crate::domain::{contact::Contact, conversation::Status, household, ids::ContactId, safe_text::safe_line};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
};

impl Tx<'_> {
    pub(super) async fn remove_contacts(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        contacts: &[ContactKey],
        dry_run: bool,
    ) -> Result<Answer, StoreError> {
        if let Some(refusal) = too_many(contacts.len())? {
            return Ok(refusal);
        }
        let mut done = ListChanged::default();
        // In a dry run: who of a number has been named so far.
        let mut named: BTreeMap<i64, BTreeSet<Which>> = BTreeMap::new();
        for (place, who) in contacts.iter().enumerate() {
            let found = self.meant(campaign.id, who).await?;
            if found.is_empty() {
                done.not_found.push(place as u64);
            }
            for meant in found {
                let contact = &meant.row;
                if contact.removed || meant.who == Which::Gone {
                    done.already += 1;
                    continue;
                }
                let before = named.entry(contact.id).or_default();
                let seen = before.len();
                before.extend(dry_run.then_some(meant.who));
                if meant.who != Which::Number && meant.others.len() > seen {
                    let (off, dropped) = match dry_run {
                        true => (false, 0),
                        false => self.leave_to_the_others(actor, campaign, &meant).await?,
                    };
                    // Off: nobody was left who may be texted.
                    done.changed += u64::from(off);
                    done.kept += u64::from(!off);
                    done.dropped += dropped;
                    continue;
                }
                let contact = meant.row;
                done.changed += 1;
                done.dropped += match dry_run {
                    true => self.waiting_for(contact.id).await?.len() as u64,
                    false => self.remove(actor, contact).await?,
                };
            }
        }
        if done.changed + done.kept > 0 && !dry_run {
            let kept = if done.kept > 0 { format!(", {} at shared numbers", done.kept) } else { String::new() };
            self.audit(
                Some(actor),
                "list_removed",
                format!("campaign {}", campaign.id),
                format!("{}, {} dropped{kept}", counted(done.changed, "contact"), counted(done.dropped, "text")),
            );
        }
        Ok(Answer::Changed(Changed::List(done)))
    }

    /// Texts to a contact that wait for the carrier.
    pub(super) async fn waiting_for(&mut self, contact: i64) -> Result<Vec<db::Row>, StoreError> {
        Ok(db::query(
            "SELECT j.message FROM messages m JOIN jobs j ON j.message = m.id
             WHERE m.contact = $1 AND j.state = 'ready' AND j.rank > 0 ORDER BY m.seq",
        )
        .bind(contact)
        .fetch_all(&mut *self.conn)
        .await?)
    }

    /// Takes one contact off; says how many texts to them were dropped.
    pub(super) async fn remove(&mut self, actor: &Actor, contact: ContactRow) -> Result<u64, StoreError> {
        // It closes the conversation, so a doubt that nobody decided on counts.
        self.undecided(actor, &contact).await?;
        // Closed and off the list before its texts come back: none of them may be pressed anew.
        db::query(
            "UPDATE contacts SET removed = 1, status = 'closed', waiting_since = NULL, assigned = NULL, epoch = epoch + 1,
                 updated_at = $2 WHERE id = $1",
        )
        .bind(contact.id)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        let waiting = self.waiting_for(contact.id).await?;
        for row in &waiting {
            self.take_back(col(row, 0)?, "removed").await?;
        }
        if let Some(person) = contact.assigned {
            let what = EventKind::Gone { contact: ContactId(contact.id), why: "removed".to_owned(), who: None };
            self.event(contact.campaign, Audience::Person(person), &what)?;
        }
        if contact.status != Status::NeedsMessage {
            let contact = ContactRow { assigned: None, ..contact.clone() };
            self.note(&contact, Some(actor), "removed", "").await?;
        }
        self.audit(Some(actor), "list_removed", format!("contact {}", contact.id), String::new());
        Ok(u64::try_from(waiting.len()).unwrap_or(u64::MAX))
    }

    /// Puts contacts on the list again who were taken off it: as their thread says they stand, and in nobody's hands.
    pub(super) async fn bring_back(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        contacts: &[ContactKey],
        dry_run: bool,
    ) -> Result<Answer, StoreError> {
        if let Some(refusal) = too_many(contacts.len())? {
            return Ok(refusal);
        }
        let mut done = ListChanged::default();
        for (place, who) in contacts.iter().enumerate() {
            let mut found = self.meant(campaign.id, who).await?;
            // Nobody comes back of whom nothing is held any more.
            found.retain(|meant| !meant.row.erased);
            if found.is_empty() {
                done.not_found.push(place as u64);
            }
            for meant in found {
                if !meant.row.removed && meant.who != Which::Gone {
                    done.already += 1;
                    continue;
                }
                if dry_run {
                    done.changed += 1;
                    continue;
                }
                // By their own name: who was taken off by theirs stays off.
                if let (Which::Gone | Which::Other(_), Some(id)) = (meant.who, &who.external_id)
                    && !self.back_among_the_others(campaign, &meant, &safe_line(id)).await?
                {
                    done.not_found.push(place as u64);
                    continue;
                }
                done.changed += 1;
                if meant.row.removed {
                    let id = meant.row.id;
                    let (status, waiting) = self.status_of_thread(id).await?;
                    let status = if meant.row.wrong_number { Status::Closed } else { status };
                    db::query("UPDATE contacts SET removed = 0 WHERE id = $1")
                        .bind(id)
                        .execute(&mut *self.conn)
                        .await?;
                    self.set_status(id, status, waiting.filter(|_| status != Status::Closed)).await?;
                    if status != Status::NeedsMessage {
                        let contact = ContactRow { assigned: None, ..meant.row.clone() };
                        self.note(&contact, Some(actor), "brought_back", "").await?;
                    }
                }
                self.audit(Some(actor), "list_brought_back", format!("contact {}", meant.row.id), String::new());
            }
        }
        if done.changed > 0 && !dry_run {
            let detail = counted(done.changed, "contact");
            self.audit(Some(actor), "list_brought_back", format!("campaign {}", campaign.id), detail);
            // Whoever found nobody left looks again.
            let script_version = u32::try_from(campaign.script_version).unwrap_or(u32::MAX);
            self.event(campaign.id, Audience::All, &EventKind::Campaign { state: campaign.state, script_version })?;
        }
        Ok(Answer::Changed(Changed::List(done)))
    }

    pub(super) async fn correct_contacts(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        contacts: Vec<ContactChange>,
        dry_run: bool,
    ) -> Result<Answer, StoreError> {
        if let Some(refusal) = too_many(contacts.len())? {
            return Ok(refusal);
        }
        let mut done = ListChanged::default();
        for (place, change) in contacts.into_iter().enumerate() {
            let found = self.meant(campaign.id, &change.who).await?;
            if found.is_empty() {
                done.not_found.push(place as u64);
            }
            for meant in found {
                let contact = &meant.row;
                let changed = match (meant.who, &change.who.external_id) {
                    (Which::Other(_) | Which::Gone, id) => {
                        let id = safe_line(id.as_deref().unwrap_or_default());
                        let change = |before| corrected(before, &change);
                        let Some((before, after)) = self.correct_other(&meant, &id, change, dry_run).await? else {
                            // Texts go to the number by another one's name: that one's cells are not these.
                            done.shares.push(place as u64);
                            continue;
                        };
                        differing(&before, &after)
                    }
                    _ if dry_run => self
                        .listed(contact.id)
                        .await?
                        .map_or_else(Vec::new, |before| differing(&before, &corrected(before.clone(), &change))),
                    _ => self.correct(campaign, contact, &change).await?,
                };
                *(if changed.is_empty() { &mut done.already } else { &mut done.changed }) += 1;
                if !changed.is_empty() && !dry_run {
                    // What it was and is stays out of the audit.
                    self.audit(Some(actor), "list_corrected", format!("contact {}", contact.id), changed.join(", "));
                }
            }
        }
        if done.changed > 0 && !dry_run {
            self.audit(
                Some(actor),
                "list_corrected",
                format!("campaign {}", campaign.id),
                counted(done.changed, "contact"),
            );
        }
        Ok(Answer::Changed(Changed::List(done)))
    }

    /// The columns that were changed; none when all was so already.
    async fn correct(
        &mut self,
        campaign: &Campaign,
        contact: &ContactRow,
        change: &ContactChange,
    ) -> Result<Vec<String>, StoreError> {
        let Some(before) = self.listed(contact.id).await? else { return Ok(Vec::new()) };
        let after = corrected(before.clone(), change);
        if after == before {
            return Ok(Vec::new());
        }
        let places = campaign.def.hours.places_of(&after);
        let zone_set = self.zone_set(campaign.id, &to_json(&places)?).await?;
        self.write_listed(contact.id, &after, zone_set).await?;
        if let Some(person) = contact.assigned {
            let what = EventKind::Corrected { contact: ContactId(contact.id) };
            self.event(campaign.id, Audience::Person(person), &what)?;
        }
        if after.first_name != before.first_name
            && let Some(line) = self.contact(contact.id).await?
        {
            self.contact_event(&line)?;
        }
        Ok(differing(&before, &after))
    }
}

fn too_many(contacts: usize) -> Result<Option<Answer>, StoreError> {
    let no = || refused(Code::TooLarge, format!("at most {MAX_CHANGES} contacts at once"));
    (contacts > MAX_CHANGES).then(no).transpose()
}

/// `1 contact`, `2 contacts`.
pub(super) fn counted(many: u64, one: &str) -> String {
    format!("{many} {one}{}", if many == 1 { "" } else { "s" })
}

/// The names of the columns in which the two differ.
fn differing(before: &Contact, after: &Contact) -> Vec<String> {
    let own = [
        ("external_id", before.external_id != after.external_id),
        ("firstName", before.first_name != after.first_name),
        ("lastName", before.last_name != after.last_name),
        ("zip", before.zip != after.zip),
        ("state", before.state != after.state),
        ("language", before.language != after.language),
        ("timezone", before.time_zone != after.time_zone),
    ];
    let own = own.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned());
    let names: std::collections::BTreeSet<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    own.chain(names.into_iter().filter(|name| before.fields.get(*name) != after.fields.get(*name)).cloned()).collect()
}

/// The contact with the change.
fn corrected(mut contact: Contact, change: &ContactChange) -> Contact {
    let set = |to: &mut Option<String>, from: &Option<String>| {
        if let Some(value) = from {
            *to = Some(safe_line(value)).filter(|value| !value.is_empty());
        }
    };
    if contact.external_id.is_none() {
        set(&mut contact.external_id, &change.who.external_id);
    }
    set(&mut contact.zip, &change.zip);
    set(&mut contact.state, &change.state);
    set(&mut contact.language, &change.language);
    set(&mut contact.time_zone, &change.time_zone);
    if let Some(name) = &change.first_name {
        contact.first_name = safe_line(name);
    }
    if let Some(name) = &change.last_name {
        contact.last_name = safe_line(name);
    }
    // Who shares the number is the program's to know, whatever column a list has of that name.
    for (name, value) in change.fields.iter().filter(|(name, _)| !household::is_own(&safe_line(name))) {
        let (name, value) = (safe_line(name), safe_line(value));
        if value.is_empty() {
            contact.fields.remove(&name);
        } else {
            contact.fields.insert(name, value);
        }
    }
    contact
}

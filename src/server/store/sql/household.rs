//! Several people at one number of a campaign: whom an id of the list means, and who of them a number is left to.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{
    import::no,
    import_chunk::Line,
    rows::{CONTACT_COLUMNS, ContactRow, LISTED_COLUMNS, col, contact_columns, json, listed, listed_columns, to_json},
    tx::{Audience, Campaign, Tx},
    useless::ELSEWHERE,
};
use crate::api::{admin::ImportChunk, event::EventKind, list_change::ContactKey, problem::Code};
use crate::db;
use crate::domain::{
    contact::Contact,
    conversation::Status,
    household::{self, Member, Own},
    ids::ContactId,
    phone::Phone,
    provenance::{Consent, law_of_consent},
    safe_text::safe_line,
    tag::DECEASED,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

/// With an id too, a number that the list has for somebody else is not meant.
const BY_PHONE: &str = concat!(
    "SELECT ",
    contact_columns!(),
    ", c.external_id, c.fields FROM contacts c WHERE c.campaign = $1 AND c.phone = $2"
);

/// One list id may be that of several people's rows: all of them are meant.
const BY_LIST_ID: &str = concat!(
    "SELECT ",
    contact_columns!(),
    ", c.external_id, c.fields FROM contacts c WHERE c.campaign = $1 AND c.external_id = $2 ORDER BY c.id"
);

const BY_NUMBER: &str = concat!(
    "SELECT ",
    contact_columns!(),
    ", c.external_id, c.fields FROM contacts c WHERE c.id = $1 AND c.campaign = $2"
);

/// The numbers of several people; by an index of its own, which names this condition.
pub(super) const SHARED: &str = "SELECT c.id, c.fields FROM contacts c INDEXED BY contacts_shared
     WHERE c.campaign = $1 AND c.fields LIKE '%\"household_%' ORDER BY c.id";

/// Somebody meant by a key.
#[derive(Debug, Clone)]
pub(super) struct Meant {
    pub(super) row: ContactRow,
    pub(super) who: Which,
    /// The others whom the list has at that number.
    pub(super) others: Vec<Member>,
}

/// Who of a number's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Which {
    /// The number, with all who share it.
    Number,
    /// The one by whose name it is texted, by their id.
    First,
    /// Another one, at this place among the others.
    Other(usize),
    /// One who was taken off before; the number is the others'.
    Gone,
}

impl Meant {
    fn of(row: &db::Row, id: Option<&str>) -> Result<Option<Self>, StoreError> {
        let listed: Option<String> = col(row, CONTACT_COLUMNS)?;
        let fields: BTreeMap<String, String> = json(&col::<String>(row, CONTACT_COLUMNS + 1)?)?;
        let others = household::members(&fields);
        let row = ContactRow::read(row)?;
        let Some(id) = id else { return Ok(Some(Self { row, who: Which::Number, others })) };
        let who = match others.iter().position(|one| one.id == id) {
            _ if listed.as_deref() == Some(id) => Which::First,
            Some(place) => Which::Other(place),
            None if household::removed(&fields).iter().any(|gone| gone == id) => Which::Gone,
            None if listed.is_none() => Which::Number,
            None => return Ok(None),
        };
        Ok(Some(Self { row, who, others }))
    }
}

/// Which contacts an id means besides those whose own it is. It may name too many of them, never too few: what a contact's fields say
/// counts.
pub(super) type Shared = HashMap<String, Vec<i64>>;

/// Everybody is known by their id whom a contact's fields name.
fn name_all(shared: &mut Shared, contact: i64, fields: &BTreeMap<String, String>) {
    let others = household::members(fields).into_iter().map(|one| one.id);
    for id in others.chain(household::removed(fields)) {
        let known = shared.entry(id).or_default();
        if !known.contains(&contact) {
            known.push(contact);
        }
    }
}

impl Tx<'_> {
    /// The contacts that somebody means.
    pub(super) async fn meant(&mut self, campaign: i64, who: &ContactKey) -> Result<Vec<Meant>, StoreError> {
        let id = who.external_id.as_deref().map(safe_line);
        if let Some(phone) = &who.phone {
            let found = db::query(BY_PHONE).bind(campaign).bind(phone.as_str()).fetch_all(&mut *self.conn).await?;
            let mut meant = Vec::new();
            for row in &found {
                meant.extend(Meant::of(row, id.as_deref())?);
            }
            if !meant.is_empty() || id.is_none() {
                return Ok(meant);
            }
        }
        let Some(id) = id else { return Ok(Vec::new()) };
        let rows = db::query(BY_LIST_ID).bind(campaign).bind(id.as_str()).fetch_all(&mut *self.conn).await?;
        let mut meant = Vec::new();
        for row in &rows {
            meant.extend(Meant::of(row, Some(&id))?);
        }
        for contact in self.shared(campaign).await?.get(&id).cloned().unwrap_or_default() {
            let Some(row) = db::query(BY_NUMBER).bind(contact).bind(campaign).fetch_optional(&mut *self.conn).await?
            else {
                continue;
            };
            meant.extend(Meant::of(&row, Some(&id))?.filter(|one| matches!(one.who, Which::Other(_) | Which::Gone)));
        }
        Ok(meant)
    }

    /// Read once for a campaign and remembered until its list grows: a file of those who voted asks a hundred thousand times.
    async fn shared(&mut self, campaign: i64) -> Result<&Shared, StoreError> {
        if self.cache.shared.as_ref().is_none_or(|(of, _)| *of != campaign) {
            let rows = db::query(SHARED).bind(campaign).fetch_all(&mut *self.conn).await?;
            let mut shared = Shared::new();
            for row in &rows {
                name_all(&mut shared, col(row, 0)?, &json(&col::<String>(row, 1)?)?);
            }
            self.cache.shared = Some((campaign, shared));
        }
        static NOBODY: std::sync::LazyLock<Shared> = std::sync::LazyLock::new(Shared::new);
        Ok(self.cache.shared.as_ref().map_or(&NOBODY, |(_, shared)| shared))
    }

    /// Takes one of several people off the list: the number stays for the others. Was it texted by this one's name, then from now on by the
    /// next one's, with what the list says of that one and nothing of this one's. Somebody without consent where the law asks for it is not
    /// texted: is nobody left, the number is taken off. A text to them that waits for the carrier comes back, and a card that is drawn
    /// goes: what was confirmed was theirs. Says whether the number was taken off, and how many texts were dropped.
    pub(super) async fn leave_to_the_others(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        meant: &Meant,
    ) -> Result<(bool, u64), StoreError> {
        let Some((before, of_list)) = self.seated(meant.row.id).await? else { return Ok((false, 0)) };
        let mut dropped = 0;
        let mut seat = Seat { others: meant.others.clone(), ..Seat::of(&before) };
        if let Which::Other(place) = meant.who
            && place < seat.others.len()
        {
            let gone = seat.others.remove(place);
            seat.gone.push(gone.id);
            let mut after = before.clone();
            seat.write(&mut after.fields);
            self.write_fields((meant.row.campaign, meant.row.id), &after.fields).await?;
        } else if !self.may_part(&meant.row).await? {
            // Their conversation, or what is known of them at this number, is nobody else's.
            return Ok((true, self.remove(actor, meant.row.clone()).await?));
        } else {
            let next = loop {
                if seat.others.is_empty() {
                    // None of them may be texted; they are known should somebody bring them back.
                    let mut after = before.clone();
                    seat.write(&mut after.fields);
                    self.write_fields((meant.row.campaign, meant.row.id), &after.fields).await?;
                    return Ok((true, self.remove(actor, meant.row.clone()).await?));
                }
                let next = seat.others.remove(0);
                let own = seat.people.get(&next.id).and_then(|own| own.consent.as_ref());
                if self.is_allowed(campaign, &before.phone, own.or(of_list.as_ref())) {
                    break next;
                }
                seat.gone.push(next.id);
            };
            self.give_the_number(campaign, &meant.row, &before, (next, seat)).await?;
            dropped = self.part_with_their_texts(&meant.row).await?;
        }
        let detail = "one of several people at the number".to_owned();
        self.audit(Some(actor), "list_removed", format!("contact {}", meant.row.id), detail);
        Ok((false, dropped))
    }

    /// True of a number at which nobody was reached by this one's name: at most a text waits for the carrier, which can still come back.
    async fn may_part(&mut self, row: &ContactRow) -> Result<bool, StoreError> {
        let waiting = self.waiting_for(row.id).await?.len();
        let written = db::query("SELECT COUNT(*) FROM messages WHERE contact = $1 AND delivery <> 'dropped'")
            .bind(row.id)
            .fetch_one(&mut *self.conn)
            .await?;
        let open = matches!(row.status, Status::NeedsMessage | Status::Messaged);
        let deceased = row.tags.contains(&format!("\"{DECEASED}\""));
        Ok(open && !row.wrong_number && !deceased && usize::try_from(col::<i64>(&written, 0)?) == Ok(waiting))
    }

    /// Texts that were confirmed for whom a number was texted by before come back, and who has their card loses it: a press on it, on a laptop
    /// without a line too, is one for somebody who is off the list. A conversation stays with whom it is with.
    async fn part_with_their_texts(&mut self, row: &ContactRow) -> Result<u64, StoreError> {
        let waiting = self.waiting_for(row.id).await?;
        for text in &waiting {
            self.take_back(col(text, 0)?, "removed").await?;
        }
        let Some(now) = self.contact(row.id).await? else { return Ok(0) };
        let is_card = now.status == Status::NeedsMessage;
        db::query(
            "UPDATE contacts SET epoch = epoch + 1, assigned = CASE WHEN $2 THEN NULL ELSE assigned END, updated_at = $3 WHERE id = $1",
        )
        .bind(row.id)
        .bind(is_card)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        if let Some(person) = now.assigned {
            if is_card {
                let what = EventKind::Gone { contact: ContactId(row.id), why: "removed".to_owned(), who: None };
                self.event(row.campaign, Audience::Person(person), &what)?;
            } else {
                self.changed(row.id).await?;
            }
        }
        Ok(u64::try_from(waiting.len()).unwrap_or(u64::MAX))
    }

    /// One of several people at a number who was taken off the list is known there again. Is nobody else there any more, it is texted by
    /// their name. False, and nothing is done, where the law asks for a consent that they have not given.
    pub(super) async fn back_among_the_others(
        &mut self,
        campaign: &Campaign,
        meant: &Meant,
        id: &str,
    ) -> Result<bool, StoreError> {
        let Some((before, of_list)) = self.seated(meant.row.id).await? else { return Ok(false) };
        let mut seat = Seat { others: meant.others.clone(), ..Seat::of(&before) };
        seat.gone.retain(|gone| gone != id);
        seat.others.retain(|other| other.id != id);
        // Of somebody whom an older program took off only the id was kept.
        let back =
            seat.people.get(id).map_or_else(|| Member { id: id.into(), ..Member::default() }, |own| own.member(id));
        if meant.row.removed {
            let own = seat.people.get(id).and_then(|own| own.consent.as_ref());
            if !self.is_allowed(campaign, &before.phone, own.or(of_list.as_ref())) {
                return Ok(false);
            }
            self.give_the_number(campaign, &meant.row, &before, (back, seat)).await?;
            return Ok(true);
        }
        seat.others.push(back);
        let mut fields = before.fields;
        seat.write(&mut fields);
        self.write_fields((meant.row.campaign, meant.row.id), &fields).await?;
        Ok(true)
    }

    /// Puts right what the list says of one of the others at a number; before and after. None where it was never known.
    pub(super) async fn correct_other(
        &mut self,
        meant: &Meant,
        id: &str,
        change: impl FnOnce(Contact) -> Contact,
        dry_run: bool,
    ) -> Result<Option<(Contact, Contact)>, StoreError> {
        let Some((first, _)) = self.seated(meant.row.id).await? else { return Ok(None) };
        let mut seat = Seat::of(&first);
        let Some(own) = seat.people.remove(id) else { return Ok(None) };
        let before = own.contact(id, first.phone.clone());
        let after = change(before.clone());
        if after != before && !dry_run {
            let own = Own::of(&after);
            seat.others.iter_mut().filter(|one| one.id == id).for_each(|one| *one = own.member(id));
            seat.people.insert(id.to_owned(), own);
            let mut fields = first.fields;
            seat.write(&mut fields);
            self.write_fields((meant.row.campaign, meant.row.id), &fields).await?;
        }
        Ok(Some((before, after)))
    }

    /// Who a number is texted by, with their own consent, and the consent that is said of the whole list.
    async fn seated(&mut self, contact: i64) -> Result<Option<(Contact, Option<Consent>)>, StoreError> {
        let Some(row) = db::query(SEATED).bind(contact).fetch_optional(&mut *self.conn).await? else { return Ok(None) };
        let consent = |at| -> Result<Option<Consent>, StoreError> {
            col::<Option<String>>(&row, LISTED_COLUMNS + at)?.map(|text| json(&text)).transpose()
        };
        Ok(Some((Contact { consent: consent(0)?, ..listed(&row, 0)? }, consent(1)?)))
    }

    /// What is remembered of this campaign's shared numbers says so too: it is not read again for each of those who are taken off.
    fn remember_shared(&mut self, (campaign, contact): (i64, i64), fields: &BTreeMap<String, String>) {
        if let Some((of, shared)) = &mut self.cache.shared
            && *of == campaign
        {
            name_all(shared, contact, fields);
        }
    }

    async fn write_fields(
        &mut self,
        (campaign, contact): (i64, i64),
        fields: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        self.remember_shared((campaign, contact), fields);
        db::query("UPDATE contacts SET fields = $2, updated_at = $3 WHERE id = $1")
            .bind(contact)
            .bind(to_json(fields)?)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    /// True for somebody who may be texted at a number: by a consent, where the law asks for one.
    fn is_allowed(&self, campaign: &Campaign, phone: &Phone, consent: Option<&Consent>) -> bool {
        let law = campaign.def.jurisdiction.needs_consent() || law_of_consent(phone).is_some();
        let today = self.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        !law || consent.is_some_and(|one| one.is_evidence_on(today))
    }

    /// What a list says of a contact, all but their consent.
    pub(super) async fn write_listed(&mut self, id: i64, contact: &Contact, zone_set: i64) -> Result<(), StoreError> {
        db::query(
            "UPDATE contacts SET external_id = $2, first_name = $3, last_name = $4, zip = $5, state = $6, language = $7,
                 time_zone = $8, fields = $9, zone_set = $10, updated_at = $11 WHERE id = $1",
        )
        .bind(id)
        .bind(contact.external_id.as_deref())
        .bind(contact.first_name.as_str())
        .bind(contact.last_name.as_str())
        .bind(contact.zip.as_deref())
        .bind(contact.state.as_deref())
        .bind(contact.language.as_deref())
        .bind(contact.time_zone.as_deref())
        .bind(to_json(&contact.fields)?)
        .bind(zone_set)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        Ok(())
    }

    /// From now on a number is texted by the name of `next`, with what is theirs. Whoever had it is gone, and what is theirs is kept should
    /// they come back.
    async fn give_the_number(
        &mut self,
        campaign: &Campaign,
        row: &ContactRow,
        before: &Contact,
        (next, mut seat): (Member, Seat),
    ) -> Result<(), StoreError> {
        if let Some(gone) = &before.external_id {
            seat.people.insert(gone.clone(), Own::of(before));
            seat.gone.push(gone.clone());
        }
        let own = seat.people.remove(&next.id);
        let is_known = own.is_some();
        let own =
            own.unwrap_or_else(|| Own { first_name: next.first_name, last_name: next.last_name, ..Own::default() });
        let mut after = own.contact(&next.id, before.phone.clone());
        seat.write(&mut after.fields);
        // Of somebody whom an older program's list brought it is not known where they live: the hours stay those of both.
        let zone_set = match is_known {
            true => self.zone_set(campaign.id, &to_json(&campaign.def.hours.places_of(&after))?).await?,
            false => row.zone_set,
        };
        self.remember_shared((campaign.id, row.id), &after.fields);
        self.write_listed(row.id, &after, zone_set).await?;
        db::query("UPDATE contacts SET consent = $2 WHERE id = $1")
            .bind(row.id)
            .bind(after.consent.as_ref().map(to_json).transpose()?)
            .execute(&mut *self.conn)
            .await?;
        if let Some(person) = row.assigned {
            let what = EventKind::Corrected { contact: ContactId(row.id) };
            self.event(row.campaign, Audience::Person(person), &what)?;
        }
        if (&after.first_name, &after.language) != (&before.first_name, &before.language)
            && let Some(line) = self.contact(row.id).await?
        {
            self.contact_event(&line)?;
        }
        Ok(())
    }

    /// People of a list whose number is first another one's. Was that one left out as useless there, the number is theirs; otherwise what the
    /// list says of them is kept.
    pub(super) async fn import_shared(
        &mut self,
        actor: &Actor,
        import: Uuid,
        chunk: ImportChunk,
    ) -> Result<Answer, StoreError> {
        let Some(found) = self.import_found(actor, import).await? else {
            return no(Code::NotFound, "no such import");
        };
        if found.state.finished {
            return no(Code::Invalid, "the import is finished");
        }
        let campaign = found.state.campaign.0;
        let Some(of) = self.campaign(campaign).await? else { return no(Code::NotFound, "no such campaign") };
        let numbers = to_json(&chunk.contacts.iter().map(|one| one.phone.as_str()).collect::<Vec<_>>())?;
        let rows =
            db::query(FIRST_THERE).bind(numbers).bind(campaign).bind(found.number).fetch_all(&mut *self.conn).await?;
        let mut there: HashMap<String, FirstThere> = HashMap::new();
        for row in &rows {
            let contact = listed(row, 0)?;
            let (number, first) = (contact.phone.as_str().to_owned(), Seat::of(&contact));
            let (id, useless) = (col(row, LISTED_COLUMNS)?, col::<i64>(row, LISTED_COLUMNS + 1)? != 0);
            there.insert(number, FirstThere { id, useless, fields: contact.fields, seat: first, changed: false });
        }
        let is_useless = |one: &Contact| there.get(one.phone.as_str()).is_some_and(|first| first.useless);
        let perhaps: Vec<Contact> = chunk.contacts.iter().filter(|one| is_useless(one)).cloned().collect();
        let past = self.past(actor, &perhaps).await?;
        let mut taken = 0_i64;
        for mut contact in chunk.contacts {
            let Some(first) = there.get_mut(contact.phone.as_str()) else { continue };
            let consent = contact.consent.as_ref().or(found.consent.as_ref());
            let allowed = self.is_allowed(&of, &contact.phone, consent);
            let id = contact.external_id.as_deref().map(safe_line);
            if first.useless && allowed {
                let own = contact.clone();
                let mut seat = first.seat.clone();
                seat.others.retain(|one| Some(&one.id) != id.as_ref());
                seat.people.retain(|one, _| Some(one) != id.as_ref());
                seat.write(&mut contact.fields);
                let fields = contact.fields.clone();
                let line = self.line(&of, contact, &past).await?;
                if !line.is_useless() {
                    self.take_the_place(first.id, &line).await?;
                    (first.useless, first.seat, first.fields, first.changed) = (false, seat, fields, false);
                    taken += 1;
                    continue;
                }
                contact = own;
            }
            // Their first row counts, as everybody's does.
            if let Some(id) = id
                && first.seat.others.iter().any(|one| one.id == id)
                && first.seat.people.len() < household::MOST_PEOPLE
                && !first.seat.people.contains_key(&id)
            {
                first.seat.people.insert(id, Own::of(&contact));
                first.changed = true;
            }
        }
        for first in there.into_values().filter(|first| first.changed) {
            let mut fields = first.fields;
            first.seat.write(&mut fields);
            self.write_fields((campaign, first.id), &fields).await?;
        }
        if taken > 0 {
            self.cache.shared = None;
            db::query("UPDATE imports SET known_bad = known_bad - $2 WHERE id = $1")
                .bind(import)
                .bind(taken)
                .execute(&mut *self.conn)
                .await?;
            let detail = format!("{taken} in the place of others at their number");
            self.audit(Some(actor), "import_chunk", format!("campaign {campaign}"), detail);
        }
        self.import_answer(actor, import).await
    }

    async fn take_the_place(&mut self, contact: i64, line: &Line) -> Result<(), StoreError> {
        db::query(
            "UPDATE contacts SET external_id = j.value->>'x', first_name = j.value->>'f', last_name = j.value->>'l',
                 zip = j.value->>'z', state = j.value->>'s', language = j.value->>'g', time_zone = j.value->>'t',
                 fields = j.value->>'o', zone_set = CAST(j.value->>'n' AS BIGINT), consent = j.value->>'c',
                 wrong_number = 0, status = 'needs_message', updated_at = $3
             FROM json_each($2) j WHERE contacts.id = $1",
        )
        .bind(contact)
        .bind(to_json(&[line])?)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        // What was known of the one before is not of this one.
        db::query("DELETE FROM notes WHERE contact = $1 AND what = $2")
            .bind(contact)
            .bind(ELSEWHERE)
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }
}

/// Who of a list came first at these numbers, and whether they are useless there with nobody having touched them since.
const FIRST_THERE: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.id, CASE WHEN c.wrong_number = 1 AND c.last_seq = 0 AND c.assigned IS NULL AND c.removed = 0 THEN 1 ELSE 0 END
     FROM json_each($1) j CROSS JOIN contacts c
     WHERE c.campaign = $2 AND c.phone = j.atom AND c.list = $3"
);

const SEATED: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.consent, i.consent FROM contacts c LEFT JOIN imports i ON i.campaign = c.campaign AND i.number = c.list WHERE c.id = $1"
);

/// Whoever of a list came first at a number.
struct FirstThere {
    id: i64,
    useless: bool,
    fields: BTreeMap<String, String>,
    seat: Seat,
    /// It has to be written.
    changed: bool,
}

/// Who is at a number besides whom it is texted by.
#[derive(Debug, Clone, Default)]
struct Seat {
    others: Vec<Member>,
    /// Ids of those who were taken off.
    gone: Vec<String>,
    /// What the list says of all of these.
    people: BTreeMap<String, Own>,
}

impl Seat {
    fn of(contact: &Contact) -> Self {
        let gone = household::removed(&contact.fields);
        Self { others: household::members(&contact.fields), gone, people: household::people(&contact.fields) }
    }

    fn write(&self, fields: &mut BTreeMap<String, String>) {
        household::put(fields, &self.others);
        household::put_removed(fields, &self.gone);
        household::put_people(fields, &self.people);
    }
}

//! Several people at one number of a campaign: whom an id of the list means, and who of them a number is left to.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{
    import::no,
    import_chunk::Line,
    rows::{CONTACT_COLUMNS, ContactRow, LISTED_COLUMNS, col, contact_columns, json, listed, listed_columns, to_json},
    tx::{Audience, Tx},
};
use crate::api::{admin::ImportChunk, event::EventKind, list_change::ContactKey, problem::Code};
use crate::db;
use crate::domain::{
    contact::Contact,
    household::{self, Member},
    ids::ContactId,
    safe_text::safe_line,
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

const BY_NUMBER: &str =
    concat!("SELECT ", contact_columns!(), ", c.external_id, c.fields FROM contacts c WHERE c.id = $1");

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
            None if household::removed(&fields).any(|gone| gone == id) => Which::Gone,
            None if listed.is_none() => Which::Number,
            None => return Ok(None),
        };
        Ok(Some(Self { row, who, others }))
    }
}

/// Which contacts an id means besides those whose own it is. It may name too many of them, never too few: what a contact's fields say
/// counts.
pub(super) type Shared = HashMap<String, Vec<i64>>;

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
            let Some(row) = db::query(BY_NUMBER).bind(contact).fetch_optional(&mut *self.conn).await? else { continue };
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
                let (contact, fields): (i64, String) = (col(row, 0)?, col(row, 1)?);
                let fields: BTreeMap<String, String> = json(&fields)?;
                let others = household::members(&fields).into_iter().map(|one| one.id);
                for id in others.chain(household::removed(&fields).map(str::to_owned)) {
                    shared.entry(id).or_default().push(contact);
                }
            }
            self.cache.shared = Some((campaign, shared));
        }
        static NOBODY: std::sync::LazyLock<Shared> = std::sync::LazyLock::new(Shared::new);
        Ok(self.cache.shared.as_ref().map_or(&NOBODY, |(_, shared)| shared))
    }

    /// Takes one of several people off the list: the number stays for the others. Was it texted by this one's name, then by the next
    /// one's from now on.
    pub(super) async fn leave_to_the_others(&mut self, actor: &Actor, meant: &Meant) -> Result<(), StoreError> {
        let Some(mut listed) = self.listed(meant.row.id).await? else { return Ok(()) };
        let mut others = meant.others.clone();
        let before = listed.clone();
        let gone = match meant.who {
            Which::Other(place) if place < others.len() => Some(others.remove(place).id),
            _ if others.is_empty() => return Ok(()),
            _ => {
                let next = others.remove(0);
                let gone = listed.external_id.take();
                if next.has_name() {
                    (listed.first_name, listed.last_name) = (next.first_name, next.last_name);
                }
                listed.external_id = Some(next.id);
                gone
            }
        };
        household::put(&mut listed.fields, &others);
        if let Some(gone) = gone {
            household::add_removed(&mut listed.fields, &gone);
        }
        self.cache.shared = None;
        db::query(
            "UPDATE contacts SET external_id = $2, first_name = $3, last_name = $4, fields = $5, updated_at = $6 WHERE id = $1",
        )
        .bind(meant.row.id)
        .bind(listed.external_id.as_deref())
        .bind(listed.first_name.as_str())
        .bind(listed.last_name.as_str())
        .bind(to_json(&listed.fields)?)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        if let Some(person) = meant.row.assigned.filter(|_| listed.external_id != before.external_id) {
            let what = EventKind::Corrected { contact: ContactId(meant.row.id) };
            self.event(meant.row.campaign, Audience::Person(person), &what)?;
        }
        if listed.first_name != before.first_name
            && let Some(line) = self.contact(meant.row.id).await?
        {
            self.contact_event(&line)?;
        }
        let detail = "one of several people at the number".to_owned();
        self.audit(Some(actor), "list_removed", format!("contact {}", meant.row.id), detail);
        Ok(())
    }

    /// One of several people at a number who was taken off the list is known there again.
    pub(super) async fn back_among_the_others(&mut self, meant: &Meant, id: &str) -> Result<(), StoreError> {
        let Some(mut listed) = self.listed(meant.row.id).await? else { return Ok(()) };
        let mut others = meant.others.clone();
        others.push(Member { id: id.to_owned(), ..Member::default() });
        household::put(&mut listed.fields, &others);
        household::take_from_removed(&mut listed.fields, id);
        self.cache.shared = None;
        db::query("UPDATE contacts SET fields = $2, updated_at = $3 WHERE id = $1")
            .bind(meant.row.id)
            .bind(to_json(&listed.fields)?)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    /// People of a list whose number is first another one's. Was that one left out as useless there, the number is theirs.
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
        let useless =
            db::query(USELESS).bind(numbers).bind(campaign).bind(found.number).fetch_all(&mut *self.conn).await?;
        let mut left: HashMap<String, (i64, Contact)> = HashMap::new();
        for row in &useless {
            let contact = listed(row, 0)?;
            left.insert(contact.phone.as_str().to_owned(), (col(row, LISTED_COLUMNS)?, contact));
        }
        if left.is_empty() {
            return self.import_answer(actor, import).await;
        }
        let wanted: Vec<Contact> =
            chunk.contacts.into_iter().filter(|one| left.contains_key(one.phone.as_str())).collect();
        let past = self.past(actor, &wanted).await?;
        let today = self.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut taken = 0_i64;
        for mut contact in wanted {
            let evidence =
                contact.consent.as_ref().or(found.consent.as_ref()).is_some_and(|one| one.is_evidence_on(today));
            let law = of.def.jurisdiction.needs_consent()
                || crate::domain::provenance::law_of_consent(&contact.phone).is_some();
            let Some((id, first)) = left.get(contact.phone.as_str()) else { continue };
            let id = *id;
            let mut others = household::members(&first.fields);
            others.retain(|one| Some(&one.id) != contact.external_id.as_ref());
            household::put(&mut contact.fields, &others);
            let phone = contact.phone.as_str().to_owned();
            let line = self.line(&of, contact, &past).await?;
            if line.is_useless() || (law && !evidence) {
                continue;
            }
            self.take_the_place(id, &line).await?;
            left.remove(&phone);
            taken += 1;
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
        Ok(())
    }
}

/// Of these numbers those that this list brought for somebody who is useless there, and that nobody has touched since.
const USELESS: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.id FROM json_each($1) j CROSS JOIN contacts c
     WHERE c.campaign = $2 AND c.phone = j.atom AND c.list = $3 AND c.wrong_number = 1 AND c.last_seq = 0 AND c.assigned IS NULL
         AND c.removed = 0"
);

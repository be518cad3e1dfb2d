//! Rows to words and back.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::api::{
    assignment::ContactSummary,
    campaign::CampaignState,
    event::{Event, EventKind},
    json_fault,
    people::Role,
};
use crate::db::{FromValue, Row};
use crate::domain::{
    contact::Contact,
    conversation::{OptOut, Status},
    ids::{CampaignId, ContactId},
    message::{Delivery, MessageKind},
    phone::Phone,
};
use crate::server::store::StoreError;

/// A damaged row.
pub(super) fn corrupt(what: &str, value: &str) -> StoreError {
    StoreError::Corrupt(format!("{what}: {value:?}"))
}

/// A column by number.
pub(super) fn col<T: FromValue>(row: &Row, at: usize) -> Result<T, StoreError> {
    Ok(row.try_get(at)?)
}

/// A count; the database never holds a negative one.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// How many pictures came with a text.
pub(super) fn pictures(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

/// A number for the database.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Stored microseconds as a time.
pub(super) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| corrupt("a time", &micros.to_string()))
}

/// When an event was decided and what it says. What of it cannot be read is no time and no event of the contract's: one damaged
/// row must not keep those after it from everybody.
pub(super) fn written(row: &Row, at: usize, payload: usize) -> (Timestamp, String) {
    let when = col(row, at).and_then(time);
    let said = col(row, payload);
    match (when, said) {
        (Ok(at), Ok(said)) => (at, said),
        (at, _) => (at.unwrap_or(Timestamp::UNIX_EPOCH), String::new()),
    }
}

/// An event by its number, its time and what it says. In place of one that this program cannot read, because a newer one wrote it or
/// it is damaged, stands a snapshot: whoever asks may be one who could read it, or needs what it said.
pub(super) fn event(row: &Row, erased: &BTreeSet<ContactId>) -> Result<Event, StoreError> {
    let seq = unsigned(col(row, 0)?);
    let (at, payload) = written(row, 1, 2);
    let payload = super::copies::said(payload, erased);
    let what = json(&payload).ok().filter(|what| *what != EventKind::Unknown);
    Ok(Event { seq, at, what: what.unwrap_or(EventKind::Snapshot { seq }) })
}

/// A JSON column.
pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(json_fault(&error)))
}

/// A value as JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Corrupt(e.to_string()))
}

/// What a stored word stands for, among `all`.
fn named<T: Copy>(
    what: &str,
    all: impl IntoIterator<Item = T>,
    word_of: impl Fn(T) -> &'static str,
    word: &str,
) -> Result<T, StoreError> {
    all.into_iter().find(|one| word_of(*one) == word).ok_or_else(|| corrupt(what, word))
}

pub(super) fn status(word: &str) -> Result<Status, StoreError> {
    named("a status", Status::ALL, Status::as_str, word)
}

pub(super) fn kind_word(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Initial => "initial",
        MessageKind::Reply => "reply",
        MessageKind::OptOutNotice => "opt_out_notice",
        MessageKind::Help => "help",
    }
}

pub(super) fn kind(word: &str) -> Result<MessageKind, StoreError> {
    use MessageKind::*;
    named("a kind", [Initial, Reply, OptOutNotice, Help], kind_word, word)
}

pub(super) fn delivery(word: &str) -> Result<Delivery, StoreError> {
    use Delivery::*;
    let all = [Accepted, Submitting, Submitted, Delivered, Failed, Unknown, Held, Dropped, Received];
    named("a delivery", all, Delivery::as_str, word)
}

pub(super) fn role_word(role: Role) -> &'static str {
    role.as_str()
}

pub(super) fn role(word: &str) -> Result<Role, StoreError> {
    named("a role", Role::ALL, Role::as_str, word)
}

pub(super) fn state_word(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Importing => "importing",
        CampaignState::Running => "running",
        CampaignState::Paused => "paused",
        CampaignState::Archived => "archived",
    }
}

pub(super) fn state(word: &str) -> Result<CampaignState, StoreError> {
    use CampaignState::*;
    named("a campaign's state", [Importing, Running, Paused, Archived], state_word, word)
}

/// `opt_out` codes from here on mean opted out.
pub(super) const OPTED_OUT: i64 = 2;

/// An opt-out state as its stored code.
pub(super) fn opt_out_code(state: &OptOut) -> i64 {
    match state {
        OptOut::No => 0,
        OptOut::Possible { .. } => 1,
        OptOut::Yes { by_word: false } => OPTED_OUT,
        OptOut::Yes { by_word: true } => 3,
    }
}

/// A stored code, with the words that raised the question.
pub(super) fn opt_out(code: i64, words: String) -> Result<OptOut, StoreError> {
    Ok(match code {
        0 => OptOut::No,
        1 => OptOut::Possible { words },
        OPTED_OUT => OptOut::Yes { by_word: false },
        3 => OptOut::Yes { by_word: true },
        other => return Err(corrupt("an opt-out state", &other.to_string())),
    })
}

/// The columns that [`ContactRow`] reads, of a table called `c`.
macro_rules! contact_columns {
    () => {
        "c.id, c.organization, c.campaign, c.phone, c.first_name, c.language, c.zone_set, c.status, c.opt_out, \
         c.opt_out_words, c.wrong_number, c.assigned, c.holder, c.epoch, c.waiting_since, c.last_seq, c.foreign_seq, \
         c.preview, c.updated_at, c.removed, c.erased_at, c.tags, c.snoozed_until"
    };
}
pub(super) use contact_columns;

/// How many columns [`contact_columns`] names: further ones start here.
pub(super) const CONTACT_COLUMNS: usize = 23;

/// A contact, as far as decisions need it.
#[derive(Debug, Clone)]
pub(super) struct ContactRow {
    pub(super) id: i64,
    pub(super) organization: i64,
    pub(super) campaign: i64,
    pub(super) phone: String,
    pub(super) first_name: String,
    pub(super) language: Option<String>,
    pub(super) zone_set: i64,
    pub(super) status: Status,
    pub(super) opt_out: OptOut,
    pub(super) wrong_number: bool,
    pub(super) assigned: Option<i64>,
    pub(super) holder: Option<i64>,
    pub(super) epoch: i64,
    pub(super) waiting_since: Option<i64>,
    pub(super) last_seq: i64,
    pub(super) foreign_seq: i64,
    pub(super) preview: String,
    pub(super) updated_at: i64,
    /// Taken off the list.
    pub(super) removed: bool,
    /// Nobody any more: only that there was somebody is left.
    pub(super) erased: bool,
    /// JSON.
    pub(super) tags: String,
    pub(super) snoozed_until: Option<i64>,
}

impl ContactRow {
    /// Reads the columns of [`contact_columns`], which come first.
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: col(row, 0)?,
            organization: col(row, 1)?,
            campaign: col(row, 2)?,
            phone: col(row, 3)?,
            first_name: col(row, 4)?,
            language: col(row, 5)?,
            zone_set: col(row, 6)?,
            status: status(&col::<String>(row, 7)?)?,
            opt_out: opt_out(col(row, 8)?, col(row, 9)?)?,
            wrong_number: col::<i64>(row, 10)? != 0,
            assigned: col(row, 11)?,
            holder: col(row, 12)?,
            epoch: col(row, 13)?,
            waiting_since: col(row, 14)?,
            last_seq: col(row, 15)?,
            foreign_seq: col(row, 16)?,
            preview: col(row, 17)?,
            updated_at: col(row, 18)?,
            removed: col::<i64>(row, 19)? != 0,
            erased: col::<Option<i64>>(row, 20)?.is_some(),
            tags: col(row, 21)?,
            snoozed_until: col(row, 22)?,
        })
    }

    /// The line of a list.
    pub(super) fn summary(&self) -> Result<ContactSummary, StoreError> {
        Ok(ContactSummary {
            id: ContactId(self.id),
            campaign: CampaignId(self.campaign),
            first_name: self.first_name.clone(),
            status: self.status,
            opt_out: self.opt_out.clone(),
            epoch: u32::try_from(self.epoch).unwrap_or(u32::MAX),
            waiting_since: self.waiting_since.map(time).transpose()?,
            preview: self.preview.clone(),
            last_seq: unsigned(self.last_seq),
            foreign_seq: unsigned(self.foreign_seq),
            updated_at: time(self.updated_at)?,
            tags: json(&self.tags)?,
            language: self.language.clone(),
            snoozed_until: self.snoozed_until.map(time).transpose()?,
        })
    }
}

/// The columns that [`listed`] reads, of a table called `c`.
macro_rules! listed_columns {
    () => {
        "c.external_id, c.first_name, c.last_name, c.phone, c.zip, c.state, c.language, c.time_zone, c.fields"
    };
}
pub(super) use listed_columns;

/// How many columns [`listed_columns`] names.
pub(super) const LISTED_COLUMNS: usize = 9;

/// A contact as its list gave it; the columns of [`listed_columns`] start at `at`.
pub(super) fn listed(row: &Row, at: usize) -> Result<Contact, StoreError> {
    let phone: String = col(row, at + 3)?;
    Ok(Contact {
        external_id: col(row, at)?,
        first_name: col(row, at + 1)?,
        last_name: col(row, at + 2)?,
        phone: Phone::from_e164(&phone).ok_or_else(|| corrupt("a number", "hidden"))?,
        zip: col(row, at + 4)?,
        state: col(row, at + 5)?,
        language: col(row, at + 6)?,
        time_zone: col(row, at + 7)?,
        fields: json(&col::<String>(row, at + 8)?)?,
        // No text is filled with it: it is read where it is shown.
        consent: None,
    })
}

/// A first name as others than voters read it: the second Ann is "Ann (2)".
pub(super) fn told_apart(name: String, namesake: i64) -> String {
    if namesake > 1 { format!("{name} ({namesake})") } else { name }
}

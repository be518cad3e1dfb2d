//! Pages of what came of a campaign. Each looks at a bounded run of contacts by their numbers, so that a page costs the same at the
//! beginning of a campaign and at its end, whatever other campaigns lie between; empty pages are the price.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    SqlStore, figures,
    rows::{self, LISTED_COLUMNS, OPTED_OUT, col, corrupt, json, listed, listed_columns, time, to_json, unsigned},
    turnout::standings,
    tx::Tx,
    visible::is_visible,
};
use crate::api::results::{ColumnsOut, ContactsOut, FiguresOut, MessagesOut, OptOutsOut};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::merge_fields,
    household,
    ids::{CampaignId, ContactId, PersonId},
    message::Direction,
    phone::Phone,
    results::{ContactResult, MessageResult, OptOutResult},
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer, TakenOut},
    query::Found,
    results::{Place, Results, Wanted},
};

/// Numbers of contacts that one page looks at.
const RUN: i64 = 20_000;

/// First and last contact of a campaign.
pub(super) const BOUNDS: &str = "SELECT COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM contacts WHERE campaign = $1";

/// A page of contacts. The campaign is no help in finding them: they are found by their numbers.
pub(super) const CONTACTS: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.id, c.status, c.opt_out, c.opt_out_words, c.wrong_number, c.answers, c.tags, c.note, c.last_out_at, c.updated_at,
     s.at, s.reason, p.id, p.name, p.namesake, i.variant, i.at, i.delivery,
     (SELECT MIN(n.at) FROM messages n WHERE n.contact = c.id AND n.direction = 'in'),
     (SELECT n.error FROM messages n WHERE n.contact = c.id AND n.delivery = 'failed' ORDER BY n.seq DESC LIMIT 1),
     c.removed, c.earlier_answers
     FROM contacts c
     LEFT JOIN messages i ON i.contact = c.id AND i.kind = 'initial' AND i.delivery <> 'dropped'
     LEFT JOIN people p ON p.id = COALESCE(c.assigned, c.holder, i.author)
     LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone AND c.opt_out >= 2
     WHERE c.id > $1 AND c.id <= $2 AND +c.campaign = $3 AND c.erased_at IS NULL
         AND (c.updated_at >= $4 OR $4 IS NULL) ORDER BY c.id LIMIT $5"
);

/// The campaigns in which these numbers have got a first text.
pub(super) const TEXTED_IN: &str = "SELECT o.phone, o.campaign FROM json_each($1) j CROSS JOIN contacts o
     WHERE o.organization = $2 AND o.phone = j.atom AND o.status <> 'needs_message' AND EXISTS (SELECT 1 FROM messages m
         WHERE m.contact = o.id AND m.kind = 'initial' AND m.delivery <> 'dropped') ORDER BY j.key, o.campaign";

/// A page of texts.
pub(super) const MESSAGES: &str =
    "SELECT m.id, m.contact, m.seq, c.phone, m.direction, m.kind, m.body, m.at, m.delivery,
     m.error, p.id, p.name, p.namesake, m.variant, m.language, m.script_version, m.pictures
     FROM messages m JOIN contacts c ON c.id = m.contact LEFT JOIN people p ON p.id = m.author
     WHERE (m.contact, m.seq) > ($1, $2) AND m.contact <= $3 AND +m.campaign = $4 AND c.erased_at IS NULL
         AND (m.at >= $5 OR $5 IS NULL)
     ORDER BY m.contact, m.seq LIMIT $6";

/// What a run of contacts has beside the columns that every contact has.
pub(super) const COLUMNS: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.opt_out, c.removed FROM contacts c WHERE c.id > $1 AND c.id <= $2 AND +c.campaign = $3 AND c.erased_at IS NULL ORDER BY c.id"
);

/// A page of opt-outs.
const OPT_OUTS: &str = "SELECT s.phone, s.at, s.by_word, s.reason, p.id, p.name, p.namesake
     FROM suppressions s LEFT JOIN people p ON p.id = s.person
     WHERE s.organization = $1 AND s.phone > $2 AND (s.at >= $3 OR $3 IS NULL)
         AND (CAST($4 AS BIGINT) IS NULL OR EXISTS
             (SELECT 1 FROM contacts c WHERE c.organization = s.organization AND c.phone = s.phone AND c.campaign = $4))
     ORDER BY s.phone LIMIT $5";

/// A run of contacts: after the first, up to the last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) place: Place,
    pub(super) last: i64,
}

impl Run {
    /// The run that begins at a place, or at the campaign's first contact.
    pub(super) async fn at(
        conn: &mut Conn,
        campaign: CampaignId,
        place: Option<Place>,
        width: i64,
    ) -> Result<Self, StoreError> {
        let place = match place {
            Some(place) => place,
            None => {
                let row = db::query(BOUNDS).bind(campaign.0).fetch_one(conn).await?;
                let (first, until): (i64, i64) = (col(&row, 0)?, col(&row, 1)?);
                // Behind the last text of the contact before.
                Place { contact: first - 1, seq: i64::MAX, until }
            }
        };
        Ok(Self { place, last: place.contact.saturating_add(width).min(place.until) })
    }

    /// Where the next page begins when all of this run was given.
    pub(super) fn after(self) -> Option<Place> {
        let Self { place, last } = self;
        (last < place.until).then_some(Place { contact: last, seq: i64::MAX, ..place })
    }
}

/// How many numbers there are still to look at.
pub(super) fn left(next: Option<Place>) -> u64 {
    next.map_or(0, |next| unsigned(next.until.saturating_sub(next.contact)))
}

#[async_trait]
impl Results for SqlStore {
    async fn contacts_out(&self, actor: &Actor, campaign: CampaignId, wanted: &Wanted) -> Found<Option<ContactsOut>> {
        let mut conn = self.reader().await?;
        if !is_visible(&mut conn, actor, campaign).await? {
            return Ok(None);
        }
        let run = Run::at(&mut conn, campaign, wanted.place, RUN).await?;
        let rows = db::query(CONTACTS)
            .bind(run.place.contact)
            .bind(run.last)
            .bind(campaign.0)
            .bind(wanted.since.map(Timestamp::as_microsecond))
            .bind(i64::from(wanted.limit))
            .fetch_all(&mut conn)
            .await?;
        let mut contacts = rows.iter().map(|row| contact(campaign, row)).collect::<Found<Vec<_>>>()?;
        fill_standings(&mut conn, actor, campaign, &mut contacts).await?;
        if wanted.texted_in {
            fill_texted_in(&mut conn, actor, &mut contacts).await?;
        }
        let full = contacts.len() >= usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let next = match contacts.last().filter(|_| full) {
            Some(last) if last.id.0 < run.place.until => Some(Place { contact: last.id.0, ..run.place }),
            Some(_) => None,
            None => run.after(),
        };
        Ok(Some(ContactsOut { contacts, next: next.map(|place| place.to_string()), left: left(next) }))
    }

    async fn messages_out(&self, actor: &Actor, campaign: CampaignId, wanted: &Wanted) -> Found<Option<MessagesOut>> {
        let mut conn = self.reader().await?;
        if !is_visible(&mut conn, actor, campaign).await? {
            return Ok(None);
        }
        let run = Run::at(&mut conn, campaign, wanted.place, RUN).await?;
        let rows = db::query(MESSAGES)
            .bind(run.place.contact)
            .bind(run.place.seq)
            .bind(run.last)
            .bind(campaign.0)
            .bind(wanted.since.map(Timestamp::as_microsecond))
            .bind(i64::from(wanted.limit))
            .fetch_all(&mut conn)
            .await?;
        let messages = rows.iter().map(|row| message(campaign, row)).collect::<Found<Vec<_>>>()?;
        let full = messages.len() >= usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let next = match messages.last().filter(|_| full) {
            Some(last) => Some(Place { contact: last.contact.0, seq: rows::signed(last.seq), ..run.place }),
            None => run.after(),
        };
        Ok(Some(MessagesOut { messages, next: next.map(|place| place.to_string()), left: left(next) }))
    }

    async fn columns_out(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        place: Option<Place>,
    ) -> Found<Option<ColumnsOut>> {
        let mut conn = self.reader().await?;
        if !is_visible(&mut conn, actor, campaign).await? {
            return Ok(None);
        }
        let run = Run::at(&mut conn, campaign, place, RUN).await?;
        let rows =
            db::query(COLUMNS).bind(run.place.contact).bind(run.last).bind(campaign.0).fetch_all(&mut conn).await?;
        let mut columns = BTreeSet::new();
        let (mut contacts, mut filled) = (0, std::collections::BTreeMap::<String, u64>::new());
        for row in &rows {
            let contact = listed(row, 0)?;
            columns.extend(contact.fields.keys().filter(|name| !household::is_note(name)).cloned());
            let out = col::<i64>(row, LISTED_COLUMNS)? != 0 || col::<i64>(row, LISTED_COLUMNS + 1)? != 0;
            if out {
                continue;
            }
            contacts += 1;
            for (name, _) in merge_fields(&contact).into_iter().filter(|(_, value)| !value.trim().is_empty()) {
                *filled.entry(name).or_default() += 1;
            }
        }
        let next = run.after().map(|place| place.to_string());
        Ok(Some(ColumnsOut { columns: columns.into_iter().collect(), contacts, filled, next }))
    }

    async fn figures_out(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        place: Option<Place>,
    ) -> Found<Option<FiguresOut>> {
        let mut conn = self.reader().await?;
        if !is_visible(&mut conn, actor, campaign).await? {
            return Ok(None);
        }
        figures::out(&mut conn, campaign, place).await.map(Some)
    }

    async fn opt_outs_out(
        &self,
        actor: &Actor,
        campaign: Option<CampaignId>,
        since: Option<Timestamp>,
        after: &str,
        limit: u32,
    ) -> Found<Option<OptOutsOut>> {
        let mut conn = self.reader().await?;
        // Who works for one campaign alone sees the opt-outs of its people.
        let campaign = campaign.or(actor.campaign);
        if let Some(campaign) = campaign
            && !is_visible(&mut conn, actor, campaign).await?
        {
            return Ok(None);
        }
        let rows = db::query(OPT_OUTS)
            .bind(actor.organization.0)
            .bind(after)
            .bind(since.map(Timestamp::as_microsecond))
            .bind(campaign.map(|one| one.0))
            .bind(i64::from(limit))
            .fetch_all(&mut conn)
            .await?;
        let opt_outs = rows.iter().map(opt_out).collect::<Found<Vec<_>>>()?;
        let full = opt_outs.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let next = opt_outs.last().filter(|_| full).map(|last| last.phone.as_str().to_owned());
        Ok(Some(OptOutsOut { opt_outs, next }))
    }
}

/// Somebody by three columns: number, name, the how-manieth of that name.
fn somebody(row: &db::Row, at: usize) -> Found<(Option<PersonId>, Option<String>)> {
    let Some(person) = col::<Option<i64>>(row, at)? else { return Ok((None, None)) };
    Ok((Some(PersonId(person)), Some(rows::told_apart(col(row, at + 1)?, col(row, at + 2)?))))
}

fn moment(row: &db::Row, at: usize) -> Found<Option<Timestamp>> {
    col::<Option<i64>>(row, at)?.map(time).transpose()
}

/// How each stands with the campaign's events. They are in the order of their numbers.
pub(super) async fn fill_standings(
    conn: &mut Conn,
    actor: &Actor,
    campaign: CampaignId,
    contacts: &mut [ContactResult],
) -> Found<()> {
    if let (Some(first), Some(last)) = (contacts.first(), contacts.last()) {
        let mut standings = standings(conn, actor, campaign, (first.id.0, last.id.0)).await?;
        for contact in contacts {
            contact.rsvps = standings.remove(&contact.id.0).unwrap_or_default();
        }
    }
    Ok(())
}

/// In which campaigns the number of each was texted.
///
/// Whoever works in one campaign alone is told of that one.
pub(super) async fn fill_texted_in(conn: &mut Conn, actor: &Actor, contacts: &mut [ContactResult]) -> Found<()> {
    let numbers: Vec<&str> = contacts.iter().map(|contact| contact.listed.phone.as_str()).collect();
    let rows = db::query(TEXTED_IN).bind(to_json(&numbers)?).bind(actor.organization.0).fetch_all(conn).await?;
    let mut texted: HashMap<String, Vec<CampaignId>> = HashMap::new();
    for row in &rows {
        let campaign = CampaignId(col(row, 1)?);
        if actor.campaign.is_none_or(|only| only == campaign) {
            texted.entry(col(row, 0)?).or_default().push(campaign);
        }
    }
    for contact in contacts {
        contact.texted_in = texted.get(contact.listed.phone.as_str()).cloned().unwrap_or_default();
    }
    Ok(())
}

/// A row of [`CONTACTS`].
pub(super) fn contact(campaign: CampaignId, row: &db::Row) -> Found<ContactResult> {
    let at = |n: usize| LISTED_COLUMNS + n;
    let (texter, texter_name) = somebody(row, at(12))?;
    let out: i64 = col(row, at(2))?;
    let delivery: Option<String> = col(row, at(17))?;
    Ok(ContactResult {
        id: ContactId(col(row, at(0))?),
        campaign,
        listed: listed(row, 0)?,
        status: rows::status(&col::<String>(row, at(1))?)?,
        opt_out: rows::opt_out(out, col(row, at(3))?)?,
        opted_out_at: moment(row, at(10))?,
        opted_out_how: col::<Option<String>>(row, at(11))?.filter(|_| out >= OPTED_OUT),
        wrong_number: col::<i64>(row, at(4))? != 0,
        removed: col::<i64>(row, at(20))? != 0,
        answers: json(&col::<String>(row, at(5))?)?,
        rsvps: std::collections::BTreeMap::new(),
        earlier_answers: col::<Option<String>>(row, at(21))?.map(|text| json(&text)).transpose()?.unwrap_or_default(),
        texted_in: Vec::new(),
        tags: json(&col::<String>(row, at(6))?)?,
        note: col(row, at(7))?,
        last_text_at: moment(row, at(8))?,
        updated_at: time(col(row, at(9))?)?,
        texter,
        texter_name,
        variant: col(row, at(15))?,
        texted_at: moment(row, at(16))?,
        delivery: delivery.map(|word| rows::delivery(&word)).transpose()?,
        answered_at: moment(row, at(18))?,
        error: col(row, at(19))?,
    })
}

fn message(campaign: CampaignId, row: &db::Row) -> Found<MessageResult> {
    let phone: String = col(row, 3)?;
    let (texter, texter_name) = somebody(row, 10)?;
    Ok(MessageResult {
        id: col(row, 0)?,
        campaign,
        contact: ContactId(col(row, 1)?),
        seq: unsigned(col(row, 2)?),
        phone: Phone::from_e164(&phone).ok_or_else(|| corrupt("a number", "hidden"))?,
        direction: match col::<String>(row, 4)?.as_str() {
            "in" => Direction::Inbound,
            _ => Direction::Outbound,
        },
        kind: col::<Option<String>>(row, 5)?.map(|word| rows::kind(&word)).transpose()?,
        body: col(row, 6)?,
        pictures: rows::pictures(col(row, 16)?),
        at: time(col(row, 7)?)?,
        delivery: rows::delivery(&col::<String>(row, 8)?)?,
        error: col(row, 9)?,
        texter,
        texter_name,
        variant: col(row, 13)?,
        language: col(row, 14)?,
        script_version: unsigned(col(row, 15)?),
    })
}

fn opt_out(row: &db::Row) -> Found<OptOutResult> {
    let phone: String = col(row, 0)?;
    let (person, person_name) = somebody(row, 4)?;
    Ok(OptOutResult {
        phone: Phone::from_e164(&phone).ok_or_else(|| corrupt("a number", "hidden"))?,
        at: time(col(row, 1)?)?,
        by_word: col::<i64>(row, 2)? != 0,
        reason: col(row, 3)?,
        person,
        person_name,
    })
}

impl Tx<'_> {
    /// Puts on record who took out what. Of contacts the first and the last number, so that whoever asks where somebody's data went
    /// finds this line too.
    pub(super) async fn taken_out(&mut self, actor: &Actor, taken: &TakenOut) -> Result<Answer, StoreError> {
        let subject = taken.campaign.map_or_else(|| "organization".to_owned(), |one| format!("campaign {one}"));
        let range = taken.contacts.map(|(first, last)| format!(", contacts {first} to {last}")).unwrap_or_default();
        db::query(
            "INSERT INTO audit (at, organization, person, session, what, subject, detail, contact, last_contact)
             VALUES ($1, $2, $3, $4, 'exported', $5, $6, $7, $8)",
        )
        .bind(self.micros())
        .bind(actor.organization.0)
        .bind(actor.person.0)
        .bind(actor.session)
        .bind(subject)
        .bind(format!("{} {}{range}", taken.many, taken.what))
        .bind(taken.contacts.map(|(first, _)| first.0))
        .bind(taken.contacts.map(|(_, last)| last.0))
        .execute(&mut *self.conn)
        .await?;
        Ok(Answer::Done)
    }
}

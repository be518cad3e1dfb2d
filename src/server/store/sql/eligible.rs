//! Who of a campaign's contacts may get a first text in another campaign: by all that the organization knows of the number and of
//! the person behind it. Read when it is counted, and decided anew in the transaction that copies somebody.

use std::collections::HashMap;

use super::{
    import_chunk::FAILING,
    rows::{LISTED_COLUMNS, OPTED_OUT, col, listed, listed_columns, to_json},
};
use crate::api::segments::LeftOut;
use crate::db::{self, Conn};
use crate::domain::{contact::Contact, script::fold_name};
use crate::server::store::StoreError;

/// Contacts of a campaign, as they stand. They are found by their numbers, and the campaign is no help in that.
pub(super) const CONTACTS: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.id, c.opt_out, CASE WHEN s.at IS NULL THEN 0 ELSE 1 END, c.removed, c.list, c.answers, c.earlier_answers,
     CASE WHEN c.last_seq > 0 THEN COALESCE(c.assigned, c.holder) ELSE NULL END
     FROM json_each($1) j CROSS JOIN contacts c
     LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone
     WHERE c.id = CAST(j.atom AS BIGINT) AND +c.campaign = $2 AND +c.organization = $3 AND c.erased_at IS NULL ORDER BY j.key"
);

/// What every campaign of the organization knows of these numbers. Who was never texted has nothing to tell but a wrong number, which
/// may have been known when they came in.
pub(super) const KNOWN: &str = "SELECT o.phone, o.opt_out, o.external_id, o.first_name, o.last_name,
         CASE WHEN LOWER(o.tags) LIKE '%\"deceased\"%' THEN 1 ELSE 0 END,
         CASE WHEN o.wrong_number <> 0 THEN 1 ELSE 0 END,
         CASE WHEN EXISTS (SELECT 1 FROM messages m WHERE m.contact = o.id AND m.delivery = 'failed'
             AND m.error IN (SELECT f.atom FROM json_each($3) f)) THEN 1 ELSE 0 END,
         CASE WHEN o.last_out_at >= $4 AND EXISTS (SELECT 1 FROM messages m WHERE m.contact = o.id AND m.at >= $4
             AND m.kind IN ('initial', 'reply') AND m.delivery NOT IN ('dropped', 'failed')) THEN 1 ELSE 0 END
     FROM json_each($1) j CROSS JOIN contacts o WHERE o.organization = $2 AND o.phone = j.atom
         AND (o.opt_out = 1 OR o.wrong_number <> 0 OR o.status <> 'needs_message')";

/// Why somebody gets no first text. The first that is so counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    OptedOut,
    Undecided,
    Deceased,
    WrongNumber,
    Failing,
    Removed,
    TextedLately,
}

impl Why {
    /// Counts somebody.
    pub(super) fn count(self, into: &mut LeftOut) {
        *match self {
            Self::OptedOut => &mut into.opted_out,
            Self::Undecided => &mut into.undecided,
            Self::Deceased => &mut into.deceased,
            Self::WrongNumber => &mut into.wrong_number,
            Self::Failing => &mut into.failing,
            Self::Removed => &mut into.removed,
            Self::TextedLately => &mut into.texted_lately,
        } += 1;
    }
}

/// A contact, and whether it may be texted.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) id: i64,
    pub(super) contact: Contact,
    /// None: it may.
    pub(super) why: Option<Why>,
    /// The list of the campaign that it came with.
    pub(super) list: Option<i64>,
    /// Answers, and those of the campaigns before, as JSON.
    pub(super) answers: String,
    pub(super) earlier_answers: Option<String>,
    /// Who wrote to them last.
    pub(super) texter: Option<i64>,
}

/// What is known of a number.
#[derive(Default)]
struct Known {
    undecided: bool,
    texted_lately: bool,
    /// Whose it is, and what is known of that person with it.
    people: Vec<Person>,
}

struct Person {
    external_id: Option<String>,
    first_name: String,
    last_name: String,
    why: Why,
}

impl Person {
    /// Somebody else may have the number now: by id, or by name where one of the two has none.
    fn is(&self, contact: &Contact) -> bool {
        match (&self.external_id, &contact.external_id) {
            (Some(one), Some(other)) => one == other,
            _ => {
                fold_name(&self.first_name) == fold_name(&contact.first_name)
                    && fold_name(&self.last_name) == fold_name(&contact.last_name)
            }
        }
    }
}

/// Looks at contacts of a campaign by their numbers; whoever is not of this campaign is not in the answer. `texted_since`: who was texted
/// since then by any campaign is left out too.
pub(super) async fn judged(
    conn: &mut Conn,
    (organization, campaign): (i64, i64),
    ids: &[i64],
    texted_since: Option<i64>,
) -> Result<Vec<Judged>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = db::query(CONTACTS).bind(to_json(&ids)?).bind(campaign).bind(organization).fetch_all(&mut *conn).await?;
    let contacts = rows.iter().map(|row| listed(row, 0)).collect::<Result<Vec<_>, _>>()?;
    let known = known(conn, organization, &contacts, texted_since).await?;
    let mut all = Vec::with_capacity(contacts.len());
    for (row, contact) in rows.iter().zip(contacts) {
        let at = |n: usize| LISTED_COLUMNS + n;
        let (opt_out, suppressed): (i64, i64) = (col(row, at(1))?, col(row, at(2))?);
        let known = known.get(contact.phone.as_str());
        let of_person = |why: Why| {
            known.is_some_and(|known| known.people.iter().any(|one| one.why == why && one.is(&contact))).then_some(why)
        };
        let why = if opt_out >= OPTED_OUT || suppressed != 0 {
            Some(Why::OptedOut)
        } else if opt_out != 0 || known.is_some_and(|known| known.undecided) {
            Some(Why::Undecided)
        } else if let Some(why) = [Why::Deceased, Why::WrongNumber, Why::Failing].into_iter().find_map(of_person) {
            Some(why)
        } else if col::<i64>(row, at(3))? != 0 {
            Some(Why::Removed)
        } else {
            known.filter(|known| known.texted_lately).map(|_| Why::TextedLately)
        };
        all.push(Judged {
            id: col(row, at(0))?,
            why,
            list: col(row, at(4))?,
            answers: col(row, at(5))?,
            earlier_answers: col(row, at(6))?,
            texter: col(row, at(7))?,
            contact,
        });
    }
    Ok(all)
}

async fn known(
    conn: &mut Conn,
    organization: i64,
    contacts: &[Contact],
    texted_since: Option<i64>,
) -> Result<HashMap<String, Known>, StoreError> {
    let numbers = to_json(&contacts.iter().map(|contact| contact.phone.as_str()).collect::<Vec<_>>())?;
    let rows = db::query(KNOWN)
        .bind(numbers)
        .bind(organization)
        .bind(FAILING.as_str())
        .bind(texted_since)
        .fetch_all(conn)
        .await?;
    let mut all: HashMap<String, Known> = HashMap::new();
    for row in &rows {
        let known = all.entry(col(row, 0)?).or_default();
        known.undecided |= col::<i64>(row, 1)? == 1;
        known.texted_lately |= col::<i64>(row, 8)? != 0;
        for (at, why) in [(5, Why::Deceased), (6, Why::WrongNumber), (7, Why::Failing)] {
            if col::<i64>(row, at)? != 0 {
                let (external_id, first_name, last_name) = (col(row, 2)?, col(row, 3)?, col(row, 4)?);
                known.people.push(Person { external_id, first_name, last_name, why });
            }
        }
    }
    Ok(all)
}

//! A number at which somebody cannot be reached (it is somebody else's, or they have died) is known of that person and that number in
//! every campaign: whoever waits for a first text elsewhere gets none.

use super::{
    act::Decision,
    import_chunk::FAILING,
    rows::{ContactRow, col, to_json},
    tx::Tx,
};
use crate::db;
use crate::domain::script::fold_name;
use crate::server::store::{StoreError, command::Actor};

/// The note at those who get no first text for what is known from another campaign.
pub(super) const ELSEWHERE: &str = "wrong_number_elsewhere";

/// The line in a conversation whose person another campaign does not reach at this number, or knows as deceased.
const TOLD: &str = "wrong_number_told";

/// The line that takes it back.
const TOLD_BACK: &str = "wrong_number_untold";

/// Who somebody is at a number: id of the list, first and last name.
pub(super) type Named = (Option<String>, String, String);

/// True when two people at one number are the same: by id, or by name where one of the two has none.
pub(super) fn is_same(one: &Named, other: &Named) -> bool {
    match (&one.0, &other.0) {
        (Some(one), Some(other)) => one == other,
        _ => fold_name(&one.1) == fold_name(&other.1) && fold_name(&one.2) == fold_name(&other.2),
    }
}

/// Contacts of the same number in other campaigns: who they are, and whether they wait for a first text, are kept from it by what is known
/// elsewhere, were told of it, or are useless by themselves (deceased, or a carrier said that the number gets no texts; `$3`).
const OTHERS: &str = "SELECT c.id, c.external_id, c.first_name, c.last_name, c.wrong_number, c.last_seq, c.removed, c.status,
         CASE WHEN EXISTS (SELECT 1 FROM notes n WHERE n.contact = c.id AND n.what = 'wrong_number_elsewhere') THEN 1 ELSE 0 END,
         CASE WHEN LOWER(c.tags) LIKE '%\"deceased\"%' OR EXISTS (
             SELECT 1 FROM messages m WHERE m.contact = c.id AND m.delivery = 'failed'
                 AND m.error IN (SELECT f.atom FROM json_each($3) f)) THEN 1 ELSE 0 END,
         (SELECT COUNT(*) FROM notes n WHERE n.contact = c.id AND n.what = 'wrong_number_told')
             - (SELECT COUNT(*) FROM notes n WHERE n.contact = c.id AND n.what = 'wrong_number_untold')
     FROM contacts c WHERE c.organization = $1 AND c.phone = $2 AND c.erased_at IS NULL ORDER BY c.id";

/// One of them.
struct Other {
    id: i64,
    named: Named,
    wrong: bool,
    untexted: bool,
    waits: bool,
    removed: bool,
    by_elsewhere: bool,
    by_itself: bool,
    told: bool,
}

impl Tx<'_> {
    /// Whether somebody is useless here, by a mark of their own, and who they are in other campaigns.
    async fn others_at(&mut self, contact: &ContactRow) -> Result<(bool, Vec<Other>), StoreError> {
        let rows = db::query(OTHERS)
            .bind(contact.organization)
            .bind(contact.phone.as_str())
            .bind(FAILING.as_str())
            .fetch_all(&mut *self.conn)
            .await?;
        let mut others = Vec::new();
        for row in &rows {
            let untexted = col::<i64>(row, 5)? == 0;
            others.push(Other {
                id: col(row, 0)?,
                named: (col(row, 1)?, col(row, 2)?, col(row, 3)?),
                wrong: col::<i64>(row, 4)? != 0,
                untexted,
                // Whoever is off a list and comes back is no better reached then.
                waits: untexted && (col::<i64>(row, 6)? != 0 || col::<String>(row, 7)? == "needs_message"),
                removed: col::<i64>(row, 6)? != 0,
                by_elsewhere: col::<i64>(row, 8)? != 0,
                by_itself: col::<i64>(row, 9)? != 0,
                told: col::<i64>(row, 10)? > 0,
            });
        }
        let own = others
            .iter()
            .find(|other| other.id == contact.id)
            .map(|own| (own.named.clone(), own.by_itself || own.wrong));
        others.retain(|other| other.id != contact.id && own.as_ref().is_some_and(|own| is_same(&own.0, &other.named)));
        Ok((own.is_some_and(|(_, useless)| useless), others))
    }

    /// Keeps the first text of every other campaign from the same person at this number, cards that are drawn included. Whoever is in
    /// conversation there is left to whom they write with, who is told.
    pub(super) async fn useless_elsewhere(&mut self, actor: &Actor, contact: &ContactRow) -> Result<(), StoreError> {
        for other in self.others_at(contact).await?.1.into_iter().filter(|other| !other.wrong) {
            if !other.waits {
                if !other.untexted && !other.told {
                    self.tell(actor, other.id, TOLD).await?;
                }
                continue;
            }
            db::query("UPDATE contacts SET wrong_number = 1, status = 'closed', waiting_since = NULL, updated_at = $2 WHERE id = $1")
                .bind(other.id)
                .bind(self.micros())
                .execute(&mut *self.conn)
                .await?;
            if let Some(row) = self.contact(other.id).await? {
                self.note(&row, Some(actor), ELSEWHERE, "").await?;
            }
            self.audit(Some(actor), ELSEWHERE, format!("contact {}", other.id), String::new());
            self.changed(other.id).await?;
        }
        Ok(())
    }

    /// Takes that back, unless another campaign knows it too.
    pub(super) async fn useful_elsewhere(&mut self, actor: &Actor, contact: &ContactRow) -> Result<(), StoreError> {
        let (useless_here, others) = self.others_at(contact).await?;
        if useless_here || others.iter().any(|other| other.by_itself || (other.wrong && !other.by_elsewhere)) {
            return Ok(());
        }
        for other in others.iter().filter(|other| other.told) {
            self.tell(actor, other.id, TOLD_BACK).await?;
        }
        for other in others.into_iter().filter(|other| other.wrong && other.by_elsewhere && other.untexted) {
            let status = if other.removed { "closed" } else { "needs_message" };
            db::query("UPDATE contacts SET wrong_number = 0, status = $3, updated_at = $2 WHERE id = $1")
                .bind(other.id)
                .bind(self.micros())
                .bind(status)
                .execute(&mut *self.conn)
                .await?;
            db::query("DELETE FROM notes WHERE contact = $1 AND what = 'wrong_number_elsewhere'")
                .bind(other.id)
                .execute(&mut *self.conn)
                .await?;
            self.changed(other.id).await?;
        }
        Ok(())
    }

    /// Says it in their conversation, to whoever has it.
    async fn tell(&mut self, actor: &Actor, contact: i64, what: &str) -> Result<(), StoreError> {
        match self.contact(contact).await? {
            Some(row) => self.note(&row, Some(actor), what, "").await,
            None => Ok(()),
        }
    }

    /// Notes of those whom a list brings why they get no first text: a mistake that is taken back frees them too.
    pub(super) async fn note_useless(&mut self, actor: &Actor, contacts: &[i64]) -> Result<(), StoreError> {
        if contacts.is_empty() {
            return Ok(());
        }
        db::query(
            "INSERT INTO notes (contact, seq, at, person, what, detail)
             SELECT CAST(j.atom AS BIGINT), 0, $2, $3, $4, '' FROM json_each($1) j",
        )
        .bind(to_json(&contacts)?)
        .bind(self.micros())
        .bind(actor.person.0)
        .bind(ELSEWHERE)
        .execute(&mut *self.conn)
        .await?;
        Ok(())
    }

    /// What a tag says of somebody at their number, in every campaign.
    pub(super) async fn mind_the_deceased(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
        on: bool,
    ) -> Result<Decision, StoreError> {
        if on {
            self.useless_elsewhere(actor, contact).await?;
        } else {
            self.useful_elsewhere(actor, contact).await?;
        }
        Ok(Ok(()))
    }
}

//! Reads for several texts at once what the decision about each looks at.
//!
//! A group of commands is decided in order, each on what those before it left behind. What is read ahead is therefore good
//! only as long as nothing but texts is decided, and for one text to each contact: a text changes its own contact's row and
//! no other, and puts nobody on the suppression list. An entry is taken once; whatever is not there is read as ever.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    ledger::TOPS,
    rows::{CONTACT_COLUMNS, ContactRow, col, contact_columns, time, to_json},
    tx::Tx,
};
use crate::db;
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    command::{Command, CommandKind},
};

/// Any of these ids that have a verdict.
const DECIDED: &str = "SELECT id FROM verdicts WHERE id IN (SELECT unhex(atom, '-') FROM json_each($1))";

/// These contacts, and whether each one's number is suppressed.
const CONTACTS: &str = concat!(
    "SELECT ",
    contact_columns!(),
    ", s.at IS NOT NULL FROM contacts c LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone
     WHERE c.id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))"
);

/// When these sign-ins were ended; none of those that run.
const ENDED: &str = "SELECT s.id, COALESCE(s.revoked_at, s.created_at) FROM json_each($1) wanted
     JOIN sessions s ON s.id = CAST(wanted.atom AS BIGINT) WHERE s.revoked <> 0";

/// What was read ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Ids without a verdict.
    undecided: HashSet<Uuid>,
    /// Contacts, each with whether it is suppressed.
    contacts: HashMap<i64, (ContactRow, bool)>,
    /// Chains of which the ledger had nothing.
    fresh: HashSet<Uuid>,
}

impl Ahead {
    /// True when the id certainly has no verdict. Said once.
    pub(super) fn undecided(&mut self, id: &Uuid) -> bool {
        self.undecided.remove(id)
    }

    /// A contact as it stands, and whether it is suppressed. Said once.
    pub(super) fn contact(&mut self, id: i64) -> Option<(ContactRow, bool)> {
        self.contacts.remove(&id)
    }

    /// True when the ledger had nothing of this chain.
    pub(super) fn is_fresh(&self, chain: &Uuid) -> bool {
        self.fresh.contains(chain)
    }

    /// Something else is decided: nothing that was read counts any more.
    pub(super) fn forget(&mut self) {
        self.undecided.clear();
        self.contacts.clear();
        self.fresh.clear();
    }
}

impl Tx<'_> {
    /// Reads ahead for the texts at the front of `commands`, in one journey. For one alone it costs more than it saves where there
    /// is no journey.
    pub(super) async fn look_ahead(&mut self, commands: &[Command]) -> Result<(), StoreError> {
        let (mut ids, mut contacts) = (Vec::new(), HashSet::new());
        let (mut sessions, mut chains) = (HashSet::new(), HashSet::new());
        for command in commands {
            let CommandKind::Send { actor, id, request, .. } = &command.kind else { break };
            ids.push(id.0);
            contacts.insert(request.contact.0);
            if actor.ended_at.is_none() && self.cache.ended(actor.session).is_none() {
                sessions.insert(actor.session);
            }
            chains.extend(request.shown.link.as_ref().map(|link| link.chain).filter(|it| !self.cache.ledger.knows(it)));
        }
        if ids.len() < if self.conn.is_postgres() { 1 } else { 2 } {
            return Ok(());
        }
        // Nothing is asked twice, and what cannot be read here is read again by itself and fails for its own text alone.
        let mut asked = vec![Asked::Decided, Asked::Contacts];
        let mut questions =
            vec![db::query(DECIDED).bind(to_json(&ids)?), db::query(CONTACTS).bind(to_json(&contacts)?)];
        if let Some(missed) = self.cache.ledger.missed(self.cache.organization.0) {
            asked.push(Asked::Entered);
            questions.push(missed);
        }
        if !sessions.is_empty() {
            asked.push(Asked::Ended);
            questions.push(db::query(ENDED).bind(to_json(&sessions)?));
        }
        if !chains.is_empty() {
            asked.push(Asked::Tops);
            questions.push(db::query(TOPS).bind(to_json(&chains)?));
        }
        self.ahead.undecided = ids.into_iter().collect();
        for (what, rows) in asked.into_iter().zip(db::ask(questions, &mut *self.conn).await?) {
            match what {
                Asked::Decided => {
                    for row in &rows {
                        self.ahead.undecided.remove(&col::<Uuid>(row, 0)?);
                    }
                }
                Asked::Contacts => {
                    for row in &rows {
                        let Ok(contact) = ContactRow::read(row) else { continue };
                        let suppressed =
                            col::<i64>(row, CONTACT_COLUMNS)? != 0 && !mutation::on(Mutation::SuppressionPerCampaign);
                        self.ahead.contacts.insert(contact.id, (contact, suppressed));
                    }
                }
                Asked::Entered => self.cache.ledger.caught_up(&rows),
                Asked::Ended => {
                    for row in &rows {
                        let session: i64 = col(row, 0)?;
                        sessions.remove(&session);
                        if let Ok(ended_at) = col(row, 1).and_then(time) {
                            self.cache.remember_ended(session, Some(ended_at));
                        }
                    }
                    for session in &sessions {
                        self.cache.remember_ended(*session, None);
                    }
                }
                Asked::Tops => {
                    for row in &rows {
                        chains.remove(&self.cache.ledger.learn(row)?);
                    }
                    self.ahead.fresh = std::mem::take(&mut chains);
                }
            }
        }
        Ok(())
    }
}

/// What is read ahead, in one journey.
enum Asked {
    Decided,
    Contacts,
    Entered,
    Ended,
    Tops,
}

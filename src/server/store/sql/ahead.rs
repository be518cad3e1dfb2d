//! Reads for several texts at once what the decision about each looks at.
//!
//! A group of commands is decided in order, each on what those before it left behind. What is read ahead is therefore good
//! only as long as nothing but texts is decided, and for one text to each contact: a text changes its own contact's row and
//! no other, and puts nobody on the suppression list. An entry is taken once; whatever is not there is read as ever.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    rows::{CONTACT_COLUMNS, ContactRow, col, contact_columns},
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
    ", s.at IS NOT NULL FROM json_each($1) wanted JOIN contacts c ON c.id = CAST(wanted.atom AS BIGINT)
     LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone"
);

/// What was read ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Ids without a verdict.
    undecided: HashSet<Uuid>,
    /// Contacts, each with whether it is suppressed.
    contacts: HashMap<i64, (ContactRow, bool)>,
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

    /// Something else is decided: nothing that was read counts any more.
    pub(super) fn forget(&mut self) {
        self.undecided.clear();
        self.contacts.clear();
    }
}

impl Tx<'_> {
    /// Reads ahead for the texts at the front of `commands`. For one alone it costs more than it saves.
    pub(super) async fn look_ahead(&mut self, commands: &[Command]) -> Result<(), StoreError> {
        let texts = commands.iter().map_while(|command| match &command.kind {
            CommandKind::Send { id, request, .. } => Some((id.0, request.contact.0)),
            _ => None,
        });
        let (ids, contacts): (Vec<Uuid>, HashSet<i64>) = texts.unzip();
        if ids.len() < 2 {
            return Ok(());
        }
        let wanted = super::rows::to_json(&ids)?;
        let rows = db::query(DECIDED).bind(wanted).fetch_all(&mut *self.conn).await?;
        self.ahead.undecided = ids.into_iter().collect();
        for row in &rows {
            self.ahead.undecided.remove(&col::<Uuid>(row, 0)?);
        }
        let wanted = super::rows::to_json(&contacts)?;
        let rows = db::query(CONTACTS).bind(wanted).fetch_all(&mut *self.conn).await?;
        for row in &rows {
            // One that cannot be read is read again by itself, and fails for its own text alone.
            let Ok(contact) = ContactRow::read(row) else { continue };
            let suppressed = col::<i64>(row, CONTACT_COLUMNS)? != 0 && !mutation::on(Mutation::SuppressionPerCampaign);
            self.ahead.contacts.insert(contact.id, (contact, suppressed));
        }
        Ok(())
    }
}

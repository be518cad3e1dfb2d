//! A tap beside the store: what was decided goes into the history in the server's own order.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use crate::api::{
    act::Act,
    event::EventKind,
    message::{Outcome, Verdict},
};
use crate::db::{self, Conn, Options};
use crate::domain::ids::{ContactId, PersonId};
use crate::server::store::{
    SharedStore, StoreError,
    beside::{Beside, Onlooker},
    command::{Answer, Command, CommandKind},
};
use crate::sim::history::{Fact, History};

/// See the module.
#[derive(Debug)]
pub(super) struct Tap {
    history: Arc<History>,
    /// A second look into the database, and the last event seen there.
    look: tokio::sync::Mutex<(Conn, i64)>,
    /// Texts taken and decisions made so far; they count once.
    known: Known,
}

/// Ids that count once, over restarts of the server.
pub(super) type Known = Arc<std::sync::Mutex<BTreeSet<Uuid>>>;

impl Tap {
    pub(super) async fn beside(
        inner: SharedStore,
        file: &Path,
        history: Arc<History>,
        known: Known,
    ) -> Result<SharedStore, db::Error> {
        let mut conn = Options::file(file).read_only().open().await?;
        let seen = db::query("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(&mut conn).await?.try_get(0)?;
        let tap = Self { history, look: tokio::sync::Mutex::new((conn, seen)), known };
        Ok(Arc::new(Beside::new(inner, tap)))
    }

    fn first(&self, id: Uuid) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }

    /// In whose hands a contact is now: a text of a sign-in that was ended is taken, and gives it nothing.
    async fn is_held(&self, contact: ContactId, texter: PersonId) -> Result<bool, StoreError> {
        let (conn, _) = &mut *self.look.lock().await;
        let row =
            db::query("SELECT assigned FROM contacts WHERE id = $1").bind(contact.0).fetch_one(&mut *conn).await?;
        Ok(row.try_get::<Option<i64>>(0)? == Some(texter.0))
    }

    /// Who came back into somebody's hands by that act, each with the number of the new lease.
    async fn came_back(&self, act: Uuid) -> Result<Vec<(ContactId, u32)>, StoreError> {
        let (conn, _) = &mut *self.look.lock().await;
        let rows = db::query(
            "SELECT c.id, c.epoch FROM audit a JOIN contacts c ON c.id = a.contact
             WHERE a.what = 'contact_received' AND a.subject = $1 ORDER BY c.id",
        )
        .bind(format!("act {act}"))
        .fetch_all(&mut *conn)
        .await?;
        rows.iter().map(|row| Ok((ContactId(row.try_get(0)?), row.try_get::<i64>(1)? as u32))).collect()
    }

    /// Who lost what, in the order of the events.
    async fn left(&self) -> Result<(), StoreError> {
        let mut look = self.look.lock().await;
        let (conn, seen) = &mut *look;
        let rows = db::query(
            "SELECT seq, person, payload FROM events WHERE seq > $1 AND payload LIKE '{\"event\":\"gone\"%' ORDER BY seq",
        )
        .bind(*seen)
        .fetch_all(&mut *conn)
        .await?;
        for row in rows {
            *seen = row.try_get(0)?;
            let payload: String = row.try_get(2)?;
            let what = serde_json::from_str(&payload).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            if let (EventKind::Gone { contact, why, .. }, Some(person)) = (what, row.try_get::<Option<i64>>(1)?) {
                self.history.add(Fact::Left { texter: PersonId(person), contact, why });
            }
        }
        Ok(())
    }
}

/// What a command asks, as far as the history wants it.
pub(super) enum Asked {
    Claim(PersonId),
    Send { id: Uuid, texter: PersonId, contact: ContactId, epoch: u32 },
    Decide { id: Uuid, captain: PersonId, act: Act },
    TakeBack { id: Uuid, texter: PersonId },
    Other,
}

fn asked(command: &Command) -> Asked {
    match command.kind() {
        CommandKind::Claim { actor, .. } => Asked::Claim(actor.person),
        CommandKind::Send { actor, id, request, .. } => {
            Asked::Send { id: id.0, texter: actor.person, contact: request.contact, epoch: request.epoch }
        }
        CommandKind::Act { actor, id, act: act @ Act::DecideHeld { .. }, .. } => {
            Asked::Decide { id: id.0, captain: actor.person, act: act.clone() }
        }
        CommandKind::Act { actor, id, act: Act::TakeBack { .. }, .. } => {
            Asked::TakeBack { id: id.0, texter: actor.person }
        }
        _ => Asked::Other,
    }
}

#[async_trait]
impl Onlooker for Tap {
    type Note = Asked;

    fn asked(&self, command: &Command) -> Asked {
        asked(command)
    }

    async fn answered(&self, asked: Asked, answer: &Answer) -> Result<(), StoreError> {
        self.left().await?;
        let yes = matches!(answer, Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. }));
        match (asked, answer) {
            (Asked::Claim(texter), Answer::Slice(grant)) => {
                for line in &grant.contacts {
                    self.history.add(Fact::Granted { texter, contact: line.id, epoch: line.epoch });
                }
            }
            (Asked::Send { id, texter, contact, epoch }, _) if yes && self.first(id) => {
                let held = self.is_held(contact, texter).await?;
                self.history.add(Fact::Taken { texter, id, contact, epoch, held });
            }
            (Asked::Decide { id, captain, act: Act::DecideHeld { message, decision } }, _) if yes && self.first(id) => {
                self.history.add(Fact::Decided { captain, message: message.0, decision });
            }
            (Asked::TakeBack { id, texter }, _) if yes && self.first(id) => {
                for (contact, epoch) in self.came_back(id).await? {
                    self.history.add(Fact::Granted { texter, contact, epoch });
                }
            }
            _ => {}
        }
        Ok(())
    }
}

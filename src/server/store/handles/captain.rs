//! The verbs of a captain, on top of a texter's.

use super::{Answered, Desk};
use crate::api::{act::Act, people::Role, problem::Problem};
use crate::domain::{
    ids::{ActId, ContactId, MessageId},
    phone::Phone,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer, CommandKind},
};

/// The verbs of a captain, on top of a texter's.
#[derive(Debug, Clone)]
pub struct Captain(pub(super) Actor);

impl Captain {
    /// The captain's handle, when the session's role allows it.
    #[must_use]
    pub fn of(actor: Actor) -> Option<Self> {
        (actor.role >= Role::Captain).then_some(Self(actor))
    }

    /// On whose behalf.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0
    }

    /// Hands in one act: pause, resume, reclaim, and decisions on any conversation of the organization.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn act(&self, desk: &Desk, id: ActId, act: Act) -> Answered {
        let notice = MessageId(desk.fresh());
        desk.run(CommandKind::Act {
            actor: self.0.clone(),
            id,
            act,
            skew: None,
            notice,
            limits: desk.throughput.clone(),
        })
        .await
    }

    /// Puts on record which contacts this captain is about to be shown; those in the own hands are on record already.
    ///
    /// # Errors
    /// As [`super::Texter::send`]: then they are not shown.
    pub async fn reads(
        &self,
        desk: &Desk,
        contacts: Vec<ContactId>,
        place: &'static str,
    ) -> Result<Result<(), Box<Problem>>, StoreError> {
        if contacts.is_empty() {
            return Ok(Ok(()));
        }
        Ok(match desk.run(CommandKind::ContactsRead { actor: self.0.clone(), contacts, place }).await? {
            Answer::Refused(problem) => Err(problem),
            _ => Ok(()),
        })
    }

    /// Puts a number on the organization's suppression list: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn suppress(&self, desk: &Desk, phone: Phone, reason: String) -> Answered {
        desk.run(CommandKind::Suppress { actor: self.0.clone(), phone, reason }).await
    }
}

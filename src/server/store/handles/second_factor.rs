//! The verbs of a second factor.

use super::{Admin, Answered, Desk};
use crate::api::people::Role;
use crate::domain::{
    ids::PersonId,
    second_factor::{OneTimeCode, Secret},
};
use crate::server::store::command::{Actor, CommandKind};

/// Whoever may have a second factor: captains and above, whether they can show it now or not.
#[derive(Debug, Clone)]
pub struct HoldsFactor(Actor);

impl HoldsFactor {
    /// The handle, when the sign-in's full role allows it.
    #[must_use]
    pub fn of(actor: Actor) -> Option<Self> {
        (actor.full_role() >= Role::Captain).then_some(Self(actor))
    }

    /// On whose behalf.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0
    }

    /// Sets it: [`crate::server::store::command::Answer::Done`]. `step` is the one of the machine's time.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn set(&self, desk: &Desk, secret: Secret, code: OneTimeCode, step: u64) -> Answered {
        desk.run(CommandKind::SetSecondFactor { actor: self.0.clone(), secret, code, step }).await
    }

    /// Proves it for this sign-in: as [`Self::set`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn prove(&self, desk: &Desk, code: OneTimeCode, step: u64) -> Answered {
        desk.run(CommandKind::ProveSecondFactor { actor: self.0.clone(), code, step }).await
    }

    /// Removes it, for all sign-ins of the person: as [`Self::set`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn remove(&self, desk: &Desk, code: OneTimeCode, step: u64) -> Answered {
        desk.run(CommandKind::RemoveSecondFactor { actor: self.0.clone(), code, step }).await
    }
}

impl Admin {
    /// Removes somebody else's second factor, nobody's above: [`crate::server::store::command::Answer::Done`], also where
    /// there is none.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn lift_second_factor(&self, desk: &Desk, person: PersonId) -> Answered {
        desk.run(CommandKind::LiftSecondFactor { actor: self.0.clone(), person }).await
    }
}

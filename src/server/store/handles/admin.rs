//! The verbs of an admin.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Answered, Desk, invite};
use crate::api::{
    admin::{ImportChunk, ImportStart, InviteRequest, ListStart},
    people::Role,
    problem::Problem,
};
use crate::domain::ids::CampaignId;
use crate::server::store::{
    StoreError,
    command::{Actor, Answer, CommandKind, TakenOut},
};

/// The verbs of an admin.
#[derive(Debug, Clone)]
pub struct Admin(pub(super) Actor);

impl Admin {
    /// The admin's handle, when the session's role allows it.
    #[must_use]
    pub fn of(actor: Actor) -> Option<Self> {
        (actor.role >= Role::Admin).then_some(Self(actor))
    }

    /// On whose behalf.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0
    }

    /// Puts on record what this admin is about to be given: what is not on record is not given.
    ///
    /// # Errors
    /// As [`super::Texter::send`]: then it is not given.
    pub async fn takes_out(&self, desk: &Desk, taken: TakenOut) -> Result<Result<(), Box<Problem>>, StoreError> {
        if taken.many == 0 {
            return Ok(Ok(()));
        }
        Ok(match desk.run(CommandKind::TakenOut { actor: self.0.clone(), taken }).await? {
            Answer::Refused(problem) => Err(problem),
            _ => Ok(()),
        })
    }

    /// Starts an import, or finds it: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn import_start(&self, desk: &Desk, import: Uuid, start: ImportStart) -> Answered {
        self.import_start_with(desk, import, start, Vec::new()).await
    }

    /// The same; `advice`: what is doubtful in the campaign, for the audit.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn import_start_with(
        &self,
        desk: &Desk,
        import: Uuid,
        start: ImportStart,
        advice: Vec<String>,
    ) -> Answered {
        let start = Box::new(start);
        desk.run(CommandKind::ImportStart { actor: self.0.clone(), import, start, advice }).await
    }

    /// Starts to add contacts to a campaign that is there, or finds that import: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn list_add(&self, desk: &Desk, import: Uuid, campaign: CampaignId, start: ListStart) -> Answered {
        desk.run(CommandKind::ListAdd { actor: self.0.clone(), import, campaign, start: Box::new(start) }).await
    }

    /// Stores one chunk, once: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn import_chunk(&self, desk: &Desk, import: Uuid, number: u64, chunk: ImportChunk) -> Answered {
        desk.run(CommandKind::ImportChunk { actor: self.0.clone(), import, number, chunk }).await
    }

    /// Finishes an import; the campaign runs: [`Answer::Import`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn import_finish(&self, desk: &Desk, import: Uuid) -> Answered {
        self.import_finish_as(desk, import, false).await
    }

    /// The same; `paused`: nobody gets contacts of it before a captain resumes it.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn import_finish_as(&self, desk: &Desk, import: Uuid, paused: bool) -> Answered {
        desk.run(CommandKind::ImportFinish { actor: self.0.clone(), import, paused }).await
    }

    /// Makes a join link's secret: [`Answer::Invite`] with the secret, which is nowhere else.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn invite(&self, desk: &Desk, request: InviteRequest) -> Answered {
        invite(desk, Some(self.0.clone()), self.0.organization, request).await
    }

    /// Revokes an invite: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn revoke_invite(&self, desk: &Desk, invite: i64) -> Answered {
        desk.run(CommandKind::RevokeInvite { actor: self.0.clone(), invite }).await
    }

    /// Sets the rules of conduct that everybody is to accept: [`Answer::Conduct`]. None: nothing is to be accepted.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn set_conduct(&self, desk: &Desk, texts: BTreeMap<String, String>) -> Answered {
        let organization = self.0.organization;
        desk.run(CommandKind::SetConduct { actor: Some(self.0.clone()), organization, texts, first: false }).await
    }

    /// Ends a session: [`Answer::Done`]. With the last one of a person, what they hold is free for others at once.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn revoke_session(&self, desk: &Desk, session: i64) -> Answered {
        desk.run(CommandKind::RevokeSession { actor: self.0.clone(), session }).await
    }
}

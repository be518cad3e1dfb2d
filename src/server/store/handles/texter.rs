//! The verbs of a texter.

use uuid::Uuid;

use super::{Answered, Desk, SECOND_FACTOR_NEEDED, Told, refused, secret_hash};
use crate::api::{
    act::Act,
    message::SendRequest,
    people::Role,
    problem::{Code, Problem},
};
use crate::domain::ids::{ActId, CampaignId, MessageId, PersonId};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer, Command, CommandKind},
};

/// The verbs of a texter: every role has them.
#[derive(Debug, Clone)]
pub struct Texter(pub(super) Actor);

impl Texter {
    /// The texter's handle of a session.
    #[must_use]
    pub fn of(actor: Actor) -> Self {
        Self(actor)
    }

    /// On whose behalf.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0
    }

    /// Hands in one confirmed text: [`Answer::Verdict`], or [`Answer::Refused`] when the id was used for something else.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known; ask again with the same id.
    pub async fn send(&self, desk: &Desk, id: MessageId, request: SendRequest) -> Answered {
        self.send_told(desk, id, request, Told::default()).await
    }

    /// [`Self::send`], with the laptop's time at the moment it handed the text in.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_told(&self, desk: &Desk, id: MessageId, request: SendRequest, told: Told) -> Answered {
        let now = desk.clock.now();
        let (skew, told) = (told.skew(now), told.raw(now));
        let kind = CommandKind::Send { actor: self.0.clone(), id, request: Box::new(request), skew, told };
        desk.store.execute(Command { now, kind }).await
    }

    /// Hands in one act on a contact in hand, or a release: [`Answer::Verdict`]. A captain's act is refused.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn act(&self, desk: &Desk, id: ActId, act: Act) -> Answered {
        self.act_told(desk, id, act, Told::default()).await
    }

    /// [`Self::act`], with the laptop's time at the moment it handed the act in.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn act_told(&self, desk: &Desk, id: ActId, act: Act, told: Told) -> Answered {
        if act.is_captains() && self.0.role < Role::Captain && self.0.ended_at.is_none() {
            if self.0.full_role() >= Role::Captain {
                return refused(Code::SecondFactorNeeded, SECOND_FACTOR_NEEDED);
            }
            return refused(Code::Forbidden, "only a captain may do this");
        }
        let now = desk.clock.now();
        let skew = told.skew(now);
        let (notice, limits) = (MessageId(desk.fresh()), desk.throughput.clone());
        let kind = CommandKind::Act { actor: self.0.clone(), id, act, skew, notice, limits };
        desk.store.execute(Command { now, kind }).await
    }

    /// Leases a slice: [`Answer::Slice`] or [`Answer::Refused`]. The same `claim` twice grants once.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn claim(&self, desk: &Desk, campaign: CampaignId, claim: Uuid, want: u32) -> Answered {
        self.claim_speaking(desk, campaign, claim, want, Vec::new()).await
    }

    /// The same by somebody who answers in these languages (`es`): who waits for one of them is handed out too.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn claim_speaking(
        &self,
        desk: &Desk,
        campaign: CampaignId,
        claim: Uuid,
        want: u32,
        speaks: Vec<String>,
    ) -> Answered {
        let limits = desk.throughput.clone();
        desk.run(CommandKind::Claim { actor: self.0.clone(), campaign, claim, want, speaks, limits }).await
    }

    /// The next token of this session; it is in this answer and nowhere else.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn renew_token(&self, desk: &Desk) -> Result<Result<String, Box<Problem>>, StoreError> {
        let token = desk.secret();
        let next_hash = secret_hash(&token);
        match desk.run(CommandKind::RenewToken { actor: self.0.clone(), next_hash }).await? {
            Answer::Refused(problem) => Ok(Err(problem)),
            _ => Ok(Ok(token)),
        }
    }

    /// Accepts the rules or a guide of this version: [`Answer::Done`], also when that was done before.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn accept_conduct(&self, desk: &Desk, version: String) -> Answered {
        desk.run(CommandKind::AcceptConduct { actor: self.0.clone(), version }).await
    }

    /// Has been through the practice: [`Answer::Done`], also when that was said before.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn pass_practice(&self, desk: &Desk) -> Answered {
        desk.run(CommandKind::PassPractice { actor: self.0.clone() }).await
    }

    /// Gives somebody another name: [`Answer::Done`]. Others than oneself are renamed by captains.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn rename(&self, desk: &Desk, person: PersonId, name: String) -> Answered {
        desk.run(CommandKind::RenamePerson { actor: self.0.clone(), person, name }).await
    }

    /// Heartbeat: [`Answer::Presence`].
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn presence(&self, desk: &Desk) -> Answered {
        desk.run(CommandKind::Presence { actor: self.0.clone() }).await
    }
}

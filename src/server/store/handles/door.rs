//! Whoever comes from outside: somebody who is nobody yet, and a carrier's callbacks.

use super::{Answered, Desk, secret_hash};
use crate::api::{
    people::{JoinRequest, Joined},
    problem::Problem,
};
use crate::domain::ids::MessageId;
use crate::server::carrier::CarrierEvent;
use crate::server::store::{
    StoreError,
    command::{Answer, CommandKind},
    roster::Standing,
};

/// The verbs of somebody who is nobody yet.
#[derive(Debug, Clone, Copy)]
pub struct Door;

impl Door {
    /// A token that is in use nowhere came in. True when it ended its session: it had been replaced, so somebody has a copy.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn presented(desk: &Desk, token_hash: [u8; 32]) -> Result<bool, StoreError> {
        // Strangers' tokens are turned away by a look: they cost the writer nothing.
        if !desk.store.knows_token(token_hash).await? {
            return Ok(false);
        }
        Ok(matches!(desk.run(CommandKind::Presented { token_hash }).await?, Answer::Ended))
    }

    /// What is known of an invite's secret; nothing is used up by asking.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn standing(desk: &Desk, secret: &str) -> Result<Standing, StoreError> {
        desk.store.invite_standing(secret_hash(secret), desk.clock.now()).await
    }

    /// Redeems an invite for a session. The token in the answer is nowhere else.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn join(desk: &Desk, request: JoinRequest) -> Result<Result<Joined, Box<Problem>>, StoreError> {
        let token = desk.secret();
        let kind = CommandKind::Join {
            invite_hash: secret_hash(&request.invite),
            token_hash: secret_hash(&token),
            name: request.name,
            device: request.device,
            proof: request.proof.as_deref().map(secret_hash),
        };
        match desk.run(kind).await? {
            Answer::Joined(me) => Ok(Ok(Joined { token, me })),
            Answer::Refused(problem) => Ok(Err(problem)),
            other => Err(StoreError::Corrupt(format!("joining was answered with {other:?}"))),
        }
    }
}

/// What a carrier's verified callbacks may do.
#[derive(Debug, Clone)]
pub struct Webhook(String);

impl Webhook {
    /// For the carrier of this name; make it only after the callback was verified.
    #[must_use]
    pub fn of(carrier: &str) -> Self {
        Self(carrier.to_owned())
    }

    /// Stores an inbound text or a receipt: [`Answer::Done`]. Twice is once.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn event(&self, desk: &Desk, event: CarrierEvent) -> Answered {
        let (message, notice) = (MessageId(desk.fresh()), MessageId(desk.fresh()));
        desk.run(CommandKind::Carrier { carrier: self.0.clone(), event, message, notice }).await
    }
}

//! Capability handles: the only makers of commands.
//!
//! A handler gets the handle that its session's role allows, and with it just the verbs of that role.
//! Handles read the clock and draw ids, so that a command is plain data and its decision repeatable.

mod admin;
mod captain;
mod change;
mod door;
mod keep;
mod second_factor;
mod segments;
mod system;
mod texter;
mod told;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    SharedStore, StoreError,
    command::{Actor, Answer, Command, CommandKind},
};
use crate::api::{
    admin::InviteRequest,
    campaign::{CampaignState, CampaignTodo, HeldBack},
    captain::Board,
    problem::{Code, Problem},
};
use crate::domain::{
    ids::{CampaignId, OrganizationId},
    throughput::Throughput,
};
use crate::env::{SharedClock, SharedIds};

pub use admin::Admin;
pub use captain::Captain;
pub use door::{Door, Webhook};
pub use second_factor::HoldsFactor;
pub use system::System;
pub use texter::Texter;
pub use told::Told;

/// Answer of a handle's verb: a refusal by the rules is an `Ok`.
pub type Answered = Result<Answer, StoreError>;

/// What every verb needs: where changes go, the time, and fresh ids.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The database.
    pub store: SharedStore,
    /// The server's clock.
    pub clock: SharedClock,
    /// Ids and secrets.
    pub ids: SharedIds,
    /// What the carrier lets through, where that is bounded.
    pub throughput: Option<Arc<Throughput>>,
}

impl Desk {
    /// Puts the three together.
    #[must_use]
    pub fn new(store: SharedStore, clock: SharedClock, ids: SharedIds) -> Self {
        Self { store, clock, ids, throughput: None }
    }

    async fn run(&self, kind: CommandKind) -> Answered {
        self.store.execute(Command { now: self.clock.now(), kind }).await
    }

    /// The captain's board now, with what the carrier lets through; `None` unless the actor may see it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn board(&self, actor: &Actor, campaign: CampaignId) -> Result<Option<Board>, StoreError> {
        let now = self.clock.now();
        let mut board = self.store.board(actor, campaign, now).await?;
        if let (Some(board), Some(limits)) = (&mut board, &self.throughput) {
            board.gauge = Some(Box::new(self.store.gauge(limits, Some(campaign), now).await?));
        }
        Ok(board)
    }

    /// Somebody's campaigns. Where they wait for first texts of which nobody is handed out, that it is the carrier's turn is said as well.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn campaigns(&self, actor: &Actor) -> Result<Vec<CampaignTodo>, StoreError> {
        let mut todos = self.store.campaigns(actor).await?;
        let Some(limits) = &self.throughput else { return Ok(todos) };
        let now = self.clock.now();
        let waits = |todo: &CampaignTodo| {
            let none_yet = todo.unassigned > 0 && todo.unsent == 0 && todo.mine.held_back.is_none();
            todo.state == CampaignState::Running && none_yet && todo.mine.opens_at.is_none() && !todo.mine.over
        };
        for todo in todos.iter_mut().filter(|todo| waits(todo)) {
            // What holds them back is a help to whoever waits: without it the list is told all the same.
            let gauge = self.store.gauge(limits, Some(todo.id), now).await;
            let Ok(gauge) = gauge.inspect_err(|error| tracing::warn!(%error, "the carrier's gauge is not read")) else {
                continue;
            };
            let until = gauge.initials_open_at;
            todo.mine.held_back = until.map(|at| HeldBack { carrier_until: Some(at), ..HeldBack::default() });
        }
        Ok(todos)
    }

    /// Until when nothing is handed to the carrier, as the day's cap is used up; none while something goes.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn nothing_goes_before(&self) -> Result<Option<Timestamp>, StoreError> {
        match self.throughput.as_ref().filter(|limits| limits.day.is_some()) {
            Some(limits) => Ok(self.store.gauge(limits, None, self.clock.now()).await?.nothing_goes_before),
            None => Ok(None),
        }
    }

    fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }

    fn secret(&self) -> String {
        let mut bytes = [0u8; 32];
        self.ids.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// How invites' secrets and sessions' tokens are kept: BLAKE3 of the text. They are 256 random bits, so no salt
/// and no slow hash is needed.
#[must_use]
pub fn secret_hash(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}

/// For whoever is a captain and cannot show it now.
pub const SECOND_FACTOR_NEEDED: &str =
    "the second factor is needed for this: textbank second-factor prove, or set where none is set yet";

fn refused(code: Code, detail: &str) -> Answered {
    Ok(Answer::Refused(Box::new(Problem::new(code, detail))))
}

/// An invite with its secret, which is in this answer and nowhere else.
async fn invite(desk: &Desk, actor: Option<Actor>, organization: OrganizationId, request: InviteRequest) -> Answered {
    let secret = desk.secret();
    let kind = CommandKind::MakeInvite { actor, organization, request, secret_hash: secret_hash(&secret) };
    Ok(match desk.run(kind).await? {
        Answer::Invite(mut invite) => {
            invite.secret = secret;
            Answer::Invite(invite)
        }
        other => other,
    })
}

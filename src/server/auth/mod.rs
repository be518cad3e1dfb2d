//! Who asks: bearer token -> its hash -> the running session -> the handle that its role allows.
//!
//! A handler names the handle it needs as an argument; without the role there is no handle, and without the handle no verb.

pub mod second_factor;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use self::second_factor::signed_in;
use super::AppState;
use super::routes::refusal::Refusal;
use super::store::{
    command::Actor,
    handles::{Admin, Captain, Door, Texter, secret_hash},
};
use crate::api::people::Role;
use crate::api::problem::Code;

/// A running session, in the waiting room or in: for the few routes that show nothing of anybody.
#[derive(Debug, Clone)]
pub struct Newcomer(pub Session);

/// A running session that was let in: may ask what every role may.
#[derive(Debug, Clone)]
pub struct Session {
    /// On whose behalf.
    pub actor: Actor,
    /// How the session is found again, to see whether it still runs.
    pub token_hash: [u8; 32],
}

impl Session {
    /// The session, when it may be shown contacts.
    fn reading(self) -> Result<Self, Refusal> {
        if self.actor.unread {
            return Err(Refusal::new(
                Code::ConductNotAccepted,
                "the rules of conduct are not accepted yet: read them (GET /api/v1/conduct) and accept them",
            ));
        }
        Ok(self)
    }
}

/// A session that may be shown contacts: its person has accepted the rules of conduct, where there are any.
#[derive(Debug, Clone)]
pub struct Reader(pub Session);

/// A session that runs, or one that was ended: it may hand in what was confirmed on its device before the end, and read the
/// verdicts. Its role is a texter's then.
#[derive(Debug, Clone)]
pub struct HandsIn(pub Actor);

/// The texter's handle.
#[derive(Debug, Clone)]
pub struct AsTexter(pub Texter);

/// The captain's handle, for one who may be shown contacts.
#[derive(Debug, Clone)]
pub struct AsCaptain(pub Captain);

/// The admin's handle.
#[derive(Debug, Clone)]
pub struct AsAdmin(pub Admin);

/// The admin's handle, for one who is given contacts' data.
#[derive(Debug, Clone)]
pub struct AsReadingAdmin(pub Admin);

/// What a request's bearer token is known by, whether there is such a session or not.
#[must_use]
pub fn token_hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret_hash(token.trim()))
}

/// Goes along with a request, so that who let it in learns whether its sign-in was looked up and stands.
#[derive(Debug, Clone, Default)]
pub struct LookedUp(Arc<AtomicBool>);

impl LookedUp {
    /// The request's sign-in was found.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn found(parts: &Parts) {
        if let Some(Self(found)) = parts.extensions.get() {
            found.store(true, Ordering::Relaxed);
        }
    }
}

/// A token that is in use nowhere: a next one is in use from now on; one that was replaced ends its session, feeds and all.
async fn turned_over(state: &AppState, token_hash: [u8; 32]) -> Result<(), Refusal> {
    if Door::presented(&state.desk, token_hash).await? {
        tracing::warn!("a token that had been replaced was used: its session was ended");
        state.revocations.happened();
    }
    Ok(())
}

impl FromRequestParts<AppState> for Newcomer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let refuse = || Refusal::new(Code::Unauthorized, "not signed in, or the session was ended: join again");
        let token_hash = token_hash(&parts.headers).ok_or_else(refuse)?;
        let actor = match signed_in(state, token_hash).await? {
            Some(actor) => actor,
            None => {
                turned_over(state, token_hash).await?;
                signed_in(state, token_hash).await?.ok_or_else(refuse)?
            }
        };
        LookedUp::found(parts);
        Ok(Self(Session { actor, token_hash }))
    }
}

fn waits() -> Refusal {
    Refusal::new(Code::WaitingRoom, "in the waiting room: a captain lets you in first")
}

impl FromRequestParts<AppState> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let Newcomer(session) = Newcomer::from_request_parts(parts, state).await?;
        if session.actor.waiting { Err(waits()) } else { Ok(session) }
    }
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        Session::from_request_parts(parts, state).await?.reading().map(Self)
    }
}

impl HandsIn {
    /// Whoever was never let in has nothing to hand in.
    fn of(actor: Actor) -> Result<Self, Refusal> {
        match (actor.waiting, actor.ended_at) {
            (false, _) => Ok(Self(actor)),
            (true, None) => Err(waits()),
            (true, Some(_)) => {
                Err(Refusal::new(Code::Unauthorized, "a captain did not let you in: ask for a new link"))
            }
        }
    }
}

impl FromRequestParts<AppState> for HandsIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let refuse = || Refusal::new(Code::Unauthorized, "not signed in: join again");
        let token_hash = token_hash(&parts.headers).ok_or_else(refuse)?;
        let now = state.desk.clock.now();
        if let Some(actor) = state.store().session_even_ended(token_hash).await? {
            LookedUp::found(parts);
            return Self::of(state.second_factor.applied(actor, now));
        }
        turned_over(state, token_hash).await?;
        let actor = state.store().session_even_ended(token_hash).await?.ok_or_else(refuse)?;
        LookedUp::found(parts);
        Self::of(state.second_factor.applied(actor, now))
    }
}

fn forbidden() -> Refusal {
    Refusal::new(Code::Forbidden, "this sign-in's role may not do it")
}

impl FromRequestParts<AppState> for AsTexter {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        Ok(Self(Texter::of(Session::from_request_parts(parts, state).await?.actor)))
    }
}

impl FromRequestParts<AppState> for AsCaptain {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let session = Session::from_request_parts(parts, state).await?;
        if session.actor.role < Role::Captain {
            return Err(second_factor::lacks(&session.actor, Role::Captain));
        }
        Captain::of(session.reading()?.actor).map(Self).ok_or_else(forbidden)
    }
}

impl FromRequestParts<AppState> for AsAdmin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let actor = Session::from_request_parts(parts, state).await?.actor;
        let refusal = second_factor::lacks(&actor, Role::Admin);
        Admin::of(actor).map(Self).ok_or(refusal)
    }
}

impl FromRequestParts<AppState> for AsReadingAdmin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let session = Session::from_request_parts(parts, state).await?;
        if session.actor.role < Role::Admin {
            return Err(second_factor::lacks(&session.actor, Role::Admin));
        }
        Admin::of(session.reading()?.actor).map(Self).ok_or_else(forbidden)
    }
}

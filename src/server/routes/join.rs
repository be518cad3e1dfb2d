//! `POST /api/v1/join`

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::{Extension, Json};

use super::extract::Sent;
use super::refusal::{Refusal, Reply};
use crate::api::{
    people::{JoinRequest, Joined, Me},
    problem::{Code, Problem},
};
use crate::domain::person_name;
use crate::server::{
    AppState,
    store::{handles::Door, roster::Standing},
};

/// Characters of an installation's secret.
const PROOF: std::ops::RangeInclusive<usize> = 32..=128;

/// Where the caller is; a call without a socket comes from here.
#[derive(Debug)]
pub struct From(IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let peer = Extension::<ConnectInfo<SocketAddr>>::from_request_parts(parts, state).await;
        Ok(Self(peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(ConnectInfo(peer))| peer.ip())))
    }
}

/// Redeems an invite for a session. The token is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/api/v1/join",
    operation_id = "join",
    tag = "people",
    request_body = JoinRequest,
    responses((status = 200, body = Joined), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
)]
pub async fn handler(
    From(peer): From,
    State(state): State<AppState>,
    Sent(mut request): Sent<JoinRequest>,
) -> Reply<Json<Joined>> {
    let failed = || state.joins.failed(peer, state.desk.clock.monotonic()).map_err(Refusal::rate_limited);
    // Before anything else: a program may ask with no name whether a link is good at all, before it asks a person for theirs.
    let standing = Door::standing(&state.desk, &request.invite).await?;
    if standing == Standing::Unknown {
        failed()?;
        return Err(Refusal::new(
            Code::InviteSpent,
            "no join link like this is good now: it was used up, has expired, was revoked, or is not whole",
        ));
    }
    request.name = request.name.split_whitespace().collect::<Vec<_>>().join(" ");
    person_name::cleaned(&request.name).map_err(|why| Refusal::new(Code::Invalid, format!("`name`: {why}")))?;
    if request.proof.as_ref().is_some_and(|proof| !PROOF.contains(&proof.chars().count())) {
        let what = format!("`proof`: {} to {} characters", PROOF.start(), PROOF.end());
        return Err(Refusal::new(Code::Invalid, what));
    }
    // Whoever has a good link gets in, whatever was guessed from the same room before.
    if standing != Standing::Good {
        failed()?;
    }
    let joined = match (Door::join(&state.desk, request).await?, standing) {
        (Ok(joined), Standing::Good) => joined,
        (Ok(joined), _) => {
            // Found again by a spent link: that was no guess.
            state.joins.give_back(peer);
            joined
        }
        (Err(problem), _) => return Err(problem.into()),
    };
    Ok(Json(Joined { me: Me { rehearsal: state.rehearsal, ..joined.me }, token: joined.token }))
}

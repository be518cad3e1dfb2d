//! `POST /webhooks/{carrier}`: what a carrier says by itself. Not part of the consoles' contract, so not in its document.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};

use super::refusal::{Refusal, Reply};
use crate::api::problem::Code;
use crate::server::carrier::DoorError;
use crate::server::{AppState, metrics, store::handles::Webhook};

/// Verifies one callback, stores it, and answers after the durable commit: the carrier repeats what was not answered so.
pub async fn handler(
    Path(carrier): Path<String>,
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply<StatusCode> {
    let door = state.door.as_ref().filter(|door| door.name() == carrier).ok_or_else(Refusal::not_found)?;
    let event = door.open(&headers, &body).map_err(|error| match error {
        DoorError::Forged | DoorError::Stale => Refusal::new(Code::Unauthorized, error.to_string()),
        DoorError::Strange(_) => Refusal::new(Code::Invalid, error.to_string()),
    })?;
    Webhook::of(door.name()).event(&state.desk, event).await?;
    metrics::carrier_event();
    Ok(StatusCode::NO_CONTENT)
}

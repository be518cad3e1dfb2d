//! axum's extractors, refusing with problem documents.

use axum::extract::{FromRequest, FromRequestParts};

use super::refusal::Refusal;

/// The parts of the path.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Refusal))]
pub struct At<T>(pub T);

/// What stands after `?`.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Refusal))]
pub struct Asked<T>(pub T);

/// A JSON body.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(Refusal))]
pub struct Sent<T>(pub T);

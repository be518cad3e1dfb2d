//! Wing 2: the campaign server.

pub mod auth;
pub mod carrier;
pub mod events;
pub mod jobs;
pub mod routes;
pub mod store;

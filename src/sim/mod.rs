//! Robots, histories and their checker: they drive any [`crate::client::CampaignServer`] from a seed.
//!
//! A [`texter::Robot`] does one thing a step and writes it into a [`history::History`]; [`check::check`] holds the history
//! and the server's threads against the promises.

pub mod check;
pub mod history;
pub mod minter;
pub mod texter;
pub mod world;

//! `textbank`: peer-to-peer texting for political campaigns, in the terminal.
//!
//! One crate, two wings over one ground floor; ARCHITECTURE.md is the map.
//!
//! - Ground floor: [`domain`] (the rules of the field, pure), [`exchange`] (files in and out), [`api`] (the contract
//!   between the wings), [`mod@env`] (time and randomness), [`i18n`] (sentences).
//! - Wing 1, what a person sees: [`console`] and the [`client`] by which it reaches a campaign server.
//! - Wing 2, what a campaign runs: [`server`].
//! - [`rehearsal`] joins the wings with simulated voters; [`sim`] drives and checks them from a seed.
//! - [`cli`] is the door; [`config`], [`telemetry`] and [`doctor`] are the house's services.

pub mod api;
pub mod cli;
pub mod client;
pub mod config;
pub mod console;
pub mod db;
pub mod doctor;
pub mod domain;
pub mod env;
pub mod exchange;
pub mod i18n;
pub mod mutation;
pub mod rehearsal;
pub mod report;
pub mod server;
pub mod sim;
pub mod telemetry;

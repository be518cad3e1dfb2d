//! Integration tests: one binary, one module a part.

mod architecture;
mod catalogue;
mod cli;
mod cli_ledger;
mod config;
mod docs;
mod model;
#[cfg(feature = "mutations")]
mod mutations;
mod picture;
mod rehearsal_robot;
mod served;
mod sim_team;
mod sim_two_texters;
mod source;
mod store_act;
mod store_carrier;
mod store_claim;
mod store_gate;
mod store_held;
mod store_home;
mod store_ledger;
mod store_random;
mod store_send;
mod stories;
mod support;
mod two_laptops;
mod wipe;
mod wire_access;
mod wire_cli;
mod wire_feed;
mod wire_gate;
mod wire_native;
mod wire_openapi;
mod wire_texting;
mod wire_webhook;

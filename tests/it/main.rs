//! Integration tests: one binary, one module a part.

mod architecture;
mod catalogue;
mod cli;
mod config;
mod docs;
mod picture;
mod rehearsal_robot;
mod sim_team;
mod sim_two_texters;
mod source;
mod store_act;
mod store_carrier;
mod store_claim;
mod store_gate;
mod store_home;
mod store_random;
mod store_send;
mod stories;
mod support;
mod wipe;
mod wire_access;
mod wire_cli;
mod wire_feed;
mod wire_native;
mod wire_openapi;
mod wire_texting;

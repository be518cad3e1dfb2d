//! Integration tests: one binary, one module a part.

mod architecture;
mod catalogue;
mod cli;
mod config;
mod source;
mod store_home;
mod store_send;

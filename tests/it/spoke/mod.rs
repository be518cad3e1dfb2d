//! A campaign that runs Spoke: the client against a stand-in of its server.

pub mod stand_in;

mod acts;
mod broken;
mod captain;
mod cli;
mod door;
mod feed;
mod history;
mod judged;
mod once;
mod recorded;
mod schema;
pub mod shift;

//! A campaign that runs Spoke: the client against a stand-in of its server.

pub mod stand_in;

mod schema;
mod shift;

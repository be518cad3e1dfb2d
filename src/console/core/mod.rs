//! Pure consoles: Model, Msg, Effect, update. No clock, no I/O, no sentences: (key, args) for the catalogue.

pub mod captain;
pub mod home;
pub mod shared;
pub mod texter;

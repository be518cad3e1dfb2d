//! Keys in, effects out.

mod asked;
mod away;
mod back;
mod between;
mod closed;
pub(crate) mod driver;
mod elsewhere;
mod giving_back;
mod hands;
mod inbox;
mod leaving;
mod noticed;
mod offered;
mod outbox;
mod owed;
mod pointed;
mod practice;
mod promises;
mod recalled;
mod resume;
mod seen;
mod sending;
mod story;
mod window;

//! Keys in, effects out.

mod driver;
mod promises;
mod sending;
mod story;

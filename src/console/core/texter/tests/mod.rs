//! Keys in, effects out.

mod back;
mod driver;
mod promises;
mod sending;
mod story;

//! Rehearsal: the real server on an in-memory database, over loopback HTTP, with simulated voters.
//!
//! ```text
//! texter's console --HTTP--> server --job--> simulated carrier --> director --(campaign time)--> server::carrier_event
//!                                 \-- witness: what the store decided -----> director, score
//! ```
//!
//! The [`director`] is pure: a queue of what voters will do, drawn from hash(seed, contact, n). [`clock`] is the campaign
//! time that it runs on; it flows only while the texter is free to see what arrives. Nothing here knows the console.

pub mod backstage;
pub mod cast;
pub mod clock;
pub mod director;
pub mod expect;
pub mod persona;
pub mod persona_file;
pub mod record;
pub mod robot;
pub mod score;
pub mod scoring;
pub mod stage;
pub mod start;
pub mod voters;
pub mod witness;

#[cfg(test)]
mod director_tests;

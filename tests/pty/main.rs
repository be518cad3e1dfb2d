//! The real program in a pseudo-terminal. Waits are for a condition, with a deadline; processes are ended by their own id.

#![cfg(unix)]

mod asleep;
mod canary;
mod conduct;
mod crew;
mod disk;
mod harness;
mod keys;
mod kills;
mod line;
mod panic;
mod plain;
#[path = "../it/postgres.rs"]
mod postgres;
mod power;
mod proxy;
mod rehearse;
mod second_factor;
mod served;
mod serving;
mod several;

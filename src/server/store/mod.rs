//! The store: every change is one [`command::Command`], decided and committed with its audit row, event and job.
//!
//! Handlers obtain a capability handle ([`handles`]) from their session; only handles make commands.

pub mod beside;
pub mod change;
pub mod command;
pub mod handles;
pub mod keep;
pub mod keeping;
pub mod query;
pub mod results;
pub mod roster;
pub mod segments;
pub mod sql;
pub mod turnout;

use std::sync::Arc;

use async_trait::async_trait;

/// Why the store gave no answer. Everything else is a verdict.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing was committed, or nobody knows: ask again with the same id.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A row says what it cannot say.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
}

/// Shared handle.
pub type SharedStore = Arc<dyn Store>;

/// A database that keeps campaigns. One conformance suite runs on every implementation.
#[async_trait]
pub trait Store:
    query::Queries
    + results::Results
    + roster::Roster
    + keeping::Keeping
    + segments::Segments
    + turnout::Turnout
    + Send
    + Sync
    + std::fmt::Debug
    + 'static
{
    /// Decides and commits one command. The answer comes after the commit is durable.
    ///
    /// # Errors
    /// [`StoreError`]; a refusal by the rules is an `Ok` answer.
    async fn execute(&self, command: command::Command) -> Result<command::Answer, StoreError>;

    /// Number of the newest committed event; changes wake feed readers and job workers.
    fn wake(&self) -> tokio::sync::watch::Receiver<u64>;

    /// True when other processes may work on the same database at the same time.
    fn is_shared(&self) -> bool {
        false
    }
}

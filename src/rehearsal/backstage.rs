//! What stands behind the server in a rehearsal: a database in memory and a carrier that reaches nobody.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::env::{SharedClock, SharedIds};
use crate::server::carrier::{Carrier, Submission, Submitted};
use crate::server::store::sqlite::{Location, SqliteStore};
use crate::server::store::{SharedStore, StoreError};

/// How many texts may be on their way to the director.
const ON_THE_WAY: usize = 256;

/// See the module.
#[derive(Debug)]
pub struct Backstage {
    /// The database.
    pub store: SharedStore,
    /// The carrier.
    pub carrier: Arc<dyn Carrier>,
    /// What the carrier was given, in order.
    pub submissions: mpsc::Receiver<Submission>,
}

/// Puts it up.
///
/// # Errors
/// The database cannot be made.
pub async fn backstage(clock: SharedClock, ids: SharedIds) -> Result<Backstage, StoreError> {
    let store = SqliteStore::open(Location::Memory, clock, ids).await?;
    let (director, submissions) = mpsc::channel(ON_THE_WAY);
    Ok(Backstage { store: Arc::new(store), carrier: Arc::new(Prompter { director }), submissions })
}

/// A carrier that hands every text to the director and reaches nobody else.
#[derive(Debug)]
struct Prompter {
    director: mpsc::Sender<Submission>,
}

#[async_trait]
impl Carrier for Prompter {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn is_simulated(&self) -> bool {
        true
    }

    async fn submit(&self, submission: &Submission) -> Submitted {
        match self.director.send(submission.clone()).await {
            Ok(()) => Submitted::Accepted { carrier_id: format!("rehearsal-{}", submission.attempt) },
            // The rehearsal is over; nobody is there to be texted.
            Err(_) => Submitted::Refused { code: "rehearsal-over".into() },
        }
    }
}

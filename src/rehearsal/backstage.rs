//! What stands behind the server in a rehearsal: a database in memory and a carrier that reaches nobody.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::env::{SharedClock, SharedIds};
use crate::server::carrier::{Carrier, Submission, simulated::SimulatedCarrier};
use crate::server::store::sql::{Location, SqlStore};
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
    let store = SqlStore::open(Location::Memory, clock, ids).await?;
    let (director, submissions) = mpsc::channel(ON_THE_WAY);
    let carrier = SimulatedCarrier::new(Arc::new(SimulatedCarrier::accepts), director);
    Ok(Backstage { store: Arc::new(store), carrier: Arc::new(carrier), submissions })
}

//! Somebody takes the home directory of one laptop to another, and both are used: two programs that believe to be one.

use std::fs;

use super::super::WorldError;
use super::super::house::copy_database;
use super::{Laptop, Parts, beside};
use crate::domain::ids::DeviceId;
use crate::env::{Clock as _, SharedIds};
use crate::sim::history::Fact;

impl Laptop {
    /// A second laptop with everything that is on this one's disk now. It says that it is the same device; in the history it is
    /// `device`, a machine of its own.
    pub(in super::super) async fn copied(
        &self,
        label: String,
        device: DeviceId,
        ids: SharedIds,
    ) -> Result<Self, WorldError> {
        let home = self.dir.join(format!("{label}-0"));
        fs::create_dir_all(&home)?;
        copy_database(&self.home().join("journal.db"), &home.join("journal.db"))?;
        fs::copy(self.home().join("key"), home.join("key"))?;
        let mut copy = Self::with_what_is_there(Parts {
            sign_in: self.sign_in.clone(),
            label,
            device,
            door: self.line.door.clone(),
            limbo: self.line.limbo.clone(),
            history: self.history.clone(),
            ids,
            dir: &self.dir,
            start: self.clock.now(),
        })
        .await?;
        // As the outbox does at its start.
        copy.steps.read_all_back().await;
        let mut there = std::collections::BTreeSet::new();
        for id in &self.ever {
            if copy.journal.load(*id).await?.is_some() {
                there.insert(*id);
            }
        }
        self.history.add(Fact::Copied { from: self.device, to: device, ids: there.iter().copied().collect() });
        copy.safe_log = fs::metadata(beside(&home.join("journal.db"), "-wal")).map_or(0, |meta| meta.len());
        copy.named = self.named;
        copy.ever.clone_from(&there);
        copy.there = there;
        Ok(copy)
    }
}

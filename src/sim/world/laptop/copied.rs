//! Somebody takes the home directory of one laptop to another, and both are used: two programs that believe to be one.

use std::fs;
use std::sync::{Arc, Mutex};

use super::super::WorldError;
use super::super::house::copy_database;
use super::{Fault, Laptop, Line, beside};
use crate::client::journal::Journal;
use crate::client::outbox::Steps;
use crate::domain::ids::DeviceId;
use crate::env::{Clock as _, SharedClock, SharedIds, SimClock};
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
        let clock = SimClock::at(self.clock.now());
        let shared: SharedClock = clock.clone();
        let line = Arc::new(Line {
            door: self.line.door.clone(),
            limbo: self.line.limbo.clone(),
            token: self.line.token.clone(),
            device,
            clock: shared.clone(),
            history: self.history.clone(),
            next: Mutex::new(Fault::None),
            link: Mutex::new(None),
        });
        let home = self.dir.join(format!("{label}-0"));
        fs::create_dir_all(&home)?;
        copy_database(&self.home().join("journal.db"), &home.join("journal.db"))?;
        fs::copy(self.home().join("key"), home.join("key"))?;
        let (journal, _) = Journal::open(&home, &shared, &ids).await?;
        let mut steps = Steps::new(line.clone(), journal.clone(), shared, ids.clone());
        // As the outbox does at its start.
        steps.read_all_back().await;
        let mut there = std::collections::BTreeSet::new();
        for id in &self.ever {
            if journal.load(*id).await?.is_some() {
                there.insert(*id);
            }
        }
        self.history.add(Fact::Copied { from: self.device, to: device, ids: there.iter().copied().collect() });
        let safe_log = fs::metadata(beside(&home.join("journal.db"), "-wal")).map_or(0, |meta| meta.len());
        Ok(Self {
            sign_in: self.sign_in.clone(),
            label,
            device,
            named: self.named,
            clock,
            line,
            ids,
            history: self.history.clone(),
            dir: self.dir.clone(),
            life: 0,
            journal,
            steps,
            safe_log,
            memory: std::collections::BTreeMap::new(),
            cursors: std::collections::BTreeMap::new(),
            ever: there.clone(),
            there,
            claim: None,
            seems: None,
            missed: false,
        })
    }
}

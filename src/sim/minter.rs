//! Links of the ledger for whoever texts without a journal: robots, tests, benches.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::api::message::SendRequest;
use crate::domain::{
    ids::{DeviceId, PersonId},
    ledger::{Head, Link},
};

/// Mints as a journal does: one chain for each person and device, in the order of the calls. The same text asked for
/// twice keeps its place.
#[derive(Debug, Default)]
pub struct Minter(Mutex<Minted>);

#[derive(Debug, Default)]
struct Minted {
    heads: HashMap<(PersonId, DeviceId), (u32, Head)>,
    links: HashMap<(Uuid, String), Link>,
}

impl Minter {
    /// Gives a text its place, unless it says one.
    pub fn link(&self, person: PersonId, id: Uuid, text: &mut SendRequest) {
        if text.shown.link.is_some() {
            return;
        }
        let entry = text.pressed(id);
        let known = (id, format!("{person} {entry:?}"));
        let mut minted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Minted { heads, links } = &mut *minted;
        let link = links.entry(known).or_insert_with(|| {
            let device = entry.device;
            let (_, head) =
                heads.entry((person, device)).or_insert_with(|| (0, Head::start(chain(person, device, 0), device)));
            let link = head.mint(&entry);
            head.follow(&link);
            link
        });
        text.shown.link = Some(link.clone());
    }

    /// Starts a new chain for this person's device, as a journal does whose chain was forked.
    pub fn renew(&self, person: PersonId, device: DeviceId) {
        let mut minted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, head) =
            minted.heads.entry((person, device)).or_insert_with(|| (0, Head::start(Uuid::nil(), device)));
        *times += 1;
        *head = Head::start(chain(person, device, *times), device);
    }
}

/// The same every time, so that a story told twice is the same.
fn chain(person: PersonId, device: DeviceId, times: u32) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("textbank simulated chain");
    hasher.update(&person.0.to_be_bytes()).update(device.0.as_bytes()).update(&times.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

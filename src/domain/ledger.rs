//! The ledger: a chain of hashes per device over every text that was confirmed on it, minted at the press.
//!
//! Each entry's hash covers the entry before it, so that a changed, removed or reordered one is found by whoever has the
//! chain. The bodies are not in it, only their hashes: a ledger can be shown to an auditor without any voter's words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ids::{CampaignId, ContactId, DeviceId},
    message::MessageKind,
};

/// A hash (BLAKE3) in hex.
pub type HexHash = String;

/// One entry's place in its chain, as it travels with the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// Which chain: minted with the device's store, anew when that store was lost, wiped or restored.
    pub chain: Uuid,
    /// Place in it, from 1.
    pub n: u64,
    /// Hash of the entry before; of the chain's name and device for the first.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub prev: HexHash,
    /// Hash of this entry.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub hash: HexHash,
}

/// What an entry says: one confirmed text, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pressed {
    /// The text's id.
    pub id: Uuid,
    /// On which installation.
    pub device: DeviceId,
    /// In which campaign.
    pub campaign: CampaignId,
    /// To whom.
    pub contact: ContactId,
    /// Initial or reply.
    pub kind: MessageKind,
    /// Hash (BLAKE3, hex) of the exact text on the screen.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub body_hash: HexHash,
    /// When the card was drawn, by the laptop's wall clock.
    #[schema(value_type = String, format = DateTime)]
    pub drawn_at: Timestamp,
    /// When the key was pressed, by the laptop's wall clock.
    #[schema(value_type = String, format = DateTime)]
    pub pressed_at: Timestamp,
    /// The same by the laptop's monotonic clock, in milliseconds since the console started.
    pub mono_ms: u64,
    /// Monotonic milliseconds between drawing and press.
    pub dwell_ms: u64,
}

/// The end of a chain: what the next entry hangs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which chain.
    pub chain: Uuid,
    /// Entries so far.
    pub n: u64,
    /// Hash of the last one; of the chain's name and device when there is none.
    pub hash: HexHash,
}

impl Head {
    /// A chain without entries.
    #[must_use]
    pub fn start(chain: Uuid, device: DeviceId) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("textbank ledger 1 start");
        hasher.update(chain.as_bytes());
        hasher.update(device.0.as_bytes());
        Self { chain, n: 0, hash: hasher.finalize().to_hex().to_string() }
    }

    /// The link of the next entry; the head stays as it is until [`Self::follow`].
    #[must_use]
    pub fn mint(&self, entry: &Pressed) -> Link {
        let n = self.n.saturating_add(1);
        let hash = entry_hash(&self.chain, n, &self.hash, entry);
        Link { chain: self.chain, n, prev: self.hash.clone(), hash }
    }

    /// Goes on to an entry that is kept.
    pub fn follow(&mut self, link: &Link) {
        self.chain = link.chain;
        self.n = link.n;
        self.hash.clone_from(&link.hash);
    }
}

impl Link {
    /// True when the hash is the one of this entry in this place, and a first entry hangs on its chain's start.
    #[must_use]
    pub fn holds(&self, entry: &Pressed) -> bool {
        let start = self.n != 1 || self.prev == Head::start(self.chain, entry.device).hash;
        self.n >= 1 && start && self.hash == entry_hash(&self.chain, self.n, &self.prev, entry)
    }
}

fn entry_hash(chain: &Uuid, n: u64, prev: &str, entry: &Pressed) -> HexHash {
    let mut hasher = blake3::Hasher::new_derive_key("textbank ledger 1 entry");
    hasher.update(chain.as_bytes());
    hasher.update(&n.to_be_bytes());
    for text in [prev, entry.body_hash.as_str()] {
        hasher.update(&(text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(entry.id.as_bytes());
    hasher.update(entry.device.0.as_bytes());
    let kind = match entry.kind {
        MessageKind::Initial => 1_u8,
        MessageKind::Reply => 2,
        MessageKind::OptOutNotice => 3,
        MessageKind::Help => 4,
    };
    hasher.update(&[kind]);
    for number in
        [entry.campaign.0, entry.contact.0, entry.drawn_at.as_microsecond(), entry.pressed_at.as_microsecond()]
    {
        hasher.update(&number.to_be_bytes());
    }
    for number in [entry.mono_ms, entry.dwell_ms] {
        hasher.update(&number.to_be_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u128) -> Pressed {
        Pressed {
            id: Uuid::from_u128(n),
            device: DeviceId(Uuid::from_u128(9)),
            campaign: CampaignId(1),
            contact: ContactId(7),
            kind: MessageKind::Initial,
            body_hash: "00".into(),
            drawn_at: Timestamp::UNIX_EPOCH,
            pressed_at: Timestamp::UNIX_EPOCH,
            mono_ms: 5,
            dwell_ms: 400,
        }
    }

    #[test]
    fn a_link_holds_for_its_entry_in_its_place_alone() {
        let mut head = Head::start(Uuid::from_u128(1), DeviceId(Uuid::from_u128(9)));
        let first = head.mint(&entry(1));
        assert!(first.holds(&entry(1)));
        head.follow(&first);
        let second = head.mint(&entry(2));
        assert_eq!(second.prev, first.hash);
        assert!(second.holds(&entry(2)));
        let changes: [fn(&mut Pressed); 10] = [
            |e| e.id = Uuid::from_u128(3),
            |e| e.device = DeviceId(Uuid::from_u128(8)),
            |e| e.campaign = CampaignId(2),
            |e| e.contact = ContactId(8),
            |e| e.kind = MessageKind::Reply,
            |e| e.body_hash = "01".into(),
            |e| e.drawn_at = Timestamp::from_microsecond(1).expect("a moment"),
            |e| e.pressed_at = Timestamp::from_microsecond(1).expect("a moment"),
            |e| e.mono_ms = 6,
            |e| e.dwell_ms = 401,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut other = entry(2);
            change(&mut other);
            assert!(!second.holds(&other), "change {at} is not noticed");
        }
        assert!(!Link { n: 3, ..second.clone() }.holds(&entry(2)));
        assert!(!Link { prev: "11".into(), ..second.clone() }.holds(&entry(2)));
        assert!(!Link { chain: Uuid::from_u128(2), ..second }.holds(&entry(2)));
    }

    #[test]
    fn a_first_entry_hangs_on_the_start_of_its_chain() {
        let start = Head::start(Uuid::from_u128(1), DeviceId(Uuid::from_u128(9)));
        let elsewhere = Head { hash: "ab".into(), ..start };
        assert!(!elsewhere.mint(&entry(1)).holds(&entry(1)));
    }
}

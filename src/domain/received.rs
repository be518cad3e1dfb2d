//! The ledger as a server keeps it: every confirmed text in the order of its arrival, under one running total, and
//! anchors that say from time to time what the total was.
//!
//! Each entry's total covers the entry, what the server noted with it, and the total before: so nothing that arrived can
//! be changed, taken out or put elsewhere without every later total changing. An anchor that was published elsewhere
//! holds whoever runs the server to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ids::PersonId;
use super::ledger::{HexHash, Link, Pressed};

/// The outcome of a text that was accepted; any other is the refusal's code.
pub const ACCEPTED: &str = "accepted";

/// The outcome of a text whose place in its chain was taken: it stands beside the chain, not in it.
pub const BESIDE: &str = "ledger_broken";

/// One confirmed text as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Its place in the order of arrival, from 1, without gaps.
    pub seq: u64,
    /// When it arrived and was decided, by the server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// How far the server's clock was ahead of the laptop's then, in microseconds, as far as that was believed: what is more
    /// than an earlier answer showed is taken for the request's way. Absent when the laptop told no time.
    pub skew_us: Option<i64>,
    /// The same as it was told, believed or not: when it arrived minus when the laptop says that it handed it in. Absent when
    /// the laptop told no time, and in entries of programs before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_skew_us: Option<i64>,
    /// `accepted`, or the code of the refusal.
    pub outcome: String,
    /// Who, by the session that handed it in.
    pub person: PersonId,
    /// Their first name then.
    pub texter: String,
    /// Which session.
    pub session: i64,
    /// What the laptop says of it.
    #[serde(flatten)]
    pub pressed: Pressed,
    /// Its place in the laptop's chain.
    #[serde(flatten)]
    pub link: Link,
    /// The running total up to this one.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub total: HexHash,
}

impl Received {
    /// What the total is after this entry when it was `before` before it.
    #[must_use]
    pub fn total_after(&self, before: &str) -> HexHash {
        let mut hasher = blake3::Hasher::new_derive_key("textbank ledger 1 received");
        for text in [before, &self.link.hash, &self.outcome, &self.texter] {
            hasher.update(&(text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(&self.seq.to_be_bytes());
        for number in [self.received_at.as_microsecond(), self.person.0, self.session] {
            hasher.update(&number.to_be_bytes());
        }
        match self.skew_us {
            Some(skew) => hasher.update(&[1]).update(&skew.to_be_bytes()),
            None => hasher.update(&[0]),
        };
        // Entries from before it was kept have the total they had.
        if let Some(told) = self.told_skew_us {
            hasher.update(&[2]).update(&told.to_be_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// True when it stands beside its chain: the server refused it because its place was taken.
    #[must_use]
    pub fn is_beside(&self) -> bool {
        self.outcome == BESIDE
    }

    /// The text's id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.pressed.id
    }
}

/// The total before the first entry.
#[must_use]
pub fn first_total() -> HexHash {
    blake3::Hasher::new_derive_key("textbank ledger 1 nothing received").finalize().to_hex().to_string()
}

/// What the total was at some moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Anchor {
    /// Number of the newest entry that it covers.
    pub seq: u64,
    /// When it was made, by the server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The total after that entry.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub total: HexHash,
    /// Hash of the anchor before; of nothing for the first.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub prev: HexHash,
    /// Hash of this anchor: what is to be published elsewhere.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub hash: HexHash,
}

impl Anchor {
    /// The next anchor after one with the hash `prev`.
    #[must_use]
    pub fn new(seq: u64, at: Timestamp, total: HexHash, prev: HexHash) -> Self {
        let hash = anchor_hash(seq, at, &total, &prev);
        Self { seq, at, total, prev, hash }
    }

    /// What stands in the first one for the anchor before.
    #[must_use]
    pub fn first_prev() -> HexHash {
        blake3::Hasher::new_derive_key("textbank ledger 1 no anchor").finalize().to_hex().to_string()
    }

    /// True when its hash is the one of what it says.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.hash == anchor_hash(self.seq, self.at, &self.total, &self.prev)
    }
}

fn anchor_hash(seq: u64, at: Timestamp, total: &str, prev: &str) -> HexHash {
    let mut hasher = blake3::Hasher::new_derive_key("textbank ledger 1 anchor");
    for text in [prev, total] {
        hasher.update(&(text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&seq.to_be_bytes());
    hasher.update(&at.as_microsecond().to_be_bytes());
    hasher.finalize().to_hex().to_string()
}

/// The bytes of a hash; `None` when it is not 64 lower-case hexadecimal digits.
#[must_use]
pub fn hash_bytes(hex: &str) -> Option<[u8; 32]> {
    let hash = blake3::Hash::from_hex(hex).ok()?;
    (hash.to_hex().as_str() == hex).then(|| *hash.as_bytes())
}

/// A hash's bytes as text.
#[must_use]
pub fn hash_text(bytes: [u8; 32]) -> HexHash {
    blake3::Hash::from_bytes(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CampaignId, ContactId, DeviceId};
    use crate::domain::ledger::Head;
    use crate::domain::message::MessageKind;

    fn received() -> Received {
        let at = Timestamp::UNIX_EPOCH;
        let device = DeviceId(Uuid::from_u128(9));
        let pressed = Pressed {
            id: Uuid::from_u128(1),
            device,
            campaign: CampaignId(1),
            contact: ContactId(7),
            kind: MessageKind::Reply,
            body_hash: "00".repeat(32),
            drawn_at: at,
            pressed_at: at,
            mono_ms: 5,
            dwell_ms: 400,
        };
        let link = Head::start(Uuid::from_u128(3), device).mint(&pressed);
        let mut received = Received {
            seq: 1,
            received_at: at,
            skew_us: Some(-3),
            told_skew_us: Some(-4),
            outcome: ACCEPTED.into(),
            person: PersonId(4),
            texter: "Ann".into(),
            session: 6,
            pressed,
            link,
            total: String::new(),
        };
        received.total = received.total_after(&first_total());
        received
    }

    #[test]
    fn the_total_covers_all_that_the_server_noted() {
        let changes: [fn(&mut Received); 10] = [
            |r| r.seq = 2,
            |r| r.received_at = Timestamp::from_microsecond(1).expect("a moment"),
            |r| r.skew_us = None,
            |r| r.skew_us = Some(3),
            |r| r.told_skew_us = None,
            |r| r.told_skew_us = Some(-3),
            |r| r.outcome = "paused".into(),
            |r| r.person = PersonId(5),
            |r| r.texter = "Bob".into(),
            |r| r.session = 7,
        ];
        let whole = received();
        for (at, change) in changes.into_iter().enumerate() {
            let mut other = whole.clone();
            change(&mut other);
            assert_ne!(other.total_after(&first_total()), whole.total, "change {at} is not noticed");
        }
        assert_ne!(whole.total_after(&whole.total), whole.total);
        let mut other = whole.clone();
        other.link.hash = "00".repeat(32);
        assert_ne!(other.total_after(&first_total()), whole.total);
    }

    #[test]
    fn it_is_written_and_read_as_it_is() {
        let whole = received();
        let text = serde_json::to_string(&whole).expect("json");
        let read: Received = serde_json::from_str(&text).expect("read");
        assert_eq!(read, whole);
        assert_eq!(serde_json::to_string(&read).expect("json"), text);
        assert!(read.link.holds(&read.pressed));
    }

    #[test]
    fn an_anchor_holds_for_what_it_says_alone() {
        let anchor = Anchor::new(3, Timestamp::UNIX_EPOCH, "aa".into(), Anchor::first_prev());
        assert!(anchor.holds());
        assert!(!Anchor { seq: 4, ..anchor.clone() }.holds());
        assert!(!Anchor { at: Timestamp::MAX, ..anchor.clone() }.holds());
        assert!(!Anchor { total: "ab".into(), ..anchor.clone() }.holds());
        assert!(!Anchor { prev: "ab".into(), ..anchor }.holds());
    }

    #[test]
    fn only_a_hash_is_a_hash() {
        let good = "0f".repeat(32);
        assert_eq!(hash_bytes(&good).map(hash_text), Some(good.clone()));
        for bad in ["", "0F", &good.to_uppercase(), &good[1..], &format!("{good}0")] {
            assert_eq!(hash_bytes(bad), None, "{bad}");
        }
    }
}

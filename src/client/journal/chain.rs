//! The end of this device's chain in the ledger. The keeper alone mints from it.
//!
//! It is kept in the rows themselves: the newest text's row holds the newest link, so that a confirm writes nothing more.
//! Only before rows go is it written down beside them. A journal that was rebuilt, or whose chain was forked (a restored
//! backup), starts a new one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::api::message::SendRequest;
use crate::domain::{
    ids::DeviceId,
    ledger::{Head, Link},
};
use crate::env::{SharedClock, SharedIds};

/// A chain's end, and on which device it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    device: DeviceId,
    head: Head,
}

/// What is written down in `meta`: the end as of the row with this order number; rows after it hold newer links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Noted {
    pub(super) order: i64,
    /// None: the next text starts a new chain.
    pub(super) end: Option<End>,
}

/// Where the chain stands. A copy is taken for each commit and kept only when the commit was good.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    end: Option<End>,
    order: i64,
    noted: bool,
    clock: SharedClock,
    ids: SharedIds,
}

impl Chain {
    /// The chain of a journal just opened: what was noted, and the newest link of the rows after it.
    pub(super) fn found(
        noted: Option<Noted>,
        newest: Option<(i64, DeviceId, Link)>,
        clock: SharedClock,
        ids: SharedIds,
    ) -> Self {
        let noted_order = noted.as_ref().map_or(0, |noted| noted.order);
        match newest {
            Some((order, device, Link { chain, n, hash, .. })) if order > noted_order => {
                Self { end: Some(End { device, head: Head { chain, n, hash } }), order, noted: false, clock, ids }
            }
            _ => Self { end: noted.and_then(|noted| noted.end), order: noted_order, noted: true, clock, ids },
        }
    }

    /// This laptop's time.
    pub(super) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// The link of a text that is confirmed now, and the end once it is on disk.
    pub(super) fn mint(&self, id: Uuid, text: &SendRequest) -> (Link, End) {
        let device = text.shown.device;
        let mut head = match &self.end {
            Some(end) if end.device == device => end.head.clone(),
            _ => Head::start(self.ids.act_id(self.clock.now()), device),
        };
        let link = head.mint(&text.pressed(id));
        head.follow(&link);
        (link, End { device, head })
    }

    /// The row with this order number is written and holds the newest link.
    pub(super) fn follow(&mut self, order: i64, end: End) {
        self.end = Some(end);
        self.order = self.order.max(order);
        self.noted = false;
    }

    /// The server has another text in this chain's place: the next text starts a new one. True when it was the present one.
    pub(super) fn broken(&mut self, link: &Link) -> bool {
        let present = self.end.as_ref().is_some_and(|end| end.head.chain == link.chain);
        if present {
            self.end = None;
            self.noted = false;
        }
        present
    }

    /// What is to be written down before rows go; nothing when it is already.
    pub(super) fn to_note(&self) -> Option<Noted> {
        (!self.noted).then(|| Noted { order: self.order, end: self.end.clone() })
    }

    /// It is written down.
    pub(super) fn noted(&mut self) {
        self.noted = true;
    }
}

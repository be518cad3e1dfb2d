//! The captains' boards of this process: counted once for each change, however many captains look on.
//!
//! Each feed asks when it has reason to. What was counted after the last change is handed out again; what changed since is
//! counted anew by whoever asks first, at most four times a second, and all others wait for that.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, watch};

use super::{BOARD_EVERY, KEEP_ALIVE};
use crate::api::captain::Board;
use crate::domain::ids::{CampaignId, OrganizationId};
use crate::server::store::{StoreError, command::Actor, handles::Desk};

/// What nothing changed is counted anew when it is older: leases end and waits grow by time alone. Feeds ask every
/// [`KEEP_ALIVE`], each at its own moment.
const GOOD_FOR: Duration = Duration::from_secs(KEEP_ALIVE.as_secs() / 3);

/// Captains who see the same: a sign-in for one campaign alone counts only that campaign's waiting room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Sight {
    organization: OrganizationId,
    campaign: CampaignId,
    only: Option<CampaignId>,
}

#[derive(Debug)]
struct Counted {
    board: Arc<Board>,
    /// Monotonic.
    at: Duration,
}

/// One board; whoever counts it holds it.
#[derive(Debug)]
struct Shared {
    /// What was seen of it was before the last count.
    wake: watch::Receiver<u64>,
    counted: Option<Counted>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Boards {
    shared: Mutex<HashMap<Sight, Arc<Turn<Shared>>>>,
    counts: AtomicU64,
}

/// What a captain is told now.
#[derive(Debug)]
pub(super) enum Look {
    /// The board as it is.
    Now(Arc<Board>),
    /// The board as it was a moment ago; it changed since, and is counted again at this moment (monotonic).
    Then(Arc<Board>, Duration),
    /// They see none.
    None,
}

impl Boards {
    /// Boards counted so far, for whomever.
    #[must_use]
    pub fn counts(&self) -> u64 {
        self.counts.load(Ordering::Relaxed)
    }

    /// The board of `campaign` as `actor`, a captain, sees it. What the store shows to one, it shows to all of the same sight.
    pub(super) async fn look(&self, desk: &Desk, actor: &Actor, campaign: CampaignId) -> Result<Look, StoreError> {
        let Desk { store, clock, .. } = desk;
        let sight = Sight { organization: actor.organization, campaign, only: actor.campaign };
        let shared = {
            let mut all = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Turn::new(Shared { wake: store.wake(), counted: None }));
            Arc::clone(all.entry(sight).or_insert_with(fresh))
        };
        let mut shared = shared.lock().await;
        let now = clock.monotonic();
        if let Some(Counted { board, at }) = &shared.counted {
            let changed = shared.wake.has_changed().unwrap_or(true);
            let age = now.saturating_sub(*at);
            if changed && age < BOARD_EVERY {
                return Ok(Look::Then(Arc::clone(board), *at + BOARD_EVERY));
            }
            if !changed && age < GOOD_FOR {
                return Ok(Look::Now(Arc::clone(board)));
            }
        }
        // What is committed after this may not be in it. Should nothing come of this count, whoever asks next counts.
        shared.wake.mark_unchanged();
        shared.counted = None;
        self.counts.fetch_add(1, Ordering::Relaxed);
        let Some(board) = desk.board(actor, campaign).await? else { return Ok(Look::None) };
        let board = Arc::new(board);
        shared.counted = Some(Counted { board: Arc::clone(&board), at: now });
        Ok(Look::Now(board))
    }
}

//! What a journal keeps of a console for its next start: where it was, and whom it held. Ids alone, sealed as all of the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::client::journal::Journal;
use crate::console::core::home::WrittenTo;
use crate::console::core::shared::place::Place;
use crate::domain::ids::{CampaignId, ContactId};
use crate::env::SharedClock;

/// A disk that refused something is asked again after this long.
const AGAIN: Duration = Duration::from_secs(5);

/// Where the journal keeps where a campaign's console was left.
fn place_key(campaign: CampaignId) -> String {
    format!("place.{campaign}")
}

/// Where consoles are, on its way to the journal: of several the last is written, in whatever order the tasks that write run.
#[derive(Debug, Default)]
pub struct PlacesToKeep {
    latest: Mutex<BTreeMap<CampaignId, Place>>,
    /// Held over taking and writing.
    writing: tokio::sync::Mutex<()>,
    /// Somebody waits to try again.
    tries_again: AtomicBool,
}

impl PlacesToKeep {
    /// Takes a place down, in the order of the calls; [`Self::write`] writes it.
    pub fn put(&self, campaign: CampaignId, place: Place) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).insert(campaign, place);
    }

    /// Writes what was taken down.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn write(&self, journal: &Journal) -> anyhow::Result<()> {
        let _writing = self.writing.lock().await;
        let mut places = std::mem::take(&mut *self.latest.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some((campaign, place)) = places.pop_first() {
            if let Err(error) = keep_place(journal, campaign, &place).await {
                places.insert(campaign, place);
                // For the next time; what was put meanwhile is newer.
                let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
                places.into_iter().for_each(|(campaign, place)| _ = latest.entry(campaign).or_insert(place));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes what was taken down, and again after a while where the disk refuses it.
    pub async fn write_at_last(&self, journal: &Journal, clock: &SharedClock) {
        while let Err(error) = self.write(journal).await {
            tracing::warn!(%error, "where the console is is not remembered");
            // One tries again for all.
            if self.tries_again.swap(true, Ordering::Relaxed) {
                return;
            }
            clock.sleep(AGAIN).await;
            self.tries_again.store(false, Ordering::Relaxed);
        }
    }
}

/// Keeps where a campaign's console is.
///
/// # Errors
/// What the disk says.
pub async fn keep_place(journal: &Journal, campaign: CampaignId, place: &Place) -> anyhow::Result<()> {
    Ok(journal.ui_set(&place_key(campaign), &serde_json::to_value(place)?).await?)
}

/// Where a campaign's console was left; as at a first start, where the journal has nothing that can be read.
pub async fn kept_place(journal: &Journal, campaign: CampaignId) -> Place {
    let kept = journal.ui_get(&place_key(campaign)).await.ok().flatten();
    kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default()
}

/// Where the journal keeps in which campaigns this person held somebody when their console was last seen.
const HANDS: &str = "hands";

/// Where it keeps whom.
fn hands(campaign: CampaignId) -> String {
    format!("{HANDS}.{campaign}")
}

async fn kept<T: Default + serde::de::DeserializeOwned>(journal: &Journal, key: &str) -> T {
    let kept = journal.ui_get(key).await.ok().flatten();
    kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default()
}

/// Whom this person held in a campaign when its console was last left, or last seen.
pub async fn had_in(journal: &Journal, campaign: CampaignId) -> Vec<(ContactId, bool)> {
    kept(journal, &hands(campaign)).await
}

/// Whom this person held in each campaign when its console was last left.
pub async fn had_everywhere(journal: &Journal) -> BTreeMap<CampaignId, Vec<(ContactId, bool)>> {
    let mut all = BTreeMap::new();
    for campaign in kept::<BTreeSet<i64>>(journal, HANDS).await {
        let campaign = CampaignId(campaign);
        let had = had_in(journal, campaign).await;
        if !had.is_empty() {
            all.insert(campaign, had);
        }
    }
    all
}

/// To whom this person was writing in each campaign when its console was last seen, by first name: of those who have a draft; and when
/// the newest of these was last written.
pub async fn written_to_everywhere(journal: &Journal) -> BTreeMap<CampaignId, WrittenTo> {
    let drafts = journal.drafts().await.unwrap_or_default();
    let drafts: BTreeSet<ContactId> = drafts.into_iter().map(|(contact, _)| contact).collect();
    let mut all = BTreeMap::new();
    for campaign in kept::<BTreeSet<i64>>(journal, HANDS).await {
        let campaign = CampaignId(campaign);
        let mut written = WrittenTo::default();
        for (contact, name) in kept_place(journal, campaign).await.names {
            if drafts.contains(&contact) {
                written.names.push(name);
                written.at = written.at.max(journal.draft_written(contact).await.ok().flatten());
            }
        }
        if !written.names.is_empty() {
            all.insert(campaign, written);
        }
    }
    all
}

/// Keeps whom this person holds in a campaign, for the next start. It is a help to somebody who comes back, and no act: what the disk
/// refuses is logged.
pub async fn keep_hands(journal: &Journal, campaign: CampaignId, in_hand: &[(ContactId, bool)]) {
    let mut campaigns: BTreeSet<i64> = kept(journal, HANDS).await;
    campaigns.insert(campaign.0);
    let all = [(HANDS.to_owned(), serde_json::to_value(campaigns)), (hands(campaign), serde_json::to_value(in_hand))];
    for (key, value) in all {
        let kept = match value {
            Ok(value) => journal.ui_set(&key, &value).await.map_err(anyhow::Error::from),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "what was in hand is not remembered");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::fake::sample::at;
    use crate::env::{SeededIds, SimClock};

    /// What the disk refused is still to be written; of what was put meanwhile the newer stays.
    #[tokio::test]
    async fn a_place_that_the_disk_refused_is_written_the_next_time() {
        let home = tempfile::tempdir().unwrap();
        let clock: SharedClock = SimClock::at(at(0));
        let (one, two) = (CampaignId(1), CampaignId(2));
        let sorted = |sort: &str| Place { sort: sort.into(), ..Place::default() };
        let places = PlacesToKeep::default();
        places.put(one, sorted("by-name"));
        places.put(two, sorted("by-name"));
        let (journal, _) = Journal::open(home.path(), &clock, &SeededIds::shared(3)).await.unwrap();
        journal.close().await.unwrap();
        assert!(places.write(&journal).await.is_err());
        places.put(two, sorted("by-state"));
        let (journal, _) = Journal::open(home.path(), &clock, &SeededIds::shared(4)).await.unwrap();
        places.write(&journal).await.unwrap();
        assert_eq!(kept_place(&journal, one).await, sorted("by-name"));
        assert_eq!(kept_place(&journal, two).await, sorted("by-state"));
        journal.close().await.unwrap();
    }
}

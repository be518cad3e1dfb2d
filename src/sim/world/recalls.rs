//! A wrong polling place: texts name places, captains take them back, lift that again, put it right with whoever got it.

use uuid::Uuid;

use super::cast::definition;
use super::plan::Steer;
use super::{World, WorldError};
use crate::domain::ids::CampaignId;

/// Polling places that texts name; every third names none.
pub(super) const PLACES: [&str; 2] = ["the mill on Elm St", "the old school"];

/// The words of a text.
pub(super) fn words(number: u32) -> String {
    let place = usize::try_from(number % 3).ok().and_then(|at| PLACES.get(at));
    place.map_or_else(|| format!("Text {number}"), |place| format!("Text {number}: vote at {place}."))
}

impl World {
    /// What a captain does about one.
    pub(super) async fn recall(&mut self, what: Steer, which: usize, campaign: CampaignId) -> Result<(), WorldError> {
        let place = PLACES[which / 2 % PLACES.len()];
        let said = match what {
            Steer::Recall => {
                self.house.recall(&self.captain, campaign, place).await?;
                format!("takes {place} back in campaign {campaign}")
            }
            Steer::Lift => {
                let Some(recall) = self.house.recalls(&self.captain, campaign).await?.pop() else { return Ok(()) };
                self.house.lift(&self.captain, campaign, recall.id).await?;
                format!("lifts recall {} in campaign {campaign}", recall.id)
            }
            _ => {
                let Some(recall) = self.house.recalls(&self.captain, campaign).await?.pop() else { return Ok(()) };
                // One correction of a recall, however often it is asked for; and what it is asked for is asked twice.
                let id = Uuid::from_u64_pair(self.seed, u64::try_from(recall.id).unwrap_or(0));
                let mut made = None;
                for _ in 0..2 {
                    made = self.house.correct(&self.admin, campaign, (id, definition(9)), &recall).await?;
                }
                let Some(made) = made else { return Ok(()) };
                if !self.campaigns.contains(&made) {
                    self.campaigns.push(made);
                }
                format!("makes campaign {made} of those who got what recall {} took back", recall.id)
            }
        };
        self.tell("captain's recalls", format!("the captain {said}"));
        Ok(())
    }
}

//! The end of a story: everything comes to rest, and years pass.

use super::plan::Reaction;
use super::{World, WorldError, line};
use crate::api::act::Act;

impl World {
    /// Everything comes to rest: lines are good, campaigns run, disks have room, the carrier answers, time passes.
    pub(super) async fn rest(&mut self) -> Result<(), WorldError> {
        self.story.push("everything comes to rest".into());
        self.house.disk(false).await?;
        while line::arrive(&self.house.door, &self.limbo, 0).await.is_some() {}
        for campaign in self.campaigns.clone() {
            self.house.steer(&self.captain, Act::Resume { campaign }).await?;
        }
        for laptop in &mut self.laptops {
            laptop.disk_full(false).await?;
        }
        for round in 0..12 {
            self.settle_down().await?;
            // First minutes, so that nothing old goes out late; then over the night into the opening hours of both coasts,
            // and on until what nobody knows is held.
            self.pass([400, 400, 1_000, 1_000, 30_000, 20_000, 20_000, 20_000, 1_000, 1_000, 1_000, 60][round]);
            self.house.housekeeping().await?;
        }
        self.settle_down().await?;
        self.house.housekeeping().await?;
        self.years_later().await?;
        for laptop in &self.laptops {
            laptop.at_rest().await?;
        }
        Ok(())
    }

    /// The carrier reports on everything once more when nobody thinks of it any more; no text goes out for that.
    async fn years_later(&mut self) -> Result<(), WorldError> {
        self.pass(3 * 365 * 86_400);
        for at in 0..self.house.carried.len() {
            self.house.receipt(at, at % 2 == 0, true).await?;
            self.house.receipt(at, at % 2 == 1, true).await?;
        }
        self.house.housekeeping().await?;
        for said in self.house.dispatch(20, &[Reaction::Takes]).await? {
            self.tell("carrier calls", said);
        }
        while self.house.answer(0).await?.is_some() {}
        Ok(())
    }

    async fn settle_down(&mut self) -> Result<(), WorldError> {
        for _ in 0..30 {
            let mut moved = self.house.waits();
            while self.house.answer(0).await?.is_some() {}
            for laptop in &mut self.laptops {
                moved += laptop.settle_down().await?;
                while laptop
                    .feed(&self.house, &self.campaigns, 256)
                    .await?
                    .is_some_and(|said| !said.contains("refused"))
                {}
                moved += laptop.settle_down().await?;
            }
            moved += self.house.dispatch(20, &[Reaction::Takes]).await?.len();
            if moved == 0 {
                break;
            }
        }
        Ok(())
    }
}

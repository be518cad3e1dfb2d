//! What captains and the admin do in a story.

use super::cast::phone;
use super::line::{self, Fault};
use super::plan::{NUMBERS, Steer};
use super::{World, WorldError};
use crate::api::act::{Act, HeldDecision};
use crate::server::store::handles::{Admin, secret_hash};

impl World {
    pub(super) async fn revoke(&mut self, who: usize) -> Result<(), WorldError> {
        let name = self.laptops[who].sign_in.name.clone();
        let hash = secret_hash(&self.laptops[who].sign_in.token);
        let Some(actor) = self.house.store().session(hash).await? else { return Ok(()) };
        let Some(admin) = Admin::of(self.admin.clone()) else { return Ok(()) };
        admin.revoke_session(self.house.desk(), actor.session).await?;
        self.tell("sign-ins ended", format!("the admin ends {name}'s sign-in"));
        Ok(())
    }

    /// A claim's head arrives, its sign-in is ended, and then its body arrives.
    pub(super) async fn overtaken(&mut self, who: usize, campaign: usize) -> Result<(), WorldError> {
        let (campaign, name) = (self.campaigns[campaign % self.campaigns.len()], self.laptops[who].label.clone());
        let waits = line::on_the_way(&self.limbo);
        drop(self.laptops[who].claim(campaign, Fault::SlowBody).await);
        self.fault(Fault::SlowBody);
        self.tell("claims", format!("{name} asks for a slice of campaign {campaign}; the body is long on its way"));
        self.revoke(who).await?;
        if line::on_the_way(&self.limbo) > waits
            && let Some(said) = line::arrive(&self.house.door, &self.limbo, waits).await
        {
            self.tell("requests overtaken by the end of their sign-in", said);
        }
        Ok(())
    }

    /// Both at once, of the same texter or of two.
    pub(super) async fn two_captains(&mut self, which: usize) -> Result<(), WorldError> {
        let campaign = self.campaigns[which % self.campaigns.len()];
        let texter = |at: usize| self.laptops[at % self.laptops.len()].sign_in.person;
        let of = |at: usize| Act::Reclaim { campaign, texter: texter(at) };
        let (one, two) = (of(which / 2), of(which / 4));
        let words = format!("two captains at once: {one:?} and {two:?}");
        let (one, two) = tokio::join!(self.house.steer(&self.captain, one), self.house.steer(&self.other_captain, two));
        let words = format!("{words}: {} and {}", one?, two?);
        self.tell("captains at once", words);
        Ok(())
    }

    pub(super) async fn steer(&mut self, what: Steer, which: usize) -> Result<(), WorldError> {
        let campaign = self.campaigns[which % self.campaigns.len()];
        let act = match what {
            Steer::Pause => Act::Pause { campaign },
            Steer::Resume => Act::Resume { campaign },
            Steer::Reclaim => {
                Act::Reclaim { campaign, texter: self.laptops[which / 2 % self.laptops.len()].sign_in.person }
            }
            Steer::Suppress => {
                let phone = phone(u32::try_from(which).unwrap_or(0) % NUMBERS)?;
                self.house.suppress(&self.captain, &phone).await?;
                self.tell("captain's acts", format!("the captain puts {} on the list", phone.as_str()));
                return Ok(());
            }
            Steer::Recall | Steer::Lift | Steer::Correct => return self.recall(what, which, campaign).await,
            Steer::Arrived | Steer::SendAgain | Steer::GiveUp => {
                let held = self.house.held().await?;
                let Some(message) = held.get(which % held.len().max(1)).copied() else { return Ok(()) };
                let decision = match what {
                    Steer::Arrived => HeldDecision::Arrived,
                    Steer::SendAgain => HeldDecision::SendAgain,
                    _ => HeldDecision::GiveUp,
                };
                Act::DecideHeld { message, decision }
            }
        };
        let done = self.house.steer(&self.captain, act.clone()).await?;
        let said = if done { "done" } else { "refused" };
        self.tell("captain's acts", format!("the captain: {act:?}: {said}"));
        Ok(())
    }
}

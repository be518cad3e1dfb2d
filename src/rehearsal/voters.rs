//! Simulated voters for a campaign server on a network: a whole team rehearses together.
//!
//! The server is the one that real voters would be texted from, on its own database; the director of the rehearsals stands
//! behind its simulated carrier. Voters are cast as the first text to them goes out, from whatever campaigns the server then
//! has. They live in memory: after a restart each of them has forgotten what was said.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::cast::deal_to;
use super::clock::{RehearsalClock, add};
use super::director::{Director, Pace};
use super::persona::Personas;
use crate::api::people::Role;
use crate::domain::ids::{CampaignId, PersonId};
use crate::env::{Clock, SharedClock, SharedIds};
use crate::server::carrier::simulated::SimulatedCarrier;
use crate::server::carrier::{Carrier, CarrierEvent, Submission};
use crate::server::store::StoreError;
use crate::server::store::command::{Actor, Factor};
use crate::server::store::handles::{Desk, Webhook};

/// How many texts may be on their way to the director.
const ON_THE_WAY: usize = 256;
/// The longest sleep between two looks.
const NAP: Duration = Duration::from_millis(250);
/// What a voter does is tried again after this when the server could not take it.
const AGAIN: Duration = Duration::from_secs(1);

/// Who plays the voters of a server, and how.
#[derive(Debug)]
pub struct VotersPlan {
    /// The personas.
    pub personas: Personas,
    /// The same seed deals the same personas to the same lists.
    pub seed: u64,
    /// How many times as fast as in life they answer. The server's own clock is not touched by it.
    pub speed: u32,
}

/// See the module.
#[derive(Debug)]
pub struct Voters {
    personas: Personas,
    seed: u64,
    director: Director,
    /// The director's own time: the voters' patience, not the campaign's clock.
    clock: Arc<RehearsalClock>,
    carrier: &'static str,
    submissions: mpsc::Receiver<Submission>,
    known: BTreeSet<CampaignId>,
    /// Could not be handed in yet.
    undelivered: Option<CarrierEvent>,
}

impl Voters {
    /// Voters, and the carrier that brings them their texts.
    #[must_use]
    pub fn new(plan: VotersPlan, real: SharedClock, ids: &SharedIds) -> (Self, Arc<dyn Carrier>) {
        let VotersPlan { personas, seed, speed } = plan;
        let now = real.now();
        let clock = RehearsalClock::standing(real, now, speed);
        clock.flow(true);
        let (sender, submissions) = mpsc::channel(ON_THE_WAY);
        let carrier: Arc<dyn Carrier> = Arc::new(SimulatedCarrier::new(Arc::new(SimulatedCarrier::accepts), sender));
        // The database outlives this run, and knows the keys of the events of the runs before.
        let director = Director::new(seed, speed, [], []).paced(Pace::TEAM, format!("{}-", ids.act_id(now)));
        let voters = Self {
            personas,
            seed,
            director,
            clock,
            carrier: carrier.name(),
            submissions,
            known: BTreeSet::new(),
            undelivered: None,
        };
        (voters, carrier)
    }

    /// Plays until `stop`, or until the carrier is gone.
    pub async fn play(mut self, desk: Desk, stop: CancellationToken) {
        loop {
            let due = self.director.next_due();
            let nap = if self.undelivered.is_some() {
                AGAIN
            } else {
                due.map_or(NAP, |due| self.clock.real_until(due).clamp(Duration::from_millis(1), NAP))
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                submission = self.submissions.recv() => match submission {
                    Some(submission) => self.heard(&desk, &submission).await,
                    None => return,
                },
                () = self.clock.sleep_real(nap) => {}
            }
            if let Err(error) = self.deliver(&desk).await {
                tracing::warn!(%error, "the server did not take a voter's text; it is tried again");
            }
        }
    }

    /// A text reached a voter.
    async fn heard(&mut self, desk: &Desk, submission: &Submission) {
        if self.director.persona(&submission.to).is_none()
            && let Err(error) = self.cast_new_campaigns(desk).await
        {
            tracing::warn!(%error, "nobody could be cast; this text is not answered");
        }
        self.director.submitted(self.clock.now(), submission);
        self.director.forget_story();
    }

    /// Casts the voters of the campaigns that came since it last looked.
    async fn cast_new_campaigns(&mut self, desk: &Desk) -> Result<(), StoreError> {
        let actor = Actor {
            session: 0,
            person: PersonId(0),
            name: "voters".to_owned(),
            role: Role::Admin,
            organization: desk.store.first_organization().await?,
            campaign: None,
            unread: false,
            waiting: false,
            second_factor: Factor::default(),
            ended_at: None,
        };
        for campaign in desk.store.campaigns(&actor).await? {
            if self.known.contains(&campaign.id) {
                continue;
            }
            let Some(view) = desk.store.campaign(&actor, campaign.id).await? else { continue };
            let main = view.def.language.as_str();
            let numbers = desk.store.numbers(&actor, campaign.id).await?;
            let people = numbers.iter().map(|(_, phone, language)| (phone, language.as_deref().unwrap_or(main)));
            let cast = deal_to(self.seed, &self.personas, people, main);
            self.director.join_in(cast, view.def.opt_out_notice.values().map(String::as_str));
            self.known.insert(campaign.id);
        }
        Ok(())
    }

    /// Hands in everything that is due.
    async fn deliver(&mut self, desk: &Desk) -> Result<(), StoreError> {
        loop {
            let event = match self.undelivered.take() {
                Some(event) => event,
                None => match self.director.take_due(self.clock.now()) {
                    Some(event) => event,
                    None => return Ok(()),
                },
            };
            // The same event twice is one: its key is the same.
            if let Err(error) = Webhook::of(self.carrier).event(desk, event.clone()).await {
                self.undelivered = Some(event);
                return Err(error);
            }
        }
    }
}

/// 15:00 in New York, noon in Los Angeles, on the Tuesday of all rehearsals: everybody between may be texted.
const AFTERNOON: i64 = 1_783_987_200 + 19 * 3_600;
/// The afternoon's length, in which everybody may be texted, with usual hours.
const LENGTH: Duration = Duration::from_secs(5 * 3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// When campaign time of a server begins that keeps its own: mid-afternoon, and never before `last`, the latest time that its
/// database has seen. An afternoon that is not over goes on; after it comes the next day's.
#[must_use]
pub fn afternoon(last: Option<Timestamp>) -> Timestamp {
    let mut start = Timestamp::from_second(AFTERNOON).unwrap_or(Timestamp::UNIX_EPOCH);
    let Some(last) = last else { return start };
    while add(start, LENGTH) < last {
        start = add(start, DAY);
    }
    start.max(last)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::first(None, "2026-07-14T19:00:00Z")]
    #[case::goes_on(Some("2026-07-14T20:30:00Z"), "2026-07-14T20:30:00Z")]
    #[case::over(Some("2026-07-15T00:30:00Z"), "2026-07-15T19:00:00Z")]
    #[case::morning_after(Some("2026-07-16T09:00:00Z"), "2026-07-16T19:00:00Z")]
    fn time_never_goes_back_and_is_always_an_afternoon(#[case] last: Option<&str>, #[case] start: &str) {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(afternoon(last.map(at)), at(start));
    }
}

//! A store that answers no claim: the dispatcher waits for longer and longer, whatever wakes it, and goes on when it can.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use pretty_assertions::assert_eq;
use textbank::api::people::Role;
use textbank::domain::message::{Delivery, MessageKind};
use textbank::server::carrier::simulated::SimulatedCarrier;
use textbank::server::jobs::Dispatcher;
use textbank::server::store::StoreError;
use textbank::server::store::beside::{Beside, Onlooker};
use textbank::server::store::command::{Answer, Command, CommandKind};
use textbank::server::store::handles::Desk;
use tokio_util::sync::CancellationToken;

use crate::store_home::{Home, Kind, people};

/// Lets claims fail, each with a commit that wakes whoever waits for one.
#[derive(Debug)]
struct Breaks {
    desk: Desk,
    fails: Arc<AtomicBool>,
    claims: Arc<AtomicUsize>,
}

#[async_trait]
impl Onlooker for Breaks {
    type Note = bool;

    fn asked(&self, command: &Command) -> bool {
        matches!(command.kind(), CommandKind::ClaimJobs { .. })
    }

    async fn answered(&self, claims: bool, _: &Answer) -> Result<(), StoreError> {
        if !claims {
            return Ok(());
        }
        self.claims.fetch_add(1, Ordering::Relaxed);
        if !self.fails.load(Ordering::Relaxed) {
            return Ok(());
        }
        wakes(&self.desk).await?;
        Err(StoreError::Unavailable("the disk is full".into()))
    }
}

/// A commit that everybody hears of.
async fn wakes(desk: &Desk) -> Result<(), StoreError> {
    use textbank::domain::phone::Phone;
    use textbank::server::carrier::CarrierEvent;
    use textbank::server::store::handles::Webhook;
    let from = Phone::from_e164("+14155550001").expect("a number");
    let key = desk.ids.act_id(desk.clock.now()).to_string();
    let event = CarrierEvent::Inbound { key, from, body: "Who is this?".into(), pictures: 0 };
    Webhook::of("test").event(desk, event).await.map(drop)
}

/// Everything in memory and in one thread: after so many turns whatever can happen has happened.
async fn quiet() {
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn claims_that_fail_are_not_made_again_at_once_and_nothing_is_left_when_they_work() {
    let home = Home::new(Kind::Memory).await;
    let (_, campaign) = home.campaign(people(3)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 3).await;
    // Voter 1 has a conversation: what they write is a commit with an event.
    let id = home.initial(&tess, &slice[1]).await;
    for job in home.jobs().await {
        let carrier_id = job.attempt.to_string();
        home.record(job.attempt, textbank::server::carrier::Submitted::Accepted { carrier_id }).await;
    }
    assert_eq!(home.delivery(&tess, slice[1].id, id).await, Delivery::Submitted);

    let (fails, claims) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let breaks = Breaks { desk: home.desk.clone(), fails: fails.clone(), claims: claims.clone() };
    let store = Arc::new(Beside::new(home.desk.store.clone(), breaks));
    let desk = Desk::new(store, home.desk.clock.clone(), home.desk.ids.clone());
    let dispatcher = Dispatcher::new(desk, Arc::new(SimulatedCarrier::silent()));
    let cancel = CancellationToken::new();
    let running = tokio::spawn({
        let cancel = cancel.clone();
        async move { dispatcher.run(cancel).await }
    });
    let seen = || claims.load(Ordering::Relaxed);
    quiet().await;
    assert_eq!(seen(), 1, "a claim that failed is made again at once");
    // Others' commits wake the loop all the time; that is no reason to ask again.
    for _ in 0..50 {
        wakes(&home.desk).await.expect("stored");
        quiet().await;
    }
    assert_eq!(seen(), 1, "whoever commits makes it ask again");
    for _ in 0..60 {
        home.clock.advance(Duration::from_secs(1));
        quiet().await;
    }
    // After 1, 3, 7, 15, 31 and 47 seconds.
    assert_eq!(seen(), 7);
    fails.store(false, Ordering::Relaxed);
    let id = home.try_send(&tess, home.text(&slice[2], MessageKind::Initial, "Hi again!")).await.expect("accepted").0;
    for _ in 0..16 {
        home.clock.advance(Duration::from_secs(1));
        quiet().await;
    }
    assert_eq!(home.delivery(&tess, slice[2].id, id).await, Delivery::Submitted);
    // Well again, it is quick again.
    let id = home.initial(&tess, &slice[0]).await;
    quiet().await;
    assert_eq!(home.delivery(&tess, slice[0].id, id).await, Delivery::Submitted);
    cancel.cancel();
    running.await.expect("it ends");
}

//! Conformance: a script's texts to staff phones go by the carrier as all do, keep to hours and opt-outs, and are in no figure.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use textbank::api::people::Role;
use textbank::api::problem::{Code, Problem};
use textbank::api::trial::{TrialInfo, TrialRequest};
use textbank::domain::ids::{CampaignId, MessageId};
use textbank::domain::message::Delivery;
use textbank::domain::throughput::Throughput;
use textbank::domain::trial::{TrialPart, made_up, trial_body};
use textbank::server::carrier::Submitted;
use textbank::server::store::change::Changed;
use textbank::server::store::command::Answer;
use textbank::server::store::handles::Captain;

use crate::store_home::{Hand, Home, definition, on_every_store, people, phone, refused};

fn request(part: TrialPart, to: u32) -> TrialRequest {
    let (to, fields) = (phone(to), BTreeMap::from([("firstName".to_owned(), "Ann".to_owned())]));
    let def = definition();
    let body = trial_body(&def, &part, "en", &made_up(&def, &to, &fields), "Cap").expect("there").expect("filled");
    TrialRequest { to, part, language: "en".into(), fields, body }
}

fn initial(to: u32) -> TrialRequest {
    request(TrialPart::Initial("a".into()), to)
}

async fn put(
    home: &Home,
    hand: &Hand,
    campaign: CampaignId,
    (id, request): (MessageId, TrialRequest),
) -> Result<TrialInfo, Problem> {
    let captain = Captain::of(hand.actor.clone()).expect("a captain");
    match captain.send_trial(&home.desk, campaign, id, request).await.expect("an answer") {
        Answer::Changed(Changed::Trial(info)) => Ok(info),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

async fn trials(home: &Home, hand: &Hand, campaign: CampaignId) -> Vec<TrialInfo> {
    home.desk.store.trials(&hand.actor, campaign).await.expect("read").expect("visible")
}

on_every_store! {
    async fn a_trial_goes_by_the_carrier_and_is_counted_nowhere(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let cap = home.join("Cap", Role::Captain).await;
        let before = home.board(&cap, campaign).await;
        let id = MessageId(home.fresh());
        let info = put(&home, &cap, campaign, (id, initial(500))).await.expect("taken");
        assert_eq!((info.body.as_str(), info.delivery, info.script_version), ("Hi Ann!", Delivery::Accepted, 1));
        assert_eq!(put(&home, &cap, campaign, (id, initial(500))).await.expect("the same"), info);
        refused(put(&home, &cap, campaign, (id, initial(501))).await, Code::IdReused);
        let job = home.jobs().await.remove(0);
        assert_eq!((job.to, job.body.as_str()), (phone(500), "Hi Ann!"));
        assert_eq!(home.jobs().await, []);
        home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        assert_eq!(trials(&home, &cap, campaign).await[0].delivery, Delivery::Submitted);
        home.receipt(job.attempt, Delivery::Delivered).await;
        home.receipt(job.attempt, Delivery::Failed).await;
        assert_eq!(trials(&home, &cap, campaign).await[0].delivery, Delivery::Delivered);
        let after = home.board(&cap, campaign).await;
        assert_eq!((after.counts, after.texters), (before.counts, before.texters));
        assert_eq!(home.desk.store.open_jobs().await.expect("read"), (0, 0, 0));
        // A failure says why; it is not tried again by itself.
        put(&home, &cap, campaign, (MessageId(home.fresh()), request(TrialPart::Canned("where".into()), 501))).await.expect("taken");
        let job = home.jobs().await.remove(0);
        home.record(job.attempt, Submitted::Refused { code: "30006".into() }).await;
        let failed = trials(&home, &cap, campaign).await.into_iter().find(|one| one.body == "At the library.").expect("there");
        assert_eq!((failed.delivery, failed.error.as_deref()), (Delivery::Failed, Some("30006")));
        assert_eq!(home.jobs().await, []);
    }

    async fn a_trial_keeps_to_the_script_to_hours_and_to_opt_outs(home: Home) {
        let mut home = home;
        let (_, campaign) = home.campaign(people(2)).await;
        let cap = home.join("Cap", Role::Captain).await;
        let fresh = || MessageId(home.fresh());
        let other = TrialRequest { body: "Vote for us!".into(), ..initial(500) };
        refused(put(&home, &cap, campaign, (fresh(), other)).await, Code::Invalid);
        refused(put(&home, &cap, campaign, (fresh(), request_of_nothing())).await, Code::Invalid);
        home.says(phone(0), "STOP").await;
        home.says(phone(1), "stop texting me").await;
        for number in [0, 1] {
            refused(put(&home, &cap, campaign, (fresh(), initial(number))).await, Code::Suppressed);
        }
        // Who opts out in between gets none.
        put(&home, &cap, campaign, (fresh(), initial(500))).await.expect("taken");
        home.says(phone(500), "STOP").await;
        let bodies: Vec<String> = home.jobs().await.into_iter().map(|job| job.body).collect();
        assert!(!bodies.iter().any(|body| body == "Hi Ann!"), "{bodies:?}");
        assert_eq!(trials(&home, &cap, campaign).await[0].error.as_deref(), Some("opted_out"));
        // It waits for what the carrier lets through, and not for long.
        let limits = Throughput {
            registration: String::new(),
            second: None,
            minute: None,
            day: Some(1),
            reserve_percent: 0,
            queue_minutes: 30,
        };
        home.desk.throughput = Some(std::sync::Arc::new(limits));
        for number in [501, 502] {
            put(&home, &cap, campaign, (MessageId(home.fresh()), initial(number))).await.expect("taken");
            home.pass(1);
        }
        assert_eq!(home.jobs().await.len(), 1);
        home.pass(16 * 60);
        assert_eq!(home.jobs().await, []);
        let waited = trials(&home, &cap, campaign).await.into_iter().filter(|one| one.error.as_deref() == Some("too_late"));
        assert_eq!(waited.count(), 1);
        home.clock.jump_to("2026-06-11T05:30:00Z".parse().expect("a time"));
        let closed = refused(put(&home, &cap, campaign, (MessageId(home.fresh()), initial(503))).await, Code::OutsideHours);
        assert!(closed.at.is_some());
    }
}

fn request_of_nothing() -> TrialRequest {
    TrialRequest { part: TrialPart::Canned("nothing".into()), ..initial(500) }
}

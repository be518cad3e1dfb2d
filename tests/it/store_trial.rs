//! Conformance: a script's texts to staff phones go by the carrier as all do, keep to hours and opt-outs, and are in no figure.

use std::collections::BTreeMap;
use std::sync::Arc;

use pretty_assertions::assert_eq;
use textbank::api::people::Role;
use textbank::api::problem::{Code, Problem};
use textbank::api::trial::{TrialInfo, TrialRequest};
use textbank::domain::ids::{CampaignId, MessageId};
use textbank::domain::message::{Delivery, MessageKind::Reply};
use textbank::domain::throughput::Throughput;
use textbank::domain::trial::{TrialPart, made_up, trial_body};
use textbank::server::carrier::Submitted;
use textbank::server::store::change::Changed;
use textbank::server::store::command::Answer;
use textbank::server::store::handles::{Captain, System};
use textbank::server::store::roster::AuditWanted;

use crate::store_home::{Hand, Home, Place, definition, on_every_store, people, phone, refused};

fn request(part: TrialPart, to: u32) -> TrialRequest {
    let (to, fields) = (phone(to), BTreeMap::from([("firstName".to_owned(), "Ann".to_owned())]));
    let def = definition();
    let body = trial_body(&def, &part, "en", &made_up(&def, &to, &fields), "Cap").expect("there").expect("filled");
    TrialRequest { to, part, language: "en".into(), fields, body }
}

pub fn initial(to: u32) -> TrialRequest {
    request(TrialPart::Initial("a".into()), to)
}

pub async fn put(
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

pub async fn trials(home: &Home, hand: &Hand, campaign: CampaignId) -> Vec<TrialInfo> {
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

    async fn a_trial_that_waits_behind_a_reply_is_not_forgotten(home: Home) {
        let mut home = home;
        let (_, campaign) = home.campaign(people(1)).await;
        let (cap, tess) = (home.join("Cap", Role::Captain).await, home.join("Tess", Role::Texter).await);
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        for job in home.jobs().await {
            home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        }
        home.says(phone(0), "Hm?").await;
        let line = home.line(&tess, campaign, to.id).await;
        home.try_send(&tess, home.text(&line, Reply, "It is Tess.")).await.expect("accepted");
        put(&home, &cap, campaign, (MessageId(home.fresh()), initial(500))).await.expect("taken");
        home.desk.throughput = Some(Arc::new(Throughput {
            registration: String::new(),
            second: None,
            minute: Some(6_000),
            day: None,
            reserve_percent: 10,
            queue_minutes: 30,
        }));
        for body in ["It is Tess.", "Hi Ann!"] {
            // One place is free at a time.
            let Answer::Jobs(jobs) = System::claim_jobs(&home.desk, 1).await.expect("an answer") else { panic!("no jobs") };
            assert_eq!(jobs.iter().map(|job| job.body.as_str()).collect::<Vec<_>>(), [body]);
        }
    }

    async fn a_trial_whose_call_was_lost_is_unknown_and_goes_no_second_time(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let cap = home.join("Cap", Role::Captain).await;
        put(&home, &cap, campaign, (MessageId(home.fresh()), initial(500))).await.expect("taken");
        let job = home.jobs().await.remove(0);
        // The process that called is gone.
        let home = if matches!(home.place, Place::Memory) { home } else { home.reopened().await };
        home.pass(600);
        let hold = std::time::Duration::from_secs(900);
        System::sweep_attempts(&home.desk, crate::store_home::start(), hold).await.expect("swept");
        assert_eq!(trials(&home, &cap, campaign).await[0].delivery, Delivery::Submitting, "begun since");
        System::sweep_attempts(&home.desk, home.desk.clock.now(), hold).await.expect("swept");
        let now = trials(&home, &cap, campaign).await.remove(0);
        assert_eq!((now.delivery, now.error.as_deref()), (Delivery::Unknown, Some("lost")));
        assert_eq!(home.jobs().await, []);
        // The carrier knows.
        home.receipt(job.attempt, Delivery::Delivered).await;
        assert_eq!(trials(&home, &cap, campaign).await[0].delivery, Delivery::Delivered);
    }

    async fn trials_go_to_few_phones_and_hold_no_more_than_a_person_types(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let cap = home.join("Cap", Role::Captain).await;
        let with = |name: String, value: String| {
            let mut request = initial(500);
            request.fields.insert(name, value);
            request
        };
        let many = (0..100).map(|number| (format!("f{number}"), String::new())).collect();
        for long in [
            with("x".repeat(101), "y".into()),
            with("x".into(), "y".repeat(501)),
            TrialRequest { fields: many, ..with("x".into(), "y".into()) },
        ] {
            let long = TrialRequest { fields: long.fields.into_iter().chain([("z".into(), "z".into())]).collect(), ..long };
            refused(put(&home, &cap, campaign, (MessageId(home.fresh()), long)).await, Code::TooLarge);
        }
        for number in 500..550 {
            put(&home, &cap, campaign, (MessageId(home.fresh()), initial(number))).await.expect("taken");
        }
        let full = refused(put(&home, &cap, campaign, (MessageId(home.fresh()), initial(550))).await, Code::QuotaReached);
        assert!(full.detail.contains("50 phones"), "{full:?}");
        // The phones of today get more; tomorrow it may be other ones.
        let id = MessageId(home.fresh());
        put(&home, &cap, campaign, (id, initial(549))).await.expect("taken");
        let wanted = AuditWanted { limit: 500, ..AuditWanted::default() };
        let lines = home.desk.store.audit(&admin.actor, &wanted).await.expect("read").entries;
        assert!(lines.iter().any(|line| line.what == "trial" && line.detail.contains(&id.to_string())), "{lines:?}");
        home.pass(86_401);
        put(&home, &cap, campaign, (MessageId(home.fresh()), initial(550))).await.expect("taken");
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

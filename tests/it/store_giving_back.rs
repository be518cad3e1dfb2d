//! Conformance: giving contacts back, and taking that back.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    event::EventKind,
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    conversation::Status,
    ids::{ActId, CampaignId, ContactId},
    message::MessageKind::{Initial, Reply},
};
use textbank::server::store::handles::System;

use crate::store_home::{Hand, Home, Kind, on_every_store, people, phone, refused};

async fn gives(home: &Home, hand: &Hand, campaign: CampaignId, unsent: bool, conversations: bool) -> ActId {
    let id = ActId(home.fresh());
    home.try_act_as(hand, id, Act::Release { campaign, unsent, conversations }).await.expect("given back");
    id
}

async fn takes(home: &Home, hand: &Hand, campaign: CampaignId, release: ActId) -> Result<(), Problem> {
    home.try_act(hand, Act::TakeBack { campaign, release }).await
}

async fn holds(home: &Home, hand: &Hand, campaign: CampaignId) -> Vec<ContactId> {
    home.hand(hand, campaign).await.iter().map(|line| line.id).collect()
}

on_every_store! {
    async fn what_was_given_back_is_taken_back_as_far_as_it_is_free(home: Home) {
        let (_, campaign) = home.campaign(people(5)).await;
        let (tess, tom) = (home.join("Tess", Role::Texter).await, home.join("Tom", Role::Texter).await);
        let slice = home.claim(&tess, campaign, 5).await;
        home.initial(&tess, &slice[0]).await;
        home.act(&tess, Act::Snooze {
            contact: slice[0].id,
            until: Some(home.desk.clock.now() + jiff::SignedDuration::from_hours(2)),
            after_seq: None,
        }).await;
        let before = home.hand(&tess, campaign).await;
        let release = gives(&home, &tess, campaign, true, true).await;
        assert_eq!(holds(&home, &tess, campaign).await, []);
        let seen = home.events(&tess, campaign).await.last().expect("events").seq;
        takes(&home, &tess, campaign, release).await.expect("taken back");
        // All as it was, under another lease: put aside still, and told by the feed.
        let after = home.hand(&tess, campaign).await;
        assert_eq!(after.iter().map(|line| (line.id, line.status, line.snoozed_until)).collect::<Vec<_>>(),
            before.iter().map(|line| (line.id, line.status, line.snoozed_until)).collect::<Vec<_>>());
        assert!(before.iter().zip(&after).all(|(before, after)| after.epoch > before.epoch));
        let told = home.events(&tess, campaign).await;
        let told: Vec<_> = told.iter().filter(|event| event.seq > seen).map(|event| &event.what).collect();
        let lines: Vec<_> = told.iter().filter_map(|what| match what {
            EventKind::Contact { contact } => Some(contact.id),
            _ => None,
        }).collect();
        assert_eq!(lines, after.iter().map(|line| line.id).collect::<Vec<_>>());
        assert!(matches!(told.last(), Some(EventKind::Settled { .. })), "first who came, then that it is done: {told:?}");
        // What had been confirmed under the old lease is refused as it would have been, and nobody gets two first texts.
        refused(home.try_send(&tess, home.text(&before[1], Initial, "Hi!")).await, Code::LeaseLost);
        home.initial(&tess, &after[1]).await;
        refused(home.try_send(&tess, home.text(&after[1], Initial, "Hi!")).await, Code::AlreadySent);
        // Some of it went to somebody else meanwhile, and stays there.
        let release = gives(&home, &tess, campaign, true, false).await;
        let theirs = home.claim(&tom, campaign, 1).await.remove(0).id;
        takes(&home, &tess, campaign, release).await.expect("taken back");
        assert_eq!(holds(&home, &tom, campaign).await, [theirs]);
        assert_eq!(home.hand(&tess, campaign).await.len(), 4);
        // Who was in other hands since is not theirs again, though nobody has them now.
        let release = gives(&home, &tess, campaign, true, false).await;
        home.claim(&tom, campaign, 1).await;
        gives(&home, &tom, campaign, true, true).await;
        takes(&home, &tess, campaign, release).await.expect("taken back");
        assert_eq!(home.hand(&tess, campaign).await.len(), 3, "two conversations, and one that nobody had");
        // Once more is once more nothing.
        takes(&home, &tess, campaign, release).await.expect("done before");
        assert_eq!(home.hand(&tess, campaign).await.len(), 3);
    }

    async fn the_same_taking_back_is_done_once(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        home.claim(&tess, campaign, 3).await;
        let (release, id) = (gives(&home, &tess, campaign, true, true).await, ActId(home.fresh()));
        home.try_act_as(&tess, id, Act::TakeBack { campaign, release }).await.expect("taken back");
        let again = gives(&home, &tess, campaign, true, true).await;
        home.try_act_as(&tess, id, Act::TakeBack { campaign, release }).await.expect("its one verdict");
        assert_eq!(holds(&home, &tess, campaign).await, [], "an answer that came twice takes nothing back twice");
        refused(home.try_act_as(&tess, id, Act::TakeBack { campaign, release: again }).await, Code::IdReused);
    }

    async fn only_ones_own_and_only_for_ten_minutes(home: Home) {
        let (admin, campaign) = home.campaign(people(3)).await;
        let other = home.import(&admin, crate::store_home::definition(), people(3)).await.campaign;
        let (tess, tom) = (home.join("Tess", Role::Texter).await, home.join("Tom", Role::Texter).await);
        home.claim(&tess, campaign, 3).await;
        let release = gives(&home, &tess, campaign, true, true).await;
        refused(takes(&home, &tom, campaign, release).await, Code::NotFound);
        refused(takes(&home, &tess, other, release).await, Code::NotFound);
        refused(takes(&home, &tess, campaign, ActId(home.fresh())).await, Code::NotFound);
        home.pass(10 * 60 + 1);
        refused(takes(&home, &tess, campaign, release).await, Code::TooLate);
        assert_eq!(holds(&home, &tess, campaign).await, []);
        home.pass(2 * 3_600);
        gives(&home, &tess, campaign, true, true).await;
        refused(takes(&home, &tess, campaign, release).await, Code::TooLate);
        // A sign-in that was ended takes nothing.
        home.claim(&tess, campaign, 3).await;
        let release = gives(&home, &tess, campaign, true, true).await;
        let mut ended = home.join("Tess", Role::Texter).await;
        ended.actor.person = tess.actor.person;
        ended.actor.ended_at = Some(home.desk.clock.now());
        refused(takes(&home, &ended, campaign, release).await, Code::SessionEnded);
        // What a captain took is not given back by it.
        home.claim(&tess, campaign, 3).await;
        home.act(&admin, Act::Reclaim { campaign, texter: tess.actor.person }).await;
        takes(&home, &tess, campaign, release).await.expect("of those none");
        assert_eq!(holds(&home, &tess, campaign).await, []);
    }

    async fn whom_nobody_may_have_stays_out_of_hands(home: Home) {
        let (admin, campaign) = home.campaign(people(6)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 6).await;
        for to in &slice[..3] {
            home.initial(&tess, to).await;
        }
        home.jobs().await;
        let release = gives(&home, &tess, campaign, true, true).await;
        home.says(phone(0), "STOP").await;
        home.says(phone(1), "yes?").await;
        home.says(phone(4), "STOP").await;
        takes(&home, &tess, campaign, release).await.expect("taken back");
        let hand = home.hand(&tess, campaign).await;
        assert_eq!(hand.iter().map(|line| line.id).collect::<Vec<_>>(), [slice[1].id, slice[2].id, slice[3].id, slice[5].id]);
        // Who wrote meanwhile waits for them.
        assert_eq!(hand[0].status, Status::NeedsResponse);
        let line = home.line(&tess, campaign, slice[1].id).await;
        refused(home.try_send(&tess, home.text(&slice[1], Reply, "Hm")).await, Code::LeaseLost);
        home.try_send(&tess, home.text(&line, Reply, "Hello!")).await.expect("accepted");
        // In a pause they wait; of a closed campaign nobody takes anything.
        let release = gives(&home, &tess, campaign, true, true).await;
        home.act(&admin, Act::Pause { campaign }).await;
        takes(&home, &tess, campaign, release).await.expect("taken back");
        assert_eq!(home.hand(&tess, campaign).await.len(), 4);
    }

    async fn nobody_hoards_by_taking_back(home: Home) {
        let (_, campaign) = home.campaign(people(150)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        assert_eq!(home.claim(&tom, campaign, 60).await.len(), 60);
        assert_eq!(home.claim(&tess, campaign, 90).await.len(), 90);
        let release = gives(&home, &tess, campaign, true, true).await;
        gives(&home, &tom, campaign, true, true).await;
        // Others than those: what was given back last comes last.
        assert_eq!(home.claim(&tess, campaign, 60).await.len(), 60);
        takes(&home, &tess, campaign, release).await.expect("taken back");
        assert_eq!(home.hand(&tess, campaign).await.len(), 100, "as many as anybody may have, and none twice");
    }
}

#[tokio::test]
async fn it_is_on_record_who_has_them_again() {
    let home = Home::new(Kind::File).await;
    let (_, campaign) = home.campaign(people(2)).await;
    let tess = home.join("Tess", Role::Texter).await;
    home.claim(&tess, campaign, 2).await;
    let release = gives(&home, &tess, campaign, true, true).await;
    takes(&home, &tess, campaign, release).await.expect("taken back");
    let rows = home.audit().await;
    let by = (Some(tess.actor.person.0), Some(tess.actor.session));
    let told = |what: &str| rows.iter().filter(|row| row.0 == what && (row.1, row.2) == by).count();
    assert_eq!((told("took_back"), told("contact_received"), told("acted")), (1, 4, 2), "{rows:?}");
    // Their lease runs as any.
    home.pass(16 * 60);
    System::expire_leases(&home.desk).await.expect("done");
    assert_eq!(holds(&home, &tess, campaign).await, []);
}

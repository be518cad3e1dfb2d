//! Conformance: what the server lets through, and what comes back.

use jiff::{SignedDuration, Timestamp};
use textbank::api::{
    message::{Outcome, SendRequest, Verdict},
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    ids::MessageId,
    message::MessageKind::{Initial, Reply},
};
use textbank::server::store::{command::Answer, handles::Texter};

use crate::store_home::{Hand, Home, definition, on_every_store, people, phone, refused};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Hands a text in, with what the laptop says its clock shows.
async fn told(
    home: &Home,
    hand: &Hand,
    id: MessageId,
    request: SendRequest,
    sent_at: Option<Timestamp>,
) -> Result<u64, Problem> {
    let texter = Texter::of(hand.actor.clone());
    match texter.send_told(&home.desk, id, request, sent_at).await.expect("an answer") {
        Answer::Verdict(Verdict { outcome: Outcome::Accepted { seq, .. }, .. }) => Ok(seq),
        Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) => Err(problem),
        other => panic!("{other:?}"),
    }
}

fn pressed(mut request: SendRequest, at: Timestamp) -> SendRequest {
    request.shown.drawn_at = at - SignedDuration::from_millis(400);
    request.shown.pressed_at = at;
    request
}

on_every_store! {
    async fn what_was_confirmed_for_another_day_comes_back(home: Home) {
        // Eight in the evening of Wednesday in California is 03:00 UTC; nine in the morning is 16:00.
        let (_, campaign) = home.campaign(people(8)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 8).await;
        let evening = at("2026-06-11T02:59:00Z");
        let first = |n: usize, at: Timestamp| pressed(home.text(&slice[n], Initial, "Hi there!"), at);
        let id = || MessageId(home.fresh());
        home.clock.jump_to(at("2026-06-11T16:00:30Z"));
        let now = at("2026-06-11T16:00:30Z");
        // Pressed last evening, handed in this morning.
        let old = id();
        let late = refused(told(&home, &tess, old, first(0, evening), Some(now)).await, Code::TooLate);
        assert!(late.code.parks());
        refused(told(&home, &tess, id(), first(0, evening), None).await, Code::TooLate);
        // Pressed by a clock that is a day behind, and says so: it was pressed a second ago.
        let day = SignedDuration::from_hours(24);
        let behind = first(1, now - day - SignedDuration::from_secs(1));
        told(&home, &tess, id(), behind, Some(now - day)).await.expect("pressed this morning");
        // The other way round: by the laptop's clock it was this morning, in truth it was last evening.
        let ahead = SignedDuration::from_hours(14);
        refused(told(&home, &tess, id(), first(2, evening + ahead), Some(now + ahead)).await, Code::TooLate);
        // A press from the future counts as pressed now, with or without the laptop's time.
        told(&home, &tess, id(), first(2, now + day), Some(now)).await.expect("pressed now");
        told(&home, &tess, id(), first(3, now + day), None).await.expect("pressed now");
        // The opening itself is not too early; a second before is. Without the laptop's time, not by so little.
        let opening = at("2026-06-11T16:00:00Z");
        let second = SignedDuration::from_secs(1);
        refused(told(&home, &tess, id(), first(4, opening - second), Some(now)).await, Code::TooLate);
        told(&home, &tess, id(), first(4, opening), Some(now)).await.expect("in time");
        told(&home, &tess, id(), first(5, opening - second), None).await.expect("clocks are not that good");
        // A verdict is for ever, and a new press goes.
        let again = refused(told(&home, &tess, old, first(0, evening), Some(now)).await, Code::TooLate);
        assert_eq!(late, again);
        home.initial(&tess, &slice[0]).await;
    }

    async fn windows_are_those_of_the_kind(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        home.says(phone(0), "Who is this?").await;
        let line = home.line(&tess, campaign, slice[0].id).await;
        // Half past eight in the evening: replies may go, and this one was confirmed at half past seven.
        home.clock.jump_to(at("2026-06-11T03:30:00Z"));
        let reply = pressed(home.text(&line, Reply, "I am Tess"), at("2026-06-11T02:30:00Z"));
        told(&home, &tess, MessageId(home.fresh()), reply, None).await.expect("the same window");
        // A first text of the same minute comes to closed doors: that is the word, and it says when they open.
        let initial = pressed(home.text(&slice[1], Initial, "Hi!"), at("2026-06-11T02:30:00Z"));
        let closed = refused(told(&home, &tess, MessageId(home.fresh()), initial, None).await, Code::OutsideHours);
        assert_eq!(closed.at, Some(at("2026-06-11T16:00:00Z")));
    }

    async fn where_hours_never_close_age_alone_counts(home: Home) {
        let mut def = definition();
        def.hours.initial_start = jiff::civil::Time::midnight();
        def.hours.initial_end = jiff::civil::time(23, 59, 0, 0);
        def.hours.sunday_start = jiff::civil::Time::midnight();
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, def, people(2)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        // Five past midnight there.
        let now = at("2026-06-11T07:05:00Z");
        home.clock.jump_to(now);
        let hours = SignedDuration::from_hours;
        let old = pressed(home.text(&slice[0], Initial, "Hi!"), now - hours(12) - SignedDuration::from_secs(1));
        refused(told(&home, &tess, MessageId(home.fresh()), old, Some(now)).await, Code::TooLate);
        let fresh = pressed(home.text(&slice[0], Initial, "Hi!"), now - hours(12));
        told(&home, &tess, MessageId(home.fresh()), fresh, Some(now)).await.expect("twelve hours");
    }
}

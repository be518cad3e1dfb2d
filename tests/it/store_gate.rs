//! Conformance: what the server lets through, and what comes back.

use jiff::{SignedDuration, Timestamp};
use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    event::EventKind,
    message::{Outcome, SendRequest, Verdict},
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    conversation::{OptOut, Status},
    ids::MessageId,
    message::{
        Delivery,
        MessageKind::{Initial, Reply},
    },
};
use textbank::server::carrier::Submitted;
use textbank::server::store::{
    command::Answer,
    handles::{Texter, Told},
};

use crate::store_home::{Hand, Home, Kind, definition, on_every_store, people, phone, refused};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Hands a text in at once, with what the laptop says its clock shows; how far it is off was known before.
async fn told(
    home: &Home,
    hand: &Hand,
    id: MessageId,
    request: SendRequest,
    sent_at: Option<Timestamp>,
) -> Result<u64, Problem> {
    let offset = sent_at.map(|sent_at| home.desk.clock.now().duration_since(sent_at));
    tell(home, hand, id, request, Told { sent_at, offset }).await
}

async fn tell(home: &Home, hand: &Hand, id: MessageId, mut request: SendRequest, told: Told) -> Result<u64, Problem> {
    home.minter.link(hand.actor.person, id.0, &mut request);
    let texter = Texter::of(hand.actor.clone());
    match texter.send_told(&home.desk, id, request, told).await.expect("an answer") {
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
        // Handed in last evening, and the request hung all night on a line: that is no clock that is behind.
        for offset in [None, Some(SignedDuration::ZERO), Some(-SignedDuration::from_hours(3))] {
            let hung = Told { sent_at: Some(evening), offset };
            refused(tell(&home, &tess, id(), first(0, evening), hung).await, Code::TooLate);
        }
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

    async fn what_waited_until_its_hours_were_over_comes_back_and_goes_by_a_new_press_alone(home: Home) {
        let (admin, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let id = home.initial(&tess, &slice[0]).await;
        home.act(&admin, Act::Pause { campaign }).await;
        // A second before eight in the evening there it waits still, in a paused campaign.
        home.clock.jump_to(at("2026-06-11T02:59:59Z"));
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&tess, slice[0].id, id).await, Delivery::Accepted, "confirmed, so not lost");
        home.pass(1);
        let before = home.events(&tess, campaign).await.len();
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&tess, slice[0].id, id).await, Delivery::Dropped);
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert_eq!((line.status, line.epoch, line.preview.as_str()), (Status::NeedsMessage, slice[0].epoch, ""));
        assert_eq!(home.hand(&tess, campaign).await.len(), 3, "in the same hands");
        // Its author hears of it, before the contact's new line.
        let told: Vec<_> = home.events(&tess, campaign).await.split_off(before).into_iter().map(|event| event.what).collect();
        let [EventKind::Delivery { .. }, EventKind::Returned { contact, message, kind, body, why }, EventKind::Contact { .. }] =
            told.as_slice()
        else {
            panic!("{told:?}")
        };
        let expected = (&slice[0].id, &id, &Initial, "Hi there!", "too_late");
        assert_eq!((contact, message, kind, body.as_str(), why.as_str()), expected);
        let board = home.board(&admin, campaign).await;
        assert_eq!((board.counts.sent, board.counts.unsent, board.counts.messaged), (0, 3, 0));
        assert_eq!(board.texters.iter().map(|line| line.sent).sum::<u64>(), 0);
        // Next morning nothing goes out by itself; a new press does, once.
        home.act(&admin, Act::Resume { campaign }).await;
        home.clock.jump_to(at("2026-06-11T16:00:00Z"));
        assert_eq!(home.jobs().await, []);
        home.initial(&tess, &line).await;
        assert_eq!(home.jobs().await.len(), 1);
        refused(home.try_send(&tess, home.text(&line, Initial, "Hi again!")).await, Code::AlreadySent);
        assert_eq!(home.board(&admin, campaign).await.counts.sent, 1);
    }

    async fn a_reply_comes_back_to_a_voter_who_waits_since_before(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        let called = home.jobs().await.remove(0);
        home.record(called.attempt, Submitted::Accepted { carrier_id: "1".into() }).await;
        home.pass(60);
        let waits = home.desk.clock.now();
        home.says(phone(0), "Who is this?").await;
        home.pass(60);
        let line = home.line(&tess, campaign, to.id).await;
        // The first of two goes out, the second waits too long.
        let (first, _) = home.try_send(&tess, home.text(&line, Reply, "Tess.")).await.expect("accepted");
        home.jobs().await;
        home.act(&admin, Act::Pause { campaign }).await;
        home.act(&admin, Act::Resume { campaign }).await;
        home.pass(1);
        let (second, _) = home.try_send(&tess, home.text(&line, Reply, "From the library.")).await.expect("accepted");
        home.clock.jump_to(at("2026-06-11T04:00:00Z"));
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&tess, to.id, first).await, Delivery::Submitting);
        assert_eq!(home.delivery(&tess, to.id, second).await, Delivery::Dropped);
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!((line.status, line.waiting_since, line.preview.as_str()), (Status::Convo, None, "Tess."));
        // Both of two come back: the voter waits since they wrote.
        home.clock.jump_to(at("2026-06-11T17:00:00Z"));
        let wrote = home.desk.clock.now();
        home.says(phone(0), "Which library?").await;
        let line = home.line(&tess, campaign, to.id).await;
        home.try_send(&tess, home.text(&line, Reply, "Ours.")).await.expect("accepted");
        home.try_send(&tess, home.text(&line, Reply, "On Main Street.")).await.expect("accepted");
        home.clock.jump_to(at("2026-06-12T04:00:00Z"));
        assert_eq!(home.jobs().await, []);
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!((line.status, line.waiting_since), (Status::NeedsResponse, Some(wrote)));
        assert_ne!(waits, wrote);
        assert_eq!(home.board(&admin, campaign).await.texters[0].sent, 2);
    }

    async fn what_somebody_closed_meanwhile_stays_closed(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.act(&tess, Act::Close { contact: to.id }).await;
        home.clock.jump_to(at("2026-06-11T03:00:00Z"));
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.line(&tess, campaign, to.id).await.status, Status::Closed);
        // Reopened, it stands where it stood before the text that never went.
        home.act(&tess, Act::Reopen { contact: to.id }).await;
        assert_eq!(home.line(&tess, campaign, to.id).await.status, Status::NeedsMessage);
    }

    async fn a_doubt_and_an_opt_out_bring_back_what_waited(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let (doubtful, out) = (home.initial(&tess, &slice[0]).await, home.initial(&tess, &slice[1]).await);
        home.says(phone(0), "please remove me from this list").await;
        home.says(phone(1), "STOP").await;
        home.jobs().await;
        for (n, id, why) in [(0_usize, doubtful, "possible_opt_out"), (1, out, "opted_out")] {
            assert_eq!(home.delivery(&tess, slice[n].id, id).await, Delivery::Dropped);
            let told = home.events(&tess, campaign).await.into_iter().any(|event| {
                matches!(event.what, EventKind::Returned { message, why: said, .. } if message == id && said == why)
            });
            assert!(told, "{why}");
        }
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert_eq!(line.status, Status::NeedsResponse, "they wrote");
        assert!(line.waiting_since.is_some());
        let line = home.line(&tess, campaign, slice[1].id).await;
        assert_eq!((line.waiting_since, &line.opt_out), (None, &OptOut::Yes { by_word: true }));
        assert_eq!(home.board(&admin, campaign).await.counts.sent, 0);
    }

    async fn a_carrier_that_is_busy_until_the_evening_gives_it_back(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let id = home.initial(&tess, &to).await;
        let mut attempt = None;
        while home.desk.clock.now() < at("2026-06-11T03:00:00Z") {
            for job in home.jobs().await {
                assert_eq!(job.expires_at, at("2026-06-11T03:00:00Z"));
                home.record(job.attempt, Submitted::Later { reason: "429".into() }).await;
                attempt = Some(job.attempt);
            }
            home.pass(30 * 60);
        }
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Dropped);
        assert_eq!(home.line(&tess, campaign, to.id).await.status, Status::NeedsMessage);
        // The carrier had said no each time. Should it say otherwise now, the text stays dropped.
        home.receipt(attempt.expect("a call"), Delivery::Delivered).await;
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Dropped);
    }

    async fn many_come_back_in_several_looks(home: Home) {
        let (admin, campaign) = home.campaign(people(450)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let mut sent = 0;
        for _ in 0..5 {
            for to in home.claim(&tess, campaign, 100).await {
                home.initial(&tess, &to).await;
                sent += 1;
            }
        }
        assert_eq!(sent, 450);
        home.act(&admin, Act::Pause { campaign }).await;
        home.clock.jump_to(at("2026-06-11T03:00:00Z"));
        let mut looks = 0;
        while home.desk.store.open_jobs().await.expect("read").0 > 0 {
            assert_eq!(home.jobs().await, []);
            looks += 1;
        }
        assert!(looks == 3, "{looks}");
        assert_eq!(home.board(&admin, campaign).await.counts.unsent, 450);
    }

    async fn an_old_lease_counts_for_what_was_confirmed_under_it_until_another_begins(home: Home) {
        let (admin, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let mine = home.claim(&tess, campaign, 5).await;
        // Confirmed now, on a laptop without a line.
        let texts: Vec<_> = mine.iter().map(|to| home.text(to, Initial, "Hi there!")).collect();
        let hand_in = async |n: usize| home.try_send(&tess, texts[n].clone()).await;
        // Ran out and given to nobody: it goes out, once, though two of her consoles hand it in under two ids.
        home.pass(20 * 60);
        textbank::server::store::handles::System::expire_leases(&home.desk).await.expect("done");
        assert_eq!(home.hand(&tess, campaign).await, []);
        let (one, other) = tokio::join!(hand_in(0), hand_in(0));
        let lost = refused(one.and(other), Code::AlreadySent);
        assert_eq!(lost.who.as_deref(), Some("Tess"));
        assert_eq!(home.jobs().await.len(), 1);
        // Given to another, who has it; who lost it again; who sent it.
        let toms = home.claim(&tom, campaign, 2).await;
        assert_eq!(refused(hand_in(1).await, Code::LeaseLost).who.as_deref(), Some("Tom"));
        home.initial(&tom, &toms[0]).await;
        assert_eq!(refused(hand_in(1).await, Code::AlreadySent).who.as_deref(), Some("Tom"));
        home.pass(20 * 60);
        textbank::server::store::handles::System::expire_leases(&home.desk).await.expect("done");
        assert_eq!(refused(hand_in(2).await, Code::LeaseLost).who, None);
        // Given back by herself, or taken back by a captain, and hers again: what was confirmed before is over.
        let again = home.claim(&tess, campaign, 3).await;
        assert_eq!(again.len(), 3);
        home.act(&admin, Act::Reclaim { campaign, texter: tess.actor.person }).await;
        let third = home.claim(&tess, campaign, 3).await;
        refused(home.try_send(&tess, home.text(&again[0], Initial, "Hi!")).await, Code::LeaseLost);
        home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
        refused(home.try_send(&tess, home.text(&third[0], Initial, "Hi!")).await, Code::LeaseLost);
        let fourth = home.claim(&tess, campaign, 3).await;
        refused(home.try_send(&tess, home.text(&third[0], Initial, "Hi!")).await, Code::LeaseLost);
        home.initial(&tess, &fourth[0]).await;
    }

    async fn stopping_is_never_too_late_for_whoever_had_the_contact(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let mine = home.claim(&tess, campaign, 1).await.remove(0);
        home.pass(20 * 60);
        let toms = home.claim(&tom, campaign, 2).await;
        home.act(&tess, Act::OptOut { contact: mine.id, notice: false, grace: false }).await;
        let other = toms.iter().find(|to| to.id != mine.id).expect("another");
        refused(home.try_act(&tess, Act::OptOut { contact: other.id, notice: false, grace: false }).await, Code::LeaseLost);
        refused(home.try_send(&tom, home.text(&mine, Initial, "Hi!")).await, Code::Suppressed);
    }
}

#[tokio::test]
async fn what_an_ended_sign_in_hands_in_is_on_record_and_renews_no_lease() {
    let home = Home::new(Kind::File).await;
    let (admin, campaign) = home.campaign(people(3)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 3).await;
    let text = home.text(&slice[0], Initial, "Hi there!");
    home.pass(60);
    let handle = textbank::server::store::handles::Admin::of(admin.actor.clone()).expect("an admin");
    handle.revoke_session(&home.desk, tess.actor.session).await.expect("done");
    home.pass(60);
    // Ended once is ended then; a second time changes nothing.
    handle.revoke_session(&home.desk, tess.actor.session).await.expect("done");
    let hash = textbank::server::store::handles::secret_hash(&tess.token);
    assert_eq!(home.desk.store.session(hash).await.expect("read"), None);
    let actor = home.desk.store.session_even_ended(hash).await.expect("read").expect("known");
    assert_eq!(actor.ended_at, Some(home.desk.clock.now() - SignedDuration::from_secs(60)));
    let ended = Hand { actor, token: tess.token.clone() };
    let (id, _) = home.try_send(&ended, text).await.expect("confirmed in time");
    let by = ("by_ended_session".to_owned(), Some(tess.actor.person.0), Some(tess.actor.session));
    let row = home.audit().await.into_iter().find(|row| row.0 == by.0).expect("a row");
    assert_eq!((row.0, row.1, row.2), by);
    assert!(row.3.starts_with(&id.0.to_string()), "{}", row.3);
    assert_eq!(home.hand(&tess, campaign).await, [], "nobody works behind it");
}

#[tokio::test]
async fn a_request_on_its_way_when_its_sign_in_ends_counts_as_after_the_end() {
    let home = Home::new(Kind::File).await;
    let (admin, campaign) = home.campaign(people(9)).await;
    let (tess, cap) = (home.join("Tess", Role::Texter).await, home.join("Cap", Role::Captain).await);
    let slice = home.claim(&tess, campaign, 3).await;
    let before = home.text(&slice[0], Initial, "Hi there!");
    home.act(&cap, Act::Pause { campaign }).await;
    home.act(&cap, Act::Resume { campaign }).await;
    home.pass(10);
    let handle = textbank::server::store::handles::Admin::of(admin.actor.clone()).expect("an admin");
    for ended in [&tess, &cap] {
        handle.revoke_session(&home.desk, ended.actor.session).await.expect("done");
    }
    home.pass(10);
    let after = home.text(&slice[1], Initial, "Hi you!");
    // The actors were looked up while the sign-ins ran; the requests come to their decision now.
    assert_eq!((tess.actor.ended_at, cap.actor.ended_at), (None, None));
    home.try_send(&tess, before).await.expect("pressed in time");
    refused(home.try_send(&tess, after).await, Code::SessionEnded);
    refused(home.try_claim(&tess, campaign, 3).await, Code::Unauthorized);
    let presence = textbank::server::store::handles::Texter::of(tess.actor.clone()).presence(&home.desk).await;
    assert!(matches!(presence, Ok(Answer::Refused(problem)) if problem.code == Code::Unauthorized));
    refused(home.try_act(&cap, Act::Pause { campaign }).await, Code::SessionEnded);
    let audit = home.audit().await;
    let end = audit.iter().position(|row| row.0 == "session_revoked").expect("an end");
    let later: Vec<_> =
        audit[end..].iter().filter(|row| row.2 == Some(tess.actor.session)).map(|row| row.0.as_str()).collect();
    assert_eq!(later, ["by_ended_session", "accepted", "refused"]);
}

async fn raw(home: &Home, sql: &str) -> Result<u64, sqlx::Error> {
    use sqlx::ConnectOptions as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.file());
    let mut conn = options.connect().await.expect("the file");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.map(|done| done.rows_affected())
}

#[tokio::test]
async fn after_a_call_in_doubt_nothing_comes_back_and_a_captain_decides() {
    let home = Home::new(Kind::File).await;
    let (admin, campaign) = home.campaign(people(1)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let to = home.claim(&tess, campaign, 0).await.remove(0);
    let id = home.initial(&tess, &to).await;
    // As after a captain's "send it again" on a text whose first call was never answered.
    raw(&home, "INSERT INTO attempts (id, message, started_at) SELECT x'00', message, 0 FROM jobs")
        .await
        .expect("written");
    home.clock.jump_to(at("2026-06-11T03:00:00Z"));
    assert_eq!(home.jobs().await, []);
    assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Held);
    assert_eq!(home.board(&admin, campaign).await.counts.held, 1);
    assert_eq!(home.line(&tess, campaign, to.id).await.status, Status::Messaged);
    home.clock.jump_to(at("2026-06-11T17:00:00Z"));
    refused(home.try_send(&tess, home.text(&to, Initial, "Hi again!")).await, Code::AlreadySent);
}

#[tokio::test]
async fn the_database_lets_no_dropped_text_live_again_and_no_second_first_text_in() {
    let home = Home::new(Kind::File).await;
    let (_, campaign) = home.campaign(people(1)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let to = home.claim(&tess, campaign, 0).await.remove(0);
    home.initial(&tess, &to).await;
    home.clock.jump_to(at("2026-06-11T03:00:00Z"));
    assert_eq!(home.jobs().await, []);
    for sql in [
        "UPDATE messages SET delivery = 'accepted'",
        "UPDATE messages SET delivery = 'delivered' WHERE kind = 'initial'",
        "UPDATE messages SET kind = 'reply'",
        "UPDATE jobs SET state = 'ready'",
    ] {
        let error = raw(&home, sql).await.expect_err(sql).to_string();
        assert!(error.contains("stays dropped"), "{sql}: {error}");
    }
    home.clock.jump_to(at("2026-06-11T17:00:00Z"));
    home.initial(&tess, &to).await;
    let second = "INSERT INTO messages (id, organization, campaign, contact, seq, direction, kind, body, at, delivery,
                      script_version, language)
                  SELECT x'00', organization, campaign, contact, seq + 1, direction, kind, body, at, 'accepted', 1, ''
                  FROM messages WHERE delivery <> 'dropped'";
    let error = raw(&home, second).await.expect_err("a second first text").to_string();
    assert!(error.contains("UNIQUE"), "{error}");
}

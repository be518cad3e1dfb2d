//! The feed: exactly what was missed, in order, until the session ends.

use std::time::Duration;

use axum::http::Method;
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::event::Event;
use textbank::api::event::EventKind;
use textbank::api::message::Verdict;
use textbank::api::people::{Role, SessionInfo};
use textbank::domain::ids::CampaignId;
use textbank::server::events::tail::{Keeps, Tail};
use textbank::server::router;
use textbank::server::store::handles::{Admin, secret_hash};

use crate::support::{Block, Person, TestApp, phone_of};

#[tokio::test]
async fn it_resumes_with_exactly_what_was_missed() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 3).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 3).await;

    let mut whole = app.feed(&ann, campaign, "?after=0", None).await;
    assert_eq!(whole.headers["x-accel-buffering"], "no");
    assert_eq!(whole.headers["content-type"], "text/event-stream");
    assert!(!whole.headers.contains_key("content-encoding"), "a feed is not compressed");
    for contact in &slice {
        app.send(&ann, app.fresh(), &app.initial(contact)).await.read::<Verdict>();
    }
    app.drain().await;
    app.inbound(&phone_of(&slice[1]), "maybe").await;
    let mut seen = Vec::new();
    // The last thing that happens is the voter's answer in its thread or list: read until both are in.
    let is_answer = |what: &EventKind| matches!(what, EventKind::Contact { contact } if contact.preview == "maybe");
    loop {
        let event = whole.event().await;
        let last = is_answer(&event.what);
        seen.push(event);
        if last {
            break;
        }
    }
    assert!(seen.windows(2).all(|pair| pair[0].seq < pair[1].seq), "numbers only go up");
    assert_eq!(seen.iter().filter(|event| matches!(event.what, EventKind::Settled { .. })).count(), 3);

    let middle = seen[seen.len() / 2].seq;
    let missed: Vec<_> = seen.iter().filter(|event| event.seq > middle).cloned().collect();
    for (after, last) in [(format!("?after={middle}"), None), ("?after=0".to_owned(), Some(middle))] {
        let mut resumed = app.feed(&ann, campaign, &after, last).await;
        for event in &missed {
            assert_eq!(&resumed.event().await, event);
        }
    }
    app.close().await;
}

#[tokio::test]
async fn others_hands_are_not_told() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let (ann, bob) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Bob").await);
    let of_ann = app.slice(&ann, campaign, 1).await;
    let of_bob = app.slice(&bob, campaign, 1).await;
    let mut feed = app.feed(&bob, campaign, "?after=0", None).await;
    app.send(&ann, app.fresh(), &app.initial(&of_ann[0])).await.read::<Verdict>();
    app.send(&bob, app.fresh(), &app.initial(&of_bob[0])).await.read::<Verdict>();
    app.drain().await;
    loop {
        let event = feed.event().await;
        let told = serde_json::to_string(&event).expect("json");
        assert!(!told.contains(&of_ann[0].first_name), "Bob is told of Ann's contact: {told}");
        if matches!(event.what, EventKind::Settled { .. }) {
            break;
        }
    }
    app.close().await;
}

#[tokio::test]
async fn a_place_that_never_was_is_answered_by_a_snapshot() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let mut feed = app.feed(&ann, campaign, "?after=1000000", None).await;
    let event = feed.event().await;
    assert!(matches!(event.what, EventKind::Snapshot { seq } if seq < 1_000_000), "{event:?}");
    app.close().await;
}

#[tokio::test]
async fn a_revoked_session_is_told_no_more() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let mut feed = app.feed(&ann, campaign, "", None).await;
    assert!(matches!(feed.next().await, Block::Comment), "the first line comes at once");
    let sessions: Vec<SessionInfo> = app.get(&admin, "/api/v1/sessions").await.read();
    let hers = sessions.iter().find(|session| session.name == "Ann").expect("her session").id;
    let path = format!("/api/v1/sessions/{hers}");
    let until_end = async { while !matches!(feed.next().await, Block::End) {} };
    tokio::join!(until_end, app.call(Some(&admin), Method::DELETE, &path, None));
    app.close().await;
}

#[tokio::test]
async fn a_busy_feed_of_a_session_ended_elsewhere_ends() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let mut feed = app.feed(&ann, campaign, "", None).await;
    assert!(matches!(feed.next().await, Block::Comment));

    // As another server on the same database does it: nobody tells this one.
    let sessions: Vec<SessionInfo> = app.get(&admin, "/api/v1/sessions").await.read();
    let hers = sessions.iter().find(|session| session.name == "Ann").expect("her session").id;
    let actor = app.state.store().session(secret_hash(&admin.token)).await.expect("a store").expect("a session");
    Admin::of(actor).expect("an admin").revoke_session(&app.state.desk, hers).await.expect("a store");

    // A line every four seconds, so that the feed is never silent for long.
    let mut told = 0;
    'open: for act in ["pause", "resume"].into_iter().cycle().take(6) {
        let path = format!("/api/v1/acts/{}", app.fresh());
        let reply = app.put(&admin, &path, &json!({"act": act, "campaign": campaign})).await;
        assert!(reply.status.is_success(), "{reply:?}");
        loop {
            match feed.next().await {
                Block::End => break 'open,
                Block::Event { event, .. } if matches!(event.what, EventKind::Campaign { .. }) => break,
                Block::Event { .. } | Block::Comment => {}
            }
        }
        told += 1;
        app.clock.advance(Duration::from_secs(4));
    }
    assert_eq!(told, 2, "lines told, one every four seconds, before it looked at its sign-in");
    app.close().await;
}

#[tokio::test]
async fn a_silent_feed_gives_a_sign_of_life() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let mut feed = app.feed(&ann, campaign, "", None).await;
    assert!(matches!(feed.next().await, Block::Comment));
    let advance = async {
        // The feed must be waiting before time moves; every turn lets it.
        for _ in 0..50 {
            tokio::task::yield_now().await;
            app.clock.advance(Duration::from_secs(1));
        }
    };
    let (block, ()) = tokio::join!(feed.next(), advance);
    assert!(matches!(block, Block::Comment), "{block:?}");
    app.close().await;
}

#[tokio::test]
async fn a_feed_that_nothing_concerns_says_from_where_to_resume() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 3).await;
    let (ann, bob) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Bob").await);
    let slice = app.slice(&ann, campaign, 2).await;
    let mut his = app.feed(&bob, campaign, "", None).await;
    assert!(matches!(his.next().await, Block::Comment));
    app.send(&ann, app.fresh(), &app.initial(&slice[0])).await.read::<Verdict>();
    app.drain().await;
    let newest = told(&app, &ann, campaign, 0).await.last().expect("events").seq;
    let place = async {
        loop {
            if let Block::Event { id, event, .. } = his.next().await {
                assert_eq!(event.what, EventKind::Here {});
                assert_eq!(id, Some(event.seq));
                if event.seq >= newest {
                    return event.seq;
                }
            }
        }
    };
    let time = async {
        loop {
            // The feed must be waiting before time moves; every turn lets it.
            tokio::task::yield_now().await;
            app.clock.advance(Duration::from_secs(1));
        }
    };
    let place = tokio::select! {
        place = place => place,
        () = time => unreachable!("time has no end"),
    };
    // It is a place like any other.
    let mut resumed = app.feed(&bob, campaign, "", Some(place)).await;
    let path = format!("/api/v1/acts/{}", app.fresh());
    app.put(&admin, &path, &json!({"act": "pause", "campaign": campaign})).await;
    assert!(matches!(resumed.event().await.what, EventKind::Campaign { .. }));
    app.close().await;
}

#[tokio::test]
async fn a_captain_gets_boards_at_most_four_a_second_and_only_when_something_changed() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 5).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let cap = app.person(&admin, Role::Captain, "Cap").await;
    let mut feed = app.feed(&cap, campaign, "", None).await;
    let first = feed.board().await;
    assert_eq!((first.counts.total, first.counts.sent), (5, 0));

    // Four texts while the clock stands still: no board, as a quarter of a second has not passed.
    let slice = app.slice(&ann, campaign, 4).await;
    for contact in &slice {
        app.send(&ann, app.fresh(), &app.initial(contact)).await.read::<Verdict>();
    }
    app.drain().await;
    let early = tokio::time::timeout(Duration::from_millis(200), feed.board()).await;
    assert!(early.is_err(), "a second board at the same moment: {early:?}");
    app.clock.advance(Duration::from_millis(250));
    let second = feed.board().await;
    assert_eq!(second.counts.sent, 4, "all four in one board");

    app.clock.advance(Duration::from_millis(500));
    let third = tokio::time::timeout(Duration::from_millis(200), feed.board()).await;
    assert!(third.is_err(), "nothing changed, and yet a board: {third:?}");

    let bob = app.person(&admin, Role::Texter, "Bob").await;
    app.slice(&bob, campaign, 1).await;
    let fourth = feed.board().await;
    let his = fourth.texters.iter().find(|line| line.name == "Bob").expect("his line");
    assert_eq!((his.assigned, fourth.counts.unassigned), (1, 0), "a slice handed out shows at once");

    let mut hers = app.feed(&ann, campaign, "?after=0", None).await;
    app.put(&ann, &format!("/api/v1/acts/{}", app.fresh()), &json!({"act": "close", "contact": slice[0].id})).await;
    loop {
        match hers.next().await {
            Block::Event { event, .. } => {
                assert!(!matches!(event.what, EventKind::Board { .. }), "a texter gets no board");
                if matches!(event.what, EventKind::Settled { .. }) {
                    break;
                }
            }
            Block::Comment => {}
            Block::End => panic!("the feed ended"),
        }
    }
    app.close().await;
}

#[tokio::test]
async fn captains_who_look_on_share_one_count_of_each_change() {
    const CAPTAINS: usize = 40;
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 5).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let cap = app.person(&admin, Role::Captain, "Cap").await;
    let slice = app.slice(&ann, campaign, 4).await;
    let mut feeds = Vec::new();
    for _ in 0..CAPTAINS {
        let mut feed = app.feed(&cap, campaign, "", None).await;
        assert_eq!(feed.board().await.counts.sent, 0);
        feeds.push(feed);
    }
    let before = app.state.boards.counts();
    for contact in &slice {
        app.send(&ann, app.fresh(), &app.initial(contact)).await.read::<Verdict>();
    }
    app.drain().await;
    app.clock.advance(Duration::from_millis(250));
    for feed in &mut feeds {
        assert_eq!(feed.board().await.counts.sent, 4, "all four in one board");
    }
    assert_eq!(app.state.boards.counts() - before, 1, "boards counted for {CAPTAINS} captains");
    app.close().await;
}

/// What the database says that somebody is told after an event.
async fn told(app: &TestApp, who: &Person, campaign: CampaignId, after: u64) -> Vec<Event> {
    let actor = app.state.store().session(secret_hash(&who.token)).await.expect("a store").expect("a session");
    app.state.store().events(&actor, campaign, after, 1_000).await.expect("a store").expect("resumable")
}

/// An app whose feeds keep so much.
async fn keeping(keeps: Keeps) -> TestApp {
    let mut app = TestApp::start().await;
    app.state.tail = std::sync::Arc::new(Tail::keeping(keeps));
    app.router = router(app.state.clone());
    app
}

#[tokio::test]
async fn a_thousand_feeds_are_one_reader_of_the_table() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 20).await;
    let (ann, bob) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Bob").await);
    let slice = app.slice(&ann, campaign, 10).await;
    let mut feeds = Vec::new();
    for at in 0..1_000 {
        feeds.push(app.feed(if at % 2 == 0 { &ann } else { &bob }, campaign, "", None).await);
    }
    // Each is told of the campaign's pause, so that all have found their places.
    let path = format!("/api/v1/acts/{}", app.fresh());
    app.put(&admin, &path, &json!({"act": "pause", "campaign": campaign})).await;
    for feed in &mut feeds {
        let event = feed.event().await;
        assert!(matches!(event.what, EventKind::Campaign { .. }), "{event:?}");
    }
    assert_eq!(app.state.tail.readers(), 1_000);
    let path = format!("/api/v1/acts/{}", app.fresh());
    app.put(&admin, &path, &json!({"act": "resume", "campaign": campaign})).await;
    let (before, newest) = (app.state.tail.reads(), told(&app, &ann, campaign, 0).await.last().expect("events").seq);
    for contact in &slice {
        app.send(&ann, app.fresh(), &app.initial(contact)).await.read::<Verdict>();
    }
    app.drain().await;
    let (hers, his) = (told(&app, &ann, campaign, newest).await, told(&app, &bob, campaign, newest).await);
    assert!(hers.len() >= 20 && his.is_empty(), "{} and {}", hers.len(), his.len());
    for (at, feed) in feeds.iter_mut().enumerate() {
        let event = feed.event().await;
        assert!(matches!(event.what, EventKind::Campaign { .. }), "{event:?}");
        if at % 2 == 0 {
            for event in &hers {
                assert_eq!(&feed.event().await, event);
            }
        }
    }
    // One look for each commit at most: ten texts, what was claimed for the carrier, ten answers of it.
    let reads = app.state.tail.reads() - before;
    assert!(reads <= 30, "{reads} looks at the table");
    drop(feeds);
    assert_eq!(app.state.tail.readers(), 0);
    app.close().await;
}

#[rstest::rstest]
#[case::from_memory(Keeps { queue: 3, ..Keeps::default() })]
#[case::from_the_table(Keeps { queue: 3, bytes: 500, ..Keeps::default() })]
#[tokio::test]
async fn a_console_that_reads_slowly_is_told_everything(#[case] keeps: Keeps) {
    let app = keeping(keeps).await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 10).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 10).await;
    let mut feed = app.feed(&ann, campaign, "?after=0", None).await;
    app.send(&ann, app.fresh(), &app.initial(&slice[0])).await.read::<Verdict>();
    let first = feed.event().await;
    for contact in &slice[1..] {
        app.send(&ann, app.fresh(), &app.initial(contact)).await.read::<Verdict>();
    }
    app.drain().await;
    let wanted = told(&app, &ann, campaign, first.seq).await;
    assert!(wanted.len() > 20, "{}", wanted.len());
    // What is in its queue by now is not all.
    let dropped = async {
        while app.state.tail.readers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), dropped).await.expect("dropped from its queue");
    for event in &wanted {
        assert_eq!(&feed.event().await, event);
    }
    app.close().await;
}

#[tokio::test]
async fn who_missed_more_than_is_worth_reading_gets_a_snapshot_and_loses_nothing_after_it() {
    let app = keeping(Keeps { queue: 3, bytes: 500, gap: 15, ..Keeps::default() }).await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 10).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 10).await;
    // Her other console: when that has been told, the reading has come so far.
    let mut other = app.feed(&ann, campaign, "", None).await;
    for contact in &slice[1..] {
        app.send(&ann, app.fresh(), &app.initial(contact)).await.read::<Verdict>();
    }
    app.drain().await;
    let newest = told(&app, &ann, campaign, 0).await.last().expect("events").seq;
    while !matches!(other.next().await, Block::Event { event, .. } if event.seq >= newest) {}
    let mut feed = app.feed(&ann, campaign, "?after=0", None).await;
    let snapshot = feed.event().await;
    assert!(matches!(snapshot.what, EventKind::Snapshot { seq } if seq >= newest), "{snapshot:?}");
    app.send(&ann, app.fresh(), &app.initial(&slice[0])).await.read::<Verdict>();
    for event in &told(&app, &ann, campaign, snapshot.seq).await {
        assert_eq!(&feed.event().await, event);
    }
    app.drain().await;
    app.close().await;
}

//! Conformance: no more goes to the carrier than it lets through, whoever asks and however often it is started, replies and notices
//! go first, and first texts stop being handed out before the cap.

use std::sync::Arc;

use pretty_assertions::assert_eq;
use textbank::api::act::Act;
use textbank::api::captain::{Gauge, StoppedBy};
use textbank::api::people::Role;
use textbank::api::problem::Code;
use textbank::domain::ids::CampaignId;
use textbank::domain::message::MessageKind::Reply;
use textbank::domain::throughput::{Throughput, day_of};
use textbank::server::carrier::Submitted;
use textbank::server::store::handles::Desk;

use crate::store_home::{Hand, Home, definition, on_every_store, people, phone, refused, start};

fn limits(minute: Option<u32>, day: Option<u32>) -> Option<Arc<Throughput>> {
    let registration = "low-volume".to_owned();
    Some(Arc::new(Throughput { registration, second: None, minute, day, reserve_percent: 10, queue_minutes: 30 }))
}

async fn gauge(desk: &Desk) -> Gauge {
    let limits = desk.throughput.as_ref().expect("limits");
    desk.store.gauge(limits, None, desk.clock.now()).await.expect("read")
}

/// Hands out so many contacts and confirms a first text to each.
async fn initials(home: &Home, hand: &Hand, campaign: CampaignId, many: u32) {
    for to in home.claim(hand, campaign, many).await {
        home.initial(hand, &to).await;
    }
}

async fn texted(home: &Home, hand: &Hand, campaign: CampaignId, to: std::ops::Range<u32>) {
    initials(home, hand, campaign, to.end - to.start).await;
    assert_eq!(taken(home).await, (to.end - to.start) as usize);
    for number in to {
        home.says(phone(number), "Who is this?").await;
    }
}

/// Answers everybody of this campaign who waits, in the order of the contacts.
async fn answers(home: &Home, hand: &Hand, campaign: CampaignId, bodies: &[&str]) {
    let mut waiting = home.hand(hand, campaign).await;
    waiting.sort_by_key(|line| line.id);
    for (line, body) in waiting.iter().zip(bodies) {
        home.pass(1);
        home.try_send(hand, home.text(line, Reply, body)).await.expect("accepted");
    }
}

async fn taken(home: &Home) -> usize {
    let jobs = home.jobs().await;
    for job in &jobs {
        home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
    }
    jobs.len()
}

on_every_store! {
    async fn a_rate_is_kept_over_a_restart_and_by_two_processes(home: Home) {
        let mut home = home;
        home.desk.throughput = limits(Some(60), None);
        let (_, campaign) = home.campaign(people(20)).await;
        let tess = home.join("Tess", Role::Texter).await;
        initials(&home, &tess, campaign, 20).await;
        // Two seconds' worth at once, one a second from then on.
        assert_eq!(taken(&home).await, 2);
        assert_eq!(taken(&home).await, 0);
        home.pass(1);
        assert_eq!(taken(&home).await, 1);
        home.pass(3);
        assert_eq!((taken(&home).await, taken(&home).await), (2, 0));
        assert_eq!(gauge(&home.desk).await.last_minute, 5);
        if matches!(home.place, crate::store_home::Place::Memory) {
            return;
        }
        let shared = matches!(home.place, crate::store_home::Place::Postgres(_));
        let (seconds, mut out) = (5, 0);
        for second in 0..seconds {
            home.pass(1);
            if shared {
                let mut other = home.beside(20 + second).await;
                other.desk.throughput = limits(Some(60), None);
                out += taken(&other).await;
            } else {
                home = home.reopened().await;
                home.desk.throughput = limits(Some(60), None);
            }
            out += taken(&home).await;
        }
        assert_eq!(out, 5, "one a second, whoever asks");
    }

    async fn a_long_text_waits_for_nobody_and_the_next_one_waits_for_it(home: Home) {
        let mut home = home;
        home.desk.throughput = limits(Some(60), None);
        let (_, campaign) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 4).await;
        let long = "x".repeat(500);
        home.try_send(&tess, home.text(&slice[0], textbank::domain::message::MessageKind::Initial, &long)).await.expect("accepted");
        home.pass(1);
        home.initial(&tess, &slice[1]).await;
        // Four segments where two were left.
        assert_eq!(taken(&home).await, 1);
        home.pass(2);
        assert_eq!(taken(&home).await, 0);
        home.pass(1);
        assert_eq!(taken(&home).await, 1);
    }

    async fn a_days_cap_leaves_a_reserve_to_replies_and_notices(home: Home) {
        let mut home = home;
        // Nine first texts, and one segment for others.
        home.desk.throughput = limits(None, Some(10));
        let (_, campaign) = home.campaign(people(20)).await;
        let tess = home.join("Tess", Role::Texter).await;
        assert_eq!(home.claim(&tess, campaign, 20).await.len(), 9, "no more than can go out today");
        let full = refused(home.try_claim(&tess, campaign, 5).await, Code::CapReached);
        assert_eq!(full.at, Some(day_of(start()).1));
        let now = gauge(&home.desk).await;
        let today = now.today.expect("a cap");
        assert_eq!((today.cap, today.used, today.reserved, today.kept, today.left), (10, 0, 9, 1, 0));
        assert_eq!((now.stopped_by, now.initials_open_at), (Some(StoppedBy::DayCap), Some(today.ends_at)));
        assert_eq!(now.nothing_goes_before, None, "replies go");
        // What was handed out is taken, whatever the cap says.
        let slice = home.hand(&tess, campaign).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        assert_eq!(taken(&home).await, 9);
        let today = gauge(&home.desk).await.today.expect("a cap");
        assert_eq!((today.used, today.reserved, today.left), (9, 0, 0));
        // A reply goes, and nothing after it.
        home.says(phone(0), "Who is this?").await;
        let line = home.line(&tess, campaign, slice[0].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Tess")).await.expect("accepted");
        assert_eq!((taken(&home).await, gauge(&home.desk).await.nothing_goes_before), (1, Some(today.ends_at)));
        assert_eq!(home.desk.nothing_goes_before().await.expect("read"), Some(today.ends_at));
        home.says(phone(1), "STOP").await;
        assert_eq!(taken(&home).await, 0);
        refused(home.try_claim(&tess, campaign, 5).await, Code::CapReached);
        // The next day begins at midnight Pacific time; there it is no hour for texting yet.
        home.clock.jump_to(day_of(start()).1);
        assert_eq!(gauge(&home.desk).await.today.expect("a cap").left, 8, "the notice is still queued");
        home.clock.jump_to("2026-06-11T18:00:00Z".parse().expect("a time"));
        assert_eq!(taken(&home).await, 0, "and too old");
        assert_eq!(home.claim(&tess, campaign, 20).await.len(), 9);
    }

    async fn replies_of_all_campaigns_go_before_any_first_text(home: Home) {
        let mut home = home;
        let (admin, first) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = (100..101).map(crate::store_home::person).collect();
        let second = home.import(&admin, definition(), to).await.campaign;
        let late = home.claim(&tess, second, 1).await.remove(0);
        home.initial(&tess, &late).await;
        assert_eq!(taken(&home).await, 1);
        home.says(phone(100), "Hm?").await;
        initials(&home, &tess, first, 5).await;
        home.desk.throughput = limits(Some(6), None);
        let line = home.line(&tess, second, late.id).await;
        home.try_send(&tess, home.text(&line, Reply, "It is Tess.")).await.expect("accepted");
        let jobs = home.jobs().await;
        assert_eq!(jobs.iter().map(|job| job.body.as_str()).collect::<Vec<_>>(), ["It is Tess."]);
    }

    async fn a_long_queue_stops_the_handing_out(home: Home) {
        let mut home = home;
        let (_, campaign) = home.campaign(people(70)).await;
        let tess = home.join("Tess", Role::Texter).await;
        initials(&home, &tess, campaign, 62).await;
        home.desk.throughput = limits(Some(2), None);
        let full = refused(home.try_claim(&tess, campaign, 5).await, Code::CapReached);
        let now = gauge(&home.desk).await;
        assert_eq!((now.queued, now.drain_minutes, now.stopped_by), (62, 31, Some(StoppedBy::Queue)));
        assert_eq!(full.at, Some(start() + jiff::SignedDuration::from_mins(1)));
        // Two go at once, and half an hour is no more than may be queued.
        assert_eq!(taken(&home).await, 1);
        home.pass(60);
        assert_eq!(taken(&home).await, 1);
        assert_eq!(home.claim(&tess, campaign, 5).await.len(), 5);
    }

    async fn nobody_who_waits_for_an_answer_is_kept_by_a_cap(home: Home) {
        let mut home = home;
        home.desk.throughput = limits(None, Some(2));
        let (_, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        initials(&home, &tess, campaign, 5).await;
        home.says(phone(0), "Hm?").await;
        let cap = home.join("Cap", Role::Captain).await;
        home.act(&cap, Act::Reclaim { campaign, texter: tess.actor.person }).await;
        // An hour later nobody holds the conversation.
        home.pass(4_000);
        textbank::server::store::handles::System::expire_leases(&home.desk).await.expect("done");
        let uma = home.join("Uma", Role::Texter).await;
        let slice = home.claim(&uma, campaign, 5).await;
        assert_eq!(slice.len(), 1, "the conversation, and no first text");
        refused(home.try_claim(&uma, campaign, 5).await, Code::CapReached);
    }

    async fn without_limits_nothing_is_counted(home: Home) {
        let (_, campaign) = home.campaign(people(30)).await;
        let tess = home.join("Tess", Role::Texter).await;
        initials(&home, &tess, campaign, 30).await;
        assert_eq!(taken(&home).await, 30);
        let mut desk = home.desk.clone();
        desk.throughput = limits(Some(60), Some(100));
        let today = gauge(&desk).await.today.expect("a cap");
        assert_eq!((today.used, gauge(&desk).await.last_minute), (0, 0));
        assert_eq!(home.board(&home.join("Cap", Role::Captain).await, campaign).await.gauge, None);
        let cap = home.join("Kim", Role::Captain).await;
        assert!(desk.board(&cap.actor, campaign).await.expect("read").expect("visible").gauge.is_some());
    }

    async fn a_clock_that_was_ahead_stops_nothing_for_long(home: Home) {
        let mut home = home;
        home.desk.throughput = limits(Some(60), None);
        let (_, campaign) = home.campaign(people(10)).await;
        let tess = home.join("Tess", Role::Texter).await;
        initials(&home, &tess, campaign, 10).await;
        home.pass(7_200);
        assert_eq!(taken(&home).await, 2);
        home.clock.jump_to(start());
        assert_eq!(taken(&home).await, 0, "two hours too early, as far as anybody knows");
        home.pass(64);
        assert_eq!(taken(&home).await, 0);
        // As after the longest text that there is.
        home.pass(1);
        assert_eq!(taken(&home).await, 1);
        home.pass(1);
        assert_eq!(taken(&home).await, 1);
    }

    async fn what_the_carrier_did_not_take_is_not_spent_of_the_day(home: Home) {
        let mut home = home;
        home.desk.throughput = limits(None, Some(10));
        let (_, campaign) = home.campaign(people(10)).await;
        let tess = home.join("Tess", Role::Texter).await;
        initials(&home, &tess, campaign, 9).await;
        let jobs = home.jobs().await;
        assert_eq!((jobs.len(), gauge(&home.desk).await.today.expect("a cap").used), (9, 9));
        for (number, job) in jobs.iter().enumerate() {
            let answer = match number {
                0 => Submitted::Unknown { reason: "cut".into() },
                1 => Submitted::Refused { code: "21610".into() },
                _ => Submitted::Later { reason: "out of order".into() },
            };
            // Said twice it is given back once.
            home.record(job.attempt, answer.clone()).await;
            home.record(job.attempt, answer).await;
        }
        let today = gauge(&home.desk).await.today.expect("a cap");
        assert_eq!((today.used, today.reserved, today.left), (1, 7, 1));
        home.pass(60);
        assert_eq!(taken(&home).await, 7);
        assert_eq!(gauge(&home.desk).await.today.expect("a cap").used, 8);
    }

    async fn what_was_handed_out_goes_out_however_many_replies_take_their_part_before(home: Home) {
        let mut home = home;
        home.desk.throughput = limits(None, Some(20));
        let (_, campaign) = home.campaign(people(20)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 18).await;
        assert_eq!(slice.len(), 18);
        for to in &slice[..5] {
            home.initial(&tess, to).await;
        }
        assert_eq!(taken(&home).await, 5);
        // Of the two that are kept, one for a reply that the carrier takes at the second try, and one for a notice.
        home.says(phone(0), "Who is this?").await;
        let line = home.line(&tess, campaign, slice[0].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Tess")).await.expect("accepted");
        let jobs = home.jobs().await;
        assert_eq!((jobs.len(), gauge(&home.desk).await.today.expect("a cap").kept), (1, 1));
        home.record(jobs[0].attempt, Submitted::Later { reason: "busy".into() }).await;
        assert_eq!(gauge(&home.desk).await.today.expect("a cap").kept, 2);
        home.pass(10);
        assert_eq!(taken(&home).await, 1);
        home.says(phone(1), "STOP").await;
        assert_eq!(taken(&home).await, 1);
        let today = gauge(&home.desk).await.today.expect("a cap");
        assert_eq!((today.used, today.reserved, today.kept, today.left), (7, 13, 0, 0));
        for to in &slice[5..] {
            home.initial(&tess, to).await;
        }
        assert_eq!(taken(&home).await, 13, "each of them was reserved");
    }

    async fn no_campaign_waits_behind_the_replies_of_another(home: Home) {
        let mut home = home;
        let (admin, first) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        texted(&home, &tess, first, 0..3).await;
        let to = (100..103).map(crate::store_home::person).collect();
        let second = home.import(&admin, definition(), to).await.campaign;
        texted(&home, &tess, second, 100..103).await;
        answers(&home, &tess, first, &["first", "first"]).await;
        answers(&home, &tess, second, &["second", "second"]).await;
        home.says(phone(102), "STOP").await;
        home.desk.throughput = limits(Some(6), None);
        let mut out = Vec::new();
        for _ in 0..3 {
            let jobs = home.jobs().await;
            assert_eq!(jobs.len(), 1, "one in ten seconds");
            out.extend(jobs.into_iter().map(|job| job.body));
            home.pass(11);
        }
        assert!(!["first", "second"].contains(&out[0].as_str()), "the notice is the first of all: {out:?}");
        out[1..].sort();
        assert_eq!(out[1..], ["first", "second"]);
    }

    async fn who_has_nothing_to_go_takes_no_turn_and_gives_none_to_another(home: Home) {
        let mut home = home;
        let (admin, first) = home.campaign(people(12)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let of = |from: u32| (from..from + 12).map(crate::store_home::person).collect();
        home.import(&admin, definition(), of(100)).await;
        let third = home.import(&admin, definition(), of(200)).await.campaign;
        initials(&home, &tess, first, 12).await;
        initials(&home, &tess, third, 12).await;
        home.desk.throughput = limits(Some(6), None);
        let mut of_first = 0;
        for _ in 0..12 {
            let jobs = home.jobs().await;
            assert_eq!(jobs.len(), 1, "one in ten seconds");
            let number = jobs[0].to.as_str().trim_start_matches("+1415555").parse::<u32>().expect("a number");
            of_first += u32::from(number < 100);
            home.pass(11);
        }
        assert_eq!(of_first, 6, "the second campaign has nothing, and its turns are nobody's");
    }

    async fn what_waits_in_a_paused_campaign_is_in_nobodys_way(home: Home) {
        let mut home = home;
        let (admin, first) = home.campaign(people(62)).await;
        let cap = home.join("Cap", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        initials(&home, &tess, first, 62).await;
        let to = (100..110).map(crate::store_home::person).collect();
        let second = home.import(&admin, definition(), to).await.campaign;
        home.desk.throughput = limits(Some(2), Some(100));
        refused(home.try_claim(&tess, second, 5).await, Code::CapReached);
        home.act(&cap, Act::Pause { campaign: first }).await;
        let now = gauge(&home.desk).await;
        assert_eq!((now.queued, now.queued_segments, now.drain_minutes, now.stopped_by), (62, 62, 0, None));
        assert_eq!(now.today.expect("a cap").reserved, 62, "it goes out today, should the campaign go on");
        assert_eq!(home.claim(&tess, second, 5).await.len(), 5);
    }

    async fn a_text_too_long_for_the_rest_of_the_day_keeps_no_shorter_one(home: Home) {
        let mut home = home;
        let (_, campaign) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        texted(&home, &tess, campaign, 0..4).await;
        let long = "x".repeat(500);
        answers(&home, &tess, campaign, &[&long, "one", "two", "three"]).await;
        home.desk.throughput = limits(None, Some(3));
        let jobs = home.jobs().await;
        assert_eq!(jobs.iter().map(|job| job.body.as_str()).collect::<Vec<_>>(), ["one", "two", "three"]);
    }

    async fn the_board_and_the_hand_out_say_the_same(home: Home) {
        let mut home = home;
        let (admin, short) = home.campaign(people(5)).await;
        let mut def = definition();
        def.initial[0].text = "x".repeat(170);
        let to = (100..120).map(crate::store_home::person).collect();
        let long = home.import(&admin, def, to).await.campaign;
        let (cap, tess) = (home.join("Cap", Role::Captain).await, home.join("Tess", Role::Texter).await);
        home.desk.throughput = limits(None, Some(10));
        assert_eq!(home.claim(&tess, long, 20).await.len(), 4, "two segments each, of nine");
        let full = refused(home.try_claim(&tess, long, 20).await, Code::CapReached);
        let board = async |campaign| {
            let board = home.desk.board(&cap.actor, campaign).await.expect("read").expect("visible");
            let gauge = board.gauge.expect("limits");
            (gauge.initials_open_at, gauge.stopped_by)
        };
        assert_eq!(board(long).await, (full.at, Some(StoppedBy::DayCap)));
        assert_eq!(board(short).await, (None, None));
        assert_eq!(home.claim(&tess, short, 20).await.len(), 1);
        assert_eq!(board(short).await, (full.at, Some(StoppedBy::DayCap)));
    }
}

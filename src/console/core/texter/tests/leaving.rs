use jiff::{SignedDuration, Timestamp};

use super::driver::{Desk, opening, start};
use crate::api::assignment::{NowWith, Whereabouts};
use crate::api::people::{Keeps, Presence};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Msg};
use crate::console::core::shared::program::Program as _;
use crate::console::core::shared::say::Say;
use crate::domain::ids::ContactId;

fn seen(desk: &mut Desk) {
    let server_time = desk.wall;
    let lease_until = server_time + SignedDuration::from_mins(15);
    let keeps = Some(Keeps { unsent_minutes: 15, reply_minutes: 60 });
    desk.tell(Msg::Presence(Presence { server_time, lease_until, own_time: false, nothing_goes_before: None, keeps }));
}

fn said(desk: &Desk, key: &str) -> usize {
    desk.model.notices.newest_first().filter(|notice| notice.say.key == key).count()
}

#[test]
fn what_is_about_to_go_to_others_is_said_five_minutes_before() {
    let mut desk = Desk::with(3, 1);
    seen(&mut desk);
    desk.tell(Msg::Link(LinkState::Offline { since: start(), next_try: start() }));
    desk.wait(9 * 60_000);
    assert_eq!((said(&desk, "texter-lease-unsent"), said(&desk, "texter-lease-talks")), (0, 0));
    desk.wait(3 * 60_000);
    assert_eq!((said(&desk, "texter-lease-unsent"), said(&desk, "texter-lease-talks")), (1, 0), "once");
    desk.wait(44 * 60_000);
    assert_eq!(
        (said(&desk, "texter-lease-unsent"), said(&desk, "texter-lease-talks")),
        (1, 1),
        "conversations stay longer"
    );
}

#[test]
fn while_the_line_is_there_nothing_is_said_of_it() {
    let mut desk = Desk::with(3, 1);
    desk.tell(Msg::Link(LinkState::Online));
    seen(&mut desk);
    desk.wait(14 * 60_000);
    assert_eq!((said(&desk, "texter-lease-unsent"), said(&desk, "texter-lease-talks")), (0, 0));
}

#[test]
fn leaving_says_what_stays_and_for_how_long() {
    let mut desk = Desk::with(3, 2);
    assert_eq!(desk.model.what_stays()[0].key, "leave-unsent");
    seen(&mut desk);
    let said = desk.model.what_stays();
    assert_eq!(said.iter().map(|say| say.key).collect::<Vec<_>>(), ["leave-unsent-after", "leave-talks-after"]);
    assert_eq!(said[0].args, [("n", 3_u64.into()), ("minutes", 15_u64.into())]);
    assert!(Desk::with(0, 0).model.what_stays().is_empty());
}

#[test]
fn the_end_of_texting_hours_is_said_half_an_hour_and_ten_minutes_before() {
    // First texts end at nine in the evening there, replies at ten.
    let nine: Timestamp = "2026-10-08T01:00:00Z".parse().unwrap();
    let mut desk = Desk::with(3, 1);
    let at = |minutes: i64| nine - SignedDuration::from_mins(minutes);
    let steps = [(31, 0, 0), (30, 1, 0), (20, 1, 0), (10, 2, 0), (5, 2, 0), (-29, 2, 0), (-31, 2, 1), (-51, 2, 2)];
    for (before, initials, replies) in steps {
        desk.wall = at(before);
        desk.wait(60_000);
        let found = (said(&desk, "texter-hours-end"), said(&desk, "texter-hours-end-replies"));
        assert_eq!(found, (initials, replies), "{before} minutes before nine");
    }
}

/// The server is asked who has it now, about what went and nothing else; a server that cannot tell is not asked.
#[test]
fn who_has_what_went_is_asked_for_and_said_by_name() {
    let asked = |whereabouts: bool, had: Vec<(i64, bool)>| {
        let mut desk = Desk::fresh();
        desk.model.options.whereabouts = whereabouts;
        desk.model.options.had = had.into_iter().map(|(id, talks)| (ContactId(id), talks)).collect();
        let all: Vec<Effect> = opening(2, 1).into_iter().flat_map(|msg| desk.model.update(msg)).collect();
        all.into_iter().find_map(|fx| if let Effect::Load(Ask::Whereabouts(_, ids)) = fx { Some(ids) } else { None })
    };
    assert_eq!(asked(true, vec![(77, false), (79, true)]), Some(vec![ContactId(77), ContactId(79)]));
    assert_eq!((asked(false, vec![(77, false)]), asked(true, vec![])), (None, None));

    let told = |others: &[(&str, u64)], pool: u64| {
        let mut desk = Desk::with(2, 1);
        let others = others.iter().map(|(who, contacts)| NowWith { who: (*who).to_owned(), contacts: *contacts });
        desk.tell(Msg::Whereabouts(Whereabouts { others: others.collect(), pool }));
        desk.model.notices.newest_first().map(|notice| notice.say.clone()).find(|say| say.key.starts_with("back-now"))
    };
    assert_eq!(told(&[], 0), None);
    assert_eq!(told(&[], 5), Some(Say::new("back-now-pool").with("pool", 5_u64)));
    assert_eq!(told(&[("Ben", 2), ("A\u{1b}[2J", 1)], 0).map(|say| say.key), Some("back-now-with"));
    let say = told(&[("Ben", 9), ("Ann (2)", 4), ("Cy", 3), ("Di", 2), ("Eve", 1)], 5);
    assert_eq!(
        say,
        Some(Say::new("back-now-both").with("who", "Ben 9, Ann (2) 4, Cy 3, Di 2, ...").with("pool", 5_u64))
    );
    let hostile = told(&[("A\u{1b}[2J", 1)], 0).expect("said");
    assert!(!format!("{hostile:?}").contains("\\u{1b}"), "{hostile:?}");
}

/// Whoever comes back is told what they held and others have now, once.
#[test]
fn what_went_while_nobody_was_here_is_said() {
    let opened = |had: Vec<(i64, bool)>| {
        let mut desk = Desk::fresh();
        desk.model.options.had = had.into_iter().map(|(id, talks)| (ContactId(id), talks)).collect();
        for msg in opening(2, 1) {
            desk.tell(msg);
        }
        desk.model.notices.newest_first().map(|notice| notice.say.clone()).find(|say| say.key.starts_with("back-"))
    };
    let held = opened(vec![]);
    assert_eq!(held, None);
    let mut desk = Desk::with(2, 1);
    let in_hand: Vec<(i64, bool)> = desk.model.whom_i_hold().into_iter().map(|(id, talks)| (id.0, talks)).collect();
    assert_eq!(in_hand.iter().filter(|(_, talks)| *talks).count(), 1);
    assert_eq!(opened(in_hand.clone()), None, "all is there still");
    let mut more = in_hand;
    more.extend([(77, false), (78, false), (79, true)]);
    let say = opened(more).expect("it is said");
    assert_eq!(say, Say::new("back-both").with("unsent", 2_usize).with("talks", 1_usize));
    assert_eq!(opened(vec![(77, false)]).map(|say| say.key), Some("back-unsent"));
    // Where lists leave out who opted out, nothing goes to others by itself.
    let mut there = Desk::fresh();
    there.model.options.leases = false;
    there.model.options.had = vec![(ContactId(79), true)];
    for msg in opening(2, 1) {
        there.tell(msg);
    }
    assert!(there.model.notices.newest_first().all(|notice| !notice.say.key.starts_with("back-")));
    // Who is closed is nobody's loss.
    desk.keys("<tab><enter>x");
    assert!(desk.model.whom_i_hold().iter().all(|(_, talks)| !talks));
}

#[test]
fn whom_somebody_holds_is_kept_each_minute_and_once() {
    let mut desk = Desk::with(3, 1);
    let kept = |desk: &Desk| {
        let hands = desk.effects.iter().filter_map(|effect| match effect {
            Effect::KeepHands { hands, .. } => Some(hands.len()),
            _ => None,
        });
        hands.collect::<Vec<_>>()
    };
    let held = desk.model.whom_i_hold().len();
    assert!(held > 0);
    desk.wait(60_000);
    assert_eq!(kept(&desk), [held], "a console that is cut off tells the next start all the same");
    desk.wait(3 * 60_000);
    assert_eq!(kept(&desk), [held], "what does not change is not written again");
}

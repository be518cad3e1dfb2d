use jiff::{SignedDuration, Timestamp};

use super::driver::{Desk, line, opening, start};
use crate::api::assignment::{NowWith, Whereabouts};
use crate::api::event::EventKind;
use crate::api::people::{Keeps, Presence};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Msg, Timer};
use crate::console::core::shared::program::Program as _;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::view::CardPane;
use crate::domain::conversation::{OptOut, Status};
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
        let found = (said(&desk, "texter-hours-end-there"), said(&desk, "texter-hours-end-replies-there"));
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

/// While the line is cut the time that was named passes: it stands in the header and on the card, and is said once.
#[test]
fn what_may_be_with_others_by_now_says_so_as_long_as_the_line_is_cut() {
    let mut desk = Desk::with(3, 1);
    seen(&mut desk);
    desk.tell(Msg::Link(LinkState::Offline { since: start(), next_try: start() }));
    desk.wait(14 * 60_000);
    let states = |desk: &Desk| {
        let CardPane::Card(card) = desk.model.card_pane() else { panic!("a card") };
        (desk.model.header().blocked.map(|say| say.key), card.note.map(|say| say.key))
    };
    assert_eq!(states(&desk), (None, None));
    desk.wait(2 * 60_000);
    let gone = (Some("ui-state-may-be-gone"), Some("texter-card-may-be-gone"));
    assert_eq!((states(&desk), said(&desk, "texter-lease-unsent-over")), (gone, 1));
    desk.wait(10 * 60_000);
    assert_eq!((states(&desk), said(&desk, "texter-lease-unsent-over")), (gone, 1), "said once, and it stands");
    assert_eq!(said(&desk, "texter-lease-talks-over"), 0);
    desk.wait(40 * 60_000);
    assert_eq!(said(&desk, "texter-lease-talks-over"), 1);
    // It goes by a press all the same: the server looks at it.
    desk.keys("<enter>");
    assert_eq!(desk.sent().len(), 1);
    desk.tell(Msg::Link(LinkState::Online));
    assert_eq!(states(&desk), (None, None));
}

/// Whoever may have opted out goes with the others.
#[test]
fn what_is_about_to_go_is_counted_as_it_goes() {
    let mut desk = Desk::with(1, 2);
    let mut doubt = line(1001, Status::NeedsResponse);
    doubt.opt_out = OptOut::Possible { words: "please no".into() };
    desk.event(EventKind::Contact { contact: doubt });
    seen(&mut desk);
    desk.tell(Msg::Link(LinkState::Offline { since: start(), next_try: start() }));
    desk.wait(57 * 60_000);
    let talks = desk.model.notices.newest_first().find(|notice| notice.say.key == "texter-lease-talks").expect("said");
    assert_eq!(talks.say.args[0], ("n", 2_usize.into()));
}

/// First texts and replies end one after the other: the nearer end is up, and it says that there is more.
#[test]
fn two_ends_at_once_hide_each_other_not() {
    let mut desk = Desk::with(3, 1);
    let campaign = desk.model.campaign.as_mut().expect("a campaign");
    campaign.def.hours.initial_end = jiff::civil::Time::constant(20, 52, 0, 0);
    campaign.def.hours.reply_end = jiff::civil::Time::constant(21, 0, 0, 0);
    let nine: Timestamp = "2026-10-08T01:00:00Z".parse().unwrap();
    desk.wall = nine - SignedDuration::from_mins(29);
    desk.wait(60_000);
    let up = desk.model.notices.toast().expect("up");
    assert_eq!((up.say.key, desk.model.notices.covered()), ("texter-hours-end-there", 1));
    let there = jiff::civil::date(2026, 10, 7).at(20, 52, 0, 0);
    assert_eq!(up.say.args[0], ("there", Arg::Clock(there)));
    assert_eq!(said(&desk, "texter-hours-end-replies-there"), 1);
}

/// The end is told to the second, not with the next minute.
#[test]
fn an_end_that_has_come_is_told_no_longer() {
    let nine: Timestamp = "2026-10-08T01:00:00Z".parse().unwrap();
    let mut desk = Desk::with(2, 0);
    desk.wall = nine - SignedDuration::from_secs(50);
    desk.wait(60_000 - 1_000 - 1);
    desk.timers.clear();
    desk.wall = nine - SignedDuration::from_secs(30);
    let stamp = desk.stamp();
    desk.tell(Msg::Timer { timer: Timer::Minute, stamp });
    assert_eq!(desk.model.header().blocked.map(|say| say.key), Some("ui-state-hours-end"));
    let due = desk.timers.iter().find(|(_, timer)| *timer == Timer::Due).expect("a timer");
    assert_eq!(due.0, desk.mono + std::time::Duration::from_secs(30));
    desk.wait(30_000);
    assert_eq!((desk.model.header().blocked, desk.model.people.held_back().0), (None, 2));
}

/// Who waits since before this console was opened has no card here: their hours end all the same.
#[test]
fn hours_end_for_who_waits_whose_card_was_never_open() {
    let nine: Timestamp = "2026-10-08T01:00:00Z".parse().unwrap();
    let mut desk = Desk::fresh();
    desk.wall = nine + SignedDuration::from_mins(40);
    desk.wait(1);
    let mut bodies = None;
    for msg in opening(0, 2) {
        match msg {
            Msg::Contacts { asked, found } => bodies = Some((asked, found)),
            other => desk.tell(other),
        }
    }
    let (asked, found) = bodies.expect("bodies");
    let wanted = |fx: &Effect| matches!(fx, Effect::Load(Ask::Contacts(_, ids)) if *ids == asked);
    assert!(desk.effects.iter().any(wanted), "{:?}", desk.effects);
    desk.tell(Msg::Contacts { asked, found });
    assert_eq!(said(&desk, "texter-hours-end-replies-there"), 1);
    assert_eq!(desk.model.header().blocked.map(|say| say.key), Some("ui-state-hours-end"));
}

/// Whoever may not be texted at this hour is counted, whether or not it is their turn.
#[test]
fn whoever_is_held_back_is_counted_before_their_turn() {
    let nine: Timestamp = "2026-10-08T01:00:00Z".parse().unwrap();
    let mut desk = Desk::fresh();
    desk.wall = nine - SignedDuration::from_secs(90);
    for mut msg in opening(4, 0) {
        if let Msg::Contacts { found, .. } = &mut msg {
            for view in found.iter_mut().filter(|view| view.summary.id.0 != 3) {
                view.zones = crate::domain::zone::Zones::from_names(["America/Los_Angeles"]);
            }
        }
        desk.tell(msg);
    }
    desk.wait(60_000);
    assert_eq!((desk.card(), desk.model.header().held_back.0), (Some(1), 0));
    desk.wait(60_000);
    assert_eq!((desk.card(), desk.model.header().held_back.0), (Some(1), 1), "the third of four");
}

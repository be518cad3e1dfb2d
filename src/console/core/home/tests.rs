use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::api::act::Act;
use crate::api::assignment::{NowWith, Whereabouts};
use crate::api::campaign::{Announcement, CampaignState, CampaignTodo, HeldBack, Mine};
use crate::api::message::{Outcome, SendRequest, Shown, Verdict};
use crate::api::people::{Keeps, Presence};
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Confirmed, ConfirmedWhat, Msg, Stamp, Timer};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::view::OverlayView;
use crate::console::keymap::chord::{Press, parse_sequence};
use crate::domain::ids::{CampaignId, ContactId, DeviceId};
use crate::domain::message::MessageKind;

fn todo(id: i64, unsent: u64, waiting: u64) -> CampaignTodo {
    CampaignTodo {
        id: CampaignId(id),
        title: format!("C{id}\u{1b}[2J"),
        state: CampaignState::Running,
        unsent,
        waiting,
        unassigned: 7,
        mine: Mine {
            held: u64::from(unsent > 1),
            held_until: Some(Timestamp::UNIX_EPOCH),
            convo: 2,
            skipped: 1,
            note: Some(Announcement {
                version: 1,
                text: "Be kind\u{7}".into(),
                at: Timestamp::UNIX_EPOCH,
                who: "Kim".into(),
            }),
            ..Mine::default()
        },
    }
}

fn press(model: &mut Model, at: &mut u64, keys: &str) -> Vec<Effect> {
    let mut fx = Vec::new();
    for chord in parse_sequence(keys).unwrap() {
        *at += 1200;
        let stamp = stamp(*at);
        fx.extend(model.update(Msg::Key { chord, press: Press::Fresh, stamp }));
    }
    fx
}

fn stamp(at: u64) -> Stamp {
    Stamp { id: Uuid::from_u128(u128::from(at)), wall: Timestamp::UNIX_EPOCH, mono: Duration::from_millis(at) }
}

fn acts(fx: &[Effect]) -> Vec<(Uuid, Act)> {
    let act = |effect: &Effect| match effect {
        Effect::Confirm(confirmed) => match &confirmed.what {
            ConfirmedWhat::Act { act } => Some((confirmed.id, act.clone())),
            ConfirmedWhat::Text(_) => None,
        },
        _ => None,
    };
    fx.iter().filter_map(act).collect()
}

fn ready() -> Model {
    let mut model = Model::new(HomeOptions { last: Some(CampaignId(2)), ..HomeOptions::new() });
    assert!(model.start().contains(&Effect::Load(Ask::Campaigns)));
    let archived = CampaignTodo { state: CampaignState::Archived, ..todo(3, 4, 0) };
    model.update(Msg::Campaigns(vec![archived, todo(1, 3, 1), todo(2, 0, 0)]));
    model
}

/// Spoke gives conversations back only together with what is unsent: what it would refuse is not offered.
#[test]
fn conversations_alone_are_given_back_only_where_the_server_can() {
    for (talks_alone, rows) in [(true, 4), (false, 3)] {
        let mut model = ready();
        model.options.talks_alone = talks_alone;
        let mut at = 0;
        press(&mut model, &mut at, "k R");
        let Some(OverlayView::Confirm { choices, selected, .. }) = model.overlay_view() else { panic!("it asks") };
        let offered = choices.iter().any(|(say, _)| say.key == "texter-release-conversations");
        assert_eq!((choices.len(), selected, offered), (rows, rows - 1, talks_alone));
        model.options.hands_out = talks_alone;
        let Some(OverlayView::Confirm { lines, .. }) = model.overlay_view() else { panic!("it asks") };
        assert_eq!(lines.iter().any(|say| say.key == "texter-release-there"), !talks_alone, "it may be for good");
        let given = acts(&press(&mut model, &mut at, "k enter"));
        let expected = Act::Release { campaign: CampaignId(1), unsent: true, conversations: true };
        assert_eq!(given.iter().map(|(_, act)| act.clone()).collect::<Vec<_>>(), [expected], "the row before the last");
    }
}

fn accepted(id: Uuid) -> Msg {
    Msg::Verdict { verdict: Verdict { id, outcome: Outcome::Accepted { seq: 1, at: Timestamp::UNIX_EPOCH } } }
}

#[test]
fn it_says_what_is_in_hand_and_the_words_are_harmless() {
    let model = ready();
    assert_eq!(model.at_hand().map(|todo| todo.id), Some(CampaignId(2)), "the one worked in last");
    let ids: Vec<i64> = model.rows().iter().map(|todo| todo.id.0).collect();
    assert_eq!(ids, [1, 2, 3], "what is closed comes last");
    assert!(!format!("{:?}", model.rows()).contains("\\u{1b}") && !format!("{:?}", model.rows()).contains("\\u{7}"));
    let said: Vec<_> = view::counts(&model.rows()[0]).iter().map(|say| say.key).collect();
    assert_eq!(said, ["home-waiting", "home-unsent", "home-held", "home-unassigned", "home-convo", "home-skipped"]);
    let nothing = CampaignTodo { mine: Mine::default(), ..todo(9, 0, 0) };
    assert_eq!(view::counts(&nothing)[0].key, "home-nothing");
    let late =
        CampaignTodo { mine: Mine { late: 33, ..Mine::default() }, state: CampaignState::Archived, ..todo(9, 0, 0) };
    assert_eq!(view::counts(&late)[0].key, "home-late", "they wait for this person, though in nobody's hands");
    let over = CampaignTodo { state: CampaignState::Archived, ..todo(8, 0, 0) };
    let mut model = ready();
    model.update(Msg::Campaigns(vec![over, late, todo(10, 0, 0)]));
    let ids: Vec<i64> = model.rows().iter().map(|todo| todo.id.0).collect();
    assert_eq!(ids, [9, 10, 8], "what is closed and has nobody who waits comes last");
    // Why nobody of those whom nobody has is handed out stands behind their number.
    let at = Some(Timestamp::UNIX_EPOCH);
    let back =
        |hours_until, more| HeldBack { hours: 4, hours_until, lately: 2, lately_until: at, more, carrier_until: None };
    let keys = |held_back| {
        let todo = CampaignTodo { mine: Mine { held_back: Some(held_back), ..Mine::default() }, ..todo(9, 0, 0) };
        view::counts(&todo).iter().map(|say| say.key).collect::<Vec<_>>()
    };
    let told = ["home-nothing", "home-unassigned", "home-back-hours", "home-back-lately"];
    assert_eq!(keys(back(at, false)), told);
    assert_eq!(keys(back(at, true))[2], "home-back-hours-more");
    assert_eq!(keys(back(None, false))[2], "home-back-never");
    let carrier = HeldBack { carrier_until: at, ..HeldBack::default() };
    assert_eq!(keys(carrier), ["home-nothing", "home-unassigned", "home-back-carrier"]);
}

#[test]
fn a_campaign_is_opened_and_contacts_are_asked_for_and_given_back() {
    let (mut model, mut at) = (ready(), 0);
    let fx = press(&mut model, &mut at, "k r");
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Load(Ask::Slice { campaign, claim, want }) => Some((*campaign, *claim, *want)),
        _ => None,
    });
    let (campaign, claim, want) = asked.unwrap();
    assert_eq!((campaign, want), (CampaignId(1), 0));
    assert_eq!(press(&mut model, &mut at, "r").iter().filter(|fx| matches!(fx, Effect::Load(_))).count(), 0, "once");
    let problem = crate::api::problem::Problem::new(crate::api::problem::Code::NoneLeft, "none");
    let fx = model.update(Msg::Slice { claim, result: Err(Box::new(problem)) });
    assert!(fx.contains(&Effect::Load(Ask::Campaigns)) && model.notices.toast().is_some());

    assert_eq!(acts(&press(&mut model, &mut at, "R enter")), [], "the safe choice is selected");
    let given = acts(&press(&mut model, &mut at, "R y"));
    let expected = Act::Release { campaign: CampaignId(1), unsent: true, conversations: false };
    assert_eq!(given.iter().map(|(_, act)| act.clone()).collect::<Vec<_>>(), [expected]);
    model.update(Msg::Journaled { id: given[0].0 });
    assert!(model.update(accepted(given[0].0)).contains(&Effect::Load(Ask::Campaigns)));

    assert!(press(&mut model, &mut at, "enter").contains(&Effect::Quit));
    assert_eq!(model.chosen, Some(CampaignId(1)));
}

/// Whoever holds some already gets a first portion too, not all that the campaign hands out at once.
#[test]
fn a_first_portion_is_asked_for_from_here() {
    let mut model = Model::new(HomeOptions { first_slice: Some(10), ..HomeOptions::new() });
    model.start();
    model.update(Msg::Campaigns(vec![todo(1, 6, 0)]));
    let asked = press(&mut model, &mut 0, "r");
    assert!(asked.iter().any(|effect| matches!(effect, Effect::Load(Ask::Slice { want: 10, .. }))), "{asked:?}");
}

#[test]
fn a_long_guide_is_gone_through_by_pages() {
    let (mut model, mut at) = (ready(), 0);
    press(&mut model, &mut at, "pagedown");
    assert_eq!(model.told_from, 1, "no further than there is");
    let mut long = todo(2, 0, 0);
    long.mine.guide = "Be kind.\n".repeat(30);
    model.update(Msg::Campaigns(vec![todo(1, 0, 0), long]));
    press(&mut model, &mut at, "pagedown pagedown pageup");
    assert_eq!((model.told_from, model.at_hand().map(|todo| todo.id.0)), (4, Some(2)), "the list stays");
    press(&mut model, &mut at, "k");
    assert_eq!(model.told_from, 0, "another campaign's begins at its start");
}

#[test]
fn a_day_does_not_end_before_it_is_known_what_is_held() {
    let mut model = Model::new(HomeOptions::new());
    model.start();
    let mut at = 0;
    press(&mut model, &mut at, "Z");
    let fx = press(&mut model, &mut at, "y");
    assert!(!fx.contains(&Effect::Quit) && !model.done);
}

#[test]
fn done_for_the_day_gives_everything_back_before_it_leaves() {
    let (mut model, mut at) = (ready(), 0);
    assert_eq!(acts(&press(&mut model, &mut at, "Z enter")), [], "not yet is selected");
    let mut given = Vec::new();
    let mut fx = press(&mut model, &mut at, "Z y");
    // One act after the other, each with an id of its own; nobody leaves before the last is handed in.
    for _ in 0..4 {
        let Some((id, act)) = acts(&fx).into_iter().next() else { break };
        given.push(act);
        assert!(!fx.contains(&Effect::Quit) && !model.done);
        let mut next = model.update(Msg::Journaled { id });
        at += 5;
        next.extend(model.update(Msg::Timer { timer: Timer::Next, stamp: stamp(at) }));
        next.extend(model.update(accepted(id)));
        fx = next;
    }
    let mut campaigns: Vec<_> = given
        .iter()
        .map(|act| match act {
            Act::Release { campaign, unsent: true, conversations: true } => campaign.0,
            other => panic!("{other:?}"),
        })
        .collect();
    campaigns.sort_unstable();
    assert_eq!(campaigns, [1, 2, 3]);
    assert!(fx.contains(&Effect::Quit) && model.done);
}

#[test]
fn what_could_not_be_given_back_keeps_nobody_from_seeing_it() {
    let (mut model, mut at) = (ready(), 0);
    let fx = press(&mut model, &mut at, "Z y");
    let (id, _) = acts(&fx)[0].clone();
    model.update(Msg::NotJournaled { id, reason: "disk full".into() });
    assert!(!model.done && !model.is_busy() && model.notices.toast().is_some());
}

#[test]
fn a_release_of_unknown_outcome_ends_the_finishing_and_says_so() {
    let (mut model, mut at) = (ready(), 0);
    let (id, _) = acts(&press(&mut model, &mut at, "Z y"))[0].clone();
    model.update(Msg::Journaled { id });
    assert!(model.is_busy());
    // Another's is nothing to this screen.
    model.update(Msg::Unknown { id: Uuid::from_u128(77) });
    let said = |model: &Model| model.notices.toast().map(|notice| notice.say.key);
    assert!(model.is_busy() && said(&model) != Some("home-outcome-unknown"));
    let fx = model.update(Msg::Unknown { id });
    assert!(fx.contains(&Effect::Load(Ask::Campaigns)), "what is in hand is looked at anew");
    assert_eq!(said(&model), Some("home-outcome-unknown"));
    assert!(!model.done && !model.is_busy());
    // Nothing of that press goes on by itself, and the next press is one.
    at += 5;
    assert_eq!(acts(&model.update(Msg::Timer { timer: Timer::Next, stamp: stamp(at) })), []);
    assert_eq!(acts(&press(&mut model, &mut at, "Z y")).len(), 1);
}

#[test]
fn leaving_says_what_stays_and_for_how_long() {
    let (mut model, mut at) = (ready(), 0);
    let (server_time, lease_until) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    let keeps = Some(Keeps { unsent_minutes: 15, reply_minutes: 60 });
    model.update(Msg::Presence(Presence {
        server_time,
        lease_until,
        own_time: false,
        nothing_goes_before: None,
        keeps,
    }));
    assert!(!press(&mut model, &mut at, "q").contains(&Effect::Quit));
    let said = model.what_stays();
    assert_eq!(said.iter().map(|say| say.key).collect::<Vec<_>>(), ["leave-unsent-after", "leave-talks-after"]);
    assert!(said[0].args.contains(&("minutes", 15_u64.into())) && said[1].args.contains(&("minutes", 60_u64.into())));
    assert!(press(&mut model, &mut at, "y").contains(&Effect::Quit));
    assert!(!model.done && model.chosen.is_none());
    let mut free = Model::new(HomeOptions::new());
    free.update(Msg::Campaigns(vec![]));
    assert!(press(&mut free, &mut at, "q").contains(&Effect::Quit), "nothing in hand, nothing to ask");
}

/// What an earlier console confirmed is in the journal still: it counts as done, and is said to be on its way.
#[test]
fn what_the_journal_holds_is_counted_and_asked_about_anew_once_it_has_arrived() {
    let mut model = ready();
    let text = |n: u128, kind| Confirmed {
        id: Uuid::from_u128(n),
        at: Timestamp::UNIX_EPOCH,
        what: ConfirmedWhat::Text(SendRequest {
            campaign: CampaignId(1),
            contact: ContactId(7),
            kind,
            body: "Hi".into(),
            after_seq: 0,
            epoch: 1,
            script_version: 1,
            variant: None,
            source: None,
            off_script: false,
            shown: Shown {
                body_hash: "0".repeat(64),
                drawn_at: Timestamp::UNIX_EPOCH,
                pressed_at: Timestamp::UNIX_EPOCH,
                dwell_ms: 500,
                mono_ms: 0,
                device: DeviceId(Uuid::nil()),
                link: None,
            },
        }),
    };
    let acts = vec![text(1, MessageKind::Initial), text(2, MessageKind::Initial), text(3, MessageKind::Reply)];
    model.update(Msg::JournalOpen { acts, drafts: Vec::new() });
    let said = |model: &Model, place: usize| {
        let said = model.counts(&model.rows()[place]);
        said.into_iter().map(|say| (say.key, say.args[0].1.clone())).take(2).collect::<Vec<_>>()
    };
    assert_eq!(said(&model, 0), [("home-on-the-way", Arg::Number(3)), ("home-unsent", Arg::Number(1))]);
    assert_eq!(said(&model, 1)[0].0, "home-unassigned", "another campaign's is as it was");

    model.update(Msg::Outbox { waiting: 3, oldest: None });
    for n in 1..=3 {
        model.update(accepted(Uuid::from_u128(n)));
    }
    assert_eq!(said(&model, 0)[0], ("home-unsent", Arg::Number(1)), "arrived, and not counted by the server yet");
    let asks = Effect::Load(Ask::Campaigns);
    assert!(model.update(Msg::Outbox { waiting: 0, oldest: None }).contains(&asks), "no key is needed for it");
    assert!(!model.update(Msg::Outbox { waiting: 0, oldest: None }).contains(&asks), "once");
    model.update(Msg::Campaigns(vec![todo(1, 1, 0), todo(2, 0, 0)]));
    assert_eq!(said(&model, 0)[0], ("home-unsent", Arg::Number(1)));
}

/// Whoever comes back learns that something is gone before they open the campaign.
#[test]
fn what_went_while_somebody_was_away_is_told_on_the_list() {
    let had = |ids: std::ops::Range<i64>| ids.map(|id| (ContactId(id), false)).collect::<Vec<_>>();
    let had = [(CampaignId(1), had(0..6)), (CampaignId(2), had(10..12))].into();
    let mut model = Model::new(HomeOptions { had, ..HomeOptions::new() });
    model.start();
    let asked = |fx: &[Effect]| match fx.iter().find(|fx| matches!(fx, Effect::Load(Ask::Whereabouts(..)))) {
        Some(Effect::Load(Ask::Whereabouts(campaign, ids))) => Some((campaign.0, ids.len())),
        _ => None,
    };
    let mine = |id, unsent| CampaignTodo { mine: Mine::default(), ..todo(id, unsent, 0) };
    let fx = model.update(Msg::Campaigns(vec![mine(1, 0), mine(2, 2)]));
    assert_eq!(asked(&fx), Some((1, 6)), "of the other one everything is there");
    let others = vec![NowWith { who: "Bea".into(), contacts: 4 }];
    assert_eq!(asked(&model.update(Msg::Whereabouts(Whereabouts { others, pool: 2 }))), None);
    let told = model.notices.toast().map(|notice| (notice.level, notice.say.clone()));
    let title = model.rows()[0].title.clone();
    let say = Say::new("home-went").with("title", title).with("n", 6_u64).with("who", "Bea 4");
    assert_eq!(told, Some((Level::Told, say)));
    assert_eq!(model.counts(&model.rows()[0])[0].key, "home-not-yours");
    assert_eq!(model.counts(&model.rows()[1])[0].key, "home-unsent");
}

/// Of what was not given back it is told when that goes, too.
#[test]
fn what_is_given_back_in_part_leaves_the_rest_to_be_told() {
    let had = vec![(ContactId(1), false), (ContactId(2), true)];
    let (mut model, mut at) = (ready(), 0);
    model.options.had = [(CampaignId(1), had.clone()), (CampaignId(2), had)].into();
    press(&mut model, &mut at, "R");
    let fx = press(&mut model, &mut at, "y");
    let (id, act) = acts(&fx)[0].clone();
    let Act::Release { campaign, unsent: true, conversations: false } = act else { panic!("{act:?}") };
    model.update(Msg::Journaled { id });
    let outcome = Outcome::Accepted { seq: 1, at: Timestamp::UNIX_EPOCH };
    model.update(Msg::Verdict { verdict: Verdict { id, outcome } });
    assert_eq!(model.told.get(&campaign), Some(&vec![(ContactId(2), true)]));
}

/// As in the texter's console: what is pressed too often changes nothing.
#[test]
fn staying_is_the_first_choice_of_whoever_leaves() {
    let (mut model, mut at) = (ready(), 0);
    assert!(!press(&mut model, &mut at, "q enter").contains(&Effect::Quit));
    assert!(model.overlays.is_empty());
    press(&mut model, &mut at, "q");
    let Some(OverlayView::Confirm { choices, selected: 0, .. }) = model.overlay_view() else { panic!("no question") };
    assert_eq!(choices.iter().map(|(say, _)| say.key).collect::<Vec<_>>(), ["texter-leave-stay", "texter-leave-now"]);
    assert!(press(&mut model, &mut at, "down enter").contains(&Effect::Quit));
    let (mut model, mut at) = (ready(), 0);
    assert!(press(&mut model, &mut at, "q y").contains(&Effect::Quit));
}

#[test]
fn a_draft_stands_beside_its_campaign_with_the_voters_name() {
    let mut model = Model::new(HomeOptions::new());
    let names = vec!["Hal\u{1b}[2J".to_owned(), "Zoë".to_owned()];
    model.options.written_to.insert(CampaignId(1), WrittenTo { names, at: None });
    model.todos = Some(vec![todo(1, 0, 3), todo(2, 0, 3)]);
    let told = |row: usize| model.counts(&model.rows()[row])[0].clone();
    assert_eq!(told(0), Say::new("home-drafts").with("name", "Hal\u{241b}[2J").with("more", 1_usize));
    assert_ne!(told(1).key, "home-drafts");
    let drafts = told(0);
    let at = Some(Timestamp::UNIX_EPOCH);
    model.options.written_to.entry(CampaignId(1)).or_default().at = at;
    let said = model.counts(&model.rows()[0])[0].clone();
    let day = Arg::Day(Timestamp::UNIX_EPOCH);
    assert_eq!(said, Say::new("home-drafts-written").with("drafts", drafts).with("at", day));
}

//! A closed campaign: nothing begins any more, and late replies are somebody's.

use super::driver::{CAMPAIGN, Desk, def};
use crate::api::campaign::{CampaignState, CampaignView};
use crate::api::event::EventKind;
use crate::api::message::{Outcome, Verdict};
use crate::api::people::Presence;
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Msg};
use crate::console::core::texter::view::CardPane;
use crate::domain::ids::{ContactId, PersonId};

fn close(desk: &mut Desk, owner: i64) {
    desk.event(EventKind::Campaign { state: CampaignState::Archived, script_version: 3 });
    assert!(desk.effects.contains(&Effect::Load(Ask::Campaign(CAMPAIGN))), "who looks after late replies is in it");
    desk.tell(Msg::Campaign(Box::new(CampaignView {
        id: CAMPAIGN,
        state: CampaignState::Archived,
        script_version: 3,
        def: def(),
        recalled: vec![],
        note: None,
        late_owner: Some(PersonId(owner)),
        seq: 9,
    })));
    for contact in [1, 2] {
        desk.event(EventKind::Gone { contact: ContactId(contact), why: "closed".into(), who: None });
    }
}

fn asks(desk: &Desk) -> usize {
    desk.effects.iter().filter(|effect| matches!(effect, Effect::Load(Ask::Slice { .. }))).count()
}

#[rstest::rstest]
#[case::the_owner(1, "texter-archived-late", true)]
#[case::somebody_else(2, "texter-archived", false)]
fn whoever_looks_after_late_replies_answers_and_nobody_else(
    #[case] owner: i64,
    #[case] says: &str,
    #[case] answers: bool,
) {
    let mut desk = Desk::with(2, 1);
    let before = asks(&desk);
    close(&mut desk, owner);
    assert_eq!(desk.model.notices.toast().expect("a notice").say.key, "texter-archived", "said once, not for each");
    assert_eq!(desk.model.all_blocked().map(|say| say.key), Some(says));
    assert_eq!(desk.model.replies_blocked().is_none(), answers);
    desk.keys("<enter><enter>");
    assert_eq!((desk.sent().len(), desk.card()), (0, None));
    // Who waits for an answer is asked for at once, by whoever may give it.
    desk.wait(1_000);
    assert_eq!(asks(&desk) > before, answers);
}

#[test]
fn what_was_confirmed_before_comes_back_with_the_reason() {
    let mut desk = Desk::with(2, 0);
    desk.keys("<enter>");
    let id = desk.confirmed[0].id;
    close(&mut desk, 2);
    let problem = Problem::new(Code::Closed, "the campaign is closed");
    let verdict = Verdict { id, outcome: Outcome::Refused { problem } };
    desk.event(EventKind::Settled { verdict });
    assert_eq!(desk.model.notices.toast().expect("a notice").say.key, "problem-closed");
    assert_eq!(desk.model.parked_count(), 1, "it stands in the outbox, as what came back");
}

#[test]
fn whoever_is_named_later_asks_for_those_who_wait_and_whoever_was_stops() {
    for (first, then) in [(2, 1), (1, 2)] {
        let mut desk = Desk::with(2, 1);
        close(&mut desk, first);
        desk.wait(1_000);
        let before = asks(&desk);
        desk.effects.clear();
        close(&mut desk, then);
        desk.wait(1_000);
        assert_eq!(desk.model.replies_blocked().is_none(), then == 1);
        assert_eq!(asks(&desk), usize::from(then == 1), "{before} before");
    }
}

#[test]
fn a_day_that_is_used_up_is_said_and_asked_about_again() {
    let mut desk = Desk::with(0, 1);
    let at = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(30);
    let refuse = |desk: &mut Desk| {
        let claim = desk.effects.iter().rev().find_map(|effect| match effect {
            Effect::Load(Ask::Slice { claim, .. }) => Some(*claim),
            _ => None,
        });
        let mut full = Problem::new(Code::CapReached, "full");
        full.at = Some(at);
        desk.tell(Msg::Slice { claim: claim.expect("asked"), result: Err(Box::new(full)) });
    };
    desk.wait(1_000);
    refuse(&mut desk);
    let presence = |until| {
        let (server_time, lease_until) = (jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX);
        Msg::Presence(Presence { server_time, lease_until, own_time: false, nothing_goes_before: until, keeps: None })
    };
    desk.tell(presence(Some(at)));
    assert_eq!(desk.model.notices.toast().expect("a notice").say.key, "texter-cap-full");
    assert_eq!(desk.model.header().blocked.expect("said").key, "ui-state-cap");
    let CardPane::Empty { lines } = desk.model.card_pane() else { panic!("a card") };
    assert!(lines.iter().any(|line| line.key == "texter-cap-full"), "replies do not go on: {lines:?}");
    // What is written is taken all the same: it waits.
    assert!(desk.model.replies_blocked().is_none());
    // A server with another cap is asked at once.
    let before = asks(&desk);
    desk.tell(Msg::Link(LinkState::Offline { since: at, next_try: at }));
    desk.tell(Msg::Link(LinkState::Online));
    desk.wait(1_000);
    assert_eq!(asks(&desk), before + 1);
    desk.tell(presence(None));
    assert!(desk.model.header().blocked.is_none());
}

/// Those who write while nobody is asked for them wait in nobody's hands: whoever is there asks again.
#[test]
fn late_replies_are_asked_for_again_as_long_as_their_owner_is_there() {
    let mut desk = Desk::with(2, 1);
    close(&mut desk, 1);
    desk.wait(1_000);
    let claim = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Load(Ask::Slice { claim, .. }) => Some(*claim),
        _ => None,
    });
    let none = Err(Box::new(Problem::new(Code::NoneLeft, "nobody waits")));
    desk.tell(Msg::Slice { claim: claim.expect("asked for at once"), result: none });
    let before = asks(&desk);
    desk.wait(1_000);
    assert_eq!(asks(&desk), before, "not at every moment");
    let (server_time, lease_until) = (jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX);
    desk.tell(Msg::Presence(Presence {
        server_time,
        lease_until,
        own_time: false,
        nothing_goes_before: None,
        keeps: None,
    }));
    desk.wait(1_000);
    assert_eq!(asks(&desk), before + 1);
}

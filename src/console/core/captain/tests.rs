use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::api::act::Act;
use crate::api::campaign::CampaignState;
use crate::api::captain::{Board, ByHours, HeldLately, TexterLine};
use crate::api::people::Presence;
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, ConfirmedWhat, LinkState, Msg, Stamp, Timer};
use crate::console::keymap::action::Action;
use crate::console::keymap::chord::{Press, parse_sequence};
use crate::domain::ids::{CampaignId, PersonId};
use crate::domain::second_factor::OneTimeCode;

fn board(seq: u64) -> Board {
    let texter = |person, unsent| TexterLine {
        person: PersonId(person),
        name: format!("T{person}\u{1b}[2J"),
        signed_out: false,
        practised: false,
        assigned: 10,
        unsent,
        sent: 0,
        waiting: 0,
        last_ten_minutes: 0,
        last_seen: None,
    };
    Board {
        campaign: CampaignId(1),
        title: "C".into(),
        state: CampaignState::Running,
        counts: crate::domain::stats::Counts::default(),
        oldest_wait: None,
        foreign: None,
        in_flight: 0,
        unknown: 0,
        waiting_room: 0,
        gauge: None,
        lately: None,
        hours_behind: Vec::new(),
        hours: None,
        recalls: 0,
        recalled_at: None,
        texters: vec![texter(1, 0), texter(2, 5)],
        at: Timestamp::UNIX_EPOCH,
        seq,
    }
}

fn press(model: &mut Model, at: &mut u64, keys: &str) -> Vec<Effect> {
    let mut fx = Vec::new();
    for chord in parse_sequence(keys).unwrap() {
        *at += 400;
        let stamp = Stamp {
            id: Uuid::from_u128(u128::from(*at)),
            wall: Timestamp::UNIX_EPOCH,
            mono: Duration::from_millis(*at),
        };
        fx.extend(model.update(Msg::Key { chord, press: Press::Fresh, stamp }));
    }
    fx
}

fn acts(fx: &[Effect]) -> Vec<Act> {
    fx.iter()
        .filter_map(|effect| match effect {
            Effect::Confirm(confirmed) => match &confirmed.what {
                ConfirmedWhat::Act { act } => Some(act.clone()),
                ConfirmedWhat::Text(_) => None,
            },
            _ => None,
        })
        .collect()
}

fn ready() -> Model {
    let mut model = Model::new(CaptainOptions::new(CampaignId(1)));
    model.start();
    let fx = model.update(Msg::Board(Box::new(board(7))));
    assert!(fx.contains(&Effect::Follow { campaign: CampaignId(1), after: 7 }));
    model
}

#[test]
fn pausing_asks_first_and_the_safe_choice_is_selected() {
    let (mut model, mut at) = (ready(), 0);
    assert_eq!(acts(&press(&mut model, &mut at, "p enter")), []);
    assert_eq!(acts(&press(&mut model, &mut at, "p y")), [Act::Pause { campaign: CampaignId(1) }]);
}

#[test]
fn reclaiming_takes_the_selected_texter() {
    let (mut model, mut at) = (ready(), 0);
    assert_eq!(acts(&press(&mut model, &mut at, "t y")), [], "the first has nothing to give back");
    let expected = Act::Reclaim { campaign: CampaignId(1), texter: PersonId(2) };
    assert_eq!(acts(&press(&mut model, &mut at, "j t y")), [expected]);
}

#[test]
fn whoever_is_on_the_board_no_more_still_has_a_name() {
    let (mut model, mut at) = (ready(), 0);
    press(&mut model, &mut at, "j t y");
    let id = *model.acts.keys().next().expect("an act");
    let mut emptied = board(9);
    emptied.texters.truncate(1);
    model.update(Msg::Board(Box::new(emptied)));
    let outcome = crate::api::message::Outcome::Accepted { seq: 9, at: Timestamp::UNIX_EPOCH };
    model.update(Msg::Verdict { verdict: crate::api::message::Verdict { id, outcome } });
    let said = &model.notices.newest_first().next().expect("said").say;
    assert!(said.key == "captain-reclaimed" && format!("{said:?}").contains("T2"), "{said:?}");
}

#[test]
fn what_another_server_lacks_has_no_key_there() {
    let (mut model, mut at) = (ready(), 0);
    let offered = |model: &Model| {
        let mut keys = model.footer().into_iter();
        keys.any(|key| matches!(key.action, Action::Flagged | Action::Announce))
    };
    assert!(offered(&model));
    model.update(Msg::Board(Box::new(Board { foreign: Some(Box::default()), ..board(9) })));
    assert!(!offered(&model));
    for key in ["f", "N"] {
        let fx = press(&mut model, &mut at, key);
        assert!(model.overlays.is_empty() && !fx.iter().any(|effect| matches!(effect, Effect::Load(_))), "{key}");
        assert_eq!(model.notices.newest_first().next().map(|notice| notice.say.key), Some("captain-not-there"));
    }
}

#[test]
fn an_older_board_does_not_replace_a_newer_one_and_names_are_safe() {
    let mut model = ready();
    let mut older = board(3);
    older.title = "old".into();
    model.update(Msg::Board(Box::new(older)));
    let shown = model.board.as_ref().unwrap();
    assert_eq!(shown.title, "C");
    assert!(!shown.texters[0].name.contains('\u{1b}'));
}

#[test]
fn leaving_with_an_act_on_its_way_asks() {
    let (mut model, mut at) = (ready(), 0);
    press(&mut model, &mut at, "p y");
    assert!(!press(&mut model, &mut at, "q").contains(&Effect::Quit));
    assert!(press(&mut model, &mut at, "y").contains(&Effect::Quit));
}

fn held() -> crate::api::captain::HeldText {
    use crate::domain::ids::{ContactId, MessageId};
    use crate::domain::message::{Delivery, MessageKind};
    crate::api::captain::HeldText {
        message: MessageId(Uuid::from_u128(5)),
        contact: ContactId(9),
        first_name: "Mal\u{1b}[2J".into(),
        texter: Some("Tess".into()),
        kind: MessageKind::Initial,
        body: "Hi\u{1b}]52;c;x\u{7} there".into(),
        confirmed_at: Timestamp::UNIX_EPOCH,
        tried_at: Timestamp::UNIX_EPOCH,
        attempts: 1,
        safe_to_send_again: false,
        delivery: Delivery::Held,
        opted_out: false,
    }
}

#[test]
fn a_held_text_is_decided_on_in_a_dialog_whose_safe_choice_is_selected() {
    use crate::api::act::HeldDecision::{Arrived, GiveUp, SendAgain};
    use crate::console::core::shared::msg::Ask;
    use crate::console::keymap::action::Action;
    let (mut model, mut at) = (ready(), 0);
    assert_eq!(press(&mut model, &mut at, "h").iter().filter(|fx| matches!(fx, Effect::Load(Ask::Held(_)))).count(), 0);
    assert!(!model.footer().iter().any(|key| key.action == Action::Held), "nothing to decide");
    let mut counted = board(8);
    counted.counts.held = 1;
    model.update(Msg::Board(Box::new(counted)));
    assert!(model.footer().iter().any(|key| key.action == Action::Held));
    for (keys, decisions) in [
        ("enter enter", vec![]),
        ("y y", vec![]),
        ("enter n", vec![]),
        ("enter k k k enter", vec![Arrived]),
        ("enter k k enter", vec![SendAgain]),
        ("enter k enter", vec![GiveUp]),
    ] {
        model.overlays.clear();
        assert!(press(&mut model, &mut at, "h").contains(&Effect::Load(Ask::Held(CampaignId(1)))));
        model.update(Msg::Held(vec![held()]));
        assert!(!model.held[0].first_name.contains('\u{1b}') && !model.held[0].body.contains('\u{1b}'));
        let offered = |model: &Model| model.footer().iter().map(|key| key.action).collect::<Vec<_>>();
        let list_keys = [Action::Down, Action::Choose, Action::Back];
        assert_eq!(offered(&model), list_keys, "nothing that a yes would answer");
        let fx = press(&mut model, &mut at, keys);
        let wanted: Vec<_> =
            decisions.into_iter().map(|decision| Act::DecideHeld { message: held().message, decision }).collect();
        assert_eq!(acts(&fx), wanted, "{keys}");
        if let Some(id) = model.busy {
            model.update(Msg::Journaled { id });
        }
    }
}

#[test]
fn the_list_goes_when_nothing_is_left_to_decide() {
    let (mut model, mut at) = (ready(), 0);
    let mut counted = board(8);
    counted.unknown = 1;
    model.update(Msg::Board(Box::new(counted)));
    press(&mut model, &mut at, "h");
    model.update(Msg::Held(vec![held()]));
    assert!(matches!(model.overlays.last(), Some(Overlay::Held { .. })));
    model.update(Msg::Held(vec![]));
    assert!(model.overlays.is_empty());
}

#[test]
fn who_waits_at_the_door_is_let_in_one_by_one_or_all_or_shown_out() {
    use crate::api::people::{Role, WaitingPerson};
    let one = |person, name: &str| WaitingPerson {
        person: PersonId(person),
        name: name.into(),
        role: Role::Texter,
        campaign: None,
        since: Timestamp::UNIX_EPOCH,
        unread: person == 7,
        conduct: None,
    };
    let campaign = Some(CampaignId(1));
    let both = vec![PersonId(7), PersonId(8)];
    for (keys, wanted) in [
        ("enter enter", Some(Act::Admit { campaign, people: vec![PersonId(7)] })),
        ("j enter enter", Some(Act::Admit { campaign, people: vec![PersonId(8)] })),
        ("k enter", Some(Act::Admit { campaign, people: both })),
        ("enter j enter", Some(Act::ShowOut { campaign, person: PersonId(7) })),
        ("enter j j enter", None),
        ("esc", None),
    ] {
        let (mut model, mut at) = (Model::new(CaptainOptions::new(CampaignId(1))), 1_000);
        model.update(Msg::Board(Box::new(board(1))));
        let asked = Effect::Load(crate::console::core::shared::msg::Ask::WaitingRoom);
        assert!(!press(&mut model, &mut at, "w").contains(&asked), "nobody is there");
        model.update(Msg::Board(Box::new(Board { waiting_room: 2, ..board(2) })));
        assert!(press(&mut model, &mut at, "w").contains(&asked));
        model.update(Msg::WaitingRoom(vec![one(7, "Ann\u{1b}[2J"), one(8, "Bea")]));
        let shown = format!("{:?}", model.overlay_view());
        assert!(!shown.contains("\\u{1b}"), "a name is data");
        let rows = ["captain-room-row-unread", "captain-room-row\""].map(|row| shown.matches(row).count());
        assert_eq!(rows, [1, 1], "who has accepted the rules: {shown}");
        let fx = press(&mut model, &mut at, keys);
        assert_eq!(acts(&fx), wanted.into_iter().collect::<Vec<_>>(), "{keys}");
    }
}

fn refused() -> Msg {
    let problem = Box::new(Problem::new(Code::SecondFactorNeeded, "a code"));
    Msg::Failed { what: Ask::Board(CampaignId(1)), problem }
}

fn said(model: &Model) -> Option<&'static str> {
    match model.overlays.last() {
        Some(Overlay::SecondFactor { said, code }) => {
            assert_eq!(code.text(), "", "there is room for the next one");
            Some(said.as_ref().map_or("", |say| say.key))
        }
        _ => None,
    }
}

#[test]
fn a_code_is_asked_for_once_and_the_board_begins_anew_with_it() {
    let (mut model, mut at) = (ready(), 0);
    press(&mut model, &mut at, "p");
    model.update(refused());
    assert!(model.board.is_none(), "what is not told any more is not shown");
    model.update(refused());
    assert_eq!((model.overlays.len(), said(&model)), (1, Some("")), "two refusals are one question");
    // What is no digit is not typed, and five digits are no code.
    assert_eq!(acts(&press(&mut model, &mut at, "1 2 x 3 p 4 5 enter")), []);
    assert_eq!(said(&model), Some("captain-code-digits"));
    model.update(Msg::Paste("005 924 77\u{1b}".into()));
    let fx = press(&mut model, &mut at, "enter");
    assert!(fx.contains(&Effect::Prove(OneTimeCode::parse("005924").unwrap())), "{fx:?}");
    assert_eq!(said(&model), Some("captain-code-asking"));

    // The next code may follow at once.
    at -= 300;
    assert_eq!(press(&mut model, &mut at, "enter"), []);
    assert_eq!(said(&model), Some("captain-code-digits"));

    let wrong = Problem::new(Code::WrongCode, "wrong");
    model.update(Msg::Proved(Err(Box::new(wrong.clone()))));
    assert_eq!(said(&model), Some("problem-wrong-code"));
    let locked = Problem { at: Some(Timestamp::UNIX_EPOCH), ..wrong };
    model.update(Msg::Proved(Err(Box::new(locked))));
    assert_eq!(said(&model), Some("captain-code-locked"));

    let fx = model.update(Msg::Proved(Ok(())));
    assert!(model.overlays.is_empty() && fx.contains(&Effect::Load(Ask::Board(CampaignId(1)))), "{fx:?}");
    let fx = model.update(Msg::Board(Box::new(board(9))));
    assert!(fx.contains(&Effect::Follow { campaign: CampaignId(1), after: 9 }), "a captain's feed again: {fx:?}");
}

#[test]
fn whoever_leaves_the_question_is_told_and_asked_again_by_a_refresh() {
    let (mut model, mut at) = (ready(), 0);
    model.update(refused());
    press(&mut model, &mut at, "esc");
    assert_eq!(said(&model), None);
    assert_eq!(model.notices.toast().map(|notice| notice.say.key), Some("problem-second-factor-needed"));
    let fx = press(&mut model, &mut at, "r");
    assert!(fx.contains(&Effect::Load(Ask::Board(CampaignId(1)))), "{fx:?}");
    model.update(refused());
    assert_eq!(said(&model), Some(""));
}

#[test]
fn a_feed_that_begins_or_ends_asks_whether_there_is_a_board_still() {
    let mut model = ready();
    let asked = Effect::Load(Ask::Board(CampaignId(1)));
    assert!(model.update(Msg::Link(LinkState::Online)).contains(&asked));
    assert!(!model.update(Msg::Link(LinkState::Online)).contains(&asked), "once");
    let offline = LinkState::Offline { since: Timestamp::UNIX_EPOCH, next_try: Timestamp::UNIX_EPOCH };
    assert!(model.update(Msg::Link(offline.clone())).contains(&asked));
    assert!(!model.update(Msg::Link(offline)).contains(&asked), "once");
    assert!(model.update(Msg::Link(LinkState::Online)).contains(&asked), "what happened meanwhile");
    model.update(refused());
    press(&mut model, &mut 0, "esc");
    model.update(Msg::Link(LinkState::Connecting));
    assert!(!model.update(Msg::Link(LinkState::Online)).contains(&asked), "whoever left the question is left alone");
}

#[test]
fn a_server_that_stands_still_is_told_within_seconds_and_the_board_as_of_when_it_was_heard() {
    let mut model = ready();
    let stamp = |second: i64| Stamp {
        id: Uuid::nil(),
        wall: Timestamp::from_second(second).expect("a time"),
        mono: Duration::from_secs(second.unsigned_abs()),
    };
    let presence = |second: i64| {
        let server_time = Timestamp::from_second(second).expect("a time");
        let lease_until = server_time;
        Msg::Presence(Presence { server_time, lease_until, own_time: false, nothing_goes_before: None, keeps: None })
    };
    model.update(Msg::Link(LinkState::Online));
    model.update(Msg::Board(Box::new(board(8))));
    let waits = |fx: &[Effect]| fx.iter().any(|fx| matches!(fx, Effect::After { timer: Timer::Answer, .. }));
    let fx = model.update(Msg::Timer { timer: Timer::Presence, stamp: stamp(100) });
    assert!(fx.contains(&Effect::Presence) && waits(&fx), "{fx:?}");
    let fx = model.update(presence(100));
    assert!(fx.contains(&Effect::Stop(Timer::Answer)), "{fx:?}");
    assert_eq!((model.as_of(), model.board_now()), (None, model.campaign_now()));
    model.update(Msg::Timer { timer: Timer::Presence, stamp: stamp(110) });
    model.update(Msg::Timer { timer: Timer::Answer, stamp: stamp(114) });
    assert!(model.is_unanswered());
    let heard = Timestamp::from_second(100).ok();
    assert_eq!((model.as_of(), model.board_now()), (heard, heard), "whoever was seen then is not told as seen now");
    model.update(presence(120));
    assert!(!model.is_unanswered() && model.as_of().is_none());
    let offline = LinkState::Offline { since: Timestamp::UNIX_EPOCH, next_try: Timestamp::UNIX_EPOCH };
    model.update(Msg::Link(offline));
    assert_eq!(model.as_of(), Timestamp::from_second(120).ok(), "a line that is cut");
    // A server that is asked now and then is never told as it is now.
    model.update(Msg::Link(LinkState::Online));
    let foreign = crate::api::captain::Foreign { texts_out: None, texts_in: None, errors: vec![], untold: vec![] };
    model.update(Msg::Board(Box::new(Board { foreign: Some(Box::new(foreign)), ..board(9) })));
    assert_eq!(model.as_of(), Some(board(9).at));
}

fn flagged(contact: i64, question: &str) -> crate::api::captain::Flagged {
    crate::api::captain::Flagged {
        contact: crate::domain::ids::ContactId(contact),
        first_name: format!("Vic\u{1b}[2J{contact}"),
        texter: Some("Tess".into()),
        question: question.into(),
        asked_at: Some(Timestamp::UNIX_EPOCH),
        asked_by: Some("Tess".into()),
        preview: "who are you?\u{7}".into(),
    }
}

#[test]
fn what_a_texter_asked_is_answered_on_the_board() {
    let (mut model, mut at) = (ready(), 0);
    let fx = press(&mut model, &mut at, "f");
    assert!(fx.contains(&Effect::Load(Ask::Flagged(CampaignId(1)))));
    model.update(Msg::Flagged(vec![flagged(7, "may I say so?"), flagged(8, "")]));
    assert!(!format!("{:?}", model.overlay_view()).contains("\\u{1b}"), "{:?}", model.overlay_view());
    // The second one; nothing written, nothing sent; then words, by one press.
    assert_eq!(acts(&press(&mut model, &mut at, "j enter enter")), []);
    let sent = acts(&press(&mut model, &mut at, "k enter y e s enter"));
    assert_eq!(sent, [Act::AnswerAsked { contact: crate::domain::ids::ContactId(7), text: "yes".into() }]);
    let id = *model.acts.keys().next().unwrap();
    let verdict = crate::api::message::Verdict {
        id,
        outcome: crate::api::message::Outcome::Accepted { seq: 9, at: Timestamp::UNIX_EPOCH },
    };
    let fx = model.update(Msg::Verdict { verdict });
    assert!(fx.contains(&Effect::Load(Ask::Flagged(CampaignId(1)))), "the list is read again");
    model.update(Msg::Flagged(vec![]));
    assert_eq!(model.context(), crate::console::keymap::context::Context::Board);
}

#[test]
fn a_note_to_all_texters_is_written_on_the_board() {
    let (mut model, mut at) = (ready(), 0);
    let sent = acts(&press(&mut model, &mut at, "N h i enter"));
    assert_eq!(sent, [Act::Announce { campaign: CampaignId(1), text: "hi".into() }]);
    model.update(Msg::Journaled { id: *model.acts.keys().next().unwrap() });
    assert_eq!(acts(&press(&mut model, &mut at, "N esc")), []);
    press(&mut model, &mut at, "N");
    model.update(Msg::Paste("x".repeat(1_001)));
    assert_eq!(acts(&press(&mut model, &mut at, "enter")), [], "too long, and said so");
    assert!(model.notices.toast().is_some());
}

#[test]
fn whom_the_frequency_cap_holds_back_is_said() {
    let until = Timestamp::UNIX_EPOCH;
    let told =
        super::view::foreign_says(&Board { lately: Some(Box::new(HeldLately { contacts: 13, until })), ..board(1) });
    assert_eq!(told.iter().map(|say| say.key).collect::<Vec<_>>(), ["ui-board-lately"]);
    assert_eq!(super::view::foreign_says(&board(1)), []);
}

#[test]
fn who_is_held_by_texting_hours_is_said_until_the_first_may_be_texted() {
    let until = board(1).at.checked_add(jiff::SignedDuration::from_hours(1)).expect("a time");
    let hours = Box::new(ByHours { open: 2, held: 16, until: Some(until), never: 1 });
    let keys = |model: &Model| -> Vec<&'static str> {
        let shown = model.board.as_ref().expect("a board");
        super::view::foreign_says(shown).iter().map(|say| say.key).collect()
    };
    let mut model = Model::new(CaptainOptions::new(CampaignId(1)));
    model.update(Msg::Board(Box::new(Board { hours: Some(hours), ..board(1) })));
    assert_eq!(keys(&model), ["ui-board-held-hours", "ui-board-never"]);
    model.update(Msg::Board(Box::new(board(2))));
    assert_eq!(keys(&model), ["ui-board-held-hours", "ui-board-never"]);
    // Not for long: who is opted out meanwhile is held no more. Asked for again, it is counted anew.
    let later = board(1).at.checked_add(jiff::SignedDuration::from_mins(11)).expect("a time");
    model.update(Msg::Board(Box::new(Board { at: later, ..board(3) })));
    assert_eq!(keys(&model), [""; 0]);
    let hours = Box::new(ByHours { open: 2, held: 16, until: Some(until), never: 1 });
    let almost = board(1).at.checked_add(jiff::SignedDuration::from_mins(58)).expect("a time");
    model.update(Msg::Board(Box::new(Board { at: almost, hours: Some(hours), ..board(4) })));
    assert_eq!(keys(&model), ["ui-board-held-hours", "ui-board-never"]);
    model.update(Msg::Board(Box::new(Board { at: until, ..board(5) })));
    assert_eq!(keys(&model), [""; 0]);
}

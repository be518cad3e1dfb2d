use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::api::campaign::CampaignState;
use crate::api::captain::{Board, Foreign};
use crate::api::people::Role;
use crate::api::problem::{Code, Problem};
use crate::api::review::{Conversation, Deed, Filters, Person, ReviewAnswer, ReviewAsk, Said, To, Whom};
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Msg, Stamp};
use crate::console::core::texter::view::OverlayView;
use crate::console::keymap::action::Action;
use crate::console::keymap::chord::{Press, parse_sequence};
use crate::console::keymap::context::Context;
use crate::domain::conversation::Status;
use crate::domain::ids::{CampaignId, ContactId, PersonId};

const C: CampaignId = CampaignId(1);

fn board(foreign: bool) -> Board {
    Board {
        campaign: C,
        title: "Vote".into(),
        state: CampaignState::Running,
        counts: crate::domain::stats::Counts::default(),
        oldest_wait: None,
        foreign: foreign.then(|| Box::new(Foreign { texts_out: None, texts_in: None, errors: vec![], untold: vec![] })),
        in_flight: 0,
        unknown: 0,
        waiting_room: 0,
        gauge: None,
        lately: None,
        hours_behind: Vec::new(),
        hours: None,
        recalls: 0,
        recalled_at: None,
        texters: Vec::new(),
        at: Timestamp::UNIX_EPOCH,
        seq: 1,
    }
}

fn talk(contact: i64, name: &str, tags: &[&str]) -> Conversation {
    Conversation {
        contact: ContactId(contact),
        first_name: name.into(),
        last_name: "X\u{1b}[2J".into(),
        campaign: C,
        title: "Vote".into(),
        texter: Some(PersonId(2)),
        texter_name: Some("Tess".into()),
        status: Status::NeedsResponse,
        opted_out: false,
        error_code: None,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        messages: vec![Said { from_voter: true, text: "Where?\nHere".into(), at: None }],
    }
}

struct Screen {
    model: Model,
    at: u64,
}

impl Screen {
    fn new(foreign: bool) -> Self {
        let mut model = Model::new(CaptainOptions::new(C));
        model.update(Msg::Board(Box::new(board(foreign))));
        Self { model, at: 0 }
    }

    /// What the server is asked for by these keys.
    fn keys(&mut self, keys: &str) -> Vec<ReviewAsk> {
        let mut fx = Vec::new();
        for chord in parse_sequence(keys).unwrap() {
            self.at += 400;
            let stamp = Stamp {
                id: Uuid::from_u128(u128::from(self.at)),
                wall: Timestamp::UNIX_EPOCH,
                mono: Duration::from_millis(self.at),
            };
            fx.extend(self.model.update(Msg::Key { chord, press: Press::Fresh, stamp }));
        }
        asked(fx)
    }

    fn told(&mut self, answer: ReviewAnswer) -> Vec<ReviewAsk> {
        asked(self.model.update(Msg::Review(Box::new(answer))))
    }

    fn crew(&mut self) {
        let one = |person, name: &str| Person { person: PersonId(person), name: name.into(), role: Some(Role::Texter) };
        let people = vec![one(2, "Tess Texter"), one(1, "Ada Admin")];
        self.told(ReviewAnswer::Crew { people, tags: vec!["done".into(), "spanish".into()] });
    }

    fn page(&mut self, filters: &Filters, found: Vec<Conversation>, total: u64) {
        self.told(ReviewAnswer::Page { filters: filters.clone(), offset: 0, found, total });
    }

    fn rows(&self) -> usize {
        match self.model.overlay_view() {
            Some(OverlayView::Talks { rows, .. }) => rows.len(),
            other => panic!("no list: {other:?}"),
        }
    }

    fn said(&self) -> &'static str {
        self.model.notices.newest_first().next().map(|notice| notice.say.key).unwrap_or_default()
    }
}

fn asked(fx: Vec<Effect>) -> Vec<ReviewAsk> {
    let review = |effect| match effect {
        Effect::Load(Ask::Review(ask)) => Some(*ask),
        _ => None,
    };
    fx.into_iter().filter_map(review).collect()
}

fn here() -> Filters {
    Filters { campaign: Some(C), ..Filters::default() }
}

fn whom(contact: i64) -> Whom {
    Whom { campaign: C, contact: ContactId(contact) }
}

/// The list with Ana, Ben and Cora, of five.
fn listed() -> Screen {
    let mut screen = Screen::new(true);
    assert_eq!(screen.keys("c"), [ReviewAsk::Crew(C), ReviewAsk::Page(here(), 0)]);
    screen.crew();
    let found = vec![talk(1, "Ana", &["done"]), talk(2, "Ben", &[]), talk(3, "Cora", &["done"])];
    screen.page(&here(), found, 5);
    screen
}

#[test]
fn conversations_are_listed_read_and_more_of_them_asked_for() {
    let mut screen = listed();
    assert_eq!((screen.model.context(), screen.rows()), (Context::Review, 4));
    assert_eq!(screen.keys("enter"), []);
    let Some(OverlayView::Talk { lines, .. }) = screen.model.overlay_view() else { panic!("not open") };
    assert!(lines.iter().any(|say| say.key == "captain-talk-they-once"), "{lines:?}");
    assert!(!format!("{:?}", screen.model.overlay_view()).contains('\u{1b}'));
    assert_eq!(screen.keys("esc G enter"), [ReviewAsk::Page(here(), 3)]);
    let more = ReviewAnswer::Page { filters: here(), offset: 3, found: vec![talk(4, "Dan", &[])], total: 4 };
    screen.told(more);
    assert_eq!(screen.rows(), 4, "no row for more is left");
    // What was asked for under other filters is not put into this list.
    let other = Filters { texter: Some(9), ..here() };
    screen.page(&other, vec![], 0);
    assert_eq!(screen.rows(), 4);
}

#[test]
fn filters_are_typed_and_what_is_wrong_in_them_is_said() {
    let mut screen = listed();
    screen.keys("f");
    screen.model.update(Msg::Paste("texter:bob".into()));
    assert_eq!(screen.keys("enter"), []);
    assert_eq!(screen.said(), "captain-filter-person");
    screen.keys("ctrl+u");
    screen.model.update(Msg::Paste("texter:ada tag:nosuch".into()));
    assert_eq!((screen.keys("enter").len(), screen.said()), (0, "captain-filter-tag"));
    screen.keys("ctrl+u");
    screen.model.update(Msg::Paste("texter:ada tag:done where".into()));
    let wanted = Filters { texter: Some(1), tags: vec!["done".into()], text: Some("where".into()), ..here() };
    assert_eq!(screen.keys("enter"), [ReviewAsk::Page(wanted, 0)]);
    assert_eq!(screen.rows(), 0, "nothing of before stands under the new filter");
    screen.keys("f ctrl+u a l l");
    assert_eq!(screen.keys("enter"), [ReviewAsk::Page(here(), 0)]);
}

#[test]
fn one_is_given_at_once_and_several_after_a_question() {
    let mut screen = listed();
    // Ada is the first: people stand by name, nobody behind them.
    assert_eq!(screen.keys("a enter"), [ReviewAsk::Do(Deed::Give(To::Person(PersonId(1))), vec![whom(1)])]);
    // While that is on its way nothing else is done.
    assert_eq!((screen.keys("s").len(), screen.said()), (0, "captain-talks-doing"));
    let done =
        ReviewAnswer::Done { deed: Deed::Give(To::Person(PersonId(1))), asked: 1, left: vec![], wordless: false };
    assert_eq!(screen.told(done), [ReviewAsk::Page(here(), 0)]);
    assert_eq!(screen.said(), "captain-talks-given");

    screen.page(&here(), vec![talk(1, "Ana", &[]), talk(2, "Ben", &[]), talk(3, "Cora", &[])], 3);
    let [ReviewAsk::Do(nobody, _)] = &screen.keys("a j j enter")[..] else { panic!("not given") };
    assert_eq!(*nobody, Deed::Give(To::Nobody));
    screen.told(ReviewAnswer::Done { deed: Deed::Give(To::Nobody), asked: 1, left: vec![], wordless: false });
    assert_eq!(screen.keys("g g space space s enter"), [], "it is asked first");
    assert!(matches!(screen.model.overlay_view(), Some(OverlayView::Confirm { selected: 1, .. })));
    assert_eq!(screen.keys("enter"), [], "no is selected");
    assert_eq!(screen.keys("s enter y"), [ReviewAsk::Do(Deed::Close(true), vec![whom(1), whom(2)])]);
    screen.told(ReviewAnswer::Done { deed: Deed::Close(true), asked: 2, left: vec![ContactId(2)], wordless: false });
    let said: Vec<_> = screen.model.notices.newest_first().take(2).map(|notice| notice.say.key).collect();
    assert_eq!(said, ["captain-talks-left", "captain-talks-closed"]);
}

#[test]
fn a_tag_that_all_have_is_taken_off_else_it_is_set() {
    let mut screen = listed();
    assert_eq!(screen.keys("t enter"), [ReviewAsk::Do(Deed::Tag("done".into(), false), vec![whom(1)])]);
    screen.told(ReviewAnswer::Done { deed: Deed::Tag("done".into(), false), asked: 1, left: vec![], wordless: false });
    let deed = Deed::Tag("done".into(), true);
    assert_eq!(screen.keys("A t enter y"), [ReviewAsk::Do(deed, vec![whom(1), whom(2), whom(3)])]);
}

#[test]
fn without_an_answer_nobody_says_that_it_was_done_or_does_it_again() {
    let mut screen = listed();
    let [ask] = screen.keys("s enter").try_into().expect("one");
    let problem = Box::new(Problem::new(Code::Unavailable, "no answer"));
    let fx = screen.model.update(Msg::Failed { what: Ask::Review(Box::new(ask)), problem });
    assert_eq!(asked(fx), [ReviewAsk::Page(here(), 0)], "it is looked at");
    assert_eq!(screen.said(), "captain-talks-unknown");
}

#[test]
fn a_deed_that_the_server_turns_away_is_said_to_be_the_persons_to_repeat() {
    let mut screen = listed();
    let [ask] = screen.keys("a enter").try_into().expect("one");
    let Some(OverlayView::Talks { lines, .. }) = screen.model.overlay_view() else { panic!("no list") };
    assert!(lines.iter().any(|say| say.key == "captain-talks-on-its-way"), "{lines:?}");
    let mut problem = Problem::new(Code::RateLimited, "too much");
    problem.retry_after = Some(20);
    let failed = Msg::Failed { what: Ask::Review(Box::new(ask)), problem: Box::new(problem) };
    assert_eq!(asked(screen.model.update(failed)), [ReviewAsk::Page(here(), 0)], "it is looked at, not done again");
    assert_eq!(screen.said(), "captain-talks-too-much-for");
    // A no without a reason is told as one, and nothing beside it says that somebody was given.
    screen.page(&here(), vec![talk(1, "Ana", &[])], 1);
    let before = screen.model.notices.newest_first().count();
    let deed = Deed::Give(To::Person(PersonId(1)));
    screen.told(ReviewAnswer::Done { deed, asked: 1, left: vec![ContactId(1)], wordless: true });
    assert_eq!(
        (screen.said(), screen.model.notices.newest_first().count()),
        ("captain-talks-left-wordless", before + 1)
    );
}

#[test]
fn where_the_server_shows_no_conversations_there_is_no_such_key() {
    let mut screen = Screen::new(false);
    assert_eq!(screen.keys("c"), []);
    assert_eq!(screen.said(), "captain-talks-not-there");
    assert!(!screen.model.footer().iter().any(|key| key.action == Action::Talks));
    assert!(listed().model.footer().iter().any(|key| key.action == Action::Reassign));
}

#[test]
fn who_is_meant_stays_in_sight_and_an_open_conversation_is_not_opened_again() {
    let mut screen = Screen::new(true);
    let asks = screen.keys("c");
    screen.crew();
    let Some(ReviewAsk::Page(filters, _)) = asks.last() else { panic!("{asks:?}") };
    screen.page(filters, vec![talk(1, "Ann", &[]), talk(2, "Ben", &[])], 2);
    let keys = |screen: &Screen| screen.model.footer().into_iter().map(|key| key.action).collect::<Vec<_>>();
    assert!(keys(&screen).contains(&Action::Mark) && screen.model.behind_view().is_none());
    screen.keys("A a");
    let Some(OverlayView::Confirm { lines, .. }) = screen.model.overlay_view() else { panic!("no question") };
    assert_eq!(lines.first().map(|say| say.key), Some("captain-talks-sure-names"));
    assert!(matches!(screen.model.behind_view(), Some(OverlayView::Talks { rows, .. }) if rows.len() == 2));
    screen.keys("esc enter");
    assert!(matches!(screen.model.overlay_view(), Some(OverlayView::Talk { .. })));
    let open = keys(&screen);
    assert!(!open.contains(&Action::Choose) && !open.contains(&Action::Mark), "{open:?}");
    assert!(open.contains(&Action::Reassign), "{open:?}");
}

//! The captain's board in lines.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::api::act::Act;
use crate::api::campaign::CampaignState;
use crate::api::captain::{Board, Foreign, TexterLine};
use crate::api::people::{Me, Role};
use crate::api::review::{Conversation, Deed, Filters, Person, ReviewAnswer, To};
use crate::console::core::captain::{CaptainOptions, Model};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{ConfirmedWhat, LinkState, Msg, Stamp};
use crate::console::plain::{CaptainPages, Front, Lines, Voice};
use crate::domain::conversation::Status;
use crate::domain::ids::{CampaignId, ContactId, PersonId};
use crate::domain::stats::Counts;
use crate::i18n::Catalogue;

pub(super) fn board(seq: u64) -> Board {
    let texter = |person, unsent| TexterLine {
        person: PersonId(person),
        name: format!("T{person}\u{1b}[2J"),
        signed_out: false,
        practised: false,
        assigned: 10,
        unsent,
        sent: seq,
        waiting: 0,
        last_ten_minutes: 0,
        last_seen: None,
    };
    Board {
        campaign: CampaignId(1),
        title: "Vote".into(),
        state: CampaignState::Running,
        counts: Counts::default(),
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

pub(super) struct Listener {
    pub(super) front: Lines<CaptainPages>,
    pub(super) at: u64,
    pub(super) acts: Vec<Act>,
}

impl Listener {
    pub(super) fn stamp(&mut self) -> Stamp {
        self.at += 1000;
        let id = Uuid::from_u128(u128::from(self.at));
        Stamp { id, wall: Timestamp::UNIX_EPOCH, mono: Duration::from_millis(self.at) }
    }

    pub(super) fn hear(&mut self) -> String {
        let mut said = Vec::new();
        while let Some(spoken) = self.front.speak(false) {
            said.extend(spoken.lines);
        }
        said.join("\n")
    }

    pub(super) fn types(&mut self, line: &str) -> String {
        let stamp = self.stamp();
        for effect in self.front.typed(line, stamp) {
            if let Effect::Confirm(confirmed) = effect {
                self.front.update(Msg::Journaled { id: confirmed.id });
                if let ConfirmedWhat::Act { act } = confirmed.what {
                    self.acts.push(act);
                }
            }
        }
        self.hear()
    }
}

pub(super) fn me() -> Msg {
    Msg::Me(Me {
        person: PersonId(9),
        name: "Cap".into(),
        role: Role::Captain,
        organization: "Org".into(),
        campaign: None,
        rehearsal: false,
        waiting: false,
    })
}

fn talk(contact: i64, name: &str, texter: &str) -> Conversation {
    Conversation {
        contact: ContactId(contact),
        first_name: name.into(),
        last_name: "X".into(),
        campaign: CampaignId(1),
        title: "Vote".into(),
        texter: Some(PersonId(2)),
        texter_name: Some(texter.into()),
        status: Status::NeedsResponse,
        opted_out: false,
        error_code: None,
        tags: vec![],
        messages: vec![],
    }
}

#[test]
fn of_the_conversations_only_what_a_change_touched_is_read_out_again() {
    let pages = CaptainPages::new(Model::new(CaptainOptions::new(CampaignId(1))));
    let voice = Voice::new(Arc::new(Catalogue::english()), TimeZone::UTC);
    let mut captain = Listener { front: Lines::new(pages, voice), at: 0, acts: Vec::new() };
    captain.front.start();
    captain.front.update(me());
    let foreign = Some(Box::new(Foreign { texts_out: None, texts_in: None, errors: vec![], untold: vec![] }));
    captain.front.update(Msg::Board(Box::new(Board { foreign, ..board(1) })));
    captain.hear();
    let filters = Filters { campaign: Some(CampaignId(1)), ..Filters::default() };
    let page = |texter: &str| {
        let found = vec![talk(1, "Ana", "Tess"), talk(2, "Ben", texter), talk(3, "Cora", "Tess")];
        Msg::Review(Box::new(ReviewAnswer::Page { filters: filters.clone(), offset: 0, found, total: 3 }))
    };
    captain.types("c");
    let people = vec![Person { person: PersonId(1), name: "Ada".into(), role: Some(Role::Captain) }];
    captain.front.update(Msg::Review(Box::new(ReviewAnswer::Crew { people, tags: vec![] })));
    captain.front.update(page("Tess"));
    let first = captain.hear();
    assert!(["1: Ana", "2: Ben", "3: Cora"].iter().all(|row| first.contains(row)), "{first}");
    captain.types("2 a");
    assert_eq!(captain.types("1"), "", "nothing stale is read out while the change is on its way");
    let deed = Deed::Give(To::Person(PersonId(1)));
    captain.front.update(Msg::Review(Box::new(ReviewAnswer::Done { deed, asked: 1, left: vec![], wordless: false })));
    assert_eq!(captain.hear(), "");
    captain.front.update(page("Ada"));
    let then = captain.hear();
    assert!(then.contains("2: Ben") && then.contains("with Ada") && !then.contains("Ana"), "{then}");
    assert!(captain.types("").contains("1: Ana"), "an empty line tells all of it");
    captain.types("esc");
    captain.types("c");
    captain.front.update(page("Ada"));
    assert!(captain.hear().contains("1: Ana"), "opened anew it is told whole");
}

#[test]
fn the_board_is_told_on_request_and_steered_by_numbers() {
    let pages = CaptainPages::new(Model::new(CaptainOptions::new(CampaignId(1))));
    let voice = Voice::new(Arc::new(Catalogue::english()), TimeZone::UTC);
    let mut captain = Listener { front: Lines::new(pages, voice), at: 0, acts: Vec::new() };
    captain.front.start();
    captain.front.update(me());
    captain.front.update(Msg::Link(LinkState::Online));
    captain.front.update(Msg::Board(Box::new(board(1))));
    let first = captain.hear();
    assert!(first.starts_with("REAL VOTERS."), "{first}");
    assert!(first.contains("\n2: T2") && first.contains("5 unsent") && !first.contains("Online again"), "{first}");
    assert!(!first.chars().any(|c| c.is_control() && c != '\n'), "{first:?}");
    // Counts change all the time: nobody is told by that, but whoever asks.
    captain.front.update(Msg::Board(Box::new(board(2))));
    assert_eq!(captain.hear(), "");
    assert!(captain.types("").contains("2 texts"));
    assert!(captain.types("2").starts_with("T2"));
    let asked = captain.types("t");
    assert!(asked.contains("Take T2") && asked.contains("2: Cancel (n)"), "{asked}");
    captain.types("y");
    assert!(matches!(captain.acts[..], [Act::Reclaim { texter: PersonId(2), .. }]), "{:?}", captain.acts);
    captain.types("p");
    captain.types("");
    assert_eq!(captain.acts.len(), 1, "an empty line decides nothing");
    captain.types("1");
    assert!(matches!(captain.acts[1..], [Act::Pause { .. }]));
}

//! The captain's board in lines.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::api::act::Act;
use crate::api::campaign::CampaignState;
use crate::api::captain::{Board, TexterLine};
use crate::api::people::{Me, Role};
use crate::console::core::captain::{CaptainOptions, Model};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{ConfirmedWhat, LinkState, Msg, Stamp};
use crate::console::plain::{CaptainPages, Front, Lines, Voice};
use crate::domain::ids::{CampaignId, PersonId};
use crate::domain::stats::Counts;
use crate::i18n::Catalogue;

fn board(seq: u64) -> Board {
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

struct Listener {
    front: Lines<CaptainPages>,
    at: u64,
    acts: Vec<Act>,
}

impl Listener {
    fn stamp(&mut self) -> Stamp {
        self.at += 1000;
        let id = Uuid::from_u128(u128::from(self.at));
        Stamp { id, wall: Timestamp::UNIX_EPOCH, mono: Duration::from_millis(self.at) }
    }

    fn hear(&mut self) -> String {
        let mut said = Vec::new();
        while let Some(spoken) = self.front.speak(false) {
            said.extend(spoken.lines);
        }
        said.join("\n")
    }

    fn types(&mut self, line: &str) -> String {
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

#[test]
fn the_board_is_told_on_request_and_steered_by_numbers() {
    let pages = CaptainPages::new(Model::new(CaptainOptions::new(CampaignId(1))));
    let voice = Voice::new(Arc::new(Catalogue::english()), TimeZone::UTC);
    let mut captain = Listener { front: Lines::new(pages, voice), at: 0, acts: Vec::new() };
    captain.front.start();
    captain.front.update(Msg::Me(Me {
        person: PersonId(9),
        name: "Cap".into(),
        role: Role::Captain,
        organization: "Org".into(),
        campaign: None,
        rehearsal: false,
        waiting: false,
    }));
    captain.front.update(Msg::Link(LinkState::Online));
    captain.front.update(Msg::Board(Box::new(board(1))));
    let first = captain.hear();
    assert!(first.starts_with("REAL VOTERS."), "{first}");
    assert!(first.contains("\n2: T2") && first.contains("5 unsent") && !first.contains("Online again"), "{first}");
    assert!(!first.chars().any(|c| c.is_control() && c != '\n'), "{first:?}");
    // Counts change all the time: nobody is told by that, but whoever asks.
    captain.front.update(Msg::Board(Box::new(board(2))));
    assert_eq!(captain.hear(), "");
    assert!(captain.types("").contains("2 sent"));
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

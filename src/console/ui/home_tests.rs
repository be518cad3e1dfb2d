use jiff::Timestamp;

use super::*;
use crate::api::campaign::{Announcement, CampaignState, Mine};
use crate::api::people::{self, Me};
use crate::console::core::home::HomeOptions;
use crate::console::core::shared::Program;
use crate::console::core::shared::msg::Msg;
use crate::console::ui::theme::Depth;
use crate::domain::ids::{CampaignId, PersonId};

const SIZES: [(u16, u16); 5] = [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)];

fn screen(words: &Catalogue, (width, height): (u16, u16), campaigns: i64) -> (String, Drawn) {
    let mut model = Model::new(HomeOptions { last: Some(CampaignId(1)), ..HomeOptions::new() });
    model.start();
    model.update(Msg::Resize { width, height });
    model.update(Msg::Me(Me {
        person: PersonId(3),
        name: "Sam".into(),
        role: people::Role::Texter,
        organization: "Green Valley".into(),
        campaign: None,
        rehearsal: false,
        waiting: false,
    }));
    let at: Timestamp = "2026-10-14T18:00:00Z".parse().unwrap();
    let note = Announcement {
        version: 1,
        text: "Polls close at 8 pm. Say nothing about parking.".into(),
        at,
        who: "Carl".into(),
    };
    let todo = |id| CampaignTodo {
        id: CampaignId(id),
        title: if id == 1 { "Clean water on November 3".into() } else { format!("Neighborhood Votes {id}") },
        state: if id == 2 { CampaignState::Paused } else { CampaignState::Running },
        unsent: 212,
        waiting: 12,
        unassigned: 1_840,
        mine: Mine {
            held: 40,
            held_until: Some(at),
            convo: 31,
            messaged: 104,
            snoozed: 2,
            closed: 17,
            skipped: 1,
            opted_out: 3,
            closes_at: Some(at),
            guide: (1..=12).map(|n| format!("Rule {n}: be kind, and read each text before you send it.\n")).collect(),
            note: Some(note.clone()),
            ..Mine::default()
        },
    };
    model.update(Msg::Campaigns((1..=campaigns).map(todo).collect()));
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let theme = Theme::named("dark", Depth::True).unwrap();
    let drawn = render(&model, &theme, &Caps::default(), words, area, &mut buffer);
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    ((0..height).map(row).collect::<Vec<_>>().join("\n"), drawn)
}

#[test]
fn home() {
    for size in SIZES {
        let (shown, drawn) = screen(&Catalogue::english(), size, 3);
        assert!(drawn.card.is_none() && drawn.cursor.is_some());
        insta::assert_snapshot!(format!("home_{}x{}", size.0, size.1), shown);
    }
}

/// Every count is there in both languages, on no more than the rows that there are, from 60 columns on.
#[test]
fn no_count_is_cut() {
    for words in [Catalogue::english(), Catalogue::spanish()] {
        for size in [(60, 20), (80, 24), (120, 40)] {
            let (shown, _) = screen(&words, size, 1);
            let flat = shown.replace(['\n', '│', '║'], " ");
            let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
            for count in ["12 ", "212 ", "40 ", "840 ", "31 ", "104 ", "2 ", "17 ", "1 ", "3 "] {
                assert!(flat.contains(count), "{count:?} is not on\n{shown}");
            }
            // A long title may be cut.
            let list = shown.lines().skip(3).take(5).collect::<Vec<_>>().join("\n");
            assert!(!list.contains('…'), "{shown}");
        }
    }
}

/// What ends a day and what leaves are said at every size.
#[test]
fn the_ways_out_are_in_the_footer() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        let (shown, _) = screen(&Catalogue::english(), size, 1);
        let footer = shown.lines().last().unwrap_or_default().to_owned();
        assert!(footer.contains("Z ") && footer.contains("enter "), "{shown}");
    }
}

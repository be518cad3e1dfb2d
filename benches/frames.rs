//! What a frame of the texter's console costs at 200x60 beside an empty one of the same run: with a slice of 5,000 contacts, and
//! with an open conversation of 2,000 messages.
//!
//! Three costs each. *Drawn*: the view alone, into a buffer. *Whole*: drawn and written to a terminal that shows nothing
//! yet. *Idle*: drawn and compared with what the terminal shows already, which is what a frame costs that changes nothing. The floor has the
//! same three: a buffer filled with the theme's ground, and nothing on it.
//!
//! `cargo bench --bench frames [-- FRAMES]`. Default: 300.
#![expect(clippy::print_stdout, reason = "a bench reports on its standard output")]
#![expect(clippy::disallowed_methods, reason = "a bench measures real time")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use textbank::api::assignment::{AssignmentPage, ContactSummary, ContactView};
use textbank::api::campaign::{CampaignState, CampaignView};
use textbank::api::message::{Thread, ThreadEntry, ThreadMessage};
use textbank::api::people::{Me, Role};
use textbank::console::core::shared::msg::{LinkState, Msg, Stamp};
use textbank::console::core::shared::program::Program as _;
use textbank::console::core::texter::{Model, TexterOptions};
use textbank::console::keymap::chord::{Chord, Press};
use textbank::console::term::host::Recorded;
use textbank::console::term::paint::Painter;
use textbank::console::ui::ink::Caps;
use textbank::console::ui::theme::{Role as Look, Theme};
use textbank::console::ui::{Drawn, RenderCache, texter};
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::ids::{CampaignId, ContactId, DeviceId, MessageId, PersonId};
use textbank::domain::message::{Delivery, Direction, MessageKind};
use textbank::domain::zone::Zones;
use textbank::exchange::sample;
use textbank::i18n::Catalogue;
use uuid::Uuid;

const SIZE: (u16, u16) = (200, 60);
const CAMPAIGN: CampaignId = CampaignId(1);
/// Contacts in hand, the first of which has the long conversation.
const SLICE: i64 = 5_000;
/// Of whom this many have a conversation.
const TALKING: i64 = 2_500;
const MESSAGES: u64 = 2_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(29_000_000 + minutes)
}

/// A console, its time and its ids.
struct Console {
    model: Model,
    cache: RenderCache,
    mono: Duration,
    ids: u128,
}

impl Console {
    fn new(contacts: i64, talking: i64) -> anyhow::Result<Self> {
        let def = sample::campaign().map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let variant = def.initial.first().context("the sample has a text")?.name.clone();
        let model = Model::new(TexterOptions::new(CAMPAIGN, DeviceId(Uuid::nil())));
        let mut console = Self { model, cache: RenderCache::default(), mono: Duration::from_secs(10), ids: 1 };
        console.model.start();
        console.tell(Msg::Resize { width: SIZE.0, height: SIZE.1 });
        console.tell(Msg::Focus(true));
        let stamp = console.stamp();
        console.tell(Msg::Drawn { card: None, stamp });
        console.tell(Msg::Link(LinkState::Online));
        console.tell(Msg::Me(Me {
            person: PersonId(1),
            name: "Sam".into(),
            role: Role::Texter,
            organization: "Bench".into(),
            campaign: Some(CAMPAIGN),
            rehearsal: true,
            waiting: false,
        }));
        console.tell(Msg::Campaign(Box::new(CampaignView {
            id: CAMPAIGN,
            state: CampaignState::Running,
            script_version: 1,
            def,
            recalled: vec![],
            note: None,
            late_owner: None,
            seq: 1,
        })));
        let lines: Vec<ContactSummary> = (1..=contacts).map(|id| line(id, id <= talking)).collect();
        console.tell(Msg::Assignment(AssignmentPage {
            contacts: lines.clone(),
            next: None,
            seq: 1,
            lease_until: Some(Timestamp::MAX),
            sent: 0,
        }));
        // The conversation's, the card's, and who comes next.
        let near = lines.iter().filter(|line| line.id.0 <= 50 || (talking..talking + 100).contains(&line.id.0));
        let found: Vec<ContactView> = near.map(|line| view(line, &variant)).collect();
        console.tell(Msg::Contacts { asked: found.iter().map(|one| one.summary.id).collect(), found });
        Ok(console)
    }

    /// The conversation with the first contact.
    fn talk(&mut self, messages: u64) -> anyhow::Result<()> {
        self.key("n")?;
        let open = self.model.open.as_ref().context("a conversation is open")?.contact;
        let entries = (1..=messages).map(message).collect();
        self.tell(Msg::Thread(Thread { contact: open, entries, more_before: false }));
        Ok(())
    }

    fn tell(&mut self, msg: Msg) {
        self.model.update(msg);
    }

    fn stamp(&mut self) -> Stamp {
        self.mono += Duration::from_secs(2);
        self.ids += 1;
        Stamp { id: Uuid::from_u128(self.ids), wall: at(0), mono: self.mono }
    }

    fn key(&mut self, key: &str) -> anyhow::Result<()> {
        let chord: Chord = key.parse().map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let stamp = self.stamp();
        self.tell(Msg::Key { chord, press: Press::Fresh, stamp });
        Ok(())
    }
}

fn line(id: i64, talks: bool) -> ContactSummary {
    let seq = if talks { 4 } else { 0 };
    ContactSummary {
        id: ContactId(id),
        campaign: CAMPAIGN,
        first_name: format!("Marisol{id}"),
        status: if talks { Status::NeedsResponse } else { Status::NeedsMessage },
        opt_out: OptOut::No,
        epoch: 1,
        waiting_since: talks.then(|| at(id)),
        preview: if talks { "Where do I vote? I moved last month".into() } else { String::new() },
        last_seq: seq,
        foreign_seq: seq,
        tags: vec![],
        language: None,
        snoozed_until: None,
        updated_at: at(id),
    }
}

fn view(line: &ContactSummary, variant: &str) -> ContactView {
    let fields =
        [("firstName", line.first_name.as_str()), ("city_name", "Boise"), ("event_date", "June 4"), ("zip", "83702")];
    ContactView {
        summary: line.clone(),
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        visible: vec!["city_name".into(), "event_date".into(), "zip".into()],
        zones: Zones::from_names(["America/New_York"]),
        language: None,
        variant: variant.to_owned(),
        answers: BTreeMap::new(),
        tags: Vec::new(),
        note: String::new(),
        wrong_number: false,
    }
}

fn message(n: u64) -> ThreadEntry {
    let ours = n % 2 == 1;
    let body = if ours {
        format!(
            "Thank you! That is answer {n} of ours: you find your polling place, its hours and what to bring at https://vote.example/{n}."
        )
    } else {
        format!("And where do I vote, and until when? I have moved last month, this is question {n}.")
    };
    ThreadEntry::Message(ThreadMessage {
        off_script: false,
        id: MessageId(Uuid::from_u128(u128::from(n) << 64)),
        seq: n,
        direction: if ours { Direction::Outbound } else { Direction::Inbound },
        kind: ours.then_some(MessageKind::Reply),
        body,
        pictures: 0,
        at: at(i64::try_from(n).unwrap_or(0)),
        delivery: if ours { Delivery::Delivered } else { Delivery::Received },
        error: None,
        author: None,
        mine: ours,
    })
}

/// Median of a frame's three costs.
#[derive(Debug, Clone, Copy)]
struct Cost {
    drawn: f64,
    whole: f64,
    idle: f64,
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1e6
}

/// Takes the times of `frames` frames of each kind, in turns.
fn measure(frames: usize, mut draw: impl FnMut(Rect, &mut Buffer) -> Option<Position>) -> anyhow::Result<Cost> {
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut host = Recorded::new(SIZE.0, SIZE.1);
    let (mut drawn, mut whole, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..frames {
        let begun = Instant::now();
        let mut buffer = Buffer::empty(area);
        draw(area, &mut buffer);
        drawn.push(begun.elapsed());

        let mut painter = Painter::default();
        let begun = Instant::now();
        let mut buffer = Buffer::empty(area);
        let cursor = draw(area, &mut buffer);
        painter.paint(&mut host, &buffer, cursor)?;
        whole.push(begun.elapsed());

        let begun = Instant::now();
        let mut again = Buffer::empty(area);
        let cursor = draw(area, &mut again);
        anyhow::ensure!(!painter.paint(&mut host, &again, cursor)?, "an idle frame writes nothing");
        idle.push(begun.elapsed());
    }
    Ok(Cost { drawn: median(drawn), whole: median(whole), idle: median(idle) })
}

fn report(name: &str, cost: Cost, floor: Cost) {
    let part = |of: f64, floor: f64| format!("{of:>7.0} us {:>5.2}", of / floor);
    println!(
        "{name:<58} drawn {}   whole {}   idle {}",
        part(cost.drawn, floor.drawn),
        part(cost.whole, floor.whole),
        part(cost.idle, floor.idle)
    );
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let frames: usize = args.next().map_or(Ok(300), |text| text.parse()).context("FRAMES is a number")?;
    let theme = Theme::default();
    let caps = Caps { ascii: false, zone: TimeZone::UTC, footer: true, login: false };
    let words = Catalogue::english();
    println!("frames at {}x{}, medians of {frames}; behind each the part of the empty frame's", SIZE.0, SIZE.1);
    let ground = theme.style(Look::Text);
    let floor = measure(frames, |area, buffer| {
        buffer.set_style(area, ground);
        None
    })?;
    report("empty frame", floor, floor);
    let show = |name: &str, console: &mut Console| -> anyhow::Result<Cost> {
        let (model, cache) = (&console.model, &mut console.cache);
        let cost = measure(frames, |area, buffer| {
            let drawn: Drawn = texter::render(model, &theme, &caps, &words, cache, area, buffer);
            drawn.cursor
        })?;
        report(name, cost, floor);
        Ok(cost)
    };
    let small = show("card, 20 contacts", &mut Console::new(20, 10)?)?;
    let mut console = Console::new(SLICE, TALKING)?;
    let large = show("card, 5,000 contacts", &mut console)?;
    let mut short = Console::new(SLICE, TALKING)?;
    short.talk(20)?;
    let short = show("conversation of 20 messages, 5,000 contacts", &mut short)?;
    console.talk(MESSAGES)?;
    let long = show("conversation of 2,000 messages, 5,000 contacts", &mut console)?;
    for _ in 0..20 {
        console.key("pageup")?;
    }
    show("the same, looked back in", &mut console)?;
    console.key("i")?;
    for c in ["T", "h", "a", "n", "k"] {
        console.key(c)?;
    }
    show("the same, writing a reply", &mut console)?;
    println!(
        "5,000 / 20 contacts: {:.2}; 2,000 / 20 messages: {:.2} (drawn)",
        large.drawn / small.drawn,
        long.drawn / short.drawn
    );
    Ok(())
}

//! Scenes for the views' tests: the real core, brought into a state by messages and keys.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::time;
use uuid::Uuid;

use super::ink::Caps;
use super::theme::{Depth, Theme};
use super::{Drawn, RenderCache};
use crate::api::assignment::{AssignmentPage, ContactSummary, ContactView};
use crate::api::campaign::{CampaignState, CampaignView};
use crate::api::message::{Thread, ThreadEntry, ThreadMessage};
use crate::api::people::{Me, Role};
use crate::console::core::shared::msg::{LinkState, Msg, Stamp};
use crate::console::core::shared::program::Program;
use crate::console::core::texter::{Model, TexterOptions};
use crate::console::keymap::chord::{Chord, Press};
use crate::domain::campaign::{CampaignDef, CannedReply, Variant};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::hours::TextingHours;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, MessageId, PersonId};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::survey::{Answer, Question};
use crate::domain::zone::Zones;
use crate::i18n::Catalogue;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(super) const CAMPAIGN: CampaignId = CampaignId(7);

pub(super) fn at(minutes: i64) -> Timestamp {
    "2026-10-14T18:00:00Z".parse::<Timestamp>().expect("a time") + jiff::SignedDuration::from_mins(minutes)
}

pub(super) struct Scene {
    pub model: Model,
    clock: Duration,
    ids: u128,
}

impl Scene {
    /// A texter with four contacts, two of whom wait.
    pub fn new(rehearsal: bool) -> Self {
        Self::with(
            rehearsal,
            "Maria",
            "Hi {firstName}, this is {texterName} with Green Valley. Can we count on your vote for clean water on November 3?",
        )
    }

    pub fn with(rehearsal: bool, first_name: &str, script: &str) -> Self {
        let options = TexterOptions::new(CAMPAIGN, DeviceId(Uuid::nil()));
        let mut scene = Self { model: Model::new(options), clock: Duration::from_secs(10), ids: 1 };
        scene.model.start();
        scene.tell(Msg::Focus(true));
        let stamp = scene.stamp();
        scene.tell(Msg::Drawn { card: None, stamp });
        scene.tell(Msg::Link(LinkState::Online));
        scene.tell(Msg::Me(Me {
            person: PersonId(3),
            name: "Sam".into(),
            role: Role::Texter,
            organization: "Green Valley".into(),
            campaign: Some(CAMPAIGN),
            rehearsal,
            waiting: false,
        }));
        scene.tell(Msg::Campaign(Box::new(campaign(script))));
        let lines = vec![
            line(1, first_name, Status::NeedsMessage, None, ""),
            line(2, "Dwayne", Status::NeedsMessage, None, ""),
            line(3, "Chloé", Status::NeedsResponse, Some(at(-12)), "Where do I vote? I moved last month"),
            line(4, "李小龍", Status::NeedsResponse, Some(at(-3)), "是的，我會投票"),
            line(5, "Ana", Status::Convo, None, "Thank you, see you at the polls"),
        ];
        scene.tell(Msg::Assignment(AssignmentPage {
            contacts: lines.clone(),
            next: None,
            seq: 5,
            lease_until: Some(at(15)),
            sent: 0,
        }));
        let views: Vec<ContactView> = lines.into_iter().map(view).collect();
        scene.tell(Msg::Contacts { asked: views.iter().map(|v| v.summary.id).collect(), found: views });
        scene
    }

    /// Where everybody may be.
    pub fn zones<const N: usize>(&mut self, names: [&str; N]) {
        let ids: Vec<ContactId> = self.model.people.ids().collect();
        for id in ids {
            self.model.people.change_body(id, |view| view.zones = Zones::from_names(names));
        }
    }

    pub fn tell(&mut self, msg: Msg) {
        self.model.update(msg);
    }

    pub fn stamp(&mut self) -> Stamp {
        self.clock += Duration::from_secs(2);
        self.ids += 1;
        Stamp { id: Uuid::from_u128(self.ids), wall: at(0), mono: self.clock }
    }

    /// Presses keys (`tab`, `enter`, `j`).
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let chord: Chord = key.parse().expect("a key");
            let stamp = self.stamp();
            self.tell(Msg::Key { chord, press: Press::Fresh, stamp });
        }
    }

    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            let stamp = self.stamp();
            let chord = Chord::plain(crate::console::keymap::chord::Key::Char(c));
            self.tell(Msg::Key { chord, press: Press::Fresh, stamp });
        }
    }

    /// The line is down; one act waits, of one nobody knows, one came back, one was refused.
    pub fn outbox(&mut self) {
        use crate::api::act::Act;
        use crate::api::message::{Outcome, SendRequest, Shown, Verdict};
        use crate::api::problem::{Code, Problem};
        use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat};
        let shown = Shown {
            body_hash: String::new(),
            drawn_at: at(-9),
            pressed_at: at(-9),
            dwell_ms: 900,
            mono_ms: 0,
            device: DeviceId(Uuid::nil()),
            link: None,
        };
        let reply = |contact| SendRequest {
            campaign: CAMPAIGN,
            contact: ContactId(contact),
            kind: MessageKind::Reply,
            body: "See you there".into(),
            after_seq: 1,
            epoch: 1,
            script_version: 1,
            variant: None,
            source: None,
            off_script: false,
            shown: shown.clone(),
        };
        let id = |n: u128| Uuid::from_u128(900 + n);
        let text = |n, contact| Confirmed { id: id(n), at: at(-9), what: ConfirmedWhat::Text(reply(contact)) };
        let opt_out = Act::OptOut { contact: ContactId(5), notice: true, grace: false };
        let act = Confirmed { id: id(4), at: at(-2), what: ConfirmedWhat::Act { act: opt_out } };
        self.tell(Msg::JournalOpen { acts: vec![text(1, 1), text(2, 2), text(3, 4), act], drafts: vec![] });
        self.tell(Msg::Unknown { id: id(1) });
        for (n, code) in [(2, Code::LeaseLost), (3, Code::StaleReply)] {
            let outcome = Outcome::Refused { problem: Problem::new(code, "no") };
            self.tell(Msg::Verdict { verdict: Verdict { id: id(n), outcome } });
        }
        self.tell(Msg::Outbox { waiting: 1, oldest: Some(at(-2)) });
        self.tell(Msg::Link(LinkState::Offline { since: at(-4), next_try: at(1) }));
    }

    /// The conversation with the third contact, as loaded.
    pub fn thread(&mut self, body: &str) {
        let entries = vec![
            text(
                1,
                Direction::Outbound,
                -60,
                "Hi Chloé, this is Sam with Green Valley. Can we count on your vote for clean water on November 3?",
                Delivery::Delivered,
            ),
            text(2, Direction::Inbound, -55, "Who is this?", Delivery::Received),
            text(
                3,
                Direction::Outbound,
                -50,
                "Sam, a volunteer with Green Valley. We work for clean water.",
                Delivery::Submitted,
            ),
            ThreadEntry::Note {
                seq: 3,
                at: at(-40),
                who: "Kim".into(),
                what: "assigned".into(),
                detail: String::new(),
            },
            text(4, Direction::Inbound, -12, body, Delivery::Received),
        ];
        self.tell(Msg::Thread(Thread { contact: ContactId(3), entries, more_before: false }));
    }

    /// So many acts after the last text, one a line.
    pub fn acts(&mut self, many: i64) {
        let entries = (0..many)
            .map(|n| ThreadEntry::Note {
                seq: 9,
                at: at(n - 11),
                who: "Sam".into(),
                what: if n % 2 == 0 { "noted" } else { "asked" }.into(),
                detail: String::new(),
            })
            .collect();
        self.tell(Msg::Thread(Thread { contact: ContactId(3), entries, more_before: false }));
    }

    /// The voter writes once more, with so many pictures.
    pub fn pictures(&mut self, body: &str, pictures: u32) {
        let mut item = text(5, Direction::Inbound, -11, body, Delivery::Received);
        if let ThreadEntry::Message(message) = &mut item {
            message.pictures = pictures;
        }
        self.tell(Msg::Thread(Thread { contact: ContactId(3), entries: vec![item], more_before: false }));
    }

    pub fn draw(&mut self, width: u16, height: u16) -> (Buffer, Drawn) {
        self.draw_in(width, height, &Theme::named("dark", Depth::True).expect("known"), &Caps::default())
    }

    pub fn draw_in(&mut self, width: u16, height: u16, theme: &Theme, caps: &Caps) -> (Buffer, Drawn) {
        self.tell(Msg::Resize { width, height });
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let mut cache = RenderCache::default();
        let drawn =
            super::texter::render(&self.model, theme, caps, &Catalogue::english(), &mut cache, area, &mut buffer);
        (buffer, drawn)
    }
}

fn text(seq: u64, direction: Direction, minutes: i64, body: &str, delivery: Delivery) -> ThreadEntry {
    ThreadEntry::Message(ThreadMessage {
        id: MessageId(Uuid::from_u128(u128::from(seq) << 64)),
        seq,
        direction,
        kind: (direction == Direction::Outbound).then_some(if seq == 1 {
            MessageKind::Initial
        } else {
            MessageKind::Reply
        }),
        body: body.into(),
        pictures: 0,
        at: at(minutes),
        delivery,
        error: None,
        author: None,
        mine: direction == Direction::Outbound,
        off_script: false,
    })
}

fn line(id: i64, name: &str, status: Status, waiting_since: Option<Timestamp>, preview: &str) -> ContactSummary {
    let last = if status == Status::NeedsMessage { 0 } else { 4 };
    ContactSummary {
        id: ContactId(id),
        campaign: CAMPAIGN,
        first_name: name.into(),
        status,
        opt_out: OptOut::No,
        epoch: 1,
        waiting_since,
        preview: preview.into(),
        last_seq: last,
        foreign_seq: last,
        tags: vec![],
        language: None,
        snoozed_until: None,
        updated_at: waiting_since.unwrap_or(at(-20)),
    }
}

fn view(summary: ContactSummary) -> ContactView {
    let fields = [("firstName", summary.first_name.as_str()), ("zip", "94704"), ("precinct", "12-B")];
    ContactView {
        summary: summary.clone(),
        fields: fields.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        visible: vec!["zip".into(), "precinct".into()],
        zones: Zones::from_names(["America/Los_Angeles"]),
        language: None,
        variant: "a".into(),
        answers: BTreeMap::new(),
        tags: Vec::new(),
        note: String::new(),
        wrong_number: false,
    }
}

fn english(text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("en".to_owned(), text.to_owned())])
}

fn campaign(script: &str) -> CampaignView {
    let answer = |value: &str, reply: &str| Answer { value: value.into(), reply: english(reply), ..Answer::default() };
    CampaignView {
        id: CAMPAIGN,
        state: CampaignState::Running,
        script_version: 1,
        recalled: vec![],
        note: None,
        late_owner: None,
        seq: 5,
        def: CampaignDef {
            title: "Clean Water, Measure 5".into(),
            organization: "Green Valley".into(),
            language: "en".into(),
            hours: TextingHours {
                initial_start: time(9, 0, 0, 0),
                initial_end: time(20, 0, 0, 0),
                reply_start: time(8, 0, 0, 0),
                reply_end: time(21, 0, 0, 0),
                sunday_start: time(12, 0, 0, 0),
                ..TextingHours::default()
            },
            initial: vec![Variant { name: "a".into(), language: "en".into(), text: script.into() }],
            questions: vec![Question {
                id: "support".into(),
                text: "Do they support Measure 5?".into(),
                answers: vec![
                    answer("Strong yes", "Wonderful! Can we send you a reminder?"),
                    answer("Undecided", "May I tell you what Measure 5 would do?"),
                    answer("No", "Thank you for telling me."),
                ],
            }],
            canned: vec![
                CannedReply {
                    id: "where".into(),
                    title: "Where to vote".into(),
                    text: english("You find your polling place at vote.org."),
                    ..CannedReply::default()
                },
                CannedReply {
                    id: "who".into(),
                    title: "Who is this".into(),
                    text: english("I am a volunteer with Green Valley."),
                    ..CannedReply::default()
                },
            ],
            opt_out_notice: english("You are opted out and will get no more texts."),
            visible_fields: vec!["zip".into(), "precinct".into()],
            slice_size: 50,
            ..CampaignDef::default()
        },
    }
}

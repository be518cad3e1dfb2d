//! A shift of the sample campaign, brought about by what a server would say.

use std::error::Error;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use textbank::api::assignment::{AssignmentPage, ContactSummary, ContactView};
use textbank::api::campaign::{CampaignState, CampaignView};
use textbank::api::people::{Me, Role};
use textbank::console::core::shared::Program;
use textbank::console::core::shared::msg::{LinkState, Msg, Stamp};
use textbank::console::core::texter::{Model, TexterOptions};
use textbank::console::ui::ink::Caps;
use textbank::console::ui::theme::{Depth, Theme};
use textbank::console::ui::{RenderCache, svg::svg, texter};
use textbank::domain::campaign::{CampaignDef, merge_fields, variant_for};
use textbank::domain::contact::Contact;
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use textbank::domain::opt_out::{self, Inbound};
use textbank::domain::zone;
use textbank::exchange::sample;
use textbank::i18n::Catalogue;
use uuid::Uuid;

const CAMPAIGN: CampaignId = CampaignId(1);
const SIZE: (u16, u16) = (112, 22);
/// Contacts of the shift.
const SLICE: usize = 40;
/// Of these, done already.
const DONE: usize = 10;

/// Who wrote back, how long ago (minutes), what.
const REPLIES: [(usize, i64, &str); 4] = [
    (2, 7, "Where do I vote? I moved last month"),
    (4, 4, "¿Quién es?"),
    (7, 2, "Please take me off your list"),
    (8, 1, "Yes, count on me!"),
];

/// The picture.
pub fn picture() -> Result<String, Box<dyn Error>> {
    let now: Timestamp = "2026-05-27T20:20:00Z".parse()?;
    let def = sample::campaign().map_err(|problems| format!("{problems:?}"))?;
    let list = sample::contacts().map_err(|problems| format!("{problems:?}"))?;
    let mut model = Model::new(TexterOptions::new(CAMPAIGN, DeviceId(Uuid::nil())));
    model.start();
    model.update(Msg::Drawn { card: None, stamp: Stamp { id: Uuid::nil(), wall: now, mono: Duration::from_secs(1) } });
    model.update(Msg::Link(LinkState::Online));
    model.update(Msg::Me(Me {
        person: PersonId(1),
        name: "Sam".into(),
        role: Role::Texter,
        organization: def.organization.clone(),
        campaign: Some(CAMPAIGN),
        rehearsal: true,
        waiting: false,
    }));
    // Everybody is to be texted at first, then some were and some of them have answered.
    let all: Vec<ContactSummary> =
        list.contacts.iter().take(SLICE).enumerate().map(|(n, contact)| line(n, contact, now)).collect();
    let views = all.iter().zip(&list.contacts).map(|(line, contact)| view(line, contact, &def)).collect();
    model.update(Msg::Campaign(Box::new(CampaignView {
        id: CAMPAIGN,
        state: CampaignState::Running,
        recalled: vec![],
        script_version: 1,
        note: None,
        late_owner: None,
        seq: 1,
        def,
    })));
    model.update(page(all.clone()));
    model.update(Msg::Contacts { asked: all.iter().map(|line| line.id).collect(), found: views });
    model.update(page(all.into_iter().enumerate().map(|(n, line)| later(n, line, now)).collect()));
    let (width, height) = SIZE;
    model.update(Msg::Resize { width, height });
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let theme = Theme::named("dark", Depth::True).ok_or("no dark theme")?;
    let caps = Caps { zone: TimeZone::get("America/New_York")?, ..Caps::default() };
    texter::render(&model, &theme, &caps, &Catalogue::english(), &mut RenderCache::default(), area, &mut buffer);
    Ok(svg(&buffer))
}

fn page(contacts: Vec<ContactSummary>) -> Msg {
    Msg::Assignment(AssignmentPage { contacts, next: None, seq: 1, lease_until: None, sent: 0 })
}

fn line(n: usize, contact: &Contact, now: Timestamp) -> ContactSummary {
    ContactSummary {
        id: ContactId(i64::try_from(n).unwrap_or(0) + 1),
        campaign: CAMPAIGN,
        first_name: contact.first_name.clone(),
        status: Status::NeedsMessage,
        opt_out: OptOut::No,
        epoch: 1,
        waiting_since: None,
        preview: String::new(),
        last_seq: 0,
        foreign_seq: 0,
        tags: vec![],
        language: None,
        snoozed_until: None,
        updated_at: now,
    }
}

/// The same one after some of the shift.
fn later(n: usize, mut line: ContactSummary, now: Timestamp) -> ContactSummary {
    if n >= DONE {
        return line;
    }
    line.status = Status::Messaged;
    line.last_seq = 1;
    if let Some((_, minutes, said)) = REPLIES.iter().find(|(who, ..)| *who == n) {
        line.status = Status::NeedsResponse;
        line.waiting_since = now.checked_sub(SignedDuration::from_mins(*minutes)).ok();
        line.preview = (*said).to_owned();
        (line.last_seq, line.foreign_seq) = (2, 2);
        if let Inbound::Possible { words } = opt_out::verdict(said) {
            line.opt_out = OptOut::Possible { words };
        }
    }
    line
}

fn view(line: &ContactSummary, contact: &Contact, def: &CampaignDef) -> ContactView {
    let language = contact.language.clone();
    ContactView {
        summary: line.clone(),
        fields: merge_fields(contact),
        visible: def.visible_fields.clone(),
        zones: zone::candidates(
            &contact.phone,
            contact.zip.as_deref(),
            contact.state.as_deref(),
            contact.time_zone.as_deref(),
        ),
        variant: variant_for(def, line.id.0, language.as_deref())
            .map(|wording| wording.name.clone())
            .unwrap_or_default(),
        language,
        answers: Default::default(),
        tags: Vec::new(),
        note: String::new(),
        wrong_number: false,
    }
}

//! What I confirmed and is not settled, and what was refused lately: for the outbox layer, the header and the farewell.

use std::time::Duration;

use jiff::Timestamp;

use super::acts::{Mine, Stage};
use super::model::Model;
use crate::api::act::Act;
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat, LinkState, Timer};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::safe_text::safe_line;

/// Refusals that are remembered.
const LATELY: usize = 50;

/// So long nothing that waits to be handed in may go before it is said that the server does not answer.
const ANSWER: Duration = Duration::from_secs(4);

/// One that was refused in this session.
#[derive(Debug, Clone, PartialEq)]
pub struct Lately {
    /// What it was.
    pub confirmed: Confirmed,
    /// Whose.
    pub contact: Option<ContactId>,
    /// First name, as known then.
    pub name: String,
    /// Why.
    pub problem: Problem,
    /// It came back as a card or draft.
    pub parked: bool,
}

/// Where a row of the outbox stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Waits to be handed in.
    Waiting,
    /// Nobody knows what became of it.
    Unknown,
    /// It came back, and why.
    Parked(Say),
    /// It did not go out, and why.
    Refused(Say),
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// First name; empty for what concerns nobody or somebody not known any more.
    pub name: String,
    /// What it is.
    pub kind: Say,
    /// When it was confirmed, by this laptop's clock.
    pub at: Timestamp,
    /// Where it stands.
    pub standing: Standing,
    /// What to do.
    pub todo: Say,
}

/// What an act is, in a word.
fn kind_of(confirmed: &Confirmed) -> Say {
    let act = match &confirmed.what {
        ConfirmedWhat::Text(text) if text.kind == MessageKind::Initial => return Say::new("outbox-kind-initial"),
        ConfirmedWhat::Text(_) => return Say::new("outbox-kind-reply"),
        ConfirmedWhat::Act { act } => act,
    };
    match act {
        Act::OptOut { .. } => Say::new("outbox-kind-opt-out"),
        Act::Answer { .. } => Say::new("outbox-kind-answer"),
        Act::Close { .. } => Say::new("outbox-kind-close"),
        Act::Release { .. } => Say::new("outbox-kind-release"),
        Act::TakeBack { .. } => Say::new("outbox-kind-take-back"),
        _ => Say::new("outbox-kind-other"),
    }
}

impl Model {
    /// So much waits to be handed in now: every text that goes shows that the server answers; where none does, the header says so.
    pub(super) fn mind_the_answer(&mut self, waiting: u64, fx: &mut Vec<Effect>) {
        if waiting == 0 {
            fx.push(Effect::Stop(Timer::Answer));
            self.unanswered = false;
        } else if self.outbox.0 == 0 || waiting < self.outbox.0 {
            fx.push(Effect::After { timer: Timer::Answer, delay: ANSWER });
            self.unanswered = false;
        }
    }

    /// Takes a refusal down.
    pub(super) fn remember(&mut self, mine: &Mine, problem: &Problem, parked: bool) {
        let contact = mine.contact();
        let name = self.name_of(contact);
        self.lately.push_front(Lately {
            confirmed: mine.confirmed.clone(),
            contact,
            name,
            problem: problem.clone(),
            parked,
        });
        self.lately.truncate(LATELY);
    }

    /// An opt-out of mine has its notice sent and is not done: said once, and shown until it is.
    pub(super) fn is_half_way(&mut self, id: uuid::Uuid) {
        if let Some(contact) = self.acts.stopped_half_way(id) {
            let say = Say::new("texter-half-way").with("name", self.name_of(Some(contact)));
            self.say(Level::Warning, say);
        }
    }

    /// A text to this contact was confirmed anew: what had come back was taken up.
    pub(super) fn taken_up(&mut self, contact: ContactId) {
        self.lately.retain(|one| !(one.parked && one.contact == Some(contact)));
    }

    fn name_of(&self, contact: Option<ContactId>) -> String {
        let name = |contact| match self.people.line(contact) {
            Some(_) => Some(self.called(contact)),
            None => self.known_name(contact),
        };
        contact.and_then(name).unwrap_or_default()
    }

    /// Those of which nobody knows what became.
    #[must_use]
    pub fn unknown_count(&self) -> u64 {
        self.acts.all().filter(|mine| mine.stage == Stage::Unknown).count() as u64
    }

    /// Those that came back and were not taken up again.
    #[must_use]
    pub fn parked_count(&self) -> u64 {
        self.lately.iter().filter(|one| one.parked).count() as u64
    }

    /// The outbox: what needs somebody first, then what waits (oldest first), then what was refused.
    #[must_use]
    pub fn outbox_rows(&self) -> Vec<OutboxRow> {
        let mut unknown = Vec::new();
        let mut waiting = Vec::new();
        for mine in self.acts.all() {
            let (standing, todo, rows) = match &mine.stage {
                Stage::Unknown => (Standing::Unknown, Say::new("outbox-do-unknown"), &mut unknown),
                Stage::Waiting if self.acts.is_half_way(mine) => {
                    (Standing::Waiting, Say::new("outbox-do-half-way"), &mut waiting)
                }
                Stage::Waiting => (Standing::Waiting, self.what_waiting_needs(), &mut waiting),
                Stage::Journaling | Stage::Refused(_) => continue,
            };
            let kind = kind_of(&mine.confirmed);
            rows.push(OutboxRow { name: self.name_of(mine.contact()), kind, at: mine.confirmed.at, standing, todo });
        }
        waiting.sort_by_key(|row| row.at);
        let (parked, refused): (Vec<_>, Vec<_>) = self.lately.iter().partition(|one| one.parked);
        let back = |one: &Lately| OutboxRow {
            name: one.name.clone(),
            kind: kind_of(&one.confirmed),
            at: one.confirmed.at,
            standing: Standing::Parked(self.named(one)),
            todo: match &one.confirmed.what {
                ConfirmedWhat::Text(text) if text.kind == MessageKind::Initial => Say::new("outbox-do-parked-card"),
                ConfirmedWhat::Text(_) if one.problem.code == Code::Recalled => Say::new("outbox-do-recalled"),
                ConfirmedWhat::Text(_) => Say::new("outbox-do-parked-draft"),
                ConfirmedWhat::Act { .. } => Say::new("outbox-do-parked-act"),
            },
        };
        let no = |one: &Lately| {
            let why = self.named(one);
            // Where no reason was given, there is something to do, and that stands in the reason's place.
            let wordless = why.key == "problem-no-reason";
            let not_mine = matches!(one.problem.code, Code::LeaseLost | Code::Removed);
            let todo = match &one.confirmed.what {
                ConfirmedWhat::Text(text) if text.kind == MessageKind::Reply && not_mine => {
                    Say::new("outbox-do-read").with("draft", safe_line(&text.body))
                }
                _ if wordless => Say::new("outbox-do-refused-wordless"),
                _ => Say::new("outbox-do-refused"),
            };
            OutboxRow {
                name: one.name.clone(),
                kind: kind_of(&one.confirmed),
                at: one.confirmed.at,
                standing: Standing::Refused(why),
                todo,
            }
        };
        let parked = parked.into_iter().map(back);
        unknown.into_iter().chain(parked).chain(waiting).chain(refused.into_iter().map(no)).collect()
    }

    fn named(&self, one: &Lately) -> Say {
        self.refusal_of(&one.confirmed.what, &one.problem).with("name", one.name.as_str())
    }

    fn what_waiting_needs(&self) -> Say {
        match self.link {
            LinkState::SignedOut { hands_in: false } => Say::new("outbox-do-shut-out"),
            LinkState::Offline { .. } | LinkState::Connecting => Say::new("outbox-do-offline"),
            LinkState::Online | LinkState::AskedToWait { .. } | LinkState::SignedOut { hands_in: true } => {
                Say::new("outbox-do-waiting")
            }
        }
    }

    /// The line in whole sentences, and how much is where.
    #[must_use]
    pub fn outbox_head(&self) -> Vec<Say> {
        let signed_out =
            || self.signed_out().unwrap_or_else(|| Say::new("texter-signed-out").with("count", self.outbox.0));
        let line = self.link.say(self.laptop_now()).unwrap_or_else(signed_out);
        let counts = Say::new("outbox-counts")
            .with("waiting", self.outbox.0)
            .with("unknown", self.unknown_count())
            .with("parked", self.parked_count());
        [line, counts].into_iter().chain(self.unreadable_say()).collect()
    }
}

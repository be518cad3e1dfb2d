//! What I confirmed and the server has not settled: the local echo, and the guard against doing a thing twice.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::api::act::Act;
use crate::api::message::SendRequest;
use crate::api::problem::Problem;
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;

/// Where one of mine stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Being written to the journal: nothing was confirmed yet.
    Journaling,
    /// In the journal, on its way.
    Waiting,
    /// What became of it is not known; a person decides.
    Unknown,
    /// The server said no; shown until the conversation is left.
    Refused(Box<Problem>),
}

/// What follows on the screen once one is in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The hands stay.
    Stay,
    /// On to the next who waits.
    GoOn,
    /// They moved on before: it was in the undo window.
    Nothing,
}

/// One of mine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    /// As journaled.
    pub confirmed: Confirmed,
    /// Where it stands.
    pub stage: Stage,
    /// What follows.
    pub then: Then,
}

impl Mine {
    /// The text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&SendRequest> {
        match &self.confirmed.what {
            ConfirmedWhat::Text(request) => Some(request),
            ConfirmedWhat::Act { .. } => None,
        }
    }

    /// The act, when it is another.
    #[must_use]
    pub fn act(&self) -> Option<&Act> {
        match &self.confirmed.what {
            ConfirmedWhat::Text(_) => None,
            ConfirmedWhat::Act { act } => Some(act),
        }
    }

    /// Whom it concerns.
    #[must_use]
    pub fn contact(&self) -> Option<ContactId> {
        self.text().map(|request| request.contact).or_else(|| self.act().and_then(Act::contact))
    }

    fn is_initial(&self) -> bool {
        self.text().is_some_and(|request| request.kind == MessageKind::Initial)
    }
}

/// All of mine.
#[derive(Debug, Clone, Default)]
pub struct Acts {
    all: BTreeMap<Uuid, Mine>,
    by_contact: BTreeMap<ContactId, Vec<Uuid>>,
    initials: BTreeSet<ContactId>,
    /// Those that stopped half-way.
    half_way: BTreeSet<Uuid>,
    busy: Option<Uuid>,
    unsettled: usize,
}

impl Acts {
    /// The act being written to the journal; nothing more is accepted meanwhile.
    #[must_use]
    pub fn busy(&self) -> Option<Uuid> {
        self.busy
    }

    /// One that is being written.
    #[must_use]
    pub fn get(&self, id: Uuid) -> Option<&Mine> {
        self.all.get(&id)
    }

    /// Starts one. Nothing else is accepted until it is in the journal, unless the hands moved on before.
    pub fn start(&mut self, confirmed: Confirmed, then: Then) {
        if then != Then::Nothing {
            self.busy = Some(confirmed.id);
        }
        self.add(Mine { confirmed, stage: Stage::Journaling, then });
    }

    /// One found in the journal.
    pub fn found(&mut self, confirmed: Confirmed) {
        if !self.all.contains_key(&confirmed.id) {
            self.add(Mine { confirmed, stage: Stage::Waiting, then: Then::Stay });
            self.unsettled += 1;
        }
    }

    fn add(&mut self, mine: Mine) {
        let id = mine.confirmed.id;
        if let Some(contact) = mine.contact() {
            self.by_contact.entry(contact).or_default().push(id);
            if mine.is_initial() {
                self.initials.insert(contact);
            }
        }
        self.all.insert(id, mine);
    }

    /// It is in the journal. None when that is known, or it is not mine.
    pub fn journaled(&mut self, id: Uuid) -> Option<Mine> {
        let mine = self.all.get_mut(&id).filter(|mine| mine.stage == Stage::Journaling)?;
        mine.stage = Stage::Waiting;
        self.unsettled += 1;
        if self.busy == Some(id) {
            self.busy = None;
        }
        Some(mine.clone())
    }

    /// The journal could not take it: it never happened.
    pub fn not_journaled(&mut self, id: Uuid) -> Option<Mine> {
        self.all.get(&id).filter(|mine| mine.stage == Stage::Journaling)?;
        if self.busy == Some(id) {
            self.busy = None;
        }
        self.forget(id)
    }

    /// Nobody knows what became of it.
    pub fn unknown(&mut self, id: Uuid) -> Option<&Mine> {
        let mine = self.all.get_mut(&id).filter(|mine| mine.stage == Stage::Waiting)?;
        mine.stage = Stage::Unknown;
        self.unsettled -= 1;
        Some(mine)
    }

    /// It stopped half-way: whose it is, when that is news.
    pub fn stopped_half_way(&mut self, id: Uuid) -> Option<ContactId> {
        let contact = self.all.get(&id).filter(|mine| mine.stage == Stage::Waiting)?.contact()?;
        self.half_way.insert(id).then_some(contact)
    }

    /// True for one that stopped half-way and is gone on with.
    #[must_use]
    pub fn is_half_way(&self, mine: &Mine) -> bool {
        mine.stage == Stage::Waiting && self.half_way.contains(&mine.confirmed.id)
    }

    fn settled(&mut self, id: Uuid) -> Option<&mut Mine> {
        let mine = self.all.get_mut(&id)?;
        match mine.stage {
            Stage::Refused(_) => return None,
            Stage::Waiting => self.unsettled -= 1,
            Stage::Journaling | Stage::Unknown => {}
        }
        if self.busy == Some(id) {
            self.busy = None;
        }
        Some(mine)
    }

    /// The server took it. A sent first text stays remembered for the session.
    pub fn accepted(&mut self, id: Uuid) -> Option<Mine> {
        let mine = self.settled(id)?.clone();
        self.remove(id, &mine);
        Some(mine)
    }

    /// The server said no. `keep` = show it in the conversation; `again` = the contact may be texted anew.
    pub fn refused(&mut self, id: Uuid, problem: &Problem, keep: bool, again: bool) -> Option<Mine> {
        let mine = self.settled(id)?;
        mine.stage = Stage::Refused(Box::new(problem.clone()));
        let mine = mine.clone();
        if again
            && mine.is_initial()
            && let Some(contact) = mine.contact()
        {
            self.initials.remove(&contact);
        }
        if !keep {
            self.remove(id, &mine);
        }
        Some(mine)
    }

    /// A first text that the server had taken was not sent after all: the contact may be texted anew, unless I already did.
    pub fn initial_came_back(&mut self, contact: ContactId) {
        let again = |mine: &Mine| mine.is_initial() && !matches!(mine.stage, Stage::Refused(_));
        if !self.about(contact).any(again) {
            self.initials.remove(&contact);
        }
    }

    fn forget(&mut self, id: Uuid) -> Option<Mine> {
        let mine = self.all.get(&id)?.clone();
        if mine.is_initial()
            && let Some(contact) = mine.contact()
        {
            self.initials.remove(&contact);
        }
        self.remove(id, &mine);
        Some(mine)
    }

    fn remove(&mut self, id: Uuid, mine: &Mine) {
        self.all.remove(&id);
        self.half_way.remove(&id);
        if let Some(contact) = mine.contact()
            && let Some(ids) = self.by_contact.get_mut(&contact)
        {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_contact.remove(&contact);
            }
        }
    }

    /// True when I confirmed a first text to this person that was not refused: no second one, whatever the server's line says.
    #[must_use]
    pub fn has_initial(&self, contact: ContactId) -> bool {
        self.initials.contains(&contact)
    }

    /// Mine about a contact, oldest first.
    pub fn about(&self, contact: ContactId) -> impl Iterator<Item = &Mine> {
        self.by_contact.get(&contact).into_iter().flatten().filter_map(|id| self.all.get(id))
    }

    /// All of mine, by id: in the order of the presses.
    pub fn all(&self) -> impl Iterator<Item = &Mine> {
        self.all.values()
    }

    /// How many are in the journal and not settled.
    #[must_use]
    pub fn unsettled(&self) -> usize {
        self.unsettled
    }
}

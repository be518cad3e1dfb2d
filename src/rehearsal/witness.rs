//! A witness beside the store: every command goes through unchanged, and what was decided on a person's press is written
//! down for the director and the scorecard. It is the server's own decision, not what a console believed.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use super::clock::RehearsalClock;
use super::record::{Deed, Done};
use crate::api::{
    message::{Outcome, Verdict},
    problem::Code,
};
use crate::domain::ids::ContactId;
use crate::server::store::{
    SharedStore, StoreError,
    beside::{Beside, Onlooker},
    command::{Answer, Command, CommandKind},
};

/// What the witness wrote down.
#[derive(Debug, Default)]
pub struct Book {
    deeds: Mutex<Vec<Deed>>,
}

impl Book {
    /// The deeds from number `from` on, in the order of their decision.
    #[must_use]
    pub fn deeds_from(&self, from: usize) -> Vec<Deed> {
        let deeds = self.deeds.lock().unwrap_or_else(PoisonError::into_inner);
        deeds.get(from..).unwrap_or_default().to_vec()
    }

    fn write(&self, deed: Deed) {
        let mut deeds = self.deeds.lock().unwrap_or_else(PoisonError::into_inner);
        // The same press handed in again has the same verdict; it is one deed.
        if !deeds.iter().any(|d| d.id == deed.id) {
            deeds.push(deed);
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Witness {
    book: Arc<Book>,
    clock: Arc<RehearsalClock>,
}

impl Witness {
    /// A witness beside `inner`, and its book.
    #[must_use]
    pub fn beside(inner: SharedStore, clock: Arc<RehearsalClock>) -> (SharedStore, Arc<Book>) {
        let book = Arc::new(Book::default());
        (Arc::new(Beside::new(inner, Self { book: book.clone(), clock })), book)
    }
}

fn pressed(command: &Command) -> Option<(Uuid, ContactId, Done)> {
    match command.kind() {
        CommandKind::Send { id, request, .. } => Some((
            id.0,
            request.contact,
            Done::Text { kind: request.kind, body: request.body.clone(), off_script: request.off_script },
        )),
        CommandKind::Act { id, act, .. } => Some((id.0, act.contact()?, Done::Act(act.clone()))),
        _ => None,
    }
}

fn refusal(answer: &Answer) -> Option<Code> {
    match answer {
        Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) => Some(problem.code),
        Answer::Refused(problem) => Some(problem.code),
        _ => None,
    }
}

#[async_trait]
impl Onlooker for Witness {
    type Note = Option<Deed>;

    fn asked(&self, command: &Command) -> Option<Deed> {
        let (id, contact, what) = pressed(command)?;
        let stopped = self.clock.stops().all();
        Some(Deed { id, at: command.now(), stopped, contact, what, refused: None })
    }

    async fn answered(&self, deed: Option<Deed>, answer: &Answer) -> Result<(), StoreError> {
        if let Some(deed) = deed {
            self.book.write(Deed { refused: refusal(answer), ..deed });
        }
        Ok(())
    }
}

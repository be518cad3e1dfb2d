//! A witness beside the store: every command goes through unchanged, and what was decided on a person's press is written
//! down for the director and the scorecard. It is the server's own decision, not what a console believed.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::record::{Deed, Done};
use crate::api::{
    assignment::{AssignmentPage, ContactView},
    campaign::{CampaignTodo, CampaignView},
    captain::{Board, HeldText},
    event::Event,
    ledger::{LedgerPage, LedgerState},
    message::{Outcome, Thread, Verdict},
    people::{Me, SessionInfo},
    problem::Code,
};
use crate::domain::ids::{CampaignId, ContactId, OrganizationId};
use crate::domain::phone::Phone;
use crate::server::carrier::Asked;
use crate::server::store::{
    SharedStore, Store, StoreError,
    command::{Actor, Answer, Command, CommandKind},
    query::{Found, Queries},
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
    inner: SharedStore,
    book: Arc<Book>,
}

impl Witness {
    /// A witness beside `inner`, and its book.
    #[must_use]
    pub fn beside(inner: SharedStore) -> (Arc<Self>, Arc<Book>) {
        let book = Arc::new(Book::default());
        (Arc::new(Self { inner, book: book.clone() }), book)
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
impl Store for Witness {
    async fn execute(&self, command: Command) -> Result<Answer, StoreError> {
        let at = command.now();
        let pressed = pressed(&command);
        let answer = self.inner.execute(command).await?;
        if let Some((id, contact, what)) = pressed {
            self.book.write(Deed { id, at, contact, what, refused: refusal(&answer) });
        }
        Ok(answer)
    }

    fn wake(&self) -> tokio::sync::watch::Receiver<u64> {
        self.inner.wake()
    }
}

#[async_trait]
impl Queries for Witness {
    async fn session(&self, token_hash: [u8; 32]) -> Found<Option<Actor>> {
        self.inner.session(token_hash).await
    }

    async fn session_even_ended(&self, token_hash: [u8; 32]) -> Found<Option<Actor>> {
        self.inner.session_even_ended(token_hash).await
    }

    async fn me(&self, actor: &Actor) -> Found<Me> {
        self.inner.me(actor).await
    }

    async fn campaigns(&self, actor: &Actor) -> Found<Vec<CampaignTodo>> {
        self.inner.campaigns(actor).await
    }

    async fn campaign(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<CampaignView>> {
        self.inner.campaign(actor, campaign).await
    }

    async fn assignment(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Found<Option<AssignmentPage>> {
        self.inner.assignment(actor, campaign, after, limit).await
    }

    async fn contacts(&self, actor: &Actor, campaign: CampaignId, ids: &[ContactId]) -> Found<Vec<ContactView>> {
        self.inner.contacts(actor, campaign, ids).await
    }

    async fn thread(
        &self,
        actor: &Actor,
        contact: ContactId,
        before: Option<u64>,
        limit: u32,
    ) -> Found<Option<Thread>> {
        self.inner.thread(actor, contact, before, limit).await
    }

    async fn verdict(&self, actor: &Actor, id: Uuid) -> Found<Option<Verdict>> {
        self.inner.verdict(actor, id).await
    }

    async fn events(&self, actor: &Actor, campaign: CampaignId, after: u64, limit: u32) -> Found<Option<Vec<Event>>> {
        self.inner.events(actor, campaign, after, limit).await
    }

    async fn board(&self, actor: &Actor, campaign: CampaignId, now: Timestamp) -> Found<Option<Board>> {
        self.inner.board(actor, campaign, now).await
    }

    async fn sessions(&self, actor: &Actor) -> Found<Vec<SessionInfo>> {
        self.inner.sessions(actor).await
    }

    async fn ledger(&self, actor: &Actor, after: u64, limit: u32) -> Found<LedgerPage> {
        self.inner.ledger(actor, after, limit).await
    }

    async fn ledger_state(&self, actor: &Actor) -> Found<LedgerState> {
        self.inner.ledger_state(actor).await
    }

    async fn first_organization(&self) -> Found<OrganizationId> {
        self.inner.first_organization().await
    }

    async fn numbers(&self, actor: &Actor, campaign: CampaignId) -> Found<Vec<(ContactId, Phone, Option<String>)>> {
        self.inner.numbers(actor, campaign).await
    }

    async fn held(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<HeldText>>> {
        self.inner.held(actor, campaign).await
    }

    async fn to_look_up(&self, since: Timestamp, after: Option<Uuid>, limit: u32) -> Found<Vec<Asked>> {
        self.inner.to_look_up(since, after, limit).await
    }

    async fn open_jobs(&self) -> Found<(u64, u64, u64)> {
        self.inner.open_jobs().await
    }
}

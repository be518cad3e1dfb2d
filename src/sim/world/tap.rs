//! A tap beside the store: what was decided goes into the history in the server's own order.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};
use uuid::Uuid;

use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ContactView},
    campaign::{CampaignTodo, CampaignView},
    captain::{Board, HeldText},
    event::{Event, EventKind},
    ledger::{LedgerPage, LedgerState},
    message::{Outcome, Thread, Verdict},
    people::{Me, SessionInfo},
};
use crate::domain::ids::{CampaignId, ContactId, OrganizationId, PersonId};
use crate::domain::phone::Phone;
use crate::server::carrier;
use crate::server::store::{
    SharedStore, Store, StoreError,
    command::{Actor, Answer, Command, CommandKind},
    query::{Found, Queries},
};
use crate::sim::history::{Fact, History};

/// See the module.
#[derive(Debug)]
pub(super) struct Tap {
    inner: SharedStore,
    history: Arc<History>,
    /// A second look into the database, and the last event seen there.
    look: tokio::sync::Mutex<(SqliteConnection, i64)>,
    /// Texts taken and decisions made so far; they count once.
    known: Known,
}

/// Ids that count once, over restarts of the server.
pub(super) type Known = Arc<std::sync::Mutex<BTreeSet<Uuid>>>;

impl Tap {
    pub(super) async fn beside(
        inner: SharedStore,
        file: &Path,
        history: Arc<History>,
        known: Known,
    ) -> Result<Self, sqlx::Error> {
        let mut conn = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
        let seen = sqlx::query("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(&mut conn).await?.try_get(0)?;
        Ok(Self { inner, history, look: tokio::sync::Mutex::new((conn, seen)), known })
    }

    fn first(&self, id: Uuid) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }

    /// Who lost what, in the order of the events.
    async fn left(&self) -> Result<(), StoreError> {
        let mut look = self.look.lock().await;
        let (conn, seen) = &mut *look;
        let rows = sqlx::query(
            "SELECT seq, person, payload FROM events WHERE seq > $1 AND payload LIKE '{\"event\":\"gone\"%' ORDER BY seq",
        )
        .bind(*seen)
        .fetch_all(&mut *conn)
        .await?;
        for row in rows {
            *seen = row.try_get(0)?;
            let payload: String = row.try_get(2)?;
            let what = serde_json::from_str(&payload).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            if let (EventKind::Gone { contact, why, .. }, Some(person)) = (what, row.try_get::<Option<i64>, _>(1)?) {
                self.history.add(Fact::Left { texter: PersonId(person), contact, why });
            }
        }
        Ok(())
    }
}

/// What a command asks, as far as the history wants it.
enum Asked {
    Claim(PersonId),
    Send { id: Uuid, texter: PersonId, contact: ContactId, epoch: u32 },
    Decide { id: Uuid, captain: PersonId, act: Act },
    Other,
}

fn asked(command: &Command) -> Asked {
    match command.kind() {
        CommandKind::Claim { actor, .. } => Asked::Claim(actor.person),
        CommandKind::Send { actor, id, request, .. } => {
            Asked::Send { id: id.0, texter: actor.person, contact: request.contact, epoch: request.epoch }
        }
        CommandKind::Act { actor, id, act: act @ Act::DecideHeld { .. }, .. } => {
            Asked::Decide { id: id.0, captain: actor.person, act: act.clone() }
        }
        _ => Asked::Other,
    }
}

#[async_trait]
impl Store for Tap {
    async fn execute(&self, command: Command) -> Result<Answer, StoreError> {
        let asked = asked(&command);
        let answer = self.inner.execute(command).await?;
        self.left().await?;
        let yes = matches!(&answer, Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. }));
        match (asked, &answer) {
            (Asked::Claim(texter), Answer::Slice(grant)) => {
                for line in &grant.contacts {
                    self.history.add(Fact::Granted { texter, contact: line.id, epoch: line.epoch });
                }
            }
            (Asked::Send { id, texter, contact, epoch }, _) if yes && self.first(id) => {
                self.history.add(Fact::Taken { texter, id, contact, epoch });
            }
            (Asked::Decide { id, captain, act: Act::DecideHeld { message, decision } }, _) if yes && self.first(id) => {
                self.history.add(Fact::Decided { captain, message: message.0, decision });
            }
            _ => {}
        }
        Ok(answer)
    }

    fn wake(&self) -> tokio::sync::watch::Receiver<u64> {
        self.inner.wake()
    }
}

#[async_trait]
impl Queries for Tap {
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

    async fn to_look_up(&self, since: Timestamp, after: Option<Uuid>, limit: u32) -> Found<Vec<carrier::Asked>> {
        self.inner.to_look_up(since, after, limit).await
    }

    async fn open_jobs(&self) -> Found<(u64, u64, u64)> {
        self.inner.open_jobs().await
    }
}

//! What a server's client keeps of an act, in the journal.

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;

use crate::client::journal::Journal;
use crate::client::{Call, CallError, Memo};

/// What is kept by no act: it stays until the journal is wiped.
pub(super) struct Notes {
    pub(super) journal: Journal,
}

/// Its key in the journal.
const NOTES: &str = "client.notes";

#[async_trait]
impl Memo for Notes {
    async fn read(&self) -> Call<Option<Value>> {
        self.journal.ui_get(NOTES).await.map_err(|error| CallError::NotReached(format!("the journal: {error}")))
    }

    async fn write(&self, value: Value) -> Call<()> {
        let written = self.journal.ui_set(NOTES, &value).await;
        written.map_err(|error| CallError::NotReached(format!("the journal: {error}")))
    }
}

/// The memo of one act.
pub(super) struct Kept<'a> {
    pub(super) journal: &'a Journal,
    pub(super) id: Uuid,
}

#[async_trait]
impl Memo for Kept<'_> {
    async fn read(&self) -> Call<Option<Value>> {
        // Nothing was asked of the server by then.
        self.journal.memo(self.id).await.map_err(|error| CallError::NotReached(format!("the journal: {error}")))
    }

    async fn write(&self, value: Value) -> Call<()> {
        let written = self.journal.set_memo(self.id, &value).await;
        written.map_err(|error| CallError::NotReached(format!("the journal: {error}")))
    }
}

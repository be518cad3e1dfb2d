//! What an admin asks about how long things are kept.

use reqwest::Method;

use super::AdminClient;
use crate::api::keeping::{
    EraseRequest, Erased, HoldInfo, HoldRequest, PersonOut, PersonWanted, RetentionRun, RetentionState, SetRetention,
};
use crate::client::Call;
use crate::domain::ids::CampaignId;

impl AdminClient {
    /// How long words are kept.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn retention(&self) -> Call<RetentionState> {
        self.wire.get("retention").await
    }

    /// Sets how long words are kept, in one campaign or wherever nothing else is said.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn set_retention(&self, campaign: Option<CampaignId>, request: &SetRetention) -> Call<RetentionState> {
        let path = campaign.map_or_else(|| "retention".to_owned(), |one| format!("campaigns/{one}/retention"));
        self.wire.with_body(Method::PUT, &path, request).await
    }

    /// Removes what is too old, or with `dry_run` says what that would be.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn run_retention(&self, dry_run: bool) -> Call<RetentionRun> {
        let query = if dry_run { "?dry_run=true" } else { "" };
        self.wire.empty(Method::POST, &format!("retention/runs{query}")).await
    }

    /// Legal holds, lifted ones too.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn holds(&self) -> Call<Vec<HoldInfo>> {
        self.wire.get("holds").await
    }

    /// Puts a legal hold on something; the same once more is the same hold.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn hold(&self, request: &HoldRequest) -> Call<HoldInfo> {
        self.wire.with_body(Method::POST, "holds", request).await
    }

    /// Lifts a legal hold.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn lift_hold(&self, hold: i64) -> Call<()> {
        self.wire.silent(Method::DELETE, &format!("holds/{hold}")).await
    }

    /// All that is held about a number.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn person_out(&self, wanted: &PersonWanted) -> Call<PersonOut> {
        self.wire.with_body(Method::POST, "person/export", wanted).await
    }

    /// Erases a person, or with `dry_run` says what would go.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn erase_person(&self, request: &EraseRequest) -> Call<Erased> {
        self.wire.with_body(Method::POST, "person/erase", request).await
    }
}

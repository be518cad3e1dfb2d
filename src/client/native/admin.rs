//! What only an admin asks of a server. No console needs it, so it is no part of [`crate::client::CampaignServer`].

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::Method;
use secrecy::SecretString;
use uuid::Uuid;

use super::{SetupError, Timeouts, wire::Wire};
use crate::api::{
    admin::{ImportChunk, ImportStart, ImportState, Invite, InviteInfo, InviteRequest, ListInfo, ListStart},
    audit::AuditPage,
    canned::{CannedReplies, CannedSet, SetCanned},
    conduct::{ConductInForce, SetConduct},
    ledger::{LedgerPage, LedgerState},
    opt_out::{OptOuts, OptOutsTaken},
    people::{Me, PersonInfo, SessionInfo},
    results::{ColumnsOut, ContactsOut, FiguresOut, MessagesOut, OptOutsOut},
};
use crate::client::{Call, token_file::TokenFile};
use crate::domain::campaign::CannedReply;
use crate::domain::ids::{CampaignId, PersonId};

/// An admin's client.
#[derive(Debug, Clone)]
pub struct AdminClient {
    pub(super) wire: Wire,
}

impl AdminClient {
    /// A client of the server at `base_url`, signed in by an admin's `token`.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn new(base_url: &str, token: &SecretString, timeouts: Timeouts) -> Result<Self, SetupError> {
        Ok(Self { wire: Wire::new(base_url, Some(token), timeouts)? })
    }

    /// Looks the token up before each request: it may be renewed while this runs.
    #[must_use]
    pub fn with_tokens(mut self, tokens: TokenFile) -> Self {
        self.wire.tokens = Some(Arc::new(tokens));
        self
    }

    /// Starts an import, or finds the one with this id.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn import_start(&self, import: Uuid, start: &ImportStart) -> Call<ImportState> {
        self.wire.with_body(Method::PUT, &format!("imports/{import}"), start).await
    }

    /// Where an import stands.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn import_state(&self, import: Uuid) -> Call<ImportState> {
        self.wire.get(&format!("imports/{import}")).await
    }

    /// Starts to add contacts to a campaign that is there, or finds the import with this id.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn list_add(&self, campaign: CampaignId, import: Uuid, start: &ListStart) -> Call<ImportState> {
        self.wire.with_body(Method::PUT, &format!("campaigns/{campaign}/lists/{import}"), start).await
    }

    /// The lists that came into a campaign.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn lists(&self, campaign: CampaignId) -> Call<Vec<ListInfo>> {
        self.wire.get(&format!("campaigns/{campaign}/lists")).await
    }

    /// Hands in chunk `number`; the same chunk twice is stored once.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn import_chunk(&self, import: Uuid, number: u64, chunk: &ImportChunk) -> Call<ImportState> {
        self.wire.with_body(Method::PUT, &format!("imports/{import}/chunks/{number}"), chunk).await
    }

    /// Finishes an import: the campaign runs.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn import_finish(&self, import: Uuid) -> Call<ImportState> {
        self.import_finish_as(import, false).await
    }

    /// The same; `paused`: nobody gets contacts of it before a captain resumes it.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn import_finish_as(&self, import: Uuid, paused: bool) -> Call<ImportState> {
        let query = if paused { "?paused=true" } else { "" };
        self.wire.empty(Method::POST, &format!("imports/{import}/finish{query}")).await
    }

    /// Makes a join link's secret.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn invite(&self, request: &InviteRequest) -> Call<Invite> {
        self.wire.with_body(Method::POST, "invites", request).await
    }

    /// The organization's invites, the newest first.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn invites(&self) -> Call<Vec<InviteInfo>> {
        self.wire.get("invites").await
    }

    /// Revokes an invite.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn revoke_invite(&self, invite: i64) -> Call<()> {
        self.wire.silent(Method::DELETE, &format!("invites/{invite}")).await
    }

    /// The organization's sessions.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn sessions(&self) -> Call<Vec<SessionInfo>> {
        self.wire.get("sessions").await
    }

    /// A page of the audit; `query` says which lines: `contact`, `person`, `device`, `since`, `cursor`.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn audit(&self, query: &[(&str, String)]) -> Call<AuditPage> {
        self.wire.get_with("audit", query).await
    }

    /// The organization's people.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn people(&self) -> Call<Vec<PersonInfo>> {
        self.wire.get("people").await
    }

    /// Puts numbers on the organization's list of opt-outs; a captain may.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn add_opt_outs(&self, request: &OptOuts) -> Call<OptOutsTaken> {
        self.wire.with_body(Method::POST, "opt-outs", request).await
    }

    /// Sets the rules of conduct by language; none at all: nothing is to be accepted.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn set_conduct(&self, texts: BTreeMap<String, String>) -> Call<ConductInForce> {
        self.wire.with_body(Method::PUT, "conduct", &SetConduct { texts }).await
    }

    /// The canned replies that every campaign of the organization has.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn canned(&self) -> Call<CannedReplies> {
        self.wire.get("canned-replies").await
    }

    /// Sets them: these and no others.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn set_canned(&self, replies: Vec<CannedReply>) -> Call<CannedSet> {
        self.wire.with_body(Method::PUT, "canned-replies", &SetCanned { replies }).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn revoke_session(&self, session: i64) -> Call<()> {
        self.wire.silent(Method::DELETE, &format!("sessions/{session}")).await
    }

    /// Removes somebody else's second factor: the phone is lost.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn lift_second_factor(&self, person: PersonId) -> Call<()> {
        self.wire.silent(Method::DELETE, &format!("people/{}/second-factor", person.0)).await
    }

    /// A page of a campaign's contacts; `query` says which: `since`, `cursor`.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn contacts_out(&self, campaign: CampaignId, query: &[(&str, String)]) -> Call<ContactsOut> {
        self.wire.get_with(&format!("campaigns/{campaign}/results/contacts"), query).await
    }

    /// A page of a campaign's texts; `query` as for the contacts.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn messages_out(&self, campaign: CampaignId, query: &[(&str, String)]) -> Call<MessagesOut> {
        self.wire.get_with(&format!("campaigns/{campaign}/results/messages"), query).await
    }

    /// The columns of a part of a campaign's contacts.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn columns_out(&self, campaign: CampaignId, cursor: Option<String>) -> Call<ColumnsOut> {
        self.wire.get_with(&format!("campaigns/{campaign}/results/columns"), &at(cursor)).await
    }

    /// The sums over a part of a campaign's contacts.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn figures_out(&self, campaign: CampaignId, cursor: Option<String>) -> Call<FiguresOut> {
        self.wire.get_with(&format!("campaigns/{campaign}/results/figures"), &at(cursor)).await
    }

    /// A page of the opt-outs; `query` says which: `campaign`, `since`, `cursor`.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn opt_outs_out(&self, query: &[(&str, String)]) -> Call<OptOutsOut> {
        self.wire.get_with("opt-outs", query).await
    }

    /// A page of the ledger, after the one that gave this cursor.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn ledger(&self, cursor: Option<String>) -> Call<LedgerPage> {
        self.wire.get_with("ledger", &at(cursor)).await
    }

    /// How far the ledger is anchored.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn ledger_state(&self) -> Call<LedgerState> {
        self.wire.get("ledger/state").await
    }

    /// Who this admin is, and of which organization.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn me(&self) -> Call<Me> {
        self.wire.get("me").await
    }
}

fn at(cursor: Option<String>) -> Vec<(&'static str, String)> {
    cursor.into_iter().map(|cursor| ("cursor", cursor)).collect()
}

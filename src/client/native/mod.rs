//! Our own contract over HTTP: [`NativeServer`] for consoles, [`AdminClient`] for the admin's commands, [`join`].
//!
//! What an answer means is decided in one place ([`answer`]): certainly not reached, perhaps reached, refused, or strange.

mod admin;
pub mod answer;
mod change;
mod feed;
mod keep;
mod link;
mod second_factor;
#[cfg(test)]
mod tests;
mod watch;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::SignedDuration;
use reqwest::Method;
use secrecy::SecretString;
use uuid::Uuid;

use super::token_file::TokenFile;
use super::{Call, CallError, CampaignServer, Capabilities};
use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ClaimRequest, ContactView, SliceGrant, Whereabouts},
    campaign::{CampaignTodo, CampaignView},
    captain::{Board, Flagged, HeldText},
    conduct::ConductText,
    event::Event,
    message::{SendRequest, Thread, Verdict},
    people::{JoinRequest, Joined, Me, Presence, Rename, Renewed, WaitingPerson},
    practice::Practice,
    problem::Code,
};
use crate::domain::ids::{ActId, CampaignId, ContactId, MessageId, PersonId};
use crate::domain::second_factor::OneTimeCode;
use crate::env::SharedClock;

pub use admin::AdminClient;
use answer::verdict;
pub use link::{JoinLink, LinkError};
use watch::Watch;
use wire::Wire;

/// How long the client waits for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For a whole request and its answer.
    pub request: Duration,
    /// Between two signs of life on a feed (the server makes one every 15 s).
    pub feed_silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(20),
            feed_silence: Duration::from_secs(45),
        }
    }
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Not an `http` or `https` address.
    #[error("`{0}` is not the address of a server (http://host:port or https://host)")]
    Address(String),
    /// The token cannot stand in a header.
    #[error("the sign-in's token is damaged; join again")]
    Token,
    /// The HTTP library refused.
    #[error("no HTTP client: {0}")]
    Client(String),
}

/// A campaign server of our own kind.
#[derive(Debug, Clone)]
pub struct NativeServer {
    wire: Wire,
    speaks: Vec<String>,
}

impl NativeServer {
    /// A client of the server at `base_url`, signed in by `token`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn new(base_url: &str, token: &SecretString, timeouts: Timeouts) -> Result<Self, SetupError> {
        Ok(Self { wire: Wire::new(base_url, Some(token), timeouts)?, speaks: Vec::new() })
    }

    /// Says with each claim in which languages this person answers (`en`, `es`).
    #[must_use]
    pub fn speaking(mut self, languages: Vec<String>) -> Self {
        self.speaks = languages;
        self
    }

    /// Looks the token up before each request: it may be renewed while this runs.
    #[must_use]
    pub fn with_tokens(mut self, tokens: TokenFile) -> Self {
        self.wire.tokens = Some(Arc::new(tokens));
        self
    }

    /// What is to be read and accepted before contacts are handed out, with a campaign's guide.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn conduct(&self, campaign: Option<CampaignId>) -> Call<Vec<ConductText>> {
        let query: Vec<_> = campaign.into_iter().map(|campaign| ("campaign", campaign.to_string())).collect();
        self.wire.get_with("conduct", &query).await
    }

    /// Gives somebody another name: oneself, or as a captain others.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn rename(&self, person: PersonId, name: &str) -> Call<()> {
        let body = Rename { name: name.to_owned() };
        self.wire.silent_with_body(Method::PUT, &format!("people/{person}"), &body).await
    }

    /// Accepts the text of this version.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn accept_conduct(&self, version: &str) -> Call<()> {
        if version.is_empty() || !version.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(CallError::Strange("a version that is no hash".to_owned()));
        }
        self.wire.silent(Method::PUT, &format!("conduct/{version}")).await
    }

    /// Whether I have been through the practice, and whether a campaign asks for it.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn practice(&self, campaign: Option<CampaignId>) -> Call<Practice> {
        let query: Vec<_> = campaign.into_iter().map(|campaign| ("campaign", campaign.to_string())).collect();
        self.wire.get_with("practice", &query).await
    }

    /// Says that I have been through it.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn pass_practice(&self) -> Call<Practice> {
        self.wire.empty(Method::PUT, "practice").await
    }

    /// Tells the server with each text what this clock shows then, so that a wrong one is known and allowed for.
    #[must_use]
    pub fn telling_time(mut self, clock: SharedClock) -> Self {
        self.wire.watch = Some(Watch::new(clock));
        self
    }
}

/// Redeems a join link's secret at the server at `base_url`.
///
/// # Errors
/// [`CallError`]; a wrong address is [`CallError::NotReached`].
pub async fn join(base_url: &str, request: &JoinRequest, timeouts: Timeouts) -> Call<Joined> {
    let wire = Wire::new(base_url, None, timeouts).map_err(|error| CallError::NotReached(error.to_string()))?;
    wire.with_body(Method::POST, "join", request).await
}

/// Asks for the next token of the session that `token` is in use for. It has to be stored before it is used.
///
/// # Errors
/// [`CallError`]
pub async fn renew(base_url: &str, token: &SecretString, timeouts: Timeouts) -> Call<SecretString> {
    let wire = Wire::new(base_url, Some(token), timeouts).map_err(|error| CallError::NotReached(error.to_string()))?;
    let renewed: Renewed = wire.empty(Method::POST, "token").await?;
    Ok(renewed.token.into())
}

fn by_comma(ids: &[ContactId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[async_trait]
impl CampaignServer for NativeServer {
    fn capabilities(&self) -> Capabilities {
        Capabilities::NATIVE
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.wire.watch.as_ref().and_then(Watch::offset)
    }

    fn is_signed_in_again(&self) -> bool {
        self.wire.tokens.as_ref().is_some_and(|tokens| tokens.is_new())
    }

    async fn me(&self) -> Call<Me> {
        self.wire.get("me").await
    }

    async fn campaigns(&self) -> Call<Vec<CampaignTodo>> {
        self.wire.get("campaigns").await
    }

    async fn campaign(&self, campaign: CampaignId) -> Call<CampaignView> {
        self.wire.get(&format!("campaigns/{campaign}")).await
    }

    async fn claim(&self, campaign: CampaignId, claim: Uuid, want: u32) -> Call<SliceGrant> {
        let path = format!("campaigns/{campaign}/claims/{claim}");
        self.wire.with_body(Method::PUT, &path, &ClaimRequest { want, speaks: self.speaks.clone() }).await
    }

    async fn assignment(&self, campaign: CampaignId, cursor: Option<String>) -> Call<AssignmentPage> {
        let query: Vec<(&str, String)> = cursor.into_iter().map(|cursor| ("cursor", cursor)).collect();
        self.wire.get_with(&format!("campaigns/{campaign}/assignment"), &query).await
    }

    async fn contacts(&self, campaign: CampaignId, ids: &[ContactId]) -> Call<Vec<ContactView>> {
        self.wire.get_with(&format!("campaigns/{campaign}/contacts"), &[("ids", by_comma(ids))]).await
    }

    async fn whereabouts(&self, campaign: CampaignId, ids: &[ContactId]) -> Call<Whereabouts> {
        self.wire.get_with(&format!("campaigns/{campaign}/whereabouts"), &[("ids", by_comma(ids))]).await
    }

    async fn thread(&self, contact: ContactId, before: Option<u64>, limit: u32) -> Call<Thread> {
        let mut query = vec![("limit", limit.to_string())];
        query.extend(before.map(|before| ("before", before.to_string())));
        self.wire.get_with(&format!("contacts/{contact}/thread"), &query).await
    }

    async fn send(&self, id: MessageId, request: &SendRequest) -> Call<Verdict> {
        verdict(id.0, self.wire.with_body_and_time(Method::PUT, &format!("messages/{id}"), request).await)
    }

    async fn act(&self, id: ActId, act: &Act) -> Call<Verdict> {
        verdict(id.0, self.wire.with_body_and_time(Method::PUT, &format!("acts/{id}"), act).await)
    }

    async fn verdict(&self, id: Uuid) -> Call<Option<Verdict>> {
        match self.wire.get::<Verdict>(&format!("verdicts/{id}")).await {
            Ok(verdict) if verdict.id == id => Ok(Some(verdict)),
            Ok(other) => Err(CallError::Strange(format!("a verdict on {} where {id} was asked", other.id))),
            Err(CallError::Refused(problem)) if problem.code == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn presence(&self) -> Call<Presence> {
        self.wire.empty(Method::POST, "presence").await
    }

    async fn events(&self, campaign: CampaignId, after: u64) -> Call<BoxStream<'static, Call<Event>>> {
        let path = format!("campaigns/{campaign}/events");
        Ok(feed::events(self.wire.feed(&path, &[("after", after.to_string())]).await?))
    }

    async fn board(&self, campaign: CampaignId) -> Call<Board> {
        self.wire.get(&format!("campaigns/{campaign}/board")).await
    }

    async fn waiting_room(&self) -> Call<Vec<WaitingPerson>> {
        self.wire.get("waiting-room").await
    }

    async fn prove(&self, code: OneTimeCode) -> Call<()> {
        self.prove_second_factor(code).await.map(drop)
    }

    async fn flagged(&self, campaign: CampaignId) -> Call<Vec<Flagged>> {
        self.wire.get(&format!("campaigns/{campaign}/flagged")).await
    }

    async fn held(&self, campaign: CampaignId) -> Call<Vec<HeldText>> {
        self.wire.get(&format!("campaigns/{campaign}/held")).await
    }
}

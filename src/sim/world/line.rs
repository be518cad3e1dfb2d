//! A line to the server that fails as it is told to. The real router stands behind it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures_util::stream::{self, BoxStream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ClaimRequest, ContactView, SliceGrant},
    campaign::{CampaignTodo, CampaignView},
    captain::Board,
    event::Event,
    message::{Outcome, SENT_AT, SendRequest, Thread, Verdict},
    people::{Me, Presence},
    problem::{Code, Problem},
};
use crate::client::{Call, CallError, CampaignServer, Capabilities};
use crate::domain::ids::{ActId, CampaignId, ContactId, DeviceId, MessageId};
use crate::domain::ledger::Link;
use crate::env::{BoxFuture, SharedClock};
use crate::sim::history::{Fact, History};

/// What the line does to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Not even a connection.
    NotReached,
    /// Cut while the request went out: the server never has it, and the laptop cannot know.
    CutBefore,
    /// Cut while the answer came back: the server has done it.
    CutAfter,
    /// Half open: the laptop gives up, and the request reaches the server later.
    Held,
    /// The request reaches the server twice.
    Twice,
    /// 429 from something in between.
    TooMany,
    /// 503 with a problem document.
    Unavailable,
    /// A login page instead of the server.
    LoginPage,
    /// Damaged JSON after the server has done it.
    Damaged,
    /// 500 and a page in HTML, after the server has done it.
    Broken,
    /// 502 from something in between; the server never has it.
    BadGateway,
    /// A redirect to somewhere else.
    Elsewhere,
    /// The head arrives and the sign-in is looked up; the body follows later.
    SlowBody,
}

impl Fault {
    /// Every one, nothing first.
    pub const ALL: [Self; 14] = [
        Self::None,
        Self::NotReached,
        Self::CutBefore,
        Self::CutAfter,
        Self::Held,
        Self::Twice,
        Self::TooMany,
        Self::Unavailable,
        Self::LoginPage,
        Self::Damaged,
        Self::Broken,
        Self::BadGateway,
        Self::Elsewhere,
        Self::SlowBody,
    ];

    /// In words, for stories.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "and all goes well",
            Self::NotReached => "the server cannot be reached",
            Self::CutBefore => "the line is cut before the server has it",
            Self::CutAfter => "the answer is lost",
            Self::Held => "the line hangs; the request arrives later",
            Self::Twice => "the request arrives twice",
            Self::TooMany => "429",
            Self::Unavailable => "503",
            Self::LoginPage => "a login page answers",
            Self::Damaged => "the answer is damaged",
            Self::Broken => "500 after the server has done it",
            Self::BadGateway => "502",
            Self::Elsewhere => "a redirect answers",
            Self::SlowBody => "the request's body is long on its way",
        }
    }
}

/// A request as it goes over the line.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    method: Method,
    path: String,
    token: String,
    sent_at: Option<String>,
    body: String,
}

/// The server's door: shut while it is down.
pub(super) type Door = Arc<Mutex<Option<Router>>>;

/// Requests that are still on their way.
pub(super) type Limbo = Arc<Mutex<Vec<Late>>>;

/// A request on its way.
#[derive(Debug)]
pub(super) enum Late {
    /// Nothing of it has arrived.
    Whole(Wire),
    /// Its head has, and the server knows whose it is.
    Half(Half),
}

/// A request whose body is not there yet.
pub(super) struct Half {
    wire: Wire,
    body: oneshot::Sender<Vec<u8>>,
    answer: BoxFuture<'static, StatusCode>,
}

impl std::fmt::Debug for Half {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Half").field("wire", &self.wire).finish_non_exhaustive()
    }
}

impl Half {
    /// Sends the head, until the server asks for the body. None when it answered without.
    async fn begin(door: &Door, wire: Wire) -> Result<Option<Self>, CallError> {
        let router = open(door).clone().ok_or_else(|| CallError::NotReached("the server is down".into()))?;
        let (asks, mut asked) = oneshot::channel::<()>();
        let (body, comes) = oneshot::channel::<Vec<u8>>();
        let late = stream::once(async move {
            // Whoever waited for it may have gone.
            let _ = asks.send(());
            comes.await
        });
        let request = wire.request(Body::from_stream(late))?;
        let mut answer: BoxFuture<'static, StatusCode> = Box::pin(async move {
            let Ok(response) = router.oneshot(request).await;
            response.status()
        });
        tokio::select! {
            biased;
            _ = &mut answer => Ok(None),
            _ = &mut asked => Ok(Some(Self { wire, body, answer })),
        }
    }

    /// The rest arrives.
    async fn end(self) -> StatusCode {
        // A server that did not want it any more has answered.
        let _ = self.body.send(self.wire.body.into_bytes());
        self.answer.await
    }
}

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// See the module. One for each laptop.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) door: Door,
    pub(super) limbo: Limbo,
    pub(super) token: String,
    pub(super) device: DeviceId,
    pub(super) clock: SharedClock,
    pub(super) history: Arc<History>,
    pub(super) next: Mutex<Fault>,
    /// The place in the ledger of the text that was handed in last.
    pub(super) link: Mutex<Option<Link>>,
}

impl Line {
    /// What happens to the next call; after it the line is good again.
    pub(super) fn fail(&self, fault: Fault) {
        *open(&self.next) = fault;
    }

    /// See [`Self::link`].
    pub(super) fn last_link(&self) -> Option<Link> {
        open(&self.link).clone()
    }

    fn wire(&self, method: Method, path: String, body: String, told: bool) -> Wire {
        let sent_at = told.then(|| self.clock.now().to_string());
        Wire { method, path: format!("/api/v1/{path}"), token: self.token.clone(), sent_at, body }
    }

    async fn call<T: DeserializeOwned>(&self, wire: Wire) -> Call<T> {
        let fault = std::mem::replace(&mut *open(&self.next), Fault::None);
        let cut = || CallError::NoAnswer("the line was cut".into());
        match fault {
            Fault::None => read(deliver(&self.door, &wire).await),
            Fault::NotReached => Err(CallError::NotReached("no connection".into())),
            Fault::CutBefore => Err(cut()),
            Fault::CutAfter => {
                drop(deliver(&self.door, &wire).await);
                Err(cut())
            }
            Fault::SlowBody => {
                if let Some(half) = Half::begin(&self.door, wire).await? {
                    open(&self.limbo).push(Late::Half(half));
                }
                Err(CallError::NoAnswer("no answer in time".into()))
            }
            Fault::Held => {
                open(&self.limbo).push(Late::Whole(wire));
                Err(CallError::NoAnswer("no answer in time".into()))
            }
            Fault::Twice => {
                drop(deliver(&self.door, &wire).await);
                read(deliver(&self.door, &wire).await)
            }
            Fault::TooMany => Err(CallError::Refused(Box::new(Problem::new(Code::RateLimited, "too many")))),
            Fault::Unavailable => Err(CallError::Refused(Box::new(Problem::new(Code::Unavailable, "not now")))),
            Fault::LoginPage => Err(CallError::Strange("<html> where JSON should be".into())),
            Fault::Damaged => {
                let (status, mut bytes) = deliver(&self.door, &wire).await?;
                bytes.truncate(bytes.len() / 2);
                read(Ok((status, bytes)))
            }
            Fault::Broken => {
                drop(deliver(&self.door, &wire).await);
                read(Ok((StatusCode::INTERNAL_SERVER_ERROR, b"<html>500".to_vec())))
            }
            Fault::BadGateway => read(Ok((StatusCode::BAD_GATEWAY, b"<html>502".to_vec()))),
            Fault::Elsewhere => read(Ok((StatusCode::FOUND, Vec::new()))),
        }
    }

    async fn decide(&self, id: Uuid, wire: Wire) -> Call<Verdict> {
        // As the native client reads it: a refusal that decides about the id is the verdict itself.
        let answer = match self.call::<Verdict>(wire).await {
            Ok(verdict) if verdict.id == id => Ok(verdict),
            Ok(verdict) => Err(CallError::Strange(format!("a verdict on {} where {id} was asked", verdict.id))),
            Err(CallError::Refused(problem)) if !problem.code.is_transient() => {
                Ok(Verdict { id, outcome: Outcome::Refused { problem: *problem } })
            }
            Err(error) => Err(error),
        };
        self.history.add(match &answer {
            Ok(verdict) => Fact::Answered { device: self.device, verdict: verdict.clone() },
            Err(error) => Fact::NoAnswer { device: self.device, id, why: error.to_string() },
        });
        answer
    }

    async fn get<T: DeserializeOwned>(&self, path: String) -> Call<T> {
        self.call(self.wire(Method::GET, path, String::new(), false)).await
    }
}

/// Lets one of the requests in limbo arrive; nobody waits for the answer any more. Says what it was.
pub(super) async fn arrive(door: &Door, limbo: &Limbo, pick: usize) -> Option<String> {
    let late = {
        let mut limbo = open(limbo);
        let many = limbo.len();
        (many > 0).then(|| limbo.remove(pick % many))?
    };
    let (what, status) = match late {
        Late::Whole(wire) => {
            let status =
                deliver(door, &wire).await.map_or_else(|error| error.to_string(), |answer| answer.0.to_string());
            (format!("{} {}", wire.method, wire.path), status)
        }
        Late::Half(half) => {
            let what = format!("the body of {} {}", half.wire.method, half.wire.path);
            (what, half.end().await.to_string())
        }
    };
    Some(format!("{what} arrives late: {status}"))
}

/// The server died: whatever it had the head of is gone.
pub(super) fn cut_halves(limbo: &Limbo) {
    open(limbo).retain(|late| matches!(late, Late::Whole(_)));
}

/// How many are on their way.
pub(super) fn on_the_way(limbo: &Limbo) -> usize {
    open(limbo).len()
}

/// What hung is given up for good.
pub(super) fn give_up(limbo: &Limbo) {
    open(limbo).clear();
}

/// A whole answer: its status and its body.
type Answer = Result<(StatusCode, Vec<u8>), CallError>;

impl Wire {
    fn request(&self, body: Body) -> Result<Request<Body>, CallError> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(at) = &self.sent_at {
            request = request.header(SENT_AT, at);
        }
        request.body(body).map_err(|error| CallError::Strange(error.to_string()))
    }
}

async fn deliver(door: &Door, wire: &Wire) -> Answer {
    let router = open(door).clone().ok_or_else(|| CallError::NotReached("the server is down".into()))?;
    let strange = |error: &dyn std::fmt::Display| CallError::Strange(error.to_string());
    let request = wire.request(Body::from(wire.body.clone()))?;
    let Ok(response) = router.oneshot(request).await;
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.map_err(|error| strange(&error))?;
    Ok((status, bytes.to_vec()))
}

fn read<T: DeserializeOwned>(answer: Answer) -> Call<T> {
    let (status, bytes) = answer?;
    if status.is_success() {
        return serde_json::from_slice(&bytes).map_err(|error| CallError::Strange(error.to_string()));
    }
    match serde_json::from_slice::<Problem>(&bytes) {
        Ok(problem) => Err(CallError::Refused(Box::new(problem))),
        Err(_) => Err(CallError::Strange(status.to_string())),
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[async_trait]
impl CampaignServer for Line {
    fn capabilities(&self) -> Capabilities {
        Capabilities::NATIVE
    }

    async fn me(&self) -> Call<Me> {
        self.get("me".into()).await
    }

    async fn campaigns(&self) -> Call<Vec<CampaignTodo>> {
        self.get("campaigns".into()).await
    }

    async fn campaign(&self, campaign: CampaignId) -> Call<CampaignView> {
        self.get(format!("campaigns/{campaign}")).await
    }

    async fn claim(&self, campaign: CampaignId, claim: Uuid, want: u32) -> Call<SliceGrant> {
        let path = format!("campaigns/{campaign}/claims/{claim}");
        self.call(self.wire(Method::PUT, path, json(&ClaimRequest { want }), false)).await
    }

    async fn assignment(&self, campaign: CampaignId, _: Option<String>) -> Call<AssignmentPage> {
        self.get(format!("campaigns/{campaign}/assignment")).await
    }

    async fn contacts(&self, campaign: CampaignId, ids: &[ContactId]) -> Call<Vec<ContactView>> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.get(format!("campaigns/{campaign}/contacts?ids={}", ids.join(","))).await
    }

    async fn thread(&self, contact: ContactId, _: Option<u64>, limit: u32) -> Call<Thread> {
        self.get(format!("contacts/{contact}/thread?limit={limit}")).await
    }

    async fn send(&self, id: MessageId, request: &SendRequest) -> Call<Verdict> {
        let link = request.shown.link.clone();
        (*open(&self.link)).clone_from(&link);
        self.history.add(Fact::HandedIn { device: self.device, id: id.0, link });
        self.decide(id.0, self.wire(Method::PUT, format!("messages/{id}"), json(request), true)).await
    }

    async fn act(&self, id: ActId, act: &Act) -> Call<Verdict> {
        self.history.add(Fact::HandedIn { device: self.device, id: id.0, link: None });
        self.decide(id.0, self.wire(Method::PUT, format!("acts/{id}"), json(act), true)).await
    }

    async fn verdict(&self, id: Uuid) -> Call<Option<Verdict>> {
        let answer = match self.get::<Verdict>(format!("verdicts/{id}")).await {
            Ok(verdict) => Ok(Some(verdict)),
            Err(CallError::Refused(problem)) if problem.code == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        if let Ok(Some(_)) = &answer {
            self.history.add(Fact::Echoed { device: self.device, id });
        }
        answer
    }

    async fn presence(&self) -> Call<Presence> {
        self.call(self.wire(Method::POST, "presence".into(), String::new(), false)).await
    }

    async fn events(&self, _: CampaignId, _: u64) -> Call<BoxStream<'static, Call<Event>>> {
        Err(CallError::NotReached("the simulator reads the feed's table step by step".into()))
    }

    async fn board(&self, campaign: CampaignId) -> Call<Board> {
        self.get(format!("campaigns/{campaign}/board")).await
    }
}

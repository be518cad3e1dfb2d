//! A line to the server that fails as it is told to. The real router stands behind it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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

use super::strange::{Raw, Strange, read};
use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ClaimRequest, ContactView, SliceGrant},
    campaign::{CampaignTodo, CampaignView},
    captain::Board,
    event::Event,
    message::{SENT_AT, SendRequest, Thread, Verdict},
    people::{Me, Presence},
    problem::Code,
};
use crate::client::native::answer;
use crate::client::{Call, CallError, CampaignServer, Capabilities};
use crate::domain::ids::{ActId, CampaignId, ContactId, DeviceId, MessageId};
use crate::domain::ledger::Link;
use crate::env::{BoxFuture, SharedClock};
use crate::server::limits::REQUEST_TIME;
use crate::sim::history::{Fact, History};

/// No request hangs on the way for longer: something on it has given up by then.
const LONGEST_HANG: Duration = Duration::from_secs(900);

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
    /// The server has done it, and its answer comes too late.
    Slow,
    /// The head arrives and the sign-in is looked up; the body follows later.
    SlowBody,
    /// An answer comes that is none.
    Strange(Strange),
}

impl Fault {
    /// What the line itself does, nothing first.
    pub const LINE: [Self; 8] = [
        Self::None,
        Self::NotReached,
        Self::CutBefore,
        Self::CutAfter,
        Self::Held,
        Self::Twice,
        Self::Slow,
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
            Self::Slow => "the answer is too slow",
            Self::Strange(what) => what.words(),
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
    /// How long the server waits for the rest.
    patience: Duration,
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
            _ = &mut asked => Ok(Some(Self { wire, body, answer, patience: REQUEST_TIME })),
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
            Fault::None => read(deliver(&self.door, &wire).await?),
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
                read(deliver(&self.door, &wire).await?)
            }
            Fault::Slow => {
                drop(deliver(&self.door, &wire).await);
                Err(CallError::NoAnswer("no answer in time".into()))
            }
            Fault::Strange(what) => {
                let good = match what.reaches_the_server() {
                    true => Some(deliver(&self.door, &wire).await?),
                    false => None,
                };
                read(what.instead(good))
            }
        }
    }

    async fn decide(&self, id: Uuid, wire: Wire) -> Call<Verdict> {
        let answer = answer::verdict(id, self.call(wire).await);
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

/// Time passes: the server gives up requests whose rest does not come, and after the longest hang nothing is on its way any more.
///
/// (The server does so at its clock's tick, before anything else happens: were its answer and the rest of the request there at
/// once, which of them counts would be the scheduler's choice.)
pub(super) fn wait(limbo: &Limbo, by: Duration) {
    open(limbo).retain_mut(|late| match late {
        Late::Whole(_) => by <= LONGEST_HANG,
        Late::Half(half) => {
            half.patience = half.patience.saturating_sub(by);
            !half.patience.is_zero()
        }
    });
}

/// A whole answer.
type Answer = Result<Raw, CallError>;

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
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 24).await.map_err(|error| strange(&error))?;
    Ok((head.status, head.headers, bytes.to_vec()))
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
        self.call(self.wire(Method::PUT, path, json(&ClaimRequest { want, speaks: vec![] }), false)).await
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

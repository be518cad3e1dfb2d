//! The carrier's process: takes calls, writes them down, answers or fails as its plan says.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::callbacks::{self, Caller, Due};
use super::faults::{Fate, FaultPlan};
use super::log::{Log, LogLine, read_log};
use super::{CallBody, Callback, Listed, LoopbackError, Said4xx, SayBody, Secret, Taken, loopback_url};
use crate::domain::{message::Delivery, phone::Phone};
use crate::env::{SharedClock, SharedIds};

/// Largest body of a call.
const MAX_BODY: usize = 64 * 1024;
/// Callbacks that may wait for their time before calls have to.
const CALLBACKS: usize = 65_536;

/// Why a carrier did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The log cannot be had.
    #[error("cannot write {0}: {1}")]
    Log(PathBuf, std::io::Error),
    /// An address of another machine.
    #[error(transparent)]
    Loopback(#[from] LoopbackError),
}

/// What a carrier is made of.
#[derive(Debug)]
pub struct CarrierOptions {
    /// Where to listen, on this machine.
    pub listen: SocketAddr,
    /// Its log; made when missing, gone on with when there.
    pub log: PathBuf,
    /// The server's webhook and the shared secret; without it nothing is told.
    pub callback: Option<(String, Secret)>,
    /// Of all dice.
    pub seed: u64,
    /// What goes wrong.
    pub faults: FaultPlan,
    /// The machine's time.
    pub clock: SharedClock,
    /// Keys of events.
    pub ids: SharedIds,
}

/// A running carrier.
#[derive(Debug)]
pub struct CarrierProcess {
    /// Where it listens.
    pub addr: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl CarrierProcess {
    /// Stops, and waits until the log is written.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// What is known of the calls so far; all of it is in the log too.
#[derive(Debug, Default)]
struct Memory {
    /// Taken texts by attempt, with the monotonic time since when the list shows them.
    taken: HashMap<Uuid, Vec<(String, Duration)>>,
    /// How often a text to a number was asked for.
    asked: HashMap<(Phone, String), u32>,
}

#[derive(Debug)]
struct Desk {
    memory: Mutex<Memory>,
    log: Log,
    caller: Option<Caller>,
    callbacks: mpsc::Sender<Due>,
    seed: u64,
    faults: FaultPlan,
    clock: SharedClock,
    ids: SharedIds,
}

/// Starts a carrier.
///
/// # Errors
/// [`StartError`]
pub async fn start(options: CarrierOptions) -> Result<CarrierProcess, StartError> {
    let CarrierOptions { listen, log: path, callback, seed, faults, clock, ids } = options;
    if !listen.ip().is_loopback() {
        return Err(LoopbackError::NotLoopback(listen.to_string()).into());
    }
    let failed = |error| StartError::Log(path.clone(), error);
    let (log, writer) = Log::open(&path).map_err(failed)?;
    let old = read_log(&path).map_err(failed)?;
    let caller = match callback {
        Some((url, secret)) => Some(Caller::new(loopback_url(&url)?, secret, clock.clone(), log.clone())?),
        None => None,
    };
    let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
    let addr = listener.local_addr().map_err(|error| StartError::Listen(listen, error))?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    tasks.spawn_blocking(writer);
    let (callbacks, queue) = mpsc::channel(CALLBACKS);
    if let Some(caller) = caller.clone() {
        tasks.spawn(callbacks::run(caller, queue, stop.clone()));
    }
    let memory = Mutex::default();
    let desk = Arc::new(Desk { memory, log, caller, callbacks, seed, faults, clock, ids });
    desk.go_on(old).await;
    tasks.spawn(accept(listener, desk, stop.clone(), tasks.clone()));
    Ok(CarrierProcess { addr, stop, tasks })
}

async fn accept(listener: TcpListener, desk: Arc<Desk>, stop: CancellationToken, tasks: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (desk, stop) = (desk.clone(), stop.clone());
                tasks.spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = serve(stream, desk) => {}
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a call could not be taken");
                desk.clock.sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, desk: Arc<Desk>) {
    let service = service_fn(|request| answer(desk.clone(), request));
    let line = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    if let Err(error) = line.await {
        tracing::debug!(%error, "a line ended");
    }
}

/// Instead of an answer the line is cut.
#[derive(Debug, thiserror::Error)]
#[error("the line is cut on purpose")]
struct CutLine;

type Answered = Result<Response<Body>, CutLine>;

async fn answer(desk: Arc<Desk>, request: Request<Incoming>) -> Answered {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(Body::new(body), MAX_BODY).await else {
        return Ok(no(StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
    };
    match (&parts.method, parts.uri.path()) {
        (&Method::POST, "/messages") => match serde_json::from_slice(&body) {
            Ok(call) => desk.call(call).await,
            Err(error) => Ok(no(StatusCode::BAD_REQUEST, &format!("invalid: {error}"))),
        },
        (&Method::POST, "/say") => match serde_json::from_slice(&body) {
            Ok(say) => Ok(desk.say(say).await),
            Err(error) => Ok(no(StatusCode::BAD_REQUEST, &format!("invalid: {error}"))),
        },
        (&Method::GET, "/messages") => {
            let attempt = parts.uri.query().and_then(|query| query.strip_prefix("attempt="));
            Ok(match attempt.and_then(|id| id.parse().ok()) {
                Some(attempt) => json(StatusCode::OK, &desk.list(attempt)),
                None => no(StatusCode::BAD_REQUEST, "invalid: write ?attempt=ID"),
            })
        }
        _ => Ok(no(StatusCode::NOT_FOUND, "not_found")),
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    typed(status, "application/json", serde_json::to_string(value).unwrap_or_default())
}

fn no(status: StatusCode, error: &str) -> Response<Body> {
    json(status, &Said4xx { error: error.to_owned() })
}

fn typed(status: StatusCode, kind: &'static str, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

impl Desk {
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what the log says, and hands in what the server did not take.
    async fn go_on(&self, old: Vec<LogLine>) {
        let told: HashSet<String> = old
            .iter()
            .filter_map(|line| match line {
                LogLine::Callback { key, .. } => Some(key.clone()),
                _ => None,
            })
            .collect();
        for line in old {
            match line {
                LogLine::Received { attempt, to, body, carrier_id, taken, .. } => {
                    let nth = self.nth(&to, &body);
                    if taken {
                        self.memory().taken.entry(attempt).or_default().push((carrier_id, Duration::ZERO));
                        let receipts = self.receipts(attempt, &to, &body, nth).into_iter();
                        self.tell(receipts.filter(|due| !told.contains(due.event.key()))).await;
                    }
                }
                LogLine::Inbound { key, from, body, pictures, .. } if !told.contains(&key) => {
                    let event = Callback::Inbound { key, from, body, pictures };
                    self.tell([Due { at: Duration::ZERO, event }]).await;
                }
                _ => {}
            }
        }
    }

    /// How often this text to this number was asked for before.
    fn nth(&self, to: &Phone, body: &str) -> u32 {
        let mut memory = self.memory();
        let nth = memory.asked.entry((to.clone(), body.to_owned())).or_default();
        *nth += 1;
        *nth - 1
    }

    async fn call(&self, call: CallBody) -> Answered {
        let CallBody { attempt, to, body, expires_at } = call;
        let nth = self.nth(&to, &body);
        let fate = self.faults.fate(self.seed, &to, &body, nth);
        let carrier_id = format!("car-{}-{nth}", attempt.simple());
        if fate != Fate::Cut {
            let line = LogLine::Received {
                at: self.clock.now(),
                attempt,
                to: to.clone(),
                body: body.clone(),
                expires_at,
                carrier_id: carrier_id.clone(),
                taken: fate.takes(),
            };
            if !self.log.synced(line).await {
                // Whether the line is there nobody knows: no answer either.
                return Err(CutLine);
            }
        }
        if fate.takes() {
            let since = self.clock.monotonic() + Duration::from_millis(self.faults.lag_ms);
            self.memory().taken.entry(attempt).or_default().push((carrier_id.clone(), since));
            let mut receipts = self.receipts(attempt, &to, &body, nth);
            if self.faults.receipts(self.seed, &to, &body, nth).early
                && let Some(caller) = &self.caller
                && let Some(first) = receipts.first()
                && caller.hand_in(&first.event).await
            {
                receipts.remove(0);
            }
            self.tell(receipts).await;
        }
        let answer = self.by_fate(fate, carrier_id).await;
        self.log.note(LogLine::Answered { at: self.clock.now(), attempt, answer: fate.word().to_owned() }).await;
        answer
    }

    async fn by_fate(&self, fate: Fate, carrier_id: String) -> Answered {
        let yes = json(StatusCode::OK, &Taken { carrier_id });
        Ok(match fate {
            Fate::Accepted => yes,
            Fate::Cut | Fate::Lost => return Err(CutLine),
            Fate::Error => typed(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "oops"),
            Fate::Down => typed(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "down"),
            Fate::Slow => {
                self.clock.sleep(Duration::from_millis(self.faults.slow_ms)).await;
                yes
            }
            Fate::Malformed => typed(StatusCode::OK, "application/json", "{\"carrier_id\": \"car-"),
            Fate::WrongType => typed(StatusCode::OK, "text/html", "<html>Welcome to the hotel's network</html>"),
            Fate::Redirect => {
                let mut response = typed(StatusCode::FOUND, "text/html", "");
                response.headers_mut().insert(LOCATION, HeaderValue::from_static("/login"));
                response
            }
            Fate::Refused => no(StatusCode::UNPROCESSABLE_ENTITY, "21610"),
            Fate::Later => no(StatusCode::TOO_MANY_REQUESTS, "queue_full"),
        })
    }

    /// What will be told about a taken text, and when.
    fn receipts(&self, attempt: Uuid, to: &Phone, body: &str, nth: u32) -> Vec<Due> {
        let plan = self.faults.receipts(self.seed, to, body, nth);
        if plan.mute {
            return Vec::new();
        }
        let last = if plan.undelivered { Delivery::Failed } else { Delivery::Delivered };
        let step = Duration::from_millis(self.faults.receipt_ms);
        let late = if plan.late { Duration::from_millis(self.faults.late_ms) } else { Duration::ZERO };
        let now = self.clock.monotonic();
        let mut order = [Delivery::Submitted, last];
        if plan.swapped {
            order.reverse();
        }
        let mut due = Vec::new();
        for (delivery, after) in order.into_iter().zip([step, step * 2]) {
            let word = match delivery {
                Delivery::Submitted => "submitted",
                Delivery::Failed => "failed",
                _ => "delivered",
            };
            let event = Callback::Receipt {
                key: format!("{attempt}-{nth}-{word}"),
                attempt,
                delivery,
                error: (delivery == Delivery::Failed).then(|| "30003".to_owned()),
            };
            if plan.twice {
                due.push(Due { at: now + after + late + step * 3, event: event.clone() });
            }
            due.push(Due { at: now + after + late, event });
        }
        due.sort();
        due
    }

    async fn tell(&self, due: impl IntoIterator<Item = Due>) {
        if self.caller.is_none() {
            return;
        }
        for due in due {
            if self.callbacks.send(due).await.is_err() {
                return;
            }
        }
    }

    async fn say(&self, say: SayBody) -> Response<Body> {
        if self.caller.is_none() {
            return no(StatusCode::CONFLICT, "nobody is told: start the carrier with --callback and --secret-file");
        }
        let SayBody { from, body, pictures, key } = say;
        let key = key.unwrap_or_else(|| format!("in-{}", self.ids.act_id(self.clock.now())));
        let line = LogLine::Inbound {
            at: self.clock.now(),
            key: key.clone(),
            from: from.clone(),
            body: body.clone(),
            pictures,
        };
        if !self.log.synced(line).await {
            return no(StatusCode::SERVICE_UNAVAILABLE, "log");
        }
        let answer = serde_json::json!({ "key": key });
        self.tell([Due { at: Duration::ZERO, event: Callback::Inbound { key, from, body, pictures } }]).await;
        json(StatusCode::ACCEPTED, &answer)
    }

    fn list(&self, attempt: Uuid) -> Listed {
        let now = self.clock.monotonic();
        let memory = self.memory();
        let taken = memory.taken.get(&attempt).map(Vec::as_slice).unwrap_or_default();
        let seen = taken.iter().filter(|(_, since)| *since <= now);
        Listed {
            messages: seen.map(|(id, _)| Taken { carrier_id: id.clone() }).collect(),
            complete: self.faults.lag_ms == 0,
        }
    }
}

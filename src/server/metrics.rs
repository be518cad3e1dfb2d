//! Figures of a running server for Prometheus, on a listener of their own, so that they cannot be reached by accident where
//! consoles are served.
//!
//! A figure has no label that names a person, a contact or a campaign: routes stand as they are written in the contract
//! (`/api/v1/messages/{id}`), outcomes as the contract's codes.

use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::carrier::Submitted;
use super::store::handles::Desk;
use crate::api::captain::Gauge;
use crate::env::{SharedClock, SystemClock};

const REQUESTS: &str = "textbank_http_requests_total";
const REQUEST_SECONDS: &str = "textbank_http_request_seconds";
const CONNECTIONS: &str = "textbank_connections";
const FEEDS: &str = "textbank_feeds";
const TEXTS: &str = "textbank_texts_total";
const CALLS: &str = "textbank_carrier_calls_total";
const CALL_SECONDS: &str = "textbank_carrier_call_seconds";
const EVENTS: &str = "textbank_carrier_events_total";
const UNREADABLE: &str = "textbank_events_unreadable_total";
const JOBS: &str = "textbank_jobs";
const MINUTE_SEGMENTS: &str = "textbank_carrier_minute_segments";
const DAY_SEGMENTS: &str = "textbank_carrier_day_segments";
const QUEUE_SEGMENTS: &str = "textbank_carrier_queue_segments";
const INITIALS_OPEN: &str = "textbank_first_texts_handed_out";
const UP: &str = "textbank_database_up";

/// Upper bounds of the times told, in seconds: from a commit to a carrier's time-out.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What was measured is put together so often.
const TENDED_EVERY: Duration = Duration::from_secs(5);

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The figures' own fault: a bound that is none.
    #[error("cannot keep figures: {0}")]
    Build(#[from] BuildError),
    /// Another part of the program keeps them already.
    #[error("figures are kept already")]
    Twice,
}

/// Where this process's figures are read.
static KEPT: OnceLock<PrometheusHandle> = OnceLock::new();

/// Keeps figures from now on, in the whole process; before, each is thrown away as it comes.
///
/// # Errors
/// [`MetricsError`]
pub fn keep() -> Result<(), MetricsError> {
    if KEPT.get().is_some() {
        return Ok(());
    }
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| MetricsError::Twice)?;
    // Nobody else sets it: whoever is second was refused above.
    let _ = KEPT.set(handle);
    describe_counter!(REQUESTS, "Requests answered, by route and status.");
    describe_histogram!(REQUEST_SECONDS, "Time from a request's head to its answer's, in seconds.");
    describe_gauge!(CONNECTIONS, "Open connections.");
    describe_gauge!(FEEDS, "Consoles that listen for changes.");
    describe_counter!(TEXTS, "Texts handed in by consoles, by verdict (accepted, or the contract's code).");
    describe_counter!(CALLS, "Calls of the carrier, by what was known after each.");
    describe_histogram!(CALL_SECONDS, "Time of a call of the carrier, in seconds.");
    describe_counter!(EVENTS, "Callbacks of the carrier that were stored.");
    describe_counter!(
        UNREADABLE,
        "Events in the database that this program could not read; consoles read everything anew."
    );
    describe_gauge!(JOBS, "Texts on their way to the carrier, by state.");
    describe_gauge!(MINUTE_SEGMENTS, "Segments handed to the carrier in the last minute, and how many it takes.");
    describe_gauge!(
        DAY_SEGMENTS,
        "The carrier's cap of the day in segments: what of it is used, reserved, kept and left."
    );
    describe_gauge!(QUEUE_SEGMENTS, "Segments that wait for their turn at the carrier, about.");
    describe_gauge!(INITIALS_OPEN, "1 while first texts are handed out as far as the carrier's limits go.");
    describe_gauge!(UP, "1 when the database answered the last look.");
    Ok(())
}

/// Puts together what was measured, from time to time until `stop`: what nobody reads must not pile up.
pub async fn tend(stop: CancellationToken) {
    let clock = SystemClock::shared();
    while let (Some(kept), false) = (KEPT.get(), stop.is_cancelled()) {
        kept.run_upkeep();
        tokio::select! {
            () = stop.cancelled() => {}
            () = clock.sleep(TENDED_EVERY) => {}
        }
    }
}

/// The listener's one page, `GET /metrics`.
pub fn router(desk: Desk) -> Router {
    Router::new().route("/metrics", get(page)).with_state(desk)
}

async fn page(State(desk): State<Desk>) -> Response {
    let Some(kept) = KEPT.get() else { return StatusCode::NOT_FOUND.into_response() };
    kept.run_upkeep();
    let jobs = desk.store.open_jobs().await;
    gauge!(UP).set(if jobs.is_ok() { 1.0 } else { 0.0 });
    if let Ok((ready, submitting, unknown)) = jobs {
        for (state, many) in [("ready", ready), ("submitting", submitting), ("unknown", unknown)] {
            gauge!(JOBS, "state" => state).set(u32::try_from(many).unwrap_or(u32::MAX));
        }
    }
    if let Some(limits) = &desk.throughput
        && let Ok(gauge) = desk.store.gauge(limits, None, desk.clock.now()).await
    {
        tell_gauge(&gauge);
    }
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, text)], kept.render()).into_response()
}

/// What the carrier lets through.
fn tell_gauge(of: &Gauge) {
    let set = |name: &'static str, what: &'static str, segments: u64| {
        gauge!(name, "what" => what).set(u32::try_from(segments).unwrap_or(u32::MAX));
    };
    set(MINUTE_SEGMENTS, "out", of.last_minute);
    if let Some(a_minute) = of.per_minute {
        set(MINUTE_SEGMENTS, "limit", a_minute);
    }
    if let Some(today) = &of.today {
        let figures = [
            ("cap", today.cap),
            ("used", today.used),
            ("reserved", today.reserved),
            ("kept", today.kept),
            ("left", today.left),
        ];
        figures.into_iter().for_each(|(what, segments)| set(DAY_SEGMENTS, what, segments));
    }
    set(QUEUE_SEGMENTS, "queued", of.queued_segments);
    gauge!(INITIALS_OPEN).set(if of.initials_open_at.is_none() { 1.0 } else { 0.0 });
}

/// Counts and times every request, and tells the log of it, by the machine's time: the campaign's may stand.
pub async fn measured(State(clock): State<SharedClock>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let begun = clock.monotonic();
    let response = next.run(request).await;
    let took = clock.monotonic().saturating_sub(begun);
    tracing::debug!(status = response.status().as_u16(), took_us = took.as_micros(), "answered");
    histogram!(REQUEST_SECONDS, "route" => route.clone()).record(took);
    counter!(REQUESTS, "route" => route, "status" => response.status().as_str().to_owned()).increment(1);
    response
}

/// One open thing; one fewer when it is dropped.
#[derive(Debug)]
pub struct Open(&'static str);

impl Open {
    /// A connection.
    #[must_use]
    pub fn connection() -> Self {
        Self::of(CONNECTIONS)
    }

    /// A console's feed.
    #[must_use]
    pub fn feed() -> Self {
        Self::of(FEEDS)
    }

    fn of(name: &'static str) -> Self {
        gauge!(name).increment(1.0);
        Self(name)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1.0);
    }
}

/// A text was handed in; `code` is `accepted` or the refusal's.
pub fn text(code: &str) {
    counter!(TEXTS, "verdict" => code.to_owned()).increment(1);
}

/// The carrier was called.
pub fn call(answer: &Submitted, took: Duration) {
    let outcome = match answer {
        Submitted::Accepted { .. } => "accepted",
        Submitted::Refused { .. } => "refused",
        Submitted::Later { .. } => "later",
        Submitted::Unknown { .. } => "unknown",
    };
    counter!(CALLS, "outcome" => outcome).increment(1);
    histogram!(CALL_SECONDS).record(took);
}

/// A callback of the carrier was stored.
pub fn carrier_event() {
    counter!(EVENTS).increment(1);
}

/// An event in the database cannot be read.
pub fn unreadable_event() {
    counter!(UNREADABLE).increment(1);
}

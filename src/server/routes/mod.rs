//! The routes: one endpoint a file. `table` is the one list of them, for axum and for OpenAPI alike.

mod act;
mod approval;
mod assignment;
mod audit;
mod board;
mod campaign;
mod campaigns;
mod canned;
mod claim;
mod closing;
mod conduct;
mod contacts;
mod correction;
mod events;
pub mod extract;
mod flagged;
mod follow_up;
mod health;
mod held;
mod holds;
mod import_chunk;
mod import_finish;
mod import_start;
mod import_state;
mod invite;
mod invites;
mod join;
mod join_page;
mod ledger;
mod list_change;
mod lists;
mod me;
mod opt_outs;
mod people;
mod person;
mod practice;
mod presence;
mod recalls;
pub mod refusal;
mod results;
mod retention;
mod revoke_invite;
mod revoke_session;
mod script;
mod second_factor;
mod segments;
mod send;
mod sessions;
mod thread;
mod token;
mod trials;
mod turnout;
mod verdict;
mod waiting_room;
mod webhook;
mod whereabouts;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::AppState;
use super::limits;
use super::net::rate::{self, Gate};
use super::openapi::Head;
use super::refused::{self, Refused};
use super::{metrics, request_id};
use crate::api::message::SERVER_TIME;
use crate::env::SystemClock;

/// Every endpoint of the contract.
pub(super) fn table() -> OpenApiRouter<AppState> {
    let chunks = OpenApiRouter::new()
        .routes(routes!(import_chunk::handler))
        .routes(routes!(list_change::remove))
        .routes(routes!(list_change::bring_back))
        .routes(routes!(list_change::correct))
        .layer(DefaultBodyLimit::max(limits::MAX_CHUNK_BODY));
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(join::handler))
        .routes(routes!(me::handler))
        .routes(routes!(campaigns::handler))
        .routes(routes!(campaign::handler))
        .routes(routes!(claim::handler))
        .routes(routes!(assignment::handler))
        .routes(routes!(contacts::handler))
        .routes(routes!(whereabouts::handler))
        .routes(routes!(thread::handler))
        .routes(routes!(send::handler))
        .routes(routes!(act::handler))
        .routes(routes!(verdict::handler))
        .routes(routes!(presence::handler))
        .routes(routes!(board::handler))
        .routes(routes!(held::handler))
        .routes(routes!(flagged::handler))
        .routes(routes!(recalls::make, recalls::list))
        .routes(routes!(recalls::lift))
        .routes(routes!(recalls::all))
        .routes(routes!(closing::close))
        .routes(routes!(closing::reopen))
        .routes(routes!(retention::read, retention::set))
        .routes(routes!(retention::set_in_campaign))
        .routes(routes!(retention::run))
        .routes(routes!(holds::list, holds::put))
        .routes(routes!(holds::lift))
        .routes(routes!(person::export))
        .routes(routes!(person::erase))
        .routes(routes!(trials::send))
        .routes(routes!(trials::list))
        .routes(routes!(turnout::calendar))
        .routes(routes!(turnout::rsvps))
        .routes(routes!(turnout::queues))
        .routes(routes!(turnout::entries))
        .routes(routes!(turnout::done))
        .routes(routes!(waiting_room::handler))
        .routes(routes!(import_state::handler, import_start::handler))
        .routes(routes!(import_finish::handler))
        .routes(routes!(lists::handler))
        .routes(routes!(lists::add))
        .routes(routes!(script::handler))
        .routes(routes!(correction::handler))
        .routes(routes!(follow_up::handler))
        .routes(routes!(segments::list, segments::save))
        .routes(routes!(segments::remove))
        .routes(routes!(segments::count))
        .routes(routes!(invite::handler))
        .routes(routes!(invites::handler))
        .routes(routes!(revoke_invite::handler))
        .routes(routes!(sessions::handler))
        .routes(routes!(revoke_session::handler))
        .routes(routes!(people::handler))
        .routes(routes!(opt_outs::add))
        .routes(routes!(people::rename))
        .routes(routes!(conduct::read, conduct::set))
        .routes(routes!(canned::read, canned::set))
        .routes(routes!(approval::read, approval::withdraw))
        .routes(routes!(approval::approve))
        .routes(routes!(approval::withdraw_canned))
        .routes(routes!(approval::approve_canned))
        .routes(routes!(conduct::accept))
        .routes(routes!(practice::read, practice::pass))
        .routes(routes!(second_factor::read, second_factor::set))
        .routes(routes!(second_factor::prove))
        .routes(routes!(second_factor::remove))
        .routes(routes!(second_factor::lift))
        .routes(routes!(audit::handler))
        .routes(routes!(token::handler))
        .routes(routes!(results::contacts))
        .routes(routes!(results::messages))
        .routes(routes!(results::columns))
        .routes(routes!(results::figures))
        .routes(routes!(results::opt_outs))
        .routes(routes!(ledger::page))
        .routes(routes!(ledger::state))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .layer(DefaultBodyLimit::max(limits::MAX_BODY))
        .merge(chunks)
}

/// The feeds: endpoints like the others, but without an end, so without a time limit.
fn feeds() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(events::handler))
}

/// The document of all endpoints.
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    table().merge(feeds()).into_openapi()
}

/// The whole HTTP side of a server; callable without a socket.
pub fn router(state: AppState) -> Router {
    gated(state, None)
}

/// The same, with a gate that keeps whoever asks too often waiting.
pub fn gated(state: AppState, gate: Option<Arc<Gate>>) -> Router {
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let (plain, _) = table().split_for_parts();
    let (feeds, _) = feeds().split_for_parts();
    let plain = plain
        .route("/api/v1/openapi.json", get(move || std::future::ready((json, super::openapi::served()))))
        .route("/join", get(join_page::handler))
        .route("/join.css", get(join_page::style))
        .route("/webhooks/{carrier}", post(webhook::handler).layer(DefaultBodyLimit::max(limits::MAX_WEBHOOK_BODY)));
    dressed(plain, feeds, state, gate)
}

/// Puts around the routes what every request goes through.
fn dressed(plain: Router<AppState>, feeds: Router<AppState>, state: AppState, gate: Option<Arc<Gate>>) -> Router {
    // The campaign's time may stand.
    let machine = SystemClock::shared();
    let answering = plain
        .layer(middleware::from_fn_with_state(state.clone(), limits::request_time))
        .merge(feeds)
        .fallback(refusal::no_route)
        .method_not_allowed_fallback(refusal::no_method)
        .layer(CompressionLayer::new());
    let answering = match gate {
        Some(gate) => answering.layer(middleware::from_fn_with_state(gate, rate::limit)),
        None => answering,
    };
    answering
        .layer(CatchPanicLayer::custom(refusal::panicked))
        .layer(middleware::map_response(not_kept))
        .layer(middleware::map_response_with_state(state.clone(), telling_time))
        .layer(middleware::from_fn_with_state(Refused::new(machine.clone()), refused::tell))
        .layer(middleware::from_fn_with_state(machine.clone(), metrics::measured))
        .layer(TraceLayer::new_for_http().make_span_with(request_id::span))
        .layer(SetSensitiveRequestHeadersLayer::new([AUTHORIZATION]))
        .layer(middleware::from_fn_with_state(machine, request_id::name))
        .with_state(state)
}

/// Every answer says the server's time, so that a laptop learns how far its clock is off.
async fn telling_time(State(state): State<AppState>, mut response: Response) -> Response {
    if let Ok(now) = HeaderValue::try_from(state.desk.clock.now().to_string()) {
        response.headers_mut().insert(SERVER_TIME, now);
    }
    response
}

/// Answers hold voters' words and tokens: no cache keeps them.
async fn not_kept(mut response: Response) -> Response {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::env::{SeededIds, SimClock};
    use crate::server::store::sql::{Location, SqlStore};

    async fn app(plain: Router<AppState>) -> (Router, Arc<SimClock>) {
        let clock = SimClock::at(jiff::Timestamp::UNIX_EPOCH);
        let ids = SeededIds::shared(1);
        let store = SqlStore::open(Location::Memory, clock.clone(), ids.clone()).await.expect("a store");
        let state = AppState::new(Arc::new(store), clock.clone(), ids, true);
        (dressed(plain, Router::new(), state, None), clock)
    }

    async fn code(response: Response) -> (u16, String) {
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        let problem: crate::api::problem::Problem = serde_json::from_slice(&body).expect("a problem");
        (status, problem.code.as_str().to_owned())
    }

    #[expect(clippy::panic, reason = "a handler that panics is what is tested")]
    #[tokio::test]
    async fn a_panic_is_a_problem_and_tells_nothing() {
        let (router, _) = app(Router::new().route("/", get(async || -> &str { panic!("+14155550123") }))).await;
        let response = router.oneshot(Request::new(Body::empty())).await.expect("an answer");
        assert_eq!(code(response).await, (503, "unavailable".to_owned()));
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_a_problem() {
        let (router, clock) = app(Router::new().route("/", get(async || std::future::pending::<&str>().await))).await;
        let answer = router.oneshot(Request::new(Body::empty()));
        let time_passes = async {
            for _ in 0..10 {
                tokio::task::yield_now().await;
                clock.advance(limits::REQUEST_TIME);
            }
        };
        let (response, ()) = tokio::join!(answer, time_passes);
        assert_eq!(code(response.expect("an answer")).await, (503, "unavailable".to_owned()));
    }

    #[tokio::test]
    async fn what_is_long_is_compressed_and_a_feed_is_not() {
        let long = "x".repeat(10_000);
        let feed = long.clone();
        let plain = Router::new()
            .route("/long", get(move || std::future::ready(long.clone())))
            .route("/feed", get(move || std::future::ready(([(CONTENT_TYPE, "text/event-stream")], feed.clone()))));
        let (router, _) = app(plain).await;
        for (path, compressed) in [("/long", true), ("/feed", false)] {
            let request = Request::get(path).header("accept-encoding", "gzip").body(Body::empty()).expect("a request");
            let response = router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.headers().contains_key("content-encoding"), compressed, "{path}");
        }
    }
}

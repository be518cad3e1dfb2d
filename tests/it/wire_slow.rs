//! What is begun and never ended is ended by the server, and holds up nobody else.

use std::convert::Infallible;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use futures_util::{StreamExt, poll};
use textbank::server::limits;
use tokio::sync::mpsc::{Sender, channel};

use crate::support::{Person, TestApp};

/// A body that comes a byte at a time, and never to its end.
#[tokio::test]
async fn a_body_that_never_ends_is_answered_in_time_and_others_meanwhile() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (more, bytes) = channel::<Bytes>(64);
    let bytes = futures_util::stream::unfold(bytes, async |mut bytes| Some((bytes.recv().await?, bytes)));
    let request = Request::put(format!("/api/v1/acts/{}", app.fresh()))
        .header(header::AUTHORIZATION, format!("Bearer {}", admin.token))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from_stream(bytes.map(Ok::<_, Infallible>)))
        .expect("a request");
    let answer = ends(&app, &admin, request, more).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    app.close().await;
}

/// Sends a request whose body comes by hand; the answer, after its time is over.
async fn ends(app: &TestApp, admin: &Person, request: Request<Body>, more: Sender<Bytes>) -> Response {
    let mut slow = pin!(app.raw(request));
    // Polled by hand: what is answered beside it is not answered because it is over.
    for byte in "{\"act\":\"clo".bytes() {
        more.send(Bytes::copy_from_slice(&[byte])).await.expect("room");
        assert!(matches!(poll!(slow.as_mut()), Poll::Pending));
        assert_eq!(app.get(admin, "/api/v1/me").await.status, StatusCode::OK);
    }
    let cut = async {
        loop {
            // Its time-out may begin only after its sign-in was looked up.
            app.clock.advance(limits::REQUEST_TIME);
            tokio::task::yield_now().await;
        }
    };
    let answer = async {
        tokio::select! {
            answer = slow => answer,
            () = cut => unreachable!("time goes on"),
        }
    };
    tokio::time::timeout(Duration::from_secs(60), answer).await.expect("an end")
}

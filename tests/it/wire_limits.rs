//! Who asks too often is told how long to wait, and others are not held up by it.

use reqwest::{Client, StatusCode};
use textbank::api::people::Joined;
use textbank::api::problem::{Code, Problem};
use textbank::server::net::{Limits, Net};

use crate::served::{Served, admin_secret};

async fn served(requests_per_address: u32, requests_per_account: u32) -> Served {
    let limits = Limits { requests_per_address, requests_per_account, ..Limits::default() };
    Served::start_on(1, Net { limits, ..Net::default() }).await
}

async fn status(client: &Client, url: &str, token: Option<&str>) -> reqwest::Response {
    let request = client.get(url);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn a_loop_is_told_to_wait_and_probes_are_not() {
    let served = served(0, 1).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let me = format!("{}/api/v1/me", served.server.base_url());
    let mut told = None;
    for _ in 0..1_000 {
        let response = status(&client, &me, Some("one")).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            told = Some(response);
            break;
        }
    }
    let told = told.expect("a loop is stopped");
    let wait: u64 = told.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    let problem: Problem = told.json().await.expect("a problem");
    assert_eq!((problem.code, wait), (Code::RateLimited, 1));
    assert_eq!(status(&client, &me, Some("two")).await.status(), StatusCode::UNAUTHORIZED, "another sign-in");
    let health = format!("{}/healthz", served.server.base_url());
    assert!(status(&client, &health, Some("one")).await.status().is_success());
    served.server.shutdown().await;
}

#[tokio::test]
async fn behind_a_proxy_each_caller_is_counted_alone() {
    let limits = Limits { requests_per_address: 1, ..Limits::default() };
    let proxies = "127.0.0.1".parse().expect("an address");
    let served = Served::start_on(1, Net { limits, proxies, ..Net::default() }).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let page = format!("{}/join", served.server.base_url());
    let ask = |from: &'static str| {
        let request = client.get(&page).header("x-forwarded-for", from);
        async move { request.send().await.expect("an answer").status() }
    };
    let mut stopped = false;
    for _ in 0..1_000 {
        stopped |= ask("192.0.2.1").await == StatusCode::TOO_MANY_REQUESTS;
        if stopped {
            break;
        }
    }
    assert!(stopped);
    assert!(ask("192.0.2.2").await.is_success(), "the next caller");
    served.server.shutdown().await;
}

#[tokio::test]
async fn a_flood_of_made_up_sign_ins_does_not_lock_out_a_good_one() {
    let served = served(10, 50).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let base = served.server.base_url();
    let (me, page) = (format!("{base}/api/v1/me"), format!("{base}/join"));
    let secret = admin_secret(&served.server, 1).await;
    let body = serde_json::json!({"invite": secret, "name": "Ada", "device": uuid::Uuid::from_u128(7)});
    let joined = client.post(format!("{base}/api/v1/join")).json(&body).send().await.expect("an answer");
    let joined: Joined = joined.json().await.expect("a sign-in");
    assert!(status(&client, &me, Some(&joined.token)).await.status().is_success());
    // A page for everybody answers well, but makes nothing of a made-up sign-in.
    assert!(status(&client, &page, Some("made up")).await.status().is_success());

    let mut stopped = false;
    for n in 0..100 {
        let made_up = format!("made up {n}");
        stopped |= status(&client, &me, Some(&made_up)).await.status() == StatusCode::TOO_MANY_REQUESTS;
        if stopped {
            break;
        }
    }
    assert!(stopped, "the flood is stopped");
    assert!(status(&client, &me, Some(&joined.token)).await.status().is_success(), "the good one is answered");
    served.server.shutdown().await;
}

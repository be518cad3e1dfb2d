//! Figures for Prometheus, on a listener of their own; and the ids by which a request is found again.

use reqwest::{Client, StatusCode};
use textbank::server::net::Net;

use crate::served::Served;

fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}

async fn telling() -> Served {
    let metrics = Some("127.0.0.1:0".parse().expect("an address"));
    Served::start_on(1, Net { metrics, ..Net::default() }).await
}

async fn figures(served: &Served) -> String {
    let at = served.server.figures.expect("it tells figures");
    client().get(format!("http://{at}/metrics")).send().await.expect("an answer").text().await.expect("text")
}

/// The value of one line; figures are the whole process's, so other tests count too.
fn value(figures: &str, line: &str) -> f64 {
    let found = figures.lines().find_map(|one| one.strip_prefix(line)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {line} in\n{figures}")).parse().expect("a number")
}

#[tokio::test]
async fn figures_are_told_apart_from_the_consoles_server_and_name_nobody() {
    let served = telling().await;
    let base = served.server.base_url();
    let nobody =
        client().get(format!("{base}/api/v1/threads/4155550123")).bearer_auth("x").send().await.expect("an answer");
    assert!(nobody.status().is_client_error());
    let gone = client().get(format!("{base}/Marisol/%2B14155550123")).send().await.expect("an answer");
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    let line = "textbank_http_requests_total{route=\"/readyz\",status=\"200\"}";
    let ready = || client().get(format!("{base}/readyz")).send();
    ready().await.expect("an answer");
    let before = value(&figures(&served).await, line);
    ready().await.expect("an answer");
    let text = figures(&served).await;
    assert!(value(&text, line) >= before + 1.0, "counted");
    assert_eq!(value(&text, "textbank_database_up"), 1.0);
    assert!(value(&text, "textbank_connections") >= 1.0);
    for word in ["Marisol", "4155550123"] {
        assert!(!text.contains(word), "{word} in\n{text}");
    }
    // Nobody who reaches the consoles' server reaches them.
    let there = client().get(format!("{base}/metrics")).send().await.expect("an answer");
    assert_eq!(there.status(), StatusCode::NOT_FOUND);
    served.server.shutdown().await;
}

#[tokio::test]
async fn a_request_has_an_id_that_is_told_and_a_proxys_is_kept_when_it_is_one() {
    let served = Served::start(1).await;
    let url = format!("{}/healthz", served.server.base_url());
    let id = async |given: Option<&str>| {
        let mut request = client().get(&url);
        if let Some(given) = given {
            request = request.header("x-request-id", given);
        }
        request.send().await.expect("an answer").headers()["x-request-id"].to_str().expect("text").to_owned()
    };
    let (one, two) = (id(None).await, id(None).await);
    assert!(uuid::Uuid::try_parse(&one).is_ok() && one != two, "{one} {two}");
    let given = "0192f3a4-5b6c-7d8e-9f01-234567890123";
    assert_eq!(id(Some(given)).await, given);
    let words = id(Some("Marisol called")).await;
    assert!(uuid::Uuid::try_parse(&words).is_ok(), "{words}");
    served.server.shutdown().await;
}

//! A join link opened in a browser.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use reqwest::{Client, Response};
use textbank::api::admin::{ImportStart, ImportState};
use textbank::server::net::Net;

use crate::served::Served;
use crate::support::{TestApp, def};

async fn html(app: &TestApp) -> String {
    let request = Request::get("/join").body(Body::empty()).expect("a request");
    let body = app.raw(request).await.into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8(body.to_vec()).expect("text")
}

async fn page(served: &Served, path: &str, language: &str) -> Response {
    let client = Client::builder().no_proxy().build().expect("a client");
    let request = client.get(format!("{}{path}", served.server.base_url())).header("accept-language", language);
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn it_is_guarded_in_both_languages_and_needs_no_script() {
    let served = Served::start_on(1, Net { download: Some("https://x.example/?a&\"b".into()), ..Net::default() }).await;
    for (asked, answered, words) in [("en", "en", "Paste one line"), ("es-MX, en;q=0.5", "es", "Pega una línea")] {
        let response = page(&served, "/join", asked).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        assert_eq!(header("content-language"), answered);
        assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let html = response.text().await.expect("text");
        assert!(html.contains(words) && html.contains("textbank join"), "{html}");
        assert!(html.contains("href=\"https://x.example/?a&amp;&quot;b\""), "{html}");
        assert!(!html.contains("{{") && !html.contains("<script"), "{html}");
    }
    let style = page(&served, "/join.css", "en").await;
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    served.server.shutdown().await;
}

#[tokio::test]
async fn it_says_whose_campaign_it_is_and_a_name_is_only_a_name() {
    let app = TestApp::start().await;
    assert!(html(&app).await.contains("<bdi>a campaign</bdi>"), "before the first import");
    let admin = app.admin().await;
    let mut def = def();
    def.organization = "Ann & <b>Bo</b> {{download}}".into();
    let start = ImportStart {
        def,
        contacts: 0,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    app.put(&admin, &format!("/api/v1/imports/{}", app.fresh()), &start).await.read::<ImportState>();
    let page = html(&app).await;
    assert!(page.contains("<bdi>Ann &amp; &lt;b&gt;Bo&lt;/b&gt; {{download}}</bdi>"), "{page}");
    app.close().await;
}

//! After a leak: whose data was where.

use axum::http::StatusCode;
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::audit::{AuditEntry, AuditPage};
use textbank::api::people::Role;
use textbank::env::Clock;

use crate::support::{Person, TestApp};

async fn audit(app: &TestApp, admin: &Person, query: &str) -> Vec<AuditEntry> {
    app.get(admin, &format!("/api/v1/audit{query}")).await.read::<AuditPage>().entries
}

/// (who, contact, what) of the lines about data that left the server.
fn gone_out(entries: &[AuditEntry]) -> Vec<(&str, i64, &str)> {
    let out = entries.iter().filter(|one| one.contact.is_some());
    out.map(|one| (one.name.as_deref().unwrap_or("?"), one.contact.map_or(0, |id| id.0), one.what.as_str())).collect()
}

#[tokio::test]
async fn every_contact_a_device_received_and_a_captain_read_is_on_record() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 5).await;
    let (ann, cap) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Captain, "Cap").await);
    let slice = app.slice(&ann, campaign, 2).await;
    let (one, two) = (slice[0].id, slice[1].id);
    app.get(&ann, &format!("/api/v1/campaigns/{campaign}/contacts?ids={one},{two}")).await;
    assert_eq!(app.get(&cap, &format!("/api/v1/contacts/{one}/thread")).await.status, StatusCode::OK);
    let bodies = app.get(&cap, &format!("/api/v1/campaigns/{campaign}/contacts?ids={two}")).await;
    assert_eq!(bodies.body.as_array().map(Vec::len), Some(1));

    let all = audit(&app, &admin, "").await;
    assert_eq!(
        gone_out(&all),
        [
            ("Ann", one.0, "contact_received"),
            ("Ann", two.0, "contact_received"),
            ("Cap", one.0, "contact_read"),
            ("Cap", two.0, "contact_read"),
        ],
        "once for each way out: what is in one's own hands was on record before"
    );
    assert_eq!(gone_out(&audit(&app, &admin, &format!("?contact={one}")).await).len(), 2);
    let hers = audit(&app, &admin, &format!("?person={}", ann.joined.me.person.0)).await;
    assert!(
        hers.iter().any(|line| line.what == "joined") && hers.iter().all(|line| line.name.as_deref() == Some("Ann"))
    );
    let device = hers[0].device.expect("her device").0;
    assert_eq!(audit(&app, &admin, &format!("?device={device}")).await, hers);
    assert_eq!(audit(&app, &admin, &format!("?device={}", app.fresh())).await, []);

    app.clock.advance(std::time::Duration::from_secs(60));
    let since = app.clock.now();
    app.get(&cap, &format!("/api/v1/contacts/{two}/thread")).await;
    assert_eq!(gone_out(&audit(&app, &admin, &format!("?since={since}")).await), [("Cap", two.0, "contact_read")]);

    // Page by page it is the same.
    let mut paged = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page: AuditPage = app.get(&admin, &format!("/api/v1/audit{query}")).await.read();
        paged.extend(page.entries);
        match page.next {
            Some(next) => query = format!("?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, audit(&app, &admin, "").await);
    assert_eq!(app.get(&cap, "/api/v1/audit").await.problem(), "forbidden");
    assert_eq!(app.get(&admin, "/api/v1/audit?since=yesterday").await.problem(), "invalid");
    assert!(!json!(all).to_string().contains("415555"), "no number is in it");
    app.close().await;
}

#[tokio::test]
async fn the_start_of_a_campaign_lists_what_was_warned_of() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    app.campaign(&admin, 1).await;
    let all = audit(&app, &admin, "").await;
    let start = all.iter().find(|line| line.what == "import_warned").expect("a line");
    let wanted = "the initial message does not say how to opt out";
    assert!(start.detail.contains(wanted), "{start:?}");
    app.close().await;
}

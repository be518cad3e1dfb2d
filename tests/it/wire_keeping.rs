//! Erasure and its feed by the routes, behind the walls between organizations.

use axum::http::StatusCode;
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::admin::{ImportChunk, ImportStart, ImportState, InviteRequest};
use textbank::api::event::EventKind;
use textbank::api::keeping::{Erased, PersonOut};
use textbank::api::message::Verdict;
use textbank::api::people::Role;
use textbank::db;
use textbank::domain::ids::{CampaignId, OrganizationId};
use textbank::server::store::command::Answer;
use textbank::server::store::handles::System;
use textbank::server::store::sql::Location;

use crate::support::{Person, TestApp, contact, def, phone, phone_of};

async fn owner_of(app: &TestApp, organization: i64, name: &str) -> Person {
    let request =
        InviteRequest { role: Role::Owner, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
    let made = System::invite(&app.state.desk, OrganizationId(organization), request).await.expect("a store");
    let Answer::Invite(invite) = made else { panic!("no invite") };
    app.join(&invite.secret, name).await.read_person()
}

async fn import(app: &TestApp, owner: &Person) -> CampaignId {
    let import = app.fresh();
    let path = format!("/api/v1/imports/{import}");
    let start = ImportStart {
        def: def(),
        contacts: 3,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    app.put(owner, &path, &start).await.read::<ImportState>();
    let chunk = ImportChunk { contacts: (0..3).map(contact).collect(), shared: false };
    app.put(owner, &format!("{path}/chunks/0"), &chunk).await.read::<ImportState>();
    app.post(owner, &format!("{path}/finish"), None).await.read::<ImportState>().campaign
}

#[tokio::test]
async fn an_erasure_reaches_open_consoles_and_no_other_organization() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("textbank.db");
    let app = TestApp::start_in(Location::File(file.clone())).await;
    let mut conn = db::Options::file(&file).open().await.expect("a second connection");
    db::query("INSERT INTO organizations (id, name, created_at) VALUES (2, 'Bee', 0)")
        .execute(&mut conn)
        .await
        .expect("a second organization");
    let (ant, bee) = (owner_of(&app, 1, "Ant").await, owner_of(&app, 2, "Bea").await);
    let (ours, theirs) = (import(&app, &ant).await, import(&app, &bee).await);
    let tess = app.person(&ant, Role::Texter, "Tess").await;
    let slice = app.slice(&tess, ours, 3).await;
    let whole = json!({"phone": phone(0)});
    // Words of theirs go over the line, and stay in the server's memory for consoles that come back.
    app.send(&tess, app.fresh(), &app.initial(&slice[0])).await.read::<Verdict>();
    app.drain().await;
    app.inbound(&phone_of(&slice[0]), "Kittens are fine").await;
    let mut earlier = app.feed(&tess, ours, "?after=0", None).await;
    loop {
        if matches!(earlier.event().await.what, EventKind::Contact { contact } if contact.preview.contains("Kittens")) {
            break;
        }
    }
    let reached = *app.state.store().wake().borrow();
    let before = app.post(&bee, "/api/v1/person/export", Some(whole.clone())).await.read::<PersonOut>().held;
    let mut feed = app.feed(&tess, ours, "", None).await;

    let bare = app.post(&ant, "/api/v1/person/erase", Some(json!({"phone": phone(0), "reason": " "}))).await;
    assert_eq!((bare.problem(), bare.status), ("invalid", StatusCode::UNPROCESSABLE_ENTITY));
    let request = json!({"phone": phone(0), "reason": "asked by letter"});
    let erased: Erased = app.post(&ant, "/api/v1/person/erase", Some(request)).await.read();
    assert_eq!((erased.done, erased.campaigns, erased.contacts), (true, vec![ours], 1));
    let told = feed.event().await.what;
    let gone = EventKind::Gone { contact: slice[0].id, why: "erased".to_owned(), who: None };
    assert_eq!(told, gone, "the first that a console hears, without a name");
    let mut resumed = app.feed(&tess, ours, "?after=0", None).await;
    loop {
        let event = resumed.event().await;
        let said = serde_json::to_string(&event).expect("json");
        assert!(!said.contains("Kittens") && !said.contains(&slice[0].first_name), "{said}");
        if event.what == gone && event.seq > reached {
            break;
        }
    }

    // Others have the same number on a list of theirs: nothing of that changed, and nobody is suppressed there.
    let after = app.post(&bee, "/api/v1/person/export", Some(whole.clone())).await.read::<PersonOut>().held;
    assert_eq!(after["contacts"], before["contacts"]);
    assert!(!after.contains_key("suppressions") && before["contacts"][0]["campaign"] == theirs.0, "{after:?}");
    let left = app.post(&ant, "/api/v1/person/export", Some(whole)).await.read::<PersonOut>().held;
    assert_eq!(left.keys().collect::<Vec<_>>(), ["erasures", "suppressions"]);

    // Whoever works in one campaign alone does not decide about a person everywhere.
    let bound =
        InviteRequest { role: Role::Admin, campaign: Some(ours), uses: 1, valid_seconds: 3_600, waiting_room: false };
    let made = app.post(&ant, "/api/v1/invites", Some(serde_json::to_value(bound).expect("json"))).await;
    let cara = app.join(made.body["secret"].as_str().expect("a secret"), "Cara").await.read_person();
    for path in ["person/erase", "person/export"] {
        let body = json!({"phone": phone(1), "reason": "asked"});
        let refused = app.post(&cara, &format!("/api/v1/{path}"), Some(body)).await;
        assert_eq!((refused.problem(), refused.status), ("forbidden", StatusCode::FORBIDDEN), "{path}");
    }
    app.close().await;
}

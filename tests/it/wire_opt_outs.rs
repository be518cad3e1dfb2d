//! Opt-outs that came by another way than a text, over the real router.

use axum::http::StatusCode;
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::opt_out::OptOutsTaken;
use textbank::api::people::Role;
use textbank::api::results::OptOutsOut;

use crate::support::{TestApp, phone};

#[tokio::test]
async fn who_told_so_on_the_telephone_is_texted_no_more() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 3).await;
    let captain = app.person(&admin, Role::Captain, "Cap").await;
    let texter = app.person(&admin, Role::Texter, "Tess").await;
    let slice = app.slice(&texter, campaign, 3).await;
    let number = crate::support::phone_of(&slice[0]);
    let entered = json!({"numbers": [number, "+14155559999"], "how": "phone", "note": "called \u{1b}[31mthe office"});
    let taken: OptOutsTaken = app.post(&captain, "/api/v1/opt-outs", Some(entered.clone())).await.read();
    assert_eq!((taken.numbers, taken.already), (2, 0));
    // In a texter's hands already: refused all the same.
    let sent = app.send(&texter, app.fresh(), &app.initial(&slice[0])).await;
    assert_eq!((sent.status, sent.problem()), (StatusCode::GONE, "suppressed"));
    app.inbound(&phone(1), "STOP").await;
    app.drain().await;
    // Twice is once, and the first line stays.
    let again: OptOutsTaken = app.post(&captain, "/api/v1/opt-outs", Some(entered)).await.read();
    assert_eq!((again.numbers, again.already), (2, 2));
    let page: OptOutsOut = app.get(&admin, "/api/v1/opt-outs").await.read();
    let mut lines: Vec<_> = page
        .opt_outs
        .iter()
        .map(|l| (l.phone.as_str(), l.reason.as_str(), l.by_word, l.person_name.as_deref()))
        .collect();
    lines.sort_by_key(|line| line.2);
    let told = "by_phone: called [31mthe office";
    assert_eq!(lines.len(), 3);
    assert!(
        lines[..2].iter().all(|l| l.1.starts_with("by_phone: called") && !l.1.contains('\u{1b}') && l.3 == Some("Cap")),
        "{told}: {lines:?}"
    );
    assert_eq!((lines[2].0, lines[2].1, lines[2].2, lines[2].3), (phone(1).as_str(), "stop", true, None));
    assert_eq!(page.next, None);
    app.close().await;
}

#[tokio::test]
async fn the_list_comes_page_by_page_and_only_to_an_admin() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let captain = app.person(&admin, Role::Captain, "Cap").await;
    let numbers: Vec<String> = (0..5).map(|n| format!("+1415555020{n}")).collect();
    app.post(&captain, "/api/v1/opt-outs", Some(json!({"numbers": numbers, "how": "list"})))
        .await
        .read::<OptOutsTaken>();
    let mut all = Vec::new();
    let mut cursor = "/api/v1/opt-outs?limit=2".to_owned();
    loop {
        let page: OptOutsOut = app.get(&admin, &cursor).await.read();
        assert!(page.opt_outs.len() <= 2);
        all.extend(page.opt_outs.into_iter().map(|line| (line.phone.as_str().to_owned(), line.reason)));
        match page.next {
            Some(next) => cursor = format!("/api/v1/opt-outs?limit=2&cursor={}", next.replace('+', "%2B")),
            None => break,
        }
    }
    // A mistake is an admin's to take back, with its reason.
    let back =
        |note: &str| Some(json!({"numbers": ["+14155550204", "+14155550299"], "how": "taken_back", "note": note}));
    assert_eq!(app.post(&captain, "/api/v1/opt-outs", back("wrong list")).await.problem(), "forbidden");
    assert_eq!(app.post(&admin, "/api/v1/opt-outs", back(" ")).await.problem(), "invalid");
    let taken: OptOutsTaken = app.post(&admin, "/api/v1/opt-outs", back("wrong list")).await.read();
    assert_eq!((taken.numbers, taken.already, taken.stay), (2, 1, 0));
    let left: OptOutsOut = app.get(&admin, "/api/v1/opt-outs").await.read();
    assert_eq!(left.opt_outs.len(), 4);
    let expected: Vec<_> = numbers.into_iter().map(|number| (number, "from_a_list".to_owned())).collect();
    assert_eq!(all, expected);
    assert_eq!(app.get(&captain, "/api/v1/opt-outs").await.problem(), "forbidden");
    let none = json!({"numbers": [], "how": "mail"});
    assert_eq!(app.post(&captain, "/api/v1/opt-outs", Some(none)).await.problem(), "invalid");
    let nonsense = json!({"numbers": ["12"], "how": "mail"});
    assert_eq!(app.post(&captain, "/api/v1/opt-outs", Some(nonsense)).await.problem(), "invalid");
    app.close().await;
}

//! Rows of the table of events that cannot be read: of a newer program, or damaged. Whom they may concern reads everything anew;
//! nobody waits for them.

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::campaign::CampaignState;
use textbank::api::event::EventKind;
use textbank::api::people::Role;
use textbank::db::{self, Conn, Options};
use textbank::domain::ids::CampaignId;
use textbank::server::events::tail::{Keeps, Tail};
use textbank::server::router;
use textbank::server::store::handles::secret_hash;
use textbank::server::store::sql::Location;
use tower::ServiceExt as _;

use crate::postgres::Database;
use crate::store_home::Kind;
use crate::support::{Block, Person, TestApp};

/// A database of one's own, which somebody else can write into.
enum Place {
    File(tempfile::TempDir),
    Postgres(Database),
}

impl Place {
    fn make(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Postgres => Database::make().map(Self::Postgres),
            Kind::Memory | Kind::File => Some(Self::File(tempfile::tempdir().expect("a directory"))),
        }
    }

    fn location(&self) -> Location {
        match self {
            Self::File(dir) => Location::File(dir.path().join("textbank.db")),
            Self::Postgres(database) => Location::Postgres(database.url()),
        }
    }

    async fn write(&self, row: Row, campaign: CampaignId, person: Option<i64>) {
        let mut conn = match self {
            Self::File(dir) => Options::file(&dir.path().join("textbank.db")).elsewhere().open().await.expect("a file"),
            Self::Postgres(database) => database.url().writer().await.expect("a database"),
        };
        conn.begin().await.expect("begun");
        row.write(&mut conn, campaign, person).await;
        conn.commit().await.expect("committed");
    }
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// No JSON at all.
    Torn,
    /// What the contract says, in other words.
    OtherWords,
    /// At no time.
    Timeless,
    /// No text. PostgreSQL keeps none.
    NoText,
}

impl Row {
    async fn write(self, conn: &mut Conn, campaign: CampaignId, person: Option<i64>) {
        let (at, payload) = match self {
            Self::Torn => (1, r#"{"event":"camp"#),
            Self::OtherWords => (1, r#"{"event":"thread","contact":"Marisol","item":4155550123}"#),
            Self::Timeless => (i64::MAX, r#"{"event":"campaign","state":"running","script_version":1}"#),
            Self::NoText => (1, ""),
        };
        let sql = match self {
            Self::NoText => {
                "INSERT INTO events (at, campaign, person, captain_only, payload)
                 VALUES ($1, $2, $3, 0, $4 || CAST(x'7bfffe' AS text))"
            }
            _ => "INSERT INTO events (at, campaign, person, captain_only, payload) VALUES ($1, $2, $3, 0, $4)",
        };
        let row = db::query(sql).bind(at).bind(campaign.0).bind(person).bind(payload);
        row.execute(conn).await.expect("a row");
    }
}

/// Something that is told to everybody; gives back that it was.
async fn something(app: &TestApp, admin: &Person, campaign: CampaignId, act: &str) {
    let path = format!("/api/v1/acts/{}", app.fresh());
    let reply = app.call(Some(admin), Method::PUT, &path, Some(json!({"act": act, "campaign": campaign}))).await;
    assert!(reply.status.is_success(), "{reply:?}");
}

#[rstest::rstest]
#[tokio::test]
async fn a_row_that_cannot_be_read_is_a_snapshot_to_whom_it_concerns_and_holds_up_nobody(
    #[values(Kind::File, Kind::Postgres)] kind: Kind,
    #[values(Row::Torn, Row::OtherWords, Row::Timeless, Row::NoText)] row: Row,
    #[values(Keeps::default(), Keeps { queue: 8, bytes: 1, gap: 50_000, ..Keeps::default() })] keeps: Keeps,
) {
    if matches!((kind, row), (Kind::Postgres, Row::NoText)) {
        return;
    }
    let Some(place) = Place::make(kind) else { return };
    textbank::server::metrics::keep().expect("figures");
    let mut app = TestApp::start_in(place.location()).await;
    app.state.tail = std::sync::Arc::new(Tail::keeping(keeps));
    app.router = router(app.state.clone());
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let (ann, bob) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Bob").await);
    let (mut hers, mut his) =
        (app.feed(&ann, campaign, "?after=0", None).await, app.feed(&bob, campaign, "?after=0", None).await);
    // Both have found their places.
    something(&app, &admin, campaign, "pause").await;
    let paused = loop {
        let event = hers.event().await;
        if matches!(event.what, EventKind::Campaign { state: CampaignState::Paused, .. }) {
            break event.seq;
        }
    };
    while his.event().await.seq < paused {}

    place.write(row, campaign, Some(ann.joined.me.person.0)).await;
    something(&app, &admin, campaign, "resume").await;
    let instead = hers.event().await;
    assert_eq!(instead.what, EventKind::Snapshot { seq: instead.seq });
    assert!(instead.seq > paused);
    let after = hers.event().await;
    assert!(matches!(after.what, EventKind::Campaign { .. }) && after.seq > instead.seq, "{after:?}");
    assert_eq!(his.event().await, after, "what does not concern him is not told to him");
    // Whoever comes back finds it too: once, and then what came after it.
    let mut back = app.feed(&ann, campaign, "", Some(paused)).await;
    assert_eq!((back.event().await.seq, back.event().await), (instead.seq, after.clone()));

    // For everybody.
    place.write(row, campaign, None).await;
    something(&app, &admin, campaign, "pause").await;
    for feed in [&mut hers, &mut his] {
        let instead = feed.event().await;
        assert!(matches!(instead.what, EventKind::Snapshot { seq } if seq == instead.seq), "{instead:?}");
        assert!(matches!(feed.event().await.what, EventKind::Campaign { .. }));
    }
    // Figures are the whole process's: other tests count too.
    let page = textbank::server::metrics::router(app.state.desk.clone());
    let asked = Request::builder().uri("/metrics").body(Body::empty()).expect("a request");
    let answer = page.oneshot(asked).await.expect("an answer").into_body().collect().await.expect("a body").to_bytes();
    let figures = String::from_utf8(answer.to_vec()).expect("text");
    let counted = figures.lines().find_map(|line| line.strip_prefix("textbank_events_unreadable_total "));
    assert!(counted.is_some_and(|counted| counted.parse::<u64>().is_ok_and(|counted| counted >= 2)), "{figures}");
    app.close().await;
}

#[tokio::test]
async fn what_only_a_newer_program_knows_is_passed_on_and_read_anew_by_whoever_missed_it() {
    let place = Place::make(Kind::File).expect("a directory");
    let app = TestApp::start_in(place.location()).await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let mut feed = app.feed(&ann, campaign, "?after=0", None).await;
    something(&app, &admin, campaign, "pause").await;
    while !matches!(feed.event().await.what, EventKind::Campaign { state: CampaignState::Paused, .. }) {}
    let Place::File(dir) = &place else { unreachable!("it is a file") };
    let mut conn = Options::file(&dir.path().join("textbank.db")).elsewhere().open().await.expect("a file");
    let sql = "INSERT INTO events (at, campaign, payload) VALUES (1, $1, '{\"event\":\"sung\",\"by\":\"all\"}') RETURNING seq";
    let sung: i64 =
        db::query(sql).bind(campaign.0).fetch_one(&mut conn).await.expect("a row").try_get(0).expect("a number");
    drop(conn);
    something(&app, &admin, campaign, "resume").await;
    let Block::Event { name, event, .. } = feed.next().await else { panic!("an event") };
    assert_eq!((name.as_str(), event.seq, event.what), ("sung", sung.unsigned_abs(), EventKind::Unknown));
    // What is read from the table is read as far as this program can: the rest is read anew.
    let actor = app.state.store().session(secret_hash(&ann.token)).await.expect("a store").expect("a session");
    let missed = app.state.store().events(&actor, campaign, sung.unsigned_abs() - 1, 10).await.expect("a store");
    let instead = missed.expect("resumable").into_iter().next().expect("an event");
    assert_eq!((instead.seq, instead.what), (sung.unsigned_abs(), EventKind::Snapshot { seq: sung.unsigned_abs() }));
    app.close().await;
}

use std::sync::Arc;

use rstest::rstest;

use super::*;
use crate::env::{SeededIds, SharedClock, SystemClock};
use crate::server::carrier::{Asked, Carrier, CarrierEvent, Door, DoorError, Found, Pace, Submission, Submitted};

fn phone(n: u32) -> Phone {
    Phone::from_e164(&format!("+1415555{n:04}")).expect("a number")
}

fn secret() -> Secret {
    Secret::new("0123456789abcdef").expect("long enough")
}

struct Line {
    process: CarrierProcess,
    carrier: LoopbackCarrier,
    log: std::path::PathBuf,
    _dir: Arc<tempfile::TempDir>,
}

/// A carrier with these faults, whose callbacks go nowhere.
async fn line(faults: &str) -> Line {
    line_in(Arc::new(tempfile::tempdir().expect("a directory")), faults).await
}

async fn line_in(dir: Arc<tempfile::TempDir>, faults: &str) -> Line {
    // Fails only when a provider stands already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let log = dir.path().join("carrier.log");
    let process = start(CarrierOptions {
        listen: "127.0.0.1:0".parse().expect("an address"),
        log: log.clone(),
        callback: None,
        seed: 1,
        faults: faults.parse().expect("a plan"),
        clock: SystemClock::shared(),
        ids: SeededIds::shared(1),
    })
    .await
    .expect("it starts");
    let carrier = LoopbackCarrier::new(&format!("http://{}", process.addr), None, Pace::default()).expect("a line");
    Line { process, carrier, log, _dir: dir }
}

fn text(n: u32) -> Submission {
    Submission {
        attempt: Uuid::from_u128(n.into()),
        to: phone(n),
        body: "Hi".into(),
        expires_at: Timestamp::UNIX_EPOCH,
    }
}

fn asked(n: u32) -> Asked {
    let Submission { attempt, to, body, expires_at } = text(n);
    Asked { attempt, to, body, started_at: expires_at }
}

fn taken(log: &std::path::Path) -> usize {
    let lines = read_log(log).expect("a log");
    lines.iter().filter(|line| matches!(line, LogLine::Received { taken: true, .. })).count()
}

/// What the server makes of each way to answer, whether the phone gets the text, and what the list says.
#[rstest]
#[case("", "accepted", true)]
#[case("cut=100", "unknown", false)]
#[case("lost=100", "unknown", true)]
#[case("error=100", "unknown", true)]
#[case("down=100", "unknown", false)]
#[case("malformed=100", "unknown", true)]
#[case("type=100", "unknown", true)]
#[case("redirect=100", "unknown", true)]
#[case("slow=100,slow_ms=5", "accepted", true)]
#[case("refused=100", "refused 21610", false)]
#[case("later=100", "later queue_full", false)]
#[tokio::test]
async fn only_the_carriers_own_word_is_definite(#[case] faults: &str, #[case] outcome: &str, #[case] on_phone: bool) {
    let line = line(faults).await;
    let answer = match line.carrier.submit(&text(1)).await {
        Submitted::Accepted { carrier_id } => {
            assert_eq!(line.carrier.look_up(&asked(1)).await, Found::Present { carrier_id });
            "accepted".to_owned()
        }
        Submitted::Refused { code } => format!("refused {code}"),
        Submitted::Later { reason } => format!("later {reason}"),
        Submitted::Unknown { .. } => "unknown".to_owned(),
    };
    assert_eq!(answer, outcome);
    // Seen synced before any answer.
    assert_eq!(taken(&line.log), usize::from(on_phone));
    match line.carrier.look_up(&asked(1)).await {
        Found::Present { .. } => assert!(on_phone),
        Found::Absent => assert!(!on_phone),
        Found::NotKnown => unreachable!("the list does not lag"),
    }
    line.process.shutdown().await;
}

#[tokio::test]
async fn no_line_is_a_definite_no_and_a_list_that_cannot_be_had_says_nothing() {
    let line = line("").await;
    let carrier = line.carrier.clone();
    line.process.shutdown().await;
    assert!(matches!(carrier.submit(&text(1)).await, Submitted::Later { .. }));
    assert_eq!(carrier.look_up(&asked(1)).await, Found::NotKnown);
}

#[tokio::test]
async fn a_list_that_lags_never_says_absent() {
    let line = line("lost=100,lag_ms=3600000").await;
    assert!(matches!(line.carrier.submit(&text(1)).await, Submitted::Unknown { .. }));
    assert_eq!(line.carrier.look_up(&asked(1)).await, Found::NotKnown);
    line.process.shutdown().await;
}

#[tokio::test]
async fn the_log_is_its_memory_and_a_torn_line_is_none() {
    let first = line("").await;
    first.carrier.submit(&text(1)).await;
    let dir = first._dir.clone();
    first.process.shutdown().await;
    let mut torn = std::fs::read(&first.log).expect("a log");
    torn.extend_from_slice(b"{\"what\":\"received\",\"at\":\"20");
    std::fs::write(&first.log, torn).expect("written");
    let again = line_in(dir, "").await;
    assert!(matches!(again.carrier.look_up(&asked(1)).await, Found::Present { .. }));
    // The carrier has no key: the same attempt once more is one more text on the phone.
    again.carrier.submit(&text(1)).await;
    assert_eq!(taken(&again.log), 2);
    again.process.shutdown().await;
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let plan: FaultPlan = "lost=20,cut=20,error=20,twice=50".parse().expect("a plan");
    let story = |seed| -> Vec<_> { (0..200).map(|n| plan.fate(seed, &phone(n), "Hi", 0)).collect() };
    assert_eq!(story(7), story(7));
    assert_ne!(story(7), story(8));
    let lost = story(7).iter().filter(|fate| **fate == super::faults::Fate::Lost).count();
    assert!((20..60).contains(&lost), "{lost} of 200");
    let first = plan.fate(7, &phone(1), "Hi", 0);
    assert!((1..20).any(|nth| plan.fate(7, &phone(1), "Hi", nth) != first), "the next call has its own luck");
}

#[rstest]
#[case("lost=5, cut=5", true)]
#[case("", true)]
#[case("lost", false)]
#[case("lost=101", false)]
#[case("lost=60,cut=60", false)]
#[case("explode=1", false)]
#[case("slow_ms=-1", false)]
fn plans_are_read_or_refused(#[case] spec: &str, #[case] good: bool) {
    assert_eq!(spec.parse::<FaultPlan>().is_ok(), good);
}

#[rstest]
#[case("http://127.0.0.1:9000", true)]
#[case("http://[::1]:9000", true)]
#[case("http://127.9.9.9:1", true)]
#[case("http://localhost:9000", false)]
#[case("https://127.0.0.1:9000", false)]
#[case("http://0.0.0.0:9000", false)]
#[case("http://127.0.0.1.example.org", false)]
#[case("http://127.0.0.1@example.org", false)]
#[case("http://user@127.0.0.1", false)]
#[case("http://192.168.1.2", false)]
#[case("carrier.example", false)]
fn nothing_leaves_the_machine(#[case] url: &str, #[case] good: bool) {
    assert_eq!(loopback_url(url).is_ok(), good);
}

#[test]
fn the_door_opens_to_the_secret_and_to_now() {
    let clock: SharedClock = crate::env::SimClock::at(Timestamp::from_second(1_000_000).expect("a time"));
    let door = LoopbackDoor::new(secret(), clock);
    let body = br#"{"what":"inbound","key":"k","from":"+14155550123","body":"Hi"}"#;
    let headers = |timestamp: i64, signature: String| {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert(TIMESTAMP, timestamp.into());
        headers.insert(SIGNATURE, signature.parse().expect("hexadecimal"));
        headers
    };
    let signed = |at: i64, body: &[u8]| headers(at, secret().sign(at, body));
    assert!(matches!(door.open(&signed(1_000_000, body), body), Ok(CarrierEvent::Inbound { .. })));
    assert!(door.open(&signed(1_000_000 + FRESH_SECONDS, body), body).is_ok());
    assert_eq!(door.open(&signed(1_000_001 + FRESH_SECONDS, body), body), Err(DoorError::Stale));
    assert_eq!(door.open(&signed(999_999 - FRESH_SECONDS, body), body), Err(DoorError::Stale));
    // The time is signed too; so is every byte.
    assert_eq!(door.open(&headers(1_000_001, secret().sign(1_000_000, body)), body), Err(DoorError::Forged));
    for place in 0..body.len() {
        let mut flipped = body.to_vec();
        flipped[place] ^= 1;
        assert_eq!(door.open(&signed(1_000_000, body), &flipped), Err(DoorError::Forged));
    }
    let other = Secret::new("another secret of ours").expect("long enough");
    assert_eq!(door.open(&headers(1_000_000, other.sign(1_000_000, body)), body), Err(DoorError::Forged));
    assert_eq!(door.open(&headers(1_000_000, "nonsense".into()), body), Err(DoorError::Forged));
    assert_eq!(door.open(&axum::http::HeaderMap::new(), body), Err(DoorError::Forged));
    let strange: &[u8] =
        br#"{"what":"receipt","key":"k","attempt":"00000000-0000-0000-0000-000000000001","delivery":"received"}"#;
    assert!(matches!(door.open(&signed(1_000_000, strange), strange), Err(DoorError::Strange(_))));
}

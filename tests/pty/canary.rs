//! What is told in logs: neither a voter's name, nor a number, nor a word of a text, whatever happens and however much is asked
//! to be told.

use jiff::Timestamp;
use textbank::domain::phone::Phone;
use textbank::domain::second_factor::Secret as SecondFactor;
use textbank::env::SystemClock;
use textbank::server::carrier::loopback::{Callback, SIGNATURE, Secret, TIMESTAMP};

use crate::harness::Home;
use crate::served::{confirm_until, leave, server_gets, wait_until_all_is_handed_in};
use crate::serving::{CANARY, Plan, Served};

/// Everything told at all.
const TALKATIVE: (&str, &str) = ("TEXTBANK_LOG_LEVEL", "trace");
/// In no voter's name, and in nothing that the program itself says.
const WORDS: &str = "quokka-numbat-bilby";
const SECRET: &str = "the carrier's and the server's";

/// A voter writes, by the carrier's door.
async fn says(url: &str, from: Phone, body: &str) -> u16 {
    let callback = Callback::Inbound { key: "k1".into(), from, body: body.into(), pictures: 0 };
    let body = serde_json::to_vec(&callback).expect("JSON");
    let at: Timestamp = SystemClock::shared().now();
    let signature = Secret::new(SECRET).expect("a secret").sign(at.as_second(), &body);
    let request = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = request.post(format!("{url}/webhooks/loopback")).header(TIMESTAMP, at.as_second());
    let answer = request.header(SIGNATURE, signature).body(body).send().await.expect("an answer");
    answer.status().as_u16()
}

/// Requests that nobody honest makes, full of words.
async fn strange(url: &str, token: &str) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let id = uuid::Uuid::from_u128(77);
    for body in [format!("{{\"body\":\"{WORDS}\""), format!("{{\"body\": {{\"{WORDS}\": 1}}}}"), WORDS.to_owned()] {
        let put = client.put(format!("{url}/api/v1/messages/{id}")).bearer_auth(token);
        let answer = put.header("content-type", "application/json").body(body).send().await.expect("an answer");
        assert!(answer.status().is_client_error(), "{}", answer.status());
    }
    let answer = client.get(format!("{url}/api/v1/me")).bearer_auth(WORDS).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
}

#[rstest::rstest]
#[case::lines("lines")]
#[case::json("json")]
fn no_log_holds_a_name_a_number_or_a_word(#[case] format: &str) {
    let own = tempfile::tempdir().expect("a directory");
    let secret = own.path().join("secret");
    std::fs::write(&secret, SECRET).expect("written");
    // Nobody takes the texts: what goes wrong is told too.
    let mut serve = ["--carrier-url", "http://127.0.0.1:9", "--carrier-secret-file"].map(str::to_owned).to_vec();
    serve.push(secret.to_str().expect("plain").to_owned());
    let told = [TALKATIVE, ("TEXTBANK_LOG_FORMAT", format)];
    let surroundings = told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut served = Served::start_as(Plan { serve, surroundings, canaries: true, ..Plan::default() });
    let mut console = served.console_with(&told);
    console.wait_for(CANARY);
    confirm_until(&mut console, 2);
    server_gets(&served, &console, 2);
    wait_until_all_is_handed_in(&console);
    let voters = served.phones("SELECT phone FROM contacts WHERE id IN (SELECT contact FROM messages) ORDER BY id");
    assert_eq!(voters.len(), 2);
    assert_eq!(served.block_on(says(served.url(), voters[0].clone(), WORDS)), 204);
    console.wait_for(WORDS);
    let captains = Home::new();
    let (factor, code) = second_factor(&served, &captains, &told);
    served.block_on(strange(served.url(), secrecy::ExposeSecret::expose_secret(served.token())));
    // Words that are never sent.
    console.press(b"\t");
    console.press(WORDS.as_bytes());
    console.kill();
    leave_in_order(&served, &told);
    served.stop();

    let mut logs = String::new();
    for file in served.home.below("state").into_iter().chain(captains.below("state")) {
        logs.push_str(&String::from_utf8_lossy(&std::fs::read(file).expect("readable")));
    }
    assert!(logs.contains("answered") && logs.contains("/api/v1/messages/"), "requests are told:\n{logs}");
    let refused =
        |line: &&str| line.contains("refused") && line.contains("unauthorized") && line.contains("/api/v1/me");
    let refusal = logs.lines().find(refused).unwrap_or_else(|| panic!("refusals are told:\n{logs}"));
    assert!(refusal.contains("INFO") && refusal.contains("id"), "by whoever does not ask for more, too: {refusal}");
    assert_eq!(logs.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), format == "json");
    let lower = logs.to_lowercase();
    let found = |what: &str| lower.lines().find(|line| line.contains(&what.to_lowercase())).map(str::to_owned);
    assert_eq!(found(CANARY), None, "a name");
    assert_eq!(found("quokka"), None, "words");
    assert!(logs.contains("/api/v1/second-factor/proof"), "requests about the second factor are told:\n{logs}");
    assert_eq!(found(&factor.base32()), None, "a second factor");
    assert_eq!(found(&format!("\"code\":\"{code}\"")).or(found(&format!("prove {code}"))), None, "a code of it");
    for phone in &voters {
        let digits = phone.as_str().trim_start_matches('+');
        assert_eq!(found(&digits[digits.len() - 7..]), None, "a number");
    }
}

/// A captain sets a second factor and gives a wrong code of it: by the program, whose log is looked at as well as the server's.
fn second_factor(served: &Served, home: &Home, told: &[(&str, &str)]) -> (SecondFactor, String) {
    let mut joining = home.command(&["join", &served.captain_link(), "--name", "Kim"]);
    let joined = joining.envs(told.iter().copied()).output().expect("it runs");
    assert!(joined.status.success(), "{joined:?}");
    let factor = crate::second_factor::set_elsewhere(served, home, "Kim");
    let code = crate::second_factor::code(&factor, 9).digits();
    let mut proving = home.command(&["second-factor", "prove", &code]);
    let proving = proving.envs(told.iter().copied()).output().expect("it runs");
    assert!(!proving.status.success(), "{proving:?}");
    (factor, code)
}

/// A console that is left by its own key writes its log to the end.
fn leave_in_order(served: &Served, told: &[(&str, &str)]) {
    let console = served.console_with(told);
    wait_until_all_is_handed_in(&console);
    leave(console);
}

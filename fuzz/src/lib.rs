//! What each target does with its bytes: it reads them, and holds what was read against what must always be so.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use textbank::domain::campaign::CampaignDef;
use textbank::domain::filter::Filter;
use textbank::domain::opt_out;
use textbank::domain::recall::{Recall, Recalled};
use textbank::domain::safe_text::{safe_body, safe_line};
use textbank::domain::script::{Fill, Template};
use textbank::domain::segment::measure;
use textbank::env::{Clock as _, SystemClock};
use textbank::exchange::contact_list::{self, Options};
use textbank::exchange::{campaign_file, list_rows};
use textbank::server::carrier::Door as _;
use textbank::server::carrier::loopback::{LoopbackDoor, SIGNATURE, Secret, TIMESTAMP};

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// A campaign's file. What is read can be written as JSON and read again.
pub fn campaign_file(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok((def, _)) = campaign_file::parse(Path::new("c.toml"), text) {
        let json = serde_json::to_string(&def).expect("as JSON");
        let again: CampaignDef = serde_json::from_str(&json).expect("read again");
        assert!(again == def, "read again it is another campaign");
        // Every line of it can be taken back, and known again.
        let what = Recalled::Script { version: 1 };
        let texts = what.words_in(&def).unwrap_or_default();
        let recall = Recall { id: 1, what, versions: vec![1], texts, reason: String::new() };
        for line in def.texts() {
            let _ = recall.is_in(line);
            let _ = measure(line);
        }
    }
}

/// A list of contacts, of any kind of file.
pub fn contact_list(data: &[u8]) {
    let _ = contact_list::parse(Path::new("l.csv"), data, &Options::default());
}

/// A list of corrections.
pub fn list_rows(data: &[u8]) {
    if let Ok(found) = list_rows::parse(Path::new("l.csv"), data, "US") {
        for row in &found.rows {
            assert!(row.phone.is_some() || row.external_id.is_some(), "a row that names nobody");
        }
    }
}

/// A text with merge fields: filled, measured, known again.
pub fn template(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(template) = Template::parse(text) else { return };
    let fields = BTreeMap::from([("firstName".to_owned(), "Ana".to_owned()), ("zip".to_owned(), String::new())]);
    let variables = BTreeMap::from([("office".to_owned(), "12 Oak St".to_owned())]);
    if let Ok(filled) = template.fill(&Fill { fields: &fields, texter: "Tess", variables: &variables }) {
        let _ = measure(&filled);
        let what = Recalled::Canned { id: "x".into(), version: 1 };
        let recall = Recall { id: 1, what, versions: vec![1], texts: vec![text.to_owned()], reason: String::new() };
        let _ = recall.is_in(&filled);
    }
}

/// A segment's expression.
pub fn filter(data: &[u8]) {
    if let Some(text) = text(data) {
        let _ = Filter::parse(text);
    }
}

/// What a voter writes.
pub fn inbound(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let _ = opt_out::verdict(text);
    for safe in [safe_body(text), safe_line(text)] {
        let hostile = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!safe.chars().any(hostile), "{safe:?}");
    }
    assert!(!safe_line(text).contains('\n'), "more than one line");
}

/// A list of people who opted out.
pub fn opt_out_list(data: &[u8]) {
    let options = Options { numbers_only: true, ..Options::default() };
    let _ = contact_list::parse(Path::new("o.csv"), data, &options);
}

static DOOR: LazyLock<Option<(Secret, LoopbackDoor)>> = LazyLock::new(|| {
    let secret = Secret::new("a secret of the fuzzer").ok()?;
    Some((secret.clone(), LoopbackDoor::new(secret, SystemClock::shared())))
});

/// A carrier's callback, signed or not.
pub fn callback(data: &[u8]) {
    let Some((secret, door)) = &*DOOR else { return };
    let mut headers = http::HeaderMap::new();
    let _ = door.open(&headers, data);
    let now = SystemClock::shared().now().as_second();
    for (name, value) in [(TIMESTAMP, now.to_string()), (SIGNATURE, secret.sign(now, data))] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    let _ = door.open(&headers, data);
}

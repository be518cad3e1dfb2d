//! Logs: one file in the state directory, never the terminal; numbers of voters shortened, their texts and names left out.
//!
//! Two nets, because the first may have a hole: fields with telling names are hidden as they are recorded, and every finished
//! line is searched again for telephone numbers and quoted bodies before it reaches the file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::env::SharedClock;

/// The old log is put aside when it is larger than this at a start.
const KEPT_BYTES: u64 = 8 * 1024 * 1024;

/// Fields and struct members that hold what a voter wrote, was sent, or is called.
const HIDDEN: &[&str] = &[
    "body",
    "text",
    "draft",
    "reply",
    "initial",
    "first_name",
    "last_name",
    "contact_name",
    "note",
    "fields",
    "token",
    "link",
    "secret",
    "password",
    "authorization",
];

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The file could not be opened.
    #[error("cannot open the log file {0}")]
    Open(std::path::PathBuf, #[source] io::Error),
    /// Somebody else in this process logs already.
    #[error("logs are set up already")]
    Twice,
}

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: one line an event.
    Lines,
    /// For programs: one JSON object an event, one event a line.
    Json,
}

/// Keeps the log going; what is still in memory is written when it is dropped.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct Guard(#[expect(dead_code, reason = "held for its drop")] Option<WorkerGuard>);

/// Starts logging to `path`, whose directory exists. `level` is one of `off`, `error`, `warn`, `info`, `debug`, `trace` and counts for our own code;
/// libraries are heard from `warn` on.
///
/// # Errors
/// When the file cannot be opened, or logs were started before.
pub fn start(path: &Path, level: &str, format: Format, clock: SharedClock) -> Result<Guard, TelemetryError> {
    let level: LevelFilter = level.parse().unwrap_or(LevelFilter::INFO);
    if level == LevelFilter::OFF {
        return Ok(Guard(None));
    }
    let file = open(path).map_err(|error| TelemetryError::Open(path.to_owned(), error))?;
    // When the disk is slower than we are, lines are dropped and counted; a screen never waits for its log.
    let (writer, guard) = NonBlockingBuilder::default().lossy(true).finish(Redacting(file, format));
    tracing_subscriber::registry()
        .with(layer(writer, level, format, clock))
        .try_init()
        .map_err(|_| TelemetryError::Twice)?;
    Ok(Guard(Some(guard)))
}

fn layer<S>(
    writer: NonBlocking,
    level: LevelFilter,
    format: Format,
    clock: SharedClock,
) -> Box<dyn tracing_subscriber::Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    use tracing_subscriber::Layer;
    let targets = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("textbank", level);
    if format == Format::Json {
        // What is to be hidden is hidden by the writer, which reads each line as what it is.
        let json = tracing_subscriber::fmt::layer().json().flatten_event(true).with_timer(Time(clock));
        return json.with_writer(writer).with_filter(targets).boxed();
    }
    let fields = debug_fn(|writer, field, value| match field.name() {
        name if HIDDEN.contains(&name) => write!(writer, "{name}=[hidden]"),
        "message" => write!(writer, "{value:?}"),
        name => write!(writer, "{name}={value:?}"),
    });
    tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_timer(Time(clock))
        .fmt_fields(tracing_subscriber::field::MakeExt::delimited(fields, " "))
        .with_writer(writer)
        .with_filter(targets)
        .boxed()
}

/// From now on a panic is told in one line, on standard error and in the log, without its message: that may hold a voter's
/// words. A console puts its own hook in this one's place, which gives the terminal back first.
pub fn tell_panics(log: &Path) {
    let log = log.display().to_string();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a mistake in the program");
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr(), "textbank broke at {place}. The log is {log}");
    }));
}

struct Time(SharedClock);

impl FormatTime for Time {
    fn format_time(&self, w: &mut tracing_subscriber::fmt::format::Writer<'_>) -> std::fmt::Result {
        write!(w, "{:.3}", self.0.now())
    }
}

fn open(path: &Path) -> io::Result<File> {
    if path.metadata().is_ok_and(|meta| meta.len() > KEPT_BYTES) {
        std::fs::rename(path, path.with_extension("log.1"))?;
    }
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Searches each finished line before it goes on. The worker writes one event at a time.
#[derive(Debug)]
struct Redacting<W>(W, Format);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = match self.1 {
            Format::Lines => redact(line),
            Format::Json => redact_json(line),
        };
        self.0.write_all(line.as_bytes())?;
        self.0.write_all(b"\n")?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The line with telephone numbers shortened (`+1***1234`), quoted bodies and names hidden, control characters spelt out.
#[must_use]
pub fn redact(line: &str) -> String {
    let hidden = hide_members(line);
    let mut out = String::with_capacity(hidden.len());
    let mut rest: &str = &hidden;
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        if let Some((number, length)) = number_at(rest, before) {
            out.push_str(&number);
            before = rest[..length].chars().next_back();
            rest = &rest[length..];
            continue;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
        before = Some(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The same for a line that is a JSON object: members with telling names are hidden whatever they hold, every other text is
/// searched. What is no JSON is searched as a line, and told as one text.
#[must_use]
pub fn redact_json(line: &str) -> String {
    match serde_json::from_str(line) {
        Ok(mut value) => {
            hide_in(&mut value);
            value.to_string()
        }
        Err(_) => serde_json::json!({ "message": redact(line) }).to_string(),
    }
}

fn hide_in(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) => *text = redact(text),
        Value::Array(all) => all.iter_mut().for_each(hide_in),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if HIDDEN.contains(&name.as_str()) {
                    *member = Value::String("[hidden]".into());
                } else {
                    hide_in(member);
                }
            }
        }
        // Somebody's number is one, however it was recorded.
        Value::Number(number) => {
            let plain = number.to_string();
            let told = redact(&plain);
            if told != plain {
                *value = Value::String(told);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// A telephone number at the start of `text`: with `+` and 7 to 15 digits, or a North American one of 10 digits (11 with the 1),
/// written together or in its usual groups.
fn number_at(text: &str, before: Option<char>) -> Option<(String, usize)> {
    if before.is_some_and(|c| c.is_alphanumeric() || c == '+')
        || !text.starts_with(|c: char| "+(".contains(c) || c.is_ascii_digit())
    {
        return None;
    }
    let plus = text.starts_with('+');
    let mut digits = String::new();
    let mut groups = vec![0usize];
    let mut end = 0;
    let mut separators = 0;
    for (at, c) in text.char_indices() {
        match c {
            '+' if at == 0 => {}
            '0'..='9' => {
                if separators > 0 && !digits.is_empty() {
                    groups.push(0);
                }
                separators = 0;
                digits.push(c);
                if let Some(last) = groups.last_mut() {
                    *last += 1;
                }
                end = at + 1;
            }
            ' ' | '-' | '.' | '(' | ')' | '\u{a0}' if separators < 2 => separators += 1,
            _ => {
                // A number that runs on into a word is an id, not a telephone.
                if separators == 0 && c.is_alphabetic() {
                    return None;
                }
                break;
            }
        }
        if digits.len() > 15 {
            return None;
        }
    }
    let national = match groups.as_slice() {
        [10] | [3, 3, 4] | [3, 7] => true,
        [11] | [1, 10] | [1, 3, 3, 4] | [1, 3, 7] => digits.starts_with('1'),
        _ => false,
    };
    if !(national || (plus && (7..=15).contains(&digits.len()))) {
        return None;
    }
    let tail = &digits[digits.len() - 4..];
    let head = if plus || digits.len() == 11 { &digits[..1] } else { "" };
    Some((format!("+{head}***{tail}"), end))
}

/// `body: "..."` as a derived Debug or JSON writes it becomes `body: [hidden]`.
fn hide_members(line: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut from = 0;
    let mut at = 0;
    while let Some((open, quote)) = next_member(line, at) {
        let close = closing_quote(line, quote + 1);
        let text = out.get_or_insert_with(String::new);
        text.push_str(&line[from..open]);
        text.push_str("[hidden]");
        from = close;
        at = close;
    }
    match out {
        Some(mut text) => {
            text.push_str(&line[from..]);
            Cow::Owned(text)
        }
        None => Cow::Borrowed(line),
    }
}

/// The next quoted value of a hidden member: where its value starts, and where its opening quote is.
fn next_member(line: &str, from: usize) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for name in HIDDEN {
        let mut search = from;
        while let Some(found) = line[search..].find(name).map(|n| n + search) {
            let after = found + name.len();
            search = after;
            if line[..found].ends_with(|c: char| c.is_alphanumeric()) {
                continue;
            }
            // body: "x", "body":"x", body=Some("x"), \"body\":\"x\"
            let tail = line[after..].trim_start_matches(['\\', '"']);
            let Some(tail) = tail.trim_start().strip_prefix([':', '=']) else { continue };
            let value = line.len() - tail.len();
            let quoted = tail.trim_start().trim_start_matches("Some(").trim_start_matches('\\');
            if !quoted.starts_with('"') {
                continue;
            }
            let quote = line.len() - quoted.len();
            if best.is_none_or(|(open, _)| value < open) {
                best = Some((value, quote));
            }
            break;
        }
    }
    best
}

/// The end of a quoted text, quote included; the end of the line when it is not closed.
fn closing_quote(line: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in line[from..].char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return from + at + 1,
            _ => escaped = false,
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use rstest::rstest;
    use tracing_subscriber::layer::SubscriberExt;

    use super::{Format, LevelFilter, NonBlockingBuilder, Redacting, layer, redact, redact_json};
    use crate::env::SimClock;

    #[rstest]
    #[case("to +14155550123 now", "to +1***0123 now")]
    #[case("to +1 (415) 555-0123.", "to +1***0123.")]
    #[case("to 415-555-0123, then", "to +***0123, then")]
    #[case("(415) 555 0123", "+***0123")]
    #[case("4155550123", "+***0123")]
    #[case("phone=\"+525512345678\"", "phone=\"+5***5678\"")]
    #[case("tel 14155550123", "tel +1***0123")]
    fn numbers_are_shortened(#[case] line: &str, #[case] redacted: &str) {
        assert_eq!(redact(line), redacted);
    }

    #[rstest]
    #[case("2026-11-21T22:41:36.123Z INFO textbank: listening on 127.0.0.1:8787")]
    #[case("id 0192f3a4-5b6c-7d8e-9f01-234567890123 took 1234567 us, seq 42")]
    #[case("hash a4155550123b, row 1763764896123456")]
    fn what_is_no_number_stays(#[case] line: &str) {
        assert_eq!(redact(line), line);
    }

    #[rstest]
    #[case(r#"Send { body: "call \"me\" tonight", to: 3 }"#, "Send { body:[hidden], to: 3 }")]
    #[case(r#"{"id":1,"body":"secret","text":"s2","n":2}"#, r#"{"id":1,"body":[hidden],"text":[hidden],"n":2}"#)]
    #[case(r#"first_name: Some("Ana"), seq: 3"#, "first_name:[hidden]), seq: 3")]
    #[case(r#"antibody: "kept""#, r#"antibody: "kept""#)]
    fn quoted_bodies_and_names_are_hidden(#[case] line: &str, #[case] redacted: &str) {
        assert_eq!(redact(line), redacted);
    }

    #[test]
    fn control_characters_are_spelt_out() {
        assert_eq!(redact("a\u{1b}[31mb\nc\td"), "a\\u{1b}[31mb\\nc\\td");
    }

    #[derive(Clone, Debug, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[expect(dead_code, reason = "read through Debug")]
    #[derive(Debug)]
    struct Canary {
        body: String,
        last_name: &'static str,
        phone: &'static str,
    }

    #[rstest]
    #[case(r#"{"message":"to +14155550123","n":4155550123}"#, r#"{"message":"to +1***0123","n":"+***0123"}"#)]
    #[case(r#"{"n":[14155550123,42,1763764896123456,0.25,-3]}"#, r#"{"n":["+1***0123",42,1763764896123456,0.25,-3]}"#)]
    #[case(
        r#"{"a":{"body":"x","last_name":["y"]},"b":["415-555-0123"]}"#,
        r#"{"a":{"body":"[hidden]","last_name":"[hidden]"},"b":["+***0123"]}"#
    )]
    #[case(r#"{"error":"Send { body: \"hi\", to: 3 }"}"#, r#"{"error":"Send { body:[hidden], to: 3 }"}"#)]
    #[case("half a line +14155550123", r#"{"message":"half a line +1***0123"}"#)]
    fn json_stays_json_and_hides_the_same(#[case] line: &str, #[case] redacted: &str) {
        assert_eq!(redact_json(line), redacted);
    }

    #[rstest]
    fn no_canary_reaches_the_file_by_any_way(#[values(Format::Lines, Format::Json)] format: Format) {
        let kept = Shared::default();
        let (writer, guard) = NonBlockingBuilder::default().finish(Redacting(kept.clone(), format));
        let clock = SimClock::at("2026-10-01T15:00:00Z".parse().expect("a moment"));
        let subscriber = tracing_subscriber::registry().with(layer(writer, LevelFilter::INFO, format, clock));
        let canary = Canary { body: "CANARY-BODY \"x\"".into(), last_name: "CANARY-NAME", phone: "+14155550199" };
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("send", text = "CANARY-TEXT", to = "+14155550199");
            let _in = span.enter();
            tracing::info!(body = %canary.body, draft = ?canary.body, "sent to {}", canary.phone);
            tracing::warn!(?canary, n = 4_155_550_199_u64, "strange");
            tracing::warn!("json {}", serde_json::json!({"body": canary.body, "cell": "(415) 555-0199"}));
            tracing::info!(target: "hyper", "CANARY-LIBRARY");
        });
        drop(guard);
        let log = String::from_utf8(kept.0.lock().expect("not poisoned").clone()).expect("text");
        assert_eq!(log.lines().count(), 3, "{log}");
        assert!(log.contains("sent to +1***0199"), "{log}");
        assert!(log.lines().all(|line| line.contains("2026-10-01T15:00:00.000Z")), "{log}");
        let json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
        assert!(log.lines().all(|line| json(line) == (format == Format::Json)), "{log}");
        for canary in ["CANARY", "5550199", "555-0199"] {
            assert!(!log.contains(canary), "{canary} in\n{log}");
        }
    }
}

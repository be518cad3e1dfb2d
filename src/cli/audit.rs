//! `audit`

use anyhow::Context as _;
use jiff::Timestamp;
use uuid::Uuid;

use super::reach::{SignInArgs, admin};
use super::{Context, Exit, Misuse, Outcome, out};
use crate::api::audit::AuditEntry;
use crate::client::CampaignServer as _;
use crate::domain::safe_text::{safe_json, safe_line};

/// Print who did what, and whose data was on which device
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    /// Only what is about this contact: which devices received it, which captains read it
    #[arg(long, value_name = "ID")]
    pub contact: Option<i64>,
    /// Only what this person did and received (numbers: textbank people)
    #[arg(long, value_name = "ID")]
    pub person: Option<i64>,
    /// Only what was done on this installation, and what it received
    #[arg(long, value_name = "ID")]
    pub device: Option<Uuid>,
    /// Only since then: 2026-10-01T18:00:00Z, or 12h or 7d back from now, by the server's clock
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Print JSON, one line an entry
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Prints the audit page by page: the whole of it is never in memory.
///
/// # Errors
/// A time that is none, or what the server said.
pub async fn run(args: AuditArgs, ctx: &Context) -> Outcome {
    if let Some(text) = &args.since {
        // What cannot be meant is said before anybody is asked.
        since(text, ctx.clock.now())?;
    }
    let (sign_in, client) = admin(&args.who, ctx).await?;
    let since = match args.since.as_deref() {
        None => None,
        Some(text) => Some(match text.parse::<Timestamp>() {
            Ok(at) => at,
            // Back from now by the clock that the audit is written by: a rehearsal's is far from this machine's.
            Err(_a_span) => {
                let there = super::reach::client(&sign_in, ctx)?.presence().await.context("no audit")?;
                since(text, there.server_time)?
            }
        }),
    };
    let mut wanted: Vec<(&str, String)> = Vec::new();
    wanted.extend(args.contact.map(|id| ("contact", id.to_string())));
    wanted.extend(args.person.map(|id| ("person", id.to_string())));
    wanted.extend(args.device.map(|id| ("device", id.to_string())));
    wanted.extend(since.map(|at| ("since", at.to_string())));
    let mut cursor: Option<String> = None;
    let mut any = false;
    loop {
        let mut query = wanted.clone();
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let page = client.audit(&query).await.context("no audit")?;
        let lines = page.entries.iter().map(|entry| if args.json { in_json(entry) } else { Ok(in_words(entry)) });
        let lines = lines.collect::<anyhow::Result<Vec<_>>>()?;
        if !lines.is_empty() {
            any = true;
            out(lines.join("\n"))?;
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    // Programs read JSON, and no line is an answer to them.
    if !any && !args.json {
        out(nothing(&args))?;
    }
    Ok(Exit::Done)
}

/// What it may be that there is no line.
fn nothing(args: &AuditArgs) -> String {
    let what = match (args.contact, args.person, args.device) {
        (Some(id), ..) => {
            format!(" about contact {id}: there is no such contact, or nobody received, read or changed it")
        }
        (_, Some(id), _) => {
            format!(" by person {id}: there is no such person, or they did nothing (numbers: textbank people)")
        }
        (.., Some(id)) => format!(" by installation {id}"),
        _ => String::new(),
    };
    let since = if args.since.is_some() { ", in this time" } else { "" };
    format!("Nothing in the audit{what}{since}.")
}

fn in_json(entry: &AuditEntry) -> anyhow::Result<String> {
    Ok(safe_json(serde_json::to_string(entry)?))
}

fn in_words(entry: &AuditEntry) -> String {
    let mut line = format!("{}  {}", entry.at.strftime("%Y-%m-%d %H:%M:%S"), safe_line(&entry.what));
    if let Some(contact) = entry.contact {
        line.push_str(&format!("  contact {contact}"));
    }
    for words in [&entry.subject, &entry.detail] {
        if !words.is_empty() {
            line.push_str(&format!("  {}", safe_line(words)));
        }
    }
    match (&entry.name, entry.person) {
        (Some(name), Some(person)) => line.push_str(&format!("  by {} ({})", safe_line(name), person.0)),
        _ => line.push_str("  by the server"),
    }
    if let Some(device) = entry.device {
        line.push_str(&format!("  on {}", device.0));
    }
    line
}

/// A time, or a span back from now (the server's).
///
/// # Errors
/// It is neither.
pub(super) fn since(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let span = super::invite::any_span(text).and_then(|span| now.checked_sub(span).ok());
    span.ok_or_else(|| {
        Misuse(format!("--since: `{}` is no time; write 2026-10-01T18:00:00Z, or 12h or 7d", safe_line(text))).into()
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-10-01T18:00:00Z", Some("2026-10-01T18:00:00Z"))]
    #[case("12h", Some("2026-10-02T06:00:00Z"))]
    #[case("150d", Some("2026-05-05T18:00:00Z"))]
    #[case("30s", Some("2026-10-02T17:59:30Z"))]
    #[case("99999999999999999d", None)]
    #[case("yesterday", None)]
    #[case("", None)]
    fn a_time_or_a_span(#[case] text: &str, #[case] wanted: Option<&str>) {
        let now: Timestamp = "2026-10-02T18:00:00Z".parse().expect("a time");
        assert_eq!(since(text, now).ok(), wanted.map(|at| at.parse().expect("a time")));
    }

    #[rstest]
    #[case(&[], "Nothing in the audit.")]
    #[case(&["--contact", "99", "--since", "1h"], "Nothing in the audit about contact 99: there is no such contact, or nobody received, read or changed it, in this time.")]
    #[case(&["--person", "7"], "Nothing in the audit by person 7: there is no such person, or they did nothing (numbers: textbank people).")]
    fn no_line_is_said_in_words(#[case] words: &[&str], #[case] said: &str) {
        #[derive(clap::Parser)]
        struct One {
            #[command(flatten)]
            args: AuditArgs,
        }
        let one = <One as clap::Parser>::parse_from(std::iter::once("audit").chain(words.iter().copied()));
        assert_eq!(nothing(&one.args), said);
    }

    #[test]
    fn strangers_words_cannot_reach_the_terminal() {
        let entry = AuditEntry {
            id: 1,
            at: Timestamp::UNIX_EPOCH,
            person: Some(crate::domain::ids::PersonId(3)),
            name: Some("Mal\u{1b}[2J\nlory".to_owned()),
            session: None,
            device: None,
            what: "joined".to_owned(),
            subject: "x\u{7}".to_owned(),
            detail: "\u{202e}y".to_owned(),
            contact: None,
        };
        let line = in_words(&entry);
        assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
    }
}

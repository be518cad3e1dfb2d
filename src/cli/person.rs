//! `person export`, `person erase`: what is held about one number.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use super::campaign_check::counted;
use super::legal_hold::number;
use super::patience::patiently;
use super::private_file::{Part, refuse_taken};
use super::reach::{SignInArgs, admin, tell};
use super::{Advice, Context, Exit, Misuse, Outcome, ask, erased_list, out, out_json};
use crate::api::keeping::{EraseRequest, Erased, PersonOut, PersonWanted};
use crate::api::opt_out::{OptOutWay, OptOuts};
use crate::api::problem::Code;
use crate::client::CallError;
use crate::client::native::AdminClient;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Write out all that is held about a number, as JSON; who asked is in the audit
    Export {
        /// The number
        #[arg(value_name = "NUMBER")]
        number: String,
        /// Write to FILE instead of standard output: whole or not at all, readable by you alone
        #[arg(long, value_name = "FILE", value_parser = super::private_file::named_or_output())]
        out: Option<PathBuf>,
        /// Write over FILE when there is one already
        #[arg(long, requires = "out")]
        force: bool,
        /// JSON: with --out what was written (the document itself is always JSON)
        #[arg(long)]
        json: bool,
        /// The country of a number without a country code, in two letters
        #[arg(long, value_name = "CODE", default_value = "US")]
        country: String,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Erase whoever has a number: names, fields, notes, the words of all texts, and the number but for the suppression list
    Erase {
        /// The number
        #[arg(value_name = "NUMBER", required_unless_present = "from", conflicts_with = "from")]
        number: Option<String>,
        /// Erase everybody whose number is in FILE, one a line (after a backup was put back: the file that --list wrote)
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Note the number in FILE, a list of your own outside the database, for --from
        #[arg(long, value_name = "FILE", conflicts_with = "from")]
        list: Option<PathBuf>,
        /// Why, for the audit: without the name and the number
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Erase nothing: print what would go
        #[arg(long)]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// The country of a number without a country code, in two letters
        #[arg(long, value_name = "CODE", default_value = "US")]
        country: String,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

const STAYS: Advice = Advice {
    what: "nothing was erased",
    on: &[
        (Code::NotFound, "check the number; textbank person export shows what is held about one"),
        (Code::LegalHold, "counsel decides when the hold is lifted: textbank legal-hold list"),
        (Code::Unsettled, "run it again in a minute"),
    ],
};

#[derive(Serialize)]
struct Written {
    file: String,
    /// How many rows of what.
    held: std::collections::BTreeMap<String, usize>,
}

/// Runs one of them.
///
/// # Errors
/// A number that is none, a file that cannot be written, or what the server said.
pub async fn run(command: PersonCommand, ctx: &Context) -> Outcome {
    match command {
        PersonCommand::Export { number: text, out: file, force, json, country, who } => {
            let phone = number(&text, &country)?;
            if let Some(file) = &file {
                refuse_taken(file, force)?;
            }
            let (_, client) = admin(&who, ctx).await?;
            let found = whole(&client, phone, ctx).await.context("nothing was given out")?;
            match file {
                None => out_json(&found)?,
                Some(file) => {
                    let part = Part::begin(&file, force)?;
                    let text = super::json(&found)?;
                    let mut whole = part.file()?;
                    writeln!(whole, "{text}").with_context(|| format!("cannot write {}", file.display()))?;
                    drop(whole);
                    part.keep()?;
                    let held = found.held.iter().map(|(table, rows)| (table.clone(), rows.len())).collect();
                    if json {
                        out_json(&Written { file: file.display().to_string(), held })?;
                    } else {
                        tell(format!("{}: {}", file.display(), in_short(&found)));
                    }
                }
            }
            Ok(Exit::Done)
        }
        PersonCommand::Erase { number: text, from, list, reason, dry_run, yes, json, country, who } => {
            if !dry_run && !yes && !std::io::stdin().is_terminal() {
                return Err(
                    Misuse("nobody is there to ask: add --yes, or --dry-run to see what would go".into()).into()
                );
            }
            if let Some(file) = from {
                let numbers = erased_list::read(&file, &country)?;
                let (_, client) = admin(&who, ctx).await?;
                return again(&client, numbers, (reason, dry_run, yes, json), ctx).await;
            }
            let phone = number(&text.unwrap_or_default(), &country)?;
            let mut list = list.filter(|_| !dry_run).map(|file| erased_list::open(&file)).transpose()?;
            let (_, client) = admin(&who, ctx).await?;
            let mut request = EraseRequest { phone, reason, dry_run: true };
            let before = patiently(ctx, || client.erase_person(&request)).await.context(STAYS)?;
            if dry_run {
                if json {
                    out_json(&before)?;
                } else {
                    out(would(&before))?;
                }
                return Ok(Exit::Done);
            }
            if !yes {
                tell(would(&before));
                let answer = ask("Erase it? Nothing brings it back. [y/N]\n").context("no answer")?;
                if !matches!(answer.as_deref(), Some("y" | "Y" | "yes")) {
                    tell("Nothing was erased.");
                    return Ok(Exit::Failed);
                }
            }
            request.dry_run = false;
            // Noted before it is done: a number too many on the list does no harm.
            if let Some(list) = &mut list {
                erased_list::note(list, &request.phone).context("nothing was erased: the list cannot be written")?;
            }
            let erased = patiently(ctx, || client.erase_person(&request)).await.context(STAYS)?;
            if json {
                out_json(&erased)?;
            } else {
                out(done(&erased))?;
            }
            Ok(Exit::Done)
        }
    }
}

/// All that is held, asked for part by part: in a large organization it takes longer than one request may.
async fn whole(client: &AdminClient, phone: Phone, ctx: &Context) -> crate::client::Call<PersonOut> {
    let mut wanted = PersonWanted { phone, in_parts: true, from: None };
    let mut found = patiently(ctx, || client.person_out(&wanted)).await?;
    let mut asked = std::collections::BTreeSet::new();
    while let Some(next) = found.next.take() {
        // A server of another version beside it may not know the place, and begin again: nothing is told twice.
        if !asked.insert((next.table.clone(), next.after)) {
            let what = "two servers of different versions answer in turn: ask again when all are of one";
            return Err(crate::client::CallError::Strange(what.into()));
        }
        wanted.from = Some(next);
        let more = patiently(ctx, || client.person_out(&wanted)).await?;
        for (table, rows) in more.held {
            found.held.entry(table).or_default().extend(rows);
        }
        found.next = more.next;
    }
    Ok(found)
}

/// What came of many.
#[derive(Debug, Default, Serialize)]
struct Again {
    dry_run: bool,
    /// Numbers of which something was held, and is no more.
    erased: u64,
    /// Numbers of which nothing is held.
    unknown: u64,
    /// The ends of numbers that were refused, each with the reason.
    refused: Vec<String>,
}

/// Erases everybody of a list. Whoever is not there any more is counted; who is refused holds up nobody else.
async fn again(
    client: &AdminClient,
    numbers: Vec<Phone>,
    (reason, dry_run, yes, json): (String, bool, bool, bool),
    ctx: &Context,
) -> Outcome {
    if !dry_run && !yes {
        let many = counted(numbers.len() as u64, "number");
        let answer = ask(&format!("Erase all that is held about {many}? Nothing brings it back. [y/N]\n"))?;
        if !matches!(answer.as_deref(), Some("y" | "Y" | "yes")) {
            tell("Nothing was erased.");
            return Ok(Exit::Failed);
        }
    }
    let mut told = Again { dry_run, ..Again::default() };
    let mut unheld = Vec::new();
    for phone in numbers {
        let ends = phone.last_digits();
        let request = EraseRequest { phone, reason: reason.clone(), dry_run };
        let phone = &request.phone;
        match patiently(ctx, || client.erase_person(&request)).await {
            Ok(_) => told.erased += 1,
            Err(CallError::Refused(problem)) if problem.code == Code::NotFound => {
                told.unknown += 1;
                unheld.push(phone.clone());
            }
            Err(CallError::Refused(problem)) if [Code::LegalHold, Code::Unsettled].contains(&problem.code) => {
                told.refused.push(format!("{ends}: {}", problem.detail));
            }
            Err(error) => {
                tell(format!("{} so far; the same command goes on with the others", counted(told.erased, "number")));
                return Err(error).context(STAYS);
            }
        }
    }
    // A backup may be older than the contact: a list that is brought in anew must not text whoever asked to be erased.
    if !dry_run {
        for some in unheld.chunks(1_000) {
            let request = OptOuts { numbers: some.to_vec(), how: OptOutWay::List, note: "erased".into() };
            patiently(ctx, || client.add_opt_outs(&request)).await.context(STAYS)?;
        }
    }
    if json {
        out_json(&told)?;
    } else {
        let verb = if dry_run { "would be erased" } else { "erased" };
        let list = if dry_run || unheld.is_empty() { "" } else { " That is on the opt-out list now." };
        out(format!("{} {verb}; of {} nothing is held.{list}", counted(told.erased, "number"), told.unknown))?;
        told.refused.iter().for_each(|one| tell(format!("not erased, the number ending {}", safe_line(one))));
    }
    Ok(if told.refused.is_empty() { Exit::Done } else { Exit::Refused })
}

fn in_short(found: &PersonOut) -> String {
    if found.held.is_empty() {
        return "nothing is held about this number".to_owned();
    }
    found.held.iter().map(|(table, rows)| format!("{} {table}", rows.len())).collect::<Vec<_>>().join(", ")
}

fn would(erased: &Erased) -> String {
    let campaigns: Vec<String> = erased.campaigns.iter().map(ToString::to_string).collect();
    let mut lines = vec![format!("About the number {} would go:", safe_line(&erased.number_ends))];
    lines.push(format!(
        "  name, number, fields, notes of {}{}",
        counted(erased.contacts, "contact"),
        if campaigns.is_empty() { String::new() } else { format!(" (campaigns {})", campaigns.join(", ")) }
    ));
    lines.push(format!("  the words of {}", counted(erased.texts, "text")));
    if erased.cancelled > 0 {
        lines.push(format!("  {} that wait to go out, or for a decision", counted(erased.cancelled, "text")));
    }
    if erased.in_doubt > 0 {
        lines.push(format!("  {}", in_doubt(erased)));
    }
    if erased.others > 0 {
        lines.push(format!("  {} of no campaign, or trials", counted(erased.others, "text")));
    }
    lines.push(suppression(erased));
    lines.extend(segments(erased));
    lines.push("Backups and files that were exported before are not reached.".to_owned());
    lines.join("\n")
}

/// Saved conditions that may name them.
fn segments(erased: &Erased) -> Option<String> {
    if erased.segments.is_empty() {
        return None;
    }
    let names: Vec<String> = erased.segments.iter().map(|name| format!("`{}`", safe_line(name))).collect();
    Some(format!(
        "Saved segments may name them, and are left as they are: {}. Look at them: textbank segment list; textbank segment remove NAME",
        names.join(", ")
    ))
}

fn in_doubt(erased: &Erased) -> String {
    let it = if erased.in_doubt == 1 { "it" } else { "they" };
    format!("of {} of them nobody knows whether {it} arrived", erased.in_doubt)
}

fn suppression(erased: &Erased) -> String {
    if erased.was_suppressed {
        "The number stays on the list of opt-outs, so that no list brings it back into texting.".to_owned()
    } else {
        "The number is put on the list of opt-outs, so that no list brings it back into texting.".to_owned()
    }
}

fn done(erased: &Erased) -> String {
    if erased.contacts == 0 && erased.others == 0 {
        return "Nothing else is held about this number. It stays on the list of opt-outs.".to_owned();
    }
    let copies = if erased.copies_left {
        "\nCopies in the feed go part by part, and nobody is told them any more (textbank retention show)."
    } else {
        ""
    };
    format!(
        "Erased: {}, the words of {}, {} cancelled{}. {}{copies}{}\nBackups and files that were exported before are not reached.",
        counted(erased.contacts, "contact"),
        counted(erased.texts, "text"),
        counted(erased.cancelled, "text"),
        if erased.in_doubt > 0 { format!(" ({})", in_doubt(erased)) } else { String::new() },
        suppression(erased),
        segments(erased).map(|line| format!("\n{line}")).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CampaignId;

    #[test]
    fn what_would_go_is_said_before_it_goes() {
        let erased = Erased {
            number_ends: "•• 0123".into(),
            campaigns: vec![CampaignId(1), CampaignId(4)],
            contacts: 2,
            texts: 1,
            cancelled: 2,
            in_doubt: 1,
            ..Erased::default()
        };
        let text = would(&erased);
        assert!(text.contains("2 contacts (campaigns 1, 4)"), "{text}");
        assert!(text.contains("the words of 1 text\n") && text.contains("is put on the list"), "{text}");
        assert!(!text.contains("of no campaign"), "{text}");
        assert!(text.contains("of 1 of them nobody knows whether it arrived"), "{text}");
        assert!(would(&Erased { was_suppressed: true, ..erased.clone() }).contains("stays on the list"));
        assert!(!done(&erased).contains("part by part"));
        assert!(done(&Erased { copies_left: true, ..erased.clone() }).contains("part by part"));
        let named = Erased { segments: vec!["One\u{1b}[2J man".into()], ..erased };
        for text in [would(&named), done(&named)] {
            assert!(text.contains("`One") && text.contains("segment remove") && !text.contains('\u{1b}'), "{text:?}");
        }
    }
}

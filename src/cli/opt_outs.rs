//! `opt-outs ...`: people who opted out by another way than a text.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::campaign_check::{counted, shown};
use super::export::{self, ExportCommand, FormatArg, RowArgs};
use super::list_read::ReadArgs;
use super::reach::{SignInArgs, stored, tell, timeouts, tokens};
use super::{Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::api::opt_out::{MAX_OPT_OUTS, OptOutWay, OptOuts, OptOutsTaken};
use crate::api::people::Role;
use crate::client::native::AdminClient;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;
use crate::exchange::contact_list::{self, Options};

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub enum OptOutsCommand {
    /// Put numbers on the list: they are texted no more, in any campaign, at once
    Add {
        /// The numbers
        #[arg(value_name = "NUMBER", required = true)]
        numbers: Vec<String>,
        /// How they told so
        #[arg(long, value_name = "WAY")]
        how: Way,
        /// In whose words, by whom; kept with the number
        #[arg(long, default_value = "", value_name = "TEXT")]
        note: String,
        /// The country of numbers without a country code, in two letters
        #[arg(long, value_name = "CODE", default_value = "US")]
        country: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Put every number of a list on it (CSV, TSV or a spreadsheet), all those of a row, but for rows in which a column clearly says that they
    /// may be texted (in a column of yes and nothing an empty cell says so); with rows left out it ends with 3. Where nobody is at a
    /// terminal to be asked, --yes has to say it
    Import {
        /// The list
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where the list comes from; kept with each number
        #[arg(long, value_name = "TEXT")]
        note: String,
        /// Only say how many they would be
        #[arg(long)]
        dry_run: bool,
        /// Put them on it: do not ask
        #[arg(long, conflicts_with = "dry_run")]
        yes: bool,
        /// How it is to be read.
        #[command(flatten)]
        read: ReadArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Take numbers off the list again that somebody put there by mistake, as an admin: never what a word of the voter's own did, nor what
    /// somebody pressed in a conversation; who has written is undecided then
    TakeBack {
        /// The numbers
        #[arg(value_name = "NUMBER", required_unless_present = "list")]
        numbers: Vec<String>,
        /// Every number of this list, such as one that was imported by mistake
        #[arg(long, value_name = "FILE")]
        list: Option<PathBuf>,
        /// Why it was a mistake; kept in each conversation
        #[arg(long, value_name = "TEXT")]
        note: String,
        /// Only say how many numbers they would be
        #[arg(long)]
        dry_run: bool,
        /// Take a whole list off it: do not ask
        #[arg(long, conflicts_with = "dry_run")]
        yes: bool,
        /// The country of numbers without a country code, in two letters
        #[arg(long, value_name = "CODE", default_value = "US")]
        country: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// List those who opted out, with when and how (as export opt-outs writes them): the organization's, or a campaign's
    List {
        /// Which campaign: its number, or the beginning of its title
        #[arg(long, value_name = "CAMPAIGN")]
        campaign: Option<String>,
        /// JSON, one document a line
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

/// A way, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// On the telephone
    Phone,
    /// In a letter
    Mail,
    /// By e-mail
    Email,
    /// Face to face
    InPerson,
}

impl From<Way> for OptOutWay {
    fn from(way: Way) -> Self {
        match way {
            Way::Phone => Self::Phone,
            Way::Mail => Self::Mail,
            Way::Email => Self::Email,
            Way::InPerson => Self::InPerson,
        }
    }
}

/// Runs one of them.
///
/// # Errors
/// A number that is none, a file that cannot be written, or what the server said.
pub async fn run(command: OptOutsCommand, ctx: &Context) -> Outcome {
    match command {
        OptOutsCommand::Add { numbers, how, note, country, json, who } => {
            let read = typed(&numbers, &country)?;
            let taken = hand_in(&who, ctx, read, how.into(), &note).await?;
            told(&taken, "", json)?;
        }
        OptOutsCommand::List { campaign, json, who } => {
            let rows = RowArgs {
                campaign,
                since: None,
                format: FormatArg::Csv,
                raw: false,
                out: None,
                force: false,
                json,
                who,
            };
            return export::run(ExportCommand::OptOuts(rows), ctx).await;
        }
        OptOutsCommand::TakeBack { numbers, list, note, dry_run, yes, country, json, who } => {
            let mut phones = typed(&numbers, &country)?;
            let of_a_list = list.is_some();
            if let Some(file) = list {
                let read = ReadArgs { country, ..ReadArgs::default() };
                // A list that was put there by mistake was put there as a whole.
                let Some((more, _)) = of_list(&file, &read, true, ctx)? else { return Ok(Exit::Problems) };
                phones.extend(more);
            }
            let many = phones.len() as u64;
            if dry_run {
                let would = OptOutsWould { dry_run, numbers: many, left_out: 0 };
                let words = || {
                    format!(
                        "{} would be looked at, and taken off the list of opt-outs but for those who asked for it.",
                        counted(many, "number")
                    )
                };
                (if json { out_json(&would) } else { out(words()) })?;
                return Ok(Exit::Done);
            }
            let question = format!(
                "{} of this list may be texted again, in every campaign. Were they all put on the list of opt-outs by mistake? (yes or no) ",
                counted(many, "number")
            );
            if of_a_list && !yes && !may(many, "would be texted again", &question)? {
                tell("Nothing was taken off.");
                return Ok(Exit::Refused);
            }
            let taken = hand_in(&who, ctx, phones, OptOutWay::TakenBack, &note).await?;
            if json {
                out_json(&TakenBack { taken: &taken, taken_off: taken.numbers.saturating_sub(taken.already) })?
            } else {
                out(back_in_words(&taken))?
            }
            // Nothing was taken off: most likely a slip in the numbers.
            let slip = taken.numbers > 0 && taken.already == taken.numbers;
            return Ok(if taken.stay > 0 || slip { Exit::Problems } else { Exit::Done });
        }
        OptOutsCommand::Import { file, note, dry_run, yes, read, json, who } => {
            let Some((numbers, left_out)) = of_list(&file, &read, false, ctx)? else { return Ok(Exit::Problems) };
            let many = numbers.len() as u64;
            if dry_run {
                let would = OptOutsWould { dry_run, numbers: many, left_out };
                let words = || {
                    format!("{} would be texted no more, in any campaign.{}", counted(many, "number"), left(left_out))
                };
                (if json { out_json(&would) } else { out(words()) })?;
                return Ok(imported(left_out));
            }
            let question = format!(
                "{} of this list will be texted no more, in any campaign. Is it the list of those who opted out? (yes or no) ",
                counted(many, "number")
            );
            if !yes && !may(many, "would be texted no more", &question)? {
                tell("Nothing was handed in.");
                return Ok(Exit::Refused);
            }
            let taken = hand_in(&who, ctx, numbers, OptOutWay::List, &note).await?;
            if json {
                out_json(&Imported { taken: &taken, left_out })?;
            } else {
                told(&taken, &left(left_out), json)?;
            }
            return Ok(imported(left_out));
        }
    }
    Ok(Exit::Done)
}

/// All or nothing: whoever types ten shall not wonder which of them counted.
fn typed(numbers: &[String], country: &str) -> anyhow::Result<Vec<Phone>> {
    let country = country.to_ascii_uppercase();
    let read = |number: &String| {
        Phone::parse(number, &country)
            .map_err(|problem| Misuse(format!("{}: {problem}. {}", safe_line(number), problem.remedy())).into())
    };
    numbers.iter().map(read).collect()
}

/// The numbers of a list of opt-outs, and how many rows were left out; what is wrong is told. None when it cannot be used.
fn of_list(file: &Path, read: &ReadArgs, every_row: bool, ctx: &Context) -> anyhow::Result<Option<(Vec<Phone>, u64)>> {
    let options = Options { numbers_only: true, every_row, ..read.options(ctx.clock.now())? };
    let list = match contact_list::load_with(file, &options) {
        Ok(list) => list,
        Err(problems) => {
            shown(&problems, 0, "`textbank list check --json` lists all").iter().for_each(tell);
            tell("Nothing was handed in.");
            return Ok(None);
        }
    };
    shown(&list.problems, list.more_problems, "`textbank list check --json` lists all").iter().for_each(tell);
    // Whoever opted out is texted at none of their numbers.
    let mut seen = std::collections::HashSet::new();
    let numbers = list.contacts.into_iter().map(|contact| contact.phone).chain(list.more_numbers);
    Ok(Some((numbers.filter(|phone| seen.insert(phone.clone())).collect(), list.rejected)))
}

/// Whoever is not on the list may be texted: rows that were left out are to be looked at.
const fn imported(left_out: u64) -> Exit {
    if left_out > 0 { Exit::Problems } else { Exit::Done }
}

/// What was not handed in.
fn left(left_out: u64) -> String {
    if left_out == 0 {
        return String::new();
    }
    format!(" {} left out (named above): they are NOT on the list.", counted(left_out, "row"))
}

#[derive(Debug, Serialize)]
struct Imported<'a> {
    #[serde(flatten)]
    taken: &'a OptOutsTaken,
    /// Rows of the list that are not on it.
    left_out: u64,
}

/// `numbers`: all that nobody keeps on the list; `already`: those of them who were never on it.
#[derive(Debug, Serialize)]
struct TakenBack<'a> {
    #[serde(flatten)]
    taken: &'a OptOutsTaken,
    /// How many were on the list, and are not any more.
    taken_off: u64,
}

#[derive(Debug, Serialize)]
struct OptOutsWould {
    dry_run: bool,
    numbers: u64,
    left_out: u64,
}

/// Asks the person at the terminal: the wrong file would silence everybody on it. A script says what it wants.
fn may(many: u64, what: &str, question: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        let what = format!(
            "nothing was done: {} {what}, and nobody is at a terminal to be asked. --yes does it, --dry-run says how many they are",
            counted(many, "number")
        );
        return Err(Misuse(what).into());
    }
    let answer = ask(question)?;
    Ok(matches!(answer.unwrap_or_default().trim().to_lowercase().as_str(), "yes" | "y" | "sí" | "si"))
}

/// What became of numbers that were to be texted again.
fn back_in_words(taken: &OptOutsTaken) -> String {
    let (off, never) = (taken.numbers.saturating_sub(taken.already), taken.already);
    let mut text = format!("{}: not on the list of opt-outs any more.", counted(off, "number"));
    if never > 0 {
        let was = if never == 1 { "was never on it: is it" } else { "were never on it: are they" };
        text.push_str(&format!(" {} {was} written rightly?", counted(never, "number")));
    }
    if off > 0 {
        text.push_str(" Whoever of them has written to you waits for somebody to decide whether that was an opt-out.");
    }
    if taken.stay > 0 {
        text.push_str(&format!(
            "\n{} on it: they asked for it (a word of their own, or pressed in a conversation), or were erased. Nobody takes that back; START \
             from their own telephone does, but for whoever was erased.",
            if taken.stay == 1 { "1 number stays".to_owned() } else { format!("{} numbers stay", taken.stay) }
        ));
    }
    text
}

/// What became of them; `left`: what was not handed in.
fn told(taken: &OptOutsTaken, left: &str, json: bool) -> anyhow::Result<()> {
    if json {
        return out_json(taken);
    }
    let already = match taken.already {
        0 => String::new(),
        all if all == taken.numbers => " It was so before: nothing was changed.".to_owned(),
        some => format!(" {some} of them were on the list before."),
    };
    out(format!("{}: texted no more, in any campaign.{already}{left}", counted(taken.numbers, "number")))
}

/// Hands numbers in, as a captain at least (who takes them back is an admin); says how many.
async fn hand_in(
    who: &SignInArgs,
    ctx: &Context,
    numbers: Vec<Phone>,
    how: OptOutWay,
    note: &str,
) -> anyhow::Result<OptOutsTaken> {
    let role = if how == OptOutWay::TakenBack { Role::Admin } else { Role::Captain };
    let sign_in = stored(who, role, ctx).await?;
    super::second_factor::settle(&super::reach::client(&sign_in, ctx)?, ctx).await?;
    let client = AdminClient::new(&sign_in.server, &sign_in.token, timeouts(ctx))?.with_tokens(tokens(&sign_in, ctx));
    let mut taken = OptOutsTaken { numbers: 0, already: 0, stay: 0 };
    for some in numbers.chunks(MAX_OPT_OUTS) {
        let request = OptOuts { numbers: some.to_vec(), how, note: note.to_owned() };
        let told = client.add_opt_outs(&request).await;
        let told = told.with_context(|| {
            let done = if how == OptOutWay::TakenBack { "off the list" } else { "on the list" };
            format!("{} numbers are {done}, the rest is not; the same command again is safe", taken.numbers)
        })?;
        taken.numbers += told.numbers;
        taken.already += told.already;
        taken.stay += told.stay;
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_not_on_the_list_are_told() {
        let taken = OptOutsTaken { numbers: 3, already: 1, stay: 0 };
        let json = serde_json::to_string(&Imported { taken: &taken, left_out: 2 }).expect("json");
        assert_eq!(json, r#"{"numbers":3,"already":1,"left_out":2}"#);
        assert_eq!((imported(2), imported(0)), (Exit::Problems, Exit::Done));
        assert_eq!(left(2), " 2 rows left out (named above): they are NOT on the list.");
        assert_eq!(left(0), "");
    }
}

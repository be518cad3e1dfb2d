//! `opt-outs ...`: people who opted out by another way than a text.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};

use super::campaign_check::{counted, shown};
use super::export::{self, ExportCommand, FormatArg, RowArgs};
use super::list_read::ReadArgs;
use super::reach::{SignInArgs, stored, tell, timeouts, tokens};
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::opt_out::{MAX_OPT_OUTS, OptOutWay, OptOuts, OptOutsTaken};
use crate::api::people::Role;
use crate::client::native::AdminClient;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;
use crate::exchange::contact_list::{self, Options};

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub enum OptOutsCommand {
    /// Put numbers on the list: they are texted no more, in no campaign, at once
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
    /// Put every number of a list on it (CSV, TSV or a spreadsheet)
    Import {
        /// The list
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where the list comes from; kept with each number
        #[arg(long, value_name = "TEXT")]
        note: String,
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
            let mut read = Vec::with_capacity(numbers.len());
            for number in &numbers {
                // All or nothing: whoever types ten shall not wonder which of them counted.
                let phone = Phone::parse(number, &country.to_ascii_uppercase())
                    .map_err(|problem| Misuse(format!("{}: {problem}. {}", safe_line(number), problem.remedy())))?;
                read.push(phone);
            }
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
        OptOutsCommand::Import { file, note, read, json, who } => {
            let list = match contact_list::load_with(&file, &Options { numbers_only: true, ..read.options()? }) {
                Ok(list) => list,
                Err(problems) => {
                    shown(&problems, 0, "`textbank list check --json` lists all").iter().for_each(tell);
                    tell("Nothing was handed in.");
                    return Ok(Exit::Problems);
                }
            };
            shown(&list.problems, list.more_problems, "`textbank list check --json` lists all").iter().for_each(tell);
            let numbers = list.contacts.into_iter().map(|contact| contact.phone).collect();
            let taken = hand_in(&who, ctx, numbers, OptOutWay::List, &note).await?;
            let left = if list.rejected > 0 {
                format!(" {} could not be read (named above).", counted(list.rejected, "row"))
            } else {
                String::new()
            };
            told(&taken, &left, json)?;
        }
    }
    Ok(Exit::Done)
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
    out(format!("{}: texted no more, in no campaign.{already}{left}", counted(taken.numbers, "number")))
}

/// Hands numbers in, as a captain at least; says how many.
async fn hand_in(
    who: &SignInArgs,
    ctx: &Context,
    numbers: Vec<Phone>,
    how: OptOutWay,
    note: &str,
) -> anyhow::Result<OptOutsTaken> {
    let sign_in = stored(who, Role::Captain, ctx).await?;
    super::second_factor::settle(&super::reach::client(&sign_in, ctx)?, ctx).await?;
    let client = AdminClient::new(&sign_in.server, &sign_in.token, timeouts(ctx))?.with_tokens(tokens(&sign_in, ctx));
    let mut taken = OptOutsTaken { numbers: 0, already: 0 };
    for some in numbers.chunks(MAX_OPT_OUTS) {
        let request = OptOuts { numbers: some.to_vec(), how, note: note.to_owned() };
        let told = client.add_opt_outs(&request).await;
        let told = told.with_context(|| {
            format!("{} numbers are on the list, the rest is not; the same command again is safe", taken.numbers)
        })?;
        taken.numbers += told.numbers;
        taken.already += told.already;
    }
    Ok(taken)
}

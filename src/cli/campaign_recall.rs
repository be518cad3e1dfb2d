//! `campaign recall`: takes back what must not be said any more. `campaign correct`: puts it right with those who got it.

use std::path::PathBuf;

use anyhow::Context as _;

use super::campaign_check::{counted, sound};
use super::reach::{SignInArgs, admin};
use super::shift::{ShiftArgs, reach_native};
use super::{Advice, Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::api::recall::{CorrectionRequest, RecallInfo, RecallReport, RecallRequest};
use crate::domain::ids::CampaignId;
use crate::domain::recall::Recalled;
use crate::domain::safe_text::safe_line;

/// Arguments of `campaign recall`.
#[derive(Debug, clap::Args)]
pub struct RecallArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// A version of the script: all of it, or what --wording, --canned or --answer names as it stood in it (without: the one in force)
    #[arg(id = "script_version", long = "version", value_name = "V", value_parser = clap::value_parser!(u32).range(1..))]
    pub version: Option<u32>,
    /// One wording of the first text, by its name
    #[arg(long, value_name = "NAME", group = "what")]
    pub wording: Option<String>,
    /// A canned reply, by its id
    #[arg(long, value_name = "ID", group = "what")]
    pub canned: Option<String>,
    /// The line that follows an answer
    #[arg(long, value_name = "QUESTION=VALUE", group = "what")]
    pub answer: Option<String>,
    /// A contact field's value, as in --field polling_place="12 Wrong St"
    #[arg(long, value_name = "NAME=VALUE", group = "what", conflicts_with = "script_version")]
    pub field: Option<String>,
    /// Print how many got it, wait for it and would get it, and recall nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Why; it stands in the audit and is shown to texters
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// List the campaign's recalls
    #[arg(long, conflicts_with_all = ["what", "script_version", "dry_run", "lift"])]
    pub list: bool,
    /// Lift a recall that was a mistake; what it dropped stays dropped
    #[arg(long, value_name = "RECALL", conflicts_with_all = ["what", "script_version", "dry_run"])]
    pub lift: Option<i64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const NOTHING: Advice = Advice {
    what: "nothing was recalled",
    on: &[(Code::NotFound, "see which campaigns there are: textbank campaign list")],
};

/// Recalls, lists or lifts.
///
/// # Errors
/// What the server said.
pub async fn run(args: RecallArgs, ctx: &Context) -> Outcome {
    let what = if args.list || args.lift.is_some() { None } else { Some(meant(&args)?) };
    let shift = ShiftArgs { campaign: Some(args.campaign), sign_in: args.who };
    let (_, server, campaign) = reach_native(&shift, Role::Captain, ctx).await?;
    let Some(what) = what else {
        if let Some(recall) = args.lift {
            server.lift_recall(campaign, recall).await.context("the recall stays as it is")?;
            out(format!("Recall {recall} is lifted. What it dropped stays dropped."))?;
            return Ok(Exit::Done);
        }
        let recalls = server.recalls(campaign).await.context("no list")?;
        if args.json {
            out_json(&recalls)?
        } else {
            out(table(&recalls))?
        }
        return Ok(Exit::Done);
    };
    let request = RecallRequest { what, reason: args.reason };
    let report = server.recall(campaign, &request, args.dry_run).await.context(NOTHING)?;
    if args.json {
        out_json(&report)?
    } else {
        out(in_words(&report, &ctx.program))?
    }
    Ok(Exit::Done)
}

fn meant(args: &RecallArgs) -> anyhow::Result<Recalled> {
    let version = args.version.unwrap_or(0);
    let pair = |text: &str, how: &str| match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(Misuse(format!("`{text}` names nothing: write {how}"))),
    };
    Ok(if let Some(name) = &args.wording {
        Recalled::Wording { name: name.clone(), version }
    } else if let Some(id) = &args.canned {
        Recalled::Canned { id: id.clone(), version }
    } else if let Some(answer) = &args.answer {
        let (question, value) = pair(answer, "--answer QUESTION=VALUE")?;
        Recalled::Answer { question, value, version }
    } else if let Some(field) = &args.field {
        let (name, value) = pair(field, "--field NAME=VALUE")?;
        Recalled::Field { name, value }
    } else if version > 0 {
        Recalled::Script { version }
    } else {
        let how = "say what is to be taken back: --version V, --wording NAME, --canned ID, --answer QUESTION=VALUE or --field NAME=VALUE";
        return Err(Misuse(how.into()).into());
    })
}

fn name(what: &Recalled) -> String {
    safe_line(&match what {
        Recalled::Script { version } => format!("version {version} of the script"),
        Recalled::Wording { name, version } => format!("the wording `{name}` of version {version}"),
        Recalled::Canned { id, version } => format!("the canned reply `{id}` of version {version}"),
        Recalled::Answer { question, value, version } => {
            format!("the line after `{question}` = `{value}` of version {version}")
        }
        Recalled::Field { name, value } => format!("`{value}` as {name}"),
    })
}

fn in_words(report: &RecallReport, program: &str) -> String {
    let campaign = report.campaign;
    let mut lines = Vec::new();
    match report.recall {
        Some(recall) => lines.push(format!(
            "Recall {recall}: {} is taken back in campaign {campaign}. From now on nothing that carries it leaves.",
            name(&report.what)
        )),
        None => lines.push(format!(
            "Nothing was recalled. Taking back {} in campaign {campaign} would reach:",
            name(&report.what)
        )),
    }
    if !matches!(report.what, Recalled::Script { .. } | Recalled::Field { .. }) {
        let versions: Vec<String> = report.versions.iter().map(u32::to_string).collect();
        lines.push(format!("  it stands in these words in version {}", versions.join(", ")));
    }
    lines.push(format!(
        "  {:>7}  got it: {} confirmed by their phones, {} in doubt",
        report.got, report.delivered, report.in_doubt
    ));
    match report.recall {
        Some(_) => lines.push(format!(
            "  {:>7}  waited for the carrier and came back to their texters{}",
            report.dropped,
            if report.waiting > 0 { format!(" ({} wait still)", report.waiting) } else { String::new() }
        )),
        None => {
            lines.push(format!("  {:>7}  wait for the carrier: they would come back to their texters", report.waiting))
        }
    }
    lines.push(format!(
        "  {:>7}  had no text yet and {}",
        report.to_get,
        if report.recall.is_some() {
            "would have got it: their cards are shut until the script or the list is put right"
        } else {
            "would get it"
        }
    ));
    if let Some(recall) = report.recall {
        lines.push(format!("Next: {program} campaign update {campaign} --campaign FILE puts the script right"));
        if report.got > 0 {
            lines.push(format!(
                "      {program} campaign correct {campaign} --recall {recall} --campaign FILE writes to those who got it"
            ));
        }
    }
    lines.join("\n")
}

fn table(recalls: &[RecallInfo]) -> String {
    if recalls.is_empty() {
        return "Nothing of this campaign was recalled.".to_owned();
    }
    let mut text = format!("{:>6}  {:<17}{:<12}{:<8}What\n", "Recall", "At (UTC)", "By", "Dropped");
    for one in recalls {
        let lifted = if one.lifted_at.is_some() { " (lifted)" } else { "" };
        let reason = if one.reason.is_empty() { String::new() } else { format!(": {}", safe_line(&one.reason)) };
        text.push_str(&format!(
            "{:>6}  {:<17}{:<12}{:<8}{}{lifted}{reason}\n",
            one.recall.id,
            one.at.strftime("%Y-%m-%d %H:%M").to_string(),
            safe_line(&one.by),
            one.dropped,
            name(&one.recall.what),
        ));
    }
    text
}

/// Arguments of `campaign correct`.
#[derive(Debug, clap::Args)]
pub struct CorrectArgs {
    /// The campaign in which something was recalled: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub number: String,
    /// Which recall (`campaign recall CAMPAIGN --list`)
    #[arg(long, value_name = "RECALL")]
    pub recall: i64,
    /// The file of the campaign that puts it right (TOML)
    #[arg(long, value_name = "FILE")]
    pub campaign: PathBuf,
    /// Nobody gets contacts of it before it is resumed
    #[arg(long)]
    pub paused: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Makes the campaign.
///
/// # Errors
/// What the server said. Problems of the file are printed, all at once, and nothing is handed in.
pub async fn correct(args: CorrectArgs, ctx: &Context) -> Outcome {
    let Some(def) = sound(&args.campaign, "Nothing was made") else { return Ok(Exit::Problems) };
    let shift = ShiftArgs { campaign: Some(args.number), sign_in: args.who.clone() };
    let (_, _, campaign) = reach_native(&shift, Role::Admin, ctx).await?;
    let (_, client) = admin(&args.who, ctx).await?;
    let request = CorrectionRequest { campaign, recall: args.recall, def, paused: args.paused };
    let advice = Advice {
        what: "no campaign was made",
        on: &[(Code::NotFound, "see what was recalled: textbank campaign recall CAMPAIGN --list")],
    };
    let made = client.correct(id_of(campaign, &request)?, &request).await.context(advice)?;
    if args.json {
        out_json(&made)?;
        return Ok(Exit::Done);
    }
    let number = made.campaign;
    let mut lines = vec![format!(
        "Campaign {number} ({}) goes to exactly those who got what recall {} took back: {}.",
        safe_line(&request.def.title),
        args.recall,
        counted(made.contacts, "contact")
    )];
    if made.opted_out + made.wrong_number + made.removed > 0 {
        lines.push(format!(
            "Left out: {} opted out or undecided, {} with a wrong number, {} taken off the list.",
            made.opted_out, made.wrong_number, made.removed
        ));
    }
    lines.push(if made.paused {
        format!("It is paused. To let texters begin: {} campaign resume {number}", ctx.program)
    } else {
        format!("Texters can draw from it now, within texting hours: {} text --campaign {number}", ctx.program)
    });
    out(lines.join("\n"))?;
    Ok(Exit::Done)
}

/// The same correction is the same campaign, however often it is asked for.
fn id_of(campaign: CampaignId, request: &CorrectionRequest) -> anyhow::Result<uuid::Uuid> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("correction of {campaign}:").as_bytes());
    hasher.update(&serde_json::to_vec(&(request.recall, &request.def))?);
    let mut bytes = [0u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Ok(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(recall: Option<i64>) -> RecallReport {
        RecallReport {
            campaign: CampaignId(3),
            recall,
            what: Recalled::Canned { id: "wh\u{1b}ere".into(), version: 2 },
            reason: String::new(),
            versions: vec![1, 2],
            texts: vec![],
            got: 12,
            delivered: 9,
            in_doubt: 1,
            waiting: 4,
            dropped: 0,
            to_get: 30,
        }
    }

    #[test]
    fn a_dry_run_says_so_and_reaches_no_terminal() {
        let text = in_words(&report(None), "textbank");
        assert!(text.starts_with("Nothing was recalled.") && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("12  got it: 9 confirmed") && text.contains("4  wait for the carrier"), "{text}");
        let text = in_words(&RecallReport { waiting: 0, dropped: 4, ..report(Some(7)) }, "textbank");
        assert!(text.starts_with("Recall 7:") && text.contains("campaign correct 3 --recall 7"), "{text}");
    }
}

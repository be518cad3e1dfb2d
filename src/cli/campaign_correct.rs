//! `campaign correct`: puts right what was recalled, with those who got it.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::campaign_check::{counted, sound_at};
use super::campaign_follow_up::whole;
use super::campaign_recall::{minute, name, none_such};
use super::reach::{SignInArgs, admin, tell};
use super::recall_notes::{Becomes, carried, held_everywhere};
use super::segment::reasons;
use super::shift::reach_named;
use super::{Advice, Context, Exit, Misuse, Outcome, ask, forget_typed, out, out_json};
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::api::recall::{CorrectionRequest, RecallInfo, RecallRequest};
use crate::api::segments::FollowUp;
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::CampaignId;
use crate::domain::recall::{Recall, repeated_in};
use crate::domain::safe_text::safe_line;

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
    /// Print how many it would go to, and make nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Make it without being asked, as a script has to
    #[arg(long)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const UNMADE: Advice = Advice {
    what: "no campaign was made",
    on: &[(Code::NotFound, "see what was recalled: textbank campaign recall CAMPAIGN --list")],
};

/// Makes the campaign, when whoever asks for it has said yes to how many it goes to.
///
/// # Errors
/// What the server said. Problems of the file are printed, all at once, and nothing is handed in.
pub async fn run(args: CorrectArgs, ctx: &Context) -> Outcome {
    let now = super::reach::campaign_now(&args.who, ctx).await;
    let Some(def) = sound_at(&args.campaign, "Nothing was made", Some(now)) else {
        return Ok(Exit::Problems);
    };
    if !args.dry_run && !args.yes && !std::io::stdin().is_terminal() {
        return Err(Misuse(
            "a correction makes a campaign of many people: say --yes, or look at it first with --dry-run".to_owned(),
        )
        .into());
    }
    let (_, server, campaign) = reach_named(&args.number, &args.who, Role::Admin, ctx).await?;
    let recalls = server.recalls(campaign).await.context(UNMADE)?;
    let Some(known) = recalls.iter().find(|one| one.recall.id == args.recall) else {
        return Err(none_such("--recall", args.recall, &recalls).into());
    };
    if let Some(at) = known.lifted_at {
        tell(format!(
            "No campaign was made: recall {} was lifted at {} UTC, so what it took back is good again. If it is wrong after all, take it \
             back anew and correct that recall.",
            args.recall,
            minute(at)
        ));
        return Ok(Exit::Refused);
    }
    let in_force: Vec<Recall> =
        recalls.iter().filter(|one| one.lifted_at.is_none()).map(|one| one.recall.clone()).collect();
    if let Some(recall) = repeated_in(&def, &in_force).first() {
        let texts = in_force.iter().find(|one| one.id == *recall).map(|one| one.texts.as_slice()).unwrap_or_default();
        let words = def.texts().find(|text| texts.iter().any(|one| one == text));
        let words = words.map(|text| format!(" (\"{}\")", safe_line(text))).unwrap_or_default();
        tell(format!(
            "{}: what recall {recall} took back stands in it in the same words{words}. No campaign was made: write it anew first.",
            args.campaign.display()
        ));
        return Ok(Exit::Problems);
    }
    let (sign_in, client) = admin(&args.who, ctx).await?;
    let before = client.campaign(campaign).await.context(UNMADE)?;
    let shared: Vec<_> = before.def.canned.into_iter().filter(|reply| reply.shared).collect();
    let found = carried(&def, &shared, &recalls, Becomes::Correction(args.recall));
    if !found.shut.is_empty() {
        for line in &found.shut {
            tell(format!("error: {}: {line}", args.campaign.display()));
        }
        tell("No campaign was made.");
        return Ok(Exit::Problems);
    }
    let what = RecallRequest { what: known.recall.what.clone(), reason: String::new(), everywhere: false };
    let reach = server.recall(campaign, &what, true).await.context(UNMADE)?;
    let (got, wordless) = (reach.got, reach.wordless);
    if args.dry_run {
        if args.json {
            let notes = &found.notes;
            out_json(&Would {
                dry_run: true,
                campaign,
                recall: args.recall,
                got,
                wordless,
                paused: args.paused,
                notes,
            })?;
        } else {
            out(would(&def, known, (got, wordless)))?;
            found.notes.iter().for_each(tell);
        }
        return Ok(Exit::Done);
    }
    if !args.yes {
        tell(would(&def, known, (got, wordless)));
        found.notes.iter().for_each(tell);
        forget_typed();
        let question = if args.paused { "Make it, paused? [y/N] " } else { "Make it, and let texters begin? [y/N] " };
        let answer = ask(question).context("no answer")?;
        if !matches!(answer.as_deref().map(str::trim), Some("y" | "Y" | "yes")) {
            tell("Nothing was made.");
            return Ok(Exit::Done);
        }
    }
    let request = CorrectionRequest { campaign, recall: args.recall, def, paused: args.paused };
    let id = id_of(campaign, &request)?;
    let made = tokio::select! {
        made = whole(UNMADE, ctx, || client.correct(id, &request)) => made?,
        _ = tokio::signal::ctrl_c() => {
            tell("\nstopped; run the same command again and it goes on where it stopped");
            return Ok(Exit::Failed);
        }
    };
    if args.json {
        out_json(&made)?;
    } else {
        out(in_words(&made, &request, &ctx.program))?;
        if args.yes {
            found.notes.iter().for_each(tell);
        }
    }
    if !made.made_before {
        held_everywhere(&super::reach::client(&sign_in, ctx)?, made.campaign, &request.def, &ctx.program).await;
    }
    Ok(Exit::Done)
}

fn in_words(made: &FollowUp, request: &CorrectionRequest, program: &str) -> String {
    let number = made.campaign;
    if made.made_before {
        let begins = if made.awaits_approval {
            format!(" It waits for another admin's yes: {program} campaign approve {number}")
        } else if made.paused {
            format!(" It is paused: {program} campaign resume {number}")
        } else {
            String::new()
        };
        return format!(
            "Campaign {number} ({}) was made by this very command before, with {}: nothing was done now.{begins}",
            safe_line(&request.def.title),
            counted(made.contacts, "contact")
        );
    }
    let mut lines = vec![format!(
        "Campaign {number} ({}) goes to exactly those who got what recall {} took back: {}.",
        safe_line(&request.def.title),
        request.recall,
        counted(made.contacts, "contact")
    )];
    lines.extend(reasons(&made.left_out));
    lines.push(if made.awaits_approval {
        format!(
            "It does not begin before another admin has looked at it and approved it, within three days: {program} campaign approve {number}"
        )
    } else if made.paused {
        format!("It is paused. To let texters begin: {program} campaign resume {number}")
    } else {
        format!("Texters can draw from it now, within texting hours: {program} text --campaign {number}")
    });
    lines.join("\n")
}

/// What a look before says.
#[derive(Serialize)]
struct Would<'a> {
    dry_run: bool,
    campaign: CampaignId,
    recall: i64,
    /// People who got what was recalled, or may have.
    got: u64,
    /// Texts whose words are gone: whether they carried it nobody can tell.
    wordless: u64,
    paused: bool,
    /// Which of its texts say what was taken back, and what becomes of them.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

fn would(def: &CampaignDef, known: &RecallInfo, (got, wordless): (u64, u64)) -> String {
    let mut lines = vec![format!(
        "A new campaign ({}) would go to those who got what recall {} took back ({}): {} at most, without those who may not be \
         texted any more.",
        safe_line(&def.title),
        known.recall.id,
        name(&known.recall.what),
        counted(got, "contact")
    )];
    if wordless > 0 {
        lines.push(format!(
            "{} of this campaign could not be looked at, as their words were removed: whoever got it by one of them is not reached.",
            counted(wordless, "older text")
        ));
    }
    lines.extend(def.initial.iter().map(|one| format!("  {}: {}", safe_line(&one.name), safe_line(&one.text))));
    lines.join("\n")
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

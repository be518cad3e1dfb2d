//! `campaign follow-up`: a campaign made of a segment of another one's contacts.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;
use uuid::Uuid;

use super::campaign_check::{counted, sound_at};
use super::campaign_update::{lacking, lacking_in, tell_lacks};
use super::export::columns;
use super::patience::patiently;
use super::reach::{SignInArgs, tell};
use super::recall_notes::{Becomes, carried, held_everywhere};
use super::segment::{Condition, WhereArgs, counted_in, held_against, reasons};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::api::campaign::CampaignTodo;
use crate::api::problem::Code;
use crate::api::segments::{FollowUp, FollowUpRequest, LeftOut, SegmentCount};
use crate::client::{Call, CampaignServer as _};
use crate::domain::ids::CampaignId;
use crate::domain::purpose::Jurisdiction;
use crate::domain::recall::repeated_in;
use crate::domain::safe_text::safe_line;

/// Arguments of `campaign follow-up`.
#[derive(Debug, Clone, clap::Args)]
pub struct FollowUpArgs {
    /// Whose contacts: the campaign's number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// The file of the new campaign (TOML)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Which of them.
    #[command(flatten)]
    pub of: WhereArgs,
    /// Leave out whom any campaign has texted within so many days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub not_texted_within: Option<u32>,
    /// Offer everybody first to the texter who wrote to them last, as long as that one is signed in
    #[arg(long)]
    pub keep_texter: bool,
    /// For how long, from when it is made; then anybody gets them
    #[arg(long, value_name = "HOURS", default_value_t = 24, requires = "keep_texter",
          value_parser = clap::value_parser!(u32).range(1..=720))]
    pub keep_hours: u32,
    /// Nobody gets contacts of it before it is resumed
    #[arg(long)]
    pub paused: bool,
    /// Make nothing: say how many it would go to, and who is left out
    #[arg(long)]
    pub dry_run: bool,
    /// Make it without asking
    #[arg(long)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const NOTHING: Advice = Advice {
    what: "no campaign was made",
    on: &[(
        Code::NotFound,
        "see which campaigns and segments there are: textbank campaign list, textbank segment list",
    )],
};

const GOES_ON: &str = "the campaign is not finished; run the same command again and it goes on where it stopped";

#[derive(Serialize)]
struct Would {
    dry_run: bool,
    campaign: CampaignId,
    /// Of whom the condition holds.
    matching: u64,
    /// Who would be in the new campaign.
    contacts: u64,
    left_out: LeftOut,
}

/// Makes it.
///
/// # Errors
/// What the server said. Problems of the file are printed, all at once, and nothing is handed in.
pub async fn run(args: FollowUpArgs, ctx: &Context) -> Outcome {
    let now = super::reach::campaign_now(&args.who, ctx).await;
    let Some(def) = sound_at(&args.file, "Nothing was made", Some(now)) else { return Ok(Exit::Problems) };
    if args.of.condition.is_none() && args.of.segment.is_none() {
        let how = "say which contacts: --where CONDITION, or --segment NAME (everybody: --where \"phone != ''\")";
        return Err(Misuse(how.into()).into());
    }
    let (sign_in, client, campaign) = reach_admin(&args.campaign, &args.who, ctx).await?;
    let Some(condition) = args.of.meant(&client, ctx).await? else { return Ok(Exit::Usage) };
    let before = client.campaign(campaign).await.context(NOTHING)?;
    let columns = columns(&client, campaign, ctx).await?;
    // What the server would refuse is no use counting.
    if before.def.jurisdiction != def.jurisdiction {
        tell(format!(
            "error: {}: `jurisdiction` is that of the campaign whose contacts these are: write `jurisdiction = \"{}\"` under `[campaign]`.",
            args.file.display(),
            Jurisdiction::ALL.iter().find(|(_, one)| *one == before.def.jurisdiction).map_or("us", |(word, _)| word)
        ));
        tell("Nothing was made: mend the errors first.");
        return Ok(Exit::Problems);
    }
    if let Some(recall) = repeated_in(&def, &before.recalled).first() {
        tell(format!(
            "{}: what recall {recall} of campaign {campaign} took back stands in it in the same words. Nothing was made: write it anew first.",
            args.file.display()
        ));
        return Ok(Exit::Problems);
    }
    let recalls = client.recalls(campaign).await.context(NOTHING)?;
    let shared: Vec<_> = before.def.canned.iter().filter(|reply| reply.shared).cloned().collect();
    let found = carried(&def, &shared, &recalls, Becomes::FollowUp);
    if !found.shut.is_empty() {
        for line in &found.shut {
            tell(format!("error: {}: {line}", args.file.display()));
        }
        tell("Nothing was made: mend the errors first.");
        return Ok(Exit::Problems);
    }
    found.notes.iter().for_each(tell);
    held_against(&condition.filter, (&before.def, &columns.columns), &client).await?;
    let count = counted_in(&client, campaign, &condition, args.not_texted_within, ctx).await?;
    // Counted over those whom it goes to: what the others lack stops nobody.
    let people = (count.contacts.saturating_sub(count.left_out.sum()), args.not_texted_within);
    let of = (&client, campaign, &condition);
    let (lacks, theirs) = lacking_in(lacking(&def, &columns), &columns, of, people, ctx).await?;
    if tell_lacks(&lacks, &theirs, (&client, campaign, Some(&condition.filter)), ctx).await? {
        tell("Nothing was made: mend the errors first.");
        return Ok(Exit::Problems);
    }
    let request = FollowUpRequest {
        campaign,
        expression: args.of.condition.as_ref().map(|condition| condition.text.clone()),
        segment: args.of.segment.clone(),
        def,
        not_texted_within_days: args.not_texted_within,
        keep_texter_hours: args.keep_texter.then_some(args.keep_hours),
        paused: args.paused,
    };
    let id = id_of(&request)?;
    if request.def.frequency_days > 0 {
        let days = request.def.frequency_days;
        let within = counted_in(&client, campaign, &condition, Some(days), ctx).await?.left_out.texted_lately;
        let held = within.saturating_sub(count.left_out.texted_lately);
        if held > 0 {
            tell(format!(
                "{} of them {} texted by a campaign within {}: the frequency cap of this file holds them back until that is over.",
                held,
                if held == 1 { "was" } else { "were" },
                counted(days.into(), "day")
            ));
        }
    }
    let contacts = count.contacts.saturating_sub(count.left_out.sum());
    let server = super::reach::client(&sign_in, ctx)?;
    if let Some(namesake) = namesake(&server.campaigns().await.context(NOTHING)?, &request.def.title) {
        tell(format!(
            "Campaign {namesake} has the title {} too. This one is another, unless it was made by this very command: another title in \
             {} tells them apart.",
            safe_line(&request.def.title),
            args.file.display()
        ));
    }
    if args.dry_run {
        if args.json {
            let (matching, left_out) = (count.contacts, count.left_out);
            out_json(&Would { dry_run: true, campaign, matching, contacts, left_out })?;
        } else {
            out(would(campaign, &condition, &count, contacts))?;
        }
        return Ok(Exit::Done);
    }
    if contacts == 0 {
        tell(would(campaign, &condition, &count, contacts));
        tell("Nobody is left to text: no campaign was made.");
        return Ok(Exit::Problems);
    }
    if !args.yes {
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return Err(Misuse("nobody can be asked here: say --yes, or look first with --dry-run".into()).into());
        }
        tell(would(campaign, &condition, &count, contacts));
        let answer = ask("Make this campaign? yes or no: ")?.unwrap_or_default().to_lowercase();
        if !["yes", "y", "sí", "si"].contains(&answer.as_str()) {
            out("No campaign was made.")?;
            return Ok(Exit::Done);
        }
    }
    let made = tokio::select! {
        made = whole(NOTHING, ctx, || client.follow_up(id, &request)) => made?,
        _ = tokio::signal::ctrl_c() => {
            tell("\nstopped; run the same command again and it goes on where it stopped");
            return Ok(Exit::Failed);
        }
    };
    if args.json {
        out_json(&made)?;
    } else {
        out(in_words(&made, &request, &ctx.program))?;
    }
    if !made.made_before {
        held_everywhere(&super::reach::client(&sign_in, ctx)?, made.campaign, &request.def, &ctx.program).await;
    }
    Ok(Exit::Done)
}

/// The campaign that is called so already.
fn namesake(there: &[CampaignTodo], title: &str) -> Option<CampaignId> {
    let same = |one: &&CampaignTodo| one.title.trim().to_lowercase() == title.trim().to_lowercase();
    there.iter().find(same).map(|one| one.id)
}

/// Asks until it is finished. `nothing`: what is said when not even the first request was answered well.
pub(super) async fn whole<F: Future<Output = Call<FollowUp>>>(
    nothing: Advice,
    ctx: &Context,
    ask: impl Fn() -> F,
) -> anyhow::Result<FollowUp> {
    let mut made = patiently(ctx, &ask).await.context(nothing)?;
    let (whole, shown) = (made.left, std::io::stderr().is_terminal());
    while !made.finished {
        if shown && whole > 0 {
            let done = whole.saturating_sub(made.left).saturating_mul(100) / whole;
            // A line that cannot be drawn is no reason to stop.
            let _ = write!(std::io::stderr().lock(), "\r{} so far, {done}% ", counted(made.contacts, "contact"));
        }
        made = patiently(ctx, &ask).await.context(GOES_ON)?;
    }
    if shown && whole > 0 {
        let _ = write!(std::io::stderr().lock(), "\r{:40}\r", "");
    }
    Ok(made)
}

fn would(campaign: CampaignId, condition: &Condition, count: &SegmentCount, contacts: u64) -> String {
    let mut lines = vec![format!(
        "Of campaign {campaign}, {} in the segment ({}). The new campaign would go to {contacts} of them.",
        if count.contacts == 1 { "1 contact is".to_owned() } else { format!("{} contacts are", count.contacts) },
        safe_line(&condition.text)
    )];
    lines.extend(reasons(&count.left_out));
    lines.join("\n")
}

fn in_words(made: &FollowUp, request: &FollowUpRequest, program: &str) -> String {
    let (number, title) = (made.campaign, safe_line(&request.def.title));
    let mut lines = Vec::new();
    if made.made_before {
        lines.push(format!(
            "Campaign {number} ({title}) was made by this very command before, with {}: nothing was done now. With another title it \
             is another campaign.",
            counted(made.contacts, "contact")
        ));
    } else {
        lines.push(format!(
            "Campaign {number} ({title}) goes to {} of campaign {}.",
            counted(made.contacts, "contact"),
            request.campaign
        ));
    }
    lines.extend(reasons(&made.left_out));
    if let Some(hours) = request.keep_texter_hours {
        lines.push(format!(
            "For {} everybody is offered first to the texter who wrote to them last.",
            counted(hours.into(), "hour")
        ));
    }
    for recall in &made.still_recalled {
        lines.push(format!(
            "warning: what recall {recall} of campaign {} took back meanwhile stands in it in the same words: recall it here too, or \
             write it anew ({program} campaign update), before texters begin",
            request.campaign
        ));
    }
    lines.push(if made.paused {
        format!("It is paused. To let texters begin: {program} campaign resume {number}")
    } else {
        format!("Texters can draw from it now, within texting hours: {program} text --campaign {number}")
    });
    lines.join("\n")
}

/// The same follow-up is the same campaign, however often it is asked for; whether it begins paused may be said otherwise.
fn id_of(request: &FollowUpRequest) -> anyhow::Result<Uuid> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"follow-up:");
    hasher.update(&serde_json::to_vec(&FollowUpRequest { paused: false, ..request.clone() })?);
    let mut bytes = [0u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Ok(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

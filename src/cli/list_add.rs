//! `textbank list add`: more contacts into a campaign that runs; `textbank list provenance`: where its contacts come from.

use std::path::PathBuf;

use anyhow::Context as _;

use super::campaign_import::{Checked, Imported, Rows, check, going_on};
use super::hand_in::{self, ProvenanceArgs};
use super::list_read::{ReadArgs, thousands};
use super::patience::patiently;
use super::reach::{SignInArgs, admin, tell};
use super::shift::choose;
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::admin::{ImportState, ListInfo, ListStart};
use crate::api::campaign::CampaignState;
use crate::client::CampaignServer as _;
use crate::domain::safe_text::safe_line;

/// Arguments of `list add`.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArgs {
    /// To which campaign: its number, or the beginning of its title
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: String,
    /// The list: CSV, TSV or a spreadsheet (XLSX, XLS, ODS)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the list comes from.
    #[command(flatten)]
    pub provenance: ProvenanceArgs,
    /// How it is to be read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// Print the counts as JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `list provenance`.
#[derive(Debug, Clone, clap::Args)]
pub struct ProvenanceOf {
    /// Of which campaign: its number, or the beginning of its title
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Checks a list against the campaign as it is now, then hands it in.
///
/// # Errors
/// What the server said. Problems of the list are printed, all at once, and nothing is handed in.
pub async fn add(args: AddArgs, ctx: &Context) -> Outcome {
    let (sign_in, client) = admin(&args.who, ctx).await?;
    let server = super::reach::client(&sign_in, ctx)?;
    let campaign = choose(&server.campaigns().await.context("nothing was handed in")?, Some(&args.campaign))?;
    let view = server.campaign(campaign).await.context("nothing was handed in")?;
    // Nothing would ever go out to them.
    if view.state == CampaignState::Archived {
        return Err(Misuse(super::campaign_pause::is_closed(campaign, &ctx.program)).into());
    }
    let now = super::reach::campaign_now(&args.who, ctx).await;
    let title = view.def.title.clone();
    let Some(Checked { list, surveyed, digest, .. }) =
        check(Ok((view.def, Vec::new())), None, &args.file, &args.read, now)?
    else {
        tell("Nothing was handed in: mend the errors first.");
        return Ok(Exit::Problems);
    };
    let rows = Rows::of(&list);
    let import = hand_in::import_id(format!("list of campaign {campaign}").as_bytes(), digest);
    let known = hand_in::known(&client, import).await?;
    let (state, before) = match known {
        Some(state) if state.finished => (state, true),
        known => {
            // Before anything is handed in: what is missing is asked for, or said.
            let provenance = match &known {
                Some(_) => None,
                None => Some(args.provenance.settle(args.read.consent()?, ctx.clock.now())?),
            };
            let work = async {
                let begun = match (known, provenance) {
                    (Some(state), _) => {
                        tell(going_on(&state, list.texted));
                        state
                    }
                    (None, provenance) => {
                        let start = ListStart { contacts: list.texted, provenance: provenance.unwrap_or_default() };
                        patiently(ctx, || client.list_add(campaign, import, &start)).await?
                    }
                };
                hand_in::chunks(&client, ctx, import, surveyed, list.texted, &begun).await?;
                anyhow::Ok(patiently(ctx, || client.import_finish(import)).await?)
            };
            super::list_read::handing_in();
            let state = tokio::select! {
                state = work => state.context("not all of the list is handed in; run the same command again and it goes on where it stopped")?,
                _ = tokio::signal::ctrl_c() => {
                    tell("\nstopped; run the same command again and it goes on where it stopped");
                    return Ok(Exit::Failed);
                }
            };
            (state, false)
        }
    };
    if args.json {
        out_json(&Imported { state: &state, list: rows, handed_in_before: before })?;
    } else {
        out(in_words(&title, &state, rows, before))?;
    }
    Ok(Exit::Done)
}

fn in_words(title: &str, state: &ImportState, rows: Rows, before: bool) -> String {
    let (number, title) = (state.campaign, safe_line(title));
    let mut lines = vec![if before {
        format!(
            "This very list was added to campaign {number} ({title}) before: nothing was handed in now. Who was taken off it \
             since stays off it; textbank list remove --undo brings them back."
        )
    } else {
        let contacts = if state.stored == 1 { "contact" } else { "contacts" };
        format!("Campaign {number} ({title}) has {} {contacts} more.", thousands(state.stored))
    }];
    if !before {
        lines.extend(rows.in_words(state));
        // Who of them opted out, or is known as useless, nobody draws.
        let some = state.stored > state.suppressed + state.known_bad;
        lines.push(if !some {
            "Nobody of them can be texted: there is nothing new to draw.".into()
        } else if state.paused {
            "The campaign is paused: texters draw from them once it is resumed.".into()
        } else {
            "Texters can draw from them now, within texting hours.".into()
        });
    }
    lines.join("\n")
}

/// Prints where the contacts of a campaign come from.
///
/// # Errors
/// What the server said.
pub async fn provenance(args: ProvenanceOf, ctx: &Context) -> Outcome {
    let (sign_in, client) = admin(&args.who, ctx).await?;
    let server = super::reach::client(&sign_in, ctx)?;
    let campaign = choose(&server.campaigns().await?, Some(&args.campaign))?;
    let lists = client.lists(campaign).await.context("no lists")?;
    if args.json {
        out_json(&lists)?;
    } else {
        out(lists.iter().map(told).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(Exit::Done)
}

fn told(list: &ListInfo) -> String {
    let said = |text: &str| if text.is_empty() { "not said".to_owned() } else { safe_line(text) };
    let by = list.by.as_deref().map_or_else(String::new, |by| format!(" by {}", safe_line(by)));
    let provenance = &list.provenance;
    let obtained = provenance.obtained.map_or_else(|| "not said".to_owned(), |day| day.to_string());
    let mut lines = vec![
        format!(
            "List {}, handed in {}{by}{}",
            list.number,
            list.at,
            if list.state.finished { "" } else { ", not all of it" }
        ),
        format!("  from           {}", said(&provenance.source)),
        format!("  obtained       {obtained}"),
        format!("  permitted use  {}", said(&provenance.permitted_use)),
    ];
    if let Some(consent) = &provenance.consent {
        let words = [
            consent.date.map(|day| day.to_string()).unwrap_or_default(),
            safe_line(&consent.source),
            safe_line(&consent.wording),
        ];
        let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        lines.push(format!("  consent        {}", words.join(", ")));
    }
    let state = &list.state;
    lines.push(format!(
        "  contacts       {} stored ({} opted out, {} known as useless), {} known before, {} without consent",
        thousands(state.stored),
        thousands(state.suppressed),
        thousands(state.known_bad),
        thousands(state.duplicates),
        thousands(state.without_consent)
    ));
    lines.join("\n")
}

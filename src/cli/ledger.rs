//! `ledger export`, `ledger verify`, `ledger anchor`

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use super::private_file::{Part, refuse_taken};
use super::reach::{SignInArgs, admin, tell};
use super::{Context, Exit, Outcome, ledger_verify, out, out_json};
use crate::client::CampaignServer as _;
use crate::client::native::AdminClient;
use crate::exchange::ledger_file::{End, FORMAT, Title, Writer};

/// What can be done with the ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Write every confirmed text of the organization, with hashes instead of words, as JSON lines
    Export(ExportArgs),
    /// Check an exported ledger, without any server: what was changed, taken out or moved is found and named
    Verify(ledger_verify::VerifyArgs),
    /// Print the newest anchor; published elsewhere, it holds whoever runs the server to all that came before it
    Anchor(AnchorArgs),
}

/// Options of `ledger export`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    /// Write to FILE instead of standard output
    #[arg(long, value_name = "FILE", value_parser = super::private_file::named_or_output())]
    pub out: Option<PathBuf>,
    /// Write over FILE when there is one already
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Print what was written as JSON (with --out)
    #[arg(long, requires = "out")]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Options of `ledger anchor`.
#[derive(Debug, Clone, clap::Args)]
pub struct AnchorArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

#[derive(Serialize)]
struct Written<'a> {
    file: &'a Path,
    texts: u64,
    anchors: u64,
    newest_anchor: Option<String>,
}

/// Writes the ledger.
///
/// # Errors
/// What the server or the disk said.
pub async fn export(args: ExportArgs, ctx: &Context) -> Outcome {
    if let Some(path) = args.out.as_deref() {
        refuse_taken(path, args.force)?;
    }
    let (sign_in, client) = admin(&args.who, ctx).await?;
    let organization = client.me().await.context("no ledger")?.organization;
    let there = super::reach::client(&sign_in, ctx)?.presence().await.context("no ledger")?;
    let title = Title {
        format: FORMAT.to_owned(),
        organization,
        server: sign_in.server.clone(),
        exported_at: if there.own_time { there.server_time } else { ctx.clock.now() },
        own_time: there.own_time,
    };
    // The first page before the first byte: a refusal leaves nothing behind.
    let mut pages = Pages::new(&client).await?;
    let Some(path) = &args.out else {
        pages.write(title, BufWriter::new(std::io::stdout())).await?;
        return Ok(Exit::Done);
    };
    let part = Part::begin(path, args.force)?;
    let (file, end) = pages.write(title, BufWriter::new(part.file()?)).await?;
    let written = file.into_inner().map_err(|error| error.into_error());
    drop(written.with_context(|| format!("cannot write {}", path.display()))?);
    part.keep()?;
    let newest_anchor = pages.newest_anchor;
    if args.json {
        out_json(&Written { file: path, texts: end.entries, anchors: end.anchors, newest_anchor })?;
    } else {
        out(format!("{}: {} confirmed texts, {} anchors.", path.display(), end.entries, end.anchors))?;
        if let Some(anchor) = newest_anchor {
            out(format!("Newest anchor: {anchor}"))?;
        }
    }
    Ok(Exit::Done)
}

/// The ledger, page by page.
struct Pages<'a> {
    client: &'a AdminClient,
    next: Option<crate::api::ledger::LedgerPage>,
    newest_anchor: Option<String>,
}

impl<'a> Pages<'a> {
    async fn new(client: &'a AdminClient) -> anyhow::Result<Self> {
        let first = client.ledger(None).await.context("no ledger")?;
        Ok(Self { client, next: Some(first), newest_anchor: None })
    }

    async fn write<W: Write>(&mut self, title: Title, to: W) -> anyhow::Result<(W, End)> {
        let mut writer = Writer::new(to, title)?;
        while let Some(page) = self.next.take() {
            for text in page.entries {
                writer.text(text)?;
            }
            for anchor in page.anchors {
                self.newest_anchor = Some(anchor.hash.clone());
                writer.anchor(anchor)?;
            }
            if page.next.is_some() {
                self.next = Some(self.client.ledger(page.next).await.context("the ledger is not whole")?);
            }
        }
        Ok(writer.finish()?)
    }
}

/// Prints the newest anchor.
///
/// # Errors
/// What the server said.
pub async fn anchor(args: AnchorArgs, ctx: &Context) -> Outcome {
    let (_, client) = admin(&args.who, ctx).await?;
    let state = client.ledger_state().await.context("no anchor")?;
    if args.json {
        out_json(&state)?;
        return Ok(Exit::Done);
    }
    match &state.anchor {
        Some(anchor) => {
            out(&anchor.hash)?;
            tell(format!(
                "It covers {} of {} confirmed texts, made at {} (UTC).",
                anchor.seq,
                state.entries,
                anchor.at.strftime("%Y-%m-%d %H:%M:%S")
            ));
        }
        None if state.entries == 0 => tell("No text was confirmed yet: there is nothing to anchor."),
        None => tell("There is no anchor yet: the server makes the first within a minute."),
    }
    Ok(if state.anchor.is_some() { Exit::Done } else { Exit::Failed })
}

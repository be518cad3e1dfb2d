//! `carrier`

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::reach::tell;
use super::serve::told_to_end;
use super::{Context, Exit, Misuse, Outcome, out};
use crate::server::carrier::loopback::{self, CarrierOptions, FaultPlan, Secret};

/// Run a simulated carrier for tests of a whole system; it listens on this machine only and reaches nobody
#[derive(Debug, clap::Args)]
pub struct CarrierArgs {
    /// Where to listen, on this machine; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// Keep the log in FILE, one JSON object a line; what is there is gone on with
    #[arg(long, value_name = "FILE")]
    pub log: PathBuf,
    /// Tell this server what becomes of texts: http://127.0.0.1:PORT/webhooks/loopback
    #[arg(long, value_name = "URL", requires = "secret_file")]
    pub callback: Option<String>,
    /// Draw faults from this seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// What goes wrong, in percent, as in lost=5,cut=5,error=5,slow=2,slow_ms=40000,twice=20
    #[arg(long, value_name = "SPEC", default_value = "")]
    pub faults: String,
    /// The secret shared with the server, by which callbacks are signed: at least 16 bytes
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

/// Takes calls until the process is told to end.
///
/// # Errors
/// The address, the log or the secret cannot be had.
pub async fn run(args: CarrierArgs, ctx: &Context) -> Outcome {
    let faults: FaultPlan = args.faults.parse().map_err(|error| Misuse(format!("--faults: {error}")))?;
    let callback = match (&args.callback, &args.secret_file) {
        (Some(url), Some(file)) => {
            loopback::loopback_url(url).map_err(|error| Misuse(format!("--callback: {error}")))?;
            Some((url.clone(), read_secret(file)?))
        }
        _ => None,
    };
    let end = told_to_end()?;
    let carrier = loopback::start(CarrierOptions {
        listen: args.listen,
        log: args.log,
        callback,
        seed: args.seed,
        faults,
        clock: ctx.clock.clone(),
        ids: ctx.ids.clone(),
    })
    .await?;
    out(format!("Listening on http://{}", carrier.addr))?;
    tell("SIMULATED CARRIER: no text reaches a phone.");
    end.await;
    carrier.shutdown().await;
    Ok(Exit::Done)
}

/// Reads the secret that server and carrier share.
pub(super) fn read_secret(file: &Path) -> anyhow::Result<Secret> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Secret::new(&text).with_context(|| file.display().to_string())
}

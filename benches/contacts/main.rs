//! What a text costs in a small campaign and in a large one: slices claimed and texts accepted by the embedded database on
//! disk, without HTTP, in a campaign of 10,000 contacts and in one of 1,000,000, in turns in the same run. It has to be the same.
//!
//! `cargo bench --bench contacts [-- --short]`

#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

#[path = "../support/line.rs"]
#[expect(dead_code, reason = "this bench speaks to the store alone")]
mod line;
#[path = "../support/stage.rs"]
#[expect(dead_code, reason = "this bench speaks to the store alone")]
mod stage;

use std::io::Write as _;
use std::time::{Duration, Instant};

use textbank::api::people::Role;
use textbank::domain::ids::CampaignId;
use textbank::server::store::sql::Location;

use crate::line::Rate;
use crate::stage::{Ground, claim, join, short, straight};

const SIZES: [u32; 2] = [10_000, 1_000_000];
/// To see that it works.
const SHORT: [u32; 2] = [2_000, 10_000];
/// Texters at once.
const CONSOLES: u32 = 64;
const ROUNDS: u32 = 6;
/// One more, before anything is measured: a database that was just filled has other things to do.
const WARM_UP: u32 = 1;

/// A campaign, and what was measured in it.
struct Case {
    contacts: u32,
    ground: Ground,
    campaign: CampaignId,
    claims: Vec<Duration>,
    rates: Vec<Rate>,
}

impl Case {
    /// Everybody claims a slice, then all text at once.
    async fn round(&mut self, each: u32) -> anyhow::Result<()> {
        let desk = self.ground.desk();
        let mut hands = Vec::new();
        for _ in 0..CONSOLES {
            let joined = join(desk, Role::Texter).await?;
            let begun = Instant::now();
            hands.push(claim(desk, self.campaign, joined, each).await?);
            self.claims.push(begun.elapsed());
        }
        self.rates.push(straight(desk, hands).await?);
        Ok(())
    }

    /// Medians: a claim's time in ms, texts accepted in a second, and their p99 in ms.
    fn medians(&self) -> [f64; 3] {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        [
            median(self.claims.iter().map(|time| ms(*time)).collect()),
            median(self.rates.iter().map(|rate| rate.a_second).collect()),
            median(self.rates.iter().map(|rate| ms(rate.p99)).collect()),
        ]
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let dir = tempfile::Builder::new().prefix("contacts").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut out = std::io::stdout();
    // All rounds together leave some of the small campaign over.
    let (sizes, each) = if short() { (SHORT, 4) } else { (SIZES, 20) };
    let mut cases = Vec::new();
    for contacts in sizes {
        let ground = Ground::open(Location::File(dir.path().join(format!("{contacts}.db")))).await?;
        let begun = Instant::now();
        let campaign = ground.campaign(contacts).await?;
        writeln!(out, "import of {contacts} contacts: {:.2} s", begun.elapsed().as_secs_f64())?;
        cases.push(Case { contacts, ground, campaign, claims: Vec::new(), rates: Vec::new() });
    }
    for round in 0..WARM_UP + ROUNDS {
        for case in &mut cases {
            if round == WARM_UP {
                case.claims.clear();
                case.rates.clear();
            }
            case.round(each).await?;
        }
    }
    writeln!(out, "\n{CONSOLES} texters, slices of {each}, medians of {ROUNDS} rounds in turns")?;
    for case in &cases {
        let [claim, rate, p99] = case.medians();
        let contacts = case.contacts;
        writeln!(
            out,
            "  {contacts:>9} contacts   claim {claim:>7.3} ms   accepted {rate:>7.0} texts/s   p99 {p99:>7.3} ms"
        )?;
    }
    if let [small, large] = &cases[..] {
        let (small, large) = (small.medians(), large.medians());
        writeln!(
            out,
            "  the large against the small: a claim takes {:.2} of the time, a text {:.2} of the time",
            large[0] / small[0],
            small[1] / large[1]
        )?;
    }
    Ok(())
}

//! `textbank list generate`: made-up people, as many as wanted.

use std::fs::OpenOptions;
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;

use super::list_read::thousands;
use super::reach::tell;
use super::{Exit, Misuse, Outcome};
use crate::exchange::made_up;

/// Arguments of `list generate`.
#[derive(Debug, Clone, clap::Args)]
pub struct GenerateArgs {
    /// Where to; a file that is there already is left alone
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How many people
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub rows: u64,
    /// The same number gives the same people, for as many rows
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

/// Writes the list.
///
/// # Errors
/// Too many people; the file is there or cannot be written.
pub fn run(args: &GenerateArgs) -> Outcome {
    if args.rows > made_up::MOST {
        let what = format!("there are {} made-up numbers, no more: ask for fewer rows", thousands(made_up::MOST));
        return Err(Misuse(what).into());
    }
    let name = args.file.display();
    let mut options = OpenOptions::new();
    let file = match options.write(true).create_new(true).open(&args.file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let what =
                format!("{name} is there already, and nothing was written over it: give another name, or move it away");
            return Err(Misuse(what).into());
        }
        file => file.with_context(|| format!("{name} cannot be made"))?,
    };
    let mut to = BufWriter::new(file);
    made_up::write(&mut to, args.rows, args.seed).with_context(|| format!("{name} cannot be written"))?;
    to.flush().with_context(|| format!("{name} cannot be written"))?;
    tell(format!("{name}: {} people who do not exist", thousands(args.rows)));
    Ok(Exit::Done)
}

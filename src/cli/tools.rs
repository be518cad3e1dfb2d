//! What is made from the command tree itself.

use super::{Exit, Outcome, out, tree};

/// `completions SHELL`
pub(super) fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut tree(), "textbank", &mut script);
    out(String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// `man`
pub(super) fn man() -> Outcome {
    let mut page = Vec::new();
    clap_mangen::Man::new(tree()).render(&mut page)?;
    out(String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

//! Power loss, as far as it can be had: the real programs under strace, killed or refused at their writes and syncs one after
//! the other, and their files cut back to what was synced.

mod client;
mod server;
mod trace;

/// Which of so many calls are hit: a few, spread; all of them when `TEXTBANK_EVERY_SYNC` is set.
#[expect(clippy::disallowed_methods, reason = "the long run asks for all of them")]
fn hits(all: usize, few: usize) -> Vec<usize> {
    if std::env::var_os("TEXTBANK_EVERY_SYNC").is_some() || all <= few {
        return (1..=all).collect();
    }
    // The first, the last, and some between.
    (0..few).map(|n| 1 + n * (all - 1) / (few - 1)).collect()
}

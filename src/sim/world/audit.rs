//! The ledger as an auditor has it: exported into a file, and checked there without the server.

use jiff::Timestamp;
use uuid::Uuid;

use super::WorldError;
use crate::exchange::ledger_file::{FORMAT, Finding, Kind, Title, Writer, verify};
use crate::server::store::SharedStore;
use crate::server::store::command::Actor;
use crate::sim::history::Fact;

/// Entries read at once.
const PAGE: u32 = 100;

/// What `ledger export` writes for this admin, and what `ledger verify` says of it.
pub(super) async fn of_the_ledger(store: &SharedStore, admin: &Actor) -> Result<Fact, WorldError> {
    let title = Title {
        own_time: false,
        format: FORMAT.into(),
        organization: "Friends of the Library".into(),
        server: "a story".into(),
        exported_at: Timestamp::UNIX_EPOCH,
    };
    let mut file = Writer::new(Vec::new(), title)?;
    // Lines from 1, the title's first.
    let mut lines: Vec<Uuid> = Vec::new();
    let mut after = 0;
    loop {
        let page = store.ledger(admin, after, PAGE).await?;
        for entry in page.entries {
            after = entry.seq;
            lines.push(entry.id());
            file.text(entry)?;
        }
        if page.next.is_none() {
            for anchor in page.anchors {
                file.anchor(anchor)?;
            }
            break;
        }
    }
    let (bytes, _) = file.finish()?;
    let report = verify(bytes.as_slice(), None)?;
    let at = |found: &Finding| usize::try_from(found.line).ok()?.checked_sub(2).and_then(|at| lines.get(at)).copied();
    let of_a_fork = |found: &&Finding| matches!(found.kind, Kind::Beside | Kind::Forked);
    let problems = report.problems.iter().map(|found| (format!("{:?}: {}", found.kind, found.what), at(found)));
    let beside = report.notes.iter().chain(&report.problems).filter(of_a_fork).filter_map(at);
    Ok(Fact::Audited { problems: problems.collect(), beside: beside.collect() })
}

//! The ledger's chain as the journal mints it.

use pretty_assertions::assert_eq;

use super::*;

/// The links of what waits, each checked against its text.
async fn links(journal: &Journal) -> Vec<Link> {
    let acts = journal.open_acts().await.unwrap();
    acts.into_iter()
        .filter_map(|act| match act.what {
            ConfirmedWhat::Text(text) => {
                let link = text.shown.link.clone().unwrap();
                assert!(link.holds(&text.pressed(act.id)), "{link:?}");
                Some(link)
            }
            ConfirmedWhat::Act { .. } => None,
        })
        .collect()
}

/// Fails unless they are one chain without a gap; says from where to where.
#[track_caller]
fn one_chain(links: &[Link]) -> (u64, u64) {
    for pair in links.windows(2) {
        assert_eq!(pair[1].chain, pair[0].chain);
        assert_eq!((pair[1].n, &pair[1].prev), (pair[0].n + 1, &pair[0].hash));
    }
    (links[0].n, links[links.len() - 1].n)
}

async fn freed(journal: &Journal, n: u64) {
    journal.settle(&accepted(n)).await.unwrap();
    journal.echoed(id(n)).await.unwrap();
}

#[tokio::test]
async fn texts_hang_on_each_other_in_the_order_of_their_confirmation() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    let mut waits = Vec::new();
    for n in 0..100 {
        let act = if n % 5 == 0 { pause(n) } else { text(n, i64::try_from(n % 7).unwrap()) };
        waits.push(journal.confirm_soon(&act).unwrap());
    }
    for wait in waits {
        wait.await.unwrap().unwrap();
    }
    assert_eq!(one_chain(&links(&journal).await), (1, 80), "acts other than texts have no place in it");
    // The same press held once takes one place.
    journal.confirm(&text(1, 7)).await.unwrap();
    journal.confirm(&text(200, 7)).await.unwrap();
    assert_eq!(one_chain(&links(&journal).await), (1, 81));
}

#[tokio::test]
async fn the_chain_goes_on_after_a_restart_whatever_was_freed() {
    let (_home, dir) = home();
    let mut last: Option<Link> = None;
    let mut n = 0;
    // After each opening: (texts confirmed, of those freed, from the newest).
    for (confirmed, gone) in [(3, 0), (2, 2), (0, 0), (1, 1), (4, 4), (1, 0), (2, 1)] {
        let journal = loop {
            match try_open(&dir).await {
                Err(JournalError::InUse(_)) => tokio::task::yield_now().await,
                opened => break opened.unwrap().0,
            }
        };
        let mut mine = Vec::new();
        for _ in 0..confirmed {
            n += 1;
            journal.confirm(&text(n, 7)).await.unwrap();
            let link = links(&journal).await.pop().unwrap();
            if let Some(last) = &last {
                assert_eq!((link.chain, link.n, &link.prev), (last.chain, last.n + 1, &last.hash), "text {n}");
            }
            last = Some(link);
            mine.push(n);
        }
        for one in mine.into_iter().rev().take(gone) {
            freed(&journal, one).await;
        }
        if n % 2 == 0 {
            journal.close().await.unwrap();
        }
        // Else gone without a farewell; the lock goes with the keeper.
    }
    assert_eq!(last.unwrap().n, 13);
}

#[tokio::test]
async fn what_a_kill_leaves_goes_on_where_it_was() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 1..=3 {
        journal.confirm(&text(n, 7)).await.unwrap();
    }
    freed(&journal, 3).await;
    let copy = dir.with_file_name("copy");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    journal.confirm(&text(4, 7)).await.unwrap();
    let killed = open(&copy).await;
    killed.confirm(&text(4, 7)).await.unwrap();
    let place = |links: Vec<Link>| links.last().map(|link| (link.chain, link.n, link.prev.clone())).unwrap();
    assert_eq!(place(links(&killed).await), place(links(&journal).await));
    assert_eq!(place(links(&killed).await).1, 4);
}

#[rstest]
#[case::full("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 100000")]
#[case::read_only("PRAGMA query_only = ON", "PRAGMA query_only = OFF")]
#[tokio::test]
async fn a_commit_that_failed_leaves_no_gap(#[case] hurt: &'static str, #[case] heal: &'static str) {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(0, 7)).await.unwrap();
    journal.raw(hurt).await.unwrap();
    let mut failed = 0;
    for round in 0..10 {
        // Together, so that they share a commit, and alone.
        let soon: Vec<_> = (1..20).map(|n| journal.confirm_soon(&text(round * 20 + n, 7)).unwrap()).collect();
        for wait in soon {
            failed += u32::from(wait.await.unwrap().is_err());
        }
        failed += u32::from(journal.confirm(&text(round * 20 + 20, 7)).await.is_err());
    }
    assert!(failed > 50, "{failed}");
    journal.raw(heal).await.unwrap();
    journal.confirm(&text(900, 7)).await.unwrap();
    let links = links(&journal).await;
    assert_eq!(one_chain(&links), (1, links.len() as u64));
}

#[tokio::test]
async fn a_forked_chain_is_left_for_a_new_one() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 1..=3 {
        journal.confirm(&text(n, 7)).await.unwrap();
    }
    let old = links(&journal).await;
    journal.settle(&refused(2, Code::LedgerBroken)).await.unwrap();
    journal.close().await.unwrap();
    let journal = open(&dir).await;
    journal.confirm(&text(4, 7)).await.unwrap();
    let new = links(&journal).await.pop().unwrap();
    assert_ne!(new.chain, old[0].chain);
    assert_eq!(new.n, 1);
    // The rest of the old one is refused later: that breaks nothing of the new one.
    journal.settle(&refused(3, Code::LedgerBroken)).await.unwrap();
    journal.confirm(&text(5, 7)).await.unwrap();
    assert_eq!(one_chain(&links(&journal).await[1..]), (1, 2));
    // Another refusal forks nothing.
    journal.settle(&refused(4, Code::AlreadySent)).await.unwrap();
    journal.confirm(&text(6, 7)).await.unwrap();
    assert_eq!(links(&journal).await.last().map(|link| (link.chain, link.n)), Some((new.chain, 3)));
}

#[tokio::test]
async fn a_rebuilt_journal_starts_a_new_chain() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 1..=3 {
        journal.confirm(&text(n, 7)).await.unwrap();
    }
    journal.save_draft(ContactId(7), "hello").await.unwrap();
    let old = links(&journal).await;
    journal.close().await.unwrap();
    bend(&dir, "UPDATE drafts SET contact = contact + 100").await;
    let (journal, opened) = try_open(&dir).await.unwrap();
    assert!(opened.damaged.is_some());
    assert_eq!(links(&journal).await, old, "what was saved keeps its place");
    journal.close().await.unwrap();
    let journal = open(&dir).await;
    journal.confirm(&text(4, 7)).await.unwrap();
    let new = links(&journal).await.pop().unwrap();
    assert_ne!(new.chain, old[0].chain);
    assert_eq!(new.n, 1);
}

#[tokio::test]
async fn another_installations_text_has_a_chain_of_its_own() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(1, 7)).await.unwrap();
    let mut moved = text(2, 7);
    if let ConfirmedWhat::Text(text) = &mut moved.what {
        text.shown.device = DeviceId(id(9_001));
        // Whatever a caller claims, the journal mints.
        text.shown.link = Some(links(&journal).await.remove(0));
    }
    journal.confirm(&moved).await.unwrap();
    let links = links(&journal).await;
    assert_ne!(links[0].chain, links[1].chain);
    assert_eq!(links[1].n, 1);
}

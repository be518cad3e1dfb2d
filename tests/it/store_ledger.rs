//! Conformance: the ledger of the server.

use jiff::SignedDuration;
use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    assignment::ContactSummary,
    message::{Outcome, SendRequest, Verdict},
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    ids::{DeviceId, MessageId},
    ledger::{Head, Link},
    message::MessageKind::{Initial, Reply},
    received::{Anchor, Received, first_total},
};
use textbank::server::store::{
    command::Answer,
    handles::{System, Texter, Told},
};
use uuid::Uuid;

use crate::store_home::{Hand, Home, on_every_store, people, refused};

/// A laptop that keeps its own chain.
struct Laptop {
    head: Head,
}

impl Laptop {
    fn new(n: u128) -> Self {
        Self { head: Head::start(Uuid::from_u128(n), DeviceId(Uuid::nil())) }
    }

    /// The next text to a contact, with its link.
    fn press(&mut self, home: &Home, to: &ContactSummary) -> (MessageId, SendRequest) {
        let (id, mut text) = (MessageId(home.fresh()), home.text(to, Initial, "Hi!"));
        self.link(id, &mut text);
        (id, text)
    }

    fn link(&mut self, id: MessageId, text: &mut SendRequest) {
        let link = self.head.mint(&text.pressed(id.0));
        self.head.follow(&link);
        text.shown.link = Some(link);
    }
}

async fn hand_in(home: &Home, hand: &Hand, (id, text): &(MessageId, SendRequest)) -> Result<(), Problem> {
    match home.put(hand, *id, text.clone()).await {
        Answer::Verdict(Verdict { outcome: Outcome::Accepted { .. }, .. }) => Ok(()),
        Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) => Err(problem),
        other => panic!("{other:?}"),
    }
}

/// The whole ledger, page by page, its running total checked.
async fn ledger(home: &Home, hand: &Hand) -> Vec<Received> {
    let mut all: Vec<Received> = Vec::new();
    loop {
        let after = all.last().map_or(0, |entry| entry.seq);
        let page = home.desk.store.ledger(&hand.actor, after, 3).await.expect("read");
        all.extend(page.entries);
        if page.next.is_none() {
            break;
        }
    }
    let mut total = first_total();
    for (at, entry) in (1..).zip(&all) {
        assert_eq!(entry.seq, at);
        assert_eq!(entry.total, entry.total_after(&total));
        assert!(entry.link.holds(&entry.pressed), "{entry:?}");
        total.clone_from(&entry.total);
    }
    all
}

fn places(entries: &[Received]) -> Vec<(u64, &str)> {
    entries.iter().map(|entry| (entry.link.n, entry.outcome.as_str())).collect()
}

on_every_store! {
    async fn every_text_with_a_link_is_in_it_refusals_too(home: Home) {
        let (admin, campaign) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let mut laptop = Laptop::new(1);
        let first = laptop.press(&home, &slice[0]);
        hand_in(&home, &tess, &first).await.expect("accepted");
        let again = laptop.press(&home, &slice[0]);
        refused(hand_in(&home, &tess, &again).await, Code::AlreadySent);
        let mut hidden = laptop.press(&home, &slice[1]);
        hidden.1.contact.0 += 1_000;
        laptop.head = Head { n: 2, hash: again.1.shown.link.as_ref().expect("a link").hash.clone(), ..laptop.head };
        laptop.link(hidden.0, &mut hidden.1);
        refused(hand_in(&home, &tess, &hidden).await, Code::NotFound);
        home.act(&admin, Act::Pause { campaign }).await;
        let paused = laptop.press(&home, &slice[1]);
        refused(hand_in(&home, &tess, &paused).await, Code::Paused);
        home.act(&admin, Act::Resume { campaign }).await;
        home.pass(60);
        let last = laptop.press(&home, &slice[1]);
        let told = Told { sent_at: Some(home.desk.clock.now() - SignedDuration::from_mins(20)), offset: None };
        let answer = Texter::of(tess.actor.clone()).send_told(&home.desk, last.0, last.1.clone(), told).await;
        assert!(matches!(answer, Ok(Answer::Verdict(verdict)) if verdict.is_accepted()));
        // The same ids again add nothing.
        for text in [&first, &last] {
            hand_in(&home, &tess, text).await.expect("the same verdict");
        }
        refused(hand_in(&home, &tess, &paused).await, Code::Paused);
        let all = ledger(&home, &admin).await;
        let expected = [(1, "accepted"), (2, "already_sent"), (3, "not_found"), (4, "paused"), (5, "accepted")];
        assert_eq!(places(&all), expected);
        // More than a quarter of an hour that nothing showed before is the request's way; what was told is kept all the same.
        assert_eq!((all[4].skew_us, all[4].told_skew_us), (Some(900_000_000), Some(1_200_000_000)));
        assert_eq!((all[0].skew_us.or(all[0].told_skew_us), all[0].texter.as_str(), all[0].person), (None, "Tess", tess.actor.person));
        assert_eq!(all[4].received_at, home.desk.clock.now());
        assert_eq!(all[0].pressed, first.1.pressed(first.0.0));
        assert_eq!(Some(&all[0].link), first.1.shown.link.as_ref());
    }

    async fn a_text_without_a_sound_link_is_refused(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        type Spoil = fn(&mut SendRequest);
        let spoil: [(&str, Spoil); 8] = [
            ("none", |t| t.shown.link = None),
            ("hash", |t| link(t).hash = "00".repeat(32)),
            ("chain", |t| link(t).chain = Uuid::from_u128(5)),
            ("n", |t| link(t).n += 1),
            ("prev", |t| link(t).prev = "00".repeat(32)),
            ("no hash", |t| link(t).prev = "zz".into()),
            ("another moment", |t| t.shown.mono_ms += 1),
            ("another contact", |t| t.contact.0 += 1),
        ];
        for (what, spoil) in spoil {
            let (id, mut text) = Laptop::new(1).press(&home, &slice[0]);
            spoil(&mut text);
            let answer = Texter::of(tess.actor.clone()).send(&home.desk, id, text).await.expect("an answer");
            let Answer::Verdict(Verdict { outcome: Outcome::Refused { problem }, .. }) = answer else { panic!("{what}") };
            assert_eq!(problem.code, Code::Invalid, "{what}");
            assert!(problem.faults[0].starts_with("shown.link: "), "{what}: {problem:?}");
        }
        assert_eq!(ledger(&home, &admin).await, []);
        hand_in(&home, &tess, &Laptop::new(1).press(&home, &slice[0])).await.expect("the place is free");
    }

    async fn texts_may_come_in_any_order(home: Home) {
        let (admin, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let mut laptop = Laptop::new(1);
        let texts: Vec<_> = slice.iter().map(|to| laptop.press(&home, to)).collect();
        for at in [2, 0, 4, 1, 3] {
            hand_in(&home, &tess, &texts[at]).await.expect("accepted");
        }
        let all = ledger(&home, &admin).await;
        assert_eq!(all.iter().map(|e| e.link.n).collect::<Vec<_>>(), [3, 1, 5, 2, 4]);
    }

    async fn one_that_never_came_is_a_gap_and_may_still_come(home: Home) {
        let (admin, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let mut laptop = Laptop::new(1);
        let texts: Vec<_> = slice.iter().map(|to| laptop.press(&home, to)).collect();
        hand_in(&home, &tess, &texts[0]).await.expect("accepted");
        hand_in(&home, &tess, &texts[2]).await.expect("accepted");
        home.pass(600);
        hand_in(&home, &tess, &texts[1]).await.expect("accepted");
        assert_eq!(places(&ledger(&home, &admin).await), [(1, "accepted"), (3, "accepted"), (2, "accepted")]);
    }

    async fn a_fork_is_refused_and_noted_beside_the_chain(home: Home) {
        let (admin, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let mut laptop = Laptop::new(1);
        hand_in(&home, &tess, &laptop.press(&home, &slice[0])).await.expect("accepted");
        // A backup is taken, work goes on, the backup is restored.
        let backup = laptop.head.clone();
        for to in &slice[1..3] {
            hand_in(&home, &tess, &laptop.press(&home, to)).await.expect("accepted");
        }
        let mut restored = Laptop { head: backup };
        let forked: Vec<_> = (0..4).map(|_| restored.press(&home, &slice[3])).collect();
        // Taken, taken, hangs on another one; the next has a gap before it.
        for text in &forked[..3] {
            refused(hand_in(&home, &tess, text).await, Code::LedgerBroken);
            refused(hand_in(&home, &tess, text).await, Code::LedgerBroken);
        }
        hand_in(&home, &tess, &forked[3]).await.expect("nothing contradicts it");
        let fresh = Laptop::new(2).press(&home, &slice[4]);
        hand_in(&home, &tess, &fresh).await.expect("a new chain");
        let all = ledger(&home, &admin).await;
        let broken = "ledger_broken";
        let expected = [(1, "accepted"), (2, "accepted"), (3, "accepted"), (2, broken), (3, broken), (4, broken),
            (5, "accepted"), (1, "accepted")];
        assert_eq!(places(&all), expected);
    }

    async fn what_fits_no_neighbour_is_refused(home: Home) {
        let (admin, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let mut laptop = Laptop::new(1);
        let texts: Vec<_> = slice.iter().map(|to| laptop.press(&home, to)).collect();
        hand_in(&home, &tess, &texts[0]).await.expect("accepted");
        hand_in(&home, &tess, &texts[2]).await.expect("accepted");
        // Hangs on the first, but the third does not hang on it.
        let first = texts[0].1.shown.link.clone().expect("a link");
        let mut other = Laptop { head: Head { chain: first.chain, n: first.n, hash: first.hash } };
        refused(hand_in(&home, &tess, &other.press(&home, &slice[1])).await, Code::LedgerBroken);
        // Does not hang on the first.
        let mut other = Laptop { head: Head { chain: first.chain, n: 1, hash: "00".repeat(32) } };
        refused(hand_in(&home, &tess, &other.press(&home, &slice[1])).await, Code::LedgerBroken);
        // Does not hang on the last.
        let mut other = Laptop { head: Head { chain: first.chain, n: 3, hash: "00".repeat(32) } };
        refused(hand_in(&home, &tess, &other.press(&home, &slice[1])).await, Code::LedgerBroken);
        hand_in(&home, &tess, &texts[1]).await.expect("the true one");
        assert_eq!(ledger(&home, &admin).await.len(), 6);
    }

    async fn a_chain_is_one_persons_on_one_device(home: Home) {
        let (_, campaign) = home.campaign(people(4)).await;
        let (tess, tom) = (home.join("Tess", Role::Texter).await, home.join("Tom", Role::Texter).await);
        let (of_tess, of_tom) = (home.claim(&tess, campaign, 2).await, home.claim(&tom, campaign, 2).await);
        let mut laptop = Laptop::new(1);
        hand_in(&home, &tess, &laptop.press(&home, &of_tess[0])).await.expect("accepted");
        let backup = laptop.head.clone();
        refused(hand_in(&home, &tom, &laptop.press(&home, &of_tom[0])).await, Code::LedgerBroken);
        laptop.head = backup;
        let (id, mut text) = (MessageId(home.fresh()), home.text(&of_tess[1], Initial, "Hi!"));
        text.shown.device = DeviceId(Uuid::from_u128(77));
        laptop.link(id, &mut text);
        refused(hand_in(&home, &tess, &(id, text)).await, Code::LedgerBroken);
    }

    async fn an_anchor_is_made_when_something_is_new_and_not_too_often(home: Home) {
        let (admin, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        System::anchor(&home.desk).await.expect("an answer");
        let state = home.desk.store.ledger_state(&admin.actor).await.expect("read");
        assert_eq!((state.anchor, state.entries, state.uncovered), (None, 0, 0));
        let mut made = Vec::new();
        for (to, wait) in slice.iter().zip([0, 60, 600, 1, 599]) {
            home.pass(wait);
            home.initial(&tess, to).await;
            for _ in 0..2 {
                System::anchor(&home.desk).await.expect("an answer");
            }
            let state = home.desk.store.ledger_state(&admin.actor).await.expect("read");
            made.push((state.anchor.expect("one").seq, state.uncovered));
        }
        assert_eq!(made, [(1, 0), (1, 1), (3, 0), (3, 1), (5, 0)]);
        let page = home.desk.store.ledger(&admin.actor, 0, 100).await.expect("read");
        let mut prev = Anchor::first_prev();
        for anchor in &page.anchors {
            assert!(anchor.holds());
            assert_eq!(anchor.prev, prev);
            let covered = usize::try_from(anchor.seq).expect("small");
            assert_eq!(anchor.total, page.entries[covered - 1].total);
            prev.clone_from(&anchor.hash);
        }
        assert_eq!(page.anchors.len(), 3);
        let first = home.desk.store.ledger(&admin.actor, 0, 2).await.expect("read");
        assert_eq!((first.anchors.len(), first.next.as_deref()), (0, Some("2")));
    }
}

fn link(text: &mut SendRequest) -> &mut Link {
    text.shown.link.as_mut().expect("a link")
}

#[tokio::test]
async fn it_goes_on_after_a_restart() {
    let home = Home::new(crate::store_home::Kind::File).await;
    let (admin, campaign) = home.campaign(people(4)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 0).await;
    let mut laptop = Laptop::new(1);
    let lost = laptop.press(&home, &slice[0]);
    hand_in(&home, &tess, &laptop.press(&home, &slice[1])).await.expect("accepted");
    System::anchor(&home.desk).await.expect("an answer");
    let home = home.reopened().await;
    home.pass(700);
    // What was remembered is read again: a fork is seen, what is late fits.
    let mut other = Laptop { head: Head { n: 1, hash: "00".repeat(32), ..laptop.head.clone() } };
    refused(hand_in(&home, &tess, &other.press(&home, &slice[2])).await, Code::LedgerBroken);
    hand_in(&home, &tess, &lost).await.expect("late");
    hand_in(&home, &tess, &laptop.press(&home, &slice[2])).await.expect("accepted");
    System::anchor(&home.desk).await.expect("an answer");
    let all = ledger(&home, &admin).await;
    assert_eq!(places(&all), [(2, "accepted"), (2, "ledger_broken"), (1, "accepted"), (3, "accepted")]);
    let page = home.desk.store.ledger(&admin.actor, 0, 100).await.expect("read");
    assert_eq!(page.anchors.iter().map(|anchor| anchor.seq).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(page.anchors[1].prev, page.anchors[0].hash);
}

/// A refusal that a constraint brings after the decision takes nothing of the order of arrival.
#[tokio::test]
async fn a_text_under_a_used_id_leaves_no_hole() {
    let home = Home::new(crate::store_home::Kind::Memory).await;
    let (admin, campaign) = home.campaign(people(3)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 0).await;
    let mut laptop = Laptop::new(1);
    let first = laptop.press(&home, &slice[0]);
    hand_in(&home, &tess, &first).await.expect("accepted");
    let (id, mut text) = (first.0, home.text(&slice[1], Initial, "Another!"));
    laptop.link(id, &mut text);
    let answer = home.put(&tess, id, text).await;
    assert!(matches!(answer, Answer::Refused(problem) if problem.code == Code::IdReused));
    // A voter's text has the id of a press: no verdict knows it, the messages do.
    hand_in(&home, &tess, &laptop.press(&home, &slice[2])).await.expect("accepted");
    let reply = (MessageId(home.fresh()), {
        let line = home.line(&tess, campaign, slice[2].id).await;
        home.text(&line, Reply, "And?")
    });
    hand_in(&home, &tess, &reply).await.expect("accepted");
    assert_eq!(ledger(&home, &admin).await.len(), 3);
}

//! Two texters at the same time and a captain's board against one server over loopback: the counts agree on all sides.

use std::collections::BTreeMap;
use std::sync::Arc;

use pretty_assertions::assert_eq;
use secrecy::SecretString;
use textbank::api::message::{Outcome, ThreadEntry};
use textbank::api::people::Role;
use textbank::client::CampaignServer;
use textbank::domain::ids::PersonId;
use textbank::domain::message::{Direction, MessageKind};
use textbank::env::{Clock, SeededIds, SharedIds, SystemClock};
use textbank::exchange::sample;
use textbank::rehearsal::persona_file::built_in;
use textbank::rehearsal::start::{Rehearsal, RehearsalPlan, start_stepped};
use textbank::sim::check::check;
use textbank::sim::history::{Fact, History, Press};
use textbank::sim::texter::{Place, Robot, Step, Thankful};

async fn robot(rehearsal: &Rehearsal, token: &SecretString, history: &Arc<History>, ids: SharedIds) -> Robot {
    let place = Place {
        server: Arc::new(rehearsal.client(token).expect("a client")),
        campaign: rehearsal.campaign,
        clock: rehearsal.clock.clone(),
        ids,
        history: history.clone(),
    };
    Robot::start(place, Box::new(Thankful)).await.expect("signed on")
}

/// Works until nothing is left to do now.
async fn work(robot: &mut Robot) {
    while !matches!(robot.step().await.expect("a step"), Step::Nothing(_)) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_texters_and_a_captain_see_the_same() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut contacts = sample::contacts().expect("the sample").contacts;
    contacts.truncate(90);
    let mut def = sample::campaign().expect("the sample");
    def.slice_size = 7;
    let plan = RehearsalPlan {
        def,
        contacts,
        personas: built_in().expect("the assets are right"),
        seed: 17,
        speed: 1,
        short: false,
        texter: "Ann".into(),
        note: String::new(),
    };
    let ids = SeededIds::shared(1);
    let (rehearsal, mut steps) = start_stepped(plan, SystemClock::shared(), ids.clone()).await.expect("it starts");
    let bob = rehearsal.join(Role::Texter, "Bob", &ids).await.expect("Bob joins");
    let history = Arc::new(History::default());
    let mut ann = robot(&rehearsal, &rehearsal.token, &history, SeededIds::shared(2)).await;
    let mut bob = robot(&rehearsal, &SecretString::from(bob.token), &history, SeededIds::shared(3)).await;
    assert_ne!(ann.me().person, bob.me().person);

    // Both at once, as fast as they can: the slices must not overlap.
    tokio::join!(work(&mut ann), work(&mut bob));
    steps.settle().await.expect("settled");
    // Voters answer for ten minutes of campaign time; both answer them.
    for _ in 0..20 {
        let to = textbank::rehearsal::clock::add(rehearsal.clock.now(), std::time::Duration::from_secs(30));
        steps.skip_to(to).await.expect("time passes");
        ann.refresh().await.expect("Ann reads");
        bob.refresh().await.expect("Bob reads");
        tokio::join!(work(&mut ann), work(&mut bob));
        steps.settle().await.expect("settled");
    }

    let captain = rehearsal.client(&rehearsal.captain_token).expect("a client");
    let board = captain.board(rehearsal.campaign).await.expect("a board");
    let mut threads = Vec::new();
    for contact in rehearsal.stage().roster().keys() {
        threads.push(captain.thread(*contact, None, 200).await.expect("a thread"));
    }
    let facts = history.facts();
    assert_eq!(check(&facts, &threads), Vec::<String>::new());

    // What the robots know, what the threads hold and what the board says.
    let accepted: BTreeMap<_, _> = facts
        .iter()
        .filter_map(|f| match f {
            Fact::Answered { verdict, .. } => Some((verdict.id, matches!(verdict.outcome, Outcome::Accepted { .. }))),
            _ => None,
        })
        .collect();
    let mut sent: BTreeMap<PersonId, u64> = BTreeMap::new();
    let mut initials = 0;
    for fact in &facts {
        if let Fact::Pressed(Press { texter, id, kind, .. }) = fact
            && accepted.get(id) == Some(&true)
        {
            *sent.entry(*texter).or_default() += 1;
            initials += u64::from(*kind == MessageKind::Initial);
        }
    }
    let in_threads =
        |wanted: &dyn Fn(&ThreadEntry) -> bool| threads.iter().filter(|t| t.entries.iter().any(wanted)).count() as u64;
    let texted = in_threads(
        &|e| matches!(e, ThreadEntry::Message(m) if m.kind == Some(MessageKind::Initial) && m.direction == Direction::Outbound),
    );
    let opted_out = in_threads(&|e| matches!(e, ThreadEntry::Note { what, .. } if what.starts_with("opted_out")));
    assert_eq!((board.counts.total, board.counts.sent), (90, 90));
    assert_eq!((initials, texted), (90, 90));
    assert_eq!(board.counts.opted_out, opted_out);
    assert!(opted_out > 0, "somebody did opt out");
    assert_eq!((board.counts.unsent, board.counts.unassigned), (0, 0));
    for line in board.texters.iter().filter(|l| sent.contains_key(&l.person)) {
        assert_eq!(line.sent, sent[&line.person], "{}", line.name);
        assert!(line.sent > 20, "both worked: {line:?}");
    }
    assert_eq!(sent.len(), 2);
    let held: u64 = [ann.hand().count(), bob.hand().count()].iter().map(|n| *n as u64).sum();
    assert_eq!(board.texters.iter().map(|l| l.assigned).sum::<u64>(), held);
    drop(steps);
    rehearsal.shutdown().await;
}

//! A scripted texter works whole shifts over loopback HTTP: the real server, store, carrier jobs, voters and score.

use pretty_assertions::assert_eq;
use textbank::api::act::Act;
use textbank::api::assignment::ContactView;
use textbank::api::message::Thread;
use textbank::api::problem::Code;
use textbank::domain::campaign::CampaignDef;
use textbank::domain::message::MessageKind;
use textbank::env::{SeededIds, SystemClock};
use textbank::exchange::sample;
use textbank::rehearsal::expect::Wish;
use textbank::rehearsal::persona_file::built_in;
use textbank::rehearsal::record::{Deed as Decided, Done, StoryLine};
use textbank::rehearsal::robot::{Scripted, shift};
use textbank::rehearsal::score::Scorecard;
use textbank::rehearsal::start::{RehearsalPlan, TEXTER, start_stepped};
use textbank::sim::check::check;
use textbank::sim::history::Fact;
use textbank::sim::texter::{Deed, Mind};

fn plan(seed: u64, contacts: usize, short: bool) -> RehearsalPlan {
    let mut list = sample::contacts().expect("the sample").contacts;
    list.truncate(contacts);
    RehearsalPlan {
        def: sample::campaign().expect("the sample"),
        contacts: list,
        personas: built_in().expect("the assets are right"),
        seed,
        speed: 1,
        short,
        texter: TEXTER.into(),
        note: String::new(),
    }
}

/// A whole shift and all that is left of it.
struct Shift {
    story: Vec<StoryLine>,
    card: Scorecard,
    deeds: Vec<Decided>,
    facts: Vec<Fact>,
    threads: Vec<Thread>,
    said: Vec<textbank::rehearsal::record::Said>,
    /// What the texter is told beside the card.
    note: String,
}

async fn work(plan: RehearsalPlan, mind: Option<Box<dyn Mind>>) -> Shift {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let seed = plan.seed;
    let (rehearsal, mut steps) =
        start_stepped(plan, SystemClock::shared(), SeededIds::shared(seed)).await.expect("it starts");
    let mind = mind.unwrap_or_else(|| Box::new(Scripted::on(rehearsal.stage().clone())));
    let facts = shift(&rehearsal, &mut steps, mind, SeededIds::shared(seed + 1)).await.expect("the shift ends well");
    let card = rehearsal.stage().score().await.expect("a score");
    let captain = rehearsal.client(&rehearsal.captain_token).expect("a client");
    let mut threads = Vec::new();
    use textbank::client::CampaignServer as _;
    let note = captain.campaign(rehearsal.campaign).await.expect("the campaign").note;
    for contact in rehearsal.stage().roster().keys() {
        threads.push(captain.thread(*contact, None, 200).await.expect("a thread"));
    }
    let shift = Shift {
        story: rehearsal.stage().story(),
        card,
        deeds: rehearsal.stage().deeds(),
        facts,
        threads,
        said: rehearsal.stage().said(),
        note: note.map(|note| note.text).unwrap_or_default(),
    };
    drop(steps);
    rehearsal.shutdown().await;
    shift
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_rehearsal_is_worked_through_and_scored() {
    let told = "Nobody was asked.";
    let shift = work(RehearsalPlan { note: told.into(), ..plan(3, 300, true) }, None).await;
    assert_eq!(shift.note, told, "a story of its own people says more than the cards");
    assert_eq!(check(&shift.facts, &shift.threads), Vec::<String>::new());
    let card = &shift.card;
    assert_eq!((card.contacts, card.first_texts), (8, 8));
    assert_eq!((card.opt_outs.honoured, card.opt_outs.by_word, card.opt_outs.missed), (1, 1, 0));
    assert_eq!((card.wrong_numbers.right, card.wrong_numbers.missed), (1, 0));
    assert_eq!((card.opt_outs.needless, card.opt_outs.seen_through), (0, 1));
    assert_eq!((card.answers.wrong, card.answers.missing), (0, 0), "{card:?}");
    assert!(card.answers.correct >= 3, "{card:?}");
    assert_eq!(card.waiting.unanswered, 0);
    assert_eq!(card.unwelcome, vec![]);
    assert_eq!(card.next_time, Vec::<String>::new());
    for key in ["score-well-opt-outs", "score-well-everyone", "score-well-answers", "score-well-done"] {
        assert!(card.well.iter().any(|k| k == key), "{key}: {card:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_and_the_same_robot_tell_the_same_story() {
    let one = work(plan(41, 60, false), None).await;
    let again = work(plan(41, 60, false), None).await;
    assert_eq!(one.story, again.story);
    assert_eq!(one.card, again.card);
    let other = work(plan(42, 60, false), None).await;
    assert_ne!(one.story, other.story);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_longer_shift_keeps_every_promise() {
    let shift = work(plan(9, 120, false), None).await;
    assert_eq!(check(&shift.facts, &shift.threads), Vec::<String>::new());
    let card = &shift.card;
    assert_eq!(card.first_texts, 120);
    assert!(card.opt_outs.by_word > 0 && card.opt_outs.by_texter > 0, "{card:?}");
    assert_eq!((card.opt_outs.missed, card.opt_outs.needless), (0, 0), "{card:?}");
    assert_eq!(card.received, shift.said.len() as u64);
    assert_eq!(card.waiting.unanswered, 0, "{card:?}");
}

/// Texts everybody again who said anything, whatever it was.
#[derive(Debug)]
struct Pushy;

impl Mind for Pushy {
    fn decide(&mut self, _: &ContactView, _: &Thread, _: &CampaignDef, _: &str) -> Vec<Deed> {
        vec![Deed::Reply { body: "You have to vote! Are you sure? Calm down.".into(), source: None, off_script: true }]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pushy_texter_reads_it_on_the_card_and_the_server_stops_what_it_must() {
    let shift = work(plan(9, 60, false), Some(Box::new(Pushy))).await;
    assert_eq!(check(&shift.facts, &shift.threads), Vec::<String>::new(), "the server holds the promises all the same");
    let card = &shift.card;
    assert!(card.opt_outs.missed > 0, "{card:?}");
    assert!(card.answers.missing > 0 && card.wrong_numbers.missed > 0, "{card:?}");
    assert!(card.off_script > 0 && !card.unwelcome.is_empty(), "{card:?}");
    for key in ["score-next-opt-outs", "score-next-answers", "score-next-wrong-number", "score-next-words"] {
        assert!(card.next_time.iter().any(|k| k == key), "{key}: {card:?}");
    }
}

/// Answers a fixed word as soon as it stands in the thread: too late, whoever is quick.
#[derive(Debug)]
struct Hasty;

impl Mind for Hasty {
    fn decide(&mut self, contact: &ContactView, _: &Thread, _: &CampaignDef, _: &str) -> Vec<Deed> {
        vec![Deed::Act(Act::Close { contact: contact.summary.id })]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stop_word_is_suppressed_before_anybody_acts() {
    let shift = work(plan(9, 120, false), Some(Box::new(Hasty))).await;
    let by_word: Vec<_> = shift.said.iter().filter(|s| s.expect.opt_out == Some(Wish::Word)).collect();
    assert!(by_word.len() >= 4, "{}", by_word.len());
    assert_eq!(shift.card.opt_outs.by_word, by_word.len() as u64);
    let acts = |contact| {
        shift
            .deeds
            .iter()
            .filter(|d| d.contact == contact && !matches!(d.what, Done::Text { kind: MessageKind::Initial, .. }))
            .count()
    };
    for thread in &shift.threads {
        let stopped = thread.entries.iter().any(
            |e| matches!(e, textbank::api::message::ThreadEntry::Note { what, .. } if what == "opted_out_by_word"),
        );
        if stopped {
            assert_eq!(acts(thread.contact), 0, "nobody had to do anything");
        }
    }
    assert!(!shift.deeds.iter().any(|d| d.refused == Some(Code::Unavailable)));
}

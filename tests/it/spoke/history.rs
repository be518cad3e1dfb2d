//! Whatever befalls line, server and program: what the journals say and what the server has stored agree, and no text is there twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use pretty_assertions::assert_eq;
use uuid::Uuid;

use textbank::api::act::Act;
use textbank::client::CampaignServer;
use textbank::client::journal::Journal;
use textbank::client::outbox::{Report, Steps};
use textbank::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::ids::ContactId;
use textbank::domain::message::MessageKind;
use textbank::env::{SeededIds, SharedIds, SystemClock};

use super::shift::{Tess, now};
use super::stand_in::{Fault, Trouble};

const CONTACTS: i64 = 8;
const FAULTS: [Fault; 7] = [
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::GatewayAfter,
    Fault::GatewayBefore,
    Fault::KilledBetween,
    Fault::Damaged,
    Fault::Refused,
];

/// What became of each text, as the texter was told last.
#[derive(Debug, Default)]
struct Told {
    accepted: BTreeMap<Uuid, bool>,
}

impl Told {
    fn hear(&mut self, reports: Vec<Report>) {
        for report in reports {
            if let Report::Verdict(verdict) = report {
                let first = self.accepted.insert(verdict.id, verdict.is_accepted());
                assert_eq!(first, None, "one verdict for each");
            }
        }
    }
}

async fn open(dir: &Path, ids: &SharedIds) -> Journal {
    Journal::open(dir, &SystemClock::shared(), ids).await.expect("a journal").0
}

/// One shift with faults drawn by `seed`: texts confirmed, line and server failing, the program ended and started again.
async fn shift(seed: u64) {
    let ids = SeededIds::shared(seed);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(CONTACTS).await;
    let mut journal = open(home.path(), &ids).await;
    let mut texts: BTreeMap<Uuid, i64> = BTreeMap::new();
    for contact in 1..=CONTACTS {
        let request = tess.text(contact, MessageKind::Initial, &format!("Hi number {contact}")).await;
        let id = ids.act_id(now());
        let act = Confirmed { id, at: now(), what: ConfirmedWhat::Text(request) };
        journal.confirm(&act).await.expect("confirmed");
        texts.insert(id, contact);
    }
    let server: Arc<dyn CampaignServer> = tess.server.clone();
    let steps =
        |journal: &Journal| Steps::new(Arc::clone(&server), journal.clone(), SystemClock::shared(), Arc::clone(&ids));
    let mut outbox = steps(&journal);
    let mut told = Told::default();
    for _ in 0..60 {
        let draw = ids.below(10);
        {
            let mut world = tess.there.world();
            match draw {
                0..=4 => {
                    let at = usize::try_from(ids.below(7)).expect("small");
                    world.faults.push_back(FAULTS[at]);
                }
                5 => world.habits.unreadable = !world.habits.unreadable,
                6 => world.habits.masked = !world.habits.masked,
                _ => {}
            }
        }
        if draw == 9 {
            // The program ends, with whatever was in the air, and is started again.
            drop(outbox);
            journal.close().await.expect("closed");
            journal = open(home.path(), &ids).await;
            outbox = steps(&journal);
        }
        outbox.try_now();
        if outbox.take_off() > 0 {
            told.hear(outbox.land(0).await);
        }
        told.hear(outbox.look_up().await);
    }
    // Everything is well again.
    {
        let mut world = tess.there.world();
        world.faults.clear();
        world.habits = Default::default();
    }
    outbox.try_now();
    while outbox.take_off() > 0 {
        told.hear(outbox.land(0).await);
        outbox.try_now();
    }
    for _ in 0..=CONTACTS {
        told.hear(outbox.look_up().await);
    }
    let unknown = journal.unknown();
    let world = tess.there.world();
    for (id, contact) in &texts {
        let rows = world.sent_to(*contact).len();
        let text = format!("seed {seed}: contact {contact} has {rows} rows");
        match told.accepted.get(id) {
            Some(true) => assert_eq!(rows, 1, "accepted; {text}"),
            Some(false) => assert_eq!(rows, 0, "refused; {text}"),
            None => {
                assert!(unknown.contains(id), "nothing confirmed is lost; {text}");
                assert!(rows <= 1, "unknown; {text}");
                assert_eq!(world.contacts[contact].status, "needsMessage", "it could not be told; {text}");
            }
        }
    }
    assert_eq!(journal.unsettled_count(), u64::try_from(unknown.len()).expect("few"));
}

#[tokio::test]
async fn no_text_is_there_twice_and_none_is_lost_whatever_happens() {
    for seed in 0..10 {
        shift(seed).await;
    }
}

#[tokio::test]
async fn killed_while_it_waits_for_an_answer_it_is_found_at_the_next_start() {
    let ids = SeededIds::shared(5);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(1).await;
    let journal = open(home.path(), &ids).await;
    let id = ids.act_id(now());
    let request = tess.text(1, MessageKind::Initial, "Hi").await;
    journal.confirm(&Confirmed { id, at: now(), what: ConfirmedWhat::Text(request) }).await.expect("confirmed");
    tess.there.world().faults.push_back(Fault::Silence);
    let server: Arc<dyn CampaignServer> = tess.server.clone();
    let mut outbox = Steps::new(Arc::clone(&server), journal.clone(), SystemClock::shared(), Arc::clone(&ids));
    assert_eq!(outbox.take_off(), 1);
    tokio::select! {
        _ = outbox.land(0) => panic!("no answer comes"),
        () = tess.there.silent.notified() => {}
    }
    drop(outbox);
    journal.close().await.expect("closed");

    let journal = open(home.path(), &ids).await;
    assert_eq!(journal.unknown(), [id]);
    let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), ids);
    assert_eq!(outbox.take_off(), 0, "it is not handed in again");
    outbox.try_now();
    let reports = outbox.look_up().await;
    assert!(
        reports.iter().any(|report| matches!(report, Report::Verdict(verdict) if verdict.is_accepted())),
        "{reports:?}"
    );
    assert_eq!((journal.unsettled_count(), tess.there.world().sent_to(1).len()), (0, 1));
}

#[tokio::test]
async fn a_first_text_that_somebody_has_seen_is_on_no_card_again() {
    let tess = Tess::start(1).await;
    let request = tess.text(1, MessageKind::Initial, "Hi").await;
    tess.there.world().faults.push_back(Fault::KilledBetween);
    assert!(tess.send(1, &request).await.is_err(), "it is hidden");
    assert_eq!(tess.there.world().contacts[&1].status, "needsMessage");
    tess.server.count_as_texted(tess.campaign, ContactId(1)).await.expect("the server knows it");
    let line = tess.server.assignment(tess.campaign, None).await.expect("a list").contacts.remove(0);
    assert_eq!(line.status, Status::Messaged);
    // Once more, after the voter has answered, it changes nothing; nor of somebody who is gone.
    tess.there.world().voter_writes(1, "yes", now());
    tess.server.count_as_texted(tess.campaign, ContactId(1)).await.expect("nothing to do");
    assert_eq!(tess.there.world().contacts[&1].status, "needsResponse");
    tess.server.count_as_texted(tess.campaign, ContactId(777)).await.expect("nothing to do");
    tess.there.world().habits.unreadable = true;
    assert!(tess.server.count_as_texted(tess.campaign, ContactId(1)).await.is_err());
}

/// Confirms an act about contact 1.
async fn confirm(journal: &Journal, ids: &SharedIds, act: Act) -> Uuid {
    let id = ids.act_id(now());
    journal.confirm(&Confirmed { id, at: now(), what: ConfirmedWhat::Act { act } }).await.expect("confirmed");
    id
}

#[tokio::test]
async fn what_was_taken_for_no_opt_out_is_not_asked_again_after_a_restart() {
    let ids = SeededIds::shared(21);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "stop it, you flatter me. please stop", now());
    let journal = open(home.path(), &ids).await;
    let state = async |tess: &Tess| {
        let list = tess.server.assignment(tess.campaign, None).await.expect("a list");
        list.contacts.into_iter().next().expect("in hand").opt_out
    };
    let outbox = |tess: &Tess, journal: &Journal| {
        Steps::new(tess.server.clone(), journal.clone(), SystemClock::shared(), Arc::clone(&ids))
    };
    let mut first = outbox(&tess, &journal);
    assert!(matches!(state(&tess).await, OptOut::Possible { .. }));
    confirm(&journal, &ids, Act::NotOptOut { contact: ContactId(1), after_seq: 2 }).await;
    assert_eq!(first.take_off(), 1);
    first.land(0).await;
    assert_eq!((journal.unsettled_count(), state(&tess).await), (0, OptOut::No));
    drop(first);
    journal.close().await.expect("closed");

    // Another program, another client; the journal is the same.
    let tess = Tess::at(tess.there).await;
    let journal = open(home.path(), &ids).await;
    let _second = outbox(&tess, &journal);
    assert_eq!(state(&tess).await, OptOut::No);
    tess.there.world().voter_writes(1, "no, really: stop texting me", now());
    assert!(matches!(state(&tess).await, OptOut::Possible { .. }), "what came after it is asked");
    // Without the journal it is asked again: in doubt nobody is texted.
    let tess = Tess::at(tess.there).await;
    assert!(matches!(state(&tess).await, OptOut::Possible { .. }));
}

#[tokio::test]
async fn an_act_whose_answer_was_lost_is_done_before_the_next_one_of_its_contact() {
    let ids = SeededIds::shared(6);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(1).await;
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    let journal = open(home.path(), &ids).await;
    let note = |text: &str| Act::Note { contact: ContactId(1), text: text.to_owned() };
    let first = confirm(&journal, &ids, note("first")).await;
    let server: Arc<dyn CampaignServer> = tess.server.clone();
    let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), Arc::clone(&ids));
    tess.there.world().troubles.extend([("fields", Trouble::Gateway); 3]);
    assert_eq!(outbox.take_off(), 1);
    let said = outbox.land(0).await;
    assert!(!said.iter().any(|report| matches!(report, Report::Unknown(_) | Report::Verdict(_))), "{said:?}");
    assert_eq!((journal.unknown(), journal.waiting()), (vec![], vec![first]));
    confirm(&journal, &ids, note("second")).await;
    // The feed is there again and again.
    let mut told = Told::default();
    for _ in 0..6 {
        outbox.try_now();
        outbox.take_off();
        told.hear(outbox.land(0).await);
        told.hear(outbox.look_up().await);
    }
    assert_eq!((told.accepted.len(), journal.unsettled_count()), (2, 0));
    assert_eq!(tess.there.world().contacts[&1].custom["notes"], "second");
}

#[tokio::test]
async fn an_opt_out_that_stopped_half_way_is_said_and_is_in_the_journal_until_it_is_done() {
    let ids = SeededIds::shared(8);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "please leave me alone", now());
    let journal = open(home.path(), &ids).await;
    let id = confirm(&journal, &ids, Act::OptOut { contact: ContactId(1), notice: true, grace: false }).await;
    tess.there.world().troubles.extend([("optOut", Trouble::Fails); 6]);
    let server: Arc<dyn CampaignServer> = tess.server.clone();
    let mut outbox = Steps::new(Arc::clone(&server), journal.clone(), SystemClock::shared(), Arc::clone(&ids));
    let half_way = |reports: &[Report]| reports.iter().filter(|report| **report == Report::HalfWay(id)).count();
    assert_eq!(outbox.take_off(), 1);
    assert_eq!(half_way(&outbox.land(0).await), 1);
    assert_eq!(tess.there.world().sent_to(1).len(), 2, "the notice went");
    assert!(!tess.there.world().contacts[&1].opted_out && journal.is_half_way(id).await.expect("read"));
    // Once more in vain: said once.
    outbox.try_now();
    assert_eq!(outbox.take_off(), 1);
    assert_eq!(half_way(&outbox.land(0).await), 0);
    outbox.try_now();
    assert_eq!(outbox.take_off(), 1);
    let reports = outbox.land(0).await;
    assert!(reports.iter().any(|report| matches!(report, Report::Verdict(verdict) if verdict.is_accepted())));
    assert!(tess.there.world().contacts[&1].opted_out && !journal.is_half_way(id).await.expect("read"));
    assert_eq!(tess.there.world().sent_to(1).len(), 2);
}

#[tokio::test]
async fn the_mark_of_an_opt_out_that_stopped_half_way_goes_with_it_whoever_did_the_rest() {
    let ids = SeededIds::shared(9);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "please leave me alone", now());
    let journal = open(home.path(), &ids).await;
    let id = confirm(&journal, &ids, Act::OptOut { contact: ContactId(1), notice: true, grace: false }).await;
    tess.there.world().troubles.extend([("optOut", Trouble::Fails); 3]);
    let server: Arc<dyn CampaignServer> = tess.server.clone();
    let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), Arc::clone(&ids));
    outbox.take_off();
    outbox.land(0).await;
    assert!(journal.is_half_way(id).await.expect("read"));
    drop(outbox);
    journal.close().await.expect("closed");

    // Somebody opted them out there, and the program began anew: it knows of the notice by the journal alone.
    tess.there.world().contacts.get_mut(&1).expect("a contact").opted_out = true;
    let journal = open(home.path(), &ids).await;
    assert!(journal.is_half_way(id).await.expect("read"));
    let anew = Tess::at(tess.there).await;
    let server: Arc<dyn CampaignServer> = anew.server.clone();
    let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), ids);
    outbox.take_off();
    let reports = outbox.land(0).await;
    assert!(reports.iter().any(|report| matches!(report, Report::Verdict(verdict) if verdict.is_accepted())));
    assert!(!journal.is_half_way(id).await.expect("read"), "nothing is half-way any more");
    assert_eq!(anew.there.world().sent_to(1).len(), 2);
}

#[tokio::test]
async fn killed_in_mid_opt_out_it_is_done_at_the_next_start_with_one_notice() {
    let ids = SeededIds::shared(7);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "please leave me alone", now());
    let journal = open(home.path(), &ids).await;
    confirm(&journal, &ids, Act::OptOut { contact: ContactId(1), notice: true, grace: false }).await;
    tess.there.world().faults.push_back(Fault::Silence);
    let server: Arc<dyn CampaignServer> = tess.server.clone();
    let mut outbox = Steps::new(Arc::clone(&server), journal.clone(), SystemClock::shared(), Arc::clone(&ids));
    assert_eq!(outbox.take_off(), 1);
    tokio::select! {
        _ = outbox.land(0) => panic!("no answer comes"),
        () = tess.there.silent.notified() => {}
    }
    drop(outbox);
    journal.close().await.expect("closed");

    let journal = open(home.path(), &ids).await;
    assert!(journal.unknown().is_empty(), "it waits");
    let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), ids);
    assert_eq!(outbox.take_off(), 1);
    let reports = outbox.land(0).await;
    assert!(
        reports.iter().any(|report| matches!(report, Report::Verdict(verdict) if verdict.is_accepted())),
        "{reports:?}"
    );
    let world = tess.there.world();
    assert!(world.contacts[&1].opted_out);
    assert_eq!(world.sent_to(1).len(), 2);
}

#[tokio::test]
async fn a_notice_that_is_still_on_its_way_at_a_restart_goes_out_no_second_time() {
    let ids = SeededIds::shared(10);
    let home = tempfile::tempdir().expect("a directory");
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "please leave me alone", now());
    let journal = open(home.path(), &ids).await;
    let id = confirm(&journal, &ids, Act::OptOut { contact: ContactId(1), notice: true, grace: false }).await;
    tess.there.world().faults.push_back(Fault::Silence);
    let server: Arc<dyn CampaignServer> = tess.server.clone();
    let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), Arc::clone(&ids));
    outbox.take_off();
    tokio::select! {
        _ = outbox.land(0) => panic!("no answer comes"),
        () = tess.there.silent.notified() => {}
    }
    drop(outbox);
    journal.close().await.expect("closed");
    // The server is slow: it shows nothing of it yet.
    let late = tess.there.world().messages.pop().expect("the notice");

    let journal = open(home.path(), &ids).await;
    let anew = Tess::at(tess.there).await;
    let server: Arc<dyn CampaignServer> = anew.server.clone();
    let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), ids);
    outbox.take_off();
    let reports = outbox.land(0).await;
    assert!(reports.iter().any(|report| matches!(report, Report::Verdict(verdict) if verdict.is_accepted())));
    anew.there.world().messages.push(late);
    assert!(anew.there.world().contacts[&1].opted_out);
    assert_eq!(anew.there.world().sent_to(1).len(), 2, "the first text and one notice");
    assert_eq!(anew.server.beside().expect("looked").unnoticed.len(), 1, "whether it went is not known");
    assert_eq!(journal.memo(id).await.expect("read"), None, "what was kept of it went with it");
}

#[tokio::test]
async fn after_a_restart_an_earlier_reply_with_the_same_words_is_not_taken_for_one_of_unknown_outcome() {
    for (fault, found) in [(Fault::CutBefore, false), (Fault::Silence, true)] {
        let ids = SeededIds::shared(11);
        let home = tempfile::tempdir().expect("a directory");
        let tess = Tess::start(1).await;
        tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
        tess.there.world().voter_writes(1, "thanks", now());
        let reply = tess.text(1, MessageKind::Reply, "Thank you!").await;
        let journal = open(home.path(), &ids).await;
        let server: Arc<dyn CampaignServer> = tess.server.clone();
        let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), Arc::clone(&ids));
        for fault in [None, Some(fault)] {
            let id = ids.act_id(now());
            journal
                .confirm(&Confirmed { id, at: now(), what: ConfirmedWhat::Text(reply.clone()) })
                .await
                .expect("written");
            tess.there.world().faults.extend(fault);
            outbox.take_off();
            if fault == Some(Fault::Silence) {
                tokio::select! {
                    _ = outbox.land(0) => panic!("no answer comes"),
                    () = tess.there.silent.notified() => {}
                }
            } else {
                outbox.land(0).await;
            }
        }
        assert_eq!(journal.unknown().len(), 1, "{fault:?}");
        drop(outbox);
        journal.close().await.expect("closed");

        let journal = open(home.path(), &ids).await;
        let anew = Tess::at(tess.there).await;
        let server: Arc<dyn CampaignServer> = anew.server.clone();
        let mut outbox = Steps::new(server, journal.clone(), SystemClock::shared(), ids);
        outbox.try_now();
        let reports = outbox.look_up().await;
        let accepted = reports.iter().any(|report| matches!(report, Report::Verdict(verdict) if verdict.is_accepted()));
        assert_eq!((accepted, journal.unknown().is_empty()), (found, found), "{fault:?}: {reports:?}");
    }
}

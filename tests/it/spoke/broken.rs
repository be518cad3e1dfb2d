//! Contacts over whom the server fails: the others are there, these are counted with a reason, and asked for again.

use futures_util::StreamExt;
use pretty_assertions::assert_eq;
use uuid::Uuid;

use textbank::api::act::Act;
use textbank::api::event::EventKind;
use textbank::api::message::Outcome;
use textbank::client::{CallError, CampaignServer};
use textbank::domain::ids::{ActId, ContactId};

use super::shift::{Tess, now};
use super::stand_in::Trouble;

fn ids(count: i64) -> Vec<ContactId> {
    (1..=count).map(ContactId).collect()
}

async fn read(tess: &Tess, count: i64) -> Vec<i64> {
    let bodies = tess.server.contacts(tess.campaign, &ids(count)).await.expect("bodies");
    let mut found: Vec<i64> = bodies.iter().map(|view| view.summary.id.0).collect();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn assignments_that_could_not_be_read_are_not_none() {
    for masked in [true, false] {
        let tess = Tess::start(3).await;
        {
            let mut world = tess.there.world();
            world.habits.masked = masked;
            world.troubles.extend([("todos", Trouble::Fails), ("todos", Trouble::Fails)]);
        }
        assert!(matches!(tess.server.campaigns().await, Err(CallError::Strange(_))));
        assert!(tess.server.assignments().await.is_err());
        assert_eq!(tess.server.campaigns().await.expect("well again").len(), 1);
    }
}

#[tokio::test]
async fn one_of_fifty_is_found_and_counted_and_the_others_are_there() {
    for (masked, how) in
        [(false, ""), (true, ""), (true, "!"), (true, "messages"), (true, "optOut"), (false, "customFields")]
    {
        let tess = Tess::start(50).await;
        tess.server.campaign(tess.campaign).await.expect("a campaign");
        {
            let mut world = tess.there.world();
            world.habits.masked = masked;
            world.habits.broken.extend([(17, how), (44, how)]);
            world.asked.clear();
        }
        let found = read(&tess, 50).await;
        let expected: Vec<i64> = (1..=50).filter(|id| ![17, 44].contains(id)).collect();
        assert_eq!(found, expected, "{how}");
        let asked = tess.there.world().asked.iter().filter(|name| *name == "details").count();
        assert!(asked <= 30, "{asked} questions");
        let beside = tess.server.beside().expect("noticed");
        assert_eq!(beside.unreadable.into_iter().map(|id| id.0).collect::<Vec<_>>(), [17, 44]);
        // The server's own words may quote anything.
        assert!(!beside.why.is_empty() && !beside.why.contains("damaged"), "{}", beside.why);
    }
}

#[tokio::test]
async fn a_server_that_fails_over_everybody_is_not_taken_for_broken_contacts() {
    // With others to compare with, and with none.
    for (all, most) in [(60, 15), (50, 100)] {
        let tess = Tess::start(all).await;
        tess.server.campaign(tess.campaign).await.expect("a campaign");
        tess.server.assignment(tess.campaign, None).await.expect("a list");
        tess.there.world().habits.broken.extend((1..=all).map(|id| (id, "")));
        tess.there.world().asked.clear();
        let answer = tess.server.contacts(tess.campaign, &ids(50)).await;
        assert!(matches!(answer, Err(CallError::Strange(_))), "{answer:?}");
        let asked = tess.there.world().asked.len();
        assert!(asked < most, "it is left alone soon: {asked} of {all}");
        assert!(tess.server.beside().expect("looked").unreadable.is_empty());
    }
}

#[tokio::test]
async fn neighbours_are_found_with_nobody_to_compare_with() {
    let tess = Tess::start(50).await;
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    tess.there.world().habits.broken.extend((1..=3).map(|id| (id, "")));
    assert_eq!(read(&tess, 50).await, (4..=50).collect::<Vec<_>>());
    assert_eq!(tess.server.beside().expect("noticed").unreadable.len(), 3);
}

#[tokio::test]
async fn two_who_wait_and_are_both_broken_keep_nobody_from_the_list() {
    let tess = Tess::start(4).await;
    {
        let mut world = tess.there.world();
        world.voter_writes(1, "yes", now());
        world.voter_writes(2, "no", now());
        world.habits.broken.extend([(1, ""), (2, "!")]);
    }
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!(page.contacts.len(), 4);
    assert_eq!(tess.server.beside().expect("noticed").unreadable.len(), 2);
}

#[tokio::test]
async fn two_broken_ones_that_are_due_again_do_not_end_the_feed() {
    let tess = Tess::start(3).await;
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    {
        let mut world = tess.there.world();
        world.habits.broken.extend([(1, ""), (2, "!")]);
        world.voter_writes(1, "hello?", now());
        world.voter_writes(2, "hi", now());
    }
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    assert_eq!(tess.server.beside().expect("noticed").unreadable.len(), 2);
    // Each wait is of milliseconds here: they are due again and again.
    for words in ["yes", "and my wife", "when?"] {
        tess.there.world().asked.clear();
        let tries = async {
            while tess.there.world().asked.iter().filter(|name| *name == "details").count() < 4 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = tries => {}
            () = async { while feed.next().await.expect("it goes on").is_ok() {} } => panic!("the feed failed"),
        }
        tess.there.world().voter_writes(3, words, now());
        loop {
            if let EventKind::Contact { contact } = feed.next().await.expect("it goes on").expect("an event").what {
                assert_eq!((contact.id, contact.preview.as_str()), (ContactId(3), words));
                break;
            }
        }
    }
    // So it does where the whole question about them fails for another reason.
    tess.there.world().troubles.push_back(("details", Trouble::Gateway));
    while !tess.there.world().troubles.is_empty() {
        tokio::select! {
            event = feed.next() => drop(event.expect("it goes on").expect("an event")),
            () = tokio::task::yield_now() => {}
        }
    }
    tess.there.world().voter_writes(3, "bye", now());
    assert!(feed.next().await.expect("it goes on").is_ok());
}

#[tokio::test]
async fn whoever_cannot_be_read_is_opted_out_all_the_same() {
    for how in ["", "!", "optOut"] {
        let tess = Tess::start(2).await;
        tess.server.campaign(tess.campaign).await.expect("a campaign");
        tess.server.assignment(tess.campaign, None).await.expect("a list");
        tess.there.world().habits.broken.insert(1, how);
        let act = Act::OptOut { contact: ContactId(1), notice: true, grace: false };
        let verdict = tess.server.act(ActId(Uuid::from_u128(7)), &act).await.expect("a verdict");
        assert!(matches!(verdict.outcome, Outcome::Accepted { .. }), "{verdict:?}");
        let world = tess.there.world();
        assert!(world.contacts[&1].opted_out && !world.contacts[&2].opted_out, "{how}");
        assert_eq!((world.sent_to(1).len(), world.silent_opt_outs), (0, 1));
    }
}

#[tokio::test]
async fn the_feed_goes_on_beside_a_broken_one_and_tells_of_it_once_it_is_whole() {
    let tess = Tess::start(3).await;
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    {
        let mut world = tess.there.world();
        world.habits.masked = true;
        world.habits.broken.insert(1, "");
        world.voter_writes(1, "hello?", now());
        world.voter_writes(2, "yes", now());
    }
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    let (mut second, mut nudged) = (false, false);
    while !(second && nudged) {
        match feed.next().await.expect("it goes on").expect("an event").what {
            EventKind::Contact { contact } => {
                assert_eq!(contact.id, ContactId(2));
                second = true;
            }
            EventKind::Here {} => nudged = true,
            EventKind::Gone { .. } => panic!("nobody is gone"),
            _ => {}
        }
    }
    assert_eq!(tess.server.beside().expect("noticed").unreadable.len(), 1);
    // The list names them all the same.
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!(page.contacts.len(), 3);

    tess.there.world().habits.broken.clear();
    loop {
        if let EventKind::Contact { contact } = feed.next().await.expect("it goes on").expect("an event").what
            && contact.id == ContactId(1)
        {
            assert_eq!(contact.preview, "hello?");
            break;
        }
    }
    assert!(tess.server.beside().expect("looked").unreadable.is_empty());
}

#[tokio::test]
async fn an_entry_that_fails_in_the_list_itself_is_counted_and_a_list_of_errors_alone_is_none() {
    let tess = Tess::start(4).await;
    tess.there.world().habits.broken.insert(3, "*");
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!(page.contacts.iter().map(|line| line.id.0).collect::<Vec<_>>(), [1, 2, 4]);
    let beside = tess.server.beside().expect("noticed");
    assert_eq!((beside.nameless, beside.unreadable.len()), (1, 0));
    assert!(!beside.why.is_empty() && !beside.why.contains("damaged"), "{}", beside.why);
    // Its status alone fails: whose it is is known.
    tess.there.world().habits.broken = [(3, "messageStatus")].into();
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!(page.contacts.len(), 3);
    let beside = tess.server.beside().expect("noticed");
    assert_eq!((beside.nameless, beside.unreadable.into_iter().collect::<Vec<_>>()), (0, vec![ContactId(3)]));
    tess.there.world().habits.broken = (1..=4).map(|id| (id, "*")).collect();
    assert!(tess.server.assignment(tess.campaign, None).await.is_err(), "who is not there is not gone");
}

#[tokio::test]
async fn the_number_of_who_has_no_name_is_that_of_the_whole_list_whatever_is_polled() {
    let tess = Tess::start(4).await;
    {
        let mut world = tess.there.world();
        world.habits.broken.insert(3, "*");
        world.voter_writes(1, "yes", now());
    }
    let nameless = || tess.server.beside().expect("looked").nameless;
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!((page.contacts.len(), nameless()), (3, 1));
    // Among who waits nobody is broken, then only that one is, then both are there.
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    assert_eq!(nameless(), 1);
    for waiting in [None, Some(3), Some(1)] {
        if let Some(id) = waiting {
            tess.there.world().contacts.get_mut(&1).expect("a contact").status = "convo".to_owned();
            tess.there.world().voter_writes(id, "hello?", now());
        }
        tess.there.world().asked.clear();
        let polls = async {
            while tess.there.world().asked.iter().filter(|name| *name == "poll").count() < 5 {
                tokio::task::yield_now().await;
                assert_eq!(nameless(), 1);
            }
        };
        tokio::select! {
            () = polls => {}
            () = async { while feed.next().await.expect("it goes on").is_ok() {} } => panic!("the feed failed"),
        }
    }
    tess.there.world().habits.broken.clear();
    tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!(nameless(), 0);
}

#[tokio::test]
async fn everybody_is_read_to_say_who_cannot_be() {
    let tess = Tess::start(60).await;
    tess.there.world().habits.broken.extend([(17, ""), (44, "messageStatus"), (51, "*")]);
    let readings = tess.server.readings().await.expect("asked");
    let [one] = readings.as_slice() else { panic!("one assignment: {readings:?}") };
    assert_eq!((one.assignment, one.read, one.nameless), (tess.campaign, 57, 1));
    assert_eq!(one.unreadable.iter().map(|one| one.contact.0).collect::<Vec<_>>(), [17, 44]);
    assert!(one.unreadable.iter().all(|one| !one.why.is_empty()) && one.nameless_why.is_some());
    tess.there.world().habits.broken.clear();
    let anew = Tess::at(tess.there).await;
    let whole = anew.server.readings().await.expect("asked").remove(0);
    assert_eq!((whole.read, whole.unreadable, whole.nameless, whole.nameless_why), (60, vec![], 0, None));
}

//! Contacts over whom the server fails: the others are there, these are counted with a reason, and asked for again.

use futures_util::StreamExt;
use pretty_assertions::assert_eq;

use textbank::api::event::EventKind;
use textbank::client::{CallError, CampaignServer};
use textbank::domain::ids::ContactId;

use super::shift::{Tess, now};

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
        assert!(
            beside.why.contains(if masked { "Internal server error" } else { "damaged" }) || how == "customFields",
            "{}",
            beside.why
        );
    }
}

#[tokio::test]
async fn a_server_that_fails_over_everybody_is_not_taken_for_broken_contacts() {
    let tess = Tess::start(50).await;
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    tess.there.world().habits.broken.extend((1..=50).map(|id| (id, "")));
    tess.there.world().asked.clear();
    let answer = tess.server.contacts(tess.campaign, &ids(50)).await;
    assert!(matches!(answer, Err(CallError::Strange(_))), "{answer:?}");
    assert!(tess.there.world().asked.len() < 15, "it is left alone soon");
    assert!(tess.server.beside().expect("looked").unreadable.is_empty());
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
    assert!(beside.why.contains("damaged"), "{}", beside.why);
    // Its status alone fails: whose it is is known.
    tess.there.world().habits.broken = [(3, "messageStatus")].into();
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!(page.contacts.len(), 3);
    let beside = tess.server.beside().expect("noticed");
    assert_eq!((beside.nameless, beside.unreadable.into_iter().collect::<Vec<_>>()), (0, vec![ContactId(3)]));
    tess.there.world().habits.broken = (1..=4).map(|id| (id, "*")).collect();
    assert!(tess.server.assignment(tess.campaign, None).await.is_err(), "who is not there is not gone");
}

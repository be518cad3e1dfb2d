//! The feed that polling makes.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use pretty_assertions::assert_eq;
use serde_json::json;

use textbank::api::event::{Event, EventKind};
use textbank::api::problem::Code;
use textbank::client::spoke::Pace;
use textbank::client::{Call, CallError, CampaignServer};
use textbank::domain::conversation::OptOut;
use textbank::domain::ids::ContactId;
use textbank::domain::message::MessageKind;

use super::shift::{AT_ONCE, Tess, now};
use super::stand_in::{TESS, Trouble};

async fn until<T>(feed: &mut BoxStream<'static, Call<Event>>, found: impl Fn(EventKind) -> Option<T>) -> T {
    loop {
        let event = feed.next().await.expect("the feed goes on").expect("an event");
        if let Some(found) = found(event.what) {
            return found;
        }
    }
}

#[tokio::test]
async fn what_changes_elsewhere_is_told() {
    let tess = Tess::start(5).await;
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");

    // Texted and answered: a first reply, a second one before it was answered.
    for words in ["yes", "and my wife too"] {
        tess.there.world().voter_writes(1, words, now());
        let line = until(&mut feed, |what| match what {
            EventKind::Contact { contact } if contact.id == ContactId(1) => Some(contact),
            _ => None,
        });
        assert_eq!(line.await.preview, words);
    }
    // They write STOP, and the server takes it for one.
    {
        let mut world = tess.there.world();
        let contact = world.contacts.get_mut(&1).expect("a contact");
        contact.status = "closed".to_owned();
        contact.opted_out = true;
        contact.updated_at = now();
    }
    let line = until(&mut feed, |what| match what {
        EventKind::Contact { contact } if contact.id == ContactId(1) => Some(contact),
        _ => None,
    });
    assert_eq!(line.await.opt_out, OptOut::Yes { by_word: false });

    // An admin gives one to somebody else, and another to Tess.
    tess.there.world().contacts.get_mut(&2).expect("a contact").assignment = None;
    let gone = until(&mut feed, |what| match what {
        EventKind::Gone { contact, .. } => Some(contact),
        _ => None,
    });
    assert_eq!(gone.await, ContactId(2));
    tess.there.world().add_contacts(50, 1, Some(tess.campaign.0), now());
    let new = until(&mut feed, |what| match what {
        EventKind::Contact { contact } if contact.id == ContactId(50) => Some(contact),
        _ => None,
    });
    assert_eq!(new.await.first_name, "Quinn");

    // The script is changed, then the campaign closed.
    tess.there.world().campaign = json!({ "title": "Another" });
    let version = until(&mut feed, |what| match what {
        EventKind::Campaign { script_version, .. } => Some(script_version),
        _ => None,
    })
    .await;
    let view = tess.server.campaign(tess.campaign).await.expect("a campaign");
    assert_eq!((view.script_version, view.def.title.as_str()), (version, "Another"));
}

/// As [`until`], but no longer than for so many requests.
async fn soon<T>(
    tess: &Tess,
    feed: &mut BoxStream<'static, Call<Event>>,
    found: impl Fn(EventKind) -> Option<T>,
) -> Option<T> {
    let last = tess.there.world().asked.len() + 40;
    let enough = async {
        while tess.there.world().asked.len() < last {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        found = until(feed, found) => Some(found),
        () = enough => None,
    }
}

#[tokio::test]
async fn what_was_read_for_something_else_first_is_told_all_the_same() {
    let tess = Tess::start(3).await;
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    for (at, words) in ["yes", "and my wife too"].into_iter().enumerate() {
        tess.there.world().voter_writes(1, words, now());
        // The conversation is looked at before the next poll.
        if at == 0 {
            tess.server.thread(ContactId(1), None, 50).await.expect("a thread");
        } else {
            tess.server.contacts(tess.campaign, &[ContactId(1)]).await.expect("a body");
        }
        let line = soon(&tess, &mut feed, |what| match what {
            EventKind::Contact { contact } if contact.id == ContactId(1) => Some(contact.preview),
            _ => None,
        });
        assert_eq!(line.await.as_deref(), Some(words));
    }
    // One who was given away is looked at before the list is compared.
    tess.there.world().contacts.get_mut(&2).expect("a contact").assignment = None;
    assert_eq!(tess.server.contacts(tess.campaign, &[ContactId(2)]).await.expect("no body").len(), 0);
    let gone = soon(&tess, &mut feed, |what| match what {
        EventKind::Gone { contact, .. } => Some(contact),
        _ => None,
    });
    assert_eq!(gone.await, Some(ContactId(2)));
}

#[tokio::test]
async fn what_a_failure_kept_back_is_told_by_the_next_feed() {
    let tess = Tess::start(60).await;
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    {
        let mut world = tess.there.world();
        for contact in 1..=60 {
            world.voter_writes(contact, "yes", now());
        }
        // They are read in two parts; the second one fails.
        world.troubles.extend([("details", Trouble::Passes), ("details", Trouble::Gateway)]);
    }
    assert!(tess.server.events(tess.campaign, page.seq).await.is_err());
    let mut told = BTreeSet::new();
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    while told.len() < 60 {
        let one = soon(&tess, &mut feed, |what| match what {
            EventKind::Contact { contact } => Some(contact.id),
            _ => None,
        });
        let Some(one) = one.await else { panic!("only {} were told of", told.len()) };
        told.insert(one);
    }
}

#[tokio::test]
async fn a_quiet_feed_asks_the_least_and_numbers_only_go_up() {
    let tess = Tess::start(5).await;
    // What the server's page says is read with the campaign.
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    tess.there.world().voter_writes(1, "hi", now());
    let mut last = page.seq;
    for _ in 0..2 {
        let event = feed.next().await.expect("the feed goes on").expect("an event");
        assert!(event.seq > last);
        last = event.seq;
    }
    tess.there.world().asked.clear();
    // Nothing happens: nothing is told, and nobody is read in full, however often it asks.
    let often = async {
        while tess.there.world().asked.len() < 20 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        event = feed.next() => panic!("{event:?}"),
        () = often => {}
    }
    let asked = tess.there.world().asked.clone();
    assert!(!asked.iter().any(|name| name == "details"), "{asked:?}");
}

#[tokio::test]
async fn a_lost_session_ends_the_feed_at_once_and_a_new_one_goes_on() {
    let tess = Tess::start(2).await;
    let mut feed = tess.server.events(tess.campaign, 0).await.expect("a feed");
    tess.there.world().habits.signed_out = true;
    let ended = feed.next().await.expect("a word");
    assert!(matches!(ended, Err(CallError::Refused(problem)) if problem.code == Code::Unauthorized));
    assert!(feed.next().await.is_none());
    assert!(tess.server.events(tess.campaign, 0).await.is_err());
    tess.there.world().habits.signed_out = false;
    drop(tess.server.events(tess.campaign, 0).await.expect("a feed"));
}

#[tokio::test]
async fn null_entries_and_empty_cells_do_no_harm() {
    let tess = Tess::start(3).await;
    {
        let mut world = tess.there.world();
        world.habits.nulls = true;
        world.habits.cached = true;
        world.contacts.get_mut(&3).expect("a contact").zone = None;
    }
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!(page.contacts.len(), 3);
    let ids = [ContactId(1), ContactId(777), ContactId(3)];
    let bodies = tess.server.contacts(tess.campaign, &ids).await.expect("bodies");
    assert_eq!(bodies.iter().map(|view| view.summary.id).collect::<Vec<_>>(), [ContactId(1), ContactId(3)]);
    assert_eq!(bodies[0].fields["cell"], "");
    assert_eq!(bodies[0].fields["polling_place"], "School No. 2");
    assert!(bodies[1].zones.names().len() > 1, "nobody knows where");
    let verdict = tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("a verdict");
    assert!(verdict.is_accepted());
}

#[tokio::test]
async fn a_press_for_somebody_taken_back_shows_who_else_was_at_once() {
    let tess = Tess::start(6).await;
    let slow = std::time::Duration::from_secs(3600);
    let pace = Pace { poll_busy: slow, poll_quiet: slow, ..AT_ONCE };
    let server = std::sync::Arc::new((*tess.server).clone().at_pace(pace));
    let page = server.assignment(tess.campaign, None).await.expect("a list");
    let request = tess.text(1, MessageKind::Initial, "Hi").await;
    let mut feed = server.events(tess.campaign, page.seq).await.expect("a feed");
    // An admin takes four of the six back; no poll is due for an hour.
    for contact in 1..=4 {
        tess.there.world().contacts.get_mut(&contact).expect("a contact").assignment = None;
    }
    let verdict = server.send(textbank::domain::ids::MessageId(uuid::Uuid::from_u128(1)), &request).await;
    assert!(!verdict.expect("a verdict").is_accepted());
    let mut gone = BTreeSet::new();
    while gone.len() < 4 {
        gone.insert(
            until(&mut feed, |what| match what {
                EventKind::Gone { contact, .. } => Some(contact.0),
                _ => None,
            })
            .await,
        );
    }
    assert_eq!(gone, BTreeSet::from([1, 2, 3, 4]));
}

#[tokio::test]
async fn words_that_may_be_an_opt_out_are_found_however_many_wait() {
    let tess = Tess::start(130).await;
    for contact in 1..=130 {
        let words = if contact == 127 { "please stop" } else { "where do I vote?" };
        tess.there.world().store(contact, TESS, "Hi", now(), false);
        tess.there.world().voter_writes(contact, words, now());
    }
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    let line = page.contacts.iter().find(|line| line.id == ContactId(127)).expect("in hand");
    assert_eq!(line.opt_out, OptOut::No, "not read yet");
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    let line = until(&mut feed, |what| match what {
        EventKind::Contact { contact } if contact.id == ContactId(127) => Some(contact),
        EventKind::Thread { .. } => panic!("nobody is rung for what was written before"),
        _ => None,
    });
    assert!(matches!(line.await.opt_out, OptOut::Possible { .. }));
}

#[tokio::test]
async fn who_was_taken_away_is_noticed_by_the_next_poll_without_any_press() {
    let tess = Tess::start(6).await;
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    let mut feed = tess.server.events(tess.campaign, page.seq).await.expect("a feed");
    let polls = || tess.there.world().asked.iter().filter(|name| *name == "poll").count();
    let before = polls();
    tess.there.world().contacts.get_mut(&4).expect("a contact").assignment = None;
    let gone = until(&mut feed, |what| match what {
        EventKind::Gone { contact, .. } => Some(contact.0),
        _ => None,
    });
    assert_eq!(gone.await, 4);
    assert!(polls() <= before + 2, "it was seen by its turn alone, after {} polls", polls() - before);
}

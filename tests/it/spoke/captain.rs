//! Who watches a campaign there: the board, conversations, whose they are.

use std::sync::Arc;

use futures_util::StreamExt;
use pretty_assertions::assert_eq;
use uuid::Uuid;

use textbank::api::act::Act;
use textbank::api::campaign::CampaignState;
use textbank::api::event::EventKind;
use textbank::api::people::Role;
use textbank::api::problem::Code;
use textbank::client::native::Timeouts;
use textbank::client::spoke::SpokeServer;
use textbank::client::spoke::captain::{Filters, To};
use textbank::client::spoke::session::Door;
use textbank::client::{CallError, CampaignServer};
use textbank::domain::conversation::Status;
use textbank::domain::ids::{ActId, CampaignId, ContactId, PersonId};
use textbank::env::{SeededIds, SystemClock};

use super::shift::{AT_ONCE, now};
use super::stand_in::{ADA, StandIn, TESS, World};

const CAMPAIGN: CampaignId = CampaignId(1);

struct Ada {
    there: StandIn,
    server: Arc<SpokeServer>,
}

/// Ten contacts of Tess's, two of nobody's; one waits, one has opted out, one text failed.
async fn ada() -> Ada {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut world = World::with_contacts(10, now());
    world.add_contacts(100, 2, None, now());
    for contact in 1..=4 {
        world.store(contact, TESS, "Hi", now(), false);
    }
    world.voter_writes(1, "Where do I vote?", now());
    world.voter_writes(2, "ok", now());
    world.store(2, TESS, "Thanks!", now(), false);
    world.contacts.get_mut(&3).expect("three").opted_out = true;
    world.errors.insert(4, 30003);
    world.contacts.get_mut(&2).expect("two").tags.extend([(1, None), (2, Some("RESOLVED".to_owned()))]);
    let clock = SystemClock::shared();
    let there = StandIn::start(0, world, clock.clone()).await;
    let door = Door::new(&there.url(), Timeouts::default()).expect("an address");
    let password = "hunter22hunter".to_owned().into();
    let (cookie, me) = door.login("ada.admin@example.org", &password).await.expect("signed in");
    assert_eq!(me.role, Role::Owner);
    let outside = (clock, SeededIds::shared(1));
    let server = SpokeServer::new(&there.url(), &cookie, PersonId(ADA), Timeouts::default(), outside);
    Ada { there, server: Arc::new(server.expect("a client").at_pace(AT_ONCE).watching()) }
}

#[tokio::test]
async fn the_board_counts_what_the_server_tells_and_names_what_it_does_not() {
    let ada = ada().await;
    assert!(ada.server.capabilities().board && !ada.server.capabilities().pause);
    let board = ada.server.board(CAMPAIGN).await.expect("a board");
    assert_eq!((board.title.as_str(), board.state), ("June 4 GOTV - assigned", CampaignState::Running));
    let c = board.counts;
    assert_eq!((c.total, c.unsent, c.unassigned, c.sent), (12, 8, 2, 4));
    assert_eq!((c.waiting, c.convo, c.messaged, c.closed, c.opted_out, c.failed), (1, 1, 1, 0, 1, 1));
    let foreign = board.foreign.as_ref().expect("of another make");
    assert_eq!((foreign.texts_out, foreign.texts_in), (Some(5), Some(2)));
    assert_eq!((foreign.errors[0].code.as_str(), foreign.errors[0].count), ("30003", 1));
    assert!(!board.tells("counts.sent") && !board.tells("texters.sent"), "closed without a text is not apart");
    assert!(!board.tells("texters.last_ten_minutes") && !board.tells("counts.held") && board.tells("counts.convo"));
    let tess = board.texters.iter().find(|line| line.person == PersonId(TESS)).expect("Tess");
    assert_eq!((tess.name.as_str(), tess.assigned, tess.unsent, tess.sent, tess.waiting), ("Tess Texter", 10, 6, 4, 1));

    // Without Redis the list counts nothing; with it all.
    let listed = ada.server.campaigns_to_watch(false).await.expect("campaigns");
    assert_eq!((listed.len(), listed[0].counts.contacts_count), (1, None));
    ada.there.world().habits.cached = true;
    let listed = ada.server.campaigns_to_watch(false).await.expect("campaigns");
    assert_eq!((listed[0].counts.contacts_count, listed[0].counts.needs_response_count), (Some(12), Some(1)));
}

#[tokio::test]
async fn conversations_are_found_by_each_filter() {
    let ada = ada().await;
    let found = |filters: Filters| {
        let server = Arc::clone(&ada.server);
        async move {
            let (found, total) = server.conversations(&filters, 0, 50).await.expect("conversations");
            assert_eq!(found.len() as u64, total);
            found.into_iter().map(|one| one.contact.0).collect::<Vec<_>>()
        }
    };
    let of = Filters { campaign: Some(CAMPAIGN), ..Filters::default() };
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(found(Filters { status: Some("needsResponse,convo".into()), ..of.clone() }).await, [1, 2]);
    assert_eq!(found(Filters { texter: Some(-2), ..of.clone() }).await, [100, 101]);
    assert_eq!(found(Filters { opted_out: Some(true), ..of.clone() }).await, [3]);
    assert_eq!(found(Filters { tags: words(&["needs-followup"]), ..of.clone() }).await, [2]);
    assert_eq!(found(Filters { tags: words(&["spanish"]), ..of.clone() }).await, [0_i64; 0]);
    assert_eq!(found(Filters { errors: vec![30003], ..of.clone() }).await, [4]);
    assert_eq!(found(Filters { text: Some("vote".into()), ..of.clone() }).await, [1]);
    let unknown = ada.server.conversations(&Filters { tags: words(&["nope"]), ..of.clone() }, 0, 5).await;
    assert!(matches!(unknown, Err(CallError::Refused(problem)) if problem.detail.contains("nope")));
    let (page, total) = ada.server.conversations(&of, 1, 2).await.expect("a page");
    assert_eq!((page.len(), total, page[0].contact), (2, 12, ContactId(2)));
    assert_eq!(
        (page[0].status, page[0].texter, page[0].tags.clone()),
        (Status::Convo, Some(PersonId(TESS)), words(&["needs-followup"]))
    );
    assert_eq!(page[0].messages.iter().map(|said| said.text.as_str()).collect::<Vec<_>>(), ["Hi", "ok", "Thanks!"]);
}

#[tokio::test]
async fn contacts_change_hands_status_and_tags() {
    let ada = ada().await;
    let hands = |id: i64| ada.there.world().contacts[&id].assignment;
    ada.server.reassign(CAMPAIGN, &[ContactId(1), ContactId(2)], To::Person(PersonId(ADA))).await.expect("done");
    assert_eq!((hands(1), hands(2), hands(4)), (Some(11), Some(11), Some(12)));
    let everything = ada.server.reassign_all(&Filters::default(), To::Nobody).await;
    assert!(matches!(everything, Err(CallError::Refused(problem)) if problem.code == Code::Invalid));
    // What the captain's console calls taking contacts back.
    let act = Act::Reclaim { campaign: CAMPAIGN, texter: PersonId(TESS) };
    assert!(ada.server.act(ActId(Uuid::from_u128(1)), &act).await.expect("a verdict").is_accepted());
    assert_eq!((hands(4), hands(5), hands(10)), (Some(12), None, None), "who was texted stays");
    ada.server.set_statuses(CAMPAIGN, &[ContactId(1)], "closed").await.expect("done");
    assert_eq!(ada.there.world().contacts[&1].status, "closed");
    ada.server.tag_all(CAMPAIGN, &[ContactId(1)], "hostile", true).await.expect("done");
    ada.server.tag_all(CAMPAIGN, &[ContactId(2)], "needs-followup", false).await.expect("done");
    let world = ada.there.world();
    assert_eq!(world.contacts[&1].tags.get(&3), Some(&None));
    assert_eq!(world.contacts[&2].tags.get(&1), Some(&Some("RESOLVED".to_owned())));
}

#[tokio::test]
async fn who_texts_only_is_told_that_watching_needs_a_role() {
    let ada = ada().await;
    ada.there.world().habits.role = Some(3);
    let refused = ada.server.board(CAMPAIGN).await;
    assert!(matches!(refused, Err(CallError::Refused(problem)) if problem.detail.contains("SUPERVOLUNTEER")));
    ada.there.world().habits.role = Some(4);
    let people = ada.server.people().await.expect("people");
    let roles: Vec<_> = people.iter().map(|person| (person.name.as_str(), person.role)).collect();
    assert_eq!(roles, [("Ada Admin", Some(Role::Captain)), ("Tess Texter", Some(Role::Texter))]);
}

#[tokio::test]
async fn the_board_is_counted_gently_and_told_when_it_changed() {
    let ada = ada().await;
    let mut feed = ada.server.events(CAMPAIGN, 0).await.expect("a feed");
    let mut board = async || match feed.next().await.expect("it goes on").expect("an event").what {
        EventKind::Board { board } => board,
        other => panic!("{other:?}"),
    };
    assert_eq!(board().await.counts.waiting, 1);
    ada.there.world().voter_writes(4, "hello", now());
    assert_eq!(board().await.counts.waiting, 2);
}

#[tokio::test]
async fn replies_that_waited_long_are_taken_over_by_a_command() {
    let ada = ada().await;
    assert_eq!(ada.server.take_waiting(CAMPAIGN).await.expect("taken"), 1);
    assert_eq!(ada.there.world().contacts[&1].assignment, Some(World::assignment_of(ADA)));
    assert_eq!(ada.server.take_waiting(CAMPAIGN).await.expect("none more"), 0);
    ada.there.world().habits.role = Some(1);
    let refused = ada.server.take_waiting(CampaignId(99)).await;
    assert!(matches!(refused, Err(CallError::Refused(problem)) if problem.code == Code::Forbidden));
}

#[tokio::test]
async fn the_screen_looks_through_conversations_and_does_something_with_several() {
    use textbank::api::review::{Deed, ReviewAnswer, ReviewAsk, Whom};
    let ada = ada().await;
    let ReviewAnswer::Crew { people, tags } = ada.server.review(&ReviewAsk::Crew(CAMPAIGN)).await.expect("people")
    else {
        panic!("no people")
    };
    assert!(people.iter().any(|one| one.person == PersonId(TESS)) && !tags.is_empty());
    let filters = Filters { campaign: Some(CAMPAIGN), ..Filters::default() };
    let page = ada.server.review(&ReviewAsk::Page(filters.clone(), 0)).await.expect("a page");
    let ReviewAnswer::Page { found, total, .. } = page else { panic!("no page") };
    assert_eq!((found.len(), total), (12, 12));
    let whom = |contact| Whom { campaign: CAMPAIGN, contact: ContactId(contact) };
    let done = async |deed: Deed, whom: Vec<Whom>| match ada.server.review(&ReviewAsk::Do(deed, whom)).await {
        Ok(ReviewAnswer::Done { asked, left, .. }) => (asked, left),
        other => panic!("not done: {other:?}"),
    };
    // One that is not there is told of; the others are with Ada.
    let to = Deed::Give(To::Person(PersonId(ADA)));
    assert_eq!(done(to, vec![whom(1), whom(9999)]).await, (2, vec![ContactId(9999)]));
    assert_eq!(done(Deed::Close(true), vec![whom(1), whom(6)]).await, (2, vec![]));
    assert_eq!(done(Deed::Close(false), vec![whom(1), whom(6)]).await, (2, vec![]));
    assert_eq!(done(Deed::Tag(tags[0].clone(), true), vec![whom(6)]).await, (1, vec![]));
    // Who is not closed is not opened, whatever the list showed when it was read.
    let before = ada.there.world().contacts[&2].status.clone();
    assert_eq!(done(Deed::Close(false), vec![whom(2)]).await, (1, vec![ContactId(2)]));
    let world = ada.there.world();
    let status = |contact| world.contacts[&contact].status.clone();
    assert_eq!((status(1).as_str(), status(6).as_str()), ("needsResponse", "needsMessage"));
    assert_eq!(status(2), before);
}

/// What the answer does not tell is read: a no without words is one, and what was done behind a lost answer is done.
#[tokio::test]
async fn what_became_of_a_deed_is_looked_at_when_the_answer_does_not_tell() {
    use super::stand_in::Trouble;
    use textbank::api::review::{Deed, ReviewAnswer, ReviewAsk, Whom};
    let ada = ada().await;
    let whom = vec![Whom { campaign: CAMPAIGN, contact: ContactId(1) }];
    let deeds = [
        ("reassign", Deed::Give(To::Person(PersonId(ADA)))),
        ("statuses", Deed::Close(true)),
        ("tags", Deed::Tag("hostile".into(), true)),
    ];
    for (name, deed) in deeds {
        for (trouble, expected) in [(Trouble::Fails, (vec![ContactId(1)], true)), (Trouble::Gateway, (vec![], false))] {
            ada.there.world().troubles.extend(std::iter::repeat_n((name, trouble), 3));
            match ada.server.review(&ReviewAsk::Do(deed.clone(), whom.clone())).await {
                Ok(ReviewAnswer::Done { left, wordless, .. }) => assert_eq!((left, wordless), expected, "{name}"),
                other => panic!("{name}, {trouble:?}: {other:?}"),
            }
            assert!(ada.there.world().troubles.is_empty(), "{name} was asked three times");
        }
    }
}

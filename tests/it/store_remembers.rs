//! What one of several processes remembers is so, whatever the others committed meanwhile.

use futures_util::future::join_all;
use textbank::api::{
    act::Act,
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    ids::MessageId,
    ledger::Head,
    message::MessageKind::Initial,
    received::{Received, first_total},
};
use textbank::server::store::{
    command::Answer,
    handles::{Admin, System, Texter},
};

use crate::store_home::{Hand, Home, Kind, Place, people, phone, refused};

async fn two() -> Option<(Home, Home)> {
    let one = Home::try_new(Kind::Postgres).await?;
    let other = one.beside(8).await;
    Some((one, other))
}

/// The first text to a contact, through this one.
async fn text(home: &Home, hand: &Hand, to: &textbank::api::assignment::ContactSummary) -> Result<(), Problem> {
    home.try_send(hand, home.text(to, Initial, "Hi there!")).await.map(drop)
}

/// Something that others need not forget anything for.
async fn something_routine(home: &Home, hand: &Hand) {
    Texter::of(hand.actor.clone()).presence(&home.desk).await.expect("an answer");
}

#[tokio::test]
async fn a_pause_through_one_counts_in_the_other() {
    let Some((one, other)) = two().await else { return };
    let (admin, campaign) = one.campaign(people(4)).await;
    let (tess, lou) = (one.join("Tess", Role::Texter).await, one.join("Lou", Role::Texter).await);
    let slice = one.claim(&tess, campaign, 4).await;
    text(&other, &tess, &slice[0]).await.expect("accepted");
    for _ in 0..2 {
        one.act(&admin, Act::Pause { campaign }).await;
        something_routine(&one, &lou).await;
        refused(text(&other, &tess, &slice[1]).await, Code::Paused);
        one.act(&admin, Act::Resume { campaign }).await;
        something_routine(&one, &lou).await;
    }
    text(&other, &tess, &slice[1]).await.expect("accepted");
}

#[tokio::test]
async fn the_end_of_a_sign_in_through_one_counts_in_the_other() {
    let Some((one, other)) = two().await else { return };
    let (admin, campaign) = one.campaign(people(2)).await;
    let (tess, lou) = (one.join("Tess", Role::Texter).await, one.join("Lou", Role::Texter).await);
    let slice = one.claim(&tess, campaign, 2).await;
    text(&other, &tess, &slice[0]).await.expect("accepted");
    let admin = Admin::of(admin.actor).expect("an admin");
    admin.revoke_session(&one.desk, tess.actor.session).await.expect("an answer");
    something_routine(&one, &lou).await;
    // As a request that was on its way: its sign-in was looked up before the end.
    refused(text(&other, &tess, &slice[1]).await, Code::SessionEnded);
}

#[tokio::test]
async fn a_stop_through_one_counts_in_the_other() {
    let Some((one, other)) = two().await else { return };
    let (_, campaign) = one.campaign(people(2)).await;
    let tess = one.join("Tess", Role::Texter).await;
    let slice = one.claim(&tess, campaign, 2).await;
    text(&other, &tess, &slice[0]).await.expect("accepted");
    for number in 0..2 {
        one.says(phone(number), "STOP").await;
    }
    refused(text(&other, &tess, &slice[1]).await, Code::Suppressed);
}

#[tokio::test]
async fn somebody_renamed_through_one_is_called_so_by_the_other() {
    let Some((one, other)) = two().await else { return };
    let (admin, campaign) = one.campaign(people(1)).await;
    let (tess, lou) = (one.join("Tess", Role::Texter).await, one.join("Lou", Role::Texter).await);
    let slice = one.claim(&tess, campaign, 1).await;
    let who = async || refused(text(&other, &lou, &slice[0]).await, Code::LeaseLost).who;
    assert_eq!(who().await.as_deref(), Some("Tess"));
    let admin = Texter::of(admin.actor);
    admin.rename(&one.desk, tess.actor.person, "Tessa".into()).await.expect("an answer");
    something_routine(&one, &tess).await;
    assert_eq!(who().await.as_deref(), Some("Tessa"));
}

#[tokio::test]
async fn what_a_program_commits_that_knows_of_nothing_routine_makes_everybody_forget() {
    let Some((one, other)) = two().await else { return };
    let (_, campaign) = one.campaign(people(2)).await;
    let tess = one.join("Tess", Role::Texter).await;
    let slice = one.claim(&tess, campaign, 2).await;
    text(&other, &tess, &slice[0]).await.expect("accepted");
    let Place::Postgres(database) = &one.place else { panic!("elsewhere") };
    database.sql("BEGIN; UPDATE campaigns SET state = 'paused'; UPDATE textbank_turn SET turn = turn + 1; COMMIT");
    something_routine(&one, &tess).await;
    refused(text(&other, &tess, &slice[1]).await, Code::Paused);
}

/// The whole ledger, its running total checked.
async fn ledger(home: &Home, hand: &Hand) -> Vec<Received> {
    let page = home.desk.store.ledger(&hand.actor, 0, 10_000).await.expect("read");
    let mut total = first_total();
    for (at, entry) in (1..).zip(&page.entries) {
        assert_eq!((entry.seq, &entry.total), (at, &entry.total_after(&total)));
        total.clone_from(&entry.total);
    }
    page.entries
}

#[tokio::test]
async fn a_chain_and_the_ledger_go_on_through_both() {
    let Some((one, other)) = two().await else { return };
    let (admin, campaign) = one.campaign(people(24)).await;
    let (tess, lou) = (one.join("Tess", Role::Texter).await, one.join("Lou", Role::Texter).await);
    let (slice, beside) = (one.claim(&tess, campaign, 12).await, one.claim(&lou, campaign, 12).await);
    let through = |at: usize| if at.is_multiple_of(3) { &one } else { &other };
    for (at, (contact, next)) in slice.iter().zip(&beside).enumerate().take(10) {
        for (hand, to, at) in [(&tess, contact, at), (&lou, next, at / 2)] {
            let (id, mut request) = (MessageId(one.fresh()), one.text(to, Initial, "Hi there!"));
            one.minter.link(hand.actor.person, id.0, &mut request);
            through(at).put_as_is(hand, &(id, request)).await;
        }
    }
    // What forks the chain is refused by either, whoever entered the text that has the place.
    for (at, home) in [&one, &other].into_iter().enumerate() {
        let contact = &slice[10 + at];
        let (id, mut request) = (MessageId(one.fresh()), one.text(contact, Initial, "Hi there!"));
        one.minter.link(tess.actor.person, id.0, &mut request);
        home.put_as_is(&tess, &(id, request.clone())).await;
        let mut fork = one.text(&beside[10 + at], Initial, "Hello!");
        let fork_id = MessageId(one.fresh());
        let taken = request.shown.link.expect("a link");
        let before = Head { n: taken.n - 1, hash: taken.prev, ..Head::start(taken.chain, fork.shown.device) };
        fork.shown.link = Some(before.mint(&fork.pressed(fork_id.0)));
        let not_it = if at == 0 { &other } else { &one };
        refused(not_it.try_put_as_is(&tess, &(fork_id, fork)).await, Code::LedgerBroken);
    }
    let entries = ledger(&other, &admin).await;
    assert_eq!(entries.iter().filter(|entry| entry.outcome == "accepted").count(), 22);
    assert_eq!(entries.iter().filter(|entry| entry.is_beside()).count(), 2);
    assert_eq!(entries.len(), 24);
}

#[tokio::test]
async fn who_missed_much_of_the_ledger_goes_on_at_its_end() {
    let Some((one, other)) = two().await else { return };
    let (admin, campaign) = one.campaign(people(3)).await;
    let (tess, lou) = (one.join("Tess", Role::Texter).await, one.join("Lou", Role::Texter).await);
    let (slice, beside) = (one.claim(&tess, campaign, 2).await, one.claim(&lou, campaign, 1).await);
    let first = |hand: &Hand, to| {
        let (id, mut request) = (MessageId(one.fresh()), one.text(to, Initial, "Hi there!"));
        one.minter.link(hand.actor.person, id.0, &mut request);
        (id, request)
    };
    other.put_as_is(&tess, &first(&tess, &slice[0])).await;
    one.put_as_is(&lou, &first(&lou, &beside[0])).await;
    let hidden = (0..510).map(|_| {
        let (id, mut request) = (MessageId(one.fresh()), one.text(&slice[1], Initial, "Hi there!"));
        request.contact.0 += 1_000;
        one.minter.link(lou.actor.person, id.0, &mut request);
        (id, request)
    });
    let hidden: Vec<_> = hidden.collect();
    let sent = join_all(hidden.iter().map(|text| one.try_put_as_is(&lou, text))).await;
    assert!(sent.into_iter().all(|sent| sent.is_err_and(|problem| problem.code == Code::NotFound)));
    other.put_as_is(&tess, &first(&tess, &slice[1])).await;
    let entries = ledger(&other, &admin).await;
    assert_eq!(entries.len(), 513);
}

#[tokio::test]
async fn what_both_counted_is_what_there_is() {
    let Some((one, other)) = two().await else { return };
    let (admin, campaign) = one.campaign(people(30)).await;
    let (tess, lou) = (one.join("Tess", Role::Texter).await, one.join("Lou", Role::Texter).await);
    let (slice, beside) = (one.claim(&tess, campaign, 12).await, other.claim(&lou, campaign, 12).await);
    let sends = slice.iter().map(|to| text(&one, &tess, to)).collect::<Vec<_>>();
    let others = beside.iter().take(6).map(|to| text(&other, &lou, to)).collect::<Vec<_>>();
    let (sent, others) = futures_util::future::join(join_all(sends), join_all(others)).await;
    assert!(sent.iter().chain(&others).all(Result::is_ok), "{sent:?} {others:?}");
    one.says(phone(0), "STOP").await;
    other.says(phone(13), "Who is this?").await;
    other.act(&lou, Act::Release { campaign, unsent: true, conversations: false }).await;
    let Answer::Jobs(jobs) = System::claim_jobs(&other.desk, 40).await.expect("an answer") else { panic!() };
    assert!(jobs.len() >= 17, "{}", jobs.len());
    let board = one.board(&admin, campaign).await;
    let Place::Postgres(database) = &one.place else { panic!("elsewhere") };
    // Counted anew it is the same.
    database.sql(
        "DELETE FROM contact_counts; INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
         SELECT campaign, COALESCE(assigned, 0), status, opt_out, wrong_number, COUNT(*) FROM contacts GROUP BY 1, 2, 3, 4, 5",
    );
    assert_eq!(other.board(&admin, campaign).await, board);
}

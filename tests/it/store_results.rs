//! Conformance: what came of a campaign, counted three ways.

use pretty_assertions::assert_eq;
use textbank::api::{act::Act, people::Role, results::ContactsOut};
use textbank::domain::{
    conversation::{OptOut, Status},
    ids::CampaignId,
    message::{
        Delivery, Direction,
        MessageKind::{Initial, Reply},
    },
    outcome::{About, Outcome, Sums},
    results::{ContactResult, MessageResult},
};
use textbank::server::carrier::Submitted;
use textbank::server::store::command::TakenOut;
use textbank::server::store::handles::Admin;
use textbank::server::store::results::{Place, Wanted};
use textbank::server::store::roster::AuditWanted;

use crate::store_home::{Hand, Home, definition, on_every_store, people, phone};

/// All pages, so many rows in each.
async fn contacts(home: &Home, hand: &Hand, campaign: CampaignId, limit: u32) -> Vec<ContactResult> {
    let mut all = Vec::new();
    let mut place = None;
    loop {
        let wanted = Wanted { place, limit, ..Wanted::default() };
        let page: ContactsOut =
            home.desk.store.contacts_out(&hand.actor, campaign, &wanted).await.expect("read").expect("visible");
        all.extend(page.contacts);
        match page.next {
            Some(next) => place = Some(next.parse::<Place>().expect("a place")),
            None => return all,
        }
    }
}

async fn messages(home: &Home, hand: &Hand, campaign: CampaignId, limit: u32) -> Vec<MessageResult> {
    let mut all = Vec::new();
    let mut place = None;
    loop {
        let wanted = Wanted { place, limit, ..Wanted::default() };
        let page = home.desk.store.messages_out(&hand.actor, campaign, &wanted).await.expect("read").expect("visible");
        all.extend(page.messages);
        match page.next {
            Some(next) => place = Some(next.parse::<Place>().expect("a place")),
            None => return all,
        }
    }
}

async fn outcome(home: &Home, hand: &Hand, campaign: CampaignId) -> Outcome {
    let board = home.board(hand, campaign).await;
    let mut sums = Sums::default();
    let mut place = None;
    loop {
        let part = home.desk.store.figures_out(&hand.actor, campaign, place).await.expect("read").expect("visible");
        sums.add(part.figures, part.texters);
        match part.next {
            Some(next) => place = Some(next.parse().expect("a place")),
            None => break,
        }
    }
    let about = About {
        campaign,
        title: board.title,
        organization: String::new(),
        state: String::new(),
        rehearsal: true,
        at: board.at,
        time_zone: "UTC".into(),
    };
    sums.outcome(about, board.counts, &definition())
}

/// Two texters, twelve people: some answer, some opt out each in another way, a text fails, one comes back, one is held.
async fn evening(home: &Home) -> (Hand, CampaignId) {
    let mut list = people(12);
    list[0].fields.insert("polling_place".into(), "School No. 3".into());
    list[1].fields.insert("street".into(), "Oak".into());
    let (admin, campaign) = home.campaign(list).await;
    let tess = home.join("Tess", Role::Texter).await;
    let tom = home.join("Tom", Role::Texter).await;
    let mine = home.claim(&tess, campaign, 5).await;
    let his = home.claim(&tom, campaign, 5).await;
    for to in &mine[..4] {
        home.initial(&tess, to).await;
    }
    for to in &his {
        home.initial(&tom, to).await;
    }
    let jobs = home.jobs().await;
    assert_eq!(jobs.len(), 9);
    for (n, job) in jobs.iter().enumerate() {
        match n {
            0 => home.record(job.attempt, Submitted::Refused { code: "30006".into() }).await,
            1 => home.record(job.attempt, Submitted::Accepted { carrier_id: "x".into() }).await,
            _ => {
                home.record(job.attempt, Submitted::Accepted { carrier_id: n.to_string() }).await;
                home.receipt(job.attempt, Delivery::Delivered).await;
            }
        }
    }
    let said = |n: usize| jobs[n].to.clone();
    home.pass(60);
    home.says(said(2), "yes").await;
    home.says(said(3), "STOP").await;
    home.says(said(4), "who is this").await;
    home.says(said(4), "hello?").await;
    home.pass(90);
    let everybody = contacts(home, &admin, campaign, 1_000).await;
    let of = |n: usize| everybody.iter().find(|one| one.listed.phone == jobs[n].to).expect("in the campaign").id;
    let hand = |n: usize| if mine.iter().any(|one| one.id == of(n)) { &tess } else { &tom };
    home.act(hand(2), Act::Answer { contact: of(2), question: "support".into(), value: Some("yes".into()) }).await;
    home.act(hand(2), Act::Tag { contact: of(2), tag: "call back".into(), on: true }).await;
    let line = home.line(hand(4), campaign, of(4)).await;
    home.try_send(hand(4), home.text(&line, Reply, "It's us")).await.expect("sent");
    home.act(hand(5), Act::WrongNumber { contact: of(5) }).await;
    home.act(hand(6), Act::OptOut { contact: of(6), notice: false, grace: false }).await;
    // Accepted, and taken back before any call.
    let late = home.initial(&tess, &mine[4]).await;
    home.act(&tess, Act::OptOut { contact: mine[4].id, notice: false, grace: false }).await;
    assert_eq!(home.delivery(&tess, mine[4].id, late).await, Delivery::Dropped);
    (admin, campaign)
}

on_every_store! {
    async fn the_board_the_figures_and_the_export_count_the_same(home: Home) {
        let (admin, campaign) = evening(&home).await;
        let board = home.board(&admin, campaign).await.counts;
        let figures = outcome(&home, &admin, campaign).await;
        let exported = contacts(&home, &admin, campaign, 1_000).await;
        let texts = messages(&home, &admin, campaign, 1_000).await;
        let many = |is: &dyn Fn(&ContactResult) -> bool| exported.iter().filter(|one| is(one)).count() as u64;
        let out = |one: &ContactResult| matches!(one.opt_out, OptOut::Yes { .. });
        let sent = |is: &dyn Fn(&MessageResult) -> bool| texts.iter().filter(|one| is(one)).count() as u64;

        assert_eq!((board.total, figures.people.contacts, exported.len() as u64), (12, 12, 12));
        assert_eq!((board.sent, figures.texts.initials), (9, 9));
        assert_eq!(figures.people.texted, many(&|one| one.texted_at.is_some()));
        assert_eq!(sent(&|one| one.kind == Some(Initial) && one.delivery != Delivery::Dropped), 9);
        assert_eq!((board.opted_out, figures.people.opted_out_in_all, many(&out)), (3, 3, 3));
        assert_eq!((board.failed, figures.texts.failed, sent(&|one| one.delivery == Delivery::Failed)), (1, 1, 1));
        assert_eq!((board.held, figures.texts.held, sent(&|one| one.delivery == Delivery::Held)), (0, 0, 0));
        assert_eq!(board.unsent, many(&|one| one.status == Status::NeedsMessage && !out(one)));
        assert_eq!(board.waiting, many(&|one| one.status == Status::NeedsResponse && !out(one)));
        assert_eq!(board.messaged, many(&|one| one.status == Status::Messaged));
        assert_eq!(board.convo, many(&|one| one.status == Status::Convo));
        assert_eq!(board.closed, many(&|one| one.status == Status::Closed));
        let by_texter: Vec<u64> = figures.texters.iter().map(|one| one.initials + one.replies).collect();
        let on_board: Vec<u64> = home.board(&admin, campaign).await.texters.iter().map(|one| one.sent).collect();
        assert_eq!(by_texter, on_board, "Tess, Tom");

        assert_eq!((figures.people.answered.many, figures.people.answered.of), (3, 9));
        assert_eq!(figures.people.answered.many, many(&|one| one.answered_at.is_some()));
        assert_eq!((figures.people.opted_out.many, figures.people.by_word), (2, 1));
        assert_eq!((figures.people.wrong_numbers, figures.texts.received), (1, 4));
        assert_eq!(figures.texts.received, sent(&|one| one.direction == Direction::Inbound));
        // Who wrote twice waited from the first on; nobody waited for the notice after a STOP.
        assert_eq!((figures.people.waits, figures.people.median_wait_seconds), (1, Some(90)));
        assert_eq!(figures.people.median_to_answer_seconds, Some(60));
        let support = &figures.questions[0];
        assert_eq!((support.answered, support.answers[0].share.many), (1, 1));
        assert_eq!(many(&|one| one.answers.get("support").is_some_and(|value| value == "yes")), 1);
        assert_eq!(figures.times.iter().map(|line| line.opt_outs).sum::<u64>(), 3);
        assert_eq!(figures.times.iter().map(|line| line.initials).sum::<u64>(), 9);
    }

    async fn pages_of_any_size_give_the_same_rows_in_the_same_order(home: Home) {
        let (admin, campaign) = evening(&home).await;
        // Another campaign's people lie behind and are none of ours.
        let other = home.import(&admin, definition(), people(3)).await.campaign;
        let whole = contacts(&home, &admin, campaign, 1_000).await;
        assert!(whole.is_sorted_by_key(|one| one.id) && whole.len() == 12);
        assert_eq!(contacts(&home, &admin, campaign, 1).await, whole);
        assert_eq!(contacts(&home, &admin, campaign, 12).await, whole);
        assert_eq!(contacts(&home, &admin, other, 2).await.len(), 3);
        let texts = messages(&home, &admin, campaign, 1_000).await;
        assert!(texts.is_sorted_by_key(|one| (one.contact, one.seq)) && texts.len() > 12);
        assert_eq!(messages(&home, &admin, campaign, 1).await, texts);
        assert_eq!(messages(&home, &admin, campaign, 4).await, texts);
        let columns = home.desk.store.columns_out(&admin.actor, campaign, None).await.expect("read").expect("visible");
        assert!(columns.columns.iter().any(|one| one == "polling_place"), "{columns:?}");
        assert!(columns.columns.iter().any(|one| one == "street") && columns.next.is_none(), "{columns:?}");
    }

    async fn what_changed_since_and_no_more(home: Home) {
        let (admin, campaign) = evening(&home).await;
        home.pass(3_600);
        let since = Some(home.desk.clock.now());
        let wanted = Wanted { since, limit: 100, ..Wanted::default() };
        let page = home.desk.store.contacts_out(&admin.actor, campaign, &wanted).await.expect("read");
        assert_eq!(page.expect("visible").contacts, Vec::new());
        home.says(phone(0), "One more thing").await;
        let changed = home.desk.store.contacts_out(&admin.actor, campaign, &wanted).await.expect("read");
        let changed = changed.expect("visible").contacts;
        assert_eq!(changed.iter().map(|one| one.listed.phone.clone()).collect::<Vec<_>>(), [phone(0)]);
        let texts = home.desk.store.messages_out(&admin.actor, campaign, &wanted).await.expect("read");
        let texts = texts.expect("visible").messages;
        assert_eq!(texts.iter().map(|one| one.body.as_str()).collect::<Vec<_>>(), ["One more thing"]);
        let opt_outs = async |campaign, since| {
            let page = home.desk.store.opt_outs_out(&admin.actor, campaign, since, "", 100).await.expect("read");
            page.expect("visible").opt_outs
        };
        assert_eq!(opt_outs(None, since).await, Vec::new());
        let all = opt_outs(None, None).await;
        assert!(all.is_sorted_by_key(|one| one.phone.as_str().to_owned()));
        assert_eq!(all.iter().filter(|one| one.by_word).count(), 1);
        assert_eq!(all.iter().filter(|one| one.person_name.is_some()).count(), 2);
        assert_eq!(opt_outs(Some(campaign), None).await, all);
        let other = home.import(&admin, definition(), people(1)).await.campaign;
        let theirs = opt_outs(Some(other), None).await;
        assert!(theirs.len() < all.len() && theirs.iter().all(|one| one.phone == phone(0)), "{theirs:?}");
    }

    async fn who_took_out_whose_data_is_on_record(home: Home) {
        let (admin, campaign) = home.campaign(people(6)).await;
        let ids: Vec<_> = contacts(&home, &admin, campaign, 100).await.iter().map(|one| one.id).collect();
        let handle = Admin::of(admin.actor.clone()).expect("an admin");
        let taken = |first: usize, last: usize| TakenOut {
            what: "contacts",
            campaign: Some(campaign),
            many: last + 1 - first,
            contacts: Some((ids[first], ids[last])),
        };
        handle.takes_out(&home.desk, taken(0, 2)).await.expect("stored").expect("taken");
        handle.takes_out(&home.desk, taken(3, 4)).await.expect("stored").expect("taken");
        let lines = async |n: usize| {
            let wanted = AuditWanted { contact: Some(ids[n]), limit: 100, ..AuditWanted::default() };
            let page = home.desk.store.audit(&admin.actor, &wanted).await.expect("read");
            let exported = page.entries.into_iter().filter(|entry| entry.what == "exported");
            exported.map(|entry| (entry.detail, entry.contact, entry.person)).collect::<Vec<_>>()
        };
        let line = |text: String| vec![(text, None, Some(admin.actor.person))];
        assert_eq!(lines(1).await, line(format!("3 contacts, contacts {} to {}", ids[0], ids[2])));
        assert_eq!(lines(4).await, line(format!("2 contacts, contacts {} to {}", ids[3], ids[4])));
        assert_eq!(lines(5).await, Vec::new());
    }
}

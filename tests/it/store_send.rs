//! Conformance: sending.

use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    event::EventKind,
    message::{Outcome, ThreadEntry},
    people::Role,
    problem::Code,
};
use textbank::domain::{
    conversation::{OptOut, Status},
    ids::MessageId,
    message::MessageKind::{Initial, OptOutNotice, Reply},
};
use textbank::server::store::command::Answer;

use crate::store_home::{on_every_store, people, phone, refused};

on_every_store! {
    async fn an_accepted_text_is_in_thread_contact_job_and_feed(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        assert_eq!(slice.len(), 3);
        let before = home.events(&tess, campaign).await.last().map_or(0, |e| e.seq);
        let (id, seq) = home.try_send(&tess, home.text(&slice[0], Initial, "Hi Ana!")).await.expect("accepted");
        assert_eq!(seq, 1);
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert_eq!((line.status, line.last_seq, line.foreign_seq, line.preview.as_str()), (Status::Messaged, 1, 0, "Hi Ana!"));
        let thread = home.thread(&tess, slice[0].id).await;
        let ThreadEntry::Message(message) = &thread.entries[0] else { panic!("{thread:?}") };
        assert_eq!((message.id, message.mine, message.author.as_deref()), (id, true, Some("Tess")));
        let after = home.desk.store.events(&tess.actor, campaign, before, 100).await.expect("read").expect("resumable");
        let kinds: Vec<_> = after.iter().map(|e| match &e.what {
            EventKind::Thread { .. } => "thread",
            EventKind::Contact { .. } => "contact",
            EventKind::Settled { verdict } => { assert_eq!(verdict.id, id.0); "settled" }
            _ => "other",
        }).collect();
        assert_eq!(kinds, ["thread", "contact", "settled"]);
        assert_eq!(home.desk.store.open_jobs().await.expect("read"), (1, 0, 0));
        let jobs = home.jobs().await;
        assert_eq!((jobs.len(), jobs[0].body.as_str(), &jobs[0].to), (1, "Hi Ana!", &phone(0)));
    }

    async fn the_same_id_gets_the_same_verdict_and_one_job(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let id = MessageId(home.fresh());
        let request = home.text(&slice[0], Initial, "Hi!");
        let Answer::Verdict(first) = home.put(&tess, id, request.clone()).await else { panic!() };
        home.pass(3_600);
        let Answer::Verdict(again) = home.put(&tess, id, request.clone()).await else { panic!() };
        assert_eq!(first, again);
        assert_eq!(home.desk.store.verdict(&tess.actor, id.0).await.expect("read"), Some(first.clone()));
        assert_eq!(home.desk.store.open_jobs().await.expect("read").0, 1);
        // Another body under the id, or another person, is refused, and the first verdict stays.
        let mut other = home.text(&slice[0], Initial, "Hello!");
        let Answer::Refused(problem) = home.put(&tess, id, other.clone()).await else { panic!() };
        assert_eq!(problem.code, Code::IdReused);
        other.contact = slice[1].id;
        let tom = home.join("Tom", Role::Texter).await;
        let Answer::Refused(problem) = home.put(&tom, id, request.clone()).await else { panic!() };
        assert_eq!(problem.code, Code::IdReused);
        assert_eq!(home.desk.store.verdict(&tom.actor, id.0).await.expect("read"), None);
        let Answer::Verdict(last) = home.put(&tess, id, request).await else { panic!() };
        assert_eq!(first, last);
    }

    async fn what_is_decided_in_one_group_is_decided_as_one_by_one(home: Home) {
        let (_, campaign) = home.campaign(people(6)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let text = |to: usize, words: &str| (MessageId(home.fresh()), home.text(&slice[to], Initial, words));
        let ((ann, to_ann), (bea, to_bea)) = (text(0, "Hi Ann!"), text(1, "Hi Bea!"));
        let Answer::Verdict(ann_first) = home.put(&tess, ann, to_ann.clone()).await else { panic!() };
        let Answer::Verdict(bea_first) = home.put(&tess, bea, to_bea.clone()).await else { panic!() };
        let ((cat, to_cat), (dan, to_dan)) = (text(2, "Hi Cat!"), text(3, "Hi Dan!"));
        let ((dan_2, to_dan_2), (eve, to_eve)) = (text(3, "Hello Dan!"), text(4, "Hi Eve!"));
        // Queued in this order before the writer sees the first of them.
        let (ann_again, cat, dan, dan_2, cat_again, bea_again, (), eve) = tokio::join!(
            home.put(&tess, ann, to_ann),
            home.put(&tess, cat, to_cat.clone()),
            home.put(&tess, dan, to_dan),
            home.put(&tess, dan_2, to_dan_2),
            home.put(&tess, cat, to_cat),
            home.put(&tess, bea, to_bea),
            home.says(phone(4), "STOP"),
            home.put(&tess, eve, to_eve),
        );
        let verdict = |answer: Answer| match answer {
            Answer::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        };
        let refused = |answer: Answer| match verdict(answer).outcome {
            Outcome::Refused { problem } => problem.code,
            other @ Outcome::Accepted { .. } => panic!("{other:?}"),
        };
        assert_eq!((verdict(ann_again), verdict(bea_again)), (ann_first, bea_first));
        let cat = verdict(cat);
        assert!(cat.is_accepted() && verdict(dan).is_accepted());
        assert_eq!(verdict(cat_again), cat);
        assert_eq!((refused(dan_2), refused(eve)), (Code::AlreadySent, Code::Suppressed));
        // Four first texts and Eve's notice.
        assert_eq!(home.desk.store.open_jobs().await.expect("read").0, 5);
    }

    /// Texts of a group are written together, so that a constraint does not say whose text it refuses. The first, one
    /// in the middle, the last: every other one goes out, once.
    async fn a_text_that_a_constraint_refuses_takes_nobody_of_its_group_with_it(home: Home) {
        let (_, campaign) = home.campaign(people(15)).await;
        for (round, bad) in [(0_u32, 0), (1, 1), (2, 3)] {
            let tess = home.join("Tess", Role::Texter).await;
            let slice = home.claim(&tess, campaign, 5).await;
            home.initial(&tess, &slice[4]).await;
            home.says(phone(round * 5 + 4), "Who is this?").await;
            // The id of what they wrote has no verdict and is a message's already.
            let thread = home.thread(&tess, slice[4].id).await;
            let Some(ThreadEntry::Message(theirs)) = thread.entries.last() else { panic!("{thread:?}") };
            let texts: Vec<_> = (0..4).map(|n| {
                let id = if n == bad { theirs.id } else { MessageId(home.fresh()) };
                (id, home.text(&slice[n], Initial, &format!("Hi {n}!")))
            }).collect();
            for time in 0..2 {
                let answers = join_all(texts.iter().map(|(id, text)| home.put(&tess, *id, text.clone()))).await;
                for (n, answer) in answers.into_iter().enumerate() {
                    match answer {
                        Answer::Refused(problem) if n == bad => assert_eq!(problem.code, Code::IdReused),
                        Answer::Verdict(verdict) if n != bad => assert!(verdict.is_accepted(), "{verdict:?}"),
                        other => panic!("{time}, {n}, {bad} is the bad one: {other:?}"),
                    }
                }
            }
            let own = home.events(&tess, campaign).await.into_iter();
            let settled: Vec<_> = own.filter_map(|e| match e.what {
                EventKind::Settled { verdict } => Some(verdict.id),
                _ => None,
            }).collect();
            assert_eq!(settled.len(), 4);
            assert_eq!(home.desk.store.open_jobs().await.expect("read").0, 4 * (u64::from(round) + 1));
            for (n, to) in slice[..4].iter().enumerate() {
                let line = home.line(&tess, campaign, to.id).await;
                let wanted = if n == bad { (Status::NeedsMessage, 0) } else { (Status::Messaged, 1) };
                assert_eq!((line.status, line.last_seq), wanted, "{n}, {bad} is the bad one");
            }
        }
    }

    async fn two_texters_with_a_first_text_for_the_same_person_in_one_group(home: Home) {
        let (admin, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let mut blind = home.text(&slice[2], Initial, "Hi Cat!");
        blind.shown.dwell_ms = 3;
        let fresh = || MessageId(home.fresh());
        let (id, first, second) = (fresh(), home.text(&slice[0], Initial, "Hi Ann!"), home.text(&slice[0], Initial, "Hello Ann!"));
        // A refusal in the middle of them, and the same text once more.
        let (won, lost, blind, again, other) = tokio::join!(
            home.put(&tess, id, first.clone()),
            home.put(&tom, fresh(), second),
            home.put(&tess, fresh(), blind),
            home.put(&tess, id, first),
            home.put(&tess, fresh(), home.text(&slice[1], Initial, "Hi Bea!")),
        );
        let verdict = |answer: Answer| match answer {
            Answer::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        };
        let refused = |answer: Answer| match verdict(answer).outcome {
            Outcome::Refused { problem } => problem,
            other @ Outcome::Accepted { .. } => panic!("{other:?}"),
        };
        let (won, lost) = (verdict(won), refused(lost));
        assert!(won.is_accepted() && verdict(other).is_accepted());
        assert_eq!(verdict(again), won);
        assert_eq!((lost.code, lost.who.as_deref()), (Code::AlreadySent, Some("Tess")));
        assert_eq!(refused(blind).code, Code::Invalid);
        assert_eq!(home.desk.store.open_jobs().await.expect("read").0, 2);
        let counts = home.board(&admin, campaign).await.counts;
        assert_eq!((counts.sent, counts.unsent, counts.messaged), (2, 1, 2));
    }

    async fn a_refusal_is_stored_for_ever(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.act(&admin, Act::Pause { campaign }).await;
        let id = MessageId(home.fresh());
        let request = home.text(&slice[0], Initial, "Hi!");
        let Answer::Verdict(no) = home.put(&tess, id, request.clone()).await else { panic!() };
        assert!(matches!(&no.outcome, Outcome::Refused { problem } if problem.code == Code::Paused), "{no:?}");
        home.act(&admin, Act::Resume { campaign }).await;
        let Answer::Verdict(again) = home.put(&tess, id, request).await else { panic!() };
        assert_eq!(no, again);
        let settled = home.events(&tess, campaign).await.into_iter().filter(|e| matches!(&e.what, EventKind::Settled { verdict } if verdict.id == id.0)).count();
        assert_eq!(settled, 1);
        // A new press has a new id.
        home.initial(&tess, &slice[0]).await;
    }

    async fn one_initial_per_contact_and_the_loser_learns_who_won(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        home.pass(5);
        let lost = refused(home.try_send(&tess, home.text(&slice[0], Initial, "Hi again!")).await, Code::AlreadySent);
        assert_eq!(lost.who.as_deref(), Some("Tess"));
        assert_eq!(lost.at, Some(crate::store_home::start()));
        assert_eq!(home.desk.store.open_jobs().await.expect("read").0, 1);
    }

    async fn a_request_with_faults_is_refused(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        refused(home.try_send(&tess, home.text(&to, Initial, "  ")).await, Code::Invalid);
        refused(home.try_send(&tess, home.text(&to, Initial, "Hi {firstName}")).await, Code::Invalid);
        refused(home.try_send(&tess, home.text(&to, OptOutNotice, "Hi")).await, Code::Invalid);
        refused(home.try_send(&tess, home.text(&to, Initial, &"x".repeat(1_601))).await, Code::TooLarge);
        let mut forged = home.text(&to, Initial, "Hi");
        forged.body = "Ho".into();
        refused(home.try_send(&tess, forged).await, Code::Invalid);
        let mut held_key = home.text(&to, Initial, "Hi");
        held_key.shown.dwell_ms = 99;
        refused(home.try_send(&tess, held_key).await, Code::Invalid);
        let mut elsewhere = home.text(&to, Initial, "Hi");
        elsewhere.contact.0 += 1_000;
        refused(home.try_send(&tess, elsewhere).await, Code::NotFound);
        refused(home.try_send(&tess, home.text(&to, Reply, "Hi")).await, Code::Invalid);
        assert_eq!(home.desk.store.open_jobs().await.expect("read"), (0, 0, 0));
        home.try_send(&tess, home.text(&to, Initial, &"x".repeat(1_600))).await.expect("the longest text");
    }

    async fn a_reply_must_have_seen_the_newest_text(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.says(phone(0), "Who is this?").await;
        let mut seen = home.line(&tess, campaign, to.id).await;
        assert_eq!((seen.status, seen.foreign_seq), (Status::NeedsResponse, 2));
        home.says(phone(0), "Hello??").await;
        refused(home.try_send(&tess, home.text(&seen, Reply, "I am Tess")).await, Code::StaleReply);
        seen = home.line(&tess, campaign, to.id).await;
        home.try_send(&tess, home.text(&seen, Reply, "I am Tess")).await.expect("accepted");
        let now = home.line(&tess, campaign, to.id).await;
        assert_eq!((now.status, now.waiting_since, now.last_seq), (Status::Convo, None, 4));
    }

    async fn the_wait_begins_with_the_first_unanswered_text(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.pass(60);
        let waits = home.desk.clock.now();
        home.says(phone(0), "One").await;
        home.pass(60);
        home.says(phone(0), "Two").await;
        assert_eq!(home.line(&tess, campaign, to.id).await.waiting_since, Some(waits));
    }

    async fn hours_hold_where_the_voter_is(home: Home) {
        let mut island = people(2);
        // Seven in the morning in Hawaii.
        island[0].time_zone = Some("Pacific/Honolulu".into());
        home.clock.jump_to("2026-06-10T17:00:00Z".parse().expect("a time"));
        let (_, campaign) = home.campaign(island).await;
        let tess = home.join("Tess", Role::Texter).await;
        let grant = home.try_claim(&tess, campaign, 0).await.expect("a slice");
        assert_eq!((grant.contacts.len(), grant.held_back), (1, 1));
        let closed = refused(home.try_claim(&tess, campaign, 0).await, Code::OutsideHours);
        assert_eq!(closed.count, Some(1));
        assert_eq!(closed.at, Some("2026-06-10T19:00:00Z".parse().expect("a time")));
        // A card confirmed too late: the evening came while the laptop was offline.
        home.clock.jump_to("2026-06-11T03:00:00Z".parse().expect("a time"));
        let late = refused(home.try_send(&tess, home.text(&grant.contacts[0], Initial, "Hi")).await, Code::OutsideHours);
        assert_eq!(late.at, Some("2026-06-11T16:00:00Z".parse().expect("a time")));
    }

    async fn a_lease_that_ran_out_counts_until_somebody_else_has_the_contact(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let mine = home.claim(&tess, campaign, 2).await;
        home.pass(20 * 60);
        let taken = home.claim(&tom, campaign, 1).await;
        assert_eq!(taken[0].id, mine[0].id);
        let lost = refused(home.try_send(&tess, home.text(&mine[0], Initial, "Hi")).await, Code::LeaseLost);
        assert_eq!(lost.who.as_deref(), Some("Tom"));
        home.try_send(&tess, home.text(&mine[1], Initial, "Hi")).await.expect("still hers");
        assert_eq!(home.hand(&tess, campaign).await.iter().map(|c| c.id).collect::<Vec<_>>(), [mine[1].id]);
        // Taken back on purpose is another thing.
        home.act(&tom, Act::Release { campaign, unsent: true, conversations: true }).await;
        refused(home.try_send(&tom, home.text(&taken[0], Initial, "Hi")).await, Code::LeaseLost);
    }

    async fn a_possible_opt_out_freezes_until_a_person_decides(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        home.initial(&tess, &slice[1]).await;
        for number in [0, 1] {
            home.says(phone(number), "please remove me from this list").await;
        }
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert!(matches!(line.opt_out, OptOut::Possible { .. }), "{line:?}");
        refused(home.try_send(&tess, home.text(&line, Reply, "Sure?")).await, Code::Frozen);
        let decided = |after_seq| Act::NotOptOut { contact: slice[0].id, after_seq };
        // What they wrote since may be another doubt: it has to be seen before anybody decides.
        refused(home.try_act(&tess, decided(line.foreign_seq - 1)).await, Code::StaleReply);
        home.act(&tess, decided(line.foreign_seq)).await;
        home.try_send(&tess, home.text(&line, Reply, "Sure?")).await.expect("allowed again");
        refused(home.try_act(&tess, decided(line.foreign_seq)).await, Code::Invalid);
        // Undecided at close: opted out, without a word.
        home.jobs().await;
        home.act(&tess, Act::Close { contact: slice[1].id }).await;
        let line = home.line(&tess, campaign, slice[1].id).await;
        assert_eq!(line.opt_out, OptOut::Yes { by_word: false });
        assert_eq!(home.jobs().await, []);
    }
}

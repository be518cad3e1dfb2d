//! Conformance: acts, opt-outs, suppression.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    campaign::CampaignState,
    event::EventKind,
    message::{Outcome, ThreadEntry},
    people::Role,
    problem::Code,
};
use textbank::domain::{
    contact::Contact,
    conversation::{OptOut, Status},
    ids::{ActId, MessageId},
    message::{
        Delivery,
        MessageKind::{Initial, OptOutNotice, Reply},
    },
};
use textbank::server::store::{
    command::{Actor, Answer},
    handles::{Captain, Texter},
};

use crate::store_home::{Home, Kind, definition, gone, on_every_store, people, person, phone, refused};

on_every_store! {
    async fn their_own_word_stops_everything_in_every_campaign(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let other = home.import(&admin, definition(), people(2)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let held = home.claim(&tom, other, 0).await.remove(0);
        home.initial(&tess, &to).await;
        assert_eq!(home.jobs().await.len(), 1);
        // Tom's text to the same number is accepted, but no call has begun for it.
        let late = home.initial(&tom, &held).await;
        home.says(phone(0), "STOP").await;
        assert_eq!(home.line(&tess, campaign, to.id).await.opt_out, OptOut::Yes { by_word: true });
        assert_eq!(home.line(&tom, other, held.id).await.opt_out, OptOut::Yes { by_word: true });
        assert_eq!(home.delivery(&tom, held.id, late).await, Delivery::Dropped);
        let jobs = home.jobs().await;
        assert_eq!(jobs.iter().map(|j| j.body.as_str()).collect::<Vec<_>>(), ["You will get no more texts."]);
        assert_eq!(jobs[0].to, phone(0));
        refused(home.try_send(&tess, home.text(&to, Reply, "Sorry")).await, Code::Suppressed);
        // Twice is once: no second notice.
        home.says(phone(0), "STOP").await;
        assert_eq!(home.jobs().await, []);
        // Nobody may undo it; their own START may.
        refused(home.try_act(&admin, Act::NotOptOut { contact: to.id, after_seq: u64::MAX }).await, Code::Invalid);
        home.says(phone(0), "START").await;
        let line = home.line(&tom, other, held.id).await;
        assert_eq!((line.opt_out.clone(), line.status), (OptOut::No, Status::Convo), "nobody has to answer a START");
        assert_eq!(line.waiting_since, None);
        home.try_send(&tom, home.text(&line, Reply, "Welcome back")).await.expect("allowed again");
        // A new STOP is a new cause: one more notice.
        home.jobs().await;
        home.says(phone(0), "Stop.").await;
        assert_eq!(home.jobs().await.len(), 1);
    }

    async fn a_texter_opts_a_person_out_in_one_act(home: Home) {
        let mut list = people(2);
        list[0].language = Some("es".into());
        let (admin, campaign) = home.campaign(list).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        home.jobs().await;
        home.act(&tess, Act::OptOut { contact: slice[0].id, notice: true, grace: false }).await;
        home.act(&tess, Act::OptOut { contact: slice[0].id, notice: true, grace: false }).await;
        home.act(&tess, Act::OptOut { contact: slice[1].id, notice: false, grace: false }).await;
        let jobs = home.jobs().await;
        assert_eq!(jobs.iter().map(|j| j.body.as_str()).collect::<Vec<_>>(), ["No recibirá más mensajes."]);
        let thread = home.thread(&tess, slice[0].id).await;
        let kinds: Vec<_> = thread.entries.iter().map(|e| match e {
            ThreadEntry::Message(m) => format!("{:?} by {:?}", m.kind.expect("ours"), m.author),
            ThreadEntry::Note { what, who, .. } => format!("{what} by {who}"),
        }).collect();
        // Who is out stays so since then: the second press is no second date.
        assert_eq!(kinds, ["Initial by Some(\"Tess\")", "opted_out by Tess", "OptOutNotice by None"]);
        // The number is suppressed for lists to come.
        let again = home.import(&admin, definition(), people(3)).await;
        assert_eq!((again.stored, again.suppressed), (3, 2));
        assert_eq!(home.claim(&tess, again.campaign, 0).await.len(), 1);
        // START is their own wish, whoever had decided for them.
        home.says(phone(1), "START").await;
        assert_eq!(home.line(&tess, campaign, slice[1].id).await.opt_out, OptOut::No);
    }

    async fn a_notice_goes_within_five_minutes_of_what_they_wrote_and_within_the_hours_of_replies_or_not_at_all(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        home.jobs().await;
        let out = |n: usize| Act::OptOut { contact: slice[n].id, notice: true, grace: false };
        let notes = async |n: usize| home.notes(&tess, slice[n].id).await;
        // What asks counts, not what they wrote after it.
        home.says(phone(0), "lose my number").await;
        home.pass(4 * 60);
        home.says(phone(0), "are you there?").await;
        home.pass(2 * 60);
        home.act(&tess, out(0)).await;
        assert_eq!(home.jobs().await, [], "six minutes after they asked");
        assert_eq!(home.line(&tess, campaign, slice[0].id).await.opt_out, OptOut::Yes { by_word: false });
        assert_eq!(notes(0).await.last().expect("a note"), "notice_too_late");
        home.says(phone(1), "lose my number").await;
        home.pass(4 * 60);
        home.act(&tess, out(1)).await;
        home.pass(2 * 60);
        assert_eq!(home.jobs().await, [], "its turn came too late");
        // At night nobody is told anything, and is off the list all the same.
        home.clock.jump_to("2026-06-11T04:30:00Z".parse().expect("a time"));
        home.says(phone(2), "STOP").await;
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.line(&tess, campaign, slice[2].id).await.opt_out, OptOut::Yes { by_word: true });
        assert_eq!(notes(2).await.last().expect("a note"), "notice_outside_hours");
    }

    async fn a_doubt_freezes_the_person_everywhere_and_in_lists_to_come(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.says(phone(0), "please remove me from this list").await;
        let later = home.import(&admin, definition(), people(1)).await.campaign;
        assert_eq!(home.board(&admin, later).await.counts.unassigned, 0);
        refused(home.try_claim(&tess, later, 0).await, Code::NoneLeft);
        home.act(&tess, Act::NotOptOut { contact: to.id, after_seq: 2 }).await;
        assert_eq!(home.claim(&tess, later, 0).await.len(), 1);
    }

    async fn a_wrong_number_that_may_be_an_opt_out_is_one(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let other = home.import(&admin, definition(), people(1)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.jobs().await;
        home.says(phone(0), "Wrong number, take me off your list").await;
        assert!(matches!(home.line(&tess, campaign, to.id).await.opt_out, OptOut::Possible { .. }));
        home.act(&tess, Act::WrongNumber { contact: to.id }).await;
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!((line.opt_out, line.status), (OptOut::Yes { by_word: false }, Status::Closed));
        // Nobody is left to decide, so it counts in the other campaign too, and nothing is said to them.
        refused(home.try_claim(&tess, other, 0).await, Code::NoneLeft);
        assert_eq!(home.board(&admin, other).await.counts.opted_out, 1);
        assert_eq!(home.jobs().await, []);
    }

    async fn a_wrong_number_that_writes_again_is_read_by_somebody(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.act(&tess, Act::WrongNumber { contact: to.id }).await;
        home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
        home.says(phone(0), "never write to me again").await;
        assert_eq!(home.board(&admin, campaign).await.counts.waiting, 1);
        assert_eq!(home.claim(&tom, campaign, 0).await.remove(0).id, to.id);
        refused(home.try_send(&tom, home.text(&home.line(&tom, campaign, to.id).await, Reply, "Hm")).await, Code::Suppressed);
    }

    async fn a_number_known_as_wrong_gets_no_first_text_of_another_campaign(home: Home) {
        let (admin, first) = home.campaign(people(2)).await;
        let drawn = home.import(&admin, definition(), people(2)).await.campaign;
        let undrawn = home.import(&admin, definition(), people(2)).await.campaign;
        let somebody_else = vec![Contact { first_name: "Somebody else".into(), ..person(0) }];
        let theirs = home.import(&admin, definition(), somebody_else).await.campaign;
        let (tess, tom) = (home.join("Tess", Role::Texter).await, home.join("Tom", Role::Texter).await);
        let to = home.claim(&tess, first, 1).await.remove(0);
        let talking = home.import(&admin, definition(), people(2)).await.campaign;
        let said = home.claim(&tom, talking, 2).await;
        let said = said.iter().find(|one| one.first_name == to.first_name).expect("the same person");
        home.initial(&tom, said).await;
        let held = home.claim(&tom, drawn, 2).await;
        let same = held.iter().find(|one| one.first_name == to.first_name).expect("the same person");
        home.initial(&tess, &to).await;
        for (on, off) in [
            (Act::WrongNumber { contact: to.id }, Act::UndoWrongNumber { contact: to.id }),
            (
                Act::Tag { contact: to.id, tag: "deceased".into(), on: true },
                Act::Tag { contact: to.id, tag: "deceased".into(), on: false },
            ),
        ] {
            home.act(&tess, on).await;
            assert_eq!(home.line(&tom, drawn, same.id).await.status, Status::Closed, "the drawn card is shut");
            refused(home.try_send(&tom, home.text(same, Initial, "Hi!")).await, Code::Suppressed);
            assert_eq!(home.notes(&tom, same.id).await, ["wrong_number_elsewhere"]);
            refused(home.try_act(&tom, Act::Reopen { contact: same.id }).await, Code::Invalid);
            // Whoever is in conversation there is told, and goes on as they see fit.
            assert_eq!(home.notes(&tom, said.id).await.last().expect("a line"), "wrong_number_told");
            assert_eq!(home.line(&tom, talking, said.id).await.status, Status::Messaged);
            // Who comes in meanwhile is kept from it in the same way.
            let later = home.import(&admin, definition(), people(2)).await;
            assert_eq!((later.known_bad, home.board(&admin, later.campaign).await.counts.closed), (1, 1));
            home.act(&tess, off).await;
            assert_eq!(home.board(&admin, later.campaign).await.counts.closed, 0);
            assert_eq!(home.notes(&tom, said.id).await.last().expect("a line"), "wrong_number_untold");
            assert_eq!(home.line(&tom, drawn, same.id).await.status, Status::NeedsMessage, "it was a slip");
            assert!(home.notes(&tom, same.id).await.is_empty());
        }
        // One mark taken back does not take back the other.
        let deceased = |on| Act::Tag { contact: to.id, tag: "deceased".into(), on };
        home.act(&tess, deceased(true)).await;
        home.act(&tess, Act::WrongNumber { contact: to.id }).await;
        home.act(&tess, Act::UndoWrongNumber { contact: to.id }).await;
        assert_eq!(home.line(&tom, drawn, same.id).await.status, Status::Closed);
        home.act(&tess, deceased(false)).await;
        assert_eq!(home.line(&tom, drawn, same.id).await.status, Status::NeedsMessage);
        home.act(&tess, Act::WrongNumber { contact: to.id }).await;
        assert_eq!(home.claim(&tess, undrawn, 2).await.len(), 1, "nor is it drawn");
        assert_eq!(home.claim(&tess, theirs, 2).await.len(), 1, "somebody else may have the number now");
    }

    async fn what_was_refused_is_told_by_the_feed_that_its_author_reads(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let hidden = home.import(&admin, definition(), people(1)).await.campaign;
        let mut tess = home.join("Tess", Role::Texter).await;
        let elsewhere = home.claim(&tess, hidden, 0).await.remove(0);
        tess.actor.campaign = Some(campaign);
        refused(home.try_act(&tess, Act::Close { contact: elsewhere.id }).await, Code::NotFound);
        refused(home.try_act(&tess, Act::Release { campaign: hidden, unsent: true, conversations: true }).await, Code::NotFound);
        refused(home.try_send(&tess, home.text(&elsewhere, Initial, "Hi")).await, Code::NotFound);
        let settled = home.events(&tess, campaign).await;
        let settled = settled.iter().filter(|event| matches!(event.what, EventKind::Settled { .. })).count();
        assert_eq!(settled, 3);
    }

    async fn the_same_act_is_done_once(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let (id, act) = (ActId(home.fresh()), Act::Close { contact: slice[0].id });
        let texter = Texter::of(tess.actor.clone());
        let Answer::Verdict(first) = texter.act(&home.desk, id, act.clone()).await.expect("an answer") else { panic!() };
        home.act(&tess, Act::Reopen { contact: slice[0].id }).await;
        let Answer::Verdict(again) = texter.act(&home.desk, id, act).await.expect("an answer") else { panic!() };
        assert_eq!(first, again);
        assert_eq!(home.line(&tess, campaign, slice[0].id).await.status, Status::NeedsMessage);
        let other = Act::Close { contact: slice[1].id };
        let Answer::Refused(problem) = texter.act(&home.desk, id, other).await.expect("an answer") else { panic!() };
        assert_eq!(problem.code, Code::IdReused);
        // A message cannot take the id either.
        let Answer::Refused(problem) = home.put(&tess, MessageId(id.0), home.text(&slice[1], Initial, "Hi")).await else { panic!() };
        assert_eq!(problem.code, Code::IdReused);
    }

    async fn what_a_captain_confirmed_long_ago_for_many_is_not_done_now(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let captain = home.join("Cleo", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let outcome = async |id: ActId, act: Act| {
            let handle = Captain::of(captain.actor.clone()).expect("a captain");
            let Answer::Verdict(verdict) = handle.act(&home.desk, id, act).await.expect("an answer") else { panic!() };
            match verdict.outcome {
                Outcome::Accepted { .. } => None,
                Outcome::Refused { problem } => Some(problem.code),
            }
        };
        let [stop, on, again, stop_again, opt_out] = std::array::from_fn(|_| ActId(home.fresh()));
        home.pass(10 * 60);
        assert_eq!(outcome(on, Act::Resume { campaign }).await, None);
        home.pass(50 * 60 - 1);
        // Stopping may take longer to arrive than anything else.
        assert_eq!(outcome(stop, Act::Pause { campaign }).await, None);
        assert_eq!(outcome(again, Act::Resume { campaign }).await, Some(Code::TooLate));
        assert_eq!(outcome(again, Act::Resume { campaign }).await, Some(Code::TooLate), "for good");
        home.pass(2);
        assert_eq!(outcome(stop_again, Act::Pause { campaign }).await, Some(Code::TooLate));
        // What one person asked for is honoured whenever it arrives.
        home.pass(86_400);
        assert_eq!(outcome(opt_out, Act::OptOut { contact: to.id, notice: false, grace: false }).await, None);
    }

    async fn answers_hang_together(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let answer = |question: &str, value: Option<&str>| Act::Answer {
            contact: to.id, question: question.into(), value: value.map(str::to_owned),
        };
        let recorded = async || {
            let views = home.desk.store.contacts(&tess.actor, campaign, &[to.id]).await.expect("read");
            views[0].answers.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
        };
        home.act(&tess, answer("support", Some("yes"))).await;
        home.act(&tess, answer("help", Some("no"))).await;
        assert_eq!(recorded().await, "help=no support=yes");
        home.act(&tess, answer("support", Some("yes"))).await;
        assert_eq!(recorded().await, "help=no support=yes");
        home.act(&tess, answer("support", Some("no"))).await;
        assert_eq!(recorded().await, "support=no");
        // The conversation says so of each: what was recorded, and what went with it.
        assert_eq!(
            home.notes(&tess, to.id).await.into_iter().filter(|note| note.starts_with("answered")).collect::<Vec<_>>(),
            [
                "answered Do they support it?: yes",
                "answered Will they help?: no",
                "answered Do they support it?: yes",
                "answered Do they support it?: no",
                "answered Will they help?:",
            ],
        );
        home.act(&tess, answer("support", None)).await;
        assert_eq!(recorded().await, "");
        refused(home.try_act(&tess, answer("support", Some("maybe"))).await, Code::Invalid);
        refused(home.try_act(&tess, answer("age", Some("yes"))).await, Code::Invalid);
    }

    async fn tags_notes_and_wrong_numbers(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let tag = |tag: &str, on| Act::Tag { contact: to.id, tag: tag.into(), on };
        home.act(&tess, tag("call back", true)).await;
        home.act(&tess, tag("call back", true)).await;
        refused(home.try_act(&tess, tag("vip", true)).await, Code::Invalid);
        home.act(&tess, Act::Note { contact: to.id, text: "Asked for\u{1b}[2J Monday".into() }).await;
        refused(home.try_act(&tess, Act::Note { contact: to.id, text: "x".repeat(2_001) }).await, Code::TooLarge);
        let view = home.desk.store.contacts(&tess.actor, campaign, &[to.id]).await.expect("read").remove(0);
        assert_eq!(view.tags, ["call back"]);
        assert!(view.note.starts_with("Asked for") && !view.note.contains('\u{1b}'), "{:?}", view.note);
        assert_eq!((view.fields.contains_key("firstName"), view.fields.contains_key("phone"), view.fields.contains_key("lastName")), (true, false, false));
        home.act(&tess, tag("call back", false)).await;
        home.act(&tess, Act::WrongNumber { contact: to.id }).await;
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!(line.status, Status::Closed);
        refused(home.try_send(&tess, home.text(&line, Initial, "Hi")).await, Code::Suppressed);
        refused(home.try_act(&tess, Act::Reopen { contact: to.id }).await, Code::Invalid);
    }

    async fn closing_and_reopening_go_back_to_where_the_thread_stands(home: Home) {
        let (_, campaign) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice[1..] {
            home.initial(&tess, to).await;
        }
        home.says(phone(2), "Who?").await;
        let waits = home.desk.clock.now();
        home.says(phone(3), "Yes").await;
        let line = home.line(&tess, campaign, slice[3].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Great")).await.expect("accepted");
        for (at, to) in slice.iter().enumerate() {
            home.act(&tess, Act::Close { contact: to.id }).await;
            assert_eq!(home.line(&tess, campaign, to.id).await.status, Status::Closed);
            if at == 2 {
                // An answer reopens by itself; closing again and reopening finds the wait again.
                home.pass(10);
            }
            home.act(&tess, Act::Reopen { contact: to.id }).await;
        }
        let now = home.hand(&tess, campaign).await;
        let stands: Vec<_> = now.iter().map(|c| c.status).collect();
        assert_eq!(stands, [Status::NeedsMessage, Status::Messaged, Status::NeedsResponse, Status::Convo]);
        assert_eq!(now[2].waiting_since, Some(waits));
        home.act(&tess, Act::Close { contact: slice[1].id }).await;
        home.says(phone(1), "Late answer").await;
        assert_eq!(home.line(&tess, campaign, slice[1].id).await.status, Status::NeedsResponse);
    }

    async fn acts_need_the_contact_in_hand_unless_a_captain_acts(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let cap = home.join("Cap", Role::Captain).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        let lost = refused(home.try_act(&tom, Act::Close { contact: to.id }).await, Code::LeaseLost);
        assert_eq!(lost.who.as_deref(), Some("Tess"));
        refused(home.try_act(&tom, Act::OptOut { contact: to.id, notice: true, grace: false }).await, Code::LeaseLost);
        refused(home.try_act(&tom, Act::Pause { campaign }).await, Code::Forbidden);
        assert!(Captain::of(tom.actor.clone()).is_none());
        home.act(&cap, Act::OptOut { contact: to.id, notice: false, grace: false }).await;
        assert_eq!(home.line(&tess, campaign, to.id).await.opt_out, OptOut::Yes { by_word: false });
        assert_eq!(home.desk.store.thread(&tom.actor, to.id, None, 10).await.expect("read"), None);
        assert!(home.desk.store.thread(&cap.actor, to.id, None, 10).await.expect("read").is_some());
    }

    async fn pausing_is_seen_by_all_and_holds_the_jobs(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let cap = home.join("Cap", Role::Captain).await;
        let slice = home.claim(&tess, campaign, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.act(&cap, Act::Pause { campaign }).await;
        home.act(&cap, Act::Pause { campaign }).await;
        assert_eq!(home.jobs().await, []);
        refused(home.try_claim(&tess, campaign, 1).await, Code::Paused);
        // The notice after an opt-out goes out all the same.
        home.act(&tess, Act::OptOut { contact: slice[1].id, notice: true, grace: false }).await;
        assert_eq!(home.jobs().await.len(), 1);
        home.act(&cap, Act::Resume { campaign }).await;
        assert_eq!(home.jobs().await.len(), 1);
        let states: Vec<_> = home.events(&tess, campaign).await.into_iter().filter_map(|e| match e.what {
            EventKind::Campaign { state, .. } => Some(state), _ => None,
        }).collect();
        assert_eq!(states, [CampaignState::Running, CampaignState::Paused, CampaignState::Running]);
    }

    async fn a_captain_takes_unsent_contacts_back(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let cap = home.join("Cap", Role::Captain).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        home.act(&cap, Act::Reclaim { campaign, texter: tess.actor.person }).await;
        assert_eq!(home.hand(&tess, campaign).await.len(), 1);
        let events = home.events(&tess, campaign).await;
        assert_eq!(gone(&events), [(slice[1].id, "reclaimed".to_owned()), (slice[2].id, "reclaimed".to_owned())]);
        refused(home.try_send(&tess, home.text(&slice[1], Initial, "Hi")).await, Code::LeaseLost);
        assert_eq!(home.board(&cap, campaign).await.counts.unassigned, 2);
    }

    async fn a_number_can_be_suppressed_by_hand(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let cap = home.join("Cap", Role::Captain).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        let captain = Captain::of(cap.actor.clone()).expect("a captain");
        captain.suppress(&home.desk, phone(0), "called us".into()).await.expect("done");
        refused(home.try_send(&tess, home.text(&to, Initial, "Hi")).await, Code::Suppressed);
        assert_eq!(home.thread(&tess, to.id).await.entries.iter().filter(|e| matches!(e, ThreadEntry::Message(m) if m.kind == Some(OptOutNotice))).count(), 0);
    }
}

#[tokio::test]
async fn every_change_has_an_author_and_tells_no_number_and_no_word() {
    let home = Home::new(Kind::File).await;
    let (admin, campaign) = home.campaign(people(3)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 0).await;
    for to in &slice {
        home.initial(&tess, to).await;
    }
    refused(home.try_send(&tess, home.text(&slice[0], Initial, "Hi there!")).await, Code::AlreadySent);
    home.jobs().await;
    home.says(phone(0), "STOP").await;
    home.says(phone(1), "please remove me from this list").await;
    home.act(&tess, Act::NotOptOut { contact: slice[1].id, after_seq: 2 }).await;
    home.act(&tess, Act::OptOut { contact: slice[2].id, notice: true, grace: false }).await;
    home.act(&tess, Act::Note { contact: slice[1].id, text: "call +14155550001".into() }).await;
    home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
    home.act(&admin, Act::Pause { campaign }).await;
    let rows = home.audit().await;
    let by = |actor: &Actor| (Some(actor.person.0), Some(actor.session));
    let done = |what: &str| rows.iter().filter(|row| row.0 == what).map(|row| (row.1, row.2)).collect::<Vec<_>>();
    assert_eq!(done("accepted")[..3], [by(&tess.actor); 3], "{rows:?}");
    for what in ["claimed", "refused", "released", "joined"] {
        assert!(done(what).contains(&by(&tess.actor)), "{what}: {rows:?}");
    }
    assert_eq!(done("acted"), [by(&tess.actor), by(&tess.actor), by(&tess.actor), by(&tess.actor), by(&admin.actor)]);
    assert_eq!(done("opted_out"), [(None, None), by(&tess.actor)], "their own word, then a person");
    assert_eq!(done("inbound").len(), 2);
    for what in ["import_started", "import_chunk", "import_finished"] {
        assert_eq!(done(what), [by(&admin.actor)]);
    }
    for (_, _, _, about) in &rows {
        let leaks = ["+1415", "5550", "Hi there", "remove me", "Voter"].iter().any(|secret| about.contains(secret));
        assert!(!leaks, "{about}");
    }
}

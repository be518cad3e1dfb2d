//! Conformance: put aside, another language, an opt-out that was a slip, tags of every campaign.

use jiff::SignedDuration;
use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    assignment::ContactSummary,
    event::EventKind,
    message::{SendRequest, ThreadEntry},
    people::Role,
    problem::Code,
};
use textbank::domain::{
    conversation::{OptOut, Status},
    ids::CampaignId,
    message::MessageKind::{Initial, Reply},
};
use textbank::server::store::{
    command::Answer,
    handles::{Admin, Captain, Texter},
};

use crate::store_home::{Hand, Home, definition, gone, on_every_store, people, phone, refused};

impl Home {
    async fn claim_speaking(&self, hand: &Hand, campaign: CampaignId, speaks: &[&str]) -> Vec<ContactSummary> {
        let speaks = speaks.iter().map(|language| (*language).to_owned()).collect();
        let texter = Texter::of(hand.actor.clone());
        match texter.claim_speaking(&self.desk, campaign, self.fresh(), 1, speaks).await.expect("an answer") {
            Answer::Slice(grant) => grant.contacts,
            Answer::Refused(_) => Vec::new(),
            other => panic!("{other:?}"),
        }
    }
}

on_every_store! {
    async fn who_is_put_aside_comes_back_by_writing_or_by_an_answer(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.says(phone(0), "later please").await;
        let at = home.desk.clock.now() + SignedDuration::from_hours(2);
        let until = Some(at);
        home.act(&tess, Act::Snooze { contact: to.id, until, after_seq: None }).await;
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!(line.snoozed_until, until);
        assert!(line.waiting_since.is_some(), "the voter waits all the same: a captain sees it");
        home.says(phone(0), "now?").await;
        assert_eq!(home.line(&tess, campaign, to.id).await.snoozed_until, None);
        home.act(&tess, Act::Snooze { contact: to.id, until, after_seq: None }).await;
        let line = home.line(&tess, campaign, to.id).await;
        home.try_send(&tess, home.text(&line, Reply, "Now")).await.expect("accepted");
        assert_eq!(home.line(&tess, campaign, to.id).await.snoozed_until, None);
        home.act(&tess, Act::Snooze { contact: to.id, until, after_seq: None }).await;
        home.act(&tess, Act::Snooze { contact: to.id, until: None, after_seq: None }).await;
        assert_eq!(home.line(&tess, campaign, to.id).await.snoozed_until, None);
        let notes = [format!("snoozed {at}"), format!("snoozed {at}"), format!("snoozed {at}"), "unsnoozed".into()];
        assert_eq!(home.notes(&tess, to.id).await, notes);
        let long = Some(home.desk.clock.now() + SignedDuration::from_hours(8 * 24));
        refused(home.try_act(&tess, Act::Snooze { contact: to.id, until: long, after_seq: None }).await, Code::Invalid);
    }

    async fn a_conversation_goes_to_who_speaks_its_language_and_after_a_while_to_anybody(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for (n, to) in (0..).zip(&slice) {
            home.initial(&tess, to).await;
            home.says(phone(n), "¿Habla español?").await;
        }
        let language = |contact, hand_over| Act::Language { contact, language: "es".into(), hand_over };
        home.act(&tess, language(slice[0].id, false)).await;
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert_eq!((line.language.as_deref(), line.tags), (Some("es"), vec![]));
        home.act(&tess, language(slice[0].id, true)).await;
        let events = home.events(&tess, campaign).await;
        assert_eq!(gone(&events), [(slice[0].id, "handed_over".to_owned())]);
        home.act(&tess, language(slice[1].id, true)).await;
        // Who handed it over does not get it back, nor does anybody who does not speak it.
        assert_eq!(home.claim_speaking(&tess, campaign, &[]).await, []);
        assert_eq!(home.claim_speaking(&tess, campaign, &["en", "fr"]).await, []);
        let theirs = home.claim_speaking(&tom, campaign, &["en", "es"]).await;
        assert_eq!(theirs.len(), 2);
        assert_eq!(theirs[0].tags, ["needs:es"]);
        // Who handed them over is told who has them now, should their console still count them as theirs.
        let ids: Vec<_> = slice.iter().map(|one| one.id).collect();
        let told = home.desk.store.whereabouts(&tess.actor, campaign, &ids).await.expect("read").expect("visible");
        assert_eq!((told.others.len(), told.others[0].who.as_str(), told.others[0].contacts, told.pool), (1, "Tom", 2, 0));
        // Going on in it takes the tag off.
        home.act(&tom, language(slice[0].id, false)).await;
        assert_eq!(home.line(&tom, campaign, slice[0].id).await.tags, Vec::<String>::new());
        // Nobody who speaks it is there: better anybody than nobody.
        home.act(&tom, language(slice[1].id, true)).await;
        assert_eq!(home.claim_speaking(&tess, campaign, &[]).await, []);
        home.pass(21 * 60);
        assert_eq!(home.claim_speaking(&tess, campaign, &[]).await.len(), 1);
        refused(home.try_act(&tess, Act::Language { contact: slice[1].id, language: "Spanish!".into(), hand_over: false }).await, Code::Invalid);
    }

    async fn an_opt_out_that_was_a_slip_is_taken_back_before_its_notice_leaves(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.says(phone(0), "yes").await;
        home.jobs().await;
        let since = home.line(&tess, campaign, to.id).await.waiting_since;
        home.act(&tess, Act::OptOut { contact: to.id, notice: true, grace: true }).await;
        assert_eq!(home.jobs().await, [], "the notice waits for a slip to be taken back");
        assert_eq!(home.line(&tess, campaign, to.id).await.preview, "yes", "lists show what people wrote, not our own notice");
        let told = home.events(&tess, campaign).await.len();
        home.act(&tess, Act::UndoOptOut { contact: to.id }).await;
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!((line.opt_out.clone(), line.waiting_since), (OptOut::No, since));
        // No console is told in between that they are out.
        let lines: Vec<_> = (home.events(&tess, campaign).await.into_iter().skip(told))
            .filter_map(|event| match event.what {
                EventKind::Contact { contact } => Some(contact.opt_out),
                _ => None,
            })
            .collect();
        assert!(!lines.is_empty() && lines.iter().all(|opt_out| *opt_out == OptOut::No), "{lines:?}");
        assert_eq!(line.preview, "yes", "nobody was told");
        home.pass(60);
        assert_eq!(home.jobs().await, [], "and never leaves");
        home.try_send(&tess, home.text(&line, Reply, "Good!")).await.expect("allowed again");
        home.jobs().await;
        // A new one is a new cause: one notice, and once it has left there is no way back.
        home.act(&tess, Act::OptOut { contact: to.id, notice: true, grace: true }).await;
        home.pass(10);
        assert_eq!(home.jobs().await.len(), 1);
        refused(home.try_act(&tess, Act::UndoOptOut { contact: to.id }).await, Code::TooLate);
        assert_eq!(home.line(&tess, campaign, to.id).await.opt_out, OptOut::Yes { by_word: false });
    }

    async fn a_notice_that_was_too_old_to_go_out_is_not_what_was_said_last(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.jobs().await;
        home.says(phone(0), "STOP").await;
        home.pass(5 * 60 + 1);
        assert_eq!(home.jobs().await, [], "one notice within five minutes, or none");
        let line = home.line(&tess, campaign, to.id).await;
        assert_eq!((line.opt_out, line.preview.as_str()), (OptOut::Yes { by_word: true }, "STOP"));
    }

    async fn an_opt_out_entered_by_mistake_is_taken_back_and_a_stop_never(home: Home) {
        let (ada, campaign) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        home.says(phone(0), "Who is this?").await;
        let captain = Captain::of(ada.actor.clone()).expect("a captain");
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let back = async |whom: u32| {
            let done = admin.take_back_opt_out(&home.desk, phone(whom), "the wrong list".into()).await;
            match done.expect("an answer") {
                Answer::Done => "done",
                Answer::Already => "not on it",
                Answer::Refused(problem) => { assert_eq!(problem.code, Code::Suppressed); "stays" }
                other => panic!("{other:?}"),
            }
        };
        let since = home.line(&tess, campaign, slice[0].id).await.waiting_since;
        for whom in [0, 1, 2, 77] {
            captain.suppress(&home.desk, phone(whom), "from_a_list: wrong".into()).await.expect("done");
        }
        home.says(phone(1), "STOP").await;
        home.pass(3 * 3_600);
        assert_eq!([back(0).await, back(1).await, back(2).await, back(3).await, back(77).await], ["done", "stays", "done", "not on it", "done"]);
        let line = home.line(&ada, campaign, slice[0].id).await;
        assert_eq!(line.waiting_since, since, "who waited waits again, since then");
        assert_eq!(line.opt_out, OptOut::Possible { words: String::new() }, "what they wrote is to be read first");
        refused(home.try_send(&tess, home.text(&line, Reply, "Hi")).await, Code::Frozen);
        assert_eq!(home.line(&ada, campaign, slice[2].id).await.opt_out, OptOut::No, "they never wrote");
        assert_eq!(home.line(&ada, campaign, slice[1].id).await.opt_out, OptOut::Yes { by_word: true });
        assert_eq!(home.notes(&ada, slice[2].id).await.last().expect("a note"), "opt_out_taken_back the wrong list");
        // Whoever was told that they are off the list stays off it.
        home.act(&tess, Act::OptOut { contact: slice[3].id, notice: true, grace: false }).await;
        assert_eq!(home.jobs().await.len(), 1);
        assert_eq!(back(3).await, "stays");
    }

    async fn nobody_takes_back_what_was_pressed_because_a_voter_asked_for_it(home: Home) {
        let (ada, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let words = "I told you people to leave me be";
        home.says(phone(0), words).await;
        home.jobs().await;
        // A notice that never left told them nothing: they asked for it all the same.
        home.act(&tess, Act::OptOut { contact: slice[0].id, notice: true, grace: true }).await;
        home.pass(3 * 3_600);
        // Entered from a call, too, before it was pressed.
        let captain = Captain::of(ada.actor.clone()).expect("a captain");
        captain.suppress(&home.desk, phone(1), "by_phone: called".into()).await.expect("done");
        let pressed = home.try_act(&tess, Act::OptOut { contact: slice[1].id, notice: false, grace: false }).await;
        let asked = [0, 1].into_iter().take(if pressed.is_err() { 1 } else { 2 });
        for whom in asked {
            match admin.take_back_opt_out(&home.desk, phone(whom), "the wrong list".into()).await.expect("an answer") {
                Answer::Refused(problem) => assert_eq!(problem.code, Code::Suppressed),
                other => panic!("{whom}: {other:?}"),
            }
        }
        assert_eq!(home.line(&ada, campaign, slice[0].id).await.opt_out, OptOut::Yes { by_word: false });
    }

    async fn what_was_pressed_a_moment_ago_is_not_taken_back_either(home: Home) {
        let (ada, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        let (captain, admin) = (Captain::of(ada.actor.clone()).expect("a captain"), Admin::of(ada.actor.clone()).expect("an admin"));
        captain.suppress(&home.desk, phone(0), "by_phone: called".into()).await.expect("done");
        // Queued together they are one group, whose audit is written at its end.
        let press = home.try_act(&tess, Act::OptOut { contact: slice[0].id, notice: false, grace: false });
        let (_, back) = tokio::join!(press, admin.take_back_opt_out(&home.desk, phone(0), "the wrong list".into()));
        assert!(matches!(back.expect("an answer"), Answer::Refused(problem) if problem.code == Code::Suppressed));
    }

    async fn nobody_takes_back_a_stop_nor_what_another_pressed_nor_what_is_long_ago(home: Home) {
        let (admin, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        let out = |n: usize| Act::OptOut { contact: slice[n].id, notice: false, grace: false };
        let undo = |n: usize| Act::UndoOptOut { contact: slice[n].id };
        refused(home.try_act(&tess, undo(0)).await, Code::Invalid);
        // A STOP after the press outranks it.
        home.act(&tess, out(0)).await;
        home.says(phone(0), "STOP").await;
        refused(home.try_act(&tess, undo(0)).await, Code::Suppressed);
        home.act(&admin, out(1)).await;
        refused(home.try_act(&tess, undo(1)).await, Code::Forbidden);
        home.act(&tess, out(2)).await;
        home.pass(10 * 60 + 1);
        refused(home.try_act(&tess, undo(2)).await, Code::TooLate);
    }

    async fn a_doubt_is_a_doubt_again_when_the_opt_out_is_taken_back(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.says(phone(0), "please take me off your list").await;
        home.act(&tess, Act::OptOut { contact: to.id, notice: false, grace: false }).await;
        home.act(&tess, Act::UndoOptOut { contact: to.id }).await;
        let line = home.line(&tess, campaign, to.id).await;
        assert!(matches!(line.opt_out, OptOut::Possible { .. }), "{:?}", line.opt_out);
        refused(home.try_send(&tess, home.text(&line, Reply, "Hi")).await, Code::Frozen);
    }

    async fn a_doubt_from_another_campaign_or_an_earlier_text_stays_one_when_an_opt_out_is_taken_back(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let second = home.import(&admin, definition(), people(1)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        let other = home.claim(&tess, second, 0).await.remove(0);
        home.says(phone(0), "please take me off your list").await;
        home.says(phone(0), "thanks").await;
        for contact in [to.id, other.id] {
            home.act(&tess, Act::OptOut { contact, notice: false, grace: false }).await;
            home.act(&tess, Act::UndoOptOut { contact }).await;
            for (campaign, contact) in [(campaign, to.id), (second, other.id)] {
                let line = home.line(&tess, campaign, contact).await;
                assert!(matches!(line.opt_out, OptOut::Possible { .. }), "{:?}", line.opt_out);
            }
        }
        // Once somebody has decided, it is no doubt any more.
        let after_seq = home.line(&tess, campaign, to.id).await.foreign_seq;
        home.act(&tess, Act::NotOptOut { contact: to.id, after_seq }).await;
        home.act(&tess, Act::OptOut { contact: to.id, notice: false, grace: false }).await;
        home.act(&tess, Act::UndoOptOut { contact: to.id }).await;
        assert_eq!(home.line(&tess, campaign, to.id).await.opt_out, OptOut::No);
    }

    async fn taking_an_opt_out_back_takes_nobody_elses_back(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let second = home.import(&admin, definition(), people(1)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let theirs = home.claim(&tom, second, 0).await.remove(0);
        let out = |contact| Act::OptOut { contact, notice: false, grace: false };
        home.act(&tess, out(slice[0].id)).await;
        home.act(&tom, out(theirs.id)).await;
        for (hand, contact) in [(&tess, slice[0].id), (&tom, theirs.id)] {
            refused(home.try_act(hand, Act::UndoOptOut { contact }).await, Code::Forbidden);
        }
        // By hand, from a telephone call.
        home.act(&tess, out(slice[1].id)).await;
        let captain = Captain::of(admin.actor.clone()).expect("one");
        captain.suppress(&home.desk, phone(1), "called us".into()).await.expect("done");
        refused(home.try_act(&tess, Act::UndoOptOut { contact: slice[1].id }).await, Code::Forbidden);
        assert_eq!(home.line(&tess, campaign, slice[1].id).await.opt_out, OptOut::Yes { by_word: false });
    }

    async fn nobody_is_put_aside_who_has_written_since(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        home.initial(&tess, &to).await;
        home.says(phone(0), "later please").await;
        let seen = home.line(&tess, campaign, to.id).await.foreign_seq;
        let until = Some(home.desk.clock.now() + SignedDuration::from_hours(2));
        let aside = Act::Snooze { contact: to.id, until, after_seq: Some(seen) };
        home.says(phone(0), "where do I vote?").await;
        refused(home.try_act(&tess, aside.clone()).await, Code::StaleReply);
        assert_eq!(home.line(&tess, campaign, to.id).await.snoozed_until, None);
        let seen = home.line(&tess, campaign, to.id).await.foreign_seq;
        home.act(&tess, Act::Snooze { contact: to.id, until, after_seq: Some(seen) }).await;
        assert_eq!(home.line(&tess, campaign, to.id).await.snoozed_until, until);
    }

    async fn many_who_wait_for_another_language_hold_up_nobody(home: Home) {
        let (_, campaign) = home.campaign(people(100)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let mut all = Vec::new();
        while all.len() < 100 {
            for to in home.claim(&tess, campaign, 0).await {
                home.initial(&tess, &to).await;
                all.push(to.id);
            }
        }
        // Those who need Spanish wait longest.
        for n in 0..100 {
            home.says(phone(n), if n < 85 { "Hola" } else { "Hello" }).await;
            home.pass(1);
        }
        for contact in all {
            if home.line(&tess, campaign, contact).await.preview == "Hola" {
                home.act(&tess, Act::Language { contact, language: "es".into(), hand_over: true }).await;
            }
        }
        home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
        let tom = home.join("Tom", Role::VettedTexter).await;
        let theirs = home.claim_speaking(&tom, campaign, &["en"]).await;
        assert!(!theirs.is_empty(), "fifteen wait who need nobody special");
        assert!(theirs.iter().all(|contact| contact.tags.is_empty()));
    }

    async fn a_doubt_is_a_doubt_again_when_what_decided_it_is_taken_back(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        let doubtful = |line: &ContactSummary| matches!(line.opt_out, OptOut::Possible { .. });
        // Taken for none.
        home.says(phone(0), "please take me off your list").await;
        let id = slice[0].id;
        refused(home.try_act(&tess, Act::UndoNotOptOut { contact: id }).await, Code::Invalid);
        let after_seq = home.line(&tess, campaign, id).await.foreign_seq;
        home.act(&tess, Act::NotOptOut { contact: id, after_seq }).await;
        home.act(&tess, Act::UndoNotOptOut { contact: id }).await;
        let line = home.line(&tess, campaign, id).await;
        assert!(doubtful(&line), "{:?}", line.opt_out);
        refused(home.try_send(&tess, home.text(&line, Reply, "Hi")).await, Code::Frozen);
        // Counted as an opt-out with the wrong number.
        home.act(&tess, Act::WrongNumber { contact: id }).await;
        assert_eq!(home.line(&tess, campaign, id).await.opt_out, OptOut::Yes { by_word: false });
        home.act(&tess, Act::UndoWrongNumber { contact: id }).await;
        let line = home.line(&tess, campaign, id).await;
        assert!(doubtful(&line) && line.status == Status::NeedsResponse, "{line:?}");
        refused(home.try_send(&tess, home.text(&line, Reply, "Hi")).await, Code::Frozen);
        refused(home.try_act(&tess, Act::UndoWrongNumber { contact: id }).await, Code::Invalid);
        // Without a doubt the number alone was wrong; their own STOP stays through all of it.
        let id = slice[1].id;
        home.says(phone(1), "who is this?").await;
        home.act(&tess, Act::WrongNumber { contact: id }).await;
        home.says(phone(1), "STOP").await;
        home.act(&tess, Act::UndoWrongNumber { contact: id }).await;
        let line = home.line(&tess, campaign, id).await;
        assert_eq!(line.opt_out, OptOut::Yes { by_word: true });
        refused(home.try_send(&tess, home.text(&line, Reply, "Hi")).await, Code::Suppressed);
    }

    async fn some_tags_are_of_every_campaign(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        for tag in textbank::domain::tag::BUILT_IN {
            home.act(&tess, Act::Tag { contact: to.id, tag: tag.into(), on: true }).await;
        }
        assert_eq!(home.line(&tess, campaign, to.id).await.tags, textbank::domain::tag::BUILT_IN);
        refused(home.try_act(&tess, Act::Tag { contact: to.id, tag: "none of ours".into(), on: true }).await, Code::Invalid);
        home.act(&tess, Act::Note { contact: to.id, text: "knows the mayor".into() }).await;
        assert_eq!(home.notes(&tess, to.id).await.last().map(String::as_str), Some("noted"));
    }

    async fn a_first_text_in_other_words_is_taken_only_where_the_campaign_allows_it(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let mut def = definition();
        def.edit_initial = true;
        let free = home.import(&admin, def, people(2).split_off(1)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let mine = |mut text: SendRequest| {
            text.off_script = true;
            text
        };
        let to = home.claim(&tess, campaign, 0).await.remove(0);
        refused(home.try_send(&tess, mine(home.text(&to, Initial, "Hi, it's me"))).await, Code::Invalid);
        home.try_send(&tess, home.text(&to, Initial, "Hi there!")).await.expect("the script's words");
        let to = home.claim(&tess, free, 0).await.remove(0);
        home.try_send(&tess, mine(home.text(&to, Initial, "Hi, it's me"))).await.expect("allowed here");
        // The conversation says so to whoever reads it.
        let thread = home.desk.store.thread(&tess.actor, to.id, None, 10).await.expect("read").expect("theirs");
        let marked = |entry: &ThreadEntry| matches!(entry, ThreadEntry::Message(text) if text.off_script);
        assert!(thread.entries.iter().any(marked), "{:?}", thread.entries);
    }

    async fn what_is_asked_comes_to_the_captains_and_the_answer_to_whoever_holds_it(home: Home) {
        let (admin, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.act(&tess, Act::Tag { contact: slice[0].id, tag: "escalated".into(), on: true }).await;
        home.pass(1);
        home.act(&tess, Act::Ask { contact: slice[1].id, text: "May I promise a ride?\u{1b}[2J".into() }).await;
        refused(home.try_act(&tess, Act::Ask { contact: slice[2].id, text: " ".into() }).await, Code::Invalid);
        assert_eq!(home.desk.store.flagged(&tess.actor, campaign).await.expect("read"), None, "a captain's list");
        let list = home.desk.store.flagged(&admin.actor, campaign).await.expect("read").expect("a captain");
        let told: Vec<_> = list.iter().map(|one| (one.contact, one.asked_by.as_deref(), one.texter.as_deref())).collect();
        assert_eq!(told, [(slice[1].id, Some("Tess"), Some("Tess")), (slice[0].id, None, Some("Tess"))]);
        assert!(list[0].question.starts_with("May I promise a ride?") && !list[0].question.contains('\u{1b}'));
        let answer = Act::AnswerAsked { contact: slice[1].id, text: "Yes, put them on the list.".into() };
        refused(home.try_act(&tess, answer.clone()).await, Code::Forbidden);
        home.act(&admin, answer).await;
        let last = home.notes(&tess, slice[1].id).await.pop();
        assert_eq!(last.as_deref(), Some("captain_answered Yes, put them on the list."));
        assert_eq!(home.line(&tess, campaign, slice[1].id).await.tags, Vec::<String>::new(), "the flag is off");
        let told = home.events(&tess, campaign).await;
        assert!(told.iter().any(|event| matches!(&event.what, EventKind::Thread { contact, item: ThreadEntry::Note { what, .. } }
            if *contact == slice[1].id && what == "captain_answered")), "it is on the texter's feed");
        // Withdrawn before it was answered: no captain sees it, nor with a flag that is set later.
        home.act(&tess, Act::Ask { contact: slice[2].id, text: "Are there snacks?".into() }).await;
        let flag = |on| Act::Tag { contact: slice[2].id, tag: "escalated".into(), on };
        home.act(&tess, flag(false)).await;
        let asked = home.desk.store.flagged(&admin.actor, campaign).await.expect("read").expect("a captain");
        assert!(asked.iter().all(|one| one.contact != slice[2].id));
        home.act(&tess, flag(true)).await;
        let asked = home.desk.store.flagged(&admin.actor, campaign).await.expect("read").expect("a captain");
        let again = asked.iter().find(|one| one.contact == slice[2].id).expect("flagged");
        assert_eq!((again.question.as_str(), again.asked_by.as_deref()), ("", None));
    }
}

//! Conformance: what comes late, or at the same moment, brings nobody back who was erased, and keeps no words longer.

use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use textbank::api::{act::Act, people::Role, problem::Code};
use textbank::domain::{conversation::OptOut, message::Delivery, message::MessageKind::Initial};
use textbank::server::carrier::Submitted;
use textbank::server::store::{
    command::Answer,
    handles::{Captain, System},
};

use crate::store_home::{Home, Kind, definition, on_every_store, people, person, phone, refused};
use crate::store_keeping::{
    admin, close, deliver, erase, feed, hold, purge, retain, says_still, sound, what_was_done, zephyrine,
};

const DAY: u64 = 24 * 3_600;

on_every_store! {
    async fn a_stop_and_a_start_do_not_bring_back_whoever_was_erased(home: Home) {
        let (ada, _) = home.campaign(vec![zephyrine()]).await;
        let tess = home.join("Tess", Role::Texter).await;
        erase(&home, &ada, phone(0), false).await.expect("erased");
        let again = home.import(&ada, definition(), vec![zephyrine()]).await.campaign;
        home.says(phone(0), "STOP").await;
        home.says(phone(0), "START").await;
        assert_eq!(home.try_claim(&tess, again, 5).await.expect_err("nobody").code, Code::NoneLeft);
        sound(&home).await;
    }

    async fn what_was_said_in_the_same_moment_is_erased_too(home: Home) {
        let (ada, campaign) = home.campaign(vec![zephyrine(), person(1)]).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        home.initial(&tess, &slice[0]).await;
        deliver(&home).await;
        let captain = Captain::of(ada.actor.clone()).expect("a captain");
        // Whatever comes first: the group in which all are decided waits for its first one.
        let others = join_all((1..20).map(|n| home.says(phone(n), "hello")));
        let (_, _, out, erased) = tokio::join!(
            others,
            home.says(phone(0), "Kittens are lovely"),
            captain.suppress(&home.desk, phone(0), "by_phone: Kittens called".into()),
            erase(&home, &ada, phone(0), false),
        );
        assert!(matches!(out.expect("an answer"), Answer::Done));
        erased.expect("erased");
        let said = feed(&home, &tess, campaign).await + &feed(&home, &ada, campaign).await;
        assert!(!said.contains("Kittens"), "{said}");
        let done = what_was_done(&home, &ada, "opted_out").await;
        assert!(done.iter().all(|line| !line.contains("Kittens")), "{done:?}");
        sound(&home).await;
    }

    /// A doubt whose words are gone is a doubt: an opt-out that is taken back leaves it to a person to decide.
    async fn a_doubt_without_its_words_outlives_an_opt_out_that_was_a_slip(home: Home) {
        let (ada, campaign) = home.campaign(people(2)).await;
        let slice = home.claim(&ada, campaign, 2).await;
        for to in &slice {
            home.initial(&ada, to).await;
        }
        deliver(&home).await;
        close(&home, &ada, campaign).await;
        retain(&home, &ada, None, Some(30)).await;
        home.says(phone(0), "please take me off your list").await;
        home.pass(31 * DAY);
        purge(&home, &ada).await;
        let line = home.line(&ada, campaign, slice[0].id).await;
        assert!(matches!(line.opt_out, OptOut::Possible { .. }), "{line:?}");
        // Their words are nowhere any more; whoever wrote nothing is in no doubt.
        let expected = [OptOut::Possible { words: String::new() }, OptOut::No];
        for (to, expected) in slice.iter().zip(expected) {
            home.act(&ada, Act::OptOut { contact: to.id, notice: false, grace: false }).await;
            home.act(&ada, Act::UndoOptOut { contact: to.id }).await;
            assert_eq!(home.line(&ada, campaign, to.id).await.opt_out, expected);
        }
        // A person decides, and then it is none.
        let after_seq = home.line(&ada, campaign, slice[0].id).await.foreign_seq;
        home.act(&ada, Act::NotOptOut { contact: slice[0].id, after_seq }).await;
        home.act(&ada, Act::OptOut { contact: slice[0].id, notice: false, grace: false }).await;
        home.act(&ada, Act::UndoOptOut { contact: slice[0].id }).await;
        assert_eq!(home.line(&ada, campaign, slice[0].id).await.opt_out, OptOut::No);
    }

    async fn a_lifted_hold_on_a_number_says_nothing_of_them(home: Home) {
        let (ada, _) = home.campaign(vec![zephyrine()]).await;
        let on = hold(&home, &ada, None, Some(phone(0))).await;
        admin(&ada).lift_hold(&home.desk, on.id).await.expect("lifted");
        let lifted = what_was_done(&home, &ada, "hold_lifted").await;
        assert!(lifted[0].starts_with("number ending "), "{lifted:?}");
        erase(&home, &ada, phone(0), false).await.expect("erased");
        assert_eq!(home.desk.store.holds(&ada.actor).await.expect("read")[0].reason, "");
        let set = what_was_done(&home, &ada, "hold_set").await;
        assert!(set.iter().all(|line| !line.contains("Lee")), "{set:?}");
        sound(&home).await;
    }

    async fn a_preview_goes_with_its_texts_whatever_was_changed_since(home: Home) {
        let (ada, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        home.initial(&tess, &slice[0]).await;
        deliver(&home).await;
        retain(&home, &ada, None, Some(30)).await;
        home.pass(40 * DAY);
        home.act(&ada, Act::Note { contact: slice[0].id, text: "has a dog".into() }).await;
        assert_eq!(purge(&home, &ada).await.texts, 1);
        let view = home.desk.store.contacts(&ada.actor, campaign, &[slice[0].id]).await.expect("read").remove(0);
        assert_eq!((view.summary.preview.as_str(), view.note.as_str()), ("", "has a dog"));
        home.pass(31 * DAY);
        purge(&home, &ada).await;
        let view = home.desk.store.contacts(&ada.actor, campaign, &[slice[0].id]).await.expect("read").remove(0);
        assert_eq!(view.note, "");
        sound(&home).await;
    }
}

/// A text that was with the carrier when its contact was erased: what the carrier says later is what became of it, and no more.
#[tokio::test]
async fn a_late_answer_of_the_carrier_says_nothing_of_whoever_was_erased() {
    let home = Home::new(Kind::File).await;
    let (ada, campaign) = home.campaign(people(3)).await;
    let tess = home.join("Tess", Role::Texter).await;
    let mut slice = home.claim(&tess, campaign, 2).await;
    slice.sort_by_key(|to| to.id);
    for to in &slice {
        home.try_send(&tess, home.text(to, Initial, "Hi there!")).await.expect("accepted");
    }
    let jobs = home.jobs().await;
    for job in &jobs {
        home.record(job.attempt, Submitted::Unknown { reason: "cut".into() }).await;
    }
    for job in &jobs {
        let whom = job.to.clone();
        assert_eq!(erase(&home, &ada, whom, false).await.expect("erased").in_doubt, 1);
    }
    home.record(jobs[0].attempt, Submitted::Accepted { carrier_id: "SM4711".into() }).await;
    home.record(jobs[1].attempt, Submitted::Refused { code: "SM4711 is no mobile".into() }).await;
    assert_eq!(says_still(&home.file(), &["SM4711"]).await, Vec::<String>::new());
    home.receipt(jobs[0].attempt, Delivery::Delivered).await;
    home.receipt(jobs[1].attempt, Delivery::Failed).await;
    let wanted = says_still(&home.file(), &["delivered"]).await;
    assert!(wanted.contains(&"messages.delivery".to_owned()), "{wanted:?}");
    System::purge(&home.desk).await.expect("nothing to do");
    refused(erase(&home, &ada, phone(77), true).await, Code::NotFound);
    sound(&home).await;
}

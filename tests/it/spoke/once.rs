//! A text goes out once, or not at all, over a server that takes it as often as it comes; and what is not known is not claimed.

use pretty_assertions::assert_eq;
use rstest::rstest;
use uuid::Uuid;

use textbank::api::message::{Outcome, Verdict};
use textbank::api::problem::Code;
use textbank::client::{Call, CallError, CampaignServer};
use textbank::console::core::shared::msg::ConfirmedWhat;
use textbank::domain::ids::CampaignId;
use textbank::domain::message::MessageKind;

use super::shift::{Tess, now};
use super::stand_in::{ADA, Fault, Trouble};

/// What became of it, in a word.
fn word(answer: &Call<Verdict>) -> String {
    match answer {
        Ok(Verdict { outcome: Outcome::Accepted { .. }, .. }) => "sent".to_owned(),
        Ok(Verdict { outcome: Outcome::Refused { problem }, .. }) => problem.code.as_str().to_owned(),
        Err(CallError::NoAnswer(_)) => "unknown".to_owned(),
        Err(CallError::NotReached(_)) => "waits".to_owned(),
        Err(error) => format!("{error}"),
    }
}

#[rstest]
#[case::all_is_well(None, "sent", 1)]
#[case::the_answer_is_lost(Some(Fault::CutAfter), "sent", 1)]
#[case::a_box_on_the_way_answers(Some(Fault::GatewayAfter), "sent", 1)]
#[case::the_answer_is_damaged(Some(Fault::Damaged), "sent", 1)]
#[case::it_never_came_there(Some(Fault::CutBefore), "unknown", 0)]
#[case::a_box_kept_it(Some(Fault::GatewayBefore), "unknown", 0)]
#[case::a_crash_hides_it(Some(Fault::KilledBetween), "unknown", 1)]
#[case::no_without_a_reason(Some(Fault::Refused), "unknown", 0)]
#[tokio::test]
async fn a_first_text_under_each_fault(#[case] fault: Option<Fault>, #[case] wanted: &str, #[case] rows: usize) {
    for masked in [true, false] {
        let tess = Tess::start(3).await;
        let request = tess.text(1, MessageKind::Initial, "Hi Cora, will you vote?").await;
        {
            let mut world = tess.there.world();
            world.habits.masked = masked;
            world.faults.extend(fault);
        }
        let answer = tess.send(1, &request).await;
        assert_eq!(word(&answer), wanted);
        assert_eq!(tess.there.world().sent_to(1).len(), rows);
        // Handed in again, as no outbox does: it is seen that it was sent, or it is certain that it was not.
        let again = tess.send(1, &request).await;
        if wanted == "sent" {
            assert_eq!(word(&again), "already_sent");
            assert_eq!(tess.there.world().sent_to(1).len(), 1);
        }
    }
}

#[rstest]
#[case::it_never_came_there(Fault::CutBefore, "unknown", 0)]
#[case::it_did(Fault::CutAfter, "sent", 1)]
#[tokio::test]
async fn who_was_skipped_meanwhile_does_not_count_as_texted(
    #[case] fault: Fault,
    #[case] wanted: &str,
    #[case] rows: usize,
) {
    let tess = Tess::start(1).await;
    let request = tess.text(1, MessageKind::Initial, "Hi Cora, will you vote?").await;
    {
        let mut world = tess.there.world();
        world.faults.push_back(fault);
        world.habits.skipped_after_a_text = true;
    }
    assert_eq!(word(&tess.send(1, &request).await), wanted);
    assert_eq!(tess.there.world().sent_to(1).len(), rows);
    assert_eq!(tess.there.world().contacts[&1].status, "closed");
    let found = tess.server.look_for(Uuid::from_u128(1), &ConfirmedWhat::Text(request)).await.expect("a look");
    assert_eq!(found.is_some_and(|verdict| verdict.is_accepted()), rows == 1);
}

#[rstest]
#[case::the_answer_is_lost(Fault::CutAfter, "sent", 2)]
#[case::a_crash_leaves_it_stuck(Fault::KilledBetween, "sent", 2)]
#[case::it_never_came_there(Fault::CutBefore, "unknown", 1)]
#[case::no_without_a_reason(Fault::Refused, "forbidden", 1)]
#[tokio::test]
async fn a_reply_under_a_fault(#[case] fault: Fault, #[case] wanted: &str, #[case] rows: usize) {
    let tess = Tess::start(3).await;
    let first = tess.text(1, MessageKind::Initial, "Hi Cora").await;
    assert_eq!(word(&tess.send(1, &first).await), "sent");
    tess.there.world().voter_writes(1, "who is this?", now());
    let reply = tess.text(1, MessageKind::Reply, "It\u{2019}s Tess \u{2014} hi!").await;
    tess.there.world().faults.push_back(fault);
    assert_eq!(word(&tess.send(2, &reply).await), wanted);
    assert_eq!(tess.there.world().sent_to(1).len(), rows);
}

#[tokio::test]
async fn the_same_words_twice_are_two_texts_when_they_were_pressed_twice() {
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "hm", now());
    let reply = tess.text(1, MessageKind::Reply, "ok").await;
    assert_eq!(word(&tess.send(2, &reply).await), "sent");
    // The second one never arrives: the first must not be taken for it.
    tess.there.world().faults.push_back(Fault::CutBefore);
    assert_eq!(word(&tess.send(3, &reply).await), "unknown");
    assert_eq!(tess.there.world().sent_to(1).len(), 2);
    let what = ConfirmedWhat::Text(reply);
    let found = tess.server.look_for(Uuid::from_u128(3), &what).await.expect("a look");
    assert_eq!(found, None, "nor later");
}

#[tokio::test]
async fn the_reason_of_a_refusal_is_found_by_reading() {
    let tess = Tess::start(6).await;
    tess.there.world().habits.masked = true;
    let mut requests = Vec::new();
    for contact in 1..=5 {
        requests.push(tess.text(contact, MessageKind::Initial, "Hi").await);
    }
    {
        let mut world = tess.there.world();
        world.contacts.get_mut(&1).expect("one").opted_out = true;
        world.contacts.get_mut(&2).expect("two").assignment = None;
        world.store(3, ADA, "Hi from another window", now(), false);
    }
    assert_eq!(word(&tess.send(1, &requests[0]).await), Code::Suppressed.as_str());
    assert_eq!(word(&tess.send(2, &requests[1]).await), Code::LeaseLost.as_str());
    assert_eq!(word(&tess.send(3, &requests[2]).await), Code::AlreadySent.as_str());
    assert_eq!(
        tess.there.world().asked.iter().filter(|name| *name == "sendMessage").count(),
        0,
        "none was handed over"
    );
    let mut elsewhere = requests[3].clone();
    elsewhere.campaign = CampaignId(999);
    assert_eq!(word(&tess.send(4, &elsewhere).await), "waits", "a server that does not say why may say more later");
}

#[tokio::test]
async fn a_reply_to_what_was_not_seen_comes_back() {
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "yes", now());
    let reply = tess.text(1, MessageKind::Reply, "Great!").await;
    tess.there.world().voter_writes(1, "and my wife too", now());
    assert_eq!(word(&tess.send(2, &reply).await), Code::StaleReply.as_str());
    tess.there.world().voter_writes(1, "I mean STOP", now());
    assert_eq!(word(&tess.send(3, &reply).await), Code::Frozen.as_str());
    assert_eq!(tess.there.world().sent_to(1).len(), 1);
}

#[tokio::test]
async fn a_lost_session_leaves_the_text_waiting() {
    let tess = Tess::start(1).await;
    let request = tess.text(1, MessageKind::Initial, "Hi").await;
    for masked in [true, false] {
        {
            let mut world = tess.there.world();
            world.habits.masked = masked;
            world.habits.signed_out = true;
        }
        let Err(CallError::Refused(problem)) = tess.send(1, &request).await else { panic!("refused") };
        assert_eq!(problem.code, Code::Unauthorized);
        let Err(CallError::Refused(problem)) = tess.server.campaigns().await else { panic!("refused") };
        assert_eq!(problem.code, Code::Unauthorized);
    }
    tess.there.world().habits.signed_out = false;
    assert_eq!(word(&tess.send(1, &request).await), "sent");
    assert_eq!(tess.there.world().sent_to(1).len(), 1);
}

#[rstest]
#[case::a_first_text(MessageKind::Initial)]
#[case::a_reply(MessageKind::Reply)]
#[tokio::test]
async fn a_server_that_fails_at_everything_is_no_lost_session(#[case] kind: MessageKind) {
    let tess = Tess::start(1).await;
    if kind == MessageKind::Reply {
        tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
        tess.there.world().voter_writes(1, "hm", now());
    }
    let request = tess.text(1, kind, "Hi Cora").await;
    let before = tess.there.world().sent_to(1).len();
    {
        // The text is stored, its count is not; then the looks fail, and so does the question who is signed in.
        let mut world = tess.there.world();
        world.habits.masked = true;
        world.faults.push_back(Fault::FailedBetween);
        world.troubles.extend([("details", Trouble::Fails); 2]);
        // The look before the text is well.
        world.troubles.push_front(("details", Trouble::Passes));
        world.troubles.extend([("session", Trouble::Fails); 2]);
    }
    assert_eq!(word(&tess.send(2, &request).await), "unknown");
    assert_eq!(tess.there.world().sent_to(1).len(), before + 1);
    // What cannot be looked up now says nothing about who is signed in.
    for name in ["who", "todos", "session", "assignment"] {
        tess.there.world().troubles = [(name, Trouble::Fails), (name, Trouble::Fails)].into();
        for error in [tess.server.me().await.err(), tess.server.campaigns().await.err()].into_iter().flatten() {
            assert!(matches!(error, CallError::Strange(_)), "{name}: {error}");
        }
    }
}

#[tokio::test]
async fn a_session_that_ends_while_a_text_is_refused_makes_it_unknown() {
    let tess = Tess::start(1).await;
    let request = tess.text(1, MessageKind::Initial, "Hi Cora").await;
    {
        let mut world = tess.there.world();
        world.faults.push_back(Fault::FailedBetween);
        world.habits.signed_out_after_a_text = true;
    }
    assert_eq!(word(&tess.send(1, &request).await), "unknown");
    tess.there.world().habits.signed_out = false;
    assert_eq!(tess.there.world().sent_to(1).len(), 1);
}

#[rstest]
#[case::of_the_opt_out("optOut")]
#[case::of_the_conversation("messages")]
#[case::of_the_answers("questionResponseValues")]
#[tokio::test]
async fn a_contact_that_is_read_in_part_is_not_texted(#[case] field: &'static str) {
    let tess = Tess::start(2).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "hm", now());
    let (reply, first) =
        (tess.text(1, MessageKind::Reply, "ok").await, tess.text(2, MessageKind::Initial, "Hi Quinn").await);
    {
        let mut world = tess.there.world();
        world.habits.masked = true;
        world.habits.broken_field = Some(field);
        world.contacts.get_mut(&2).expect("a contact").opted_out = true;
        world.voter_writes(1, "please stop", now());
        world.asked.clear();
    }
    assert_eq!(word(&tess.send(2, &reply).await), "waits");
    assert_eq!(word(&tess.send(3, &first).await), "waits");
    assert!(!tess.there.world().asked.iter().any(|name| name == "sendMessage"));
    tess.there.world().habits.broken_field = None;
    assert_eq!(word(&tess.send(2, &reply).await), Code::Frozen.as_str());
    assert_eq!(word(&tess.send(3, &first).await), Code::Suppressed.as_str());
}

#[tokio::test]
async fn a_look_that_is_answered_in_part_settles_nothing() {
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "hm", now());
    let reply = tess.text(1, MessageKind::Reply, "ok").await;
    {
        // Stored, though the server says that it failed; then the conversation cannot be read.
        let mut world = tess.there.world();
        world.faults.push_back(Fault::FailedBetween);
        world.habits.broken_field_after_a_text = Some("messages");
    }
    assert_eq!(word(&tess.send(2, &reply).await), "unknown", "and not refused, to be pressed again");
    tess.there.world().habits.broken_field = None;
    let found = tess.server.look_for(Uuid::from_u128(2), &ConfirmedWhat::Text(reply)).await.expect("a look");
    assert!(found.is_some_and(|verdict| verdict.is_accepted()));
    assert_eq!(tess.there.world().sent_to(1).len(), 2);
}

#[tokio::test]
async fn a_canned_reply_is_named_by_its_number() {
    let tess = Tess::start(1).await;
    tess.send(1, &tess.text(1, MessageKind::Initial, "Hi").await).await.expect("sent");
    tess.there.world().voter_writes(1, "where?", now());
    let mut reply = tess.text(1, MessageKind::Reply, "You vote at School No. 2, Cora.").await;
    reply.source = Some("canned:2".to_owned());
    tess.send(2, &reply).await.expect("sent");
    assert_eq!(tess.there.world().canned, [(1, "2".to_owned())]);
}

#[rstest]
#[case::before_they_begin(1, Some(Code::OutsideHours))]
#[case::within_them(-1, None)]
#[tokio::test]
async fn hours_are_looked_at_before_each_text_whoever_confirmed_it_when(
    #[case] begins_in: i64,
    #[case] refused: Option<Code>,
) {
    // As at the next start: what was confirmed before is handed in by a program that has loaded nothing.
    let tess = Tess::start(2).await;
    let request = tess.text(1, MessageKind::Initial, "Hi").await;
    let mut old = tess.text(2, MessageKind::Initial, "Hi").await;
    old.shown.pressed_at = now() - jiff::SignedDuration::from_hours(13);
    {
        // The server itself looks only at the end of the day's hours.
        let mut world = tess.there.world();
        // Whatever the hour is here, it is noon or one where they are.
        let there = 12 - now().to_zoned(jiff::tz::TimeZone::UTC).hour();
        for contact in world.contacts.values_mut() {
            contact.zone = Some((there, false));
        }
        let hour = world.hour_at(&world.contacts[&1], now());
        world.organization = serde_json::json!({
            "textingHoursEnforced": true, "textingHoursStart": hour + begins_in, "textingHoursEnd": 24,
        });
    }
    let anew = Tess::at(tess.there).await;
    let expected = refused.map_or("sent", Code::as_str);
    assert_eq!(word(&anew.send(1, &request).await), expected);
    assert_eq!(anew.there.world().sent_to(1).len(), usize::from(refused.is_none()));
    let expected = refused.map_or(Code::TooLate.as_str(), Code::as_str);
    assert_eq!(word(&anew.send(2, &old).await), expected);
    assert_eq!(anew.there.world().sent_to(2).len(), 0, "pressed in hours that are past");
}

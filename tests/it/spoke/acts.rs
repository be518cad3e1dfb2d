//! Answers, tags, notes, closing, opting out, giving back, asking for more.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::SignedDuration;
use pretty_assertions::assert_eq;
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use textbank::api::act::Act;
use textbank::api::event::{Event, EventKind};
use textbank::api::message::{Outcome, Verdict};
use textbank::api::people::Role;
use textbank::api::problem::Code;
use textbank::client::spoke::SpokeServer;
use textbank::client::{Call, CallError, CampaignServer};
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::ids::{ActId, ContactId};
use textbank::domain::message::MessageKind;
use textbank::env::SeededIds;

use super::shift::{Tess, now};
use super::stand_in::{ADA, Fault, Trouble, World};

const CORA: ContactId = ContactId(1);

impl Tess {
    async fn act(&self, act: Act) -> Verdict {
        self.server.act(pressed(0), &act).await.expect("a verdict")
    }

    async fn done(&self, act: Act) {
        let verdict = self.act(act).await;
        assert!(verdict.is_accepted(), "{verdict:?}");
    }

    /// With Cora texted, and her reply there.
    async fn in_conversation() -> Self {
        let tess = Self::start(3).await;
        tess.server.campaign(tess.campaign).await.expect("a campaign");
        tess.send(1, &tess.text(1, MessageKind::Initial, "Hi Cora").await).await.expect("sent");
        tess.there.world().voter_writes(1, "yes", now());
        tess
    }
}

/// The id of an act that was pressed so many seconds ago.
fn pressed(ago: i64) -> ActId {
    ActId(SeededIds::shared(u64::try_from(ago).expect("in the past")).act_id(now() - SignedDuration::from_secs(ago)))
}

fn answer(question: &str, value: Option<&str>) -> Act {
    Act::Answer { contact: CORA, question: question.to_owned(), value: value.map(str::to_owned) }
}

#[tokio::test]
async fn the_whole_set_of_answers_goes_each_time_and_what_hung_on_one_goes_with_it() {
    let tess = Tess::in_conversation().await;
    let kept = || tess.there.world().contacts[&1].answers.clone();
    let set = |pairs: &[(i64, &str)]| {
        pairs.iter().map(|(step, value)| (*step, (*value).to_owned())).collect::<BTreeMap<_, _>>()
    };
    tess.done(answer("1", Some("Yes"))).await;
    tess.done(answer("2", Some("Not now"))).await;
    assert_eq!(kept(), set(&[(1, "Yes"), (2, "Not now")]), "the second did not take the first away");
    tess.done(answer("1", Some("Yes"))).await;
    assert_eq!(kept(), set(&[(1, "Yes"), (2, "Not now")]), "the same again changes nothing");
    tess.done(answer("1", Some("No"))).await;
    assert_eq!(kept(), set(&[(1, "No")]));
    let view = tess.server.contacts(tess.campaign, &[CORA]).await.expect("a body").remove(0);
    assert_eq!(view.answers, BTreeMap::from([("1".to_owned(), "No".to_owned())]));
    tess.done(answer("1", None)).await;
    assert_eq!(kept(), set(&[]));
}

/// Until somebody decides nobody is texted who may have opted out, whatever the server has made of their words (promise 5).
#[rstest]
#[case("STOP texting me", "stop texting")]
#[case("Stop.", "stop")]
#[tokio::test]
async fn who_may_have_opted_out_is_frozen_until_somebody_decides(#[case] text: &str, #[case] words: &str) {
    let tess = Tess::in_conversation().await;
    let mut feed = tess.server.events(tess.campaign, 0).await.expect("a feed");
    tess.there.world().voter_writes(1, text, now());
    let told = async |feed: &mut BoxStream<'static, Call<Event>>| loop {
        let event = feed.next().await.expect("the feed goes on").expect("an event");
        if let EventKind::Contact { contact } = event.what
            && contact.id == CORA
        {
            break contact.opt_out;
        }
    };
    let doubt = OptOut::Possible { words: words.to_owned() };
    let mut heard = told(&mut feed).await;
    while heard == OptOut::No {
        heard = told(&mut feed).await;
    }
    assert_eq!(heard, doubt);
    let line = tess.server.assignment(tess.campaign, None).await.expect("a list").contacts.remove(0);
    assert_eq!((line.opt_out, line.status), (doubt.clone(), Status::NeedsResponse));
    let body = || async { tess.server.contacts(tess.campaign, &[CORA]).await.expect("a body").remove(0).summary };
    assert_eq!(body().await.opt_out, doubt);
    let reply = tess.text_of(1, MessageKind::Reply, "Are you sure?").await;
    let verdict = tess.send(3, &reply).await.expect("a verdict");
    assert!(matches!(verdict.outcome, Outcome::Refused { problem } if problem.code == Code::Frozen));
    // It was none, and that was a slip; then it was none after all.
    let none = || Act::NotOptOut { contact: CORA, after_seq: reply.after_seq };
    tess.done(none()).await;
    assert_eq!(told(&mut feed).await, OptOut::No, "it is told anew");
    tess.done(Act::UndoNotOptOut { contact: CORA }).await;
    assert_eq!(body().await.opt_out, doubt);
    tess.done(none()).await;
    assert_eq!(body().await.opt_out, OptOut::No);
    assert!(tess.send(4, &reply).await.expect("a verdict").is_accepted());
    assert_eq!(tess.there.world().sent_to(1).len(), 2);
}

#[tokio::test]
async fn a_doubt_that_came_after_what_was_decided_stays_one() {
    let tess = Tess::in_conversation().await;
    tess.there.world().voter_writes(1, "stop it, you flatter me. please stop", now());
    let seen = tess.text_of(1, MessageKind::Reply, "").await.after_seq;
    tess.there.world().voter_writes(1, "no, take me off your list", now());
    tess.done(Act::NotOptOut { contact: CORA, after_seq: seen }).await;
    let line = tess.server.assignment(tess.campaign, None).await.expect("a list").contacts.remove(0);
    assert_eq!(line.opt_out, OptOut::Possible { words: "take me off".to_owned() });
}

#[tokio::test]
async fn a_tag_is_known_by_the_name_that_is_shown() {
    let mut world = World::with_contacts(1, now());
    world.organization = json!({ "tags": [{ "id": "7", "name": "will\tvote" }] });
    let tess = Tess::with(world).await;
    let view = tess.server.campaign(tess.campaign).await.expect("a campaign");
    let shown = view.def.tags[0].clone();
    assert_ne!(shown, "will\tvote");
    tess.server.assignment(tess.campaign, None).await.expect("a list");
    tess.done(Act::Tag { contact: CORA, tag: shown, on: true }).await;
    assert!(tess.there.world().contacts[&1].tags.contains_key(&7));
}

#[tokio::test]
async fn answers_that_could_not_be_read_are_not_taken_away() {
    let tess = Tess::in_conversation().await;
    tess.done(answer("1", Some("Yes"))).await;
    tess.there.world().habits.broken_field = Some("questionResponseValues");
    let failed = tess.server.act(ActId(Uuid::from_u128(99)), &answer("2", Some("Not now"))).await;
    assert!(matches!(failed, Err(CallError::Strange(_))), "{failed:?}");
    assert_eq!(tess.there.world().contacts[&1].answers, BTreeMap::from([(1, "Yes".to_owned())]));
}

#[tokio::test]
async fn tags_notes_closing_and_opening_again() {
    let tess = Tess::in_conversation().await;
    let tag = |on| Act::Tag { contact: CORA, tag: "spanish".to_owned(), on };
    tess.done(tag(true)).await;
    tess.done(Act::Note { contact: CORA, text: "prefers mornings \u{2014} really".to_owned() }).await;
    let body = || async { tess.server.contacts(tess.campaign, &[CORA]).await.expect("a body").remove(0) };
    let view = body().await;
    assert_eq!((view.tags, view.note.as_str()), (vec!["spanish".to_owned()], "prefers mornings - really"));
    tess.done(tag(false)).await;
    assert_eq!(body().await.tags, Vec::<String>::new());
    tess.done(Act::Close { contact: CORA }).await;
    assert_eq!(body().await.summary.status, Status::Closed);
    tess.done(Act::Reopen { contact: CORA }).await;
    assert_eq!(body().await.summary.status, Status::NeedsResponse, "as it stood before");
    // Skipped before the first text, and taken back: the first text can be sent.
    let ben = ContactId(2);
    tess.done(Act::Close { contact: ben }).await;
    tess.done(Act::Reopen { contact: ben }).await;
    let sent = tess.send(7, &tess.text(2, MessageKind::Initial, "Hi").await).await.expect("a verdict");
    assert!(sent.is_accepted());
}

#[tokio::test]
async fn an_opt_out_is_one_act_with_one_notice_whatever_stops_it_half_way() {
    for (fault, notices) in [
        (None, 1),
        (Some(Fault::CutAfter), 1),
        // In doubt it is not sent again: the opt-out takes force.
        (Some(Fault::CutBefore), 0),
        (Some(Fault::Refused), 0),
    ] {
        let tess = Tess::in_conversation().await;
        tess.there.world().faults.extend(fault);
        tess.done(Act::OptOut { contact: CORA, notice: true, grace: false }).await;
        tess.done(Act::OptOut { contact: CORA, notice: true, grace: false }).await;
        assert!(tess.there.world().contacts[&1].opted_out, "{fault:?}");
        assert_eq!(tess.there.world().sent_to(1).len(), 1 + notices, "{fault:?}");
        let view = tess.server.contacts(tess.campaign, &[CORA]).await.expect("a body").remove(0);
        assert_eq!(view.summary.opt_out, OptOut::Yes { by_word: false });
        let verdict =
            tess.send(5, &tess.text_of(1, MessageKind::Reply, "are you sure?").await).await.expect("a verdict");
        assert!(matches!(verdict.outcome, Outcome::Refused { problem } if problem.code == Code::Suppressed));
    }
    // Stopped between the notice and the opt-out: done again it goes on from there.
    let tess = Tess::in_conversation().await;
    tess.there.world().store(1, 2, "I'm opting you out of texts immediately. Have a great day.", now(), false);
    tess.done(Act::OptOut { contact: CORA, notice: true, grace: false }).await;
    assert_eq!(tess.there.world().sent_to(1).len(), 2);
    // Silently.
    let tess = Tess::in_conversation().await;
    tess.done(Act::OptOut { contact: CORA, notice: false, grace: false }).await;
    let world = tess.there.world();
    assert_eq!((world.sent_to(1).len(), world.contacts[&1].opted_out), (1, true));
}

#[rstest]
#[case::at_once(4 * 60, None, 1)]
#[case::too_late(6 * 60, None, 0)]
#[case::before_the_hours(0, Some(false), 0)]
#[case::within_them(0, Some(true), 1)]
#[tokio::test]
async fn a_notice_goes_with_its_press_and_within_hours_or_not_at_all(
    #[case] ago: i64,
    #[case] open: Option<bool>,
    #[case] notices: usize,
) {
    let tess = Tess::in_conversation().await;
    if let Some(open) = open {
        // The server itself looks only at the end of the day's hours: they begin in an hour there, or began an hour ago.
        let mut world = tess.there.world();
        let hour = world.hour_at(&world.contacts[&1], now());
        let (start, end) = if open { (0, 24) } else { ((hour + 1).min(23), 24) };
        world.organization =
            json!({ "textingHoursEnforced": true, "textingHoursStart": start, "textingHoursEnd": end });
        // In the last hour of the day nothing begins any more.
        if !open && hour == 23 {
            return;
        }
    }
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    let act = Act::OptOut { contact: CORA, notice: true, grace: false };
    let verdict = tess.server.act(pressed(ago), &act).await.expect("a verdict");
    assert!(verdict.is_accepted(), "{verdict:?}");
    assert!(tess.there.world().contacts[&1].opted_out);
    assert_eq!(tess.there.world().sent_to(1).len(), 1 + notices);
    assert_eq!(tess.there.world().silent_opt_outs, 1 - notices);
}

#[tokio::test]
async fn an_opt_out_that_failed_is_done_again_without_a_second_notice() {
    for fault in [None, Some(Fault::CutBefore), Some(Fault::Refused)] {
        let tess = Tess::in_conversation().await;
        let (id, act) = (pressed(0), Act::OptOut { contact: CORA, notice: true, grace: false });
        tess.there.world().faults.extend(fault);
        tess.there.world().troubles.extend([("optOut", Trouble::Fails); 5]);
        assert!(matches!(tess.server.act(id, &act).await, Err(CallError::Strange(_))));
        let notices = tess.there.world().sent_to(1).len();
        assert!(tess.server.act(id, &act).await.expect("a verdict").is_accepted());
        assert!(tess.there.world().contacts[&1].opted_out, "{fault:?}");
        assert_eq!(tess.there.world().sent_to(1).len(), notices, "{fault:?}");
    }
}

#[rstest]
#[case::well(0, 1)]
#[case::busy_for_a_moment(2, 1)]
#[case::not_to_be_read(3, 0)]
#[tokio::test]
async fn a_server_that_is_busy_for_a_moment_loses_nobody_their_notice(#[case] fails: usize, #[case] notices: usize) {
    let tess = Tess::in_conversation().await;
    tess.server.assignment(tess.campaign, None).await.expect("a list");
    tess.there.world().habits.masked = true;
    tess.there.world().troubles.extend(vec![("details", Trouble::Fails); fails]);
    tess.done(Act::OptOut { contact: CORA, notice: true, grace: false }).await;
    assert!(tess.there.world().contacts[&1].opted_out);
    assert_eq!(tess.there.world().sent_to(1).len(), 1 + notices);
    // What did not go is said.
    let unnoticed = tess.server.beside().expect("looked").unnoticed;
    assert_eq!(unnoticed.into_iter().collect::<Vec<_>>(), if notices == 0 { vec![CORA] } else { vec![] });
}

#[tokio::test]
async fn an_opt_out_that_meets_no_answer_waits_and_keeps_its_notice() {
    let tess = Tess::in_conversation().await;
    tess.there.world().troubles.push_back(("details", Trouble::Gateway));
    let (id, act) = (pressed(0), Act::OptOut { contact: CORA, notice: true, grace: false });
    let failed = tess.server.act(id, &act).await;
    assert!(matches!(failed, Err(CallError::NoAnswer(_))), "{failed:?}");
    assert!(!tess.there.world().contacts[&1].opted_out);
    assert!(tess.server.act(id, &act).await.expect("a verdict").is_accepted());
    assert_eq!(tess.there.world().sent_to(1).len(), 2);
    assert!(tess.server.beside().expect("looked").unnoticed.is_empty());
}

#[tokio::test]
async fn who_opted_out_counts_as_done_for_whoever_comes_back() {
    let tess = Tess::in_conversation().await;
    tess.done(Act::OptOut { contact: CORA, notice: true, grace: false }).await;
    tess.done(Act::OptOut { contact: ContactId(2), notice: false, grace: false }).await;
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!((page.contacts.len(), page.sent), (1, 2), "three in all, two of them done");
}

#[tokio::test]
async fn whoever_is_with_somebody_else_by_now_is_said_to_be_though_the_server_does_not_say_it() {
    let tess = Tess::in_conversation().await;
    tess.server.campaign(tess.campaign).await.expect("a campaign");
    {
        let mut world = tess.there.world();
        world.habits.masked = true;
        world.contacts.get_mut(&1).expect("a contact").assignment = None;
    }
    for act in [
        Act::Note { contact: CORA, text: "mornings".to_owned() },
        Act::Tag { contact: CORA, tag: "spanish".to_owned(), on: true },
        Act::Close { contact: CORA },
    ] {
        tess.there.world().troubles =
            [("fields", Trouble::Fails), ("tags", Trouble::Fails), ("status", Trouble::Fails)]
                .into_iter()
                .cycle()
                .take(9)
                .collect();
        let verdict = tess.act(act).await;
        assert!(matches!(verdict.outcome, Outcome::Refused { problem } if problem.code == Code::LeaseLost));
    }
}

#[tokio::test]
async fn what_the_server_cannot_do_is_refused_without_asking_it() {
    let tess = Tess::in_conversation().await;
    let before = tess.there.world().asked.len();
    for act in [Act::WrongNumber { contact: CORA }, Act::Pause { campaign: tess.campaign }] {
        let verdict = tess.act(act).await;
        assert!(matches!(verdict.outcome, Outcome::Refused { problem } if problem.code == Code::Forbidden));
    }
    assert_eq!(tess.there.world().asked.len(), before);
}

fn dynamic(free: i64) -> World {
    let mut world = World::with_contacts(2, now());
    world.campaign = json!({ "useDynamicAssignment": true, "batchSize": 20 });
    world.add_contacts(100, free, None, now());
    world
}

#[tokio::test]
async fn more_contacts_come_once_for_one_request_however_often_it_is_made() {
    let tess = Tess::with(dynamic(50)).await;
    let claim = Uuid::from_u128(1);
    let grant = tess.server.claim(tess.campaign, claim, 0).await.expect("a grant");
    assert_eq!(grant.contacts.len(), 20);
    let again = tess.server.claim(tess.campaign, claim, 0).await.expect("the same");
    assert_eq!(again.contacts, grant.contacts);
    assert_eq!(tess.there.world().asked.iter().filter(|name| *name == "more").count(), 1);
    let other = tess.server.claim(tess.campaign, Uuid::from_u128(2), 0).await.expect("another");
    assert_eq!(other.contacts.len(), 20);
    assert!(other.contacts.iter().all(|line| !grant.contacts.contains(line)));

    // While a reply waits there are none, and that is the reason given.
    tess.there.world().voter_writes(1, "hello?", now());
    let refused = |answer| match answer {
        Err(CallError::Refused(problem)) => problem.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(tess.server.claim(tess.campaign, Uuid::from_u128(3), 0).await), Code::QuotaReached);

    // Given back: the unsent ones alone.
    tess.done(Act::Release { campaign: tess.campaign, unsent: true, conversations: false }).await;
    let left = tess.server.assignment(tess.campaign, None).await.expect("a list").contacts;
    assert_eq!(left.iter().map(|line| line.id).collect::<Vec<_>>(), [CORA]);
}

#[tokio::test]
async fn a_request_for_more_that_was_put_off_is_made_when_it_is_made_again() {
    let tess = Tess::with(dynamic(50)).await;
    let claim = Uuid::from_u128(1);
    tess.there.world().troubles.push_back(("more", Trouble::TooMuch));
    let Err(CallError::Refused(problem)) = tess.server.claim(tess.campaign, claim, 0).await else { panic!("refused") };
    assert_eq!(problem.code, Code::RateLimited);
    assert_eq!(tess.server.claim(tess.campaign, claim, 0).await.expect("a grant").contacts.len(), 20);
}

#[tokio::test]
async fn where_admins_assign_nothing_is_asked_for() {
    let tess = Tess::start(1).await;
    let Err(CallError::Refused(problem)) = tess.server.claim(tess.campaign, Uuid::from_u128(1), 0).await else {
        panic!("refused")
    };
    assert_eq!(problem.code, Code::NoneLeft);
    assert!(!tess.there.world().asked.iter().any(|name| name == "more"));
}

#[tokio::test]
async fn replies_are_taken_over_once_where_campaign_and_role_allow_it() {
    let mut world = World::with_contacts(2, now());
    world.add_contacts(70, 2, Some(World::assignment_of(ADA)), now());
    world.voter_writes(70, "is anybody there?", now());
    let tess = Tess::with(world).await;
    assert!(!tess.server.capabilities().take_replies);
    assert!(SpokeServer::clone(&tess.server).as_role(Role::VettedTexter).capabilities().take_replies);
    let code = |answer| match answer {
        Err(CallError::Refused(problem)) => problem.code,
        other => panic!("{other:?}"),
    };
    let claim = Uuid::from_u128(1);
    assert_eq!(code(tess.server.take_replies(tess.campaign, claim).await), Code::Forbidden, "the campaign does not");
    tess.there.world().campaign =
        json!({ "texterUIConfig": { "options": "", "sideboxChoices": ["take-conversations"] } });
    tess.there.world().troubles.push_back(("take", Trouble::Gateway));
    assert_eq!(tess.server.take_replies(tess.campaign, claim).await.expect("found by reading"), 1);
    assert_eq!(tess.server.take_replies(tess.campaign, claim).await.expect("the same request"), 1);
    assert_eq!(tess.there.world().asked.iter().filter(|name| *name == "take").count(), 1);
    assert_eq!(tess.there.world().contacts[&70].assignment, Some(tess.campaign.0));
    // One's own contact who writes meanwhile is not taken over.
    tess.there.world().voter_writes(1, "hi", now());
    assert_eq!(tess.server.take_replies(tess.campaign, claim).await.expect("the same request"), 1);
    assert_eq!(code(tess.server.take_replies(tess.campaign, Uuid::from_u128(2)).await), Code::NoneLeft);
    // What the server failed over is asked for once more by the same request.
    tess.there.world().voter_writes(71, "and I?", now());
    tess.there.world().troubles.push_back(("take", Trouble::Fails));
    let claim = Uuid::from_u128(3);
    let failed = tess.server.take_replies(tess.campaign, claim).await;
    assert!(matches!(failed, Err(CallError::Strange(_))), "{failed:?}");
    assert_eq!(tess.server.take_replies(tess.campaign, claim).await.expect("asked again"), 1);
    assert_eq!(tess.there.world().contacts[&71].assignment, Some(tess.campaign.0));
    // Where none can be seen it is not said that there were some, nor none as a success.
    tess.there.world().troubles.push_back(("take", Trouble::Gateway));
    let claim = Uuid::from_u128(4);
    let unclear = tess.server.take_replies(tess.campaign, claim).await;
    assert!(matches!(unclear, Err(CallError::NoAnswer(_))), "{unclear:?}");
    assert_eq!(code(tess.server.take_replies(tess.campaign, claim).await), Code::NoneLeft);
}

#[tokio::test]
async fn who_was_closed_after_a_text_is_a_conversation_for_whoever_comes_back() {
    let tess = Tess::in_conversation().await;
    for contact in [CORA, ContactId(2)] {
        tess.done(Act::Close { contact }).await;
    }
    let anew = Tess::at(tess.there).await;
    let page = anew.server.assignment(anew.campaign, None).await.expect("a list");
    let passed: Vec<(i64, bool)> = page.contacts.iter().map(|line| (line.id.0, line.is_passed_over())).collect();
    assert_eq!(passed, [(1, false), (2, true), (3, false)]);
}

//! A history made by hand in which all is well, and for each rule the changes that break it.

use jiff::Timestamp;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::api::act::{Act, HeldDecision};
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::domain::hours::TextingHours;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use crate::domain::ledger::{Head, Pressed};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::recall::{Recall, Recalled};
use crate::domain::zone::Zones;
use crate::sim::history::{AuditRow, Call, Deed, MessageRow, Press, Row, Seen, Told};

const ANN: PersonId = PersonId(1);
const BOB: PersonId = PersonId(2);
const LAPTOP: DeviceId = DeviceId(Uuid::from_u128(9));
const CONTACT: ContactId = ContactId(7);
const PHONE: &str = "+14155550107";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Minutes after eleven in the morning in California.
fn at(minutes: i64) -> Timestamp {
    let eleven: Timestamp = "2026-06-10T18:00:00Z".parse().expect("a time");
    eleven + jiff::SignedDuration::from_mins(minutes)
}

fn press(n: u128, kind: MessageKind) -> Fact {
    Fact::Pressed(Press {
        texter: ANN,
        device: LAPTOP,
        id: id(n),
        campaign: CampaignId(1),
        contact: CONTACT,
        kind,
        body: format!("Text {n}"),
        epoch: 1,
        after_seq: 0,
        at: at(0),
    })
}

fn accepted(n: u128) -> Verdict {
    Verdict { id: id(n), outcome: Outcome::Accepted { seq: 1, at: at(1) } }
}

fn refused(n: u128, code: Code) -> Verdict {
    Verdict { id: id(n), outcome: Outcome::Refused { problem: Problem::new(code, "no") } }
}

fn message(n: u128, seq: u64, kind: Option<MessageKind>) -> MessageRow {
    let inbound = kind.is_none();
    MessageRow {
        id: id(n),
        contact: CONTACT,
        seq,
        direction: if inbound { Direction::Inbound } else { Direction::Outbound },
        kind,
        body: format!("Text {n}"),
        at: at(1),
        author: kind.is_some_and(MessageKind::needs_press).then_some(ANN),
        delivery: if inbound { Delivery::Received } else { Delivery::Delivered },
        error: None,
        after_seq: 0,
    }
}

fn audit(n: i64, person: Option<PersonId>, what: &str, subject: &str, detail: &str) -> Fact {
    Fact::Row(Row::Audit(AuditRow {
        n,
        at: at(1),
        person,
        session: person.map(|person| person.0),
        what: what.into(),
        subject: subject.into(),
        detail: detail.into(),
    }))
}

fn call(attempt: u128, n: u128, told: Told, took: bool) -> Fact {
    let (to, body) = (PHONE.to_owned(), format!("Text {n}"));
    Fact::Called(Call { attempt: id(attempt), to, body, at: at(1), told, took })
}

fn shown(n: u128, state: Seen, code: Option<Code>) -> Fact {
    Fact::Shown { device: LAPTOP, id: id(n), state, code }
}

fn granted(texter: PersonId, epoch: u32) -> Fact {
    Fact::Granted { texter, contact: CONTACT, epoch }
}

fn left(why: &str) -> Fact {
    Fact::Left { texter: ANN, contact: CONTACT, why: why.into() }
}

fn taken(texter: PersonId, epoch: u32) -> Fact {
    Fact::Taken { texter, id: id(1), contact: CONTACT, epoch, held: true }
}

fn journaled(n: u128) -> Fact {
    Fact::Journaled { device: LAPTOP, id: id(n) }
}

fn verdict_row(verdict: Verdict) -> Fact {
    Fact::Row(Row::Verdict { person: ANN, verdict })
}

fn contact() -> Fact {
    let zones = Zones::from_names(["America/Los_Angeles"]);
    let (campaign, phone) = (CampaignId(1), PHONE.to_owned());
    Fact::Row(Row::Contact { id: CONTACT, campaign, phone, zones, opted_out: false, assigned: Some(ANN) })
}

fn campaign() -> Fact {
    Fact::Row(Row::Campaign { id: CampaignId(1), hours: TextingHours::default(), paused: false })
}

fn attempt(attempt: u128, n: u128) -> Fact {
    Fact::Row(Row::Attempt { id: id(attempt), message: id(n) })
}

fn ledger(n: u128, head: &mut Head) -> Fact {
    let entry = Pressed {
        id: id(n),
        device: LAPTOP,
        campaign: CampaignId(1),
        contact: CONTACT,
        kind: MessageKind::Initial,
        body_hash: blake3::hash(format!("Text {n}").as_bytes()).to_hex().to_string(),
        drawn_at: at(0),
        pressed_at: at(0),
        mono_ms: 0,
        dwell_ms: 400,
    };
    let link = head.mint(&entry);
    head.follow(&link);
    Fact::Row(Row::Ledger { link, entry })
}

fn link(n: u128, head: &mut Head) -> Fact {
    let Fact::Row(Row::Ledger { link, .. }) = ledger(n, head) else { panic!("a line of the ledger") };
    Fact::HandedIn { device: LAPTOP, id: id(n), link: Some(link) }
}

/// A copied journal: text 2 claims the place of text 1. What the server says to it, and which texts an audit names.
fn forked(facts: &mut Vec<Fact>, verdict: Verdict, beside: &[u128]) {
    // The same chain, from its beginning once more.
    facts.push(link(1, &mut Head::start(id(5), LAPTOP)));
    facts.push(link(2, &mut Head::start(id(5), LAPTOP)));
    facts.extend([press(2, MessageKind::Reply), journaled(2), verdict_row(verdict)]);
    facts.push(shown(2, Seen::Parked, Some(Code::LedgerBroken)));
    facts.push(audit(3, Some(ANN), "refused", &id(2).to_string(), "ledger_broken"));
    facts.push(Fact::Audited { problems: Vec::new(), beside: beside.iter().map(|n| id(*n)).collect() });
}

/// One first text, pressed, journaled, accepted, carried, delivered, echoed and let go of.
fn all_is_well() -> Vec<Fact> {
    let text = id(1).to_string();
    vec![
        granted(ANN, 1),
        press(1, MessageKind::Initial),
        journaled(1),
        Fact::HandedIn { device: LAPTOP, id: id(1), link: None },
        taken(ANN, 1),
        Fact::Answered { device: LAPTOP, verdict: accepted(1) },
        shown(1, Seen::Accepted, None),
        Fact::Echoed { device: LAPTOP, id: id(1) },
        Fact::Freed { device: LAPTOP, id: id(1) },
        call(11, 1, Told::Yes, true),
        campaign(),
        contact(),
        Fact::Row(Row::Message(message(1, 1, Some(MessageKind::Initial)))),
        Fact::Row(Row::Job { message: id(1), state: "done".into(), tries: 1 }),
        attempt(11, 1),
        verdict_row(accepted(1)),
        audit(1, Some(ANN), "accepted", &text, "contact 7"),
        audit(2, None, "submitting", &text, &id(11).to_string()),
        ledger(1, &mut Head::start(id(5), LAPTOP)),
    ]
}

/// Recall 3 of the words of text 1, in this place of the order of commits.
fn recalled(n: i64) -> Vec<Fact> {
    let what = Recalled::Field { name: "place".into(), value: "Text 1".into() };
    let recall = Recall { id: 3, what, versions: vec![], texts: vec![], reason: String::new() };
    let row = Fact::Row(Row::Recall { campaign: CampaignId(1), recall });
    vec![row, audit(n, Some(BOB), "recalled", "campaign 1", "recall 3, a value of place: wrong")]
}

/// Campaign so-and-so puts it right with the contact of text 1.
fn corrected(campaign: i64) -> Vec<Fact> {
    let Fact::Row(Row::Contact { phone, zones, opted_out, .. }) = contact() else { return Vec::new() };
    let (id, campaign) = (ContactId(100 + campaign), CampaignId(campaign));
    vec![
        Fact::Corrected { of: CampaignId(1), recall: 3, campaign },
        Fact::Row(Row::Contact { id, campaign, phone, zones, opted_out, assigned: None }),
        audit(50 + campaign.0, Some(BOB), "correction_made", &format!("campaign {campaign}"), "1 of 1 contacts"),
    ]
}

fn without(facts: &mut Vec<Fact>, which: impl Fn(&Fact) -> bool) {
    let before = facts.len();
    facts.retain(|fact| !which(fact));
    assert!(facts.len() < before, "nothing was taken away");
}

fn change(facts: &mut [Fact], mut how: impl FnMut(&mut MessageRow)) {
    for fact in facts {
        if let Fact::Row(Row::Message(row)) = fact {
            how(row);
        }
    }
}

type Change = fn(&mut Vec<Fact>);

#[test]
fn a_history_in_which_all_is_well_breaks_nothing() {
    assert_eq!(judge(&all_is_well()), []);
}

#[rstest]
#[case::lost(Rule::OneEnd, |f: &mut Vec<Fact>| { f.push(press(2, MessageKind::Reply)); f.push(journaled(2)); })]
#[case::an_act_lost(Rule::OneEnd, |f: &mut Vec<Fact>| {
    f.push(Fact::Acted(Deed { texter: ANN, device: LAPTOP, id: id(3), act: Act::Close { contact: CONTACT }, at: at(0) }));
    f.push(journaled(3));
})]
#[case::waits_without_a_reason(Rule::OneEnd, |f: &mut Vec<Fact>| {
    f.extend([press(2, MessageKind::Reply), journaled(2), shown(2, Seen::Waiting, None)]);
})]
#[case::accepted_and_in_no_thread(Rule::OneEnd, |f: &mut Vec<Fact>| without(f, |fact| matches!(fact, Fact::Row(Row::Message(_)))))]
#[case::refused_and_kept(Rule::OneEnd, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Row(Row::Verdict { .. })));
    f.push(verdict_row(refused(1, Code::Paused)));
})]
#[case::refused_and_not_shown(Rule::OneEnd, |f: &mut Vec<Fact>| {
    f.extend([press(2, MessageKind::Reply), journaled(2), verdict_row(refused(2, Code::Paused))]);
    f.push(audit(3, Some(ANN), "refused", &id(2).to_string(), "paused"));
})]
#[case::parked_and_shown_as_refused(Rule::OneEnd, |f: &mut Vec<Fact>| {
    f.extend([press(2, MessageKind::Reply), journaled(2), verdict_row(refused(2, Code::Paused))]);
    f.push(shown(2, Seen::Refused, Some(Code::Paused)));
    f.push(audit(3, Some(ANN), "refused", &id(2).to_string(), "paused"));
})]
#[case::never_carried(Rule::OneEnd, |f: &mut Vec<Fact>| without(f, |fact| matches!(fact, Fact::Called(_))))]
#[case::dropped_and_carried(Rule::OneEnd, |f: &mut Vec<Fact>| change(f, |row| {
    row.delivery = Delivery::Dropped;
    row.error = Some("opted_out".into());
}))]
#[case::failed_without_a_reason(Rule::OneEnd, |f: &mut Vec<Fact>| change(f, |row| row.delivery = Delivery::Failed))]
#[case::still_on_its_way(Rule::OneEnd, |f: &mut Vec<Fact>| change(f, |row| row.delivery = Delivery::Unknown))]
#[case::carried_twice(Rule::CarriedOnce, |f: &mut Vec<Fact>| f.extend([attempt(12, 1), call(12, 1, Told::Yes, true)]))]
#[case::again_after_no_answer(Rule::CarriedOnce, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Called(_)));
    f.extend([attempt(12, 1), call(11, 1, Told::Nothing, false), call(12, 1, Told::Yes, true)]);
})]
#[case::again_after_a_no(Rule::CarriedOnce, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Called(_)));
    f.extend([attempt(12, 1), call(11, 1, Told::No, false), call(12, 1, Told::Yes, true)]);
})]
#[case::never_pressed(Rule::AsPressed, |f: &mut Vec<Fact>| without(f, |fact| matches!(fact, Fact::Pressed(_))))]
#[case::never_journaled(Rule::AsPressed, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Journaled { .. }));
    f.push(Fact::NotJournaled { device: LAPTOP, id: id(1), why: "the disk is full".into() });
})]
#[case::other_words(Rule::AsPressed, |f: &mut Vec<Fact>| change(f, |row| row.body = "Other".into()))]
#[case::other_words_at_the_carrier(Rule::AsPressed, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Called(_)));
    f.push(call(11, 4, Told::Yes, true));
})]
#[case::a_call_of_nothing(Rule::AsPressed, |f: &mut Vec<Fact>| f.push(call(99, 1, Told::Yes, true)))]
#[case::two_initials(Rule::OneInitial, |f: &mut Vec<Fact>| {
    f.push(press(2, MessageKind::Initial));
    f.push(Fact::Row(Row::Message(message(2, 2, Some(MessageKind::Initial)))));
})]
#[case::another_verdict(Rule::OneVerdict, |f: &mut Vec<Fact>| {
    f.push(Fact::Answered { device: LAPTOP, verdict: refused(1, Code::AlreadySent) });
})]
#[case::another_verdict_stored(Rule::OneVerdict, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Answered { .. }));
    f.push(Fact::Answered { device: LAPTOP, verdict: refused(1, Code::Paused) });
})]
#[case::accepted_and_forgotten(Rule::OneVerdict, |f: &mut Vec<Fact>| without(f, |fact| matches!(fact, Fact::Row(Row::Verdict { .. }))))]
#[case::freed_before_the_echo(Rule::FreedAfterEcho, |f: &mut Vec<Fact>| without(f, |fact| matches!(fact, Fact::Echoed { .. })))]
#[case::never_freed(Rule::FreedAfterEcho, |f: &mut Vec<Fact>| f.push(Fact::Kept { device: LAPTOP, id: id(1) }))]
#[case::submitted_after_a_stop(Rule::OptOutStops, |f: &mut Vec<Fact>| {
    f.push(Fact::Row(Row::Message(MessageRow { body: "STOP".into(), ..message(3, 2, None) })));
    without(f, |fact| matches!(fact, Fact::Row(Row::Audit(line)) if line.what == "submitting"));
    f.push(audit(3, None, "inbound", &id(3).to_string(), "contact 7"));
    f.push(audit(4, None, "submitting", &id(1).to_string(), ""));
    f.push(Fact::Row(Row::Suppression { phone: PHONE.into(), by_word: true }));
})]
#[case::accepted_after_an_opt_out(Rule::OptOutStops, |f: &mut Vec<Fact>| f.push(audit(0, Some(BOB), "opted_out", "contact 7", "")))]
#[case::submitted_after_a_doubt(Rule::OptOutStops, |f: &mut Vec<Fact>| {
    let doubt = MessageRow { body: "please remove me from this list".into(), ..message(3, 2, None) };
    f.push(Fact::Row(Row::Message(doubt)));
    f.push(audit(0, None, "inbound", &id(3).to_string(), "contact 7"));
})]
#[case::out_and_not_on_the_list(Rule::OptOutStops, |f: &mut Vec<Fact>| f.push(audit(3, None, "opted_out", "contact 7", "")))]
#[case::two_notices(Rule::OneNotice, |f: &mut Vec<Fact>| {
    f.push(audit(3, None, "opted_out", "contact 7", ""));
    f.push(Fact::Row(Row::Message(message(4, 3, Some(MessageKind::OptOutNotice)))));
    f.push(Fact::Row(Row::Message(message(5, 4, Some(MessageKind::OptOutNotice)))));
})]
#[case::accepted_after_a_recall(Rule::Recalled, |f: &mut Vec<Fact>| f.extend(recalled(0)))]
#[case::sent_after_a_recall(Rule::Recalled, |f: &mut Vec<Fact>| {
    f.extend(recalled(5));
    f.push(audit(6, None, "submitting", &id(1).to_string(), ""));
})]
#[case::taken_in_a_correction_that_has_the_recall(Rule::Recalled, |f: &mut Vec<Fact>| f.push(recalled(0).remove(0)))]
#[case::corrected_twice(Rule::CorrectedOnce, |f: &mut Vec<Fact>| {
    f.extend(recalled(5));
    f.extend(corrected(2));
    f.extend(corrected(3));
})]
#[case::nobody_told_who_got_it(Rule::CorrectedOnce, |f: &mut Vec<Fact>| {
    f.extend(recalled(5));
    f.push(audit(4, None, "delivered", &id(1).to_string(), ""));
    f.extend(corrected(2));
    without(f, |fact| matches!(fact, Fact::Row(Row::Contact { campaign: CampaignId(2), .. })));
})]
#[case::told_who_never_got_it(Rule::CorrectedOnce, |f: &mut Vec<Fact>| {
    f.extend(recalled(5));
    without(f, |fact| matches!(fact, Fact::Row(Row::Audit(line)) if line.what == "submitting"));
    f.extend(corrected(2));
})]
#[case::two_hands(Rule::OneHand, |f: &mut Vec<Fact>| f.push(granted(BOB, 2)))]
#[case::an_old_epoch(Rule::OneHand, |f: &mut Vec<Fact>| f.extend([left("released"), granted(BOB, 1)]))]
#[case::taken_from_others_hands(Rule::OneHand, |f: &mut Vec<Fact>| f.extend([left("lease_expired"), granted(BOB, 2), taken(ANN, 1)]))]
#[case::kept_by_a_late_text(Rule::OneHand, |f: &mut Vec<Fact>| f.extend([left("lease_expired"), taken(ANN, 1), granted(BOB, 2)]))]
#[case::taken_after_the_release(Rule::OneHand, |f: &mut Vec<Fact>| f.extend([left("released"), taken(ANN, 1)]))]
#[case::a_reply_to_what_was_answered(Rule::SeenBeforeReply, |f: &mut Vec<Fact>| {
    f.push(Fact::Row(Row::Message(message(3, 2, None))));
    f.push(Fact::Row(Row::Message(message(4, 3, Some(MessageKind::Reply)))));
})]
#[case::at_night(Rule::Hours, |f: &mut Vec<Fact>| {
    let line = audit(3, None, "submitting", &id(1).to_string(), "");
    let Fact::Row(Row::Audit(line)) = line else { return };
    f.push(Fact::Row(Row::Audit(AuditRow { at: at(60 * 12), ..line })));
})]
#[case::next_morning(Rule::SameDay, |f: &mut Vec<Fact>| {
    let line = audit(3, None, "submitting", &id(1).to_string(), "");
    let Fact::Row(Row::Audit(line)) = line else { return };
    f.push(Fact::Row(Row::Audit(AuditRow { at: at(60 * 23), ..line })));
})]
#[case::in_no_ledger(Rule::Ledger, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Row(Row::Ledger { .. })));
    f.push(ledger(8, &mut Head::start(id(5), LAPTOP)));
})]
#[case::two_lines_in_one_place(Rule::Ledger, |f: &mut Vec<Fact>| f.push(ledger(8, &mut Head::start(id(5), LAPTOP))))]
#[case::a_line_that_hangs_on_another(Rule::Ledger, |f: &mut Vec<Fact>| {
    let mut other = Head::start(id(5), DeviceId(id(3)));
    drop(ledger(8, &mut other));
    f.push(ledger(9, &mut other));
})]
#[case::a_line_changed(Rule::Ledger, |f: &mut Vec<Fact>| {
    if let Some(Fact::Row(Row::Ledger { entry, .. })) = f.last_mut() {
        entry.dwell_ms = 1;
    }
})]
#[case::a_ledger_that_does_not_hold(Rule::Ledger, |f: &mut Vec<Fact>| {
    f.push(Fact::Audited { problems: vec![("Changed: line 3".into(), None)], beside: Vec::new() });
})]
#[case::a_text_missing_in_the_ledger(Rule::Ledger, |f: &mut Vec<Fact>| {
    f.push(Fact::Audited { problems: vec![("Missing: one text".into(), None)], beside: Vec::new() });
})]
#[case::a_fork_that_nobody_is_told_of(Rule::Fork, |f: &mut Vec<Fact>| forked(f, refused(2, Code::LedgerBroken), &[]))]
#[case::a_fork_that_was_taken(Rule::Fork, |f: &mut Vec<Fact>| forked(f, accepted(2), &[]))]
#[case::a_fork_named_in_the_wrong_place(Rule::Fork, |f: &mut Vec<Fact>| forked(f, refused(2, Code::LedgerBroken), &[2, 1]))]
#[case::a_text_that_hangs_on_a_forks(Rule::Fork, |f: &mut Vec<Fact>| {
    forked(f, refused(2, Code::LedgerBroken), &[2]);
    let mut head = Head::start(id(5), LAPTOP);
    drop(link(2, &mut head));
    f.extend([link(3, &mut head), press(3, MessageKind::Reply), journaled(3), verdict_row(accepted(3))]);
})]
#[case::no_author(Rule::Author, |f: &mut Vec<Fact>| f.push(audit(3, None, "claimed", "a claim", "")))]
#[case::work_behind_an_ended_sign_in(Rule::SignIn, |f: &mut Vec<Fact>| {
    f.push(audit(98, Some(ANN), "session_revoked", "session 2", "person 2"));
    f.push(audit(99, Some(BOB), "claimed", "a claim", ""));
})]
#[case::another_author(Rule::Author, |f: &mut Vec<Fact>| change(f, |row| row.author = Some(BOB)))]
#[case::accepted_in_no_audit(Rule::Author, |f: &mut Vec<Fact>| {
    without(f, |fact| matches!(fact, Fact::Row(Row::Audit(line)) if line.what == "accepted"));
})]
fn each_broken_promise_is_named(#[case] rule: Rule, #[case] change: Change) {
    let mut facts = all_is_well();
    change(&mut facts);
    let broken = judge(&facts);
    assert!(broken.iter().any(|one| one.rule == rule), "{broken:?}");
}

/// What looks like one of these and is none.
#[rstest]
#[case::a_later_and_a_yes(|f: &mut Vec<Fact>| f.extend([attempt(12, 1), call(12, 1, Told::Later, false)]))]
#[case::again_by_a_captains_press(|f: &mut Vec<Fact>| {
    f.push(Fact::Decided { captain: BOB, message: id(1), decision: HeldDecision::SendAgain });
    f.extend([attempt(12, 1), call(12, 1, Told::Yes, true)]);
})]
#[case::next_morning_by_a_captains_press(|f: &mut Vec<Fact>| {
    let next_morning = |fact: Fact| match fact {
        Fact::Row(Row::Audit(line)) => Fact::Row(Row::Audit(AuditRow { at: at(60 * 23), ..line })),
        other => other,
    };
    f.push(next_morning(audit(3, Some(BOB), "decided_held", &id(1).to_string(), "send_again")));
    f.push(next_morning(audit(4, None, "submitting", &id(1).to_string(), "")));
})]
#[case::a_first_text_given_back(|f: &mut Vec<Fact>| {
    let back = MessageRow { delivery: Delivery::Dropped, error: Some("outside_hours".into()), ..message(2, 2, Some(MessageKind::Initial)) };
    f.extend([press(2, MessageKind::Initial), Fact::Row(Row::Message(back)), verdict_row(accepted(2))]);
    f.push(audit(3, Some(ANN), "accepted", &id(2).to_string(), "contact 7"));
    without(f, |fact| matches!(fact, Fact::Row(Row::Ledger { .. })));
})]
#[case::the_notice_after_a_stop(|f: &mut Vec<Fact>| {
    f.push(Fact::Row(Row::Message(MessageRow { body: "STOP".into(), ..message(3, 2, None) })));
    f.push(Fact::Row(Row::Message(message(4, 3, Some(MessageKind::OptOutNotice)))));
    f.push(audit(3, None, "inbound", &id(3).to_string(), "contact 7"));
    f.push(audit(4, None, "opted_out", "contact 7", "stop"));
    f.push(audit(5, None, "submitting", &id(4).to_string(), ""));
    f.push(Fact::Row(Row::Suppression { phone: PHONE.into(), by_word: true }));
    without(f, |fact| matches!(fact, Fact::Row(Row::Contact { .. })));
    let Fact::Row(Row::Contact { id, campaign, phone, zones, assigned, .. }) = contact() else { return };
    f.push(Fact::Row(Row::Contact { id, campaign, phone, zones, opted_out: true, assigned }));
})]
#[case::a_lease_that_only_ran_out(|f: &mut Vec<Fact>| f.extend([left("lease_expired"), taken(ANN, 1)]))]
#[case::a_text_of_an_ended_sign_in_keeps_nothing(|f: &mut Vec<Fact>| {
    let Fact::Taken { texter, id, contact, epoch, .. } = taken(ANN, 1) else { return };
    let late = Fact::Taken { texter, id, contact, epoch, held: false };
    f.extend([left("lease_expired"), late, granted(BOB, 2)]);
})]
#[case::recalled_and_put_right(|f: &mut Vec<Fact>| {
    f.extend(recalled(5));
    f.extend(corrected(2));
    f.extend(corrected(2).drain(..1));
})]
#[case::sent_after_it_was_lifted(|f: &mut Vec<Fact>| {
    f.extend(recalled(-1));
    f.push(audit(0, Some(BOB), "recall_lifted", "campaign 1", "recall 3"));
})]
#[case::handed_on(|f: &mut Vec<Fact>| f.extend([left("released"), granted(BOB, 2)]))]
#[case::not_confirmed_and_nowhere(|f: &mut Vec<Fact>| {
    f.push(press(2, MessageKind::Reply));
    f.push(Fact::NotJournaled { device: LAPTOP, id: id(2), why: "the disk is full".into() });
})]
#[case::a_fork_that_is_named(|f: &mut Vec<Fact>| forked(f, refused(2, Code::LedgerBroken), &[2]))]
#[case::a_text_that_was_never_handed_in(|f: &mut Vec<Fact>| {
    f.extend([press(2, MessageKind::Reply), journaled(2), shown(2, Seen::Waiting, Some(Code::Unauthorized))]);
    f.push(Fact::Audited { problems: vec![("Missing: one text".into(), None)], beside: Vec::new() });
})]
#[case::waits_and_says_why(|f: &mut Vec<Fact>| {
    f.extend([press(2, MessageKind::Reply), journaled(2), shown(2, Seen::Waiting, Some(Code::Unauthorized))]);
})]
fn what_is_allowed_is_not_named(#[case] change: Change) {
    let mut facts = all_is_well();
    change(&mut facts);
    assert_eq!(judge(&facts), []);
}

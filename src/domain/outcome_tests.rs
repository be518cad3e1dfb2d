//! Sums to figures.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use super::*;
use crate::domain::figures::{OptOutSum, TextSum, WaitSum};

fn about(zone: &str) -> About {
    About {
        campaign: CampaignId(1),
        title: "Levy".into(),
        organization: "Friends".into(),
        state: "running".into(),
        rehearsal: true,
        at: Timestamp::UNIX_EPOCH,
        time_zone: zone.into(),
    }
}

fn def() -> CampaignDef {
    use crate::domain::campaign::Variant;
    use crate::domain::survey::{Answer, Question};
    let variant =
        |name: &str, language: &str| Variant { name: name.into(), language: language.into(), text: "x".into() };
    let answer = |value: &str| Answer { value: value.into(), ..Answer::default() };
    CampaignDef {
        title: "Levy".into(),
        organization: "Friends".into(),
        language: "en".into(),
        initial: vec![variant("a", "en"), variant("b", "en"), variant("es", "es")],
        questions: vec![Question {
            id: "support".into(),
            text: "Will they vote for it?".into(),
            answers: vec![answer("yes"), answer("no")],
        }],
        slice_size: 10,
        ..CampaignDef::default()
    }
}

fn people(variant: Option<&str>, many: u64) -> PeopleSum {
    PeopleSum {
        variant: variant.map(str::to_owned),
        list: None,
        texter: variant.map(|_| PersonId(3)),
        texted: variant.is_some(),
        failed: false,
        answered: false,
        opted_out: false,
        by_word: false,
        wrong_number: false,
        removed: false,
        answers: BTreeMap::new(),
        many,
    }
}

fn text(slot: i64, kind: Option<MessageKind>, delivery: Delivery, many: u64) -> TextSum {
    let direction = if kind.is_some() { Direction::Outbound } else { Direction::Inbound };
    let texter = kind.filter(|kind| kind.needs_press()).map(|_| PersonId(3));
    TextSum { slot, direction, kind, delivery, texter, many }
}

fn outcome(parts: Vec<Figures>, zone: &str) -> Outcome {
    let mut sums = Sums::default();
    let name = TexterName { person: PersonId(3), name: "Tess".into() };
    parts.into_iter().for_each(|part| sums.add(part, vec![name.clone()]));
    sums.outcome(about(zone), Counts::default(), &def())
}

#[test]
fn parts_add_up_to_the_campaign() {
    let said = |value: &str| BTreeMap::from([("support".to_owned(), value.to_owned())]);
    let yes = PeopleSum { answered: true, answers: said("yes"), ..people(Some("a"), 30) };
    let maybe = PeopleSum { answered: true, answers: said("perhaps"), ..people(Some("b"), 10) };
    let out = PeopleSum { answered: true, opted_out: true, by_word: true, ..people(Some("b"), 5) };
    let before = PeopleSum { opted_out: true, ..people(None, 7) };
    let one = Figures {
        people: vec![yes.clone(), people(Some("a"), 70), before],
        texts: vec![
            text(0, Some(MessageKind::Initial), Delivery::Delivered, 100),
            text(0, Some(MessageKind::Initial), Delivery::Dropped, 9),
            text(1, None, Delivery::Received, 30),
        ],
        waits: vec![WaitSum { ours: true, texter: Some(PersonId(3)), seconds: 60, many: 2 }],
        opt_outs: vec![OptOutSum { slot: 1, many: 4 }],
    };
    let other = Figures {
        people: vec![maybe, out, people(Some("b"), 85), PeopleSum { many: 1, ..yes }],
        texts: vec![
            text(1, Some(MessageKind::Initial), Delivery::Failed, 3),
            text(1, Some(MessageKind::Reply), Delivery::Held, 2),
            text(1, Some(MessageKind::OptOutNotice), Delivery::Submitted, 5),
        ],
        waits: vec![
            WaitSum { ours: true, texter: Some(PersonId(3)), seconds: 90, many: 1 },
            WaitSum { ours: false, texter: None, seconds: 600, many: 1 },
        ],
        opt_outs: vec![OptOutSum { slot: 1, many: 1 }],
    };
    let all = outcome(vec![one, other], "UTC");
    assert_eq!((all.people.contacts, all.people.texted), (208, 201));
    assert_eq!((all.people.answered.many, all.people.answered.of), (46, 201));
    assert_eq!((all.people.opted_out.many, all.people.opted_out_in_all, all.people.by_word), (5, 12, 5));
    assert_eq!((all.people.median_wait_seconds, all.people.waits), (Some(60), 3));
    assert_eq!(all.people.median_to_answer_seconds, Some(600));
    let texts = all.texts;
    assert_eq!((texts.initials, texts.replies, texts.notices, texts.received, texts.dropped), (103, 2, 5, 30, 9));
    assert_eq!((texts.delivered, texts.failed, texts.held, texts.submitted), (100, 3, 2, 5));
    let answers: Vec<(&str, u64)> =
        all.questions[0].answers.iter().map(|one| (one.value.as_str(), one.share.many)).collect();
    assert_eq!(answers, [("yes", 31), ("no", 0), ("perhaps", 10)], "in the script's order, then what it lost");
    let variants: Vec<_> = all.variants.iter().map(|one| (one.name.as_str(), one.texted, one.answered.many)).collect();
    assert_eq!(variants, [("a", 101, 31), ("b", 100, 15), ("es", 0, 0)]);
    let tess = &all.texters[0];
    assert_eq!((tess.name.as_str(), tess.initials, tess.replies, tess.failed.many), ("Tess", 103, 2, 3));
    assert_eq!((tess.answered.many, tess.answered.of, tess.median_wait_seconds), (46, 201, Some(60)));
    assert_eq!(all.times.len(), 2);
    assert_eq!((all.times[1].received, all.times[1].opt_outs, all.times[1].failed), (30, 5, 3));
}

#[test]
fn only_wordings_of_one_language_are_compared_and_a_small_difference_may_be_chance() {
    let some = |variant: &str, answered: u64, of: u64| {
        let yes = PeopleSum { answered: true, ..people(Some(variant), answered) };
        vec![yes, people(Some(variant), of - answered)]
    };
    let compare = |a: u64, b: u64| {
        let figures = Figures {
            people: [some("a", a, 1_000), some("b", b, 1_000), some("es", 900, 1_000)].concat(),
            ..Figures::default()
        };
        outcome(vec![figures], "UTC").comparisons
    };
    let near = compare(200, 215);
    assert_eq!(
        near.iter().map(|one| (one.what, one.one.as_str(), one.other.as_str())).collect::<Vec<_>>(),
        [("answered", "a", "b"), ("opted_out", "a", "b"),]
    );
    assert!(near[0].may_be_chance && near[0].low < 0.0 && near[0].high > 0.0, "{near:?}");
    let far = compare(200, 280);
    assert!(!far[0].may_be_chance && far[0].high < 0.0, "{far:?}");
}

#[rstest::rstest]
#[case::a_shift("UTC", 0, 40, Step::Quarter, &["1970-01-01T00:00:00Z", "1970-01-01T10:00:00Z"])]
#[case::two_days("UTC", 1, 150, Step::Hour, &["1970-01-01T00:00:00Z", "1970-01-02T13:00:00Z"])]
#[case::hours_of_a_zone_that_is_off_by_a_half("Asia/Kolkata", 1, 150, Step::Hour, &["1969-12-31T23:30:00Z", "1970-01-02T13:30:00Z"])]
#[case::a_week_of_a_zone("America/Chicago", 0, 700, Step::Day, &["1969-12-31T06:00:00Z", "1970-01-08T06:00:00Z"])]
fn time_goes_in_steps_that_can_be_read(
    #[case] zone: &str,
    #[case] first: i64,
    #[case] last: i64,
    #[case] step: Step,
    #[case] from: &[&str],
) {
    let texts = [first, last].map(|slot| text(slot, None, Delivery::Received, 1)).to_vec();
    let all = outcome(vec![Figures { texts, ..Figures::default() }], zone);
    assert_eq!(all.step, step);
    assert_eq!(all.times.iter().map(|line| line.from.to_string()).collect::<Vec<_>>(), from);
}

#[test]
fn a_campaign_without_a_text_has_figures_too() {
    let all = outcome(Vec::new(), "UTC");
    assert_eq!((all.people.texted, all.people.answered.share, all.people.median_wait_seconds), (0, None, None));
    assert_eq!((all.times.len(), all.texters.len(), all.comparisons.len()), (0, 0, 0));
}

#[test]
fn half_of_them_do_not_exceed_the_median() {
    let of = |lengths: &[(u64, u64)]| median(&lengths.iter().copied().collect());
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[(5, 1)]), Some(5));
    assert_eq!(of(&[(5, 1), (9, 1)]), Some(5));
    assert_eq!(of(&[(5, 1), (9, 2)]), Some(9));
    assert_eq!(of(&[(5, 100), (9, 99), (1_000, 1)]), Some(5));
}

#[test]
fn a_typed_day_counts_as_its_answer_and_stands_by_itself() {
    use crate::domain::survey::{Answer, Free};
    let mut def = def();
    let on = Answer { value: "on a day".into(), free: Some(Free::Date), ..Answer::default() };
    def.questions[0].answers.push(on);
    let said = |value: &str| BTreeMap::from([("support".to_owned(), value.to_owned())]);
    let person = |value: &str, many| PeopleSum { answered: true, answers: said(value), ..people(Some("a"), many) };
    let people = vec![person("2026-11-03", 2), person("2026-10-31", 1), person("yes", 1)];
    let mut sums = Sums::default();
    sums.add(Figures { people, ..Figures::default() }, vec![]);
    let told = sums.outcome(about("UTC"), Counts::default(), &def);
    let pairs =
        |lines: &[AnswerLine]| lines.iter().map(|one| format!("{} {}", one.value, one.share.many)).collect::<Vec<_>>();
    assert_eq!(pairs(&told.questions[0].answers), ["yes 1", "no 0", "on a day 3"]);
    assert_eq!(pairs(&told.questions[0].days), ["2026-10-31 1", "2026-11-03 2"]);
    assert_eq!(told.variants[0].answers["support"]["on a day"], 3);
}

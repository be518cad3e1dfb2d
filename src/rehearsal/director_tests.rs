use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pretty_assertions::assert_eq;
use uuid::Uuid;

use super::cast;
use super::clock::add;
use super::director::Director;
use super::expect::Wish;
use super::persona::{Persona, Personas};
use super::persona_file::built_in;
use super::record::StoryLine;
use crate::domain::contact::Contact;
use crate::domain::message::Delivery;
use crate::domain::opt_out::{self, Inbound};
use crate::domain::phone::Phone;
use crate::server::carrier::{CarrierEvent, Submission};

const NOTICE: &str = "You will get no more texts from {cv:office}. Bye, {firstName}.";

fn personas() -> Personas {
    built_in().expect("the assets are right")
}

fn persona(id: &str) -> Arc<Persona> {
    personas().all.into_iter().find(|p| p.id == id).expect("a known persona")
}

fn phone(n: usize) -> Phone {
    Phone::from_e164(&format!("+1415555{n:04}")).expect("a number")
}

fn contact(n: usize) -> Contact {
    Contact {
        external_id: None,
        first_name: format!("Voter{n}"),
        last_name: String::new(),
        phone: phone(n),
        zip: None,
        state: None,
        language: (n.is_multiple_of(5)).then(|| "es".to_owned()),
        time_zone: None,
        fields: std::collections::BTreeMap::new(),
        consent: None,
    }
}

fn text(n: usize, body: &str, attempt: u128) -> Submission {
    Submission { attempt: Uuid::from_u128(attempt), to: phone(n), body: body.into(), expires_at: Timestamp::MAX }
}

fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("in range")
}

/// Everything that happens until nothing is left, with its time.
fn play(director: &mut Director) -> Vec<(Timestamp, CarrierEvent)> {
    let mut events = Vec::new();
    while let Some(at) = director.next_due() {
        if let Some(event) = director.take_due(at) {
            events.push((at, event));
        }
    }
    events
}

fn alone(id: &str) -> Director {
    Director::new(7, 1, [(phone(1), persona(id))], [NOTICE])
}

fn words(events: &[(Timestamp, CarrierEvent)]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|(_, e)| match e {
            CarrierEvent::Inbound { body, .. } => Some(body.as_str()),
            CarrierEvent::Receipt { .. } => None,
        })
        .collect()
}

#[test]
fn a_supporter_gets_the_text_says_yes_and_thanks_for_the_answer() {
    let mut director = alone("supporter");
    director.submitted(start(), &text(1, "Can we count on you?", 1));
    let first = play(&mut director);
    assert!(
        matches!(&first[0].1, CarrierEvent::Receipt { delivery: Delivery::Delivered, attempt, .. } if *attempt == Uuid::from_u128(1)),
        "the receipt comes before the answer: {first:?}"
    );
    assert_eq!(words(&first).len(), 1);
    assert_eq!(director.said()[0].expect.answer, Some(("support".into(), "yes".into())));
    director.submitted(add(start(), Duration::from_secs(300)), &text(1, "Wonderful", 2));
    assert_eq!(words(&play(&mut director)).len(), 1);
    assert!(director.said()[1].expect.close);
}

#[test]
fn a_request_for_help_is_heard_as_one() {
    let mut director = alone("supporter");
    director.submitted(start(), &text(1, "Hi", 1));
    play(&mut director);
    director.submitted(add(start(), Duration::from_secs(300)), &text(1, "Would you VOLUNTEER with us?", 2));
    play(&mut director);
    assert_eq!(director.said()[1].expect.answer, Some(("volunteer".into(), "no".into())));
}

#[test]
fn who_opted_out_takes_the_notice_in_silence_and_anything_else_badly() {
    let mut director = alone("other_words");
    director.submitted(start(), &text(1, "Hi", 1));
    play(&mut director);
    director
        .submitted(add(start(), Duration::from_secs(60)), &text(1, "You will get no more texts from Us. Bye, Al.", 2));
    assert_eq!(words(&play(&mut director)), Vec::<&str>::new());
    let mut other = alone("other_words");
    other.submitted(start(), &text(1, "Hi", 1));
    play(&mut other);
    other.submitted(add(start(), Duration::from_secs(60)), &text(1, "But why?", 2));
    assert_eq!(words(&play(&mut other)).len(), 1);
}

#[rstest::rstest]
#[case("landline", &["30006"])]
#[case("carrier_failure", &["30003", "30005", "30007", "30008"])]
fn some_texts_fail(#[case] id: &str, #[case] codes: &[&str]) {
    let mut director = alone(id);
    director.submitted(start(), &text(1, "Hi", 1));
    let events = play(&mut director);
    assert_eq!(events.len(), 1);
    let CarrierEvent::Receipt { delivery: Delivery::Failed, error: Some(error), .. } = &events[0].1 else {
        panic!("{events:?}")
    };
    assert!(codes.contains(&error.as_str()), "{error}");
}

fn a_list_is_worked_through(seed: u64, pause: u64) -> (Vec<StoryLine>, Vec<Timestamp>) {
    let contacts: Vec<_> = (0..60).map(contact).collect();
    let dealt = cast::deal(seed, &personas(), &contacts, "en");
    let mut director = Director::new(seed, 1, dealt, [NOTICE]);
    let mut now = start();
    let mut arrivals = Vec::new();
    for n in 0..60 {
        director.submitted(now, &text(n, "Hi", n as u128));
        now = add(now, Duration::from_secs(pause));
        while director.next_due().is_some_and(|due| due <= now) {
            if let Some(CarrierEvent::Inbound { from, .. }) = director.take_due(now) {
                arrivals.push(director.said().last().expect("just said").at);
                director.dealt_with(&from);
            }
        }
    }
    (director.story().to_vec(), arrivals)
}

#[test]
fn the_same_seed_and_presses_tell_the_same_story_and_another_seed_another() {
    let (one, _) = a_list_is_worked_through(5, 4);
    let (again, _) = a_list_is_worked_through(5, 4);
    let (other, _) = a_list_is_worked_through(6, 4);
    assert_eq!(one, again);
    assert!(one.iter().filter(|l| l.way == '<').count() > 10, "voters do write");
    assert_ne!(one, other);
}

#[test]
fn texts_do_not_flood() {
    let (story, arrivals) = a_list_is_worked_through(5, 1);
    let first_press = story[0].at;
    assert!(arrivals[0] <= add(first_press, Duration::from_secs(10)), "the first answer comes soon");
    for pair in arrivals.windows(2) {
        assert!(pair[1] >= add(pair[0], Duration::from_secs(3)), "{pair:?}");
    }
}

#[test]
fn while_many_wait_others_hold_back_their_first_word() {
    let supporter = persona("supporter");
    let mut director = Director::new(3, 1, (0..20).map(|n| (phone(n), supporter.clone())), [NOTICE]);
    for n in 0..20 {
        director.submitted(start(), &text(n, "Hi", n as u128));
    }
    let soon = add(start(), Duration::from_secs(200));
    while director.next_due().is_some_and(|due| due <= soon) {
        director.take_due(soon);
    }
    assert_eq!(director.said().len(), 5);
    let first = director.said()[0].phone.clone();
    director.dealt_with(&first);
    let later = add(start(), Duration::from_secs(230));
    while director.next_due().is_some_and(|due| due <= later) {
        director.take_due(later);
    }
    assert_eq!(director.said().len(), 6);
}

/// What a persona file says of a wording is what the server will find in it.
#[test]
fn wordings_are_what_they_are_said_to_be() {
    for persona in &personas().all {
        for reaction in &persona.reactions {
            for wording in &reaction.says {
                let verdict = opt_out::verdict(wording);
                let by_word = matches!(verdict, Inbound::OptOutWord { .. });
                let wish = reaction.expect.opt_out;
                assert_eq!(by_word, wish == Some(Wish::Word), "{}: {wording}: {verdict:?}", persona.id);
                assert!(!matches!(verdict, Inbound::OptIn | Inbound::Help), "{}: {wording}: {verdict:?}", persona.id);
            }
        }
    }
}

#[test]
fn a_pack_holds_every_persona_in_its_share_and_begins_with_one_who_writes() {
    let all = personas();
    let english: Vec<_> = (0..200).filter(|n| n % 5 != 0).map(contact).collect();
    let dealt = cast::deal(11, &all, &english, "en");
    let pack: usize = all.all.iter().filter(|p| p.language == "en").map(|p| p.weight as usize).sum();
    let first: Vec<_> = english.iter().take(pack).map(|c| dealt[&c.phone].id.clone()).collect();
    for persona in all.all.iter().filter(|p| p.language == "en") {
        let count = first.iter().filter(|id| **id == persona.id).count();
        assert_eq!(count, persona.weight as usize, "{}", persona.id);
    }
    assert!(dealt[&english[0].phone].writes());
}

#[test]
fn a_short_rehearsal_has_eight_different_voters() {
    let contacts: Vec<_> = (0..40).map(contact).collect();
    let short = cast::short(&personas(), &contacts, "en");
    let ids: std::collections::BTreeSet<_> = short.iter().map(|(_, p)| p.id.clone()).collect();
    assert_eq!(ids.len(), 8);
    for wanted in ["supporter", "stop", "simpatizante"] {
        assert!(ids.contains(wanted), "{wanted}");
    }
    for (contact, persona) in &short {
        assert_eq!(cast::language_of(contact, "en"), persona.language);
    }
}

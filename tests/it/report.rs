//! A report's page: its structure, that nothing of a stranger's in it is more than text; and a whole rehearsed shift, over loopback HTTP,
//! counted three ways: by the captain's board, by the report, by the export.

use std::collections::{BTreeMap, BTreeSet};

use pretty_assertions::assert_eq;
use quick_xml::Reader;
use quick_xml::events::Event;
use textbank::client::CampaignServer as _;
use textbank::client::native::{AdminClient, Timeouts};
use textbank::domain::campaign::{CampaignDef, Variant};
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::figures::{Figures, OptOutSum, PeopleSum, TextSum, TexterName, WaitSum};
use textbank::domain::ids::{CampaignId, PersonId};
use textbank::domain::message::{Delivery, Direction, MessageKind};
use textbank::domain::outcome::{About, Outcome, Sums};
use textbank::domain::results::{ContactResult, MessageResult};
use textbank::domain::stats::Counts;
use textbank::domain::survey::{Answer, Question};
use textbank::env::{SeededIds, SystemClock};
use textbank::exchange::sample;
use textbank::i18n::Catalogue;
use textbank::rehearsal::persona_file::built_in;
use textbank::rehearsal::robot::{Scripted, shift};
use textbank::rehearsal::start::{Rehearsal, RehearsalPlan, TEXTER, start_stepped};
use textbank::report;

/// What somebody may call anything.
const HOSTILE: &str = "<script>alert('x')</script> & \"=\" \u{1b}[2J\u{202e} ]]> --> <img src=http://evil.example/>";

fn def() -> CampaignDef {
    let variant = |name: &str| Variant { name: name.into(), language: "en".into(), text: "x".into() };
    let answer = |value: &str| Answer { value: value.into(), ..Answer::default() };
    CampaignDef {
        title: HOSTILE.into(),
        organization: HOSTILE.into(),
        language: "en".into(),
        initial: vec![variant("a"), variant(HOSTILE)],
        questions: vec![Question {
            id: "q".into(),
            text: HOSTILE.into(),
            answers: vec![
                answer("yes"),
                answer(HOSTILE),
                answer("an answer that is far too long for any axis of a plot"),
            ],
        }],
        slice_size: 10,
        ..CampaignDef::default()
    }
}

fn hostile(texted: bool) -> Outcome {
    let def = def();
    let mut sums = Sums::default();
    if texted {
        let person = |variant: &str, answered: bool, many: u64| PeopleSum {
            variant: Some(variant.into()),
            list: Some(HOSTILE.into()),
            texter: Some(PersonId(3)),
            texted: true,
            failed: false,
            answered,
            opted_out: answered,
            by_word: true,
            wrong_number: false,
            removed: false,
            answers: BTreeMap::from([("q".to_owned(), HOSTILE.to_owned())]),
            many,
        };
        let text = |slot: i64, kind: Option<MessageKind>, many: u64| TextSum {
            slot,
            direction: if kind.is_some() { Direction::Outbound } else { Direction::Inbound },
            kind,
            delivery: Delivery::Delivered,
            texter: kind.map(|_| PersonId(3)),
            many,
        };
        let people =
            vec![person("a", true, 40), person("a", false, 60), person(HOSTILE, true, 20), person(HOSTILE, false, 80)];
        let texts =
            vec![text(0, Some(MessageKind::Initial), 200), text(1, None, 60), text(40, Some(MessageKind::Reply), 5)];
        let waits = vec![WaitSum { ours: true, texter: Some(PersonId(3)), seconds: 125, many: 5 }];
        let figures = Figures { people, texts, waits, opt_outs: vec![OptOutSum { slot: 1, many: 60 }] };
        sums.add(figures, vec![TexterName { person: PersonId(3), name: HOSTILE.into() }]);
    }
    let about = About {
        campaign: CampaignId(1),
        title: HOSTILE.into(),
        organization: HOSTILE.into(),
        state: "running".into(),
        rehearsal: true,
        at: "2026-11-22T18:00:00Z".parse().expect("a time"),
        time_zone: "America/Chicago".into(),
    };
    sums.outcome(about, Counts { total: 200, ..Counts::default() }, &def)
}

/// Its name, its attributes, and what text stands in it.
type Element = (String, BTreeMap<String, String>, String);

/// Every element of a page.
fn elements(page: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(page.strip_prefix("<!DOCTYPE html>\n").expect("a doctype"));
    let mut found: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        match reader.read_event().expect("the page is XML") {
            Event::Start(tag) => {
                let attributes = attributes(&tag);
                open.push(found.len());
                found.push((name(tag.name().as_ref()), attributes, String::new()));
            }
            Event::Empty(tag) => found.push((name(tag.name().as_ref()), attributes(&tag), String::new())),
            Event::End(_) => drop(open.pop().expect("it was opened")),
            Event::Text(text) => {
                let text = text.to_string();
                if let Some(at) = open.last() {
                    found[*at].2.push_str(&text);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty(), "every element is closed");
    found
}

fn name(text: &str) -> String {
    text.to_owned()
}

fn attributes(tag: &quick_xml::events::BytesStart<'_>) -> BTreeMap<String, String> {
    let read = |one: quick_xml::events::attributes::Attribute<'_>| (name(one.key.as_ref()), name(&one.value));
    tag.attributes().map(|one| read(one.expect("an attribute"))).collect()
}

#[rstest::rstest]
#[case::english("en", true)]
#[case::spanish("es", true)]
#[case::nothing_texted_yet("en", false)]
fn the_page_has_the_structure_that_readers_need(#[case] language: &str, #[case] texted: bool) {
    let page = report::page(&hostile(texted), &Catalogue::for_language(language));
    let found = elements(&page);
    let all = |tag: &str| found.iter().filter(|(name, ..)| name == tag).collect::<Vec<_>>();
    assert_eq!(all("html")[0].1["lang"], language);
    assert_eq!((all("h1").len(), all("main").len(), !all("title").is_empty()), (1, 1, true));
    assert!(!page.contains("[report-"), "a sentence is missing");

    // Headings go down by one at most.
    let level = |name: &str| name.strip_prefix('h').and_then(|level| level.parse::<u32>().ok());
    let levels: Vec<u32> = found.iter().filter_map(|(name, ..)| level(name)).collect();
    assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{levels:?}");

    // Each table says what it is, and each of its cells what it is about.
    assert_eq!((all("table").len(), all("caption").len()), (all("caption").len(), all("table").len()));
    assert!(all("caption").iter().all(|(.., text)| !text.trim().is_empty()));
    assert!(all("th").iter().all(|(_, attributes, _)| attributes.contains_key("scope")));

    // Each plot has a name and words, and its numbers in a table behind it.
    assert_eq!(!all("svg").is_empty(), texted);
    let ids: Vec<&String> = found.iter().filter_map(|(_, attributes, _)| attributes.get("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique: {ids:?}");
    for (_, attributes, _) in all("svg") {
        assert_eq!(attributes["role"], "img");
        for id in attributes["aria-labelledby"].split(' ') {
            assert!(ids.iter().any(|known| *known == id), "{id}");
        }
    }
    let order: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    let last_plot = order.iter().rposition(|name| *name == "svg").unwrap_or(0);
    assert!(order[last_plot..].contains(&"table"));

    // What leads somewhere leads to a place in the page.
    for (_, attributes, _) in all("a") {
        let to = attributes["href"].strip_prefix('#').expect("a place in the page");
        assert!(ids.iter().any(|known| *known == to), "{to}");
    }
}

#[test]
fn nothing_comes_from_elsewhere_and_nothing_runs() {
    let page = report::page(&hostile(true), &Catalogue::english());
    for (name, attributes, _) in elements(&page) {
        assert!(
            !["script", "img", "iframe", "object", "link", "form", "base", "image", "use"].contains(&name.as_str()),
            "{name}"
        );
        for (attribute, value) in attributes {
            assert!(!attribute.starts_with("on") && attribute != "src" && attribute != "style", "{name} {attribute}");
            assert!(!value.contains("://") || attribute == "aria-label", "{name} {attribute}={value}");
        }
    }
    let style = include_str!("../../assets/report/style.css");
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains('<'));
    assert!(!page.contains(['\u{1b}', '\u{202e}']), "strangers' text moves nothing");
    assert!(page.contains("&lt;script&gt;"), "and is there to be read");
}

async fn contacts(rehearsal: &Rehearsal, admin: &AdminClient) -> Vec<ContactResult> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        // Few a page: many seams.
        let mut query = vec![("limit", "7".to_owned())];
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let page = admin.contacts_out(rehearsal.campaign, &query).await.expect("a page");
        all.extend(page.contacts);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}

async fn messages(rehearsal: &Rehearsal, admin: &AdminClient) -> Vec<MessageResult> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let mut query = vec![("limit", "7".to_owned())];
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let page = admin.messages_out(rehearsal.campaign, &query).await.expect("a page");
        all.extend(page.messages);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}

async fn outcome(rehearsal: &Rehearsal, admin: &AdminClient) -> Outcome {
    let captain = rehearsal.client(&rehearsal.captain_token).expect("a client");
    let board = captain.board(rehearsal.campaign).await.expect("a board");
    let def = captain.campaign(rehearsal.campaign).await.expect("a campaign").def;
    let mut sums = Sums::default();
    let mut cursor = None;
    loop {
        let part = admin.figures_out(rehearsal.campaign, cursor).await.expect("figures");
        sums.add(part.figures, part.texters);
        cursor = part.next;
        if cursor.is_none() {
            break;
        }
    }
    let about = About {
        campaign: rehearsal.campaign,
        title: board.title,
        organization: def.organization.clone(),
        state: "running".into(),
        rehearsal: true,
        at: board.at,
        time_zone: "America/Chicago".into(),
    };
    sums.outcome(about, board.counts, &def)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsed_shift_is_told_alike_by_board_report_and_export() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut list = sample::contacts().expect("the sample").contacts;
    list.truncate(90);
    let plan = RehearsalPlan {
        def: sample::campaign().expect("the sample"),
        contacts: list,
        personas: built_in().expect("the assets are right"),
        seed: 9,
        speed: 1,
        short: false,
        texter: TEXTER.into(),
        note: String::new(),
    };
    let (rehearsal, mut steps) =
        start_stepped(plan, SystemClock::shared(), SeededIds::shared(9)).await.expect("it starts");
    let mind = Box::new(Scripted::on(rehearsal.stage().clone()));
    shift(&rehearsal, &mut steps, mind, SeededIds::shared(10)).await.expect("the shift ends well");
    let admin = AdminClient::new(&rehearsal.url, &rehearsal.admin_token, Timeouts::default()).expect("a client");

    let told = outcome(&rehearsal, &admin).await;
    let (people, texts) = (contacts(&rehearsal, &admin).await, messages(&rehearsal, &admin).await);
    let many = |is: &dyn Fn(&ContactResult) -> bool| people.iter().filter(|one| is(one)).count() as u64;
    let sent = |is: &dyn Fn(&MessageResult) -> bool| texts.iter().filter(|one| is(one)).count() as u64;
    let out = |one: &ContactResult| matches!(one.opt_out, OptOut::Yes { .. });
    let (board, figures) = (&told.board, &told.people);

    assert_eq!((board.total, figures.contacts, people.len()), (90, 90, 90));
    assert_eq!((board.sent, told.texts.initials, figures.texted), (90, 90, 90));
    assert!(figures.answered.many > 20 && board.opted_out > 0, "voters answer: {figures:?}");
    assert_eq!((board.opted_out, figures.opted_out_in_all), (many(&out), many(&out)));
    assert_eq!(figures.answered.many, many(&|one| one.answered_at.is_some()));
    assert_eq!((board.failed, told.texts.failed), (sent(&|one| one.delivery == Delivery::Failed), board.failed));
    assert_eq!((board.held, told.texts.held), (sent(&|one| one.delivery == Delivery::Held), board.held));
    assert_eq!(board.unsent, many(&|one| one.status == Status::NeedsMessage && !out(one)));
    assert_eq!(board.waiting, many(&|one| one.status == Status::NeedsResponse && !out(one)));
    assert_eq!(board.messaged, many(&|one| one.status == Status::Messaged));
    assert_eq!(board.convo, many(&|one| one.status == Status::Convo));
    assert_eq!(board.closed, many(&|one| one.status == Status::Closed));
    assert_eq!(told.texts.received, sent(&|one| one.direction == Direction::Inbound));
    let ours = told.texts.initials + told.texts.replies + told.texts.notices + told.texts.dropped;
    assert_eq!(ours, sent(&|one| one.direction == Direction::Outbound));
    for question in &told.questions {
        for answer in &question.answers {
            let given = many(&|one| one.answers.get(&question.id) == Some(&answer.value));
            assert_eq!(answer.share.many, given, "{} {}", question.id, answer.value);
        }
    }
    assert_eq!(told.variants.iter().map(|one| one.texted).sum::<u64>(), 90);
    assert_eq!(
        told.lists.iter().map(|one| (one.texted, one.answered.many)).collect::<Vec<_>>(),
        [(90, figures.answered.many)]
    );
    let of_time = |figure: fn(&textbank::domain::outcome::TimeLine) -> u64| told.times.iter().map(figure).sum::<u64>();
    assert_eq!((of_time(|line| line.initials), of_time(|line| line.received)), (90, told.texts.received));
    assert_eq!(of_time(|line| line.opt_outs), board.opted_out);

    for language in ["en", "es"] {
        let page = report::page(&told, &Catalogue::for_language(language));
        // To look at it in a browser: `TEXTBANK_REPORT_PAGES=DIRECTORY cargo test --test it rehearsed`.
        if let Some(directory) = option_env!("TEXTBANK_REPORT_PAGES") {
            std::fs::write(std::path::Path::new(directory).join(format!("{language}.html")), &page).expect("written");
        }
        assert!(page.contains("<svg") && page.contains("</html>"));
    }
    drop(steps);
    rehearsal.shutdown().await;
}

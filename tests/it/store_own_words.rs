//! Conformance: answers in voters' own words, and days: recorded, counted, taken out, and gone with the words of texts.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use textbank::api::{act::Act, message::ThreadEntry, people::Role, problem::Code};
use textbank::domain::{
    campaign::CampaignDef,
    ids::{CampaignId, ContactId},
    outcome::{About, Outcome, Sums},
    survey::{Answer as Given, Free, Question},
};
use textbank::server::store::results::Wanted;
use textbank::server::store::sql::Location;

use crate::store_follow_up::{follow, second};
use crate::store_home::{Hand, Home, definition, on_every_store, people, phone, refused};
use crate::store_keeping::{close, deliver, erase, feed, purge, retain};

const DAY: u64 = 24 * 3_600;
const WORDS: &str = "=HYPERLINK(\"http://x\") the bus, says Zephyrine";

fn def() -> CampaignDef {
    let question = |id: &str, answers| Question { id: id.into(), text: format!("{id}?"), answers };
    let given = |value: &str, free, next: Option<&str>| Given {
        value: value.into(),
        free,
        next: next.map(str::to_owned),
        ..Given::default()
    };
    let worry = vec![given("nothing", None, None), given("in their words", Some(Free::Text), Some("when"))];
    let questions = vec![question("worry", worry), question("when", vec![given("on", Some(Free::Date), None)])];
    CampaignDef { questions, ..definition() }
}

fn answer(contact: ContactId, question: &str, value: Option<&str>) -> Act {
    Act::Answer { contact, question: question.into(), value: value.map(str::to_owned) }
}

async fn recorded(home: &Home, who: &Hand, campaign: CampaignId, contact: ContactId) -> BTreeMap<String, String> {
    home.desk.store.contacts(&who.actor, campaign, &[contact]).await.expect("read").remove(0).answers
}

async fn outcome(home: &Home, who: &Hand, campaign: CampaignId) -> Outcome {
    let board = home.board(who, campaign).await;
    let mut sums = Sums::default();
    let part = home.desk.store.figures_out(&who.actor, campaign, None).await.expect("read").expect("visible");
    assert_eq!(part.next, None);
    sums.add(part.figures, part.texters);
    let none = String::new;
    let about = About {
        campaign,
        title: none(),
        organization: none(),
        state: none(),
        rehearsal: true,
        at: board.at,
        time_zone: "UTC".into(),
    };
    sums.outcome(about, board.counts, &def())
}

async fn noted(home: &Home, who: &Hand, contact: ContactId) -> Vec<String> {
    let note = |entry| match entry {
        ThreadEntry::Note { what, detail, .. } if what.starts_with("answered") => Some(format!("{what} {detail}")),
        _ => None,
    };
    home.thread(who, contact).await.entries.into_iter().filter_map(note).collect()
}

/// What a database in a file holds of answers, whoever's they are.
async fn stored(home: &Home) -> Option<String> {
    use sqlx::{ConnectOptions as _, Row as _};
    if !matches!(home.place.location(), Location::File(_)) {
        return None;
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.file()).read_only(true);
    let mut conn = options.connect().await.expect("the file");
    let sql = "SELECT COALESCE(group_concat(answers || COALESCE(earlier_answers, '')), '') FROM contacts";
    Some(sqlx::query(sql).fetch_one(&mut conn).await.expect("a row").get(0))
}

/// Puts own words where a program did that did not tell them apart; false where there is no file to put them into.
async fn write_as_before(home: &Home, contact: ContactId, follow_up: CampaignId) -> bool {
    use sqlx::ConnectOptions as _;
    if !matches!(home.place.location(), Location::File(_)) {
        return false;
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.file());
    let mut conn = options.connect().await.expect("the file");
    let answers = serde_json::json!({ "worry": WORDS, "when": "2026-11-03" }).to_string();
    for (sql, whose) in [
        ("UPDATE contacts SET answers = ?1 WHERE id = ?2", contact.0),
        ("UPDATE contacts SET earlier_answers = ?1 WHERE campaign = ?2", follow_up.0),
        (
            "UPDATE notes SET what = 'answered', detail = 'worry?: ' || json_extract(?1, '$.worry') WHERE contact = ?2 AND what = 'answered_in_words'",
            contact.0,
        ),
    ] {
        let done = sqlx::query(sql).bind(&answers).bind(whose).execute(&mut conn).await.expect("written");
        assert!(done.rows_affected() > 0, "{sql}");
    }
    true
}

on_every_store! {
    async fn own_words_are_an_answer_and_go_with_the_words(home: Home) {
        let ada = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&ada, def(), people(2)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        deliver(&home).await;
        let (one, two) = (slice[0].id, slice[1].id);
        home.says(phone(0), "It's the bus").await;
        for bad in ["", " ", "two\nlines", "\u{1b}[2J", &"x".repeat(201)] {
            refused(home.try_act(&tess, answer(one, "worry", Some(bad))).await, Code::Invalid);
        }
        for bad in ["Nov 3", "2026-02-30", "the bus"] {
            refused(home.try_act(&tess, answer(one, "when", Some(bad))).await, Code::Invalid);
        }
        home.act(&tess, answer(one, "worry", Some(WORDS))).await;
        home.act(&tess, answer(one, "when", Some("2026-11-03"))).await;
        home.act(&tess, answer(two, "worry", Some(WORDS))).await;
        let both = |worry: &str| BTreeMap::from([("worry", worry), ("when", "2026-11-03")].map(|(q, a)| (q.to_owned(), a.to_owned())));
        assert_eq!(recorded(&home, &tess, campaign, one).await, both(WORDS));
        let lines = [format!("answered_in_words worry?: {WORDS}"), "answered when?: 2026-11-03".to_owned()];
        assert_eq!(noted(&home, &tess, one).await, lines);

        // Counted under the name of the answer; the words leave the server with the people alone.
        let told = outcome(&home, &ada, campaign).await;
        let counts: Vec<_> = told.questions.iter().flat_map(|one| &one.answers).map(|one| (one.value.as_str(), one.share.many)).collect();
        assert_eq!(counts, [("nothing", 0), ("in their words", 2), ("on", 1)]);
        let days: Vec<_> = told.questions[1].days.iter().map(|one| (one.value.as_str(), one.share.many)).collect();
        assert_eq!(days, [("2026-11-03", 1)]);
        assert!(!serde_json::to_string(&told).expect("json").contains("Zephyrine"));
        let out = home.desk.store.contacts_out(&ada.actor, campaign, &Wanted { limit: 9, ..Wanted::default() }).await.expect("read");
        assert_eq!(out.expect("visible").contacts[0].answers, both(WORDS));

        // Another answer clears what hung on it, and back.
        home.act(&tess, answer(one, "worry", Some("nothing"))).await;
        assert_eq!(recorded(&home, &tess, campaign, one).await.len(), 1);
        home.act(&tess, answer(one, "worry", Some(WORDS))).await;
        home.act(&tess, answer(one, "when", Some("2026-11-03"))).await;

        // Whoever follows brings along that they answered; the words are read where they were said.
        let made = follow(&home, &ada, home.fresh(), &second(campaign, "answer.when = 2026-11-03")).await.expect("made");
        let wanted = Wanted { limit: 9, ..Wanted::default() };
        let out = home.desk.store.contacts_out(&ada.actor, made.campaign, &wanted).await.expect("read").expect("visible");
        assert_eq!(out.contacts.iter().map(|one| one.earlier_answers.clone()).collect::<Vec<_>>(), [both("in their words")]);

        // Erased: nothing of them is left, and they are still counted.
        erase(&home, &ada, phone(1), false).await.expect("erased");
        assert_eq!(outcome(&home, &ada, campaign).await.questions[0].answered, 2);
        if let Some(stored) = stored(&home).await {
            assert_eq!(stored.matches("Zephyrine").count(), 1, "{stored}");
        }

        // Too old: the words go, that there were some stays, and so does the day.
        close(&home, &ada, campaign).await;
        retain(&home, &ada, None, Some(30)).await;
        home.pass(40 * DAY);
        purge(&home, &ada).await;
        assert_eq!(recorded(&home, &ada, campaign, one).await, both("in their words"));
        let lines = noted(&home, &ada, one).await;
        assert_eq!(lines.iter().filter(|line| *line == "answered_in_words ").count(), 2, "{lines:?}");
        assert!(lines.contains(&"answered when?: 2026-11-03".to_owned()), "{lines:?}");
        let said = feed(&home, &tess, campaign).await + &feed(&home, &ada, campaign).await;
        assert!(!said.contains("Zephyrine"), "{said}");
        assert!(stored(&home).await.is_none_or(|stored| !stored.contains("Zephyrine")));

        // A program of before left them where no text is due any more: in answers, in those that came along, in lines as of any answer.
        if write_as_before(&home, one, made.campaign).await {
            close(&home, &ada, made.campaign).await;
            home.pass(40 * DAY);
            purge(&home, &ada).await;
            assert!(stored(&home).await.is_none_or(|stored| !stored.contains("Zephyrine")));
            let lines = noted(&home, &ada, one).await;
            assert!(lines.iter().all(|line| !line.contains("Zephyrine")), "{lines:?}");
            assert!(lines.contains(&"answered when?: 2026-11-03".to_owned()), "{lines:?}");
            assert_eq!(recorded(&home, &ada, campaign, one).await, both("in their words"));
        }

        // Typed after the texts had gone, it goes by its own time.
        home.act(&ada, answer(one, "worry", Some(WORDS))).await;
        home.pass(2 * DAY);
        purge(&home, &ada).await;
        assert_eq!(recorded(&home, &ada, campaign, one).await["worry"], WORDS);
        home.pass(40 * DAY);
        purge(&home, &ada).await;
        assert_eq!(recorded(&home, &ada, campaign, one).await["worry"], "in their words");
    }

    async fn a_choice_of_a_campaign_in_between_is_no_own_words(home: Home) {
        let ada = home.join("Ada", Role::Admin).await;
        let asks = |answers: &[(&str, Option<Free>)]| {
            let given = |(value, free): &(&str, Option<Free>)| Given { value: (*value).into(), free: *free, ..Given::default() };
            let question = Question { id: "support".into(), text: "Support?".into(), answers: answers.iter().map(given).collect() };
            CampaignDef { questions: vec![question], ..definition() }
        };
        let first = home.import(&ada, asks(&[("yes", None), ("other", Some(Free::Text))]), people(1)).await.campaign;
        let mut request = second(first, "phone != ''");
        request.def.questions = asks(&[("strong", None), ("weak", None)]).questions;
        let between = follow(&home, &ada, home.fresh(), &request).await.expect("made").campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let line = home.claim(&tess, between, 1).await.remove(0);
        home.initial(&tess, &line).await;
        deliver(&home).await;
        home.act(&tess, answer(line.id, "support", Some("strong"))).await;
        let mut last = between;
        for _ in 0..2 {
            last = follow(&home, &ada, home.fresh(), &second(last, "phone != ''")).await.expect("made").campaign;
            let wanted = Wanted { limit: 9, ..Wanted::default() };
            let out = home.desk.store.contacts_out(&ada.actor, last, &wanted).await.expect("read").expect("visible");
            assert_eq!(out.contacts[0].earlier_answers["support"], "strong");
        }
    }
}

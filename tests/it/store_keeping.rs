//! Conformance: how long words are kept, legal holds, and the erasure of one person.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    closing::CloseRequest,
    keeping::{Erased, HoldInfo, RetentionRun},
    message::ThreadEntry,
    people::Role,
    problem::{Code, Problem},
};
use textbank::db;
use textbank::domain::{
    contact::Contact,
    conversation::{OptOut, Status},
    ids::{CampaignId, ContactId},
    message::MessageKind::{Initial, Reply},
    phone::Phone,
};
use textbank::server::carrier::Submitted;
use textbank::server::store::{
    command::Answer,
    handles::{Admin, Captain, System},
    keep::Kept,
    sql::{Location, upkeep},
};

use crate::store_home::{Hand, Home, Kind, definition, gone, on_every_store, people, person, phone, refused};

const DAY: u64 = 24 * 3_600;

pub fn admin(hand: &Hand) -> Admin {
    Admin::of(hand.actor.clone()).expect("an admin")
}

pub async fn retain(home: &Home, who: &Hand, campaign: Option<CampaignId>, days: Option<u32>) {
    let set = admin(who).set_retention(&home.desk, campaign, days).await.expect("an answer");
    assert!(matches!(set, Answer::Kept(Kept::Retention(_))), "{set:?}");
}

/// A removal by the server's own time; says what it came to.
pub async fn purge(home: &Home, who: &Hand) -> RetentionRun {
    System::purge(&home.desk).await.expect("removed");
    home.desk.store.retention(&who.actor).await.expect("read").last_run.expect("a run")
}

pub async fn hold(home: &Home, who: &Hand, campaign: Option<CampaignId>, on: Option<Phone>) -> HoldInfo {
    match admin(who).hold(&home.desk, campaign, on, "Lee v. Us".into()).await.expect("an answer") {
        Answer::Kept(Kept::Hold(info)) => info,
        other => panic!("{other:?}"),
    }
}

pub async fn erase(home: &Home, who: &Hand, whom: Phone, dry_run: bool) -> Result<Erased, Problem> {
    match admin(who).erase(&home.desk, whom, "asked by letter".into(), dry_run).await.expect("an answer") {
        Answer::Kept(Kept::Erased(erased)) => Ok(erased),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

pub async fn close(home: &Home, who: &Hand, campaign: CampaignId) {
    let request = CloseRequest { owner: who.actor.person, doubts_are_opt_outs: true, take_back: true };
    let closed = admin(who).close_campaign(&home.desk, campaign, request).await.expect("an answer");
    assert!(matches!(closed, Answer::Changed(_)), "{closed:?}");
}

/// Takes all that waits to the carrier.
pub async fn deliver(home: &Home) {
    for job in home.jobs().await {
        home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
    }
}

/// The words of a conversation, in their order.
async fn words(home: &Home, who: &Hand, contact: ContactId) -> Vec<String> {
    let entries = home.thread(who, contact).await.entries;
    let body = |entry| match entry {
        ThreadEntry::Message(message) => Some(message.body),
        _ => None,
    };
    entries.into_iter().filter_map(body).collect()
}

/// The database is as it has to be; of one in memory nobody can look.
pub async fn sound(home: &Home) {
    let location = home.place.location();
    if !matches!(location, Location::Memory) {
        let report = upkeep::check(&location, &mut |_| {}).await.expect("a report");
        assert!(report.sound, "{report:?}");
    }
}

pub async fn what_was_done(home: &Home, who: &Hand, what: &str) -> Vec<String> {
    let wanted = textbank::server::store::roster::AuditWanted {
        contact: None,
        person: None,
        device: None,
        since: None,
        after: 0,
        limit: 1_000,
    };
    let page = home.desk.store.audit(&who.actor, &wanted).await.expect("read");
    page.entries
        .into_iter()
        .filter(|one| one.what == what)
        .map(|one| format!("{} {}", one.subject, one.detail))
        .collect()
}

/// Everything that the feed repeats to captains and to this person.
pub async fn feed(home: &Home, who: &Hand, campaign: CampaignId) -> String {
    serde_json::to_string(&home.events(who, campaign).await).expect("json")
}

on_every_store! {
    async fn words_of_a_closed_campaign_go_by_their_own_time_and_the_ledger_stays(home: Home) {
        let (ada, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        deliver(&home).await;
        home.says(phone(0), "Yes, I will!").await;
        home.says(Phone::from_e164("+14155559999").expect("a number"), "who are you?").await;
        home.act(&tess, Act::Note { contact: slice[0].id, text: "has a dog".into() }).await;
        home.act(&tess, Act::Answer { contact: slice[0].id, question: "support".into(), value: Some("yes".into()) }).await;
        close(&home, &ada, campaign).await;
        let before = home.desk.store.ledger(&ada.actor, 0, 100).await.expect("read");
        // Nothing is set: nothing goes, and no removal is on record.
        home.pass(40 * DAY);
        System::purge(&home.desk).await.expect("nothing to do");
        assert_eq!(home.desk.store.retention(&ada.actor).await.expect("read").last_run, None);
        retain(&home, &ada, None, Some(60)).await;
        assert_eq!(purge(&home, &ada).await.texts, 0);
        home.says(phone(1), "still there?").await;
        home.pass(21 * DAY);
        let due = home.desk.store.retention_due(&ada.actor, home.desk.clock.now()).await.expect("read");
        assert_eq!((due.texts, due.contacts, due.copies, due.begun_at), (3, 2, 1, None));
        let run = purge(&home, &ada).await;
        assert_eq!((run.texts, run.contacts), (3, 2));
        assert!(run.ended_at.is_some() && run.by.is_none(), "{run:?}");
        assert_eq!(words(&home, &ada, slice[0].id).await, ["", ""]);
        // A late text is younger than the rest of its conversation.
        assert_eq!(words(&home, &ada, slice[1].id).await, ["", "still there?"]);
        let views = home.desk.store.contacts(&ada.actor, campaign, &[slice[0].id]).await.expect("read");
        assert_eq!((views[0].note.as_str(), views[0].summary.preview.as_str()), ("", ""));
        assert_eq!(views[0].answers, BTreeMap::from([("support".to_owned(), "yes".to_owned())]));
        let said = feed(&home, &tess, campaign).await + &feed(&home, &ada, campaign).await;
        assert!(!said.contains("Yes, I will!") && !said.contains("Hi there!"), "{said}");
        // Hashes stay where they were.
        assert_eq!(home.desk.store.ledger(&ada.actor, 0, 100).await.expect("read").entries, before.entries);
        assert_eq!(what_was_done(&home, &ada, "retention_run").await.len(), 2);
        // Once a day, and not again for what is gone.
        System::purge(&home.desk).await.expect("nothing to do");
        assert_eq!(what_was_done(&home, &ada, "retention_run").await.len(), 2);
        home.pass(DAY + 1);
        assert_eq!(purge(&home, &ada).await.texts, 0);
        sound(&home).await;
    }

    async fn an_open_conversation_of_a_running_campaign_is_kept_as_a_whole(home: Home) {
        let (ada, campaign) = home.campaign(people(6)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 5).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        deliver(&home).await;
        // 0 waits, 1 may have opted out, 2 was answered long ago, 3 writes lately, 4 is held.
        home.says(phone(0), "who is this?").await;
        home.says(phone(1), "please stop texting me").await;
        home.says(phone(2), "sure").await;
        let line = home.line(&tess, campaign, slice[2].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Thanks!")).await.expect("accepted");
        let job = home.jobs().await.remove(0);
        home.record(job.attempt, Submitted::Unknown { reason: "cut".into() }).await;
        home.says(phone(4), "sure").await;
        retain(&home, &ada, None, Some(30)).await;
        home.pass(40 * DAY);
        home.says(phone(3), "hello?").await;
        home.act(&ada, Act::Close { contact: slice[3].id }).await;
        home.act(&ada, Act::Close { contact: slice[4].id }).await;
        let run = purge(&home, &ada).await;
        assert_eq!((run.texts, run.contacts), (4, 2), "of 2 all but the text that nobody knows of, and all of 4");
        assert_eq!(words(&home, &ada, slice[0].id).await, ["Hi there!", "who is this?"]);
        assert_eq!(words(&home, &ada, slice[1].id).await, ["Hi there!", "please stop texting me"]);
        assert_eq!(words(&home, &ada, slice[2].id).await, ["", "", "Thanks!"]);
        assert_eq!(words(&home, &ada, slice[3].id).await, ["Hi there!", "hello?"]);
        assert_eq!(words(&home, &ada, slice[4].id).await, ["", ""]);
        // A campaign's own rule goes before the organization's.
        retain(&home, &ada, Some(campaign), None).await;
        home.pass(40 * DAY);
        assert_eq!(purge(&home, &ada).await.texts, 0);
        sound(&home).await;
    }

    async fn nothing_under_a_legal_hold_goes(home: Home) {
        let (ada, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        for to in &slice {
            home.initial(&tess, to).await;
        }
        deliver(&home).await;
        close(&home, &ada, campaign).await;
        retain(&home, &ada, None, Some(30)).await;
        let on_campaign = hold(&home, &ada, Some(campaign), None).await;
        assert_eq!(hold(&home, &ada, Some(campaign), None).await.id, on_campaign.id, "the same once more is the same");
        home.pass(40 * DAY);
        assert_eq!(purge(&home, &ada).await.texts, 0);
        let problem = refused(erase(&home, &ada, phone(0), false).await, Code::LegalHold);
        assert!(problem.detail.contains("Lee v. Us"), "{problem:?}");
        let refusals = what_was_done(&home, &ada, "erasure_refused").await;
        assert!(refusals.len() == 1 && !refusals[0].contains(phone(0).as_str()), "{refusals:?}");
        // Of the campaign's hold only one person's is left.
        let on_person = hold(&home, &ada, None, Some(phone(0))).await;
        assert_eq!(on_person.number_ends, Some(phone(0).last_digits()));
        admin(&ada).lift_hold(&home.desk, on_campaign.id).await.expect("lifted");
        home.pass(DAY);
        assert_eq!(purge(&home, &ada).await.texts, 1);
        assert_eq!(words(&home, &ada, slice[0].id).await, ["Hi there!"]);
        assert_eq!(words(&home, &ada, slice[1].id).await, [""]);
        assert!(feed(&home, &tess, campaign).await.contains("Hi there!"), "the feed keeps it for them too");
        refused(erase(&home, &ada, phone(0), true).await, Code::LegalHold);
        let all = hold(&home, &ada, None, None).await;
        admin(&ada).lift_hold(&home.desk, on_person.id).await.expect("lifted");
        home.pass(DAY);
        assert_eq!(purge(&home, &ada).await.texts, 0);
        refused(erase(&home, &ada, phone(1), true).await, Code::LegalHold);
        admin(&ada).lift_hold(&home.desk, all.id).await.expect("lifted");
        let Answer::Refused(problem) = admin(&ada).lift_hold(&home.desk, 4_711).await.expect("an answer") else { panic!("lifted") };
        assert_eq!(problem.code, Code::NotFound);
        home.pass(DAY);
        assert_eq!(purge(&home, &ada).await.texts, 1);
        let holds = home.desk.store.holds(&ada.actor).await.expect("read");
        assert!(holds.len() == 3 && holds.iter().all(|one| one.lifted_at.is_some()), "{holds:?}");
        sound(&home).await;
    }

    async fn whoever_is_erased_is_nobody_any_more_and_is_texted_no_more(home: Home) {
        let (ada, campaign) = home.campaign(vec![zephyrine(), person(1), person(2)]).await;
        let other = home.import(&ada, definition(), vec![zephyrine()]).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 3).await;
        home.initial(&tess, &slice[0]).await;
        deliver(&home).await;
        home.says(phone(0), "Kittens are lovely").await;
        home.act(&tess, Act::Note { contact: slice[0].id, text: "Waldorf's human".into() }).await;
        let line = home.line(&tess, campaign, slice[0].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Indeed, Zephyrine")).await.expect("accepted");
        let before = home.board(&ada, campaign).await.counts;
        let ledger = home.desk.store.ledger(&ada.actor, 0, 100).await.expect("read").entries;
        refused(erase(&home, &ada, Phone::from_e164("+14155559999").expect("a number"), true).await, Code::NotFound);
        let would = erase(&home, &ada, phone(0), true).await.expect("told");
        let wanted = Erased {
            done: false,
            number_ends: phone(0).last_digits(),
            campaigns: vec![campaign, other],
            contacts: 2,
            texts: 3,
            cancelled: 1,
            in_doubt: 0,
            others: 0,
            was_suppressed: false,
            segments: Vec::new(),
            copies_left: false,
        };
        assert_eq!(would, wanted);
        assert_eq!(words(&home, &ada, slice[0].id).await.len(), 3, "a dry run does nothing");
        assert_eq!(erase(&home, &ada, phone(0), false).await.expect("erased"), Erased { done: true, ..wanted });

        // What waited never goes out, and the console that has them drops them.
        assert_eq!(home.jobs().await, []);
        let events = home.events(&tess, campaign).await;
        assert_eq!(gone(&events).last(), Some(&(slice[0].id, "erased".to_owned())));
        assert_eq!(home.hand(&tess, campaign).await.len(), 2);
        assert_eq!(home.desk.store.thread(&ada.actor, slice[0].id, None, 10).await.expect("read"), None);
        assert_eq!(home.desk.store.contacts(&ada.actor, campaign, &[slice[0].id]).await.expect("read"), []);
        // What comes in later about them changes nothing.
        let note = Act::Note { contact: slice[0].id, text: "Zephyrine called".into() };
        refused(home.try_act(&tess, note.clone()).await, Code::NotFound);
        refused(home.try_act(&ada, note).await, Code::NotFound);
        let late = home.text(&line, Reply, "Are you there, Zephyrine?");
        refused(home.try_send(&tess, late).await, Code::Suppressed);
        home.says(phone(0), "hello").await;
        assert_eq!(home.desk.store.contacts(&ada.actor, campaign, &[slice[0].id]).await.expect("read"), []);
        // Counts and hashes stay. Asking to be erased is an opt-out.
        let after = home.board(&ada, campaign).await.counts;
        assert_eq!(after.opted_out, before.opted_out + 1, "{before:?} {after:?}");
        let now = home.desk.store.ledger(&ada.actor, 0, 100).await.expect("read").entries;
        assert_eq!(now[..ledger.len()], ledger);
        let done = what_was_done(&home, &ada, "person_erased").await;
        assert!(done.iter().any(|line| line.contains("asked by letter")), "{done:?}");
        assert!(done.iter().all(|line| !line.contains(phone(0).as_str())), "{done:?}");
        // The same number on another list is nobody who may be texted, and nothing of them is kept again.
        let third = home.import(&ada, definition(), vec![zephyrine()]).await;
        assert_eq!((third.stored, third.duplicates, third.erased), (0, 0, 1), "nothing of them is stored again");
        let third = third.campaign;
        assert_eq!(home.try_claim(&tess, third, 5).await.expect_err("nobody").code, Code::NoneLeft);
        // Twice is once, and their own START does not undo what a person decided.
        home.says(phone(0), "START").await;
        assert_eq!(home.try_claim(&tess, third, 5).await.expect_err("nobody").code, Code::NoneLeft);
        let again = erase(&home, &ada, phone(0), false).await.expect("what came since");
        assert_eq!((again.contacts, again.texts, again.others, again.was_suppressed), (0, 0, 2, true));
        let held = home.desk.store.person_out(&ada.actor, &phone(0), home.desk.clock.now()).await.expect("read").held;
        assert_eq!(held.keys().collect::<Vec<_>>(), ["erasures", "suppressions"], "{held:?}");
        sound(&home).await;
    }

    async fn all_that_is_held_about_a_number_comes_out_and_is_on_record(home: Home) {
        let (ada, campaign) = home.campaign(vec![zephyrine(), person(1)]).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        home.initial(&tess, &slice[0]).await;
        deliver(&home).await;
        home.says(phone(0), "STOP").await;
        home.says(phone(1), "not theirs").await;
        admin(&ada).takes_person_out(&home.desk, phone(0)).await.expect("on record");
        let out = home.desk.store.person_out(&ada.actor, &phone(0), home.desk.clock.now()).await.expect("read");
        let text = serde_json::to_string(&out).expect("json");
        for wanted in ["Zephyrine", "Quillfeather", "Waldorf", "Hi there!", "STOP", "Library vote", "contact_received", "a test", "Tess"] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
        assert!(!text.contains("not theirs") && !text.contains(phone(1).as_str()), "{text}");
        assert_eq!(out.held["contacts"][0]["fields"]["dog"], "Waldorf");
        assert_eq!(out.held["suppressions"].len(), 1);
        assert_eq!(what_was_done(&home, &ada, "person_exported").await.len(), 2);
        assert_eq!(home.line(&ada, campaign, slice[0].id).await.opt_out, OptOut::Yes { by_word: true });
        let nobody = Phone::from_e164("+14155559999").expect("a number");
        let none = home.desk.store.person_out(&ada.actor, &nobody, home.desk.clock.now()).await.expect("read");
        assert_eq!(none.held, BTreeMap::new());
    }

    async fn a_text_that_the_carrier_is_being_given_puts_an_erasure_off(home: Home) {
        let (ada, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        home.initial(&tess, &slice[0]).await;
        let job = home.jobs().await.remove(0);
        refused(erase(&home, &ada, phone(0), false).await, Code::Unsettled);
        home.record(job.attempt, Submitted::Unknown { reason: "cut".into() }).await;
        // Nobody knows whether it arrived, and nobody is to decide about it any more.
        let erased = erase(&home, &ada, phone(0), false).await.expect("erased");
        assert_eq!((erased.cancelled, erased.in_doubt), (1, 1));
        assert_eq!(home.desk.store.held(&ada.actor, campaign).await.expect("read"), Some(Vec::new()));
        assert_eq!(home.desk.store.open_jobs().await.expect("read"), (0, 0, 0));
        sound(&home).await;
    }
}

/// Where a removal stands is in the database: whichever server does the next part goes on with it, and each is done once.
#[tokio::test]
async fn several_servers_share_one_removal() {
    let Some(one) = Home::try_new(Kind::Postgres).await else { return };
    let other = one.beside(8).await;
    let (ada, campaign) = one.campaign(people(6)).await;
    let tess = one.join("Tess", Role::Texter).await;
    for to in one.claim(&tess, campaign, 5).await {
        one.initial(&tess, &to).await;
    }
    deliver(&one).await;
    close(&one, &ada, campaign).await;
    retain(&one, &ada, None, Some(30)).await;
    one.pass(31 * DAY);
    let mut parts = 0;
    loop {
        let (here, there) = tokio::join!(System::purge_part(&one.desk), System::purge_part(&other.desk));
        parts += 1;
        if !here.expect("a part") && !there.expect("a part") {
            break;
        }
    }
    assert!(parts > 1, "one part is not all of it");
    assert_eq!(what_was_done(&one, &ada, "retention_run").await.len(), 1);
    let run = other.desk.store.retention(&ada.actor).await.expect("read").last_run.expect("a run");
    assert_eq!((run.texts, run.contacts), (5, 5));
    sound(&one).await;
}

pub fn zephyrine() -> Contact {
    Contact {
        external_id: Some("EXT-4711".into()),
        first_name: "Zephyrine".into(),
        last_name: "Quillfeather".into(),
        zip: Some("94110".into()),
        state: Some("CA".into()),
        fields: BTreeMap::from([("dog".to_owned(), "Waldorf".to_owned())]),
        ..person(0)
    }
}

/// Every value of every table that says one of these words, as `table.column`.
pub async fn says_still(file: &std::path::Path, words: &[&str]) -> Vec<String> {
    let mut conn = db::Options::file(file).read_only().open().await.expect("the file");
    let tables =
        db::query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
    let mut found = Vec::new();
    for table in tables.fetch_all(&mut conn).await.expect("tables") {
        let table: String = table.try_get(0).expect("a name");
        let sql = db::kept(format!("SELECT * FROM {table}"));
        for row in db::query(sql).fetch_all(&mut conn).await.expect("rows") {
            let names = row.names().to_owned();
            for (name, value) in names.iter().zip(row.into_values()) {
                let db::Value::Text(text) = value else { continue };
                if words.iter().any(|word| text.contains(word)) {
                    found.push(format!("{table}.{name}"));
                }
            }
        }
    }
    found.dedup();
    found
}

#[tokio::test]
async fn whoever_was_erased_is_not_brought_back_by_a_start_though_somebody_had_opted_them_out_before() {
    let home = Home::new(Kind::Memory).await;
    let (ada, campaign) = home.campaign(vec![zephyrine()]).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 1).await;
    home.act(&tess, Act::OptOut { contact: slice[0].id, notice: false, grace: false }).await;
    erase(&home, &ada, phone(0), false).await.expect("erased");
    home.says(phone(0), "START").await;
    let again = home.import(&ada, definition(), vec![zephyrine()]).await;
    assert_eq!((again.stored, again.erased), (0, 1), "nothing of them is stored again");
}

#[tokio::test]
async fn no_table_says_anything_of_somebody_who_was_erased() {
    let home = Home::new(Kind::File).await;
    let (ada, campaign) = home.campaign(vec![zephyrine(), person(1)]).await;
    let tess = home.join("Tess", Role::Texter).await;
    let slice = home.claim(&tess, campaign, 2).await;
    home.try_send(&tess, home.text(&slice[0], Initial, "Hi Zephyrine!")).await.expect("accepted");
    deliver(&home).await;
    home.says(phone(0), "Kittens! please stop texting me").await;
    home.act(&tess, Act::Note { contact: slice[0].id, text: "Waldorf's human".into() }).await;
    let captain = Captain::of(ada.actor.clone()).expect("a captain");
    // Taken back once, of a number in a campaign and of one in none.
    let admin = Admin::of(ada.actor.clone()).expect("an admin");
    for number in [phone(0), phone(88)] {
        captain.suppress(&home.desk, number.clone(), "by_mail: from Zephyrine".into()).await.expect("done");
        let back = admin.take_back_opt_out(&home.desk, number, "Zephyrine's neighbour misread it".into()).await;
        assert!(matches!(back.expect("an answer"), Answer::Done));
    }
    captain.suppress(&home.desk, phone(0), "by_phone: Zephyrine called".into()).await.expect("done");
    // As an older program wrote it.
    let mut conn = db::Options::file(&home.file()).open().await.expect("the file");
    let copy = "INSERT INTO carrier_events (carrier, key, at, payload)
        SELECT 'old', 'one', 0, '{\"inbound\":{\"body\":\"Kittens!\",\"from\":\"' || phone || '\"}}' FROM suppressions";
    db::query(copy).execute(&mut conn).await.expect("written");
    drop(conn);
    let number = phone(0);
    let marks =
        ["Zephyrine", "Quillfeather", "Waldorf", "Kittens", "please stop", "EXT-4711", "94110", number.as_str()];
    let before = says_still(&home.file(), &marks).await;
    for wanted in [
        "contacts.first_name",
        "messages.body",
        "events.payload",
        "audit.detail",
        "notes.detail",
        "suppressions.reason",
    ] {
        assert!(before.contains(&wanted.to_owned()), "{wanted}: {before:?}");
    }
    erase(&home, &ada, phone(0), false).await.expect("erased");
    assert_eq!(says_still(&home.file(), &marks).await, ["erasures.phone", "suppressions.phone"]);
    // A backup of now knows as little, and is as it has to be.
    let backup = home.file().with_file_name("backup.db");
    let made = upkeep::backup(&home.place.location(), &backup, "now", &mut |_| {}).await.expect("a backup");
    assert!(made.report.sound, "{made:?}");
    assert_eq!(says_still(&backup, &marks).await, ["erasures.phone", "suppressions.phone"]);
    // Nor does the file, or the log beside it: both are written over. What follows comes after that.
    home.act(&tess, Act::Note { contact: slice[1].id, text: "moved".into() }).await;
    for name in ["textbank.db", "textbank.db-wal"] {
        let bytes = std::fs::read(home.file().with_file_name(name)).expect("a file of the database");
        let says = |mark: &str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
        let found: Vec<&&str> = marks[..marks.len() - 1].iter().filter(|mark| says(mark)).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
    }
    assert_eq!(home.line(&ada, campaign, slice[1].id).await.status, Status::NeedsMessage);
    sound(&home).await;
}

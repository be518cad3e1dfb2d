//! The shapes against the files that Spoke itself wrote, and rows of VAN.

use std::collections::BTreeMap;
use std::io::BufReader;

use jiff::tz::TimeZone;
use pretty_assertions::assert_eq;

use super::van::{MemoryFault, Van, Written, title};
use super::van_map::VanMap;
use super::*;
use crate::domain::contact::Contact;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ContactId, PersonId};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::phone::Phone;
use crate::domain::survey::{Answer, Free, Question};

fn phone(n: i64) -> Phone {
    Phone::from_e164(&format!("+1212200{n:04}")).expect("a number")
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().expect("a time")
}

fn contact(n: i64) -> ContactResult {
    let fields = [("city_name", "Riverton"), ("polling_place", "School No. 3"), ("event_date", "June 4")];
    ContactResult {
        id: ContactId(n),
        campaign: CampaignId(1),
        listed: Contact {
            external_id: Some(format!("VAN{n}")),
            first_name: "Lila".into(),
            last_name: "Xu".into(),
            phone: phone(n),
            zip: None,
            state: None,
            language: None,
            time_zone: None,
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            consent: None,
        },
        status: Status::Convo,
        opt_out: OptOut::No,
        opted_out_at: None,
        opted_out_how: None,
        wrong_number: false,
        removed: false,
        answers: [("vote", "Yes"), ("help", "Not now")].map(|(q, a)| (q.to_owned(), a.to_owned())).into(),
        rsvps: Default::default(),
        earlier_answers: std::collections::BTreeMap::new(),
        texted_in: Vec::new(),
        tags: vec!["spanish".into(), "needs-followup".into()],
        note: "prefers mornings".into(),
        texter: Some(PersonId(1)),
        texter_name: Some("Tess".into()),
        variant: Some("a".into()),
        texted_at: Some(at("2026-11-21T20:31:24.092Z")),
        delivery: Some(Delivery::Delivered),
        answered_at: Some(at("2026-11-22T04:31:24Z")),
        last_text_at: Some(at("2026-11-22T04:40:00Z")),
        error: None,
        updated_at: at("2026-11-22T04:40:00Z"),
    }
}

/// Texted, and nothing came of it.
fn silent(n: i64) -> ContactResult {
    ContactResult {
        status: Status::Messaged,
        answers: BTreeMap::new(),
        tags: Vec::new(),
        note: String::new(),
        answered_at: None,
        ..contact(n)
    }
}

fn def() -> CampaignDef {
    let mut def = crate::exchange::sample::campaign().expect("the sample");
    let question = |id: &str, text: &str, answers: &[&str]| Question {
        id: id.to_owned(),
        text: text.to_owned(),
        answers: answers.iter().map(|value| Answer { value: (*value).to_owned(), ..Answer::default() }).collect(),
    };
    def.title = "Riverton Votes".to_owned();
    def.questions = vec![
        question("vote", "Will they vote on June 4?", &["Yes", "No"]),
        question("help", "Would they volunteer?", &["Yes", "Not now"]),
    ];
    def.tags = vec!["spanish".to_owned(), "needs-followup".to_owned()];
    def
}

fn columns() -> Vec<String> {
    // In the order that Spoke's own file has them.
    ["city_name", "polling_place", "event_date"].map(str::to_owned).to_vec()
}

fn written(shape: Shape, contacts: &[ContactResult]) -> String {
    let (def, columns) = (def(), columns());
    let campaign = Campaign { id: CampaignId(1), def: &def, columns: &columns };
    let mut writer = Contacts::new(Vec::new(), Format::Csv { shape, raw: false }, &campaign).expect("written");
    contacts.iter().for_each(|one| writer.add(one).expect("written"));
    String::from_utf8(writer.finish().expect("written")).expect("UTF-8")
}

/// Recorded from a Spoke server.
const SPOKES: &str = include_str!("../../../tests/data/spoke/campaign-export-1.csv");
const SPOKES_MESSAGES: &str = include_str!("../../../tests/data/spoke/campaign-export-1-message.csv");

#[test]
fn contacts_in_spokes_shape_are_what_spoke_itself_wrote() {
    let mut lila = contact(51);
    lila.listed.phone = Phone::from_e164("+12122000050").expect("a number");
    lila.listed.external_id = Some("VAN50".to_owned());
    let mut gone = silent(101);
    gone.status = Status::Convo;
    gone.opt_out = OptOut::Yes { by_word: true };
    gone.opted_out_at = Some(at("2026-11-21T20:31:25.303Z"));
    gone.listed.external_id = Some("VAN100".to_owned());
    gone.listed.first_name = "Gina".to_owned();
    gone.listed.last_name = "Jensen".to_owned();
    gone.listed.phone = Phone::from_e164("+16172000100").expect("a number");
    gone.listed.fields = [("city_name", "Lakeside"), ("polling_place", "School No. 5"), ("event_date", "June 4")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let ours = written(Shape::Spoke, &[lila, gone]);
    // What a Spoke server has and no texter here gives: last name, address, number.
    let without = |line: &str| line.replace("Tess,Texter,tess.texter@example.org,+12125550101,", "Tess,,,,");
    let theirs: Vec<String> = SPOKES.lines().map(without).collect();
    let mut lines = ours.lines();
    assert_eq!(lines.next(), theirs.first().map(String::as_str));
    for line in lines {
        assert!(theirs.iter().any(|known| known == line), "{line}");
    }
}

#[test]
fn texts_are_what_spoke_itself_wrote() {
    let text = |body: &str, direction: Direction, delivery: Delivery, when: &str| MessageResult {
        id: uuid::Uuid::nil(),
        campaign: CampaignId(1),
        contact: ContactId(51),
        seq: 1,
        phone: Phone::from_e164("+12122000050").expect("a number"),
        direction,
        kind: (direction == Direction::Outbound).then_some(MessageKind::Initial),
        body: body.to_owned(),
        pictures: 0,
        at: at(when),
        delivery,
        error: None,
        texter: None,
        texter_name: None,
        variant: None,
        language: "en".to_owned(),
        script_version: 1,
    };
    let mut writer = Messages::new(Vec::new(), Format::Csv { shape: Shape::Spoke, raw: false }).expect("written");
    let first = "Hi Lila, it's Tess with Riverton Votes. Election day is June 4 and you vote at School No. 3. Can we count on you?";
    for one in [
        text(first, Direction::Outbound, Delivery::Submitted, "2026-11-21T20:31:24.092Z"),
        text("yes! where do I vote?", Direction::Inbound, Delivery::Received, "2026-11-21T20:31:24.244Z"),
    ] {
        writer.add(&one).expect("written");
    }
    let ours = String::from_utf8(writer.finish().expect("written")).expect("UTF-8");
    assert_eq!(ours.lines().count(), 3);
    for line in ours.lines() {
        assert!(SPOKES_MESSAGES.lines().any(|known| known == line), "{line}");
    }
}

#[test]
fn contacts_in_rewireds_shape() {
    let mut lila = contact(51);
    lila.listed.fields.insert("City".to_owned(), "Riverton".to_owned());
    assert_eq!(
        written(Shape::Rewired, &[lila]),
        "campaignId,campaign,contact[firstName],contact[lastName],contact[cell],contact[zip],contact[city],\
         contact[state],contact[optOut],contact[messageStatus],contact[external_id],contact[city_name],\
         contact[polling_place],contact[event_date],contact[notes],question[Will they vote on June 4?],\
         question[Would they volunteer?],tags\n\
         1,Riverton Votes,Lila,Xu,+12122000051,,Riverton,,false,convo,VAN51,Riverton,School No. 3,June 4,\
         prefers mornings,Yes,Not now,\"spanish, needs-followup\"\n"
    );
}

#[test]
fn a_column_of_the_list_never_stands_in_for_one_of_ours() {
    let (mut def, columns) = (def(), vec!["notes".to_owned(), "tags".to_owned(), "zip".to_owned()]);
    def.questions[1].text = def.questions[0].text.clone();
    let header =
        shape::ContactShape::new(Shape::Spoke, &Campaign { id: CampaignId(1), def: &def, columns: &columns }).header();
    let once: std::collections::BTreeSet<&String> = header.iter().collect();
    assert_eq!(once.len(), header.len(), "{header:?}");
    assert!(header.contains(&"question[Will they vote on June 4?]_1".to_owned()), "{header:?}");
}

#[test]
fn a_json_line_has_everything_and_moves_no_cursor() {
    let (def, columns) = (def(), columns());
    let campaign = Campaign { id: CampaignId(1), def: &def, columns: &columns };
    let mut odd = contact(5);
    odd.note = "=1+1\u{1b}[2J\u{202e}".to_owned();
    let mut writer = Contacts::new(Vec::new(), Format::JsonLines, &campaign).expect("written");
    writer.add(&odd).expect("written");
    let line = String::from_utf8(writer.finish().expect("written")).expect("UTF-8");
    let back: ContactResult = serde_json::from_str(&line).expect("a contact");
    assert!(back.note.starts_with("=1+1") && !back.note.contains(['\u{1b}', '\u{202e}']), "{:?}", back.note);
    odd.note = back.note.clone();
    assert_eq!(back, odd);
}

#[test]
fn opt_outs_say_when_and_how() {
    let opt_out = |n, by_word, person: Option<i64>, reason: &str| OptOutResult {
        phone: phone(n),
        at: at("2026-11-21T20:31:25.303Z"),
        by_word,
        reason: reason.to_owned(),
        person: person.map(PersonId),
        person_name: person.map(|_| "Tess".to_owned()),
    };
    let mut writer = OptOuts::new(Vec::new(), Format::Csv { shape: Shape::Spoke, raw: false }).expect("written");
    for one in [
        opt_out(1, true, None, "by_word"),
        opt_out(2, false, Some(1), "by letter: \"=SUM(1)\""),
        opt_out(3, false, None, "undecided"),
    ] {
        writer.add(&one).expect("written");
    }
    assert_eq!(
        String::from_utf8(writer.finish().expect("written")).expect("UTF-8"),
        "phone,opted_out_at,how,reason,by\n\
         +12122000001,2026-11-21T20:31:25.303Z,own word,by_word,\n\
         +12122000002,2026-11-21T20:31:25.303Z,decided by a person,\"by letter: \"\"=SUM(1)\"\"\",Tess\n\
         +12122000003,2026-11-21T20:31:25.303Z,no decision in time,undecided,\n"
    );
}

#[test]
fn who_shares_a_number_is_told_by_id_and_the_programs_own_notes_by_nobody() {
    let mut one = contact(51);
    let own = [("household_ids", "q2;q3"), ("household_names", "Roe, Bea;Cy")];
    let notes = [("household_removed", "q3"), ("household_people", "{\"q2\":{\"first_name\":\"Bea\"}}")];
    one.listed.fields.extend(own.into_iter().chain(notes).map(|(name, value)| (name.to_owned(), value.to_owned())));
    let told = |one: &ContactResult| {
        let mut to = Vec::new();
        json::line(&mut to, one).expect("written");
        serde_json::from_slice::<serde_json::Value>(&to).expect("JSON")
    };
    let line = told(&one);
    assert_eq!(line["shares_number_with"], serde_json::json!(["q2", "q3"]));
    assert_eq!(line["listed"]["fields"].as_object().map(serde_json::Map::len), Some(3), "the list's own: {line}");
    assert!(!line.to_string().contains("household_"), "{line}");
    assert_eq!(told(&contact(51)).get("shares_number_with"), None, "nobody does");
    let holds = |text: &str| crate::domain::filter::Filter::parse(text).expect("a condition").holds(&one);
    assert!(holds("external_id = q2") && !holds("household_removed = q3") && !holds("household_people ~ Bea"));
    let merged = crate::domain::campaign::merge_fields(&one.listed);
    assert!(!merged.contains_key("household_removed") && !merged.contains_key("household_people"));
}

const MAP: &str = r#"
id_column = "Voter File VANID"

[result]
wrong_number = "Wrong Number"
opted_out = "Refused"
answered = "Canvassed"
texted = "Texted"

[[question]]
question = "vote"
column = "2026 Turnout"
answers = { Yes = "1 - Will vote", No = "2 - Will not" }

[[tag]]
tag = "spanish"
column = "Spanish speaker"
"#;

fn map() -> VanMap {
    VanMap::read(MAP).expect("a map")
}

/// Rows, what is remembered, counts.
fn van(contacts: &[ContactResult], before: Option<&str>) -> Result<(String, String, Written), MemoryFault> {
    let zone = TimeZone::get("America/Los_Angeles").expect("a zone");
    let title = title("https://x", CampaignId(1));
    let before = before.map(|text| BufReader::new(text.as_bytes()));
    let mut van = Van::new(Vec::new(), (map(), def().questions), zone, &title, before, Vec::new())?;
    contacts.iter().try_for_each(|one| van.add(one))?;
    let (rows, memory, written) = van.finish()?;
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ok((text(rows), text(memory), written))
}

#[test]
fn rows_for_van_say_what_the_map_says() {
    let mut wrong = silent(2);
    wrong.wrong_number = true;
    let mut out = contact(3);
    out.opt_out = OptOut::Yes { by_word: true };
    let mut failed = silent(4);
    failed.delivery = Some(Delivery::Failed);
    let mut unsent = silent(5);
    (unsent.texted_at, unsent.last_text_at, unsent.delivery) = (None, None, None);
    // Opted out elsewhere, never texted here.
    unsent.opt_out = OptOut::Yes { by_word: true };
    let mut unknown = contact(6);
    unknown.listed.external_id = None;
    let (rows, _, written) = van(&[contact(1), wrong, out, failed, unsent, unknown], None).expect("rows");
    assert_eq!(
        rows,
        "Voter File VANID,Date Contacted,Phone Number,Canvass Result,2026 Turnout,Spanish speaker\n\
         VAN1,11/21/2026,2122000001,Canvassed,1 - Will vote,Yes\n\
         VAN2,11/21/2026,2122000002,Wrong Number,,\n\
         VAN3,11/21/2026,2122000003,Refused,1 - Will vote,Yes\n\
         VAN4,11/21/2026,2122000004,Texted,,\n"
    );
    assert_eq!(written, Written { rows: 4, unchanged: 0, without_id: 1, nothing: 1, words: 0 });
}

#[test]
fn what_was_typed_goes_by_its_name_and_into_its_own_column() {
    let mut questions = def().questions;
    questions[0].answers.push(Answer { value: "Other".into(), free: Some(Free::Text), ..Answer::default() });
    let mut said = contact(1);
    said.answers.insert("vote".into(), "=1+1 maybe".into());
    let mut map = map();
    map.question[0].answers.insert("Other".into(), "3 - Other".into());
    let written = |map: VanMap| {
        let (zone, title) = (TimeZone::UTC, title("https://x", CampaignId(1)));
        let none = None::<BufReader<&[u8]>>;
        let mut van = Van::new(Vec::new(), (map, questions.clone()), zone, &title, none, Vec::new()).expect("begun");
        van.add(&said).expect("written");
        van.add(&contact(2)).expect("written");
        let (rows, _, written) = van.finish().expect("written");
        (String::from_utf8(rows).expect("UTF-8"), written.words)
    };
    let (rows, left_out) = written(map.clone());
    assert!(rows.contains("Canvassed,3 - Other,Yes\n") && !rows.contains("maybe"), "{rows}");
    assert_eq!(left_out, 1);
    map.question[0].words = Some("Notes".into());
    let (rows, left_out) = written(map.clone());
    assert!(rows.contains("2026 Turnout,Notes,Spanish speaker\n"), "{rows}");
    assert!(rows.contains("Canvassed,3 - Other,'=1+1 maybe,Yes\n") && rows.contains("1 - Will vote,,Yes\n"), "{rows}");
    assert_eq!(left_out, 0);
    let faults = map.faults(&def());
    assert!(faults.errors.iter().any(|fault| fault.contains("nothing is typed")), "{faults:?}");
}

#[test]
fn a_row_goes_once_and_again_only_with_another_meaning() {
    let all = [silent(1), contact(2), silent(4)];
    let (first, memory, _) = van(&all, None).expect("rows");
    assert_eq!(first.lines().count(), 4);

    let (again, kept, written) = van(&all, Some(&memory)).expect("rows");
    assert_eq!((again.lines().count(), written.unchanged), (1, 3), "nothing is new");
    assert_eq!(kept, memory);

    // Texted later in the day: another date, the same meaning.
    let mut later = all.clone();
    later[1].last_text_at = Some(at("2026-11-29T04:40:00Z"));
    assert_eq!(van(&later, Some(&memory)).expect("rows").0.lines().count(), 1);

    // One answers, one is new, one left the campaign.
    let mut answered = silent(1);
    answered.answered_at = Some(at("2026-11-22T05:00:00Z"));
    let (rows, kept, written) = van(&[answered.clone(), silent(3), silent(4)], Some(&memory)).expect("rows");
    assert_eq!((written.rows, written.unchanged), (2, 1));
    assert!(rows.contains("VAN1,11/21/2026,2122000001,Canvassed") && rows.contains("VAN3,"), "{rows}");
    let ids: Vec<&str> = kept.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"], "who left stays remembered");
    // Should they come back as they were, there is nothing to say again.
    assert_eq!(van(&[answered, contact(2), silent(3), silent(4)], Some(&kept)).expect("rows").2.rows, 0);
}

#[test]
fn what_was_remembered_of_something_else_is_refused() {
    let refused = |before: &str| van(&[], Some(before)).expect_err("refused").to_string();
    assert!(refused("").contains("line 1") && refused("phone,how\n").contains("line 1"));
    let of_another = title("https://x", CampaignId(2));
    assert!(refused(&of_another).contains("campaign 2 of https://x"), "{}", refused(&of_another));
    let cut = format!("{}\n1 abc\n", title("https://x", CampaignId(1)));
    assert!(refused(&cut).contains("line 2"), "{}", refused(&cut));
}

#[test]
fn a_map_is_held_against_the_campaign() {
    assert_eq!(map().faults(&def()).errors, Vec::<String>::new());
    assert_eq!(map().faults(&def()).warnings, ["the question `help` goes nowhere"]);
    let mut odd = map();
    odd.question[0].answers.remove("No");
    odd.question[0].answers.insert("Maybe".into(), "3".into());
    odd.tag[0].tag = "spansh".into();
    odd.tag[0].column = "2026 Turnout".into();
    odd.result = van_map::Results::default();
    let faults = odd.faults(&def());
    for words in ["[result]", "stands twice", "no answer `Maybe`", "no tag `spansh`"] {
        assert!(faults.errors.iter().any(|fault| fault.contains(words)), "{words}: {faults:?}");
    }
    assert!(faults.warnings.iter().any(|one| one.contains("`No`")), "{faults:?}");
    let bare = CampaignDef::default();
    let faults = map().faults(&bare).errors;
    assert_eq!(faults.iter().filter(|one| one.ends_with("; it has none")).count(), 2, "{faults:?}");
    let unread = VanMap::read("[result]\ntexted = \"x\"\nfoo = 1\n").expect_err("an unknown key");
    assert!(unread.contains("foo") && unread.contains("line 3"), "{unread}");
}

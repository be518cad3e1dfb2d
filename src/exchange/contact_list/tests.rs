//! Tests of [`super`].

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

use super::aliases::{ALIASES, fold_header};
use super::*;
use crate::domain::household;

fn read(text: &str) -> Result<ContactList, Vec<FileProblem>> {
    parse(Path::new("l.csv"), text.as_bytes(), &Options::default())
}

fn shown(problems: &[FileProblem]) -> Vec<String> {
    problems.iter().map(|p| p.to_string().replace("l.csv", "")).collect()
}

#[test]
fn tables_are_read() {
    assert!(ALIASES.is_some());
    let all: Vec<String> = ALIASES
        .iter()
        .flat_map(|a| {
            [
                &a.first_name,
                &a.last_name,
                &a.external_id,
                &a.zip,
                &a.state,
                &a.language,
                &a.time_zone,
                &a.phone_kind,
                &a.consent_date,
                &a.consent_wording,
                &a.consent_source,
            ]
            .into_iter()
            .chain(a.phone.values())
        })
        .flatten()
        .cloned()
        .collect();
    for alias in &all {
        assert_eq!(fold_header(alias), *alias, "aliases are written folded, or they would never match");
    }
    let unique: BTreeSet<&String> = all.iter().collect();
    assert_eq!(unique.len(), all.len(), "no alias stands for two things");
}

#[test]
fn a_row_in_full() {
    let list = read(
        "VANID,First Name,LastName,Cell Phone,Work Phone,Zip5,State,Idioma,Time Zone,polling place\n\
         77,MARIA,DE LA CRUZ,(212) 200-0002,2125550100,2134,ma,Español,eastern,\"PS 1, Room\t2\u{1b}[2J\"\n",
    )
    .unwrap();
    assert_eq!(list.problems, []);
    assert_eq!(list.columns, ["Work Phone", "polling place"]);
    assert_eq!(
        list.contacts,
        [Contact {
            external_id: Some("77".into()),
            first_name: "Maria".into(),
            last_name: "de la Cruz".into(),
            phone: Phone::from_e164("+12122000002").unwrap(),
            zip: Some("02134".into()),
            state: Some("MA".into()),
            language: Some("es".into()),
            time_zone: Some("America/New_York".into()),
            fields: BTreeMap::from([
                ("Work Phone".into(), "2125550100".into()),
                ("polling place".into(), "PS 1, Room 2␛[2J".into())
            ]),
            consent: None,
        }]
    );
}

#[rstest]
#[case::spoke("firstName,lastName,cell\nAna,Ruiz,2122000002\n")]
#[case::tabs("First\tLast\tMobile Number\nAna\tRuiz\t212-200-0002\n")]
#[case::semicolons("fname;lname;phone #\nAna;Ruiz;+12122000002\n")]
#[case::pipes("given_name|surname|Preferred Phone\nAna|Ruiz|12122000002\n")]
#[case::excel_hint("sep=;\nfirst name;last name;cell\nAna;Ruiz;2122000002\n")]
#[case::full_name("Name,Phone\nAna Ruiz,2122000002\n")]
#[case::full_name_turned("\"Name\",Phone\n\"RUIZ, ANA\",2122000002\n")]
#[case::quotes_and_crlf("\"firstName\",\"lastName\",\"cell\"\r\n\"Ana\",\"Ruiz\",\"2122000002\"\r\n\r\n")]
#[case::spanish("Nombre,Apellidos,Teléfono\nAna,Ruiz,2122000002")]
#[case::null_last("firstName,lastName,cell,note\nana,ruiz,2122000002,\n,,,\n")]
fn shapes(#[case] text: &str) {
    let list = read(text).unwrap();
    assert_eq!(list.problems, []);
    let people: Vec<_> =
        list.contacts.iter().map(|c| (c.first_name.as_str(), c.last_name.as_str(), c.phone.as_str())).collect();
    assert_eq!(people, [("Ana", "Ruiz", "+12122000002")]);
}

#[test]
fn encodings() {
    let text = "firstName,cell\nJosé,2122000002\n";
    let wide = |big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    let with = |mark: &[u8], rest: Vec<u8>| mark.iter().copied().chain(rest).collect::<Vec<u8>>();
    for (bytes, warned) in [
        (with(b"\xef\xbb\xbf", text.as_bytes().to_vec()), 0),
        (with(b"\xff\xfe", wide(false)), 0),
        (with(b"\xfe\xff", wide(true)), 0),
        (wide(false), 0),
        (wide(true), 0),
        (b"firstName,cell\nJos\xe9,2122000002\n".to_vec(), 1),
    ] {
        let list = parse(Path::new("l.csv"), &bytes, &Options::default()).unwrap();
        assert_eq!(list.contacts[0].first_name, "José");
        assert_eq!(list.problems.len(), warned, "{bytes:?}");
    }
}

#[test]
fn each_bad_row_says_why() {
    let list = read(
        "firstName,cell,language,tz\nAna,2122000002,en,\nBen,,,\nCy,2.122E+09,,\nDi,800-555-0123,,\nEd,2122000003,klingon,Mars\n\
         Flo,(212) 200-0002,,\nGus,2122000004,klingon,,extra\nHal,12345,,\n,2122000005,es-MX,\n",
    )
    .unwrap();
    let people: Vec<_> = list.contacts.iter().map(|c| c.first_name.as_str()).collect();
    assert_eq!(people, ["Ana", "Ed", ""]);
    assert_eq!((list.duplicates, list.shared), (1, 1));
    assert_eq!(list.contacts[2].language.as_deref(), Some("es"));
    assert_eq!(
        shown(&list.problems),
        [
            ":3: warning in `cell`: no number. Fill in a mobile number or leave the row out.",
            ":4: warning in `cell`: a spreadsheet shortened this number, its last digits are lost (`2.122E+09`). Export the list again with the number column formatted as text (in Excel: Format Cells, Text, before opening the file).",
            ":5: warning in `cell`: this is a toll-free number, not a person's (`800-555-0123`). Give the person's own mobile number or leave the row out.",
            ":6: warning in `language`: `klingon` is not a language textbank knows; the main language is used. Write a tag such as en or es.",
            ":6: warning in `timezone`: `Mars` is not a time zone; it is left out. Write a name such as America/Chicago.",
            ":8: warning in `row`: this row has 5 cells, the header has 4; it is left out. A comma in a value needs quotes around the value.",
            ":9: warning in `cell`: no such number can exist (`12345`). Check the digits: a US number has an area code and seven digits; others begin with + and the country code.",
        ]
    );
}

#[rstest]
#[case("who,where\nAna,here\n", &[
    ":1: error in `firstName`: no column holds first names; the columns are `who`, `where`. Name one of them `firstName`, or say which it is: --map COLUMN=firstName",
    ":1: error in `cell`: no column holds telephone numbers; the columns are `who`, `where`. Name one of them `cell`, or say which it is: --map COLUMN=cell",
])]
#[case("Ana,Ruiz,2122000002\nBen,Ode,2122000003\n", &[
    ":1: error in `header`: the first row holds a contact, not the names of the columns. Add a first row such as: firstName,lastName,cell (or say what they are: --no-header --map 1=firstName --map 3=cell)",
])]
#[case("firstName,cell\n", &[": error: there are no contacts in this list. It has a header row only: export it again."])]
#[case("a\u{0}\u{1}bcdefghijklm", &[": error: this is not a text file. Save it as CSV (in Excel: Save As, CSV UTF-8)."])]
fn refused(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(shown(&read(text).unwrap_err()), expected);
}

#[rstest]
#[case("\n")]
#[case("\r\n")]
fn a_problem_names_its_line(#[case] end: &str) {
    let text = ["firstName,cell", "Ana,2122000002", "\"Ben\nB\",1", "", "", "Cy,2", "Di,3"].join(end);
    let lines: Vec<_> = read(&text).unwrap().problems.iter().filter_map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 7, 8]);
}

#[test]
fn columns_without_a_name_or_with_one_twice() {
    let list = read("firstName,cell,city,,City\nAna,2122000002,A,B,C\n").unwrap();
    assert_eq!(list.columns, ["city"]);
    assert_eq!(list.problems.len(), 2);
    assert_eq!(list.contacts[0].fields, BTreeMap::from([("city".into(), "A".into())]));
}

#[rstest]
#[case::the_cell_before_the_home("homePhone,cell", "2122000009,2122000002", "cell")]
#[case::home_when_there_is_no_cell("homePhone,cell", "2122000002,", "homePhone")]
#[case::a_bad_cell_is_passed_over("cell,homePhone", "12,2122000002", "homePhone")]
#[case::verified_before_all("phone,cell,verified_cell", "2122000008,2122000009,2122000002", "verified_cell")]
#[case::the_list_says_landline("cell,cell status,phone", "2122000009,Landline,2122000002", "phone")]
#[case::the_list_says_mobile("mobile,phone,phone type", "2122000009,2122000002,Cell", "phone")]
#[case::all_sorts_stand_before("phone type,phone,cell type,cell", "mobile,2122000002,landline,2122000009", "phone")]
#[case::two_columns_of_one_name("cell,cell status,cell,cell status", "2122000002,cell,2122000009,landline", "cell")]
#[case::it_says_something_else("mobile,phone,phone type", "2122000002,2122000009,who knows", "mobile")]
fn the_surest_number_of_a_row_is_taken(#[case] header: &str, #[case] row: &str, #[case] column: &str) {
    let list = read(&format!("firstName,{header}\nAna,{row}\n")).unwrap();
    assert_eq!(list.contacts[0].phone.as_str(), "+12122000002");
    let chosen: Vec<&str> = list.understood.iter().filter(|c| c.chosen > 0).map(|c| c.header.as_str()).collect();
    assert_eq!(chosen, [column]);
}

#[test]
fn a_number_that_the_list_calls_a_landline_is_left_out() {
    let list = read("firstName,phone,phone type\nAna,2122000002,landline\nBen,2122000003,cell\n").unwrap();
    assert_eq!(
        shown(&list.problems),
        [
            ":2: warning in `phone`: the list says that this is a landline (`2122000002`). It gets no texts: give a mobile number or leave the row out."
        ]
    );
}

#[test]
fn people_who_share_a_number_get_one_text_and_all_their_ids_are_kept() {
    let list =
        read("id,name,cell\n1,Ana,2122000002\n2,Ben,2122000002\n1,Ana,2122000002\n3,Cy,2122000002\n2,Ben,2122000002\n");
    let list = list.unwrap();
    assert_eq!((list.rows, list.contacts.len(), list.duplicates, list.shared), (5, 1, 4, 3));
    assert_eq!(list.contacts[0].fields[household::IDS], "2;3");
    assert_eq!(list.contacts[0].fields[household::NAMES], "Ben;Cy");
}

#[rstest]
#[case("firstName,cell,note\nAna,2122000002,\"5 foot\nBen,2122000003,x\nCy,2122000004,\"\n")]
#[case("firstName,cell,note\nZoe,2122000009,\nAna,2122000002,\"5 foot\r\nBen,2122000003\r\n")]
fn a_quote_that_nobody_closes_swallows_nobody(#[case] text: &str) {
    let problems = shown(&read(text).unwrap_err());
    let line = 1 + text.lines().take_while(|line| !line.starts_with("Ana")).count();
    assert_eq!(
        problems,
        [format!(
            ":{line}: error: a quote that begins in this row is not closed: the rows after it would be taken for a part of it. Close the quote or take it out, or export the list again."
        )]
    );
}

#[test]
fn a_cell_may_have_several_lines() {
    let list = read("firstName,cell,note\nAna,2122000002,\"tall,\nnice\"\nBen,2122000003,x\n").unwrap();
    assert_eq!((list.contacts.len(), list.problems.len()), (2, 0));
}

#[rstest]
#[case("nobody=cell", ":1: error in `map`: there is no column `nobody`; the columns are `a`, `b`. Correct --map.")]
#[case("3=cell", ":1: error in `map`: there is no column `3`; the columns are `a`, `b`. Correct --map.")]
#[case("a=firstName,b=firstName", ":1: error in `map`: `b` is mapped twice. Say it once, for one column.")]
fn a_mapping_that_cannot_be_meant_says_so(#[case] map: &str, #[case] problem: &str) {
    let map = map.split(',').map(|word| word.parse().unwrap()).collect();
    let options = Options { map, ..Options::default() };
    let problems = parse(Path::new("l.csv"), b"a,b\nAna,2122000002\n", &options).unwrap_err();
    assert_eq!(shown(&problems)[0], problem);
}

/// Sees nothing.
struct Blind;

impl Visitor for Blind {
    fn contact(&mut self, _contact: &Contact) -> io::Result<()> {
        Ok(())
    }

    fn rejected(&mut self, _headers: &[String], _row: Rejected) -> io::Result<()> {
        Ok(())
    }
}

/// A list on the disk, as it is read when it is not held.
fn streamed(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf, ContactList, Surveyed) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.csv");
    std::fs::write(&path, bytes).unwrap();
    let (list, surveyed) = survey(&path, &Options::default(), &mut Blind).unwrap();
    (dir, path, list, surveyed)
}

fn handed_out(surveyed: &mut Surveyed) -> Result<Vec<Contact>, Box<FileProblem>> {
    let mut all = Vec::new();
    surveyed.each(&mut |contact| {
        all.push(contact);
        true
    })?;
    Ok(all)
}

/// Longer than any block in which it is read, with letters of two bytes at every place of it.
fn long() -> String {
    let mut text = "id,firstName,cell,note\n".to_owned();
    for n in 0..6_000 {
        let number = 2_000_000 + n % 5_900;
        text.push_str(&format!("{n},José{},212{number},\"{}\"\n", "é".repeat(n % 7), "ñ".repeat(n % 11)));
    }
    text
}

#[test]
fn what_is_handed_out_is_what_would_be_held() {
    let text = long();
    let held = read(&text).unwrap();
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let narrow = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    for bytes in [text.into_bytes(), wide, narrow] {
        let (_dir, _, list, mut surveyed) = streamed(&bytes);
        assert_eq!((list.contacts.len(), list.texted, list.duplicates, list.shared), (0, 5_900, 100, 100));
        assert!(handed_out(&mut surveyed).unwrap() == held.contacts);
        // As often as wanted.
        assert!(handed_out(&mut surveyed).unwrap() == held.contacts);
    }
    assert_eq!(held.contacts[3].fields[household::IDS], "5903");
}

#[test]
fn those_who_share_a_number_are_handed_out_by_themselves() {
    let rows =
        b"id,name,cell\n1,Ana,2122000002\n2,Ben,2122000002\n1,Ana,2122000002\n,Cy,2122000002\n5,Dee,2122000003\n";
    let (_dir, _, _, mut surveyed) = streamed(rows);
    assert!(surveyed.has_shared());
    let mut names = Vec::new();
    let take = &mut |one: Contact| {
        names.push(one.first_name);
        true
    };
    surveyed.each_shared(take).unwrap();
    assert_eq!(names, ["Ben", "Cy"]);
    let (_dir, _, _, alone) = streamed(b"id,name,cell\n1,Ana,2122000002\n1,Ana,2122000002\n");
    assert!(!alone.has_shared());
}

#[test]
fn a_list_that_is_changed_meanwhile_is_noticed() {
    let text = long();
    let (_dir, path, _, mut surveyed) = streamed(text.as_bytes());
    std::fs::write(&path, text.replace("José,2122000000", "Josè,2122000000")).unwrap();
    assert!(handed_out(&mut surveyed).unwrap_err().what.contains("changed"));
}

#[test]
fn of_many_problems_the_first_are_kept_and_all_are_counted() {
    let mut text = "firstName,cell\nAna,2122000002\n".to_owned();
    for _ in 0..1_500 {
        text.push_str("Ben,12\n");
    }
    let list = read(&text).unwrap();
    assert_eq!((list.rejected, list.problems.len(), list.more_problems), (1_500, MOST_PROBLEMS, 500));
}

#[test]
fn a_row_without_an_end_is_not_held_whole() {
    let mut text = "firstName,cell,note\nZoe,2122000009,\nAna,2122000002,\"5 foot\n".to_owned();
    text.push_str(&"not a row\n".repeat(400_000));
    let problems = shown(&read(&text).unwrap_err());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with(":3: error: a quote that begins in this row is not closed"), "{problems:?}");
}

#[test]
fn consent_is_read_row_by_row_and_asked_for_where_the_law_does() {
    let text = "firstName,cell,opt_in_date,Opt-in Source\nAna,2122000002,6/4/2026,web form\nBen,2122000003,soon,web form\n\
                Cy,+447400123456,,\nDi,+447400123457,6/4/2026,rally\n";
    let list = read(text).unwrap();
    let day = Some(jiff::civil::date(2026, 6, 4));
    let told: Vec<_> =
        list.contacts.iter().map(|c| c.consent.as_ref().map(|own| (own.date, own.source.as_str()))).collect();
    assert_eq!(told, [Some((day, "web form")), Some((None, "web form")), Some((day, "rally"))]);
    assert_eq!(list.problems.len(), 2);
    assert!(
        shown(&list.problems)[1].starts_with(":4: warning in `cell`: no evidence of consent, which the United Kingdom")
    );
    // Everybody's, where the campaign's law asks for it; what is said of the list stands for who says nothing.
    let with = |consent| Options { consent_needed: true, consent, ..Options::default() };
    let texted = |options: &Options| parse(Path::new("l.csv"), text.as_bytes(), options).unwrap().texted;
    assert_eq!(texted(&with(None)), 2);
    assert_eq!(texted(&with(Some(Consent { date: day, source: "form".into(), ..Consent::default() }))), 4);
}

proptest! {
    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(Path::new("l.csv"), &bytes, &Options::default());
    }

    #[test]
    fn every_row_is_accounted_for(rows in prop::collection::vec(("[A-Z][a-z\u{1b}\u{202e}\"]{0,8}", 2_000_000u32..2_000_040), 1..60)) {
        let mut text = "firstName,cell\n".to_owned();
        for (name, line) in &rows {
            text.push_str(&format!("{name},212{line}\n"));
        }
        let list = read(&text).unwrap();
        let total = list.contacts.len() as u64 + list.duplicates + list.rejected;
        prop_assert_eq!(total, rows.len() as u64);
        prop_assert_eq!(list.rows, total);
        prop_assert_eq!(list.rejected_rows.len() as u64, list.rejected);
        let harmless = |c: &Contact| !c.first_name.contains(['\u{1b}', '\u{202e}']);
        prop_assert!(list.contacts.iter().all(harmless));
    }
}

#[test]
fn a_list_of_numbers_alone_needs_no_names() {
    let text = "phone,opted_out_at,how,reason,by\n+14155550101,2026-11-01T00:00:00Z,by_word,stop,\n";
    assert!(parse(Path::new("l.csv"), text.as_bytes(), &Options::default()).is_err());
    let options = Options { numbers_only: true, ..Options::default() };
    let list = parse(Path::new("l.csv"), text.as_bytes(), &options).expect("a list");
    assert_eq!(list.contacts.iter().map(|one| one.phone.as_str()).collect::<Vec<_>>(), ["+14155550101"]);
    assert_eq!(list.rejected, 0);
}

/// That somebody died is of them alone; all else is of the number, and so of everybody there.
#[rstest]
#[case("is_deceased", "true", true)]
#[case("status", "Deceased", true)]
#[case("opted_out", "true", false)]
#[case("status", "Opted Out", false)]
fn the_living_are_texted_at_the_number_of_the_dead(#[case] column: &str, #[case] says: &str, #[case] texted: bool) {
    let rows = format!("id,firstName,cell,{column}\nd1,Dad,2125550171,{says}\nd2,Mom,2125550171,\nd3,Cy,2125550172,\n");
    let names: Vec<_> = read(&rows).unwrap().contacts.into_iter().map(|one| one.first_name).collect();
    assert_eq!(names, if texted { vec!["Mom", "Cy"] } else { vec!["Cy"] });
}

#[test]
fn what_a_list_says_of_a_number_holds() {
    let list = read(
        "firstName,Cell Phone,Cell Phone Status,Home Phone,Home Phone Type\nA,2125550121,Disconnected,,\n\
         B,2125550122,Wrong Number,2125550132,\nC,2125550123,Opt Out,,\nD,,,2125550124,Landline\nE,2125550123,Active,,\n\
         F,2125550122,Active,,\n",
    )
    .unwrap();
    let read: Vec<_> = list.contacts.iter().map(|one| (one.first_name.as_str(), &one.phone.as_str()[9..])).collect();
    assert_eq!(read, [("B", "132"), ("F", "122")]);
    let told = shown(&list.problems).join("\n");
    for says in
        ["this number is of no use", "this number gets no texts", "this is a landline", "another row of the list"]
    {
        assert!(told.contains(says), "{told}");
    }
}

/// CallHub's flags, Action Network's word, our own export: of a list of opt-outs just those who opted out of texts are read.
#[rstest]
#[case("phone_number,call,text\n2125550102,1,0\n2125550103,0,1\n2125550104,1,1\n", &["03", "04"])]
#[case("can2_phone,can2_sms_status\n2125550102,subscribed\n2125550103,unsubscribed\n", &["03"])]
#[case("phone,opted_out\n2125550102,\n2125550103,TRUE\n", &["03"])]
#[case::an_empty_cell_among_noes("phone_number,call,text\n2125550102,1,0\n2125550103,0,1\n2125550104,,\n", &["03", "04"])]
#[case("phone,status\n2125550102,delivered\n2125550103,Opted Out\n", &["02", "03"])]
#[case("phone,mobile_opt_in\n2125550102,true\n2125550103,false\n", &["03"])]
#[case::what_voters_wrote("phone,text,date\n2125550102,\"Please stop texting me\",x\n2125550103,UNSUBSCRIBE,x\n2125550104,no,x\n2125550105,,\n", &["02", "03", "04", "05"])]
#[case::days("phone,opt_out_date\n2125550102,\"May 2, 2026\"\n2125550103,46144\n2125550104,2026-05-02\n2125550105,\n", &["02", "03", "04", "05"])]
#[case::other_words("phone,opt_out\n2125550102,SMS\n2125550103,opted-out by text\n2125550104,✓\n2125550105,0\n2125550106,0.0\n", &["02", "03", "04"])]
#[case::a_status_not_known("phone,sms_status\n2125550102,bouncing\n2125550103,subscribed\n2125550104,\n", &["02", "04"])]
#[case::said_by_the_other_column("phone,opted_out,opt_out_date\n2125550102,no,2026-05-02\n2125550103,no,\n", &["02"])]
#[case::a_landline("landline\n2125550102\n", &["02"])]
#[case::a_column_that_says_nothing("phone,opted_out\n2125550102,\n2125550103,n/a\n", &["02", "03"])]
fn of_a_list_of_opt_outs_those_who_opted_out_are_read(#[case] text: &str, #[case] ends: &[&str]) {
    let options = Options { numbers_only: true, ..Options::default() };
    let list = parse(Path::new("l.csv"), text.as_bytes(), &options).unwrap();
    let read: Vec<_> = list.contacts.iter().map(|one| one.phone.as_str()[10..].to_owned()).collect();
    assert_eq!(read, ends);
    assert_eq!(list.rows, list.texted + list.rejected);
}

#[test]
fn whoever_opted_out_did_so_with_all_their_numbers() {
    let options = Options { numbers_only: true, ..Options::default() };
    let text = "cell,home phone\n2125550102,2125550103\n2125550102,2125550104\n,2125550105\n2125550106,12\n";
    let list = parse(Path::new("l.csv"), text.as_bytes(), &options).unwrap();
    let ends = |phones: Vec<&Phone>| phones.iter().map(|one| one.as_str()[10..].to_owned()).collect::<Vec<_>>();
    assert_eq!(ends(list.contacts.iter().map(|one| &one.phone).collect()), ["02", "05", "06"]);
    assert_eq!(ends(list.more_numbers.iter().collect()), ["03", "04"]);
    let nobody = parse(Path::new("l.csv"), b"cell,opted_out\n2125550102,no\n", &options).unwrap_err();
    assert!(shown(&nobody).last().unwrap().contains("says that somebody gets no texts"), "{nobody:?}");
    assert!(read("firstName,cell,home\nAna,2122000002,2122000003\n").unwrap().more_numbers.is_empty());
}

#[test]
fn a_column_called_landline_may_say_yes_and_no() {
    let list = read("firstName,phone,Landline\nAl,2122000002,yes\nBo,2122000003,no\nCy,2122000004,\n").unwrap();
    assert_eq!((list.texted, list.rejected), (2, 1));
    assert_eq!(list.understood[2].meaning, Meaning::NoTexts);
    // One of numbers is one of numbers, and an empty one says nothing; what somebody has said of a column stands.
    let numbers = read("firstName,phone,Landline\nAl,2122000002,2122000009\nBo,2122000003,no\n").unwrap();
    assert_eq!((numbers.texted, numbers.rejected), (2, 0));
    assert_eq!(read("firstName,phone,Landline\nAl,2122000002,\n").unwrap().texted, 1);
    let map = vec!["Landline=home phone".parse().unwrap()];
    let text = "firstName,phone,Landline\nAl,2122000002,yes\n";
    let told = parse(Path::new("l.csv"), text.as_bytes(), &Options { map, ..Options::default() }).unwrap();
    assert_eq!(told.texted, 1);
}

#[test]
fn the_only_number_of_a_row_is_of_the_sort_that_the_row_says() {
    let list = read(
        "firstName,cell,Home Phone,phone_type\nBob,2122000002,,Landline\nDee,2122000003,2122000004,Landline\nEd,2122000005,,Cell\n",
    )
    .unwrap();
    let ends: Vec<_> = list.contacts.iter().map(|one| &one.phone.as_str()[10..]).collect();
    assert_eq!((ends, list.rejected), (vec!["03", "05"], 1));
    // The sort of the home phone says nothing of a cell.
    let list = read("firstName,cell,Home Phone,Home Phone Type\nBob,2122000002,,Landline\n").unwrap();
    assert_eq!(list.texted, 1);
}

#[test]
fn na_is_a_name_where_few_are_called_so() {
    let name = |list: &ContactList| list.contacts[0].first_name.clone();
    let few = format!(
        "firstName,cell\nNa,2122000002\n{}",
        (10..40).map(|n| format!("Ana,21220000{n}\n")).collect::<String>()
    );
    assert_eq!(name(&read(&few).unwrap()), "Na");
    assert_eq!(name(&read("firstName,cell\nNa,2122000002\nAna,2122000003\n").unwrap()), "Na");
    assert_eq!(name(&read("firstName,cell\nNA,2122000002\nna,2122000003\nAna,2122000004\n").unwrap()), "");
    assert_eq!(name(&read("firstName,cell\nN/A,2122000002\nAna,2122000003\n").unwrap()), "");
}

#[test]
fn a_list_that_was_put_there_as_a_whole_is_read_as_a_whole() {
    let options = Options { numbers_only: true, every_row: true, ..Options::default() };
    let text = "phone,opted_out\n2125550102,no\n2125550103,yes\n2125550104,\n";
    assert_eq!(parse(Path::new("l.csv"), text.as_bytes(), &options).unwrap().texted, 3);
}

#[test]
fn no_consent_is_asked_of_those_who_opted_out() {
    let options = Options { numbers_only: true, consent_needed: true, ..Options::default() };
    let list = parse(Path::new("l.csv"), b"phone\n2125550102\n+14165550103\n", &options).unwrap();
    assert_eq!((list.texted, list.rejected), (2, 0));
}

/// In a column that says "no texts" all that is no clear no counts.
#[rstest]
#[case("opted_out", "May 2, 2026", false)]
#[case("opted_out", "Unsubscribed", false)]
#[case("opted_out", "removed", false)]
#[case("is_landline", "yes", false)]
#[case("is_landline", "no", true)]
#[case("opted_out", "✓", false)]
#[case("opted_out", "46144", false)]
#[case("opted_out", "N", true)]
#[case("opted_out", "0.0", true)]
#[case("opt_out_date", "0000-00-00", true)]
#[case("opted_out", "-", true)]
#[case("opted_out", "N/A", true)]
#[case("opted_out", "Subscribed", true)]
#[case("mobile_opt_in", "No, thank you", false)]
#[case("mobile_opt_in", "Stop texting", false)]
#[case("mobile_opt_in", "2026-05-02", true)]
#[case("sms_status", "Opted out by text", false)]
#[case("sms_status", "STOP ALL", false)]
#[case("sms_status", "not opted out", true)]
#[case("sms_status", "bouncing", true)]
#[case("status", "remove", false)]
#[case("status", "supporter", true)]
fn what_a_cell_says_of_texts(#[case] header: &str, #[case] cell: &str, #[case] texted: bool) {
    let list = read(&format!("firstName,cell,{header}\nAna,2122000002,\"{cell}\"\nBo,2122000003,\n")).unwrap();
    assert_eq!((list.texted, list.rejected), (1 + u64::from(texted), u64::from(!texted)));
    let told = shown(&list.problems);
    let expected = usize::from(!texted || cell == "bouncing");
    assert_eq!(told.iter().filter(|line| line.contains(cell)).count(), expected, "{told:?}");
}

#[test]
fn why_a_number_was_taken_is_said_of_each_row() {
    #[derive(Default)]
    struct Why(Vec<String>);
    impl Visitor for Why {
        fn contact(&mut self, _contact: &Contact) -> io::Result<()> {
            Ok(())
        }

        fn rejected(&mut self, _headers: &[String], _row: Rejected) -> io::Result<()> {
            Ok(())
        }

        fn wants_reasons(&self) -> bool {
            true
        }

        fn number(&mut self, reason: NumberReason) {
            self.0.push(reason.to_string());
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.csv");
    let said = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let mut why = Why::default();
        drop(survey(&path, &Options::default(), &mut why).unwrap());
        why.0
    };
    assert_eq!(
        said(
            "firstName,cell,cell type,phone,landline\nAna,2122000002,Landline,2122000003,2122000004\nBo,2122000005,,2122000006,\nCy,,,2122000007,\n"
        ),
        [
            "number from `phone` (phone); not `cell`: the list says that this is a landline (`2122000002`), `landline`: the list says that this is a landline (`2122000004`)",
            "number from `cell` (cell); not `phone`: phone, less sure",
            "number from `phone` (phone)",
        ]
    );
    assert_eq!(said("firstName,cell\nAna,2122000002\n"), [""; 0], "one column needs no words");
}

#[rstest]
#[case::before("Ann,2125550102,yes\nBob,2125550102,no\nCy,2125550103,no\n")]
#[case::behind("Bob,2125550102,no\nCy,2125550103,no\nAnn,(212) 555-0102,yes\n")]
fn nobody_is_texted_at_a_number_that_another_row_takes_out(#[case] rows: &str) {
    let text = format!("firstName,cell,opted_out\n{rows}");
    let list = read(&text).unwrap();
    let names: Vec<&str> = list.contacts.iter().map(|contact| contact.first_name.as_str()).collect();
    assert_eq!(names, ["Cy"]);
    assert!(
        shown(&list.problems).iter().any(|said| said.contains("another row of the list says")),
        "{:?}",
        list.problems
    );
}

#[test]
fn a_word_about_calls_is_pointed_out_and_leaves_nobody_out() {
    let text = "firstName,cell,Do Not Call\nAna,2122000002,yes\nBen,2122000003,no\nCy,2122000004,1\n";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("l.csv");
    std::fs::write(&file, text).unwrap();
    let list = load_with(&file, &Options::default()).expect("a list");
    assert_eq!((list.contacts.len(), list.problems.len()), (3, 1));
    let told = list.problems[0].to_string();
    assert!(told.contains("about calls") && told.contains("--map \"Do Not Call=no_texts\""), "{told}");
    let map = vec!["Do Not Call=no_texts".parse().unwrap()];
    let list = load_with(&file, &Options { map, ..Options::default() }).expect("a list");
    assert_eq!(list.contacts.len(), 1);
}

#[test]
fn no_column_stands_where_the_program_keeps_who_shares_a_number() {
    let text = "firstName,cell,household_ids,other\nAna,2122000002,h9,x\nBen,2122000003,,y\n";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("l.csv");
    std::fs::write(&file, text).unwrap();
    for map in [vec![], vec!["other=household_removed".parse().unwrap()]] {
        let many = 1 + map.len();
        let list = load_with(&file, &Options { map, ..Options::default() }).expect("a list");
        assert!(list.contacts.iter().all(|one| !one.fields.keys().any(|name| household::is_own(name))));
        assert_eq!((list.contacts.len(), list.problems.len()), (2, many));
    }
}

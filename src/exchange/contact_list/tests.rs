//! Tests of [`super`].

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn read(text: &str) -> Result<ContactList, Vec<FileProblem>> {
    parse(Path::new("l.csv"), text.as_bytes(), "US")
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
            [&a.first_name, &a.last_name, &a.phone, &a.external_id, &a.zip, &a.state, &a.language, &a.time_zone]
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
        "VANID,First Name,LastName,Cell Phone,HomePhone,Zip5,State,Idioma,Time Zone,polling place\n\
         77,MARIA,DE LA CRUZ,(212) 200-0002,2125550100,2134,ma,Español,eastern,\"PS 1, Room\t2\u{1b}[2J\"\n",
    )
    .unwrap();
    assert_eq!(list.problems, []);
    assert_eq!(list.columns, ["HomePhone", "polling place"]);
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
                ("HomePhone".into(), "2125550100".into()),
                ("polling place".into(), "PS 1, Room 2␛[2J".into())
            ]),
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
        let list = parse(Path::new("l.csv"), &bytes, "US").unwrap();
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
    assert_eq!(list.duplicates, 1);
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
    ":1: error in `firstName`: no column holds first names; the columns are `who`, `where`. Name one of them `firstName`.",
    ":1: error in `cell`: no column holds telephone numbers; the columns are `who`, `where`. Name one of them `cell`.",
])]
#[case("Ana,Ruiz,2122000002\nBen,Ode,2122000003\n", &[
    ":1: error in `header`: the first row holds a contact, not the names of the columns. Add a first row such as: firstName,lastName,cell",
])]
#[case("firstName,cell\n", &[": error: there are no contacts in this list. It has a header row only: export it again."])]
#[case("PK\u{3}\u{4}xl", &[": error: this is a spreadsheet file, not CSV. Save it as CSV (in Excel: Save As, CSV UTF-8)."])]
#[case("a\u{0}\u{1}bcdefghijklm", &[": error: this is not a text file. Save it as CSV (in Excel: Save As, CSV UTF-8)."])]
fn refused(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(shown(&read(text).unwrap_err()), expected);
}

#[test]
fn columns_without_a_name_or_with_one_twice() {
    let list = read("firstName,cell,city,,City\nAna,2122000002,A,B,C\n").unwrap();
    assert_eq!(list.columns, ["city"]);
    assert_eq!(list.problems.len(), 2);
    assert_eq!(list.contacts[0].fields, BTreeMap::from([("city".into(), "A".into())]));
}

proptest! {
    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(Path::new("l.csv"), &bytes, "US");
    }

    #[test]
    fn every_row_is_accounted_for(rows in prop::collection::vec(("[A-Z][a-z\u{1b}\u{202e}]{0,8}", 2_000_000u32..2_000_040), 1..60)) {
        let mut text = "firstName,cell\n".to_owned();
        for (name, line) in &rows {
            text.push_str(&format!("{name},212{line}\n"));
        }
        let list = read(&text).unwrap();
        let total = list.contacts.len() + usize::try_from(list.duplicates).unwrap() + list.problems.len();
        prop_assert_eq!(total, rows.len());
        let harmless = |c: &Contact| !c.first_name.contains(['\u{1b}', '\u{202e}']);
        prop_assert!(list.contacts.iter().all(harmless));
    }
}

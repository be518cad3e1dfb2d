//! Tests of [`super`].

use std::path::Path;

use pretty_assertions::assert_eq;

use super::*;
use crate::exchange::{campaign_file, contact_list};

fn report(initial: &str, list: &str) -> CheckReport {
    showing("poling_place", initial, list)
}

fn showing(field: &str, initial: &str, list: &str) -> CheckReport {
    let text = format!(
        "[campaign]\ntitle = \"T\"\norganization = \"Org\"\nvisible_fields = [\"{field}\"]\n\
         [[initial]]\nname = \"a\"\ntext = \"{initial}\"\n"
    );
    let (def, _) = campaign_file::parse(Path::new("c.toml"), &text).unwrap();
    check(&def, &contact_list::parse(Path::new("l.csv"), list.as_bytes(), &contact_list::Options::default()).unwrap())
}

const LIST: &str = "firstName,cell,polling_place,language\nAna,2122000002,School,\nZoë,3122000003,,\n李,6462000004,Hall,es\n,2122000005,Hall,\n,2122000005,Hall,\n";

#[test]
fn everything_about_a_list() {
    let found = report("Hi {firstName}, go to {pollingplace} or {place} or {town/here}. Org, STOP to opt out", LIST);
    let what: Vec<_> =
        found.findings.iter().map(|f| (f.fatal, f.contacts, f.what.as_str(), f.remedy.as_str())).collect();
    assert_eq!(
        what,
        [
            (
                true,
                None,
                "the script uses {place}, which is no column of the list",
                "Every contact has: firstName, lastName, phone, zip, state, external_id; this list also has: polling_place."
            ),
            (
                false,
                None,
                "the script uses {town}, which is no column of the list; everyone gets the fallback",
                "Every contact has: firstName, lastName, phone, zip, state, external_id; this list also has: polling_place."
            ),
            (
                false,
                None,
                "visible_fields names `poling_place`, which is no column of the list",
                "Did you mean `polling_place`?"
            ),
            (
                false,
                Some(1),
                "1 contact has nothing in {firstName}, and the script has no fallback for it everywhere",
                "Write {firstName/...} with the words to use instead; without them these texts cannot go out."
            ),
            (
                false,
                Some(1),
                "1 contact has nothing in {pollingplace}, and the script has no fallback for it everywhere",
                "Write {pollingplace/...} with the words to use instead; without them these texts cannot go out."
            ),
            (
                false,
                Some(1),
                "1 contact is marked `es`, but no initial message is in that language",
                "They get the one in `en`; add an `[[initial]]` with language = \"es\"."
            ),
        ]
    );
    assert!(found.is_fatal());
    assert_eq!((found.contacts, found.duplicates), (4, 1));
    assert_eq!(
        found.zones,
        [
            ZoneCount { zones: vec!["America/New_York".into()], contacts: 3 },
            ZoneCount { zones: vec!["America/Chicago".into()], contacts: 1 },
        ]
    );
}

#[test]
fn lengths_over_the_list() {
    // 19 units and the name; one name is outside the alphabet (ë), and so is one of CJK.
    let found = report("Hi {firstName/you}, Org. STOP ends", LIST);
    let variant = &found.variants[0];
    assert_eq!((variant.contacts, variant.own_culprits.clone()), (4, vec![]));
    assert_eq!(variant.forced_by, [('ë', 1), ('李', 1)]);
    assert_eq!(variant.longest, Some(Length { parts: 1, units: 22, wide: true }));
    assert_eq!(variant.typical, Some(Length { parts: 1, units: 22, wide: false }));
}

#[rstest::rstest]
#[case("lastDigits", "Org here. STOP to opt out", 0)]
#[case("last_digits", "Org here. STOP to opt out", 0)]
#[case("lastDigits", "Org to {lastDigits/you}. STOP to opt out", 1)]
fn the_end_of_a_number_is_to_be_shown_and_not_to_be_texted(
    #[case] field: &str,
    #[case] initial: &str,
    #[case] findings: usize,
) {
    let found = showing(field, initial, "firstName,cell\n,2122000002\n").findings;
    assert_eq!(found.len(), findings, "{found:?}");
}

#[test]
fn a_campaign_without_fields_has_no_findings() {
    let found = report("Org here. STOP to opt out", "firstName,cell,poling_place\n,2122000002,x\n");
    assert_eq!(found.findings, []);
    assert!(!found.is_fatal());
}

/// A campaign file of these lines, read without an error.
fn campaign(lines: &str) -> CampaignDef {
    campaign_file::parse(Path::new("c.toml"), lines).unwrap().0
}

fn list(text: &str) -> ContactList {
    contact_list::parse(Path::new("l.csv"), text.as_bytes(), &contact_list::Options::default()).unwrap()
}

const HEAD: &str = "[campaign]\ntitle = \"T\"\norganization = \"Org\"\n";

#[rstest::rstest]
#[case::not_said("", "Hi. Org, STOP ends", Some((false, 2)))]
#[case::paid_texters("paid_texters = true\n", "Hi. Org, STOP ends", Some((true, 2)))]
#[case::in_the_words("", "Hi. Org, STOP ends. Paid for by Org", None)]
#[case::by_the_field("disclaimer = \"Paid for by Org\"\n", "Hi. Org, STOP ends. {disclaimer}", None)]
#[case::a_link("disclaimer = { FL = \"org.example/paid\" }\n", "Hi. Org, STOP ends. {disclaimer}", None)]
#[case::written_down_and_not_put_in("disclaimer = \"Paid for by Org\"\n", "Hi. Org, STOP ends", Some((false, 2)))]
#[case::asks_for_opinions("purpose = \"survey\"\n", "Hi. Org, STOP ends", None)]
#[case::abroad("jurisdiction = \"ca\"\n", "Hi. Org, STOP ends", None)]
fn who_pays_is_said_where_a_state_asks_for_it(
    #[case] lines: &str,
    #[case] initial: &str,
    #[case] expected: Option<(bool, u64)>,
) {
    let def = campaign(&format!("{HEAD}{lines}[[initial]]\ntext = \"{initial}\"\n"));
    let list = list("firstName,cell,zip\nAna,3052000002,\nBo,2122000002,33125\nCy,2122000003,10001\n");
    let found = check(&def, &list).findings;
    assert_eq!(found.first().map(|f| (f.fatal, f.contacts.unwrap_or(0))), expected, "{found:?}");
    assert!(found.iter().all(|f| f.what.contains("Florida Statutes 106.147") && f.examples.len() == 2), "{found:?}");
}

#[test]
fn texts_that_a_language_lacks_are_named() {
    let def = campaign(&format!(
        "{HEAD}[[initial]]\nname = \"a\"\ntext = \"Org. STOP ends\"\n[[initial]]\nname = \"b\"\nlanguage = \"es\"\ntext = \"Org. STOP\"\n\
         [[canned]]\nid = \"who\"\ntitle = \"Who\"\ntext = \"Us\"\n[[canned]]\nid = \"ok\"\ntitle = \"OK\"\ntext = {{ en = \"a\", es = \"b\" }}\n\
         [[question]]\nid = \"q\"\ntext = \"Q\"\n[[question.answer]]\nvalue = \"Yes\"\nreply = \"Fine\"\n"
    ));
    let found = check(&def, &list("firstName,cell,language\nAna,2122000002,es\nBo,2122000003,en\n")).findings;
    let what: Vec<_> = found.iter().map(|f| f.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "1 contact is written to in `es`, but these texts are not in it: the reply to `Yes` under `q`, the canned reply `who`"
        ]
    );
}

#[test]
fn what_is_not_in_the_main_language_is_named_for_those_of_no_language() {
    let def = campaign(&format!(
        "{HEAD}[[initial]]\ntext = \"Org. STOP ends\"\n[[canned]]\nid = \"v\"\ntitle = \"V\"\ntext = {{ vi = \"xin chao\" }}\n"
    ));
    let found = check(&def, &list("firstName,cell\nAna,2122000002\n")).findings;
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert!(found.what.starts_with("1 contact is written to in `en`") && found.what.ends_with("the canned reply `v`"));
    assert!(found.remedy.ends_with("until then they are offered in another one."), "{}", found.remedy);
}

#[test]
fn who_is_held_is_counted_by_when() {
    let def = campaign(&format!("{HEAD}purpose = \"fundraising\"\n[[initial]]\ntext = \"Org. STOP ends\"\n"));
    let list = list("firstName,cell\nA,2122000002\nB,4012000002\nC,4012000003\nD,3102000002\n");
    // Half past six in the evening in New York.
    let now: Timestamp = "2026-06-10T18:30:00-04:00".parse().unwrap();
    let held = check_at(&def, &list, Some(now)).held.unwrap();
    let until: Vec<_> = held.until.iter().map(|one| (one.opens_at.to_string(), one.contacts)).collect();
    assert_eq!((held.open, held.never, until), (2, 0, vec![("2026-06-11T13:00:00Z".to_owned(), 2)]));
}

#[test]
fn hours_that_never_come_are_found() {
    let now: Timestamp = "2026-06-10T15:30:00-04:00".parse().unwrap();
    let text = "[[initial]]\ntext = \"Org. STOP ends\"\n[hours.states]\nNY = \"22:00-23:00\"\n";
    let def = campaign(&format!("{HEAD}{text}"));
    let found = |rows: &str| {
        let report = check_at(&def, &list(&format!("firstName,cell\n{rows}")), Some(now));
        let findings = report.findings.into_iter().filter(|one| one.what.contains("never come"));
        findings.map(|one| (one.fatal, one.contacts, one.what)).collect::<Vec<_>>()
    };
    let [all] = <[_; 1]>::try_from(found("A,2122000002\n")).expect("one");
    assert_eq!((all.0, all.1), (true, Some(1)));
    assert!(all.2.starts_with("nobody of this list can be texted: "), "{}", all.2);
    let [some] = <[_; 1]>::try_from(found("A,2122000002\nB,4012000002\n")).expect("one");
    assert_eq!((some.0, some.1), (false, Some(1)), "others can be texted");
    assert_eq!(found("B,4012000002\n"), []);
}

#[test]
fn segments_of_the_whole_list_count_each_contact_once() {
    let long = "x".repeat(200);
    let def = campaign(&format!(
        "{HEAD}[[initial]]\nname = \"a\"\ntext = \"Org. STOP\"\n[[initial]]\nname = \"b\"\ntext = \"Org. STOP {long}\"\n"
    ));
    let found = check(&def, &list("firstName,cell\nA,2122000002\nB,2122000003\nC,2122000004\nD,2122000005\n"));
    // Two wordings of one and two segments, shared out among four.
    assert_eq!((found.segments, found.variants[0].segments, found.variants[1].segments), (6, 4, 8));
    assert_eq!(found.longest.map(|l| l.parts), Some(2));
}

#[test]
fn a_contact_without_a_value_is_shown() {
    let def = campaign(&format!("{HEAD}[[initial]]\ntext = \"Hi {{firstName}} in {{zip}}. Org. STOP\"\n"));
    let found = check(&def, &list("firstName,cell,zip\nAna,2122000002,\nBo,2122000003,10001\n")).findings;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].examples, ["Ana \u{2022}\u{2022} 0002"]);
    assert!(found[0].in_words().ends_with("(such as Ana \u{2022}\u{2022} 0002)"));
}

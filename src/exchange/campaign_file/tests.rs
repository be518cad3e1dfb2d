//! Tests of [`super`].

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::hours::Holidays;
use crate::domain::purpose::Jurisdiction;

const SOUND: &str = r#"
[campaign]
title = "T"
organization = "Org"

[[initial]]
text = "Hi {firstName/there}, it's {texterName} with Org. Reply STOP to opt out."
"#;

fn read(text: &str) -> Result<(CampaignDef, Vec<FileProblem>), Vec<FileProblem>> {
    parse(Path::new("c.toml"), text)
}

/// Problems as `line:column key: what. remedy`.
fn problems(text: &str) -> Vec<String> {
    let found = read(text).map_or_else(|p| p, |(_, warnings)| warnings);
    found.iter().map(|p| p.to_string().replace("c.toml:", "")).collect()
}

#[test]
fn little_is_enough() {
    let (def, warnings) = read(SOUND).unwrap();
    assert_eq!(warnings, []);
    assert_eq!((def.slice_size, def.language.as_str(), def.initial[0].name.as_str()), (50, "en", "1"));
    assert_eq!(def.hours, TextingHours::default());
    assert!(def.opt_out_notice["en"].contains("Org") && def.opt_out_notice["es"].contains("Org"));
}

#[test]
fn hours_are_read() {
    let text =
        format!("{SOUND}\n[hours]\ninitial = {{ start = \"10:30\", end = \"18:00\" }}\nsunday_start = \"9:15\"\n");
    let (def, warnings) = read(&text).unwrap();
    assert_eq!(warnings, []);
    assert_eq!((def.hours.initial_start, def.hours.initial_end), (time(10, 30, 0, 0), time(18, 0, 0, 0)));
    assert_eq!((def.hours.sunday_start, def.hours.reply_end), (time(9, 15, 0, 0), time(21, 0, 0, 0)));
}

/// What is added to a sound file, and the one problem that comes of it. `SOUND` has seven lines.
#[rstest]
#[case("[hors]\n", "8:2: error in `hors`: `hors` is not a key. Did you mean `hours`?")]
#[case(
    "[hours]\nsunday_start = \"25:00\"\n",
    "9:16: error in `hours.sunday_start`: `25:00` is not a time of day. Write it as hours and minutes, such as \"09:00\" or \"20:30\"."
)]
#[case(
    "[hours]\nreply = { start = \"09:00\", end = \"09:00\" }\n",
    "8:1: error in `hours.reply`: replies would end at 09:00:00, not after their start at 09:00:00. Let the end be after the start."
)]
#[case(
    "[hours]\nreply = { start = \"07:00\", end = \"20:00\" }\n",
    "8:1: warning in `hours.reply`: texts before 8:00 or after 21:00 local time are outside the federal window for solicitation. Ask the campaign's counsel, or stay within 8:00 and 21:00."
)]
#[case(
    "[hours]\ninitial = { strat = \"09:00\" }\n",
    "9:13: error in `hours.initial.strat`: `strat` is not a key. Did you mean `start`?"
)]
#[case(
    "[[canned]]\nid = \"a\"\ntitle = \"A\"\ntext = \"see {place\"\n",
    "11:13: error in `canned[1].text`: a `{` that is never closed (write `{{` for a brace). Merge fields look like {firstName} or {firstName/there}."
)]
#[case(
    "[[canned]]\nid = \"a\"\ntitle = \"A\"\ntext = \"for {cv:office}\"\n",
    "11:13: error in `canned[1].text`: the campaign has no variable `office`. Add `office = \"...\"` under `[variables]`."
)]
#[case(
    "[[canned]]\nid = \"a\"\ntitle = \"A\"\ntext = { xx = \"hi\" }\n",
    "11:10: error in `canned[1].text.xx`: `xx` is not a language textbank knows. Use one of: en, es, am, ar, bn, de, fa, fr, hi, hmn, ht, it, ja, km, ko, pl, pt, ru, so, tl, vi, zh."
)]
#[case(
    "[[canned]]\nid = \"a\"\ntitle = \"A\"\n",
    "8:1: error in `canned[1].text`: `text` is missing. Add `text = \"...\"`."
)]
#[case(
    "[[canned]]\nid = 7\ntitle = \"A\"\ntext = \"hi\"",
    "9:6: error in `canned[1].id`: this is a number, not text in quotes. Write text in quotes."
)]
#[case(
    "[[canned]]\nid = \"a\"\ntitle = \"A\"\ntext = \"Reply END to end the chat\"",
    "11:8: warning in `canned[1].text`: people are asked to answer \"end\", which opts them out of all texts. Ask for another word."
)]
#[case(
    "[[canned]]\nid = \"a\"\ntitle = \"A\"\ntext = \"It’s on\"",
    "11:8: warning in `canned[1].text`: `’` makes this text cost more parts (70 characters each instead of 160). Use plain quotes, dashes and dots."
)]
#[case(
    "[[canned]]\nid = \"a\"\ntitle = \"A\"\ntext = \"a\\u202eb\"",
    "11:8: error in `canned[1].text`: this text holds control, hidden or reordering characters. Type the text anew instead of pasting it."
)]
#[case(
    "[[question]]\nid = \"q\"\ntext = \"Q?\"\n[[question.answer]]\nvalue = \"Y\"\nreply = \"R\"\nnext = \"p\"",
    "14:8: error in `question[1].answer[1].next`: `p` is not a question of this campaign. Questions are: q."
)]
#[case(
    "[[question]]\nid = \"q\"\ntext = \"Q?\"\n[[question.answer]]\nvalue = \"Y\"\nreply = \"R\"\nnext = \"q\"",
    "14:8: error in `question[1].answer[1].next`: `q` leads back to a question that was already asked. Each question is asked once: lead on to another one or end here."
)]
#[case(
    "[[question]]\nid = \"q\"\ntext = \"Q?\"\n[[question.answer]]\nvalue = \"Y\"\nnext = \"p\"\n[[question]]\nid = \"p\"\ntext = \"P?\"\n[[question.answer]]\nvalue = \"N\"",
    "11:1: warning in `question[1].answer[1].reply`: `Y` leads on to `p` without a reply that asks it. Add a `reply` that puts the next question."
)]
#[case(
    "[[question]]\nid = \"q\"\ntext = \"Q?\"",
    "8:1: error in `question[1]`: the question `q` has no answers. Add at least one `[[question.answer]]` with a `value`."
)]
#[case(
    "[question]\nid = \"q\"",
    "8:1: error in `question`: this is a section, not sections `[[question]]`, one for each. Write sections `[[question]]`, one for each."
)]
#[case(
    "[opt_out]\nnotice = \"Bye {firstName}\"",
    "9:10: error in `opt_out.notice`: the opt-out notice goes out by itself, its merge fields would not be filled. Write it without braces."
)]
#[case(
    "[[initial]]\nname = \"b\"\ntext = \"Vote! Reply STOP to opt out.\"",
    "6:1: error in `initial[1].name`: `name` is missing. Add `name = \"...\"`.|10:8: warning in `initial[2].text`: the initial message does not name the organization (Org). Carriers block first texts that do not say who sends them: name it."
)]
fn one_fault(#[case] added: &str, #[case] expected: &str) {
    assert_eq!(problems(&format!("{SOUND}{added}")).join("|"), expected);
}

/// `SOUND` with lines added under `[campaign]`.
fn with(lines: &str) -> String {
    SOUND.replace("[campaign]\n", &format!("[campaign]\n{lines}\n"))
}

#[test]
fn what_a_campaign_is_for_is_read() {
    let (def, warnings) = read(&with(
        "purpose = \"gotv\"\njurisdiction = \"eu\"\npaid_texters = true\nopens_at = 2026-10-01T09:00:00-04:00\n\
         closes_at = \"2026-11-03 20:00 America/New_York\"\ndisclaimer = { florida = \"Paid for by A\", default = \"B\" }",
    ))
    .unwrap();
    assert_eq!(warnings, []);
    assert_eq!((def.purpose, def.jurisdiction, def.paid_texters), (Purpose::Gotv, Jurisdiction::Eu, true));
    assert_eq!(def.hours.opens_at.unwrap().to_string(), "2026-10-01T13:00:00Z");
    assert_eq!(def.hours.closes_at.unwrap().to_string(), "2026-11-04T01:00:00Z");
    let disclaimers: Vec<_> = def.disclaimer.iter().map(|(state, text)| (state.as_str(), text.as_str())).collect();
    assert_eq!(disclaimers, [("FL", "Paid for by A"), ("default", "B")]);
    assert!(def.hours.states.is_empty());
}

#[test]
fn asking_for_money_takes_the_hours_for_solicitation() {
    let (def, warnings) = read(&with("purpose = \"fundraising\"")).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(
        def.hours.states.keys().map(String::as_str).collect::<Vec<_>>(),
        ["CT", "FL", "MD", "MS", "NJ", "OK", "RI", "TX"]
    );
    let asked = format!("{SOUND}[hours]\nstate_rules = true\nstates = {{ FL = \"10:00-12:00\", rhode island = 3 }}\n");
    let asked = asked
        .replace("rhode island = 3", "NY = { weekdays = \"9:00-17:00\", saturday = \"closed\", sunday = \"closed\" }");
    let (def, warnings) = read(&asked).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(def.hours.states.len(), 9);
    assert_eq!(def.hours.states["FL"].sunday, def.hours.states["FL"].weekdays);
    assert_eq!(def.hours.states["NY"].saturday, None);
}

#[rstest]
#[case(
    "purpose = \"money\"",
    "3:11: error in `campaign.purpose`: `money` is no purpose textbank knows. Use one of: persuasion, gotv, fundraising, survey, event."
)]
#[case(
    "jurisdiction = \"fr\"",
    "3:16: error in `campaign.jurisdiction`: `fr` is no jurisdiction textbank knows. Use one of: us, uk, eu, ca."
)]
#[case(
    "opens_at = \"2026-10-01 09:00\"",
    "3:12: error in `campaign.opens_at`: `2026-10-01 09:00` is not a moment. Write date, time and zone, such as \"2026-10-01 09:00 America/New_York\" or \"2026-10-01T09:00:00-04:00\"."
)]
#[case(
    "opens_at = \"2026-10-02T09:00Z\"\ncloses_at = \"2026-10-01T09:00Z\"",
    "4:13: error in `campaign.closes_at`: the campaign would close at 2026-10-01T09:00:00Z, not after it opens at 2026-10-02T09:00:00Z. Let the campaign close after it opens."
)]
#[case(
    "disclaimer = { XX = \"a\" }",
    "3:16: error in `campaign.disclaimer.XX`: `XX` is no state. Write its two letters, or `default` for all others."
)]
#[case(
    "disclaimer = \"by {cv:x}\"",
    "3:14: error in `campaign.disclaimer`: a disclaimer is put in as it stands, its merge fields would not be filled. Write it without braces."
)]
#[case(
    "paid_texters = \"no\"",
    "3:16: error in `campaign.paid_texters`: this is text, not true or false. Write true or false."
)]
fn faults_of_what_it_is_for(#[case] lines: &str, #[case] expected: &str) {
    assert_eq!(problems(&with(lines)).join("|"), expected);
}

#[rstest]
#[case(
    "closed_on = [\"2026-12-25\", \"Christmas\"]",
    "9:28: error in `hours.closed_on[2]`: `Christmas` is not a date. Write it as \"2026-12-25\"."
)]
#[case(
    "states = { FL = \"9-17\" }",
    "9:17: error in `hours.states.FL`: `9-17` is no window of a day. Write it as \"09:00-20:00\", or \"closed\"."
)]
#[case(
    "states = { RI = \"09:00-20:00\" }",
    "9:10: warning in `hours.states.RI`: the hours of RI are wider than those for solicitation (R.I. Gen. Laws 5-61-2 (hours of operation) and 5-61-3.6; support.referrizer.com, quiet hours table: Rhode Island). Let the campaign's counsel decide that; it is kept in the audit."
)]
#[case(
    "holidays = \"open\"",
    "9:12: error in `hours.holidays`: `open` says nothing about holidays. Use one of: \"closed\", \"as-sunday\", \"as-any-day\"."
)]
#[case(
    "states = { AL = { weekdays = \"08:00-20:00\", saturday = \"08:00-20:00\", sunday = \"closed\", holidays = \"shut\" } }",
    "9:101: error in `hours.states.AL.holidays`: `shut` says nothing about holidays. Use one of: \"closed\", \"as-sunday\", \"as-any-day\"."
)]
#[case(
    "trust_address = true",
    "8:1: warning in `hours.trust_address`: the address alone decides on texting hours where it is known, whatever the area code says. Let the campaign's counsel decide that; it is kept in the audit."
)]
fn faults_of_hours_by_state(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(problems(&format!("{SOUND}[hours]\n{line}\n")).join("|"), expected);
}

#[test]
fn holidays_are_those_of_the_united_states() {
    let (def, warnings) = parse(Path::new("c.toml"), &format!("{SOUND}[hours]\nholidays = \"Closed\"\n")).unwrap();
    assert_eq!((def.hours.holidays, warnings.len()), (Holidays::Closed, 0));
    let found = problems(&format!("{}[hours]\nholidays = \"closed\"\n", with("jurisdiction = \"ca\"")));
    assert_eq!(
        found.join("|"),
        "2:1: error in `campaign.jurisdiction`: textbank knows the holidays of the United States alone, and this campaign is under another law. Take `holidays` out of [hours], and name the days in `closed_on` there."
    );
}

#[rstest]
#[case("", &["campaign", "initial"])]
#[case("title = \"x\"", &["title", "campaign", "initial"])]
#[case("[campaign]\nslice_size = 501\nlanguage = \"english\"\ntags = [\"a\", \"a\", 3]\nedit_initial = \"yes\"", 
    &["initial", "campaign.title", "campaign.organization", "campaign.slice_size", "campaign.language", "campaign.tags[2]", "campaign.tags[3]", "campaign.edit_initial"])]
fn all_at_once(#[case] text: &str, #[case] keys: &[&str]) {
    let mut found: Vec<String> = read(text).unwrap_err().into_iter().filter_map(|p| p.field).collect();
    found.sort();
    let mut keys: Vec<&str> = keys.to_vec();
    keys.sort_unstable();
    assert_eq!(found, keys);
}

#[test]
fn broken_toml_says_where_and_everywhere() {
    let found = read("[campaign]\ntitle = \"T\norganization = Org\nslice_size = = 3\n").unwrap_err();
    let lines: Vec<_> = found.iter().filter_map(|p| p.line).collect();
    assert!(lines.contains(&2) && lines.contains(&3) && lines.contains(&4), "{found:?}");
}

#[test]
fn a_fault_in_a_text_of_several_lines_is_found_there() {
    let text = format!("{SOUND}[[canned]]\nid = \"a\"\ntitle = \"A\"\ntext = \"\"\"\nfirst\nsecond }} here\"\"\"\n");
    let found = read(&text).unwrap_err();
    assert_eq!((found[0].line, found[0].column), (Some(13), Some(8)));
}

#[test]
fn files() {
    let dir = tempfile::tempdir().unwrap();
    let missing = load(&dir.path().join("none.toml")).unwrap_err();
    assert!(missing[0].what.contains("cannot be read"), "{missing:?}");
    let latin = dir.path().join("latin.toml");
    std::fs::write(&latin, b"[campaign]\ntitle = \"Jos\xe9\"\n").unwrap();
    let found = load(&latin).unwrap_err();
    assert_eq!((found[0].line, found[0].fatal), (Some(2), true));
    let bom = dir.path().join("bom.toml");
    std::fs::write(&bom, format!("\u{feff}{SOUND}")).unwrap();
    assert!(load(&bom).is_ok());
}

proptest! {
    #[test]
    fn a_damaged_file_never_panics(cut in 0usize..3000, put in "[\\PC\n]{0,6}") {
        let mut text = EXAMPLE.to_owned();
        let at = (cut..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.insert_str(at, &put);
        if let Err(found) = read(&text) {
            prop_assert!(found.iter().any(|p| p.fatal) && found.iter().all(|p| p.line.is_some() && !p.remedy.is_empty()));
        }
    }
}

#[test]
fn a_campaign_may_let_its_first_text_be_changed() {
    let (def, warnings) = read(&SOUND.replace("[campaign]\n", "[campaign]\nedit_initial = true\n")).unwrap();
    assert!(def.edit_initial);
    assert_eq!(warnings, []);
}

#[test]
fn of_many_lines_that_are_not_toml_the_first_are_told() {
    let broken = "title = \u{201c}T\u{201d}\n".repeat(40);
    let problems = parse(Path::new("c.toml"), &broken).unwrap_err();
    assert_eq!(problems.len(), MOST_BROKEN + 1);
    assert!(problems.last().is_some_and(|last| last.what.ends_with("more places")), "{problems:?}");
}

#[test]
fn a_reply_of_the_organization_is_not_sent_to_variables() {
    let text = "[[canned]]\nid = \"who\"\ntitle = \"Who\"\ntext = \"Call {cv:office}, or {cv:desk/us}\"\n";
    let found = parse_canned(Path::new("c.toml"), text).unwrap_err();
    let told: Vec<String> = found.iter().map(|p| p.to_string().replace("c.toml:", "")).collect();
    assert_eq!(
        told.join("|"),
        "4:14: error in `canned[1].text`: a reply of the organization stands in every campaign, and variables are one campaign's. Write the words out, or give a fallback: {cv:office/our office}."
    );
}

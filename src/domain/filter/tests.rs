use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// Somebody from a few words: `tag=a tag=b state=OH`.
struct Somebody(Vec<(Name, String)>);

impl Somebody {
    fn new(words: &str) -> Self {
        let read = |word: &str| {
            let (name, value) = word.split_once('=').expect("name=value");
            (named(name, false), value.replace('_', " "))
        };
        Self(words.split_whitespace().map(read).collect())
    }
}

impl Subject for Somebody {
    fn values(&self, name: &Name) -> Vec<String> {
        self.0.iter().filter(|(one, _)| one == name).map(|(_, value)| value.clone()).collect()
    }
}

#[rstest]
#[case::equal("state = OH", "state=oh", true)]
#[case::not_equal("state = OH", "state=CA", false)]
#[case::missing_is_not_equal("state = OH", "", false)]
#[case::unequal("state != OH", "state=CA", true)]
#[case::missing_is_unequal("state != OH", "", true)]
#[case::one_of_several("tag = volunteer", "tag=yard_sign tag=volunteer", true)]
#[case::unequal_to_all("tag != volunteer", "tag=yard_sign tag=volunteer", false)]
#[case::bare_words("tag = yard sign", "tag=yard_sign", true)]
#[case::in_a_list("state in (CA, 'OH')", "state=OH", true)]
#[case::in_no_list("state not in (CA, NV)", "state=OH", true)]
#[case::missing_is_in_no_list("state not in (CA, NV)", "", true)]
#[case::empty("zip = ''", "", true)]
#[case::not_empty("zip != ''", "zip=44114", true)]
#[case::contains("polling_place ~ town", "polling_place=Old_Town_Hall", true)]
#[case::number("age >= 18", "age=9", false)]
#[case::number_is_no_text("age < 100", "age=20", true)]
#[case::day("last_texted < 2026-11-03", "last_texted=2026-10-31T12:00:00Z", true)]
#[case::neither_number_nor_day("age > 18", "age=old", false)]
#[case::and_binds_stronger("state = OH or state = CA and tag = x", "state=OH", true)]
#[case::brackets("(state = OH or state = CA) and tag = x", "state=OH", false)]
#[case::not("not tag = x and state = OH", "state=OH", true)]
#[case::not_of_brackets("not (tag = x or state = OH)", "state=OH", false)]
#[case::answers("answer.voting = Yes", "answer.voting=yes", true)]
#[case::facts("Replied = yes AND NOT opted-out = yes", "replied=yes opted_out=no", true)]
#[case::typographic_quotes("tag = \u{201c}yard sign\u{201d}", "tag=yard_sign", true)]
#[case::a_column_called_status("'status' = gold", "status=gold", false)]
fn who_is_in_it(#[case] text: &str, #[case] who: &str, #[case] is_in: bool) {
    let filter = Filter::parse(text).expect(text);
    assert_eq!(filter.holds(&Somebody::new(who)), is_in, "{text} for {who}");
    let again = Filter::parse(&filter.to_string()).expect("its own words");
    assert_eq!(again.holds(&Somebody::new(who)), is_in, "{filter}");
}

#[rstest]
#[case("", 0, "it is empty")]
#[case("state", 5, "no comparison follows the name")]
#[case("polling place = x", 8, "no comparison follows the name")]
#[case("state = ", 8, "a value is missing")]
#[case("state = OH tag = x", 15, "something is left over")]
#[case("(state = OH", 11, "a bracket is not closed")]
#[case("state in CA", 9, "`(` is missing")]
#[case("state in (CA", 12, "the list is not closed")]
#[case("state = 'OH", 8, "this quote is never closed")]
#[case("and = 3", 0, "a name is missing")]
#[case("state not OH", 10, "`in` is missing")]
fn what_is_wrong_is_said_with_its_place(#[case] text: &str, #[case] at: usize, #[case] what: &str) {
    let fault = Filter::parse(text).expect_err(text);
    assert_eq!((fault.at, fault.what.as_str()), (at, what), "{text}");
    assert!(!fault.remedy.is_empty());
}

#[test]
fn brackets_without_end_end() {
    let deep = format!("{}a = b", "(".repeat(2_000));
    assert_eq!(Filter::parse(&deep).expect_err("too deep").what, "the brackets go too deep");
    let nots = format!("{}a = b", "not ".repeat(900));
    assert_eq!(Filter::parse(&nots).expect_err("too deep").what, "the brackets go too deep");
}

#[test]
fn says_what_it_asks_about() {
    let filter = Filter::parse("tag = a or (tag = b and answer.q = x) and zip = 1").expect("an expression");
    let names: Vec<String> = filter.names().into_iter().map(ToString::to_string).collect();
    assert_eq!(names, ["tag", "\"answer.q\"", "\"zip\""]);
}

/// An expression, and for whom of the table it holds.
type Told = (String, Vec<bool>);

/// A random expression with the truth that it has for the people of a fixed table, computed beside the reader.
fn expression() -> impl Strategy<Value = Told> {
    let people = || -> Vec<BTreeMap<&str, &str>> {
        vec![
            BTreeMap::from([("a", "1"), ("b", "x")]),
            BTreeMap::from([("a", "2")]),
            BTreeMap::from([("b", "x")]),
            BTreeMap::new(),
        ]
    };
    let leaf = (prop::sample::select(vec!["a", "b"]), prop::sample::select(vec!["1", "2", "x"]), any::<bool>())
        .prop_map(move |(name, value, equal)| {
            let truth = people().iter().map(|who| (who.get(name) == Some(&value)) == equal).collect();
            (format!("{name} {} {value}", if equal { "=" } else { "!=" }), truth)
        });
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone(), any::<bool>()).prop_map(
                |((one, t), (other, u), and): (Told, Told, bool)| {
                    let truth = t.iter().zip(&u).map(|(t, u)| if and { *t && *u } else { *t || *u }).collect();
                    (format!("({one}) {} ({other})", if and { "and" } else { "or" }), truth)
                }
            ),
            inner.prop_map(|(one, t): Told| (format!("not ({one})"), t.iter().map(|t| !t).collect())),
        ]
    })
}

proptest! {
    #[test]
    fn means_what_logic_says((text, truth) in expression()) {
        let filter = Filter::parse(&text).expect("an expression");
        let found: Vec<bool> =
            ["a=1 b=x", "a=2", "b=x", ""].iter().map(|who| filter.holds(&Somebody::new(who))).collect();
        prop_assert_eq!(&found, &truth, "{}", text);
        let again = Filter::parse(&filter.to_string()).expect("its own words");
        prop_assert_eq!(again, filter);
    }

    #[test]
    fn whatever_is_typed_is_read_or_refused(text in "\\PC{0,60}") {
        if let Ok(filter) = Filter::parse(&text) {
            let again = filter.to_string();
            // What it says of itself reads back, unless a value holds both kinds of quotes (which no quotation can).
            if !(text.contains('\'') || text.contains('"') || text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'])) {
                prop_assert_eq!(Filter::parse(&again), Ok(filter));
            }
        }
    }
}

#[rstest]
#[case("phone = +12125550123", true)]
#[case("not phone = \"(212) 555-0123\"", true)]
#[case("phone ~ 5550123", true)]
#[case("phone ~ 0123", false)]
#[case("state = OH and lastName = QUILLFEATHER", true)]
#[case("external_id in (EXT-1, EXT-4711)", true)]
#[case("zip = 94110 and lastName = Quill", false)]
fn a_condition_that_may_mean_somebody_is_found(#[case] text: &str, #[case] found: bool) {
    let filter = Filter::parse(text).expect(text);
    assert_eq!(filter.may_mean("+12125550123", &["Quillfeather", "EXT-4711"]), found);
}

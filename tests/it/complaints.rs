//! What texters complain about is answered: the document's tests exist, and the most common acts cost few keys.

use std::collections::BTreeMap;

use textbank::console::keymap::{Action, Context, Keymap, Lookup};

use crate::source::root;

#[test]
fn every_complaint_has_its_answer_and_a_test_that_exists() {
    let text = std::fs::read_to_string(root().join("docs/complaints.md")).expect("the document");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| complaint"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() >= 35, "{} rows", rows.len());
    let mut faults = Vec::new();
    for row in rows {
        let [complaint, answer, tests] = row.as_slice() else {
            faults.push(format!("not three cells: {row:?}"));
            continue;
        };
        assert!(!complaint.is_empty() && !answer.is_empty());
        for test in tests.split('`').skip(1).step_by(2) {
            let Some((path, name)) = test.split_once('#') else {
                faults.push(format!("{complaint}: {test} names no test"));
                continue;
            };
            match std::fs::read_to_string(root().join(path)) {
                Ok(source) if source.contains(&format!("fn {name}(")) => {}
                _ => faults.push(format!("{complaint}: {test} is not there")),
            }
        }
        if !tests.contains('#') {
            faults.push(format!("{complaint}: no test"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The keys of the shortest way to an action, from where it is wanted.
fn keys(map: &Keymap, context: Context, action: Action) -> usize {
    let ways = map.keys_for(context, action);
    ways.iter().map(|way| way.split(' ').count()).min().unwrap_or_else(|| panic!("{} has no key", action.name()))
}

#[test]
fn ten_acts_cost_one_key_or_two() {
    let map = Keymap::default();
    let pick = keys(&map, Context::Answers, Action::Pick);
    let acts = [
        ("send", keys(&map, Context::Card, Action::Send)),
        // The answer is recorded and the line that follows stands in the composer, to be read and sent.
        ("answer and reply", keys(&map, Context::Thread, Action::Answers) + pick),
        ("opt out", keys(&map, Context::Thread, Action::OptOutSilent)),
        ("wrong number", keys(&map, Context::Thread, Action::WrongNumber)),
        ("canned reply", keys(&map, Context::Thread, Action::Canned) + keys(&map, Context::Canned, Action::Pick)),
        ("tag and close", keys(&map, Context::Thread, Action::TagClose) + pick),
        ("next waiting", keys(&map, Context::Thread, Action::NextWaiting)),
        ("undo", keys(&map, Context::Thread, Action::Undo)),
        ("search a person", keys(&map, Context::Thread, Action::Search)),
        ("request more", keys(&map, Context::Card, Action::RequestMore)),
    ];
    for (act, keys) in acts {
        assert!(keys <= 2, "{act} costs {keys} keys");
    }
    let one = acts.iter().filter(|(_, keys)| *keys == 1).count();
    assert!(one >= 6, "only {one} of ten cost one key");
}

#[test]
fn a_hand_may_change_and_two_keys_may_be_asked_for() {
    let map = Keymap::default();
    assert!(map.keys_for(Context::Card, Action::Send).len() >= 2);
    let own = |pairs: &[(&str, &str)]| {
        let keys = pairs.iter().map(|(chord, does)| ((*chord).to_owned(), (*does).to_owned())).collect();
        let own: BTreeMap<String, BTreeMap<String, String>> = [("card".to_owned(), keys)].into();
        Keymap::with_user(&own).expect("keys without a fault")
    };
    let map = own(&[(";", "send")]);
    assert_eq!(map.keys_for(Context::Card, Action::Send).len(), 3);
    // One key alone sends no more: the second has to follow.
    let map = own(&[("enter", "none"), ("space", "none"), ("enter space", "send")]);
    let chord = |key: &str| key.parse().expect("a key");
    assert_eq!(map.look_up(Context::Card, &[chord("enter")], Default::default()), Lookup::Pending);
    let both = map.look_up(Context::Card, &[chord("enter"), chord("space")], Default::default());
    assert_eq!(both, Lookup::Matched(Action::Send));
    assert!(!matches!(map.look_up(Context::Card, &[chord("space")], Default::default()), Lookup::Matched(_)));
}

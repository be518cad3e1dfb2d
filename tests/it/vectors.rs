//! What other implementations make of numbers, zones and segments, beside what textbank makes of them.
//!
//! The vectors were made once, by the scripts beside them in `tests/vectors`; nothing is asked while testing. Each accepted difference
//! is named here with its reason, and counted, so that a new one is seen.

use std::collections::BTreeMap;

use textbank::domain::phone::{Phone, PhoneProblem};
use textbank::domain::segment::{Encoding, measure};
use textbank::domain::zone::{Zones, candidates};

use crate::source::root;

fn lines(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("tests/vectors").join(name)).expect("the vectors");
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// Why the two may differ, with how many vectors.
fn report(differences: &BTreeMap<&'static str, Vec<String>>, accepted: &[(&str, usize)]) {
    let found: Vec<(&str, usize)> = differences.iter().map(|(why, lines)| (*why, lines.len())).collect();
    let shown: Vec<String> =
        differences.iter().flat_map(|(why, lines)| lines.iter().take(12).map(move |l| format!("{why}: {l}"))).collect();
    assert_eq!(found, accepted, "\n{}", shown.join("\n"));
}

#[test]
fn numbers_are_read_as_phonenumbers_reads_them() {
    let mut differences: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut same = 0;
    for line in lines("numbers.tsv") {
        let mut cells = line.split('\t');
        let (text, region, wanted) =
            (cells.next().unwrap_or_default(), cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let ours = Phone::parse(text, region);
        let why = match (wanted, &ours) {
            (number, Ok(phone)) if phone.as_str() == number => None,
            ("toll_free", Err(PhoneProblem::TollFree)) | ("premium", Err(PhoneProblem::Premium)) => None,
            ("extension", Err(PhoneProblem::Extension)) | ("none" | "impossible", Err(_)) => None,
            // They read it and know no subscriber of that shape. We ask only whether it can exist: area codes open faster
            // than libraries know.
            ("unknown", _) => Some("a possible number of no known kind"),
            ("toll_free" | "premium", Err(_)) => Some("refused for another reason"),
            ("toll_free" | "premium", Ok(_)) => Some("special number taken"),
            ("none" | "impossible", Ok(_)) => Some("impossible number taken"),
            (_, Ok(_)) => Some("another number"),
            (_, Err(_)) => Some("number refused"),
        };
        match why {
            None => same += 1,
            Some(why) => differences.entry(why).or_default().push(format!("{line} -> {ours:?}")),
        }
    }
    assert!(same > 1_200, "{same}");
    report(&differences, NUMBERS);
}

/// Accepted differences of numbers.
const NUMBERS: &[(&str, usize)] = &[
    ("a possible number of no known kind", 43),
    // `00` before a Brazilian toll number at home: a country code to us, a carrier's code to them.
    ("impossible number taken", 2),
    // Italian fixed lines begin with a zero, which no mobile number does.
    ("number refused", 5),
];

#[test]
fn zones_are_those_of_phonenumbers() {
    let mut differences: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut same = 0;
    for line in lines("zones.tsv") {
        let (number, names) = line.split_once('\t').expect("two cells");
        let phone = Phone::from_e164(number).expect("a number");
        let ours = candidates(&phone, None, None, None);
        let theirs: Vec<&str> = names.split('&').collect();
        // So many zones are a country's, not a place's: nothing is known then.
        let wanted = if names == "many" || names == "Etc/Unknown" || theirs.len() > 6 {
            Zones::unknown()
        } else {
            Zones::from_names(&theirs)
        };
        if ours == wanted {
            same += 1;
        } else if number.starts_with("+1") && wanted.names().iter().all(|zone| ours.names().contains(zone)) {
            // Of an area code that reaches into another zone their table names some exchanges: for the others we take both.
            differences.entry("an area code in several zones").or_default().push(line);
        } else {
            differences.entry("other zones").or_default().push(format!("{line} -> {:?}", ours.names()));
        }
    }
    assert!(same > 1_500, "{same}");
    report(&differences, ZONES);
}

/// Accepted differences of zones.
const ZONES: &[(&str, usize)] = &[("an area code in several zones", 17)];

#[test]
fn segments_are_counted_as_another_counter_counts_them() {
    let mut differences: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut same = 0;
    for line in lines("segments.jsonl") {
        let (pieces, encoding, parts, units): (Vec<(String, usize)>, String, usize, usize) =
            serde_json::from_str(&line).expect("a vector");
        let text: String = pieces.iter().map(|(piece, many)| piece.repeat(*many)).collect();
        let ours = measure(&text);
        let encoded = if ours.encoding == Encoding::Gsm7 { "GSM-7" } else { "UCS-2" };
        // It never splits a cluster (a flag, a family, a letter with its accent) between parts; phones put parts together
        // before they show them, and what the carrier counts are units. Then it may need one part more than we.
        let clusters = text
            .chars()
            .any(|c| matches!(c, '\u{301}' | '\u{200d}' | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}'));
        let why = if (encoded, ours.parts, ours.units) == (encoding.as_str(), parts, units) {
            None
        } else if text.is_empty() {
            Some("an empty text is no part here, and is not sent")
        } else if clusters && encoded == encoding && ours.units == units {
            Some("clusters are not kept whole")
        } else {
            Some("another count")
        };
        match why {
            None => same += 1,
            Some(why) => {
                differences.entry(why).or_default().push(format!("{line} -> {encoded} {} {}", ours.parts, ours.units));
            }
        }
    }
    assert!(same > 450, "{same}");
    report(&differences, SEGMENTS);
}

/// Accepted differences of segments.
const SEGMENTS: &[(&str, usize)] =
    &[("an empty text is no part here, and is not sent", 1), ("clusters are not kept whole", 21)];

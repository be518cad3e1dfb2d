//! `retention`, `legal-hold` and `person` against a served campaign.

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::wire_cli::{FROM, Served};

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn served() -> Served {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let (campaign, contacts) = served.sample();
    let (campaign, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    let import = ["campaign", "import", "--campaign", campaign, "--contacts", contacts];
    served.done("ada", &[&import[..], &FROM[..]].concat());
    served
}

#[test]
fn how_long_words_are_kept_is_set_shown_and_done() {
    let served = served();
    assert!(served.done("ada", &["retention", "show"]).contains("Nothing is set: words are kept"));
    served.fails("ada", &["retention", "set"], 2, &["--bodies-after"]);
    served.fails("ada", &["retention", "set", "--bodies-after", "0"], 2, &["0"]);
    served.fails("ada", &["retention", "set", "--bodies-after", "9", "--campaign", "99"], 2, &["no campaign", "Parks"]);
    let said = served.done("ada", &["retention", "set", "--bodies-after", "730"]);
    assert!(said.starts_with("everywhere: words go after 730 days (by Ada"), "{said}");
    let said = served.done("ada", &["retention", "set", "--keep", "--campaign", "parks"]);
    assert!(said.contains("campaign 1: words are kept"), "{said}");
    let rules = json(&served.done("ada", &["retention", "show", "--json"]))["rules"].clone();
    assert_eq!(rules.as_array().map(Vec::len), Some(2), "{rules}");
    assert!(served.done("ada", &["retention", "run", "--dry-run"]).contains("It would remove the words of 0 texts"));
    let run = json(&served.done("ada", &["retention", "run", "--json"]));
    assert_eq!((run["texts"].as_u64(), run["by"].as_str(), run["ended_at"].is_string()), (Some(0), Some("Ada"), true));
    assert!(served.done("ada", &["audit"]).contains("retention_run"));
    let link = served.done("ada", &["campaign", "invite", "--role", "captain"]);
    served.done("cap", &["join", link.trim(), "--name", "Cap", "--accept-conduct"]);
    served.fails("cap", &["retention", "show"], 1, &["role admin"]);
}

#[test]
fn a_person_is_held_written_out_and_erased() {
    let served = served();
    let ana = "(415) 555-0101";
    served.fails("ada", &["legal-hold", "set", "--reason", "x"], 2, &["--campaign", "--phone", "--organization"]);
    served.fails("ada", &["legal-hold", "set", "--phone", "12", "--reason", "x"], 2, &["12", "digits"]);
    let held = served.done("ada", &["legal-hold", "set", "--phone", ana, "--reason", "Lee v. Us"]);
    assert!(held.contains("Hold 1 is in force on the number") && held.contains("0101"), "{held}");
    let erase = ["person", "erase", ana, "--reason", "asked by letter"];
    served.fails("ada", &erase, 2, &["--yes", "--dry-run"]);
    served.fails("ada", &[&erase[..], &["--yes"]].concat(), 4, &["legal_hold", "Lee v. Us", "counsel"]);
    assert!(served.done("ada", &["legal-hold", "list"]).contains("Lee v. Us"));
    served.fails("ada", &["legal-hold", "lift", "9"], 4, &["no hold was lifted", "legal-hold list"]);
    served.done("ada", &["legal-hold", "lift", "1"]);
    assert_eq!(served.done("ada", &["legal-hold", "list"]), "No legal hold is in force.\n");
    assert!(served.done("ada", &["legal-hold", "list", "--all"]).contains("; lifted "));

    let file = served.home.path().join("ana.json");
    let out = file.to_str().expect("UTF-8");
    let told = json(&served.done("ada", &["person", "export", ana, "--out", out, "--json"]));
    assert_eq!(told["held"]["contacts"], 1, "{told}");
    let text = std::fs::read_to_string(&file).expect("a file");
    assert!(text.contains("\"Ana\"") && text.contains("made up") && !text.contains("\"Bo\""), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    served.fails("ada", &["person", "export", ana, "--out", out], 2, &["ana.json is there already", "--force"]);
    served.fails("ada", &["person", "export", "12"], 2, &["12", "digits"]);
    assert!(served.done("ada", &["audit"]).contains("person_exported"));

    let dry = served.done("ada", &[&erase[..], &["--dry-run"]].concat());
    assert!(dry.contains("1 contact (campaigns 1)") && dry.contains("is put on the list of opt-outs"), "{dry}");
    assert_eq!(json(&served.done("ada", &[&erase[..], &["--dry-run", "--json"]].concat()))["done"], false);
    let list = served.home.path().join("erased.txt");
    let list = list.to_str().expect("UTF-8");
    let done = served.done("ada", &[&erase[..], &["--yes", "--list", list]].concat());
    assert!(done.starts_with("Erased: 1 contact"), "{done}");
    assert_eq!(std::fs::read_to_string(list).expect("a list"), "+14155550101\n");
    // As after a restore: whoever is on the list is erased again, and who is not there is counted.
    std::fs::write(list, "# ours\n+14155550101\n+14155550199\n").expect("written");
    let again = ["person", "erase", "--from", list, "--reason", "erased before the restore", "--yes"];
    let told = served.done("ada", &again);
    assert!(told.starts_with("1 number erased; of 1 nothing is held. That is on the opt-out list now."), "{told}");
    // Once more: both numbers are on the opt-out list, and nothing else is held of either.
    let told = json(&served.done("ada", &[&again[..], &["--json"]].concat()));
    assert_eq!((&told["erased"], &told["unknown"]), (&2.into(), &0.into()));
    assert!(served.done("ada", &["export", "opt-outs"]).contains("+14155550101"));
    let left = served.done("ada", &["export", "contacts"]);
    assert!(
        left.contains("Bo") && !left.contains("Ana") && !left.contains("0101") && left.lines().count() == 2,
        "{left}"
    );
    let audit = served.done("ada", &["audit"]);
    assert!(
        audit.contains("person_erased") && audit.contains("asked by letter") && !audit.contains("+1415"),
        "{audit}"
    );
    let nobody = ["person", "erase", "(415) 555-0198", "--reason", "asked", "--yes"];
    served.fails("ada", &nobody, 4, &["nothing was erased", "nothing is held about this number", "person export"]);
}

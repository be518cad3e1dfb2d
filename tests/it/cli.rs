//! The program from outside: exit codes, output, errors in words.

use std::path::Path;
use std::process::{Command, Output};

use rstest::rstest;

/// Runs the real binary with nothing of this machine's environment but what it needs to start.
fn textbank(home: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_textbank"));
    command.env_clear().env("TEXTBANK_HOME", home).args(args);
    // Windows programs do not start without it.
    if let Some(root) = option_env!("SystemRoot") {
        command.env("SystemRoot", root);
    }
    command.envs(variables.iter().copied()).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn tree_of_commands_is_sound() {
    textbank::cli::tree().debug_assert();
}

#[test]
fn every_command_and_option_is_explained() {
    fn look(command: &clap::Command, path: &str, faults: &mut Vec<String>) {
        for arg in command.get_arguments().filter(|arg| arg.get_help().is_none()) {
            faults.push(format!("{path}: {}", arg.get_id()));
        }
        for sub in command.get_subcommands() {
            let path = format!("{path} {}", sub.get_name());
            if sub.get_about().is_none() {
                faults.push(path.clone());
            }
            look(sub, &path, faults);
        }
    }
    let mut faults = Vec::new();
    look(&textbank::cli::tree(), "textbank", &mut faults);
    assert!(faults.is_empty(), "no words for: {faults:?}");
}

#[rstest]
#[case(&["no-such-command"], 2)]
#[case(&["--version"], 0)]
#[case(&["--help"], 0)]
#[case(&["man"], 0)]
#[case(&["keys"], 0)]
#[case(&["keys", "--json"], 0)]
#[case(&["config", "check"], 0)]
#[case(&["--profile", "a/b", "keys"], 2)]
#[case(&["--set", "console.dwel_ms=1", "keys"], 2)]
#[case(&["--log-level", "loud", "keys"], 2)]
fn exit_codes(#[case] args: &[&str], #[case] code: i32) {
    let home = home();
    let output = textbank(home.path(), args, &[]);
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    assert_eq!(output.stderr.is_empty(), code == 0, "{}", text(&output.stderr));
}

/// Were it taken for a file's name, a new and empty campaign would start, and the password lie about as that name.
#[rstest]
#[case("host=h user=u password=hunter2")]
#[case("mysql://u:hunter2@h/x")]
fn what_is_no_database_is_refused_without_repeating_it(#[case] named: &str) {
    let home = home();
    let output = textbank(home.path(), &["serve", "--listen", "127.0.0.1:0", "--database", named], &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("postgres://") && !said.contains("hunter2"), "{said}");
}

#[test]
fn settings_are_written_checked_and_shown_with_their_origin() {
    let home = home();
    let path = text(&textbank(home.path(), &["config", "path"], &[]).stdout);
    assert!(Path::new(path.trim()).starts_with(home.path()), "{path}");
    assert!(textbank(home.path(), &["config", "init"], &[]).status.success());
    assert_eq!(std::fs::read_to_string(path.trim()).expect("written"), textbank::config::EXAMPLE);
    let again = textbank(home.path(), &["config", "init"], &[]);
    assert_eq!(again.status.code(), Some(1), "a file that exists is never overwritten");
    assert!(textbank(home.path(), &["config", "check"], &[]).status.success());

    let shown = textbank(
        home.path(),
        &["config", "show", "--origin", "--json", "--set", "name=Ana"],
        &[("TEXTBANK_CONSOLE_ASCII", "true")],
    );
    let rows: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let row = |key: &str| rows.as_array().expect("rows").iter().find(|row| row["key"] == key).expect("row").clone();
    assert_eq!(row("name")["from"], "flag");
    assert_eq!(row("console.ascii")["variable"], "TEXTBANK_CONSOLE_ASCII");
    assert_eq!(row("console.bell")["from"], "file");
}

#[test]
fn faulty_settings_stop_with_place_and_remedy_and_the_tools_still_work() {
    let home = home();
    std::fs::create_dir_all(home.path().join("config")).expect("made");
    std::fs::write(home.path().join("config/config.toml"), "[console]\nthem = 'dark'\n").expect("written");
    for args in [&["config", "check"][..], &["keys"]] {
        let output = textbank(home.path(), args, &[]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("config.toml:2:1: unknown setting `console.them`; did you mean `console.theme`?"),
            "{said}"
        );
        assert!(said.contains("2 | them = 'dark'\n      | ^^^^"), "{said}");
    }
    for args in [&["config", "path"][..], &["man"], &["completions", "bash"]] {
        assert!(textbank(home.path(), args, &[]).status.success(), "{args:?}");
    }
}

#[test]
fn keys_tell_when_each_counts_and_which_action_has_none() {
    let home = home();
    std::fs::create_dir_all(home.path().join("config")).expect("made");
    let own = "[keys.inbox]\nx = [{ action = 'close', when = 'waiting && !draft' }, 'star']\n'S' = 'none'\n";
    std::fs::write(home.path().join("config/config.toml"), own).expect("written");
    let said = text(&textbank(home.path(), &["keys"], &[]).stdout);
    for part in ["(close when waiting && !draft, star)", "somebody waits for an answer", "No key of yours does: sort"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let rows = textbank(home.path(), &["keys", "--json"], &[]).stdout;
    let rows: serde_json::Value = serde_json::from_slice(&rows).expect("JSON");
    let own = |row: &&serde_json::Value| row["context"] == "inbox" && row["key"] == "x";
    let row = rows.as_array().expect("rows").iter().find(own).expect("the key");
    assert_eq!(row["when"], serde_json::json!(["waiting && !draft", ""]));
}

#[test]
fn manual_page_and_completions_know_every_command() {
    let home = home();
    let page = text(&textbank(home.path(), &["man"], &[]).stdout);
    let script = text(&textbank(home.path(), &["completions", "fish"], &[]).stdout);
    for command in textbank::cli::tree().get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        assert!(page.contains(&name.replace('-', "\\-")), "{name} is not in the manual page");
        assert!(script.contains(name), "{name} is not in the completions");
    }
}

#[test]
fn nothing_is_written_outside_home() {
    let dir = home();
    let inside = dir.path().join("inside");
    textbank(&inside, &["keys"], &[]);
    let beside: Vec<_> = std::fs::read_dir(dir.path()).expect("readable").flatten().map(|e| e.file_name()).collect();
    assert_eq!(beside, ["inside"]);
}

#[test]
fn a_campaign_to_begin_with_is_written_once_and_has_no_problem() {
    let home = home();
    let file = home.path().join("my.toml");
    let file = file.to_str().expect("a path");
    let made = textbank(home.path(), &["campaign", "init", file], &[]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert!(text(&made.stdout).contains("textbank campaign check"));
    let checked = textbank(home.path(), &["campaign", "check", file], &[]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stdout));
    let again = textbank(home.path(), &["campaign", "init", file], &[]);
    assert_eq!(again.status.code(), Some(2), "what is there is left alone");
}

/// Without a sign-in: what is wrong with the files comes first.
#[rstest]
#[case::no_such_column("{fistName}", "firstName,cell\nAna,2125550123\n", "fistName")]
#[case::empty_list("{firstName}", "", "is empty")]
#[case::broken_number("{firstName}", "firstName,cell\nAna,2.12556E+09\n", "last digits are lost")]
fn import_refuses_what_check_refuses(#[case] field: &str, #[case] list: &str, #[case] told: &str) {
    let home = home();
    let (campaign, contacts) = (home.path().join("c.toml"), home.path().join("l.csv"));
    let script = format!(
        "[campaign]\ntitle = \"T\"\norganization = \"Org\"\n[[initial]]\ntext = \"Hi {field}, Org. STOP to opt out\"\n"
    );
    std::fs::write(&campaign, script).expect("written");
    std::fs::write(&contacts, list).expect("written");
    let (campaign, contacts) = (campaign.to_str().expect("a path"), contacts.to_str().expect("a path"));
    for args in [
        ["campaign", "check", campaign, "--contacts", contacts].as_slice(),
        ["campaign", "import", "--campaign", campaign, "--contacts", contacts].as_slice(),
    ] {
        let output = textbank(home.path(), args, &[]);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {all}");
        assert!(all.contains(told), "{all}");
    }
}

#[test]
fn rules_of_ones_own_stand_in_the_place_of_those_built_in() {
    let home = home();
    let path = |name: &str| home.path().join(name).to_str().expect("a path").to_owned();
    let (rules, campaign, contacts) = (path("rules"), path("c.toml"), path("l.csv"));
    let script = "[campaign]\ntitle = \"T\"\norganization = \"Org\"\n[[initial]]\ntext = \"Hi {firstName}, Org. Reply YES or ADIOS. \
                  STOP to opt out\"\n";
    std::fs::write(&campaign, script).expect("written");
    std::fs::write(&contacts, "firstName,cell\nAna,2125550123\n").expect("written");
    let check = ["campaign", "check", &campaign, "--contacts", &contacts];
    let own = [("TEXTBANK_RULES", rules.as_str())];

    let written = textbank(home.path(), &["rules", "write", &rules, "opt_out_words.toml"], &[]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    let words = home.path().join("rules/opt_out_words.toml");
    let built_in = std::fs::read_to_string(&words).expect("written");
    let echoed = |variables: &[(&str, &str)]| {
        let output = textbank(home.path(), &check, variables);
        (output.status.code(), (text(&output.stdout) + &text(&output.stderr)).contains("opts them out of all texts"))
    };
    assert_eq!(echoed(&own), (Some(0), false), "what is as it was built in changes nothing");

    std::fs::write(&words, built_in.replacen("\"stop\",", "\"stop\", \"adios\",", 1)).expect("written");
    assert_eq!(echoed(&[]), (Some(0), false), "nothing says that it counts");
    assert!(echoed(&own).1, "a word that opts out is not to be echoed");
    let listed = textbank(home.path(), &["rules", "list", "--json"], &own);
    assert!(text(&listed.stdout).contains("rules/opt_out_words.toml"), "{}", text(&listed.stdout));

    std::fs::write(&words, built_in.replacen("\"revoke\", ", "", 1)).expect("written");
    for args in [["rules", "check", &rules].as_slice(), &check] {
        let output = textbank(home.path(), args, &own);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("opt_out_words.toml:1: error: `revoke` is not in `per_se`"), "{told}");
    }
}

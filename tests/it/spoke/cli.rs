//! The program itself: signing in from a script, what it says where it cannot, and what it leaves on the disk.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pretty_assertions::assert_eq;
use serde_json::Value;

use textbank::env::SystemClock;

use super::shift::now;
use super::stand_in::{StandIn, World};

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(home: &Path, args: &[&str], input: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_textbank"));
    command.env_clear().env("TEXTBANK_HOME", home).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    // It may have ended before it read anything.
    drop(child.stdin.take().expect("its input").write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

struct Here {
    there: StandIn,
    home: tempfile::TempDir,
}

impl Here {
    async fn start() -> Self {
        let there = StandIn::start(0, World::with_contacts(3, now()), SystemClock::shared()).await;
        Self { there, home: tempfile::tempdir().expect("a directory") }
    }

    async fn run(&self, args: &[&str], input: &str) -> Said {
        let home: PathBuf = self.home.path().to_owned();
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let input = input.to_owned();
        let run = move || run(&home, &args.iter().map(String::as_str).collect::<Vec<_>>(), &input);
        tokio::task::spawn_blocking(run).await.expect("it ran")
    }

    async fn login(&self, password: &str) -> Said {
        let url = self.there.url();
        let args = ["login", "--spoke", &url, "--email", "tess.texter@example.org", "--password-stdin", "--json"];
        self.run(&args, &format!("{password}\n")).await
    }
}

#[tokio::test]
async fn a_script_signs_in_and_the_cookie_is_kept_for_its_owner_alone() {
    let here = Here::start().await;
    let wrong = here.login("wrong").await;
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.err.contains("textbank: the e-mail or the password is wrong: nobody is signed in. If it is forgotten")
            && !wrong.err.contains("wrong\n"),
        "{}",
        wrong.err
    );
    let said = here.login("hunter22hunter").await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let said: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((said["kind"].as_str(), said["me"]["name"].as_str()), (Some("spoke"), Some("Tess")));
    assert!(!said.to_string().contains("session="), "the cookie is not printed");
    let name = said["sign_in"].as_str().expect("a name").to_owned();

    // Its journal is there to be asked, and what needs a server of our own says so.
    let outbox = here.run(&["outbox", "--json"], "").await;
    assert_eq!(outbox.code, Some(0), "{}", outbox.err);
    let list = here.run(&["campaign", "list", "--sign-in", &name], "").await;
    assert_eq!(list.code, Some(2));
    assert!(list.err.contains("is for a campaign that runs Spoke"), "{}", list.err);
    let decided = here.run(&["outbox", "--sent", "018f0000-0000-7000-8000-000000000000"], "").await;
    assert_eq!(decided.code, Some(2));
    assert!(decided.err.contains("no text of unknown outcome"), "{}", decided.err);

    // The script as a campaign file, which is sound.
    let file = here.home.path().join("from.toml").to_string_lossy().into_owned();
    let written = here.run(&["campaign", "from-spoke", &file], "").await;
    assert_eq!(written.code, Some(0), "{}", written.err);
    assert!(written.out.contains("2 questions, 3 canned replies, 3 tags"), "{}", written.out);
    let again = here.run(&["campaign", "from-spoke", &file], "").await;
    assert!(again.err.contains("is there already"), "{}", again.err);
    let text = std::fs::read_to_string(&file).expect("a file");
    let read = textbank::exchange::campaign_file::parse(Path::new("from.toml"), &text);
    let (def, _) = read.unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(def.questions[0].answers[0].next.as_deref(), Some("2"));

    // A session that does not count any more is said to be one, and nothing is wiped.
    here.there.world().habits.signed_out = true;
    let text = here.run(&["text", "--plain"], "").await;
    assert_ne!(text.code, Some(0));
    assert!(text.err.contains("login --spoke") || text.err.contains("terminal"), "{}", text.err);
    let wiped = here.run(&["wipe", "--yes", "--json"], "").await;
    assert_eq!(wiped.code, Some(0), "{}", wiped.err);
}

#[tokio::test]
async fn where_it_cannot_sign_in_it_says_why_and_what_to_do() {
    let here = Here::start().await;
    for (strategy, words) in [("auth0", "Auth0"), ("slack", "Slack"), ("token", "--token"), ("saml", "does not know")] {
        here.there.world().habits.strategy = Some(strategy);
        let said = here.login("hunter22hunter").await;
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains(words), "{}", said.err);
        assert!(said.err.contains("admin") || said.err.contains("Ask the campaign"), "{}", said.err);
    }
    here.there.world().habits.strategy = None;
    here.there.world().habits.rewired = true;
    let said = here.login("hunter22hunter").await;
    assert!(said.err.contains("Rewired"), "{}", said.err);
    let nobody = here
        .run(&["login", "--spoke", "http://127.0.0.1:9", "--email", "a@b.example", "--password-stdin"], "x\n")
        .await;
    assert_eq!(nobody.code, Some(5), "{}", nobody.err);
    let link = format!("{}/3b4d6ff6/join/1", here.there.url());
    here.there.world().habits.rewired = false;
    let join = here.run(&["join", &link], "").await;
    assert_eq!(join.code, Some(2));
    assert!(join.err.contains("terminal"), "{}", join.err);
}

#[tokio::test]
async fn a_script_accepts_the_terms_or_is_told_how() {
    let here = Here::start().await;
    here.there.world().habits.terms = true;
    let said = here.login("hunter22hunter").await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("--accept-terms"), "{}", said.err);
    let url = here.there.url();
    let args = [
        "login",
        "--spoke",
        &url,
        "--email",
        "tess.texter@example.org",
        "--password-stdin",
        "--json",
        "--accept-terms",
    ];
    let said = here.run(&args, "hunter22hunter\n").await;
    assert!(said.code == Some(0) && said.err.contains("accepted"), "{}", said.err);
    assert_eq!(here.there.world().agreed.len(), 1);
    let invite = here.run(&["join", &format!("{url}/invite/5cbecb55")], "").await;
    assert_eq!(invite.code, Some(0), "who is signed in there stays it: {}", invite.err);
}

#[tokio::test]
async fn a_script_watches_steers_and_counts() {
    let here = Here::start().await;
    let url = here.there.url();
    let args = ["login", "--spoke", &url, "--email", "ada.admin@example.org", "--password-stdin"];
    let said = here.run(&args, "hunter22hunter\n").await;
    assert!(
        said.out.contains("signed in as owner") && said.out.contains("captain to watch"),
        "{}{}",
        said.out,
        said.err
    );
    let json = async |args: &[&str]| -> Value {
        let said = here.run(args, "").await;
        assert_eq!(said.code, Some(0), "{args:?}: {}", said.err);
        serde_json::from_str(&said.out).expect("JSON")
    };
    let board = json(&["captain", "--json"]).await;
    assert_eq!((board["counts"]["unsent"].as_u64(), &board["counts"]["held"]), (Some(3), &Value::Null));
    assert_eq!(board["texters"][1]["last_ten_minutes"], Value::Null);
    let listed = json(&["spoke", "campaigns", "--json"]).await;
    assert_eq!(listed[0]["contacts_count"], Value::Null, "not 0");
    let all = ["spoke", "reassign", "--campaign", "1", "--texter", "2", "--all", "--to", "1"];
    let unasked = here.run(&all, "").await;
    assert!(unasked.code == Some(2) && unasked.err.contains("--yes"), "{}", unasked.err);
    assert!(here.there.world().contacts.values().all(|contact| contact.assignment == Some(World::assignment_of(2))));
    let given = here.run(&[&all[..], &["--yes"]].concat(), "").await;
    assert_eq!(
        given.out.trim(),
        "given: 3 contacts passed the filters (the server does not count them)",
        "{}",
        given.err
    );
    let mine = json(&["spoke", "assignments", "--json"]).await;
    assert_eq!((mine[0]["first_texts"].as_u64(), mine[0]["outside_hours"].as_u64()), (Some(3), Some(0)));
    let unreadable = json(&["spoke", "unreadable", "--json"]).await;
    assert_eq!((unreadable[0]["read"].as_u64(), &unreadable[0]["unreadable"]), (Some(3), &Value::Array(vec![])));
    here.there.world().voter_writes(1, "anybody?", now());
    let taken = json(&["spoke", "take-replies", "--campaign", "1", "--json"]).await;
    assert_eq!(taken["taken"].as_u64(), Some(0), "it was in her hands");
    let found = json(&["spoke", "conversations", "--texter", "nobody", "--json"]).await;
    assert_eq!(found["total"].as_u64(), Some(0));
    let tagged = here.run(&["spoke", "tag", "spanish", "1", "--campaign", "1"], "").await;
    assert_eq!(tagged.code, Some(0), "{}", tagged.err);
    let file = here.home.path().join("imported.toml").to_string_lossy().into_owned();
    let import = ["campaign", "import", "--from-spoke", &url, "--campaign", "1", "--into", &file];
    let imported = here.run(&import, "").await;
    assert!(imported.out.contains("2 questions, 3 canned replies, 3 tags"), "{}{}", imported.out, imported.err);
    // What a file of ours has no place for is said, in the file too.
    let tags = "Canned reply \"Wrong number\": Spoke sets the tags";
    assert!(imported.err.contains(&format!("not in it: {tags}")), "{}", imported.err);
    assert!(std::fs::read_to_string(&file).expect("a file").contains(&format!("# {tags}")));
    let other = here.home.path().join("again.toml").to_string_lossy().into_owned();
    let brought = json(&[&import[..7], &[&other, "--json"]].concat()).await;
    assert_eq!(brought["canned"].as_u64(), Some(3));
    assert!(brought["not_in_it"]["canned_with_tags"]["Wrong number"][0].is_string(), "{brought}");
    let all = here.run(&["spoke", "reassign", "--all", "--yes", "--to", "nobody"], "").await;
    assert!(all.err.contains("name one"), "{}", all.err);
}

#[tokio::test]
async fn the_report_is_made_of_spokes_own_files() {
    let here = Here::start().await;
    let at = |name: &str| format!("{}/tests/data/spoke/{name}", env!("CARGO_MANIFEST_DIR"));
    let (contacts, messages) = (at("campaign-export-1.csv"), at("campaign-export-1-message.csv"));
    let said = here.run(&["report", "--from-spoke-export", &contacts, &messages, "--json"], "").await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    let told: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((told["people"]["contacts"].as_u64(), told["texts"]["initials"].as_u64()), (Some(200), Some(60)));
    assert_eq!((&told["people"]["by_word"], &told["variants"]), (&Value::Null, &Value::Null));
    let said = here.run(&["report", "--from-spoke-export", &contacts, &messages, "--title", "June 4 <GOTV>"], "").await;
    assert!(said.out.contains("June 4 &lt;GOTV&gt;") && said.out.contains("What those files do not tell"));
    assert!(said.out.contains("Would they volunteer?") && !said.out.contains("own word</th>"));
    let bad = here.run(&["report", "--from-spoke-export", &messages, &contacts], "").await;
    assert_eq!(bad.code, Some(3));
    assert!(bad.err.contains(":1: error in `id`") && bad.err.contains("Name first"), "{}", bad.err);
}

#[tokio::test]
async fn what_was_not_done_is_not_said_to_be_done() {
    let here = Here::start().await;
    let url = here.there.url();
    let args = ["login", "--spoke", &url, "--email", "ada.admin@example.org", "--password-stdin"];
    let said = here.run(&args, "hunter22hunter\n").await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    let nobody = here.run(&["spoke", "reassign", "--campaign", "1", "--to", "999", "1"], "").await;
    assert!(nobody.code == Some(2) && nobody.err.contains("spoke people"), "{}", nobody.err);
    assert!(here.there.world().contacts[&1].assignment.is_some(), "still in somebody's hands");
    let part = here.run(&["spoke", "reassign", "--campaign", "1", "--to", "1", "1", "9999"], "").await;
    assert_eq!((part.code, part.out.trim()), (Some(1), "1 contact changed hands"), "{}", part.err);
    assert!(part.err.contains("9999") && !part.err.contains(" 1,"), "{}", part.err);
    let elsewhere = here.run(&["spoke", "status", "closed", "--campaign", "99", "2"], "").await;
    assert!(elsewhere.code != Some(0), "contact 2 is of no campaign 99: {}", elsewhere.out);
    assert_ne!(here.there.world().contacts[&2].status, "closed");
    let closed = here.run(&["spoke", "status", "closed", "--campaign", "1", "2", "9999"], "").await;
    assert_eq!((closed.code, closed.out.trim()), (Some(1), "1 contact: closed"), "{}", closed.err);
    assert!(closed.err.contains("9999"), "{}", closed.err);
    let tagged = here.run(&["spoke", "tag", "spanish", "--campaign", "1", "2", "--json"], "").await;
    let tagged: Value = serde_json::from_str(&tagged.out).expect("JSON");
    assert_eq!(tagged, serde_json::json!({ "done": [2], "not_done": [] }));
    let part = here.run(&["spoke", "status", "closed", "--campaign", "1", "2", "9999", "--json"], "").await;
    assert_eq!(part.code, Some(1));
    let part: Value = serde_json::from_str(&part.out).expect("JSON");
    assert_eq!(part["not_done"], serde_json::json!([9999]));
    // Closed before any text: there is nobody to answer.
    let again = here.run(&["spoke", "status", "needs-response", "--campaign", "1", "2"], "").await;
    assert_eq!((again.code, again.out.trim()), (Some(0), "1 contact: needs-message (never texted)"), "{}", again.err);
    assert_eq!(here.there.world().contacts[&2].status, "needsMessage");
    let wrong = here.run(&["spoke", "take-replies", "--campaign", "99"], "").await;
    assert!(wrong.code != Some(0) && wrong.err.contains("textbank spoke campaigns"), "{}", wrong.err);
    let import =
        here.run(&["campaign", "import", "--from-spoke", &url, "--campaign", "77", "--into", "no.toml"], "").await;
    assert!(import.err.contains("no campaign with this number"), "{}", import.err);
    let doctor = here.run(&["doctor", "--json"], "").await;
    assert!(doctor.out.contains("signed in; it runs Spoke"), "{}", doctor.out);
}

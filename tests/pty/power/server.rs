//! The server's side: whatever happens to the disk, each text that was answered with 202 is in the database, whole.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rstest::rstest;
use secrecy::SecretString;
use sqlx::Connection as _;
use textbank::api::message::{SendRequest, Shown, Verdict};
use textbank::client::native::{NativeServer, Timeouts};
use textbank::client::{CallError, CampaignServer as _};
use textbank::domain::ids::{DeviceId, MessageId};
use textbank::domain::message::MessageKind;
use textbank::env::{SystemClock, SystemIds};
use textbank::sim::minter::Minter;
use uuid::Uuid;

use super::hits;
use super::trace::{self, Call, Hit, OF_THE_DISK};
use crate::harness::{Home, skip};
use crate::serving::{Plan, Served};

const TEXTS: usize = 4;
const LOG: &str = "textbank.db-wal";

/// A campaign on a server that was stopped, with texts that were pressed and not handed in.
struct Campaign {
    home: Home,
    token: SecretString,
    texts: Vec<(MessageId, SendRequest)>,
    /// The server's data before; every run begins with a copy.
    before: PathBuf,
    data: PathBuf,
    trace: PathBuf,
    runtime: tokio::runtime::Runtime,
    _own: tempfile::TempDir,
}

impl Campaign {
    /// None where strace cannot look on; that is said.
    fn new() -> Option<Self> {
        if !trace::is_possible() {
            skip("strace is not there or may not look on");
            return None;
        }
        let own = tempfile::tempdir().expect("a directory");
        let before = own.path().join("before");
        let mut served = Served::start_as(Plan { data: Some(before.clone()), ..Plan::default() });
        let texts = served.block_on(press(&served.admin()));
        served.stop();
        Some(Self {
            home: served.home.clone(),
            token: served.token().clone(),
            texts,
            before,
            data: own.path().join("data"),
            trace: own.path().join("trace"),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
            _own: own,
        })
    }

    /// Serves the campaign as it was before, under strace, and hands all texts in.
    fn hand_in_under(&self, options: &[String]) -> Answers {
        let _ = std::fs::remove_dir_all(&self.data);
        trace::copy(&self.before, &self.data);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let program = Path::new(env!("CARGO_BIN_EXE_textbank"));
        self.hand_in(trace::watched(&self.trace, &options, program), &self.data)
    }

    /// Serves what is in `data` and hands all texts in; stops in order when it was not ended before.
    fn hand_in(&self, mut command: Command, data: &Path) -> Answers {
        let plain = self.home.command(&[]);
        let surroundings = plain.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).env_clear().envs(surroundings);
        let mut server = Running::start(command);
        let mut answers = Answers::default();
        let Some(url) = server.listens() else {
            server.wait();
            return answers;
        };
        let client = NativeServer::new(&url, &self.token, Timeouts::default()).expect("a client");
        for (id, text) in &self.texts {
            answers.0.push((*id, self.runtime.block_on(client.send(*id, text))));
        }
        server.stop();
        answers
    }

    /// Serves what is in `data`, without strace, and hands all texts in.
    fn hand_in_again(&self, data: &Path) -> Answers {
        self.hand_in(Command::new(env!("CARGO_BIN_EXE_textbank")), data)
    }

    fn calls(&self) -> Vec<Call> {
        trace::read(&self.trace)
    }

    fn trace_says(&self, part: &str) -> bool {
        std::fs::read_to_string(&self.trace).expect("a trace").contains(part)
    }

    /// How many calls of these the log gets when nothing happens.
    fn count(&self, names: &str) -> usize {
        let answers = self.hand_in_under(&watch(OF_THE_DISK));
        assert_eq!(answers.accepted().len(), TEXTS, "{answers:?}");
        self.calls().iter().filter(|call| names.split(',').any(|name| name == call.name) && call.is_of(LOG)).count()
    }

    /// The data as it would be found after the power came back.
    fn after_power_loss(&self) -> PathBuf {
        let after = self.data.with_file_name("after");
        let _ = std::fs::remove_dir_all(&after);
        trace::power_loss(&self.calls(), &self.before, &after, "textbank.db");
        after
    }

    /// Everything that was answered is in the database, nothing is in it by halves, and handing in again gets the same
    /// answers and no second text.
    fn check(&self, data: &Path, answers: &Answers, what: &str) {
        let rows = self.rows(data);
        for id in answers.accepted().keys() {
            assert_eq!(
                rows.get(id),
                Some(&[1; 4]),
                "{what}: {id} was answered and is not there\n{rows:?}\n{answers:?}"
            );
        }
        for (id, row) in &rows {
            assert!([[0; 4], [1; 4]].contains(row), "{what}: {id} is there by halves: {row:?}");
        }
        let again = self.hand_in_again(data);
        assert_eq!(again.accepted().len(), TEXTS, "{what}: {again:?}");
        for (id, verdict) in answers.accepted() {
            assert_eq!(again.accepted()[&id], verdict, "{what}");
        }
        assert!(self.rows(data).values().all(|row| *row == [1; 4]), "{what}: {:?}", self.rows(data));
    }

    /// How often each text is among verdicts, messages, jobs and the ledger. The database's own check is made, and that the
    /// carrier was called once at most for each.
    fn rows(&self, data: &Path) -> BTreeMap<MessageId, [i64; 4]> {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join("textbank.db"));
        self.runtime.block_on(async {
            let mut database = sqlx::SqliteConnection::connect_with(&options).await.expect("a database");
            let found: String =
                sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut database).await.expect("a check");
            assert_eq!(found, "ok");
            let twice = "SELECT count(*) FROM (SELECT 1 FROM attempts GROUP BY message HAVING count(*) > 1)";
            let twice: i64 = sqlx::query_scalar(twice).fetch_one(&mut database).await.expect("a number");
            assert_eq!(twice, 0, "a text went to the carrier twice");
            let mut rows = BTreeMap::new();
            for (id, _) in &self.texts {
                let row: (i64, i64, i64, i64) = sqlx::query_as(
                    "SELECT (SELECT count(*) FROM verdicts WHERE id = $1 AND outcome LIKE '%accepted%'),
                            (SELECT count(*) FROM messages WHERE id = $1), (SELECT count(*) FROM jobs WHERE message = $1),
                            (SELECT count(*) FROM ledger WHERE id = $1)",
                )
                .bind(id.0)
                .fetch_one(&mut database)
                .await
                .expect("numbers");
                rows.insert(*id, row.into());
            }
            database.close().await.expect("closed");
            rows
        })
    }
}

fn watch(names: &str) -> Vec<String> {
    vec!["-e".to_owned(), format!("trace={names}")]
}

/// First texts to some contacts, with their place in the ledger.
async fn press(server: &NativeServer) -> Vec<(MessageId, SendRequest)> {
    let (clock, ids, minter) = (SystemClock::shared(), SystemIds::shared(), Minter::default());
    let me = server.me().await.expect("me");
    let campaign = server.campaigns().await.expect("campaigns")[0].id;
    let slice = server.claim(campaign, ids.act_id(clock.now()), TEXTS as u32).await.expect("a slice");
    let mut texts = Vec::new();
    for contact in slice.contacts.iter().take(TEXTS) {
        let body = format!("Hi {}, will you vote?", contact.first_name);
        let id = ids.act_id(clock.now());
        let mut text = SendRequest {
            campaign,
            contact: contact.id,
            kind: MessageKind::Initial,
            after_seq: contact.foreign_seq,
            epoch: contact.epoch,
            script_version: 1,
            variant: None,
            source: None,
            off_script: false,
            shown: Shown {
                body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
                drawn_at: clock.now(),
                pressed_at: clock.now(),
                dwell_ms: 400,
                mono_ms: 0,
                device: DeviceId(Uuid::from_u128(7)),
                link: None,
            },
            body,
        };
        minter.link(me.person, id, &mut text);
        texts.push((MessageId(id), text));
    }
    assert_eq!(texts.len(), TEXTS);
    texts
}

/// What the client was told of each text, in order.
#[derive(Debug, Default)]
struct Answers(Vec<(MessageId, Result<Verdict, CallError>)>);

impl Answers {
    fn accepted(&self) -> BTreeMap<MessageId, &Verdict> {
        let yes = self.0.iter().filter_map(|(id, answer)| Some((*id, answer.as_ref().ok()?)));
        yes.filter(|(_, verdict)| verdict.is_accepted()).collect()
    }

    /// Whatever was not accepted was put off, in the server's own words.
    fn were_put_off_at_worst(&self) -> bool {
        self.0.iter().all(|(_, answer)| match answer {
            Ok(verdict) => verdict.is_accepted(),
            Err(CallError::Refused(problem)) => problem.status == 503,
            Err(_) => false,
        })
    }
}

/// A server process.
struct Running {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        Self { process, output }
    }

    /// Its address; none when it ended before it had one.
    fn listens(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("readable");
        line.trim_end().strip_prefix("Listening on ").map(str::to_owned)
    }

    /// Stops it in order; it may have ended before.
    fn stop(&mut self) {
        if self.process.try_wait().expect("a state").is_none() {
            let id = self.process.id().to_string();
            Command::new("kill").args(["-TERM", &id]).stderr(Stdio::null()).status().expect("kill runs");
        }
        self.wait();
    }

    /// Until it is gone, and strace with it: that has the same output.
    fn wait(&mut self) {
        self.process.wait().expect("it ends");
        self.output.read_to_string(&mut String::new()).expect("readable");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // By its own id; it may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Texts that were answered with 202 without a write to the log since their request came in and a sync of it.
fn unsynced(campaign: &Campaign) -> Vec<MessageId> {
    let calls = campaign.calls();
    let mut found = Vec::new();
    for (id, _) in &campaign.texts {
        // The server looks at the first 24 bytes by themselves, to see which HTTP is spoken.
        let request = format!("PUT /api/v1/messages/{} HTTP/1.1\r", id.0).split_off(24).replace('\r', "\\r");
        let came = calls.iter().find(|call| call.says(&request)).expect("the request").ended;
        let answer = calls.iter().find(|call| call.begun > came && call.says("HTTP/1.1 202 ")).expect("the answer");
        let synced = calls.iter().any(|sync| {
            let written = |write: &Call| write.name == "pwrite64" && write.begun > came && write.ended < sync.begun;
            sync.is_sync()
                && sync.is_done()
                && sync.is_of(LOG)
                && sync.ended < answer.begun
                && calls.iter().any(|write| write.is_of(LOG) && written(write))
        });
        if !synced {
            found.push(*id);
        }
    }
    found
}

const OF_THE_NET: &str = "recvfrom,sendto,read,write,writev,sendmsg,recvmsg";

#[test]
fn each_answer_leaves_after_its_commit_was_synced() {
    let Some(campaign) = Campaign::new() else { return };
    let answers = campaign.hand_in_under(&watch(&format!("{OF_THE_DISK},{OF_THE_NET}")));
    assert_eq!(answers.accepted().len(), TEXTS, "{answers:?}");
    assert_eq!(unsynced(&campaign), Vec::<MessageId>::new());
}

/// The tests here can fail: a disk that only says that it synced loses what was answered, and that is noticed.
#[test]
fn a_disk_that_lies_is_noticed() {
    let Some(campaign) = Campaign::new() else { return };
    let mut options = watch(&format!("{OF_THE_DISK},{OF_THE_NET}"));
    options.extend(["-e".to_owned(), "inject=fsync,fdatasync:retval=0".to_owned()]);
    let answers = campaign.hand_in_under(&options);
    assert_eq!(answers.accepted().len(), TEXTS, "{answers:?}");
    assert_eq!(unsynced(&campaign).len(), TEXTS, "no answer was synced");
    assert!(campaign.rows(&campaign.after_power_loss()).values().all(|row| *row == [0; 4]), "nothing was kept");
}

#[rstest]
#[case::at_a_sync("fsync,fdatasync", 5)]
#[case::at_a_write("pwrite64", 4)]
fn killed_or_without_power_every_answered_text_is_there(#[case] calls: &'static str, #[case] few: usize) {
    let Some(campaign) = Campaign::new() else { return };
    let (mut tried, mut hit_it) = (0, 0);
    for nth in hits(campaign.count(calls), few) {
        let hit = Hit { what: "signal=KILL", calls, nth, once: true };
        let answers = campaign.hand_in_under(&hit.options(&campaign.data.join(LOG)));
        tried += 1;
        hit_it += usize::from(campaign.trace_says("killed by SIGKILL"));
        campaign.check(&campaign.after_power_loss(), &answers, &format!("power lost, {hit:?}"));
        campaign.check(&campaign.data, &answers, &format!("killed, {hit:?}"));
    }
    // What is done for the carrier goes into fewer commits now and then.
    assert!(hit_it * 2 > tried, "only {hit_it} of {tried} hit anything");
}

#[rstest]
#[case::a_sync_fails_once("error=EIO", "fsync,fdatasync", true)]
#[case::syncs_fail_from_then_on("error=EIO", "fsync,fdatasync", false)]
#[case::a_write_finds_no_room("error=ENOSPC", "pwrite64", true)]
#[case::no_write_finds_room_any_more("error=ENOSPC", "pwrite64", false)]
fn what_the_disk_refuses_is_put_off_and_has_one_verdict_in_the_end(
    #[case] what: &'static str,
    #[case] calls: &'static str,
    #[case] once: bool,
) {
    let Some(campaign) = Campaign::new() else { return };
    for nth in hits(campaign.count(calls), 3) {
        let hit = Hit { what, calls, nth, once };
        let answers = campaign.hand_in_under(&hit.options(&campaign.data.join(LOG)));
        assert!(answers.were_put_off_at_worst(), "{hit:?}: {answers:?}");
        campaign.check(&campaign.after_power_loss(), &answers, &format!("power lost, {hit:?}"));
        campaign.check(&campaign.data, &answers, &format!("{hit:?}"));
    }
}

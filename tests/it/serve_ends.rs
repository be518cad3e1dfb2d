//! How the real server ends: probes hear it first, then it finishes; told twice it goes at once; a hangup has it read its
//! certificate again.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::sync::mpsc;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Process {
    child: Child,
    url: String,
    told: mpsc::Receiver<String>,
    home: tempfile::TempDir,
}

impl Process {
    async fn serve(home: tempfile::TempDir, more: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut child = Command::new(env!("CARGO_BIN_EXE_textbank"))
            .env_remove("TEXTBANK_HOME")
            .arg("--home")
            .arg(home.path())
            .args(more)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(home.path().join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut said = lines(child.stdout.take().expect("piped"));
        let told = lines(child.stderr.take().expect("piped"));
        let mut server = Self { child, url: String::new(), told, home };
        let first = within(said.recv()).await.expect("a line");
        server.url = first.strip_prefix("Listening on ").expect(&first).to_owned();
        // The link is the last that it says: it stands now.
        while !within(said.recv()).await.expect("the admin's link").contains("/join#") {}
        server
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    async fn status(&self, path: &str) -> Option<StatusCode> {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        client.get(format!("{}{path}", self.url)).send().await.ok().map(|response| response.status())
    }

    /// It says no more when it has ended.
    async fn ended(&mut self) -> ExitStatus {
        within(async { while self.told.recv().await.is_some() {} }).await;
        self.child.wait().expect("it ends")
    }

    async fn tells(&mut self, words: &str) {
        let told = async {
            while let Some(line) = self.told.recv().await {
                if line.contains(words) {
                    return true;
                }
            }
            false
        };
        assert!(within(told).await, "never told: {words}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process writes, line by line.
fn lines(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1_000);
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody listens any more: the pipe is read all the same, so that the process can write.
            let _ = sender.blocking_send(line);
        }
    });
    lines
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("in time")
}

#[tokio::test]
async fn probes_hear_it_first_and_the_second_word_ends_at_once() {
    let home = tempfile::tempdir().expect("a directory");
    let mut server = Process::serve(home, &["--set", "serve.drain_seconds=3600"]).await;
    assert_eq!(server.status("/readyz").await, Some(StatusCode::OK));
    server.signal("TERM");
    server.tells("stopping in 3600 seconds").await;
    assert_eq!(server.status("/readyz").await, Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(server.status("/healthz").await, Some(StatusCode::OK));
    assert_eq!(server.status("/api/v1/me").await, Some(StatusCode::UNAUTHORIZED), "answered as ever");
    server.signal("TERM");
    assert_eq!(server.ended().await.code(), Some(1));
}

#[tokio::test]
async fn told_once_it_ends_in_order() {
    let home = tempfile::tempdir().expect("a directory");
    let mut server = Process::serve(home, &[]).await;
    server.signal("TERM");
    server.tells("stopping").await;
    assert!(server.ended().await.success());
}

#[tokio::test]
async fn a_hangup_has_it_read_its_certificate_again() {
    let home = tempfile::tempdir().expect("a directory");
    let pair = || {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a pair");
        (made.cert.pem(), made.signing_key.serialize_pem())
    };
    let (cert, key) = (home.path().join("cert.pem"), home.path().join("key.pem"));
    let write = |(first, second): (String, String)| {
        std::fs::write(&cert, first).and_then(|()| std::fs::write(&key, second)).expect("written");
    };
    write(pair());
    let sets = [format!("serve.tls_cert={}", cert.display()), format!("serve.tls_key={}", key.display())];
    let mut server = Process::serve(home, &["--set", &sets[0], "--set", &sets[1]]).await;
    assert!(server.url.starts_with("https://"));
    // Both files at once: it may look between two writes, and would tell of a pair that does not fit.
    std::fs::write(server.home.path().join("cert.pem"), "no certificate").expect("written");
    server.signal("HUP");
    server.tells("the certificate in use stays: ").await;
    write(pair());
    server.signal("HUP");
    server.tells("The certificate was read again").await;
    server.signal("TERM");
    assert!(server.ended().await.success());
}

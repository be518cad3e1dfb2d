//! A campaign server as a process of its own, and what a process takes of the machine.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

/// What `/proc` counts processor time in: hundredths of a second, on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// `textbank serve`; killed when dropped.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    /// Whatever else it says has to go somewhere.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it on a free port of this machine, in a home of its own below `home`, with nothing else in its surroundings.
    pub fn start(home: &Path, arguments: &[String], surroundings: &[(&str, &str)]) -> anyhow::Result<Self> {
        std::fs::create_dir_all(home)?;
        let said = home.join("said");
        let mut command = Command::new(env!("CARGO_BIN_EXE_textbank"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.env_clear().env("TEXTBANK_HOME", home).envs(surroundings.iter().copied());
        let mut process = command.stdout(Stdio::piped()).stderr(File::create(&said)?).spawn()?;
        let mut output = BufReader::new(process.stdout.take().context("its output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let addr = line.trim().strip_prefix("Listening on http://").map(str::parse);
        let Some(Ok(addr)) = addr else {
            let _ = process.kill();
            process.wait()?;
            anyhow::bail!("the server does not start: {}", std::fs::read_to_string(said)?);
        };
        Ok(Self { process, addr, _output: output })
    }

    /// Its resident memory in MB; 0 where nobody tells.
    pub fn memory(&self) -> f64 {
        resident(self.process.id())
    }

    /// The processor time that it has taken so far; zero where nobody tells.
    pub fn processor(&self) -> Duration {
        processor(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // By its own id; it may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Resident memory of a process in MB; 0 where nobody tells.
pub fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: f64 = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    kilobytes / 1e3
}

/// Processor time of a process, its own and the system's for it; zero where nobody tells.
pub fn processor(process: u32) -> Duration {
    TICK * stat(process).iter().skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum()
}

/// What `/proc` tells of a process, from its state on.
fn stat(process: u32) -> Vec<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The program's name comes before, in brackets, and may hold anything.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    after.split_whitespace().map(str::to_owned).collect()
}

/// Who started a process.
pub fn parent(process: u32) -> Option<u32> {
    stat(process).get(1)?.parse().ok()
}

/// The processes that a process started and that run still.
pub fn children(process: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let all = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    all.filter(|one| parent(*one) == Some(process)).collect()
}

/// Each connection is an open file.
#[cfg(unix)]
pub fn raise_files_limit() -> std::io::Result<u64> {
    rlimit::increase_nofile_limit(1 << 20)
}

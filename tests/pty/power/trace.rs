//! What a program asked of the disk, as strace saw it, and what of it a power loss would have left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Calls that put bytes into files or make them durable.
pub const OF_THE_DISK: &str = "fsync,fdatasync,pwrite64,ftruncate";

/// One call to the system.
#[derive(Debug)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// What it was told, as strace writes it.
    told: String,
    /// What came of it, as strace writes it; `?` when the program was killed in it.
    result: String,
    /// The line in which it was begun; the kernel had not heard of it before.
    pub begun: usize,
    /// The line in which it was over; the program could not know before.
    pub ended: usize,
}

impl Call {
    /// True when this is in what it was told. strace writes bytes with anything in them that is not text as numbers.
    pub fn says(&self, part: &str) -> bool {
        let numbers: String = part.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        self.told.contains(part) || self.told.contains(&numbers)
    }

    /// The file it is about.
    fn file(&self) -> Option<&str> {
        let (_, rest) = self.told.split_once('<')?;
        rest.split_once('>').map(|(path, _)| path)
    }

    /// True for a file of this name.
    pub fn is_of(&self, file: &str) -> bool {
        self.file().is_some_and(|path| Path::new(path).file_name().is_some_and(|name| name == file))
    }

    /// True when it succeeded; a success that strace made up is none.
    pub fn is_done(&self) -> bool {
        self.result.parse::<u64>().is_ok()
    }

    /// True when the system said no.
    fn failed(&self) -> bool {
        self.result.starts_with('-')
    }

    /// True for a call that makes bytes durable.
    pub fn is_sync(&self) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync")
    }

    /// What a `pwrite64` wrote, and where.
    fn written(&self) -> (usize, Vec<u8>) {
        let (_, rest) = self.told.split_once(">, \"").expect("a file and its bytes");
        let (bytes, rest) = rest.rsplit_once("\", ").expect("bytes have an end");
        let (_, place) = rest.rsplit_once(", ").expect("length and place");
        let mut bytes = unescaped(bytes);
        bytes.truncate(self.result.parse().expect("it wrote"));
        (place.parse().expect("a place"), bytes)
    }
}

/// The bytes that strace wrote down.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let [kind, tail @ ..] = rest else { break };
        rest = tail;
        bytes.push(match kind {
            b'x' => {
                let (digits, tail) = rest.split_at(2);
                rest = tail;
                u8::from_str_radix(std::str::from_utf8(digits).expect("digits"), 16).expect("a byte")
            }
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'0'..=b'7' => {
                let more = rest.iter().take(2).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
                let (digits, tail) = rest.split_at(more);
                rest = tail;
                digits.iter().fold(kind - b'0', |all, digit| all * 8 + (digit - b'0'))
            }
            other => *other,
        });
    }
    bytes
}

/// A program under strace: it stays a child of ours, and strace looks on from the side.
pub fn watched(trace: &Path, options: &[&str], program: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-D", "-f", "-q", "-y", "-x", "-s", "70000", "-o"]).arg(trace).args(options).arg(program);
    command
}

/// Whether strace is there and may look on.
pub fn is_possible() -> bool {
    Command::new("strace").args(["-o", "/dev/null", "true"]).output().is_ok_and(|output| output.status.success())
}

/// All calls of a trace, in the order in which they were over. Those that were never over are left out.
pub fn read(trace: &Path) -> Vec<Call> {
    let text = std::fs::read_to_string(trace).expect("a trace");
    let mut open: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let mut calls = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some((process, line)) = line.split_once(' ') else { continue };
        let line = line.trim_start();
        if let Some(begin) = line.strip_suffix(" <unfinished ...>") {
            open.insert(process, (number, begin));
            continue;
        }
        let resumed = line.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>"));
        let (begun, whole) = match (resumed, open.remove(process)) {
            (Some((_, end)), Some((begun, begin))) => (begun, format!("{begin}{end}")),
            (Some(_), None) => continue,
            (None, _) => (number, line.to_owned()),
        };
        let Some((told, result)) = whole.rsplit_once(" = ") else { continue };
        let Some((name, told)) = told.trim_end().split_once('(') else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let told = told.strip_suffix(')').unwrap_or(told).to_owned();
        calls.push(Call { name: name.to_owned(), told, result: result.trim().to_owned(), begun, ended: number });
    }
    calls
}

/// Copies a directory without directories in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("readable").flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

/// Puts into `after` what a disk would hold that has lost everything it was not told to keep: the database as it was
/// `before`, with what was written and then synced. What was written before a sync that failed is lost as well, though the
/// next one succeeds; Linux forgets such pages.
pub fn power_loss(calls: &[Call], before: &Path, after: &Path, database: &str) {
    copy(before, after);
    let names = [database.to_owned(), format!("{database}-wal")];
    let mut files: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    let mut waiting: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for name in &names {
        if let Ok(bytes) = std::fs::read(before.join(name)) {
            files.insert(name, bytes);
        }
    }
    for call in calls {
        let Some(name) = names.iter().find(|name| call.is_of(name)) else { continue };
        match call.name.as_str() {
            "pwrite64" | "ftruncate" if call.is_done() => waiting.entry(name).or_default().push(call),
            _ if !call.is_sync() => {}
            _ if call.is_done() => {
                let file = files.entry(name).or_default();
                for write in waiting.remove(name.as_str()).unwrap_or_default() {
                    apply(write, file);
                }
            }
            _ if call.failed() => drop(waiting.remove(name.as_str())),
            _ => {}
        }
    }
    for (name, bytes) in files {
        std::fs::write(after.join(name), bytes).expect("written");
    }
    // The index of the log is made anew from the log.
    let _ = std::fs::remove_file(after.join(format!("{database}-shm")));
}

fn apply(call: &Call, file: &mut Vec<u8>) {
    if call.name == "ftruncate" {
        let (_, length) = call.told.rsplit_once(", ").expect("a length");
        file.resize(length.parse().expect("a length"), 0);
        return;
    }
    let (place, bytes) = call.written();
    if file.len() < place + bytes.len() {
        file.resize(place + bytes.len(), 0);
    }
    file[place..place + bytes.len()].copy_from_slice(&bytes);
}

/// Where a program may be hit.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// What happens, as `strace -e inject` is told.
    pub what: &'static str,
    /// To which calls.
    pub calls: &'static str,
    /// From the how-manieth of a thread on the database's log.
    pub nth: usize,
    /// Only that one, or all from then on.
    pub once: bool,
}

impl Hit {
    /// The words for strace; only what concerns the file at `log` is hit (and traced).
    pub fn options(&self, log: &Path) -> Vec<String> {
        let more = if self.once { "" } else { "+" };
        let inject = format!("inject={}:{}:when={}{more}", self.calls, self.what, self.nth);
        let log: PathBuf = log.to_owned();
        ["-P", log.to_str().expect("a plain path"), "-e", &format!("trace={OF_THE_DISK}"), "-e", &inject]
            .map(str::to_owned)
            .into()
    }
}

//! The carrier's own log: one JSON object a line.
//!
//! - `received`: a call was read; `taken` says whether the text goes to the phone. Synced before anything is answered.
//!   Two such lines with `taken` for one number and one text are two texts on one phone, whatever their attempts are.
//! - `answered`: what the call came to (`accepted`, `refused`, `later`, `lost`, `cut`, `error`, `down`, `slow`, `malformed`,
//!   `type`, `redirect`). A `cut` call has no `received` line.
//! - `callback`: a callback was handed in and the server took it (2xx).
//! - `inbound`: a voter wrote. Synced before `POST /say` is answered.
//!
//! A torn last line is no line.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::Callback;
use crate::domain::phone::Phone;

/// One line; see the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum LogLine {
    /// A call was read.
    Received {
        /// When.
        at: Timestamp,
        /// The server's id of the attempt.
        attempt: Uuid,
        /// To whom.
        to: Phone,
        /// The text.
        body: String,
        /// To be dropped after this.
        expires_at: Timestamp,
        /// The carrier's id.
        carrier_id: String,
        /// True when the text goes to the phone.
        taken: bool,
    },
    /// What the call came to.
    Answered {
        /// When.
        at: Timestamp,
        /// The attempt.
        attempt: Uuid,
        /// The word.
        answer: String,
    },
    /// The server took a callback.
    Callback {
        /// When.
        at: Timestamp,
        /// Key of the event.
        key: String,
        /// The event.
        event: Callback,
    },
    /// A voter wrote.
    Inbound {
        /// When.
        at: Timestamp,
        /// Key of the event.
        key: String,
        /// Who.
        from: Phone,
        /// What.
        body: String,
        /// How many pictures came with it.
        #[serde(default)]
        pictures: u32,
    },
}

/// The whole lines of a log.
///
/// # Errors
/// As the system says. Lines that are none of ours are passed over.
pub fn read_log(path: &Path) -> std::io::Result<Vec<LogLine>> {
    let mut lines = Vec::new();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        if let Ok(line) = serde_json::from_slice(&line?) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Lines that wait to be written.
const QUEUE: usize = 1_024;

type Entry = (LogLine, Option<oneshot::Sender<()>>);

/// Writes lines; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Log(mpsc::Sender<Entry>);

impl Log {
    /// Opens or makes the log. The second part is to be run where it may block; it ends with the last handle.
    pub(super) fn open(path: &Path) -> std::io::Result<(Self, impl FnOnce() + Send + use<>)> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        end_torn_line(&mut file)?;
        let (lines, queue) = mpsc::channel(QUEUE);
        Ok((Self(lines), move || write(file, queue)))
    }

    /// Writes a line; true when it is on the disk.
    pub(super) async fn synced(&self, line: LogLine) -> bool {
        let (done, wait) = oneshot::channel();
        self.0.send((line, Some(done))).await.is_ok() && wait.await.is_ok()
    }

    /// Writes a line in its time.
    pub(super) async fn note(&self, line: LogLine) {
        if self.0.send((line, None)).await.is_err() {
            tracing::error!("the carrier's log is closed");
        }
    }
}

fn end_torn_line(file: &mut File) -> std::io::Result<()> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(());
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0u8];
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

fn write(mut file: File, mut queue: mpsc::Receiver<Entry>) {
    let mut batch: Vec<Entry> = Vec::new();
    let mut torn = false;
    while queue.blocking_recv_many(&mut batch, 256) > 0 {
        let mut bytes = if torn { b"\n".to_vec() } else { Vec::new() };
        for (line, _) in &batch {
            if serde_json::to_writer(&mut bytes, line).is_ok() {
                bytes.push(b'\n');
            }
        }
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        torn = written.is_err();
        match written {
            Ok(()) => batch.drain(..).filter_map(|(_, done)| done).for_each(|done| {
                // Whoever asked may have been cut off.
                let _ = done.send(());
            }),
            Err(error) => {
                tracing::error!(%error, "the carrier's log cannot be written");
                batch.clear();
            }
        }
    }
}

//! Lines typed at a terminal, or coming through a pipe; the terminal stays as it is (whole lines, its own editing and echo).
//!
//! Nothing is read but on request, so that an editor that is opened meanwhile has the keyboard to itself. What was typed
//! before a request can be thrown away, the line that was begun included.

use std::io::{self, BufRead, IsTerminal};

use tokio::sync::mpsc;

/// Lines are broken at words from so many columns on.
const NARROWEST: u16 = 20;

/// One answer of the input.
#[derive(Debug)]
pub enum Read {
    /// A line, without its end.
    Line(String),
    /// There is no more (Ctrl-D; a pipe that was closed).
    End,
    /// It could not be read.
    Failed(io::Error),
}

/// Where lines come from.
pub trait LineInput {
    /// A person types; otherwise it is a pipe or a file.
    fn is_typed(&self) -> bool;

    /// The next line. May be dropped and asked again: no line is lost by that.
    fn next(&mut self) -> impl Future<Output = Read>;

    /// Throws away what was typed and not yet given out. True when there was a whole line. Nothing of a pipe is thrown away.
    fn discard(&mut self) -> bool;

    /// True when another whole line is there already.
    fn has_more(&mut self) -> bool;
}

/// Columns of the terminal that standard output is; `None` when it goes into a pipe or file, or nobody knows.
#[must_use]
pub fn columns_of_output() -> Option<u16> {
    io::stdout().is_terminal().then(columns).flatten()
}

/// The same of standard error.
#[must_use]
pub fn columns_of_errors() -> Option<u16> {
    io::stderr().is_terminal().then(columns).flatten()
}

fn columns() -> Option<u16> {
    // Some terminals (over a serial line, in a job of a machine) say 0. What is too narrow for words is left to the terminal.
    crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|columns| *columns >= NARROWEST)
}

/// Standard input.
#[derive(Debug)]
pub struct Stdin {
    typed: bool,
    wanted: std::sync::mpsc::SyncSender<()>,
    read: mpsc::Receiver<Read>,
    asked: bool,
}

impl Stdin {
    /// Standard input from now on. Its reader ends with the process.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn open() -> io::Result<Self> {
        let (wanted, wants) = std::sync::mpsc::sync_channel::<()>(1);
        let (tell, read) = mpsc::channel(1);
        // A thread of its own, for which nobody waits at the end: a read of the keyboard cannot be broken off.
        std::thread::Builder::new().name("lines".into()).spawn(move || {
            while wants.recv().is_ok() {
                let mut bytes = Vec::new();
                let got = io::stdin().lock().read_until(b'\n', &mut bytes);
                let answer = match got {
                    Ok(0) => Read::End,
                    Ok(_) => Read::Line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned()),
                    Err(error) => Read::Failed(error),
                };
                if tell.blocking_send(answer).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { typed: io::stdin().is_terminal(), wanted, read, asked: false })
    }
}

impl LineInput for Stdin {
    fn is_typed(&self) -> bool {
        self.typed
    }

    async fn next(&mut self) -> Read {
        if !self.asked {
            self.asked = true;
            // The reader lives as long as this does.
            let _ = self.wanted.try_send(());
        }
        let answer = self.read.recv().await.unwrap_or(Read::End);
        self.asked = false;
        answer
    }

    fn discard(&mut self) -> bool {
        if !self.typed {
            return false;
        }
        let more = self.has_more();
        #[cfg(unix)]
        {
            // A terminal that has gone away has nothing typed.
            let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
        }
        let mut had = more;
        while let Ok(answer) = self.read.try_recv() {
            self.asked = false;
            had |= matches!(answer, Read::Line(_));
        }
        had
    }

    fn has_more(&mut self) -> bool {
        // Of a terminal that hands out whole lines the system counts whole lines only.
        #[cfg(unix)]
        {
            self.typed && rustix::io::ioctl_fionread(io::stdin()).is_ok_and(|bytes| bytes > 0)
        }
        #[cfg(not(unix))]
        {
            false
        }
    }
}

/// Stops this process until the shell continues it. False where that cannot be done.
///
/// # Errors
/// When the signal cannot be raised.
#[cfg(unix)]
pub fn stop_process() -> io::Result<bool> {
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
    Ok(true)
}

/// Stops this process until the shell continues it. False where that cannot be done.
///
/// # Errors
/// Never here.
#[cfg(not(unix))]
pub fn stop_process() -> io::Result<bool> {
    Ok(false)
}

/// Lines that a test types.
#[derive(Debug)]
pub struct Scripted {
    /// A person types them.
    pub typed: bool,
    /// What is typed.
    pub lines: mpsc::Receiver<Read>,
    /// How many whole lines were thrown away.
    pub thrown: usize,
}

impl Scripted {
    /// Lines that come through the channel.
    #[must_use]
    pub fn new(typed: bool) -> (mpsc::Sender<Read>, Self) {
        let (tx, lines) = mpsc::channel(64);
        (tx, Self { typed, lines, thrown: 0 })
    }
}

impl LineInput for Scripted {
    fn is_typed(&self) -> bool {
        self.typed
    }

    async fn next(&mut self) -> Read {
        self.lines.recv().await.unwrap_or(Read::End)
    }

    fn discard(&mut self) -> bool {
        let mut had = false;
        while self.typed && self.lines.try_recv().is_ok() {
            self.thrown += 1;
            had = true;
        }
        had
    }

    fn has_more(&mut self) -> bool {
        self.typed && !self.lines.is_empty()
    }
}

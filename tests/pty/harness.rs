//! A terminal with the program in it.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test gives up. Generous: the machine may be busy.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Names, in the surroundings, what the terminal answers when it is asked who it is.
pub const ANSWERS: &str = "TEXTBANK_TEST_TERMINAL_ANSWERS";
const PLAIN: &str = "\x1b[?62;22c";

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
}

/// Where a person's settings, sign-ins and journals are; removed when nobody uses it any more.
#[derive(Clone)]
pub struct Home(Arc<tempfile::TempDir>, PathBuf);

impl Home {
    /// An empty one.
    pub fn new() -> Self {
        Self(Arc::new(tempfile::tempdir().expect("a home")), env!("CARGO_BIN_EXE_textbank").into())
    }

    /// The same home, in which another program is at work: ours as it was, or as it is now.
    pub fn with(&self, program: impl Into<PathBuf>) -> Self {
        Self(Arc::clone(&self.0), program.into())
    }

    /// Its directory.
    pub fn path(&self) -> &std::path::Path {
        self.0.path()
    }

    /// Every file below this folder of it.
    pub fn below(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut dirs = vec![self.path().join(folder)];
        while let Some(dir) = dirs.pop() {
            for entry in std::fs::read_dir(dir).expect("readable").flatten() {
                match entry.path() {
                    path if path.is_dir() => dirs.push(path),
                    path => found.push(path),
                }
            }
        }
        found
    }

    /// All that the program may know of its surroundings.
    fn surroundings(&self) -> Vec<(&'static str, PathBuf)> {
        let mut all: Vec<_> = [
            ("HOME", ""),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
        ]
        .map(|(name, folder)| (name, self.0.path().join(folder)))
        .into();
        // What these tests look at begins with the confirm: the undo window of replies is looked at where time can be turned.
        all.push(("TEXTBANK_CONSOLE_REPLY_UNDO_SECONDS", "0".into()));
        // Each test begins where its own story does; the first minute has tests of its own.
        all.push(("TEXTBANK_CONSOLE_FIRST_MINUTE", "false".into()));
        all.extend([("TERM", "xterm-256color"), ("LANG", "en_US.UTF-8"), ("TZ", "UTC")].map(|(k, v)| (k, v.into())));
        all
    }

    /// The program with these arguments, without a terminal.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.1);
        command.args(args).env_clear().envs(self.surroundings()).current_dir(self.0.path());
        command
    }
}

/// The program, its keyboard and its screen.
pub struct Terminal {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    _home: Home,
}

impl Terminal {
    /// Starts `textbank` with these arguments, in a home of its own.
    pub fn start(columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::start_in(&Home::new(), columns, rows, args)
    }

    /// Starts `textbank` with these arguments in this home.
    pub fn start_in(home: &Home, columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::start_program(home, columns, rows, &home.1, args, &[])
    }

    /// Starts `textbank` with these arguments in this home, and with more in its surroundings.
    pub fn start_with(home: &Home, columns: u16, rows: u16, args: &[&str], more: &[(&str, &str)]) -> Self {
        Self::start_program(home, columns, rows, &home.1, args, more)
    }

    /// Starts `textbank` with these arguments in this home, where it first asks line by line: what terminal it is in it may ask
    /// later, and is told then by [`Self::open_console`].
    pub fn start_lines(home: &Home, columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::begin(home, columns, rows, &home.1, args, &[])
    }

    /// The same for somebody who comes for the first time: they are asked how they read, and offered the practice.
    pub fn start_first_minute(home: &Home, columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::begin(home, columns, rows, &home.1, args, &[("TEXTBANK_CONSOLE_FIRST_MINUTE", "true")])
    }

    /// Starts a shell in this home; what runs in it asks line by line.
    pub fn start_shell(home: &Home, columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::begin(home, columns, rows, "/bin/sh", args, &[])
    }

    /// The `nth` console of this process takes the screen, counted from one.
    pub fn open_console_again(&mut self, nth: usize) {
        let asked = |seen: &Seen| seen.bytes.windows(3).filter(|part| part == b"\x1b[c").count();
        if self.wait_until("the question of the next console", |seen| seen.closed || asked(seen) >= nth) {
            self.press(PLAIN.as_bytes());
        }
    }

    /// The console takes the screen.
    pub fn open_console(&mut self) {
        self.answer_who_are_you(PLAIN.as_bytes());
    }

    /// Starts any program in this home; it has to ask what terminal it is in, as ours does.
    pub fn start_program(
        home: &Home,
        columns: u16,
        rows: u16,
        program: impl AsRef<std::ffi::OsStr>,
        args: &[&str],
        more: &[(&str, &str)],
    ) -> Self {
        let mut terminal = Self::begin(home, columns, rows, program, args, more);
        let answer = more.iter().find(|(name, _)| *name == ANSWERS).map_or(PLAIN, |(_, answer)| *answer);
        terminal.answer_who_are_you(answer.as_bytes());
        terminal
    }

    fn begin(
        home: &Home,
        columns: u16,
        rows: u16,
        program: impl AsRef<std::ffi::OsStr>,
        args: &[&str],
        more: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in home.surroundings() {
            command.env(name, value);
        }
        for (name, value) in more {
            command.env(name, value);
        }
        command.cwd(home.0.path());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a writer");
        let size = |n: u16| n.try_into().expect("not zero");
        let parser = vt100::Parser::new(size(rows), size(columns), 0);
        let seen = Arc::new((Mutex::new(Seen { parser, bytes: Vec::new(), closed: false }), Condvar::new()));
        let sink = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut chunk = [0u8; 4096];
            loop {
                let got = reader.read(&mut chunk).unwrap_or(0);
                let mut seen = sink.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if got == 0 {
                    seen.closed = true;
                    sink.1.notify_all();
                    return;
                }
                seen.parser.process(&chunk[..got]);
                seen.bytes.extend_from_slice(&chunk[..got]);
                sink.1.notify_all();
            }
        });
        Self { seen, keyboard, child, master: pair.master, _home: home.clone() }
    }

    /// A terminal is asked what it is before the first frame; this one is a plain VT without kitty's keyboard, unless the
    /// surroundings say otherwise.
    fn answer_who_are_you(&mut self, answer: &[u8]) {
        if self.wait_until("the question of the program", |seen| seen.closed || contains(&seen.bytes, b"\x1b[c")) {
            self.press(answer);
        }
    }

    fn wait_until(&self, what: &str, done: impl Fn(&Seen) -> bool) -> bool {
        let guard = self.seen.0.lock().expect("not broken");
        let (seen, late) = self.seen.1.wait_timeout_while(guard, DEADLINE, |seen| !done(seen)).expect("not broken");
        assert!(!late.timed_out(), "waited for {what}; the screen is\n{}", seen.parser.screen().contents());
        !seen.closed
    }

    /// Waits until the screen has `text` on it.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |seen| seen.parser.screen().contents().contains(text));
    }

    /// Waits until the screen has `text` on it, or the program has ended; true for the former.
    pub fn shows_before_its_end(&self, text: &str) -> bool {
        let shown = |seen: &Seen| seen.parser.screen().contents().contains(text);
        self.wait_until(text, |seen| seen.closed || shown(seen)) && self.with(shown)
    }

    /// Presses a key, and again when a while has passed and the program has not ended.
    pub fn press_until_it_ends(&mut self, key: &[u8]) {
        for _ in 0..60 {
            self.press(key);
            let guard = self.seen.0.lock().expect("not broken");
            let time = Duration::from_secs(2);
            let (seen, _) = self.seen.1.wait_timeout_while(guard, time, |seen| !seen.closed).expect("not broken");
            if seen.closed {
                return;
            }
        }
    }

    /// Waits until the screen is as `done` wants it.
    pub fn wait_for_screen(&self, what: &str, done: impl Fn(&str) -> bool) {
        self.wait_until(what, |seen| done(&seen.parser.screen().contents()));
    }

    /// Waits for at most `time` until the screen is as `done` wants it; false when it is not by then, or has closed.
    pub fn becomes(&self, time: Duration, done: impl Fn(&str) -> bool) -> bool {
        let guard = self.seen.0.lock().expect("not broken");
        let not_yet = |seen: &mut Seen| !seen.closed && !done(&seen.parser.screen().contents());
        let (seen, late) = self.seen.1.wait_timeout_while(guard, time, not_yet).expect("not broken");
        !late.timed_out() && !seen.closed
    }

    /// Types bytes.
    pub fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).expect("the keyboard works");
        self.keyboard.flush().expect("the keyboard works");
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.with(|seen| seen.parser.screen().contents())
    }

    /// One row of the screen.
    pub fn row(&self, row: u16) -> String {
        self.screen().lines().nth(usize::from(row)).unwrap_or_default().to_owned()
    }

    /// Row and column of the cursor.
    pub fn cursor(&self) -> (u16, u16) {
        self.with(|seen| seen.parser.screen().cursor_position())
    }

    /// True while the cursor is shown.
    pub fn cursor_is_shown(&self) -> bool {
        self.with(|seen| !seen.parser.screen().hide_cursor())
    }

    /// True while the alternate screen is used.
    pub fn is_on_alternate_screen(&self) -> bool {
        self.with(|seen| seen.parser.screen().alternate_screen())
    }

    /// All bytes that came out so far.
    pub fn output(&self) -> Vec<u8> {
        self.with(|seen| seen.bytes.clone())
    }

    /// Bytes that come out within `time`, or fewer when nothing comes.
    pub fn bytes_within(&self, time: Duration) -> Vec<u8> {
        let guard = self.seen.0.lock().expect("not broken");
        let before = guard.bytes.len();
        let (seen, _) =
            self.seen.1.wait_timeout_while(guard, time, |seen| seen.bytes.len() == before).expect("not broken");
        seen.bytes[before..].to_vec()
    }

    /// Lets this much time pass, whatever comes out.
    pub fn pass(&self, time: Duration) {
        let guard = self.seen.0.lock().expect("not broken");
        drop(self.seen.1.wait_timeout_while(guard, time, |_| true).expect("not broken"));
    }

    /// Waits until nothing has come out for `time`. What comes out may come in any number of pieces.
    #[expect(clippy::disallowed_methods, reason = "another process is waited for")]
    pub fn wait_until_quiet(&self, time: Duration) {
        let begun = std::time::Instant::now();
        while !self.bytes_within(time).is_empty() {
            assert!(begun.elapsed() < DEADLINE, "never quiet; the screen is\n{}", self.screen());
        }
    }

    /// Asserts that the terminal is as it was before the program: for after its end.
    pub fn is_given_back(&self) {
        assert!(!self.is_on_alternate_screen(), "still on the alternate screen");
        assert!(self.cursor_is_shown(), "the cursor is hidden");
        self.with(|seen| {
            let screen = seen.parser.screen();
            assert!(!screen.bracketed_paste(), "bracketed paste is still on");
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        });
        // The line discipline: echo, whole lines, Ctrl-C.
        let modes = format!("{:?}", self.master.get_termios().expect("the terminal's modes").local_flags);
        for mode in ["ECHO", "ICANON", "ISIG"] {
            assert!(modes.contains(mode), "{mode} is off: {modes}");
        }
    }

    /// Changes the size of the window.
    pub fn resize(&self, columns: u16, rows: u16) {
        let mut seen = self.seen.0.lock().expect("not broken");
        let size = |n: u16| n.try_into().expect("not zero");
        seen.parser.screen_mut().set_size(size(rows), size(columns));
        drop(seen);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).expect("resized");
    }

    /// The program's process.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Sends a signal to the program.
    pub fn signal(&self, name: &str) {
        let id = self.process().to_string();
        let status = std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill runs");
        assert!(status.success());
    }

    /// Ends the program at once, without a word to it (kill -9).
    pub fn kill(mut self) {
        self.signal("KILL");
        self.wait_for_end();
    }

    /// Waits for the program's end, and says how long that took.
    #[expect(clippy::disallowed_methods, reason = "what a person waits for is real time")]
    pub fn time_to_end(&self) -> Duration {
        let begun = std::time::Instant::now();
        self.wait_until("the end of the program", |seen| seen.closed);
        begun.elapsed()
    }

    /// Waits for the program's end.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        self.wait_until("the end of the program", |seen| seen.closed);
        self.child.wait().expect("it has ended")
    }

    fn with<T>(&self, f: impl FnOnce(&Seen) -> T) -> T {
        f(&self.seen.0.lock().expect("not broken"))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // By its own id; it may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says that something was not tested here, and why.
pub fn skip(why: &str) {
    // Nobody reads it when the output is captured; it is not worth a failure.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

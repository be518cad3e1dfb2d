//! A faulty line: stands between the console and the server, and does to chosen requests what networks and the boxes on
//! their way do.
//!
//! One request a connection, so that a fault hits exactly the request that it is for. What is held back (an answer, a
//! request that comes late) is held until the test lets it go: no fault has a time of its own.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::harness::DEADLINE;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut before anything goes on to the server.
    CutBefore,
    /// The server gets the head and half of the body, then both sides are cut.
    CutInRequest,
    /// The server gets it and answers; the answer is lost.
    LoseAnswer,
    /// The server gets it; half of its answer comes, then the line is cut.
    CutInAnswer,
    /// The server gets it; its answer comes when the line is well again.
    Delay,
    /// The server gets it twice, one after the other; the second answer comes.
    Twice,
    /// The server gets it twice at the same moment; one of the answers comes.
    TwiceAtOnce,
    /// Cut at once; the server gets the request later, by [`Proxy::deliver_late`].
    Late,
    /// Nothing goes on and nothing comes: the connection just stays open.
    HalfOpen,
    /// The server gets it, and the connection just stays open.
    HalfOpenAnswer,
    /// Both ways byte by byte.
    Slow,
    /// A box on the way answers this instead of the server: head line and headers, then the body.
    Instead(&'static str, &'static str),
    /// The first bytes of the answer, then the line is cut: for a feed.
    CutFeed(usize),
}

/// Which requests a fault is for, by their first line.
pub type Which = fn(&str) -> bool;

/// The texts on their way to the server.
pub fn texts(line: &str) -> bool {
    line.starts_with("PUT /api/v1/messages/")
}

/// The console's feed.
pub fn feeds(line: &str) -> bool {
    line.starts_with("GET ") && line.contains("/events")
}

/// Everything.
pub fn everything(_: &str) -> bool {
    true
}

#[derive(Default)]
struct State {
    server: Option<SocketAddr>,
    fault: Option<(Which, Fault)>,
    /// Requests that the present fault has hit.
    hit: usize,
    /// Texts that came by, whatever became of them.
    seen: usize,
    late: Vec<Vec<u8>>,
    open: Vec<TcpStream>,
    over: bool,
}

/// What a line's threads share.
#[derive(Default)]
pub struct Shared<S> {
    pub state: Mutex<S>,
    pub changed: Condvar,
}

impl<S> Shared<S> {
    pub fn state(&self) -> MutexGuard<'_, S> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut S) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.notify_all();
        result
    }
}

impl Shared<State> {
    /// Waits until the fault is another one.
    fn wait_until_well(&self) {
        let done = |state: &mut State| state.fault.is_some() && !state.over;
        drop(self.changed.wait_while(self.state(), done));
    }
}

/// The line.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared<State>>,
}

impl Proxy {
    /// A line that leads nowhere yet: every connection is cut.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::<Shared<State>>::default();
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if own.state().over {
                    return;
                }
                let shared = Arc::clone(&own);
                std::thread::spawn(move || {
                    let mut down = stream;
                    // An error is a line that was cut: what the other side makes of it is what is tested.
                    let _ = serve(&shared, &mut down);
                    // The list of open ones holds it too: it would not close by itself.
                    let _ = down.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, shared }
    }

    /// Leads to the server at this address; returns where the console finds it.
    pub fn lead_to(&self, server: &str) -> String {
        let address = server.strip_prefix("http://").and_then(|address| address.parse().ok()).expect("an address");
        self.shared.change(|state| state.server = Some(address));
        format!("http://{}", self.address)
    }

    /// From now on these requests have this fault.
    pub fn breaks(&self, which: Which, fault: Fault) {
        self.shared.change(|state| {
            state.fault = Some((which, fault));
            state.hit = 0;
        });
    }

    /// From now on the line is well; what it held back comes.
    pub fn is_well(&self) {
        self.shared.change(|state| state.fault = None);
    }

    /// Cuts every connection there is.
    pub fn cut(&self) {
        self.shared.change(|state| {
            for stream in state.open.drain(..) {
                // It may be closed already.
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
    }

    /// Waits until the fault has hit this many requests.
    pub fn wait_for_hits(&self, number: usize) {
        let still = |state: &mut State| state.hit < number;
        let (state, late) =
            self.shared.changed.wait_timeout_while(self.shared.state(), DEADLINE, still).expect("not broken");
        assert!(!late.timed_out(), "the fault hit {} requests, not {number}", state.hit);
    }

    /// Texts that came by so far, tries included.
    pub fn texts_seen(&self) -> usize {
        self.shared.state().seen
    }

    /// Gives the server what was cut with [`Fault::Late`], the last first. Returns how many there were.
    pub fn deliver_late(&self) -> usize {
        let (late, server) = self.shared.change(|state| (std::mem::take(&mut state.late), state.server));
        let server = server.expect("leads to a server");
        for request in late.iter().rev() {
            let mut up = TcpStream::connect(server).expect("the server is there");
            up.write_all(request).expect("it takes the request");
            let mut answer = Vec::new();
            up.read_to_end(&mut answer).expect("it answers");
            assert!(answer.starts_with(b"HTTP/1.1 "), "{}", String::from_utf8_lossy(&answer));
        }
        late.len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.change(|state| state.over = true);
        self.cut();
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(shared: &Shared<State>, down: &mut TcpStream) -> std::io::Result<()> {
    down.set_nodelay(true)?;
    let Some(request) = read_request(down)? else { return Ok(()) };
    let line = String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
    let (server, fault) = shared.change(|state| {
        let fault = state.fault.filter(|(which, _)| which(&line)).map(|(_, fault)| fault);
        state.hit += usize::from(fault.is_some());
        state.seen += usize::from(texts(&line));
        if state.open.len() > 64 {
            state.open.retain(|stream| stream.peer_addr().is_ok());
        }
        state.open.extend(down.try_clone().ok());
        (state.server, fault)
    });
    let Some(server) = server else { return Ok(()) };
    let body = request.windows(4).position(|window| window == b"\r\n\r\n").map_or(request.len(), |at| at + 4);
    match fault {
        None => pass(shared, server, &request, down),
        Some(Fault::CutBefore) => Ok(()),
        Some(Fault::CutInRequest) => {
            let mut up = TcpStream::connect(server)?;
            up.write_all(&request[..body + (request.len() - body) / 2])?;
            up.shutdown(Shutdown::Both)
        }
        Some(Fault::LoseAnswer) => ask(server, &request).map(drop),
        Some(Fault::CutInAnswer) => {
            let answer = ask(server, &request)?;
            down.write_all(&answer[..answer.len() - 20])
        }
        Some(Fault::Delay) => {
            let answer = ask(server, &request)?;
            shared.wait_until_well();
            down.write_all(&answer)
        }
        Some(Fault::Twice) => {
            ask(server, &request)?;
            let answer = ask(server, &request)?;
            down.write_all(&answer)
        }
        Some(Fault::TwiceAtOnce) => {
            let again = request.clone();
            let other = std::thread::spawn(move || ask(server, &again).map(drop));
            let answer = ask(server, &request)?;
            let _ = other.join();
            down.write_all(&answer)
        }
        Some(Fault::Late) => {
            shared.change(|state| state.late.push(request));
            Ok(())
        }
        Some(Fault::HalfOpen) => wait_for_its_end(down),
        Some(Fault::HalfOpenAnswer) => {
            ask(server, &request)?;
            wait_for_its_end(down)
        }
        Some(Fault::Slow) => {
            let mut up = TcpStream::connect(server)?;
            up.set_nodelay(true)?;
            for byte in &request {
                up.write_all(std::slice::from_ref(byte))?;
            }
            let mut byte = [0u8; 1];
            while up.read(&mut byte)? > 0 {
                down.write_all(&byte)?;
            }
            Ok(())
        }
        Some(Fault::Instead(head, text)) => {
            let length = text.len();
            write!(down, "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}")
        }
        Some(Fault::CutFeed(bytes)) => {
            let mut up = TcpStream::connect(server)?;
            up.write_all(&request)?;
            let (mut part, mut passed) = ([0u8; 64], 0);
            while passed < bytes {
                let got = up.read(&mut part)?;
                if got == 0 {
                    break;
                }
                let got = got.min(bytes - passed);
                down.write_all(&part[..got])?;
                passed += got;
            }
            up.shutdown(Shutdown::Both)
        }
    }
}

/// One whole request, told to be the last of its connection. None when nobody asks anything.
fn read_request(from: &mut TcpStream) -> std::io::Result<Option<Vec<u8>>> {
    let (mut bytes, mut part) = (Vec::new(), [0u8; 4096]);
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match from.read(&mut part)? {
            0 => return Ok(None),
            got => bytes.extend_from_slice(&part[..got]),
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")).map_or("0", str::trim);
    let length: usize = length.parse().expect("a length");
    while bytes.len() < head + length {
        match from.read(&mut part)? {
            0 => return Ok(None),
            got => bytes.extend_from_slice(&part[..got]),
        }
    }
    bytes.splice(head - 2..head - 2, *b"connection: close\r\n");
    Ok(Some(bytes))
}

/// The server's whole answer.
fn ask(server: SocketAddr, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut up = TcpStream::connect(server)?;
    up.write_all(request)?;
    let mut answer = Vec::new();
    up.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Hands the request on and the answer back, as they come.
fn pass(shared: &Shared<State>, server: SocketAddr, request: &[u8], down: &mut TcpStream) -> std::io::Result<()> {
    let mut up = TcpStream::connect(server)?;
    // A feed ends for the server when it ends for the console.
    shared.change(|state| state.open.extend(up.try_clone().ok()));
    let (mut console, ours) = (down.try_clone()?, up.try_clone()?);
    std::thread::spawn(move || {
        let _ = wait_for_its_end(&mut console);
        let _ = ours.shutdown(Shutdown::Both);
    });
    up.write_all(request)?;
    let done = std::io::copy(&mut up, down).map(drop);
    let _ = down.shutdown(Shutdown::Both);
    done
}

fn wait_for_its_end(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut part = [0u8; 64];
    while stream.read(&mut part)? > 0 {}
    Ok(())
}

//! A line between processes that the test owns: it leads to one of several places in turn, and can be cut, stand still with
//! everything open, and flow again.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use crate::proxy::Shared;

/// Where a line may lead.
#[derive(Debug, Clone)]
pub enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// One end of a connection.
enum End {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl End {
    fn to(place: &Place) -> std::io::Result<Self> {
        Ok(match place {
            Place::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                Self::Tcp(stream)
            }
            Place::Unix(path) => Self::Unix(UnixStream::connect(path)?),
        })
    }

    fn again(&self) -> std::io::Result<Self> {
        Ok(match self {
            Self::Tcp(stream) => Self::Tcp(stream.try_clone()?),
            Self::Unix(stream) => Self::Unix(stream.try_clone()?),
        })
    }

    fn read(&mut self, part: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(part),
            Self::Unix(stream) => stream.read(part),
        }
    }

    fn write(&mut self, part: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(part),
            Self::Unix(stream) => stream.write_all(part),
        }
    }

    fn shut(&self) {
        // It may be closed already.
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

#[derive(Default)]
struct State {
    places: Vec<Option<Place>>,
    /// Whose turn is next.
    turn: usize,
    /// Nothing moves, and everything stays open.
    still: bool,
    /// How often all was cut; what stood still before the last time does not flow again.
    cuts: u64,
    /// Connections that are open, both ends of each, by their number.
    open: Vec<(u64, End, End)>,
    made: u64,
    over: bool,
}

impl Shared<State> {
    /// Waits while everything stands still; false when the line was cut meanwhile.
    fn flows(&self, cuts: u64) -> bool {
        let still = |state: &mut State| state.still && state.cuts == cuts && !state.over;
        let state = self.changed.wait_while(self.state(), still).unwrap_or_else(PoisonError::into_inner);
        state.cuts == cuts && !state.over
    }
}

/// See the module.
pub struct Wire {
    address: SocketAddr,
    shared: Arc<Shared<State>>,
}

impl Wire {
    /// A line that leads to these, in turn; to none of them it is cut at once.
    pub fn to(places: Vec<Option<Place>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::<Shared<State>>::default();
        shared.change(|state| state.places = places);
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if own.state().over {
                    return;
                }
                let shared = Arc::clone(&own);
                std::thread::spawn(move || join(&shared, stream));
            }
        });
        Self { address, shared }
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on its place with this number is another, or none; connections that stand are let be.
    pub fn lead(&self, number: usize, place: Option<Place>) {
        self.shared.change(|state| state.places[number] = place);
    }

    /// From now on it leads nowhere. Where it led is given back.
    pub fn lead_nowhere(&self) -> Vec<Option<Place>> {
        self.shared.change(|state| state.places.iter_mut().map(Option::take).collect())
    }

    /// Cuts every connection there is.
    pub fn cut(&self) {
        self.shared.change(|state| {
            state.cuts += 1;
            for (_, down, up) in state.open.drain(..) {
                down.shut();
                up.shut();
            }
        });
    }

    /// Nothing gets through any more, and no end is told.
    pub fn stand_still(&self) {
        self.shared.change(|state| state.still = true);
    }

    /// What stood still goes on.
    pub fn flow(&self) {
        self.shared.change(|state| state.still = false);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.change(|state| state.over = true);
        self.cut();
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(self.address);
    }
}

/// Leads one connection to whoever takes it, beginning with whose turn it is.
fn join(shared: &Arc<Shared<State>>, down: TcpStream) {
    let (places, cuts) = shared.change(|state| {
        let mut places = state.places.clone();
        let many = places.len().max(1);
        places.rotate_left(state.turn % many);
        state.turn += 1;
        (places, state.cuts)
    });
    if !shared.flows(cuts) {
        return;
    }
    let Some(up) = places.iter().flatten().find_map(|place| End::to(place).ok()) else { return };
    if down.set_nodelay(true).is_err() {
        return;
    }
    let down = End::Tcp(down);
    let ends = || Some((down.again().ok()?, up.again().ok()?, down.again().ok()?, up.again().ok()?));
    let Some((down_kept, up_kept, down_read, up_write)) = ends() else { return };
    let number = shared.change(|state| {
        state.made += 1;
        state.open.push((state.made, down_kept, up_kept));
        state.made
    });
    let other = Arc::clone(shared);
    let there = std::thread::spawn(move || pump(&other, cuts, down_read, up_write));
    pump(shared, cuts, up, down);
    let _ = there.join();
    shared.change(|state| state.open.retain(|(open, _, _)| *open != number));
}

/// One way, until either end has closed.
fn pump(shared: &Shared<State>, cuts: u64, mut from: End, mut to: End) {
    let mut part = [0u8; 16 * 1024];
    loop {
        let got = from.read(&mut part).unwrap_or(0);
        if got == 0 || !shared.flows(cuts) || to.write(&part[..got]).is_err() {
            // An end that comes while all stands still is not told either.
            shared.flows(cuts);
            from.shut();
            to.shut();
            return;
        }
    }
}

//! A stand-in of a Spoke server, made from what is known of the real one's wire: its shapes and status codes as they were recorded, what it
//! checks and what it does not. Its answers are put together by a GraphQL executor over the real server's schema.
//!
//! It has the real one's faults, and others that a line or a crash brings; each is switched on where it is wanted: [`Fault`].

mod http;
mod resolve;
mod watch;
mod world;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use textbank::env::SharedClock;

pub use self::world::{ADA, Message, TESS, World};

/// What the server says in its own schema, as far as it is asked here.
pub const SCHEMA: &str = include_str!("../../../data/spoke/schema.graphql");

/// What goes wrong with one `sendMessage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The line is cut before the server has read the request.
    CutBefore,
    /// The text is stored, the answer is lost.
    CutAfter,
    /// The text is stored; a box on the way answers instead.
    GatewayAfter,
    /// A box on the way answers, and the server never sees the request.
    GatewayBefore,
    /// The server is killed between its two commits: the text's row is there, stuck, and the contact counts as not texted.
    KilledBetween,
    /// The text is stored; what comes back is no JSON.
    Damaged,
    /// The server says that it failed, and has stored nothing.
    Refused,
    /// The text is stored, and the answer never comes.
    Silence,
    /// The database fails between the two commits: as [`Self::KilledBetween`], but the server goes on and says that it failed.
    FailedBetween,
}

/// What goes wrong with one request of any other kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing: this one is well.
    Passes,
    /// Each resolver of the request fails; nothing is done.
    Fails,
    /// It is done, and a box on the way answers.
    Gateway,
    /// A box on the way says that it is too much now; the server never sees the request.
    TooMuch,
}

/// What is wrong all the time.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    /// Errors have no words, as in production.
    pub masked: bool,
    /// Fields that no script uses come empty, as with the contact cache.
    pub cached: bool,
    /// Lists have null entries.
    pub nulls: bool,
    /// Nobody counts as signed in.
    pub signed_out: bool,
    /// Nobody counts as signed in any more once a text was asked for.
    pub signed_out_after_a_text: bool,
    /// Somebody else skips the contact as soon as a text was asked for, whether it arrives or not.
    pub skipped_after_a_text: bool,
    /// The server cannot be read.
    pub unreadable: bool,
    /// The resolver of this field of a contact fails.
    pub broken_field: Option<&'static str>,
    /// It does once a text was asked for.
    pub broken_field_after_a_text: Option<&'static str>,
    /// Contacts over whom the server fails, and where: `` their entry in full, `*` in lists too, `!` the whole
    /// question, else the field of this name.
    pub broken: std::collections::BTreeMap<i64, &'static str>,
    /// How long each answer to an operation takes more, in milliseconds.
    pub delay: u64,
    /// Texters have to accept terms.
    pub terms: bool,
    /// The organization wants to know more of its texters.
    pub profile: bool,
    /// How people sign in.
    pub strategy: Option<&'static str>,
    /// How many of the roles, the least first, the admin has; else all.
    pub role: Option<usize>,
    /// The other kind of Spoke.
    pub rewired: bool,
}

/// The running stand-in.
#[derive(Clone)]
pub struct StandIn {
    pub(crate) schema: Arc<Valid<Schema>>,
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) clock: SharedClock,
    /// Rings when a text was stored whose answer never comes.
    pub silent: Arc<tokio::sync::Notify>,
    address: SocketAddr,
}

impl StandIn {
    /// Starts one on a port of this machine (0: any).
    pub async fn start(port: u16, world: World, clock: SharedClock) -> Self {
        let schema = Schema::parse_and_validate(SCHEMA, "schema.graphql").expect("Spoke's schema");
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let this = Self {
            schema: Arc::new(schema),
            world: Arc::new(Mutex::new(world)),
            clock,
            silent: Arc::default(),
            address,
        };
        let router = http::router(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        this
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The world, to look at and to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

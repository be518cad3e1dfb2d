//! A wrong polling place at 7 pm, from end to end: the real server on loopback with its store on a disk, two consoles with their
//! journals and outboxes, a carrier that is behind. What is recalled is with some already, on its way to others, confirmed in the
//! journal of a laptop without a line, and on a screen as a card, a draft and a canned reply.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use pretty_assertions::assert_eq;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use secrecy::SecretString;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use textbank::api::admin::{ImportChunk, ImportStart, InviteRequest};
use textbank::api::assignment::ContactSummary;
use textbank::api::message::Outcome;
use textbank::api::people::{JoinRequest, Role};
use textbank::api::problem::Code;
use textbank::api::recall::{CorrectionRequest, RecallRequest, ScriptUpdate};
use textbank::client::journal::{Journal, State};
use textbank::client::native::{AdminClient, NativeServer, Timeouts, join};
use textbank::client::{CallError, CampaignServer};
use textbank::console::core::shared::effect::Effect;
use textbank::console::core::shared::msg::Msg;
use textbank::console::core::shared::say::Say;
use textbank::console::core::texter::people::is_waiting;
use textbank::console::core::texter::{Model, TexterOptions};
use textbank::console::keymap::chord::parse_sequence;
use textbank::console::runtime::effects::Runner;
use textbank::console::runtime::launch::{Look, TexterStage};
use textbank::console::runtime::turn::{self, Around, Manners, Stage};
use textbank::console::term::host::Recorded;
use textbank::console::term::input::Input;
use textbank::console::term::signals;
use textbank::console::ui::Drawn;
use textbank::console::ui::ink::Caps;
use textbank::console::ui::theme::Theme;
use textbank::domain::campaign::CampaignDef;
use textbank::domain::ids::{CampaignId, ContactId, DeviceId, MessageId};
use textbank::domain::message::{Delivery, MessageKind};
use textbank::domain::phone::Phone;
use textbank::domain::provenance::Provenance;
use textbank::domain::recall::Recalled;
use textbank::env::{Clock, SeededIds, SharedClock, SharedIds, SimClock, SystemClock};
use textbank::i18n::Catalogue;
use textbank::server::carrier::{Carrier, CarrierEvent, Submission, Submitted};
use textbank::server::net::Net;
use textbank::server::{ServerHandle, ServerOptions, start};
use textbank::sim::minter::Minter;

use crate::served::admin_secret;
use crate::store_home::{Kind, Place};
use crate::support::{contact, def, phone_of, text_of};

/// Half past six in the evening where the voters are.
const EVENING: &str = "2026-10-02T01:30:00Z";
const WRONG: &str = "12 Wrong St";
const RIGHT: &str = "14 Right St";
const SLICE: u32 = 4;
const SIZE: (u16, u16) = (120, 40);

/// Waits for a condition for a minute at most; `moving`: time passes for everybody meanwhile.
macro_rules! until {
    ($world:expr, $moving:expr, $what:expr, $is:expr) => {{
        let began = $world.real.monotonic();
        while !$is {
            assert!($world.real.monotonic() - began < Duration::from_secs(60), "it never came: {}", $what);
            $world.real.sleep(Duration::from_millis(2)).await;
            if $moving {
                $world.move_on().await;
            }
        }
    }};
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A carrier that takes texts, or says "later" to all of them.
#[derive(Debug, Default)]
struct Pier {
    shut: Mutex<bool>,
    turned_away: AtomicUsize,
    taken: Mutex<Vec<Submission>>,
}

#[async_trait]
impl Carrier for Pier {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn is_simulated(&self) -> bool {
        true
    }

    async fn submit(&self, submission: &Submission) -> Submitted {
        if *lock(&self.shut) {
            self.turned_away.fetch_add(1, Ordering::SeqCst);
            return Submitted::Later { reason: "busy".into() };
        }
        lock(&self.taken).push(submission.clone());
        Submitted::Accepted { carrier_id: submission.attempt.to_string() }
    }
}

/// A line to the server that can be cut.
struct Cable {
    address: SocketAddr,
    cut: watch::Sender<bool>,
    connections: Arc<AtomicUsize>,
}

impl Cable {
    async fn lay(to: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (cut, connections) = (watch::Sender::new(false), Arc::new(AtomicUsize::new(0)));
        let (is_cut, count) = (cut.subscribe(), connections.clone());
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut is_cut, count) = (is_cut.clone(), count.clone());
                if *is_cut.borrow() {
                    continue;
                }
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(to).await {
                        tokio::select! {
                            _ = is_cut.wait_for(|cut| *cut) => {}
                            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        }
                    }
                    count.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, cut, connections }
    }
}

/// What a console shows, as far as this story looks at it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Shows {
    card: Option<(ContactId, String)>,
    /// The whole card is on the screen: a press would send it.
    drawn: bool,
    block: Option<&'static str>,
    /// Conversations that wait.
    waiting: usize,
    unsent: usize,
    sent: u64,
    /// What stands in drafts and in the composer.
    drafts: String,
    canned: usize,
    side_pane: bool,
    ready: bool,
}

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Shows>>);

impl Screen {
    fn now(&self) -> Shows {
        lock(&self.0).clone()
    }

    /// A card with these words that a press would send.
    fn offers(&self, words: &str) -> bool {
        let now = self.now();
        now.drawn && now.card.is_some_and(|(_, body)| body.contains(words))
    }
}

struct Watched {
    stage: TexterStage,
    screen: Screen,
}

impl Stage for Watched {
    fn start(&mut self) -> Vec<Effect> {
        self.stage.start()
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.stage.update(msg)
    }

    fn draw(&mut self, area: Rect, buffer: &mut Buffer) -> Drawn {
        let drawn = self.stage.draw(area, buffer);
        let model = &self.stage.model;
        let waits = |id: &ContactId| model.people.line(*id).is_some_and(is_waiting);
        let written = model.open.as_ref().map(|open| open.editor.text().to_owned()).unwrap_or_default();
        *lock(&self.screen.0) = Shows {
            card: model.card.as_ref().map(|card| (card.contact, card.body.clone())),
            drawn: drawn.card.is_some(),
            block: model.card_block().map(|say| say.key),
            waiting: model.people.ids().filter(waits).count(),
            unsent: model.remaining(),
            sent: model.sent,
            drafts: model.drafts.values().cloned().chain([written]).collect::<Vec<_>>().join("|"),
            canned: model.canned_rows("").len(),
            side_pane: model.side_pane,
            ready: model.loaded && model.campaign.is_some() && model.me.is_some(),
        };
        drawn
    }

    fn phrase(&self, say: &Say) -> String {
        self.stage.phrase(say)
    }
}

struct World {
    server: ServerHandle,
    pier: Arc<Pier>,
    clock: Arc<SimClock>,
    real: SharedClock,
    ids: SharedIds,
}

impl World {
    async fn start(place: &Place) -> Self {
        // Installed already by another test: just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = SimClock::at(EVENING.parse().expect("a time"));
        let (ids, pier) = (SeededIds::shared(7), Arc::new(Pier::default()));
        let options = ServerOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            location: place.location(),
            carrier: pier.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            net: Net::default(),
        };
        let server = start(options).await.expect("a server");
        Self { server, pier, clock, real: SystemClock::shared(), ids }
    }

    fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }

    async fn token(&self, invite: &str, name: &str) -> SecretString {
        let request = JoinRequest {
            invite: invite.to_owned(),
            name: name.to_owned(),
            device: DeviceId(self.fresh()),
            proof: None,
        };
        let joined = join(&self.server.base_url(), &request, Timeouts::default()).await.expect("joined");
        SecretString::from(joined.token)
    }

    /// Time passes, but not during a call: one that took seconds from its claim on would be taken for that of a server that stood
    /// still. Where a claim may be under way it goes no faster than the machine's.
    async fn move_on(&self) {
        let (ready, submitting, _) = self.server.store().open_jobs().await.expect("a store");
        let step = match (ready, submitting) {
            (0, 0) => 50,
            (_, 0) => 2,
            _ => 0,
        };
        self.clock.advance(Duration::from_millis(step));
    }

    async fn admin(&self) -> AdminClient {
        let token = self.token(&admin_secret(&self.server, 1).await, "Ada").await;
        AdminClient::new(&self.server.base_url(), &token, Timeouts::default()).expect("a client")
    }

    /// Somebody who reaches the server at this address.
    async fn person(&self, admin: &AdminClient, role: Role, name: &str, at: &str) -> Arc<NativeServer> {
        let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 600, waiting_room: false };
        let token = self.token(&admin.invite(&request).await.expect("an invite").secret, name).await;
        Arc::new(NativeServer::new(at, &token, Timeouts::default()).expect("a client"))
    }

    async fn campaign(&self, admin: &AdminClient) -> CampaignId {
        let import = self.fresh();
        let provenance = Provenance::of_made_up_people("a test");
        let list = ImportStart { def: script(WRONG), contacts: u64::from(2 * SLICE), provenance, warnings: Vec::new() };
        admin.import_start(import, &list).await.expect("started");
        let contacts = (0..2 * SLICE).map(contact).collect();
        admin.import_chunk(import, 0, &ImportChunk { contacts, shared: false }).await.expect("stored");
        admin.import_finish(import).await.expect("finished").campaign
    }

    async fn journal(&self, dir: &Path) -> Journal {
        let clock: SharedClock = self.clock.clone();
        Journal::open(dir, &clock, &self.ids).await.expect("a journal").0
    }

    /// A console until its keys end: nothing but the terminal is made up.
    async fn console(
        &self,
        server: Arc<NativeServer>,
        journal: Journal,
        campaign: CampaignId,
        screen: Screen,
        keys: Keys,
    ) {
        let clock: SharedClock = self.clock.clone();
        let (inbox_tx, inbox) = mpsc::channel(1_024);
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let mut options = TexterOptions::new(campaign, journal.device().expect("a device"));
        options.scored = false;
        let mut runner = Runner::new(server, journal, inbox_tx, clock.clone(), self.ids.clone(), tracker, &cancel);
        let look = Look {
            theme: Theme::default(),
            caps: Caps { ascii: false, zone: TimeZone::UTC, footer: true, login: false },
            mouse: false,
            manners: Manners::default(),
            notifies: None,
            editor: None,
        };
        let stage = TexterStage::new(Model::new(options), look, Arc::new(Catalogue::english()));
        let (_signals, signals) = signals::scripted();
        let mut keys = keys;
        let mut input = Some(futures_util::stream::poll_fn(move |cx| keys.poll_recv(cx)));
        let around = Around {
            host: Recorded::new(SIZE.0, SIZE.1),
            open_input: || input.take().expect("the terminal is never given away here"),
            signals,
            inbox,
            clock,
            ids: self.ids.clone(),
            manners: Manners::default(),
            editor: None,
        };
        turn::run(Watched { stage, screen }, &mut runner, around).await.expect("a terminal");
    }

    /// Presses keys, each long after the one before, as somebody does who looks.
    async fn press(&self, keys: &mpsc::Sender<io::Result<Input>>, words: &str) {
        for chord in parse_sequence(words).expect("keys") {
            // What the key is meant for has been on the screen for a while.
            self.clock.advance(Duration::from_secs(2));
            keys.send(Ok(Input::Key { chord, repeat: false })).await.expect("a console");
            // Taken up before the next one.
            until!(self, false, words, keys.capacity() == keys.max_capacity());
        }
    }

    /// Presses on so many cards with these words.
    async fn send(&self, keys: &mpsc::Sender<io::Result<Input>>, screen: &Screen, words: &str, many: u64) {
        for _ in 0..many {
            until!(self, false, format!("a card with {words}: {:?}", screen.now()), screen.offers(words));
            let before = screen.now();
            self.press(keys, "enter").await;
            until!(self, false, "the next card", screen.now().sent > before.sent && screen.now().card != before.card);
        }
    }

    fn taken(&self) -> Vec<Submission> {
        lock(&self.pier.taken).clone()
    }
}

type Keys = mpsc::Receiver<io::Result<Input>>;

fn script(place: &str) -> CampaignDef {
    let mut def = def();
    def.initial[0].text = format!("Hi {{firstName/there}}, vote at {place} before 8 pm!");
    def.canned[0].text.insert("en".into(), format!("You vote at {place}, {{firstName}}."));
    def.slice_size = SLICE;
    def
}

fn names(of: &[ContactSummary]) -> Vec<&str> {
    of.iter().map(|one| one.first_name.as_str()).collect()
}

#[rstest::rstest]
#[case::file(Kind::File)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recalled_at_seven_goes_to_nobody_more_and_is_put_right_with_who_got_it(#[case] kind: Kind) {
    let Some(place) = Place::make(kind) else { return };
    let world = World::start(&place).await;
    let base = world.server.base_url();
    let admin = world.admin().await;
    let campaign = world.campaign(&admin).await;
    let cable = Cable::lay(base.trim_start_matches("http://").parse().expect("an address")).await;
    let cal = world.person(&admin, Role::Captain, "Cal", &base).await;
    let ann = world.person(&admin, Role::Texter, "Ann", &format!("http://{}", cable.address)).await;
    let bob = world.person(&admin, Role::Texter, "Bob", &base).await;
    let anns = ann.claim(campaign, world.fresh(), SLICE).await.expect("a slice").contacts;
    let bobs = bob.claim(campaign, world.fresh(), SLICE).await.expect("a slice").contacts;

    let home = tempfile::tempdir().expect("a directory");
    let journal = world.journal(&home.path().join("ann")).await;
    let (screens, (ann_keys, ann_pressed), (bob_keys, bob_pressed)) =
        ([Screen::default(), Screen::default()], mpsc::channel(1), mpsc::channel(1));
    let [ann_sees, bob_sees] = &screens;
    let ann_console = world.console(ann.clone(), journal.clone(), campaign, ann_sees.clone(), ann_pressed);
    let bobs_journal = world.journal(&home.path().join("bob")).await;
    let bob_console = world.console(bob.clone(), bobs_journal, campaign, bob_sees.clone(), bob_pressed);
    let story = async {
        // One text of each is with its voter; one of them asks back.
        for (screen, keys) in [(ann_sees, &ann_keys), (bob_sees, &bob_keys)] {
            until!(world, false, "everything in hand", screen.now().ready);
            world.send(keys, screen, WRONG, 1).await;
        }
        until!(world, false, "both are with the carrier", world.taken().len() == 2);
        for text in world.taken() {
            let key = format!("delivered {}", text.attempt);
            let report =
                CarrierEvent::Receipt { key, attempt: text.attempt, delivery: Delivery::Delivered, error: None };
            world.server.carrier_event(report).await.expect("heard");
        }
        let asks = CarrierEvent::Inbound {
            key: "asks".into(),
            from: phone_of(&bobs[0]),
            body: "where is it?".into(),
            pictures: 0,
        };
        world.server.carrier_event(asks).await.expect("heard");

        // Bob begins to answer with the canned reply and leaves it as a draft.
        until!(world, false, "the question", bob_sees.now().waiting == 1);
        assert_eq!(bob_sees.now().canned, 1);
        world.press(&bob_keys, "n c 1").await;
        until!(world, false, "the canned reply", bob_sees.now().drafts.contains(WRONG));
        world.press(&bob_keys, "esc tab").await;
        until!(world, false, "the card again", bob_sees.offers(WRONG));

        // Ann's line is cut; she goes on.
        cable.cut.send_replace(true);
        until!(world, false, "no line", cable.connections.load(Ordering::SeqCst) == 0);
        world.send(&ann_keys, ann_sees, WRONG, 2).await;
        until!(world, false, "two in the journal", journal.unsettled_count() == 2);
        until!(world, false, "the last card", ann_sees.offers(WRONG));

        // The carrier falls behind: Bob's next text waits for it, and another card is on his screen.
        *lock(&world.pier.shut) = true;
        world.send(&bob_keys, bob_sees, WRONG, 1).await;
        until!(world, false, "it waits for the carrier", {
            // In this order: before the call the job was ready too.
            let turned_away = world.pier.turned_away.load(Ordering::SeqCst);
            let (ready, submitting, _) = world.server.store().open_jobs().await.expect("a store");
            turned_away == 1 && (ready, submitting) == (1, 0)
        });
        until!(world, false, "the card", bob_sees.offers(WRONG));

        // Seven o'clock.
        let request = RecallRequest {
            what: Recalled::Script { version: 1 },
            reason: "wrong polling place".into(),
            everywhere: false,
        };
        let would = cal.recall(campaign, &request, true).await.expect("a report");
        assert_eq!((would.recall, would.got, would.delivered, would.in_doubt), (None, 2, 2, 0));
        assert_eq!((would.waiting, would.to_get), (1, 5));
        let recalled = cal.recall(campaign, &request, false).await.expect("recalled");
        assert_eq!((recalled.got, recalled.dropped, recalled.waiting), (2, 1, 0));
        *lock(&world.pier.shut) = false;

        // Bob's screen is shut and cleared, and a press on it is none.
        until!(world, false, "a card that is shut", bob_sees.now().block == Some("texter-card-recalled-why"));
        until!(world, false, "the text that came back", bob_sees.now().unsent == 3);
        assert_eq!((bob_sees.now().drafts.contains(WRONG), bob_sees.now().canned), (false, 0));
        let before = bob_sees.now();
        world.press(&bob_keys, "enter z").await;
        until!(world, false, "the key behind it", bob_sees.now().side_pane != before.side_pane);
        assert_eq!(bob_sees.now().sent, before.sent);
        assert!(!bob_sees.now().drawn);

        // Put right: new cards for Bob. What Ann's journal holds is refused and comes back with the new words.
        let state = admin.update_script(campaign, &ScriptUpdate { def: script(RIGHT) }).await.expect("updated");
        assert_eq!((state.script_version, state.still_recalled), (2, vec![]));
        until!(world, false, "Bob's card put right", bob_sees.offers(RIGHT));
        let pressed: Vec<Uuid> = journal.open_acts().await.expect("read").iter().map(|act| act.id).collect();
        assert_eq!(pressed.len(), 2);
        cable.cut.send_replace(false);
        until!(world, true, "handed in", journal.unsettled_count() == 0);
        for id in pressed {
            // Still in the journal until the echo; afterwards its verdict is the server's alone.
            let verdict = ann.verdict(id).await.expect("an answer").expect("a verdict");
            let Outcome::Refused { problem } = verdict.outcome else { panic!("it was taken: {verdict:?}") };
            assert_eq!(problem.code, Code::Recalled);
        }
        let kept = journal.held().await.expect("read");
        assert!(kept.iter().all(|one| one.state != State::Confirmed), "{kept:?}");
        until!(world, true, "Ann's cards put right", ann_sees.now().unsent == 3 && ann_sees.offers(RIGHT));
        world.send(&ann_keys, ann_sees, RIGHT, 3).await;
        world.send(&bob_keys, bob_sees, RIGHT, 3).await;
        until!(world, true, "all are with the carrier", world.taken().len() == 8);
        let (before, after) = (world.taken()[..2].to_vec(), world.taken()[2..].to_vec());
        assert!(before.iter().all(|text| text.body.contains(WRONG)), "{before:?}");
        assert!(after.iter().all(|text| text.body.contains(RIGHT) && !text.body.contains(WRONG)), "{after:?}");

        // The correction is for the two who got it, and for nobody else, and once.
        let recall = recalled.recall.expect("its number");
        let mut sorry = script(RIGHT);
        sorry.title = "Sorry".into();
        sorry.initial[0].text = format!("Sorry {{firstName/there}}, it is {RIGHT}.");
        let request = CorrectionRequest { campaign, recall, def: sorry, paused: false };
        let id = world.fresh();
        let made = admin.correct(id, &request).await.expect("made");
        assert_eq!(made.contacts, 2);
        assert_eq!(admin.correct(id, &request).await.expect("the same").campaign, made.campaign);
        let fix = ann.claim(made.campaign, world.fresh(), 10).await.expect("a slice").contacts;
        assert_eq!(names(&fix), [anns[0].first_name.as_str(), bobs[0].first_name.as_str()]);
        let none = bob.claim(made.campaign, world.fresh(), 10).await;
        assert!(matches!(&none, Err(CallError::Refused(problem)) if problem.code == Code::HeldByOthers), "{none:?}");
        let (me, minter) = (ann.me().await.expect("me").person, Minter::default());
        for line in &fix {
            let words = format!("Sorry {}, it is {RIGHT}.", line.first_name);
            for _ in 0..2 {
                let (id, mut text) = (world.fresh(), text_of(world.clock.now(), line, MessageKind::Initial, &words));
                minter.link(me, id, &mut text);
                let twice = ann.send(MessageId(id), &text).await;
                assert!(twice.is_ok(), "{twice:?}");
            }
        }
        until!(world, true, "the correction is with the carrier", world.taken().len() == 10);
        let got = |phone: &Phone| world.taken().iter().filter(|text| text.to == *phone).count();
        let counts: Vec<usize> = anns.iter().chain(&bobs).map(|line| got(&phone_of(line))).collect();
        assert_eq!(counts, [2, 1, 1, 1, 2, 1, 1, 1]);
    };
    tokio::select! {
        () = story => {}
        () = ann_console => panic!("Ann's console ended"),
        () = bob_console => panic!("Bob's console ended"),
    }
    tokio::time::timeout(Duration::from_secs(60), world.server.shutdown()).await.expect("an end");
}

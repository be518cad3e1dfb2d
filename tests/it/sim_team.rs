//! A team at a server with simulated voters: a pause stops everybody, what a captain takes back moves, the counts agree.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use pretty_assertions::assert_eq;
use secrecy::SecretString;
use textbank::api::act::Act;
use textbank::api::admin::{ImportChunk, ImportStart, InviteRequest};
use textbank::api::campaign::CampaignState;
use textbank::api::captain::{Board, TexterLine};
use textbank::api::event::{Event, EventKind};
use textbank::api::people::{JoinRequest, Role};
use textbank::api::problem::Code;
use textbank::client::native::{AdminClient, NativeServer, Timeouts, join};
use textbank::client::{Call, CampaignServer};
use textbank::domain::conversation::Status;
use textbank::domain::ids::{ActId, CampaignId, DeviceId};
use textbank::env::{Clock, SeededIds, SharedClock, SharedIds, SystemClock};
use textbank::exchange::sample;
use textbank::rehearsal::clock::RehearsalClock;
use textbank::rehearsal::persona_file::built_in;
use textbank::rehearsal::voters::{Voters, VotersPlan, afternoon};
use textbank::server::store::command::Answer;
use textbank::server::store::handles::System;
use textbank::server::store::sql::Location;
use textbank::server::{ServerHandle, ServerOptions, start};
use textbank::sim::check::check;
use textbank::sim::history::History;
use textbank::sim::texter::{Place, Robot, Step, Thankful};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const CONTACTS: u64 = 40;
const SLICE: u64 = 10;

struct House {
    server: ServerHandle,
    clock: SharedClock,
    real: SharedClock,
    ids: SharedIds,
    campaign: CampaignId,
    admin: AdminClient,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl House {
    /// What `serve --simulated-voters --rehearsal-clock` starts, with voters who hardly think.
    async fn open(dir: &std::path::Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (real, ids) = (SystemClock::shared(), SeededIds::shared(5));
        let clock = RehearsalClock::standing(real.clone(), afternoon(None), 1);
        clock.flow(true);
        let plan = VotersPlan { personas: built_in().expect("the assets are right"), seed: 5, speed: 200 };
        let (voters, carrier) = Voters::new(plan, real.clone(), &ids);
        let server = start(ServerOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            location: Location::File(dir.join("textbank.db")),
            carrier,
            clock: clock.clone(),
            ids: ids.clone(),
            net: textbank::server::net::Net::default(),
        })
        .await
        .expect("a server");
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(voters.play(server.state.desk.clone(), stop.clone()));

        let organization = server.store().first_organization().await.expect("an organization");
        let request =
            InviteRequest { role: Role::Admin, campaign: None, uses: 1, valid_seconds: 600, waiting_room: false };
        let Answer::Invite(invite) = System::invite(&server.state.desk, organization, request).await.expect("a store")
        else {
            panic!("no invite")
        };
        let device = DeviceId(ids.act_id(clock.now()));
        let request = JoinRequest { invite: invite.secret, name: "Ada".into(), device, proof: None };
        let joined = join(&server.base_url(), &request, Timeouts::default()).await.expect("joined");
        assert!(joined.me.rehearsal, "a simulated carrier is a rehearsal, whatever keeps the data");
        let admin = AdminClient::new(&server.base_url(), &SecretString::from(joined.token), Timeouts::default())
            .expect("a client");
        let mut def = sample::campaign().expect("the sample");
        def.slice_size = u32::try_from(SLICE).expect("small");
        let mut contacts = sample::contacts().expect("the sample").contacts;
        contacts.truncate(usize::try_from(CONTACTS).expect("small"));
        let import = ids.act_id(clock.now());
        let began = ImportStart {
            def,
            contacts: CONTACTS,
            provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
            warnings: Vec::new(),
        };
        admin.import_start(import, &began).await.expect("started");
        admin.import_chunk(import, 0, &ImportChunk { contacts, shared: false }).await.expect("stored");
        let campaign = admin.import_finish(import).await.expect("finished").campaign;
        Self { server, clock, real, ids, campaign, admin, stop, tasks }
    }

    async fn sign_on(&self, role: Role, name: &str) -> Arc<NativeServer> {
        let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 600, waiting_room: false };
        let invite = self.admin.invite(&request).await.expect("an invite").secret;
        let device = DeviceId(self.ids.act_id(self.clock.now()));
        let request = JoinRequest { invite, name: name.into(), device, proof: None };
        let token = join(&self.server.base_url(), &request, Timeouts::default()).await.expect("joined").token;
        let client = NativeServer::new(&self.server.base_url(), &SecretString::from(token), Timeouts::default());
        Arc::new(client.expect("a client"))
    }

    async fn robot(&self, server: &Arc<NativeServer>, history: &Arc<History>) -> Robot {
        let place = Place {
            server: server.clone(),
            campaign: self.campaign,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            history: history.clone(),
        };
        Robot::start(place, Box::new(Thankful)).await.expect("signed on")
    }

    async fn captains(&self, captain: &NativeServer, act: Act) {
        let id = ActId(self.ids.act_id(self.clock.now()));
        assert!(captain.act(id, &act).await.expect("an answer").is_accepted(), "{act:?}");
    }

    /// Asks for the board until it is as wanted.
    async fn board(&self, captain: &NativeServer, wanted: impl Fn(&Board) -> bool) -> Board {
        let mut last = None;
        for _ in 0..600 {
            let board = captain.board(self.campaign).await.expect("a board");
            if wanted(&board) {
                return board;
            }
            last = Some(board);
            self.real.sleep(Duration::from_millis(25)).await;
        }
        panic!("the board never came to be as wanted: {last:?}")
    }
}

fn line<'a>(board: &'a Board, name: &str) -> &'a TexterLine {
    board.texters.iter().find(|line| line.name == name).expect("on the board")
}

async fn until<T>(feed: &mut BoxStream<'static, Call<Event>>, wanted: impl Fn(EventKind) -> Option<T>) -> T {
    let look = async {
        loop {
            let event = feed.next().await.expect("the feed stands").expect("an event");
            if let Some(found) = wanted(event.what) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look).await.expect("it comes")
}

fn state_of(what: EventKind) -> Option<CampaignState> {
    match what {
        EventKind::Campaign { state, .. } => Some(state),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_pauses_goes_on_and_hands_contacts_over() {
    let dir = tempfile::tempdir().expect("a directory");
    let house = House::open(dir.path()).await;
    let history = Arc::new(History::default());
    let (ann, bob) = (house.sign_on(Role::Texter, "Ann").await, house.sign_on(Role::Texter, "Bob").await);
    let cap = house.sign_on(Role::Captain, "Cap").await;
    let mut feed = ann.events(house.campaign, 0).await.expect("a feed");
    let (mut ann, mut bob) = (house.robot(&ann, &history).await, house.robot(&bob, &history).await);
    for robot in [&mut ann, &mut bob] {
        assert_eq!(robot.step().await.expect("a slice"), Step::Claimed(usize::try_from(SLICE).expect("small")));
        assert_eq!(robot.step().await.expect("a text"), Step::Texted(true));
    }

    house.captains(&cap, Act::Pause { campaign: house.campaign }).await;
    until(&mut feed, |what| (state_of(what) == Some(CampaignState::Paused)).then_some(())).await;
    let mut step = Step::Answered;
    while step == Step::Answered {
        step = ann.step().await.expect("an answer");
    }
    assert_eq!(step, Step::Texted(false), "nothing goes out");
    ann.refresh().await.expect("read anew");
    assert_eq!(house.board(&cap, |_| true).await.counts.sent, 2);
    house.captains(&cap, Act::Resume { campaign: house.campaign }).await;
    until(&mut feed, |what| (state_of(what) == Some(CampaignState::Running)).then_some(())).await;

    let before = house.board(&cap, |_| true).await;
    let (texter, unsent) = (ann.me().person, line(&before, "Ann").unsent);
    assert_eq!(unsent, SLICE - 1);
    house.captains(&cap, Act::Reclaim { campaign: house.campaign, texter }).await;
    for _ in 0..unsent {
        let why = until(&mut feed, |what| match what {
            EventKind::Gone { why, .. } => Some(why),
            _ => None,
        });
        assert_eq!(why.await, "reclaimed");
    }
    ann.refresh().await.expect("read anew");
    assert!(ann.hand().all(|contact| contact.status != Status::NeedsMessage), "only who was texted stays");
    let after = house.board(&cap, |_| true).await;
    assert_eq!(after.counts.unassigned, before.counts.unassigned + unsent);
    assert_eq!((line(&after, "Ann").unsent, line(&after, "Ann").assigned), (0, 1));

    // Bob texts everybody, Ann's among them; somebody answers.
    while !matches!(bob.step().await.expect("a step"), Step::Nothing(_)) {}
    let board = house.board(&cap, |board| board.counts.waiting > 0).await;
    assert_eq!((board.counts.sent, board.counts.unsent), (CONTACTS, 0));
    assert_eq!((line(&board, "Ann").assigned, line(&board, "Bob").assigned), (1, CONTACTS - 1));

    // Both answer; then the voters fall silent, and all sides count the same.
    let mut quiet = 0;
    for _ in 0..400 {
        for robot in [&mut ann, &mut bob] {
            robot.refresh().await.expect("read anew");
            while !matches!(robot.step().await.expect("a step"), Step::Nothing(code) if code == Code::NoneLeft) {}
        }
        let waiting = house.board(&cap, |_| true).await.counts.waiting;
        quiet = if waiting == 0 { quiet + 1 } else { 0 };
        if quiet == 40 {
            break;
        }
        house.real.sleep(Duration::from_millis(25)).await;
    }
    let board = house.board(&cap, |board| board.in_flight == 0).await;
    let mut threads = Vec::new();
    for contact in ann.hand().chain(bob.hand()) {
        threads.push(cap.thread(contact.id, None, 200).await.expect("a thread"));
    }
    assert_eq!(check(&history.facts(), &threads), Vec::<String>::new());
    let held = |robot: &Robot| robot.hand().count() as u64;
    assert_eq!((line(&board, "Ann").assigned, line(&board, "Bob").assigned), (held(&ann), held(&bob)));
    let closed = |robot: &Robot| robot.hand().filter(|contact| contact.status == Status::Closed).count() as u64;
    assert!(board.counts.opted_out + board.counts.closed > 0, "{board:?}");
    assert_eq!(board.counts.closed, closed(&ann) + closed(&bob));

    house.server.shutdown().await;
    house.stop.cancel();
    house.tasks.close();
    house.tasks.wait().await;
}

//! The whole way over loopback: the running server, the clients that people have.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use pretty_assertions::assert_eq;
use secrecy::SecretString;
use uuid::Uuid;

use textbank::api::act::Act;
use textbank::api::admin::{ImportChunk, ImportStart, InviteRequest};
use textbank::api::event::EventKind;
use textbank::api::message::{Outcome, SendRequest, Shown, ThreadEntry};
use textbank::api::people::{JoinRequest, Joined, Role};
use textbank::api::problem::Code;
use textbank::client::native::{AdminClient, NativeServer, Timeouts, join};
use textbank::client::{CallError, CampaignServer};
use textbank::domain::ids::{ActId, DeviceId, MessageId, PersonId};
use textbank::domain::message::{Delivery, MessageKind};
use textbank::env::{Clock, SharedIds, SimClock};
use textbank::server::ServerHandle;
use textbank::server::carrier::CarrierEvent;
use textbank::sim::minter::Minter;

use crate::served::{Served, admin_secret};
use crate::support::{contact, def, phone};

struct World {
    server: ServerHandle,
    clock: Arc<SimClock>,
    ids: SharedIds,
}

impl World {
    async fn start() -> Self {
        let Served { server, clock, ids } = Served::start(7).await;
        Self { server, clock, ids }
    }

    fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }

    async fn join(&self, secret: &str, name: &str) -> Joined {
        let request = JoinRequest {
            invite: secret.to_owned(),
            name: name.to_owned(),
            device: DeviceId(Uuid::from_u128(7)),
            proof: None,
        };
        join(&self.server.base_url(), &request, Timeouts::default()).await.expect("joined")
    }

    async fn admin(&self) -> AdminClient {
        let secret = admin_secret(&self.server, 1).await;
        let token = SecretString::from(self.join(&secret, "Ada").await.token);
        AdminClient::new(&self.server.base_url(), &token, Timeouts::default()).expect("a client")
    }

    async fn person(&self, admin: &AdminClient, role: Role, name: &str) -> NativeServer {
        let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 600, waiting_room: false };
        let secret = admin.invite(&request).await.expect("an invite").secret;
        let token = SecretString::from(self.join(&secret, name).await.token);
        NativeServer::new(&self.server.base_url(), &token, Timeouts::default()).expect("a client")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_text_end_to_end_and_its_answer() {
    let world = World::start().await;
    let admin = world.admin().await;
    let import = world.fresh();
    let contacts: Vec<_> = (0..3).map(contact).collect();
    let start = ImportStart {
        def: def(),
        contacts: 3,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    admin.import_start(import, &start).await.expect("started");
    let chunk = ImportChunk { contacts, shared: false };
    admin.import_chunk(import, 0, &chunk).await.expect("stored");
    let again = admin.import_chunk(import, 0, &chunk).await.expect("stored once");
    assert_eq!((again.chunks, again.stored), (1, 3));
    let campaign = admin.import_finish(import).await.expect("finished").campaign;

    let ann = world.person(&admin, Role::Texter, "Ann").await;
    let cap = world.person(&admin, Role::Captain, "Cap").await;
    assert!(ann.me().await.expect("me").rehearsal);
    assert_eq!(ann.campaigns().await.expect("a list").len(), 1);
    let view = ann.campaign(campaign).await.expect("the campaign");
    let mut feed = ann.events(campaign, view.seq).await.expect("a feed");

    let slice = ann.claim(campaign, world.fresh(), 1).await.expect("a slice").contacts;
    let body = format!("Hi {}", slice[0].first_name);
    let mut request = SendRequest {
        campaign,
        contact: slice[0].id,
        kind: MessageKind::Initial,
        after_seq: 0,
        epoch: slice[0].epoch,
        script_version: view.script_version,
        variant: Some("a".to_owned()),
        source: None,
        off_script: false,
        shown: Shown {
            body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
            drawn_at: world.clock.now(),
            pressed_at: world.clock.now(),
            dwell_ms: 300,
            mono_ms: 0,
            device: DeviceId(Uuid::from_u128(7)),
            link: None,
        },
        body,
    };
    let id = MessageId(world.fresh());
    let minter = Minter::default();
    let mut again = request.clone();
    minter.link(PersonId(1), id.0, &mut request);
    let verdict = ann.send(id, &request).await.expect("a verdict");
    assert!(verdict.is_accepted(), "{verdict:?}");
    assert_eq!(ann.send(id, &request).await, Ok(verdict.clone()));
    let other = MessageId(world.fresh());
    minter.link(PersonId(1), other.0, &mut again);
    let second = ann.send(other, &again).await.expect("a verdict too");
    let Outcome::Refused { problem } = second.outcome else { panic!("two initials") };
    assert_eq!((problem.code, problem.who.as_deref()), (Code::AlreadySent, Some("Ann")));

    // The dispatcher takes it to the carrier by itself; then the voter writes.
    let number: u32 = slice[0].first_name.trim_start_matches("Voter").parse().expect("a number");
    let (mut settled, mut submitted, mut answered) = (false, false, false);
    let wait = async {
        while !(settled && submitted && answered) {
            let event = feed.next().await.expect("a feed").expect("an event");
            match event.what {
                EventKind::Settled { verdict: of } => settled |= of == verdict,
                EventKind::Delivery { message, delivery: Delivery::Submitted, .. } if message == id => {
                    submitted = true;
                    let event = CarrierEvent::Inbound {
                        key: "k1".into(),
                        from: phone(number),
                        body: "yes\u{1b}[2J!".into(),
                        pictures: 0,
                    };
                    world.server.carrier_event(event.clone()).await.expect("stored");
                    world.server.carrier_event(event).await.expect("once");
                }
                EventKind::Thread { item: ThreadEntry::Message(message), .. } => {
                    answered |= message.delivery == Delivery::Received;
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("all of it in time");

    let thread = ann.thread(slice[0].id, None, 50).await.expect("the thread");
    let texts = thread.entries.iter().filter(|entry| matches!(entry, ThreadEntry::Message(_))).count();
    assert_eq!(texts, 2, "{thread:?}");
    let stop = ann.act(ActId(world.fresh()), &Act::Pause { campaign }).await.expect("a verdict");
    assert!(matches!(stop.outcome, Outcome::Refused { problem } if problem.code == Code::Forbidden));
    let board = cap.board(campaign).await.expect("a board");
    assert_eq!((board.counts.sent, board.counts.waiting), (1, 1));
    assert!(matches!(ann.board(campaign).await, Err(CallError::Refused(problem)) if problem.code == Code::Forbidden));

    // The end: feeds are ended, nothing hangs.
    let World { server, .. } = world;
    let shutdown = tokio::time::timeout(Duration::from_secs(60), server.shutdown());
    let rest = async { while let Some(Ok(_)) = feed.next().await {} };
    let (done, ()) = tokio::join!(shutdown, rest);
    done.expect("the server stops in time");
    // Not reached, or another program's answer on the port that is free again.
    assert!(ann.me().await.is_err());
}

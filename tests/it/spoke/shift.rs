//! The thin path: sign in, one assignment, one text, one reply.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use pretty_assertions::assert_eq;
use uuid::Uuid;

use textbank::api::event::EventKind;
use textbank::api::message::{Outcome, SendRequest, ThreadEntry, Verdict};
use textbank::client::CampaignServer;
use textbank::client::native::Timeouts;
use textbank::client::spoke::session::{Door, Kind};
use textbank::client::spoke::{Pace, SpokeServer};
use textbank::domain::campaign::fill_initial;
use textbank::domain::conversation::Status;
use textbank::domain::ids::{CampaignId, ContactId, MessageId};
use textbank::domain::message::{Direction, MessageKind};
use textbank::env::{SeededIds, SystemClock};

use super::stand_in::{StandIn, TESS, World};
use crate::support::text_of;

const SOON: Duration = Duration::from_millis(1);

/// Nobody waits in a test.
pub const AT_ONCE: Pace =
    Pace { doubt: Duration::ZERO, looks: 2, poll_busy: SOON, poll_quiet: SOON, count_busy: SOON, count_quiet: SOON };

/// The stand-in with Tess signed in.
pub struct Tess {
    pub there: StandIn,
    pub server: Arc<SpokeServer>,
    pub campaign: CampaignId,
}

impl Tess {
    pub async fn with(world: World) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = SystemClock::shared();
        Self::at(StandIn::start(0, world, clock).await).await
    }

    /// Signed in anew, as by a program that has just begun.
    pub async fn at(there: StandIn) -> Self {
        let clock = SystemClock::shared();
        let door = Door::new(&there.url(), Timeouts::default()).expect("an address");
        assert!(matches!(door.kind().await, Ok(Kind::Spoke(_))));
        let password = "hunter22hunter".to_owned().into();
        let (cookie, me) = door.login("Tess.Texter@example.org", &password).await.expect("signed in");
        let outside = (clock, SeededIds::shared(1));
        let server =
            SpokeServer::new(&there.url(), &cookie, me.person, Timeouts::default(), outside).expect("a client");
        let campaign = CampaignId(World::assignment_of(TESS));
        Self { there, server: Arc::new(server.at_pace(AT_ONCE)), campaign }
    }

    pub async fn start(contacts: i64) -> Self {
        Self::with(World::with_contacts(contacts, now())).await
    }

    /// A text to this contact, as the console confirms it.
    pub async fn text(&self, contact: i64, kind: MessageKind, body: &str) -> SendRequest {
        let page = self.server.assignment(self.campaign, None).await.expect("a list");
        let line = page.contacts.into_iter().find(|line| line.id.0 == contact).expect("in hand");
        let mut request = text_of(now(), &line, kind, body);
        request.after_seq = line.foreign_seq;
        request
    }

    /// The same to a contact that the list does not show (any more).
    pub async fn text_of(&self, contact: i64, kind: MessageKind, body: &str) -> SendRequest {
        let view = self.server.contacts(self.campaign, &[ContactId(contact)]).await.expect("a body").remove(0);
        text_of(now(), &view.summary, kind, body)
    }

    pub async fn send(&self, id: u128, request: &SendRequest) -> textbank::client::Call<Verdict> {
        self.server.send(MessageId(Uuid::from_u128(id)), request).await
    }
}

pub fn now() -> Timestamp {
    SystemClock::shared().now()
}

#[tokio::test]
async fn a_volunteer_signs_in_texts_and_answers() {
    let tess = Tess::start(60).await;
    let me = tess.server.me().await.expect("somebody");
    assert_eq!((me.name.as_str(), me.organization.as_str(), me.person.0), ("Tess", "Riverton Votes", TESS));
    let todos = tess.server.campaigns().await.expect("a list");
    let todo: Vec<_> = todos.iter().map(|todo| (todo.id, todo.title.as_str(), todo.unsent, todo.waiting)).collect();
    assert_eq!(todo, [(tess.campaign, "June 4 GOTV - assigned", 60, 0)]);

    let view = tess.server.campaign(tess.campaign).await.expect("a campaign");
    let page = tess.server.assignment(tess.campaign, None).await.expect("a list");
    assert_eq!((page.contacts.len(), page.sent, page.next), (60, 0, None));
    let ids: Vec<ContactId> = page.contacts.iter().map(|line| line.id).collect();
    let bodies = tess.server.contacts(tess.campaign, &ids).await.expect("bodies");
    assert_eq!(bodies.len(), 60);
    let asked = tess.there.world().asked.iter().filter(|name| *name == "details").count();
    assert_eq!(asked, 2, "fifty at once");

    let first = &bodies[0];
    let text = fill_initial(&view.def, &first.variant, &first.fields, &me.name).expect("filled");
    assert_eq!(
        text,
        "Hi Cora, it's Tess with Riverton Votes. Election day is June 4 and you vote at School No. 2. Can we count on you?"
    );
    let request = tess.text(1, MessageKind::Initial, &text).await;
    let verdict = tess.send(1, &request).await.expect("a verdict");
    assert!(verdict.is_accepted(), "{verdict:?}");
    assert_eq!(tess.there.world().sent_to(1).len(), 1);
    assert_eq!(tess.there.world().sent_to(1)[0].text, text, "what was shown is what is kept");

    // A reply comes, is found by the poll, and answered.
    let mut feed = tess.server.events(tess.campaign, 0).await.expect("a feed");
    tess.there.world().voter_writes(1, "yes! where do I vote?", now());
    let mut inbound = None;
    let line = loop {
        match feed.next().await.expect("the feed goes on").expect("an event").what {
            EventKind::Thread { contact: ContactId(1), item: ThreadEntry::Message(message) } => {
                if message.direction == Direction::Inbound {
                    inbound = Some(message);
                } else {
                    assert_eq!(message.id.0, Uuid::from_u128(1), "my own text keeps its id");
                }
            }
            EventKind::Contact { contact } if contact.status == Status::NeedsResponse => break contact,
            EventKind::Contact { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(inbound.expect("the reply").body, "yes! where do I vote?");
    assert_eq!((line.last_seq, line.foreign_seq, line.preview.as_str()), (2, 2, "yes! where do I vote?"));
    let reply = tess.text(1, MessageKind::Reply, "You vote at School No. 2, Cora.").await;
    let verdict = tess.send(2, &reply).await.expect("a verdict");
    assert!(matches!(verdict.outcome, Outcome::Accepted { seq: 3, .. }), "{verdict:?}");
    let thread = tess.server.thread(ContactId(1), None, 50).await.expect("a thread");
    let ids: Vec<Uuid> = thread
        .entries
        .iter()
        .filter_map(|entry| match entry {
            ThreadEntry::Message(message) if message.mine => Some(message.id.0),
            _ => None,
        })
        .collect();
    assert_eq!(ids, [Uuid::from_u128(1), Uuid::from_u128(2)]);
    assert_eq!(tess.there.world().contacts[&1].status, "convo");
}

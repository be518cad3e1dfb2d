//! A campaign server in memory that answers after a set time: for what must not depend on the server.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use jiff::civil::Time;
use textbank::api::{
    act::Act,
    assignment::{AssignmentPage, ContactSummary, ContactView, SliceGrant},
    campaign::{CampaignState, CampaignTodo, CampaignView},
    captain::Board,
    event::{Event, EventKind},
    message::{Outcome, SendRequest, Thread, Verdict},
    people::{Me, Presence, Role},
    problem::{Code, Problem},
};
use textbank::client::{Call, CallError, CampaignServer, Capabilities};
use textbank::domain::campaign::CampaignDef;
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::hours::TextingHours;
use textbank::domain::ids::{ActId, CampaignId, ContactId, MessageId, PersonId};
use textbank::domain::zone::Zones;
use textbank::env::SharedClock;
use textbank::exchange::sample;
use tokio::sync::mpsc;
use uuid::Uuid;

/// The one campaign.
pub const CAMPAIGN: CampaignId = CampaignId(1);
/// Contacts in a page, as the real server gives them.
const PAGE: usize = 500;

/// See the module.
#[derive(Debug)]
pub struct Memory {
    clock: SharedClock,
    contacts: i64,
    /// Every answer takes this long.
    delay: Duration,
    def: CampaignDef,
    feeds: Mutex<Vec<mpsc::Sender<Call<Event>>>>,
    seq: Mutex<u64>,
}

impl Memory {
    /// A server with one texter's slice of so many contacts, nobody texted yet.
    pub fn new(clock: SharedClock, contacts: i64, delay: Duration) -> anyhow::Result<Self> {
        let mut def = sample::campaign().map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let (start, end) = (Time::MIN, Time::MAX);
        let (initial_start, initial_end, reply_start, reply_end) = (start, end, start, end);
        def.hours = TextingHours {
            initial_start,
            initial_end,
            reply_start,
            reply_end,
            sunday_start: start,
            ..TextingHours::default()
        };
        Ok(Self { clock, contacts, delay, def, feeds: Mutex::default(), seq: Mutex::new(1) })
    }

    /// Who works here.
    pub fn me() -> Me {
        Me {
            person: PersonId(1),
            name: "Sam".into(),
            role: Role::Texter,
            organization: "Bench".into(),
            campaign: Some(CAMPAIGN),
            rehearsal: true,
            waiting: false,
        }
    }

    fn summary(&self, id: ContactId) -> ContactSummary {
        ContactSummary {
            tags: vec![],
            language: None,
            snoozed_until: None,
            id,
            campaign: CAMPAIGN,
            first_name: format!("Marisol{id}"),
            status: Status::NeedsMessage,
            opt_out: OptOut::No,
            epoch: 1,
            waiting_since: None,
            preview: String::new(),
            last_seq: 0,
            foreign_seq: 0,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn view(&self, id: ContactId) -> ContactView {
        let fields =
            [("firstName", format!("Marisol{id}")), ("city_name", "Boise".into()), ("event_date", "June 4".into())];
        ContactView {
            summary: self.summary(id),
            fields: BTreeMap::from(fields.map(|(name, value)| (name.to_owned(), value))),
            visible: vec!["city_name".into(), "event_date".into()],
            zones: Zones::from_names(["America/New_York"]),
            language: None,
            variant: self.def.initial[0].name.clone(),
            answers: BTreeMap::new(),
            tags: Vec::new(),
            note: String::new(),
            wrong_number: false,
        }
    }

    async fn wait(&self) {
        if !self.delay.is_zero() {
            self.clock.sleep(self.delay).await;
        }
    }

    fn tell(&self, what: EventKind) {
        let mut seq = self.seq.lock().unwrap_or_else(PoisonError::into_inner);
        *seq += 1;
        let event = Event { seq: *seq, at: self.clock.now(), what };
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        for feed in feeds.iter() {
            let _ = feed.try_send(Ok(event.clone()));
        }
    }

    /// Accepts, and echoes it as the real server does: the contact's new state and the verdict.
    fn accept(&self, id: Uuid, contact: Option<ContactId>) -> Verdict {
        let verdict = Verdict { id, outcome: Outcome::Accepted { seq: 1, at: self.clock.now() } };
        if let Some(contact) = contact {
            let mut summary = self.summary(contact);
            summary.status = Status::Messaged;
            summary.last_seq = 1;
            self.tell(EventKind::Contact { contact: summary });
        }
        self.tell(EventKind::Settled { verdict: verdict.clone() });
        verdict
    }
}

fn nothing<T>() -> Call<T> {
    Err(CallError::Refused(Box::new(Problem::new(Code::NotFound, "not here"))))
}

#[async_trait]
impl CampaignServer for Memory {
    fn capabilities(&self) -> Capabilities {
        Capabilities::NATIVE
    }

    async fn me(&self) -> Call<Me> {
        self.wait().await;
        Ok(Self::me())
    }

    async fn campaigns(&self) -> Call<Vec<CampaignTodo>> {
        nothing()
    }

    async fn campaign(&self, id: CampaignId) -> Call<CampaignView> {
        self.wait().await;
        Ok(CampaignView {
            id,
            state: CampaignState::Running,
            script_version: 1,
            def: self.def.clone(),
            recalled: vec![],
            note: None,
            late_owner: None,
            seq: 1,
        })
    }

    async fn claim(&self, _: CampaignId, _: Uuid, _: u32) -> Call<SliceGrant> {
        self.wait().await;
        Ok(SliceGrant { contacts: Vec::new(), lease_until: Timestamp::MAX, held_back: 0 })
    }

    async fn assignment(&self, _: CampaignId, cursor: Option<String>) -> Call<AssignmentPage> {
        self.wait().await;
        let from: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let all = usize::try_from(self.contacts).unwrap_or(0);
        let to = (from + PAGE).min(all);
        let contacts =
            (from..to).filter_map(|n| i64::try_from(n).ok()).map(|n| self.summary(ContactId(n + 1))).collect();
        let next = (to < all).then(|| to.to_string());
        Ok(AssignmentPage { contacts, next, seq: 1, lease_until: Some(Timestamp::MAX), sent: 0 })
    }

    async fn contacts(&self, _: CampaignId, ids: &[ContactId]) -> Call<Vec<ContactView>> {
        self.wait().await;
        Ok(ids.iter().map(|id| self.view(*id)).collect())
    }

    async fn thread(&self, contact: ContactId, _: Option<u64>, _: u32) -> Call<Thread> {
        self.wait().await;
        Ok(Thread { contact, entries: Vec::new(), more_before: false })
    }

    async fn send(&self, id: MessageId, request: &SendRequest) -> Call<Verdict> {
        self.wait().await;
        Ok(self.accept(id.0, Some(request.contact)))
    }

    async fn act(&self, id: ActId, _: &Act) -> Call<Verdict> {
        self.wait().await;
        Ok(self.accept(id.0, None))
    }

    async fn presence(&self) -> Call<Presence> {
        self.wait().await;
        Ok(Presence {
            server_time: self.clock.now(),
            lease_until: Timestamp::MAX,
            own_time: false,
            nothing_goes_before: None,
            keeps: None,
        })
    }

    async fn events(&self, _: CampaignId, _: u64) -> Call<BoxStream<'static, Call<Event>>> {
        self.wait().await;
        let (sender, receiver) = mpsc::channel(4_096);
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        Ok(tokio_stream::wrappers::ReceiverStream::new(receiver).boxed())
    }

    async fn board(&self, _: CampaignId) -> Call<Board> {
        nothing()
    }
}

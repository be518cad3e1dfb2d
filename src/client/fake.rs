//! A campaign server that answers as it is told: for tests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::{Call, CallError, CampaignServer, Capabilities};
use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ContactView, SliceGrant},
    campaign::{CampaignTodo, CampaignView},
    captain::Board,
    event::Event,
    message::{Outcome, SendRequest, Thread, Verdict},
    people::{Me, Presence},
    problem::{Code, Problem},
};
use crate::console::core::shared::msg::{Beside, ConfirmedWhat};
use crate::domain::ids::{ActId, CampaignId, ContactId, MessageId};
use crate::env::{SharedClock, SystemClock};

/// How long a test waits, in real time, for what other threads do (the journal's disk): by the clock and not by
/// turns, of which a fast machine with a slow disk makes any number in a moment.
pub(crate) struct Patience {
    real: SharedClock,
    end: Duration,
}

impl Patience {
    pub(crate) fn new() -> Self {
        let real = SystemClock::shared();
        let end = real.monotonic() + Duration::from_secs(60);
        Self { real, end }
    }

    /// Lets everybody else work for a moment; panics with `what` when it has been too long.
    pub(crate) async fn turn(&self, what: &str) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        assert!(self.real.monotonic() < self.end, "it took too long: {what}");
        self.real.sleep(Duration::from_millis(1)).await;
    }
}

/// What the next hand-in gets.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Accepted, and said so.
    Accept,
    /// Accepted, and the answer is lost.
    Lost,
    /// Refused for ever.
    Refuse(Code),
    /// Nothing was decided.
    Fail(CallError),
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Reply>,
    per_id: HashMap<Uuid, Reply>,
    verdicts: HashMap<Uuid, Verdict>,
    calls: Vec<Uuid>,
    pages: VecDeque<Call<AssignmentPage>>,
    cursors: Vec<Option<String>>,
    claims: VecDeque<Call<SliceGrant>>,
    claimed: Vec<Uuid>,
    me: VecDeque<Call<Me>>,
    looks: HashMap<Uuid, Verdict>,
    verdict_answers: VecDeque<Call<Option<Verdict>>>,
    read_back: Vec<Uuid>,
    signed_in_again: bool,
    beside: Option<Beside>,
    feeds: VecDeque<Call<mpsc::Receiver<Call<Event>>>>,
    follows: Vec<u64>,
    in_flight: usize,
    most_in_flight: usize,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct FakeServer {
    capabilities: Capabilities,
    state: Mutex<State>,
    /// Hand-ins wait while this is shut.
    gate: watch::Sender<bool>,
    /// Counts calls, to wait for one.
    pub(crate) bell: watch::Sender<usize>,
}

impl FakeServer {
    pub(crate) fn new(capabilities: Capabilities) -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            capabilities,
            state: Mutex::default(),
            gate: watch::Sender::new(true),
            bell: watch::Sender::new(0),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state().script.extend(replies);
    }

    pub(crate) fn always(&self, id: Uuid, reply: Option<Reply>) {
        match reply {
            Some(reply) => drop(self.state().per_id.insert(id, reply)),
            None => drop(self.state().per_id.remove(&id)),
        }
    }

    /// Somebody signs in in another window.
    pub(crate) fn sign_in_again(&self, again: bool) {
        self.state().signed_in_again = again;
    }

    /// What its client has noticed.
    pub(crate) fn notices(&self, beside: Beside) {
        self.state().beside = Some(beside);
    }

    pub(crate) fn open_gate(&self, open: bool) {
        self.gate.send_replace(open);
    }

    pub(crate) fn calls(&self) -> Vec<Uuid> {
        self.state().calls.clone()
    }

    pub(crate) fn accepted(&self) -> usize {
        self.state().verdicts.values().filter(|verdict| verdict.is_accepted()).count()
    }

    /// What the next questions for stored verdicts get.
    pub(crate) fn verdict_answers(&self, answers: impl IntoIterator<Item = Call<Option<Verdict>>>) {
        self.state().verdict_answers.extend(answers);
    }

    /// Whose stored verdicts were asked for.
    /// What became of an act can be seen from now on by whoever looks.
    pub(crate) fn can_be_seen(&self, verdict: Verdict) {
        self.state().looks.insert(verdict.id, verdict);
    }

    pub(crate) fn read_back(&self) -> Vec<Uuid> {
        self.state().read_back.clone()
    }

    /// As after a fall in which the server lost what it had answered.
    pub(crate) fn forget(&self, id: Uuid) {
        self.state().verdicts.remove(&id);
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.state().most_in_flight
    }

    pub(crate) fn pages(&self, pages: impl IntoIterator<Item = Call<AssignmentPage>>) {
        self.state().pages.extend(pages);
    }

    pub(crate) fn cursors(&self) -> Vec<Option<String>> {
        self.state().cursors.clone()
    }

    pub(crate) fn claims(&self, claims: impl IntoIterator<Item = Call<SliceGrant>>) {
        self.state().claims.extend(claims);
    }

    pub(crate) fn claimed(&self) -> Vec<Uuid> {
        self.state().claimed.clone()
    }

    pub(crate) fn me_answers(&self, answers: impl IntoIterator<Item = Call<Me>>) {
        self.state().me.extend(answers);
    }

    /// The next connection to the feed gets this.
    pub(crate) fn feed(&self, feed: Call<()>) -> mpsc::Sender<Call<Event>> {
        let (sender, receiver) = mpsc::channel(100);
        self.state().feeds.push_back(feed.map(|()| receiver));
        sender
    }

    pub(crate) fn follows(&self) -> Vec<u64> {
        self.state().follows.clone()
    }

    /// Waits until `n` hand-ins have begun.
    pub(crate) async fn called(&self, n: usize) {
        self.bell.subscribe().wait_for(|calls| *calls >= n).await.unwrap();
    }

    fn ring(&self) {
        self.bell.send_modify(|n| *n += 1);
    }

    async fn decide(&self, id: Uuid) -> Call<Verdict> {
        {
            let mut state = self.state();
            state.calls.push(id);
            state.in_flight += 1;
            state.most_in_flight = state.most_in_flight.max(state.in_flight);
        }
        self.ring();
        self.gate.subscribe().wait_for(|open| *open).await.unwrap();
        let mut state = self.state();
        state.in_flight -= 1;
        let reply = state.per_id.get(&id).cloned().or_else(|| state.script.pop_front()).unwrap_or(Reply::Accept);
        let at = Timestamp::UNIX_EPOCH;
        let accept = Verdict { id, outcome: Outcome::Accepted { seq: 1, at } };
        match reply {
            Reply::Fail(error) => Err(error),
            Reply::Accept => Ok(state.verdicts.entry(id).or_insert(accept).clone()),
            Reply::Lost => {
                state.verdicts.entry(id).or_insert(accept);
                Err(CallError::NoAnswer("cut".into()))
            }
            Reply::Refuse(code) => {
                let refusal = Verdict { id, outcome: Outcome::Refused { problem: Problem::new(code, "scripted") } };
                Ok(state.verdicts.entry(id).or_insert(refusal).clone())
            }
        }
    }
}

fn unscripted<T>() -> Call<T> {
    Err(CallError::Refused(Box::new(Problem::new(Code::NotFound, "not scripted"))))
}

#[async_trait]
impl CampaignServer for FakeServer {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn is_signed_in_again(&self) -> bool {
        self.state().signed_in_again
    }

    fn beside(&self) -> Option<Beside> {
        self.state().beside.clone()
    }

    async fn look_for(&self, id: Uuid, _: &ConfirmedWhat) -> Call<Option<Verdict>> {
        Ok(self.state().looks.get(&id).cloned())
    }

    fn may_repeat(&self, what: &ConfirmedWhat) -> bool {
        matches!(what, ConfirmedWhat::Act { act } if !matches!(act, Act::Release { .. }))
    }

    async fn me(&self) -> Call<Me> {
        let next = self.state().me.pop_front();
        self.ring();
        next.unwrap_or_else(unscripted)
    }

    async fn campaigns(&self) -> Call<Vec<CampaignTodo>> {
        unscripted()
    }

    async fn campaign(&self, _: CampaignId) -> Call<CampaignView> {
        unscripted()
    }

    async fn claim(&self, _: CampaignId, claim: Uuid, _: u32) -> Call<SliceGrant> {
        let mut state = self.state();
        state.claimed.push(claim);
        state.claims.pop_front().unwrap_or_else(unscripted)
    }

    async fn assignment(&self, _: CampaignId, cursor: Option<String>) -> Call<AssignmentPage> {
        let mut state = self.state();
        state.cursors.push(cursor);
        state.pages.pop_front().unwrap_or_else(unscripted)
    }

    async fn contacts(&self, _: CampaignId, _: &[ContactId]) -> Call<Vec<ContactView>> {
        Ok(Vec::new())
    }

    async fn thread(&self, contact: ContactId, _: Option<u64>, _: u32) -> Call<Thread> {
        Ok(Thread { contact, entries: Vec::new(), more_before: false })
    }

    async fn send(&self, id: MessageId, _: &SendRequest) -> Call<Verdict> {
        self.decide(id.0).await
    }

    async fn act(&self, id: ActId, _: &Act) -> Call<Verdict> {
        self.decide(id.0).await
    }

    async fn verdict(&self, id: Uuid) -> Call<Option<Verdict>> {
        let mut state = self.state();
        state.read_back.push(id);
        state.verdict_answers.pop_front().unwrap_or_else(|| Ok(state.verdicts.get(&id).cloned()))
    }

    async fn presence(&self) -> Call<Presence> {
        unscripted()
    }

    async fn events(&self, _: CampaignId, after: u64) -> Call<BoxStream<'static, Call<Event>>> {
        let next = {
            let mut state = self.state();
            state.follows.push(after);
            state.feeds.pop_front()
        };
        self.ring();
        match next {
            Some(Ok(receiver)) => Ok(tokio_stream::wrappers::ReceiverStream::new(receiver).boxed()),
            Some(Err(error)) => Err(error),
            None => Err(CallError::NotReached("no feed scripted".into())),
        }
    }

    async fn board(&self, _: CampaignId) -> Call<Board> {
        unscripted()
    }
}

/// Acts to confirm.
pub(crate) mod sample {
    use jiff::Timestamp;
    use uuid::Uuid;

    use crate::api::act::Act;
    use crate::api::message::{SendRequest, Shown};
    use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat};
    use crate::domain::ids::{CampaignId, ContactId, DeviceId};
    use crate::domain::message::MessageKind;

    pub(crate) fn at(n: u64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + i64::try_from(n).unwrap()).unwrap()
    }

    pub(crate) fn id(n: u64) -> Uuid {
        Uuid::from_u128(u128::from(n) + 1)
    }

    pub(crate) fn text(n: u64, contact: i64) -> Confirmed {
        let (drawn_at, pressed_at) = (at(n), at(n));
        let shown = Shown {
            body_hash: "00".into(),
            drawn_at,
            pressed_at,
            dwell_ms: 400,
            mono_ms: 0,
            device: DeviceId(id(9_000)),
            link: None,
        };
        let request = SendRequest {
            campaign: CampaignId(1),
            contact: ContactId(contact),
            kind: MessageKind::Reply,
            body: format!("Text {n}"),
            after_seq: 3,
            epoch: 1,
            script_version: 1,
            variant: None,
            source: None,
            off_script: false,
            shown,
        };
        Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Text(request) }
    }

    pub(crate) fn pause(n: u64) -> Confirmed {
        Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Act { act: Act::Pause { campaign: CampaignId(1) } } }
    }
}

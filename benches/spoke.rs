//! The time of a first text at a campaign that runs Spoke, as the texter feels it: from the press to the next card.
//!
//! `cargo bench --bench spoke`. A stand-in of a Spoke server on this machine answers after 0, 100 and 300 ms of added delay each way. On one
//! side the texter's core with the real journal, outbox and Spoke adapter; beside it, in the same run against the same stand-in, the requests that
//! Spoke's own web client makes for one text before it shows the next contact, one after the other: the text, and with answers recorded
//! those and the ones taken away as well. What counts is the ratio.

#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

#[path = "../tests/it/spoke/stand_in/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
mod stand_in;

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use textbank::client::journal::Journal;
use textbank::client::native::Timeouts;
use textbank::client::spoke::SpokeServer;
use textbank::client::spoke::session::Door;
use textbank::console::core::shared::Program as _;
use textbank::console::core::shared::effect::Effect;
use textbank::console::core::shared::msg::{DrawnCard, Msg, Stamp};
use textbank::console::core::texter::{Model, TexterOptions};
use textbank::console::keymap::chord::{Chord, Key, Press};
use textbank::console::runtime::effects::Runner;
use textbank::domain::ids::{CampaignId, ContactId, DeviceId};
use textbank::env::{SharedClock, SharedIds, SystemClock, SystemIds};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use stand_in::{StandIn, TESS, World};

/// First texts on each side, for each delay.
const TEXTS: usize = 20;
/// Added delay each way.
const DELAYS: [u64; 3] = [0, 100, 300];
/// Longer than the rest after which a second press stands at once.
const REST: Duration = Duration::from_millis(1_100);
const PASSWORD: &str = "hunter22hunter";

/// The texter's core with everything behind it, but for the screen.
struct Console {
    model: Model,
    runner: Runner,
    inbox: mpsc::Receiver<Msg>,
    clock: SharedClock,
    ids: SharedIds,
    told: Option<DrawnCard>,
    _home: tempfile::TempDir,
}

impl Console {
    async fn open(url: &str) -> anyhow::Result<Self> {
        let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
        let door = Door::new(url, Timeouts::default())?;
        let (cookie, me) = door.login("tess.texter@example.org", &PASSWORD.to_owned().into()).await?;
        let outside = (Arc::clone(&clock), Arc::clone(&ids));
        let server = Arc::new(SpokeServer::new(url, &cookie, me.person, Timeouts::default(), outside)?);
        let home = tempfile::tempdir()?;
        let (journal, _) = Journal::open(home.path(), &clock, &ids).await?;
        let mut options = TexterOptions::new(CampaignId(World::assignment_of(TESS)), DeviceId(ids.act_id(clock.now())));
        options.plain_text = true;
        options.undo_opt_out = false;
        let (sender, inbox) = mpsc::channel(256);
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let runner = Runner::new(server, journal, sender, Arc::clone(&clock), Arc::clone(&ids), tracker, &cancel);
        let mut this = Self { model: Model::new(options), runner, inbox, clock, ids, told: None, _home: home };
        let effects = this.model.start();
        this.carry_out(effects);
        Ok(this)
    }

    fn stamp(&self) -> Stamp {
        let wall = self.clock.now();
        Stamp { id: self.ids.act_id(wall), wall, mono: self.clock.monotonic() }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.runner.run(effect);
        }
    }

    fn tell(&mut self, msg: Msg) {
        let effects = self.model.update(msg);
        self.carry_out(effects);
        // A frame: told to the core when its card is another one.
        while self.model.armed() != self.told {
            let card = self.model.armed();
            self.told.clone_from(&card);
            let effects = self.model.update(Msg::Drawn { card, stamp: self.stamp() });
            self.carry_out(effects);
        }
    }

    fn card(&self) -> Option<ContactId> {
        self.model.card.as_ref().map(|card| card.contact)
    }

    /// Answers are taken as they come, for so long.
    async fn rest(&mut self, long: Duration) {
        let end = tokio::time::Instant::now() + long;
        while let Ok(Some(msg)) = tokio::time::timeout_at(end, self.inbox.recv()).await {
            self.tell(msg);
        }
    }

    async fn until(&mut self, what: &str, there: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let end = tokio::time::Instant::now() + Duration::from_secs(60);
        while !there(self) {
            let msg = tokio::time::timeout_at(end, self.inbox.recv()).await;
            let msg = msg.map_err(|_late| anyhow::anyhow!("{what} does not come"))?;
            self.tell(msg.ok_or_else(|| anyhow::anyhow!("the runtime has ended"))?);
        }
        Ok(())
    }

    /// One press, and how long the next card takes.
    async fn text(&mut self) -> anyhow::Result<Duration> {
        self.rest(REST).await;
        let before = self.card();
        let begun = Instant::now();
        let (chord, press, stamp) = (Chord::plain(Key::Enter), Press::Fresh, self.stamp());
        self.tell(Msg::Key { chord, press, stamp });
        self.until("the next card", |this| this.card().is_some() && this.card() != before).await?;
        Ok(begun.elapsed())
    }
}

/// The requests of Spoke's own page for one contact, one after the other. `answers`: how many of the three it makes.
struct Page {
    http: reqwest::Client,
    url: String,
    cookie: String,
}

impl Page {
    async fn open(url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let form =
            json!({ "authType": "login", "email": "tess.texter@example.org", "password": PASSWORD, "nextUrl": "/app" });
        let answer = http.post(format!("{url}/login-callback")).json(&form).send().await?;
        let set = answer.headers().get_all("set-cookie").iter().filter_map(|set| set.to_str().ok()?.split(';').next());
        let cookie = set.collect::<Vec<_>>().join("; ");
        Ok(Self { http, url: format!("{url}/graphql"), cookie })
    }

    async fn ask(&self, name: &str, query: &str, variables: serde_json::Value) -> anyhow::Result<()> {
        let body = json!({ "operationName": name, "query": query, "variables": variables });
        let answer = self.http.post(&self.url).header("cookie", &self.cookie).json(&body).send().await?;
        let answer: serde_json::Value = answer.json().await?;
        anyhow::ensure!(answer.get("errors").is_none(), "{name}: {answer}");
        Ok(())
    }

    async fn text(&self, contact: i64, with_answers: bool) -> anyhow::Result<Duration> {
        let (id, assignment) = (contact.to_string(), World::assignment_of(TESS).to_string());
        let begun = Instant::now();
        let text = "Hi, it's Tess with Riverton Votes. Election day is June 4. Can we count on you?";
        let message = json!({ "text": text, "assignmentId": assignment, "contactNumber": "", "userId": "2" });
        let send = "mutation sendMessage($message: MessageInput!, $id: String!) { sendMessage(message: $message, campaignContactId: $id) { id } }";
        self.ask("sendMessage", send, json!({ "message": message, "id": id })).await?;
        if with_answers {
            let answers = "mutation answers($answers: [QuestionResponseInput], $id: String!) { updateQuestionResponses(questionResponses: $answers, campaignContactId: $id) }";
            let set = json!([{ "campaignContactId": id, "interactionStepId": "1", "value": "Yes" }]);
            self.ask("answers", answers, json!({ "answers": set, "id": id })).await?;
            let clear = "mutation clear($steps: [String], $id: String!) { deleteQuestionResponses(interactionStepIds: $steps, campaignContactId: $id) { id } }";
            self.ask("clear", clear, json!({ "steps": ["2"], "id": id })).await?;
        }
        Ok(begun.elapsed())
    }
}

fn median(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() - 1])
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let short = std::env::args().any(|arg| arg == "--short");
    let (texts, delays) = if short { (3, &DELAYS[..2]) } else { (TEXTS, &DELAYS[..]) };
    let mut out = std::io::stdout();
    writeln!(out, "press to next card, {texts} first texts each; p50 (worst); the page's own path in the same run")?;
    for delay in delays {
        let clock = SystemClock::shared();
        let mut world = World::with_contacts(400, clock.now());
        // Anybody may be texted at any hour here.
        world.organization = json!({ "textingHoursEnforced": false });
        let there = StandIn::start(0, world, clock).await;
        let url = there.url();
        let mut console = Console::open(&url).await?;
        let page = Page::open(&url).await?;
        console.until("the first card", |this| this.card().is_some()).await?;
        console.rest(REST).await;
        // There and back again: an answer waits for both ways at once.
        there.world().habits.delay = delay * 2;
        let mut ours = Vec::new();
        for _ in 0..texts {
            ours.push(console.text().await?);
        }
        let (mut one, mut three) = (Vec::new(), Vec::new());
        for n in 0..texts {
            let contact = 300 + i64::try_from(n)?;
            one.push(page.text(contact, false).await?);
            three.push(page.text(contact + 50, true).await?);
        }
        let sent = |there: &StandIn| (1..=200).filter(|id| !there.world().sent_to(*id).is_empty()).count();
        // All of them arrive, once.
        let end = Instant::now() + Duration::from_secs(60);
        while sent(&there) < texts && Instant::now() < end {
            console.rest(Duration::from_millis(50)).await;
        }
        let twice = (1..=200).filter(|id| there.world().sent_to(*id).len() > 1).count();
        anyhow::ensure!(
            sent(&there) == texts && twice == 0,
            "{} of {texts} arrived, {twice} of them twice",
            sent(&there)
        );
        let ((ours, worst), (one, _), (three, _)) = (median(&mut ours), median(&mut one), median(&mut three));
        let ratio = |theirs: Duration| theirs.as_secs_f64() / ours.as_secs_f64();
        writeln!(
            out,
            "{delay:>4} ms each way: textbank {ours:.2?} ({worst:.2?}); the page {one:.1?} ({:.2} of ours), with answers {three:.1?} ({:.2})",
            ratio(one),
            ratio(three)
        )?;
    }
    Ok(())
}

//! How many texts the embedded server accepts durably in a second: with 1, 16 and 64 consoles at once, against what the
//! disk, the database and HTTP can do at best in the same run.
//!
//! `cargo bench --bench accept`. Every check runs: sign-in, lease, opt-out, hours, evidence, ledger, one first text per contact.

#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

mod floor;
mod line;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use textbank::api::{
    admin::{ImportChunk, ImportStart, InviteRequest},
    assignment::ContactSummary,
    message::{SendRequest, Shown, Verdict},
    people::{JoinRequest, Role},
};
use textbank::domain::{
    campaign::{CampaignDef, Variant},
    contact::Contact,
    hours::TextingHours,
    ids::{CampaignId, DeviceId, MessageId},
    message::MessageKind,
    phone::Phone,
};
use textbank::env::{SystemClock, SystemIds};
use textbank::server::carrier::simulated::SimulatedCarrier;
use textbank::server::jobs::Dispatcher;
use textbank::server::store::{
    command::{Actor, Answer},
    handles::{Admin, Desk, Door, System, Texter, secret_hash},
    sql::{Location, SqlStore},
};
use textbank::server::{AppState, router};
use textbank::sim::minter::Minter;
use tokio_util::sync::CancellationToken;

use crate::line::Rate;

/// Consoles at once, and texts of each.
const RUNS: [(u32, u32); 3] = [(1, 1_000), (16, 400), (64, 200)];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let dir = tempfile::Builder::new().prefix("accept").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
    let store = SqlStore::open(Location::File(dir.path().join("bench.db")), clock.clone(), ids.clone()).await?;
    let state = AppState::new(Arc::new(store), clock, ids, true);
    let desk = state.desk.clone();
    let admin = join(&desk, Role::Admin).await?.actor;
    let begun = Instant::now();
    let campaign = import(&desk, admin, 100_000).await?;
    let mut out = std::io::stdout();
    writeln!(out, "import of 100,000 contacts: {:.2} s", begun.elapsed().as_secs_f64())?;
    let bare = line::serve(floor::bare()).await?;
    let ours = line::serve(router(state.clone())).await?;
    for (consoles, each) in RUNS {
        let group = usize::try_from(consoles)?;
        let appends = floor::appends(dir.path(), group, 500)?;
        let commits = floor::commits(dir.path(), group, 300).await?;
        let texts = hands(&desk, campaign, consoles, each).await?;
        let nothing = line::run(bare, requests(&desk, &texts)?).await?;
        let accepted = line::run(ours, requests(&desk, &texts)?).await?;
        let store = straight(&desk, hands(&desk, campaign, consoles, each).await?).await?;
        // The carrier's queue is worked off at the same time, as in a running server.
        let texts = hands(&desk, campaign, consoles, each).await?;
        let stop = CancellationToken::new();
        let dispatcher = Dispatcher::new(desk.clone(), Arc::new(SimulatedCarrier::silent()));
        let (told, requests) = (stop.clone(), requests(&desk, &texts)?);
        let worker = tokio::spawn(async move { dispatcher.run(told).await });
        let beside = line::run(ours, requests).await?;
        stop.cancel();
        worker.await?;
        writeln!(out, "\n{consoles} consoles at once")?;
        writeln!(out, "  synced appends of the disk          {appends:>9.0} texts/s")?;
        writeln!(out, "  bare commits of the database        {commits:>9.0} texts/s")?;
        say(&mut out, "HTTP that stores nothing", nothing)?;
        say(&mut out, "accepted by the store", store)?;
        say(&mut out, "accepted over HTTP", accepted)?;
        say(&mut out, "the same, the carrier being called", beside)?;
        let of = |floor: f64| accepted.a_second / floor;
        writeln!(
            out,
            "  accepted over HTTP: {:.2} of the disk, {:.2} of the bare commits, {:.2} of the HTTP that stores nothing",
            of(appends),
            of(commits),
            of(nothing.a_second)
        )?;
    }
    Ok(())
}

fn say(out: &mut impl std::io::Write, what: &str, rate: Rate) -> std::io::Result<()> {
    writeln!(out, "  {what:<35} {:>9.0} texts/s   p50 {:>9.3?}   p99 {:>9.3?}", rate.a_second, rate.p50, rate.p99)
}

/// A console: whose, with which token, and what lies in its hands.
struct Hand {
    joined: Joined,
    slice: Vec<ContactSummary>,
}

/// So many people with so many contacts each.
async fn hands(desk: &Desk, campaign: CampaignId, consoles: u32, each: u32) -> anyhow::Result<Vec<Hand>> {
    let mut hands = Vec::new();
    for _ in 0..consoles {
        let joined = join(desk, Role::Texter).await?;
        let texter = Texter::of(joined.actor.clone());
        let mut slice = Vec::new();
        while slice.len() < usize::try_from(each)? {
            let id = desk.ids.act_id(desk.clock.now());
            let Answer::Slice(grant) = texter.claim(desk, campaign, id, each.min(500)).await? else {
                anyhow::bail!("no slice")
            };
            slice.extend(grant.contacts);
        }
        slice.truncate(usize::try_from(each)?);
        hands.push(Hand { joined, slice });
    }
    Ok(hands)
}

/// Every text as a request, per console. The ids are made in the order of the presses, over all consoles, as they are made
/// when many press at once: the time is in them, so what is stored together lies together.
fn requests(desk: &Desk, hands: &[Hand]) -> anyhow::Result<Vec<Vec<Vec<u8>>>> {
    let minter = Minter::default();
    let mut lists: Vec<Vec<Vec<u8>>> = hands.iter().map(|hand| Vec::with_capacity(hand.slice.len())).collect();
    for turn in 0..hands.iter().map(|hand| hand.slice.len()).max().unwrap_or(0) {
        for (hand, list) in hands.iter().zip(&mut lists) {
            let Some(to) = hand.slice.get(turn) else { continue };
            let id = desk.ids.act_id(desk.clock.now());
            let mut text = text(desk, to);
            minter.link(hand.joined.actor.person, id, &mut text);
            let body = serde_json::to_string(&text)?;
            list.push(line::put(&format!("/api/v1/messages/{id}"), &hand.joined.token, &body));
        }
    }
    Ok(lists)
}

/// Without HTTP.
async fn straight(desk: &Desk, hands: Vec<Hand>) -> anyhow::Result<Rate> {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    let minter = Arc::new(Minter::default());
    for hand in hands {
        let minter = minter.clone();
        let desk = desk.clone();
        tasks.spawn(async move {
            let texter = Texter::of(hand.joined.actor);
            let mut times = Vec::with_capacity(hand.slice.len());
            for to in hand.slice {
                let begun = Instant::now();
                let id = MessageId(desk.ids.act_id(desk.clock.now()));
                let mut text = text(&desk, &to);
                minter.link(texter.actor().person, id.0, &mut text);
                let answer = texter.send(&desk, id, text).await?;
                anyhow::ensure!(matches!(&answer, Answer::Verdict(Verdict { .. })), "{answer:?}");
                if let Answer::Verdict(verdict) = &answer {
                    anyhow::ensure!(verdict.is_accepted(), "{verdict:?}");
                }
                times.push(begun.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times: Vec<Duration> = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    Ok(line::rate(times, begun.elapsed()))
}

fn text(desk: &Desk, to: &ContactSummary) -> SendRequest {
    let body = "Hi there! This is Tess with Friends of the Library. Can we count on you on Tuesday?";
    let now = desk.clock.now();
    SendRequest {
        campaign: to.campaign,
        contact: to.id,
        kind: MessageKind::Initial,
        body: body.into(),
        after_seq: 0,
        epoch: to.epoch,
        script_version: 1,
        variant: Some("a".into()),
        source: None,
        off_script: false,
        shown: Shown {
            body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
            drawn_at: now,
            pressed_at: now,
            dwell_ms: 400,
            mono_ms: 0,
            device: DeviceId(uuid::Uuid::nil()),
            link: None,
        },
    }
}

/// A fresh sign-in.
struct Joined {
    actor: Actor,
    token: String,
}

async fn join(desk: &Desk, role: Role) -> anyhow::Result<Joined> {
    let organization = desk.store.first_organization().await?;
    let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 60, waiting_room: false };
    let Answer::Invite(invite) = System::invite(desk, organization, request).await? else { anyhow::bail!("no invite") };
    let device = DeviceId(desk.ids.act_id(desk.clock.now()));
    let joined = Door::join(desk, JoinRequest { invite: invite.secret, name: "Tess".into(), device }).await?;
    let token = joined.map_err(|problem| anyhow::anyhow!("{problem:?}"))?.token;
    let actor = desk.store.session(secret_hash(&token)).await?.ok_or_else(|| anyhow::anyhow!("no session"))?;
    Ok(Joined { actor, token })
}

async fn import(desk: &Desk, admin: Actor, many: u32) -> anyhow::Result<CampaignId> {
    let admin = Admin::of(admin).ok_or_else(|| anyhow::anyhow!("not an admin"))?;
    let at = |h| jiff::civil::time(h, 0, 0, 0);
    let always = jiff::civil::time(23, 59, 59, 0);
    let def = CampaignDef {
        title: "Bench".into(),
        organization: "Friends".into(),
        language: "en".into(),
        hours: TextingHours {
            initial_start: at(0),
            initial_end: always,
            reply_start: at(0),
            reply_end: always,
            sunday_start: at(0),
        },
        initial: vec![Variant { name: "a".into(), language: "en".into(), text: "Hi".into() }],
        questions: vec![],
        canned: vec![],
        tags: vec![],
        opt_out_notice: BTreeMap::from([("en".into(), "You will get no more texts.".into())]),
        visible_fields: vec![],
        slice_size: 500,
        variables: BTreeMap::new(),
        guide: String::new(),
        edit_initial: false,
    };
    let import = desk.ids.act_id(desk.clock.now());
    let start = ImportStart { def, contacts: many.into(), provenance: "bench".into() };
    admin.import_start(desk, import, start).await?;
    let areas = [212, 312, 415, 617, 713, 305, 206, 602];
    let contacts: Vec<Contact> = (0..many)
        .filter_map(|n| {
            let area = areas[usize::try_from(n % 8).ok()?];
            Some(Contact {
                external_id: None,
                first_name: format!("Voter {n}"),
                last_name: "Doe".into(),
                phone: Phone::from_e164(&format!("+1{area}{:07}", 2_000_000 + n))?,
                zip: None,
                state: None,
                language: None,
                time_zone: None,
                fields: BTreeMap::new(),
            })
        })
        .collect();
    for (number, chunk) in contacts.chunks(1_000).enumerate() {
        let chunk = ImportChunk { contacts: chunk.to_vec() };
        admin.import_chunk(desk, import, u64::try_from(number)?, chunk).await?;
    }
    match admin.import_finish(desk, import).await? {
        Answer::Import(state) => Ok(state.campaign),
        other => anyhow::bail!("{other:?}"),
    }
}

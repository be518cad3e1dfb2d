//! How many texts the embedded store accepts durably in a second, from one sender and from 64 at once, on a file.
//!
//! `cargo bench --bench accept`. Every check runs: lease, opt-out, hours, evidence, one first text per contact.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

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
use textbank::server::store::{
    command::{Actor, Answer},
    handles::{Admin, Desk, Door, System, Texter, secret_hash},
    sqlite::{Location, SqliteStore},
};

const EACH: u32 = 400;
const SENDERS: u32 = 64;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
    let store = SqliteStore::open(Location::File(dir.path().join("bench.db")), clock.clone(), ids.clone()).await?;
    let desk = Desk::new(Arc::new(store), clock, ids);
    let admin = join(&desk, Role::Admin).await?;
    let begun = desk.clock.monotonic();
    let campaign = import(&desk, admin, 100_000).await?;
    let mut out = std::io::stdout();
    writeln!(out, "import of 100,000 contacts: {:.2} s", (desk.clock.monotonic() - begun).as_secs_f64())?;
    run(&desk, campaign, 1, 1_000).await?;
    run(&desk, campaign, SENDERS, EACH).await?;
    Ok(())
}

async fn run(desk: &Desk, campaign: CampaignId, senders: u32, each: u32) -> anyhow::Result<()> {
    let mut hands = Vec::new();
    let begun = desk.clock.monotonic();
    let mut claims = 0;
    for _ in 0..senders {
        let texter = Texter::of(join(desk, Role::Texter).await?);
        let mut slice = Vec::new();
        while slice.len() < usize::try_from(each)? {
            let id = desk.ids.act_id(desk.clock.now());
            let Answer::Slice(grant) = texter.claim(desk, campaign, id, each.min(500)).await? else {
                anyhow::bail!("no slice")
            };
            claims += 1;
            slice.extend(grant.contacts);
        }
        slice.truncate(usize::try_from(each)?);
        hands.push((texter, slice));
    }
    let mut out = std::io::stdout();
    let took = desk.clock.monotonic() - begun;
    writeln!(out, "{claims} claims with joining: {:.1} ms each", took.as_secs_f64() * 1e3 / f64::from(claims))?;
    let begun = desk.clock.monotonic();
    let mut tasks = tokio::task::JoinSet::new();
    for (texter, slice) in hands {
        let desk = desk.clone();
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(slice.len());
            for to in slice {
                let begun = desk.clock.monotonic();
                let id = MessageId(desk.ids.act_id(desk.clock.now()));
                let answer = texter.send(&desk, id, text(&desk, &to)).await?;
                anyhow::ensure!(matches!(&answer, Answer::Verdict(Verdict { .. })), "{answer:?}");
                if let Answer::Verdict(verdict) = &answer {
                    anyhow::ensure!(verdict.is_accepted(), "{verdict:?}");
                }
                times.push(desk.clock.monotonic() - begun);
            }
            anyhow::Ok(times)
        });
    }
    let mut times: Vec<Duration> = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let took = desk.clock.monotonic() - begun;
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    writeln!(
        out,
        "{senders} senders: {:.0} accepted/s, p50 {:?}, p99 {:?}",
        f64::from(u32::try_from(times.len())?) / took.as_secs_f64(),
        at(50),
        at(99)
    )?;
    Ok(())
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

async fn join(desk: &Desk, role: Role) -> anyhow::Result<Actor> {
    let organization = desk.store.first_organization().await?;
    let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 60 };
    let Answer::Invite(invite) = System::invite(desk, organization, request).await? else { anyhow::bail!("no invite") };
    let device = DeviceId(desk.ids.act_id(desk.clock.now()));
    let joined = Door::join(desk, JoinRequest { invite: invite.secret, name: "Tess".into(), device }).await?;
    let token = joined.map_err(|problem| anyhow::anyhow!("{problem:?}"))?.token;
    desk.store.session(secret_hash(&token)).await?.ok_or_else(|| anyhow::anyhow!("no session"))
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

//! What a bench of the server needs before it can measure: a database with a campaign, people who are signed in, contacts in
//! their hands, and the texts that they are about to send.

use std::collections::BTreeMap;
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
use textbank::server::AppState;
use textbank::server::store::{
    command::{Actor, Answer},
    handles::{Admin, Desk, Door, System, Texter, secret_hash},
    sql::{Location, SqlStore},
};
use textbank::sim::minter::Minter;

use crate::line::{self, Rate};

/// True with `--short`: not to measure, but to see that the bench works.
pub fn short() -> bool {
    std::env::args().any(|arg| arg == "--short")
}

/// A server's inside, without a socket.
pub struct Ground {
    store: Arc<SqlStore>,
    /// What its routes reach.
    pub state: AppState,
}

impl Ground {
    /// Opens the database, which is made when it is not there.
    pub async fn open(location: Location) -> anyhow::Result<Self> {
        let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
        let store = Arc::new(SqlStore::open(location, clock.clone(), ids.clone()).await?);
        let state = AppState::new(store.clone(), clock, ids, true);
        Ok(Self { store, state })
    }

    /// Closes it, so that a process of its own can have it.
    pub async fn close(self) -> anyhow::Result<()> {
        let Self { store, state } = self;
        drop(state);
        Arc::into_inner(store).ok_or_else(|| anyhow::anyhow!("somebody still uses the database"))?.close().await;
        Ok(())
    }

    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.state.desk
    }

    /// A fresh campaign of so many contacts.
    pub async fn campaign(&self, contacts: u32) -> anyhow::Result<CampaignId> {
        let admin = join(self.desk(), Role::Admin).await?.actor;
        import(self.desk(), admin, contacts).await
    }
}

/// A console: whose, with which token, and what lies in its hands.
pub struct Hand {
    /// Who.
    pub joined: Joined,
    /// Contacts to be texted.
    pub slice: Vec<ContactSummary>,
}

/// So many people with so many contacts each.
pub async fn hands(desk: &Desk, campaign: CampaignId, consoles: u32, each: u32) -> anyhow::Result<Vec<Hand>> {
    let mut hands = Vec::new();
    for _ in 0..consoles {
        hands.push(claim(desk, campaign, join(desk, Role::Texter).await?, each).await?);
    }
    Ok(hands)
}

/// So many contacts more in somebody's hands.
pub async fn claim(desk: &Desk, campaign: CampaignId, joined: Joined, each: u32) -> anyhow::Result<Hand> {
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
    Ok(Hand { joined, slice })
}

/// Every text as a request, per console. The ids are made in the order of the presses, over all consoles, as they are made
/// when many press at once: the time is in them, so what is stored together lies together.
pub fn requests(desk: &Desk, hands: &[Hand]) -> anyhow::Result<Vec<Vec<Vec<u8>>>> {
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
pub async fn straight(desk: &Desk, hands: Vec<Hand>) -> anyhow::Result<Rate> {
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
pub struct Joined {
    /// Who.
    pub actor: Actor,
    /// Their sign-in's token.
    pub token: String,
}

pub async fn join(desk: &Desk, role: Role) -> anyhow::Result<Joined> {
    let organization = desk.store.first_organization().await?;
    let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 60, waiting_room: false };
    let Answer::Invite(invite) = System::invite(desk, organization, request).await? else { anyhow::bail!("no invite") };
    let device = DeviceId(desk.ids.act_id(desk.clock.now()));
    let joined =
        Door::join(desk, JoinRequest { invite: invite.secret, name: "Tess".into(), device, proof: None }).await?;
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
            ..TextingHours::default()
        },
        initial: vec![Variant { name: "a".into(), language: "en".into(), text: "Hi".into() }],
        opt_out_notice: BTreeMap::from([("en".into(), "You will get no more texts.".into())]),
        slice_size: 500,
        ..CampaignDef::default()
    };
    let import = desk.ids.act_id(desk.clock.now());
    let start = ImportStart {
        def,
        contacts: many.into(),
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("bench"),
        warnings: Vec::new(),
    };
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
                consent: None,
            })
        })
        .collect();
    for (number, chunk) in contacts.chunks(1_000).enumerate() {
        let chunk = ImportChunk { contacts: chunk.to_vec(), shared: false };
        admin.import_chunk(desk, import, u64::try_from(number)?, chunk).await?;
    }
    match admin.import_finish(desk, import).await? {
        Answer::Import(state) => Ok(state.campaign),
        other => anyhow::bail!("{other:?}"),
    }
}

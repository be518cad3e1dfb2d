//! Starts a rehearsal: server, import, invites, joining; all over loopback HTTP, as real people do it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::backstage::{Backstage, backstage};
use super::cast;
use super::clock::{RehearsalClock, start_inside_hours};
use super::director::Director;
use super::persona::{Persona, Personas};
use super::score::Scorecard;
use super::stage::{Actor, Stage, Steps, play};
use super::witness::Witness;
use crate::api::act::Act;
use crate::api::admin::{ImportChunk, ImportStart, InviteRequest, MAX_CHUNK};
use crate::api::people::{JoinRequest, Joined, Me, Role};
use crate::client::native::{AdminClient, NativeServer, SetupError, Timeouts, join};
use crate::client::{Call, CallError, CampaignServer};
use crate::domain::campaign::CampaignDef;
use crate::domain::contact::Contact;
use crate::domain::ids::{ActId, CampaignId, ContactId, DeviceId};
use crate::domain::phone::Phone;
use crate::env::{Clock, SharedClock, SharedIds};
use crate::server::store::command::Answer;
use crate::server::store::{StoreError, handles::System, handles::secret_hash};
use crate::server::{self, ServerHandle, StartError};

/// Name of the texter who rehearses, as voters see it, unless the person gives another.
pub const TEXTER: &str = "Sam";

/// How long a rehearsal's sign-ins are good.
const VALID_SECONDS: u64 = 7 * 24 * 3600;

/// What to rehearse.
#[derive(Debug, Clone)]
pub struct RehearsalPlan {
    /// The campaign.
    pub def: CampaignDef,
    /// The list.
    pub contacts: Vec<Contact>,
    /// Who plays the voters.
    pub personas: Personas,
    /// The same seed and the same presses tell the same story.
    pub seed: u64,
    /// Campaign seconds in a real second.
    pub speed: u32,
    /// Eight cards only.
    pub short: bool,
    /// First name of the texter as voters see it.
    pub texter: String,
    /// What the texter is told at the start, as a captain tells it; empty: nothing.
    pub note: String,
}

/// Why no rehearsal started.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// Nobody to text.
    #[error("the list has nobody to text")]
    Empty,
    /// The server did not start.
    #[error(transparent)]
    Server(#[from] StartError),
    /// The database gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A client could not be made.
    #[error(transparent)]
    Client(#[from] SetupError),
    /// A call over loopback failed.
    #[error("{0}: {1}")]
    Call(&'static str, CallError),
    /// The server answered with something else.
    #[error("the server answered strangely: {0}")]
    Strange(String),
}

/// A card, and of how many texts of voters and acts of the texter it is.
type Ended = ((usize, usize), Scorecard);

/// A running rehearsal.
#[derive(Debug)]
pub struct Rehearsal {
    /// Where the server listens (`http://127.0.0.1:port`).
    pub url: String,
    /// The texter's sign-in.
    pub token: SecretString,
    /// Who the texter is.
    pub me: Me,
    /// A captain's sign-in, for a second console beside.
    pub captain_token: SecretString,
    /// An admin's sign-in, for inviting more texters.
    pub admin_token: SecretString,
    /// The campaign.
    pub campaign: CampaignId,
    /// Campaign time; the console shows it and the server lives by it.
    pub clock: Arc<RehearsalClock>,
    stage: Arc<Stage>,
    server: ServerHandle,
    may: watch::Sender<bool>,
    ended: Arc<tokio::sync::Mutex<Option<Ended>>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// What the console holds of a rehearsal.
#[derive(Debug, Clone)]
pub struct Control {
    may: watch::Sender<bool>,
    stage: Arc<Stage>,
    /// The card of the moment at which the shift ended.
    ended: Arc<tokio::sync::Mutex<Option<Ended>>>,
}

impl Control {
    /// Campaign time may flow, or must stand because something is being read.
    pub fn may_go_on(&self, may: bool) {
        self.may.send_if_modified(|now| std::mem::replace(now, may) != may);
    }

    /// The scorecard as of now. Campaign time stands from there on, so that whoever reads it for long finds the same when it is printed; once
    /// somebody has written or done something more, the next one is made anew.
    ///
    /// # Errors
    /// The server gave no answer.
    pub async fn finish(&self) -> Call<Scorecard> {
        self.may_go_on(false);
        let mut ended = self.ended.lock().await;
        let so_far = (self.stage.said().len(), self.stage.deeds().len());
        if let Some((of, card)) = &*ended
            && *of == so_far
        {
            return Ok(card.clone());
        }
        let card = self.stage.score().await?;
        *ended = Some((so_far, card.clone()));
        Ok(card)
    }
}

/// Starts a rehearsal in real time. Needs a tokio runtime and rustls's default provider.
///
/// # Errors
/// [`RehearsalError`]
pub async fn start_live(plan: RehearsalPlan, real: SharedClock, ids: SharedIds) -> Result<Rehearsal, RehearsalError> {
    let (rehearsal, steps) = open(plan, real, ids).await?;
    let Steps { stage, submissions } = steps;
    rehearsal.tasks.spawn(play(stage, submissions, rehearsal.may.subscribe(), rehearsal.stop.clone()));
    Ok(rehearsal)
}

/// Starts a rehearsal whose time moves by [`Steps`] only.
///
/// # Errors
/// [`RehearsalError`]
pub async fn start_stepped(
    plan: RehearsalPlan,
    real: SharedClock,
    ids: SharedIds,
) -> Result<(Rehearsal, Steps), RehearsalError> {
    open(plan, real, ids).await
}

impl Rehearsal {
    /// What the console holds.
    #[must_use]
    pub fn control(&self) -> Control {
        Control { may: self.may.clone(), stage: self.stage.clone(), ended: self.ended.clone() }
    }

    /// The stage, to look at.
    #[must_use]
    pub fn stage(&self) -> &Arc<Stage> {
        &self.stage
    }

    /// A client of this server for a sign-in.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn client(&self, token: &SecretString) -> Result<NativeServer, SetupError> {
        Ok(NativeServer::new(&self.url, token, Timeouts::default())?.telling_time(self.clock.clone()))
    }

    /// Invites one more person to this campaign and joins as them, over HTTP.
    ///
    /// # Errors
    /// [`RehearsalError`]
    pub async fn join(&self, role: Role, name: &str, ids: &SharedIds) -> Result<Joined, RehearsalError> {
        let admin = AdminClient::new(&self.url, &self.admin_token, Timeouts::default())?;
        invite(&admin, &self.url, self.campaign, role, name, &self.clock, ids).await
    }

    /// Ends everything. The database was in memory and is gone.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.server.shutdown().await;
    }
}

/// Who comes and who plays them.
fn casting(plan: &RehearsalPlan) -> (Vec<Contact>, BTreeMap<Phone, Arc<Persona>>) {
    let main = &plan.def.language;
    if plan.short {
        let dealt = cast::short(&plan.personas, &plan.contacts, main);
        let cast = dealt.iter().map(|(contact, persona)| (contact.phone.clone(), persona.clone())).collect();
        (dealt.into_iter().map(|(contact, _)| contact).collect(), cast)
    } else {
        (plan.contacts.clone(), cast::deal(plan.seed, &plan.personas, &plan.contacts, main))
    }
}

async fn open(plan: RehearsalPlan, real: SharedClock, ids: SharedIds) -> Result<(Rehearsal, Steps), RehearsalError> {
    let (contacts, cast) = casting(&plan);
    if contacts.is_empty() {
        return Err(RehearsalError::Empty);
    }
    let RehearsalPlan { mut def, personas, seed, speed, short, texter, note, .. } = plan;
    if short {
        def.slice_size = u32::try_from(cast::SHORT).unwrap_or(8);
    }
    // A rehearsal is on any day: neither before the campaign nor after it.
    (def.hours.opens_at, def.hours.closes_at) = (None, None);
    // Nor before a practice: it is one.
    def.practice = false;
    let zones: Vec<_> = contacts.iter().map(|contact| def.hours.places_of(contact)).collect();
    let clock = RehearsalClock::standing(real, start_inside_hours(&def.hours, &zones), speed);
    let Backstage { store, carrier, submissions } = backstage(clock.clone(), ids.clone()).await?;
    let (witness, book) = Witness::beside(store, clock.clone());
    let carrier_name = carrier.name();
    let server = server::start::start_over(server::start::Parts {
        store: witness,
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        carrier,
        clock: clock.clone(),
        ids: ids.clone(),
        net: server::net::Net { limits: server::net::Limits::among_friends(), ..Default::default() },
    })
    .await?;
    let desk = server.state.desk.clone();
    let url = server.base_url();
    let admin = first_admin(&server, &url, &clock, &ids).await?;
    let admin_token = SecretString::from(admin.token);
    let client = AdminClient::new(&url, &admin_token, Timeouts::default())?;
    let campaign = import(&client, &def, &contacts, &clock, &ids).await?;
    let texter = invite(&client, &url, campaign, Role::Texter, &texter, &clock, &ids).await?;
    let captain = invite(&client, &url, campaign, Role::Captain, "Cap", &clock, &ids).await?;
    let captain_token = SecretString::from(captain.token);
    let names: BTreeMap<&Phone, &str> = contacts.iter().map(|c| (&c.phone, c.first_name.as_str())).collect();
    let actor = desk.store.session(secret_hash(secrecy::ExposeSecret::expose_secret(&captain_token))).await?;
    let Some(actor) = actor else { return Err(RehearsalError::Strange("the captain's session is gone".into())) };
    let roster: BTreeMap<ContactId, Actor> = desk
        .store
        .numbers(&actor, campaign)
        .await?
        .into_iter()
        .map(|(contact, phone, _)| {
            let name = names.get(&phone).copied().unwrap_or_default().to_owned();
            (contact, Actor { contact, phone, name })
        })
        .collect();
    let director = Director::new(seed, speed, cast, def.opt_out_notice.values().map(String::as_str));
    let captain: Arc<dyn CampaignServer> = Arc::new(NativeServer::new(&url, &captain_token, Timeouts::default())?);
    if !note.is_empty() {
        let id = ActId(ids.act_id(clock.now()));
        let told = captain.act(id, &Act::Announce { campaign, text: note }).await;
        told.map_err(|e| RehearsalError::Call("telling the texter", e))?;
    }
    let stage = Arc::new(Stage {
        director: Mutex::new(director),
        book,
        clock: clock.clone(),
        roster,
        def,
        personas,
        seed,
        desk,
        carrier: carrier_name,
        captain,
        read: Mutex::new(0),
    });
    let rehearsal = Rehearsal {
        url,
        token: SecretString::from(texter.token),
        me: texter.me,
        captain_token,
        admin_token,
        campaign,
        clock,
        stage: stage.clone(),
        server,
        may: watch::Sender::new(true),
        ended: Arc::default(),
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
    };
    Ok((rehearsal, Steps { stage, submissions }))
}

async fn first_admin(
    server: &ServerHandle,
    url: &str,
    clock: &Arc<RehearsalClock>,
    ids: &SharedIds,
) -> Result<Joined, RehearsalError> {
    let desk = &server.state.desk;
    let organization = desk.store.first_organization().await?;
    let request =
        InviteRequest { role: Role::Admin, campaign: None, uses: 1, valid_seconds: VALID_SECONDS, waiting_room: false };
    match System::invite(desk, organization, request).await? {
        Answer::Invite(invite) => sign_on(url, invite.secret, "Ada", clock, ids).await,
        other => Err(RehearsalError::Strange(format!("{other:?}"))),
    }
}

async fn sign_on(
    url: &str,
    invite: String,
    name: &str,
    clock: &Arc<RehearsalClock>,
    ids: &SharedIds,
) -> Result<Joined, RehearsalError> {
    let device = DeviceId(ids.act_id(clock.now()));
    let request = JoinRequest { invite, name: name.to_owned(), device, proof: None };
    join(url, &request, Timeouts::default()).await.map_err(|e| RehearsalError::Call("joining", e))
}

async fn invite(
    client: &AdminClient,
    url: &str,
    campaign: CampaignId,
    role: Role,
    name: &str,
    clock: &Arc<RehearsalClock>,
    ids: &SharedIds,
) -> Result<Joined, RehearsalError> {
    let request =
        InviteRequest { role, campaign: Some(campaign), uses: 1, valid_seconds: VALID_SECONDS, waiting_room: false };
    let invite = client.invite(&request).await.map_err(|e| RehearsalError::Call("inviting", e))?;
    sign_on(url, invite.secret, name, clock, ids).await
}

async fn import(
    client: &AdminClient,
    def: &CampaignDef,
    contacts: &[Contact],
    clock: &Arc<RehearsalClock>,
    ids: &SharedIds,
) -> Result<CampaignId, RehearsalError> {
    let failed = |e| RehearsalError::Call("importing", e);
    let id = ids.act_id(clock.now());
    let start = ImportStart {
        def: def.clone(),
        contacts: contacts.len() as u64,
        provenance: crate::domain::provenance::Provenance::of_made_up_people("rehearsal"),
        warnings: Vec::new(),
    };
    client.import_start(id, &start).await.map_err(failed)?;
    for (number, chunk) in (0..).zip(contacts.chunks(MAX_CHUNK)) {
        client
            .import_chunk(id, number, &ImportChunk { contacts: chunk.to_vec(), shared: false })
            .await
            .map_err(failed)?;
    }
    Ok(client.import_finish(id).await.map_err(failed)?.campaign)
}

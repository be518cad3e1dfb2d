//! Who is in a story before it begins: voters, campaigns with their lists, people who join.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::WorldError;
use super::house::House;
use super::plan::NUMBERS;
use super::recalls::PLACES;
use crate::api::admin::{ImportChunk, ImportStart, InviteRequest};
use crate::api::people::{JoinRequest, Role};
use crate::domain::campaign::{CampaignDef, Variant};
use crate::domain::contact::Contact;
use crate::domain::hours::TextingHours;
use crate::domain::ids::{CampaignId, DeviceId};
use crate::domain::phone::Phone;
use crate::server::store::command::{Actor, Answer};
use crate::server::store::handles::{Admin, Door, System, secret_hash};

/// The number of a voter: every other one lives in the east.
pub(super) fn phone(number: u32) -> Result<Phone, WorldError> {
    let area = if number.is_multiple_of(2) { 415 } else { 212 };
    let text = format!("+1{area}5550{number:03}");
    Phone::from_e164(&text).ok_or(WorldError::Odd(text))
}

fn voter(number: u32) -> Result<Contact, WorldError> {
    let zone = if number.is_multiple_of(2) { "America/Los_Angeles" } else { "America/New_York" };
    Ok(Contact {
        external_id: None,
        first_name: format!("Voter{number}"),
        last_name: "Doe".into(),
        phone: phone(number)?,
        zip: None,
        state: None,
        language: None,
        time_zone: Some(zone.into()),
        fields: BTreeMap::from([("place".to_owned(), PLACES[0].to_owned())]),
        consent: None,
    })
}

pub(super) fn definition(number: usize) -> CampaignDef {
    CampaignDef {
        title: format!("Campaign {number}"),
        organization: "Friends of the Library".into(),
        language: "en".into(),
        hours: TextingHours::default(),
        initial: vec![Variant { name: "a".into(), language: "en".into(), text: "Hi {firstName/there}!".into() }],
        opt_out_notice: BTreeMap::from([("en".to_owned(), "You will get no more texts.".to_owned())]),
        slice_size: 3,
        ..CampaignDef::default()
    }
}

/// Somebody joins by an invite of their own: the token and the session's actor.
pub(super) async fn join(house: &House, name: &str, role: Role) -> Result<(String, Actor), WorldError> {
    let desk = house.desk();
    let organization = desk.store.first_organization().await?;
    let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
    let Answer::Invite(invite) = System::invite(desk, organization, request).await? else {
        return Err(WorldError::Odd("no invite".into()));
    };
    let request =
        JoinRequest { invite: invite.secret, name: name.into(), device: DeviceId(house.fresh()), proof: None };
    let joined = Door::join(desk, request).await?.map_err(|problem| WorldError::Odd(problem.detail))?;
    // What is answered must be there whatever comes next; a store that breaks this on purpose commits with the next command.
    System::expire_leases(desk).await?;
    let actor = desk.store.session(secret_hash(&joined.token)).await?;
    Ok((joined.token, actor.ok_or_else(|| WorldError::Odd("no session".into()))?))
}

pub(super) async fn import(house: &House, admin: &Actor, number: usize) -> Result<CampaignId, WorldError> {
    let odd = || WorldError::Odd("the import was refused".into());
    let admin = Admin::of(admin.clone()).ok_or_else(odd)?;
    let import: Uuid = house.fresh();
    let contacts = (0..NUMBERS).map(voter).collect::<Result<Vec<_>, _>>()?;
    let start = ImportStart {
        def: definition(number),
        contacts: u64::from(NUMBERS),
        provenance: crate::domain::provenance::Provenance::of_made_up_people("a story"),
        warnings: Vec::new(),
    };
    admin.import_start(house.desk(), import, start).await?;
    admin.import_chunk(house.desk(), import, 0, ImportChunk { contacts, shared: false }).await?;
    match admin.import_finish(house.desk(), import).await? {
        Answer::Import(state) => Ok(state.campaign),
        _ => Err(odd()),
    }
}

//! `GET /api/v1/campaigns/{id}/results/{contacts,messages,columns,figures}`, `GET /api/v1/opt-outs`

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;

use super::extract::{Asked, At};
use super::refusal::{Refusal, Reply};
use crate::api::{
    problem::{Code, Problem},
    results::{ColumnsOut, ContactsOut, FiguresOut, MessagesOut, OptOutsOut},
};
use crate::domain::ids::CampaignId;
use crate::domain::phone::Phone;
use crate::server::store::command::TakenOut;
use crate::server::store::results::{Place, Wanted};
use crate::server::{AppState, auth::AsReadingAdmin};

/// Rows in a page, unless asked for less.
const PAGE: u32 = 1_000;

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    since: Option<Timestamp>,
    cursor: Option<String>,
    limit: Option<u32>,
    #[serde(default)]
    texted_in: bool,
}

/// What stands after `?` where there are no rows.
#[derive(Debug, Deserialize)]
pub struct Part {
    cursor: Option<String>,
}

/// What stands after `?` of the opt-outs.
#[derive(Debug, Deserialize)]
pub struct OptOutQuery {
    campaign: Option<i64>,
    since: Option<Timestamp>,
    cursor: Option<String>,
    limit: Option<u32>,
}

fn not_ours() -> Refusal {
    Refusal::new(Code::Invalid, "the cursor is not one of this server's")
}

pub(super) fn place(cursor: Option<String>) -> Reply<Option<Place>> {
    cursor.map(|cursor| cursor.parse()).transpose().map_err(|_not_ours| not_ours())
}

impl Query {
    fn wanted(self) -> Reply<Wanted> {
        let limit = self.limit.unwrap_or(PAGE).clamp(1, PAGE);
        Ok(Wanted { place: place(self.cursor)?, since: self.since, limit, texted_in: self.texted_in })
    }
}

/// A page of a campaign's contacts with all that is known of them, for exports. Each page is put on record.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/results/contacts",
    operation_id = "contacts_out",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("since" = Option<String>, Query, format = DateTime, description = "Only those that changed since then (RFC 3339)"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
        ("texted_in" = Option<bool>, Query, description = "`true`: with the campaigns in which each number was texted"),
    ),
    responses((status = 200, body = ContactsOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn contacts(
    AsReadingAdmin(admin): AsReadingAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<ContactsOut>> {
    let page = state.store().contacts_out(admin.actor(), campaign, &query.wanted()?).await?;
    let page = page.ok_or_else(Refusal::not_found)?;
    let ends = page.contacts.first().zip(page.contacts.last()).map(|(first, last)| (first.id, last.id));
    let taken = TakenOut { what: "contacts", campaign: Some(campaign), many: page.contacts.len(), contacts: ends };
    admin.takes_out(&state.desk, taken).await??;
    Ok(Json(page))
}

/// A page of a campaign's texts, contact by contact, for exports. Each page is put on record.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/results/messages",
    operation_id = "messages_out",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("since" = Option<String>, Query, format = DateTime, description = "Only those accepted or received since then (RFC 3339)"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
    ),
    responses((status = 200, body = MessagesOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn messages(
    AsReadingAdmin(admin): AsReadingAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<MessagesOut>> {
    let page = state.store().messages_out(admin.actor(), campaign, &query.wanted()?).await?;
    let page = page.ok_or_else(Refusal::not_found)?;
    let ends = page.messages.first().zip(page.messages.last()).map(|(first, last)| (first.contact, last.contact));
    let taken = TakenOut { what: "texts", campaign: Some(campaign), many: page.messages.len(), contacts: ends };
    admin.takes_out(&state.desk, taken).await??;
    Ok(Json(page))
}

/// The columns that a part of a campaign's contacts have beside the ones that every contact has; whoever asks for all parts knows all.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/results/columns",
    operation_id = "columns_out",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, body = ColumnsOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn columns(
    AsReadingAdmin(admin): AsReadingAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Part>,
    State(state): State<AppState>,
) -> Reply<Json<ColumnsOut>> {
    let part = state.store().columns_out(admin.actor(), campaign, place(query.cursor)?).await?;
    part.map(Json).ok_or_else(Refusal::not_found)
}

/// Sums over a part of a campaign's contacts, for a report: nobody is named in them but texters. The sums of all parts are the campaign's.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/results/figures",
    operation_id = "figures_out",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, body = FiguresOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn figures(
    AsReadingAdmin(admin): AsReadingAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Part>,
    State(state): State<AppState>,
) -> Reply<Json<FiguresOut>> {
    let part = state.store().figures_out(admin.actor(), campaign, place(query.cursor)?).await?;
    part.map(Json).ok_or_else(Refusal::not_found)
}

/// A page of the organization's opt-outs, with when and how. Each page is put on record.
#[utoipa::path(
    get,
    path = "/api/v1/opt-outs",
    operation_id = "opt_outs_out",
    tag = "admin",
    params(
        ("campaign" = Option<i64>, Query, description = "Only of those who are in this campaign"),
        ("since" = Option<String>, Query, format = DateTime, description = "Only those since then (RFC 3339)"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
    ),
    responses((status = 200, body = OptOutsOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn opt_outs(
    AsReadingAdmin(admin): AsReadingAdmin,
    Asked(query): Asked<OptOutQuery>,
    State(state): State<AppState>,
) -> Reply<Json<OptOutsOut>> {
    let after = match query.cursor {
        Some(cursor) => Phone::from_e164(&cursor).ok_or_else(not_ours)?.as_str().to_owned(),
        None => String::new(),
    };
    let campaign = query.campaign.map(CampaignId);
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let page = state.store().opt_outs_out(admin.actor(), campaign, query.since, &after, limit).await?;
    let page = page.ok_or_else(Refusal::not_found)?;
    let taken = TakenOut { what: "opt-outs", campaign, many: page.opt_outs.len(), contacts: None };
    admin.takes_out(&state.desk, taken).await??;
    Ok(Json(page))
}

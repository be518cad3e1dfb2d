//! A campaign that runs Spoke as who watches it sees it: SUPERVOLUNTEER and up.
//!
//! The board is counted by the server on request, so it is asked for gently. What the server does not tell (a texter's pace, when they
//! were seen, which texts are under way) is named as untold, and no figure stands for it. Without Redis the list's counts are null.

pub(super) mod answers;
mod review;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Serialize;
use serde_json::json;

use self::answers::{CampaignsOf, Completion, Roles, Watched};
use super::answers::User;
use super::wire::Wire;
use super::{SpokeServer, documents, refusal};
use crate::api::campaign::{CampaignState, CampaignTodo};
use crate::api::captain::{Board, CarrierError, Foreign, TexterLine};
use crate::api::event::{Event, EventKind};
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::client::Call;
use crate::domain::ids::{CampaignId, PersonId};
use crate::domain::safe_text::safe_line;
use crate::domain::stats::Counts;

pub use self::review::{Conversation, Filters, Person, Said, To};

/// Campaigns read at once.
const CAMPAIGNS_AT_ONCE: u64 = 50;
/// Campaigns that are listed at most.
const MOST_CAMPAIGNS: u64 = 500;
/// What the server does not tell, by the names that these figures have in [`Board`].
pub const UNTOLD: [&str; 10] = [
    // Who was closed before a first text counts nowhere apart.
    "counts.sent",
    "texters.sent",
    "oldest_wait",
    "in_flight",
    "unknown",
    "counts.held",
    "counts.possible_opt_outs",
    "texters.last_ten_minutes",
    "texters.last_seen",
    "texters.practised",
];

/// The most that one of Spoke's roles allows, in our words; none for somebody who is suspended.
#[must_use]
pub fn role_of(roles: &[String]) -> Option<Role> {
    let one = |role: &String| match role.as_str() {
        "TEXTER" => Some(Role::Texter),
        "VETTED_TEXTER" => Some(Role::VettedTexter),
        "SUPERVOLUNTEER" => Some(Role::Captain),
        "ADMIN" => Some(Role::Admin),
        "OWNER" => Some(Role::Owner),
        _ => None,
    };
    roles.iter().filter_map(one).max()
}

/// What a person may do in each of their organizations.
pub(super) async fn roles(wire: &Wire, user: &User) -> Call<Vec<(i64, Role)>> {
    let mut all = Vec::new();
    for organization in user.texter_organizations.iter().filter_map(|organization| organization.id) {
        let reply = wire.ask(&documents::ROLES, json!({ "organization": organization.0.to_string() })).await?;
        if reply.nobody() {
            return Err(super::signed_out());
        }
        let roles: Roles = reply.read("currentUser")?;
        all.extend(role_of(&roles.roles).map(|role| (organization.0, role)));
    }
    Ok(all)
}

/// A campaign of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its number there.
    pub campaign: CampaignId,
    /// Title.
    pub title: String,
    /// Running, closed; one that is not started yet is being imported.
    pub state: CampaignState,
    /// What is counted of it; null on a server without Redis: the board counts it.
    #[serde(flatten)]
    pub counts: Completion,
}

impl SpokeServer {
    /// As who watches campaigns instead of texting in them: campaigns are the organization's, by their own numbers.
    #[must_use]
    pub fn watching(mut self) -> Self {
        self.watches = true;
        self
    }

    /// Organizations that this person may watch. An error for who texts only.
    pub(super) async fn watched(&self) -> Call<Vec<i64>> {
        let (_, user) = self.who().await?;
        let roles = roles(&self.wire, &user).await?;
        let ids: Vec<i64> = roles.iter().filter(|(_, role)| *role >= Role::Captain).map(|(id, _)| *id).collect();
        if ids.is_empty() {
            return Err(refusal(
                Code::Forbidden,
                "watching needs the role SUPERVOLUNTEER or more at this Spoke server",
            ));
        }
        Ok(ids)
    }

    /// The campaigns of every organization that this person may watch.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn campaigns_to_watch(&self, archived: bool) -> Call<Vec<Listed>> {
        let mut all = Vec::new();
        for organization in self.watched().await? {
            let mut offset = 0;
            loop {
                let variables = json!({
                    "organization": organization.to_string(), "filter": { "isArchived": archived },
                    "cursor": { "offset": offset, "limit": CAMPAIGNS_AT_ONCE },
                });
                let reply = self.asked(&documents::CAMPAIGNS, variables).await?;
                if reply.field("organization").is_null() {
                    return Err(self.refused(&reply.said()).await);
                }
                let page = reply.read::<CampaignsOf>("organization")?.campaigns;
                let read = u64::try_from(page.campaigns.len()).unwrap_or(u64::MAX);
                for line in page.campaigns {
                    self.known.keep_organization(line.id.0, organization);
                    all.push(Listed {
                        campaign: CampaignId(line.id.0),
                        title: safe_line(&line.title),
                        state: state(line.is_started, line.is_archived),
                        counts: line.completion_stats,
                    });
                }
                offset += read;
                if read == 0 || offset >= page.page_info.total.min(MOST_CAMPAIGNS) {
                    break;
                }
            }
        }
        Ok(all)
    }

    /// The same as lines to choose from.
    pub(super) async fn todos_to_watch(&self) -> Call<Vec<CampaignTodo>> {
        let line = |one: Listed| {
            let sum = |more: Option<u64>, less: Option<u64>| more.unwrap_or(0).saturating_sub(less.unwrap_or(0));
            let counts = one.counts;
            CampaignTodo {
                id: one.campaign,
                title: one.title,
                state: one.state,
                unsent: 0,
                waiting: counts.needs_response_count.unwrap_or(0),
                unassigned: counts.assigned_count.map_or(0, |assigned| sum(counts.contacts_count, Some(assigned))),
                mine: Default::default(),
            }
        };
        Ok(self.campaigns_to_watch(false).await?.into_iter().map(line).collect())
    }

    /// The organization that a campaign is of, among those that this person may watch.
    pub(super) async fn organization_of(&self, campaign: i64) -> Call<i64> {
        if let Some(known) = self.known.organization(campaign) {
            return Ok(known);
        }
        for archived in [false, true] {
            self.campaigns_to_watch(archived).await?;
            if let Some(known) = self.known.organization(campaign) {
                return Ok(known);
            }
        }
        Err(refusal(Code::NotFound, "there is no such campaign in what you may watch there"))
    }

    /// The board of a campaign, counted now.
    pub(super) async fn count(&self, campaign: CampaignId) -> Call<Board> {
        let organization = self.organization_of(campaign.0).await?.to_string();
        let variables = json!({ "campaign": campaign.0.to_string(), "organization": organization });
        let reply = self.asked(&documents::BOARD, variables).await?;
        if reply.field("campaign").is_null() {
            return Err(self.refused(&reply.said()).await);
        }
        let watched: Watched = reply.read("campaign")?;
        let variables = json!({ "organization": organization, "campaign": { "campaignId": campaign.0 } });
        let sums = self.asked(&documents::SUMS, variables).await?;
        let sum = |name: &str| sums.field(name)["pageInfo"]["total"].as_u64();
        let in_hand = |of: fn(&answers::InHand) -> u64| watched.assignments.iter().map(of).sum::<u64>();
        let mut untold: Vec<String> = UNTOLD.map(str::to_owned).to_vec();
        let mut told = |name: &str, value: Option<u64>, otherwise: Option<u64>| {
            value.or(otherwise).unwrap_or_else(|| {
                untold.push(name.to_owned());
                0
            })
        };
        let unassigned = watched.contacts_count.checked_sub(in_hand(|one| one.contacts_count));
        let errors = &watched.stats.error_counts;
        let unsent = told(
            "counts.unsent",
            sum("needsMessage"),
            unassigned.map(|alone| alone + in_hand(|one| one.unmessaged_count)),
        );
        let counts = Counts {
            total: watched.contacts_count,
            unassigned: told("counts.unassigned", sum("unassigned"), unassigned),
            unsent,
            // Who needs no first text any more: texted, or closed without a text. How many of each is not told.
            sent: watched.contacts_count.saturating_sub(unsent),
            messaged: told("counts.messaged", sum("messaged"), None),
            waiting: told("counts.waiting", sum("needsResponse"), Some(in_hand(|one| one.unreplied_count))),
            waiting_unassigned: told("counts.waiting_unassigned", sum("waitingUnassigned"), None),
            convo: told("counts.convo", sum("convo"), None),
            closed: told("counts.closed", sum("closed"), None),
            opted_out: told("counts.opted_out", watched.stats.opt_outs_count, None),
            possible_opt_outs: 0,
            failed: errors.iter().map(|error| error.count).sum(),
            held: 0,
        };
        let error = |error: &answers::ErrorCount| CarrierError {
            code: safe_line(&error.code),
            count: error.count,
            description: safe_line(&error.description),
        };
        let foreign = Foreign {
            texts_out: watched.stats.sent_messages_count,
            texts_in: watched.stats.received_messages_count,
            errors: errors.iter().map(error).collect(),
            untold,
        };
        let mut texters: Vec<TexterLine> = watched.assignments.iter().filter_map(texter).collect();
        texters.sort_by(|one, other| one.name.cmp(&other.name).then(one.person.cmp(&other.person)));
        Ok(Board {
            campaign,
            title: safe_line(&watched.title),
            state: state(watched.is_started, watched.is_archived),
            counts,
            oldest_wait: None,
            in_flight: 0,
            unknown: 0,
            waiting_room: 0,
            gauge: None,
            lately: None,
            hours: None,
            recalls: 0,
            recalled_at: None,
            hours_behind: Vec::new(),
            texters,
            at: self.clock.now(),
            seq: self.known.next_seq(),
            foreign: Some(Box::new(foreign)),
        })
    }

    /// The board again and again, the more seldom the less it changes.
    pub(super) fn boards(&self, campaign: CampaignId) -> BoxStream<'static, Call<Event>> {
        let first = (self.clone(), self.pace.count_busy, None::<Board>, false);
        let stream = stream::unfold(first, move |(server, wait, last, over)| async move {
            if over {
                return None;
            }
            // A part of it is drawn, so that many consoles do not ask together.
            server.clock.sleep(super::poll::drawn(wait, &*server.ids)).await;
            let board = match server.count(campaign).await {
                Ok(board) => board,
                Err(error) => return Some((Err(error), (server, wait, last, true))),
            };
            let same = last.as_ref().is_some_and(|last| same_figures(last, &board));
            let pace = server.pace;
            let wait = if same { (wait * 3 / 2).min(pace.count_quiet) } else { pace.count_busy };
            // The same figures are told too: when they were counted stands on the board.
            let (at, seq) = (board.at, board.seq);
            let event = Event { seq, at, what: EventKind::Board { board: board.clone() } };
            Some((Ok(event), (server, wait, Some(board), false)))
        });
        stream.boxed()
    }

    /// Takes a texter's unsent contacts back: they are in nobody's hands then. Done twice it changes nothing more.
    pub(super) async fn reclaim(&self, campaign: CampaignId, texter: PersonId) -> Call<()> {
        let filters = Filters {
            campaign: Some(campaign),
            texter: Some(texter.0),
            status: Some("needsMessage".to_owned()),
            ..Filters::default()
        };
        self.reassign_all(&filters, To::Nobody).await.map(|_| ())
    }
}

/// The same but for the time.
fn same_figures(one: &Board, other: &Board) -> bool {
    let timeless = |board: &Board| Board { at: one.at, seq: one.seq, ..board.clone() };
    timeless(one) == timeless(other)
}

fn state(started: bool, archived: bool) -> CampaignState {
    match (started, archived) {
        (_, true) => CampaignState::Archived,
        (true, false) => CampaignState::Running,
        (false, false) => CampaignState::Importing,
    }
}

fn texter(line: &answers::InHand) -> Option<TexterLine> {
    let texter = line.texter.as_ref()?;
    let name = format!("{} {}", texter.said_name(), texter.last_name.trim());
    Some(TexterLine {
        person: PersonId(texter.id.0),
        name: safe_line(name.trim()),
        signed_out: !texter.roles.is_empty() && role_of(&texter.roles).is_none(),
        assigned: line.contacts_count,
        unsent: line.unmessaged_count,
        // Who needs no first text of theirs any more.
        sent: line.contacts_count.saturating_sub(line.unmessaged_count),
        waiting: line.unreplied_count,
        last_ten_minutes: 0,
        last_seen: None,
        practised: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_of_the_roles_counts() {
        let roles = |list: &[&str]| role_of(&list.iter().map(|role| (*role).to_owned()).collect::<Vec<_>>());
        assert_eq!(roles(&["SUSPENDED", "TEXTER", "VETTED_TEXTER", "SUPERVOLUNTEER"]), Some(Role::Captain));
        assert_eq!(roles(&["OWNER", "TEXTER"]), Some(Role::Owner));
        assert_eq!(roles(&["SUSPENDED", "TEXTER"]), Some(Role::Texter));
        assert_eq!(roles(&["SUSPENDED"]), None);
    }
}

//! Questions about what came of a campaign: for exports and reports. They change nothing, read a bounded part of the database each,
//! and are asked on connections that only read.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{command::Actor, query::Found};
use crate::api::results::{ColumnsOut, ContactsOut, FiguresOut, MessagesOut, OptOutsOut};
use crate::domain::ids::CampaignId;

/// Which page is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What the page before gave as its `next`.
    pub place: Option<Place>,
    /// Only what changed since then.
    pub since: Option<Timestamp>,
    /// So many rows at most.
    pub limit: u32,
    /// With the campaigns in which each contact's number was texted.
    pub texted_in: bool,
}

/// Between two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// After this contact.
    pub contact: i64,
    /// And this text of it; of the contact before, everything was given.
    pub seq: i64,
    /// As far as this contact: those who come meanwhile are in the next export.
    pub until: i64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.contact, self.seq, self.until)
    }
}

impl std::str::FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.').map(str::parse);
        let mut next = || parts.next().unwrap_or_else(|| "".parse());
        Ok(Self { contact: next()?, seq: next()?, until: next()? })
    }
}

/// What can be asked about results. `None` for a campaign that is not the actor's to see. For admins' handles only.
#[async_trait]
pub trait Results {
    /// A page of a campaign's contacts.
    async fn contacts_out(&self, actor: &Actor, campaign: CampaignId, wanted: &Wanted) -> Found<Option<ContactsOut>>;
    /// A page of a campaign's texts.
    async fn messages_out(&self, actor: &Actor, campaign: CampaignId, wanted: &Wanted) -> Found<Option<MessagesOut>>;
    /// The columns of a part of a campaign's contacts.
    async fn columns_out(&self, actor: &Actor, campaign: CampaignId, place: Option<Place>)
    -> Found<Option<ColumnsOut>>;
    /// The sums over a part of a campaign's contacts.
    async fn figures_out(&self, actor: &Actor, campaign: CampaignId, place: Option<Place>)
    -> Found<Option<FiguresOut>>;
    /// A page of the organization's opt-outs, after this number: of those who are in a campaign, when one is named.
    async fn opt_outs_out(
        &self,
        actor: &Actor,
        campaign: Option<CampaignId>,
        since: Option<Timestamp>,
        after: &str,
        limit: u32,
    ) -> Found<Option<OptOutsOut>>;
}

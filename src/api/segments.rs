//! Saved segments, and campaigns made of one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{campaign::CampaignDef, ids::CampaignId};

/// Longest name of a segment, in characters.
pub const MAX_NAME: usize = 100;

/// Most hours for which contacts are kept for a texter.
pub const MAX_KEEP_HOURS: u32 = 720;

/// Longest condition, in bytes.
pub const MAX_EXPRESSION: usize = 4_000;

/// Saves a condition under a name of the organization's. The same once more changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaveSegment {
    /// The name; letter case does not tell two apart.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The condition, as `docs/exports.md` describes it.
    #[schema(min_length = 1, max_length = 4000)]
    pub expression: String,
    /// In which campaign it is counted when nobody says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// True: a segment of this name that says something else is replaced; else that is refused.
    #[serde(default)]
    pub replace: bool,
}

/// A saved segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentInfo {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its condition, as it was written.
    pub expression: String,
    /// In which campaign it is counted when nobody says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// When it was saved last.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who saved it.
    pub by: String,
}

/// Of whom a condition holds and who may not be texted, each counted once, by the first reason that stands here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct LeftOut {
    /// Opted out.
    pub opted_out: u64,
    /// Something they wrote in any campaign may be an opt-out, and nobody has decided.
    pub undecided: u64,
    /// Tagged as deceased in any campaign.
    pub deceased: u64,
    /// The number is not theirs, as any campaign found out.
    pub wrong_number: u64,
    /// The number gets no texts, by the carrier's word.
    pub failing: u64,
    /// Taken off this campaign's list.
    pub removed: u64,
    /// Texted too lately, where that was asked for.
    pub texted_lately: u64,
}

impl LeftOut {
    /// All of them.
    #[must_use]
    pub fn sum(&self) -> u64 {
        let Self { opted_out, undecided, deceased, wrong_number, failing, removed, texted_lately } = *self;
        opted_out + undecided + deceased + wrong_number + failing + removed + texted_lately
    }

    /// Adds what another part has.
    pub fn add(&mut self, other: &Self) {
        self.opted_out += other.opted_out;
        self.undecided += other.undecided;
        self.deceased += other.deceased;
        self.wrong_number += other.wrong_number;
        self.failing += other.failing;
        self.removed += other.removed;
        self.texted_lately += other.texted_lately;
    }
}

/// How many of a part of a campaign's contacts are in a segment. The sums of all parts are the campaign's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentCount {
    /// Of whom the condition holds; those taken off the list are among them.
    pub contacts: u64,
    /// Of these, who may not be texted.
    pub left_out: LeftOut,
    /// Cursor of the next part; absent with the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many numbers of contacts are still to be looked at.
    pub left: u64,
}

/// Makes a campaign of those contacts of another one of whom a condition holds (id in the path, minted by the client). It is made in
/// parts: asked again with the same id it goes on, until `finished`; before that nobody gets contacts of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowUpRequest {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The condition; either this or `segment`.
    #[schema(max_length = 4000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The name of a saved segment.
    #[schema(max_length = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// The campaign to make.
    pub def: CampaignDef,
    /// Leaves out whom any campaign has texted within so many days.
    #[schema(minimum = 1, maximum = 3650)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_texted_within_days: Option<u32>,
    /// Offers everybody first to the texter who wrote to them last, as long as that one is signed in, for so many hours from when it is
    /// finished; then anybody gets them.
    #[schema(minimum = 1, maximum = 720)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_texter_hours: Option<u32>,
    /// Nobody gets contacts of it before a captain resumes it.
    #[serde(default)]
    pub paused: bool,
}

/// A campaign that is made of another one's contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowUp {
    /// Its number.
    pub campaign: CampaignId,
    /// True when everybody is in it who belongs there; else ask again with the same id.
    pub finished: bool,
    /// True when it was finished before this was asked.
    #[serde(default)]
    pub made_before: bool,
    /// Contacts in it so far.
    pub contacts: u64,
    /// Of whom the condition holds and who are not in it.
    pub left_out: LeftOut,
    /// How many numbers of contacts are still to be looked at.
    pub left: u64,
    /// True when it is paused now.
    pub paused: bool,
    /// True when it does not begin before another admin has approved it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_approval: bool,
    /// Recalls of the campaign before it that took back words which stand in its script too: they were made while this one was, and it is
    /// paused for that reason. Said once, with the answer that finishes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still_recalled: Vec<i64>,
}

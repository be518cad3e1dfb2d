//! Asking for more contacts. Spoke's call for it gives a batch each time it is made, and does not say which contacts: so one request of
//! ours makes it once, and what it brought is found by comparing the list before and after.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::answers::{Found, Line};
use super::known::{Claim, Mark};
use super::{SpokeServer, documents, refusal, views};
use crate::api::assignment::{ContactSummary, SliceGrant};
use crate::api::problem::Code;
use crate::client::{Call, CallError};

/// Looks at what an unanswered request brought, before it counts as not done.
const LOOKS: u32 = 2;

/// The box of Spoke's page by which a campaign lets vetted texters take conversations over.
const TAKES: &str = "take-conversations";

impl SpokeServer {
    pub(super) async fn more(&self, assignment: i64, id: Uuid, want: u32) -> Call<SliceGrant> {
        let claim = match self.known.claim(id) {
            Some(Claim { granted: Some(contacts), .. }) => return Ok(self.grant(contacts)),
            Some(claim) => claim,
            None => {
                let facts = self.read_assignment(assignment).await?;
                if !facts.campaign.use_dynamic_assignment {
                    return Err(refusal(Code::NoneLeft, "in this campaign contacts are assigned by its admins"));
                }
                let before = self.unsent(assignment).await?;
                let claim = Claim { before: before.iter().map(|line| line.id.0).collect(), ..Claim::default() };
                // Before the call: whatever becomes of it, this request makes no second one.
                self.known.keep_claim(id, claim.clone());
                let count = if want > 0 { want } else { facts.campaign.batch_size.unwrap_or(200) };
                let variables = json!({ "assignment": assignment.to_string(), "count": count });
                match self.wire.ask(&documents::MORE, variables).await {
                    Ok(reply) if reply.field("findNewCampaignContact").is_null() => {
                        return Err(self.refused(&reply.said()).await);
                    }
                    Ok(reply) => {
                        let found: Found = reply.read("findNewCampaignContact")?;
                        if !found.found {
                            return Err(self.why_none(assignment).await?);
                        }
                    }
                    // Refused by its status alone it was not carried out: this request may make its call yet.
                    Err(error @ (CallError::NotReached(_) | CallError::Refused(_))) => {
                        self.known.drop_claim(id);
                        return Err(error);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "what a request for contacts brought is in doubt");
                        self.clock.sleep(self.pace.doubt).await;
                    }
                }
                claim
            }
        };
        self.what_came(assignment, id, claim).await
    }

    /// Takes conversations over that wait. As with first texts, one request of ours makes one call, and what came is found by comparing.
    pub(super) async fn take(&self, assignment: i64, id: Uuid) -> Call<u64> {
        let claim = match self.known.claim(id) {
            Some(claim) => claim,
            None => {
                let facts = self.read_assignment(assignment).await?;
                let choices = facts.campaign.texter_ui_config.as_ref().map(|config| config.sidebox_choices.clone());
                if !choices.unwrap_or_default().iter().any(|choice| choice == TAKES) {
                    return Err(refusal(Code::Forbidden, "this campaign does not let its texters take replies over"));
                }
                let before: BTreeSet<i64> = self.waiting(assignment).await?;
                let mine = self.in_hand(assignment).await?;
                let claim = Claim { before: before.union(&mine).copied().collect(), ..Claim::default() };
                self.known.keep_claim(id, claim.clone());
                let count = facts.campaign.batch_size.unwrap_or(200);
                let variables = json!({ "assignment": assignment.to_string(), "count": count });
                match self.wire.ask(&documents::TAKE, variables).await {
                    Ok(reply) if reply.field("findNewCampaignContact").is_null() => {
                        // Two batches do no harm here, and a request that was not carried out brings none: the next try asks anew.
                        self.known.drop_claim(id);
                        return Err(self.refused(&reply.said()).await);
                    }
                    Ok(reply) => {
                        let found: Found = reply.read("findNewCampaignContact")?;
                        if !found.found {
                            return Err(refusal(Code::NoneLeft, "no replies wait that could be taken over"));
                        }
                    }
                    Err(error @ (CallError::NotReached(_) | CallError::Refused(_))) => {
                        self.known.drop_claim(id);
                        return Err(error);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "what a request for replies brought is in doubt");
                        self.clock.sleep(self.pace.doubt).await;
                    }
                }
                claim
            }
        };
        // Of one's own contacts who wrote meanwhile none was taken over.
        let came = self.waiting(assignment).await?.difference(&claim.before).count();
        if came == 0 {
            let looked = claim.looked + 1;
            self.known.keep_claim(id, Claim { looked, ..claim });
            if looked < LOOKS {
                return Err(CallError::NoAnswer("whether replies came is not clear yet".into()));
            }
            return Err(refusal(Code::NoneLeft, "the server gave no replies"));
        }
        Ok(u64::try_from(came).unwrap_or_default())
    }

    /// Everybody in an assignment, whatever their state.
    async fn in_hand(&self, assignment: i64) -> Call<BTreeSet<i64>> {
        let lines = self.lines(assignment, &documents::POLL, super::read::EVERYBODY).await?;
        Ok(lines.contacts.iter().map(|line| line.id.0).collect())
    }

    async fn waiting(&self, assignment: i64) -> Call<BTreeSet<i64>> {
        let lines = self.lines(assignment, &documents::POLL, "needsResponse").await?;
        Ok(lines.contacts.iter().map(|line| line.id.0).collect())
    }

    /// First texts in hand, also those that it is too early or too late for.
    async fn unsent(&self, assignment: i64) -> Call<Vec<Line>> {
        Ok(self.lines(assignment, &documents::LINES, "needsMessage").await?.contacts)
    }

    async fn what_came(&self, assignment: i64, id: Uuid, mut claim: Claim) -> Call<SliceGrant> {
        let now = self.clock.now();
        let lines = self.unsent(assignment).await?;
        let news: Vec<&Line> = lines.iter().filter(|line| !claim.before.contains(&line.id.0)).collect();
        if news.is_empty() {
            claim.looked += 1;
            let looked = claim.looked;
            self.known.keep_claim(id, claim);
            if looked < LOOKS {
                return Err(CallError::NoAnswer("whether contacts came is not clear yet".into()));
            }
            return Err(refusal(Code::NoneLeft, "the server gave no contacts"));
        }
        let contacts: Vec<ContactSummary> =
            news.iter().map(|line| views::summary_of_line(line, assignment, now)).collect();
        for line in news {
            let mark = Mark { assignment, updated_at: line.updated_at, waits: false, messages: None };
            self.known.was_told(line.id.0, Some(mark));
        }
        claim.granted = Some(contacts.clone());
        self.known.keep_claim(id, claim);
        Ok(self.grant(contacts))
    }

    fn grant(&self, contacts: Vec<ContactSummary>) -> SliceGrant {
        let now = self.clock.now();
        let lease_until = now.saturating_add(SignedDuration::from_hours(24 * 365)).unwrap_or(now);
        SliceGrant { contacts, lease_until, held_back: 0 }
    }

    /// The server says only that there were none. While a reply waits it gives none out.
    async fn why_none(&self, assignment: i64) -> Call<CallError> {
        let waiting = self.lines(assignment, &documents::POLL, "needsResponse").await?;
        let waiting: BTreeSet<i64> = waiting.contacts.iter().map(|line| line.id.0).collect();
        Ok(if waiting.is_empty() {
            refusal(Code::NoneLeft, "the server has no contacts for this person now")
        } else {
            refusal(Code::QuotaReached, "replies wait for an answer first")
        })
    }
}

//! The server's own housekeeping.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Answered, Desk, invite};
use crate::api::admin::InviteRequest;
use crate::domain::{assignment::Leases, ids::OrganizationId};
use crate::server::carrier::{Found, Submitted};
use crate::server::store::{
    StoreError,
    change::{Changed, Clearing},
    command::{Answer, CommandKind},
};

/// The server's own housekeeping.
#[derive(Debug, Clone, Copy)]
pub struct System;

impl System {
    /// Takes up to `limit` carrier jobs, marked submitting: [`Answer::Jobs`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn claim_jobs(desk: &Desk, limit: u32) -> Answered {
        let attempts = (0..limit).map(|_| desk.fresh()).collect();
        let limits = desk.throughput.clone();
        desk.run(CommandKind::ClaimJobs { limit, attempts, limits }).await
    }

    /// Records what the carrier said: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn record_attempt(desk: &Desk, attempt: Uuid, answer: Submitted) -> Answered {
        desk.run(CommandKind::RecordAttempt { attempt, answer }).await
    }

    /// Records what the carrier's list says about an attempt whose outcome is not known: present is submitted; absent, when
    /// the list is authoritative, is held and safe to send again: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn record_look_up(desk: &Desk, attempt: Uuid, found: Found, authoritative: bool) -> Answered {
        desk.run(CommandKind::RecordLookUp { attempt, found, authoritative }).await
    }

    /// Attempts begun before `started_before` and still submitting become unknown; unknown ones older than
    /// `hold_after` become held: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn sweep_attempts(desk: &Desk, started_before: Timestamp, hold_after: Duration) -> Answered {
        desk.run(CommandKind::SweepAttempts { started_before, hold_after }).await
    }

    /// Gives contacts whose lease ran out back to the pool: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn expire_leases(desk: &Desk) -> Answered {
        desk.run(CommandKind::ExpireLeases).await
    }

    /// Takes back whatever waits for the carrier and carries what was recalled, part by part; nobody waits for more than a part.
    /// Stopped half-way it is gone on with by the next call, and what is left meanwhile does not go out either.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn clear_recalls(desk: &Desk) -> Result<(), StoreError> {
        Self::clear_while(desk, None, || true).await.map(drop)
    }

    /// Part by part as long as it is wanted; says whether all was looked at. A store that comes to the same part again and again keeps
    /// nothing of what it answers: the next call tries once more.
    async fn clear_while(desk: &Desk, only: Option<i64>, wanted: impl Fn() -> bool) -> Result<bool, StoreError> {
        let (mut before, mut from) = (None, None);
        loop {
            let next = Self::clear_recall(desk, from, only).await?;
            if next.is_none() {
                return Ok(true);
            }
            // The last part of a recall ends where it began, once.
            if (next == from && from == before) || !wanted() {
                return Ok(false);
            }
            (before, from) = (from, next);
        }
    }

    /// As [`Self::clear_recalls`], of this recall alone and for so long at most, give or take a part; says whether all of it was
    /// looked at. What is left is taken back by the next [`Self::clear_recalls`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn clear_recall_for(desk: &Desk, recall: i64, most: Duration) -> Result<bool, StoreError> {
        let begun = desk.clock.monotonic();
        Self::clear_while(desk, Some(recall), || desk.clock.monotonic().saturating_sub(begun) < most).await
    }

    /// One part of [`Self::clear_recalls`], behind the one before, of the recall `only` or of all; says where the next begins, none
    /// when there is none.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn clear_recall(
        desk: &Desk,
        from: Option<Clearing>,
        only: Option<i64>,
    ) -> Result<Option<Clearing>, StoreError> {
        Ok(match desk.run(CommandKind::ClearRecall { from, only }).await? {
            Answer::Changed(Changed::Clearing(next)) => next,
            _ => None,
        })
    }

    /// Anchors the ledger, at most every ten minutes and only when something is new: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn anchor(desk: &Desk) -> Answered {
        desk.run(CommandKind::Anchor).await
    }

    /// How long what is in hand stays with somebody who is not seen any more, in this process: [`Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn set_leases(desk: &Desk, leases: Leases) -> Answered {
        desk.run(CommandKind::SetLeases { leases }).await
    }

    /// The rules of conduct that a new organization begins with; nothing changes where some were ever set: [`Answer::Conduct`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn first_conduct(desk: &Desk, organization: OrganizationId, texts: BTreeMap<String, String>) -> Answered {
        desk.run(CommandKind::SetConduct { actor: None, organization, texts, first: true }).await
    }

    /// Makes an invite on the server's own behalf (the first admin's, a rehearsal's): [`Answer::Invite`] with the secret.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn invite(desk: &Desk, organization: OrganizationId, request: InviteRequest) -> Answered {
        invite(desk, None, organization, request).await
    }
}

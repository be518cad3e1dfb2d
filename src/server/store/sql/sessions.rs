//! Sign-ins that were looked up, remembered: every request asks for one, and they hardly ever change.
//!
//! Only the writer changes them. It forgets them all after the commit of such a change and before it answers, so that
//! nobody who was told of an end is let in after it. Where other processes write too, their word makes it forget, and what
//! is remembered lasts for half a second should that word get lost.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{
    rows::{self, col, time},
    tx::Tx,
};
use crate::api::{
    people::Role,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::ids::{CampaignId, OrganizationId, PersonId};
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    command::{Actor, CommandKind, Factor},
    query::Found,
};

/// More are looked up again.
const MOST: usize = 10_000;

/// How long a sign-in is remembered that another process may end.
const SHARED_FOR: Duration = Duration::from_millis(500);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    inner: Mutex<Inner>,
    /// Other processes write too.
    shared: bool,
}

#[derive(Debug, Default)]
struct Inner {
    /// Goes up with every change: what was read before it is not remembered after it.
    changes: u64,
    /// With the moment of the look.
    known: HashMap<[u8; 32], (Actor, Duration)>,
}

impl Sessions {
    pub(super) fn new(shared: bool) -> Self {
        Self { inner: Mutex::default(), shared }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sign-in, or what [`Self::remember`] wants to be told when it was read.
    /// `now` is monotonic.
    pub(super) fn get(&self, token_hash: &[u8; 32], now: Duration) -> Result<Actor, u64> {
        let inner = self.lock();
        let known = inner.known.get(token_hash);
        let fresh = known.filter(|(_, at)| !self.shared || now.saturating_sub(*at) < SHARED_FOR);
        fresh.map(|(actor, _)| actor.clone()).ok_or(inner.changes)
    }

    /// Remembers what was read at `now` or later, unless something changed since `before`.
    pub(super) fn remember(&self, token_hash: [u8; 32], actor: &Actor, before: u64, now: Duration) {
        let mut inner = self.lock();
        if inner.changes == before {
            if inner.known.len() >= MOST {
                inner.known.clear();
            }
            inner.known.insert(token_hash, (actor.clone(), now));
        }
    }

    /// Something changed.
    pub(super) fn forget(&self) {
        let mut inner = self.lock();
        inner.changes += 1;
        inner.known.clear();
    }
}

/// True for what changes sign-ins, or the people behind them.
pub(super) fn changes_sessions(kind: &CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::Join { .. }
            | CommandKind::RevokeSession { .. }
            | CommandKind::RenamePerson { .. }
            | CommandKind::Presented { .. }
            | CommandKind::SetSecondFactor { .. }
            | CommandKind::ProveSecondFactor { .. }
            | CommandKind::RemoveSecondFactor { .. }
            | CommandKind::LiftSecondFactor { .. }
            // Not whoever accepts: a sign-in that lacks it is looked up anew each time anyhow.
            | CommandKind::SetConduct { .. }
    )
}

/// The sign-in whose token hashes to this, running or ended.
pub(super) async fn look_up(conn: &mut Conn, token_hash: [u8; 32]) -> Found<Option<Actor>> {
    let row = db::query(
        "SELECT s.id, s.person, p.name, s.role, p.organization, s.campaign,
             CASE WHEN s.revoked = 0 THEN NULL ELSE COALESCE(s.revoked_at, s.created_at) END,
             (SELECT r.version FROM conduct r WHERE r.organization = p.organization ORDER BY r.id DESC LIMIT 1),
             (SELECT r.version FROM conduct r WHERE r.organization = p.organization AND r.at < s.created_at
                 ORDER BY r.id DESC LIMIT 1),
             (SELECT COUNT(*) FROM acceptances a WHERE a.person = s.person AND a.kind = 'rules')
         , s.waiting, s.proved_at, (SELECT COUNT(*) FROM second_factors f WHERE f.person = s.person)
         FROM sessions s JOIN people p ON p.id = s.person
         WHERE s.token_hash = $1 OR (s.revoked <> 0 AND s.id = (SELECT t.session FROM tokens t WHERE t.hash = $1))",
    )
    .bind(token_hash.as_slice())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let ended_at = col::<Option<i64>>(&row, 6)?.map(time).transpose()?;
    let role = rows::role(&col::<String>(&row, 3)?)?;
    // Who came when there were no rules, or accepted former ones, goes on with what is in hand.
    let waiting = col::<i64>(&row, 10)? != 0;
    let in_force = |column| col::<Option<String>>(&row, column).map(|rules| rules.is_some_and(|it| !it.is_empty()));
    let unread = in_force(7)? && in_force(8)? && col::<i64>(&row, 9)? == 0;
    let actor = Actor {
        session: col(&row, 0)?,
        person: PersonId(col(&row, 1)?),
        name: col(&row, 2)?,
        role: if ended_at.is_some() { Role::Texter } else { role },
        organization: OrganizationId(col(&row, 4)?),
        campaign: col::<Option<i64>>(&row, 5)?.map(CampaignId),
        unread,
        waiting,
        second_factor: Factor {
            set: col::<i64>(&row, 12)? != 0,
            proved_at: col::<Option<i64>>(&row, 11)?.map(time).transpose()?,
            held_back: None,
        },
        ended_at,
    };
    Ok(Some(actor))
}

impl Tx<'_> {
    /// Ends a sign-in; one that was ended before keeps the time of that.
    pub(super) async fn end_session(&mut self, session: i64) -> Result<(), StoreError> {
        db::query("UPDATE sessions SET revoked = 1, revoked_at = COALESCE(revoked_at, $2) WHERE id = $1")
            .bind(session)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        self.cache.forget_session(session);
        Ok(())
    }

    /// The command as its sign-in stands in the order of commits. It was looked up when the request came, and a body may be half
    /// a minute on its way: who was ended meanwhile hands in as one who was ended, and does nothing else.
    pub(super) async fn as_signed_in_now(
        &mut self,
        mut kind: CommandKind,
    ) -> Result<Result<CommandKind, Problem>, StoreError> {
        let hands_in = matches!(kind, CommandKind::Send { .. } | CommandKind::Act { .. });
        let Some(actor) = kind.actor_mut() else { return Ok(Ok(kind)) };
        if actor.ended_at.is_none() && !mutation::on(Mutation::EndedWhileOnTheWay) {
            actor.ended_at = self.ended_at(actor.session).await?;
        }
        if actor.ended_at.is_some() {
            if !hands_in {
                return Ok(Err(Problem::new(Code::Unauthorized, "the session was ended: join again")));
            }
            actor.role = Role::Texter;
        }
        Ok(Ok(kind))
    }

    async fn ended_at(&mut self, session: i64) -> Result<Option<Timestamp>, StoreError> {
        if let Some(known) = self.cache.ended(session) {
            return Ok(known);
        }
        let sql = "SELECT COALESCE(revoked_at, created_at) FROM sessions WHERE id = $1 AND revoked <> 0";
        let row = db::query(sql).bind(session).fetch_optional(&mut *self.conn).await?;
        let ended_at = row.map(|row| time(col(&row, 0)?)).transpose()?;
        self.cache.remember_ended(session, ended_at);
        Ok(ended_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::people::Role;
    use crate::domain::ids::{OrganizationId, PersonId};
    use crate::server::store::command::Factor;

    fn actor() -> Actor {
        Actor {
            session: 1,
            person: PersonId(1),
            name: "Ann".into(),
            role: Role::Texter,
            organization: OrganizationId(1),
            campaign: None,
            unread: false,
            waiting: false,
            second_factor: Factor::default(),
            ended_at: None,
        }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let sessions = Sessions::default();
        let at = Duration::from_secs(9);
        let before = sessions.get(&[7; 32], at).expect_err("not known yet");
        sessions.forget();
        sessions.remember([7; 32], &actor(), before, at);
        let now = sessions.get(&[7; 32], at).expect_err("it was read before the change");
        sessions.remember([7; 32], &actor(), now, at);
        assert_eq!(sessions.get(&[7; 32], at), Ok(actor()));
        sessions.forget();
        assert!(sessions.get(&[7; 32], at).is_err());
    }

    #[rstest::rstest]
    #[case::alone(false, 3_600_000, true)]
    #[case::at_once(true, 499, true)]
    #[case::later(true, 500, false)]
    fn where_others_write_too_it_is_remembered_for_half_a_second(
        #[case] shared: bool,
        #[case] after: u64,
        #[case] known: bool,
    ) {
        let sessions = Sessions::new(shared);
        let at = Duration::from_secs(9);
        let before = sessions.get(&[7; 32], at).expect_err("not known yet");
        sessions.remember([7; 32], &actor(), before, at);
        assert_eq!(sessions.get(&[7; 32], at + Duration::from_millis(after)).is_ok(), known);
    }
}

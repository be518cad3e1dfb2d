//! Tokens that change while a session goes on.
//!
//! The token in use stands in the session's own row. The next one is handed out beside it and takes its place when it is first
//! used: an answer that was lost on its way costs nobody the sign-in. A former one that is used later than a minute after that
//! is in two hands, and nobody knows which are the right ones: the session ends.

use super::{rows::col, tx::Tx};
use crate::db;
use crate::domain::ids::{OrganizationId, PersonId};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer, Factor},
};

/// Requests that left with the former token before the next one was used may arrive for so long, in microseconds.
const GRACE: i64 = 60 * 1_000_000;
/// Former tokens are known for so long, in microseconds; after that they are strangers'.
const KEPT: i64 = 180 * 24 * 3_600 * 1_000_000;

impl Tx<'_> {
    pub(super) async fn renew_token(&mut self, actor: &Actor, next_hash: [u8; 32]) -> Result<Answer, StoreError> {
        // Whoever asks again has not got the answer, or not stored it. The newest ones stay: a request that was slow on its
        // way must not undo one that overtook it.
        db::query("DELETE FROM tokens WHERE session = $1 AND (at < $2 OR (state = 'next' AND at < $3))")
            .bind(actor.session)
            .bind(self.micros().saturating_sub(KEPT))
            .bind(self.micros().saturating_sub(GRACE))
            .execute(&mut *self.conn)
            .await?;
        db::query("INSERT INTO tokens (hash, session, state, at) VALUES ($1, $2, 'next', $3)")
            .bind(next_hash.as_slice())
            .bind(actor.session)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(Answer::Done)
    }

    /// A token came in that is in use nowhere.
    pub(super) async fn presented(&mut self, token_hash: [u8; 32]) -> Result<Answer, StoreError> {
        let row = db::query(
            "SELECT t.session, t.state, t.at, s.token_hash, s.revoked, s.person, p.name, p.organization
             FROM tokens t JOIN sessions s ON s.id = t.session JOIN people p ON p.id = s.person WHERE t.hash = $1",
        )
        .bind(token_hash.as_slice())
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(Answer::Done) };
        let (session, state, at): (i64, String, i64) = (col(&row, 0)?, col(&row, 1)?, col(&row, 2)?);
        if col::<i64>(&row, 4)? != 0 {
            return Ok(Answer::Done);
        }
        if state == "next" {
            let former: Vec<u8> = col(&row, 3)?;
            db::query("UPDATE sessions SET token_hash = $2 WHERE id = $1")
                .bind(session)
                .bind(token_hash.as_slice())
                .execute(&mut *self.conn)
                .await?;
            db::query("DELETE FROM tokens WHERE session = $1 AND state = 'next'")
                .bind(session)
                .execute(&mut *self.conn)
                .await?;
            db::query("INSERT INTO tokens (hash, session, state, at) VALUES ($1, $2, 'former', $3)")
                .bind(former)
                .bind(session)
                .bind(self.micros())
                .execute(&mut *self.conn)
                .await?;
            return Ok(Answer::Done);
        }
        if self.micros() < at.saturating_add(GRACE) {
            return Ok(Answer::Done);
        }
        let actor = Actor {
            session,
            person: PersonId(col(&row, 5)?),
            name: col(&row, 6)?,
            role: crate::api::people::Role::Texter,
            organization: OrganizationId(col(&row, 7)?),
            campaign: None,
            unread: false,
            waiting: false,
            second_factor: Factor::default(),
            ended_at: None,
        };
        self.end_session(session).await?;
        let what = format!("session {session}");
        self.audit(Some(&actor), "token_reused", what, "a token that had been replaced was used: ended".to_owned());
        self.leaves(&actor, actor.person.0).await?;
        Ok(Answer::Ended)
    }
}

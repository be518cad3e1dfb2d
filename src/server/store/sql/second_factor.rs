//! The second factor of captains and above: who has one, which sign-in proved it, and how many wrong codes came.

use jiff::{SignedDuration, Timestamp};

use super::{
    people::ABOVE,
    rows::{self, col, corrupt, signed, time, unsigned},
    tx::Tx,
};
use crate::api::{
    people::Role,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::{
    ids::PersonId,
    second_factor::{OneTimeCode, Secret},
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
    roster::FactorKept,
};

/// So many wrong codes in a row, and then none is taken for a while: the right one neither.
const TRIES: i64 = 5;
/// How long after the first so many. It doubles with each further time, as guessing goes on for as long as nobody looks.
const WAIT: SignedDuration = SignedDuration::from_mins(15);
/// But no longer than this: whoever has the phone must not be kept out for days by whoever has the laptop.
const LONGEST: SignedDuration = SignedDuration::from_hours(8);

/// What is known of a person's second factor, when they have set one.
pub(super) async fn kept(conn: &mut Conn, person: PersonId) -> Found<Option<FactorKept>> {
    let row = db::query("SELECT set_at, locked_until FROM second_factors WHERE person = $1")
        .bind(person.0)
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        let locked_until = col::<Option<i64>>(&row, 1)?.map(time).transpose()?;
        Ok(FactorKept { set_at: time(col(&row, 0)?)?, locked_until })
    })
    .transpose()
}

/// A row.
struct Kept {
    secret: Secret,
    last_step: u64,
    wrong: i64,
    locked_until: Option<Timestamp>,
}

fn no(code: Code, detail: &str) -> Result<Answer, StoreError> {
    Ok(Answer::Refused(Box::new(Problem::new(code, detail))))
}

fn wrong(detail: &str) -> Problem {
    Problem::new(Code::WrongCode, detail)
}

/// For whoever asks to use what is not there.
const NOT_SET: &str = "no second factor is set: textbank second-factor set";

impl Tx<'_> {
    async fn second_factor(&mut self, person: i64) -> Result<Option<Kept>, StoreError> {
        let row = db::query("SELECT secret, last_step, wrong, locked_until FROM second_factors WHERE person = $1")
            .bind(person)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let secret = Secret::from_bytes(&col::<Vec<u8>>(&row, 0)?);
        Ok(Some(Kept {
            // Its bytes are nobody's to read, damaged or not.
            secret: secret.ok_or_else(|| corrupt("a second factor", "<hidden>"))?,
            last_step: unsigned(col(&row, 1)?),
            wrong: col(&row, 2)?,
            locked_until: col::<Option<i64>>(&row, 3)?.map(time).transpose()?,
        }))
    }

    pub(super) async fn set_second_factor(
        &mut self,
        actor: &Actor,
        secret: &Secret,
        code: OneTimeCode,
        step: u64,
    ) -> Result<Answer, StoreError> {
        let matched = secret.step_of(code, step);
        if let Some(kept) = self.second_factor(actor.person.0).await? {
            // Its answer was lost, and it is asked for again.
            if kept.secret == *secret && matched == Some(kept.last_step) {
                return Ok(Answer::Done);
            }
            return no(
                Code::Invalid,
                "a second factor is set already: remove that one first (textbank second-factor remove)",
            );
        }
        let Some(matched) = matched else {
            let detail = "this is not the code now: nothing was set. See whether the phone's clock is right";
            return Ok(Answer::Refused(Box::new(wrong(detail))));
        };
        db::query("INSERT INTO second_factors (person, secret, set_at, last_step) VALUES ($1, $2, $3, $4)")
            .bind(actor.person.0)
            .bind(secret.bytes())
            .bind(self.micros())
            .bind(signed(matched))
            .execute(&mut *self.conn)
            .await?;
        self.proved(actor.session).await?;
        self.audit(Some(actor), "second_factor_set", format!("person {}", actor.person.0), String::new());
        Ok(Answer::Done)
    }

    pub(super) async fn prove_second_factor(
        &mut self,
        actor: &Actor,
        code: OneTimeCode,
        step: u64,
    ) -> Result<Answer, StoreError> {
        if let Err(problem) = self.check_code(actor, code, step).await? {
            return Ok(Answer::Refused(Box::new(problem)));
        }
        self.proved(actor.session).await?;
        self.audit(Some(actor), "second_factor_proved", format!("session {}", actor.session), String::new());
        Ok(Answer::Done)
    }

    pub(super) async fn remove_second_factor(
        &mut self,
        actor: &Actor,
        code: OneTimeCode,
        step: u64,
    ) -> Result<Answer, StoreError> {
        if let Err(problem) = self.check_code(actor, code, step).await? {
            return Ok(Answer::Refused(Box::new(problem)));
        }
        self.forget_second_factor(actor, actor.person.0, "by its code").await?;
        Ok(Answer::Done)
    }

    pub(super) async fn lift_second_factor(&mut self, actor: &Actor, person: PersonId) -> Result<Answer, StoreError> {
        let rows = db::query(
            "SELECT s.role FROM people p LEFT JOIN sessions s ON s.person = p.id
             WHERE p.id = $1 AND p.organization = $2",
        )
        .bind(person.0)
        .bind(actor.organization.0)
        .fetch_all(&mut *self.conn)
        .await?;
        if rows.is_empty() {
            return no(Code::NotFound, "no such person");
        }
        if person == actor.person {
            return no(Code::Forbidden, "your own is removed by a code of it, or by another admin");
        }
        // Whoever was above once may be so again by the same name and laptop.
        let mut highest = Role::Texter;
        for row in &rows {
            if let Some(role) = col::<Option<String>>(row, 0)? {
                highest = highest.max(rows::role(&role)?);
            }
        }
        if highest > actor.role {
            return no(Code::Forbidden, ABOVE);
        }
        self.forget_second_factor(actor, person.0, "lost phone").await?;
        Ok(Answer::Done)
    }

    /// The right code, which nobody used before; else what to say, and it counts.
    async fn check_code(
        &mut self,
        actor: &Actor,
        code: OneTimeCode,
        step: u64,
    ) -> Result<Result<(), Problem>, StoreError> {
        let person = actor.person.0;
        let Some(kept) = self.second_factor(person).await? else {
            return Ok(Err(Problem::new(Code::Invalid, NOT_SET)));
        };
        if let Some(until) = kept.locked_until.filter(|until| *until > self.now) {
            return Ok(Err(locked(until)));
        }
        match kept.secret.step_of(code, step) {
            Some(step) if step > kept.last_step => {
                db::query("UPDATE second_factors SET last_step = $2, wrong = 0, locked_until = NULL WHERE person = $1")
                    .bind(person)
                    .bind(signed(step))
                    .execute(&mut *self.conn)
                    .await?;
                Ok(Ok(()))
            }
            // Whoever looked over the shoulder has no use for it, and whoever is in a hurry has guessed nothing.
            Some(_) => Ok(Err(wrong("this code was used already: wait for the next one"))),
            None => Ok(Err(self.wrong_code(actor, &kept).await?)),
        }
    }

    async fn wrong_code(&mut self, actor: &Actor, kept: &Kept) -> Result<Problem, StoreError> {
        let many = kept.wrong.saturating_add(1);
        let locked_until = (many % TRIES == 0).then(|| {
            // Far beyond the longest already.
            let times = 1i32 << (many / TRIES - 1).clamp(0, 16);
            self.now.saturating_add(WAIT.saturating_mul(times).min(LONGEST)).unwrap_or(Timestamp::MAX)
        });
        db::query("UPDATE second_factors SET wrong = $2, locked_until = $3 WHERE person = $1")
            .bind(actor.person.0)
            .bind(many)
            .bind(locked_until.map(Timestamp::as_microsecond))
            .execute(&mut *self.conn)
            .await?;
        let (session, count) = (format!("session {}", actor.session), format!("{many} in a row"));
        self.audit(Some(actor), "second_factor_wrong", session, count);
        Ok(locked_until.map_or_else(|| wrong("this is not the code now"), locked))
    }

    async fn proved(&mut self, session: i64) -> Result<(), StoreError> {
        db::query("UPDATE sessions SET proved_at = $2 WHERE id = $1")
            .bind(session)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    async fn forget_second_factor(&mut self, actor: &Actor, person: i64, why: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM second_factors WHERE person = $1";
        let gone = db::query(sql).bind(person).execute(&mut *self.conn).await?;
        // It happens once, however often it is asked for.
        if gone.rows_affected() == 0 {
            return Ok(());
        }
        let sql = "UPDATE sessions SET proved_at = NULL WHERE person = $1";
        db::query(sql).bind(person).execute(&mut *self.conn).await?;
        self.audit(Some(actor), "second_factor_removed", format!("person {person}"), why.to_owned());
        Ok(())
    }
}

fn locked(until: Timestamp) -> Problem {
    let mut problem = wrong("too many wrong codes: none is taken for a while");
    problem.at = Some(until);
    problem
}

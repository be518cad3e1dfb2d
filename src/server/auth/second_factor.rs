//! Who is held back until the second factor is proved: captains and above, who are texters until then.
//!
//! It is decided at each request, by the time and by what is kept about the sign-in; nothing is written when a proof runs out.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};

use super::{Session, forbidden};
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::server::AppState;
use crate::server::routes::refusal::Refusal;
use crate::server::store::{
    StoreError,
    command::Actor,
    handles::{HoldsFactor, SECOND_FACTOR_NEEDED},
};

/// What a server wants of captains and above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// They are to have a second factor; else it is theirs to set one.
    pub required: bool,
    /// How long a proof is good.
    pub good_for: SignedDuration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { required: false, good_for: SignedDuration::from_hours(12) }
    }
}

impl Policy {
    /// The actor as it stands now: a texter, when the second factor is to be proved or set first.
    #[must_use]
    pub fn applied(self, mut actor: Actor, now: Timestamp) -> Actor {
        let role = actor.full_role();
        if role < Role::Captain || actor.ended_at.is_some() {
            return actor;
        }
        let factor = actor.second_factor;
        let good = if factor.set { self.proved_until(&actor, now).is_some() } else { !self.required };
        actor.second_factor.held_back = (!good).then_some(role);
        actor.role = if good { role } else { Role::Texter };
        actor
    }

    /// Until when the proof is good; none when there is none that is.
    #[must_use]
    pub fn proved_until(self, actor: &Actor, now: Timestamp) -> Option<Timestamp> {
        let proved_at = actor.second_factor.proved_at.filter(|_| actor.second_factor.set)?;
        // One from the future is another server's, whose clock is a little ahead; or this one's was put back.
        let good = now.duration_since(proved_at).abs() < self.good_for;
        good.then(|| proved_at.saturating_add(self.good_for).unwrap_or(Timestamp::MAX))
    }
}

/// The running sign-in whose token hashes to this, as it stands now.
///
/// # Errors
/// [`StoreError`]
pub async fn signed_in(state: &AppState, token_hash: [u8; 32]) -> Result<Option<Actor>, StoreError> {
    let actor = state.store().session(token_hash).await?;
    Ok(actor.map(|actor| state.second_factor.applied(actor, state.desk.clock.now())))
}

/// What is said to whoever lacks a role that is held back, or that was never theirs.
pub(in crate::server) fn lacks(actor: &Actor, role: Role) -> Refusal {
    if actor.full_role() >= role && actor.role < role {
        return Refusal::new(Code::SecondFactorNeeded, SECOND_FACTOR_NEEDED);
    }
    forbidden()
}

/// The handle of whoever may have a second factor, proved or not.
#[derive(Debug, Clone)]
pub struct AsHolder(pub HoldsFactor);

impl FromRequestParts<AppState> for AsHolder {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let session = Session::from_request_parts(parts, state).await?;
        HoldsFactor::of(session.actor).map(Self).ok_or_else(forbidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{OrganizationId, PersonId};
    use crate::server::store::command::Factor;

    const NOW: i64 = 1_800_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn actor(role: Role, set: bool, proved_at: Option<i64>) -> Actor {
        Actor {
            session: 1,
            person: PersonId(1),
            name: "Kim".into(),
            role,
            organization: OrganizationId(1),
            campaign: None,
            unread: false,
            waiting: false,
            second_factor: Factor { set, proved_at: proved_at.map(at), held_back: None },
            ended_at: None,
        }
    }

    #[rstest::rstest]
    #[case::texters_have_none(Role::VettedTexter, false, None, true, Role::VettedTexter)]
    #[case::nobody_asks(Role::Owner, false, None, false, Role::Owner)]
    #[case::the_server_asks(Role::Captain, false, None, true, Role::Texter)]
    #[case::never_proved(Role::Captain, true, None, false, Role::Texter)]
    #[case::proved(Role::Admin, true, Some(NOW - 43_199), true, Role::Admin)]
    #[case::long_ago(Role::Admin, true, Some(NOW - 43_200), false, Role::Texter)]
    #[case::by_a_clock_ahead(Role::Captain, true, Some(NOW + 5), false, Role::Captain)]
    #[case::by_a_clock_far_ahead(Role::Captain, true, Some(NOW + 90_000), false, Role::Texter)]
    #[case::proved_what_is_gone(Role::Captain, false, Some(NOW), true, Role::Texter)]
    fn who_has_not_proved_it_is_a_texter(
        #[case] role: Role,
        #[case] set: bool,
        #[case] proved_at: Option<i64>,
        #[case] required: bool,
        #[case] now: Role,
    ) {
        let policy = Policy { required, ..Policy::default() };
        let stands = policy.applied(actor(role, set, proved_at), at(NOW));
        assert_eq!((stands.role, stands.full_role()), (now, role));
        assert_eq!(policy.applied(stands.clone(), at(NOW)), stands, "twice is once");
    }

    #[test]
    fn a_sign_in_that_was_ended_is_owed_nothing() {
        let ended = Actor { ended_at: Some(at(NOW)), role: Role::Texter, ..actor(Role::Texter, true, None) };
        assert_eq!(Policy::default().applied(ended, at(NOW)).full_role(), Role::Texter);
    }
}

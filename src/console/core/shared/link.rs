//! The state of the line in words: the same for every console, on a screen and in lines.

use jiff::Timestamp;

use super::msg::LinkState;
use super::say::Say;

impl LinkState {
    /// Whoever is not reached is tried again within so many seconds, unless somebody asked for more.
    pub const SOON: u64 = 20;

    /// True when the next try comes [soon](Self::SOON): of such a one no time is told, which would be over before it was read.
    #[must_use]
    pub fn is_tried_soon(next_try: Timestamp, now: Option<Timestamp>) -> bool {
        let soon = i64::try_from(Self::SOON).unwrap_or(i64::MAX);
        now.is_none_or(|now| next_try.as_second().saturating_sub(now.as_second()) <= soon)
    }

    /// The line in a whole sentence, where there is one: whoever is signed out is told more than that.
    ///
    /// `now`: by this laptop's clock, as the times of the line are.
    #[must_use]
    pub fn say(&self, now: Option<Timestamp>) -> Option<Say> {
        match self {
            Self::Connecting => Some(Say::new("outbox-line-connecting")),
            Self::Online => Some(Say::new("outbox-line-online")),
            Self::AskedToWait { seconds } => Some(Say::new("outbox-line-asked-to-wait").with("seconds", *seconds)),
            Self::Offline { since, next_try } if Self::is_tried_soon(*next_try, now) => {
                Some(Say::new("outbox-line-offline").with("since", *since).with("seconds", Self::SOON))
            }
            Self::Offline { since, next_try } => {
                Some(Say::new("outbox-line-offline-until").with("since", *since).with("next", *next_try))
            }
            Self::SignedOut { .. } => None,
        }
    }

    /// True when there is nothing new to say: a next try is none.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Offline { since: one, .. }, Self::Offline { since: other, .. }) => one == other,
            (Self::AskedToWait { .. }, Self::AskedToWait { .. }) => true,
            _ => self == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_try_has_its_time_only_when_it_is_far() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let key = |next, now| {
            LinkState::Offline { since: at(0), next_try: at(next) }.say(now).map_or("", |say| say.key).to_owned()
        };
        assert_eq!(key(30, Some(at(10))), "outbox-line-offline");
        assert_eq!(key(31, Some(at(10))), "outbox-line-offline-until");
        assert_eq!(key(31, None), "outbox-line-offline");
        assert_eq!(LinkState::SignedOut { hands_in: true }.say(None), None);
        let (one, other) = (at(40), at(60));
        let offline = |next_try| LinkState::Offline { since: at(0), next_try };
        assert!(offline(one).is_like(&offline(other)) && !offline(one).is_like(&LinkState::Online));
    }
}

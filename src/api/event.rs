//! The feed: what changed, in one order, each with its number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    assignment::ContactSummary,
    campaign::Announcement,
    campaign::CampaignState,
    captain::Board,
    message::{ThreadEntry, Verdict},
};
use crate::domain::{
    ids::{ContactId, MessageId},
    message::{Delivery, MessageKind},
    recall::Recall,
};

/// Why somebody has gone who was erased.
pub const ERASED: &str = "erased";

/// One event. `seq` is the SSE id; resume with `Last-Event-ID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Number, given after commit; gaps are possible, going back is not.
    pub seq: u64,
    /// When it was committed.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: EventKind,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A contact in my hands changed (status, opt-out, epoch, preview).
    Contact {
        /// Its new line.
        contact: ContactSummary,
    },
    /// Something was added to the thread of a contact in my hands.
    Thread {
        /// Whose.
        contact: ContactId,
        /// What.
        item: ThreadEntry,
    },
    /// A text of a contact in my hands moved on.
    Delivery {
        /// Whose.
        contact: ContactId,
        /// Which text.
        message: MessageId,
        /// Where it stands.
        delivery: Delivery,
        /// The carrier's error code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// A verdict of mine is durable: the journal may let go of it.
    Settled {
        /// Id and outcome.
        verdict: Verdict,
    },
    /// A text that I confirmed and the server had accepted came back: it was not sent, and never will be under this id.
    Returned {
        /// Whose.
        contact: ContactId,
        /// Which text.
        message: MessageId,
        /// What for.
        kind: MessageKind,
        /// Its words, to be looked at again.
        body: String,
        /// `too_late`, `possible_opt_out`, `opted_out`, `wrong_number`, `recalled`, `removed`.
        why: String,
    },
    /// A contact left my hands.
    Gone {
        /// Which.
        contact: ContactId,
        /// `released`, `handed_over`, `reclaimed`, `lease_expired`, `session_ended`, `removed`, `closed`, `erased`.
        why: String,
        /// Who has it now, when somebody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
    },
    /// The campaign was paused, resumed, or its script changed (read it again).
    Campaign {
        /// Its state now.
        state: CampaignState,
        /// Its script now.
        script_version: u32,
    },
    /// Something must not be said any more: what carries it is shut at once.
    Recalled {
        /// What.
        recall: Recall,
    },
    /// A recall was lifted: read the campaign again.
    RecallLifted {
        /// Its number.
        recall: i64,
    },
    /// The captains tell their texters something, or took it down.
    Announced {
        /// What.
        note: Announcement,
    },
    /// The list says something else of a contact in my hands: read its body again.
    Corrected {
        /// Which.
        contact: ContactId,
    },
    /// Captains: the board, at most four a second.
    Board {
        /// Everything on it.
        board: Board,
    },
    /// The feed cannot be resumed from where the reader was: read everything again.
    Snapshot {
        /// Ask from here on. On the wire it is `after`: the event's own number has the name `seq` already.
        #[serde(rename = "after")]
        seq: u64,
    },
    /// Nothing that concerns this reader was left out up to this event's number: a sign of life, and a place to resume from
    /// that is not as old as the last thing that did concern them.
    Here {},
    /// Something this reader does not know.
    #[serde(other)]
    Unknown,
}

/// Whose name or words a stored event repeats. Only these kinds do. The events of other versions begin so too: it is read from the
/// first words of the payload.
#[must_use]
pub fn repeats(payload: &str) -> Option<ContactId> {
    let rest = ["contact\",\"contact\":{\"id\":", "thread\",\"contact\":", "returned\",\"contact\":"]
        .iter()
        .find_map(|kind| payload.strip_prefix("{\"event\":\"")?.strip_prefix(kind))?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).map(|end| &rest[..end])?;
    digits.parse().ok().map(ContactId)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"{"event":"contact","contact":{"id":17,"campaign":1}}"#, Some(17))]
    #[case(r#"{"event":"thread","contact":17,"item":{}}"#, Some(17))]
    #[case(r#"{"event":"delivery","contact":17}"#, None)]
    #[case(r#"{"event":"gone","contact":17}"#, None)]
    #[case("", None)]
    fn an_event_that_repeats_words_is_known(#[case] payload: &str, #[case] whose: Option<i64>) {
        assert_eq!(repeats(payload), whose.map(ContactId));
    }

    #[test]
    fn it_is_written_as_it_is_looked_for() {
        let returned = EventKind::Returned {
            contact: ContactId(17),
            message: MessageId(uuid::Uuid::nil()),
            kind: MessageKind::Initial,
            body: "Hi".into(),
            why: "too_late".into(),
        };
        assert_eq!(repeats(&serde_json::to_string(&returned).expect("json")), Some(ContactId(17)));
    }

    #[test]
    fn a_sign_of_life_has_its_number() {
        let event = Event { seq: 7, at: Timestamp::UNIX_EPOCH, what: EventKind::Here {} };
        let wire = serde_json::to_string(&event).expect("json");
        assert_eq!(wire, r#"{"seq":7,"at":"1970-01-01T00:00:00Z","event":"here"}"#);
        assert_eq!(serde_json::from_str::<Event>(&wire).expect("an event"), event);
    }

    #[test]
    fn a_snapshot_keeps_both_its_numbers_on_the_wire() {
        let event = Event { seq: 7, at: Timestamp::UNIX_EPOCH, what: EventKind::Snapshot { seq: 5 } };
        let wire = serde_json::to_string(&event).expect("json");
        assert_eq!(wire, r#"{"seq":7,"at":"1970-01-01T00:00:00Z","event":"snapshot","after":5}"#);
        assert_eq!(serde_json::from_str::<Event>(&wire).expect("an event"), event);
    }
}

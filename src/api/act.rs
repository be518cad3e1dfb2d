//! Acts other than texts. Idempotent by the id in the path, like texts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{ActId, CampaignId, ContactId, MessageId, PersonId};

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Opt the person out, in one act: suppress, record, and send the campaign's notice unless told not to.
    OptOut {
        /// Who.
        contact: ContactId,
        /// Send the one notice.
        notice: bool,
        /// The notice waits ten seconds, for a slip to be taken back before they are told.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        grace: bool,
    },
    /// A possible opt-out was none: texts are allowed again.
    NotOptOut {
        /// Who.
        contact: ContactId,
        /// The latest inbound or other texter's message that was seen: what came after it may be another doubt.
        #[serde(default)]
        after_seq: u64,
    },
    /// Record an answer, or clear it (`value` absent). Clears what hung on the former answer.
    Answer {
        /// Who.
        contact: ContactId,
        /// The question's id.
        question: String,
        /// The answer's value; where it is typed (`free` in the script), one line of at most 200 characters, or a day as `2026-11-03`.
        value: Option<String>,
    },
    /// Set or take off a tag.
    Tag {
        /// Who.
        contact: ContactId,
        /// The tag.
        tag: String,
        /// Set it.
        on: bool,
    },
    /// Replace the note on a contact.
    Note {
        /// Who.
        contact: ContactId,
        /// The whole note.
        #[schema(max_length = 2000)]
        text: String,
    },
    /// The number is not this person's: recorded, closed, never texted again in this campaign.
    WrongNumber {
        /// Who.
        contact: ContactId,
    },
    /// Put a conversation aside until a time (at most seven days), or take it up again (`until` absent). It ends by itself when the
    /// voter writes, when it is answered, and when it changes hands.
    Snooze {
        /// Who.
        contact: ContactId,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = DateTime)]
        until: Option<Timestamp>,
        /// The newest foreign entry of the thread that was seen at the press: who has written since is put aside by nobody (`stale_reply`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_seq: Option<u64>,
    },
    /// Record what somebody writes in: the script's texts for them are in that language from then on.
    Language {
        /// Who.
        contact: ContactId,
        /// The language (`es`).
        #[schema(min_length = 2, max_length = 3)]
        language: String,
        /// Give the conversation to somebody who speaks it.
        #[serde(default)]
        hand_over: bool,
    },
    /// Take back an opt-out that was a slip: one's own by hand, within ten minutes, before its notice has left.
    UndoOptOut {
        /// Who.
        contact: ContactId,
    },
    /// Take back that a number was somebody else's: one's own mark. A doubt that counted as an opt-out with it is a doubt again.
    UndoWrongNumber {
        /// Who.
        contact: ContactId,
    },
    /// Take back that a possible opt-out was none: nothing goes to this person until somebody decides anew.
    UndoNotOptOut {
        /// Who.
        contact: ContactId,
    },
    /// Ask the captains about a conversation; it is flagged with it (the tag `escalated`).
    Ask {
        /// Which.
        contact: ContactId,
        /// What.
        #[schema(min_length = 1, max_length = 500)]
        text: String,
    },
    /// Captain: answers what was asked about a conversation. Whoever holds it is told, and the flag comes off.
    AnswerAsked {
        /// Which.
        contact: ContactId,
        /// What to tell the texter; the voter never sees it.
        #[schema(min_length = 1, max_length = 500)]
        text: String,
    },
    /// Close the conversation (or skip the contact before its first text).
    Close {
        /// Who.
        contact: ContactId,
    },
    /// Take a closing back.
    Reopen {
        /// Who.
        contact: ContactId,
    },
    /// Give contacts back to the pool.
    Release {
        /// Of which campaign.
        campaign: CampaignId,
        /// The ones without a first text.
        unsent: bool,
        /// The conversations too.
        conversations: bool,
    },
    /// Take back that contacts were given back: within ten minutes, and of them only who is in nobody's hands and went through nobody's since.
    TakeBack {
        /// Of which campaign.
        campaign: CampaignId,
        /// The id of the act that gave them back, one's own.
        release: ActId,
    },
    /// Captain: no text goes out until resumed.
    Pause {
        /// Which.
        campaign: CampaignId,
    },
    /// Captain: texts go out again.
    Resume {
        /// Which.
        campaign: CampaignId,
    },
    /// Captain: tells the campaign's texters something, in the place of what was told before; empty: takes it down.
    Announce {
        /// Of which campaign.
        campaign: CampaignId,
        /// What.
        #[schema(max_length = 1000)]
        text: String,
    },
    /// Captain: take a texter's unsent contacts back into the pool.
    Reclaim {
        /// Of which campaign.
        campaign: CampaignId,
        /// Whose.
        texter: PersonId,
    },
    /// Captain: lets people in who wait in the waiting room.
    Admit {
        /// By whose feed the verdict is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<CampaignId>,
        /// Who. Whoever is in already stays in.
        people: Vec<PersonId>,
    },
    /// Captain: ends the sign-ins of somebody who waits in the waiting room.
    ShowOut {
        /// By whose feed the verdict is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<CampaignId>,
        /// Who.
        person: PersonId,
    },
    /// Captain: decides on a text whose outcome at the carrier is not known. Never decided by the program.
    DecideHeld {
        /// Which text.
        message: MessageId,
        /// How.
        decision: HeldDecision,
    },
}

/// What a captain decides on a held text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeldDecision {
    /// It did arrive, or is taken as arrived: nothing more goes out.
    Arrived,
    /// It did not arrive: it goes out once more, on this captain's press.
    SendAgain,
    /// It is not to go out again, arrived or not: the text counts as failed. A first text stays the contact's only one, since
    /// nobody knows that it did not arrive; after a reply the voter waits for an answer again.
    GiveUp,
}

impl Act {
    /// The contact it concerns, when it is one.
    #[must_use]
    pub fn contact(&self) -> Option<ContactId> {
        match self {
            Self::OptOut { contact, .. }
            | Self::NotOptOut { contact, .. }
            | Self::Answer { contact, .. }
            | Self::Tag { contact, .. }
            | Self::Note { contact, .. }
            | Self::WrongNumber { contact }
            | Self::Snooze { contact, .. }
            | Self::Ask { contact, .. }
            | Self::AnswerAsked { contact, .. }
            | Self::Language { contact, .. }
            | Self::UndoOptOut { contact }
            | Self::UndoWrongNumber { contact }
            | Self::UndoNotOptOut { contact }
            | Self::Close { contact }
            | Self::Reopen { contact } => Some(*contact),
            Self::Release { .. }
            | Self::TakeBack { .. }
            | Self::Pause { .. }
            | Self::Resume { .. }
            | Self::Reclaim { .. }
            | Self::Announce { .. }
            | Self::Admit { .. }
            | Self::ShowOut { .. }
            | Self::DecideHeld { .. } => None,
        }
    }

    /// True for the acts that only a captain may do.
    #[must_use]
    pub fn is_captains(&self) -> bool {
        matches!(
            self,
            Self::Pause { .. }
                | Self::Resume { .. }
                | Self::Reclaim { .. }
                | Self::Announce { .. }
                | Self::Admit { .. }
                | Self::ShowOut { .. }
                | Self::DecideHeld { .. }
                | Self::AnswerAsked { .. }
        )
    }
}

//! Everything that a console can ask for. Data: tests assert on it, a log of it replays a session.

use std::time::Duration;

use super::msg::{Ask, Confirmed, Timer};
use super::place::Place;
use super::say::Say;
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::second_factor::OneTimeCode;

/// One wish.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Put a confirmed act into the journal, synced, then hand it in. Answers: `Journaled`, `NotJournaled`, later `Verdict`.
    Confirm(Confirmed),
    /// Ask the server; the answer is the message of the same name, or `Failed`.
    Load(Ask),
    /// Follow the feed of a campaign after an event number (replaces a feed that runs).
    Follow {
        /// Which campaign.
        campaign: CampaignId,
        /// After which event.
        after: u64,
    },
    /// Say to the server that I am here.
    Presence,
    /// Hand in a code of the second factor. Answer: `Proved`.
    Prove(OneTimeCode),
    /// Keep a draft (empty: forget it).
    SaveDraft {
        /// For whom.
        contact: ContactId,
        /// The text.
        text: String,
    },
    /// Keep where the texter is in a campaign, for the next start.
    KeepPlace {
        /// Which campaign.
        campaign: CampaignId,
        /// Where.
        place: Place,
    },
    /// Keep whom the texter holds in a campaign, for the next start.
    KeepHands {
        /// Which campaign.
        campaign: CampaignId,
        /// Whom, and with whom of them they are in conversation.
        hands: Vec<(ContactId, bool)>,
    },
    /// Message `Timer` after this long.
    After {
        /// Which timer.
        timer: Timer,
        /// How long.
        delay: Duration,
    },
    /// Stop a timer.
    Stop(Timer),
    /// Put text on the clipboard (OSC 52).
    Copy(String),
    /// Ring and notify, by the person's settings. What somebody wrote is in neither sentence.
    Notify {
        /// What came, without a name.
        say: Say,
        /// The same with the name of whom it is about, for who asked for names.
        named: Say,
    },
    /// Set the terminal's title.
    Title(Say),
    /// Open `$VISUAL` or `$EDITOR` on a draft.
    OpenEditor {
        /// For whom.
        contact: ContactId,
        /// The draft.
        text: String,
    },
    /// Rehearsal: the director may let time pass (nothing is being read), or must wait.
    DirectorMayGoOn(bool),
    /// Rehearsal: the shift is over, make the score.
    FinishRehearsal,
    /// Suspend to the shell.
    Suspend,
    /// Leave. What the journal holds stays there.
    Quit,
}

//! Whether what is on the board is still so: the line as the captain sees it, and when the server was heard last.
//!
//! A line that is cut says so. A server that stands still does not: its connections stay open, and nothing comes. So it is asked each
//! [`HEARTBEAT`] whether it is there, and what it does not answer within [`ANSWER`] is told in the header.

use std::time::Duration;

use jiff::Timestamp;

use super::model::Model;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{LinkState, Msg, Timer};

/// So often a captain's console asks whether the server is there.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(10);

/// So long an answer may take before it is said that none comes.
const ANSWER: Duration = Duration::from_secs(4);

impl Model {
    /// This laptop's time, by which it tells of the line and of what waits to be handed in.
    #[must_use]
    pub fn laptop_now(&self) -> Option<Timestamp> {
        Some(self.now?.wall)
    }

    /// The line seems to be well, and the server does not answer.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.unanswered && self.link == LinkState::Online
    }

    /// When what is on the board was so, where that may be over: while the line is cut or the server does not answer, and at a server that
    /// is only asked now and then.
    #[must_use]
    pub fn as_of(&self) -> Option<Timestamp> {
        let board = self.board.as_ref()?;
        if board.foreign.is_some() {
            // Its heartbeat is no call.
            return Some(board.at);
        }
        let well = matches!(self.link, LinkState::Online | LinkState::Connecting);
        (!well || self.is_unanswered()).then(|| self.heard_at.map_or(board.at, |heard| heard.max(board.at)))
    }

    /// The time by which the board's ages are told: how long ago somebody was seen is not known to grow while nothing is heard.
    #[must_use]
    pub fn board_now(&self) -> Option<Timestamp> {
        self.as_of().or(self.campaign_now())
    }

    /// Notes what a message says of the server, before it is worked on.
    pub(super) fn hear(&mut self, msg: &Msg) {
        let at = match msg {
            Msg::Presence(presence) => Some(presence.server_time),
            Msg::Event(event) => Some(event.at),
            Msg::Board(board) => Some(board.at),
            _ => None,
        };
        if at.is_some() {
            self.heard_at = self.heard_at.max(at);
        }
    }

    /// What was asked sets the time by which something must have come; what came ends it.
    pub(super) fn mind_the_answer(&mut self, heard: bool, fx: &mut Vec<Effect>) {
        let asks = |effect: &Effect| matches!(effect, Effect::Presence | Effect::Load(_));
        if heard {
            self.unanswered = false;
            if std::mem::take(&mut self.asked) {
                fx.push(Effect::Stop(Timer::Answer));
            }
        }
        if !self.asked && fx.iter().any(asks) {
            self.asked = true;
            fx.push(Effect::After { timer: Timer::Answer, delay: ANSWER });
        }
    }
}

/// True for what only a server that is there brings about.
pub(super) fn is_answer(msg: &Msg) -> bool {
    match msg {
        Msg::Presence(_)
        | Msg::Event(_)
        | Msg::Board(_)
        | Msg::Me(_)
        | Msg::Held(_)
        | Msg::Flagged(_)
        | Msg::WaitingRoom(_)
        | Msg::Review(_)
        | Msg::Verdict { .. }
        | Msg::Failed { .. } => true,
        // The line has its own word.
        Msg::Link(link) => *link != LinkState::Connecting,
        _ => false,
    }
}

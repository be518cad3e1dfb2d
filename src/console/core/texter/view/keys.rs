//! The keys that are worth knowing now.

use super::FooterKey;
use crate::api::message::ThreadEntry;
use crate::console::core::shared::msg::LinkState;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::model::{Claim, Focus, Model};
use crate::console::core::texter::overlay::Overlay;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::{Context, Fact};
use crate::console::keymap::map::Continuation;

impl Model {
    /// The keys that matter now, the most used first.
    #[must_use]
    pub fn footer(&self) -> Vec<FooterKey> {
        let facts = self.facts();
        let context = self.context();
        let wanted: &[Action] = match context {
            Context::Card => &[
                Action::Send,
                Action::Skip,
                Action::EditCard,
                Action::OptOut,
                Action::SwitchPane,
                Action::NextWaiting,
                Action::Flag,
                Action::Undo,
                Action::RequestMore,
                Action::Help,
                Action::Quit,
            ],
            Context::Inbox => &[
                Action::Open,
                Action::NextWaiting,
                Action::SwitchPane,
                Action::Close,
                Action::Search,
                Action::Filter,
                Action::Sort,
                Action::Help,
                Action::Quit,
            ],
            Context::Thread if facts.has(Fact::Frozen) => &[
                Action::OptOutNow,
                Action::NotOptOut,
                Action::WrongNumber,
                Action::Back,
                Action::NextWaiting,
                Action::SwitchPane,
                Action::Help,
            ],
            Context::Thread => &[
                Action::ShowHard,
                Action::Compose,
                Action::Canned,
                Action::Answers,
                Action::OptOut,
                Action::Close,
                Action::Reopen,
                Action::Tags,
                Action::Snooze,
                Action::WrongNumber,
                Action::Script,
                Action::Person,
                Action::Language,
                Action::NextWaiting,
                Action::SwitchPane,
                Action::Back,
                Action::Help,
            ],
            Context::Composer => &[
                Action::SendNext,
                Action::SendStay,
                Action::Undo,
                Action::Newline,
                Action::Canned,
                Action::Answers,
                Action::Back,
                Action::Help,
            ],
            Context::Confirm => &[Action::Yes, Action::No, Action::Choose, Action::Back],
            Context::Palette if matches!(self.overlays.last(), Some(Overlay::Guide { .. })) => {
                &[Action::Down, Action::PageDown, Action::Help, Action::Back]
            }
            Context::Palette | Context::Canned | Context::Answers => &[Action::Choose, Action::Pick, Action::Back],
            Context::Help | Context::Messages => &[Action::Down, Action::PageDown, Action::Back],
            Context::Score => &[Action::Down, Action::Back, Action::Quit],
            Context::Global | Context::Texting | Context::Board | Context::Home | Context::Review => &[],
        };
        if self.overlays.last() == Some(&Overlay::Begin) {
            return Vec::new();
        }
        // Where something is written, Enter keeps it and Esc does not: nothing is chosen.
        let written = matches!(self.overlays.last(), Some(Overlay::Write { .. }));
        wanted
            .iter()
            .filter(|action| match action {
                Action::Close => !facts.has(Fact::Closed),
                Action::Reopen => facts.has(Fact::Closed),
                Action::Pick => !written,
                Action::Undo => context != Context::Composer || facts.has(Fact::Undoable),
                _ => true,
            })
            // Room is scarce, and a key that does nothing now is learnt as one that never does.
            .filter(|action| self.why_not(**action).is_none())
            .filter_map(|action| {
                let keys = self.options.keymap.keys_now(context, *action, facts);
                let key = match (action, keys.as_slice()) {
                    // One action on a row of keys.
                    (Action::Pick, [first, .., last]) => format!("{first}-{last}"),
                    (_, keys) => keys.first()?.clone(),
                };
                let label = match (action, context) {
                    _ if written => written_label(*action),
                    (Action::SwitchPane, Context::Card) => "footer-replies",
                    (Action::SwitchPane, _) => "footer-cards",
                    // The long name would leave no room for it on a small screen.
                    (Action::Flag, Context::Card) => "footer-flag",
                    _ => action.label_key(),
                };
                Some(FooterKey { action: *action, key, label, why_not: None })
            })
            .collect()
    }

    /// Why an action would do nothing now.
    #[must_use]
    pub fn why_not(&self, action: Action) -> Option<Say> {
        match action {
            Action::Send => {
                if self.card.is_none() {
                    return Some(Say::new("texter-no-card"));
                }
                self.card_block()
            }
            Action::Skip if self.card.is_none() => Some(Say::new("texter-no-card")),
            Action::SendNext | Action::SendStay => {
                let blank = self.open.as_ref().is_none_or(|open| open.editor.is_blank());
                if blank { Some(Say::new("texter-nothing-written")) } else { self.reply_block() }
            }
            Action::Compose | Action::Canned | Action::ExternalEditor => self.may_compose().err(),
            Action::Reopen if !self.facts().has(Fact::Closed) => Some(Say::new("texter-not-closed")),
            Action::OptOutNow | Action::NotOptOut if !self.facts().has(Fact::Frozen) => {
                Some(Say::new("texter-no-doubt"))
            }
            Action::Tags
            | Action::TagClose
            | Action::Note
            | Action::Snooze
            | Action::Language
            | Action::Flag
            | Action::Star
            | Action::Copy
            | Action::AskCaptain
            | Action::OptOutSilent
                if self.at_hand().is_none() =>
            {
                Some(Say::new("texter-inbox-empty"))
            }
            Action::EditCard if self.card.is_none() => Some(Say::new("texter-no-card")),
            Action::EditCard if !self.may_edit_card() => Some(Say::new("texter-edit-not-allowed")),
            Action::Undo if self.undo.is_empty() => Some(self.nothing_to_undo()),
            Action::NextWaiting if self.people.waiting() == 0 => Some(Say::new("texter-nobody-waits")),
            Action::NextWaiting if self.only_this_one_waits() && self.focus != Focus::Card => {
                Some(Say::new("texter-nobody-else-waits"))
            }
            Action::Answers | Action::Script => self.may_answer().err(),
            Action::Choose if matches!(self.overlays.last(), Some(Overlay::Guide { .. })) => {
                Some(Say::new("texter-guide-chosen"))
            }
            Action::Guide if self.campaign.is_none() => Some(Say::new("texter-loading")),
            Action::Guide if self.guide_parts("").is_empty() => Some(Say::new("texter-no-guide")),
            Action::Person if self.at_hand().is_none() => Some(Say::new("texter-inbox-empty")),
            Action::Suggestion if self.suggestions().is_empty() => Some(Say::new("texter-no-suggestion")),
            Action::NextQuestion | Action::PreviousQuestion if !self.has_other_questions() => {
                Some(Say::new("texter-no-other-question"))
            }
            Action::ClearAnswer if self.recorded_here().is_none() => Some(Say::new("texter-nothing-recorded")),
            Action::Open | Action::Close | Action::Reopen | Action::WrongNumber | Action::OptOut
                if self.at_hand().is_none() =>
            {
                Some(Say::new("texter-inbox-empty"))
            }
            Action::OptOut | Action::OptOutNow | Action::OptOutSilent | Action::Snooze if self.is_out() => {
                Some(Say::new("texter-opted-out"))
            }
            Action::Filter | Action::Sort | Action::Search if self.people.is_empty() => {
                Some(Say::new("texter-inbox-empty"))
            }
            Action::Release if self.people.is_empty() => Some(Say::new("texter-nothing-to-release")),
            Action::ShowHard if !self.something_is_held_back() => Some(Say::new("texter-nothing-hidden")),
            Action::Greet if self.took_over_from().is_none() => Some(Say::new("texter-nobody-before")),
            Action::Open if self.selected.is_none() => Some(Say::new("texter-inbox-empty")),
            Action::RequestMore if self.options.practice => Some(Say::new("practice-no-more")),
            Action::Finish if !self.is_scored() => Some(Say::new("texter-no-rehearsal")),
            Action::RequestMore if matches!(self.link, LinkState::Offline { .. }) => {
                Some(Say::new("texter-offline-no-more"))
            }
            Action::Home if !self.options.has_home => Some(Say::new("texter-no-home")),
            Action::Home if !self.window.is_empty() || self.acts.busy().is_some() => {
                Some(Say::new("texter-still-writing"))
            }
            Action::TakeReplies if self.taking.is_some() => Some(Say::new("texter-asking-replies")),
            Action::RequestMore if matches!(self.claim, Claim::Asked { .. }) => Some(Say::new("texter-asking")),
            _ => None,
        }
    }

    /// Something of the open conversation is held back from sight.
    fn something_is_held_back(&self) -> bool {
        let thread = self.open.as_ref().and_then(|open| Some((open.contact, self.threads.get(open.contact)?)));
        thread.is_some_and(|(contact, thread)| {
            thread.entries().iter().any(|entry| match entry {
                ThreadEntry::Message(message) => self.holds_back(contact, &message.body),
                ThreadEntry::Note { .. } => false,
            })
        })
    }

    /// The which-key list: what may follow the keys typed.
    #[must_use]
    pub fn which_key(&self) -> Vec<Continuation> {
        if self.typed().is_empty() {
            return Vec::new();
        }
        self.options.keymap.continuations(self.context(), self.typed(), self.facts())
    }
}

/// The word for a key of a box in which something is written.
fn written_label(action: Action) -> &'static str {
    match action {
        Action::Choose => "ui-written-keep",
        Action::Back => "ui-written-leave",
        other => other.label_key(),
    }
}

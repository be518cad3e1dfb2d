//! What is to be seen of the home screen, so that the screen and the lines say the same.

use super::model::{Model, Overlay, held, waits};
use crate::api::campaign::{CampaignState, CampaignTodo};
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::leaving::stays;
use crate::console::core::texter::overlay_keys::palette_actions;
use crate::console::core::texter::view::{FooterKey, OverlayView, release_choices, released_there};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Continuation;
use crate::domain::safe_text::safe_line;

/// What is in hand of a campaign, what needs somebody first. Only what is there; nothing at all says so.
#[must_use]
pub fn counts(todo: &CampaignTodo) -> Vec<Say> {
    let mine = &todo.mine;
    let several = [
        ("home-waiting", waits(todo)),
        ("home-late", mine.late),
        ("home-unsent", todo.unsent),
        ("home-convo", mine.convo),
        ("home-messaged", mine.messaged),
        ("home-snoozed", mine.snoozed),
        ("home-closed", mine.closed),
        ("home-skipped", mine.skipped),
        ("home-opted-out", mine.opted_out),
    ];
    let mut said: Vec<Say> =
        several.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| Say::new(key).with("n", n)).collect();
    if let (many @ 1.., Some(at)) = (mine.held, mine.held_until) {
        let place = said.iter().position(|say| say.key == "home-unsent").map_or(0, |at| at + 1);
        said.insert(place, Say::new("home-held").with("n", many).with("at", Arg::Day(at)));
    }
    if said.is_empty() {
        said.push(Say::new("home-nothing"));
    }
    if todo.unassigned > 0 {
        // What can still be had matters more than what is past.
        let needed = ["home-waiting", "home-late", "home-unsent", "home-held", "home-nothing"];
        let place = said.iter().take_while(|say| needed.contains(&say.key)).count();
        said.insert(place, Say::new("home-unassigned").with("n", todo.unassigned));
        said.splice(place + 1..place + 1, why_nobody(todo));
    }
    said
}

/// Why nobody of those whom nobody has is handed out now.
fn why_nobody(todo: &CampaignTodo) -> Vec<Say> {
    let Some(held) = &todo.mine.held_back else { return Vec::new() };
    let key = |one: (&'static str, &'static str)| if held.more { one.1 } else { one.0 };
    let mut said = Vec::new();
    match (held.hours, held.hours_until) {
        (0, _) => {}
        (n, Some(at)) => {
            let key = key(("home-back-hours", "home-back-hours-more"));
            said.push(Say::new(key).with("n", n).with("at", Arg::Day(at)));
        }
        (n, None) => said.push(Say::new("home-back-never").with("n", n)),
    }
    if let (n @ 1.., Some(at)) = (held.lately, held.lately_until) {
        said.push(Say::new("home-back-lately").with("n", n).with("at", Arg::Day(at)));
    }
    said.extend(held.carrier_until.map(|at| Say::new("home-back-carrier").with("at", Arg::Day(at))));
    said
}

/// Where a campaign stands, and until when it goes.
#[must_use]
pub fn standing(todo: &CampaignTodo) -> Vec<Say> {
    let state = match todo.state {
        CampaignState::Running => "ui-state-running",
        CampaignState::Paused => "ui-state-paused",
        CampaignState::Importing => "ui-state-importing",
        CampaignState::Archived => "ui-state-archived",
    };
    let mut said = vec![Say::new(state)];
    said.extend(todo.mine.opens_at.map(|at| Say::new("home-begins").with("at", Arg::Day(at))));
    let end = if todo.mine.over { "home-over" } else { "home-ends" };
    said.extend(todo.mine.closes_at.map(|at| Say::new(end).with("at", Arg::Day(at))));
    said
}

impl Model {
    /// What is in hand of a campaign, as it is with what the journal still holds: that is said first, with what went to others.
    #[must_use]
    pub fn counts(&self, todo: &CampaignTodo) -> Vec<Say> {
        let (shown, on_their_way) = self.with_journal(todo);
        let went = self.went.get(&todo.id).map(|n| Say::new("home-not-yours").with("n", *n));
        let way = (on_their_way > 0).then(|| Say::new("home-on-the-way").with("n", on_their_way));
        let drafts = self.options.written_to.get(&todo.id).and_then(|written| {
            let first = safe_line(written.names.first()?);
            let drafts = Say::new("home-drafts").with("name", first).with("more", written.names.len() - 1);
            Some(match written.at {
                Some(at) => Say::new("home-drafts-written").with("drafts", drafts).with("at", Arg::Day(at)),
                None => drafts,
            })
        });
        went.into_iter().chain(way).chain(drafts).chain(counts(&shown)).collect()
    }

    /// The keys that matter now.
    #[must_use]
    pub fn footer(&self) -> Vec<FooterKey> {
        let context = self.context();
        let wanted: &[Action] = match context {
            Context::Home => &[
                Action::Open,
                Action::DoneForDay,
                Action::RequestMore,
                Action::Release,
                Action::Quit,
                Action::Refresh,
                Action::Help,
            ],
            Context::Confirm => &[Action::Yes, Action::No, Action::Choose, Action::Back],
            Context::Palette => &[Action::Choose, Action::Back],
            _ => &[Action::Down, Action::PageDown, Action::Back],
        };
        let key = |action: &Action| {
            let key = self.options.keymap.key_for(context, *action)?;
            Some(FooterKey { action: *action, key, label: action.label_key(), why_not: self.why_not(*action) })
        };
        // A key that does nothing now is not offered.
        wanted.iter().filter_map(key).filter(|key| key.why_not.is_none()).collect()
    }

    /// Why an action would do nothing now.
    #[must_use]
    pub fn why_not(&self, action: Action) -> Option<Say> {
        let none = || self.at_hand().is_none().then(|| Say::new("home-no-campaign"));
        match action {
            Action::Open => none(),
            // What is held is not known, or about to become more: a day that ended now would leave somebody in these hands.
            Action::DoneForDay if self.todos.is_none() => Some(Say::new("home-loading")),
            Action::DoneForDay if self.claim.is_some() => Some(Say::new("texter-asking")),
            Action::RequestMore if self.claim.is_some() => Some(Say::new("texter-asking")),
            Action::RequestMore => none(),
            Action::Release => match self.at_hand().map(held) {
                None => none(),
                Some((0, 0)) => Some(Say::new("texter-nothing-to-release")),
                Some(_) => None,
            },
            _ => None,
        }
    }

    /// The which-key list.
    #[must_use]
    pub fn which_key(&self) -> Vec<Continuation> {
        if self.hands.typed().is_empty() {
            return Vec::new();
        }
        self.options.keymap.continuations(self.context(), self.hands.typed(), self.facts())
    }

    /// What leaving means for what is in hand.
    #[must_use]
    pub fn what_stays(&self) -> Vec<Say> {
        stays(self.in_hand(), self.keeps)
    }

    /// The top layer.
    #[must_use]
    pub fn overlay_view(&self) -> Option<OverlayView> {
        let keymap = &self.options.keymap;
        let key = |action| keymap.key_for(Context::Confirm, action);
        Some(match self.overlays.last()? {
            Overlay::Help { from, scroll } => {
                let mut groups = keymap.help(*from);
                for row in groups.iter_mut().flat_map(|(_, rows)| rows) {
                    row.here &= self.why_not(row.action).is_none();
                }
                OverlayView::Help { from: *from, groups, scroll: *scroll }
            }
            Overlay::Palette { from, query, selected } => OverlayView::Palette {
                query: query.text().to_owned(),
                cursor: query.cursor(),
                rows: palette_actions(keymap, *from, query.text())
                    .into_iter()
                    .map(|action| (action, keymap.key_for(*from, action)))
                    .collect(),
                selected: *selected,
            },
            Overlay::HandBack { campaign, selected } => {
                let todo = self.rows().iter().find(|todo| todo.id == *campaign)?;
                let (unsent, talks) = held(todo);
                OverlayView::Confirm {
                    title: Say::new("texter-ask-release"),
                    lines: [
                        Say::new("home-of").with("title", todo.title.clone()),
                        Say::new("texter-release-counts")
                            .with("unsent", unsent)
                            .with("conversations", talks)
                            .with("waiting", todo.waiting),
                    ]
                    .into_iter()
                    .chain([released_there(self.options.hands_out)])
                    .collect(),
                    choices: release_choices(keymap, self.options.talks_alone),
                    selected: *selected,
                }
            }
            Overlay::Done { selected } => {
                let (unsent, talks, waiting) = self.in_hand();
                let mut lines = Vec::new();
                if unsent > 0 {
                    lines.push(Say::new("done-unsent").with("n", unsent));
                }
                if talks > 0 {
                    lines.push(Say::new("done-talks").with("n", talks).with("waiting", waiting));
                }
                lines.push(Say::new("done-wipes"));
                OverlayView::Confirm {
                    title: Say::new("done-ask"),
                    lines,
                    choices: vec![(Say::new("done-yes"), key(Action::Yes)), (Say::new("done-no"), key(Action::No))],
                    selected: *selected,
                }
            }
            Overlay::Leave { selected } => {
                let mut lines = self.what_stays();
                lines.push(Say::new("leave-laptop"));
                OverlayView::Confirm {
                    title: Say::new("texter-ask-leave"),
                    lines,
                    choices: vec![
                        (Say::new("texter-leave-stay"), key(Action::No)),
                        (Say::new("texter-leave-now"), key(Action::Yes)),
                    ],
                    selected: *selected,
                }
            }
            Overlay::Messages { scroll } => OverlayView::Messages { scroll: *scroll },
        })
    }
}

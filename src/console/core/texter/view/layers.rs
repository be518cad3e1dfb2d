//! What lies over the panes.

use super::{ChoiceRow, OverlayView};
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::model::Model;
use crate::console::core::texter::notice::NOTICE_UNSURE;
use crate::console::core::texter::overlay::{Overlay, Writing};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Keymap;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::survey::Free;

/// The rows of the question what to give back, as [`released`](crate::console::core::texter::overlay_keys::released) reads them.
/// `talks_alone`: the server takes conversations back without the rest.
#[must_use]
pub fn release_choices(keymap: &Keymap, talks_alone: bool) -> Vec<(Say, Option<String>)> {
    let mut rows = vec![
        (Say::new("texter-release-unsent"), keymap.key_for(Context::Confirm, Action::Yes)),
        (Say::new("texter-release-conversations"), None),
        (Say::new("texter-release-all"), None),
        (Say::new("texter-cancel"), keymap.key_for(Context::Confirm, Action::No)),
    ];
    if !talks_alone {
        rows.remove(1);
    }
    rows
}

/// That giving back is for good; where nobody gets it by itself, what may come of that.
#[must_use]
pub fn released_there(hands_out: bool) -> Say {
    Say::new(if hands_out { "texter-release-for-good" } else { "texter-release-there" })
}

impl Model {
    /// The top layer.
    #[must_use]
    pub fn overlay_view(&self) -> Option<OverlayView> {
        let keymap = &self.options.keymap;
        Some(match self.overlays.last()? {
            Overlay::Help { from, scroll } => {
                let (mut groups, facts) = (keymap.help(*from), self.facts());
                for (_, rows) in &mut groups {
                    rows.retain(|row| self.is_there(row.action));
                    for row in rows {
                        // A key whose condition does not hold does nothing here.
                        let here = keymap.keys_now(*from, row.action, facts);
                        row.here &= !here.is_empty() && self.why_not(row.action).is_none();
                    }
                }
                groups.retain(|(_, rows)| !rows.is_empty());
                OverlayView::Help { from: *from, groups, scroll: *scroll }
            }
            Overlay::Begin => {
                let (title, lines) = self.begin_lines();
                OverlayView::Begin { title, lines }
            }
            Overlay::Palette { from, query, selected } => OverlayView::Palette {
                query: query.text().to_owned(),
                cursor: query.cursor(),
                rows: self
                    .palette(*from, query.text())
                    .into_iter()
                    .map(|action| (action, keymap.key_for(*from, action)))
                    .collect(),
                selected: *selected,
            },
            Overlay::Canned { query, selected } => OverlayView::Canned {
                query: query.text().to_owned(),
                cursor: query.cursor(),
                rows: self.canned_choices(query.text()),
                selected: *selected,
            },
            Overlay::Answers { question, selected, tree: false } => self.answers_view(*question, *selected)?,
            Overlay::Answers { question, selected, tree: true } => {
                let OverlayView::Answers { rows, .. } = self.answers_view(*question, *selected)? else { return None };
                OverlayView::Script { steps: self.script_steps(*question), rows, selected: *selected }
            }
            Overlay::Person { contact, scroll } => {
                OverlayView::Person { person: Box::new(self.person_view(*contact)?), scroll: *scroll }
            }
            Overlay::Pick { what, selected } => {
                let (title, rows) = self.picking_view(what);
                OverlayView::Pick { title, rows, selected: *selected }
            }
            Overlay::Search { query, selected } => OverlayView::Search {
                query: query.text().to_owned(),
                cursor: query.cursor(),
                rows: self
                    .found(query.text())
                    .into_iter()
                    .map(|found| ChoiceRow {
                        number: None,
                        title: String::new(),
                        say: Some(
                            Say::new("found-row")
                                .with(
                                    "name",
                                    match found.name.trim().is_empty() {
                                        true => Arg::Key("ui-no-name"),
                                        false => Arg::Text(found.name),
                                    },
                                )
                                .with("state", Arg::Key(found.state)),
                        ),
                        text: found.words,
                        chosen: false,
                    })
                    .collect(),
                selected: *selected,
            },
            Overlay::Guide { query, scroll } => OverlayView::Guide {
                query: query.text().to_owned(),
                cursor: query.cursor(),
                parts: self.guide_parts(query.text()),
                scroll: *scroll,
            },
            Overlay::Write { what, text } => {
                let mut understood = None;
                let (title, lines) = match what {
                    Writing::Answer { contact, question, free } => {
                        let asked = self.campaign.as_ref().and_then(|campaign| campaign.def.questions.get(*question));
                        let asked = asked.map(|asked| safe_line(&asked.text)).unwrap_or_default();
                        let typed = text.text().trim();
                        let line = if *free == Free::Text {
                            Say::new("texter-type-answer")
                        } else {
                            let day = self.day_meant(*contact, typed);
                            understood = Some(day.is_some());
                            match day {
                                Some(day) => Say::new("texter-day-understood").with("day", Arg::Date(day)),
                                None if typed.is_empty() => Say::new("texter-type-day"),
                                None => Say::new("texter-not-a-day"),
                            }
                        };
                        (Say::new("texter-question").with("question", asked), vec![line])
                    }
                    Writing::Snooze(contact) => {
                        let typed = text.text().trim();
                        let at = self.moment_meant(*contact, typed);
                        understood = Some(at.is_some());
                        let line = match at {
                            Some(at) => Say::new("texter-moment-understood").with("at", Arg::Day(at)),
                            None if typed.is_empty() => Say::new("texter-type-moment"),
                            None => Say::new("texter-not-a-moment"),
                        };
                        (self.about("texter-snooze-title", *contact), vec![line])
                    }
                    Writing::Ask(contact) => {
                        (self.about("texter-ask-title", *contact), vec![Say::new("texter-ask-means")])
                    }
                    Writing::Card(contact) => {
                        let mut lines = self.length_of_edit(text.text());
                        lines.push(Say::new("texter-edit-means"));
                        (self.about("texter-edit-title", *contact), lines)
                    }
                    Writing::CardAsIs(contact) => (
                        self.about("texter-card-as-is", *contact),
                        vec![Say::new("texter-edit-not-allowed"), Say::new("texter-card-as-is-means")],
                    ),
                    Writing::Note(contact) => {
                        (self.about("texter-note-title", *contact), vec![Say::new("texter-note-means")])
                    }
                };
                OverlayView::Ask { title, lines, text: text.text().to_owned(), cursor: text.cursor(), understood }
            }
            Overlay::OptOut { contact, selected } => OverlayView::Confirm {
                title: self.about("texter-ask-opt-out", *contact),
                lines: {
                    let for_good = (!self.options.undo_opt_out).then(|| Say::new("texter-ask-opt-out-for-good"));
                    let untold = self.notice_kept_back(*contact).map(|why| match why {
                        NOTICE_UNSURE => Say::new("texter-ask-opt-out-unsure"),
                        why => Say::new("texter-ask-opt-out-untold").with("why", Arg::Key(why)),
                    });
                    [Say::new("texter-ask-opt-out-means")].into_iter().chain(untold).chain(for_good).collect()
                },
                choices: vec![
                    (Say::new("texter-opt-out-with-notice"), keymap.key_for(Context::Confirm, Action::Yes)),
                    (Say::new("texter-opt-out-silent"), None),
                    (Say::new("texter-cancel"), keymap.key_for(Context::Confirm, Action::No)),
                ],
                selected: *selected,
            },
            Overlay::Release { selected } => OverlayView::Confirm {
                title: Say::new("texter-ask-release"),
                lines: [{
                    let (unsent, talks, waiting) = self.in_hand();
                    Say::new("texter-release-counts")
                        .with("unsent", unsent)
                        .with("conversations", talks)
                        .with("waiting", waiting)
                }]
                .into_iter()
                .chain(self.drafts_of_talks())
                .chain([match (self.options.take_back, self.options.keymap.key_for(Context::Texting, Action::Undo)) {
                    (true, Some(key)) => Say::new("texter-release-undoable").with("key", key),
                    _ => released_there(self.options.hands_out),
                }])
                .collect(),
                choices: release_choices(keymap, self.options.talks_alone),
                selected: *selected,
            },
            Overlay::Leave { selected } => OverlayView::Confirm {
                title: Say::new("texter-ask-leave"),
                lines: self.what_leaving_means(),
                choices: if self.stays_first() {
                    let stay = if self.voters_wait() { "texter-leave-answer" } else { "texter-leave-stay" };
                    vec![
                        (Say::new(stay), keymap.key_for(Context::Confirm, Action::No)),
                        (Say::new("texter-leave-now"), keymap.key_for(Context::Confirm, Action::Yes)),
                    ]
                } else {
                    let (yes, first) = (keymap.key_for(Context::Confirm, Action::Yes), !self.window.is_empty());
                    vec![
                        (Say::new("texter-leave-when-done"), yes.clone().filter(|_| first)),
                        (Say::new("texter-leave-now"), yes.filter(|_| !first)),
                        (Say::new("texter-leave-stay"), keymap.key_for(Context::Confirm, Action::No)),
                    ]
                },
                selected: *selected,
            },
            Overlay::Outbox { scroll } => OverlayView::Outbox {
                head: self.outbox_head(),
                rows: self.outbox_rows(),
                now: self.laptop_now(),
                scroll: *scroll,
            },
            Overlay::Messages { scroll } => OverlayView::Messages { scroll: *scroll },
            Overlay::Score { scroll } => {
                OverlayView::Score { score: self.score.clone().unwrap_or_default(), scroll: *scroll }
            }
        })
    }

    /// What leaves, what stays, what comes again.
    fn what_leaving_means(&self) -> Vec<Say> {
        let waiting = self.outbox.0.max(self.acts.unsettled() as u64);
        let (unknown, parked) = (self.unknown_count(), self.parked_count());
        let mut lines = Vec::new();
        if self.leaves_practice() {
            return self.practice_left();
        }
        let pressed = self.in_window().len();
        if pressed > 0 {
            lines.push(Say::new("texter-leave-window").with("count", pressed));
        }
        if waiting > 0 || (unknown == 0 && parked == 0 && pressed == 0 && !self.leaves_only_what_stays()) {
            lines.push(Say::new("texter-leave-waiting").with("count", waiting));
            lines.push(Say::new(if self.leaving { "texter-leave-waits" } else { "texter-leave-means" }));
        }
        if unknown > 0 {
            lines.push(Say::new("texter-leave-unknown").with("count", unknown));
        }
        if parked > 0 {
            lines.push(Say::new("texter-leave-parked").with("count", parked));
        }
        if self.voters_wait() {
            let longest = self.people.longest_waiting(None).and_then(|id| self.people.line(id));
            let count = self.people.waiting();
            lines.push(match longest.and_then(|line| line.waiting_since) {
                Some(since) => Say::new("texter-leave-voters").with("count", count).with("since", since),
                None => Say::new("texter-leave-voters-some").with("count", count),
            });
        }
        if self.something_stays() && !self.leaves_only_what_stays() && self.options.leases {
            lines.extend(self.what_stays());
        }
        if self.leaves_only_what_stays() {
            let release = Arg::Key("action-release");
            let pane = self.pane_context();
            let key = self.options.keymap.key_for(pane, Action::Release).unwrap_or_else(|| ":".to_owned());
            if self.options.leases || !self.voters_wait() {
                lines.extend(self.what_stays());
                lines.push(match self.drafts_begun() {
                    0 => Say::new("leave-laptop"),
                    drafts => Say::new("leave-laptop-drafts").with("count", drafts),
                });
            }
            if self.options.leases {
                lines.push(Say::new("texter-leave-hand-over").with("action", release).with("key", key));
            } else if self.voters_wait() {
                lines.push(Say::new("texter-leave-voters-stay").with("action", release).with("key", key));
            }
        }
        lines
    }

    fn canned_choices(&self, query: &str) -> Vec<ChoiceRow> {
        let Some(campaign) = &self.campaign else { return Vec::new() };
        let contact = self.open.as_ref().map(|open| open.contact);
        self.canned_rows(query)
            .into_iter()
            .enumerate()
            .filter_map(|(place, row)| {
                let canned = campaign.def.canned.get(row)?;
                let text = contact.and_then(|contact| self.script_text(contact, &canned.text).ok());
                Some(ChoiceRow {
                    number: (place < 9).then_some(place + 1),
                    title: safe_line(&canned.title),
                    say: None,
                    text: text.map(|text| safe_body(&text)).unwrap_or_default(),
                    chosen: false,
                })
            })
            .collect()
    }

    fn answers_view(&self, question: usize, selected: usize) -> Option<OverlayView> {
        let questions = &self.campaign.as_ref()?.def.questions;
        let asked = questions.get(question)?;
        let contact = self.open.as_ref()?.contact;
        let recorded = self.people.body(contact).and_then(|view| view.answers.get(&asked.id));
        let given = recorded.and_then(|value| asked.answer_of(value));
        let rows = asked.answers.iter().enumerate().map(|(place, answer)| {
            let chosen = given.is_some_and(|given| std::ptr::eq(given, answer));
            let own = recorded.filter(|_| chosen && answer.free.is_some()).map(|value| safe_line(value));
            let reply = self.script_text(contact, &answer.reply).map(|text| safe_body(&text)).unwrap_or_default();
            ChoiceRow {
                number: (place < 9).then_some(place + 1),
                title: safe_line(&answer.value),
                say: None,
                text: own.unwrap_or(reply),
                chosen,
            }
        });
        Some(OverlayView::Answers {
            question: safe_line(&asked.text),
            place: (question + 1, questions.len()),
            rows: rows.collect(),
            selected,
        })
    }
}

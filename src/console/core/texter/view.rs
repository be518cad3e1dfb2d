//! What is to be seen: projections of the model, so that views only draw.
//!
//! A view reports [`Model::armed`] as drawn when everything it stands for was wholly visible: the card's text, the
//! composer's text, the end of the open conversation.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::acts::Stage;
use super::gate::Armed;
use super::model::{Claim, Focus, Model};
use super::overlay::Overlay;
use super::overlay_keys::palette_actions;
use super::people::Filter;
use super::server::problem_say;
use crate::api::message::ThreadEntry;
use crate::console::core::shared::msg::{DrawnCard, LinkState};
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::{Action, Category};
use crate::console::keymap::context::Context;
use crate::console::keymap::map::{Continuation, HelpRow};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::segment::{Segments, measure};
use crate::domain::zone::local_time;

/// The line at the top.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderView {
    /// The campaign's title; empty until it is known.
    pub title: String,
    /// The organization.
    pub organization: String,
    /// REHEARSAL (true) or REAL VOTERS (false); none until it is known, and then nothing can be sent.
    pub rehearsal: Option<bool>,
    /// The line to the server.
    pub link: LinkState,
    /// Confirmed, not yet decided by the server.
    pub upload_waiting: u64,
    /// Since when the oldest of these waits.
    pub upload_oldest: Option<Timestamp>,
    /// Why nothing goes out at all.
    pub blocked: Option<Say>,
    /// First texts of the slice that are done, and all of it.
    pub progress: (usize, usize),
    /// First texts confirmed in this session.
    pub sent: u64,
    /// Replies confirmed in this session.
    pub replied: u64,
    /// Voters who wait.
    pub waiting: usize,
    /// Conversations with something unread.
    pub unread: usize,
    /// The campaign's time now.
    pub now: Option<Timestamp>,
}

/// The sending pane.
#[derive(Debug, Clone, PartialEq)]
pub enum CardPane {
    /// Something is being fetched.
    Loading,
    /// Nothing to send: why, and what can be done.
    Empty {
        /// Sentences, the reason first.
        lines: Vec<Say>,
    },
    /// A card.
    Card(Box<CardView>),
}

/// How far a text is from going out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sendable {
    /// One press sends it.
    Armed,
    /// The keys are elsewhere: the pane key arms it.
    Unfocused,
    /// The press is being written to the journal.
    Journaling,
    /// It cannot go out now.
    Blocked(Say),
    /// There is nothing to send.
    Empty,
}

/// The send card.
#[derive(Debug, Clone, PartialEq)]
pub struct CardView {
    /// Whose.
    pub contact: ContactId,
    /// First name.
    pub name: String,
    /// What the texter may see besides: field and value.
    pub details: Vec<(String, String)>,
    /// The time there: earliest and latest when the zone is not certain.
    pub local_time: Option<(DateTime, DateTime)>,
    /// Their language, when known.
    pub language: Option<String>,
    /// The exact text.
    pub body: String,
    /// Its length.
    pub segments: Segments,
    /// How far it is from going out.
    pub state: Sendable,
    /// What happened to it before.
    pub note: Option<Say>,
    /// Held back for now because of the hours, and when the first of them opens.
    pub held_back: (usize, Option<Timestamp>),
}

/// The inbox, without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxView {
    /// Which are shown.
    pub filter: Filter,
    /// How many.
    pub len: usize,
    /// Place of the selected one.
    pub selected: Option<usize>,
}

/// A row of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Who.
    pub contact: ContactId,
    /// First name.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// Whether texts are allowed.
    pub opt_out: OptOut,
    /// Since when they wait.
    pub waiting_since: Option<Timestamp>,
    /// When anything last happened.
    pub updated_at: Timestamp,
    /// Start of the latest message.
    pub preview: String,
    /// Something came in since it was last open.
    pub unread: bool,
    /// A draft is kept.
    pub draft: bool,
    /// The keys act on it.
    pub selected: bool,
    /// It is open.
    pub open: bool,
}

/// Where a text in a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemState {
    /// Confirmed, on its way to the server.
    Confirmed,
    /// What became of it is not known.
    Unknown,
    /// The server said no.
    Refused(Say),
    /// As the server knows it.
    Server(Delivery),
}

/// One item of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreadItem {
    /// A text.
    Message {
        /// Which way.
        direction: Direction,
        /// The text, safe to show.
        body: String,
        /// When.
        at: Timestamp,
        /// Where it stands.
        state: ItemState,
        /// The carrier's error.
        error: Option<String>,
        /// Who sent it, when another texter did.
        author: Option<String>,
        /// I did.
        mine: bool,
        /// By the system (opt-out notice, help).
        system: bool,
    },
    /// An act of somebody.
    Note {
        /// What, as a key of the catalogue.
        what: &'static str,
        /// Who.
        who: String,
        /// What exactly.
        detail: String,
        /// When.
        at: Timestamp,
    },
}

/// The composer.
#[derive(Debug, Clone, PartialEq)]
pub struct ComposerView {
    /// The text.
    pub text: String,
    /// Byte offset of the cursor.
    pub cursor: usize,
    /// Its length.
    pub segments: Segments,
    /// How far it is from going out.
    pub state: Sendable,
    /// The words of the script were changed.
    pub off_script: bool,
}

/// The open conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadView {
    /// Whose.
    pub contact: ContactId,
    /// First name.
    pub name: String,
    /// What the texter may see besides.
    pub details: Vec<(String, String)>,
    /// The time there.
    pub local_time: Option<(DateTime, DateTime)>,
    /// Where it stands.
    pub status: Status,
    /// Whether texts are allowed.
    pub opt_out: OptOut,
    /// For a possible opt-out: the words, for the banner with its two keys.
    pub frozen: Option<String>,
    /// Recorded answers: question and value.
    pub answers: Vec<(String, String)>,
    /// Tags.
    pub tags: Vec<String>,
    /// Note.
    pub note: String,
    /// Being fetched.
    pub loading: bool,
    /// Older ones exist.
    pub more_before: bool,
    /// Oldest first; the ones hidden below are left out.
    pub items: Vec<ThreadItem>,
    /// Hidden below the last item.
    pub hidden_below: usize,
    /// Of these, new.
    pub new_below: usize,
    /// The composer; none when nothing may be written.
    pub composer: Option<ComposerView>,
}

/// One key of the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterKey {
    /// What it does.
    pub action: Action,
    /// The key.
    pub key: String,
    /// Why not now (shown greyed), or none.
    pub why_not: Option<Say>,
}

/// A row to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceRow {
    /// Its number for choosing by key, from 1.
    pub number: Option<usize>,
    /// Title: text of the campaign.
    pub title: String,
    /// What it would put into the composer.
    pub text: String,
    /// Recorded now.
    pub chosen: bool,
}

/// The top layer.
#[derive(Debug, Clone, PartialEq)]
pub enum OverlayView {
    /// Help.
    Help {
        /// Where it was opened from.
        from: Context,
        /// All actions, grouped.
        groups: Vec<(Category, Vec<HelpRow>)>,
        /// First row shown; group titles count as rows.
        scroll: usize,
    },
    /// The palette.
    Palette {
        /// What was typed.
        query: String,
        /// Byte offset of the cursor in it.
        cursor: usize,
        /// Actions with their key, if bound here.
        rows: Vec<(Action, Option<String>)>,
        /// Which is selected.
        selected: usize,
    },
    /// Canned replies.
    Canned {
        /// What was typed.
        query: String,
        /// Byte offset of the cursor in it.
        cursor: usize,
        /// The replies.
        rows: Vec<ChoiceRow>,
        /// Which is selected.
        selected: usize,
    },
    /// Answers.
    Answers {
        /// The question.
        question: String,
        /// Its number, and how many there are.
        place: (usize, usize),
        /// The answers.
        rows: Vec<ChoiceRow>,
        /// Which is selected.
        selected: usize,
    },
    /// A question with few choices.
    Confirm {
        /// The question.
        title: Say,
        /// What it means.
        lines: Vec<Say>,
        /// The choices, each with its own key if it has one.
        choices: Vec<(Say, Option<String>)>,
        /// Which is selected.
        selected: usize,
    },
    /// What was said: newest first, in [`Model::notices`](super::Model).
    Messages {
        /// First row shown.
        scroll: usize,
    },
    /// The scorecard, as data.
    Score {
        /// The score.
        score: serde_json::Value,
        /// First row shown.
        scroll: usize,
    },
}

fn note_key(what: &str) -> &'static str {
    match what {
        "opted_out" => "note-opted-out",
        "opted_out_by_word" => "note-opted-out-by-word",
        "not_opt_out" => "note-not-opted-out",
        "opted_in_by_word" => "note-opted-in-by-word",
        "closed" => "note-closed",
        "reopened" => "note-reopened",
        "answered" => "note-answered",
        "assigned" => "note-assigned",
        "wrong_number" => "note-wrong-number",
        "tagged" => "note-tagged",
        "untagged" => "note-untagged",
        _ => "note-other",
    }
}

impl Model {
    /// What the view reports in `Msg::Drawn` when all of it was visible; none when nothing is armed or open.
    #[must_use]
    pub fn armed(&self) -> Option<DrawnCard> {
        self.gate.card()
    }

    /// What kind of thing [`Self::armed`] is.
    #[must_use]
    pub fn armed_kind(&self) -> Option<Armed> {
        self.gate.target().map(|target| target.kind)
    }

    /// The line at the top.
    #[must_use]
    pub fn header(&self) -> HeaderView {
        let def = self.campaign.as_ref().map(|campaign| &campaign.def);
        HeaderView {
            title: def.map(|def| safe_line(&def.title)).unwrap_or_default(),
            organization: def.map(|def| safe_line(&def.organization)).unwrap_or_default(),
            rehearsal: self.rehearsal(),
            link: self.link.clone(),
            upload_waiting: self.outbox.0,
            upload_oldest: self.outbox.1,
            blocked: self.all_blocked_in_short(),
            progress: (self.slice_total.saturating_sub(self.remaining()), self.slice_total),
            sent: self.sent,
            replied: self.replied,
            waiting: self.people.waiting(),
            unread: self.people.unread(),
            now: self.campaign_now(),
        }
    }

    fn details(&self, contact: ContactId) -> Vec<(String, String)> {
        let Some(view) = self.people.body(contact) else { return Vec::new() };
        let visible = view.visible.iter().filter(|name| name.as_str() != "firstName");
        visible
            .filter_map(|name| view.fields.get(name).map(|value| (safe_line(name), value.clone())))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    fn time_there(&self, contact: ContactId) -> Option<(DateTime, DateTime)> {
        let there = local_time(self.campaign_now()?, &self.people.body(contact)?.zones);
        Some((there.earliest, there.latest))
    }

    /// The sending pane.
    #[must_use]
    pub fn card_pane(&self) -> CardPane {
        let Some(card) = &self.card else {
            if !self.people.queue().is_empty() || !self.loaded || self.campaign.is_none() {
                return CardPane::Loading;
            }
            return CardPane::Empty { lines: self.nothing_to_send() };
        };
        let state = if self.acts.busy().is_some() {
            Sendable::Journaling
        } else if let Some(why) = self.card_block() {
            Sendable::Blocked(why)
        } else if self.focus == Focus::Card && self.overlays.is_empty() {
            Sendable::Armed
        } else {
            Sendable::Unfocused
        };
        CardPane::Card(Box::new(CardView {
            contact: card.contact,
            name: self.people.line(card.contact).map(|line| line.first_name.clone()).unwrap_or_default(),
            details: self.details(card.contact),
            local_time: self.time_there(card.contact),
            language: self.people.body(card.contact).and_then(|view| view.language.clone()),
            body: card.body.clone(),
            segments: card.segments.clone(),
            state,
            note: card.note.clone(),
            held_back: self.people.held_back(),
        }))
    }

    fn nothing_to_send(&self) -> Vec<Say> {
        let mut lines = Vec::new();
        if let Some(why) = self.all_blocked() {
            lines.push(why);
        }
        match &self.claim {
            Claim::Asked { .. } => lines.push(Say::new("texter-asking")),
            Claim::Refused { problem, retry, .. } => {
                lines.push(problem_say(problem));
                lines.push(Say::new(if *retry { "texter-asks-again" } else { "texter-ask-by-key" }));
            }
            Claim::Resting => lines.push(Say::new("texter-resting")),
            Claim::TakenBack { count } => {
                lines.push(Say::new("texter-taken-back").with("count", *count));
                lines.push(Say::new("texter-ask-by-key"));
            }
            Claim::Idle => {}
        }
        if let (count @ 1.., Some(at)) = self.people.held_back() {
            lines.push(Say::new("texter-held-back").with("count", count).with("at", at));
        }
        let waiting = self.people.waiting();
        if waiting > 0 {
            lines.push(Say::new("texter-answer-meanwhile").with("count", waiting));
        } else if self.rehearsal() == Some(true) && self.sent > 0 {
            lines.push(Say::new("texter-finish-by-key"));
        }
        if lines.is_empty() {
            lines.push(Say::new("texter-nothing-yet"));
        }
        lines
    }

    /// The inbox, without its rows.
    #[must_use]
    pub fn inbox(&self) -> InboxView {
        InboxView {
            filter: self.people.filter(),
            len: self.people.inbox_len(),
            selected: self.selected.and_then(|id| self.people.inbox_place(id)),
        }
    }

    /// Some rows of the inbox.
    #[must_use]
    pub fn inbox_rows(&self, rows: Range<usize>) -> Vec<InboxRow> {
        let open = self.open.as_ref().map(|open| open.contact);
        let row = |contact| {
            let line = self.people.line(contact)?;
            Some(InboxRow {
                contact,
                name: line.first_name.clone(),
                status: line.status,
                opt_out: line.opt_out.clone(),
                waiting_since: line.waiting_since,
                updated_at: line.updated_at,
                preview: line.preview.clone(),
                unread: self.people.is_unread(contact),
                draft: self.drafts.get(&contact).is_some_and(|draft| !draft.is_empty()),
                selected: self.selected == Some(contact),
                open: open == Some(contact),
            })
        };
        self.people.inbox().skip(rows.start).take(rows.len()).filter_map(row).collect()
    }

    /// The open conversation.
    #[must_use]
    pub fn thread_view(&self) -> Option<ThreadView> {
        let open = self.open.as_ref()?;
        let line = self.people.line(open.contact)?;
        let body = self.people.body(open.contact);
        let thread = self.threads.get(open.contact);
        let mut items: Vec<ThreadItem> = thread.into_iter().flat_map(|thread| thread.entries()).map(item).collect();
        for mine in self.acts.about(open.contact) {
            let Some(request) = mine.text().filter(|_| !thread.is_some_and(|thread| thread.has(mine.confirmed.id)))
            else {
                continue;
            };
            items.push(ThreadItem::Message {
                direction: Direction::Outbound,
                body: safe_body(&request.body),
                at: mine.confirmed.at,
                state: match &mine.stage {
                    Stage::Journaling | Stage::Waiting => ItemState::Confirmed,
                    Stage::Unknown => ItemState::Unknown,
                    Stage::Refused(problem) => ItemState::Refused(problem_say(problem)),
                },
                error: None,
                author: None,
                mine: true,
                system: false,
            });
        }
        items.truncate(items.len().saturating_sub(open.hidden_below));
        let questions = self.campaign.as_ref().map(|campaign| campaign.def.questions.as_slice()).unwrap_or_default();
        let answers = questions.iter().filter_map(|question| {
            let value = body?.answers.get(&question.id)?;
            Some((safe_line(&question.text), safe_line(value)))
        });
        Some(ThreadView {
            contact: open.contact,
            name: line.first_name.clone(),
            details: self.details(open.contact),
            local_time: self.time_there(open.contact),
            status: line.status,
            opt_out: line.opt_out.clone(),
            frozen: match &line.opt_out {
                OptOut::Possible { words } => Some(safe_line(words)),
                _ => None,
            },
            answers: answers.collect(),
            tags: body.map(|body| body.tags.iter().map(|tag| safe_line(tag)).collect()).unwrap_or_default(),
            note: body.map(|body| safe_line(&body.note)).unwrap_or_default(),
            loading: thread.is_none(),
            more_before: thread.is_some_and(|thread| thread.more_before),
            items,
            hidden_below: open.hidden_below,
            new_below: open.new_below,
            composer: self.may_compose().is_ok().then(|| self.composer_view()).flatten(),
        })
    }

    fn composer_view(&self) -> Option<ComposerView> {
        let open = self.open.as_ref()?;
        let text = open.editor.text().to_owned();
        let state = if self.acts.busy().is_some() {
            Sendable::Journaling
        } else if open.editor.is_blank() {
            Sendable::Empty
        } else if let Some(why) = self.reply_block() {
            Sendable::Blocked(why)
        } else if self.focus == Focus::Composer && self.overlays.is_empty() {
            Sendable::Armed
        } else {
            Sendable::Unfocused
        };
        Some(ComposerView {
            cursor: open.editor.cursor(),
            segments: measure(&text),
            state,
            off_script: open.source.as_ref().is_some_and(|(_, before)| *before != text),
            text,
        })
    }

    /// The keys that matter now, the most used first.
    #[must_use]
    pub fn footer(&self) -> Vec<FooterKey> {
        let facts = self.facts();
        use crate::console::keymap::context::Fact;
        let context = self.context();
        let wanted: &[Action] = match context {
            Context::Card => &[
                Action::Send,
                Action::Skip,
                Action::OptOut,
                Action::SwitchPane,
                Action::NextWaiting,
                Action::RequestMore,
                Action::Undo,
                Action::Help,
                Action::Quit,
            ],
            Context::Inbox => &[
                Action::Open,
                Action::NextWaiting,
                Action::Close,
                Action::Filter,
                Action::SwitchPane,
                Action::Help,
                Action::Quit,
            ],
            Context::Thread if facts.has(Fact::Frozen) => &[
                Action::OptOutNow,
                Action::NotOptOut,
                Action::Back,
                Action::NextWaiting,
                Action::SwitchPane,
                Action::Help,
            ],
            Context::Thread => &[
                Action::Compose,
                Action::Canned,
                Action::Answers,
                Action::OptOut,
                Action::Close,
                Action::Reopen,
                Action::WrongNumber,
                Action::NextWaiting,
                Action::SwitchPane,
                Action::Back,
                Action::Help,
            ],
            Context::Composer => &[
                Action::SendNext,
                Action::SendStay,
                Action::Newline,
                Action::Canned,
                Action::Answers,
                Action::Back,
                Action::Help,
            ],
            Context::Confirm => &[Action::Yes, Action::No, Action::Choose, Action::Back],
            Context::Palette | Context::Canned | Context::Answers => &[Action::Choose, Action::Pick, Action::Back],
            Context::Help | Context::Messages => &[Action::Down, Action::PageDown, Action::Back],
            Context::Score => &[Action::Down, Action::Back, Action::Quit],
            Context::Global | Context::Texting | Context::Board => &[],
        };
        wanted
            .iter()
            .filter(|action| match action {
                Action::Close => !facts.has(Fact::Closed),
                Action::Reopen => facts.has(Fact::Closed),
                _ => true,
            })
            .filter_map(|action| {
                let key = self.options.keymap.key_for(context, *action)?;
                Some(FooterKey { action: *action, key, why_not: self.why_not(*action) })
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
            Action::Undo if self.undo.is_empty() => Some(Say::new("texter-nothing-to-undo")),
            Action::NextWaiting if self.people.waiting() == 0 => Some(Say::new("texter-nobody-waits")),
            Action::Open if self.selected.is_none() => Some(Say::new("texter-inbox-empty")),
            Action::Finish if !self.is_scored() => Some(Say::new("texter-no-rehearsal")),
            Action::RequestMore if matches!(self.claim, Claim::Asked { .. }) => Some(Say::new("texter-asking")),
            _ => None,
        }
    }

    /// The which-key list: what may follow the keys typed.
    #[must_use]
    pub fn which_key(&self) -> Vec<Continuation> {
        if self.typed().is_empty() {
            return Vec::new();
        }
        self.options.keymap.continuations(self.context(), self.typed(), self.facts())
    }

    /// The top layer.
    #[must_use]
    pub fn overlay_view(&self) -> Option<OverlayView> {
        let keymap = &self.options.keymap;
        Some(match self.overlays.last()? {
            Overlay::Help { from, scroll } => {
                OverlayView::Help { from: *from, groups: keymap.help(*from), scroll: *scroll }
            }
            Overlay::Palette { from, query, selected } => OverlayView::Palette {
                query: query.text().to_owned(),
                cursor: query.cursor(),
                rows: palette_actions(*from, query.text())
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
            Overlay::Answers { question, selected } => self.answers_view(*question, *selected)?,
            Overlay::OptOut { contact, selected } => OverlayView::Confirm {
                title: self.about("texter-ask-opt-out", *contact),
                lines: vec![Say::new("texter-ask-opt-out-means")],
                choices: vec![
                    (Say::new("texter-opt-out-with-notice"), keymap.key_for(Context::Confirm, Action::Yes)),
                    (Say::new("texter-opt-out-silent"), keymap.key_for(Context::Confirm, Action::No)),
                    (Say::new("texter-cancel"), keymap.key_for(Context::Confirm, Action::Back)),
                ],
                selected: *selected,
            },
            Overlay::Release { selected } => OverlayView::Confirm {
                title: Say::new("texter-ask-release"),
                lines: vec![
                    Say::new("texter-release-counts")
                        .with("unsent", self.remaining())
                        .with("waiting", self.people.waiting()),
                ],
                choices: vec![
                    (Say::new("texter-release-unsent"), keymap.key_for(Context::Confirm, Action::Yes)),
                    (Say::new("texter-release-conversations"), None),
                    (Say::new("texter-release-all"), None),
                    (Say::new("texter-cancel"), keymap.key_for(Context::Confirm, Action::No)),
                ],
                selected: *selected,
            },
            Overlay::Leave { selected } => OverlayView::Confirm {
                title: Say::new("texter-ask-leave"),
                lines: vec![
                    Say::new("texter-leave-waiting").with("count", self.outbox.0.max(self.acts.unsettled() as u64)),
                    Say::new(if self.leaving { "texter-leave-waits" } else { "texter-leave-means" }),
                ],
                choices: vec![
                    (Say::new("texter-leave-when-done"), None),
                    (Say::new("texter-leave-now"), keymap.key_for(Context::Confirm, Action::Yes)),
                    (Say::new("texter-leave-stay"), keymap.key_for(Context::Confirm, Action::No)),
                ],
                selected: *selected,
            },
            Overlay::Messages { scroll } => OverlayView::Messages { scroll: *scroll },
            Overlay::Score { scroll } => {
                OverlayView::Score { score: self.score.clone().unwrap_or_default(), scroll: *scroll }
            }
        })
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
        let rows = asked.answers.iter().enumerate().map(|(place, answer)| ChoiceRow {
            number: (place < 9).then_some(place + 1),
            title: safe_line(&answer.value),
            text: self.script_text(contact, &answer.reply).map(|text| safe_body(&text)).unwrap_or_default(),
            chosen: recorded == Some(&answer.value),
        });
        Some(OverlayView::Answers {
            question: safe_line(&asked.text),
            place: (question + 1, questions.len()),
            rows: rows.collect(),
            selected,
        })
    }
}

fn item(entry: &ThreadEntry) -> ThreadItem {
    match entry {
        ThreadEntry::Message(message) => ThreadItem::Message {
            direction: message.direction,
            body: safe_body(&message.body),
            at: message.at,
            state: ItemState::Server(message.delivery),
            error: message.error.clone(),
            author: message.author.clone(),
            mine: message.mine,
            system: matches!(message.kind, Some(MessageKind::OptOutNotice | MessageKind::Help)),
        },
        ThreadEntry::Note { at, who, what, detail, .. } => {
            ThreadItem::Note { what: note_key(what), who: who.clone(), detail: detail.clone(), at: *at }
        }
    }
}

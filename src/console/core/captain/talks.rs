//! Conversations of a server that shows them to who watches: looked through by filters, read, and done something with, one or several.
//!
//! Nothing is done by one key: an act is chosen from a list, and with several conversations it is asked first. What was asked of the
//! server is not asked again by itself; without an answer it is said that nobody knows, and the list is read anew.

use std::collections::BTreeSet;

use super::model::{Model, Overlay};
use crate::api::captain::Board;
use crate::api::problem::{Code, Problem};
use crate::api::review::{Conversation, Deed, FilterFault, Filters, Person, ReviewAnswer, ReviewAsk, To, Whom};
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Ask;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::core::texter::server::problem_say;
use crate::console::core::texter::view::{OverlayView, TalkRow};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::conversation::Status;
use crate::domain::ids::ContactId;
use crate::domain::safe_text::{safe_body, safe_line};

/// What is known of the conversations.
#[derive(Debug, Clone, Default)]
pub struct Talks {
    /// The filters as typed.
    pub line: String,
    /// What passes them, as far as it was read.
    pub rows: Vec<Conversation>,
    /// How many there are.
    pub total: u64,
    /// Marked: what is done is done with all of these.
    pub marked: BTreeSet<ContactId>,
    /// Who may be given some.
    pub people: Vec<Person>,
    /// The organization's tags.
    pub tags: Vec<String>,
    /// An answer is waited for.
    pub asked: bool,
    /// Something is being done.
    pub doing: bool,
}

/// What is chosen for the conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whose they are to be.
    Give,
    /// Closed, or open again.
    Status,
    /// A tag.
    Tag,
}

impl Model {
    fn filters(&self) -> Result<Filters, FilterFault> {
        let filters = Filters::read(&self.talks.line, self.options.campaign, &self.talks.people)?;
        let known = |tag: &&String| *tag == "*" || self.talks.tags.is_empty() || self.talks.tags.contains(tag);
        match filters.tags.iter().chain(&filters.without_tags).find(|tag| !known(tag)) {
            Some(tag) => Err(FilterFault::Value { name: "tag", value: tag.clone() }),
            None => Ok(filters),
        }
    }

    /// Opens the list, or reads it anew.
    pub(super) fn ask_for_talks(&mut self, fx: &mut Vec<Effect>) {
        match self.filters() {
            Ok(filters) => {
                self.talks.asked = true;
                if self.talks.people.is_empty() {
                    let crew = ReviewAsk::Crew(self.options.campaign);
                    fx.push(Effect::Load(Ask::Review(Box::new(crew))));
                }
                fx.push(Effect::Load(Ask::Review(Box::new(ReviewAsk::Page(filters, 0)))));
                if !self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Talks { .. })) {
                    self.open(Overlay::Talks { selected: 0 });
                }
            }
            Err(fault) => self.say(Level::Warning, fault_say(&fault)),
        }
    }

    /// The filters were typed.
    pub(super) fn filtered(&mut self, typed: &str, fx: &mut Vec<Effect>) {
        let before = std::mem::replace(&mut self.talks.line, safe_line(typed.trim()));
        match self.filters() {
            Ok(_) => {
                self.overlays.pop();
                if let Some(Overlay::Talks { selected }) = self.overlays.last_mut() {
                    *selected = 0;
                }
                self.talks.marked.clear();
                (self.talks.rows, self.talks.total) = (Vec::new(), 0);
                self.ask_for_talks(fx);
            }
            // What was typed stands there still, to be mended.
            Err(fault) => {
                self.talks.line = before;
                self.say(Level::Warning, fault_say(&fault));
            }
        }
    }

    pub(super) fn put_review(&mut self, answer: ReviewAnswer, fx: &mut Vec<Effect>) {
        match answer {
            ReviewAnswer::Crew { mut people, tags } => {
                for one in &mut people {
                    one.name = safe_line(&one.name);
                }
                people.sort_by(|one, other| one.name.cmp(&other.name).then(one.person.cmp(&other.person)));
                self.talks.people = people;
                self.talks.tags = tags.iter().map(|tag| safe_line(tag)).collect();
            }
            ReviewAnswer::Page { filters, offset, found, total } => {
                // An answer to filters of before.
                if self.filters().as_ref() != Ok(&filters) {
                    return;
                }
                let at = usize::try_from(offset).unwrap_or(usize::MAX).min(self.talks.rows.len());
                self.talks.rows.truncate(at);
                self.talks.rows.extend(found.into_iter().map(safe));
                self.talks.total = total;
                self.talks.asked = false;
                let there: BTreeSet<ContactId> = self.talks.rows.iter().map(|one| one.contact).collect();
                self.talks.marked.retain(|contact| there.contains(contact));
                let rows = self.rows_of_talks();
                for overlay in &mut self.overlays {
                    if let Overlay::Talks { selected } = overlay {
                        *selected = (*selected).min(rows.saturating_sub(1));
                    }
                }
                self.overlays
                    .retain(|overlay| !matches!(overlay, Overlay::Talk { contact, .. } if !there.contains(contact)));
            }
            ReviewAnswer::Done { deed, asked, left, wordless } => {
                self.talks.doing = false;
                self.talks.marked.clear();
                let done = asked.saturating_sub(left.len());
                let say = match &deed {
                    Deed::Give(To::Nobody) => Say::new("captain-talks-given-up").with("n", done),
                    Deed::Give(To::Person(person)) => {
                        let name = self.talks.people.iter().find(|one| one.person == *person);
                        let name = name.map(|one| one.name.clone()).unwrap_or_default();
                        Say::new("captain-talks-given").with("n", done).with("name", name)
                    }
                    Deed::Close(true) => Say::new("captain-talks-closed").with("n", done),
                    Deed::Close(false) => Say::new("captain-talks-opened").with("n", done),
                    Deed::Tag(tag, true) => Say::new("captain-talks-tagged").with("n", done).with("tag", tag.clone()),
                    Deed::Tag(tag, false) => {
                        Say::new("captain-talks-untagged").with("n", done).with("tag", tag.clone())
                    }
                };
                if done > 0 || left.is_empty() {
                    self.say(Level::Info, say);
                }
                if !left.is_empty() {
                    let names = left.iter().map(|contact| self.name_of_talk(*contact)).collect::<Vec<_>>();
                    let key = if wordless { "captain-talks-left-wordless" } else { "captain-talks-left" };
                    self.say(Level::Warning, Say::new(key).with("n", left.len()).with("names", names.join(", ")));
                }
                self.ask_for_talks(fx);
                fx.push(Effect::Load(Ask::Board(self.options.campaign)));
            }
        }
    }

    /// No answer came, or a no.
    pub(super) fn review_failed(&mut self, ask: &ReviewAsk, problem: &Problem, fx: &mut Vec<Effect>) {
        let deed = matches!(ask, ReviewAsk::Do(..));
        if deed {
            self.talks.doing = false;
        } else {
            self.talks.asked = false;
        }
        let say = match (deed, problem.code, problem.retry_after) {
            (true, Code::Unavailable, _) => Say::new("captain-talks-unknown"),
            // A deed is not asked for again by itself, as the usual words say.
            (true, Code::RateLimited, Some(seconds)) => {
                Say::new("captain-talks-too-much-for").with("seconds", usize::from(seconds))
            }
            (true, Code::RateLimited, None) => Say::new("captain-talks-too-much"),
            _ => problem_say(problem),
        };
        self.say(Level::Error, say);
        // Of several some may be done.
        if deed {
            self.ask_for_talks(fx);
        }
    }

    fn name_of_talk(&self, contact: ContactId) -> String {
        let found = self.talks.rows.iter().find(|one| one.contact == contact);
        found.map_or_else(|| contact.0.to_string(), full_name)
    }

    /// Rows of the list: the conversations, and one for more of them.
    pub(super) fn rows_of_talks(&self) -> usize {
        let read = self.talks.rows.len();
        read + usize::from(u64::try_from(read).unwrap_or(u64::MAX) < self.talks.total)
    }

    /// The row that is selected, or the conversation that is open.
    fn talk_at_hand(&self) -> Option<&Conversation> {
        match self.overlays.last()? {
            Overlay::Talks { selected } => self.talks.rows.get(*selected),
            Overlay::Talk { contact, .. } => self.talks.rows.iter().find(|one| one.contact == *contact),
            _ => None,
        }
    }

    /// With whom something would be done: who is marked, else who is at hand.
    fn meant(&self) -> Vec<Whom> {
        let whom = |one: &Conversation| Whom { campaign: one.campaign, contact: one.contact };
        let open = matches!(self.overlays.last(), Some(Overlay::Talk { .. }));
        if self.talks.marked.is_empty() || open {
            return self.talk_at_hand().map(whom).into_iter().collect();
        }
        self.talks.rows.iter().filter(|one| self.talks.marked.contains(&one.contact)).map(whom).collect()
    }

    /// What the keys of the list and of an open conversation do.
    pub(super) fn on_talks(&mut self, action: Action, fx: &mut Vec<Effect>) {
        match action {
            Action::Filter => {
                let text = Editor::new(&self.talks.line);
                self.open(Overlay::Write { what: super::flagged::Writing::Filter, text });
            }
            Action::Mark => {
                if let Some(contact) = self.talk_at_hand().map(|one| one.contact) {
                    if !self.talks.marked.remove(&contact) {
                        self.talks.marked.insert(contact);
                    }
                    if let Some(Overlay::Talks { selected }) = self.overlays.last_mut() {
                        *selected = (*selected + 1).min(self.talks.rows.len().saturating_sub(1));
                    }
                }
            }
            Action::MarkAll => {
                let all: BTreeSet<ContactId> = self.talks.rows.iter().map(|one| one.contact).collect();
                self.talks.marked = if self.talks.marked == all { BTreeSet::new() } else { all };
            }
            Action::Reassign | Action::SetStatus | Action::Tags => {
                let whom = self.meant();
                let kind = match action {
                    Action::Reassign => Kind::Give,
                    Action::SetStatus => Kind::Status,
                    _ => Kind::Tag,
                };
                if whom.is_empty() {
                    self.say(Level::Info, Say::new("captain-talks-none"));
                } else if self.talks.doing {
                    self.say(Level::Warning, Say::new("captain-talks-doing"));
                } else if kind == Kind::Tag && self.talks.tags.is_empty() {
                    self.say(Level::Info, Say::new("captain-talks-no-tags"));
                } else {
                    self.open(Overlay::Deed { kind, whom, selected: 0 });
                }
            }
            _ => self.ask_for_talks(fx),
        }
    }

    /// A row of the list was taken: it opens, or more are read.
    pub(super) fn choose_talk(&mut self, selected: usize, fx: &mut Vec<Effect>) {
        if let Some(contact) = self.talks.rows.get(selected).map(|one| one.contact) {
            return self.open(Overlay::Talk { contact, scroll: 0 });
        }
        if let (true, Ok(filters)) = (selected < self.rows_of_talks(), self.filters()) {
            self.talks.asked = true;
            let from = u64::try_from(self.talks.rows.len()).unwrap_or(u64::MAX);
            fx.push(Effect::Load(Ask::Review(Box::new(ReviewAsk::Page(filters, from)))));
        }
    }

    /// About so many lines an open conversation takes; the view stops at the last.
    pub(super) fn lines_of_talk(&self, contact: ContactId) -> usize {
        let width = usize::from(self.size.0).clamp(30, 84) - 25;
        let one = self.talks.rows.iter().find(|one| one.contact == contact);
        let lines = one.into_iter().flat_map(|one| &one.messages).map(|said| 1 + said.text.chars().count() / width);
        (lines.sum::<usize>() + 8).saturating_sub(usize::from(self.size.1).saturating_sub(4)).max(1)
    }

    /// How many choices there are.
    pub(super) fn deeds(&self, kind: Kind) -> usize {
        match kind {
            Kind::Give => self.talks.people.len() + 1,
            Kind::Status => 2,
            Kind::Tag => self.talks.tags.len(),
        }
    }

    fn deed(&self, kind: Kind, whom: &[Whom], selected: usize) -> Option<Deed> {
        Some(match (kind, selected) {
            // Nobody is the last: what is selected at first takes nothing away from everybody.
            (Kind::Give, at) => Deed::Give(self.talks.people.get(at).map_or(To::Nobody, |one| To::Person(one.person))),
            (Kind::Status, at) => Deed::Close(at == 0),
            (Kind::Tag, at) => {
                let tag = self.talks.tags.get(at)?;
                Deed::Tag(tag.clone(), !self.all_have(whom, tag))
            }
        })
    }

    fn all_have(&self, whom: &[Whom], tag: &String) -> bool {
        let has = |contact| self.talks.rows.iter().any(|one| one.contact == contact && one.tags.contains(tag));
        whom.iter().all(|one| has(one.contact))
    }

    /// A choice was made: with one conversation it is done, with more it is asked first.
    pub(super) fn choose_deed(&mut self, kind: Kind, whom: Vec<Whom>, selected: usize, fx: &mut Vec<Effect>) {
        let Some(deed) = self.deed(kind, &whom, selected) else { return };
        self.overlays.pop();
        if whom.len() > 1 {
            self.open(Overlay::Sure { deed, whom, selected: 1 });
        } else {
            self.do_deed(deed, whom, fx);
        }
    }

    pub(super) fn do_deed(&mut self, deed: Deed, whom: Vec<Whom>, fx: &mut Vec<Effect>) {
        self.talks.doing = true;
        fx.push(Effect::Load(Ask::Review(Box::new(ReviewAsk::Do(deed, whom)))));
    }

    /// The list.
    pub(super) fn talks_view(&self, selected: usize) -> OverlayView {
        let talks = &self.talks;
        let mut lines = vec![match talks.line.as_str() {
            "" => Say::new("captain-talks-unfiltered"),
            line => Say::new("captain-talks-filter").with("line", line),
        }];
        if !talks.marked.is_empty() {
            lines.push(Say::new("captain-talks-marked").with("n", talks.marked.len()));
        }
        if talks.doing {
            lines.push(Say::new("captain-talks-on-its-way"));
        }
        match (talks.asked, talks.rows.is_empty()) {
            (true, _) => lines.push(Say::new("captain-talks-asking")),
            (false, true) => lines.push(Say::new("captain-talks-empty")),
            (false, false) => {}
        }
        let mut rows: Vec<TalkRow> = talks
            .rows
            .iter()
            .map(|one| TalkRow { marked: talks.marked.contains(&one.contact), says: row(one, self.options.campaign.0) })
            .collect();
        if self.rows_of_talks() > rows.len() {
            let rest = talks.total.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            rows.push(TalkRow { marked: false, says: vec![Say::new("captain-talks-more").with("n", rest)] });
        }
        let title = Say::new("captain-talks-title").with("n", talks.total);
        OverlayView::Talks { title, lines, rows, selected }
    }

    /// One conversation, to be read.
    pub(super) fn talk_view(&self, contact: ContactId, scroll: usize) -> OverlayView {
        let Some(one) = self.talks.rows.iter().find(|one| one.contact == contact) else {
            return OverlayView::Talk { title: Say::new("captain-talks-empty"), lines: Vec::new(), scroll };
        };
        let mut lines: Vec<Say> = marks(one);
        lines.push(
            Say::new("captain-talk-of").with("title", one.title.clone()).with("contact", one.contact.0.to_string()),
        );
        for said in &one.messages {
            let key = match (said.from_voter, said.at.is_some()) {
                (true, true) => "captain-talk-they",
                (true, false) => "captain-talk-they-once",
                (false, true) => "captain-talk-we",
                (false, false) => "captain-talk-we-once",
            };
            let mut say = Say::new(key).with("text", safe_line(&said.text));
            if let Some(at) = said.at {
                say = say.with("at", Arg::Day(at));
            }
            lines.push(say);
        }
        if one.messages.is_empty() {
            lines.push(Say::new("captain-talk-silent"));
        }
        OverlayView::Talk { title: Say::new("captain-talk-title").with("name", full_name(one)), lines, scroll }
    }

    /// What can be chosen.
    pub(super) fn deed_view(&self, kind: Kind, whom: &[Whom], selected: usize) -> OverlayView {
        let title = match kind {
            Kind::Give => "captain-talks-ask-give",
            Kind::Status => "captain-talks-ask-status",
            Kind::Tag => "captain-talks-ask-tag",
        };
        let choices = match kind {
            Kind::Give => {
                let one = |one: &Person| {
                    Say::new("captain-talks-to").with("name", one.name.clone()).with("person", one.person.0.to_string())
                };
                self.talks.people.iter().map(one).chain([Say::new("captain-talks-to-nobody")]).collect()
            }
            Kind::Status => vec![Say::new("captain-talks-close"), Say::new("captain-talks-open")],
            Kind::Tag => self
                .talks
                .tags
                .iter()
                .map(|tag| {
                    let key = if self.all_have(whom, tag) { "captain-talks-tag-off" } else { "captain-talks-tag-on" };
                    Say::new(key).with("tag", tag.clone())
                })
                .collect::<Vec<Say>>(),
        };
        OverlayView::Confirm {
            title: Say::new(title).with("n", whom.len()).with("name", self.first_of(whom)),
            lines: (whom.len() > 1).then(|| self.names_of(whom)).into_iter().collect(),
            choices: choices.into_iter().map(|say| (say, None)).collect(),
            selected,
        }
    }

    fn first_of(&self, whom: &[Whom]) -> String {
        whom.first().map(|one| self.name_of_talk(one.contact)).unwrap_or_default()
    }

    /// Whom it is about, as many as there is room for.
    fn names_of(&self, whom: &[Whom]) -> Say {
        let names: Vec<String> = whom.iter().take(10).map(|one| self.name_of_talk(one.contact)).collect();
        let more = whom.len().saturating_sub(names.len());
        Say::new("captain-talks-sure-names").with("names", names.join(", ")).with("more", more)
    }

    /// The question before something is done with many.
    pub(super) fn sure_view(&self, deed: &Deed, whom: &[Whom], selected: usize) -> OverlayView {
        let n = whom.len();
        let title = match deed {
            Deed::Give(To::Nobody) => Say::new("captain-talks-sure-nobody").with("n", n),
            Deed::Give(To::Person(person)) => {
                let found = self.talks.people.iter().find(|one| one.person == *person);
                Say::new("captain-talks-sure-give")
                    .with("n", n)
                    .with("name", found.map(|one| one.name.clone()).unwrap_or_default())
            }
            Deed::Close(true) => Say::new("captain-talks-sure-close").with("n", n),
            Deed::Close(false) => Say::new("captain-talks-sure-open").with("n", n),
            Deed::Tag(tag, true) => Say::new("captain-talks-sure-tag").with("n", n).with("tag", tag.clone()),
            Deed::Tag(tag, false) => Say::new("captain-talks-sure-untag").with("n", n).with("tag", tag.clone()),
        };
        let key = |action| self.options.keymap.key_for(Context::Confirm, action);
        OverlayView::Confirm {
            title,
            lines: vec![self.names_of(whom)],
            choices: vec![
                (Say::new("captain-talks-sure-yes"), key(Action::Yes)),
                (Say::new("captain-cancel"), key(Action::No)),
            ],
            selected,
        }
    }

    /// Why nothing of this can be done here.
    pub(super) fn why_no_talks(&self, action: Action) -> Option<Say> {
        let there = self.board.as_ref().is_some_and(|board: &Board| board.foreign.is_some());
        match action {
            Action::Talks => (!there).then(|| Say::new("captain-talks-not-there")),
            Action::Mark | Action::MarkAll | Action::Reassign | Action::SetStatus | Action::Tags => {
                self.talks.rows.is_empty().then(|| Say::new("captain-talks-none"))
            }
            _ => None,
        }
    }
}

fn fault_say(fault: &FilterFault) -> Say {
    match fault {
        FilterFault::Name(name) => Say::new("captain-filter-name").with("name", safe_line(name)),
        FilterFault::Value { name, value } => {
            let key = match *name {
                "status" => "captain-filter-status",
                "tag" | "without" => "captain-filter-tag",
                "opted-out" => "captain-filter-yes-no",
                _ => "captain-filter-number",
            };
            Say::new(key).with("name", *name).with("value", safe_line(value))
        }
        FilterFault::Person(value) => Say::new("captain-filter-person").with("value", safe_line(value)),
    }
}

/// Everything a stranger wrote in it made safe.
fn safe(mut one: Conversation) -> Conversation {
    for text in [&mut one.first_name, &mut one.last_name, &mut one.title] {
        *text = safe_line(text);
    }
    one.texter_name = one.texter_name.as_deref().map(safe_line);
    for tag in &mut one.tags {
        *tag = safe_line(tag);
    }
    for said in &mut one.messages {
        said.text = safe_body(&said.text);
    }
    one
}

fn full_name(one: &Conversation) -> String {
    let name = format!("{} {}", one.first_name.trim(), one.last_name.trim());
    if name.trim().is_empty() { one.contact.0.to_string() } else { name.trim().to_owned() }
}

/// Where it stands, and what is to be known of it.
fn marks(one: &Conversation) -> Vec<Say> {
    let mut says = vec![Say::new(match one.status {
        Status::NeedsMessage => "captain-talk-needs-message",
        Status::Messaged => "captain-talk-messaged",
        Status::NeedsResponse => "captain-talk-needs-response",
        Status::Convo => "captain-talk-convo",
        Status::Closed => "captain-talk-closed",
    })];
    says.extend(one.opted_out.then(|| Say::new("captain-talk-opted-out")));
    says.extend(one.error_code.map(|code| Say::new("captain-talk-error").with("code", code.to_string())));
    says.extend(one.tags.iter().map(|tag| Say::new("captain-talk-tag").with("tag", tag.clone())));
    says.push(match &one.texter_name {
        Some(name) => Say::new("captain-talk-with").with("name", name.clone()),
        None => Say::new("captain-talk-with-nobody"),
    });
    says
}

fn row(one: &Conversation, campaign: i64) -> Vec<Say> {
    let mut says = vec![Say::new("captain-talk-name").with("name", full_name(one))];
    says.extend(marks(one));
    // Of another campaign than the board's.
    if one.campaign.0 != campaign {
        says.push(Say::new("captain-talk-name").with("name", one.title.clone()));
    }
    if let Some(last) = one.messages.last() {
        let key = if last.from_voter { "captain-talk-last-they" } else { "captain-talk-last-we" };
        says.push(Say::new(key).with("text", safe_line(&last.text)));
    }
    says
}

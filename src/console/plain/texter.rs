//! The texter's pages: the card, the replies, a conversation, the reply being written.

use std::ops::Range;

use jiff::civil::DateTime;

use super::beside::{Beside, field};
use super::command::{Typed, word_for};
use super::layers::told;
use super::lines::{Page, Pages};
use super::news::News;
use super::talk;
use super::version::{Heard, Taken, take_apart};
use super::voice::{Voice, number};
use super::writing::is_one_sign;
use crate::api::campaign::CampaignState;
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{LinkState, Msg, Stamp};
use crate::console::core::shared::notice::Notices;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::help_out::{Origin, Suggestion};
use crate::console::core::texter::model::Claim;
use crate::console::core::texter::view::{CardPane, CardView, InboxRow, OverlayView, Sendable, ThreadItem, ThreadView};
use crate::console::core::texter::{Focus, Model};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::{Context, Facts};
use crate::console::keymap::map::Keymap;
use crate::console::words::stopped;
use crate::domain::campaign::fill_initial;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::message::Direction;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::script::fold_name;
use crate::domain::segment::{Segments, measure};
use crate::i18n::Value;

/// Rows of the list told at a time.
const ROWS: usize = 9;
/// Items of a conversation told when it is opened.
const ITEMS: usize = 6;

/// How the next line becomes the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// In place of what is there.
    Anew,
    /// As one more line of it.
    Line,
}

/// The texter's core with its pages.
#[derive(Debug)]
pub struct TexterPages {
    /// The core.
    pub model: Model,
    heard: Heard,
    news: News,
    writing: Option<Writing>,
    /// First row of the list that is told.
    from: usize,
    /// Whom the numbers of the list mean.
    listed: Vec<ContactId>,
    /// Replies that were offered, and to whom.
    replies: (ContactId, Vec<Suggestion>),
    /// The conversation that was told, and how many items of it.
    read: Option<(ContactId, usize)>,
    /// What the practice said last.
    coach: Option<String>,
    /// Whose card was told as one that cannot be sent.
    shut: Option<ContactId>,
    /// An answer that was recorded by its number: told with the next question.
    recorded: Option<String>,
    /// A line that is a word of this program and was typed where a text is written: typed once more, it is one.
    doubted: Option<String>,
    /// The same, to be told with the next question.
    doubt: Option<String>,
    /// What would be taken back was told, with the reply that stood there.
    pub(super) undo_told: Option<(ContactId, String, Say)>,
}

impl TexterPages {
    /// The pages of a core that has told nothing yet.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self {
            model,
            heard: Heard::default(),
            news: News::default(),
            writing: None,
            from: 0,
            listed: Vec::new(),
            replies: (ContactId(0), Vec::new()),
            read: None,
            coach: None,
            shut: None,
            recorded: None,
            doubted: None,
            doubt: None,
            undo_told: None,
        }
    }

    /// The first text for somebody, taken apart.
    fn taken(&self, contact: ContactId, body: &str) -> Option<Taken> {
        let view = self.model.people.body(contact)?;
        let campaign = self.model.campaign.as_ref()?;
        take_apart(&campaign.def, &view.variant, &view.fields, &self.model.me.as_ref()?.name, body)
    }

    /// What stands beside the name.
    fn beside(&self, card: &CardView, taken: Option<&Taken>) -> Vec<Beside> {
        // What the text says is told with the text.
        let in_text = |name: &str| {
            let told = taken.iter().flat_map(|taken| &taken.values);
            told.into_iter().any(|(field, _)| fold_name(field) == fold_name(name))
        };
        let apart = card.details.iter().filter(|(name, _)| !in_text(name));
        let mut facts: Vec<Beside> = apart.map(|(name, value)| Beside::Field(name.clone(), value.clone())).collect();
        if let (Some((from, to)), Some(now)) = (card.local_time, self.model.campaign_now()) {
            let here = now.to_zoned(jiff::tz::TimeZone::UTC).datetime();
            let minutes = |at: DateTime| at.duration_since(here).as_secs().div_euclid(60);
            facts.push(Beside::Time { from, to, off: (minutes(from), minutes(to)) });
        }
        facts.extend(card.language.clone().map(Beside::Language));
        facts
    }

    fn card(&self, voice: &Voice, card: &CardView, again: bool) -> Page {
        let taken = self.taken(card.contact, &card.body);
        let known = taken.as_ref().is_some_and(|taken| self.heard.knows(taken));
        let name = voice.name(&card.name);
        let mut head = vec![format!("{name}.")];
        if let Some(taken) = taken.as_ref().filter(|_| known) {
            let told: Vec<(&str, &str)> = if again {
                taken.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
            } else {
                self.heard.differing(taken).collect()
            };
            head.extend(told.into_iter().filter(|(_, v)| safe_line(v) != name).map(|(name, v)| field(voice, name, v)));
        }
        let beside = self.beside(card, taken.as_ref());
        let news = beside.iter().filter(|fact| again || !self.heard.is_fact(fact.kind(), &fact.mark()));
        head.extend(news.map(|fact| fact.text(voice)));
        let (done, total) = self.model.header().progress;
        head.push(voice.with("plain-of", &[("n", number(done + 1)), ("total", number(total))]));
        let mut lines = vec![head.join(" ")];
        lines.extend(card.note.as_ref().map(|note| format!("{} {}", voice.word("ui-toast-warning"), voice.say(note))));
        // Who asks to hear it again hears all that the next word sends.
        let opened = card.state == Sendable::Armed && self.shut == Some(card.contact);
        let changed = card.off_script || self.model.was_corrected(card.contact);
        if (again || !known || opened || changed) && !card.body.is_empty() {
            lines.extend(self.whole(voice, &card.body, &card.segments));
        }
        if card.off_script {
            lines.push(format!("{}.", voice.word("ui-composer-off-script")));
        }
        if opened {
            lines.push(voice.word("plain-may-go-now"));
        }
        let drawn = (card.state == Sendable::Armed).then(|| self.model.armed()).flatten();
        let mut kind = "plain-ask-card";
        if let Sendable::Blocked(why) = &card.state {
            lines.push(voice.text("plain-cannot", "why", &voice.say(why)));
            kind = "plain-ask-blocked";
        }
        Page {
            key: format!("card {} {} {:?} {:?}", card.contact, self.model.sent, card.state, drawn),
            lines,
            kind,
            ask: voice.word(kind),
            words: vec![("v", "plain-label-whole")],
            drawn,
            ..Page::default()
        }
    }

    /// The whole text, with what it costs when that is more than one segment.
    fn whole(&self, voice: &Voice, body: &str, segments: &Segments) -> Vec<String> {
        let mut lines = told(voice, &voice.word("plain-text"), body);
        if segments.parts > 1 {
            lines.push(format!("{}.", voice.counted("ui-segments", "n", segments.parts)));
        }
        lines
    }

    fn inbox(&self, voice: &Voice) -> Page {
        let list = self.model.inbox();
        let args = [("filter", Value::Text(voice.word(list.filter.key()))), ("n", number(list.len))];
        let from = self.from.min(list.len.saturating_sub(1) / ROWS * ROWS);
        let rows = self.model.inbox_rows(from..list.len.min(from + ROWS));
        let mut lines = vec![voice.with("plain-inbox", &args)];
        lines.extend(rows.iter().zip(from + 1..).map(|(row, place)| format!("{place}: {}", self.row_line(voice, row))));
        let rest = list.len.saturating_sub(from + ROWS);
        if rest > 0 {
            lines.push(voice.counted("plain-inbox-more", "n", rest));
        }
        let kind = if list.len == 0 { "plain-ask-nobody" } else { "plain-ask-inbox" };
        let header = self.model.header();
        let left = header.progress.1.saturating_sub(header.progress.0);
        let ask = match (list.len, left) {
            // The end of the replies is not that of the shift.
            (0, 1..) => {
                let word = word_for(Action::SwitchPane, Context::Inbox, self.keymap(), voice);
                voice.with("plain-ask-nobody-but", &[("word", Value::Text(word)), ("n", number(left))])
            }
            _ => voice.word(kind),
        };
        Page {
            key: format!("inbox {:?} {:?} {from} {}", list.filter, self.model.people.sort(), list.len == 0),
            lines,
            kind,
            ask,
            named_switch: list.len == 0 && left > 0,
            // Whoever has nobody to answer waits for just that.
            idle: self.model.people.waiting() == 0,
            ..Page::default()
        }
    }

    fn row_line(&self, voice: &Voice, row: &InboxRow) -> String {
        let state = match (&row.opt_out, row.status) {
            (OptOut::Yes { .. }, _) => voice.word("ui-inbox-opted-out"),
            (OptOut::Possible { .. }, _) => voice.word("ui-inbox-decide"),
            (OptOut::No, Status::NeedsResponse) => {
                let since = row.waiting_since.unwrap_or(row.updated_at);
                voice.text("plain-waits", "age", &voice.age(since, self.model.campaign_now()))
            }
            (OptOut::No, Status::Convo) => voice.word("ui-inbox-convo"),
            (OptOut::No, Status::Closed) => voice.word("ui-inbox-closed"),
            (OptOut::No, _) => voice.word("ui-inbox-messaged"),
        };
        let mut facts = vec![voice.name(&row.name), state];
        // Nobody has to read what the program itself told whoever is off the list.
        let unread = row.unread && !matches!(row.opt_out, OptOut::Yes { .. });
        facts.extend(unread.then(|| voice.word("ui-inbox-new")));
        facts.extend(row.draft.then(|| voice.draft(row.draft_written, self.model.laptop_now())));
        let words = if row.held_back {
            voice.word("ui-held-back-text")
        } else {
            voice.own_words(row.own, &safe_line(&row.preview))
        };
        format!("{} {}", stopped(&facts.join(", ")), words)
    }

    /// True for the first text of a wording that was printed whole before.
    fn was_heard(&self, contact: ContactId, item: &ThreadItem) -> bool {
        let ThreadItem::Message { direction: Direction::Outbound, body, .. } = item else { return false };
        let (Some(view), Some(campaign), Some(me)) =
            (self.model.people.body(contact), &self.model.campaign, &self.model.me)
        else {
            return false;
        };
        let first = fill_initial(&campaign.def, &view.variant, &view.fields, &me.name);
        first.is_ok_and(|first| first == *body)
            && self.taken(contact, body).is_some_and(|taken| self.heard.knows(&taken))
    }

    fn items(&self, voice: &Voice, thread: &ThreadView, range: Range<usize>, whole: bool) -> Vec<String> {
        let name = voice.name(&thread.name);
        let items = thread.items.get(range).unwrap_or_default();
        items
            .iter()
            .flat_map(|item| talk::item(voice, &name, item, !whole && self.was_heard(thread.contact, item)))
            .collect()
    }

    fn conversation(&self, voice: &Voice, thread: &ThreadView, again: bool) -> Page {
        let name = voice.name(&thread.name);
        let count = thread.items.len();
        let wrong = self.model.people.body(thread.contact).is_some_and(|body| body.wrong_number);
        let state = talk::state(voice, thread, wrong);
        let mut lines = Vec::new();
        match self.read.filter(|(read, _)| *read == thread.contact && !again) {
            // What this person did was heard when it was typed.
            Some((_, told)) => {
                let mine = |item: &&ThreadItem| self.is_mine(item);
                // Not those behind: whoever writes now stands before them.
                let fresh = thread.items.get(told.min(thread.settled)..thread.settled).unwrap_or_default();
                let fresh = fresh.iter().filter(|item| !mine(item));
                lines.extend(fresh.flat_map(|item| talk::item(voice, &name, item, false)));
                lines.extend(state);
            }
            None => {
                lines.push(voice.text("plain-thread", "name", &name));
                let told = |name: &str, value: &str| self.heard.is_fact(name, value);
                lines.extend(talk::known(voice, thread, |name, value| !again && told(name, value)));
                if let Some(why) = &thread.loading {
                    lines.push(voice.say(why));
                    if !thread.known.is_empty() {
                        lines.push(voice.text("ui-thread-known", "text", &thread.known));
                    }
                }
                // The voter's last words are told however much was done about them since.
                let words =
                    |item: &ThreadItem| matches!(item, ThreadItem::Message { direction: Direction::Inbound, .. });
                let theirs = thread.items.iter().rposition(words).unwrap_or(count);
                let from = count.saturating_sub(ITEMS).min(theirs);
                if from > 0 || thread.more_before {
                    lines.push(voice.word("plain-thread-earlier"));
                }
                lines.extend(self.items(voice, thread, from..count, false));
                lines.extend(state);
                if thread.composer.as_ref().is_some_and(|composer| !composer.text.trim().is_empty()) {
                    lines.push(voice.word("plain-draft"));
                }
            }
        }
        if !lines.is_empty() && self.model.may_be_wrong_number() {
            let word = word_for(Action::WrongNumber, Context::Thread, self.keymap(), voice);
            lines.push(voice.text("plain-perhaps-wrong-number", "word", &word));
        }
        let offered = if lines.is_empty() { &[][..] } else { &thread.suggestions[..] };
        lines.extend(offered.iter().zip(1..).map(|(one, n): (_, usize)| {
            let words = voice.text("ui-suggested-by", "words", &one.words.join(", "));
            format!("{n}: {} ({words}).", one.title)
        }));
        let others = thread.items.iter().filter(|item| !self.is_mine(item)).count();
        let drawn = (thread.loading.is_none() && thread.hidden_below == 0).then(|| self.model.armed()).flatten();
        let online = matches!(self.model.link, LinkState::Online | LinkState::Connecting);
        Page {
            key: format!(
                "thread {} {others} {:?} {:?} {:?} {:?}",
                thread.contact, thread.loading, thread.opt_out, thread.status, drawn
            ),
            lines,
            kind: "plain-ask-thread",
            ask: voice.text("plain-ask-thread", "name", &name),
            words: vec![("m", "plain-label-more")],
            drawn,
            replies: offered.to_vec(),
            wait: thread.loading.is_some() && online,
            ..Page::default()
        }
    }

    fn reply(&self, voice: &Voice, thread: &ThreadView) -> Page {
        let name = voice.name(&thread.name);
        let Some(composer) = &thread.composer else { return self.conversation(voice, thread, false) };
        if composer.text.trim().is_empty() || self.writing.is_some() {
            return Page {
                key: format!("write {} {:?}", thread.contact, self.writing),
                kind: "plain-ask-text",
                ask: voice.text("plain-ask-text", "name", &name),
                text: true,
                ..Page::default()
            };
        }
        // Who answers hears what came meanwhile before anything can be sent; and all of it, where the reply was taken back from elsewhere.
        let mut lines = match self.read.filter(|(read, _)| *read == thread.contact) {
            Some((_, told)) => self.items(voice, thread, told.min(thread.settled)..thread.settled, false),
            None => self.conversation(voice, thread, false).lines,
        };
        lines.extend(told(voice, &voice.text("plain-reply", "name", &name), &composer.text));
        if composer.segments.parts > 1 {
            lines.push(format!("{}.", voice.counted("ui-segments", "n", composer.segments.parts)));
        }
        if composer.off_script {
            lines.push(format!("{}.", voice.word("ui-composer-off-script")));
        }
        if let Sendable::Blocked(why) = &composer.state {
            lines.push(voice.text("plain-cannot", "why", &voice.say(why)));
        }
        let drawn =
            (composer.state == Sendable::Armed && thread.hidden_below == 0).then(|| self.model.armed()).flatten();
        Page {
            key: format!("reply {} {} {:?} {:?}", thread.contact, composer.text, composer.state, drawn),
            lines,
            kind: "plain-ask-reply",
            ask: voice.word("plain-ask-reply"),
            words: vec![("i", "plain-label-anew")],
            drawn,
            ..Page::default()
        }
    }

    fn offered(&self) -> Vec<Action> {
        let works = self.model.footer().into_iter().filter(|key| key.why_not.is_none());
        works.map(|key| key.action).filter(|action| *action != Action::Help).take(5).collect()
    }
}

impl Pages for TexterPages {
    fn program(&mut self) -> &mut dyn Program {
        &mut self.model
    }

    fn context(&self) -> Context {
        self.model.context()
    }

    fn facts(&self) -> Facts {
        self.model.facts()
    }

    fn keymap(&self) -> &Keymap {
        &self.model.options.keymap
    }

    fn why_not(&self, action: Action) -> Option<Say> {
        self.model.why_not(action)
    }

    fn layer(&self) -> Option<OverlayView> {
        self.model.overlay_view()
    }

    fn notices(&self) -> &Notices {
        &self.model.notices
    }

    fn busy(&self) -> bool {
        self.model.acts.busy().is_some()
    }

    fn greeting(&self, voice: &Voice) -> Option<Vec<String>> {
        let rehearsal = self.model.rehearsal()?;
        let mark = if rehearsal { "plain-rehearsal" } else { "plain-real-voters" };
        Some(vec![voice.word(mark), voice.word("plain-greeting")])
    }

    fn page(&self, voice: &Voice, again: bool) -> Page {
        let mut page = match self.model.focus {
            _ if self.busy() => Page { wait: true, ask: voice.word("plain-ask-wait"), ..Page::default() },
            Focus::Card => match self.model.card_pane() {
                CardPane::Card(card) => self.card(voice, &card, again),
                CardPane::Loading => {
                    Page { key: "loading".into(), wait: true, ask: voice.word("plain-ask-wait"), ..Page::default() }
                }
                CardPane::Empty { lines } => {
                    // Who answers meanwhile is told by itself, without all of it again.
                    let comes_and_goes = ["texter-answer-meanwhile", "texter-finish-by-key"];
                    let stays = lines.iter().filter(|say| !comes_and_goes.contains(&say.key));
                    let key = format!("empty {}", stays.map(|say| voice.say(say)).collect::<Vec<_>>().join(" "));
                    let lines: Vec<String> = lines.iter().map(|say| voice.say(say)).collect();
                    let (kind, ask) = ("plain-ask-idle", voice.word("plain-ask-idle"));
                    let wait = self.asks_for_contacts();
                    Page { key, lines, kind, ask, wait, idle: true, ..Page::default() }
                }
            },
            Focus::Inbox => self.inbox(voice),
            Focus::Thread | Focus::Composer => match self.model.thread_view() {
                None => Page { key: "gone".into(), ask: voice.word("plain-ask-idle"), idle: true, ..Page::default() },
                Some(thread) if self.model.focus == Focus::Composer => self.reply(voice, &thread),
                Some(thread) => self.conversation(voice, &thread, again),
            },
        };
        page.offers = self.offered();
        // What came of asking is told before the next question.
        page.wait |= self.model.asked_more && matches!(self.model.link, LinkState::Online);
        if page.named_switch {
            page.offers.retain(|action| *action != Action::SwitchPane);
        }
        page
    }

    fn was_told(&mut self, page: &Page) {
        if let Some(open) = self.model.open.as_ref().filter(|_| !page.replies.is_empty()) {
            self.replies = (open.contact, page.replies.clone());
        }
    }

    fn told(&mut self) {
        let layered = !self.model.overlays.is_empty();
        if layered {
            return;
        }
        match (self.model.focus, self.model.card_pane(), self.model.thread_view()) {
            (Focus::Card, CardPane::Card(card), _) => {
                self.shut = matches!(card.state, Sendable::Blocked(_)).then_some(card.contact);
                let taken = self.taken(card.contact, &card.body);
                for fact in self.beside(&card, taken.as_ref()) {
                    self.heard.told_fact(fact.kind(), &fact.mark());
                }
                if let Some(taken) = &taken {
                    self.heard.told(taken);
                }
            }
            (Focus::Inbox, ..) => {
                let len = self.model.inbox().len;
                self.from = self.from.min(len.saturating_sub(1) / ROWS * ROWS);
                let rows = self.model.inbox_rows(self.from..len.min(self.from + ROWS));
                self.listed = rows.iter().map(|row| row.contact).collect();
            }
            (Focus::Thread | Focus::Composer, _, Some(thread))
                if thread.loading.is_none() && !(self.model.focus == Focus::Composer && self.writes()) =>
            {
                self.read = Some((thread.contact, thread.settled));
            }
            _ => {}
        }
        if self.model.focus != Focus::Inbox {
            self.from = 0;
        }
        if !matches!(self.model.focus, Focus::Thread | Focus::Composer) {
            self.read = None;
        }
    }

    fn news(&mut self, voice: &Voice) -> Vec<String> {
        let mut lines = self.news.of(&self.model, voice);
        lines.extend(self.doubt.take().map(|line| voice.text("plain-is-it-a-text", "line", &line)));
        lines.extend(self.recorded.take().map(|answer| voice.text("plain-recorded", "answer", &answer)));
        // Here Enter alone sends nothing: what is to be typed is the word of this front end.
        let typed = |context, action| Some(word_for(action, context, self.keymap(), voice));
        let coach = self.model.coach_by(typed).map(|say| voice.say(&say));
        if coach != self.coach {
            lines.extend(coach.iter().map(|text| format!("{}: {text}", voice.word("practice-mark"))));
            self.coach = coach;
            self.model.coach_was_told();
        }
        lines
    }

    fn status(&self, voice: &Voice) -> Vec<String> {
        let header = self.model.header();
        let mark = match header.rehearsal {
            Some(true) => "plain-rehearsal",
            Some(false) => "plain-real-voters",
            None => "ui-card-loading",
        };
        let mut lines = vec![voice.word(mark), format!("{}, {}.", header.title, header.organization)];
        lines.extend(header.blocked.as_ref().map(|why| stopped(&voice.say(why))));
        let (done, total) = header.progress;
        let count = |n: u64| number(usize::try_from(n).unwrap_or(usize::MAX));
        let args = [
            ("done", number(done)),
            ("total", number(total)),
            ("sent", count(header.sent)),
            ("replied", count(header.replied)),
            ("waiting", number(header.waiting)),
        ];
        lines.push(voice.with("plain-status", &args));
        lines.extend(self.model.outbox_head().iter().map(|say| voice.say(say)));
        if let (count @ 1.., Some(at)) = self.model.people.held_back() {
            let until = || Say::new("texter-held-back").with("count", count).with("at", at);
            lines.push(voice.say(&self.model.held_for_good(at).map_or_else(until, |say| say.with("count", count))));
        }
        lines
    }

    fn row(&self, number: usize) -> Option<Vec<Action>> {
        if self.model.context() != Context::Inbox {
            return None;
        }
        // The number means whom it stood beside, wherever in the list they are by now.
        let contact = self.listed.get(number.checked_sub(self.from + 1)?)?;
        let place = self.model.people.inbox_place(*contact)?;
        let down = std::iter::repeat_n(Action::Down, place);
        Some(std::iter::once(Action::Top).chain(down).collect())
    }

    fn opens(&self) -> Option<Action> {
        Some(Action::Open)
    }

    fn offered(&mut self, number: usize, stamp: Stamp) -> Option<Vec<Effect>> {
        if self.model.context() != Context::Thread {
            return None;
        }
        // The number means what stood beside it, wherever it stands by now.
        let (contact, told) = &self.replies;
        let wanted = told.get(number.checked_sub(1)?)?.from;
        let here = self.model.open.as_ref().is_some_and(|open| open.contact == *contact);
        let offered = self.model.suggestions();
        let place = offered.iter().position(|one| here && one.from == wanted)?;
        let answer = offered.get(place).filter(|one| matches!(one.from, Origin::Answer(..)));
        self.recorded = answer.map(|one| one.title.clone());
        Some(self.model.update(Msg::Suggested { place, stamp }))
    }

    fn wants_a_row(&self, action: Action) -> bool {
        // Which row is selected is nothing that could be heard.
        let about_one = [
            Action::Open,
            Action::Close,
            Action::Reopen,
            Action::OptOut,
            Action::WrongNumber,
            Action::Tags,
            Action::TagClose,
            Action::Note,
            Action::AskCaptain,
            Action::Snooze,
            Action::Language,
            Action::Flag,
            Action::Star,
            Action::OptOutSilent,
        ];
        self.model.context() == Context::Inbox && about_one.contains(&action)
    }

    fn own(&mut self, asked: &Typed, voice: &Voice) -> Option<Vec<String>> {
        let talking = matches!(self.model.focus, Focus::Thread | Focus::Composer);
        match asked {
            Typed::Whole if self.model.focus == Focus::Card => {
                let card = self.model.card.as_ref()?;
                Some(self.whole(voice, &card.body, &measure(&card.body)))
            }
            Typed::More if self.model.focus == Focus::Inbox => {
                let len = self.model.inbox().len;
                self.from = if self.from + ROWS < len { self.from + ROWS } else { 0 };
                None
            }
            Typed::Whole | Typed::More if talking => {
                let thread = self.model.thread_view()?;
                let mut lines = Vec::new();
                if thread.more_before {
                    lines.push(voice.word("plain-thread-older"));
                }
                lines.extend(self.items(voice, &thread, 0..thread.items.len(), true));
                Some(lines)
            }
            Typed::Anew => {
                self.writing = Some(Writing::Anew);
                Some(Vec::new())
            }
            Typed::Action(Action::Newline) => {
                self.writing = Some(Writing::Line);
                Some(Vec::new())
            }
            // The clipboard is reached by an escape sequence: here the words stand alone, for the terminal's own copying.
            Typed::Action(Action::Copy) => {
                let thread = self.model.thread_view()?;
                let last = thread.items.iter().rev().find_map(|item| match item {
                    ThreadItem::Message { body, .. } => Some(body.clone()),
                    ThreadItem::Note { .. } => None,
                });
                Some(last.iter().flat_map(|body| told(voice, &voice.word("plain-copy"), body)).collect())
            }
            Typed::Action(Action::Undo) => self.ask_undo(voice),
            // With what is older the conversation is told anew.
            Typed::Action(Action::Top) if talking => {
                self.read = None;
                None
            }
            Typed::Action(Action::SidePane) => Some(vec![voice.word("plain-no-panes")]),
            _ => None,
        }
    }

    fn text(&mut self, text: &str, is_word: bool, stamp: Stamp) -> Vec<Effect> {
        let was = self.doubted.take();
        let line = text.trim();
        if was.as_deref() != Some(line) && !self.is_undo(line) && (is_word || is_one_sign(line)) {
            (self.doubted, self.doubt) = (Some(line.to_owned()), Some(line.to_owned()));
            return Vec::new();
        }
        let how = self.writing.take();
        let Some(open) = &self.model.open else { return Vec::new() };
        if text.trim().is_empty() {
            // Nothing was written: what was there stays, and without anything the conversation comes back.
            let back = how.is_none();
            return if back { self.model.update(Msg::Named { action: Action::Back, stamp }) } else { Vec::new() };
        }
        let text = match how {
            Some(Writing::Line) => format!("{}\n{text}", open.editor.text()),
            _ => text.to_owned(),
        };
        let contact = open.contact;
        if self.is_undo(text.trim()) {
            // The words about the reply that leaves name this key: it is no text to a voter.
            return self.model.update(Msg::Named { action: Action::Undo, stamp });
        }
        self.model.update(Msg::Edited { contact, text: Some(safe_body(&text)) })
    }
}

impl TexterPages {
    /// Contacts are being asked for, or will be at the next moment: somebody comes, or a reason why not.
    fn asks_for_contacts(&self) -> bool {
        let asks = matches!(self.model.claim, Claim::Asked { .. } | Claim::Idle);
        let open = self.model.state == CampaignState::Running && self.model.people.held_back().0 == 0;
        asks && open && matches!(self.model.link, LinkState::Online | LinkState::Connecting)
    }

    /// Done by this person, and told when it was: a text, or an act. What was answered is told where the answer was chosen by its number alone.
    fn is_mine(&self, item: &ThreadItem) -> bool {
        match item {
            ThreadItem::Message { mine, .. } => *mine,
            ThreadItem::Note { who, what, .. } => {
                *what != "note-answered" && self.model.me.as_ref().is_some_and(|me| me.name == *who)
            }
        }
    }

    /// The next line is a text.
    fn writes(&self) -> bool {
        self.writing.is_some() || self.model.open.as_ref().is_none_or(|open| open.editor.is_blank())
    }
}

//! The manners of both linear consoles: when something is told, what is asked, and what a typed line does.

use std::collections::BTreeMap;

use super::command::{Typed, folded, is_of_the_screen, like, offers, parse, word_for};
use super::layers::{Manner, layer};
use super::screen_keys::{ScreenKey, screen_key};
use super::voice::{Voice, one_line, printable};
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{DrawnCard, Msg, Stamp};
use crate::console::core::shared::notice::Notices;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::help_out::Suggestion;
use crate::console::core::texter::view::OverlayView;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::{Context, Facts};
use crate::console::keymap::map::Keymap;
use crate::domain::bidi::joined;
use crate::i18n::Value;

/// How often a kind of question is asked with what may be typed; then in a word.
const LEARNT: u32 = 2;
/// A text has no more lines and line breaks than this.
const LINES: usize = 400;
/// Actions offered with a question. A question mark tells all.
const OFFERED: usize = 3;

/// What stands in front.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Another one, or the same changed, has another key; then it is told by itself.
    pub key: String,
    /// What is told of it.
    pub lines: Vec<String>,
    /// Of which kind the question is: each kind is learnt once.
    pub kind: &'static str,
    /// The question below.
    pub ask: String,
    /// What is offered with the question, the most used first.
    pub offers: Vec<Action>,
    /// Words of this front end alone that are offered too: the word, and the key of what it does.
    pub words: Vec<(&'static str, &'static str)>,
    /// Told to the core as drawn once it was printed.
    pub drawn: Option<DrawnCard>,
    /// Nothing can be asked yet: something is on its way.
    pub wait: bool,
    /// There is nothing to answer to: what is new is told at once.
    pub idle: bool,
    /// The next line is a text, whatever it says.
    pub text: bool,
    /// Replies that are told in it, each under its number.
    pub replies: Vec<Suggestion>,
    /// The question itself names the word that goes to the other pane.
    pub named_switch: bool,
    /// A long list: of it only what has changed is told once it was.
    pub list: bool,
}

/// A core with its pages.
pub trait Pages {
    /// The core.
    fn program(&mut self) -> &mut dyn Program;
    /// Where the keys go.
    fn context(&self) -> Context;
    /// What bindings ask for.
    fn facts(&self) -> Facts;
    /// The person's keys.
    fn keymap(&self) -> &Keymap;
    /// Why an action would do nothing now.
    fn why_not(&self, action: Action) -> Option<Say>;
    /// The top layer.
    fn layer(&self) -> Option<OverlayView>;
    /// What was said.
    fn notices(&self) -> &Notices;
    /// An act of this person is being written: the next one waits for it.
    fn busy(&self) -> bool;
    /// The first lines of all. None while it is not known whether voters are real.
    fn greeting(&self, voice: &Voice) -> Option<Vec<String>>;
    /// What stands in front when no layer lies over it; `again`: as for somebody who asks to hear it.
    fn page(&self, voice: &Voice, again: bool) -> Page;
    /// The page was printed.
    fn told(&mut self) {}
    /// This page was printed.
    fn was_told(&mut self, _page: &Page) {}
    /// What came in and was not told.
    fn news(&mut self, voice: &Voice) -> Vec<String>;
    /// How everything stands.
    fn status(&self, voice: &Voice) -> Vec<String>;
    /// The actions that lead to a row of the page.
    fn row(&self, number: usize) -> Option<Vec<Action>>;
    /// What a row's number alone does with it.
    fn opens(&self) -> Option<Action>;
    /// What the number does here when it is no row's: a reply that was offered under it is taken.
    fn offered(&mut self, _number: usize, _stamp: Stamp) -> Option<Vec<Effect>> {
        None
    }
    /// Whom the letters that follow are about, once a number has named them.
    fn named(&self, _voice: &Voice) -> Option<String> {
        None
    }
    /// True when the action would be about a row that nobody has named.
    fn wants_a_row(&self, action: Action) -> bool;
    /// What the linear front end does itself; `None`: it is the core's.
    fn own(&mut self, _asked: &Typed, _voice: &Voice) -> Option<Vec<String>> {
        None
    }
    /// What follows in the core from an action that the front end has taken for its own (a text to be typed anew).
    /// `is_word`: it is the name of something that can be done where texts are written, in either language.
    fn text(&mut self, _text: &str, _is_word: bool, _stamp: Stamp) -> Vec<Effect> {
        Vec::new()
    }
}

/// What is to be printed before the next line is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spoken {
    /// Whole lines.
    pub lines: Vec<String>,
    /// What the core is to be told as drawn.
    pub drawn: Option<DrawnCard>,
    /// The last line is a question: the next typed line answers it.
    pub asks: bool,
}

/// What the loop knows of a linear console.
pub trait Front {
    /// What to do first.
    fn start(&mut self) -> Vec<Effect>;
    /// One thing happened.
    fn update(&mut self, msg: Msg) -> Vec<Effect>;
    /// A line was typed as an answer to the question that stands.
    fn typed(&mut self, line: &str, stamp: Stamp) -> Vec<Effect>;
    /// The end of the input: as if somebody asked to leave.
    fn end(&mut self, stamp: Stamp) -> Vec<Effect>;
    /// Something to be said before the next question.
    fn remark(&mut self, say: &Say);
    /// The next line is a text: several lines at once are one.
    fn takes_text(&self) -> bool;
    /// What is to be said now, if anything. `late`: somebody has waited long enough for what is on its way.
    fn speak(&mut self, late: bool) -> Option<Spoken>;
    /// All has to be said anew: somebody else had the terminal.
    fn forget(&mut self);
}

/// A linear console.
#[derive(Debug)]
pub struct Lines<P> {
    /// The core with its pages.
    pub pages: P,
    voice: Voice,
    greeted: bool,
    /// The key of the page that stands.
    stands: Option<String>,
    text: bool,
    /// A line was typed since the last question.
    answered: bool,
    /// The page is wanted again.
    again: bool,
    /// To be said before the next question.
    pending: Vec<String>,
    heard: u64,
    /// Kinds of questions, and how often each was asked.
    learnt: BTreeMap<&'static str, u32>,
    /// The lines of the long list that was told, as long as no page without a layer stood in front.
    listed: Vec<String>,
}

impl<P: Pages> Lines<P> {
    /// A console that has said nothing yet.
    #[must_use]
    pub fn new(pages: P, voice: Voice) -> Self {
        // What an earlier console of the shift said is not said again.
        let heard = pages.notices().said();
        Self {
            pages,
            voice,
            greeted: false,
            stands: None,
            text: false,
            answered: false,
            again: false,
            pending: Vec::new(),
            heard,
            learnt: BTreeMap::new(),
            listed: Vec::new(),
        }
    }

    fn perform(&mut self, action: Action, stamp: Stamp) -> Vec<Effect> {
        self.pages.program().update(Msg::Named { action, stamp })
    }

    fn page(&self) -> Page {
        let Some(view) = self.pages.layer() else { return self.pages.page(&self.voice, self.again) };
        let layer = layer(&self.voice, self.pages.notices(), &view);
        let (kind, offers) = match layer.manner {
            Manner::Read => ("plain-ask-read", vec![Action::Back]),
            Manner::Stay => ("plain-ask-score", vec![Action::Quit, Action::Back]),
            Manner::Begin => ("plain-ask-begin", vec![]),
            Manner::Choose => (
                "plain-ask-number",
                vec![Action::Back, Action::NextQuestion, Action::ClearAnswer, Action::Filter, Action::Reassign],
            ),
            Manner::Search => ("plain-ask-search", vec![Action::Back]),
            Manner::Ask => ("plain-ask-typed", vec![Action::Back]),
            Manner::Check(true) => ("plain-ask-checked", vec![Action::Back]),
            Manner::Check(false) => ("plain-ask-typed", vec![Action::Back]),
        };
        let (ask, wait) = (self.voice.word(kind), self.pages.busy());
        let list = matches!(view, OverlayView::Talks { .. });
        Page { key: layer.lines.join("\n"), lines: layer.lines, kind, ask, offers, wait, list, ..Page::default() }
    }

    /// The question, at first with what may be typed.
    fn question(&mut self, page: &Page) -> String {
        let asked = self.learnt.entry(page.kind).or_default();
        *asked += 1;
        if *asked > LEARNT || page.text {
            return page.ask.clone();
        }
        let (context, keymap) = (self.pages.context(), self.pages.keymap());
        let works = |action: &&Action| {
            self.pages.why_not(**action).is_none()
                && !self.pages.wants_a_row(**action)
                && (!keymap.keys_for(context, **action).is_empty() || **action == Action::Send)
        };
        let mut hints: Vec<String> = page
            .offers
            .iter()
            .filter(works)
            .take(OFFERED)
            .map(|action| {
                self.hint(&word_for(*action, context, keymap, &self.voice), &self.voice.word(action.label_key()))
            })
            .collect();
        hints.extend(page.words.iter().map(|(word, label)| self.hint(word, &self.voice.word(label))));
        hints.push(self.hint("?", &self.voice.word("plain-everything")));
        format!("{} {}", page.ask, hints.join(" "))
    }

    fn hint(&self, word: &str, label: &str) -> String {
        if folded(word) == folded(label) {
            // What is asked for by its name needs it once.
            return format!("{label}.");
        }
        let args = [("word", Value::Text(word.to_owned())), ("label", Value::Text(label.to_owned()))];
        self.voice.with("plain-hint", &args)
    }

    /// Everything that can be done here now.
    fn what_can_be_done(&self) -> Vec<String> {
        let context = self.pages.context();
        let mut lines = vec![self.voice.text("plain-can", "place", &self.voice.word(context.title_key()))];
        let offered = offers(context, self.pages.keymap(), &self.voice, |action| self.pages.why_not(action));
        let others = offered.iter().filter(|offer| offer.action != Action::Help);
        lines.extend(others.map(|offer| self.hint(&offer.word, &self.voice.word(offer.action.label_key()))));
        let of_a_row =
            offered.iter().find(|offer| offer.action != Action::Open && self.pages.wants_a_row(offer.action));
        lines.extend(of_a_row.map(|offer| self.voice.text("plain-can-of-a-row", "word", &offer.word)));
        lines.push(self.voice.word("plain-can-always"));
        // One that is there, of two words where there is one.
        let example = offered.iter().find(|offer| offer.action.name().contains('_')).or(offered.first());
        lines
            .extend(example.map(|offer| self.voice.text("plain-can-names", "name", &self.voice.name_of(offer.action))));
        lines
    }

    fn typed_at_a_layer(&mut self, view: &OverlayView, line: &str, stamp: Stamp) -> Vec<Effect> {
        let layer = layer(&self.voice, self.pages.notices(), view);
        if layer.manner == Manner::Begin {
            let help = matches!(self.parse(line), Typed::Action(Action::Help));
            // Whatever else is typed is told the same again.
            self.again = !help;
            let typed = if help { "?" } else { line.trim() };
            return self.pages.program().update(Msg::Paste(typed.to_owned()));
        }
        let asked = self.parse(line);
        let searching = matches!(layer.manner, Manner::Search | Manner::Ask | Manner::Check(_));
        match asked {
            // What was typed stands there and was told as it was understood.
            _ if layer.manner == Manner::Check(true) && is_yes(line) => self.perform(Action::Choose, stamp),
            // What was understood is not what was meant: it goes, and may be typed anew.
            _ if layer.manner == Manner::Check(true) && is_no(line) => {
                self.again = true;
                self.perform(Action::KillLine, stamp)
            }
            Typed::Number(place)
                if layer.manner == Manner::Choose || (layer.manner == Manner::Search && layer.rows > 0) =>
            {
                if place == 0 || place > layer.rows {
                    self.say(&Say::new("plain-no-such-number").with("most", layer.rows));
                    return Vec::new();
                }
                self.choose(place - 1, stamp)
            }
            // In a list that is searched, one letter may be a command; a word is what is looked for.
            Typed::Action(action) if !searching || line.trim().chars().count() == 1 || line.trim() == "esc" => {
                self.do_it(action, stamp)
            }
            Typed::Again if searching => self.perform(Action::Back, stamp),
            _ if searching => {
                // What was there goes, all lines of it.
                let lines = if layer.manner == Manner::Search { 1 } else { LINES };
                let mut fx: Vec<Effect> = (0..lines).flat_map(|_| self.perform(Action::KillLine, stamp)).collect();
                fx.extend(self.pages.program().update(Msg::Paste(line.trim().to_owned())));
                if layer.manner == Manner::Ask {
                    fx.extend(self.perform(Action::Choose, stamp));
                }
                fx
            }
            Typed::Again if layer.manner == Manner::Read => self.perform(Action::Back, stamp),
            asked => self.carry_out(&asked, line, stamp),
        }
    }

    /// Goes to a row of the layer and takes it.
    fn choose(&mut self, place: usize, stamp: Stamp) -> Vec<Effect> {
        let steps =
            std::iter::once(Action::Top).chain(std::iter::repeat_n(Action::Down, place)).chain([Action::Choose]);
        steps.flat_map(|action| self.perform(action, stamp)).collect()
    }

    /// Goes to the row of this number, or says that there is none.
    fn select(&mut self, number: usize, stamp: Stamp) -> Option<Vec<Effect>> {
        let Some(steps) = self.pages.row(number) else {
            self.say(&Say::new("plain-no-number"));
            // Who came meanwhile has a number once the list was told.
            self.again |= self.pages.context() == Context::Inbox;
            return None;
        };
        Some(steps.into_iter().flat_map(|action| self.perform(action, stamp)).collect())
    }

    fn parse(&self, line: &str) -> Typed {
        parse(line, self.pages.context(), self.pages.keymap(), self.pages.facts(), &self.voice)
    }

    /// The name of something that can be done on a card, in a conversation or to a reply.
    fn is_word(&self, line: &str) -> bool {
        let (keymap, facts) = (self.pages.keymap(), self.pages.facts());
        let named = |context| matches!(parse(line, context, keymap, facts, &self.voice), Typed::Action(_));
        [Context::Card, Context::Thread, Context::Composer].into_iter().any(named)
    }

    fn say(&mut self, say: &Say) {
        self.pending.push(self.voice.say(say));
    }

    fn do_it(&mut self, action: Action, stamp: Stamp) -> Vec<Effect> {
        if let Some(lines) = self.pages.own(&Typed::Action(action), &self.voice) {
            self.pending.extend(lines);
            return Vec::new();
        }
        match action {
            // Everything can be typed by its name: a list to search in would only be longer.
            Action::Help | Action::Palette => {
                let lines = self.what_can_be_done();
                self.pending.extend(lines);
                Vec::new()
            }
            // Everything is said anew; there is no screen to be drawn.
            Action::Redraw => {
                self.again = true;
                Vec::new()
            }
            _ => {
                let talks = matches!(self.pages.context(), Context::Thread | Context::Composer);
                let (before, stood) = ((self.pages.busy(), self.pages.notices().said()), self.page().key);
                let mut fx = self.perform(action, stamp);
                if talks && is_of_the_screen(action) && self.pages.layer().is_none() {
                    // Nobody scrolls here: what is not at the end would send nothing, and nobody would hear why.
                    let older = !fx.is_empty();
                    fx.extend(self.perform(Action::Bottom, stamp));
                    if older {
                        self.say(&Say::new("plain-older-asked"));
                    }
                }
                self.again |= action == Action::Refresh;
                let same = before == (self.pages.busy(), self.pages.notices().said());
                let confirms = matches!(action, Action::Send | Action::SendNext | Action::SendStay);
                if confirms && same {
                    self.say(&Say::new("plain-not-sent"));
                    self.again = true;
                } else if same && fx.is_empty() && !self.again && stood == self.page().key {
                    // Nothing is done without a word.
                    let what = self.voice.word(action.label_key());
                    let key = if is_of_the_screen(action) { "plain-of-the-screen" } else { "plain-nothing-changed" };
                    self.pending.push(self.voice.text(key, "what", &what));
                }
                fx
            }
        }
    }

    fn carry_out(&mut self, asked: &Typed, line: &str, stamp: Stamp) -> Vec<Effect> {
        match asked {
            Typed::Again => {
                self.again = true;
                Vec::new()
            }
            Typed::Number(place) if let Some(fx) = self.pages.offered(*place, stamp) => fx,
            Typed::Number(place) => match (self.select(*place, stamp), self.pages.opens()) {
                (Some(mut fx), Some(action)) => {
                    fx.extend(self.perform(action, stamp));
                    fx
                }
                (Some(fx), None) => {
                    let named = self.pages.named(&self.voice);
                    self.pending.extend(named);
                    fx
                }
                (None, _) => Vec::new(),
            },
            Typed::Row(place, rest) => {
                let Some(mut fx) = self.select(*place, stamp) else { return Vec::new() };
                // Which of two a letter means may depend on the row.
                match self.parse(rest) {
                    Typed::Action(action) => fx.extend(self.do_it(action, stamp)),
                    other => fx.extend(self.carry_out(&other, line, stamp)),
                }
                fx
            }
            Typed::Action(action) if self.pages.wants_a_row(*action) => {
                self.say(&Say::new("plain-of-whom").with("line", one_line(line)));
                Vec::new()
            }
            Typed::Action(action) => {
                // What was asked to be shown is said.
                self.again |= *action == Action::ShowHard;
                self.do_it(*action, stamp)
            }
            Typed::Find(action, wanted) => {
                let mut fx = self.do_it(*action, stamp);
                fx.extend(self.pages.program().update(Msg::Paste(wanted.clone())));
                fx
            }
            Typed::Status => {
                let lines = self.pages.status(&self.voice);
                self.pending.extend(lines);
                Vec::new()
            }
            Typed::Table => {
                // It is a layer that is read: it goes by itself.
                self.perform(Action::Help, stamp)
            }
            // Somebody is where there is nothing to go back to: the list of places would be the whole program.
            Typed::Elsewhere(Action::Back) => {
                self.say(&Say::new("plain-nothing-behind"));
                Vec::new()
            }
            Typed::Elsewhere(action) => {
                let places: Vec<String> =
                    action.info().contexts.iter().map(|context| self.voice.word(context.title_key())).collect();
                let label = self.voice.word(action.label_key());
                self.say(&Say::new("plain-elsewhere").with("what", label).with("places", places.join(", ")));
                Vec::new()
            }
            own @ (Typed::Whole | Typed::More | Typed::Anew) => {
                match self.pages.own(own, &self.voice) {
                    Some(lines) => self.pending.extend(lines),
                    None => self.again = true,
                }
                Vec::new()
            }
            Typed::Unknown => {
                if let Some(turned) = self.row_behind(line) {
                    self.say(&Say::new("plain-of-whom-first").with("line", turned));
                    return Vec::new();
                }
                let (context, keymap) = (self.pages.context(), self.pages.keymap());
                let typed = one_line(line);
                self.say(&match like(line, context, keymap, &self.voice) {
                    Some(meant) => Say::new("plain-unknown-like").with("line", typed).with("meant", meant),
                    None => Say::new("plain-unknown").with("line", typed),
                });
                Vec::new()
            }
        }
    }

    /// A word of this place with the number behind it, turned round: `x2` is `2 x`.
    fn row_behind(&self, line: &str) -> Option<String> {
        let line = line.trim();
        let word = line.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = &line[word.len()..];
        let word = word.trim();
        let is_one = !number.is_empty() && matches!(self.parse(word), Typed::Action(_));
        is_one.then(|| format!("{number} {word}"))
    }

    /// The lines of a page that were not told. Of a list only what is new: fifty rows are not read out again because of one. Under another
    /// filter, which is its second line, it is another list.
    fn not_heard(&mut self, page: &Page) -> Vec<String> {
        let heard = std::mem::take(&mut self.listed);
        if page.list {
            self.listed.clone_from(&page.lines);
        } else if self.pages.layer().is_some() {
            // A choice lies over the list: behind it, it goes on.
            self.listed.clone_from(&heard);
        }
        let same = page.list && !self.again && heard.get(1) == page.lines.get(1);
        page.lines.iter().filter(|line| !(same && heard.contains(line))).cloned().collect()
    }

    /// What is only there to be read is printed and put away, so that the hands are where they were.
    fn read_layers(&mut self, stamp: Stamp) -> Vec<Effect> {
        let mut fx = Vec::new();
        while let Some(view) = self.pages.layer() {
            let layer = layer(&self.voice, self.pages.notices(), &view);
            if layer.manner != Manner::Read {
                break;
            }
            self.pending.extend(layer.lines);
            fx.extend(self.perform(Action::Back, stamp));
        }
        fx
    }
}

impl<P: Pages> Front for Lines<P> {
    fn start(&mut self) -> Vec<Effect> {
        self.pages.program().start()
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.pages.program().update(msg)
    }

    fn typed(&mut self, line: &str, stamp: Stamp) -> Vec<Effect> {
        self.answered = true;
        let joined = joined(line);
        let line: &str = &joined;
        let line = match screen_key(line) {
            // Where a text is written, nothing is written: that goes back.
            Some(ScreenKey::Escape) if self.text => "",
            Some(ScreenKey::Escape) => "esc",
            Some(ScreenKey::Other(key)) => {
                let key = self.voice.word(key);
                self.say(&Say::new("plain-screen-key").with("key", key));
                return Vec::new();
            }
            None => line,
        };
        let mut fx = if let Some(view) = self.pages.layer() {
            self.typed_at_a_layer(&view, line, stamp)
        } else if self.text {
            let is_word = self.is_word(line.trim());
            self.pages.text(line, is_word, stamp)
        } else {
            let asked = self.parse(line);
            self.carry_out(&asked, line, stamp)
        };
        fx.extend(self.read_layers(stamp));
        fx
    }

    fn end(&mut self, stamp: Stamp) -> Vec<Effect> {
        self.answered = true;
        self.perform(Action::Quit, stamp)
    }

    fn remark(&mut self, say: &Say) {
        self.say(say);
        self.answered = true;
    }

    fn takes_text(&self) -> bool {
        self.text
    }

    fn speak(&mut self, late: bool) -> Option<Spoken> {
        let mut lines = Vec::new();
        if !self.greeted {
            lines = self.pages.greeting(&self.voice)?;
        }
        let page = self.page();
        if page.wait && !late {
            // Who the voters are is said before anything else, and not held back by a slow line.
            if self.greeted {
                return None;
            }
            self.greeted = true;
            return Some(Spoken { lines: lines.iter().map(|line| printable(line)).collect(), ..Spoken::default() });
        }
        self.greeted = true;
        let changed = self.stands.as_ref() != Some(&page.key);
        let said = self.pages.notices().said();
        let news = if changed || self.answered || page.idle { self.pages.news(&self.voice) } else { Vec::new() };
        let fresh_notice = page.idle && said > self.heard;
        if !changed && !self.answered && news.is_empty() && !fresh_notice {
            return None;
        }
        let told = self.pending.clone();
        lines.append(&mut self.pending);
        lines.extend(self.pages.notices().after(self.heard).map(|notice| self.voice.notice(notice)));
        self.heard = said;
        // How everything stands may have told it a line ago.
        lines.extend(news.into_iter().filter(|news| !told.contains(news)));
        if changed || self.again {
            lines.extend(self.not_heard(&page));
            self.pages.was_told(&page);
            self.pages.told();
        }
        lines.push(self.question(&page));
        self.stands = Some(page.key);
        self.text = page.text;
        (self.answered, self.again) = (false, false);
        Some(Spoken { lines: lines.iter().map(|line| printable(line)).collect(), drawn: page.drawn, asks: true })
    }

    fn forget(&mut self) {
        self.stands = None;
        self.listed.clear();
    }
}

/// In either language.
fn is_no(line: &str) -> bool {
    ["n", "no"].contains(&line.trim().to_lowercase().as_str())
}

/// In either language: who types it means nothing else.
fn is_yes(line: &str) -> bool {
    ["y", "yes", "s", "si", "sí"].contains(&line.trim().to_lowercase().as_str())
}

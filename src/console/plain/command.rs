//! A typed line to an action: by its key, by its name, by a word of its own.
//!
//! Nothing here lists actions by hand: the registry and the key map say what there is, so that what is added there can be typed
//! here too. Only a few have a word of their own, where their key is none that can be typed on a line (Enter, Tab, Escape).

use super::voice::Voice;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::{ACTIONS, Action, Category, nearest};
use crate::console::keymap::chord::{Chord, Key, parse_sequence};
use crate::console::keymap::context::{Context, Facts};
use crate::console::keymap::map::{Keymap, Lookup};

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// An empty line: tell it again.
    Again,
    /// A number.
    Number(usize),
    /// A number, and what is to be done with that row.
    Row(usize, String),
    /// An action that works here.
    Action(Action),
    /// A list to look in, and what to look for there.
    Find(Action, String),
    /// An action that works somewhere else.
    Elsewhere(Action),
    /// The whole text, however often it was printed before.
    Whole,
    /// More of what was printed in part.
    More,
    /// A reply is to be written anew.
    Anew,
    /// How everything stands.
    Status,
    /// The whole table of keys and words.
    Table,
    /// None of these.
    Unknown,
}

/// The word that goes back, wherever somebody is.
const BACK: &str = "b";

/// Words of actions whose keys cannot be typed on a line, or differ from place to place.
const WORDS: &[(Action, &str)] = &[
    (Action::Send, "y"),
    (Action::SendNext, "y"),
    (Action::SendStay, "stay"),
    (Action::Back, BACK),
    (Action::SwitchPane, "p"),
    (Action::ExternalEditor, "editor"),
    (Action::Newline, "line"),
];

/// Words that are said in the person's language; the English ones are understood in each.
fn spoken(word: &str) -> Option<&'static str> {
    match word {
        "stay" => Some("plain-words-stay"),
        "line" => Some("plain-words-line"),
        _ => None,
    }
}

/// The word of its own that an action has here.
pub(super) fn own_word(action: Action, voice: &Voice) -> Option<String> {
    let word = WORDS.iter().find(|(of, _)| *of == action).map(|(_, word)| *word)?;
    Some(spoken(word).map_or_else(|| word.to_owned(), |key| voice.word(key)))
}

/// What makes no sense where everything comes in lines: the terminal moves the cursor and edits the line, and there are no
/// panes. They can be asked for by name all the same; only nobody is offered them.
pub(super) fn is_of_the_screen(action: Action) -> bool {
    let moves = matches!(
        action,
        Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
            | Action::Choose
            | Action::Pick
            | Action::SidePane
            | Action::Redraw
            | Action::Palette
    );
    let edits =
        action.info().category == Category::Writing && !matches!(action, Action::Newline | Action::ExternalEditor);
    moves || edits
}

/// Whoever types without accents means the same.
pub(super) fn folded(word: &str) -> String {
    let plain = |c| match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        '_' | '-' => ' ',
        other => other,
    };
    word.trim().to_lowercase().chars().map(plain).collect()
}

/// The chords of a word: one character is its key, `esc` or `ctrl+s` names one, `gg` are two.
fn chords(word: &str) -> Vec<Vec<Chord>> {
    let keys = |word: &str| word.chars().map(|c| Chord::plain(Key::Char(c))).collect::<Vec<_>>();
    let mut found = Vec::new();
    if word.chars().count() <= 3 && !word.contains(char::is_whitespace) {
        found.push(keys(word));
    }
    if word.chars().count() > 1 {
        found.extend(parse_sequence(word));
    }
    found
}

/// What a line asks for in this place.
#[must_use]
pub fn parse(line: &str, context: Context, keymap: &Keymap, facts: Facts, voice: &Voice) -> Typed {
    let word = line.trim();
    if word.is_empty() {
        return Typed::Again;
    }
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().map_or(Typed::Unknown, Typed::Number);
    }
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if let Some(Ok(row)) = (digits > 0).then(|| word[..digits].parse()) {
        return Typed::Row(row, word[digits..].trim().to_owned());
    }
    // Back is one word in every place; what has its letter on the screen is asked for by its name.
    if word == BACK && Action::Back.works_in(context) && keymap.offers(Action::Back) {
        return Typed::Action(Action::Back);
    }
    for chords in chords(word) {
        if let Lookup::Matched(action) = keymap.look_up(context, &chords, facts) {
            return Typed::Action(action);
        }
    }
    let small = folded(word);
    let works = |action: Action| action.works_in(context) && keymap.offers(action);
    // A capital letter is another key: it sends nothing.
    let is_own = |own: &str| {
        let of_the_language = || spoken(own).is_some_and(|key| voice.is_one_of(key, &[], &small));
        own == word || (own.len() > 1 && (own == small || of_the_language()))
    };
    let own = WORDS.iter().find(|(action, own)| is_own(own) && works(*action));
    if let Some((action, _)) = own {
        return Typed::Action(*action);
    }
    if small == "?" || small == "help" {
        return Typed::Action(Action::Help);
    }
    for (key, english, meant) in [
        ("plain-words-whole", ["v", "text"], Typed::Whole),
        ("plain-words-more", ["m", "more"], Typed::More),
        ("plain-words-anew", ["i", "anew"], Typed::Anew),
        ("plain-words-status", ["status", "stand"], Typed::Status),
        ("plain-words-table", ["keys", "table"], Typed::Table),
    ] {
        if voice.is_one_of(key, &english, &small) && (meant != Typed::Anew || context == Context::Composer) {
            return meant;
        }
    }
    // A key of the place that stands behind a reply or a list is none of this one; nobody is told that there is no such word.
    let behind = |context| match context {
        Context::Composer | Context::Inbox => Some(Context::Thread),
        Context::Card => Some(Context::Inbox),
        _ => None,
    };
    let there = behind(context).into_iter().flat_map(|behind| chords(word).into_iter().map(move |keys| (behind, keys)));
    let there = there.filter(|(_, keys)| keys.len() == 1);
    let of_another = there.filter_map(|(behind, keys)| match keymap.look_up(behind, &keys, facts) {
        Lookup::Matched(action) if !action.works_in(context) => Some(action),
        _ => None,
    });
    let of_another = (word == BACK).then_some(Action::Back).into_iter().chain(of_another).next();
    let named = |action: Action| {
        let other = action == Action::Snooze && voice.is_one_of("plain-words-snooze", &["snooze"], &small);
        other || folded(action.name()) == small || folded(&voice.word(action.label_key())) == small
    };
    let mut elsewhere = None;
    for info in ACTIONS.iter().filter(|info| keymap.offers(info.action) && named(info.action)) {
        if info.action.works_in(context) {
            return Typed::Action(info.action);
        }
        elsewhere = Some(info.action);
    }
    if let Some((first, rest)) = word.split_once(char::is_whitespace)
        && let Typed::Action(action @ (Action::Search | Action::Canned | Action::Guide)) =
            parse(first, context, keymap, facts, voice)
        // Its letter begins sentences ("I will come"): by its name alone.
        && (action != Action::Guide || first.chars().count() > 1)
    {
        return Typed::Find(action, rest.trim().to_owned());
    }
    elsewhere.or(of_another).map_or_else(|| by_its_beginning(&small, &works, voice), Typed::Elsewhere)
}

/// Taking back by the first word of its name (`deshacer` of `deshacer lo último`). Nothing else is done by half a name: `baja` is the
/// beginning of an opt-out without a word, and what everybody calls somebody who is off the list.
fn by_its_beginning(small: &str, works: &dyn Fn(Action) -> bool, voice: &Voice) -> Typed {
    let name = folded(&voice.word(Action::Undo.label_key()));
    match name.strip_prefix(small) {
        Some(rest) if rest.starts_with(' ') && small.chars().count() > 3 && works(Action::Undo) => {
            Typed::Action(Action::Undo)
        }
        _ => Typed::Unknown,
    }
}

/// What may have been meant by a line that is no word of this place: the name that is most like it, when one is.
#[must_use]
pub fn like(line: &str, context: Context, keymap: &Keymap, voice: &Voice) -> Option<String> {
    let small = folded(line);
    let here = ACTIONS.iter().filter(|info| keymap.offers(info.action) && info.action.works_in(context));
    let names: Vec<String> =
        here.flat_map(|info| [voice.word(info.action.label_key()), info.action.name().replace('_', " ")]).collect();
    let folds: Vec<String> = names.iter().map(|name| folded(name)).collect();
    let near = nearest(&small, folds.iter().map(String::as_str))?.to_owned();
    let place = folds.iter().position(|name| *name == near)?;
    // One letter is like many a short name.
    (small.chars().count() > 2).then(|| names.get(place).cloned()).flatten()
}

/// The shortest word for an action in this place: its own, else its key when that is one character, else its name.
#[must_use]
pub fn word_for(action: Action, context: Context, keymap: &Keymap, voice: &Voice) -> String {
    let free = |word: &str| {
        if word == BACK {
            return true;
        }
        // Where the person gave the letter to something else, that counts.
        let typed: Vec<Chord> = word.chars().map(|c| Chord::plain(Key::Char(c))).collect();
        matches!(keymap.look_up(context, &typed, Facts::default()), Lookup::NotFound { .. })
            || keymap.keys_for(context, action).iter().any(|key| key == word)
    };
    let own = own_word(action, voice).filter(|word| free(word));
    let taken = |key: &str| key == BACK && Action::Back.works_in(context);
    let key =
        || keymap.keys_for(context, action).into_iter().find(|key| key.chars().count() == 1 && !taken(key.as_str()));
    own.or_else(key).unwrap_or_else(|| voice.name_of(action))
}

/// One thing that can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What.
    pub action: Action,
    /// What to type for it.
    pub word: String,
}

/// Everything of the registry that can be done in this place now, in the registry's order.
#[must_use]
pub fn offers(context: Context, keymap: &Keymap, voice: &Voice, why_not: impl Fn(Action) -> Option<Say>) -> Vec<Offer> {
    let works = |action: Action| {
        action.works_in(context) && keymap.offers(action) && !is_of_the_screen(action) && why_not(action).is_none()
    };
    ACTIONS
        .iter()
        .map(|info| info.action)
        .filter(|action| works(*action))
        .map(|action| Offer { action, word: word_for(action, context, keymap, voice) })
        .collect()
}

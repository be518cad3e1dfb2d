//! Bindings: tries per context, the user's merged over the shipped ones, and the way back from actions to keys.

use std::collections::{BTreeMap, BTreeSet};

use super::action::{ACTIONS, Action, Category, Info, nearest};
use super::chord::{Chord, Key, parse_sequence, print_sequence};
use super::context::{Context, Fact, Facts, When};
use super::defaults::DEFAULTS;
use super::fault::BindingError;

/// The user's part of the config file: context -> chord or sequence -> what it does (`none` takes a key away).
pub type UserBindings = BTreeMap<String, BTreeMap<String, String>>;

/// What one chord or sequence does: the first whose condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// What.
    pub action: Action,
    /// When.
    pub when: When,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    bindings: Vec<Binding>,
    children: BTreeMap<Chord, Node>,
}

impl Node {
    fn insert(&mut self, chords: &[Chord], bindings: &[Binding]) {
        match chords {
            [] => self.bindings = bindings.to_vec(),
            [first, rest @ ..] => self.children.entry(*first).or_default().insert(rest, bindings),
        }
    }

    fn at(&self, chords: &[Chord]) -> Option<&Self> {
        chords.iter().try_fold(self, |node, chord| node.children.get(chord))
    }
}

/// What a chord led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Do this.
    Matched(Action),
    /// The beginning of a sequence.
    Pending,
    /// Nothing is bound; `typed` is everything typed since the sequence began.
    NotFound {
        /// In order, the last one included.
        typed: Vec<Chord>,
    },
}

/// What each place needs a key for, one of these at least: without it somebody would be caught there, or could do nothing.
const NEEDED: &[(Context, &[Action])] = &[
    (Context::Card, &[Action::Send]),
    (Context::Card, &[Action::Quit]),
    (Context::Composer, &[Action::SendNext, Action::SendStay]),
    (Context::Composer, &[Action::Back]),
    (Context::Confirm, &[Action::Choose, Action::Yes]),
    (Context::Confirm, &[Action::Back, Action::No]),
    (Context::Palette, &[Action::Choose]),
    (Context::Palette, &[Action::Back]),
    (Context::Canned, &[Action::Back]),
    (Context::Answers, &[Action::Choose, Action::Pick]),
    (Context::Answers, &[Action::Back]),
    (Context::Help, &[Action::Back]),
    (Context::Messages, &[Action::Back]),
    (Context::Score, &[Action::Quit, Action::Back]),
];

/// One possible continuation of a pending sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// The next chord.
    pub chord: Chord,
    /// What it does, or none when it begins a longer sequence.
    pub action: Option<Action>,
}

/// A line of help: one action with all its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpRow {
    /// Which.
    pub action: Action,
    /// Keys by place; empty when nothing is bound.
    pub keys: Vec<(Context, String)>,
    /// True when it can be pressed in the context that help was opened from.
    pub here: bool,
}

/// All bindings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<Context, BTreeMap<Vec<Chord>, Vec<Binding>>>,
    tries: BTreeMap<Context, Node>,
    /// What the server cannot do: no key, no line of help.
    without: BTreeSet<Action>,
    /// What actions are called in the language that is set.
    labels: BTreeMap<Action, String>,
    /// What some binding asks for.
    asked: Facts,
}

impl Default for Keymap {
    fn default() -> Self {
        let mut map = Self {
            bindings: BTreeMap::new(),
            tries: BTreeMap::new(),
            without: BTreeSet::new(),
            labels: BTreeMap::new(),
            asked: Facts::default(),
        };
        let mut faults = Vec::new();
        for (context, chord, does) in DEFAULTS {
            map.bind(*context, chord, does, &mut faults);
        }
        // A test holds that the shipped keys have no fault.
        map.index(&mut faults);
        map
    }
}

impl Keymap {
    /// The shipped keys with the user's over them.
    ///
    /// # Errors
    /// Every fault in the user's bindings.
    pub fn with_user(user: &UserBindings) -> Result<Self, Vec<BindingError>> {
        let mut map = Self::default();
        let mut faults = Vec::new();
        for (context, keys) in user {
            let Some(context) = Context::ALL.into_iter().find(|known| known.name() == context) else {
                faults.push(BindingError::Context {
                    context: context.clone(),
                    nearest: nearest(context, Context::ALL.into_iter().map(Context::name)),
                });
                continue;
            };
            for (chord, does) in keys {
                map.bind(context, chord, does, &mut faults);
            }
        }
        map.index(&mut faults);
        for (context, any_of) in NEEDED {
            let has = |action: &Action| !map.keys_for(*context, *action).is_empty();
            if let (Some(first), false) = (any_of.first(), any_of.iter().any(has)) {
                faults.push(BindingError::Without { context: context.name(), action: first.name() });
            }
        }
        if faults.is_empty() { Ok(map) } else { Err(faults) }
    }

    /// The same without these actions: what the server at the other end cannot do is neither pressed nor shown.
    #[must_use]
    pub fn without(mut self, actions: &[Action]) -> Self {
        self.without.extend(actions);
        for keys in self.bindings.values_mut() {
            for bindings in keys.values_mut() {
                bindings.retain(|binding| !self.without.contains(&binding.action));
            }
            keys.retain(|_, bindings| !bindings.is_empty());
        }
        // Fewer keys have no new faults.
        self.index(&mut Vec::new());
        self
    }

    /// The same with what actions are called in the language that is set: they are looked for by it.
    #[must_use]
    pub fn with_labels(mut self, labels: impl IntoIterator<Item = (Action, String)>) -> Self {
        self.labels.extend(labels);
        self
    }

    /// What an action is called, as far as it is known here.
    #[must_use]
    pub fn label(&self, action: Action) -> Option<&str> {
        self.labels.get(&action).map(String::as_str)
    }

    /// True unless it was taken out.
    #[must_use]
    pub fn offers(&self, action: Action) -> bool {
        !self.without.contains(&action)
    }

    fn bind(&mut self, context: Context, chord: &str, does: &str, faults: &mut Vec<BindingError>) {
        let chords = match parse_sequence(chord) {
            Ok(chords) => chords,
            Err(fault) => {
                faults.push(BindingError::Chord { context: context.name(), fault });
                return;
            }
        };
        let mut bindings = Vec::new();
        for part in does.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "none") {
            // An empty condition ends with the word itself.
            let cut = part.split_once(" when ").or_else(|| part.strip_suffix(" when").map(|name| (name, "")));
            let (name, when) = cut.map_or((part, None), |(name, when)| (name.trim(), Some(when)));
            if name == "none" {
                faults.push(BindingError::NoneWhen { context: context.name(), chord: chord.to_owned() });
                continue;
            }
            let action = match Action::from_name(name) {
                Ok(action) => action,
                Err(nearest) => {
                    faults.push(BindingError::Action {
                        context: context.name(),
                        chord: chord.to_owned(),
                        action: name.to_owned(),
                        nearest,
                    });
                    continue;
                }
            };
            if !action.info().contexts.contains(&context) {
                faults.push(BindingError::Place {
                    context: context.name(),
                    chord: chord.to_owned(),
                    action: action.name(),
                    works_in: action.info().contexts.iter().map(|context| context.name()).collect(),
                });
                continue;
            }
            match when.map_or_else(|| Ok(When::always()), When::parse) {
                Ok(when) => {
                    let shadowed = bindings.iter().any(|before: &Binding| before.when.is_always());
                    if shadowed || when.is_never() {
                        let (context, chord) = (context.name(), chord.to_owned());
                        faults.push(BindingError::Never { context, chord, action: action.name(), shadowed });
                    }
                    bindings.push(Binding { action, when });
                }
                Err(condition) if condition.is_empty() => {
                    faults.push(BindingError::NoCondition { context: context.name(), chord: chord.to_owned() });
                }
                Err(condition) => faults.push(BindingError::Condition {
                    context: context.name(),
                    chord: chord.to_owned(),
                    nearest: nearest(&condition, Fact::ALL.into_iter().map(Fact::name)),
                    condition,
                }),
            }
        }
        let types = |chord: &Chord| matches!(chord, Chord { key: Key::Char(_), ctrl: false, alt: false, .. });
        if matches!(context, Context::Composer | Context::Palette) && chords.iter().any(types) && !bindings.is_empty() {
            faults.push(BindingError::Letter { context: context.name(), chord: chord.to_owned() });
            return;
        }
        let keys = self.bindings.entry(context).or_default();
        if bindings.is_empty() {
            keys.remove(&chords);
        } else {
            keys.insert(chords, bindings);
        }
    }

    /// True when some binding asks for this: what costs time to find out is found out for it alone.
    #[must_use]
    pub fn asks_for(&self, fact: Fact) -> bool {
        self.asked.has(fact)
    }

    fn index(&mut self, faults: &mut Vec<BindingError>) {
        let all = self.bindings.values().flat_map(BTreeMap::values).flatten();
        self.asked = all.flat_map(|bound| bound.when.facts()).fold(Facts::default(), |all, fact| all.with(fact, true));
        self.tries.clear();
        for (context, keys) in &self.bindings {
            let trie = self.tries.entry(*context).or_default();
            for (chords, bindings) in keys {
                for length in 1..chords.len() {
                    if keys.contains_key(&chords[..length]) {
                        faults.push(BindingError::Prefix {
                            context: context.name(),
                            short: print_sequence(&chords[..length]),
                            long: print_sequence(chords),
                        });
                    }
                }
                trie.insert(chords, bindings);
            }
        }
    }

    /// Looks `typed` (everything since the sequence began, the newest chord last) up in `context` and its parents.
    #[must_use]
    pub fn look_up(&self, context: Context, typed: &[Chord], facts: Facts) -> Lookup {
        for here in context.chain() {
            if let Some(node) = self.tries.get(&here).and_then(|trie| trie.at(typed)) {
                if let Some(binding) = node.bindings.iter().find(|binding| binding.when.holds(facts)) {
                    return Lookup::Matched(binding.action);
                }
                if !node.children.is_empty() {
                    return Lookup::Pending;
                }
            }
        }
        Lookup::NotFound { typed: typed.to_vec() }
    }

    /// What may follow a pending sequence: the which-key list.
    #[must_use]
    pub fn continuations(&self, context: Context, typed: &[Chord], facts: Facts) -> Vec<Continuation> {
        let mut found: BTreeMap<Chord, Option<Action>> = BTreeMap::new();
        for here in context.chain() {
            if let Some(node) = self.tries.get(&here).and_then(|trie| trie.at(typed)) {
                for (chord, child) in &node.children {
                    let action = child.bindings.iter().find(|b| b.when.holds(facts)).map(|b| b.action);
                    found.entry(*chord).or_insert(action);
                }
            }
        }
        found.into_iter().map(|(chord, action)| Continuation { chord, action }).collect()
    }

    /// The keys that do `action` in `context` (parents included where not overridden), shortest first.
    #[must_use]
    pub fn keys_for(&self, context: Context, action: Action) -> Vec<String> {
        let mut found: Vec<&Vec<Chord>> = Vec::new();
        for here in context.chain() {
            for (chords, bindings) in self.bindings.get(&here).into_iter().flatten() {
                if bindings.iter().any(|binding| binding.action == action) && !self.hidden(context, here, chords) {
                    found.push(chords);
                }
            }
        }
        // The order of the shipped table puts the usual key first; among a user's own the shortest.
        found.sort_by_key(|chords| (chords.len(), self.rank(action, chords)));
        found.into_iter().map(|chords| print_sequence(chords)).collect()
    }

    fn rank(&self, action: Action, chords: &[Chord]) -> usize {
        let printed = print_sequence(chords);
        DEFAULTS
            .iter()
            .position(|(_, chord, does)| *chord == printed && does.contains(action.name()))
            .unwrap_or(usize::MAX)
    }

    /// True when a nearer context gives the chord another meaning.
    fn hidden(&self, from: Context, at: Context, chords: &[Chord]) -> bool {
        let mut place = Some(from);
        while let Some(here) = place.filter(|here| *here != at) {
            if self.bindings.get(&here).is_some_and(|keys| keys.contains_key(chords)) {
                return true;
            }
            place = here.parent();
        }
        false
    }

    /// As [`Keymap::keys_for`], but only the keys that do it now: another condition's meaning of the same key counts for nothing.
    #[must_use]
    pub fn keys_now(&self, context: Context, action: Action, facts: Facts) -> Vec<String> {
        let does_it = |key: &String| {
            let chords = parse_sequence(key).unwrap_or_default();
            self.look_up(context, &chords, facts) == Lookup::Matched(action)
        };
        self.keys_for(context, action).into_iter().filter(does_it).collect()
    }

    /// The first key for `action` in `context`, for the footer.
    #[must_use]
    pub fn key_for(&self, context: Context, action: Action) -> Option<String> {
        self.keys_for(context, action).into_iter().next()
    }

    /// Help: every action exactly once, by category.
    #[must_use]
    pub fn help(&self, from: Context) -> Vec<(Category, Vec<HelpRow>)> {
        let row = |action: Action| HelpRow {
            action,
            keys: self.keys_of(action),
            here: !self.keys_for(from, action).is_empty(),
        };
        Category::ALL
            .into_iter()
            .map(|category| {
                let of_it = |info: &&Info| info.category == category && self.offers(info.action);
                let rows = ACTIONS.iter().filter(of_it).map(|info| row(info.action));
                (category, rows.collect())
            })
            .collect()
    }

    /// The way back: all keys of an action, by place.
    #[must_use]
    pub fn keys_of(&self, action: Action) -> Vec<(Context, String)> {
        let mut keys = Vec::new();
        for (context, bound) in &self.bindings {
            for (chords, bindings) in bound {
                if bindings.iter().any(|binding| binding.action == action) {
                    keys.push((*context, print_sequence(chords)));
                }
            }
        }
        keys
    }

    /// What the shipped keys do in a place and no key does there any more: own keys took the last one away. No fault, and worth a word.
    #[must_use]
    pub fn lost(&self) -> Vec<(Context, Action)> {
        let mut lost: Vec<(Context, Action)> = Vec::new();
        for (context, _, does) in DEFAULTS {
            let names = does.split(',').map(|part| part.trim().split(' ').next().unwrap_or_default());
            for action in names.filter_map(|name| Action::from_name(name).ok()) {
                let gone = self.offers(action) && self.keys_for(*context, action).is_empty();
                if gone && !lost.contains(&(*context, action)) {
                    lost.push((*context, action));
                }
            }
        }
        lost
    }

    /// Every key as `(context, keys, what it does)`, for `keys` and the documents.
    #[must_use]
    pub fn table(&self) -> Vec<(Context, String, Vec<Binding>)> {
        self.bindings
            .iter()
            .flat_map(|(context, bound)| {
                bound.iter().map(|(chords, bindings)| (*context, print_sequence(chords), bindings.clone()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::chord::Key;
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn user(context: &str, chord: &str, does: &str) -> UserBindings {
        BTreeMap::from([(context.to_owned(), BTreeMap::from([(chord.to_owned(), does.to_owned())]))])
    }

    /// A letter that types would send with the next word.
    #[test]
    fn no_letter_is_bound_where_text_is_typed() {
        for (place, key, fault) in [("composer", "a", true), ("composer", "space", true), ("palette", "x", true)] {
            let does = if place == "palette" { "choose" } else { "send_next" };
            assert_eq!(Keymap::with_user(&user(place, key, does)).is_err(), fault, "{place} {key}");
        }
        assert!(Keymap::with_user(&user("composer", "ctrl+x", "send_next")).is_ok());
        assert!(Keymap::with_user(&user("composer", "f5", "send_next")).is_ok());
    }

    #[test]
    fn the_shipped_keys_have_no_fault_and_none_is_twice_in_a_place() {
        assert_eq!(Keymap::with_user(&BTreeMap::new()), Ok(Keymap::default()));
        let mut seen = BTreeSet::new();
        for (context, chord, does) in DEFAULTS {
            let chords = parse_sequence(chord).unwrap();
            assert!(seen.insert((*context, chords)), "{} in {} twice", chord, context.name());
            let mut faults = Vec::new();
            Keymap::default().bind(*context, chord, does, &mut faults);
            assert_eq!(faults, Vec::new());
        }
        assert_eq!(Keymap::default().table().len(), DEFAULTS.len());
    }

    #[test]
    fn every_shipped_chord_exists_on_a_plain_vt() {
        for (_, text, _) in DEFAULTS {
            for chord in parse_sequence(text).unwrap() {
                assert!(!chord.shift, "{text}: Shift is not told apart");
                if chord.ctrl {
                    // Control+I, M and [ are Tab, Enter and Escape there.
                    assert!(
                        matches!(chord.key, Key::Char(c) if c.is_ascii_lowercase() && !matches!(c, 'i' | 'm')),
                        "{text}"
                    );
                }
                if chord.alt {
                    assert!(matches!(chord.key, Key::Char(_) | Key::Enter | Key::Backspace), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_the_server_cannot_do_has_no_key_and_no_line() {
        let map = Keymap::default().without(&[Action::WrongNumber]);
        assert!(!map.offers(Action::WrongNumber) && map.offers(Action::Close));
        let shown = |map: &Keymap| map.help(Context::Thread).into_iter().map(|(_, rows)| rows.len()).sum::<usize>();
        assert_eq!(shown(&map) + 1, shown(&Keymap::default()));
        for context in Context::ALL {
            assert!(map.keys_for(context, Action::WrongNumber).is_empty());
        }
        assert_ne!(map.keys_for(Context::Thread, Action::Close), Vec::<String>::new());
    }

    #[test]
    fn help_shows_every_action_exactly_once_from_everywhere() {
        let map = Keymap::default();
        for from in Context::ALL {
            let shown: Vec<Action> =
                map.help(from).into_iter().flat_map(|(_, rows)| rows).map(|row| row.action).collect();
            let unique: BTreeSet<Action> = shown.iter().copied().collect();
            assert_eq!(shown.len(), unique.len());
            assert_eq!(shown.len(), ACTIONS.len());
        }
    }

    #[test]
    fn every_action_has_a_shipped_key() {
        let map = Keymap::default();
        for info in ACTIONS {
            assert!(!map.keys_of(info.action).is_empty(), "{}", info.name);
        }
    }

    #[test]
    fn parents_conditions_and_sequences() {
        let map = Keymap::default();
        let plain = Facts::default();
        let press = |context, text: &str, facts| map.look_up(context, &parse_sequence(text).unwrap(), facts);
        assert_eq!(press(Context::Card, "q", plain), Lookup::Matched(Action::Quit));
        assert_eq!(press(Context::Thread, "k", plain), Lookup::Matched(Action::Up));
        assert_eq!(press(Context::Thread, "k", plain.with(Fact::Frozen, true)), Lookup::Matched(Action::NotOptOut));
        assert!(matches!(press(Context::Thread, "y", plain), Lookup::NotFound { .. }));
        assert_eq!(press(Context::Inbox, "g", plain), Lookup::Pending);
        assert_eq!(press(Context::Inbox, "g g", plain), Lookup::Matched(Action::Top));
        assert!(matches!(press(Context::Inbox, "g x", plain), Lookup::NotFound { typed } if typed.len() == 2));
        assert!(matches!(press(Context::Composer, "q", plain), Lookup::NotFound { .. }), "text is text");
        let next = map.continuations(Context::Inbox, &parse_sequence("g").unwrap(), plain);
        assert_eq!(next, [Continuation { chord: Chord::plain(Key::Char('g')), action: Some(Action::Top) }]);
        assert_eq!(map.key_for(Context::Card, Action::Send).as_deref(), Some("enter"));
        assert_eq!(map.key_for(Context::Inbox, Action::Send), None);
    }

    #[test]
    fn the_users_keys_go_over_the_shipped_ones() {
        let map = Keymap::with_user(&user("card", ";", "send")).unwrap();
        assert_eq!(map.keys_for(Context::Card, Action::Send), ["enter", "space", ";"]);
        let map = Keymap::with_user(&user("card", "space", "none")).unwrap();
        assert_eq!(map.keys_for(Context::Card, Action::Send), ["enter"]);
        let map = Keymap::with_user(&user("card", "q", "skip")).unwrap();
        assert_eq!(map.keys_for(Context::Card, Action::Quit), ["ctrl+c"], "the nearer meaning hides the further one");
    }

    /// A footer that names a key whose condition does not hold teaches a key that does nothing.
    #[test]
    fn a_key_with_a_condition_counts_only_while_it_holds() {
        let map = Keymap::with_user(&user("inbox", "x", "close when !draft, star when draft && opted_out")).unwrap();
        let facts = Facts::default();
        let now = |facts, action| map.keys_now(Context::Inbox, action, facts);
        assert_eq!((now(facts, Action::Close), now(facts, Action::Star)), (vec!["x".to_owned()], vec!["*".to_owned()]));
        let draft = facts.with(Fact::Draft, true);
        assert_eq!(now(draft, Action::Close), Vec::<String>::new());
        let out = draft.with(Fact::OptedOut, true);
        assert_eq!(now(out, Action::Star), ["*", "x"]);
        assert!(map.asks_for(Fact::OptedOut) && !map.asks_for(Fact::Suggestion));
        // Where it does not hold, the place around it is asked.
        let map = Keymap::with_user(&user("inbox", "n", "star when draft")).unwrap();
        let n = parse_sequence("n").unwrap();
        assert_eq!(map.look_up(Context::Inbox, &n, facts), Lookup::Matched(Action::NextWaiting));
        assert_eq!(map.look_up(Context::Inbox, &n, draft), Lookup::Matched(Action::Star));
    }

    /// Whoever takes the last key away would be caught, or could send nothing at all.
    #[test]
    fn no_place_is_without_the_key_that_it_is_there_for() {
        let own = |context: &str, keys: &[(&str, &str)]| -> Result<Keymap, Vec<BindingError>> {
            let keys = keys.iter().map(|(chord, does)| ((*chord).to_owned(), (*does).to_owned())).collect();
            Keymap::with_user(&BTreeMap::from([(context.to_owned(), keys)]))
        };
        let none = own("card", &[("enter", "none"), ("space", "none")]).unwrap_err();
        assert!(none[0].to_string().starts_with("keys.card: no key does `send` any more"), "{}", none[0]);
        assert!(own("card", &[("enter", "none"), ("space", "none"), ("enter space", "send")]).is_ok());
        assert!(own("card", &[("enter", "none"), ("space", "none"), (";", "send when !paused")]).is_ok());
        assert!(own("composer", &[("esc", "none")]).is_err());
        assert!(own("confirm", &[("y", "none"), ("n", "none")]).is_ok(), "there is enter, and esc");
    }

    #[test]
    fn what_lost_its_only_key_in_a_place_is_told() {
        assert_eq!(Keymap::default().lost(), []);
        let map = Keymap::with_user(&user("card", "s", "send")).expect("no fault");
        assert_eq!(map.lost(), [(Context::Card, Action::Skip)]);
        // It has another key: nothing is lost.
        let mut keys = user("card", "s", "send");
        keys.get_mut("card").expect("it").insert("z".into(), "skip".into());
        assert_eq!(Keymap::with_user(&keys).expect("no fault").lost(), []);
    }

    #[test]
    fn faults_name_the_nearest() {
        let fault = |u: UserBindings| Keymap::with_user(&u).unwrap_err().remove(0).to_string();
        assert_eq!(fault(user("crad", "x", "send")), "keys.crad: there is no such place; did you mean `card`?");
        assert_eq!(
            fault(user("card", "x", "sned")),
            "keys.card.\"x\": there is no action `sned`; did you mean `send`?"
        );
        assert_eq!(fault(user("inbox", "x", "send")), "keys.inbox.\"x\": `send` works in card, not here");
        assert!(fault(user("card", "entre", "send")).contains("`entre` is not a key"));
        let said = fault(user("thread", "x", "close when forzen"));
        assert!(
            said.starts_with("keys.thread.\"x\": there is no condition `forzen`; did you mean `frozen`?; there are "),
            "{said}"
        );
        assert!(said.ends_with("first_text, off_hours"), "{said}");
        assert!(fault(user("inbox", "g", "down")).contains("`g g` can never be typed"));
        for (does, expected) in [
            ("close when ", "a condition is missing"),
            ("close when draft &&", "a condition is missing"),
            ("close when || draft", "a condition is missing"),
            ("none when draft", "`none` takes a key away in all cases"),
            ("close, reopen when closed", "`reopen` is never done: what stands before it always counts"),
            ("close when draft && !draft", "`close` is never done: its condition wants something and its opposite"),
        ] {
            let said = fault(user("thread", "x", does));
            assert!(said.starts_with("keys.thread.\"x\": ") && said.contains(expected), "{said}");
        }
        assert!(
            Keymap::with_user(&user("thread", "x", "close when draft && !draft || closed")).is_ok(),
            "one way holds"
        );
    }
}

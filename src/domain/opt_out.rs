//! What an inbound text asks for, by words alone: stop, start, help, perhaps stop, or none of these.
//!
//! Only a whole message that is a per-se word decides by itself. Everything else that sounds like an opt-out raises
//! a question, which a person answers. The words are data: `assets/rules/opt_out_words.toml`, or a file of one's own
//! ([`RuleFile::OptOutWords`]).

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use jiff::SignedDuration;
use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::hours::HoursVerdict;
use super::rule_files::{RuleFault, RuleFile};

/// What an inbound text asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// Opted out, by a word that needs no judgement.
    OptOutWord {
        /// The word, folded (`stop`).
        word: String,
    },
    /// Wants texts again after such a word.
    OptIn,
    /// Asks who this is and how to stop.
    Help,
    /// May be an opt-out: a person decides.
    Possible {
        /// The words that raised the question, folded.
        words: String,
    },
    /// None of these.
    Plain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    per_se: HashSet<String>,
    opt_in: HashSet<String>,
    help: HashSet<String>,
    maybe_whole: HashSet<String>,
    fillers: HashSet<String>,
    maybe_phrases: Vec<String>,
    /// Words that may stand around any wish, one of a single word too. A file of before has none.
    #[serde(default)]
    polite: HashSet<String>,
    /// Signs for a wish, in a message without a word.
    #[serde(default)]
    maybe_signs: Vec<String>,
}

/// The lists, and phrases by their first word so that a long message is read once.
struct Rules {
    words: Words,
    phrases: BTreeMap<String, Vec<Vec<String>>>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    // A test reads the file that is part of the program, and one's own was read before it was taken: the empty lists are never met.
    let words: Words = toml::from_str(RuleFile::OptOutWords.text()).unwrap_or_else(|_| Words {
        per_se: HashSet::from(["stop".to_owned()]),
        opt_in: HashSet::new(),
        help: HashSet::new(),
        maybe_whole: HashSet::new(),
        fillers: HashSet::new(),
        maybe_phrases: Vec::new(),
        polite: HashSet::new(),
        maybe_signs: Vec::new(),
    });
    let mut phrases: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for phrase in &words.maybe_phrases {
        let tokens: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
        if let Some(first) = tokens.first() {
            phrases.entry(first.clone()).or_default().push(tokens);
        }
    }
    Rules { words, phrases }
});

/// Words that revoke consent by law, whatever counsel thinks of the others: 47 CFR 64.1200(a)(10).
const BY_LAW: [&str; 7] = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"];

/// What is wrong with a file of such words; none: it may be used.
pub(super) fn fault(text: &str) -> Option<RuleFault> {
    let words: Words = match toml::from_str(text) {
        Ok(words) => words,
        Err(error) => return Some(error.into()),
    };
    if let Some(word) = BY_LAW.into_iter().find(|word| !words.per_se.contains(*word)) {
        return Some(RuleFault::whole(format!(
            "`{word}` is not in `per_se`: by 47 CFR 64.1200(a)(10) it opts out by itself; add it there"
        )));
    }
    if let Some(word) = words.per_se.iter().find(|word| words.opt_in.contains(*word) || words.help.contains(*word)) {
        let what = format!("`{word}` is in `per_se` and in another list that answers by itself");
        return Some(RuleFault::at(text, word, what));
    }
    let hidden = |word: &&String| words.opt_in.contains(*word) || words.help.contains(*word);
    if let Some(word) = words.maybe_whole.iter().chain(&words.maybe_phrases).find(hidden) {
        let what = format!("`{word}` may be an opt-out and is in a list that answers by itself: nobody would be asked");
        return Some(RuleFault::at(text, word, what));
    }
    if let Some(sign) = words.maybe_signs.iter().find(|sign| sign.is_empty() || !fold(sign).is_empty()) {
        return Some(RuleFault::at(
            text,
            sign,
            format!("`{sign}` in `maybe_signs` is no sign alone: it may have no letter"),
        ));
    }
    let lists = [&words.per_se, &words.opt_in, &words.help, &words.maybe_whole, &words.fillers, &words.polite];
    let mut all: Vec<&String> = lists.into_iter().flatten().chain(&words.maybe_phrases).collect();
    all.sort_unstable();
    // Texts are compared in their plainest form; a word in another one would never be found.
    let bent = all.into_iter().find(|word| fold(word).join(" ") != **word)?;
    let plain = fold(bent).join(" ");
    Some(RuleFault::at(
        text,
        bent,
        format!("`{bent}` can never be met: write it in small letters, without accents and signs (`{plain}`)"),
    ))
}

/// What the words built in know and these do not.
pub(super) fn less(text: &str) -> Vec<String> {
    let read = |text: &str| toml::from_str::<Words>(text).ok();
    let (Some(built_in), Some(own)) = (read(RuleFile::OptOutWords.built_in()), read(text)) else { return Vec::new() };
    let all = |words: Words| {
        words.per_se.into_iter().chain(words.maybe_whole).chain(words.maybe_phrases).chain(words.maybe_signs)
    };
    // Wherever a word stands, somebody's wish is seen.
    let own: HashSet<String> = all(own).collect();
    let mut less: Vec<String> =
        all(built_in).filter(|word| !own.contains(word)).map(|word| format!("not \"{word}\"")).collect();
    less.sort_unstable();
    less.dedup();
    less
}

/// Longest text that is judged; carriers deliver no more than ten parts.
const LONGEST: usize = 4_000;

/// The verdict on one inbound text.
#[must_use]
pub fn verdict(text: &str) -> Inbound {
    let text: String = text.chars().take(LONGEST).collect();
    let rules = &*RULES;
    let tokens = fold(&text);
    let whole = tokens.join(" ");
    if whole.is_empty() {
        let sign = rules.words.maybe_signs.iter().find(|sign| text.contains(sign.as_str()));
        return sign.map_or(Inbound::Plain, |sign| Inbound::Possible { words: sign.clone() });
    }
    if let Some(word) = per_se(rules, &tokens) {
        return Inbound::OptOutWord { word };
    }
    if rules.words.opt_in.contains(&whole) {
        return Inbound::OptIn;
    }
    if rules.words.help.contains(&whole) {
        return Inbound::Help;
    }
    match possible(rules, &text, &tokens) {
        Some(words) => Inbound::Possible { words },
        None => Inbound::Plain,
    }
}

/// True when nobody has to answer a text: the program does, or it asks for nothing. `helped`: who we are was told for it.
#[must_use]
pub fn is_settled(inbound: &Inbound, helped: bool) -> bool {
    match inbound {
        Inbound::OptOutWord { .. } | Inbound::OptIn => true,
        Inbound::Help => helped,
        Inbound::Possible { .. } | Inbound::Plain => false,
    }
}

/// The notice of an opt-out goes so long after the wish at the latest: later it may be taken for one more text (47 CFR 64.1200(a)(12)).
pub const NOTICE_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Why the notice of an opt-out does not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeStays {
    /// Too long after they asked for it.
    TooLate,
    /// At an hour at which nobody is texted there.
    OutsideHours,
}

/// Whether the notice of an opt-out may still go: so long after they asked to be left alone, at an hour that is so; none of either: it is not known.
#[must_use]
pub fn notice_stays(since_asked: Option<SignedDuration>, hours: Option<&HoursVerdict>) -> Option<NoticeStays> {
    match (since_asked.is_some_and(|since| since > NOTICE_AGE), hours) {
        (true, _) => Some(NoticeStays::TooLate),
        (false, Some(HoursVerdict::Closed { .. })) => Some(NoticeStays::OutsideHours),
        (false, _) => None,
    }
}

/// When somebody asked to be left alone, as far as their own texts tell: the last one that may be an opt-out, else the last one.
/// `texts` are theirs, newest first, each with its moment.
pub fn asked_at<T: Copy>(texts: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Option<T> {
    let mut last = None;
    for (body, at) in texts {
        last = last.or(Some(at));
        if matches!(verdict(body.as_ref()), Inbound::Possible { .. } | Inbound::OptOutWord { .. }) {
            return Some(at);
        }
    }
    last
}

/// True when `text` is a word that opts out by itself: a script must not ask people to answer with it for anything else.
#[must_use]
pub fn is_per_se(text: &str) -> bool {
    per_se(&RULES, &fold(text)).is_some()
}

/// The per-se word that is the whole message; the same one repeated counts too.
fn per_se(rules: &Rules, tokens: &[String]) -> Option<String> {
    let whole = tokens.join(" ");
    if rules.words.per_se.contains(&whole) {
        return Some(whole);
    }
    let first = tokens.first()?;
    (tokens.iter().all(|t| t == first) && rules.words.per_se.contains(first)).then(|| first.clone())
}

fn possible(rules: &Rules, text: &str, tokens: &[String]) -> Option<String> {
    for (at, token) in tokens.iter().enumerate() {
        for phrase in rules.phrases.get(token).into_iter().flatten() {
            if tokens[at..].starts_with(phrase) && !negated(tokens, at) {
                return Some(phrase.join(" "));
            }
        }
    }
    for sentence in text.split(['.', '!', '?', ';', ',', ':', '\n', '—', '–', '(', ')']) {
        let tokens = fold(sentence);
        let whole = tokens.join(" ");
        if rules.words.maybe_whole.contains(&whole) || rules.words.per_se.contains(&whole) {
            return Some(whole);
        }
        if let Some(wish) = politely(rules, &tokens) {
            return Some(wish);
        }
        // "STOP PLEASE": a word that opts out, and for the rest only words that change nothing.
        let word = |t: &String| rules.words.per_se.contains(t) || is_stretched(t);
        if tokens.iter().any(word) && tokens.iter().all(|t| word(t) || rules.words.fillers.contains(t)) {
            return Some(whole);
        }
    }
    shouted(text)
}

/// Longest sentence, in words, that is looked at for a wish among words that change nothing.
const POLITE: usize = 8;

/// "No mas por favor": such a wish, and around it only words that change nothing. Around a single word, which may mean anything, only
/// polite ones ("delete please", but not "enough said").
fn politely(rules: &Rules, tokens: &[String]) -> Option<String> {
    if tokens.len() > POLITE {
        return None;
    }
    let all_of = |words: &HashSet<String>, some: &[String]| some.iter().all(|token| words.contains(token));
    let spans = (0..tokens.len()).flat_map(|from| (from + 1..=tokens.len()).map(move |to| (from, to)));
    let around = spans.filter(|(from, to)| {
        let words = if to - from == 1 { &rules.words.polite } else { &rules.words.fillers };
        all_of(words, &tokens[..*from]) && all_of(words, &tokens[*to..])
    });
    around.map(|(from, to)| tokens[from..to].join(" ")).find(|wish| rules.words.maybe_whole.contains(wish))
}

/// "please don't stop texting me" is no wish to stop.
fn negated(tokens: &[String], at: usize) -> bool {
    let negation = |t: &String| matches!(t.as_str(), "dont" | "never" | "not" | "didnt" | "wont" | "cant" | "wouldnt");
    matches!(tokens[at].as_str(), "stop" | "quit" | "cease") && at > 0 && negation(&tokens[at - 1])
}

/// `stooooop`, `stopppp`.
fn is_stretched(token: &str) -> bool {
    let mut squeezed = String::new();
    for c in token.chars() {
        if !squeezed.ends_with(c) {
            squeezed.push(c);
        }
    }
    squeezed != token && (squeezed == "stop" || squeezed == "quit")
}

/// STOP in capitals first or last in a message that is not all in capitals: "STOP i voted already".
fn shouted(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    let (first, last) = (words.first()?, words.last()?);
    let quiet = text.chars().any(char::is_lowercase);
    (quiet && (*first == "STOP" || *last == "STOP")).then(|| "stop".to_owned())
}

/// Words in their plainest form: compatibility forms, case and accents folded, apostrophes dropped, everything else
/// that is no letter or digit a space; letters written apart (`S T O P`) are put together.
fn fold(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd() {
        match c {
            '\'' | '’' | '‘' | '`' | '´' | 'ʼ' => {}
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' => {}
            _ if is_combining_mark(c) => {}
            _ if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ => folded.push(' '),
        }
    }
    let tokens: Vec<String> = folded.split_whitespace().map(str::to_owned).collect();
    if tokens.len() > 2 && tokens.iter().all(|t| t.chars().count() == 1) {
        return vec![tokens.concat()];
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_notice_stays_when_it_is_late_or_the_hours_are_closed() {
        let (open, closed) = (
            HoursVerdict::Open { until: jiff::Timestamp::MAX },
            HoursVerdict::Closed { opens_at: jiff::Timestamp::MAX },
        );
        let (soon, late) = (Some(NOTICE_AGE), Some(NOTICE_AGE + SignedDuration::from_secs(1)));
        assert_eq!(notice_stays(soon, Some(&open)), None);
        assert_eq!(notice_stays(None, None), None, "nothing is known that keeps it back");
        assert_eq!(notice_stays(soon, Some(&closed)), Some(NoticeStays::OutsideHours));
        for hours in [Some(&open), Some(&closed), None] {
            assert_eq!(notice_stays(late, hours), Some(NoticeStays::TooLate));
        }
    }

    #[test]
    fn the_word_file_is_read_and_folded() {
        let words: Words = toml::from_str(RuleFile::OptOutWords.built_in()).unwrap();
        let lists = [&words.per_se, &words.opt_in, &words.help, &words.maybe_whole, &words.fillers];
        for word in lists.into_iter().flatten().chain(&words.maybe_phrases) {
            assert_eq!(fold(word).join(" "), *word, "words are written folded, or they would never match");
        }
        assert!(words.per_se.is_disjoint(&words.opt_in) && words.per_se.is_disjoint(&words.help));
    }

    #[rstest]
    fn per_se_words(
        #[values(
            "stop",
            "quit",
            "end",
            "revoke",
            "opt out",
            "optout",
            "opt-out",
            "cancel",
            "unsubscribe",
            "stopall",
            "STOP ALL",
            "arret",
            "Arrêt"
        )]
        word: &str,
        #[values("", ".", "!!!", " 🛑", " \n", "\u{200b}")] after: &str,
        #[values("", "\"", "  ", "*")] before: &str,
    ) {
        let text = format!("{before}{word}{after}");
        assert!(matches!(verdict(&text), Inbound::OptOutWord { .. }), "{text:?}: {:?}", verdict(&text));
        let text = text.to_uppercase();
        assert!(matches!(verdict(&text), Inbound::OptOutWord { .. }), "{text:?}: {:?}", verdict(&text));
    }

    #[rstest]
    #[case("S.T.O.P.", "stop")]
    #[case("s t o p", "stop")]
    #[case("STOP STOP STOP", "stop")]
    #[case("ＳＴＯＰ", "stop")]
    #[case("“Stop”", "stop")]
    #[case("STOP=QUIT", "stop quit")]
    #[case("Stop2End", "stop2end")]
    fn disguised(#[case] text: &str, #[case] word: &str) {
        assert_eq!(verdict(text), Inbound::OptOutWord { word: word.into() });
    }

    #[rstest]
    #[case("STOP PLEASE")]
    #[case("please stop")]
    #[case("Stop texting me")]
    #[case("stop it now!!")]
    #[case("Stop. I already voted.")]
    #[case("I already voted. STOP")]
    #[case("STOP i voted already")]
    #[case("Stoooop")]
    #[case("Take me off your list, please")]
    #[case("please take me off of this")]
    #[case("lose my number")]
    #[case("Don’t text me again")]
    #[case("How do I unsubscribe?")]
    #[case("I'm going to report you")]
    #[case("leave me alone")]
    #[case("wrong number")]
    #[case("ALTO")]
    #[case("no más")]
    #[case("¡Ya basta!")]
    #[case("No me escribas")]
    #[case("por favor no me manden mensajes")]
    #[case("quítame de la lista")]
    #[case("Número equivocado, amigo")]
    #[case("sotp")]
    #[case("Désabonnez-moi s'il vous plaît")]
    #[case("Ne m'écrivez plus !")]
    #[case("Je ne veux plus recevoir ces messages")]
    #[case("mauvais numéro")]
    #[case("No mas por favor")]
    #[case("no more pls")]
    #[case("Delete please, thanks")]
    #[case("no molestar")]
    #[case("Desuscribir")]
    #[case("supprimez mon numéro")]
    #[case("Merci de ne plus m'envoyer de messages")]
    #[case("arreter")]
    #[case("st op")]
    #[case("🛑")]
    #[case("Ok no more texts now. Thanks")]
    #[case("por favor ya no más gracias")]
    #[case("No molestar")]
    #[case("Supprimez mon numéro")]
    #[case("Ne plus m'envoyer de messages")]
    #[case("🛑 ✋")]
    fn perhaps(#[case] text: &str) {
        assert!(matches!(verdict(text), Inbound::Possible { .. }), "{:?}", verdict(text));
    }

    #[rstest]
    #[case("We have got to stop this terrible bill")]
    #[case("I'll stop by the polling place after work")]
    #[case("Don't stop fighting!")]
    #[case("please don't stop texting, I like the reminders")]
    #[case("Where does it end? The line was around the block")]
    #[case("Yes")]
    #[case("No")]
    #[case("no thanks")]
    #[case("Enough said! I'm voting Lee")]
    #[case("Sorry, out right now")]
    #[case("This stops now!")]
    #[case("Hello from Baja")]
    #[case("✋")]
    #[case("No, no more wars please and thank you for asking me about it")]
    #[case("I am out of town, sorry")]
    #[case("The bus stop on Main")]
    #[case("WE MUST STOP THE PIPELINE NOW PEOPLE")]
    #[case("I had to cancel my trip so I can vote")]
    #[case("Is this the end of early voting?")]
    #[case("I will not quit this fight")]
    #[case("remove the mayor")]
    #[case("👍")]
    #[case("")]
    #[case("¿Dónde voto?")]
    #[case("No me acuerdo dónde votar")]
    #[case("Arrêtez de couper les arbres")]
    #[case("Il faut retirer ce projet")]
    fn plain(#[case] text: &str) {
        assert_eq!(verdict(text), Inbound::Plain);
    }

    #[rstest]
    #[case("START", Inbound::OptIn)]
    #[case("unstop.", Inbound::OptIn)]
    #[case("Help", Inbound::Help)]
    #[case("INFO?", Inbound::Help)]
    #[case("Ayuda", Inbound::Help)]
    #[case("aide", Inbound::Help)]
    #[case("Help me find my polling place", Inbound::Plain)]
    #[case("start over", Inbound::Plain)]
    fn others(#[case] text: &str, #[case] expected: Inbound) {
        assert_eq!(verdict(text), expected);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_case_never_frees(text in any::<String>()) {
            let _ = verdict(&text);
        }

        #[test]
        fn dress_does_not_change_a_word(before in "[ .!\"*~-]{0,5}", after in "[ .!?\"*~-]{0,5}", word in prop::sample::select(vec!["stop", "QUIT", "Unsubscribe"])) {
            let text = format!("{before}{word}{after}");
            prop_assert_eq!(verdict(&text), Inbound::OptOutWord { word: word.to_lowercase() });
        }
    }
}

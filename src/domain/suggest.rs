//! Which of the campaign's own replies fits what a voter wrote, by the words of both. A suggestion, never more: a person takes it,
//! reads it and sends it. The words that mean the same are data: `assets/rules/reply_words.toml`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    same: Vec<Vec<String>>,
    whole: HashSet<String>,
    telling: HashSet<String>,
    empty: HashSet<String>,
    short: HashSet<String>,
    beside: HashSet<String>,
    wrong_number: Vec<String>,
    not_called: Vec<String>,
}

struct Rules {
    /// The first of those that mean the same, by each.
    same: HashMap<String, String>,
    whole: HashSet<String>,
    telling: HashSet<String>,
    empty: HashSet<String>,
    short: HashSet<String>,
    beside: HashSet<String>,
    /// Phrases, a space before and after each.
    wrong_number: Vec<String>,
    not_called: Vec<String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    // The file is part of the program; a test reads it, so the empty lists are never met.
    let words: Words = toml::from_str(include_str!("../../assets/rules/reply_words.toml")).unwrap_or_else(|_| Words {
        same: Vec::new(),
        whole: HashSet::new(),
        telling: HashSet::new(),
        empty: HashSet::new(),
        short: HashSet::new(),
        beside: HashSet::new(),
        wrong_number: Vec::new(),
        not_called: Vec::new(),
    });
    let mut same = HashMap::new();
    for group in &words.same {
        let first = group.first().cloned().unwrap_or_default();
        for word in group {
            let plain = if words.whole.contains(word) { word.clone() } else { stem(word) };
            same.entry(plain).or_insert_with(|| first.clone());
        }
    }
    let apart = |phrases: Vec<String>| phrases.iter().map(|phrase| format!(" {phrase} ")).collect();
    Rules {
        same,
        whole: words.whole,
        telling: words.telling,
        empty: words.empty,
        short: words.short,
        beside: words.beside,
        wrong_number: apart(words.wrong_number),
        not_called: apart(words.not_called),
    }
});

/// Words of a text in their order: as written, and as compared.
fn words(text: &str) -> Vec<(String, String)> {
    let rules = &*RULES;
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '`')))
        .filter_map(|written| {
            let folded: String = written
                .nfkd()
                .filter(|c| c.is_alphanumeric() && !is_combining_mark(*c))
                .flat_map(char::to_lowercase)
                .collect();
            if folded.is_empty() || rules.empty.contains(&folded) {
                return None;
            }
            let stem = if rules.whole.contains(&folded) { folded } else { stem(&folded) };
            let word = rules.same.get(&stem).cloned().unwrap_or(stem);
            Some((written.to_owned(), word))
        })
        .collect()
}

/// Folded words after which a yes is none: "not sure", "no estoy seguro".
const DENIES: &[&str] = &[
    "not", "no", "dont", "doesnt", "didnt", "cant", "wont", "isnt", "arent", "im not", "never", "nunca", "tampoco",
    "sin",
];
/// Folded words that may follow a no which is an answer: "No thanks", "No I will not".
const AFTER_NO: &[&str] =
    &["thanks", "thank", "thankyou", "gracias", "way", "sir", "maam", "i", "im", "ill", "we", "not", "never"];

/// With these beside a number, "where" asks how it was come by, and for no place: "¿De dónde sacó mi número?".
const CAME_BY: &[&str] = &[
    "get",
    "got",
    "found",
    "find",
    "saco",
    "sacaste",
    "sacaron",
    "consiguio",
    "conseguiste",
    "consiguieron",
    "obtuvo",
    "obtuviste",
    "obtuvieron",
];

/// The words of what a voter wrote that may be held against them: a yes that is denied and a no that only belongs to what follows
/// ("no hablo inglés") say something else.
fn meant(text: &str) -> Vec<(String, String)> {
    let fold = |word: &str| -> String {
        word.nfkd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
    };
    let mut kept = Vec::new();
    for clause in
        text.split(|c: char| c.is_ascii_punctuation() && !matches!(c, '\'' | '`' | '-') || "¿¡…\n".contains(c))
    {
        let folded: Vec<String> = clause.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
        let told = words(clause);
        let of_a_number =
            told.iter().any(|(_, word)| word == "number") && folded.iter().any(|word| CAME_BY.contains(&word.as_str()));
        for (written, word) in told {
            let own = fold(&written);
            let at = folded.iter().position(|other| *other == own).unwrap_or(0);
            let stands = match word.as_str() {
                "yes" => !folded.iter().take(at).any(|before| DENIES.contains(&before.as_str())),
                "no" => folded.get(at + 1).is_none_or(|next| AFTER_NO.contains(&next.as_str())),
                "where" => !of_a_number,
                _ => true,
            };
            if stands {
                kept.push((written, word));
            }
        }
    }
    kept
}

/// The plainest form: without the endings that change with the sentence.
fn stem(word: &str) -> String {
    for ending in ["ing", "ed", "es", "s"] {
        if let Some(bare) = word.strip_suffix(ending).filter(|bare| bare.chars().count() >= 3) {
            return bare.to_owned();
        }
    }
    word.to_owned()
}

/// A reply that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Place among the candidates.
    pub place: usize,
    /// How well; comparable within one ranking alone.
    pub score: f64,
    /// The voter's words that matched, as written, each once.
    pub words: Vec<String>,
}

/// What a candidate says of a word.
struct Says {
    weight: f64,
    /// How often it stands in the text; in the name once is enough.
    times: usize,
}

/// So often words of what was written have to stand in a reply's text.
const ENOUGH: usize = 2;

/// Those of `candidates` that fit what was written, best first. A candidate is what it is called and what it says: a word of its name
/// counts three times one of its text, a rare one more than one that all have.
#[must_use]
pub fn rank(written: &str, candidates: &[(String, String)]) -> Vec<Fit> {
    let asked = meant(written);
    let documents: Vec<BTreeMap<String, Says>> = candidates
        .iter()
        .map(|(name, text)| {
            let mut document: BTreeMap<String, Says> = BTreeMap::new();
            // A yes in a reply's text ("Absolutely, you can register until Friday") is no answer to a yes.
            for (_, word) in words(text).into_iter().filter(|(_, word)| !RULES.short.contains(word)) {
                let says = document.entry(word).or_insert(Says { weight: 1.0, times: 0 });
                says.times += 1;
            }
            for (_, word) in words(name) {
                document.insert(word, Says { weight: 3.0, times: ENOUGH });
            }
            document
        })
        .collect();
    let many = documents.len() as f64;
    let mut fits: Vec<Fit> = Vec::new();
    for (place, document) in documents.iter().enumerate() {
        let mut fit = Fit { place, score: 0.0, words: Vec::new() };
        let mut counted: HashSet<&str> = HashSet::new();
        let mut times = 0;
        for (as_written, word) in &asked {
            let Some(says) = document.get(word) else { continue };
            if counted.insert(word) {
                let having = documents.iter().filter(|other| other.contains_key(word)).count() as f64;
                fit.score += says.weight * (1.0 + (many / having).ln());
                times += says.times;
            }
            if !fit.words.contains(as_written) {
                fit.words.push(as_written.clone());
            }
        }
        // One word in passing ("I'm a volunteer with ...") is not what a reply is about.
        if times >= ENOUGH {
            fits.push(fit);
        }
    }
    fits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.place.cmp(&b.place)));
    fits
}

/// True unless all that `matched` says is yes, no or maybe, and that is not what was answered: such a word is an answer only where nothing
/// stands beside it that could turn it ("not sure", "no hablo inglés").
#[must_use]
pub fn is_an_answer(written: &str, matched: &[String]) -> bool {
    let is_short = |word: &str| RULES.short.contains(word);
    if !matched.iter().flat_map(|word| words(word)).all(|(_, word)| is_short(&word)) {
        return true;
    }
    let ends = |c: char| matches!(c, '.' | ',' | '!' | '?' | ';' | ':' | '\n' | '¿' | '¡');
    let first = written.split(ends).map(words).find(|said| !said.is_empty()).unwrap_or_default();
    let said: HashSet<&str> = first.iter().map(|(_, word)| word.as_str()).filter(|word| is_short(word)).collect();
    let more = first.iter().any(|(_, word)| !is_short(word) && !RULES.beside.contains(word));
    said.len() == 1 && !more
}

/// True when `matched` has all that an answer called `value` says, where it says something for good: a yes alone is no "yes, has voted".
#[must_use]
pub fn says_it_all(value: &str, matched: &[String]) -> bool {
    let said: HashSet<String> = matched.iter().flat_map(|word| words(word)).map(|(_, word)| word).collect();
    let value = words(value);
    !value.iter().any(|(_, word)| RULES.telling.contains(word)) || value.iter().all(|(_, word)| said.contains(word))
}

/// True when what was written may say that this is not the number of whom it was meant for, who is called `first_name`. A hint alone: a
/// person records it, or does not.
#[must_use]
pub fn may_be_wrong_number(written: &str, first_name: &str) -> bool {
    let plain = |text: &str| -> String {
        let folded: String = text
            .nfkd()
            .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’' | '`'))
            .flat_map(char::to_lowercase)
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (said, name) = (format!(" {} ", plain(written)), plain(first_name));
    let rules = &*RULES;
    rules.wrong_number.iter().any(|phrase| said.contains(phrase))
        || (!name.is_empty() && rules.not_called.iter().any(|phrase| said.contains(&format!("{phrase}{name} "))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn candidates() -> Vec<(String, String)> {
        [
            ("Where to vote", "Your polling place is at the school on Main Street."),
            ("Who are you?", "I'm a volunteer. We got your number from the public list."),
            ("Hours", "Polls are open from 7 am to 8 pm."),
            ("Yes", "Wonderful! Will you go early or on the day?"),
            ("No", "Thanks for telling me."),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .to_vec()
    }

    #[rstest]
    #[case("No one by that name here", true)]
    #[case("You’ve got the wrong number", true)]
    #[case("This isn't Ana.", true)]
    #[case("No soy esa persona", true)]
    #[case("no soy ANA", true)]
    #[case("Se equivocó de número", true)]
    #[case("I'm not Anabel's fan", false)]
    #[case("What number do I call?", false)]
    #[case("No, Ana is at work", false)]
    #[case("¿Quién es esa persona?", false)]
    fn a_wrong_number_is_known_in_other_words(#[case] written: &str, #[case] expected: bool) {
        assert_eq!(may_be_wrong_number(written, "Ana"), expected);
    }

    #[rstest]
    #[case("Yes I will!", "Yes", true)]
    #[case("Yeah, who is this?", "Yeah", true)]
    #[case("No thank you", "No", true)]
    #[case("Sí, gracias", "Sí", true)]
    #[case("Not sure yet. What is this about?", "sure", false)]
    #[case("Perdón, no hablo inglés", "no", false)]
    #[case("yes and no", "yes", false)]
    #[case("no hablo inglés", "no", false)]
    #[case("I'm not a no, not a yes", "no", false)]
    #[case("schools matter to me", "schools", true)]
    fn yes_and_no_count_where_nothing_turns_them(#[case] written: &str, #[case] word: &str, #[case] is: bool) {
        assert_eq!(is_an_answer(written, &[word.to_owned()]), is);
    }

    #[rstest]
    #[case("Where do I vote? I moved last month", 0, &["Where", "vote"])]
    #[case("¿Dónde voto?", 0, &["Dónde", "voto"])]
    #[case("who is this", 1, &["who"])]
    #[case("How did you get my NUMBER", 1, &["NUMBER"])]
    #[case("¿De dónde sacó mi número?", 1, &["número"])]
    #[case("where did you get my number", 1, &["number"])]
    #[case("what time do the polls close", 2, &["time", "polls", "close"])]
    #[case("Yeah, sure!", 3, &["Yeah", "sure"])]
    #[case("Sí", 3, &["Sí"])]
    #[case("nope", 4, &["nope"])]
    #[case("No, thanks", 4, &["No", "thanks"])]
    #[case("no gracias", 4, &["no", "gracias"])]
    #[case("No I am busy", 4, &["No"])]
    #[case("Yes, but not on the day", 3, &["Yes", "day"])]
    #[case("I want to vote but don't know where to go", 0, &["vote", "where"])]
    fn the_best_is_what_a_person_would_take(#[case] written: &str, #[case] place: usize, #[case] words: &[&str]) {
        let best = rank(written, &candidates()).into_iter().next().expect("something fits");
        assert_eq!((best.place, best.words), (place, words.iter().map(|w| (*w).to_owned()).collect()));
    }

    #[rstest]
    #[case("Se equivocó de número", "Wrong number")]
    #[case("You have the wrong number", "Wrong number")]
    #[case("Perdón, no hablo inglés", "Spanish, please")]
    #[case("¿De dónde sacó mi número?", "How did you get my number?")]
    #[case("Where can I get my ballot, and vote?", "Where do I vote?")]
    fn the_rehearsals_replies_are_found(#[case] written: &str, #[case] title: &str) {
        let titles = [
            "Where do I vote?",
            "How did you get my number?",
            "Wrong number",
            "Mail ballots",
            "Spanish, please",
            "Who is this?",
        ];
        let candidates = titles.map(|title| (title.to_owned(), String::new()));
        let best = rank(written, &candidates).first().map(|fit| titles[fit.place]);
        assert_eq!(best, Some(title));
    }

    #[rstest]
    #[case("Absolutely, I'll be there", "Absolutely! I'll note that you moved.")]
    #[case("We have got to stop this", "We got it from a public file.")]
    fn a_yes_inside_a_reply_and_filler_fit_nothing(#[case] written: &str, #[case] text: &str) {
        assert_eq!(rank(written, &[("Moved".to_owned(), text.to_owned())]), []);
    }

    #[rstest]
    #[case("Already voted", "Of course. My whole family votes", false)]
    #[case("Ya votó", "Por supuesto, toda mi familia vota", false)]
    #[case("Already voted", "I voted last week", true)]
    #[case("Strong yes", "Yes", false)]
    #[case("Yes", "Yes!", true)]
    #[case("Housing", "the rent is too high", true)]
    fn an_answer_is_offered_only_where_all_that_it_says_was_written(
        #[case] value: &str,
        #[case] written: &str,
        #[case] offered: bool,
    ) {
        let fits = rank(written, &[(value.to_owned(), String::new()), ("Other".to_owned(), String::new())]);
        assert_eq!(fits.first().is_some_and(|fit| says_it_all(value, &fit.words)), offered, "{fits:?}");
    }

    #[rstest]
    #[case("")]
    #[case("I'm all in, can I help?")]
    #[case("👍")]
    #[case("the of and")]
    #[case("my cousin plays the trombone")]
    #[case("Not sure yet. What is this about?")]
    #[case("Perdón, no hablo inglés")]
    #[case("no estoy seguro")]
    #[case("Hola, no entiendo.")]
    fn nothing_fits(#[case] written: &str) {
        assert_eq!(rank(written, &candidates()), []);
    }

    #[test]
    fn the_word_file_is_read_and_folded() {
        let read: Words = toml::from_str(include_str!("../../assets/rules/reply_words.toml")).expect("the file");
        assert!(!read.same.is_empty());
        for word in read.same.iter().flatten().chain(&read.empty).chain(&read.whole).chain(&read.telling) {
            assert!(word.chars().all(|c| c.is_ascii_lowercase()), "{word} is not folded");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_ranked_without_a_panic(written in any::<String>(), name in any::<String>(), text in any::<String>()) {
            for fit in rank(&written, &[(name, text)]) {
                prop_assert!(fit.score > 0.0 && !fit.words.is_empty());
            }
        }
    }
}

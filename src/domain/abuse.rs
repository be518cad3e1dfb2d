//! Texts that are hard to read: held back from a texter's eyes until asked for, where the texter wants that. The words are data:
//! `assets/rules/abuse_words.toml`. Nothing else follows from it: nobody is opted out, closed or reported by a word list.

use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
    phrases: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    // The file is part of the program; a test reads it, so the empty lists are never met.
    toml::from_str(include_str!("../../assets/rules/abuse_words.toml"))
        .unwrap_or_else(|_| Words { words: Vec::new(), phrases: Vec::new() })
});

/// Longest text that is judged, in characters.
const LONGEST: usize = 4_000;

/// True when a text holds one of the words, or a threat.
#[must_use]
pub fn is_hard(text: &str) -> bool {
    let mut folded = String::from(" ");
    for c in text.chars().take(LONGEST).collect::<String>().nfkd() {
        match c {
            '\'' | '’' | '`' => {}
            // Letters hidden behind signs, as in `f*ck` and `sh1t`.
            '*' | '@' | '$' | '1' | '!' if folded.ends_with(char::is_alphabetic) => folded.push(match c {
                '@' => 'a',
                '$' => 's',
                '1' | '!' => 'i',
                _ => '*',
            }),
            _ if is_combining_mark(c) => {}
            _ if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ if folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.push(' ');
    WORDS.phrases.iter().any(|phrase| folded.contains(&format!(" {phrase} ")))
        || folded
            .split(' ')
            .any(|word| WORDS.words.iter().any(|hard| fits(hard, word.trim_end_matches(['i', '*']), word)))
}

/// True when a word is the hard one; a star in what was written stands for any letter.
fn fits(hard: &str, bare: &str, word: &str) -> bool {
    let same = |hard: &str, word: &str| {
        word.len() == hard.len() && hard.chars().zip(word.chars()).all(|(hard, c)| c == hard || c == '*')
    };
    match hard.strip_suffix('*') {
        Some(start) => word.get(..start.len()).is_some_and(|head| same(start, head)),
        None => same(hard, word) || same(hard, bare),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Fuck you, Democrat", true)]
    #[case("F*ck off!!", true)]
    #[case("sh1t", true)]
    #[case("¡Vete a la mierda!", true)]
    #[case("I'll find you", true)]
    #[case("hijueputas", true)]
    #[case("Go away", false)]
    #[case("STOP", false)]
    #[case("Dickens is my favorite", false)]
    #[case("the shiitake place", false)]
    #[case("I will vote!!", false)]
    #[case("***", false)]
    #[case("", false)]
    fn words_that_are_held_back(#[case] text: &str, #[case] hard: bool) {
        assert_eq!(is_hard(text), hard);
    }

    #[test]
    fn the_word_file_is_read_and_folded() {
        let read: Words = toml::from_str(include_str!("../../assets/rules/abuse_words.toml")).expect("the file");
        for word in read.words.iter().chain(&read.phrases) {
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || matches!(c, ' ' | '*')), "{word} is not folded");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            let _ = is_hard(&text);
        }
    }
}

//! Pictures that come with a text: they are counted and never fetched. In places that keep one line alone (the preview of a
//! conversation) a mark stands for them, which a screen says in its own language.

/// The words with the mark behind them; a picture without words is the mark alone.
#[must_use]
pub fn marked(words: &str, pictures: u32) -> String {
    let mark = match pictures {
        0 => return words.to_owned(),
        1 => "[picture]".to_owned(),
        many => format!("[{many} pictures]"),
    };
    if words.trim().is_empty() { mark } else { format!("{} {mark}", words.trim_end()) }
}

/// The words without a mark at their end, and how many pictures it stood for. Whoever writes such a mark by hand is shown it the same.
#[must_use]
pub fn unmarked(words: &str) -> (&str, u32) {
    let mark = |words: &str| -> Option<(usize, u32)> {
        let inner = words.strip_suffix(']')?;
        let at = inner.rfind('[')?;
        let many = match inner.get(at + 1..)? {
            "picture" => 1,
            several => several.strip_suffix(" pictures")?.parse().ok().filter(|many| *many > 1)?,
        };
        Some((at, many))
    };
    mark(words).map_or((words, 0), |(at, many)| (words[..at].trim_end(), many))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Look", 0, "Look")]
    #[case("Look", 1, "Look [picture]")]
    #[case("Look ", 2, "Look [2 pictures]")]
    #[case("", 1, "[picture]")]
    #[case(" \n", 3, "[3 pictures]")]
    #[case("", 0, "")]
    fn marks(#[case] words: &str, #[case] pictures: u32, #[case] expected: &str) {
        let text = marked(words, pictures);
        assert_eq!(text, expected);
        assert_eq!(unmarked(&text), (words.trim(), pictures));
    }

    #[rstest]
    #[case("[1 pictures]")]
    #[case("[many pictures]")]
    #[case("picture]")]
    #[case("[picture] and words")]
    #[case("]")]
    #[case("é[0 pictures]")]
    fn other_words_are_words(#[case] words: &str) {
        assert_eq!(unmarked(words), (words, 0));
    }
}

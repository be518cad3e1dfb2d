//! Keys that write nothing, typed on a line: a terminal that hands out whole lines writes what an arrow or the Home key sends into the line.
//!
//! Nobody can know what was meant by `hel^[[Dp`: no word of it counts, and none of it becomes a text to a voter.

/// What somebody typed that is no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScreenKey {
    /// The Escape key alone: it means what it means on a screen.
    Escape,
    /// Another key; what it is called, by its key in the catalogue.
    Other(&'static str),
}

/// The first such key of a line.
pub(super) fn screen_key(line: &str) -> Option<ScreenKey> {
    if line.trim() == "\u{1b}" {
        return Some(ScreenKey::Escape);
    }
    let at = line.find(|c: char| c.is_control() && c != '\n' && c != '\t')?;
    let Some(sent) = line[at..].strip_prefix('\u{1b}') else { return Some(ScreenKey::Other("plain-key-control")) };
    let sent = sent.trim_start_matches(['[', 'O']);
    // `3~`, `1;5D`: numbers, and what ends them.
    let end = sent.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(sent.len());
    let (numbers, rest) = sent.split_at(end);
    let number = numbers.split(';').next().unwrap_or_default();
    Some(ScreenKey::Other(match (rest.chars().next(), number) {
        (Some('A'..='D'), _) => "plain-key-arrow",
        (Some('H'), _) | (Some('~'), "1" | "7") => "plain-key-home",
        (Some('F'), _) | (Some('~'), "4" | "8") => "plain-key-end",
        (Some('~'), "2" | "3") => "plain-key-delete",
        (Some('~'), "5" | "6") => "plain-key-page",
        (Some('P'..='S'), _) | (Some('~'), _) => "plain-key-function",
        _ => "plain-key-other",
    }))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{ScreenKey, screen_key};

    #[rstest]
    #[case("\u{1b}[H", "plain-key-home")]
    #[case("\u{1b}[1~", "plain-key-home")]
    #[case("\u{1b}OH", "plain-key-home")]
    #[case("\u{1b}[F", "plain-key-end")]
    #[case("\u{1b}[4~", "plain-key-end")]
    #[case("y\u{1b}[A", "plain-key-arrow")]
    #[case("hel\u{1b}[1;5Dp", "plain-key-arrow")]
    #[case("\u{1b}OB", "plain-key-arrow")]
    #[case("\u{1b}[3~", "plain-key-delete")]
    #[case("\u{1b}[6~", "plain-key-page")]
    #[case("\u{1b}OP", "plain-key-function")]
    #[case("\u{1b}[15~", "plain-key-function")]
    #[case("\u{1b}y", "plain-key-other")]
    #[case("y\u{2}", "plain-key-control")]
    fn a_key_that_writes_nothing_has_a_name(#[case] line: &str, #[case] named: &'static str) {
        assert_eq!(screen_key(line), Some(ScreenKey::Other(named)));
    }

    #[test]
    fn words_are_words_and_escape_alone_is_escape() {
        for line in ["", "y", "two\nlines\twith a tab", "¿sí? 小明 👩‍🌾", "[H"] {
            assert_eq!(screen_key(line), None, "{line:?}");
        }
        assert_eq!(screen_key("\u{1b}"), Some(ScreenKey::Escape));
    }
}

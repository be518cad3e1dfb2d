//! Lines of text by graphemes: wrapping, cutting, measuring. No grapheme is ever split.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::bidi::{isolated, joined};

/// Columns of a text.
#[must_use]
pub fn columns(text: &str) -> u16 {
    u16::try_from(text.graphemes(true).map(grapheme_columns).sum::<usize>()).unwrap_or(u16::MAX)
}

/// Columns of one grapheme: nothing wider than two.
#[must_use]
pub fn grapheme_columns(grapheme: &str) -> usize {
    grapheme.width().min(2)
}

/// Byte ranges of the lines of `text` in `width` columns. Breaks after blanks where it can, else anywhere between
/// graphemes; a line break in the text ends a line. Every byte but line breaks is in exactly one line; blanks that hang over
/// the edge stay at the end of their line. An empty text is one empty line.
#[must_use]
pub fn wrap(text: &str, width: u16) -> Vec<Range<usize>> {
    let width = usize::from(width.max(2));
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, start, width, &mut lines);
        start += paragraph.len() + 1;
    }
    lines
}

fn wrap_paragraph(text: &str, offset: usize, width: usize, lines: &mut Vec<Range<usize>>) {
    let mut line_start = 0;
    let mut used = 0;
    // Where the line may be broken, and the columns up to there.
    let mut break_at: Option<(usize, usize)> = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        let blank = grapheme.chars().all(char::is_whitespace);
        let columns = grapheme_columns(grapheme);
        // What is carried over may itself leave no room for a wide grapheme: then it is cut once more.
        while used + columns > width && used > 0 && !blank {
            let (cut, columns_before) = break_at.take().unwrap_or((at, used));
            lines.push(offset + line_start..offset + cut);
            line_start = cut;
            used -= columns_before;
        }
        used += columns;
        if blank {
            break_at = Some((at + grapheme.len(), used));
        }
    }
    lines.push(offset + line_start..offset + text.len());
}

/// One of our own lines for a terminal of `width` columns, broken at words as [`wrap`] does. What follows the first row is indented by two
/// columns: no row that a stranger's words fill can be taken for the beginning of a line of ours. Blanks go where it is broken; those at
/// its end stay, as a question has one before the answer. Where words from right to left are set apart, they are so in each row: a
/// terminal orders every row for itself, and what was opened in one is closed at its end.
#[must_use]
pub fn hang(line: &str, width: u16) -> String {
    if columns(line) <= width {
        return line.to_owned();
    }
    let bare = joined(line);
    let set_apart = bare.len() < line.len();
    let row_of = |row: &str| if set_apart { isolated(row).into_owned() } else { row.to_owned() };
    let line: &str = &bare;
    let first = wrap(line, width).first().cloned().unwrap_or_default();
    let rest = line.get(first.end..).unwrap_or_default();
    let mut out = row_of(line.get(first).unwrap_or_default().trim_end());
    for row in wrap(rest, width.saturating_sub(2)) {
        let last = row.end == rest.len();
        let row = rest.get(row).unwrap_or_default();
        let row = if last { row } else { row.trim_end() };
        if !row.trim().is_empty() {
            out.push_str("\n  ");
            out.push_str(&row_of(row));
        }
    }
    out
}

/// Row and column of a byte offset in wrapped lines.
#[must_use]
pub fn place(text: &str, lines: &[Range<usize>], offset: usize, width: u16) -> (usize, u16) {
    let row = lines.iter().rposition(|line| line.start <= offset).unwrap_or(0);
    let Some(line) = lines.get(row) else { return (0, 0) };
    let end = offset.min(line.end);
    let column = columns(text.get(line.start..end).unwrap_or_default());
    (row, column.min(width.saturating_sub(1)))
}

/// `text` cut to `width` columns, with `more` at its end when something was cut off.
#[must_use]
pub fn cut(text: &str, width: u16, more: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = usize::from(width.saturating_sub(columns(more)));
    let mut used = 0;
    let mut out = String::new();
    for grapheme in text.graphemes(true) {
        used += grapheme_columns(grapheme);
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    if columns(more) <= width {
        out.push_str(more);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn lines(text: &str, width: u16) -> Vec<&str> {
        wrap(text, width).into_iter().map(|range| &text[range]).collect()
    }

    #[rstest]
    #[case("", 10, &[""])]
    #[case("hello there you", 11, &["hello there ", "you"])]
    #[case("hello there", 10, &["hello ", "there"])]
    #[case("abcdefghij", 4, &["abcd", "efgh", "ij"])]
    #[case("a\n\nb", 4, &["a", "", "b"])]
    #[case("日本語テキスト", 5, &["日本", "語テ", "キス", "ト"])]
    #[case("👩‍👩‍👧‍👦👩‍👩‍👧‍👦 x", 4, &["👩‍👩‍👧‍👦👩‍👩‍👧‍👦 ", "x"])]
    fn lines_break_between_graphemes(#[case] text: &str, #[case] width: u16, #[case] expected: &[&str]) {
        assert_eq!(lines(text, width), expected);
    }

    #[rstest]
    #[case("two words", 9, "two words")]
    #[case("one two three four five", 9, "one two\n  three\n  four\n  five")]
    #[case("Ready? Press Enter: ", 14, "Ready? Press\n  Enter: ")]
    #[case("Ben: yes yes Sent: all of it", 13, "Ben: yes yes\n  Sent: all\n  of it")]
    #[case("abcdefghijkl", 6, "abcdef\n  ghij\n  kl")]
    fn a_line_of_ours_is_broken_at_words(#[case] line: &str, #[case] width: u16, #[case] expected: &str) {
        assert_eq!(hang(line, width), expected);
    }

    #[test]
    fn each_row_sets_apart_what_goes_from_right_to_left_in_it() {
        let line = isolated("Miri: שלום לכם חברים יקרים, 4 PM");
        assert_eq!(hang(&line, 14), "Miri: \u{2068}שלום לכם\u{2069}\n  \u{2068}חברים יקרים\u{2069},\n  4 PM");
        assert_eq!(hang("שלום לכם חברים", 9), "שלום לכם\n  חברים", "what was not set apart is left as it is");
    }

    #[rstest]
    #[case("hello there", 0, (0, 0))]
    #[case("hello there", 5, (0, 5))]
    #[case("hello there", 6, (1, 0))]
    #[case("hello there", 11, (1, 5))]
    #[case("a\nb", 1, (0, 1))]
    #[case("a\nb", 2, (1, 0))]
    fn offsets_have_places(#[case] text: &str, #[case] offset: usize, #[case] expected: (usize, u16)) {
        assert_eq!(place(text, &wrap(text, 8), offset, 8), expected);
    }

    #[test]
    fn cutting_keeps_graphemes_whole() {
        assert_eq!(cut("日本語", 5, "…"), "日本…");
        assert_eq!(cut("日本語", 6, "…"), "日本語");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
        assert_eq!(cut("abc", 0, "…"), "");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in "[a-z \n日語\u{301}👩\u{200d}👧🇩🇪א]{0,80}", width in 2u16..40) {
            let ranges = wrap(&text, width);
            let joined: String = ranges.iter().map(|r| &text[r.clone()]).collect();
            prop_assert_eq!(joined, text.replace('\n', ""));
            for range in &ranges {
                prop_assert!(columns(text[range.clone()].trim_end()) <= width);
            }
            let line = text.replace('\n', " ");
            let hung = hang(&line, width.max(6));
            let words = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(words(&hung), words(&line));
            for (at, row) in hung.lines().enumerate() {
                prop_assert!(columns(row.trim_end()) <= width.max(6));
                prop_assert!(at == 0 || row.starts_with("  "));
            }
            let cut = cut(&text, width, "…");
            prop_assert!(columns(&cut) <= width.max(columns(&text)));
        }
    }
}

//! A small text editor: graphemes, words, undo. Knows nothing of keys or screens.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// Most bytes of a text (about forty segments; the server's own limit is lower).
const MAX: usize = 6_400;
/// Most steps of undo.
const STEPS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    text: String,
    cursor: usize,
}

/// A text, a cursor in it, and its history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Editor {
    text: String,
    cursor: usize,
    undo: Vec<Step>,
    redo: Vec<Step>,
    /// True while single characters are typed: they are one step of undo up to the next blank.
    typing: bool,
}

impl Editor {
    /// An editor on `text`, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = clean(text);
        Self { cursor: text.len(), text, ..Self::default() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte offset of the cursor, always between two graphemes.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// True when nothing but blanks is in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn remember(&mut self) {
        if self.undo.len() == STEPS {
            self.undo.remove(0);
        }
        self.undo.push(Step { text: self.text.clone(), cursor: self.cursor });
        self.redo.clear();
    }

    /// Types one character.
    pub fn type_char(&mut self, c: char) {
        if c.is_control() && c != '\n' || self.text.len() + c.len_utf8() > MAX {
            return;
        }
        if !self.typing || c.is_whitespace() {
            self.remember();
        }
        self.typing = true;
        self.text.insert(self.cursor, c);
        self.cursor += c.len_utf8();
        self.settle();
    }

    /// Inserts text (a paste, a canned reply) as one step. Controls other than line ends are left out.
    pub fn insert(&mut self, text: &str) {
        let text = clean(text);
        let room = MAX.saturating_sub(self.text.len());
        let mut end = 0;
        for (at, grapheme) in text.grapheme_indices(true) {
            if at + grapheme.len() > room {
                break;
            }
            end = at + grapheme.len();
        }
        if end == 0 {
            return;
        }
        self.remember();
        self.typing = false;
        self.text.insert_str(self.cursor, &text[..end]);
        self.cursor += end;
        self.settle();
    }

    /// Puts another text in its place, as one step.
    pub fn replace(&mut self, text: &str) {
        let mut text = clean(text);
        while text.len() > MAX {
            text.pop();
        }
        if text == self.text {
            return;
        }
        self.remember();
        self.typing = false;
        self.cursor = text.len();
        self.text = text;
    }

    /// A combining mark may have joined the grapheme before the cursor with the one after it.
    fn settle(&mut self) {
        self.cursor = self.ceil(self.cursor);
    }

    fn before(&self) -> usize {
        let mut cursor = GraphemeCursor::new(self.cursor, self.text.len(), true);
        cursor.prev_boundary(&self.text, 0).ok().flatten().unwrap_or(0)
    }

    fn after(&self) -> usize {
        let mut cursor = GraphemeCursor::new(self.cursor, self.text.len(), true);
        cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len())
    }

    /// `at`, or the start of the grapheme that it lies in. A word may begin inside a grapheme: two flags without a blank
    /// between them are one word each way they are cut, and what the cut half of a text makes of them is not what the
    /// whole does.
    fn floor(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        if cursor.is_boundary(&self.text, 0).unwrap_or(true) {
            return at;
        }
        cursor.prev_boundary(&self.text, 0).ok().flatten().unwrap_or(0)
    }

    /// `at`, or the end of the grapheme that it lies in.
    fn ceil(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        if cursor.is_boundary(&self.text, 0).unwrap_or(true) {
            return at;
        }
        cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len())
    }

    fn word_before(&self) -> usize {
        self.text[..self.cursor]
            .split_word_bound_indices()
            .rev()
            .find(|(_, word)| !word.chars().all(char::is_whitespace))
            .map_or(0, |(at, _)| self.floor(at))
    }

    fn word_after(&self) -> usize {
        self.text[self.cursor..]
            .split_word_bound_indices()
            .find(|(_, word)| !word.chars().all(char::is_whitespace))
            .map_or(self.text.len(), |(at, word)| self.ceil(self.cursor + at + word.len()))
    }

    fn line_start_of(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    fn line_end_of(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end)
    }

    fn delete(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        self.remember();
        self.typing = false;
        self.text.replace_range(from..to, "");
        self.cursor = from;
        self.settle();
    }

    fn go(&mut self, to: usize) {
        self.cursor = to;
        self.typing = false;
    }

    /// Cursor one grapheme left.
    pub fn left(&mut self) {
        self.go(self.before());
    }

    /// Cursor one grapheme right.
    pub fn right(&mut self) {
        self.go(self.after());
    }

    /// Cursor to the start of the word.
    pub fn word_left(&mut self) {
        self.go(self.word_before());
    }

    /// Cursor behind the word.
    pub fn word_right(&mut self) {
        self.go(self.word_after());
    }

    /// Cursor to the line's start.
    pub fn line_start(&mut self) {
        self.go(self.line_start_of(self.cursor));
    }

    /// Cursor to the line's end.
    pub fn line_end(&mut self) {
        self.go(self.line_end_of(self.cursor));
    }

    /// Cursor one line up, in the same column of graphemes. False on the first line.
    pub fn up(&mut self) -> bool {
        let start = self.line_start_of(self.cursor);
        if start == 0 {
            return false;
        }
        let target = self.line_start_of(start - 1);
        self.go_to_column(start, target);
        true
    }

    /// Cursor one line down. False on the last line.
    pub fn down(&mut self) -> bool {
        let end = self.line_end_of(self.cursor);
        if end == self.text.len() {
            return false;
        }
        let start = self.line_start_of(self.cursor);
        self.go_to_column(start, end + 1);
        true
    }

    fn go_to_column(&mut self, from_line: usize, to_line: usize) {
        let column = self.text[from_line..self.cursor].graphemes(true).count();
        let line = &self.text[to_line..self.line_end_of(to_line)];
        let offset = line.grapheme_indices(true).nth(column).map_or(line.len(), |(at, _)| at);
        self.go(self.floor(to_line + offset));
    }

    /// Deletes the grapheme before the cursor.
    pub fn delete_back(&mut self) {
        self.delete(self.before(), self.cursor);
    }

    /// Deletes the grapheme after the cursor.
    pub fn delete_forward(&mut self) {
        self.delete(self.cursor, self.after());
    }

    /// Deletes the word before the cursor.
    pub fn delete_word(&mut self) {
        self.delete(self.word_before(), self.cursor);
    }

    /// Deletes to the line's end; at the line's end, the line break.
    pub fn kill_end(&mut self) {
        let end = self.line_end_of(self.cursor);
        let end = if end == self.cursor { self.after() } else { end };
        self.delete(self.cursor, end);
    }

    /// Deletes the whole line; of an empty one, the line break.
    pub fn kill_line(&mut self) {
        let (start, end) = (self.line_start_of(self.cursor), self.line_end_of(self.cursor));
        match (start == end, start == 0) {
            (false, _) => self.delete(start, end),
            (true, false) => self.delete_back(),
            (true, true) => self.delete_forward(),
        }
    }

    /// Takes the last change back. False when there is none.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.undo.pop() else { return false };
        let now = Step { text: std::mem::replace(&mut self.text, step.text), cursor: self.cursor };
        self.redo.push(now);
        self.cursor = step.cursor;
        self.typing = false;
        true
    }

    /// Does what was taken back. False when there is nothing.
    pub fn redo(&mut self) -> bool {
        let Some(step) = self.redo.pop() else { return false };
        let now = Step { text: std::mem::replace(&mut self.text, step.text), cursor: self.cursor };
        self.undo.push(now);
        self.cursor = step.cursor;
        self.typing = false;
        true
    }
}

/// Line ends of every system become `\n`, tabs blanks, other controls go.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn graphemes_are_never_split() {
        let mut editor = Editor::new("a👩‍👩‍👧‍👦e\u{301}");
        editor.delete_back();
        assert_eq!(editor.text(), "a👩‍👩‍👧‍👦");
        editor.delete_back();
        assert_eq!(editor.text(), "a");
        editor.undo();
        editor.left();
        assert_eq!(editor.cursor(), 1);
    }

    #[test]
    fn words_and_lines() {
        let mut editor = Editor::new("see you\nat the polls");
        editor.word_left();
        assert_eq!(&editor.text()[editor.cursor()..], "polls");
        editor.delete_word();
        assert_eq!(editor.text(), "see you\nat polls");
        assert!(editor.up());
        assert_eq!(editor.cursor(), 3);
        assert!(!editor.up());
        editor.kill_end();
        assert_eq!(editor.text(), "see\nat polls");
        editor.kill_end();
        assert_eq!(editor.text(), "seeat polls");
    }

    #[test]
    fn undo_takes_a_word_at_a_time() {
        let mut editor = Editor::default();
        "hello there".chars().for_each(|c| editor.type_char(c));
        assert!(editor.undo());
        assert_eq!(editor.text(), "hello");
        assert!(editor.undo());
        assert_eq!(editor.text(), "");
        assert!(!editor.undo());
        assert!(editor.redo());
        assert_eq!(editor.text(), "hello");
    }

    #[test]
    fn a_word_that_begins_inside_a_flag_is_left_whole() {
        let mut editor = Editor::new("🇩\u{200d}🇩🇩\n");
        editor.word_left();
        assert!(editor.text().grapheme_indices(true).any(|(at, _)| at == editor.cursor()), "at {}", editor.cursor());
    }

    #[test]
    fn pastes_are_cleaned() {
        let mut editor = Editor::default();
        editor.insert("a\r\nb\tc\u{1b}[2Jd\u{7}");
        assert_eq!(editor.text(), "a\nb c[2Jd");
    }

    fn act(editor: &mut Editor, op: u8, text: &str) {
        match op % 18 {
            0 => editor.left(),
            1 => editor.right(),
            2 => editor.word_left(),
            3 => editor.word_right(),
            4 => editor.line_start(),
            5 => editor.line_end(),
            6 => drop(editor.up()),
            7 => drop(editor.down()),
            8 => editor.delete_back(),
            9 => editor.delete_forward(),
            10 => editor.delete_word(),
            11 => editor.kill_end(),
            12 => editor.kill_line(),
            13 => drop(editor.undo()),
            14 => drop(editor.redo()),
            15 => editor.insert(text),
            16 => editor.replace(text),
            _ => text.chars().for_each(|c| editor.type_char(c)),
        }
    }

    proptest! {
        #[test]
        fn the_cursor_stays_between_graphemes(
            ops in prop::collection::vec((any::<u8>(), "[a-c \n\u{301}\u{200d}👩👧🇩🇪]{0,6}"), 0..60)
        ) {
            let mut editor = Editor::default();
            for (op, text) in ops {
                act(&mut editor, op, &text);
                let boundaries: Vec<usize> =
                    editor.text().grapheme_indices(true).map(|(at, _)| at).chain([editor.text().len()]).collect();
                prop_assert!(boundaries.contains(&editor.cursor()));
            }
            while editor.undo() {}
            let first = editor.text().to_owned();
            while editor.redo() {}
            while editor.undo() {}
            prop_assert_eq!(editor.text(), first);
        }
    }
}

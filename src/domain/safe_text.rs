//! Text from strangers, made harmless before it enters a model.
//!
//! What comes out can be shown anywhere (screen, plain mode, title, log): no control character, no mark that reorders
//! or hides text, no tower of combining marks. What was there stays visible as a glyph; emoji keep their sequences.

use unicode_normalization::char::is_combining_mark;

/// Stands for something that has no glyph of its own.
const MARK: char = '·';
/// Carries combining marks that have no letter before them, so that they do not land on what is drawn to the left.
const DOTTED_CIRCLE: char = '◌';
/// Combining marks kept on one letter.
const MAX_MARKS: usize = 4;
/// Joiners kept in one emoji: the longest published sequences have three.
const MAX_JOINS: usize = 4;

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';

/// `text` as one harmless line: line breaks become spaces.
#[must_use]
pub fn safe_line(text: &str) -> String {
    clean(text, ' ')
}

/// `text` as harmless lines: `\n` is kept, `\r\n` and `\r` become `\n`.
#[must_use]
pub fn safe_body(text: &str) -> String {
    clean(text, '\n')
}

/// A JSON document with the same meaning, in which nothing hides, reorders or commands: such characters stand only inside its texts,
/// and there they are written as escapes. A reader of the document gets the very texts that it was made of.
#[must_use]
pub fn safe_json(document: String) -> String {
    let odd = |c: char| is_hidden(c) || matches!(c, '\u{7f}' | '\u{2028}' | '\u{2029}' | '\u{e0000}'..='\u{e0fff}');
    if !document.chars().any(odd) {
        return document;
    }
    let mut out = String::with_capacity(document.len() + 32);
    for c in document.chars() {
        if odd(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// What the last character written was, as far as the next one's fate hangs on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Start of a line: nothing to combine with.
    Nothing,
    /// Anything else.
    Other,
    /// A letter of a script that uses joiners between letters.
    JoiningLetter,
    /// A character that a variation selector may follow, but no joiner (digits, `#`, `*`).
    EmojiText,
    /// A pictograph, its skin tone, or its variation selector: a joiner may follow.
    Emoji,
    /// A joiner inside an emoji.
    Joiner,
}

fn clean(text: &str, line_break: char) -> String {
    // What nearly every field of every list is: nothing in it can do harm.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut before = Before::Nothing;
    let mut marks = 0;
    let mut joins = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut kept = true;
        let next = match c {
            '\r' | '\n' => {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    chars.next();
                }
                out.push(line_break);
                if line_break == '\n' { Before::Nothing } else { Before::Other }
            }
            '\t' => push(&mut out, ' '),
            '\u{2028}' | '\u{2029}' => push(&mut out, '⏎'),
            '\u{7f}' => push(&mut out, '\u{2421}'),
            '\0'..='\u{1f}' => push(&mut out, char::from_u32(0x2400 + u32::from(c)).unwrap_or(MARK)),
            ZWJ | ZWNJ => {
                let follower = chars.peek().copied();
                if c == ZWJ && before == Before::Emoji && joins < MAX_JOINS && follower.is_some_and(is_pictograph) {
                    joins += 1;
                    out.push(c);
                    Before::Joiner
                } else if before == Before::JoiningLetter && follower.is_some_and(is_joining_letter) {
                    out.push(c);
                    Before::Other
                } else {
                    push(&mut out, MARK)
                }
            }
            '\u{fe0e}' | '\u{fe0f}' => {
                // After a character that has both faces it chooses one; anywhere else it is invisible and hides data.
                kept = matches!(before, Before::Emoji | Before::EmojiText) && !out.ends_with(['\u{fe0e}', '\u{fe0f}']);
                if kept {
                    out.push(c);
                }
                before
            }
            '\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}' | '\u{34f}' => {
                kept = false;
                before
            }
            '\u{e0000}'..='\u{e0fff}' => {
                while chars.peek().is_some_and(|c| matches!(c, '\u{e0000}'..='\u{e00ff}')) {
                    chars.next();
                }
                push(&mut out, MARK)
            }
            '\u{1f3f4}' => {
                out.push(c);
                let tags: String = chars.clone().take(7).take_while(|t| is_tag(*t)).collect();
                if is_subdivision(&tags) {
                    out.push_str(&tags);
                    for _ in tags.chars() {
                        chars.next();
                    }
                }
                Before::Emoji
            }
            '\u{1f3fb}'..='\u{1f3ff}' => {
                out.push(c);
                Before::Emoji
            }
            _ if is_hidden(c) => push(&mut out, MARK),
            _ if is_combining_mark(c) => {
                if marks >= MAX_MARKS {
                    kept = false;
                    before
                } else {
                    if matches!(before, Before::Nothing | Before::Joiner) {
                        out.push(DOTTED_CIRCLE);
                    }
                    out.push(c);
                    match before {
                        Before::JoiningLetter => before,
                        _ => Before::Other,
                    }
                }
            }
            _ => {
                out.push(c);
                if is_pictograph(c) {
                    Before::Emoji
                } else if matches!(c, '0'..='9' | '#' | '*') {
                    Before::EmojiText
                } else if is_joining_letter(c) {
                    Before::JoiningLetter
                } else {
                    Before::Other
                }
            }
        };
        if kept && !matches!(c, '\u{fe0e}' | '\u{fe0f}') {
            marks = if is_combining_mark(c) { marks + 1 } else { 0 };
            if next != Before::Joiner && before != Before::Joiner && !matches!(c, '\u{1f3fb}'..='\u{1f3ff}') {
                joins = 0;
            }
        }
        before = next;
    }
    out
}

fn push(out: &mut String, c: char) -> Before {
    out.push(c);
    Before::Other
}

/// Characters that show nothing or change how others are shown.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
}

/// Arabic and the scripts of India and around, where joiners belong between letters.
fn is_joining_letter(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{900}'..='\u{dff}') && !is_hidden(c)
}

fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
        && c != DOTTED_CIRCLE
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}' | '\u{e007f}')
}

/// Two letters of a country, one to four of its part, and the end mark: `gbeng`, `ustx`.
fn is_subdivision(tags: &str) -> bool {
    let Some(body) = tags.strip_suffix('\u{e007f}') else { return false };
    let length = body.chars().count();
    (3..=6).contains(&length)
        && !body.contains('\u{e007f}')
        && body.chars().take(2).all(|c| matches!(c, '\u{e0061}'..='\u{e007a}'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_json_document_keeps_its_meaning_and_loses_its_teeth() {
        let texts = ["\u{9b}31m\u{202e}\u{7f}\u{2028}\u{e0041}", "日本語 🙂 \u{1b}[2J"];
        let safe = safe_json(serde_json::to_string_pretty(&texts).unwrap());
        let harmless = |c: char| c == '\n' || safe_line(&c.to_string()) == c.to_string();
        assert!(safe.chars().all(harmless), "{safe:?}");
        assert!(safe.contains("\\u009b") && safe.contains("日本語 🙂"), "{safe}");
        assert_eq!(serde_json::from_str::<[String; 2]>(&safe).unwrap(), texts);
    }

    #[rstest]
    #[case::plain("Hi, it's Ana!", "Hi, it's Ana!")]
    #[case::clipboard("\u{1b}]52;c;Y3VybA==\u{7}", "␛]52;c;Y3VybA==␇")]
    #[case::eight_bit("\u{9b}2J\u{9d}0;x\u{9c}", "·2J·0;x·")]
    #[case::tab_and_del("a\tb\u{7f}", "a b␡")]
    #[case::bidi("user\u{202e}gpj.exe\u{2066}\u{2069}\u{200f}", "user·gpj.exe···")]
    #[case::zero_width("ST\u{200b}OP\u{feff}\u{2060}\u{ad}", "ST·OP···")]
    #[case::tags("hi\u{e0041}\u{e0042}\u{e0043}!", "hi·!")]
    #[case::separators("a\u{2028}b\u{2029}", "a⏎b⏎")]
    #[case::bare_joiner("a\u{200d}b", "a·b")]
    #[case::selectors_hide_nothing("a\u{fe0f}b\u{e0101}c", "abc")]
    #[case::leading_mark("\u{301}a", "◌\u{301}a")]
    #[case::four_marks("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}x", "e\u{301}\u{302}\u{303}\u{304}x")]
    #[case::family("👩\u{200d}👩\u{200d}👧\u{200d}👦", "👩\u{200d}👩\u{200d}👧\u{200d}👦")]
    #[case::tone_and_heart("👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏻", "👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏻")]
    #[case::flag("🇺🇸", "🇺🇸")]
    #[case::keycap("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}")]
    #[case::england(
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"
    )]
    #[case::flag_with_a_payload("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e0067}\u{e0067}\u{e007f}", "🏴·")]
    #[case::persian("می\u{200c}خواهم", "می\u{200c}خواهم")]
    #[case::cjk("李小龍", "李小龍")]
    fn lines(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(safe_line(text), expected);
    }

    #[test]
    fn breaks() {
        assert_eq!(safe_line("a\r\nb\nc\rd"), "a b c d");
        assert_eq!(safe_body("a\r\nb\nc\rd\n\u{301}"), "a\nb\nc\nd\n◌\u{301}");
    }

    #[test]
    fn a_chain_of_joined_emoji_ends() {
        let chain = vec!["👩"; 50].join("\u{200d}");
        assert!(
            safe_line(&chain).split('·').all(|part| part.matches(ZWJ).count() <= MAX_JOINS),
            "{}",
            safe_line(&chain)
        );
    }

    /// Random text out of the characters that matter, dense enough to meet each other.
    fn hostile() -> impl Strategy<Value = String> {
        let nasty: Vec<char> =
            "\u{1b}\u{7}\r\n\t\u{9b}\u{202e}\u{2066}\u{200b}\u{200c}\u{200d}\u{fe0f}\u{fe0e}\u{301}\u{308}\u{20e3}\
            \u{e0001}\u{e0067}\u{e0062}\u{e0065}\u{e007f}\u{2028}\u{ad}🏴👩❤🏽🇺1#ab سमी्·◌\u{34f}\u{e0101}"
                .chars()
                .collect();
        prop_oneof![
            prop::collection::vec(prop::sample::select(nasty), 0..40).prop_map(|c| c.into_iter().collect()),
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn nothing_forbidden_comes_out(text in hostile()) {
            let line = safe_line(&text);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}')), "{line:?}");
            let body = safe_body(&text);
            prop_assert!(!body.chars().any(|c| (c.is_control() && c != '\n') || is_hidden(c)), "{body:?}");
            let mut run = 0;
            for c in body.chars() {
                run = if is_combining_mark(c) && c != '\u{fe0f}' && c != '\u{fe0e}' { run + 1 } else { 0 };
                prop_assert!(run <= MAX_MARKS, "{body:?}");
            }
            if body.contains(|c| matches!(c, '\u{e0000}'..='\u{e0fff}')) {
                prop_assert!(body.contains('🏴'), "{body:?}");
            }
        }

        #[test]
        fn twice_is_once(text in hostile()) {
            let line = safe_line(&text);
            prop_assert_eq!(safe_line(&line), line.clone());
            let body = safe_body(&text);
            prop_assert_eq!(safe_body(&body), body);
        }

        #[test]
        fn plain_text_is_untouched(text in "[ -~áéíóúñ¿¡üÀ-ÿ一-龥]*") {
            prop_assert_eq!(safe_body(&text), text);
        }
    }
}

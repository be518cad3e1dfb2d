//! Look-alike characters, written plainly.
//!
//! Some servers put plain characters for those that look like them before they keep a text (Spoke does it to some 220), so that what is
//! kept differs from what was sent. Where that is so it is done here, to the script before it is shown and to what is written as it is
//! written: what was shown is what is kept.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// As letters are looked for: small, without their accents. Whoever has no key for an é finds José all the same.
#[must_use]
pub fn searchable(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The plain text for one look-alike; none for a character that stays.
fn plain_of(c: char) -> Option<&'static str> {
    Some(match c {
        // Quotation marks, primes and accents that stand alone.
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{2035}' | '\u{02b9}' | '\u{02bb}'
        | '\u{02bc}' | '\u{02bd}' | '\u{02c8}' | '\u{00b4}' | '\u{2039}' | '\u{203a}' | '\u{ff07}' | '\u{275b}'
        | '\u{275c}' => "'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' | '\u{2036}' | '\u{02ba}' | '\u{00ab}'
        | '\u{00bb}' | '\u{301d}' | '\u{301e}' | '\u{ff02}' | '\u{275d}' | '\u{275e}' => "\"",
        // Hyphens, dashes and lines.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{02d7}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => "-",
        '\u{00ad}' => "",
        '\u{2026}' | '\u{22ef}' => "...",
        '\u{2024}' | '\u{ff0e}' => ".",
        '\u{2025}' => "..",
        // Spaces.
        '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "",
        '\u{2028}' | '\u{2029}' => "\n",
        // Signs.
        '\u{2022}' | '\u{2219}' | '\u{00b7}' | '\u{2027}' | '\u{204e}' | '\u{2217}' | '\u{ff0a}' => "*",
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' => "/",
        '\u{02dc}' | '\u{223c}' | '\u{ff5e}' => "~",
        '\u{02c6}' | '\u{2038}' | '\u{ff3e}' => "^",
        '\u{2223}' | '\u{ff5c}' => "|",
        '\u{ff01}' => "!",
        '\u{ff03}' => "#",
        '\u{ff04}' => "$",
        '\u{ff05}' => "%",
        '\u{ff06}' => "&",
        '\u{ff08}' => "(",
        '\u{ff09}' => ")",
        '\u{ff0b}' => "+",
        '\u{ff0c}' => ",",
        '\u{ff1a}' => ":",
        '\u{ff1b}' => ";",
        '\u{ff1c}' => "<",
        '\u{ff1d}' => "=",
        '\u{ff1e}' => ">",
        '\u{ff1f}' => "?",
        '\u{ff20}' => "@",
        _ => return None,
    })
}

/// The text with plain characters for their look-alikes.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // What joins the parts of one sign stays in it.
        if c == '\u{200d}' && rest.peek().is_some_and(|next| !next.is_ascii()) {
            out.push(c);
            continue;
        }
        match plain_of(c) {
            Some(plain) => out.push_str(plain),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_written_plainly_and_nothing_else_changes() {
        assert_eq!(plain("\u{201c}Hi\u{201d} \u{2014} it\u{2019}s\u{a0}me\u{2026}"), "\"Hi\" - it's me...");
        let kept = "Señora Ñandú, ¿cómo está? 😀 👩‍👩‍👧 `a` {b}";
        assert_eq!(plain(kept), kept);
        assert_eq!(plain(&plain("\u{2026}\u{2013}")), plain("\u{2026}\u{2013}"), "twice is once");
    }
}

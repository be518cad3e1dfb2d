//! How many parts a text is sent in, and which character makes it expensive.
//!
//! 140 bytes a part: 160 characters of seven bits (GSM 03.38), or 70 UTF-16 units as soon as one character is outside
//! that alphabet. Texts of several parts give six bytes of each to a header: 153 or 67.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The alphabet a text needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Seven bits a character; a few cost two.
    Gsm7,
    /// UTF-16.
    Ucs2,
}

/// A character that is not in the cheap alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Culprit {
    /// Which.
    pub ch: char,
    /// Where it first stands in the text, in bytes.
    pub byte_index: usize,
}

/// A text, measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segments {
    /// The alphabet it needs.
    pub encoding: Encoding,
    /// Its length: septets, or UTF-16 units.
    pub units: usize,
    /// Parts it is sent in; 0 for an empty text.
    pub parts: usize,
    /// Units free in the last part.
    pub left_in_part: usize,
    /// Every character that forces [`Encoding::Ucs2`], once each, in order of appearance.
    pub culprits: Vec<Culprit>,
}

impl Segments {
    /// So many units have room in the parts that the text is sent in; those of one part for an empty text.
    #[must_use]
    pub fn room(&self) -> usize {
        let (single, several) = self.encoding.lengths();
        if self.parts > 1 { several * self.parts } else { single }
    }

    /// Units of that room which are taken: a character that found no room at the end of a part leaves its place there empty.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.room() - self.left_in_part
    }
}

impl Encoding {
    /// Units of a part that is sent alone, and of one among several.
    const fn lengths(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

/// With so many units left in its last part a text is about to need another one.
const NEARLY: usize = 10;

/// True when the characters outside the cheap alphabet make a text cost a part more, or nearly do: when as many plain ones in their place
/// would not. Where it is one part either way there is nothing to be said of them.
#[must_use]
pub fn is_dear(text: &str, measured: &Segments) -> bool {
    if measured.encoding == Encoding::Gsm7 {
        return false;
    }
    let plain: String = text.chars().map(|c| if septets(c).is_some() { c } else { 'x' }).collect();
    let full = measured.left_in_part < NEARLY;
    let longer = format!("{plain}{}", "x".repeat(NEARLY));
    measured.parts > measure(&plain).parts || (full && measured.parts >= measure(&longer).parts)
}

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Septets of a character, if the cheap alphabet has it.
fn septets(c: char) -> Option<usize> {
    if c.is_ascii_alphanumeric() || c == ' ' || BASIC.contains(c) {
        Some(1)
    } else {
        EXTENSION.contains(c).then_some(2)
    }
}

/// Measures a text. A character of two units is never split between parts.
#[must_use]
pub fn measure(text: &str) -> Segments {
    let mut culprits: Vec<Culprit> = Vec::new();
    for (byte_index, ch) in text.char_indices() {
        if septets(ch).is_none() && !culprits.iter().any(|c| c.ch == ch) {
            culprits.push(Culprit { ch, byte_index });
        }
    }
    let encoding = if culprits.is_empty() { Encoding::Gsm7 } else { Encoding::Ucs2 };
    let (single, several) = encoding.lengths();
    let cost = |c: char| match encoding {
        Encoding::Gsm7 => septets(c).unwrap_or(2),
        Encoding::Ucs2 => c.len_utf16(),
    };
    let units: usize = text.chars().map(cost).sum();
    if units <= single {
        let left_in_part = single - units;
        return Segments { encoding, units, parts: usize::from(units > 0), left_in_part, culprits };
    }
    let (mut parts, mut used) = (1, 0);
    for c in text.chars() {
        if used + cost(c) > several {
            parts += 1;
            used = 0;
        }
        used += cost(c);
    }
    Segments { encoding, units, parts, left_in_part: several - used, culprits }
}

/// The text with typographic signs replaced by plain ones: quotes, dashes, dots, spaces. Letters stay as they are: an
/// accent is spelling, not decoration.
#[must_use]
pub fn suggest_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match plain_sign(c) {
            Some(plain) => out.push_str(plain),
            None => out.push(c),
        }
    }
    out
}

/// What stands for a typographic sign among the plain ones.
const fn plain_sign(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '′' | '´' | '`' | 'ʼ' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '…' => "...",
        '•' | '·' => "*",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\t' => " ",
        '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => "",
        _ => return None,
    })
}

/// What an author could write for a character that is not in the cheap alphabet: a plain sign, or the letter without its accent,
/// which is another spelling and theirs to decide. None where there is nothing of the kind.
#[must_use]
pub fn plain_twin(c: char) -> Option<String> {
    if let Some(sign) = plain_sign(c) {
        return Some(sign.to_owned());
    }
    let bare: String = std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)).collect();
    (!bare.is_empty() && bare.chars().all(|c| septets(c).is_some()) && septets(c).is_none()).then_some(bare)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::cheap(&"a".repeat(200), false, 200, 306)]
    #[case::one_part_either_way("Ál habló", false, 8, 70)]
    #[case::nearly(&format!("Á{}", "a".repeat(61)), true, 62, 70)]
    #[case::not_nearly(&format!("Á{}", "a".repeat(59)), false, 60, 70)]
    #[case::costs(&format!("Á{}", "a".repeat(70)), true, 71, 134)]
    #[case::three_of_two(&format!("Á{}", "a".repeat(200)), true, 201, 201)]
    #[case::straddles(&format!("{}😀{}", "a".repeat(66), "b".repeat(10)), true, 79, 134)]
    fn a_dear_letter_is_one_that_costs(
        #[case] text: &str,
        #[case] dear: bool,
        #[case] taken: usize,
        #[case] room: usize,
    ) {
        let measured = measure(text);
        assert_eq!((is_dear(text, &measured), measured.taken(), measured.room()), (dear, taken, room));
    }

    #[rstest]
    #[case::empty("", Encoding::Gsm7, 0, 0, 160)]
    #[case::one("a", Encoding::Gsm7, 1, 1, 159)]
    #[case::full(&"a".repeat(160), Encoding::Gsm7, 160, 1, 0)]
    #[case::over(&"a".repeat(161), Encoding::Gsm7, 161, 2, 145)]
    #[case::two_full(&"a".repeat(306), Encoding::Gsm7, 306, 2, 0)]
    #[case::three(&"a".repeat(307), Encoding::Gsm7, 307, 3, 152)]
    #[case::euro(&"€".repeat(80), Encoding::Gsm7, 160, 1, 0)]
    #[case::euro_over(&"€".repeat(81), Encoding::Gsm7, 162, 2, 143)]
    // 152 + 2 does not fit in 153: the euro goes to the next part whole.
    #[case::euro_straddles(&format!("{}€{}", "a".repeat(152), "b".repeat(10)), Encoding::Gsm7, 164, 2, 141)]
    #[case::wide_full(&"ś".repeat(70), Encoding::Ucs2, 70, 1, 0)]
    #[case::wide_over(&"ś".repeat(71), Encoding::Ucs2, 71, 2, 63)]
    #[case::wide_two_full(&"ś".repeat(134), Encoding::Ucs2, 134, 2, 0)]
    #[case::wide_three(&"ś".repeat(135), Encoding::Ucs2, 135, 3, 66)]
    #[case::emoji(&"😀".repeat(35), Encoding::Ucs2, 70, 1, 0)]
    // 66 + 2 does not fit in 67.
    #[case::emoji_straddles(&format!("{}😀{}", "a".repeat(66), "b".repeat(10)), Encoding::Ucs2, 78, 2, 55)]
    #[case::spanish_in_the_alphabet("¿Qué año, señor? Él habló", Encoding::Ucs2, 25, 1, 45)]
    #[case::spanish_cheap("¿Qué mañana? ¡Sí".trim_end_matches("¡Sí"), Encoding::Gsm7, 13, 1, 147)]
    fn table(
        #[case] text: &str,
        #[case] encoding: Encoding,
        #[case] units: usize,
        #[case] parts: usize,
        #[case] left: usize,
    ) {
        let m = measure(text);
        assert_eq!((m.encoding, m.units, m.parts, m.left_in_part), (encoding, units, parts, left));
    }

    #[test]
    fn culprits_once_each() {
        let m = measure("Él habló así, habló");
        assert_eq!(
            m.culprits,
            [Culprit { ch: 'ó', byte_index: 8 }, Culprit { ch: 'í', byte_index: 13 }].to_vec(),
            "á í ó ú are not in the alphabet, É is"
        );
        assert_eq!(measure("it’s").culprits, [Culprit { ch: '’', byte_index: 2 }]);
    }

    #[test]
    fn alphabet_is_complete() {
        assert_eq!(BASIC.chars().count(), 127, "128 codes less the escape");
        assert_eq!(EXTENSION.chars().count(), 10);
    }

    #[test]
    fn plain() {
        assert_eq!(suggest_plain("“It’s”\u{a0}on – now…"), "\"It's\" on - now...");
        assert_eq!(measure(&suggest_plain("“It’s” on – now…")).encoding, Encoding::Gsm7);
        assert_eq!(suggest_plain("habló"), "habló");
    }

    #[rstest]
    #[case('’', Some("'"))]
    #[case('…', Some("..."))]
    #[case('á', Some("a"))]
    #[case('Ś', Some("S"))]
    #[case('é', None)]
    #[case('李', None)]
    #[case('😀', None)]
    #[case('a', None)]
    fn twins(#[case] c: char, #[case] twin: Option<&str>) {
        assert_eq!(plain_twin(c).as_deref(), twin);
    }

    proptest! {
        #[test]
        fn parts_hold_the_text(text in "[ -~€ñé😀ś]{0,500}") {
            let m = measure(&text);
            let (single, several) = if m.encoding == Encoding::Gsm7 { (160, 153) } else { (70, 67) };
            if m.parts <= 1 {
                prop_assert_eq!(m.units + m.left_in_part, single);
            } else {
                // Each part before the last may lose one unit to a character that would not fit.
                let room = m.parts * several - m.left_in_part;
                prop_assert!(m.units <= room && room < m.units + m.parts);
            }
        }

        #[test]
        fn plain_twice_is_once(text in any::<String>()) {
            let once = suggest_plain(&text);
            prop_assert_eq!(suggest_plain(&once), once);
        }
    }
}

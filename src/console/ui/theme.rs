//! Looks: a few semantic roles, and what each theme makes of them. Meaning never hangs on colour alone: wherever a role
//! says something, a word or a sign beside it says it too.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text of less weight: times, hints, what is past.
    Faint,
    /// Titles of panes.
    Title,
    /// Borders.
    Border,
    /// Border of the pane that has the keys.
    Focus,
    /// The mark and border of a rehearsal.
    Rehearsal,
    /// The mark and border of the real thing.
    RealVoters,
    /// The selected row.
    Selected,
    /// A key in a hint.
    Key,
    /// What a voter wrote.
    Inbound,
    /// What the campaign wrote.
    Outbound,
    /// Went well.
    Good,
    /// Wants attention.
    Warn,
    /// Went wrong, or must not be done.
    Bad,
    /// The exact text that would go out.
    Exact,
    /// A link in a text.
    Link,
    /// What the list put into a text, or what a suggestion fits by.
    Marked,
}

const ROLES: usize = 17;

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// None, or `NO_COLOR`: attributes only.
    Mono,
    /// Sixteen.
    Sixteen,
    /// 256.
    #[default]
    Indexed,
    /// 24 bits.
    True,
}

/// A style for each role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Its name in the settings.
    pub name: &'static str,
    styles: [Style; ROLES],
}

/// Foreground, background (none: the screen's), attributes; in the order of [`Role`].
type Row = (u32, Option<u32>, Modifier);

const BOLD: Modifier = Modifier::BOLD;
const NONE: Modifier = Modifier::empty();
const UNDER: Modifier = Modifier::UNDERLINED;

const DARK_BACK: u32 = 0x0f_15_1c;
const DARK: [Row; ROLES] = [
    (0xd8_de_e6, None, NONE),
    (0x93_a1_b0, None, NONE),
    (0xff_ff_ff, None, BOLD),
    (0x6f_7f_90, None, NONE),
    (0x6c_c3_ff, None, BOLD),
    (0x12_12_12, Some(0xf2_c1_4e), BOLD),
    (0xff_ff_ff, Some(0xb3_26_1e), BOLD),
    (0xff_ff_ff, Some(0x24_4a_6b), BOLD),
    (0x8f_d3_ff, None, BOLD),
    (0xf3_d9_8b, None, NONE),
    (0xb5_d8_f7, None, NONE),
    (0x7d_d8_8f, None, NONE),
    (0xf2_c1_4e, None, BOLD),
    (0xff_8a_80, None, BOLD),
    (0xff_ff_ff, None, NONE),
    (0x9f_c8_ff, None, UNDER),
    (0xff_ff_ff, None, BOLD),
];

const LIGHT_BACK: u32 = 0xfb_fa_f7;
const LIGHT: [Row; ROLES] = [
    (0x22_26_2b, None, NONE),
    (0x5a_63_6d, None, NONE),
    (0x00_00_00, None, BOLD),
    (0x6b_74_7e, None, NONE),
    (0x0b_57_9c, None, BOLD),
    (0x1a_14_00, Some(0xf2_c1_4e), BOLD),
    (0xff_ff_ff, Some(0xb3_26_1e), BOLD),
    (0x00_00_00, Some(0xc7_df_f5), BOLD),
    (0x0b_57_9c, None, BOLD),
    (0x6b_45_00, None, NONE),
    (0x12_4b_7d, None, NONE),
    (0x1b_6b_2f, None, NONE),
    (0x7a_4d_00, None, BOLD),
    (0xa8_1c_14, None, BOLD),
    (0x00_00_00, None, NONE),
    (0x0b_57_9c, None, UNDER),
    (0x00_00_00, None, BOLD),
];

const HIGH_BACK: u32 = 0x00_00_00;
const HIGH: [Row; ROLES] = [
    (0xff_ff_ff, None, NONE),
    (0xe0_e0_e0, None, NONE),
    (0xff_ff_ff, None, BOLD),
    (0xff_ff_ff, None, NONE),
    (0xff_ff_00, None, BOLD),
    (0x00_00_00, Some(0xff_ff_00), BOLD),
    (0xff_ff_ff, Some(0xb0_00_00), BOLD),
    (0x00_00_00, Some(0xff_ff_ff), BOLD),
    (0xff_ff_00, None, BOLD),
    (0xff_ff_80, None, NONE),
    (0x80_ff_ff, None, NONE),
    (0x80_ff_80, None, BOLD),
    (0xff_ff_00, None, BOLD),
    (0xff_a0_a0, None, BOLD),
    (0xff_ff_ff, None, BOLD),
    (0x80_ff_ff, None, UNDER),
    (0xff_ff_00, None, BOLD),
];

/// Attributes only; reverse video sets apart what stands out most. Nothing is faint: many terminals make that unreadable.
const MONO: [Modifier; ROLES] = [
    NONE,
    NONE,
    BOLD,
    NONE,
    BOLD,
    Modifier::REVERSED,
    BOLD.union(Modifier::REVERSED),
    Modifier::REVERSED,
    BOLD,
    NONE,
    NONE,
    NONE,
    BOLD,
    BOLD.union(UNDER),
    NONE,
    UNDER,
    BOLD,
];

impl Theme {
    /// Names that [`Self::named`] knows.
    pub const NAMES: [&'static str; 5] = ["dark", "light", "high-contrast", "16-colors", "mono"];

    /// The theme of this name, in as many colours as the terminal has.
    #[must_use]
    pub fn named(name: &str, depth: Depth) -> Option<Self> {
        let (name, rows, back) = match name {
            "dark" => ("dark", &DARK, DARK_BACK),
            "light" => ("light", &LIGHT, LIGHT_BACK),
            "high-contrast" => ("high-contrast", &HIGH, HIGH_BACK),
            // The looks of the dark one, in the colours that the person gave the terminal.
            "16-colors" => ("16-colors", &DARK, DARK_BACK),
            "mono" => return Some(Self::mono()),
            _ => return None,
        };
        if depth == Depth::Mono {
            return Some(Self::mono());
        }
        let depth = if name == "16-colors" { Depth::Sixteen } else { depth };
        let screen = back_16(back, None);
        let styles = std::array::from_fn(|role| {
            let (fore, own_back, attributes) = rows[role];
            let back = own_back.unwrap_or(back);
            if depth == Depth::Sixteen {
                let back = own_back.map_or_else(|| back_16(back, None), |own| back_16(own, Some(screen)));
                let fore = readable_16(fore, back, least(role, attributes));
                return Style::new().fg(fore.colour).bg(back.colour).add_modifier(attributes);
            }
            Style::new().fg(colour(fore, depth)).bg(colour(back, depth)).add_modifier(attributes)
        });
        Some(Self { name, styles })
    }

    /// Attributes only.
    #[must_use]
    pub fn mono() -> Self {
        Self { name: "mono", styles: MONO.map(|attributes| Style::new().add_modifier(attributes)) }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::named("dark", Depth::default()).unwrap_or_else(Self::mono)
    }
}

fn parts(rgb: u32) -> (u8, u8, u8) {
    let [_, r, g, b] = rgb.to_be_bytes();
    (r, g, b)
}

fn colour(rgb: u32, depth: Depth) -> Color {
    let (r, g, b) = parts(rgb);
    match depth {
        Depth::Mono => Color::Reset,
        Depth::True => Color::Rgb(r, g, b),
        Depth::Indexed => Color::Indexed(nearest_256(r, g, b)),
        Depth::Sixteen => nearest_16(rgb, |_| true).map_or(Color::Reset, |basic| basic.colour),
    }
}

const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    let nearest = |c: u8| (0..6u8).min_by_key(|i| STEPS[usize::from(*i)].abs_diff(c)).unwrap_or(0);
    let (x, y, z) = (nearest(r), nearest(g), nearest(b));
    let cube = [STEPS[usize::from(x)], STEPS[usize::from(y)], STEPS[usize::from(z)]];
    let grey_step = (0..24u8).min_by_key(|i| distance([8 + 10 * i; 3], [r, g, b])).unwrap_or(0);
    let grey = [8 + 10 * grey_step; 3];
    if distance(grey, [r, g, b]) < distance(cube, [r, g, b]) { 232 + grey_step } else { 16 + 36 * x + 6 * y + z }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

/// One of the sixteen, as terminals show it that differ most.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Basic {
    colour: Color,
    /// xterm: by this it is chosen.
    xterm: [u8; 3],
    /// The Linux console.
    console: [u8; 3],
    /// Solarized, dark: its bright black is the terminal's own background, its other bright ones are greys.
    solarized: [u8; 3],
}

const fn basic(colour: Color, xterm: u32, console: u32, solarized: u32) -> Basic {
    const fn bytes(rgb: u32) -> [u8; 3] {
        let [_, r, g, b] = rgb.to_be_bytes();
        [r, g, b]
    }
    Basic { colour, xterm: bytes(xterm), console: bytes(console), solarized: bytes(solarized) }
}

/// Those of the sixteen that are used.
const BASIC: [Basic; 12] = [
    basic(Color::Black, 0x00_00_00, 0x00_00_00, 0x07_36_42),
    basic(Color::Red, 0xcd_00_00, 0xaa_00_00, 0xdc_32_2f),
    basic(Color::Green, 0x00_cd_00, 0x00_aa_00, 0x85_99_00),
    basic(Color::Yellow, 0xcd_cd_00, 0xaa_55_00, 0xb5_89_00),
    basic(Color::Blue, 0x00_00_ee, 0x00_00_aa, 0x26_8b_d2),
    basic(Color::Gray, 0xe5_e5_e5, 0xaa_aa_aa, 0xee_e8_d5),
    basic(Color::DarkGray, 0x7f_7f_7f, 0x55_55_55, 0x00_2b_36),
    basic(Color::LightRed, 0xff_5a_5a, 0xff_55_55, 0x00cb_4b16),
    basic(Color::LightGreen, 0x5a_ff_5a, 0x55_ff_55, 0x58_6e_75),
    basic(Color::LightYellow, 0xff_ff_5a, 0xff_ff_55, 0x65_7b_83),
    basic(Color::LightCyan, 0x5a_ff_ff, 0x55_ff_ff, 0x93_a1_a1),
    basic(Color::White, 0xff_ff_ff, 0xff_ff_ff, 0xfd_f6_e3),
];

/// The nearest of the sixteen for a background: never bright black, and not the screen's own where it sets something apart.
fn back_16(rgb: u32, but: Option<Basic>) -> Basic {
    let fits = |basic: &Basic| basic.colour != Color::DarkGray && Some(*basic) != but;
    nearest_16(rgb, fits).unwrap_or(BASIC[0])
}

fn nearest_16(rgb: u32, fits: impl Fn(&Basic) -> bool) -> Option<Basic> {
    let wanted = <[u8; 3]>::from(parts(rgb));
    BASIC.into_iter().filter(fits).min_by_key(|basic| distance(basic.xterm, wanted))
}

/// The nearest of the sixteen that can be read on the background wherever it is shown: rounding by itself makes light greens
/// of dark ones. Solarized means to have less contrast; of it 3:1 is asked, and 2.5:1 of what is bold.
fn readable_16(fore: u32, back: Basic, least: f64) -> Basic {
    let readable = |basic: &Basic| {
        contrast(basic.xterm, back.xterm) >= least
            && contrast(basic.console, back.console) >= least
            && contrast(basic.solarized, back.solarized) >= softer(least)
    };
    let wanted = hue(<[u8; 3]>::from(parts(fore)));
    let kin = nearest_16(fore, |basic| readable(basic) && hue(basic.xterm) == wanted);
    kin.or_else(|| nearest_16(fore, readable)).unwrap_or(back)
}

/// Which of red, green and blue a colour has more of; of a grey none. A grey is not to become a red because that is as bright.
fn hue(rgb: [u8; 3]) -> [bool; 3] {
    let (most, least) = (rgb.into_iter().max().unwrap_or(0), rgb.into_iter().min().unwrap_or(0));
    rgb.map(|part| most - least >= 64 && part > least + (most - least) / 2)
}

fn softer(least: f64) -> f64 {
    if least > 3.0 { 3.0 } else { 2.5 }
}

/// The contrast that a role needs (WCAG 2.2, 1.4.3 and 1.4.11): 3:1 for borders and for what is bold, else 4.5:1.
fn least(role: usize, attributes: Modifier) -> f64 {
    if role == Role::Border as usize || attributes.contains(BOLD) { 3.0 } else { 4.5 }
}

/// As WCAG 2.2 defines it.
fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let [r, g, b] = rgb.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// After rounding to sixteen too, on the background that is rounded with it, and as each kind of terminal shows them.
    #[test]
    fn every_role_can_be_read_in_sixteen_colours() {
        let of = |colour: Option<Color>| {
            BASIC.into_iter().find(|known| Some(known.colour) == colour).expect("one of the sixteen")
        };
        for name in ["dark", "light", "high-contrast"] {
            let theme = Theme::named(name, Depth::Sixteen).expect("known");
            for (role, style) in theme.styles.iter().enumerate() {
                let (fore, back) = (of(style.fg), of(style.bg));
                let least = least(role, style.add_modifier);
                for (terminal, ratio, least) in [
                    ("xterm", contrast(fore.xterm, back.xterm), least),
                    ("console", contrast(fore.console, back.console), least),
                    ("Solarized", contrast(fore.solarized, back.solarized), softer(least)),
                ] {
                    assert!(ratio >= least, "{name}, role {role}, {terminal}: {ratio:.2}");
                }
                let border = role == Role::Border as usize;
                assert!(border || style.fg != Some(Color::DarkGray), "{name}, role {role}: bright black is no text");
                assert_ne!(style.bg, Some(Color::DarkGray), "{name}, role {role}");
            }
            assert_ne!(theme.style(Role::Selected).bg, theme.style(Role::Text).bg, "{name}: what is selected is seen");
        }
    }

    #[rstest]
    #[case::dark(&DARK, DARK_BACK, 4.5)]
    #[case::light(&LIGHT, LIGHT_BACK, 4.5)]
    #[case::high_contrast(&HIGH, HIGH_BACK, 7.0)]
    fn every_role_can_be_read(#[case] rows: &[Row; ROLES], #[case] back: u32, #[case] least: f64) {
        for (index, (fore, own_back, _)) in rows.iter().enumerate() {
            let bytes = |rgb| <[u8; 3]>::from(parts(rgb));
            let ratio = contrast(bytes(*fore), bytes(own_back.unwrap_or(back)));
            // Borders are no text: 3:1 is asked of them.
            let least = if index == Role::Border as usize { 3.0 } else { least };
            assert!(ratio >= least, "role {index}: {ratio:.2}");
        }
    }

    #[test]
    fn mono_has_no_colour_and_still_sets_apart_what_matters() {
        let mono = Theme::named("dark", Depth::Mono).expect("known");
        for role in [Role::Rehearsal, Role::RealVoters, Role::Selected, Role::Bad] {
            assert_eq!((mono.style(role).fg, mono.style(role).bg), (None, None));
            assert_ne!(mono.style(role), mono.style(Role::Text));
        }
        assert_ne!(mono.style(Role::Rehearsal), mono.style(Role::RealVoters));
        assert!(mono.styles.iter().all(|style| !style.add_modifier.contains(Modifier::DIM)), "nothing is faint");
    }

    #[test]
    fn names_are_known() {
        for name in Theme::NAMES {
            assert_eq!(Theme::named(name, Depth::True).map(|t| t.name), Some(name));
        }
        assert_eq!(Theme::named("mauve", Depth::True), None);
    }
}

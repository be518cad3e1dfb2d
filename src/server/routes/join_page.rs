//! `GET /join`: what a browser shows for a join link. The secret stays in the browser: it is behind the `#`. Without script,
//! so the page cannot know it either; it says how to bring it into the program.

use axum::extract::State;
use axum::http::header::{
    ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::refusal::Reply;
use crate::server::AppState;

const ENGLISH: &str = include_str!("../../../assets/join/en.html");
const SPANISH: &str = include_str!("../../../assets/join/es.html");
const STYLE: &str = include_str!("../../../assets/join/style.css");

/// Nothing but our own style; nothing is sent anywhere, and no other page shows this one.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Words of the page that depend on the server.
struct Words {
    page: &'static str,
    language: &'static str,
    somebody: &'static str,
    rehearsal: &'static str,
    download: &'static str,
    ask: &'static str,
}

const IN_ENGLISH: Words = Words {
    page: ENGLISH,
    language: "en",
    somebody: "a campaign",
    rehearsal: "<p class=\"note\"><strong>Rehearsal:</strong> no text of this server reaches a phone.</p>",
    download: "<p>Download it from <a href=\"{{url}}\" rel=\"noreferrer\">{{url}}</a>.</p>",
    ask: "<p>Whoever sent you this link has it for you, if you do not have it yet.</p>",
};

const IN_SPANISH: Words = Words {
    page: SPANISH,
    language: "es",
    somebody: "una campaña",
    rehearsal: "<p class=\"note\"><strong>Ensayo:</strong> ningún mensaje de este servidor llega a un teléfono.</p>",
    download: "<p>Descárgalo de <a href=\"{{url}}\" rel=\"noreferrer\">{{url}}</a>.</p>",
    ask: "<p>Si aún no lo tienes, pídeselo a quien te envió este enlace.</p>",
};

/// Says whose campaign it is, what to install, and the line to paste.
pub async fn handler(State(state): State<AppState>, headers: HeaderMap) -> Reply<Response> {
    let words = if prefers_spanish(&headers) { &IN_SPANISH } else { &IN_ENGLISH };
    let name = state.store().named_organization().await?;
    let name = name.as_deref().map_or_else(|| words.somebody.to_owned(), escaped);
    let download = match &state.download {
        Some(url) => words.download.replace("{{url}}", &escaped(url)),
        None => words.ask.to_owned(),
    };
    // The name last: what stands in it is not looked at again.
    let page = words
        .page
        .replace("{{rehearsal}}", if state.rehearsal { words.rehearsal } else { "" })
        .replace("{{download}}", &download)
        .replace("{{campaign}}", &name);
    let mut response = (guarded("text/html; charset=utf-8"), page).into_response();
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(words.language));
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// How the page looks.
pub async fn style() -> Response {
    (guarded("text/css; charset=utf-8"), STYLE).into_response()
}

fn guarded(kind: &'static str) -> [(HeaderName, HeaderValue); 6] {
    [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
}

/// Whether the browser asks for Spanish before English.
fn prefers_spanish(headers: &HeaderMap) -> bool {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weight = |language: &str| {
        asked
            .split(',')
            .filter_map(|part| {
                let mut parts = part.split(';');
                let tag = parts.next()?.trim();
                let own = tag.split('-').next()?.eq_ignore_ascii_case(language);
                let said = parts.find_map(|pair| pair.trim().strip_prefix("q="));
                let weight = said.map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
                own.then_some(weight)
            })
            .fold(0.0, f32::max)
    };
    weight("es") > weight("en")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", false)]
    #[case("es", true)]
    #[case("es-MX,es;q=0.9,en;q=0.8", true)]
    #[case("en-US,en;q=0.9,es;q=0.8", false)]
    #[case("de, ES;q=0.3", true)]
    #[case("en;q=0.1, es;q=0.2", true)]
    #[case("es;q=nonsense", false)]
    #[case("estonian", false)]
    fn spanish_is_spoken_to_who_asks_for_it_before_english(#[case] asked: &'static str, #[case] spanish: bool) {
        let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(asked))]);
        assert_eq!(prefers_spanish(&headers), spanish);
    }

    /// A colour of the style: the first in this declaration, `#rrggbb`.
    fn colour(style: &str, selector: &str, property: &str) -> Option<[f64; 3]> {
        let hex = style.split('}').find_map(|rule| {
            let (selectors, body) = rule.rsplit_once('{')?;
            let selectors = selectors.rsplit(['{', ';', '*']).next()?;
            selectors.split(',').find(|one| one.trim() == selector)?;
            let declaration = body.split(';').find_map(|pair| {
                let (name, value) = pair.split_once(':')?;
                (name.trim() == property).then_some(value)
            })?;
            declaration.split_once('#')?.1.get(..6)
        })?;
        let channel = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok().map(|c| f64::from(c) / 255.0);
        Some([channel(0)?, channel(2)?, channel(4)?])
    }

    /// Contrast as WCAG 2 reckons it, from 1 to 21.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let light = |colour: [f64; 3]| {
            let [r, g, b] = colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (one, other) = (light(one), light(other));
        one.max(other) / one.min(other)
    }

    #[rstest]
    #[case::text("body", "color", "body", 4.5)]
    #[case::a_link("a", "color", "body", 4.5)]
    #[case::a_line_to_paste("body", "color", "pre", 4.5)]
    #[case::the_edge_of_a_line_to_paste("pre", "border", "body", 3.0)]
    #[case::the_edge_of_a_key("kbd", "border", "body", 3.0)]
    #[case::the_edge_of_a_note(".note", "border-left", "body", 3.0)]
    fn it_can_be_read_in_light_and_in_dark(
        #[case] selector: &str,
        #[case] property: &str,
        #[case] ground: &str,
        #[case] least: f64,
    ) {
        let (light, dark) = STYLE.split_once("@media (prefers-color-scheme: dark) {").expect("both");
        let of = |style, selector, property| {
            colour(style, selector, property).or_else(|| colour(style, selector, &format!("{property}-color")))
        };
        for styles in [[light, light], [dark, light]] {
            let find =
                |selector, property| styles.iter().find_map(|style| of(style, selector, property)).expect("a colour");
            let ratio = contrast(find(selector, property), find(ground, "background"));
            assert!(ratio >= least, "{selector} {property} on {ground}: {ratio:.2}");
        }
    }

    #[test]
    fn contrast_is_reckoned_as_the_standard_does() {
        assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
        let grey = colour("a { color: #767676; }", "a", "color").expect("a colour");
        assert!((contrast(grey, [1.0; 3]) - 4.54).abs() < 0.01);
    }

    #[test]
    fn both_languages_have_the_same_parts_and_no_script() {
        for page in [ENGLISH, SPANISH] {
            for part in ["{{rehearsal}}", "{{download}}", "{{campaign}}", "<main>", "<header>", "<footer>", "viewport"]
            {
                assert!(page.contains(part), "{part}");
            }
            assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("http:"));
        }
        let shape = |page: &str| {
            page.split('<').filter_map(|tag| tag.split([' ', '>']).next().map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(shape(ENGLISH), shape(SPANISH));
    }
}

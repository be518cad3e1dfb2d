//! Sentences: Fluent catalogues in `assets/i18n/<language>/`, one file a part, built into the program.
//!
//! Screens hold keys and arguments; this module turns them into sentences. It knows nothing of our own types, so that
//! every part may use it. A key that a language lacks is said in English; a key that English lacks too is said in
//! brackets: a mistake in the program, which a test over the source finds.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

/// Names the files of one language; every language has the same ones.
macro_rules! parts {
    ($language:literal) => {
        &[
            include_str!(concat!("../../assets/i18n/", $language, "/common.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/problem.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/texter.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/captain.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/keymap.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/ui.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/plain.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/score.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/people.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/report.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/practice.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/home.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/usage.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/machine.ftl")),
            include_str!(concat!("../../assets/i18n/", $language, "/commands.ftl")),
        ]
    };
}

const ENGLISH: &[&str] = parts!("en");
const SPANISH: &[&str] = parts!("es");
/// What `--help` says of each command in Spanish. In English it stands in the commands' own source.
const SPANISH_HELP: &str = include_str!("../../assets/i18n/es/help.ftl");

/// One argument of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text. Strangers' text has passed `safe_text` before.
    Text(String),
    /// A number; chooses plural forms and is written in the language's way.
    Number(i64),
    /// A moment, already written in local form.
    Time(String),
}

impl Value {
    fn fluent(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) | Self::Time(text) => FluentValue::String(Cow::Borrowed(text)),
            Self::Number(number) => FluentValue::from(*number),
        }
    }
}

/// The sentences of one language, with English behind it.
pub struct Catalogue {
    language: &'static str,
    own: Option<FluentBundle<FluentResource>>,
    english: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogue").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Catalogue {
    /// English.
    #[must_use]
    pub fn english() -> Self {
        Self { language: "en", own: None, english: bundle("en", ENGLISH) }
    }

    /// Spanish; what it lacks is said in English.
    #[must_use]
    pub fn spanish() -> Self {
        Self { language: "es", own: Some(bundle("es", SPANISH)), english: bundle("en", ENGLISH) }
    }

    /// The catalogue for a language tag or a locale's name (`es`, `es-MX`, `es_US.UTF-8`). English for what we do not have.
    #[must_use]
    pub fn for_language(tag: &str) -> Self {
        let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("es") { Self::spanish() } else { Self::english() }
    }

    /// The same, with what `--help` says of each command, which nobody needs but the command line. In English it has nothing of that.
    #[must_use]
    pub fn for_command_line(tag: &str) -> Self {
        let mut found = Self::for_language(tag);
        if let Some(own) = &mut found.own {
            add(own, SPANISH_HELP);
        }
        found
    }

    /// The keys of what `--help` says, in order.
    #[must_use]
    pub fn help_keys() -> Vec<String> {
        keys_of(&[SPANISH_HELP])
    }

    /// The language's tag: `en` or `es`.
    #[must_use]
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// True when some language behind this catalogue has the key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.own.as_ref().is_some_and(|own| own.has_message(key)) || self.english.has_message(key)
    }

    /// The sentence of `key`. A key that nobody has is given back in brackets.
    #[must_use]
    pub fn say(&self, key: &str, args: &[(&str, Value)]) -> String {
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            fluent.set(*name, value.fluent());
        }
        let said =
            self.own.as_ref().and_then(|own| format(own, key, &fluent)).or_else(|| format(&self.english, key, &fluent));
        let said = said.unwrap_or_else(|| format!("[{key}]"));
        if self.own.is_some() { tidied(said, args) } else { said }
    }

    /// All keys of a language's files, in order; for the tests that look for missing and dead ones.
    #[must_use]
    pub fn keys(language: &str) -> Vec<String> {
        keys_of(if language == "es" { SPANISH } else { ENGLISH })
    }
}

fn keys_of(parts: &[&str]) -> Vec<String> {
    parts
        .iter()
        .flat_map(|part| part.lines())
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
        .collect()
}

/// What no message can know of its own arguments: a Spanish time ends with a full stop, which then is the sentence's too, and one
/// o'clock is one. What a voter wrote so stays as it was written, and the sentence with it.
fn tidied(said: String, args: &[(&str, Value)]) -> String {
    const TIDIED: [(&str, &str); 3] = [(". m..", ". m."), ("son las 1:", "es la 1:"), ("las 1:", "la 1:")];
    let told = |from: &str| args.iter().any(|(_, value)| matches!(value, Value::Text(text) if text.contains(from)));
    let mut said = said;
    for (from, to) in TIDIED {
        if said.contains(from) && !told(from) {
            said = said.replace(from, to);
        }
    }
    said
}

fn format(bundle: &FluentBundle<FluentResource>, key: &str, args: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    // Errors are arguments that the text wants and the caller did not give; the text then shows their names, and the
    // test over the source finds them.
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(args), &mut errors).into_owned())
}

fn bundle(language: &str, parts: &[&str]) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(language.parse().into_iter().collect());
    // Terminals do not know the isolation marks, and safe_text has taken strangers' ones away.
    bundle.set_use_isolating(false);
    // Both as in the Americas: 12,345.
    bundle.set_formatter(Some(with_commas));
    for part in parts {
        add(&mut bundle, part);
    }
    bundle
}

fn add(bundle: &mut FluentBundle<FluentResource>, part: &str) {
    // A faulty line is left out and the rest kept; a test fails on any fault.
    let resource = FluentResource::try_new(part.to_owned()).unwrap_or_else(|(kept, _)| kept);
    // The first of two equal keys stands; a test fails on a second one.
    let _ = bundle.add_resource(resource);
}

fn with_commas<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value)
}

fn grouped(value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let text = number.as_string().into_owned();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if digits.len() < 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text);
    }
    let sign = &text[..text.len() - digits.len()];
    let first = (digits.len() - 1) % 3 + 1;
    let mut out = format!("{sign}{}", &digits[..first]);
    for at in (first..digits.len()).step_by(3) {
        out.push(',');
        out.push_str(&digits[at..at + 3]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use fluent_bundle::FluentResource;
    use rstest::rstest;

    use super::{Catalogue, ENGLISH, SPANISH, SPANISH_HELP, Value, tidied};

    #[rstest]
    #[case("en", ENGLISH)]
    #[case("es", SPANISH)]
    #[case("es", &[SPANISH_HELP])]
    fn files_have_no_faults_and_no_key_twice(#[case] language: &str, #[case] parts: &[&str]) {
        for part in parts {
            if let Err((_, faults)) = FluentResource::try_new((*part).to_owned()) {
                panic!("{language}: {faults:?} in\n{part}");
            }
        }
        let mut seen = HashSet::new();
        for key in Catalogue::keys(language) {
            assert!(seen.insert(key.clone()), "{language}: {key} stands twice");
        }
    }

    #[test]
    fn a_spanish_time_is_tidied_and_no_voters_words() {
        let time = [("at", Value::Time("1:00 p. m.".into()))];
        assert_eq!(tidied("Hasta las 1:00 p. m..".into(), &time), "Hasta la 1:00 p. m.");
        assert_eq!(tidied("allí son las 1:05 p. m.".into(), &time), "allí es la 1:05 p. m.");
        let voter = [("text", Value::Text("desde las 1:00".into()))];
        assert_eq!(tidied("Ana: desde las 1:00".into(), &voter), "Ana: desde las 1:00");
    }

    #[test]
    fn spanish_has_no_key_that_english_lacks() {
        let english: HashSet<_> = Catalogue::keys("en").into_iter().collect();
        let extra: Vec<_> = Catalogue::keys("es").into_iter().filter(|key| !english.contains(key)).collect();
        assert_eq!(extra, Vec::<String>::new());
    }

    #[rstest]
    #[case("es", "es")]
    #[case("es_MX.UTF-8", "es")]
    #[case("ES-us", "es")]
    #[case("en_US.UTF-8", "en")]
    #[case("C", "en")]
    #[case("", "en")]
    #[case("est", "en")]
    fn language_is_chosen_by_the_primary_tag(#[case] tag: &str, #[case] language: &str) {
        assert_eq!(Catalogue::for_language(tag).language(), language);
    }

    #[test]
    fn missing_key_is_said_in_brackets() {
        assert_eq!(Catalogue::english().say("no-such-key", &[]), "[no-such-key]");
    }

    #[test]
    fn sentence_has_no_isolation_marks_and_falls_back_to_english() {
        let mut catalogue = Catalogue::spanish();
        let part = "only-english = From { $who } on { $at }: { $count }\n";
        let resource = FluentResource::try_new(part.to_owned()).expect("valid");
        catalogue.english.add_resource(resource).expect("new key");
        let args = [
            ("who", Value::Text("Ana".into())),
            ("at", Value::Time("3:05 pm".into())),
            ("count", Value::Number(-1_234_567)),
        ];
        assert_eq!(catalogue.say("only-english", &args), "From Ana on 3:05 pm: -1,234,567");
        assert!(catalogue.say("problem-paused", &[]).starts_with("Un capitán"));
    }

    #[rstest]
    #[case(999, "999", "999")]
    #[case(1000, "1,000", "1,000")]
    #[case(12345, "12,345", "12,345")]
    fn numbers_are_grouped_in_the_language_s_way(#[case] n: i64, #[case] english: &str, #[case] spanish: &str) {
        let said = |language: &str| {
            let mut bundle = super::bundle(language, &[]);
            bundle.add_resource(FluentResource::try_new("n = { $n }\n".into()).expect("valid")).expect("new key");
            let mut args = fluent_bundle::FluentArgs::new();
            args.set("n", n);
            super::format(&bundle, "n", &args).expect("said")
        };
        assert_eq!((said("en").as_str(), said("es").as_str()), (english, spanish));
    }

    #[test]
    fn catalogue_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Catalogue>();
    }
}

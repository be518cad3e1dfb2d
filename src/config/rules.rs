//! Which settings exist and what each may be.

use std::collections::BTreeMap;

use toml::Value;

use super::schema::Config;

/// What a value may be, beyond the type of its default.
enum Rule {
    Any,
    OneOf(&'static [&'static str]),
    Between(i64, i64),
}

/// Log levels, least first.
pub(super) const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

/// Those of `assets/rules/throughput.toml`; empty: not said, none: nothing is bounded.
pub const REGISTRATIONS: &[&str] =
    &["", "none", "political", "score-75", "score-50", "score-25", "score-1", "low-volume", "toll-free", "short-code"];

fn rule(key: &str) -> Rule {
    match key {
        "language" => Rule::OneOf(&["auto", "en", "es"]),
        "console.theme" => Rule::OneOf(&["dark", "light", "high-contrast", "16-colors", "mono"]),
        "console.bell" | "console.notify" => Rule::OneOf(&["never", "inactive", "always"]),
        "console.plain" => Rule::OneOf(&["auto", "always", "never"]),
        // Below 50 ms nobody has seen the card.
        "console.dwell_ms" => Rule::Between(50, 5_000),
        "console.key_gap_ms" => Rule::Between(300, 10_000),
        "console.break_minutes" => Rule::Between(0, 480),
        "console.reply_undo_seconds" | "console.initial_undo_seconds" => Rule::Between(0, 60),
        // A held key repeats every 30 to 100 ms; silence must be longer than that.
        "console.key_silence_ms" => Rule::Between(50, 1_000),
        "client.key_store" => Rule::OneOf(&["auto", "file", "keychain"]),
        "client.timeout_seconds" | "client.connect_timeout_seconds" => Rule::Between(1, 300),
        "serve.connections" | "serve.connections_per_address" => Rule::Between(8, 1_000_000),
        "serve.requests_per_account" | "serve.requests_per_address" => Rule::Between(0, 1_000_000),
        "serve.drain_seconds" => Rule::Between(0, 3_600),
        // Longer than a month is as good as never.
        "serve.second_factor_hours" => Rule::Between(1, 720),
        "serve.unsent_minutes" | "serve.reply_minutes" => Rule::Between(6, 1_440),
        "carrier.registration" => Rule::OneOf(REGISTRATIONS),
        "carrier.numbers" => Rule::Between(1, 10_000),
        // No carrier takes more; what all numbers may do together is looked at when it is known (`serve`).
        "carrier.segments_per_second" => Rule::Between(0, 1_000_000),
        "carrier.segments_per_minute" => Rule::Between(0, 60_000_000),
        "carrier.segments_per_day" => Rule::Between(0, 1_000_000_000),
        "carrier.reserve_percent" => Rule::Between(0, 90),
        "carrier.queue_minutes" => Rule::Between(1, 1_440),
        "log.level" => Rule::OneOf(LEVELS),
        "log.format" => Rule::OneOf(&["lines", "json"]),
        _ => Rule::Any,
    }
}

/// Every setting with its default, own keys left out.
pub(super) fn defaults() -> BTreeMap<Vec<String>, Value> {
    let mut found = BTreeMap::new();
    // The defaults are our own; they always have a TOML form.
    if let Ok(Value::Table(table)) = Value::try_from(Config::default()) {
        collect(&table, &mut Vec::new(), &mut found);
    }
    found
}

fn collect(table: &toml::Table, path: &mut Vec<String>, found: &mut BTreeMap<Vec<String>, Value>) {
    for (key, value) in table {
        path.push(key.clone());
        match value {
            Value::Table(inner) => collect(inner, path, found),
            value => {
                found.insert(path.clone(), value.clone());
            }
        }
        path.pop();
    }
}

/// True for `[keys]` and what stands below it: names are free there, the key map checks them.
fn is_own_key(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == "keys")
}

/// True when `path` names a section.
pub(super) fn is_section(path: &[String]) -> bool {
    (is_own_key(path) && path.len() <= 2)
        || defaults().keys().any(|known| known.len() > path.len() && known.starts_with(path))
}

/// True when `path` names a setting, or a section (which [`check`] refuses as a value).
pub(super) fn is_known(path: &[String]) -> bool {
    (is_own_key(path) && path.len() == 3) || is_section(path) || defaults().contains_key(path)
}

/// What an own key does, as one line of words: `action`, or `action when condition, other action`. A table, or a list of them,
/// says the same in TOML.
fn own_key(key: &str, value: &Value) -> Result<String, String> {
    let word = |table: &toml::Table, field: &str| match table.get(field) {
        None => Ok(None),
        Some(Value::String(word)) => Ok(Some(word.clone())),
        Some(other) => Err(format!("`{field}` of `{key}` must be text in quotes, not {other}")),
    };
    match value {
        Value::String(words) => Ok(words.clone()),
        Value::Table(table) => {
            let known = ["action", "when"];
            if let Some(unknown) = table.keys().find(|field| !known.contains(&field.as_str())) {
                let names = known.map(str::to_owned);
                return Err(format!("`{unknown}` is not a part of a key{}", did_you_mean(unknown, &names, "`")));
            }
            let Some(action) = word(table, "action")? else {
                return Err(format!(
                    "`{key}` does not say what it does: `{{ action = \"close\", when = \"waiting\" }}`"
                ));
            };
            if action.contains([',', ' ']) {
                return Err(format!(
                    "`action` of `{key}` is one action; several stand in a list of tables, not `{action}`"
                ));
            }
            match word(table, "when")? {
                // A comma would begin another action.
                Some(when) if when.contains(',') => {
                    Err(format!("`when` of `{key}` joins conditions by `&&` and `||`, not by commas: `{when}`"))
                }
                Some(when) => Ok(format!("{action} when {when}")),
                None => Ok(action),
            }
        }
        Value::Array(several) if !several.is_empty() => {
            let each = several.iter().map(|one| own_key(key, one)).collect::<Result<Vec<_>, _>>()?;
            Ok(each.join(", "))
        }
        other => Err(format!(
            "`{key}` must be the name of an action in quotes, or `{{ action = \"close\", when = \"waiting\" }}`, not {other}"
        )),
    }
}

/// Checks one value; gives it as it is kept.
pub(super) fn check(path: &[String], value: Value) -> Result<Value, String> {
    let key = dotted(path);
    if is_own_key(path) && path.len() == 3 {
        return own_key(&key, &value).map(Value::String);
    }
    let Some(default) = defaults().remove(path) else {
        return Err(format!("`{key}` is a section, not a setting"));
    };
    let fits = match (rule(&key), &value) {
        (Rule::Between(least, most), Value::Integer(number)) => (least..=most).contains(number),
        (Rule::OneOf(words), Value::String(word)) => words.contains(&word.as_str()),
        (Rule::Any, value) => value.same_type(&default),
        _ => false,
    };
    if fits { Ok(value) } else { Err(format!("`{key}` must be {}, not {value}", wanted(&key, &default))) }
}

fn wanted(key: &str, default: &Value) -> String {
    match (rule(key), default) {
        (Rule::OneOf(words), _) => {
            let named: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
            let nothing = if named.len() < words.len() { " or nothing (\"\")" } else { "" };
            format!("one of {}{nothing}", named.join(", "))
        }
        (Rule::Between(least, most), _) => format!("a whole number from {least} to {most}"),
        (Rule::Any, Value::Boolean(_)) => "true or false".into(),
        (Rule::Any, Value::Integer(_)) => "a whole number".into(),
        (Rule::Any, _) => "text in quotes".into(),
    }
}

/// A value given without TOML's quotes, by the type of its default. What does not fit stays text and fails the check.
pub(super) fn value_from_words(path: &[String], words: &str) -> Value {
    let text = || Value::String(words.to_owned());
    match defaults().get(path) {
        Some(Value::Boolean(_)) => match words {
            "true" | "1" | "yes" | "on" => Value::Boolean(true),
            "false" | "0" | "no" | "off" => Value::Boolean(false),
            _ => text(),
        },
        Some(Value::Integer(_)) => words.parse().map_or_else(|_| text(), Value::Integer),
        _ => text(),
    }
}

fn variable(path: &[String]) -> String {
    format!("TEXTBANK_{}", path.join("_").to_ascii_uppercase())
}

/// The setting that an environment variable stands for.
pub(super) fn by_variable(name: &str) -> Option<Vec<String>> {
    defaults().into_keys().find(|path| variable(path) == name)
}

/// The path with dots, quoted where TOML wants it.
pub(super) fn dotted(path: &[String]) -> String {
    let bare = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let quoted = |part: &String| if bare(part) { part.clone() } else { Value::String(part.clone()).to_string() };
    path.iter().map(quoted).collect::<Vec<_>>().join(".")
}

/// Says that a setting does not exist, and the nearest that does.
pub(super) fn unknown(path: &[String]) -> String {
    unknown_key(&dotted(path))
}

/// As [`unknown`], for a key as it was typed.
pub(super) fn unknown_key(key: &str) -> String {
    let mut names: Vec<String> = defaults().keys().map(|path| dotted(path)).collect();
    names.extend(defaults().keys().filter(|path| path.len() > 1).map(|path| path[0].clone()));
    names.push("keys".into());
    if let Some((section, _)) = key.split_once('.').filter(|(section, _)| is_section(&[(*section).to_owned()])) {
        // A name that is like none of them: those of the same section are what can be meant.
        let here: Vec<&str> = names.iter().filter_map(|name| name.strip_prefix(section)?.strip_prefix('.')).collect();
        let like_one = names.iter().any(|known| strsim::jaro_winkler(key, known) > NEAR && near_tail(key, known));
        if !like_one && !here.is_empty() {
            return format!("unknown setting `{key}`; `{section}` has {}", here.join(", "));
        }
    }
    format!("unknown setting `{key}`{}", did_you_mean(key, &names, "`"))
}

/// As [`unknown`], for an environment variable.
pub(super) fn unknown_variable(name: &str) -> String {
    let names: Vec<String> = defaults().keys().map(|path| variable(path)).collect();
    format!("no such setting{}", did_you_mean(name, &names, ""))
}

/// From this likeness on a name is taken for a slip of another.
const NEAR: f64 = 0.8;

/// The section's name makes any two of its settings look alike: the part behind it decides.
fn near_tail(key: &str, known: &str) -> bool {
    let tail = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    strsim::jaro_winkler(&tail(key), &tail(known)) > NEAR
}

fn did_you_mean(name: &str, names: &[String], quote: &str) -> String {
    let near = names.iter().map(|known| (strsim::jaro_winkler(name, known), known));
    match near.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((likeness, known)) if likeness > NEAR => format!("; did you mean {quote}{known}{quote}?"),
        _ => "; `textbank config show` lists all".into(),
    }
}

//! What is made from the command tree itself.

use serde::Serialize;

use super::{Context, Exit, Outcome, out, out_json, tree};
use crate::console::keymap::{ACTIONS, Fact, Keymap};
use crate::i18n::{Catalogue, Value};

/// One line of the key table.
#[derive(Serialize)]
struct Row {
    context: &'static str,
    key: String,
    actions: Vec<&'static str>,
    does: Vec<String>,
    /// When each of them counts, as in the settings; empty: always.
    when: Vec<String>,
}

/// `keys`: the key map that counts, the person's own keys included.
pub(super) fn keys(ctx: &Context, json: bool) -> Outcome {
    // The settings were refused already if their keys had a fault.
    let keymap = Keymap::with_user(&ctx.config.keys).unwrap_or_default();
    let rows: Vec<Row> = keymap
        .table()
        .into_iter()
        .map(|(context, key, bindings)| Row {
            context: context.name(),
            key,
            actions: bindings.iter().map(|bound| bound.action.name()).collect(),
            does: bindings.iter().map(|bound| ctx.catalogue.say(bound.action.label_key(), &[])).collect(),
            when: bindings.iter().map(|bound| bound.when.to_string()).collect(),
        })
        .collect();
    if json {
        out_json(&rows)?;
    } else {
        out(table(&rows))?;
        out(conditions(ctx))?;
        let bare: Vec<&str> =
            ACTIONS.iter().filter(|info| keymap.keys_of(info.action).is_empty()).map(|info| info.name).collect();
        if !bare.is_empty() {
            let names = Value::Text(bare.join(", "));
            out(format!("\n{}", ctx.catalogue.say("keys-without", &[("actions", names)])))?;
        }
        if let Some(warning) = lost(&keymap, &ctx.catalogue) {
            out(format!("\n{warning}"))?;
        }
    }
    Ok(Exit::Done)
}

/// What own keys left without a key in a place, as a warning.
pub(super) fn lost(keymap: &Keymap, words: &Catalogue) -> Option<String> {
    let lost = keymap.lost();
    let named: Vec<String> =
        lost.iter().map(|(place, action)| format!("{} ({})", action.name(), place.name())).collect();
    (!named.is_empty()).then(|| words.say("keys-lost", &[("actions", Value::Text(named.join(", ")))]))
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.key.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    let mut context = "";
    for row in rows {
        if row.context != context {
            context = row.context;
            lines.push(format!("\n[{context}]"));
        }
        let named = row.actions.iter().zip(&row.when).map(|(action, when)| match when.as_str() {
            "" => (*action).to_owned(),
            when => format!("{action} when {when}"),
        });
        let named = named.collect::<Vec<_>>().join(", ");
        lines.push(format!("  {:<width$}  {}  ({named})", row.key, row.does.join(" / ")));
    }
    lines.join("\n").trim_start().to_owned()
}

/// What own keys may ask for.
fn conditions(ctx: &Context) -> String {
    let width = Fact::ALL.into_iter().map(|fact| fact.name().len()).max().unwrap_or(0);
    let mut lines = vec![format!("\n{}", ctx.catalogue.say("keys-conditions", &[]))];
    for fact in Fact::ALL {
        lines.push(format!("  {:<width$}  {}", fact.name(), ctx.catalogue.say(fact.label_key(), &[])));
    }
    lines.join("\n")
}

/// `completions SHELL`
pub(super) fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut tree(), "textbank", &mut script);
    out(String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// `man`
pub(super) fn man() -> Outcome {
    let mut page = Vec::new();
    clap_mangen::Man::new(tree()).render(&mut page)?;
    out(String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

//! What is made from the command tree itself.

use serde::Serialize;

use super::{Context, Exit, Outcome, out, out_json, tree};
use crate::console::keymap::Keymap;

/// One line of the key table.
#[derive(Serialize)]
struct Row {
    context: &'static str,
    key: String,
    actions: Vec<&'static str>,
    does: Vec<String>,
}

/// `keys`: the key map that counts, the person's own keys included.
pub(super) fn keys(ctx: &Context, json: bool) -> Outcome {
    // The settings were refused already if their keys had a fault.
    let keymap = Keymap::with_user(&ctx.config.keys).unwrap_or_default();
    let rows: Vec<Row> = keymap
        .table()
        .into_iter()
        .map(|(context, key, actions)| Row {
            context: context.name(),
            key,
            actions: actions.iter().map(|action| action.name()).collect(),
            does: actions.iter().map(|action| ctx.catalogue.say(action.info().label_key, &[])).collect(),
        })
        .collect();
    if json {
        out_json(&rows)?;
    } else {
        out(table(&rows))?;
    }
    Ok(Exit::Done)
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
        lines.push(format!("  {:<width$}  {}  ({})", row.key, row.does.join(" / "), row.actions.join(", ")));
    }
    lines.join("\n").trim_start().to_owned()
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

//! `keys --press`: what this terminal sends, key by key, and what is bound to it.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use futures_util::StreamExt as _;

use super::{Context, Exit, Outcome, out, shift};
use crate::console::keymap::Keymap;
use crate::console::keymap::chord::{Chord, Key, Press};
use crate::console::term::input::{self, Input};
use crate::console::term::lines::columns_of_output;
use crate::console::term::press::{SETTLING, judge};
use crate::console::term::watch::Watch;
use crate::console::ui::wrap::hang;
use crate::doctor::guard;
use crate::i18n::Catalogue;

/// Options of `keys`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long, conflicts_with = "press")]
    json: bool,
    /// Say of each key that is pressed what this terminal sends for it, and what it does; q twice, or ctrl+c, ends it
    #[arg(long)]
    press: bool,
}

/// Runs `keys`.
///
/// # Errors
/// When there is no terminal to press keys at.
pub async fn run(args: &Args, ctx: &Context) -> Outcome {
    if args.press { watch(ctx).await } else { super::tools::keys(ctx, args.json) }
}

async fn watch(ctx: &Context) -> Outcome {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        anyhow::bail!("there is no terminal here whose keys could be told: run it in the terminal that you text in");
    }
    let keymap = shift::keymap(ctx);
    let watch = Watch::take().context("the keyboard cannot be read key by key")?;
    // Lines end at words: the terminal itself would break them anywhere.
    let columns = columns_of_output().unwrap_or(u16::MAX);
    let say = |line: String| out(format!("{}\r", hang(&line, columns).replace('\n', "\r\n")));
    let mut inputs = input::real();
    let told = async {
        say(format!("{}.", guard(Some(watch.tells_repeats()), &ctx.config.console, &ctx.catalogue)))?;
        say("Press keys; q twice or ctrl+c ends it.".to_owned())?;
        let mut ending = false;
        while let Some(next) = inputs.next().await {
            let next = next.context("the keyboard is gone")?;
            if next == (Input::Key { chord: Chord::ctrl(Key::Char('c')), repeat: false }) {
                break;
            }
            let quit = matches!(next, Input::Key { chord, repeat: false } if chord == Chord::plain(Key::Char('q')));
            say(line(&next, watch.tells_repeats(), &keymap, &ctx.catalogue))?;
            if quit && ending {
                break;
            }
            ending = quit;
        }
        anyhow::Ok(Exit::Done)
    }
    .await;
    drop(inputs);
    drop(watch);
    told
}

/// One thing the terminal sent, in words. What was pasted is not repeated.
fn line(sent: &Input, tells_repeats: bool, keymap: &Keymap, words: &Catalogue) -> String {
    match sent {
        Input::Key { chord, repeat } => {
            let how = match judge(tells_repeats, Some(SETTLING), *chord, *repeat) {
                Press::Fresh => " (pressed)",
                Press::Repeat => " (held down)",
                // The first line says how the two are told apart here.
                Press::Unsure => "",
            };
            let bound = bound(*chord, keymap, words);
            let bound = if bound.is_empty() { "bound to nothing".to_owned() } else { bound.join("; ") };
            format!("{chord}{how}: {bound}")
        }
        Input::Paste(text) => format!("pasted text of {} characters: text, never a command", text.chars().count()),
        Input::Resize(width, height) => format!("the window is {width}x{height}"),
        Input::Click { x, y } => format!("a click in column {}, row {}", x + 1, y + 1),
        Input::Wheel(by) => format!("the wheel, {}", if *by < 0 { "up" } else { "down" }),
        Input::Focus(true) => "the window has the focus".to_owned(),
        Input::Focus(false) => "the window lost the focus".to_owned(),
    }
}

/// What a chord does alone, and what it begins, each with its place.
fn bound(chord: Chord, keymap: &Keymap, words: &Catalogue) -> Vec<String> {
    let alone = chord.to_string();
    let begins = format!("{alone} ");
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for (place, keys, bindings) in keymap.table() {
        if keys != alone && !keys.starts_with(&begins) {
            continue;
        }
        let names: Vec<String> = bindings.iter().map(|bound| words.say(bound.action.label_key(), &[])).collect();
        let what = if keys == alone { names.join(" or ") } else { format!("{keys}: {}", names.join(" or ")) };
        let place = words.say(&format!("context-{}", place.name()), &[]);
        match found.iter_mut().find(|(other, _)| *other == what) {
            Some((_, places)) => places.push(place),
            None => found.push((what, vec![place])),
        }
    }
    found.into_iter().map(|(what, places)| format!("{what} ({})", places.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_with_what_it_does_where() {
        let (keymap, words) = (Keymap::default(), Catalogue::english());
        let told = |chord: &str, repeats, repeat| {
            line(&Input::Key { chord: chord.parse().expect("a chord"), repeat }, repeats, &keymap, &words)
        };
        assert!(
            told("enter", true, false).starts_with("enter (pressed): send (send card); open (replies, My campaigns)"),
            "{}",
            told("enter", true, false)
        );
        assert!(told("enter", true, true).contains("(held down)"));
        assert!(told("enter", false, false).starts_with("enter: send (send card)"));
        assert!(
            told("g", true, false).contains("g g: ") && told("g", true, false).contains("(replies, conversation"),
            "{}",
            told("g", true, false)
        );
        assert!(told("f12", true, false).ends_with("bound to nothing"));
        let pasted = line(&Input::Paste("secret \u{1b}[2J".into()), true, &keymap, &words);
        assert!(pasted.contains("11 characters") && !pasted.contains("secret"), "{pasted}");
    }
}

//! `text`: the texter's console.

use std::collections::BTreeMap;

use super::rest::Rest;
use super::shift::{
    Prepared, Shift, ShiftArgs, console_options, from_a_terminal, gate_times, in_lines, keymap, prepare,
};
use super::{Context, Exit, Outcome, first_minute};
use crate::api::people::Role;
use crate::client::Capabilities;
use crate::client::sign_in::{self, ServerKind};
use crate::console::core::texter::{Carried, TexterOptions};
use crate::console::keymap::action::Action;
use crate::console::runtime;
use crate::console::runtime::launch::{Left, LinesTo};
use crate::domain::ids::CampaignId;
use crate::i18n::Value;

/// Contacts that somebody gets at first who has sent nothing in the campaign yet.
const FIRST_SLICE: u32 = 10;

/// The first slice of somebody who begins, at a server that hands out by itself.
pub(super) fn first_slice(server: ServerKind, ctx: &Context) -> Option<u32> {
    (server == ServerKind::Native && ctx.config.console.first_minute).then_some(FIRST_SLICE)
}

/// Opens the console and stays until it is left.
///
/// # Errors
/// Not signed in, no campaign, another console open, or no terminal.
pub async fn run(mut args: ShiftArgs, ctx: &Context) -> Outcome {
    if sign_in::list(&ctx.paths.sign_ins_dir())?.is_empty() {
        // Before anything is asked: nobody can go on from here.
        anyhow::bail!(ctx.catalogue.say("not-signed-in", &[("program", Value::Text(ctx.program.clone()))]));
    }
    args.plain = args.plain || first_minute::reader(ctx)?;
    let lines = in_lines(args.plain, ctx);
    if lines {
        from_a_terminal(ctx)?;
    }
    // Who goes to the list of campaigns and back is still in the same shift.
    let mut done: BTreeMap<CampaignId, ((u64, u64), Carried)> = BTreeMap::new();
    while let Prepared::Shift(shift) = prepare(&args, Role::Texter, ctx).await? {
        let campaign = shift.campaign;
        let before = done.remove(&campaign).unwrap_or_default();
        let (mut left, rest) = one(*shift, before, lines, ctx).await?;
        done.insert(campaign, ((left.sent, left.replied), std::mem::take(&mut left.carried)));
        if !left.goes_home {
            if !left.signed_out {
                rest.tell_of_others(campaign, ctx).await;
            }
            rest.farewell(&left, ctx).await?;
            break;
        }
        rest.let_go().await?;
        (args.campaign, args.home) = (None, true);
    }
    Ok(Exit::Done)
}

/// One campaign's console, until it is left.
async fn one(shift: Shift, before: ((u64, u64), Carried), lines: bool, ctx: &Context) -> anyhow::Result<(Left, Rest)> {
    let mut options = TexterOptions::new(shift.campaign, shift.sign_in.device);
    let can = shift.server.capabilities();
    options.keymap = keymap(ctx).without(&missing(&can));
    options.gate = gate_times(ctx);
    options.has_home = true;
    (options.done_before, options.carried) = before;
    options.before = shift.before;
    // A score needs a director beside the server, as `rehearse` has one.
    options.scored = false;
    console_options(&mut options, &ctx.config.console);
    options.undo_opt_out = can.undo_opt_out;
    options.take_back = can.take_back;
    options.talks_alone = can.talks_alone;
    options.hands_out = can.hands_out;
    options.leases = can.leases;
    options.marks = can.marks;
    options.whereabouts = can.whereabouts;
    if shift.sign_in.kind == ServerKind::Spoke {
        options.plain_text = true;
        options.sign_in_again = Some(format!("{} login --spoke {}", ctx.program, shift.sign_in.server));
    }
    // Whoever has sent nothing yet begins with few: the first look back comes soon.
    options.first_slice = first_slice(shift.sign_in.kind, ctx);
    let rest = shift.rest();
    let campaign = shift.campaign;
    options.had = rest.had(campaign).await;
    options.place = rest.place(campaign).await;
    ctx.guard_terminal();
    let launch = shift.launch(ctx);
    let left = if lines {
        runtime::texter_in_lines(launch, options, LinesTo::Output).await?
    } else {
        runtime::texter(launch, options).await?
    };
    if let Some(in_hand) = &left.in_hand {
        rest.keep_hands(campaign, in_hand).await;
    }
    if let Some(place) = &left.place {
        rest.keep_place(campaign, place).await;
    }
    Ok((left, rest))
}

/// What a server cannot do has no key in its console.
fn missing(can: &Capabilities) -> Vec<Action> {
    let actions = [
        (can.wrong_number, Action::WrongNumber),
        (can.undo_opt_out, Action::NotOptOut),
        (can.take_replies, Action::TakeReplies),
        (can.marks, Action::Star),
        (can.marks, Action::Flag),
        (can.marks, Action::Language),
        (can.marks, Action::Snooze),
        (can.marks, Action::AskCaptain),
    ];
    actions.into_iter().filter(|(can, _)| !can).map(|(_, action)| action).collect()
}

//! `captain`: the captain's console.

use super::shift::{ShiftArgs, farewell, gate_times, keymap, prepare};
use super::{Context, Exit, Outcome};
use crate::api::people::Role;
use crate::console::core::captain::CaptainOptions;
use crate::console::runtime;

/// Opens the console and stays until it is left.
///
/// # Errors
/// Not signed in as a captain, no campaign, another console open, or no terminal.
pub async fn run(args: ShiftArgs, ctx: &Context) -> Outcome {
    let shift = prepare(&args, Role::Captain, ctx).await?;
    let mut options = CaptainOptions::new(shift.campaign);
    options.keymap = keymap(ctx);
    options.gate = gate_times(ctx);
    let left = runtime::captain(shift.launch(ctx), options).await?;
    farewell(&left);
    Ok(Exit::Done)
}

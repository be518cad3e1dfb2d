//! `captain`: the captain's console, and its board as data.

use anyhow::Context as _;

use super::reach::stored_anywhere;
use super::shift::{
    Prepared, ShiftArgs, from_a_terminal, gate_times, in_lines, keymap, prepare, reach, watching_at_spoke,
};
use super::spoke::board_json;
use super::{Context, Exit, Outcome, out_json};
use crate::api::people::Role;
use crate::client::sign_in::ServerKind;
use crate::client::{CampaignServer as _, Capabilities};
use crate::console::core::captain::CaptainOptions;
use crate::console::keymap::action::Action;
use crate::console::runtime;

/// Options of `captain`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CaptainArgs {
    /// Print the board once as JSON instead of opening the console; needs no terminal
    #[arg(long)]
    pub json: bool,
    /// Which campaign and sign-in.
    #[command(flatten)]
    pub shift: ShiftArgs,
}

/// Opens the console and stays until it is left.
///
/// # Errors
/// Not signed in as a captain, no campaign, another console open, or no terminal.
pub async fn run(args: CaptainArgs, ctx: &Context) -> Outcome {
    if args.json {
        let found = stored_anywhere(&args.shift.sign_in, Role::Captain, ctx).await?;
        if found.kind == ServerKind::Spoke {
            let (server, campaign) = watching_at_spoke(&args.shift, &found, ctx).await?;
            out_json(&board_json(&server.board(campaign).await.context("no board")?)?)?;
            return Ok(Exit::Done);
        }
        let (_, server, campaign) = reach(&args.shift, Role::Captain, ctx).await?;
        out_json(&server.board(campaign).await.context("no board")?)?;
        return Ok(Exit::Done);
    }
    let lines = in_lines(args.shift.plain, ctx);
    if lines {
        from_a_terminal(ctx)?;
    }
    let Prepared::Shift(shift) = prepare(&args.shift, Role::Captain, ctx).await? else { return Ok(Exit::Done) };
    let mut options = CaptainOptions::new(shift.campaign);
    options.keymap = keymap(ctx).without(&missing(&shift.server.capabilities()));
    options.gate = gate_times(ctx);
    ctx.guard_terminal();
    let rest = shift.rest();
    let launch = shift.launch(ctx);
    let left = if lines {
        runtime::captain_in_lines(launch, options).await?
    } else {
        runtime::captain(launch, options).await?
    };
    rest.farewell(&left, ctx).await?;
    Ok(Exit::Done)
}

/// What a server cannot do has no key, and stands in no help: one that cannot pause has no waiting room, no held texts, no flags and no notes either.
fn missing(can: &Capabilities) -> Vec<Action> {
    if can.pause {
        // Such a server tells a captain of who was flagged; its conversations are texters'.
        vec![Action::Talks, Action::Mark, Action::MarkAll, Action::Reassign, Action::SetStatus]
    } else {
        vec![Action::PauseResume, Action::Held, Action::WaitingRoom, Action::Flagged, Action::Announce]
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Capabilities, missing};

    #[test]
    fn help_names_nothing_that_the_server_does_not_have() {
        let own = missing(&Capabilities { pause: true, ..Capabilities::NATIVE });
        assert!(own.contains(&Action::Talks) && !own.contains(&Action::Flagged));
        let foreign = missing(&Capabilities { pause: false, ..Capabilities::NATIVE });
        assert!(foreign.contains(&Action::Flagged) && !foreign.contains(&Action::Talks));
    }
}

//! What the commands that speak to a server share: which sign-in, which time-outs, what goes to standard error.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use super::Context;
use crate::api::people::Role;
use crate::client::journal::{Journal, KeyPlace, SystemKeychain};
use crate::client::native::{AdminClient, Timeouts};
use crate::client::sign_in::{self, SignIn};

/// Which sign-in a command speaks for.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SignInArgs {
    /// Speak for this sign-in (a name, or its beginning); else the latest that may do it
    #[arg(long, value_name = "NAME")]
    pub sign_in: Option<String>,
}

/// The time-outs of the settings.
pub(super) fn timeouts(ctx: &Context) -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(ctx.config.client.connect_timeout_seconds),
        request: Duration::from_secs(ctx.config.client.timeout_seconds),
        ..Timeouts::default()
    }
}

/// Where the journals' keys are kept. With everything below one directory (`--home`), so are the keys.
pub(super) fn key_place(ctx: &Context) -> KeyPlace {
    let keychain = SystemKeychain::default();
    let in_keychain = match ctx.config.client.key_store.as_str() {
        "file" => false,
        "keychain" => true,
        _ => !ctx.paths.together() && keychain.is_there(),
    };
    KeyPlace { keychain: Some(Arc::new(keychain)), in_keychain }
}

/// Opens a sign-in's journal, and says what became of a damaged one.
pub(super) async fn journal(sign_in: &SignIn, ctx: &Context) -> anyhow::Result<Journal> {
    let dir = ctx.paths.journal_dir(&sign_in.name());
    let (journal, opened) = Journal::open_with(&dir, &ctx.clock, &ctx.ids, key_place(ctx)).await?;
    if let Some(damage) = &opened.damaged {
        tell(super::shift::damage_in_words(damage));
    }
    Ok(journal)
}

/// An admin's client by a stored sign-in.
pub(super) fn admin(args: &SignInArgs, ctx: &Context) -> anyhow::Result<(SignIn, AdminClient)> {
    let sign_in = sign_in::load(&ctx.paths.sign_ins_dir(), args.sign_in.as_deref(), Role::Admin)?;
    let client = AdminClient::new(&sign_in.server, &sign_in.token, timeouts(ctx))?;
    Ok((sign_in, client))
}

/// Says something beside the result, on standard error.
pub(super) fn tell(text: impl AsRef<str>) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
}

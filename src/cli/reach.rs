//! What the commands that speak to a server share: which sign-in, which time-outs, what goes to standard error.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::{Context, Misuse, second_factor};
use crate::api::people::Role;
use crate::client::CampaignServer as _;
use crate::client::journal::{Journal, KeyPlace, SystemKeychain};
use crate::client::native::{self, AdminClient, NativeServer, Timeouts};
use crate::client::sign_in::{self, ServerKind, SignIn};
use crate::client::spoke::SpokeServer;
use crate::client::token_file::TokenFile;

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

/// The client of a sign-in at a server of our own.
pub(super) fn client(sign_in: &SignIn, ctx: &Context) -> anyhow::Result<NativeServer> {
    if sign_in.kind == ServerKind::Spoke {
        let why = format!(
            "the sign-in {} is for a campaign that runs Spoke. There textbank text, captain, spoke, outbox and wipe work; this command needs a server of textbank's own",
            sign_in.name()
        );
        return Err(Misuse(why).into());
    }
    let client = NativeServer::new(&sign_in.server, &sign_in.token, timeouts(ctx))?;
    let speaks = ctx.config.speaks.split(',').map(|language| language.trim().to_lowercase());
    let client = client.speaking(speaks.filter(|language| !language.is_empty()).collect());
    Ok(client.with_tokens(tokens(sign_in, ctx)))
}

/// The client of a sign-in at a campaign that runs Spoke.
pub(super) fn spoke(sign_in: &SignIn, timeouts: Timeouts, ctx: &Context) -> anyhow::Result<SpokeServer> {
    let outside = (Arc::clone(&ctx.clock), Arc::clone(&ctx.ids));
    let server = SpokeServer::new(&sign_in.server, &sign_in.token, sign_in.me.person, timeouts, outside)?;
    Ok(server.with_tokens(tokens(sign_in, ctx)).as_role(sign_in.me.role))
}

/// An admin's client by a stored sign-in.
pub(super) async fn admin(args: &SignInArgs, ctx: &Context) -> anyhow::Result<(SignIn, AdminClient)> {
    let sign_in = stored(args, Role::Admin, ctx).await?;
    second_factor::settle(&client(&sign_in, ctx)?, ctx).await?;
    let client = AdminClient::new(&sign_in.server, &sign_in.token, timeouts(ctx))?.with_tokens(tokens(&sign_in, ctx));
    Ok((sign_in, client))
}

/// What time it is where a campaign's beginning and end are judged: by the server's clock where that is a rehearsal's own, else by this
/// machine's. A server that is not reached soon, or a sign-in that there is none of, is told by whatever the command does next.
pub(super) async fn campaign_now(args: &SignInArgs, ctx: &Context) -> jiff::Timestamp {
    let asked = async {
        let sign_in = stored(args, Role::Captain, ctx).await.ok()?;
        client(&sign_in, ctx).ok()?.presence().await.ok()
    };
    let told = tokio::select! {
        told = asked => told,
        () = ctx.clock.sleep(RENEWAL) => None,
    };
    told.filter(|there| there.own_time).map_or_else(|| ctx.clock.now(), |there| there.server_time)
}

/// Where a sign-in's token is looked up.
pub(super) fn tokens(sign_in: &SignIn, ctx: &Context) -> TokenFile {
    TokenFile::new(sign_in::file_of(&ctx.paths.sign_ins_dir(), sign_in), sign_in)
}

/// A token older than this is renewed at the start of a command.
const RENEW_AFTER: SignedDuration = SignedDuration::from_hours(12);
/// How long a command's start waits for that.
const RENEWAL: Duration = Duration::from_secs(3);

/// A stored sign-in, with a token that is not old. Without the network it is the old one, which goes on working.
/// Which is meant without a name is the latest at a server of our own, if there is one.
pub(super) async fn stored(args: &SignInArgs, role: Role, ctx: &Context) -> anyhow::Result<SignIn> {
    stored_for(args, role, None, ctx).await
}

/// As [`stored`]; without a name it is one that is good for the campaign of this number, if there is one.
pub(super) async fn stored_for(
    args: &SignInArgs,
    role: Role,
    campaign: Option<&str>,
    ctx: &Context,
) -> anyhow::Result<SignIn> {
    let number = campaign.and_then(|wanted| wanted.trim().parse::<i64>().ok());
    let native = |sign_in: &SignIn| sign_in.kind == ServerKind::Native;
    let good = |sign_in: &SignIn| {
        let only = sign_in.me.campaign.map(|campaign| campaign.0);
        native(sign_in) && sign_in.me.role >= role && (number.is_none() || only.is_none() || only == number)
    };
    let dir = ctx.paths.sign_ins_dir();
    let any_good = args.sign_in.is_none() && sign_in::list(&dir)?.iter().any(good);
    let found = if any_good {
        sign_in::load_where(&dir, None, role, good)?
    } else {
        sign_in::load_where(&dir, args.sign_in.as_deref(), role, native)?
    };
    fresh(found, ctx).await
}

/// As [`stored`], at whatever kind of server.
pub(super) async fn stored_anywhere(args: &SignInArgs, role: Role, ctx: &Context) -> anyhow::Result<SignIn> {
    let found = sign_in::load(&ctx.paths.sign_ins_dir(), args.sign_in.as_deref(), role)?;
    fresh(found, ctx).await
}

async fn fresh(sign_in: SignIn, ctx: &Context) -> anyhow::Result<SignIn> {
    if sign_in.kind == ServerKind::Spoke {
        // Its cookie has no age.
        return Ok(sign_in);
    }
    let dir = ctx.paths.sign_ins_dir();
    let age = ctx.clock.now().duration_since(sign_in.renewed_at.unwrap_or(sign_in.at));
    if age < RENEW_AFTER {
        return Ok(sign_in);
    }
    let renewed = tokio::select! {
        renewed = renew(&dir, &sign_in, ctx) => renewed,
        () = ctx.clock.sleep(RENEWAL) => Ok(None),
    };
    match renewed {
        Ok(Some(renewed)) => Ok(renewed),
        Ok(None) => Ok(sign_in),
        Err(error) => {
            tracing::info!(%error, "the sign-in's token was not renewed");
            Ok(sign_in)
        }
    }
}

/// `None` when another program is at it. The new token is on the disk before anybody uses it.
async fn renew(dir: &Path, sign_in: &SignIn, ctx: &Context) -> anyhow::Result<Option<SignIn>> {
    let Some(_alone) = sign_in::lock(dir, sign_in)? else { return Ok(None) };
    let mut fresh = sign_in::read(&sign_in::file_of(dir, sign_in))?;
    if fresh.renewed_at == sign_in.renewed_at {
        fresh.token = native::renew(&fresh.server, &fresh.token, timeouts(ctx)).await?;
        fresh.renewed_at = Some(ctx.clock.now());
        sign_in::save(dir, &fresh)?;
    }
    Ok(Some(fresh))
}

/// Says something beside the result, on standard error.
pub(super) fn tell(text: impl AsRef<str>) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{}", super::output::rows_for_errors(text.as_ref()));
}

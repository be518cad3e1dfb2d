//! `second-factor`, and the question for a code before whatever only captains and above may do.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use clap::Subcommand;
use qrcode::{Color, EcLevel, QrCode};

use super::reach::{SignInArgs, admin, client, stored, tell};
use super::shift::promptly;
use super::{Advice, Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::api::people::Role;
use crate::api::problem::{Code, Problem};
use crate::api::second_factor::SecondFactor;
use crate::client::native::NativeServer;
use crate::client::sign_in::SignIn;
use crate::client::{Call, CallError, CampaignServer as _};
use crate::domain::ids::PersonId;
use crate::domain::safe_text::safe_line;
use crate::domain::second_factor::{OneTimeCode, Secret};
use crate::i18n::Value;

/// What can be done about a second factor.
#[derive(Debug, Subcommand)]
pub enum SecondFactorCommand {
    /// Say whether one is set, and whether a code is wanted now
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Set one: an authenticator app on your phone scans a code, you type what it shows
    Set {
        /// Draw no QR code: only the letters to type by hand, as for a screen reader
        #[arg(long)]
        no_qr: bool,
        /// Who sets it.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Show a code for this sign-in; the other commands ask for it by themselves
    Prove {
        /// The six digits; else they are asked for
        #[arg(value_name = "CODE")]
        code: Option<String>,
        /// Who proves it.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Remove yours by a code of it; or, as an admin, that of somebody whose phone is lost
    Remove {
        /// Whose: their number from `textbank people`; else your own
        #[arg(long, value_name = "ID")]
        person: Option<i64>,
        /// Who removes it.
        #[command(flatten)]
        who: SignInArgs,
    },
}

/// Runs `second-factor`.
///
/// # Errors
/// What the server said, or nobody to ask.
pub async fn run(command: SecondFactorCommand, ctx: &Context) -> Outcome {
    match command {
        SecondFactorCommand::Status { json, who } => {
            // Texters have none, and may ask.
            let sign_in = stored(&who, Role::Captain, ctx).await;
            let sign_in = match sign_in {
                Ok(sign_in) => sign_in,
                Err(_) => stored(&who, Role::Texter, ctx).await?,
            };
            let standing = client(&sign_in, ctx)?.second_factor().await.context("no answer about it")?;
            if json {
                out_json(&standing)?
            } else {
                out(in_words(&standing, ctx))?
            }
            Ok(Exit::Done)
        }
        SecondFactorCommand::Set { no_qr, who } => set(no_qr, &who, ctx).await,
        SecondFactorCommand::Prove { code, who } => {
            let (_, server) = captain(&who, ctx).await?;
            there_is_one(&server, ctx).await?;
            let standing = match code {
                Some(code) => server.prove_second_factor(parsed(&code)?).await?,
                None => asked(&server, ctx, async |server, code| server.prove_second_factor(code).await).await?,
            };
            out(in_words(&standing, ctx))?;
            Ok(Exit::Done)
        }
        SecondFactorCommand::Remove { person: Some(person), who } => {
            let (_, client) = admin(&who, ctx).await?;
            let advice =
                Advice { what: "not removed", on: &[(Code::NotFound, "see the people's numbers: textbank people")] };
            client.lift_second_factor(PersonId(person)).await.context(advice)?;
            out(ctx.catalogue.say("factor-lifted", &[]))?;
            Ok(Exit::Done)
        }
        SecondFactorCommand::Remove { person: None, who } => {
            let (_, server) = captain(&who, ctx).await?;
            there_is_one(&server, ctx).await?;
            asked(&server, ctx, async |server, code| server.remove_second_factor(code).await).await?;
            out(ctx.catalogue.say("factor-removed", &[]))?;
            Ok(Exit::Done)
        }
    }
}

async fn captain(who: &SignInArgs, ctx: &Context) -> anyhow::Result<(SignIn, NativeServer)> {
    let sign_in = stored(who, Role::Captain, ctx).await?;
    let server = client(&sign_in, ctx)?;
    Ok((sign_in, server))
}

/// Nobody is asked for digits of an app that knows nothing yet.
async fn there_is_one(server: &NativeServer, ctx: &Context) -> anyhow::Result<()> {
    let standing = server.second_factor().await.context("no answer about it")?;
    if standing.set {
        return Ok(());
    }
    let key = if standing.required { "factor-to-set" } else { "factor-none" };
    Err(Misuse(ctx.catalogue.say(key, &[])).into())
}

fn parsed(text: &str) -> Result<OneTimeCode, Misuse> {
    OneTimeCode::parse(text).ok_or_else(|| Misuse("a code is six digits, as the app shows them".to_owned()))
}

/// Before whatever only captains and above may do: asks for the code, where the server wants one now.
///
/// # Errors
/// Nobody to ask, none set where one has to be, or too many wrong codes.
pub(super) async fn settle(server: &NativeServer, ctx: &Context) -> anyhow::Result<()> {
    let standing = match promptly(server.second_factor(), ctx).await {
        Ok(standing) => standing,
        Err(error) => {
            // What is asked next says so too, when a code is wanted.
            tracing::info!(%error, "goes on without a word on the second factor");
            return Ok(());
        }
    };
    if !standing.needed {
        return Ok(());
    }
    if !standing.set || !somebody_is_there() {
        let key = if standing.set { "factor-needed" } else { "factor-to-set" };
        let problem = Problem::new(Code::SecondFactorNeeded, ctx.catalogue.say(key, &[]));
        return Err(CallError::Refused(Box::new(problem)).into());
    }
    tell(ctx.catalogue.say("factor-wanted", &[]));
    asked(server, ctx, async |server, code| server.prove_second_factor(code).await).await.map(drop)
}

fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a code until one is taken. A wrong one is asked for again, until the server takes none.
async fn asked(
    server: &NativeServer,
    ctx: &Context,
    hand_in: impl AsyncFn(&NativeServer, OneTimeCode) -> Call<SecondFactor>,
) -> anyhow::Result<SecondFactor> {
    loop {
        let Some(line) = ask(&format!("{} ", ctx.catalogue.say("factor-ask", &[])))?.filter(|line| !line.is_empty())
        else {
            return Err(Misuse(ctx.catalogue.say("factor-no-code", &[])).into());
        };
        let Some(code) = OneTimeCode::parse(&line) else {
            tell(ctx.catalogue.say("factor-six-digits", &[]));
            continue;
        };
        match hand_in(server, code).await {
            Ok(standing) => return Ok(standing),
            Err(CallError::Refused(problem)) if problem.code == Code::WrongCode && problem.at.is_none() => {
                tell(ctx.catalogue.say("factor-wrong", &[]));
            }
            Err(CallError::Refused(mut problem)) if problem.code == Code::WrongCode => {
                if let Some(at) = problem.at {
                    problem.detail = ctx.catalogue.say("factor-locked", &[("at", local(at))]);
                }
                return Err(CallError::Refused(problem).into());
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn set(no_qr: bool, who: &SignInArgs, ctx: &Context) -> Outcome {
    let (sign_in, server) = captain(who, ctx).await?;
    let before = server.second_factor().await.context("no answer about it")?;
    if before.set {
        return Err(Misuse(ctx.catalogue.say("factor-is-set", &[])).into());
    }
    if !somebody_is_there() {
        return Err(Misuse(ctx.catalogue.say("factor-nobody", &[])).into());
    }
    let me = server.me().await.context("no answer about you")?;
    let secret = Secret::fresh(|bytes| ctx.ids.fill(bytes));
    let issuer: String = safe_line(&me.organization).chars().take(24).collect();
    let issuer = if issuer.trim().is_empty() { "textbank".to_owned() } else { issuer };
    let drawn = !no_qr && !ctx.config.console.ascii && ctx.surroundings.utf8();
    let picture = drawn.then(|| picture(&secret.address(&issuer, &safe_line(&sign_in.me.name)))).flatten();
    if let Some(picture) = &picture {
        out(picture)?;
        tell(ctx.catalogue.say("factor-scan", &[]));
    }
    tell(ctx.catalogue.say(if picture.is_some() { "factor-by-hand" } else { "factor-letters" }, &[]));
    out(secret.in_groups())?;
    tell(ctx.catalogue.say("factor-then", &[]));
    let standing = asked(&server, ctx, async |server, code| server.set_second_factor(&secret, code).await).await?;
    out(ctx.catalogue.say("factor-done", &[]))?;
    out(in_words(&standing, ctx))?;
    Ok(Exit::Done)
}

fn local(at: jiff::Timestamp) -> Value {
    Value::Time(at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
}

fn in_words(standing: &SecondFactor, ctx: &Context) -> String {
    let mut lines = Vec::new();
    match standing.set_at {
        Some(at) => lines.push(ctx.catalogue.say("factor-set-since", &[("at", local(at))])),
        None => lines.push(ctx.catalogue.say("factor-none", &[])),
    }
    if standing.required {
        lines.push(ctx.catalogue.say("factor-required", &[]));
    }
    if let Some(at) = standing.proved_until {
        lines.push(ctx.catalogue.say("factor-proved-until", &[("at", local(at))]));
    }
    if let Some(at) = standing.locked_until {
        lines.push(ctx.catalogue.say("factor-locked", &[("at", local(at))]));
    }
    // While none is taken, nobody is told to show one.
    if standing.needed && standing.locked_until.is_none() {
        lines.push(ctx.catalogue.say(if standing.set { "factor-needed" } else { "factor-to-set" }, &[]));
    }
    lines.join("\n")
}

/// Light around the code, in modules; without it a camera does not find it.
const MARGIN: usize = 2;

/// A QR code of half blocks, black on white whatever the terminal's colours are; none where it would not fit a line.
fn picture(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let side = width + 2 * MARGIN;
    let columns = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    if columns < side {
        return None;
    }
    let is_dark = |x: usize, y: usize| {
        let inside = (MARGIN..MARGIN + width).contains(&x) && (MARGIN..MARGIN + width).contains(&y);
        inside && colors[(y - MARGIN) * width + x - MARGIN] == Color::Dark
    };
    let half = |x: usize, y: usize| match (is_dark(x, y), is_dark(x, y + 1)) {
        (true, true) => '\u{2588}',
        (true, false) => '\u{2580}',
        (false, true) => '\u{2584}',
        (false, false) => ' ',
    };
    let line = |y: usize| {
        let blocks: String = (0..side).map(|x| half(x, y)).collect();
        format!("\u{1b}[38;5;16;48;5;231m{blocks}\u{1b}[0m")
    };
    Some((0..side).step_by(2).map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_light_around_it_and_its_three_corners() {
        let drawn =
            picture("otpauth://totp/Us:Ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Us").expect("it fits");
        let lines: Vec<String> =
            drawn.lines().map(|line| line.replace("\u{1b}[38;5;16;48;5;231m", "").replace("\u{1b}[0m", "")).collect();
        let side = lines[0].chars().count();
        assert!(side <= 80 && lines.len() == side.div_ceil(2), "{side} by {}", lines.len());
        assert!(lines.iter().all(|line| line.starts_with("  ") && line.ends_with("  ")), "{drawn}");
        assert!(lines[0].trim().is_empty(), "light above");
        // A finder: seven modules wide, its frame closed.
        assert!(lines[1].starts_with("  █▀▀▀▀▀█") && lines[1].ends_with("█▀▀▀▀▀█  "), "{drawn}");
        assert!(lines[4].starts_with("  ▀▀▀▀▀▀▀"), "{drawn}");
    }
}

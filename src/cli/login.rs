//! `login`: signs in at a campaign that runs Spoke. (A server of our own is joined by a link: `join`.)

use std::io::IsTerminal;

use anyhow::{Context as _, anyhow, bail};
use secrecy::{ExposeSecret as _, SecretString};

use super::join::role_in_words;
use super::output::words;
use super::patience::aloud;
use super::reach::{tell, timeouts};
use super::{Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::api::people::{Me, Role};
use crate::client::sign_in::{self, ServerKind, SignIn};
use crate::client::spoke::page::{Settings, Strategy};
use crate::client::spoke::session::{Door, Invitation, Kind, LoginError, NewPerson, REWIRED, Wants, advice};
use crate::domain::ids::DeviceId;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// Sign in at a campaign that runs Spoke
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LoginArgs {
    /// Address of the campaign's Spoke server
    #[arg(long, value_name = "URL")]
    pub spoke: String,
    /// Your e-mail there; asked for when it is not given
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Read the password from the first line of standard input instead of asking
    #[arg(long)]
    pub password_stdin: bool,
    /// Sign in by a token (JWT) that the campaign gave you; it is asked for, or read by --password-stdin
    #[arg(long, conflicts_with = "email")]
    pub token: bool,
    /// The server's terms have been read (in the browser) and are accepted: do not ask
    #[arg(long)]
    pub accept_terms: bool,
    /// Print who you are now as JSON
    #[arg(long)]
    pub json: bool,
}

/// Signs in and stores the sign-in.
///
/// # Errors
/// Another kind of server, another way of signing in, or what the server said.
pub async fn run(args: LoginArgs, ctx: &Context) -> Outcome {
    let door = Door::new(&args.spoke, timeouts(ctx)).map_err(|error| Misuse(error.to_string()))?;
    let settings = look(&door, ctx).await?;
    let (cookie, me) = if args.token {
        let token = secret("login-token", args.password_stdin)?;
        aloud(ctx, door.address(), door.login_by_token(&token)).await.map_err(not_signed_in)?
    } else {
        if let Some(advice) = advice(&settings.strategy) {
            bail!("{advice}");
        }
        let email = match args.email {
            Some(email) => email,
            None => asked_for("login-email")?,
        };
        let password = secret("login-password", args.password_stdin)?;
        aloud(ctx, door.address(), door.login(&email, &password)).await.map_err(not_signed_in)?
    };
    settle(&door, (cookie, me), &settings, (args.accept_terms, args.json), ctx).await
}

/// The reason first, then what helps. Spoke's links for a new password last a quarter of an hour and open a page.
fn not_signed_in(error: LoginError) -> anyhow::Error {
    match error {
        LoginError::Wrong => anyhow!(said("login-wrong", &[])),
        LoginError::NoSession => anyhow!(said("login-no-session", &[])).context(said("login-not-signed-in", &[])),
        // What the line is like is told as everywhere.
        LoginError::Call(error) => anyhow::Error::new(error).context(said("login-not-signed-in", &[])),
        other => anyhow::Error::new(other).context(said("login-not-signed-in", &[])),
    }
}

/// Takes up an invitation to a campaign that runs Spoke: signs in, or makes an account, and joins.
///
/// # Errors
/// As [`run`].
pub async fn join(
    invitation: &Invitation,
    (name, accept_terms, json): (Option<&str>, bool, bool),
    ctx: &Context,
) -> Outcome {
    let door = Door::new(&invitation.server, timeouts(ctx))?;
    let settings = look(&door, ctx).await?;
    let signed_in = sign_in::list(&ctx.paths.sign_ins_dir())?;
    let known = signed_in.iter().find(|one| one.kind == ServerKind::Spoke && one.server == door.address());
    if let Some(known) = known {
        // Who is signed in there already needs no password again, however people sign in there.
        match aloud(ctx, door.address(), door.join(invitation, &known.token)).await {
            Ok(me) => {
                if invitation.founding {
                    tell(said("login-founding-known", &[]));
                } else if invitation.replies {
                    tell(said("login-replies-yours", &[]));
                }
                return settle(&door, (known.token.clone(), me), &settings, (accept_terms, json), ctx).await;
            }
            Err(LoginError::NoSession) => tell(said("login-ended", &[])),
            Err(error) => return Err(error).with_context(|| said("login-not-joined", &[])),
        }
    }
    if let Some(advice) = advice(&settings.strategy) {
        bail!("{advice}");
    }
    if !std::io::stdin().is_terminal() {
        return Err(Misuse(said("login-needs-terminal", &[])).into());
    }
    if invitation.founding {
        tell(said("login-founding", &[("server", door.address())]));
    } else {
        tell(said("login-invitation", &[("server", door.address())]));
    }
    let has = invitation.replies || is_yes(ask(&question("login-has-account", &[]))?);
    let email = asked_for("login-email")?;
    let question = if has { "login-password" } else { "login-choose-password" };
    let password = secret(question, false)?;
    if !has {
        // Unseen, a slip would lock them out of an account that nobody can open.
        let again = secret("login-password-again", false)?;
        if again.expose_secret() != password.expose_secret() {
            return Err(Misuse(said("login-passwords-differ", &[])).into());
        }
    }
    let (cookie, _) = if has {
        aloud(ctx, door.address(), door.login(&email, &password)).await.map_err(not_signed_in)?
    } else {
        let first_name = match name {
            Some(name) => name.to_owned(),
            None => asked_for("login-first-name")?,
        };
        let person = NewPerson {
            first_name,
            last_name: asked_for("login-last-name")?,
            cell: loop {
                match own_number(&asked_for("login-own-number")?) {
                    Some(number) => break number,
                    None => tell(said("login-no-number", &[])),
                }
            },
        };
        let made = aloud(ctx, door.address(), door.sign_up(invitation, (&email, &password), &person)).await;
        made.with_context(|| said("login-no-account", &[]))?
    };
    let joined = aloud(ctx, door.address(), door.join(invitation, &cookie)).await;
    let me = joined.with_context(|| said("login-in-not-joined", &[]))?;
    settle(&door, (cookie, me), &settings, (accept_terms, json), ctx).await
}

/// A number as Spoke keeps it (`+12125550101`); one of ten digits is of the USA or Canada.
fn own_number(given: &str) -> Option<String> {
    Phone::parse(given, "US").ok().map(|phone| phone.as_str().to_owned())
}

/// Signed in: stores that, and settles what the server still wants before anybody texts.
async fn settle(
    door: &Door,
    (cookie, me): (SecretString, Me),
    settings: &Settings,
    (accept, json): (bool, bool),
    ctx: &Context,
) -> Outcome {
    let wants = aloud(ctx, door.address(), door.wants(&cookie, settings)).await.unwrap_or_else(|error| {
        tracing::info!(%error, "what the server wants before somebody texts could not be asked");
        Wants { terms: settings.terms, profile: false }
    });
    let person = me.clone();
    let done = store(door, (cookie.clone(), me), (settings, &wants), json, ctx)?;
    if wants.terms {
        let server = [("server", door.address())];
        let asks = std::io::stdin().is_terminal() && !json;
        let yes = accept || asks && is_yes(ask(&question("login-terms", &server))?);
        if yes {
            door.accept_terms(&cookie, &person).await.with_context(|| said("login-terms-failed", &[]))?;
            tell(said("login-terms-accepted", &[]));
            if !json {
                out(said("login-next", &[("program", &ctx.program)]))?;
            }
        } else {
            tell(said("login-terms-open", &server));
        }
    }
    if wants.profile {
        tell(said("login-profile", &[("server", door.address())]));
    }
    Ok(done)
}

/// Finds out what kind of server it is.
async fn look(door: &Door, ctx: &Context) -> anyhow::Result<Settings> {
    let kind = aloud(ctx, door.address(), door.kind())
        .await
        .with_context(|| said("login-asking", &[("server", door.address())]))?;
    match kind {
        Kind::Spoke(settings) => {
            if door.is_in_the_clear() {
                tell(said("login-in-the-clear", &[]));
            }
            Ok(settings)
        }
        Kind::Rewired => bail!("{REWIRED}"),
        Kind::Other => bail!(said("login-no-spoke", &[("server", door.address())])),
    }
}

fn store(
    door: &Door,
    (cookie, me): (SecretString, Me),
    (settings, wants): (&Settings, &Wants),
    json: bool,
    ctx: &Context,
) -> Outcome {
    let dir = ctx.paths.sign_ins_dir();
    let device = sign_in::device(&dir, DeviceId(ctx.ids.act_id(ctx.clock.now())))?;
    let sign_in = SignIn::at_spoke(door.address(), cookie, me, device, ctx.clock.now());
    sign_in::save(&dir, &sign_in).with_context(|| said("login-not-stored", &[]))?;
    let me = &sign_in.me;
    if json {
        let kind = sign_in.kind;
        out_json(&serde_json::json!({ "sign_in": sign_in.name(), "server": sign_in.server, "kind": kind, "me": me }))?;
        return Ok(Exit::Done);
    }
    let organization = safe_line(&me.organization);
    let is_in = if organization.is_empty() { "login-is-in" } else { "login-is-in-of" };
    let told = said(
        is_in,
        &[
            ("name", &safe_line(&me.name)),
            ("role", &role_in_words(me.role)),
            ("organization", &organization),
            ("server", &sign_in.server),
            ("sign-in", &sign_in.name()),
        ],
    );
    out(format!("{told}\n{}", said("login-runs-spoke", &[])))?;
    if organization.is_empty() {
        out(said("login-no-organization", &[]))?;
    }
    if settings.strategy == Strategy::Token {
        tell(said("login-token-ends", &[]));
    }
    if !wants.terms {
        let next = if me.role >= Role::Captain { "login-next-watch" } else { "login-next" };
        out(said(next, &[("program", &ctx.program)]))?;
    }
    Ok(Exit::Done)
}

/// A secret, asked for without being shown, or the first line of standard input.
fn secret(key: &str, from_stdin: bool) -> anyhow::Result<SecretString> {
    let given = if from_stdin {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("no password on standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else if std::io::stdin().is_terminal() {
        rpassword::prompt_password(question(key, &[])).context("the password could not be asked for")?
    } else {
        return Err(Misuse(said("login-nobody-to-ask", &[])).into());
    };
    if given.is_empty() {
        return Err(Misuse(said("login-nothing-given", &[])).into());
    }
    Ok(given.into())
}

fn asked_for(key: &str) -> anyhow::Result<String> {
    let given = ask(&question(key, &[]))?.filter(|line| !line.is_empty());
    Ok(given.ok_or_else(|| Misuse(said("login-nothing-given", &[])))?)
}

fn said(key: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<(&str, Value)> = args.iter().map(|(name, value)| (*name, Value::Text((*value).to_owned()))).collect();
    words().say(key, &args)
}

/// A sentence that is answered on its own line.
fn question(key: &str, args: &[(&str, &str)]) -> String {
    format!("{} ", said(key, args))
}

/// In both languages, whichever is set.
fn is_yes(answer: Option<String>) -> bool {
    answer.is_some_and(|answer| answer.trim().to_lowercase().starts_with(['y', 's']))
}

//! `login`: signs in at a campaign that runs Spoke. (A server of our own is joined by a link: `join`.)

use std::io::IsTerminal;

use anyhow::{Context as _, anyhow, bail};
use secrecy::{ExposeSecret as _, SecretString};

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
        let token = secret("Your token: ", args.password_stdin)?;
        aloud(ctx, door.address(), door.login_by_token(&token)).await.map_err(not_signed_in)?
    } else {
        if let Some(advice) = advice(&settings.strategy) {
            bail!("{advice}");
        }
        let email = match args.email {
            Some(email) => email,
            None => asked_for("Your e-mail: ")?,
        };
        let password = secret("Your password (it is not shown): ", args.password_stdin)?;
        aloud(ctx, door.address(), door.login(&email, &password)).await.map_err(not_signed_in)?
    };
    settle(&door, (cookie, me), &settings, (args.accept_terms, args.json), ctx).await
}

/// The reason first, then what helps. Spoke's links for a new password last a quarter of an hour and open a page.
fn not_signed_in(error: LoginError) -> anyhow::Error {
    match error {
        LoginError::Wrong => anyhow!(
            "{error}: nobody is signed in. If it is forgotten, ask the campaign's admin for Spoke's reset link, open it in the browser, then \
             sign in here again"
        ),
        // What the line is like is told as everywhere.
        LoginError::Call(error) => anyhow::Error::new(error).context("not signed in"),
        other => anyhow::Error::new(other).context("not signed in"),
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
                    tell(
                        "This link makes an organization, in the browser: nothing was done with it here, and you are signed in already.",
                    );
                } else if invitation.replies {
                    tell(
                        "Replies of that campaign that had waited for over an hour, if there were any, are yours now.",
                    );
                }
                return settle(&door, (known.token.clone(), me), &settings, (accept_terms, json), ctx).await;
            }
            Err(LoginError::NoSession) => tell("Your sign-in there does not count any more."),
            Err(error) => return Err(error).context("not joined"),
        }
    }
    if let Some(advice) = advice(&settings.strategy) {
        bail!("{advice}");
    }
    if !std::io::stdin().is_terminal() {
        let why = "an invitation to a Spoke server asks for e-mail and password: run it in a terminal, or sign in first by textbank login";
        return Err(Misuse(why.into()).into());
    }
    if invitation.founding {
        tell(format!(
            "This link is for whoever makes an organization at the Spoke server {}. The organization itself is made in the browser, by the same \
             link; here it makes your account and signs you in. To text for somebody, ask them for their join link \
             (https://.../join): textbank join LINK",
            door.address()
        ));
    } else {
        tell(format!("This is an invitation to text for a campaign that runs Spoke, at {}.", door.address()));
    }
    let has = invitation.replies || {
        let answer = ask("Do you have an account there already? [y/N] ")?;
        answer.is_some_and(|answer| answer.to_lowercase().starts_with('y'))
    };
    let email = asked_for("Your e-mail: ")?;
    let question = if has { "Your password (it is not shown): " } else { "Choose a password (it is not shown): " };
    let password = secret(question, false)?;
    if !has {
        // Unseen, a slip would lock them out of an account that nobody can open.
        let again = secret("The same password again: ", false)?;
        if again.expose_secret() != password.expose_secret() {
            return Err(Misuse("the two passwords are not the same: nothing was done; run it again".to_owned()).into());
        }
    }
    let (cookie, _) = if has {
        aloud(ctx, door.address(), door.login(&email, &password)).await.map_err(not_signed_in)?
    } else {
        let first_name = match name {
            Some(name) => name.to_owned(),
            None => asked_for("Your first name, as voters will read it: ")?,
        };
        let person = NewPerson {
            first_name,
            last_name: asked_for("Your last name: ")?,
            cell: loop {
                match own_number(&asked_for("Your own mobile number (the campaign asks for it): ")?) {
                    Some(number) => break number,
                    None => tell("That is no phone number: ten digits, or + and the country's code in front."),
                }
            },
        };
        let made = aloud(ctx, door.address(), door.sign_up(invitation, (&email, &password), &person)).await;
        made.context("no account was made")?
    };
    let joined = aloud(ctx, door.address(), door.join(invitation, &cookie)).await;
    let me = joined.context("signed in, but not joined")?;
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
        let address = door.address();
        let yes = accept
            || {
                let question = format!(
                    "This server asks its texters to accept its terms once. They are in the browser at {address}. Have you read them, and do \
                 you accept them? [y/N] "
                );
                let asks = std::io::stdin().is_terminal() && !json;
                asks && ask(&question)?.is_some_and(|answer| answer.trim().to_lowercase().starts_with('y'))
            };
        if yes {
            door.accept_terms(&cookie, &person).await.context("signed in, but the terms are not accepted")?;
            tell("The terms are accepted.");
            if !json {
                out(format!("Next: {} text", ctx.program))?;
            }
        } else {
            tell(format!(
                "This server's terms are not accepted yet: read them in the browser at {address}, then sign in again with --accept-terms."
            ));
        }
    }
    if wants.profile {
        tell(format!(
            "The campaign wants to know something of its texters that is not filled in: open {} in the browser once, where it asks for it.",
            door.address()
        ));
    }
    Ok(done)
}

/// Finds out what kind of server it is.
async fn look(door: &Door, ctx: &Context) -> anyhow::Result<Settings> {
    let kind = aloud(ctx, door.address(), door.kind())
        .await
        .with_context(|| format!("asking {} what it is", door.address()))?;
    match kind {
        Kind::Spoke(settings) => {
            if door.is_in_the_clear() {
                tell(
                    "warning: this server is reached without encryption: whoever is on the network between can read along",
                );
            }
            Ok(settings)
        }
        Kind::Rewired => bail!("{REWIRED}"),
        Kind::Other => bail!(
            "{} is no Spoke server as far as can be seen. Its address is the one that you text at in the browser, up to the first `/`",
            door.address()
        ),
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
    sign_in::save(&dir, &sign_in).context("signed in, but it could not be stored here")?;
    let me = &sign_in.me;
    if json {
        let kind = sign_in.kind;
        out_json(&serde_json::json!({ "sign_in": sign_in.name(), "server": sign_in.server, "kind": kind, "me": me }))?;
        return Ok(Exit::Done);
    }
    let of = if me.organization.is_empty() { String::new() } else { format!(" of {}", safe_line(&me.organization)) };
    out(format!(
        "{} is signed in as {}{of} at {} (sign-in {}).\nREAL VOTERS. This campaign runs Spoke.",
        safe_line(&me.name),
        me.role.in_words(),
        sign_in.server,
        sign_in.name()
    ))?;
    if me.organization.is_empty() {
        out("You text for no organization there yet: open its join link by textbank join LINK.")?;
    }
    if settings.strategy == Strategy::Token {
        tell("Should the sign-in end, ask the campaign for another token.");
    }
    let watch = if me.role >= Role::Captain { format!(", or {} captain to watch", ctx.program) } else { String::new() };
    if !wants.terms {
        out(format!("Next: {} text{watch}", ctx.program))?;
    }
    Ok(Exit::Done)
}

/// A secret, asked for without being shown, or the first line of standard input.
fn secret(question: &str, from_stdin: bool) -> anyhow::Result<SecretString> {
    let given = if from_stdin {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("no password on standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else if std::io::stdin().is_terminal() {
        rpassword::prompt_password(question).context("the password could not be asked for")?
    } else {
        return Err(Misuse(
            "nobody to ask for the password: run it in a terminal, or give it by --password-stdin".into(),
        )
        .into());
    };
    if given.is_empty() {
        return Err(Misuse("nothing was given".to_owned()).into());
    }
    Ok(given.into())
}

fn asked_for(question: &str) -> anyhow::Result<String> {
    let given = ask(question)?.filter(|line| !line.is_empty());
    Ok(given.ok_or_else(|| Misuse("nothing was given".to_owned()))?)
}

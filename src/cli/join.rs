//! `join LINK`

use std::io::IsTerminal;

use anyhow::Context as _;
use secrecy::ExposeSecret;

use super::captain::{self, CaptainArgs};
use super::conduct::{Asked, settle};
use super::reach::{SignInArgs, client, tell, timeouts};
use super::shift::ShiftArgs;
use super::{Context, Exit, Misuse, Outcome, ask, first_minute, login, out, out_json, report, text, waiting_room};
use crate::api::people::{JoinRequest, Role};
use crate::api::problem::Code;
use crate::client::CallError;
use crate::client::native::{self, JoinLink};
use crate::client::sign_in::{self, SignIn};
use crate::client::spoke::session::Invitation;
use crate::domain::ids::DeviceId;
use crate::domain::person_name;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// Sign in on this machine by a join link
#[derive(Debug, clap::Args)]
pub struct JoinArgs {
    /// The whole link, in quotes; `-` reads it from standard input
    #[arg(value_name = "LINK")]
    pub link: String,
    /// Your first name, as voters read it
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The rules of conduct (and the campaign's guide; at a Spoke server its terms) have been read and are accepted: do not ask
    #[arg(long)]
    pub accept_conduct: bool,
    /// Print who you are now as JSON
    #[arg(long)]
    pub json: bool,
}

/// Redeems the link and stores the sign-in.
///
/// # Errors
/// No link, no name, or what the server said.
pub async fn run(args: JoinArgs, ctx: &Context) -> Outcome {
    let link = if args.link == "-" { asked_for("")? } else { args.link };
    if let Some(invitation) = Invitation::parse(&link) {
        return login::join(&invitation, (args.name.as_deref(), args.accept_conduct, args.json), ctx).await;
    }
    let parsed = JoinLink::parse(&link);
    if parsed.is_err() {
        tell(ctx.catalogue.say("join-spoke-note", &[]));
    }
    let link = parsed?;
    if link.is_in_the_clear() {
        tell(ctx.catalogue.say("join-in-the-clear", &[]));
    }
    let dir = ctx.paths.sign_ins_dir();
    // One installation has one name, whatever it joins.
    let device = sign_in::device(&dir, DeviceId(ctx.ids.act_id(ctx.clock.now())))?;
    let failed = || ctx.catalogue.say("join-failed", &[("server", Value::Text(link.base_url.clone()))]);
    if std::io::stdin().is_terminal() {
        // A link that is not whole, or a server that is not there, is told before anybody is asked for their name.
        let invite = link.secret.expose_secret().to_owned();
        let looked = native::join(&link.base_url, &JoinRequest::a_look(invite, device), timeouts(ctx)).await;
        if let Err(error) = looked
            && !matches!(&error, CallError::Refused(problem) if problem.code == Code::Invalid)
        {
            return Err(anyhow::Error::from(error).context(failed()));
        }
    }
    let plain = first_minute::reader(ctx)?;
    let name = match args.name.filter(|name| !name.trim().is_empty()) {
        Some(name) => as_a_name(&name)?,
        None if !ctx.config.name.trim().is_empty() => as_a_name(&ctx.config.name)?,
        None if std::io::stdin().is_terminal() => loop {
            match as_a_name(&asked_for(&format!("{} ", ctx.catalogue.say("join-name", &[])))?) {
                Ok(name) => break name,
                Err(why) => tell(why.to_string()),
            }
        },
        None => return Err(Misuse(ctx.catalogue.say("join-say-name", &[])).into()),
    };
    let mut fresh = [0; 32];
    ctx.ids.fill(&mut fresh);
    // Whoever listens would have it for good: without it they are somebody new there.
    let proof = if link.is_in_the_clear() { None } else { Some(sign_in::proof(&dir, &link.base_url, fresh)?) };
    let request = JoinRequest { invite: link.secret.expose_secret().to_owned(), name, device, proof };
    let joined = native::join(&link.base_url, &request, timeouts(ctx)).await.with_context(failed)?;
    let mut sign_in = SignIn::new(&link.base_url, joined, device, ctx.clock.now());
    let all = sign_in::list(&dir).with_context(|| ctx.catalogue.say("join-not-listed", &[]))?;
    let beside: Vec<String> = sign_in.take_place(&all).into_iter().map(SignIn::name).collect();
    sign_in::save(&dir, &sign_in).with_context(|| ctx.catalogue.say("join-not-stored", &[]))?;
    let asked = accept(&sign_in, args.accept_conduct, ctx).await;
    let mut came_in = false;
    if sign_in.me.waiting {
        // Whoever said no to the rules has nothing to wait for yet.
        if std::io::stdin().is_terminal() && asked != Some(Asked::Declined) {
            if sign_in.me.role < Role::Captain {
                let who = (sign_in.me.name.as_str(), plain);
                first_minute::practise(Some(&client(&sign_in, ctx)?), sign_in.me.campaign, who, ctx).await?;
            }
            sign_in = waiting_room::wait(&client(&sign_in, ctx)?, sign_in, ctx).await?;
            came_in = true;
        } else {
            waiting_room::say(&sign_in, ctx);
            tell(ctx.catalogue.say("waiting-pending", &[]));
        }
    }
    let me = &sign_in.me;
    if args.json {
        out_json(&serde_json::json!({ "sign_in": sign_in.name(), "server": sign_in.server, "me": me }))?;
        return Ok(Exit::Done);
    }
    let say = |key: &str, args: &[(&str, String)]| {
        let args: Vec<(&str, Value)> = args.iter().map(|(name, value)| (*name, Value::Text(value.clone()))).collect();
        ctx.catalogue.say(key, &args)
    };
    let role = role_in_words(me.role);
    let next = match me.role {
        Role::Texter | Role::VettedTexter => "text",
        Role::Captain => "captain",
        Role::Admin | Role::Owner => "campaign import --campaign FILE --contacts FILE",
    };
    let next = say("join-next", &[("command", format!("{} {next}", ctx.program))]);
    let opens = came_in && std::io::stdout().is_terminal() && me.role <= Role::Captain;
    // Before the first import a server has no organization of anybody's.
    let joined = match (me.role, me.waiting) {
        (Role::Admin | Role::Owner, _) => "join-is-now-without",
        (Role::Texter | Role::VettedTexter | Role::Captain, false) => "join-is-now",
        (Role::Texter | Role::VettedTexter | Role::Captain, true) => "join-waits",
    };
    let joined = say(
        joined,
        &[
            ("name", safe_line(&me.name)),
            ("role", role),
            ("organization", safe_line(&me.organization)),
            ("server", sign_in.server.clone()),
            ("sign-in", sign_in.name()),
        ],
    );
    let kind = say(if me.rehearsal { "join-rehearsal" } else { "join-real" }, &[]);
    out(format!("{joined}\n{kind}{}", if opens { String::new() } else { format!("\n{next}") }))?;
    if !beside.is_empty() {
        let names: Vec<String> = beside.iter().map(|name| format!("--sign-in {name}")).collect();
        let told = names.join(", ");
        out(ctx
            .catalogue
            .say("join-same-person", &[("name", Value::Text(safe_line(&me.name))), ("others", Value::Text(told))]))?;
    }
    if opens && let Err(error) = console(&sign_in, plain, ctx).await {
        // Joined is joined: what keeps the console closed (no campaign yet) may pass.
        let _ = report(&error);
        out(next)?;
    }
    Ok(Exit::Done)
}

/// Who waited at the door goes on by itself.
async fn console(sign_in: &SignIn, plain: bool, ctx: &Context) -> Outcome {
    let shift = ShiftArgs { plain, sign_in: SignInArgs { sign_in: Some(sign_in.name()) }, ..ShiftArgs::default() };
    match sign_in.me.role {
        Role::Texter | Role::VettedTexter => text::run(shift, ctx).await,
        Role::Captain | Role::Admin | Role::Owner => captain::run(CaptainArgs { json: false, shift }, ctx).await,
    }
}

/// Asks for the rules of conduct. The sign-in stands whatever the answer is; without it there are no contacts.
async fn accept(sign_in: &SignIn, yes: bool, ctx: &Context) -> Option<Asked> {
    let asked = async { settle(&client(sign_in, ctx)?, None, yes, ctx).await };
    let asked = match asked.await {
        Ok(asked) => Some(asked),
        Err(error) => {
            tracing::warn!(%error, "the rules of conduct could not be asked for");
            None
        }
    };
    match asked {
        Some(Asked::Nothing | Asked::Accepted) => {}
        Some(Asked::Declined) => tell(ctx.catalogue.say("conduct-declined", &[])),
        Some(Asked::Nobody) | None => tell(ctx.catalogue.say("conduct-pending", &[])),
    }
    asked
}

fn as_a_name(given: &str) -> Result<String, Misuse> {
    person_name::cleaned(given).map_err(|why| Misuse(format!("`{}`: {why}", safe_line(given))))
}

/// What has to be given.
fn asked_for(question: &str) -> anyhow::Result<String> {
    let given = ask(question)?.filter(|line| !line.is_empty());
    Ok(given.ok_or_else(|| Misuse(super::output::words().say("join-nothing-given", &[])))?)
}

/// What somebody may do there, in the person's language.
pub(super) fn role_in_words(role: Role) -> String {
    let key = match role {
        Role::Texter => "role-texter",
        Role::VettedTexter => "role-vetted-texter",
        Role::Captain => "role-captain",
        Role::Admin => "role-admin",
        Role::Owner => "role-owner",
    };
    super::output::words().say(key, &[])
}

//! `join LINK`

use std::io::IsTerminal;

use anyhow::Context as _;
use secrecy::ExposeSecret;

use super::conduct::{Asked, settle};
use super::reach::{client, tell, timeouts};
use super::{Context, Exit, Misuse, Outcome, ask, out, out_json, waiting_room};
use crate::api::people::{JoinRequest, Role};
use crate::client::native::{self, JoinLink};
use crate::client::sign_in::{self, SignIn};
use crate::domain::ids::DeviceId;
use crate::domain::safe_text::safe_line;

/// Sign in on this machine by a join link
#[derive(Debug, clap::Args)]
pub struct JoinArgs {
    /// The whole link, in quotes; `-` reads it from standard input
    #[arg(value_name = "LINK")]
    pub link: String,
    /// Your first name, as voters read it
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The rules of conduct (and the campaign's guide) have been read and are accepted: do not ask
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
    let link = JoinLink::parse(&link)?;
    if link.is_in_the_clear() {
        tell("warning: this server is reached without encryption: whoever is on the network between can read along");
    }
    let name = match args.name.filter(|name| !name.trim().is_empty()) {
        Some(name) => name,
        None if !ctx.config.name.trim().is_empty() => ctx.config.name.clone(),
        None if std::io::stdin().is_terminal() => asked_for("Your first name, as voters will read it: ")?,
        None => return Err(Misuse("say your first name, as voters will read it: --name NAME".to_owned()).into()),
    };
    let dir = ctx.paths.sign_ins_dir();
    // One installation has one name, whatever it joins.
    let device = sign_in::device(&dir, DeviceId(ctx.ids.act_id(ctx.clock.now())))?;
    let request = JoinRequest { invite: link.secret.expose_secret().to_owned(), name, device };
    let joined = native::join(&link.base_url, &request, timeouts(ctx))
        .await
        .with_context(|| format!("could not join at {}", link.base_url))?;
    let mut sign_in = SignIn::new(&link.base_url, joined, device, ctx.clock.now());
    sign_in::save(&dir, &sign_in)
        .context("joined, but the sign-in could not be stored here: mend that, then run the same command again")?;
    accept(&sign_in, args.accept_conduct, ctx).await;
    if sign_in.me.waiting {
        if std::io::stdin().is_terminal() {
            sign_in = waiting_room::wait(&client(&sign_in, ctx)?, sign_in, ctx).await?;
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
    let role = me.role.in_words();
    let next = match me.role {
        Role::Texter | Role::VettedTexter => "textbank text",
        Role::Captain => "textbank captain",
        Role::Admin | Role::Owner => "textbank campaign import --campaign FILE --contacts FILE",
    };
    let kind = if me.rehearsal { "REHEARSAL: no text of this server reaches a phone." } else { "REAL VOTERS." };
    // Before the first import a server has no organization of anybody's.
    let of = match me.role {
        Role::Admin | Role::Owner => String::new(),
        Role::Texter | Role::VettedTexter | Role::Captain => format!(" of {}", safe_line(&me.organization)),
    };
    out(format!(
        "{} is now {role}{of} at {} (sign-in {}).\n{kind}\nNext: {next}",
        safe_line(&me.name),
        sign_in.server,
        sign_in.name(),
    ))?;
    Ok(Exit::Done)
}

/// Asks for the rules of conduct. The sign-in stands whatever the answer is; without it there are no contacts.
async fn accept(sign_in: &SignIn, yes: bool, ctx: &Context) {
    let asked = async { settle(&client(sign_in, ctx)?, None, yes, ctx).await };
    match asked.await {
        Ok(Asked::Nothing | Asked::Accepted) => {}
        Ok(Asked::Declined) => tell(ctx.catalogue.say("conduct-declined", &[])),
        Ok(Asked::Nobody) => tell(ctx.catalogue.say("conduct-pending", &[])),
        Err(error) => {
            tracing::warn!(%error, "the rules of conduct could not be asked for");
            tell(ctx.catalogue.say("conduct-pending", &[]));
        }
    }
}

/// What has to be given.
fn asked_for(question: &str) -> anyhow::Result<String> {
    let given = ask(question)?.filter(|line| !line.is_empty());
    Ok(given.ok_or_else(|| Misuse("nothing was given".to_owned()))?)
}

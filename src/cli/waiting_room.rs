//! The waiting room: waiting in it line by line, and `people waiting`, `people admit`, `people show-out`.

use std::time::Duration;

use anyhow::{Context as _, bail};

use super::reach::{SignInArgs, client, stored, tell};
use super::{Context, Exit, Misuse, Outcome, out, out_json, second_factor};
use crate::api::act::Act;
use crate::api::message::Outcome as Decided;
use crate::api::people::{Role, WaitingPerson};
use crate::api::problem::Code;
use crate::client::native::NativeServer;
use crate::client::sign_in::{self, SignIn};
use crate::client::{CallError, CampaignServer};
use crate::domain::ids::{ActId, PersonId};
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// How often somebody who waits asks.
const EVERY: Duration = Duration::from_secs(2);

/// Waits until a captain lets this sign-in in; it is stored as one that was, then.
///
/// # Errors
/// Shown out, or the sign-in cannot be stored.
pub(super) async fn wait(server: &NativeServer, mut sign_in: SignIn, ctx: &Context) -> anyhow::Result<SignIn> {
    let mut told = false;
    let mut silent = false;
    while sign_in.me.waiting {
        match server.me().await {
            Ok(me) => sign_in.me.waiting = me.waiting,
            Err(CallError::Refused(problem)) if problem.code == Code::Unauthorized => {
                bail!(ctx.catalogue.say("waiting-shown-out", &[]));
            }
            Err(error) if error.is_transient() => {
                tracing::info!(%error, "the waiting room gave no answer");
                if !std::mem::replace(&mut silent, true) {
                    tell(ctx.catalogue.say("waiting-line", &[]));
                }
            }
            Err(error) => return Err(error).context("waiting to be let in"),
        }
        if sign_in.me.waiting {
            if !std::mem::replace(&mut told, true) {
                say(&sign_in, ctx);
                tell(ctx.catalogue.say("waiting-keep", &[]));
            }
            ctx.clock.sleep(EVERY).await;
        }
    }
    // A token that was renewed meanwhile is in the file, not here.
    let dir = ctx.paths.sign_ins_dir();
    let mut kept = sign_in::read(&sign_in::file_of(&dir, &sign_in))?;
    kept.me.waiting = false;
    sign_in::save(&dir, &kept)?;
    if told {
        tell(ctx.catalogue.say("waiting-over", &[]));
    }
    Ok(kept)
}

/// Says where somebody is.
pub(super) fn say(sign_in: &SignIn, ctx: &Context) {
    let organization = Value::Text(safe_line(&sign_in.me.organization));
    let name = Value::Text(safe_line(&sign_in.me.name));
    tell(ctx.catalogue.say("waiting-room", &[("organization", organization), ("name", name)]));
}

async fn captain(who: &SignInArgs, ctx: &Context) -> anyhow::Result<NativeServer> {
    let server = client(&stored(who, Role::Captain, ctx).await?, ctx)?;
    second_factor::settle(&server, ctx).await?;
    Ok(server)
}

/// `people waiting`
pub(super) async fn list(json: bool, who: &SignInArgs, ctx: &Context) -> Outcome {
    let people = captain(who, ctx).await?.waiting_room().await.context("no list")?;
    if json {
        out_json(&people)?
    } else {
        out(table(&people))?
    }
    Ok(Exit::Done)
}

/// `people admit`
pub(super) async fn admit(ids: &[i64], all: bool, who: &SignInArgs, ctx: &Context) -> Outcome {
    let server = captain(who, ctx).await?;
    let people: Vec<PersonId> = if all {
        server.waiting_room().await.context("no list")?.iter().map(|one| one.person).collect()
    } else {
        ids.iter().copied().map(PersonId).collect()
    };
    if people.is_empty() {
        if !all {
            return Err(Misuse("say whom: an id of textbank people waiting, or --all".to_owned()).into());
        }
        out("Nobody is in the waiting room.")?;
        return Ok(Exit::Done);
    }
    let many = people.len();
    decide(&server, &Act::Admit { campaign: None, people }, ctx).await.context("not let in")?;
    out(if many == 1 { "Let in.".to_owned() } else { format!("{many} people are let in.") })?;
    Ok(Exit::Done)
}

/// `people show-out`
pub(super) async fn show_out(person: i64, who: &SignInArgs, ctx: &Context) -> Outcome {
    let server = captain(who, ctx).await?;
    decide(&server, &Act::ShowOut { campaign: None, person: PersonId(person) }, ctx).await.context("not shown out")?;
    out("Shown out: the sign-in is ended.")?;
    Ok(Exit::Done)
}

async fn decide(server: &NativeServer, act: &Act, ctx: &Context) -> anyhow::Result<()> {
    let id = ActId(ctx.ids.act_id(ctx.clock.now()));
    match server.act(id, act).await?.outcome {
        Decided::Accepted { .. } => Ok(()),
        Decided::Refused { problem } => Err(CallError::Refused(Box::new(problem)).into()),
    }
}

fn table(people: &[WaitingPerson]) -> String {
    if people.is_empty() {
        return "Nobody is in the waiting room.".to_owned();
    }
    let mut text = format!("{:>6}  {:<14}{:<21}{}\n", "id", "role", "since (UTC)", "name");
    for one in people {
        let since = one.since.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let role = one.role.in_words();
        text.push_str(&format!("{:>6}  {role:<14}{since:<21}{}\n", one.person.0, safe_line(&one.name)));
    }
    text.push_str("Let in with: textbank people admit ID, or --all; show out with: textbank people show-out ID\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_reach_the_terminal() {
        let one = WaitingPerson {
            person: PersonId(7),
            name: "Mal\u{1b}[2J\nlory".to_owned(),
            role: Role::Texter,
            campaign: None,
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        let text = table(&[one]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains('\u{1b}'));
    }
}

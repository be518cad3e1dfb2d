//! The waiting room: waiting in it line by line, and `people waiting`, `people admit`, `people show-out`.

use std::time::Duration;

use anyhow::{Context as _, bail};

use super::output::{count, said, text};
use super::reach::{SignInArgs, client, stored, tell};
use super::{Advice, Context, Exit, Misuse, Outcome, forget_typed, out, out_json, second_factor};
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
    // What is typed meanwhile is meant for nobody: neither for the rules' question nor for the shell.
    let _typed = ForgetTyped;
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

/// Forgets what was typed, however the waiting ends.
struct ForgetTyped;

impl Drop for ForgetTyped {
    fn drop(&mut self) {
        forget_typed();
    }
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
    let people = captain(who, ctx).await?.waiting_room().await.with_context(|| said("cmd-no-list", &[]))?;
    if json {
        out_json(&people)?
    } else {
        out(table(&people))?
    }
    Ok(Exit::Done)
}

/// `people admit`
pub(super) async fn admit(ids: &[i64], all: bool, who: &SignInArgs, ctx: &Context) -> Outcome {
    if ids.is_empty() && !all {
        return Err(Misuse(said("cmd-admit-whom", &[])).into());
    }
    let server = captain(who, ctx).await?;
    let waiting = server.waiting_room().await.with_context(|| said("cmd-no-list", &[]))?;
    let (there, missing) = sorted(waiting, (!all).then_some(ids));
    if there.is_empty() && missing.is_empty() {
        out(said("cmd-nobody-waits", &[]))?;
        return Ok(Exit::Done);
    }
    if there.is_empty() {
        // The server knows whether another captain was quicker.
        let people = missing.iter().copied().map(PersonId).collect();
        decide(&server, &Act::Admit { campaign: None, people }, ctx).await.context(NOT_LET_IN)?;
        out(said("cmd-admitted-before", &[]))?;
        return Ok(Exit::Done);
    }
    let people = there.iter().map(|one| one.person).collect();
    decide(&server, &Act::Admit { campaign: None, people }, ctx).await.context(NOT_LET_IN)?;
    out(let_in(&there))?;
    if missing.is_empty() {
        return Ok(Exit::Done);
    }
    let missing: Vec<String> = missing.iter().map(i64::to_string).collect();
    tell(said("cmd-not-waiting", &[text("people", missing.join(", ")), text("program", ctx.program.clone())]));
    Ok(Exit::Refused)
}

const NOT_LET_IN: Advice = Advice { what: "not let in", on: SEE_WHO_WAITS };
const SEE_WHO_WAITS: &[(Code, &str)] = &[
    (Code::NotFound, "see who waits: textbank people waiting"),
    (Code::Forbidden, "ask an admin or an owner: the link was for a role above yours"),
];

/// Those who wait of those that are meant (everybody, when nobody is named), and the ids of those who do not.
fn sorted(waiting: Vec<WaitingPerson>, ids: Option<&[i64]>) -> (Vec<WaitingPerson>, Vec<i64>) {
    let Some(ids) = ids else { return (waiting, Vec::new()) };
    let missing = ids.iter().filter(|id| !waiting.iter().any(|one| one.person.0 == **id)).copied().collect();
    (waiting.into_iter().filter(|one| ids.contains(&one.person.0)).collect(), missing)
}

/// Who was let in, and who of them has still to accept the rules.
fn let_in(people: &[WaitingPerson]) -> String {
    let names = |of: &mut dyn Iterator<Item = &WaitingPerson>| {
        let mut names: Vec<String> = of.take(10).map(|one| safe_line(&one.name)).collect();
        names.extend(of.next().map(|_| "...".to_owned()));
        names.join(", ")
    };
    let who = names(&mut people.iter());
    let mut told = said("cmd-admitted", &[count("n", people.len() as u64), text("who", who)]);
    if people.iter().any(|one| one.unread) {
        let unread = names(&mut people.iter().filter(|one| one.unread));
        told.push_str(&format!("\n{}", said("cmd-admitted-unread", &[text("who", unread)])));
    }
    told
}

/// `people show-out`
pub(super) async fn show_out(person: i64, who: &SignInArgs, ctx: &Context) -> Outcome {
    let server = captain(who, ctx).await?;
    decide(&server, &Act::ShowOut { campaign: None, person: PersonId(person) }, ctx)
        .await
        .context(Advice { what: "not shown out", on: SEE_WHO_WAITS })?;
    out(said("cmd-shown-out", &[]))?;
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
        return said("cmd-nobody-waits", &[]);
    }
    let word = |key| said(key, &[]);
    let mut table = format!(
        "{:>6}  {:<14}{:<12}{:<21}{}\n",
        "id",
        word("cmd-head-role"),
        word("cmd-head-rules"),
        word("cmd-head-from"),
        word("cmd-head-name")
    );
    for one in people {
        let since = one.since.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let role = one.role.in_words();
        let rules = match (one.unread, &one.conduct) {
            (true, _) => word("cmd-rules-not-yet"),
            (false, Some(_)) => word("cmd-rules-accepted"),
            (false, None) => "-".to_owned(),
        };
        let name = safe_line(&one.name);
        table.push_str(&format!("{:>6}  {role:<14}{rules:<12}{since:<21}{name}\n", one.person.0));
    }
    table.push_str(&format!("{}\n", said("cmd-admit-with", &[])));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(person: i64, name: &str, unread: bool) -> WaitingPerson {
        WaitingPerson {
            person: PersonId(person),
            name: name.to_owned(),
            role: Role::Texter,
            campaign: None,
            since: jiff::Timestamp::UNIX_EPOCH,
            unread,
            conduct: None,
        }
    }

    #[test]
    fn a_name_cannot_reach_the_terminal() {
        let people = [one(7, "Mal\u{1b}[2J\nlory", false)];
        for (text, lines) in [(table(&people), 3), (let_in(&people), 1)] {
            assert_eq!(text.lines().count(), lines, "{text}");
            assert!(!text.contains('\u{1b}'));
        }
    }

    #[test]
    fn a_captain_reads_who_has_accepted_the_rules_and_who_not_yet() {
        let people = [one(7, "Ann", true), one(8, "Bea", false)];
        assert!(table(&people).contains("not yet"));
        assert!(!table(&people[1..]).contains("not yet"));
        let said = let_in(&people);
        assert!(
            said.starts_with("2 people are let in: Ann, Bea.\n") && said.contains("not accepted yet by: Ann."),
            "{said}"
        );
        assert_eq!(let_in(&people[1..]), "Let in: Bea.");
        let crowd: Vec<_> = (0..12).map(|n| one(n, "Ann", false)).collect();
        assert_eq!(let_in(&crowd).matches("Ann").count(), 10);
    }

    #[test]
    fn who_does_not_wait_is_not_among_those_let_in() {
        let waiting = || vec![one(7, "Ann", false), one(8, "Bea", false)];
        let (there, missing) = sorted(waiting(), Some(&[8, 9]));
        assert_eq!((there.len(), there[0].person, missing), (1, PersonId(8), vec![9]));
        assert_eq!(sorted(waiting(), None).0.len(), 2);
    }
}

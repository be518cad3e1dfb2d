//! `people`, `sessions`

use std::io::IsTerminal as _;

use anyhow::Context as _;
use clap::Subcommand;

use super::reach::{SignInArgs, admin, client, stored, tell};
use super::{Advice, Context, Exit, Misuse, Outcome, ask, out, out_json, second_factor, waiting_room};
use crate::api::people::{PersonInfo, Role, SessionInfo};
use crate::api::problem::Code;
use crate::client::sign_in::{self, SignIn};
use crate::domain::ids::PersonId;
use crate::domain::person_name;
use crate::domain::safe_text::safe_line;

/// List the organization's people: last seen, role, how many contacts in hand
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct PeopleArgs {
    /// What to do; without it: list them.
    #[command(subcommand)]
    pub command: Option<PeopleCommand>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// What else can be done with people.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Who waits to be let in
    Waiting {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Let people in who wait
    Admit {
        /// Their numbers, from `people waiting`
        #[arg(value_name = "ID", conflicts_with = "all")]
        people: Vec<i64>,
        /// Everybody who waits now
        #[arg(long)]
        all: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// End the sign-in of somebody who waits
    ShowOut {
        /// Their number, from `people waiting`
        #[arg(value_name = "ID")]
        person: i64,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Give somebody another name; their console shows it from its next start on
    Rename {
        /// Who: `me`, or their number (from `people`), for captains
        #[arg(value_name = "ID")]
        who_is: String,
        /// Their first name, as voters read it
        #[arg(value_name = "NAME")]
        name: String,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Who is signed in (as `textbank sessions`)
    Sessions {
        /// What to do with them
        #[command(subcommand)]
        command: SessionsCommand,
    },
}

/// List the sign-ins, or end one
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SessionsArgs {
    /// What to do; without it: list them.
    #[command(subcommand)]
    pub command: Option<SessionsCommand>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// What can be done with sign-ins.
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// List the organization's sign-ins
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// End a sign-in: its console stops at once, what was confirmed is handed in; with a person's last, what they hold is free
    #[command(alias = "revoke")]
    End {
        /// Its number, from the list
        #[arg(value_name = "ID")]
        session: i64,
        /// Do not ask, also when it is the one that this command speaks by
        #[arg(long)]
        yes: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

/// Runs `people`.
///
/// # Errors
/// What the server said.
pub async fn run(args: PeopleArgs, ctx: &Context) -> Outcome {
    match args.command {
        Some(PeopleCommand::Sessions { command }) => session(command, ctx).await,
        Some(PeopleCommand::Waiting { json, who }) => waiting_room::list(json, &who, ctx).await,
        Some(PeopleCommand::Admit { people, all, who }) => waiting_room::admit(&people, all, &who, ctx).await,
        Some(PeopleCommand::ShowOut { person, who }) => waiting_room::show_out(person, &who, ctx).await,
        Some(PeopleCommand::Rename { who_is, name, who }) => rename(&who_is, &name, &who, ctx).await,
        None => {
            let (_, client) = admin(&args.who, ctx).await?;
            let people = client.people().await.context("no list")?;
            if args.json {
                out_json(&people)?
            } else {
                out(people_table(&people))?
            }
            Ok(Exit::Done)
        }
    }
}

async fn rename(who_is: &str, name: &str, who: &SignInArgs, ctx: &Context) -> Outcome {
    let name = person_name::cleaned(name).map_err(|why| Misuse(why.to_owned()))?;
    let (role, person) = match who_is {
        "me" => (Role::Texter, None),
        id => match id.parse() {
            Ok(id) => (Role::Captain, Some(PersonId(id))),
            Err(_not_a_number) => {
                return Err(Misuse("say whom: me, or a number of textbank people".to_owned()).into());
            }
        },
    };
    let sign_in = stored(who, role, ctx).await?;
    let person = person.unwrap_or(sign_in.me.person);
    let advice = Advice {
        what: "the name stays",
        on: &[
            (Code::NotFound, "see who there is: textbank people, or textbank captain --json"),
            (Code::Forbidden, "ask somebody with a role like theirs, or an owner"),
        ],
    };
    let server = client(&sign_in, ctx)?;
    if role >= Role::Captain {
        second_factor::settle(&server, ctx).await?;
    }
    server.rename(person, &name).await.context(advice)?;
    if person == sign_in.me.person {
        keep_name(&sign_in, &name, ctx)?;
        out(format!("You are {name} from now on."))?;
    } else {
        out(format!("Person {} is {name} from now on; their console shows it from its next start on.", person.0))?;
    }
    Ok(Exit::Done)
}

/// Notes the name that the server has for this person, in the sign-in as it is on the disk by now.
pub(super) fn keep_name(sign_in: &SignIn, name: &str, ctx: &Context) -> anyhow::Result<()> {
    let dir = ctx.paths.sign_ins_dir();
    let mut kept = sign_in::read(&sign_in::file_of(&dir, sign_in))?;
    kept.me.name = name.to_owned();
    sign_in::save(&dir, &kept)?;
    Ok(())
}

/// Runs `sessions`.
///
/// # Errors
/// What the server said.
pub async fn sessions(args: SessionsArgs, ctx: &Context) -> Outcome {
    let SessionsArgs { command, json, who } = args;
    session(command.unwrap_or(SessionsCommand::List { json, who }), ctx).await
}

async fn session(command: SessionsCommand, ctx: &Context) -> Outcome {
    match command {
        SessionsCommand::List { json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let sessions = client.sessions().await.context("no list")?;
            if json { out_json(&sessions)? } else { out(table(&sessions))? }
        }
        SessionsCommand::End { session, yes, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let sessions = client.sessions().await.context("not ended")?;
            if !yes
                && let Some(means) = ending_ones_own(&sessions, session)
                && !asked(&means, ctx)?
            {
                tell("Nothing was done.");
                return Ok(Exit::Failed);
            }
            let advice = Advice { what: "not ended", on: &[(Code::NotFound, "see the numbers: textbank sessions")] };
            client.revoke_session(session).await.context(advice)?;
            // A second time is told as done by the server.
            let before = sessions.iter().any(|one| one.id == session && one.revoked);
            out(if before {
                format!("Session {session} was ended before.")
            } else {
                format!("Session {session} is ended.")
            })?;
        }
    }
    Ok(Exit::Done)
}

/// What it means to end the sign-in that asks for it; none for another's, or one that is ended.
fn ending_ones_own(sessions: &[SessionInfo], session: i64) -> Option<String> {
    let own = sessions.iter().find(|one| one.id == session && one.own && !one.revoked)?;
    let rest = sessions.iter().filter(|one| one.id != session && !one.revoked && one.role >= Role::Admin).count();
    let back = if rest > 0 {
        "To come back you need a new join link, from another admin or owner."
    } else {
        "Nobody else is an admin: only `textbank serve --admin-link` on the server's machine makes a link to come back."
    };
    Some(format!(
        "Session {session} is your own ({}): this machine is signed out at once, and what you hold is free when it is your \
         last. {back}",
        own.role.in_words()
    ))
}

fn asked(means: &str, ctx: &Context) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Misuse(format!("{means}\nIf that is meant: {} sessions end ... --yes", ctx.program)).into());
    }
    tell(means);
    let answer = ask("End it? [y/N] ").context("no answer")?;
    Ok(matches!(answer.as_deref(), Some("y" | "Y" | "yes")))
}

fn seen_at(at: Option<jiff::Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn people_table(people: &[PersonInfo]) -> String {
    let mut text = format!(
        "{:>6}  {:<14}{:>8}{:>8}  {:<10}{:<10}{:<8}{:<21}{}\n",
        "id", "role", "sign-ins", "in hand", "rules", "practice", "factor", "last seen (UTC)", "name"
    );
    for person in people {
        let without = if person.waiting { "waiting room" } else { "signed out" };
        let role = person.role.map_or(without, Role::in_words);
        // Which words by number and when is in the JSON and in the audit.
        let rules = match &person.conduct {
            Some(accepted) if accepted.current => "accepted",
            Some(_) => "older",
            None => "-",
        };
        let practice = if person.practised_at.is_some() { "passed" } else { "-" };
        let factor = if person.second_factor { "set" } else { "-" };
        text.push_str(&format!(
            "{:>6}  {role:<14}{:>8}{:>8}  {rules:<10}{practice:<10}{factor:<8}{:<21}{}\n",
            person.id.0,
            person.sessions,
            person.in_hand,
            seen_at(person.last_seen),
            safe_line(&person.name)
        ));
    }
    text
}

fn table(sessions: &[SessionInfo]) -> String {
    let mut text = format!("{:>6}  {:<14}{:<9}{:<21}{}\n", "id", "role", "state", "last seen (UTC)", "name");
    for session in sessions {
        let role = session.role.in_words();
        let state = match (session.revoked, session.own) {
            (true, _) => "ended",
            (false, true) => "yours",
            (false, false) => "running",
        };
        let seen = seen_at(session.last_seen);
        text.push_str(&format!("{:>6}  {role:<14}{state:<9}{seen:<21}{}\n", session.id, safe_line(&session.name)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_reach_the_terminal() {
        let session = SessionInfo {
            id: 7,
            name: "Mal\u{1b}[2J\nlory".to_owned(),
            role: Role::Texter,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            last_seen: None,
            revoked: false,
            own: false,
        };
        let text = table(&[session]);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn who_ends_the_own_sign_in_is_told_what_it_means() {
        let one = |id, role, own, revoked| SessionInfo {
            id,
            name: "Ada".to_owned(),
            role,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            last_seen: None,
            revoked,
            own,
        };
        let mut all = vec![
            one(1, Role::Owner, true, false),
            one(2, Role::Captain, false, false),
            one(3, Role::Admin, false, true),
        ];
        assert!(ending_ones_own(&all, 1).is_some_and(|said| said.contains("serve --admin-link")));
        assert_eq!(ending_ones_own(&all, 2), None, "another's");
        all[2].revoked = false;
        assert!(ending_ones_own(&all, 1).is_some_and(|said| said.contains("from another admin")));
        all[0].revoked = true;
        assert_eq!(ending_ones_own(&all, 1), None, "it is ended");
    }
}

//! `people sessions ...`

use anyhow::Context as _;
use clap::Subcommand;

use super::reach::{SignInArgs, admin};
use super::{Context, Exit, Outcome, out, out_json};
use crate::api::people::SessionInfo;
use crate::domain::safe_text::safe_line;

/// What can be done with people.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Who is signed in
    Sessions {
        /// What to do with them
        #[command(subcommand)]
        command: SessionsCommand,
    },
}

/// What can be done with sessions.
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// List the organization's sessions
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// End a session; what its person holds goes back to the pool as leases run out
    Revoke {
        /// Its number, from the list
        #[arg(value_name = "ID")]
        session: i64,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

/// Runs one of them.
///
/// # Errors
/// What the server said.
pub async fn run(command: PeopleCommand, ctx: &Context) -> Outcome {
    let PeopleCommand::Sessions { command } = command;
    match command {
        SessionsCommand::List { json, who } => {
            let (_, client) = admin(&who, ctx)?;
            let sessions = client.sessions().await.context("no list")?;
            if json { out_json(&sessions)? } else { out(table(&sessions))? }
        }
        SessionsCommand::Revoke { session, who } => {
            let (_, client) = admin(&who, ctx)?;
            client.revoke_session(session).await.context("not revoked")?;
            out(format!("Session {session} is ended."))?;
        }
    }
    Ok(Exit::Done)
}

fn table(sessions: &[SessionInfo]) -> String {
    let mut text = format!("{:>6}  {:<14}{:<9}{:<21}{}\n", "id", "role", "state", "last seen (UTC)", "name");
    for session in sessions {
        let role = session.role.in_words();
        let state = if session.revoked { "ended" } else { "running" };
        let seen =
            session.last_seen.map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string());
        text.push_str(&format!("{:>6}  {role:<14}{state:<9}{seen:<21}{}\n", session.id, safe_line(&session.name)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::people::Role;

    #[test]
    fn a_name_cannot_reach_the_terminal() {
        let session = SessionInfo {
            id: 7,
            name: "Mal\u{1b}[2J\nlory".to_owned(),
            role: Role::Texter,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            last_seen: None,
            revoked: false,
        };
        let text = table(&[session]);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains('\u{1b}'));
    }
}

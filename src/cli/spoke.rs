//! `spoke`: what who watches campaigns at a Spoke server asks and does in commands; the board is `textbank captain`.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use clap::Subcommand;

use super::reach::{SignInArgs, spoke, tell, timeouts};
use super::{Advice, Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::api::captain::Board;
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::client::sign_in::{self, ServerKind, SignIn};
use crate::client::spoke::captain::{Conversation, Filters, Listed, Person, To};
use crate::client::spoke::{Reading, SpokeServer, Unreadable};
use crate::client::{Call, CallError};
use crate::domain::conversation::Status;
use crate::domain::ids::{CampaignId, ContactId, PersonId};
use crate::domain::safe_text::safe_line;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum SpokeCommand {
    /// Your assignments with all their counts, as Spoke's own page has them
    Assignments {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Who in your hands cannot be read: the server gives no data of them. Everybody is asked for, fifty at a time
    Unreadable {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// The organization's campaigns with what is counted of them (for SUPERVOLUNTEER and up, as all below)
    Campaigns {
        /// Those that are closed
        #[arg(long)]
        archived: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// The organization's people with their roles
    People {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Conversations that filters let pass
    Conversations {
        /// Which.
        #[command(flatten)]
        which: FilterArgs,
        /// Leave so many out
        #[arg(long, value_name = "N", default_value_t = 0)]
        offset: u64,
        /// Show at most so many
        #[arg(long, value_name = "N", default_value_t = 25)]
        limit: u64,
        /// Print JSON, with what was said
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Take over every reply of a campaign that has waited for over an hour, whoever has it, to answer them yourself
    TakeReplies {
        /// Of which campaign (its number, from `spoke campaigns`)
        #[arg(long, value_name = "CAMPAIGN")]
        campaign: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Give contacts to another texter, or to nobody: those named, or all that filters let pass
    Reassign {
        /// To whom: their number (from `spoke people`), or `nobody`
        #[arg(long, value_name = "PERSON")]
        to: String,
        /// These contacts (numbers from `spoke conversations`); else --all with filters
        #[arg(value_name = "CONTACT", conflicts_with = "all")]
        contacts: Vec<i64>,
        /// All that the filters let pass; it is asked first whether that many are meant
        #[arg(long)]
        all: bool,
        /// Do not ask
        #[arg(long, requires = "all")]
        yes: bool,
        /// Which.
        #[command(flatten)]
        which: FilterArgs,
        /// Print JSON: who is done and who is not
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Close conversations, or open them again
    Status {
        /// `closed`, or `needs-response` to open them again
        #[arg(value_name = "STATUS", value_parser = ["closed", "needs-response"])]
        status: String,
        /// Which contacts
        #[arg(value_name = "CONTACT", required = true)]
        contacts: Vec<i64>,
        /// Of which campaign
        #[arg(long, value_name = "CAMPAIGN")]
        campaign: i64,
        /// Print JSON: who is done and who is not
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Set a tag on contacts, or take it off
    Tag {
        /// Its name
        #[arg(value_name = "TAG")]
        tag: String,
        /// Which contacts
        #[arg(value_name = "CONTACT", required = true)]
        contacts: Vec<i64>,
        /// Of which campaign
        #[arg(long, value_name = "CAMPAIGN")]
        campaign: i64,
        /// Take it off
        #[arg(long)]
        off: bool,
        /// Print JSON: who is done and who is not
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

/// Which conversations are meant.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct FilterArgs {
    /// Of this campaign (its number, from `spoke campaigns`)
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<i64>,
    /// In this texter's hands: their number, or `nobody`
    #[arg(long, value_name = "PERSON")]
    pub texter: Option<String>,
    /// The texter of --texter has written in it, whoever has it now
    #[arg(long, requires = "texter")]
    pub sender: bool,
    /// Of this status; several with commas between
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = ["needs-message", "messaged", "needs-response", "needs-response-expired", "convo", "closed"])]
    pub status: Vec<String>,
    /// Only who has opted out
    #[arg(long, conflicts_with = "texted")]
    pub opted_out: bool,
    /// Only who has not opted out
    #[arg(long = "not-opted-out")]
    pub texted: bool,
    /// With this tag, or one of several; `*`: with any
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Without this tag
    #[arg(long = "without-tag", value_name = "TAG")]
    pub without_tags: Vec<String>,
    /// With this error of the carrier's (30003), or one of several; 0: without error
    #[arg(long = "error", value_name = "CODE")]
    pub errors: Vec<i64>,
    /// With these words in a text; capital letters count
    #[arg(long, value_name = "WORDS")]
    pub text: Option<String>,
    /// In closed campaigns
    #[arg(long)]
    pub archived: bool,
}

impl FilterArgs {
    fn filters(&self) -> Result<Filters, Misuse> {
        let status: Vec<&str> = self.status.iter().map(|word| spokes(word)).collect();
        Ok(Filters {
            campaign: self.campaign.map(CampaignId),
            texter: match self.texter.as_deref() {
                None => None,
                Some("nobody") => Some(-2),
                Some(number) => Some(person(number)?),
            },
            sender: self.sender,
            status: (!status.is_empty()).then(|| status.join(",")),
            opted_out: match (self.opted_out, self.texted) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            },
            tags: self.tags.clone(),
            without_tags: self.without_tags.clone(),
            errors: self.errors.clone(),
            text: self.text.clone(),
            archived: self.archived,
        })
    }
}

/// A status in Spoke's word.
fn spokes(word: &str) -> &str {
    match word {
        "needs-message" => "needsMessage",
        "needs-response" => "needsResponse",
        "needs-response-expired" => "needsResponseExpired",
        other => other,
    }
}

fn person(number: &str) -> Result<i64, Misuse> {
    let wrong = || Misuse(format!("`{}` is no person's number: see textbank spoke people", safe_line(number)));
    number.parse().map_err(|_| wrong())
}

/// A sign-in at a Spoke server, the one named or the latest that may do it.
///
/// # Errors
/// None, or one for another kind of server.
pub(super) fn sign_in(who: &SignInArgs, role: Role, ctx: &Context) -> anyhow::Result<SignIn> {
    let at_spoke = |one: &SignIn| one.kind == ServerKind::Spoke;
    let dir = ctx.paths.sign_ins_dir();
    // What a role may do there is the server's to say: it may have changed since the sign-in.
    let mine = |one: &SignIn| at_spoke(one) && one.me.role >= role;
    let found = sign_in::load_where(&dir, who.sign_in.as_deref(), Role::Texter, mine)
        .or_else(|_| sign_in::load_where(&dir, who.sign_in.as_deref(), Role::Texter, at_spoke));
    match found {
        Err(error) if sign_in::list(&dir).is_ok_and(|all| all.iter().any(at_spoke)) => Err(error.into()),
        Ok(found) if at_spoke(&found) => Ok(found),
        _ => {
            let why = "no sign-in at a campaign that runs Spoke: sign in by textbank login --spoke URL";
            Err(Misuse(why.into()).into())
        }
    }
}

fn server(who: &SignInArgs, role: Role, ctx: &Context) -> anyhow::Result<SpokeServer> {
    let found = sign_in(who, role, ctx)?;
    Ok(spoke(&found, timeouts(ctx), ctx)?.watching())
}

/// Does it.
///
/// # Errors
/// No sign-in, no such role, or what the server said.
pub async fn run(command: SpokeCommand, ctx: &Context) -> Outcome {
    match command {
        SpokeCommand::Assignments { json, who } => assignments(json, &who, ctx).await?,
        SpokeCommand::Unreadable { json, who } => {
            let found = sign_in(&who, Role::Texter, ctx)?;
            let found =
                spoke(&found, timeouts(ctx), ctx)?.readings().await.context(of_mine("not everybody was asked for"))?;
            if json { out_json(&found)? } else { out(readings(&found))? }
        }
        SpokeCommand::TakeReplies { campaign, json, who } => {
            let server = server(&who, Role::Captain, ctx)?;
            let taken =
                server.take_waiting(CampaignId(campaign)).await.context(at_spoke("no replies were taken over"))?;
            if json {
                out_json(&serde_json::json!({ "campaign": campaign, "taken": taken }))?;
            } else if taken == 0 {
                out("No reply of that campaign has waited for over an hour.")?;
            } else {
                let (replies, are) = if taken == 1 { ("reply", "is") } else { ("replies", "are") };
                out(format!("{taken} {replies} that waited for over an hour {are} yours now: {} text", ctx.program))?;
            }
        }
        SpokeCommand::Campaigns { archived, json, who } => {
            let found = server(&who, Role::Captain, ctx)?
                .campaigns_to_watch(archived)
                .await
                .context(at_spoke("no campaigns"))?;
            if json { out_json(&found)? } else { out(campaigns(&found))? }
        }
        SpokeCommand::People { json, who } => {
            let found = server(&who, Role::Captain, ctx)?.people().await.context(at_spoke("no people"))?;
            if json { out_json(&found)? } else { out(people(&found))? }
        }
        SpokeCommand::Conversations { which, offset, limit, json, who } => {
            let server = server(&who, Role::Captain, ctx)?;
            let (found, total) =
                server.conversations(&which.filters()?, offset, limit).await.context(at_spoke("no conversations"))?;
            if json {
                out_json(&serde_json::json!({ "total": total, "conversations": found }))?;
            } else {
                out(conversations(&found, offset, total))?;
            }
        }
        SpokeCommand::Reassign { to, contacts, all, yes, which, json, who } => {
            return reassign(&to, (&contacts, all, yes), (&which, json), &who, ctx).await;
        }
        SpokeCommand::Status { status, contacts, campaign, json, who } => {
            let contacts = ids(&contacts);
            let server = server(&who, Role::Captain, ctx)?;
            let done = server.set_statuses(CampaignId(campaign), &contacts, spokes(&status)).await;
            let (done, to_text) = surely(done, "not done")?;
            let left: Vec<ContactId> = contacts.iter().copied().filter(|id| !done.contains(id)).collect();
            let said = status_set((done.len() - to_text.len(), to_text.len()), &status);
            return told(&said, (&contacts, &left), "the server does not say that it changed", json);
        }
        SpokeCommand::Tag { tag, contacts, campaign, off, json, who } => {
            let contacts = ids(&contacts);
            let server = server(&who, Role::Captain, ctx)?;
            let failed = server.tag_all(CampaignId(campaign), &contacts, &tag, !off).await;
            let failed = surely(failed, "not tagged")?;
            let unknown = failed.iter().any(|(_, error)| is_doubtful(error));
            let left: Vec<ContactId> = failed.into_iter().map(|(contact, _)| contact).collect();
            let how = if off { "without" } else { "with" };
            let said = format!("{}: {how} the tag {}", counted(contacts.len() - left.len()), safe_line(&tag));
            let why = if unknown {
                "it is not known whether the server took it for"
            } else {
                "the server did not take it for"
            };
            return told(&said, (&contacts, &left), why, json);
        }
    }
    Ok(Exit::Done)
}

/// What was set: whoever was closed before a text of ours gets another status than the one asked for.
fn status_set((others, to_text): (usize, usize), status: &str) -> String {
    let others = (others > 0 || to_text == 0).then(|| format!("{}: {status}", counted(others)));
    let to_text = (to_text > 0).then(|| format!("{}: needs-message (never texted)", counted(to_text)));
    others.into_iter().chain(to_text).collect::<Vec<_>>().join("\n")
}

/// Says what was done, and of whom it was not.
fn told(said: &str, (asked, left): (&[ContactId], &[ContactId]), why: &str, json: bool) -> Outcome {
    if json {
        let done: Vec<ContactId> = asked.iter().copied().filter(|id| !left.contains(id)).collect();
        out_json(&serde_json::json!({ "done": done, "not_done": left }))?;
    } else {
        out(said)?;
    }
    if left.is_empty() {
        return Ok(Exit::Done);
    }
    let numbers: Vec<String> = left.iter().map(|id| id.0.to_string()).collect();
    tell(format!(
        "error: {why} {}. What to do: look whether these numbers are right: textbank spoke conversations --campaign ID",
        numbers.join(", ")
    ));
    Ok(Exit::Failed)
}

/// What there is to do at Spoke, where links and campaigns are others than at a server of textbank's own.
pub(super) fn at_spoke(what: &'static str) -> Advice {
    Advice {
        what,
        on: &[
            (
                Code::Forbidden,
                "ask the campaign's admin for the role (Spoke's page People), then sign in again: textbank login --spoke URL",
            ),
            (Code::NotFound, "see what there is: textbank spoke campaigns, textbank spoke people"),
            (Code::Unauthorized, "sign in again: textbank login --spoke URL"),
        ],
    }
}

/// The same of what a texter asks of their own, by no number.
pub(super) fn of_mine(what: &'static str) -> Advice {
    Advice {
        what,
        on: &[
            (
                Code::Unavailable,
                "run it again in a moment; if it stays so, ask the campaign's admin to look into Spoke's log",
            ),
            (Code::Unauthorized, "sign in again: textbank login --spoke URL"),
        ],
    }
}

/// True when what became of it is not known: the answer was cut off, or said nothing.
fn is_doubtful(error: &CallError) -> bool {
    matches!(error, CallError::NoAnswer(_) | CallError::Strange(_))
}

/// A deed's outcome: without an answer nobody can say that it was not done.
fn surely<T>(done: Call<T>, not_done: &'static str) -> anyhow::Result<T> {
    done.map_err(|error| {
        let doubtful = is_doubtful(&error);
        let error = anyhow::Error::from(error);
        if doubtful {
            error.context("it is not known whether that was done")
        } else {
            error.context(at_spoke(not_done))
        }
    })
}

async fn reassign(
    to: &str,
    (contacts, all, yes): (&[i64], bool, bool),
    (which, json): (&FilterArgs, bool),
    who: &SignInArgs,
    ctx: &Context,
) -> Outcome {
    let to = match to {
        "nobody" => To::Nobody,
        number => To::Person(PersonId(person(number)?)),
    };
    let campaign = which.campaign.map(CampaignId);
    if !all && (campaign.is_none() || contacts.is_empty()) {
        return Err(Misuse("name contacts and say of which campaign (--campaign), or --all with filters".into()).into());
    }
    let server = server(who, Role::Captain, ctx)?;
    if let To::Person(person) = to {
        // The server takes the contacts away for anybody's number, and gives them to nobody then.
        let people = server.people().await.context(at_spoke("not given to anybody else"))?;
        if !people.iter().any(|one| one.person == person && one.role.is_some()) {
            let why = format!("nobody with the number {} texts there: see textbank spoke people", person.0);
            return Err(Misuse(why).into());
        }
    }
    if let (false, Some(campaign)) = (all, campaign) {
        let contacts = ids(contacts);
        surely(server.reassign(campaign, &contacts, to).await, "not given to anybody else")?;
        let left =
            server.not_with(campaign, &contacts, to).await.context(at_spoke("given, and not looked at after"))?;
        let said = format!("{} changed hands", counted(contacts.len() - left.len()));
        return told(&said, (&contacts, &left), "not there afterwards:", json);
    }
    let filters = which.filters()?;
    let (_, total) = server.conversations(&filters, 0, 1).await.context(at_spoke("not counted"))?;
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Err(Misuse("nobody to ask: run it in a terminal, or say --yes".to_owned()).into());
        }
        let question = format!("{} would change hands. Type yes: ", counted(usize::try_from(total)?));
        if !ask(&question)?.is_some_and(|answer| answer.eq_ignore_ascii_case("yes")) {
            tell("nothing was changed, because the answer was not `yes`");
            return Ok(Exit::Failed);
        }
    }
    surely(server.reassign_all(&filters, to).await, "not given to anybody else")?;
    if json {
        // Of how many filters let pass the server tells; of whom not.
        out_json(&serde_json::json!({ "done": null, "not_done": [], "let_pass": total }))?;
    } else {
        // Its answer names assignments alone.
        out(format!(
            "given: {} passed the filters (the server does not count them)",
            counted(usize::try_from(total)?)
        ))?;
    }
    Ok(Exit::Done)
}

fn ids(contacts: &[i64]) -> Vec<ContactId> {
    contacts.iter().copied().map(ContactId).collect()
}

fn counted(n: usize) -> String {
    super::campaign_check::counted(u64::try_from(n).unwrap_or(u64::MAX), "contact")
}

async fn assignments(json: bool, who: &SignInArgs, ctx: &Context) -> anyhow::Result<()> {
    let found = sign_in(who, Role::Texter, ctx)?;
    let found = spoke(&found, timeouts(ctx), ctx)?
        .assignments()
        .await
        .context(of_mine("your assignments could not be read"))?;
    if json {
        return out_json(&found);
    }
    if found.is_empty() {
        return out("Nothing is assigned to you now.");
    }
    let mut text = String::new();
    for one in found {
        text.push_str(&format!(
            "{}  {}\n      first texts {}, replies {}, past {}, texted {}, skipped {}, outside hours {}, all {}, more to ask for {}\n",
            one.assignment,
            one.title,
            one.first_texts,
            one.replies,
            one.past,
            one.texted,
            one.skipped,
            one.outside_hours,
            one.all,
            one.more_to_ask_for,
        ));
    }
    out(text)
}

fn readings(found: &[Reading]) -> String {
    let mut text = String::new();
    for one in found {
        let gone = one.unreadable.len() + one.nameless;
        text.push_str(&format!("{}  {}\n      {} read, {gone} cannot be read\n", one.assignment, one.title, one.read));
        for Unreadable { contact, why } in &one.unreadable {
            text.push_str(&format!("      {}: {why}\n", contact.0));
        }
        if let Some(why) = &one.nameless_why {
            text.push_str(&format!("      {} of whom not even the number is told: {why}\n", one.nameless));
        }
    }
    if text.is_empty() {
        return "Nothing is assigned to you now.".to_owned();
    }
    if found.iter().any(|one| !one.unreadable.is_empty() || one.nameless > 0) {
        text.push_str(
            "A console asks for them again by itself; if it stays so, tell the campaign's admin these numbers.\n",
        );
    }
    text
}

/// The board as data: what the server does not tell is null.
pub(super) fn board_json(board: &Board) -> anyhow::Result<serde_json::Value> {
    let mut value = serde_json::to_value(board)?;
    for name in board.foreign.iter().flat_map(|foreign| &foreign.untold) {
        match name.split_once('.') {
            Some(("texters", field)) => {
                for texter in value["texters"].as_array_mut().into_iter().flatten() {
                    texter[field] = serde_json::Value::Null;
                }
            }
            Some((part, field)) => value[part][field] = serde_json::Value::Null,
            None => value[name.as_str()] = serde_json::Value::Null,
        }
    }
    Ok(value)
}

fn or_dash(count: Option<u64>) -> String {
    count.map_or_else(|| "-".to_owned(), |count| count.to_string())
}

fn campaigns(found: &[Listed]) -> String {
    if found.is_empty() {
        return "There is no campaign of this kind there.".to_owned();
    }
    let mut text = format!(
        "{:>6}  {:<9} {:>8} {:>8} {:>8} {:>8} {:>7}  {}\n",
        "number", "state", "contacts", "assigned", "texted", "waiting", "failed", "title"
    );
    for one in found {
        let state = serde_json::to_value(one.state).ok();
        let counts = one.counts;
        text.push_str(&format!(
            "{:>6}  {:<9} {:>8} {:>8} {:>8} {:>8} {:>7}  {}\n",
            one.campaign.0,
            state.as_ref().and_then(|state| state.as_str()).unwrap_or_default(),
            or_dash(counts.contacts_count),
            or_dash(counts.assigned_count),
            or_dash(counts.messaged_count),
            or_dash(counts.needs_response_count),
            or_dash(counts.error_count),
            one.title
        ));
    }
    if !found.is_empty() && found.iter().all(|one| one.counts.contacts_count.is_none()) {
        text.push_str(
            "This server keeps no counts for its list (it runs without Redis); textbank captain counts one.\n",
        );
    }
    text
}

fn people(found: &[Person]) -> String {
    let mut text = format!("{:>6}  {:<14} {}\n", "number", "role", "name");
    for one in found {
        let role = one.role.map_or("suspended", Role::in_words);
        text.push_str(&format!("{:>6}  {role:<14} {}\n", one.person.0, one.name));
    }
    text
}

fn conversations(found: &[Conversation], offset: u64, total: u64) -> String {
    let mut text = String::new();
    for one in found {
        let mut marks = vec![status(one.status).to_owned()];
        marks.extend(one.opted_out.then(|| "opted out".to_owned()));
        marks.extend(one.error_code.map(|code| format!("error {code}")));
        marks.extend(one.tags.iter().map(|tag| format!("#{tag}")));
        let with = one.texter_name.as_deref().unwrap_or("nobody");
        text.push_str(&format!(
            "{:>8}  {} {} ({}) - with {with} - {} {}\n",
            one.contact.0,
            one.first_name,
            one.last_name,
            marks.join(", "),
            one.campaign.0,
            one.title
        ));
        if let Some(last) = one.messages.last() {
            let who = if last.from_voter { "voter" } else { "we" };
            text.push_str(&format!("          {who}: {}\n", safe_line(&last.text)));
        }
    }
    let shown = u64::try_from(found.len()).unwrap_or(0);
    text.push_str(&format!("{shown} of {total} shown"));
    if offset + shown < total {
        // With none shown the next would be the same.
        if shown > 0 {
            text.push_str(&format!("; the next: --offset {}", offset + shown));
        }
    }
    text.push('\n');
    text
}

fn status(status: Status) -> &'static str {
    match status {
        Status::NeedsMessage => "not texted yet",
        Status::Messaged => "texted",
        Status::NeedsResponse => "waits for an answer",
        Status::Convo => "in conversation",
        Status::Closed => "closed",
    }
}

//! What `text` and `captain` share before the console opens: sign-in, server, campaign, journal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::conduct::{Asked, settle, settle_these};
use super::people::keep_name;
use super::reach::{SignInArgs, admin, client, spoke, stored_anywhere, stored_for, tell, timeouts};
use super::rest::Rest;
use super::{Context, Misuse, ask, first_minute, home, output::words, second_factor, waiting_room};
use crate::api::campaign::{CampaignState, CampaignTodo};
use crate::api::conduct::ConductText;
use crate::api::people::{Me, Role};
use crate::api::problem::Code;
use crate::client::journal::{Damage, Journal, Tally};
use crate::client::native::{AdminClient, NativeServer};
use crate::client::sign_in::{ServerKind, SignIn};
use crate::client::spoke::SpokeServer;
use crate::client::{Call, CallError, CampaignServer};
use crate::config::ConsoleConfig;
use crate::console::core::texter::{Before, GateTimes, TexterOptions};
use crate::console::keymap::{ACTIONS, Keymap};
use crate::console::runtime::{Launch, Look};
use crate::domain::ids::CampaignId;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// Options of `text` and `captain`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ShiftArgs {
    /// Which campaign: its number, or the beginning of its title; needed when there are several
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Whole lines instead of a screen: for screen readers, braille lines and plain terminals
    #[arg(long)]
    pub plain: bool,
    /// Which sign-in.
    #[command(flatten)]
    pub sign_in: SignInArgs,
    /// The list of campaigns is wanted, however many there are.
    #[arg(skip)]
    pub home: bool,
}

/// True when the console comes in whole lines: asked for, set, or the terminal can draw nothing.
pub(super) fn in_lines(asked: bool, ctx: &Context) -> bool {
    match ctx.config.console.plain.as_str() {
        _ if asked => true,
        "always" => true,
        "never" => false,
        _ => ctx.surroundings.dumb(),
    }
}

/// Refuses to read the presses of a real campaign from anything but a terminal: a pipe would be a bulk path.
///
/// # Errors
/// Standard input is no terminal.
pub(super) fn from_a_terminal(ctx: &Context) -> anyhow::Result<()> {
    if std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Misuse(ctx.catalogue.say("plain-needs-terminal", &[])).into())
}

/// Everything that a console needs.
#[derive(Debug)]
pub(super) struct Shift {
    pub(super) server: Arc<dyn CampaignServer>,
    pub(super) me: Me,
    pub(super) campaign: CampaignId,
    pub(super) journal: Journal,
    pub(super) sign_in: SignIn,
    /// What stood on the screen a moment ago, where real voters are next.
    pub(super) before: Before,
}

impl Shift {
    /// What stays when the console is left.
    pub(super) fn rest(&self) -> Rest {
        Rest::of(self.journal.clone(), self.sign_in.clone())
    }

    /// What the console is opened with.
    pub(super) fn launch(self, ctx: &Context) -> Launch {
        launch_with(self.server, self.journal, self.me, ctx)
    }
}

/// What a console on a server's campaigns is opened with.
pub(super) fn launch_with(server: Arc<dyn CampaignServer>, journal: Journal, me: Me, ctx: &Context) -> Launch {
    let mut look = Look::from_settings(&ctx.config.console, &ctx.surroundings);
    look.caps.login = server.capabilities().login;
    Launch {
        server,
        journal,
        me: Some(me),
        clock: Arc::clone(&ctx.clock),
        ids: Arc::clone(&ctx.ids),
        look,
        catalogue: Arc::clone(&ctx.catalogue),
        port: None,
    }
}

/// The person's key map.
pub(super) fn keymap(ctx: &Context) -> Keymap {
    // The settings were refused already if their keys had a fault.
    let map = Keymap::with_user(&ctx.config.keys).unwrap_or_default();
    map.with_labels(ACTIONS.iter().map(|info| (info.action, ctx.catalogue.say(info.label_key, &[]))))
}

/// The times that tell one press from a held key.
pub(super) fn gate_times(ctx: &Context) -> GateTimes {
    let console = &ctx.config.console;
    GateTimes {
        dwell: Duration::from_millis(console.dwell_ms),
        gap: Duration::from_millis(console.key_gap_ms),
        silence: Duration::from_millis(console.key_silence_ms),
    }
}

/// The settings of the texter's console.
pub(super) fn console_options(options: &mut TexterOptions, console: &ConsoleConfig) {
    options.side_pane = console.side_pane;
    options.reply_window = Duration::from_secs(console.reply_undo_seconds);
    options.initial_window = Duration::from_secs(console.initial_undo_seconds);
    options.break_after = Duration::from_secs(60 * console.break_minutes);
    options.hold_abuse = console.hold_abuse;
}

/// What was saved of a damaged journal and what was not.
pub(super) fn damage_in_words(damage: &Damage) -> String {
    format!(
        "the journal was damaged ({}): {} acts and {} drafts were saved from it, {} could not be opened; what could not be read at all is not counted. The damaged file is kept: {}",
        damage.why,
        damage.acts,
        damage.drafts,
        damage.lost,
        damage.kept.display()
    )
}

/// How long is waited for what can be done without: the list of campaigns where the last one is known, whether a code is wanted.
const PATIENCE: Duration = Duration::from_secs(3);

/// After this long it is said that a server is waited for.
const SOON: Duration = Duration::from_millis(1_000);
/// Said where somebody does not accept the rules, or a campaign's guide.
const DECLINED: &str = "conduct-declined";
/// Where the journal keeps the campaign worked in last.
pub(super) const LAST: &str = "campaign.last";

/// Finds sign-in, server and campaign.
///
/// # Errors
/// Not signed in, no or several campaigns, or what the server said.
pub(super) async fn reach(
    args: &ShiftArgs,
    role: Role,
    ctx: &Context,
) -> anyhow::Result<(SignIn, Arc<dyn CampaignServer>, CampaignId)> {
    let (sign_in, server, campaign) = reach_native(args, role, ctx).await?;
    Ok((sign_in, Arc::new(server), campaign))
}

/// [`reach`], for what only our own server can be asked.
pub(super) async fn reach_native(
    args: &ShiftArgs,
    role: Role,
    ctx: &Context,
) -> anyhow::Result<(SignIn, NativeServer, CampaignId)> {
    let (sign_in, server) = signed_in(args, role, ctx).await?;
    let campaign = match which(args, &sign_in) {
        Which::Known(campaign) => campaign,
        Which::Ask(wanted) => {
            let found = server.campaigns().await.with_context(|| asking(&sign_in))?;
            choose(&found, wanted)?
        }
    };
    Ok((sign_in, server, campaign))
}

/// [`reach_native`], of a campaign that has to be named.
pub(super) async fn reach_named(
    campaign: &str,
    who: &SignInArgs,
    role: Role,
    ctx: &Context,
) -> anyhow::Result<(SignIn, NativeServer, CampaignId)> {
    let args = ShiftArgs { campaign: Some(campaign.to_owned()), sign_in: who.clone(), ..ShiftArgs::default() };
    reach_native(&args, role, ctx).await
}

/// An admin's sign-in and client, and the campaign that they name.
///
/// # Errors
/// As [`reach`].
pub(super) async fn reach_admin(
    campaign: &str,
    who: &SignInArgs,
    ctx: &Context,
) -> anyhow::Result<(SignIn, AdminClient, CampaignId)> {
    let (_, _, campaign) = reach_named(campaign, who, Role::Admin, ctx).await?;
    let (sign_in, client) = admin(who, ctx).await?;
    Ok((sign_in, client, campaign))
}

async fn signed_in(args: &ShiftArgs, role: Role, ctx: &Context) -> anyhow::Result<(SignIn, NativeServer)> {
    let sign_in = stored_for(&args.sign_in, role, args.campaign.as_deref(), ctx).await?;
    let server = client(&sign_in, ctx)?.telling_time(ctx.clock.clone());
    let sign_in = if sign_in.me.waiting { at_the_door(&server, sign_in, args.plain, ctx).await? } else { sign_in };
    if role >= Role::Captain {
        second_factor::settle(&server, ctx).await?;
    }
    Ok((sign_in, server))
}

/// Waits until a captain lets them in. The captain sees who has accepted the rules: they are asked for before, not after.
async fn at_the_door(server: &NativeServer, sign_in: SignIn, plain: bool, ctx: &Context) -> anyhow::Result<SignIn> {
    match settle(server, sign_in.me.campaign, false, ctx).await {
        Ok(Asked::Declined) => bail!(ctx.catalogue.say("conduct-declined", &[])),
        Ok(Asked::Nothing | Asked::Accepted | Asked::Nobody) => {}
        Err(error) => tracing::info!(%error, "waits without a word on the rules of conduct"),
    }
    if sign_in.me.role < Role::Captain {
        first_minute::practise(Some(server), sign_in.me.campaign, (&sign_in.me.name, plain), ctx).await?;
    }
    waiting_room::wait(server, sign_in, ctx).await
}

enum Which<'a> {
    Known(CampaignId),
    Ask(Option<&'a str>),
}

fn which<'a>(args: &'a ShiftArgs, sign_in: &SignIn) -> Which<'a> {
    match (sign_in.me.campaign, args.campaign.as_deref()) {
        // An invite to one campaign needs no question; the console can then open without the network.
        (Some(only), None) => Which::Known(only),
        (_, wanted) => Which::Ask(wanted),
    }
}

fn asking(sign_in: &SignIn) -> String {
    format!("asking {} for its campaigns", sign_in.server)
}

/// The server's list decides. Without its answer it is the campaign worked in last, so that a shift goes on without the
/// network.
async fn choose_or_last(
    server: &dyn CampaignServer,
    journal: &Journal,
    (wanted, home, role): (Option<&str>, bool, Role),
    sign_in: &SignIn,
    ctx: &Context,
) -> anyhow::Result<Chosen> {
    if home {
        return Ok(Chosen::AtHome);
    }
    let last = match wanted {
        None => journal.ui_get(LAST).await.ok().flatten().and_then(|last| last.as_i64()).map(CampaignId),
        Some(_) => None,
    };
    let asked = async {
        match last {
            Some(_) => promptly(server.campaigns(), ctx).await,
            None => server.campaigns().await,
        }
    };
    let answer = saying_so(asked, sign_in, ctx).await;
    match (answer, last) {
        (Err(error), Some(last)) if error.is_transient() => {
            tracing::info!(%error, %last, "opens in the campaign worked in last");
            Ok(Chosen::One(last))
        }
        (answer, _) => {
            let found = answer.with_context(|| asking(sign_in))?;
            let several = wanted.is_none() && found.len() > 1 && choose(&found, None).is_err();
            if several && role < Role::Captain && std::io::stdin().is_terminal() {
                return Ok(Chosen::AtHome);
            }
            let named = if wanted.is_none() { ask_which(&found)? } else { None };
            let chosen = choose(&found, wanted.or(named.as_deref()))?;
            if let Err(error) = journal.ui_set(LAST, &chosen.0.into()).await {
                tracing::warn!(%error, "the campaign worked in is not in the journal");
            }
            Ok(Chosen::One(chosen))
        }
    }
}

/// What a command can do without is not waited for as long as an answer may take.
pub(super) async fn promptly<T>(asked: impl Future<Output = Call<T>>, ctx: &Context) -> Call<T> {
    tokio::select! {
        answer = asked => answer,
        () = ctx.clock.sleep(PATIENCE) => Err(CallError::NoAnswer("the server is slow".into())),
    }
}

/// Waits for a server's answer, and says so when it does not come soon: an empty screen tells nobody anything.
async fn saying_so<T>(asked: impl Future<Output = T>, sign_in: &SignIn, ctx: &Context) -> T {
    let mut asked = std::pin::pin!(asked);
    tokio::select! {
        answer = &mut asked => return answer,
        () = ctx.clock.sleep(SOON) => {}
    }
    tell(ctx.catalogue.say("waits-for-server", &[("server", Value::Text(safe_line(&sign_in.server)))]));
    asked.await
}

/// Finds sign-in, server and campaign, and opens the journal.
///
/// # Errors
/// As [`reach`]; another console open, or what the disk said.
pub(super) async fn prepare(args: &ShiftArgs, role: Role, ctx: &Context) -> anyhow::Result<Prepared> {
    let found = stored_anywhere(&args.sign_in, role, ctx).await?;
    if found.kind == ServerKind::Spoke && role >= Role::Captain {
        let (server, campaign) = watching_at_spoke(args, &found, ctx).await?;
        let journal = super::reach::journal(&found, ctx).await?;
        let me = found.me.clone();
        return Ok(Prepared::Shift(Box::new(Shift {
            server: Arc::new(server),
            me,
            campaign,
            journal,
            sign_in: found,
            before: Before::Nothing,
        })));
    }
    if found.kind == ServerKind::Spoke {
        return prepare_at_spoke(args, role, found, ctx).await;
    }
    let waited = found.me.waiting;
    let (sign_in, server) = signed_in(args, role, ctx).await?;
    let server = Arc::new(server);
    let journal = super::reach::journal(&sign_in, ctx).await?;
    let mut chosen = match which(args, &sign_in) {
        _ if args.home => Chosen::AtHome,
        Which::Known(campaign) => Chosen::One(campaign),
        Which::Ask(wanted) => choose_or_last(&*server, &journal, (wanted, args.home, role), &sign_in, ctx).await?,
    };
    let mut asked_first = waited;
    let (campaign, me) = loop {
        let from_home = matches!(chosen, Chosen::AtHome);
        let asked: Arc<dyn CampaignServer> = Arc::<NativeServer>::clone(&server);
        let Some(campaign) = at_home(chosen, asked, &journal, &sign_in, (args.plain, ctx)).await? else {
            return Ok(Prepared::Left);
        };
        let asked = async { tokio::join!(promptly(server.conduct(Some(campaign)), ctx), promptly(server.me(), ctx)) };
        let (texts, me) = saying_so(asked, &sign_in, ctx).await;
        // Whoever accepts something ends that with Enter; whoever waited with whatever they typed meanwhile.
        asked_first |= from_home || texts.as_ref().is_ok_and(|texts| !texts.is_empty());
        let Some(why) = conduct(&server, texts, &journal, ctx).await? else { break (campaign, me) };
        // Whoever refuses one campaign's guide may still work for another.
        if !from_home || why != DECLINED {
            bail!(ctx.catalogue.say(why, &[]));
        }
        if ask(&format!("{} ", ctx.catalogue.say("conduct-declined-home", &[]).trim_end()))?.is_none() {
            return Ok(Prepared::Left);
        }
        chosen = Chosen::AtHome;
    };
    let sign_in = as_named_now(me, sign_in, ctx);
    let mut before = Before::Nothing;
    if role < Role::Captain {
        let who = (sign_in.me.name.as_str(), args.plain);
        let practised = first_minute::practise(Some(&server), Some(campaign), who, ctx).await?;
        before = came_from(practised, asked_first, sign_in.me.rehearsal, ctx);
    }
    Ok(Prepared::Shift(Box::new(Shift { server, me: sign_in.me.clone(), campaign, journal, sign_in, before })))
}

/// What stood on the screen before the console. Where nobody real is texted only the practice matters.
fn came_from(practised: bool, asked: bool, rehearsal: bool, ctx: &Context) -> Before {
    match (practised, asked) {
        (true, _) => {
            if !rehearsal {
                tell(ctx.catalogue.say("practice-real-next", &[]));
            }
            Before::Practice
        }
        (false, true) if !rehearsal => Before::Screen,
        (false, _) => Before::Nothing,
    }
}

/// What [`prepare`] came to.
#[derive(Debug)]
pub(super) enum Prepared {
    /// A console can be opened.
    Shift(Box<Shift>),
    /// The list of campaigns was left, and everything is said.
    Left,
}

/// Which campaign is meant.
enum Chosen {
    One(CampaignId),
    /// The person at the terminal chooses, on the home screen.
    AtHome,
}

async fn at_home(
    chosen: Chosen,
    server: Arc<dyn CampaignServer>,
    journal: &Journal,
    sign_in: &SignIn,
    (plain, ctx): (bool, &Context),
) -> anyhow::Result<Option<CampaignId>> {
    match chosen {
        Chosen::One(campaign) => Ok(Some(campaign)),
        Chosen::AtHome => home::choose(server, journal, sign_in, plain, ctx).await,
    }
}

/// [`prepare`] at a campaign that runs Spoke: it has no waiting room, no second factor, and no rules of conduct to accept.
async fn prepare_at_spoke(args: &ShiftArgs, role: Role, sign_in: SignIn, ctx: &Context) -> anyhow::Result<Prepared> {
    let server = Arc::new(spoke(&sign_in, timeouts(ctx), ctx)?);
    let journal = super::reach::journal(&sign_in, ctx).await?;
    let wanted = (args.campaign.as_deref(), args.home, role);
    let chosen = match choose_or_last(&*server, &journal, wanted, &sign_in, ctx).await {
        Ok(chosen) => chosen,
        Err(error) => {
            journal.close().await?;
            if is_signed_out(&error) {
                bail!(
                    "your sign-in at {0} does not count any more. Nothing is lost: sign in again with textbank login --spoke {0}, then go on",
                    sign_in.server
                );
            }
            return Err(error);
        }
    };
    let from_home = matches!(chosen, Chosen::AtHome);
    let Some(campaign) = at_home(chosen, server.clone(), &journal, &sign_in, (args.plain, ctx)).await? else {
        return Ok(Prepared::Left);
    };
    let sign_in = as_named_now(promptly(server.me(), ctx).await, sign_in, ctx);
    let practised = first_minute::practise(None, None, (&sign_in.me.name, args.plain), ctx).await?;
    let before = came_from(practised, from_home, sign_in.me.rehearsal, ctx);
    Ok(Prepared::Shift(Box::new(Shift { server, me: sign_in.me.clone(), campaign, journal, sign_in, before })))
}

/// A Spoke server as who watches there sees it, and the campaign that is meant.
///
/// # Errors
/// No role for it there, no or several campaigns, or what the server said.
pub(super) async fn watching_at_spoke(
    args: &ShiftArgs,
    sign_in: &SignIn,
    ctx: &Context,
) -> anyhow::Result<(SpokeServer, CampaignId)> {
    let server = spoke(sign_in, timeouts(ctx), ctx)?.watching();
    let found = server.campaigns().await.with_context(|| asking(sign_in))?;
    let named = if args.campaign.is_none() { ask_which(&found)? } else { None };
    let campaign = choose(&found, args.campaign.as_deref().or(named.as_deref()))?;
    Ok((server, campaign))
}

fn is_signed_out(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<CallError>(), Some(CallError::Refused(problem)) if problem.code == Code::Unauthorized)
}

/// Whoever was renamed meanwhile texts under the new name. Without the network it is the name that is known here.
fn as_named_now(me: Call<Me>, mut sign_in: SignIn, ctx: &Context) -> SignIn {
    match me.map(|me| safe_line(&me.name)) {
        Ok(name) if name != sign_in.me.name => {
            if let Err(error) = keep_name(&sign_in, &name, ctx) {
                tracing::warn!(%error, "the new name was not kept");
            }
            sign_in.me.name = name;
        }
        Ok(_) => {}
        Err(error) => tracing::info!(%error, "opens under the name that was known"),
    }
    sign_in
}

/// Shows rules and guide when they are not accepted, and asks. Without the network the console opens all the same: it is the
/// server that hands out contacts, or does not. Some: why the console stays closed.
async fn conduct(
    server: &NativeServer,
    texts: Call<Vec<ConductText>>,
    journal: &Journal,
    ctx: &Context,
) -> anyhow::Result<Option<&'static str>> {
    let texts = match texts {
        Ok(texts) => texts,
        Err(error) => {
            tracing::info!(%error, "opens without a word on the rules of conduct");
            return Ok(None);
        }
    };
    let why = match settle_these(server, &texts, false, ctx).await.context("not accepted")? {
        Asked::Nothing | Asked::Accepted => return Ok(None),
        Asked::Declined => DECLINED,
        Asked::Nobody => "conduct-pending",
    };
    // What was confirmed is handed in, whatever somebody thinks of new rules.
    if Tally::of(&journal.held().await?).unsettled() == 0 {
        return Ok(Some(why));
    }
    tell(ctx.catalogue.say("conduct-hands-in", &[]));
    Ok(None)
}

/// With several campaigns the person at the terminal says which.
fn ask_which(found: &[CampaignTodo]) -> anyhow::Result<Option<String>> {
    if found.is_empty() || choose(found, None).is_ok() || !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    tell(format!("{}\n{}", words().say("choose-list", &[]), listed(found)));
    Ok(ask(&format!("{} ", words().say("choose-which", &[])))?.filter(|line| !line.is_empty()))
}

/// One line a campaign. Titles may be the same: the number tells them apart, and where each stands.
fn listed(found: &[CampaignTodo]) -> String {
    let line = |one: &CampaignTodo| {
        let state = match one.state {
            CampaignState::Importing => ", is being imported",
            CampaignState::Running => "",
            CampaignState::Paused => ", paused",
            CampaignState::Archived => ", closed",
        };
        let (unassigned, mine) = (one.unassigned, one.unsent);
        format!("  {}  {} ({unassigned} unassigned, {mine} yours to text{state})", one.id, safe_line(&one.title))
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn misuse<T>(why: String) -> anyhow::Result<T> {
    Err(Misuse(why).into())
}

/// The campaign that is meant: the only one, or the one named.
pub(super) fn choose(found: &[CampaignTodo], wanted: Option<&str>) -> anyhow::Result<CampaignId> {
    let listed = || listed(found);
    let Some(wanted) = wanted else {
        // What is closed is meant only when it is named, or when there is nothing else.
        let mut open = found.iter().filter(|one| one.state != CampaignState::Archived);
        return match (found, open.next(), open.next()) {
            ([], ..) => bail!(words().say("choose-none", &[])),
            (_, Some(only), None) | ([only], ..) => Ok(only.id),
            _ => misuse(format!("{}\n{}", words().say("choose-several", &[]), listed())),
        };
    };
    if let Some(one) = found.iter().find(|one| one.id.to_string() == wanted) {
        return Ok(one.id);
    }
    let start = wanted.to_lowercase();
    // Called exactly so: no other that only begins with it is meant.
    let mut exact = found.iter().filter(|one| one.title.trim().to_lowercase() == start.trim());
    if let (Some(one), None) = (exact.next(), exact.next()) {
        return Ok(one.id);
    }
    let say = |key: &str| words().say(key, &[("wanted", Value::Text(safe_line(wanted)))]);
    let mut hits = found.iter().filter(|one| one.title.to_lowercase().starts_with(&start));
    match (hits.next(), hits.next()) {
        (Some(one), None) => Ok(one.id),
        (Some(_), Some(_)) => misuse(format!("{}\n{}", say("choose-begins"), listed())),
        _ if found.is_empty() => misuse(say("choose-unknown-none")),
        _ => misuse(format!("{}\n{}", say("choose-unknown"), listed())),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{choose, listed};
    use crate::api::campaign::{CampaignState, CampaignTodo};
    use crate::domain::ids::CampaignId;

    fn todo(id: i64, title: &str) -> CampaignTodo {
        CampaignTodo {
            id: CampaignId(id),
            title: title.into(),
            state: CampaignState::Running,
            unsent: 0,
            waiting: 0,
            unassigned: 0,
            mine: crate::api::campaign::Mine::default(),
        }
    }

    #[test]
    fn campaigns_of_one_title_are_told_apart() {
        let text = listed(&[todo(4, "Parks"), CampaignTodo { unassigned: 12, ..todo(5, "Par\u{1b}[2Jks") }]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "  4  Parks (0 unassigned, 0 yours to text)");
        assert!(
            lines[1].starts_with("  5  Par") && lines[1].contains("12 unassigned") && !text.contains('\u{1b}'),
            "{text}"
        );
    }

    #[test]
    fn a_closed_campaign_is_meant_only_when_it_is_named_or_alone() {
        let closed = |id, title| CampaignTodo { state: CampaignState::Archived, ..todo(id, title) };
        let found = [closed(4, "Parks"), todo(5, "Roads")];
        assert_eq!(choose(&found, None).ok(), Some(CampaignId(5)));
        assert_eq!(choose(&found, Some("parks")).ok(), Some(CampaignId(4)));
        assert_eq!(choose(&found[..1], None).ok(), Some(CampaignId(4)));
        assert!(choose(&[closed(4, "Parks"), closed(6, "Trees")], None).is_err());
    }

    #[rstest]
    #[case::only_one(&[(4, "Parks")], None, Some(4))]
    #[case::none(&[], None, None)]
    #[case::several(&[(4, "Parks"), (5, "Roads")], None, None)]
    #[case::by_number(&[(4, "Parks"), (5, "Roads")], Some("5"), Some(5))]
    #[case::number_before_title(&[(4, "5 parks"), (5, "Roads")], Some("5"), Some(5))]
    #[case::by_beginning(&[(4, "Parks"), (5, "Roads")], Some("roa"), Some(5))]
    #[case::ambiguous(&[(4, "Parks A"), (5, "Parks B")], Some("parks"), None)]
    #[case::exactly_called_so(&[(4, "Parks too"), (5, "Parks")], Some("parks"), Some(5))]
    #[case::unknown(&[(4, "Parks")], Some("roads"), None)]
    fn campaign_is_chosen_or_asked_for(
        #[case] found: &[(i64, &str)],
        #[case] wanted: Option<&str>,
        #[case] chosen: Option<i64>,
    ) {
        let found: Vec<_> = found.iter().map(|(id, title)| todo(*id, title)).collect();
        assert_eq!(choose(&found, wanted).ok(), chosen.map(CampaignId));
    }
}

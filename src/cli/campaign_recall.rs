//! `campaign recall`: takes back what must not be said any more.

use anyhow::Context as _;
use serde::Serialize;

use super::reach::{SignInArgs, tell};
use super::recall_notes::{also, elsewhere, options, still_held};
use super::shift::reach_named;
use super::{Advice, Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::api::recall::{Elsewhere, RecallInfo, RecallReport, RecallRequest};
use crate::client::native::NativeServer;
use crate::domain::recall::Recalled;
use crate::domain::safe_text::safe_line;

/// Arguments of `campaign recall`.
#[derive(Debug, clap::Args)]
pub struct RecallArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// A version of the script: all of it, or what --wording, --canned or --answer names as it stood in it (without: the one in force)
    #[arg(id = "script_version", long = "version", value_name = "V", value_parser = clap::value_parser!(u32).range(1..))]
    pub version: Option<u32>,
    /// One wording of the first text, by its name
    #[arg(long, value_name = "NAME", group = "what")]
    pub wording: Option<String>,
    /// A canned reply, by its id
    #[arg(long, value_name = "ID", group = "what")]
    pub canned: Option<String>,
    /// The line that follows an answer
    #[arg(long, value_name = "QUESTION=VALUE", group = "what")]
    pub answer: Option<String>,
    /// A contact field's value, as in --field polling_place="12 Wrong St"
    #[arg(long, value_name = "NAME=VALUE", group = "what", conflicts_with = "script_version")]
    pub field: Option<String>,
    /// Print how many got it, wait for it and would get it, and recall nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take it back in every other campaign of the organization too in which the same words stand, and in campaigns that are made later
    #[arg(long)]
    pub everywhere: bool,
    /// Why; it stands in the audit and is shown to texters
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// List the campaign's recalls
    #[arg(long, conflicts_with_all = ["what", "script_version", "dry_run", "lift", "everywhere"])]
    pub list: bool,
    /// Lift a recall that was a mistake; what it dropped stays dropped
    #[arg(long, value_name = "RECALL", conflicts_with_all = ["what", "script_version", "dry_run", "everywhere"])]
    pub lift: Option<i64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const NOTHING: Advice = Advice {
    what: "nothing was recalled",
    on: &[(Code::NotFound, "see which campaigns there are: textbank campaign list")],
};

const STAYS: Advice = Advice {
    what: "the recall stays as it is",
    on: &[(
        Code::Unsettled,
        "texts that were confirmed before it are still coming back or are on their way to the carrier; lift it again in a minute",
    )],
};

/// Recalls, lists or lifts.
///
/// # Errors
/// What the server said.
pub async fn run(args: RecallArgs, ctx: &Context) -> Outcome {
    let what = if args.list || args.lift.is_some() { None } else { Some(meant(&args)?) };
    let (sign_in, server, campaign) = reach_named(&args.campaign, &args.who, Role::Captain, ctx).await?;
    let by_admin = sign_in.me.role >= Role::Admin;
    let Some(what) = what else {
        let recalls = server.recalls(campaign).await.context("no list")?;
        if let Some(recall) = args.lift {
            let known = recalls
                .iter()
                .find(|one| one.recall.id == recall)
                .ok_or_else(|| none_such("--lift", recall, &recalls))?;
            if let Some(at) = known.lifted_at {
                out(format!("Recall {recall} was lifted already, at {} UTC. Nothing was changed.", minute(at)))?;
                return Ok(Exit::Done);
            }
            // Before: of a recall that is lifted nobody tells any more that it held everywhere.
            let in_force = server.all_recalls().await.unwrap_or_default();
            server.lift_recall(campaign, recall).await.context(STAYS)?;
            out(format!(
                "Recall {recall} is lifted: {} may be sent again. What came back stays with its texters.",
                name(&known.recall.what)
            ))?;
            for line in still_held(&in_force, (campaign, &known.recall), &ctx.program) {
                out(line)?;
            }
            return Ok(Exit::Done);
        }
        if args.json {
            out_json(&recalls)?
        } else {
            out(table(&recalls))?
        }
        return Ok(Exit::Done);
    };
    let request = RecallRequest { what, reason: args.reason, everywhere: args.everywhere };
    let mut report = match args.dry_run {
        true => server.recall(campaign, &request, true).await,
        false => server.recall_at_once(campaign, &request).await,
    }
    .context(NOTHING)?;
    // It holds here from now on, and that is said; where else it stands, and how many got it, takes longer to find out.
    let said_first = !args.json && !args.dry_run;
    if said_first {
        out(head(&report).join("\n"))?;
    }
    let asked = RecallRequest { what: report.what.clone(), reason: request.reason.clone(), everywhere: false };
    let found = looked_at(server.recall_elsewhere(campaign, &asked).await.ok());
    let is_known = found.is_some();
    let mut found = found.unwrap_or_default();
    let mut everywhere = Vec::new();
    let mut failed = Vec::new();
    if args.everywhere && !args.dry_run {
        for other in found.iter().filter(|other| other.recall.is_none()) {
            let request = RecallRequest { what: other.what.clone(), reason: request.reason.clone(), everywhere: false };
            match server.recall_at_once(other.campaign, &request).await {
                Ok(done) => {
                    if said_first {
                        out(head(&done).join("\n"))?;
                    }
                    everywhere.push(done);
                }
                Err(error) => failed.push(format!(
                    "NOT CERTAINLY taken back in campaign {}: {error}. Again: {} campaign recall {} {}",
                    other.campaign,
                    ctx.program,
                    other.campaign,
                    options(&other.what)
                )),
            }
        }
        for line in &failed {
            tell(line);
        }
        let in_force = server.all_recalls().await.unwrap_or_default();
        let later = in_force.iter().any(|one| one.everywhere && Some(one.recall.id) == report.recall);
        if !later {
            tell(format!(
                "warning: whether it holds in campaigns that are made from now on could not be seen (the server is older, or did not answer): \
                 look there, {} campaign recall CAMPAIGN --list",
                ctx.program
            ));
        } else if said_first {
            out("  Campaigns that are made from now on have it taken back too, until this recall is lifted.")?;
        }
    }
    let left = |other: &Elsewhere| {
        everywhere.iter().all(|done: &RecallReport| done.campaign != other.campaign || done.what != other.what)
    };
    found.retain(left);
    // Nothing waits for these: what is to be shut is shut by now.
    for one in std::iter::once(&mut report).chain(&mut everywhere) {
        count(&server, one).await;
    }
    for other in &mut found {
        let asked = RecallRequest { what: other.what.clone(), reason: String::new(), everywhere: false };
        if let Ok(there) = server.recall(other.campaign, &asked, true).await {
            (other.got, other.waiting, other.to_get) = (Some(there.got), Some(there.waiting), Some(there.to_get));
        }
    }
    let report = RecallReport { elsewhere: is_known.then_some(found), ..report };
    if args.json {
        out_json(&Told { report: &report, everywhere: &everywhere, failed: &failed })?
    } else {
        let mut said = if said_first { Vec::new() } else { head(&report) };
        said.extend(reached(&report, &ctx.program, by_admin));
        said.extend(everywhere.iter().map(also));
        if failed.is_empty() {
            said.extend(elsewhere(&report, args.everywhere && args.dry_run, &ctx.program));
        }
        out(said.join("\n"))?
    }
    if !is_known {
        tell(format!(
            "warning: whether the same words stand in other campaigns nobody can tell (it could not be read, or the server is older). Look again: {} campaign recall {campaign} {} --dry-run",
            ctx.program,
            options(&report.what)
        ));
    }
    Ok(if failed.is_empty() && (is_known || !args.everywhere) { Exit::Done } else { Exit::Failed })
}

/// Counts what a recall that holds has reached; where that fails it is left uncounted, and holds all the same.
async fn count(server: &NativeServer, report: &mut RecallReport) {
    if !report.uncounted {
        return;
    }
    let asked = RecallRequest { what: report.what.clone(), reason: String::new(), everywhere: false };
    let Ok(counted) = server.recall(report.campaign, &asked, true).await else { return };
    let dropped = server.recalls(report.campaign).await.unwrap_or_default();
    let dropped = dropped.iter().find(|one| Some(one.recall.id) == report.recall).map_or(0, |one| one.dropped);
    let RecallReport { recall, already, reason, elsewhere, .. } = report.clone();
    *report = RecallReport { recall, already, reason, elsewhere, dropped, uncounted: false, ..counted };
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    report: &'a RecallReport,
    /// What `--everywhere` took back in other campaigns.
    #[serde(skip_serializing_if = "<[RecallReport]>::is_empty")]
    everywhere: &'a [RecallReport],
    /// Where it could not, in words, with the command for each.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    failed: &'a [String],
}

/// Where else it stands; none when nobody looked: the question failed, or an older server does not know it and answers without.
fn looked_at(others: Option<RecallReport>) -> Option<Vec<Elsewhere>> {
    others.and_then(|report| report.elsewhere)
}

/// The number of no recall.
pub(super) fn none_such(option: &str, recall: i64, recalls: &[RecallInfo]) -> Misuse {
    let known: Vec<String> = recalls.iter().map(|one| one.recall.id.to_string()).collect();
    Misuse(if known.is_empty() {
        format!("{option} {recall}: nothing of this campaign was recalled")
    } else {
        format!("{option} {recall}: this campaign has no such recall; it has {} (--list)", known.join(", "))
    })
}

pub(super) fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn meant(args: &RecallArgs) -> anyhow::Result<Recalled> {
    let version = args.version.unwrap_or(0);
    let pair = |text: &str, how: &str| match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(Misuse(format!("`{text}` names nothing: write {how}"))),
    };
    Ok(if let Some(name) = &args.wording {
        Recalled::Wording { name: name.clone(), version }
    } else if let Some(id) = &args.canned {
        Recalled::Canned { id: id.clone(), version }
    } else if let Some(answer) = &args.answer {
        let (question, value) = pair(answer, "--answer QUESTION=VALUE")?;
        Recalled::Answer { question, value, version }
    } else if let Some(field) = &args.field {
        let (name, value) = pair(field, "--field NAME=VALUE")?;
        Recalled::Field { name, value }
    } else if version > 0 {
        Recalled::Script { version }
    } else {
        let how = "say what is to be taken back: --version V, --wording NAME, --canned ID, --answer QUESTION=VALUE or --field NAME=VALUE";
        return Err(Misuse(how.into()).into());
    })
}

pub(super) fn name(what: &Recalled) -> String {
    safe_line(&match what {
        Recalled::Script { version } => format!("version {version} of the script"),
        Recalled::Wording { name, version } => format!("the wording `{name}` of version {version}"),
        Recalled::Canned { id, version } => format!("the canned reply `{id}` of version {version}"),
        Recalled::Answer { question, value, version } => {
            format!("the line after `{question}` = `{value}` of version {version}")
        }
        Recalled::Field { name, value } => format!("`{value}` as {name}"),
    })
}

/// What was done.
fn head(report: &RecallReport) -> Vec<String> {
    let campaign = report.campaign;
    let mut lines = Vec::new();
    match report.recall {
        Some(recall) if report.already => lines.push(format!(
            "Nothing was changed: {} was taken back in campaign {campaign} before, by recall {recall}, which is in force.",
            name(&report.what)
        )),
        Some(recall) => lines.push(format!(
            "Recall {recall}: {} is taken back in campaign {campaign}. From now on nothing that carries it leaves.",
            name(&report.what)
        )),
        None => lines.push(format!(
            "Nothing was recalled. Taking back {} in campaign {campaign} would reach:",
            name(&report.what)
        )),
    }
    match &report.what {
        Recalled::Script { .. } => {}
        Recalled::Field { value, .. } => lines.push(format!(
            "  every text with the words `{}` counts, whether they came from the list or were typed",
            safe_line(value)
        )),
        _ => {
            let versions: Vec<String> = report.versions.iter().map(u32::to_string).collect();
            lines.push(format!("  it stands in these words in version {}", versions.join(", ")));
        }
    }
    lines
}

/// Whom it reaches, and what comes next.
fn reached(report: &RecallReport, program: &str, by_admin: bool) -> Vec<String> {
    let campaign = report.campaign;
    let mut lines = Vec::new();
    if report.uncounted {
        lines.push(format!(
            "  It holds. How many got it could not be counted now; again: {program} campaign recall {campaign} {} --dry-run",
            options(&report.what)
        ));
        return lines;
    }
    let reaches = report.got + report.waiting + report.dropped + report.to_get + report.wordless;
    if let (Recalled::Field { name, value }, 0) = (&report.what, reaches) {
        // A slip of the hand at 7 pm must not look like the deed.
        lines.push(format!(
            "  NOBODY here has or got this value: is it written exactly as on the list? `{program} export contacts --campaign {campaign}` shows \
             what stands in the column `{}`; `{}` may be another",
            safe_line(name),
            safe_line(value)
        ));
    }
    lines.push(format!(
        "  {:>7}  got it: {} confirmed by their phones, {} in doubt",
        report.got, report.delivered, report.in_doubt
    ));
    if report.unchanged > 0 {
        lines.push(format!(
            "  {:>7}  of them got words that have not changed: the newest version says the same",
            report.unchanged
        ));
    }
    if report.wordless > 0 {
        lines.push(format!(
            "  {:>7}  older texts could not be looked at: their words were removed (textbank retention show). Whether they carried it nobody \
             can tell, and a correction does not reach them",
            report.wordless
        ));
    }
    match report.recall {
        Some(_) => {
            let waits = match report.waiting {
                0 => String::new(),
                many => format!("; {many} more are being taken back, and none of them goes out"),
            };
            let back = if report.dropped == 1 { "text waited" } else { "texts waited" };
            lines
                .push(format!("  {:>7}  {back} for the carrier and came back to their texters{waits}", report.dropped));
            lines.push(format!(
                "  {:>7}  had no text yet: nobody can send it to them. Their card is shut until the script or the list is put right",
                report.to_get
            ));
        }
        None => {
            lines.push(format!("  {:>7}  wait for the carrier: they would come back to their texters", report.waiting));
            lines.push(format!("  {:>7}  had no text yet: their card would be shut", report.to_get));
        }
    }
    if let Some(recall) = report.recall {
        let mut next = vec![format!("{program} campaign update {campaign} --campaign FILE puts the script right")];
        if report.got > 0 {
            next.push(format!(
                "{program} campaign correct {campaign} --recall {recall} --campaign FILE writes to those who got it"
            ));
        }
        lines.push(if by_admin { "Next:" } else { "Next, by an admin (a captain may not do it):" }.to_owned());
        lines.extend(next.into_iter().map(|line| format!("  {line}")));
    }
    lines
}

fn table(recalls: &[RecallInfo]) -> String {
    if recalls.is_empty() {
        return "Nothing of this campaign was recalled.".to_owned();
    }
    let mut text = format!("{:>6}  {:<18}{:<12}What\n", "Recall", "At (UTC)", "By");
    for one in recalls {
        let lifted = one.lifted_at.map(|at| format!(" (lifted {})", minute(at))).unwrap_or_default();
        let reason = match safe_line(&one.recall.reason) {
            reason if reason.is_empty() => String::new(),
            reason => format!(": {reason}"),
        };
        text.push_str(&format!(
            "{:>6}  {:<18}{:<12}{}{lifted}{reason}\n",
            one.recall.id,
            minute(one.at),
            safe_line(&one.by),
            name(&one.recall.what),
        ));
        if one.dropped > 0 {
            let back = if one.dropped == 1 { "text" } else { "texts" };
            text.push_str(&format!("{:38}{} {back} came back before the carrier had them\n", "", one.dropped));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CampaignId;

    fn report(recall: Option<i64>) -> RecallReport {
        RecallReport {
            campaign: CampaignId(3),
            recall,
            what: Recalled::Canned { id: "wh\u{1b}ere".into(), version: 2 },
            reason: String::new(),
            versions: vec![1, 2],
            texts: vec![],
            got: 12,
            delivered: 9,
            in_doubt: 1,
            unchanged: 0,
            waiting: 4,
            dropped: 0,
            already: false,
            to_get: 30,
            wordless: 0,
            uncounted: false,
            elsewhere: None,
        }
    }

    fn in_words(report: &RecallReport, program: &str, by_admin: bool) -> String {
        [head(report), reached(report, program, by_admin)].concat().join("\n")
    }

    #[test]
    fn what_could_not_be_counted_holds_and_no_figure_is_made_up() {
        let text = in_words(&RecallReport { uncounted: true, ..report(Some(7)) }, "textbank", true);
        assert!(text.starts_with("Recall 7:") && text.contains("It holds.") && text.contains("--dry-run"), "{text}");
        assert!(!text.contains("got it:"), "{text}");
    }

    #[test]
    fn of_an_older_server_nobody_can_tell_where_else_it_stands() {
        assert_eq!(looked_at(Some(report(None))), None);
        assert_eq!(looked_at(None), None);
        assert_eq!(looked_at(Some(RecallReport { elsewhere: Some(vec![]), ..report(None) })), Some(vec![]));
    }

    #[test]
    fn a_dry_run_says_so_and_reaches_no_terminal() {
        let text = in_words(&report(None), "textbank", true);
        assert!(text.starts_with("Nothing was recalled.") && !text.contains('\u{1b}'), "{text}");
        assert!(!text.contains("older texts") && !text.contains("not changed"));
        let same = in_words(&RecallReport { unchanged: 5, ..report(None) }, "textbank", true);
        assert!(same.contains("5  of them got words that have not changed"), "{same}");
        let old = in_words(&RecallReport { wordless: 3, ..report(None) }, "textbank", true);
        assert!(old.contains("3  older texts could not be looked at"), "{old}");
        assert!(text.contains("12  got it: 9 confirmed") && text.contains("4  wait for the carrier"), "{text}");
        let slip = RecallReport {
            what: Recalled::Field { name: "place".into(), value: "12 Wrog St".into() },
            versions: vec![],
            got: 0,
            waiting: 0,
            to_get: 0,
            ..report(Some(8))
        };
        assert!(in_words(&slip, "textbank", true).contains("NOBODY here"), "a slip is no deed");
        let reached = RecallReport { to_get: 1, ..slip };
        assert!(!in_words(&reached, "textbank", true).contains("NOBODY here"));
        let done = RecallReport { waiting: 0, dropped: 4, ..report(Some(7)) };
        let text = in_words(&done, "textbank", true);
        assert!(text.starts_with("Recall 7:") && text.contains("campaign correct 3 --recall 7"), "{text}");
        assert!(text.contains("Next:") && in_words(&done, "textbank", false).contains("by an admin"), "{text}");
        let text = in_words(&RecallReport { already: true, ..done }, "textbank", true);
        assert!(text.starts_with("Nothing was changed:"), "{text}");
    }
}

//! `campaign test`: every text of a campaign's script to staff phones, each by a confirmation of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::campaign_check::counted;
use super::campaign_pause::is_closed;
use super::reach::{SignInArgs, tell};
use super::shift::reach_named;
use super::{Advice, Context, Exit, Misuse, Outcome, ask, forget_typed, out, out_json};
use crate::api::campaign::CampaignState;
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::api::trial::{TrialInfo, TrialRequest};
use crate::client::CampaignServer as _;
use crate::client::native::NativeServer;
use crate::console::keymap::action::nearest;
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::{CampaignId, MessageId};
use crate::domain::message::Delivery;
use crate::domain::phone::Phone;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::script::{alias, fold_name};
use crate::domain::segment::measure;
use crate::domain::trial::{TrialPart, TrialText, made_up, trial_body, trial_texts};

/// Between two looks for receipts.
const LOOK: Duration = Duration::from_secs(1);

/// Arguments of `campaign test`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("phones").required(true).multiple(true)))]
pub struct TestArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// To these staff phones
    #[arg(long, value_name = "NUMBER", value_delimiter = ',', group = "phones")]
    pub to: Vec<String>,
    /// To the staff phones in this file: a number in each line
    #[arg(long, value_name = "FILE", group = "phones")]
    pub staff: Option<PathBuf>,
    /// What the script says after each answer, too
    #[arg(long)]
    pub answers: bool,
    /// The canned replies too
    #[arg(long)]
    pub canned: bool,
    /// What stands in a field, as in --field firstName=Ann; the others are made up
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<String>,
    /// The country of numbers without a country code, in two letters
    #[arg(long, value_name = "CODE", default_value = "US")]
    pub country: String,
    /// How long to wait for the receipts, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=3_600))]
    pub wait: u32,
    /// Print what became of each as JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const STOPPED: Advice = Advice {
    what: "the test stopped here; what was confirmed before is under way",
    on: &[
        (Code::OutsideHours, "a test keeps to texting hours like any text: come back when they open"),
        (Code::Suppressed, "this phone opted out of the organization's texts: leave it out, or send START from it"),
    ],
};

/// Shows each text, asks for each, and says what became of them.
///
/// # Errors
/// No terminal to confirm in, a number that is none, a field without a value, or what the server said.
pub async fn run(args: TestArgs, ctx: &Context) -> Outcome {
    if !std::io::stdin().is_terminal() {
        // One act of a person, one text: what is piped in confirms nothing.
        return Err(Misuse("each text of a test is confirmed in a terminal: run it in one".into()).into());
    }
    let phones = phones(&args)?;
    let fields = fields(&args.fields)?;
    let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Captain, ctx).await?;
    let view = server.campaign(campaign).await.context("no script to test")?;
    known_fields(&fields, &view.def)?;
    if view.state == CampaignState::Archived {
        tell(is_closed(campaign, &ctx.program));
        return Ok(Exit::Refused);
    }
    let me = server.me().await.context("no sign-in")?;
    let (texter, rehearsal) = (me.name, me.rehearsal);
    if rehearsal {
        tell("REHEARSAL: the carrier is simulated, no phone gets these texts.");
    }
    let texts = trial_texts(&view.def, args.answers, args.canned);
    let rest = trial_texts(&view.def, true, true).len() - texts.len();
    let all = texts.len() * phones.len();
    tell(format!(
        "{} of campaign {campaign} to {}: {all} to confirm, one by one.",
        counted(texts.len() as u64, "text"),
        counted(phones.len() as u64, "phone")
    ));
    if rest > 0 {
        tell(format!(
            "{} of the script are left out; --answers and --canned send them too.",
            counted(rest as u64, "other text")
        ));
    }
    let mut sent = BTreeSet::new();
    let mut number = 0;
    'phones: for phone in &phones {
        let contact = made_up(&view.def, phone, &fields);
        for text in &texts {
            number += 1;
            let body = match trial_body(&view.def, &text.part, text.language, &contact, &texter) {
                Some(Ok(body)) => body,
                Some(Err(error)) => bail!("{}: {error}", name(text)),
                None => continue,
            };
            let place = format!("{}{number} of {all}", if rehearsal { "REHEARSAL · " } else { "" });
            match confirmed(&place, text, phone, &body)? {
                Press::Send => {}
                Press::Skip => continue,
                Press::Stop => break 'phones,
            }
            let id = MessageId(ctx.ids.act_id(ctx.clock.now()));
            let request = TrialRequest {
                to: phone.clone(),
                part: text.part.clone(),
                language: text.language.to_owned(),
                fields: fields.clone(),
                body,
            };
            server.send_trial(campaign, id, &request).await.context(STOPPED)?;
            sent.insert(id);
        }
    }
    let found = settled(&server, campaign, &sent, args.wait, ctx).await?;
    if args.json {
        out_json(&found)?;
    } else {
        out(table(&found))?;
    }
    let well = found.iter().all(|one| !matches!(one.delivery, Delivery::Failed | Delivery::Dropped));
    Ok(if well { Exit::Done } else { Exit::Problems })
}

enum Press {
    Send,
    Skip,
    Stop,
}

/// Shows one text and asks for it. What was typed before it was shown counts for nothing.
fn confirmed(place: &str, text: &TrialText<'_>, phone: &Phone, body: &str) -> anyhow::Result<Press> {
    let segments = counted(measure(body).parts as u64, "segment");
    tell(format!("\n{place} · {} · to {} · {segments}", name(text), phone.masked()));
    for line in safe_body(body).lines() {
        tell(format!("    {line}"));
    }
    loop {
        forget_typed();
        let answer = ask("Send this text? (y = yes, n = skip it, q = stop) ")?;
        match answer.as_deref().map(str::trim) {
            Some("y" | "Y" | "yes") => return Ok(Press::Send),
            Some("n" | "N" | "no") => return Ok(Press::Skip),
            Some("q" | "Q" | "quit") | None => return Ok(Press::Stop),
            Some(_) => {}
        }
    }
}

fn name(text: &TrialText<'_>) -> String {
    format!("{} ({})", part(&text.part), safe_line(text.language))
}

fn part(part: &TrialPart) -> String {
    match part {
        TrialPart::Initial(name) => format!("wording `{}`", safe_line(name)),
        TrialPart::Canned(id) => format!("canned reply `{}`", safe_line(id)),
        TrialPart::Answer { question, value, when_full } => {
            let full = if *when_full { ", when the event is full" } else { "" };
            format!("after `{}` = `{}`{full}", safe_line(question), safe_line(value))
        }
    }
}

fn phones(args: &TestArgs) -> anyhow::Result<Vec<Phone>> {
    let country = args.country.to_ascii_uppercase();
    let mut phones = Vec::new();
    for number in &args.to {
        let phone = Phone::parse(number, &country)
            .map_err(|problem| Misuse(format!("`{}` is no number to text: {}", safe_line(number), problem.remedy())))?;
        phones.push(phone);
    }
    if let Some(file) = &args.staff {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        phones.extend(staff(file, &text, &country)?);
    }
    let mut seen = BTreeSet::new();
    phones.retain(|phone| seen.insert(phone.as_str().to_owned()));
    Ok(phones)
}

/// The numbers of a file, one in each line, whatever else stands beside it. A first line without one names columns.
fn staff(file: &Path, text: &str, country: &str) -> Result<Vec<Phone>, Misuse> {
    let mut phones = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let cells = line.split([',', ';', '\t']).map(|cell| cell.trim().trim_matches('"'));
        match cells.into_iter().find_map(|cell| Phone::parse(cell, country).ok()) {
            Some(phone) => phones.push(phone),
            None if line.trim().is_empty() || line.starts_with('#') || number == 1 => {}
            None => return Err(Misuse(format!("{}:{number}: no number in this line", file.display()))),
        }
    }
    if phones.is_empty() {
        return Err(Misuse(format!("{}: no number in it", file.display())));
    }
    Ok(phones)
}

fn fields(given: &[String]) -> Result<BTreeMap<String, String>, Misuse> {
    given
        .iter()
        .map(|one| match one.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
            _ => Err(Misuse(format!("`{}`: write --field NAME=VALUE", safe_line(one)))),
        })
        .collect()
}

/// What a person is, whatever the texts say: where they are decides when they may be texted.
const OF_A_PERSON: &[&str] = &["firstName", "lastName", "zip", "state", "externalId"];

/// A field that stands in no text is misspelt.
fn known_fields(given: &BTreeMap<String, String>, def: &CampaignDef) -> Result<(), Misuse> {
    let used = def.fields_used();
    let known: Vec<&str> = OF_A_PERSON.iter().copied().chain(used.iter().map(String::as_str)).collect();
    let is_known = |name: &str| known.iter().any(|one| alias(&fold_name(one)) == alias(&fold_name(name)));
    let Some(name) = given.keys().find(|name| !is_known(name)) else { return Ok(()) };
    let meant = nearest(name, known.iter().copied()).map(|like| format!("; did you mean {like}?")).unwrap_or_default();
    let all: BTreeSet<&str> = known.iter().copied().collect();
    let all: Vec<String> = all.into_iter().map(safe_line).collect();
    Err(Misuse(format!(
        "--field {}: no text of this campaign has it{meant} There are {}",
        safe_line(name),
        all.join(", ")
    )))
}

/// Waits until the carrier has said of each what became of it, or it takes too long.
async fn settled(
    server: &NativeServer,
    campaign: CampaignId,
    sent: &BTreeSet<MessageId>,
    wait: u32,
    ctx: &Context,
) -> anyhow::Result<Vec<TrialInfo>> {
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    tell("Waiting for the carrier's receipts (Ctrl-C: do not).");
    let begun = ctx.clock.monotonic();
    loop {
        let mut found = server.trials(campaign).await.context("what became of the texts is not known")?;
        found.retain(|one| sent.contains(&one.id));
        found.reverse();
        let open = |one: &TrialInfo| {
            matches!(one.delivery, Delivery::Accepted | Delivery::Submitting | Delivery::Submitted | Delivery::Unknown)
        };
        let waited = ctx.clock.monotonic().saturating_sub(begun);
        if !found.iter().any(open) || waited >= Duration::from_secs(wait.into()) {
            return Ok(found);
        }
        ctx.clock.sleep(LOOK).await;
    }
}

fn table(found: &[TrialInfo]) -> String {
    if found.is_empty() {
        return "Nothing was sent.".to_owned();
    }
    let mut lines: Vec<String> = found
        .iter()
        .map(|one| {
            let error = one.error.as_deref().map(|error| format!(": {}", safe_line(error))).unwrap_or_default();
            let text = format!("{} ({})", part(&one.part), safe_line(&one.language));
            format!("{:<40} {}  {}{error}", text, one.to, word(one.delivery))
        })
        .collect();
    let arrived = found.iter().filter(|one| one.delivery == Delivery::Delivered).count();
    lines.push(format!("{arrived} of {} arrived.", found.len()));
    lines.join("\n")
}

fn word(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Accepted => "waits for its turn",
        Delivery::Submitting => "on its way to the carrier",
        Delivery::Submitted => "the carrier has it, no receipt yet",
        Delivery::Delivered => "delivered",
        Delivery::Failed => "failed",
        Delivery::Unknown | Delivery::Held => "not known",
        Delivery::Dropped => "not sent",
        Delivery::Received => "received",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_are_read_line_by_line() {
        let file = Path::new("staff.txt");
        let numbers = |text: &str| {
            staff(file, text, "US").map(|all| all.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>())
        };
        let text = "name,cell\nAnn,\"(415) 555-0100\"\n\n# them\n+1 212 555 0101;Bo\n";
        assert_eq!(numbers(text).expect("two"), ["+14155550100", "+12125550101"]);
        assert!(numbers("4155550100\nnobody").expect_err("a line without").0.contains("staff.txt:2"));
        assert!(numbers("name\n").expect_err("none").0.contains("no number"));
    }

    #[test]
    fn a_field_that_no_text_has_is_misspelt() {
        let mut def = crate::exchange::sample::campaign().expect("a sample");
        def.initial[0].text.push_str(" {pollingPlace/there}");
        let with = |name: &str| known_fields(&BTreeMap::from([(name.to_owned(), "x".to_owned())]), &def);
        assert!(with("polling_place").is_ok() && with("fname").is_ok() && with("zip").is_ok());
        let said = with("polingPlace").expect_err("misspelt").0;
        assert!(said.contains("did you mean pollingPlace?") && said.contains("zip"), "{said}");
    }

    #[test]
    fn fields_have_a_name_and_a_value() {
        let given = ["firstName=Ann", "place = 5 Elm = corner"].map(str::to_owned);
        let read = fields(&given).expect("two");
        assert_eq!(read.get("place").map(String::as_str), Some("5 Elm = corner"));
        assert!(fields(&["firstName".to_owned()]).is_err());
    }
}

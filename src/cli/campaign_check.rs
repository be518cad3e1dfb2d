//! `textbank campaign check`: every problem of a campaign file and a list, at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::list_read::{Look, ReadArgs};
use super::reach::tell;
use super::{Context, Exit, Outcome, out, out_json, serve_carrier};
use crate::domain::campaign::CampaignDef;
use crate::domain::hours::{HolidayAhead, Holidays};
use crate::domain::purpose::Jurisdiction;
use crate::domain::throughput::Throughput;
use crate::exchange::campaign_file;
use crate::exchange::check::{CheckReport, Held, Length, VariantReport};
use crate::exchange::pair::Pair;
use crate::exchange::problem::FileProblem;

/// Problems of one sort shown before the rest is only counted (`--json` gives all).
const SHOWN: usize = 40;
/// Rows with the very same problem shown before they are only counted.
const ALIKE: u64 = 3;

#[derive(Serialize)]
struct Output<'a> {
    ok: bool,
    problems: &'a [FileProblem],
    /// Problems of rows that are not listed, as there are so many.
    more_problems: u64,
    left_out: u64,
    report: Option<&'a CheckReport>,
    /// Holidays until the campaign closes, or in the next two months, and what holds on each.
    holidays: &'a [HolidayAhead],
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_cost: Option<f64>,
    /// What the carrier's caps mean for the first texts; absent without a list, and where nothing is bounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_the_carrier: Option<ToTheCarrier>,
}

/// How long the first texts take under the carrier's caps, by the settings of this machine: a server elsewhere has its own.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct ToTheCarrier {
    /// Name of the registration; empty for figures alone.
    registration: String,
    /// The settings name no registration, so it is taken for the least.
    guessed: bool,
    /// Segments a minute, by the narrowest rate.
    segments_per_minute: Option<u64>,
    /// Segments of first texts a day, without what is kept for replies.
    segments_per_day: Option<u64>,
    /// Whole minutes that all first texts take at that rate, texting hours aside.
    minutes: Option<u64>,
    /// On how many days they go out at the least; none too where a day leaves nothing to first texts.
    days: Option<u64>,
}

impl ToTheCarrier {
    fn new(limits: &Throughput, guessed: bool, segments: u64) -> Self {
        let segments_per_minute = limits.a_minute();
        Self {
            registration: limits.registration.clone(),
            guessed,
            segments_per_minute,
            segments_per_day: limits.first_texts_a_day(),
            minutes: segments_per_minute.map(|_| limits.minutes(segments)),
            days: limits.days(segments),
        }
    }

    fn lines(&self) -> Vec<String> {
        let name = match self.registration.as_str() {
            "" => String::new(),
            name if self.guessed => format!(" (`carrier.registration` is not set: taken as {name})"),
            name => format!(" ({name})"),
        };
        let mut lines = vec![format!("  to the carrier, with the carrier settings of this machine's config{name}")];
        if let (Some(minutes), Some(rate)) = (self.minutes, self.segments_per_minute) {
            let long = match (minutes / 60, minutes % 60) {
                (0, minutes) => counted(minutes, "minute"),
                (hours, 0) => counted(hours, "hour"),
                (hours, minutes) => format!("{} and {}", counted(hours, "hour"), counted(minutes, "minute")),
            };
            lines.push(format!("    {long} of texting at the least, at {} a minute", counted(rate, "segment")));
        }
        match (self.days, self.segments_per_day) {
            (Some(days), Some(cap)) => lines.push(format!(
                "    {} at the least, at {} of first texts a day",
                counted(days, "day"),
                counted(cap, "segment")
            )),
            (None, Some(_)) => lines.push(
                "    never: all of a day's cap is kept for replies (`carrier.reserve_percent` says how much)".into(),
            ),
            (_, None) => {}
        }
        lines
    }
}

/// Options of `campaign check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The campaign file (TOML)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Check this contact list against it
    #[arg(long, value_name = "FILE")]
    pub contacts: Option<PathBuf>,
    /// How the list is to be read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// What one segment costs, in your money: says what the first texts will cost
    #[arg(long, value_name = "PRICE", value_parser = price, requires = "contacts")]
    pub price_per_segment: Option<f64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A price as people write it: `0.0079`, `0,0079`.
fn price(text: &str) -> Result<f64, String> {
    let price: f64 = text
        .trim()
        .trim_start_matches('$')
        .replace(',', ".")
        .parse()
        .map_err(|_| "a price is a number, such as 0.0079")?;
    if price.is_finite() && price >= 0.0 { Ok(price) } else { Err("a price is not less than nothing".to_owned()) }
}

/// What so many segments cost.
fn cost(segments: u64, price: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate in money")]
    let segments = segments as f64;
    (segments * price * 100.0).round() / 100.0
}

/// Checks the campaign file, and the list against it, and prints what was found. The exit code is 3 when something stops the work.
///
/// # Errors
/// The findings, or the rows that were left out, cannot be written; an option has no meaning.
pub async fn run(args: &CheckArgs, ctx: &Context) -> Outcome {
    let (file, json) = (&args.file, args.json);
    let mut now = Some(ctx.clock.now());
    let mut campaign = campaign_file::load_at(file, now);
    let by_the_clock = match (&campaign, campaign_file::load(file)) {
        (Err(_), Ok(_)) => true,
        (Err(with), Err(without)) => without.len() < with.len(),
        (Ok(_), _) => false,
    };
    if by_the_clock {
        // Something of it is over by this machine's clock. A rehearsal's server may have another one.
        now = Some(super::reach::campaign_now(&super::reach::SignInArgs::default(), ctx).await);
        campaign = campaign_file::load_at(file, now);
    }
    let pair = match &args.contacts {
        None => Pair::at(campaign, None, file, now),
        Some(list) => {
            let mut look = Look::new(&args.read, 0);
            let draft = campaign.is_err().then(|| campaign_file::draft(file)).flatten();
            let (pair, _) = Pair::survey(
                campaign,
                draft.as_ref(),
                list,
                &args.read.options(now.unwrap_or_default())?,
                now,
                &mut look,
            );
            look.finish()?;
            pair
        }
    };
    let estimated_cost =
        pair.report.as_ref().zip(args.price_per_segment).map(|(report, price)| cost(report.segments, price));
    let to_the_carrier = match &pair.report {
        // Real texts: what says nothing is taken for the least, as a server takes it.
        Some(report) if report.segments > 0 => serve_carrier::throughput(&ctx.config.carrier, false)?
            .map(|limits| ToTheCarrier::new(&limits, ctx.config.carrier.registration.is_empty(), report.segments)),
        _ => None,
    };
    let holidays: Vec<HolidayAhead> = pair
        .def
        .iter()
        .filter(|def| def.jurisdiction == Jurisdiction::Us)
        .flat_map(|def| def.hours.holidays_ahead(now.unwrap_or_default()))
        .collect();
    let ok = !pair.is_fatal();
    if json {
        out_json(&Output {
            ok,
            problems: &pair.problems,
            more_problems: pair.more_problems,
            left_out: pair.left_out,
            report: pair.report.as_ref(),
            holidays: &holidays,
            estimated_cost,
            to_the_carrier,
        })?;
    } else {
        out(page(&pair, &holidays, ok, (estimated_cost, to_the_carrier.as_ref())))?;
    }
    Ok(if ok { Exit::Done } else { Exit::Problems })
}

/// Of problems that say the same of many rows the first few, and how many more there are of each.
fn once<'a>(problems: &[&'a FileProblem]) -> (Vec<&'a FileProblem>, Vec<(&'a FileProblem, u64)>) {
    let mut met: BTreeMap<(Option<&str>, &str), u64> = BTreeMap::new();
    let mut told = Vec::new();
    let mut alike: Vec<(&FileProblem, u64)> = Vec::new();
    for problem in problems {
        let many = met.entry((problem.field.as_deref(), &problem.what)).or_default();
        *many += 1;
        if *many <= ALIKE || problem.line.is_none() {
            told.push(*problem);
            continue;
        }
        let same = |(one, _): &&mut (&FileProblem, u64)| one.what == problem.what && one.field == problem.field;
        match alike.iter_mut().find(same) {
            Some((_, more)) => *more += 1,
            None => alike.push((problem, 1)),
        }
    }
    (told, alike)
}

/// The problems, what stops the work first; of each sort so many as can be read. `more` warnings are not among them; `rest` says
/// where the others are.
pub(super) fn shown(problems: &[FileProblem], more: u64, rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for fatal in [true, false] {
        let sort: Vec<&FileProblem> = problems.iter().filter(|p| p.fatal == fatal).collect();
        let (told, alike) = once(&sort);
        lines.extend(told.iter().take(SHOWN).map(ToString::to_string));
        for (one, many) in alike.iter().take(SHOWN) {
            lines.push(format!("... and {} more with the same: {}", counted(*many, "row"), one.what));
        }
        let untold = told.len().saturating_sub(SHOWN) as u64 + if fatal { 0 } else { more };
        if untold > 0 {
            lines.push(format!("... and {untold} more like these ({rest})"));
        }
    }
    lines
}

/// The findings as text.
fn page(
    pair: &Pair,
    holidays: &[HolidayAhead],
    ok: bool,
    (cost, carrier): (Option<f64>, Option<&ToTheCarrier>),
) -> String {
    let (problems, report) = (&pair.problems, pair.report.as_ref());
    let mut lines =
        shown(problems, pair.more_problems, "--json lists more, --rejected FILE all rows that are left out");
    if let Some(report) = report {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!(
            "{}: {}, {} left out with a problem, {} left out as their number came before",
            report.title,
            counted(report.contacts, "contact"),
            pair.left_out,
            report.duplicates
        ));
        lines.push(format!(
            "  first texts to all of them: {}{}",
            counted(report.segments, "segment"),
            cost.map(|cost| format!(", about {cost:.2}")).unwrap_or_default()
        ));
        if let (Some(typical), Some(longest)) = (report.typical, report.longest) {
            lines.push(format!("    typical {}, longest {}", length(typical), length(longest)));
        }
        lines.extend(carrier.iter().flat_map(|carrier| carrier.lines()));
        report.variants.iter().for_each(|variant| lines.extend(wording(variant)));
        lines.extend(report.held.iter().flat_map(hours));
        lines.push("  time zones".into());
        for zone in &report.zones {
            lines.push(format!("    {:>7}  {}", zone.contacts, zone.zones.join(" + ")));
        }
    }
    lines.extend(days_off(holidays));
    lines.push(if ok {
        "No problem stops this campaign.".into()
    } else {
        "The errors stop this campaign: mend them first.".into()
    });
    lines.join("\n") + "\n"
}

/// One wording of the initial message, measured.
fn wording(variant: &VariantReport) -> Vec<String> {
    let mut lines = vec![format!(
        "  initial `{}` ({}), {}, {} if all of them get it",
        variant.name,
        variant.language,
        counted(variant.contacts, "contact"),
        counted(variant.segments, "segment")
    )];
    if let (Some(typical), Some(longest)) = (variant.typical, variant.longest) {
        lines.push(format!("    typical {}, longest {}", length(typical), length(longest)));
    }
    if !variant.forced_by.is_empty() {
        let some: Vec<String> = variant
            .forced_by
            .iter()
            .take(8)
            .map(|(c, n)| match variant.twins.iter().find(|(twin, _)| twin == c) {
                Some((_, plain)) if plain.trim().is_empty() => {
                    format!("`{}` in {n} (plain: a blank or nothing)", c.escape_default())
                }
                Some((_, plain)) => format!("`{c}` in {n} (plain: `{plain}`)"),
                None => format!("`{c}` in {n}"),
            })
            .collect();
        lines.push(format!("    70 instead of 160 characters a segment because of {}", some.join(", ")));
    }
    lines
}

/// Who may be texted now, and who is held until when.
pub(super) fn hours(held: &Held) -> Vec<String> {
    let local =
        |at: jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%a %-d %b %H:%M %Z").to_string();
    let mut lines = vec![format!(
        "  texting hours, first texts: {} of the list's contacts may get theirs now ({}); who opted out, or was in before, the server finds",
        held.open,
        local(held.at)
    )];
    lines.extend(held.until.iter().map(|one| format!("    {:>7}  held until {}", one.contacts, local(one.opens_at))));
    if held.never > 0 {
        lines.push(format!(
            "    {:>7}  held for good: their hours never come, or the campaign closes before",
            held.never
        ));
    }
    lines
}

/// The holidays ahead, and whether texts go out on them.
fn days_off(holidays: &[HolidayAhead]) -> Vec<String> {
    if holidays.is_empty() {
        return Vec::new();
    }
    let line = |one: &HolidayAhead| {
        let what = match one.holidays {
            Holidays::AsAnyDay => "hours as on any day",
            Holidays::AsSunday => "hours as on a Sunday",
            Holidays::Closed => "no texts",
        };
        let states =
            if one.states.is_empty() { String::new() } else { format!("; stricter in {}", one.states.join(", ")) };
        format!("    {:>10}  {}: {what}{states}", one.date.strftime("%a %-d %b").to_string(), one.name)
    };
    let mut lines = vec!["  holidays ahead (`holidays` under [hours] says what they are)".to_owned()];
    lines.extend(holidays.iter().map(line));
    lines
}

fn length(length: Length) -> String {
    let segments = counted(length.parts as u64, "segment");
    format!("{segments} ({} {})", length.units, if length.wide { "wide characters" } else { "characters" })
}

/// A campaign's file, read and checked; its problems are told, and what came of that when it is not sound: `nothing`.
pub(super) fn sound(file: &Path, nothing: &str) -> Option<CampaignDef> {
    sound_at(file, nothing, None)
}

/// [`sound`], of a campaign that is to begin `now`.
pub(super) fn sound_at(file: &Path, nothing: &str, now: Option<jiff::Timestamp>) -> Option<CampaignDef> {
    let (def, problems) = match campaign_file::load_at(file, now) {
        Ok((def, warnings)) => (Some(def), warnings),
        Err(problems) => (None, problems),
    };
    for line in shown(&problems, 0, "textbank campaign check --json lists all") {
        tell(line);
    }
    if def.is_none() {
        tell(format!("{nothing}: mend the errors first."));
    }
    def
}

pub(super) fn counted(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn told(minute: Option<u32>, day: Option<u32>, reserve_percent: u32) -> Vec<String> {
        of_settings(false, (minute, day, reserve_percent))
    }

    fn of_settings(guessed: bool, (minute, day, reserve_percent): (Option<u32>, Option<u32>, u32)) -> Vec<String> {
        let registration = "low-volume".to_owned();
        let limits = Throughput { registration, second: None, minute, day, reserve_percent, queue_minutes: 30 };
        ToTheCarrier::new(&limits, guessed, 9_001).lines()
    }

    #[test]
    fn the_carriers_caps_are_said_in_time() {
        let first = "  to the carrier, with the carrier settings of this machine's config (low-volume)";
        assert_eq!(
            told(Some(75), Some(2_000), 10),
            [
                first,
                "    2 hours and 1 minute of texting at the least, at 75 segments a minute",
                "    6 days at the least, at 1800 segments of first texts a day"
            ]
        );
        assert_eq!(
            told(Some(4_500), None, 10),
            [first, "    3 minutes of texting at the least, at 4500 segments a minute"]
        );
        let guessed = of_settings(true, (Some(75), None, 10)).remove(0);
        assert!(guessed.ends_with("config (`carrier.registration` is not set: taken as low-volume)"), "{guessed}");
        assert_eq!(
            told(None, Some(2_000), 100),
            [first, "    never: all of a day's cap is kept for replies (`carrier.reserve_percent` says how much)"]
        );
    }
}

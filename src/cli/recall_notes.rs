//! What is said of recalls beside what was asked for: where else the words stand, and which lines of a new script carry them.

use super::campaign_check::counted;
use super::campaign_recall::name;
use super::reach::tell;
use crate::api::campaign::CampaignState;
use crate::api::recall::{Elsewhere, RecallInForce, RecallInfo, RecallReport};
use crate::client::native::NativeServer;
use crate::domain::campaign::{CampaignDef, CannedReply};
use crate::domain::ids::CampaignId;
use crate::domain::recall::{Recall, Recalled, is_same, is_same_value, puts_in, quotes, quotes_anew};
use crate::domain::safe_text::safe_line;

/// The options of `campaign recall` that name this, for a person to copy. A value is put between quotes that no shell looks into.
pub(super) fn options(what: &Recalled) -> String {
    let word = |text: &str| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_=.:".contains(c));
        if plain { text.to_owned() } else { format!("'{}'", safe_line(text).replace('\'', "'\\''")) }
    };
    match what {
        Recalled::Script { version } => format!("--version {version}"),
        Recalled::Wording { name, version } => format!("--wording {} --version {version}", word(name)),
        Recalled::Canned { id, version } => format!("--canned {} --version {version}", word(id)),
        Recalled::Answer { question, value, version } => {
            format!("--answer {} --version {version}", word(&format!("{question}={value}")))
        }
        Recalled::Field { name, value } => format!("--field {}", word(&format!("{name}={value}"))),
    }
}

/// Where else the words stand, and how they are taken back there.
/// `would`: they were asked for there too, and only to see what would be done.
pub(super) fn elsewhere(report: &RecallReport, would: bool, program: &str) -> Vec<String> {
    let all = report.elsewhere.as_deref().unwrap_or_default();
    let (shut, open): (Vec<&Elsewhere>, Vec<&Elsewhere>) = all.iter().partition(|one| one.recall.is_some());
    // A value may be typed, or come out of a list, anywhere: where no figure speaks for it, it is named in one line.
    let is_unlikely =
        |one: &&Elsewhere| !one.certain && [one.got, one.waiting, one.to_get].into_iter().all(|many| many == Some(0));
    let (unlikely, open): (Vec<&Elsewhere>, Vec<&Elsewhere>) = open.into_iter().partition(is_unlikely);
    let mut lines = Vec::new();
    if !open.is_empty() {
        let campaigns: std::collections::BTreeSet<_> = open.iter().map(|one| one.campaign.0).collect();
        lines.push(format!(
            "THE SAME WORDS STAND in {} too, where {}:",
            match campaigns.len() {
                1 => "another campaign".to_owned(),
                many => format!("{many} other campaigns"),
            },
            match report.recall {
                _ if would => "they would be taken back as well",
                Some(_) => "nothing is taken back yet",
                None => "nothing is taken back",
            }
        ));
        for one in &open {
            lines.push(format!(
                "  campaign {} ({}), {}: {}; {}",
                one.campaign,
                safe_line(&one.title),
                state(one.state),
                name(&one.what),
                counts(one)
            ));
            if !would {
                lines.push(format!("    {program} campaign recall {} {}", one.campaign, options(&one.what)));
            }
        }
    }
    if !open.is_empty() && !would {
        lines.push(format!(
            "  {} in one act: {program} campaign recall {} {} --everywhere",
            if open.len() == 1 { "Here and there" } else { "All of them" },
            report.campaign,
            options(&report.what)
        ));
    }
    if !unlikely.is_empty() {
        let numbers: Vec<String> = unlikely.iter().map(|one| one.campaign.to_string()).collect();
        lines.push(format!(
            "In campaign{} {} nobody got it, and no first text says it now. What a list there says in replies, and what is typed, nobody can \
             tell: --everywhere shuts it there too",
            if numbers.len() == 1 { "" } else { "s" },
            numbers.join(", ")
        ));
    }
    for one in shut {
        let recall = one.recall.unwrap_or_default();
        let next = if one.got == Some(0) {
            String::new()
        } else {
            format!(": {program} campaign correct {} --recall {recall} --campaign FILE writes to those", one.campaign)
        };
        lines.push(format!(
            "Campaign {} ({}) has taken it back by recall {recall}; {} got it there{next}",
            one.campaign,
            safe_line(&one.title),
            one.got.map_or_else(|| "nobody can tell how many".to_owned(), |many| many.to_string())
        ));
    }
    lines
}

fn counts(one: &Elsewhere) -> String {
    let (Some(got), Some(waiting), Some(to_get)) = (one.got, one.waiting, one.to_get) else {
        return "how many could not be counted".to_owned();
    };
    let waits = if waiting == 1 { "waits" } else { "wait" };
    format!("{got} got it, {waiting} {waits} for the carrier, {to_get} would get it")
}

fn state(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Importing => "importing",
        CampaignState::Running => "running",
        CampaignState::Paused => "paused",
        CampaignState::Archived => "closed",
    }
}

/// What was taken back in another campaign in the same act.
pub(super) fn also(report: &RecallReport) -> String {
    if report.uncounted {
        return format!("In campaign {} how many got it could not be counted now; it holds.", report.campaign);
    }
    format!(
        "Recall {} in campaign {}: {}; {} got it, {} came back from the carrier's queue, {} had no text yet and cannot be sent it",
        report.recall.unwrap_or_default(),
        report.campaign,
        name(&report.what),
        report.got,
        report.dropped,
        report.to_get
    )
}

/// A script that is to say something new, and recalled values in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Carried {
    /// Lines that nobody could send: they have a recalled value in their own words.
    pub(super) shut: Vec<String>,
    /// What is worth knowing before somebody says yes.
    pub(super) notes: Vec<String>,
}

/// What a script is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Becomes {
    /// The next version of the campaign's own.
    Next,
    /// That of a campaign made of its contacts.
    FollowUp,
    /// That of the campaign that puts this recall right.
    Correction(i64),
}

impl Becomes {
    /// The lines of a script that may quote what a recall took back.
    fn may_quote(self, recall: &RecallInfo, def: &CampaignDef) -> Vec<String> {
        let stood = match self {
            Self::Next => recall.put_right.as_deref(),
            Self::Correction(right) if right == recall.recall.id => recall.stood.as_deref(),
            Self::FollowUp | Self::Correction(_) => None,
        };
        stood.map(|stood| quotes_anew(&recall.recall.what, def, stood)).unwrap_or_default()
    }
}

/// Looks for recalled values in a script, the replies that all campaigns share (`shared`) beside its own.
pub(super) fn carried(def: &CampaignDef, shared: &[CannedReply], recalls: &[RecallInfo], becomes: Becomes) -> Carried {
    let mut found = Carried::default();
    let mut whole = def.clone();
    whole.take_shared(shared);
    let in_force = || recalls.iter().filter(|one| one.lifted_at.is_none());
    // In a correction the value is taken back once, however often it was where its people come from.
    let right = in_force().find(|one| becomes == Becomes::Correction(one.recall.id));
    let is_double = |one: &RecallInfo| {
        right.is_some_and(|right| {
            right.recall.id != one.recall.id && is_same_value(&right.recall.what, &one.recall.what)
        })
    };
    for info in in_force().filter(|one| !is_double(one)) {
        let recall = &info.recall;
        let Recalled::Field { name: field, value } = &recall.what else { continue };
        let (field, value) = (safe_line(field), safe_line(value));
        let same = || in_force().filter(|one| is_same_value(&one.recall.what, &recall.what) && !is_double(one));
        let own = quotes(&recall.what, def);
        for line in quotes(&recall.what, &whole) {
            let said = safe_line(&line);
            if same().all(|one| becomes.may_quote(one, &whole).contains(&line)) {
                found.notes.push(format!(
                    "note: \"{said}\" says what was taken back (`{value}`) in its own words. It may be sent, as it puts that right; what a texter \
                     types with `{value}` in it may not.",
                ));
            } else if !own.contains(&line) {
                found.notes.push(format!(
                    "note: \"{said}\", a canned reply of all campaigns, says `{value}`, which recall {} took back: nobody can send it here. Put it \
                     right: textbank canned set",
                    recall.id
                ));
            } else if !becomes.may_quote(info, &whole).contains(&line) {
                let why = if info.put_right.is_some() && becomes == Becomes::Next || right == Some(info) {
                    ". It was said like this before: to put it right, say it in other words"
                } else {
                    ". Say it without those words, or lift that recall"
                };
                found.shut.push(format!(
                    "\"{said}\" says `{value}`, which recall {} took back: nobody can send it{why}.",
                    recall.id
                ));
            }
        }
        let lines = puts_in(&recall.what, def);
        if !lines.is_empty() {
            found.notes.push(format!(
                "note: {} put{} in {{{field}}}: whose list still says `{value}` cannot be sent {}. Put the list right first: textbank list update",
                counted(lines.len() as u64, "text"),
                if lines.len() == 1 { "s" } else { "" },
                if lines.len() == 1 { "it" } else { "them" },
            ));
        }
    }
    found
}

/// What a script says that is taken back in a campaign of the organization, each line once.
pub(super) fn taken_back<'a>(in_force: &'a [RecallInForce], def: &CampaignDef) -> Vec<(String, &'a RecallInForce)> {
    let mut found: Vec<(String, &RecallInForce)> = Vec::new();
    for one in in_force {
        for line in quotes(&one.recall.what, def) {
            let is_known = |(said, before): &(String, &RecallInForce)| {
                *said == line && is_same_value(&before.recall.what, &one.recall.what)
            };
            if !found.iter().any(is_known) {
                found.push((line, one));
            }
        }
    }
    found
}

/// Every recall in force, in one question. What cannot be read is said, and warns of nothing.
pub(super) async fn all_in_force(server: &NativeServer) -> Vec<RecallInForce> {
    match server.all_recalls().await {
        Ok(found) => found,
        Err(error) => {
            tell(format!("warning: whether its words are taken back in a campaign could not be read: {error}"));
            Vec::new()
        }
    }
}

/// What of the recalls that hold everywhere a new campaign has from its beginning, and how it is rid of one.
pub(super) fn held_from_the_start(
    (campaign, recalls): (CampaignId, &[RecallInfo]),
    def: &CampaignDef,
    program: &str,
) -> Vec<String> {
    let in_force = recalls.iter().filter(|one| one.lifted_at.is_none());
    let told = |one: &RecallInfo| {
        let lines = quotes(&one.recall.what, def);
        let said = match lines.as_slice() {
            [] => String::new(),
            [line] => format!(" \"{}\" says it.", safe_line(line)),
            [line, ..] => format!(" \"{}\" says it, and {} more.", safe_line(line), lines.len() - 1),
        };
        let (what, id) = (name(&one.recall.what), one.recall.id);
        format!(
            "note: {what} is taken back in all campaigns, and so in this one (recall {id}): nobody can send it.{said} If it is right here: {program} \
             campaign recall {campaign} --lift {id}"
        )
    };
    in_force.map(told).collect()
}

/// Tells whoever has just made a campaign what is taken back in it from the start because it is in all of them; what came with the campaign
/// that it is made of was told before.
pub(super) async fn held_everywhere(server: &NativeServer, campaign: CampaignId, def: &CampaignDef, program: &str) {
    let everywhere: Vec<RecallInForce> =
        all_in_force(server).await.into_iter().filter(|one| one.everywhere && one.campaign != campaign).collect();
    let mut held = server.recalls(campaign).await.unwrap_or_default();
    held.retain(|one| everywhere.iter().any(|all| is_same(&all.recall.what, &one.recall.what)));
    held_from_the_start((campaign, &held), def, program).into_iter().for_each(tell);
}

/// Where else a value is taken back, when the recall is lifted by which it was.
pub(super) fn still_held(
    in_force: &[RecallInForce],
    (campaign, lifted): (CampaignId, &Recall),
    program: &str,
) -> Vec<String> {
    let same = |one: &&RecallInForce| one.campaign != campaign && is_same_value(&one.recall.what, &lifted.what);
    let others: Vec<&RecallInForce> = in_force.iter().filter(same).collect();
    let mut lines: Vec<String> = others
        .iter()
        .map(|one| {
            format!(
                "It is still taken back in campaign {} ({}): {program} campaign recall {} --lift {}",
                one.campaign,
                safe_line(&one.title),
                one.campaign,
                one.recall.id
            )
        })
        .collect();
    if others.iter().any(|one| one.everywhere) {
        lines.push("Campaigns that are made from now on have it taken back too.".to_owned());
    } else if in_force.iter().any(|one| one.everywhere && one.recall.id == lifted.id) {
        lines.push("Campaigns that are made from now on may say it.".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::Variant;

    fn place() -> Recalled {
        Recalled::Field { name: "polling_place".into(), value: "12 Wrong St".into() }
    }

    fn recall(id: i64) -> RecallInfo {
        let recall = Recall { id, what: place(), versions: vec![], texts: vec![], reason: String::new() };
        let at = jiff::Timestamp::UNIX_EPOCH;
        RecallInfo { recall, at, by: "Cal".into(), dropped: 0, lifted_at: None, stood: Some(vec![]), put_right: None }
    }

    #[test]
    fn a_command_can_be_copied() {
        assert_eq!(options(&place()), "--field 'polling_place=12 Wrong St'");
        let quoted = Recalled::Field { name: "p".into(), value: "O'Neil\u{1b}s".into() };
        assert_eq!(options(&quoted), "--field 'p=O'\\''Neil␛s'");
        assert_eq!(options(&Recalled::Wording { name: "a".into(), version: 2 }), "--wording a --version 2");
    }

    #[test]
    fn where_else_it_stands_is_said_with_the_command() {
        let other = |campaign, recall| Elsewhere {
            campaign: CampaignId(campaign),
            title: "Sorry".into(),
            state: CampaignState::Running,
            what: place(),
            recall,
            certain: true,
            got: Some(3),
            waiting: Some(1),
            to_get: Some(2),
        };
        let json = serde_json::json!({"campaign": 1, "recall": 4, "what": place(), "got": 0, "delivered": 0, "in_doubt": 0, "waiting": 0,
            "dropped": 0, "to_get": 0});
        let report: RecallReport = serde_json::from_value(json).expect("a report");
        assert_eq!(elsewhere(&report, false, "textbank"), [""; 0]);
        let report = RecallReport { elsewhere: Some(vec![other(5, None), other(6, Some(7))]), ..report };
        // Not counted, it is told all the same; where nothing speaks for it, in one line.
        let uncounted = Elsewhere { got: None, waiting: None, to_get: None, certain: false, ..other(8, None) };
        let none = Elsewhere { got: Some(0), waiting: Some(0), to_get: Some(0), certain: false, ..other(9, None) };
        let both = RecallReport { elsewhere: Some(vec![uncounted, none]), ..report.clone() };
        let said = elsewhere(&both, false, "textbank").join("\n");
        assert!(said.contains("campaign 8 (Sorry), running") && said.contains("could not be counted"), "{said}");
        assert!(said.contains("In campaign 9 nobody got it") && !said.contains("recall 9"), "{said}");
        let said = elsewhere(&report, false, "textbank").join("\n");
        let would = elsewhere(&report, true, "textbank").join("\n");
        assert!(would.contains("would be taken back as well") && !would.contains("--everywhere"), "{would}");
        assert!(said.contains("campaign 5 (Sorry), running: `12 Wrong St` as polling_place; 3 got it, 1 waits for the carrier, 2 would"), "{said}");
        assert!(said.contains("    textbank campaign recall 5 --field 'polling_place=12 Wrong St'"), "{said}");
        assert!(said.contains("textbank campaign recall 1 --field 'polling_place=12 Wrong St' --everywhere"), "{said}");
        assert!(
            said.contains(
                "Campaign 6 (Sorry) has taken it back by recall 7; 3 got it there: textbank campaign correct 6"
            ),
            "{said}"
        );
    }

    #[test]
    fn a_new_script_with_recalled_words_is_told_of_before() {
        let wording = |text: &str| Variant { name: "a".into(), language: "en".into(), text: text.into() };
        let def = CampaignDef {
            initial: vec![wording("NOT 12 Wrong St!"), wording("It is {polling_place}.")],
            ..CampaignDef::default()
        };
        let told = |recalls: &[RecallInfo], becomes| {
            let found = carried(&def, &[], recalls, becomes);
            (found.shut.len(), found.notes.len())
        };
        assert_eq!(told(&[recall(4)], Becomes::Correction(4)), (0, 2));
        // Words that were sent before put nothing right; of an older server nobody knows that any may be sent.
        let stood = |lines| RecallInfo { stood: lines, ..recall(4) };
        assert_eq!(told(&[stood(Some(vec!["Not 12 Wrong St.".into()]))], Becomes::Correction(4)), (1, 1));
        assert_eq!(told(&[stood(None)], Becomes::Correction(4)), (1, 1));
        // What may be quoted in a correction's next version the server says, not what was quoted before.
        let here = RecallInfo { put_right: Some(vec![]), ..recall(4) };
        assert_eq!(told(std::slice::from_ref(&here), Becomes::Next), (0, 2));
        let mut quoted = recall(4);
        quoted.recall.texts = vec!["NOT 12 Wrong St!".into()];
        assert_eq!(told(&[quoted.clone()], Becomes::Next), (1, 1));
        assert_eq!(told(&[quoted], Becomes::FollowUp), (1, 1));
        // Taken back in the correction too, it is taken back there altogether.
        assert_eq!(told(&[here, recall(5)], Becomes::Next).0, 1);
        let shared = CannedReply {
            id: "where".into(),
            title: "Where".into(),
            text: [("en".to_owned(), "At 12 Wrong St.".to_owned())].into(),
            shared: false,
        };
        let found = carried(&def, &[shared], &[recall(4)], Becomes::Correction(4));
        assert_eq!((found.shut.len(), found.notes.len()), (0, 3), "{found:?}");
        assert!(found.notes.iter().any(|note| note.contains("nobody can send it here")), "{found:?}");
        let other = carried(&def, &[], &[recall(4)], Becomes::FollowUp);
        assert!(
            other.shut[0].contains("which recall 4 took back") && other.notes[0].contains("1 text puts in"),
            "{other:?}"
        );
        assert_eq!(carried(&CampaignDef::default(), &[], &[recall(4)], Becomes::FollowUp), Carried::default());
    }

    #[test]
    fn what_holds_everywhere_is_told_where_it_is_met() {
        let here = |campaign, id, everywhere| RecallInForce {
            campaign: CampaignId(campaign),
            title: "May".into(),
            recall: Recall { id, what: place(), versions: vec![], texts: vec![], reason: String::new() },
            everywhere,
        };
        let wording = Variant { name: "a".into(), language: "en".into(), text: "Go to 12 Wrong St.".into() };
        let def = CampaignDef { initial: vec![wording], ..CampaignDef::default() };
        let all = [here(1, 4, true), here(2, 5, false)];
        let found: Vec<_> = taken_back(&all, &def).into_iter().map(|(line, one)| (line, one.campaign.0)).collect();
        assert_eq!(found, [("Go to 12 Wrong St.".to_owned(), 1)], "each line once");
        assert_eq!(taken_back(&all, &CampaignDef::default()), []);
        let said = held_from_the_start((CampaignId(7), &[recall(9)]), &def, "textbank").join("\n");
        assert!(said.contains("(recall 9)") && said.contains("\"Go to 12 Wrong St.\" says it."), "{said}");
        assert!(said.ends_with("textbank campaign recall 7 --lift 9"), "{said}");
        let said = still_held(&all, (CampaignId(1), &all[0].recall), "textbank").join("\n");
        assert!(said.contains("campaign recall 2 --lift 5") && said.ends_with("may say it."), "{said}");
        let said = still_held(&all, (CampaignId(2), &all[1].recall), "textbank").join("\n");
        assert!(said.contains("campaign recall 1 --lift 4") && said.ends_with("taken back too."), "{said}");
    }
}

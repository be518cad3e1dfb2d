//! What is said of recalls beside what was asked for: where else the words stand, and which lines of a new script carry them.

use super::campaign_check::counted;
use super::campaign_recall::name;
use crate::api::campaign::CampaignState;
use crate::api::recall::{Elsewhere, RecallReport};
use crate::domain::campaign::CampaignDef;
use crate::domain::recall::{Recall, Recalled, is_same_value, puts_in, quotes};
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
pub(super) fn elsewhere(report: &RecallReport, program: &str) -> Vec<String> {
    let all = report.elsewhere.as_deref().unwrap_or_default();
    let (shut, open): (Vec<&Elsewhere>, Vec<&Elsewhere>) = all.iter().partition(|one| one.recall.is_some());
    let mut lines = Vec::new();
    if !open.is_empty() {
        let campaigns: std::collections::BTreeSet<_> = open.iter().map(|one| one.campaign.0).collect();
        lines.push(format!(
            "THE SAME WORDS STAND in {} too, where nothing is taken back{}:",
            match campaigns.len() {
                1 => "another campaign".to_owned(),
                many => format!("{many} other campaigns"),
            },
            if report.recall.is_some() { " yet" } else { "" }
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
            lines.push(format!("    {program} campaign recall {} {}", one.campaign, options(&one.what)));
        }
        lines.push(format!(
            "  {} in one act: {program} campaign recall {} {} --everywhere",
            if open.len() == 1 { "Here and there" } else { "All of them" },
            report.campaign,
            options(&report.what)
        ));
    }
    for one in shut {
        let recall = one.recall.unwrap_or_default();
        let next = if one.got == 0 {
            String::new()
        } else {
            format!(": {program} campaign correct {} --recall {recall} --campaign FILE writes to those", one.campaign)
        };
        lines.push(format!(
            "Campaign {} ({}) has taken it back by recall {recall}; {} got it there{next}",
            one.campaign,
            safe_line(&one.title),
            one.got
        ));
    }
    lines
}

fn counts(one: &Elsewhere) -> String {
    format!(
        "{} got it, {} for the carrier, {} would get it",
        one.got,
        if one.waiting == 1 { "1 waits".to_owned() } else { format!("{} wait", one.waiting) },
        one.to_get
    )
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

/// Looks for recalled values in a script. `corrects`: the recall that it puts right, whose value it may quote.
pub(super) fn carried(def: &CampaignDef, recalls: &[Recall], corrects: Option<i64>) -> Carried {
    let mut found = Carried::default();
    let right = recalls.iter().find(|one| Some(one.id) == corrects);
    for recall in recalls {
        let Recalled::Field { name: field, value } = &recall.what else { continue };
        let (field, value) = (safe_line(field), safe_line(value));
        if right.is_some_and(|right| is_same_value(&right.what, &recall.what)) {
            for line in quotes(&recall.what, def) {
                found.notes.push(format!(
                    "note: \"{}\" says what was taken back (`{value}`) in its own words. It may be sent, as it puts that right; what a texter \
                     types with `{value}` in it may not.",
                    safe_line(&line)
                ));
            }
        } else {
            for line in recall.shuts_words_of(def) {
                found.shut.push(format!(
                    "\"{}\" says `{value}`, which recall {} took back: nobody can send it. Say it without those words, or lift that recall.",
                    safe_line(&line),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::Variant;
    use crate::domain::ids::CampaignId;

    fn place() -> Recalled {
        Recalled::Field { name: "polling_place".into(), value: "12 Wrong St".into() }
    }

    fn recall(id: i64) -> Recall {
        Recall { id, what: place(), versions: vec![], texts: vec![], reason: String::new() }
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
            got: 3,
            waiting: 1,
            to_get: 2,
        };
        let json = serde_json::json!({"campaign": 1, "recall": 4, "what": place(), "got": 0, "delivered": 0, "in_doubt": 0, "waiting": 0,
            "dropped": 0, "to_get": 0});
        let report: RecallReport = serde_json::from_value(json).expect("a report");
        assert_eq!(elsewhere(&report, "textbank"), [""; 0]);
        let report = RecallReport { elsewhere: Some(vec![other(5, None), other(6, Some(7))]), ..report };
        let said = elsewhere(&report, "textbank").join("\n");
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
        let right = carried(&def, &[recall(4)], Some(4));
        assert_eq!((right.shut.len(), right.notes.len()), (0, 2), "{right:?}");
        let other = carried(&def, &[recall(4)], None);
        assert!(
            other.shut[0].contains("which recall 4 took back") && other.notes[0].contains("1 text puts in"),
            "{other:?}"
        );
        assert_eq!(carried(&CampaignDef::default(), &[recall(4)], None), Carried::default());
    }
}

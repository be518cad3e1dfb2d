//! A campaign file and its contact list, read together: every problem of both, and between them, at once.

use std::path::Path;

use jiff::Timestamp;

use super::check::{CheckReport, Checker, Finding, check_at};
use super::contact_list::rejected::Rejected;
use super::contact_list::{self, ContactList, NumberReason, Options, Surveyed, Visitor};
use super::problem::FileProblem;
use crate::domain::campaign::CampaignDef;
use crate::domain::contact::Contact;

/// What reading a campaign file came to: the campaign with warnings, or its problems.
pub type CampaignRead = Result<(CampaignDef, Vec<FileProblem>), Vec<FileProblem>>;
/// What reading a contact list came to.
pub type ListRead = Result<ContactList, Vec<FileProblem>>;

/// Shows each contact to the campaign and to somebody else.
struct Both<'a, 'd> {
    def: Option<&'d CampaignDef>,
    now: Option<Timestamp>,
    checker: Option<Checker<'d>>,
    also: &'a mut dyn Visitor,
}

impl Visitor for Both<'_, '_> {
    fn begin(&mut self, columns: &[String]) {
        self.checker = self.def.map(|def| Checker::new(def, columns, self.now));
        self.also.begin(columns);
    }

    fn contact(&mut self, contact: &Contact) -> std::io::Result<()> {
        if let Some(checker) = &mut self.checker {
            checker.see(contact);
        }
        self.also.contact(contact)
    }

    fn wants_reasons(&self) -> bool {
        self.also.wants_reasons()
    }

    fn number(&mut self, reason: NumberReason) {
        self.also.number(reason);
    }

    fn rejected(&mut self, headers: &[String], row: Rejected) -> std::io::Result<()> {
        self.also.rejected(headers, row)
    }
}

/// Both files and what is wrong with them.
#[derive(Debug)]
pub struct Pair {
    /// The campaign, when it could be read.
    pub def: Option<CampaignDef>,
    /// The list, when there is one and it could be read. Its problems are among `problems`.
    pub list: Option<ContactList>,
    /// Everything: of the campaign file, of the list, and what the list lacks for the script.
    pub problems: Vec<FileProblem>,
    /// Problems of the list's rows that are not among `problems`, as there are so many.
    pub more_problems: u64,
    /// Rows of the list that are left out because of a problem of their own.
    pub left_out: u64,
    /// The list measured against the script, when both could be read.
    pub report: Option<CheckReport>,
}

impl Pair {
    /// Puts together what was read. `list_file` is named where the list lacks something.
    #[must_use]
    pub fn new(campaign: CampaignRead, list: Option<ListRead>, list_file: &Path) -> Self {
        Self::at(campaign, list, list_file, None)
    }

    /// Reads a list of any size against a campaign, without holding it, or against the `draft` of one whose file has faults; `also` sees every contact and every row that is left
    /// out. What was read can be handed out. The report counts the contacts that are held at `now`.
    pub fn survey(
        campaign: CampaignRead,
        draft: Option<&CampaignDef>,
        list_file: &Path,
        options: &Options,
        now: Option<Timestamp>,
        also: &mut dyn Visitor,
    ) -> (Self, Option<Surveyed>) {
        let def = campaign.as_ref().ok().map(|(def, _)| def.clone()).or_else(|| draft.cloned());
        let mut options = options.clone();
        options.consent_needed |= def.as_ref().is_some_and(|def| def.jurisdiction.needs_consent());
        let mut both = Both { def: def.as_ref(), now, checker: None, also };
        let (list, surveyed) = match contact_list::survey(list_file, &options, &mut both) {
            Ok((list, surveyed)) => (Ok(list), Some(surveyed)),
            Err(problems) => (Err(problems), None),
        };
        let checker = both.checker.take();
        let report = |_: &CampaignDef, list: &ContactList| checker.map(|checker| checker.finish(list.duplicates));
        (Self::with(campaign, def.as_ref(), Some(list), list_file, report), surveyed)
    }

    /// [`Self::new`]; the report counts the contacts that are held at `now`.
    #[must_use]
    pub fn at(campaign: CampaignRead, list: Option<ListRead>, list_file: &Path, now: Option<Timestamp>) -> Self {
        Self::with(campaign, None, list, list_file, |def, list| Some(check_at(def, list, now)))
    }

    fn with(
        campaign: CampaignRead,
        draft: Option<&CampaignDef>,
        list: Option<ListRead>,
        list_file: &Path,
        report: impl FnOnce(&CampaignDef, &ContactList) -> Option<CheckReport>,
    ) -> Self {
        let mut problems = Vec::new();
        let def = match campaign {
            Ok((def, warnings)) => {
                problems.extend(warnings);
                Some(def)
            }
            Err(found) => {
                problems.extend(found);
                None
            }
        };
        let (mut left_out, mut more_problems) = (0, 0);
        let list = match list {
            Some(Ok(mut list)) => {
                left_out = list.rejected;
                more_problems = list.more_problems;
                problems.append(&mut list.problems);
                Some(list)
            }
            Some(Err(found)) => {
                problems.extend(found);
                None
            }
            None => None,
        };
        let report = def.as_ref().or(draft).zip(list.as_ref()).and_then(|(def, list)| report(def, list));
        // Of a file with faults what the list lacks is told; the rest may only follow from them.
        let tells = |finding: &&Finding| def.is_some() || finding.fatal || finding.sure || finding.contacts.is_some();
        for finding in report.iter().flat_map(|report| &report.findings).filter(tells) {
            problems.push(FileProblem {
                fatal: finding.fatal,
                ..FileProblem::whole(list_file, finding.in_words(), finding.remedy.clone())
            });
        }
        let report = report.filter(|_| def.is_some());
        Self { def, list, problems, more_problems, left_out, report }
    }

    /// Both, when nothing stops the work.
    #[must_use]
    pub fn sound(self) -> Option<(CampaignDef, ContactList)> {
        if self.is_fatal() { None } else { self.def.zip(self.list) }
    }

    /// True when something stops the work.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.problems.iter().any(|problem| problem.fatal)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::exchange::{campaign_file, contact_list};

    fn pair(initial: &str, list: &str) -> Pair {
        let campaign = format!(
            "[campaign]\ntitle = \"T\"\norganization = \"Org\"\n[[initial]]\nname = \"a\"\ntext = \"{initial}\"\n"
        );
        let path = PathBuf::from("l.csv");
        Pair::new(
            campaign_file::parse(Path::new("c.toml"), &campaign),
            Some(contact_list::parse(&path, list.as_bytes(), &contact_list::Options::default())),
            &path,
        )
    }

    #[test]
    fn what_the_list_lacks_for_the_script_stops_the_work() {
        let found = pair("Hi {place}. Org, STOP to opt out", "firstName,cell\nAna,2122000002\n");
        let fatal: Vec<_> = found.problems.iter().filter(|p| p.fatal).map(ToString::to_string).collect();
        assert_eq!(
            fatal,
            [
                "l.csv: error: the script uses {place}, which is no column of the list. Every contact has: firstName, lastName, phone, \
              zip, state, external_id; this list has no other columns."
            ]
        );
        assert!(found.sound().is_none());
    }

    struct Nobody;

    impl Visitor for Nobody {
        fn contact(&mut self, _: &Contact) -> std::io::Result<()> {
            Ok(())
        }

        fn rejected(&mut self, _: &[String], _: Rejected) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_list_lacks_is_told_beside_the_faults_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let (file, list) = (dir.path().join("c.toml"), dir.path().join("l.csv"));
        let text = "[campaign]\ntitle = \"T\"\norganization = \"Org\"\nnonsense = 1\nvisible_fields = [\"nope\"]\n[[initial]]\nname = \"a\"\ntext = \"Hi {place}. Org, STOP to opt out\"\n";
        std::fs::write(&file, text).unwrap();
        std::fs::write(&list, "firstName,cell\nAna,2122000002\n").unwrap();
        let read = campaign_file::load(&file);
        assert!(read.is_err());
        let draft = campaign_file::draft(&file);
        let options = contact_list::Options::default();
        let (pair, _) = Pair::survey(read, draft.as_ref(), &list, &options, None, &mut Nobody);
        let told: Vec<_> = pair.problems.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.contains("`nonsense` is not a key")), "{told:?}");
        assert!(told.iter().any(|line| line.contains("uses {place}, which is no column")), "{told:?}");
        assert!(told.iter().any(|line| line.contains("visible_fields names `nope`")), "{told:?}");
        assert!(pair.report.is_none() && pair.sound().is_none());
    }

    #[test]
    fn rows_left_out_are_counted() {
        let list = "firstName,cell\nAna,2122000002\nBen,nonsense\nCy,\nDi,2122000002\n";
        let found = pair("Hi. Org, STOP to opt out", list);
        assert_eq!((found.left_out, found.list.as_ref().map(|l| (l.contacts.len(), l.duplicates))), (2, Some((1, 1))));
        assert!(found.sound().is_some());
    }
}

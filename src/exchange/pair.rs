//! A campaign file and its contact list, read together: every problem of both, and between them, at once.

use std::path::Path;

use jiff::Timestamp;

use super::check::{CheckReport, check_at};
use super::contact_list::ContactList;
use super::problem::FileProblem;
use crate::domain::campaign::CampaignDef;

/// What reading a campaign file came to: the campaign with warnings, or its problems.
pub type CampaignRead = Result<(CampaignDef, Vec<FileProblem>), Vec<FileProblem>>;
/// What reading a contact list came to.
pub type ListRead = Result<ContactList, Vec<FileProblem>>;

/// Both files and what is wrong with them.
#[derive(Debug)]
pub struct Pair {
    /// The campaign, when it could be read.
    pub def: Option<CampaignDef>,
    /// The list, when there is one and it could be read. Its problems are among `problems`.
    pub list: Option<ContactList>,
    /// Everything: of the campaign file, of the list, and what the list lacks for the script.
    pub problems: Vec<FileProblem>,
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

    /// [`Self::new`]; the report counts the contacts that are held at `now`.
    #[must_use]
    pub fn at(campaign: CampaignRead, list: Option<ListRead>, list_file: &Path, now: Option<Timestamp>) -> Self {
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
        let mut left_out = 0;
        let list = match list {
            Some(Ok(mut list)) => {
                left_out = list.rejected;
                problems.append(&mut list.problems);
                Some(list)
            }
            Some(Err(found)) => {
                problems.extend(found);
                None
            }
            None => None,
        };
        let report = def.as_ref().zip(list.as_ref()).map(|(def, list)| check_at(def, list, now));
        for finding in report.iter().flat_map(|report| &report.findings) {
            problems.push(FileProblem {
                fatal: finding.fatal,
                ..FileProblem::whole(list_file, finding.in_words(), finding.remedy.clone())
            });
        }
        Self { def, list, problems, left_out, report }
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
            ["l.csv: error: the script uses {place}, which is no column of the list. The list has: firstName, \
              lastName, phone, zip, state, external_id."]
        );
        assert!(found.sound().is_none());
    }

    #[test]
    fn rows_left_out_are_counted() {
        let list = "firstName,cell\nAna,2122000002\nBen,nonsense\nCy,\nDi,2122000002\n";
        let found = pair("Hi. Org, STOP to opt out", list);
        assert_eq!((found.left_out, found.list.as_ref().map(|l| (l.contacts.len(), l.duplicates))), (2, Some((1, 1))));
        assert!(found.sound().is_some());
    }
}

//! Everything that accepted texts are, and what the carrier's work changes, written for many of them at once.
//!
//! A statement for one text costs a way to the database and back and opens its table and every index of it anew; what a
//! group accepted is therefore kept here and written table by table. Which text a constraint said no to is not known then:
//! whoever writes more than one takes the transaction back and decides them one by one ([`super::writer`]).

use std::collections::{BTreeMap, HashSet};

use crate::db::{self, Conn, Step, Value};

const MESSAGE: &str = "INSERT INTO messages (id, organization, campaign, contact, seq, direction, kind, body, at, author,
        session, delivery, script_version, language, variant, source, off_script, after_seq, epoch, body_hash, drawn_at,
        pressed_at, dwell_ms, device)
    VALUES ($1, $2, $3, $4, $5, 'out', $6, $7, $8, $9, $10, 'accepted', $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
        $21, $22)";

const JOB: &str =
    "INSERT INTO jobs (message, organization, campaign, contact, kind, rank, created_at, state, good_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'ready', $8)";

/// The contact's new line.
const CONTACT: &str =
    "UPDATE contacts SET status = $2, last_seq = $3, preview = $4, waiting_since = NULL, last_out_at = $5,
        snoozed_until = NULL, updated_at = $5 WHERE id = $1";

/// By itself, for the few whose lease had run out: naming a column rewrites its indices, changed or not.
const HAND: &str = "UPDATE contacts SET assigned = $2, holder = $3 WHERE id = $1";

const TALLY: &str = "INSERT INTO tallies (campaign, person, initials, replies) VALUES ($1, $2, $3, $4)
    ON CONFLICT (campaign, person)
    DO UPDATE SET initials = tallies.initials + excluded.initials, replies = tallies.replies + excluded.replies";

/// A verdict, of whatever it is.
pub(super) const VERDICT: &str = "INSERT INTO verdicts (id, organization, person, session, request_hash, outcome, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// An entry into the ledger.
pub(super) const ENTRY: &str = "INSERT INTO ledger (organization, seq, received_at, skew_us, outcome, person, texter, session,
        id, device, campaign, contact, kind, body_hash, drawn_at, pressed_at, mono_ms, dwell_ms, chain, n, prev, hash, total,
        told_skew_us)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";

/// One accepted text: the rows that it is, as its statements want them.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) message: Vec<Value>,
    pub(super) job: Vec<Value>,
    pub(super) contact: Vec<Value>,
    /// In whose hands the contact is from now on, when that changes.
    pub(super) hand: Option<Vec<Value>>,
    pub(super) verdict: Vec<Value>,
    pub(super) entry: Option<Vec<Value>>,
    /// Campaign and person.
    pub(super) tally: (i64, i64),
    /// To which number.
    pub(super) phone: String,
    pub(super) initial: bool,
}

/// Accepted texts that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    messages: Vec<Vec<Value>>,
    jobs: Vec<Vec<Value>>,
    contacts: Vec<Vec<Value>>,
    hands: Vec<Vec<Value>>,
    verdicts: Vec<Vec<Value>>,
    entries: Vec<Vec<Value>>,
    /// Initials and replies.
    tallies: BTreeMap<(i64, i64), (i64, i64)>,
    phones: HashSet<String>,
    /// Changes of other rows, which nothing above reads.
    others: Vec<Step>,
}

impl Accepted {
    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.others.is_empty()
    }

    /// True when one of them goes to this number.
    pub(super) fn texts(&self, phone: &str) -> bool {
        self.phones.contains(phone)
    }

    /// A change that nothing reads before the next writing.
    pub(super) fn also(&mut self, sql: &'static str, values: Vec<Value>) {
        match self.others.iter_mut().find(|(same, _)| *same == sql) {
            Some((_, rows)) => rows.push(values),
            None => self.others.push((sql, vec![values])),
        }
    }

    pub(super) fn push(&mut self, text: Rows) {
        self.messages.push(text.message);
        self.jobs.push(text.job);
        self.contacts.push(text.contact);
        self.hands.extend(text.hand);
        self.verdicts.push(text.verdict);
        self.entries.extend(text.entry);
        self.phones.insert(text.phone);
        let (initials, replies) = self.tallies.entry(text.tally).or_default();
        *(if text.initial { initials } else { replies }) += 1;
    }

    /// Writes them. After an error a part of them may be written.
    pub(super) async fn write(self, conn: &mut Conn) -> db::Result<()> {
        db::all(self.steps(), conn).await
    }

    /// What there is to write.
    pub(super) fn steps(self) -> Vec<Step> {
        let tally = |((campaign, person), (initials, replies))| [campaign, person, initials, replies];
        let tallies = self.tallies.into_iter().map(|one| tally(one).map(Value::from).to_vec()).collect();
        let mut steps = self.others;
        steps.extend([
            (MESSAGE, self.messages),
            (JOB, self.jobs),
            (CONTACT, self.contacts),
            (HAND, self.hands),
            (TALLY, tallies),
            (VERDICT, self.verdicts),
            (ENTRY, self.entries),
        ]);
        steps
    }
}

//! What has to be so, each as a question that finds the rows where it is not.
//!
//! Every question means the same to SQLite and to PostgreSQL. The columns' names are what is said of a row; a number is told
//! by its last four digits.

/// One thing that has to be so.
pub(super) struct Rule {
    /// Its name, which stays the same.
    pub(super) name: &'static str,
    /// The table whose rows it is about.
    pub(super) table: &'static str,
    /// What is wrong where it is not so.
    pub(super) wrong: &'static str,
    /// What to do then.
    pub(super) remedy: &'static str,
    /// Finds the rows.
    pub(super) sql: &'static str,
}

const RESTORE: &str = "stop the servers and restore the last backup that checks clean (textbank db restore); keep this database \
     for whoever looks into it";
const RECOUNT: &str = "nothing is lost, only a count is wrong: textbank db check --recount counts anew";
const ERASE_AGAIN: &str = "a server of an older version, or somebody by hand, wrote into what was emptied: stop that one, and empty these \
     rows by hand. Nothing goes out by it";
const HOLD: &str = "do not serve it before a person has looked: the text may or may not be at the carrier. See what the carrier's \
     own log says of it";

/// All of them.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "one_initial",
        table: "messages",
        wrong: "a contact has more than one first text",
        remedy: RESTORE,
        sql: "SELECT contact, COUNT(*) AS first_texts FROM messages WHERE kind = 'initial' AND delivery <> 'dropped'
              GROUP BY contact HAVING COUNT(*) > 1 ORDER BY contact",
    },
    Rule {
        name: "one_contact_per_number",
        table: "contacts",
        wrong: "somebody is in one campaign twice, and may be in two hands",
        remedy: RESTORE,
        sql: "SELECT campaign, MIN(id) AS contact, MAX(id) AS another FROM contacts GROUP BY campaign, phone
              HAVING COUNT(*) > 1 ORDER BY campaign, MIN(id)",
    },
    Rule {
        name: "in_one_hand",
        table: "contacts",
        wrong: "a contact is in hands that hold no lease: nobody else will ever get it",
        remedy: "a captain takes the person's unsent contacts back; if it is a conversation, end the person's sign-ins \
                 (textbank sessions end)",
        sql: "SELECT c.id AS contact, c.assigned AS person, c.holder AS holder FROM contacts c
              LEFT JOIN people p ON p.id = c.assigned
              WHERE c.assigned IS NOT NULL AND (p.id IS NULL OR p.lease_until IS NULL
                  OR p.organization <> c.organization OR c.holder IS DISTINCT FROM c.assigned) ORDER BY c.id",
    },
    Rule {
        name: "verdict_of_text",
        table: "verdicts",
        wrong: "an accepted text has no verdict that says so: handed in again it would go out again",
        remedy: RESTORE,
        sql: "SELECT m.id AS message, m.contact AS contact FROM messages m LEFT JOIN verdicts v ON v.id = m.id
              WHERE m.direction = 'out' AND m.author IS NOT NULL
                  AND (v.id IS NULL OR v.outcome NOT LIKE '{\"outcome\":\"accepted\"%' OR v.person <> m.author) ORDER BY m.id",
    },
    Rule {
        name: "ledger_of_text",
        table: "ledger",
        // Texts from before there was a ledger have no entry.
        wrong: "an accepted text has no entry in the ledger",
        remedy: RESTORE,
        sql: "SELECT m.id AS message, m.contact AS contact FROM messages m
              LEFT JOIN ledger l ON l.id = m.id AND l.outcome = 'accepted'
              WHERE m.direction = 'out' AND m.author IS NOT NULL AND l.id IS NULL
                  AND m.at >= (SELECT at FROM schema_steps WHERE version = 3) ORDER BY m.id",
    },
    Rule {
        name: "text_of_ledger",
        table: "ledger",
        wrong: "an entry of the ledger has no verdict, or one that was accepted has no text",
        remedy: RESTORE,
        sql: "SELECT l.organization AS organization, l.seq AS entry, l.id AS message, l.outcome AS outcome FROM ledger l
              LEFT JOIN verdicts v ON v.id = l.id LEFT JOIN messages m ON m.id = l.id
              WHERE v.id IS NULL OR (l.outcome = 'accepted' AND m.id IS NULL) ORDER BY l.organization, l.seq",
    },
    Rule {
        name: "job_of_text",
        table: "jobs",
        wrong: "a text and its carrier job do not say the same",
        remedy: HOLD,
        sql: "SELECT m.id AS message, m.contact AS contact, m.delivery AS delivery, j.state AS job FROM messages m
              LEFT JOIN jobs j ON j.message = m.id
              WHERE m.direction = 'out' AND (j.message IS NULL OR j.contact <> m.contact OR j.campaign <> m.campaign
                  OR (j.state = 'ready') <> (m.delivery = 'accepted')
                  OR (j.state = 'submitting') <> (m.delivery = 'submitting')
                  OR (j.state = 'unknown') <> (m.delivery = 'unknown') OR (j.state = 'held') <> (m.delivery = 'held')
                  OR (j.state = 'dropped') <> (m.delivery = 'dropped')
                  OR (j.state = 'done') <> (m.delivery IN ('submitted', 'delivered', 'failed'))) ORDER BY m.id",
    },
    Rule {
        name: "text_of_job",
        table: "jobs",
        wrong: "a carrier job has no text of ours",
        remedy: HOLD,
        sql: "SELECT j.message AS message, j.contact AS contact, j.state AS job FROM jobs j
              LEFT JOIN messages m ON m.id = j.message AND m.direction = 'out' WHERE m.id IS NULL ORDER BY j.message",
    },
    Rule {
        name: "attempt_of_job",
        table: "attempts",
        wrong: "a call to the carrier is not written down with its text: its receipt would not be understood",
        remedy: HOLD,
        sql: "SELECT j.message AS message, j.state AS job, j.attempt AS attempt FROM jobs j
              LEFT JOIN attempts a ON a.id = j.attempt AND a.message = j.message
              WHERE (j.state IN ('submitting', 'unknown') OR j.attempt IS NOT NULL) AND a.id IS NULL ORDER BY j.message",
    },
    Rule {
        name: "suppression_says_why",
        table: "suppressions",
        wrong: "a number on the suppression list has no reason, or nobody who put it there",
        remedy: "it stays suppressed; find in the audit who opted them out (textbank audit), and write it down",
        sql: "SELECT s.organization AS organization, substr(s.phone, length(s.phone) - 3) AS ends, s.reason AS reason,
                  s.person AS person FROM suppressions s LEFT JOIN people p ON p.id = s.person
              WHERE s.reason = '' OR (s.by_word = 0 AND p.id IS NULL) ORDER BY s.organization, s.phone",
    },
    Rule {
        name: "suppressed_everywhere",
        table: "contacts",
        wrong: "a contact does not stand as the suppression list says",
        remedy: "do not serve it before this is mended: whoever opted out may be texted. Suppress the number once more through a \
                 server, or restore a backup",
        sql: "SELECT c.id AS contact, c.campaign AS campaign, c.opt_out AS opt_out,
                  CASE WHEN s.phone IS NULL THEN 0 WHEN s.by_word <> 0 THEN 3 ELSE 2 END AS on_the_list
              FROM contacts c LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone
              WHERE c.erased_at IS NULL AND ((s.phone IS NULL AND c.opt_out >= 2)
                  OR (s.phone IS NOT NULL AND c.opt_out <> CASE WHEN s.by_word <> 0 THEN 3 ELSE 2 END)) ORDER BY c.id",
    },
    Rule {
        name: "erased_is_nobody",
        table: "contacts",
        wrong: "a contact that was erased still says who it was, or may be texted",
        remedy: ERASE_AGAIN,
        sql: "SELECT c.id AS contact, c.campaign AS campaign FROM contacts c
              WHERE c.erased_at IS NOT NULL AND (c.phone NOT LIKE '+0%' OR c.first_name <> '' OR c.last_name <> ''
                  OR c.external_id IS NOT NULL OR c.zip IS NOT NULL OR c.state IS NOT NULL OR c.fields <> '{}' OR c.note <> ''
                  OR c.preview <> '' OR c.consent IS NOT NULL OR c.opt_out_words <> '' OR c.removed = 0 OR c.status <> 'closed'
                  OR c.assigned IS NOT NULL) ORDER BY c.id",
    },
    Rule {
        name: "removed_words",
        table: "messages",
        wrong: "a text whose words were removed, or whose contact was erased, has words",
        remedy: ERASE_AGAIN,
        sql: "SELECT m.id AS message, m.contact AS contact FROM messages m JOIN contacts c ON c.id = m.contact
              WHERE m.body <> '' AND (m.purged_at IS NOT NULL OR c.erased_at IS NOT NULL) ORDER BY m.id",
    },
    Rule {
        name: "notice_of_suppression",
        table: "suppressions",
        wrong: "the notice of an opt-out is not among the texts: another one might be sent",
        remedy: RESTORE,
        sql: "SELECT s.organization AS organization, substr(s.phone, length(s.phone) - 3) AS ends, s.notice AS message
              FROM suppressions s LEFT JOIN messages m ON m.id = s.notice
              WHERE s.notice IS NOT NULL AND m.id IS NULL ORDER BY s.organization, s.phone",
    },
    Rule {
        name: "counts_of_contacts",
        table: "contact_counts",
        wrong: "what was counted as contacts changed is not what there is",
        remedy: RECOUNT,
        sql: "SELECT * FROM (SELECT campaign, person, status, opt_out, wrong_number,
                  CAST(SUM(counted) AS BIGINT) AS counted, CAST(SUM(there) AS BIGINT) AS there FROM (
                      SELECT campaign, assigned AS person, status, opt_out, wrong_number, many AS counted, 0 AS there
                      FROM contact_counts
                      UNION ALL SELECT campaign, COALESCE(assigned, 0), status, opt_out, wrong_number, 0, COUNT(*)
                      FROM contacts GROUP BY campaign, COALESCE(assigned, 0), status, opt_out, wrong_number) both_of_them
                  GROUP BY campaign, person, status, opt_out, wrong_number) compared
              WHERE counted <> there ORDER BY campaign, person, status, opt_out, wrong_number",
    },
    Rule {
        name: "tallies_of_texters",
        table: "tallies",
        wrong: "what a texter is said to have sent is not what they sent",
        remedy: RECOUNT,
        sql: "SELECT * FROM (SELECT campaign, person, CAST(SUM(initials) AS BIGINT) AS initials,
                  CAST(SUM(replies) AS BIGINT) AS replies, CAST(SUM(initials_there) AS BIGINT) AS initials_there,
                  CAST(SUM(replies_there) AS BIGINT) AS replies_there FROM (
                      SELECT campaign, person, initials, replies, 0 AS initials_there, 0 AS replies_there FROM tallies
                      UNION ALL SELECT campaign, author, 0, 0, CASE WHEN kind = 'initial' THEN 1 ELSE 0 END,
                          CASE WHEN kind = 'initial' THEN 0 ELSE 1 END
                      FROM messages WHERE direction = 'out' AND author IS NOT NULL AND delivery <> 'dropped') both_of_them
                  GROUP BY campaign, person) compared
              WHERE initials <> initials_there OR replies <> replies_there ORDER BY campaign, person",
    },
    Rule {
        name: "threads_without_holes",
        table: "contacts",
        wrong: "a conversation's texts are not numbered through",
        remedy: RESTORE,
        sql: "SELECT c.id AS contact, c.last_seq AS last, COALESCE(t.many, 0) AS texts FROM contacts c
              LEFT JOIN (SELECT contact, COUNT(*) AS many, MIN(seq) AS least, MAX(seq) AS most FROM messages GROUP BY contact) t
                  ON t.contact = c.id
              WHERE c.last_seq <> COALESCE(t.many, 0) OR (t.many > 0 AND (t.least <> 1 OR t.most <> c.last_seq))
                  OR c.foreign_seq > c.last_seq ORDER BY c.id",
    },
    Rule {
        name: "texts_at_home",
        table: "messages",
        wrong: "a text belongs to another campaign or organization than its contact",
        remedy: RESTORE,
        sql: "SELECT m.id AS message, m.contact AS contact, m.campaign AS campaign FROM messages m
              JOIN contacts c ON c.id = m.contact WHERE m.campaign <> c.campaign OR m.organization <> c.organization
              ORDER BY m.id",
    },
    Rule {
        name: "script_of_campaign",
        table: "campaigns",
        wrong: "a campaign's script is not there",
        remedy: RESTORE,
        sql: "SELECT k.id AS campaign, k.script_version AS script FROM campaigns k
              LEFT JOIN scripts s ON s.campaign = k.id AND s.version = k.script_version WHERE s.campaign IS NULL ORDER BY k.id",
    },
];

/// Counts anew what is counted as rows change, in one transaction.
pub(super) const RECOUNT_ALL: &[&str] = &[
    "DELETE FROM contact_counts",
    "INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
         SELECT campaign, COALESCE(assigned, 0), status, opt_out, wrong_number, COUNT(*) FROM contacts
         GROUP BY campaign, COALESCE(assigned, 0), status, opt_out, wrong_number",
    "DELETE FROM tallies",
    "INSERT INTO tallies (campaign, person, initials, replies)
         SELECT campaign, author, SUM(CASE WHEN kind = 'initial' THEN 1 ELSE 0 END),
             SUM(CASE WHEN kind = 'initial' THEN 0 ELSE 1 END)
         FROM messages WHERE direction = 'out' AND author IS NOT NULL AND delivery <> 'dropped' GROUP BY campaign, author",
];

//! The tables, as an ordered list of steps that only go forward.
//!
//! A step, once released, is never edited: a change is a new step at the end. While servers are replaced by newer ones the
//! older ones work beside them on the tables of the newest. So a step only adds: tables, columns that may be left out (they are
//! nullable or have a default), indices that refuse nothing, triggers that refuse nothing; and it may take indices away. What an
//! older program could not bear is a step of a later release, with a higher `min_program`. A test holds each step against that.

mod recent;

use self::recent::{
    ANNOUNCEMENTS, APPROVED, CLOSED, ERASURES, HELD_EVERYWHERE, IN_ITS_PLACE, KEPT_SO_LONG, NAMED_AT_A_NUMBER, PEOPLE,
    PICTURES, PROOFS, PROPOSALS, PUT_ASIDE, RELEASES, SEGMENTS, SET_APART, SHARED_CANNED, TRIALS, TURNOUT,
};
use crate::db::{self, Conn};
use crate::server::store::StoreError;

/// One step.
struct Step {
    /// What a program must be at least to work on a database that has this step.
    min_program: i64,
    /// The statements.
    sql: &'static str,
}

/// Every step; a database's version is the number of steps it has.
const STEPS: &[Step] = &[
    Step { min_program: 1, sql: FIRST },
    Step { min_program: 1, sql: COMES_BACK },
    Step { min_program: 1, sql: LEDGER },
    Step { min_program: 1, sql: ENDED_AT },
    Step { min_program: 1, sql: HELD },
    Step { min_program: 1, sql: JOINED_BY },
    Step { min_program: 1, sql: NAMESAKES },
    Step { min_program: 1, sql: TOLD_SKEW },
    Step { min_program: 1, sql: TOKENS },
    Step { min_program: 1, sql: LEANER },
    Step { min_program: 1, sql: WHOSE_DATA },
    Step { min_program: 1, sql: CONDUCT },
    Step { min_program: 1, sql: TOLD_ONCE },
    Step { min_program: 1, sql: WAITING_ROOM },
    Step { min_program: 1, sql: SECOND_FACTOR },
    Step { min_program: 1, sql: COUNTED_AT_ONCE },
    Step { min_program: 1, sql: TAKEN_OUT },
    Step { min_program: 1, sql: LISTS },
    Step { min_program: 1, sql: RECALLS },
    Step { min_program: 1, sql: THROUGHPUT },
    Step { min_program: 1, sql: RECALLS_IN_PARTS },
    Step { min_program: 1, sql: CLOSED },
    Step { min_program: 1, sql: TRIALS },
    Step { min_program: 1, sql: IN_ITS_PLACE },
    Step { min_program: 1, sql: KEPT_SO_LONG },
    Step { min_program: 1, sql: TURNOUT },
    Step { min_program: 1, sql: SHARED_CANNED },
    Step { min_program: 1, sql: PROPOSALS },
    Step { min_program: 1, sql: SEGMENTS },
    Step { min_program: 1, sql: SET_APART },
    Step { min_program: 1, sql: APPROVED },
    Step { min_program: 1, sql: PUT_ASIDE },
    Step { min_program: 1, sql: PEOPLE },
    Step { min_program: 1, sql: ERASURES },
    Step { min_program: 1, sql: ANNOUNCEMENTS },
    Step { min_program: 1, sql: PICTURES },
    Step { min_program: 1, sql: PROOFS },
    Step { min_program: 1, sql: NAMED_AT_A_NUMBER },
    Step { min_program: 1, sql: HELD_EVERYWHERE },
    Step { min_program: 1, sql: RELEASES },
];

/// What the steps are counted in, and what a database says of itself.
const BASE: &str = "
CREATE TABLE IF NOT EXISTS schema_steps (version INTEGER PRIMARY KEY, min_program INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
";

/// Events are read once a process, in their order, and told to those whom they concern: nothing looks for those of one person.
const TOLD_ONCE: &str = "
DROP INDEX events_feed;
";

/// What a text costs is the pages that it touches far from those of others. Which texts of a contact wait is found by its
/// messages, without an index; how many contacts there are of each kind is counted as they change, a row for each kind and
/// texter, so that a captain's board does not read an index of all contacts either.
const LEANER: &str = "
DROP INDEX jobs_ready_of;
CREATE TABLE contact_counts (
    -- 0: in nobody's hands.
    campaign INTEGER NOT NULL, assigned INTEGER NOT NULL, status TEXT NOT NULL, opt_out INTEGER NOT NULL,
    wrong_number INTEGER NOT NULL, many INTEGER NOT NULL,
    PRIMARY KEY (campaign, assigned, status, opt_out, wrong_number)
) STRICT, WITHOUT ROWID;
INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
    SELECT campaign, COALESCE(assigned, 0), status, opt_out, wrong_number, COUNT(*) FROM contacts
    GROUP BY campaign, COALESCE(assigned, 0), status, opt_out, wrong_number;
DROP INDEX contacts_board;
CREATE TRIGGER contacts_count_new AFTER INSERT ON contacts BEGIN
    INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
        VALUES (NEW.campaign, COALESCE(NEW.assigned, 0), NEW.status, NEW.opt_out, NEW.wrong_number, 1)
        ON CONFLICT (campaign, assigned, status, opt_out, wrong_number) DO UPDATE SET many = contact_counts.many + 1;
END;
CREATE TRIGGER contacts_count_moved AFTER UPDATE OF campaign, assigned, status, opt_out, wrong_number ON contacts
    WHEN (OLD.campaign, OLD.assigned, OLD.status, OLD.opt_out, OLD.wrong_number)
        IS NOT (NEW.campaign, NEW.assigned, NEW.status, NEW.opt_out, NEW.wrong_number) BEGIN
    UPDATE contact_counts SET many = many - 1 WHERE campaign = OLD.campaign AND assigned = COALESCE(OLD.assigned, 0)
        AND status = OLD.status AND opt_out = OLD.opt_out AND wrong_number = OLD.wrong_number;
    INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
        VALUES (NEW.campaign, COALESCE(NEW.assigned, 0), NEW.status, NEW.opt_out, NEW.wrong_number, 1)
        ON CONFLICT (campaign, assigned, status, opt_out, wrong_number) DO UPDATE SET many = contact_counts.many + 1;
END;
CREATE TRIGGER contacts_count_gone AFTER DELETE ON contacts BEGIN
    UPDATE contact_counts SET many = many - 1 WHERE campaign = OLD.campaign AND assigned = COALESCE(OLD.assigned, 0)
        AND status = OLD.status AND opt_out = OLD.opt_out AND wrong_number = OLD.wrong_number;
END;
";

/// Who joined by an invite is counted, and looked for when a join's answer was lost.
const JOINED_BY: &str = "
CREATE INDEX sessions_invite ON sessions(invite);
CREATE INDEX invites_organization ON invites(organization, id);
";

/// Texts that wait for a captain. `absent`: the carrier's list surely does not hold the last attempt.
const HELD: &str = "
ALTER TABLE jobs ADD COLUMN absent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_undecided ON jobs(campaign, state, started_at) WHERE state IN ('unknown', 'held');
";

/// The how-manieth of the same first name somebody is; and whether anybody is signed in behind what is held.
const NAMESAKES: &str = "
ALTER TABLE people ADD COLUMN namesake INTEGER NOT NULL DEFAULT 1;
UPDATE people SET namesake = (SELECT COUNT(*) FROM people other
    WHERE other.organization = people.organization AND other.name = people.name AND other.id <= people.id);
CREATE INDEX people_name ON people(organization, name);
CREATE INDEX sessions_person ON sessions(person);
";

/// The ledger keeps what a laptop told of its clock beside what of it was believed.
const TOLD_SKEW: &str = "
ALTER TABLE ledger ADD COLUMN told_skew_us INTEGER;
";

/// Tokens beside the one in use: `next` was handed out and not used yet, `former` was replaced.
const TOKENS: &str = "
CREATE TABLE tokens (
    hash BLOB PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions(id), state TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_session ON tokens(session, state);
";

/// Whose data a line of the audit is about, when it left the server with it.
const WHOSE_DATA: &str = "
ALTER TABLE audit ADD COLUMN contact INTEGER;
";

/// Rules of conduct, never changed (without a text: none are in force from then on), and who accepted which words where.
const CONDUCT: &str = "
CREATE TABLE conduct (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id), version TEXT NOT NULL,
    texts TEXT NOT NULL, at INTEGER NOT NULL, person INTEGER
) STRICT;
CREATE INDEX conduct_of ON conduct(organization, id);
CREATE TABLE acceptances (
    person INTEGER NOT NULL REFERENCES people(id), version TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
    session INTEGER NOT NULL, device BLOB NOT NULL, PRIMARY KEY (person, version)
) STRICT, WITHOUT ROWID;
";

/// Who joins by some links waits until a captain lets them in.
const WAITING_ROOM: &str = "
ALTER TABLE invites ADD COLUMN waiting_room INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_waiting ON sessions(person) WHERE waiting <> 0 AND revoked = 0;
";

/// What the phones of captains and above share with the server; which code was used last, and how many wrong ones came since.
/// When a sign-in proved it.
const SECOND_FACTOR: &str = "
CREATE TABLE second_factors (
    person INTEGER NOT NULL REFERENCES people(id), secret BLOB NOT NULL, set_at INTEGER NOT NULL,
    last_step INTEGER NOT NULL, wrong INTEGER NOT NULL DEFAULT 0, locked_until INTEGER, PRIMARY KEY (person)
) STRICT, WITHOUT ROWID;
ALTER TABLE sessions ADD COLUMN proved_at INTEGER;
";

/// PostgreSQL counts the contacts once a statement, which may move many of them. SQLite has row triggers alone, and they cost it
/// little.
const COUNTED_AT_ONCE: &str = "
--@ DROP TRIGGER contacts_count_new ON contacts;
--@ DROP TRIGGER contacts_count_moved ON contacts;
--@ DROP TRIGGER contacts_count_gone ON contacts;
--@ CREATE OR REPLACE FUNCTION contacts_count_new() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
--@     INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
--@         SELECT campaign, COALESCE(assigned, 0), status, opt_out, wrong_number, COUNT(*) FROM came GROUP BY 1, 2, 3, 4, 5
--@         ON CONFLICT (campaign, assigned, status, opt_out, wrong_number)
--@         DO UPDATE SET many = contact_counts.many + excluded.many;
--@     RETURN NULL;
--@ END $$;
--@ CREATE OR REPLACE FUNCTION contacts_count_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
--@     INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
--@         SELECT campaign, assigned, status, opt_out, wrong_number, SUM(moved.many) FROM (
--@             SELECT campaign, COALESCE(assigned, 0) AS assigned, status, opt_out, wrong_number, 1 AS many FROM came
--@             UNION ALL SELECT campaign, COALESCE(assigned, 0), status, opt_out, wrong_number, -1 FROM went
--@         ) moved GROUP BY 1, 2, 3, 4, 5 HAVING SUM(moved.many) <> 0
--@         ON CONFLICT (campaign, assigned, status, opt_out, wrong_number)
--@         DO UPDATE SET many = contact_counts.many + excluded.many;
--@     RETURN NULL;
--@ END $$;
--@ CREATE OR REPLACE FUNCTION contacts_count_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
--@     INSERT INTO contact_counts (campaign, assigned, status, opt_out, wrong_number, many)
--@         SELECT campaign, COALESCE(assigned, 0), status, opt_out, wrong_number, -COUNT(*) FROM went GROUP BY 1, 2, 3, 4, 5
--@         ON CONFLICT (campaign, assigned, status, opt_out, wrong_number)
--@         DO UPDATE SET many = contact_counts.many + excluded.many;
--@     RETURN NULL;
--@ END $$;
--@ CREATE TRIGGER contacts_count_new AFTER INSERT ON contacts REFERENCING NEW TABLE AS came
--@     FOR EACH STATEMENT EXECUTE FUNCTION contacts_count_new();
--@ CREATE TRIGGER contacts_count_moved AFTER UPDATE ON contacts REFERENCING OLD TABLE AS went NEW TABLE AS came
--@     FOR EACH STATEMENT EXECUTE FUNCTION contacts_count_moved();
--@ CREATE TRIGGER contacts_count_gone AFTER DELETE ON contacts REFERENCING OLD TABLE AS went
--@     FOR EACH STATEMENT EXECUTE FUNCTION contacts_count_gone();
";

/// A line of the audit about a run of contacts: `contact` is its first.
const TAKEN_OUT: &str = "
ALTER TABLE audit ADD COLUMN last_contact INTEGER;
";

/// Where lists come from: the how-manieth list of its campaign an import is, whether it came to a campaign that was there, and what
/// shows consent (JSON), of a list and of single contacts. What is left out or stored as useless is counted.
const LISTS: &str = "
ALTER TABLE imports ADD COLUMN number INTEGER NOT NULL DEFAULT 1;
ALTER TABLE imports ADD COLUMN adds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN obtained TEXT;
ALTER TABLE imports ADD COLUMN permitted_use TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN consent TEXT;
ALTER TABLE imports ADD COLUMN person INTEGER;
ALTER TABLE imports ADD COLUMN known_bad INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN without_consent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX imports_of ON imports(campaign, number);
ALTER TABLE contacts ADD COLUMN list INTEGER;
ALTER TABLE contacts ADD COLUMN consent TEXT;
";

/// What of a campaign must not be said any more, in which versions of its script it stands and in which words; and who was taken off
/// a running campaign's list.
const RECALLS: &str = "
CREATE TABLE recalls (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id),
    campaign INTEGER NOT NULL REFERENCES campaigns(id), what TEXT NOT NULL, versions TEXT NOT NULL, texts TEXT NOT NULL,
    reason TEXT NOT NULL, at INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES people(id),
    dropped INTEGER NOT NULL DEFAULT 0, lifted_at INTEGER, lifted_by INTEGER
) STRICT;
CREATE INDEX recalls_campaign ON recalls(campaign);
ALTER TABLE contacts ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contacts_listed ON contacts(campaign, external_id) WHERE external_id IS NOT NULL;
";

/// What was handed to the carrier, in segments. A rate (`begins` 0) has the moment at which its bucket is full again; a day and a
/// minute begin when they say, and have a count.
const THROUGHPUT: &str = "
CREATE TABLE throughput (
    organization INTEGER NOT NULL, name TEXT NOT NULL, begins INTEGER NOT NULL, spent INTEGER NOT NULL,
    PRIMARY KEY (organization, name, begins)
) STRICT, WITHOUT ROWID;
";

/// The texts that wait when something is recalled are taken back in parts, behind the commit of the recall. Those of before were
/// taken back in it.
const RECALLS_IN_PARTS: &str = "
ALTER TABLE recalls ADD COLUMN cleared INTEGER NOT NULL DEFAULT 1;
";

/// The version that this program is. 2: it knows recalls.
const PROGRAM: i64 = 2;

/// What a program must be at least from the first recall on: an older one would send what is recalled.
pub(super) const KNOWS_RECALLS: i64 = 2;

/// From now on a program must be so new at least: one that is older is not started on this database any more.
///
/// # Errors
/// [`StoreError`]
pub(super) async fn ask_for(conn: &mut Conn, program: i64) -> Result<(), StoreError> {
    let raised = db::query(
        "UPDATE schema_steps SET min_program = $1
         WHERE min_program < $1 AND version = (SELECT MAX(s.version) FROM schema_steps s)
             AND NOT EXISTS (SELECT 1 FROM schema_steps o WHERE o.min_program >= $1)",
    )
    .bind(program)
    .execute(&mut *conn)
    .await?
    .rows_affected();
    if raised > 0 {
        db::query(MIN_RELEASE).bind(env!("CARGO_PKG_VERSION")).execute(conn).await?;
    }
    Ok(())
}

/// For older programs, which can then say what to install.
const MIN_RELEASE: &str =
    "INSERT INTO meta (key, value) VALUES ('min_release', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// Times are microseconds since 1970 UTC. `opt_out`: 0 no, 1 possible, 2 by a person, 3 by their own word.
const FIRST: &str = "
CREATE TABLE organizations (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, named INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE people (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id), name TEXT NOT NULL,
    created_at INTEGER NOT NULL, last_seen INTEGER,
    -- Everything a person holds is leased until then; NULL when there is nothing to expire.
    lease_until INTEGER
) STRICT;
CREATE INDEX people_lease ON people(lease_until) WHERE lease_until IS NOT NULL;
CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id), title TEXT NOT NULL,
    state TEXT NOT NULL, script_version INTEGER NOT NULL, language TEXT NOT NULL, def TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE scripts (
    campaign INTEGER NOT NULL REFERENCES campaigns(id), version INTEGER NOT NULL, def TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (campaign, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(id), token_hash BLOB NOT NULL UNIQUE,
    role TEXT NOT NULL, campaign INTEGER REFERENCES campaigns(id), device BLOB NOT NULL, invite INTEGER,
    created_at INTEGER NOT NULL, last_seen INTEGER, revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE invites (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id),
    secret_hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL, campaign INTEGER REFERENCES campaigns(id),
    uses_left INTEGER NOT NULL, expires_at INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL, created_by INTEGER
) STRICT;
CREATE TABLE imports (
    id BLOB PRIMARY KEY, organization INTEGER NOT NULL, campaign INTEGER NOT NULL REFERENCES campaigns(id),
    request_hash BLOB NOT NULL, expected INTEGER NOT NULL, provenance TEXT NOT NULL,
    chunks INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0, duplicates INTEGER NOT NULL DEFAULT 0,
    suppressed INTEGER NOT NULL DEFAULT 0, finished INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE import_chunks (
    import BLOB NOT NULL REFERENCES imports(id), number INTEGER NOT NULL, PRIMARY KEY (import, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE zone_sets (id INTEGER PRIMARY KEY, zones TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE campaign_zones (
    campaign INTEGER NOT NULL REFERENCES campaigns(id), zone_set INTEGER NOT NULL REFERENCES zone_sets(id),
    PRIMARY KEY (campaign, zone_set)
) STRICT, WITHOUT ROWID;
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL, campaign INTEGER NOT NULL REFERENCES campaigns(id),
    phone TEXT NOT NULL, external_id TEXT, first_name TEXT NOT NULL, last_name TEXT NOT NULL, zip TEXT, state TEXT,
    language TEXT, time_zone TEXT, fields TEXT NOT NULL, zone_set INTEGER NOT NULL REFERENCES zone_sets(id),
    status TEXT NOT NULL DEFAULT 'needs_message', opt_out INTEGER NOT NULL DEFAULT 0,
    opt_out_words TEXT NOT NULL DEFAULT '', wrong_number INTEGER NOT NULL DEFAULT 0,
    assigned INTEGER REFERENCES people(id),
    -- The last to hold it; stays when a lease runs out, so that a late text of theirs is still theirs.
    holder INTEGER, epoch INTEGER NOT NULL DEFAULT 0, waiting_since INTEGER, last_seq INTEGER NOT NULL DEFAULT 0,
    foreign_seq INTEGER NOT NULL DEFAULT 0, preview TEXT NOT NULL DEFAULT '', answers TEXT NOT NULL DEFAULT '{}',
    tags TEXT NOT NULL DEFAULT '[]', note TEXT NOT NULL DEFAULT '', last_out_at INTEGER, updated_at INTEGER NOT NULL,
    UNIQUE (campaign, phone)
) STRICT;
CREATE INDEX contacts_pool ON contacts(campaign, zone_set, id)
    WHERE assigned IS NULL AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0;
CREATE INDEX contacts_hand ON contacts(assigned, campaign, id) WHERE assigned IS NOT NULL;
CREATE INDEX contacts_waiting ON contacts(campaign, waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX contacts_phone ON contacts(organization, phone);
CREATE INDEX contacts_board ON contacts(campaign, status, opt_out, wrong_number, assigned);
CREATE TABLE messages (
    id BLOB PRIMARY KEY, organization INTEGER NOT NULL, campaign INTEGER NOT NULL,
    contact INTEGER NOT NULL REFERENCES contacts(id), seq INTEGER NOT NULL, direction TEXT NOT NULL, kind TEXT,
    body TEXT NOT NULL, at INTEGER NOT NULL, author INTEGER REFERENCES people(id), session INTEGER,
    delivery TEXT NOT NULL, error TEXT, script_version INTEGER NOT NULL, language TEXT NOT NULL,
    variant TEXT, source TEXT, off_script INTEGER NOT NULL DEFAULT 0, after_seq INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0, body_hash TEXT, drawn_at INTEGER, pressed_at INTEGER, dwell_ms INTEGER,
    device BLOB,
    UNIQUE (contact, seq)
) STRICT, WITHOUT ROWID;
-- Nobody gets the first text twice: not by a rule of the program alone.
CREATE UNIQUE INDEX messages_one_initial ON messages(contact) WHERE kind = 'initial';
CREATE INDEX messages_pace ON messages(campaign, at, author) WHERE author IS NOT NULL;
CREATE INDEX messages_trouble ON messages(campaign, delivery) WHERE delivery IN ('failed', 'held');
CREATE TABLE tallies (
    campaign INTEGER NOT NULL, person INTEGER NOT NULL, initials INTEGER NOT NULL, replies INTEGER NOT NULL,
    PRIMARY KEY (campaign, person)
) STRICT, WITHOUT ROWID;
CREATE TABLE verdicts (
    id BLOB PRIMARY KEY, organization INTEGER NOT NULL, person INTEGER NOT NULL, session INTEGER NOT NULL,
    request_hash BLOB NOT NULL, outcome TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE claims (
    id BLOB PRIMARY KEY, person INTEGER NOT NULL, campaign INTEGER NOT NULL, contacts TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
    id INTEGER PRIMARY KEY, contact INTEGER NOT NULL REFERENCES contacts(id), seq INTEGER NOT NULL,
    at INTEGER NOT NULL, person INTEGER, what TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX notes_thread ON notes(contact, seq);
CREATE TABLE suppressions (
    organization INTEGER NOT NULL, phone TEXT NOT NULL, reason TEXT NOT NULL, by_word INTEGER NOT NULL,
    at INTEGER NOT NULL, person INTEGER, notice BLOB, PRIMARY KEY (organization, phone)
) STRICT, WITHOUT ROWID;
CREATE TABLE jobs (
    message BLOB PRIMARY KEY REFERENCES messages(id), organization INTEGER NOT NULL, campaign INTEGER NOT NULL,
    contact INTEGER NOT NULL, kind TEXT NOT NULL,
    -- 0 notices, 1 replies, 2 initials: in this order they go out.
    rank INTEGER NOT NULL, created_at INTEGER NOT NULL, not_before INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, attempt BLOB, started_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_ready ON jobs(campaign, rank, message) WHERE state = 'ready';
CREATE INDEX jobs_ready_of ON jobs(contact) WHERE state = 'ready';
CREATE INDEX jobs_open ON jobs(state, started_at) WHERE state IN ('submitting', 'unknown');
CREATE TABLE attempts (
    id BLOB PRIMARY KEY, message BLOB NOT NULL, started_at INTEGER NOT NULL, answered_at INTEGER, answer TEXT,
    carrier_id TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE carrier_events (
    carrier TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (carrier, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE unmatched_inbound (
    id BLOB PRIMARY KEY, organization INTEGER NOT NULL, carrier TEXT NOT NULL, phone TEXT NOT NULL,
    body TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, campaign INTEGER NOT NULL,
    -- For this person alone; NULL: for everybody in the campaign.
    person INTEGER, captain_only INTEGER NOT NULL DEFAULT 0, payload TEXT NOT NULL
) STRICT;
CREATE INDEX events_feed ON events(campaign, person, seq);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, organization INTEGER, person INTEGER, session INTEGER,
    what TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
";

/// Texts that come back. A text is dropped only when no call for it may have succeeded; then the contact may get the first
/// text after all, by a new press. That stays sound because a dropped text never becomes a live one again: the database itself
/// says so, whatever a program does.
const COMES_BACK: &str = "
-- A text with a press has to be on its way by then, or it comes back; NULL for texts without a press.
ALTER TABLE jobs ADD COLUMN good_until INTEGER;
UPDATE jobs SET good_until = created_at + 43200000000 WHERE state = 'ready' AND kind IN ('initial', 'reply');
CREATE INDEX jobs_late ON jobs(good_until) WHERE state = 'ready' AND good_until IS NOT NULL;
CREATE INDEX attempts_of ON attempts(message);
DROP INDEX messages_one_initial;
CREATE UNIQUE INDEX messages_one_initial ON messages(contact) WHERE kind = 'initial' AND delivery <> 'dropped';
CREATE TRIGGER messages_stay_dropped BEFORE UPDATE OF delivery, kind, contact ON messages
    WHEN OLD.delivery = 'dropped' AND (NEW.delivery, NEW.kind, NEW.contact) IS NOT (OLD.delivery, OLD.kind, OLD.contact)
    BEGIN SELECT RAISE(ABORT, 'a dropped text stays dropped'); END;
CREATE TRIGGER jobs_stay_dropped BEFORE UPDATE OF state ON jobs WHEN OLD.state = 'dropped' AND NEW.state <> 'dropped'
    BEGIN SELECT RAISE(ABORT, 'a dropped job stays dropped'); END;
";

/// Every confirmed text in the order of its arrival, accepted or refused, and what the running total was from time to
/// time. Hashes are 32 bytes.
const LEDGER: &str = "
CREATE TABLE ledger (
    organization INTEGER NOT NULL, seq INTEGER NOT NULL, received_at INTEGER NOT NULL, skew_us INTEGER,
    outcome TEXT NOT NULL, person INTEGER NOT NULL, texter TEXT NOT NULL, session INTEGER NOT NULL, id BLOB NOT NULL,
    device BLOB NOT NULL, campaign INTEGER NOT NULL, contact INTEGER NOT NULL, kind TEXT NOT NULL,
    body_hash BLOB NOT NULL, drawn_at INTEGER NOT NULL, pressed_at INTEGER NOT NULL, mono_ms INTEGER NOT NULL,
    dwell_ms INTEGER NOT NULL, chain BLOB NOT NULL, n INTEGER NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL,
    total BLOB NOT NULL, PRIMARY KEY (organization, seq)
) STRICT, WITHOUT ROWID;
-- One text in each place of a chain. What was refused because its place was taken stands beside it.
CREATE UNIQUE INDEX ledger_place ON ledger(chain, n) WHERE outcome <> 'ledger_broken';
CREATE TABLE anchors (
    organization INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, total BLOB NOT NULL, prev BLOB NOT NULL,
    hash BLOB NOT NULL, PRIMARY KEY (organization, seq)
) STRICT, WITHOUT ROWID;
";

/// When a sign-in was ended: what was confirmed on its device before may still be handed in. For those ended by an earlier
/// program the last sign of life stands for it.
const ENDED_AT: &str = "
ALTER TABLE sessions ADD COLUMN revoked_at INTEGER;
UPDATE sessions SET revoked_at = COALESCE(last_seen, created_at) WHERE revoked <> 0;
";

/// Where a database stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many steps it has.
    pub(super) version: usize,
    /// What a program must be at least.
    min_program: i64,
    /// The release that asked for it, when it said so.
    min_release: Option<String>,
}

impl Standing {
    /// How many steps this program knows.
    pub(super) const KNOWN: usize = STEPS.len();

    /// A database may have steps that this program does not know, as long as it can work beside them: what is new is added
    /// first, and what it replaces is taken away a release later, by a step with a higher `min_program`.
    ///
    /// # Errors
    /// When this program is too old for it.
    pub(super) fn suits(&self) -> Result<(), StoreError> {
        if self.min_program <= PROGRAM {
            return Ok(());
        }
        let (release, min) = (env!("CARGO_PKG_VERSION"), self.min_program);
        let (needed, what) = match &self.min_release {
            Some(needed) => (format!("textbank {needed} or newer"), format!("textbank {needed}")),
            None => ("a newer textbank".to_owned(), "the newest textbank".to_owned()),
        };
        Err(StoreError::Unavailable(format!(
            "it needs {needed}: this is textbank {release}, and a newer one has changed the tables beyond what it can read \
             (program {min}; this is program {PROGRAM}). Install {what} and start that; nothing was changed"
        )))
    }
}

/// Where a database stands; `None` when it is none of ours yet.
pub(super) async fn standing(conn: &mut Conn) -> Result<Option<Standing>, StoreError> {
    let there = if conn.is_postgres() {
        "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename IN ('schema_steps', 'meta')"
    } else {
        "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('schema_steps', 'meta')"
    };
    if db::query(there).fetch_one(&mut *conn).await?.try_get::<i64>(0)? < 2 {
        return Ok(None);
    }
    let row = db::query(
        "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(min_program), 0),
             (SELECT value FROM meta WHERE key = 'min_release') FROM schema_steps",
    )
    .fetch_one(&mut *conn)
    .await?;
    let version = usize::try_from(row.try_get::<i64>(0)?).unwrap_or(usize::MAX);
    Ok(Some(Standing { version, min_program: row.try_get(1)?, min_release: row.try_get(2)? }))
}

/// Brings a database to this program's version.
///
/// # Errors
/// When the database needs a newer program, or a step fails (nothing of that step stays).
pub(super) async fn migrate(conn: &mut Conn, at: i64) -> Result<(), StoreError> {
    migrate_telling(conn, at, &mut |_| {}).await.map(drop)
}

/// [`migrate`], with the number of each step told before it begins; says how many it took.
pub(super) async fn migrate_telling(
    conn: &mut Conn,
    at: i64,
    tell: &mut (dyn FnMut(usize) + Send),
) -> Result<usize, StoreError> {
    if standing(conn).await?.is_none() {
        db::script(BASE, conn).await?;
    }
    let mut taken = 0;
    loop {
        let before = of(conn).await?;
        before.suits()?;
        let Some(step) = STEPS.get(before.version) else { return Ok(taken) };
        tell(before.version + 1);
        conn.begin().await?;
        let done = one_step(conn, &before, step, at).await;
        // A step that failed leaves nothing behind; what failed is said, not that it could not be taken back.
        let ended = if done.is_ok() { conn.commit().await } else { conn.roll_back().await };
        taken += usize::from(done?);
        ended?;
    }
}

async fn of(conn: &mut Conn) -> Result<Standing, StoreError> {
    standing(conn).await?.ok_or_else(|| StoreError::Unavailable("its tables have gone".into()))
}

/// False when another process took the step while this one waited for its turn.
async fn one_step(conn: &mut Conn, before: &Standing, step: &Step, at: i64) -> Result<bool, StoreError> {
    if of(conn).await? != *before {
        return Ok(false);
    }
    db::script(step.sql, conn).await?;
    db::query("INSERT INTO schema_steps (version, min_program, at) VALUES ($1, $2, $3)")
        .bind(i64::try_from(before.version).unwrap_or(i64::MAX).saturating_add(1))
        .bind(step.min_program)
        .bind(at)
        .execute(&mut *conn)
        .await?;
    if step.min_program > before.min_program {
        db::query(MIN_RELEASE).bind(env!("CARGO_PKG_VERSION")).execute(conn).await?;
    }
    Ok(true)
}

/// The tables as they were after so many steps.
#[cfg(test)]
pub(super) async fn migrate_as_far_as(conn: &mut Conn, version: usize) -> Result<(), StoreError> {
    db::script(BASE, conn).await?;
    for step in STEPS.iter().take(version) {
        let before = of(conn).await?;
        one_step(conn, &before, step, 0).await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;

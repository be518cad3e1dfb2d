//! The newest steps: campaigns that close, trials, what is kept how long, events, segments, approvals.

/// When a campaign was closed, and who answers late replies.
pub(super) const CLOSED: &str = "
ALTER TABLE campaigns ADD COLUMN closed_at INTEGER;
ALTER TABLE campaigns ADD COLUMN late_owner INTEGER REFERENCES people(id);
";

/// Texts of a script to staff phones, apart from all that counts. `state`: ready, submitting, done.
pub(super) const TRIALS: &str = "
CREATE TABLE trials (
    id BLOB PRIMARY KEY, organization INTEGER NOT NULL, campaign INTEGER NOT NULL REFERENCES campaigns(id),
    script_version INTEGER NOT NULL, part TEXT NOT NULL, language TEXT NOT NULL, phone TEXT NOT NULL, body TEXT NOT NULL,
    at INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES people(id), state TEXT NOT NULL, good_until INTEGER NOT NULL,
    attempt BLOB, started_at INTEGER, delivery TEXT NOT NULL, error TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX trials_of ON trials(organization, campaign, at);
CREATE INDEX trials_ready ON trials(id) WHERE state = 'ready';
CREATE INDEX trials_attempt ON trials(attempt) WHERE attempt IS NOT NULL;
";

/// PostgreSQL alone. A contact's new line stays in its page, and no index is told of it, when no column that an index names has
/// changed and the page has room. So whether a contact waits to be handed out is a column, which a text to one in somebody's hands
/// leaves as it is. And the references of what a text is are not looked up again at each insert: the one who writes has just read
/// the contact and the sign-in, and writes the job with its text; whoever checks the database looks at all references.
///
/// All that it changes is locked before anything is rewritten, in the order in which texts are read: who reads meanwhile waits, and
/// none of both waits for the other for ever.
pub(super) const IN_ITS_PLACE: &str = "
--@ LOCK TABLE jobs, messages, contacts, people IN ACCESS EXCLUSIVE MODE;
--@ ALTER TABLE contacts SET (fillfactor = 75);
--@ DROP INDEX contacts_pool;
--@ ALTER TABLE contacts ADD COLUMN pooled BOOLEAN GENERATED ALWAYS AS
--@     (assigned IS NULL AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0) STORED;
--@ CREATE INDEX contacts_pool ON contacts(campaign, zone_set, id) WHERE pooled;
--@ ALTER TABLE messages DROP CONSTRAINT IF EXISTS messages_contact_fkey;
--@ ALTER TABLE messages DROP CONSTRAINT IF EXISTS messages_author_fkey;
--@ ALTER TABLE jobs DROP CONSTRAINT IF EXISTS jobs_message_fkey;
";

/// How long words are kept (`campaign` 0: wherever nothing else is said; no `days`: for ever), how far their removal is, what is under a
/// legal hold; and which texts have no words any more, which contacts are nobody any more. The raw copies of what voters wrote that
/// came from carriers held nothing that is not in the texts.
pub(super) const KEPT_SO_LONG: &str = "
ALTER TABLE messages ADD COLUMN purged_at INTEGER;
ALTER TABLE contacts ADD COLUMN erased_at INTEGER;
CREATE TABLE retention (
    organization INTEGER NOT NULL REFERENCES organizations(id), campaign INTEGER NOT NULL, days INTEGER, at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id), PRIMARY KEY (organization, campaign)
) STRICT, WITHOUT ROWID;
CREATE TABLE retention_runs (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id), at INTEGER NOT NULL, person INTEGER,
    stage INTEGER NOT NULL DEFAULT 0, place INTEGER NOT NULL DEFAULT 0, texts INTEGER NOT NULL DEFAULT 0,
    contacts INTEGER NOT NULL DEFAULT 0, copies INTEGER NOT NULL DEFAULT 0, ended_at INTEGER
) STRICT;
CREATE INDEX retention_runs_of ON retention_runs(organization, at);
CREATE INDEX retention_runs_open ON retention_runs(id) WHERE ended_at IS NULL;
CREATE TABLE holds (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id),
    campaign INTEGER REFERENCES campaigns(id), phone TEXT, reason TEXT NOT NULL, at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id), lifted_at INTEGER, lifted_by INTEGER
) STRICT;
CREATE INDEX holds_of ON holds(organization, phone) WHERE lifted_at IS NULL;
UPDATE carrier_events SET payload = '{\"inbound\":{}}' WHERE payload LIKE '{\"inbound\"%';
";

/// What answers of the survey say of a campaign's events, and whom they put into its queues. `place`: the order in which it was
/// recorded, through a campaign.
pub(super) const TURNOUT: &str = "
CREATE TABLE rsvps (
    contact INTEGER NOT NULL REFERENCES contacts(id), event TEXT NOT NULL,
    campaign INTEGER NOT NULL REFERENCES campaigns(id), answer TEXT NOT NULL, question TEXT NOT NULL,
    place INTEGER NOT NULL, at INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES people(id),
    PRIMARY KEY (contact, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX rsvps_place ON rsvps(campaign, place);
CREATE INDEX rsvps_of ON rsvps(campaign, event, answer, place);
CREATE TABLE queue_entries (
    contact INTEGER NOT NULL REFERENCES contacts(id), queue TEXT NOT NULL,
    campaign INTEGER NOT NULL REFERENCES campaigns(id), question TEXT NOT NULL, place INTEGER NOT NULL,
    at INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES people(id), done_at INTEGER,
    done_by INTEGER REFERENCES people(id), PRIMARY KEY (contact, queue)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_entries_place ON queue_entries(campaign, place);
";

/// Canned replies that every campaign of an organization has behind its own (JSON).
pub(super) const SHARED_CANNED: &str = "
CREATE TABLE shared_canned (
    organization INTEGER NOT NULL REFERENCES organizations(id), replies TEXT NOT NULL, at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id), PRIMARY KEY (organization)
) STRICT, WITHOUT ROWID;
";

/// New versions of scripts that wait for a second approver: one a campaign.
pub(super) const PROPOSALS: &str = "
CREATE TABLE proposals (
    campaign INTEGER NOT NULL REFERENCES campaigns(id), def TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id), PRIMARY KEY (campaign)
) STRICT, WITHOUT ROWID;
";

/// Conditions under a name, and campaigns that are being made of another one's contacts: how far each is, by the numbers of these. A
/// contact knows whom it follows, and what they had answered before (JSON).
pub(super) const SEGMENTS: &str = "
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id), name TEXT NOT NULL,
    folded TEXT NOT NULL, expression TEXT NOT NULL, campaign INTEGER REFERENCES campaigns(id), at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id), UNIQUE (organization, folded)
) STRICT;
CREATE TABLE follow_ups (
    id BLOB PRIMARY KEY, organization INTEGER NOT NULL, campaign INTEGER NOT NULL REFERENCES campaigns(id),
    source INTEGER NOT NULL REFERENCES campaigns(id), request_hash BLOB NOT NULL, expression TEXT NOT NULL, segment TEXT,
    texted_since INTEGER, paused INTEGER NOT NULL, next_after INTEGER NOT NULL, until INTEGER NOT NULL,
    contacts INTEGER NOT NULL DEFAULT 0, left_out TEXT NOT NULL DEFAULT '{}',
    lists TEXT NOT NULL DEFAULT '{}', finished INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id)
) STRICT, WITHOUT ROWID;
ALTER TABLE contacts ADD COLUMN follows INTEGER;
ALTER TABLE contacts ADD COLUMN earlier_answers TEXT;
";

/// Of those who wait for a first text some are set apart: `kept_for` the texter who wrote to them before, until the campaign's
/// `kept_until` or until that texter is gone; and whom another campaign has texted lately, `texted_elsewhere` being when. On PostgreSQL
/// the index has the column in its condition that a text leaves as it is.
pub(super) const SET_APART: &str = "
ALTER TABLE contacts ADD COLUMN kept_for INTEGER;
ALTER TABLE contacts ADD COLUMN texted_elsewhere INTEGER;
ALTER TABLE campaigns ADD COLUMN kept_until INTEGER;
ALTER TABLE follow_ups ADD COLUMN keep_hours INTEGER;
CREATE TABLE keepers (
    campaign INTEGER NOT NULL REFERENCES campaigns(id), person INTEGER NOT NULL REFERENCES people(id),
    PRIMARY KEY (campaign, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_pool_apart ON contacts(campaign, zone_set, texted_elsewhere, kept_for, id)
    WHERE assigned IS NULL AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0;
CREATE INDEX contacts_pool_lately ON contacts(campaign, texted_elsewhere) WHERE texted_elsewhere IS NOT NULL
    AND assigned IS NULL AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0;
--@ DROP INDEX contacts_pool_apart;
--@ DROP INDEX contacts_pool_lately;
--@ CREATE INDEX contacts_pool_apart ON contacts(campaign, zone_set, texted_elsewhere, kept_for, id) WHERE pooled;
--@ CREATE INDEX contacts_pool_lately ON contacts(campaign, texted_elsewhere) WHERE pooled AND texted_elsewhere IS NOT NULL;
";

/// For how many people somebody answered that they come.
pub(super) const PEOPLE: &str = "
ALTER TABLE rsvps ADD COLUMN people INTEGER NOT NULL DEFAULT 1;
";

/// A correction is made as a follow-up is, of those whom a recall reached. Where somebody else has to approve it, it does not begin before
/// that (`begins`); and the organization's canned replies wait likewise, all of them together.
pub(super) const APPROVED: &str = "
ALTER TABLE follow_ups ADD COLUMN recall INTEGER REFERENCES recalls(id);
ALTER TABLE proposals ADD COLUMN begins INTEGER NOT NULL DEFAULT 0;
CREATE TABLE proposed_canned (
    organization INTEGER NOT NULL REFERENCES organizations(id), replies TEXT NOT NULL, at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id), PRIMARY KEY (organization)
) STRICT, WITHOUT ROWID;
";

/// A texter puts a conversation aside until then.
pub(super) const PUT_ASIDE: &str = "
ALTER TABLE contacts ADD COLUMN snoozed_until INTEGER;
";

/// Who was erased, and how far the copies are that repeat them in tables which grow with every text: `place` in the feed, up to
/// `until`, then `carrier` and `carrier_key` in what carriers said. `contacts` is emptied at the end, and the number stands on the
/// suppression list as well. What an erasure empties at once is found by an index; so are the few lines of the audit that have words. And whose a contact ever was is found by who had it.
pub(super) const ERASURES: &str = "
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY, organization INTEGER NOT NULL REFERENCES organizations(id), phone TEXT NOT NULL,
    at INTEGER NOT NULL, contacts TEXT NOT NULL, until INTEGER NOT NULL, place INTEGER NOT NULL DEFAULT 0,
    carrier TEXT NOT NULL DEFAULT '', carrier_key TEXT NOT NULL DEFAULT '', ended_at INTEGER
) STRICT;
CREATE INDEX erasures_open ON erasures(id) WHERE ended_at IS NULL;
CREATE INDEX erasures_of ON erasures(organization, at);
CREATE INDEX unmatched_inbound_of ON unmatched_inbound(organization, phone);
CREATE INDEX trials_phone ON trials(organization, phone);
CREATE INDEX audit_opted_out ON audit(subject, detail) WHERE what = 'opted_out';
CREATE INDEX audit_hold_set ON audit(organization) WHERE what = 'hold_set';
ALTER TABLE retention_runs ADD COLUMN emptied INTEGER NOT NULL DEFAULT 0;
CREATE INDEX claims_of ON claims(person, campaign);
";

/// What captains tell the texters of a campaign; the newest one stands, and an empty one takes it down.
pub(super) const ANNOUNCEMENTS: &str = "
CREATE TABLE announcements (
    campaign INTEGER NOT NULL REFERENCES campaigns(id), version INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people(id), PRIMARY KEY (campaign, version)
) STRICT, WITHOUT ROWID;
";

/// How many pictures came with what a voter wrote. They are counted, never fetched.
pub(super) const PICTURES: &str = "
ALTER TABLE messages ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE unmatched_inbound ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
";

/// By which secret of its machine a sign-in was made: BLAKE3 of it, and none for programs that send none.
pub(super) const PROOFS: &str = "
ALTER TABLE sessions ADD COLUMN proof BLOB;
";

/// Numbers of several people, whose ids stand in the contact's fields; and who may have opted out, whom a closing campaign names. Of
/// those whom a list brings and who are there already, how many were taken off the campaign's list, and how many were erased.
pub(super) const NAMED_AT_A_NUMBER: &str = "
ALTER TABLE imports ADD COLUMN taken_off INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contacts_shared ON contacts(campaign) WHERE fields LIKE '%\"household_%';
CREATE INDEX contacts_doubt ON contacts(campaign, phone) WHERE opt_out = 1;
";

/// What is taken back in campaigns that are made later too.
pub(super) const HELD_EVERYWHERE: &str = "
ALTER TABLE recalls ADD COLUMN everywhere INTEGER NOT NULL DEFAULT 0;
";

/// What was given back by which act, each contact with the number of its lease from then on: for a while it can be taken back. What an
/// older program beside it writes down nothing of stays given back.
pub(super) const RELEASES: &str = "
CREATE TABLE releases (
    id BLOB PRIMARY KEY, person INTEGER NOT NULL, campaign INTEGER NOT NULL, contacts TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

//! Everything that an accepted text is, written by one statement.
//!
//! Each statement costs a way to the database and back, so the six tables are written by a trigger on a view that holds
//! nothing: one row into it is the message, the contact's new line, the carrier job, the tally, the verdict and the
//! entry in the ledger. Should one of them be refused by a constraint, the database takes all of them back.
//!
//! View and trigger belong to the writer's connection and are not kept in the file.

use crate::db::{self, Conn};

/// Columns in the order in which they are bound. SQLite takes any name for a type; in small letters, as
/// they are PostgreSQL's own already.
const VIEW: &str = "CREATE TEMP VIEW accepted_text AS SELECT
    CAST(NULL AS BYTEA) AS id, CAST(NULL AS BIGINT) AS organization, CAST(NULL AS BIGINT) AS campaign,
    CAST(NULL AS BIGINT) AS contact, CAST(NULL AS BIGINT) AS seq, CAST(NULL AS text) AS kind,
    CAST(NULL AS text) AS body, CAST(NULL AS BIGINT) AS at, CAST(NULL AS BIGINT) AS person,
    CAST(NULL AS BIGINT) AS session, CAST(NULL AS BIGINT) AS script_version, CAST(NULL AS text) AS language,
    CAST(NULL AS text) AS variant, CAST(NULL AS text) AS source, CAST(NULL AS BIGINT) AS off_script,
    CAST(NULL AS BIGINT) AS after_seq, CAST(NULL AS BIGINT) AS epoch, CAST(NULL AS text) AS body_hex,
    CAST(NULL AS BIGINT) AS drawn_at, CAST(NULL AS BIGINT) AS pressed_at, CAST(NULL AS BIGINT) AS dwell_ms,
    CAST(NULL AS BYTEA) AS device, CAST(NULL AS BIGINT) AS rank, CAST(NULL AS text) AS status,
    CAST(NULL AS text) AS preview, CAST(NULL AS BIGINT) AS initials, CAST(NULL AS BIGINT) AS replies,
    CAST(NULL AS BYTEA) AS request_hash, CAST(NULL AS text) AS outcome, CAST(NULL AS BIGINT) AS good_until,
    CAST(NULL AS BIGINT) AS entry, CAST(NULL AS BIGINT) AS skew_us, CAST(NULL AS text) AS entry_outcome,
    CAST(NULL AS text) AS texter, CAST(NULL AS BYTEA) AS body_hash, CAST(NULL AS BIGINT) AS mono_ms,
    CAST(NULL AS BYTEA) AS chain, CAST(NULL AS BIGINT) AS n, CAST(NULL AS BYTEA) AS prev, CAST(NULL AS BYTEA) AS hash,
    CAST(NULL AS BYTEA) AS total, CAST(NULL AS BIGINT) AS told_skew_us";

/// What one row is.
macro_rules! writes {
    () => {
        "
    INSERT INTO messages (id, organization, campaign, contact, seq, direction, kind, body, at, author, session, delivery,
        script_version, language, variant, source, off_script, after_seq, epoch, body_hash, drawn_at, pressed_at, dwell_ms,
        device)
    VALUES (NEW.id, NEW.organization, NEW.campaign, NEW.contact, NEW.seq, 'out', NEW.kind, NEW.body, NEW.at, NEW.person,
        NEW.session, 'accepted', NEW.script_version, NEW.language, NEW.variant, NEW.source, NEW.off_script, NEW.after_seq,
        NEW.epoch, NEW.body_hex, NEW.drawn_at, NEW.pressed_at, NEW.dwell_ms, NEW.device);
    INSERT INTO jobs (message, organization, campaign, contact, kind, rank, created_at, state, good_until)
    VALUES (NEW.id, NEW.organization, NEW.campaign, NEW.contact, NEW.kind, NEW.rank, NEW.at, 'ready', NEW.good_until);
    UPDATE contacts SET status = NEW.status, last_seq = NEW.seq, preview = NEW.preview, waiting_since = NULL,
        last_out_at = NEW.at, updated_at = NEW.at WHERE id = NEW.contact;
    -- By itself, for the few whose lease had run out: naming a column rewrites its indices, changed or not.
    UPDATE contacts SET assigned = NEW.person, holder = NEW.person
        WHERE id = NEW.contact AND (assigned IS DISTINCT FROM NEW.person OR holder IS DISTINCT FROM NEW.person);
    INSERT INTO tallies (campaign, person, initials, replies)
    VALUES (NEW.campaign, NEW.person, NEW.initials, NEW.replies)
        ON CONFLICT (campaign, person)
        DO UPDATE SET initials = tallies.initials + excluded.initials, replies = tallies.replies + excluded.replies;
    INSERT INTO verdicts (id, organization, person, session, request_hash, outcome, at)
    VALUES (NEW.id, NEW.organization, NEW.person, NEW.session, NEW.request_hash, NEW.outcome, NEW.at);
    INSERT INTO ledger (organization, seq, received_at, skew_us, outcome, person, texter, session, id, device, campaign,
        contact, kind, body_hash, drawn_at, pressed_at, mono_ms, dwell_ms, chain, n, prev, hash, total, told_skew_us)
    SELECT NEW.organization, NEW.entry, NEW.at, NEW.skew_us, NEW.entry_outcome, NEW.person, NEW.texter, NEW.session,
        NEW.id, NEW.device, NEW.campaign, NEW.contact, NEW.kind, NEW.body_hash, NEW.drawn_at, NEW.pressed_at, NEW.mono_ms,
        NEW.dwell_ms, NEW.chain, NEW.n, NEW.prev, NEW.hash, NEW.total, NEW.told_skew_us WHERE NEW.entry IS NOT NULL;
"
    };
}

const SQLITE: &str =
    concat!("CREATE TEMP TRIGGER write_accepted_text INSTEAD OF INSERT ON accepted_text BEGIN", writes!(), "END");

const POSTGRES: &str = concat!(
    "CREATE FUNCTION pg_temp.write_accepted_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN",
    writes!(),
    "RETURN NEW; END $$;
     CREATE TRIGGER write_accepted_text INSTEAD OF INSERT ON accepted_text
         FOR EACH ROW EXECUTE FUNCTION pg_temp.write_accepted_text();"
);

/// One accepted text.
pub(super) const INSERT: &str = "INSERT INTO accepted_text VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
    $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38,
    $39, $40, $41, $42)";

/// Makes view and trigger for this connection.
pub(super) async fn prepare(conn: &mut Conn) -> db::Result<()> {
    db::script(VIEW, conn).await?;
    db::script(if matches!(conn, Conn::Postgres(_)) { POSTGRES } else { SQLITE }, conn).await
}

//! Everything that an accepted text is, written by one statement.
//!
//! Each statement costs a turn to the database's own thread, so the six tables are written by a trigger on a view that
//! holds nothing: one row into it is the message, the contact's new line, the carrier job, the tally, the verdict and the
//! entry in the ledger. Should one of them be refused by a constraint, SQLite takes all of them back.
//!
//! View and trigger belong to the writer's connection and are not kept in the file.

/// Columns in the order in which they are bound.
use crate::db::{self, Conn};
const VIEW: &str = "CREATE TEMP VIEW accepted_text AS SELECT
    NULL AS id, NULL AS organization, NULL AS campaign, NULL AS contact, NULL AS seq, NULL AS kind, NULL AS body, NULL AS at,
    NULL AS person, NULL AS session, NULL AS script_version, NULL AS language, NULL AS variant, NULL AS source,
    NULL AS off_script, NULL AS after_seq, NULL AS epoch, NULL AS body_hex, NULL AS drawn_at, NULL AS pressed_at,
    NULL AS dwell_ms, NULL AS device, NULL AS rank, NULL AS status, NULL AS preview, NULL AS initials, NULL AS replies,
    NULL AS request_hash, NULL AS outcome, NULL AS good_until, NULL AS entry, NULL AS skew_us, NULL AS entry_outcome,
    NULL AS texter, NULL AS body_hash, NULL AS mono_ms, NULL AS chain, NULL AS n, NULL AS prev, NULL AS hash,
    NULL AS total, NULL AS told_skew_us";

const TRIGGER: &str = "CREATE TEMP TRIGGER write_accepted_text INSTEAD OF INSERT ON accepted_text BEGIN
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
END";

/// The same in PostgreSQL's words.
const POSTGRES: &str = "CREATE TEMP VIEW accepted_text AS SELECT
    NULL::bytea AS id, NULL::bigint AS organization, NULL::bigint AS campaign, NULL::bigint AS contact,
    NULL::bigint AS seq, NULL::text AS kind, NULL::text AS body, NULL::bigint AS at, NULL::bigint AS person,
    NULL::bigint AS session, NULL::bigint AS script_version, NULL::text AS language, NULL::text AS variant,
    NULL::text AS source, NULL::bigint AS off_script, NULL::bigint AS after_seq, NULL::bigint AS epoch,
    NULL::text AS body_hex, NULL::bigint AS drawn_at, NULL::bigint AS pressed_at, NULL::bigint AS dwell_ms,
    NULL::bytea AS device, NULL::bigint AS rank, NULL::text AS status, NULL::text AS preview, NULL::bigint AS initials,
    NULL::bigint AS replies, NULL::bytea AS request_hash, NULL::text AS outcome, NULL::bigint AS good_until,
    NULL::bigint AS entry, NULL::bigint AS skew_us, NULL::text AS entry_outcome, NULL::text AS texter,
    NULL::bytea AS body_hash, NULL::bigint AS mono_ms, NULL::bytea AS chain, NULL::bigint AS n, NULL::bytea AS prev,
    NULL::bytea AS hash, NULL::bytea AS total,
    NULL::bigint AS told_skew_us;
CREATE FUNCTION pg_temp.write_accepted_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
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
    RETURN NEW;
END $$;
CREATE TRIGGER write_accepted_text INSTEAD OF INSERT ON accepted_text
    FOR EACH ROW EXECUTE FUNCTION pg_temp.write_accepted_text();";

/// One accepted text.
pub(super) const INSERT: &str = "INSERT INTO accepted_text VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
    $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38,
    $39, $40, $41, $42)";

/// Makes view and trigger for this connection.
pub(super) async fn prepare(conn: &mut Conn) -> db::Result<()> {
    if matches!(conn, Conn::Postgres(_)) {
        return db::script(POSTGRES, conn).await;
    }
    db::script(VIEW, conn).await?;
    db::script(TRIGGER, conn).await
}

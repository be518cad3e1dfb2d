//! The ledger: every confirmed text whose link holds, in the order of arrival, accepted or refused.
//!
//! An entry is written in the transaction of its verdict. Texts may arrive out of their chain's order (several are on the
//! way at once) and some may never arrive; what is refused is a link that does not fit its neighbours. The writer
//! remembers each chain's end, so that a text in order costs no look at the table.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    accepted::ENTRY,
    rows::{self, col, corrupt, signed, time, unsigned},
    send::Text,
    tx::Tx,
};
use crate::api::{
    ledger::{LedgerPage, LedgerState},
    message::SendRequest,
    problem::{Code, Problem},
};
use crate::db::{self, Value};
use crate::domain::{
    ids::{CampaignId, ContactId, DeviceId, MessageId, PersonId},
    ledger::{Link, Pressed},
    received::{self, Anchor, Received, hash_bytes, hash_text},
};
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
};

/// Between two anchors, at least.
const ANCHOR_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// Chains whose end is remembered; more are looked up again.
const CHAINS: usize = 10_000;

/// The end of a chain, for who appends to it.
const TOP: &str = "SELECT n, hash, person, device FROM ledger WHERE chain = $1 AND outcome <> 'ledger_broken'
     ORDER BY n DESC LIMIT 1";

/// [`TOP`] of several chains at once.
pub(super) const TOPS: &str = "SELECT l.n, l.hash, l.person, l.device, l.chain FROM json_each($1) j
     JOIN ledger l ON l.chain = unhex(j.atom, '-') AND l.outcome <> 'ledger_broken'
         AND l.n = (SELECT MAX(e.n) FROM ledger e WHERE e.chain = unhex(j.atom, '-') AND e.outcome <> 'ledger_broken')";

/// What others entered since this process last saw the ledger's end.
pub(super) const ENTERED: &str = "SELECT n, hash, person, device, chain, seq, total, outcome FROM ledger
     WHERE organization = $1 AND seq > $2 ORDER BY seq LIMIT 500";

/// As many as [`ENTERED`] gives at most: then there may be more, and all is looked up again.
const FAR: usize = 500;

/// An entry and the ones around it.
const AROUND: &str = "SELECT n, prev, hash FROM ledger
     WHERE chain = $1 AND n BETWEEN $2 - 1 AND $2 + 1 AND outcome <> 'ledger_broken'";

/// A page of entries, and the anchors over entries that were given.
const PAGE: &str = "SELECT seq, received_at, skew_us, outcome, person, texter, session, id, device, campaign, contact,
     kind, body_hash, drawn_at, pressed_at, mono_ms, dwell_ms, chain, n, prev, hash, total,
     told_skew_us FROM ledger WHERE organization = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// What the writer remembers of the ledger.
#[derive(Debug, Default)]
pub(super) struct Known {
    tail: Option<(u64, String)>,
    tops: HashMap<Uuid, Top>,
    anchored: Option<Option<Anchor>>,
    /// Others entered something meanwhile: before anything of this counts, [`ENTERED`] has to be read.
    behind: bool,
}

/// The end of a chain, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Top {
    n: u64,
    hash: String,
    person: PersonId,
    device: DeviceId,
}

/// How a text's link stands to its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has its place.
    Fits,
    /// The place is taken, or it hangs on another text: why.
    Broken(&'static str),
}

/// An entry that is about to be written, with its hashes as bytes.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) what: Received,
    pub(super) body_hash: [u8; 32],
    pub(super) prev: [u8; 32],
    pub(super) hash: [u8; 32],
    pub(super) total: [u8; 32],
}

/// The link of a text, when it is one: it holds, and every part of it can be stored as it is.
pub(super) fn sound_link(id: MessageId, request: &SendRequest) -> Result<&Link, Problem> {
    let fault = |what: &str| {
        let mut problem = Problem::new(Code::Invalid, "the text has no place in its device's ledger");
        problem.faults = vec![what.to_owned()];
        problem
    };
    let link = request.shown.link.as_ref().ok_or_else(|| fault("shown.link: missing"))?;
    let small = |number: u64| i64::try_from(number).is_ok();
    let whole = hash_bytes(&link.prev).is_some()
        && hash_bytes(&link.hash).is_some()
        && hash_bytes(&request.shown.body_hash).is_some()
        && [link.n, request.shown.mono_ms, request.shown.dwell_ms].into_iter().all(small);
    if !whole || !(link.holds(&request.pressed(id.0)) || mutation::on(Mutation::LedgerUnchecked)) {
        return Err(fault("shown.link: it is not the link of this text"));
    }
    Ok(link)
}

impl Tx<'_> {
    /// Does the link fit what the ledger has of its chain?
    pub(super) async fn standing(
        &mut self,
        actor: &Actor,
        device: DeviceId,
        link: &Link,
    ) -> Result<Standing, StoreError> {
        let Some(top) = self.top(link.chain).await? else { return Ok(Standing::Fits) };
        if mutation::on(Mutation::ForkTaken) {
            return Ok(Standing::Fits);
        }
        if top.person != actor.person || top.device != device {
            return Ok(Standing::Broken("the chain is another device's"));
        }
        if link.n > top.n {
            let fits = link.n - 1 != top.n || link.prev == top.hash;
            return Ok(if fits { Standing::Fits } else { Standing::Broken("it hangs on another text") });
        }
        // Late, or forked: its neighbours know.
        self.write_texts().await?;
        let rows = db::query(AROUND).bind(link.chain).bind(signed(link.n)).fetch_all(&mut *self.conn).await?;
        for row in &rows {
            let n = unsigned(col(row, 0)?);
            let (prev, hash) = (hash_col(row, 1)?, hash_col(row, 2)?);
            if n == link.n {
                return Ok(Standing::Broken("its place is taken by another text"));
            }
            if n < link.n && hash != link.prev {
                return Ok(Standing::Broken("it hangs on another text"));
            }
            if n > link.n && prev != link.hash {
                return Ok(Standing::Broken("the text after it hangs on another one"));
            }
        }
        Ok(Standing::Fits)
    }

    async fn top(&mut self, chain: Uuid) -> Result<Option<Top>, StoreError> {
        self.catch_up().await?;
        if self.ahead.is_fresh(&chain) && !self.cache.ledger.tops.contains_key(&chain) {
            return Ok(None);
        }
        if let Some(top) = self.cache.ledger.tops.get(&chain) {
            return Ok(Some(top.clone()));
        }
        let row = db::query(TOP).bind(chain).fetch_optional(&mut *self.conn).await?;
        let Some(row) = row else { return Ok(None) };
        let top = read_top(&row)?;
        self.cache.ledger.tops.insert(chain, top.clone());
        Ok(Some(top))
    }

    /// Reads what others entered.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let Some(question) = self.cache.ledger.missed(self.cache.organization.0) else { return Ok(()) };
        let rows = question.fetch_all(&mut *self.conn).await?;
        self.cache.ledger.caught_up(&rows);
        Ok(())
    }

    /// The entry of a text with a sound link, next in the order of arrival. Nothing is written yet.
    pub(super) async fn entry(&mut self, text: &Text<'_>, outcome: &str) -> Result<Entry, StoreError> {
        let &Text { actor, id, request, skew, told, .. } = text;
        let micros = |skew: SignedDuration| i64::try_from(skew.as_micros()).unwrap_or(i64::MAX);
        let Some(link) = request.shown.link.clone() else { return Err(unsound()) };
        let (seq, before) = self.tail(actor.organization.0).await?;
        let mut what = Received {
            seq: seq + 1,
            received_at: self.now,
            skew_us: skew.map(micros),
            told_skew_us: told.map(micros),
            outcome: outcome.to_owned(),
            person: actor.person,
            texter: actor.name.clone(),
            session: actor.session,
            pressed: request.pressed(id.0),
            link,
            total: String::new(),
        };
        what.total = what.total_after(&before);
        let bytes = |hex: &str| hash_bytes(hex).ok_or_else(unsound);
        Ok(Entry {
            body_hash: bytes(&what.pressed.body_hash)?,
            prev: bytes(&what.link.prev)?,
            hash: bytes(&what.link.hash)?,
            total: bytes(&what.total)?,
            what,
        })
    }

    async fn tail(&mut self, organization: i64) -> Result<(u64, String), StoreError> {
        self.catch_up().await?;
        if let Some(tail) = &self.cache.ledger.tail {
            return Ok(tail.clone());
        }
        let tail = read_tail(&mut *self.conn, organization).await?;
        self.cache.ledger.tail = Some(tail.clone());
        Ok(tail)
    }

    /// Writes an entry by itself (a refusal's).
    pub(super) async fn write_entry(&mut self, organization: i64, entry: Entry) -> Result<(), StoreError> {
        db::each(ENTRY, vec![entry.values(organization)], &mut *self.conn).await?;
        self.entered(entry.what);
        Ok(())
    }

    /// An entry was written: remembers where chain and order now end.
    pub(super) fn entered(&mut self, what: Received) {
        let known = &mut self.cache.ledger;
        let beside = what.is_beside();
        known.tail = Some((what.seq, what.total));
        if beside || known.tops.get(&what.link.chain).is_some_and(|top| top.n >= what.link.n) {
            return;
        }
        let top = Top { n: what.link.n, hash: what.link.hash, person: what.person, device: what.pressed.device };
        known.tops.insert(what.link.chain, top);
    }

    /// Says what the total is now, when there is something new and the last time is long enough ago.
    pub(super) async fn anchor(&mut self) -> Result<Answer, StoreError> {
        let organization = self.cache.organization.0;
        let (seq, total) = self.tail(organization).await?;
        let last = match &self.cache.ledger.anchored {
            Some(last) => last.clone(),
            None => newest_anchor(&mut *self.conn, organization).await?,
        };
        self.cache.ledger.anchored = Some(last.clone());
        let due = last.as_ref().is_none_or(|last| {
            // A clock that was set back does not stop the anchors.
            last.seq < seq && (self.now < last.at || self.now.duration_since(last.at) >= ANCHOR_EVERY)
        });
        if seq == 0 || !due {
            return Ok(Answer::Done);
        }
        let prev = last.map_or_else(Anchor::first_prev, |last| last.hash);
        let anchor = Anchor::new(seq, self.now, total, prev);
        let bytes = |hex: &str| hash_bytes(hex).ok_or_else(unsound);
        db::query("INSERT INTO anchors (organization, seq, at, total, prev, hash) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(organization)
            .bind(signed(anchor.seq))
            .bind(anchor.at.as_microsecond())
            .bind(bytes(&anchor.total)?.as_slice())
            .bind(bytes(&anchor.prev)?.as_slice())
            .bind(bytes(&anchor.hash)?.as_slice())
            .execute(&mut *self.conn)
            .await?;
        self.cache.ledger.anchored = Some(Some(anchor));
        Ok(Answer::Done)
    }
}

impl Entry {
    /// For [`ENTRY`].
    pub(super) fn values(&self, organization: i64) -> Vec<Value> {
        let Self { what, body_hash, prev, hash, total } = self;
        vec![
            organization.into(),
            signed(what.seq).into(),
            what.received_at.as_microsecond().into(),
            what.skew_us.into(),
            what.outcome.as_str().into(),
            what.person.0.into(),
            what.texter.as_str().into(),
            what.session.into(),
            what.pressed.id.into(),
            what.pressed.device.0.into(),
            what.pressed.campaign.0.into(),
            what.pressed.contact.0.into(),
            rows::kind_word(what.pressed.kind).into(),
            body_hash.into(),
            what.pressed.drawn_at.as_microsecond().into(),
            what.pressed.pressed_at.as_microsecond().into(),
            signed(what.pressed.mono_ms).into(),
            signed(what.pressed.dwell_ms).into(),
            what.link.chain.into(),
            signed(what.link.n).into(),
            prev.into(),
            hash.into(),
            total.into(),
            what.told_skew_us.into(),
        ]
    }
}

impl Known {
    /// Others wrote texts.
    pub(super) fn others_went_on(&mut self) {
        if self.tail.is_some() {
            self.behind = true;
        } else {
            *self = Self::default();
        }
    }

    /// What has to be asked for before anything of this counts.
    pub(super) fn missed(&self, organization: i64) -> Option<db::Query> {
        let (seq, _) = self.tail.as_ref().filter(|_| self.behind)?;
        Some(db::query(ENTERED).bind(organization).bind(signed(*seq)))
    }

    /// Takes note of the answer to it. What cannot be read is forgotten, and looked up again where it is needed.
    pub(super) fn caught_up(&mut self, rows: &[db::Row]) {
        self.behind = false;
        if rows.len() >= FAR || rows.iter().any(|row| self.follow(row).is_err()) {
            *self = Self::default();
        }
    }

    fn follow(&mut self, row: &db::Row) -> Result<(), StoreError> {
        self.tail = Some((unsigned(col(row, 5)?), hash_col(row, 6)?));
        let chain: Uuid = col(row, 4)?;
        // Of a chain that is not remembered this may not be the end.
        if let Some(top) = self.tops.get_mut(&chain)
            && col::<String>(row, 7)? != received::BESIDE
        {
            let entered = read_top(row)?;
            if entered.n > top.n {
                *top = entered;
            }
        }
        Ok(())
    }

    /// True when the chain's end is remembered.
    pub(super) fn knows(&self, chain: &Uuid) -> bool {
        self.tops.contains_key(chain)
    }

    /// Takes note of a row of [`TOPS`]; says of which chain it is.
    pub(super) fn learn(&mut self, row: &db::Row) -> Result<Uuid, StoreError> {
        let chain: Uuid = col(row, 4)?;
        if let Ok(top) = read_top(row) {
            self.tops.entry(chain).or_insert(top);
        }
        Ok(chain)
    }

    /// Forgets what is too much. Between transactions only: the ends of chains whose texts are not written yet must be known.
    pub(super) fn trim(&mut self) {
        if self.tops.len() >= CHAINS {
            self.tops.clear();
        }
    }
}

fn read_top(row: &db::Row) -> Result<Top, StoreError> {
    Ok(Top {
        n: unsigned(col(row, 0)?),
        hash: hash_col(row, 1)?,
        person: PersonId(col(row, 2)?),
        device: DeviceId(col(row, 3)?),
    })
}

fn unsound() -> StoreError {
    StoreError::Corrupt("a link of the ledger that was never looked at".into())
}

fn hash_col(row: &db::Row, at: usize) -> Result<String, StoreError> {
    let bytes: Vec<u8> = col(row, at)?;
    let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| corrupt("a hash", "of another length"))?;
    Ok(hash_text(bytes))
}

pub(super) async fn read_tail(conn: &mut db::Conn, organization: i64) -> Result<(u64, String), StoreError> {
    let row = db::query("SELECT seq, total FROM ledger WHERE organization = $1 ORDER BY seq DESC LIMIT 1")
        .bind(organization)
        .fetch_optional(conn)
        .await?;
    row.map_or_else(|| Ok((0, received::first_total())), |row| Ok((unsigned(col(&row, 0)?), hash_col(&row, 1)?)))
}

fn read_anchor(row: &db::Row) -> Result<Anchor, StoreError> {
    Ok(Anchor {
        seq: unsigned(col(row, 0)?),
        at: time(col(row, 1)?)?,
        total: hash_col(row, 2)?,
        prev: hash_col(row, 3)?,
        hash: hash_col(row, 4)?,
    })
}

async fn newest_anchor(conn: &mut db::Conn, organization: i64) -> Result<Option<Anchor>, StoreError> {
    let row =
        db::query("SELECT seq, at, total, prev, hash FROM anchors WHERE organization = $1 ORDER BY seq DESC LIMIT 1")
            .bind(organization)
            .fetch_optional(conn)
            .await?;
    row.as_ref().map(read_anchor).transpose()
}

fn read_entry(row: &db::Row) -> Result<Received, StoreError> {
    let moment = |at: usize| -> Result<Timestamp, StoreError> { time(col(row, at)?) };
    Ok(Received {
        seq: unsigned(col(row, 0)?),
        received_at: moment(1)?,
        skew_us: col(row, 2)?,
        told_skew_us: col(row, 22)?,
        outcome: col(row, 3)?,
        person: PersonId(col(row, 4)?),
        texter: col(row, 5)?,
        session: col(row, 6)?,
        pressed: Pressed {
            id: col(row, 7)?,
            device: DeviceId(col(row, 8)?),
            campaign: CampaignId(col(row, 9)?),
            contact: ContactId(col(row, 10)?),
            kind: rows::kind(&col::<String>(row, 11)?)?,
            body_hash: hash_col(row, 12)?,
            drawn_at: moment(13)?,
            pressed_at: moment(14)?,
            mono_ms: unsigned(col(row, 15)?),
            dwell_ms: unsigned(col(row, 16)?),
        },
        link: Link {
            chain: col(row, 17)?,
            n: unsigned(col(row, 18)?),
            prev: hash_col(row, 19)?,
            hash: hash_col(row, 20)?,
        },
        total: hash_col(row, 21)?,
    })
}

/// Entries after `after`, in order.
pub(super) async fn entries(
    conn: &mut db::Conn,
    organization: i64,
    after: u64,
    limit: u32,
) -> Result<Vec<Received>, StoreError> {
    let rows =
        db::query(PAGE).bind(organization).bind(signed(after)).bind(i64::from(limit)).fetch_all(&mut *conn).await?;
    rows.iter().map(read_entry).collect()
}

/// Anchors over entries up to `last`, in order.
pub(super) async fn anchors(conn: &mut db::Conn, organization: i64, last: u64) -> Result<Vec<Anchor>, StoreError> {
    let rows =
        db::query("SELECT seq, at, total, prev, hash FROM anchors WHERE organization = $1 AND seq <= $2 ORDER BY seq")
            .bind(organization)
            .bind(signed(last))
            .fetch_all(&mut *conn)
            .await?;
    rows.iter().map(read_anchor).collect()
}

/// A page of entries after `after`; the anchors come with the last one.
pub(super) async fn page(conn: &mut db::Conn, actor: &Actor, after: u64, limit: u32) -> Found<LedgerPage> {
    let organization = actor.organization.0;
    let entries = entries(&mut *conn, organization, after, limit).await?;
    let last = entries.last().map_or(after, |entry| entry.seq);
    if entries.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Ok(LedgerPage { entries, anchors: Vec::new(), next: Some(last.to_string()) });
    }
    // One may be made meanwhile, over entries that are not in this page.
    Ok(LedgerPage { entries, anchors: anchors(&mut *conn, organization, last).await?, next: None })
}

/// The newest anchor, and how far the entries are.
pub(super) async fn state(conn: &mut db::Conn, actor: &Actor) -> Found<LedgerState> {
    let anchor = newest_anchor(&mut *conn, actor.organization.0).await?;
    let (entries, _) = read_tail(&mut *conn, actor.organization.0).await?;
    let uncovered = entries.saturating_sub(anchor.as_ref().map_or(0, |anchor| anchor.seq));
    Ok(LedgerState { anchor, entries, uncovered })
}

//! A campaign made of those contacts of another one of whom a condition holds, or whom a recall reached, in parts: each is one commit,
//! and nobody gets contacts of the new campaign before the last one. Who may not be texted any more is left out in the commit that would
//! have copied them. The server alone says whose contacts: nobody outside sends a list.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use uuid::Uuid;

use super::{
    correction,
    eligible::{self, Judged},
    export::{self, BOUNDS, fill_standings, fill_texted_in},
    import::{def_faults, survey_faults},
    own_words,
    retention::ONE_CAMPAIGN,
    rows::{self, col, corrupt, json, signed, to_json, unsigned},
    script::refused,
    segments::asks_about,
    send::request_hash,
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    campaign::CampaignState,
    event::EventKind,
    problem::{Code, Problem},
    segments::{FollowUp, FollowUpRequest, LeftOut},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::CampaignDef,
    filter::{Filter, is_in},
    ids::{CampaignId, ContactId},
    recall::{Recall, is_same_value, of_values, repeated_in},
    survey::Vocabulary,
};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
    query::Found,
    segments::{FollowUpPart, FollowUpStanding},
};

/// Rows that are looked at together.
const PAGE: i64 = 1_000;
/// So many are enough for one part.
const ENOUGH: usize = 1_000;
/// Pages that one part looks at, at most.
const PAGES: usize = 10;
/// Numbers of contacts that one page may lie apart: between them are those of other campaigns.
const RUN: i64 = 20_000;

/// The columns of [`State`].
const STATE: &str =
    "SELECT f.organization, f.campaign, f.source, f.request_hash, f.expression, f.segment, f.texted_since, f.paused,
         f.next_after, f.until, f.contacts, f.left_out, f.lists, f.finished, k.state, f.keep_hours, f.recall,
         COALESCE((SELECT r.begins FROM proposals r WHERE r.campaign = f.campaign), 0)
     FROM follow_ups f JOIN campaigns k ON k.id = f.campaign WHERE f.id = $1";

/// What a follow-up begins with.
pub(super) struct Begins<'a> {
    pub(super) id: Uuid,
    pub(super) hash: &'a [u8],
    pub(super) def: &'a CampaignDef,
    pub(super) paused: bool,
    /// The condition; none of a correction.
    pub(super) expression: &'a str,
    pub(super) segment: Option<&'a str>,
    pub(super) texted_since: Option<i64>,
    pub(super) keep_hours: Option<i64>,
    pub(super) recall: Option<i64>,
    /// Whose contacts, in words for the audit.
    pub(super) by: String,
}

/// One contact on its way; short names, as a part holds a thousand.
#[derive(Serialize)]
struct Line {
    i: i64,
    n: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<i64>,
}

pub(super) const COPY: &str = "INSERT INTO contacts (organization, campaign, phone, external_id, first_name, last_name, zip, state, language,
         time_zone, fields, zone_set, consent, list, follows, earlier_answers, kept_for, updated_at)
     SELECT c.organization, $2, c.phone, c.external_id, c.first_name, c.last_name, c.zip, c.state, c.language, c.time_zone,
         c.fields, CAST(j.value->>'n' AS BIGINT), c.consent, c.list, c.id, j.value->>'a', CAST(j.value->>'k' AS BIGINT), $3
     FROM json_each($1) j CROSS JOIN contacts c WHERE c.id = CAST(j.value->>'i' AS BIGINT) AND +c.campaign = $4 ORDER BY j.key
     ON CONFLICT (campaign, phone) DO NOTHING";

/// A follow-up as it stands.
pub(super) struct State {
    organization: i64,
    pub(super) campaign: i64,
    source: i64,
    request_hash: Vec<u8>,
    expression: String,
    segment: Option<String>,
    texted_since: Option<i64>,
    paused: bool,
    after: i64,
    until: i64,
    contacts: u64,
    left_out: LeftOut,
    /// Contacts by the list of the source that they came with.
    lists: BTreeMap<i64, u64>,
    pub(super) finished: bool,
    /// Of the new campaign.
    state: CampaignState,
    /// So long everybody is kept for the texter who wrote to them last.
    keep_hours: Option<i64>,
    /// It is a correction: of whom this recall reached. Then there is no condition.
    recall: Option<i64>,
    /// It does not begin before somebody else has approved it.
    pub(super) awaits: bool,
    /// Recalls of the source whose words the new script has; known when it is finished just now.
    still_recalled: Vec<i64>,
}

impl State {
    fn read(row: &db::Row) -> Result<Self, StoreError> {
        Ok(Self {
            organization: col(row, 0)?,
            campaign: col(row, 1)?,
            source: col(row, 2)?,
            request_hash: col(row, 3)?,
            expression: col(row, 4)?,
            segment: col(row, 5)?,
            texted_since: col(row, 6)?,
            paused: col::<i64>(row, 7)? != 0,
            after: col(row, 8)?,
            until: col(row, 9)?,
            contacts: unsigned(col(row, 10)?),
            left_out: json(&col::<String>(row, 11)?)?,
            lists: json(&col::<String>(row, 12)?)?,
            finished: col::<i64>(row, 13)? != 0,
            state: rows::state(&col::<String>(row, 14)?)?,
            keep_hours: col(row, 15)?,
            recall: col(row, 16)?,
            awaits: col::<i64>(row, 17)? != 0,
            still_recalled: Vec::new(),
        })
    }

    pub(super) fn told(&self, made_before: bool) -> Answer {
        Answer::Changed(Changed::FollowUp(FollowUp {
            campaign: CampaignId(self.campaign),
            finished: self.finished,
            made_before,
            contacts: self.contacts,
            left_out: self.left_out,
            left: if self.finished { 0 } else { unsigned(self.until.saturating_sub(self.after)) },
            paused: if self.finished { self.state == CampaignState::Paused } else { self.paused },
            awaits_approval: self.awaits,
            still_recalled: self.still_recalled.clone(),
        }))
    }
}

/// [`crate::server::store::segments::Segments::follow_up`].
pub(super) async fn standing(conn: &mut Conn, actor: &Actor, id: Uuid) -> Found<Option<FollowUpStanding>> {
    let row = db::query(STATE).bind(id).fetch_optional(&mut *conn).await?;
    let Some(row) = row else { return Ok(None) };
    let state = State::read(&row)?;
    if state.organization != actor.organization.0 {
        return Ok(None);
    }
    let source = CampaignId(state.source);
    if state.finished {
        return Ok(Some(FollowUpStanding { source, part: None }));
    }
    if let Some(recall) = state.recall {
        let part = correction::part(conn, (state.source, recall), (state.after, state.until)).await?;
        return Ok(Some(FollowUpStanding { source, part: Some(part) }));
    }
    let filter = Filter::parse(&state.expression).map_err(|_| corrupt("a follow-up's condition", "hidden"))?;
    let (mut next, mut contacts) = (state.after, Vec::new());
    for _ in 0..PAGES {
        let last = next.saturating_add(RUN).min(state.until);
        let rows = db::query(export::CONTACTS)
            .bind(next)
            .bind(last)
            .bind(source.0)
            .bind(None::<i64>)
            .bind(PAGE)
            .fetch_all(&mut *conn)
            .await?;
        let mut page = rows.iter().map(|row| export::contact(source, row)).collect::<Found<Vec<_>>>()?;
        fill_standings(conn, actor, source, &mut page).await?;
        if filter.asks_for_campaigns() {
            fill_texted_in(conn, actor, &mut page).await?;
        }
        let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        next = page.last().filter(|_| full).map_or(last, |one| one.id.0);
        contacts.extend(page.iter().filter(|one| is_in(&filter, one)).map(|one| one.id));
        if next >= state.until || contacts.len() >= ENOUGH {
            break;
        }
    }
    Ok(Some(FollowUpStanding { source, part: Some(FollowUpPart { after: state.after, next, contacts }) }))
}

impl Tx<'_> {
    async fn follow_up_state(&mut self, id: Uuid) -> Result<Option<State>, StoreError> {
        let row = db::query(STATE).bind(id).fetch_optional(&mut *self.conn).await?;
        row.as_ref().map(State::read).transpose()
    }

    /// One that was begun before with the same request, or why this id is not for it. Whether it begins paused may be said otherwise
    /// while it is made.
    pub(super) async fn begun_before(
        &mut self,
        actor: &Actor,
        (id, hash): (Uuid, &[u8]),
        paused: bool,
    ) -> Result<Option<Result<State, Answer>>, StoreError> {
        let Some(mut state) = self.follow_up_state(id).await? else { return Ok(None) };
        if state.organization != actor.organization.0 || state.request_hash != hash {
            return refused(Code::IdReused, "this id was used before for something else").map(|no| Some(Err(no)));
        }
        if !state.finished && state.paused != paused {
            state.paused = paused;
            db::query("UPDATE follow_ups SET paused = $2 WHERE id = $1")
                .bind(id)
                .bind(i64::from(paused))
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(Some(Ok(state)))
    }

    /// Begins a follow-up, or finds it. Without an expression it is only found.
    pub(super) async fn follow_up(
        &mut self,
        actor: &Actor,
        of: &Campaign,
        (id, request, expression): (Uuid, &FollowUpRequest, Option<&str>),
    ) -> Result<Answer, StoreError> {
        let known = FollowUpRequest { paused: false, ..request.clone() };
        let hash = request_hash("follow_up", &known)?;
        match self.begun_before(actor, (id, &hash), request.paused).await? {
            Some(Ok(state)) => return Ok(state.told(state.finished)),
            Some(Err(no)) => return Ok(no),
            None => {}
        }
        let Some(expression) = expression else { return refused(Code::NotFound, "no such segment") };
        let filter = match Filter::parse(expression) {
            Ok(filter) => filter,
            Err(fault) => {
                let mut problem = Problem::new(Code::Invalid, "the condition cannot be read");
                problem.faults = vec![fault.to_string()];
                return Ok(Answer::Refused(Box::new(problem)));
            }
        };
        let texted_since = request.not_texted_within_days.map(|days| {
            let span = jiff::SignedDuration::from_hours(24 * i64::from(days));
            self.now.saturating_sub(span).unwrap_or(jiff::Timestamp::MIN).as_microsecond()
        });
        let begins = Begins {
            id,
            hash: &hash,
            def: &request.def,
            paused: request.paused,
            expression,
            segment: request.segment.as_deref(),
            texted_since,
            keep_hours: request.keep_texter_hours.map(i64::from),
            recall: None,
            by: by(request.segment.as_deref(), &filter),
        };
        self.begin_offshoot(actor, of, begins).await
    }

    /// Makes the campaign, with nobody in it.
    pub(super) async fn begin_offshoot(
        &mut self,
        actor: &Actor,
        of: &Campaign,
        begins: Begins<'_>,
    ) -> Result<Answer, StoreError> {
        let mut def = begins.def.clone();
        if actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        if let Some(refusal) = Self::unfit_offshoot(of, &def) {
            return Ok(refusal);
        }
        if let Some(refusal) = self.too_new(&def, begins.keep_hours.is_some()).await? {
            return Ok(refusal);
        }
        def.take_solicitation();
        // What puts something right is as much to be looked at as what it was: a file that leaves it out does not take that away.
        def.second_approver |= begins.recall.is_some() && of.def.second_approver;
        let campaign = self.new_campaign(actor, CampaignState::Importing, &def).await?;
        let bounds = db::query(BOUNDS).bind(of.id).fetch_one(&mut *self.conn).await?;
        let (first, until): (i64, i64) = (col(&bounds, 0)?, col(&bounds, 1)?);
        db::query(
            "INSERT INTO follow_ups (id, organization, campaign, source, request_hash, expression, segment, texted_since, paused,
                 next_after, until, at, person, keep_hours, recall)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(begins.id)
        .bind(actor.organization.0)
        .bind(campaign)
        .bind(of.id)
        .bind(begins.hash)
        .bind(begins.expression)
        .bind(begins.segment)
        .bind(begins.texted_since)
        .bind(i64::from(begins.paused))
        .bind(first - 1)
        .bind(until)
        .bind(self.micros())
        .bind(actor.person.0)
        .bind(begins.keep_hours)
        .bind(begins.recall)
        .execute(&mut *self.conn)
        .await?;
        self.audit(
            Some(actor),
            if begins.recall.is_some() { "correction_started" } else { "follow_up_started" },
            format!("campaign {campaign}"),
            format!("of contacts of campaign {}, by {}", of.id, begins.by),
        );
        match self.follow_up_state(begins.id).await? {
            Some(state) => Ok(state.told(false)),
            None => refused(Code::NotFound, "no such follow-up"),
        }
    }

    /// What no campaign may be that is made of another one's contacts.
    pub(super) fn unfit_offshoot(of: &Campaign, def: &CampaignDef) -> Option<Answer> {
        let mut faults = def_faults(def);
        faults.extend(survey_faults(def));
        if !faults.is_empty() {
            let mut problem = Problem::new(Code::Invalid, "the campaign has faults");
            problem.faults = faults;
            return Some(Answer::Refused(Box::new(problem)));
        }
        let detail = if def.jurisdiction != of.def.jurisdiction {
            "jurisdiction: it is that of the campaign whose contacts these are".to_owned()
        } else {
            let repeated = repeated_in(def, &of.recalls);
            let recall = repeated.first()?;
            format!("what recall {recall} of campaign {} took back stands in it in the same words", of.id)
        };
        Some(Answer::Refused(Box::new(Problem::new(Code::Invalid, detail))))
    }

    /// A value that is wrong for these people is wrong in the campaign that is made of them too; the one that puts it right (`corrects`)
    /// may quote it in words of its own. What a correction may quote, one made of it may not.
    pub(super) async fn take_recalls(
        &mut self,
        of: &Campaign,
        (campaign, def): (i64, &CampaignDef),
        corrects: Option<i64>,
    ) -> Result<(), StoreError> {
        let corrected = of.recalls.iter().find(|recall| corrects == Some(recall.id));
        for recall in of_values(&of.recalls) {
            let mut known = Recall { texts: Vec::new(), ..recall.clone() };
            if corrects == Some(recall.id) {
                let stood = correction::stood(self.conn, Some(of.id), &recall.what).await?;
                known = known.put_right_by(def, &stood);
            } else if corrected.is_some_and(|corrected| is_same_value(&corrected.what, &recall.what)) {
                continue;
            }
            db::query(
                "INSERT INTO recalls (organization, campaign, what, versions, texts, reason, at, person)
                 SELECT organization, $2, what, versions, $3, reason, at, person FROM recalls WHERE id = $1",
            )
            .bind(recall.id)
            .bind(campaign)
            .bind(to_json(&known.texts)?)
            .execute(&mut *self.conn)
            .await?;
        }
        Ok(())
    }

    /// Adds a part, once; with the last one the campaign is there.
    pub(super) async fn follow_up_part(
        &mut self,
        actor: &Actor,
        of: &Campaign,
        (id, part): (Uuid, &FollowUpPart),
    ) -> Result<Answer, StoreError> {
        let found = self.follow_up_state(id).await?;
        let Some(mut state) = found.filter(|one| one.organization == actor.organization.0 && one.source == of.id)
        else {
            return refused(Code::NotFound, "no such follow-up");
        };
        // Somebody else went on with it meanwhile.
        if state.finished || state.after != part.after {
            return Ok(state.told(false));
        }
        let Some(new) = self.campaign(state.campaign).await? else {
            return refused(Code::NotFound, "no such campaign");
        };
        if new.state != CampaignState::Importing {
            return refused(Code::Closed, "the campaign was closed before it was finished");
        }
        let ids: Vec<i64> = part.contacts.iter().map(|contact: &ContactId| contact.0).collect();
        let judged = eligible::judged(&mut *self.conn, (state.organization, of.id), &ids, state.texted_since).await?;
        // Own words stay with the conversation in which they were said: there they are read, and from there they go.
        let words = own_words::vocabulary(self.conn, of.id).await?;
        let before = own_words::earlier_vocabulary(self.conn, of.id).await?;
        let mut lines = Vec::with_capacity(judged.len());
        let mut keepers = BTreeSet::new();
        for one in judged {
            if let Some(why) = one.why {
                why.count(&mut state.left_out);
                continue;
            }
            if let Some(list) = one.list {
                *state.lists.entry(list).or_default() += 1;
            }
            let places = new.def.hours.places_of(&one.contact);
            let zone_set = self.zone_set(new.id, &to_json(&places)?).await?;
            let kept_for = one.texter.filter(|_| state.keep_hours.is_some());
            keepers.extend(kept_for);
            lines.push(Line { i: one.id, n: zone_set, a: earlier_answers(&one, &words, &before)?, k: kept_for });
        }
        for keeper in keepers {
            db::query("INSERT INTO keepers (campaign, person) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(new.id)
                .bind(keeper)
                .execute(&mut *self.conn)
                .await?;
        }
        state.contacts += db::query(COPY)
            .bind(to_json(&lines)?)
            .bind(new.id)
            .bind(self.micros())
            .bind(of.id)
            .execute(&mut *self.conn)
            .await?
            .rows_affected();
        state.after = part.next.clamp(state.after, state.until);
        state.finished = state.after >= state.until;
        db::query(
            "UPDATE follow_ups SET next_after = $2, contacts = $3, left_out = $4, lists = $5, finished = $6 WHERE id = $1",
        )
        .bind(id)
        .bind(state.after)
        .bind(signed(state.contacts))
        .bind(to_json(&state.left_out)?)
        .bind(to_json(&state.lists)?)
        .bind(i64::from(state.finished))
        .execute(&mut *self.conn)
        .await?;
        if state.finished {
            // What was recalled while it was made.
            state.still_recalled = repeated_in(&new.def, &of.recalls);
            self.follow_up_made(actor, of, (id, &mut state)).await?;
        }
        Ok(state.told(false))
    }

    /// Everybody is in it: it may be texted.
    async fn follow_up_made(
        &mut self,
        actor: &Actor,
        of: &Campaign,
        (id, state): (Uuid, &mut State),
    ) -> Result<(), StoreError> {
        // Each list goes on telling where its people's numbers come from.
        for (list, many) in &state.lists {
            db::query(
                "INSERT INTO imports (id, organization, campaign, request_hash, expected, provenance, chunks, stored, finished, at,
                     person, number, adds, obtained, permitted_use, consent)
                 SELECT $1, i.organization, $2, i.request_hash, $3, i.provenance, 0, $3, 1, $4, $5, i.number, 0, i.obtained,
                     i.permitted_use, i.consent FROM imports i WHERE i.campaign = $6 AND i.number = $7 ORDER BY i.at, i.id LIMIT 1",
            )
            .bind(list_id(id, *list))
            .bind(state.campaign)
            .bind(signed(*many))
            .bind(self.micros())
            .bind(actor.person.0)
            .bind(of.id)
            .bind(*list)
            .execute(&mut *self.conn)
            .await?;
        }
        let made = self.campaign(state.campaign).await?;
        if let Some(made) = &made {
            self.take_recalls(of, (state.campaign, &made.def), state.recall).await?;
            let settled: Vec<_> =
                of.recalls.iter().chain(of.lifted.iter().map(|one| &one.recall)).map(|one| &one.what).collect();
            self.take_what_holds_everywhere(actor, state.campaign, &settled).await?;
            self.cache.forget_campaign(state.campaign);
        }
        let new = self.campaign(state.campaign).await?;
        let asks = of.def.second_approver || new.as_ref().is_some_and(|new| new.def.second_approver);
        state.awaits = state.recall.is_some() && asks;
        let waits = state.paused || state.awaits || !state.still_recalled.is_empty();
        state.state = if waits { CampaignState::Paused } else { CampaignState::Running };
        let kept_until = state.keep_hours.map(|hours| {
            self.now
                .saturating_add(jiff::SignedDuration::from_hours(hours))
                .unwrap_or(jiff::Timestamp::MAX)
                .as_microsecond()
        });
        // The condition may have names and numbers in it: it is kept no longer than it is read.
        db::query("UPDATE follow_ups SET expression = '' WHERE id = $1").bind(id).execute(&mut *self.conn).await?;
        db::query("UPDATE campaigns SET state = $2, kept_until = $3 WHERE id = $1 AND state = 'importing'")
            .bind(state.campaign)
            .bind(rows::state_word(state.state))
            .bind(kept_until)
            .execute(&mut *self.conn)
            .await?;
        self.cache.forget_campaign(state.campaign);
        let what = EventKind::Campaign { state: state.state, script_version: 1 };
        self.event(state.campaign, Audience::All, &what)?;
        let (word, by) = match state.recall {
            Some(recall) => ("correction_made", correction::by(recall)),
            None => {
                let filter = Filter::parse(&state.expression);
                let filter = filter.map_err(|_| corrupt("a follow-up's condition", "hidden"))?;
                ("follow_up_made", by(state.segment.as_deref(), &filter))
            }
        };
        self.audit(
            Some(actor),
            word,
            format!("campaign {}", state.campaign),
            format!(
                "{} contacts of campaign {} by {by}, {} left out{}{}",
                state.contacts,
                of.id,
                state.left_out.sum(),
                if waits { ", paused" } else { "" },
                if state.still_recalled.is_empty() {
                    String::new()
                } else {
                    format!(", as it says what recalls {:?} there took back", state.still_recalled)
                }
            ),
        );
        if state.awaits
            && let Some(new) = self.campaign(state.campaign).await?
        {
            self.propose_to_begin(actor, &new, &new.def).await?;
        }
        Ok(())
    }
}

/// By which segment, for the audit.
fn by(segment: Option<&str>, filter: &Filter) -> String {
    segment.map_or_else(|| asks_about(filter), |name| format!("segment {}", crate::domain::safe_text::safe_line(name)))
}

/// What they answered in the campaign, and before it where it asked something else.
fn earlier_answers(one: &Judged, words: &Vocabulary, before: &Vocabulary) -> Result<Option<String>, StoreError> {
    let mut all: BTreeMap<String, String> = match &one.earlier_answers {
        Some(earlier) => json(earlier)?,
        None => BTreeMap::new(),
    };
    // An older program let words by that came along with it.
    before.take_out(&mut all);
    let mut answers: BTreeMap<String, String> = json(&one.answers)?;
    words.take_out(&mut answers);
    all.extend(answers);
    if all.is_empty() { Ok(None) } else { to_json(&all).map(Some) }
}

/// The id under which a list of the source stands in the new campaign.
fn list_id(follow_up: Uuid, list: i64) -> Uuid {
    let mut bytes = [0u8; 16];
    let mut hasher = blake3::Hasher::new();
    hasher.update(follow_up.as_bytes()).update(&list.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

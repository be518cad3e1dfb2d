//! The one writer: takes what is queued, decides it in order inside one transaction, commits, then answers.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, watch};

use super::{
    Errand,
    checkpoint::Due,
    herald::News,
    sessions::{Sessions, changes_sessions},
    tx::{Cache, Tx},
    upkeep,
};
use crate::db::{self, Conn, Others, Url};
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Answer, Command, CommandKind},
};

/// Most commands in one commit.
const BATCH: usize = 256;

/// The one writer of this process.
pub(super) struct Writer {
    pub(super) conn: Arc<Mutex<Conn>>,
    /// Where to connect to again when the connection was lost.
    pub(super) url: Option<Url>,
    pub(super) woken: Arc<watch::Sender<u64>>,
    pub(super) cache: Cache,
    pub(super) sessions: Arc<Sessions>,
    /// For the other processes.
    pub(super) news: Option<Arc<News>>,
    pub(super) due: Due,
}

impl Writer {
    /// Connects, where the connection was left to it.
    ///
    /// # Errors
    /// [`StoreError`]: it cannot begin.
    pub(super) async fn connect(&mut self) -> Result<(), StoreError> {
        again(&mut *self.conn.lock().await, self.url.as_ref(), &mut self.cache, "connected to the database").await
    }

    /// Runs until every sender is gone.
    pub(super) async fn run(self, mut errands: mpsc::Receiver<Errand>) {
        let Self { conn, url, woken, mut cache, sessions, news, mut due } = self;
        let mut batch = Vec::with_capacity(BATCH);
        // What is queued goes together; a lone command never waits for company.
        while errands.recv_many(&mut batch, BATCH).await > 0 {
            let mut conn = conn.lock().await;
            let whole = again(&mut conn, url.as_ref(), &mut cache, "connected to the database again").await;
            let begun = match whole {
                Ok(()) => begin(&mut conn, &mut cache).await,
                Err(error) => Err(error),
            };
            // What came in while others wrote goes with it.
            while batch.len() < BATCH
                && let Ok(errand) = errands.try_recv()
            {
                batch.push(errand);
            }
            // They wait for their answers at the same time, so any order is as good. Texts come last: what they change is written
            // with the end of the transaction.
            batch.sort_by_key(|(command, _)| turn(&command.kind));
            let many = batch.len();
            let (commands, answers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
            let resign = commands.iter().any(|command| changes_sessions(&command.kind));
            let done = match begun {
                Ok(()) => commit(&mut conn, &mut cache, commands).await,
                Err(error) => Err(error),
            };
            if resign {
                // Whatever became of it, and before anybody is told.
                sessions.forget();
                if let Some(news) = &news {
                    news.sign_ins_changed();
                }
            }
            match done {
                Ok(done) => {
                    due.committed(many);
                    if std::mem::take(&mut cache.log_tells) {
                        due.begins_anew();
                    }
                    if let Some(newest) = done.newest {
                        cache.newest = newest;
                    }
                    if done.changed {
                        // Another process may have told of a newer one meanwhile.
                        woken.send_modify(|newest| *newest = cache.newest.max(*newest));
                        if let Some(news) = &news {
                            news.tell(cache.newest);
                        }
                    }
                    for (answer, result) in answers.into_iter().zip(done.results) {
                        // Whoever asked may have gone; the change stands all the same.
                        let _ = answer.send(result);
                    }
                    due.finish(&mut conn).await;
                }
                Err(error) => {
                    tracing::error!(%error, "a commit failed");
                    cache.forget();
                    // An error of COMMIT may leave the transaction open.
                    if let Err(error) = conn.roll_back().await {
                        tracing::debug!(%error, "nothing to roll back");
                    }
                    drop(conn);
                    for answer in answers {
                        let _ = answer.send(Err(StoreError::Unavailable(error.to_string())));
                    }
                }
            }
        }
        leave(&mut *conn.lock().await).await;
    }
}

/// Connects again when the connection was lost.
async fn again(conn: &mut Conn, url: Option<&Url>, cache: &mut Cache, done: &'static str) -> Result<(), StoreError> {
    if conn.is_whole() {
        return Ok(());
    }
    // SQLite's file is never far away.
    let Some(url) = url else { return Ok(()) };
    let mut fresh = url.writer().await?;
    // Meanwhile the campaigns may have been moved elsewhere, and are worked on there.
    upkeep::refuse_set_aside(&mut fresh).await?;
    // Or a backup was put in their place.
    cache.restored_at = upkeep::restored_at(&mut fresh).await?;
    *conn = fresh;
    tracing::info!("{done}");
    Ok(())
}

/// What SQLite learned about its tables stays for the next start.
async fn leave(conn: &mut Conn) {
    // PostgreSQL sees to its own.
    if !matches!(conn, Conn::Sqlite(_)) {
        return;
    }
    if let Err(error) = db::script("PRAGMA analysis_limit = 400; PRAGMA optimize", conn).await {
        tracing::debug!(%error, "the database's statistics were not kept");
    }
}

struct Done {
    results: Vec<Result<Answer, StoreError>>,
    newest: Option<u64>,
    changed: bool,
}

/// Decides a group in the open transaction, and commits it.
async fn commit(conn: &mut Conn, cache: &mut Cache, commands: Vec<Command>) -> Result<Done, StoreError> {
    let mut done = None;
    if commands.iter().any(|command| goes_together(&command.kind)) {
        done = decide_all(conn, cache, commands.clone(), false).await?;
        if done.is_none() {
            // Something about one of the texts: they are written together, so nobody knows about which.
            cache.forget();
            // On some faults the database has taken it back already.
            if let Err(error) = conn.roll_back().await {
                tracing::debug!(%error, "nothing to roll back");
            }
            begin(conn, cache).await?;
        }
    }
    if done.is_none() {
        done = decide_all(conn, cache, commands, true).await?;
    }
    done.ok_or_else(|| StoreError::Unavailable("a group could not be decided".into()))
}

async fn begin(conn: &mut Conn, cache: &mut Cache) -> Result<(), StoreError> {
    if mutation::on(Mutation::AnswerBeforeCommit) {
        // What was answered before is committed only now.
        drop(db::query("COMMIT").execute(&mut *conn).await);
    }
    cache.lasting = false;
    match conn.begin().await? {
        Others::Nothing => {}
        Others::Routine => cache.others_went_on(),
        // What is remembered may not be so any more.
        Others::Anything => cache.forget(),
    }
    Ok(())
}

/// Decides a group inside the open transaction and commits it. What texts change, and what the carrier said, is written for many at
/// once, or `one_by_one`. `None`: the former did not work out, and the transaction has to be taken back.
async fn decide_all(
    conn: &mut Conn,
    cache: &mut Cache,
    commands: Vec<Command>,
    one_by_one: bool,
) -> Result<Option<Done>, StoreError> {
    let mut tx = Tx::new(conn, cache, one_by_one);
    let mut results = Vec::with_capacity(commands.len());
    let mut changed = false;
    let routine = commands.iter().all(|command| is_routine(&command.kind));
    let mut commands = commands.into_iter();
    tx.look_ahead(commands.as_slice()).await?;
    while let Some(command) = commands.next() {
        tx.now = command.now;
        let mark = tx.mark();
        let text = is_text(&command.kind);
        // Together, texts write nothing that could be taken back alone; a refusal has a savepoint of its own. A claim of jobs that
        // fails is decided anew with its whole group: two ways to the database are too much for what hardly ever happens.
        let savepoint = one_by_one || !(text || matches!(command.kind, CommandKind::ClaimJobs { .. }));
        if !text {
            tx.ahead.forget();
            if tx.write_texts().await.is_err() {
                return Ok(None);
            }
        }
        if !one_by_one && matches!(command.kind, CommandKind::RecordAttempt { .. }) {
            let mut said = Vec::new();
            let following =
                commands.as_slice().iter().take_while(|one| matches!(one.kind, CommandKind::RecordAttempt { .. }));
            let following = following.count();
            for command in std::iter::once(command).chain(commands.by_ref().take(following)) {
                if let CommandKind::RecordAttempt { attempt, answer } = command.kind {
                    said.push((command.now, attempt, answer));
                }
            }
            match tx.record_attempts(said).await {
                Ok(answers) => results.extend(answers.into_iter().map(Ok)),
                Err(error) => {
                    tracing::warn!(%error, "what the carrier said could not be recorded together");
                    return Ok(None);
                }
            }
            changed |= tx.mark().0 > mark.0;
            tx.look_ahead(commands.as_slice()).await?;
            continue;
        }
        if savepoint {
            tx.run("SAVEPOINT one").await?;
        }
        match decide(&mut tx, command.kind).await {
            Ok(answer) => {
                // A look that found nothing wakes nobody, or the looker would wake itself for ever.
                changed |= tx.mark().0 > mark.0
                    || match &answer {
                        Answer::Changed(Changed::Clearing(None)) => false,
                        Answer::Slice(_) | Answer::Import(_) | Answer::Changed(_) | Answer::Canned(_) => true,
                        // A captain sees at once who waits at the door.
                        Answer::Joined(me) => me.waiting,
                        _ => false,
                    };
                if savepoint {
                    tx.run("RELEASE one").await?;
                }
                results.push(Ok(answer));
            }
            Err(error) if !savepoint => {
                tracing::warn!(%error, "a command failed: its group is decided one by one");
                return Ok(None);
            }
            Err(error) => {
                tracing::warn!(%error, "a command failed and was taken back");
                // On some faults of the disk SQLite ends the whole transaction, and nobody's change stands: what the others
                // were told must not be written after it. There is no savepoint then.
                tx.run("ROLLBACK TO one").await?;
                tx.run("RELEASE one").await?;
                tx.back_to(mark);
                results.push(Err(error));
            }
        }
        if !text {
            tx.look_ahead(commands.as_slice()).await?;
        }
    }
    let (steps, newest) = tx.rest();
    let routine = routine && !tx.cache.lasting;
    if mutation::on(Mutation::AnswerBeforeCommit) {
        db::all(steps, &mut *tx.conn).await?;
        let row = match newest {
            Some(newest) => Some(db::query(newest).fetch_one(&mut *tx.conn).await?),
            None => None,
        };
        return Ok(Some(Done { results, newest: number(row)?, changed }));
    }
    match tx.conn.commit_with(steps, newest, routine).await {
        Err(_) if mutation::on(Mutation::FailedCommitAnswered) => {
            drop(db::script("ROLLBACK", &mut *tx.conn).await);
            tx.cache.forget();
            Ok(Some(Done { results, newest: None, changed: false }))
        }
        Err(error) if !one_by_one => {
            tracing::warn!(%error, "a group could not be written: it is decided one by one");
            Ok(None)
        }
        Err(error) => Err(error.into()),
        Ok(committed) => Ok(Some(Done { results, newest: number(committed?)?, changed })),
    }
}

/// The newest event's number.
fn number(row: Option<db::Row>) -> Result<Option<u64>, StoreError> {
    row.map(|row| Ok(super::rows::unsigned(row.try_get(0)?))).transpose()
}

fn is_text(kind: &CommandKind) -> bool {
    matches!(kind, CommandKind::Send { .. })
}

/// True for what is written for many at once, if it can be.
fn goes_together(kind: &CommandKind) -> bool {
    matches!(kind, CommandKind::Send { .. } | CommandKind::RecordAttempt { .. } | CommandKind::ClaimJobs { .. })
}

/// In which order the commands of a group are decided; those of one kind as they came.
fn turn(kind: &CommandKind) -> u8 {
    match kind {
        CommandKind::Send { .. } => 2,
        CommandKind::ClaimJobs { .. } | CommandKind::RecordAttempt { .. } => 1,
        _ => 0,
    }
}

/// True for what changes nothing that another process remembers from one transaction to the next, but for the ends of the
/// ledger: no campaign, nobody's name, nobody's sign-in, nobody's lease. What is not named here makes all others forget
/// everything.
fn is_routine(kind: &CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::Send { .. }
            | CommandKind::Claim { .. }
            | CommandKind::Presence { .. }
            | CommandKind::Carrier { .. }
            | CommandKind::ClaimJobs { .. }
            | CommandKind::RecordAttempt { .. }
            | CommandKind::RecordLookUp { .. }
            | CommandKind::SweepAttempts { .. }
            | CommandKind::ClearRecall { .. }
            | CommandKind::Purge
            | CommandKind::ContactsRead { .. }
    )
}

/// What only somebody asks for who is there: no console does it by itself.
fn shows_presence(kind: &CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::Change { .. }
            | CommandKind::Keep { .. }
            | CommandKind::Canned { .. }
            | CommandKind::ImportStart { .. }
            | CommandKind::ListAdd { .. }
            | CommandKind::RevokeInvite { .. }
            | CommandKind::RevokeSession { .. }
            | CommandKind::RenamePerson { .. }
            | CommandKind::Suppress { .. }
            | CommandKind::TakenOut { .. }
    )
}

async fn decide(tx: &mut Tx<'_>, kind: CommandKind) -> Result<Answer, StoreError> {
    let mut kind = match tx.as_signed_in_now(kind).await? {
        Ok(kind) => kind,
        Err(problem) => return Ok(Answer::Refused(Box::new(problem))),
    };
    if shows_presence(&kind)
        && let Some(actor) = kind.actor_mut().map(|actor| actor.clone())
    {
        tx.seen(&actor).await?;
    }
    match kind {
        CommandKind::Send { actor, id, request, skew, told } => tx.send(&actor, id, &request, skew, told).await,
        CommandKind::Act { actor, id, act, skew, notice, limits } => {
            tx.act(&actor, id, &act, (skew, limits.as_deref()), notice).await
        }
        CommandKind::Claim { actor, campaign, claim, want, speaks, limits } => {
            tx.claim(&actor, campaign, claim, (want, &speaks), limits.as_deref()).await
        }
        CommandKind::Presence { actor } => tx.presence(&actor).await,
        CommandKind::ExpireLeases => tx.expire_leases(None).await,
        CommandKind::ClearRecall { from, only } => tx.clear_recall(from, only).await,
        CommandKind::Anchor => tx.anchor().await,
        CommandKind::Carrier { carrier, event, message, notice } => {
            tx.carrier_event(&carrier, event, message, notice).await
        }
        CommandKind::ClaimJobs { limit, attempts, limits } => tx.claim_jobs(limit, attempts, limits).await,
        CommandKind::RecordAttempt { attempt, answer } => tx.record_attempt(attempt, answer).await,
        CommandKind::RecordLookUp { attempt, found, authoritative } => {
            tx.record_look_up(attempt, found, authoritative).await
        }
        CommandKind::SweepAttempts { started_before, hold_after } => {
            tx.sweep_attempts(started_before, hold_after).await
        }
        CommandKind::ImportStart { actor, import, start, advice } => {
            tx.import_start(&actor, import, &start, &advice).await
        }
        CommandKind::ListAdd { actor, import, campaign, start } => tx.list_add(&actor, import, campaign, &start).await,
        CommandKind::ImportChunk { actor, import, number, chunk } => {
            tx.import_chunk(&actor, import, number, chunk).await
        }
        CommandKind::ImportFinish { actor, import, paused } => tx.import_finish(&actor, import, paused).await,
        CommandKind::Change { actor, campaign, change } => tx.change(&actor, campaign, *change).await,
        CommandKind::Keep { actor, keep } => tx.keep(&actor, *keep).await,
        CommandKind::Purge => tx.purge().await,
        CommandKind::MakeInvite { actor, organization, request, secret_hash } => {
            tx.make_invite(actor.as_ref(), organization, &request, secret_hash).await
        }
        CommandKind::RevokeInvite { actor, invite } => tx.revoke_invite(&actor, invite).await,
        CommandKind::Join { invite_hash, token_hash, name, device, proof } => {
            tx.join((invite_hash, token_hash), &name, device, proof).await
        }
        CommandKind::SetConduct { actor, organization, texts, first } => {
            tx.set_conduct(actor.as_ref(), organization, &texts, first).await
        }
        CommandKind::Canned { actor, change } => tx.change_canned(&actor, change).await,
        CommandKind::AcceptConduct { actor, version } => tx.accept_conduct(&actor, &version).await,
        CommandKind::SetLeases { leases } => {
            tx.cache.leases = leases;
            Ok(Answer::Done)
        }
        CommandKind::PassPractice { actor } => tx.pass_practice(&actor).await,
        CommandKind::ContactsRead { actor, contacts, place } => tx.contacts_read(&actor, &contacts, place).await,
        CommandKind::TakenOut { actor, taken } => tx.taken_out(&actor, &taken).await,
        CommandKind::RenewToken { actor, next_hash } => tx.renew_token(&actor, next_hash).await,
        CommandKind::Presented { token_hash } => tx.presented(token_hash).await,
        CommandKind::SetSecondFactor { actor, secret, code, step } => {
            tx.set_second_factor(&actor, &secret, code, step).await
        }
        CommandKind::ProveSecondFactor { actor, code, step } => tx.prove_second_factor(&actor, code, step).await,
        CommandKind::RemoveSecondFactor { actor, code, step } => tx.remove_second_factor(&actor, code, step).await,
        CommandKind::LiftSecondFactor { actor, person } => tx.lift_second_factor(&actor, person).await,
        CommandKind::RenamePerson { actor, person, name } => tx.rename_person(&actor, person, &name).await,
        CommandKind::RevokeSession { actor, session } => tx.revoke_session(&actor, session).await,
        CommandKind::Suppress { actor, phone, reason } => tx.suppress(&actor, &phone, &reason).await,
    }
}

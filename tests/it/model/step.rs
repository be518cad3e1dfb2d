//! Every step that the program, the network, the carrier and the people can make.

use super::policy::{Captain, Disk, FreedAt, Kind, Policy, Team, Unknown};
use super::state::{CALLS, Call, Job, Row, State, TEXTS, Tail, Text, Verdict, Worker};
use textbank::api::act::HeldDecision;

/// One step. `t` is a text, `n` one of its carrier calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A press, journaled.
    Press { laptop: u8 },
    /// The outbox makes a request.
    Send { t: u8 },
    /// It arrives, for the first time or once more, and the server decides and commits.
    Deliver { t: u8 },
    /// The answer arrives and is journaled.
    Answer { t: u8 },
    /// The feed tells the verdict: journaled, and the row freed.
    Echo { t: u8 },
    /// The verdict is read back, and the server knows nothing of what it had accepted: it waits again.
    ReadBack { t: u8 },
    /// Naive: a new id for the same press.
    FreshId { t: u8 },
    /// A worker looks at a ready job and commits: it goes out, or is taken back.
    Claim { t: u8 },
    /// It makes the call.
    Call { t: u8, n: u8 },
    /// The request reaches the carrier, which takes it, refuses it, or says later.
    Arrive { t: u8, n: u8, becomes: Call },
    /// It never will.
    Die { t: u8, n: u8 },
    /// The carrier's answer is recorded.
    Record { t: u8, n: u8 },
    /// No answer in time: recorded as unknown.
    TimeOut { t: u8, n: u8 },
    /// Kill -9 of a worker.
    CrashWorker { t: u8, n: u8 },
    /// A call without an answer is found: unknown.
    Sweep { t: u8 },
    /// A receipt that names the call, or a look-up that finds it; as often as the carrier likes.
    Receipt { t: u8, n: u8 },
    /// A look-up does not find it, and the policy puts it back into the queue.
    Requeue { t: u8 },
    /// Unknown for too long: a captain is to decide.
    Hold { t: u8 },
    /// The captain does.
    Decide { t: u8, decision: HeldDecision },
    /// The voter opts out.
    OptOut,
    /// A captain takes the contact back, the second laptop's texter gets it.
    Reassign,
    /// Texting hours end.
    Close,
    /// The next day begins.
    Open,
    /// The server's machine loses power, and its disk the last commit.
    PowerCut,
}

/// The steps that may be made now.
pub fn steps(policy: &Policy, state: &State, out: &mut Vec<Step>) {
    for laptop in [0, 1] {
        if may_press(policy, state, laptop) {
            out.push(Step::Press { laptop });
        }
    }
    let busy = state.workers.iter().filter(|worker| **worker != Worker::Idle).count();
    let free = busy < usize::from(policy.bounds.workers);
    for (t, text) in state.each() {
        laptop_steps(policy, state, t, text, out);
        if text.sent && (text.verdict.is_none() || (!policy.job_with_row && text.verdict == Some(Verdict::Accepted))) {
            out.push(Step::Deliver { t });
        }
        job_steps(policy, state, t, text, free, out);
        for n in (0_u8..).take(CALLS) {
            call_steps(policy, state, t, text, n, out);
        }
    }
    if policy.bounds.opt_out && !state.suppressed {
        out.push(Step::OptOut);
    }
    if policy.team == Team::Two && state.epoch == 0 && !(policy.kind == Kind::Initial && first_was_sent(state)) {
        out.push(Step::Reassign);
    }
    if policy.bounds.hours && state.day < 2 {
        out.push(if state.open() { Step::Close } else { Step::Open });
    }
    if state.tail != Tail::Safe {
        out.push(Step::PowerCut);
    }
}

/// The card is on the screen: the contact was handed to this laptop, and what was pressed on it before came back.
fn may_press(policy: &Policy, state: &State, laptop: u8) -> bool {
    let handed = laptop == 0 || policy.team == Team::OneWithTwoLaptops || state.holder == laptop;
    let came_back =
        |text: &Text| text.job == Job::Dropped || (text.row != Row::Waits && text.verdict == Some(Verdict::Parked));
    let former = state.each().filter(|(_, text)| text.laptop == laptop).last();
    let room = state.each().count() < usize::from(policy.bounds.texts);
    let shown = former.is_none_or(|(_, text)| came_back(text));
    room && handed && shown && state.open()
}

fn laptop_steps(policy: &Policy, state: &State, t: u8, text: &Text, out: &mut Vec<Step>) {
    if text.row == Row::Waits {
        match (text.sent, text.verdict) {
            (false, _) => out.push(Step::Send { t }),
            (true, Some(_)) => out.push(Step::Answer { t }),
            (true, None) => {}
        }
        if text.sent && !policy.one_id && state.each().count() < TEXTS {
            out.push(Step::FreshId { t });
        }
    }
    if text.verdict.is_some() && text.row != Row::Gone {
        out.push(Step::Echo { t });
    }
    if policy.reads_back && text.row == Row::Has(Verdict::Accepted) && text.verdict.is_none() {
        out.push(Step::ReadBack { t });
    }
}

fn job_steps(policy: &Policy, state: &State, t: u8, text: &Text, free: bool, out: &mut Vec<Step>) {
    match text.job {
        Job::Ready => {
            let waits = policy.looks_again_for_hours && !policy.parks_yesterday && !state.open();
            if taken_back(policy, state, text) || (!waits && free && text.may_try_again(policy)) {
                out.push(Step::Claim { t });
            }
        }
        Job::Submitting => out.push(Step::Sweep { t }),
        Job::Unknown => {
            out.push(Step::Hold { t });
            let requeued = match policy.unknown {
                Unknown::Hold | Unknown::Retry => false,
                Unknown::RequeueLagging => true,
                Unknown::RequeueTooEarly => text.taken() == 0,
                Unknown::RequeueAuthoritative => surely_absent(state, t, text),
            };
            if requeued && text.may_try_again(policy) {
                out.push(Step::Requeue { t });
            }
        }
        Job::Held => {
            let careless = policy.captain == Captain::Careless;
            let absent = careless || surely_absent(state, t, text);
            if careless || text.taken() > 0 {
                out.push(Step::Decide { t, decision: HeldDecision::Arrived });
            }
            if absent && text.may_try_again(policy) && state.open() && !state.suppressed {
                out.push(Step::Decide { t, decision: HeldDecision::SendAgain });
            }
            out.push(Step::Decide { t, decision: HeldDecision::GiveUp });
        }
        Job::None | Job::Done | Job::Dropped | Job::GivenUp => {}
    }
}

/// The last look finds that it may not go out any more.
fn taken_back(policy: &Policy, state: &State, text: &Text) -> bool {
    let opted_out = policy.looks_again_for_opt_outs && state.suppressed;
    let too_late = policy.looks_again_for_hours && policy.parks_yesterday && (!state.open() || text.day != state.day);
    opted_out || too_late
}

/// The contact has its first text.
fn first_was_sent(state: &State) -> bool {
    state.each().any(|(_, text)| text.verdict == Some(Verdict::Accepted) && text.job != Job::Dropped)
}

/// The carrier does not have it, and no request that was begun can bring it there any more.
fn surely_absent(state: &State, t: u8, text: &Text) -> bool {
    text.taken() == 0 && !text.under_way() && !state.in_hand(t)
}

fn call_steps(policy: &Policy, state: &State, t: u8, text: &Text, n: u8, out: &mut Vec<Step>) {
    let call = text.calls[usize::from(n)];
    if call == Call::UnderWay {
        out.push(Step::Arrive { t, n, becomes: Call::Taken });
        out.push(Step::Arrive { t, n, becomes: Call::Refused });
        if text.may_try_again(policy) {
            out.push(Step::Arrive { t, n, becomes: Call::Later });
        }
        out.push(Step::Die { t, n });
    }
    if call == Call::Taken && text.takes_receipts() {
        out.push(Step::Receipt { t, n });
    }
    if state.workers.contains(&Worker::Calls { text: t, call: n }) {
        out.push(Step::CrashWorker { t, n });
        match call {
            Call::Claimed => out.push(Step::Call { t, n }),
            Call::Taken | Call::Refused | Call::Later => {
                out.push(Step::Record { t, n });
                out.push(Step::TimeOut { t, n });
            }
            Call::UnderWay | Call::Lost => out.push(Step::TimeOut { t, n }),
            Call::None | Call::LaterRecorded => {}
        }
    }
}

/// The state after a step; `None` for a step that could not be made.
pub fn after(policy: &Policy, state: &State, step: Step) -> Option<State> {
    let mut next = state.clone();
    match step {
        Step::Press { laptop } => {
            let t = next.texts.iter().position(Option::is_none)?;
            next.texts[t] = Some(Text {
                press: u8::try_from(t).ok()?,
                laptop,
                epoch: if laptop == 0 { 0 } else { state.epoch },
                day: state.day,
                row: Row::Waits,
                sent: false,
                verdict: None,
                job: Job::None,
                calls: [Call::None; CALLS],
            });
        }
        Step::Send { t } => next.at(t)?.sent = true,
        Step::Deliver { t } => deliver(policy, &mut next, t)?,
        Step::Answer { t } => {
            let text = next.at(t)?;
            text.row = if policy.freed_at == FreedAt::Answer { Row::Gone } else { Row::Has(text.verdict?) };
        }
        Step::Echo { t } => {
            next.at(t)?.row = Row::Gone;
            if policy.disk == Disk::LosesTheTail && next.tail == Tail::Accept(t) {
                next.tail = Tail::Safe;
            }
        }
        Step::ReadBack { t } => next.at(t)?.row = Row::Waits,
        Step::FreshId { t } => {
            let place = next.texts.iter().position(Option::is_none)?;
            let text = next.at(t)?;
            let fresh = Text { sent: false, verdict: None, job: Job::None, calls: [Call::None; CALLS], ..*text };
            text.row = Row::Gone;
            next.texts[place] = Some(fresh);
        }
        Step::Claim { t } => claim(policy, &mut next, t)?,
        Step::Call { t, n } => next.at(t)?.calls[usize::from(n)] = Call::UnderWay,
        Step::Arrive { t, n, becomes } => next.at(t)?.calls[usize::from(n)] = becomes,
        Step::Die { t, n } => next.at(t)?.calls[usize::from(n)] = Call::Lost,
        Step::Record { t, n } => {
            next.leave(t, n);
            next.committed();
            let text = next.at(t)?;
            let later = text.calls[usize::from(n)] == Call::Later;
            if later {
                text.calls[usize::from(n)] = Call::LaterRecorded;
            }
            if n + 1 == text.tries() && matches!(text.job, Job::Submitting | Job::Unknown | Job::Held) {
                text.job = if later { Job::Ready } else { Job::Done };
            } else if text.calls[usize::from(n)] == Call::Taken && text.takes_receipts() {
                // Another call was made since, or is to be: that this one was taken is as good as its receipt.
                text.job = Job::Done;
            }
        }
        Step::TimeOut { t, n } => {
            next.leave(t, n);
            next.committed();
            let text = next.at(t)?;
            if n + 1 == text.tries() && text.job == Job::Submitting {
                text.job = unknown(policy, text);
            }
        }
        Step::CrashWorker { t, n } => next.leave(t, n),
        Step::Sweep { t } => {
            next.committed();
            let text = next.at(t)?;
            text.job = unknown(policy, text);
        }
        Step::Receipt { t, .. } => {
            next.committed();
            next.at(t)?.job = Job::Done;
        }
        Step::Requeue { t } => {
            next.committed();
            next.at(t)?.job = Job::Ready;
        }
        Step::Hold { t } => {
            next.committed();
            next.at(t)?.job = Job::Held;
        }
        Step::Decide { t, decision } => {
            next.committed();
            let text = next.at(t)?;
            text.job = match decision {
                HeldDecision::Arrived => Job::Done,
                HeldDecision::SendAgain => Job::Ready,
                HeldDecision::GiveUp => Job::GivenUp,
            };
            if decision == HeldDecision::SendAgain {
                // The captain's press of now counts.
                text.day = state.day;
            }
        }
        Step::OptOut => {
            next.committed();
            next.suppressed = true;
            for text in next.texts.iter_mut().flatten() {
                if policy.looks_again_for_opt_outs && text.job == Job::Ready {
                    text.take_back();
                }
            }
        }
        Step::Reassign => {
            next.committed();
            next.holder = 1;
            next.epoch = 1;
        }
        Step::Close | Step::Open => next.day += 1,
        Step::PowerCut => {
            next.workers = [Worker::Idle; 2];
            match next.tail {
                Tail::Accept(t) => {
                    let text = next.at(t)?;
                    text.verdict = None;
                    text.job = Job::None;
                }
                Tail::Claim(t) => next.at(t)?.job = Job::Ready,
                Tail::Safe => return None,
            }
            next.tail = Tail::Safe;
        }
    }
    Some(next)
}

/// What becomes of a call without an answer.
fn unknown(policy: &Policy, text: &Text) -> Job {
    if policy.unknown == Unknown::Retry && text.may_try_again(policy) { Job::Ready } else { Job::Unknown }
}

/// The server's one transaction: a stored verdict, or a new one with everything it means.
fn deliver(policy: &Policy, next: &mut State, t: u8) -> Option<()> {
    next.committed();
    let text = *next.text(t)?;
    if text.verdict.is_some() {
        // Naive: the row is there, and the job is written all the same.
        next.at(t)?.job = Job::Ready;
        return Some(());
    }
    let holds = match policy.team {
        Team::Two => text.laptop == next.holder && text.epoch == next.epoch,
        Team::OneWithTwoLaptops => true,
    };
    let already_sent = policy.kind == Kind::Initial && policy.one_initial && first_was_sent(next);
    let verdict = if already_sent || next.suppressed || (policy.fenced && !holds) {
        Verdict::Refused
    } else if !next.open() || (policy.parks_yesterday && text.day != next.day) {
        Verdict::Parked
    } else {
        Verdict::Accepted
    };
    if verdict == Verdict::Accepted {
        next.wrong.two_hands |= !holds;
        next.wrong.outside_hours |= text.day != next.day;
        next.at(t)?.job = Job::Ready;
        if policy.disk != Disk::Honest {
            next.tail = Tail::Accept(t);
        }
    }
    next.at(t)?.verdict = Some(verdict);
    Some(())
}

/// The last look before a text leaves, in one commit with the mark that it does.
fn claim(policy: &Policy, next: &mut State, t: u8) -> Option<()> {
    next.committed();
    if taken_back(policy, next, next.text(t)?) {
        next.at(t)?.take_back();
        return Some(());
    }
    next.wrong.after_opt_out |= next.suppressed;
    next.wrong.outside_hours |= !next.open() || next.text(t)?.day != next.day;
    let n = next.text(t)?.tries();
    let text = next.at(t)?;
    text.job = Job::Submitting;
    text.calls[usize::from(n)] = Call::Claimed;
    let worker = next.workers.iter_mut().find(|worker| **worker == Worker::Idle)?;
    *worker = Worker::Calls { text: t, call: n };
    next.workers.sort_unstable();
    if policy.disk == Disk::Lies {
        next.tail = Tail::Claim(t);
    }
    Some(())
}

impl State {
    fn at(&mut self, t: u8) -> Option<&mut Text> {
        self.texts.get_mut(usize::from(t)).and_then(Option::as_mut)
    }

    /// A worker is done with a call, or dead.
    fn leave(&mut self, t: u8, n: u8) {
        for worker in &mut self.workers {
            if *worker == (Worker::Calls { text: t, call: n }) {
                *worker = Worker::Idle;
            }
        }
        self.workers.sort_unstable();
    }

    /// A commit on top of the last one: that one is safe.
    fn committed(&mut self) {
        self.tail = Tail::Safe;
    }
}

impl Text {
    /// It does not go out. After a call that may have succeeded nothing comes back: a captain decides.
    fn take_back(&mut self) {
        self.job = if self.in_doubt() { Job::Held } else { Job::Dropped };
    }
}

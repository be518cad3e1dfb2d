//! Requests that may be repeated are, as long as that may help.

use std::time::Duration;

use super::Context;
use super::reach::tell;
use crate::client::{Call, CallError};
use crate::env::SharedClock;

/// Waits between tries of one request.
const WAITS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

/// An answer that takes longer is worth a word.
const SLOW: Duration = Duration::from_secs(3);

/// Waits for an answer, and says so once when it takes long: a slow server is no program that hangs.
pub(super) async fn aloud<T>(ctx: &Context, server: &str, answer: impl Future<Output = T>) -> T {
    let slow = || tell(format!("{server} is slow to answer: still waiting (Ctrl-C stops it)"));
    watched(&ctx.clock, answer, slow).await
}

async fn watched<T>(clock: &SharedClock, answer: impl Future<Output = T>, slow: impl FnOnce()) -> T {
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => return answer,
        () = clock.sleep(SLOW) => slow(),
    }
    answer.await
}

/// Tries a request again while that may help; it has to be one that may be repeated.
///
/// # Errors
/// What the last try came to.
pub(super) async fn patiently<T, F: Future<Output = Call<T>>>(ctx: &Context, request: impl Fn() -> F) -> Call<T> {
    let mut waits = WAITS.iter();
    loop {
        match request().await {
            Err(error) if may_help(&error) => match waits.next() {
                Some(wait) => ctx.clock.sleep(*wait).await,
                None => return Err(error),
            },
            answer => return answer,
        }
    }
}

fn may_help(error: &CallError) -> bool {
    error.is_transient() && !matches!(error, CallError::Refused(problem) if problem.status == 401)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SimClock;

    #[tokio::test]
    async fn a_slow_answer_is_said_to_be_waited_for_and_a_quick_one_is_not() {
        let sim = SimClock::at(jiff::Timestamp::UNIX_EPOCH);
        let clock: SharedClock = sim.clone();
        let mut said = 0;
        assert_eq!(watched(&clock, async { 7 }, || said += 1).await, 7);
        assert_eq!(said, 0);
        let (tell, told) = tokio::sync::oneshot::channel();
        let answer = async {
            sim.advance(SLOW);
            // It comes when that it is waited for was said, and not before.
            told.await
        };
        assert_eq!(watched(&clock, answer, || tell.send(8).expect("heard")).await, Ok(8));
    }
}

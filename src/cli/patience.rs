//! Requests that may be repeated are, as long as that may help.

use std::time::Duration;

use super::Context;
use crate::client::{Call, CallError};

/// Waits between tries of one request.
const WAITS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

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

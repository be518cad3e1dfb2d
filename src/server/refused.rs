//! A line in the log for each refusal: who runs the server sees that texts are refused, and why, by the contract's code alone.
//! Whoever floods the server does not flood the log: of each code a few lines a minute, and how many were left out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::api::problem::Code;
use crate::env::SharedClock;

/// Lines of one code in one [`WINDOW`].
const LINES: u32 = 30;
/// See [`LINES`].
const WINDOW: Duration = Duration::from_secs(60);

/// What was told lately.
#[derive(Debug)]
pub struct Refused {
    clock: SharedClock,
    lately: Mutex<HashMap<Code, Lately>>,
}

/// The lines of one code.
#[derive(Debug, Default)]
struct Lately {
    since: Duration,
    lines: u32,
    left_out: u64,
}

impl Lately {
    /// How many were left out before this one; none when this one is left out too.
    fn tell(&mut self, now: Duration) -> Option<u64> {
        if self.lines == 0 || now.saturating_sub(self.since) >= WINDOW {
            (self.since, self.lines) = (now, 0);
        }
        if self.lines >= LINES {
            self.left_out += 1;
            return None;
        }
        self.lines += 1;
        Some(std::mem::take(&mut self.left_out))
    }
}

impl Refused {
    /// Nothing was told so far. By the machine's time: the campaign's may stand.
    #[must_use]
    pub fn new(machine: SharedClock) -> Arc<Self> {
        Arc::new(Self { clock: machine, lately: Mutex::default() })
    }

    fn told(&self, code: Code) -> Option<u64> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.entry(code).or_default().tell(self.clock.monotonic())
    }
}

/// Tells the log of an answer that is a refusal, within the request's span: its id, method and route stand in the line.
pub async fn tell(State(refused): State<Arc<Refused>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(code) = response.extensions().get::<Code>()
        && let Some(left_out) = refused.told(*code)
    {
        let (status, code) = (response.status().as_u16(), code.as_str());
        match left_out {
            0 => tracing::info!(status, code, "refused"),
            left_out => tracing::info!(status, code, left_out, "refused; others with this code were left out here"),
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_leaves_a_few_lines_and_its_size() {
        let mut lately = Lately::default();
        let at = |seconds: u64| Duration::from_secs(1_000 + seconds);
        let told = (0..10_000).filter(|_| lately.tell(at(0)).is_some()).count();
        assert_eq!(told, usize::try_from(LINES).expect("few"));
        assert_eq!(lately.tell(at(59)), None);
        assert_eq!(lately.tell(at(60)), Some(10_001 - u64::from(LINES)), "the next minute says how many there were");
        assert_eq!(lately.tell(at(60)), Some(0));
    }
}

//! The carrier of rehearsals and tests: no text leaves the machine.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Carrier, Submission, Submitted};

/// What the carrier says to a text; the same text gets the same answer when the script is a pure function.
pub type Script = Arc<dyn Fn(&Submission) -> Submitted + Send + Sync>;

/// Takes texts to nobody, or to whoever plays the voters.
#[derive(Clone)]
pub struct SimulatedCarrier {
    script: Script,
    outbox: Option<mpsc::Sender<Submission>>,
}

impl std::fmt::Debug for SimulatedCarrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimulatedCarrier").field("heard", &self.outbox.is_some()).finish_non_exhaustive()
    }
}

impl SimulatedCarrier {
    /// Answers by `script`; what it accepts goes to `outbox`. A full outbox makes the carrier slow, not deaf.
    #[must_use]
    pub fn new(script: Script, outbox: mpsc::Sender<Submission>) -> Self {
        Self { script, outbox: Some(outbox) }
    }

    /// Accepts everything and tells nobody.
    #[must_use]
    pub fn silent() -> Self {
        Self { script: Arc::new(Self::accepts), outbox: None }
    }

    /// The script that accepts everything.
    #[must_use]
    pub fn accepts(submission: &Submission) -> Submitted {
        Submitted::Accepted { carrier_id: format!("sim-{}", submission.attempt) }
    }
}

#[async_trait]
impl Carrier for SimulatedCarrier {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn is_simulated(&self) -> bool {
        true
    }

    async fn submit(&self, submission: &Submission) -> Submitted {
        let answer = (self.script)(submission);
        if let (Submitted::Accepted { .. }, Some(outbox)) = (&answer, &self.outbox)
            && outbox.send(submission.clone()).await.is_err()
        {
            tracing::debug!("nobody plays the voters any more");
        }
        answer
    }
}

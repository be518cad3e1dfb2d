//! Where the loopback carrier's callbacks come in.

use axum::http::HeaderMap;

use super::{Callback, FRESH_SECONDS, NAME, SIGNATURE, Secret, TIMESTAMP};
use crate::domain::message::Delivery;
use crate::env::SharedClock;
use crate::server::carrier::{CarrierEvent, Door, DoorError};

/// Verifies and reads callbacks.
#[derive(Debug)]
pub struct LoopbackDoor {
    secret: Secret,
    /// The machine's time, which the carrier has too; campaign time may be another.
    clock: SharedClock,
}

impl LoopbackDoor {
    /// Opens to whoever has the secret.
    #[must_use]
    pub fn new(secret: Secret, clock: SharedClock) -> Self {
        Self { secret, clock }
    }
}

impl Door for LoopbackDoor {
    fn name(&self) -> &'static str {
        NAME
    }

    fn open(&self, headers: &HeaderMap, body: &[u8]) -> Result<CarrierEvent, DoorError> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(DoorError::Forged);
        let timestamp: i64 = header(TIMESTAMP)?.parse().map_err(|_no_number| DoorError::Forged)?;
        if !self.secret.verifies(timestamp, body, header(SIGNATURE)?) {
            return Err(DoorError::Forged);
        }
        if self.clock.now().as_second().abs_diff(timestamp) > FRESH_SECONDS.unsigned_abs() {
            return Err(DoorError::Stale);
        }
        let strange = |error: &dyn std::fmt::Display| DoorError::Strange(error.to_string());
        match serde_json::from_slice(body).map_err(|error| strange(&error))? {
            Callback::Inbound { key, from, body, pictures } => Ok(CarrierEvent::Inbound { key, from, body, pictures }),
            Callback::Receipt { key, attempt, delivery, error } => match delivery {
                Delivery::Submitted | Delivery::Delivered | Delivery::Failed => {
                    Ok(CarrierEvent::Receipt { key, attempt, delivery, error })
                }
                _ => Err(strange(&"a receipt says submitted, delivered or failed")),
            },
        }
    }
}

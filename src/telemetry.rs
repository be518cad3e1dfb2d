//! Logs, redacted.

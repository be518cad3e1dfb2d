//! Rehearsal: the real server on an in-memory database, with simulated voters.

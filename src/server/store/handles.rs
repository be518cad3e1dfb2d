//! Capability handles: the only makers of commands on behalf of a person.

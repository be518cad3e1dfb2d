//! Checks of the machine with remedies.

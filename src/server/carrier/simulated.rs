//! A carrier that reaches nobody: for rehearsals and tests.

//! Robots, histories and their checker.

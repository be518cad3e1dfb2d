//! Keys and actions: one registry, of which help, footer, palette and docs are projections.

pub mod chord;

//! The journal: what a person confirmed, on disk before the screen moves on.

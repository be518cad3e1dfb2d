//! The captain's console.

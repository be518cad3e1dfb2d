//! The texter's console.

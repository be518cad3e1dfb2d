//! opt_out

//! The real terminal; the only place that names crossterm.

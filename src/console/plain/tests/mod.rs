//! Lines in, lines and effects out.

mod shift;
mod words;

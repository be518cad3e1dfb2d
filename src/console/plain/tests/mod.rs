//! Lines in, lines and effects out.

mod captain;
mod shift;
mod words;

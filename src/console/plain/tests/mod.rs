//! Lines in, lines and effects out.

mod captain;
mod shift;
mod walk;
mod words;

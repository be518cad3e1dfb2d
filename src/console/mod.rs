//! Wing 1: what a person sees.
//!
//! ```text
//! loop: signals | inbox | terminal input | redraw  ->  Msg  ->  core::update  ->  Vec<Effect>  ->  runtime  ->  Msg
//! ```
//!
//! [`core`] is pure: no clock, no network, no terminal. [`ui`] draws it and [`plain`] tells it in lines, both with the
//! sentences of [`words`]; [`runtime`] carries out its effects; [`term`] owns the real terminal.

pub mod core;
pub mod keymap;
pub mod plain;
pub mod runtime;
pub mod term;
pub mod ui;
pub mod words;

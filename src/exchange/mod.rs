//! Files in and out: campaign files, contact lists, results. No network, no database.

pub mod advice;
pub mod calendar;
pub mod campaign_file;
pub mod check;
pub mod contact_list;
mod decode;
pub mod export;
mod foreign;
pub mod kind;
pub mod ledger_file;
pub mod list_rows;
pub mod made_up;
pub mod pair;
pub mod problem;
pub mod sample;
pub mod spoke_export;
mod toml_reader;
mod wording;

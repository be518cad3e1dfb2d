//! The ground floor: the rules of the field, pure. No input or output, no clock, no network.
//!
//! Words are the field's own: see ARCHITECTURE.md, "Words".

pub mod abuse;
pub mod assignment;
pub mod campaign;
pub mod conduct;
pub mod contact;
pub mod conversation;
pub mod day;
pub mod disclaimers;
pub mod event_fields;
pub mod failing;
pub mod figures;
pub mod filter;
pub mod hours;
pub mod household;
pub mod ids;
pub mod interval;
pub mod ledger;
pub mod links;
pub mod message;
pub mod objects;
pub mod opt_out;
pub mod outcome;
pub mod person_name;
pub mod phone;
pub mod pictures;
pub mod plain_text;
pub mod provenance;
pub mod purpose;
pub mod recall;
pub mod received;
pub mod results;
pub mod rsvp;
pub mod rule_files;
pub mod safe_text;
pub mod script;
pub mod second_factor;
pub mod segment;
pub mod stats;
pub mod suggest;
pub mod survey;
pub mod tag;
pub mod throughput;
pub mod trial;
pub mod zone;

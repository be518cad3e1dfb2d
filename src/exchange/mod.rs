//! Files in and out: campaign files and contact lists. No network, no database.

pub mod campaign_file;
pub mod contact_list;
pub mod problem;

//! Settings: schema, layers (defaults <- file <- environment <- flags), paths, surroundings.
//!
//! Nothing else in the house reads environment variables or decides where files live.

mod paths;
mod schema;
mod surroundings;

pub use paths::{Paths, PathsError, create_private_dir};
pub use schema::{ClientConfig, Config, ConsoleConfig, LogConfig};
pub use surroundings::Surroundings;

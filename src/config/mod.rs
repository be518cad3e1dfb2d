//! Settings: schema, layers (defaults <- file <- environment <- flags), paths, surroundings.
//!
//! Nothing else in the house reads environment variables or decides where files live.

mod layers;
mod paths;
mod rules;
mod schema;
mod surroundings;

pub use layers::{ConfigError, Fault, Layers, Loaded, Origin, load};
pub use paths::{Paths, PathsError, create_private_dir};
pub use rules::REGISTRATIONS;
pub use schema::{CarrierConfig, ClientConfig, Config, ConsoleConfig, LogConfig, ServeConfig, shown};
pub use surroundings::Surroundings;

/// `config.example.toml`: every setting with its default, in words.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

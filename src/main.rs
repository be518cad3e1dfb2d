//! The `textbank` program; everything is in the library.

use std::process::ExitCode;

use clap::Parser;

use textbank::cli;

fn main() -> ExitCode {
    // Fails only when a provider stands already; then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return cli::report(&anyhow::Error::new(error).context("cannot start")).into(),
    };
    match runtime.block_on(cli::run(cli)) {
        Ok(exit) => exit.into(),
        Err(error) => cli::report(&error).into(),
    }
}

//! The `textbank` program; everything is in the library.

use std::process::ExitCode;

use textbank::cli;

fn main() -> ExitCode {
    // Fails only when a provider stands already; then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return cli::report(&anyhow::Error::new(error).context("cannot start")).into(),
    };
    let ended = runtime.block_on(cli::run(cli));
    // Everything that matters has been waited for. What is left may be a name that the network does not resolve, or a read of
    // the keyboard: nobody shall wait for those.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => cli::report(&error).into(),
    }
}

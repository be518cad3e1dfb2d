//! Writes `assets/console.svg`, the picture of the README: the texter's screen as the console itself draws it.
//!
//! Run it in the top directory: `cargo run --example picture`.

mod scene;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::fs::write("assets/console.svg", scene::picture()?)?;
    Ok(())
}

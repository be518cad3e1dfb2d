//! The picture of the README is what the console draws.

#[path = "../../examples/picture/scene.rs"]
mod scene;

#[test]
fn the_picture_is_the_screen_of_today() {
    let drawn = scene::picture().expect("the scene can be drawn");
    for word in ["REHEARSAL", "enter", "Where do I vote?"] {
        assert!(drawn.contains(word), "{word} is not in the picture");
    }
    let kept = std::fs::read_to_string(crate::source::root().join("assets/console.svg")).expect("the picture");
    assert!(kept == drawn, "assets/console.svg is not what the console draws; run: cargo run --example picture");
}

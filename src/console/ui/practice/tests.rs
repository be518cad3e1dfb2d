use crate::console::ui::scenes::Scene;

const SIZES: [(u16, u16); 5] = [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)];

fn picture(scene: &mut Scene, size: (u16, u16)) -> String {
    let (buffer, _) = scene.draw(size.0, size.1);
    let row = |y| (0..size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..size.1).map(row).collect::<Vec<_>>().join("\n")
}

fn practice() -> Scene {
    let mut scene = Scene::new(true);
    scene.model.options.practice = true;
    scene
}

#[test]
fn practice_card() {
    for size in SIZES {
        insta::assert_snapshot!(format!("practice_card_{}x{}", size.0, size.1), picture(&mut practice(), size));
    }
}

/// A reply of two rows is wholly on the smallest screen, and so goes out.
#[test]
fn practice_reply() {
    for size in SIZES {
        let mut scene = practice();
        scene.keys("n");
        scene.thread("Where do I vote? I moved last month");
        scene.keys("i");
        scene.type_text("Thank you! You find your polling place at vote.org.");
        let (_, drawn) = scene.draw(size.0, size.1);
        assert!(drawn.card.is_some(), "{}x{}: the reply is not all on the screen", size.0, size.1);
        insta::assert_snapshot!(format!("practice_reply_{}x{}", size.0, size.1), picture(&mut scene, size));
    }
}

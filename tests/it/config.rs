//! The example file and the code say the same.

use std::path::Path;

use textbank::config::{Config, EXAMPLE, Layers, Origin, load};

fn example() -> textbank::config::Loaded {
    let layers = Layers { file: Some((Path::new("config.example.toml"), EXAMPLE)), ..Layers::default() };
    load(&layers).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn example_is_the_defaults() {
    assert_eq!(example().config, Config::default());
}

#[test]
fn example_lists_every_key() {
    let absent: Vec<_> = example()
        .origins
        .into_iter()
        .filter(|(_, (_, origin))| *origin == Origin::Default)
        .map(|(key, _)| key)
        .collect();
    assert!(absent.is_empty(), "not in config.example.toml: {absent:?}");
}

#[test]
fn every_setting_of_the_example_has_words_before_it() {
    let lines: Vec<_> = EXAMPLE.lines().collect();
    for (n, line) in lines.iter().enumerate().filter(|(_, line)| line.contains(" = ") && !line.starts_with('#')) {
        assert!(n > 0 && lines[n - 1].starts_with('#'), "no words before: {line}");
    }
}

#[test]
fn every_theme_can_be_chosen_and_no_other() {
    let choose = |name: &str| {
        let text = format!("console.theme = '{name}'");
        load(&Layers { file: Some((Path::new("c.toml"), &text)), ..Layers::default() })
    };
    for name in textbank::console::ui::theme::Theme::NAMES {
        assert!(choose(name).is_ok(), "{name}");
    }
    let said = choose("pink").expect_err("no theme").to_string();
    let offered = said.lines().next().expect("words").replace([',', '`'], " ");
    for word in textbank::console::ui::theme::Theme::NAMES {
        assert!(offered.contains(word), "{said}");
    }
}

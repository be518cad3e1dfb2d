//! What is different at a server that is not of our own kind.

use super::driver::Desk;
use crate::console::core::shared::msg::{LinkState, Msg};
use crate::console::core::texter::view::CardPane;
use crate::domain::plain_text::plain;

#[test]
fn look_alikes_are_plain_as_they_are_written_where_the_server_makes_them_so() {
    for (plain_text, wanted) in [(true, "\"ok\"... it's me"), (false, "\u{201c}ok\u{201d}\u{2026} it\u{2019}s me")] {
        let mut desk = Desk::with(0, 1);
        desk.model.options.plain_text = plain_text;
        desk.keys("<tab><enter>i");
        desk.tell(Msg::Paste("\u{201c}ok\u{201d}\u{2026} it".to_owned()));
        desk.keys("\u{2019}s<space>me");
        let open = desk.model.open.as_ref().expect("a conversation");
        assert_eq!(open.editor.text(), wanted);
    }
}

#[test]
fn a_card_is_plain_whatever_its_look_alikes_came_from() {
    let mut desk = Desk::with(2, 0);
    desk.model.options.plain_text = true;
    desk.model.campaign.as_mut().unwrap().def.edit_initial = true;
    desk.model.me.as_mut().unwrap().name = "D\u{2019}Arcy".to_owned();
    desk.keys("e \u{2014} neighbor\u{2026}<enter>");
    let CardPane::Card(card) = desk.model.card_pane() else { panic!("no card") };
    assert_eq!(card.body, "Hi N1, it's Ana - neighbor...");
    desk.keys("<enter>");
    let CardPane::Card(card) = desk.model.card_pane() else { panic!("no card") };
    assert_eq!(card.body, "Hi N2, it's D'Arcy");
    for sent in desk.sent() {
        assert_eq!(sent.body, plain(&sent.body));
    }
}

#[test]
fn only_tags_that_the_server_has_are_offered() {
    let mut desk = Desk::with(0, 1);
    let all = desk.model.tag_rows();
    assert!(all.iter().any(|tag| tag == "deceased"));
    desk.model.options.marks = false;
    let own = desk.model.campaign.as_ref().unwrap().def.tags.clone();
    assert_eq!(desk.model.tag_rows(), own);
}

#[test]
fn who_was_signed_out_is_told_how_to_sign_in_again() {
    let mut desk = Desk::with(2, 0);
    desk.model.options.sign_in_again = Some("textbank login --spoke URL".to_owned());
    desk.tell(Msg::Link(LinkState::SignedOut { hands_in: true }));
    let why = desk.model.card_block().expect("nothing goes out");
    assert_eq!(why.key, "texter-signed-out-again", "nothing is said of a wipe, and none is made");
}

//! The mouse: it selects, opens and scrolls; it never sends.

use super::driver::Desk;
use crate::console::core::shared::msg::Msg;
use crate::console::core::shared::pointer::Aim;
use crate::console::core::texter::Focus;
use crate::console::keymap::action::Action;
use crate::domain::ids::ContactId;

impl Desk {
    fn click(&mut self, aim: Aim) {
        let stamp = self.stamp();
        self.tell(Msg::Pointed { aim, stamp });
    }
}

#[test]
fn a_click_selects_a_conversation_and_another_opens_it() {
    let mut desk = Desk::with(2, 3);
    desk.click(Aim::Conversation(2));
    assert_eq!((desk.model.focus, desk.model.selected), (Focus::Inbox, Some(ContactId(1003))));
    desk.click(Aim::Conversation(0));
    assert_eq!(desk.model.open.as_ref().map(|open| open.contact), Some(ContactId(1003)));
}

#[test]
fn a_click_beside_an_open_conversation_keeps_what_was_written() {
    let mut desk = Desk::with(0, 3);
    desk.keys("ni");
    desk.keys("half a sentence");
    desk.click(Aim::Conversation(1));
    assert_eq!((desk.model.focus, desk.model.open.is_none()), (Focus::Inbox, true));
    desk.keys("n");
    assert_eq!(desk.model.open.as_ref().map(|open| open.editor.text()), Some("half a sentence"));
}

#[test]
fn no_click_arms_the_card() {
    let mut desk = Desk::with(2, 1);
    desk.keys("<tab>");
    desk.click(Aim::Key(Action::SwitchPane));
    assert_eq!(desk.model.focus, Focus::Inbox);
    desk.keys("<tab>");
    desk.click(Aim::Key(Action::SwitchPane));
    assert_eq!(desk.model.focus, Focus::Inbox, "away from it is no matter");
}

#[test]
fn no_click_sends_opts_out_or_answers_a_question() {
    let mut desk = Desk::with(2, 1);
    for action in [Action::Send, Action::Skip, Action::WrongNumber, Action::OptOutSilent, Action::Undo] {
        desk.click(Aim::Key(action));
    }
    // A question is opened by its key, and answered by one.
    desk.keys("o");
    for _ in 0..3 {
        desk.click(Aim::Row(0));
    }
    assert!(desk.confirmed.is_empty(), "{:?}", desk.confirmed);
    assert_eq!(desk.model.notices.toast().map(|notice| notice.say.key), Some("console-no-click"));
}

#[test]
fn the_wheel_scrolls_what_has_the_keys() {
    let mut desk = Desk::with(0, 3);
    desk.keys("<tab>");
    let stamp = desk.stamp();
    desk.tell(Msg::Wheel { by: 1, stamp });
    assert_eq!(desk.model.selected, Some(ContactId(1002)));
}

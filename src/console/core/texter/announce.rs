//! What the captains tell their texters: said when the console opens, and again when there is something new.

use super::model::Model;
use crate::api::campaign::{Announcement, CampaignView};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::domain::safe_text::safe_line;

impl Model {
    /// Says what stands, when it was not said yet.
    pub(super) fn tell_announcement(&mut self, view: &CampaignView) {
        if let Some(note) = &view.note {
            self.say_announcement(note);
        }
    }

    /// There is something new, or nothing any more.
    pub(super) fn announced(&mut self, note: Announcement, fx: &mut Vec<Effect>) {
        if self.say_announcement(&note) {
            let say = Say::new("texter-notify-note");
            fx.push(Effect::Notify { named: say.clone(), say });
        }
        if let Some(campaign) = &mut self.campaign {
            campaign.note = Some(note).filter(|note| !note.text.is_empty());
        }
    }

    /// True when it was new. It stays until a key is pressed, like everything that somebody is to know.
    fn say_announcement(&mut self, note: &Announcement) -> bool {
        if note.version <= self.noted {
            return false;
        }
        self.noted = note.version;
        if note.text.trim().is_empty() {
            return false;
        }
        let say = Say::new("texter-note-from").with("who", safe_line(&note.who)).with("text", safe_line(&note.text));
        self.say(Level::Told, say);
        true
    }
}

//! What leaves somebody's hands by itself: when they are not seen any more, and when texting hours end. It is said before it happens.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::model::Model;
use super::people::is_in_talk;
use crate::api::assignment::{NowWith, Whereabouts};
use crate::api::campaign::CampaignState;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::domain::assignment::WARNED_BEFORE;
use crate::domain::conversation::Status;
use crate::domain::hours::HoursVerdict;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::safe_text::safe_line;

/// Before the end of texting hours it is said twice: so many minutes before, the nearest first.
const BEFORE_THE_END: [i64; 2] = [10, 30];

/// Of so many contacts at most it is asked who has them now: the server answers no more.
pub(crate) const ASKED_ABOUT: usize = 500;

/// So many others are named, who has most first.
const NAMED: usize = 4;

/// What was said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Of the contacts that go when nobody is seen for long: until when they stay, as last said. First texts, conversations.
    lease: [Option<Timestamp>; 2],
    /// Of each end of texting hours: the fewest minutes before it that were said.
    ends: BTreeMap<(Timestamp, bool), i64>,
    /// The nearest end of the hours of somebody in hand, while it is near.
    pub(super) hours_end: Option<Timestamp>,
}

/// What leaving means for what is in hand: how much it is, until when it stays, and who gets it then. `in_hand`: without a first text,
/// conversations, of these with somebody who waits; `keeps`: for how many minutes the former and the latter stay.
#[must_use]
pub fn stays((unsent, talks, waiting): (u64, u64, u64), keeps: Option<(u32, u32)>) -> Vec<Say> {
    let say = |after: &'static str, always: &'static str, n: u64, minutes: Option<u32>| match minutes {
        Some(minutes) => Say::new(after).with("n", n).with("minutes", u64::from(minutes)),
        None => Say::new(always).with("n", n),
    };
    let (first_texts, replies) = keeps.unzip();
    let unsent = (unsent > 0).then(|| say("leave-unsent-after", "leave-unsent", unsent, first_texts));
    let talks = (talks > 0).then(|| say("leave-talks-after", "leave-talks", talks, replies).with("waiting", waiting));
    unsent.into_iter().chain(talks).collect()
}

/// Those who have it now, with how much of it, who has most first.
#[must_use]
pub fn named_with(told: &Whereabouts) -> String {
    let named = |one: &NowWith| format!("{} {}", safe_line(&one.who), one.contacts);
    let mut who = told.others.iter().take(NAMED).map(named).collect::<Vec<_>>().join(", ");
    if told.others.len() > NAMED {
        who.push_str(", ...");
    }
    who
}

impl Model {
    /// Whom this person holds and still has something to do with: what the next start compares with.
    #[must_use]
    pub fn whom_i_hold(&self) -> Vec<(ContactId, bool)> {
        let open = |id: &ContactId| {
            let line = self.people.line(*id)?;
            let first = line.status == Status::NeedsMessage && !line.is_passed_over();
            (first || is_in_talk(line)).then_some((*id, !first))
        };
        self.people.ids().filter_map(|id| open(&id)).collect()
    }

    /// Has the journal keep whom this person holds, when that is not what it has: whoever is cut off is told what went meanwhile, too.
    pub(super) fn keep_hands(&mut self, fx: &mut Vec<Effect>) {
        if !self.loaded || self.options.practice {
            return;
        }
        let hands = self.whom_i_hold();
        if self.options.had != hands {
            self.options.had.clone_from(&hands);
            fx.push(Effect::KeepHands { campaign: self.options.campaign, hands });
        }
    }

    /// Somebody came back, and what they held is theirs no more: contacts, and whether they were in conversation.
    /// True when it is asked who has them now.
    pub(super) fn tell_what_went(&mut self, gone: &[(ContactId, bool)], fx: &mut Vec<Effect>) -> bool {
        let talks = gone.iter().filter(|(_, talks)| *talks).count();
        let say = match (gone.len() - talks, talks) {
            (0, 0) => return false,
            // Nothing of a closed campaign goes to whoever asks.
            (unsent, talks) if self.state == CampaignState::Archived => {
                Say::new("back-closed").with("unsent", unsent).with("talks", talks)
            }
            (n, 0) => Say::new("back-unsent").with("n", n),
            (0, n) => Say::new("back-talks").with("n", n),
            (unsent, talks) => Say::new("back-both").with("unsent", unsent).with("talks", talks),
        };
        self.say(Level::Warning, say);
        if self.options.whereabouts {
            let ids = gone.iter().take(ASKED_ABOUT).map(|(id, _)| *id).collect();
            fx.push(Effect::Load(Ask::Whereabouts(self.options.campaign, ids)));
        }
        self.options.whereabouts
    }

    /// Who has it now.
    pub(super) fn tell_who_has_it(&mut self, told: &Whereabouts) {
        let who = named_with(told);
        // What is in no hands of a closed campaign is for nobody.
        let pool = if self.state == CampaignState::Archived { 0 } else { told.pool };
        let say = match (who.is_empty(), pool) {
            (true, 0) => return,
            (true, pool) => Say::new("back-now-pool").with("pool", pool),
            (false, 0) => Say::new("back-now-with").with("who", who),
            (false, pool) => Say::new("back-now-both").with("who", who).with("pool", pool),
        };
        self.say(Level::Warning, say);
    }

    /// What is in hand, the same wherever it is told: without a first text, conversations that are not over, of these with somebody who waits.
    #[must_use]
    pub fn in_hand(&self) -> (u64, u64, u64) {
        // Nothing of a closed campaign is anybody's to send.
        let unsent = if self.state == CampaignState::Archived { 0 } else { self.remaining() };
        (unsent as u64, self.people.talks() as u64, self.people.waiting() as u64)
    }

    /// That what was begun to write goes with the conversations; none where nothing is begun.
    pub(super) fn drafts_of_talks(&self) -> Option<Say> {
        let count = self.drafts_begun();
        (count > 0).then(|| Say::new("texter-release-drafts").with("count", count))
    }

    /// To how many of those in hand something is begun to be written.
    pub(super) fn drafts_begun(&self) -> usize {
        self.people.ids().filter(|id| self.has_words(*id)).count()
    }

    /// Something is begun to be written to this person, in their conversation or kept.
    pub(super) fn has_words(&self, contact: ContactId) -> bool {
        let open = self.open.as_ref().is_some_and(|open| open.contact == contact && !open.editor.is_blank());
        open || self.has_draft(contact)
    }

    /// What leaving means for what is in hand.
    #[must_use]
    pub fn what_stays(&self) -> Vec<Say> {
        stays(self.in_hand(), self.keeps)
    }

    /// Looks at what is about to leave these hands; once a minute.
    pub(super) fn mind_what_goes(&mut self) {
        let Some(now) = self.campaign_now() else { return };
        self.mind_the_lease(now);
        self.mind_the_hours(now);
    }

    /// Whoever is not seen by the server loses what they hold after a while. While the line is there and the server
    /// answers this never comes near.
    fn mind_the_lease(&mut self, now: Timestamp) {
        let (Some(until), Some((unsent_minutes, reply_minutes))) = (self.lease_until, self.keeps) else { return };
        if !matches!(self.link, LinkState::Offline { .. } | LinkState::AskedToWait { .. }) {
            return;
        }
        let longer = SignedDuration::from_mins(i64::from(reply_minutes) - i64::from(unsent_minutes));
        let (unsent, talks, _) = self.in_hand();
        let ends = [
            (unsent, until, "texter-lease-unsent"),
            (talks, until.saturating_add(longer).unwrap_or(until), "texter-lease-talks"),
        ];
        let soon = SignedDuration::try_from(WARNED_BEFORE).unwrap_or(SignedDuration::from_mins(5));
        for (place, (count, until, key)) in ends.into_iter().enumerate() {
            let left = until.duration_since(now);
            if count > 0 && left.is_positive() && left <= soon && self.goes.lease[place] != Some(until) {
                self.goes.lease[place] = Some(until);
                self.say(Level::Error, Say::new(key).with("n", count).with("at", until));
            }
        }
    }

    /// Texting hours end at one time in each zone: who is there and was not texted or answered is counted by that time.
    fn mind_the_hours(&mut self, now: Timestamp) {
        let Some(campaign) = self.campaign.as_ref().filter(|campaign| campaign.state == CampaignState::Running) else {
            return;
        };
        let mut ends: BTreeMap<(Timestamp, bool), u64> = BTreeMap::new();
        for id in self.people.ids() {
            let (Some(line), Some(body)) = (self.people.line(id), self.people.body(id)) else { continue };
            let kind = match line.status {
                _ if !line.opt_out.allows_text() => continue,
                Status::NeedsMessage => MessageKind::Initial,
                Status::NeedsResponse => MessageKind::Reply,
                _ => continue,
            };
            if let HoursVerdict::Open { until } = campaign.def.hours.verdict(kind, now, &body.zones)
                && until.duration_since(now) <= SignedDuration::from_mins(BEFORE_THE_END[1])
                && !campaign.def.hours.is_seam(kind, until, &body.zones)
            {
                *ends.entry((until, kind == MessageKind::Reply)).or_default() += 1;
            }
        }
        self.goes.hours_end = ends.keys().map(|(until, _)| *until).min();
        for ((until, replies), count) in ends {
            let left = until.duration_since(now).as_secs().div_euclid(60);
            let Some(step) = BEFORE_THE_END.into_iter().find(|minutes| left <= *minutes) else { continue };
            let said = self.goes.ends.entry((until, replies)).or_insert(i64::MAX);
            if step < *said {
                *said = step;
                let key = if replies { "texter-hours-end-replies" } else { "texter-hours-end" };
                // It stays until a key is pressed, and the header goes on saying it.
                self.say(Level::Told, Say::new(key).with("n", count).with("at", until));
            }
        }
        self.goes.ends.retain(|(until, _), _| *until > now);
    }
}

//! What leaves somebody's hands by itself: when they are not seen any more, and when texting hours end. It is said before it happens.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::model::{MINUTE, Model};
use super::people::{HeldBack, is_in_talk};
use crate::api::assignment::{NowWith, Whereabouts};
use crate::api::campaign::CampaignState;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Timer};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::domain::assignment::WARNED_BEFORE;
use crate::domain::conversation::Status;
use crate::domain::hours::HoursVerdict;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::safe_text::safe_line;
use crate::domain::zone::local_time;

/// Before the end of texting hours it is said twice: so many minutes before, the nearest first.
const BEFORE_THE_END: [i64; 2] = [10, 30];

/// Of so many contacts at most it is asked who has them now: the server answers no more.
pub(crate) const ASKED_ABOUT: usize = 500;

/// So many others are named, who has most first.
const NAMED: usize = 4;

/// What was said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Of the contacts that go when nobody is seen for long: until when they stay, and how that was said last. First texts, conversations.
    lease: [Option<(Timestamp, &'static str)>; 2],
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
    named_some(told.others.iter().map(named))
}

/// The first of them by name, and that there are more.
pub(super) fn named_some<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut names = names.into_iter();
    let mut who = names.by_ref().take(NAMED).map(|name| name.as_ref().to_owned()).collect::<Vec<_>>().join(", ");
    if names.next().is_some() {
        who.push_str(", ...");
    }
    who
}

impl Model {
    /// Whom this person holds and still has something to do with: what the next start compares with.
    #[must_use]
    pub fn whom_i_hold(&self) -> Vec<(ContactId, bool)> {
        self.people.ids().filter_map(|id| Some((id, self.holds(id)?))).collect()
    }

    /// True for somebody in hand in conversation, false for one without a first text; none for who is not in hand or is over.
    pub(super) fn holds(&self, contact: ContactId) -> Option<bool> {
        let line = self.people.line(contact)?;
        let first = line.status == Status::NeedsMessage && !line.is_passed_over();
        (first || is_in_talk(line)).then_some(!first)
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
        let Some(say) = self.what_went(gone) else { return false };
        self.say(Level::Warning, say);
        if self.options.whereabouts {
            self.ask_who_has(gone, fx);
        }
        self.options.whereabouts
    }

    /// Asks who has these now.
    pub(super) fn ask_who_has(&self, gone: &[(ContactId, bool)], fx: &mut Vec<Effect>) {
        let ids = gone.iter().take(ASKED_ABOUT).map(|(id, _)| *id).collect();
        fx.push(Effect::Load(Ask::Whereabouts(self.options.campaign, ids)));
    }

    /// That these are this person's no more; none when there are none.
    pub(super) fn what_went(&self, gone: &[(ContactId, bool)]) -> Option<Say> {
        let talks = gone.iter().filter(|(_, talks)| *talks).count();
        Some(match (gone.len() - talks, talks) {
            (0, 0) => return None,
            // Nothing of a closed campaign goes to whoever asks.
            (unsent, talks) if self.state == CampaignState::Archived => {
                Say::new("back-closed").with("unsent", unsent).with("talks", talks)
            }
            (n, 0) => Say::new("back-unsent").with("n", n),
            (0, n) => Say::new("back-talks").with("n", n),
            (unsent, talks) => Say::new("back-both").with("unsent", unsent).with("talks", talks),
        })
    }

    /// Who has it now.
    pub(super) fn tell_who_has_it(&mut self, told: &Whereabouts) {
        if let Some(say) = self.who_has_it(told) {
            self.say(Level::Warning, say);
        }
    }

    /// The same as a sentence; none when nobody has it.
    pub(super) fn who_has_it(&self, told: &Whereabouts) -> Option<Say> {
        let who = named_with(told);
        // What is in no hands of a closed campaign is for nobody.
        let pool = if self.state == CampaignState::Archived { 0 } else { told.pool };
        Some(match (who.is_empty(), pool) {
            (true, 0) => return None,
            (true, pool) => Say::new("back-now-pool").with("pool", pool),
            (false, 0) => Say::new("back-now-with").with("who", who),
            (false, pool) => Say::new("back-now-both").with("who", who).with("pool", pool),
        })
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

    /// Looks at what is about to leave these hands, and who may not be texted now; once a minute, and when one of the times has come.
    pub(super) fn mind_what_goes(&mut self, fx: &mut Vec<Effect>) {
        let Some(now) = self.campaign_now() else { return };
        self.mind_the_lease(now);
        self.hold_back_the_late(now);
        self.mind_the_hours(now);
        let leases = self.leases().into_iter().flatten().map(|(_, until)| until);
        let due = leases.chain(self.goes.hours_end).map(|at| at.duration_since(now));
        let due = due.filter_map(|wait| Duration::try_from(wait).ok()).filter(|wait| !wait.is_zero()).min();
        if let Some(delay) = due.filter(|wait| *wait < MINUTE) {
            fx.push(Effect::After { timer: Timer::Due, delay });
        }
    }

    /// While the server cannot see this person: how much goes when, first texts and conversations.
    fn leases(&self) -> Option<[(usize, Timestamp); 2]> {
        let (until, (unsent_minutes, reply_minutes)) = self.lease_until.zip(self.keeps)?;
        if !matches!(self.link, LinkState::Offline { .. } | LinkState::AskedToWait { .. }) {
            return None;
        }
        let longer = SignedDuration::from_mins(i64::from(reply_minutes) - i64::from(unsent_minutes));
        let held = self.people.ids().filter_map(|id| self.holds(id));
        let (talks, unsent): (Vec<bool>, Vec<bool>) = held.partition(|talks| *talks);
        Some([(unsent.len(), until), (talks.len(), until.saturating_add(longer).unwrap_or(until))])
    }

    /// Since when first texts, and conversations, may be with others, as the server has not seen this person for too long.
    #[must_use]
    pub fn may_be_gone(&self) -> [Option<Timestamp>; 2] {
        let (Some(leases), Some(now)) = (self.leases(), self.campaign_now()) else { return [None; 2] };
        leases.map(|(count, until)| Some(until).filter(|until| count > 0 && *until <= now))
    }

    /// Whoever is not seen by the server loses what they hold after a while. While the line is there and the server
    /// answers this never comes near.
    fn mind_the_lease(&mut self, now: Timestamp) {
        let Some(leases) = self.leases() else { return };
        let soon = SignedDuration::try_from(WARNED_BEFORE).unwrap_or(SignedDuration::from_mins(5));
        let keys =
            [("texter-lease-unsent", "texter-lease-unsent-over"), ("texter-lease-talks", "texter-lease-talks-over")];
        for (place, ((count, until), (before, after))) in leases.into_iter().zip(keys).enumerate() {
            let left = until.duration_since(now);
            let key = if left.is_positive() { before } else { after };
            if count > 0 && left <= soon && self.goes.lease[place] != Some((until, key)) {
                self.goes.lease[place] = Some((until, key));
                self.say(Level::Error, Say::new(key).with("n", count).with("at", until));
            }
        }
    }

    /// Whoever may not be texted at this hour is held back, whether or not it would be their turn: they are counted.
    pub(super) fn hold_back_the_late(&mut self, now: Timestamp) {
        let Some(campaign) = self.campaign.as_ref().filter(|campaign| campaign.state == CampaignState::Running) else {
            return;
        };
        let held = |id: &ContactId| match campaign.def.hours.verdict(MessageKind::Initial, now, self.people.zones(*id)?)
        {
            HoursVerdict::Closed { opens_at } => Some((*id, HeldBack::Hours { opens_at })),
            HoursVerdict::Open { .. } => None,
        };
        let at_hand = self.card.as_ref().map(|card| card.contact);
        let late: Vec<_> = self.people.queue().iter().filter(|id| Some(**id) != at_hand).filter_map(held).collect();
        self.people.hold_back_all(late);
    }

    /// Texting hours end at one time in each zone: who is there and was not texted or answered is counted by that time.
    fn mind_the_hours(&mut self, now: Timestamp) {
        let Some(campaign) = self.campaign.as_ref().filter(|campaign| campaign.state == CampaignState::Running) else {
            return;
        };
        let mut ends: BTreeMap<(Timestamp, bool), (u64, BTreeSet<DateTime>)> = BTreeMap::new();
        for id in self.people.ids() {
            let (Some(line), Some(zones)) = (self.people.line(id), self.people.zones(id)) else { continue };
            let kind = match line.status {
                _ if !line.opt_out.allows_text() => continue,
                Status::NeedsMessage => MessageKind::Initial,
                Status::NeedsResponse => MessageKind::Reply,
                _ => continue,
            };
            if let HoursVerdict::Open { until } = campaign.def.hours.verdict(kind, now, zones)
                && until.duration_since(now) <= SignedDuration::from_mins(BEFORE_THE_END[1])
                && !campaign.def.hours.is_seam(kind, until, zones)
            {
                let (count, clocks) = ends.entry((until, kind == MessageKind::Reply)).or_default();
                let there = local_time(until, zones);
                *count += 1;
                clocks.extend([there.earliest, there.latest]);
            }
        }
        self.goes.hours_end = ends.keys().map(|(until, _)| *until).min();
        // Who is not known yet is known in a moment: it is said of all of them.
        if self.link == LinkState::Online && !self.asked_zones.is_empty() {
            return;
        }
        // The nearest last: that one is up then.
        for ((until, replies), (count, clocks)) in ends.into_iter().rev() {
            let left = until.duration_since(now).as_secs().div_euclid(60);
            let Some(step) = BEFORE_THE_END.into_iter().find(|minutes| left <= *minutes) else { continue };
            let said = self.goes.ends.entry((until, replies)).or_insert(i64::MAX);
            if step < *said {
                *said = step;
                // Whose clock it is: the time stands beside cards that tell the time where somebody is.
                let say = match (clocks.len() == 1, clocks.first()) {
                    (true, Some(there)) => {
                        let key = if replies { "texter-hours-end-replies-there" } else { "texter-hours-end-there" };
                        Say::new(key).with("there", Arg::Clock(*there)).with("n", count).with("at", until)
                    }
                    _ => {
                        let key = if replies { "texter-hours-end-replies" } else { "texter-hours-end" };
                        Say::new(key).with("n", count).with("at", until)
                    }
                };
                // It stays until a key is pressed, and the header goes on saying it.
                self.say(Level::Told, say);
            }
        }
        self.goes.ends.retain(|(until, _), _| *until > now);
    }
}

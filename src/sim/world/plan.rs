//! What happens in a story: drawn from a seed as data, so that a part of it can be left out and the rest stays the same.

use jiff::Timestamp;

use super::line::Fault;
use super::strange::Strange;
use crate::env::{SeededIds, SharedIds};

/// How a laptop's disk looks after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tear {
    /// As it was left.
    None,
    /// The last write had begun and is half there.
    HalfWritten,
    /// The disk lied: what came after the last confirmed act is gone.
    TailLost,
}

/// What the carrier does with a text, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Takes it and says so.
    Takes,
    /// Refuses it for good.
    Refuses,
    /// Not now.
    Later,
    /// Takes it, and its answer is lost.
    TakesInSilence,
    /// Does not take it, and its answer is lost.
    Silent,
}

/// What a texter does beside texting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// Opts the person out, with the notice.
    OptOut,
    /// Decides that a doubt was none.
    NotOptOut,
    /// Closes.
    Close,
    /// Opens again.
    Reopen,
    /// Marks the number as wrong.
    WrongNumber,
    /// Gives everything back, or takes back that it was given back.
    Release,
}

/// What a captain does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steer {
    /// Pauses a campaign.
    Pause,
    /// Lets it run.
    Resume,
    /// Takes a texter's unsent contacts.
    Reclaim,
    /// Puts a number on the list.
    Suppress,
    /// A held text did arrive.
    Arrived,
    /// A held text goes out once more.
    SendAgain,
    /// A held text is given up.
    GiveUp,
    /// Takes a polling place back.
    Recall,
    /// Lifts what was recalled.
    Lift,
    /// Makes a campaign of those who got it; asked for twice.
    Correct,
}

/// What a voter writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// A word that opts out by itself.
    Stop,
    /// The word that takes it back.
    Start,
    /// Something that may be an opt-out.
    Doubt,
    /// A question.
    Question,
    /// An answer.
    Yes,
}

impl Words {
    /// The text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Start => "START",
            Self::Doubt => "please remove me from this list",
            Self::Question => "Who is this?",
            Self::Yes => "yes",
        }
    }
}

/// One thing that happens. Numbers that pick something are taken modulo what there is then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say which laptop, which thing, how the line behaves, how many")]
pub enum Action {
    /// A texter asks for a slice.
    Claim { who: usize, campaign: usize, fault: Fault },
    /// A texter presses on a card or sends a reply; the laptop may die right after.
    Press { who: usize, which: usize, initial: bool, crash: bool },
    /// A texter does something else.
    Act { who: usize, which: usize, what: Other },
    /// A changed program hands a text in past the journal, with a place in the ledger that is not its own.
    Forge { who: usize, which: usize },
    /// The outbox makes one of the calls it would make now.
    HandIn { who: usize, pick: usize, fault: Fault, nudge: bool },
    /// The laptop reads so many events of the feed.
    Feed { who: usize, many: u32 },
    /// The laptop reads its slice anew.
    Look { who: usize },
    /// The laptop says that it is there.
    Presence { who: usize },
    /// The laptop dies and comes up again.
    LaptopCrash { who: usize, tear: Tear },
    /// The laptop's wall clock jumps.
    LaptopJump { who: usize, seconds: i64 },
    /// The laptop's disk is full, or has room again.
    DiskFull { who: usize, full: bool },
    /// A laptop's home directory is copied to another laptop, and both are used from then on.
    Copy { who: usize },
    /// The admin ends a sign-in.
    Revoke { who: usize },
    /// Somebody new joins.
    Join,
    /// The server takes jobs and calls the carrier.
    Dispatch { many: u32, reactions: Vec<Reaction> },
    /// One of the carrier's answers comes back.
    Answer { pick: usize },
    /// The carrier reports on a text that it has; the report may come twice.
    Receipt { pick: usize, failed: bool, twice: bool },
    /// Leases and old attempts are looked at.
    Housekeeping,
    /// What nobody knows is looked up in the carrier's list.
    LookUp,
    /// The server dies and comes up again.
    ServerCrash,
    /// The server's wall clock jumps.
    ServerJump { seconds: i64 },
    /// The server's disk takes nothing any more, or does again.
    ServerDisk { refuses: bool },
    /// A texter's sign-in is ended while their claim is on its way: the server has its head.
    Overtaken { who: usize, campaign: usize },
    /// Two captains take contacts back at once, perhaps the same.
    TwoCaptains { which: usize },
    /// A request that hung arrives.
    Arrive { pick: usize },
    /// A voter writes; the callback may come twice.
    Says { number: u32, what: Words, twice: bool },
    /// A captain steers.
    Captain { what: Steer, which: usize },
    /// Time passes on every clock.
    Pass { seconds: u64 },
}

/// A whole story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where its ids come from.
    pub seed: u64,
    /// When it begins.
    pub start: Timestamp,
    /// What happens.
    pub actions: Vec<Action>,
}

/// Voters of a story.
pub const NUMBERS: u32 = 8;

/// Campaigns that a story has.
pub const CAMPAIGNS: usize = 2;

/// Laptops at the beginning; the last one is a second device of the first one's texter.
pub const LAPTOPS: usize = 3;

/// A Wednesday; the evening of the last day of summer time; the evening before it begins; a Wednesday shortly before the
/// hours close in the east.
const STARTS: [i64; 4] = [1_781_110_800, 1_793_487_600, 1_772_924_400, 1_781_135_400];

struct Dice(SharedIds);

impl Dice {
    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.0.below(u64::try_from(bound).unwrap_or(1))).unwrap_or(0)
    }

    fn one_in(&self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn fault(&self) -> Fault {
        match self.below(10) {
            0..6 => Fault::None,
            6..8 => self.of(&Fault::LINE),
            _ => Fault::Strange(self.of(&Strange::ALL)),
        }
    }

    fn reaction(&self) -> Reaction {
        use Reaction::{Later, Refuses, Silent, Takes, TakesInSilence};
        self.of(&[Takes, Takes, Takes, Takes, Refuses, Later, Later, TakesInSilence, Silent])
    }
}

impl Plan {
    /// The story of a seed.
    #[must_use]
    pub fn draw(seed: u64, steps: usize) -> Self {
        // Another stream than the ids': a story's ids must not follow from what happens in it.
        let dice = Dice(SeededIds::shared(seed ^ 0x5eed_0000_0000_0000));
        let start = Timestamp::from_second(dice.of(&STARTS)).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut actions: Vec<Action> = (0..LAPTOPS)
            .map(|who| Action::Claim { who, campaign: dice.below(CAMPAIGNS), fault: Fault::None })
            .collect();
        actions.extend((0..steps).map(|_| action(&dice)));
        Self { seed, start, actions }
    }

    /// The same story without some of its actions.
    #[must_use]
    pub fn keep(&self, which: impl Fn(usize) -> bool) -> Self {
        let actions =
            self.actions.iter().enumerate().filter(|(n, _)| which(*n)).map(|(_, action)| action.clone()).collect();
        Self { seed: self.seed, start: self.start, actions }
    }
}

fn action(dice: &Dice) -> Action {
    let (who, pick) = (dice.below(LAPTOPS + 1), dice.below(1_000));
    match dice.below(129) {
        0..7 => Action::Claim { who, campaign: dice.below(CAMPAIGNS), fault: dice.fault() },
        7..25 => Action::Press { who, which: pick, initial: dice.below(5) < 3, crash: dice.one_in(20) },
        25..31 => {
            use Other::{Close, NotOptOut, OptOut, Release, Reopen, WrongNumber};
            let what = dice.of(&[OptOut, OptOut, NotOptOut, NotOptOut, Close, Reopen, WrongNumber, Release]);
            Action::Act { who, which: pick, what }
        }
        31..56 => Action::HandIn { who, pick, fault: dice.fault(), nudge: dice.below(3) < 2 },
        56..65 => Action::Feed { who, many: if dice.one_in(3) { 2 } else { 256 } },
        65 if dice.one_in(3) => Action::Forge { who, which: pick },
        65 => Action::Look { who },
        66..69 => Action::Presence { who },
        69..71 => {
            let tear = dice.of(&[Tear::None, Tear::HalfWritten, Tear::TailLost]);
            Action::LaptopCrash { who, tear }
        }
        71 => Action::LaptopJump { who, seconds: dice.of(&[-2_400, -70, 45, 600, 3_000]) },
        72 if dice.one_in(2) => Action::DiskFull { who, full: dice.below(3) < 2 },
        72 if dice.one_in(3) => Action::Join,
        72 if dice.one_in(2) => Action::Revoke { who },
        72 => Action::Presence { who },
        73..87 => {
            let reactions = (0..4).map(|_| dice.reaction()).collect();
            Action::Dispatch { many: 1 + u32::try_from(dice.below(4)).unwrap_or(0), reactions }
        }
        87..96 => Action::Answer { pick },
        96..99 => Action::Receipt { pick, failed: dice.one_in(4), twice: dice.one_in(3) },
        99 => Action::LookUp,
        100 => Action::Housekeeping,
        101 => Action::ServerCrash,
        102 => Action::ServerJump { seconds: dice.of(&[-90, -5, 20, 200]) },
        103..106 => Action::Arrive { pick },
        106..110 => {
            use Words::{Doubt, Question, Start, Stop, Yes};
            let number = u32::try_from(dice.below(NUMBERS as usize)).unwrap_or(0);
            let what = dice.of(&[Stop, Start, Start, Doubt, Question, Question, Yes, Yes, Yes]);
            Action::Says { number, what, twice: dice.one_in(4) }
        }
        110..115 => {
            use Steer::{Arrived, GiveUp, Pause, Reclaim, Resume, SendAgain, Suppress};
            let all =
                [Pause, Resume, Resume, Resume, Reclaim, Reclaim, Suppress, Arrived, SendAgain, SendAgain, GiveUp];
            Action::Captain { what: dice.of(&all), which: pick }
        }
        115 => Action::ServerDisk { refuses: dice.one_in(2) },
        116 if dice.one_in(3) => Action::Overtaken { who, campaign: dice.below(CAMPAIGNS) },
        116..118 => Action::TwoCaptains { which: pick },
        118 => Action::Copy { who },
        119..123 => {
            use Steer::{Correct, Lift, Recall};
            Action::Captain { what: dice.of(&[Recall, Recall, Recall, Lift, Correct, Correct]), which: pick }
        }
        _ => Action::Pass {
            seconds: dice.of(&[
                1,
                5,
                5,
                60,
                60,
                60,
                300,
                300,
                1_000,
                1_000,
                4_000,
                if dice.one_in(2) { 14_000 } else { 50_000 },
            ]),
        },
    }
}

//! Conformance: what must hold whatever several texters, voters and a carrier do, in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use textbank::api::{
    act::Act,
    assignment::ContactSummary,
    message::{Outcome, SendRequest, ThreadEntry, Verdict},
    people::Role,
};
use textbank::domain::{
    conversation::{OptOut, Status},
    ids::{ActId, CampaignId, ContactId, MessageId},
    message::{Delivery, MessageKind},
    stats::Counts,
};
use textbank::server::carrier::Submitted;
use textbank::server::store::{command::Answer, handles::System};

use crate::store_home::{Hand, Home, Kind, definition, people, phone};

const CONTACTS: u32 = 6;
const NOTICE: &str = "You will get no more texts.";

#[derive(Debug, Clone)]
enum Step {
    Claim {
        who: usize,
        campaign: usize,
    },
    /// A first text or reply with what the texter remembers of the contact, fresh or stale.
    Send {
        who: usize,
        which: usize,
        initial: bool,
        fresh: bool,
    },
    Replay {
        which: usize,
    },
    Act {
        who: usize,
        which: usize,
        what: u8,
    },
    Says {
        number: u32,
        what: u8,
    },
    Pause {
        on: bool,
        campaign: usize,
    },
    Pass {
        seconds: u64,
    },
    Jobs {
        answer: u8,
    },
    Receipt {
        which: usize,
        failed: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, which, campaign) = (0..3_usize, 0..12_usize, 0..2_usize);
    prop_oneof![
        3 => (who.clone(), campaign.clone()).prop_map(|(who, campaign)| Step::Claim { who, campaign }),
        8 => (who.clone(), which.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(who, which, initial, fresh)| Step::Send { who, which, initial, fresh }),
        1 => which.clone().prop_map(|which| Step::Replay { which }),
        3 => (who, which.clone(), 0..8_u8).prop_map(|(who, which, what)| Step::Act { who, which, what }),
        4 => (0..CONTACTS, 0..5_u8).prop_map(|(number, what)| Step::Says { number, what }),
        1 => (any::<bool>(), campaign).prop_map(|(on, campaign)| Step::Pause { on, campaign }),
        2 => prop_oneof![Just(1_u64), Just(60), Just(1_000), Just(4_000), Just(20_000)].prop_map(|seconds| Step::Pass { seconds }),
        4 => (0..4_u8).prop_map(|answer| Step::Jobs { answer }),
        2 => (which, any::<bool>()).prop_map(|(which, failed)| Step::Receipt { which, failed }),
    ]
}

/// The world, and what it remembers to check the store by.
struct World {
    home: Home,
    captain: Hand,
    texters: Vec<Hand>,
    campaigns: Vec<CampaignId>,
    /// What each texter believes of the contacts they were once given.
    memory: Vec<BTreeMap<ContactId, ContactSummary>>,
    sent: Vec<(usize, MessageId, SendRequest, Verdict)>,
    attempts: Vec<uuid::Uuid>,
    /// Bodies that a carrier was called with.
    called: Vec<String>,
    /// Bodies that the carrier asked to bring again later.
    later: BTreeSet<String>,
    /// Numbers that said a word of their own and did not take it back.
    stopped: BTreeSet<u32>,
    /// What each texter gave back last.
    gave_back: Vec<Option<(CampaignId, ActId)>>,
}

impl World {
    async fn new() -> Self {
        let home = Home::new(Kind::Memory).await;
        let (admin, first) = home.campaign(people(CONTACTS)).await;
        let second = home.import(&admin, definition(), people(CONTACTS)).await.campaign;
        let captain = home.join("Cap", Role::Captain).await;
        let mut texters = Vec::new();
        for name in ["Tess", "Tom", "Tim"] {
            texters.push(home.join(name, Role::Texter).await);
        }
        Self {
            home,
            captain,
            texters,
            campaigns: vec![first, second],
            memory: vec![BTreeMap::new(); 3],
            sent: Vec::new(),
            attempts: Vec::new(),
            called: Vec::new(),
            later: BTreeSet::new(),
            stopped: BTreeSet::new(),
            gave_back: vec![None; 3],
        }
    }

    fn remembered(&self, who: usize, which: usize) -> Option<ContactSummary> {
        let memory = &self.memory[who];
        (!memory.is_empty()).then(|| memory.values().nth(which % memory.len()).cloned()).flatten()
    }

    async fn look_again(&mut self, who: usize) {
        for campaign in self.campaigns.clone() {
            for contact in self.home.hand(&self.texters[who], campaign).await {
                self.memory[who].insert(contact.id, contact);
            }
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Claim { who, campaign } => {
                if let Ok(grant) = self.home.try_claim(&self.texters[who], self.campaigns[campaign], 3).await {
                    for contact in grant.contacts {
                        self.memory[who].insert(contact.id, contact);
                    }
                }
            }
            Step::Send { who, which, initial, fresh } => {
                if fresh {
                    self.look_again(who).await;
                }
                let Some(to) = self.remembered(who, which) else { return };
                let id = MessageId(self.home.fresh());
                let kind = if initial { MessageKind::Initial } else { MessageKind::Reply };
                let request = self.home.text(&to, kind, &format!("Text {}", self.sent.len()));
                match self.home.put(&self.texters[who], id, request.clone()).await {
                    Answer::Verdict(verdict) => self.sent.push((who, id, request, verdict)),
                    other => panic!("a fresh id was answered with {other:?}"),
                }
            }
            Step::Replay { which } => {
                if let Some((who, id, request, verdict)) = self.sent.get(which % self.sent.len().max(1)) {
                    self.replay(*who, *id, request, verdict).await;
                }
            }
            Step::Act { who, which, what } => {
                let Some(to) = self.remembered(who, which) else { return };
                let (contact, campaign) = (to.id, to.campaign);
                let act = match what {
                    0 => Act::OptOut { contact, notice: true, grace: false },
                    1 => Act::NotOptOut { contact, after_seq: u64::MAX },
                    2 => Act::Close { contact },
                    3 => Act::Reopen { contact },
                    4 => Act::WrongNumber { contact },
                    5 => {
                        let (act, id) =
                            (Act::Release { campaign, unsent: true, conversations: true }, ActId(self.home.fresh()));
                        self.home.try_act_as(&self.texters[who], id, act).await.expect("given back");
                        self.gave_back[who] = Some((campaign, id));
                        return;
                    }
                    6 => match self.gave_back[who] {
                        Some((campaign, release)) => Act::TakeBack { campaign, release },
                        None => return,
                    },
                    _ => Act::Reclaim { campaign, texter: self.texters[who].actor.person },
                };
                let hand = if act.is_captains() { &self.captain } else { &self.texters[who] };
                // Refused or done: both are fine; what must hold is checked below.
                let _ = self.home.try_act(hand, act).await;
            }
            Step::Says { number, what } => {
                let text =
                    ["STOP", "START", "please remove me from this list", "Who is this?", "yes"][usize::from(what)];
                self.home.says(phone(number), text).await;
                match what {
                    0 => self.stopped.insert(number),
                    1 => self.stopped.remove(&number),
                    _ => false,
                };
            }
            Step::Pause { on, campaign } => {
                let campaign = self.campaigns[campaign];
                let act = if on { Act::Pause { campaign } } else { Act::Resume { campaign } };
                self.home.act(&self.captain, act).await;
            }
            Step::Pass { seconds } => {
                self.home.pass(seconds);
                System::expire_leases(&self.home.desk).await.expect("done");
            }
            Step::Jobs { answer } => self.jobs(answer).await,
            Step::Receipt { which, failed } => {
                if let Some(attempt) = self.attempts.get(which % self.attempts.len().max(1)) {
                    let delivery = if failed { Delivery::Failed } else { Delivery::Delivered };
                    self.home.receipt(*attempt, delivery).await;
                }
            }
        }
    }

    async fn jobs(&mut self, answer: u8) {
        for job in self.home.jobs().await {
            if job.body != NOTICE {
                let silent = self.stopped.iter().any(|number| phone(*number) == job.to);
                assert!(!silent, "a text goes to somebody who said STOP");
                let accepted =
                    self.sent.iter().any(|(_, _, request, verdict)| request.body == job.body && verdict.is_accepted());
                assert!(accepted, "{:?} goes out and was not accepted", job.body);
                let again = self.called.contains(&job.body) && !self.later.contains(&job.body);
                assert!(!again, "{:?} goes out twice", job.body);
            }
            self.later.remove(&job.body);
            let answer = match answer {
                0 => Submitted::Accepted { carrier_id: "c".into() },
                1 => Submitted::Refused { code: "30006".into() },
                2 => Submitted::Unknown { reason: "cut".into() },
                _ => {
                    self.later.insert(job.body.clone());
                    Submitted::Later { reason: "busy".into() }
                }
            };
            self.called.push(job.body);
            self.attempts.push(job.attempt);
            self.home.record(job.attempt, answer).await;
        }
    }

    async fn replay(&self, who: usize, id: MessageId, request: &SendRequest, verdict: &Verdict) {
        match self.home.put(&self.texters[who], id, request.clone()).await {
            Answer::Verdict(again) => assert_eq!(&again, verdict),
            other => panic!("{other:?}"),
        }
    }

    async fn check(&self) {
        for campaign in &self.campaigns {
            let mut held = BTreeSet::new();
            for texter in &self.texters {
                for contact in self.home.hand(texter, *campaign).await {
                    assert!(held.insert(contact.id), "{} is in two hands", contact.id);
                }
            }
        }
    }

    /// What is too slow for every step.
    async fn check_at_the_end(&self) {
        for (who, id, request, verdict) in &self.sent {
            self.replay(*who, *id, request, verdict).await;
        }
        let mut dropped = 0;
        for campaign in &self.campaigns {
            let mut counts = Counts::default();
            let ids: Vec<ContactId> = (1..=i64::from(2 * CONTACTS)).map(ContactId).collect();
            let views = self.home.desk.store.contacts(&self.captain.actor, *campaign, &ids).await.expect("read");
            let mut held = BTreeSet::new();
            for texter in &self.texters {
                held.extend(self.home.hand(texter, *campaign).await.into_iter().map(|c| c.id));
            }
            for view in views {
                let line = &view.summary;
                let out = matches!(line.opt_out, OptOut::Yes { .. });
                counts.total += 1;
                counts.opted_out += u64::from(out);
                counts.possible_opt_outs += u64::from(matches!(line.opt_out, OptOut::Possible { .. }));
                let textable = line.opt_out == OptOut::No && !view.wrong_number && !held.contains(&line.id);
                match line.status {
                    Status::NeedsMessage if !out => {
                        counts.unsent += 1;
                        counts.unassigned += u64::from(textable);
                    }
                    Status::NeedsResponse if !out => {
                        counts.waiting += 1;
                        counts.waiting_unassigned += u64::from(!held.contains(&line.id));
                    }
                    Status::NeedsMessage | Status::NeedsResponse => {}
                    Status::Messaged => counts.messaged += 1,
                    Status::Convo => counts.convo += 1,
                    Status::Closed => counts.closed += 1,
                }
                let waits = line.waiting_since.is_some();
                assert_eq!(waits, line.status == Status::NeedsResponse && !out, "{line:?}");
                let initials = self.thread_counts(line.id, &mut counts, &mut dropped).await;
                assert!(initials <= 1, "{} has {initials} first texts", line.id);
                counts.sent += initials;
            }
            assert_eq!(self.home.board(&self.captain, *campaign).await.counts, counts);
        }
        let accepted = self.sent.iter().filter(|s| matches!(s.3.outcome, Outcome::Accepted { .. })).count();
        let board = async |campaign: &CampaignId| self.home.board(&self.captain, *campaign).await.texters;
        let mut tallied = 0;
        for campaign in &self.campaigns {
            tallied += board(campaign).await.iter().map(|t| t.sent).sum::<u64>();
        }
        assert_eq!(usize::try_from(tallied).expect("few"), accepted - dropped);
    }

    async fn thread_counts(&self, contact: ContactId, counts: &mut Counts, dropped: &mut usize) -> u64 {
        let mut initials = 0;
        let mut seqs = Vec::new();
        for entry in self.home.thread(&self.captain, contact).await.entries {
            let ThreadEntry::Message(message) = entry else { continue };
            seqs.push(message.seq);
            let live = message.delivery != Delivery::Dropped;
            initials += u64::from(live && message.kind == Some(MessageKind::Initial));
            if matches!(message.kind, Some(MessageKind::Initial | MessageKind::Reply)) && !live {
                *dropped += 1;
            }
            counts.failed += u64::from(message.delivery == Delivery::Failed);
            counts.held += u64::from(message.delivery == Delivery::Held);
        }
        assert!(seqs.iter().copied().eq(1..=u64::try_from(seqs.len()).expect("few")), "gaps in {seqs:?}");
        initials
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_whatever_happens(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in steps {
                world.take(step).await;
                world.check().await;
            }
            world.check_at_the_end().await;
        });
    }
}

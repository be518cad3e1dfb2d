//! A recall of many texts: they come back behind it, part by part, and nothing else waits for that; it is lifted only afterwards.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pretty_assertions::assert_eq;
use textbank::api::act::Act;
use textbank::api::campaign::CampaignState;
use textbank::api::people::Role;
use textbank::api::problem::Code;
use textbank::api::recall::CorrectionRequest;
use textbank::domain::ids::{CampaignId, MessageId};
use textbank::domain::message::{Delivery, MessageKind::Initial};
use textbank::domain::recall::Recalled;
use textbank::env::{SimClock, SystemClock};
use textbank::server::carrier::{Submitted, simulated::SimulatedCarrier};
use textbank::server::jobs::Dispatcher;
use textbank::server::store::StoreError;
use textbank::server::store::beside::{Beside, Onlooker};
use textbank::server::store::change::Changed;
use textbank::server::store::command::{Answer, Command, CommandKind};
use textbank::server::store::handles::{Admin, Captain, Desk, System};
use tokio_util::sync::CancellationToken;

use crate::store_follow_up::second;
use crate::store_home::{Hand, Home, Place, definition, on_every_store, people, refused};
use crate::store_recall::{WRONG, correction, of_version, reach, recall, right, update, voters, wording, wrong};

/// What becomes of each part of a cleaning.
#[derive(Debug)]
enum Part {
    /// Its answer never comes.
    Stands,
    /// It fails.
    Fails,
    /// It takes five seconds.
    Drags(Arc<SimClock>),
}

#[async_trait]
impl Onlooker for Part {
    type Note = bool;

    fn asked(&self, command: &Command) -> bool {
        matches!(command.kind(), CommandKind::ClearRecall { .. })
    }

    async fn answered(&self, is_part: bool, _: &Answer) -> Result<(), StoreError> {
        match self {
            _ if !is_part => {}
            Self::Stands => std::future::pending().await,
            Self::Fails => return Err(StoreError::Unavailable("the disk is full".into())),
            Self::Drags(clock) => clock.advance(Duration::from_secs(5)),
        }
        Ok(())
    }
}

fn with(home: &Home, part: Part) -> Desk {
    Desk { store: Arc::new(Beside::new(home.desk.store.clone(), part)), ..home.desk.clone() }
}

/// Waits for a condition for a minute at most.
async fn until(mut is: impl AsyncFnMut() -> bool) {
    let real = SystemClock::shared();
    let began = real.monotonic();
    while !is().await {
        assert!(real.monotonic() - began < Duration::from_secs(60), "it never came");
        real.sleep(Duration::from_millis(2)).await;
    }
}

/// A campaign with so many wrong texts that wait for the carrier.
struct Scene {
    admin: Hand,
    cal: Hand,
    tess: Hand,
    campaign: CampaignId,
    waiting: Vec<(textbank::domain::ids::ContactId, MessageId)>,
}

impl Scene {
    async fn set(home: &Home, many: u32) -> Self {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(many + 1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let mut waiting = Vec::new();
        for line in home.claim(&tess, campaign, many).await {
            let text = of_version(home.text(&line, Initial, WRONG), 1);
            waiting.push((line.id, home.try_send(&tess, text).await.expect("accepted").0));
        }
        assert_eq!(waiting.len(), many as usize);
        Self { admin, cal, tess, campaign, waiting }
    }

    fn captain(&self) -> Captain {
        Captain::of(self.cal.actor.clone()).expect("a captain")
    }

    /// The commit of the recall alone.
    async fn recall(&self, home: &Home) -> i64 {
        let done = self.captain().recall(&home.desk, self.campaign, wording(1), String::new()).await;
        match done.expect("an answer") {
            Answer::Changed(Changed::Recalled { recall, already: false }) => recall.id,
            other => panic!("{other:?}"),
        }
    }

    /// `None`: it is lifted.
    async fn lift(&self, home: &Home, recall: i64) -> Option<Code> {
        match self.captain().lift_recall(&home.desk, self.campaign, recall).await.expect("an answer") {
            Answer::Done => None,
            Answer::Refused(problem) => Some(problem.code),
            other => panic!("{other:?}"),
        }
    }

    async fn delivery(&self, home: &Home, which: usize) -> Delivery {
        let (contact, id) = self.waiting[which];
        home.delivery(&self.tess, contact, id).await
    }

    async fn all_came_back(&self, home: &Home) {
        for which in 0..self.waiting.len() {
            assert_eq!(self.delivery(home, which).await, Delivery::Dropped, "text {which}");
        }
    }
}

/// What a crash leaves; in memory nothing would be.
async fn after_a_crash(home: Home) -> Home {
    if matches!(home.place, Place::Memory) { home } else { home.reopened().await }
}

on_every_store! {
    async fn a_recall_is_lifted_when_all_that_waited_came_back_and_not_before(home: Home) {
        let scene = Scene::set(&home, 3).await;
        let recall = scene.recall(&home).await;
        assert_eq!(scene.lift(&home, recall).await, Some(Code::Unsettled));
        // The process that takes them back is gone after a part.
        System::clear_recall(&home.desk, None, None).await.expect("a part");
        let home = after_a_crash(home).await;
        assert_eq!(scene.lift(&home, recall).await, Some(Code::Unsettled));
        assert!(System::clear_recall_for(&home.desk, recall, Duration::from_secs(5)).await.expect("taken back"));
        assert_eq!(scene.lift(&home, recall).await, None);
        assert_eq!(scene.lift(&home, recall).await, None, "twice is once");
        assert_eq!(home.jobs().await, []);
        scene.all_came_back(&home).await;
        // What somebody means anew goes out; whose clock nobody knows may have meant it two minutes ago.
        home.pass(120);
        let line = home.claim(&scene.tess, scene.campaign, 1).await.remove(0);
        home.try_send(&scene.tess, of_version(home.text(&line, Initial, WRONG), 1)).await.expect("accepted");
        assert_eq!(home.jobs().await.len(), 1);
    }

    async fn a_recall_that_is_lifted_among_claims_lets_nothing_from_before_it_go(home: Home) {
        let scene = Scene::set(&home, 12).await;
        let recall = scene.recall(&home).await;
        let lifts = async {
            while let Some(code) = scene.lift(&home, recall).await {
                assert_eq!(code, Code::Unsettled);
            }
        };
        let claims = async {
            for _ in 0..5 {
                assert_eq!(home.jobs().await, []);
            }
        };
        let (_, cleared, ()) = tokio::join!(lifts, System::clear_recalls(&home.desk), claims);
        cleared.expect("taken back");
        assert_eq!(home.jobs().await, []);
        scene.all_came_back(&home).await;
    }

    async fn what_was_on_its_way_when_it_was_recalled_goes_no_second_time(home: Home) {
        let scene = Scene::set(&home, 2).await;
        let jobs = home.jobs().await;
        let recall = scene.recall(&home).await;
        System::clear_recalls(&home.desk).await.expect("taken back");
        assert_eq!(scene.lift(&home, recall).await, Some(Code::Unsettled), "the carrier has not answered");
        home.record(jobs[0].attempt, Submitted::Later { reason: "busy".into() }).await;
        assert_eq!(scene.lift(&home, recall).await, Some(Code::Unsettled));
        home.record(jobs[1].attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        assert_eq!(scene.lift(&home, recall).await, None);
        home.pass(60);
        assert_eq!(home.jobs().await, []);
        let ends = [scene.delivery(&home, 0).await, scene.delivery(&home, 1).await];
        assert!(ends.contains(&Delivery::Dropped) && ends.contains(&Delivery::Submitted), "{ends:?}");
        assert_eq!(home.board(&scene.cal, scene.campaign).await.counts.unsent, 2, "one who came back, one without a text");
    }

    async fn what_a_carrier_says_late_of_a_lost_call_makes_it_go_no_second_time(home: Home) {
        let scene = Scene::set(&home, 2).await;
        let jobs = home.jobs().await;
        let recall = scene.recall(&home).await;
        System::clear_recalls(&home.desk).await.expect("taken back");
        // Given up for lost: nothing of it counts as under way.
        home.pass(10);
        System::sweep_attempts(&home.desk, home.desk.clock.now(), Duration::from_secs(900)).await.expect("swept");
        home.pass(900);
        assert_eq!(scene.lift(&home, recall).await, None);
        home.record(jobs[0].attempt, Submitted::Later { reason: "busy".into() }).await;
        System::sweep_attempts(&home.desk, home.desk.clock.now(), Duration::from_secs(900)).await.expect("swept");
        home.record(jobs[1].attempt, Submitted::Later { reason: "busy".into() }).await;
        home.pass(60);
        assert_eq!(home.jobs().await, []);
        let held = home.desk.store.held(&scene.cal.actor, scene.campaign).await.expect("read").expect("visible");
        assert!(held.len() == 2 && held.iter().all(|text| text.safe_to_send_again), "a captain decides: {held:?}");
    }

    async fn what_was_pressed_before_a_recall_goes_by_no_lift(home: Home) {
        let scene = Scene::set(&home, 1).await;
        let line = home.claim(&scene.tess, scene.campaign, 1).await.remove(0);
        let offline = of_version(home.text(&line, Initial, WRONG), 1);
        home.pass(600);
        let recall = scene.recall(&home).await;
        System::clear_recalls(&home.desk).await.expect("taken back");
        home.pass(600);
        let meanwhile = of_version(home.text(&line, Initial, WRONG), 1);
        assert_eq!(scene.lift(&home, recall).await, None);
        home.pass(600);
        let home = after_a_crash(home).await;
        // A laptop was offline all the time, and hands in what it kept.
        for kept in [offline, meanwhile] {
            refused(home.try_send(&scene.tess, kept).await, Code::Recalled);
        }
        assert_eq!(home.jobs().await, []);
        let anew = home.try_send(&scene.tess, of_version(home.text(&line, Initial, WRONG), 1)).await;
        anew.expect("a press of now");
        assert_eq!(home.jobs().await.len(), 1);
    }

    async fn a_lift_by_a_clock_that_was_ahead_shuts_nobody_out(home: Home) {
        let scene = Scene::set(&home, 1).await;
        let line = home.claim(&scene.tess, scene.campaign, 1).await.remove(0);
        let recall = scene.recall(&home).await;
        System::clear_recalls(&home.desk).await.expect("taken back");
        home.pass(7_200);
        assert_eq!(scene.lift(&home, recall).await, None);
        home.clock.jump_to(crate::store_home::start());
        let line = home.line(&scene.tess, scene.campaign, line.id).await;
        let anew = of_version(home.text(&line, Initial, WRONG), 1);
        home.try_send(&scene.tess, anew).await.expect("what was just pressed");
    }

    async fn a_call_by_a_clock_that_was_ahead_keeps_no_recall_from_being_lifted(home: Home) {
        let scene = Scene::set(&home, 1).await;
        home.pass(7_200);
        let job = home.jobs().await.remove(0);
        home.clock.jump_to(crate::store_home::start());
        let recall = scene.recall(&home).await;
        System::clear_recalls(&home.desk).await.expect("taken back");
        assert_eq!(scene.lift(&home, recall).await, Some(Code::Unsettled), "it may be under way");
        System::sweep_attempts(&home.desk, crate::store_home::start(), Duration::from_secs(900)).await.expect("swept");
        assert_eq!(scene.lift(&home, recall).await, None);
        home.record(job.attempt, Submitted::Later { reason: "busy".into() }).await;
        home.pass(60);
        assert_eq!(home.jobs().await, []);
    }

    async fn calls_go_on_while_what_was_recalled_is_taken_back(home: Home) {
        let scene = Scene::set(&home, 3).await;
        scene.recall(&home).await;
        let other = home.import(&scene.admin, definition(), people(1)).await.campaign;
        let line = home.claim(&scene.tess, other, 1).await.remove(0);
        let id = home.initial(&scene.tess, &line).await;
        let cancel = CancellationToken::new();
        let dispatcher = Dispatcher::new(with(&home, Part::Stands), Arc::new(SimulatedCarrier::silent()));
        let story = async {
            until(async || home.delivery(&scene.tess, line.id, id).await == Delivery::Submitted).await;
            cancel.cancel();
        };
        let both = async { tokio::join!(dispatcher.run(cancel.clone()), story) };
        tokio::time::timeout(Duration::from_secs(120), both).await.expect("it ends with what it does beside its calls");
    }

    async fn a_cleaning_that_fails_keeps_nothing_else_from_being_kept_in_order(home: Home) {
        let scene = Scene::set(&home, 1).await;
        home.jobs().await;
        home.pass(if home.desk.store.is_shared() { 121 } else { 5 });
        let dispatcher = Dispatcher::new(with(&home, Part::Fails), Arc::new(SimulatedCarrier::silent()));
        assert!(dispatcher.housekeeping().await.is_err());
        assert_eq!(scene.delivery(&home, 0).await, Delivery::Unknown, "its call was lost");
    }

    async fn one_who_recalls_waits_for_some_of_its_own_texts_and_no_others(home: Home) {
        let scene = Scene::set(&home, 2).await;
        home.act(&scene.cal, Act::Pause { campaign: scene.campaign }).await;
        let earlier = scene.recall(&home).await;
        let later = {
            let campaign = home.import(&scene.admin, wrong(), voters(1)).await.campaign;
            Scene { campaign, admin: scene.admin, cal: scene.cal, tess: scene.tess, waiting: scene.waiting }
        };
        let recall = later.recall(&home).await;
        assert!(recall > earlier);
        let slow = with(&home, Part::Drags(home.clock.clone()));
        let most = Duration::from_secs(10);
        assert!(!System::clear_recall_for(&slow, recall, most).await.expect("some parts"), "it stops in time");
        assert!(System::clear_recall_for(&home.desk, recall, most).await.expect("all of it"));
        assert_eq!(later.lift(&home, recall).await, None, "not held up by the earlier one");
        assert_eq!(later.delivery(&home, 0).await, Delivery::Accepted, "that is somebody else's to do");
        System::clear_recalls(&home.desk).await.expect("taken back");
        later.all_came_back(&home).await;
        assert_eq!(reach(&home, &later.cal, later.campaign, &wording(1)).await.waiting, 0);
    }

    async fn where_else_it_stands_is_found_in_old_versions_and_in_what_is_being_made(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(1)).await.campaign;
        let mended = home.import(&admin, wrong(), people(1)).await.campaign;
        let mut new = right();
        new.initial[0].text = "Hi there, it is {pollingPlace/at the school}.".into();
        update(&home, &admin, mended, new).await;
        let cal = home.join("Cal", Role::Captain).await;
        let find = async |what: Recalled| {
            let found = home.desk.store.elsewhere(&cal.actor, campaign, &what).await.expect("read").expect("visible");
            found.expect("something").1
        };
        // What was confirmed under version 1 still goes out there.
        let found = find(wording(0)).await;
        assert_eq!(found.iter().map(|one| (one.campaign, one.what.clone())).collect::<Vec<_>>(), [(mended, wording(1))]);
        assert_eq!((found[0].certain, found[0].got, found[0].recall), (true, None, None));
        let (here, _) = recall(&home, &cal, mended, found[0].what.clone()).await;
        assert_eq!(find(wording(0)).await[0].recall, Some(here.id));
        let place = Recalled::Field { name: "pollingPlace".into(), value: "12 Wrong St".into() };
        let found = find(place.clone()).await;
        assert_eq!(found.iter().map(|one| (one.campaign, one.certain)).collect::<Vec<_>>(), [(mended, false)]);
        // One that is being made: its recall holds from its first minute on.
        let (said, _) = recall(&home, &cal, campaign, place.clone()).await;
        let mut sorry = wrong();
        sorry.initial[0].text = "Sorry: it is NOT 12 Wrong St but 34 Right St.".into();
        let by = Admin::of(admin.actor.clone()).expect("an admin");
        let request = CorrectionRequest { campaign, recall: said.id, def: sorry, paused: false };
        by.correction(&home.desk, home.fresh(), request).await.expect("an answer");
        let found = find(place.clone()).await;
        let made = found.last().expect("the correction");
        assert_eq!((made.state, made.certain, made.recall), (CampaignState::Importing, true, None));
        recall(&home, &cal, made.campaign, place.clone()).await;
        assert!(find(place).await.last().expect("the correction").recall.is_some());
    }

    async fn what_is_taken_back_everywhere_is_so_in_campaigns_that_are_made_later(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let by = Captain::of(cal.actor.clone()).expect("a captain");
        let place = Recalled::Field { name: "pollingPlace".into(), value: "12 Wrong St".into() };
        let here_alone = Recalled::Field { name: "pollingPlace".into(), value: "34 Right St".into() };
        recall(&home, &cal, campaign, here_alone).await;
        // Said once more of one that holds already, it holds everywhere from then on.
        for again in [false, true] {
            let done = by.recall_for_good(&home.desk, campaign, place.clone(), "wrong".into()).await.expect("an answer");
            assert!(matches!(done, Answer::Changed(Changed::Recalled { already, .. }) if already == again), "{done:?}");
        }
        let of = async |campaign| {
            let all = home.desk.store.recalls(&cal.actor, campaign).await.expect("read").expect("visible");
            all.into_iter().filter(|one| one.lifted_at.is_none()).map(|one| one.recall).collect::<Vec<_>>()
        };
        let later = home.import(&admin, wrong(), voters(1)).await.campaign;
        let held = of(later).await;
        assert_eq!(held.iter().map(|one| &one.what).collect::<Vec<_>>(), [&place]);
        let tess = home.join("Tess", Role::Texter).await;
        let line = home.claim(&tess, later, 1).await.remove(0);
        refused(home.try_send(&tess, home.text(&line, Initial, "Go to 12 Wrong St.")).await, Code::Recalled);
        // A follow-up of it has it once; where it was lifted it is right, and in what is made of that too.
        let made = crate::store_follow_up::follow(&home, &admin, home.fresh(), &second(later, "phone != ''")).await.expect("made");
        assert_eq!(of(made.campaign).await.len(), 1);
        assert_eq!(by.lift_recall(&home.desk, later, held[0].id).await.map(|answer| matches!(answer, Answer::Done)).ok(), Some(true));
        let made = crate::store_follow_up::follow(&home, &admin, home.fresh(), &second(later, "phone != ''")).await.expect("made");
        assert_eq!(of(made.campaign).await, []);
        let all = home.desk.store.all_recalls(&cal.actor).await.expect("read");
        assert_eq!(all.iter().filter(|one| one.everywhere).map(|one| one.campaign).collect::<Vec<_>>(), [campaign]);
        assert_eq!(all.len(), 3);
        assert_eq!(home.desk.store.all_recalls(&tess.actor).await.expect("read"), []);
        // Lifted where it was said of all, it is a matter of the single campaigns again.
        System::clear_recalls(&home.desk).await.expect("taken back");
        let first = all.iter().find(|one| one.everywhere).expect("it").recall.id;
        assert!(matches!(by.lift_recall(&home.desk, campaign, first).await.expect("an answer"), Answer::Done));
        let last = home.import(&admin, wrong(), voters(1)).await.campaign;
        assert_eq!(of(last).await, []);
    }

    async fn a_value_that_a_correction_quotes_can_be_taken_back_in_it(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(2)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        for to in home.claim(&tess, campaign, 2).await {
            home.try_send(&tess, of_version(home.text(&to, Initial, WRONG), 1)).await.expect("accepted");
        }
        home.jobs().await;
        let place = Recalled::Field { name: "pollingPlace".into(), value: "12 Wrong St".into() };
        let (said, _) = recall(&home, &cal, campaign, place.clone()).await;
        let mut sorry = wrong();
        sorry.initial[0].text = "Sorry: it is NOT 12 Wrong St but 34 Right St.".into();
        let made = correction(&home, &admin, campaign, (home.fresh(), said.id, sorry.clone())).await.expect("made");
        let tom = home.join("Tom", Role::Texter).await;
        let to = home.claim(&tom, made.campaign, 2).await;
        let quoting = home.text(&to[0], Initial, "Sorry: it is NOT 12 Wrong St but 34 Right St.");
        home.try_send(&tom, of_version(quoting, 1)).await.expect("in its own words");
        // What it quotes may mislead itself: nothing of it goes out then, whatever a later version says.
        home.pass(60);
        let (here, dropped) = recall(&home, &cal, made.campaign, place.clone()).await;
        assert_eq!((here.texts.len(), dropped), (0, 1));
        assert_eq!(recall(&home, &cal, made.campaign, place).await.0.id, here.id, "once");
        sorry.initial[0].text = "Once more: not 12 Wrong St, 34 Right St!".into();
        update(&home, &admin, made.campaign, sorry).await;
        let quoting = home.text(&to[1], Initial, "Once more: not 12 Wrong St, 34 Right St!");
        refused(home.try_send(&tom, of_version(quoting, 2)).await, Code::Recalled);
    }
}

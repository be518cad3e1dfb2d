//! The protocol as a model, searched exhaustively: every order of every step, with every fault at every point.
//!
//! One contact, one or two texts for it, pressed on two laptops; two server workers; one carrier; a captain. There are
//! no probabilities and no time: a request that was made may arrive at any later time, any number of times, or never, also
//! after its sender died; an answer may be lost; the carrier may send any receipt again for ever; a worker may be killed
//! between any two of its steps, or be swept while it still works; the voter may opt out, the lease may go to the other
//! laptop and the hours may close at any moment. What a laptop has in memory is not in the model at all: every step of it may be
//! made at any time, so that its crash changes nothing. What is in the journal or committed by the server survives.
//!
//! | step of the model | what does it |
//! |---|---|
//! | `Press` | `client::journal::Journal::confirm` (one synced commit), after `console::core::texter::gate` |
//! | `Send` | `client::outbox::Worker::take_off`, `hand_in`: `PUT /messages/{id}` |
//! | `Deliver` | `server::store::sql::send`: `Tx::send` = `replay`, `objection`, `accept` or `refuse`, in one commit |
//! | `Answer` | `client::outbox::Worker::decided`, `Journal::settle` |
//! | `Echo` | `console::runtime::effects::feed`: `Feed::settled` = `Journal::settle`, `Journal::echoed` |
//! | `ReadBack` | `client::outbox::read_back`, `Journal::mark_lost` |
//! | `Claim` | `server::store::sql::jobs`: `Tx::claim_jobs` = `look`, then `begin` or `back::take_back`, in one commit |
//! | `Call`, `Arrive`, `Die` | `server::jobs::Dispatcher::call`, `Carrier::submit`, and the line to the carrier |
//! | `Record`, `TimeOut` | `Tx::record_attempt` |
//! | `Sweep`, `Hold` | `Tx::sweep_attempts`, called by `Dispatcher::housekeeping` |
//! | `Receipt` | `server::store::sql::carrier`: `Tx::receipt`; a look-up that finds the text (`held`: `Tx::record_look_up`) has the same effect |
//! | `Decide` | `server::store::sql::held`: `Tx::decide_held` |
//! | `OptOut` | `server::store::sql::opt_out`: `Tx::opt_out` with `drop_ready`, in one commit |
//! | `Reassign` | `Act::Reclaim`, then `server::store::sql::claim`: `Tx::claim` |
//!
//! Not in the model: several contacts at once (nothing of one contact looks at another), the carrier's receipts of failure,
//! campaigns on pause (as closed hours), possible opt-outs (as opt-outs, until a person decides), `after_seq` of replies.
//! A truthful captain's look at the carrier, and an authoritative list, find a request that is still under way: they are
//! asked only when it must have arrived or died (`HOLD_AFTER`).

mod policy;
mod properties;
mod state;
mod step;

use std::collections::HashSet;

use rstest::rstest;
use stateright::{Checker, Model, Property};

use self::policy::{Bounds, Captain, Disk, FreedAt, Kind, Policy, Team, Unknown};
use self::properties::{
    REACHED, an_opt_out_stops_everything, everything_can_settle, hours_hold, nobody_gets_it_twice, nothing_is_lost,
    one_pair_of_hands,
};
use self::state::{Call, State};
use self::step::Step;

/// What the crate searches.
struct Search {
    policy: Policy,
    properties: Vec<Property<Self>>,
}

impl Model for Search {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(&self.policy)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        step::steps(&self.policy, state, actions);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        step::after(&self.policy, state, step)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        self.properties.clone()
    }
}

/// Properties by their functions' names: the crate takes function pointers only, which cannot capture one.
macro_rules! always {
    ($($property:ident),*) => {
        vec![$(Property::always(stringify!($property), |search: &Search, state| $property(&search.policy, state))),*]
    };
}

fn all() -> Vec<Property<Search>> {
    always!(
        nobody_gets_it_twice,
        an_opt_out_stops_everything,
        hours_hold,
        one_pair_of_hands,
        nothing_is_lost,
        everything_can_settle
    )
}

/// Searches to the end; says how many states there are. A bad one fails the test with the shortest story of it.
fn search(policy: Policy, properties: Vec<Property<Search>>) -> (usize, Option<Vec<Step>>) {
    let checker = Search { policy, properties }.checker().spawn_bfs().join();
    let story = checker.discoveries().into_values().map(|path| path.into_actions()).min_by_key(Vec::len);
    (checker.unique_state_count(), story)
}

/// Two texts, a call each; everything that can happen to them.
const PAIR: Bounds = Bounds { texts: 2, calls: 1, workers: 2, hours: true, opt_out: true };
/// One text, two calls.
const SINGLE: Bounds = Bounds { texts: 1, calls: 2, workers: 2, hours: true, opt_out: true };
/// Two texts, a call each, on one day.
const ONE_DAY: Bounds = Bounds { hours: false, ..PAIR };
/// Two texts, two calls each.
const BOTH: Bounds = Bounds { calls: 2, ..PAIR };

#[rstest]
#[case::two_texters(Team::Two, Kind::Initial, PAIR, Unknown::Hold, 20_702)]
#[case::one_texter_with_two_laptops(Team::OneWithTwoLaptops, Kind::Initial, PAIR, Unknown::Hold, 35_474)]
#[case::a_call_repeated(Team::Two, Kind::Initial, SINGLE, Unknown::Hold, 13_236)]
#[case::a_reply(Team::Two, Kind::Reply, SINGLE, Unknown::Hold, 19_728)]
#[case::two_replies(Team::Two, Kind::Reply, ONE_DAY, Unknown::Hold, 39_347)]
#[case::requeue_after_an_authoritative_list(Team::Two, Kind::Initial, SINGLE, Unknown::RequeueAuthoritative, 13_332)]
fn the_chosen_policy_has_no_bad_state(
    #[case] team: Team,
    #[case] kind: Kind,
    #[case] bounds: Bounds,
    #[case] unknown: Unknown,
    #[case] states: usize,
) {
    let (found, story) = search(Policy { team, kind, bounds, unknown, ..Policy::CHOSEN }, all());
    assert_eq!(story, None, "a bad state");
    // Deterministic: another number means another model.
    assert_eq!(found, states, "states searched");
}

#[rstest]
#[case(Team::Two, Kind::Initial, BOTH, 142_184)]
#[case(Team::OneWithTwoLaptops, Kind::Initial, BOTH, 243_620)]
#[case(Team::Two, Kind::Reply, Bounds { hours: false, ..BOTH }, 1_353_914)]
#[ignore = "more than a million states: for a release build (.ci/long)"]
fn the_chosen_policy_has_no_bad_state_with_two_calls_each(
    #[case] team: Team,
    #[case] kind: Kind,
    #[case] bounds: Bounds,
    #[case] states: usize,
) {
    let (found, story) = search(Policy { team, kind, bounds, ..Policy::CHOSEN }, all());
    assert_eq!(story, None, "a bad state");
    assert_eq!(found, states, "states searched");
}

/// Without this the search could be of an empty world.
#[test]
fn what_is_to_be_survived_does_happen() {
    let mut missing: Vec<_> = REACHED.iter().map(|(name, _)| *name).collect();
    for (bounds, kind) in [(PAIR, Kind::Initial), (SINGLE, Kind::Initial), (ONE_DAY, Kind::Reply)] {
        let policy = Policy { bounds, kind, ..Policy::CHOSEN };
        let mut found: Vec<&str> = Vec::new();
        walk(&policy, |state| {
            for (name, reached) in REACHED {
                if !found.contains(name) && reached(&policy, state) {
                    found.push(name);
                }
            }
        });
        missing.retain(|name| !found.contains(name));
    }
    assert_eq!(missing, Vec::<&str>::new());
}

/// One text on one day, and nobody opts out.
const PLAIN: Policy = Policy { bounds: Bounds { hours: false, opt_out: false, ..SINGLE }, ..Policy::CHOSEN };
/// What may happen to one text, and on two days.
const TWO_DAYS: Policy = Policy { bounds: SINGLE, ..Policy::CHOSEN };

/// The carrier takes a text.
fn taken(t: u8, n: u8) -> Step {
    Step::Arrive { t, n, becomes: Call::Taken }
}

// Ways of doing it that look reasonable, each with the shortest story of how it goes wrong.
#[rstest]
#[case::retry_when_no_answer_came(
    Policy { unknown: Unknown::Retry, ..PLAIN }, always!(nobody_gets_it_twice), 10, taken(0, 1)
)]
#[case::requeue_when_a_lagging_list_does_not_show_it(
    Policy { unknown: Unknown::RequeueLagging, ..PLAIN }, always!(nobody_gets_it_twice), 11, taken(0, 1)
)]
#[case::requeue_while_the_request_is_under_way(
    Policy { unknown: Unknown::RequeueTooEarly, ..PLAIN }, always!(nobody_gets_it_twice), 11, taken(0, 1)
)]
#[case::look_for_opt_outs_at_accept_only(
    Policy { looks_again_for_opt_outs: false, ..TWO_DAYS }, always!(an_opt_out_stops_everything), 5, Step::Claim { t: 0 }
)]
#[case::free_the_row_with_the_answer(
    Policy { freed_at: FreedAt::Answer, disk: Disk::LosesTheTail, ..PLAIN }, always!(nothing_is_lost), 5, Step::PowerCut
)]
#[case::never_ask_for_what_was_answered_and_not_echoed(
    Policy { reads_back: false, disk: Disk::LosesTheTail, ..PLAIN }, always!(everything_can_settle), 5, Step::PowerCut
)]
#[case::write_the_job_though_the_row_was_there(
    Policy { job_with_row: false, ..PLAIN }, always!(nobody_gets_it_twice), 10, taken(0, 1)
)]
#[case::a_fresh_id_for_another_try_of_a_reply(
    Policy { one_id: false, kind: Kind::Reply, ..PLAIN }, always!(nobody_gets_it_twice), 12, taken(1, 0)
)]
#[case::no_constraint_of_one_first_text(
    Policy { one_initial: false, team: Team::OneWithTwoLaptops, bounds: ONE_DAY, ..PLAIN },
    always!(nobody_gets_it_twice), 12, taken(1, 0)
)]
#[case::leases_without_a_fence(
    Policy { fenced: false, ..PLAIN }, always!(one_pair_of_hands), 4, Step::Deliver { t: 0 }
)]
#[case::look_at_the_hours_at_accept_only(
    Policy { looks_again_for_hours: false, ..TWO_DAYS }, always!(hours_hold), 5, Step::Claim { t: 0 }
)]
#[case::send_next_morning(
    Policy { parks_yesterday: false, ..TWO_DAYS }, always!(hours_hold), 5, Step::Deliver { t: 0 }
)]
fn a_naive_policy_goes_wrong(
    #[case] policy: Policy,
    #[case] watched: Vec<Property<Search>>,
    #[case] length: usize,
    #[case] last: Step,
) {
    let (_, story) = search(policy, watched);
    let story = story.expect("a bad state");
    assert_eq!((story.len(), story.last()), (length, Some(&last)), "{story:#?}");
}

// What no program can promise, and this one does not (SECURITY.md).
#[rstest]
#[case::a_captain_who_is_wrong(
    Policy { captain: Captain::Careless, ..PLAIN }, always!(nobody_gets_it_twice), 12, taken(0, 1)
)]
#[case::a_disk_that_lies_sends_twice(
    Policy { disk: Disk::Lies, ..PLAIN }, always!(nobody_gets_it_twice), 10, taken(0, 1)
)]
#[case::a_disk_that_lies_loses(Policy { disk: Disk::Lies, ..PLAIN }, always!(nothing_is_lost), 5, Step::PowerCut)]
fn what_is_not_promised_does_go_wrong(
    #[case] policy: Policy,
    #[case] watched: Vec<Property<Search>>,
    #[case] length: usize,
    #[case] last: Step,
) {
    let (_, story) = search(policy, watched);
    let story = story.expect("a bad state");
    assert_eq!((story.len(), story.last()), (length, Some(&last)), "{story:#?}");
}

/// A captain's wrong word brings one text more for each time it is said, and nothing else with it.
#[test]
fn a_captain_who_is_wrong_does_no_other_harm() {
    let policy = Policy { captain: Captain::Careless, ..TWO_DAYS };
    let others = all().into_iter().filter(|property| property.name != "nobody_gets_it_twice").collect();
    assert_eq!(search(policy, others).1, None);
}

/// A torn tail of the server's disk loses nothing that no feed had told: the journal still has it.
#[test]
fn a_tail_that_nobody_had_seen_may_be_lost() {
    let policy = Policy { disk: Disk::LosesTheTail, bounds: PAIR, ..Policy::CHOSEN };
    assert_eq!(search(policy, all()), (24_709, None));
}

/// The first text is safe even from a laptop that mints an id for every try: the database has the last word.
#[test]
fn a_fresh_id_for_every_try_of_a_first_text_does_not_double_it() {
    let policy = Policy { one_id: false, ..PLAIN };
    assert_eq!(search(policy, always!(nobody_gets_it_twice)).1, None);
}

/// Every state there is.
fn walk(policy: &Policy, mut look: impl FnMut(&State)) {
    let mut seen = HashSet::new();
    let mut next = vec![State::new(policy)];
    let mut possible = Vec::new();
    while let Some(state) = next.pop() {
        look(&state);
        possible.clear();
        step::steps(policy, &state, &mut possible);
        let after = possible.iter().filter_map(|possible| step::after(policy, &state, *possible));
        next.extend(after.filter(|state| seen.insert(state.clone())));
    }
}

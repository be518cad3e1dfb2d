//! Conformance: who comes to a campaign's events, and who is in its queues.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    assignment::ContactSummary,
    list_change::ContactKey,
    message::ThreadEntry,
    people::Role,
    problem::{Code, Problem},
    rsvp::{EventTally, QueueChanged, QueueDone, QueueTally},
};
use textbank::domain::{
    campaign::CampaignDef,
    ids::{CampaignId, ContactId},
    rsvp::{CampaignEvent, Rsvp, RsvpAnswer, RsvpResult, Standing},
    survey::{Answer as Choice, Question},
};
use textbank::server::store::{
    change::Changed,
    command::Answer,
    handles::{Admin, Captain},
    results::Wanted,
    turnout::Part,
};

use crate::store_home::{Hand, Home, definition, on_every_store, people, refused};

fn choice(value: &str, rsvp: Option<RsvpAnswer>, queue: Option<&str>, next: Option<&str>) -> Choice {
    Choice {
        value: value.into(),
        rsvp: rsvp.map(|answer| Rsvp { event: "rally".into(), answer, people: 1 }),
        queue: queue.map(str::to_owned),
        next: next.map(str::to_owned),
        ..Choice::default()
    }
}

/// Two places; whoever comes is asked about a ride.
fn def() -> CampaignDef {
    let question = |id: &str, answers| Question { id: id.into(), text: format!("{id}?"), answers };
    CampaignDef {
        events: vec![CampaignEvent {
            id: "rally".into(),
            title: "Rally for the library".into(),
            starts_at: "2026-06-20T23:00:00Z".parse().expect("a time"),
            ends_at: "2026-06-21T01:00:00Z".parse().expect("a time"),
            zone: "America/Chicago".into(),
            place: "Town hall".into(),
            address: String::new(),
            capacity: Some(2),
        }],
        questions: vec![
            question(
                "coming",
                vec![
                    choice("yes", Some(RsvpAnswer::Yes), None, Some("ride")),
                    choice("perhaps", Some(RsvpAnswer::Maybe), None, None),
                    choice("no", Some(RsvpAnswer::No), None, Some("sign")),
                    choice("no answer", None, None, None),
                ],
            ),
            question("ride", vec![choice("yes", None, Some("ride"), None), choice("no", None, None, None)]),
            question("sign", vec![choice("yes", None, Some("yard sign"), None)]),
        ],
        ..definition()
    }
}

struct Shift {
    home: Home,
    admin: Hand,
    tess: Hand,
    campaign: CampaignId,
    slice: Vec<ContactSummary>,
}

impl Shift {
    async fn begin(home: Home) -> Self {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, def(), people(9)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 5).await;
        for contact in &slice {
            home.initial(&tess, contact).await;
        }
        Self { home, admin, tess, campaign, slice }
    }

    async fn answers(&self, n: usize, question: &str, value: Option<&str>) {
        let (contact, question) = (self.slice[n].id, question.to_owned());
        self.home.act(&self.tess, Act::Answer { contact, question, value: value.map(str::to_owned) }).await;
    }

    /// Everybody on the list, page by page: which of the slice, and how they stand.
    async fn list(&self) -> Vec<(usize, Standing)> {
        let mut all: Vec<RsvpResult> = Vec::new();
        let mut after = 0;
        loop {
            let part = Part { only: Some("rally".into()), after, limit: 2 };
            let page = self.home.desk.store.rsvps_out(&self.admin.actor, self.campaign, &part).await;
            let page = page.expect("read").expect("visible");
            all.extend(page.rsvps);
            match page.next {
                Some(next) => after = next.parse().expect("a place"),
                None => break,
            }
        }
        let which = |contact: ContactId| self.slice.iter().position(|one| one.id == contact).expect("of the slice");
        all.iter().map(|one| (which(one.contact), one.standing)).collect()
    }

    /// Yes, waiting, maybe, no.
    async fn counts(&self) -> (u64, u64, u64, u64) {
        let found = self.home.desk.store.calendar(&self.tess.actor, self.campaign).await.expect("read");
        let EventTally { yes, waiting, maybe, no, .. } = found.expect("visible").remove(0);
        (yes, waiting, maybe, no)
    }

    async fn queues(&self) -> Vec<(String, u64, u64)> {
        let found = self.home.desk.store.queues(&self.admin.actor, self.campaign).await.expect("read");
        found.expect("visible").into_iter().map(|QueueTally { queue, open, done, .. }| (queue, open, done)).collect()
    }

    async fn done(&self, contacts: &[usize], undo: bool) -> Result<QueueChanged, Problem> {
        let contacts = contacts.iter().map(|n| self.slice[*n].id).collect();
        let captain = Captain::of(self.admin.actor.clone()).expect("a captain");
        let request = QueueDone { queue: "ride".into(), contacts, undo };
        match captain.queue_done(&self.home.desk, self.campaign, request).await.expect("an answer") {
            Answer::Changed(Changed::Queue(changed)) => Ok(changed),
            Answer::Refused(problem) => Err(*problem),
            other => panic!("{other:?}"),
        }
    }

    async fn update(&self, def: CampaignDef) -> Result<(), Problem> {
        let admin = Admin::of(self.admin.actor.clone()).expect("an admin");
        match admin.update_script(&self.home.desk, self.campaign, def).await.expect("an answer") {
            Answer::Changed(_) => Ok(()),
            Answer::Refused(problem) => Err(*problem),
            other => panic!("{other:?}"),
        }
    }

    /// Lines of a thread that say somebody waits.
    async fn told(&self, n: usize) -> Vec<String> {
        let thread = self.home.thread(&self.tess, self.slice[n].id).await;
        let full = |entry: ThreadEntry| match entry {
            ThreadEntry::Note { what, detail, .. } if what == "event_full" => Some(detail),
            _ => None,
        };
        thread.entries.into_iter().filter_map(full).collect()
    }
}

fn key(contact: u32) -> ContactKey {
    ContactKey { phone: Some(crate::store_home::phone(contact)), external_id: None }
}

on_every_store! {
    async fn whoever_says_yes_first_is_in_and_a_freed_place_is_the_next_ones(home: Home) {
        let shift = Shift::begin(home).await;
        assert_eq!((shift.counts().await, shift.list().await), ((0, 0, 0, 0), vec![]));
        for n in 0..4 {
            shift.answers(n, "coming", Some("yes")).await;
        }
        use Standing::{Maybe, No, Waiting, Yes};
        assert_eq!(shift.list().await, [(0, Yes), (1, Yes), (2, Waiting), (3, Waiting)]);
        assert_eq!(shift.counts().await, (2, 2, 0, 0));
        // Whoever waits is told in the thread, with the place in the line.
        assert_eq!((shift.told(1).await, shift.told(3).await), (vec![], vec!["2, Rally for the library".to_owned()]));

        // Saying the same once more keeps the place.
        shift.answers(0, "coming", Some("yes")).await;
        assert_eq!(shift.list().await[0], (0, Yes));
        // Who waits is told so again, with the place kept: the words that follow are those for a waiting line again.
        shift.answers(2, "coming", Some("yes")).await;
        assert_eq!(shift.told(2).await, ["1, Rally for the library"; 2]);
        assert_eq!(shift.told(0).await, [""; 0]);
        // A changed mind frees it, and who comes back is behind the others.
        shift.answers(0, "coming", Some("perhaps")).await;
        assert_eq!(shift.list().await, [(1, Yes), (2, Yes), (3, Waiting), (0, Maybe)]);
        shift.answers(0, "coming", Some("yes")).await;
        assert_eq!(shift.list().await, [(1, Yes), (2, Yes), (3, Waiting), (0, Waiting)]);
        shift.answers(1, "coming", Some("no")).await;
        assert_eq!(shift.counts().await, (2, 1, 0, 1));
        // An answer that says nothing of it, and one that is cleared, leave the list.
        shift.answers(1, "coming", Some("no answer")).await;
        shift.answers(2, "coming", None).await;
        assert_eq!(shift.list().await, [(3, Yes), (0, Yes)]);
        shift.answers(4, "coming", Some("no")).await;
        assert_eq!(shift.list().await, [(3, Yes), (0, Yes), (4, No)]);

        // Whoever is taken off the list gives the place back.
        shift.answers(2, "coming", Some("yes")).await;
        assert_eq!(shift.list().await, [(3, Yes), (0, Yes), (4, No), (2, Waiting)]);
        let admin = Admin::of(shift.admin.actor.clone()).expect("an admin");
        let number = u32::try_from(shift.slice[3].first_name.trim_start_matches("Voter ").parse::<u64>().expect("a number"));
        let who = vec![key(number.expect("small"))];
        admin.remove_contacts(&shift.home.desk, shift.campaign, who, false).await.expect("removed");
        assert_eq!(shift.list().await, [(0, Yes), (4, No), (2, Yes)]);

        // An export of contacts says the same.
        let wanted = Wanted { limit: 1_000, ..Wanted::default() };
        let out = shift.home.desk.store.contacts_out(&shift.admin.actor, shift.campaign, &wanted).await;
        let out: BTreeMap<ContactId, BTreeMap<String, Standing>> =
            out.expect("read").expect("visible").contacts.into_iter().map(|one| (one.id, one.rsvps)).collect();
        let of = |n: usize| out[&shift.slice[n].id].get("rally").copied();
        assert_eq!((of(0), of(1), of(2), of(4)), (Some(Yes), None, Some(Yes), Some(No)));
    }

    async fn whoever_brings_friends_takes_their_places_too(home: Home) {
        let shift = Shift::begin(home).await;
        let mut groups = def();
        let of = |value: &str, people| Choice {
            value: value.into(),
            rsvp: Some(Rsvp { event: "rally".into(), answer: RsvpAnswer::Yes, people }),
            ..Choice::default()
        };
        groups.questions[0].answers.extend([of("two of us", 2), of("three of us", 3)]);
        groups.events[0].capacity = Some(4);
        shift.update(groups).await.expect("taken");
        shift.answers(0, "coming", Some("three of us")).await;
        shift.answers(1, "coming", Some("two of us")).await;
        shift.answers(2, "coming", Some("yes")).await;
        // Two do not fit into the last place, and nobody overtakes them.
        assert_eq!(shift.list().await, [(0, Standing::Yes), (1, Standing::Waiting), (2, Standing::Waiting)]);
        assert_eq!(shift.counts().await, (3, 3, 0, 0));
        assert_eq!(shift.told(2).await, ["2, Rally for the library"]);
        // Whoever comes with fewer keeps the place, and frees the others'.
        shift.answers(0, "coming", Some("two of us")).await;
        assert_eq!(shift.list().await, [(0, Standing::Yes), (1, Standing::Yes), (2, Standing::Waiting)]);
        assert_eq!(shift.counts().await, (4, 1, 0, 0));
        // With more they are behind the others.
        shift.answers(0, "coming", Some("three of us")).await;
        assert_eq!(shift.list().await, [(1, Standing::Yes), (2, Standing::Yes), (0, Standing::Waiting)]);
        // A number that turns out to be somebody else's comes with nobody.
        shift.home.act(&shift.tess, Act::WrongNumber { contact: shift.slice[1].id }).await;
        assert_eq!(shift.list().await, [(2, Standing::Yes), (0, Standing::Yes)]);
        assert_eq!(shift.counts().await, (4, 0, 0, 0));
        let part = Part { only: None, after: 0, limit: 9 };
        let out = shift.home.desk.store.rsvps_out(&shift.admin.actor, shift.campaign, &part).await;
        let people: Vec<u32> = out.expect("read").expect("visible").rsvps.iter().map(|one| one.people).collect();
        assert_eq!(people, [1, 3]);
    }

    async fn answers_fill_queues_and_leave_them_unless_somebody_has_done_it(home: Home) {
        let shift = Shift::begin(home).await;
        assert_eq!(shift.queues().await, [("ride".to_owned(), 0, 0), ("yard sign".to_owned(), 0, 0)]);
        for n in 0..3 {
            shift.answers(n, "coming", Some("yes")).await;
            shift.answers(n, "ride", Some("yes")).await;
        }
        shift.answers(3, "coming", Some("no")).await;
        shift.answers(3, "sign", Some("yes")).await;
        assert_eq!(shift.queues().await, [("ride".to_owned(), 3, 0), ("yard sign".to_owned(), 1, 0)]);

        assert_eq!(shift.done(&[0, 3], false).await.expect("done"), QueueChanged {
            changed: 1, already: 0, not_found: vec![shift.slice[3].id],
        });
        assert_eq!(shift.done(&[0, 0], false).await.expect("done"), QueueChanged { changed: 0, already: 1, not_found: vec![] });
        // What is changed above takes away what hangs below: who was not driven yet is in the queue no more.
        shift.answers(0, "coming", Some("perhaps")).await;
        shift.answers(1, "coming", Some("perhaps")).await;
        assert_eq!(shift.queues().await[0], ("ride".to_owned(), 1, 1));
        let part = Part { only: Some("ride".into()), after: 0, limit: 10 };
        let page = async |all: bool| {
            let found = shift.home.desk.store.queue_out(&shift.admin.actor, shift.campaign, &part, all).await;
            let entries = found.expect("read").expect("visible").entries;
            entries.into_iter().map(|one| (one.contact, one.done_by)).collect::<Vec<_>>()
        };
        let (first, third) = (shift.slice[0].id, shift.slice[2].id);
        assert_eq!(page(false).await, [(third, None)]);
        assert_eq!(page(true).await, [(first, Some("Ada".to_owned())), (third, None)]);
        assert_eq!(shift.done(&[0], true).await.expect("undone").changed, 1);
        assert_eq!(shift.queues().await[0], ("ride".to_owned(), 2, 0));
        let many = vec![ContactId(1); 1_001];
        let captain = Captain::of(shift.admin.actor.clone()).expect("a captain");
        let request = QueueDone { queue: "ride".into(), contacts: many, undo: false };
        let refusal = captain.queue_done(&shift.home.desk, shift.campaign, request).await.expect("an answer");
        assert!(matches!(refusal, Answer::Refused(problem) if problem.code == Code::TooLarge));
    }

    async fn whoever_wishes_anew_for_what_was_done_waits_anew(home: Home) {
        let shift = Shift::begin(home).await;
        for n in 0..2 {
            shift.answers(n, "coming", Some("yes")).await;
            shift.answers(n, "ride", Some("yes")).await;
        }
        shift.done(&[0], false).await.expect("done");
        // The same once more, and another question's answer, are no new wish.
        shift.answers(0, "ride", Some("yes")).await;
        shift.answers(0, "coming", Some("yes")).await;
        assert_eq!(shift.queues().await[0], ("ride".to_owned(), 1, 1));
        shift.answers(0, "ride", Some("no")).await;
        assert_eq!(shift.queues().await[0], ("ride".to_owned(), 1, 1));
        shift.answers(0, "ride", Some("yes")).await;
        assert_eq!(shift.queues().await[0], ("ride".to_owned(), 2, 0));
        let part = Part { only: Some("ride".into()), after: 0, limit: 10 };
        let found = shift.home.desk.store.queue_out(&shift.admin.actor, shift.campaign, &part, false).await;
        let entries = found.expect("read").expect("visible").entries;
        let entries: Vec<_> = entries.into_iter().map(|one| (one.contact, one.done_at, one.done_by)).collect();
        // Behind those who waited meanwhile.
        assert_eq!(entries, [(shift.slice[1].id, None, None), (shift.slice[0].id, None, None)]);
    }

    async fn what_a_script_calls_by_another_word_now_stays_recorded_until_it_is_answered(home: Home) {
        let shift = Shift::begin(home).await;
        for n in 0..2 {
            shift.answers(n, "coming", Some("yes")).await;
            shift.answers(n, "ride", Some("yes")).await;
        }
        shift.answers(2, "coming", Some("yes")).await;
        // One word is another one, and one answer says nothing of a queue any more.
        let mut other = def();
        other.questions[0].answers[0].value = "gladly".into();
        other.questions[1].answers[0].queue = None;
        other.questions[1].answers[1].queue = Some("lift".into());
        other.questions[2].answers.push(choice("no", None, None, None));
        shift.update(other).await.expect("changed");
        for n in 0..3 {
            shift.answers(n, "sign", Some("no")).await;
        }
        use Standing::{Maybe, Waiting, Yes};
        assert_eq!(shift.list().await, [(0, Yes), (1, Yes), (2, Waiting)]);
        assert!(shift.queues().await.contains(&("ride".to_owned(), 2, 0)));
        // Nor is anybody twice in a queue that has another name now.
        let mut other = def();
        other.questions[1].answers[0].queue = Some("lift".into());
        other.questions[2].answers.push(choice("no", None, None, None));
        shift.update(other).await.expect("changed");
        shift.answers(0, "sign", None).await;
        assert!(shift.queues().await.contains(&("ride".to_owned(), 2, 0)));
        assert!(shift.queues().await.contains(&("lift".to_owned(), 0, 0)));
        shift.answers(0, "ride", Some("yes")).await;
        assert!(shift.queues().await.contains(&("ride".to_owned(), 1, 0)));
        assert!(shift.queues().await.contains(&("lift".to_owned(), 1, 0)));
        // Their own answers still change it, or take it away.
        shift.answers(0, "coming", Some("perhaps")).await;
        shift.answers(1, "coming", Some("no answer")).await;
        assert_eq!(shift.list().await, [(2, Yes), (0, Maybe)]);
        shift.answers(2, "coming", None).await;
        assert_eq!(shift.list().await, [(0, Maybe)]);
    }

    async fn two_questions_about_one_queue_keep_their_contact_in_it_until_both_are_changed(home: Home) {
        let shift = Shift::begin(home).await;
        let mut both = def();
        both.questions[2].answers[0].queue = Some("ride".into());
        both.questions[2].answers.push(choice("no", None, None, None));
        shift.update(both).await.expect("changed");
        shift.answers(0, "ride", Some("yes")).await;
        shift.answers(0, "sign", Some("yes")).await;
        shift.answers(0, "ride", Some("no")).await;
        assert_eq!(shift.queues().await[0], ("ride".to_owned(), 1, 0));
        shift.answers(0, "sign", Some("no")).await;
        assert_eq!(shift.queues().await[0], ("ride".to_owned(), 0, 0));
    }

    async fn a_script_may_change_an_event_and_not_lose_one_that_people_have_answered_about(home: Home) {
        let shift = Shift::begin(home).await;
        let mut without = def();
        without.events.clear();
        for answer in without.questions.iter_mut().flat_map(|question| &mut question.answers) {
            answer.rsvp = None;
        }
        shift.update(without.clone()).await.expect("nobody has answered");
        shift.update(def()).await.expect("it is back");
        for n in 0..3 {
            shift.answers(n, "coming", Some("yes")).await;
        }
        let problem = refused(shift.update(without).await, Code::Invalid);
        assert!(problem.faults[0].contains("3 contacts") && problem.faults[0].contains("`rally`"), "{problem:?}");
        // More places: who waited is in.
        let mut larger = def();
        larger.events[0].capacity = Some(3);
        shift.update(larger).await.expect("changed");
        assert_eq!(shift.counts().await, (3, 0, 0, 0));
        let mut broken = def();
        broken.events[0].ends_at = broken.events[0].starts_at;
        let problem = refused(shift.update(broken).await, Code::Invalid);
        assert_eq!(problem.faults, ["events: `rally` ends before it begins"]);
        // A question that is gone takes nobody off the list: that is what they said.
        let mut other = def();
        other.questions.remove(0);
        other.questions.insert(0, Question { id: "new".into(), text: "New?".into(), answers: vec![
            choice("yes", Some(RsvpAnswer::Yes), None, Some("ride")),
            choice("nothing", None, None, Some("sign")),
        ] });
        shift.update(other).await.expect("changed");
        shift.answers(0, "new", Some("nothing")).await;
        shift.answers(1, "new", Some("yes")).await;
        assert_eq!(shift.list().await.len(), 3);
    }
}

//! Conformance: saved segments, and campaigns that follow another one.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    campaign::CampaignState,
    closing::CloseRequest,
    list_change::ContactKey,
    message::ThreadEntry,
    people::Role,
    problem::{Code, Problem},
    segments::{FollowUp, FollowUpRequest, LeftOut, SaveSegment, SegmentInfo},
};
use textbank::domain::{
    campaign::CampaignDef,
    contact::Contact,
    filter::Filter,
    ids::CampaignId,
    message::{Delivery, MessageKind::Reply},
    provenance::Provenance,
    recall::Recalled,
    results::ContactResult,
};
use textbank::server::carrier::Submitted;
use textbank::server::store::{
    change::Changed,
    command::Answer,
    handles::{Admin, Captain},
    results::Wanted,
    roster::AuditWanted,
};
use uuid::Uuid;

use crate::store_home::{Hand, Home, definition, on_every_store, people, person, phone};

fn by(hand: &Hand) -> Admin {
    Admin::of(hand.actor.clone()).expect("an admin")
}

pub fn second(campaign: CampaignId, expression: &str) -> FollowUpRequest {
    FollowUpRequest {
        campaign,
        expression: Some(expression.to_owned()),
        segment: None,
        def: CampaignDef { title: "Second round".into(), ..definition() },
        not_texted_within_days: None,
        keep_texter_hours: None,
        paused: false,
    }
}

fn told(answer: Answer) -> Result<FollowUp, Problem> {
    match answer {
        Answer::Changed(Changed::FollowUp(told)) => Ok(told),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

/// One request, as the route makes it: begun or found, then part after part.
pub async fn follow(home: &Home, admin: &Hand, id: Uuid, request: &FollowUpRequest) -> Result<FollowUp, Problem> {
    let expression = request.expression.clone();
    let mut state = told(by(admin).follow_up(&home.desk, id, request.clone(), expression).await.expect("an answer"))?;
    while !state.finished {
        state = part(home, admin, id).await.expect("a part");
    }
    Ok(state)
}

async fn part(home: &Home, admin: &Hand, id: Uuid) -> Option<FollowUp> {
    let standing = home.desk.store.follow_up(&admin.actor, id).await.expect("read").expect("begun");
    let part = standing.part?;
    let answer = by(admin).follow_up_part(&home.desk, standing.source, id, part).await.expect("an answer");
    Some(told(answer).expect("a part"))
}

async fn save(home: &Home, admin: &Hand, name: &str, expression: &str, replace: bool) -> Result<SegmentInfo, Problem> {
    let request = SaveSegment { name: name.into(), expression: expression.into(), campaign: None, replace };
    match by(admin).save_segment(&home.desk, request).await.expect("an answer") {
        Answer::Changed(Changed::Segment(saved)) => Ok(saved),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

async fn results(home: &Home, admin: &Hand, campaign: CampaignId) -> Vec<ContactResult> {
    let wanted = Wanted { limit: 1_000, texted_in: true, ..Wanted::default() };
    home.desk.store.contacts_out(&admin.actor, campaign, &wanted).await.expect("read").expect("visible").contacts
}

async fn counted(home: &Home, admin: &Hand, campaign: CampaignId, expression: &str) -> (u64, LeftOut) {
    let filter = Filter::parse(expression).expect(expression);
    let (mut many, mut left, mut place) = (0, LeftOut::default(), None);
    loop {
        let part = home.desk.store.segment_count(&admin.actor, campaign, &filter, None, place).await;
        let part = part.expect("read").expect("visible");
        many += part.contacts;
        left.add(&part.left_out);
        match part.next {
            Some(next) => place = Some(next.parse().expect("a place")),
            None => return (many, left),
        }
    }
}

/// First names of a campaign's contacts, in order.
async fn names(home: &Home, admin: &Hand, campaign: CampaignId) -> Vec<String> {
    results(home, admin, campaign).await.into_iter().map(|one| one.listed.first_name).collect()
}

on_every_store! {
    async fn a_segment_has_one_name_whatever_its_letter_case(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let saved = save(&home, &admin, " Leaning yes ", "tag = lean", false).await.expect("saved");
        assert_eq!((saved.name.as_str(), saved.by.as_str()), ("Leaning yes", "Ada"));
        // The same once more is the same.
        assert_eq!(save(&home, &admin, "Leaning yes", "tag = lean", false).await.expect("the same"), saved);
        let refused = save(&home, &admin, "LEANING YES", "tag = no", false).await.expect_err("taken");
        assert!(refused.code == Code::Invalid && refused.detail.contains("Leaning yes"), "{refused:?}");
        let other = save(&home, &admin, "LEANING YES", "tag = no", true).await.expect("replaced");
        assert_eq!((other.id, other.name.as_str(), other.expression.as_str()), (saved.id, "LEANING YES", "tag = no"));
        let refused = save(&home, &admin, "x", "tag = ", false).await.expect_err("no condition");
        assert_eq!(refused.faults.len(), 1);
        assert!(refused.faults[0].contains("at character 7: a value is missing"), "{refused:?}");
        for name in ["", "  ", &"x".repeat(101)] {
            assert_eq!(save(&home, &admin, name, "tag = x", false).await.expect_err("no name").code, Code::Invalid);
        }
        save(&home, &admin, "another", "state = OH", false).await.expect("saved");
        let all = home.desk.store.segments(&admin.actor).await.expect("read");
        assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["another", "LEANING YES"]);
        let found = home.desk.store.segment(&admin.actor, " leaning Yes").await.expect("read");
        assert_eq!(found.map(|one| one.id), Some(saved.id));
        let gone = by(&admin).remove_segment(&home.desk, saved.id).await.expect("an answer");
        assert!(matches!(gone, Answer::Done), "{gone:?}");
        let again = by(&admin).remove_segment(&home.desk, saved.id).await.expect("an answer");
        assert!(matches!(again, Answer::Refused(problem) if problem.code == Code::NotFound));
        // Who did it is on record; what is asked for may be a number, and is not.
        let wanted = AuditWanted { limit: 100, ..AuditWanted::default() };
        let audit = home.desk.store.audit(&admin.actor, &wanted).await.expect("read").entries;
        let lines: Vec<_> = audit.iter().filter(|line| line.what.starts_with("segment_")).collect();
        assert_eq!(lines.iter().filter(|line| line.what == "segment_saved").count(), 3);
        assert!(lines.iter().all(|line| !line.detail.contains("OH")), "{lines:?}");
    }

    async fn a_follow_up_goes_to_those_who_may_be_texted_and_says_who_may_not(home: Home) {
        let mut list = people(10);
        list[9].fields.insert("ward".into(), "12".into());
        let admin = home.join("Ada", Role::Admin).await;
        let def = CampaignDef { tags: vec!["deceased".into()], ..definition() };
        let first = home.import(&admin, def, list).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, first, 10).await;
        for contact in &slice {
            home.initial(&tess, contact).await;
        }
        for (n, job) in home.jobs().await.into_iter().enumerate() {
            home.record(job.attempt, Submitted::Accepted { carrier_id: format!("c{n}") }).await;
            let fails = job.to == phone(5);
            if fails {
                let event = textbank::server::carrier::CarrierEvent::Receipt {
                    key: home.fresh().to_string(),
                    attempt: job.attempt,
                    delivery: Delivery::Failed,
                    error: Some("30006".into()),
                };
                textbank::server::store::handles::Webhook::of("test").event(&home.desk, event).await.expect("stored");
            }
        }
        home.says(phone(0), "STOP").await;
        home.says(phone(1), "please stop texting me").await;
        home.act(&tess, Act::WrongNumber { contact: slice[2].id }).await;
        home.act(&tess, Act::Tag { contact: slice[3].id, tag: "deceased".into(), on: true }).await;
        let removed = textbank::api::list_change::ContactKey { phone: Some(phone(4)), external_id: None };
        by(&admin).remove_contacts(&home.desk, first, vec![removed], false).await.expect("an answer");
        home.says(phone(6), "Yes!").await;
        home.act(&tess, Act::Answer { contact: slice[6].id, question: "support".into(), value: Some("yes".into()) }).await;

        let left = LeftOut {
            opted_out: 1, undecided: 1, deceased: 1, wrong_number: 1, failing: 1, removed: 0, texted_lately: 0,
        };
        assert_eq!(counted(&home, &admin, first, "texted = yes").await, (9, left));
        let id = home.fresh();
        let made = follow(&home, &admin, id, &second(first, "texted = yes")).await.expect("made");
        assert_eq!((made.contacts, made.left_out, made.left), (4, left, 0));
        assert_eq!(names(&home, &admin, made.campaign).await, ["Voter 6", "Voter 7", "Voter 8", "Voter 9"]);
        // The same once more is the same campaign; the same id for something else is nothing.
        let again = follow(&home, &admin, id, &second(first, "texted = yes")).await.expect("made");
        assert_eq!((again.campaign, again.made_before), (made.campaign, true));
        let other = follow(&home, &admin, id, &second(first, "texted = no")).await.expect_err("another one");
        assert_eq!(other.code, Code::IdReused);

        // They are the same people: fields, answers, where the number comes from.
        let all = results(&home, &admin, made.campaign).await;
        assert_eq!(all[0].earlier_answers["support"], "yes");
        assert_eq!((all[0].answers.len(), all[3].listed.fields["ward"].as_str()), (0, "12"));
        assert_eq!(all[0].texted_in, [first]);
        let lists = home.desk.store.lists(&admin.actor, made.campaign).await.expect("read").expect("visible");
        assert_eq!((lists.len(), lists[0].provenance.source.as_str(), lists[0].state.stored), (1, "a test", 4));
        assert!(lists[0].provenance.consent.is_some());
        // A segment knows what was answered before, and where somebody was texted.
        let second_of = made.campaign;
        assert_eq!(counted(&home, &admin, second_of, "earlier.support = yes").await.0, 1);
        assert_eq!(counted(&home, &admin, second_of, &format!("campaign = {first}")).await.0, 4);
        assert_eq!(counted(&home, &admin, second_of, &format!("not campaign in ({first}, 99)")).await.0, 0);
        assert_eq!(counted(&home, &admin, first, &format!("campaign = {second_of}")).await.0, 0);
    }

    async fn the_texter_sees_what_was_written_before(home: Home) {
        let (admin, first) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, first, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.pass(60);
        home.says(phone(0), "Who is\nthis?").await;
        home.pass(60);
        let line = home.line(&tess, first, slice[0].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Tess, a neighbor.")).await.expect("accepted");
        home.act(&tess, Act::Answer { contact: slice[0].id, question: "support".into(), value: Some("yes".into()) }).await;
        let made = follow(&home, &admin, home.fresh(), &second(first, "replied = yes")).await.expect("made");
        let third = FollowUpRequest { def: CampaignDef { title: "Third".into(), ..definition() }, ..second(made.campaign, "texted = no") };
        let third = follow(&home, &admin, home.fresh(), &third).await.expect("made");

        let bo = home.join("Bo", Role::Texter).await;
        let hers = home.claim(&bo, third.campaign, 5).await;
        assert_eq!(hers.len(), 1);
        let thread = home.thread(&bo, hers[0].id).await;
        let lines: Vec<_> = thread.entries.iter().map(|entry| match entry {
            ThreadEntry::Note { what, who, detail, seq: 0, .. } => (what.as_str(), who.as_str(), detail.as_str()),
            other => panic!("{other:?}"),
        }).collect();
        assert_eq!(lines, [
            ("earlier_campaign", "", "Library vote"),
            ("earlier_sent", "Tess", "Hi there!"),
            ("earlier_received", "", "Who is\nthis?"),
            ("earlier_sent", "Tess", "Tess, a neighbor."),
            ("earlier_answers", "", "support: yes"),
            ("earlier_campaign", "", "Second round"),
        ]);
        let views = home.desk.store.contacts(&bo.actor, third.campaign, &[hers[0].id]).await.expect("read");
        assert_eq!(views[0].fields["earlier_answers"], "support: yes");
        assert!(views[0].visible.contains(&"earlier_answers".to_owned()) && views[0].answers.is_empty());
        // What is said from now on stands behind it, and the counts of texts know nothing of it.
        home.initial(&bo, &hers[0]).await;
        assert!(matches!(home.thread(&bo, hers[0].id).await.entries.last(), Some(ThreadEntry::Message(text)) if text.seq == 1));
        assert_eq!(results(&home, &admin, third.campaign).await[0].answers.len(), 0);
    }

    async fn it_is_made_in_parts_and_is_there_when_all_are(home: Home) {
        let (admin, first) = home.campaign(people(2_300)).await;
        let (id, request) = (home.fresh(), second(first, "phone != ''"));
        let begun = by(&admin).follow_up(&home.desk, id, request.clone(), request.expression.clone()).await;
        let begun = told(begun.expect("an answer")).expect("begun");
        assert!(!begun.finished && begun.contacts == 0);
        let tess = home.join("Tess", Role::Texter).await;
        let stale = home.desk.store.follow_up(&admin.actor, id).await.expect("read").expect("begun").part.expect("a part");
        let one = part(&home, &admin, id).await.expect("a part");
        assert!(one.contacts >= 1_000 && !one.finished && one.left > 0, "{one:?}");
        // The same part again changes nothing.
        let twice = by(&admin).follow_up_part(&home.desk, first, id, stale).await.expect("an answer");
        assert_eq!(told(twice).expect("told").contacts, one.contacts);
        assert_eq!(home.try_claim(&tess, one.campaign, 3).await.expect_err("not there yet").code, Code::Paused);
        let (store, actor) = (&home.desk.store, &admin.actor);
        let state = async || store.campaign(actor, one.campaign).await.expect("read").expect("visible").state;
        assert_eq!(state().await, CampaignState::Importing);
        // Whoever opts out meanwhile is left out, whatever part their number is in.
        home.says(phone(2_299), "STOP").await;
        let paused = FollowUpRequest { paused: true, ..request.clone() };
        let made = follow(&home, &admin, id, &paused).await.expect("made");
        assert!(made.finished && made.paused, "{made:?}");
        assert_eq!((made.contacts, made.left_out.opted_out), (2_299, 1));
        assert_eq!(state().await, CampaignState::Paused);
        home.act(&admin, Act::Resume { campaign: made.campaign }).await;
        assert_eq!(home.claim(&tess, made.campaign, 3).await.len(), 3);
    }

    async fn what_is_recalled_while_it_is_made_does_not_go_out_by_it(home: Home) {
        let (admin, first) = home.campaign(people(1_500)).await;
        let (id, request) = (home.fresh(), second(first, "phone != ''"));
        told(by(&admin).follow_up(&home.desk, id, request.clone(), request.expression.clone()).await.expect("an answer"))
            .expect("begun");
        let half = part(&home, &admin, id).await.expect("a part");
        assert!(!half.finished);
        let captain = Captain::of(admin.actor.clone()).expect("a captain");
        let what = Recalled::Script { version: 1 };
        let recalled = captain.recall(&home.desk, first, what, "wrong place".into()).await.expect("an answer");
        let Answer::Changed(Changed::Recalled { recall, .. }) = recalled else { panic!("{recalled:?}") };
        let made = follow(&home, &admin, id, &request).await.expect("made");
        assert_eq!((made.finished, made.paused, made.still_recalled), (true, true, vec![recall.id]));
        let tess = home.join("Tess", Role::Texter).await;
        assert_eq!(home.try_claim(&tess, made.campaign, 3).await.expect_err("paused").code, Code::Paused);
    }

    async fn a_list_that_is_added_to_one_has_a_number_of_its_own(home: Home) {
        let (admin, first) = home.campaign(people(2)).await;
        let late = (2..4).map(|n| Contact { zip: Some("94110".into()), ..person(n) }).collect();
        crate::store_lists::add(&home, &admin, first, crate::store_lists::no_evidence(), late).await.expect("added");
        let second_list = second(first, "zip = 94110");
        let made = follow(&home, &admin, home.fresh(), &second_list).await.expect("made");
        assert_eq!(made.contacts, 2);
        let provenance = Provenance { source: "door knocks".into(), ..crate::store_lists::no_evidence() };
        crate::store_lists::add(&home, &admin, made.campaign, provenance, vec![person(9)]).await.expect("added");
        let lists = home.desk.store.lists(&admin.actor, made.campaign).await.expect("read").expect("visible");
        assert_eq!(lists.iter().map(|list| list.number).collect::<Vec<_>>(), [2, 3]);
        let tess = home.join("Tess", Role::Texter).await;
        let ids: Vec<_> = home.claim(&tess, made.campaign, 0).await.iter().map(|one| one.id).collect();
        let views = home.desk.store.contacts(&tess.actor, made.campaign, &ids).await.expect("read");
        let sources: Vec<_> = views.iter().map(|view| view.fields["list_source"].contains("door")).collect();
        assert_eq!(sources, [false, false, true], "each once, with where it comes from");
        let again = follow(&home, &admin, home.fresh(), &second(made.campaign, "phone != ''")).await.expect("made");
        assert!(again.finished && again.contacts == 3, "{again:?}");
    }

    async fn one_that_was_begun_by_mistake_can_be_closed(home: Home) {
        let (admin, first) = home.campaign(people(2_300)).await;
        let (id, request) = (home.fresh(), second(first, "phone != ''"));
        let begun = by(&admin).follow_up(&home.desk, id, request.clone(), request.expression.clone()).await;
        let half = told(begun.expect("an answer")).expect("begun").campaign;
        part(&home, &admin, id).await.expect("a part");
        let close = CloseRequest { owner: admin.actor.person, doubts_are_opt_outs: false, take_back: false };
        let closed = by(&admin).close_campaign(&home.desk, half, close).await.expect("an answer");
        assert!(matches!(closed, Answer::Changed(Changed::Closed(_))), "{closed:?}");
        let standing = home.desk.store.follow_up(&admin.actor, id).await.expect("read").expect("begun");
        let more = by(&admin).follow_up_part(&home.desk, first, id, standing.part.expect("a part")).await;
        assert_eq!(told(more.expect("an answer")).expect_err("closed").code, Code::Closed);
    }

    async fn whoever_works_in_one_campaign_sees_no_segments_and_texts_of_others(home: Home) {
        let (admin, first) = home.campaign(people(3)).await;
        let other = home.import(&admin, definition(), people(3)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        for campaign in [first, other] {
            let slice = home.claim(&tess, campaign, 1).await;
            home.initial(&tess, &slice[0]).await;
        }
        save(&home, &admin, "All", "phone = +12125550100", false).await.expect("saved");
        let bound = home.join_in("Bea", Role::Admin, Some(first)).await;
        assert_eq!(home.desk.store.segments(&bound.actor).await.expect("read"), []);
        assert_eq!(home.desk.store.segment(&bound.actor, "all").await.expect("read"), None);
        let saved = home.desk.store.segment(&admin.actor, "all").await.expect("read").expect("saved");
        let gone = by(&bound).remove_segment(&home.desk, saved.id).await.expect("an answer");
        assert!(matches!(gone, Answer::Refused(problem) if problem.code == Code::NotFound));
        assert_eq!(save(&home, &bound, "mine", "tag = x", false).await.expect_err("of all").code, Code::Forbidden);
        let mine = SaveSegment { name: "all".into(), expression: "tag = x".into(), campaign: Some(first), replace: true };
        let taken = by(&bound).save_segment(&home.desk, mine.clone()).await.expect("an answer");
        assert!(matches!(taken, Answer::Refused(problem) if problem.code == Code::Forbidden));
        by(&bound).save_segment(&home.desk, SaveSegment { name: "mine".into(), ..mine }).await.expect("an answer");
        assert_eq!(home.desk.store.segments(&bound.actor).await.expect("read").len(), 1);
        let texted = |all: Vec<ContactResult>| all.into_iter().map(|one| one.texted_in).max().expect("some");
        assert_eq!(texted(results(&home, &admin, first).await), [first, other]);
        assert_eq!(texted(results(&home, &bound, first).await), [first]);
        let refused = follow(&home, &bound, home.fresh(), &second(first, "phone != ''")).await.expect_err("of all");
        assert_eq!(refused.code, Code::Forbidden);
    }

    async fn who_was_taken_off_the_list_is_in_a_segment_only_that_asks_about_it(home: Home) {
        let (admin, first) = home.campaign(people(3)).await;
        let key = ContactKey { phone: Some(phone(1)), external_id: None };
        by(&admin).remove_contacts(&home.desk, first, vec![key], false).await.expect("an answer");
        assert_eq!(counted(&home, &admin, first, "phone != ''").await, (2, LeftOut::default()));
        let (many, left) = counted(&home, &admin, first, "removed = yes").await;
        assert_eq!((many, left.removed), (1, 1));
        let made = follow(&home, &admin, home.fresh(), &second(first, "phone != ''")).await.expect("made");
        assert_eq!((made.contacts, made.left_out), (2, LeftOut::default()));
    }

    async fn who_was_texted_lately_is_left_out_on_wish(home: Home) {
        let (admin, first) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, first, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.pass(3 * 86_400);
        home.act(&tess, Act::Release { campaign: first, unsent: true, conversations: false }).await;
        let slice = home.claim(&tess, first, 1).await;
        home.initial(&tess, &slice[0]).await;
        let within = |days| FollowUpRequest { not_texted_within_days: Some(days), ..second(first, "phone != ''") };
        let made = follow(&home, &admin, home.fresh(), &within(2)).await.expect("made");
        assert_eq!((made.contacts, made.left_out.texted_lately), (2, 1));
        let made = follow(&home, &admin, home.fresh(), &within(4)).await.expect("made");
        assert_eq!((made.contacts, made.left_out.texted_lately), (1, 2));
    }

    async fn what_another_campaign_found_out_of_a_person_counts_for_that_person(home: Home) {
        let (admin, first) = home.campaign(people(2)).await;
        let other = Contact { first_name: "Somebody".into(), ..person(0) };
        let second_list = home.import(&admin, definition(), vec![other, person(1)]).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, second_list, 2).await;
        for contact in &slice {
            home.initial(&tess, contact).await;
            home.act(&tess, Act::WrongNumber { contact: contact.id }).await;
        }
        // Somebody else has the number of voter 0; voter 1 is the same in both.
        let made = follow(&home, &admin, home.fresh(), &second(first, "phone != ''")).await.expect("made");
        assert_eq!((made.contacts, made.left_out.wrong_number), (1, 1));
        assert_eq!(names(&home, &admin, made.campaign).await, ["Voter 0"]);
    }

    async fn what_cannot_be_made_is_refused_and_nothing_stays(home: Home) {
        let (admin, first) = home.campaign(people(1)).await;
        let refused = async |request: FollowUpRequest| {
            follow(&home, &admin, home.fresh(), &request).await.expect_err("refused")
        };
        let broken = refused(second(first, "tag = ")).await;
        assert!(broken.code == Code::Invalid && broken.faults[0].contains("a value is missing"), "{broken:?}");
        let none = CampaignDef { initial: vec![], ..definition() };
        assert_eq!(refused(FollowUpRequest { def: none, ..second(first, "tag = x") }).await.code, Code::Invalid);
        let law = CampaignDef { jurisdiction: textbank::domain::purpose::Jurisdiction::Uk, ..definition() };
        let other = refused(FollowUpRequest { def: law, ..second(first, "tag = x") }).await;
        assert!(other.detail.contains("jurisdiction"), "{other:?}");
        assert_eq!(refused(second(CampaignId(99), "tag = x")).await.code, Code::NotFound);
        assert_eq!(home.desk.store.follow_up(&admin.actor, home.fresh()).await.expect("read"), None);
        let todo = home.desk.store.campaigns(&admin.actor).await.expect("read");
        assert_eq!(todo.iter().map(|one| one.id).collect::<Vec<_>>(), [first]);
    }
}

//! Conformance: contacts that are set apart: kept for the texter who wrote to them before, or texted lately by another campaign.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    campaign::HeldBack,
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    campaign::CampaignDef,
    ids::CampaignId,
    message::MessageKind::{Initial, Reply},
};
use textbank::server::store::{change::Changed, command::Answer, handles::Admin};

use crate::store_follow_up::{follow, second};
use crate::store_home::{Hand, Home, definition, on_every_store, people, person, phone};

const DAY: u64 = 86_400;

/// A campaign that leaves so many days after another one's text.
fn leaving(days: u32) -> CampaignDef {
    CampaignDef { title: "Another".into(), frequency_days: days, ..definition() }
}

fn names(slice: &[textbank::api::assignment::ContactSummary]) -> Vec<&str> {
    slice.iter().map(|one| one.first_name.as_str()).collect()
}

async fn refused(home: &Home, hand: &Hand, campaign: CampaignId) -> Problem {
    home.try_claim(hand, campaign, 9).await.expect_err("nothing to hand out")
}

/// Why somebody is given nobody of a campaign, as their list of campaigns says.
async fn why(home: &Home, hand: &Hand, campaign: CampaignId) -> Option<HeldBack> {
    let todos = home.desk.store.campaigns(&hand.actor).await.expect("read");
    todos.into_iter().find(|todo| todo.id == campaign).expect("visible").mine.held_back
}

on_every_store! {
    async fn whoever_has_nobody_reads_until_when_the_rest_is_held(home: Home) {
        let far = |n| textbank::domain::contact::Contact { time_zone: Some("Pacific/Honolulu".into()), ..person(n) };
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, definition(), vec![far(0), far(1), far(2)]).await.campaign;
        let mixed = home.import(&admin, leaving(0), vec![far(3), person(4)]).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let held = why(&home, &tess, campaign).await.expect("nobody may be texted there");
        assert_eq!((held.hours, held.lately, held.more), (3, 0, false));
        let until = held.hours_until.expect("a time");
        assert_eq!(refused(&home, &tess, campaign).await.at, Some(until), "as a request for contacts says");
        assert_eq!(why(&home, &tess, mixed).await, None, "one may be had");
        home.claim(&tess, mixed, 1).await;
        assert_eq!(why(&home, &tess, mixed).await, None, "who has contacts waits for none");
        home.act(&admin, Act::Pause { campaign }).await;
        assert_eq!(why(&home, &tess, campaign).await, None, "that it is paused is said already");
    }

    async fn whose_hours_do_not_open_before_the_end_is_held_until_no_time(home: Home) {
        let far = |n| textbank::domain::contact::Contact { time_zone: Some("Pacific/Honolulu".into()), ..person(n) };
        let admin = home.join("Ada", Role::Admin).await;
        let mut def = definition();
        // It opens there in an hour.
        def.hours.closes_at = Some(crate::store_home::start() + jiff::SignedDuration::from_mins(30));
        let campaign = home.import(&admin, def, vec![far(0), far(1)]).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let told = refused(&home, &tess, campaign).await;
        assert_eq!((told.code, told.at, told.count), (Code::OutsideHours, None, Some(2)));
    }

    async fn whoever_another_campaign_has_texted_lately_waits_until_the_days_are_over(home: Home) {
        let (admin, first) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, first, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.pass(3_600);
        home.initial(&tess, &slice[1]).await;
        let capped = home.import(&admin, leaving(3), people(4)).await.campaign;
        let free = home.import(&admin, leaving(0), people(4)).await.campaign;
        let bo = home.join("Bo", Role::Texter).await;
        let grant = home.try_claim(&bo, capped, 9).await.expect("two of four");
        assert_eq!((names(&grant.contacts), grant.held_back), (vec!["Voter 2", "Voter 3"], 2));
        let lately = refused(&home, &bo, capped).await;
        assert_eq!((lately.code, lately.count), (Code::TextedLately, Some(2)));
        let until = lately.at.expect("a time");
        assert_eq!(until, crate::store_home::start() + jiff::SignedDuration::from_hours(72));
        let told = home.board(&admin, capped).await.lately.map(|lately| (lately.contacts, lately.until));
        assert_eq!((told, home.board(&admin, free).await.lately), (Some((2, until)), None));
        // Whoever has none reads why nobody is given; whoever has some does not.
        let kim = home.join("Kim", Role::Texter).await;
        let lately = HeldBack { lately: 2, lately_until: Some(until), ..HeldBack::default() };
        assert_eq!((why(&home, &kim, capped).await, why(&home, &bo, capped).await), (Some(lately.clone()), None));
        assert_eq!(why(&home, &kim, free).await, None, "there they may be had");
        let untouched = home.import(&admin, leaving(3), people(2)).await.campaign;
        assert_eq!(why(&home, &kim, untouched).await, Some(lately), "before anybody has come for them too");
        assert_eq!(home.claim(&bo, free, 9).await.len(), 4, "a campaign without the cap is not bound by it");
        // An hour later than the first, the second.
        home.pass(3 * DAY - 3_600);
        assert_eq!(names(&home.claim(&bo, capped, 9).await), ["Voter 0"]);
        assert_eq!(refused(&home, &bo, capped).await.at, Some(until + jiff::SignedDuration::from_hours(1)));
        home.pass(3_601);
        assert_eq!(names(&home.claim(&bo, capped, 9).await), ["Voter 1"]);
        assert_eq!(refused(&home, &bo, capped).await.code, Code::NoneLeft);
    }

    async fn a_first_text_is_refused_when_another_campaign_was_quicker_and_a_reply_never(home: Home) {
        let (admin, first) = home.campaign(people(2)).await;
        let capped = home.import(&admin, leaving(3), people(2)).await.campaign;
        let (tess, bo) = (home.join("Tess", Role::Texter).await, home.join("Bo", Role::Texter).await);
        let hers = home.claim(&bo, capped, 2).await;
        home.initial(&bo, &hers[1]).await;
        home.says(phone(1), "who is this?").await;
        let slice = home.claim(&tess, first, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.initial(&tess, &slice[1]).await;
        let lately = home.try_send(&bo, home.text(&hers[0], Initial, "Hi there!")).await.expect_err("texted a moment ago");
        let until = crate::store_home::start() + jiff::SignedDuration::from_hours(72);
        assert_eq!((lately.code, lately.at), (Code::TextedLately, Some(until)));
        assert!(Code::TextedLately.parks(), "it comes back as a card");
        // The conversation that has begun goes on, whatever other campaigns write.
        let line = home.line(&bo, capped, hers[1].id).await;
        home.try_send(&bo, home.text(&line, Reply, "Bo, a neighbor.")).await.expect("accepted");
        // What came back before it left is no text.
        home.act(&admin, Act::Pause { campaign: first }).await;
        let removed = textbank::api::list_change::ContactKey { phone: Some(phone(0)), external_id: None };
        let by = Admin::of(admin.actor.clone()).expect("an admin");
        by.remove_contacts(&home.desk, first, vec![removed], false).await.expect("an answer");
        home.try_send(&bo, home.text(&hers[0], Initial, "Hi there!")).await.expect("nobody texted them");
    }

    async fn two_at_once_to_one_number_are_not_both_taken(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let one = home.import(&admin, leaving(1), people(1)).await.campaign;
        let other = home.import(&admin, leaving(1), people(1)).await.campaign;
        let (tess, bo) = (home.join("Tess", Role::Texter).await, home.join("Bo", Role::Texter).await);
        let (hers, his) = (home.claim(&tess, one, 1).await, home.claim(&bo, other, 1).await);
        let (first, second) = tokio::join!(
            home.try_send(&tess, home.text(&hers[0], Initial, "Hi there!")),
            home.try_send(&bo, home.text(&his[0], Initial, "Hi there!")),
        );
        let refused: Vec<Code> = [first.err(), second.err()].into_iter().flatten().map(|problem| problem.code).collect();
        assert_eq!(refused, [Code::TextedLately]);
    }

    async fn a_script_without_the_cap_hands_out_those_who_waited(home: Home) {
        let (admin, first) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, first, 1).await;
        home.initial(&tess, &slice[0]).await;
        let capped = home.import(&admin, leaving(5), people(1)).await.campaign;
        assert_eq!(refused(&home, &tess, capped).await.code, Code::TextedLately);
        let by = Admin::of(admin.actor.clone()).expect("an admin");
        // Fewer days count from the same text.
        home.pass(2 * DAY + 60);
        let Answer::Changed(Changed::Script(_)) = by.update_script(&home.desk, capped, leaving(3)).await.expect("an answer") else {
            panic!("no script")
        };
        assert_eq!(refused(&home, &tess, capped).await.code, Code::TextedLately);
        by.update_script(&home.desk, capped, leaving(2)).await.expect("an answer");
        assert_eq!(home.claim(&tess, capped, 1).await.len(), 1);
        home.act(&tess, Act::Release { campaign: capped, unsent: true, conversations: false }).await;
        by.update_script(&home.desk, capped, leaving(9)).await.expect("an answer");
        assert_eq!(refused(&home, &tess, capped).await.code, Code::TextedLately);
        by.update_script(&home.desk, capped, leaving(0)).await.expect("an answer");
        assert_eq!(home.claim(&tess, capped, 1).await.len(), 1);
        let much = Admin::of(admin.actor.clone()).expect("an admin").update_script(&home.desk, capped, leaving(366)).await;
        assert!(matches!(much.expect("an answer"), Answer::Refused(problem) if problem.code == Code::Invalid));
    }

    async fn a_follow_up_is_offered_first_to_the_texter_who_wrote_before(home: Home) {
        let (admin, first) = home.campaign(people(6)).await;
        let (tess, bo) = (home.join("Tess", Role::Texter).await, home.join("Bo", Role::Texter).await);
        let cy = home.join("Cy", Role::Texter).await;
        for (who, many) in [(&tess, 2), (&bo, 2), (&cy, 1)] {
            for contact in home.claim(who, first, many).await {
                home.initial(who, &contact).await;
            }
        }
        let request = textbank::api::segments::FollowUpRequest { keep_texter_hours: Some(24), ..second(first, "phone != ''") };
        let made = follow(&home, &admin, home.fresh(), &request).await.expect("made").campaign;
        // Voters 0 and 1 are for Tess, 2 and 3 for Bo, 4 for Cy; nobody wrote to 5.
        assert_eq!(names(&home.claim(&bo, made, 3).await), ["Voter 2", "Voter 3", "Voter 5"]);
        let kept = refused(&home, &bo, made).await;
        assert_eq!((kept.code, kept.count), (Code::HeldByOthers, Some(3)));
        assert_eq!(kept.at, Some(crate::store_home::start() + jiff::SignedDuration::from_hours(24)));
        // Who is gone does not come for them.
        let session = cy.actor.session;
        Admin::of(admin.actor.clone()).expect("an admin").revoke_session(&home.desk, session).await.expect("an answer");
        assert_eq!(names(&home.claim(&bo, made, 3).await), ["Voter 4"]);
        assert_eq!(names(&home.claim(&tess, made, 1).await), ["Voter 0"]);
        // Given back they are anybody's; after a day all are.
        home.act(&tess, Act::Release { campaign: made, unsent: true, conversations: false }).await;
        assert_eq!(names(&home.claim(&bo, made, 3).await), ["Voter 0"]);
        assert_eq!(refused(&home, &bo, made).await.code, Code::HeldByOthers);
        home.pass(DAY);
        assert_eq!(names(&home.claim(&bo, made, 9).await), ["Voter 1"]);
    }
}

//! Hours that differ by state, and a campaign's own beginning and end: the store hands out and accepts by them.

use jiff::Timestamp;
use textbank::api::people::Role;
use textbank::api::problem::Code;
use textbank::domain::campaign::CampaignDef;
use textbank::domain::contact::Contact;
use textbank::domain::message::MessageKind;
use textbank::domain::phone::Phone;
use textbank::domain::purpose::Purpose;

use crate::store_home::{definition, on_every_store, person, refused};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A contact of a place: by area code, and by ZIP code where it says one.
fn from(number: u32, area: u32, zip: Option<&str>) -> Contact {
    Contact {
        phone: Phone::from_e164(&format!("+1{area}555{number:04}")).expect("a number"),
        zip: zip.map(str::to_owned),
        ..person(number)
    }
}

on_every_store! {
    async fn asking_for_money_keeps_to_the_hours_of_each_state(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let contacts = vec![from(1, 212, None), from(2, 305, None), from(3, 212, Some("33125")), from(4, 401, None), from(5, 212, None)];
        let def = CampaignDef { purpose: Purpose::Fundraising, ..definition() };
        let late = CampaignDef { hours: textbank::domain::hours::TextingHours {
            initial_end: jiff::civil::time(21, 0, 0, 0), ..def.hours.clone() }, ..def };
        let campaign = home.import(&admin, late, contacts).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        // A Wednesday in New York: Rhode Island ends at 18:00, Florida at 20:00.
        home.clock.jump_to(at("2026-06-10T17:30:00-04:00"));
        let rhode = home.claim(&tess, campaign, 5).await;
        assert_eq!(rhode.len(), 5);
        home.clock.jump_to(at("2026-06-10T18:30:00-04:00"));
        let island = rhode.iter().find(|one| one.first_name == "Voter 4").expect("of Rhode Island");
        let closed = refused(home.try_send(&tess, home.text(island, MessageKind::Initial, "Hi!")).await, Code::OutsideHours);
        assert_eq!(closed.at, Some(at("2026-06-11T09:00:00-04:00")));
        let florida = rhode.iter().find(|one| one.first_name == "Voter 3").expect("of Florida");
        home.initial(&tess, florida).await;
        home.clock.jump_to(at("2026-06-10T20:30:00-04:00"));
        home.initial(&tess, rhode.iter().find(|one| one.first_name == "Voter 1").expect("of New York")).await;
        let reply = home.text(florida, MessageKind::Reply, "And thanks!");
        refused(home.try_send(&tess, reply).await, Code::OutsideHours);
    }

    async fn hours_wider_than_the_rules_of_today_are_told(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let mut def = CampaignDef { purpose: Purpose::Fundraising, ..definition() };
        let sound = home.import(&admin, def.clone(), vec![from(1, 212, None)]).await.campaign;
        assert_eq!(home.board(&admin, sound).await.hours_behind, [""; 0]);
        // As an older table had them, or as its counsel chose.
        let window = textbank::domain::hours::Window::parse("08:00-21:00");
        let florida = textbank::domain::hours::StateHours { weekdays: window, ..Default::default() };
        def.hours.states.insert("FL".into(), florida);
        let wider = home.import(&admin, def.clone(), vec![from(2, 212, None)]).await.campaign;
        assert_eq!(home.board(&admin, wider).await.hours_behind, ["FL"]);
        let told = home.desk.store.hours_behind().await.expect("read");
        assert_eq!(told, [(wider, def.title.clone(), vec!["FL".to_owned()])]);
        // Nobody is asked for money: no rule of that kind holds.
        let other = home.import(&admin, CampaignDef { purpose: Purpose::Gotv, ..def }, vec![from(3, 212, None)]).await.campaign;
        assert_eq!(home.board(&admin, other).await.hours_behind, [""; 0]);
    }

    async fn hand_out_looks_at_states_one_by_one(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let contacts = vec![from(1, 212, None), from(2, 305, None), from(3, 401, None)];
        let def = CampaignDef { purpose: Purpose::Fundraising, ..definition() };
        let campaign = home.import(&admin, def, contacts).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        home.clock.jump_to(at("2026-06-10T18:30:00-04:00"));
        let grant = home.try_claim(&tess, campaign, 5).await.expect("a slice");
        let mut names: Vec<_> = grant.contacts.iter().map(|one| one.first_name.as_str()).collect();
        names.sort_unstable();
        assert_eq!((names, grant.held_back), (vec!["Voter 1", "Voter 2"], 1));
        let ids: Vec<_> = grant.contacts.iter().map(|one| one.id).collect();
        let views = home.desk.store.contacts(&tess.actor, campaign, &ids).await.expect("read");
        let states: Vec<Vec<_>> = views.iter().map(|view| view.zones.states().map(str::to_owned).collect()).collect();
        assert_eq!(states, [vec![], vec!["FL".to_owned()]]);
    }

    async fn a_campaign_for_other_ends_knows_no_hours_of_states(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, definition(), vec![from(1, 401, None)]).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        home.clock.jump_to(at("2026-06-10T19:30:00-04:00"));
        assert_eq!(home.claim(&tess, campaign, 5).await.len(), 1);
    }

    async fn first_texts_go_out_between_a_campaigns_beginning_and_its_end(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let mut def = definition();
        def.hours.opens_at = Some(at("2026-06-11T10:00:00-04:00"));
        def.hours.closes_at = Some(at("2026-06-11T15:00:00-04:00"));
        let campaign = home.import(&admin, def, vec![from(1, 212, None), from(2, 212, None), from(3, 212, None)]).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let early = refused(home.try_claim(&tess, campaign, 1).await, Code::OutsideHours);
        assert_eq!((early.at, early.count), (Some(at("2026-06-11T10:00:00-04:00")), Some(3)));
        home.clock.jump_to(at("2026-06-11T10:00:00-04:00"));
        let slice = home.claim(&tess, campaign, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.clock.jump_to(at("2026-06-11T15:00:00-04:00"));
        refused(home.try_send(&tess, home.text(&slice[1], MessageKind::Initial, "Hi!")).await, Code::OutsideHours);
        let reply = home.text(&slice[0], MessageKind::Reply, "Thank you!");
        home.try_send(&tess, reply).await.expect("conversations go on");
        let over = refused(home.try_claim(&home.join("Bo", Role::Texter).await, campaign, 1).await, Code::NoneLeft);
        assert!(over.detail.contains("is over"), "{over:?}");
    }
}

//! Conformance: canned replies of the organization.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use textbank::api::{
    canned::{CannedSet, HiddenReply},
    event::EventKind,
    people::Role,
    problem::Problem,
};
use textbank::domain::{campaign::CannedReply, ids::CampaignId, recall::Recalled};
use textbank::server::store::{
    command::Answer,
    handles::{Admin, Captain},
};

use crate::store_home::{Hand, Home, definition, on_every_store, people};

fn reply(id: &str, text: &str) -> CannedReply {
    let text = BTreeMap::from([("en".to_owned(), text.to_owned()), ("es".to_owned(), format!("es: {text}"))]);
    CannedReply { id: id.into(), title: format!("Title of {id}"), text, shared: false }
}

async fn set(home: &Home, admin: &Hand, replies: Vec<CannedReply>) -> Result<CannedSet, Problem> {
    let admin = Admin::of(admin.actor.clone()).expect("an admin");
    match admin.set_canned(&home.desk, replies).await.expect("an answer") {
        Answer::Canned(set) => Ok(set),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

/// The version of the script that texters have, and its canned replies: which, in which words, whose.
async fn canned(home: &Home, hand: &Hand, campaign: CampaignId) -> (u32, Vec<(String, String, bool)>) {
    let view = home.desk.store.campaign(&hand.actor, campaign).await.expect("read").expect("visible");
    let told = |one: CannedReply| (one.id, one.text["en"].clone(), one.shared);
    (view.script_version, view.def.canned.into_iter().map(told).collect())
}

fn told(id: &str, text: &str, shared: bool) -> (String, String, bool) {
    (id.to_owned(), text.to_owned(), shared)
}

on_every_store! {
    async fn every_campaign_has_them_at_once_behind_its_own(home: Home) {
        let (admin, first) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        home.claim(&tess, first, 2).await;
        let own = told("where", "At the library.", false);
        let done = set(&home, &admin, vec![reply("who", "Us."), reply("where", "Elsewhere.")]).await.expect("set");
        let hidden = vec![HiddenReply { campaign: first, id: "where".into() }];
        assert_eq!(done, CannedSet { replies: 2, campaigns: vec![first], hidden, ..CannedSet::default() });
        assert_eq!(canned(&home, &tess, first).await, (2, vec![own.clone(), told("who", "Us.", true)]));
        // The console hears of it as of any new version.
        let versions: Vec<u32> = home.events(&tess, first).await.into_iter().filter_map(|event| match event.what {
            EventKind::Campaign { script_version, .. } => Some(script_version),
            _ => None,
        }).collect();
        assert_eq!(versions.last(), Some(&2));
        // Twice is once.
        let again = set(&home, &admin, vec![reply("who", "Us."), reply("where", "Elsewhere.")]).await.expect("set");
        assert_eq!((again.campaigns, canned(&home, &tess, first).await.0), (vec![], 2));

        // A campaign that begins later has them, and a script that comes from a file keeps them.
        let second = home.import(&admin, definition(), people(3)).await.campaign;
        assert_eq!(canned(&home, &admin, second).await, (1, vec![own.clone(), told("who", "Us.", true)]));
        let mut def = definition();
        def.title = "Another title".into();
        def.canned.push(CannedReply { shared: true, ..reply("forged", "No.") });
        let handle = Admin::of(admin.actor.clone()).expect("an admin");
        handle.update_script(&home.desk, first, def).await.expect("an answer");
        assert_eq!(canned(&home, &tess, first).await, (3, vec![own.clone(), told("who", "Us.", true)]));

        // Taken away, they are in no script in force.
        let none = set(&home, &admin, vec![]).await.expect("set");
        assert_eq!(none, CannedSet { campaigns: vec![first, second], ..CannedSet::default() });
        assert_eq!(canned(&home, &tess, first).await, (4, vec![own]));
        assert_eq!(home.desk.store.canned(&admin.actor).await.expect("read").replies, []);
    }

    async fn a_recalled_one_stays_shut_until_its_words_change(home: Home) {
        let (admin, campaign) = home.campaign(people(4)).await;
        set(&home, &admin, vec![reply("who", "Us.")]).await.expect("set");
        let captain = Captain::of(admin.actor.clone()).expect("a captain");
        let what = Recalled::Canned { id: "who".into(), version: 2 };
        captain.recall(&home.desk, campaign, what, "wrong".into()).await.expect("an answer");
        let recalled = async || {
            let view = home.desk.store.campaign(&admin.actor, campaign).await.expect("read").expect("visible");
            view.recalled.iter().any(|one| one.takes_canned("who", view.script_version))
        };
        assert!(recalled().await);
        // Another one beside it: the same words stay shut, and it is said.
        let done = set(&home, &admin, vec![reply("who", "Us."), reply("why", "Because.")]).await.expect("set");
        assert_eq!(done.still_recalled, [campaign]);
        assert!(recalled().await);
        let done = set(&home, &admin, vec![reply("who", "The Friends of the Library.")]).await.expect("set");
        assert_eq!(done.still_recalled, []);
        assert!(!recalled().await);
    }

    async fn what_cannot_be_filled_in_every_campaign_is_refused(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let problem = set(&home, &admin, vec![reply("a", "At {polling_place}."), reply("a", "{oops")]).await.expect_err("faults");
        assert!(problem.faults.len() >= 3 && problem.faults[0].contains("{polling_place/...}"), "{problem:?}");
        assert_eq!(canned(&home, &admin, campaign).await.0, 1);
    }
}

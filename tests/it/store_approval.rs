//! Conformance: a second approver of a script's next version.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    campaign::CampaignState,
    people::Role,
    problem::{Code, Problem},
    recall::ScriptState,
};
use textbank::domain::{campaign::CampaignDef, ids::CampaignId, recall::Recalled};
use textbank::server::store::{
    change::Changed,
    command::Answer,
    handles::{Admin, Captain},
};

use crate::store_home::{Hand, Home, definition, on_every_store, people, refused};

fn said(answer: Answer) -> Result<ScriptState, Problem> {
    match answer {
        Answer::Changed(Changed::Script(state)) => Ok(state),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

async fn update(home: &Home, by: &Hand, campaign: CampaignId, title: &str) -> ScriptState {
    let by = Admin::of(by.actor.clone()).expect("an admin");
    let def = CampaignDef { title: title.into(), second_approver: true, ..definition() };
    said(by.update_script(&home.desk, campaign, def).await.expect("an answer")).expect("taken")
}

async fn approve(home: &Home, by: &Hand, campaign: CampaignId) -> Result<ScriptState, Problem> {
    let by = Admin::of(by.actor.clone()).expect("an admin");
    said(by.approve_script(&home.desk, campaign).await.expect("an answer"))
}

async fn in_force(home: &Home, by: &Hand, campaign: CampaignId) -> (u32, String) {
    let view = home.desk.store.campaign(&by.actor, campaign).await.expect("read").expect("visible");
    (view.script_version, view.def.title)
}

async fn waits(home: &Home, by: &Hand, campaign: CampaignId) -> Option<(String, String)> {
    let found = home.desk.store.proposal(&by.actor, campaign).await.expect("read").expect("visible").proposal;
    found.map(|one| (one.who, one.def.title))
}

on_every_store! {
    async fn a_new_version_waits_for_another_admin_and_the_pause_never_does(home: Home) {
        let (ada, bea) = (home.join("Ada", Role::Admin).await, home.join("Bea", Role::Admin).await);
        let def = CampaignDef { second_approver: true, ..definition() };
        let campaign = home.import(&ada, def, people(3)).await.campaign;
        assert_eq!(refused(approve(&home, &bea, campaign).await, Code::Invalid).code, Code::Invalid);
        let state = update(&home, &ada, campaign, "Vote on Tuesday").await;
        assert_eq!((state.changed, state.proposed, state.script_version), (false, true, 1));
        assert_eq!(in_force(&home, &ada, campaign).await, (1, "Library vote".to_owned()));
        assert_eq!(waits(&home, &bea, campaign).await, Some(("Ada".to_owned(), "Vote on Tuesday".to_owned())));
        refused(approve(&home, &ada, campaign).await, Code::Forbidden);

        // What must stop stops at once.
        home.act(&ada, Act::Pause { campaign }).await;
        assert_eq!(home.board(&ada, campaign).await.state, CampaignState::Paused);
        let captain = Captain::of(ada.actor.clone()).expect("a captain");
        let what = Recalled::Script { version: 1 };
        let recall = captain.recall(&home.desk, campaign, what, "wrong day".into()).await.expect("an answer");
        assert!(matches!(recall, Answer::Changed(Changed::Recalled { .. })));

        // A newer one takes its place; then it is hers, and Ada approves.
        update(&home, &bea, campaign, "Vote on Wednesday").await;
        refused(approve(&home, &bea, campaign).await, Code::Forbidden);
        let state = approve(&home, &ada, campaign).await.expect("approved");
        assert_eq!((state.changed, state.proposed, state.script_version), (true, false, 2));
        assert_eq!(in_force(&home, &ada, campaign).await, (2, "Vote on Wednesday".to_owned()));
        assert_eq!(waits(&home, &ada, campaign).await, None);
    }

    async fn what_waits_is_withdrawn_or_expires(home: Home) {
        let (ada, bea) = (home.join("Ada", Role::Admin).await, home.join("Bea", Role::Admin).await);
        let def = CampaignDef { second_approver: true, ..definition() };
        let campaign = home.import(&ada, def, people(3)).await.campaign;
        update(&home, &ada, campaign, "Vote on Tuesday").await;
        let handle = Admin::of(ada.actor.clone()).expect("an admin");
        for _ in 0..2 {
            let answer = handle.withdraw_script(&home.desk, campaign).await.expect("an answer");
            assert!(matches!(answer, Answer::Done));
        }
        assert_eq!(waits(&home, &bea, campaign).await, None);
        update(&home, &ada, campaign, "Vote on Tuesday").await;
        home.pass(72 * 3_600);
        let problem = refused(approve(&home, &bea, campaign).await, Code::Invalid);
        assert!(problem.detail.contains("three days"), "{problem:?}");
        assert_eq!(waits(&home, &bea, campaign).await, None);
        assert_eq!(in_force(&home, &ada, campaign).await.0, 1);
    }
}

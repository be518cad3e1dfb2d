//! Conformance: a second approver of a script's next version.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    campaign::CampaignState,
    canned::CannedSet,
    people::Role,
    problem::{Code, Problem},
    recall::ScriptState,
};
use textbank::domain::{
    campaign::{CampaignDef, CannedReply},
    ids::CampaignId,
    message::MessageKind,
    recall::Recalled,
};
use textbank::server::store::{
    StoreError,
    change::Changed,
    command::Answer,
    handles::{Admin, Captain},
    roster::AuditWanted,
};

use crate::store_home::{Hand, Home, definition, on_every_store, people, refused};
use crate::store_recall::{WRONG, correction, recall, right, voters, wrong};

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
    said(by.approve_script(&home.desk, campaign, hash(home, campaign).await).await.expect("an answer"))
}

/// Of what waits now.
async fn hash(home: &Home, campaign: CampaignId) -> String {
    let cleo = home.join("Cleo", Role::Admin).await;
    let found = home.desk.store.proposal(&cleo.actor, campaign).await.expect("read").expect("visible").proposal;
    found.map(|one| one.hash).unwrap_or_default()
}

async fn approve_canned(home: &Home, by: &Hand) -> Result<CannedSet, Problem> {
    let hash = home.desk.store.canned(&by.actor).await.expect("read").proposal.map(|one| one.hash).unwrap_or_default();
    canned_said(Admin::of(by.actor.clone()).expect("an admin").approve_canned(&home.desk, hash).await)
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
        assert_eq!(in_force(&home, &ada, campaign).await.0, 1);
    }

    async fn what_is_approved_is_what_was_looked_at(home: Home) {
        let (ada, bea) = (home.join("Ada", Role::Admin).await, home.join("Bea", Role::Admin).await);
        let def = CampaignDef { second_approver: true, ..definition() };
        let campaign = home.import(&ada, def, people(3)).await.campaign;
        update(&home, &ada, campaign, "Vote on Tuesday").await;
        let proposal = || async { home.desk.store.proposal(&bea.actor, campaign).await.expect("read").expect("visible").proposal };
        let seen = proposal().await.expect("waits").hash;
        home.pass(1);
        update(&home, &ada, campaign, "Vote on Wednesday").await;
        let by = Admin::of(bea.actor.clone()).expect("an admin");
        let problem = refused(said(by.approve_script(&home.desk, campaign, seen).await.expect("an answer")), Code::Invalid);
        assert!(problem.detail.contains("look at it again"), "{problem:?}");
        let seen = proposal().await.expect("waits").hash;
        said(by.approve_script(&home.desk, campaign, seen).await.expect("an answer")).expect("approved");
        assert_eq!(in_force(&home, &ada, campaign).await.1, "Vote on Wednesday");
    }

    async fn a_correction_begins_when_another_admin_has_approved_it(home: Home) {
        let (ada, bea) = (home.join("Ada", Role::Admin).await, home.join("Bea", Role::Admin).await);
        let def = CampaignDef { second_approver: true, ..wrong() };
        let campaign = home.import(&ada, def, voters(2)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        let mut text = home.text(&to, MessageKind::Initial, WRONG);
        text.script_version = 1;
        home.try_send(&tess, text).await.expect("accepted");
        home.jobs().await;
        let (recalled, _) = recall(&home, &ada, campaign, Recalled::Script { version: 1 }).await;
        let asked = (home.fresh(), recalled.id, right());
        let made = correction(&home, &ada, campaign, asked.clone()).await.expect("made");
        assert_eq!((made.contacts, made.finished, made.paused, made.awaits_approval), (1, true, true, true));
        let fix = made.campaign;
        // Its file did not ask for it.
        assert!(home.desk.store.campaign(&ada.actor, fix).await.expect("read").expect("visible").def.second_approver);

        // Nobody lets it begin by another way, its maker least of all.
        let resumed = home.try_act(&bea, Act::Resume { campaign: fix }).await;
        refused(resumed, Code::Forbidden);
        refused(approve(&home, &ada, fix).await, Code::Forbidden);
        let withdrawn = Admin::of(ada.actor.clone()).expect("an admin").withdraw_script(&home.desk, fix).await;
        assert!(matches!(withdrawn, Ok(Answer::Refused(_))), "{withdrawn:?}");
        assert_eq!(home.board(&ada, fix).await.state, CampaignState::Paused);

        // Mended by the other one, it is hers, and the first one approves.
        let mut mended = right();
        mended.initial[0].text = "Sorry {firstName}, it is the school, until 8 pm.".into();
        let by = Admin::of(bea.actor.clone()).expect("an admin");
        let state = said(by.update_script(&home.desk, fix, mended).await.expect("an answer")).expect("taken");
        assert_eq!((state.changed, state.proposed, state.script_version), (true, true, 2));
        refused(approve(&home, &bea, fix).await, Code::Forbidden);

        // Too late it has to be proposed anew, by the same command.
        home.pass(72 * 3_600);
        refused(approve(&home, &ada, fix).await, Code::Invalid);
        let again = correction(&home, &bea, campaign, asked).await.expect("the same");
        assert_eq!((again.campaign, again.awaits_approval), (fix, true));
        let state = approve(&home, &ada, fix).await.expect("approved");
        assert!(state.begun, "{state:?}");
        assert_eq!(home.board(&ada, fix).await.state, CampaignState::Running);
        assert_eq!(waits(&home, &ada, fix).await, None);
        home.act(&ada, Act::Pause { campaign: fix }).await;
        home.act(&ada, Act::Resume { campaign: fix }).await;
        let wanted = AuditWanted { limit: 500, ..AuditWanted::default() };
        let trail = home.desk.store.audit(&ada.actor, &wanted).await.expect("read").entries;
        let words: Vec<&str> = trail.iter().map(|line| line.what.as_str()).filter(|word| word.starts_with("campaign_") || word.starts_with("correction_")).collect();
        assert!(words.contains(&"correction_made") && words.contains(&"campaign_proposed") && words.contains(&"campaign_approved"), "{words:?}");
    }

    async fn what_was_recalled_while_a_correction_waited_does_not_begin(home: Home) {
        let (ada, bea) = (home.join("Ada", Role::Admin).await, home.join("Bea", Role::Admin).await);
        let campaign = home.import(&ada, wrong(), voters(2)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        let mut text = home.text(&to, MessageKind::Initial, WRONG);
        text.script_version = 1;
        home.try_send(&tess, text).await.expect("accepted");
        home.jobs().await;
        let (recalled, _) = recall(&home, &ada, campaign, Recalled::Script { version: 1 }).await;
        let fix = CampaignDef { second_approver: true, ..right() };
        let made = correction(&home, &ada, campaign, (home.fresh(), recalled.id, fix)).await.expect("made");
        assert!(made.awaits_approval);
        // The same words go into the first campaign's script, turn out to be wrong as well, and are taken back there.
        let by = Admin::of(ada.actor.clone()).expect("an admin");
        said(by.update_script(&home.desk, campaign, right()).await.expect("an answer")).expect("taken");
        let (second, _) = recall(&home, &ada, campaign, Recalled::Script { version: 2 }).await;
        let state = approve(&home, &bea, made.campaign).await.expect("approved");
        assert_eq!((state.begun, state.still_recalled), (true, vec![second.id]));
        assert_eq!(home.board(&ada, made.campaign).await.state, CampaignState::Paused);
    }

    async fn canned_replies_of_all_wait_where_one_campaign_asks_for_it(home: Home) {
        let (ada, bea) = (home.join("Ada", Role::Admin).await, home.join("Bea", Role::Admin).await);
        let plain = home.import(&ada, definition(), people(1)).await.campaign;
        set(&home, &ada, &[canned("who", "I'm {texterName}."), canned("place", "At the school.")]).await;
        assert_eq!(in_force(&home, &ada, plain).await.0, 2, "nobody asks for a second approver");
        home.import(&ada, CampaignDef { second_approver: true, ..definition() }, people(1)).await;

        let waits = set(&home, &ada, &[canned("who", "I'm {texterName}."), canned("place", "At the library.")]).await;
        assert_eq!((waits.proposed, waits.replies, waits.campaigns.len()), (true, 2, 0));
        let found = home.desk.store.canned(&bea.actor).await.expect("read");
        assert_eq!((found.replies[1].text["en"].as_str(), found.proposal.expect("waits").who.as_str()), ("At the school.", "Ada"));
        let first = Admin::of(ada.actor.clone()).expect("an admin");
        refused(approve_canned(&home, &ada).await, Code::Forbidden);

        // Taking away never waits, and what is taken away does not come back with what was proposed before.
        let less = set(&home, &bea, &[canned("place", "At the school.")]).await;
        assert!(!less.proposed && less.replies == 1, "{less:?}");
        let done = approve_canned(&home, &bea).await.expect("approved");
        assert_eq!((done.replies, done.campaigns.len(), done.proposed), (1, 2, false));
        let found = home.desk.store.canned(&bea.actor).await.expect("read");
        assert_eq!((found.replies.len(), found.replies[0].text["en"].as_str(), found.proposal), (1, "At the library.", None));
        refused(approve_canned(&home, &bea).await, Code::Invalid);

        set(&home, &ada, &[canned("place", "At home.")]).await;
        for _ in 0..2 {
            assert!(matches!(first.withdraw_canned(&home.desk).await, Ok(Answer::Done)));
        }
        refused(approve_canned(&home, &bea).await, Code::Invalid);
    }
}

fn canned(id: &str, text: &str) -> CannedReply {
    CannedReply { id: id.into(), title: id.into(), text: [("en".to_owned(), text.to_owned())].into(), shared: false }
}

fn canned_said(answer: Result<Answer, StoreError>) -> Result<CannedSet, Problem> {
    match answer.expect("an answer") {
        Answer::Canned(set) => Ok(set),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

async fn set(home: &Home, by: &Hand, replies: &[CannedReply]) -> CannedSet {
    let by = Admin::of(by.actor.clone()).expect("an admin");
    canned_said(by.set_canned(&home.desk, replies.to_vec()).await).expect("taken")
}

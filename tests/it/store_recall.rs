//! Conformance: changing a running campaign. Its script, what of it is taken back, its list.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    campaign::CampaignState,
    event::EventKind,
    list_change::{ContactChange, ContactKey, ListChanged},
    message::SendRequest,
    people::Role,
    problem::{Code, Problem},
    recall::{CorrectionRequest, ScriptState},
    segments::FollowUp,
};
use textbank::domain::{
    campaign::{CampaignDef, CannedReply, Variant},
    contact::Contact,
    conversation::{OptOut, Status},
    ids::{CampaignId, ContactId},
    message::{
        Delivery,
        MessageKind::{Initial, Reply},
    },
    recall::{Recall, Recalled},
};
use textbank::server::carrier::Submitted;
use textbank::server::store::{
    change::{Changed, Reach},
    command::Answer,
    handles::{Admin, Captain, System},
};

use crate::store_home::{Hand, Home, definition, gone, on_every_store, people, person, phone, refused};

pub const WRONG: &str = "Hi Voter, vote at 12 Wrong St before 7 pm!";

pub fn wrong() -> CampaignDef {
    let mut def = definition();
    def.initial[0].text = "Hi {firstName/there}, vote at {pollingPlace} before 7 pm!".into();
    def.canned[0].text.insert("en".into(), "Polls close at 7 pm, {firstName}.".into());
    def
}

pub fn right() -> CampaignDef {
    let mut def = wrong();
    def.initial[0].text = "Hi {firstName/there}, vote at {pollingPlace} before 8 pm!".into();
    def.canned[0].text.insert("en".into(), "Polls close at 8 pm, {firstName}.".into());
    def
}

pub fn voters(count: u32) -> Vec<Contact> {
    (0..count)
        .map(|n| {
            let mut contact = person(n);
            contact.external_id = Some(format!("v{n}"));
            contact.fields.insert("pollingPlace".into(), "12 Wrong St".into());
            contact
        })
        .collect()
}

async fn changed(answer: Answer) -> Changed {
    match answer {
        Answer::Changed(changed) => changed,
        other => panic!("{other:?}"),
    }
}

pub async fn update(home: &Home, admin: &Hand, campaign: CampaignId, def: CampaignDef) -> ScriptState {
    let admin = Admin::of(admin.actor.clone()).expect("an admin");
    match changed(admin.update_script(&home.desk, campaign, def).await.expect("an answer")).await {
        Changed::Script(state) => state,
        other => panic!("{other:?}"),
    }
}

async fn try_recall(home: &Home, by: &Hand, campaign: CampaignId, what: Recalled) -> Result<(Recall, u64), Problem> {
    let captain = Captain::of(by.actor.clone()).expect("a captain");
    match captain.recall(&home.desk, campaign, what, "wrong place".into()).await.expect("an answer") {
        Answer::Changed(Changed::Recalled { recall, .. }) => {
            System::clear_recalls(&home.desk).await.expect("taken back");
            let all = home.desk.store.recalls(&by.actor, campaign).await.expect("read").expect("visible");
            let dropped = all.iter().find(|one| one.recall.id == recall.id).expect("listed").dropped;
            Ok((recall, dropped))
        }
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

pub async fn recall(home: &Home, by: &Hand, campaign: CampaignId, what: Recalled) -> (Recall, u64) {
    try_recall(home, by, campaign, what).await.expect("recalled")
}

pub async fn reach(home: &Home, by: &Hand, campaign: CampaignId, what: &Recalled) -> Reach {
    let found = home.desk.store.reach(&by.actor, campaign, what).await.expect("read");
    found.expect("visible").expect("something").reach
}

pub async fn correction(
    home: &Home,
    admin: &Hand,
    of: CampaignId,
    (id, recall, def): (uuid::Uuid, i64, CampaignDef),
) -> Result<FollowUp, Problem> {
    let by = Admin::of(admin.actor.clone()).expect("an admin");
    let request = CorrectionRequest { campaign: of, recall, def, paused: false };
    let mut answer = by.correction(&home.desk, id, request).await.expect("an answer");
    loop {
        let told = match answer {
            Answer::Changed(Changed::FollowUp(told)) => told,
            Answer::Refused(problem) => return Err(*problem),
            other => panic!("{other:?}"),
        };
        let standing = home.desk.store.follow_up(&admin.actor, id).await.expect("read").expect("begun");
        let Some(part) = standing.part else { return Ok(told) };
        answer = by.follow_up_part(&home.desk, of, id, part).await.expect("an answer");
    }
}

async fn remove(home: &Home, admin: &Hand, campaign: CampaignId, contacts: Vec<ContactKey>) -> ListChanged {
    let admin = Admin::of(admin.actor.clone()).expect("an admin");
    match changed(admin.remove_contacts(&home.desk, campaign, contacts, false).await.expect("an answer")).await {
        Changed::List(done) => done,
        other => panic!("{other:?}"),
    }
}

async fn correct(home: &Home, admin: &Hand, campaign: CampaignId, contacts: Vec<ContactChange>) -> ListChanged {
    let admin = Admin::of(admin.actor.clone()).expect("an admin");
    match changed(admin.correct_contacts(&home.desk, campaign, contacts, false).await.expect("an answer")).await {
        Changed::List(done) => done,
        other => panic!("{other:?}"),
    }
}

fn by_phone(number: u32) -> ContactKey {
    ContactKey { phone: Some(phone(number)), external_id: None }
}

fn by_id(id: &str) -> ContactKey {
    ContactKey { phone: None, external_id: Some(id.into()) }
}

fn change(who: ContactKey) -> ContactChange {
    ContactChange {
        who,
        first_name: None,
        last_name: None,
        zip: None,
        state: None,
        language: None,
        time_zone: None,
        fields: [].into(),
    }
}

/// A first text of this version, in the wording `a`.
pub fn of_version(mut request: SendRequest, version: u32) -> SendRequest {
    request.script_version = version;
    request.variant = Some("a".into());
    request
}

pub fn wording(version: u32) -> Recalled {
    Recalled::Wording { name: "a".into(), version }
}

on_every_store! {
    async fn a_new_script_is_a_new_version_and_the_same_one_is_none(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(3)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 3).await;
        let state = update(&home, &admin, campaign, right()).await;
        assert_eq!((state.script_version, state.changed), (2, true));
        let again = update(&home, &admin, campaign, right()).await;
        assert_eq!((again.script_version, again.changed), (2, false));
        let view = home.desk.store.campaign(&tess.actor, campaign).await.expect("read").expect("visible");
        assert_eq!((view.script_version, view.def), (2, right()));
        let told: Vec<_> = home.events(&tess, campaign).await.into_iter().filter_map(|event| match event.what {
            EventKind::Campaign { state, script_version } => Some((state, script_version)),
            _ => None,
        }).collect();
        assert_eq!(told, [(CampaignState::Running, 1), (CampaignState::Running, 2)]);
        // Somebody saw the older one and meant it: it goes out.
        home.try_send(&tess, of_version(home.text(&slice[0], Initial, WRONG), 1)).await.expect("accepted");
        assert_eq!(home.jobs().await.len(), 1);
        let mut broken = right();
        broken.initial.clear();
        let admin = Admin::of(admin.actor.clone()).expect("an admin");
        let Answer::Refused(problem) = admin.update_script(&home.desk, campaign, broken).await.expect("an answer") else {
            panic!("no refusal");
        };
        assert_eq!(problem.code, Code::Invalid);
    }

    async fn nothing_that_carries_it_leaves_after_the_commit_of_the_recall(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(8)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 5).await;
        // One is with the carrier, one delivered, one waits, one stays in the laptop's journal, one is only drawn.
        let with_it = |n: usize| of_version(home.text(&slice[n], Initial, WRONG), 1);
        let mut ids = Vec::new();
        for n in 0..2 {
            ids.push(home.try_send(&tess, with_it(n)).await.expect("accepted").0);
        }
        let out = home.jobs().await;
        for job in &out {
            home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        }
        home.receipt(out[1].attempt, Delivery::Delivered).await;
        let waiting = home.try_send(&tess, with_it(2)).await.expect("accepted").0;
        let would = reach(&home, &cal, campaign, &wording(0)).await;
        assert_eq!((would.got.len(), would.delivered, would.in_doubt, would.waiting, would.to_get), (2, 1, 0, 1, 5));
        let (first, dropped) = recall(&home, &cal, campaign, wording(0)).await;
        assert_eq!((first.what.clone(), first.versions.clone(), dropped), (wording(1), vec![1], 1));
        assert_eq!(home.delivery(&tess, slice[2].id, waiting).await, Delivery::Dropped);
        assert_eq!(home.jobs().await, []);
        let back = home.events(&tess, campaign).await.into_iter().any(|event| {
            matches!(event.what, EventKind::Returned { contact, why, .. } if contact == slice[2].id && why == "recalled")
        });
        assert!(back, "it came back to a person");
        assert_eq!(home.line(&tess, campaign, slice[2].id).await.status, Status::NeedsMessage);
        refused(home.try_send(&tess, with_it(3)).await, Code::Recalled);
        // Recalled once more it is the same recall.
        assert_eq!(recall(&home, &cal, campaign, wording(1)).await, (first.clone(), 1));
        let now = reach(&home, &cal, campaign, &wording(1)).await;
        assert_eq!((now.got.clone(), now.waiting), (vec![slice[0].id, slice[1].id], 0));
        // The same words under the next version are recalled too; other ones are not.
        let mut half = wrong();
        half.canned.clear();
        let all_of_it = Recalled::Script { version: 1 };
        assert_eq!(reach(&home, &cal, campaign, &all_of_it).await.unchanged, 0, "there is no newer version");
        assert_eq!(update(&home, &admin, campaign, half).await.still_recalled, [first.id]);
        let still = reach(&home, &cal, campaign, &all_of_it).await;
        assert_eq!((still.got.len(), still.unchanged), (2, 2), "the canned reply alone is another");
        refused(home.try_send(&tess, of_version(home.text(&slice[3], Initial, WRONG), 2)).await, Code::Recalled);
        assert_eq!(update(&home, &admin, campaign, right()).await.still_recalled, [0_i64; 0]);
        let put_right = reach(&home, &cal, campaign, &all_of_it).await;
        assert_eq!((put_right.got.len(), put_right.unchanged), (2, 0));
        let put_right = WRONG.replace("7 pm", "8 pm");
        for to in &slice[2..4] {
            let text = of_version(home.text(to, Initial, &put_right), 3);
            home.try_send(&tess, text).await.expect("accepted");
        }
        assert_eq!(home.jobs().await.len(), 2);
    }

    async fn a_line_of_the_script_is_known_by_its_source_and_by_its_words(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        home.initial(&tess, &slice[0]).await;
        home.says(phone(0), "when?").await;
        let line = home.hand(&tess, campaign).await.remove(0);
        let what = Recalled::Canned { id: "where".into(), version: 0 };
        recall(&home, &cal, campaign, what).await;
        let mut sourced = home.text(&line, Reply, "Until seven.");
        sourced.source = Some("canned:where".into());
        sourced.off_script = true;
        refused(home.try_send(&tess, sourced).await, Code::Recalled);
        let mut by_hand = home.text(&line, Reply, "Hello! polls close at 7 PM, Voter 0.");
        by_hand.off_script = true;
        refused(home.try_send(&tess, by_hand).await, Code::Recalled);
        update(&home, &admin, campaign, right()).await;
        let mut put_right = home.text(&line, Reply, "Polls close at 8 pm, Voter 0.");
        put_right.script_version = 2;
        put_right.source = Some("canned:where".into());
        home.try_send(&tess, put_right).await.expect("accepted");
    }

    async fn words_of_the_wording_itself_count_for_those_who_have_no_text_yet(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let mut def = wrong();
        for wording in &mut def.initial {
            wording.text = "Org here: vote at 34 Right St. STOP ends it".into();
        }
        let campaign = home.import(&admin, def, voters(4)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let place = |value: &str| Recalled::Field { name: "polling_place".into(), value: value.into() };
        assert_eq!(reach(&home, &cal, campaign, &place("34 Right St")).await.to_get, 4);
        assert_eq!(reach(&home, &cal, campaign, &place("4 Right St")).await.to_get, 0, "whole words");
    }

    async fn a_value_is_recalled_wherever_it_stands(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let mut list = voters(3);
        list[2].fields.insert("pollingPlace".into(), "The school".into());
        let campaign = home.import(&admin, wrong(), list).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 3).await;
        home.try_send(&tess, of_version(home.text(&slice[0], Initial, WRONG), 1)).await.expect("accepted");
        let what = Recalled::Field { name: "polling_place".into(), value: "12 wrong st".into() };
        assert_eq!(reach(&home, &cal, campaign, &what).await.to_get, 1);
        let (_, dropped) = recall(&home, &cal, campaign, what).await;
        assert_eq!((dropped, home.jobs().await), (1, vec![]));
        let mut fields = change(by_id("v0"));
        fields.fields.insert("pollingPlace".into(), "12 Right St".into());
        let done = correct(&home, &admin, campaign, vec![fields.clone(), change(by_id("nobody"))]).await;
        assert_eq!((done.changed, done.already, done.not_found), (1, 0, vec![1]));
        assert_eq!(correct(&home, &admin, campaign, vec![fields]).await.already, 1);
        // Confirmed offline before the list was put right.
        refused(home.try_send(&tess, of_version(home.text(&slice[0], Initial, WRONG), 1)).await, Code::Recalled);
        let text = WRONG.replace("Wrong", "Right");
        home.try_send(&tess, of_version(home.text(&slice[0], Initial, &text), 1)).await.expect("accepted");
        let text = WRONG.replace("12 Wrong St", "The school");
        home.try_send(&tess, of_version(home.text(&slice[2], Initial, &text), 1)).await.expect("accepted");
        let told = home.events(&tess, campaign).await;
        assert!(told.iter().any(|one| matches!(one.what, EventKind::Corrected { contact } if contact == slice[0].id)));
        let short = Recalled::Field { name: "pollingPlace".into(), value: "7!".into() };
        refused(try_recall(&home, &cal, campaign, short).await, Code::Invalid);
        let misspelt = Recalled::Field { name: "poling place".into(), value: "12 Wrong St".into() };
        let told = refused(try_recall(&home, &cal, campaign, misspelt).await, Code::Invalid);
        assert!(told.detail.contains("pollingPlace"), "{told:?}");
        let none = Recalled::Wording { name: "zz".into(), version: 0 };
        let told = refused(try_recall(&home, &cal, campaign, none).await, Code::Invalid);
        assert!(told.detail.contains("its wordings: a"), "{told:?}");
    }

    async fn what_a_captain_sends_once_more_is_looked_at_too(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        let id = home.try_send(&tess, of_version(home.text(&slice[0], Initial, WRONG), 1)).await.expect("accepted").0;
        let job = home.jobs().await.remove(0);
        home.record(job.attempt, Submitted::Unknown { reason: "silence".into() }).await;
        home.pass(3_600);
        let held = std::time::Duration::from_secs(60);
        textbank::server::store::handles::System::sweep_attempts(&home.desk, home.desk.clock.now(), held).await.expect("swept");
        let (_, dropped) = recall(&home, &cal, campaign, Recalled::Script { version: 1 }).await;
        assert_eq!(dropped, 0, "nobody knows whether it arrived");
        let again = Act::DecideHeld { message: id, decision: textbank::api::act::HeldDecision::SendAgain };
        home.act(&cal, again).await;
        assert_eq!(home.jobs().await, []);
        assert_eq!(home.delivery(&cal, slice[0].id, id).await, Delivery::Held);
        assert_eq!(reach(&home, &cal, campaign, &Recalled::Script { version: 1 }).await.in_doubt, 1);
    }

    async fn a_lifted_recall_holds_nobody_back(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        let (made, _) = recall(&home, &cal, campaign, wording(1)).await;
        refused(home.try_send(&tess, of_version(home.text(&slice[0], Initial, WRONG), 1)).await, Code::Recalled);
        let captain = Captain::of(cal.actor.clone()).expect("a captain");
        for _ in 0..2 {
            let done = captain.lift_recall(&home.desk, campaign, made.id).await.expect("an answer");
            assert!(matches!(done, Answer::Done), "{done:?}");
        }
        home.pass(120);
        home.try_send(&tess, of_version(home.text(&slice[0], Initial, WRONG), 1)).await.expect("accepted");
        let Answer::Refused(none) = captain.lift_recall(&home.desk, campaign, 99).await.expect("an answer") else {
            panic!("no refusal");
        };
        assert_eq!(none.code, Code::NotFound);
        let all = home.desk.store.recalls(&cal.actor, campaign).await.expect("read").expect("visible");
        assert_eq!((all.len(), all[0].by.as_str(), all[0].lifted_at.is_some()), (1, "Cal", true));
        assert!(home.desk.store.recalls(&tess.actor, campaign).await.expect("read").is_none(), "for captains");
    }

    async fn a_correction_goes_to_exactly_those_who_got_it(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(6)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 6).await;
        for line in &slice[..5] {
            home.try_send(&tess, of_version(home.text(line, Initial, WRONG), 1)).await.expect("accepted");
        }
        for job in home.jobs().await {
            let failed = job.to == phone(4);
            let answer = if failed {
                Submitted::Refused { code: "30005".into() }
            } else {
                Submitted::Accepted { carrier_id: "c".into() }
            };
            home.record(job.attempt, answer).await;
        }
        home.says(phone(1), "STOP").await;
        remove(&home, &admin, campaign, vec![by_phone(2)]).await;
        let (recall, _) = recall(&home, &cal, campaign, wording(1)).await;
        assert_eq!(reach(&home, &cal, campaign, &wording(1)).await.got.len(), 4);
        let asked = (home.fresh(), recall.id, right());
        let made = correction(&home, &admin, campaign, asked.clone()).await.expect("made");
        assert_eq!((made.contacts, made.left_out.opted_out, made.left_out.removed, made.paused), (2, 1, 1, false));
        let again = correction(&home, &admin, campaign, asked).await.expect("made");
        assert_eq!((again.campaign, again.contacts, again.made_before), (made.campaign, 2, true));
        let there = home.desk.store.numbers(&cal.actor, made.campaign).await.expect("read");
        let mut numbers: Vec<_> = there.into_iter().map(|(_, phone, _)| phone).collect();
        numbers.sort();
        assert_eq!(numbers, [phone(0), phone(3)]);
        let bob = home.join("Bob", Role::Texter).await;
        let slice = home.claim(&bob, made.campaign, 5).await;
        assert_eq!(slice.len(), 2);
        let views = home.desk.store.contacts(&bob.actor, made.campaign, &[slice[0].id]).await.expect("read");
        assert_eq!(views[0].fields.get("pollingPlace").map(String::as_str), Some("12 Wrong St"), "fields come along");
        // Of another campaign's recall nothing is made.
        let of_another = (home.fresh(), recall.id, right());
        refused(correction(&home, &admin, made.campaign, of_another).await, Code::NotFound);
    }

    async fn who_is_taken_off_the_list_gets_nothing_that_we_begin(home: Home) {
        let (admin, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 3).await;
        let waiting = home.initial(&tess, &slice[0]).await;
        home.initial(&tess, &slice[1]).await;
        let jobs = home.jobs().await;
        assert_eq!(jobs.len(), 2);
        for job in jobs {
            let answer = if job.to == phone(0) {
                Submitted::Later { reason: "busy".into() }
            } else {
                Submitted::Accepted { carrier_id: "c".into() }
            };
            home.record(job.attempt, answer).await;
        }
        let all = vec![by_phone(0), by_phone(1), by_phone(2), by_phone(3), by_phone(77)];
        let done = remove(&home, &admin, campaign, all.clone()).await;
        assert_eq!((done.changed, done.already, done.dropped, done.not_found), (4, 0, 1, vec![4]));
        let done = remove(&home, &admin, campaign, all).await;
        assert_eq!((done.changed, done.already, done.dropped), (0, 4, 0));
        let left = gone(&home.events(&tess, campaign).await);
        assert_eq!(left, slice.iter().map(|line| (line.id, "removed".to_owned())).collect::<Vec<_>>());
        assert_eq!(home.delivery(&admin, slice[0].id, waiting).await, Delivery::Dropped);
        home.pass(60);
        assert_eq!(home.jobs().await, []);
        refused(home.try_send(&tess, home.text(&slice[2], Initial, "Hi there!")).await, Code::Removed);
        refused(home.try_act(&admin, Act::Reopen { contact: slice[2].id }).await, Code::Removed);
        assert_eq!(home.claim(&tess, campaign, 5).await.len(), 1, "who is left");
        // A voter who writes afterwards is in a conversation like any other.
        home.says(phone(1), "Thanks, I voted!").await;
        let again = home.claim(&tess, campaign, 5).await;
        let line = again.iter().find(|line| line.id == slice[1].id).expect("handed out");
        assert_eq!(home.thread(&tess, line.id).await.entries.len(), 4, "the thread stayed, with a line about it");
        home.try_send(&tess, home.text(line, Reply, "Great!")).await.expect("accepted");
    }

    async fn a_doubt_that_nobody_decided_on_counts_when_its_contact_is_taken_off(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let other = home.import(&admin, definition(), people(2)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        home.jobs().await;
        home.says(phone(0), "please leave me alone").await;
        let elsewhere = home.line(&admin, other, ContactId(to.id.0 + 2)).await;
        assert!(matches!(elsewhere.opt_out, OptOut::Possible { .. }), "{elsewhere:?}");
        assert_eq!(remove(&home, &admin, campaign, vec![by_phone(0)]).await.changed, 1);
        let elsewhere = home.line(&admin, other, elsewhere.id).await;
        assert_eq!(elsewhere.opt_out, OptOut::Yes { by_word: false });
        assert_eq!(home.jobs().await, [], "without a word to them");
    }

    async fn a_short_line_after_an_answer_is_recalled_too(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let mut def = wrong();
        let answer = &mut def.questions[0].answers[0];
        answer.reply = [("en".to_owned(), "Go to {firstName}.".to_owned())].into();
        let (question, value) = (def.questions[0].id.clone(), def.questions[0].answers[0].value.clone());
        let campaign = home.import(&admin, def, voters(1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        home.jobs().await;
        let reply = |body: &str| {
            let mut text = of_version(home.text(&to, Reply, body), 1);
            text.source = Some(format!("answer:{question}"));
            text
        };
        home.try_send(&tess, reply("Go to Oak Street.")).await.expect("accepted");
        let (_, dropped) = recall(&home, &cal, campaign, Recalled::Answer { question: question.clone(), value, version: 1 }).await;
        assert_eq!((dropped, home.jobs().await.len()), (1, 0));
        refused(home.try_send(&tess, reply("Go to Oak Street.")).await, Code::Recalled);
        home.try_send(&tess, reply("Stay where you are.")).await.expect("another answer's words");
    }

    async fn a_correction_neither_repeats_what_was_recalled_nor_forgets_a_wrong_value(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.try_send(&tess, of_version(home.text(&to, Initial, WRONG), 1)).await.expect("accepted");
        home.jobs().await;
        let (said, _) = recall(&home, &cal, campaign, wording(1)).await;
        let place = Recalled::Field { name: "pollingPlace".into(), value: "12 Wrong St".into() };
        recall(&home, &cal, campaign, place).await;
        let again = correction(&home, &admin, campaign, (home.fresh(), said.id, wrong())).await;
        let problem = refused(again, Code::Invalid);
        assert!(problem.detail.contains("in the same words"), "{problem:?}");
        let made = correction(&home, &admin, campaign, (home.fresh(), said.id, right())).await.expect("made").campaign;
        let tom = home.join("Tom", Role::Texter).await;
        let to = home.claim(&tom, made, 1).await.remove(0);
        let body = WRONG.replace("7 pm", "8 pm");
        refused(home.try_send(&tom, of_version(home.text(&to, Initial, &body), 1)).await, Code::Recalled);
        let other = body.replace("12 Wrong St", "the school");
        home.try_send(&tom, of_version(home.text(&to, Initial, &other), 1)).await.expect("accepted");
    }

    async fn a_correction_may_quote_the_value_that_it_puts_right(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(2)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        for to in home.claim(&tess, campaign, 2).await {
            home.try_send(&tess, of_version(home.text(&to, Initial, WRONG), 1)).await.expect("accepted");
        }
        home.jobs().await;
        let place = Recalled::Field { name: "pollingPlace".into(), value: "12 Wrong St".into() };
        let mut second = wrong();
        second.canned[0].text.insert("en".into(), "Vote at 12 Wrong St, until 8 pm.".into());
        update(&home, &admin, campaign, second).await;
        update(&home, &admin, campaign, wrong()).await;
        let shared = CannedReply {
            id: "all".into(),
            title: "Where".into(),
            text: [("en".to_owned(), "Your polling place is 12 Wrong St.".to_owned())].into(),
            shared: false,
        };
        let hand = Admin::of(admin.actor.clone()).expect("an admin");
        hand.set_canned(&home.desk, vec![shared]).await.expect("an answer");
        let (said, _) = recall(&home, &cal, campaign, place.clone()).await;
        let mut sorry = wrong();
        sorry.initial[0].text = "Sorry: it is NOT 12 Wrong St but 34 Right St.".into();
        sorry.canned[0].text.insert("en".into(), "Vote at 12 Wrong St, until 8 pm.".into());
        let made = correction(&home, &admin, campaign, (home.fresh(), said.id, sorry.clone())).await.expect("made");
        let tom = home.join("Tom", Role::Texter).await;
        let to = home.claim(&tom, made.campaign, 2).await;
        let quoting = home.text(&to[0], Initial, "Sorry: it is NOT 12 Wrong St but 34 Right St.");
        home.try_send(&tom, of_version(quoting, 1)).await.expect("in its own words");
        // Neither a line of the old script, which a file takes along, nor a reply that all campaigns share puts anything right.
        for old in ["It was never 12 Wrong St.", "Vote at 12 Wrong St, until 8 pm.", "Your polling place is 12 Wrong St."] {
            let text = home.text(&to[0], Reply, old);
            refused(home.try_send(&tom, of_version(text, 1)).await, Code::Recalled);
        }
        let told = home.desk.store.recalls(&cal.actor, campaign).await.expect("read").expect("visible");
        assert!(told[0].put_right.is_none() && told[0].stood.as_ref().expect("told").contains(&"Vote at 12 Wrong St, until 8 pm.".to_owned()));
        let told = home.desk.store.recalls(&cal.actor, made.campaign).await.expect("read").expect("visible");
        assert_eq!(told[0].recall.texts, [sorry.initial[0].text.clone()]);
        assert!(told[0].put_right.is_some(), "{told:?}");
        assert_eq!(home.jobs().await.len(), 1, "the last look lets it by too");
        // Another version of it is written after the recall as well.
        sorry.initial[0].text = "We were wrong: not 12 Wrong St, 34 Right St!".into();
        update(&home, &admin, made.campaign, sorry).await;
        let quoting = home.text(&to[1], Initial, "We were wrong: not 12 Wrong St, 34 Right St!");
        home.try_send(&tom, of_version(quoting, 2)).await.expect("in its own words");
    }

    async fn what_was_looked_at_again_after_a_whole_script_was_recalled_stands(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let mut def = wrong();
        def.initial.push(Variant { name: "b".into(), language: "en".into(), text: "Hello {firstName}, will you vote on Tuesday?".into() });
        let campaign = home.import(&admin, def.clone(), voters(1)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        recall(&home, &cal, campaign, Recalled::Script { version: 1 }).await;
        let body = format!("Hello {}, will you vote on Tuesday?", to.first_name);
        let text = |version| {
            let mut text = of_version(home.text(&to, Initial, &body), version);
            text.variant = Some("b".into());
            text
        };
        refused(home.try_send(&tess, text(1)).await, Code::Recalled);
        def.initial[0].text = def.initial[0].text.replace("7 pm", "8 pm");
        assert_eq!(update(&home, &admin, campaign, def).await.still_recalled, [0_i64; 0]);
        refused(home.try_send(&tess, text(1)).await, Code::Recalled);
        home.try_send(&tess, text(2)).await.expect("it stands in the new one");
    }
}

/// The recall's own commit touches no text. Whoever dies behind it leaves nothing that goes out, and the housekeeping goes on.
#[tokio::test]
async fn what_waits_comes_back_part_by_part_and_after_a_crash_too() {
    const MANY: u32 = 450;
    let home = Home::new(crate::store_home::Kind::Memory).await;
    let admin = home.join("Ada", Role::Admin).await;
    let campaign = home.import(&admin, wrong(), voters(MANY)).await.campaign;
    let cal = home.join("Cal", Role::Captain).await;
    let tess = home.join("Tess", Role::Texter).await;
    for _ in 0..MANY / 50 {
        let slice = home.claim(&tess, campaign, 50).await;
        let texts = slice.iter().map(|line| home.try_send(&tess, of_version(home.text(line, Initial, WRONG), 1)));
        for sent in futures_util::future::join_all(texts).await {
            sent.expect("accepted");
        }
    }
    // Nothing goes out of a paused campaign, and nothing is looked at.
    home.act(&cal, Act::Pause { campaign }).await;
    let by = Captain::of(cal.actor.clone()).expect("a captain");
    let first = by.recall(&home.desk, campaign, wording(1), "wrong place".into()).await.expect("an answer");
    let Answer::Changed(Changed::Recalled { recall, already: false }) = first else { panic!("{first:?}") };
    let waits = async || reach(&home, &cal, campaign, &wording(1)).await.waiting;
    assert_eq!(waits().await, u64::from(MANY), "the recall is a small commit");
    let dropped =
        async || home.desk.store.recalls(&cal.actor, campaign).await.expect("read").expect("visible")[0].dropped;
    // Somebody begins, and is gone after a part: there are no replies, and more first texts than go into one.
    let part = System::clear_recall(&home.desk, None, None).await.expect("the replies");
    let part = System::clear_recall(&home.desk, part, None).await.expect("a part");
    assert!(part.is_some_and(|part| part.recall == recall.id), "{part:?}");
    let after_one = dropped().await;
    assert!(after_one > 0 && after_one < u64::from(MANY), "{after_one}");
    assert_eq!(waits().await, u64::from(MANY) - after_one);
    // What is left does not go out either.
    home.act(&cal, Act::Resume { campaign }).await;
    assert_eq!(home.jobs().await, []);
    home.act(&cal, Act::Pause { campaign }).await;
    let carrier = std::sync::Arc::new(textbank::server::carrier::simulated::SimulatedCarrier::silent());
    textbank::server::jobs::Dispatcher::new(home.desk.clone(), carrier).housekeeping().await.expect("kept");
    assert_eq!((waits().await, dropped().await), (0, u64::from(MANY)));
    assert_eq!(home.board(&cal, campaign).await.counts.unsent, u64::from(MANY), "everybody is still to be texted");
    assert_eq!(System::clear_recall(&home.desk, None, None).await.expect("nothing"), None);
    assert_eq!(
        (home.board(&cal, campaign).await.recalls, home.board(&cal, campaign).await.recalled_at.is_some()),
        (1, true)
    );
    let again = by.recall(&home.desk, campaign, wording(1), String::new()).await.expect("an answer");
    assert!(matches!(again, Answer::Changed(Changed::Recalled { already: true, .. })), "{again:?}");
}

/// However a recall and texts that carry it meet, what was accepted before it and waits is dropped, and what comes after is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recall_among_sends_lets_nothing_by() {
    for round in 0..5 {
        let home = Home::new(crate::store_home::Kind::File).await;
        let admin = home.join("Ada", Role::Admin).await;
        let campaign = home.import(&admin, wrong(), voters(40)).await.campaign;
        let cal = home.join("Cal", Role::Captain).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 40).await;
        let texts: Vec<_> = slice.iter().map(|line| of_version(home.text(line, Initial, WRONG), 1)).collect();
        let (before, after) = texts.split_at(round * 8);
        let sends = async {
            let sent = before.iter().map(|text| home.try_send(&tess, text.clone()));
            futures_util::future::join_all(sent).await;
        };
        let (_, (_, dropped), rest) = tokio::join!(
            sends,
            recall(&home, &cal, campaign, wording(1)),
            futures_util::future::join_all(after.iter().map(|text| home.try_send(&tess, text.clone()))),
        );
        assert_eq!(home.jobs().await, [], "round {round}: {dropped} dropped");
        let reached = reach(&home, &cal, campaign, &wording(1)).await;
        assert_eq!((reached.got.len(), reached.waiting), (0, 0));
        for outcome in rest.into_iter().filter_map(Result::err) {
            assert_eq!(outcome.code, Code::Recalled);
        }
        assert_eq!(home.board(&cal, campaign).await.counts.unsent, 40, "everybody is still to be texted");
    }
}

/// Housekeeping looks for recalls that are not done with, again and again: it may not wake every feed and board each time.
#[tokio::test]
async fn a_look_for_recalls_that_finds_none_wakes_nobody() {
    let home = Home::new(crate::store_home::Kind::File).await;
    home.campaign(people(1)).await;
    let mut woken = home.desk.store.wake();
    woken.borrow_and_update();
    textbank::server::store::handles::System::clear_recalls(&home.desk).await.expect("done");
    assert!(!woken.has_changed().expect("it is open"));
}

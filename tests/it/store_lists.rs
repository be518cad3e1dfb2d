//! Conformance: where lists come from, who is on them without use, and lists that come into a running campaign.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    admin::{ImportChunk, ImportStart, ImportState, ListStart},
    campaign::CampaignState,
    event::EventKind,
    list_change::{ContactChange, ContactKey, ListChanged},
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    contact::Contact,
    conversation::Status,
    ids::CampaignId,
    message::{Delivery, MessageKind::Initial},
    phone::Phone,
    provenance::{Consent, Provenance},
    purpose::Jurisdiction,
};
use textbank::server::carrier::CarrierEvent;
use textbank::server::store::{
    StoreError,
    change::Changed,
    command::Answer,
    handles::{Admin, Webhook},
    roster::AuditWanted,
};
use uuid::Uuid;

use crate::store_home::{Hand, Home, definition, on_every_store, people, person, phone, refused};
use crate::store_keeping::deliver;

fn answered(answer: Answer) -> Result<ImportState, Problem> {
    match answer {
        Answer::Import(state) => Ok(state),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

pub async fn add(
    home: &Home,
    hand: &Hand,
    campaign: CampaignId,
    provenance: Provenance,
    contacts: Vec<Contact>,
) -> Result<(Uuid, ImportState), Problem> {
    let admin = Admin::of(hand.actor.clone()).expect("an admin");
    let (import, many) = (home.fresh(), u64::try_from(contacts.len()).expect("few"));
    let start = ListStart { contacts: many, provenance };
    answered(admin.list_add(&home.desk, import, campaign, start).await.expect("an answer"))?;
    let chunk = ImportChunk { contacts, shared: false };
    answered(admin.import_chunk(&home.desk, import, 0, chunk).await.expect("an answer"))?;
    Ok((import, answered(admin.import_finish(&home.desk, import).await.expect("an answer"))?))
}

pub fn no_evidence() -> Provenance {
    Provenance { consent: None, ..Provenance::of_made_up_people("county file") }
}

on_every_store! {
    async fn more_contacts_come_into_a_running_campaign(home: Home) {
        let (ada, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        assert_eq!(home.claim(&tess, campaign, 0).await.len(), 3);
        refused(home.try_claim(&tess, campaign, 1).await, Code::NoneLeft);
        let before = home.events(&tess, campaign).await.len();
        // Two of them are there already.
        let more = (1..6).map(person).collect();
        let provenance = Provenance { source: "door\u{1b}[2Jknocks".into(), ..no_evidence() };
        let (import, state) = add(&home, &ada, campaign, provenance, more).await.expect("added");
        assert_eq!((state.campaign, state.stored, state.duplicates, state.finished), (campaign, 3, 2, true));
        let new = home.claim(&tess, campaign, 0).await;
        assert_eq!(new.iter().map(|one| one.first_name.as_str()).collect::<Vec<_>>(), ["Voter 3", "Voter 4", "Voter 5"]);
        let running = EventKind::Campaign { state: CampaignState::Running, script_version: 1 };
        assert!(home.events(&tess, campaign).await[before..].iter().any(|event| event.what == running), "consoles look again");
        assert_eq!(home.board(&ada, campaign).await.counts.total, 6);
        let store = &home.desk.store;
        assert_eq!(store.import(&ada.actor, import).await.expect("read"), Some(state));
        let lists = store.lists(&ada.actor, campaign).await.expect("read").expect("lists");
        let told: Vec<_> = lists.iter().map(|l| (l.number, l.provenance.source.as_str(), l.by.as_deref(), l.state.stored)).collect();
        assert_eq!(told, [(1, "a test", Some("Ada"), 3), (2, "door\u{241b}[2Jknocks", Some("Ada"), 3)]);
        assert_eq!(lists[1].provenance.obtained, no_evidence().obtained);
        let wanted = AuditWanted { limit: 500, ..AuditWanted::default() };
        let audit = store.audit(&ada.actor, &wanted).await.expect("read").entries;
        assert!(audit.iter().any(|line| line.what == "list_started" && line.detail.contains("made-up people: any")));
        // What the texter says when asked for it.
        let ids: Vec<_> = home.hand(&tess, campaign).await.iter().map(|line| line.id).collect();
        let views = store.contacts(&tess.actor, campaign, &ids).await.expect("read");
        assert_eq!(views[0].fields["list_source"], "a test, 2026-01-01; agreed 2026-01-01, made up");
        assert_eq!(views[5].fields["list_source"], "door\u{241b}[2Jknocks, 2026-01-01");
        assert!(views.iter().all(|view| view.visible.iter().any(|name| name == "list_source")));
    }

    async fn a_paused_campaign_stays_so_and_others_take_nothing(home: Home) {
        let (ada, campaign) = home.campaign(people(1)).await;
        home.act(&ada, Act::Pause { campaign }).await;
        let (_, state) = add(&home, &ada, campaign, no_evidence(), vec![person(1)]).await.expect("added");
        assert!(state.paused);
        home.act(&ada, Act::Resume { campaign }).await;
        assert_eq!(refused(add(&home, &ada, campaign, Provenance::default(), vec![person(2)]).await, Code::Invalid).faults.len(), 3);
        refused(add(&home, &ada, CampaignId(99), no_evidence(), vec![person(2)]).await, Code::NotFound);
        assert_eq!(home.desk.store.lists(&ada.actor, CampaignId(99)).await.expect("read"), None);
        assert_eq!(home.desk.store.import(&ada.actor, home.fresh()).await.expect("read"), None);
        let start = ImportStart { def: definition(), contacts: 0, provenance: Provenance::default(), warnings: Vec::new() };
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let answer = admin.import_start(&home.desk, home.fresh(), start).await.expect("an answer");
        assert_eq!(refused(answered(answer), Code::Invalid).faults.len(), 3);
    }

    async fn where_a_list_comes_from_may_be_said_in_other_words_when_it_goes_on(home: Home) {
        let ada = home.join("Ada", Role::Admin).await;
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let import = home.fresh();
        let start = ImportStart { def: definition(), contacts: 1, provenance: no_evidence(), warnings: Vec::new() };
        let first = answered(admin.import_start(&home.desk, import, start.clone()).await.expect("an answer"));
        let other = ImportStart { provenance: Provenance::of_made_up_people("something else"), ..start };
        assert_eq!(answered(admin.import_start(&home.desk, import, other).await.expect("an answer")), first);
    }

    async fn who_is_known_as_useless_is_stored_so_and_counted(home: Home) {
        let named = |n: u32, id: &str| Contact { external_id: Some(id.to_owned()), ..person(n) };
        let (ada, campaign) = home.campaign((0..5).map(|n| named(n, &format!("id{n}"))).collect()).await;
        let tess = home.join("Tess", Role::Texter).await;
        let hand = home.claim(&tess, campaign, 0).await;
        home.act(&tess, Act::WrongNumber { contact: hand[0].id }).await;
        // One gets no texts, with the other it may pass.
        for (n, code) in [(1, "30006"), (2, "30003")] {
            home.initial(&tess, &hand[n]).await;
            let attempt = home.jobs().await[0].attempt;
            let error = Some(code.to_owned());
            let event = CarrierEvent::Receipt { key: home.fresh().to_string(), attempt, delivery: Delivery::Failed, error };
            Webhook::of("test").event(&home.desk, event).await.expect("heard");
        }
        home.says(person(3).phone, "STOP").await;
        // The number of the first is somebody else's now; of the second the list tells no id, but the name.
        let again = vec![named(0, "id0"), person(1), named(2, "id2"), named(3, "id3"), named(4, "id4")];
        let state = home.import(&ada, definition(), again).await;
        assert_eq!((state.stored, state.known_bad, state.suppressed), (5, 2, 1));
        assert_eq!(home.board(&ada, state.campaign).await.counts.closed, 2);
        let free = home.claim(&tess, state.campaign, 0).await;
        assert_eq!(free.iter().map(|one| one.first_name.as_str()).collect::<Vec<_>>(), ["Voter 2", "Voter 4"]);
        assert!(free.iter().all(|one| one.status == Status::NeedsMessage));
        let state = home.import(&ada, definition(), vec![named(0, "another"), Contact { first_name: "New".into(), ..person(1) }]).await;
        assert_eq!((state.stored, state.known_bad), (2, 0));
    }

    async fn nobody_comes_in_without_the_consent_that_the_law_asks_for(home: Home) {
        let (ada, campaign) = home.campaign(people(1)).await;
        let british = |n: u32, consent| Contact { phone: Phone::from_e164(&format!("+4474000000{n:02}")).expect("a number"), consent, ..person(n) };
        let day = Some(jiff::civil::date(2026, 5, 1));
        let own = |source: &str| Some(Consent { date: day, wording: String::new(), source: source.into() });
        let list = vec![british(1, None), british(2, own("web form")), british(3, own(" ")), person(4)];
        let (_, state) = add(&home, &ada, campaign, no_evidence(), list).await.expect("added");
        assert_eq!((state.stored, state.without_consent, state.duplicates), (2, 2, 0));
        let tess = home.join("Tess", Role::Texter).await;
        let ids: Vec<_> = home.claim(&tess, campaign, 0).await.iter().map(|line| line.id).collect();
        let views = home.desk.store.contacts(&tess.actor, campaign, &ids).await.expect("read");
        let told: Vec<_> = views.iter().map(|view| view.fields["list_source"].as_str()).collect();
        assert_eq!(told[1..], ["county file, 2026-01-01; agreed 2026-05-01, web form", "county file, 2026-01-01"]);
        // Everybody's, where the campaign's law asks for it.
        let mut def = definition();
        def.jurisdiction = Jurisdiction::Uk;
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let import = home.fresh();
        let start = ImportStart { def, contacts: 1, provenance: no_evidence(), warnings: Vec::new() };
        answered(admin.import_start(&home.desk, import, start).await.expect("an answer")).expect("started");
        let chunk = ImportChunk { contacts: people(1), shared: false };
        let state = answered(admin.import_chunk(&home.desk, import, 0, chunk).await.expect("an answer")).expect("taken");
        assert_eq!((state.stored, state.without_consent), (0, 1));
        assert!(answered(admin.import_finish(&home.desk, import).await.expect("an answer")).expect("whole").finished);
        // Said of the whole list.
        let all = Provenance { consent: own("rally"), ..no_evidence() };
        let (_, state) = add(&home, &ada, campaign, all, vec![british(5, None)]).await.expect("added");
        assert_eq!((state.stored, state.without_consent), (1, 0));
    }

    async fn one_of_several_people_at_a_number_leaves_it_to_the_others(home: Home) {
        let mut first = Contact { external_id: Some("p10".into()), ..person(1) };
        first.fields.insert("household_ids".into(), "p11;p12".into());
        first.fields.insert("household_names".into(), "Roe, Bea;Cy".into());
        let alone = Contact { external_id: Some("p20".into()), ..person(2) };
        let (ada, campaign) = home.campaign(vec![first, alone]).await;
        let tess = home.join("Tess", Role::Texter).await;
        let hand = home.claim(&tess, campaign, 0).await;
        let by = |id: &str| ContactKey { phone: None, external_id: Some(id.into()) };
        let numbers = |done: &ListChanged| (done.changed, done.kept, done.already, done.not_found.len());
        // An id of another one is known, and another one's cells are not those by whose name the number is texted.
        let change = ContactChange { first_name: Some("Beatrice".into()), ..nothing(by("p11")) };
        let done = changed_list(Admin::of(ada.actor.clone()).expect("an admin").correct_contacts(&home.desk, campaign, vec![change], false).await);
        assert_eq!((done.changed, done.shares), (0, vec![0]));
        // A column of a list by the name of what is kept of them changes nothing of it.
        let own = std::collections::BTreeMap::from([("household_ids".to_owned(), "nobody".to_owned())]);
        let change = ContactChange { fields: own, ..nothing(by("p10")) };
        changed_list(Admin::of(ada.actor.clone()).expect("an admin").correct_contacts(&home.desk, campaign, vec![change], false).await);
        // Said before it is done: all three together are the number.
        let all = ["p10", "p11", "p12", "p99"].map(by).to_vec();
        assert_eq!(numbers(&remove(&home, &ada, campaign, all, true).await), (1, 2, 0, 1));
        assert_eq!(numbers(&remove(&home, &ada, campaign, vec![by("p10")], false).await), (0, 1, 0, 0));
        // The next one is texted now, by their own name; the card at hand is gone and may be drawn anew.
        home.claim(&tess, campaign, 0).await;
        let line = home.hand(&tess, campaign).await.into_iter().find(|one| one.id == hand[0].id).expect("still theirs");
        assert_eq!((line.first_name.as_str(), line.status), ("Bea", Status::NeedsMessage));
        let told = home.events(&tess, campaign).await;
        assert!(told.iter().any(|event| event.what == EventKind::Corrected { contact: hand[0].id }));
        assert_eq!(numbers(&remove(&home, &ada, campaign, vec![by("p10"), by("p12")], false).await), (0, 1, 1, 0));
        let removed = remove(&home, &ada, campaign, vec![by("p11")], false).await;
        assert_eq!(numbers(&removed), (1, 0, 0, 0), "nobody is left there");
        assert_eq!(home.hand(&tess, campaign).await.len(), 1);
        // The number itself means all of them, at once; and with another one's id that one.
        let both = ContactKey { phone: Some(phone(2)), external_id: Some("p20".into()) };
        assert_eq!(numbers(&remove(&home, &ada, campaign, vec![both], false).await), (1, 0, 0, 0));
    }

    /// The same voter file in two campaigns: who shares a number in one of them is nobody of the other.
    async fn who_is_taken_off_in_one_campaign_stays_in_the_other(home: Home) {
        let shared = || {
            let mut first = Contact { external_id: Some("f".into()), ..person(1) };
            first.fields.insert("household_ids".into(), "x;y".into());
            first.fields.insert("household_names".into(), "Roe, Xe;Ye".into());
            vec![first]
        };
        let (ada, one) = home.campaign(shared()).await;
        let other = home.import(&ada, definition(), shared()).await.campaign;
        let by = |id: &str| ContactKey { phone: None, external_id: Some(id.into()) };
        remove(&home, &ada, one, vec![by("nobody")], false).await;
        let with_number = ContactKey { phone: Some(phone(1)), external_id: Some("x".into()) };
        remove(&home, &ada, other, vec![with_number], false).await;
        let done = remove(&home, &ada, one, vec![by("y")], false).await;
        assert_eq!((done.changed, done.kept), (0, 1), "one person of one campaign");
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, other, 1).await;
        assert_eq!(slice.len(), 1);
        let done = remove(&home, &ada, other, vec![by("y")], false).await;
        assert_eq!((done.changed, done.kept, done.already), (0, 1, 0), "was on the other list still");
    }

    async fn each_of_a_household_is_texted_with_what_is_theirs(home: Home) {
        let british = Phone::from_e164("+447911123456").expect("a number");
        let of = |id: &str, language: &str, place: &str, source: &str| Contact {
            external_id: Some(id.into()),
            first_name: id.to_uppercase(),
            language: Some(language.into()),
            phone: british.clone(),
            fields: std::collections::BTreeMap::from([("place".to_owned(), place.to_owned())]),
            consent: Some(Consent { date: no_evidence().obtained, wording: String::new(), source: source.into() }),
            ..person(0)
        };
        let ada = home.join("Ada", Role::Admin).await;
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let import = home.fresh();
        let mut def = definition();
        def.visible_fields = vec!["place".into()];
        let start = ImportStart { def, contacts: 2, provenance: no_evidence(), warnings: Vec::new() };
        answered(admin.import_start(&home.desk, import, start).await.expect("an answer")).expect("started");
        let mut first = of("q1", "es", "K", "form");
        first.fields.insert("household_ids".into(), "q2;q3".into());
        // As a list of an older program has them: nothing is known of the others.
        let mut old = of("o1", "es", "K", "form");
        old.phone = Phone::from_e164("+447911123457").expect("a number");
        old.fields.insert("household_ids".into(), "o2".into());
        let chunk = ImportChunk { contacts: vec![first, old], shared: false };
        answered(admin.import_chunk(&home.desk, import, 0, chunk).await.expect("an answer")).expect("taken");
        let shared = ImportChunk { contacts: vec![of("q2", "en", "Q", "paper"), of("q1", "fr", "X", "x")], shared: true };
        for _ in 0..2 {
            answered(admin.import_chunk(&home.desk, import, 1 << 40, shared.clone()).await.expect("an answer")).expect("taken");
        }
        let campaign = answered(admin.import_finish(&home.desk, import).await.expect("an answer")).expect("whole").campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let id = home.claim(&tess, campaign, 0).await[0].id;
        let seen = async || {
            // Whoever is texted by another name is a new card.
            _ = home.try_claim(&tess, campaign, 9).await;
            let line = home.hand(&tess, campaign).await.into_iter().find(|one| one.id == id).expect("still theirs");
            let view = home.desk.store.contacts(&tess.actor, campaign, &[id]).await.expect("read").remove(0);
            let field = |name: &str| view.fields.get(name).cloned().unwrap_or_default();
            assert!(!view.fields.contains_key("household_people"));
            (line.first_name, line.language, field("place"), field("list_source"))
        };
        let told = |name: &str, language: &str, place: &str, source: &str| {
            let source = format!("county file, 2026-01-01; agreed 2026-01-01, {source}");
            (name.to_owned(), Some(language.to_owned()), place.to_owned(), source)
        };
        let by = |id: &str| ContactKey { phone: None, external_id: Some(id.into()) };
        assert_eq!(seen().await, told("Q1", "es", "K", "form"));
        // What is put right of another one is right once the number is theirs.
        let fields = std::collections::BTreeMap::from([("place".to_owned(), "Q hall".to_owned())]);
        for many in [1, 0] {
            let change = ContactChange { fields: fields.clone(), ..nothing(by("q2")) };
            let done = changed_list(admin.correct_contacts(&home.desk, campaign, vec![change], false).await);
            assert_eq!((done.changed, done.shares.len()), (many, 0));
        }
        assert_eq!(seen().await, told("Q1", "es", "K", "form"));
        remove(&home, &ada, campaign, vec![by("q1")], false).await;
        assert_eq!(seen().await, told("Q2", "en", "Q hall", "paper"));
        // Back, and the number theirs again: not by the other one's name. The third was on the list without consent of their own.
        let back = changed_list(admin.bring_back(&home.desk, campaign, vec![by("q1")], false).await);
        assert_eq!(back.changed, 1);
        assert_eq!(remove(&home, &ada, campaign, vec![by("q2")], false).await.kept, 1);
        assert_eq!(seen().await, told("Q1", "es", "K", "form"));
        // What was confirmed to one of them goes to nobody once they are off, and a card that was drawn sends nothing.
        changed_list(admin.bring_back(&home.desk, campaign, vec![by("q2")], false).await);
        let drawn = home.hand(&tess, campaign).await.into_iter().find(|one| one.id == id).expect("in hand");
        home.initial(&tess, &drawn).await;
        let done = remove(&home, &ada, campaign, vec![by("q1")], false).await;
        assert_eq!((done.kept, done.dropped), (1, 1));
        assert_eq!(home.jobs().await, []);
        refused(home.try_send(&tess, home.text(&drawn, Initial, "Hi Q1!")).await, Code::LeaseLost);
        assert_eq!(seen().await, told("Q2", "en", "Q hall", "paper"));
        refused(home.try_send(&tess, home.text(&drawn, Initial, "Hi Q1!")).await, Code::LeaseLost);
        // Where the law asks for consent, another one's is none.
        let gone = remove(&home, &ada, campaign, vec![by("o1")], false).await;
        assert_eq!((gone.changed, gone.kept), (1, 0));
        // Nor does who comes back without consent bring back whoever was taken off.
        let back = changed_list(admin.bring_back(&home.desk, campaign, vec![by("o2")], false).await);
        assert_eq!((back.changed, back.not_found.len()), (0, 1));
        assert_eq!(home.hand(&tess, campaign).await.len(), 1);
    }

    async fn whoever_is_useless_at_a_number_leaves_it_to_the_living(home: Home) {
        let named = |id: &str, name: &str, n: u32| Contact { external_id: Some(id.into()), first_name: name.into(), ..person(n) };
        let (ada, campaign) = home.campaign(vec![named("v20", "Nam", 1), named("v30", "Sol", 2)]).await;
        let tess = home.join("Tess", Role::Texter).await;
        for line in home.claim(&tess, campaign, 0).await {
            home.act(&tess, Act::WrongNumber { contact: line.id }).await;
        }
        // A second list has both at the number, the dead one first.
        let mut first = named("v20", "Nam", 1);
        first.fields.insert("household_ids".into(), "k9;k10".into());
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let import = home.fresh();
        let start = ImportStart { def: definition(), contacts: 2, provenance: no_evidence(), warnings: Vec::new() };
        answered(admin.import_start(&home.desk, import, start).await.expect("an answer")).expect("started");
        let chunk = ImportChunk { contacts: vec![first, named("v30", "Sol", 2)], shared: false };
        let state = answered(admin.import_chunk(&home.desk, import, 0, chunk).await.expect("an answer")).expect("taken");
        assert_eq!((state.stored, state.known_bad), (2, 2));
        let others = vec![named("v20", "Nam", 1), named("k9", "Widow", 1), named("k10", "Son", 1)];
        let chunk = ImportChunk { contacts: others, shared: true };
        for _ in 0..2 {
            let answer = admin.import_chunk(&home.desk, import, 1 << 40, chunk.clone()).await.expect("an answer");
            let state = answered(answer).expect("taken");
            assert_eq!((state.stored, state.known_bad, state.chunks), (2, 1, 1), "twice is once");
        }
        answered(admin.import_finish(&home.desk, import).await.expect("an answer")).expect("whole");
        let free = home.claim(&tess, state.campaign, 0).await;
        assert_eq!(free.iter().map(|one| one.first_name.as_str()).collect::<Vec<_>>(), ["Widow"]);
        assert_eq!(home.board(&ada, state.campaign).await.counts.closed, 1);
    }

    async fn whoever_was_taken_off_comes_back_by_a_word_of_their_own_and_not_by_a_list(home: Home) {
        let (ada, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let hand = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &hand[1]).await;
        deliver(&home).await;
        let keys: Vec<ContactKey> = [0, 1].map(|n| ContactKey { phone: Some(phone(n)), external_id: None }).to_vec();
        remove(&home, &ada, campaign, keys.clone(), false).await;
        let (_, state) = add(&home, &ada, campaign, no_evidence(), people(4)).await.expect("added");
        assert_eq!((state.stored, state.duplicates, state.taken_off), (1, 3, 2));
        let admin = Admin::of(ada.actor.clone()).expect("an admin");
        let back = |dry_run| admin.bring_back(&home.desk, campaign, [keys.clone(), vec![ContactKey { phone: Some(phone(2)), external_id: None }]].concat(), dry_run);
        assert_eq!(changed_list(back(true).await).changed, 2);
        let done = changed_list(back(false).await);
        assert_eq!((done.changed, done.already), (2, 1));
        assert_eq!(changed_list(back(false).await).changed, 0, "twice is once");
        let free = home.claim(&tess, campaign, 0).await;
        let names: Vec<_> = free.iter().map(|one| one.first_name.as_str()).collect();
        assert_eq!(names, ["Voter 0", "Voter 3"]);
        let counts = home.board(&ada, campaign).await.counts;
        assert_eq!((counts.total, counts.messaged), (4, 1), "the conversation is open again");
    }
}

fn nothing(who: ContactKey) -> ContactChange {
    ContactChange {
        who,
        first_name: None,
        last_name: None,
        zip: None,
        state: None,
        language: None,
        time_zone: None,
        fields: std::collections::BTreeMap::new(),
    }
}

fn changed_list(answer: Result<Answer, StoreError>) -> ListChanged {
    match answer.expect("an answer") {
        Answer::Changed(Changed::List(done)) => done,
        other => panic!("{other:?}"),
    }
}

async fn remove(home: &Home, hand: &Hand, campaign: CampaignId, who: Vec<ContactKey>, dry_run: bool) -> ListChanged {
    let admin = Admin::of(hand.actor.clone()).expect("an admin");
    changed_list(admin.remove_contacts(&home.desk, campaign, who, dry_run).await)
}

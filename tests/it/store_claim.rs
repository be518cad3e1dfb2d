//! Conformance: slices, leases, people, imports, the board.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::Act,
    admin::{ImportChunk, ImportStart, InviteRequest},
    people::{JoinRequest, Role},
    problem::Code,
};
use textbank::domain::{
    conversation::Status,
    ids::{CampaignId, DeviceId},
    message::{
        Delivery,
        MessageKind::{Initial, Reply},
    },
};
use textbank::server::carrier::Submitted;
use textbank::server::store::{
    command::Answer,
    handles::{Admin, Door, System, Texter, secret_hash},
    roster::AuditWanted,
};

use crate::store_home::{definition, gone, on_every_store, people, person, phone, refused};

on_every_store! {
    async fn a_claim_asked_twice_grants_once(home: Home) {
        let (_, campaign) = home.campaign(people(20)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let claim = home.fresh();
        let texter = Texter::of(tess.actor.clone());
        let Answer::Slice(first) = texter.claim(&home.desk, campaign, claim, 4).await.expect("an answer") else { panic!() };
        let Answer::Slice(again) = texter.claim(&home.desk, campaign, claim, 4).await.expect("an answer") else { panic!() };
        assert_eq!(first.contacts, again.contacts);
        assert_eq!(home.hand(&tess, campaign).await.len(), 4);
        let tom = home.join("Tom", Role::Texter).await;
        let Answer::Refused(problem) = Texter::of(tom.actor).claim(&home.desk, campaign, claim, 4).await.expect("an answer") else { panic!() };
        assert_eq!(problem.code, Code::IdReused);
    }

    async fn a_refusal_says_why_there_is_nothing(home: Home) {
        let (_, campaign) = home.campaign(people(6)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        assert_eq!(slice.len(), 5);
        assert_eq!(home.claim(&tom, campaign, 0).await.len(), 1);
        let held = refused(home.try_claim(&tom, campaign, 0).await, Code::HeldByOthers);
        assert_eq!(held.count, Some(5));
        for to in &slice {
            home.initial(&tess, to).await;
        }
        refused(home.try_claim(&tom, campaign, 0).await, Code::NoneLeft);
        refused(home.try_claim(&tess, CampaignId(campaign.0 + 1), 0).await, Code::NotFound);
    }

    async fn nobody_hoards(home: Home) {
        let (_, campaign) = home.campaign(people(150)).await;
        let tess = home.join("Tess", Role::Texter).await;
        assert_eq!(home.claim(&tess, campaign, 90).await.len(), 90);
        assert_eq!(home.claim(&tess, campaign, 90).await.len(), 10);
        let full = refused(home.try_claim(&tess, campaign, 1).await, Code::QuotaReached);
        assert_eq!(full.count, Some(100));
    }

    async fn leases_end_and_presence_renews_them(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        home.initial(&tess, &slice[0]).await;
        home.pass(14 * 60);
        Texter::of(tess.actor.clone()).presence(&home.desk).await.expect("an answer");
        home.pass(14 * 60);
        System::expire_leases(&home.desk).await.expect("done");
        assert_eq!(home.hand(&tess, campaign).await.len(), 3);
        home.pass(2 * 60);
        System::expire_leases(&home.desk).await.expect("done");
        // The unsent go back; the conversation stays for an hour.
        assert_eq!(home.hand(&tess, campaign).await.iter().map(|c| c.id).collect::<Vec<_>>(), [slice[0].id]);
        home.pass(45 * 60);
        System::expire_leases(&home.desk).await.expect("done");
        assert_eq!(home.hand(&tess, campaign).await, []);
        let why = gone(&home.events(&tess, campaign).await);
        assert_eq!(why.len(), 3);
        assert!(why.iter().all(|(_, why)| why == "lease_expired"), "{why:?}");
    }

    async fn a_voter_whose_texter_left_is_handed_on_with_the_next_claim(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
        home.says(phone(0), "Who is this?").await;
        let slice = home.claim(&tom, campaign, 1).await;
        assert_eq!(slice.iter().map(|c| c.status).collect::<Vec<_>>(), [Status::NeedsResponse, Status::NeedsMessage]);
        // Tess's first text is another texter's to him.
        assert_eq!((slice[0].id, slice[0].epoch, slice[0].foreign_seq), (to.id, to.epoch + 2, 2));
        home.try_send(&tom, home.text(&slice[0], Reply, "Tom here")).await.expect("accepted");
    }

    async fn what_others_began_goes_to_vetted_texters_while_one_is_there(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let (tom, vera) = (home.join("Tom", Role::Texter).await, home.join("Vera", Role::VettedTexter).await);
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
        home.says(phone(0), "Who is this?").await;
        Texter::of(vera.actor.clone()).presence(&home.desk).await.expect("an answer");

        let of_tom = home.claim(&tom, campaign, 1).await;
        assert!(of_tom.iter().all(|c| c.status == Status::NeedsMessage), "not for him: {of_tom:?}");
        let of_vera = home.claim(&vera, campaign, 1).await;
        assert_eq!(of_vera[0].id, to.id);

        // It is left again, and Vera goes: now the voter waits for nobody in particular.
        home.act(&vera, Act::Release { campaign, unsent: true, conversations: true }).await;
        home.pass(10 * 60 + 1);
        let of_tom = home.claim(&tom, campaign, 1).await;
        assert_eq!(of_tom[0].id, to.id);
    }

    async fn who_is_not_vetted_gets_back_what_was_theirs(home: Home) {
        let (_, campaign) = home.campaign(people(3)).await;
        let (tess, vera) = (home.join("Tess", Role::Texter).await, home.join("Vera", Role::VettedTexter).await);
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &to).await;
        home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
        home.says(phone(0), "Who is this?").await;
        Texter::of(vera.actor.clone()).presence(&home.desk).await.expect("an answer");
        assert_eq!(home.claim(&tess, campaign, 1).await[0].id, to.id);
    }

    async fn invites_are_for_so_many_for_so_long_and_can_be_revoked(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let handle = Admin::of(admin.actor.clone()).expect("an admin");
        let join = async |secret: &str, name: &str| {
            let request = JoinRequest { invite: secret.into(), name: name.into(), device: DeviceId(home.fresh()), proof: None };
            Door::join(&home.desk, request).await.expect("an answer").map_err(|p| p.code)
        };
        let invite = async |uses, valid_seconds| {
            let request = InviteRequest { role: Role::Texter, campaign: None, uses, valid_seconds, waiting_room: false };
            let Answer::Invite(invite) = handle.invite(&home.desk, request).await.expect("an answer") else { panic!() };
            invite
        };
        let twice = invite(2, 60).await;
        assert_eq!(join(&twice.secret, " ").await, Err(Code::Invalid));
        assert_eq!(join(&twice.secret, &"x".repeat(41)).await, Err(Code::Invalid));
        let joined = join(&twice.secret, "Tess").await.expect("joined");
        assert_eq!(joined.me.role, Role::Texter);
        join(&twice.secret, "Tom").await.expect("joined");
        assert_eq!(join(&twice.secret, "Tim").await, Err(Code::InviteSpent));
        let late = invite(1, 60).await;
        home.pass(60);
        assert_eq!(join(&late.secret, "Tim").await, Err(Code::InviteSpent));
        let revoked = invite(1, 60).await;
        for _ in 0..2 {
            handle.revoke_invite(&home.desk, revoked.id).await.expect("done");
        }
        let wanted = AuditWanted { limit: 500, ..AuditWanted::default() };
        let audit = home.desk.store.audit(&admin.actor, &wanted).await.expect("read").entries;
        assert_eq!(audit.iter().filter(|line| line.what == "invite_revoked").count(), 1, "it happened once");
        assert_eq!(join(&revoked.secret, "Tim").await, Err(Code::InviteSpent));
        assert_eq!(join("guess", "Tim").await, Err(Code::InviteSpent));
        // A session ends when an admin says so.
        let session = home.desk.store.session(secret_hash(&joined.token)).await.expect("read").expect("running").session;
        handle.revoke_session(&home.desk, session).await.expect("done");
        assert_eq!(home.desk.store.session(secret_hash(&joined.token)).await.expect("read"), None);
        let revoked: Vec<_> = home.desk.store.sessions(&admin.actor).await.expect("read").into_iter().filter(|s| s.revoked).map(|s| s.name).collect();
        assert_eq!(revoked, ["Tess"]);
        assert!(Admin::of(home.join("Cap", Role::Captain).await.actor).is_none());
    }

    async fn a_session_bound_to_a_campaign_sees_no_other(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let other = home.import(&admin, definition(), people(2)).await.campaign;
        let mut bound = home.join("Tess", Role::Captain).await;
        bound.actor.campaign = Some(campaign);
        assert_eq!(home.desk.store.campaigns(&bound.actor).await.expect("read").len(), 1);
        assert_eq!(home.desk.store.campaign(&bound.actor, other).await.expect("read"), None);
        assert_eq!(home.desk.store.board(&bound.actor, other, home.desk.clock.now()).await.expect("read"), None);
        assert_eq!(home.desk.store.events(&bound.actor, other, 0, 10).await.expect("read"), None);
        refused(home.try_claim(&bound, other, 1).await, Code::NotFound);
        refused(home.try_act(&bound, Act::Pause { campaign: other }).await, Code::NotFound);
    }

    async fn an_import_can_be_repeated_at_every_step(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let handle = Admin::of(admin.actor.clone()).expect("an admin");
        let import = home.fresh();
        let start = ImportStart { def: definition(), contacts: 5, provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"), warnings: Vec::new() };
        let state = async |answer: Answer| match answer { Answer::Import(state) => state, other => panic!("{other:?}") };
        let first = state(handle.import_start(&home.desk, import, start.clone()).await.expect("an answer")).await;
        assert_eq!(state(handle.import_start(&home.desk, import, start.clone()).await.expect("an answer")).await, first);
        let Answer::Refused(reused) = handle.import_start(&home.desk, import, ImportStart { contacts: 6, ..start }).await.expect("an answer") else { panic!() };
        assert_eq!(reused.code, Code::IdReused);
        let chunk = ImportChunk { contacts: people(3), shared: false };
        let stored = state(handle.import_chunk(&home.desk, import, 0, chunk.clone()).await.expect("an answer")).await;
        assert_eq!((stored.chunks, stored.stored, stored.duplicates), (1, 3, 0));
        assert_eq!(state(handle.import_chunk(&home.desk, import, 0, chunk).await.expect("an answer")).await, stored);
        let Answer::Refused(early) = handle.import_finish(&home.desk, import).await.expect("an answer") else { panic!() };
        assert_eq!(early.code, Code::Invalid);
        let tess = home.join("Tess", Role::Texter).await;
        refused(home.try_claim(&tess, first.campaign, 1).await, Code::Paused);
        let rest = ImportChunk { contacts: vec![person(2), person(3)], shared: false };
        let stored = state(handle.import_chunk(&home.desk, import, 1, rest).await.expect("an answer")).await;
        assert_eq!((stored.chunks, stored.stored, stored.duplicates), (2, 4, 1));
        let finished = state(handle.import_finish(&home.desk, import).await.expect("an answer")).await;
        assert!(finished.finished);
        assert_eq!(state(handle.import_finish(&home.desk, import).await.expect("an answer")).await, finished);
        // To say "paused" later changes nothing of what runs.
        assert_eq!(state(handle.import_finish_as(&home.desk, import, true).await.expect("an answer")).await, finished);
        home.act(&admin, Act::Pause { campaign: first.campaign }).await;
        assert!(state(handle.import_finish(&home.desk, import).await.expect("an answer")).await.paused);
        let held = home.fresh();
        let waits = state(handle.import_start(&home.desk, held, ImportStart { def: definition(), contacts: 0, provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"), warnings: Vec::new() }).await.expect("an answer")).await;
        assert!(state(handle.import_finish_as(&home.desk, held, true).await.expect("an answer")).await.paused);
        refused(home.try_claim(&tess, waits.campaign, 1).await, Code::Paused);
        home.act(&admin, Act::Resume { campaign: waits.campaign }).await;
        assert!(!state(handle.import_finish_as(&home.desk, held, true).await.expect("an answer")).await.paused);
        let Answer::Refused(over) = handle.import_chunk(&home.desk, import, 2, ImportChunk { contacts: people(9), shared: false }).await.expect("an answer") else { panic!() };
        assert_eq!(over.code, Code::Invalid);
        assert_eq!(home.board(&admin, first.campaign).await.counts.total, 4);
        assert_eq!(home.desk.store.me(&tess.actor).await.expect("read").organization, "Friends of the Library");
    }

    async fn a_campaign_that_cannot_be_is_refused_by_the_server_too(home: Home) {
        let admin = Admin::of(home.join("Ada", Role::Admin).await.actor).expect("an admin");
        let mut def = definition();
        def.opt_out_notice.insert("en".into(), "Bye {firstName}".into());
        def.hours.initial_end = def.hours.initial_start;
        def.canned[0].text.insert("en".into(), "At {the library".into());
        let start = ImportStart { def, contacts: 0, provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"), warnings: Vec::new() };
        let Answer::Refused(problem) = admin.import_start(&home.desk, home.fresh(), start.clone()).await.expect("an answer") else { panic!() };
        assert_eq!((problem.code, problem.faults.len()), (Code::Invalid, 3), "{problem:?}");
        let mut def = definition();
        def.opt_out_notice.clear();
        let Answer::Refused(problem) = admin.import_start(&home.desk, home.fresh(), ImportStart { def, ..start }).await.expect("an answer") else { panic!() };
        assert_eq!(problem.faults.len(), 1, "{problem:?}");
    }

    async fn the_board_counts_what_is(home: Home) {
        let (admin, campaign) = home.campaign(people(8)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        for to in &slice[..4] {
            home.initial(&tess, to).await;
        }
        let jobs = home.jobs().await;
        home.record(jobs[0].attempt, Submitted::Refused { code: "21610".into() }).await;
        home.record(jobs[1].attempt, Submitted::Accepted { carrier_id: "x".into() }).await;
        let waits = home.desk.clock.now();
        home.says(phone(1), "Yes").await;
        home.says(phone(2), "STOP").await;
        home.says(phone(3), "No").await;
        let line = home.line(&tess, campaign, slice[3].id).await;
        home.try_send(&tess, home.text(&line, Reply, "Thanks")).await.expect("accepted");
        home.pass(30);
        let board = home.board(&admin, campaign).await;
        let c = board.counts;
        assert_eq!((c.total, c.unassigned, c.unsent, c.sent), (8, 3, 4, 4));
        assert_eq!((c.messaged, c.waiting, c.convo, c.closed, c.opted_out, c.failed, c.held), (1, 1, 1, 0, 1, 1, 0));
        assert_eq!((board.oldest_wait, board.in_flight), (Some(waits), 2));
        let texter = &board.texters[0];
        assert_eq!((texter.name.as_str(), texter.assigned, texter.unsent, texter.sent, texter.waiting, texter.last_ten_minutes), ("Tess", 5, 1, 5, 1, 5));
        home.pass(11 * 60);
        assert_eq!(home.board(&admin, campaign).await.texters[0].last_ten_minutes, 0);
        let todo = home.desk.store.campaigns(&tess.actor).await.expect("read").remove(0);
        assert_eq!((todo.unsent, todo.waiting, todo.unassigned), (1, 1, 3));
        assert_eq!(home.desk.store.board(&tess.actor, campaign, home.desk.clock.now()).await.expect("read"), None);
    }

    async fn pages_follow_each_other(home: Home) {
        let (_, campaign) = home.campaign(people(5)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 0).await;
        let page = home.desk.store.assignment(&tess.actor, campaign, None, 3).await.expect("read").expect("visible");
        assert_eq!((page.contacts.len(), page.next.as_deref()), (3, Some(slice[2].id.to_string().as_str())));
        let rest = home.desk.store.assignment(&tess.actor, campaign, Some(slice[2].id), 3).await.expect("read").expect("visible");
        assert_eq!((rest.contacts.len(), rest.next), (2, None));
        assert!(page.lease_until.is_some());
        home.initial(&tess, &slice[0]).await;
        for n in 0..5 {
            home.says(phone(0), &format!("text {n}")).await;
        }
        let end = home.desk.store.thread(&tess.actor, slice[0].id, None, 4).await.expect("read").expect("visible");
        assert_eq!((end.entries.len(), end.more_before), (4, true));
        let start = home.desk.store.thread(&tess.actor, slice[0].id, Some(3), 4).await.expect("read").expect("visible");
        assert_eq!((start.entries.len(), start.more_before), (2, false));
        // A feed from the future is of another database.
        assert_eq!(home.desk.store.events(&tess.actor, campaign, 1_000_000, 10).await.expect("read"), None);
    }

    async fn events_reach_only_whom_they_concern(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let to = home.claim(&tess, campaign, 1).await.remove(0);
        let id = home.initial(&tess, &to).await;
        let job = home.jobs().await.remove(0);
        home.record(job.attempt, Submitted::Accepted { carrier_id: "x".into() }).await;
        home.receipt(job.attempt, Delivery::Delivered).await;
        assert_eq!(home.delivery(&tess, to.id, id).await, Delivery::Delivered);
        let seen = home.events(&tess, campaign).await;
        assert!(seen.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        // The start of the campaign alone.
        assert_eq!(home.events(&tom, campaign).await.len(), 1);
        home.act(&tess, Act::Release { campaign, unsent: true, conversations: true }).await;
        let before = home.events(&tess, campaign).await.len();
        home.says(phone(0), "Hello").await;
        assert_eq!(home.events(&tess, campaign).await.len(), before);
        assert_eq!(home.events(&admin, campaign).await.len(), 3);
        refused(home.try_send(&tess, home.text(&to, Initial, "Hi")).await, Code::AlreadySent);
    }
}

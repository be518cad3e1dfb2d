//! Conformance: closing a campaign.

use pretty_assertions::assert_eq;
use textbank::api::{
    act::{Act, HeldDecision},
    campaign::CampaignState,
    closing::{CloseReport, CloseRequest, InTheWay},
    event::EventKind,
    people::Role,
    problem::{Code, Problem},
};
use textbank::domain::{
    conversation::{OptOut, Status},
    ids::{CampaignId, PersonId},
    message::MessageKind::{Initial, Reply},
};
use textbank::server::carrier::Submitted;
use textbank::server::store::{
    change::Changed,
    command::Answer,
    handles::{Admin, System},
    roster::AuditWanted,
};

use crate::store_home::{Hand, Home, definition, on_every_store, people, person, phone};

fn by(owner: &Hand) -> CloseRequest {
    CloseRequest { owner: owner.actor.person, doubts_are_opt_outs: false, take_back: false }
}

async fn close(home: &Home, admin: &Hand, campaign: CampaignId, request: CloseRequest) -> Result<CloseReport, Problem> {
    let admin = Admin::of(admin.actor.clone()).expect("an admin");
    match admin.close_campaign(&home.desk, campaign, request).await.expect("an answer") {
        Answer::Changed(Changed::Closed(report)) => Ok(report),
        Answer::Refused(problem) => Err(*problem),
        other => panic!("{other:?}"),
    }
}

async fn looked(home: &Home, admin: &Hand, campaign: CampaignId, request: &CloseRequest) -> Vec<(InTheWay, u64)> {
    let found = home.desk.store.closing(&admin.actor, campaign, request, home.desk.clock.now()).await.expect("read");
    let report = found.expect("visible").expect("an owner");
    report.in_the_way.iter().map(|one| (one.what, one.count)).collect()
}

on_every_store! {
    async fn what_is_open_is_in_the_way_until_it_is_settled(home: Home) {
        let (admin, campaign) = home.campaign(people(9)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 5).await;
        // One is unknown at the carrier, one is just under way, one waits; one may have opted out, one is in hand.
        home.initial(&tess, &slice[0]).await;
        let unknown = home.jobs().await.remove(0);
        home.record(unknown.attempt, Submitted::Unknown { reason: "cut".into() }).await;
        home.initial(&tess, &slice[1]).await;
        let under_way = home.jobs().await.remove(0);
        home.initial(&tess, &slice[2]).await;
        home.says(phone(3), "please stop texting me").await;
        let all = [
            (InTheWay::InHand, 5),
            (InTheWay::Queued, 1),
            (InTheWay::Submitting, 1),
            (InTheWay::Unknown, 1),
            (InTheWay::Undecided, 1),
        ];
        assert_eq!(looked(&home, &admin, campaign, &by(&admin)).await, all);
        let told = home.desk.store.closing(&admin.actor, campaign, &by(&admin), home.desk.clock.now()).await;
        let told = told.expect("read").expect("visible").expect("an owner");
        let whom = |what| told.in_the_way.iter().find(|one| one.what == what).expect("in the way").contacts.clone();
        assert_eq!(whom(InTheWay::Undecided).iter().map(|one| one.contact).collect::<Vec<_>>(), [slice[3].id]);
        assert_eq!((whom(InTheWay::Queued).len(), whom(InTheWay::Unknown).len(), whom(InTheWay::InHand)), (1, 1, vec![]));
        let refused = close(&home, &admin, campaign, by(&admin)).await.expect_err("much is open");
        assert_eq!((refused.code, refused.faults.len()), (Code::Unsettled, 5));
        assert!(refused.faults[0].contains("Tess"), "{refused:?}");
        assert_eq!(home.board(&admin, campaign).await.state, CampaignState::Running);

        let taken = Submitted::Accepted { carrier_id: "c".into() };
        home.record(under_way.attempt, taken.clone()).await;
        for job in home.jobs().await {
            home.record(job.attempt, taken.clone()).await;
        }
        home.pass(3_600);
        System::sweep_attempts(&home.desk, home.desk.clock.now(), std::time::Duration::from_secs(60)).await.expect("swept");
        // An hour later her console is not open any more.
        let later = [(InTheWay::Held, 1), (InTheWay::Undecided, 1)];
        assert_eq!(looked(&home, &admin, campaign, &by(&admin)).await, later);
        let held = home.desk.store.held(&admin.actor, campaign).await.expect("read").expect("visible").remove(0).message;
        home.act(&admin, Act::DecideHeld { message: held, decision: HeldDecision::Arrived }).await;
        let refused = close(&home, &admin, campaign, by(&admin)).await.expect_err("a doubt is open");
        assert_eq!((refused.code, refused.faults.len()), (Code::Unsettled, 1));

        let request = CloseRequest { doubts_are_opt_outs: true, ..by(&admin) };
        let report = close(&home, &admin, campaign, request.clone()).await.expect("closed");
        assert_eq!((report.opted_out, report.taken_back, report.unsent), (1, 5, 5));
        assert_eq!((report.state, report.owner), (CampaignState::Archived, Some(admin.actor.person)));
        assert!(report.closed_at.is_some() && report.in_the_way.is_empty());
        let line = home.line(&admin, campaign, slice[3].id).await;
        assert_eq!(line.opt_out, OptOut::Yes { by_word: false });
        // Once more it is so already, by another owner it is theirs.
        let again = close(&home, &admin, campaign, request).await.expect("closed");
        assert_eq!((again.opted_out, again.closed_at), (0, report.closed_at));
        let other = close(&home, &admin, campaign, by(&tess)).await.expect("closed");
        assert_eq!((other.owner, other.closed_at), (Some(tess.actor.person), report.closed_at));
    }

    async fn a_closed_campaign_hands_out_nobody_and_takes_no_first_text(home: Home) {
        let (admin, campaign) = home.campaign(people(9)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 3).await;
        // Confirmed before, handed in after: it comes back, with the reason.
        let (first, reply) = (home.text(&slice[0], Initial, "Hi there!"), home.text(&slice[1], Reply, "Yes"));
        let request = CloseRequest { take_back: true, ..by(&admin) };
        let report = close(&home, &admin, campaign, request).await.expect("closed");
        assert_eq!((report.taken_back, report.unsent), (3, 9));
        for text in [first, reply] {
            assert_eq!(home.try_send(&tess, text).await.expect_err("closed").code, Code::Closed);
        }
        assert!(Code::Closed.parks());
        assert_eq!(home.try_claim(&tess, campaign, 3).await.expect_err("closed").code, Code::Closed);
        assert_eq!(home.hand(&tess, campaign).await, []);
        let told: Vec<_> = home.events(&tess, campaign).await.into_iter().filter_map(|event| match event.what {
            EventKind::Campaign { state: CampaignState::Archived, .. } => Some("closed"),
            EventKind::Gone { why, .. } if why == "closed" => Some("gone"),
            _ => None,
        }).collect();
        assert_eq!(told, ["closed", "gone", "gone", "gone"]);
        // What was noted before still counts.
        home.act(&tess, Act::Note { contact: slice[0].id, text: "moved".into() }).await;
        let list = home.desk.store.campaigns(&tess.actor).await.expect("read");
        assert_eq!((list[0].state, list[0].unassigned), (CampaignState::Archived, 0));

        let opened = Admin::of(admin.actor.clone()).expect("an admin").reopen_campaign(&home.desk, campaign).await;
        let Answer::Changed(Changed::Closed(report)) = opened.expect("an answer") else { panic!("not opened") };
        assert_eq!((report.state, report.owner, report.closed_at), (CampaignState::Paused, None, None));
        home.act(&admin, Act::Resume { campaign }).await;
        assert_eq!(home.claim(&tess, campaign, 3).await.len(), 3);
    }

    async fn a_late_reply_is_the_owners_and_may_be_answered(home: Home) {
        let (admin, campaign) = home.campaign(people(9)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let ona = home.join("Ona", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 4).await;
        for contact in &slice {
            home.initial(&tess, contact).await;
        }
        for job in home.jobs().await {
            home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        }
        home.says(phone(0), "who is this?").await;
        let request = CloseRequest { take_back: true, ..by(&ona) };
        let report = close(&home, &admin, campaign, request).await.expect("closed");
        assert_eq!(report.waiting, 1);
        // She was not there: they are counted as hers, in nobody's hands, and her console asks for them when it opens.
        let mine = async |hand: &Hand| {
            let todos = home.desk.store.campaigns(&hand.actor).await.expect("read");
            (todos[0].waiting, todos[0].mine.late)
        };
        assert_eq!((mine(&ona).await, mine(&tess).await, mine(&admin).await), ((0, 1), (0, 0), (0, 0)));
        let waiting = home.claim(&ona, campaign, 5).await;
        assert_eq!((waiting.len(), waiting[0].status), (1, Status::NeedsResponse));
        assert_eq!(mine(&ona).await, (1, 0));
        assert_eq!(home.try_claim(&ona, campaign, 5).await.expect_err("nobody else waits").code, Code::NoneLeft);
        // Now she is, and whoever writes is in her hands at once.
        home.says(phone(1), "count me in").await;
        let hers = home.hand(&ona, campaign).await;
        assert_eq!(hers.len(), 2);
        let line = hers.iter().find(|line| line.id == slice[1].id).expect("the second");
        home.try_send(&ona, home.text(line, Reply, "Thank you!")).await.expect("accepted");
        assert_eq!(home.jobs().await.len(), 1);
        assert_eq!(home.try_send(&tess, home.text(line, Reply, "Me too")).await.expect_err("hers").code, Code::Closed);
        // Their words count as ever: STOP is honoured and told, START undoes it, HELP is answered.
        home.says(phone(2), "STOP").await;
        assert_eq!(home.line(&admin, campaign, slice[2].id).await.opt_out, OptOut::Yes { by_word: true });
        assert_eq!(home.jobs().await.len(), 1);
        home.says(phone(2), "START").await;
        assert_eq!(home.line(&admin, campaign, slice[2].id).await.opt_out, OptOut::No);
        home.says(phone(3), "HELP").await;
        assert_eq!(home.jobs().await.len(), 1);
        // A captain is there for those whose owner has gone.
        home.pass(2 * 3_600);
        System::expire_leases(&home.desk).await.expect("expired");
        let cal = home.join("Cal", Role::Captain).await;
        assert!(!home.claim(&cal, campaign, 5).await.is_empty());
    }

    async fn what_a_captain_has_stays_there_and_the_owners_opt_out_of_before_counts(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let ona = home.join("Ona", Role::Texter).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        home.initial(&tess, &slice[0]).await;
        for job in home.jobs().await {
            home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        }
        close(&home, &admin, campaign, CloseRequest { take_back: true, ..by(&ona) }).await.expect("closed");
        assert_eq!(home.try_claim(&ona, campaign, 5).await.expect_err("nobody waits yet").code, Code::NoneLeft);
        home.says(phone(0), "who is this?").await;
        assert_eq!(home.hand(&ona, campaign).await.len(), 1, "she is there");
        // Her line goes; a captain takes over.
        home.pass(2 * 3_600);
        System::expire_leases(&home.desk).await.expect("expired");
        let cal = home.join("Cal", Role::Captain).await;
        assert_eq!(home.claim(&cal, campaign, 5).await.len(), 1);
        // She is there again, and they write once more, while the captain types.
        assert_eq!(home.try_claim(&ona, campaign, 5).await.expect_err("somebody has them").code, Code::NoneLeft);
        home.says(phone(0), "hello?").await;
        assert_eq!(home.hand(&cal, campaign).await.len(), 1);
        // What she pressed offline is honoured.
        home.act(&ona, Act::OptOut { contact: slice[0].id, notice: false, grace: false }).await;
        assert_eq!(home.line(&admin, campaign, slice[0].id).await.opt_out, OptOut::Yes { by_word: false });
    }

    async fn an_owner_who_works_elsewhere_is_not_there_for_late_replies(home: Home) {
        let (admin, campaign) = home.campaign(people(3)).await;
        let ona = home.join("Ona", Role::Texter).await;
        let slice = home.claim(&ona, campaign, 3).await;
        for contact in &slice {
            home.initial(&ona, contact).await;
        }
        for job in home.jobs().await {
            home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        }
        let other = home.import(&admin, definition(), vec![person(100)]).await.campaign;
        home.act(&ona, Act::Release { campaign, unsent: true, conversations: true }).await;
        close(&home, &admin, campaign, CloseRequest { take_back: true, ..by(&ona) }).await.expect("closed");
        // Her console is open in another campaign.
        home.claim(&ona, other, 1).await;
        home.says(phone(0), "who is this?").await;
        assert!(home.hand(&ona, campaign).await.is_empty(), "she would not see it");
        let cal = home.join("Cal", Role::Captain).await;
        assert_eq!(home.claim(&cal, campaign, 5).await.len(), 1, "whoever asks has it");
        // She looks after them, and is handed what comes; that she got it is on record.
        assert_eq!(home.try_claim(&ona, campaign, 5).await.expect_err("nobody else waits").code, Code::NoneLeft);
        home.says(phone(1), "count me in").await;
        assert_eq!(home.hand(&ona, campaign).await.len(), 1);
        let wanted = AuditWanted { contact: Some(slice[1].id), person: Some(ona.actor.person), limit: 500, ..AuditWanted::default() };
        let lines = home.desk.store.audit(&admin.actor, &wanted).await.expect("read").entries;
        let received = lines.iter().filter(|line| line.what == "contact_received").count();
        assert_eq!(received, 2, "at first, and now: {lines:?}");
        // Five minutes without a question, and she is gone.
        home.pass(300);
        home.says(phone(2), "hello?").await;
        assert_eq!(home.hand(&ona, campaign).await.len(), 1);
    }

    async fn a_look_before_says_what_another_owner_changes(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        for contact in home.claim(&tess, campaign, 2).await {
            home.initial(&tess, &contact).await;
        }
        for job in home.jobs().await {
            home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        }
        close(&home, &admin, campaign, CloseRequest { take_back: true, ..by(&admin) }).await.expect("closed");
        home.says(phone(0), "please stop texting me").await;
        let look = async |request: &CloseRequest| {
            let found = home.desk.store.closing(&admin.actor, campaign, request, home.desk.clock.now()).await;
            found.expect("read").expect("visible").expect("an owner").opted_out
        };
        for owner in [&admin, &tess] {
            let request = CloseRequest { doubts_are_opt_outs: true, ..by(owner) };
            let said = look(&request).await;
            assert_eq!(close(&home, &admin, campaign, request).await.expect("closed").opted_out, said);
            assert_eq!(said, u64::from(owner.actor.person == tess.actor.person), "it is the admin's already");
        }
    }

    async fn many_doubts_are_counted_part_by_part_and_only_when_nothing_else_is_in_the_way(home: Home) {
        let (admin, campaign) = home.campaign(people(205)).await;
        for number in 0..205 {
            home.says(phone(number), "please stop texting me").await;
        }
        let request = CloseRequest { doubts_are_opt_outs: true, ..by(&admin) };
        let tess = home.join("Tess", Role::Texter).await;
        let waits = home.import(&admin, definition(), vec![person(9_001)]).await.campaign;
        let line = home.claim(&tess, waits, 1).await.remove(0);
        home.initial(&tess, &line).await;
        home.says(phone(9_001), "please stop texting me").await;
        let refused = close(&home, &admin, waits, request.clone()).await.expect_err("it is in her hand");
        assert_eq!((refused.code, home.board(&admin, waits).await.counts.possible_opt_outs), (Code::Unsettled, 1));
        let before = home.board(&admin, campaign).await.counts;
        assert_eq!((before.possible_opt_outs, before.unassigned), (205, 0));
        home.pass(60);
        let since = Some(home.desk.clock.now());
        let report = close(&home, &admin, campaign, request).await.expect("closed");
        assert_eq!((report.opted_out, home.board(&admin, campaign).await.counts.opted_out), (205, 205));
        let wanted = AuditWanted { limit: 1_000, since, ..AuditWanted::default() };
        let lines = home.desk.store.audit(&admin.actor, &wanted).await.expect("read").entries;
        let parts: Vec<_> = lines.iter().filter(|line| line.what == "doubts_counted").map(|line| line.detail.as_str()).collect();
        assert_eq!(parts.len(), 2, "{parts:?}");
    }

    async fn opened_twice_is_open_and_what_is_not_there_yet_is_not_closed(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        close(&home, &admin, campaign, by(&admin)).await.expect("closed");
        for act in [Act::Pause { campaign }, Act::Resume { campaign }] {
            let problem = home.try_act(&admin, act).await.expect_err("closed");
            assert!(problem.detail.contains("is closed"), "{problem:?}");
        }
        let by_admin = Admin::of(admin.actor.clone()).expect("an admin");
        for _ in 0..2 {
            let opened = by_admin.reopen_campaign(&home.desk, campaign).await.expect("an answer");
            let Answer::Changed(Changed::Closed(report)) = opened else { panic!("{opened:?}") };
            assert_eq!((report.state, report.closed_at), (CampaignState::Paused, None));
        }
        let told = home.events(&admin, campaign).await.into_iter().filter(|event| {
            matches!(event.what, EventKind::Campaign { state: CampaignState::Paused, .. })
        });
        assert_eq!(told.count(), 1, "told once");
    }

    async fn nobody_without_a_sign_in_is_there_for_late_replies(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let ona = home.join("Ona", Role::Texter).await;
        let slice = home.claim(&ona, campaign, 1).await;
        home.initial(&ona, &slice[0]).await;
        for job in home.jobs().await {
            home.record(job.attempt, Submitted::Accepted { carrier_id: "c".into() }).await;
        }
        close(&home, &admin, campaign, CloseRequest { take_back: true, ..by(&ona) }).await.expect("closed");
        assert_eq!(home.try_claim(&ona, campaign, 5).await.expect_err("nobody waits yet").code, Code::NoneLeft);
        let ended = Admin::of(admin.actor.clone()).expect("an admin").revoke_session(&home.desk, ona.actor.session).await;
        ended.expect("ended");
        home.says(phone(0), "who is this?").await;
        let cal = home.join("Cal", Role::Captain).await;
        assert_eq!(home.claim(&cal, campaign, 5).await.len(), 1, "it waits for whoever is there");
    }

    async fn an_owner_is_somebody_who_can_work_in_it(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let nobody = CloseRequest { owner: PersonId(4_711), doubts_are_opt_outs: false, take_back: false };
        assert_eq!(close(&home, &admin, campaign, nobody).await.expect_err("nobody").code, Code::Invalid);
        let tess = home.join("Tess", Role::Texter).await;
        let ended = Admin::of(admin.actor.clone()).expect("an admin").revoke_session(&home.desk, tess.actor.session).await;
        ended.expect("ended");
        assert_eq!(close(&home, &admin, campaign, by(&tess)).await.expect_err("signed out").code, Code::Invalid);
    }
}

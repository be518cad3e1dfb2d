//! Conformance: who leaves, who comes again, and what becomes of what they held.

use pretty_assertions::assert_eq;
use textbank::api::admin::InviteRequest;
use textbank::api::assignment::{NowWith, Whereabouts};
use textbank::api::people::{JoinRequest, Role};
use textbank::api::problem::Code;
use textbank::domain::assignment::Leases;
use textbank::domain::conversation::Status;
use textbank::domain::ids::DeviceId;
use textbank::domain::message::MessageKind::{Initial, Reply};
use textbank::server::store::command::Answer;
use textbank::server::store::handles::{Admin, Door, System, secret_hash};
use textbank::server::store::roster::AuditWanted;

use crate::store_home::{Hand, Home, definition, gone, on_every_store, people, phone, refused};

/// Ends a sign-in; what it may still do is done by the hand that comes back.
async fn end(home: &Home, admin: &Hand, hand: &Hand) -> Hand {
    let admin = Admin::of(admin.actor.clone()).expect("an admin");
    admin.revoke_session(&home.desk, hand.actor.session).await.expect("done");
    let found = home.desk.store.session_even_ended(secret_hash(&hand.token)).await.expect("read");
    Hand { actor: found.expect("known"), token: hand.token.clone() }
}

on_every_store! {
    async fn who_has_what_was_somebodys_is_told_to_them_alone(home: Home) {
        let (admin, campaign) = home.campaign(people(6)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let eve = home.join("Eve", Role::Texter).await;
        let ids: Vec<_> = home.claim(&tess, campaign, 5).await.iter().map(|one| one.id).collect();
        let asked = async |who: &Hand| home.desk.store.whereabouts(&who.actor, campaign, &ids).await.expect("read");
        let told = |others: &[(&str, u64)], pool: u64| Some(Whereabouts {
            others: others.iter().map(|(who, contacts)| NowWith { who: (*who).to_owned(), contacts: *contacts }).collect(),
            pool,
        });
        assert_eq!(asked(&tess).await, told(&[], 0), "all hers");
        let tess = end(&home, &admin, &tess).await;
        assert_eq!(asked(&tess).await, told(&[], 5));
        let toms = home.claim(&tom, campaign, 2).await;
        assert_eq!(toms.iter().filter(|one| ids.contains(&one.id)).count(), 2);
        assert_eq!(asked(&tess).await, told(&[("Tom", 2)], 3));
        // Who never had them hears nothing, nor does a captain by this way; and who has them is told of nobody else.
        assert_eq!((asked(&eve).await, asked(&admin).await, asked(&tom).await), (told(&[], 0), told(&[], 0), told(&[], 0)));
    }

    async fn what_an_ended_texter_held_is_there_for_others_at_once(home: Home) {
        let (admin, campaign) = home.campaign(people(4)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let tom = home.join("Tom", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 4).await;
        home.initial(&tess, &slice[0]).await;
        home.initial(&tess, &slice[1]).await;
        home.says(phone(0), "Who is this?").await;
        let line = home.line(&tess, campaign, slice[0].id).await;
        // Confirmed before the end, and not handed in yet.
        let reply = home.text(&line, Reply, "Tess here");
        let first = home.text(&slice[2], Initial, "Hi there!");
        let taken = home.text(&slice[3], Initial, "Hi there!");
        home.pass(60);
        let tess = end(&home, &admin, &tess).await;
        assert_eq!(home.hand(&tess, campaign).await, []);
        let why = gone(&home.events(&admin, campaign).await);
        assert_eq!(why, [], "a person's own feed alone tells what left their hands");
        let board = home.board(&admin, campaign).await;
        let marked: Vec<_> = board.texters.iter().map(|line| (line.name.as_str(), line.signed_out, line.assigned)).collect();
        assert_eq!(marked, [("Tess", true, 0)]);
        assert_eq!((board.counts.waiting, board.counts.waiting_unassigned, board.counts.unassigned), (1, 1, 2));
        // What nobody took since is still hers to hand in, and falls into nobody's hands by it.
        home.try_send(&tess, first).await.expect("confirmed in time");
        assert_eq!(home.hand(&tess, campaign).await, []);
        // Who waits comes with the next claim; what was taken is refused with the name.
        let toms = home.claim(&tom, campaign, 4).await;
        assert_eq!(toms.iter().map(|c| (c.id, c.status)).collect::<Vec<_>>(), [
            (slice[0].id, Status::NeedsResponse), (slice[3].id, Status::NeedsMessage)
        ]);
        for late in [reply, taken] {
            assert_eq!(refused(home.try_send(&tess, late).await, Code::LeaseLost).who.as_deref(), Some("Tom"));
        }
        home.try_send(&tom, home.text(&toms[0], Reply, "Tom here")).await.expect("in his hands");
        assert_eq!(home.board(&admin, campaign).await.counts.waiting_unassigned, 0);
    }

    async fn nothing_is_handed_out_in_the_last_minutes_of_texting_hours(home: Home) {
        let (_, campaign) = home.campaign(people(9)).await;
        let tess = home.join("Tess", Role::Texter).await;
        // First texts end at eight in the evening there, nine hours from now.
        home.pass(9 * 3600 - 11 * 60);
        assert_eq!(home.claim(&tess, campaign, 2).await.len(), 2);
        home.pass(2 * 60);
        let problem = refused(home.try_claim(&tess, campaign, 2).await, Code::OutsideHours);
        assert_eq!(problem.at.map(|at| at.to_string()).as_deref(), Some("2026-06-11T16:00:00Z"), "tomorrow at nine");
        // What is in hand may still be sent.
        let held = home.hand(&tess, campaign).await;
        home.initial(&tess, &held[0]).await;
    }

    async fn what_is_in_hand_stays_as_long_as_the_server_says(home: Home) {
        let minutes = |minutes: u64| std::time::Duration::from_secs(60 * minutes);
        let leases = Leases { unsent: minutes(6), conversations: minutes(20) };
        System::set_leases(&home.desk, leases).await.expect("an answer");
        let (_, campaign) = home.campaign(people(9)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 3).await;
        home.initial(&tess, &slice[0]).await;
        for (pass, left) in [(5, 3), (2, 1), (12, 1), (2, 0)] {
            home.pass(60 * pass);
            System::expire_leases(&home.desk).await.expect("an answer");
            assert_eq!(home.hand(&tess, campaign).await.len(), left, "after {pass} more minutes");
        }
    }

    async fn with_another_sign_in_left_everything_stays(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let device = DeviceId(home.fresh());
        let tess = home.join_on("Tess", Role::Texter, device).await;
        let again = home.join_on("Tess", Role::Texter, device).await;
        home.claim(&tess, campaign, 2).await;
        end(&home, &admin, &tess).await;
        assert_eq!(home.hand(&again, campaign).await.len(), 2);
        assert!(home.board(&admin, campaign).await.texters.iter().all(|line| !line.signed_out));
        end(&home, &admin, &again).await;
        assert_eq!(home.hand(&again, campaign).await, []);
    }

    async fn what_no_sign_in_is_left_for_goes_back(home: Home) {
        let (admin, first) = home.campaign(people(3)).await;
        let second = home.import(&admin, definition(), people(3)).await.campaign;
        let device = DeviceId(home.fresh());
        let bob = home.join_by("Bob", device, (Role::Texter, Some(first))).await;
        let again = home.join_by("Bob", device, (Role::Texter, Some(second))).await;
        assert_eq!(bob.actor.person, again.actor.person);
        home.claim(&bob, first, 2).await;
        home.claim(&again, second, 2).await;
        // Each sign-in sees what its own link was for.
        assert_eq!(home.try_claim(&again, first, 1).await.expect_err("not his").code, Code::NotFound);
        end(&home, &admin, &bob).await;
        let unassigned = async |campaign| home.board(&admin, campaign).await.counts.unassigned;
        assert_eq!((unassigned(first).await, unassigned(second).await), (3, 1));
        assert_eq!(home.hand(&again, second).await.len(), 2);
        end(&home, &admin, &again).await;
        assert_eq!(unassigned(second).await, 3);
    }

    /// Devices' ids stand in the ledger, which auditors get.
    async fn a_devices_id_alone_makes_nobody_somebody_else(home: Home) {
        let (_, campaign) = home.campaign(people(4)).await;
        let organization = home.desk.store.first_organization().await.expect("an organization");
        let request = |role, uses| InviteRequest { role, campaign: None, uses, valid_seconds: 3_600, waiting_room: true };
        let link = async |role, uses| match System::invite(&home.desk, organization, request(role, uses)).await {
            Ok(Answer::Invite(invite)) => invite.secret,
            other => panic!("{other:?}"),
        };
        let joins = async |invite: &str, name: &str, device, proof: Option<&str>| {
            let proof = proof.map(|word| word.repeat(40));
            let request = JoinRequest { invite: invite.into(), name: name.into(), device, proof };
            let joined = Door::join(&home.desk, request).await.expect("an answer").expect("joined");
            let actor = home.desk.store.session(secret_hash(&joined.token)).await.expect("read").expect("a session");
            Hand { actor, token: joined.token }
        };
        let (laptop, old_one) = (DeviceId(home.fresh()), DeviceId(home.fresh()));
        let (admins, texters) = (link(Role::Admin, 9).await, link(Role::Texter, 9).await);
        let ada = joins(&admins, "Ada", laptop, Some("a")).await;
        // The answer was lost: once more by the same link, and by another one: the same person, each as its link says.
        assert_eq!(joins(&admins, "Ada", laptop, Some("a")).await.actor.person, ada.actor.person);
        let texting = joins(&texters, "Ada", laptop, Some("a")).await;
        assert_eq!((texting.actor.person, texting.actor.role), (ada.actor.person, Role::Texter));
        // Whoever knows name, device and both links, and not what that machine alone knows, is somebody new and waits at the door.
        for (invite, role) in [(&texters, Role::Texter), (&admins, Role::Admin)] {
            for proof in [None, Some("b")] {
                let thief = joins(invite, "Ada", laptop, proof).await;
                assert_ne!(thief.actor.person, ada.actor.person);
                assert_eq!((thief.actor.role, thief.actor.waiting), (role, true));
            }
        }
        // A program of before sends none: it joins, finds itself again as long as nothing was done, and nobody else by it later.
        let open = InviteRequest { waiting_room: false, ..request(Role::Texter, 9) };
        let Ok(Answer::Invite(open)) = System::invite(&home.desk, organization, open).await else { panic!("no invite") };
        let old = joins(&open.secret, "Otto", old_one, None).await;
        assert_eq!(joins(&open.secret, "Otto", old_one, None).await.actor.person, old.actor.person);
        home.pass(60);
        let to = home.claim(&old, campaign, 1).await.remove(0);
        home.initial(&old, &to).await;
        for proof in [None, Some("c")] {
            assert_ne!(joins(&open.secret, "Otto", old_one, proof).await.actor.person, old.actor.person);
        }
    }

    async fn the_same_name_on_the_same_machine_is_the_same_person_and_elsewhere_another(home: Home) {
        let (admin, campaign) = home.campaign(people(9)).await;
        let device = DeviceId(home.fresh());
        let ann = home.join_on("Ann", Role::Texter, device).await;
        let again = home.join_on("Ann", Role::Texter, device).await;
        assert_eq!(again.actor.person, ann.actor.person);
        let other = home.join("Ann", Role::Texter).await;
        let bob = home.join_on("Bob", Role::Texter, device).await;
        // Whatever a link is for, it is the same person; what each sign-in may do is its own link's.
        let captain = home.join_on("Ann", Role::Captain, device).await;
        assert_eq!((captain.actor.person, captain.actor.role), (ann.actor.person, Role::Captain));
        let there = home.desk.store.session(secret_hash(&again.token)).await.expect("read").expect("a session");
        assert_eq!(there.role, Role::Texter, "{there:?}");
        let mut persons = [ann.actor.person, other.actor.person, bob.actor.person];
        persons.sort_unstable();
        assert!(persons.windows(2).all(|two| two[0] != two[1]), "{persons:?}");
        for hand in [&again, &other, &bob] {
            home.claim(hand, campaign, 2).await;
        }
        let board = home.board(&admin, campaign).await;
        assert_eq!(board.texters.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["Ann", "Ann (2)", "Bob"]);
        // The voters read the name alone.
        assert_eq!(other.actor.name, "Ann");
        // Ended and back with a new link: still the same.
        end(&home, &admin, &ann).await;
        end(&home, &admin, &again).await;
        assert_eq!(home.join_on("Ann", Role::Texter, device).await.actor.person, ann.actor.person);
    }

    async fn the_audit_answers_what_is_asked_of_it(home: Home) {
        let (admin, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        let all = AuditWanted { limit: 500, ..AuditWanted::default() };
        let asked = async |wanted: AuditWanted| home.desk.store.audit(&admin.actor, &wanted).await.expect("read").entries;
        let of_one = asked(AuditWanted { contact: Some(slice[0].id), ..all.clone() }).await;
        assert_eq!(of_one.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["contact_received"]);
        let hers = asked(AuditWanted { person: Some(tess.actor.person), ..all.clone() }).await;
        let device = hers[0].device;
        assert_eq!(asked(AuditWanted { device, ..all.clone() }).await, hers);
        assert!(asked(AuditWanted { since: Some(home.desk.clock.now() + std::time::Duration::from_secs(1)), ..all.clone() }).await.is_empty());
        assert!(asked(all).await.len() > hers.len());
    }

    async fn a_stop_with_a_nul_in_it_is_a_stop(home: Home) {
        let (admin, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        home.initial(&tess, &slice[0]).await;
        home.says(phone(0), "STOP\0").await;
        assert_eq!(home.board(&admin, campaign).await.counts.opted_out, 1);
        let bad = home.text(&slice[0], Reply, "Hi\0there");
        refused(home.try_send(&tess, bad).await, Code::Invalid);
    }
}

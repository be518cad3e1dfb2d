//! Signing in, signing up, and what kind of server it is.

use pretty_assertions::assert_eq;
use rstest::rstest;
use secrecy::SecretString;

use textbank::client::native::Timeouts;
use textbank::client::spoke::page::Strategy;
use textbank::client::spoke::session::{Door, Invitation, Kind, LoginError, NewPerson, Wants, advice};
use textbank::env::SystemClock;

use super::shift::now;
use super::stand_in::{ADA, StandIn, TESS, World};

async fn here() -> (StandIn, Door) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let there = StandIn::start(0, World::with_contacts(1, now()), SystemClock::shared()).await;
    let door = Door::new(&format!("{}/app/1/todos?x=1", there.url()), Timeouts::default()).expect("an address");
    assert_eq!(door.address(), there.url(), "the path of a page that somebody copied is left out");
    (there, door)
}

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

#[tokio::test]
async fn a_wrong_password_is_said_to_be_one() {
    let (_there, door) = here().await;
    let error = door.login("tess.texter@example.org", &secret("wrong")).await.expect_err("refused");
    assert_eq!(error.to_string(), "the e-mail or the password is wrong");
    let (_, me) = door.login_by_token(&secret("a-token-of-tess")).await.expect("signed in");
    assert_eq!(me.name, "Tess");
    assert!(matches!(door.login_by_token(&secret("another")).await, Err(LoginError::Refused(_))));
}

#[rstest]
#[case("local", Strategy::Local, false)]
#[case("auth0", Strategy::Auth0, true)]
#[case("slack", Strategy::Slack, true)]
#[case("token", Strategy::Token, true)]
#[tokio::test]
async fn how_people_sign_in_is_read_from_the_page(
    #[case] said: &'static str,
    #[case] read: Strategy,
    #[case] advised: bool,
) {
    let (there, door) = here().await;
    there.world().habits.strategy = Some(said);
    let Ok(Kind::Spoke(settings)) = door.kind().await else { panic!("a Spoke server") };
    assert_eq!(settings.strategy, read);
    assert_eq!(advice(&settings.strategy).is_some(), advised);
}

#[tokio::test]
async fn another_kind_of_spoke_is_told_apart() {
    let (there, door) = here().await;
    there.world().habits.rewired = true;
    assert_eq!(door.kind().await.expect("an answer"), Kind::Rewired);
}

#[tokio::test]
async fn an_invitation_makes_an_account_and_joins() {
    let (there, door) = here().await;
    let link = format!("{}/3b4d6ff6-9c21-4d18-8f9f-b9c029dcb406/join/1", there.url());
    let invitation = Invitation::parse(&link).expect("an invitation");
    let person = NewPerson { first_name: "Dyn".into(), last_name: "Amic".into(), cell: "+12125550102".into() };
    let entry = ("dyn.texter@example.org", &secret("hunter22hunter"));
    let (cookie, me) = door.sign_up(&invitation, entry, &person).await.expect("an account");
    assert_eq!(me.organization, "", "not joined yet");
    let me = door.join(&invitation, &cookie).await.expect("joined");
    assert_eq!(me.organization, "Riverton Votes");
    let bad = Invitation::parse(&format!("{}/nobody/join", there.url())).expect("an invitation");
    assert!(matches!(door.join(&bad, &cookie).await, Err(LoginError::Refused(_))));
}

#[tokio::test]
async fn a_link_for_replies_hands_over_who_waits() {
    let (there, door) = here().await;
    {
        let mut world = there.world();
        world.add_contacts(70, 1, Some(World::assignment_of(ADA)), now());
        world.voter_writes(70, "is anybody there?", now());
    }
    let (cookie, _) = door.login("tess.texter@example.org", &secret("hunter22hunter")).await.expect("signed in");
    let link = format!("{}/3b4d6ff6-9c21-4d18-8f9f-b9c029dcb406/replies/1", there.url());
    door.join(&Invitation::parse(&link).expect("a link"), &cookie).await.expect("taken");
    assert_eq!(there.world().contacts[&70].assignment, Some(World::assignment_of(TESS)));
    let bad = Invitation::parse(&format!("{}/x/replies/1", there.url())).expect("a link");
    assert!(matches!(door.join(&bad, &cookie).await, Err(LoginError::Refused(_))));
    let nobody = door.join(&bad, &secret("session=forged")).await;
    assert!(matches!(nobody, Err(LoginError::NoSession)));
}

#[tokio::test]
async fn an_invite_makes_an_account_and_joins_nothing() {
    let (there, door) = here().await;
    let link = |hash: &str| Invitation::parse(&format!("{}/invite/{hash}", there.url())).expect("an invite");
    let person = NewPerson { first_name: "Ola".into(), last_name: "Owner".into(), cell: "+12125550103".into() };
    let entry = ("ola@example.org", &secret("hunter22hunter"));
    let invite = link("5cbecb55-ad23-447f-bac8-0881a84e505f");
    let (cookie, _) = door.sign_up(&invite, entry, &person).await.expect("an account");
    let me = door.join(&invite, &cookie).await.expect("signed in");
    assert_eq!(me.organization, "");
    assert!(!there.world().asked.iter().any(|name| name == "join"));
    assert!(matches!(door.sign_up(&link("used-up"), entry, &person).await, Err(LoginError::Refused(_))));
}

#[tokio::test]
async fn terms_are_accepted_once_and_a_profile_that_is_not_filled_in_is_told_of() {
    let (there, door) = here().await;
    there.world().habits.terms = true;
    there.world().habits.profile = true;
    let Ok(Kind::Spoke(settings)) = door.kind().await else { panic!("a Spoke server") };
    let (cookie, me) = door.login("tess.texter@example.org", &secret("hunter22hunter")).await.expect("signed in");
    assert_eq!(door.wants(&cookie, &settings).await.expect("asked"), Wants { terms: true, profile: true });
    door.accept_terms(&cookie, &me).await.expect("accepted");
    there.world().habits.profile = false;
    assert_eq!(door.wants(&cookie, &settings).await.expect("asked"), Wants::default());
    there.world().habits.terms = false;
    there.world().agreed.clear();
    let Ok(Kind::Spoke(settings)) = door.kind().await else { panic!("a Spoke server") };
    assert!(!door.wants(&cookie, &settings).await.expect("asked").terms, "where nobody asks for it");
}

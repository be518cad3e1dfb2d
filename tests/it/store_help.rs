//! HELP is answered by itself, with who we are.

use pretty_assertions::assert_eq;
use textbank::api::message::ThreadEntry;
use textbank::api::people::Role;
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::message::MessageKind;

use crate::store_home::{definition, on_every_store, people, phone};

on_every_store! {
    async fn help_is_answered_once_a_day_with_who_we_are(home: Home) {
        let admin = home.join("Ada", Role::Admin).await;
        let mut def = definition();
        def.help_answer.insert("en".into(), "Friends of the Library, friends.example. Reply STOP to get no more texts.".into());
        let campaign = home.import(&admin, def, people(1)).await.campaign;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await;
        home.initial(&tess, &slice[0]).await;
        home.jobs().await;
        home.says(phone(0), "Help!").await;
        let jobs = home.jobs().await;
        assert_eq!(jobs.iter().map(|job| job.body.as_str()).collect::<Vec<_>>(), ["Friends of the Library, friends.example. Reply STOP to get no more texts."]);
        // Lists show what the voter wrote; nobody takes our own line for theirs.
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert_eq!((line.preview.as_str(), line.status, line.waiting_since), ("Help!", Status::Convo, None));
        // Asked again: a person answers.
        home.pass(60);
        home.says(phone(0), "INFO").await;
        assert_eq!(home.jobs().await, []);
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert_eq!((line.status, line.waiting_since.is_some()), (Status::NeedsResponse, true));
        let thread = home.thread(&admin, slice[0].id).await;
        let helps = thread.entries.iter().filter(|entry| matches!(entry, ThreadEntry::Message(m) if m.kind == Some(MessageKind::Help) && m.author.is_none())).count();
        assert_eq!(helps, 1);
        home.pass(24 * 60 * 60);
        home.says(phone(0), "help").await;
        assert_eq!(home.jobs().await.len(), 1);
    }

    async fn without_words_of_its_own_a_campaign_names_the_organization(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        home.initial(&tess, &home.claim(&tess, campaign, 1).await[0]).await;
        home.jobs().await;
        home.says(phone(0), "INFO").await;
        let body = home.jobs().await.remove(0).body;
        assert!(body.starts_with("Friends of the Library") && body.contains("STOP"), "{body}");
    }

    async fn who_opted_out_is_not_answered(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.initial(&tess, &slice[1]).await;
        home.jobs().await;
        home.says(phone(0), "STOP").await;
        assert_eq!(home.jobs().await.len(), 1, "the one notice");
        home.says(phone(0), "HELP").await;
        assert_eq!(home.jobs().await, []);
        // An answer that waits is taken back by a STOP behind it; the notice goes out alone.
        home.says(phone(1), "HELP").await;
        home.says(phone(1), "STOP").await;
        let bodies: Vec<_> = home.jobs().await.into_iter().map(|job| job.body).collect();
        assert_eq!(bodies, ["You will get no more texts."]);
    }

    async fn an_answer_that_waited_too_long_says_nothing(home: Home) {
        let (_, campaign) = home.campaign(people(1)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 1).await.remove(0);
        home.initial(&tess, &slice).await;
        home.jobs().await;
        home.says(phone(0), "HELP").await;
        home.pass(6 * 60);
        assert_eq!(home.jobs().await, []);
        // Nobody told them: a person does.
        assert_eq!(home.line(&tess, campaign, slice.id).await.status, Status::NeedsResponse);
    }

    async fn a_start_asks_nobody_for_an_answer(home: Home) {
        let (_, campaign) = home.campaign(people(2)).await;
        let tess = home.join("Tess", Role::Texter).await;
        let slice = home.claim(&tess, campaign, 2).await;
        home.initial(&tess, &slice[0]).await;
        home.initial(&tess, &slice[1]).await;
        home.jobs().await;
        for text in ["STOP", "START"] {
            home.says(phone(0), text).await;
        }
        let line = home.line(&tess, campaign, slice[0].id).await;
        assert_eq!((line.status, line.opt_out, line.waiting_since), (Status::Convo, OptOut::No, None));
        home.says(phone(0), "Who is this?").await;
        assert_eq!(home.line(&tess, campaign, slice[0].id).await.status, Status::NeedsResponse);
        // What was asked before still waits for its answer.
        for text in ["Where do I vote?", "STOP", "START"] {
            home.says(phone(1), text).await;
        }
        let line = home.line(&tess, campaign, slice[1].id).await;
        assert_eq!((line.status, line.waiting_since.is_some()), (Status::NeedsResponse, true));
    }
}

//! What stays of a shift when its console is left: what is said of it, what this machine remembers of it, what is wiped.

use super::Context;
use super::reach::tell;
use super::shift::promptly;
use crate::client::CampaignServer as _;
use crate::client::journal::{Journal, Wipe};
use crate::client::sign_in::{ServerKind, SignIn};
use crate::console::core::shared::place::Place;
use crate::console::runtime::Outcome;
use crate::console::runtime::kept::{had_in, keep_hands, keep_place, kept_place};
use crate::console::ui::ink::phrase;
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::safe_text::{safe_body, safe_line};
use crate::i18n::{Catalogue, Value};

/// What was being written when a sign-in was ended: shown once, kept nowhere.
fn drafts_in_words(drafts: &[(ContactId, String)], words: &Catalogue) -> String {
    let n = Value::Number(i64::try_from(drafts.len()).unwrap_or(i64::MAX));
    let mut text = words.say("left-drafts-lost", &[("n", n)]);
    for (contact, draft) in drafts {
        let draft = Value::Text(safe_body(draft.trim()));
        text.push_str(&format!(
            "\n- {}",
            words.say("left-draft", &[("id", Value::Text(contact.0.to_string())), ("draft", draft)])
        ));
    }
    text.push_str(&format!("\n{}", words.say("left-drafts-tell", &[])));
    text
}

/// The program as it is typed here, for a sentence.
fn program(ctx: &Context) -> (&'static str, Value) {
    ("program", Value::Text(ctx.program.clone()))
}

/// What stays of a shift when its console is left.
#[derive(Debug)]
pub(super) struct Rest {
    journal: Journal,
    sign_in: SignIn,
}

impl Rest {
    /// Of an open journal.
    pub(super) fn of(journal: Journal, sign_in: SignIn) -> Self {
        Self { journal, sign_in }
    }

    /// Whom this person held in a campaign when its console was last left: ids alone, sealed as all of the journal.
    pub(super) async fn had(&self, campaign: CampaignId) -> Vec<(ContactId, bool)> {
        had_in(&self.journal, campaign).await
    }

    /// Keeps it for the next start. It is a help to somebody who comes back, and no act: what the disk refuses is logged.
    pub(super) async fn keep_hands(&self, campaign: CampaignId, in_hand: &[(ContactId, bool)]) {
        keep_hands(&self.journal, campaign, in_hand).await;
    }

    /// Where a campaign's console was left.
    pub(super) async fn place(&self, campaign: CampaignId) -> Place {
        kept_place(&self.journal, campaign).await
    }

    /// Keeps it for the next start; what the disk refuses is logged.
    pub(super) async fn keep_place(&self, campaign: CampaignId, place: &Place) {
        if let Err(error) = keep_place(&self.journal, campaign, place).await {
            tracing::warn!(%error, "where the console was left is not remembered");
        }
    }

    /// Lets go of the journal, without a word: another console follows.
    pub(super) async fn let_go(self) -> anyhow::Result<()> {
        Ok(self.journal.close().await?)
    }

    /// Says in which other campaigns of this server something waits for whoever leaves: the one that was open told of itself. Without an
    /// answer in a moment nothing is said.
    pub(super) async fn tell_of_others(&self, but: CampaignId, ctx: &Context) {
        if self.sign_in.kind != ServerKind::Native {
            return;
        }
        let Ok(server) = super::reach::client(&self.sign_in, ctx) else { return };
        let todos = promptly(server.campaigns(), ctx).await.unwrap_or_default();
        for todo in todos.iter().filter(|todo| todo.id != but) {
            let (waiting, unsent) = (todo.waiting + todo.mine.late, todo.unsent);
            let key = match (waiting, unsent) {
                (0, 0) => continue,
                (_, 0) => "left-other-replies",
                (0, _) => "left-other-first",
                _ => "left-other-both",
            };
            let number = |n: u64| Value::Number(i64::try_from(n).unwrap_or(i64::MAX));
            let title = Value::Text(safe_line(&todo.title));
            tell(ctx.catalogue.say(key, &[("title", title), ("waiting", number(waiting)), ("unsent", number(unsent))]));
        }
    }

    /// Says what stays on this machine, and wipes it all when the sign-in was ended and nothing is open any more. The
    /// terminal is the shell's again.
    pub(super) async fn farewell(self, left: &Outcome, ctx: &Context) -> anyhow::Result<()> {
        let Self { journal, sign_in } = self;
        let number = |n: u64| ("n", Value::Number(i64::try_from(n).unwrap_or(i64::MAX)));
        let unknown = u64::try_from(journal.unknown().len()).unwrap_or(u64::MAX);
        if unknown > 0 {
            tell(ctx.catalogue.say("left-unknown", &[number(unknown), program(ctx)]));
        }
        if left.unsettled > 0 {
            let waiting = left.unsettled.saturating_sub(unknown);
            if waiting > 0 {
                tell(ctx.catalogue.say("left-unsettled", &[number(waiting)]));
            }
            if left.signed_out {
                tell(ctx.catalogue.say("left-signed-out", &[program(ctx)]));
            }
            return Ok(());
        }
        // A verdict that nobody read back may be one that the server has lost: then the journal still has the text. At a Spoke server
        // nobody ends a sign-in for good: whoever was signed out signs in again and goes on.
        if left.signed_out && sign_in.kind == ServerKind::Native && journal.settled().await?.is_empty() {
            // What was never sent is its writer's own, and in no other place.
            let drafts = journal.drafts().await?;
            super::wipe::destroy(&journal, &sign_in, Wipe::SpareUnsettled, ctx).await?;
            tell(ctx.catalogue.say("left-wiped", &[]));
            if !drafts.is_empty() {
                tell(drafts_in_words(&drafts, &ctx.catalogue));
            }
            return Ok(());
        }
        let drafts = journal.drafts().await?.len();
        journal.close().await?;
        // A sign-in that was ended holds nothing any more.
        for say in left.stays.iter().filter(|_| !left.signed_out) {
            tell(phrase(&ctx.catalogue, &jiff::tz::TimeZone::system(), say));
        }
        if drafts > 0 {
            let n = Value::Number(i64::try_from(drafts).unwrap_or(i64::MAX));
            tell(ctx.catalogue.say("left-drafts", &[("n", n), program(ctx)]));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_being_written_when_a_sign_in_ended_is_shown() {
        let said = drafts_in_words(&[(ContactId(7), "Thank you,\u{1b}[2J Ann!\n".to_owned())], &Catalogue::english());
        assert!(said.contains("to contact 7: Thank you,") && said.contains("Ann!"), "{said}");
        assert!(said.contains("kept nowhere") && !said.contains('\u{1b}'), "{said:?}");
    }
}

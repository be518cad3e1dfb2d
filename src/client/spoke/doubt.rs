//! What sounds like an opt-out. Spoke's server marks a whole STOP only where it is told to, and other words never: so the voter's own words
//! are judged here, by the product's rule, and nobody is texted while they wait for a decision (promise 5).
//!
//! "Not an opt-out" has no place on the server. It is kept in the journal on this machine, by contact and message, so that a
//! restart does not ask again; another machine does.

use std::collections::BTreeMap;

use super::answers::{Contact, Message};
use super::{SpokeServer, refusal};
use crate::api::problem::Code;
use crate::client::Call;
use crate::domain::conversation::OptOut;
use crate::domain::opt_out::{Inbound, verdict};
use crate::domain::safe_text::safe_line;

/// Contacts with the message up to which somebody took their words for no opt-out.
pub(super) type Judged = BTreeMap<i64, String>;

/// The words that may be an opt-out and that nobody has decided on: those of the latest such text. `judged`: the message up to which
/// somebody did.
///
/// Whoever wrote after other words has read them; a whole STOP stands whatever was written after it, until the voter takes it back by
/// a word that opts in.
#[must_use]
pub fn undecided(messages: &[Message], judged: Option<&str>) -> Option<String> {
    let decided = judged.and_then(|judged| messages.iter().position(|message| message.id == judged));
    let mut found: Option<(String, bool)> = None;
    for message in messages.iter().skip(decided.map_or(0, |at| at + 1)) {
        if !message.is_from_contact {
            found = found.filter(|(_, sure)| *sure);
            continue;
        }
        match verdict(&message.text) {
            Inbound::OptOutWord { word } => found = Some((word, true)),
            Inbound::Possible { words } if !matches!(found, Some((_, true))) => found = Some((words, false)),
            Inbound::OptIn => found = None,
            _ => {}
        }
    }
    found.map(|(words, _)| words)
}

/// Where a contact stands, by the server's word and by their own.
#[must_use]
pub fn stands(contact: &Contact, judged: Option<&str>) -> OptOut {
    if contact.opt_out.is_some() {
        return OptOut::Yes { by_word: false };
    }
    match undecided(&contact.messages, judged) {
        Some(words) => OptOut::Possible { words: safe_line(&words) },
        None => OptOut::No,
    }
}

impl SpokeServer {
    /// The message up to which a contact's words were taken for no opt-out.
    pub(super) fn judged(&self, contact: i64) -> Option<String> {
        self.known.judged(contact)
    }

    /// Reads once what was decided in an earlier run. Where that cannot be read, they are asked about again: nobody is texted for it.
    pub(super) async fn recall_judged(&self) {
        let Some(notes) = self.known.unread_notes() else { return };
        match notes.read().await {
            Ok(kept) => {
                let kept = kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default();
                self.known.recall_judged(kept);
            }
            Err(error) => tracing::warn!(%error, "what was taken for no opt-out could not be read"),
        }
    }

    /// Somebody took their words for no opt-out, having seen the conversation up to message `seen` (counted from 1).
    pub(super) async fn not_opt_out(&self, contact: i64, seen: u64) -> Call<()> {
        let (now, _) = self.now_is(contact).await?;
        if now.opt_out.is_some() {
            return Err(refusal(Code::Suppressed, "this person has opted out"));
        }
        let seen = usize::try_from(seen).unwrap_or(usize::MAX);
        let seen = now.messages.iter().take(seen).rfind(|message| message.is_from_contact);
        let seen = seen.map(|message| message.id.clone()).filter(|id| !id.is_empty());
        let seen = seen.ok_or_else(|| refusal(Code::Invalid, "there is nothing of theirs to decide on"))?;
        self.judge(contact, Some(seen)).await
    }

    /// That is taken back: it is a doubt again.
    pub(super) async fn doubt_again(&self, contact: i64) -> Call<()> {
        self.judge(contact, None).await
    }

    async fn judge(&self, contact: i64, message: Option<String>) -> Call<()> {
        self.recall_judged().await;
        // In the journal first: what is answered is kept.
        let kept = self.known.judged_with(contact, message.as_deref());
        if let Some(notes) = self.known.notes() {
            notes.write(serde_json::to_value(&kept).unwrap_or_default()).await?;
        }
        self.known.judge(contact, message);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn talk(lines: &[&str]) -> Vec<Message> {
        let one = |(at, line): (usize, &&str)| {
            let (inbound, text) = line.strip_prefix("> ").map_or((true, *line), |text| (false, text));
            let json = serde_json::json!({ "id": (at + 1).to_string(), "text": text, "isFromContact": inbound });
            serde_json::from_value(json).expect("a message")
        };
        lines.iter().enumerate().map(one).collect()
    }

    #[rstest]
    #[case(&["> Hi"], None)]
    #[case(&["> Hi", "yes, I vote"], None)]
    #[case(&["> Hi", "STOP texting me"], Some("stop texting"))]
    #[case(&["> Hi", "Stop"], Some("stop"))]
    #[case(&["> Hi", "take me off your list", "please"], Some("take me off"))]
    #[case(&["> Hi", "take me off your list", "> Do you mean it?"], None)]
    #[case(&["> Hi", "take me off your list", "> Do you mean it?", "yes, lose my number"], Some("lose my number"))]
    #[case(&["> Hi", "stop", "> Do you mean it?"], Some("stop"))]
    #[case(&["> Hi", "stop", "start"], None)]
    fn what_waits_for_a_decision(#[case] lines: &[&str], #[case] words: Option<&str>) {
        assert_eq!(undecided(&talk(lines), None).as_deref(), words);
    }

    #[test]
    fn what_was_decided_is_not_asked_again_and_what_came_after_it_is() {
        let mut lines = vec!["> Hi", "stop it, you flatter me: please stop", "ok"];
        assert!(undecided(&talk(&lines), None).is_some());
        assert_eq!(undecided(&talk(&lines), Some("2")), None);
        lines.push("no, really, stop texting me");
        assert!(undecided(&talk(&lines), Some("2")).is_some());
        assert!(undecided(&talk(&lines), Some("a message that is gone")).is_some(), "in doubt it is asked again");
    }
}

//! Where a key is pressed, and the facts that a binding's `when` may ask for.

/// The top layer plus the mode. A chord not bound here is looked up in the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere but where text is typed and in dialogs.
    Global,
    /// Everywhere in the texter's panes.
    Texting,
    /// The send card.
    Card,
    /// The list of conversations.
    Inbox,
    /// An open conversation.
    Thread,
    /// Writing a reply.
    Composer,
    /// Help.
    Help,
    /// The command palette.
    Palette,
    /// Choosing a canned reply.
    Canned,
    /// Choosing the voter's answer.
    Answers,
    /// A question with few choices (opt out, release, leave, pause, reclaim).
    Confirm,
    /// The log of messages.
    Messages,
    /// The scorecard.
    Score,
    /// The captain's board.
    Board,
    /// The list of my campaigns.
    Home,
    /// Conversations that a captain looks through, and one of them.
    Review,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Global,
        Self::Texting,
        Self::Card,
        Self::Inbox,
        Self::Thread,
        Self::Composer,
        Self::Help,
        Self::Palette,
        Self::Canned,
        Self::Answers,
        Self::Confirm,
        Self::Messages,
        Self::Score,
        Self::Board,
        Self::Home,
        Self::Review,
    ];

    /// Its name in the config file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Texting => "texting",
            Self::Card => "card",
            Self::Inbox => "inbox",
            Self::Thread => "thread",
            Self::Composer => "composer",
            Self::Help => "help",
            Self::Palette => "palette",
            Self::Canned => "canned",
            Self::Answers => "answers",
            Self::Confirm => "confirm",
            Self::Messages => "messages",
            Self::Score => "score",
            Self::Board => "board",
            Self::Home => "home",
            Self::Review => "review",
        }
    }

    /// Key of its title in the catalogue.
    #[must_use]
    pub fn title_key(self) -> &'static str {
        match self {
            Self::Global => "context-global",
            Self::Texting => "context-texting",
            Self::Card => "context-card",
            Self::Inbox => "context-inbox",
            Self::Thread => "context-thread",
            Self::Composer => "context-composer",
            Self::Help => "context-help",
            Self::Palette => "context-palette",
            Self::Canned => "context-canned",
            Self::Answers => "context-answers",
            Self::Confirm => "context-confirm",
            Self::Messages => "context-messages",
            Self::Score => "context-score",
            Self::Board => "context-board",
            Self::Home => "context-home",
            Self::Review => "context-review",
        }
    }

    /// Where a chord is looked up next.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Card | Self::Inbox | Self::Thread => Some(Self::Texting),
            Self::Texting | Self::Board | Self::Home | Self::Review => Some(Self::Global),
            _ => None,
        }
    }

    /// This place and those around it, in the order in which a chord is looked up.
    pub fn chain(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |place| place.parent())
    }

    /// True when an unbound character is text.
    #[must_use]
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Composer | Self::Palette | Self::Canned)
    }
}

/// One thing that is or is not so now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Fact {
    /// The person at hand wrote what may be an opt-out; a human must decide.
    Frozen,
    /// The conversation at hand is closed.
    Closed,
    /// A conversation is open.
    ThreadOpen,
    /// Somebody waits for an answer.
    Waiting,
    /// A text has been typed and not sent.
    Draft,
    /// There is something to undo.
    Undoable,
    /// The campaign is paused.
    Paused,
    /// No text reaches a real phone.
    Rehearsal,
    /// The person at hand has opted out.
    OptedOut,
    /// Replies of the campaign fit what the person at hand wrote.
    Suggestion,
    /// The person at hand has not been texted yet.
    FirstText,
    /// A first text to the person at hand would have to wait for texting hours.
    OffHours,
}

impl Fact {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Frozen,
        Self::Closed,
        Self::ThreadOpen,
        Self::Waiting,
        Self::Draft,
        Self::Undoable,
        Self::Paused,
        Self::Rehearsal,
        Self::OptedOut,
        Self::Suggestion,
        Self::FirstText,
        Self::OffHours,
    ];

    /// Its name in the config file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Closed => "closed",
            Self::ThreadOpen => "thread_open",
            Self::Waiting => "waiting",
            Self::Draft => "draft",
            Self::Undoable => "undoable",
            Self::Paused => "paused",
            Self::Rehearsal => "rehearsal",
            Self::OptedOut => "opted_out",
            Self::Suggestion => "suggestion",
            Self::FirstText => "first_text",
            Self::OffHours => "off_hours",
        }
    }

    /// Key of what it means in the catalogue.
    #[must_use]
    pub fn label_key(self) -> &'static str {
        match self {
            Self::Frozen => "condition-frozen",
            Self::Closed => "condition-closed",
            Self::ThreadOpen => "condition-thread-open",
            Self::Waiting => "condition-waiting",
            Self::Draft => "condition-draft",
            Self::Undoable => "condition-undoable",
            Self::Paused => "condition-paused",
            Self::Rehearsal => "condition-rehearsal",
            Self::OptedOut => "condition-opted-out",
            Self::Suggestion => "condition-suggestion",
            Self::FirstText => "condition-first-text",
            Self::OffHours => "condition-off-hours",
        }
    }
}

/// A snapshot of all facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts(u32);

impl Facts {
    /// With a fact set or taken away.
    #[must_use]
    pub fn with(self, fact: Fact, holds: bool) -> Self {
        let bit = 1 << (fact as u32);
        Self(if holds { self.0 | bit } else { self.0 & !bit })
    }

    /// True when it is so.
    #[must_use]
    pub fn has(self, fact: Fact) -> bool {
        self.0 & (1 << (fact as u32)) != 0
    }
}

/// A condition: any of several groups, in each of which all terms hold (`frozen && !closed || draft`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct When(Vec<Vec<(Fact, bool)>>);

impl std::fmt::Display for When {
    /// As it is written in the settings; nothing, where it holds always.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let term = |(fact, wanted): &(Fact, bool)| format!("{}{}", if *wanted { "" } else { "!" }, fact.name());
        let group = |all: &Vec<(Fact, bool)>| all.iter().map(term).collect::<Vec<_>>().join(" && ");
        f.write_str(&self.0.iter().map(group).collect::<Vec<_>>().join(" || "))
    }
}

impl When {
    /// Holds always.
    #[must_use]
    pub fn always() -> Self {
        Self::default()
    }

    /// What it asks for.
    pub fn facts(&self) -> impl Iterator<Item = Fact> + '_ {
        self.0.iter().flatten().map(|(fact, _)| *fact)
    }

    /// True when it can never hold: each of its groups wants something and its opposite.
    #[must_use]
    pub fn is_never(&self) -> bool {
        let never = |all: &Vec<(Fact, bool)>| all.iter().any(|(fact, wanted)| all.contains(&(*fact, !wanted)));
        !self.0.is_empty() && self.0.iter().all(never)
    }

    /// True when it is not tied to anything.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// True when it holds now.
    #[must_use]
    pub fn holds(&self, facts: Facts) -> bool {
        self.0.is_empty() || self.0.iter().any(|all| all.iter().all(|(fact, wanted)| facts.has(*fact) == *wanted))
    }

    /// Reads `frozen && !closed || draft`.
    ///
    /// # Errors
    /// The word that is no fact; empty where one is missing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let groups = text.split("||").map(|group| {
            let terms = group.split("&&").map(|term| {
                let term = term.trim();
                let (name, wanted) = term.strip_prefix('!').map_or((term, true), |name| (name.trim(), false));
                Fact::ALL
                    .into_iter()
                    .find(|fact| fact.name() == name)
                    .map(|fact| (fact, wanted))
                    .ok_or_else(|| name.to_owned())
            });
            terms.collect::<Result<Vec<_>, _>>()
        });
        groups.collect::<Result<Vec<_>, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("frozen", &[Fact::Frozen], true)]
    #[case("frozen", &[], false)]
    #[case("!frozen", &[], true)]
    #[case("frozen && !closed", &[Fact::Frozen, Fact::Closed], false)]
    #[case("frozen && !closed || draft", &[Fact::Closed, Fact::Draft], true)]
    fn conditions(#[case] text: &str, #[case] holding: &[Fact], #[case] expected: bool) {
        let facts = holding.iter().fold(Facts::default(), |facts, fact| facts.with(*fact, true));
        assert_eq!(When::parse(text).map(|when| when.holds(facts)), Ok(expected));
        assert_eq!(When::parse(text).map(|when| when.to_string()), Ok(text.to_owned()), "told as it is written");
    }

    #[test]
    fn unknown_facts_are_named() {
        assert_eq!(When::parse("frozen && sleepy"), Err("sleepy".to_owned()));
    }

    #[test]
    fn parents_end() {
        for mut context in Context::ALL {
            for _ in 0..3 {
                match context.parent() {
                    Some(parent) => context = parent,
                    None => break,
                }
            }
            assert_eq!(context.parent(), None);
        }
    }
}

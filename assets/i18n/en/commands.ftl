# What commands print that texters and captains run themselves.

cmd-no-list = no list
cmd-no-answer = no answer
cmd-nothing-done = Nothing was done.
cmd-nobody-to-ask = nobody is there to ask: add --yes
cmd-note-not-read = no note
cmd-note-written = Every texter of the campaign sees it now.
cmd-note-taken-down = No note stands any more.
cmd-note-not-written = not written
cmd-note-version = note { $n }
cmd-note-none = No note stands.
cmd-not-answered = not answered
cmd-answered = Answered; the flag is off.
cmd-nothing-flagged = Nothing is flagged.
cmd-head-contact = contact
cmd-head-asked = asked (UTC)
cmd-head-voter = voter
cmd-head-texter = texter
cmd-head-question = question
cmd-flag-alone = (a flag alone)
cmd-flagged-answer = Answer with: textbank flagged answer CONTACT "TEXT"
cmd-not-decided = not decided
cmd-held-arrived = It counts as arrived.
cmd-held-goes-again = It goes out once more.
cmd-held-given-up = It is given up.
cmd-held-several = several texts begin with this id: write more of it (textbank held list)
cmd-held-not-found = no undecided text has this id: see textbank held list
cmd-held-ask-arrived = Take it as arrived? Nothing more goes out. [y/N]
cmd-held-ask-again-safe = Send it once more? The carrier's list does not hold it. [y/N]
cmd-held-ask-again = Send it once more? Should it have arrived, they get it twice. [y/N]
cmd-held-ask-give-up = Give it up? It never goes out again. [y/N]
cmd-held-to = To { $name }: { $text }
cmd-held-none = No text waits for a decision.
cmd-head-state = state
cmd-head-tried = tried (UTC)
cmd-head-tries = tries
cmd-head-again = again
cmd-head-text = text
cmd-held-held = held
cmd-held-unknown = unknown
cmd-held-never = no
cmd-held-safe = safe
cmd-held-risky = risky
cmd-held-decide = Decide with: textbank held decide ID arrived|send-again|give-up
cmd-queue-none = Campaign { $campaign } has no queues: no answer of its file has a `queue`.
cmd-queue-unknown = the campaign has no queue { $queue }: it has { $names }
cmd-queue-unknown-none = the campaign has no queue { $queue }: it has none
cmd-head-queue = queue
cmd-head-open = open
cmd-head-done = done
cmd-head-since = waiting since (UTC)
cmd-mend-file = Nothing was changed: mend the file first.
cmd-queue-who = say who: numbers of contacts, or --file FILE
cmd-queue-done = { $n ->
    [one] 1 contact done.
   *[other] { $n } contacts done.
}
cmd-queue-waits-again = { $n ->
    [one] 1 contact waits again.
   *[other] { $n } contacts wait again.
}
cmd-queue-done-before = { $n ->
    [one] 1 was done already.
   *[other] { $n } were done already.
}
cmd-queue-waited-before = { $n ->
    [one] 1 was waiting already.
   *[other] { $n } were waiting already.
}
cmd-queue-not-in = contact { $contact } is not in the queue { $queue }
cmd-admit-whom = say whom: an id of textbank people waiting, or --all
cmd-nobody-waits = Nobody is in the waiting room.
cmd-admitted-before = Nobody of these waits any more: they were let in before.
cmd-not-waiting = Not in the waiting room: { $people } (let in before, shown out, or never there). Who waits: { $program } people waiting
cmd-admitted = { $n ->
    [one] Let in: { $who }.
   *[other] { $n } people are let in: { $who }.
}
cmd-admitted-unread = The rules of conduct are not accepted yet by: { $who }. They get no contacts before.
cmd-shown-out = Shown out: the sign-in is ended.
cmd-head-role = role
cmd-head-rules = rules
cmd-head-from = since (UTC)
cmd-head-name = name
cmd-rules-not-yet = not yet
cmd-rules-accepted = accepted
cmd-admit-with = Let in with: textbank people admit ID, or --all; show out with: textbank people show-out ID

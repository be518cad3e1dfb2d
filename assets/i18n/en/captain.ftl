# The captain's console.

captain-title-rehearsal = REHEARSAL - { $campaign } - { $waiting } waiting - captain
captain-title-real = { $campaign } - { $waiting } waiting - captain
captain-ask-pause = Pause the campaign?
captain-pause-means = No text goes out until you resume. { $count ->
    [0] Nothing is on its way to the carrier now.
    [one] One text is on its way to the carrier and may still arrive.
   *[other] { $count } texts are on their way to the carrier and may still arrive.
}
captain-pause-yes = Pause
captain-ask-resume = Resume the campaign?
captain-resume-means = Texts go out again at once, within the texting hours.
captain-resume-yes = Resume
captain-ask-reclaim = Take { $name }'s unsent contacts back?
captain-reclaim-means = { $count ->
    [one] One contact without a first text goes
   *[other] { $count } contacts without a first text go
} back into the pool. Conversations stay where they are; both screens say so.
captain-reclaim-there = { $count ->
    [one] One contact without a first text is
   *[other] { $count } contacts without a first text are
} in nobody's hands then: where the campaign gives contacts out, whoever asks gets them; else give them to somebody in the list of conversations. Their texter's screen notices it within some minutes, and at once when they press. Conversations stay where they are.
captain-reclaim-yes = Take them back
captain-cancel = Cancel
captain-ask-leave = Leave?
captain-leave-means = { $count ->
    [one] One act of yours is
   *[other] { $count } acts of yours are
} not yet handed in. The journal keeps it; it is handed in when you come back.
captain-leave-yes = Leave
captain-leave-no = Stay
captain-handed-in = Confirmed; on its way to the server.
captain-not-journaled = It could not be written to the journal, so nothing was done: { $reason }
captain-outcome-unknown = What became of your last act is not known. Look at the board, then decide.
captain-paused = The campaign is paused. No text goes out but what answers a STOP or HELP.
captain-closed = The campaign is closed. Nothing begins in it any more.
captain-importing = The list is being imported. Nothing goes out.
captain-running = The campaign runs. Texts go out.
captain-reclaimed = The unsent contacts of { $name } are back in the pool.
captain-not-there = This campaign's server has no such thing: there are no questions to captains and no notes to texters.
captain-cannot-pause = Only a campaign that runs can be paused, and only a paused one resumed.
captain-nothing-to-reclaim = This texter holds no unsent contacts.
captain-no-texters = No texter is at work yet.
captain-still-writing = The last press is still being written to the journal.
captain-nothing-held = No text waits for a decision: the outcome of all is known.
captain-held-title = Texts whose outcome nobody knows: { $count }
captain-held-means = The carrier was asked and its answer was lost. None of them is sent again by itself. Choose one to decide on it.
captain-held-row = { $name }: { $text }
captain-held-row-safe = (safe to send again) { $name }: { $text }
captain-held-row-opted-out = (opted out) { $name }: { $text }
captain-held-row-unknown = (may still be told) { $name }: { $text }
captain-ask-decide = What became of the text to { $name }?
captain-decide-text = { $text }
captain-decide-tries = { $count ->
    [one] Tried once.
   *[other] Tried { $count } times.
} { $who }
captain-decide-risk = If you send it again and it did arrive, they get it twice. Ask them, or look at the carrier's own log.
captain-decide-safe = The carrier's own list does not hold it: it did not arrive.
captain-decide-opted-out = They have opted out meanwhile: it cannot be sent again.
captain-decide-arrived = It arrived: nothing more goes out
captain-decide-send-again = Send it once more now
captain-decide-give-up = Give it up: it never goes out again
captain-decided = Your decision is with the server.
captain-nobody-at-the-door = Nobody is in the waiting room.
captain-room-title = In the waiting room: { $count }
captain-room-means = They joined by a link with a waiting room and see nothing yet. Choose one, or let all of them in.
captain-room-all = { $count ->
    [one] Let the one in
   *[other] Let all { $count } in
}
captain-room-row = { $name }
captain-room-row-unread = { $name } (rules of conduct not accepted yet)
captain-admit-unread = The rules of conduct are not accepted yet: they get no contacts before.
captain-ask-admit = Let { $name } in?
captain-admit-means = Whom you do not know you can ask for, or show out: their sign-in ends then, and a new try needs a new link or another use of this one.
captain-admit-yes = Let in
captain-admit-show-out = Show out
captain-admitted = { $count ->
    [one] Let in.
   *[other] { $count } people are let in.
}
captain-shown-out = Shown out: the sign-in is ended.

captain-ask-code = Which six digits does your authenticator app show now?
captain-code-means = Your sign-in needs a code of your second factor before it shows or does what only captains may. Esc leaves the question; refreshing the board asks again.
captain-code-asking = Asking the server.
captain-code-digits = A code is six digits.
captain-code-taken = The code is taken.
captain-code-locked = Too many wrong codes: none is taken before { $at }.
captain-flagged-title = { $count ->
    [one] One flagged conversation
   *[other] { $count } flagged conversations
}
captain-flagged-means = Choose one to answer its texter. The voter never sees your answer.
captain-flagged-row = { $who } about { $name }: { $text }
captain-flagged-row-nobody = About { $name }, in nobody's hands: { $text }
captain-flagged-row-alone = { $who } flagged { $name } without a question
captain-flagged-row-alone-nobody = { $name }, flagged without a question, in nobody's hands
captain-flagged-voter = The voter's last words: { $text }
captain-nothing-flagged = Nothing is flagged.
captain-answer-title = Answer about { $name }
captain-answer-means = The texter sees it at once, and the flag comes off.
captain-answered = Answered; the flag is off.
captain-note-title = Note to all texters of this campaign
captain-note-means = It takes the place of the one before, and everybody sees it at once. Nothing written takes the old one down.
captain-note-told = Every texter sees your note now.
captain-note-taken-down = No note stands any more.
ui-texter-practice = practice
ui-texter-practised = passed
ui-texter-not-practised = -
captain-waits = Confirmed. It waits on this machine and goes to the server as soon as that is reached.

## Conversations of a campaign that runs Spoke
captain-talks-title = Conversations: { $n }
captain-talks-unfiltered = All of this campaign.
captain-talks-filter = Filter: { $line }
captain-talks-marked = { $n } marked: what you do is done with all of them.
captain-talks-asking = The server is asked...
captain-talks-empty = There is none of this kind.
captain-talks-more = Read the next of { $n } more
captain-talks-none = There is no conversation to do that with.
captain-talks-no-tags = This organization has no tags.
captain-talks-doing = The last change is still on its way.
captain-talks-not-there = This campaign's server shows no such list: conversations that texters flag are under "flagged".
captain-talks-unknown = No answer came: it is not known whether that was done. The list is read again; look before you do it once more.
captain-talks-left = Not done with { $n }: { $names }
captain-talks-left-wordless = Not done with { $n }: { $names }. The server said no and gave no reason. If it stays so, tell the campaign's admin.
captain-talks-too-much = The server takes no more requests just now. This is not tried again by itself: look at the list, and do it once more in a minute.
captain-talks-too-much-for = The server takes no more requests just now. This is not tried again by itself: look at the list, and do it once more in { $seconds } seconds.
captain-talks-on-its-way = Your change is on its way to the server...
captain-talks-given = { $n } { $n ->
    [one] conversation is
   *[other] conversations are
} with { $name } now.
captain-talks-given-up = { $n } { $n ->
    [one] conversation is
   *[other] conversations are
} in nobody's hands now.
captain-talks-closed = { $n } closed.
captain-talks-opened = { $n } opened again.
captain-talks-tagged = { $n } with the tag { $tag } now.
captain-talks-untagged = { $n } without the tag { $tag } now.
captain-talks-ask-give = { $n ->
    [one] Who is to have the conversation with { $name }?
   *[other] Who is to have these { $n } conversations?
}
captain-talks-ask-status = { $n ->
    [one] What is to become of the conversation with { $name }?
   *[other] What is to become of these { $n } conversations?
}
captain-talks-ask-tag = { $n ->
    [one] Which tag for { $name }?
   *[other] Which tag for these { $n }?
}
captain-talks-to-nobody = Nobody
captain-talks-to = { $name } ({ $person })
captain-talks-close = Close
captain-talks-open = Open again
captain-talks-tag-on = { $tag }
captain-talks-tag-off = Take off: { $tag }
captain-talks-sure-nobody = Put { $n } conversations into nobody's hands?
captain-talks-sure-give = Give { $n } conversations to { $name }?
captain-talks-sure-close = Close { $n } conversations?
captain-talks-sure-open = Open { $n } conversations again?
captain-talks-sure-tag = Set the tag { $tag } on { $n } conversations?
captain-talks-sure-untag = Take the tag { $tag } off { $n } conversations?
captain-talks-sure-names = { $more ->
    [0] { $names }
   *[other] { $names }, and { $more } more
}
captain-talks-sure-yes = Yes, all of them
captain-talk-title = Conversation with { $name }
captain-talk-name = { $name }
captain-talk-of = Campaign: { $title }. Contact { $contact }.
captain-talk-needs-message = not texted yet
captain-talk-messaged = texted
captain-talk-needs-response = waits for an answer
captain-talk-convo = answered
captain-talk-closed = closed
captain-talk-opted-out = opted out
captain-talk-error = error { $code }
captain-talk-tag = #{ $tag }
captain-talk-with = with { $name }
captain-talk-with-nobody = with nobody
captain-talk-last-they = they: { $text }
captain-talk-last-we = we: { $text }
captain-talk-they = They, { $at }: { $text }
captain-talk-they-once = They: { $text }
captain-talk-we = We, { $at }: { $text }
captain-talk-we-once = We: { $text }
captain-talk-silent = Nothing was written yet.
captain-filter-title = Which conversations?
captain-filter-means = texter:NAME or texter:nobody, status:WORD, tag:NAME, without:NAME, error:NUMBER, opted-out:yes, campaign:NUMBER or campaign:all; anything else is looked for in the texts, letter by letter. A name with blanks stands between "quotes".
captain-filter-statuses = status: needs-message, messaged, needs-response, needs-response-expired, convo, closed; several with commas.
captain-filter-all = The word all takes the filter off.
captain-filter-name = There is no filter { $name }. There are: texter, status, tag, without, error, opted-out, campaign.
captain-filter-status = There is no status { $value }. There are: needs-message, messaged, needs-response, needs-response-expired, convo, closed.
captain-filter-tag = There is no tag called { $value } here.
captain-filter-yes-no = { $name } takes yes or no, not { $value }.
captain-filter-number = { $name } takes a number, not { $value }.
captain-filter-person = Nobody, or more than one, is called { $value }: write more of the name, or the number.

# The texter's console.

texter-title-rehearsal = REHEARSAL - { $campaign } - { $waiting } waiting
texter-title-real = { $campaign } - { $waiting } waiting

## Why nothing goes out at all
texter-paused = Paused by a captain: nothing goes out until it goes on, but the notice of an opt-out.
texter-paused-now = A captain has just paused the campaign.
texter-resumed-now = The campaign goes on.
texter-importing = The campaign's contacts are still being imported.
texter-archived = The campaign is closed: nothing more goes out, and late replies are answered by others. Thank you! Nothing is left to do here.
texter-archived-there = The campaign is closed at its server: nothing more goes out from here, and what voters still write reaches nobody's list there. Thank you! Nothing is left to do here.
texter-archived-late = The campaign is closed: no first texts go out any more. Voters who write now come to you: answer them as they come.
texter-signed-out = Your sign-in was ended, and the server takes nothing more from it. { $count ->
    [0] Nothing you confirmed waits.
    [one] One thing you confirmed waits, safe in the journal.
   *[other] { $count } things you confirmed wait, safe in the journal.
} Ask your captain for a new join link.
texter-signed-out-again = You are signed out there. In another window: { $command } - and this one goes on. { $count ->
    [0] Nothing you confirmed waits.
    [one] One thing you confirmed waits, safe in the journal.
   *[other] { $count } things you confirmed wait, safe in the journal.
}
texter-signed-out-hands-in = Your sign-in was ended. { $count ->
    [0] Everything you confirmed has been handed in; leaving now wipes this laptop of it.
    [one] One thing you confirmed is still being handed in: stay until it is.
   *[other] { $count } things you confirmed are still being handed in: stay until they are.
} To go on texting, ask your captain for a new join link.

## The card
texter-card-missing = The list has nothing to put in for: { $fields }. Skip this contact ({ $key }), or flag it to your captain ({ $out }).
texter-card-missing-skip = The list has nothing to put in for: { $fields }. Skip this contact ({ $key }), and tell whoever runs the campaign.
texter-card-recalled = A captain took this text back: it must not be sent. It will be another one once the script or the list is put right.
texter-card-recalled-why = A captain took this text back: { $reason }. It must not be sent. It will be another one once the script or the list is put right.
texter-card-broken-script = The script cannot be read. Tell your captain; skip this contact.
texter-card-no-variant = The campaign has no text for this contact. Tell your captain; skip this contact.
texter-card-unfilled = The text has an unfilled place in braces. Tell your captain; skip this contact.
texter-card-unsafe = The text holds characters that cannot be shown. Tell your captain; skip this contact.
texter-no-card = There is no card.
texter-not-journaled = It could not be written to the journal, so nothing was sent: { $reason }
texter-still-writing = The last press is still being written to the journal.
texter-still-writing-here = You are writing. { $key } leaves that and keeps your words; then this key goes to the cards.
texter-outcome-unknown = What became of a text is not known. It is not sent again by itself; ask your captain.

## Nothing to send
texter-asking = Asking for contacts ...
texter-asking-offline = Offline: contacts are asked for again by itself as soon as the server is reached.
texter-card-may-be-gone = Maybe with others since { $at }: the server decides when it is reached.
texter-cap-full = The carrier takes no more texts before { $at }, replies neither. What you confirm waits; when texting hours end before, it comes back to you.
texter-asks-again = It is asked again by itself.
texter-ask-by-key = Ask for more when you like.
texter-taken-back = { $count ->
    [one] A captain took one contact of yours back for others to text.
   *[other] A captain took { $count } contacts of yours back for others to text.
}
texter-resting = You gave your contacts back. Ask for more when you like.
texter-held-back = { $count ->
    [one] One contact is held back: it is outside texting hours there until { $at } your time.
   *[other] { $count } contacts are held back: it is outside texting hours there, the first until { $at } your time.
}
texter-held-back-over = { $count ->
    [one] One contact gets no first text any more: the campaign is over since { $at }.
   *[other] { $count } contacts get no first text any more: the campaign is over since { $at }.
}
texter-held-back-end = { $count ->
    [one] One contact gets no first text any more: the campaign ends { $at }, before texting hours open there.
   *[other] { $count } contacts get no first text any more: the campaign ends { $at }, before texting hours open there.
}
texter-answer-meanwhile = { $count ->
    [one] One voter waits for your answer.
   *[other] { $count } voters wait for your answer.
}
texter-finish-by-key = When nobody is to answer any more, end the rehearsal and read your score.
texter-nothing-yet = Nothing to send yet.

## Conversations
texter-filter-active = waiting and in conversation
texter-filter-waiting = waiting
texter-filter-closed = closed
texter-filter-all = everybody texted
texter-inbox-empty = No conversations here.
texter-nobody-waits = Nobody waits for an answer.
texter-loading = Still being fetched.
texter-not-mine = This contact is not in your hands any more.
texter-opted-out = This person has opted out. Nothing may be sent.
texter-opted-out-now = { $name } has opted out. Nothing more is sent to them.
texter-opted-out-draft = { $name } has opted out. Your draft was discarded; nothing more is sent to them.
texter-frozen = What they wrote may be an opt-out. Decide that first.
texter-frozen-now = { $name } wrote what may be an opt-out. Nothing is sent until somebody decides.
texter-not-closed = This conversation is not closed.
texter-no-doubt = There is no opt-out to decide here.
texter-decide-first = Decide first: undecided counts as opted out when closed.
texter-reply-before-first = The first text goes out from the card.
texter-wrong-number = The number is somebody else's. Nothing may be sent.
texter-hours-closed = No texts there until { $at }. Draft kept.
texter-hours-closed-there = It is outside texting hours there until { $at }; a reply may go then.
texter-reply-unfilled = There is an unfilled place in braces in your text.
texter-too-long = A text has at most { $most } characters; this one has { $count }.
texter-reply-unsafe = Your text holds characters that cannot be shown as they are. Take them out.
texter-reply-recalled = A captain took back what this says. Write something else.
texter-place-asked = Recorded for { $name }. Whether there is a place left comes from the server, and with it the words to send.
texter-place-full = It is full: { $name } is in the waiting line. The words for that are ready: read them before you send.
texter-place-full-written = It is full: { $name } is in the waiting line. What you have written stays: look at it again.
texter-place-full-no-words = It is full: { $name } is in the waiting line. The script has no words for that: write your own.
texter-place-left = There is a place for { $name }. The words for that wait there as a draft: read them before you send.
texter-place-left-written = There is a place for { $name }. What you have written stays: look at it again.
texter-place-unknown = The line to the server broke off. Whether there is a place for { $name } stands in the conversation.
texter-answer-recalled = The answer is recorded. A captain took the line that follows back: write your own words to { $name }.
texter-recalled = A captain took a text of this campaign back. What carries it cannot be sent any more.
texter-recalled-why = A captain took a text of this campaign back: { $reason }. What carries it cannot be sent any more.
texter-recalled-other = A captain took the text to { $name } back: it stands behind the others until it is put right. The card here is good.
texter-recalled-other-why = A captain took the text to { $name } back: { $reason }. It stands behind the others until it is put right. The card here is good.
texter-recalled-card = A captain took this text back. It must not be sent; another one comes once it is put right.
texter-recalled-card-why = A captain took this text back: { $reason }. It must not be sent; another one comes once it is put right.
texter-recalled-draft = What you were writing to { $name } carried what a captain has taken back: it is cleared. { $more ->
    [0] Write to them anew.
    [one] So is the draft to one other. Write to them anew.
   *[other] So are the drafts to { $more } others. Write to them anew.
}
texter-recalled-draft-why = What you were writing to { $name } carried what a captain has taken back ({ $reason }): it is cleared. { $more ->
    [0] Write to them anew.
    [one] So is the draft to one other. Write to them anew.
   *[other] So are the drafts to { $more } others. Write to them anew.
}
texter-corrected = The list was corrected for { $name }: look at the text again.
texter-script-fault = The script cannot be filled for this person: { $fault }
texter-no-text = The script has no text here.
texter-nothing-written = Nothing is written.
texter-not-seen-yet = Not sent: read all of it first ({ $up }: its beginning, { $down }: its end), then press again.
texter-came-back-in-pause = It was not sent because the campaign was paused. Now it can go.
texter-pasted-lines = { $count } lines were pasted into the reply, as one text. Look at all of it before it goes.
texter-paste-nowhere = Pasted text goes only into a reply. Nothing was done.
texter-no-questions = This campaign has no questions.
texter-copied = Copied.
texter-notify-reply = A reply came in.
texter-notify-reply-named = { $name } has answered.
texter-gone = { $name } is not in your hands any more. { $who }
texter-back = { $name }: your text was not sent. Look at it again.
texter-back-late = { $name }: your text waited until texting hours were over and was not sent. Look at it again and confirm it anew.
texter-back-frozen = { $name }: your text was not sent, as what they wrote may be an opt-out. Decide on that first.
texter-back-opted-out = { $name } opted out before your text left; it was not sent.
texter-back-wrong-number = { $name }: the number was marked as wrong before your text left; it was not sent.
texter-back-recalled = { $name }: what your text said was taken back before it left; it was not sent. Look at the new text and confirm that.
texter-back-recalled-reply = { $name }: what your reply said was taken back before it left; it was not sent. They still wait: answer them anew.
texter-back-removed = { $name } was taken off the list before your text left; it was not sent.
texter-taken-back-now = A captain took contacts of yours back for others to text.
texter-gone-reclaimed = A captain took { $name } back. { $who }
texter-gone-removed = { $name } was taken off the list. { $who }
texter-gone-erased = { $name } was erased on request. { $who }

## Done
texter-wrong-number-done = { $name }: wrong number recorded, closed; { $key } takes it back.
texter-told-already = { $name } has had these very words before.
texter-told-before = { $name } has had these very words before. To send them again all the same, send once more.
texter-closed-draft = { $name } closed. The reply you had begun was not sent; it stays as a draft. { $key } takes it back.
texter-closed-done = { $name } closed; { $key } takes it back.
texter-skipped-done = { $name } skipped, nothing sent; { $key } takes it back.
texter-reopened-done = { $name } is open again.
texter-reopened-untagged = { $name } is open again, and the tag is off: { $tag }.
texter-tag-closed-done = { $name } closed with the tag { $tag }; { $key } takes both back.
texter-wrong-number-undone = { $name } is open again, and the number counts as theirs again.
texter-released-done = { $count ->
    [one] One contact given back.
   *[other] { $count } contacts given back.
}
texter-nothing-to-undo = Nothing to undo.
texter-released-undoable = { $count ->
    [one] One contact given back; { $key } takes it back while it is still free.
   *[other] { $count } contacts given back; { $key } takes back who is still free.
}
texter-again-asked = Taking back what was given back ...
texter-again-all = { $count ->
    [one] The contact you gave back is yours again.
   *[other] The { $count } contacts you gave back are yours again.
}
texter-again-some = { $back } of the { $count } contacts you gave back { $back ->
    [one] is
   *[other] are
} yours again. The others are with somebody else by now, or may not be handed out. { $key } asks for contacts.
texter-again-none = { $count ->
    [one] The contact you gave back did not come back: it is
   *[other] None of the { $count } contacts you gave back came back: they are
} with somebody else by now, or may not be handed out. { $key } asks for contacts.
texter-again-late = What was given back longer ago than ten minutes stays so. { $key } asks for contacts again.
texter-again-unknown = This server cannot take back what was given back there: it stays so. { $key } asks for contacts again.
texter-undo-released-elsewhere = What would be taken back is that you gave contacts back. { $key } leaves the reply; there it can be taken back.
texter-nothing-to-release = You hold no contacts.
texter-no-rehearsal = Only a rehearsal on your own machine has a score.
texter-finishing = The rehearsal ends; your score is being made.

## Questions
texter-cancel = Cancel
texter-ask-opt-out = Opt { $name } out?
texter-ask-opt-out-means = Nobody in this organization texts this number again.
texter-opt-out-with-notice = Opt out, send the one notice
texter-opt-out-silent = Opt out without a word
texter-ask-release = Give contacts back?
texter-release-counts = You hold { $unsent } without a first text and { $conversations } { $conversations ->
    [one] conversation
   *[other] conversations
}; { $waiting ->
    [one] 1 voter waits
   *[other] { $waiting } voters wait
} for your answer.
texter-release-for-good = Giving back cannot be taken back: others get them from then on.
texter-release-undoable = Others may get them from then on. For ten minutes { $key } takes back who is still free.
texter-release-there = What you give back may not come back to you: this campaign's server gives contacts only to whom its admin assigns them, or while the campaign lets its texters ask for more.
texter-release-unsent = The ones without a first text
texter-release-conversations = The conversations
texter-release-all = All of them
texter-ask-leave = Leave?
texter-leave-waiting = { $count ->
    [one] One confirmed text or act is not yet handed in.
   *[other] { $count } confirmed texts and acts are not yet handed in.
}
texter-leave-means = The journal keeps them; left now, they are handed in when you start again, within the hours.
texter-leave-waits = Waiting until all is handed in ...
texter-leave-when-done = Leave when all is handed in
texter-leave-now = Leave now
texter-leave-stay = Stay
texter-leave-answer = Stay and answer
texter-leave-voters = { $count ->
    [one] One voter waits for your answer, since { $since }.
   *[other] { $count } voters wait for your answer, the longest since { $since }.
}
texter-leave-voters-some = { $count ->
    [one] One voter waits for your answer.
   *[other] { $count } voters wait for your answer.
}

## Acts in a conversation
note-opted-out = opted out
note-opted-out-by-word = opted out by their own word
note-not-opted-out = not an opt-out
note-notice-too-late = no notice goes out, as they asked more than five minutes before
note-notice-unsure = the notice goes out unless they asked more than five minutes before
note-notice-outside-hours = no notice goes out, as it is outside the hours of replies
note-opted-in-by-word = opted in again by their own word
note-closed = closed
note-decided-held = decided on a text of unknown outcome
note-reopened = opened again
note-answered = answer recorded
note-answer-cleared = answer taken off
note-assigned = assigned
note-removed = taken off the list
note-brought-back = on the list again
note-event-full = no place left
note-detail-event-full = number { $number } in line for { $event }
note-wrong-number = wrong number
note-wrong-number-elsewhere = known from another campaign: they are not reached at this number, or have died
note-wrong-number-told = found in another campaign: not their number, or they have died
note-wrong-number-untold = that of the other campaign was taken back: it was a slip
texter-wrong-elsewhere = { $who } found in another campaign that this is not { $name }'s number, or that they have died. Write with care, or close the conversation.
texter-wrong-elsewhere-not = { $who } took back what was said of { $name }'s number in another campaign: it was a slip.
note-tagged = tagged
note-untagged = tag taken off
note-earlier-campaign = earlier campaign
note-earlier-sent = sent then
note-earlier-received = written then
note-earlier-answers = answered then
note-other = changed
texter-leave-unknown = { $count ->
    [one] What became of one is not known; it stays noted here and is never sent again by itself. Tell your captain.
   *[other] What became of { $count } is not known; they stay noted here and are never sent again by themselves. Tell your captain.
}
texter-leave-parked = { $count ->
    [one] One text came back: it did not go out, and waits here as a card or draft.
   *[other] { $count } texts came back: they did not go out, and wait here as cards or drafts.
}
texter-next-draft = Another reply to { $name } came back too; it is the draft now.
texter-thread-loading = Loading the conversation
texter-thread-offline = Offline: the conversation comes as soon as the server is reached. Nothing can be answered before it was read.
texter-thread-signed-out = Your sign-in was ended: the conversation is not shown any more.
texter-asked-to-wait-no-contacts = The server is there and asks to be left alone for { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}: your contacts come after that.
texter-offline-no-contacts = Offline: your contacts come as soon as the server is reached. What you confirmed is safe in the journal.
texter-signed-out-unknown = Your sign-in was ended. { $count ->
    [one] What became of one confirmed text is not known
   *[other] What became of { $count } confirmed texts is not known
}: tell your captain. The journal keeps them.

## The undo window
texter-leaving-then = { $name }: your text leaves in { $seconds ->
    [one] 1 second
   *[other] { $seconds } seconds
 }; { $key } takes it back. What you had begun before is the draft again.
texter-leaving = { $name }: your text leaves in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}; { $key } takes it back.
texter-taken-back-text = { $name }: taken back, nothing was sent.
texter-taken-back-text-first = { $name }: taken back, nothing was sent. What you had begun comes after it.
texter-back-wrote-again = { $name } wrote again before your text left; it was not sent. Read it, then send yours.
texter-back-gone = A contact left your hands before your text left; it was not sent.
texter-leave-window = { $count ->
    [one] One text has not left yet and may still be taken back. Left now, it is not sent: it stays here as a card or draft.
   *[other] { $count } texts have not left yet and may still be taken back. Left now, they are not sent: they stay here as cards or drafts.
}

## Tags and notes
texter-tags-title = Tags of { $name }
texter-tag-close-title = Tag { $name } and close
texter-tagged-done = { $name }: tag set: { $tag }.
texter-answer-undone = { $name }: their answer to the question is recorded as it was before.
texter-untagged-done = { $name }: tag taken off: { $tag }.
texter-note-title = Note on { $name }
texter-note-means = Whoever has this voter after you reads it; the voter never does.
texter-note-done = { $name }: the note is kept.
texter-note-too-long = A note has at most { $most } characters; this one has { $count }.

## Inbox
texter-filter-convo = in conversation
texter-filter-flagged = flagged to a captain
texter-filter-starred = starred
texter-filter-snoozed = put aside
texter-filter-opted-out = opted out
texter-filter-title = Show which conversations?
texter-filter-row = { $filter } ({ $count })
texter-sort-waiting = by wait
texter-sort-name = by name
texter-sort-state = by state

## Put aside, language, flags, opt-outs taken back
texter-snooze-title = Come back to { $name } when?
texter-snooze-quarter = In 15 minutes ({ $at })
texter-snooze-hour = In an hour ({ $at })
texter-snooze-three-hours = In three hours ({ $at })
texter-snooze-morning = Tomorrow at 10 there ({ $at })
texter-snooze-end = Take up again now
texter-snooze-typed = Another time ...
texter-type-moment = Type when, by their clock: tonight 7pm, tomorrow 10, Nov 25 18:00. At most seven days ahead.
texter-moment-understood = Understood. By your clock that is { $at }.
texter-not-a-moment = No time within seven days that I understand. Write it as tonight 7pm, tomorrow 10 or Nov 25 18:00.
texter-snoozed-done = { $name } is put aside until { $at }, or until they write.
texter-awake = { $name } is among those who wait again.
texter-language-title = { $name } writes
texter-language-mine = { $language }: I go on in it
texter-language-hand-over = { $language }: hand over to somebody who speaks it
texter-language-done = { $name }: the script goes on in their language ({ $language }).
texter-handed-over-done = { $name } is handed over to somebody who speaks their language ({ $language }).
texter-opt-out-done = { $name } is opted out. For 10 seconds { $key } takes it back; then they are told.
texter-opt-out-untold-done = { $name } is opted out; { $why }. For 10 minutes { $key } takes it back.
texter-ask-opt-out-unsure = The notice goes out unless they asked more than five minutes before: their texts are not here yet.
texter-ask-opt-out-untold = Either way, { $why }.
texter-opt-out-silent-done = { $name } is opted out without a word. For 10 minutes { $key } takes it back.
texter-opt-out-for-good = { $name } is opted out.
texter-opt-out-stays = { $name } stays opted out: they were told already, or it was too long ago.
texter-opt-out-undone = { $name }: the opt-out is taken back.
tag-escalated = flagged
tag-deceased = deceased
tag-moved = moved away
tag-star = star
tag-needs = needs somebody for { $language }
tag-own = { $tag }
note-noted = note changed
note-snoozed = put aside until
note-unsnoozed = taken up again
note-language = language
note-opt-out-taken-back = opt-out taken back, it was a slip

## Offered, never sent by itself
texter-no-suggestion = No reply of the campaign fits what they wrote.
texter-is-plain = All of it is plain already.
texter-nobody-before = Nobody else wrote to them, or you did already.
texter-edit-not-allowed = This campaign's first text goes out as it is written.
texter-edit-title = The first text to { $name }, in your words
texter-edit-length = { $parts ->
    [one] 1 segment
   *[other] { $parts } segments
 }, { $used } used, { $left } left.
texter-edit-dear = { $letter } ({ $code }) makes it cost more.
texter-edit-saves = { $key }: plain signs save { $saved ->
    [one] 1 segment
   *[other] { $saved } segments
 }.
texter-edit-means = Marked as off-script. Empty, it is the script's again. Enter puts it on the card; it is sent from there.
texter-break = You have been texting for { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
}. Rest your eyes and hands; everything waits.

## Asking the captain
texter-ask-title = Ask the captain about { $name }
texter-ask-means = The captain sees it at once, with what they wrote last. The answer comes here; the voter sees neither.
texter-asked-done = Asked about { $name }; the answer comes here. Go on meanwhile. { $key } withdraws it until it is answered.
texter-undo-elsewhere = What would be taken back is about { $name }, not about whom you write to. { $key } leaves the reply; there it can be taken back.
texter-words-back = { $name }: the text has its words of before again.
texter-ask-withdrawn = Your question about { $name } is withdrawn: no captain sees it any more.
texter-captain-answered = { $who } on { $name }: { $text }
texter-notify-answer = The captain has answered.
texter-notify-answer-named = The captain has answered about { $name }.
note-asked = asked the captain
note-captain-answered = the captain's answer

## Answers in their own words, who is held back
texter-question = { $question }
texter-type-answer = Type their answer; Enter records it, empty leaves it.
texter-type-day = Type the day: Nov 3, 11/3, saturday, tomorrow, 2026-11-03. Empty leaves it.
texter-day-understood = Understood: { $day }.
texter-not-a-day = That is no day that I know. Write it as Nov 3, 11/3/2026 or 2026-11-03.
texter-answer-too-long = An answer has at most { $most } characters.
texter-held-back-lately = { $count ->
    [one] One contact is held back: another campaign texted them lately. They may be texted after { $at }.
   *[other] { $count } contacts are held back: another campaign texted them lately. The first may be texted after { $at }.
}
texter-left-already = The text to { $name } has left: one that is on its way cannot be taken back.
texter-undo-opt-out = { $name } is the one you opted out before that. { $key } again takes that opt-out back.
texter-note-from = { $who }, captain: { $text }
texter-notify-note = Your captain wrote a note.
texter-card-as-is = The first text to { $name }
texter-card-as-is-means = Nothing typed here does anything; Esc goes back to the card.
texter-nobody-else-waits = Nobody else waits for an answer: only the voter whose conversation is open.
texter-offline-no-more = Offline: ask for more once the server is reached again.
texter-side-pane-on = The replies are shown beside the card, where the screen has 100 columns.
texter-side-pane-off = The replies are not shown beside the card any more; { $key } shows them again.
texter-sent-is-sent = Nothing to undo: a text that has left cannot be taken back.
texter-no-other-question = There is no other question here.
texter-nothing-recorded = No answer is recorded here.
note-wrong-number-taken-back = wrong number taken back, it was a slip
note-doubt-again = to be decided again: an opt-out?
texter-stays = What was done last stays as it is ({ $name }): nothing was taken back.
texter-no-such-key = { $typed } does nothing here. { $help } shows the keys that work.
texter-stays-opt-out = { $name } stays opted out: this campaign's server takes no opt-out back. Nothing was taken back.
texter-stays-asked = Your question about { $name } stays with the captain: the conversation was flagged before you asked. Nothing was taken back.
texter-stays-handed-over = { $name } is with somebody else now. Tell your captain if that was a mistake. Nothing was taken back.
texter-stays-released = What was given back may be others' by now. { $key } asks for contacts again. Nothing was taken back.
texter-not-opt-out-done = { $name } may be texted again; { $key } takes it back.
texter-doubt-again = { $name }: nothing is sent until somebody decides whether it was an opt-out.
texter-wrong-number-opted-out = { $name }: wrong number recorded, closed, and opted out as nobody had decided; { $key } takes it back.
texter-finish-later = The rehearsal ends as soon as your last text has left.
resume-conversation = You are back where you left: the conversation with { $name }.
resume-draft = You are back where you left: the conversation with { $name }, with what you had begun to write.
resume-not-left = { $name }: your reply had not left when the console ended. It is there as a draft: read it, then send it.
resume-replies = You are back where you left: in the replies.
resume-gone = You left in the conversation with { $name }, which is not yours any more. This is the list of replies.
resume-gone-nameless = You left in a conversation that is not yours any more. This is the list of replies.
resume-over = The conversation with { $name }, in which you left, is over. This is the list of replies.
texter-no-home = There is no list of campaigns to go to from here.
texter-unreadable = { $count ->
    [one] The server gives no data of one contact
   *[other] The server gives no data of { $count } contacts
  } ({ $why }). All others are here; it is asked for again by itself.
texter-downtime = The campaign's server is closed for maintenance: nothing goes out until its admins open it again.
texter-downtime-first-texts = The campaign's server takes no first texts now (maintenance); replies go.
texter-press-again = This campaign's server wants two presses: press again to send it.
texter-no-notice = { $name } is opted out, but the notice did not go first: the server did not take it or could not be asked, or it was outside texting hours. Nothing to do.
texter-half-way = { $name }: their notice went, the opt-out itself not yet. It is being tried again.
note-draft-recalled = your draft was cleared: a captain took its words back
note-taken-back = done and taken back
note-half-way = their notice went, the opt-out itself not yet: it is being tried again
texter-ask-opt-out-for-good = It cannot be taken back: this campaign's server has no way to undo it.
texter-asking-replies = Replies that wait are being asked for.
texter-took-replies = { $count ->
    [0] No replies came.
    [one] One reply is yours now.
   *[other] { $count } replies are yours now.
  }
texter-no-replies-to-take = No replies wait that you could take over.
texter-may-not-take = This campaign does not let its texters take replies over, or your role does not.
texter-leave-voters-stay = Left now, they stay yours until you come back or somebody of the campaign gives them to others. To hand them over at once: stay, then { $key } ({ $action }).
texter-nothing-hidden = Nothing is held back from sight here.
note-detail-undecided = nobody had decided
note-detail-erased = erased on request
texter-note-undone = { $name }: the note is as it was before.
texter-flagged-done = { $name } is flagged to the captain and skipped, nothing sent; { $key } takes both back.
texter-leave-hand-over = To hand all of it over at once: stay, then { $key } ({ $action }).
texter-hand-over-title = Hand { $name } over? It cannot be taken back
texter-hand-over-no = No, I go on with them
texter-hand-over-yes = Yes, to somebody who speaks it ({ $language })
texter-release-drafts = { $count ->
    [one] What you began to write to one of them goes with it.
   *[other] What you began to write to { $count } of them goes with them.
}
texter-answer-undone-line = { $name }: their answer to the question is recorded as it was before, and the line that came with it is out of your text.
texter-nothing-more-to-undo = There is nothing more to take back.
texter-stays-answered = The captain has answered your question about { $name }. Nothing was taken back.
texter-more-wait = { $count ->
    [one] 1 more who waits for an answer came to you.
   *[other] { $count } more who wait for an answer came to you.
}
texter-more-came = { $count ->
    [one] 1 more contact came; you have { $all } to send now.
   *[other] { $count } more contacts came; you have { $all } to send now.
}
texter-edit-kept = What you wrote is kept, not on the card; { $key } shows it again.
texter-sorted = Sorted: { $sort }.
texter-back-from-list = This is the list of replies. { $key } goes to the cards.
texter-answer-kept = { $name }: the answer is recorded. No reply is begun: { $why }
texter-ask-brings-replies = { $key } asks for more when you like. It also brings voters who wait for an answer and are in nobody's hands.
texter-no-guide = This campaign has nothing to read: no guide, no note, no events, no questions, no canned replies.
guide-note = Note from { $who }
guide-words = Guide
guide-event = Event: { $title }
guide-question = Question { $n } of the script
guide-canned = Canned reply: { $title }
texter-found-card = { $name } has not been texted yet: theirs is the next card. { $key } goes there.
texter-flag-asks = The captain is asked about { $name }: the flag stays until the answer comes.
texter-guide-chosen = There is nothing to choose here: it is to be read.
texter-stays-own-word = { $name } asked for it in their own words meanwhile: that stays.

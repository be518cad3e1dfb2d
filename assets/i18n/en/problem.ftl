# One sentence for each refusal of the contract, for the person at the keys: what happened, and what to do.
# Arguments, where the refusal carries them: $at (a moment, already in local form), $who, $count.

problem-none-left = All contacts of this campaign are handed out. Thank you; finish the cards you have, answer the replies, and ask your captain what is next.
problem-none-left-done = All contacts of this campaign are handed out, and you have no card left. Thank you; answer the replies, and ask your captain what is next.
problem-none-given-done = The campaign's server gave no more contacts, and you have no card left. It gives them to whoever asks only while the campaign lets its texters ask (dynamic assignment) and some are left; else its admin assigns them: ask there. Answer the replies.
problem-none-given = The campaign's server gave no more contacts. It gives them to whoever asks only while the campaign lets its texters ask (dynamic assignment) and some are left; else its admin assigns them: ask there. Finish the cards you have, and answer the replies.
problem-no-reason = The campaign's server refused this and gives no reason; it did not go out. Try it once more; if it stays so, tell the campaign's admin.
problem-replies-first = Voters wait for your answer, and the campaign's server gives no more contacts meanwhile. Answer them, then ask again.
problem-held-by-others = The contacts that are left are in other texters' hands. Ask again in a few minutes: some may come back.
problem-outside-hours = It is outside texting hours where these people live. Come back when the hours open; replies can wait until then too.
problem-outside-hours-until = It is outside texting hours where these people live. They open at { $at } your time; come back then. Replies can wait until then too.
problem-not-begun = This campaign has not begun. It begins at { $at }; nobody gets contacts of it before.
problem-over = This campaign is over since { $at }: nobody gets contacts of it any more. Answer the replies, and ask your captain what is next.
problem-texted-lately = Another campaign of ours has texted these people in the last days. They may be texted from { $at } on; answer the replies meanwhile.
problem-cap-reached = As many first texts as the carrier lets through are under way. First texts are handed out again at { $at }; replies go on, so answer those who wait.
problem-paused = A captain has paused this campaign. Nothing is sent until it goes on.
problem-quota-reached = You hold as many contacts as one texter may. Text or release some of them, then ask again.
problem-suppressed = This number has opted out. It must not be texted; go on with the next contact.
problem-frozen = This person may have asked not to be texted. A captain decides first; go on with the next contact.
problem-lease-lost = This contact is not in your hands any more. It was not done; go on with the next one.
problem-already-sent = Somebody has already sent the first text to this person. Nothing was sent twice; go on with the next contact.
problem-stale-reply = A newer message came in while you were writing. Read it, then confirm your reply again.
problem-too-late = This was confirmed before today's texting hours began, before the campaign was restored from a backup, or too long ago, and was not done now. Look at it again and confirm it anew; after a restore, ask your captain first.
problem-recalled = A captain had taken back what this text says, and it was not sent. Look at the text for this person as it stands now, and confirm it anew.
problem-removed = This contact was taken off the list and is texted no more.
problem-closed = The campaign is closed, and this was not sent. Nobody gets a first text any more, and late replies are answered by those who look after them. Your captain knows more.
problem-unsettled = Something is still open that has to be settled first.
problem-legal-hold = The campaign is under a legal hold: nothing of it is removed.
problem-ledger-broken = This text's place in this device's record was taken by another one, and it was not sent. Confirm it again.
problem-session-ended = This was confirmed after your sign-in on this device was ended, and was not sent. Ask the campaign for a new join link.
problem-id-reused = This text was handed in with the number of another one and was not sent. Write it again; if it happens twice, tell your captain.
problem-invalid = The server could not take this as it stands. Check the text for empty places and correct it.
problem-too-large = This is too long to be sent. Make it shorter.
problem-not-found = The server does not know this, or it is not yours to see. Load your contacts again.
problem-unauthorized = You are signed out. Ask your captain for a new join link; what you confirmed stays safe on this machine.
problem-forbidden = Your role does not allow this. Ask a captain to do it.
problem-invite-spent = This join link was used up, has run out, was taken back, or is not whole. Look whether all of it is there, or ask for a new one.
problem-practice-needed = This campaign asks for the practice first: eight made-up cards, about three minutes. Leave and run textbank practice; then you get contacts.
problem-conduct-not-accepted = The rules of conduct or the guide are new to you. Leave and start again: they are shown, and once you accept them you get contacts.
problem-waiting-room = You are in the waiting room. A captain lets you in; nothing is to be seen before.
problem-second-factor-needed = A code of your second factor is needed for this. Give it, or run textbank second-factor prove; where none is set yet, textbank second-factor set.
problem-wrong-code = That is not the code now, or it was used already. Wait for the next one; after many wrong ones none is taken for a while.
problem-rate-limited = That was too much at once. It is tried again by itself in a moment.
problem-unavailable = The server cannot answer now. It is tried again by itself; what you confirmed is safe on this machine.
problem-nobody-open-ever = { $count ->
    [one] No texting hours are left before the campaign ends where the one contact lives whom nobody has yet: they get no first text. Ask your captain what is next.
   *[other] No texting hours are left before the campaign ends where the { $count } contacts live whom nobody has yet: they get no first text. Ask your captain what is next.
}
problem-nobody-open-count = { $count ->
    [one] It is outside texting hours, or within ten minutes of their end, where the one contact lives whom nobody has yet. They may be texted from { $at } on: ask again then.
   *[other] It is outside texting hours, or within ten minutes of their end, where the { $count } contacts live whom nobody has yet. The first of them may be texted from { $at } on: ask again then.
}
problem-texted-lately-count = { $count ->
    [one] Another campaign of ours has texted the one contact lately whom nobody has yet. They may be texted from { $at } on; answer the replies meanwhile.
   *[other] Another campaign of ours has texted { $count } contacts lately whom nobody has yet. The first of them may be texted from { $at } on; answer the replies meanwhile.
}
problem-nobody-open-until = It is outside texting hours, or within ten minutes of their end, where the contacts live whom nobody has yet. The first of them may be texted from { $at } on: ask again then.

# The part `ui`.

## The terminal
ui-no-suspend = This terminal cannot be suspended.
ui-editor-failed = Your editor ({ $editor }) did not start: { $why }. VISUAL or EDITOR names it.
ui-no-editor = No editor is set: set VISUAL or EDITOR.
ui-rehearsal = REHEARSAL
ui-real-voters = REAL VOTERS
ui-too-small = 40×12 needed: please enlarge the window.

## The line to the server
ui-link-connecting = connecting
ui-link-online = online
ui-link-asked-to-wait = the server asks to wait { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}
ui-link-offline = offline since { $since }, next try soon
ui-link-offline-until = offline since { $since }, next try { $next }
ui-link-signed-out-login = signed out: textbank login --spoke URL
ui-link-unanswered = no answer yet
ui-link-signed-out = signed out: please join again
ui-link-signed-out-hands-in = signed out, still handing in
ui-upload-waiting = { $n ->
    [one] { $n } waiting to upload
   *[other] { $n } waiting to upload
}

## Ages
ui-time-there = { $there } ({ $yours } yours)
ui-age-now = now
ui-age-minutes = { $n } min
ui-age-hours = { $n } h
ui-age-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}

## Toasts and help
ui-toast-info = Note:
ui-written-keep = done
ui-written-leave = leave it
ui-toast-warning = Attention:
ui-toast-error = Problem:
ui-which-key = Next key
ui-help-title = Keys that work here
ui-help-unbound = no key
ui-help-elsewhere = Elsewhere, or not now
ui-messages-title = What was said
ui-messages-empty = Nothing was said yet.
ui-palette-title = Commands
ui-palette-prompt = Type a command
ui-none-found = Nothing found.

## Card
ui-card-title = Send card
ui-card-of = { $done } of { $total } done
ui-card-local-time = { $time } there
ui-card-local-between = between { $from } ({ $west }) and { $to } ({ $east }) there
ui-card-until = may be texted until { $time }
ui-card-until-city = may be texted until { $time } ({ $city })
ui-card-more-lines = { $n ->
    [one] { $n } more line
   *[other] { $n } more lines
}
ui-card-hint = sends this text to { $name }
ui-card-not-armed = goes to the card; nothing is sent by it
ui-card-wait = one moment
ui-card-loading = Loading your contacts
ui-card-language = speaks { $language }
ui-language-en = English
ui-language-es = Spanish
ui-strip-waits = waits
ui-no-name = (no name)
ui-segments = { $n ->
    [one] { $n } segment
   *[other] { $n } segments
}
ui-segment-room = { $used } of { $room } characters
ui-segment-culprit = { $char } ({ $code }) makes it cost more

## Conversation
ui-you = You
ui-system = System
ui-campaign = Campaign
ui-thread-title = Conversation with { $name }
ui-thread-your-time = times below are yours ({ $zone })
ui-no-words = no words: a picture alone, or removed by their time
ui-thread-older = older messages above
ui-thread-known = The last words known: { $text }
ui-thread-new-below = { $n ->
    [one] { $n } new below
   *[other] { $n } new below
}
ui-delivery-confirmed = confirmed
ui-delivery-refused = refused
ui-delivery-accepted = accepted
ui-delivery-submitting = on its way
ui-delivery-submitted = sent
ui-delivery-delivered = delivered
ui-delivery-failed = failed
ui-delivery-unknown = outcome unknown
ui-delivery-held = held for a captain
ui-delivery-dropped = not sent
ui-reason-too-late = its texting hours were over
ui-reason-too-old = it had waited too long
ui-reason-outside-hours = it is outside the hours of replies
ui-reason-opted-out = they opted out first
ui-reason-possible-opt-out = they may have opted out
ui-reason-wrong-number = wrong number
ui-reason-recalled = it was taken back
ui-reason-removed = taken off the list
ui-delivery-received = received
ui-composer-title = Your reply
ui-composer-placeholder = Write a reply
ui-composer-off-script = not the script's words
ui-composer-start = starts a reply
ui-frozen = “{ $words }” may be an opt-out. Nothing is sent until you decide.
ui-opted-out = Opted out. No texts go out.
ui-opt-out-half-way = Opting out: the server has not done it yet. It is tried until it is done.
ui-opted-out-by-word = Opted out by their own word. No texts go out.
ui-wrong-number = Marked as a wrong number.
ui-conversation-closed = Closed.

## Replies
ui-inbox-title = Replies
ui-inbox-waiting = { $n ->
    [one] { $n } waiting
   *[other] { $n } waiting
}
ui-inbox-empty = Nobody is waiting for an answer.
ui-inbox-oldest = longest { $age }
ui-inbox-convo = answered
ui-inbox-messaged = texted
ui-inbox-closed = closed
ui-inbox-opted-out = opted out
ui-inbox-decide = opt-out?
ui-inbox-new = new
ui-inbox-own = You: { $text }
ui-inbox-draft = draft
ui-inbox-draft-of = draft { $age }

## Captain's board
ui-number = { $n }
ui-count-unsent = unsent
ui-count-unassigned = unassigned
ui-count-sent = first texts sent
ui-count-handled = texted or closed
ui-count-waiting = waiting for us
ui-count-convo = in conversation
ui-count-closed = closed
ui-count-opted-out = opted out
ui-count-failed = failed
ui-count-held = held for you
ui-board-title = Board
ui-board-title-as-of = Board as of { $at } ({ $age })
ui-board-loading = Counting
ui-board-texts = Texts out: { $out }, in: { $in }
ui-board-errors = The carrier on texts that failed: { $list }
ui-board-oldest = longest wait: { $age }
ui-board-nobody-waits = no voter waits
ui-board-waiting-room = { $n ->
    [one] { $n } in the waiting room
   *[other] { $n } in the waiting room
}
ui-board-recalls = { $n ->
    [one] { $n } recall in force ({ $age })
   *[other] { $n } recalls in force (newest: { $age })
}
ui-board-unknown = { $n ->
    [one] { $n } outcome not known yet
   *[other] { $n } outcomes not known yet
}
ui-board-in-flight = { $n ->
    [one] { $n } text on its way to the carrier
   *[other] { $n } texts on their way to the carrier
}
ui-board-waiting-unassigned = { $n } with nobody (next claim)
ui-texter-signed-out = { $name }, signed out
ui-gauge-rate = Carrier: { $out } of { $limit } segments a minute
ui-gauge-rate-alone = Carrier: { $out } segments in the last minute
ui-gauge-queue = { $n ->
    [0] nothing queued
    [one] { $n } text queued
   *[other] { $n } texts queued
}
ui-gauge-queue-takes = { $n ->
    [one] { $n } text queued, about { $minutes } min
   *[other] { $n } texts queued, about { $minutes } min
}
ui-gauge-queue-waits = { $n ->
    [one] { $n } text waits
   *[other] { $n } texts wait
}
ui-gauge-today = Today: { $used } of { $cap } used, { $reserved } reserved, { $kept } kept for replies, { $left } free
ui-gauge-full = Nothing goes out before { $at }, replies neither: the day's cap is used up. What waits goes out then, or comes back when texting hours end.
ui-gauge-stopped-day = No first texts before { $at }: the day's cap is used up or reserved. Replies go on.
ui-gauge-stopped-queue = No first texts before { $at }: the queue is long enough. Replies go on.
ui-board-no-texters = No texters yet.
ui-texter-name = Texter
ui-texter-waiting = waiting
ui-texter-sent = texts
ui-texter-handled = begun
ui-texter-unsent = unsent
ui-texter-assigned = assigned
ui-texter-pace = last 10 min
ui-texter-seen = seen
ui-texter-never = never
ui-state-importing = importing
ui-state-running = running
ui-state-paused = paused: no texts go out
ui-state-cap = texts wait until { $at }
ui-state-archived = closed

## Layers
ui-score-title = Scorecard
ui-score-waiting = Counting your shift
ui-canned-title = Canned replies
ui-canned-prompt = Type to search
ui-question-title = Please decide
ui-answers-title = Question { $n } of { $of }
ui-answers-recorded = recorded

## The outbox
ui-upload-unknown = { $n } unknown
ui-upload-parked = { $n } came back
outbox-title = Outbox
outbox-line-connecting = Connecting to the server.
ui-canned-unfilled = cannot be filled for this person
outbox-line-online = Online: what you confirm is handed in at once.
outbox-line-asked-to-wait = The server is there and asks to be left alone for { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}; what you confirm is handed in then.
outbox-line-offline = Offline since { $since } by this laptop's clock; the next try comes within { $seconds } seconds.
outbox-line-offline-until = Offline since { $since }; the next try is at { $next }, by this laptop's clock.
outbox-counts = { $waiting } not yet accepted, { $unknown } of unknown outcome, { $parked } came back.
outbox-waiting = not yet accepted
outbox-unknown = outcome unknown
outbox-parked = came back
outbox-refused = refused
outbox-kind-initial = first text
outbox-kind-reply = reply
outbox-kind-opt-out = opt-out
outbox-kind-answer = answer recorded
outbox-kind-close = conversation closed
outbox-kind-release = contacts given back
outbox-kind-take-back = contacts taken back
outbox-kind-other = another change
outbox-do-waiting = Nothing to do: it is being handed in.
outbox-do-offline = Nothing to do: it goes out when the line is back. You may leave, it is safe in the journal.
outbox-do-shut-out = Ask your captain for a new join link: it is handed in once you have joined.
outbox-do-unknown = It is never sent again by itself. Ask your captain to look whether it arrived.
outbox-do-parked-card = It comes again as a card: look at it and press anew.
outbox-do-parked-draft = Its words are in the draft: open the conversation, read it and send anew.
outbox-do-recalled = Its words were taken back: open the conversation and answer with others.
outbox-do-parked-act = It did not happen: do it again when you like.
outbox-do-refused = It did not go out; nothing to do.
outbox-do-read = It did not go out. Its words, to be read or copied until you leave: “{ $draft }”
outbox-do-refused-wordless = It is not tried again by itself.
ui-link-signed-out-done = signed out, nothing left to hand in
ui-board-possible-opt-outs = { $n } may have opted out
ui-delivery-leaving = leaves in a moment
ui-search-title = Search
found-row = { $name } · { $state }
found-unsent = not texted yet
found-waits = waits for an answer
found-talk = in conversation
found-closed = closed
found-opted-out = opted out
ui-search-prompt = Type a name or a word they wrote
ui-guide-title = Guide
ui-guide-prompt = Type words to look for; the arrows go through it
ui-inbox-snoozed = until { $at }
ui-thread-note = note: { $text }
ui-language-fr = French
ui-plain-saved = { $n ->
    [one] plain signs save one segment
   *[other] plain signs save { $n } segments
}
ui-plain-saves = { $n ->
    [one] plain signs: one segment less
   *[other] plain signs: { $n } segments less
}
ui-took-over = { $who } wrote to them before: greet
ui-perhaps-wrong-number = perhaps a wrong number: record it
ui-suggested-by = fits: { $words }
ui-held-back-text = hard words, held back
# How many pictures came with a text; they are never fetched.
ui-pictures = { $n ->
    [one] {"["}picture]
   *[other] {"["}{ $n } pictures]
}
ui-pace = { $pace } a minute, { $left ->
    [one] 1 minute left
   *[other] { $left } minutes left
}
ui-held-back = { $n } held back until { $at }
ui-held-for-good = { $n } get no first text any more
ui-picked = now
ui-link-offline-for = offline { $age }, next try within { $seconds } s
ui-link-offline-for-longer = offline { $age }
ui-card-filled = { $n } filled in
ui-card-links = { $n ->
    [one] { $n } link
   *[other] { $n } links
}
ui-script-title = The script
ui-script-now = now
ui-script-later = not asked
ui-person-title = All that is known
ui-person-name = Name
ui-person-time = Time there
ui-person-language = Language
ui-person-tags = Tags
ui-person-snoozed = Put aside until
ui-person-note = Note
ui-thread-more = all of it
ui-toast-told = Message:
ui-write-title = Enter: done · Esc: leave it
ui-board-lately = { $n ->
    [one] { $n } contact was texted lately by another campaign of ours and may be texted from { $at } on.
   *[other] { $n } contacts were texted lately by another campaign of ours; the first may be texted from { $at } on.
}
ui-board-hours-behind = This campaign asks for money by wider hours than the rules of today, in { $states }. Unless your counsel chose so, an admin gives it those of today: textbank campaign update.
ui-unreadable = { $n } cannot be read
outbox-do-half-way = Their notice went, the opt-out itself not yet: it is being tried again. Nothing to do.
ui-card-of-short = { $done }/{ $total }
ui-toast-rest = { $key }: all of it
ui-toast-more = { $key }: { $n } more
ui-toast-more-there = { $n } more among the messages
ui-sentences = { $first } { $second }
ui-reason-taken-back = the opt-out was taken back before it left
ui-reason-erased = erased on request
ui-reason-closed = the campaign was closed
ui-reason-given-up = a captain gave it up
ui-reason-lost = the carrier's answer was lost

## Fields that lists have
field-first-name = first name
field-last-name = last name
field-city-name = city name
field-city = city
field-polling-place = polling place
field-event-date = event date
field-list-source = list source
field-zip = zip
field-last-digits = number
ui-board-held-hours = { $n ->
    [one] One contact whom nobody has yet is held back by texting hours until { $at }.
   *[other] { $n } contacts whom nobody has yet are held back by texting hours, the first until { $at }.
}
ui-board-never = { $n ->
    [one] One contact cannot be texted: the hours never come, or not before the campaign ends.
   *[other] { $n } contacts cannot be texted: their hours never come, or not before the campaign ends.
}
ui-editor-error = Your editor ended with an error: nothing of it was taken over, your text is as it was.
ui-state-hours-end = hours end { $at } your time
ui-state-may-be-gone = since { $at } maybe with others
ui-changed-words = changed words

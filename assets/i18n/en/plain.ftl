# The linear front end. Short, the important word first: all of this is heard, many of it a thousand times.

plain-rehearsal = REHEARSAL. The voters are made up; nothing reaches a real phone.
plain-real-voters = REAL VOTERS. What you send reaches real phones.
plain-greeting = Type a letter or a word, then Enter. Enter alone tells again and never sends. A question mark tells what you can do.
plain-greeting-captain = Type a letter, a word or a number, then Enter. Enter alone tells the board. A question mark tells what you can do.
plain-hint = { $word }: { $label }.
plain-everything = all you can do
plain-can = What you can do now, in { $place }:
plain-can-always = Always: Enter alone: tell again. status: how everything stands. keys: every key and name.
plain-can-names = The name of an action works too, as in: { $name }.
plain-table = Keys and names. First those that work here, in { $place }.
plain-unknown = I do not know "{ $line }". Nothing was done. A question mark tells what you can do.
plain-elsewhere = Not here: "{ $what }" works in: { $places }.
plain-no-such-number = There are numbers up to { $most }. Nothing was done.
plain-no-number = There is nothing with that number here. Nothing was done.
plain-of-whom = Of whom? Type the number before it, as in: 2 { $line }
plain-of-whom-first = The number comes first, as in: { $line }. Nothing was done.
plain-not-sent = Not sent: it changed meanwhile. Here it is again.
plain-thrown-away = Thrown away: what was typed before the text was told, or several lines at once. Nothing was done.
plain-no-editor = An editor needs a terminal.
plain-no-panes = There are no panes here: everything comes in lines.
plain-online = Online again.
plain-time-between = between { $from } and { $to } there

plain-words-whole = v, text
plain-words-more = m, more
plain-words-anew = i, anew
plain-words-snooze = snooze
plain-words-status = status, stand
plain-words-stay = stay
plain-words-line = line
plain-words-table = keys, table

plain-label-whole = the whole text
plain-label-more = all of the conversation
plain-label-anew = write it anew

plain-ask-card = Send?
plain-ask-blocked = This one cannot be sent.
plain-ask-wait = One moment.
plain-ask-idle = Nothing to send now. Enter tells what is new.
plain-ask-inbox = Which number?
plain-ask-thread = What for { $name }?
plain-ask-reply = Send this reply?
plain-ask-text = Write to { $name }, one line. Enter alone goes back.
plain-ask-read = Read it?
plain-ask-score = That was your shift.
plain-ask-nobody = Nobody to answer here. Enter tells what is new.
plain-ask-number = Which number?
plain-ask-search = Which number? Or a word to look for. Enter alone goes back.
plain-ask-begin = Begin?
plain-ask-typed = Type it. Enter alone goes back.
plain-ask-checked = Type yes to record it, or the day anew. Enter alone goes back.
plain-ask-board = Which texter, or what?

plain-of = { $n } of { $total }.
plain-text = Text:
plain-next-line = Next line: { $text }
plain-empty-line = An empty line.
plain-copy = To copy:
plain-cannot = It cannot be sent: { $why }
plain-first-text = the first text
plain-act = Noted: { $what }.
plain-thread = Conversation with { $name }.
plain-thread-earlier = Only the latest. m tells all.
plain-thread-older = Older messages are at the server: go to the start with "top".
plain-perhaps-wrong-number = Perhaps a wrong number. To record it: { $word }.
plain-draft = A reply is begun here.
plain-reply = Your reply to { $name }:
plain-waits = waits { $age }
plain-inbox = Replies, { $filter }: { $n }.
plain-inbox-more = And { $n } more. m tells the next ones.
plain-new-reply = { $name } answered ({ $waiting } waiting): { $text }
plain-new-replies = { $n } new answers. Waiting: { $waiting }.
plain-status = { $done } of { $total } first texts done. Sent now: { $sent }. Replies sent: { $replied }. Waiting for your answer: { $waiting }.
plain-board-held = { $n } held for you to decide
plain-needs-terminal = A real campaign is worked at a terminal: your presses are read from it and from nothing else, as each text wants one press of a person. Only a rehearsal takes a pipe: textbank rehearse.
plain-ask-nobody-but = Nobody to answer here. { $word }: back to sending, { $n } left. Enter tells what is new.
plain-marked = marked
plain-unknown-like = I do not know "{ $line }". Did you mean "{ $meant }"? Nothing was done.
plain-may-go-now = It may be sent now.
plain-recorded = Recorded as their answer: { $answer }.

# A key that writes nothing, typed on a line.
plain-screen-key = Your line had { $key } in it. Here everything is typed: letters, words, numbers. Nothing was done.
plain-key-arrow = an arrow key
plain-key-home = the Home key
plain-key-end = the End key
plain-key-page = a Page key
plain-key-delete = the Delete or Insert key
plain-key-function = a function key
plain-key-control = a Control key
plain-key-other = a key that writes nothing
plain-nothing-behind = There is nothing to go back to from here. Nothing was done.
plain-can-of-a-row = A number alone opens that one. With the others the number comes first, as in: 2 { $word }
plain-search-all = Among { $n }. Type a part of the name.
plain-is-it-a-text = "{ $line }" is a word of this program. Type it once more if that is your text; Enter alone goes back.
plain-waiting-now = Waiting for your answer: { $n }.

# Taking back while a reply stands there to be sent: what would be taken back.
plain-undo-would = The reply is not sent: there is nothing of it to take back. "{ $word }" takes back what you did before: { $what }. Type it once more if you mean that.
undo-would-close = that you closed the conversation with { $name }
undo-would-tag = the tag { $tag } of { $name }, set or taken off
undo-would-tag-close = the tag { $tag } of { $name }, and that you closed the conversation with it
undo-would-note = your note on { $name }
undo-would-answer = what you recorded or cleared as the answer of { $name }, with its line in this reply
undo-would-snooze = when { $name } was put aside or taken up again
undo-would-language = the language of { $name }
undo-would-opt-out = the opt-out of { $name }
undo-would-wrong-number = the wrong number of { $name }
undo-would-not-opt-out = that { $name } wrote no opt-out
undo-would-asked = your question to the captain about { $name }
undo-would-last = the last that you did with { $name }

# What does nothing that could be heard.
plain-of-the-screen = "{ $what }" is for the screen. Here a row is taken by its number, and a text is typed anew. Nothing was done.
plain-nothing-changed = "{ $what }": nothing changed.
plain-older-asked = Older messages are asked for. Once they are here, m tells them all.

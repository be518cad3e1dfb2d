# The linear front end. Short, the important word first: all of this is heard, many of it a thousand times.

plain-rehearsal = REHEARSAL. The voters are made up; nothing reaches a real phone.
plain-real-voters = REAL VOTERS. What you send reaches real phones.
plain-greeting = Type a letter or a word, then Enter. Enter alone tells again and never sends. A question mark tells what you can do.
plain-greeting-captain = Type a letter, a word or a number, then Enter. Enter alone tells the board. A question mark tells what you can do.
plain-hint = { $word }: { $label }.
plain-everything = all you can do
plain-can = What you can do now, in { $place }:
plain-can-always = Always: Enter alone: tell again. status: how everything stands. keys: every key and name.
plain-can-names = The name of an action works too, as in: wrong number.
plain-table = Keys and names. First those that work here, in { $place }.
plain-unknown = I do not know "{ $line }". Nothing was done. A question mark tells what you can do.
plain-elsewhere = Not here. It works in: { $places }.
plain-no-such-number = There are numbers up to { $most }. Nothing was done.
plain-no-number = There is nothing with that number here. Nothing was done.
plain-not-sent = Not sent: it changed meanwhile. Here it is again.
plain-thrown-away = Thrown away: what was typed before the text was told, or several lines at once. Nothing was done.
plain-no-editor = An editor needs a terminal.
plain-no-panes = There are no panes here: everything comes in lines.
plain-online = Online again.
plain-time-between = between { $from } and { $to } there

plain-words-whole = t, text
plain-words-more = m, more
plain-words-anew = i, anew
plain-words-status = status, stand
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
plain-ask-typed = Type it. Enter alone goes back.
plain-ask-board = Which texter, or what?

plain-of = { $n } of { $total }.
plain-text = Text: { $text }
plain-cannot = It cannot be sent: { $why }
plain-first-text = the first text
plain-act = Noted: { $what }.
plain-thread = Conversation with { $name }.
plain-thread-earlier = Only the latest. m tells all.
plain-thread-older = Older messages are at the server: go to the start with "top".
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

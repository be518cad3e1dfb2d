# What is asked and told line by line, before a console opens: rules of conduct.

conduct-rules = Rules of conduct of { $name }
conduct-rules-here = Rules of conduct
conduct-guide = Guide of the campaign { $name }
conduct-more = Enter reads on: 
conduct-ask = Do you accept this? Type yes and Enter: 
conduct-thanks = Accepted, and on record.
conduct-guide-later = A campaign with a guide of its own asks for it when you open it.
conduct-declined = Not accepted, so no contacts are given to you. You are asked again at the next start, or by: textbank conduct accept
conduct-declined-home = Not accepted, so this campaign gives you no contacts. Press Enter for your campaigns:
conduct-pending = Still to be read and accepted before you get contacts: run textbank conduct accept, or textbank text in a terminal.
conduct-hands-in = Not accepted. The console opens so that what you confirmed can be handed in; it gets no new contacts.

waiting-room = You are in the waiting room of { $organization }, as { $name }. A captain sees your name and lets you in.
waiting-keep = Leave this open: it goes on by itself. Ctrl-C leaves; textbank text brings you back here. If nobody comes, tell your captain that you are here.
waiting-pending = A captain lets you in. Then, or to wait for it: textbank text
waiting-line = No answer from the server. It is tried again by itself.
waiting-over = You are let in.
waiting-shown-out = A captain did not let you in: this sign-in is ended. Ask whoever gave you the link.

factor-wanted = Your sign-in needs a code of your second factor now.
factor-ask = The six digits that your authenticator app shows:
factor-six-digits = That is not six digits.
factor-wrong = That is not the code now, or it was used already. Wait for the next one.
factor-locked = Too many wrong codes: none is taken before { $at }.
factor-no-code = No code was given: nothing was done.
factor-scan = Scan this with an authenticator app on your phone.
factor-by-hand = Or type these letters into the app by hand (time based, 6 digits, 30 seconds). They are shown only now; keep them to yourself.
factor-letters = Type these letters into an authenticator app on your phone (time based, 6 digits, 30 seconds). They are shown only now; keep them to yourself.
factor-then = The app then shows a new code of six digits every half minute.
factor-done = Your second factor is set. Each of your sign-ins is asked for a code from now on. Lost phone: an admin or owner removes it.
factor-is-set = A second factor is set already. To change it, remove it first: textbank second-factor remove
factor-nobody = Nobody to ask for a code: run it in a terminal.
factor-set-since = A second factor is set, since { $at }.
factor-none = No second factor is set.
factor-required = This server wants one of captains, admins and owners.
factor-proved-until = This sign-in has shown it: no code is asked for before { $at }.
factor-needed = A code is wanted before this sign-in may do what only captains and above may: textbank second-factor prove
factor-to-set = This server wants a second factor of captains and above, and you have none yet: textbank second-factor set
factor-removed = Your second factor is removed: your sign-ins are not asked for a code any more.
factor-lifted = Removed: their sign-ins are not asked for a code any more. If the laptop is lost too, end the sign-in: textbank sessions end ID
join-same-person = You are the same { $name } here as before. What you had stays yours, under its own sign-in: { $others }

not-signed-in = not signed in: run { $program } join LINK with the link you were given
choose-none = there is no campaign yet; your captain tells you when one opens
choose-several = there are several campaigns: choose one by --campaign
choose-list = There are several campaigns:
choose-which = Which one? Its number, or the beginning of its title:
left-unknown = { $n } of unknown outcome: never sent again by themselves; ask your campaign to look, then { $program } outbox --json and --sent ID or --not-sent ID
left-unsettled = { $n } confirmed but not handed in yet: they are safe in the journal on this machine and go out at the next start
left-signed-out = your sign-in was ended; what you confirmed before is still taken: run { $program } text again, with the network
waits-for-server = Waiting for { $server } ...
left-wiped = your sign-in was ended and everything you confirmed is settled: key, journal and token are wiped from this machine
left-other-replies = Another campaign, { $title }: { $waiting ->
    [one] 1 voter waits
   *[other] { $waiting } voters wait
} for your answer.
left-other-first = Another campaign, { $title }: { $unsent ->
    [one] 1 first text is
   *[other] { $unsent } first texts are
} in your hands.
left-other-both = Another campaign, { $title }: { $waiting ->
    [one] 1 voter waits
   *[other] { $waiting } voters wait
} for your answer, and { $unsent ->
    [one] 1 first text is
   *[other] { $unsent } first texts are
} in your hands.
left-drafts = { $n ->
    [one] 1 unsent draft is
   *[other] { $n } unsent drafts are
} kept on this machine, sealed; { $program } wipe removes everything
left-drafts-lost = { $n ->
    [one] One draft was never sent and is kept nowhere any more. You had written:
   *[other] { $n } drafts were never sent and are kept nowhere any more. You had written:
}
left-draft = to contact { $id }: { $draft }
left-drafts-tell = Tell your captain, should one of these voters still wait for an answer.
join-in-the-clear = warning: this server is reached without encryption: whoever is on the network between can read along
join-name = Your first name, as voters will read it:
join-say-name = say your first name, as voters will read it: --name NAME
join-failed = could not join at { $server }
join-nothing-given = nothing was given
first-yes-or-no = Please type yes or no, then Enter.
call-refused = refused: { $detail } ({ $code })
call-what-to-do = What to do: { $remedy }
call-not-reached = the server was not reached
call-no-answer = the server gave no answer
call-strange = the answer was not that of a campaign server

# `wipe`, and what a journal holds.
wipe-ask = Destroy the key, the journal and the sign-in on this machine? Type yes:
wipe-ask-unsettled = They will be lost for good. Type { $n } to destroy them:
wipe-yes = yes
wipe-nobody-to-ask = nobody to ask: run it in a terminal, or say --yes
wipe-not-sure = nothing was destroyed, because the answer was not `{ $wanted }`
wipe-which = there are several sign-ins: choose one by --sign-in
wipe-remedy = nothing was destroyed. Hand it in first: textbank text --sign-in { $name } with the network there, and stay until nothing waits; or lose it: textbank wipe --everything
wipe-done = Wiped: the key, the journal and the token of { $name } are gone from this machine. The server lists the sign-in until an admin ends it.
wipe-not-done = Not wiped: { $held }; { $remedy }
held-texts = { $n ->
    [one] 1 text not handed in
   *[other] { $n } texts not handed in
}
held-acts = { $n ->
    [one] 1 other act not handed in
   *[other] { $n } other acts not handed in
}
held-unknown = { $n } of unknown outcome
held-drafts = { $n ->
    [one] 1 draft
   *[other] { $n } drafts
}
held-nothing = nothing waits

# What `join` says in the end.
role-texter = texter
role-vetted-texter = vetted texter
role-captain = captain
role-admin = admin
role-owner = owner
join-is-now = { $name } is now { $role } of { $organization } at { $server } (sign-in { $sign-in }).
join-is-now-without = { $name } is now { $role } at { $server } (sign-in { $sign-in }).
join-waits = { $name } waits to be let in as { $role } of { $organization } at { $server } (sign-in { $sign-in }).
join-rehearsal = REHEARSAL: no text of this server reaches a phone.
join-real = REAL VOTERS.
join-next = Next: { $command }

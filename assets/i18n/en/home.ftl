# The home screen: my campaigns, and what leaving means.
home-title = My campaigns
home-about = From your captain, and the guide
home-loading = Your campaigns are being read
home-no-campaign = There is no campaign for you yet. Your captain tells you when one opens.
home-unsent = { $n ->
    [one] 1 first text to send
   *[other] { $n } first texts to send
}
home-waiting = { $n ->
    [one] 1 reply waits
   *[other] { $n } replies wait
}
home-late = { $n ->
    [one] 1 person waits for you
   *[other] { $n } people wait for you
}: open it to answer
home-convo = { $n } in conversation
home-messaged = { $n } texted, no answer
home-snoozed = { $n } put aside
home-closed = { $n } past
home-skipped = { $n } skipped
home-opted-out = { $n } opted out
home-held = { $n } of them held until { $at } (texting hours)
home-nothing = nothing in your hands
home-unassigned = { $n } nobody has yet
home-back-hours = { $n } of these held until { $at } (texting hours)
home-back-hours-more = { $n } and more of these held until { $at } (texting hours)
home-back-never = { $n } of these have no texting hours before the campaign ends
home-back-lately = { $n } of these texted by another campaign lately, the first until { $at }
home-back-carrier = none of them is handed out before { $at }: the carrier takes no more first texts until then
home-ends = ends { $at }
home-begins = begins { $at }
home-over = over since { $at }
home-of = Campaign: { $title }
home-got = { $n ->
    [one] You got one contact.
   *[other] You got { $n } contacts.
}
home-note-of = Note from { $who }:
home-guide-of = Guide of { $title }:
home-window-rehearsal = textbank: my campaigns (REHEARSAL)
home-window-real = textbank: my campaigns
plain-ask-home = Which campaign? Its number opens it.
leave-unsent-after = { $n ->
    [one] 1 first text stays yours
   *[other] { $n } first texts stay yours
} for { $minutes } minutes; then whoever asks for contacts gets them.
leave-unsent = { $n ->
    [one] 1 first text stays yours until you come back or a captain takes it back.
   *[other] { $n } first texts stay yours until you come back or a captain takes them back.
}
leave-talks-after = { $n ->
    [one] 1 conversation stays yours
   *[other] { $n } conversations stay yours
} for { $minutes } minutes ({ $waiting } with a voter who waits); then they go to another texter.
leave-talks = { $n ->
    [one] 1 conversation stays yours
   *[other] { $n } conversations stay yours
} until you come back or a captain takes them back ({ $waiting } with a voter who waits).
leave-laptop = This laptop keeps your drafts, and what is not handed in, sealed.
back-unsent = { $n ->
    [one] 1 first text you had is not yours any more
   *[other] { $n } first texts you had are not yours any more
}: whoever asks for contacts gets them.
back-talks = { $n ->
    [one] 1 conversation you had is not yours any more
   *[other] { $n } conversations you had are not yours any more
}: other texters answer.
back-both = { $unsent ->
    [one] 1 first text
   *[other] { $unsent } first texts
} and { $talks ->
    [one] 1 conversation
   *[other] { $talks } conversations
} you had are not yours any more: others text and answer.
back-now-with = What you had is with others now: { $who }.
back-now-pool = What you had is in the pool now ({ $pool }): whoever asks for contacts gets it.
back-now-both = What you had is with others now: { $who }; in the pool: { $pool }.
back-draft = { $name } is not in your hands any more. What you had begun to write was not sent: “{ $draft }”. It stays among the messages until you leave.
back-draft-nameless = Somebody to whom you had begun to write is not in your hands any more. It was not sent: “{ $draft }”. It stays among the messages until you leave.
away-all-again = What you had went back into the pool while the server did not see you, and all of it is yours again: { $unsent ->
    [one] 1 first text
   *[other] { $unsent } first texts
}, { $talks ->
    [one] 1 conversation
   *[other] { $talks } conversations
}.
away-some-again = { $n ->
    [one] 1 more went back and is yours again.
   *[other] { $n } more went back and are yours again.
}
away-reply = Your reply to { $name } was not sent, as they are not in your hands any more: “{ $draft }”. It stays in the outbox until you leave.
away-reply-nameless = A reply of yours was not sent, as whom it was for is not in your hands any more: “{ $draft }”. It stays in the outbox until you leave.
away-firsts = { $n ->
    [one] A first text you had confirmed was not sent, as the contact is not in your hands any more: { $who }.
   *[other] { $n } first texts you had confirmed were not sent, as the contacts are not in your hands any more: { $who }.
}
away-acts = { $n ->
    [one] A change you had made was not taken, as the contact is not in your hands any more: { $who }.
   *[other] { $n } changes you had made were not taken, as the contacts are not in your hands any more: { $who }.
}
back-closed = The campaign was closed while you were away. Not yours any more: { $unsent ->
    [one] 1 first text
   *[other] { $unsent } first texts
}, { $talks ->
    [one] 1 conversation
   *[other] { $talks } conversations
}.
done-ask = Done for the day?
done-unsent = { $n ->
    [one] 1 first text goes back
   *[other] { $n } first texts go back
} now: whoever asks for contacts gets them.
done-talks = { $n ->
    [one] 1 conversation goes
   *[other] { $n } conversations go
} to another texter ({ $waiting } with a voter who waits).
done-wipes = Drafts go. This laptop keeps nothing of any voter; you stay signed in.
done-yes = Done for the day
done-no = Not yet
done-handing-in = Giving everything back
done-wiped = Everything is handed in and given back. This laptop keeps nothing of any voter. Thank you, and good night!
done-kept = Everything is given back, but something of it is not settled yet: it stays on this laptop, sealed, until textbank text runs with the network.
texter-lease-unsent = The server has not seen you for a while: at { $at } your { $n ->
    [one] first text goes
   *[other] { $n } first texts go
} to others, unless the line comes back.
texter-lease-talks = The server has not seen you for a while: at { $at } your { $n ->
    [one] conversation goes
   *[other] { $n } conversations go
} to another texter, unless the line comes back.
texter-lease-unsent-over = The server has not seen you since well before { $at }: your { $n ->
    [one] first text
   *[other] { $n } first texts
} may be with others. You may go on: what you confirm is looked at, and what is not yours any more is refused.
texter-lease-talks-over = The server has not seen you since well before { $at }: your { $n ->
    [one] conversation
   *[other] { $n } conversations
} may be with others. You may go on: a reply that is refused comes back with its words.
texter-hours-end = Texting hours end at { $at } your time for { $n ->
    [one] one contact
   *[other] { $n } contacts
} you have not texted. What is not sent by then waits for the morning.
texter-hours-end-there = Texting hours end at { $at } your time, { $there } there, for { $n ->
    [one] one contact
   *[other] { $n } contacts
} you have not texted. What is not sent by then waits for the morning.
texter-hours-end-replies = Hours for replies end at { $at } your time for { $n ->
    [one] one voter who waits
   *[other] { $n } voters who wait
}. A reply not sent by then stays as a draft.
texter-hours-end-replies-there = Hours for replies end at { $at } your time, { $there } there, for { $n ->
    [one] one voter who waits
   *[other] { $n } voters who wait
}. A reply not sent by then stays as a draft.
home-outcome-unknown = Whether your contacts were given back is not known. Look at what you have here, then press again.
home-on-the-way = { $n ->
    [one] 1 text of yours is on its way
   *[other] { $n } texts of yours are on their way
}
home-drafts = { $more ->
    [0] draft to { $name }
    [one] drafts to { $name } and 1 more
   *[other] drafts to { $name } and { $more } more
}
home-drafts-written = { $drafts }, last written { $at }
home-not-yours = { $n ->
    [one] 1 you had is not yours any more
   *[other] { $n } you had are not yours any more
}
home-went = { $title }: while you were away { $n ->
    [one] 1 contact you had
   *[other] { $n } contacts you had
} went to others or back into the pool, by itself or by a captain. Now with: { $who }.
home-went-pool = { $title }: while you were away { $n ->
    [one] 1 contact you had
   *[other] { $n } contacts you had
} went back into the pool, by itself or by a captain. Whoever asks for contacts gets them.
leave-laptop-drafts = { $count ->
    [one] This laptop keeps the text you began to write, and what is not handed in, sealed.
   *[other] This laptop keeps the { $count } texts you began to write, and what is not handed in, sealed.
}

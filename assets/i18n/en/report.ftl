# The report of a campaign, as a page.

report-title = Report: { $campaign }
report-rehearsal = REHEARSAL: the voters of this report are made up.
report-counted = { $organization }. Counted { $at } ({ $zone }).
report-counted-export = From Spoke's export files, as things stood { $at } ({ $zone }).
report-untold = What those files do not tell is not on this page: which texts were notices of an opt-out (they count as replies), whether an opt-out was the voter's own word, wrong numbers, wordings of the first text, lists. Nor do they say who wrote a text: each counts with whoever has the contact now. "Sent" means that the carrier took it.
report-parts = Parts of this page
report-number = { $n }
report-percent = { $whole }.{ $part }%
# The difference of two shares, in percentage points.
report-points = { $whole }.{ $part } points
report-share = { $share } ({ $low }{ "\u00A0" }to{ "\u00A0" }{ $high })
report-none = none
report-seconds = { $s } s
report-minutes = { $m } min { $s } s
report-hours = { $h } h { $m } min

report-summary = Summary
report-texts = Texts
report-time = Over time
report-answers = Answers
report-variants = Wordings of the first text
report-lists = Lists
report-texters = Texters

report-card-texted = People texted
report-card-delivered = Texts delivered
report-card-answered = Answered
report-card-wait = Median wait for our answer
report-card-opted-out = Opted out
report-card-failed = First text failed
report-of-contacts = of { $count } contacts
report-people = { $count ->
    [one] one person
   *[other] { $count } people
}
report-of-answers = { $count ->
    [one] over one answer
   *[other] over { $count } answers
}
report-interval = In brackets behind a share: between which bounds the true one likely is (in 19 of 20 such counts). Few people make them wide.
report-stand = Where the contacts stand, as on the captain's board
report-stand-means = These are people, and some are in two lines: whoever opted out, had a wrong number or was taken off the list may be closed or in conversation too.
report-rates = Rates and waits
report-what = What
report-many = How many
report-figure = Figure
report-part = Share
report-board-total = Contacts
report-board-unsent = No text yet
report-board-messaged = Texted, no answer yet
report-board-waiting = Waiting for our answer
report-board-convo = In conversation
report-board-closed = Closed
report-board-opted-out = Opted out
report-wrong-numbers = Texted: wrong number
report-removed = Taken off the list, texted or not
report-rate-answered = Of those texted: answered
report-rate-opted-out = Of those texted: opted out now
report-rate-failed = Of those texted: the first text failed
report-to-answer = Median time until people answered
report-wait = Median wait for our answer
report-opted-out-in-all = Opted out in all, also before a first text
report-by-word = Of these by their own word (STOP)

report-texts-kinds = Texts by what they are for
report-texts-fates = What became of our texts
report-initials = First texts
report-replies = Replies of texters
report-notices = Notices by themselves (opt-out, HELP)
report-received = From voters
report-delivered = Delivered
report-submitted = With the carrier, no word yet
report-waiting = Not with the carrier yet
report-failed = Failed
report-unknown = Outcome unknown yet
report-held = A captain decides
report-dropped = Taken back before the carrier had it (counted nowhere else)

report-step-quarter = By quarters of an hour.
report-step-hour = By hours.
report-step-day = By days.
report-nothing-yet = Nothing was texted yet.
report-plot-texts = Texts over time
report-plot-texts-words = Two lines over time: our texts and those from voters. The table below has every number.
report-ours = ours
report-theirs = from voters
report-plot-rates = Opt-outs and failures, as shares of our texts of the same time
report-plot-rates-words = Two lines over time: opt-outs and failed texts, each as a share of our texts. The table below has the counts.
report-opt-outs = Opt-outs
report-from = From
report-time-table = What happened when

report-no-questions = The script has no questions.
report-plot-answers = Answers to: { $question }
report-plot-bars-words = Bars from the left, each with a line for the bounds of the true share. The table below has every number.
report-answers-table = { $question } ({ $count ->
    [one] one person
   *[other] { $count } people
} with an answer)
report-days-table = { $question } By day
report-day = Day
report-answer = Answer

report-variant = Wording
report-list = List
report-texted = Texted
report-answered = Answered
report-opted-out = Opted out
report-groups-table = By { $what }
report-plot-variants = Who answered, by wording
report-nothing-to-compare = No two wordings of one language went out: there is nothing to compare.
report-compare-answered-chance = Answered: { $one } against { $other }: { $difference } difference, likely between { $low } and { $high }. No difference at all is possible too: this may be chance.
report-compare-answered-clear = Answered: { $one } against { $other }: { $difference } difference, likely between { $low } and { $high }. That is more than chance explains.
report-compare-opted-out-chance = Opted out: { $one } against { $other }: { $difference } difference, likely between { $low } and { $high }. No difference at all is possible too: this may be chance.
report-compare-opted-out-clear = Opted out: { $one } against { $other }: { $difference } difference, likely between { $low } and { $high }. That is more than chance explains.
report-compare-how = Differences are in points of per cent, the first wording less the second (Newcombe's interval; wider the more wordings are compared). Only wordings of one language are compared: among those, chance decided who got which.
report-variant-answers = Answers by wording: { $question }

report-texter = Texter
report-texters-table = By texter
report-texters-note = Answered and opted out are of the people whose first text they sent; contacts are not given out by chance, so this is no contest.

# The scorecard at the end of a rehearsal. Kind words: it is for the person who rehearsed and for nobody else.

rehearsal-no-consent = Consent was not looked at here, as nobody is really texted; a real import leaves out whoever has to give it and has not.

score-title = Your rehearsal
score-texts = { $texts ->
    [one] One text sent
   *[other] { $texts } texts sent
 } ({ $first } of them first texts), { $segments ->
    [one] one segment
   *[other] { $segments } segments
 } in all.
score-received = { $received ->
    [0] No voter wrote back.
    [one] One text from voters.
   *[other] { $received } texts from voters.
 }
score-opt-outs = Opt-outs: { $honoured } honoured, { $missed } missed.
score-waiting = Voters waited { $median } s typically, { $longest } s at the longest, until somebody dealt with them or the shift ended.
score-waiting-still = Nobody has been dealt with yet; whoever waits longest has waited { $longest } s.
score-unanswered = { $unanswered ->
    [0] Nobody was left waiting for long
    [one] One voter was left waiting
   *[other] { $unanswered } voters were left waiting
 }; { $late ->
    [0] no answer came too late.
    [one] one answer came late.
   *[other] { $late } answers came late.
 } { $just ->
    [0] {""}
    [one] One had only just written.
   *[other] { $just } had only just written.
 }
score-answers = Answers recorded: { $correct } right, { $wrong } wrong, { $missing } missing.
score-wrong-numbers = Wrong numbers: { $right } marked, { $missed } not marked{ $mistaken ->
    [0] .
    [one] , 1 marked that was none.
   *[other] , { $mistaken } marked that were none.
 }
score-off-script = { $texts ->
    [0] Every text used the script's words.
    [one] One text in your own words.
   *[other] { $texts } texts in your own words.
 }
score-unwelcome = To { $contact } ({ $persona }) better not say “{ $word }”: “{ $text }”
score-well = What went well
score-well-opt-outs = Everybody who asked to stop was left in peace.
score-well-quick = Nobody had to wait long for you.
score-well-everyone = You answered everybody.
score-well-answers = What voters told you is written down as they said it.
score-well-seen-through = You noticed that “stop this bill” is not “stop texting me”.
score-well-words = You found the right words for everyone.
score-well-done = You worked through the whole list.
score-next-time = Try next time
score-next-opt-outs = When somebody asks to be left alone in their own words, opt them out at once; one key does it all.
score-next-needless = “Stop” about a bill is not an opt-out: read the whole sentence before you decide.
score-next-unasked = Opt somebody out only when they ask for it: nobody here writes to them again.
score-next-wait = Turn to the waiting voters now and then while you send; they are in the side pane, longest wait first.
score-next-everyone = Before you leave, answer or close the conversations that still wait.
score-next-answers = When a voter tells you where they stand, choose the answer in the script: it records it and offers the next line.
score-next-wrong-answers = Read the voter's words once more before you choose an answer.
score-next-no-wrong-number = Mark a number as wrong only when somebody says that it is: whoever answers for themself is nobody else.
score-next-wrong-number = When the number belongs to somebody else, mark it as a wrong number: nobody will text them again.
score-next-words = Some words hurt or promise too much; see the texts named above.
score-private = This card is yours alone: it is not sent or kept anywhere.

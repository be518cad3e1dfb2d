# What is asked and told line by line, before a console opens: rules of conduct.

conduct-rules = Rules of conduct of { $name }
conduct-rules-here = Rules of conduct
conduct-guide = Guide of the campaign { $name }
conduct-more = Enter reads on: 
conduct-ask = Do you accept this? Type yes and Enter: 
conduct-thanks = Accepted, and on record.
conduct-declined = Not accepted, so no contacts are given to you. You are asked again at the next start, or by: textbank conduct accept
conduct-pending = Still to be read and accepted before you get contacts: run textbank conduct accept, or textbank text in a terminal.
conduct-hands-in = Not accepted. The console opens so that what you confirmed can be handed in; it gets no new contacts.

waiting-room = You are in the waiting room of { $organization }, as { $name }. A captain sees your name and lets you in.
waiting-keep = Leave this open: it goes on by itself. Ctrl-C leaves; textbank text brings you back here. If nobody comes, tell your captain that you are here.
waiting-pending = A captain lets you in. Then, or to wait for it: textbank text
waiting-line = No answer from the server. It is tried again by itself.
waiting-over = You are let in.
waiting-shown-out = A captain did not let you in: this sign-in is ended. Ask whoever gave you the link.

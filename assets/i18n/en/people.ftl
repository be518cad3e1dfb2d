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

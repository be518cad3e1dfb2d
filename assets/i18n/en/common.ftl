# Words that several parts use.


console-no-click = A click does not do this: press { $key }.
choose-begins = several campaigns begin with “{ $wanted }”: choose one by its number.
choose-unknown = no campaign is called “{ $wanted }”; there are
choose-unknown-none = no campaign is called “{ $wanted }”; there is none at all yet.

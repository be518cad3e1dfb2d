# Words that several parts use.


console-no-click = A click does not do this: press { $key }.
choose-begins = Several campaigns begin with “{ $wanted }”: choose one by its number.
choose-unknown = No campaign is called “{ $wanted }”; there are
choose-unknown-none = No campaign is called “{ $wanted }”; there is none at all yet.

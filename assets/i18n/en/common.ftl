# Words that several parts use.


console-no-click = A click does not do this: press { $key }.

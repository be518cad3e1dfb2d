# Words that several parts use.


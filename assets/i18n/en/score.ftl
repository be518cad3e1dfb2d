# The part `score`.

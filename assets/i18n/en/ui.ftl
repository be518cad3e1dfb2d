# The part `ui`.

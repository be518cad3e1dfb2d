# The part `captain`.

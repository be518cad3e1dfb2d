# The part `texter`.

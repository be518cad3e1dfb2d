# The part `keymap`.

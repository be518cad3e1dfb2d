# The part `keymap`.
action-outbox = lo que espera y lo que volvió

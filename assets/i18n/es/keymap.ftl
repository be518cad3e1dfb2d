# The part `keymap`.
action-outbox = lo que espera y lo que volvió
action-waiting-room = dejar entrar a quien espera

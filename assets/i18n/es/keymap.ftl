# The part `keymap`.
action-outbox = lo que espera y lo que volvió
action-waiting-room = dejar entrar a quien espera
action-undo = deshacer lo último
action-tags = etiquetas
action-tag-close = etiquetar y cerrar
action-note = nota

# The captain's console.

captain-title-rehearsal = ENSAYO - { $campaign } - { $waiting } en espera - capitán
captain-title-real = { $campaign } - { $waiting } en espera - capitán
captain-ask-pause = ¿Pausar la campaña?
captain-pause-means = No sale ningún mensaje hasta que la reanudes. { $count ->
    [0] Ahora no hay ninguno camino del operador.
    [one] Un mensaje va camino del operador y aún puede llegar.
   *[other] { $count } mensajes van camino del operador y aún pueden llegar.
}
captain-pause-yes = Pausar
captain-ask-resume = ¿Reanudar la campaña?
captain-resume-means = Los mensajes vuelven a salir enseguida, dentro del horario permitido.
captain-resume-yes = Reanudar
captain-ask-reclaim = ¿Recuperar los contactos sin enviar de { $name }?
captain-reclaim-means = { $count ->
    [one] Un contacto sin primer mensaje vuelve
   *[other] { $count } contactos sin primer mensaje vuelven
} a la reserva. Las conversaciones se quedan donde están; ambas pantallas lo dicen.
captain-reclaim-yes = Recuperarlos
captain-cancel = Cancelar
captain-ask-leave = ¿Salir?
captain-leave-means = { $count ->
    [one] Un acto tuyo aún no se ha entregado.
   *[other] { $count } actos tuyos aún no se han entregado.
} El diario los guarda; se entregan cuando vuelvas.
captain-leave-yes = Salir
captain-leave-no = Quedarse
captain-handed-in = Confirmado; va camino del servidor.
captain-not-journaled = No se pudo escribir en el diario, así que no se hizo nada: { $reason }
captain-outcome-unknown = No se sabe qué fue de tu último acto. Mira el tablero y decide.
captain-paused = La campaña está en pausa. No sale ningún mensaje.
captain-closed = La campaña está cerrada. Ya no empieza nada en ella.
captain-importing = Se está importando la lista. No sale nada.
captain-running = La campaña está en marcha. Los mensajes salen.
captain-reclaimed = Los contactos sin enviar de { $name } están de nuevo en la reserva.
captain-not-there = El servidor de esta campaña no lo tiene: allí no hay preguntas al capitán ni avisos a los voluntarios.
captain-cannot-pause = Solo se pausa una campaña en marcha, y solo se reanuda una en pausa.
captain-nothing-to-reclaim = Esta persona no tiene contactos sin enviar.
captain-no-texters = Todavía no trabaja nadie.
captain-still-writing = La última pulsación aún se está escribiendo en el diario.
captain-nothing-held = Ningún mensaje espera una decisión: se sabe qué fue de todos.
captain-held-title = Mensajes de los que nadie sabe qué fue: { $count }
captain-held-means = Se preguntó al operador y su respuesta se perdió. Ninguno se reenvía solo. Elige uno para decidir.
captain-held-row = { $name }: { $text }
captain-held-row-safe = (se puede reenviar) { $name }: { $text }
captain-held-row-opted-out = (se dio de baja) { $name }: { $text }
captain-held-row-unknown = (aún puede saberse) { $name }: { $text }
captain-ask-decide = ¿Qué fue del mensaje a { $name }?
captain-decide-text = { $text }
captain-decide-tries = { $count ->
    [one] Un intento.
   *[other] { $count } intentos.
} { $who }
captain-decide-risk = Si lo reenvías y sí había llegado, esa persona lo recibe dos veces. Pregúntale, o mira el registro del operador.
captain-decide-safe = La lista del operador no lo tiene: no llegó.
captain-decide-opted-out = Entretanto se dio de baja: no se puede reenviar.
captain-decide-arrived = Llegó: no sale nada más
captain-decide-send-again = Enviarlo una vez más ahora
captain-decide-give-up = Darlo por perdido: no sale nunca más
captain-decided = Tu decisión está en el servidor.
captain-nobody-at-the-door = No hay nadie en la sala de espera.
captain-room-title = En la sala de espera: { $count }
captain-room-means = Entraron por un enlace con sala de espera y todavía no ven nada. Elige a una persona o deja entrar a todas.
captain-room-all = Dejar entrar a todas ({ $count })
captain-room-row = { $name }
captain-room-row-unread = { $name } (no ha aceptado las normas de conducta)
captain-admit-unread = Todavía no ha aceptado las normas de conducta: antes no recibe contactos.
captain-ask-admit = ¿Dejar entrar a { $name }?
captain-admit-means = A quien no conozcas puedes preguntarle, o no dejarle pasar: su sesión termina y para otro intento hace falta otro enlace u otro uso de este.
captain-admit-yes = Dejar entrar
captain-admit-show-out = No dejar pasar
captain-admitted = { $count ->
    [one] Ha entrado.
   *[other] Han entrado { $count } personas.
}
captain-shown-out = No ha pasado: la sesión ha terminado.

captain-ask-code = ¿Qué seis dígitos muestra ahora tu aplicación de autenticación?
captain-code-means = Tu sesión necesita un código de tu segundo factor para mostrar o hacer lo que solo pueden los capitanes. Esc cierra la pregunta; al actualizar el tablero se pregunta otra vez.
captain-code-asking = Preguntando al servidor.
captain-code-digits = Un código son seis dígitos.
captain-code-taken = El código se aceptó.
captain-code-locked = Demasiados códigos equivocados: no se acepta ninguno antes de { $at }.
captain-flagged-title = { $count ->
    [one] Una conversación marcada
   *[other] { $count } conversaciones marcadas
}
captain-flagged-means = Elige una para responder a tu voluntario. El votante nunca ve su respuesta.
captain-flagged-row = { $who } sobre { $name }: { $text }
captain-flagged-row-nobody = Sobre { $name }, en manos de nadie: { $text }
captain-flagged-row-alone = { $who } marcó a { $name } sin pregunta
captain-flagged-row-alone-nobody = { $name }, marcado sin pregunta, en manos de nadie
captain-flagged-voter = Lo último del votante: { $text }
captain-nothing-flagged = No hay nada marcado.
captain-answer-title = Respuesta sobre { $name }
captain-answer-means = El voluntario la ve enseguida y la marca se quita.
captain-answered = Respondida; la marca se quitó.
captain-note-title = Nota a todos los voluntarios de esta campaña
captain-note-means = Ocupa el lugar de la anterior y todos la ven enseguida. Si no escribe nada, se quita la anterior.
captain-note-told = Todos los voluntarios ven ya su nota.
captain-note-taken-down = Ya no hay ninguna nota.
ui-texter-practice = práctica
ui-texter-practised = hecha
ui-texter-not-practised = -
captain-waits = Confirmado. Espera en este equipo y se entrega en cuanto se llegue al servidor.

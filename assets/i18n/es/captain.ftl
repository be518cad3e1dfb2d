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
captain-reclaim-there = { $count ->
    [one] Un contacto sin primer mensaje queda
   *[other] { $count } contactos sin primer mensaje quedan
} sin nadie: donde la campaña reparte contactos, los recibe quien los pida; si no, dáselos a alguien en la lista de conversaciones. La pantalla de su voluntario lo nota en unos minutos, y en seguida cuando pulsa. Las conversaciones se quedan donde están.
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
captain-paused = La campaña está en pausa. No sale ningún mensaje, salvo lo que contesta a STOP o AYUDA.
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

## Conversaciones de una campaña que usa Spoke
captain-talks-title = Conversaciones: { $n }
captain-talks-unfiltered = Todas las de esta campaña.
captain-talks-filter = Filtro: { $line }
captain-talks-marked = { $n } marcadas: lo que hagas se hace con todas ellas.
captain-talks-asking = Se está preguntando al servidor...
captain-talks-empty = No hay ninguna así.
captain-talks-more = Leer las siguientes de { $n } más
captain-talks-none = No hay ninguna conversación con la que hacerlo.
captain-talks-no-tags = Esta organización no tiene etiquetas.
captain-talks-doing = El último cambio aún está en camino.
captain-talks-not-there = El servidor de esta campaña no muestra esa lista: las conversaciones que marcan los voluntarios están en "marcadas".
captain-talks-unknown = No llegó respuesta: no se sabe si se hizo. La lista se lee de nuevo; mira antes de hacerlo otra vez.
captain-talks-left = No se hizo con { $n }: { $names }
captain-talks-left-wordless = No se hizo con { $n }: { $names }. El servidor dijo que no y no da razón. Si sigue así, avisa a quien administra la campaña.
captain-talks-too-much = El servidor no acepta más peticiones ahora mismo. Esto no se intenta de nuevo solo: mira la lista y hazlo otra vez dentro de un minuto.
captain-talks-too-much-for = El servidor no acepta más peticiones ahora mismo. Esto no se intenta de nuevo solo: mira la lista y hazlo otra vez dentro de { $seconds } segundos.
captain-talks-on-its-way = Tu cambio va camino del servidor...
captain-talks-given = { $n } { $n ->
    [one] conversación es
   *[other] conversaciones son
} ahora de { $name }.
captain-talks-given-up = { $n } { $n ->
    [one] conversación no es
   *[other] conversaciones no son
} ahora de nadie.
captain-talks-closed = { $n } cerradas.
captain-talks-opened = { $n } abiertas de nuevo.
captain-talks-tagged = { $n } tienen ahora la etiqueta { $tag }.
captain-talks-untagged = { $n } ya no tienen la etiqueta { $tag }.
captain-talks-ask-give = { $n ->
    [one] ¿Quién debe tener la conversación con { $name }?
   *[other] ¿Quién debe tener estas { $n } conversaciones?
}
captain-talks-ask-status = { $n ->
    [one] ¿Qué se hace con la conversación con { $name }?
   *[other] ¿Qué se hace con estas { $n } conversaciones?
}
captain-talks-ask-tag = { $n ->
    [one] ¿Qué etiqueta para { $name }?
   *[other] ¿Qué etiqueta para estas { $n }?
}
captain-talks-to-nobody = Nadie
captain-talks-to = { $name } ({ $person })
captain-talks-close = Cerrar
captain-talks-open = Abrir de nuevo
captain-talks-tag-on = { $tag }
captain-talks-tag-off = Quitar: { $tag }
captain-talks-sure-nobody = ¿Dejar { $n } conversaciones sin nadie?
captain-talks-sure-give = ¿Dar { $n } conversaciones a { $name }?
captain-talks-sure-close = ¿Cerrar { $n } conversaciones?
captain-talks-sure-open = ¿Abrir de nuevo { $n } conversaciones?
captain-talks-sure-tag = ¿Poner la etiqueta { $tag } a { $n } conversaciones?
captain-talks-sure-untag = ¿Quitar la etiqueta { $tag } a { $n } conversaciones?
captain-talks-sure-names = { $more ->
    [0] { $names }
   *[other] { $names } y { $more } más
}
captain-talks-sure-yes = Sí, con todas
captain-talk-title = Conversación con { $name }
captain-talk-name = { $name }
captain-talk-of = Campaña: { $title }. Contacto { $contact }.
captain-talk-needs-message = sin mensaje aún
captain-talk-messaged = con mensaje
captain-talk-needs-response = espera respuesta
captain-talk-convo = respondida
captain-talk-closed = cerrada
captain-talk-opted-out = se dio de baja
captain-talk-error = error { $code }
captain-talk-tag = #{ $tag }
captain-talk-with = con { $name }
captain-talk-with-nobody = sin nadie
captain-talk-last-they = escribió: { $text }
captain-talk-last-we = nosotros: { $text }
captain-talk-they = Votante, { $at }: { $text }
captain-talk-they-once = Votante: { $text }
captain-talk-we = Nosotros, { $at }: { $text }
captain-talk-we-once = Nosotros: { $text }
captain-talk-silent = Aún no se ha escrito nada.
captain-filter-title = ¿Qué conversaciones?
captain-filter-means = texter:NOMBRE o texter:nobody (nadie), status:PALABRA, tag:ETIQUETA, without:ETIQUETA, error:NÚMERO, opted-out:yes, campaign:NÚMERO o campaign:all; lo demás se busca en los mensajes, letra por letra. Un nombre con espacios va entre "comillas".
captain-filter-statuses = status: needs-message, messaged, needs-response, needs-response-expired, convo, closed; varios con comas.
captain-filter-all = La palabra all quita el filtro.
captain-filter-name = No hay ningún filtro { $name }. Hay: texter, status, tag, without, error, opted-out, campaign.
captain-filter-status = No hay ningún estado { $value }. Hay: needs-message, messaged, needs-response, needs-response-expired, convo, closed.
captain-filter-tag = Aquí no hay ninguna etiqueta { $value }.
captain-filter-yes-no = { $name } admite yes o no, no { $value }.
captain-filter-number = { $name } admite un número, no { $value }.
captain-filter-person = Nadie, o más de una persona, se llama { $value }: escribe más del nombre, o el número.

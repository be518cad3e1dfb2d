# Lo que dicen las pantallas.
## La terminal
ui-no-suspend = Esta terminal no se puede suspender.
ui-editor-failed = Tu editor ({ $editor }) no arrancó: { $why }. VISUAL o EDITOR dice cuál es.
ui-no-editor = No hay ningún editor definido: define VISUAL o EDITOR.
ui-rehearsal = ENSAYO
ui-real-voters = VOTANTES REALES
ui-too-small = Hacen falta 40×12: agranda la ventana, por favor.

## La conexión con el servidor
ui-link-connecting = conectando
ui-link-online = en línea
ui-link-asked-to-wait = el servidor pide esperar { $seconds ->
    [one] { $seconds } segundo
   *[other] { $seconds } segundos
}
ui-link-offline = sin conexión desde las { $since }, reintenta
ui-link-offline-until = sin conexión desde las { $since }, reintenta a las { $next }
ui-upload-waiting = { $n ->
    [one] { $n } por entregar
   *[other] { $n } por entregar
}

## Tiempos
ui-time-there = { $there } ({ $yours } tu hora)
ui-age-now = ahora
ui-age-minutes = { $n } min
ui-age-hours = { $n } h
ui-age-days = { $n ->
    [one] { $n } día
   *[other] { $n } días
}

## Avisos y ayuda
ui-toast-info = Nota:
ui-written-keep = listo
ui-written-leave = dejarlo
ui-toast-warning = Atención:
ui-toast-error = Problema:
ui-which-key = Tecla siguiente
ui-help-title = Teclas que sirven aquí
ui-help-unbound = sin tecla
ui-help-elsewhere = En otras partes, o no ahora
ui-messages-title = Lo que se dijo
ui-messages-empty = Todavía no se dijo nada.
ui-palette-title = Órdenes
ui-palette-prompt = Escribe una orden
ui-none-found = No se encontró nada.

## La tarjeta
ui-card-title = Tarjeta de envío
ui-card-of = { $done } de { $total } hechos
ui-card-local-time = hora allí: { $time }
ui-card-local-between = hora allí: entre { $from } ({ $west }) y { $to } ({ $east })
ui-card-until = se le puede escribir hasta las { $time }
ui-card-until-city = se le puede escribir hasta las { $time } ({ $city })
ui-card-more-lines = { $n ->
    [one] { $n } línea más
   *[other] { $n } líneas más
}
ui-card-hint = envía este texto a { $name }
ui-card-not-armed = va a la tarjeta; con eso no se envía nada
ui-card-wait = un momento
ui-card-loading = Cargando tus contactos
ui-card-language = habla { $language }
ui-strip-waits = espera
ui-no-name = (sin nombre)
ui-segments = { $n ->
    [one] { $n } segmento
   *[other] { $n } segmentos
}
ui-segment-room = { $used } de { $room } caracteres
ui-segment-culprit = { $char } ({ $code }) lo encarece

## La conversación
ui-you = Tú
ui-system = Sistema
ui-campaign = Campaña
ui-thread-title = Conversación con { $name }
ui-thread-your-time = abajo, tu hora ({ $zone })
ui-thread-older = arriba hay mensajes más antiguos
ui-thread-new-below = { $n ->
    [one] { $n } nuevo abajo
   *[other] { $n } nuevos abajo
}
ui-delivery-confirmed = confirmado
ui-delivery-refused = rechazado
ui-delivery-accepted = aceptado
ui-delivery-submitting = en camino
ui-delivery-submitted = enviado
ui-delivery-delivered = entregado
ui-delivery-failed = falló
ui-delivery-unknown = resultado desconocido
ui-delivery-held = retenido para un capitán
ui-delivery-dropped = no enviado
ui-delivery-received = recibido
ui-composer-title = Tu respuesta
ui-composer-placeholder = Escribe una respuesta
ui-composer-off-script = fuera del guion
ui-composer-start = empieza una respuesta
ui-frozen = «{ $words }» puede ser una baja. No se envía nada hasta que decidas.
ui-opted-out = De baja. No sale ningún mensaje.
ui-opt-out-half-way = Dando de baja: el servidor aún no lo ha hecho. Se intenta hasta que quede hecho.
ui-opted-out-by-word = Se dio de baja con su propia palabra. No sale ningún mensaje.
ui-wrong-number = Marcado como número equivocado.
ui-conversation-closed = Cerrada.

## Respuestas
ui-inbox-title = Respuestas
ui-inbox-waiting = { $n ->
    [one] { $n } en espera
   *[other] { $n } en espera
}
ui-inbox-empty = Nadie espera respuesta.
ui-inbox-oldest = más larga: { $age }
ui-inbox-convo = contestada
ui-inbox-messaged = con mensaje
ui-inbox-closed = cerrada
ui-inbox-opted-out = de baja
ui-inbox-decide = ¿baja?
ui-inbox-new = nuevo
ui-inbox-own = Tú: { $text }
ui-inbox-draft = borrador
ui-inbox-draft-of = borrador { $age }

## El tablero del capitán
ui-number = { $n }
ui-count-unsent = sin enviar
ui-count-unassigned = sin asignar
ui-count-sent = primeros enviados
ui-count-handled = con mensaje o cerrados
ui-count-waiting = nos esperan
ui-count-convo = en conversación
ui-count-closed = cerradas
ui-count-opted-out = de baja
ui-count-failed = fallidos
ui-count-held = por decidir
ui-board-title = Tablero
ui-board-title-as-of = Tablero a las { $at } ({ $age })
ui-board-loading = Contando
ui-board-oldest = espera más larga: { $age }
ui-board-nobody-waits = no espera ningún votante
ui-board-unknown = { $n ->
    [one] { $n } de resultado aún desconocido
   *[other] { $n } de resultado aún desconocido
}
ui-board-in-flight = { $n ->
    [one] { $n } mensaje camino del operador
   *[other] { $n } mensajes camino del operador
}
ui-board-waiting-unassigned = { $n } sin nadie (próxima petición)
ui-texter-signed-out = { $name }, sesión cerrada
ui-board-no-texters = Todavía no hay voluntarios.
ui-texter-name = Voluntario
ui-texter-waiting = esperan
ui-texter-sent = textos
ui-texter-handled = hechos
ui-texter-unsent = faltan
ui-texter-assigned = a cargo
ui-texter-pace = en 10 min
ui-texter-seen = visto
ui-texter-never = nunca
ui-state-importing = cargando
ui-state-running = en marcha
ui-state-paused = en pausa: no salen mensajes

## Ventanas
ui-score-title = Resultado
ui-score-waiting = Contando tu turno
ui-canned-title = Respuestas preparadas
ui-canned-prompt = Escribe para buscar
ui-question-title = Decide, por favor
ui-answers-title = Pregunta { $n } de { $of }
ui-answers-recorded = anotada

## Lo demás
ui-link-signed-out-login = sesión cerrada: textbank login --spoke URL
ui-link-unanswered = aún sin respuesta
ui-link-signed-out = sesión cerrada: vuelve a entrar
ui-link-signed-out-hands-in = sesión cerrada, aún entregando

## La bandeja de salida
ui-upload-unknown = { $n } sin saber
ui-upload-parked = { $n } de vuelta
outbox-title = Bandeja de salida
outbox-line-connecting = Conectando con el servidor.
ui-canned-unfilled = no se puede rellenar para esta persona
outbox-line-online = En línea: lo que confirmas se entrega enseguida.
outbox-line-asked-to-wait = El servidor está ahí y pide que se espere { $seconds ->
    [one] { $seconds } segundo
   *[other] { $seconds } segundos
}; lo que confirmas se entrega después.
outbox-line-offline = Sin conexión desde las { $since }, según el reloj de este equipo; se intenta de nuevo en menos de { $seconds } segundos.
outbox-line-offline-until = Sin conexión desde las { $since }; se intenta de nuevo a las { $next }, según el reloj de este equipo.
outbox-counts = { $waiting } sin aceptar todavía, { $unknown } de resultado desconocido, { $parked } de vuelta.
outbox-waiting = sin aceptar todavía
outbox-unknown = resultado desconocido
outbox-parked = de vuelta
outbox-refused = rechazado
outbox-kind-initial = primer mensaje
outbox-kind-reply = respuesta
outbox-kind-opt-out = baja
outbox-kind-answer = respuesta anotada
outbox-kind-close = conversación cerrada
outbox-kind-release = contactos devueltos
outbox-kind-take-back = contactos recuperados
outbox-kind-other = otro cambio
outbox-do-waiting = No hay nada que hacer: se está entregando.
outbox-do-offline = No hay nada que hacer: sale cuando vuelva la conexión. Puedes salir, está a salvo en el diario.
outbox-do-shut-out = Pide a tu capitán un nuevo enlace: se entrega cuando hayas entrado.
outbox-do-unknown = Nunca se envía otra vez por sí solo. Pide a tu capitán que mire si llegó.
outbox-do-parked-card = Vuelve como tarjeta: mírala y pulsa de nuevo.
outbox-do-parked-draft = Sus palabras están en el borrador: abre la conversación, léela y envía de nuevo.
outbox-do-recalled = Sus palabras se retiraron: abre la conversación y responde con otras.
outbox-do-parked-act = No ocurrió: hazlo otra vez cuando quieras.
outbox-do-refused = No salió; no hay nada que hacer.
outbox-do-read = No salió. Sus palabras, para leerlas o copiarlas hasta que salgas: «{ $draft }»
outbox-do-refused-wordless = No se intenta de nuevo solo.
ui-reason-too-late = terminó el horario permitido
ui-reason-too-old = esperó demasiado
ui-reason-outside-hours = está fuera del horario de respuestas
ui-reason-opted-out = se dio de baja antes
ui-reason-possible-opt-out = puede haberse dado de baja
ui-reason-wrong-number = número equivocado
ui-reason-recalled = se retiró
ui-no-words = sin palabras: solo una imagen, o borradas a su tiempo
ui-reason-removed = se quitó de la lista
ui-thread-known = Lo último que se sabe: { $text }
ui-link-signed-out-done = sesión cerrada, nada por entregar
ui-board-waiting-room = { $n } en la sala de espera
ui-gauge-rate = Operador: { $out } de { $limit } segmentos por minuto
ui-gauge-rate-alone = Operador: { $out } segmentos en el último minuto
ui-gauge-queue = { $n ->
    [0] nada en cola
    [one] { $n } mensaje en cola
   *[other] { $n } mensajes en cola
}
ui-gauge-queue-takes = { $n ->
    [one] { $n } mensaje en cola, unos { $minutes } min
   *[other] { $n } mensajes en cola, unos { $minutes } min
}
ui-gauge-queue-waits = { $n ->
    [one] { $n } mensaje espera
   *[other] { $n } mensajes esperan
}
ui-gauge-today = Hoy: { $used } de { $cap } usados, { $reserved } apartados, { $kept } guardados para respuestas, { $left } libres
ui-gauge-full = Nada sale hasta las { $at }, tampoco respuestas: el tope del día está usado. Lo que espera sale entonces, o vuelve cuando termina el horario.
ui-gauge-stopped-day = Sin primeros mensajes hasta las { $at }: el tope del día está usado o apartado. Siguen las respuestas.
ui-gauge-stopped-queue = Sin primeros mensajes hasta las { $at }: la cola ya es larga. Siguen las respuestas.
ui-board-recalls = { $n ->
    [one] { $n } texto retirado ({ $age })
   *[other] { $n } textos retirados (el último: { $age })
}
ui-state-cap = los mensajes esperan hasta las { $at }
ui-state-archived = cerrada
ui-board-possible-opt-outs = { $n } quizá dados de baja
ui-delivery-leaving = sale en un momento
ui-search-title = Buscar
found-row = { $name } · { $state }
found-unsent = sin mensaje todavía
found-waits = espera respuesta
found-talk = en conversación
found-closed = cerrada
found-opted-out = pidió la baja
ui-search-prompt = Escribe un nombre o una palabra suya
ui-guide-title = Guía
ui-guide-prompt = Escribe palabras para buscarlas; las flechas la recorren
ui-inbox-snoozed = hasta las { $at }
ui-thread-note = nota: { $text }
ui-language-fr = francés
ui-language-en = inglés
ui-language-es = español
ui-plain-saved = { $n ->
    [one] los signos sencillos ahorran un segmento
   *[other] los signos sencillos ahorran { $n } segmentos
}
ui-plain-saves = { $n ->
    [one] signos sencillos: un segmento menos
   *[other] signos sencillos: { $n } segmentos menos
}
ui-took-over = antes le escribió { $who }: saludar
ui-perhaps-wrong-number = quizás un número equivocado: anotarlo
ui-suggested-by = encaja: { $words }
ui-held-back-text = palabras duras, ocultas
ui-pictures = { $n ->
    [one] {"["}foto]
   *[other] {"["}{ $n } fotos]
}
ui-pace = { $pace } por minuto, { $left ->
    [one] queda 1 minuto
   *[other] quedan { $left } minutos
}
ui-held-back = { $n } retenidos hasta las { $at }
ui-held-for-good = { $n } ya no reciben primer mensaje
ui-picked = ahora
ui-board-texts = Mensajes enviados: { $out }, recibidos: { $in }
ui-board-errors = El operador sobre los mensajes fallidos: { $list }
ui-link-offline-for = sin conexión { $age }, nuevo intento en menos de { $seconds } s
ui-link-offline-for-longer = sin conexión { $age }
ui-card-filled = { $n } datos puestos
ui-card-links = { $n ->
    [one] { $n } enlace
   *[other] { $n } enlaces
}
ui-script-title = El guion
ui-script-now = ahora
ui-script-later = sin preguntar
ui-person-title = Todo lo que se sabe
ui-person-name = Nombre
ui-person-time = Hora allí
ui-person-language = Idioma
ui-person-tags = Etiquetas
ui-person-snoozed = Aplazado hasta
ui-person-note = Nota
ui-thread-more = todo
ui-toast-told = Mensaje:
ui-write-title = Enter: listo · Esc: dejarlo
ui-board-lately = { $n ->
    [one] A { $n } contacto le escribió hace poco otra campaña nuestra; se le puede escribir desde { $at }.
   *[other] A { $n } contactos les escribió hace poco otra campaña nuestra; al primero se le puede escribir desde { $at }.
}
ui-board-hours-behind = Esta campaña pide dinero con un horario más amplio que las reglas de hoy, en { $states }. Si no lo decidió su asesoría legal, un administrador le da el de hoy: textbank campaign update.
ui-unreadable = { $n } sin datos
outbox-do-half-way = Su aviso salió, pero la baja todavía no: se intenta otra vez. No hay nada que hacer.
ui-card-of-short = { $done }/{ $total }
ui-toast-rest = { $key }: todo
ui-toast-more = { $key }: { $n } más
ui-toast-more-there = { $n } más entre los avisos
ui-sentences = { $first } { $second }
ui-reason-taken-back = se deshizo la baja antes de que saliera
ui-reason-erased = borrado a petición
ui-reason-closed = se cerró la campaña
ui-reason-given-up = un capitán lo dio por perdido
ui-reason-lost = se perdió la respuesta del operador

## Campos que tienen las listas
field-first-name = nombre
field-last-name = apellido
field-city-name = ciudad
field-city = ciudad
field-polling-place = lugar de votación
field-event-date = fecha del evento
field-list-source = origen de la lista
field-zip = código postal
field-last-digits = número
ui-board-held-hours = { $n ->
    [one] Un contacto que nadie tiene espera por el horario de mensajes hasta { $at }.
   *[other] { $n } contactos que nadie tiene esperan por el horario de mensajes, el primero hasta { $at }.
}
ui-board-never = { $n ->
    [one] A un contacto no se le puede escribir: su horario no llega nunca, o no antes del fin de la campaña.
   *[other] A { $n } contactos no se les puede escribir: su horario no llega nunca, o no antes del fin de la campaña.
}
ui-editor-error = Tu editor terminó con un error: no se tomó nada de él, tu texto está como estaba.
ui-state-hours-end = el horario acaba a las { $at } de tu reloj
ui-state-may-be-gone = desde las { $at } quizá de otros
ui-changed-words = texto cambiado

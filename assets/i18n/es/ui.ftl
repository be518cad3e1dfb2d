# The part `ui`.
ui-link-signed-out = sesión cerrada: vuelve a entrar
ui-link-signed-out-hands-in = sesión cerrada, aún entregando

## La bandeja de salida
ui-upload-unknown = { $n } sin saber
ui-upload-parked = { $n } de vuelta
outbox-title = Bandeja de salida
outbox-line-connecting = Conectando con el servidor.
outbox-line-online = En línea: lo que confirmas se entrega enseguida.
outbox-line-offline = Sin conexión desde las { $since }; se intenta de nuevo a las { $next }, según el reloj de este equipo.
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
ui-reason-too-late = terminó el horario permitido
ui-reason-too-old = esperó demasiado
ui-reason-opted-out = se dio de baja antes
ui-reason-possible-opt-out = puede haberse dado de baja
ui-reason-wrong-number = número equivocado
ui-reason-recalled = se retiró
ui-no-words = ya sin palabras
ui-reason-removed = se quitó de la lista
ui-thread-known = Lo último que se sabe: { $text }
ui-link-signed-out-done = acceso cerrado, nada por entregar
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
ui-search-prompt = Escribe un nombre o una palabra suya
ui-inbox-snoozed = hasta { $at }
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
ui-suggested-by = encaja: { $words }
ui-held-back-text = palabras duras, ocultas
ui-pace = { $pace } por minuto, { $left ->
    [one] queda 1 minuto
   *[other] quedan { $left } minutos
}
ui-held-back = { $n } retenidos hasta { $at }
ui-picked = ahora

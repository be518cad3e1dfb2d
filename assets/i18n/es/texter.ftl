# The part `texter`.
texter-signed-out = Tu sesión fue cerrada y el servidor ya no acepta nada de ella. { $count ->
    [0] No queda nada pendiente.
    [one] Un envío confirmado espera, a salvo en el diario.
   *[other] { $count } envíos confirmados esperan, a salvo en el diario.
} Pide a tu capitán un nuevo enlace.
texter-signed-out-again = Tu sesión en ese servidor terminó. { $count ->
    [0] Nada de lo que confirmaste está esperando.
    [one] Un envío confirmado espera, a salvo en el diario.
   *[other] { $count } envíos confirmados esperan, a salvo en el diario.
} Entra otra vez en otra ventana y esta sigue: { $command }
texter-signed-out-hands-in = Tu sesión fue cerrada. { $count ->
    [0] Todo lo que confirmaste ha sido entregado; al salir se borra de este equipo.
    [one] Un envío confirmado se está entregando todavía: espera a que termine.
   *[other] { $count } envíos confirmados se están entregando todavía: espera a que terminen.
} Para seguir, pide a tu capitán un nuevo enlace.
texter-back = { $name }: tu mensaje no se envió. Míralo otra vez.
texter-back-late = { $name }: tu mensaje esperó hasta que terminó el horario permitido y no se envió. Míralo otra vez y confírmalo de nuevo.
texter-back-frozen = { $name }: tu mensaje no se envió, porque lo que escribió puede ser una baja. Decide eso primero.
texter-back-opted-out = { $name } se dio de baja antes de que saliera tu mensaje; no se envió.
texter-back-wrong-number = { $name }: el número se marcó como equivocado antes de que saliera tu mensaje; no se envió.
texter-back-recalled = { $name }: lo que decía tu mensaje se retiró antes de que saliera; no se envió. Mira el texto nuevo y confírmalo.
texter-back-recalled-reply = { $name }: lo que decía tu respuesta se retiró antes de que saliera; no se envió. Sigue esperando: respóndele de nuevo.
texter-back-removed = { $name } se quitó de la lista antes de que saliera tu mensaje; no se envió.
texter-gone-removed = { $name } se quitó de la lista. { $who }
texter-gone-erased = { $name } se borró a petición. { $who }
texter-card-recalled = Un capitán retiró este texto: no debe enviarse. Será otro en cuanto se corrija el guion o la lista.
texter-card-recalled-why = Un capitán retiró este texto: { $reason }. No debe enviarse. Será otro en cuanto se corrija el guion o la lista.
texter-reply-recalled = Un capitán retiró lo que dice esto. Escribe otra cosa.
texter-answer-recalled = La respuesta queda anotada. Un capitán retiró la línea que sigue: escribe a { $name } con tus palabras.
texter-recalled = Un capitán retiró un texto de esta campaña. Lo que lo lleva ya no se puede enviar.
texter-recalled-why = Un capitán retiró un texto de esta campaña: { $reason }. Lo que lo lleva ya no se puede enviar.
texter-recalled-other = Un capitán retiró el mensaje para { $name }: queda detrás de los demás hasta que se corrija. La tarjeta de aquí está bien.
texter-recalled-other-why = Un capitán retiró el mensaje para { $name }: { $reason }. Queda detrás de los demás hasta que se corrija. La tarjeta de aquí está bien.
texter-recalled-card = Un capitán retiró este texto. No debe enviarse; vendrá otro en cuanto se corrija.
texter-recalled-card-why = Un capitán retiró este texto: { $reason }. No debe enviarse; vendrá otro en cuanto se corrija.
texter-recalled-draft = Un capitán retiró un texto; tus borradores que lo llevaban ya no están. Escríbeles de nuevo.
texter-recalled-draft-why = Un capitán retiró un texto: { $reason }. Tus borradores que lo llevaban ya no están; escríbeles de nuevo.
texter-corrected = La lista se corrigió para { $name }: mira otra vez el texto.
texter-leave-unknown = { $count ->
    [one] No se sabe qué pasó con un envío; queda anotado aquí y nunca se envía otra vez por sí solo. Díselo a tu capitán.
   *[other] No se sabe qué pasó con { $count } envíos; quedan anotados aquí y nunca se envían otra vez por sí solos. Díselo a tu capitán.
}
texter-leave-parked = { $count ->
    [one] Un mensaje volvió: no salió, y espera aquí como tarjeta o borrador.
   *[other] { $count } mensajes volvieron: no salieron, y esperan aquí como tarjetas o borradores.
}
texter-next-draft = Otra respuesta a { $name } volvió también; ahora es el borrador.
texter-thread-loading = Cargando la conversación
texter-thread-offline = Sin conexión: la conversación llega en cuanto se alcance el servidor. Nada se puede responder antes de leerla.
texter-thread-signed-out = Su acceso fue cerrado: la conversación ya no se muestra.
texter-offline-no-contacts = Sin conexión: sus contactos llegan en cuanto se alcance el servidor. Lo confirmado está a salvo en el diario.
texter-signed-out-unknown = Su acceso fue cerrado. { $count ->
    [one] No se sabe qué fue de un mensaje confirmado
   *[other] No se sabe qué fue de { $count } mensajes confirmados
}: dígaselo a su capitán. El diario los conserva.
texter-archived = La campaña está cerrada: ya no sale ningún mensaje. A quien escribe ahora le contestan quienes se ocupan de las respuestas tardías. ¡Gracias! Aquí no queda nada por hacer.
texter-archived-late = La campaña está cerrada: ya no salen primeros mensajes. Quien escribe ahora llega a ti: contesta según lleguen.
note-event-full = completo, número en la fila al registrarse
note-earlier-campaign = campaña anterior
note-earlier-sent = enviado entonces
note-earlier-received = escrito entonces
note-earlier-answers = respondió entonces

## El margen para deshacer
texter-leaving = { $name }: tu mensaje sale en { $seconds ->
    [one] un segundo
   *[other] { $seconds } segundos
}; { $key } lo detiene.
texter-taken-back-text = { $name }: detenido, no se envió nada.
texter-back-wrote-again = { $name } escribió otra vez antes de que saliera tu mensaje; no se envió. Léelo y después envía el tuyo.
texter-back-gone = Un contacto dejó de estar en tus manos antes de que saliera tu mensaje; no se envió.
texter-leave-window = { $count ->
    [one] Un mensaje aún no ha salido y se puede detener. Si sales ahora, no se envía: queda aquí como tarjeta o borrador.
   *[other] { $count } mensajes aún no han salido y se pueden detener. Si sales ahora, no se envían: quedan aquí como tarjetas o borradores.
}

## Etiquetas y notas
texter-tags-title = Etiquetas de { $name }
texter-tag-close-title = Etiquetar a { $name } y cerrar
texter-tagged-done = { $name }: etiqueta puesta: { $tag }.
texter-untagged-done = { $name }: etiqueta quitada: { $tag }.
texter-note-title = Nota sobre { $name }
texter-note-means = La lee quien atienda después a esta persona; ella no la ve nunca.
texter-note-done = { $name }: la nota está guardada.
texter-note-too-long = Una nota tiene como máximo { $most } caracteres; esta tiene { $count }.

## Bandeja
texter-filter-convo = en conversación
texter-filter-flagged = señaladas al capitán
texter-filter-starred = con estrella
texter-filter-snoozed = aplazadas
texter-filter-opted-out = de baja
texter-filter-title = ¿Qué conversaciones mostrar?
texter-filter-row = { $filter } ({ $count })
texter-sort-waiting = por espera
texter-sort-name = por nombre
texter-sort-state = por estado

## Aplazar, idioma, avisos, bajas deshechas
texter-snooze-title = ¿Cuándo volver a { $name }?
texter-snooze-quarter = En 15 minutos ({ $at })
texter-snooze-hour = En una hora ({ $at })
texter-snooze-three-hours = En tres horas ({ $at })
texter-snooze-morning = Mañana a las 10 allí ({ $at })
texter-snooze-end = Retomar ahora
texter-snoozed-done = { $name } queda aplazado hasta { $at }, o hasta que escriba.
texter-awake = { $name } vuelve a estar entre quienes esperan.
texter-language-title = { $name } escribe en
texter-language-mine = { $language }: sigo yo en ese idioma
texter-language-hand-over = { $language }: pasarlo a quien lo hable
texter-language-done = { $name }: el guion sigue en su idioma ({ $language }).
texter-handed-over-done = { $name } pasa a alguien que habla su idioma ({ $language }).
texter-opt-out-done = { $name } está de baja; { $key } lo deshace mientras no se le haya avisado.
texter-opt-out-for-good = { $name } está de baja.
texter-opt-out-undone = { $name }: la baja está deshecha.
tag-escalated = señalado
tag-deceased = fallecido
tag-moved = se mudó
tag-star = estrella
tag-needs = necesita a alguien para { $language }
tag-own = { $tag }
note-noted = nota cambiada
note-snoozed = aplazado hasta
note-unsnoozed = retomado
note-language = idioma
note-opt-out-taken-back = baja deshecha, fue un error

## Ofrecido, nunca enviado solo
texter-no-suggestion = Ninguna respuesta de la campaña encaja con lo que escribió.
texter-is-plain = Ya está todo en signos sencillos.
texter-nobody-before = Nadie más le escribió, o ya lo hiciste tú.
texter-edit-not-allowed = El primer mensaje de esta campaña sale tal como está escrito.
texter-edit-title = El primer mensaje a { $name }, con tus palabras
texter-edit-means = Queda marcado como fuera del guion. Vacío, vuelve a ser el del guion. Enter lo pone en la tarjeta; se envía desde allí.
texter-break = Llevas { $minutes } minutos enviando mensajes. Descansa los ojos y las manos; todo espera.

## Preguntar al capitán
texter-ask-title = Preguntar al capitán por { $name }
texter-ask-means = El capitán lo ve enseguida, con la conversación. La respuesta llega aquí; la otra persona no ve nada de esto.
texter-asked-done = Preguntado por { $name }; la respuesta llega aquí. Sigue mientras tanto.
texter-captain-answered = { $who } sobre { $name }: { $text }
texter-notify-answer = El capitán ha respondido.
note-asked = preguntó al capitán
note-captain-answered = la respuesta del capitán

## Respuestas con sus palabras, quién queda retenido
texter-question = { $question }
texter-type-answer = Escribe su respuesta; Enter la guarda, vacío la deja.
texter-type-day = Escribe el día, como 2026-11-03 o 11/3/2026; Enter lo guarda, vacío lo deja.
texter-not-a-day = Eso no es un día. Escríbelo como 2026-11-03 o 11/3/2026.
texter-answer-too-long = Una respuesta tiene como máximo { $most } caracteres.
texter-held-back-lately = { $count ->
    [one] Un contacto queda retenido: otra campaña le escribió hace poco. Se le puede escribir después de { $at }.
   *[other] { $count } contactos quedan retenidos: otra campaña les escribió hace poco. Al primero se le puede escribir después de { $at }.
}
note-answer-cleared = respuesta quitada
texter-left-already = Ya salió: un mensaje en camino no se puede deshacer.
texter-undo-opt-out = { $name } es la persona que diste de baja antes de eso. { $key } otra vez deshace la baja.
texter-locked-title = { $name }: el mensaje queda como está
texter-locked-means = Nada de lo que escribas aquí se envía. Esc vuelve a la tarjeta.

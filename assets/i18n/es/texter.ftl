# La consola de quien envía mensajes.
texter-title-rehearsal = ENSAYO - { $campaign } - { $waiting } en espera
texter-title-real = { $campaign } - { $waiting } en espera

## Por qué no sale nada
texter-paused = Un capitán puso la campaña en pausa: no sale nada hasta que siga, salvo el aviso de una baja.
texter-paused-now = Un capitán acaba de poner la campaña en pausa.
texter-resumed-now = La campaña sigue.
texter-importing = Todavía se están cargando los contactos de la campaña.

## La tarjeta
texter-card-missing = La lista no tiene qué poner en: { $fields }. Salta este contacto ({ $key }) o avisa a tu capitán ({ $out }).
texter-card-missing-skip = La lista no tiene nada que poner en: { $fields }. Salta este contacto ({ $key }) y avisa a quien lleva la campaña.
texter-card-broken-script = El guion no se puede leer. Díselo a tu capitán; salta este contacto.
texter-card-no-variant = La campaña no tiene texto para este contacto. Díselo a tu capitán; salta este contacto.
texter-card-unfilled = El texto tiene un hueco sin llenar entre llaves. Díselo a tu capitán; salta este contacto.
texter-card-unsafe = El texto tiene caracteres que no se pueden mostrar. Díselo a tu capitán; salta este contacto.
texter-no-card = No hay ninguna tarjeta.
texter-not-journaled = No se pudo escribir en el diario, así que no se envió nada: { $reason }
texter-still-writing = Lo último que pulsaste todavía se está escribiendo en el diario.
texter-still-writing-here = Estás escribiendo. { $key } sale y conserva tus palabras; después esta tecla va a las tarjetas.
texter-outcome-unknown = No se sabe qué pasó con un mensaje. Nunca se envía otra vez por sí solo; pregunta a tu capitán.

## Nada que enviar
texter-asking = Pidiendo contactos ...
texter-asking-offline = Sin conexión: se piden contactos solos en cuanto se alcance el servidor.
texter-card-may-be-gone = Quizá de otra persona desde las { $at }: decide el servidor al alcanzarlo.
texter-cap-full = El operador no admite más mensajes antes de las { $at }, tampoco respuestas. Lo que confirmes espera; si antes termina el horario permitido, vuelve a ti.
texter-asks-again = Se pide de nuevo por sí solo.
texter-ask-by-key = Pide más cuando quieras.
texter-taken-back = { $count ->
    [one] Un capitán te quitó un contacto para que otra persona le escriba.
   *[other] Un capitán te quitó { $count } contactos para que otras personas les escriban.
}
texter-resting = Devolviste tus contactos. Pide más cuando quieras.
texter-held-back = { $count ->
    [one] Un contacto queda retenido: allí está fuera del horario permitido hasta las { $at } (tu hora).
   *[other] { $count } contactos quedan retenidos: allí está fuera del horario permitido; el primero, hasta las { $at } (tu hora).
}
texter-held-back-over = { $count ->
    [one] Un contacto ya no recibe primer mensaje: la campaña terminó el { $at }.
   *[other] { $count } contactos ya no reciben primer mensaje: la campaña terminó el { $at }.
}
texter-held-back-end = { $count ->
    [one] Un contacto ya no recibe primer mensaje: la campaña termina el { $at }, antes de que allí se pueda escribir.
   *[other] { $count } contactos ya no reciben primer mensaje: la campaña termina el { $at }, antes de que allí se pueda escribir.
}
texter-answer-meanwhile = { $count ->
    [one] Un votante espera tu respuesta.
   *[other] { $count } votantes esperan tu respuesta.
}
texter-finish-by-key = Cuando ya no quede nadie a quien contestar, termina el ensayo y mira tu resultado.
texter-nothing-yet = Todavía no hay nada que enviar.

## Conversaciones
texter-filter-active = en espera y en conversación
texter-filter-waiting = en espera
texter-filter-closed = cerradas
texter-filter-all = todos los que recibieron mensaje
texter-inbox-empty = Aquí no hay conversaciones.
texter-nobody-waits = Nadie espera respuesta.
texter-loading = Todavía se está cargando.
texter-not-mine = Este contacto ya no está en tus manos.
texter-opted-out = Esta persona se dio de baja. No se le puede enviar nada.
texter-opted-out-now = { $name } se dio de baja. No se le envía nada más.
texter-opted-out-draft = { $name } se dio de baja. Tu borrador se descartó; no se le envía nada más.
texter-frozen = Lo que escribió puede ser una baja. Decide eso primero.
texter-frozen-now = { $name } escribió algo que puede ser una baja. No se envía nada hasta que alguien decida.
texter-not-closed = Esta conversación no está cerrada.
texter-no-doubt = Aquí no hay ninguna baja que decidir.
texter-decide-first = Decide primero: si se cierra sin decidir, cuenta como baja.
texter-reply-before-first = El primer mensaje sale desde la tarjeta.
texter-wrong-number = El número es de otra persona. No se puede enviar nada.
texter-hours-closed = Allí no se escribe hasta las { $at }. El borrador queda.
texter-hours-closed-there = Allí está fuera del horario permitido hasta las { $at }; entonces se podrá contestar.
texter-reply-unfilled = En tu texto queda un hueco sin llenar entre llaves.
texter-too-long = Un mensaje tiene como máximo { $most } caracteres; este tiene { $count }.
texter-reply-unsafe = Tu texto tiene caracteres que no se pueden mostrar tal como son. Quítalos.
texter-script-fault = El guion no se puede llenar para esta persona: { $fault }
texter-no-text = El guion no tiene texto aquí.
texter-nothing-written = No hay nada escrito.
texter-not-seen-yet = No se envió: léelo todo antes ({ $up }: el comienzo, { $down }: el final) y pulsa otra vez.
texter-came-back-in-pause = No se envió porque la campaña estaba en pausa. Ahora puede salir.
texter-pasted-lines = Se pegaron { $count } líneas en la respuesta, como un solo mensaje. Míralo entero antes de enviarlo.
texter-paste-nowhere = Lo pegado solo entra en una respuesta. No se hizo nada.
texter-no-questions = Esta campaña no tiene preguntas.
texter-copied = Copiado.
texter-notify-reply = Llegó una respuesta.
texter-notify-reply-named = { $name } respondió.
texter-gone = { $name } ya no está en tus manos. { $who }
texter-taken-back-now = Un capitán te quitó contactos para que otras personas les escriban.
texter-gone-reclaimed = Un capitán recuperó a { $name }. { $who }

## Hecho
texter-wrong-number-done = { $name }: número equivocado anotado, cerrada; { $key } lo deshace.
texter-told-already = { $name } ya recibió estas mismas palabras.
texter-told-before = { $name } ya recibió estas mismas palabras. Para enviarlas otra vez, envía de nuevo.
texter-closed-draft = { $name }: cerrada. La respuesta que habías empezado no se envió; queda como borrador. { $key } lo deshace.
texter-closed-done = { $name }: cerrada; { $key } lo deshace.
texter-skipped-done = { $name }: saltado, no se envió nada; { $key } lo deshace.
texter-reopened-done = { $name }: abierta de nuevo.
texter-reopened-untagged = { $name }: abierta de nuevo y sin la etiqueta: { $tag }.
texter-tag-closed-done = { $name }: cerrada con la etiqueta { $tag }; { $key } deshace las dos cosas.
texter-wrong-number-undone = { $name }: abierta de nuevo, y el número vuelve a contar como suyo.
texter-released-done = { $count ->
    [one] Un contacto devuelto.
   *[other] { $count } contactos devueltos.
}
texter-nothing-to-undo = No hay nada que deshacer.
texter-released-undoable = { $count ->
    [one] Un contacto devuelto; { $key } lo recupera mientras siga libre.
   *[other] { $count } contactos devueltos; { $key } recupera los que sigan libres.
}
texter-again-asked = Recuperando lo devuelto ...
texter-again-all = { $count ->
    [one] El contacto que devolviste es tuyo de nuevo.
   *[other] Los { $count } contactos que devolviste son tuyos de nuevo.
}
texter-again-some = De los { $count } contactos que devolviste { $back ->
    [one] uno es tuyo
   *[other] { $back } son tuyos
} de nuevo. Los demás ya los lleva otra persona, o no se pueden repartir. { $key } pide contactos.
texter-again-none = { $count ->
    [one] El contacto que devolviste no volvió: ya lo lleva otra persona, o no se puede repartir.
   *[other] Ninguno de los { $count } contactos que devolviste volvió: ya los llevan otras personas, o no se pueden repartir.
} { $key } pide contactos.
texter-again-late = Lo que se devolvió hace más de diez minutos queda así. { $key } pide contactos de nuevo.
texter-again-unknown = Este servidor no puede recuperar lo que se devolvió: queda así. { $key } pide contactos de nuevo.
texter-undo-released-elsewhere = Lo que se desharía es que devolviste contactos. { $key } sale de la respuesta; ahí se puede deshacer.
texter-nothing-to-release = No tienes contactos.
texter-no-rehearsal = Solo un ensayo en tu propio equipo tiene resultado.
texter-finishing = El ensayo termina; se está calculando tu resultado.

## Preguntas
texter-cancel = Cancelar
texter-ask-opt-out = ¿Dar de baja a { $name }?
texter-ask-opt-out-means = Nadie de esta organización vuelve a escribir a este número.
texter-opt-out-with-notice = Dar de baja y enviar el único aviso
texter-opt-out-silent = Dar de baja sin una palabra
texter-ask-release = ¿Devolver contactos?
texter-release-counts = Tienes { $unsent } sin primer mensaje y { $conversations } { $conversations ->
    [one] conversación
   *[other] conversaciones
}; { $waiting ->
    [one] 1 votante espera
   *[other] { $waiting } votantes esperan
} tu respuesta.
texter-release-for-good = Devolver no se puede deshacer: desde entonces son de otros.
texter-release-undoable = Desde entonces pueden ser de otros. Durante diez minutos { $key } recupera los que sigan libres.
texter-release-there = Lo que devuelves quizá no regrese contigo: el servidor de esta campaña da contactos solo a quien los asigna su administrador, o mientras la campaña deja que sus voluntarios pidan más.
texter-release-unsent = Los que no tienen primer mensaje
texter-release-conversations = Las conversaciones
texter-release-all = Todos
texter-ask-leave = ¿Salir?
texter-leave-waiting = { $count ->
    [one] Un mensaje o cambio confirmado todavía no se ha entregado.
   *[other] { $count } mensajes y cambios confirmados todavía no se han entregado.
}
texter-leave-means = El diario los guarda; si sales ahora, se entregan cuando vuelvas a empezar, dentro del horario.
texter-leave-waits = Esperando a que todo se entregue ...
texter-leave-when-done = Salir cuando todo esté entregado
texter-leave-now = Salir ahora
texter-leave-stay = Quedarse
texter-leave-answer = Quedarse y contestar
texter-leave-voters = { $count ->
    [one] Un votante espera tu respuesta (desde las { $since }).
   *[other] { $count } votantes esperan tu respuesta (quien más espera, desde las { $since }).
}
texter-leave-voters-some = { $count ->
    [one] Un votante espera tu respuesta.
   *[other] { $count } votantes esperan tu respuesta.
}

## Lo hecho en una conversación
note-opted-out = dado de baja
note-opted-out-by-word = se dio de baja con su propia palabra
note-not-opted-out = no es una baja
note-notice-too-late = no sale ningún aviso, pues lo pidieron más de cinco minutos antes
note-notice-unsure = el aviso sale, salvo que lo pidieran más de cinco minutos antes
note-notice-outside-hours = no sale ningún aviso, pues está fuera del horario de respuestas
note-opted-in-by-word = volvió a aceptar mensajes con su propia palabra
note-closed = cerrada
note-decided-held = decidido sobre un mensaje de resultado desconocido
note-reopened = abierta de nuevo
note-answered = respuesta anotada
note-assigned = asignado
note-wrong-number = número equivocado
note-wrong-number-elsewhere = se sabe por otra campaña: en este número no se le encuentra, o falleció
note-wrong-number-told = visto en otra campaña: no es su número, o falleció
note-wrong-number-untold = lo de la otra campaña se deshizo: fue un error
texter-wrong-elsewhere = { $who } vio en otra campaña que este número no es de { $name }, o que falleció. Escribe con cuidado o cierra la conversación.
texter-wrong-elsewhere-not = { $who } deshizo lo dicho en otra campaña sobre el número de { $name }: fue un error.
note-tagged = etiqueta puesta
note-untagged = etiqueta quitada
note-other = cambiado

## Lo demás
texter-signed-out = Tu sesión fue cerrada y el servidor ya no acepta nada de ella. { $count ->
    [0] No queda nada pendiente.
    [one] Un envío confirmado espera, a salvo en el diario.
   *[other] { $count } envíos confirmados esperan, a salvo en el diario.
} Pide a tu capitán un nuevo enlace.
texter-signed-out-again = Tu sesión allí terminó. En otra ventana: { $command } - y esta sigue. { $count ->
    [0] No espera nada de lo que confirmaste.
    [one] Espera una cosa que confirmaste, a salvo en el diario.
   *[other] Esperan { $count } cosas que confirmaste, a salvo en el diario.
}
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
texter-place-asked = Anotado para { $name }. El servidor dice si queda lugar, y con eso vienen las palabras para enviar.
texter-place-full = Está lleno: { $name } queda en la lista de espera. Las palabras para eso están listas: léelas antes de enviar.
texter-place-full-written = Está lleno: { $name } queda en la lista de espera. Lo que escribiste sigue ahí: míralo otra vez.
texter-place-full-no-words = Está lleno: { $name } queda en la lista de espera. El guion no tiene palabras para eso: escribe las tuyas.
texter-place-left = Hay lugar para { $name }. Las palabras para eso esperan allí como borrador: léelas antes de enviar.
texter-place-left-written = Hay lugar para { $name }. Lo que escribiste sigue ahí: míralo otra vez.
texter-place-unknown = Se cortó la conexión con el servidor. Si hay lugar para { $name } está en la conversación.
texter-answer-recalled = La respuesta queda anotada. Un capitán retiró la línea que sigue: escribe a { $name } con tus palabras.
texter-recalled = Un capitán retiró un texto de esta campaña. Lo que lo lleva ya no se puede enviar.
texter-recalled-why = Un capitán retiró un texto de esta campaña: { $reason }. Lo que lo lleva ya no se puede enviar.
texter-recalled-other = Un capitán retiró el mensaje para { $name }: queda detrás de los demás hasta que se corrija. La tarjeta de aquí está bien.
texter-recalled-other-why = Un capitán retiró el mensaje para { $name }: { $reason }. Queda detrás de los demás hasta que se corrija. La tarjeta de aquí está bien.
texter-recalled-card = Un capitán retiró este texto. No debe enviarse; vendrá otro en cuanto se corrija.
texter-recalled-card-why = Un capitán retiró este texto: { $reason }. No debe enviarse; vendrá otro en cuanto se corrija.
texter-recalled-draft = Lo que escribías a { $name } llevaba algo que un capitán retiró: se borró. { $more ->
    [0] Escríbele de nuevo.
    [one] También el borrador para otra persona. Escríbeles de nuevo.
   *[other] También los borradores para { $more } más. Escríbeles de nuevo.
}
texter-recalled-draft-why = Lo que escribías a { $name } llevaba algo que un capitán retiró ({ $reason }): se borró. { $more ->
    [0] Escríbele de nuevo.
    [one] También el borrador para otra persona. Escríbeles de nuevo.
   *[other] También los borradores para { $more } más. Escríbeles de nuevo.
}
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
texter-thread-signed-out = Tu sesión fue cerrada: la conversación ya no se muestra.
texter-asked-to-wait-no-contacts = El servidor está ahí y pide que se espere { $seconds ->
    [one] { $seconds } segundo
   *[other] { $seconds } segundos
}: tus contactos llegan después.
texter-offline-no-contacts = Sin conexión: tus contactos llegan en cuanto se alcance el servidor. Lo confirmado está a salvo en el diario.
texter-signed-out-unknown = Tu sesión fue cerrada. { $count ->
    [one] No se sabe qué fue de un mensaje confirmado
   *[other] No se sabe qué fue de { $count } mensajes confirmados
}: díselo a tu capitán. El diario los conserva.
texter-archived = La campaña está cerrada: ya no sale nada, y a quien escribe tarde le contestan otros. ¡Gracias! Aquí no queda nada por hacer.
texter-archived-there = La campaña está cerrada en su servidor: desde aquí no sale nada más, y lo que aún escriban los votantes no llega allí a la lista de nadie. ¡Gracias! Aquí ya no queda nada por hacer.
texter-archived-late = La campaña está cerrada: ya no salen primeros mensajes. Quien escribe ahora llega a ti: contesta según lleguen.
note-removed = fuera de la lista
note-brought-back = de nuevo en la lista
note-event-full = sin lugar
note-detail-event-full = número { $number } en la fila para { $event }
note-earlier-campaign = campaña anterior
note-earlier-sent = enviado entonces
note-earlier-received = escrito entonces
note-earlier-answers = respondió entonces

## El margen para deshacer
texter-leaving-then = { $name }: tu mensaje sale en { $seconds ->
    [one] 1 segundo
   *[other] { $seconds } segundos
 }; { $key } lo detiene. Lo que habías empezado antes vuelve a ser el borrador.
texter-leaving = { $name }: tu mensaje sale en { $seconds ->
    [one] un segundo
   *[other] { $seconds } segundos
}; { $key } lo detiene.
texter-taken-back-text = { $name }: detenido, no se envió nada.
texter-taken-back-text-first = { $name }: detenido, no se envió nada. Lo que habías empezado viene después.
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
texter-answer-undone = { $name }: lo que contestó a la pregunta está anotado como antes.
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
texter-snooze-typed = Otro momento ...
texter-type-moment = Escribe cuándo, según su reloj: esta noche 7pm, mañana 10, 25 nov 18:00. Como mucho dentro de siete días.
texter-moment-understood = Entendido. Según tu reloj es { $at }.
texter-not-a-moment = Ningún momento de los próximos siete días que entienda. Escríbelo como esta noche 7pm, mañana 10 o 25 nov 18:00.
texter-snooze-end = Retomar ahora
texter-snoozed-done = { $name } queda aplazado hasta { $at }, o hasta que escriba.
texter-awake = { $name } vuelve a estar entre quienes esperan.
texter-language-title = { $name } escribe en
texter-language-mine = { $language }: sigo yo en ese idioma
texter-language-hand-over = { $language }: pasarlo a quien lo hable
texter-language-done = { $name }: el guion sigue en su idioma ({ $language }).
texter-handed-over-done = { $name } pasa a alguien que habla su idioma ({ $language }).
texter-opt-out-done = { $name } está de baja. Durante 10 segundos { $key } lo deshace; después se le avisa.
texter-opt-out-untold-done = { $name } está de baja; { $why }. Durante 10 minutos { $key } lo deshace.
texter-ask-opt-out-unsure = El aviso sale, salvo que lo pidieran más de cinco minutos antes: sus mensajes aún no están aquí.
texter-ask-opt-out-untold = En los dos casos, { $why }.
texter-opt-out-silent-done = { $name } está de baja sin aviso. Durante 10 minutos { $key } lo deshace.
texter-opt-out-for-good = { $name } está de baja.
texter-opt-out-stays = { $name } sigue de baja: ya se le avisó, o pasó demasiado tiempo.
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
texter-edit-length = { $parts ->
    [one] 1 segmento
   *[other] { $parts } segmentos
 }, { $used } usados, quedan { $left }.
texter-edit-dear = { $letter } ({ $code }) lo encarece.
texter-edit-saves = { $key }: los signos sencillos ahorran { $saved ->
    [one] 1 segmento
   *[other] { $saved } segmentos
 }.
texter-edit-means = Queda marcado como fuera del guion. Vacío, vuelve a ser el del guion. Enter lo pone en la tarjeta; se envía desde allí.
texter-break = Llevas { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
} enviando mensajes. Descansa los ojos y las manos; todo espera.

## Preguntar al capitán
texter-ask-title = Preguntar al capitán por { $name }
texter-ask-means = El capitán lo ve enseguida, con lo último que escribieron. La respuesta llega aquí; la otra persona no ve nada de esto.
texter-asked-done = Preguntado por { $name }; la respuesta llega aquí. Sigue mientras tanto. { $key } la retira hasta que la respondan.
texter-undo-elsewhere = Lo que se desharía es de { $name }, no de la persona a quien escribes. { $key } sale de la respuesta; ahí se puede deshacer.
texter-words-back = { $name }: el texto vuelve a tener las palabras de antes.
texter-ask-withdrawn = Tu pregunta sobre { $name } queda retirada: ningún capitán la ve ya.
texter-captain-answered = { $who } sobre { $name }: { $text }
texter-notify-answer = El capitán ha respondido.
texter-notify-answer-named = El capitán ha respondido sobre { $name }.
note-asked = preguntó al capitán
note-captain-answered = la respuesta del capitán

## Respuestas con sus palabras, quién queda retenido
texter-question = { $question }
texter-type-answer = Escribe su respuesta; Enter la guarda, vacío la deja.
texter-type-day = Escribe el día: 3 nov, 3/11, sábado, mañana, 2026-11-03. Vacío lo deja.
texter-day-understood = Entendido: { $day }.
texter-not-a-day = Ese día no lo entiendo. Escríbelo como 3 nov, 3/11/2026 o 2026-11-03.
texter-answer-too-long = Una respuesta tiene como máximo { $most } caracteres.
texter-held-back-lately = { $count ->
    [one] Un contacto queda retenido: otra campaña le escribió hace poco. Se le puede escribir después de { $at }.
   *[other] { $count } contactos quedan retenidos: otra campaña les escribió hace poco. Al primero se le puede escribir después de { $at }.
}
note-answer-cleared = respuesta quitada
texter-left-already = El mensaje para { $name } ya salió: uno que está en camino no se puede deshacer.
texter-undo-opt-out = { $name } es la persona que diste de baja antes de eso. { $key } otra vez deshace la baja.
texter-note-from = { $who }, capitán: { $text }
texter-notify-note = Tu capitán escribió una nota.
texter-card-as-is = El primer mensaje a { $name }
texter-card-as-is-means = Lo que escribas aquí no hace nada; Esc vuelve a la tarjeta.
texter-nobody-else-waits = Nadie más espera respuesta: solo la persona cuya conversación está abierta.
texter-offline-no-more = Sin conexión: pide más cuando se alcance de nuevo el servidor.
texter-side-pane-on = Las respuestas se muestran junto a la tarjeta, si la pantalla tiene 100 columnas.
texter-side-pane-off = Las respuestas ya no se muestran junto a la tarjeta; { $key } las muestra de nuevo.
texter-sent-is-sent = No hay nada que deshacer: un mensaje que ya salió no se puede retirar.
texter-no-other-question = Aquí no hay otra pregunta.
texter-nothing-recorded = Aquí no hay ninguna respuesta anotada.
note-wrong-number-taken-back = número equivocado deshecho, fue un error
note-doubt-again = por decidir de nuevo: ¿baja?
texter-stays = Lo último que se hizo queda como está ({ $name }): no se deshizo nada.
texter-no-such-key = { $typed } no hace nada aquí. { $help } muestra las teclas que valen.
texter-stays-opt-out = { $name } sigue de baja: el servidor de esta campaña no deshace ninguna baja. No se deshizo nada.
texter-stays-asked = Tu pregunta sobre { $name } queda en manos del capitán: la conversación ya estaba marcada. No se deshizo nada.
texter-stays-handed-over = { $name } está ahora con otra persona. Díselo a tu capitán si fue un error. No se deshizo nada.
texter-stays-released = Lo devuelto puede estar ya en otras manos. { $key } pide contactos de nuevo. No se deshizo nada.
texter-not-opt-out-done = Se puede escribir de nuevo a { $name }; { $key } lo deshace.
texter-doubt-again = { $name }: no se envía nada hasta que alguien decida si fue una baja.
texter-wrong-number-opted-out = { $name }: número equivocado, cerrada, y de baja porque nadie lo había decidido; { $key } lo deshace.
texter-finish-later = El ensayo termina en cuanto haya salido tu último mensaje.
resume-conversation = Sigues donde lo dejaste: en la conversación con { $name }.
resume-draft = Sigues donde lo dejaste: en la conversación con { $name }, con lo que habías empezado a escribir.
resume-not-left = { $name }: tu respuesta no había salido cuando se cerró la consola. Está ahí como borrador: léela y envíala.
resume-replies = Sigues donde lo dejaste: en las respuestas.
resume-gone = Lo dejaste en la conversación con { $name }, que ya no es tuya. Esta es la lista de respuestas.
resume-gone-nameless = Lo dejaste en una conversación que ya no es tuya. Esta es la lista de respuestas.
resume-over = La conversación con { $name }, en la que lo dejaste, terminó. Esta es la lista de respuestas.
texter-no-home = Desde aquí no hay ninguna lista de campañas.
texter-unreadable = { $count ->
    [one] El servidor no da los datos de un contacto
   *[other] El servidor no da los datos de { $count } contactos
  } ({ $why }). Los demás están aquí; se vuelven a pedir solos.
texter-downtime = El servidor de la campaña está cerrado por mantenimiento: no sale nada hasta que sus administradores lo abran.
texter-downtime-first-texts = El servidor de la campaña no acepta primeros mensajes ahora (mantenimiento); las respuestas sí.
texter-press-again = El servidor de esta campaña pide dos pulsaciones: pulsa otra vez para enviarlo.
texter-no-notice = { $name } está de baja, pero el aviso no salió antes: el servidor no lo aceptó o no se le pudo preguntar, o era fuera del horario. No hay nada que hacer.
texter-half-way = { $name }: su aviso salió, pero la baja todavía no. Se intenta otra vez.
note-draft-recalled = tu borrador se borró: un capitán retiró sus palabras
note-taken-back = hecho y deshecho
note-half-way = su aviso salió, pero la baja todavía no: se intenta otra vez
texter-ask-opt-out-for-good = No se puede deshacer: el servidor de esta campaña no tiene cómo.
texter-asking-replies = Se piden las respuestas que esperan.
texter-took-replies = { $count ->
    [0] No llegó ninguna respuesta.
    [one] Una respuesta es tuya ahora.
   *[other] { $count } respuestas son tuyas ahora.
  }
texter-no-replies-to-take = No espera ninguna respuesta que puedas tomar.
texter-may-not-take = Esta campaña no deja que se tomen respuestas de otros, o tu función no lo permite.
texter-leave-voters-stay = Si sales ahora, siguen siendo tuyos hasta que vuelvas o alguien de la campaña los dé a otros. Para entregarlos ya: quédate, y { $key } ({ $action }).
texter-nothing-hidden = Aquí no hay nada oculto.
note-detail-undecided = nadie lo había decidido
note-detail-erased = borrado a petición
texter-note-undone = { $name }: la nota vuelve a ser la de antes.
texter-flagged-done = { $name }: avisado al capitán y saltado, no se envió nada; { $key } deshace ambas cosas.
texter-leave-hand-over = Para entregarlo todo ahora: quédate, y { $key } ({ $action }).
texter-hand-over-title = ¿Pasar a { $name } a otra persona? No se puede deshacer
texter-hand-over-no = No, sigo yo
texter-hand-over-yes = Sí, a alguien que lo habla ({ $language })
texter-release-drafts = { $count ->
    [one] Lo que empezaste a escribir a una de esas personas se va con la conversación.
   *[other] Lo que empezaste a escribir a { $count } de esas personas se va con las conversaciones.
}
texter-answer-undone-line = { $name }: lo que contestó a la pregunta está anotado como antes, y la línea que trajo ya no está en tu texto.
texter-nothing-more-to-undo = No hay nada más que deshacer.
texter-stays-answered = El capitán ya respondió a tu pregunta sobre { $name }. No se deshizo nada.
texter-more-wait = { $count ->
    [one] Te llegó 1 persona más que espera respuesta.
   *[other] Te llegaron { $count } personas más que esperan respuesta.
}
texter-more-came = { $count ->
    [one] Llegó 1 contacto más; ahora tienes { $all } por enviar.
   *[other] Llegaron { $count } contactos más; ahora tienes { $all } por enviar.
}
texter-edit-kept = Lo que escribiste queda guardado, no en la tarjeta; { $key } lo muestra de nuevo.
texter-sorted = En este orden: { $sort }.
texter-back-from-list = Esta es la lista de respuestas. { $key } lleva a las tarjetas.
texter-answer-kept = { $name }: la respuesta queda anotada. No se empieza ningún mensaje: { $why }
texter-ask-brings-replies = { $key } pide más cuando quieras; también llegan votantes que esperan y a quienes nadie atiende.
texter-no-guide = Esta campaña no tiene nada que leer: ni guía, ni nota, ni eventos, ni preguntas, ni respuestas preparadas.
guide-note = Nota de { $who }
guide-words = Guía
guide-event = Evento: { $title }
guide-question = Pregunta { $n } del guion
guide-canned = Respuesta preparada: { $title }
texter-found-card = { $name } todavía no tiene el primer mensaje: su tarjeta es la siguiente. { $key } va allí.
texter-flag-asks = Al capitán se le preguntó por { $name }: la marca se queda hasta que responda.
texter-guide-chosen = Aquí no hay nada que elegir: es para leer.
texter-stays-own-word = { $name } lo pidió mientras tanto con sus propias palabras: se queda así.

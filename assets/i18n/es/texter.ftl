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
texter-no-tags = Esta campaña no tiene etiquetas.
texter-tags-title = Etiquetas de { $name }
texter-tag-close-title = Etiquetar a { $name } y cerrar
texter-tagged-done = { $name }: etiqueta puesta: { $tag }.
texter-untagged-done = { $name }: etiqueta quitada: { $tag }.
texter-note-title = Nota sobre { $name }
texter-note-means = La lee quien atienda después a esta persona; ella no la ve nunca.
texter-note-done = { $name }: la nota está guardada.
texter-note-too-long = Una nota tiene como máximo { $most } caracteres; esta tiene { $count }.

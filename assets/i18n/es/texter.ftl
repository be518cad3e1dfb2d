# The part `texter`.
texter-signed-out = Tu sesión fue cerrada y el servidor ya no acepta nada de ella. { $count ->
    [0] No queda nada pendiente.
    [one] Un envío confirmado espera, a salvo en el diario.
   *[other] { $count } envíos confirmados esperan, a salvo en el diario.
} Pide a tu capitán un nuevo enlace.
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

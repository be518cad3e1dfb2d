# The part `texter`.
texter-signed-out = Tu sesión fue cerrada y el servidor ya no acepta nada de ella. { $count ->
    [0] No queda nada pendiente.
    [one] Un envío confirmado espera, a salvo en el diario.
   *[other] { $count } envíos confirmados esperan, a salvo en el diario.
} Pide a tu capitán un nuevo enlace.
texter-signed-out-hands-in = Tu sesión fue cerrada. { $count ->
    [0] Todo lo que confirmaste ha sido entregado.
    [one] Un envío confirmado se está entregando todavía: espera a que termine.
   *[other] { $count } envíos confirmados se están entregando todavía: espera a que terminen.
} Para seguir, pide a tu capitán un nuevo enlace.

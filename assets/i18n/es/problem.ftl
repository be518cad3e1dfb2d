# Una frase por cada negativa del contrato, para quien está al teclado: qué pasó y qué hacer.

problem-none-left = Todos los contactos de esta campaña están repartidos. Gracias; termina las tarjetas que tienes, contesta las respuestas y pregunta a tu capitán qué sigue.
problem-none-left-done = Todos los contactos de esta campaña están repartidos, y no te queda ninguna tarjeta. Gracias; contesta las respuestas y pregunta a tu capitán qué sigue.
problem-none-given-done = El servidor de la campaña no dio más contactos, y no te queda ninguna tarjeta. Solo los da a quien los pide mientras la campaña lo permite (asignación dinámica) y quedan algunos; si no, los asigna su administrador: pregúntale. Responde a quienes esperan.
problem-none-given = El servidor de la campaña no dio más contactos. Solo los da a quien los pide mientras la campaña lo permite (asignación dinámica) y quedan algunos; si no, los asigna su administrador: pregúntale. Termina las tarjetas que tienes y responde a quienes esperan.
problem-no-reason = El servidor de la campaña lo rechazó y no dice por qué; no salió. Inténtalo otra vez; si sigue así, díselo al administrador de la campaña.
problem-replies-first = Hay votantes que esperan tu respuesta, y mientras tanto el servidor de la campaña no da más contactos. Respóndeles y vuelve a pedir.
problem-held-by-others = Los contactos que quedan los tienen otras personas. Vuelve a pedir en unos minutos: algunos pueden regresar.
problem-outside-hours = Donde viven estas personas está fuera del horario de mensajes. Vuelve cuando abra el horario; las respuestas también pueden esperar.
problem-outside-hours-until = Donde viven estas personas está fuera del horario de mensajes. Abre: { $at }, tu hora; vuelve entonces. Las respuestas también pueden esperar.
problem-not-begun = Esta campaña no ha empezado. Empieza: { $at }; antes nadie recibe contactos de ella.
problem-over = Esta campaña terminó: { $at }. Nadie recibe ya contactos de ella. Contesta las respuestas y pregunta a tu capitán qué sigue.
problem-texted-lately = Otra campaña nuestra les escribió en los últimos días. Se les puede escribir desde { $at }; mientras tanto, contesta las respuestas.
problem-cap-reached = Ya están en camino tantos primeros mensajes como admite el operador. Se reparten de nuevo a las { $at }; las respuestas siguen, así que contesta a quienes esperan.
problem-paused = Un capitán puso en pausa esta campaña. No se envía nada hasta que siga.
problem-quota-reached = Ya tienes todos los contactos que puede tener una persona. Escribe a algunos o devuélvelos y vuelve a pedir.
problem-suppressed = Este número pidió no recibir mensajes. No se le debe escribir; sigue con el próximo contacto.
problem-frozen = Puede que esta persona haya pedido no recibir mensajes. Antes decide un capitán; sigue con el próximo contacto.
problem-lease-lost = Este contacto ya no está en tus manos. No se hizo; sigue con el próximo.
problem-already-sent = Alguien ya envió el primer mensaje a esta persona. Nada se envió dos veces; sigue con el próximo contacto.
problem-stale-reply = Llegó un mensaje nuevo mientras escribías. Léelo y confirma otra vez tu respuesta.
problem-too-late = Esto se confirmó antes de que empezara el horario de hoy, antes de que se restaurara la campaña desde una copia, o hace demasiado tiempo, y no se hizo ahora. Revísalo y confírmalo otra vez; tras una restauración, pregunta antes a tu capitán.
problem-recalled = Un capitán había retirado lo que dice este mensaje, y no se envió. Mira el texto para esta persona tal como está ahora y confírmalo de nuevo.
problem-removed = Este contacto se quitó de la lista y ya no recibe mensajes.
problem-closed = La campaña está cerrada y esto no se envió. Ya nadie recibe un primer mensaje, y a quien escribe más tarde le contestan quienes se ocupan de ello. Pregunta a tu capitán.
problem-unsettled = Todavía hay algo abierto que debe resolverse primero.
problem-legal-hold = La campaña está bajo retención legal: no se borra nada de ella.
problem-ledger-broken = El lugar de este texto en el registro de este equipo lo ocupa otro, y no se envió. Confírmalo otra vez.
problem-session-ended = Esto se confirmó después de que terminara tu sesión en este equipo, y no se envió. Pide a la campaña un enlace nuevo.
problem-id-reused = Este mensaje se entregó con el número de otro y no se envió. Escríbelo otra vez; si vuelve a pasar, avisa a tu capitán.
problem-invalid = El servidor no pudo aceptar esto tal como está. Revisa que el texto no tenga huecos y corrígelo.
problem-too-large = Es demasiado largo para enviarse. Hazlo más corto.
problem-not-found = El servidor no lo conoce, o no te corresponde verlo. Carga de nuevo tus contactos.
problem-unauthorized = Tu sesión terminó. Pide a tu capitán un enlace nuevo; lo que confirmaste está a salvo en este equipo.
problem-forbidden = Tu papel no lo permite. Pide a un capitán que lo haga.
problem-invite-spent = Este enlace ya se usó, venció, fue retirado o no está completo. Mira si está entero, o pide uno nuevo.
problem-conduct-not-accepted = Las normas de conducta o la guía son nuevas para ti. Sal y vuelve a entrar: se muestran, y cuando las aceptes recibes contactos.
problem-waiting-room = Estás en la sala de espera. Un capitán te deja entrar; antes no hay nada que ver.
problem-second-factor-needed = Para esto hace falta un código de tu segundo factor. Escríbelo, o ejecuta textbank second-factor prove; si aún no tienes uno, textbank second-factor set.
problem-wrong-code = Ese no es el código de ahora, o ya se usó. Espera al siguiente; tras muchos equivocados no se acepta ninguno durante un rato.
problem-rate-limited = Fue demasiado a la vez. Se intenta otra vez solo en un momento.
problem-unavailable = El servidor no puede contestar ahora. Se intenta otra vez solo; lo que confirmaste está a salvo en este equipo.
problem-practice-needed = Esta campaña pide primero la práctica: ocho tarjetas inventadas, unos tres minutos. Sal y ejecuta textbank practice; después recibes contactos.
problem-nobody-open-ever = { $count ->
    [one] Donde vive el único contacto que nadie tiene aún no queda horario antes de que termine la campaña: no recibirá un primer mensaje. Pregunta a tu capitán qué sigue.
   *[other] Donde viven los { $count } contactos que nadie tiene aún no queda horario antes de que termine la campaña: no recibirán un primer mensaje. Pregunta a tu capitán qué sigue.
}
problem-nobody-open-count = { $count ->
    [one] Donde vive el único contacto que aún no tiene nadie está fuera del horario, o faltan menos de diez minutos para que termine. Se le puede escribir desde { $at }: vuelve a pedir entonces.
   *[other] Donde viven los { $count } contactos que aún no tiene nadie está fuera del horario, o faltan menos de diez minutos para que termine. Al primero se le puede escribir desde { $at }: vuelve a pedir entonces.
}
problem-texted-lately-count = { $count ->
    [one] Otra campaña nuestra le escribió hace poco al único contacto que aún no tiene nadie. Se le puede escribir desde { $at }; mientras tanto responde a quienes escriben.
   *[other] Otra campaña nuestra les escribió hace poco a { $count } contactos que aún no tiene nadie. Al primero se le puede escribir desde { $at }; mientras tanto responde a quienes escriben.
}
problem-nobody-open-until = Donde viven los contactos que aún no tiene nadie está fuera del horario, o faltan menos de diez minutos para que termine. Al primero se le puede escribir desde { $at }: vuelve a pedir entonces.

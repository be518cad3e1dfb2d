# Una frase por cada negativa del contrato, para quien está al teclado: qué pasó y qué hacer.

problem-none-left = Todos los contactos de esta campaña están repartidos. Gracias; termine las tarjetas que tiene, conteste las respuestas y pregunte a su capitán qué sigue.
problem-held-by-others = Los contactos que quedan los tienen otras personas. Vuelva a pedir en unos minutos: algunos pueden regresar.
problem-outside-hours = Donde viven estas personas está fuera del horario de mensajes. Vuelva cuando abra el horario; las respuestas también pueden esperar.
problem-paused = Un capitán puso en pausa esta campaña. No se envía nada hasta que siga; usted no tiene que hacer nada.
problem-quota-reached = Usted ya tiene todos los contactos que puede tener una persona. Escriba a algunos o devuélvalos y vuelva a pedir.
problem-suppressed = Este número pidió no recibir mensajes. No se le debe escribir; siga con el próximo contacto.
problem-frozen = Puede que esta persona haya pedido no recibir mensajes. Antes decide un capitán; siga con el próximo contacto.
problem-lease-lost = Este contacto ya no está en sus manos. Siga con el próximo; nada de lo suyo se perdió.
problem-already-sent = Alguien ya envió el primer mensaje a esta persona. Nada se envió dos veces; siga con el próximo contacto.
problem-stale-reply = Llegó un mensaje nuevo mientras usted escribía. Léalo y confirme otra vez su respuesta.
problem-too-late = Esto se confirmó antes de que empezara el horario de hoy, antes de que se restaurara la campaña desde una copia, o hace demasiado tiempo, y no se hizo ahora. Revíselo y confírmelo otra vez; tras una restauración, pregunte antes a su capitán.
problem-ledger-broken = El lugar de este texto en el registro de este equipo lo ocupa otro, y no se envió. Confírmelo otra vez.
problem-session-ended = Esto se confirmó después de que terminara su acceso en este equipo, y no se envió. Pida a la campaña un enlace nuevo.
problem-id-reused = Este mensaje se entregó con el número de otro y no se envió. Escríbalo otra vez; si vuelve a pasar, avise a su capitán.
problem-invalid = El servidor no pudo aceptar esto tal como está. Revise que el texto no tenga huecos y corríjalo.
problem-too-large = Es demasiado largo para enviarse. Hágalo más corto.
problem-not-found = El servidor no lo conoce, o no le corresponde verlo. Cargue de nuevo sus contactos.
problem-unauthorized = Su sesión terminó. Pida a su capitán un enlace nuevo; lo que usted confirmó está a salvo en esta máquina.
problem-forbidden = Su papel no lo permite. Pida a un capitán que lo haga.
problem-invite-spent = Este enlace ya se usó, venció o fue retirado. Pida uno nuevo.
problem-conduct-not-accepted = Las normas de conducta o la guía son nuevas para usted. Salga y vuelva a entrar: se muestran, y cuando las acepte recibe contactos.
problem-waiting-room = Está en la sala de espera. Un capitán le deja entrar; antes no hay nada que ver.
problem-second-factor-needed = Para esto hace falta un código de su segundo factor. Délo, o ejecute textbank second-factor prove; si aún no tiene, textbank second-factor set.
problem-wrong-code = Ese no es el código de ahora, o ya se usó. Espere al siguiente; tras muchos equivocados no se acepta ninguno durante un rato.
problem-rate-limited = Fue demasiado a la vez. Se intenta otra vez solo en un momento.
problem-unavailable = El servidor no puede contestar ahora. Se intenta otra vez solo; lo que usted confirmó está a salvo en esta máquina.

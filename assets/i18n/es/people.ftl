# Lo que se pregunta y se dice línea por línea antes de abrir una consola: normas de conducta.

conduct-rules = Normas de conducta de { $name }
conduct-rules-here = Normas de conducta
conduct-guide = Guía de la campaña { $name }
conduct-more = Enter para seguir leyendo: 
conduct-ask = ¿Aceptas esto? Escribe sí y pulsa Enter: 
conduct-thanks = Aceptado, y queda registrado.
conduct-declined = No aceptado, así que no recibes contactos. Se te pregunta otra vez al volver a entrar, o con: textbank conduct accept
conduct-declined-home = No aceptado, así que esta campaña no te da contactos. Pulsa Enter para ver tus campañas:
conduct-pending = Falta leerlas y aceptarlas antes de recibir contactos: ejecuta textbank conduct accept, o textbank text en una terminal.
conduct-hands-in = No aceptado. La consola se abre para entregar lo que ya confirmaste; no recibes contactos nuevos.

waiting-room = Estás en la sala de espera de { $organization }, como { $name }. Un capitán ve tu nombre y te deja entrar.
waiting-keep = Deja esto abierto: sigue por sí solo. Ctrl-C sale; textbank text te trae de vuelta. Si no viene nadie, avisa a tu capitán de que estás aquí.
waiting-pending = Un capitán te deja entrar. Después, o para esperar: textbank text
waiting-line = El servidor no contesta. Se intenta de nuevo por sí solo.
waiting-over = Ya puedes entrar.
waiting-shown-out = Un capitán no te dejó pasar: esta sesión ha terminado. Pregunta a quien te dio el enlace.

factor-wanted = Tu sesión necesita ahora un código de tu segundo factor.
factor-ask = Los seis dígitos que muestra tu aplicación de autenticación:
factor-six-digits = Eso no son seis dígitos.
factor-wrong = Ese no es el código de ahora, o ya se usó. Espera al siguiente.
factor-locked = Demasiados códigos equivocados: no se acepta ninguno antes de { $at }.
factor-no-code = No se dio ningún código: no se hizo nada.
factor-scan = Escanéalo con una aplicación de autenticación en tu teléfono.
factor-by-hand = O escribe estas letras a mano en la aplicación (por tiempo, 6 dígitos, 30 segundos). Solo se muestran ahora; no las compartas.
factor-letters = Escribe estas letras en una aplicación de autenticación de tu teléfono (por tiempo, 6 dígitos, 30 segundos). Solo se muestran ahora; no las compartas.
factor-then = La aplicación muestra entonces un código nuevo de seis dígitos cada medio minuto.
factor-done = Tu segundo factor está puesto. Desde ahora se pide un código a cada una de tus sesiones. Si pierdes el teléfono, un administrador o propietario lo quita.
factor-is-set = Ya hay un segundo factor. Para cambiarlo, quítalo antes: textbank second-factor remove
factor-nobody = No hay a quién pedir un código: ejecútalo en una terminal.
factor-set-since = Hay un segundo factor desde { $at }.
factor-none = No hay segundo factor.
factor-required = Este servidor lo pide a capitanes, administradores y propietarios.
factor-proved-until = Esta sesión lo ha mostrado: no se pide código antes de { $at }.
factor-needed = Hace falta un código para lo que solo pueden capitanes y superiores: textbank second-factor prove
factor-to-set = Este servidor pide un segundo factor a capitanes y superiores, y tú aún no tienes uno: textbank second-factor set
factor-removed = Tu segundo factor se ha quitado: ya no se pide código a tus sesiones.
factor-lifted = Quitado: ya no se pide código a sus sesiones. Si también se perdió el equipo, termina la sesión: textbank sessions end ID
conduct-guide-later = Si una campaña tiene su propia guía, la pide al abrirla.
join-same-person = Aquí eres { $name }, como antes. Lo que tenías sigue siendo tuyo, con su propio acceso: { $others }

not-signed-in = no has iniciado sesión: ejecuta { $program } join ENLACE con el enlace que te dieron
choose-none = aún no hay ninguna campaña; tu capitán te avisa cuando se abra una
choose-several = hay varias campañas: elige una con --campaign
choose-list = Hay varias campañas:
choose-which = ¿Cuál? Su número, o el principio de su título:
left-unknown = { $n } de resultado desconocido: nunca se envían otra vez solos; pide a tu campaña que mire, luego { $program } outbox --json y --sent ID o --not-sent ID
left-unsettled = { $n } confirmados y aún sin entregar: están a salvo en el diario de este equipo y salen la próxima vez que empieces
left-signed-out = tu sesión se cerró; lo que confirmaste antes aún se acepta: ejecuta otra vez { $program } text, con red
waits-for-server = Esperando a { $server }...
left-wiped = tu sesión se cerró y todo lo que confirmaste quedó resuelto: la clave, el diario y el acceso se borraron de este equipo
left-other-replies = Otra campaña, { $title }: { $waiting ->
    [one] 1 votante espera
   *[other] { $waiting } votantes esperan
} tu respuesta.
left-other-first = Otra campaña, { $title }: { $unsent ->
    [one] 1 primer mensaje está
   *[other] { $unsent } primeros mensajes están
} en tus manos.
left-other-both = Otra campaña, { $title }: { $waiting ->
    [one] 1 votante espera
   *[other] { $waiting } votantes esperan
} tu respuesta, y { $unsent ->
    [one] 1 primer mensaje está
   *[other] { $unsent } primeros mensajes están
} en tus manos.
left-drafts = { $n ->
    [one] 1 borrador sin enviar queda
   *[other] { $n } borradores sin enviar quedan
} en este equipo, sellado; { $program } wipe lo borra todo
left-drafts-lost = { $n ->
    [one] Un borrador no se envió y ya no se guarda en ningún lugar. Habías escrito:
   *[other] { $n } borradores no se enviaron y ya no se guardan en ningún lugar. Habías escrito:
}
left-draft = al contacto { $id }: { $draft }
left-drafts-tell = Avisa a tu capitán si alguno de estos votantes aún espera respuesta.
join-in-the-clear = aviso: a este servidor se llega sin cifrado: quien esté en la red puede leerlo
join-name = Tu nombre, como lo leerán los votantes:
join-say-name = di tu nombre, como lo leerán los votantes: --name NOMBRE
join-failed = no se pudo entrar en { $server }
join-nothing-given = no se escribió nada
first-yes-or-no = Escribe sí o no y pulsa Enter.
call-refused = el servidor dijo que no: { $detail } ({ $code })
call-what-to-do = Qué hacer: { $remedy }
call-not-reached = no se llegó al servidor; mira si hay red y vuelve a intentarlo
call-no-answer = el servidor no respondió; ejecuta otra vez la misma orden, nada se hace dos veces
call-strange = la respuesta no era de un servidor de campañas; mira si la dirección es correcta

# `wipe`, y lo que guarda un diario.
wipe-ask = ¿Destruir la clave, el diario y el acceso en este equipo? Escribe sí:
wipe-ask-unsettled = Se perderán para siempre. Escribe { $n } para destruirlos:
wipe-yes = sí
wipe-nobody-to-ask = no hay a quién preguntar: ejecútalo en una terminal, o con --yes
wipe-not-sure = no se destruyó nada, porque la respuesta no fue `{ $wanted }`
wipe-which = hay varios accesos: elige uno con --sign-in
wipe-remedy = no se destruyó nada. Entrégalo antes: textbank text --sign-in { $name } con la red disponible, y quédate hasta que no espere nada; o piérdelo: textbank wipe --everything
wipe-done = Borrado: la clave, el diario y el token de { $name } ya no están en este equipo. El servidor muestra el acceso hasta que un administrador lo termine.
wipe-not-done = No se borró: { $held }; { $remedy }
held-texts = { $n ->
    [one] 1 mensaje sin entregar
   *[other] { $n } mensajes sin entregar
}
held-acts = { $n ->
    [one] 1 acto más sin entregar
   *[other] { $n } actos más sin entregar
}
held-unknown = { $n } de resultado desconocido
held-drafts = { $n ->
    [one] 1 borrador
   *[other] { $n } borradores
}
held-nothing = no espera nada

# Lo que dice `join` al final.
role-texter = voluntario
role-vetted-texter = voluntario verificado
role-captain = capitán
role-admin = administrador
role-owner = propietario
join-is-now = { $name } es ahora { $role } de { $organization } en { $server } (acceso { $sign-in }).
join-is-now-without = { $name } es ahora { $role } en { $server } (acceso { $sign-in }).
join-waits = { $name } espera entrar como { $role } de { $organization } en { $server } (acceso { $sign-in }).
join-rehearsal = ENSAYO: ningún mensaje de este servidor llega a un teléfono.
join-real = VOTANTES REALES.
join-next = Después: { $command }
